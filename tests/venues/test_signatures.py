"""The hash that venues sign with, by the test vector of RFC 4231 and by the standard library's."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from basisdesk.venues.signatures import base64_signature, hex_signature

KEY, TEXT = "Jefe", "what do ya want for nothing?"


def test_a_text_is_signed_in_hexadecimal_digits() -> None:
    assert hex_signature(KEY, TEXT) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_text_is_signed_in_base64() -> None:
    assert base64_signature(KEY, TEXT) == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


@given(st.text(max_size=100), st.text(max_size=300))
def test_it_is_the_standard_hash_for_keys_of_any_length_however_often_they_are_used(secret: str, text: str) -> None:
    expected = hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()
    assert [hex_signature(secret, text), hex_signature(secret, text)] == [expected, expected]


def test_a_key_longer_than_a_block_is_hashed_first() -> None:
    secret = "k" * 131
    assert hex_signature(secret, TEXT) == hmac.new(secret.encode(), TEXT.encode(), "sha256").hexdigest()

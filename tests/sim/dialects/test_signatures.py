"""The signatures that simulated venues expect, by the test vector of RFC 4231."""

from basisdesk.sim.dialects.signatures import agrees, base64_signature, hex_signature

KEY, TEXT = "Jefe", "what do ya want for nothing?"
HEX = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_text_is_signed_in_both_spellings() -> None:
    assert hex_signature(KEY, TEXT) == HEX
    assert base64_signature(KEY, TEXT) == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


def test_only_the_same_signature_agrees_whatever_is_given() -> None:
    assert agrees(HEX, HEX)
    for other in (HEX.upper(), HEX[:-1], "", "ü", "\udcff"):
        assert not agrees(HEX, other)

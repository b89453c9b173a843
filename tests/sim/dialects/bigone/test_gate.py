"""Tokens at the door of the simulated venue: the documented ones, those of the guide, and wrong ones of every kind."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from basisdesk.sim.exchange.logins import FULL

TARGET = "/api/v3/viewer/accounts"
SECRET = FULL.credentials.secret
START = 1_700_000_003_000_000_000


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(claims: Any, head: Any = None, secret: str = SECRET) -> str:
    """Sign what is given, spelled as another library would, with blanks."""
    head = {"typ": "JWT", "alg": "HS256"} if head is None else head
    signed = f"{text(json.dumps(head).encode())}.{text(json.dumps(claims).encode())}"
    return f"Bearer {signed}.{text(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def documented(**more: Any) -> dict[str, Any]:
    return {"type": "OpenAPIV2", "sub": FULL.credentials.key, "nonce": str(START)} | more


def guide(**more: Any) -> dict[str, Any]:
    """What the venue's Cross-Market Guide signs."""
    seconds = START // 10**9
    return {"sub": FULL.credentials.key, "nonce": START // 1000, "iat": seconds, "exp": seconds + 60} | more


def answer(door: Any, value: str) -> tuple[int, int]:
    status, body = door.call("GET", TARGET, login=None, authorization=value)
    return status, body["code"]


def test_documented_tokens_are_taken_by_both(door: Any, strict: Any) -> None:
    for each in (door, strict):
        assert answer(each, token(documented())) == (200, 0)
        assert answer(each, token(documented(recv_window="60"))) == (200, 0)


def test_tokens_of_the_guide_are_taken_unless_the_venue_is_strict(door: Any, strict: Any) -> None:
    assert answer(door, token(guide())) == (200, 0)
    assert answer(strict, token(guide())) == (401, 40106)
    assert answer(strict, token(documented(nonce=START))) == (401, 40106)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", 40004), ("Bearer", 40004), ("Basic x", 40004), ("Bearer x", 40107), ("Bearer a.b", 40107),
        ("Bearer a.b.c", 40107), ("Bearer é.b.c", 40107), (token([]), 40107), (token(documented(), {"alg": 5}), 40107),
        (token({"sub": FULL.credentials.key}), 40107), (token(documented(sub="nobody")), 40004),
        (token(documented(), secret="no"), 40106), (token(documented(), {"alg": "none"}), 40106),
        (token(documented(type="OpenAPIV1")), 40106), (token(documented(nonce="soon")), 40106),
        (token(documented(nonce="9" * 40)), 40106), (token(documented(recv_window="0")), 40106),
        (token(documented(recv_window="61")), 40106), (token(documented(recv_window="x")), 40106),
        (token(documented(nonce=str(START - 31 * 10**9))), 40004),
        (token(documented(nonce=str(START + 31 * 10**9))), 40004),
        (token(documented(nonce=str(START - 3 * 10**9), recv_window="2")), 40004),
        (token(guide(exp=START // 10**9 - 1)), 40004), (token(guide(nonce=START // 10**6)), 40004),
    ],
)  # fmt: skip
def test_a_wrong_token_is_turned_away(door: Any, value: str, code: int) -> None:
    status, told = answer(door, value)
    assert (status, told) == (400 if code == 40107 else 401, code)


def test_the_signature_is_over_what_was_sent(door: Any) -> None:
    scheme, _, signed = token(documented()).partition(" ")
    head, claims, mark = signed.split(".")
    other = text(json.dumps(documented(), separators=(",", ":")).encode())
    assert answer(door, f"{scheme} {head}.{claims}.{mark}") == (200, 0)
    assert answer(door, f"{scheme} {head}.{other}.{mark}") == (401, 40106)


def test_a_revoked_key_is_known_no_more(door: Any) -> None:
    door.exchange.floor.faults.revoked = True
    assert answer(door, token(documented())) == (401, 40004)


def test_requests_are_counted_by_address(door: Any) -> None:
    door.wait(10)
    assert [door.call("GET", "/api/v3/ping", login=None)[0] for _ in range(501)] == [200] * 500 + [429]
    assert door.call("GET", TARGET)[1] == {"code": 10429, "message": "Too many requests"}

"""Signatures: who asks, and that nobody else does.

A REST request is signed over time, key, window and the query or the body exactly as sent, with HMAC-SHA256 in
lower-case hex; a socket is signed once, over the time at which the signature ends.
The venue takes a request while its clock is at most `RECV_WINDOW_MS` behind or less than a second before the time it is
signed with, so a request that did not arrive by then never will.
Followed: https://bybit-exchange.github.io/docs/v5/guide (Create A Request) and /docs/v5/ws/connect (Authentication).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.signatures import hex_signature
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from basisdesk.venues.trading import Credentials

RECV_WINDOW_MS = 5_000
LOGIN_MS = 10_000  # how long the signature of a socket stays good
TIME = "X-BAPI-TIMESTAMP"
WINDOW = "X-BAPI-RECV-WINDOW"


def signed(credentials: Credentials, text: str) -> str:
    """Return the signature of a text, lower-case hex."""
    return hex_signature(credentials.secret, text)


def headers(credentials: Credentials, payload: str, now: int) -> tuple[tuple[str, str], ...]:
    """Return the headers of a private request; `payload` is the raw query of a GET, the raw body of a POST."""
    time = str(now // NS_PER_MS)
    signature = signed(credentials, f"{time}{credentials.key}{RECV_WINDOW_MS}{payload}")
    return (
        ("X-BAPI-API-KEY", credentials.key),
        (TIME, time),
        (WINDOW, str(RECV_WINDOW_MS)),
        ("X-BAPI-SIGN", signature),
    )


def expires(now: int) -> int:
    """Return when the venue can no longer take what is signed now (ns)."""
    return (now // NS_PER_MS + RECV_WINDOW_MS) * NS_PER_MS


def login(credentials: Credentials, now: int) -> list[str | int]:
    """Return the arguments of a socket's `auth`."""
    until = now // NS_PER_MS + LOGIN_MS
    return [credentials.key, until, signed(credentials, f"GET/realtime{until}")]

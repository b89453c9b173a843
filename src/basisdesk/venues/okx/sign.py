"""Signatures: who asks, and when.

What is signed is the time, the method, the path with its query, and the body, all as one text; the hash is HMAC-SHA256
under the secret, written in base64.
REST wants the time in ISO form with milliseconds and takes it within 30 s of its own; a WebSocket login wants whole
seconds and signs a fixed path.
Demo trading is the same with one more header, and keys of its own.
Followed: https://www.okx.com/docs-v5/en/#overview-rest-authentication and #overview-websocket-login.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.signatures import base64_signature

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basisdesk.venues.trading import Credentials, Session

NS_PER_SECOND = 1_000_000_000
NS_PER_MS = 1_000_000
WINDOW_NS = 30 * NS_PER_SECOND
"""How far the venue lets a signed time be from its own."""

STAMP = "OK-ACCESS-TIMESTAMP"
LOGIN_PATH = "/users/self/verify"
DEMO = "demo"
"""Word of `Session.learned` whose value ``1`` sends everything to demo trading."""


def iso_time(now: int) -> str:
    """Return ns UTC as ``2023-11-14T22:13:20.000Z``, cut to milliseconds."""
    seconds, rest = divmod(now, NS_PER_SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest // NS_PER_MS:03d}Z"


def signed_at(headers: Iterable[tuple[str, str]]) -> int:
    """Return when (ns UTC) a request with these headers was signed, 0 where it was not."""
    stamp = next((text for name, text in headers if name == STAMP), "")
    return (
        int(datetime.fromisoformat(stamp).timestamp()) * NS_PER_SECOND + int(stamp[-4:-1]) * NS_PER_MS if stamp else 0
    )


def is_demo(session: Session) -> bool:
    """Whether this account trades with play money."""
    return session.learned.get(DEMO) == "1"


def headers(
    credentials: Credentials, session: Session, now: int, method: str, path: str, body: bytes
) -> tuple[tuple[str, str], ...]:
    """Return the headers of a signed request."""
    stamp = iso_time(now)
    named = [
        ("OK-ACCESS-KEY", credentials.key),
        ("OK-ACCESS-SIGN", base64_signature(credentials.secret, f"{stamp}{method}{path}{body.decode()}")),
        (STAMP, stamp),
        ("OK-ACCESS-PASSPHRASE", credentials.passphrase),
        ("Content-Type", "application/json"),
    ]
    if is_demo(session):
        named.append(("x-simulated-trading", "1"))
    return tuple(named)


def login_frame(credentials: Credentials, now: int) -> bytes:
    """Return the frame that logs a WebSocket connection in."""
    stamp = str(now // NS_PER_SECOND)
    argument = {
        "apiKey": credentials.key,
        "passphrase": credentials.passphrase,
        "timestamp": stamp,
        "sign": base64_signature(credentials.secret, f"{stamp}GET{LOGIN_PATH}"),
    }
    return msgspec.json.encode({"op": "login", "args": [argument]})

"""How a request proves whose it is: a JSON Web Token, made anew for each request.

The token names the key and the time (`nonce`, nanoseconds as text), and is signed with HMAC-SHA256 under the secret as
it is written.
Neither path nor body is signed.
A token is good while the venue's clock is within `recv_window` seconds of its nonce, 30 where it says nothing; what
changes something carries a shorter one, so that it soon cannot be accepted any more.
Followed: https://open.bigone.com/docs/authentication.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.venues.trading import Credentials, Request

SECOND = 1_000_000_000
DEFAULT_WINDOW = 30
COMMAND_WINDOW = 5
AUTHORIZATION = "Authorization"
_HEADER = b'{"alg":"HS256","typ":"JWT"}'
_BEARER = "Bearer "


class _Nonce(msgspec.Struct):
    nonce: str


def _text(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")


def token(credentials: Credentials, now: int, window: int | None = None) -> str:
    """Return a token of this moment (ns UTC); `window` is in seconds, None leaves it to the venue."""
    claims = {"type": "OpenAPIV2", "sub": credentials.key, "nonce": str(now)}
    if window is not None:
        claims["recv_window"] = str(window)
    signed = _text(_HEADER) + b"." + _text(msgspec.json.encode(claims))
    mark = hmac.digest(credentials.secret.encode(), signed, "sha256")
    return (signed + b"." + _text(mark)).decode()


def bearer(credentials: Credentials, now: int, window: int | None = None) -> str:
    """Return what the `Authorization` header, and the socket's login, say."""
    return _BEARER + token(credentials, now, window)


def signed_at(request: Request) -> int:
    """Return when a request was signed (ns UTC), 0 for one without a token.

    What the venue answers is no older than this.
    """
    value = dict(request.headers).get(AUTHORIZATION, "")
    parts = value.removeprefix(_BEARER).split(".")
    try:
        payload = parts[1].encode()
        return int(msgspec.json.decode(urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)), type=_Nonce).nonce)
    except (*UNREADABLE, IndexError, Base64Error):
        return 0

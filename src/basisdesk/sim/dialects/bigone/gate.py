"""Who may come in: the token of a request, the rights of its key, and how many requests an address may make.

A token is checked as the pages say: HS256 over what was sent (never over a re-encoding), the key in `sub`, and a time
in `nonce` that is within `recv_window` seconds of the venue's own.
The venue's Cross-Market Guide makes tokens that its other pages do not know: without `type`, with a number of
microseconds as `nonce`, and with `exp`.
They are taken as well, unless `strict`.
Followed: https://open.bigone.com/docs/authentication, /docs/general-info and /docs/guides.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING

import msgspec

from basisdesk.sim.dialects.bigone import refuse
from basisdesk.sim.dialects.bigone.spell import SECOND
from basisdesk.sim.dialects.rolling import Rolling
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.sim.contract import Exchange, Login

MOST_REQUESTS = 500
PERIOD = 10 * SECOND
DEFAULT_WINDOW = 30
LONGEST_WINDOW = 60
_TYPE = "OpenAPIV2"
_PARTS = 3
_NANOSECONDS = 10**17  # a smaller time counts microseconds


class _Head(msgspec.Struct):
    alg: str


class _Claims(msgspec.Struct):
    sub: str
    nonce: str | int
    type: str | None = None
    recv_window: str | None = None
    exp: float | None = None


class Gate:
    """The check of tokens and the count of requests."""

    def __init__(self, exchange: Exchange, *, strict: bool = False) -> None:
        self._exchange = exchange
        self._strict = strict
        self._came: dict[str, Rolling] = {}
        self._shut_until = 0

    def shut(self, until: int) -> None:
        """Answer as though every limit were used up, until then (ns)."""
        self._shut_until = until

    def count(self, source: str, now: int) -> None:
        """Count a request; raises `No` for one too many."""
        came = self._came.setdefault(source, Rolling(PERIOD))
        if now < self._shut_until or came.used(now) >= MOST_REQUESTS:
            raise refuse.spot(refuse.TOO_MANY)
        came.note(now)

    def enter(self, headers: Mapping[str, str], now: int) -> Login:
        """Return whose request it is; raises `No` where the token does not say so."""
        return self.admit(headers.get("authorization", ""), now)

    def admit(self, value: str, now: int) -> Login:
        """Return whose token this is, ``Bearer`` and all; raises `No` for any other."""
        scheme, _, token = value.partition(" ")
        if not token or scheme.lower() != "bearer":
            raise refuse.spot(refuse.UNAUTHORISED)
        parts = token.split(".")
        if len(parts) != _PARTS:
            raise refuse.spot(refuse.BAD_FORMAT)
        try:
            head = msgspec.json.decode(_raw(parts[0]), type=_Head)
            claims = msgspec.json.decode(_raw(parts[1]), type=_Claims)
            mark = _raw(parts[2])
        except UNREADABLE:
            raise refuse.spot(refuse.BAD_FORMAT) from None
        login = self._exchange.login(claims.sub)
        if login is None:
            raise refuse.spot(refuse.UNAUTHORISED)
        signed = f"{parts[0]}.{parts[1]}".encode()
        if head.alg != "HS256" or not hmac.compare_digest(
            mark, hmac.digest(login.credentials.secret.encode(), signed, "sha256")
        ):
            raise refuse.spot(refuse.BAD_TOKEN)
        self._timely(claims, now)
        return login

    def _timely(self, claims: _Claims, now: int) -> None:
        documented = claims.type == _TYPE and isinstance(claims.nonce, str)
        if not documented and (self._strict or claims.type not in {None, _TYPE}):
            raise refuse.spot(refuse.BAD_TOKEN)
        window = _count(claims.recv_window or str(DEFAULT_WINDOW))
        nonce = _count(str(claims.nonce))
        if window is None or nonce is None or not 0 < window <= LONGEST_WINDOW:
            raise refuse.spot(refuse.BAD_TOKEN)
        at = nonce if nonce >= _NANOSECONDS else nonce * 1000
        if abs(now - at) > window * SECOND:
            raise refuse.spot(refuse.UNAUTHORISED, "nonce is not within recv_window of the server's time")
        if claims.exp is not None and claims.exp * SECOND < now:
            raise refuse.spot(refuse.UNAUTHORISED, "token is expired")


def _raw(part: str) -> bytes:
    return urlsafe_b64decode(part.encode() + b"=" * (-len(part) % 4))


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(2**63)) else None

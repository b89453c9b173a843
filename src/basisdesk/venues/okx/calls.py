"""A request before it is signed, and the signing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from basisdesk.domain.errors import Refusal
from basisdesk.venues.okx import sign
from basisdesk.venues.okx.hosts import PUBLIC
from basisdesk.venues.trading import Request

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Session

Body = dict[str, str | bool] | list[dict[str, str | bool]]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request: `query` of a GET without empty values, `body` of a POST.

    `life` is how long (ns) the venue may still take it, None for as long as its signature lasts.
    `secret` says that it must be signed.
    """

    path: str
    bucket: str
    query: tuple[tuple[str, str], ...] = ()
    body: Body | None = None
    life: int | None = None
    secret: bool = True
    more: tuple[tuple[str, float], ...] = ()
    """Further buckets, or more than one unit of its own."""


def request_of(call: Call, ask: Ask, session: Session, now: int) -> Request | Refusal:
    """Return the call as it is sent at `now` (ns, the venue's time), or a refusal where there is no key."""
    method = "GET" if call.body is None else "POST"
    query = urlencode([(name, value) for name, value in call.query if value])
    path = f"{call.path}?{query}" if query else call.path
    body = b"" if call.body is None else msgspec.json.encode(call.body)
    named: tuple[tuple[str, str], ...] = ()
    if call.secret:
        if session.credentials is None:
            return Refusal("no_key", f"{method} {call.path} needs an API key: add one for okx")
        named = sign.headers(session.credentials, session, now, method, path, body)
    elif sign.is_demo(session):
        named = (("x-simulated-trading", "1"),)
    expires = None
    if call.body is not None:
        stamp = now - now % sign.NS_PER_MS
        expires = stamp + (sign.WINDOW_NS if call.life is None else call.life)
        if call.life is not None:
            named = (*named, ("expTime", str(expires // sign.NS_PER_MS)))
    return Request(
        ask=ask,
        method=method,
        origin=PUBLIC.rest_url,
        path=path,
        headers=named,
        body=body,
        changes=call.body is not None,
        costs=call.more or ((call.bucket, 1.0),),
        expires=expires,
    )

"""Requests from plans: hosts, percent-encoding, timestamps and signatures.

A signature is HMAC-SHA256 over the exact bytes that are sent, in hex, as the last parameter; values are
percent-encoded first.
GET and DELETE carry their parameters in the query, POST and PUT in the body.
A signed request is accepted from 1 s before its timestamp until the receive window after it, which is when it expires.
Over a WebSocket the same parameters are signed together with the key, in alphabetical order.
Source: "SIGNED Endpoint security", "Request security" (WebSocket API).
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from basisdesk.domain.errors import Refusal
from basisdesk.venues.binance.capabilities import LIFE, WINDOW
from basisdesk.venues.binance.hosts import LINES
from basisdesk.venues.signatures import hex_signature
from basisdesk.venues.trading import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Credentials, Session

MILLISECOND = 1_000_000
FORM = ("Content-Type", "application/x-www-form-urlencoded")

Value = str | int
_PLAIN = re.compile(r"[\w.~=&-]*", re.ASCII)
"""What percent-encoding leaves as it is, and what stands between values: nearly always there is nothing else.

To find that out is cheaper than to encode it.
"""
Params = tuple[tuple[str, Value], ...]


class Security(Enum):
    """What an endpoint wants: nothing, the key, or the key and a signature."""

    NONE = "none"
    KEY = "key"
    SIGNED = "signed"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A request before it is signed; `method` and `path` are those of REST.

    `socket_method` is the name of the same request over the WebSocket API, empty where there is none.
    """

    line: str
    method: str
    path: str
    params: Params = ()
    security: Security = Security.SIGNED
    changes: bool = False
    costs: tuple[tuple[str, float], ...] = ()
    socket_method: str = ""


def text_of(params: Iterable[tuple[str, Value]]) -> str:
    """Write parameters as they are signed and sent."""
    rows = list(params)
    text = "&".join([f"{name}={value}" for name, value in rows])
    if _PLAIN.fullmatch(text) is not None and text.count("=") == len(rows) == text.count("&") + 1:
        return text
    return "&".join([f"{name}={quote(str(value), safe='')}" for name, value in rows])


def written(plan: Plan, ask: Ask, session: Session, now: int) -> Request | Refusal:
    """Write a plan as the HTTP request of `ask` at venue time `now`; refused where it needs a key and there is none."""
    credentials = session.credentials
    headers: tuple[tuple[str, str], ...] = ()
    text, expires = "", None
    if plan.security is not Security.NONE:
        if credentials is None:
            return no_key(ask)
        headers = (("X-MBX-APIKEY", credentials.key),)
        if plan.security is Security.SIGNED:
            stamp = now // MILLISECOND
            text = text_of((("timestamp", stamp), *plan.params, ("recvWindow", WINDOW)))
            text = f"{text}&signature={hex_signature(credentials.secret, text)}"
            expires = stamp * MILLISECOND + LIFE
    text = text or text_of(plan.params)
    in_body = plan.method in {"POST", "PUT"}
    return Request(
        ask=ask,
        method=plan.method,
        origin=LINES[plan.line].rest_url,
        path=plan.path if in_body or not text else f"{plan.path}?{text}",
        headers=(*headers, FORM) if in_body and text else headers,
        body=text.encode() if in_body else b"",
        changes=plan.changes,
        costs=plan.costs,
        expires=expires,
    )


def no_key(ask: Ask) -> Refusal:
    """Refuse what needs a key where there is none."""
    return Refusal("no_key", f"{type(ask).__name__} on binance needs an API key: add one to the account")


def socket_params(params: Params, credentials: Credentials, now: int) -> dict[str, Value]:
    """Return the signed parameters of a WebSocket request at venue time `now`."""
    own: Params = (("apiKey", credentials.key), ("recvWindow", WINDOW), ("timestamp", now // MILLISECOND))
    rows = sorted((*params, *own))  # no name comes twice, so values are never compared
    # The WebSocket API signs the values as they stand in the JSON, without percent-encoding.
    text = "&".join([f"{name}={value}" for name, value in rows])
    full = dict(rows)
    full["signature"] = hex_signature(credentials.secret, text)
    return full

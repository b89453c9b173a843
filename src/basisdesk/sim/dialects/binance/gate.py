"""Who asks, and whether in time: keys, signatures, the receive window, rights.

The signature covers the query followed by the body, byte for byte as sent, without the signature itself.
Over a WebSocket it covers the parameters in alphabetical order, as they stand.
A timestamp may be at most a second ahead of the venue's clock, and at most the receive window behind.
Source: "Request Security", "Timing security".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from basisdesk.sim.dialects.binance.refuse import BAD_KEY, Refusal, missing
from basisdesk.sim.dialects.signatures import agrees, hex_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.sim.contract import Exchange, HttpCall, Login
    from basisdesk.sim.dialects.binance.params import Params

MICROSECOND, MILLISECOND, SECOND = 1_000, 1_000_000, 1_000_000_000
WINDOW, LONGEST_WINDOW = "5000", 60_000
AHEAD = 1 * SECOND
_MICROSECONDS = 10**15  # a timestamp above this is in microseconds
_SIGNATURE = re.compile(r"(^|&)signature=[^&]*")
_RECV_WINDOW = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")


def owner(exchange: Exchange, key: str) -> Login:
    """Return whose key this is."""
    if not key:
        raise Refusal(-2014, "API-key format invalid.", 401)
    login = exchange.login(key)
    if login is None:
        raise Refusal(*BAD_KEY, status=401)
    return login


def check_form(call: HttpCall, params: Params, login: Login, now: int) -> None:
    """Check time and signature of an HTTP request."""
    sent = _SIGNATURE.sub("", call.query).lstrip("&") + _SIGNATURE.sub("", call.body.decode("utf-8", "replace"))
    _check(sent, params, login, now)


def check_json(given: Mapping[str, object], params: Params, login: Login, now: int) -> None:
    """Check time and signature of a WebSocket request."""
    pairs = sorted((name, params.maybe(name)) for name in given if name != "signature")
    _check("&".join(f"{name}={value}" for name, value in pairs), params, login, now)


def check_right(login: Login, *, trade: bool, transfer: bool) -> None:
    """Refuse what the key may not do."""
    rights = login.permissions
    if (trade and not rights.trade) or (transfer and not rights.transfer):
        raise Refusal(*BAD_KEY, status=401)


def _check(signed: str, params: Params, login: Login, now: int) -> None:
    stamp = params.whole("timestamp")
    given = params.text("signature")
    window = params.maybe("recvWindow", WINDOW)
    if _RECV_WINDOW.fullmatch(window) is None:
        raise missing("recvWindow")
    if float(window) > LONGEST_WINDOW:
        raise Refusal(-1131, "recvWindow must be less than 60000")
    if not agrees(hex_signature(login.credentials.secret, signed), given.lower()):
        raise Refusal(-1022, "Signature for this request is not valid.")
    at = stamp * (MICROSECOND if stamp >= _MICROSECONDS else MILLISECOND)
    if at >= now + AHEAD:
        raise Refusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    if now - at > float(window) * MILLISECOND:
        raise Refusal(-1021, "Timestamp for this request is outside of the recvWindow.")

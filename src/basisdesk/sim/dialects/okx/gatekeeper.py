"""Who is asking: the headers of a request and the login of a socket, signed and in time.

Followed: https://www.okx.com/docs-v5/en/#overview-rest-authentication and #overview-websocket-login.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from basisdesk.sim.dialects.okx.errors import CodeError
from basisdesk.sim.dialects.okx.rules import WINDOW
from basisdesk.sim.dialects.signatures import agrees, base64_signature
from basisdesk.sim.dialects.spans import SECOND

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, HttpCall, Login

_is_time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z").fullmatch
_NEEDED = (("ok-access-key", "50103"), ("ok-access-passphrase", "50104"), ("ok-access-sign", "50106"),
           ("ok-access-timestamp", "50107"))  # fmt: skip


def login_of(exchange: Exchange, call: HttpCall, now: int) -> Login:
    """Return whose request this is; raises CodeError for one that is not signed as it should be, or too old."""
    for header, code in _NEEDED:
        if not call.headers.get(header):
            raise CodeError(code)
    stamp = call.headers["ok-access-timestamp"]
    at = _nanoseconds(stamp)
    if abs(at - now) > WINDOW:
        raise CodeError("50102")
    login = exchange.login(call.headers["ok-access-key"])
    if login is None:
        raise CodeError("50111")
    if call.headers["ok-access-passphrase"] != login.credentials.passphrase:
        raise CodeError("50105")
    path = f"{call.path}?{call.query}" if call.query else call.path
    text = f"{stamp}{call.method}{path}{call.body.decode(errors='replace')}"
    if not agrees(base64_signature(login.credentials.secret, text), call.headers["ok-access-sign"]):
        raise CodeError("50113")
    return login


def socket_login(exchange: Exchange, argument: Any, now: int) -> Login:
    """Return who logs in over a socket; raises CodeError as `login_of`, with the socket's codes."""
    if not isinstance(argument, dict) or not all(
        isinstance(argument.get(name), str) for name in ("apiKey", "passphrase", "timestamp", "sign")
    ):
        raise CodeError("60013")
    stamp = argument["timestamp"]
    if not re.fullmatch(r"\d{9,11}(\.\d{1,3})?", stamp):
        raise CodeError("60004")
    if abs(round(float(stamp) * 1000) * 1_000_000 - now) > WINDOW:
        raise CodeError("60006")
    login = exchange.login(argument["apiKey"])
    if login is None:
        raise CodeError("60005")
    if argument["passphrase"] != login.credentials.passphrase:
        raise CodeError("60024")
    if not agrees(base64_signature(login.credentials.secret, f"{stamp}GET/users/self/verify"), argument["sign"]):
        raise CodeError("60007")
    return login


def _nanoseconds(stamp: str) -> int:
    """Return an ISO time in ns; raises CodeError for another text."""
    if not _is_time(stamp):
        raise CodeError("50112")
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        raise CodeError("50112") from None
    return int(found.timestamp()) * SECOND + found.microsecond * 1000

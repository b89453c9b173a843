"""Who asks, whether the clock fits, and how often was asked.

A request of a private path must name a key that is known, be signed over time, key, window and the text as sent, and
arrive inside its window.
All requests count for the address, 600 in 5 s, and a breach closes it for ten minutes with HTTP 403; private ones count
for their path and account in a rolling second, and every answer tells that count.
Followed: https://bybit-exchange.github.io/docs/v5/guide and /docs/v5/rate-limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.contract import HttpAnswer
from basisdesk.sim.dialects.bybit.codes import RefusalError
from basisdesk.sim.dialects.bybit.names import MS
from basisdesk.sim.dialects.rolling import Rolling
from basisdesk.sim.dialects.signatures import agrees, hex_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.sim.contract import Exchange, HttpCall, Login

SECOND = 1_000_000_000
ADDRESS_LIMIT, ADDRESS_NS, BAN_NS = 600, 5 * SECOND, 600 * SECOND
AHEAD_MS = 1_000
WINDOW_MS = 5_000
LONGEST_WINDOW_MS = 60_000
TOO_MANY = RefusalError(10006, "Too many visits!")
FORBIDDEN = HttpAnswer(403, b"403, access too frequent", (("content-type", "text/plain"),))
_PER_SECOND = {  # spot, contracts
    "/v5/order/create": (20, 10),
    "/v5/order/amend": (10, 10),
    "/v5/order/cancel": (20, 10),
    "/v5/order/cancel-all": (20, 10),
    "/v5/position/set-leverage": (10, 10),
    "/v5/position/switch-mode": (10, 10),
    "/v5/order/disconnected-cancel-all": (5, 5),
    "/v5/account/fee-rate": (5, 5),
    "/v5/account/set-margin-mode": (5, 5),
    "/v5/account/transaction-log": (25, 25),
    "/v5/asset/coin/query-info": (5, 5),
    "/v5/asset/transfer/query-account-coins-balance": (5, 5),
    "/v5/user/query-api": (10, 10),
}
_USUAL = (50, 50)
_PER_MINUTE = {"/v5/asset/transfer/inter-transfer": 60}


class Gate:
    """What stands before every request."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._addresses: dict[str, Rolling] = {}
        self._banned: dict[str, int] = {}
        self._counts: dict[tuple[str, str, str], Rolling] = {}
        self.exhausted_until = 0

    def shut(self, call: HttpCall, now: int) -> HttpAnswer | None:
        """Count a request for its address; return what is answered where that asked too often."""
        if now < self._banned.get(call.source, 0):
            return FORBIDDEN
        count = self._addresses.setdefault(call.source, Rolling(ADDRESS_NS))
        if count.used(now) >= ADDRESS_LIMIT:
            self._banned[call.source] = now + BAN_NS
            return FORBIDDEN
        count.note(now)
        return None

    def enter(self, headers: Mapping[str, str], payload: str, now: int) -> Login:
        """Return whose signed request this is; raises RefusalError.

        The window may be left out, and is then not signed either.
        """
        key, sign = headers.get("x-bapi-api-key", ""), headers.get("x-bapi-sign", "")
        time, window = headers.get("x-bapi-timestamp", ""), headers.get("x-bapi-recv-window", "")
        if not key or not sign or not time:
            raise RefusalError(10001, "empty value: apiTimestamp[] apiKey[] apiSignature[]", 401)
        check_window(time, window or str(WINDOW_MS), now)
        login = self.known(key)
        if not agrees(hex_signature(login.credentials.secret, time + key + window + payload), sign):
            raise RefusalError(10004, f"error sign! origin_string[{time}{key}{window}{payload[:100]}]")
        return login

    def known(self, key: str) -> Login:
        """Return whose key this is; raises RefusalError."""
        login = self._exchange.login(key)
        if login is None:
            raise RefusalError(10003, "API key is invalid.")
        return login

    def spend(self, account: str, path: str, line: str, now: int) -> tuple[tuple[str, str], ...]:
        """Count a request for its path and account; returns the headers that tell of it, raises RefusalError."""
        kind = "spot" if line == "spot" else "contracts"
        limit = _PER_MINUTE.get(path) or _PER_SECOND.get(path, _USUAL)[kind != "spot"]
        window = 60 * SECOND if path in _PER_MINUTE else SECOND
        count = self._counts.setdefault((account, path, kind), Rolling(window))
        full = count.used(now) >= limit
        if full or now < self.exhausted_until:
            raise TooManyError(limit, max(self.exhausted_until, count.eased_at(now) if full else now))
        count.note(now)
        return limit_headers(limit, limit - count.used(now), now)


class TooManyError(RefusalError):
    """A path was asked too often; `headers` tell when it may be asked again."""

    def __init__(self, limit: int, until: int) -> None:
        super().__init__(TOO_MANY.code, TOO_MANY.message)
        self.headers = limit_headers(limit, 0, until)


def limit_headers(limit: int, left: int, reset: int) -> tuple[tuple[str, str], ...]:
    """Return the headers of a limit."""
    return (
        ("X-Bapi-Limit", str(limit)),
        ("X-Bapi-Limit-Status", str(left)),
        ("X-Bapi-Limit-Reset-Timestamp", str(-(-reset // MS))),
    )


def check_window(time: str, window: str, now: int) -> None:
    """Raise RefusalError where a request is too old, or from too far ahead."""
    server = now // MS
    if not (time.isascii() and time.isdigit() and window.isascii() and window.isdigit()):
        raise RefusalError(10001, "params error: timestamp or recv_window invalid")
    if not server - min(int(window), LONGEST_WINDOW_MS) <= int(time) < server + AHEAD_MS:
        raise RefusalError(
            10002,
            "invalid request, please check your server timestamp or recv_window param. "
            f"req_timestamp[{time}],server_timestamp[{server}],recv_window[{window}]",
        )

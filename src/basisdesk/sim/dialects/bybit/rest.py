"""REST: from a request to its answer.

Every answer is wrapped alike, and most refusals come with HTTP 200 and a code.
Reads are GET, changes POST; a path that there is not, or not by this method, is HTTP 404.
Followed: https://bybit-exchange.github.io/docs/v5/guide and /docs/v5/error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.sim.contract import HttpAnswer
from basisdesk.sim.dialects.bybit import account, batches, closed, lending, market, orders, wallets
from basisdesk.sim.dialects.bybit.codes import RefusalError
from basisdesk.sim.dialects.bybit.gate import FORBIDDEN, TooManyError
from basisdesk.sim.dialects.bybit.names import MS
from basisdesk.sim.dialects.bybit.params import of_body, of_query
from basisdesk.sim.dialects.bybit.settings import MarginError

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.sim.contract import Exchange, HttpCall, Login
    from basisdesk.sim.dialects.bybit.gate import Gate
    from basisdesk.sim.dialects.bybit.params import Params
    from basisdesk.sim.dialects.bybit.settings import Settings

Row = dict[str, object]
Headers = tuple[tuple[str, str], ...]
NO_ROUTE = RefusalError(10017, "Route not found.", 404)
ORDERS = orders.PATHS | batches.PATHS
PUBLIC = market.PATHS | {"/v5/spot-margin-trade/data": lending.margin_data}
READS = account.PATHS | wallets.PATHS | {
    "/v5/position/closed-pnl": closed.closed_pnl,
    "/v5/asset/delivery-record": closed.deliveries,
    "/v5/account/borrow-history": lending.borrow_history,
    "/v5/spot-margin-trade/interest-rate-history": lending.rate_history,
}  # fmt: skip
TRANSFER = "/v5/asset/transfer/inter-transfer"


class Rest:
    """Answers requests."""

    def __init__(self, exchange: Exchange, gate: Gate, settings: Settings) -> None:
        self._exchange = exchange
        self._gate = gate
        self._reads: dict[str, Callable[[Login, Params, int], Row]] = {
            "/v5/account/info": settings.info,
            "/v5/account/query-dcp-info": settings.dead_man_windows,
            "/v5/asset/transfer/query-inter-transfer-list": settings.transfers,
            "/v5/spot-margin-trade/state": settings.margin_state,
        }
        self._sets: dict[str, Callable[[Login, Params, int], Row]] = {
            "/v5/position/set-leverage": settings.leverage,
            "/v5/account/set-margin-mode": settings.margin,
            "/v5/position/switch-mode": settings.position_mode,
            TRANSFER: settings.transfer,
            "/v5/account/quick-repayment": settings.repay,
            "/v5/account/borrow": settings.borrow,
            "/v5/account/no-convert-repay": settings.repay_coin,
            "/v5/account/repay": settings.repay_coin,
            "/v5/position/trading-stop": settings.trading_stop,
            "/v5/position/switch-isolated": settings.closed_to_unified,
            "/v5/order/disconnected-cancel-all": settings.dead_man,
        }

    def answer(self, call: HttpCall, now: int) -> HttpAnswer:  # noqa: PLR0911 (one for each way to end)
        """Answer a request."""
        shut = self._gate.shut(call, now)
        if shut is not None:
            return shut
        headers: Headers = ()
        try:
            if call.method == "GET" and call.path in PUBLIC:
                if now < self._gate.exhausted_until:
                    return FORBIDDEN
                return wrapped(PUBLIC[call.path](self._exchange, of_query(call.query), now), now)
            reads = call.method == "GET" and (call.path in READS or call.path in self._reads)
            sets = call.method == "POST" and (call.path in ORDERS or call.path in self._sets)
            if not reads and not sets:
                return wrapped({}, now, NO_ROUTE)
            login = self._gate.enter(call.headers, call.query if reads else call.body.decode(errors="replace"), now)
            params = of_query(call.query) if reads else of_body(call.body)
            headers = self._gate.spend(login.account, call.path, params.text("category"), now)
            result = self._read(login, call.path, params, now) if reads else self._set(login, call.path, params, now)
        except TooManyError as error:
            return wrapped({}, now, error, error.headers)
        except RefusalError as error:
            reasons: Row = {"reasons": error.reasons} if isinstance(error, MarginError) else {}
            return wrapped(reasons, now, error, headers)
        return wrapped(result, now, None, headers)

    def _read(self, login: Login, path: str, params: Params, now: int) -> Row:
        own = self._reads.get(path)
        return READS[path](self._exchange, login, params, now) if own is None else own(login, params, now)

    def _set(self, login: Login, path: str, params: Params, now: int) -> Row:
        if not (login.permissions.transfer if path == TRANSFER else login.permissions.trade):
            raise RefusalError(10005, "Permission denied, please check your API key permissions.")
        own = self._sets.get(path)
        if own is not None:
            return own(login, params, now)
        return ORDERS[path](self._exchange, login.account, params, now)


def wrapped(result: Row, now: int, error: RefusalError | None = None, headers: Headers = ()) -> HttpAnswer:
    """Return an answer in the venue's envelope."""
    body = {
        "retCode": 0 if error is None else error.code,
        "retMsg": "OK" if error is None else error.message,
        "result": {name: value for name, value in result.items() if name != batches.EXTRA},
        "retExtInfo": result.get(batches.EXTRA, {}),
        "time": now // MS,
    }
    return HttpAnswer(200 if error is None else error.status, msgspec.json.encode(body), headers)

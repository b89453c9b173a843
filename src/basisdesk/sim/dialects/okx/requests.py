"""HTTP: from a request to its answer.

Public paths are counted by address, private ones by account; a key without the right to trade reads only.
Followed: https://www.okx.com/docs-v5/en/#overview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.sim.contract import HttpAnswer
from basisdesk.sim.dialects.okx import account, algos, capacity, history, lending, margins, past, trade
from basisdesk.sim.dialects.okx.errors import STATUS, CodeError
from basisdesk.sim.dialects.okx.gatekeeper import login_of
from basisdesk.sim.dialects.okx.market import PUBLIC
from basisdesk.sim.dialects.okx.params import Params, body_of, query_of
from basisdesk.sim.dialects.okx.text import us

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.sim.contract import HttpCall, Login
    from basisdesk.sim.dialects.okx.office import Office

ROOT = "/api/v5/"
BY_LOGIN: dict[str, Callable[[Office, Login, Params, int], list[Any]]] = {
    "account/balance": account.balance,
    "account/positions": account.positions,
    "account/config": account.config,
    "account/instruments": account.instruments,
    "account/trade-fee": account.trade_fee,
    "account/leverage-info": account.leverage_info,
    "account/max-size": capacity.max_size,
    "account/max-avail-size": capacity.max_available,
    "account/interest-accrued": lending.interest_accrued,
    "account/interest-rate": lending.interest_rate,
    "asset/balances": account.funding_balances,
    "account/positions-history": past.positions_history,
    "account/account-position-risk": account.position_risk,
    "account/risk-state": account.risk_state,
    "account/max-loan": lending.max_loan,
    "trade/account-rate-limit": account.order_limit,
    "asset/currencies": account.currencies,
    "asset/transfer-state": account.transfer_state,
    "asset/bills": account.funding_bills,
    "asset/asset-valuation": account.valuation,
}
BY_ACCOUNT: dict[str, Callable[[Office, str, Params, int], list[Any]]] = {
    "trade/order": history.order,
    "trade/orders-pending": history.orders_pending,
    "trade/orders-history": history.orders_history,
    "trade/orders-history-archive": history.orders_archive,
    "trade/fills": history.fills,
    "trade/fills-history": history.fills_history,
    "trade/order-algo": algos.one,
    "trade/orders-algo-pending": algos.pending,
    "trade/orders-algo-history": algos.history,
    "account/bills": history.bills,
    "account/bills-archive": history.bills_archive,
}
SETTINGS: dict[str, Callable[[Office, Login, Params, int], list[Any]]] = {
    "account/set-leverage": account.set_leverage,
    "account/set-position-mode": account.set_position_mode,
    "account/set-isolated-mode": margins.isolated_mode,
    "account/position/margin-balance": margins.adjust_margin,
    "account/spot-manual-borrow-repay": lending.borrow_repay,
    "asset/transfer": account.transfer,
}
DEALS: dict[str, Callable[[Office, str, Params, int], list[Any]]] = {
    "trade/close-position": trade.close_position,
    "trade/cancel-all-after": trade.cancel_all_after,
}
ORDERS = (*trade.SINGLE, *trade.BATCH)
READ = (*BY_LOGIN, *BY_ACCOUNT)
ALGOS = ("trade/order-algo", "trade/cancel-algos")
BOTH_WAYS = ("trade/order", "trade/order-algo")
WRITTEN = (*ORDERS, *SETTINGS, *DEALS, *ALGOS)
NOT_FOUND = HttpAnswer(404, b'{"code":"404","msg":"Not Found","data":[]}')


def answer(office: Office, call: HttpCall, now: int) -> HttpAnswer:
    """Answer a request."""
    name = call.path.removeprefix(ROOT)
    if not call.path.startswith(ROOT) or name not in (*PUBLIC, *READ, *WRITTEN):
        return NOT_FOUND
    try:
        return _ok(*_done(office, call, name, now))
    except CodeError as error:
        return said(error, STATUS.get(error.code, 200))


def said(error: CodeError, status: int) -> HttpAnswer:
    """Return an answer that refuses the whole request."""
    return HttpAnswer(status, msgspec.json.encode({"code": error.code, "data": [], "msg": error.words}))


def _ok(code: str, words: str, rows: list[Any], more: dict[str, str]) -> HttpAnswer:
    return HttpAnswer(200, msgspec.json.encode({"code": code, "data": rows, "msg": words} | more))


def _done(office: Office, call: HttpCall, name: str, now: int) -> tuple[str, str, list[Any], dict[str, str]]:
    """Do what is asked; returns code, words, rows and what else stands beside them."""
    if name in PUBLIC:
        _need(call, "GET")
        office.spend(name, call.source, now)
        return "0", "", PUBLIC[name](office, query_of(call.query), now), {}
    if call.method == "GET" and name in READ:
        login = login_of(office.exchange, call, now)
        params = query_of(call.query)
        office.spend(f"{name}?" if name in BOTH_WAYS else name, login.account, now)
        if name in BY_LOGIN:
            return "0", "", BY_LOGIN[name](office, login, params, now), {}
        return "0", "", BY_ACCOUNT[name](office, login.account, params, now), {}
    if name not in WRITTEN:
        raise CodeError("50115")
    _need(call, "POST")
    login = login_of(office.exchange, call, now)
    if not login.permissions.trade:
        raise CodeError("50120")
    return _written(office, call, login, name, now)


def _written(
    office: Office, call: HttpCall, login: Login, name: str, now: int
) -> tuple[str, str, list[Any], dict[str, str]]:
    given = body_of(call.body)
    if name in ORDERS:
        if "cancel" not in name:
            in_time(call.headers.get("exptime", ""), now)
        code, words, rows = trade.work(office, login.account, name, given, now)
        return code, words, rows, {"inTime": us(now), "outTime": us(now)}
    office.spend(name, login.account, now)
    if name in ALGOS:
        return _refused_algos(office, given, name)
    if isinstance(given, list):
        raise CodeError("50002")
    if name in DEALS:
        return "0", "", DEALS[name](office, login.account, given, now), {}
    return "0", "", SETTINGS[name](office, login, given, now), {}


def _refused_algos(
    office: Office, given: Params | list[Params], name: str
) -> tuple[str, str, list[Any], dict[str, str]]:
    if isinstance(given, list) != (name == "trade/cancel-algos"):
        raise CodeError("50002")
    rows = algos.cancel(given) if isinstance(given, list) else algos.place(office, given)
    return "1", "", rows, {}


def in_time(stamp: object, now: int) -> None:
    """Refuse work that arrives after its own deadline (milliseconds, empty for none); raises CodeError."""
    if stamp in ("", None):
        return
    if not isinstance(stamp, str) or not stamp.isascii() or not stamp.isdigit():
        raise CodeError("51000", "expTime")
    if int(stamp[:19]) * 1_000_000 < now:
        raise CodeError("50036")


def _need(call: HttpCall, method: str) -> None:
    if call.method != method:
        raise CodeError("50115")

"""Everything else of an account: settings, money, and what is asked of it.

Spot has balances, orders and fills; positions, leverage, modes, income and listen keys are of futures alone.
Fills of spot come by windows of at most a day, of futures by windows of at most a week; once an id is known, later
fills come by id, which has no holes.
Source: "Account Endpoints" (spot), "Account" and "Trade" (USD-M, COIN-M), "User Universal Transfer" (wallet).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import is_workable, plain
from basisdesk.domain.ask import AskFills, AskIncome, MarginMode, MoveFunds, PositionMode, SetLeverage, SetMarginMode
from basisdesk.domain.errors import Refusal
from basisdesk.venues.binance.capabilities import ACCOUNTS
from basisdesk.venues.binance.limits import costs
from basisdesk.venues.binance.requests.markets import market_of, order_name, refuse_line, refuse_spot, root
from basisdesk.venues.binance.sign import MILLISECOND, Params, Plan, Security

if TYPE_CHECKING:
    from basisdesk.domain.ask import OrderRef, SetPositionMode
    from basisdesk.venues.trading import Session

HOUR = 3_600_000_000_000
FILLS_WINDOW = {"spot": 24 * HOUR, "usdm": 7 * 24 * HOUR, "coinm": 7 * 24 * HOUR}
PAGE = 1000
LEVERAGE = Decimal(125)

_TRANSFERS = {
    ("spot", "usdm"): "MAIN_UMFUTURE",
    ("usdm", "spot"): "UMFUTURE_MAIN",
    ("spot", "coinm"): "MAIN_CMFUTURE",
    ("coinm", "spot"): "CMFUTURE_MAIN",
}


def set_leverage(ask: SetLeverage, session: Session) -> Plan | Refusal:
    """Plan a leverage, which is a whole number here."""
    market = market_of(ask.symbol, session)
    if isinstance(market, Refusal):
        return market
    if market.market == "spot":
        return Refusal("unsupported", f"{ask.symbol} is spot and has no leverage: name a future")
    most = market.max_leverage or LEVERAGE
    if not is_workable(ask.leverage) or not 1 <= ask.leverage <= most or ask.leverage % 1 != 0:
        return Refusal("bad_leverage", f"leverage {ask.leverage} is not a whole number from 1 to {plain(most)}")
    return _setting(market.market, "leverage", (("symbol", market.code), ("leverage", int(ask.leverage))))


def set_margin(ask: SetMarginMode, session: Session) -> Plan | Refusal:
    """Plan cross or isolated margin of a market."""
    market = market_of(ask.symbol, session)
    if isinstance(market, Refusal):
        return market
    if market.market == "spot" or ask.mode is MarginMode.CASH:
        return Refusal("unsupported", f"{ask.symbol} cannot be set to {ask.mode.value}: futures are cross or isolated")
    if ask.leverage is not None:
        return Refusal(
            "unsupported", f"the margin mode of {ask.symbol} is set without its leverage: set that by itself"
        )
    kind = "ISOLATED" if ask.mode is MarginMode.ISOLATED else "CROSSED"
    return _setting(market.market, "marginType", (("symbol", market.code), ("marginType", kind)))


def set_position(ask: SetPositionMode) -> Plan | Refusal:
    """Plan one-way or hedge mode of a line; it holds for all of the line's markets."""
    refusal = refuse_spot(ask.line, "position mode")
    if refusal is not None:
        return refusal
    dual = "true" if ask.mode is PositionMode.HEDGE else "false"
    return _setting(ask.line, "positionSide/dual", (("dualSidePosition", dual),))


def _setting(line: str, name: str, params: Params) -> Plan:
    return Plan(
        line=line, method="POST", path=f"{root(line)}/{name}", params=params, changes=True, costs=costs(line, 1)
    )


def move(ask: MoveFunds) -> Plan | Refusal:
    """Plan a transfer between spot and a futures account of the same owner."""
    kind = _TRANSFERS.get((ask.source, ask.target))
    if kind is None:
        return Refusal(
            "bad_account",
            f"binance moves nothing from {ask.source[:40]!r} to {ask.target[:40]!r}: "
            f"use two of {', '.join(ACCOUNTS)}, one of them spot",
        )
    if not is_workable(ask.amount) or ask.amount <= 0:
        return Refusal("bad_amount", f"an amount of {ask.amount} {ask.asset} cannot be moved: give one above zero")
    return Plan(
        line="spot",
        method="POST",
        path="/sapi/v1/asset/transfer",
        params=(("type", kind), ("asset", ask.asset), ("amount", plain(ask.amount))),
        changes=True,
        costs=(("sapi.uid", 900),),
    )


def listen_key(line: str, method: str) -> Plan | Refusal:
    """Plan to get (POST) or keep (PUT) a listen key, which needs the key and no signature."""
    if line == "spot":
        return Refusal("unsupported", "binance spot has no listen key: its private stream subscribes with a signature")
    refusal = refuse_line(line)
    if refusal is not None:
        return refusal
    return Plan(
        line=line,
        method=method,
        path=f"{root(line)}/listenKey",
        security=Security.KEY,
        changes=True,
        costs=costs(line, 1),
    )


def balances(line: str, account: str) -> Plan | Refusal:
    """Plan to read the balances of a line's account."""
    refusal = refuse_line(line)
    if refusal is not None:
        return refusal
    if account not in {"", line}:
        return Refusal("bad_account", f"binance {line} shows no account {account[:40]!r}: ask for the line's own")
    if line == "spot":
        return _read("spot", "/api/v3/account", 20, (("omitZeroBalances", "true"),))
    return _read(line, "/fapi/v3/balance" if line == "usdm" else "/dapi/v1/balance", 5)


def positions(line: str, symbol: str, session: Session) -> Plan | Refusal:
    """Plan to read positions; the second version of USD-M is asked, because the third leaves the leverage out."""
    refusal = refuse_spot(line, "positions")
    if refusal is not None:
        return refusal
    params: Params = ()
    if symbol:
        market = market_of(symbol, session, line)
        if isinstance(market, Refusal):
            return market
        # COIN-M filters by pair only; the reply is filtered by symbol.
        params = (("symbol", market.code),) if line == "usdm" else (("pair", market.code.partition("_")[0]),)
    return _read(line, "/fapi/v2/positionRisk" if line == "usdm" else "/dapi/v1/positionRisk", 5, params)


def position_mode(line: str) -> Plan | Refusal:
    """Plan to read one-way or hedge."""
    return refuse_spot(line, "position mode") or _read(line, f"{root(line)}/positionSide/dual", 30)


def open_orders(line: str, symbol: str, session: Session) -> Plan | Refusal:
    """Plan to read the open orders of a market, or at a high cost of all."""
    refusal = refuse_line(line)
    if refusal is not None:
        return refusal
    one, every = (6, 80) if line == "spot" else (1, 40)
    if not symbol:
        return _read(line, f"{root(line)}/openOrders", every)
    market = market_of(symbol, session, line)
    if isinstance(market, Refusal):
        return market
    return _read(line, f"{root(line)}/openOrders", one, (("symbol", market.code),))


def order(ref: OrderRef, session: Session) -> Plan | Refusal:
    """Plan to read one order."""
    market = market_of(ref.symbol, session)
    if isinstance(market, Refusal):
        return market
    name = order_name(ref)
    if isinstance(name, Refusal):
        return name
    weight = 4 if market.market == "spot" else 1
    plan = _read(market.market, f"{root(market.market)}/order", weight, (("symbol", market.code), name))
    return Plan(
        line=plan.line, method="GET", path=plan.path, params=plan.params, costs=plan.costs, socket_method="order.status"
    )


def fills(ask: AskFills, session: Session, now: int) -> Plan | Refusal:
    """Plan a page of own trades; the cursor is ``id:N`` (from that id on) or ``at:NS`` (a window from that time)."""
    market = market_of(ask.symbol, session, ask.line)
    if isinstance(market, Refusal):
        return market
    spot = ask.line == "spot"
    kind, _, mark = (ask.cursor or (f"at:{ask.since}" if ask.since else "")).partition(":")
    params: Params = ()
    if kind == "id" and mark.isdigit():
        params = (("fromId", int(mark)),)
    elif kind == "at" and mark.isdigit():
        end = min(int(mark) + FILLS_WINDOW[ask.line], max(now, int(mark)))
        params = (("startTime", int(mark) // MILLISECOND), ("endTime", end // MILLISECOND))
    elif kind:
        return Refusal("bad_cursor", f"{ask.cursor[:40]!r} is no mark of a page of fills: begin without one")
    return _read(
        ask.line,
        f"{root(ask.line)}/{'myTrades' if spot else 'userTrades'}",
        20 if ask.line != "usdm" else 5,
        (("symbol", market.code), *params, ("limit", PAGE)),
    )


def income(ask: AskIncome, session: Session) -> Plan | Refusal:
    """Plan a page of booked rows; the cursor is the number of the page."""
    refusal = refuse_spot(ask.line, "income rows")
    if refusal is not None:
        return refusal
    if ask.cursor and not ask.cursor.isdigit():
        return Refusal("bad_cursor", f"{ask.cursor[:40]!r} is no mark of a page of income: begin without one")
    params: Params = ()
    if ask.symbol:
        market = market_of(ask.symbol, session, ask.line)
        if isinstance(market, Refusal):
            return market
        params = (("symbol", market.code),)
    if ask.since:
        params = (*params, ("startTime", ask.since // MILLISECOND))
    params = (*params, ("page", int(ask.cursor or "1")), ("limit", PAGE))
    return _read(ask.line, f"{root(ask.line)}/income", 30 if ask.line == "usdm" else 20, params)


def fees(symbol: str, session: Session) -> Plan | Refusal:
    """Plan to read the account's own fees of a market."""
    market = market_of(symbol, session)
    if isinstance(market, Refusal):
        return market
    path = "account/commission" if market.market == "spot" else "commissionRate"
    return _read(market.market, f"{root(market.market)}/{path}", 20, (("symbol", market.code),))


def permissions() -> Plan:
    """Plan to read what the key may do."""
    return Plan(line="spot", method="GET", path="/sapi/v1/account/apiRestrictions", costs=(("sapi.weight", 1),))


def _read(line: str, path: str, weight: float, params: Params = ()) -> Plan:
    return Plan(line=line, method="GET", path=path, params=params, costs=costs(line, weight))

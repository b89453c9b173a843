"""Private REST that reads: positions, orders, fills, booked rows, fees, the account and its key.

Lists come newest first, in pages whose mark is an offset; what is asked for without a market needs a settle coin on the
linear line.
Followed: https://bybit-exchange.github.io/docs/v5/account/*, position, order/open-order, order/order-list,
order/execution, asset/* and user/apikey-info.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basisdesk.domain.account import IncomeKind
from basisdesk.domain.arithmetic import plain
from basisdesk.domain.ask import OrderRef, PositionMode, PositionSide
from basisdesk.domain.order import OrderStatus
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.bybit import accountrows as rows
from basisdesk.sim.dialects.bybit.codes import parameter
from basisdesk.sim.dialects.bybit.market import CONTRACTS, market_of
from basisdesk.sim.dialects.bybit.names import LINES, MS, cursor_text, identity, milliseconds, number_of
from basisdesk.sim.dialects.bybit.orders import FILTERS, PLAIN, of_coin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from basisdesk.domain.account import Income, OrderUpdate
    from basisdesk.sim.contract import Exchange, Login
    from basisdesk.sim.dialects.bybit.params import Params

Row = dict[str, object]
RECENT = 500
WEEK = 7 * 86_400_000
DAY = 86_400_000
STATES = (
    "New", "PartiallyFilled", "Untriggered", "Rejected", "PartiallyFilledCanceled", "Filled", "Cancelled", "Triggered",
    "Deactivated",
)  # fmt: skip
LOG_TYPES = {
    IncomeKind.FUNDING: "SETTLEMENT",
    IncomeKind.INTEREST: "INTEREST",
    IncomeKind.FEE: "TRADE",
    IncomeKind.REBATE: "TRADE",
    IncomeKind.TRADE: "TRADE",
    IncomeKind.LIQUIDATION: "LIQUIDATION",
    IncomeKind.DELIVERY: "DELIVERY",
    IncomeKind.OTHER: "BONUS",
}


def paged(found: Sequence[Any], params: Params, usual: int, most: int) -> tuple[list[Any], str]:
    """Return one page of what was found, newest first, and the mark of the next."""
    limit = params.whole("limit", usual, 1, most)
    mark = params.text("cursor")
    start = mark.removeprefix("page:").partition(",")[0]
    if mark and not (start.isascii() and start.isdigit()):
        raise parameter("params error: cursor invalid")
    begin = int(start or 0)
    more = cursor_text(f"page:{begin + limit},{begin + limit}") if begin + limit < len(found) else ""
    return list(found[begin : begin + limit]), more


def positions(exchange: Exchange, login: Login, params: Params, _now: int) -> Row:
    """Return positions: of a market whether there is one or not, else those that are not flat."""
    line = params.choice("category", CONTRACTS, None)
    settle = params.text("settleCoin")
    if params.text("symbol"):
        symbol = market_of(exchange, params).instrument.symbol
        held = {each.side: each for each in exchange.positions(login.account, line, symbol)}
        hedged = exchange.position_mode(login.account, line) is PositionMode.HEDGE
        sides = (PositionSide.LONG, PositionSide.SHORT) if hedged else (PositionSide.NET,)
        found = [rows.position_row(exchange, login.account, symbol, side, held.get(side)) for side in sides]
    elif line == "linear" and not settle:
        raise parameter("params error: symbol or settleCoin is required")
    else:
        found = [
            rows.position_row(exchange, login.account, each.symbol, each.side, each)
            for each in exchange.positions(login.account, line)
            if settle in {"", rows.instrument_of(exchange, each.symbol).settle}
        ]
    page, more = paged(found, params, 20, 200)
    return {"category": line, "list": page, "nextPageCursor": more}


def open_orders(exchange: Exchange, login: Login, params: Params, now: int) -> Row:
    """Return orders that live, or the latest ended ones; one that is named is found among both."""
    line = params.choice("category", LINES, None)
    if line == "linear" and not any(
        params.text(name) for name in ("symbol", "baseCoin", "settleCoin", "orderId", "orderLinkId")
    ):
        raise parameter("params error: symbol, baseCoin or settleCoin is required")
    named = _named(exchange, login, params, line, now)
    if named is not None:
        found = named
    elif params.whole("openOnly", 0, 0, 2):
        every = exchange.past_orders(login.account, line, "", 0, now)
        found = [each for each in every if each.status is OrderStatus.DONE][-RECENT:]
    else:
        found = exchange.open_orders(login.account, line)
    return _orders(exchange, login, params, line, found, now)


def order_history(exchange: Exchange, login: Login, params: Params, now: int) -> Row:
    """Return ended orders of a span of at most seven days, the last seven where none is told."""
    line = params.choice("category", LINES, None)
    named = _named(exchange, login, params, line, now)
    if named is None:
        since, until = span(params, now, WEEK)
        every = exchange.past_orders(login.account, line, "", since * MS, now)
        named = [each for each in every if exchange.created_at(login.account, each.venue_id) // MS <= until]
    found = [each for each in named if each.status is OrderStatus.DONE]
    return _orders(exchange, login, params, line, found, now)


def executions(exchange: Exchange, login: Login, params: Params, now: int) -> Row:
    """Return own trades, and fundings among them unless another kind is asked for."""
    line = params.choice("category", LINES, None)
    kinds = ("Trade", "AdlTrade", "BustTrade", "Funding", "Delivery", "Settle", "BlockTrade", "MovePosition")
    kind = params.choice("execType", (*kinds, "FutureSpread"), "")
    symbol = market_of(exchange, params).instrument.symbol if params.text("symbol") else ""
    since, until = span(params, now, WEEK)
    order, client = number_of(params.text("orderId")), params.text("orderLinkId")
    found: list[tuple[int, Row]] = [
        (each.at, rows.execution_row(exchange, login.account, each))
        for each in exchange.fills(login.account, line, symbol, since * MS, now)
        if order in {"", each.venue_id} and (order or client in {"", each.client_id})
    ]
    if not order and not client:
        found += [
            (each.at, rows.funding_row(exchange, each))
            for each in exchange.income(login.account, line, symbol, since * MS)
            if each.kind is IncomeKind.FUNDING
        ]
    told = [row for at, row in sorted(found, key=lambda each: -each[0]) if at // MS <= until]
    page, more = paged([row for row in told if kind in {"", row["execType"]}], params, 50, 100)
    return {"category": line, "list": page, "nextPageCursor": more}


def transaction_log(exchange: Exchange, login: Login, params: Params, now: int) -> Row:
    """Return booked rows of a span, the last day where none is told."""
    params.choice("accountType", ("UNIFIED",), "UNIFIED")
    category, coin = params.choice("category", LINES, ""), params.text("currency")
    since, until = span(params, now, DAY)
    found = [
        (line, each)
        for line in ((category,) if category else LINES)
        for each in exchange.income(login.account, line, "", since * MS)
        if coin in {"", each.asset} and each.at // MS <= until
    ]
    unique = {each.id: (line, each) for line, each in found}
    left = {each.asset: each.total for each in exchange.balances(login.account, "unified")}
    told = []
    for line, each in sorted(unique.values(), key=lambda each: -each[1].at):
        told.append(_log_row(exchange, line, each, left.get(each.asset, rows.ZERO)))
        left[each.asset] = left.get(each.asset, rows.ZERO) - each.amount
    page, more = paged(told, params, 20, 50)
    return {"list": page, "nextPageCursor": more}


def fee_rate(exchange: Exchange, login: Login, params: Params, _now: int) -> Row:
    """Return the account's fees of a market, or of a category."""
    line = params.choice("category", LINES, None)
    chosen = [market_of(exchange, params)] if params.text("symbol") else of_coin(exchange, line, "", "")
    told = []
    for market in chosen:
        fees = exchange.fees(login.account, market.instrument.symbol)
        told.append({
            "symbol": market.instrument.code, "takerFeeRate": plain(fees.taker), "makerFeeRate": plain(fees.maker),
        })  # fmt: skip
    return {"list": told}


def key(_exchange: Exchange, login: Login, _params: Params, _now: int) -> Row:
    """Return what the key may do."""
    rights = login.permissions
    wallet = [name for name, has in (("AccountTransfer", rights.transfer), ("Withdraw", rights.withdraw)) if has]
    permissions: dict[str, list[str]] = {
        "ContractTrade": ["Order", "Position"],
        "Spot": ["SpotTrade"],
        "Wallet": wallet,
        "Options": ["OptionsTrade"],
        "Derivatives": ["DerivativesTrade"],
        "CopyTrading": [],
        "BlockTrade": [],
        "Exchange": ["ExchangeHistory"],
        "NFT": [],
        "Affiliate": [],
    }
    return {
        "id": login.account,
        "note": "simulated",
        "apiKey": login.credentials.key,
        "readOnly": 0 if rights.trade else 1,
        "secret": "",
        "permissions": permissions,
        "ips": ["127.0.0.1"] if rights.addresses else ["*"],
        "type": 1,
        "deadlineDay": 90,
        "expiredAt": "2030-01-01T00:00:00Z",
        "createdAt": "2025-01-01T00:00:00Z",
        "unified": 0,
        "uta": 1,
        "userID": int(login.account),
        "inviterID": 0,
        "vipLevel": "No VIP",
        "mktMakerLevel": "0",
        "affiliateID": 0,
        "rsaPublicKey": "",
        "isMaster": True,
        "parentUid": "0",
        "kycLevel": "LEVEL_DEFAULT",
        "kycRegion": "",
    }


def _named(exchange: Exchange, login: Login, params: Params, line: str, now: int) -> list[OrderUpdate] | None:
    """Return the order that is named by an id, an empty list where there is none, None where no id is told."""
    number, client = number_of(params.text("orderId")), params.text("orderLinkId")
    if not number and not client:
        return None
    told = exchange.order(login.account, OrderRef(symbol="", venue_id=number, client_id="" if number else client), now)
    found = [] if isinstance(told, Refused) else [told]
    return [each for each in found if rows.instrument_of(exchange, each.symbol).market == line]


def _orders(exchange: Exchange, login: Login, params: Params, line: str, found: list[OrderUpdate], now: int) -> Row:
    code, base, settle = params.text("symbol"), params.text("baseCoin"), params.text("settleCoin")
    if code:
        market_of(exchange, params)
    if params.choice("orderFilter", FILTERS) not in PLAIN:
        found = []
    state = params.choice("orderStatus", STATES)
    chosen = []
    for each in reversed(found):
        instrument = rows.instrument_of(exchange, each.symbol)
        if code in {"", instrument.code} and base in {"", instrument.base} and settle in {"", instrument.settle}:
            chosen.append(each)
    if state and not (params.text("orderId") or params.text("orderLinkId")):  # who names an order has chosen it
        chosen = [each for each in chosen if rows.state_of(exchange, login.account, each) == state]
    page, more = paged(chosen, params, 20, 50)
    told = [rows.order_row(exchange, login.account, each, now) for each in page]
    return {"category": line, "list": told, "nextPageCursor": more}


def span(params: Params, now: int, usual: int) -> tuple[int, int]:
    """Return the span that is asked for, in ms; raises RefusalError for one that is too long."""
    since, until = params.whole("startTime", 0), params.whole("endTime", 0)
    if not since and not until:
        until = now // MS
        since = until - usual
    since = since or until - usual
    until = until or since + usual
    if not 0 <= until - since <= WEEK:
        raise parameter("The time range between startTime and endTime cannot exceed 7 days")
    return since, until


def _log_row(exchange: Exchange, line: str, income: Income, left: Decimal) -> Row:
    funding = income.kind is IncomeKind.FUNDING
    fee = income.kind in {IncomeKind.FEE, IncomeKind.REBATE}
    moved = "TRANSFER_IN" if income.amount > 0 else "TRANSFER_OUT"
    category = rows.instrument_of(exchange, income.symbol).market if income.symbol else ""
    return {
        "id": f"{income.account}_{income.symbol}_{income.id}",
        "symbol": rows.instrument_of(exchange, income.symbol).code if income.symbol else "",
        "category": category or line,
        "side": "None",
        "transactionTime": milliseconds(income.at),
        "type": LOG_TYPES.get(income.kind, moved),
        "transSubType": "",
        "qty": "0",
        "size": "0",
        "currency": income.asset,
        "tradePrice": "",
        "funding": plain(income.amount) if funding else "",
        "fee": plain(-income.amount) if fee else "0",
        "cashFlow": "0" if funding or fee else plain(income.amount),
        "change": plain(income.amount),
        "cashBalance": plain(left),
        "feeRate": "",
        "bonusChange": "",
        "tradeId": identity(income.id, category) if income.symbol else "",
        "orderId": "",
        "orderLinkId": "",
        "extraFees": "",
    }


PATHS = {
    "/v5/position/list": positions,
    "/v5/order/realtime": open_orders,
    "/v5/order/history": order_history,
    "/v5/execution/list": executions,
    "/v5/account/transaction-log": transaction_log,
    "/v5/account/fee-rate": fee_rate,
    "/v5/user/query-api": key,
}

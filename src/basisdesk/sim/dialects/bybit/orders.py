"""Orders as they are asked for, over REST and over the trade socket alike.

An order of contracts needs qty and, for a limit, a price; a spot market order counts coin or money by `marketUnit`,
and by itself money for buys and coin for sells.
An answer is an acceptance; what became of the order is told on the private stream.
Followed: https://bybit-exchange.github.io/docs/v5/order/create-order, amend-order, cancel-order and cancel-all.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain.arithmetic import Rounding, on_grid
from basisdesk.domain.ask import Amend, MarginMode, NewOrder, OrderRef, OrderType, PositionSide, TimeInForce
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.bybit.codes import RefusalError, parameter, refusal
from basisdesk.sim.dialects.bybit.market import market_of
from basisdesk.sim.dialects.bybit.names import LINES, identity, number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.account import OrderUpdate
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange, SimMarket
    from basisdesk.sim.dialects.bybit.params import Params

Row = dict[str, object]
SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}
TYPES = {"Limit": OrderType.LIMIT, "Market": OrderType.MARKET}
TIMES = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK, "PostOnly": TimeInForce.GTC}
POSITIONS = (PositionSide.NET, PositionSide.LONG, PositionSide.SHORT)
FILTERS = ("Order", "StopOrder", "tpslOrder", "OcoOrder", "BidirectionalTpslOrder", "OpenOrder")
PLAIN = ("", "Order", "OpenOrder")
"""Filters that let ordinary orders through; there are no others here."""
CONDITIONS = ("triggerPrice", "takeProfit", "stopLoss", "trailingStop")
NO_CONDITIONS = {
    True: RefusalError(170810, "Cannot exceed maximum of 0 conditional, TP/SL and active orders."),
    False: RefusalError(110009, "The number of stop orders exceeds the maximum allowable limit."),
}
"""By whether it is spot: the venue's codes for one conditional order too many, of which none may be here."""
UNITS = ("baseCoin", "quoteCoin")
_CLIENT = re.compile(r"[A-Za-z0-9_-]{1,36}")


def create(exchange: Exchange, account: str, params: Params, now: int) -> Row:
    """Take an order."""
    market = market_of(exchange, params)
    order = wanted(market, params)
    if not order.size and order.reduce_only and params.flag("closeOnTrigger"):
        order = replace(order, size=_whole(exchange, account, market, order.position))
    return _accepted(exchange.place(account, order, now), market.instrument)


def _whole(exchange: Exchange, account: str, market: SimMarket, side: PositionSide) -> Decimal:
    """Return the size of a position, which an order of nothing that only reduces and closes asks for."""
    held = exchange.positions(account, market.instrument.market, market.instrument.symbol)
    return sum((abs(each.size) for each in held if each.side is side), Decimal(0))


def amend(exchange: Exchange, account: str, params: Params, now: int) -> Row:
    """Change an order."""
    market = market_of(exchange, params)
    refuse_conditions(params, market.instrument.market)
    size, price = params.amount("qty"), params.amount("price")
    if size is None and price is None:
        raise parameter("params error: qty or price is required")
    ref = _named(market.instrument, params)
    return _accepted(exchange.amend(account, Amend(order=ref, size=size, price=price), now), market.instrument)


def cancel(exchange: Exchange, account: str, params: Params, now: int) -> Row:
    """Take an order out of the book."""
    market = market_of(exchange, params)
    ref = _named(market.instrument, params)
    if params.choice("orderFilter", FILTERS) not in PLAIN:
        raise refusal(Refused(Reason.UNKNOWN_ORDER, "there are no conditional orders"), market.instrument.market)
    return _accepted(exchange.cancel(account, ref, now), market.instrument)


def cancel_all(exchange: Exchange, account: str, params: Params, now: int) -> Row:
    """Take every order of a market, or of the contracts of a coin, out of the book."""
    line = params.choice("category", LINES, None)
    code, base, settle = params.text("symbol"), params.text("baseCoin"), params.text("settleCoin")
    if line != "spot" and not (code or base or settle):
        raise parameter("params error: symbol, settleCoin or baseCoin is required")
    chosen = [market_of(exchange, params)] if code else list(of_coin(exchange, line, base, settle))
    plain = params.choice("orderFilter", FILTERS) in PLAIN
    ended: list[OrderUpdate] = []
    for market in chosen if plain else ():
        ended += exchange.cancel_all(account, line, market.instrument.symbol, now)
    rows = [{"orderId": identity(each.venue_id, line), "orderLinkId": each.client_id} for each in ended]
    return {"list": rows, "success": "1"}


def refuse_conditions(params: Params, line: str) -> None:
    """Raise RefusalError for an order that waits for a price, or brings such orders along; "0" means none."""
    waits = any(params.amount(name) for name in CONDITIONS)
    if waits or params.choice("orderFilter", FILTERS) not in PLAIN:
        raise NO_CONDITIONS[line == "spot"]


def of_coin(exchange: Exchange, line: str, base: str, settle: str) -> list[SimMarket]:
    """Return the markets of a line, of a base coin, or settled in a coin."""
    return [
        each
        for each in exchange.markets.values()
        if each.instrument.market == line
        and base in {"", each.instrument.base}
        and settle in {"", each.instrument.settle}
    ]


def wanted(market: SimMarket, params: Params) -> NewOrder:
    """Return the order that is asked for; raises RefusalError."""
    instrument = market.instrument
    spot = instrument.market == "spot"
    refuse_conditions(params, instrument.market)
    side = SIDES[params.choice("side", tuple(SIDES), None)]
    kind = TYPES[params.choice("orderType", tuple(TYPES), None)]
    amount = params.amount("qty", required=True)
    price = params.amount("price", required=kind is OrderType.LIMIT)
    lives = params.choice("timeInForce", tuple(TIMES), "GTC" if kind is OrderType.LIMIT else "IOC")
    client = params.text("orderLinkId")
    if client and not _CLIENT.fullmatch(client):
        raise parameter("params error: orderLinkId invalid")
    position = params.whole("positionIdx", 0, 0, 2)
    leverage = params.whole("isLeverage", 0, 0, 1)
    params.flag("closeOnTrigger")
    size, money = amount, None
    unit = params.choice("marketUnit", UNITS, "quoteCoin" if side is Side.BUY else "baseCoin")
    if spot and kind is OrderType.MARKET and unit == "quoteCoin":
        size, money = (None, amount) if side is Side.BUY else (_worth(market, amount), None)
    margin = (MarginMode.CROSS if leverage else MarginMode.CASH) if spot else None
    return NewOrder(
        symbol=instrument.symbol,
        side=side,
        type=kind,
        client_id=client,
        size=size,
        price=price if kind is OrderType.LIMIT else None,
        money=money,
        time_in_force=TIMES[lives] if kind is OrderType.LIMIT else TimeInForce.GTC,
        post_only=lives == "PostOnly" and kind is OrderType.LIMIT,
        reduce_only=params.flag("reduceOnly"),
        margin=margin,
        position=POSITIONS[position],
    )


def _worth(market: SimMarket, money: Decimal | None) -> Decimal | None:
    """Return the coin that is sold for an amount of money at the best bid, on the step."""
    bid = market.book.bid
    if money is None or bid != bid:  # noqa: PLR0124 (NaN: nobody bids)
        return money
    return on_grid(money / Decimal(str(bid)), market.instrument.step, Rounding.DOWN)


def _named(instrument: Instrument, params: Params) -> OrderRef:
    identity_, client = params.text("orderId"), params.text("orderLinkId")
    if not (identity_ or client):
        raise parameter("params error: orderId or orderLinkId is required")
    return OrderRef(symbol=instrument.symbol, venue_id=number_of(identity_), client_id="" if identity_ else client)


def _accepted(told: OrderUpdate | Refused, instrument: Instrument) -> Row:
    if isinstance(told, Refused):
        raise refusal(told, instrument.market)
    return {"orderId": identity(told.venue_id, instrument.market), "orderLinkId": told.client_id}


PATHS: dict[str, Callable[[Exchange, str, Params, int], Row]] = {
    "/v5/order/create": create,
    "/v5/order/amend": amend,
    "/v5/order/cancel": cancel,
    "/v5/order/cancel-all": cancel_all,
}

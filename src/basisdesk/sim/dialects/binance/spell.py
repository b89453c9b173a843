"""Figures and orders as the venue writes them.

Prices and sizes are text, on spot always with eight digits behind the point; ids and times are numbers, times in ms.
Replies of July 2026 to commands on futures leave average price and cumulated value out; queries keep them.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import OrderType, PositionSide, TimeInForce
from basisdesk.domain.instrument import Margin, base_of, notional
from basisdesk.domain.order import DoneReason, OrderStatus

if TYPE_CHECKING:
    from basisdesk.domain.account import OrderUpdate
    from basisdesk.domain.ask import NewOrder
    from basisdesk.domain.instrument import Instrument

MILLISECOND = 1_000_000
SATOSHI = Decimal("0.00000001")
ZERO = Decimal(0)
PREVENTION = "EXPIRE_MAKER"
ENDED = {
    DoneReason.FILLED: "FILLED",
    DoneReason.CANCELLED: "CANCELED",
    DoneReason.EXPIRED: "EXPIRED",
    DoneReason.REJECTED: "REJECTED",
}
FORCED = {"LIQUIDATION": "autoclose-", "ADL": "adl_autoclose", "DELIVERY": "settlement_autoclose-"}
SIDES = {PositionSide.NET: "BOTH", PositionSide.LONG: "LONG", PositionSide.SHORT: "SHORT"}


def ms(at: int) -> int:
    """Return a time in milliseconds."""
    return at // MILLISECOND


@precise
def money(value: Decimal) -> str:
    """Write an amount with eight digits behind the point."""
    return format(value.quantize(SATOSHI, ROUND_HALF_EVEN), "f")


def figure(value: Decimal | None, line: str) -> str:
    """Write a price or size of a line; zero for none."""
    if line == "spot":
        return money(value or ZERO)
    return format((value or ZERO).normalize() + ZERO, "f") if value else "0"


def level(value: float, grid: Decimal, line: str) -> str:
    """Write a price or size that is kept as a float, on its grid."""
    exact = ZERO if math.isnan(value) else Decimal(repr(value)).quantize(grid, ROUND_HALF_EVEN)
    return money(exact) if line == "spot" else format(exact, "f")


def loose(value: float, digits: int = 8) -> str:
    """Write a figure that is on no grid, such as a rate or a volume; zero for none."""
    return f"{0.0 if math.isnan(value) else value:.{digits}f}"


def digits(grid: Decimal) -> int:
    """Return how many digits behind the point a grid needs."""
    return max(0, -int(grid.normalize().as_tuple().exponent))


def price_digits(each: Instrument) -> int:
    """Return the digits of a contract's prices, of which USD-M has two at least."""
    return max(2 if each.market == "usdm" else 0, digits(each.tick))


def status_of(update: OrderUpdate) -> str:
    """Return the venue's word for how an order stands."""
    if update.status is OrderStatus.DONE:
        return ENDED[update.reason or DoneReason.CANCELLED]
    return "PARTIALLY_FILLED" if update.filled else "NEW"


def type_of(order: NewOrder | None, update: OrderUpdate, line: str) -> str:
    """Return the venue's word for the type of an order."""
    if update.type is OrderType.MARKET:
        return "MARKET"
    return "LIMIT_MAKER" if line == "spot" and order is not None and order.post_only else "LIMIT"


def force_of(order: NewOrder | None, line: str) -> str:
    """Return the venue's word for how long an order lives."""
    if order is None:
        return "IOC"
    if line != "spot" and order.post_only:
        return "GTX"
    return TimeInForce.GTC.name if order.type is OrderType.MARKET else order.time_in_force.name


@precise
def value_of(update: OrderUpdate, market: Instrument) -> Decimal:
    """Return what has been filled in quote money, on COIN-M in coin."""
    if not update.filled or update.average is None:
        return ZERO
    if market.margin is Margin.INVERSE:
        return base_of(market, update.filled, update.average)
    return notional(market, update.filled, update.average)


def spot_order(update: OrderUpdate, order: NewOrder | None, market: Instrument) -> dict[str, object]:
    """Write what every answer about a spot order holds."""
    money_asked = order.money if order is not None and order.money is not None else ZERO
    return {
        "symbol": market.code,
        "orderId": int(update.venue_id),
        "orderListId": -1,
        "clientOrderId": update.client_id,
        "price": money(update.price or ZERO),
        "origQty": money(update.size or update.filled),
        "executedQty": money(update.filled),
        "origQuoteOrderQty": money(money_asked),
        "cummulativeQuoteQty": money(value_of(update, market)),
        "status": status_of(update),
        "timeInForce": force_of(order, "spot"),
        "type": type_of(order, update, "spot"),
        "side": update.side.value,
        "selfTradePreventionMode": PREVENTION,
    }


def name_of(update: OrderUpdate) -> str:
    """Return an order's client id; those of the venue's own making begin by what they are for."""
    if update.client_id or update.forced is None:
        return update.client_id
    beginning = FORCED[update.forced.name]
    return beginning if update.forced.name == "ADL" else f"{beginning}{update.venue_id}"


def futures_order(update: OrderUpdate, order: NewOrder | None, market: Instrument) -> dict[str, object]:
    """Write what every answer about a futures order holds."""
    line = market.market
    kind = type_of(order, update, line)
    row: dict[str, object] = {
        "orderId": int(update.venue_id),
        "symbol": market.code,
        "status": status_of(update),
        "clientOrderId": name_of(update),
        "price": figure(update.price, line),
        "origQty": figure(update.size, line),
        "executedQty": figure(update.filled, line),
        "cumQty": figure(update.filled, line),
        "timeInForce": force_of(order, line),
        "type": kind,
        "reduceOnly": update.reduce_only,
        "closePosition": False,
        "side": update.side.value,
        "positionSide": SIDES[order.position if order is not None else PositionSide.NET],
        "stopPrice": "0",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": kind,
        "priceMatch": "NONE",
        "selfTradePreventionMode": PREVENTION,
        "goodTillDate": 0,
        "updateTime": ms(update.at),
    }
    if line == "coinm":
        row["pair"] = market.code.partition("_")[0]
    return row


def futures_query(update: OrderUpdate, order: NewOrder | None, market: Instrument, created: int) -> dict[str, object]:
    """Write a futures order as queries tell it: with average price, cumulated value and the time it was made."""
    row = futures_order(update, order, market)
    row["avgPrice"] = figure(update.average, market.market) if update.average else "0.00000"
    row["cumQuote" if market.market == "usdm" else "cumBase"] = money(value_of(update, market))
    row["time"] = ms(created)
    return row

"""Reading an order: what its type needs, what must not be sent with it, and what of it only the wire remembers.

The venue's types and times in force become the exchange's terms; a client id that is not given is made up.
What the exchange has no words for is kept beside the order and repeated in every answer about it: a good-till date
(at which it is cancelled and told as expired), how its price was matched, money that a spot sale is to bring in.
Source: "New order" (spot), "New Order", "Error Codes" (USD-M, COIN-M).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from basisdesk.domain.arithmetic import Rounding, on_grid
from basisdesk.domain.ask import NewOrder, OrderType, PositionMode, PositionSide, TimeInForce
from basisdesk.domain.order import Side
from basisdesk.sim.dialects.binance.refuse import Refusal, illegal, missing
from basisdesk.sim.dialects.binance.spell import MILLISECOND, digits, money, price_digits

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.binance.visit import Visit

Row = dict[str, object]
TYPES = {"spot": ("LIMIT", "MARKET", "LIMIT_MAKER"), "": ("LIMIT", "MARKET")}
CONDITIONAL = ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")
SPOT_CONDITIONAL = {
    "STOP_LOSS": "Stop loss orders",
    "STOP_LOSS_LIMIT": "Stop loss limit orders",
    "TAKE_PROFIT": "Take profit orders",
    "TAKE_PROFIT_LIMIT": "Take profit limit orders",
}
FORCES = {
    "spot": ("GTC", "IOC", "FOK"),
    "usdm": ("GTC", "IOC", "FOK", "GTX", "GTD"),
    "coinm": ("GTC", "IOC", "FOK", "GTX"),
}
NAMES = {"spot": re.compile(r"[a-zA-Z0-9_-]{1,36}"), "": re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")}
POSITIONS = {"BOTH": PositionSide.NET, "LONG": PositionSide.LONG, "SHORT": PositionSide.SHORT}
UNWANTED = {
    "LIMIT": ("quoteOrderQty", "stopPrice", "trailingDelta"),
    "MARKET": ("timeInForce", "price", "stopPrice", "trailingDelta", "icebergQty"),
    "LIMIT_MAKER": ("timeInForce", "quoteOrderQty", "stopPrice", "trailingDelta"),
}
MATCHES = ("OPPONENT", "OPPONENT_5", "OPPONENT_10", "OPPONENT_20", "QUEUE", "QUEUE_5", "QUEUE_10", "QUEUE_20")
SOONEST, LATEST = 600_000, 253_402_300_799_000
"""A good-till date lies at least this far ahead (ms), and before the year 10000 (ms)."""


class Ticket(NamedTuple):
    """An order as it is asked for; `beside` is what answers repeat of it, `until` its good-till date (ns) or 0."""

    order: NewOrder
    beside: Row
    until: int = 0


def read(visit: Visit, market: SimMarket) -> Ticket:
    """Read an order's terms."""
    params, line = visit.params, visit.line
    side = Side(params.one_of("side", ("BUY", "SELL"), -1117))
    kind = _kind(visit)
    _check_company(visit, kind)
    prevention = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH")
    params.one_of("selfTradePreventionMode", prevention, -1106 if line == "spot" else -5039, "NONE")
    force = "GTC" if kind != "LIMIT" else _force(visit)
    until = _until(visit, force)
    beside: Row = {"timeInForce": force, "goodTillDate": until // MILLISECOND} if until else {}
    size, price = _amount(visit, market.instrument, "quantity"), _amount(visit, market.instrument, "price")
    spent = params.amount("quoteOrderQty") if line == "spot" and kind == "MARKET" else None
    match = params.one_of("priceMatch", (*MATCHES, "NONE"), -5037, "NONE")
    if match != "NONE":
        if kind != "LIMIT":
            raise Refusal(-5038, "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT")
        if price is not None:
            raise Refusal(-1106, "Parameter 'price' sent when not required.")
        price, beside["priceMatch"] = matched(market, side, match), match
    _check_amounts(kind, size, price, spent, line)
    if spent is not None and side is Side.SELL:
        size, beside["origQuoteOrderQty"] = _sold(market, spent), money(spent)
    order = NewOrder(
        symbol=market.instrument.symbol,
        side=side,
        type=OrderType.MARKET if kind == "MARKET" else OrderType.LIMIT,
        client_id=name_of(visit, "newClientOrderId"),
        size=size,
        price=price,
        money=spent if size is None else None,
        time_in_force=TimeInForce.GTC if force in {"GTX", "GTD"} else TimeInForce[force],
        post_only=kind == "LIMIT_MAKER" or force == "GTX",
        reduce_only=params.flag("reduceOnly"),
        position=POSITIONS[params.one_of("positionSide", POSITIONS, -4060, "BOTH")],
    )
    return Ticket(order, beside, until)


def _kind(visit: Visit) -> str:
    """Read the type; conditional orders have an endpoint of their own on futures, and are not listed on spot here."""
    asked = visit.params.maybe("type")
    if visit.line != "spot" and asked in CONDITIONAL:
        raise Refusal(
            -4120, "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
        )
    if visit.line == "spot" and asked in SPOT_CONDITIONAL:
        raise Refusal(-2010, f"{SPOT_CONDITIONAL[asked]} are not supported for this symbol.")
    return visit.params.one_of("type", TYPES.get(visit.line, TYPES[""]), -1116)


def _check_company(visit: Visit, kind: str) -> None:
    """Refuse parameters that do not go with the type, or with the account's mode."""
    params = visit.params
    for name in UNWANTED[kind]:
        if name in params:
            raise Refusal(-1106, f"Parameter '{name}' sent when not required.")
    if "icebergQty" in params:
        raise Refusal(-2010, "Iceberg orders are not supported for this symbol.")
    if params.flag("closePosition"):
        raise Refusal(-4136, f"Target strategy invalid for orderType {kind},closePosition true")
    params.flag("priceProtect")
    params.one_of("workingType", ("MARK_PRICE", "CONTRACT_PRICE"), -1130, "CONTRACT_PRICE")
    if "reduceOnly" in params and visit.exchange.position_mode(visit.account, visit.line) is PositionMode.HEDGE:
        raise Refusal(-1106, "Parameter 'reduceonly' sent when not required.")


def _force(visit: Visit) -> str:
    """Read the time in force, which a limit order has."""
    force = visit.params.text("timeInForce")
    if force not in FORCES[visit.line]:
        raise Refusal(-1115, "Invalid timeInForce.")
    return force


def _until(visit: Visit, force: str) -> int:
    """Read the good-till date (ns), 0 for an order without one."""
    if force != "GTD":
        if visit.params.maybe("goodTillDate", "0") != "0":
            raise Refusal(-1106, "Parameter 'goodTillDate' sent when not required.")
        return 0
    at = visit.params.whole("goodTillDate")
    if not visit.now // MILLISECOND + SOONEST < at < LATEST:
        words = "must be greater than the current time plus 600 seconds and smaller than 253402300799000"
        raise Refusal(-5040, f"The goodTillDate timestamp {words}")
    return at // 1000 * 1000 * MILLISECOND  # the venue counts whole seconds


def _amount(visit: Visit, each: Instrument, name: str) -> Decimal | None:
    """Read a price or size; too many digits are told apart from being off the grid."""
    value = visit.params.amount(name)
    if value is None:
        return None
    given = -int(value.normalize().as_tuple().exponent)
    if visit.line == "spot":
        if given > 8:  # noqa: PLR2004 (the digits of every coin and money on spot)
            raise Refusal(-1111, f"Parameter '{name}' has too much precision.")
        if not value:
            raise Refusal(-1013, f"Invalid {name}.")
    elif given > (price_digits(each) if name == "price" else digits(each.step)):
        raise Refusal(-1111, "Precision is over the maximum defined for this asset.")
    return value


def _check_amounts(kind: str, size: Decimal | None, price: Decimal | None, spent: Decimal | None, line: str) -> None:
    """Refuse an order whose size or price lacks, or that states its size twice."""
    if size is None and spent is None:
        if kind == "MARKET" and line == "spot":
            raise Refusal(-1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!")
        raise missing("quantity")
    if size is not None and spent is not None:
        raise Refusal(-1128, "Combination of optional parameters invalid.")
    if price is None and kind != "MARKET":
        raise missing("price")
    if price == 0:
        raise Refusal(-4001, "Price less than 0.")


def matched(market: SimMarket, side: Side, match: str) -> Decimal:
    """Return the price of the best, 5th, 10th or 20th level of the own side (queue) or of the other (opponent)."""
    whose, _, place = match.partition("_")
    own = 0 if side is Side.BUY else 1
    levels = market.book.levels(own if whose == "QUEUE" else 1 - own, int(place or 1))
    if not levels:
        raise Refusal(-5041, "No depth matches this BBO order")
    tick = market.instrument.tick
    return round(levels[-1][0] / float(tick)) * tick


def _sold(market: SimMarket, wanted: Decimal) -> Decimal:
    """Return how much to sell for an amount of money, at the bids that stand."""
    size, left, step = Decimal(0), wanted, market.instrument.step
    for at, there in market.book.levels(0, 1000):
        price = Decimal(repr(at))
        size += min(Decimal(repr(there)), left / price)
        left -= min(Decimal(repr(there)) * price, left)
    return on_grid(size, step, Rounding.DOWN)


def name_of(visit: Visit, name: str) -> str:
    """Read a client id, or make one up."""
    given = visit.params.maybe(name)
    pattern = NAMES.get(visit.line, NAMES[""])
    if given and pattern.fullmatch(given) is None:
        if visit.line != "spot":
            raise Refusal(-4015, "Client order id length should be less than 36 chars and of legal characters.")
        raise illegal(name, "^[a-zA-Z0-9-_]{1,36}$")
    return given or visit.memory.made_up()

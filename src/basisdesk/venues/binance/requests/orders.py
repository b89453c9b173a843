"""Orders as the venue wants them: place, amend, cancel, and the dead-man switch.

Spot writes post-only as the type LIMIT_MAKER, futures as the time in force GTX.
A spot market buy may count money (`quoteOrderQty`); futures count size only.
Futures take `reduceOnly` in one-way mode and `positionSide` in hedge mode, never both.
Spot amends only to a smaller size and keeps the order's place; futures want side, size and price again.
Everything is checked against the market's terms first, because a refusal here costs nothing.
Source: "New Order", "Order Amend Keep Priority" (spot), "Modify Order", "Auto-Cancel All Open Orders" (futures).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import held, plain, remembered
from basisdesk.domain.ask import Amend, CancelAll, DeadMan, NewOrder, OrderType, PositionSide, TimeInForce
from basisdesk.domain.check import check_price, check_size
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.binance.capabilities import CAPABILITIES
from basisdesk.venues.binance.ids import is_client_id
from basisdesk.venues.binance.limits import costs
from basisdesk.venues.binance.requests.markets import market_of, order_name, root
from basisdesk.venues.binance.sign import Params, Plan
from basisdesk.venues.figures import check_money, check_side

if TYPE_CHECKING:
    from basisdesk.domain.ask import OrderRef
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Session


def place(order: NewOrder, session: Session) -> Plan | Refusal:
    """Plan a new order, or refuse what the venue would not take."""
    market = market_of(order.symbol, session)
    return market if isinstance(market, Refusal) else _placed(order, market)


@held
def _placed(order: NewOrder, market: Instrument) -> Plan | Refusal:
    """Plan it once for both ways: what it costs is asked before either is taken."""
    # The terms first that the venue does not have, then size and price that are off its limits.
    refusal = _check_words(order, market) or _check_kind(order, market) or _check_figures(order, market)
    if refusal is not None:
        return refusal
    spot = market.market == "spot"
    return Plan(
        line=market.market,
        method="POST",
        path=f"{root(market.market)}/order",
        params=(
            ("symbol", market.code),
            ("side", order.side._value_),
            *(_spot_terms(order) if spot else _futures_terms(order)),
            ("newClientOrderId", order.client_id),
            ("newOrderRespType", "FULL" if spot else "RESULT"),
        ),
        changes=True,
        costs=costs(market.market, 1 if spot else 0, orders=1),
        socket_method="order.place",
    )


def _spot_terms(order: NewOrder) -> Params:
    if order.type is OrderType.MARKET:
        counted = ("quantity", order.size) if order.money is None else ("quoteOrderQty", order.money)
        return (("type", "MARKET"), (counted[0], plain(counted[1] or Decimal(0))))
    terms = (("quantity", plain(order.size or Decimal(0))), ("price", plain(order.price or Decimal(0))))
    if order.post_only:
        return (("type", "LIMIT_MAKER"), *terms)
    return (("type", "LIMIT"), ("timeInForce", order.time_in_force.name), *terms)


def _futures_terms(order: NewOrder) -> Params:
    terms: list[tuple[str, str]] = [("type", order.type._name_)]
    if order.type is OrderType.LIMIT:
        terms.append(("timeInForce", "GTX" if order.post_only else order.time_in_force._name_))
    terms.append(("quantity", plain(order.size or Decimal(0))))
    if order.price is not None:
        terms.append(("price", plain(order.price)))
    if order.position is not PositionSide.NET:
        terms.append(("positionSide", order.position.name))
    elif order.reduce_only:
        terms.append(("reduceOnly", "true"))
    return tuple(terms)


def _check_words(order: NewOrder, market: Instrument) -> Refusal | None:
    if not is_client_id(market.market, order.client_id):
        pattern = CAPABILITIES[market.market].client_id_pattern
        return Refusal("bad_client_id", f"client id {order.client_id[:60]!r} is not {pattern}: use such a one")
    if order.margin is not None and not (market.market == "spot" and order.margin.value == "cash"):
        return Refusal(
            "bad_margin_mode",
            f"an order on {market.symbol} cannot state the margin mode {order.margin.value}: "
            "leave it out; futures use the market's own mode, spot has none",
        )
    if market.market != "spot":
        return check_side(order)
    if order.reduce_only or order.position is not PositionSide.NET:
        return Refusal("unsupported", f"{market.symbol} is spot and has no positions: leave reduce-only and side out")
    return None


def _check_kind(order: NewOrder, market: Instrument) -> Refusal | None:
    if order.type is OrderType.MARKET:
        return _check_market(order, market)
    if order.size is None or order.price is None or order.money is not None:
        return Refusal("bad_order", f"a limit order on {market.symbol} needs size and price, and no money")
    if order.post_only and order.time_in_force is not TimeInForce.GTC:
        return Refusal(
            "bad_order", f"a post-only order cannot be {order.time_in_force.value} on {market.symbol}: use gtc"
        )
    return None


def _check_market(order: NewOrder, market: Instrument) -> Refusal | None:
    if order.price is not None or order.post_only:
        return Refusal("bad_order", f"a market order on {market.symbol} has no price and is never post-only")
    if (order.size is None) == (order.money is None):
        return Refusal("bad_order", f"a market order on {market.symbol} needs either a size or an amount of money")
    if order.money is not None and (market.market != "spot" or order.side is not Side.BUY):
        return Refusal("bad_order", f"only a spot market buy counts money: give the size to {order.side.value}")
    return None


def _check_figures(order: NewOrder, market: Instrument) -> Refusal | None:
    if order.price is not None:
        refusal = check_price(market, order.price)
        if refusal is not None:
            return refusal
    if order.money is not None:
        return check_money(market, order.money)
    assert order.size is not None  # or `_check_kind` would have refused it
    # Reduce-only orders are free of the minimum notional on USD-M, and the value of a market order is not known here.
    free = order.price is None or (order.reduce_only and market.market == "usdm")
    terms = _free(market) if free else market
    return check_size(terms, order.size, order.price or Decimal(1))


@remembered
def _free(market: Instrument) -> Instrument:
    return msgspec.structs.replace(market, min_notional=Decimal(0))


def amend(ask: Amend, session: Session) -> Plan | Refusal:
    """Plan a change of a resting order."""
    market = market_of(ask.order.symbol, session)
    if isinstance(market, Refusal):
        return market
    planned = _amend_spot(ask, market) if market.market == "spot" else _amend_futures(ask, market)
    return planned if isinstance(planned, Refusal) else _check_change(ask, market) or planned


def _check_change(ask: Amend, market: Instrument) -> Refusal | None:
    if ask.price is not None:
        refusal = check_price(market, ask.price)
        if refusal is not None:
            return refusal
    assert ask.size is not None  # or there would be no plan
    terms = market if ask.price is not None else msgspec.structs.replace(market, min_notional=Decimal(0))
    return check_size(terms, ask.size, ask.price or Decimal(1))


def _amend_spot(ask: Amend, market: Instrument) -> Plan | Refusal:
    if ask.price is not None or ask.size is None:
        return Refusal(
            "unsupported", f"a spot order on {market.symbol} can only be made smaller: cancel it and place another"
        )
    name = order_name(ask.order)
    if isinstance(name, Refusal):
        return name
    # Without a new id the venue would make one up, and the order could not be found by ours any more.
    own = ask.new_client_id or ask.order.client_id
    return Plan(
        line="spot",
        method="PUT",
        path="/api/v3/order/amend/keepPriority",
        params=(
            ("symbol", market.code),
            name,
            *((("newClientOrderId", own),) if own else ()),
            ("newQty", plain(ask.size)),
        ),
        changes=True,
        costs=costs("spot", 4),
        socket_method="order.amend.keepPriority",
    )


def _amend_futures(ask: Amend, market: Instrument) -> Plan | Refusal:
    if ask.price is None or ask.size is None or ask.side is None:
        return Refusal(
            "bad_order", f"amending an order on {market.symbol} needs its side, size and price: give all three"
        )
    name = order_name(ask.order)
    if isinstance(name, Refusal):
        return name
    return Plan(
        line=market.market,
        method="PUT",
        path=f"{root(market.market)}/order",
        params=(
            name,
            ("symbol", market.code),
            ("side", ask.side.value),
            ("quantity", plain(ask.size)),
            ("price", plain(ask.price)),
        ),
        changes=True,
        costs=costs(market.market, 0, orders=1),
        socket_method="order.modify",
    )


def cancel(ref: OrderRef, session: Session) -> Plan | Refusal:
    """Plan a cancel by the venue's id, or else by ours."""
    market = market_of(ref.symbol, session)
    if isinstance(market, Refusal):
        return market
    name = order_name(ref)
    if isinstance(name, Refusal):
        return name
    return Plan(
        line=market.market,
        method="DELETE",
        path=f"{root(market.market)}/order",
        params=(("symbol", market.code), name),
        changes=True,
        costs=costs(market.market, 1),
        socket_method="order.cancel",
    )


def cancel_all(ask: CancelAll, session: Session) -> Plan | Refusal:
    """Plan to cancel all orders of a market; the venue has no such thing for a whole line."""
    market = market_of(ask.symbol, session, ask.line)
    if isinstance(market, Refusal):
        return market
    spot = ask.line == "spot"
    return Plan(
        line=ask.line,
        method="DELETE",
        path=f"{root(ask.line)}/{'openOrders' if spot else 'allOpenOrders'}",
        params=(("symbol", market.code),),
        changes=True,
        costs=costs(ask.line, 1),
        socket_method="openOrders.cancelAll" if spot else "",
    )


def dead_man(ask: DeadMan, session: Session) -> Plan | Refusal:
    """Plan the countdown of a futures market; 0 seconds turns it off."""
    market = market_of(ask.symbol, session, ask.line)
    if isinstance(market, Refusal):
        return market
    span = CAPABILITIES[ask.line].dead_man
    if span is None:
        return Refusal("unsupported", "binance spot has no dead-man switch: cancel from a process of your own")
    least, most = span
    if ask.seconds != 0 and not least <= ask.seconds <= most:
        return Refusal("bad_seconds", f"a dead-man switch of {ask.seconds} s is not within {least} to {most} s, nor 0")
    return Plan(
        line=ask.line,
        method="POST",
        path=f"{root(ask.line)}/countdownCancelAll",
        params=(("symbol", market.code), ("countdownTime", ask.seconds * 1000)),
        changes=True,
        costs=costs(ask.line, 10),
    )

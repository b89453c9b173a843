"""What the engine has to report of spread orders.

The six states that a trader sees are derived from quantities, never stored:
INCOMPLETE while one leg is ahead by at least the smallest amount that could be hedged (or may be, for all that is
known), whatever else is true; then FILLED, REJECTED, CANCELLED, PARTIALLY_FILLED while the legs are level, and
WORKING otherwise.
The achieved spread compares both legs over the quantity that both have traded; what one leg has more is reported
apart.
Amounts that a division made are shown to 12 decimals; the state keeps them whole.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import Rounding, on_grid, precise
from basisdesk.domain.check import size_unit
from basisdesk.domain.market import SpreadMarket, spread_market
from basisdesk.domain.order import DoneReason, OrderStatus, Side, SpreadState
from basisdesk.engine.exposure import Exposure, exposure_of, is_exposed, is_filled, leg_orders, matched
from basisdesk.engine.gate import ANY_STEP
from basisdesk.engine.hedge import leg_side
from basisdesk.engine.state import ZERO, Fill, LegOrder, Phase, SpreadOrder, State, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable


class LegView(msgspec.Struct, frozen=True, kw_only=True):
    """One leg of a spread order, over all its leg orders; sizes in the venue's `unit`, net of unwinds.

    `sent` adds up what was sent to open and hedge, `average` is the mean price of those fills (harmonic when inverse).
    """

    leg: int
    symbol: str
    side: Side
    sent: Decimal
    filled: Decimal
    unit: str
    unwound: Decimal
    average: Decimal | None
    status: OrderStatus | None
    fees: dict[str, Decimal]
    orders: list[LegOrder]
    message: str


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """One spread order; amounts in `unit`, the spread's common unit.

    `achieved` is over the matched quantity alone; `unhedged` is signed (positive is net long) and net of fees that
    were kept out of bought coin.
    """

    order_id: str
    key: str
    spread: str
    side: Side
    type: str
    sequence: str
    size: Decimal
    unit: str
    trigger: Decimal | None
    state: SpreadState
    active: bool
    filled: Decimal
    displayed: Decimal | None
    fired: Decimal | None
    achieved: Decimal | None
    unhedged: Decimal
    legs: list[LegView]
    reason: str
    created: int
    updated: int


PLACES = 12
SHOWN = Decimal(1).scaleb(-PLACES)


def shown(value: Decimal) -> Decimal:
    """Return a value to 12 decimals, as it is shown; what has fewer is left as it is, and zero has no sign."""
    exponent = value.as_tuple().exponent
    return (value.quantize(SHOWN) if isinstance(exponent, int) and exponent < -PLACES else value) + ZERO


@precise
def spread_state(state: State, order_id: str) -> SpreadState:
    """Return which of the six states an order is in."""
    order = state.orders[order_id]
    exposure = exposure_of(state, order)
    if is_exposed(state, order, exposure):
        return SpreadState.INCOMPLETE
    done = matched(order, exposure)
    if is_filled(state, order, exposure):
        return SpreadState.FILLED
    if order.phase is Phase.ENDED:
        return _ended(state, order, done)
    return SpreadState.PARTIALLY_FILLED if done else SpreadState.WORKING


def _ended(state: State, order: SpreadOrder, done: Decimal) -> SpreadState:
    legs = list(leg_orders(state, order))
    nothing = not any(leg.filled for leg in legs)
    rejected = any(leg.done is DoneReason.REJECTED for leg in legs)
    if nothing and (order.refused is not None or rejected):
        return SpreadState.REJECTED
    if order.cancelled or not done:
        return SpreadState.CANCELLED
    return SpreadState.PARTIALLY_FILLED


@precise
def order_view(state: State, order_id: str) -> OrderView:
    """Report one spread order.

    Raises:
        KeyError: there is no such order.
    """
    order = state.orders[order_id]
    request, exposure = order.request, exposure_of(state, order)
    one = state.instruments[order.legs[0]]
    return OrderView(
        order_id=order_id,
        key=order.key,
        spread=request.spread,
        side=request.side,
        type=request.type.value,
        sequence=request.sequence.value,
        size=request.size,
        unit=one.quote if order.unit is Unit.FACE else one.base,
        trigger=request.trigger,
        state=spread_state(state, order_id),
        active=order.phase is not Phase.ENDED,
        filled=_floored(state, order, matched(order, exposure)),
        displayed=order.displayed,
        fired=order.fired,
        achieved=_achieved(state, order, exposure),
        unhedged=shown((exposure.held[0] - exposure.held[1]) * request.side.sign),
        legs=[_leg_view(state, order, 1), _leg_view(state, order, 2)],
        reason=order.reason,
        created=order.created,
        updated=order.updated,
    )


def fills_of(state: State, order_id: str) -> list[Fill]:
    """Return the trades of a spread order, oldest first."""
    rows = [state.fills[index] for index in state.order_fills.get(order_id, ())]
    gone = {(row.client_id, row.trade_id): True for row in rows if row.void}
    return [row for row in rows if (row.client_id, row.trade_id) not in gone]


def _leg_view(state: State, order: SpreadOrder, leg: int) -> LegView:
    orders = [sent for sent in leg_orders(state, order) if sent.leg == leg]
    opened = [sent for sent in orders if sent.purpose != "unwind"]
    fills = [fill for fill in fills_of(state, order.order_id) if fill.leg == leg]
    undone = sum((sent.filled for sent in orders if sent.purpose == "unwind"), ZERO)
    fees: dict[str, Decimal] = {}
    for fill in fills:
        fees[fill.fee_asset] = fees.get(fill.fee_asset, ZERO) + fill.fee
    average = _average([fill for fill in fills if fill.purpose != "unwind"], None)
    return LegView(
        leg=leg,
        symbol=order.legs[leg - 1],
        side=leg_side(order, leg),
        sent=sum((sent.size for sent in opened), ZERO),
        filled=sum((sent.filled for sent in opened), ZERO) - undone,
        unit=size_unit(state.instruments[order.legs[leg - 1]]),
        unwound=undone,
        average=None if average is None else shown(average),
        status=orders[-1].status if orders else None,
        fees=fees,
        orders=orders,
        message="; ".join(sent.message for sent in orders if sent.message),
    )


def _achieved(state: State, order: SpreadOrder, exposure: Exposure) -> Decimal | None:
    """Return LEG1's average less LEG2's, each over the first `matched` of what it traded."""
    quantity = matched(order, exposure)
    if not quantity:
        return None
    averages = []
    for leg in (1, 2):
        fills = [fill for fill in fills_of(state, order.order_id) if fill.leg == leg and fill.purpose != "unwind"]
        averages.append(_average(fills, quantity))
    one, two = averages
    return None if one is None or two is None else shown(one - two)


def _average(fills: Iterable[Fill], worth: Decimal | None) -> Decimal | None:
    """Return the mean price of the first `worth` (common unit) of fills, of all of them when None.

    Weighted by coin on spot and linear markets; face over coin, which is harmonic, on inverse ones.
    """
    coin = money = ZERO
    for fill in fills:
        share = Decimal(1) if worth is None or worth >= fill.worth else worth / fill.worth
        coin += fill.base * share
        money += fill.base * share * fill.price
        if worth is not None:
            worth -= fill.worth * share
    return money / coin if coin else None


def _floored(state: State, order: SpreadOrder, quantity: Decimal) -> Decimal:
    """Bring a matched quantity down onto the grid on which the spread's sizes are given."""
    one, two = (state.instruments[leg] for leg in order.legs)
    prices = [price if price > 0 else None for price in order.prices]
    market = spread_market(one, two, *prices, max_step_factor=ANY_STEP)
    return on_grid(quantity, market.grid, Rounding.DOWN) if isinstance(market, SpreadMarket) else quantity

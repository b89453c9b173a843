"""How far one leg of a spread order is ahead of the other, and what may still change that.

Both legs are measured in the spread's common unit, in the direction of the order: what was opened and hedged, less
what was unwound, less what the venue kept of a received coin as its fee (a bought coin that went to the venue is not
held). `may_add` is what live orders could still fill, `may_undo` what live unwinds could still take back.
An UNKNOWN order counts as filled and as not filled, whichever is worse: in full when the question is how much may be
sent, and both ways when the question is how large the exposure may be.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import precise, remembered
from basisdesk.domain.check import check_size, check_terms
from basisdesk.domain.instrument import (
    Instrument,
    Margin,
    Rounding,
    base_of,
    face_of,
    round_size,
    size_of_base,
    size_of_face,
)
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.engine.state import ZERO, LegOrder, SpreadOrder, State, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts of leg 1 and leg 2 in the common unit; `traded` is gross of fees."""

    traded: tuple[Decimal, Decimal]
    held: tuple[Decimal, Decimal]
    may_add: tuple[Decimal, Decimal]
    may_undo: tuple[Decimal, Decimal]
    live: bool
    unknown: bool

    @property
    def behind(self) -> int:
        """The leg, 1 or 2, that holds less."""
        return 1 if self.held[0] < self.held[1] else 2

    @property
    def gap(self) -> Decimal:
        """How much less it holds."""
        return abs(self.held[0] - self.held[1])

    def need(self, most: Decimal) -> Decimal:
        """Return what the leg behind may be sent: target less held less everything that might still fill.

        The target is what the leg ahead holds, and never more than `most`.
        """
        behind = self.behind - 1
        return min(self.held[1 - behind], most) - self.held[behind] - self.may_add[behind]


def worth_of(instrument: Instrument, unit: Unit, size: Decimal, price: Decimal) -> Decimal:
    """Return a size in the venue's unit as an amount of the common unit."""
    return face_of(instrument, size) if unit is Unit.FACE else base_of(instrument, size, price)


def size_of(instrument: Instrument, unit: Unit, worth: Decimal, price: Decimal) -> Decimal:
    """Return the largest size on the venue's step that is worth no more than `worth`."""
    if unit is Unit.FACE:
        return size_of_face(instrument, worth, Rounding.DOWN)
    return size_of_base(instrument, worth, price, Rounding.DOWN)


def tradable_size(instrument: Instrument, unit: Unit, worth: Decimal, price: Decimal) -> Decimal:
    """Return what a venue would take of `worth`: floored to the step, at most its maximum; 0 when it takes nothing."""
    if worth <= 0 or price <= 0 or check_terms(instrument) is not None:
        return ZERO
    size = size_of(instrument, unit, worth, price)
    if instrument.max_size is not None and size > instrument.max_size:
        size = round_size(instrument, instrument.max_size, Rounding.DOWN)
    return size if check_size(instrument, size, price) is None else ZERO


def exposure_of(state: State, order: SpreadOrder) -> Exposure:
    """Add up the leg orders of a spread order."""
    traded, held, may_add, may_undo = [ZERO, ZERO], [ZERO, ZERO], [ZERO, ZERO], [ZERO, ZERO]
    live = unknown = False
    for leg in leg_orders(state, order):
        at, undo = leg.leg - 1, leg.purpose == "unwind"
        sign = -1 if undo else 1
        traded[at] += sign * leg.worth
        held[at] += sign * (leg.worth - leg.taken)
        live = live or leg.status is not OrderStatus.DONE or pending(leg) > 0
        unknown = unknown or leg.status is OrderStatus.UNKNOWN
        (may_undo if undo else may_add)[at] += pending_worth(state, order, leg)
    for leg_number in (1, 2):
        opened = opened_of(state, order, leg_number)
        if opened is not None:
            traded[leg_number - 1] = held[leg_number - 1] = opened.left
    return Exposure(
        traded=(traded[0], traded[1]),
        held=(held[0], held[1]),
        may_add=(may_add[0], may_add[1]),
        may_undo=(may_undo[0], may_undo[1]),
        live=live,
        unknown=unknown,
    )


class Opened(msgspec.Struct, frozen=True):
    """What was opened and hedged of an inverse leg: its mean price, and what is left of it in the common unit.

    The mean is face over worth, so that all of the contracts at it are worth all that they came to.
    """

    price: Decimal
    left: Decimal


@precise
def opened_of(state: State, order: SpreadOrder, leg: int) -> Opened | None:
    """Return what an inverse leg has opened; None of other legs, and where no opening fill stands."""
    instrument = state.instruments[order.legs[leg - 1]]
    if instrument.margin is not Margin.INVERSE:
        return None
    size = worth = undone = ZERO
    for sent in leg_orders(state, order):
        if sent.leg != leg:
            continue
        if sent.purpose == "unwind":
            undone += sent.filled
        else:
            size, worth = size + sent.filled, worth + sent.worth
    if size <= 0 or worth <= 0:
        return None
    return Opened(face_of(instrument, size) / worth, worth * (size - undone) / size if undone else worth)


def price_back(state: State, order: SpreadOrder, leg: int) -> Decimal:
    """Return the price at which a leg is measured when it is taken back; it matters for inverse in coin only."""
    opened = opened_of(state, order, leg)
    return order.prices[leg - 1] if opened is None else opened.price


def leg_orders(state: State, order: SpreadOrder) -> Iterator[LegOrder]:
    """Go through the leg orders of a spread order, oldest first."""
    return (state.legs[client_id] for client_id in order.leg_ids)


def pending(leg: LegOrder) -> Decimal:
    """Return the size that a leg order may still fill: of an ended one, what the venue stated and has not sent yet."""
    if leg.status is not OrderStatus.DONE:
        most = leg.size
    elif leg.told is not None:
        most = leg.told
    else:
        most = leg.size if leg.done is DoneReason.FILLED else ZERO
    return max(most - leg.filled, ZERO)


def pending_worth(state: State, order: SpreadOrder, leg: LegOrder) -> Decimal:
    """Return what a leg order may still fill, in the common unit."""
    size = pending(leg)
    if not size:
        return ZERO
    price = price_back(state, order, leg.leg) if leg.purpose == "unwind" else order.prices[leg.leg - 1]
    return worth_of(state.instruments[leg.symbol], order.unit, size, price)


def worst_gaps(state: State, order: SpreadOrder, exposure: Exposure) -> tuple[Decimal, Decimal]:
    """Return held(leg 1) - held(leg 2) at its least and at its most, over every outcome of what is in doubt."""
    low = high = exposure.held[0] - exposure.held[1]
    for leg in leg_orders(state, order):
        if leg.status not in {OrderStatus.UNKNOWN, OrderStatus.DONE}:
            continue
        change = pending_worth(state, order, leg) * (1 if leg.leg == 1 else -1) * (-1 if leg.purpose == "unwind" else 1)
        low, high = low + min(change, ZERO), high + max(change, ZERO)
    return low, high


def is_exposed(state: State, order: SpreadOrder, exposure: Exposure) -> bool:
    """Say whether what is (or may be) unhedged is at least the smallest amount that could be hedged."""
    return any(hedgeable(state, order, 1 if gap < 0 else 2, abs(gap)) for gap in worst_gaps(state, order, exposure))


def hedgeable(state: State, order: SpreadOrder, leg: int, worth: Decimal) -> Decimal:
    """Return the size that closes `worth` on a leg, were its market open; 0 when that is dust."""
    return tradable_size(_reopened(state.instruments[order.legs[leg - 1]]), order.unit, worth, order.prices[leg - 1])


def returnable(state: State, order: SpreadOrder, leg: int, worth: Decimal) -> Decimal:
    """Return the size that takes `worth` of a leg back, were its market open; 0 when that is dust."""
    price = price_back(state, order, leg)
    return tradable_size(_reopened(state.instruments[order.legs[leg - 1]]), order.unit, worth, price)


@remembered
def _reopened(instrument: Instrument) -> Instrument:
    return msgspec.structs.replace(instrument, tradable=True)


def matched(order: SpreadOrder, exposure: Exposure) -> Decimal:
    """Return what both legs traded, gross of fees, in the common unit, and at most the order's size."""
    return max(min(*exposure.traded, order.request.size), ZERO)


def is_filled(state: State, order: SpreadOrder, exposure: Exposure) -> bool:
    """Say whether the whole size is traded on both legs; an inverse leg in coin may lack less than one step."""
    return matched(order, exposure) > ZERO and matched(order, exposure) >= order.request.size - slack(state, order)


def slack(state: State, order: SpreadOrder) -> Decimal:
    """Return how far an inverse leg measured in coin may be off the size: one step of it.

    Its contracts are floored, and what they are worth in coin moves with the price until they fill.
    """
    if order.unit is Unit.FACE:
        return ZERO
    step = ZERO
    for symbol, price in zip(order.legs, order.prices, strict=True):
        instrument = state.instruments[symbol]
        if instrument.margin is Margin.INVERSE and price > 0:
            step = worth_of(instrument, order.unit, instrument.step, price)
    return step

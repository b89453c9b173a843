"""What to send next so that both legs hold the same.

One line decides it, in normal running, after a reject and after a restart alike: ``need = target - held - everything
that might still fill``, floored to what can be traded.
The target of the leg that is behind is what the other leg holds, and at most the order's size (and one step of an
inverse leg that is measured in coin), so the need can never over-hedge; what a venue filled beyond the size is taken
back.
While any leg order is UNKNOWN nothing new is sent.
After `Rules.attempts` hedges that failed, or when the market of the leg behind takes no orders, the leg that is ahead
is taken back instead; an order that began to unwind never goes back to hedging.
What is below the smallest tradable amount stays as a visible residue.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import is_positive, on_grid, precise, remembered
from basisdesk.domain.effect import SendLeg
from basisdesk.domain.instrument import Instrument, Margin, Rounding, round_price, unit_worth
from basisdesk.domain.order import Side
from basisdesk.engine.exposure import Exposure, exposure_of, hedgeable, leg_orders, returnable, slack
from basisdesk.engine.state import ZERO, SpreadOrder, State

if TYPE_CHECKING:
    from basisdesk.domain.event import LegQuote


class Plan(msgspec.Struct, frozen=True):
    """The next leg order: which leg, which way, how much in the venue's unit, and why."""

    leg: int
    side: Side
    size: Decimal
    purpose: str


def plan(state: State, order: SpreadOrder) -> Plan | None:
    """Return what should be sent next, or None when nothing should (or may) be."""
    exposure = exposure_of(state, order)
    if exposure.unknown:
        return None
    given_up = is_unwinding(state, order, exposure)
    hedge = None if given_up else _catch_up(state, order, exposure)
    if hedge is not None or exposure.live or order.unwinds >= state.rules.attempts:
        return hedge
    ahead = exposure.held[2 - exposure.behind]
    return _take_back(state, order, 3 - exposure.behind, exposure.gap if given_up else ahead - order.request.size)


def is_unwinding(state: State, order: SpreadOrder, exposure: Exposure) -> bool:
    """Say whether hedging is given up for this order."""
    return (
        order.attempts >= state.rules.attempts
        or not state.instruments[order.legs[exposure.behind - 1]].tradable
        or any(leg.purpose == "unwind" for leg in leg_orders(state, order))
    )


def leg_side(order: SpreadOrder, leg: int) -> Side:
    """Return the side on which a leg is opened: LEG1 goes with the spread, LEG2 against it."""
    return order.request.side if leg == 1 else order.request.side.opposite


def bound_of(state: State, instrument: Instrument, side: Side, reference: Decimal) -> Decimal:
    """Return the worst price allowed: `reference` and the hedge band past it, on the tick.

    The band is not exceeded by rounding unless a single tick is wider than the band.
    """
    band, tick = state.rules.hedge_band, instrument.tick
    if side is Side.BUY:
        inner = on_grid(reference * (1 + band), tick, Rounding.DOWN)
        return inner if inner >= reference else on_grid(reference, tick, Rounding.UP)
    inner = on_grid(reference * (1 - band), tick, Rounding.UP)
    if inner <= reference:
        return inner
    outer = on_grid(reference, tick, Rounding.DOWN)
    return outer if outer > 0 else inner


def reference_of(quote: LegQuote, purpose: str) -> Decimal | None:
    """Return the price a leg order's bound starts from, None when the quote cannot be used.

    The quote speaks of the side on which the leg is opened; an unwind trades the other side and starts from the middle.
    """
    price = quote.mid if purpose == "unwind" else quote.worst
    return price if quote.state == "valid" and is_positive(price) else None


def is_urgent(state: State, order: SendLeg) -> bool:
    """Say whether a leg order takes risk away: hedges, unwinds, and the opening of a leg whose other leg has filled."""
    if order.purpose != "open":
        return True
    names = state.orders[order.order_id].leg_ids
    return len(names) > 1 and any(state.legs[name].filled for name in names)


def client_id(order: SpreadOrder, leg: int) -> str:
    """Return the next client id of a leg; derived from what was sent before, so it is never used twice."""
    head, number = f"{order.order_id}-{leg}-", 1
    for name in order.leg_ids:
        number += name.startswith(head)
    return f"{head}{number}"


def send(state: State, order: SpreadOrder, at: int, step: Plan, bound: Decimal) -> SendLeg:
    """Return the effect that sends a plan at a bound from `bound_of`; a sale is not bounded below its least value."""
    symbol = order.legs[step.leg - 1]
    instrument = state.instruments[symbol]
    return SendLeg(
        at=at,
        client_id=client_id(order, step.leg),
        order_id=order.order_id,
        leg=step.leg,
        symbol=symbol,
        side=step.side,
        size=step.size,
        bound=max(bound, least_price(instrument, step.size)) if step.side is Side.SELL else bound,
        purpose=step.purpose,
    )


@remembered
@precise
def least_price(instrument: Instrument, size: Decimal) -> Decimal:
    """Return the price at which a size is just worth the minimum: a sale bounded below it would be refused."""
    if instrument.margin is Margin.INVERSE or not instrument.min_notional:
        return ZERO
    return round_price(instrument, instrument.min_notional / (size * unit_worth(instrument)), Rounding.UP)


def _catch_up(state: State, order: SpreadOrder, exposure: Exposure) -> Plan | None:
    leg = exposure.behind
    size = hedgeable(state, order, leg, exposure.need(order.request.size + slack(state, order)))
    if not size:
        return None
    first = not any(sent.leg == leg for sent in leg_orders(state, order))
    return Plan(leg, leg_side(order, leg), size, "open" if first else "hedge")


def _take_back(state: State, order: SpreadOrder, leg: int, worth: Decimal) -> Plan | None:
    size = returnable(state, order, leg, worth)
    if not size or not state.instruments[order.legs[leg - 1]].tradable:
        return None
    return Plan(leg, leg_side(order, leg).opposite, size, "unwind")

"""How spread orders are executed: at market, or by auto-trigger; then kept balanced until they end.

A market order is validated and sent at once; an auto-trigger waits, and is claimed exactly once when the
size-weighted spread of two valid books reaches its trigger.
From the first leg on both are the same thing: `pursue` asks `hedge.plan` for the next leg order, asks for a quote to
price it, and ends the order when nothing is alive and nothing more can or need be sent.
Every function here is a generator of effects that only reads the state; the caller folds each effect before the next
is decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.effect import AcceptOrder, AskQuote, Claim, EndOrder, RefuseOrder
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Margin
from basisdesk.domain.order import DoneReason, Sequence, SpreadOrderType
from basisdesk.engine.exposure import Exposure, exposure_of, is_exposed, is_filled, leg_orders
from basisdesk.engine.gate import Ticket, check_prices, check_quote, check_request, is_reached
from basisdesk.engine.hedge import Plan, bound_of, leg_side, plan, reference_of, send
from basisdesk.engine.state import ZERO, Phase, SpreadOrder, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from basisdesk.domain.effect import Effect
    from basisdesk.domain.event import Placed, SpreadQuote


def on_placed(state: State, event: Placed) -> Iterator[Effect]:
    """Take on or refuse a request; a key that was answered before is not answered again."""
    if event.key in state.keys or event.key in state.refusals:
        return
    request, quote = event.request, event.quote
    verdict: Ticket | Refusal | None = check_request(state, request, quote)
    if verdict is None and request.type is SpreadOrderType.MARKET:
        verdict = check_quote(quote) if quote is None else check_quote(quote) or check_prices(state, request, quote)
    if isinstance(verdict, Refusal):
        yield RefuseOrder(event.at, event.key, request, verdict)
        return
    order_id = f"S{state.counter + 1}"
    displayed = quote.price if quote is not None and quote.price.is_finite() else None
    yield AcceptOrder(event.at, order_id, event.key, request, displayed)
    if verdict is not None:
        yield from _open(state, state.orders[order_id], verdict, event.at)


def on_cancel(state: State, order: SpreadOrder, at: int) -> Iterator[Effect]:
    """End a waiting order at once; a working one first hedges what filled."""
    if order.phase is Phase.WAITING:
        yield EndOrder(at, order.order_id, "cancelled by the operator", ZERO)
    else:
        yield from pursue(state, order.order_id, at)


def on_quote(state: State, order: SpreadOrder, quote: SpreadQuote, at: int) -> Iterator[Effect]:
    """Fire a waiting order whose trigger is reached, or send the next leg order of a working one."""
    if order.phase is Phase.WAITING:
        yield from _fire(state, order, quote, at)
    elif order.phase is Phase.WORKING and order.asked is not None and at >= order.asked:
        wanted = plan(state, order)
        if wanted is None:
            return
        reference = reference_of(quote.leg1 if wanted.leg == 1 else quote.leg2, wanted.purpose)
        if reference is not None:
            instrument = state.instruments[order.legs[wanted.leg - 1]]
            yield send(state, order, at, wanted, bound_of(state, instrument, wanted.side, reference))


def pursue(state: State, order_id: str, at: int) -> Iterator[Effect]:
    """Go on with an order after something was heard: ask for prices to send what is needed, or end it.

    An ended order to which a fill came late is taken up again if the fill left an exposure.
    """
    order = state.orders[order_id]
    if order.phase is Phase.WAITING:
        return
    wanted = plan(state, order)
    if wanted is not None:
        if order.asked is None:
            yield AskQuote(at, order_id, at + _delay(state, order, wanted))
        return
    exposure = exposure_of(state, order)
    if order.phase is Phase.WORKING and not exposure.live:
        gap = (exposure.held[0] - exposure.held[1]) * order.request.side.sign + ZERO  # zero has no sign
        yield EndOrder(at, order_id, _reason(state, order, exposure), gap)


def fires(order: SpreadOrder, quote: SpreadQuote) -> bool:
    """Say whether a quote reaches a waiting order's trigger; it is then sent, or refused for good."""
    return check_quote(quote) is None and is_reached(order.request, quote.price)


def _fire(state: State, order: SpreadOrder, quote: SpreadQuote, at: int) -> Iterator[Effect]:
    if not fires(order, quote):
        return
    verdict = check_prices(state, order.request, quote)
    if isinstance(verdict, Refusal):
        yield RefuseOrder(at, order.key, order.request, verdict)
        return
    yield Claim(at, order.order_id, quote.price)
    yield from _open(state, state.orders[order.order_id], verdict, at)


def _open(state: State, order: SpreadOrder, ticket: Ticket, at: int) -> Iterator[Effect]:
    """Send the leg or legs that go first; the rest follows from what they fill."""
    for leg in _first_legs(state, order):
        wanted = Plan(leg, leg_side(order, leg), ticket.sizes[leg - 1], "open")
        yield send(state, state.orders[order.order_id], at, wanted, ticket.bounds[leg - 1])


def _first_legs(state: State, order: SpreadOrder) -> tuple[int, ...]:
    if order.request.sequence is Sequence.SIMULTANEOUS:
        return (1, 2)
    return (2,) if state.instruments[order.legs[0]].margin is Margin.SPOT else (1,)


def _delay(state: State, order: SpreadOrder, wanted: Plan) -> int:
    failed = order.unwinds if wanted.purpose == "unwind" else order.attempts
    return state.rules.first_delay << (failed - 1) if failed else 0


def _reason(state: State, order: SpreadOrder, exposure: Exposure) -> str:
    legs = list(leg_orders(state, order))
    rejects = "; ".join(f"{leg.client_id} {leg.message}" for leg in legs if leg.done is DoneReason.REJECTED)
    detail = f" ({rejects})" if rejects else ""
    if is_exposed(state, order, exposure):
        return f"not balanced after {order.attempts} failed hedges and {order.unwinds} failed unwinds{detail}"
    if rejects and not any(leg.filled for leg in legs):
        return f"rejected: {rejects}"
    if any(leg.purpose == "unwind" for leg in legs):
        return f"one leg could not be completed, so the other was taken back{detail}"
    if is_filled(state, order, exposure):
        return "filled"
    if order.cancelled:
        return "cancelled by the operator"
    return f"what is left did not trade within the price bound{detail}"

"""The machine: one event in, decided effects out.

`step` folds the event, lets the executor of the order concerned decide, and folds each effect the moment it is
decided, so that the next decision already sees it.
The caller commits event and effects to the journal, and only then performs the effects.
Deciding only reads; `wants` asks the same executors whether a quote would move anything, so that an armed trigger
whose size-weighted spread has not come true costs neither a journal entry nor a state change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain import event as events
from basisdesk.domain.arithmetic import precise
from basisdesk.engine import execute
from basisdesk.engine.fold import fold
from basisdesk.engine.state import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from basisdesk.domain.effect import Effect
    from basisdesk.domain.event import Event, SpreadQuote
    from basisdesk.engine.state import SpreadOrder, State


@precise
def step(state: State, event: Event) -> list[Effect]:
    """Fold an event and return what is to be done about it, already folded, in the order of doing."""
    fold(state, event)
    effects = []
    for effect in _decide(state, event):
        fold(state, effect)
        effects.append(effect)
    return effects


def wants(state: State, order_id: str, quote: SpreadQuote) -> bool:
    """Say whether a `Quoted` with this quote would have any effect now; changes nothing.

    The caller sees to `AskQuote.not_before` itself.
    """
    order = state.orders.get(order_id)
    if order is None:
        return False
    if order.phase is Phase.WAITING:  # whatever comes of it then: its legs are checked once, when it is taken
        return execute.fires(order, quote)
    return _moves(state, order, quote)


@precise
def _moves(state: State, order: SpreadOrder, quote: SpreadQuote) -> bool:
    return next(execute.on_quote(state, order, quote, max(state.now, order.asked or 0)), None) is not None


def next_deadline(state: State) -> int | None:
    """Return when a `TimePassed` is due (ns), or None: a quote that was asked for and stayed away."""
    asks = [order.asked for order_id in state.open if (order := state.orders[order_id]).asked is not None]
    return min(asks) + state.rules.quote_wait if asks else None


def _decide(state: State, event: Event) -> Iterator[Effect]:
    match event:
        case events.Quoted():
            if event.order_id in state.orders:
                yield from execute.on_quote(state, state.orders[event.order_id], event.quote, event.at)
        case events.Listed() | events.ExternalHeld() | events.ExternalSeen() | events.Thawed():
            return
        case events.Placed():
            yield from execute.on_placed(state, event)
        case events.CancelAsked():
            if event.order_id in state.open:
                yield from execute.on_cancel(state, state.orders[event.order_id], event.at)
        case events.TimePassed():
            for order_id in list(state.open):
                yield from execute.pursue(state, order_id, event.at)
        case _:
            if event.client_id in state.legs:
                yield from execute.pursue(state, state.legs[event.client_id].order_id, event.at)


def armed(state: State) -> list[str]:
    """Return the ids of the auto-triggers that wait for their spread."""
    return [order_id for order_id in state.open if state.orders[order_id].phase is Phase.WAITING]


def asks(state: State) -> list[tuple[str, int]]:
    """Return the quotes that are awaited, as (order id, not before); after a restart the desk begins from these."""
    found = ((order_id, state.orders[order_id].asked) for order_id in state.open)
    return [(order_id, asked) for order_id, asked in found if asked is not None]

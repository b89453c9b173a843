"""The engine, its journal and a broker, run to rest in market time.

`take` is the only way in: the event is folded, the effects decided, everything committed in one transaction, and only
then is anything performed.
An event that was folded and could not be written leaves a state that the journal does not tell: from then on nothing
more is decided, and the record ends, whole, before that event.
Quotes that the engine asked for are given as soon as they would move it; what comes back from the broker, and the
engine's own deadlines, are due at their own times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from basisdesk.domain import effect as effects
from basisdesk.domain import event as events
from basisdesk.domain.errors import JournalError
from basisdesk.engine.hedge import is_urgent
from basisdesk.engine.step import next_deadline, step, wants

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.effect import Effect, SendLeg
    from basisdesk.domain.event import Event, SpreadQuote
    from basisdesk.domain.instrument import Instrument
    from basisdesk.domain.order import SpreadOrderRequest
    from basisdesk.engine.state import State
    from basisdesk.store.journal import Journal

    Price = Callable[[SpreadOrderRequest], SpreadQuote | None]
    """Price an order's spread for its side and size now."""

NEVER = 1 << 62
"""A time that does not come, in ns."""


class Broker(Protocol):
    """Who performs leg orders: the paper venue, or accounts at venues."""

    def send(self, order: SendLeg, instrument: Instrument, *, urgent: bool) -> None:
        """Send an order that the journal already holds; `urgent` says that it takes risk away."""

    def next_at(self) -> int | None:
        """Return when something happens next (ns), or None."""

    def advance(self, now: int) -> list[Event]:
        """Let what is due by `now` happen; return what the desk hears."""


class Room:
    """Where events become effects.

    Attributes:
        due: when something happens of itself next (ns, `NEVER` for nothing).
        torn: an event was begun and is not in the journal: the state must be neither sealed nor gone on with.
    """

    def __init__(self, state: State, journal: Journal, broker: Broker, price: Price) -> None:
        self.state = state
        self.now = 0
        self.due = NEVER
        self.asked: dict[str, int] = {}
        self.told: list[Callable[[Event, list[Effect]], None]] = []
        self.torn = False
        self._journal = journal
        self._broker = broker
        self._price = price

    def take(self, event: Event) -> list[Effect]:
        """Fold an event, commit it with what it decided, and perform that; returns the effects.

        Raises:
            JournalError: the event could not be written, or an earlier one could not; nothing is performed.
        """
        if self.torn:
            raise JournalError(
                f"{self._journal.path}: an event could not be written, so nothing more is decided: start again"
            )
        self.torn = True
        decided = step(self.state, event)
        self._journal.append([event, *decided])
        self.torn = False
        for effect in decided:
            self._perform(effect)
        for listener in self.told:
            listener(event, decided)
        self._set_due()
        return decided

    def advance(self, now: int) -> None:
        """Let everything happen that is due up to and including `now`, each thing at its own time."""
        while self.due <= now:
            self.now = max(self.now, self.due)
            for event in self._broker.advance(self.now):
                self.take(event)
            self.answer()
            deadline = next_deadline(self.state)
            if deadline is not None and deadline <= self.now:
                self.take(events.TimePassed(self.now))
                self.answer()
            self._set_due()
        self.now = max(self.now, now)

    def answer(self) -> None:
        """Give every quote that the engine waits for and that would move it now."""
        for order_id, not_before in list(self.asked.items()):
            if not_before <= self.now:
                self.offer(order_id)

    def offer(self, order_id: str) -> bool:
        """Give the engine the order's quote if that would have any effect; say whether it did."""
        order = self.state.orders.get(order_id)
        if order is None:
            return False
        quote = self._price(order.request)
        if quote is None or not wants(self.state, order_id, quote):
            return False
        self.asked.pop(order_id, None)
        self.take(events.Quoted(self.now, order_id, quote))
        return True

    def _perform(self, effect: Effect) -> None:
        match effect:
            case effects.SendLeg():
                self.asked.pop(effect.order_id, None)
                instrument = self.state.instruments[effect.symbol]
                self._broker.send(effect, instrument, urgent=is_urgent(self.state, effect))
            case effects.AskQuote():
                self.asked[effect.order_id] = effect.not_before
            case effects.EndOrder():
                self.asked.pop(effect.order_id, None)
            case _:
                pass  # acceptance, refusal and claim concern the desk's triggers, which listen

    def _set_due(self) -> None:
        times = [at for at in self.asked.values() if at > self.now]
        times += [at for at in (self._broker.next_at(), next_deadline(self.state)) if at is not None]
        self.due = min(times, default=NEVER)

"""Leg orders to accounts at venues, and what comes of them as the engine's events.

An order arrives here after the journal has it.
It is asked of the account as one immediate-or-cancel limit order and entered in the venue's blotter in the same call,
before anything can be heard of it; after a crash in between, the journal tells of it.
What replies, streams and queries tell goes through the blotter, which decides what it means.
While an order is in doubt the blotter's questions are asked here; the answer to none of them sends anything again.
The engine counts its orders from one in every journal, so what a venue is told bears the name of the run in front:
without it the id of an earlier run would be a duplicate, and the old order be taken for the new one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from basisdesk.domain.account import OrderUpdate, StreamEnded, Warned
from basisdesk.domain.ask import NewOrder, OrderType, Place, TimeInForce
from basisdesk.domain.errors import Refusal
from basisdesk.domain.event import ExternalSeen, LegRejected
from basisdesk.domain.outcome import RetryLater
from basisdesk.engine.blotter import Blotter
from basisdesk.shell.live.heard import Answered, Told
from basisdesk.venues import venue_named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.domain.effect import SendLeg
    from basisdesk.domain.event import Event
    from basisdesk.domain.instrument import Instrument
    from basisdesk.domain.outcome import Outcome
    from basisdesk.shell.live.heard import Heard
    from basisdesk.venues.trading import Reply

    Say = Callable[[int, str, str], None]

NOW = 0
"""A time that has come."""


class Accounts(Protocol):
    """The accounts at venues, as far as orders need them."""

    def now(self) -> int:
        """Return the local time, ns UTC."""

    def offset(self, venue: str) -> int:
        """Return how far a venue's clock is ahead of ours, ns."""

    def number(self, venue: str) -> str:
        """Return the number of the account at a venue, empty while it is not known."""

    def ask(self, venue: str, ask: Ask, *, urgent: bool = False) -> Awaitable[Reply | Refusal]:
        """Ask something; a command is sent at most once, and has left on return where nothing must be waited for.

        `urgent` lets it use what of the venue's limits is kept for taking risk away.
        """


class LiveBroker:
    """Made before the event loop runs; `attach` connects it to the accounts inside the loop."""

    def __init__(self, run: str = "") -> None:
        """`run` names this run among all that ever used the accounts; letters and digits."""
        self.blotters: dict[str, Blotter] = {}
        self._run = run
        self._inbox: list[Event] = []
        self._accounts: Accounts | None = None
        self._wake: Callable[[], None] = _nothing
        self._say: Say = _unsaid
        self._began = 0
        self._last_said: dict[str, str] = {}
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._fault: BaseException | None = None

    def attach(self, accounts: Accounts, wake: Callable[[], None], say: Say) -> None:
        """Take the accounts, what brings the desk to look here again, and what tells people something."""
        self._accounts, self._wake, self._say = accounts, wake, say
        self._began = accounts.now()

    def detach(self) -> None:
        """Send nothing more; what is under way is no longer waited for."""
        self._accounts = None
        for task in self._tasks:
            task.cancel()

    def fail(self, error: BaseException) -> None:
        """Something broke where nobody would have heard of it: it is raised where the desk runs."""
        self._fault = self._fault or error

    # ------------------------------------------------------------- what the room asks

    def send(self, order: SendLeg, instrument: Instrument, *, urgent: bool = False) -> None:
        """Send an order that the journal already holds; an urgent one may use what is kept of the venue's limits."""
        venue, accounts = instrument.venue, self._accounts
        trading = venue_named(venue).trading
        if accounts is None or trading is None:
            message = f"{venue} is not connected: nothing was sent"
            self._inbox.append(LegRejected(order.at, order.client_id, "not_connected", message))
            return
        wire_id = trading.client_id(f"{self._run}-{order.client_id}" if self._run else order.client_id)
        asked = _order(order, wire_id)
        answer: Awaitable[Reply | Refusal] | None = None
        try:
            answer = accounts.ask(venue, Place(asked), urgent=urgent)
        except Exception as error:  # noqa: BLE001 (raised where the desk runs: who brought the tick is not to blame)
            self.fail(error)
        capabilities = trading.capabilities[instrument.market]
        self._blotter(venue).sent(
            order,
            wire_id,
            instrument.market,
            capabilities.request_life,
            nameless=not capabilities.client_id_pattern,
            offset=accounts.offset(venue),
        )
        if answer is not None:
            self.start(self._placed(venue, asked, answer))

    def next_at(self) -> int | None:
        """Return when something happens next (ns), or None."""
        if self._inbox or self._fault is not None:
            return NOW
        if self._accounts is None:
            return None
        return min((at for blotter in self.blotters.values() if (at := blotter.next_at()) is not None), default=None)

    def advance(self, now: int) -> list[Event]:
        """Return what was heard, and ask what is in doubt; a bug of ours that showed in between is raised here."""
        if self._fault is not None:
            raise self._fault
        for venue, blotter in self.blotters.items():
            self._inbox += blotter.held(now)
            for question in blotter.questions(now) if self._accounts is not None else ():
                self.start(self._question(venue, question))
            self._inbox += _strangers(blotter, now)
        heard, self._inbox = self._inbox, []
        return heard

    def tell(self, *events: Event) -> None:
        """Have the desk take events that were found out beside the orders."""
        self._take([*events])

    def is_settled(self, venue: str, symbol: str) -> bool:
        """Say whether nothing of a market is under way, in doubt or lacking."""
        return self._blotter(venue).is_settled(symbol)

    # ------------------------------------------------------------- what venues tell

    def hear(self, heard: Heard) -> None:
        """Take what an account tells; safe to be told twice."""
        venue, at = heard.venue, heard.at
        blotter = self._blotter(venue)
        if self._accounts is not None:
            blotter.account = self._accounts.number(venue)
        events: list[Event] = []
        foreign = blotter.foreign
        match heard:
            case Told():
                events += blotter.told(heard.update, at)
            case Answered(ask=Place(order)):
                events += _names(blotter, order, heard.reply.updates, at)
                for update in heard.reply.updates:
                    events += blotter.told(update, at)
                events += blotter.answered(order.client_id, self._local(venue, heard.reply.outcome), at)
            case Answered():
                for update in heard.reply.updates:
                    events += blotter.told(update, at)
                events += blotter.learned(heard.ask, heard.reply.outcome, at)
        self._take(events)
        updates = (heard.update,) if isinstance(heard, Told) else heard.reply.updates
        for update in updates if blotter.foreign == foreign else ():
            self._warn(venue, update, at)
        self._take(_strangers(blotter, at))

    def _warn(self, venue: str, update: Update, at: int) -> None:
        """Tell people of what a venue warns of, the same thing in a row once."""
        match update:
            case Warned():
                level, text = "error", f"{update.symbol or venue}: {update.forced.value} {update.message}".rstrip()
            case StreamEnded():
                level, text = "warning", f"{venue}: the private stream has ended: {update.message}"
            case _:
                return
        if self._last_said.get(venue) != text:
            self._last_said[venue] = text
            self._say(at, level, text)

    def _local(self, venue: str, outcome: Outcome) -> Outcome:
        """Return an outcome in our time: venues say by their own clock when they may be asked again."""
        if isinstance(outcome, RetryLater) and self._accounts is not None:
            return replace(outcome, at=outcome.at - self._accounts.offset(venue))
        return outcome

    async def _placed(self, venue: str, order: NewOrder, answer: Awaitable[Reply | Refusal]) -> None:
        reply = await self._heard(venue, Place(order), answer)
        if isinstance(reply, Refusal) and self._accounts is not None:
            self._take(self._blotter(venue).refused(order.client_id, reply, self._accounts.now()))

    async def _question(self, venue: str, question: Ask) -> None:
        if self._accounts is not None:
            await self._heard(venue, question, self._accounts.ask(venue, question))

    async def _heard(self, venue: str, ask: Ask, answer: Awaitable[Reply | Refusal]) -> Reply | Refusal:
        """Wait for an answer and hear it; the account tells it to `hear` as well, which does no harm."""
        reply = await answer
        if not isinstance(reply, Refusal) and self._accounts is not None:
            self.hear(Answered(venue, self._accounts.now(), ask, reply))
        return reply

    def _take(self, events: list[Event]) -> None:
        if events:
            self._inbox += events
            self._wake()

    def _blotter(self, venue: str) -> Blotter:
        blotter = self.blotters.get(venue)
        if blotter is None:
            blotter = self.blotters[venue] = Blotter(since=self._began)
        return blotter

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Let work be done until the broker is detached; what it raises is raised where the desk runs."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.fail(error)
            self._wake()


def _strangers(blotter: Blotter, now: int) -> list[Event]:
    """Return what there is to know of orders and trades that are not the desk's."""
    events: list[Event] = []
    for symbol in blotter.settle_orphans(now):
        noted = blotter.external[symbol]
        counts = f"updates: {noted.orders}, trades: {noted.fills}"
        message = f"orders that are not this desk's were seen there ({counts})"
        events.append(ExternalSeen(now, symbol, message, noted.traded))
    return events


def _names(blotter: Blotter, order: NewOrder, updates: tuple[Update, ...], now: int) -> list[Event]:
    """The reply to an order names it, whether or not it repeats our id."""
    for update in updates:
        if isinstance(update, OrderUpdate) and update.symbol == order.symbol:
            return blotter.named(order.client_id, update.venue_id, now)
    return []


def _order(order: SendLeg, wire_id: str) -> NewOrder:
    return NewOrder(
        symbol=order.symbol,
        side=order.side,
        type=OrderType.LIMIT,
        client_id=wire_id,
        size=order.size,
        price=order.bound,
        time_in_force=TimeInForce.IOC,
    )


def _nothing() -> None:
    """Nobody is to be woken yet."""


def _unsaid(_at: int, _level: str, _text: str) -> None:
    """Nobody listens yet."""

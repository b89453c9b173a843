"""A desk on venues over sockets: what drives its books, and what its orders go through.

Feeds write straight into the desk's books as messages come; the loop of `serve` only brings the desk's own time along.
Nothing here knows whether the venues are real or simulated.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from basisdesk.app.listings import Rank
from basisdesk.app.positions import PositionWatch
from basisdesk.domain.account import Terms
from basisdesk.kernel.book import VALID
from basisdesk.shell.live.health import Capability, Health
from basisdesk.shell.live.heard import Told
from basisdesk.shell.live.live import Live
from basisdesk.venues import venue_named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from basisdesk.app.broker import LiveBroker
    from basisdesk.app.desk import Desk
    from basisdesk.app.reach import Reach
    from basisdesk.domain.ask import Ask, Query
    from basisdesk.domain.errors import Refusal
    from basisdesk.shell.live.health import Condition
    from basisdesk.shell.live.heard import Heard
    from basisdesk.venues.contract import Market, Report, Venue
    from basisdesk.venues.trading import Reply

    Note = Callable[[Market, int], None]

PATIENCE = 12.0
STEP = 0.05
"""Seconds given to the first books and accounts, and between two looks at them."""
_LEVELS = {Health.UP: "info", Health.DEGRADED: "warning", Health.DOWN: "error"}
TRIES = 3
"""How often a reading that a difference is looked into with is tried."""


class VenueSink:
    """The desk as the feeds of one venue see it: codes are the venue's own, and time comes with every message."""

    def __init__(self, desk: Desk, venue: str, symbols: Mapping[tuple[str, str], str], note: Note) -> None:
        """`symbols` by line and code are those that are wanted."""
        self._desk = desk
        self._venue = venue
        self._symbols = symbols
        self._note = note
        self.report: Callable[[Report], None] = desk.report

    def market(self, line: str, code: str) -> Market | None:
        """Return the market to write to."""
        symbol = self._symbols.get((line, code))
        return None if symbol is None else self._desk.markets.get(symbol)

    def touched(self, market: Market, now: int) -> None:
        """A book changed."""
        desk = self._desk
        if now >= desk.room.due:
            desk.advance(now)
        desk.room.now = max(desk.room.now, now)
        desk.touched(market, now)
        self._note(market, now)

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        """A trade printed."""
        self._desk.room.now = max(self._desk.room.now, now)
        self._desk.traded(market, now, price, size, buy, trade_id)
        self._note(market, now)

    def carried(self, market: Market, now: int) -> None:
        """Mark or funding changed."""
        self._desk.carried(market, now)


class LiveDriver:
    """Drives a desk from venues; `symbols` are watched, all of them open on the desk already."""

    def __init__(self, desk: Desk, broker: LiveBroker, reach: Reach, symbols: Sequence[str], note: Note) -> None:
        self._desk = desk
        self._broker = broker
        self._symbols = symbols
        wanted: dict[str, dict[tuple[str, str], str]] = {venue: {} for venue in reach.venues}
        lines: dict[str, dict[str, None]] = {venue: {} for venue in reach.venues}
        for symbol in symbols:
            instrument = desk.instruments[symbol]
            wanted[instrument.venue][instrument.market, instrument.code] = symbol
            lines[instrument.venue][instrument.market] = None

        def sink(venue: Venue) -> VenueSink:
            return VenueSink(desk, venue.name, wanted[venue.name], note)

        self.live = Live(
            [venue_named(name) for name in reach.venues],
            sink,
            routes=reach.routes,
            credentials=reach.credentials,
            account_lines={venue: tuple(found) for venue, found in lines.items()},
            heard=self._hear,
            changed=self._changed,
        )
        self._accounts = _Accounts(self.live)
        self._positions = PositionWatch(desk.state, broker, self._accounts)
        self._started = False
        self._changes: list[tuple[str, Capability, Condition]] = []

    def _hear(self, heard: Heard) -> None:
        """Take new terms of a market at once, so that the next order is on its new grid; the rest is the broker's."""
        if not (isinstance(heard, Told) and isinstance(heard.update, Terms)):
            self._broker.hear(heard)
            with self._raised_where_the_desk_runs():
                self._positions.hear(heard)
            return
        instrument = heard.update.instrument
        with self._raised_where_the_desk_runs():
            self._desk.list_instruments([instrument], Rank.OPERATOR)

    async def __aenter__(self) -> Self:
        """Connect to everything; what is not there yet is connected when it is."""
        self._broker.attach(self._accounts, self._wake, self._desk.say)
        await self.live.__aenter__()
        await self.live.loaded()
        known = self.live.instruments()
        watched = [symbol for symbol in self._symbols if symbol in known]
        self.live.watch(watched)
        await self._ready(watched)
        self._tell_lacking()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        self._broker.detach()
        await self.live.__aexit__(None, None, None)

    async def _ready(self, symbols: Sequence[str]) -> None:
        """Wait until books and accounts are there, or for as long as is bearable: a page without them looks broken."""
        books = [self._desk.markets[symbol].book for symbol in symbols]
        unread = [post.account for post in self.live.posts.values() if post.account is not None]
        for _ in range(int(PATIENCE / STEP)):
            now = self.live.clock.now()
            books = [book for book in books if book.state(now) != VALID]
            unread = [account for account in unread if not account.read_once.is_set()]
            if not books and not unread:
                return
            await asyncio.sleep(STEP)

    def next_at(self) -> int:
        """Something can happen at any time."""
        return self.live.clock.now()

    def advance(self, until: int) -> None:
        """Bring the desk's own time along."""
        self._desk.advance(until)

    def finish(self, settle: int) -> None:
        """Venues do not end."""

    def _changed(self, venue: str, capability: Capability, condition: Condition) -> None:
        """Tell people how a venue is; while everything first connects it is no news that it does not work yet."""
        if not self._started:
            return
        if not self._changes:
            asyncio.get_running_loop().call_soon(self._tell_changes)
        self._changes.append((venue, capability, condition))

    def _tell_changes(self) -> None:
        """Tell what changed in one go; what many venues have in common, such as a machine that stood still, once."""
        changes, self._changes = self._changes, []
        alike: dict[tuple[Capability, Health, str], list[str]] = {}
        for venue, capability, condition in changes:
            alike.setdefault((capability, condition.health, condition.reason), []).append(venue)
        at = max(condition.since for _, _, condition in changes)
        for (capability, health, reason), venues in alike.items():
            whose = "every venue" if 1 < len(venues) == len(self.live.posts) else ", ".join(venues)
            because = f": {reason}" if reason else ""
            self._desk.say(at, _LEVELS[health], f"{whose}: {capability.value} {health.value}{because}")

    def _tell_lacking(self) -> None:
        """Tell what does not work although the start is over; from now on every change is news."""
        self._started = True
        for venue in self.live.posts:
            for capability in Capability:
                condition = self.live.board.of(venue, capability)
                if condition.health is not Health.UP:
                    self._changed(venue, capability, condition)

    def _wake(self) -> None:
        """The broker has heard something: let the desk take it now, whatever it thinks is due."""
        desk = self._desk
        now = max(self.live.clock.now(), desk.now)
        desk.room.due = min(desk.room.due, now)
        with self._raised_where_the_desk_runs():
            desk.advance(now)

    @contextmanager
    def _raised_where_the_desk_runs(self) -> Iterator[None]:
        """Keep an error of the desk from the connection that brought the news, which would be made again for it."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 (raised again by the broker's next `advance`)
            self._broker.fail(error)
            self._desk.room.due = min(self._desk.room.due, self._desk.now)  # at the next look, which is at once


class _Accounts:
    """The accounts as the broker sees them."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def now(self) -> int:
        """Return the local time, ns UTC."""
        return self._live.clock.now()

    def offset(self, venue: str) -> int:
        """Return how far a venue's clock is ahead, ns."""
        return self._live.posts[venue].site.time.offset

    def number(self, venue: str) -> str:
        """Return the account's number, empty while it is not known."""
        account = self._live.posts[venue].account
        return "" if account is None else account.session.account

    def ask(self, venue: str, ask: Ask, *, urgent: bool = False) -> Awaitable[Reply | Refusal]:
        """Ask something of the account."""
        return self._live.ask(venue, ask, urgent=urgent)

    def read(self, venue: str, query: Query) -> Awaitable[Reply | Refusal]:
        """Ask page by page, until there is an answer or patience is at its end."""
        account = self._live.posts[venue].account
        assert account is not None  # one of its readings is why this is asked
        return account.asker.read(query, TRIES)

    async def sleep(self, span: int) -> None:
        """Wait for so many ns."""
        await self._live.clock.sleep(span)

"""The live shell, put together: ``async with Live(...) as live``.

Market data goes into the sinks that the caller gives, what is heard of accounts to one callback, health to a board.
Nothing here waits for a venue that is not there: it is DOWN, with the reason, until it is.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Self

from basisdesk.domain.errors import Refusal, UsageError, nearest
from basisdesk.domain.outcome import Reason, Rejected
from basisdesk.shell.live.asks import given
from basisdesk.shell.live.backoff import SPACING, Gate
from basisdesk.shell.live.clock import TICK, LocalClock, Pulse, VenueClock
from basisdesk.shell.live.health import Board, Capability, Condition, Health, Weight
from basisdesk.shell.live.heard import Answered
from basisdesk.shell.live.post import Post
from basisdesk.shell.live.rest import CONNECTIONS
from basisdesk.shell.live.routes import Routes
from basisdesk.shell.live.site import Site
from basisdesk.shell.live.supervisor import Supervisor
from basisdesk.shell.live.wires import Wires
from basisdesk.venues.budget import Berths, Budget
from basisdesk.venues.contract import Channel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from basisdesk.domain.ask import Ask
    from basisdesk.domain.instrument import Instrument
    from basisdesk.shell.live.heard import Heard
    from basisdesk.shell.live.transport import Transport
    from basisdesk.venues.contract import Sink, Venue
    from basisdesk.venues.trading import Credentials, Reply

SECOND = 1_000_000_000
LAG = SECOND // 4
"""An event loop that is this much late is told."""
LOADING = 20.0
EVERYTHING = (Channel.BOOK, Channel.TICKER, Channel.TRADES, Channel.CARRY)


class Live:
    """The desk's side of any number of venues.

    Attributes:
        board: health of every venue.
        posts: by the venue's name.
        pauses: how often the machine stood still.
    """

    def __init__(
        self,
        venues: Sequence[Venue],
        sink_of: Callable[[Venue], Sink],
        *,
        routes: Routes | None = None,
        credentials: Mapping[str, Credentials] | None = None,
        account_lines: Mapping[str, Sequence[str]] | None = None,
        heard: Callable[[Heard], None] | None = None,
        changed: Callable[[str, Capability, Condition], None] | None = None,
        paused: Callable[[int], None] | None = None,
        since: int = 0,
        clock: LocalClock | None = None,
        rng: random.Random | None = None,
        transport: Transport | None = None,
        spacing: int = SPACING,
    ) -> None:
        """Describe what is wanted; nothing is connected before the block is entered.

        `credentials` and `account_lines` are by venue; `heard` takes what accounts tell, `changed` changes of health,
        `paused` the ns for which the machine stood still; `since` is from when fills are wanted (ns); `spacing` lies
        between two attempts to connect to a venue (ns).
        """
        self.clock = clock or LocalClock()
        self.board = Board(self.clock.now, changed)
        self.posts: dict[str, Post] = {}
        self.pauses = 0
        self._venues = tuple(venues)
        self._sink_of = sink_of
        self._routes = routes or Routes()
        self._credentials = dict(credentials or {})
        self._account_lines = dict(account_lines or {})
        self._heard = heard
        self._paused = paused
        self._since = since
        self._rng = rng or random.Random()  # noqa: S311 (jitter, no secret)
        self._transport = transport
        self._spacing = spacing
        self._stack = AsyncExitStack()
        self._lagging = False

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            transport = self._transport
            if transport is None:
                transport = await stack.enter_async_context(Wires(self._routes, self.clock.now))
            supervisor = await stack.enter_async_context(Supervisor(self.clock, self._rng))
            for venue in self._venues:
                self._man(venue, transport, supervisor)
            supervisor.start("pulse", self._beat)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def loaded(self, patience: float = LOADING) -> list[str]:
        """Wait until every venue's instruments were asked for; returns the venues that have none."""
        waiting = [asyncio.ensure_future(post.loaded.wait()) for post in self.posts.values()]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=patience)
            for task in late:
                task.cancel()
        return [name for name, post in self.posts.items() if not post.listing.known]

    def instruments(self) -> dict[str, Instrument]:
        """Return every instrument of every venue by unified symbol."""
        return {symbol: one for post in self.posts.values() for symbol, one in post.listing.known.items()}

    def watch(self, symbols: Sequence[str], channels: Iterable[Channel] = EVERYTHING) -> list[str]:
        """Connect to what these markets need; returns the names of the connections.

        Raises:
            UsageError: an unknown market (the nearest names are in the message), or more connections than a venue
                allows; those that were made before for other venues and lines stay.
        """
        known = self.instruments()
        groups: dict[tuple[str, str], list[str]] = {}
        for symbol in dict.fromkeys(symbols):
            instrument = known.get(symbol)
            if instrument is None:
                raise UsageError(f"there is no market {symbol!r}{nearest(symbol, known)}")
            groups.setdefault((instrument.venue, instrument.market), []).append(instrument.code)
        wanted = tuple(channels)
        names = []
        for (venue, line), codes in groups.items():
            names += self.posts[venue].lines.watch(line, codes, wanted)
        return names

    def use(self, symbols: Iterable[str]) -> None:
        """Count markets among those that are traded, for venues that tell fills market by market only.

        Markets of orders, positions and updates are counted by themselves.
        """
        for symbol in symbols:
            post = self.posts.get(symbol.partition(":")[0])
            if post is not None and post.account is not None:
                post.account.use(symbol)

    def ask(self, venue: str, ask: Ask, *, urgent: bool = False) -> Awaitable[Reply | Refusal]:
        """Ask something of the account at a venue; a command is sent at most once.

        A command has left on return where nothing has to be waited for; `urgent` is as in `Account.ask`.
        The answer is also told to `heard`.
        """
        post = self.posts.get(venue)
        if post is None or post.account is None:
            return given(Refusal("no_account", f"there is no key for {venue}: add one to the file of keys"))
        return post.account.ask(ask, urgent=urgent)

    def _man(self, venue: Venue, transport: Transport, supervisor: Supervisor) -> None:
        trading = venue.trading
        buckets = trading.buckets if trading is not None else ()
        standing = trading.standing if trading is not None else ()
        connects = trading.connects if trading is not None else ""
        limit = next((bucket for bucket in buckets if bucket.name == connects), None)
        site = Site(
            venue,
            transport,
            VenueClock(self.clock),
            Gate(self.clock, self._spacing, limit=limit),
            Budget(buckets),
            self.board,
            supervisor,
            self._rng,
            Berths(standing, CONNECTIONS),
        )
        sink, key = self._sink_of(venue), self._credentials.get(venue.name)
        post = Post(site, sink, key, self._hear, self._account_lines.get(venue.name, ()), self._since)
        self.posts[venue.name] = post
        post.start()

    def _hear(self, heard: Heard) -> None:
        if isinstance(heard, Answered):
            match heard.reply.outcome:
                case Rejected(Reason.CLOCK):
                    self.posts[heard.venue].measure_soon()
                case _:
                    pass
        if self._heard is not None:
            self._heard(heard)

    async def _beat(self) -> None:
        """Notice that the machine stood still, or that we are too slow for what comes in."""
        pulse = Pulse(self.clock)
        while True:
            await self.clock.sleep(TICK)
            late, still = pulse.beat()
            if still:
                self.pauses += 1
                self.interrupt(f"the machine stood still for {still / SECOND:.1f} s")
                if self._paused is not None:
                    self._paused(still)
            self._say_lag(late)
            for post in self.posts.values():
                post.say_limits()

    def interrupt(self, reason: str) -> None:
        """Take nothing for granted any more: every connection is made again, every account read again."""
        for post in self.posts.values():
            post.interrupt(reason)

    def _say_lag(self, late: int) -> None:
        if (late > LAG) is not self._lagging:
            self._lagging = late > LAG
            health = Health.DEGRADED if self._lagging else Health.UP
            reason = f"the desk is {late / SECOND:.2f} s behind" if self._lagging else ""
            for name in self.posts:
                self.board.say(name, Capability.DATA, "pace of the desk", health, reason, Weight.SIDE)

"""Keeps what venues tell of positions against the ledger, and finds out what a difference is.

Every position that an account tells is looked at: on the call for a stream, every 30 s for a reading of all.
One that is other than the ledger (with what is EXTERNAL) is looked into once nothing of the desk's is under way on its
market: the market's trades are read, because a fill whose message was lost is found there and booked, or a trade of
somebody else told; then the position, twice.
What two readings show alike freezes the market, as a stranger's trade does; nothing is ever booked for it.
The readings are `engine.recount`'s to judge, and the sums `engine.external`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from basisdesk.domain.account import Fill, FillVoided, OrderUpdate, Position
from basisdesk.domain.ask import AskFills, AskPositions
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done
from basisdesk.engine import external
from basisdesk.engine.recount import Positions, Recount
from basisdesk.shell.live.heard import Answered, Told
from basisdesk.shell.live.polls import LOOKBACK, OVERLAP

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine
    from decimal import Decimal

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Query
    from basisdesk.domain.event import Event
    from basisdesk.domain.instrument import Instrument
    from basisdesk.engine.state import State
    from basisdesk.shell.live.heard import Heard
    from basisdesk.venues.trading import Reply

SECOND = 1_000_000_000
SETTLE = 2 * SECOND
"""A venue's positions may lag behind its trades: none is read so soon (ns) after a fill of ours."""
APART = SECOND
"""Between two readings (ns)."""
LOOK = SECOND // 4
"""How often it is looked whether the desk's own orders have settled (ns)."""
PATIENCE = 30 * SECOND
"""For how long that is waited for (ns); after that the next reading of all begins anew."""
ROUNDS = 8
"""So many readings are made at most; what disturbs them all is trading, and the next reading of all begins anew."""


class Readers(Protocol):
    """The accounts, as far as readings need them."""

    def now(self) -> int:
        """Return the local time, ns UTC."""

    def offset(self, venue: str) -> int:
        """Return how far a venue's clock is ahead of ours, ns."""

    def number(self, venue: str) -> str:
        """Return the number of the account at a venue, empty while it is not known."""

    def read(self, venue: str, query: Query) -> Awaitable[Reply | Refusal]:
        """Ask page by page, more than once where there is no answer; every page is told as `Answered`."""

    async def sleep(self, span: int) -> None:
        """Wait for so many ns."""


class Orders(Protocol):
    """The desk's orders and its ear: the broker."""

    def is_settled(self, venue: str, symbol: str) -> bool:
        """Say whether nothing of a market is under way, in doubt or lacking."""

    def tell(self, *events: Event) -> None:
        """Have the desk take events."""

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Let work be done until the broker is detached; what it raises is raised where the desk runs."""


class PositionWatch:
    """The positions of every account; `hear` after the broker has heard, so that the ledger is as late as the news."""

    def __init__(self, state: State, orders: Orders, readers: Readers) -> None:
        self._state = state
        self._orders = orders
        self._readers = readers
        self._told: dict[str, Positions] = {}
        self._news: dict[str, int] = {}
        self._agreed: dict[str, int] = {}
        self._under_way: dict[str, None] = {}

    def hear(self, heard: Heard) -> None:
        """Take what an account tells."""
        match heard:
            case Told(update=Position() as told) if self._is_ours(heard.venue, told):
                if self._positions(heard.venue).streamed(told):
                    self._note(told)
                    self._look(heard.venue, told.symbol, heard.at)
            case Told():
                self._note(heard.update)
            case Answered(ask=AskPositions() as ask):
                own = [each for each in heard.reply.updates if self._is_ours(heard.venue, each)]
                sizes = self._positions(heard.venue).answered(ask, own)
                if sizes is not None:
                    self._read(heard.venue, ask, sizes, heard.at)
            case _:
                pass

    def _read(self, venue: str, ask: AskPositions, sizes: dict[str, Decimal], at: int) -> None:
        """Look at every contract that a whole reading speaks of."""
        for instrument in external.contracts(self._state, venue, ask.line, ask.symbol):
            symbol = instrument.symbol
            if symbol not in sizes:
                self._positions(venue).flat(symbol)
            self._begin(venue, symbol, at)
            self._look(venue, symbol, at)

    def _begin(self, venue: str, symbol: str, at: int) -> None:
        """Take the first reading of a market for what stood there before the desk began."""
        if symbol not in self._state.external and self._is_quiet(venue, symbol, at):
            size = self._positions(venue).size(symbol)
            self._orders.tell(external.held_besides(self._state, symbol, size, at))

    def _look(self, venue: str, symbol: str, at: int) -> None:
        """Look into what was told, unless it is as it should be, or that is being done."""
        if not external.is_doubtful(self._state, symbol, self._positions(venue).size(symbol)):
            self._agreed[symbol] = at
        elif symbol not in self._under_way:
            self._under_way[symbol] = None
            self._orders.start(self._inquire(venue, self._state.instruments[symbol]))

    # ------------------------------------------------------------- a difference

    async def _inquire(self, venue: str, instrument: Instrument) -> None:
        try:
            await self._recount(venue, instrument.market, instrument.symbol)
        finally:
            del self._under_way[instrument.symbol]

    async def _recount(self, venue: str, line: str, symbol: str) -> None:
        """Read the trades, then the position until it is proven."""
        positions, recount, mark = self._positions(venue), Recount(symbol), None
        for turn in range(ROUNDS):
            if not await self._settled(venue, symbol):
                return
            trades = AskFills(line=line, symbol=symbol, since=self._since(venue, symbol))
            if not turn and not await self._has_read(venue, trades):
                return
            if mark != self._mark(symbol):
                recount, mark = Recount(symbol), self._mark(symbol)
            if not await self._has_read(venue, AskPositions(line, symbol)):
                return
            told, now = positions.size(symbol), self._readers.now()
            disturbed = mark != self._mark(symbol) or not self._is_quiet(venue, symbol, now)
            if recount.proves(self._state, told, disturbed=disturbed):
                found = external.verdict(self._state, symbol, told, now)
                self._orders.tell(*([] if found is None else [found]))
                return
            await self._readers.sleep(APART)

    async def _settled(self, venue: str, symbol: str) -> bool:
        """Wait until nothing of ours is under way; False when there is nothing to be looked into then, or ever."""
        ends = self._readers.now() + PATIENCE
        while not self._is_quiet(venue, symbol, self._readers.now()):
            if self._readers.now() > ends:
                return False
            await self._readers.sleep(LOOK)
        return external.is_doubtful(self._state, symbol, self._positions(venue).size(symbol))

    async def _has_read(self, venue: str, query: Query) -> bool:
        reply = await self._readers.read(venue, query)
        return not isinstance(reply, Refusal) and isinstance(reply.outcome, Done)

    def _is_quiet(self, venue: str, symbol: str, now: int) -> bool:
        """Say whether nothing of ours is under way on a market, or just was."""
        return self._orders.is_settled(venue, symbol) and not external.moved_since(self._state, symbol, now - SETTLE)

    def _mark(self, symbol: str) -> tuple[object, ...]:
        """Return what is different after anything was heard of a market."""
        state = self._state
        return self._news.get(symbol, 0), state.holdings.get(symbol), state.external.get(symbol)

    def _since(self, venue: str, symbol: str) -> int:
        """Return from when trades are read (venue time, ns): a little before the position was last right."""
        earliest = self._readers.now() - LOOKBACK
        return max(self._agreed.get(symbol, 0) - OVERLAP, earliest) + self._readers.offset(venue)

    # ------------------------------------------------------------- what is told

    def _positions(self, venue: str) -> Positions:
        return self._told.setdefault(venue, Positions())

    def _note(self, update: Update) -> None:
        if isinstance(update, Position | OrderUpdate | Fill | FillVoided):
            self._news[update.symbol] = self._news.get(update.symbol, 0) + 1

    def _is_ours(self, venue: str, update: Update) -> bool:
        """Say whether an update is about this account, as far as the venue says so."""
        named, number = getattr(update, "account", ""), self._readers.number(venue)
        return not named or not number or named == number

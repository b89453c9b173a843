"""The markets of one connection, and what is known of each.

A market is asked of the sink when something first speaks of it, and watched from then on; one that nobody wants is
remembered as such.
Tickers and REST books fill the book only where no stream of it was heard or asked for.
Another connection may hold the book of the same market, so what is in it is looked at first, and only what came over
this connection is dropped with it.
A crossed book is counted once, when it becomes crossed; one that stays so has missed something.
Markets are bounded, because a code is text that the other side makes up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from basisdesk.kernel.book import CLOSED, CROSSED, EMPTY, VALID, WAITING
from basisdesk.venues.bigone.symbols import is_code, symbol_of
from basisdesk.venues.bigone.tape import Tape
from basisdesk.venues.contract import Market, Report, Sink, Trouble

if TYPE_CHECKING:
    from basisdesk.venues.bigone.wire import Side

CROSSED_UPDATES = 20
CROSSED_NS = 1_000_000_000
MOST_MARKETS = 8192

_BARE = (WAITING, CLOSED)
_IN_SYNC = (VALID, CROSSED, EMPTY)


class Owner(Protocol):
    """The stream that a market's book is made of."""

    def restart(self) -> None:
        """The connection begins or ends."""

    def give_up(self, now: int, detail: str) -> None:
        """The book cannot be believed any more."""


@dataclass(slots=True, eq=False)
class Watch:
    """A market and what this connection hears of it.

    `promised` says that a book was asked for, `filled` that the book is made of tickers or REST bodies.
    """

    market: Market
    sink: Sink
    promised: bool = False
    filled: bool = False
    owner: Owner | None = None
    crossed_at: int | None = None
    crossed_updates: int = 0
    tape: Tape = field(default_factory=Tape)

    def say(self, now: int, trouble: Trouble, detail: str) -> None:
        """Report a trouble of this market."""
        self.sink.report(Report(now, trouble, self.market.symbol, detail))

    def restart(self, state: int, now: int, *, promised: bool) -> None:
        """A connection begins or ends: the book takes this state if it was ours."""
        book = self.market.book
        if self.owner is not None or self.filled or book.state(0) in _BARE:
            book.mark_state(state)
            self.sink.touched(self.market, now)
        if self.owner is not None:
            self.owner.restart()
        self.owner = None
        self.crossed_at = None
        self.filled = False
        self.promised = promised
        self.tape.restart(now)

    def fill(self, bids: Side, asks: Side, now: int) -> bool:
        """Make a book of what is no stream of it; return whether it may stand in for one.

        Raises:
            ValueError: a price or a size is impossible.
        """
        book = self.market.book
        mine = self.filled and book.sequence == 0 and book.state(0) in _IN_SYNC
        free = self.owner is None and not self.promised and (mine or book.state(0) == WAITING)
        if free:
            self.market.rank = 0
            book.snapshot_levels(bids, asks, now, 0)
            self.note_crossing(now)
        self.filled = free
        return free

    def note_last(self, price: float, now: int) -> bool:
        """Note a last price where no trades are heard; return whether it is news (NaN is none)."""
        book = self.market.book
        news = not self.tape.heard and price == price and price != book.last  # noqa: PLR0124 (NaN)
        if news:
            book.trade(price, float("nan"), now)
        return news

    def note_crossing(self, now: int) -> bool:
        """Look whether the book is crossed; return whether it has been for too long to be believed."""
        book = self.market.book
        if not book.bid >= book.ask:
            self.crossed_at = None
            return False
        if self.crossed_at is None:
            self.crossed_at = now
            self.crossed_updates = 0
            self.market.tally.crossed += 1
            self.say(now, Trouble.CROSSED, f"best bid {book.bid} is not below best ask {book.ask}")
        self.crossed_updates += 1
        return self.crossed_updates > CROSSED_UPDATES or now - self.crossed_at > CROSSED_NS

    def hopeless_at(self) -> int | None:
        """When a crossed book is to be given up, None while it is not crossed or nobody can mend it."""
        return None if self.crossed_at is None or self.owner is None else self.crossed_at + CROSSED_NS


class Markets:
    """The watches of one connection by code; None for a market that nobody wants."""

    __slots__ = ("codes", "line", "sink", "watches")

    def __init__(self, line: str, codes: dict[str, None], sink: Sink) -> None:
        self.line = line
        self.codes = codes
        self.sink = sink
        self.watches: dict[str, Watch | None] = {}

    def watch(self, code: str, now: int) -> Watch | None:
        """Return the watch of a code, None when nobody wants it.

        Raises:
            ValueError: this is no code of a market.
        """
        if code not in self.watches:
            if not is_code(code):
                raise ValueError(f"a code was expected, not {code[:60]!r}")
            if len(self.watches) >= MOST_MARKETS:
                return None
            wanted = not self.codes or code in self.codes
            market = self.sink.market(self.line, code) if wanted else None
            made = None if market is None else Watch(market, self.sink)
            if made is not None:
                made.tape.restart(now)
            self.watches[code] = made
        return self.watches[code]

    def heard(self) -> list[Watch]:
        """Every market that somebody wants and something spoke of."""
        return [watch for watch in self.watches.values() if watch is not None]

    def restart(self, state: int, now: int) -> None:
        """A connection begins or ends: every book of ours takes this state."""
        for watch in self.heard():
            watch.restart(state, now, promised=False)

    def symbol(self, code: str) -> str:
        """Return the symbol of a code, watched or not; empty for what is no code."""
        watch = self.watches.get(code)
        if watch is not None:
            return watch.market.symbol
        return symbol_of(self.line, code) if is_code(code) else ""

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called, or None."""
        return min((at for watch in self.heard() if (at := watch.hopeless_at()) is not None), default=None)

    def on_time(self, now: int) -> None:
        """Give up the books that have stayed crossed."""
        for watch in self.heard():
            if watch.owner is not None and watch.crossed_at is not None and now >= watch.crossed_at + CROSSED_NS:
                watch.owner.give_up(now, f"crossed for {now - watch.crossed_at} ns")

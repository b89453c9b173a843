"""One market as the topics of a connection see it together, and its crossed book.

Books of several depths may be heard: the deepest one owns the book.
Tickers fill it, one level a side, only where no book was heard or asked for; a second connection may hold the book of
the same market, so what is in it is looked at first, and only what came over this connection is dropped with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from basisdesk.kernel.book import WAITING
from basisdesk.venues.bybit.settled import Settled
from basisdesk.venues.bybit.topics import Topics
from basisdesk.venues.contract import Market, Report, Sink, Trouble
from basisdesk.venues.crossing import Crossing, Crossings
from basisdesk.venues.touch import Levels, is_bare, takes_touch


class Source(Protocol):
    """A topic whose book can own the market's."""

    depth: int

    def restart(self) -> None:
        """Another topic owns the book from now on."""

    def give_up(self, now: int) -> None:
        """The book has been crossed for too long."""


@dataclass(slots=True, eq=False)
class Desk:
    """What the markets of one connection share; its crossed books go by their code."""

    sink: Sink
    topics: Topics
    settled: Settled
    crossings: Crossings = field(default_factory=Crossings)

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called, or None."""
        deadlines = (self.topics.next_deadline(), self.settled.next_deadline(), self.crossings.next_deadline())
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def on_time(self, now: int) -> None:
        """Give up the books that have stayed crossed, and ask again for rates that did not come."""
        self.settled.on_time(now)
        self.crossings.on_time(now)


@dataclass(slots=True, eq=False)
class Watch:
    """A market and what is heard of it.

    `promised` says that a book was asked for, `filled` that the book is made of tickers of this connection, and
    `traded` that trades are heard.
    """

    market: Market
    desk: Desk
    owner: Source | None = None
    promised: bool = False
    filled: bool = False
    traded: bool = False
    crossing: Crossing = field(init=False)

    def __post_init__(self) -> None:
        self.crossing = Crossing(self.market, self.desk.sink)

    def say(self, now: int, trouble: Trouble, detail: str) -> None:
        """Report a trouble of this market."""
        self.desk.sink.report(Report(now, trouble, self.market.symbol, detail))

    def restart(self, state: int, now: int, *, promised: bool) -> None:
        """A connection begins or ended: forget what was heard; the book takes this state if it was ours."""
        book = self.market.book
        if self.owner is not None or self.filled or is_bare(book):
            book.mark_state(state)
            self.desk.sink.touched(self.market, now)
        self.uncross()
        self.owner = None
        self.filled = self.traded = False
        self.promised = promised

    def fill(self, bids: Levels, asks: Levels, now: int) -> bool:
        """Make a book of one level a side of a ticker; return whether it may stand in for a better one."""
        book = self.market.book
        self.filled = self.owner is None and not self.promised and takes_touch(book, filled=self.filled)
        if self.filled:
            self.market.rank = 0
            book.snapshot_levels(bids, asks, now, 0)
            self.note_crossing(now)
        return self.filled

    def empty(self, now: int) -> None:
        """The ticker that filled the book can no longer be trusted."""
        if self.filled:
            self.filled = False
            self.uncross()
            self.market.book.mark_state(WAITING)
            self.desk.sink.touched(self.market, now)

    def uncross(self) -> None:
        """The book is not crossed, or not believed any more."""
        self.crossing.end()
        self.desk.crossings.drop(self.market.code)

    def note_crossing(self, now: int) -> bool:
        """Look whether the book is crossed; return whether it has been for too long to be believed."""
        crossing = self.crossing
        hopeless = crossing.note(now)
        if crossing.since is None:
            self.desk.crossings.drop(self.market.code)
        elif self.owner is not None:
            self.desk.crossings.hold(self.market.code, crossing.since, self.owner)
        return hopeless

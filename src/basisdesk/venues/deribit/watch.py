"""One market as the channels of a connection see it together, and its crossed book.

Several channels may speak of the same book: the best one heard owns it, and quotes fill it, one level a side, only
where no book channel was heard or promised.
A second connection may hold the book of the same market, so what is in it is looked at first, and only what came over
this connection is dropped with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan
from typing import Protocol

from basisdesk.kernel.changes import Changes
from basisdesk.venues.contract import Market, Report, Sink, Trouble
from basisdesk.venues.crossing import Crossing, Crossings
from basisdesk.venues.deribit.topics import Topics
from basisdesk.venues.touch import Levels, is_bare, takes_touch


class Source(Protocol):
    """A channel whose book can own the market's."""

    rank: int
    sequence: int | None

    def restart(self) -> None:
        """Forget everything: another channel owns the book, or the connection ended."""

    def give_up(self, now: int) -> None:
        """The book has been crossed for too long."""


def _changes() -> Changes:
    return Changes(
        (b"params", b"data"),
        (b"bids", b"asks"),
        (b"change_id", b"prev_change_id", b""),
        kind=(b"type", b"change", 2),
        acted=True,
    )


@dataclass(slots=True, eq=False)
class Desk:
    """What the markets of one connection share; its crossed books go by their code."""

    sink: Sink
    changes: Changes = field(default_factory=_changes)
    topics: Topics = field(default_factory=Topics)
    crossings: Crossings = field(default_factory=Crossings)


def _nothing() -> list[float]:
    return [nan, nan, nan, nan]


@dataclass(slots=True, eq=False)
class Watch:
    """A market and what is heard of it.

    `owner` is the channel that owns the book, `promised` says that one was asked for or announced, `filled` that the
    book is made of quotes, `quoted` that the quote channel is heard, `trades` names the trade channel that is told.
    `touch` is what the tickers last told: bid, its size, ask, its size; NaN for what was not told yet.
    """

    market: Market
    desk: Desk
    owner: Source | None = None
    promised: bool = False
    filled: bool = False
    quoted: bool = False
    trades: str = ""
    touch: list[float] = field(default_factory=_nothing)
    crossing: Crossing = field(init=False)

    def __post_init__(self) -> None:
        self.crossing = Crossing(self.market, self.desk.sink)

    def say(self, now: int, trouble: Trouble, detail: str) -> None:
        """Report a trouble of this market."""
        self.desk.sink.report(Report(now, trouble, self.market.symbol, detail))

    def restart(self, state: int, now: int) -> None:
        """A connection begins or ended: forget what was heard; the book takes this state if it was ours."""
        book = self.market.book
        if self.owner is not None or self.filled or is_bare(book):
            book.mark_state(state)
            self.desk.sink.touched(self.market, now)
        if self.owner is not None:
            self.owner.restart()
        self.uncross()
        self.owner = None
        self.filled = self.quoted = self.promised = False
        self.trades = ""
        self.touch = _nothing()

    def fill(self, bids: Levels, asks: Levels, now: int) -> bool:
        """Make a book of one level a side of a quote; return whether it may stand in for a better one."""
        book = self.market.book
        self.filled = self.owner is None and not self.promised and takes_touch(book, filled=self.filled)
        if self.filled:
            self.market.rank = 0
            book.snapshot_levels(bids, asks, now, 0)
            self.note_crossing(now)
        return self.filled

    def own(self, source: Source) -> None:
        """A channel owns the book from now on."""
        if self.owner is not None and self.owner is not source:
            self.owner.restart()
        self.owner = source
        self.market.rank = source.rank
        self.filled = False

    def uncross(self) -> None:
        """The book is not crossed, or not believed any more."""
        self.crossing.end()
        self.desk.crossings.drop(self.market.code)

    def note_crossing(self, now: int) -> None:
        """Look whether the book is crossed, and give up one that has been for too long to be believed."""
        crossing, book = self.crossing, self.market.book
        if crossing.since is None and not book.bid >= book.ask:
            return
        hopeless = crossing.note(now)
        if crossing.since is None:
            self.desk.crossings.drop(self.market.code)
        elif self.owner is not None and hopeless:
            self.owner.give_up(now)
        elif self.owner is not None:
            self.desk.crossings.hold(self.market.code, crossing.since, self.owner)

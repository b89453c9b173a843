"""One market as this venue's channels see it together.

Several channels may speak of the same book: the deepest one heard owns it, and the tickers fill it only where no book
channel was heard or promised.
A second connection may have channels of the same market, so what is in the book is looked at before a ticker replaces
it, and only what came over this connection is dropped when it ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from basisdesk.venues.contract import Market, Sink
from basisdesk.venues.crossing import Crossing
from basisdesk.venues.touch import Levels, is_bare, takes_touch


class Source(Protocol):
    """A channel that can own a book."""

    rank: int
    sequence: int | None

    def restart(self) -> None:
        """Another channel owns the book from now on."""


@dataclass(slots=True, eq=False)
class Watch:
    """A market, the channels that own its book and its trades, and how long its book has been crossed.

    `filled` says that the book is made of tickers of this connection.
    """

    market: Market
    sink: Sink
    depth: Source | None = None
    filled: bool = False
    trades: str = ""
    crossing: Crossing = field(init=False)

    def __post_init__(self) -> None:
        self.crossing = Crossing(self.market, self.sink)

    def restart(self, state: int) -> bool:
        """A connection begins or ended: forget its channels; return whether its book took this state."""
        book = self.market.book
        ours = self.depth is not None or self.filled or is_bare(book)
        if ours:
            book.mark_state(state)
        self.depth = None
        self.filled = False
        self.trades = ""
        self.crossing.end()
        return ours

    def fill(self, bids: Levels, asks: Levels, now: int) -> bool:
        """Make a book of one level a side of a ticker; return whether it may stand in for a better one."""
        book = self.market.book
        self.filled = self.depth is None and takes_touch(book, filled=self.filled)
        if self.filled:
            self.market.rank = 0
            book.snapshot_levels(bids, asks, now, 0)
            self.crossing.note(now)
        return self.filled

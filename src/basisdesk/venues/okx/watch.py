"""One market as this venue's channels see it together.

Several channels may speak of the same book: the deepest one heard owns it, and the tickers fill it only where no book
channel was heard or promised.
A crossed book is counted once, when it becomes crossed; one that stays so has missed something.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from basisdesk.venues.contract import Market, Report, Trouble

if TYPE_CHECKING:
    from basisdesk.venues.contract import Sink

CROSSED_UPDATES = 20
CROSSED_NS = 1_000_000_000


class Source(Protocol):
    """A channel that can own a book."""

    rank: int
    sequence: int | None

    def restart(self) -> None:
        """Another channel owns the book from now on."""


@dataclass(slots=True, eq=False)
class Watch:
    """A market, the channels that own its book and its trades, and how long its book has been crossed."""

    market: Market
    depth: Source | None = None
    trades: str = ""
    crossed: bool = False
    crossed_since: int = 0
    crossed_updates: int = 0

    def restart(self) -> None:
        """Nothing is known of the channels: a connection begins or ended."""
        self.depth = None
        self.trades = ""
        self.crossed = False

    def note_crossing(self, sink: Sink, now: int) -> bool:
        """Look whether the book is crossed; return whether it has been for too long to be believed."""
        book = self.market.book
        if not book.bid >= book.ask:
            self.crossed = False
            return False
        if not self.crossed:
            self.crossed = True
            self.crossed_since = now
            self.crossed_updates = 0
            self.market.tally.crossed += 1
            detail = f"best bid {book.bid} is not below best ask {book.ask}"
            sink.report(Report(now, Trouble.CROSSED, self.market.symbol, detail))
        self.crossed_updates += 1
        return self.crossed_updates > CROSSED_UPDATES or now - self.crossed_since > CROSSED_NS

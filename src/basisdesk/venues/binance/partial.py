"""The best 5, 10 or 20 levels of one market, whole in every message (`depth5`, `depth20@100ms`).

A depth stream tells more and outranks them; where none is heard they make the book, and outrank the ticker.
Spot sends `lastUpdateId`, `bids` and `asks`, futures the shape of a depth update; both name the last id that they hold.
Source: "Partial Book Depth Streams".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.kernel.book import WAITING
from basisdesk.venues.binance import wire

if TYPE_CHECKING:
    from basisdesk.venues.binance.depth import DepthSync

_decode = wire.partial_frame.decode


class PartialStream:
    """Takes the partial books of one market; of streams of several depths, the deepest heard."""

    __slots__ = ("depth", "levels", "market", "since", "wait", "written")

    def __init__(self, depth: DepthSync, wait: int) -> None:
        """`wait` (ns): how long to leave the book to a depth stream that may still come."""
        self.depth = depth
        self.market = depth.market
        self.wait = wait
        self.forget()

    def receive(self, levels: int, frame: bytes, now: int) -> None:
        """Take a frame in the combined wrapper of the stream of so many levels."""
        market, depth = self.market, self.depth
        market.tally.frames += 1
        try:
            told = _decode(frame).data
            bids, asks = told.bids or told.best_bids, told.asks or told.best_asks
            if self._stands_in(levels, now):
                market.book.snapshot(bids, asks, now, max(told.last, told.update))
                self.written = market.book.sequence
                market.rank = levels
                market.tally.book_updates += 1
                depth.ticker.fills = depth.ticker.outranked = True
                depth.touched(market, now)
        except wire.UNREADABLE as error:
            depth.reports.unreadable(now, market, "partial depth", frame, error)

    def forget(self) -> None:
        """The connection is new or gone."""
        self.since: int | None = None
        self.levels = 0
        self.written = -1  # the id under which this connection wrote the book last

    def _stands_in(self, levels: int, now: int) -> bool:
        if self.since is None:
            self.since = now
        self.levels = max(self.levels, levels)
        depth, book = self.depth, self.market.book
        if depth.last is not None or depth.heard or now - self.since < self.wait or levels < self.levels:
            return False
        return book.state(0) == WAITING or book.sequence == self.written  # else another connection wrote it

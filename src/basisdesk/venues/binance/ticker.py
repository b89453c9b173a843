"""Best bid and ask of one market, from its own stream.

The book ticker travels on another path than the depth, but counts updates in the same ids.
Whenever both have spoken of the same update, the tops must be equal to the last digit: a continuous proof that the book
is right.
A ticker ahead of the depth, which comes in steps of up to 100 ms, is shown in front of it until it has caught up.
A market with no depth stream at all gets a book of one level a side from here, so that its spread can be shown.
The depth may come over another connection, so what is in the book is looked at before it is replaced.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from basisdesk.venues.binance import wire
from basisdesk.venues.binance.asking import SECOND
from basisdesk.venues.touch import takes_touch

if TYPE_CHECKING:
    from basisdesk.venues.binance.depth import DepthSync
    from basisdesk.venues.contract import Market

UNREADABLE = wire.UNREADABLE
MOST_UPDATES = 1 << 63  # ids are kept in 64 bits
DEPTH_WAIT = 3 * SECOND  # how long a depth stream may take to be heard before the ticker stands in for it

_decode = wire.ticker_frame.decode


class LastTicker:
    """The newest book ticker of a market: `update` is its id, -1 before the first.

    `fills` says that the book is made of what stands in for a depth stream, `outranked` that this is not the ticker.
    """

    __slots__ = ("fills", "outranked", "ticker", "update")

    def __init__(self) -> None:
        self.forget()

    def compare(self, market: Market) -> None:
        """Compare the ticker with the book, both being at the same update."""
        book = market.book
        ticker = self.ticker
        if (
            ticker is not None
            and _same(ticker.bid, ticker.bid_size, book.bid, book.bid_size)
            and _same(ticker.ask, ticker.ask_size, book.ask, book.ask_size)
        ):
            market.tally.ticker_agrees += 1
        else:
            market.tally.ticker_differs += 1

    def forget(self) -> None:
        """The connection is new or gone."""
        self.update = -1
        self.ticker: wire.Ticker | None = None
        self.fills = self.outranked = False


class TickerStream:
    """Takes the ticker frames of one market."""

    __slots__ = ("depth", "market", "newest", "since", "wait")

    def __init__(self, depth: DepthSync, wait: int) -> None:
        """`wait` (ns): how long to leave the book to a depth stream that may still come."""
        self.depth = depth
        self.market = depth.market
        self.newest = depth.ticker
        self.wait = wait
        self.since: int | None = None

    def receive(self, frame: bytes, now: int) -> None:
        """Take a ticker frame in the combined wrapper."""
        market = self.market
        market.tally.frames += 1
        try:
            ticker = _decode(frame).data
            sound = _sound(ticker.bid, ticker.bid_size) and _sound(ticker.ask, ticker.ask_size)
            if not sound or not 0 <= ticker.update < MOST_UPDATES:
                raise ValueError(f"no prices and sizes: {ticker}")
        except UNREADABLE as error:
            self.depth.reports.unreadable(now, market, "bookTicker", frame, error)
            return
        book = market.book
        book.seen = max(book.seen, now)
        newest = self.newest
        if self.depth.last is not None and ticker.update < newest.update:
            return  # late: what is known is newer
        newest.update = ticker.update
        newest.ticker = ticker
        last = self.depth.last
        if last is not None:
            if last == ticker.update:
                newest.compare(market)
            elif 0 < ticker.bid < ticker.ask and ticker.bid_size > 0 and ticker.ask_size > 0:
                moved = book.front(ticker.bid, ticker.bid_size, ticker.ask, ticker.ask_size, now, ticker.update)
                if moved:
                    self.depth.touched(market, now)
        elif not self.depth.heard and not newest.outranked:
            self._stand_in(ticker, now)

    def _stand_in(self, ticker: wire.Ticker, now: int) -> None:
        if self.since is None:
            self.since = now
        if now - self.since < self.wait or not takes_touch(self.market.book, filled=self.newest.fills):
            return
        bids = [(ticker.bid, ticker.bid_size)] if ticker.bid_size > 0 else []
        asks = [(ticker.ask, ticker.ask_size)] if ticker.ask_size > 0 else []
        self.market.book.snapshot_levels(bids, asks, now, ticker.update)
        self.market.rank = 0
        self.newest.fills = True
        self.depth.touched(self.market, now)

    def forget(self) -> None:
        """The connection is new or gone."""
        self.since = None
        self.newest.forget()


def _sound(price: float, size: float) -> bool:
    return 0 < price < math.inf and 0 <= size < math.inf if size != 0 else 0 <= price < math.inf


def _same(price: float, size: float, book_price: float, book_size: float) -> bool:
    # The venue writes zeros for a side without orders, the book NaN.
    return (price == book_price and size == book_size) or (size == 0 and math.isnan(book_price))

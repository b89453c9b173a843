"""Tops of book of one underlying, kept as columns so that any candle can be made when somebody asks for it.

Nothing is precomputed for spreads that nobody looks at.
Every change of a market's top is one row (time, market, bid, ask, last); the exact candles of any pair in any period
come from driving these rows through the kernel, which takes tens of milliseconds for an hour of a busy underlying.
The same `Bars` then go on live, so history and present are one series.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from basisdesk.kernel import replay
from basisdesk.kernel.bars import Bars
from basisdesk.kernel.board import Board

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = 2_000_000
"""Rows kept per underlying, 36 bytes each; the oldest quarter is dropped when they are full."""


class Tape:
    """Columns of one underlying; markets are numbered as on its board."""

    def __init__(self, rows: int = ROWS) -> None:
        self._rows = rows
        self._highest = 0
        self._times = array("q")
        self._markets = array("i")
        self._bids = array("d")
        self._asks = array("d")
        self._lasts = array("d")

    def __len__(self) -> int:
        return len(self._times)

    def add(self, market: int, at: int, bid: float, ask: float, last: float) -> None:
        """Add a row; NaN for bid or ask says that the market is not valid.  Times do not go back."""
        if len(self._times) >= self._rows:
            for column in (self._times, self._markets, self._bids, self._asks, self._lasts):
                del column[: self._rows // 4]
        self._highest = max(self._highest, market)
        self._times.append(at)
        self._markets.append(market)
        self._bids.append(bid)
        self._asks.append(ask)
        self._lasts.append(last)

    def bars(self, legs: tuple[int, int], periods: Sequence[int], capacity: int, stale_after: int = 0) -> Bars:
        """Fold the spread of two markets from every row kept; periods in ns."""
        board = Board(stale_after)
        for _ in range(1 + max(self._highest, *legs)):
            board.add_market(None)
        bars = Bars(list(periods), capacity)
        board.watch(board.add_pair(*legs), bars)
        replay.run(board, self._times, self._markets, self._bids, self._asks, self._lasts)
        return bars

"""The prices of a contract that nobody trades at, minute by minute: mark, index, and the premium of the book over it.

The premium is how far the touch lies outside the index, as a fraction of it: bids above it count up, asks below it
down, and nothing where the index lies between them (Binance's premium index; venues take the prices of an impact size).
"""

from __future__ import annotations

import math
from array import array
from enum import Enum
from itertools import chain

from basisdesk.venues.contract import Candle

MINUTE = 60 * 1_000_000_000
KEPT, SPARE = 3 * 1440, 1440
"""So many minutes are kept, and at most so many more."""
_WIDTH = 5
_MOST = (KEPT + SPARE) * _WIDTH


class Course(Enum):
    """Which price."""

    MARK = "mark"
    INDEX = "index"
    PREMIUM = "premium"


def premium_of(bid: float, ask: float, index: float) -> float:
    """Return how far a touch lies outside the index, as a fraction; NaN where one of them is unknown."""
    if math.isnan(bid + ask + index):
        return math.nan
    return (max(0.0, bid - index) - max(0.0, index - ask)) / index


class Minutes:
    """The minutes of one price without a gap, oldest first: number of the minute, open, high, low, close, in one array.

    Four days take 0.23 MB.
    """

    def __init__(self) -> None:
        self._rows = array("d")

    def add(self, at: int, price: float) -> None:
        """Fold a price in; minutes in which nothing was told stand at the one before."""
        rows, minute = self._rows, at // MINUTE
        if not rows or rows[-_WIDTH] < minute:
            if rows and (rows[-_WIDTH] < minute - 1 or len(rows) >= _MOST):
                self._bridge(minute)
            rows.extend((minute, price, price, price, price))
            return
        rows[-3], rows[-2] = max(rows[-3], price), min(rows[-2], price)
        rows[-1] = price

    def candles(self, period: int, since: int, limit: int) -> list[Candle]:
        """Return at most `limit` candles of `period` ns that begin at or after `since`, the latest for 0, oldest first.

        `period` is of whole minutes; volume, turnover and trades are 0.
        """
        rows, length = self._rows, max(1, period // MINUTE)
        if not rows:
            return []
        oldest, last = int(rows[0]), int(rows[-_WIDTH])
        begins = -(-since // period) * length if since else (last // length - limit + 1) * length
        begins = max(begins, oldest // length * length)
        found: list[Candle] = []
        while begins <= last and len(found) < limit:
            found.append(self._joined(max(begins, oldest), min(begins + length, last + 1), begins, length))
            begins += length
        return found

    def _bridge(self, minute: int) -> None:
        """Make room for a minute, and let those before it that nothing was told in stand at the last price."""
        rows = self._rows
        stood, first = rows[-1], int(rows[-_WIDTH]) + 1
        if minute - first > KEPT:
            first = minute - KEPT
            del rows[:]
        elif len(rows) >= _MOST:
            del rows[: SPARE * _WIDTH]
        rows.extend(chain.from_iterable((each, stood, stood, stood, stood) for each in range(first, minute)))

    def _joined(self, first: int, until: int, begins: int, length: int) -> Candle:
        """Return the candle of so many minutes."""
        rows, place = self._rows, (first - int(self._rows[0])) * _WIDTH
        end = place + (until - first) * _WIDTH
        high, low = max(rows[place + 2 : end : _WIDTH]), min(rows[place + 3 : end : _WIDTH])
        ends = (begins + length) * MINUTE
        return Candle(begins * MINUTE, ends, rows[place + 1], high, low, rows[end - 1], 0.0, 0.0)

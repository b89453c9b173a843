"""Tick-true spread candles: a bar is folded from every tick, never from the candles of its legs.

The highs of two legs seldom come at the same moment, so that the difference of two candles shows prices at which the
spread never was, and may have its high below its low.
A series is one source in one period; it keeps its newest bars in a ring that grows up to its capacity.
Time never goes back: a value older than the open bar of a series is late and does not change it.
"""

from __future__ import annotations

from array import array

import cython

from basisdesk.kernel.arrays import doubles, integers

LAST = _LAST = 0
BID = _BID = 1
ASK = _ASK = 2
INFINITE = float("inf")
FIRST_ROOM = 16


@cython.final
@cython.cclass
class Series:
    """Bars of one source in one period; `total` counts all that ever were."""

    def __init__(self, period: cython.longlong, capacity: cython.Py_ssize_t):
        self.period = period
        self.capacity = capacity
        self.room = capacity if capacity < FIRST_ROOM else FIRST_ROOM
        self.times = array("q", bytes(8 * self.room))
        self.ticks = array("q", bytes(8 * self.room))
        self.opens = array("d", bytes(8 * self.room))
        self.highs = array("d", bytes(8 * self.room))
        self.lows = array("d", bytes(8 * self.room))
        self.closes = array("d", bytes(8 * self.room))
        self.total = 0
        self.slot = 0
        self.start = 0

    def add(self, at, value):
        # 1 when the value is late, else 0.
        slot: cython.Py_ssize_t = self.slot
        if self.total == 0:
            return self.begin(at, value)
        if at < self.start:
            return 1
        if at - self.start >= self.period:
            return self.begin(at, value)
        if value > self.highs[slot]:
            self.highs[slot] = value
        if value < self.lows[slot]:
            self.lows[slot] = value
        self.closes[slot] = value
        self.ticks[slot] += 1
        return 0

    @cython.cdivision(False)  # noqa: FBT003 (the name of the directive says it)
    def begin(self, at, value):
        # Python's modulo, so that buckets before 1970 begin at their lower edge too.
        if self.total == self.room and self.room < self.capacity:
            self.grow()
        slot: cython.Py_ssize_t = self.total % self.room
        self.start = at - at % self.period
        self.slot = slot
        self.total += 1
        self.times[slot] = self.start
        self.opens[slot] = value
        self.highs[slot] = value
        self.lows[slot] = value
        self.closes[slot] = value
        self.ticks[slot] = 1
        return 0

    def grow(self):
        room: cython.Py_ssize_t = 2 * self.room
        if room > self.capacity:
            room = self.capacity
        self.times = integers(self.times, room)
        self.ticks = integers(self.ticks, room)
        self.opens = doubles(self.opens, room)
        self.highs = doubles(self.highs, room)
        self.lows = doubles(self.lows, room)
        self.closes = doubles(self.closes, room)
        self.room = room
        return 0

    def row(self, number: cython.Py_ssize_t):
        slot: cython.Py_ssize_t = number % self.room
        return (
            self.times[slot],
            self.opens[slot],
            self.highs[slot],
            self.lows[slot],
            self.closes[slot],
            self.ticks[slot],
        )


@cython.final
@cython.cclass
class Bars:
    """Bars of one spread for LAST, BID and ASK in several periods at once."""

    def __init__(self, periods, capacity: cython.Py_ssize_t = 4096):
        if not periods:
            raise ValueError("bars need at least one period")
        if capacity < 1:
            raise ValueError(f"a series keeps at least one bar, not {capacity}")
        for period in periods:
            if period <= 0:
                raise ValueError(f"a period must be above zero, not {period}")
        self.late = 0
        self.periods = len(periods)
        self.series = [Series(period, capacity) for _ in range(3) for period in periods]

    def add(self, source, at, value):
        i: cython.Py_ssize_t
        late: cython.bint = False
        series: Series
        if not -INFINITE < value < INFINITE:
            return 0
        for i in range(source * self.periods, (source + 1) * self.periods):
            series = self.series[i]
            if series.add(at, value):
                late = True
        if late:
            self.late += 1
        return 0

    def fold(self, source: cython.int, at: cython.longlong, value: cython.double):
        self.series_of(source, 0)
        self.add(source, at, value)

    def series_of(self, source, period):
        if source < 0 or source > 2:
            raise ValueError(f"source is 0 (LAST), 1 (BID) or 2 (ASK), not {source}")
        if period < 0 or period >= self.periods:
            raise ValueError(f"there are {self.periods} periods and none has index {period}")
        return self.series[source * self.periods + period]

    def count(self, source: cython.int, period: cython.Py_ssize_t):
        return self.series_of(source, period).total

    def rows(self, source: cython.int, period: cython.Py_ssize_t, newest: cython.Py_ssize_t = 0):
        if newest < 0:
            raise ValueError(f"the number of newest bars is zero (all) or above, not {newest}")
        series: Series = self.series_of(source, period)
        kept: cython.Py_ssize_t = series.total if series.total < series.room else series.room
        if 0 < newest < kept:
            kept = newest
        return [series.row(number) for number in range(series.total - kept, series.total)]

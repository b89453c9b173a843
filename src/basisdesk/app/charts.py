"""Candles of the spreads that somebody looks at.

A spread's bars are made from the tape of its underlying when they are first asked for, and then fold live for as long
as anybody watches any of its candles.
Without a tape (a replay that folds its spreads from the start) the desk's own bars are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.stream import Candles
from basisdesk.kernel.bars import ASK, BID, LAST, Bars

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.app.tape import Tape
    from basisdesk.app.universe import Spread

    Bar = tuple[int, float, float, float, float, int]

SECOND = 1_000_000_000
PERIODS = {
    "1s": SECOND,
    "10s": 10 * SECOND,
    "1m": 60 * SECOND,
    "5m": 300 * SECOND,
    "15m": 900 * SECOND,
    "1h": 3600 * SECOND,
}
"""Periods that every chart offers, in ns."""
SOURCES = {"LAST": LAST, "BID": BID, "ASK": ASK}
CAPACITY = 4096
NEWEST = 3
"""Bars in a message that only continues: the open one, the one that it closed, and one to be safe."""


class Charts:
    """Bars by spread, and what each topic was last told."""

    def __init__(
        self, periods: Mapping[str, int], tapes: Mapping[str, Tape] | None = None, stale_after: int = 0
    ) -> None:
        """`periods` are those in which the desk's bars fold, by name, in ns; `tapes` are by underlying."""
        self.periods = dict(periods)
        self._tapes = tapes
        self._stale_after = stale_after
        self._opened: dict[str, Spread] = {}
        self._told: dict[str, tuple[int, int]] = {}

    def whole(self, spread: Spread, topic: str, source: str, period: str, now: int, decimals: int) -> Candles | None:
        """Return all bars of a series; None when there is no such source or period."""
        if source not in SOURCES or period not in self.periods:
            return None
        bars = self._open(spread)
        place = list(self.periods).index(period)
        rows = _rounded(bars.rows(SOURCES[source], place), decimals)
        self._told.setdefault(topic, _mark(bars, source, place))
        return Candles(at=now, spread=spread.name, source=source, period=period, whole=True, bars=rows)

    def more(self, spread: Spread, topic: str, source: str, period: str, now: int, decimals: int) -> Candles | None:
        """Return the newest bars of a series that was told whole; None when nothing changed since."""
        bars = self._open(spread)
        place = list(self.periods).index(period)
        mark = _mark(bars, source, place)
        told = self._told.get(topic)
        if mark == told:
            return None
        self._told[topic] = mark
        missed = mark[0] - told[0] if told is not None else 0
        rows = _rounded(bars.rows(SOURCES[source], place, newest=min(CAPACITY, missed + NEWEST)), decimals)
        return Candles(at=now, spread=spread.name, source=source, period=period, whole=False, bars=rows)

    def keep(self, topics: Mapping[str, str]) -> None:
        """Forget the topics that are not among these (topic to spread), and stop folding spreads that none needs."""
        for topic in [topic for topic in self._told if topic not in topics]:
            del self._told[topic]
        if self._tapes is None:
            return  # nothing could make them again
        needed = dict.fromkeys(topics.values())
        for name in [name for name in self._opened if name not in needed]:
            spread = self._opened.pop(name)
            spread.board.watch(spread.pair, None)
            spread.bars = None

    def _open(self, spread: Spread) -> Bars:
        if spread.bars is None:
            tape = (self._tapes or {}).get(spread.underlying)
            if tape is None:
                spread.bars = Bars(list(self.periods.values()), CAPACITY)
            else:
                legs = spread.board.legs(spread.pair)
                spread.bars = tape.bars(legs, list(self.periods.values()), CAPACITY, self._stale_after)
            spread.board.watch(spread.pair, spread.bars)
            self._opened[spread.name] = spread
        return spread.bars


def _rounded(rows: list[Bar], places: int) -> list[Bar]:
    """Rid prices of what float subtraction leaves behind the last decimal of the spread."""
    return [
        (at, round(first, places), round(high, places), round(low, places), round(last, places), ticks)
        for at, first, high, low, last, ticks in rows
    ]


def _mark(bars: Bars, source: str, place: int) -> tuple[int, int]:
    """Return how many bars there ever were and the ticks of the newest: it changes with every fold."""
    newest = bars.rows(SOURCES[source], place, newest=1)
    return bars.count(SOURCES[source], place), newest[0][5] if newest else 0

"""Candles and daily figures out of a market's own trades.

Trades are folded into minutes; longer periods are put together from minutes, shorter ones from the latest trades.
Volume is in the venue's unit, turnover in quote money (spot, linear) or in coin (inverse), as venues count them.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from basisdesk.domain.instrument import Margin, unit_worth
from basisdesk.venues.contract import Candle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Printed
    from basisdesk.venues.contract import Daily

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY_MINUTES = 1440
KEPT = 3 * DAY_MINUTES


class Chart:
    """The minutes of one market, oldest first."""

    def __init__(self, instrument: Instrument) -> None:
        self._worth = float(unit_worth(instrument))
        self._inverse = instrument.margin is Margin.INVERSE
        self._minutes: deque[Candle] = deque(maxlen=KEPT)

    def add(self, at: int, price: float, size: float, figures: Daily | None) -> None:
        """Fold a trade, and keep the day's figures up with it; a size of 0 only moves the price."""
        begins = at // MINUTE * MINUTE
        last = self._minutes[-1] if self._minutes else None
        one = self._single(begins, MINUTE, price, size)
        goes_on = last is not None and last.begins == begins
        if last is not None and goes_on:
            self._minutes[-1] = _joined(last, one, MINUTE, begins)
        else:
            if last is not None and last.ends < begins:
                self._bridge(last, begins)
            self._minutes.append(one)
        if figures is None:
            return
        if goes_on:
            self._note(at, one, figures)
        else:
            self.daily(at, figures)

    def candles(self, period: int, since: int, limit: int, trades: Iterable[Printed]) -> list[Candle]:
        """Return at most `limit` candles of `period` ns that begin at or after `since`, oldest first."""
        if period < MINUTE:
            parts: Iterable[Candle] = (
                self._single(each.at // period * period, period, float(each.price), float(each.size))
                for each in trades
                if each.at >= since
            )
        else:
            parts = self._since(since // period * period if since else self._latest(period, limit))
        found: dict[int, Candle] = {}
        for part in parts:
            begins = part.begins // period * period
            before = found.get(begins)
            found[begins] = part if before is None else _joined(before, part, period, begins)
            if before is None:
                found[begins] = _joined(part, None, period, begins)
        rows = [each for each in found.values() if each.begins >= since]
        return rows[:limit] if since else rows[-limit:]

    def _latest(self, period: int, limit: int) -> int:
        """Return when the first of the latest candles begins."""
        return (self._minutes[-1].begins // period - limit + 1) * period if self._minutes else 0

    def _since(self, first: int) -> Iterator[Candle]:
        """Go through the minutes from a time on; none is missing between the first and the last."""
        skipped = (first - self._minutes[0].begins) // MINUTE if self._minutes else 0
        return islice(self._minutes, max(0, skipped), None)

    def _bridge(self, last: Candle, until: int) -> None:
        """Fill the minutes in which nobody traded: venues show the price that stood, and no volume."""
        for begins in range(max(last.ends, until - KEPT * MINUTE), until, MINUTE):
            self._minutes.append(self._single(begins, MINUTE, last.close, 0.0))

    def _note(self, at: int, one: Candle, figures: Daily) -> None:
        """Add one trade to the figures."""
        figures.at = at
        figures.high, figures.low = max(figures.high, one.high), min(figures.low, one.low)
        figures.change = one.close / figures.open - 1.0
        figures.volume += one.volume
        figures.turnover += one.turnover
        figures.volume_usd += one.volume * self._worth if self._inverse else one.turnover

    def daily(self, at: int, figures: Daily) -> None:
        """Write the figures of the last 24 hours anew; there is at least one minute."""
        first = at - DAY_MINUTES * MINUTE
        day = [each for each in self._minutes if each.ends > first]
        figures.at = at
        figures.open = day[0].open
        figures.high = max(each.high for each in day)
        figures.low = min(each.low for each in day)
        figures.change = day[-1].close / day[0].open - 1.0
        figures.volume = sum(each.volume for each in day)
        figures.turnover = sum(each.turnover for each in day)
        figures.volume_usd = sum(each.volume * self._worth if self._inverse else each.turnover for each in day)

    def _single(self, begins: int, period: int, price: float, size: float) -> Candle:
        worth = size * self._worth
        turnover = worth / price if self._inverse else worth * price
        return Candle(begins, begins + period, price, price, price, price, size, turnover, int(size > 0))


def _joined(one: Candle, other: Candle | None, period: int, begins: int) -> Candle:
    """Return one candle of both, `other` being the later."""
    if other is None:
        return Candle(
            begins, begins + period, one.open, one.high, one.low, one.close, one.volume, one.turnover, one.trades
        )
    return Candle(
        begins,
        begins + period,
        one.open,
        max(one.high, other.high),
        min(one.low, other.low),
        other.close,
        one.volume + other.volume,
        one.turnover + other.turnover,
        one.trades + other.trades,
    )

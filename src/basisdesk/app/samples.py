"""Statistics of spreads, sampled on a grid of market time.

The grid lies on whole multiples of 100 ms; a sample is the state after every step up to and including its point, and
is taken only while both books are valid and fresh.
Samples are kept as columns of doubles, six a spread, so an hour of one spread takes under two megabytes.
"""

from __future__ import annotations

from array import array
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.app.universe import Spread, Universe

GRID = 100_000_000
SILENCE = 60 * 1_000_000_000
"""A pause of the recordings beyond which no samples are taken: nothing is known of the markets then."""
_DIGITS = 10  # spreads of prices with up to ten places; float noise of the difference lies beyond


REPORTED = ("mid", "mid_bp", "bid", "ask")
"""What the JSON report holds; the printed one shows bid and ask in basis points too."""
COLUMNS = ("mid", "mid_bp", "bid", "bid_bp", "ask", "ask_bp")


class Column:
    """The samples of one spread: mid, bid and ask, in quote money and in basis points of LEG2's mid."""

    __slots__ = COLUMNS

    def __init__(self) -> None:
        self.mid, self.mid_bp, self.bid, self.bid_bp, self.ask, self.ask_bp = (array("d") for _ in COLUMNS)

    def take(self, spread: Spread) -> None:
        """Add the spread as it stands."""
        bid, ask, _, _ = spread.board.quote(spread.pair)
        mid = (bid + ask) / 2
        self.bid.append(bid)
        self.ask.append(ask)
        self.mid.append(mid)
        whole = spread.leg2.book.mid()
        self.mid_bp.append(mid / whole * 1e4)
        self.bid_bp.append(bid / whole * 1e4)
        self.ask_bp.append(ask / whole * 1e4)

    def summary(self, names: tuple[str, ...] = REPORTED) -> dict[str, dict[str, float | None]]:
        """Return first, last, min, median and max of each named column; null where there is no sample."""
        return {name: _summary(getattr(self, name)) for name in names}


class Sampler:
    """Takes the samples; `before` fits `Player`."""

    def __init__(self, universe: Universe, wanted: list[str] | None) -> None:
        """`wanted` None samples every spread of the boards."""
        self._universe = universe
        self.wanted = wanted
        self.columns: dict[str, Column] = {name: Column() for name in wanted or ()}
        self._next = 0
        self._watchers: list[Callable[[int], None]] = []

    def at_grid(self, watcher: Callable[[int], None]) -> None:
        """Call `watcher` with each grid point, after its samples were taken."""
        self._watchers.append(watcher)

    def before(self, at: int) -> int:
        """Take every sample due before a step at `at`; return the next grid point."""
        point = self._next
        if not point:
            self._next = -(-at // GRID) * GRID
            return self._next
        if at - point > SILENCE:
            self._sample(point)
            point = at // GRID * GRID
        while point < at:
            self._sample(point)
            point += GRID
        self._next = point
        return point

    def _sample(self, now: int) -> None:
        spreads = self._universe.spreads
        for name in self.wanted if self.wanted is not None else list(spreads):
            spread = spreads.get(name)
            if spread is not None and spread.live(now):
                column = self.columns.get(name)
                if column is None:
                    column = self.columns[name] = Column()
                column.take(spread)
        for watcher in self._watchers:
            watcher(now)


def _summary(values: array[float]) -> dict[str, float | None]:
    if not values:
        return dict.fromkeys(("first", "last", "min", "median", "max"))
    found = {
        "first": values[0],
        "last": values[-1],
        "min": min(values),
        "median": median(values),
        "max": max(values),
    }
    return {name: round(value, _DIGITS) for name, value in found.items()}

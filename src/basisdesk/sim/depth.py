"""What a demo book looks like: one touch, then levels on a fine grid, then levels on a coarse one.

Prices are integer ticks, so every level is on the venue's grid, and level prices beyond the touch stay where they are
while the touch moves: an update is a small delta as on a real venue, not a new book.
Sizes grow away from the touch and scatter log-normally.
A side stores keys that grow towards the touch (bids as they are, asks negated), which makes both sides the same code.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal
    from random import Random

FINE_LEVELS = 18
COARSE_LEVELS = 14
COARSE = 6

Levels = list[tuple[float, float]]


class Grid:
    """Exact numbers on a decimal grid: `units` steps of 0.1 are the float nearest to the decimal text."""

    def __init__(self, step: Decimal) -> None:
        self.over, self.under = step.as_integer_ratio()
        self.step = float(step)

    def number(self, units: int) -> float:
        """The float that the venue's decimal text of so many steps would parse to."""
        return units * self.over / self.under


class Side:
    """One side of one book, in ticks and size steps."""

    def __init__(self, sign: int, spacing: int, usual: float, least: int) -> None:
        """`sign` is 1 for bids and -1 for asks, `usual` the usual size of a level in steps, `least` the smallest."""
        self._sign = sign
        self._spacing = spacing
        self._usual = usual
        self._least = least
        self._sizes: dict[int, int] = {}
        self._touch = 0

    def requote(self, chance: Random, touch: int) -> list[tuple[int, int]]:
        """Move the touch to tick `touch` and stir some sizes; return changed (tick, size in steps), 0 for gone."""
        key = touch * self._sign
        changed: dict[int, int] = {}
        if key != self._touch:
            self._touch = key
            self._move(chance, key, changed)
        changed[key] = self._sizes[key] = self._size(chance, 0)
        keys = list(self._sizes)
        for _ in range(2):
            place = int(chance.random() * len(keys))
            stirred = keys[place]
            changed[stirred] = self._sizes[stirred] = self._size(chance, self._rank(stirred))
        return [(each * self._sign, size) for each, size in changed.items()]

    def best_size(self) -> int:
        """Size at the touch, in steps."""
        return self._sizes[self._touch]

    def _move(self, chance: Random, key: int, changed: dict[int, int]) -> None:
        wanted = self._wanted(key)
        keep = dict.fromkeys(wanted)
        for old in [each for each in self._sizes if each not in keep]:
            del self._sizes[old]
            changed[old] = 0
        for rank, new in enumerate(wanted):
            if new not in self._sizes:
                changed[new] = self._sizes[new] = self._size(chance, rank)

    def _wanted(self, key: int) -> list[int]:
        fine, coarse = self._spacing, self._spacing * COARSE
        first = (key - 1) // fine * fine
        near = [first - fine * place for place in range(FINE_LEVELS)]
        second = (near[-1] - 1) // coarse * coarse
        return [key, *near, *(second - coarse * place for place in range(COARSE_LEVELS))]

    def _rank(self, key: int) -> int:
        return min((self._touch - key) // self._spacing, FINE_LEVELS + COARSE_LEVELS)

    def _size(self, chance: Random, rank: int) -> int:
        growth = (0.5 + 0.08 * rank) * (COARSE / 2 if rank > FINE_LEVELS else 1.0)
        return max(self._least, round(self._usual * growth * math.exp(0.45 * chance.gauss(0.0, 1.0))))

"""What a demo book looks like: one touch, then levels on a fine grid, then levels on a coarse one.

Prices are integer ticks, so every level is on the venue's grid, and level prices beyond the touch stay where they are
while the touch moves: an update is a small delta as on a real venue, not a new book.
Sizes grow away from the touch and scatter log-normally.
A side stores keys that grow towards the touch (bids as they are, asks negated), which makes both sides the same code.
"""

from __future__ import annotations

import math
from itertools import filterfalse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal
    from random import Random

FINE_LEVELS = 18
COARSE_LEVELS = 14
COARSE = 6

Levels = list[tuple[float, float]]
Steps = list[tuple[int, int]]
"""Levels as (tick, size in steps)."""


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
        self._least = least
        self._usual = [usual * _growth(rank) for rank in range(FINE_LEVELS + COARSE_LEVELS + 1)]
        self._sizes: dict[int, int] = {}
        self._touch = 0
        self._first = 0

    def requote(self, chance: Random, touch: int) -> Steps:
        """Move the touch to tick `touch` and stir some sizes.

        Returns what is different now as (tick, size in steps): levels that are gone with size 0, those that stood
        longest first, then the others from the touch away.
        """
        key, sizes = touch * self._sign, self._sizes
        before: dict[int, int] = {}
        if key != self._touch:
            self._move(chance, key, before)
        self._stir(chance, key, 0, before)
        keys = list(sizes)
        for _ in range(2):
            stirred = keys[int(chance.random() * len(keys))]
            self._stir(chance, stirred, self._rank(stirred), before)
        gone = [(each * self._sign, 0) for each in filterfalse(sizes.__contains__, before)]
        there = sorted(filter(sizes.__contains__, before), reverse=True)
        return gone + [(each * self._sign, sizes[each]) for each in there if sizes[each] != before[each]]

    def best_size(self) -> int:
        """Size at the touch, in steps."""
        return self._sizes[self._touch]

    def _move(self, chance: Random, key: int, before: dict[int, int]) -> None:
        """Move the touch; `before` takes the sizes of the levels that this changes, 0 of those that were not there."""
        sizes, last = self._sizes, self._touch
        first = (key - 1) // self._spacing * self._spacing
        self._touch = key
        if sizes and first == self._first:  # the levels behind the touch stay
            before[last] = sizes.pop(last)
            self._stir(chance, key, 0, before)
            return
        self._first = first
        wanted = self._wanted(key)
        keep = set(wanted)
        for old in [*filterfalse(keep.__contains__, sizes)]:
            before[old] = sizes.pop(old)
        for new in [*filterfalse(sizes.__contains__, wanted)]:
            self._stir(chance, new, wanted.index(new), before)

    def _wanted(self, key: int) -> list[int]:
        """Return the levels of a touch, best first."""
        fine, coarse = self._spacing, self._spacing * COARSE
        last = self._first - fine * (FINE_LEVELS - 1)
        second = (last - 1) // coarse * coarse
        return [key, *range(self._first, last - 1, -fine), *range(second, second - coarse * COARSE_LEVELS, -coarse)]

    def _stir(self, chance: Random, key: int, rank: int, before: dict[int, int]) -> None:
        """Give a level a size by chance, and note the one it had before all that changed now."""
        sizes = self._sizes
        before.setdefault(key, sizes.get(key, 0))
        size = round(self._usual[rank] * math.exp(0.45 * chance.gauss(0.0, 1.0)))
        sizes[key] = size if size > self._least else self._least  # noqa: FURB136 (a call costs more than all the rest)

    def _rank(self, key: int) -> int:
        return min((self._touch - key) // self._spacing, FINE_LEVELS + COARSE_LEVELS)


def _growth(rank: int) -> float:
    """Return how much larger than usual a level is, by its place behind the touch."""
    return (0.5 + 0.08 * rank) * (COARSE / 2 if rank > FINE_LEVELS else 1.0)

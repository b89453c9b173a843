"""The best levels of a market as one channel of the venue tells them, and what has changed since it last did.

A spot channel numbers its changes with the exchange's own count and names the one before; a contract channel counts by
one.
A level that leaves the best so many is told as gone, and one that comes in as new.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from basisdesk.sim.dialects.htx.text import decimal

if TYPE_CHECKING:
    from basisdesk.sim.contract import SimMarket

ZERO = Decimal(0)
Levels = list[tuple[Decimal, Decimal]]


class Change(NamedTuple):
    """Levels that changed (size 0 is gone), the number of this change and the one before."""

    bids: Levels
    asks: Levels
    number: int
    before: int


class Ladder:
    """The best `count` levels a side."""

    def __init__(self, market: SimMarket, count: int, *, by_one: bool) -> None:
        self.market = market
        self.count = count
        self.number = market.sequence
        self._by_one = by_one
        self._sides = [dict(market.book.levels(side, count)) for side in (0, 1)]

    def whole(self) -> tuple[Levels, Levels]:
        """Return all levels, best first."""
        bids, asks = ([(decimal(price), decimal(size)) for price, size in sorted(each.items())] for each in self._sides)
        return bids[::-1], asks

    def follow(self) -> Change | None:
        """Return what changed since the last time, None for nothing."""
        changed: list[Levels] = []
        for side in (0, 1):
            levels, old = self.market.book.levels(side, self.count), self._sides[side]
            fresh = self._sides[side] = dict(levels)
            moved = [(decimal(price), decimal(size)) for price, size in levels if old.get(price) != size]
            changed.append(moved + [(decimal(price), ZERO) for price in old if price not in fresh])
        if not changed[0] and not changed[1]:
            return None
        before = self.number
        self.number = before + 1 if self._by_one else max(self.market.sequence, before + 1)
        return Change(changed[0], changed[1], self.number, before)

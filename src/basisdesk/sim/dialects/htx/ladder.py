"""The best levels of a market as one channel of the venue tells them, and what has changed since it last did.

A spot channel numbers its changes with the exchange's own count and names the one before; a contract channel counts by
one.
A level that leaves the best so many is told as gone, and one that comes in as new.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from basisdesk.sim.dialects.htx.quotes import ladder

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
        self._sides = [dict(ladder(market, side, count)) for side in (0, 1)]

    def whole(self) -> tuple[Levels, Levels]:
        """Return all levels, best first."""
        bids, asks = self._sides
        return sorted(bids.items(), reverse=True), sorted(asks.items())

    def follow(self) -> Change | None:
        """Return what changed since the last time, None for nothing."""
        changed: list[Levels] = []
        for side in (0, 1):
            fresh = dict(ladder(self.market, side, self.count))
            old = self._sides[side]
            gone = [(price, ZERO) for price in old if price not in fresh]
            changed.append([(price, size) for price, size in fresh.items() if old.get(price) != size] + gone)
            self._sides[side] = fresh
        if not changed[0] and not changed[1]:
            return None
        before = self.number
        self.number = before + 1 if self._by_one else max(self.market.sequence, before + 1)
        return Change(changed[0], changed[1], self.number, before)

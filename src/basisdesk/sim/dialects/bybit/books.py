"""The books of one market's topics, one of each depth: what was last told, its count, and what changed since.

Depths 50, 200 and 1000 begin with a snapshot and go on with deltas whose `u` rises by one; the book of depth 1 is told
whole each time.
The count of a depth is the same for all connections.
Followed: https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.dialects.bybit.names import price_text, size_text

if TYPE_CHECKING:
    from basisdesk.sim.contract import SimMarket

MS = 1_000_000
PACES = {1: 10 * MS, 50: 20 * MS, 200: 100 * MS, 1000: 200 * MS}
"""How often a depth is told at most (ns)."""
Levels = dict[str, str]
Spelled = dict[tuple[float, float], tuple[str, str]]
"""Levels of a book to their texts."""


class DepthTopic:
    """One depth of one market."""

    __slots__ = ("_sides", "_spelled", "_terms", "depth", "market", "update")

    def __init__(self, market: SimMarket, depth: int) -> None:
        self.market = market
        self.depth = depth
        self.update = market.sequence
        self._sides: tuple[Levels, Levels] = ({}, {})
        self._terms = market.instrument
        self._spelled: tuple[Spelled, Spelled] = ({}, {})
        self.renew()

    def renew(self) -> None:
        """Take the book as it is, for somebody who has heard nothing yet."""
        self._sides = self._now()
        self.update += 1

    def snapshot(self) -> dict[str, object]:
        """Return the book as it was last told."""
        return self._told(*([list(level) for level in side.items()] for side in self._sides))

    def delta(self) -> dict[str, object] | None:
        """Take the book as it is; return what changed since it was last told, None for nothing."""
        before, self._sides = self._sides, self._now()
        changes = [_difference(old, new) for old, new in zip(before, self._sides, strict=True)]
        if not any(changes):
            return None
        self.update += 1
        return self._told(*changes)

    def _now(self) -> tuple[Levels, Levels]:
        if self.market.instrument is not self._terms:  # other grids, other texts
            self._terms, self._spelled = self.market.instrument, ({}, {})
        bids, asks = (self._side(side) for side in (0, 1))
        self._spelled = bids, asks
        return dict(bids.values()), dict(asks.values())

    def _side(self, side: int) -> Spelled:
        """Return a side's levels with their texts; what stands as it stood is not spelled again."""
        terms, before = self._terms, self._spelled[side]
        return {
            level: before.get(level) or (price_text(terms, level[0]), size_text(terms, level[1]))
            for level in self.market.book.levels(side, self.depth)
        }

    def _told(self, bids: list[list[str]], asks: list[list[str]]) -> dict[str, object]:
        return {
            "s": self.market.instrument.code,
            "b": bids,
            "a": asks,
            "u": self.update,
            "seq": self.market.sequence,
        }


def _difference(old: Levels, new: Levels) -> list[list[str]]:
    gone = [[price, "0"] for price in old if price not in new]
    return gone + [[price, size] for price, size in new.items() if old.get(price) != size]

# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""Composed depth of a spread: LEG1 minus LEG2, in one common unit.

The ASK side pairs LEG1 asks with LEG2 bids, the BID side LEG1 bids with LEG2 asks.
The common unit is base coin, or quote face when both legs are inverse.
"""

from typing import Final

from basisdesk.kernel.book import Book

BASE: Final[int]  # 1
FACE: Final[int]  # 2

def common_unit(leg1: Book, leg2: Book) -> int:
    """BASE, or FACE when both legs are inverse."""

def compose(
    leg1: Book,
    leg2: Book,
    ask: bool,
    depth: int,
    ratio1: float = 1.0,
    ratio2: float = 1.0,
    m1: float = 1.0,
    m2: float = 1.0,
) -> tuple[list[tuple[float, float, float, float]], int]:
    """Merge two books into spread levels, best first.

    Each level is (m1*price1 - m2*price2, size in the common unit, leg 1 price, leg 2 price); prices are non-decreasing
    on the ask side and non-increasing on the bid side.  Level sizes are divided by |ratio| of their leg.
    The second value says which leg is used up to its last level: 0 neither (depth limit), 1, 2, or 3 both.
    Raises ValueError for a depth below 1, a multiplier not above zero, or a ratio of zero.
    """

def walk_spread(leg1: Book, leg2: Book, ask: bool, size: float) -> tuple[float, float, float, float, float, float]:
    """Size-weighted spread: (price, leg 1 average, leg 1 worst, leg 2 average, leg 2 worst, size covered by both).

    `ask` True prices a BUY (LEG1 asks, LEG2 bids).  `size` is in the common unit.
    Where one leg's depth ends first, both are priced for what it covers; all NaN and 0 when a needed side is empty.
    Raises ValueError for a size that is not above zero.
    """

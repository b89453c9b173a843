"""Composed depth of a spread: LEG1 minus LEG2, in one common unit.

Buying the spread takes LEG1's asks and LEG2's bids, selling it takes LEG1's bids and LEG2's asks.
Both sides are walked from the touch with one pointer each; a spread level is as large as the smaller remainder of the
two levels it pairs, so every piece of either leg is used once and the price can only get worse.
Sizes are compared in base coin, or in quote face when both legs are inverse contracts.
A remainder below one part in 10**12 of its level is rounding dust and counts as used up.
"""

from __future__ import annotations

import cython  # noqa: TC002 (the compiler reads it)

from basisdesk.kernel.book import Book  # noqa: TC001 (the compiler reads it)
from basisdesk.kernel.side import Side  # noqa: TC001 (the compiler reads it)

BASE = _BASE = 1
FACE = _FACE = 2
NOTHING = float("nan")
INFINITE = float("inf")
DUST = 1e-12


def common_unit(leg1: Book, leg2: Book):
    return _FACE if leg1.inverse and leg2.inverse else _BASE


def compose(
    leg1: Book,
    leg2: Book,
    ask: cython.bint,
    depth: cython.Py_ssize_t,
    ratio1: cython.double = 1.0,
    ratio2: cython.double = 1.0,
    m1: cython.double = 1.0,
    m2: cython.double = 1.0,
):
    if not 0.0 < m1 < INFINITE or not 0.0 < m2 < INFINITE:
        raise ValueError(f"price multipliers must be finite and above zero, not {m1} and {m2}")
    ratio1 = abs(ratio1)
    ratio2 = abs(ratio2)
    if not 0.0 < ratio1 < INFINITE or not 0.0 < ratio2 < INFINITE:
        raise ValueError(f"ratios must be finite and not zero, not {ratio1} and {ratio2}")
    if depth < 1:
        raise ValueError(f"depth is a number of levels above zero, not {depth}")
    unit: cython.int = common_unit(leg1, leg2)
    one: Side = leg1.asks if ask else leg1.bids
    two: Side = leg2.bids if ask else leg2.asks
    deep1: cython.Py_ssize_t = one.depth()
    deep2: cython.Py_ssize_t = two.depth()
    i: cython.Py_ssize_t = 0
    j: cython.Py_ssize_t = 0
    count: cython.Py_ssize_t = 0
    whole1: cython.double = 0.0
    whole2: cython.double = 0.0
    left1: cython.double = 0.0
    left2: cython.double = 0.0
    price1: cython.double = 0.0
    price2: cython.double = 0.0
    size: cython.double
    levels = []
    while count < depth and i < deep1 and j < deep2:
        if left1 == 0.0:
            price1 = one.price_of(i)
            left1 = whole1 = one.size_of(i) * leg1.worth(price1, unit) / ratio1
        if left2 == 0.0:
            price2 = two.price_of(j)
            left2 = whole2 = two.size_of(j) * leg2.worth(price2, unit) / ratio2
        size = left1 if left1 < left2 else left2
        levels.append((m1 * price1 - m2 * price2, size, price1, price2))
        count += 1
        left1 -= size
        left2 -= size
        if left1 <= DUST * whole1:
            left1 = 0.0
            i += 1
        if left2 <= DUST * whole2:
            left2 = 0.0
            j += 1
    return levels, (1 if i >= deep1 else 0) + (2 if j >= deep2 else 0)


def walk_spread(leg1: Book, leg2: Book, ask: cython.bint, size: cython.double):
    unit: cython.int = common_unit(leg1, leg2)
    side1: cython.int = 1 if ask else 0
    side2: cython.int = 0 if ask else 1
    average1, worst1, covered1 = leg1.walk(side1, size, unit)
    average2, worst2, covered2 = leg2.walk(side2, size, unit)
    covered = min(covered1, covered2)
    if covered == 0.0:
        return NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, 0.0
    # Only what both legs cover can be traded as a spread, so the deeper leg is priced for that much.
    if covered1 > covered:
        average1, worst1, covered1 = leg1.walk(side1, covered, unit)
    if covered2 > covered:
        average2, worst2, covered2 = leg2.walk(side2, covered, unit)
    return average1 - average2, average1, worst1, average2, worst2, covered

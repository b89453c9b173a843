"""When a leg would be liquidated, and what brings its margin back.

A position is liquidated when the equity behind it falls to its maintenance margin, a fraction m of its value.
Collateral C plus the profit of the move equals m x value at that price, and each formula below is that equation solved.
A one-to-one short is immune only when it is margined in the coin itself; margined in money it is liquidated near twice
the price.
In a unified account the spot leg counts as collateral at a haircut h.
Money is in the collateral's currency, sizes in coin, faces in quote money, m and h fractions.
A price, size or leverage of zero where one divides is a fault of the caller and raises ZeroDivisionError.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import precise

if TYPE_CHECKING:
    from collections.abc import Callable

AMBER = Decimal("0.30")
RED = Decimal("0.15")
ZERO = Decimal(0)


class Danger(Enum):
    """How near a liquidation is."""

    NONE = "none"
    AMBER = "amber"
    RED = "red"


@precise
def linear_short_liquidation(collateral: Decimal, size: Decimal, entry: Decimal, maintenance: Decimal) -> Decimal:
    """Return the price above which a short linear position is liquidated: (C + q P0) / (q (1 + m))."""
    return (collateral + size * entry) / (size * (1 + maintenance))


@precise
def linear_long_liquidation(collateral: Decimal, size: Decimal, entry: Decimal, maintenance: Decimal) -> Decimal | None:
    """Return the price below which a long linear position is liquidated: (q P0 - C) / (q (1 - m)).

    None when the collateral covers the whole value, so that no price liquidates.
    """
    price = (size * entry - collateral) / (size * (1 - maintenance))
    return price if price > 0 else None


@precise
def inverse_short_liquidation(
    collateral: Decimal, face: Decimal, entry: Decimal, maintenance: Decimal
) -> Decimal | None:
    """Return the price above which a short inverse position is liquidated: NV (1 - m) / (NV / P0 - C).

    `collateral` is in coin, `face` (N V) in quote money; None when the coin covers the face, whatever the price.
    """
    uncovered = face / entry - collateral
    return face * (1 - maintenance) / uncovered if uncovered > 0 else None


@precise
def unified_short_liquidation(
    collateral: Decimal, size: Decimal, entry: Decimal, maintenance: Decimal, spot: Decimal, haircut: Decimal
) -> Decimal | None:
    """Return the price above which a linear short beside `spot` coin counted at `haircut` is liquidated.

    (C + q P0) / (q (1 + m) - h Q); None when the denominator is not positive: the spot covers the short.
    """
    uncovered = size * (1 + maintenance) - haircut * spot
    return (collateral + size * entry) / uncovered if uncovered > 0 else None


@precise
def liquidation_factor(
    excess: Callable[[Decimal], Decimal], limit: Decimal, tolerance: Decimal = Decimal("1E-9")
) -> Decimal | None:
    """Return the factor on a coin's price at which equity falls to maintenance, searching from 1 towards `limit`.

    Args:
        excess: equity less maintenance margin at a price factor; it may step at margin tiers, and must fall through
            zero at most once between 1 and `limit`.
        limit: how far to look: above 1 for rising prices, between 0 and 1 for falling ones.
        tolerance: how narrow the answer is, as a factor.

    None when there is excess up to `limit`; 1 when there is none already.
    """
    safe, bad = Decimal(1), limit
    if excess(safe) <= 0:
        return safe
    if excess(bad) > 0:
        return None
    while abs(bad - safe) > tolerance:
        middle = (safe + bad) / 2
        if excess(middle) > 0:
            safe = middle
        else:
            bad = middle
    return bad


@precise
def distance(price: Decimal, liquidation: Decimal) -> Decimal:
    """Return how far a liquidation price is away, as a fraction of the price now, whichever direction it lies in."""
    return abs(liquidation - price) / price


def danger(fraction: Decimal | None) -> Danger:
    """Grade a distance: red below 15 %, amber below 30 %; None (no liquidation price) is no danger."""
    if fraction is None or fraction >= AMBER:
        return Danger.NONE
    return Danger.AMBER if fraction >= RED else Danger.RED


@precise
def margin_shortfall(size: Decimal, price: Decimal, leverage: Decimal, equity: Decimal) -> Decimal:
    """Return the money that a leg lacks to be at its target leverage: q P / leverage - E, zero when it lacks none."""
    return max(size * price / leverage - equity, ZERO)


@precise
def shrink_to_margin(shortfall: Decimal, price: Decimal, leverage: Decimal) -> Decimal:
    """Return the coin to sell on spot and buy back on the short so that its margin suffices: D / (P (1 + 1/leverage)).

    Selling x coin brings x P of money into the margin and buying back x lowers the need by x P / leverage.
    """
    return shortfall / (price * (1 + 1 / leverage))

"""What the hedge leg would cost for a size: the price that a quote leans on.

The book side that a hedge would take is walked from its best level until the lean size is covered.
``vwap`` is the size-weighted average of what is walked, ``worst`` the last level touched, ``touch`` the best one.
Sizes are in the common unit; levels of an inverse book are converted one by one, because a contract is worth a
different amount of coin at each price.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import msgspec

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.instrument import Instrument, base_of

ONE = Decimal(1)
ZERO = Decimal(0)
Level = tuple[Decimal, Decimal]


class LeanMode(Enum):
    """Which price of the walked depth a quote leans on."""

    VWAP = "vwap"
    WORST = "worst"
    TOUCH = "touch"


class Lean(msgspec.Struct, frozen=True):
    """A walk of one book side.

    Attributes:
        price: the price to lean on, by mode.
        worst: price of the last level touched.
        covered: how much of the lean size the depth has; below it, the quote must not trust `price`.
        complete: whether the whole lean size is covered.
    """

    price: Decimal
    worst: Decimal
    covered: Decimal
    complete: bool


@precise
def lean_size(remaining: Decimal, ratio: Decimal = ONE, multiplier: Decimal = ONE, extra: Decimal = ZERO) -> Decimal:
    """Return the depth to look at: remaining quote size x ratio x multiplier + extra, in the common unit."""
    return remaining * ratio * multiplier + extra


@precise
def lean_on(levels: list[Level], size: Decimal, mode: LeanMode = LeanMode.VWAP) -> Lean | None:
    """Walk (price, size) levels, best first, until `size` is covered; None for an empty side.

    Raises:
        ValueError: a size that is not above zero.
    """
    if not size > 0:
        raise ValueError(f"a lean size of {size}")
    worth = covered = worst = ZERO
    for price, available in levels:
        taken = min(available, size - covered)
        if taken <= 0:
            break
        worth += price * taken
        covered += taken
        worst = price
    if not covered:
        return None
    prices = {LeanMode.VWAP: worth / covered, LeanMode.WORST: worst, LeanMode.TOUCH: levels[0][0]}
    return Lean(prices[mode], worst, covered, covered == size)


def levels_in_base(instrument: Instrument, levels: list[Level]) -> list[Level]:
    """Return (price, size in the venue's unit) levels as (price, base coin), each at its own price."""
    return [(price, base_of(instrument, size, price)) for price, size in levels]

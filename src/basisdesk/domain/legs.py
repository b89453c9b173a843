"""From the size of a spread to the sizes of its two legs, with the rounding residue in plain sight.

The coarser leg is sized first, rounded towards less, so that a spread is never larger than what was asked for.
The finer leg is then sized to match what the coarser one really is, to the nearest step, so that the residue is at
most half a step of the finer leg.
Where the spread's step is exact on both legs, nothing is rounded and the residue is zero.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import MAX_DIGITS, Rounding, is_workable, on_grid, plain, precise
from basisdesk.domain.check import check_size
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument, base_of, face_of, size_of_base, size_of_face

if TYPE_CHECKING:
    from basisdesk.domain.market import SpreadMarket


class LegSizes(msgspec.Struct, frozen=True, kw_only=True):
    """What a spread size comes to on each leg.

    Attributes:
        size1: LEG1's size in its venue's unit, on its step; may be zero.
        size2: the same of LEG2.
        amount1: LEG1's size in spread units (common unit divided by its ratio).
        amount2: the same of LEG2.
        matched: the part of the spread that both legs carry: the smaller of the two amounts.
        short: asked minus matched, what the grids leave untraded; never negative.
        residue: amount1 minus amount2: positive when LEG1 is larger; what stays unhedged, on purpose and in sight.
    """

    size1: Decimal
    size2: Decimal
    amount1: Decimal
    amount2: Decimal
    matched: Decimal
    short: Decimal
    residue: Decimal


@precise
def leg_sizes(market: SpreadMarket, size: Decimal, price1: Decimal, price2: Decimal) -> LegSizes:
    """Size both legs for a spread size in the common unit, at the given prices (quote money per coin).

    A price matters for an inverse leg against a spot or linear one only.

    Raises:
        ValueError: a size that is not finite, or a price that is needed and is not a positive number.
    """
    legs = (market.leg1, market.leg2)
    prices = (price1, price2)
    steps = [
        _amount(market, leg, leg.step, price) / ratio
        for leg, price, ratio in zip(legs, prices, market.ratios, strict=True)
    ]
    coarse = 0 if steps[0] >= steps[1] else 1
    fine = 1 - coarse
    sizes, amounts = [Decimal(0), Decimal(0)], [Decimal(0), Decimal(0)]
    wanted = size
    for leg, rounding in ((coarse, Rounding.DOWN), (fine, Rounding.NEAREST)):
        ratio = market.ratios[leg]
        sizes[leg] = _size(market, legs[leg], wanted * ratio, prices[leg], rounding)
        amounts[leg] = wanted = _amount(market, legs[leg], sizes[leg], prices[leg]) / ratio
    matched = min(amounts)
    return LegSizes(
        size1=sizes[0],
        size2=sizes[1],
        amount1=amounts[0],
        amount2=amounts[1],
        matched=matched,
        short=size - matched,
        residue=amounts[0] - amounts[1],
    )


def check_spread_size(market: SpreadMarket, size: Decimal) -> Refusal | None:
    """Refuse a spread size (in the common unit) that the spread market does not have; None where it has.

    Codes: ``not_finite``, ``not_positive``, ``below_minimum``, ``above_maximum``, ``off_step``.
    """
    name, unit = market.spread, market.unit
    if not size.is_finite():
        return Refusal("not_finite", f"size {size} of {name} is not a number: give a size above zero")
    if size <= 0:
        return Refusal("not_positive", f"size {size:.6g} of {name} is not above zero: give one that is")
    given = f"size {plain(size) if is_workable(size) else format(size, '.6g')} {unit} of {name}"
    if size < market.min_size:
        least = plain(market.min_size)
        return Refusal("below_minimum", f"{given} is below the minimum of {least} {unit}: use at least {least}")
    if market.max_size is not None and size > market.max_size:
        most = plain(market.max_size)
        return Refusal("above_maximum", f"{given} is above the maximum of {most} {unit}: use at most {most}")
    return _check_grid(market, size, given)


def _check_grid(market: SpreadMarket, size: Decimal, given: str) -> Refusal | None:
    grid = plain(market.grid)
    if not is_workable(size):
        code = "off_step" if size.adjusted() < MAX_DIGITS else "above_maximum"
        return Refusal(code, f"{given} has more digits than a market can have: use a multiple of {grid}")
    below = on_grid(size, market.grid, Rounding.DOWN)
    if below == size:
        return None
    around = f"{plain(below)} or {plain(below + market.grid)}"
    return Refusal("off_step", f"{given} is not a multiple of the step {grid} {market.unit}: use {around}")


def check_legs(market: SpreadMarket, sizes: LegSizes, worst1: Decimal, worst2: Decimal) -> Refusal | None:
    """Refuse a pair of leg sizes of which either venue would refuse its own, each at the worst price it may reach."""
    return check_size(market.leg1, sizes.size1, worst1) or check_size(market.leg2, sizes.size2, worst2)


def _amount(market: SpreadMarket, leg: Instrument, size: Decimal, price: Decimal) -> Decimal:
    """Return a leg's size in the common unit."""
    return face_of(leg, size) if market.in_face else base_of(leg, size, price)


def _size(market: SpreadMarket, leg: Instrument, amount: Decimal, price: Decimal, rounding: Rounding) -> Decimal:
    """Return a leg's size for an amount of the common unit, on its step."""
    return size_of_face(leg, amount, rounding) if market.in_face else size_of_base(leg, amount, price, rounding)

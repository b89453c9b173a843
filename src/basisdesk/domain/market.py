"""The terms of a spread as a market of its own, derived from its two legs.

Both legs are first put in one common unit: base coin, or quote face when both are inverse.
There the size step is the least common multiple of the two steps, so that every multiple of it is exact on both legs.
The price tick is the greatest common divisor of the two ticks, which is exactly the grid of reachable spread prices.
Limits combine to the stricter of the two: the larger minimum, the smaller maximum, the smaller leverage.

A linear (or spot) leg against an inverse one has no static multiple, because the inverse step in coin is face / price.
There the quantum is the step of the coarser leg at the current price, written on the finer leg's grid, and `legs`
states what rounding leaves.
The same is done on request (`allow_residual`) where the least common multiple is absurdly coarse.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from basisdesk.domain.arithmetic import Rounding, decimal_of, fit, gcd, is_workable, lcm, plain, rational
from basisdesk.domain.check import check_terms
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument, Margin, unit_worth
from basisdesk.domain.spread import spread_name

if TYPE_CHECKING:
    from fractions import Fraction

ONE = Decimal(1)
MAX_STEP_FACTOR = Decimal(10)


class SpreadMarket(msgspec.Struct, frozen=True, kw_only=True):
    """A spread's own terms; sizes are spread sizes in the common unit.

    Attributes:
        spread: ``LEG1~LEG2``.
        leg1: instrument bought by a BUY.
        leg2: instrument sold by a BUY.
        unit: what sizes count: the base coin's name, or the quote's when `in_face`.
        in_face: whether the common unit is quote face (both legs inverse) rather than base coin.
        step: smallest size that both legs can trade; size grid of an exact spread.
        grid: what a size must be a multiple of: the step, or the fixed leg's own step where the step moves with price.
        tick: price grid of the spread, in quote money per coin.
        contract_size: least common multiple of the legs' contracts (a leg sized in coin counts its step as one).
        min_size: larger of the legs' minima, rounded up to the step.
        max_size: smaller of the legs' maxima, rounded down to the step; None where neither leg states one.
        min_notional: larger of the legs' minima, in quote money.
        max_leverage: smaller of the legs' maxima; None where neither leg states one.
        exact: whether every multiple of the step is exact on both legs; else one leg is rounded and a residue stays.
        multipliers: m1 and m2; the spread price is m1 x price1 - m2 x price2.
        ratios: how much of LEG1 and of LEG2 one unit of spread trades; both positive, in opposite directions.
    """

    spread: str
    leg1: Instrument
    leg2: Instrument
    unit: str
    in_face: bool
    step: Decimal
    grid: Decimal
    tick: Decimal
    contract_size: Decimal
    min_size: Decimal
    max_size: Decimal | None
    min_notional: Decimal
    max_leverage: Decimal | None
    exact: bool
    multipliers: tuple[Decimal, Decimal] = (ONE, ONE)
    ratios: tuple[Decimal, Decimal] = (ONE, ONE)


class _Leg(NamedTuple):
    """A leg in spread units: common unit divided by its ratio."""

    symbol: str
    step: Fraction
    least: Fraction
    most: Fraction | None
    contract: Fraction
    moving: bool


class _Sizes(NamedTuple):
    """What the size grid and its limits come to."""

    step: Decimal
    grid: Decimal
    contract_size: Decimal
    min_size: Decimal
    max_size: Decimal | None
    exact: bool


def spread_market(
    leg1: Instrument,
    leg2: Instrument,
    price1: Decimal | None = None,
    price2: Decimal | None = None,
    *,
    multipliers: tuple[Decimal, Decimal] = (ONE, ONE),
    ratios: tuple[Decimal, Decimal] = (ONE, ONE),
    max_step_factor: Decimal = MAX_STEP_FACTOR,
    allow_residual: bool = False,
) -> SpreadMarket | Refusal:
    """Derive the spread's terms, or say why there are none.

    `price1` and `price2` are current prices; only that of an inverse leg against a spot or linear one is needed.
    Codes: ``same_market``, ``other_underlying``, ``no_common_unit``, ``bad_ratio``, ``no_terms``, ``no_price``,
    ``no_step``, ``coarse_step`` (offer `allow_residual`), ``no_size``.
    """
    refusal = _check_pair(leg1, leg2) or _check_ratios(multipliers + ratios)
    if refusal is not None:
        return refusal
    in_face = both_inverse(leg1, leg2)
    one = _leg(leg1, price1, ratios[0], in_face=in_face)
    two = _leg(leg2, price2, ratios[1], in_face=in_face)
    if isinstance(one, Refusal):
        return one
    if isinstance(two, Refusal):
        return two
    sizes = _sizes(one, two, max_step_factor, allow_residual=allow_residual)
    if isinstance(sizes, Refusal):
        return sizes
    return SpreadMarket(
        spread=spread_name(leg1.symbol, leg2.symbol),
        leg1=leg1,
        leg2=leg2,
        unit=leg1.quote if in_face else leg1.base,
        in_face=in_face,
        tick=spread_tick(leg1.tick, leg2.tick, *multipliers),
        min_notional=max(leg1.min_notional, leg2.min_notional),
        max_leverage=min((x for x in (leg1.max_leverage, leg2.max_leverage) if x is not None), default=None),
        multipliers=multipliers,
        ratios=ratios,
        step=sizes.step,
        grid=sizes.grid,
        contract_size=sizes.contract_size,
        min_size=sizes.min_size,
        max_size=sizes.max_size,
        exact=sizes.exact,
    )


def both_inverse(leg1: Instrument, leg2: Instrument) -> bool:
    """Say whether the common unit of two legs is quote face (else it is base coin)."""
    return leg1.margin is Margin.INVERSE and leg2.margin is Margin.INVERSE


def common_step(step1: Decimal, step2: Decimal) -> Decimal:
    """Return the least common multiple of two positive steps, exactly; raises ValueError on a step not positive."""
    return decimal_of(lcm(_step(step1), _step(step2)))


def spread_tick(tick1: Decimal, tick2: Decimal, multiplier1: Decimal = ONE, multiplier2: Decimal = ONE) -> Decimal:
    """Return the grid of reachable spread prices: gcd(m1 x tick1, m2 x tick2), exactly; raises likewise."""
    return decimal_of(gcd(_step(tick1) * _step(multiplier1), _step(tick2) * _step(multiplier2)))


def _step(value: Decimal) -> Fraction:
    if (step := rational(value)) <= 0:
        raise ValueError(f"a step of {value} is not positive")
    return step


def _check_pair(leg1: Instrument, leg2: Instrument) -> Refusal | None:
    if leg1.symbol == leg2.symbol:
        return Refusal("same_market", f"{leg1.symbol} is on both legs: a spread needs two different markets")
    if leg1.base != leg2.base:
        return Refusal(
            "other_underlying",
            f"{leg1.symbol} is on {leg1.base} and {leg2.symbol} on {leg2.base}: choose legs of one underlying",
        )
    if both_inverse(leg1, leg2) and leg1.quote != leg2.quote:
        return Refusal(
            "no_common_unit",
            f"contracts of {leg1.symbol} are in {leg1.quote} and those of {leg2.symbol} in {leg2.quote}: "
            "choose two inverse legs of one quote money",
        )
    return check_terms(leg1) or check_terms(leg2)


def _check_ratios(values: tuple[Decimal, ...]) -> Refusal | None:
    for value in values:
        if not is_workable(value) or value <= 0:
            return Refusal("bad_ratio", f"a multiplier or ratio of {value} is not above zero: give a positive number")
    return None


def _leg(leg: Instrument, price: Decimal | None, ratio: Decimal, *, in_face: bool) -> _Leg | Refusal:
    worth = rational(unit_worth(leg)) / rational(ratio)
    moving = leg.margin is Margin.INVERSE and not in_face
    if moving:
        if price is None or not is_workable(price) or price <= 0:
            return Refusal("no_price", f"the step of {leg.symbol} in {leg.base} needs its price: wait for a price")
        worth /= rational(price)
    counted = leg.sized_in_contracts or leg.margin is Margin.INVERSE
    step = rational(leg.step) * worth
    return _Leg(
        symbol=leg.symbol,
        step=step,
        least=rational(leg.min_size) * worth,
        most=None if leg.max_size is None else rational(leg.max_size) * worth,
        contract=worth if counted else step,
        moving=moving,
    )


def _sizes(one: _Leg, two: _Leg, max_step_factor: Decimal, *, allow_residual: bool) -> _Sizes | Refusal:
    moving = one.moving or two.moving
    if moving:
        grid = _written(two.step if one.moving else one.step, one, two)
    else:
        grid = _static_step(one, two, max_step_factor, allow_residual=allow_residual)
    if isinstance(grid, Refusal):
        return grid
    step = fit(max(one.step, two.step), grid, Rounding.UP) if moving else grid
    least = fit(max(one.least, two.least, rational(step)), step, Rounding.UP)
    maxima = [leg.most for leg in (one, two) if leg.most is not None]
    most = fit(min(maxima), step, Rounding.DOWN) if maxima else None
    if most is not None and most < least:
        return Refusal(
            "no_size",
            f"no size fits both {one.symbol} and {two.symbol}: at least {plain(least)}, at most {plain(most)}",
        )
    contract = step if moving else _written(lcm(one.contract, two.contract), one, two)
    exact = not moving and all((rational(step) / leg.step).denominator == 1 for leg in (one, two))
    return _Sizes(step, grid, step if isinstance(contract, Refusal) else contract, least, most, exact)


def _static_step(one: _Leg, two: _Leg, max_step_factor: Decimal, *, allow_residual: bool) -> Decimal | Refusal:
    """Return the least common multiple, or the coarser step where that is too large and a residue is allowed."""
    common = lcm(one.step, two.step)
    if common <= rational(max_step_factor) * max(one.step, two.step):
        return _written(common, one, two)
    if allow_residual:
        return _written(max(one.step, two.step), one, two)
    return Refusal(
        "coarse_step",
        f"the smallest size that is exact on both {one.symbol} and {two.symbol} is over {plain(max_step_factor)} times "
        "the coarser step: allow a residue to trade smaller sizes",
    )


def _written(step: Fraction, one: _Leg, two: _Leg) -> Decimal | Refusal:
    try:
        return decimal_of(step)
    except ValueError:
        return Refusal("no_step", f"{one.symbol} and {two.symbol} have no common step with these ratios: change them")

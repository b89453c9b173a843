"""Exact arithmetic under the money of the desk.

Grids (ticks and steps) are handled in rationals, so a value on a grid is an exact multiple of it, whatever decimal
context the caller has.
Where a division cannot be exact (a coin value is face / price), the result carries `PRECISION` significant digits,
again independent of the caller's context.
A float never gets in: the context traps it, and the functions below refuse it by name.
Numbers of absurd size (``1E+999999``) are refused before they are expanded to digits, because expanding them would
stop the desk.
"""

from __future__ import annotations

import functools
import math
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    InvalidOperation,
    Overflow,
    getcontext,
    setcontext,
)
from enum import Enum
from fractions import Fraction
from operator import is_
from typing import TYPE_CHECKING, ParamSpec, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Callable

PRECISION = 50
MAX_DIGITS = 40
KEPT = 1024
"""So many results a remembered function keeps."""

_CONTEXT = Context(
    prec=PRECISION,
    rounding=ROUND_HALF_EVEN,
    traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation],
)
_P = ParamSpec("_P")
_R = TypeVar("_R")
_Ts = TypeVarTuple("_Ts")


class Rounding(Enum):
    """Direction in which a value is brought onto a grid; DOWN and UP are towards minus and plus infinity."""

    DOWN = ROUND_FLOOR
    UP = ROUND_CEILING
    NEAREST = ROUND_HALF_EVEN


def precise(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Run a function in the desk's own decimal context: 50 digits, half-even, no float."""

    @functools.wraps(function)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        # Such functions call each other a dozen times an order: only the outermost has a context to change.
        caller = getcontext()
        if caller is _CONTEXT:
            return function(*args, **kwargs)
        setcontext(_CONTEXT)
        try:
            return function(*args, **kwargs)
        finally:
            setcontext(caller)

    return run


def product(one: Decimal, *others: Decimal) -> Decimal:
    """Multiply, in the order given, in the desk's own context, whatever the caller's is."""
    for other in others:
        one = _CONTEXT.multiply(one, other)
    return one


def remembered(function: Callable[[*_Ts], _R]) -> Callable[[*_Ts], _R]:
    """Keep what a function of frozen values returned, for the same objects; what it raises is not kept.

    Hashing an instrument of twenty decimals takes longer than most of what is asked of it, so values count as the same
    when they are one object; what is kept holds its arguments, so that no other object can have their place.
    """
    kept: dict[tuple[int, ...], tuple[object, _R]] = {}

    @functools.wraps(function)
    def run(*args: *_Ts) -> _R:
        key = tuple(map(id, args))
        found = kept.get(key)
        if found is None:
            if len(kept) >= KEPT:
                kept.clear()
            found = kept[key] = (args, function(*args))
        return found[1]

    return run


def held(function: Callable[[*_Ts], _R]) -> Callable[[*_Ts], _R]:
    """Keep what a function of frozen values returned last, for the same objects; what it raises is not kept.

    For what is asked again at once and then never more: to remember all of it would fill memory that is cold each time.
    """
    last: list[tuple[tuple[*_Ts], _R]] = []

    @functools.wraps(function)
    def run(*args: *_Ts) -> _R:
        if last and all(map(is_, args, last[0][0])):
            return last[0][1]
        result = function(*args)
        last[:] = [(args, result)]
        return result

    return run


def is_workable(value: Decimal) -> bool:
    """Say whether a value is finite and has at most `MAX_DIGITS` digits before and after the point."""
    if not value.is_finite():
        return False
    text = str(value)
    return (len(text) <= MAX_DIGITS and "E" not in text) or _is_short(value)


def is_positive(value: Decimal) -> bool:
    """Say whether a value is workable and above zero."""
    if not value.is_finite() or value <= 0:
        return False
    text = str(value)  # as in `is_workable`: an order asks this of a dozen prices
    return (len(text) <= MAX_DIGITS and "E" not in text) or _is_short(value)


def _is_short(value: Decimal) -> bool:
    """Take a value apart, which is three times as long as its text takes to tell it of nearly every number."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MAX_DIGITS and value.adjusted() < MAX_DIGITS


def rational(value: Decimal) -> Fraction:
    """Return the value as an exact fraction.

    Raises:
        TypeError: the value is not a Decimal.
        ValueError: the value is not finite, or has more than `MAX_DIGITS` digits before the point, or more than
            three times as many after it (results of divisions have more than prices and sizes).
    """
    _integer(value)
    return Fraction(value)


def _integer(value: Decimal) -> tuple[int, int]:
    """Return a value as an integer and a power of ten, exactly; refuses what `rational` refuses."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} is of type {type(value).__name__}: exact arithmetic takes Decimal")
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -3 * MAX_DIGITS or value.adjusted() >= MAX_DIGITS:
        raise ValueError(f"{value} is not a number that can be traded")
    number, parts = value.as_integer_ratio()
    return number * 10**-exponent // parts if exponent < 0 else number // 10**exponent, exponent


@remembered
def _is_ordinary_grid(grid: Decimal) -> bool:
    """Say whether a grid is ordinary, with few places, and written without a positive exponent."""
    if type(grid) is not Decimal or not grid.is_finite() or not _LEAST <= grid < _MOST:
        return False
    return -_AFTER <= _integer(grid)[1] <= 0


_BEFORE, _AFTER = 20, 25
_LEAST, _MOST = Decimal(1).scaleb(-_AFTER), Decimal(1).scaleb(_BEFORE)
"""Within these a value above zero is of an order from which a grid's multiple has digits enough."""
_grid = remembered(_integer)
"""Grids are the same few objects all day."""


def decimal_of(value: Fraction) -> Decimal:
    """Return a fraction as a decimal, exactly.

    Raises:
        ValueError: the fraction has no finite decimal expansion (a denominator with a factor other than 2 and 5).
    """
    places, rest = 0, value.denominator
    while rest > 1:
        common = math.gcd(rest, 10)
        if common == 1:
            raise ValueError(f"{value} has no exact decimal form")
        rest //= common
        places += 1
    return _scaled(value.numerator * 10**places // value.denominator, -places)


def fit(value: Fraction, grid: Decimal, rounding: Rounding) -> Decimal:
    """Return the multiple of `grid` next to a fraction, exactly, in the given direction.

    Raises:
        ValueError: the grid is not a positive number.
    """
    unit = rational(grid)
    if unit <= 0:
        raise ValueError(f"a grid of {grid} is not positive")
    steps = value / unit
    if rounding is Rounding.NEAREST:
        count = round(steps)
    else:
        count = math.floor(steps) if rounding is Rounding.DOWN else math.ceil(steps)
    _, digits, exponent = grid.as_tuple()
    assert isinstance(exponent, int)  # finite, or `rational` would have refused it
    return _scaled(count * int("".join(map(str, digits))), exponent)


def on_grid(value: Decimal, grid: Decimal, rounding: Rounding) -> Decimal:
    """Bring `value` onto a multiple of `grid` exactly, in the given direction.

    Raises:
        TypeError: a float.
        ValueError: the value is not finite, or the grid not positive.
    """
    if (
        rounding is not Rounding.NEAREST
        and _is_ordinary_grid(grid)
        and type(value) is Decimal
        and value.is_finite()
        and _LEAST <= value < _MOST
    ):
        # Exact in the desk's context, and the same as below in a third of the time.
        below = _CONTEXT.multiply(_CONTEXT.divide_int(value, grid), grid)
        return _CONTEXT.add(below, grid) if rounding is Rounding.UP and below != value else below
    number, scale = _integer(value)
    unit, exponent = _grid(grid)
    if unit <= 0:
        raise ValueError(f"a grid of {grid} is not positive")
    # In integers of the finer of both scales: the same as in fractions, in a tenth of the time.
    finer = min(scale, exponent)
    step = unit * 10 ** (exponent - finer)
    count, rest = divmod(number * 10 ** (scale - finer), step)
    if rest and (rounding is Rounding.UP or (rounding is Rounding.NEAREST and 2 * rest + (count & 1) > step)):
        count += 1
    return _scaled(count * unit, exponent)


def is_on_grid(value: Decimal, grid: Decimal) -> bool:
    """Say whether `value` is an exact multiple of `grid`; raises as `on_grid`."""
    return on_grid(value, grid, Rounding.DOWN) == value


def lcm(one: Fraction, other: Fraction) -> Fraction:
    """Least common multiple of two positive fractions: the smallest value that is a multiple of both."""
    return Fraction(math.lcm(one.numerator, other.numerator), math.gcd(one.denominator, other.denominator))


def gcd(one: Fraction, other: Fraction) -> Fraction:
    """Greatest common divisor of two positive fractions: the coarsest grid that holds all multiples of both."""
    return Fraction(math.gcd(one.numerator, other.numerator), math.lcm(one.denominator, other.denominator))


def plain(value: Decimal) -> str:
    """Write a decimal in plain digits, never with an exponent, for people and for venues."""
    return format(value, "f")


def _scaled(count: int, exponent: int) -> Decimal:
    """Return count x 10^exponent without rounding and without a positive exponent."""
    if exponent > 0:
        count, exponent = count * 10**exponent, 0
    return Decimal(f"{count}E{exponent}")

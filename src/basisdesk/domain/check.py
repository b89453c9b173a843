"""Whether a venue would take an order, before anything is sent.

A leg that its venue refuses after the other leg has filled is an open risk, so both legs are checked first, each at
the worst price that its order may reach.
A refusal is a value that names the figure, the limit and what to do; the checks run from the number itself to the
market's limits, so the first reason given is the first to be mended.

Codes, in this order: ``not_finite``, ``not_positive``, ``not_tradable``, ``no_terms``, ``below_minimum``,
``above_maximum``, ``off_step``, ``bad_price``, ``below_min_notional``; and ``off_tick`` for a limit price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import (
    MAX_DIGITS,
    Rounding,
    fit,
    is_positive,
    is_workable,
    on_grid,
    plain,
    product,
    rational,
    remembered,
)
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument, Margin, unit_worth

if TYPE_CHECKING:
    from decimal import Decimal


def check_size(instrument: Instrument, size: Decimal, worst_price: Decimal) -> Refusal | None:
    """Refuse a size, in the venue's unit, that the venue would not take; None when it would.

    `worst_price` (quote money per coin) is the price at which the order is worth least; it matters for the minimum
    notional of spot and linear markets, and must be a positive number there.
    """
    return check_still(instrument, size) or _check_notional(instrument, size, worst_price)


def check_price(instrument: Instrument, price: Decimal) -> Refusal | None:
    """Refuse a limit price that is not a positive number on the instrument's tick."""
    if not is_positive(price):
        return Refusal("bad_price", f"price {price} on {instrument.symbol} is not a positive number: give a price")
    below = on_grid(price, instrument.tick, Rounding.DOWN)
    if below == price:
        return None
    above = plain(below + instrument.tick)
    around = f"{plain(below)} or {above}" if below > 0 else above
    return Refusal(
        "off_tick",
        f"price {plain(price)} on {instrument.symbol} is not a multiple of the tick {plain(instrument.tick)}: "
        f"use {around}",
    )


def size_unit(instrument: Instrument) -> str:
    """Name the venue's unit of size for a person: ``contracts``, or the base coin."""
    counted = instrument.sized_in_contracts or instrument.margin is Margin.INVERSE
    return "contracts" if counted else instrument.base


@remembered
def check_terms(instrument: Instrument) -> Refusal | None:
    """Refuse an instrument whose tick, step or contract size is not positive, or whose limits are not numbers."""
    grids = (("tick", instrument.tick), ("step", instrument.step), ("contract size", instrument.contract_size))
    limits = (
        ("minimum size", instrument.min_size),
        ("maximum size", instrument.max_size),
        ("minimum notional", instrument.min_notional),
    )
    for name, value in grids + limits:
        if value is None:
            continue
        if not is_workable(value) or value < 0 or (value == 0 and (name, value) in grids):
            return Refusal(
                "no_terms", f"{instrument.symbol} has a {name} of {value}: orders on it need valid market terms"
            )
    return None


@remembered
def check_still(instrument: Instrument, size: Decimal) -> Refusal | None:
    """Refuse as `check_size` what the venue would not take at any price.

    An order's size is checked when it is entered, when it fires and when it leaves, and is the same each time.
    """
    return _check_number(instrument, size) or _check_market(instrument) or _check_limits(instrument, size)


def _check_market(instrument: Instrument) -> Refusal | None:
    if instrument.tradable:
        return check_terms(instrument)
    return Refusal("not_tradable", f"{instrument.symbol} does not accept new orders now: choose another market or wait")


def _check_number(instrument: Instrument, size: Decimal) -> Refusal | None:
    if not size.is_finite():
        return Refusal("not_finite", f"size {size} on {instrument.symbol} is not a number: give a size above zero")
    if size <= 0:
        return Refusal("not_positive", f"size {size:.6g} on {instrument.symbol} is not above zero: give one that is")
    if not is_workable(size):
        tiny = "below_minimum" if size < instrument.min_size else "off_step"
        return Refusal(
            tiny if size.adjusted() < MAX_DIGITS else "above_maximum",
            f"size {size:.6g} on {instrument.symbol} has more digits than a market can have: "
            f"use a multiple of {plain(instrument.step)}",
        )
    return None


def _check_limits(instrument: Instrument, size: Decimal) -> Refusal | None:
    symbol, unit = instrument.symbol, size_unit(instrument)
    given = f"size {plain(size)} {unit} on {symbol}"
    if size < instrument.min_size:
        least = on_grid(instrument.min_size, instrument.step, Rounding.UP)
        return Refusal(
            "below_minimum",
            f"{given} is below the minimum of {plain(instrument.min_size)} {unit}: use at least {plain(least)}",
        )
    if instrument.max_size is not None and size > instrument.max_size:
        most = on_grid(instrument.max_size, instrument.step, Rounding.DOWN)
        return Refusal(
            "above_maximum",
            f"{given} is above the maximum of {plain(instrument.max_size)} {unit}: use at most {plain(most)}",
        )
    below = on_grid(size, instrument.step, Rounding.DOWN)
    if below != size:
        above = plain(below + instrument.step)
        around = f"{plain(below)} or {above}" if below > 0 else above
        return Refusal(
            "off_step", f"{given} is not a multiple of the step {plain(instrument.step)} {unit}: use {around}"
        )
    return None


def _check_notional(instrument: Instrument, size: Decimal, price: Decimal) -> Refusal | None:
    inverse = instrument.margin is Margin.INVERSE
    if not inverse and not is_positive(price):
        return Refusal(
            "bad_price", f"the value of an order on {instrument.symbol} at price {price} is not known: wait for a price"
        )
    worth = unit_worth(instrument)
    value = product(size, worth) if inverse else product(size, worth, price)  # all numbers: the size was checked first
    if value >= instrument.min_notional:
        return None
    units = rational(instrument.min_notional) / rational(unit_worth(instrument))
    least = fit(units if inverse else units / rational(price), instrument.step, Rounding.UP)
    at = "" if inverse else f" at {plain(price)}"
    return Refusal(
        "below_min_notional",
        f"size {plain(size)} {size_unit(instrument)} on {instrument.symbol} is worth {plain(value)} "
        f"{instrument.quote}{at}, below the minimum of {plain(instrument.min_notional)} {instrument.quote}: "
        f"use at least {plain(least)}",
    )

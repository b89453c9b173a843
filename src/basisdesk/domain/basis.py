"""The basis of a dated future over spot, and the yield that delivery makes of it.

At delivery a future settles at the spot index, so buying spot at S and selling the future at F earns F - S for certain.
Per year that is (F - S) / S x 365 / d, with d the days to expiry, in fractions of a day.
Near expiry the figure explodes although nobody could earn it, so below `FLOOR_DAYS` there is none.
What can be executed differs from what is quoted: opening buys spot at its ask and sells the future at its bid, leaving
does the opposite.
All yields are fractions a year (0.08 is 8 %).
"""

from __future__ import annotations

from decimal import Decimal

from basisdesk.domain.arithmetic import precise

DAYS_A_YEAR = Decimal(365)
FLOOR_DAYS = Decimal("0.25")
NANOSECONDS_A_DAY = 86_400 * 10**9
BASIS_POINTS = Decimal(10_000)


@precise
def days_between(now: int, then: int) -> Decimal:
    """Return the fractional days from `now` to `then` (both ns UTC); negative when `then` is past."""
    return Decimal(then - now) / NANOSECONDS_A_DAY


@precise
def basis(future: Decimal, spot: Decimal) -> Decimal:
    """Return F - S in quote money per coin."""
    return future - spot


@precise
def basis_fraction(future: Decimal, spot: Decimal) -> Decimal:
    """Return (F - S) / S; ValueError for a spot price that is not positive."""
    return (future - _price(spot)) / spot


@precise
def basis_points(spread: Decimal, reference: Decimal) -> Decimal:
    """Return a spread in basis points of a reference price; ValueError for a reference that is not positive."""
    return spread / _price(reference) * BASIS_POINTS


@precise
def delivery_yield(future: Decimal, spot: Decimal, days: Decimal) -> Decimal | None:
    """Return (F - S) / S x 365 / d as a fraction a year; None below `FLOOR_DAYS`.

    Raises:
        ValueError: a price that is not positive.
    """
    if days < FLOOR_DAYS:
        return None
    return (_price(future) - _price(spot)) / spot * DAYS_A_YEAR / days


def opening_yield(future_bid: Decimal, spot_ask: Decimal, days: Decimal) -> Decimal | None:
    """Return the yield that can be entered now: sell the future at its bid, buy spot at its ask."""
    return delivery_yield(future_bid, spot_ask, days)


def closing_yield(future_ask: Decimal, spot_bid: Decimal, days: Decimal) -> Decimal | None:
    """Return the yield that leaving now gives up: buy the future at its ask, sell spot at its bid."""
    return delivery_yield(future_ask, spot_bid, days)


@precise
def compounded_yield(future: Decimal, spot: Decimal, days: Decimal) -> Decimal | None:
    """Return (F / S)^(365 / d) - 1 as a fraction a year; None below `FLOOR_DAYS`; ValueError as `delivery_yield`."""
    if days < FLOOR_DAYS:
        return None
    return (_price(future) / _price(spot)) ** (DAYS_A_YEAR / days) - 1


@precise
def net_delivery_yield(
    gross: Decimal, costs: Decimal, days: Decimal, borrow_apr: Decimal = Decimal(0), borrowed: Decimal = Decimal(0)
) -> Decimal:
    """Return a delivery yield after costs, as a fraction a year.

    Args:
        gross: yield before costs, a fraction a year.
        costs: entry fees of both legs and the settlement fee, as a fraction of notional, paid once.
        days: days to expiry, above zero.
        borrow_apr: interest on borrowed money, a fraction a year.
        borrowed: share of the spot leg bought with borrowed money, 0 to 1.

    Raises:
        ValueError: days not above zero.
    """
    if not days > 0:
        raise ValueError(f"{days} days to expiry: there is nothing left to earn")
    return gross - costs * DAYS_A_YEAR / days - borrow_apr * borrowed


def _price(value: Decimal) -> Decimal:
    if not (value.is_finite() and value > 0):
        raise ValueError(f"{value} is not a price")
    return value

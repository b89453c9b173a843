"""What holding a spread earns: funding a year, its average, and what is left after costs.

Funding of r per interval of h hours is r x 24/h x 365 a year; venues and symbols differ in h, so rates are compared per
hour or per year, never per interval.
An average over days adds what was really settled in the window and divides by the window, which stays right when the
interval changes inside it.
Costs are paid once and carry is earned daily, so the net depends on the days held:
net(H) = carry - C x 365/H + (b_in - b_out) x 365/H - borrow.
The two fee models are one formula: ``amortised`` spreads the cost over the days really held, ``daily_round_trip`` sets
H = 1, which is what many public scripts compute.
All rates and yields are fractions (0.0003 is 0.03 %, 0.15 is 15 % a year).
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from itertools import pairwise

import msgspec

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.basis import DAYS_A_YEAR

HOURS_A_DAY = 24
HOLDING_DAYS = Decimal(30)
ZERO = Decimal(0)


class FeeModel(Enum):
    """Over how many days the cost of entering and leaving is spread."""

    AMORTISED = "amortised"
    DAILY_ROUND_TRIP = "daily_round_trip"


class FundingSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What the settled rates of a window look like.

    Attributes:
        apr: sum of the rates / window x 365.
        settlements: how many there were.
        positive: share of settlements above zero, None without any.
        deviation: standard deviation of one settlement's rate (population), None without any.
        flips: how often the sign changed from one settlement to the next (zero has none and is passed over).
        longest_negative: longest run of settlements below zero.
    """

    apr: Decimal
    settlements: int
    positive: Decimal | None
    deviation: Decimal | None
    flips: int
    longest_negative: int


@precise
def funding_apr(rate: Decimal, interval_hours: int) -> Decimal:
    """Return r x 24/h x 365 as a fraction a year; ValueError for an interval not above zero."""
    return funding_per_hour(rate, interval_hours) * HOURS_A_DAY * DAYS_A_YEAR


@precise
def funding_per_hour(rate: Decimal, interval_hours: int) -> Decimal:
    """Return the rate per hour, by which venues are compared; ValueError for an interval not above zero."""
    if interval_hours <= 0:
        raise ValueError(f"a funding interval of {interval_hours} hours")
    return rate / interval_hours


@precise
def average_apr(settled: list[Decimal], window_days: Decimal) -> Decimal:
    """Return sum of the settled rates / window x 365; ValueError for a window not above zero."""
    if not window_days > 0:
        raise ValueError(f"a window of {window_days} days")
    return sum(settled, ZERO) / window_days * DAYS_A_YEAR


@precise
def summarise(settled: list[Decimal], window_days: Decimal) -> FundingSummary:
    """Describe the rates settled in a window, oldest first; ValueError for a window not above zero."""
    count = len(settled)
    signs = [rate > 0 for rate in settled if rate]
    longest = run = 0
    for rate in settled:
        run = run + 1 if rate < 0 else 0
        longest = max(longest, run)
    mean = sum(settled, ZERO) / count if count else ZERO
    return FundingSummary(
        apr=average_apr(settled, window_days),
        settlements=count,
        positive=Decimal(sum(rate > 0 for rate in settled)) / count if count else None,
        deviation=(sum(((rate - mean) ** 2 for rate in settled), ZERO) / count).sqrt() if count else None,
        flips=sum(one is not other for one, other in pairwise(signs)),
        longest_negative=longest,
    )


@precise
def net_yield(
    carry_apr: Decimal,
    cost: Decimal,
    holding_days: Decimal = HOLDING_DAYS,
    *,
    basis_in: Decimal = ZERO,
    basis_out: Decimal = ZERO,
    borrow_apr: Decimal = ZERO,
) -> Decimal:
    """Return the yield after costs, as a fraction a year.

    Args:
        carry_apr: funding or delivery carry, a fraction a year.
        cost: entry and exit fees of both legs and expected slippage, as a fraction of notional.
        holding_days: days the spread is expected to be held, above zero.
        basis_in: basis received on entry at executable prices, as a fraction of spot.
        basis_out: basis expected to be paid on exit; zero at delivery, `basis_in` for a perpetual without a view.
        borrow_apr: interest on what is borrowed, a fraction a year.

    Raises:
        ValueError: holding_days not above zero.
    """
    if not holding_days > 0:
        raise ValueError(f"a holding of {holding_days} days")
    return carry_apr + (basis_in - basis_out - cost) * DAYS_A_YEAR / holding_days - borrow_apr


def holding_of(model: FeeModel, holding_days: Decimal = HOLDING_DAYS) -> Decimal:
    """Return the days that a fee model spreads the cost over: the given days, or one."""
    return holding_days if model is FeeModel.AMORTISED else Decimal(1)


@precise
def required_rate(net: Decimal, cost: Decimal, interval_hours: int, holding_days: Decimal = HOLDING_DAYS) -> Decimal:
    """Return the funding rate per interval at which `net_yield` comes to `net`; ValueError as there."""
    carry = net - net_yield(ZERO, cost, holding_days)
    return carry / DAYS_A_YEAR / HOURS_A_DAY * interval_hours


@precise
def break_even_days(cost: Decimal, carry_apr: Decimal) -> Decimal | None:
    """Return the days after which carry has paid the cost (a fraction of notional); None when carry never does."""
    return cost / (carry_apr / DAYS_A_YEAR) if carry_apr > 0 else None


@precise
def on_capital(yield_: Decimal, notional: Decimal, spot: Decimal, margin: Decimal, buffer: Decimal = ZERO) -> Decimal:
    """Return a yield on notional as a yield on the capital it ties up: spot cash, margin and buffer, in one money.

    Raises:
        ValueError: no capital.
    """
    capital = spot + margin + buffer
    if not capital > 0:
        raise ValueError(f"a capital of {capital}")
    return yield_ * notional / capital

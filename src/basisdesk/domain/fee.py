"""Fees and funding, each in the asset that really pays it.

A fee is a fraction of the traded value and is charged in the market's settlement asset: quote money on spot and linear
markets, coin on inverse ones (value in coin is face / price).
A spot venue may instead take the fee out of the coin received, so that less is held than was bought.
Funding is the signed value of the position at the mark price times the rate: where the rate is positive, longs pay
shorts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.instrument import Instrument, Margin, base_of, notional
from basisdesk.domain.quantity import Base, Quote, base, quote

if TYPE_CHECKING:
    from decimal import Decimal


@precise
def trading_fee(instrument: Instrument, size: Decimal, price: Decimal, rate: Decimal) -> Base | Quote:
    """Return what trading a size costs at `rate` (fraction; negative is a rebate), in the settlement asset.

    Raises:
        ValueError: size not finite, or price not a positive number.
    """
    if instrument.margin is Margin.INVERSE:
        return base(base_of(instrument, abs(size), price) * rate, instrument.base)
    return quote(notional(instrument, abs(size), price) * rate, instrument.quote)


@precise
def funding_payment(instrument: Instrument, position: Decimal, mark: Decimal, rate: Decimal) -> Base | Quote:
    """Return what a position receives (negative: pays) at one settlement, in the settlement asset.

    `position` is the signed size in the venue's unit at the timestamp, `rate` the settled fraction per interval.

    Raises:
        ValueError: position not finite, or mark not a positive number.
    """
    return -trading_fee(instrument, position, mark, rate) * (-1 if position < 0 else 1)


@precise
def received_net(amount: Decimal, rate: Decimal) -> Decimal:
    """Return the coin held after buying `amount` where the fee is taken from the coin received: amount x (1 - rate)."""
    return amount * (1 - rate)


@precise
def gross_up(amount: Decimal, rate: Decimal) -> Decimal:
    """Return the coin to buy so that `amount` is held after such a fee: amount / (1 - rate)."""
    return amount / (1 - rate)


@precise
def round_trip(*rates: Decimal) -> Decimal:
    """Return the cost of entering and leaving, as a fraction of notional: twice the sum of the legs' rates."""
    return 2 * sum(rates, start=0 * rates[0])

"""What can be traded, and the units it is traded in.

A venue states sizes in its own unit: base coin for spot and for some linear futures, contracts for the rest.
One contract is worth `contract_size` units of base coin (linear) or of quote money (inverse).
Conversion between the venue's unit and coin or money happens here and nowhere else, with the rounding direction in
the call: base = size x worth (spot, linear) or size x worth / price (inverse); face = size x worth (inverse).
A rounded size is an exact multiple of the step, computed in rationals.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from fractions import Fraction

import msgspec

from basisdesk.domain.arithmetic import Rounding, fit, is_on_grid, on_grid, precise, product, rational
from basisdesk.domain.quantity import Base, Contracts, Quote, Unit, base, contracts, quote

__all__ = [
    "Instrument",
    "Kind",
    "Margin",
    "Rounding",
    "base_of",
    "base_quantity",
    "contracts_for",
    "face_of",
    "is_on_grid",
    "notional",
    "on_grid",
    "quote_quantity",
    "round_price",
    "round_size",
    "size_of_base",
    "size_of_face",
    "unit_worth",
]

_SNAP = Fraction(1, 10**15)


class Kind(Enum):
    """What sort of market an instrument is."""

    SPOT = "spot"
    PERPETUAL = "perpetual"
    DATED = "dated"


class Margin(Enum):
    """What a position is margined and settled in: nothing (spot), quote money (linear) or base coin (inverse)."""

    SPOT = "spot"
    LINEAR = "linear"
    INVERSE = "inverse"


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One market of one venue.

    Attributes:
        symbol: unified symbol with the venue in front, such as ``binance:BTC/USDT:USDT``.
        venue: the venue's name in the registry.
        market: the venue's own product line, such as ``spot``, ``usdm`` or ``coinm``.
        code: the venue's own identifier, such as ``BTCUSDT``.
        contract_size: base coin per contract (spot and linear), or quote money per contract (inverse).
        sized_in_contracts: whether the venue's order sizes count contracts (else base coin; inverse always counts).
        tick: price grid, in quote money per base coin.
        step: size grid in the venue's unit.
        min_size: smallest order in the venue's unit.
        max_size: largest order in the venue's unit, None where the venue states none.
        min_notional: smallest order value in quote money, zero where the venue states none.
        max_leverage: largest leverage, None for spot and where the venue does not say.
        expiry: delivery time in nanoseconds UTC, None for spot and perpetuals.
        funding_interval: hours between funding settlements, None where there is no funding.
        maker_fee: fraction of notional charged to a resting order; negative is a rebate.
        taker_fee: fraction of notional charged to a taking order.
        tradable: whether the venue accepts new orders now.
        funding_cap: largest funding rate of one settlement as a fraction, None where the venue states none.
        funding_floor: smallest such rate.
        number: the venue's own number of the market where orders want it (OKX ``instIdCode``), 0 elsewhere.
    """

    symbol: str
    venue: str
    market: str
    code: str
    kind: Kind
    margin: Margin
    base: str
    quote: str
    settle: str
    contract_size: Decimal
    sized_in_contracts: bool
    tick: Decimal
    step: Decimal
    min_size: Decimal
    max_size: Decimal | None = None
    min_notional: Decimal = Decimal(0)
    max_leverage: Decimal | None = None
    expiry: int | None = None
    funding_interval: int | None = None
    maker_fee: Decimal = Decimal(0)
    taker_fee: Decimal = Decimal(0)
    tradable: bool = True
    funding_cap: Decimal | None = None
    funding_floor: Decimal | None = None
    number: int = 0


def unit_worth(instrument: Instrument) -> Decimal:
    """Return what one unit of the venue's size is worth: base coin (spot, linear) or quote face (inverse)."""
    if instrument.sized_in_contracts or instrument.margin is Margin.INVERSE:
        return instrument.contract_size
    return Decimal(1)


@precise
def base_of(instrument: Instrument, size: Decimal, price: Decimal) -> Decimal:
    """Return base coin for a size in the venue's unit; exact for spot and linear, 50 digits for inverse.

    `price` (quote money per coin) matters for inverse only: coin = size x worth / price.

    Raises:
        ValueError: a size that is not finite, or, for inverse, a price that is not a positive number.
    """
    worth = _finite(size, "size") * unit_worth(instrument)
    return worth / _positive(price) if instrument.margin is Margin.INVERSE else worth


@precise
def face_of(instrument: Instrument, size: Decimal) -> Decimal:
    """Return the quote face of a size of an inverse contract, exactly.

    Raises:
        ValueError: the instrument is not inverse, or the size is not finite.
    """
    _need_inverse(instrument)
    return _finite(size, "size") * instrument.contract_size


def notional(instrument: Instrument, size: Decimal, price: Decimal) -> Decimal:
    """Return the value of a size in quote money: base x price (spot, linear), or the face whatever the price (inverse).

    Raises:
        ValueError: a size or price that is not finite, or a price that is not positive.
    """
    worth = product(_finite(size, "size"), unit_worth(instrument))
    return worth if instrument.margin is Margin.INVERSE else product(worth, _positive(price))


def size_of_base(instrument: Instrument, base: Decimal, price: Decimal, rounding: Rounding) -> Decimal:
    """Return the size in the venue's unit, on its step, that is worth `base` coin at `price`.

    `price` matters for inverse only; the one rounding is the last, onto the step.
    A coin amount that came from `base_of` is a quotient and misses its contract count in the last digit, so for inverse
    a count within 1e-15 of a step is that count, whatever the rounding.

    Raises:
        ValueError: base not finite, or, for inverse, a price that is not a positive number.
    """
    units = rational(_finite(base, "base")) / rational(unit_worth(instrument))
    if instrument.margin is Margin.INVERSE:
        units *= rational(_positive(price))
        whole = fit(units, instrument.step, Rounding.NEAREST)
        if abs(units - rational(whole)) <= _SNAP * rational(instrument.step):
            return whole
    return fit(units, instrument.step, rounding)


def size_of_face(instrument: Instrument, face: Decimal, rounding: Rounding) -> Decimal:
    """Return the size in contracts, on its step, whose quote face is `face`.

    Raises:
        ValueError: the instrument is not inverse, or the face is not finite.
    """
    _need_inverse(instrument)
    return fit(rational(_finite(face, "face")) / rational(instrument.contract_size), instrument.step, rounding)


def round_price(instrument: Instrument, price: Decimal, rounding: Rounding) -> Decimal:
    """Return the price on the instrument's tick; raises ValueError on a price that is not finite."""
    return on_grid(price, instrument.tick, rounding)


def round_size(instrument: Instrument, size: Decimal, rounding: Rounding) -> Decimal:
    """Return the size on the instrument's step; raises ValueError on a size that is not finite."""
    return on_grid(size, instrument.step, rounding)


def base_quantity(instrument: Instrument, size: Contracts, price: Decimal) -> Base:
    """Return the base coin that a size of this market is worth; TypeError for another market's size."""
    return base(base_of(instrument, _own(instrument, size), price), instrument.base)


def quote_quantity(instrument: Instrument, size: Contracts, price: Decimal) -> Quote:
    """Return the quote money that a size of this market is worth; TypeError for another market's size."""
    return quote(notional(instrument, _own(instrument, size), price), instrument.quote)


def contracts_for(instrument: Instrument, amount: Base | Quote, price: Decimal, rounding: Rounding) -> Contracts:
    """Return the size, on the step, that is worth an amount of this market's base coin or quote money at `price`.

    Raises:
        TypeError: the amount is of another asset than the market's base or quote.
        ValueError: a price that is not a positive number (needed for coin of inverse, money of spot and linear).
    """
    is_coin = amount.unit is Unit.BASE
    if amount.asset != (instrument.base if is_coin else instrument.quote):
        raise TypeError(f"{amount} cannot be turned into a size of {instrument.symbol}")
    if is_coin:
        return contracts(size_of_base(instrument, amount.amount, price, rounding), instrument.symbol)
    units = rational(amount.amount) / rational(unit_worth(instrument))
    if instrument.margin is not Margin.INVERSE:
        units /= rational(_positive(price))
    return contracts(fit(units, instrument.step, rounding), instrument.symbol)


def _own(instrument: Instrument, size: Contracts) -> Decimal:
    if size.asset != instrument.symbol:
        raise TypeError(f"{size} is not a size of {instrument.symbol}")
    return size.amount


def _need_inverse(instrument: Instrument) -> None:
    if instrument.margin is not Margin.INVERSE:
        raise ValueError(f"{instrument.symbol} is {instrument.margin.value}: only inverse contracts have a quote face")


def _finite(value: Decimal, name: str) -> Decimal:
    if not isinstance(value, Decimal):
        raise TypeError(f"{name} {value!r} is of type {type(value).__name__}: exact arithmetic takes Decimal")
    if not value.is_finite():
        raise ValueError(f"{name} {value} is not a number")
    return value


def _positive(price: Decimal) -> Decimal:
    if _finite(price, "price") <= 0:
        raise ValueError(f"price {price} is not positive")
    return price

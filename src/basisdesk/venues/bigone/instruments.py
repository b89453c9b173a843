"""Instruments from the venue's REST lists: GET /asset_pairs for spot, GET /symbols for contracts.

Spot states decimals of price and size and the least and greatest value of an order in quote money; sizes are base coin,
and there is no least size but the step.
Contracts are counted in whole contracts, each worth `multiplier` of base coin (linear) or of US dollars (inverse); the
greatest leverage is the reciprocal of the initial margin.
All contracts are perpetual.  That funding is settled every 8 h is presumed from two documented examples (02 and 18 h
UTC); the stream tells better (`Carry.interval`).
Fees are in neither list: spot is presumed to cost 0.1 %, contracts what the documented positions paid.
Numbers may be text, also such as `1E+7`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Raw, Struct, field

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.venues.bigone.hosts import known_line
from basisdesk.venues.bigone.replies import Refusal, open_envelope
from basisdesk.venues.bigone.symbols import CONTRACT, SPOT, VENUE_NAME, coins_of, contract_symbol, is_code, pair_symbol
from basisdesk.venues.bigone.wire import reader
from basisdesk.venues.listing import instruments_of
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable

FUNDING_HOURS = 8
MOST_DECIMALS = 30
SPOT_FEES = (Decimal("0.001"), Decimal("0.001"))
CONTRACT_FEES = (Decimal("0.0006"), Decimal("0.0007"))

Decimals = Annotated[int, Meta(ge=0, le=MOST_DECIMALS)]


class Coin(Struct, frozen=True):
    """A currency."""

    symbol: str


class Pair(Struct, frozen=True):
    """A spot row."""

    code: str = field(name="name")
    base_asset: Coin
    quote_asset: Coin
    base_scale: Decimals
    quote_scale: Decimals
    min_quote_value: Decimal | None = None


class Contract(Struct, frozen=True, rename="camel"):
    """A contract row."""

    symbol: str
    base_currency: str
    quote_currency: str
    settle_currency: str
    is_inverse: bool
    multiplier: Decimal
    price_step: Decimal
    enable: bool = True
    initial_margin: Decimal | None = None


_read_list = reader(list[Raw])
_read_pair = reader(Pair)
_read_contract = reader(Contract)


def decode_instruments(line: str, body: bytes) -> list[Instrument]:
    """Return the instruments of a REST body; a row that cannot be used is left out.

    Raises:
        DecodeError: the body is no list of instruments, the line is unknown, or not one row of many is of this line.
    """
    make = _MAKERS[known_line(line)]
    try:
        rows = _read_list(open_envelope(body))
    except Refusal as refusal:
        raise DecodeError(f"{VENUE_NAME} answered the request for instruments with {refusal}") from refusal
    except UNREADABLE as error:
        raise DecodeError(f"this is no list of instruments of {VENUE_NAME}: {error}") from error
    return instruments_of(rows, make, f"{VENUE_NAME} {line}")


def pair_of(row: Pair) -> Instrument:
    """Return the spot instrument that a row describes.

    Raises:
        DecodeError: the code does not spell its currencies, or a number is impossible.
    """
    base, quote = row.base_asset.symbol, row.quote_asset.symbol
    if coins_of(SPOT, row.code) != (base, quote):
        raise DecodeError(f"{row.code[:60]!r} does not spell its currencies {base[:30]!r} and {quote[:30]!r}")
    least = row.min_quote_value or Decimal(0)
    if not least.is_finite() or least < 0:
        raise DecodeError(f"{row.code}: {least} is no least value of an order")
    step = Decimal(1).scaleb(-row.base_scale)
    maker, taker = SPOT_FEES
    return Instrument(
        symbol=pair_symbol(base, quote),
        venue=VENUE_NAME,
        market=SPOT,
        code=row.code,
        kind=Kind.SPOT,
        margin=Margin.SPOT,
        base=base,
        quote=quote,
        settle=quote,
        contract_size=Decimal(1),
        sized_in_contracts=False,
        tick=Decimal(1).scaleb(-row.quote_scale),
        step=step,
        min_size=step,
        min_notional=_plain(least),
        maker_fee=maker,
        taker_fee=taker,
    )


def contract_of(row: Contract) -> Instrument:
    """Return the perpetual that a row describes.

    Raises:
        DecodeError: its currencies do not fit one another, or a number is impossible.
    """
    base, quote, settle = row.base_currency, row.quote_currency, row.settle_currency
    coins = base and quote and base != quote and settle == (base if row.is_inverse else quote)
    if not (coins and is_code(row.symbol)):
        raise DecodeError(f"{row.symbol[:60]!r} of {base[:30]!r}, {quote[:30]!r} and {settle[:30]!r} is not understood")
    maker, taker = CONTRACT_FEES
    return Instrument(
        symbol=contract_symbol(base, quote, settle),
        venue=VENUE_NAME,
        market=CONTRACT,
        code=row.symbol,
        kind=Kind.PERPETUAL,
        margin=Margin.INVERSE if row.is_inverse else Margin.LINEAR,
        base=base,
        quote=quote,
        settle=settle,
        contract_size=_above_zero(row.multiplier),
        sized_in_contracts=True,
        tick=_above_zero(row.price_step),
        step=Decimal(1),
        min_size=Decimal(1),
        max_leverage=None if row.initial_margin is None else _leverage(row.initial_margin),
        funding_interval=FUNDING_HOURS,
        maker_fee=maker,
        taker_fee=taker,
        tradable=row.enable,
    )


_MAKERS: dict[str, Callable[[Raw], Instrument]] = {
    SPOT: lambda raw: pair_of(_read_pair(bytes(raw))),
    CONTRACT: lambda raw: contract_of(_read_contract(bytes(raw))),
}


def _leverage(margin: Decimal) -> Decimal:
    """The greatest whole leverage that an initial margin allows, at least 1."""
    return _plain(max(Decimal(1), (1 / _above_zero(margin)).to_integral_value(rounding="ROUND_FLOOR")))


def _plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent above zero."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _above_zero(number: Decimal) -> Decimal:
    if not number.is_finite() or number <= 0:
        raise DecodeError(f"a number above zero was expected, not {number}")
    return _plain(number)

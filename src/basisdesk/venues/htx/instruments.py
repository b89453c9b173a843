"""Instruments from the venue's REST lists.

Spot lists decimals of price and size and the limits of an order, under long names (`/v1/common/symbols`) or short ones
(`/v1/settings/common/market-symbols`); sizes are base coin.
Contracts are counted in whole contracts, each worth `contract_size` of base coin (linear) or of USD (coin-margined);
their numbers are JSON numbers with 18 decimals, read exactly.
Largest contract orders depend on the account's tier and are told by another endpoint; fees are in none of the lists, so
the published ones of an ordinary account are taken; funding is settled every 8 h unless its terms say otherwise.
Followed: https://huobiapi.github.io/docs/ ("Get all Supported Trading Symbol", "Query Swap Info", "Contract Info").
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec import Raw, Struct, field

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.calendar import delivery
from basisdesk.venues.htx.hosts import known_line
from basisdesk.venues.htx.wire import nanoseconds
from basisdesk.venues.listing import instruments_of
from basisdesk.venues.wire import UNREADABLE

FUNDING_HOURS = 8
MOST_DECIMALS = 30
SPOT_FEES = (Decimal("0.002"), Decimal("0.002"))
CONTRACT_FEES = (Decimal("0.0002"), Decimal("0.0005"))
LISTED = 1
_MARGINS = {symbols.LINEAR: Margin.LINEAR, symbols.COIN_SWAP: Margin.INVERSE, symbols.COIN_FUTURES: Margin.INVERSE}


class Pair(Struct, frozen=True):
    """A spot row under its long names."""

    code: str = field(name="symbol")
    base: str = field(name="base-currency")
    quote: str = field(name="quote-currency")
    price_decimals: int = field(name="price-precision")
    size_decimals: int = field(name="amount-precision")
    min_size: Decimal | None = field(name="limit-order-min-order-amt", default=None)
    max_size: Decimal | None = field(name="limit-order-max-order-amt", default=None)
    old_min_size: Decimal | None = field(name="min-order-amt", default=None)
    old_max_size: Decimal | None = field(name="max-order-amt", default=None)
    min_notional: Decimal | None = field(name="min-order-value", default=None)
    state: str = ""
    trading: str = field(name="api-trading", default="enabled")


class ShortPair(Struct, frozen=True):
    """A spot row under its short names."""

    code: str = field(name="symbol")
    base: str = field(name="bc")
    quote: str = field(name="qc")
    price_decimals: int = field(name="pp")
    size_decimals: int = field(name="ap")
    min_size: Decimal | None = field(name="lominoa", default=None)
    max_size: Decimal | None = field(name="lomaxoa", default=None)
    old_min_size: Decimal | None = field(name="minoa", default=None)
    old_max_size: Decimal | None = field(name="maxoa", default=None)
    min_notional: Decimal | None = field(name="minov", default=None)
    state: str = ""
    trading: str = field(name="at", default="enabled")


class Contract(Struct, frozen=True):
    """A row of a contract list."""

    code: str = field(name="contract_code")
    base: str = field(name="symbol")
    size: Decimal = field(name="contract_size")
    tick: Decimal = field(name="price_tick")
    status: int = field(name="contract_status")
    delivery_time: int | str | None = None
    delivery_date: str | None = None


class Reply(Struct, frozen=True):
    """A REST reply."""

    status: str
    data: list[Raw]


_decode_reply = msgspec.json.Decoder(Reply).decode
_decode_pair = msgspec.json.Decoder(Pair, strict=False).decode
_decode_short = msgspec.json.Decoder(ShortPair, strict=False).decode
_decode_contract = msgspec.json.Decoder(Contract, strict=False).decode


def decode_instruments(line: str, body: bytes) -> list[Instrument]:
    """Return the instruments of a REST body; a row that cannot be used is left out.

    Raises:
        DecodeError: the body is no list of instruments, the line is unknown, or not one row of many is of this line.
    """
    known_line(line)
    try:
        reply = _decode_reply(body)
    except UNREADABLE as error:
        raise DecodeError(f"this is no list of instruments of {symbols.VENUE_NAME}: {error}") from error
    if reply.status != "ok":
        raise DecodeError(f"{symbols.VENUE_NAME} answered the request for instruments with {reply.status[:40]!r}")
    return instruments_of(reply.data, lambda raw: _instrument(line, raw), f"{symbols.VENUE_NAME} {line}")


def _instrument(line: str, raw: Raw) -> Instrument:
    if line != symbols.SPOT:
        return contract_of(line, _decode_contract(raw))
    try:
        return pair_of(_decode_pair(raw))
    except msgspec.ValidationError:  # not under the long names
        return pair_of(_decode_short(raw))


def pair_of(row: Pair | ShortPair) -> Instrument:
    """Return the spot instrument that a row describes.

    Raises:
        DecodeError: the code does not spell its currencies, or a number is impossible.
    """
    base, quote = row.base, row.quote
    if not (base and quote and row.code == base + quote and symbols.is_code(symbols.SPOT, row.code)):
        raise DecodeError(f"{row.code[:60]!r} does not spell its currencies {base[:30]!r} and {quote[:30]!r}")
    step = _decimals(row.size_decimals)
    least = row.min_size if row.min_size is not None else row.old_min_size
    most = row.max_size if row.max_size is not None else row.old_max_size
    maker, taker = SPOT_FEES
    return Instrument(
        symbol=symbols.pair_symbol(base, quote),
        venue=symbols.VENUE_NAME,
        market=symbols.SPOT,
        code=row.code,
        kind=Kind.SPOT,
        margin=Margin.SPOT,
        base=base.upper(),
        quote=quote.upper(),
        settle=quote.upper(),
        contract_size=Decimal(1),
        sized_in_contracts=False,
        tick=_decimals(row.price_decimals),
        step=step,
        min_size=max(_limit(least), step),
        max_size=_limit(most) or None,
        min_notional=_limit(row.min_notional),
        maker_fee=maker,
        taker_fee=taker,
        tradable=row.state == "online" and row.trading == "enabled",
    )


def contract_of(line: str, row: Contract) -> Instrument:
    """Return the contract that a row describes.

    Raises:
        DecodeError, ValueError: the code is none of this line, or a number is missing or impossible.
    """
    base, quote, term = symbols.term_of(line, row.code)
    if row.base != base or (term and not term.isdigit()):
        raise DecodeError(f"{row.code} is no contract on {row.base[:30]!r}")
    expiry = (nanoseconds(row.delivery_time) or delivery(term)) if term else None
    maker, taker = CONTRACT_FEES
    return Instrument(
        symbol=symbols.contract_symbol(line, row.code),
        venue=symbols.VENUE_NAME,
        market=line,
        code=row.code,
        kind=Kind.DATED if term else Kind.PERPETUAL,
        margin=_MARGINS[line],
        base=base,
        quote=quote,
        settle=quote if line == symbols.LINEAR else base,
        contract_size=_above_zero(row.size),
        sized_in_contracts=True,
        tick=_above_zero(row.tick),
        step=Decimal(1),
        min_size=Decimal(1),
        expiry=expiry,
        funding_interval=None if term else FUNDING_HOURS,
        maker_fee=maker,
        taker_fee=taker,
        tradable=row.status == LISTED,
    )


def _decimals(count: int) -> Decimal:
    if not 0 <= count <= MOST_DECIMALS:
        raise DecodeError(f"{count} is no number of decimals")
    return Decimal(1).scaleb(-count)


def _plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent above zero."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _limit(number: Decimal | None) -> Decimal:
    """A limit, zero where the venue states none."""
    if number is None:
        return Decimal(0)
    if not number.is_finite() or number < 0:
        raise DecodeError(f"{number} is no limit")
    return _plain(number)


def _above_zero(number: Decimal) -> Decimal:
    if not number.is_finite() or number <= 0:
        raise DecodeError(f"a number above zero was expected, not {number}")
    return _plain(number)

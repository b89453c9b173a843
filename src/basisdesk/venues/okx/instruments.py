"""Instruments from the venue's REST list, https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments.

Spot sizes are base coin; those of swaps and futures count contracts, each worth `ctVal` times `ctMult` of base coin
(linear) or of USD (inverse).
A contract whose value is in any other currency is not understood and is left out, as is a row that cannot be read;
margin rows repeat spot and options are no instruments of ours.
The list does not give the hours between funding settlements: perpetuals get the usual 8, and the funding channel tells
better (`Carry.interval`).
Nor does it give fees: the published ones of the lowest tier are taken.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec import Raw, Struct

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.venues.listing import instruments_of
from basisdesk.venues.okx.symbols import VENUE_NAME, contract_symbol, quote_of, symbol_of
from basisdesk.venues.wire import UNREADABLE, Int64, nanoseconds

FUNDING_HOURS = 8
SPOT_FEES = (Decimal("0.0008"), Decimal("0.001"))
CONTRACT_FEES = (Decimal("0.0002"), Decimal("0.0005"))
KINDS = {"SPOT": Kind.SPOT, "SWAP": Kind.PERPETUAL, "FUTURES": Kind.DATED}
PASSED_OVER = ("MARGIN", "OPTION", "EVENTS")
MARGINS = {"linear": Margin.LINEAR, "inverse": Margin.INVERSE}


class Row(Struct, frozen=True):
    """One instrument as listed; every value is text but the number, which markets may be without."""

    kind: str = msgspec.field(name="instType")
    code: str = msgspec.field(name="instId", default="")
    state: str = ""
    base: str = msgspec.field(name="baseCcy", default="")
    quote: str = msgspec.field(name="quoteCcy", default="")
    settle: str = msgspec.field(name="settleCcy", default="")
    underlying: str = msgspec.field(name="uly", default="")
    family: str = msgspec.field(name="instFamily", default="")
    margin: str = msgspec.field(name="ctType", default="")
    value: str = msgspec.field(name="ctVal", default="")
    value_coin: str = msgspec.field(name="ctValCcy", default="")
    multiple: str = msgspec.field(name="ctMult", default="")
    expiry: str = msgspec.field(name="expTime", default="")
    leverage: str = msgspec.field(name="lever", default="")
    rules: str = msgspec.field(name="ruleType", default="")
    tick: str = msgspec.field(name="tickSz", default="")
    step: str = msgspec.field(name="lotSz", default="")
    min_size: str = msgspec.field(name="minSz", default="")
    max_size: str | None = msgspec.field(name="maxLmtSz", default="")
    number: Int64 | None = msgspec.field(name="instIdCode", default=0)


class Reply(Struct, frozen=True):
    """A REST reply; code "0" is success."""

    data: list[Raw]
    code: str
    msg: str = ""


_decode_reply = msgspec.json.Decoder(Reply).decode
_decode_row = msgspec.json.Decoder(Row, strict=False).decode


def decode_instruments(line: str, body: bytes) -> list[Instrument]:
    """Return the spot, swap and futures instruments of a REST body.

    Raises:
        DecodeError: the body is no list of instruments, or none of its rows can be read.
    """
    try:
        reply = _decode_reply(body)
    except UNREADABLE as error:
        raise DecodeError(f"this is no instruments reply of {VENUE_NAME}: {error}") from error
    if reply.code != "0":
        raise DecodeError(f"{VENUE_NAME} answered the instruments request with {reply.code} {reply.msg}")
    return instruments_of(reply.data, lambda raw: _instrument(line, _decode_row(raw)), VENUE_NAME)


def _instrument(line: str, row: Row) -> Instrument | None:
    return None if row.kind in PASSED_OVER else instrument_of(line, row)


def instrument_of(line: str, row: Row) -> Instrument:
    """Return the instrument that a row describes.

    Raises:
        DecodeError, ValueError, decimal.InvalidOperation: a value is missing, impossible or in an unknown unit.
    """
    kind = KINDS.get(row.kind)
    if kind is None:
        raise DecodeError(f"{row.code} is of the unknown type {row.kind[:40]!r}")
    margin, base, quote, settle = _coins(kind, row)
    spot = kind is Kind.SPOT
    expiry = nanoseconds(row.expiry) if kind is Kind.DATED else None
    if expiry == 0:
        raise DecodeError(f"{row.code} has no delivery time")
    maker, taker = SPOT_FEES if spot else CONTRACT_FEES
    return Instrument(
        symbol=symbol_of(line, row.code) if spot else contract_symbol(base, quote, settle, row.code.rpartition("-")[2]),
        venue=VENUE_NAME,
        market=line,
        code=row.code,
        kind=kind,
        margin=margin,
        base=base,
        quote=quote,
        settle=settle,
        contract_size=Decimal(1) if spot else _positive(row.value) * _positive(row.multiple or "1"),
        sized_in_contracts=not spot,
        tick=_positive(row.tick),
        step=_positive(row.step),
        min_size=_positive(row.min_size),
        max_size=_limit(row.max_size),
        max_leverage=_positive(row.leverage) if row.leverage and not spot else None,
        expiry=expiry,
        funding_interval=FUNDING_HOURS if kind is Kind.PERPETUAL or row.rules == "xperp" else None,
        maker_fee=maker,
        taker_fee=taker,
        tradable=row.state == "live",
        number=row.number or 0,
    )


def _coins(kind: Kind, row: Row) -> tuple[Margin, str, str, str]:
    """Return margin type, base, quote and settlement currency; the code must spell the same."""
    if kind is Kind.SPOT:
        margin, base, quote, settle = Margin.SPOT, row.base, row.quote, row.quote
        spelled = row.code == f"{base}-{quote}"
    else:
        family = row.family or row.underlying
        base, _, money = family.partition("-")
        quote, settle = quote_of(money), row.settle
        margin = MARGINS.get(row.margin, Margin.SPOT)
        if margin is Margin.SPOT or row.value_coin != (base if margin is Margin.LINEAR else quote):
            raise DecodeError(f"{row.code}: a {row.margin[:40]!r} contract worth {row.value_coin!r} is not understood")
        spelled = row.code.rpartition("-")[0] == family and (margin is Margin.LINEAR) == (settle != base)
    if not (base and quote and settle and spelled):
        raise DecodeError(f"{row.code[:60]!r} does not spell its currencies {base!r}, {quote!r}, {settle!r}")
    return margin, base, quote, settle


def _limit(text: str | None) -> Decimal | None:
    """Read a limit, None where the venue states none or zero, as it may before trading begins."""
    return _positive(text) if text and Decimal(text) else None


def _positive(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or value <= 0:
        raise DecodeError(f"a number above zero was expected, not {text!r}")
    return value

"""Instruments from the venue's exchange information, in its shapes of 2021 to 2026.

Tick, step and limits come from the filters; `pricePrecision` and `quantityPrecision` are not the grid.
Spot and USD-M sizes are base coin; COIN-M sizes are contracts worth a fixed amount of quote money.
The minimum notional moved from MIN_NOTIONAL to NOTIONAL on spot and is called `notional` on USD-M; COIN-M has none.
MARKET_LOT_SIZE limits market orders only and is tighter from day to day; orders of the desk carry a price, so LOT_SIZE
rules, and the other one serves where it alone is given.
Fees are the venue's published ones for an ordinary account without discounts; the exchange information has none.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.venues.binance import wire
from basisdesk.venues.binance.hosts import known_line
from basisdesk.venues.binance.symbols import VENUE_NAME, is_code, unified

if TYPE_CHECKING:
    from collections.abc import Iterable

FOREVER = 4_133_404_800_000  # the delivery date of a perpetual: 2100-12-25
MILLISECOND = 1_000_000
FUNDING_HOURS = 8  # unless the venue's funding information lists the symbol with another interval

MARGINS = {"spot": Margin.SPOT, "usdm": Margin.LINEAR, "coinm": Margin.INVERSE}
FEES = {  # maker, taker; source: "Fee Rate" pages, VIP 0
    "spot": (Decimal("0.001"), Decimal("0.001")),
    "usdm": (Decimal("0.0002"), Decimal("0.0005")),
    "coinm": (Decimal("0.0002"), Decimal("0.0005")),
}


def decode_instruments(line: str, body: bytes) -> list[Instrument]:
    """Decode a body of exchange information; a row that cannot be used is left out.

    Raises:
        DecodeError: the body is no exchange information, the line is unknown, or not one row of many can be used.
    """
    known_line(line)
    try:
        rows = wire.exchange_information.decode(body).symbols
    except wire.UNREADABLE as error:
        raise DecodeError(f"not the exchange information of {VENUE_NAME}: {error}") from error
    instruments = [instrument for raw in rows if (instrument := _instrument(line, raw)) is not None]
    if rows and not instruments:
        raise DecodeError(f"none of the {len(rows)} symbols can be an instrument of {VENUE_NAME} {line}")
    return instruments


def _instrument(line: str, raw: bytes) -> Instrument | None:
    """Return the instrument of a row, None when the row lacks what trading needs."""
    try:
        row = wire.row.decode(raw)
        return instrument_of(line, row)
    except (*wire.UNREADABLE, InvalidOperation, DecodeError):
        return None


def instrument_of(line: str, row: wire.Row) -> Instrument:
    """Build the instrument of one row.

    Raises:
        DecodeError: a filter is missing, or a number is not what it must be.
    """
    if not is_code(row.code) or not row.base or not row.quote:
        raise DecodeError(f"{row.code!r} has no base or quote")
    filters = {each.kind: each for each in row.filters}
    prices = filters.get("PRICE_FILTER")
    lots = filters.get("LOT_SIZE") or filters.get("MARKET_LOT_SIZE")
    if prices is None or lots is None:
        raise DecodeError(f"{row.code} has no price or lot filter")
    step = _above_zero(lots.step)
    expiry = _expiry(line, row)
    futures = line != "spot"
    inverse = line == "coinm"
    if inverse != (futures and bool(row.settle) and row.settle == row.base):
        raise DecodeError(f"{row.code} settles in {row.settle}, which is not how {line} works")
    maker, taker = FEES[line]
    settle = row.settle if futures and row.settle else row.quote
    return Instrument(
        symbol=unified(line, row.base, row.quote, settle, row.code.partition("_")[2] if expiry else ""),
        venue=VENUE_NAME,
        market=line,
        code=row.code,
        kind=Kind.DATED if expiry else Kind.PERPETUAL if futures else Kind.SPOT,
        margin=MARGINS[line],
        base=row.base,
        quote=row.quote,
        settle=settle,
        contract_size=_above_zero(str(row.contract_size)) if inverse else Decimal(1),
        sized_in_contracts=inverse,
        tick=_above_zero(prices.tick),
        step=step,
        min_size=max(_number(lots.min_size), step),
        max_size=_number(lots.max_size) or None,
        min_notional=_min_notional(filters.values()),
        expiry=expiry,
        funding_interval=FUNDING_HOURS if futures and expiry is None else None,
        maker_fee=maker,
        taker_fee=taker,
        tradable=(row.contract_status or row.status) == "TRADING" and row.spot is not False,
    )


def _expiry(line: str, row: wire.Row) -> int | None:
    """Delivery time of a dated contract; a perpetual that is being closed has a date too, and stays a perpetual."""
    suffix = row.code.partition("_")[2]
    if line == "spot" or suffix in {"", "PERP"}:
        return None
    if not suffix.isdecimal() or not 0 < row.delivery < FOREVER:
        raise DecodeError(f"{row.code} is neither a perpetual nor a contract with a delivery date")
    return row.delivery * MILLISECOND


def _min_notional(filters: Iterable[wire.Filter]) -> Decimal:
    told = [each.min_notional or each.notional for each in filters if each.kind in {"NOTIONAL", "MIN_NOTIONAL"}]
    return max((_number(text) for text in told), default=Decimal(0))


def _number(text: str | None) -> Decimal:
    """Read a number that is zero where the venue states none, without trailing zeros."""
    number = Decimal(text or "0")
    if not number.is_finite() or number < 0:
        raise DecodeError(f"{text} is no limit")
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _above_zero(text: str | None) -> Decimal:
    number = _number(text)
    if number == 0:
        raise DecodeError(f"{text} is no grid or size")
    return number

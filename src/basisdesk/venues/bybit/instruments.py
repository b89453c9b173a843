"""Instruments from the venue's REST list, https://bybit-exchange.github.io/docs/v5/market/instrument.

Spot sizes are base coin with a step of `basePrecision`; linear sizes are base coin too, one contract being one coin;
inverse sizes count contracts of one USD.
A contract's type says its line, so rows of another line, which the venue adds when asked by coin, are passed over, as
is a row that cannot be read.
The delivery time of a perpetual is the day it is delisted, and no expiry.
Funding comes in minutes; fees are not in the list, so the published ones of the lowest tier are taken.
The venue gives linear and inverse in pages (`next_page`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
from msgspec import Raw, Struct, field

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.venues.bybit.hosts import LINES
from basisdesk.venues.bybit.marks import spell
from basisdesk.venues.bybit.symbols import VENUE_NAME, is_code, unified
from basisdesk.venues.listing import instruments_of
from basisdesk.venues.wire import UNREADABLE, nanoseconds

Text = str | None
"""A number as text; empty or null where the venue has none."""
MINUTES_PER_HOUR = 60
USUAL_HOURS = 8
MARGINS = {"spot": Margin.SPOT, "linear": Margin.LINEAR, "inverse": Margin.INVERSE}
FEES = {  # maker, taker; source: the venue's fee page, non-VIP
    "spot": (Decimal("0.001"), Decimal("0.001")),
    "linear": (Decimal("0.0002"), Decimal("0.00055")),
    "inverse": (Decimal("0.0002"), Decimal("0.00055")),
}
KINDS = {
    ("spot", ""): Kind.SPOT,
    ("linear", "LinearPerpetual"): Kind.PERPETUAL,
    ("linear", "LinearFutures"): Kind.DATED,
    ("inverse", "InversePerpetual"): Kind.PERPETUAL,
    ("inverse", "InverseFutures"): Kind.DATED,
}


class Prices(Struct, frozen=True):
    """Price grid."""

    tick: str = field(name="tickSize")


class Lots(Struct, frozen=True):
    """Size grid and limits; spot and contracts use different keys."""

    min_size: Text = field(name="minOrderQty", default="")
    step: Text = field(name="qtyStep", default="")
    coin_step: Text = field(name="basePrecision", default="")
    max_size: Text = field(name="maxOrderQty", default="")
    max_limit: Text = field(name="maxLimitOrderQty", default="")
    min_notional: Text = field(name="minNotionalValue", default="")
    min_amount: Text = field(name="minOrderAmt", default="")


class Leverage(Struct, frozen=True):
    """Leverage limits."""

    most: Text = field(name="maxLeverage", default="")


class Row(Struct, frozen=True):
    """One instrument as listed."""

    code: str = field(name="symbol")
    base: str = field(name="baseCoin")
    quote: str = field(name="quoteCoin")
    prices: Prices = field(name="priceFilter")
    lots: Lots = field(name="lotSizeFilter")
    status: str = ""
    contract: str = field(name="contractType", default="")
    settle: Text = field(name="settleCoin", default="")
    delivery: Text = field(name="deliveryTime", default="")
    funding: int | None = field(name="fundingInterval", default=0)
    leverage: Leverage | None = field(name="leverageFilter", default=None)
    option: Text = field(name="optionsType", default="")
    cap: Text = field(name="upperFundingRate", default="")
    floor: Text = field(name="lowerFundingRate", default="")


class Page(Struct, frozen=True):
    """One page of the list."""

    rows: list[Raw] = field(name="list")
    category: str = ""
    cursor: str | None = field(name="nextPageCursor", default=None)


class Reply(Struct, frozen=True):
    """A REST reply; code 0 is success, and nothing else has a list."""

    code: int = field(name="retCode")
    message: str = field(name="retMsg", default="")
    result: Raw = Raw()


_decode_reply = msgspec.json.Decoder(Reply).decode
_decode_page = msgspec.json.Decoder(Page).decode
_decode_row = msgspec.json.Decoder(Row, strict=False).decode


def decode_instruments(line: str, body: bytes) -> list[Instrument]:
    """Return the instruments of this line in one page of the list.

    Raises:
        DecodeError: the line is unknown, the body is no list of instruments of this line, or none of its rows can be
            read.
    """
    rows = _page(line, body).rows
    return instruments_of(rows, lambda raw: instrument_of(line, _decode_row(raw)), f"{VENUE_NAME} {line}")


def next_page(line: str, body: bytes) -> str | None:
    """Return the path (with query) of the page that follows this one, None after the last.

    Raises:
        DecodeError: as `decode_instruments`, the rows apart.
    """
    cursor = _page(line, body).cursor
    return f"{LINES[line].instruments_path}&cursor={spell('cursor', cursor)}" if cursor else None


def next_cursor(line: str, body: bytes) -> str:
    """Return the venue's mark of the page that follows this one, empty after the last; raises as `next_page`."""
    return _page(line, body).cursor or ""


def instrument_of(line: str, row: Row) -> Instrument:
    """Return the instrument that a row describes.

    Raises:
        DecodeError, ValueError, decimal.InvalidOperation: a value is missing, impossible, or of another line.
    """
    kind = KINDS.get((line, row.contract))
    if kind is None or row.option:
        raise DecodeError(f"{row.code[:60]!r} is of the type {row.contract[:40]!r}, which is none of {line}")
    settle = _settle(line, row)
    spot, inverse = line == "spot", line == "inverse"
    lots = row.lots
    step = _positive(lots.coin_step if spot else lots.step)
    most = _limit(lots.max_limit or lots.max_size)
    expiry = _delivery(row.delivery) if kind is Kind.DATED else None
    maker, taker = FEES[line]
    return Instrument(
        symbol=unified(row.base, row.quote, "" if spot else settle, _date(expiry)),
        venue=VENUE_NAME,
        market=line,
        code=row.code,
        kind=kind,
        margin=MARGINS[line],
        base=row.base,
        quote=row.quote,
        settle=settle,
        contract_size=Decimal(1),
        sized_in_contracts=inverse,
        tick=_positive(row.prices.tick),
        step=step,
        min_size=max(_limit(lots.min_size), step),
        max_size=most or None,
        min_notional=_limit(lots.min_amount if spot else lots.min_notional),
        max_leverage=None if spot or row.leverage is None else _limit(row.leverage.most) or None,
        expiry=expiry,
        funding_interval=_hours(row.funding or 0) if kind is Kind.PERPETUAL else None,
        maker_fee=maker,
        taker_fee=taker,
        tradable=row.status == "Trading",
        funding_cap=_rate(row.cap) if kind is Kind.PERPETUAL else None,
        funding_floor=_rate(row.floor) if kind is Kind.PERPETUAL else None,
    )


def _page(line: str, body: bytes) -> Page:
    if line not in LINES:
        raise DecodeError(f"{VENUE_NAME} has no product line {line!r} (it has {', '.join(LINES)})")
    try:
        reply = _decode_reply(body)
        if reply.code != 0:
            raise DecodeError(f"{VENUE_NAME} answered the instruments request with {reply.code} {reply.message}")
        page = _decode_page(reply.result)
    except UNREADABLE as error:
        raise DecodeError(f"this is no instruments reply of {VENUE_NAME}: {error}") from error
    if page.category not in {"", line}:
        raise DecodeError(f"this is a list of {page.category[:40]!r}, not of {line}")
    return page


def _settle(line: str, row: Row) -> str:
    """Return the settle coin, which is the quote (spot, linear) or the base (inverse)."""
    settle = row.quote if line == "spot" else row.settle or ""
    if (
        not is_code(row.code)
        or not row.base
        or not row.quote
        or settle != (row.base if line == "inverse" else row.quote)
    ):
        raise DecodeError(f"{row.code[:60]!r} in {row.quote[:40]!r}, settled in {settle[:40]!r}, is no {line} market")
    return settle


def _hours(minutes: int) -> int:
    # Whole hours; an interval that is none of these is left to the ticker, which tells hours (`Carry.interval`).
    return minutes // MINUTES_PER_HOUR if minutes > 0 and minutes % MINUTES_PER_HOUR == 0 else USUAL_HOURS


def _delivery(text: Text) -> int:
    time = nanoseconds(text or "")
    if time == 0:
        raise DecodeError("a dated future without a delivery time")
    return time


def _date(expiry: int | None) -> str:
    return "" if expiry is None else datetime.fromtimestamp(expiry // 1_000_000_000, UTC).strftime("%y%m%d")


def _limit(text: Text) -> Decimal:
    """Read a limit that is zero where the venue states none."""
    value = Decimal(text or "0")
    if not value.is_finite() or value < 0:
        raise DecodeError(f"{str(text)[:40]!r} is no limit")
    return value


def _rate(text: Text) -> Decimal | None:
    """Read a bound of the funding rate, None where the venue states none."""
    value = Decimal(text) if text else None
    if value is not None and not value.is_finite():
        raise DecodeError(f"{str(text)[:40]!r} is no rate")
    return value


def _positive(text: Text) -> Decimal:
    value = Decimal(text or "0")
    if not value.is_finite() or value <= 0:
        raise DecodeError(f"a number above zero was expected, not {str(text)[:40]!r}")
    return value

"""Instruments from the venue's REST list, https://docs.deribit.com/api-reference/market-data/public-get_instruments.

The unit of size is the venue's `amount`, which is what books, trades and orders carry: US dollars for inverse futures,
base coin for linear ones.
One unit of an inverse future is therefore worth 1 USD (`Instrument.contract_size`), and the venue's contract of 10 USD
(BTC) or 1 USD (ETH) is the step; a linear future is sized in coin, in steps of its contract.
Where the tick grows with the price, the least common multiple of the ticks is taken, which is valid at any price.
Funding is paid continuously, at rates stated for eight hours; the venue states no largest size and no least notional.
Lists of 2021 do not say whether a future is linear: all were inverse then, and the name says it too.
Options, combinations and spot pairs are no instruments of ours; a row that cannot be read is left out.
"""

from __future__ import annotations

from decimal import Decimal
from functools import reduce

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from basisdesk.domain.arithmetic import decimal_of, is_workable, lcm, rational
from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.domain.symbol import expiry_text
from basisdesk.venues.deribit.symbols import VENUE_NAME, contract_symbol, read_code
from basisdesk.venues.deribit.tickers import FUNDING_HOURS
from basisdesk.venues.listing import instruments_of
from basisdesk.venues.wire import NS_PER_MS, UNREADABLE

PASSED_OVER = ("option", "spot", "future_combo", "option_combo")
MARGINS = {"reversed": Margin.INVERSE, "linear": Margin.LINEAR}
LATEST_MS = 2**63 // NS_PER_MS - 1
OPEN_STATES = (None, "", "open")


class TickStep(Struct, frozen=True):
    """A coarser tick that holds above a price."""

    tick: Decimal = field(name="tick_size")


class Row(Struct, frozen=True, kw_only=True):
    """One instrument as listed."""

    kind: str
    code: str = field(name="instrument_name", default="")
    margin: str | None = field(name="instrument_type", default=None)
    margin_of_old: str | None = field(name="future_type", default=None)
    base: str = field(name="base_currency", default="")
    quote: str = field(name="quote_currency", default="")
    settle: str | None = field(name="settlement_currency", default=None)
    period: str = field(name="settlement_period", default="")
    expiry: int | None = field(name="expiration_timestamp", default=None)
    tick: Decimal | None = field(name="tick_size", default=None)
    tick_steps: list[TickStep] | None = field(name="tick_size_steps", default=None)
    contract: Decimal | None = field(name="contract_size", default=None)
    least: Decimal | None = field(name="min_trade_amount", default=None)
    leverage: Decimal | None = field(name="max_leverage", default=None)
    maker: Decimal | None = field(name="maker_commission", default=None)
    taker: Decimal | None = field(name="taker_commission", default=None)
    active: bool = field(name="is_active", default=False)
    state: str | None = None


class Failure(Struct, frozen=True):
    """Why there is no list."""

    code: int
    message: str = ""


class Reply(Struct, frozen=True):
    """A REST reply: a list, or the one instrument that was asked for."""

    result: Raw | UnsetType = UNSET
    error: Failure | None = None


_decode_reply = msgspec.json.Decoder(Reply).decode
_decode_rows = msgspec.json.Decoder(list[Raw]).decode
_decode_row = msgspec.json.Decoder(Row).decode


def decode_instruments(line: str, body: bytes) -> list[Instrument]:
    """Return the perpetuals and dated futures of a REST body.

    Raises:
        DecodeError: the body is no list of instruments, or none of its rows can be read.
    """
    return instruments_of(_rows(body), lambda raw: _instrument(line, _decode_row(raw)), VENUE_NAME)


def _instrument(line: str, row: Row) -> Instrument | None:
    return None if row.kind in PASSED_OVER else instrument_of(line, row)


def _rows(body: bytes) -> list[Raw]:
    try:
        reply = _decode_reply(body)
        if reply.error is not None:
            refusal = f"{reply.error.code} {reply.error.message}"
            raise DecodeError(f"{VENUE_NAME} answered the instruments request with {refusal}")
        if reply.result is UNSET:
            raise DecodeError(f"this is no instruments reply of {VENUE_NAME}: it has no result")
        return [reply.result] if bytes(reply.result).startswith(b"{") else _decode_rows(reply.result)
    except UNREADABLE as error:
        raise DecodeError(f"this is no instruments reply of {VENUE_NAME}: {error}") from error


def instrument_of(line: str, row: Row) -> Instrument:
    """Return the instrument that a row describes.

    Raises:
        DecodeError: a value is missing or impossible, or the code does not spell the same.
    """
    if row.kind != "future":
        raise DecodeError(f"{row.code[:60]!r} is of the unknown kind {row.kind[:40]!r}")
    margin, settle = _margin(row)
    expiry = _expiry(row)
    date = "" if expiry is None else expiry_text(expiry)
    name = read_code(row.code)
    if name is None or (name.base, name.quote, name.settle, name.date) != (row.base, row.quote, settle, date):
        raise DecodeError(f"{row.code[:60]!r} does not spell {row.base!r}, {row.quote!r}, {settle!r} and {date!r}")
    contract = _positive(row.contract)
    inverse = margin is Margin.INVERSE
    return Instrument(
        symbol=contract_symbol(row.base, row.quote, settle, date),
        venue=VENUE_NAME,
        market=line,
        code=row.code,
        kind=Kind.PERPETUAL if expiry is None else Kind.DATED,
        margin=margin,
        base=row.base,
        quote=row.quote,
        settle=settle,
        contract_size=Decimal(1) if inverse else contract,
        sized_in_contracts=inverse,
        tick=_tick(row),
        step=contract,
        min_size=_positive(row.least),
        max_leverage=None if row.leverage is None else _positive(row.leverage),
        expiry=expiry,
        funding_interval=FUNDING_HOURS if expiry is None else None,
        maker_fee=_fee(row.maker),
        taker_fee=_fee(row.taker),
        tradable=row.active and row.state in OPEN_STATES,
    )


def _margin(row: Row) -> tuple[Margin, str]:
    """Return margin type and settlement currency."""
    told = row.margin or row.margin_of_old or ("reversed" if row.quote == "USD" else "")
    margin = MARGINS.get(told)
    if margin is None:
        raise DecodeError(f"{row.code[:60]!r} is of the unknown type {told[:40]!r}")
    settle = row.settle or (row.base if margin is Margin.INVERSE else row.quote)
    if (margin is Margin.INVERSE) != (settle == row.base):
        raise DecodeError(f"{row.code[:60]!r} is {told} and settled in {settle[:40]!r}")
    return margin, settle


def _expiry(row: Row) -> int | None:
    """Return the delivery time in ns, None for a perpetual."""
    if row.period == "perpetual":
        return None
    if row.expiry is None or not 0 < row.expiry <= LATEST_MS:
        raise DecodeError(f"{row.code[:60]!r} has no delivery time")
    return row.expiry * NS_PER_MS


def _tick(row: Row) -> Decimal:
    ticks = [_positive(row.tick), *(_positive(step.tick) for step in row.tick_steps or ())]
    return decimal_of(reduce(lcm, map(rational, ticks)))


def _positive(value: Decimal | None) -> Decimal:
    if value is None or not is_workable(value) or value <= 0:
        raise DecodeError(f"a number above zero was expected, not {value}")
    return value


def _fee(value: Decimal | None) -> Decimal:
    """Read a fee, zero where the venue tells none."""
    if value is None:
        return Decimal(0)
    if not is_workable(value):
        raise DecodeError(f"a fee was expected, not {value}")
    return value

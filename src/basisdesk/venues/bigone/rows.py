"""Rows of the contract streams that come in arrays: trades, candles and instruments.

An instrument row may hold only what has changed, so what it does not say stays as it was.
`fundingRate` is called the current rate and `nextFundingRate` the estimated next one; the current one is taken for
what `nextFundingTime` will pay, which is not documented.
The hours between settlements are not told either: they are learned when that time moves on, and the rate that was
current until then is taken as settled.
ADL sides are forced trades with the book's losing side; they are trades all the same.
Followed: https://open.bigone.com/docs/contract (WebSocket: Market Trades, Candlestick, Contract Instruments).
"""

from __future__ import annotations

from math import nan

import msgspec
from msgspec import Struct

from basisdesk.venues.bigone.hosts import CANDLE_PERIODS
from basisdesk.venues.bigone.tape import Print
from basisdesk.venues.bigone.wire import finite, nanoseconds, positive, price_or_nan, reader, told
from basisdesk.venues.contract import Candle, Carry, Daily, Market

NS_PER_HOUR = 3_600_000_000_000
LONGEST_HOURS = 24
FRESH_NS = 300_000_000_000  # a rate heard longer ago is not taken for the one settled
SIDES = {"BUY": True, "ADL_BUY": True, "SELL": False, "ADL_SELL": False}


class TradeRow(Struct, frozen=True, gc=False):
    """A trade; `side` is the taker's."""

    code: str = msgspec.field(name="symbol")
    price: float
    size: float
    side: str
    at: int = msgspec.field(name="matchedAt", default=0)
    trade_id: str | int = msgspec.field(name="id", default="")


class CandleRow(Struct, frozen=True, gc=False):
    """A candle; `volume` counts contracts, `turnover` settlement currency."""

    code: str = msgspec.field(name="symbol")
    period: str = msgspec.field(name="type")
    begins: int = msgspec.field(name="time")
    open: float
    high: float
    low: float
    close: float
    volume: float
    ends: int = msgspec.field(name="nextTs", default=0)
    trades: int = msgspec.field(name="nTrades", default=0)
    turnover: float = nan
    version: int = 0


class InstrumentRow(Struct, frozen=True, gc=False, rename="camel"):
    """What is said of a contract; a field that is absent has not changed."""

    code: str = msgspec.field(name="symbol")
    mark_price: float | None = None
    index_price: float | None = None
    latest_price: float | None = None
    funding_rate: float | None = None
    next_funding_time: int | None = None
    high: float | None = msgspec.field(name="last24hMaxPrice", default=None)
    low: float | None = msgspec.field(name="last24hMinPrice", default=None)
    change: float | None = msgspec.field(name="last24hPriceChange", default=None)
    volume: float | None = msgspec.field(name="volume24h", default=None)
    volume_usd: float | None = msgspec.field(name="volume24hInUsd", default=None)
    turnover: float | None = msgspec.field(name="turnover24h", default=None)
    open_interest: float | None = None
    open_value: float | None = None


read_trades = reader(list[TradeRow])
read_candles = reader(list[CandleRow])
read_instruments = reader(list[InstrumentRow])


def print_of(row: TradeRow) -> Print | None:
    """Return the trade that a row tells, None for a row that is none (a funding payment).

    Raises:
        ValueError: a number is impossible.
    """
    buy = SIDES.get(row.side)
    if buy is None:
        return None
    return Print(nanoseconds(row.at), positive(row.price), positive(row.size), buy, str(row.trade_id))


def candle_of(row: CandleRow) -> tuple[str, Candle]:
    """Return the period's common name and the candle.

    Raises:
        ValueError: a number is impossible, or the period is unknown.
    """
    period = CANDLE_PERIODS.get(row.period)
    if period is None:
        raise ValueError(f"unknown candle period {row.period[:20]!r}")
    opened, high, low, close = (positive(price) for price in (row.open, row.high, row.low, row.close))
    volume, begins, ends = finite(row.volume), nanoseconds(row.begins), nanoseconds(row.ends)
    return period, Candle(begins, ends, opened, high, low, close, volume, row.turnover, row.trades, row.version)


def keep_candle(market: Market, period: str, candle: Candle) -> None:
    """Keep the latest candle of a period."""
    held = market.candles.get(period)
    if held is None or (held.begins, held.version) <= (candle.begins, candle.version):
        market.candles[period] = candle


def carry_of(before: Carry, row: InstrumentRow, now: int) -> Carry:
    """Return the carry after a row.

    Raises:
        ValueError: a number is impossible.
    """
    mark = before.mark if row.mark_price is None else price_or_nan(row.mark_price)
    index = before.index if row.index_price is None else price_or_nan(row.index_price)
    predicted = told(row.funding_rate, before.predicted)
    next_at = before.next_at if row.next_funding_time is None else nanoseconds(row.next_funding_time)
    settled, interval = before.settled, before.interval
    hours, rest = divmod(next_at - before.next_at, NS_PER_HOUR)
    if before.next_at and not rest and 0 < hours <= LONGEST_HOURS and now - before.at <= FRESH_NS:
        settled, interval = before.predicted, hours
    return Carry(now, mark, index, predicted, settled, next_at, interval)


def daily_of(before: Daily, row: InstrumentRow, now: int) -> Daily:
    """Return the figures of the last 24 hours after a row.

    Raises:
        ValueError: a number is impossible.
    """
    return Daily(
        at=now,
        open=before.open,
        high=told(row.high, before.high),
        low=told(row.low, before.low),
        change=told(row.change, before.change),
        volume=told(row.volume, before.volume),
        volume_usd=told(row.volume_usd, before.volume_usd),
        turnover=told(row.turnover, before.turnover),
        interest=told(row.open_interest, before.interest),
        interest_value=told(row.open_value, before.interest_value),
    )

"""Shapes of the spot socket's messages: one object, of whose fields one says what it is.

They are protobuf messages written as JSON, so 64-bit numbers may be text, and a field at its default (0, false, an
empty list, the first name of an enumeration: BID, MIN1) may be left out.
Followed: https://open.bigone.com/docs/spot/pusher and the venue's websocket.proto.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from basisdesk.venues.bigone.tape import Print
from basisdesk.venues.bigone.wire import LATEST, Side, finite, moment, positive, price_or_nan, reader
from basisdesk.venues.contract import Candle

Count = Annotated[int, Meta(ge=0, le=LATEST)]
BUYS = {"BID": True, 0: True, "ASK": False, 1: False}
PERIODS = {
    "MIN1": "1m", "MIN5": "5m", "MIN15": "15m", "MIN30": "30m", "HOUR1": "1h", "HOUR3": "3h", "HOUR4": "4h",
    "HOUR6": "6h", "HOUR12": "12h", "DAY1": "1d", "WEEK1": "1w", "MONTH1": "1M",
}  # fmt: skip
SECONDS = {
    "1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "3h": 10800, "4h": 14400, "6h": 21600, "12h": 43200,
    "1d": 86400, "1w": 604800,
}  # fmt: skip
NS = 1_000_000_000


class Level(Struct, frozen=True, gc=False):
    """A price and all that is offered there."""

    price: float
    amount: float = 0.0


class Depth(Struct, frozen=True, gc=False):
    """Levels of a market."""

    market: str
    bids: list[Level] | None = None
    asks: list[Level] | None = None


class Book(Struct, frozen=True, gc=False, rename="camel"):
    """A snapshot of the depth, or (with `prevId`) a change of it."""

    depth: Depth
    change_id: Count = 0
    prev_id: Count = 0


class Trade(Struct, frozen=True, gc=False, rename="camel"):
    """A trade."""

    market: str
    price: float
    amount: float
    id: str | int = ""
    taker_side: str | int = "BID"
    created_at: datetime | None = None


class Trades(Struct, frozen=True):
    """The latest trades."""

    trades: list[Trade] = field(default_factory=list)


class TradeUpdate(Struct, frozen=True, gc=False):
    """One trade."""

    trade: Trade


class Quote(Struct, frozen=True, gc=False):
    """A best price; zeros where there is none."""

    price: float = 0.0
    amount: float = 0.0


class Ticker(Struct, frozen=True, gc=False):
    """Best prices and figures of the last 24 hours."""

    market: str
    bid: Quote | None = None
    ask: Quote | None = None
    open: float | None = None
    high: float | None = None
    low: float | None = None
    close: float | None = None
    volume: float | None = None


class Tickers(Struct, frozen=True):
    """Tickers of the markets asked for."""

    tickers: list[Ticker] = field(default_factory=list)


class TickerUpdate(Struct, frozen=True, gc=False):
    """One ticker."""

    ticker: Ticker


class CandleRow(Struct, frozen=True, gc=False):
    """A candle; `volume` is base coin."""

    market: str
    open: float
    high: float
    low: float
    close: float
    volume: float = 0.0
    period: str = "MIN1"
    time: datetime | None = None


class Candles(Struct, frozen=True):
    """The latest candles."""

    candles: list[CandleRow] = field(default_factory=list)


class CandleUpdate(Struct, frozen=True, gc=False):
    """One candle."""

    candle: CandleRow


class Failure(Struct, frozen=True):
    """Why a request was refused: 45000 is the system, 45001 the login."""

    code: int | str = ""
    message: str = ""


class Message(Struct, frozen=True, rename="camel"):
    """Any message."""

    request_id: str | int = ""
    depth_snapshot: Book | None = None
    depth_update: Book | None = None
    trades_snapshot: Trades | None = None
    trade_update: TradeUpdate | None = None
    tickers_snapshot: Tickers | None = None
    ticker_update: TickerUpdate | None = None
    candles_snapshot: Candles | None = None
    candle_update: CandleUpdate | None = None
    error: Failure | None = None
    success: Raw | UnsetType = UNSET
    pong: Raw | UnsetType = UNSET
    heartbeat: Raw | UnsetType = UNSET
    orders_snapshot: Raw | UnsetType = UNSET
    order_update: Raw | UnsetType = UNSET
    accounts_snapshot: Raw | UnsetType = UNSET
    account_update: Raw | UnsetType = UNSET

    @property
    def is_quiet(self) -> bool:
        """Whether it is an answer, or of the private channels: nothing for the public side to read."""
        parts = (self.success, self.pong, self.heartbeat, self.orders_snapshot, self.order_update)
        return any(part is not UNSET for part in (*parts, self.accounts_snapshot, self.account_update))


class Named(Struct, frozen=True):
    """A message that cannot be read, as far as its number."""

    request_id: str | int = field(name="requestId", default="")


read_message = reader(Message)


def sides_of(depth: Depth) -> tuple[Side, Side]:
    """Return bids and asks as lists of price and size."""
    bids, asks = depth.bids or (), depth.asks or ()
    return [(row.price, row.amount) for row in bids], [(row.price, row.amount) for row in asks]


def print_of(row: Trade) -> Print:
    """Return the trade that a row tells.

    Raises:
        ValueError: a number is impossible, or the side is unknown.
    """
    buy = BUYS.get(row.taker_side)
    if buy is None:
        raise ValueError(f"unknown side {str(row.taker_side)[:20]!r}")
    return Print(moment(row.created_at), positive(row.price), positive(row.amount), buy, str(row.id))


def candle_of(row: CandleRow) -> tuple[str, Candle]:
    """Return the period's common name and the candle; a month's end is not computed.

    Raises:
        ValueError: a number is impossible, or the period is unknown.
    """
    period = PERIODS.get(row.period)
    if period is None:
        raise ValueError(f"unknown candle period {row.period[:20]!r}")
    opened, high, low, close = (price_or_nan(price) for price in (row.open, row.high, row.low, row.close))
    begins, seconds = moment(row.time), SECONDS.get(period, 0)
    ends = begins + seconds * NS if seconds else 0
    return period, Candle(begins, ends, opened, high, low, close, finite(row.volume))

"""Shapes of the public messages and REST bodies, and the numbers in them.

All follow https://bybit-exchange.github.io/docs/v5/ (websocket/public/orderbook, trade, ticker; ws/connect; market).
Only fields that are used are named; the decoder skips the rest.
The order of keys differs from line to line, so nothing is ever read by its position.
Prices and sizes arrive as text; the two sides of a book stay raw JSON, because the kernel reads them faster than any
decoder makes lists of them.
"""

from __future__ import annotations

from math import nan
from typing import Literal

from msgspec import Raw, Struct, field

from basisdesk.venues.wire import Int64, number_or_nan


class Envelope(Struct, frozen=True):
    """Any message, read only as far as to tell what it is; answers name an operation, pushes a topic."""

    topic: str = ""
    operation: str = field(name="op", default="")
    success: bool | None = None
    message: str = field(name="ret_msg", default="")
    request: str = field(name="req_id", default="")


class Levels(Struct, frozen=True, gc=False):
    """Levels of a book: `update` counts the messages of its topic, `cross` orders messages of different topics."""

    code: str = field(name="s")
    bids: Raw = field(name="b")
    asks: Raw = field(name="a")
    update: Int64 = field(name="u")
    cross: Int64 = field(name="seq", default=0)


class BookFrame(Struct, frozen=True, gc=False):
    """Topic orderbook.{depth}.{symbol}."""

    kind: Literal["snapshot", "delta"] = field(name="type")
    data: Levels


class Trade(Struct, frozen=True, gc=False):
    """One trade; `side` is the taker's."""

    code: str = field(name="s")
    side: Literal["Buy", "Sell"] = field(name="S")
    price: str = field(name="p")
    size: str = field(name="v")
    trade_id: str = field(name="i", default="")


class TradeFrame(Struct, frozen=True, gc=False):
    """Topic publicTrade.{symbol}, up to 1024 trades at a time."""

    data: list[Trade]


class Ticker(Struct, frozen=True, gc=False):
    """What a ticker says; a field that is absent has not changed, and spot has few of them."""

    code: str = field(name="symbol")
    last: str | None = field(name="lastPrice", default=None)
    bid: str | None = field(name="bid1Price", default=None)
    bid_size: str | None = field(name="bid1Size", default=None)
    ask: str | None = field(name="ask1Price", default=None)
    ask_size: str | None = field(name="ask1Size", default=None)
    mark: str | None = field(name="markPrice", default=None)
    index: str | None = field(name="indexPrice", default=None)
    rate: str | None = field(name="fundingRate", default=None)
    next_at: str | None = field(name="nextFundingTime", default=None)
    hours: str | None = field(name="fundingIntervalHour", default=None)


class TickerFrame(Struct, frozen=True, gc=False):
    """Topic tickers.{symbol}."""

    kind: Literal["snapshot", "delta"] = field(name="type")
    data: Ticker


def price_or_nan(text: str) -> float:
    """Return the price that `text` spells; empty text and zero stand for none, NaN.

    Raises:
        ValueError: it spells no number, or a negative one.
    """
    value = number_or_nan(text)
    if value < 0.0:
        raise ValueError(f"a price or a size is not negative: {text[:40]!r}")
    return value if value > 0.0 else nan

"""Shapes of the public messages, one struct a row of `data`.

All follow https://www.okx.com/docs-v5/en/ (sections "WebSocket" of Public Data and Order Book Trading).
Only fields that are used are named; the decoder skips the rest.
Prices and sizes stay text where their digits matter, and the two sides of a book stay raw JSON, because the kernel
reads them faster than any decoder makes lists of them.
Numbers arrive as text and an unknown one as empty text.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec
from msgspec import Raw, Struct

from basisdesk.venues.wire import Int64, number_or_nan

Row = TypeVar("Row")


class Arg(Struct, frozen=True):
    """What a message is about."""

    channel: str
    code: str = msgspec.field(name="instId", default="")


class Envelope(Struct, frozen=True):
    """Any message, read only as far as to tell what it is."""

    event: str = ""
    arg: Arg | None = None
    code: str | int = ""
    msg: str = ""


class Frame(Struct, Generic[Row], frozen=True, gc=False):
    """A push of a channel."""

    data: list[Row]
    action: Literal["snapshot", "update", ""] = ""


class BookRow(Struct, frozen=True, gc=False):
    """Channels books, books5, bbo-tbt, books-l2-tbt, books50-l2-tbt: levels (price, size, "0", number of orders)."""

    asks: Raw
    bids: Raw
    checksum: Int64 | None = None
    sequence: Int64 | None = msgspec.field(name="seqId", default=None)
    previous: Int64 | None = msgspec.field(name="prevSeqId", default=None)


class TickerRow(Struct, frozen=True, gc=False):
    """Channel tickers."""

    last: str = ""
    last_size: str = msgspec.field(name="lastSz", default="")
    bid: str = msgspec.field(name="bidPx", default="")
    bid_size: str = msgspec.field(name="bidSz", default="")
    ask: str = msgspec.field(name="askPx", default="")
    ask_size: str = msgspec.field(name="askSz", default="")


class TradeRow(Struct, frozen=True, gc=False):
    """Channels trades and trades-all; `side` is the taker's."""

    price: str = msgspec.field(name="px")
    size: str = msgspec.field(name="sz")
    side: Literal["buy", "sell"]
    trade_id: str = msgspec.field(name="tradeId", default="")


class MarkRow(Struct, frozen=True, gc=False):
    """Channel mark-price."""

    mark: str = msgspec.field(name="markPx")


class IndexRow(Struct, frozen=True, gc=False):
    """Channel index-tickers; its instId is an index such as BTC-USD, not a market."""

    index: str = msgspec.field(name="idxPx")


class FundingRow(Struct, frozen=True, gc=False):
    """Channel funding-rate: `rate` is the one estimated for `at`, the coming settlement; `after` is the one following.

    `settled` is the rate of the settlement before once `state` is "settled".
    """

    at: str = msgspec.field(name="fundingTime")
    rate: str = msgspec.field(name="fundingRate", default="")
    after: str = msgspec.field(name="nextFundingTime", default="")
    settled: str = msgspec.field(name="settFundingRate", default="")
    state: str = msgspec.field(name="settState", default="")


def price_or_nan(text: str) -> float:
    """Return the price that `text` spells, or NaN for empty text.

    Raises:
        ValueError: it spells no number, or one that is not above zero.
    """
    value = number_or_nan(text)
    if value <= 0.0:
        raise ValueError(f"a price above zero was expected, not {text!r}")
    return value

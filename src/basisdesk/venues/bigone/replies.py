"""Bodies of the spot REST service, read into the shapes of the socket's messages.

They say the same under other names: a pair is `asset_pair_name`, or is named by the address alone, an amount is
`quantity` or `amount`, and everything sits in an envelope whose code is 0.
Followed: https://open.bigone.com/docs/spot (asset pairs: ticker, depth, trades, candles).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qs

from msgspec import UNSET, Raw, Struct, UnsetType, field

from basisdesk.venues.bigone.messages import (
    CandleRow,
    Candles,
    Depth,
    Level,
    Message,
    Quote,
    Ticker,
    Tickers,
    Trade,
    Trades,
)
from basisdesk.venues.bigone.wire import reader


class Refusal(Exception):  # noqa: N818 (it is what the venue answers, not an error of ours)
    """The venue's code and message in place of what was asked for."""


class Envelope(Struct, frozen=True):
    """A REST answer; code 0 is success."""

    code: int | str = 0
    message: str = ""
    data: Raw | UnsetType = UNSET


class RestLevel(Struct, frozen=True):
    """A price and all that is offered there."""

    price: float = 0.0
    quantity: float = 0.0


class RestDepth(Struct, frozen=True):
    """The book of a pair."""

    code: str = field(name="asset_pair_name")
    bids: list[RestLevel] = field(default_factory=list)
    asks: list[RestLevel] = field(default_factory=list)


class RestTicker(Struct, frozen=True):
    """Best prices and figures of the last 24 hours."""

    code: str = field(name="asset_pair_name")
    bid: RestLevel | None = None
    ask: RestLevel | None = None
    open: float | None = None
    high: float | None = None
    low: float | None = None
    close: float | None = None
    volume: float | None = None


class RestTrade(Struct, frozen=True):
    """A trade; the pair is named by the address."""

    price: float
    amount: float
    taker_side: str
    id: str | int = ""
    inserted_at: datetime | None = None
    created_at: datetime | None = None


class RestCandle(Struct, frozen=True):
    """A candle; pair and period are named by the address."""

    time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float


class Read(NamedTuple):
    """What a body says: a message as the socket would send it, or a book that no stream continues."""

    message: Message
    depth: Depth | None = None


_read_envelope = reader(Envelope)
_read_depth = reader(RestDepth)
_read_ticker = reader(RestTicker)
_read_tickers = reader(list[RestTicker])
_read_trades = reader(list[RestTrade])
_read_candles = reader(list[RestCandle])


def open_envelope(body: bytes) -> bytes:
    """Return the data of a REST answer; a body without an envelope is the data itself.

    Raises:
        Refusal: the venue refuses, and says why.
        msgspec.MsgspecError, ValueError: this is no REST answer.
    """
    if body.lstrip()[:1] == b"[":
        return body
    envelope = _read_envelope(body)
    if str(envelope.code) != "0":
        raise Refusal(f"{envelope.code} {envelope.message[:200]}")
    return body if envelope.data is UNSET else bytes(envelope.data)


def read_reply(path: str, code: str, body: bytes) -> Read:
    """Return what the body of a REST path (below `/api/v3/`, with its query) says of a pair, or of several.

    Raises:
        Refusal: the venue refuses, and says why.
        msgspec.MsgspecError, ValueError: the body is not what this path answers.
    """
    kept = open_envelope(body)
    path, _, query = path.partition("?")
    match path.rpartition("/")[2]:
        case "depth":
            row = _read_depth(kept)
            return Read(Message(success=Raw(b"")), Depth(row.code, _levels(row.bids), _levels(row.asks)))
        case "ticker":
            return Read(_tickers([_read_ticker(kept)]))
        case "tickers":
            return Read(_tickers(_read_tickers(kept)))
        case "trades":
            return Read(Message(trades_snapshot=Trades([_trade(code, row) for row in _read_trades(kept)])))
        case "candles":
            period = parse_qs(query).get("period", ["min1"])[-1].upper()
            rows = [
                CandleRow(code, row.open, row.high, row.low, row.close, row.volume, period, row.time)
                for row in _read_candles(kept)
            ]
            return Read(Message(candles_snapshot=Candles(rows)))
        case name:
            raise ValueError(f"an unknown path {name[:40]!r}")


def _tickers(rows: list[RestTicker]) -> Message:
    tickers = [
        Ticker(row.code, _quote(row.bid), _quote(row.ask), row.open, row.high, row.low, row.close, row.volume)
        for row in rows
    ]
    return Message(tickers_snapshot=Tickers(tickers))


def _trade(code: str, row: RestTrade) -> Trade:
    return Trade(code, row.price, row.amount, row.id, row.taker_side, row.inserted_at or row.created_at)


def _levels(rows: list[RestLevel]) -> list[Level]:
    return [Level(row.price, row.quantity) for row in rows]


def _quote(row: RestLevel | None) -> Quote | None:
    return None if row is None else Quote(row.price, row.quantity)

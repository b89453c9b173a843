"""Everything but books: trades, tickers, mark price, index and funding, each a route of one channel and one market.

Followed: https://www.okx.com/docs-v5/en/#order-book-trading-market-data and #public-data-websocket.
"""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.okx.wire import (
    Frame,
    FundingRow,
    IndexRow,
    MarkRow,
    TickerRow,
    TradeRow,
    price_or_nan,
)
from basisdesk.venues.wire import UNREADABLE, above_zero, nanoseconds, number_or_nan

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.venues.contract import Carry, Market
    from basisdesk.venues.okx.books import Desk
    from basisdesk.venues.okx.watch import Watch

NS_PER_HOUR = 3_600_000_000_000

_decode_trades = msgspec.json.Decoder(Frame[TradeRow]).decode
_decode_tickers = msgspec.json.Decoder(Frame[TickerRow]).decode
_decode_marks = msgspec.json.Decoder(Frame[MarkRow]).decode
_decode_indices = msgspec.json.Decoder(Frame[IndexRow]).decode
_decode_funding = msgspec.json.Decoder(Frame[FundingRow]).decode


class Trades:
    """Trades of one market; of several trade channels the first one heard is told, so no trade is told twice."""

    __slots__ = ("_desk", "_watch", "channel", "market")

    def __init__(self, channel: str, watch: Watch, desk: Desk) -> None:
        self.channel = channel
        self._watch = watch
        self._desk = desk
        self.market = watch.market

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Note the trades and tell them."""
        market, watch, sink = self.market, self._watch, self._desk.sink
        market.tally.frames += 1
        try:
            rows = _decode_trades(frame).data
            trades = [(above_zero(row.price), above_zero(row.size), row.side == "buy", row.trade_id) for row in rows]
        except UNREADABLE as error:
            return error
        if not watch.trades:
            watch.trades = self.channel
        if watch.trades == self.channel:
            for price, size, buy, trade_id in trades:
                market.tally.trades += 1
                market.book.trade(price, size, now)
                sink.traded(market, now, price, size, buy, trade_id)
        return None

    def doubt(self, now: int) -> None:
        """A trade that was not read is gone; nothing else depends on it."""


class Tickers:
    """Best prices and last trade of one market, used as far as no better channel was heard.

    They carry no id, so they are never compared with a book.
    """

    __slots__ = ("_desk", "_promised", "_watch", "channel", "market")

    def __init__(self, channel: str, watch: Watch, desk: Desk, promised: dict[str, None]) -> None:
        self.channel = channel
        self._watch = watch
        self._desk = desk
        self._promised = promised
        self.market = watch.market

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Make a one-level book where there is no other, and note the last price where no trades are heard."""
        market, watch = self.market, self._watch
        market.tally.frames += 1
        try:
            rows = _decode_tickers(frame).data
            quotes = [
                (_level(row.bid, row.bid_size), _level(row.ask, row.ask_size), _last(row.last), _last(row.last_size))
                for row in rows
            ]
        except UNREADABLE as error:
            return error
        for bids, asks, last, last_size in quotes:
            alone = market.code not in self._promised and watch.fill(bids, asks, now)
            noted = not watch.trades and not isnan(last)
            if noted:
                market.book.trade(last, last_size, now)
            if alone or noted:
                self._desk.sink.touched(market, now)
        return None

    def doubt(self, now: int) -> None:
        """The next ticker says everything again."""


class Carries:
    """Mark price or funding of one market, or the index of several."""

    __slots__ = ("_desk", "_markets", "_read", "channel", "market")

    def __init__(
        self,
        channel: str,
        read: Callable[[bytes, list[Market]], None],
        market: Market | None,
        markets: list[Market],
        desk: Desk,
    ) -> None:
        self.channel = channel
        self._read = read
        self._markets = markets
        self._desk = desk
        self.market = market

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Write what the frame says into the carry of each market."""
        for market in self._markets:
            market.tally.frames += 1
        try:
            self._read(frame, self._markets)
        except UNREADABLE as error:
            return error
        for market in self._markets:
            market.carry.at = now
            self._desk.sink.carried(market, now)
        return None

    def doubt(self, now: int) -> None:
        """The next frame says everything again."""


def read_mark(frame: bytes, markets: list[Market]) -> None:
    """Channel mark-price."""
    for mark in [price_or_nan(row.mark) for row in _decode_marks(frame).data]:
        for market in markets:
            market.carry.mark = mark


def read_index(frame: bytes, markets: list[Market]) -> None:
    """Channel index-tickers."""
    for index in [price_or_nan(row.index) for row in _decode_indices(frame).data]:
        for market in markets:
            market.carry.index = index


def read_funding(frame: bytes, markets: list[Market]) -> None:
    """Channel funding-rate."""
    for rate, at, interval, settled in [_terms(row) for row in _decode_funding(frame).data]:
        for market in markets:
            _fund(market.carry, rate, at, interval, settled)


def _terms(row: FundingRow) -> tuple[float, int, int, float]:
    at, after = nanoseconds(row.at), nanoseconds(row.after)
    interval = round((after - at) / NS_PER_HOUR) if after > at > 0 else 0
    settled = number_or_nan(row.settled) if row.state == "settled" else nan
    return number_or_nan(row.rate), at, interval, settled


def _fund(carry: Carry, rate: float, at: int, interval: int, settled: float) -> None:
    carry.predicted = rate
    carry.next_at = at
    carry.interval = interval or carry.interval
    carry.settled = carry.settled if isnan(settled) else settled


def _last(text: str) -> float:
    # A market that never traded gives empty text or zero.
    value = number_or_nan(text)
    if value < 0.0:
        raise ValueError(f"a last price or size is not negative: {text!r}")
    return value if value > 0.0 else nan


def _level(price: str, size: str) -> list[tuple[float, float]]:
    # A side without orders gives empty texts or zeros.
    level = (number_or_nan(price), number_or_nan(size))
    if level[0] < 0.0 or level[1] < 0.0:
        raise ValueError(f"a price or a size is not negative: {price!r}, {size!r}")
    return [level] if level[0] > 0.0 and level[1] > 0.0 else []

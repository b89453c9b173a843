"""Everything but books: trades, tickers, mark price, index and funding, each a route of one channel.

Contracts count a trade on both of its sides: `amount` is twice the contracts that changed hands (the venue's text says
so, and the recorded books prove it), so it is halved; books and tickers count contracts once.
After every subscription the last trade is sent again; a trade is told once.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.wire import (
    Basis,
    Candle,
    ContractQuote,
    Push,
    SpotQuote,
    Trade,
    Trades,
    above_zero,
    identity,
    number,
    price,
)
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.venues.contract import Market, Sink
    from basisdesk.venues.htx.watch import Desk, Watch
    from basisdesk.venues.htx.wire import Number
    from basisdesk.venues.touch import Levels

TICKERS = {"detail": 1, "ticker": 2, "bbo": 3}
"""Channels that tell the best prices, by how quickly they do."""

JSON = msgspec.json.Decoder(msgspec.Raw).decode
"""Reads any JSON text."""
_decode_trades = msgspec.json.Decoder(Push[Trades]).decode
_decode_spot = msgspec.json.Decoder(Push[SpotQuote]).decode
_decode_contract = msgspec.json.Decoder(Push[ContractQuote]).decode
_decode_candle = msgspec.json.Decoder(Push[Candle]).decode
_decode_basis = msgspec.json.Decoder(Push[Basis]).decode


class Prints:
    """Trades of one market."""

    __slots__ = ("_share", "_sink", "_watch", "channel", "market")

    def __init__(self, watch: Watch) -> None:
        self.channel = "trade.detail"
        self.market: Market = watch.market
        self._watch = watch
        self._sink: Sink = watch.desk.sink
        self._share = 1.0 if watch.market.line == symbols.SPOT else 0.5

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Note the trades and tell them."""
        market, watch = self.market, self._watch
        market.tally.frames += 1
        try:
            rows = _decode_trades(frame).tick.data
            trades = [
                (above_zero(r.price), above_zero(r.amount) * self._share, self._bought(r), identity(r)) for r in rows
            ]
        except UNREADABLE as error:
            return error
        watch.printed = True
        for at, size, buy, trade_id in trades:
            if watch.is_news(trade_id):
                market.tally.trades += 1
                market.book.trade(at, size, now)
                self._sink.traded(market, now, at, size, buy, trade_id)
        return None

    def doubt(self, now: int) -> None:
        """A trade that was not read is gone; nothing else depends on it."""

    def _bought(self, row: Trade) -> bool:
        """Whether the taker bought; where the venue does not say, a price in the upper half of the touch means it."""
        return row.direction == "buy" if row.direction else above_zero(row.price) >= self.market.book.mid()


class Tickers:
    """Best prices of one market, used as far as no book is heard.

    Where the book's owner shows the same state (it gives the same id), the two are compared.
    """

    __slots__ = ("_rank", "_read", "_watch", "channel", "market")

    def __init__(self, channel: str, watch: Watch) -> None:
        self.channel = channel
        self.market: Market = watch.market
        self._watch = watch
        self._rank = TICKERS[channel]
        self._read = _read_spot if watch.market.line == symbols.SPOT else _read_contract

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Make a one-level book where there is no other, and note the last price where no trades are heard."""
        market, watch = self.market, self._watch
        market.tally.frames += 1
        try:
            bids, asks, shown, last, last_size = self._read(frame)
        except UNREADABLE as error:
            return error
        told = bool(bids or asks)
        if told and self.channel == "bbo" and watch.depth is not None and shown == watch.depth.number is not None:
            self._compare(bids, asks)
        alone = (told or self.channel == "bbo") and watch.fill(self._rank, bids, asks, now)
        noted = not watch.printed and not isnan(last)
        if noted:
            market.book.trade(last, last_size, now)
        if alone or noted:
            watch.desk.sink.touched(market, now)
        return None

    def doubt(self, now: int) -> None:
        """The next ticker says everything again."""

    def _compare(self, bids: Levels, asks: Levels) -> None:
        book = self.market.book
        if (bids, asks) == (book.levels(0, 1), book.levels(1, 1)):
            self.market.tally.ticker_agrees += 1
        else:
            self.market.tally.ticker_differs += 1


class Prices:
    """Mark price of one market, or the index of several."""

    __slots__ = ("_decode", "_desk", "_is_mark", "_markets", "channel", "market")

    def __init__(self, channel: str, market: Market | None, markets: list[Market], desk: Desk) -> None:
        self.channel = channel
        self.market = market
        self._markets = markets
        self._desk = desk
        self._is_mark = channel.startswith("mark_price")
        self._decode: Callable[[bytes], float] = _read_basis if channel.startswith("basis") else _read_candle

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Write the price into the carry of each market."""
        for market in self._markets:
            market.tally.frames += 1
        try:
            told = self._decode(frame)
        except UNREADABLE as error:
            return error
        for market in self._markets:
            if self._is_mark:
                market.carry.mark = told
            else:
                market.carry.index = told
            market.carry.at = now
            self._desk.sink.carried(market, now)
        return None

    def doubt(self, now: int) -> None:
        """The next frame says everything again."""


_Quote = tuple["Levels", "Levels", "int | None", float, float]


def _read_spot(frame: bytes) -> _Quote:
    tick = _decode_spot(frame).tick
    last, size = price(tick.last if tick.last is not None else tick.close), number(tick.last_size)
    return _level(tick.bid, tick.bid_size), _level(tick.ask, tick.ask_size), tick.number, last, size


def _read_contract(frame: bytes) -> _Quote:
    tick = _decode_contract(frame).tick
    return _pair(tick.bid), _pair(tick.ask), tick.number, price(tick.close), number(None)


def _pair(level: list[Number] | None) -> Levels:
    if not level:
        return []
    at, size = level
    return _level(at, size)


def _level(at: Number | None, size: Number | None) -> Levels:
    # A side without orders gives nothing or zeros.
    found, much = price(at), number(size)
    if much < 0.0:
        raise ValueError(f"a size is not negative: {size}")
    return [(found, much)] if much > 0.0 and not isnan(found) else []


def _read_candle(frame: bytes) -> float:
    return above_zero(_decode_candle(frame).tick.close)


def _read_basis(frame: bytes) -> float:
    return above_zero(_decode_basis(frame).tick.index)

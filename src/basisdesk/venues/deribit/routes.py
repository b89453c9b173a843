"""Everything but books and tickers: trades, indices and the state of the platform.

A trade agreed outside of the book (block trade) is counted, but its price is none at which the book traded, so it is
not told.
Followed: https://docs.deribit.com/subscriptions/trades and /subscriptions/market-data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.contract import Report, Trouble
from basisdesk.venues.deribit.wire import IndexRow, PerpetualRow, PlatformRow, Push, TradeRow, above_zero
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.venues.contract import Market, Sink
    from basisdesk.venues.deribit.watch import Watch

PUSH = msgspec.json.Decoder(Push[msgspec.Raw]).decode
"""Reads any push of a channel."""
_decode_trades = msgspec.json.Decoder(Push[list[TradeRow]]).decode
_decode_index = msgspec.json.Decoder(Push[IndexRow]).decode
_decode_perpetual = msgspec.json.Decoder(Push[PerpetualRow]).decode
_decode_platform = msgspec.json.Decoder(Push[PlatformRow]).decode


class Trades:
    """Trades of one market, or (no `watch`) of all markets of a kind.

    Of several trade channels of a market the first one heard is told, so no trade is told twice.
    """

    __slots__ = ("_find", "_watch", "channel", "market")

    def __init__(self, channel: str, watch: Watch | None, find: Callable[[str], Watch | None]) -> None:
        """`find` gives the watch of a code, None when nobody wants it; it raises ValueError for what is no code."""
        self.channel = channel
        self._watch = watch
        self._find = find
        self.market = None if watch is None else watch.market

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Note the trades and tell them."""
        if self.market is not None:
            self.market.tally.frames += 1
        try:
            told = [(self._watch or self._find(row.code), row) for row in _decode_trades(frame).params.data]
            trades = [(watch, _sound(row)) for watch, row in told if watch is not None]
        except UNREADABLE as error:
            return error
        if self._watch is None:
            for market in {watch.market.code: watch.market for watch, _ in trades}.values():
                market.tally.frames += 1
        for watch, row in trades:
            self._tell(watch, row, now)
        return None

    def doubt(self, now: int) -> None:
        """A trade that was not read is gone; nothing else depends on it."""

    def _tell(self, watch: Watch, row: TradeRow, now: int) -> None:
        market = watch.market
        watch.trades = watch.trades or self.channel
        if watch.trades != self.channel:
            return
        market.tally.trades += 1
        if row.block is None:
            market.book.trade(row.price, row.size, now)
            watch.desk.sink.traded(market, now, row.price, row.size, row.side == "buy", str(row.trade_id))


def _sound(row: TradeRow) -> TradeRow:
    """Return the row; ValueError for a price or a size that is not above zero."""
    above_zero(row.price)
    above_zero(row.size)
    return row


class Index:
    """The price of an index for the markets that follow it, or what a perpetual's own channel says of it."""

    __slots__ = ("_markets", "_sink", "channel", "market")

    def __init__(self, channel: str, market: Market | None, markets: list[Market], sink: Sink) -> None:
        self.channel = channel
        self.market = market
        self._markets = markets
        self._sink = sink

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Write the index into the carry of each market."""
        for market in self._markets:
            market.tally.frames += 1
        try:
            own = self.market is not None
            price = _decode_perpetual(frame).params.data.index if own else _decode_index(frame).params.data.price
            above_zero(price)
        except UNREADABLE as error:
            return error
        for market in self._markets:
            market.carry.index = price
            market.carry.at = now
            self._sink.carried(market, now)
        return None

    def doubt(self, now: int) -> None:
        """The next frame says everything again."""


class Platform:
    """The state of the whole venue: maintenance ends every connection, a lock stops trading on an index."""

    __slots__ = ("_sink", "channel", "market")

    def __init__(self, channel: str, sink: Sink) -> None:
        self.channel = channel
        self._sink = sink
        self.market = None

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Report maintenance and locks."""
        try:
            row = _decode_platform(frame).params.data
        except UNREADABLE as error:
            return error
        if row.maintenance:
            self._sink.report(Report(now, Trouble.SHUTDOWN, "", "the venue goes into maintenance"))
        if row.locked:
            detail = f"the venue locked trading on {row.price_index or 'all indices'}"
            self._sink.report(Report(now, Trouble.REFUSED, "", detail))
        return None

    def doubt(self, now: int) -> None:
        """Nothing depends on it."""

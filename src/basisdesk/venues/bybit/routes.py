"""Trades and tickers of one market, and topics that are only counted.

A route takes a frame, writes what it says into the market and tells the sink; it returns what made the frame
unreadable instead of raising, and a frame is read whole before any of it is told.
Followed: https://bybit-exchange.github.io/docs/v5/websocket/public/trade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from basisdesk.venues.bybit.wire import TradeFrame
from basisdesk.venues.wire import UNREADABLE, above_zero

if TYPE_CHECKING:
    from basisdesk.venues.bybit.watch import Watch
    from basisdesk.venues.bybit.wire import Trade
    from basisdesk.venues.contract import Market

_decode_trades = msgspec.json.Decoder(TradeFrame).decode


class Route(Protocol):
    """Where the frames of one topic go."""

    @property
    def kind(self) -> str:
        """The topic without its code."""

    @property
    def market(self) -> Market | None:
        """The market whose frames these are; None for those of nobody in particular."""

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Take one frame; return what made it unreadable, if anything."""

    def doubt(self, now: int) -> None:
        """A frame of this route could not be read."""

    def restart(self) -> None:
        """A connection begins or ended."""


class Ignored:
    """Frames of a market nobody wants; with a market, frames of a topic that is only counted."""

    __slots__ = ("kind", "market")

    def __init__(self, kind: str, market: Market | None = None) -> None:
        self.kind = kind
        self.market = market

    def receive(self, _frame: bytes, _now: int) -> Exception | None:
        """Count the frame."""
        if self.market is not None:
            self.market.tally.frames += 1
        return None

    def doubt(self, now: int) -> None:
        """Nothing depends on it."""

    def restart(self) -> None:
        """Nothing is remembered."""


class Trades:
    """Trades of one market."""

    __slots__ = ("_watch", "kind", "market")

    def __init__(self, kind: str, watch: Watch) -> None:
        self.kind = kind
        self.market: Market = watch.market
        self._watch = watch

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Note the trades and tell them."""
        market, sink = self.market, self._watch.desk.sink
        market.tally.frames += 1
        try:
            trades = [self._read(trade) for trade in _decode_trades(frame).data]
        except UNREADABLE as error:
            return error
        self._watch.traded = True
        for price, size, buy, trade_id in trades:
            market.tally.trades += 1
            market.book.trade(price, size, now)
            sink.traded(market, now, price, size, buy, trade_id)
        return None

    def doubt(self, now: int) -> None:
        """A trade that was not read is gone; nothing else depends on it."""

    def restart(self) -> None:
        """Nothing is remembered."""

    def _read(self, trade: Trade) -> tuple[float, float, bool, str]:
        if trade.code != self.market.code:
            raise ValueError(f"a trade of {trade.code[:40]!r} under the topic of {self.market.code}")
        return above_zero(trade.price), above_zero(trade.size), trade.side == "Buy", trade.trade_id

"""Trades of one market.

Followed: https://bybit-exchange.github.io/docs/v5/websocket/public/trade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.bybit.wire import TradeFrame
from basisdesk.venues.wire import UNREADABLE, above_zero

if TYPE_CHECKING:
    from basisdesk.venues.bybit.watch import Watch
    from basisdesk.venues.bybit.wire import Trade
    from basisdesk.venues.contract import Market

_decode_trades = msgspec.json.Decoder(TradeFrame).decode


class Trades:
    """Trades of one market."""

    __slots__ = ("_watch", "channel", "market")

    def __init__(self, channel: str, watch: Watch) -> None:
        self.channel = channel
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

    def _read(self, trade: Trade) -> tuple[float, float, bool, str]:
        if trade.code != self.market.code:
            raise ValueError(f"a trade of {trade.code[:40]!r} under the topic of {self.market.code}")
        return above_zero(trade.price), above_zero(trade.size), trade.side == "Buy", trade.trade_id

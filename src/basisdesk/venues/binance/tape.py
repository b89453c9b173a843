"""Trades of one market.

The venue offers single trades and trades aggregated by taker order; spot has both, futures document the second.
Where both are heard only single trades count, since the aggregated ones say the same again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from basisdesk.venues.binance import wire

if TYPE_CHECKING:
    from basisdesk.venues.binance.reports import Reports
    from basisdesk.venues.contract import Market


class Tape:
    """Counts and passes on the trades of one market."""

    __slots__ = ("aggregated", "market", "reports", "single")

    def __init__(self, market: Market, reports: Reports) -> None:
        self.market = market
        self.reports = reports
        self.single = False
        self.aggregated = 0

    def receive(self, frame: bytes, now: int) -> None:
        """Take a single trade."""
        self.market.tally.frames += 1
        try:
            trade = wire.trade_frame.decode(frame).data
            _sound(trade.price, trade.size)
        except wire.UNREADABLE as error:
            self.reports.unreadable(now, self.market, "trade", frame, error)
            return
        if not self.single:
            self.single = True
            self.market.tally.trades -= self.aggregated
        self._pass_on(trade, now)

    def receive_aggregate(self, frame: bytes, now: int) -> None:
        """Take an aggregate trade."""
        self.market.tally.frames += 1
        try:
            trade = wire.aggregate_frame.decode(frame).data
            _sound(trade.price, trade.size)
        except wire.UNREADABLE as error:
            self.reports.unreadable(now, self.market, "aggTrade", frame, error)
            return
        if not self.single:
            self.aggregated += 1
            self._pass_on(trade, now)

    def _pass_on(self, trade: wire.Trade | wire.AggregateTrade, now: int) -> None:
        market = self.market
        market.tally.trades += 1
        market.book.trade(trade.price, trade.size, now)
        number = "" if trade.number is None else str(trade.number)
        self.reports.sink.traded(market, now, trade.price, trade.size, not trade.maker, number)


def _sound(price: float, size: float) -> None:
    if not (0 < price < math.inf and 0 < size < math.inf):
        raise ValueError(f"{price} for {size} is no price and size")

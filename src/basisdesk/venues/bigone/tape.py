"""Trades of one market: each is told once, and history is not told as news.

Both lines send the latest trades when a stream begins, and that again after every reconnection.
What was traded before the connection stood is history: of it only the last price is taken, so that no candle shows old
prices as new; trades that fell into a break, newer than the last one told, are told late rather than never.
A trade is known by its id, of which the latest few hundred are remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basisdesk.venues.contract import Market, Sink

REMEMBERED = 512


class Print(NamedTuple):
    """One trade as read: `at` is 0 where the venue does not tell when, `buy` says that the taker bought."""

    at: int
    price: float
    size: float
    buy: bool
    trade_id: str


class Tape:
    """What was heard of one market's trades; `heard` says that a stream of them is."""

    __slots__ = ("_newest", "_seen", "_since", "heard")

    def __init__(self) -> None:
        self.heard = False
        self._since = 0  # when the connection began
        self._newest = 0  # when the newest trade told happened
        self._seen: dict[str, None] = {}

    def restart(self, now: int) -> None:
        """A connection begins or ends."""
        self.heard = False
        self._since = now

    def take(self, prints: Iterable[Print], market: Market, sink: Sink, now: int, *, history: bool) -> None:
        """Tell trades, oldest first; `history` says that they may have happened before the connection stood."""
        self.heard = True
        last: Print | None = None
        for trade in sorted(prints, key=lambda trade: trade.at):
            if trade.trade_id and trade.trade_id in self._seen:
                continue
            self._remember(trade.trade_id)
            market.tally.trades += 1
            last = trade
            old = history and 0 < trade.at < self._since
            if old and not 0 < self._newest < trade.at:
                continue
            self._newest = max(self._newest, trade.at)
            market.book.trade(trade.price, trade.size, now)
            sink.traded(market, now, trade.price, trade.size, trade.buy, trade.trade_id)
            last = None
        if last is not None:
            market.book.trade(last.price, last.size, now)

    def _remember(self, trade_id: str) -> None:
        if trade_id:
            self._seen[trade_id] = None
            if len(self._seen) > REMEMBERED:
                del self._seen[next(iter(self._seen))]

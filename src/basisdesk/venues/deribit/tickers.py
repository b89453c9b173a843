"""Tickers and quotes: best prices, last price, mark, index and funding of one market.

They carry no change id, so they are never compared with a book; they make a book of one level a side where no book
channel is heard, the quote channel rather than the ticker, which is sent every 100 ms at most.
Fields that are absent did not change (incremental_ticker) or do not exist (funding of a dated future); the venue writes
a price and an amount of zero for a side without orders.

Funding is paid continuously.
`current_funding` is the present rate for eight hours, the premium of the mark over the index less a band of 0.05 %
around zero, and is what `Carry.predicted` holds; `funding_8h` is what the last eight hours came to (`Carry.settled`).
There is no next settlement, so `Carry.next_at` stays 0.
Followed: https://docs.deribit.com/subscriptions/market-data/tickerinstrument_nameinterval and
/articles/perpetual (funding rate).
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from basisdesk.venues.deribit.wire import Push, TickerRow, number_or_nan, price_or_nan
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.venues.contract import Carry
    from basisdesk.venues.deribit.watch import Watch
    from basisdesk.venues.touch import Levels

FUNDING_HOURS = 8

_decode = msgspec.json.Decoder(Push[TickerRow]).decode


class Tickers:
    """One channel (ticker, incremental_ticker, or quote: `_best`) of one market."""

    __slots__ = ("_best", "_watch", "channel", "market")

    def __init__(self, channel: str, watch: Watch, *, best: bool) -> None:
        self.channel = channel
        self._watch = watch
        self._best = best
        self.market = watch.market

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Write what the frame says into the market; return what made it unreadable, if anything."""
        watch, market = self._watch, self.market
        market.tally.frames += 1
        try:
            row = _decode(frame).params.data
            last, mark, index = (price_or_nan(value) for value in (row.last, row.mark, row.index))
            touch = _merged(watch.touch, row)
        except UNREADABLE as error:
            return error
        filled = self._quote(touch, now)
        noted = not watch.trades and not isnan(last)
        if noted:
            market.book.trade(last, float("nan"), now)
        if filled or noted:
            watch.desk.sink.touched(market, now)
        if _carry(market.carry, row, mark, index):
            market.carry.at = now
            watch.desk.sink.carried(market, now)
        return None

    def doubt(self, now: int) -> None:
        """The next frame says everything again, or the field that changes next does."""

    def _quote(self, touch: list[float], now: int) -> bool:
        watch = self._watch
        watch.quoted = watch.quoted or self._best
        if watch.quoted and not self._best:
            return False
        watch.touch = touch
        if any(isnan(value) for value in touch):
            return False
        return watch.fill(_side(touch[0], touch[1]), _side(touch[2], touch[3]), now)


def _merged(touch: list[float], row: TickerRow) -> list[float]:
    """Return the touch with what the row tells; raises ValueError for a price or amount below zero."""
    merged = list(touch)
    for at, value in enumerate((row.bid, row.bid_size, row.ask, row.ask_size)):
        if value is not UNSET:
            merged[at] = float(value or 0.0)  # null and zero: nobody there
    if any(value < 0.0 for value in merged):
        raise ValueError(f"a price or an amount is below zero: {merged}")
    return merged


def _side(price: float, size: float) -> Levels:
    return [(price, size)] if price > 0.0 and size > 0.0 else []


def _carry(carry: Carry, row: TickerRow, mark: float, index: float) -> bool:
    """Write mark, index and funding as far as they are told; return whether any is."""
    if row.mark is not UNSET:
        carry.mark = mark
    if row.index is not UNSET:
        carry.index = index
    if row.current is not UNSET:
        carry.predicted = number_or_nan(row.current)
        carry.interval = FUNDING_HOURS
    if row.eight_hours is not UNSET:
        carry.settled = number_or_nan(row.eight_hours)
    return any(value is not UNSET for value in (row.mark, row.index, row.current, row.eight_hours))

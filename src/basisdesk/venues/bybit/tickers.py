"""Tickers of one market: mark, index and funding, and best prices where no book is heard.

On linear and inverse a snapshot is followed by deltas, in which an absent field has not changed; on spot every message
is a snapshot, without best prices and without anything to carry.
`fundingRate` is the rate that `nextFundingTime` will pay as far as known; dated futures pay none and show empty texts.
A message that cannot be read may have held a change, so what was remembered is forgotten and asked for again.
Tickers carry no count that a book has, so they are never compared with it.
Followed: https://bybit-exchange.github.io/docs/v5/websocket/public/ticker.
"""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.bybit.symbols import is_perpetual
from basisdesk.venues.bybit.wire import Ticker, TickerFrame, price_or_nan
from basisdesk.venues.wire import UNREADABLE, nanoseconds, number, number_or_nan

if TYPE_CHECKING:
    from basisdesk.venues.bybit.watch import Watch
    from basisdesk.venues.contract import Market
    from basisdesk.venues.touch import Levels

LONGEST_INTERVAL = 24 * 366

_decode = msgspec.json.Decoder(TickerFrame).decode


class Quote(msgspec.Struct, frozen=True):
    """Best prices and sizes as last told: None where nothing was, NaN where a side has no orders."""

    bid: float | None = None
    bid_size: float | None = None
    ask: float | None = None
    ask_size: float | None = None

    def after(self, row: Ticker) -> Quote:
        """Return what holds after a delta.

        Raises:
            ValueError: a text is no price or size.
        """
        return Quote(
            self.bid if row.bid is None else price_or_nan(row.bid),
            self.bid_size if row.bid_size is None else price_or_nan(row.bid_size),
            self.ask if row.ask is None else price_or_nan(row.ask),
            self.ask_size if row.ask_size is None else price_or_nan(row.ask_size),
        )

    def sides(self) -> tuple[Levels, Levels] | None:
        """Return bids and asks of one level, none where a side has no orders; None while not all of it was told."""
        if self.bid is None or self.bid_size is None or self.ask is None or self.ask_size is None:
            return None
        return _side(self.bid, self.bid_size), _side(self.ask, self.ask_size)


class Terms(msgspec.Struct, frozen=True):
    """The carry that a message tells; None where it tells nothing."""

    mark: float | None = None
    index: float | None = None
    rate: float | None = None
    next_at: int | None = None
    hours: int | None = None


class Tickers:
    """The ticker topic of one market."""

    __slots__ = ("_heard", "_quote", "_topic", "_watch", "channel", "market", "perpetual")

    def __init__(self, topic: str, watch: Watch) -> None:
        self.channel = topic.partition(".")[0]
        self.market: Market = watch.market
        self.perpetual = is_perpetual(watch.market.line, watch.market.code)
        self._topic = topic
        self._watch = watch
        self.restart()

    def restart(self) -> None:
        """Remember nothing: the next message is a snapshot."""
        self._quote = Quote()
        self._heard = False

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Make a one-level book where there is no other, note the last price where no trades are heard, and carry."""
        market, watch = self.market, self._watch
        market.tally.frames += 1
        try:
            message = _decode(frame)
            row = message.data
            if row.code != market.code:
                return ValueError(f"a ticker of {row.code[:40]!r} under the topic of {market.code}")
            quote = (Quote() if message.kind == "snapshot" else self._quote).after(row)
            sides = quote.sides()
            last = nan if row.last is None else price_or_nan(row.last)
            terms = _terms(row, perpetual=self.perpetual)
        except UNREADABLE as error:
            return error
        self._quote = quote
        self._heard = True
        filled = sides is not None and watch.fill(*sides, now)
        noted = not watch.traded and not isnan(last)
        if noted:
            market.book.trade(last, nan, now)
        if filled or noted:
            watch.desk.sink.touched(market, now)
        if terms is not None:
            self._carry(terms, now)
        return None

    def doubt(self, now: int) -> None:
        """Forget what was told, and have it told again; not twice on end, or unreadable frames would spin."""
        if self._heard:
            self.restart()
            self._watch.empty(now)
            self._watch.desk.topics.renew(self._topic)

    def _carry(self, terms: Terms, now: int) -> None:
        carry = self.market.carry
        carry.at = now
        carry.mark = carry.mark if terms.mark is None else terms.mark
        carry.index = carry.index if terms.index is None else terms.index
        carry.predicted = carry.predicted if terms.rate is None else terms.rate
        if terms.next_at is not None:
            if 0 < carry.next_at < terms.next_at:
                self._watch.desk.settled.want(self.market.code, carry.next_at)
            carry.next_at = terms.next_at
        carry.interval = terms.hours or carry.interval
        self._watch.desk.sink.carried(self.market, now)


def _terms(row: Ticker, *, perpetual: bool) -> Terms | None:
    terms = Terms(
        mark=None if row.mark is None else price_or_nan(row.mark),
        index=None if row.index is None else price_or_nan(row.index),
        rate=None if row.rate is None or not perpetual else number_or_nan(row.rate),
        next_at=None if row.next_at is None or not perpetual else nanoseconds(row.next_at),
        hours=None if row.hours is None or not perpetual else _hours(row.hours),
    )
    return None if terms == Terms() else terms


def _hours(text: str) -> int:
    value = number(text) if text else 0.0
    if not 0.0 <= value <= LONGEST_INTERVAL or value != int(value):
        raise ValueError(f"a number of hours was expected, not {text[:40]!r}")
    return int(value)


def _side(price: float, size: float) -> Levels:
    return [] if isnan(price) or isnan(size) else [(price, size)]

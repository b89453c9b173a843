"""Depth of one contract: levels in an object by price, changes counted from the one before.

A stream begins with a snapshot (`from` 0); the next change begins at its `to` plus one.
The venue's word for a gap is to connect again; the same snapshot is served over REST, so that is asked for first, the
changes that come meanwhile are kept and applied where they continue it, and only when that fails again and again is a
new connection asked for.
Each message also says which prices are best.  Whether sizes are absolute and size 0 removes a level is not documented,
so the book is held against them: one that differs for many changes and a second on end is dropped.
Followed: https://open.bigone.com/docs/contract (WebSocket, Market Depth) and GET /depth@{symbol}/snapshot.
"""

from __future__ import annotations

from collections import deque
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from basisdesk.venues.bigone.asking import SECOND, Asking
from basisdesk.venues.bigone.books import BookRoute
from basisdesk.venues.bigone.watch import CROSSED_NS, CROSSED_UPDATES, Watch
from basisdesk.venues.bigone.wire import LATEST, Side, price_or_nan, reader
from basisdesk.venues.contract import Trouble

FIRST_SNAPSHOT_NS = 10 * SECOND
MOST_KEPT = 2048
PATIENT_TRIES = 4

Count = Annotated[int, Meta(ge=0, le=LATEST)]
Levels = dict[float, float]


class Best(Struct, frozen=True, gc=False):
    """Best prices; None where there is none."""

    bid: float | None = None
    ask: float | None = None


class Depth(Struct, frozen=True, gc=False):
    """A snapshot or a change."""

    begin: Count = msgspec.field(name="from")
    end: Count = msgspec.field(name="to")
    bids: Levels | None = None
    asks: Levels | None = None
    best: Best | None = msgspec.field(name="bestPrices", default=None)
    last: float | None = msgspec.field(name="lastPrice", default=None)


read_depth = reader(Depth)


class DepthRoute:
    """The depth stream of one contract."""

    __slots__ = ("_differs", "_differs_since", "_kept", "_urged", "asking", "book", "watch")

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.asking = Asking()
        self.book = BookRoute(watch, self.asking.want)
        self.restart()

    def restart(self) -> None:
        """A connection begins or ends."""
        self.book.restart()
        self.asking.settle()
        self._kept: deque[Depth] = deque(maxlen=MOST_KEPT)
        self._differs = 0
        self._differs_since = 0
        self._urged = False

    def expect(self, now: int) -> None:
        """A connection stands whose first message should be a snapshot; ask over REST when none comes."""
        self.asking.want(now, FIRST_SNAPSHOT_NS)

    def receive(self, message: Depth, now: int) -> None:
        """Take a message of the stream.

        Raises:
            ValueError: it says something impossible.
        """
        last = price_or_nan(message.last)
        if message.begin == 0:
            self._snapshot(message, now, bridging=False)
        elif message.end < message.begin:
            raise ValueError(f"a change from {message.begin} to {message.end}")
        elif self.book.synced:
            self._change(message, now)
        else:
            self._kept.append(message)
        if self.watch.note_last(last, now):
            self.watch.sink.touched(self.watch.market, now)

    def answer(self, message: Depth, now: int) -> None:
        """Take a snapshot that came over REST.

        Raises:
            ValueError: it says something impossible, or is no snapshot.
        """
        if message.begin != 0:
            raise ValueError(f"a snapshot begins at 0, not at {message.begin}")
        if self.book.synced:
            return
        kept = list(self._kept)
        if kept and kept[-1].end > message.end and not any(m.begin <= message.end + 1 <= m.end for m in kept):
            self.failed(now)  # older than the oldest change that was kept
            return
        self._snapshot(message, now, bridging=True)
        for change in kept:
            if change.end > message.end:
                self._change(change, now)

    def failed(self, now: int) -> None:
        """What came over REST is of no use: ask again, and for a new connection when that does not help."""
        self.asking.failed(now)
        self._urge(now)

    def on_time(self, now: int) -> None:
        """Ask again for what did not come."""
        if self.asking.overdue(now):
            self.watch.say(now, Trouble.SILENT, "a book asked for over REST did not come: asking again")
            self._urge(now)

    def _urge(self, now: int) -> None:
        if self.asking.tries > PATIENT_TRIES and not self._urged:
            self._urged = True
            self.watch.say(now, Trouble.SHUTDOWN, "no usable book over REST: connect again for a new snapshot")

    def _snapshot(self, message: Depth, now: int, *, bridging: bool) -> None:
        bids, asks = sides_of(message)
        self._differs = 0
        self.book.snapshot(bids, asks, message.end, now, bridging=bridging)
        self.asking.settle()
        self._kept.clear()
        self._urged = False
        self._compare(message, now)

    def _change(self, message: Depth, now: int) -> None:
        bids, asks = sides_of(message)
        if self.book.update(bids, asks, message.begin, message.end, now):
            self._compare(message, now)
        elif not self.book.synced:
            self._kept.append(message)

    def _compare(self, message: Depth, now: int) -> None:
        """Hold the book against the best prices that the message names."""
        best, book, tally = message.best, self.watch.market.book, self.watch.market.tally
        if best is None or best.bid is None or best.ask is None or not self.book.synced:
            return
        if best.bid == book.bid and best.ask == book.ask:
            tally.ticker_agrees += 1
            self._differs = 0
            return
        tally.ticker_differs += 1
        if not self._differs:
            self._differs_since = now
        self._differs += 1
        if self._differs > CROSSED_UPDATES and now - self._differs_since > CROSSED_NS:
            self._differs = 0
            said = f"the venue's best prices are {best.bid} and {best.ask}, the book's {book.bid} and {book.ask}"
            self.book.lose(Trouble.CHECKSUM, said, now)


def sides_of(message: Depth) -> tuple[Side, Side]:
    """Return bids and asks as lists of price and size."""
    return list((message.bids or {}).items()), list((message.asks or {}).items())

"""Books: one depth of one market.

A subscription brings a snapshot, then changes; a snapshot may come again at any time and replaces everything.
Every message of a topic counts one up (`u`), so a change that does not follow the last one means that something is
missing: the book is dropped and the topic subscribed again, which brings a new snapshot.
A message counted 1 is a snapshot whatever it is called, sent after a restart of the service.
Changes that were applied before are harmless; they are known by a count and a cross sequence (`seq`) that are not above
the book's, and when nothing else comes for a while the venue has begun to count afresh.
A change that cannot be read is missing too, so it costs the book at once.
Followed: https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.kernel.book import GAPPED
from basisdesk.venues.bybit.wire import BookFrame, Levels
from basisdesk.venues.contract import Trouble
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.venues.bybit.watch import Watch
    from basisdesk.venues.contract import Market

FIRST = 1
REPEATS = 20

_decode = msgspec.json.Decoder(BookFrame).decode


class BookRoute:
    """One book topic of one market; `update` is the count of the last message applied, None while out of sync."""

    __slots__ = ("_cross", "_lost", "_repeats", "_watch", "channel", "depth", "market", "topic", "update")

    def __init__(self, topic: str, depth: int, watch: Watch) -> None:
        self.topic = topic
        self.channel = topic.rpartition(".")[0]
        self.depth = depth
        self.market: Market = watch.market
        self._watch = watch
        self._lost = False  # the next snapshot is a resync
        self.restart()

    def restart(self) -> None:
        """Wait for a first snapshot."""
        self.update: int | None = None
        self._lost = False
        self._cross = 0
        self._repeats = 0

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Take one frame; return what made it unreadable, if anything."""
        market = self.market
        market.tally.frames += 1
        try:
            message = _decode(frame)
            levels = message.data
            if levels.code != market.code:
                return ValueError(f"a book of {levels.code[:40]!r} under the topic of {market.code}")
            if message.kind == "snapshot" or levels.update == FIRST:
                self._snapshot(levels, now)
            elif self.update is not None:
                if levels.update == self.update + 1:
                    self._change(levels, now)
                else:
                    self._out_of_line(levels, self.update, now)
        except UNREADABLE as error:
            return error
        return None

    def doubt(self, now: int) -> None:
        """A frame of this topic could not be read, so a change or a whole new book is missing."""
        if self.update is not None:
            self._lose(f"what follows update {self.update} cannot be read", now)

    def give_up(self, now: int) -> None:
        """The book has been crossed for too long: ask for a new one; this one stays crossed until it comes."""
        lasted = self._watch.crossing.lasted(now)
        self._leave()
        self._watch.say(now, Trouble.CROSSED, f"crossed for {lasted} ns: subscribing again")

    def _change(self, levels: Levels, now: int) -> None:
        self.market.book.update(levels.bids, levels.asks, now, levels.update)
        self.update = levels.update
        self._settle(levels, now)

    def _snapshot(self, levels: Levels, now: int) -> None:
        watch = self._watch
        owner = watch.owner
        if owner is not None and owner is not self and owner.depth > self.depth:
            watch.desk.topics.granted(self.topic)
            return
        self.market.book.snapshot(levels.bids, levels.asks, now, levels.update)
        if owner is not None and owner is not self:
            owner.restart()
        watch.owner = self
        self.market.rank = self.depth
        watch.filled = False
        watch.desk.topics.granted(self.topic)
        self.update = levels.update
        if self._lost:
            self._lost = False
            self.market.tally.resyncs += 1
            watch.say(now, Trouble.RESYNCED, f"snapshot {levels.update} of {self.channel}")
        self._settle(levels, now)

    def _settle(self, levels: Levels, now: int) -> None:
        watch, market = self._watch, self.market
        book = market.book
        self._cross = levels.cross
        self._repeats = 0
        market.tally.book_updates += 1
        if (book.bid >= book.ask or watch.crossing.since is not None) and watch.note_crossing(now):
            self.give_up(now)
        watch.desk.sink.touched(market, now)

    def _out_of_line(self, levels: Levels, update: int, now: int) -> None:
        self._repeats += 1
        if levels.update > update or levels.cross > self._cross:
            self._lose(f"update {levels.update} does not follow {update}", now)
        elif self._repeats > REPEATS:
            self._lose(f"{self._repeats} updates up to {levels.update} have stayed behind {update}", now)

    def _lose(self, why: str, now: int) -> None:
        market = self.market
        market.tally.gaps += 1
        market.book.mark_state(GAPPED)
        self._leave()
        self._watch.say(now, Trouble.GAP, why)
        self._watch.desk.sink.touched(market, now)

    def _leave(self) -> None:
        self.restart()
        self._lost = True
        self._watch.uncross()
        self._watch.desk.topics.renew(self.topic)

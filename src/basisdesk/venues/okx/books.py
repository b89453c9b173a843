"""Books: one channel of one market.

``books`` and its tick-by-tick kin send a snapshot and then changes; each change names the id it follows (`prevSeqId`),
which must be the last one seen, even after maintenance has set the ids back.
A change that follows something else is a gap: the book is dropped and the channel subscribed again, which brings a new
snapshot.
Recordings from before 2023 have no ids, but a checksum over the texts of the best levels; since June 2026 the checksum
is always 0, and means nothing.
A change that cannot be read is found out by the next id or checksum; where there is neither, the book is given up at
once.
``books5`` and ``bbo-tbt`` send the whole of what they show each time.
Followed: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from basisdesk.kernel.book import GAPPED, MISMATCHED
from basisdesk.kernel.texts import Texts
from basisdesk.venues.contract import Report, Sink, Trouble
from basisdesk.venues.crossing import Crossings
from basisdesk.venues.okx.checksum import checksum, levels_of
from basisdesk.venues.okx.topics import Topics
from basisdesk.venues.okx.wire import BookRow, Frame
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.venues.contract import Market
    from basisdesk.venues.okx.watch import Source, Watch

# The deeper and the finer the channel, the higher it ranks.
RANKS = {"bbo-tbt": 1, "books5": 2, "books50-l2-tbt": 3, "books": 4, "books-l2-tbt": 5}
WHOLE = ("bbo-tbt", "books5")

_decode = msgspec.json.Decoder(Frame[BookRow]).decode


@dataclass(slots=True, eq=False)
class Desk:
    """What the routes of one connection share, its crossed books among it."""

    sink: Sink
    topics: Topics = field(default_factory=Topics)
    crossings: Crossings = field(default_factory=Crossings)


class BookRoute:
    """One book channel of one market."""

    __slots__ = ("_desk", "_lost", "_previous", "_synced", "_texts", "_watch", "channel", "rank", "sequence", "whole")

    def __init__(self, channel: str, watch: Watch, desk: Desk) -> None:
        self.channel = channel
        self.rank = RANKS[channel]
        self.whole = channel in WHOLE
        self._watch = watch
        self._desk = desk
        self._lost = False  # the next snapshot is a resync
        self.restart()

    @property
    def market(self) -> Market:
        """The market that the channel speaks of."""
        return self._watch.market

    def restart(self) -> None:
        """Wait for a first snapshot."""
        self._synced = False
        self._lost = False
        self._unlink()

    def _unlink(self) -> None:
        self.sequence: int | None = None
        self._previous: int | None = None
        self._texts: Texts | None = None
        self._watch.crossing.end()
        self._desk.crossings.drop((self.channel, self.market.code))

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Take one frame; return what made it unreadable, if anything."""
        self._watch.market.tally.frames += 1
        try:
            message = _decode(frame)
        except UNREADABLE as error:
            return error
        for row in message.data:
            fault: Exception | None
            if self.whole or message.action == "snapshot":
                fault = self._snapshot(row, now)
            elif message.action == "update":
                fault = self._update(row, now)
            else:
                fault = ValueError("a book message without an action")
            if fault is not None:
                return fault
        return None

    def doubt(self, now: int) -> None:
        """A frame of this channel could not be read, so a change may be missing."""
        if self._synced and not self.whole and self.sequence is None and self._texts is None:
            self._lose(Trouble.GAP, "an update could not be read", now)

    def give_up(self, now: int) -> None:
        """The book has been crossed for too long: ask for a new one; this one stays crossed until it comes."""
        self._synced = False
        self._lost = True
        self._desk.crossings.drop((self.channel, self.market.code))
        self._desk.topics.renew((self.channel, self.market.code))
        detail = f"crossed for {self._watch.crossing.lasted(now)} ns: subscribing again"
        self._desk.sink.report(Report(now, Trouble.CROSSED, self.market.symbol, detail))

    def _update(self, row: BookRow, now: int) -> Exception | None:
        if not self._synced:
            return None
        if row.previous != self.sequence and row.previous is not None and self.sequence is not None:
            # The very update applied last, sent again, changes nothing.
            if row.sequence != self.sequence or row.previous != self._previous:
                self._lose(Trouble.GAP, f"update follows {row.previous}, the book is at {self.sequence}", now)
            return None
        market = self._watch.market
        try:
            if self._texts is None:
                market.book.update(row.bids, row.asks, now, row.sequence or 0)
            else:
                self._texts.update(market.book, row.bids, row.asks, now, row.sequence or 0)
        except UNREADABLE as error:
            if row.sequence is not None:
                self._lose(Trouble.GAP, f"update {row.sequence} cannot be read", now)
            return error
        self.sequence = row.sequence
        self._previous = row.previous
        market.tally.book_updates += 1
        if self._texts is None or self._agrees(row, now):
            self._settle(now)
        return None

    def _snapshot(self, row: BookRow, now: int) -> Exception | None:
        owner = self._watch.depth
        if owner is not None and owner is not self and owner.rank > self.rank:
            return self._compare(owner, row)
        market = self._watch.market
        texts = Texts() if row.checksum else None
        try:
            if texts is None:
                market.book.snapshot(row.bids, row.asks, now, row.sequence or 0)
            else:
                texts.snapshot(market.book, row.bids, row.asks, now, row.sequence or 0)
        except UNREADABLE as error:
            return error
        if owner is not None and owner is not self:
            owner.restart()
        self._watch.depth = self
        market.rank = self.rank
        self._synced = True
        self.sequence = row.sequence
        self._previous = row.previous
        self._texts = texts
        self._desk.topics.granted((self.channel, market.code))
        market.tally.book_updates += 1
        if not self._agrees(row, now):
            return None
        if self._lost:
            self._lost = False
            market.tally.resyncs += 1
            self._desk.sink.report(Report(now, Trouble.RESYNCED, market.symbol, f"snapshot of {self.channel}"))
        self._settle(now)
        return None

    def _agrees(self, row: BookRow, now: int) -> bool:
        if self._texts is None or not row.checksum:
            return True
        found = checksum(self._texts, self.market.book)
        if found == row.checksum:
            self.market.tally.checksums_ok += 1
            return True
        self._lose(Trouble.CHECKSUM, f"the venue's is {row.checksum}, the book's {found}", now)
        return False

    def _lose(self, trouble: Trouble, detail: str, now: int) -> None:
        market = self.market
        if trouble is Trouble.GAP:
            market.tally.gaps += 1
            market.book.mark_state(GAPPED)
        else:
            market.tally.checksums_bad += 1
            market.book.mark_state(MISMATCHED)
        self._synced = False
        self._lost = True
        self._unlink()
        if not self.whole:
            self._desk.topics.renew((self.channel, market.code))
        self._desk.sink.report(Report(now, trouble, market.symbol, detail))
        self._desk.sink.touched(market, now)

    def _settle(self, now: int) -> None:
        watch = self._watch
        book = watch.market.book
        crossing = watch.crossing
        if crossing.since is not None or book.bid >= book.ask:
            topic = (self.channel, watch.market.code)
            hopeless = crossing.note(now)
            if crossing.since is None or self.whole:
                self._desk.crossings.drop(topic)
            elif hopeless:
                self.give_up(now)
            else:
                self._desk.crossings.hold(topic, crossing.since, self)
        self._desk.sink.touched(watch.market, now)

    def _compare(self, owner: Source, row: BookRow) -> Exception | None:
        # A channel that does not own the book speaks of the same state when it gives the same id.
        if row.sequence is None or row.sequence != owner.sequence:
            return None
        book = self.market.book
        try:
            sides = [[float(text) for level in levels_of(side)[:1] for text in level] for side in (row.bids, row.asks)]
        except UNREADABLE as error:
            return error
        if sides == [list(level) for side in (0, 1) for level in book.levels(side, 1)]:
            self.market.tally.ticker_agrees += 1
        else:
            self.market.tally.ticker_differs += 1
        return None

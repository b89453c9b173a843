"""Books: one channel of one market.

``book.{code}.{interval}`` sends a snapshot and then changes; each change names the one it follows
(`prev_change_id`), which must be the last one applied.
A change that follows something else is a gap: the book is dropped and the channel subscribed again, which brings a new
snapshot; so it is when a message of the channel cannot be read, because a change may have been in it.
A change that follows 0 and only adds levels begins the book of a market that just opened, and is taken as a snapshot.
``book.{code}.{group}.{depth}.{interval}`` sends the best levels whole each time.
Followed: https://docs.deribit.com/subscriptions/orderbook/bookinstrument_nameinterval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.kernel.book import GAPPED
from basisdesk.venues.contract import Trouble
from basisdesk.venues.deribit.channels import EXACT
from basisdesk.venues.deribit.wire import BookRow, Level, Push, WholeRow
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.venues.contract import Market
    from basisdesk.venues.deribit.watch import Watch
    from basisdesk.venues.touch import Levels

_decode = msgspec.json.Decoder(Push[BookRow]).decode
_decode_whole = msgspec.json.Decoder(Push[WholeRow]).decode


class BookRoute:
    """An incremental book; not `_synced` it waits for a snapshot, and `_lost` says that this will be a resync."""

    __slots__ = ("_changes", "_lost", "_previous", "_synced", "_watch", "channel", "market", "rank", "sequence")

    def __init__(self, channel: str, rank: int, watch: Watch) -> None:
        self.channel = channel
        self.rank = rank
        self.market: Market = watch.market
        self._watch = watch
        self._changes = watch.desk.changes
        self.restart()

    def restart(self) -> None:
        """Wait for a first snapshot."""
        self._synced = self._lost = False
        self.sequence: int | None = None
        self._previous: int | None = None

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Take one frame; return what made it unreadable, if anything."""
        market = self.market
        market.tally.frames += 1
        changes = self._changes
        # A change of the usual shape that follows the book, as nearly all do; 0 may begin a book that just opened.
        if self._synced and changes.read(frame) and changes.before == self.sequence and changes.before > 0:
            book = market.book
            self._previous = self.sequence
            self.sequence = last = changes.last
            book.update_from(changes, now, last)
            market.tally.book_updates += 1
            watch = self._watch
            if watch.crossing.since is not None or book.bid >= book.ask:
                watch.note_crossing(now)
            watch.desk.sink.touched(market, now)
            return None
        try:
            row = _decode(frame).params.data
            if _is_snapshot(row):
                self._snapshot(row, now)
            elif self._synced:
                self._change(row, now)
        except UNREADABLE as error:
            return error
        return None

    def doubt(self, now: int) -> None:
        """A frame of this channel could not be read, so a change may be missing."""
        if self._synced:
            self._lose("a message could not be read", now)

    def give_up(self, now: int) -> None:
        """The book has been crossed for too long: ask for a new one; this one stays crossed until it comes."""
        lasted = self._watch.crossing.lasted(now)
        self._forsake()
        self._watch.say(now, Trouble.CROSSED, f"crossed for {lasted} ns: subscribing again")

    def _snapshot(self, row: BookRow, now: int) -> None:
        watch = self._watch
        if watch.owner is not None and watch.owner.rank > self.rank:
            watch.desk.topics.granted(self.channel)
            return
        watch.market.book.snapshot_levels(_sizes(row.bids), _sizes(row.asks), now, row.sequence)
        watch.own(self)
        self._synced = True
        self._note(row.sequence, row.previous)
        watch.desk.topics.granted(self.channel)
        if self._lost:
            self._lost = False
            watch.market.tally.resyncs += 1
            watch.say(now, Trouble.RESYNCED, f"snapshot of {self.channel}")
        self._settle(now)

    def _change(self, row: BookRow, now: int) -> None:
        if row.previous != self.sequence:
            # The very change applied last, sent again, changes nothing.
            if row.sequence != self.sequence or row.previous != self._previous:
                self._lose(f"change follows {row.previous}, the book is at {self.sequence}", now)
            return
        self.market.book.update_levels(_sizes(row.bids), _sizes(row.asks), now, row.sequence)
        self._note(row.sequence, row.previous)
        self._settle(now)

    def _note(self, sequence: int, previous: int | None) -> None:
        self.sequence = sequence
        self._previous = previous
        self.market.tally.book_updates += 1

    def _settle(self, now: int) -> None:
        self._watch.note_crossing(now)
        self._watch.desk.sink.touched(self.market, now)

    def _lose(self, detail: str, now: int) -> None:
        market = self.market
        market.tally.gaps += 1
        market.book.mark_state(GAPPED)
        self._forsake()
        self._watch.say(now, Trouble.GAP, detail)
        self._watch.desk.sink.touched(market, now)

    def _forsake(self) -> None:
        self._synced = False
        self._lost = True
        self._watch.uncross()
        self._watch.desk.topics.renew(self.channel)


class WholeRoute:
    """A grouped book, whole in every message, so nothing is ever missing and nothing is asked for again."""

    __slots__ = ("_watch", "channel", "rank", "sequence")

    def __init__(self, channel: str, rank: int, watch: Watch) -> None:
        self.channel = channel
        self.rank = rank
        self._watch = watch
        self.sequence: int | None = None

    @property
    def market(self) -> Market:
        """The market that the channel speaks of."""
        return self._watch.market

    def restart(self) -> None:
        """Nothing is kept."""

    def receive(self, frame: bytes, now: int) -> Exception | None:
        """Take one frame; return what made it unreadable, if anything."""
        watch = self._watch
        watch.market.tally.frames += 1
        try:
            row = _decode_whole(frame).params.data
            if watch.owner is None or watch.owner.rank <= self.rank:
                watch.market.book.snapshot_levels(row.bids, row.asks, now, row.sequence)
                watch.own(self)
                self.sequence = row.sequence
                watch.market.tally.book_updates += 1
                watch.note_crossing(now)
                watch.desk.sink.touched(watch.market, now)
            else:
                self._compare(row)
        except UNREADABLE as error:
            return error
        return None

    def doubt(self, now: int) -> None:
        """The next message says everything again."""

    def give_up(self, _now: int) -> None:
        """The next message says everything again; until then the book stays crossed."""
        self._watch.desk.crossings.drop(self.market.code)

    def _compare(self, row: WholeRow) -> None:
        """Compare with the better book where both are at the same change."""
        owner, market = self._watch.owner, self.market
        if owner is None or owner.sequence != row.sequence or self.rank < EXACT:
            return
        found = [market.book.levels(0, 1), market.book.levels(1, 1)]
        if [row.bids[:1], row.asks[:1]] == found:
            market.tally.ticker_agrees += 1
        else:
            market.tally.ticker_differs += 1


def _is_snapshot(row: BookRow) -> bool:
    if row.kind == "snapshot" or (not row.kind and row.previous is None):
        return True
    levels = [*row.bids, *row.asks] if row.previous == 0 else []
    return bool(levels) and all(level[0] == "new" for level in levels)


def _sizes(levels: list[Level]) -> Levels:
    return [(price, 0.0 if action == "delete" else amount) for action, price, amount in levels]

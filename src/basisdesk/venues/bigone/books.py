"""The book of one market: a snapshot, then changes that must follow one another.

Both lines number their changes: each says where it begins and ends, and must begin right after the one before.
A change that does not is a gap: the levels are dropped and a new snapshot is asked for; the very change applied last,
sent again, changes nothing.
That sizes are absolute and that size 0 removes a level is read from examples, not stated; `depth` holds a contract's
book against the best prices that the venue sends along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.kernel.book import GAPPED, MISMATCHED
from basisdesk.venues.contract import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.venues.bigone.watch import Watch
    from basisdesk.venues.bigone.wire import Side

RANK = 1  # any book outranks what stands in for one


class BookRoute:
    """One market's book; `renew` asks for a new snapshot at a time."""

    __slots__ = ("_begin", "_bridging", "_lost", "_renew", "sequence", "synced", "watch")

    def __init__(self, watch: Watch, renew: Callable[[int], None]) -> None:
        self.watch = watch
        self._renew = renew
        self.restart()

    def restart(self) -> None:
        """Wait for a first snapshot."""
        self.synced = False
        self.sequence = 0
        self._begin = 0
        self._bridging = False
        self._lost = False

    def snapshot(self, bids: Side, asks: Side, sequence: int, now: int, *, bridging: bool = False) -> None:
        """Take a whole book; `bridging` says that the next change may begin before the snapshot's end.

        Raises:
            ValueError: a price or a size is impossible; nothing is changed.
        """
        watch, market = self.watch, self.watch.market
        market.book.snapshot_levels(bids, asks, now, sequence)
        watch.owner = self
        market.rank = RANK
        watch.promised = True
        watch.filled = False
        watch.crossed_at = None
        market.tally.book_updates += 1
        self.synced = True
        self.sequence = sequence
        self._begin = sequence
        self._bridging = bridging
        if self._lost:
            self._lost = False
            market.tally.resyncs += 1
            watch.say(now, Trouble.RESYNCED, f"a new snapshot at {sequence}")
        self._settle(now)

    def update(self, bids: Side, asks: Side, begin: int, end: int, now: int) -> bool:
        """Take a change; return whether it was applied.

        Raises:
            ValueError: a price or a size is impossible; the book is dropped then, as for a gap.
        """
        if not self.synced or (begin == self._begin and end == self.sequence):
            return False
        if self._bridging and end <= self.sequence:  # the snapshot holds it already
            return False
        expected = self.sequence + 1
        if begin != expected and not (self._bridging and begin <= expected):
            self.lose(Trouble.GAP, f"a change begins at {begin}, the book ends at {self.sequence}", now)
            return False
        market = self.watch.market
        try:
            market.book.update_levels(bids, asks, now, end)
        except ValueError:
            self.lose(Trouble.GAP, f"the change at {begin} is impossible", now)
            raise
        self.sequence = end
        self._begin = begin
        self._bridging = False
        market.tally.book_updates += 1
        self._settle(now)
        return True

    def lose(self, trouble: Trouble, detail: str, now: int) -> None:
        """The book is wrong: drop it and ask for a new one."""
        market = self.watch.market
        if trouble is Trouble.GAP:
            market.tally.gaps += 1
            market.book.mark_state(GAPPED)
        else:
            market.tally.checksums_bad += 1
            market.book.mark_state(MISMATCHED)
        self.synced = False
        self._lost = True
        self.watch.crossed_at = None
        self._renew(now)
        self.watch.say(now, trouble, detail)
        self.watch.sink.touched(market, now)

    def give_up(self, now: int, detail: str) -> None:
        """The book cannot be believed: ask for a new one; this one stays crossed until it comes."""
        self.synced = False
        self._lost = True
        self.watch.crossed_at = None
        self._renew(now)
        self.watch.say(now, Trouble.CROSSED, f"{detail}: asking for a new book")

    def _settle(self, now: int) -> None:
        if self.watch.note_crossing(now):
            self.give_up(now, f"crossed through {self.watch.crossed_updates} changes")
        self.watch.sink.touched(self.watch.market, now)

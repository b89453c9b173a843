"""The depth book of one market: snapshot, updates, and the ids that tie them together.

Every update covers a range of ids.
It follows what is in the book when the update before it was the last one applied (`pu` on futures, `U` - 1 on spot).
It may also overlap: levels are absolute, so an update that begins inside the known range and ends beyond it is safe.
This is also how the REST snapshot connects to the stream.
Anything older is a repetition, anything later means that an update is missing: the book is dropped, updates are held
back, and a new snapshot is asked for.
Snapshots now and then show a level as the stream never did; what the stream said last outranks them.
So updates older than the snapshot are kept until the first one that reaches beyond it, and written over it together.
Source: "How to manage a local order book correctly" (spot, USD-M, COIN-M).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from basisdesk.kernel.book import CLOSED, GAPPED, WAITING
from basisdesk.venues.binance import wire
from basisdesk.venues.binance.asking import SECOND, Asking
from basisdesk.venues.contract import Trouble
from basisdesk.venues.touch import is_bare

if TYPE_CHECKING:
    from basisdesk.venues.binance.reports import Reports
    from basisdesk.venues.binance.ticker import LastTicker
    from basisdesk.venues.contract import Market

UNREADABLE = wire.UNREADABLE
HELD = 4096  # updates held back for a snapshot; about a minute of the busiest stream
CROSSED_UPDATES = 20
CROSSED_TIME = 1 * SECOND
OLD_TIME = 30 * SECOND
OLD_SNAPSHOTS = 3
RANK = 1000  # above every number of levels of a partial book

_decode = wire.depth_frame.decode


class DepthSync:
    """Keeps a market's book in step with its depth stream.

    `last` is the id of the last update in the book, None while the book is not in sync.
    `heard` says that a depth stream exists for this market.
    """

    __slots__ = (
        "asking",
        "bridged",
        "crossed",
        "crossed_at",
        "early",
        "gapped",
        "heard",
        "held",
        "last",
        "market",
        "old_at",
        "old_last",
        "old_snapshots",
        "reports",
        "ticker",
        "touched",
    )

    def __init__(self, market: Market, reports: Reports, ticker: LastTicker) -> None:
        self.market = market
        self.reports = reports
        self.ticker = ticker
        self.touched = reports.sink.touched
        self.asking = Asking()
        self.held: deque[tuple[int, wire.DepthUpdate]] = deque(maxlen=HELD)
        self.early: deque[tuple[int, wire.DepthUpdate]] = deque(maxlen=HELD)
        self.last: int | None = None
        self.bridged = False
        self.heard = False
        self.gapped = False
        self.crossed = 0
        self.crossed_at = 0
        self.old_last: int | None = None
        self.old_at = 0
        self.old_snapshots = 0

    def receive(self, frame: bytes, now: int) -> None:
        """Take a depth frame in the combined wrapper.  This is the hot path."""
        market = self.market
        market.tally.frames += 1
        if self.bridged and self.last is not None:
            last = market.book.follow(frame, self.last, now)
            if last >= 0:
                self.last = last
                if self._applied(last, now):
                    self.touched(market, now)
                return
        try:
            update = _decode(frame).data
        except UNREADABLE as error:
            self._unreadable(frame, now, error)
            return
        before = update.before
        if before is None:
            before = update.first - 1
        if before != self.last:
            self._out_of_line(before, update, now)
        elif self._apply(before, update, now):
            self.touched(self.market, now)

    def snapshot(self, snapshot: wire.Snapshot, now: int) -> None:
        """Take a REST snapshot and what was held back since; ignored while the book is in sync.

        Raises:
            one of UNREADABLE: the levels are no levels; the book is unchanged.
        """
        if self.last is not None:
            return
        if self._too_old(snapshot.last):
            self._refuse_old(now)
            return
        market = self.market
        market.book.snapshot(snapshot.bids, snapshot.asks, now, snapshot.last)
        market.rank = RANK
        self.last = snapshot.last
        self.bridged = False
        self.crossed = self.old_snapshots = 0
        self.ticker.fills = False
        self.asking.settle()
        self._cross(now)
        held = list(self.held)
        self.held.clear()
        for before, update in held:
            self._place(before, update, now)
        if self.last is not None:
            if self.gapped:
                self.gapped = False
                market.tally.resyncs += 1
                self.reports.say(now, Trouble.RESYNCED, market, f"in sync again at update {self.last}")
            self.touched(market, now)

    def open(self, now: int) -> None:
        """A connection stands: wait for updates and a snapshot."""
        self._leave(WAITING, now)

    def close(self, now: int) -> None:
        """The connection is gone."""
        self._leave(CLOSED, now)

    def _leave(self, state: int, now: int) -> None:
        """Begin anew or end; a book that came over another connection is left as it is."""
        if self.heard or self.last is not None or self.ticker.fills or is_bare(self.market.book):
            self._drop(state, now)
        self.gapped = False

    def _out_of_line(self, before: int, update: wire.DepthUpdate, now: int) -> None:
        if self._place(before, update, now):
            self.touched(self.market, now)

    def _place(self, before: int, update: wire.DepthUpdate, now: int) -> bool:
        """Apply, hold back, ignore, or see a gap; True when the book changed and is still in sync."""
        last = self.last
        if last is None:
            self._hold(before, update, now)
        elif update.last <= last:
            self._ignore(before, update, now)
        elif before == last or update.first <= last:
            return self._apply(before, update, now)
        else:
            self._gap(now, f"update {update.first} to {update.last} follows {before}, but the book is at {last}")
            self._hold(before, update, now)
        return False

    def _apply(self, before: int, update: wire.DepthUpdate, now: int) -> bool:
        book = self.market.book
        last = update.last
        try:
            if not self.bridged:
                self._bridge(before, now)
            book.update(update.bids, update.asks, now, last)
        except UNREADABLE as error:
            self.reports.unreadable(now, self.market, "levels", bytes(update.bids) + bytes(update.asks), error)
            self._gap(now, f"update {last} cannot be read")
            return False
        self.last = last
        return self._applied(last, now)

    def _applied(self, last: int, now: int) -> bool:
        market = self.market
        book = market.book
        market.tally.book_updates += 1
        if (book.bid >= book.ask or self.crossed) and self._cross(now):
            return False
        if self.ticker.update == last:
            self.ticker.compare(market)
        return True

    def _bridge(self, before: int, now: int) -> None:
        """Write what the stream said before the snapshot over it, when it leads up to the update at hand."""
        early = self.early
        self.bridged = True
        self.heard = True
        if early and early[-1][1].last == before:
            for _, update in early:
                self.market.book.update(update.bids, update.asks, now, update.last)
        early.clear()

    def _ignore(self, before: int, update: wire.DepthUpdate, now: int) -> None:
        # Repetitions are harmless, but ids that stay behind for long mean that the venue started counting afresh.
        if not self.bridged:
            _follow(self.early, before, update)
        if self.old_last != self.last:
            self.old_last = self.last
            self.old_at = now
        elif now - self.old_at > OLD_TIME:
            self._gap(now, f"updates have stayed behind the book's {self.last} for too long")

    def _hold(self, before: int, update: wire.DepthUpdate, now: int) -> None:
        if not self.heard:
            self.heard = True
            if self.ticker.fills:
                self.ticker.fills = False
                self.market.book.mark_state(WAITING)
                self.touched(self.market, now)
        self.asking.want(now)
        self.asking.on_time(now)  # while the stream goes on, its own times serve as the clock
        _follow(self.held, before, update)

    def _too_old(self, last: int) -> bool:
        if not self.held:
            return False
        before, update = self.held[0]
        return before != last and update.first > last

    def _refuse_old(self, now: int) -> None:
        self.asking.failed(now)
        self.old_snapshots += 1
        if self.old_snapshots >= OLD_SNAPSHOTS:
            # What is held back may come from before the venue started counting afresh.
            self.held.clear()
            self.old_snapshots = 0

    def _cross(self, now: int) -> bool:
        """Watch a crossed book; True when it was given up."""
        book = self.market.book
        if not book.bid >= book.ask:
            self.crossed = 0
            return False
        self.crossed += 1
        if self.crossed == 1:
            self.crossed_at = now
            self.market.tally.crossed += 1
            self.reports.say(now, Trouble.CROSSED, self.market, f"bid {book.bid} is not below ask {book.ask}")
        elif self.crossed > CROSSED_UPDATES or now - self.crossed_at >= CROSSED_TIME:
            self._gap(now, f"the book stayed crossed for {self.crossed} updates")
            return True
        return False

    def _unreadable(self, frame: bytes, now: int, error: Exception) -> None:
        self.reports.unreadable(now, self.market, "depth", frame, error)
        try:
            ids = wire.depth_ids_frame.decode(frame).data
        except UNREADABLE:
            return  # the ids of the next update tell whether this one is missing
        before = ids.first - 1 if ids.before is None else ids.before
        if self.last is not None and (before == self.last or ids.first <= self.last < ids.last):
            self._gap(now, f"update {ids.last} cannot be read")

    def _gap(self, now: int, why: str) -> None:
        self.market.tally.gaps += 1
        self.gapped = True
        self._drop(GAPPED, now)
        self.asking.want(now)
        self.reports.say(now, Trouble.GAP, self.market, why)

    def _drop(self, state: int, now: int) -> None:
        self.last = None
        self.ticker.update = -1  # the venue may have started counting afresh
        self.crossed = 0
        self.held.clear()
        self.early.clear()
        self.asking.settle()
        self.market.book.mark_state(state)
        self.touched(self.market, now)


def _follow(chain: deque[tuple[int, wire.DepthUpdate]], before: int, update: wire.DepthUpdate) -> None:
    """Append an update to a chain without holes, oldest first; a repetition is left out."""
    newest = chain[-1][1].last if chain else -1
    if update.last > newest:
        if before != newest and update.first > newest:
            chain.clear()  # what came before the hole cannot be connected to what comes after
        chain.append((before, update))

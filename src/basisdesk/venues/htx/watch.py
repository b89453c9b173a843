"""One market as the venue's channels see it together.

Several channels may speak of the same book: the deepest one in step owns it, and the tickers fill it only where no book
channel was heard or promised.
A channel that loses its step lets go of the book, so that a whole book of another channel may stand in at once.
A second connection may have channels of the same market, so what is in the book is looked at before a ticker replaces
it, and only what came over this connection is dropped when it ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from basisdesk.kernel.book import GAPPED, WAITING
from basisdesk.kernel.changes import Changes
from basisdesk.venues.contract import Market, Report, Sink, Trouble
from basisdesk.venues.crossing import CROSSED_NS, Crossing, Crossings
from basisdesk.venues.htx.outbox import Outbox
from basisdesk.venues.htx.wire import side
from basisdesk.venues.touch import Levels, is_bare, is_touch
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.venues.htx.wire import Book

MOST_TRADE_IDS = 512


class Source(Protocol):
    """A channel that can own a book; `number` is the venue's id of what the book shows, as the tickers count."""

    rank: int
    number: int | None

    @property
    def channel(self) -> str:
        """The channel's name."""

    def restart(self) -> None:
        """Begin anew; another channel may own the book from now on."""

    def renew(self, now: int) -> bool:
        """Ask the venue for a new beginning; False when every message is one anyway."""


def _versions() -> Changes:
    return Changes(
        (b"tick",),
        (b"bids", b"asks"),
        (b"version", b"", b"mrid"),
        kind=(b"event", b"update", 1),
        optional=True,
    )


def _sequences() -> Changes:
    return Changes((b"tick",), (b"bids", b"asks"), (b"seqNum", b"prevSeqNum", b""), optional=True)


@dataclass(slots=True, eq=False)
class Desk:
    """What the routes of one connection share; its crossed books go by their code."""

    sink: Sink
    versions: Changes = field(default_factory=_versions)
    sequences: Changes = field(default_factory=_sequences)
    outbox: Outbox = field(default_factory=Outbox)
    crossings: Crossings = field(default_factory=Crossings)


@dataclass(slots=True, eq=False)
class Watch:
    """A market, the channel that owns its book, and what is remembered of its tickers and trades.

    `promised` says that a book is on its way, `filled` ranks the ticker that the book is made of (0: none), `lost` says
    that the next snapshot is a resync, `printed` that trades are heard.
    """

    market: Market
    desk: Desk
    depth: Source | None = None
    promised: bool = False
    filled: int = 0
    lost: bool = False
    printed: bool = False
    trade_ids: dict[str, None] = field(default_factory=dict)
    crossing: Crossing = field(init=False)

    def __post_init__(self) -> None:
        self.crossing = Crossing(self.market, self.desk.sink)

    def restart(self, state: int, now: int) -> None:
        """A connection begins or ended: forget its channels; what came over it is dropped."""
        book = self.market.book
        if self.depth is not None or self.filled or self.lost or is_bare(book):
            book.mark_state(state)
            self.desk.sink.touched(self.market, now)
        self.depth = None
        self.filled = 0
        self.promised = self.lost = self.printed = False
        self._uncross()

    def outranked(self, source: Source) -> bool:
        """Whether another channel that is in step speaks better of the book."""
        return self.depth is not None and self.depth is not source and self.depth.rank > source.rank

    def replace(self, source: Source, tick: Book, now: int, sequence: int) -> Exception | None:
        """Take a whole book of a channel, which owns it from now on; return what is wrong with its levels, if anything.

        Wrong levels change nothing.
        """
        market = self.market
        try:
            market.book.snapshot(side(tick.bids), side(tick.asks), now, sequence)
        except UNREADABLE as error:
            return error
        market.tally.book_updates += 1
        if self.depth is not None and self.depth is not source:
            self.depth.restart()
        self.depth = source
        market.rank = source.rank
        self.promised = True
        self.filled = 0
        if self.lost:
            self.lost = False
            market.tally.resyncs += 1
            self.tell(Trouble.RESYNCED, f"a whole book of {source.channel}", now)
        return None

    def change(self, tick: Book, now: int, sequence: int) -> Exception | None:
        """Take changed levels of the owner; return what is wrong with them, if anything, and then change nothing."""
        try:
            self.market.book.update(side(tick.bids), side(tick.asks), now, sequence)
        except UNREADABLE as error:
            return error
        self.market.tally.book_updates += 1
        return None

    def followed(self, crosses: bool, now: int) -> None:
        """The kernel has applied the owner's next change; `crosses` says that the book is crossed now."""
        self.market.tally.book_updates += 1
        if (crosses or self.crossing.since is not None) and self._cross(now):
            self.give_up(now)
        self.desk.sink.touched(self.market, now)

    def lose(self, why: str, now: int) -> None:
        """The owner missed something: the book is dropped until a whole one comes."""
        self.market.tally.gaps += 1
        self.market.book.mark_state(GAPPED)
        self.depth = None
        self.filled = 0
        self.promised = self.lost = True
        self._uncross()
        self.tell(Trouble.GAP, why, now)
        self.desk.sink.touched(self.market, now)

    def fill(self, rank: int, bids: Levels, asks: Levels, now: int) -> bool:
        """Make a book of one level a side of a ticker; return whether it may stand in for a better one."""
        book = self.market.book
        mine = 0 < self.filled <= rank and is_touch(book)
        if self.promised or self.depth is not None or not (mine or (not self.filled and book.state(0) == WAITING)):
            return False
        self.filled = rank
        self.market.rank = 0
        book.snapshot_levels(bids, asks, now, 0)
        self._cross(now)
        return True

    def settle(self, now: int) -> None:
        """The book changed: look whether it is crossed, give it up when it has been for too long, and tell the sink."""
        book = self.market.book
        if (self.crossing.since is not None or book.bid >= book.ask) and self._cross(now):
            self.give_up(now)
        self.desk.sink.touched(self.market, now)

    def give_up(self, now: int) -> None:
        """The book has been crossed for too long: ask for a new one; this one stays crossed until it comes."""
        waited = self.crossing.lasted(now)
        self.crossing.since, self.crossing.updates = now, 0
        self.desk.crossings.drop(self.market.code)
        if self.depth is not None and self.depth.renew(now):
            self.lost = True
            self.tell(Trouble.CROSSED, f"crossed for {waited} ns: asking for a new book", now)

    def tell(self, trouble: Trouble, detail: str, now: int) -> None:
        """Report a trouble of this market."""
        self.desk.sink.report(Report(now, trouble, self.market.symbol, detail))

    def is_news(self, trade_id: str) -> bool:
        """Note a trade's id; False when it was heard before, as the last trade is after every subscription."""
        if trade_id in self.trade_ids:
            return False
        if trade_id:
            self.trade_ids[trade_id] = None
            if len(self.trade_ids) > MOST_TRADE_IDS:
                del self.trade_ids[next(iter(self.trade_ids))]
        return True

    def _cross(self, now: int) -> bool:
        crossing = self.crossing
        hopeless = crossing.note(now)
        if crossing.since is None:
            self.desk.crossings.drop(self.market.code)
        else:
            self.desk.crossings.hold(self.market.code, crossing.since, self)
        return hopeless or crossing.lasted(now) >= CROSSED_NS

    def _uncross(self) -> None:
        self.crossing.end()
        self.desk.crossings.drop(self.market.code)

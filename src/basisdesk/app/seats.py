"""One market as several connections speak of it: each writes a book of its own, and one of these is shown.

Recordings hold several connections of one market: of its book and of its tickers, of two channels of its book, or the
same channel twice, heard by two machines.
Every connection gets a seat: a market of its own to write to, which shares everything with the real one but the book
and its counts.
The seat that holds the real book is the one with the best channel; another takes it over with all its levels when it
speaks better of the market, when the holder has lost its book or its connection, or when the holder has fallen silent.
A best bid and offer never takes the place of a deeper book.
Trades are one connection's too, the teller's, because two channels number the same trades differently (Binance's
`trade` and `aggTrade`, OKX's `trades` and `trades-all`): the first to tell one tells them all, and the others are heard
without being counted.
Another becomes the teller when the old one is lost or has told nothing for long, by the pauses that a book changes
hands after; what both tell under one id is told once even then.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from basisdesk.kernel.book import CLOSED, CROSSED, EMPTY, GAPPED, MISMATCHED, VALID, Book
from basisdesk.venues.contract import Market, Report, Tally, Trouble
from basisdesk.venues.touch import is_bare, is_touch

QUIET = 1_000_000_000
"""After so long (ns) without a change, a seat of the same channel that knows a later one takes the book over."""
SILENT = 10 * QUIET
"""After so long (ns) the connection counts as dead, and any book but a mere touch may take its place."""
MOST_TRADES = 512
"""So many trades are remembered to know one that was told before the teller changed."""
NOTHING = float("nan")
Trade = tuple[str, float, float, bool]
"""Id, price, size, and whether the taker bought."""

_IN_SYNC = (VALID, EMPTY)
_KEPT = (VALID, EMPTY, CROSSED)
_LOST = (GAPPED, MISMATCHED)
_SHARED = ("frames", "trades", "undecoded", "ticker_agrees", "ticker_differs")


class Aside(Tally):
    """Counts of a seat that does not hold the book: what concerns the book is counted apart, the rest for real."""

    __slots__ = ("real",)

    def __init__(self, real: Tally) -> None:
        self.real = real
        for name in ("book_updates", "gaps", "resyncs", "checksums_ok", "checksums_bad", "crossed"):
            setattr(self, name, 0)


def _shared(name: str) -> property:
    def count(aside: Aside, number: int) -> None:
        setattr(aside.real, name, number)

    return property(lambda aside: getattr(aside.real, name), count)


for _name in _SHARED:
    setattr(Aside, _name, _shared(_name))


@dataclass(slots=True, eq=False, kw_only=True)
class Seat(Market):
    """What one connection writes to.

    `owner` names its recording, `noted` is the price last taken from its book.
    `beside` is the teller beside whom it has told trades, `echoes` the one that it has told the same trade as, by its
    id: both hear one channel.
    """

    place: Place
    owner: str
    noted: float = NOTHING
    beside: Seat | None = None
    echoes: Seat | None = None


class Place:
    """A real market and its seats.

    `holder` is the seat whose book is the market's, `teller` the one whose trades are, once there are several; `aside`
    has those that do not hold the book by their slot, where the sink has slots.
    """

    def __init__(self, market: Market, ended: set[str]) -> None:
        """`ended` names the recordings that are over."""
        self.market = market
        self.holder: Seat | None = None
        self.teller: Seat | None = None
        self.aside: dict[int, Seat] = {}
        self._ended = ended
        self._several = False
        self._told: dict[Trade, Seat] = {}
        self._latest: Trade | None = None
        self._spoke = 0  # when the teller told its last trade

    def join(self, line: str, code: str, owner: str) -> Seat:
        """Return a seat for a connection; the first one holds the book."""
        real, first = self.market, self.holder is None
        book, tally = (real.book, real.tally) if first else (Book(), Aside(real.tally))
        shared = (real.carry, real.daily, real.candles)
        seat = Seat(real.symbol, line, code, book, real.slot, tally, *shared, place=self, owner=owner)
        if first:
            self.holder = seat
        elif not self._several and self._latest is not None and self.holder is not None:
            self._told[self._latest] = self.teller = self.holder
        self._several = not first
        return seat

    def rivalry(self, owner: str, now: int) -> Report | None:
        """Return what to tell when the market is another recording's at the same time, else None."""
        holder = None if self.holder is None else self.holder.owner
        if holder is None or holder == owner or holder in self._ended:
            return None
        text = f"its book is played from {holder}, while {owner} stands by"
        return Report(now, Trouble.TWICE, self.market.symbol, text)

    def takes(self, seat: Seat, now: int) -> bool:
        """Whether a change of this seat's book is one of the market's.

        It is when the seat holds the book, takes it over now, or tells a new last price.
        """
        holder = self.holder
        if seat is holder or holder is None:
            return True
        if self._is_better(seat, holder, now):
            self._hand_over(seat, holder)
            return True
        own = seat.book
        if isnan(own.last) or own.last == seat.noted:
            return False
        seat.noted = own.last
        self.market.book.trade(own.last, own.last_size, now)
        return True

    def is_news(self, seat: Seat, trade: Trade, now: int) -> bool:
        """Take a trade that a seat tells and has counted; False when it is another's to tell or was told before."""
        if not self._several:
            self._latest, self._spoke = trade, now
            return True
        if not self._tells(seat, trade, now) or (trade[0] and self._told.setdefault(trade, seat) is not seat):
            self._put_back(seat, now)
            return False
        if len(self._told) > MOST_TRADES:
            del self._told[next(iter(self._told))]
        self._latest = trade
        self.market.book.trade(trade[1], trade[2], now)
        seat.noted = trade[1]
        return True

    def _tells(self, seat: Seat, trade: Trade, now: int) -> bool:
        """Whether the market's trades are this seat's to tell, from now on if they were not before."""
        teller = self.teller
        if teller is not None and seat is not teller:
            if trade[0] and self._told.get(trade) is teller:
                seat.echoes = teller
            if now - self._spoke < self._pause(seat, teller):
                seat.beside = teller
                return False
        self.teller, self._spoke = seat, now
        return True

    def _pause(self, seat: Seat, teller: Seat) -> int:
        """Return how long (ns) the teller must have told nothing before this seat may.

        What a lost teller told last, another may tell late; one that begins after the loss tells what follows.
        """
        if teller.owner in self._ended or teller.book.state(0) == CLOSED:
            return QUIET if seat.beside is teller else 0
        return QUIET if seat.echoes is teller else SILENT

    def _put_back(self, seat: Seat, now: int) -> None:
        """Undo what the feed has noted of a trade that does not count."""
        assert self._latest is not None  # there is a teller
        seat.tally.trades -= 1
        self.market.book.trade(self._latest[1], self._latest[2], now)
        seat.noted = seat.book.last

    def _is_better(self, seat: Seat, holder: Seat, now: int) -> bool:
        book, shown = seat.book, self.market.book
        if book.state(0) not in _IN_SYNC:
            return False
        if is_bare(shown) or holder.owner in self._ended or seat.rank > holder.rank:
            return True
        quiet = now - shown.updated
        if seat.rank < holder.rank:
            return quiet > SILENT and not is_touch(book)
        if shown.state(0) not in _KEPT:
            return True
        return quiet > SILENT or (quiet > QUIET and (book.sequence > shown.sequence or not book.sequence))

    def _hand_over(self, seat: Seat, holder: Seat) -> None:
        """Let a seat write the real book, which gets its levels; what the book held goes on at the old holder's."""
        real, own = self.market, seat.book
        shown, lost = real.book, real.book.state(0)
        aside = Book()
        _copy(shown, aside)
        _copy(own, shown)
        if lost in _LOST:
            real.tally.resyncs += 1
        holder.book, holder.tally, holder.slot = aside, Aside(real.tally), seat.slot
        seat.book, seat.tally, seat.slot = shown, real.tally, real.slot
        self.aside[holder.slot] = holder
        self.holder = seat


def _copy(source: Book, target: Book) -> None:
    """Give a book the levels, time and state of another; what was last traded stays its own."""
    bids, asks = (source.levels(side, source.depth(side)) for side in (0, 1))
    target.snapshot_levels(bids, asks, source.updated, source.sequence)
    if source.state(0) not in _KEPT:
        target.mark_state(source.state(0))

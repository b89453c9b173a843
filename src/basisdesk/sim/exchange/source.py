"""Where market data comes from, and how one source serves several exchanges.

A `Source` is what the market generator and a recording have in common: it lists instruments, is opened once, and then
plays what is due, writing books as a feed would and telling a sink.
`Broadcast` is that sink.
It turns what the source writes into moves of single markets and keeps them for each venue until the exchange of that
venue has come to their time, so that exchanges which are advanced one after the other see one and the same market.
Books move in floats at the source; here they become exact decimals on the market's grid.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, Protocol

from basisdesk.domain.instrument import Margin, unit_worth
from basisdesk.kernel.book import CROSSED, Book
from basisdesk.venues.contract import Market

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.depth import Steps
    from basisdesk.sim.generator import Past
    from basisdesk.venues.contract import Report, Sink

LEVELS = 200
"""How many levels of a side are taken from a source."""
ZERO = Decimal(0)
Level = tuple[Decimal, Decimal]


class Source(Protocol):
    """A market that can be played."""

    def instruments(self) -> Sequence[Instrument]:
        """Every market that it can play."""

    def open(self, find: Callable[[Instrument], Market | None], sink: Sink) -> None:
        """Fill the books of the markets that `find` gives out, and begin to tell `sink` of them."""

    def past(self) -> dict[str, Past]:
        """Return what markets showed before, by symbol."""

    def next_at(self, venue: str = "") -> int | None:
        """When something happens next (ns), of a venue where it can tell; None when nothing will."""

    def advance(self, now: int) -> object:
        """Play everything due up to and including `now`."""


class Levels(NamedTuple):
    """Levels of a market changed at the source; size 0 removes."""

    at: int
    symbol: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class Trade(NamedTuple):
    """A trade at the source."""

    at: int
    symbol: str
    price: Decimal
    size: Decimal
    buy: bool


class Marks(NamedTuple):
    """Mark, index and funding at the source; NaN and 0 where it tells nothing."""

    at: int
    symbol: str
    mark: float
    underlying: float
    predicted: float
    next_at: int


class Listed(NamedTuple):
    """A market that the source lists from now on."""

    at: int
    symbol: str
    instrument: Instrument


Move = Levels | Trade | Marks | Listed


class Broadcast:
    """One source behind several exchanges."""

    def __init__(self, source: Source, venues: Sequence[str]) -> None:
        self.instruments = [each for each in source.instruments() if each.venue in venues]
        self.inboxes: dict[str, deque[Move]] = {venue: deque() for venue in venues}
        self._source = source
        self._wanted = {each.symbol: each for each in self.instruments}
        self._shown: dict[str, tuple[dict[float, float], dict[float, float]]] = {}
        self._fresh: dict[str, None] = {}
        self._now = 0

    def open(self) -> None:
        """Fill every book; what that brings waits in the inboxes."""
        self._source.open(self._find, self)

    def next_at(self, venue: str) -> int | None:
        """When the source moves next (ns), as far as a venue is concerned."""
        return self._source.next_at(venue)

    def advance(self, now: int) -> None:
        """Play the source up to `now`, unless another exchange has done so already."""
        if now >= self._now:
            self._now = now
            self._source.advance(now)

    def market(self, line: str, code: str) -> Market | None:  # noqa: ARG002 (a sink's shape)
        """Open nothing: a source is given its markets by symbol, because venues share codes."""
        return None

    def touched(self, market: Market, now: int) -> None:
        """Tell what has changed since the book was looked at last; a book that is out of step is empty."""
        instrument = self._wanted[market.symbol]
        sides = self._shown.setdefault(market.symbol, ({}, {}))
        if market.book.state(0) == CROSSED:
            return  # caught between two messages; what was shown stays until the book can be believed again
        levels = market.book.levels(0, LEVELS), market.book.levels(1, LEVELS)
        bids, asks = (_change(shown, side, instrument) for shown, side in zip(sides, levels, strict=True))
        if bids or asks:
            self.inboxes[instrument.venue].append(Levels(now, market.symbol, bids, asks))

    def requoted(self, market: Market, now: int, bids: Steps, asks: Steps) -> None:
        """Pass on what changed, in ticks and steps (`sim.generator.Follower`)."""
        instrument = self._wanted[market.symbol]
        inbox = self.inboxes[instrument.venue]
        if market.symbol in self._fresh:
            del self._fresh[market.symbol]
            inbox.append(Listed(now, market.symbol, instrument))
        if bids or asks:
            inbox.append(Levels(now, market.symbol, _counted(bids, instrument), _counted(asks, instrument)))

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:  # noqa: ARG002
        """Pass a trade on under the exchange's own numbers."""
        instrument = self._wanted[market.symbol]
        trade = Trade(now, market.symbol, exact(price, instrument.tick), exact(size, instrument.step), buy)
        self.inboxes[instrument.venue].append(trade)

    def carried(self, market: Market, now: int) -> None:
        """Pass marks on as they are now."""
        carry = market.carry
        marks = Marks(now, market.symbol, carry.mark, carry.index, carry.predicted, carry.next_at)
        self.inboxes[self._wanted[market.symbol].venue].append(marks)

    def report(self, report: Report) -> None:
        """A source's own troubles show in the state of its books."""

    def _find(self, instrument: Instrument) -> Market | None:
        """Give out a market for terms; one that was not listed at first is listed when its book is written first."""
        if instrument.venue not in self.inboxes:
            return None
        if instrument.symbol not in self._wanted:
            self._wanted[instrument.symbol] = instrument
            self._fresh[instrument.symbol] = None
        book = Book(float(unit_worth(instrument)), instrument.margin is Margin.INVERSE)
        return Market(instrument.symbol, instrument.market, instrument.code, book)


def exact(value: float, grid: Decimal) -> Decimal:
    """Return the decimal that a float stands for: on the grid where it is, else its shortest text."""
    units = value / float(grid)
    count = round(units)
    if abs(units - count) < 1e-6:  # noqa: PLR2004 (floats of this size are nearer to their text than this)
        return count * grid
    return Decimal(repr(value))


def _counted(levels: Steps, instrument: Instrument) -> tuple[Level, ...]:
    """Return levels in ticks and steps as exact decimals."""
    tick, step = instrument.tick, instrument.step
    return tuple([(price * tick, size * step if size else ZERO) for price, size in levels])


def _change(shown: dict[float, float], levels: list[tuple[float, float]], instrument: Instrument) -> tuple[Level, ...]:
    """Return what differs from `shown`, and show it."""
    fresh = dict(levels)
    changed = [(price, size) for price, size in levels if shown.get(price) != size]
    gone = [price for price in shown if price not in fresh]
    for price in gone:
        del shown[price]
    shown.update(changed)
    tick, step = instrument.tick, instrument.step
    return (
        *((exact(price, tick), ZERO) for price in gone),
        *((exact(price, tick), exact(size, step)) for price, size in changed),
    )

"""The demo market: a seeded generator that writes into books as a feed would.

`Generator(seed, start)` lists its instruments, `rehearse` makes history quickly (tops only, no books), `open` takes the
books from a sink and fills them, and `advance` plays everything that is due.
Every market updates at its own uneven rhythm and trades at its touch.
Events are drawn in time order from one seeded source, so the same seed and start give the same market however the time
between is cut into calls.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from basisdesk.domain.instrument import Kind
from basisdesk.kernel.book import CLOSED
from basisdesk.sim.drift import Walk
from basisdesk.sim.listing import COINS, SECOND, following, listings
from basisdesk.sim.place import HOUR, Place, World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.contract import Market, Sink

TRADE_CHANCE = 0.22
"""How many book updates of a market come with a trade."""
DATED_PACE = 1.5
"""A dated contract updates this much more slowly than its perpetual."""
MINUTE = 60 * SECOND
_QUOTE, _CARRY = 0, 1


@dataclass(slots=True)
class Past:
    """What a market showed in the rehearsal.

    `lasts` are (ns, last price), at most one a minute; `settled` are (ns, funding rate, middle of the book then).
    """

    lasts: list[tuple[int, float]] = field(default_factory=list)
    settled: list[tuple[int, float, float]] = field(default_factory=list)


class Generator:
    """All simulated markets."""

    def __init__(self, seed: int, start: int, venues: Sequence[str] | None = None) -> None:
        """`start` is ns UTC; `venues` lists these alone."""
        self._random = Random(seed)  # noqa: S311 (a simulation wants to be repeatable, not secret)
        self._now = start
        self._walk = Walk(self._random, COINS, start)
        self._world = World(self._random, self._walk)
        self._places = [Place(listing, self._world, start) for listing in listings(start, venues)]
        self._pasts = [Past() for _ in self._places]
        self._due: list[tuple[int, int, int]] = []
        self._markets: dict[int, Market] = {}
        self._sink: Sink | None = None
        self._find: Callable[[Instrument], Market | None] | None = None

    def instruments(self) -> list[Instrument]:
        """Every market of the demo, in a fixed order."""
        return [place.listing.instrument for place in self._places]

    def past(self) -> dict[str, Past]:
        """What each market showed in the rehearsal, by symbol."""
        return {place.listing.instrument.symbol: past for place, past in zip(self._places, self._pasts, strict=True)}

    def rehearse(self, until: int, every: int, top: Callable[[int, int, float, float, float], None]) -> None:
        """Make history up to `until`, one top of book per market each `every` ns; comes before `open`.

        `top` takes the index of the instrument, ns, bid, ask and last; times never go back.
        """
        gap = every // len(self._places)
        while self._now + every <= until:
            self._walk.advance(self._now + every, every)
            for index, place in enumerate(self._places):
                at = self._now + gap * (index + 1)
                place.move(at)
                place.listen(at)
                shown = place.top()
                self._note(index, at, shown)
                top(index, at, *shown)
            self._now += every

    def _note(self, index: int, at: int, shown: tuple[float, float, float]) -> None:
        """Write down a top of the rehearsal, and the funding that a perpetual settled since the one before."""
        past, hours = self._pasts[index], self._places[index].listing.instrument.funding_interval
        before = past.lasts[-1][0] if past.lasts else at
        if at - before < MINUTE and past.lasts:
            return
        past.lasts.append((at, shown[2]))
        term = at // (hours * HOUR) * hours * HOUR if hours else 0
        if term > before:
            past.settled.append((term, self._places[index].rate(), (shown[0] + shown[1]) / 2))

    def open(self, find: Callable[[Instrument], Market | None], sink: Sink) -> None:
        """Fill the books of the markets that `find` gives out, and begin to tell `sink` of them.

        `find` is asked again for a contract that is listed where another was delivered.
        """
        self._sink, self._find = sink, find
        for index in range(len(self._places)):
            self._begin(index)

    def _begin(self, index: int) -> None:
        """Let a market show its first book, if anybody wants it."""
        assert self._find is not None
        place = self._places[index]
        instrument = place.listing.instrument
        market = self._find(instrument)
        if market is None:
            return
        self._markets[index] = market
        place.move(self._now)
        self._write(market, place, whole=True)
        self._schedule(index, self._now)
        if instrument.kind is not Kind.SPOT:
            self._publish_carry(index, self._now)

    def next_at(self) -> int | None:
        """When something happens next (ns), or None when nothing will."""
        return self._due[0][0] if self._due else None

    def advance(self, now: int) -> None:
        """Play everything due up to and including `now`, each at its own time."""
        while self._due and self._due[0][0] <= now:
            self._now, what, index = heapq.heappop(self._due)
            self._walk.advance(self._now)
            expiry = self._places[index].listing.instrument.expiry
            if expiry is not None and self._now >= expiry:
                self._deliver(index)
            elif what == _QUOTE:
                self._quote(index)
                self._schedule(index, self._now)
            else:
                self._publish_carry(index, self._now)

    def _schedule(self, index: int, at: int) -> None:
        listing = self._places[index].listing
        usual = SECOND / listing.product.rate * (DATED_PACE if listing.instrument.kind is Kind.DATED else 1.0)
        heapq.heappush(self._due, (at + int(usual * self._random.uniform(0.4, 1.6)), _QUOTE, index))

    def _quote(self, index: int) -> None:
        """One update of one market: perhaps a trade at the touch, then a delta."""
        assert self._sink is not None
        market, place = self._markets[index], self._places[index]
        if self._random.random() < TRADE_CHANCE:
            price, size, buy = place.trade()
            market.book.trade(price, size, self._now)
            market.tally.frames += 1
            market.tally.trades += 1
            self._sink.traded(market, self._now, price, size, buy, f"{market.tally.trades}")
        place.move(self._now)
        self._write(market, place, whole=False)

    def _write(self, market: Market, place: Place, *, whole: bool) -> None:
        assert self._sink is not None
        market.tally.frames += 1
        market.tally.book_updates += 1
        sequence = market.book.sequence + 1
        if whole:
            market.book.snapshot_levels(*place.fill(), self._now, sequence)
        else:
            market.book.update_levels(*place.changes(), self._now, sequence)
        self._sink.touched(market, self._now)

    def _publish_carry(self, index: int, at: int) -> None:
        assert self._sink is not None
        market = self._markets[index]
        self._places[index].carry(at, market.carry)
        market.tally.frames += 1
        self._sink.carried(market, at)
        heapq.heappush(self._due, (at + SECOND, _CARRY, index))

    def _deliver(self, index: int) -> None:
        """A dated contract has come to its delivery: its market closes, and the next quarter's is listed.

        It has two events under way, of its book and its carry; the second of them finds it closed.
        """
        assert self._sink is not None
        market = self._markets[index]
        if market.book.state(0) == CLOSED:
            return
        market.book.mark_state(CLOSED)
        self._sink.touched(market, self._now)
        listed = {place.listing.instrument.symbol for place in self._places}
        for listing in following(self._places[index].listing, self._now, listed):
            self._places.append(Place(listing, self._world, self._now))
            self._pasts.append(Past())
            self._begin(len(self._places) - 1)

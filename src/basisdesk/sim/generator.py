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
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from basisdesk.kernel.book import CLOSED
from basisdesk.sim.course import premium_of
from basisdesk.sim.drift import Walk
from basisdesk.sim.listing import COINS, SECOND, following, listings
from basisdesk.sim.place import HOUR, Place, World
from basisdesk.venues.contract import Sink

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.depth import Steps
    from basisdesk.venues.contract import Market

TRADE_CHANCE = 0.22
"""How many book updates of a market come with a trade."""
MINUTE = 60 * SECOND
_QUOTE, _CARRY = 0, 1


@dataclass(slots=True)
class Past:
    """What a market showed in the rehearsal.

    `lasts` are (ns, last price), at most one a minute; `marks` are (ns, mark, index, premium) of a contract, as often;
    `settled` are (ns, funding rate, middle of the book then).
    """

    lasts: list[tuple[int, float]] = field(default_factory=list)
    marks: list[tuple[int, float, float, float]] = field(default_factory=list)
    settled: list[tuple[int, float, float]] = field(default_factory=list)


@runtime_checkable
class Follower(Sink, Protocol):
    """A sink that keeps books of its own: it takes changes as they are drawn, in ticks and steps, size 0 for gone."""

    def requoted(self, market: Market, now: int, bids: Steps, asks: Steps) -> None:
        """The market's levels changed; what is gone comes first, the others best first."""


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
        self._soon: dict[str, list[int]] = {}
        self._played = start
        self._markets: dict[int, Market] = {}
        self._sink: Sink | None = None
        self._follower: Follower | None = None
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
        noted = [past.lasts[-1][0] if past.lasts else -MINUTE for past in self._pasts]
        while self._now + every <= until:
            at = self._now
            self._walk.advance(at + every, every)
            for index, place in enumerate(self._places):
                at += gap
                place.move(at)
                if place.funded:
                    place.listen(at)
                shown = place.top()
                if at - noted[index] >= MINUTE:
                    noted[index] = at
                    self._note(index, at, shown)
                top(index, at, *shown)
            self._now += every

    def _note(self, index: int, at: int, shown: tuple[float, float, float]) -> None:
        """Write down a top of the rehearsal, and the funding that a perpetual settled since the one before."""
        past, hours = self._pasts[index], self._places[index].listing.instrument.funding_interval
        before = past.lasts[-1][0] if past.lasts else at
        past.lasts.append((at, shown[2]))
        if self._places[index].funded:
            mark, underlying = self._places[index].marks()
            past.marks.append((at, mark, underlying, premium_of(shown[0], shown[1], underlying)))
        term = at // (hours * HOUR) * hours * HOUR if hours else 0
        if term > before:
            past.settled.append((term, self._places[index].rate(), (shown[0] + shown[1]) / 2))

    def open(self, find: Callable[[Instrument], Market | None], sink: Sink) -> None:
        """Fill the books of the markets that `find` gives out, and begin to tell `sink` of them.

        `find` is asked again for a contract that is listed where another was delivered.
        A `Follower` is told what moves instead, and the books stay empty.
        """
        self._sink, self._find = sink, find
        self._follower = sink if isinstance(sink, Follower) else None
        for index in range(len(self._places)):
            self._begin(index)

    def _begin(self, index: int) -> None:
        """Let a market show its first book, if anybody wants it."""
        assert self._find is not None
        place = self._places[index]
        market = self._find(place.listing.instrument)
        if market is None:
            return
        self._markets[index] = market
        place.move(self._now)
        self._write(market, place, whole=True)
        self._schedule(index, self._now)
        if place.funded:
            self._publish_carry(index, self._now)

    def next_at(self, venue: str = "") -> int | None:
        """When something happens next (ns), of a venue's markets or of all; None when nothing will."""
        if not venue:
            return self._due[0][0] if self._due else None
        soon = self._soon.get(venue, [])
        while soon and soon[0] <= self._played:
            heapq.heappop(soon)
        return soon[0] if soon else None

    def advance(self, now: int) -> None:
        """Play everything due up to and including `now`, each at its own time."""
        while self._due and self._due[0][0] <= now:
            self._now, what, index = heapq.heappop(self._due)
            self._walk.advance(self._now)
            expiry = self._places[index].expiry
            if expiry is not None and self._now >= expiry:
                self._deliver(index)
            elif what == _QUOTE:
                self._quote(index)
                self._schedule(index, self._now)
            else:
                self._publish_carry(index, self._now)
        self._played = max(self._played, now)

    def _schedule(self, index: int, at: int) -> None:
        place = self._places[index]
        self._expect(at + int(place.pause * self._random.uniform(0.4, 1.6)), _QUOTE, index)

    def _expect(self, at: int, what: int, index: int) -> None:
        """Put an event on the list, and on that of its venue."""
        heapq.heappush(self._due, (at, what, index))
        heapq.heappush(self._soon.setdefault(self._places[index].listing.product.venue, []), at)

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
        bids, asks = place.fill() if whole else place.requote()
        if self._follower is not None:
            self._follower.requoted(market, self._now, bids, asks)
            return
        write = market.book.snapshot_levels if whole else market.book.update_levels
        write(place.levels(bids), place.levels(asks), self._now, market.book.sequence + 1)
        self._sink.touched(market, self._now)

    def _publish_carry(self, index: int, at: int) -> None:
        assert self._sink is not None
        market = self._markets[index]
        self._places[index].carry(at, market.carry)
        market.tally.frames += 1
        self._sink.carried(market, at)
        self._expect(at + SECOND, _CARRY, index)

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

"""Recordings as the market of the simulated venues: played at the speed at which they were recorded, beginning now.

The very tracks and feeds that replay a recording on a desk write here into the books of the simulator; there is no desk
around them.
What is listed are the markets that the recordings speak of and whose terms are known; a future whose delivery has
passed by now is left out, because the exchange would deliver it at once.
A recording that ends loses its connection a second later, so its books are empty and nobody trades on old prices.
When all have ended they are played again from the beginning, with the empty books in between: a jump of prices there is
what a venue shows after an outage.
"""

from __future__ import annotations

import contextlib
import heapq
from typing import TYPE_CHECKING

from basisdesk.app.listings import Listings, Rank, read_instruments, well_known
from basisdesk.app.port import Places
from basisdesk.app.scout import scout
from basisdesk.app.seats import Seat
from basisdesk.app.sources import find_sources
from basisdesk.app.track import Track
from basisdesk.domain.errors import RecordingError, UsageError
from basisdesk.sim.exchange import Recorded
from basisdesk.store.recording import STAMPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from basisdesk.app.origin import Origin
    from basisdesk.app.scout import Sight
    from basisdesk.app.sources import Source
    from basisdesk.app.talk import Talk
    from basisdesk.app.track import Conversation, Step
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.contract import Market, Report

SECOND = 1_000_000_000
LOST_AFTER = SECOND
"""After the end of a recording its books close, ns."""
PAUSE = SECOND
"""Between that and the beginning of the next round, ns."""
APART = 86_400 * SECOND
"""Recordings that begin further apart than this (ns) are not of one time: the second would not be heard for days."""
NAMED = 5
"""So many markets that are left out are named, the others counted."""


class Playback:
    """The recordings; `source` is what an exchange is put in front of, `left_out` says what it does not list."""

    def __init__(
        self,
        arguments: Sequence[str],
        start: int,
        talk: Talk,
        venues: Sequence[str] = (),
        instruments: Sequence[str] = (),
    ) -> None:
        """Play ``[VENUE.LINE:]FILE``s so that their first message happens at `start` (ns UTC).

        Only `venues` are listed, all of them where none is named; `instruments` are files of terms.

        Raises:
            UsageError: an argument that cannot be meant as written, or recordings without any market of a venue.
            RecordingError: a file that is no recording or cannot be read.
        """
        sources, errors = find_sources(arguments)
        if errors:
            raise errors[0]
        _check_together(sources)
        self._listings = Listings()
        self._listings.add(well_known(), Rank.WELL_KNOWN)
        self._listings.add(read_instruments(instruments), Rank.OPERATOR)
        self._sights = scout(sources, self._listings)
        self._talk = talk
        self._round = _Round(self)
        self._ahead = 0
        first = self._round.next_at()
        self.left_out: list[str] = []
        markets = self._listed(start, venues)
        self.venues = list(dict.fromkeys(each.venue for each in markets))
        _check_held(venues, self.venues, self.left_out)
        assert first is not None  # a market was spoken of, so there is a first message
        self.first = self._last = first
        self.source = Recorded(markets, self._play, self._next_at, start - first)

    def open(self, origin: Origin, owner: str, places: Places) -> Chair:
        """Return where a conversation writes."""
        return Chair(self, origin, owner, places)

    def find(self, origin: Origin, line: str, code: str) -> Instrument | None:
        """Return the terms of a market as a feed names it."""
        return self._listings.find(origin.venue.name, line, code)

    @property
    def sights(self) -> list[Sight]:
        """What each recording speaks of."""
        return self._sights

    def fault(self, error: RecordingError) -> None:
        """Tell what is wrong with a recording, in the first round only."""
        if not self._ahead:
            self._talk.fault(error)

    def report(self, report: Report) -> None:
        """Tell what a feed complains of."""
        self._talk.report(report, "")

    def _listed(self, start: int, venues: Sequence[str]) -> list[Instrument]:
        found, unknown, passed = [], [], []
        for symbol in dict.fromkeys(symbol for sight in self._sights for symbol in sight.symbols):
            instrument = self._listings.by_symbol.get(symbol)
            if venues and symbol.partition(":")[0] not in venues:
                continue
            if instrument is None:
                unknown.append(symbol)
            elif instrument.expiry is not None and instrument.expiry <= start:
                passed.append(symbol)
            else:
                found.append(instrument)
        if unknown:
            self.left_out.append(
                f"left out, because their terms are not known (--instruments FILE gives them): {_some(unknown)}"
            )
        if passed:
            self.left_out.append(f"left out, because their delivery has passed: {_some(passed)}")
        return found

    def _next_at(self) -> int | None:
        following = self._round.next_at()
        return None if following is None else following + self._ahead

    def _play(self, until: int) -> None:
        """Play everything up to a recorded time, round after round."""
        while True:
            following = self._round.next_at()
            if following is None:
                self._again(until)
                continue
            if following + self._ahead > until:
                return
            self._last = following
            self._round.take(self._ahead)

    def _again(self, until: int) -> None:
        """Begin the next round; those that would be over before `until` (the machine slept) are not played."""
        if not self._ahead:
            self._talk.say("the recordings have ended: they are played again from the beginning, over and over")
        length = self._last - self.first + PAUSE
        self._ahead += length
        self._ahead += max(0, until - self.first - self._ahead) // length * length
        self._round = _Round(self)


class _Round:
    """All recordings from their beginning to their end, once."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._places = Places()
        self._groups: dict[str, list[Track]] = {}
        tracks = [self._track(number, sight) for number, sight in enumerate(playback.sights)]
        self._left = {name: len(group) for name, group in self._groups.items()}
        names = {track.number: name for name, group in self._groups.items() for track in group}
        self._steps = heapq.merge(*(self._safely(track, names[track.number]) for track in tracks))
        self._head: Step | None = next(self._steps, None)

    def next_at(self) -> int | None:
        """Return the recorded time of the next step, None at the end."""
        return None if self._head is None else self._head[0]

    def take(self, later: int) -> None:
        """Take the next step, so much later than it was recorded."""
        assert self._head is not None
        at, _, take, data, _ = self._head
        take(data, at + later)
        self._head = next(self._steps, None)

    def _track(self, number: int, sight: Sight) -> Track:
        """Make a recording's track; files of one market cut in two go on with one conversation."""
        source = sight.source
        name, shared = f"{number}", None
        if source.recording.form == STAMPED and sight.markets:
            assert source.given is not None  # stamped recordings without an origin are refused
            name = f"{source.given.name} {sorted(sight.markets)}"
            if name in self._groups:
                shared = self._groups[name][0].open_stamped()
        group = self._groups.setdefault(name, [])
        owner = group[0].name if group else source.recording.name
        playback = self._playback
        track = Track(
            number,
            source,
            lambda origin, _name: playback.open(origin, owner, self._places),
            _known_already,
            playback.fault,
            shared,
        )
        group.append(track)
        return track

    def _safely(self, track: Track, group: str) -> Iterator[Step]:
        """Yield a recording's steps and, when it is the last of its conversations, their loss."""
        at = 0
        try:
            for step in track.steps():
                at = step[0]
                yield step
        except RecordingError as error:
            self._playback.fault(error)
        self._left[group] -= 1
        self._places.ended.add(self._groups[group][0].name)
        if at and not self._left[group]:
            yield at + LOST_AFTER, track.number, _losing(track.conversations()), b"", 0


class Chair:
    """Where one conversation writes (`venues.contract.Sink`): seats, one of which holds the market's book."""

    def __init__(self, playback: Playback, origin: Origin, owner: str, places: Places) -> None:
        self._playback = playback
        self._origin = origin
        self._owner = owner
        self._places = places

    def market(self, line: str, code: str) -> Market | None:
        """Return the seat to write to; none without terms."""
        instrument = self._playback.find(self._origin, line, code)
        real = None if instrument is None else self._playback.source.find(instrument.venue, instrument.market, code)
        if real is None:
            return None
        place = self._places.of(real)
        told = place.rivalry(self._owner, 0)
        if told is not None:
            self._playback.report(told)
        return place.join(line, code, self._owner)

    def touched(self, market: Market, now: int) -> None:
        """Pass it on when it is a change of the market's book."""
        assert isinstance(market, Seat)
        if market.place.takes(market, now):
            self._playback.source.touched(market.place.market, now)

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        """Pass it on when the conversation is the one that tells the market's trades."""
        assert isinstance(market, Seat)
        if market.place.is_news(market, (trade_id, price, size, buy), now):
            self._playback.source.traded(market.place.market, now, (price, size, buy, trade_id))

    def carried(self, market: Market, now: int) -> None:
        """Pass it on."""
        assert isinstance(market, Seat)
        self._playback.source.carried(market.place.market, now)

    def report(self, report: Report) -> None:
        """Pass it on."""
        self._playback.report(report)


def _some(symbols: Sequence[str]) -> str:
    """Name the first few of what may be hundreds."""
    more = len(symbols) - NAMED
    return ", ".join(symbols[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _check_held(wanted: Sequence[str], held: Sequence[str], left_out: Sequence[str]) -> None:
    """Refuse recordings without a market of a venue that is wanted, or of any."""
    if not held and not wanted:
        why = f" ({left_out[0]})" if left_out else ": they speak of none"
        raise UsageError(f"--market: no market of the recordings can be served{why}")
    lacking = [name for name in wanted if name not in held]
    if lacking:
        has = f"{', '.join(held)} are in them" if held else left_out[0] if left_out else "they hold other venues"
        raise UsageError(f"--market: the recordings hold no market of {', '.join(lacking)} ({has})")


def _check_together(sources: Sequence[Source]) -> None:
    """Refuse recordings that begin days apart; what cannot be read at all is told later."""
    begins: dict[str, int] = {}
    for source in sources:
        with contextlib.suppress(RecordingError):
            for record in source.recording.records():
                begins[source.recording.name] = record.at
                break
    first, last = (pick(begins, key=lambda name: begins[name], default="") for pick in (min, max))
    if begins and begins[last] - begins[first] > APART:
        days = (begins[last] - begins[first]) / APART
        raise UsageError(
            f"--market: {last} begins {days:,.1f} days after {first}, and recordings are played together as they were "
            "recorded: name recordings of one time"
        )


def _losing(talks: Sequence[Conversation]) -> Callable[[bytes, int], None]:
    def lose(_data: bytes, now: int) -> None:
        for talk in talks:
            talk.feed.disconnected(now)

    return lose


def _known_already(_instruments: list[Instrument]) -> None:
    """Lists inside a recording were read before it is played; terms do not change in the middle."""

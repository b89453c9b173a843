"""Recordings merged in time and played through the very feeds that are used live.

The player keeps no clock: `advance(until)` plays everything up to a market time, so the same loop serves a replay at
full speed, one paced by the wall clock, and a desk that shows its books in the browser.
Recordings that end in an error end alone; the others go on, and every error is kept.
A recording that ends while others go on is a connection that is lost: a second later its books are closed, so that no
spread is told of a market that nobody hears any more.
Equal times keep the order in which the recordings were named.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from basisdesk.app.port import Places, Port
from basisdesk.app.track import Track
from basisdesk.domain.errors import RecordingError
from basisdesk.store.recording import STAMPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from basisdesk.app.desk import Desk
    from basisdesk.app.scout import Sight
    from basisdesk.app.track import Conversation, Step

NEVER = 1 << 62
LOST_AFTER = 1_000_000_000
"""Market time after the end of a recording at which its books close, ns; files cut at midnight end within it."""


class Player:
    """The merged recordings.

    Attributes:
        errors: of recordings that could not be read to their end.
        started: time of the first step, 0 before it.
        played: time of the last step, 0 before the first.
    """

    def __init__(
        self,
        desk: Desk,
        sights: Sequence[Sight],
        progress: Callable[[int], None] | None = None,
        before: Callable[[int], int] | None = None,
        at_end: Callable[[], None] | None = None,
        fault: Callable[[RecordingError], None] | None = None,
    ) -> None:
        """Hooks of whoever runs this.

        `progress` is told bytes as they are read; `before` is called ahead of the first step beyond the time that it
        returned last (ns), beginning at once; `at_end` when all steps are played; `fault` with each error.
        """
        self.desk = desk
        self.errors: list[RecordingError] = []
        self.started = 0
        self.played = 0
        self._before = before or _never
        self._at_end = at_end
        self._fault = fault
        self._alarm = 0
        self._places = Places()
        self._tracks: list[Track] = []
        self._groups: list[str] = []
        for sight in sights:
            self._add(sight)
        self._steps = heapq.merge(*(self._safely(track, progress) for track in self._tracks))
        self._head: Step | None = None
        self._opened = False
        self._ended: list[str] = []
        self._endings: list[tuple[int, Track]] = []

    @property
    def frames(self) -> int:
        """Messages of the venues that were read so far."""
        return sum(track.frames for track in self._tracks)

    @property
    def undecoded(self) -> int:
        """Frames that could not be read and named no market."""
        talks = {id(talk): talk for track in self._tracks for talk in track.conversations()}
        return sum(talk.feed.undecoded for talk in talks.values())

    @property
    def size(self) -> int:
        """Bytes of all recordings, as stored."""
        return sum(track.source.recording.path.stat().st_size for track in self._tracks)

    def next_at(self) -> int | None:
        """Return the time of the next step (ns), None when everything has been played."""
        if not self._opened:
            self._opened = True
            self._head = next(self._steps, None)
        return None if self._head is None else self._head[0]

    def place(self) -> str:
        """Return file and line of the step being taken, for a message."""
        step = self._head
        return "" if step is None else f"{self._tracks[step[1]].name}, line {step[4]}"

    def advance(self, until: int) -> bool:
        """Play every step up to and including `until`; False when nothing is left."""
        if self.next_at() is None:
            return False
        head = self._head
        assert head is not None
        if not self.started:
            self.started = head[0]
        following = self._steps.__next__
        room = self.desk.room
        at, taken = head[0], 0
        try:
            while at <= until:
                if at > self._alarm:
                    self._alarm = self._ring(at)
                if at >= room.due:
                    self.desk.advance(at)
                room.now = at
                head[2](head[3], at)
                taken += 1
                self._head = head = following()
                at = head[0]
        except StopIteration:
            self._head = None
        finally:
            self.played = room.now if taken else self.played
        return self._head is not None

    def finish(self, settle: int) -> None:
        """Let what is under way when the recordings end come to its end, for at most `settle` ns of market time."""
        self._ring(self.played + 1)
        self._settle(self.played + settle)
        if self._at_end is not None:
            self._at_end()
            self._settle(self.desk.now + settle)

    def _settle(self, end: int) -> None:
        while self.desk.room.due <= end:
            self.desk.advance(self.desk.room.due)

    def _fail(self, error: RecordingError) -> None:
        self.errors.append(error)
        if self._fault is not None:
            self._fault(error)

    def _ring(self, at: int) -> int:
        """Do what is due before a step at `at`; return when there is something to do again."""
        for due, track in list(self._endings):
            if due < at:
                self._endings.remove((due, track))
                self._lose(track, due)
        following = self._before(at)
        return min([following, *(due for due, _ in self._endings)])

    def _lose(self, track: Track, at: int) -> None:
        for talk in track.conversations():
            talk.feed.disconnected(at)

    def _owner_of(self, track: Track) -> str:
        """The first recording of a track's group owns the markets of all of them."""
        return self._tracks[self._groups.index(self._groups[track.number])].name

    def _add(self, sight: Sight) -> None:
        source = sight.source
        shared: Conversation | None = None
        group = f"{len(self._tracks)}"
        if source.recording.form == STAMPED and sight.markets:
            assert source.given is not None  # stamped recordings without an origin are refused
            group = f"{source.given.name} {sorted(sight.markets)}"
            if group in self._groups:
                shared = self._tracks[self._groups.index(group)].open_stamped()
        self._groups.append(group)
        owner = source.recording.name if shared is None else self._tracks[self._groups.index(group)].name
        track = Track(
            len(self._tracks),
            source,
            lambda origin, _name: Port(self.desk, origin, owner, self._places),
            self.desk.list_instruments,
            self._fail,
            shared,
        )
        self._tracks.append(track)

    def _safely(self, track: Track, progress: Callable[[int], None] | None) -> Iterator[Step]:
        """Yield a recording's steps; keep its error and end."""
        try:
            yield from track.steps(progress)
        except RecordingError as error:
            self._fail(error)
        self._ended.append(self._groups[track.number])
        if self._ended.count(self._ended[-1]) == self._groups.count(self._ended[-1]):
            self._places.ended.add(self._owner_of(track))
            self._endings.append((self.desk.room.now + LOST_AFTER, track))
            self._alarm = 0


def _never(_at: int) -> int:
    return NEVER

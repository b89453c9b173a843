"""Time as the live desk knows it: the local clock, each venue's offset from it, and pauses of the machine.

The local clock is the wall clock at the start carried on by the monotonic one, so it never goes back and a step of the
wall clock (NTP, a person) moves no timer.
A venue's time is the local clock plus the offset that was measured for the venue; signing and the venue's own
deadlines use it, so a wrong local clock does no harm beyond the alarm.
A machine that stood still (a suspended notebook, a paused virtual machine) shows in both clocks or in the wall clock
alone; either way what was under way is then unknown and every book is old.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SECOND = 1_000_000_000
ALARM = SECOND // 2
"""An offset beyond this is told as a fault of the local clock."""
WIDEST = 5 * SECOND
"""A round trip that took longer tells nothing of the time, least of all when it was spent waiting here."""
SAMPLES = 5
MEASURE_EVERY = 60 * SECOND
JITTER = SECOND // 50
"""Round trips that differ by so little are as good as one another."""
TICK = SECOND // 2
PAUSE = 3 * SECOND
"""A tick that comes this much too late means that the machine stood still."""


class Clock(Protocol):
    """The local clock, and a way to wait."""

    def now(self) -> int:
        """Return the local time, ns UTC; never less than before."""

    async def sleep(self, span: int) -> None:
        """Wait for a span in ns."""


class LocalClock:
    """The machine's clock."""

    def __init__(
        self, wall: Callable[[], int] = time.time_ns, monotonic: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._shift = wall() - monotonic()

    def now(self) -> int:
        """Return the local time, ns UTC."""
        return self._monotonic() + self._shift

    def ahead(self) -> int:
        """Return by how much the wall clock is ahead of this one (behind: negative), ns."""
        return self._wall() - self.now()

    def catch_up(self) -> None:
        """Go forward to the wall clock, after a pause that the monotonic clock did not count; never back."""
        self._shift += max(0, self.ahead())

    async def sleep(self, span: int) -> None:
        """Wait for a span in ns."""
        await asyncio.sleep(max(0, span) / SECOND)


class Pulse:
    """Tells when the machine stood still: call `beat` about every `TICK`."""

    def __init__(self, clock: LocalClock) -> None:
        self._clock = clock
        self._last = clock.now()
        self._ahead = clock.ahead()

    def beat(self) -> tuple[int, int]:
        """Return how late this beat is, and how long the machine stood still (0 for not at all), ns.

        A wall clock that leaps forward alone counts as standing still, because nothing tells it from a suspension.
        """
        now, ahead = self._clock.now(), self._clock.ahead()
        late = max(0, now - self._last - TICK)
        still = max(late, ahead - self._ahead)
        if still >= PAUSE:
            self._clock.catch_up()
        self._last, self._ahead = self._clock.now(), self._clock.ahead()
        return late, still if still >= PAUSE else 0


@dataclass(slots=True)
class VenueClock:
    """One venue's time.

    Attributes:
        clock: the local clock.
        offset: ns by which the venue is ahead.
        measured: local time of the last measurement, 0 before the first.
        uncertainty: half of the round trip of the sample that was taken, ns.
    """

    clock: Clock
    offset: int = 0
    measured: int = 0
    uncertainty: int = 0
    _samples: list[tuple[int, int]] = field(default_factory=list)

    def now(self) -> int:
        """Return the venue's time, ns UTC."""
        return self.clock.now() + self.offset

    @property
    def alarming(self) -> bool:
        """Whether the local clock is wrong by more than `ALARM`, beyond what the measurement cannot tell."""
        return abs(self.offset) - self.uncertainty > ALARM

    def sample(self, sent: int, told: int, came: int) -> None:
        """Take one answer: local time of sending and arrival, and the venue's time in it.

        The venue is taken to have looked at its clock half way.
        """
        self._samples.append((told - (sent + came) // 2, (came - sent) // 2))

    def settle(self) -> bool:
        """Take the median of the good samples as the offset; False when there were none.

        A sample may be off by half of its round trip, so none counts that took much longer than the quickest.
        """
        told, self._samples = self._samples, []
        quickest = min((half for _, half in told), default=WIDEST)
        if 2 * quickest > WIDEST:
            return False
        samples = [(offset, half) for offset, half in told if half <= 3 * quickest + JITTER]
        self.offset = int(median(offset for offset, _ in samples))
        self.uncertainty = int(median(half for _, half in samples))
        self.measured = self.clock.now()
        return True


async def measure(venue: VenueClock, ask: Callable[[], Awaitable[int | None]], samples: int = SAMPLES) -> bool:
    """Ask the venue's time a few times and settle on the offset; `ask` returns ns, or None when there was no answer."""
    for _ in range(samples):
        sent = venue.clock.now()
        told = await ask()
        if told is not None:
            venue.sample(sent, told, venue.clock.now())
    return venue.settle()

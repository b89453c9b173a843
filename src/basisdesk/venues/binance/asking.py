"""When to ask for a depth snapshot, and when to ask again.

Snapshots cost request weight, and a reply may be lost, refused or too old to connect to the stream.
So each market asks once, waits, and then asks again with doubling patience; it never asks in a tight loop.
"""

from __future__ import annotations

SECOND = 1_000_000_000
REPLY_WAIT = 5 * SECOND
FIRST_PAUSE = 1 * SECOND
LONGEST_PAUSE = 32 * SECOND


class Asking:
    """The state of one market's wish for a snapshot.

    `ready` says that a request should be made now, `deadline` when to look again (None while nothing is wanted).
    """

    __slots__ = ("deadline", "ready", "tries")

    def __init__(self) -> None:
        self.ready = False
        self.deadline: int | None = None
        self.tries = 0

    def want(self, now: int) -> None:
        """A snapshot is needed as soon as possible; no change while one is already asked for."""
        if not self.ready and self.tries == 0:
            self.ready = True
            self.deadline = now + REPLY_WAIT
            self.tries = 1

    def want_later(self, at: int) -> None:
        """A snapshot is needed if nothing better happens until `at`."""
        if self.deadline is None:
            self.deadline = at

    def taken(self) -> bool:
        """Hand the wish over to be requested; True when there is one."""
        ready, self.ready = self.ready, False
        return ready

    def failed(self, now: int) -> None:
        """The reply was of no use: ask again after a pause that doubles each time."""
        self.ready = False
        self.tries = max(self.tries, 1)
        self.deadline = now + self._pause()

    def on_time(self, now: int) -> None:
        """Ask (again) when the deadline has passed."""
        if self.deadline is not None and now >= self.deadline:
            self.ready = True
            self.tries += 1
            self.deadline = now + REPLY_WAIT + self._pause()

    def settle(self) -> None:
        """Nothing is wanted any more."""
        self.ready = False
        self.deadline = None
        self.tries = 0

    def _pause(self) -> int:
        return min(FIRST_PAUSE << min(self.tries - 1, 10), LONGEST_PAUSE)

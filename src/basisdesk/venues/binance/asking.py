"""When to ask for a depth snapshot, and when to ask again.

Snapshots cost request weight, and a reply may be lost, refused or too old to connect to the stream.
So each market asks once, waits, and then asks again with doubling patience.
A market that falls out of sync again and again may ask a few times at once and then has to wait: no tight loop.
"""

from __future__ import annotations

from collections import deque

SECOND = 1_000_000_000
REPLY_WAIT = 5 * SECOND
FIRST_PAUSE = 1 * SECOND
LONGEST_PAUSE = 32 * SECOND
AT_ONCE = 3
AT_ONCE_TIME = 10 * SECOND


class Asking:
    """The state of one market's wish for a snapshot.

    `ready` says that a request should be made now, `deadline` when to look again (None while nothing is wanted).
    """

    __slots__ = ("deadline", "ready", "recent", "tries")

    def __init__(self) -> None:
        self.ready = False
        self.deadline: int | None = None
        self.tries = 0
        self.recent: deque[int] = deque(maxlen=AT_ONCE)

    def want(self, now: int) -> None:
        """A snapshot is needed as soon as possible; no change while one is already asked for."""
        if self.ready or self.tries > 0:
            return
        self.tries = 1
        if len(self.recent) == AT_ONCE and now - self.recent[0] < AT_ONCE_TIME:
            self.deadline = self.recent[0] + AT_ONCE_TIME
            return
        self.recent.append(now)
        self.ready = True
        self.deadline = now + REPLY_WAIT

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
            self.recent.append(now)
            self.tries += 1
            self.deadline = now + REPLY_WAIT + self._pause()

    def settle(self) -> None:
        """Nothing is wanted any more."""
        self.ready = False
        self.deadline = None
        self.tries = 0

    def _pause(self) -> int:
        return min(FIRST_PAUSE << min(self.tries - 1, 10), LONGEST_PAUSE)

"""What was asked in a rolling window: the count that most venues hold their limits against.

A request leaves the window when it is exactly as old as the window is long.
How many are allowed, and whether one that is refused counts, is for the venue's own gate to say.
Times and lengths are in ns; time must not run backwards.
"""

from __future__ import annotations

from collections import deque


class Rolling:
    """The requests of the last `window` ns."""

    __slots__ = ("_times", "_window")

    def __init__(self, window: int) -> None:
        self._window = window
        self._times: deque[int] = deque()

    def used(self, now: int) -> int:
        """Return how many requests are in the window."""
        while self._times and self._times[0] <= now - self._window:
            self._times.popleft()
        return len(self._times)

    def note(self, now: int, units: int = 1) -> None:
        """Count a request, or several."""
        self._times.extend([now] * units)

    def eased_at(self, now: int) -> int:
        """Return when the oldest request leaves the window; with none in it, when one of now would."""
        return (self._times[0] if self.used(now) else now) + self._window

"""When something may be asked for, and when again.

The first few times it is asked for at once; then pauses double, so that a venue which answers with what is of no use is
not asked in a tight loop.
What has come, and was not asked for in the minute since, may be asked for at once again.
An answer is only waited for once the asking was really taken, so a replay, which sends nothing, waits for nothing.
"""

from __future__ import annotations

SECOND = 1_000_000_000
ANSWER_NS = 5 * SECOND
CALM_NS = 60 * SECOND
AT_ONCE = 3
DOUBLINGS = 6


class Asking:
    """One thing that is asked for; `tries` is how often it was wished for since things were calm."""

    __slots__ = ("_answer_by", "_come", "_last", "_ready_at", "tries")

    def __init__(self) -> None:
        self.tries = 0
        self._come = True
        self._last = 0
        self._ready_at: int | None = None
        self._answer_by: int | None = None

    def want(self, now: int, later: int = 0) -> None:
        """Wish for it, `later` ns from now at the earliest; nothing new while it is wished for already."""
        if self._ready_at is not None:
            return
        if self._come and now - self._last >= CALM_NS:
            self.tries = 0
        self._ready_at = now + max(later, self._pause())
        self._answer_by = None
        self._come = False
        self._last = now
        self.tries += 1

    def take(self, now: int) -> bool:
        """Say whether it should be asked for now; if so, the answer is waited for from now on."""
        if self._ready_at is None or now < self._ready_at:
            return False
        self._ready_at = None
        self._answer_by = now + ANSWER_NS
        return True

    def settle(self) -> None:
        """It has come, or is not needed any more."""
        self._ready_at = self._answer_by = None
        self._come = True

    def failed(self, now: int) -> None:
        """What came is of no use: wish again."""
        self._ready_at = self._answer_by = None
        self.want(now)

    def next_deadline(self, now: int) -> int | None:
        """When to look again, or None; a wish that can be taken already is no reason to look."""
        if self._ready_at is not None and self._ready_at > now:
            return self._ready_at
        return self._answer_by

    def overdue(self, now: int) -> bool:
        """Wish again when the answer did not come in time; return whether it did not."""
        if self._answer_by is None or now < self._answer_by:
            return False
        self.failed(now)
        return True

    def _pause(self) -> int:
        return 0 if self.tries < AT_ONCE else SECOND << min(self.tries - AT_ONCE, DOUBLINGS)

"""Fills that the spot socket has shown but not told, and when to ask for them.

They are asked for at once, but at most once a second a market, and once more a little later, because the venue's list
of trades may lag behind its socket.
Times are in ns.
"""

from __future__ import annotations

from basisdesk.venues.bigone.sign import SECOND

PAUSE_NS = SECOND
LAG_NS = 5 * SECOND
FAILED_NS = 2 * SECOND


class Owed:
    """The fills of one market; `since` is the time from which on they are asked for."""

    __slots__ = ("_due", "_follow", "_last", "since")

    def __init__(self) -> None:
        self.since = 0
        self._due: int | None = None
        self._follow = 0
        self._last = -PAUSE_NS

    def want(self, since: int, now: int) -> None:
        """Ask for what was traded since."""
        self.since = since if self._due is None else min(since, self.since)
        soon = max(now, self._last + PAUSE_NS)
        self._due = soon if self._due is None else min(soon, self._due)
        self._follow = now + LAG_NS

    def take(self, now: int) -> bool:
        """Say whether to ask now; if so, it counts as asked."""
        if self._due is None or now < self._due:
            return False
        self._last = now
        self._due = self._follow if self._follow > now else None
        return True

    def failed(self, now: int) -> None:
        """It was not answered: ask again."""
        again = now + FAILED_NS
        self._due = again if self._due is None else min(again, self._due)

    def next_deadline(self) -> int | None:
        """When to look again, or None."""
        return self._due

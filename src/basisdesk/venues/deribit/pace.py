"""How often requests may be sent: a burst at first, then one at a time.

The venue allows 3.3 subscription requests a second and 10 at once, and ends the session of whoever sends more; 60 % of
that is used.
Followed: https://docs.deribit.com/articles/rate-limits.
"""

from __future__ import annotations

BURST = 6
GAP_NS = 500_000_000


class Pace:
    """Counts requests in time: `_due` is when all that were sent would have been sent one `GAP_NS` after another."""

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due = 0

    def next_at(self) -> int:
        """When the next request may be sent (ns)."""
        return self._due - (BURST - 1) * GAP_NS

    def spend(self, now: int) -> bool:
        """Count one request if it may be sent now; return whether it may."""
        if now < self.next_at():
            return False
        self._due = max(self._due, now) + GAP_NS
        return True

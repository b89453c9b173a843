"""How market time follows the wall clock.

Market time runs `speed` times as fast as the monotonic clock.
When the machine slept, or cannot keep up, the lag is forgotten rather than caught up in one leap: whoever looks at the
page sees a market that moves, never one that rushes.
"""

from __future__ import annotations

SECOND = 1_000_000_000


class Pace:
    """Market time for a wall time; both in ns, the wall's from a clock that never goes back."""

    def __init__(self, market: int, wall: int, speed: float) -> None:
        """Raises ValueError unless `speed` is a finite number above zero."""
        if not 0 < speed < float("inf"):
            raise ValueError(f"a speed of {speed} is not a number above zero")
        self._market = market
        self._wall = wall
        self.speed = speed

    def market(self, wall: int) -> int:
        """Market time that this wall time wants."""
        return self._market + int((wall - self._wall) * self.speed)

    def wait(self, market: int, wall: int) -> float:
        """Seconds of wall time until this market time is due; zero when it is."""
        return max(0.0, (market - self.market(wall)) / self.speed / SECOND)

    def reached(self, market: int, wall: int, patience: int = SECOND) -> None:
        """Say how far the market really got; a lag of more than `patience` ns of wall time is forgotten."""
        if (self.market(wall) - market) / self.speed > patience:
            self._market, self._wall = market, wall

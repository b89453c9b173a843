"""Rate limits: at most so many requests of one kind by one user or address in a window.

Spot counts every endpoint by itself and says what is left in headers of its own; contracts count trading and reading.
"""

from __future__ import annotations

from typing import NamedTuple

from basisdesk.sim.dialects.htx.text import NS_PER_MS
from basisdesk.sim.dialects.rolling import Rolling

SECOND = 1_000_000_000


class Limit(NamedTuple):
    """A published limit: its name (``each`` makes one of each endpoint), how many, in which window (ns)."""

    name: str
    most: int
    window: int
    each: bool = False


SPOT_TRADE = Limit("spot trade", 100, 2 * SECOND, each=True)
SPOT_READ = Limit("spot read", 50, 2 * SECOND, each=True)
TRADE = Limit("contract trade", 72, 3 * SECOND)
READ = Limit("contract read", 72, 3 * SECOND)
PUBLIC = Limit("contract public", 240, 3 * SECOND)
V5_TRADE = Limit("v5 trade", 24, SECOND)
V5_SETTING = Limit("v5 setting", 48, SECOND)
V5_MARKET = Limit("v5 market", 80, SECOND)
MARKET = Limit("market data", 800, SECOND)


class Meter:
    """What has been used of each limit."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str], Rolling] = {}
        self._exhausted = 0

    def exhaust(self, until: int) -> None:
        """Behave until then as though everything were used up."""
        self._exhausted = until

    def take(self, limit: Limit, whose: str, endpoint: str, now: int) -> bool:
        """Count a request; False when it is one too many (it is not counted then)."""
        asked = self._of(limit, whose, endpoint)
        if now < self._exhausted or asked.used(now) >= limit.most:
            return False
        asked.note(now)
        return True

    def headers(self, limit: Limit, whose: str, endpoint: str, now: int) -> tuple[tuple[str, str], ...]:
        """Return what the venue tells of a limit."""
        asked = self._of(limit, whose, endpoint)
        left = 0 if now < self._exhausted else limit.most - asked.used(now)
        reset = (self._exhausted if now < self._exhausted else asked.eased_at(now)) // NS_PER_MS
        if limit.each:
            return (("X-HB-RateLimit-Requests-Remain", str(left)), ("X-HB-RateLimit-Requests-Expire", str(reset)))
        return (
            ("ratelimit-limit", str(limit.most)),
            ("ratelimit-interval", str(limit.window // NS_PER_MS)),
            ("ratelimit-remaining", str(left)),
            ("ratelimit-reset", str(reset)),
        )

    def _of(self, limit: Limit, whose: str, endpoint: str) -> Rolling:
        name = f"{limit.name} {endpoint}" if limit.each else limit.name
        return self._used.setdefault((name, whose), Rolling(limit.window))

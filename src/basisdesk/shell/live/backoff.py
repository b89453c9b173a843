"""Waiting before trying again, so that neither a venue nor we are run over when something fails.

Pauses grow from 2 s to 60 s, doubling; each is made longer by up to a half of itself at random, so that many
connections that were lost together do not come back together.
Beside that, a venue sees at most one attempt to connect a second, whoever makes it, and no more than its published
limit allows; a measurement on loopback may let the first ones come at once, a twentieth of a second apart.
Spans are in ns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.budget import Budget

if TYPE_CHECKING:
    import random

    from basisdesk.shell.live.clock import Clock
    from basisdesk.venues.trading import Bucket

SECOND = 1_000_000_000
FIRST = 2 * SECOND
LONGEST = 60 * SECOND
SPACING = SECOND
FREE = 12
"""Attempts that a measurement need not wait for; venues may count so few in a second as too many (OKX: 4)."""
_APART = SECOND // 20


class Backoff:
    """The pauses of one thing that is tried again and again."""

    def __init__(self, rng: random.Random, first: int = FIRST, longest: int = LONGEST) -> None:
        self._rng = rng
        self._first = first
        self._longest = longest
        self._failures = 0

    def reset(self) -> None:
        """It worked."""
        self._failures = 0

    def pause(self) -> int:
        """It failed: return how long to wait, ns."""
        least = min(self._longest * 2 // 3, self._first << min(self._failures, 10))
        self._failures += 1
        return int(self._rng.uniform(least, least * 3 / 2))


class Gate:
    """Lets attempts through one after another, `spacing` apart after the first `free` ones."""

    def __init__(self, clock: Clock, spacing: int = SPACING, free: int = 0, limit: Bucket | None = None) -> None:
        """`limit` is what the venue publishes of attempts to connect, None where it publishes nothing."""
        self._clock = clock
        self._budget = Budget(() if limit is None else (limit,))
        self._costs = () if limit is None else ((limit.name, 1.0),)
        self._spacing = spacing
        self._free = free
        self._next = 0

    async def enter(self) -> None:
        """Wait for one's turn."""
        now = self._clock.now()
        turn = max(now, self._next)
        self._next = turn + (_APART if self._free else self._spacing)
        self._free = max(0, self._free - 1)
        if turn > now:
            await self._clock.sleep(turn - now)
        while wait := self._budget.ask(self._costs, False, "", self._clock.now()):  # noqa: FBT003 (not urgent)
            await self._clock.sleep(wait)

"""The bodies that public feeds ask for over HTTP.

Requests wait in one line for each venue and go one at a time: within the venue's budget where they say what they cost,
else so far apart that the dearest of them (a whole book, 50 of 6000 units a minute at Binance) stays within it.
A failed one is not repeated here: the feed knows whether it still wants it, and asks again.
Whoever asks again before its turn has come keeps the place in the line; nothing is fetched twice for it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from basisdesk.domain.ask import AskInstruments
from basisdesk.shell.live.transport import NotSent
from basisdesk.venues.trading import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.shell.live.clock import Clock
    from basisdesk.shell.live.transport import Transport
    from basisdesk.venues.budget import Budget
    from basisdesk.venues.contract import SnapshotRequest, Venue

SECOND = 1_000_000_000
APART = SECOND // 20
UNSTATED = SECOND
MOST = 4096
LONGEST_BAN = 3600 * SECOND
_TOO_MANY = (403, 418, 429)


class Snapshots:
    """The line of one venue; `run` works it off."""

    def __init__(self, venue: Venue, transport: Transport, budget: Budget, clock: Clock) -> None:
        self._venue = venue
        self._transport = transport
        self._budget = budget
        self._clock = clock
        self._waiting: dict[tuple[str, str], tuple[SnapshotRequest, Callable[[bytes, int], None]]] = {}
        self._asked = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether requests wait."""
        return bool(self._waiting)

    def ask(self, request: SnapshotRequest, take: Callable[[bytes, int], None]) -> None:
        """Get a body and give it to `take` with the local time; one too many is dropped, and asked for again."""
        key = request.line, request.path
        if key in self._waiting or len(self._waiting) < MOST:
            self._waiting[key] = request, take
            self._asked.set()

    async def run(self) -> None:
        """Work the line off until cancelled."""
        while True:
            while not self._waiting:
                self._asked.clear()
                await self._asked.wait()
            request, _ = self._waiting[next(iter(self._waiting))]
            while wait := self._budget.ask(request.costs, False, request.code, self._clock.now()):  # noqa: FBT003 (not urgent)
                await self._clock.sleep(wait)
            _, take = self._waiting.pop((request.line, request.path))
            await self._get(request, take)
            await self._clock.sleep(APART if request.costs else UNSTATED)

    async def _get(self, request: SnapshotRequest, take: Callable[[bytes, int], None]) -> None:
        origin = self._venue.lines[request.line].rest_url
        get = Request(ask=AskInstruments(request.line), method="GET", origin=origin, path=request.path)
        try:
            response = await self._transport.request(get)
        except NotSent:
            return
        if response.status in _TOO_MANY:
            self._budget.ban(response.at + ban_of(response.headers))
        if response.status:
            take(response.body, response.at)


def ban_of(headers: dict[str, str]) -> int:
    """Return how long a venue that was asked too much wants to be left alone (``Retry-After``), ns; 10 s if unsaid."""
    text = headers.get("retry-after", "")
    return min(int(text) * SECOND, LONGEST_BAN) if text.isdecimal() and len(text) < 10 else 10 * SECOND  # noqa: PLR2004 (digits)

"""The bodies that public feeds ask for over HTTP.

Requests wait in one line for each venue and go one at a time: within the venue's budget where they say what they cost,
else so far apart that the dearest of them (a whole book, 50 of 6000 units a minute at Binance) stays within it.
A failed one is not repeated here: the feed knows whether it still wants it, and asks again.
Whoever asks again before its turn has come keeps the place in the line; nothing is fetched twice for it.
What an answer says of the limits is heeded like that of any other request: it is the same address.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from basisdesk.domain.ask import AskInstruments
from basisdesk.shell.live.transport import NotSent
from basisdesk.venues.trading import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.shell.live.site import Site
    from basisdesk.venues.contract import SnapshotRequest

SECOND = 1_000_000_000
APART = SECOND // 20
UNSTATED = SECOND
MOST = 4096


class Snapshots:
    """The line of one venue; `run` works it off."""

    def __init__(self, site: Site) -> None:
        self._site = site
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
        budget, clock = self._site.budget, self._site.clock
        while True:
            while not self._waiting:
                self._asked.clear()
                await self._asked.wait()
            request, _ = self._waiting[next(iter(self._waiting))]
            while wait := budget.ask(request.costs, False, request.code, clock.now()):  # noqa: FBT003 (not urgent)
                await clock.sleep(wait)
            _, take = self._waiting.pop((request.line, request.path))
            await self._get(request, take)
            await clock.sleep(APART if request.costs else UNSTATED)

    async def _get(self, request: SnapshotRequest, take: Callable[[bytes, int], None]) -> None:
        site = self._site
        origin = site.venue.lines[request.line].rest_url
        ask = AskInstruments(request.line)
        get = Request(ask=ask, method="GET", origin=origin, path=request.path, costs=request.costs)
        try:
            response = await site.transport.request(get)
        except NotSent:
            return
        site.overhear(get, response, request.code)
        if response.status:
            take(response.body, response.at)

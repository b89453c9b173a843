"""Where faults are switched on: a small HTTP service of the simulator, on a loopback port of its own.

``GET /`` tells addresses and keys as the command printed them, ``GET /faults`` lists the names,
``GET /faults/VENUE`` what is on, ``POST /faults/VENUE`` turns one on
(``{"fault": "drop", "share": 0.5, "count": 3, "topic": "book"}``), ``DELETE /faults/VENUE`` turns all off,
``DELETE /faults/VENUE/FAULT`` those of one name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from basisdesk.domain.errors import Refusal, nearest
from basisdesk.sim.faults import FAULTS, switch_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from basisdesk.shell.simserver.booth import Booth
    from basisdesk.sim.faults import Switch


LONGEST = 86_400.0
"""Longest delay, clock offset or fault (seconds)."""
LARGEST = 64 * 1024
"""Largest body that is taken (bytes)."""
LONGEST_PATH = 80
"""So much of a path that was asked for is repeated in a refusal."""


class Control:
    """The service; `await start()` gives its address."""

    def __init__(self, booths: Mapping[str, Booth], clock: Callable[[], int], told: Callable[[], object]) -> None:
        """`told` gives what ``GET /`` answers."""
        self._booths = booths
        self._clock = clock
        self._told = told
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen on a free loopback port; returns the address."""
        application = web.Application(client_max_size=LARGEST, middlewares=[_in_one_sentence])
        application.router.add_get("/", self._tell)
        application.router.add_get("/faults", self._names)
        application.router.add_get("/faults/{venue}", self._active)
        application.router.add_post("/faults/{venue}", self._switch)
        application.router.add_delete("/faults/{venue}", self._clear)
        application.router.add_delete("/faults/{venue}/{fault}", self._clear)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _tell(self, _request: web.Request) -> web.Response:
        return _json(self._told())

    async def _names(self, _request: web.Request) -> web.Response:
        return _json(list(FAULTS.values()))

    async def _active(self, request: web.Request) -> web.Response:
        booth = self._booth(request)
        return _json(booth.wire.active()) if not isinstance(booth, Refusal) else _json(booth, 404)

    async def _switch(self, request: web.Request) -> web.Response:
        booth = self._booth(request)
        if isinstance(booth, Refusal):
            return _json(booth, 404)
        switch = _bounded(switch_of(await request.read()))
        if isinstance(switch, Refusal):
            return _json(switch, 400)
        booth.wire.switch(switch, self._clock())
        booth.hand_out()
        booth.wake()
        return _json(switch)

    async def _clear(self, request: web.Request) -> web.Response:
        booth = self._booth(request)
        if isinstance(booth, Refusal):
            return _json(booth, 404)
        named = request.match_info.get("fault", "")
        switch = switch_of(msgspec.json.encode({"fault": named, "seconds": 1})) if named else None
        if isinstance(switch, Refusal):
            return _json(switch, 404)
        booth.wire.clear(switch.fault if switch else "")
        booth.wake()
        return _json(booth.wire.active())

    def _booth(self, request: web.Request) -> Booth | Refusal:
        venue = request.match_info["venue"]
        found = self._booths.get(venue)
        if found is None:
            known = ", ".join(self._booths)
            return Refusal("unknown_venue", f"{venue!r} is not simulated{nearest(venue, self._booths)}; {known} are")
        return found


@web.middleware
async def _in_one_sentence(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer in JSON what the server itself refuses: other paths, other methods, bodies that are too large."""
    try:
        return await handler(request)
    except web.HTTPMethodNotAllowed as refused:
        offered = ", ".join(sorted(refused.allowed_methods))
        return _json(Refusal("method", f"{request.method} {request.path} is not offered: ask with {offered}"), 405)
    except web.HTTPRequestEntityTooLarge:
        return _json(Refusal("malformed", f"a fault is asked for with at most {LARGEST} bytes"), 413)
    except web.HTTPNotFound:
        return _json(
            Refusal("path", f"there is nothing at {request.path[:LONGEST_PATH]}: ask for /, /faults or /faults/VENUE"),
            404,
        )


def _bounded(switch: Switch | Refusal) -> Switch | Refusal:
    """Refuse times that no venue shows and that a clock cannot hold."""
    if isinstance(switch, Refusal):
        return switch
    least = -LONGEST if switch.fault == "clock-offset" else 0.0
    if not least <= switch.seconds <= LONGEST:
        return Refusal("seconds", f"seconds is {switch.seconds:g}: give {least:g} to {LONGEST:g} for {switch.fault}")
    if switch.lasts is not None and switch.lasts > LONGEST:
        return Refusal("lasts", f"lasts is {switch.lasts:g}: give at most {LONGEST:g}, or leave it out")
    return switch


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(value), content_type="application/json")

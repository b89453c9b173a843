"""One venue of the simulator on its loopback ports: sockets outside, a dialect with its faults inside.

One task lets the venue live: it advances the dialect whenever something is due and hands out what it has to say.
"""

from __future__ import annotations

import asyncio
import time
from math import ceil
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from basisdesk.shell.simserver.outlet import Outlet
from basisdesk.sim.contract import HttpAnswer, HttpCall

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from basisdesk.sim.faulty import Faulty

SECOND = 1_000_000_000
LARGEST = 4 * 1024 * 1024
"""Largest request body or frame that is taken (bytes)."""
SPOKEN = ("json",)
"""Sub-protocols that a client may ask for by name (BigONE has one); many clients give up where none is chosen."""
_IDLE = 0.25
"""How long the venue sleeps at most (seconds); a fault that is switched on shortens a sleep anyway."""
_BEAT = 0.02
"""All venues look for what is due at the same multiples of so many seconds, each for all that is due by then; a client
that says something is answered at once."""


class Booth:
    """A venue; `await start()` inside a running loop, then `urls` names its addresses."""

    def __init__(self, venue: str, wire: Faulty, clock: Callable[[], int] = time.time_ns) -> None:
        self.venue = venue
        self.wire = wire
        self.urls: dict[str, str] = {}
        self._clock = clock
        self._outlets: dict[int, Outlet] = {}
        self._runners: list[web.AppRunner] = []
        self._count = 0
        self._wake = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    async def start(self) -> asyncio.Task[None]:
        """Listen on free loopback ports; returns the task that lets the venue live, which ends only by a fault."""
        for host in self.wire.origins:
            application = web.Application(client_max_size=LARGEST)
            application.router.add_route("*", "/{path:.*}", self._answerer(host))
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
            await runner.setup()
            self._runners.append(runner)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            self.urls[host] = f"http://127.0.0.1:{port}"
        self._life = asyncio.create_task(self._live(), name=f"venue {self.venue}")
        return self._life

    async def stop(self) -> None:
        """Close every socket and port."""
        if self._life is not None:
            self._life.cancel()
        for outlet in list(self._outlets.values()):
            outlet.abort()
            await outlet.stop()
        for runner in self._runners:
            await runner.cleanup()

    def wake(self) -> None:
        """Something was changed from outside: look again at what is due."""
        self._wake.set()

    def hand_out(self) -> None:
        """Give every socket what the venue has to say."""
        for item in self.wire.take():
            outlet = self._outlets.get(item.socket)
            if outlet is not None:
                outlet.put(item)

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now = self._clock()
            self.wire.advance(now)
            self.hand_out()
            due = self.wire.next_deadline()
            wait = _IDLE if due is None else min(_IDLE, (due - self._clock()) / SECOND)
            self._wake.clear()
            alarm = loop.call_at(_beat(loop.time() + wait), self._wake.set)
            await self._wake.wait()
            alarm.cancel()

    def _answerer(self, host: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            call = await _call(host, request)
            if request.headers.get("upgrade", "").lower() == "websocket":
                return await self._converse(request, call)
            return await self._reply(request, call)

        return answer

    async def _reply(self, request: web.Request, call: HttpCall) -> web.StreamResponse:
        held = self.wire.hold(call, self._clock())
        if held:
            await asyncio.sleep(held / SECOND)
        answer = self.wire.http(call, self._clock())
        self.hand_out()
        self._wake.set()
        late = self.wire.late(call, self._clock())
        if late:
            await asyncio.sleep(late / SECOND)
        return _response(request, answer)

    async def _converse(self, request: web.Request, call: HttpCall) -> web.StreamResponse:
        self._count += 1
        number = self._count
        refusal = self.wire.opened(number, call, self._clock())
        if refusal is not None:
            return _response(request, refusal)
        socket = web.WebSocketResponse(compress=False, max_msg_size=LARGEST, timeout=1.0, protocols=SPOKEN)
        await socket.prepare(request)
        outlet = self._outlets[number] = Outlet(socket, request)
        self.hand_out()
        try:
            async for message in socket:
                if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    body = message.data.encode() if isinstance(message.data, str) else message.data
                    self.wire.receive(number, body, self._clock())
                    self.hand_out()
                    self._wake.set()
        finally:
            del self._outlets[number]
            self.wire.closed(number, self._clock())
            await outlet.stop()
        return socket


def _beat(at: float) -> float:
    """Return the first common time at or after a time of the loop's clock (seconds)."""
    return ceil(at / _BEAT) * _BEAT


async def _call(host: str, request: web.Request) -> HttpCall:
    path, _, query = request.raw_path.partition("?")
    return HttpCall(
        host=host,
        authority=request.host,
        method=request.method,
        path=path,
        query=query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
        source=request.remote or "",
    )


def _response(request: web.Request, answer: HttpAnswer) -> web.StreamResponse:
    """Make the server's answer; status 0 closes the connection without one."""
    if answer.status == 0:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=499)
    response = web.Response(status=answer.status, body=answer.body)
    response.headers["content-type"] = "application/json"
    for name, value in answer.headers:
        response.headers[name] = value
    return response

"""A dialect that echoes, behind the faults, in a booth on real sockets."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import aiohttp

from basisdesk.shell.simserver.booth import Booth
from basisdesk.shell.simserver.control import Control
from basisdesk.sim.contract import Close, Frame, HttpAnswer, HttpCall
from basisdesk.sim.faulty import Faulty

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from basisdesk.sim.faults import Switch

SECOND = 1_000_000_000


class Echo:
    """Says back what it is sent, the way that the first word asks for; and speaks by itself when `due`."""

    def __init__(self) -> None:
        self.origins: Mapping[str, Sequence[str]] = {
            "rest": ("https://echo.example",),
            "stream": ("wss://echo.example",),
        }
        self.calls: list[HttpCall] = []
        self.out: list[Frame | Close] = []
        self.sockets: dict[int, None] = {}
        self.gone: list[int] = []
        self.due: int | None = None
        self.answer: HttpAnswer | None = None
        self.refusal: HttpAnswer | None = None
        self.expired = 0
        self.heard = 0
        self.limited: list[int] = []

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        self.calls.append(call)
        return self.answer or HttpAnswer(201, call.body, (("x-used", "7"),))

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        self.calls.append(call)
        if self.refusal is None:
            self.sockets[socket] = None
            self.out.append(Frame(socket, b"welcome", "control"))
        return self.refusal

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        self.heard += 1
        match frame.partition(b" ")[0]:
            case b"close":
                self.out.append(Close(socket, 4001, "enough"))
            case word:
                self.out.append(Frame(socket, frame, "book BTC", binary=word == b"binary", ping=word == b"ping"))

    def closed(self, socket: int, now: int) -> None:
        del self.sockets[socket]
        self.gone.append(socket)

    def take(self) -> list[Frame | Close]:
        out, self.out = self.out, []
        return out

    def next_deadline(self) -> int | None:
        return self.due

    def advance(self, now: int) -> None:
        if self.due is not None and now >= self.due:
            self.due = None
            self.out += [Frame(socket, b"tick", "book BTC") for socket in self.sockets]

    def exhaust(self, now: int, until: int) -> None:
        self.limited.append(until - now)

    def expire(self, now: int) -> None:
        self.expired += 1


class Place:
    """The booth, the control and a client, all running."""

    def __init__(self) -> None:
        self.echo = Echo()
        self.exchange: list[tuple[str, Switch | None]] = []
        self.wire = Faulty(self.echo, lambda name, switch: self.exchange.append((name, switch)))
        self.booth = Booth("echo", self.wire)
        self.control = Control({"echo": self.booth}, time.time_ns, lambda: {"told": True})
        self.address = ""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[aiohttp.ClientSession]:
        await self.booth.start()
        self.address = await self.control.start()
        try:
            async with aiohttp.ClientSession() as session:
                yield session
        finally:
            await self.control.stop()
            await self.booth.stop()

    @property
    def rest(self) -> str:
        return self.booth.urls["rest"]

    @property
    def stream(self) -> str:
        return self.booth.urls["stream"].replace("http", "ws") + "/stream"

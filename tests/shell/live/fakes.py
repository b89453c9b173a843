"""A clock that waits for nothing, a transport without wires, and a venue of few words."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from basisdesk.domain.ask import Ask
from basisdesk.shell.live.backoff import Gate
from basisdesk.shell.live.clock import VenueClock
from basisdesk.shell.live.health import Board
from basisdesk.shell.live.site import Site
from basisdesk.shell.live.supervisor import Supervisor
from basisdesk.shell.live.transport import Listener, NotSent, Socket
from basisdesk.venues import venue_named
from basisdesk.venues.budget import Budget
from basisdesk.venues.trading import Bucket, Request, Response, Trading

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND


class QuickClock:
    """Sleeping moves the time, and takes none."""

    def __init__(self) -> None:
        self.time = START
        self.slept: list[int] = []

    def now(self) -> int:
        return self.time

    async def sleep(self, span: int) -> None:
        self.slept.append(span)
        self.time += max(0, span)
        await asyncio.sleep(0)


class Line:
    """The client's end of a connection without wires."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.sent: list[bytes] = []
        self.closed = False

    def send(self, frame: bytes) -> None:
        self.sent.append(frame)

    def close(self) -> None:
        self.closed = True


Answer = Callable[[Request], Response | NotSent]


class Air:
    """A transport: answers requests by a function, and keeps the connections for the test to speak on."""

    def __init__(self, clock: QuickClock, answer: Answer | None = None) -> None:
        self.clock = clock
        self.answer = answer
        self.requests: list[Request] = []
        self.lines: list[Line] = []
        self.urls: list[str] = []
        self.refusals: list[NotSent] = []
        self.held: asyncio.Event | None = None

    async def request(self, request: Request, timeout: float = 10) -> Response:  # noqa: ASYNC109 (as the transport)
        self.requests.append(request)
        if self.held is not None:
            await self.held.wait()
        assert self.answer is not None
        response = self.answer(request)
        if isinstance(response, NotSent):
            raise response
        return response

    async def connect(self, url: str, headers: Sequence[tuple[str, str]], listener: Listener) -> Socket:
        self.urls.append(url)
        if self.refusals:
            raise self.refusals.pop(0)
        line = Line(listener)
        self.lines.append(line)
        return line


def site(
    clock: QuickClock,
    air: Air,
    trading: Trading | None = None,
    supervisor: Supervisor | None = None,
    buckets: Sequence[Bucket] = (),
) -> Site:
    rng = random.Random(1)
    venue = replace(venue_named("binance"), name="toy", trading=trading)
    return Site(
        venue,
        air,
        VenueClock(clock),
        Gate(clock),
        Budget(buckets or (trading.buckets if trading else ())),
        Board(clock.now),
        supervisor or Supervisor(clock, rng),
        rng,
    )


async def settle(turns: int = 20) -> None:
    """Let every task go on as far as it can."""
    for _ in range(turns):
        await asyncio.sleep(0)


def asked(requests: Sequence[Request]) -> list[Ask]:
    return [request.ask for request in requests]

"""A desk with a page: the bus, the web process and the market loop, from start to an orderly end.

`run` takes a desk and whoever drives its markets (recordings or the demo market), starts the web process as a child,
prints the address once the page answers, and then plays market time against the wall clock until it is stopped.
The market loop never works longer than a few hundredths of a second at a stretch, so orders and readers are served
meanwhile.
When a recording is over the desk stays up with its last state, its clock standing still and new orders refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING, Protocol

from basisdesk.app.heap import frozen
from basisdesk.app.publish import EVERY, Publisher, Status
from basisdesk.domain.errors import UsageError
from basisdesk.shell.bus import Bus
from basisdesk.shell.child import Child
from basisdesk.shell.pace import SECOND, Pace
from basisdesk.shell.runtime import runtime_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from basisdesk.app.charts import Charts
    from basisdesk.app.desk import Desk

HOST = "127.0.0.1"
PORT = 8420
LARGEST_PORT = 65_535
STEP = 0.015
"""Seconds between two steps of the market loop."""
STRETCH = 40_000_000
"""The longest the market loop works without letting others in, ns."""
SLICE = 20_000_000
"""Market time played at once, ns, times the speed."""
GAP = 60 * SECOND
"""A hole in the recordings longer than this is skipped instead of waited through."""
SETTLE = 60 * SECOND
"""Market time given to orders under way when a recording ends."""
START_LIMIT = 30.0
"""Seconds within which the page must answer."""
OVER = "The recording is over: its last state is shown and no order is taken. Play it again to trade."


class Driver(Protocol):
    """Whoever writes the books, in market time."""

    def next_at(self) -> int | None:
        """When something happens next (ns); None when nothing will any more."""

    def advance(self, until: int) -> object:
        """Play everything up to and including `until`, and with it what the desk has due."""

    def finish(self, settle: int) -> None:
        """Let what is under way at the end come to its end, for at most `settle` ns of market time."""


def run(
    desk: Desk,
    driver: Driver,
    charts: Charts,
    *,
    mode: str,
    source: str,
    port: int = PORT,
    speed: float | None = 1.0,
    progress: Callable[[], float] | None = None,
    connections: AbstractAsyncContextManager[object] | None = None,
) -> int:
    """Serve until stopped by SIGINT or SIGTERM; return the exit code.

    Args:
        desk: the desk; closing its journal is its owner's.
        driver: writes its books.
        charts: makes its candles.
        mode: REPLAY, DEMO or PAPER.
        source: what is played, for people.
        port: of the page on 127.0.0.1; 0 means any free one.
        speed: market seconds a second; None plays as fast as it can.
        progress: how much of the recordings has been played, 0 to 1.
        connections: entered inside the event loop before anything is played, left at the end.

    Raises:
        UsageError: the port is taken or none, or the page cannot be started.
    """
    port = free_port(port)
    status = Status(mode=mode, source=source, speed=speed)
    served = _Served(desk, driver, Publisher(desk, charts, status), progress)
    asyncio.run(_within(connections or contextlib.nullcontext(), served, port))
    return 0


def free_port(port: int) -> int:
    """Return the port, or a free one for 0.

    Raises:
        UsageError: it is no port, or something else listens on it.
    """
    if not 0 <= port <= LARGEST_PORT:
        raise UsageError(f"{port} is no port: give --port a number from 1 to {LARGEST_PORT}, or 0 for any free one")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be opened ({error.strerror}): another program, perhaps another desk, uses it; "
                f"choose another with --port, such as --port {port + 1 if port < LARGEST_PORT else PORT}"
            ) from error
        return int(probe.getsockname()[1])


async def _within(connections: AbstractAsyncContextManager[object], served: _Served, port: int) -> None:
    async with connections:
        await served.run(port)


class _Served:
    """One run."""

    def __init__(self, desk: Desk, driver: Driver, publisher: Publisher, progress: Callable[[], float] | None) -> None:
        self._desk = desk
        self._driver = driver
        self._publisher = publisher
        self._status = publisher.status
        self._progress = progress

    async def run(self, port: int) -> None:
        stopped = asyncio.get_running_loop().create_future()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, _stop, stopped)
        path = runtime_folder() / f"desk-{os.getpid()}.sock"
        bus = Bus(path, self._publisher)
        await bus.start()
        environment = {**os.environ, "BASISDESK_BUS": str(path), "BASISDESK_HOST": HOST, "BASISDESK_PORT": str(port)}
        child = Child("web", [sys.executable, "-m", "basisdesk.web"], environment)
        tasks = [
            asyncio.ensure_future(each)
            for each in (child.run(), self._tell(bus), self._play(child, port), stopped, bus.fault)
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await bus.close()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self, bus: Bus) -> None:
        """Publish what changed, for ever."""
        while True:
            if self._progress is not None:
                self._status.progress = self._progress()
            self._publisher.publish(bus)
            await asyncio.sleep(EVERY)

    async def _play(self, child: Child, port: int) -> None:
        """Print the address once the page answers, then play to the end and stay."""
        await _answers(child, port)
        status = self._status
        text = f"Basisdesk {status.mode} is running at http://{HOST}:{port} (Ctrl+C stops it)"
        print(text, flush=True)  # noqa: T201 (the one line that a person waits for)
        status.running = True
        with frozen():
            await (self._paced(status.speed) if status.speed is not None else self._rushed())
            self._driver.finish(SETTLE)
            status.running = False
            status.over = OVER
            self._publisher.happenings.say(self._desk.now, "info", "the recording is over")
            await asyncio.Event().wait()

    async def _paced(self, speed: float) -> None:
        first = self._driver.next_at()
        pace = Pace(first or 0, time.monotonic_ns(), speed)
        while (at := self._driver.next_at()) is not None:
            began = time.monotonic_ns()
            target = pace.market(began)
            if at - target > GAP:
                pace = Pace(at, began, speed)
                target = at
            reached = self._stretch(target, began, int(SLICE * max(1.0, speed)))
            pace.reached(reached, time.monotonic_ns())
            await asyncio.sleep(STEP)

    def _stretch(self, target: int, began: int, piece: int) -> int:
        """Play towards `target` for as long as others can wait; return the market time reached."""
        driver = self._driver
        while (at := driver.next_at()) is not None and at <= target:
            until = min(target, at + piece)
            driver.advance(until)
            if time.monotonic_ns() - began > STRETCH:
                self._desk.advance(until)
                return until
        if at is not None:
            self._desk.advance(target)
        return target

    async def _rushed(self) -> None:
        while (at := self._driver.next_at()) is not None:
            began = time.monotonic_ns()
            while at is not None and time.monotonic_ns() - began < STRETCH:
                self._driver.advance(at + SLICE)
                at = self._driver.next_at()
            await asyncio.sleep(0)


async def _answers(child: Child, port: int) -> None:
    """Wait until the page answers.

    Raises:
        UsageError: it does not in time.
    """
    try:
        async with asyncio.timeout(START_LIMIT):
            await asyncio.shield(child.line)
            while not await _healthy(port):  # noqa: ASYNC110 (only the page knows when it is ready)
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise UsageError(f"the page did not answer on port {port} within {START_LIMIT:g} s") from error


async def _healthy(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    try:
        writer.write(f"GET /healthz HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
        return (await reader.readline()).split()[1:2] == [b"200"]
    except OSError:
        return False
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _stop(stopped: asyncio.Future[None]) -> None:
    if not stopped.done():
        stopped.set_result(None)

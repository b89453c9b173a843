"""A connection with much to say lets others go in between, loses nothing, and leaves no large buffer behind."""

import asyncio
import contextlib
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server
from tests.shell.live.servers import wires

from basisdesk.shell.live.portions import PORTION

ORIGIN = "wss://stream.venue.example"
FRAME, MESSAGES = 200, 20_000
HELD_UP = 0.3
TURN = 256 * 1024
"""After so many bytes the transport lets others go."""


class Flood(WSListener):
    """Sends everything at once when it is told to."""

    def __init__(self, frames: list[bytes]) -> None:
        super().__init__()
        self._frames = frames

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type is WSMsgType.TEXT:
            for payload in self._frames:
                transport.send(WSMsgType.TEXT, payload)


@contextlib.contextmanager
def flooding(frames: list[bytes], context: ssl.SSLContext | None) -> Iterator[int]:
    """Serve in a thread of its own, so that it goes on while our loop is held up."""
    ready: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    def accept(_request: WSUpgradeRequest) -> Flood:
        return Flood(frames)

    async def run() -> None:
        server = await ws_create_server(accept, "127.0.0.1", 0, ssl=context)
        stopped = asyncio.Event()
        ready.set_result((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), stopped))
        await stopped.wait()
        server.close()
        await asyncio.sleep(0.05)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    port, loop, stopped = ready.result(5)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()


class Turns:
    """Counts what comes, and the most of it in one turn of the loop."""

    def __init__(self, expected: list[bytes]) -> None:
        self._expected = expected
        self._loop = asyncio.get_running_loop()
        self.count = 0
        self.turn = 0
        self.longest = 0
        self.over = self._loop.create_future()
        self.all = asyncio.Event()
        self._loop.call_soon(self._next)

    def heard(self, message: bytes, now: int) -> None:
        assert now
        assert message == self._expected[self.count]
        self.count += 1
        self.turn += len(message)
        if self.count == len(self._expected):
            self.all.set()

    def closed(self, reason: str) -> None:
        self.over.set_result(reason)

    def _next(self) -> None:
        self.longest, self.turn = max(self.longest, self.turn), 0
        if not self.over.done():
            self._loop.call_soon(self._next)


async def flooded(port: int, scheme: str, frames: list[bytes]) -> tuple[Turns, int]:
    """Be held up while everything is sent; return what came how, and how much memory stayed taken."""
    async with wires({ORIGIN: f"{scheme}://localhost:{port}"}, 2**24) as transport:
        turns = Turns(frames)
        socket = await transport.connect(f"{ORIGIN}/ws", [], turns)
        before = tracemalloc.get_traced_memory()[0]
        socket.send(b"go")
        time.sleep(HELD_UP)  # noqa: ASYNC251 (what holds the loop up is what this is about)
        await asyncio.wait_for(turns.all.wait(), 20)
        grown = tracemalloc.get_traced_memory()[0] - before
        socket.close()
        await asyncio.wait_for(turns.over, 5)
        return turns, grown


@pytest.fixture(params=["ws", "wss"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ssl.SSLContext | None]:
    """The scheme, and how the server speaks it."""
    if request.param == "ws":
        return "ws", None
    proof = request.getfixturevalue("certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(proof[0]))
    return "wss", request.getfixturevalue("secured")


@pytest.mark.asyncio
async def test_after_a_stall_everything_comes_in_order_and_others_have_their_turn(
    way: tuple[str, ssl.SSLContext | None],
) -> None:
    frames = [f"{number:0{FRAME}d}".encode() for number in range(MESSAGES)]
    with flooding(frames, way[1]) as port:
        turns, _ = await flooded(port, way[0], frames)
    assert turns.count == MESSAGES
    assert PORTION < turns.longest <= TURN + 2 * PORTION


@pytest.mark.asyncio
async def test_a_stall_leaves_no_large_buffer_behind(way: tuple[str, ssl.SSLContext | None]) -> None:
    frames = [f"{number:0{FRAME}d}".encode() for number in range(MESSAGES)]
    with flooding(frames, way[1]) as port:
        tracemalloc.start()
        try:
            _, grown = await flooded(port, way[0], frames)
        finally:
            tracemalloc.stop()
    assert grown < 2 * PORTION


@pytest.mark.asyncio
async def test_a_message_larger_than_any_portion_comes_whole(way: tuple[str, ssl.SSLContext | None]) -> None:
    frames = [b"x" * (40 * PORTION), b"y" * (7 * PORTION), b"z"]
    with flooding(frames, way[1]) as port:
        turns, _ = await flooded(port, way[0], frames)
    assert turns.count == len(frames)

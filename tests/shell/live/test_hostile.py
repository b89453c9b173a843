"""Servers that say more than they were asked, or say it in the wrong place."""

import asyncio
import base64
import contextlib
import gzip
import hashlib
import struct
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from tests.shell.live.servers import Serve, listening, wires
from tests.shell.live.test_rest import ORIGIN, answer, change, get, served
from tests.shell.live.test_sockets import Heard

from basisdesk.shell.live import rest, sockets
from basisdesk.shell.live.kept import tidy
from basisdesk.shell.live.transport import NotSent, Socket
from basisdesk.venues.trading import Request

STREAM = "wss://stream.venue.example"
LATE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 4\r\n\r\nlate"


class Talkative:
    """Answers each request with its number, and then says something that nobody asked for."""

    def __init__(self, more: bytes, pause: float) -> None:
        self.more = more
        self.pause = pause
        self.asked = self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"POST"):
                    await reader.readexactly(len(change().body))
                self.asked += 1
                writer.write(answer(b"%d" % self.asked))
                await writer.drain()
                await asyncio.sleep(self.pause)
                writer.write(self.more)
                await writer.drain()
        writer.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("request_", [get(), change()], ids=["question", "command"])
@pytest.mark.parametrize("more", [LATE, answer(b"somebody else's"), b"junk that is no HTTP\r\n\r\n"])
@pytest.mark.parametrize("pause", [0.0, 0.02])
async def test_what_nobody_asked_for_is_never_the_answer_to_the_next_request(
    request_: Request, more: bytes, pause: float
) -> None:
    server = Talkative(more, pause)
    async with listening(server.serve) as port, wires({ORIGIN: f"http://127.0.0.1:{port}"}) as transport:
        for number in range(1, 5):
            response = await transport.request(request_)
            # What came in one piece with junk may be taken for junk: then nothing is known of it.
            assert response.body == b"%d" % number or (response.status == 0 and not pause)
            await asyncio.sleep(0.05)
    assert server.connections == 4


@pytest.mark.asyncio
async def test_a_library_that_makes_its_connections_in_another_way_is_not_used() -> None:
    connector = aiohttp.TCPConnector()
    tidy(connector)
    with pytest.raises(RuntimeError, match="another way"):
        tidy(connector)
    await connector.close()


@pytest.mark.asyncio
async def test_something_behind_a_compressed_answer_is_no_answer() -> None:
    two = gzip.compress(b"one") + gzip.compress(b"two")
    async with served(answer(two, "gzip")) as (_, transport):
        response = await transport.request(get())
    assert (response.status, b"behind it" in response.body) == (0, True)


@pytest.mark.asyncio
async def test_announcements_without_end_are_no_answer() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer(b"ok"))
            await reader.readuntil(b"\r\n\r\n")
            while True:
                writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)
                await writer.drain()
        writer.close()

    async with listening(serve) as port, wires({ORIGIN: f"http://127.0.0.1:{port}"}) as transport:
        assert (await transport.request(change(body=b""))).body == b"ok"
        began = time.monotonic()
        response = await transport.request(change(body=b""), 10)
    assert time.monotonic() - began < 5
    assert response.status in {0, 103}  # which no codec takes for an answer


@pytest.mark.asyncio
async def test_headers_without_end_are_no_answer() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                writer.write(b"X-More: and more\r\n" * 1000)
                await writer.drain()
        writer.close()

    async with listening(serve) as port, wires({ORIGIN: f"http://127.0.0.1:{port}"}) as transport:
        assert (await transport.request(get(), 10)).status == 0


@pytest.mark.asyncio
async def test_a_command_that_finds_no_free_connection_in_time_was_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "CONNECTIONS", 2)
    monkeypatch.setattr(rest, "CONNECT_TIMEOUT", 0.2)
    heads = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heads
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            heads += 1
            await reader.read()
        writer.close()

    async with listening(serve) as port, wires({ORIGIN: f"http://127.0.0.1:{port}"}) as transport:
        hanging = [asyncio.ensure_future(transport.request(get(), 1)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(NotSent):
            await transport.request(change())
        assert [response.status for response in await asyncio.gather(*hanging)] == [0, 0]
    assert heads == 2


def frame(kind: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0) -> bytes:
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size)
    return bytes([fin << 7 | reserved << 4 | kind]) + length + payload


async def shake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    rows = dict(row.split(b": ", 1) for row in head.split(b"\r\n")[1:] if row)
    guid = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    key = next(value for name, value in rows.items() if name.lower() == b"sec-websocket-key")
    accept = base64.b64encode(hashlib.sha1(key + guid).digest())
    writer.write(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
    writer.write(accept + b"\r\n\r\n")


@contextlib.asynccontextmanager
async def streaming(serve: Serve) -> AsyncIterator[tuple[Heard, Socket]]:
    async with listening(serve) as port, wires({STREAM: f"ws://127.0.0.1:{port}"}) as transport:
        heard = Heard()
        socket = await transport.connect(f"{STREAM}/ws", [], heard)
        try:
            yield heard, socket
        finally:
            socket.close()


def saying(*frames: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await shake(reader, writer)
            writer.write(b"".join(frames))
            await reader.read()
        writer.close()

    return serve


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "frames",
    [
        (frame(0, b"the end of nothing"),),
        (frame(1, b"begun ", fin=False), frame(1, b"another"), frame(0, b"end")),
        (frame(1, b"begun ", fin=False), frame(2, b"another", fin=False)),
        (frame(1, b"reserved", reserved=4),),
        (frame(3, b"no such kind"),),
    ],
    ids=["no beginning", "inside", "begun twice", "compressed", "unknown"],
)
async def test_a_frame_out_of_place_ends_the_connection_and_nothing_of_it_is_heard(frames: tuple[bytes, ...]) -> None:
    async with streaming(saying(frame(1, b"fine"), *frames, frame(1, b"never"))) as (heard, _):
        await asyncio.wait_for(asyncio.shield(heard.over), 5)
        assert {heard.messages.get_nowait() for _ in range(heard.messages.qsize())} <= {b"fine"}


@pytest.mark.asyncio
async def test_pings_between_fragments_are_in_place() -> None:
    parts = (frame(1, b"one ", fin=False), frame(9, b"?"), frame(0, b"two ", fin=False), frame(10), frame(0, b"three"))
    async with streaming(saying(*parts)) as (heard, _):
        assert await asyncio.wait_for(heard.messages.get(), 5) == b"one two three"


@pytest.mark.asyncio
async def test_pings_of_a_side_that_reads_nothing_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "MOST_UNREAD", 64 * 1024)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await shake(reader, writer)
            pings = frame(9, b"x" * 120) * 1000
            while True:
                writer.write(pings)
                await writer.drain()

    async with streaming(serve) as (heard, _):
        reason = await asyncio.wait_for(asyncio.shield(heard.over), 20)
    assert "reads no answer" in reason


@pytest.mark.asyncio
@pytest.mark.parametrize(("header", "seconds"), [(b"Retry-After: 7\r\n", 7), (b"", 0), (b"Retry-After: soon\r\n", 0)])
async def test_a_refused_handshake_tells_for_how_long_the_venue_wants_to_be_left_alone(
    header: bytes, seconds: int
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 429 Too Many Requests\r\n%sContent-Length: 0\r\n\r\n" % header)
        await writer.drain()
        writer.close()

    with pytest.raises(NotSent) as told:
        async with streaming(serve):
            pass
    assert (told.value.status, told.value.again) == (429, seconds * 1_000_000_000)

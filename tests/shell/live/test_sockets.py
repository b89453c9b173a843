"""WebSocket connections over real sockets: whole messages, limits, pings, TLS."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server
from tests.shell.live.servers import RawServer, listening, wires
from websockets.asyncio.server import ServerConnection, serve

from basisdesk.shell.live.transport import NotSent, Socket
from basisdesk.shell.live.wires import Wires

ORIGIN = "wss://stream.venue.example"
Talk = Callable[[ServerConnection], Awaitable[None]]


class Heard:
    """Keeps what a connection says."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[bytes] = asyncio.Queue()
        self.over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.closings = 0

    def heard(self, message: bytes, now: int) -> None:
        assert abs(time.time_ns() - now) < 10_000_000_000
        self.messages.put_nowait(message)

    def closed(self, reason: str) -> None:
        self.closings += 1
        self.over.set_result(reason)


@contextlib.asynccontextmanager
async def talking(talk: Talk, largest: int = 65_536) -> AsyncIterator[tuple[Heard, Socket]]:
    async with (
        serve(talk, "127.0.0.1", 0) as server,
        wires({ORIGIN: f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"}, largest) as transport,
    ):
        heard = Heard()
        socket = await transport.connect(f"{ORIGIN}/ws?a=1", [("X-Key", "k")], heard)
        try:
            yield heard, socket
        finally:
            socket.close()
            await asyncio.wait_for(heard.over, 5)
    assert heard.closings == 1


async def echo(peer: ServerConnection) -> None:
    async for message in peer:
        await peer.send(message)


@pytest.mark.asyncio
async def test_messages_go_both_ways_and_the_handshake_says_what_it_should() -> None:
    seen: dict[str, str] = {}

    async def talk(peer: ServerConnection) -> None:
        assert peer.request is not None
        seen.update(peer.request.headers.raw_items(), path=peer.request.path)
        await peer.send(b"\x01binary")
        await echo(peer)

    async with talking(talk) as (heard, socket):
        socket.send(b'{"hello":1}')
        assert [await heard.messages.get() for _ in range(2)] == [b"\x01binary", b'{"hello":1}']
    assert (seen["path"], seen["X-Key"]) == ("/ws?a=1", "k")
    assert "Sec-WebSocket-Extensions" not in seen


@pytest.mark.asyncio
async def test_fragments_are_put_together() -> None:
    async def talk(peer: ServerConnection) -> None:
        await peer.send(["one ", "two ", "three"])
        await peer.send("four")
        await peer.wait_closed()

    async with talking(talk) as (heard, _):
        assert [await heard.messages.get() for _ in range(2)] == [b"one two three", b"four"]


@pytest.mark.asyncio
async def test_a_ping_is_answered() -> None:
    answered = asyncio.Event()

    async def talk(peer: ServerConnection) -> None:
        await (await peer.ping(b"there?"))
        answered.set()
        await peer.wait_closed()

    async with talking(talk):
        await asyncio.wait_for(answered.wait(), 5)


@pytest.mark.asyncio
@pytest.mark.parametrize("message", ["x" * 70_000, ["x" * 40_000, "x" * 40_000]], ids=["frame", "fragments"])
async def test_a_message_over_the_limit_ends_the_connection(message: str | list[str]) -> None:
    async def talk(peer: ServerConnection) -> None:
        with contextlib.suppress(Exception):
            await peer.send(message)
        await peer.wait_closed()

    async with talking(talk) as (heard, _):
        await asyncio.wait_for(asyncio.shield(heard.over), 5)
        assert heard.messages.empty()


@pytest.mark.asyncio
async def test_the_venues_reason_for_closing_is_told() -> None:
    async def talk(peer: ServerConnection) -> None:
        await peer.close(1013, "try again")

    async with talking(talk) as (heard, _):
        assert await asyncio.wait_for(asyncio.shield(heard.over), 5) == "closed by the venue: 1013 try again"


@pytest.mark.asyncio
async def test_a_compressed_frame_is_a_breach() -> None:
    class Odd(WSListener):
        def on_ws_connected(self, transport: WSTransport) -> None:
            transport.send(WSMsgType.TEXT, b"squeezed", rsv1=True)

        def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
            pass

    def make(_request: WSUpgradeRequest) -> Odd:
        return Odd()

    server = await ws_create_server(make, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with wires({ORIGIN: f"ws://127.0.0.1:{port}"}) as transport:
        heard = Heard()
        await transport.connect(f"{ORIGIN}/ws", [], heard)
        reason = await asyncio.wait_for(heard.over, 5)
    server.close()
    assert "compressed" in reason
    assert heard.messages.empty()


@pytest.mark.asyncio
async def test_closing_the_transport_ends_its_connections() -> None:
    async with serve(echo, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        heard = Heard()
        async with wires({ORIGIN: f"ws://127.0.0.1:{port}"}) as transport:
            await transport.connect(f"{ORIGIN}/ws", [], heard)
        assert heard.over.result() == "closed by us"


@pytest.mark.asyncio
async def test_what_is_sent_after_the_end_is_dropped() -> None:
    async with talking(echo) as (heard, socket):
        socket.close()
        assert await asyncio.wait_for(asyncio.shield(heard.over), 5) == "closed by us"
        socket.send(b"too late")
        socket.close()
    assert heard.messages.empty()


@pytest.mark.asyncio
async def test_a_refused_handshake_tells_its_status_and_no_redirect_is_followed() -> None:
    for status, words in ((401, "Unauthorized"), (302, "Found")):
        answer = f"HTTP/1.1 {status} {words}\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".encode()
        server = RawServer([answer])
        async with listening(server.serve) as port, wires({ORIGIN: f"ws://127.0.0.1:{port}"}) as transport:
            with pytest.raises(NotSent) as refused:
                await transport.connect(f"{ORIGIN}/ws", [], Heard())
        assert refused.value.status == status
        assert len(server.requests) == 1


@pytest.mark.asyncio
async def test_nobody_there_is_not_sent() -> None:
    async with wires({ORIGIN: "ws://127.0.0.1:1"}) as transport:
        with pytest.raises(NotSent, match="no connection"):
            await transport.connect(f"{ORIGIN}/ws", [], Heard())


@pytest.mark.asyncio
async def test_a_socket_to_a_server_that_nobody_vouches_for_is_refused(
    secured: ssl.SSLContext, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def greet(transport: Wires, heard: Heard) -> bytes:
        socket = await transport.connect(f"{ORIGIN}/ws", [], heard)
        socket.send(b"hello")
        message = await asyncio.wait_for(heard.messages.get(), 5)
        socket.close()
        await heard.over
        return message

    async with serve(echo, "127.0.0.1", 0, ssl=secured) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with wires({ORIGIN: f"wss://localhost:{port}"}) as transport:
            with pytest.raises(NotSent, match=r"(?i)certificate"):
                await greet(transport, Heard())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        async with wires({ORIGIN: f"wss://localhost:{port}"}) as transport:
            assert await greet(transport, Heard()) == b"hello"
        async with wires({ORIGIN: f"wss://127.0.0.1:{port}"}) as transport:
            with pytest.raises(NotSent):
                await greet(transport, Heard())


@pytest.mark.asyncio
async def test_a_connection_that_nobody_waits_for_any_more_is_closed_all_the_same() -> None:
    gone = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.2)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await reader.read()
        gone.set()
        writer.close()

    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with wires({ORIGIN: f"ws://127.0.0.1:{port}"}, 65_536) as transport:
            opening = asyncio.ensure_future(transport.connect(f"{ORIGIN}/ws", [], Heard()))
            await asyncio.sleep(0.05)
            opening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await opening
        await asyncio.wait_for(gone.wait(), 5)

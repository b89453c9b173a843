"""HTTP over real sockets: sent once, as signed, capped, verified."""

import asyncio
import contextlib
import gzip
import ssl
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.client_proto import ResponseHandler
from msgspec import structs
from tests.shell.live.servers import RawServer, listening, wires

from basisdesk.domain.ask import AskTime, Cancel, OrderRef
from basisdesk.shell.live.kept import Kept
from basisdesk.shell.live.routes import Routes
from basisdesk.shell.live.transport import NotSent
from basisdesk.shell.live.wires import Wires
from basisdesk.venues.trading import Request

CERTIFICATE = r"(?i)certificate"
ORIGIN = "https://api.venue.example"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Used: 7\r\n\r\nok"


def get(path: str = "/time") -> Request:
    return Request(ask=AskTime("spot"), method="GET", origin=ORIGIN, path=path)


def change(method: str = "POST", body: bytes = b'{"a":1}') -> Request:
    ask = Cancel(OrderRef(symbol="x:A/B", client_id="1"))
    headers = (("Content-Type", "application/json"), ("X-Key", "k"))
    return Request(
        ask=ask, method=method, origin=ORIGIN, path="/o?b=2&a=%2F1", headers=headers, body=body, changes=True
    )


def answer(body: bytes, encoding: str = "") -> bytes:
    coding = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    return f"HTTP/1.1 200 OK\r\n{coding}Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextlib.asynccontextmanager
async def served(*answers: bytes | None, largest: int = 1024 * 1024) -> AsyncIterator[tuple[RawServer, Wires]]:
    server = RawServer(list(answers))
    async with (
        listening(server.serve) as port,
        wires({ORIGIN: f"http://127.0.0.1:{port}"}, largest) as transport,
    ):
        yield server, transport


@pytest.mark.asyncio
async def test_a_request_goes_out_as_it_was_signed_and_its_connection_is_kept() -> None:
    async with served(OK) as (server, transport):
        before = time.time_ns()
        first = await transport.request(change())
        second = await transport.request(get())
    assert (first.status, first.body, first.headers["x-used"]) == (200, b"ok", "7")
    assert before <= first.at <= second.at <= time.time_ns()
    assert server.connections == 1
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /o?b=2&a=%2F1 HTTP/1.1\r\n")
    assert b"\r\nX-Key: k\r\n" in head
    assert head.lower().count(b"content-type") == 1
    assert body == b'{"a":1}'


@pytest.mark.asyncio
async def test_a_command_is_written_in_the_call_where_a_connection_stands_and_looks_as_any_other() -> None:
    async with served(OK) as (server, transport):
        await transport.request(change())
        answer = transport.request(change())
        await asyncio.sleep(0.05)
        assert len(server.requests) == 2  # nobody has waited for the answer yet
        response = await answer
        again = await transport.request(change())
    assert (response.status, response.body, response.headers["x-used"]) == (again.status, again.body, "7")
    assert server.connections == 1
    usual, quick = (sorted(request.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")) for request in server.requests[:2])
    assert usual == quick
    assert [request.partition(b"\r\n\r\n")[2] for request in server.requests] == [b'{"a":1}'] * 3


@pytest.mark.asyncio
async def test_what_comes_before_the_answer_to_a_command_is_passed_over() -> None:
    async with served(OK, b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK) as (_, transport):
        await transport.request(change())
        response = await transport.request(change())
    assert (response.status, response.body) == (200, b"ok")


@pytest.mark.asyncio
async def test_what_is_no_http_in_answer_to_a_command_on_a_kept_connection_is_no_answer() -> None:
    async with served(OK, b"what?\r\n\r\n", OK) as (server, transport):
        await transport.request(change())
        response = await transport.request(change())
        assert response.status == 0
        assert b"no HTTP" in response.body
        assert (await transport.request(change())).status == 200
    assert server.connections == 2


@pytest.mark.asyncio
async def test_no_answer_in_time_on_a_kept_connection_is_no_answer_and_the_connection_is_not_used_again() -> None:
    async with served(OK, b"", OK) as (server, transport):
        await transport.request(change())
        response = await transport.request(change(), timeout=0.2)
        assert response.status == 0
        assert (await transport.request(change())).status == 200
    assert server.connections == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("value", ["k\r\nX-Other: 1", "k\n", "k\0"])
async def test_a_value_that_could_break_out_of_its_line_is_not_sent_at_all(value: str) -> None:
    async with served(OK) as (server, transport):
        await transport.request(change())
        with pytest.raises(ValueError, match="control character"):
            await transport.request(structs.replace(change(), headers=(("X-Key", value),)))
        assert len(server.requests) == 1


@pytest.mark.asyncio
async def test_a_value_beyond_ascii_is_written_as_utf_8() -> None:
    async with served(OK) as (server, transport):
        await transport.request(change())
        response = await transport.request(structs.replace(change(), headers=(("X-Key", "k\u00e9"),)))
        assert response.status == 200
    assert b"X-Key: k\xc3\xa9\r\n" in server.requests[1]


@pytest.mark.asyncio
async def test_a_connection_that_the_server_closed_meanwhile_is_replaced() -> None:
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    async with served(OK, closing, OK) as (server, transport):
        statuses = [(await transport.request(change())).status for _ in range(3)]
    assert statuses == [200, 200, 200]
    assert server.connections == 2


@pytest.mark.asyncio
async def test_the_library_is_as_it_is_known_to_be_and_without_that_everything_goes_its_own_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connector = aiohttp.TCPConnector()
    assert Kept(connector, Routes(), {}).usable
    with monkeypatch.context() as patch:
        patch.setattr(ResponseHandler, "set_response_params", lambda _: None)
        assert not Kept(connector, Routes(), {}).usable
    monkeypatch.setattr(aiohttp.TCPConnector, "_get", None)
    kept = Kept(connector, Routes(), {})
    assert not kept.usable
    assert kept.write(change()) is None
    await connector.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET"])
async def test_nothing_is_sent_twice_when_the_connection_drops_under_it(method: str) -> None:
    async with served(OK, None) as (server, transport):
        await transport.request(get())  # the connection that drops is a kept one: where clients like to repeat
        response = await transport.request(change(method))
        await asyncio.sleep(0.05)
    assert response.status == 0
    assert response.body
    assert len(server.requests) == 2


@pytest.mark.asyncio
async def test_nothing_is_sent_twice_when_a_fresh_connection_drops() -> None:
    async with served(None) as (server, transport):
        assert (await transport.request(change("DELETE"))).status == 0
        await asyncio.sleep(0.05)
    assert len(server.requests) == 1


@pytest.mark.asyncio
async def test_a_refused_connection_is_certainly_not_sent() -> None:
    async with wires({ORIGIN: "http://127.0.0.1:1"}) as transport:
        with pytest.raises(NotSent, match=r"127\.0\.0\.1"):
            await transport.request(change())


@pytest.mark.asyncio
async def test_no_answer_in_time_is_no_answer() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with listening(silent) as port, wires({ORIGIN: f"http://127.0.0.1:{port}"}) as transport:
        response = await transport.request(change(), timeout=0.2)
    assert response.status == 0


@pytest.mark.asyncio
async def test_redirects_are_not_followed() -> None:
    away = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with served(away) as (server, transport):
        response = await transport.request(get())
    assert (response.status, len(server.requests)) == (302, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
async def test_compressed_answers_are_inflated(encoding: str) -> None:
    text = b"text" * 1000
    packed = {"": text, "gzip": gzip.compress(text), "deflate": zlib.compress(text)}[encoding]
    async with served(answer(packed, encoding)) as (_, transport):
        assert (await transport.request(get())).body == text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "bad",
    [
        answer(b"x" * 70_000),
        answer(gzip.compress(b"\0" * 50_000_000), "gzip"),
        answer(b"no gzip", "gzip"),
        answer(gzip.compress(b"cut" * 100)[:-12], "gzip"),
        answer(b"x", "br"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"nothing of HTTP\r\n\r\n",
    ],
    ids=["large", "bomb", "garbage", "cut", "unasked", "short", "foreign"],
)
async def test_an_answer_that_cannot_be_taken_is_no_answer(bad: bytes) -> None:
    async with served(bad, None, largest=65_536) as (server, transport):
        response = await asyncio.wait_for(transport.request(get("/time?signature=abc"), timeout=2), 5)
    assert response.status == 0
    assert response.body
    assert b"signature" not in response.body
    assert len(server.requests) == 1


@pytest.mark.asyncio
async def test_a_gzip_bomb_of_a_gigabyte_takes_little_memory() -> None:
    import tracemalloc

    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"\0" * (1 << 24)
    bomb = b"".join(squeeze.compress(block) for _ in range(64)) + squeeze.flush()
    async with served(answer(bomb, "gzip"), largest=16 * 1024 * 1024) as (_, transport):
        tracemalloc.start()
        response = await transport.request(get())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert response.status == 0
    assert peak < 64 * 1024 * 1024


@pytest.mark.asyncio
async def test_a_server_that_nobody_vouches_for_is_refused(secured: ssl.SSLContext) -> None:
    server = RawServer([OK])
    async with listening(server.serve, secured) as port, wires({ORIGIN: f"https://localhost:{port}"}) as transport:
        with pytest.raises(NotSent, match=CERTIFICATE):
            await transport.request(get())
    assert server.requests == []


@pytest.mark.asyncio
async def test_a_server_that_the_system_trusts_is_taken_under_its_own_name_only(
    secured: ssl.SSLContext, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    server = RawServer([OK])
    async with listening(server.serve, secured) as port:
        async with wires({ORIGIN: f"https://localhost:{port}"}) as transport:
            assert (await transport.request(get())).status == 200
        async with wires({ORIGIN: f"https://127.0.0.1:{port}"}) as transport:
            with pytest.raises(NotSent, match=CERTIFICATE):
                await transport.request(get())


@pytest.mark.asyncio
async def test_an_old_tls_is_refused(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(*certificate)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    server = RawServer([OK])
    async with listening(server.serve, old) as port, wires({ORIGIN: f"https://localhost:{port}"}) as transport:
        with pytest.raises(NotSent):
            await transport.request(get())


@pytest.mark.asyncio
async def test_a_transport_that_is_not_open_sends_nothing() -> None:
    with pytest.raises(NotSent, match="not open"):
        await Wires(Routes(), time.time_ns).request(get())

"""A booth on real sockets: what goes in reaches the dialect, what the dialect says comes out."""

import asyncio
import contextlib
import io
import time

import aiohttp
import pytest
from tests.shell.live.stall import until
from tests.shell.simserver.echo import SECOND, Place
from yarl import URL

from basisdesk.shell.simserver import outlet
from basisdesk.shell.simserver.booth import LARGEST
from basisdesk.sim.contract import Close, Frame, HttpAnswer
from basisdesk.sim.faults import Switch

pytestmark = pytest.mark.asyncio


@pytest.fixture
def place() -> Place:
    return Place()


async def test_a_request_reaches_the_dialect_as_it_was_sent(place: Place) -> None:
    async with place.open() as client:
        url = URL(f"{place.rest}/api/v3/a%2Fb?x=1&y=%20z", encoded=True)
        async with client.delete(url, data=b"body", headers={"X-Key": "k"}) as answer:
            assert (answer.status, await answer.read()) == (201, b"body")
            assert answer.headers["x-used"] == "7"
            assert answer.content_type == "application/json"
    (call,) = place.echo.calls
    assert (call.host, call.method, call.path, call.query) == ("rest", "DELETE", "/api/v3/a%2Fb", "x=1&y=%20z")
    assert (call.headers["x-key"], call.body, call.source) == ("k", b"body", "127.0.0.1")
    assert call.authority == place.rest.removeprefix("http://")


async def test_an_answer_may_name_its_own_content_type(place: Place) -> None:
    place.echo.answer = HttpAnswer(200, b"<p>", (("content-type", "text/html"),))
    async with place.open() as client, client.get(place.rest) as answer:
        assert answer.content_type == "text/html"


async def test_status_0_closes_the_connection_without_an_answer(place: Place) -> None:
    place.echo.answer = HttpAnswer(0, b"")
    async with place.open() as client:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await client.post(place.rest, data=b"x")
    assert len(place.echo.calls) == 1, "it was performed all the same"


async def test_a_body_that_is_too_large_is_refused_before_the_dialect_sees_it(place: Place) -> None:
    async with place.open() as client:
        async with client.post(place.rest, data=io.BytesIO(bytes(LARGEST + 1))) as answer:
            assert answer.status == 413
        async with client.post(place.rest, data=io.BytesIO(bytes(LARGEST))) as answer:
            assert answer.status == 201
    assert [len(call.body) for call in place.echo.calls] == [LARGEST]


async def test_text_binary_and_ping_frames_are_what_they_are(place: Place) -> None:
    async with place.open() as client, client.ws_connect(place.stream, autoping=False) as socket:
        assert (await socket.receive()).data == "welcome"
        await socket.send_str("text ü")
        assert await socket.receive() == (aiohttp.WSMsgType.TEXT, "text ü", "")
        await socket.send_bytes(b"binary \xff")
        assert await socket.receive() == (aiohttp.WSMsgType.BINARY, b"binary \xff", "")
        await socket.send_str("ping 1")
        kind, data, _ = await socket.receive()
        assert (kind, bytes(data)) == (aiohttp.WSMsgType.PING, b"ping 1")
    (call,) = place.echo.calls
    assert (call.host, call.path) == ("stream", "/stream")


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 300_000])
async def test_frames_of_any_length_arrive_in_order_with_what_came_at_once(place: Place, size: int) -> None:
    async with place.open() as client, client.ws_connect(place.stream) as socket:
        await socket.receive()
        bodies = [b"first", bytes(size), b"last"]
        place.echo.out += [Frame(1, body, "book BTC", binary=True) for body in bodies]
        place.echo.out += [Close(1, 4002, "over"), Frame(1, b"too late", "book BTC")]
        place.booth.hand_out()
        assert [(await socket.receive()).data for _ in bodies] == bodies
        told = await socket.receive()
        assert (told.type, told.data) == (aiohttp.WSMsgType.CLOSE, 4002)


async def test_a_socket_that_leaves_is_told_and_forgotten(place: Place) -> None:
    async with place.open() as client:
        async with client.ws_connect(place.stream) as one, client.ws_connect(place.stream):
            assert list(place.echo.sockets) == [1, 2]
            await one.close()
            await until(lambda: place.echo.gone == [1])
        await until(lambda: place.echo.gone == [1, 2])
        place.echo.out.append(Frame(1, b"late", "book BTC"))
        place.booth.hand_out()


async def test_the_sub_protocol_that_a_client_asks_for_is_chosen(place: Place) -> None:
    async with place.open() as client:
        for offered, chosen in ((("json",), "json"), (("proto", "json"), "json"), (("other",), None), ((), None)):
            async with client.ws_connect(place.stream, protocols=offered) as socket:
                assert socket.protocol == chosen


async def test_a_refused_handshake_gets_the_answer_and_no_socket(place: Place) -> None:
    place.echo.refusal = HttpAnswer(403, b"no")
    async with place.open() as client:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(place.stream)
        assert refused.value.status == 403
        place.echo.refusal = HttpAnswer(0, b"")
        with pytest.raises(aiohttp.ClientError):
            await client.ws_connect(place.stream)
    assert place.echo.gone == []


async def test_the_dialect_closes_with_its_code_and_reason(place: Place) -> None:
    async with place.open() as client, client.ws_connect(place.stream) as socket:
        await socket.receive()
        await socket.send_str("close")
        told = await socket.receive()
        assert (told.type, told.data, told.extra) == (aiohttp.WSMsgType.CLOSE, 4001, "enough")


async def test_a_cut_socket_ends_without_a_close(place: Place) -> None:
    async with place.open() as client, client.ws_connect(place.stream) as socket:
        await socket.receive()
        place.wire.switch(Switch(fault="cut"), time.time_ns())
        place.booth.hand_out()
        told = await socket.receive()
        assert told.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
        assert socket.close_code in {None, 1006}


async def test_what_is_due_happens_without_anybody_asking(place: Place) -> None:
    async with place.open() as client, client.ws_connect(place.stream) as socket:
        await socket.receive()
        began = time.monotonic()
        place.echo.due = time.time_ns() + SECOND // 10
        place.booth.wake()
        assert (await socket.receive()).data == "tick"
        assert 0.09 < time.monotonic() - began < 1


async def test_a_request_is_held_before_and_its_answer_after_it_is_performed(place: Place) -> None:
    async with place.open() as client:
        place.wire.switch(Switch(fault="delay", seconds=0.3, count=1), time.time_ns())
        asking = asyncio.create_task(client.post(place.rest))
        await asyncio.sleep(0.1)
        assert place.echo.calls == []
        assert (await asking).status == 201
        place.wire.switch(Switch(fault="slow-ack", seconds=0.3, count=1), time.time_ns())
        asking = asyncio.create_task(client.post(place.rest))
        await until(lambda: len(place.echo.calls) == 2)
        assert not asking.done()
        assert (await asking).status == 201


async def test_a_client_that_reads_nothing_is_cut_and_holds_up_nobody(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlet, "LONGEST", 50)
    async with place.open() as client, client.ws_connect(place.stream) as quick:
        await quick.receive()
        port = int(place.stream.rpartition(":")[2].partition("/")[0])
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        key = "dGhlIHNhbXBsZSBub25jZQ=="
        writer.write(
            f"GET /stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        await until(lambda: 2 in place.echo.sockets)
        for _ in range(400):
            place.echo.out.append(Frame(2, bytes(1 << 18), "book BTC", binary=True))
            place.booth.hand_out()
            await asyncio.sleep(0)
            if 2 in place.echo.gone:
                break
        await until(lambda: 2 in place.echo.gone)
        await quick.send_str("text still here")
        assert (await quick.receive()).data == "text still here"
        writer.close()
        del reader


async def test_a_frame_that_is_too_large_ends_the_socket(place: Place) -> None:
    async with place.open() as client, client.ws_connect(place.stream) as socket:
        await socket.receive()
        with contextlib.suppress(ConnectionError):
            await socket.send_bytes(bytes(LARGEST + 1))
        await until(lambda: place.echo.gone == [1])
        assert place.echo.heard == 0, "the dialect saw nothing of it"


async def test_a_stopped_booth_answers_nobody(place: Place) -> None:
    async with place.open() as client:
        address = place.rest
        async with client.ws_connect(place.stream) as socket:
            await socket.receive()
            place.echo.out.append(Close(1, 1000, ""))
    async with aiohttp.ClientSession() as other:
        with pytest.raises(aiohttp.ClientConnectorError):
            await other.get(address)


async def test_a_venue_whose_life_ends_in_an_error_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_now: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(place.echo, "advance", broken)
    life = await place.booth.start()
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(life, 5)
    await place.booth.stop()

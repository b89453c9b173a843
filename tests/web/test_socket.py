from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from asgiref import testing

from basisdesk.domain.order import Side
from basisdesk.domain.stream import Place, Publish, Reply, Watch
from basisdesk.web import hub as hub_module
from basisdesk.web import rate
from basisdesk.web import reader as reader_module
from basisdesk.web.asgi import application

if TYPE_CHECKING:
    from tests.web.conftest import Desk

pytestmark = pytest.mark.asyncio
HOST = "127.0.0.1:8420"
SPREAD = "binance:BTC/USDT:USDT~binance:BTC/USDT"
Communicator: Any = testing.ApplicationCommunicator  # it has no types
KEY = "3f0c9c1e-0000"


class Talk:
    """A browser's end of one live socket."""

    def __init__(self, desk: Desk, host: str, origin: str | None, path: str) -> None:
        headers = [(b"host", host.encode()), *([] if origin is None else [(b"origin", origin.encode())])]
        scope = {"type": "websocket", "path": path, "headers": headers, "query_string": b"", "subprotocols": []}
        self._talk = Communicator(application(desk.hub), scope)

    async def connect(self) -> bool:
        await self._talk.send_input({"type": "websocket.connect"})
        return bool((await self.output())["type"] == "websocket.accept")

    async def output(self) -> Any:
        return await self._talk.receive_output(15)

    async def text(self) -> str:
        return str((await self.output())["text"])

    async def say(self, text: str | None = None, raw: bytes | None = None) -> None:
        await self._talk.send_input({"type": "websocket.receive", "text": text, "bytes": raw})

    async def disconnect(self) -> None:
        await self._talk.send_input({"type": "websocket.disconnect", "code": 1001})
        await self._talk.wait(2)


def socket(desk: Desk, *, host: str = HOST, origin: str | None = f"http://{HOST}", path: str = "/ws") -> Talk:
    return Talk(desk, host, origin, path)


async def opened(desk: Desk) -> Talk:
    talk = socket(desk)
    assert await talk.connect()
    assert json.loads(await talk.text()) == {"link": {"desk": True, "reason": ""}}
    return talk


async def answer(talk: Talk, **message: object) -> Any:
    await talk.say(json.dumps(message))
    return json.loads(await talk.text())


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (HOST, None),
        (HOST, "null"),
        (HOST, "https://evil.example"),
        (HOST, "http://127.0.0.1:9999"),
        (HOST, "http://localhost:8420"),
        (HOST, "file://127.0.0.1:8420"),
        (HOST, "http://[bad"),
        ("evil.example", "http://evil.example"),
        ("[bad", "http://[bad"),
        ("", "http://"),
    ],
)
async def test_a_socket_from_any_other_page_is_refused(desk: Desk, host: str, origin: str | None) -> None:
    assert not await socket(desk, host=host, origin=origin).connect()


@pytest.mark.parametrize("host", ["localhost:8420", "[::1]:8420", HOST])
async def test_a_socket_from_our_own_page_is_welcome(desk: Desk, host: str) -> None:
    talk = socket(desk, host=host, origin=f"http://{host}")
    assert await talk.connect()
    await talk.disconnect()


async def test_there_is_no_socket_but_one(desk: Desk) -> None:
    assert not await socket(desk, path="/other").connect()


async def test_an_order_goes_to_the_desk_and_its_answer_comes_back(desk: Desk) -> None:
    async with desk:
        talk = await opened(desk)
        request = {"spread": SPREAD, "side": "SELL", "type": "market", "size": "0.5"}
        await talk.say(json.dumps({"place": {"key": KEY, "request": request}}))
        async with asyncio.timeout(15):
            while not desk.heard:  # noqa: ASYNC110 (what is waited for has no event)
                await asyncio.sleep(0.005)
        (command,) = desk.heard
        assert isinstance(command, Place)
        assert (command.key, command.request.side) == (KEY, Side.SELL)
        desk.say(Reply(key=KEY, ok=False, code="below_minimum", message="size 0.5 is below 1"))
        reply = json.loads(await talk.text())["reply"]
        assert (reply["key"], reply["ok"], reply["message"]) == (KEY, False, "size 0.5 is below 1")
        await talk.disconnect()


async def test_a_watched_topic_arrives_with_its_body_unchanged(desk: Desk) -> None:
    async with desk:
        talk = await opened(desk)
        topic = f"ladder:{SPREAD}"
        await talk.say(json.dumps({"watch": topic}))
        async with asyncio.timeout(15):
            while not desk.heard:  # noqa: ASYNC110 (as above)
                await asyncio.sleep(0.005)
        desk.say(Publish(topic, b'{"bids":[[1.10,2,3,4]],"at":1723111200000000001}'))
        text = await talk.text()
        assert text == f'{{"topic":"{topic}","seq":1,"body":{{"bids":[[1.10,2,3,4]],"at":1723111200000000001}}}}'
        assert desk.heard == [Watch(topic)]
        await talk.disconnect()
        async with asyncio.timeout(15):
            while len(desk.heard) < 2:  # noqa: ASYNC110 (as above)
                await asyncio.sleep(0.005)


async def test_a_wrong_message_is_answered_and_the_socket_stays(desk: Desk) -> None:
    async with desk:
        talk = await opened(desk)
        assert "did you mean watch" in (await answer(talk, wacth="x"))["error"]
        refusal = await answer(talk, place={"key": KEY, "request": {"spread": SPREAD, "sise": "1"}})
        assert "did you mean size" in refusal["error"]
        assert refusal["key"] == KEY
        await talk.say(raw=b"\x00\x01")
        assert "not 2 bytes of binary" in json.loads(await talk.text())["error"]
        await talk.say("x" * 9000)
        assert "9000 bytes" in json.loads(await talk.text())["error"]
        assert "always sent" in (await answer(talk, watch="desk"))["error"]
        assert desk.heard == []
        await talk.disconnect()


async def test_a_browser_that_talks_too_much_is_told_and_the_rest_is_dropped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate, "BURST", 3.0)
    monkeypatch.setattr(rate, "PER_SECOND", 0.001)
    async with desk:
        talk = await opened(desk)
        answers = [await answer(talk, watch="desk") for _ in range(4)]
        assert "too many messages" not in answers[2]["error"]
        assert "too many messages" in answers[3]["error"]
        dropped = await answer(talk, cancel={"key": KEY, "order_id": "S1"})
        assert dropped["key"] == KEY, "whoever waits for an answer is told that there will be none"
        await talk.disconnect()


async def test_a_browser_that_does_not_read_its_answers_is_cut_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "URGENT_LIMIT", -1)
    async with desk:
        talk = socket(desk)
        assert await talk.connect()
        await talk.say("nonsense")
        seen = [await talk.output()]
        while seen[-1]["type"] != "websocket.close":
            seen.append(await talk.output())
        assert seen[-1]["code"] == 1013
        await talk.disconnect()


async def test_one_page_too_many_is_told_why(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "READER_LIMIT", 0)
    talk = socket(desk)
    await talk.connect()
    assert "close one" in json.loads(await talk.text())["error"]
    assert (await talk.output())["code"] == 1013
    await talk.disconnect()


async def test_the_hub_lives_and_ends_with_the_server(desk: Desk) -> None:
    await desk.appear()
    life = Communicator(application(desk.hub), {"type": "lifespan"})
    await life.send_input({"type": "lifespan.startup"})
    assert (await life.receive_output())["type"] == "lifespan.startup.complete"
    async with asyncio.timeout(15):
        while not desk.hub.link.desk:  # noqa: ASYNC110 (as above)
            await asyncio.sleep(0.005)
    await life.send_input({"type": "lifespan.shutdown"})
    assert (await life.receive_output())["type"] == "lifespan.shutdown.complete"
    await life.wait()
    await desk.vanish()

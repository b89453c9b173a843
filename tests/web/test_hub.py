from __future__ import annotations

import asyncio
import itertools
import json
import struct
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from basisdesk.domain.errors import UsageError
from basisdesk.domain.stream import Cancel, Candles, Publish, Reply, Unwatch, Watch
from basisdesk.web import hub as hub_module
from basisdesk.web.bus import Lost, connect
from basisdesk.web.reader import PERIOD, URGENT_LIMIT, Reader

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.conftest import Desk

pytestmark = pytest.mark.asyncio
LADDER = "ladder:a~b"
CANDLES = "candles:a~b:LAST:1s"


async def until(true: Any, limit: float = 15.0) -> None:
    async with asyncio.timeout(limit):
        while not true():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.005)


async def told(reader: Reader) -> tuple[list[Any], list[str]]:
    """The next step of a reader, its texts decoded."""
    async with asyncio.timeout(15):
        texts, topics = await reader.next()
    return [json.loads(text) for text in texts], topics


async def links(reader: Reader, limit: float = 15.0) -> dict[str, Any]:
    """The next news of the connection."""
    async with asyncio.timeout(limit):
        while True:
            for text in (await reader.next())[0]:
                if "link" in (found := json.loads(text)):
                    return dict(found["link"])


def candles(*opened: int, whole: bool = False) -> bytes:
    bars = [(each, 1.0, 1.0, 1.0, 1.0, 1) for each in opened]
    return msgspec.json.encode(Candles(at=1, spread="a~b", source="LAST", period="1s", whole=whole, bars=bars))


async def test_a_browser_that_joins_is_told_the_full_state_at_once(desk: Desk) -> None:
    async with desk:
        desk.say(Publish("desk", b'{"mode":"DEMO"}'), Publish("matrix", b'{"rows":[]}'))
        first = Reader()
        desk.hub.join(first)
        await until(lambda: desk.hub.message(first, "matrix"))
        late = Reader()
        desk.hub.join(late)
        texts, topics = await told(late)
        assert texts == [{"link": {"desk": True, "reason": ""}}]
        assert sorted(topics) == ["desk", "matrix"]
        assert json.loads(desk.hub.message(late, "desk")) == {"topic": "desk", "seq": 1, "body": {"mode": "DEMO"}}


async def test_steps_are_conflated_to_ten_a_second_and_the_last_one_arrives(desk: Desk) -> None:
    async with desk:
        reader = Reader()
        desk.hub.join(reader)
        await told(reader)
        clock = asyncio.get_running_loop().time
        times: list[float] = []
        bodies: list[Any] = []
        for step in range(60):
            desk.say(Publish("matrix", b'{"step":%d}' % step))

        async def collect() -> None:
            while not bodies or bodies[-1]["body"] != {"step": 119}:
                for topic in (await reader.next())[1]:
                    bodies.append(json.loads(desk.hub.message(reader, topic)))
                    times.append(clock())

        async def publish() -> None:
            for step in range(60, 120):
                desk.say(Publish("matrix", b'{"step":%d}' % step))
                await asyncio.sleep(0.005)

        async with asyncio.timeout(15):
            await asyncio.gather(collect(), publish())
        gaps = [later - sooner for sooner, later in itertools.pairwise(times)]
        assert all(gap > PERIOD * 0.9 for gap in gaps)
        assert bodies[-1]["seq"] == 120
        assert len(bodies) < 12


async def test_the_desk_is_asked_once_however_many_watch_and_told_when_the_last_one_leaves(desk: Desk) -> None:
    async with desk:
        one, other = Reader(), Reader()
        for reader in (one, other):
            desk.hub.join(reader)
            desk.hub.take(reader, Watch(LADDER))
            desk.hub.take(reader, Watch(LADDER))
        await until(lambda: desk.heard == [Watch(LADDER)])
        desk.say(Publish(LADDER, b"{}"))
        await until(lambda: desk.hub.message(one, LADDER))
        desk.hub.take(one, Unwatch(LADDER))
        desk.hub.take(one, Unwatch(LADDER))
        desk.hub.leave(other)
        await until(lambda: desk.heard == [Watch(LADDER), Unwatch(LADDER)])
        desk.say(Publish(LADDER, b"{}"), Publish("log", b"{}"))
        await until(lambda: desk.hub.message(one, "log"))
        assert desk.hub.message(one, LADDER) == ""


async def test_who_watches_what_is_watched_already_gets_the_latest_without_asking_the_desk(desk: Desk) -> None:
    async with desk:
        one, late = Reader(), Reader()
        desk.hub.join(one)
        desk.hub.join(late)
        desk.hub.take(one, Watch(LADDER))
        desk.say(Publish(LADDER, b'{"bids":[]}'))
        await until(lambda: desk.hub.message(one, LADDER))
        desk.hub.take(late, Watch(LADDER))
        topics: list[str] = []
        while LADDER not in topics:
            topics += (await told(late))[1]
        assert desk.heard == [Watch(LADDER)]


async def test_candles_reach_a_late_browser_whole_and_the_first_one_as_what_is_new(desk: Desk) -> None:
    async with desk:
        one = Reader()
        desk.hub.join(one)
        desk.hub.take(one, Watch(CANDLES))
        desk.say(Publish(CANDLES, candles(1, 2, whole=True)))
        await until(lambda: CANDLES in desk.hub._series)
        assert json.loads(desk.hub.message(one, CANDLES))["body"]["whole"]
        desk.say(Publish(CANDLES, candles(3)), Publish(CANDLES, candles(4)))
        await until(lambda: desk.hub._steps[CANDLES] == 3)
        body = json.loads(desk.hub.message(one, CANDLES))["body"]
        assert (body["whole"], [bar[0] for bar in body["bars"]]) == (False, [2, 3, 4])
        late = Reader()
        desk.hub.join(late)
        desk.hub.take(late, Watch(CANDLES))
        body = json.loads(desk.hub.message(late, CANDLES))["body"]
        assert (body["whole"], [bar[0] for bar in body["bars"]]) == (True, [1, 2, 3, 4])


async def test_when_the_desk_goes_away_browsers_hear_within_a_second_and_everything_resumes(desk: Desk) -> None:
    async with desk:
        reader = Reader()
        desk.hub.join(reader)
        assert (await links(reader))["desk"]
        desk.hub.take(reader, Watch(LADDER))
        await until(lambda: desk.heard)
        desk.say(Publish("desk", b'{"mode":"DEMO"}'))
        await until(lambda: desk.hub.message(reader, "desk"))
        await desk.vanish()
        gone = await links(reader)
        assert not gone["desk"]
        assert "closed the connection" in gone["reason"]
        assert "DEMO" in desk.hub.message(reader, "desk"), "the last state stays, to be shown grey"
        desk.heard.clear()
        await desk.appear()
        while not (await links(reader))["desk"]:
            pass
        await until(lambda: desk.heard == [Watch(LADDER)])


async def test_commands_are_answered_to_who_asked_and_to_nobody_else(desk: Desk) -> None:
    async with desk:
        one, other = Reader(), Reader()
        desk.hub.join(one)
        desk.hub.join(other)
        await told(one)
        await told(other)
        desk.hub.take(one, Cancel("key-0001", "s1"))
        desk.hub.take(one, Cancel("key-0001", "s1"))
        await until(lambda: len(desk.heard) == 2)
        desk.say(Reply(key="key-0001", ok=True, order_id="s1"), Reply(key="key-0001", ok=True), Reply("stray", ok=True))
        texts, _ = await told(one)
        assert [text["reply"]["order_id"] for text in texts] == ["s1"]
        desk.say(Publish("log", b"{}"))
        texts, topics = await told(other)
        assert (texts, topics) == ([], ["log"])


async def test_an_unanswered_command_is_never_called_refused_when_the_desk_goes_away(desk: Desk) -> None:
    async with desk:
        reader, gone = Reader(), Reader()
        for each in (reader, gone):
            desk.hub.join(each)
            desk.hub.take(each, Cancel("key-0001", "s1"))
        desk.hub.take(gone, Cancel("key-0002", "s1"))
        desk.hub.leave(gone)
        await told(reader)
        await until(lambda: len(desk.heard) == 3)
        await desk.vanish()
        texts, _ = await told(reader)
        reply = next(text["reply"] for text in texts if "reply" in text)
        assert (reply["ok"], reply["code"]) == (False, "no_answer")
        assert "may have taken" in reply["message"]


async def test_a_command_that_the_desk_would_not_take_is_refused_at_once(desk: Desk) -> None:
    async with desk:
        reader = Reader()
        desk.hub.join(reader)
        assert desk.hub._wire is not None
        desk.hub._wire.close()
        with pytest.raises(UsageError, match="nothing was sent"):
            desk.hub.take(reader, Cancel("key-0001", "s1"))
        assert desk.heard == []


async def test_without_a_desk_an_order_is_refused_and_nothing_is_kept_to_send_later(desk: Desk) -> None:
    reader = Reader()
    desk.hub.join(reader)
    with pytest.raises(UsageError, match="nothing was sent"):
        desk.hub.take(reader, Cancel("key-0001", "s1"))
    async with desk:
        desk.say(Publish("log", b"{}"))
        await until(lambda: desk.hub.message(reader, "log"))
        assert desk.heard == []


@pytest.mark.parametrize(
    "raw", [struct.pack(">I", 4) + b"\xc1\xc1\xc1\xc1", b"\xff\xff\xff\xff", struct.pack(">I", 2) + b"{}"]
)
async def test_a_desk_that_sends_nonsense_counts_as_gone(desk: Desk, raw: bytes) -> None:
    async with desk:
        reader = Reader()
        desk.hub.join(reader)
        assert (await links(reader))["desk"]
        desk.babble(raw)
        assert "no message" in (await links(reader))["reason"]


async def test_candles_in_a_foreign_shape_count_as_a_desk_that_is_gone(desk: Desk) -> None:
    async with desk:
        reader = Reader()
        desk.hub.join(reader)
        assert (await links(reader))["desk"]
        desk.hub.take(reader, Watch(CANDLES))
        desk.say(Publish(CANDLES, b'{"rows":[]}'))
        assert "not candles" in (await links(reader))["reason"]


async def test_limits_are_refused_by_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "READER_LIMIT", 2)
    monkeypatch.setattr(hub_module, "WATCH_LIMIT", 2)
    monkeypatch.setattr(hub_module, "TOPIC_LIMIT", 3)
    one, other = Reader(), Reader()
    desk.hub.join(one)
    desk.hub.join(other)
    with pytest.raises(UsageError, match="2 pages are open"):
        desk.hub.join(Reader())
    desk.hub.take(one, Watch("ladder:a~b"))
    desk.hub.take(one, Watch("ladder:a~c"))
    with pytest.raises(UsageError, match="at most 2 topics"):
        desk.hub.take(one, Watch("ladder:a~d"))
    desk.hub.take(other, Watch("ladder:a~d"))
    with pytest.raises(UsageError, match="all pages together"):
        desk.hub.take(other, Watch("ladder:a~e"))


async def test_a_browser_that_lets_replies_pile_up_is_known() -> None:
    reader = Reader()
    for _ in range(URGENT_LIMIT):
        reader.say("x")
    assert not reader.overrun
    reader.say("x")
    assert reader.overrun


async def test_a_desk_that_does_not_read_is_lost_instead_of_filling_memory(tmp_path: Path) -> None:
    done = asyncio.Event()

    async def deaf(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.transport.abort()

    server = await asyncio.start_unix_server(deaf, path=tmp_path / "bus", limit=1024)
    wire = await connect(tmp_path / "bus")
    await asyncio.sleep(0.05)

    def flood() -> None:
        for number in range(2_000_000):
            wire.send(Cancel("key-0001", str(number) * 20))

    with pytest.raises(Lost, match="stopped reading"):
        flood()
    wire.close()
    with pytest.raises(Lost, match="closed the connection"):
        wire.send(Cancel("key-0001", "s1"))
    done.set()
    server.close()
    await asyncio.sleep(0.05)

import asyncio
import contextlib
import logging
import os
import stat
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from basisdesk.domain import stream
from basisdesk.domain.errors import UsageError
from basisdesk.domain.order import Side, SpreadOrderRequest, SpreadOrderType
from basisdesk.shell import client as client_module
from basisdesk.shell.bus import Bus

ASKED = SpreadOrderRequest(
    spread="okx:BTC/USDT:USDT~okx:BTC/USDT", side=Side.BUY, type=SpreadOrderType.MARKET, size=Decimal("0.1")
)
CANDLES = "candles:A~B:LAST:1m"


class Desk:
    """Answers commands by their key and counts how often a whole topic was asked for."""

    def __init__(self) -> None:
        self.commands: list[stream.Order] = []
        self.wholes = 0
        self.gone = False

    def command(self, command: stream.Order) -> stream.Reply:
        self.commands.append(command)
        if command.key == "fault":
            raise ArithmeticError("a bug of the desk")
        return stream.Reply(key=command.key, ok=True, order_id=f"for {command.key}")

    def whole(self, topic: str) -> bytes | None:
        if self.gone or topic == "candles:unknown":
            return None
        self.wholes += 1
        return b"whole %d" % self.wholes


class Reader:
    """The other end of the bus."""

    def __init__(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        self.incoming, self.outgoing = incoming, outgoing

    def say(self, command: stream.Command) -> None:
        self.outgoing.write(stream.pack(command))

    async def hear(self) -> stream.Said:
        length = stream.frame_length(await self.incoming.readexactly(4))
        return stream.unpack_said(await self.incoming.readexactly(length))

    async def dropped(self) -> bool:
        with contextlib.suppress(ConnectionError):
            while await self.incoming.read(65536):
                pass
        return True


async def until(true: Callable[[], bool]) -> None:
    """Let the loop turn until something is true; the time limit of the test is the limit."""
    while not true():  # noqa: ASYNC110 (nothing announces it)
        await asyncio.sleep(0)


async def served(reader: Reader) -> None:
    """Exchange a command and its reply, so that the connection surely stands on both ends."""
    reader.say(stream.Cancel("there?", ""))
    assert await reader.hear() == stream.Reply(key="there?", ok=True, order_id="for there?")


Connect = Callable[[], Awaitable[Reader]]


@pytest.fixture
def path() -> Path:
    return Path(tempfile.mkdtemp(prefix="bd")) / "desk.sock"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@contextlib.asynccontextmanager
async def running(path: Path, desk: Desk) -> AsyncIterator[tuple[Bus, Connect]]:
    bus = Bus(path, desk)
    await bus.start()
    readers: list[Reader] = []

    async def connect() -> Reader:
        readers.append(Reader(*await asyncio.open_unix_connection(str(path))))
        return readers[-1]

    try:
        yield bus, connect
    finally:
        for reader in readers:
            reader.outgoing.close()
        await bus.close()
        for reader in readers:
            with contextlib.suppress(ConnectionError):
                await reader.outgoing.wait_closed()


@pytest.mark.asyncio
async def test_a_reader_is_told_the_latest_of_every_common_topic_and_then_what_follows(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (bus, connect):
        bus.publish("matrix", b"old")
        bus.publish("matrix", b"new")
        bus.publish("desk", b"{}")
        reader = await connect()
        assert await reader.hear() == stream.Publish("matrix", b"new")
        assert await reader.hear() == stream.Publish("desk", b"{}")
        bus.publish("matrix", b"newer")
        assert await reader.hear() == stream.Publish("matrix", b"newer")


@pytest.mark.asyncio
async def test_a_watched_topic_begins_whole_and_goes_only_to_those_who_watch_it(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (bus, connect):
        watcher, other = await connect(), await connect()
        watcher.say(stream.Watch(CANDLES))
        assert await watcher.hear() == stream.Publish(CANDLES, b"whole 1")
        assert bus.watched() == [CANDLES]
        bus.publish_more(CANDLES, b"more")
        assert await watcher.hear() == stream.Publish(CANDLES, b"more")
        bus.publish(CANDLES, b"anew")
        bus.publish("desk", b"end")
        assert await watcher.hear() == stream.Publish(CANDLES, b"anew")
        assert await other.hear() == stream.Publish("desk", b"end")


@pytest.mark.asyncio
async def test_a_topic_is_watched_until_the_last_watcher_leaves(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (bus, connect):
        one, two = await connect(), await connect()
        for reader in (one, two):
            reader.say(stream.Watch(CANDLES))
            await reader.hear()
        one.say(stream.Unwatch(CANDLES))
        one.say(stream.Watch("candles:unknown"))
        one.say(stream.Place("k", ASKED))
        assert isinstance(await one.hear(), stream.Reply)
        assert bus.watched() == [CANDLES]
        two.outgoing.close()
        await until(lambda: bus.readers == 1)
        assert bus.watched() == []


@pytest.mark.asyncio
async def test_a_reply_goes_to_the_reader_that_asked(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (_, connect):
        one, two = await connect(), await connect()
        two.say(stream.Place("second", ASKED))
        one.say(stream.Cancel("first", "order 7"))
        assert await one.hear() == stream.Reply(key="first", ok=True, order_id="for first")
        assert await two.hear() == stream.Reply(key="second", ok=True, order_id="for second")
        assert stream.Place("second", ASKED) in desk.commands


@pytest.mark.asyncio
async def test_watching_a_common_topic_tells_it_again(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (bus, connect):
        bus.publish("orders", b"[]")
        reader = await connect()
        await reader.hear()
        reader.say(stream.Watch("never published"))
        reader.say(stream.Watch("orders"))
        assert await reader.hear() == stream.Publish("orders", b"[]")


@pytest.mark.asyncio
async def test_a_slow_reader_loses_steps_but_never_the_end_and_costs_no_memory(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (bus, connect):
        slow, quick = await connect(), await connect()
        body = b"x" * 100_000
        quick.say(stream.Place("ready", ASKED))
        await quick.hear()
        for step in range(200):
            bus.publish("matrix", b"%d " % step + body)
            await asyncio.sleep(0)
        heard: list[int] = []
        while not heard or heard[-1] != 199:
            said = await slow.hear()
            assert isinstance(said, stream.Publish)
            heard.append(int(said.body.split()[0]))
        assert heard == sorted(heard)
        assert len(heard) < 50


@pytest.mark.asyncio
async def test_a_reader_that_missed_a_continuation_gets_the_whole_instead(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (bus, connect):
        reader = await connect()
        reader.say(stream.Watch(CANDLES))
        await reader.hear()
        bus.publish_more(CANDLES, b"one more")
        bus.publish_more(CANDLES, b"two more")
        assert await reader.hear() == stream.Publish(CANDLES, b"whole 2")
        assert desk.wholes == 2


@pytest.mark.asyncio
async def test_a_continuation_of_a_topic_that_is_gone_leaves_what_was_to_be_told(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (bus, connect):
        reader = await connect()
        reader.say(stream.Watch(CANDLES))
        await reader.hear()
        desk.gone = True
        bus.publish_more(CANDLES, b"one more")
        bus.publish_more(CANDLES, b"two more")
        assert await reader.hear() == stream.Publish(CANDLES, b"one more")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "junk",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x03abc",
        b"\x00\x00\x00\x00",
        stream.pack(stream.Publish("desk", b"{}")),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
async def test_a_malformed_frame_drops_that_reader_with_one_line_and_nobody_else(
    junk: bytes, path: Path, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(path, desk) as (bus, connect):
        good, bad = await connect(), await connect()
        with caplog.at_level(logging.INFO):
            bad.outgoing.write(junk)
            assert await bad.dropped()
            await until(lambda: bus.readers == 1)
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        good.say(stream.Place("still", ASKED))
        assert await good.hear() == stream.Reply(key="still", ok=True, order_id="for still")
        assert not bus.fault.done()


@pytest.mark.asyncio
async def test_a_reader_that_leaves_in_the_middle_of_a_frame_is_no_news(
    path: Path, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(path, desk) as (bus, connect):
        reader = await connect()
        reader.outgoing.write(b"\x00\x00")
        reader.outgoing.write_eof()
        assert await reader.dropped()
        await until(lambda: bus.readers == 0)
        assert not caplog.records


@pytest.mark.asyncio
async def test_a_reader_that_watches_too_much_is_dropped(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (_, connect):
        reader = await connect()
        for number in range(client_module.TOPICS + 1):
            reader.say(stream.Watch(f"ladder:{number}"))
        assert await reader.dropped()


@pytest.mark.asyncio
async def test_a_reader_that_never_reads_its_replies_is_dropped(
    path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "REPLIES", 0)
    async with running(path, desk) as (_, connect):
        reader = await connect()
        reader.say(stream.Place("one too many", ASKED))
        assert await reader.dropped()


@pytest.mark.asyncio
async def test_a_fault_of_the_desk_is_kept_for_the_runner(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (bus, connect):
        reader = await connect()
        reader.say(stream.Place("fault", ASKED))
        with pytest.raises(ArithmeticError):
            await bus.fault


@pytest.mark.asyncio
async def test_the_socket_is_private_and_goes_with_the_bus(path: Path, desk: Desk) -> None:
    async with running(path, desk):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600  # noqa: PTH116 (a test may block)
    assert not os.path.exists(path)  # noqa: ASYNC240, PTH110 (as above)


@pytest.mark.asyncio
async def test_a_stale_socket_is_replaced_and_a_living_one_is_not(path: Path, desk: Desk) -> None:
    async with running(path, desk) as (_, connect):
        with pytest.raises(UsageError, match="already listening"):
            await Bus(path, desk).start()
        await served(await connect())
    path.write_text("left behind")  # noqa: ASYNC240 (a test may block)
    async with running(path, desk) as (_, connect):
        await served(await connect())


@pytest.mark.asyncio
async def test_a_folder_that_is_not_there_is_named(path: Path, desk: Desk) -> None:
    bus = Bus(path.parent / "missing" / "desk.sock", desk)
    with pytest.raises(UsageError, match="cannot open the desk's socket"):
        await bus.start()
    await bus.close()

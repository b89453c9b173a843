"""One connection kept up: what is said when, and how it ends."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence

import pytest
from tests.shell.live.fakes import SECOND, START, Air, QuickClock, settle

from basisdesk.shell.live import link as link_module
from basisdesk.shell.live.backoff import Backoff, Gate
from basisdesk.shell.live.health import Health
from basisdesk.shell.live.link import Link, Verdict
from basisdesk.shell.live.transport import NotSent


class Script:
    """A talk that keeps what is done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.heard: list[tuple[bytes, int]] = []
        self.out: list[bytes] = []
        self.address: str | None = "wss://x.example/ws"
        self.deadline: int | None = None
        self.verdict = Verdict(Health.UP)
        self.fault: Exception | None = None

    async def prepare(self) -> None:
        self.done.append("prepare")

    def url(self, now: int) -> str | None:
        return self.address

    def headers(self, now: int) -> Sequence[tuple[str, str]]:
        return ()

    def connected(self, now: int) -> None:
        self.done.append("connected")

    def disconnected(self, now: int) -> None:
        self.done.append("disconnected")

    def receive(self, message: bytes, now: int) -> None:
        if self.fault is not None:
            raise self.fault
        self.heard.append((message, now))
        self.out.append(b"re " + message)

    def to_send(self) -> list[bytes]:
        out, self.out = self.out, []
        return out

    def next_deadline(self) -> int | None:
        return self.deadline

    def on_time(self, now: int) -> None:
        self.deadline = None
        self.done.append("on time")
        self.out.append(b"ping")

    def check(self, now: int, since: int, messages: int) -> Verdict:
        self.done.append(f"check {messages}")
        return self.verdict


class Scene:
    def __init__(self, *, hasty: bool = True, offset: int = 0) -> None:
        self.clock = QuickClock()
        self.air = Air(self.clock)
        self.script = Script()
        self.said: list[tuple[Health, str]] = []
        backoff = Backoff(random.Random(1))
        self.link = Link(
            "test", self.script, self.air, self.clock, Gate(self.clock), backoff, self.say, lambda: offset, hasty=hasty
        )

    def say(self, health: Health, reason: str) -> None:
        self.said.append((health, reason))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.ensure_future(self.link.run())
        await settle()
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task])


@pytest.mark.asyncio
async def test_a_message_is_taken_at_once_and_answered_at_once_in_the_talks_own_time() -> None:
    scene = Scene(offset=7)
    async with scene.running():
        (line,) = scene.air.lines
        line.listener.heard(b"a", START + 5)
        assert scene.script.heard == [(b"a", START + 12)]
        assert line.sent == [b"re a"]
        assert scene.said == [(Health.UP, "")]
    assert scene.script.done == ["prepare", "connected", "check 0", "disconnected"]
    assert line.closed


@pytest.mark.asyncio
async def test_what_a_feed_says_may_wait_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "MOMENT", 1_000_000)
    scene = Scene(hasty=False)
    async with scene.running():
        (line,) = scene.air.lines
        for number in range(3):
            line.listener.heard(b"%d" % number, START)
        assert line.sent == []
        await asyncio.sleep(0.05)
        assert line.sent == [b"re 0", b"re 1", b"re 2"]


@pytest.mark.asyncio
async def test_what_comes_before_the_talk_knows_of_the_connection_is_held() -> None:
    scene = Scene()
    connect = scene.air.connect

    async def eager(url: str, headers: Sequence[tuple[str, str]], listener: object) -> object:
        listener.heard(b"early", START)  # type: ignore[attr-defined]
        return await connect(url, headers, listener)  # type: ignore[arg-type]

    scene.air.connect = eager  # type: ignore[method-assign, assignment]
    async with scene.running():
        assert [message for message, _ in scene.script.heard] == [b"early"]
        assert scene.script.done[:3] == ["prepare", "connected", "check 1"]


@pytest.mark.asyncio
async def test_a_lost_connection_is_made_again_after_a_pause() -> None:
    scene = Scene()
    async with scene.running():
        scene.air.lines[0].listener.closed("lost")
        scene.air.lines[0].listener.closed("lost again")
        await settle()
        assert scene.link.connects == 2
        scene.air.lines[0].listener.closed("an echo of the old one")
        await settle()
        assert scene.link.connects == 2
    assert scene.said[:3] == [(Health.UP, ""), (Health.DOWN, "lost"), (Health.UP, "")]
    assert 2 * SECOND <= scene.clock.slept[0] <= 3 * SECOND
    assert scene.script.done[:4] == ["prepare", "connected", "check 0", "disconnected"]


@pytest.mark.asyncio
async def test_refused_connections_are_spaced_by_growing_pauses() -> None:
    scene = Scene()
    scene.air.refusals = [NotSent("refused", 401), NotSent("refused", 401), NotSent("refused", 503)]
    async with scene.running():
        await settle(60)
        assert scene.link.up
    assert scene.said[:4] == [(Health.DOWN, "refused")] * 3 + [(Health.UP, "")]
    assert len(scene.air.urls) == 4
    assert scene.clock.now() - START >= 3 * SECOND  # at most one attempt a second


@pytest.mark.asyncio
async def test_a_refused_connection_is_told_in_the_venues_own_meaning_where_it_has_one() -> None:
    scene = Scene()
    scene.link.meaning_of = {401: "the login is wrong"}.get  # type: ignore[assignment]
    scene.air.refusals = [NotSent("refused", 401), NotSent("refused", 403), NotSent("no route")]
    async with scene.running():
        await settle(60)
    assert [reason for _, reason in scene.said[:3]] == ["the login is wrong (HTTP status 401)", "refused", "no route"]


@pytest.mark.asyncio
async def test_a_venue_that_wants_to_be_left_alone_is_left_alone_once() -> None:
    scene = Scene()
    scene.air.refusals = [NotSent("refused", 429, 90 * SECOND), NotSent("refused", 429)]
    async with scene.running():
        await settle(60)
        assert scene.link.up
    assert scene.clock.slept[0] == 90 * SECOND
    assert scene.clock.slept[1] <= 6 * SECOND


@pytest.mark.asyncio
async def test_without_an_address_nothing_is_connected() -> None:
    scene = Scene()
    scene.script.address = None
    async with scene.running():
        await settle(60)
    assert scene.air.urls == []
    assert scene.said[0] == (Health.DOWN, "there is no address to connect to yet")
    assert scene.script.done.count("prepare") > 2


@pytest.mark.asyncio
async def test_a_verdict_may_end_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "CHECK", 1_000_000)
    scene = Scene()
    async with scene.running():
        scene.script.verdict = Verdict(Health.DOWN, "silent", hang_up=True)
        await asyncio.sleep(0.05)
        assert scene.link.connects >= 2
    assert (Health.DOWN, "silent") in scene.said
    assert scene.air.lines[0].closed


@pytest.mark.asyncio
async def test_a_deadline_of_the_talk_is_kept() -> None:
    scene = Scene()
    scene.script.deadline = START + 10_000_000
    async with scene.running():
        await asyncio.sleep(0.1)
        assert scene.air.lines[0].sent == [b"ping"]
    assert "on time" in scene.script.done


@pytest.mark.asyncio
@pytest.mark.parametrize("hasty", [True, False])
async def test_a_fault_of_the_talk_ends_the_connection_and_is_raised(*, hasty: bool) -> None:
    scene = Scene(hasty=hasty)
    async with scene.running() as task:
        scene.script.fault = ArithmeticError("a bug")
        scene.air.lines[0].listener.heard(b"x", START)
        await settle()
        assert isinstance(task.exception(), ArithmeticError)
    assert scene.said[-1] == (Health.DOWN, "a fault of our own: ArithmeticError")
    assert not scene.link.up


@pytest.mark.asyncio
async def test_a_fault_at_a_deadline_or_in_a_deed_is_raised_too() -> None:
    def fail(*_: object) -> None:
        raise LookupError("a bug")

    scene = Scene()
    scene.script.deadline = START
    scene.script.on_time = fail  # type: ignore[method-assign, assignment]
    async with scene.running() as task:
        await asyncio.sleep(0.02)
        assert isinstance(task.exception(), LookupError)
    scene = Scene()
    async with scene.running() as task:
        scene.link.act(fail)
        await settle()
        assert isinstance(task.exception(), LookupError)


@pytest.mark.asyncio
async def test_a_deed_is_done_in_the_talks_name_and_hanging_up_twice_is_nothing() -> None:
    scene = Scene()
    scene.link.hang_up("nobody is there")
    scene.link.pump()
    async with scene.running():
        scene.link.act(lambda: scene.script.out.append(b"deed"))
        assert scene.air.lines[0].sent == [b"deed"]
        scene.link.hang_up("first")
        scene.link.hang_up("second")
        await settle()
    assert (Health.DOWN, "first") in scene.said
    assert (Health.DOWN, "second") not in scene.said


@pytest.mark.asyncio
async def test_a_flood_before_the_talk_begins_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "MOST_EARLY", 3)
    scene = Scene()
    connect = scene.air.connect

    async def flood(url: str, headers: Sequence[tuple[str, str]], listener: object) -> object:
        for _ in range(5 if not scene.air.lines else 0):
            listener.heard(b"early", START)  # type: ignore[attr-defined]
        return await connect(url, headers, listener)  # type: ignore[arg-type]

    scene.air.connect = flood  # type: ignore[method-assign, assignment]
    async with scene.running():
        await settle()
    assert (Health.DOWN, "too much came before the connection was ready") in scene.said

import asyncio
import gc
import socket
import time
from collections.abc import Iterator

import pytest

from basisdesk.app import serve
from basisdesk.app.charts import PERIODS, Charts
from basisdesk.app.desk import Desk
from basisdesk.app.publish import Publisher, Status
from basisdesk.app.serve import free_port
from basisdesk.domain.errors import UsageError
from basisdesk.sim.listing import SECOND
from basisdesk.sim.paper import PaperTerms
from basisdesk.store.journal import Journal

START = 1_762_000_000 * SECOND


class Recording:
    """A driver of given times that notes when each was played, in wall time."""

    def __init__(self, times: list[int], cost: float = 0.0) -> None:
        self.times = times
        self.cost = cost
        self.played: list[tuple[int, float]] = []
        self.settled = 0
        self.calls = 0

    def next_at(self) -> int | None:
        return self.times[0] if self.times else None

    def advance(self, until: int) -> None:
        self.calls += 1
        while self.times and self.times[0] <= until:
            self.played.append((self.times.pop(0), time.monotonic()))
            if self.cost:
                time.sleep(self.cost)

    def finish(self, settle: int) -> None:
        self.settled = settle


class Silence:
    """A child whose page never answers."""

    def __init__(self) -> None:
        self.line: asyncio.Future[str] = asyncio.get_running_loop().create_future()


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Journal.open(None, "test") as journal:
        yield Desk(journal, PaperTerms(), (), 5 * SECOND, ())


def served(desk: Desk, driver: Recording, speed: float | None = 1.0) -> serve._Served:
    publisher = Publisher(desk, Charts(PERIODS), Status("REPLAY", "a test", speed))
    return serve._Served(desk, driver, publisher, None)


def test_a_free_port_is_found_and_a_given_one_kept() -> None:
    port = free_port(0)
    assert 1024 <= port <= serve.LARGEST_PORT
    assert free_port(port) == port


def test_a_taken_port_is_refused_with_the_option_that_chooses_another() -> None:
    with socket.socket() as other:
        other.bind((serve.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} cannot be opened .*--port {port + 1}"):
            free_port(port)


@pytest.mark.parametrize("port", [-1, 65_536, 10**9])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(UsageError, match=f"{port} is no port: give --port"):
        free_port(port)


@pytest.mark.asyncio
async def test_market_time_follows_the_wall_clock_times_the_speed(desk: Desk) -> None:
    driver = Recording([START + step * SECOND // 10 for step in range(21)])
    await served(desk, driver)._paced(10.0)
    (first, began), (last, ended) = driver.played[0], driver.played[-1]
    assert last - first == 2 * SECOND
    assert 0.18 < ended - began < 1.0
    assert desk.now >= START


@pytest.mark.asyncio
async def test_a_long_hole_in_the_recordings_is_skipped(desk: Desk) -> None:
    driver = Recording([START, START + 400 * 86_400 * SECOND])
    began = time.monotonic()
    await served(desk, driver)._paced(1.0)
    assert len(driver.played) == 2
    assert time.monotonic() - began < 1.0


@pytest.mark.asyncio
async def test_others_are_served_while_the_market_is_too_much_work(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "STRETCH", 2_000_000)
    driver = Recording([START + step * serve.SLICE for step in range(100)], cost=0.001)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count())
    await served(desk, driver)._paced(1_000.0)
    counting.cancel()
    assert not driver.times
    assert turns > 10


@pytest.mark.asyncio
async def test_without_a_speed_everything_is_played_at_once_with_turns_for_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "STRETCH", 1_000_000)
    driver = Recording([START + step * SECOND for step in range(50)], cost=0.0005)
    began = time.monotonic()
    await served(desk, driver, None)._rushed()
    assert not driver.times
    assert driver.calls == 50
    assert time.monotonic() - began < 5


@pytest.mark.asyncio
@pytest.mark.parametrize("speed", [None, 50.0])
async def test_at_the_end_the_desk_stays_with_its_last_state_and_takes_no_order(
    speed: float | None, desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def answers(child: object, port: int) -> None:
        assert port == 8420

    monkeypatch.setattr(serve, "_answers", answers)
    driver = Recording([START, START + SECOND])
    run = served(desk, driver, speed)
    playing = asyncio.ensure_future(run._play(Silence(), 8420))  # type: ignore[arg-type]
    while not run._status.over:  # noqa: ASYNC110 (nothing announces the end)
        await asyncio.sleep(0.001)
    assert capsys.readouterr().out == "Basisdesk REPLAY is running at http://127.0.0.1:8420 (Ctrl+C stops it)\n"
    assert driver.settled == serve.SETTLE
    assert not run._status.running
    assert run._publisher.happenings.rows()[0].text == "the recording is over"
    await asyncio.sleep(0)
    assert not playing.done()
    assert gc.get_freeze_count() > 10_000
    playing.cancel()
    await asyncio.wait([playing])
    assert gc.get_freeze_count() == 0


@pytest.mark.asyncio
async def test_a_page_that_does_not_answer_ends_the_start_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "START_LIMIT", 0.05)
    child = Silence()
    with pytest.raises(UsageError, match="the page did not answer on port 9 within"):
        await serve._answers(child, 9)  # type: ignore[arg-type]
    child.line.set_result("up")
    with pytest.raises(UsageError, match="the page did not answer"):
        await serve._answers(child, free_port(0))  # type: ignore[arg-type]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "healthy"),
    [(b"HTTP/1.1 200 OK\r\n\r\n", True), (b"HTTP/1.1 503 Busy\r\n\r\n", False), (b"", False), (b"nonsense\r\n", False)],
)
async def test_the_page_is_ready_when_it_says_so(answer: bytes, healthy: bool) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(say, serve.HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await serve._healthy(port) is healthy


def test_a_page_that_cannot_run_ends_the_desk_with_a_sentence_and_no_socket(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("r")
    monkeypatch.setattr(serve, "runtime_folder", lambda: folder)
    monkeypatch.setattr("basisdesk.app.serve.sys.executable", "/bin/false")
    monkeypatch.setattr(serve, "START_LIMIT", 0.3)
    with pytest.raises(UsageError, match="the page did not answer"):
        serve.run(desk, Recording([]), Charts(PERIODS), mode="REPLAY", source="a test", port=0, progress=lambda: 0.5)
    assert list(folder.iterdir()) == []

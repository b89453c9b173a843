import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from basisdesk.app import demo
from basisdesk.app.charts import PERIODS, Charts
from basisdesk.app.demo import JOURNALS, STALE_AFTER, Stage, journal_folder, new_journal
from basisdesk.app.desk import Desk
from basisdesk.app.publish import Publisher, Status
from basisdesk.domain import stream
from basisdesk.domain.errors import JournalError, UsageError
from basisdesk.domain.order import Side, SpreadOrderRequest, SpreadOrderType
from basisdesk.engine.replay import digest
from basisdesk.kernel.book import CLOSED
from basisdesk.sim.listing import SECOND
from basisdesk.sim.paper import PaperTerms
from basisdesk.store.journal import Journal
from basisdesk.store.lock import WriteLock
from basisdesk.venues.contract import Report, Trouble

START = 1_762_000_000 * SECOND
SPREAD = "binance:BTC/USDT:USDT~binance:BTC/USDT"
ORDER = SpreadOrderRequest(spread=SPREAD, side=Side.BUY, type=SpreadOrderType.MARKET, size=Decimal("0.1"))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Journal.open(None, "test") as journal:
        yield Desk(journal, PaperTerms(latency=SECOND // 100), (), STALE_AFTER, ())


@pytest.fixture
def stage(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(demo, "REHEARSAL", 600 * SECOND)
    return Stage(desk, 3, START)


def test_every_market_is_open_with_a_valid_book_and_every_spread_is_live(desk: Desk, stage: Stage) -> None:
    stage.advance(START + 2 * SECOND)
    assert len(desk.markets) > 40
    assert len(desk.spreads) > 150
    assert all(spread.live(desk.now) for spread in desk.spreads.values())
    assert all(desk.refusal_of(symbol) is None for symbol in desk.markets)
    assert desk.now == START + 2 * SECOND


def test_charts_have_a_past_that_goes_over_into_the_present_without_a_hole(desk: Desk, stage: Stage) -> None:
    charts = Charts(PERIODS, stage.tapes, STALE_AFTER)
    publisher = Publisher(desk, charts, Status("DEMO", "a test"))
    topic = f"candles:{SPREAD}:BID:10s"
    stage.advance(START + 15 * SECOND)
    whole = json.loads(publisher.whole(topic) or b"")["bars"]
    stage.advance(START + 30 * SECOND)
    later = json.loads(publisher.whole(topic) or b"")["bars"]
    assert len(whole) >= 60
    assert len(later) - len(whole) in {1, 2}
    assert {later[place + 1][0] - later[place][0] for place in range(len(later) - 1)} == {10 * SECOND}
    assert later[: len(whole) - 1] == whole[:-1]


def test_an_order_is_filled_at_prices_of_the_books_and_the_market_goes_on(desk: Desk, stage: Stage) -> None:
    stage.advance(START + SECOND)
    reply = desk.place("key", ORDER)
    assert reply.ok
    stage.advance(START + 2 * SECOND)
    assert {fill.leg for fill in desk.state.fills} == {1, 2}
    assert not desk.state.open
    assert stage.next_at() is not None


def test_a_market_that_closes_is_on_the_tape_as_invalid(desk: Desk, stage: Stage) -> None:
    market = desk.markets["binance:BTC/USDT"]
    market.book.mark_state(CLOSED)
    rows = len(stage.tapes["BTC"])
    stage.touched(market, desk.now)
    assert len(stage.tapes["BTC"]) == rows + 1
    assert not desk.spreads[SPREAD].live(desk.now)


def test_what_the_market_reports_reaches_the_desk_and_codes_of_one_venue_find_their_market(
    desk: Desk, stage: Stage
) -> None:
    heard: list[Report] = []
    desk.reports.append(heard.append)
    report = Report(START, Trouble.GAP, "binance:BTC/USDT", "made up")
    stage.report(report)
    assert heard == [report]
    assert stage.market("coinm", "BTCUSD_PERP") is desk.markets["binance:BTC/USD:BTC"]
    assert stage.market("spot", "BTCUSDT") is None
    stage.finish(SECOND)
    assert desk.now == START + SECOND


def test_the_same_seed_plays_the_same_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "REHEARSAL", 60 * SECOND)
    seen = []
    for _ in range(2):
        with Journal.open(None, "test") as journal:
            desk = Desk(journal, PaperTerms(seed=3), (), STALE_AFTER, ())
            stage = Stage(desk, 3, START)
            stage.advance(START + SECOND)
            desk.place("key", ORDER)
            stage.advance(START + 3 * SECOND)
            seen.append(digest(desk.state))
    assert seen[0] == seen[1]


def test_only_the_newest_journals_are_kept_and_none_that_is_being_written(tmp_path: Path) -> None:
    lock = WriteLock(new_journal(tmp_path, START))
    for second in range(10):
        path = new_journal(tmp_path, START + second * SECOND)
        path.write_text("")
        Path(f"{path}-wal").write_text("")
    kept = sorted(path.name for path in tmp_path.glob("*.journal"))
    assert len(kept) == JOURNALS + 1
    assert kept[0].startswith("demo-20251101T122640")
    assert len(list(tmp_path.glob("*-wal"))) == JOURNALS + 1
    lock.release()


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(UsageError, match="give --speed a number above zero"):
        demo.run(speed=speed)


def test_over_sockets_the_market_keeps_the_time_of_the_clock() -> None:
    with pytest.raises(UsageError, match="--speed 5 needs --in-process"):
        demo.run(speed=5)


# ------------------------------------------------------------- the whole thing, as a user starts it


class Running:
    """A demo in a process of its own, and the way onto its bus."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, environment: dict[str, str]) -> None:
        self.process = process
        self.port = port
        self.environment = environment

    def socket(self) -> Path:
        (path,) = Path(self.environment["XDG_RUNTIME_DIR"]).glob("basisdesk/*.sock")
        return path

    def children(self, what: str = "basisdesk.web") -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in listed if what in Path(f"/proc/{pid}/cmdline").read_text()]


@pytest.fixture
def running(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    runtime = Path(os.path.realpath(tmp_path_factory.mktemp("r")))
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "XDG_STATE_HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(runtime),
        "TMPDIR": str(runtime),
    }
    environment.pop("COVERAGE_PROCESS_START", None)
    source = "import sys; from basisdesk.app.cli import main; main()"
    command = [sys.executable, "-c", source, "demo", "--port", str(port)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line == f"Basisdesk DEMO is running at http://127.0.0.1:{port} (Ctrl+C stops it)\n", (
                process.stderr.read() if process.stderr is not None and not line else line
            )
            yield Running(process, port, environment)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


def heard(body: bytes, key: str, value: str) -> dict[str, Any]:
    return next((dict(row) for row in json.loads(body)["rows"] if row[key] == value), {})


async def trade(path: Path) -> dict[str, Any]:
    """Watch the matrix move, place an order, and wait for its fills and position."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    mids: set[float] = set()
    found: dict[str, Any] = {}
    while len(found) < 4 or len(mids) < 3:
        length = stream.frame_length(await reader.readexactly(4))
        said = stream.unpack_said(await reader.readexactly(length))
        if isinstance(said, stream.Reply):
            found["reply"] = said
        elif said.topic == "matrix":
            row = heard(said.body, "spread", SPREAD)
            mids.add(row["mid"])
            if len(mids) == 2:
                writer.write(stream.pack(stream.Place("a-key-of-this-test", ORDER)))
        elif said.topic == "orders" and heard(said.body, "state", "FILLED"):
            found["order"] = heard(said.body, "state", "FILLED")
        elif said.topic == "fills" and len(json.loads(said.body)["rows"]) >= 2:
            found["fills"] = json.loads(said.body)["rows"]
        elif said.topic == "positions" and heard(said.body, "spread", SPREAD):
            found["position"] = heard(said.body, "spread", SPREAD)
    writer.close()
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for orphans in /proc")
def test_the_demo_runs_trades_and_stops_in_order_with_nothing_left_behind(running: Running) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/healthz", timeout=10) as answer:
        assert answer.status == 200
    found = asyncio.run(asyncio.wait_for(trade(running.socket()), 30))
    assert found["reply"].ok
    assert found["order"]["order_id"] == found["reply"].order_id
    assert {row["leg"] for row in found["fills"]} == {1, 2}
    assert Decimal(found["position"]["size"]) == Decimal("0.1")

    (web,) = running.children()
    (simulator,) = running.children("serve")
    path = running.socket()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    assert running.process.stderr is not None
    told = running.process.stderr.read().splitlines()
    assert len(told) == 1
    assert "stopped; what was decided is kept in " in told[0]
    assert not path.exists()
    for child in (web, simulator):
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)

    (journal,) = Path(running.environment["XDG_STATE_HOME"]).glob("basisdesk/demo/*.journal")
    assert re.fullmatch(r"demo-\d{8}T\d{15}Z\.journal", journal.name)
    with contextlib.closing(sqlite3.connect(journal)) as base:
        kinds = [kind for (kind,) in base.execute("SELECT kind FROM journal ORDER BY seq")]
    assert kinds[-1] == "seal"
    assert kinds.count("LegFilled") >= 2


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for orphans in /proc")
def test_the_simulated_venues_end_with_a_desk_that_is_killed(running: Running) -> None:
    (simulator,) = running.children("serve")
    running.process.kill()
    running.process.wait(10)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{simulator}").exists() and _is_alive(simulator):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_the_web_process_is_started_again_when_it_dies(running: Running) -> None:
    (web,) = running.children()
    os.kill(web, signal.SIGKILL)
    deadline = time.monotonic() + 20
    answered = False
    while not answered and time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{running.port}/healthz", timeout=5),
        ):
            answered = running.children() not in ([], [web])
        time.sleep(0.05)
    assert answered
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(10) == 0


def test_a_taken_port_is_named_before_anything_starts(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    journals = list(Path(running.environment["XDG_STATE_HOME"]).glob("basisdesk/demo/*.journal"))
    with pytest.raises(UsageError, match=f"port {running.port} cannot be opened .* --port"):
        demo.run(port=running.port)
    assert list(Path(running.environment["XDG_STATE_HOME"]).glob("basisdesk/demo/*.journal")) == journals
    assert capsys.readouterr().out == ""


def test_a_place_where_no_journal_can_be_kept_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert journal_folder().is_dir()
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(JournalError, match=r"keeps its journals, cannot be made \(Not a directory"):
        journal_folder()

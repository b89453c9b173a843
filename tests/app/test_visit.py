"""What a person is told when a venue is not there, goes away, or never comes up."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.app.record import News
from basisdesk.app.talk import Talk
from basisdesk.app.visit import Witness
from basisdesk.domain.ask import AskTime
from basisdesk.shell.live.health import Capability, Condition, Health
from basisdesk.shell.live.transport import NotSent
from basisdesk.venues.trading import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Run = Callable[..., Any]
BTC = "bigone:BTC/USD:BTC"
pytestmark = pytest.mark.xdist_group("simulator")


class Simulator:
    """A process of its own that can be killed."""

    def __init__(self, *more: str) -> None:
        command = [sys.executable, "-m", "basisdesk", "sim", "serve", "--json", *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.told = json.loads(self.process.stdout.readline())

    @property
    def control(self) -> str:
        return str(self.told["control"])

    def fault(self, switch: dict[str, object]) -> None:
        url, body = f"{self.control}/faults/bigone", json.dumps(switch).encode()
        urllib.request.urlopen(urllib.request.Request(url, body, method="POST"), timeout=20).close()

    def faults(self) -> list[object]:
        with urllib.request.urlopen(f"{self.control}/faults/bigone", timeout=20) as answer:
            return list(json.load(answer))

    def kill(self) -> None:
        assert self.process.stdout is not None
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def bigone() -> Iterator[Simulator]:
    one = Simulator("--venues", "bigone")
    yield one
    one.kill()


class Stub:
    """A transport that answers what it was told to."""

    def __init__(self, *answers: Response | NotSent) -> None:
        self.answers = list(answers)

    async def request(self, _request: Request, timeout: float = 1.0) -> Response:  # noqa: ASYNC109 (a transport's shape)
        answer = self.answers.pop(0)
        if isinstance(answer, NotSent):
            raise answer
        return answer

    async def connect(self, *_: object) -> Any:
        return "a socket"


async def asked(*answers: Response | NotSent) -> Witness:
    witness = Witness(Stub(*answers))
    for _ in answers:
        request = Request(ask=AskTime("spot"), method="GET", origin="https://api.binance.com", path="/x")
        try:
            await witness.request(request)
        except NotSent:
            continue
    return witness


DNS = NotSent("no connection to h: Cannot connect to host h:443 ssl:default [Name or service not known]")
REFUSED = NotSent("no connection to h: Cannot connect to host h:1 ssl:default [Connect call failed ('127.0.0.1', 1)]")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answers", "fault", "silent"),
    [
        ((), "", False),
        ((Response(200, b"", {}, 0),), "", False),
        ((DNS,), "no connection to api.binance.com (Name or service not known)", False),
        ((DNS, DNS), "no connection to api.binance.com (Name or service not known)", True),
        ((REFUSED, REFUSED), "no connection to api.binance.com (it refuses, or cannot be reached)", True),
        ((NotSent("plain"),), "no connection to api.binance.com (plain)", False),
        ((Response(200, b"", {}, 0), DNS, DNS), "no connection to api.binance.com (Name or service not known)", False),
        ((Response(0, b"reset", {}, 0),) * 2, "api.binance.com gave no answer (reset)", True),
        ((Response(451, b"", {}, 0),) * 2, "api.binance.com answered HTTP 451", False),
    ],
)
async def test_a_witness_knows_what_went_wrong(
    answers: tuple[Response | NotSent, ...], fault: str, silent: bool
) -> None:
    witness = await asked(*answers)
    assert (witness.fault("binance"), witness.is_silent("binance")) == (fault, silent)
    assert (witness.fault("okx"), witness.is_silent("okx")) == ("", False)
    assert await witness.connect("wss://x", (), None) == "a socket"  # type: ignore[arg-type, comparison-overlap]


@pytest.fixture
def dead(bigone: Simulator) -> Iterator[str]:
    """A control address that tells of a venue on a port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{held.getsockname()[1]}"
        told = json.dumps(
            bigone.told | {"origins": {"bigone": dict.fromkeys(bigone.told["origins"]["bigone"], nobody)}}
        )
        script = (
            "import http.server, sys\n"
            "class H(http.server.BaseHTTPRequestHandler):\n"
            "    def do_GET(self):\n"
            "        self.send_response(200); self.end_headers(); self.wfile.write(sys.argv[1].encode())\n"
            "    def log_message(self, *a): pass\n"
            "s = http.server.HTTPServer(('127.0.0.1', 0), H)\n"
            "print(s.server_address[1], flush=True)\n"
            "s.serve_forever()\n"
        )
        with subprocess.Popen([sys.executable, "-c", script, told], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
            process.kill()


def test_a_venue_that_cannot_be_reached_is_said_soon_and_plainly(basisdesk: Run, dead: str, tmp_path: Path) -> None:
    target = tmp_path / "x.jsonl.gz"
    why = "no connection to api.big.one"
    began = time.monotonic()
    ran = basisdesk("venues", "--sim", dead, "--json")
    rows = [row for row in json.loads(ran.out) if row["venue"] == "bigone"]
    assert {row["health"]["data"]["reason"].partition(" (")[0] for row in rows} == {why}
    assert all("not loaded" not in row["health"]["data"]["reason"] for row in rows)
    for command in (("markets",), ("book", BTC), ("record", "--venue", "bigone", "--symbol", BTC, "--to", str(target))):
        ran = basisdesk(*command, "--sim", dead)
        assert (ran.code, ran.out) == (4, ""), command
        assert f"error: bigone did not list its markets: {why} (" in ran.err, command
        assert len(ran.err.strip().splitlines()) == 1
    assert not target.exists(), "a recording of nothing would be in the way of the next attempt"
    ran = basisdesk("doctor", "--sim", dead, "--json")
    (row,) = json.loads(ran.out)
    assert (ran.code, row["ok"], row["checks"]["reach"]["result"]) == (4, False, "bad")
    assert row["checks"]["reach"]["what"].startswith(why)
    assert time.monotonic() - began < 25, "five commands, each of them gave up long before its patience ended"


def test_a_key_that_is_not_known_does_not_keep_one_waiting(basisdesk: Run, bigone: Simulator) -> None:
    request = urllib.request.Request(f"{bigone.control}/faults/bigone", data=b'{"fault": "revoke"}', method="POST")
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 200
    began = time.monotonic()
    ran = basisdesk("venues", "--sim", bigone.control, "--json")
    assert time.monotonic() - began < 7
    health = next(row["health"] for row in json.loads(ran.out) if row["venue"] == "bigone")
    assert health["data"]["health"] == "up"
    assert health["orders"]["health"] == "down"
    assert "Unauthorized" in health["orders"]["reason"]


def test_a_key_for_a_use_that_there_is_not_is_refused(basisdesk: Run, bigone: Simulator) -> None:
    ran = basisdesk("doctor", "--sim", bigone.control, "--sim-key", "trad")
    assert ran.code == 2
    assert "no key for 'trad': choose among trade, read, withdraw, second" in ran.err


def test_a_recording_outlives_its_venue(basisdesk: Run, bigone: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    command = [sys.executable, "-u", "-m", "basisdesk", "record", "--sim", bigone.control, "--venue", "bigone"]
    command += ["--symbol", BTC, "--to", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("recording bigone:BTC/USD:BTC into ")
        end = time.monotonic() + 20
        while not (path.exists() and path.stat().st_size > 4_000):
            assert time.monotonic() < end
            time.sleep(0.1)
        bigone.kill()
        ready, _, _ = select.select([process.stderr], [], [], 20)
        said = process.stderr.readline() if ready else ""
        process.send_signal(signal.SIGINT)
        out, more = process.communicate(timeout=20)
    assert said.startswith("bigone: data is missing ("), said
    assert (process.returncode, "Traceback" in more) == (0, False)
    assert "play it with: basisdesk replay" in out
    ran = basisdesk("replay", str(path), "--json")
    assert ran.code == 0
    assert ran.report["markets"][BTC]["book_updates"] > 5


@pytest.mark.parametrize(
    ("fault", "arguments"),
    [
        ("delay", ("book", BTC)),
        ("delay", ("record", "--symbol", BTC)),
        ("delay", ("markets",)),
        ("delay", ("doctor",)),
        ("half-open", ("book", BTC)),
        ("half-open", ("book", BTC, "--watch")),
        ("half-open", ("venues",)),
    ],
)
def test_an_interrupt_ends_a_command_that_waits_for_a_venue(
    bigone: Simulator, tmp_path: Path, fault: str, arguments: tuple[str, ...]
) -> None:
    late = 60 if fault == "delay" else 0.01
    bigone.fault({"fault": "delay", "seconds": late, "count": 1})  # over when the command has asked for something
    bigone.fault({"fault": fault, "seconds": 60})
    command = [sys.executable, "-m", "basisdesk", *arguments, "--sim", bigone.control]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while len(bigone.faults()) > 1:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 4
    assert (process.returncode, out, err) == (130, "", "")
    assert not list(tmp_path.iterdir())


def test_a_recording_says_what_goes_away_and_not_what_is_yet_to_come(capsys: pytest.CaptureFixture[str]) -> None:
    news = News(Talk())

    def changed(venue: str, health: Health, reason: str = "") -> list[str]:
        news.changed(venue, Capability.DATA, Condition(health, reason, 0))
        return capsys.readouterr().err.splitlines()

    assert changed("htx", Health.UP) == []  # nothing is wanted of it yet
    assert changed("htx", Health.DOWN, "not connected yet") == []
    news.begin("recording")
    assert capsys.readouterr().err == "recording\n"
    assert changed("htx", Health.DEGRADED, "nothing was received") == []
    assert changed("htx", Health.UP) == []
    assert changed("htx", Health.DOWN, "cut") == ["htx: data is missing (cut); it goes on when the venue is back"]
    assert changed("htx", Health.DOWN, "refused") == []
    assert changed("htx", Health.UP) == ["htx: data comes again"]
    assert changed("okx", Health.DOWN, "no connection") == []
    news.tell_missing()
    news.tell_missing()
    assert capsys.readouterr().err == "okx: data is missing (no connection); it goes on when the venue is back\n"


def on_terminal(width: int, *arguments: str) -> list[str]:
    """Run a command on a terminal of so many columns and return the lines that it showed."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": f"{width}", "TERM": "xterm"}
    command = [sys.executable, "-m", "basisdesk", *arguments]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # Linux says so when the other side is closed
                break
            if not piece:
                break
            shown += piece
        process.wait(30)
    os.close(ours)
    return re.sub(r"\x1b\[[\d;]*m", "", shown.decode()).replace("\r\n", "\n").splitlines()


def test_nothing_is_cut_off_on_a_narrow_terminal(bigone: Simulator) -> None:
    sim = ("--sim", bigone.control)
    for arguments, words in (
        (("venues", *sim), ["Capabilities", "market buy", "reduce only", "Health"]),
        (("markets", *sim), ["4 markets", BTC, "min notional", "maker/taker"]),
        (("doctor", *sim), ["Doctor", "reach", "bigone does not tell what a key may do"]),
        (("book", BTC, *sim), ["spread", "price"]),
    ):
        lines = on_terminal(80, *arguments)
        text = "\n".join(lines)
        for word in words:
            assert word in text, (arguments, text)
        assert "…" not in text
    narrow, wide = on_terminal(80, "markets", *sim), on_terminal(400, "markets", *sim)
    assert len(narrow) > len(wide)
    assert max(map(len, narrow)) <= 80

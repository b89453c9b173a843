"""The commands that speak to venues, against the simulator in a process of its own, as a user runs them."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.app.codes import UNREACHED, USAGE
from basisdesk.app.doctor import judged
from basisdesk.app.look import capabilities_of
from basisdesk.domain.account import Permissions
from basisdesk.venues import VENUES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Run = Callable[..., Any]
pytestmark = pytest.mark.xdist_group("simulator")


@pytest.fixture(scope="module")
def simulator() -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "basisdesk", "sim", "serve", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            ready, _, _ = select.select([process.stdout], [], [], 100)
            assert ready
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            assert process.wait(10) == 0


@pytest.fixture
def said(basisdesk: Run) -> Run:
    """Run a command in this process."""
    return basisdesk


def read(ran: Any) -> Any:
    assert ran.out, ran.err
    return json.loads(ran.out)


@pytest.fixture
def sim(simulator: dict[str, Any]) -> tuple[str, str]:
    return "--sim", simulator["control"]


def test_the_simulator_tells_addresses_keys_and_where_faults_are_made(simulator: dict[str, Any]) -> None:
    assert list(simulator["venues"]) == list(VENUES)
    for urls in simulator["venues"].values():
        assert all(url.startswith("http://127.0.0.1:") for url in urls.values())
    with urllib.request.urlopen(simulator["control"], timeout=5) as answer:
        assert json.load(answer) == simulator
    with urllib.request.urlopen(f"{simulator['control']}/faults", timeout=5) as answer:
        assert {"drop", "5xx-after-accept", "clock-offset"} <= {row["name"] for row in json.load(answer)}


def test_venues_shows_capabilities_and_health(said: Run, sim: tuple[str, str]) -> None:
    rows = read(said("venues", *sim, "--json"))
    assert {row["venue"] for row in rows} == set(VENUES)
    for row in rows:
        assert row["health"]["data"]["health"] == "up", row["venue"]
        assert all(point["point"] and point["test"] for point in row["unconfirmed"])
        assert row["request_life_s"] is None or 1 <= row["request_life_s"] <= 600, row["venue"]
    assert {row["order_memory_s"] for row in rows if row["venue"] == "binance" and row["line"] != "spot"} == {259_200.0}
    shown = said("venues", *sim)
    assert shown.code == 0
    assert "Capabilities" in shown.out
    assert "Health" in shown.out


def test_venues_are_shown_without_a_network(said: Run) -> None:
    shown = said("venues", "--offline")
    assert shown.code == 0
    assert "Health" not in shown.out
    assert "docs/venues" in shown.out
    points = [point for row in read(said("venues", "--offline", "--json")) for point in row["unconfirmed"]]
    listed = said("venues", "--offline", "--unconfirmed")
    assert listed.code == 0
    assert all(point["point"] in listed.out and point["test"] in listed.out for point in points)
    assert f"{len(points)} points are not confirmed" in shown.out
    wide = next(line for line in shown.out.splitlines() if line.split()[:2] == ["htx", "spot"])
    spot = next(each for each in capabilities_of("htx") if each.line == "spot")
    assert wide.split()[-1] == f"{len(spot.unconfirmed)}"


def test_markets_are_listed_by_venue_and_underlying(said: Run, sim: tuple[str, str]) -> None:
    rows = read(said("markets", *sim, "--venue", "deribit,okx", "--underlying", "eth", "--json"))
    assert {row["venue"] for row in rows} == {"deribit", "okx"}
    assert {row["base"] for row in rows} == {"ETH"}
    dated = next(row for row in rows if row["kind"] == "dated")
    assert dated["expiry"].endswith("T08:00:00+00:00")
    none = said("markets", *sim, "--venue", "bigone", "--underlying", "XYZ")
    assert (none.code, "choose among BTC, ETH, or leave --underlying out" in none.err) == (0, True)


def test_figures_of_markets_are_plain_and_say_what_they_count(said: Run, sim: tuple[str, str]) -> None:
    rows = read(said("markets", *sim, "--json"))
    figures = [row[name] for row in rows for name in ("tick", "step", "min_size", "contract_size", "max_leverage")]
    assert not [figure for figure in figures if figure is not None and "E" in figure]
    shown = said("markets", *sim, "--venue", "bigone", "--underlying", "BTC").out
    lines = {line.split()[0]: line for line in shown.splitlines() if line.startswith(" bigone:")}
    assert " 0.001 BTC " in lines["bigone:BTC/USDT:USDT"]
    assert " 1 USD " in lines["bigone:BTC/USD:BTC"]
    assert " contracts " not in lines["bigone:BTC/USDT"]


def test_a_book_is_shown_once_and_for_as_long_as_one_watches(said: Run, sim: tuple[str, str]) -> None:
    row = read(said("book", "bybit:BTC/USDT:USDT", *sim, "--depth", "3", "--json"))
    assert row["state"] == "valid"
    assert (len(row["bids"]), len(row["asks"])) == (3, 3)
    assert row["bids"][0][0] < row["asks"][0][0]
    assert float(row["spread"]) == pytest.approx(row["asks"][0][0] - row["bids"][0][0])
    shown = said("book", "bybit:BTC/USDT:USDT", *sim, "--depth", "3")
    assert shown.code == 0
    assert len(shown.out.strip().splitlines()) == 9
    command = [sys.executable, "-m", "basisdesk", "book", "okx:BTC/USDT", *sim, "--watch", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [json.loads(process.stdout.readline()) for _ in range(4)]
        process.send_signal(2)
        assert process.wait(30) == 130
    assert lines[0]["at"] < lines[3]["at"]


def test_the_doctor_examines_reach_clock_and_key(said: Run, sim: tuple[str, str]) -> None:
    ran = said("doctor", *sim, "--json")
    rows = {row["venue"]: row for row in read(ran)}
    assert (ran.code, list(rows)) == (0, list(VENUES))
    for row in rows.values():
        assert row["checks"]["reach"]["result"] == "good"
        assert row["checks"]["reach"]["markets"] > 3
        assert row["checks"]["clock"]["result"] == "good"
        assert abs(row["checks"]["clock"]["offset_s"]) < 1
    rights = {"read": True, "trade": True, "transfer": True, "withdraw": False, "bound to addresses": False}
    assert rows["okx"]["checks"]["key"]["rights"] == rights


@pytest.mark.parametrize("venue", [name for name in VENUES if name != "bigone"])
def test_a_key_that_may_withdraw_is_refused(said: Run, sim: tuple[str, str], venue: str) -> None:
    ran = said("doctor", *sim, "--venue", venue, "--sim-key", "withdraw", "--json")
    assert ran.code == 1
    (row,) = read(ran)
    assert row["checks"]["key"]["result"] == "bad"
    assert "may withdraw" in row["checks"]["key"]["what"]


def test_a_key_with_a_wrong_secret_is_refused_by_its_venue(said: Run, sim: tuple[str, str], tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text('[okx]\nkey = "basisdesk-full"\nsecret = "wrong"\npassphrase = "loopback"\n')
    keys.chmod(0o600)
    ran = said("doctor", *sim, "--venue", "okx", "--keys", keys, "--json")
    (row,) = read(ran)
    assert (ran.code, row["ok"], row["checks"]["reach"]["result"]) == (1, False, "good")
    assert row["checks"]["key"]["what"].startswith("the venue refuses the key (Invalid Sign): compare it")


@pytest.mark.parametrize(
    ("rights", "result", "words"),
    [
        (Permissions(at=0, read=True, trade=True, withdraw=False), "good", "trade yes"),
        (Permissions(at=0, read=True, trade=True, withdraw=True), "bad", "refused"),
        (Permissions(at=0, read=True, trade=False, withdraw=False), "poor", "cannot trade"),
        (Permissions(at=0, read=True, trade=True, withdraw=None), "poor", "does not tell"),
    ],
)
def test_rights_are_judged(rights: Permissions, result: str, words: str) -> None:
    found = judged(rights)
    assert found["result"] == result
    assert words in found["what"]


def test_a_recording_is_played_by_replay(said: Run, sim: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl.gz"
    markets = ["binance:BTC/USDT:USDT", "htx:BTC/USDT:USDT", "bigone:BTC/USD:BTC", "deribit:BTC/USD:BTC"]
    symbols = [word for symbol in markets for word in ("--symbol", symbol)]
    ran = said(
        "record", *sim, "--venue", "binance,htx,bigone,deribit", *symbols, "--to", str(path), "--seconds", "5", "--json"
    )
    assert read(ran)["lines"] > 100
    found = read(said("replay", str(path), "--json"))
    assert set(found["markets"]) == set(markets)
    for symbol, row in found["markets"].items():
        assert row["book_updates"] > 5, symbol
        assert (row["gaps"], row["crossed"], row["undecoded"]) == (0, 0, 0), symbol
    again = said("record", *sim, "--venue", "binance", "--symbol", "binance:BTC/USDT", "--to", str(path))
    assert (again.code, "is there already" in again.err) == (1, True)


def test_the_markets_name_the_venues_of_a_recording(
    said: Run, sim: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    markets = ["htx:BTC/USDT", "deribit:ETH/USD:ETH", "htx:BTC/USDT"]
    found = read(said("record", *sim, *[f"--symbol={symbol}" for symbol in markets], "--seconds", "3", "--json"))
    assert found["file"].startswith("htx-deribit_")
    assert set(read(said("replay", found["file"], "--json"))["markets"]) == set(markets)


def test_a_market_without_its_venue_is_recorded_at_each_venue_named(
    said: Run, sim: tuple[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "both.jsonl.gz"
    ran = said(
        "record", *sim, "--venue", "okx", "--venue", "bybit", "--symbol", "BTC/USDT:USDT", "--to", str(path),
        "--seconds", "2",
    )  # fmt: skip
    assert (ran.code, "recording okx:BTC/USDT:USDT, bybit:BTC/USDT:USDT into " in ran.err) == (0, True)
    assert set(read(said("replay", str(path), "--json"))["markets"]) == {"okx:BTC/USDT:USDT", "bybit:BTC/USDT:USDT"}


def test_a_recording_ends_at_a_size(said: Run, sim: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    began = time.monotonic()
    found = read(
        said(
            "record", *sim, "--symbol", "okx:BTC/USDT", "--to", path, "--megabytes", "0.01", "--seconds", "60", "--json"
        )
    )
    assert time.monotonic() - began < 50
    assert 10_000 <= found["bytes"] < 60_000
    assert said("replay", path).code == 0


def test_a_full_disk_ends_a_recording_in_one_sentence(sim: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    told = f"record {' '.join(sim)} --symbol okx:BTC/USDT --symbol okx:ETH/USDT --seconds 60 --to {path}"
    began = time.monotonic()
    ran = subprocess.run(  # a limit of 4 KiB, in blocks of 512 bytes
        ["/bin/sh", "-c", f"ulimit -f 8; exec {sys.executable} -m basisdesk {told}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert time.monotonic() - began < 50
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.splitlines()[1:] == [
        f"error: {path}: cannot be written any further: File too large; what was recorded before is kept"
    ]
    assert path.stat().st_size == 4096


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("book", "nope:BTC/USDT"), "there is no venue 'nope'"),
        (("book", "BINANCE:BTC/USDT"), "did you mean binance?"),
        (("book", "BTC/USDT"), "'BTC/USDT' names no venue: write a market as VENUE:BASE/QUOTE"),
        (("book", "BTC/USDT:USDT"), "'BTC/USDT:USDT' names no venue"),
        (("markets", "--venue", "okx", "--venue", "htc"), "there is no venue 'htc'"),
        (("book", ""), "'' names no venue"),
        (("book", "binance:BTC/USDX"), "did you mean"),
        (("book", "okx:btc/usdt"), "did you mean okx:BTC/USDT?"),
        (("book", "binance:BTC/USDT", "--depth", "0"), "give 1 to 100 levels"),
        (("markets", "--venue", "binanse"), "did you mean binance"),
        (("record", "--venue", "okx", "--symbol", "binance:BTC/USDT"), "is of no venue that was named (okx)"),
        (("record", "--venue", "okx", "--symbol", "okx:BTC/USDT", "--seconds", "-1"), "--seconds -1 is refused"),
        (("record", "--symbol", "okx:BTC/USDT", "--megabytes", "nan"), "--megabytes nan is refused"),
        (("record", "--symbol", "nope:BTC/USDT"), "there is no venue 'nope'"),
        (("record", "--symbol", "BTC/USDT:USDT"), "'BTC/USDT:USDT' names no venue"),
        (("record", "--venue", "okx,htx", "--symbol", "BTC/XYZ"), "there is no market 'okx:BTC/XYZ'"),
        (("record", "--venue", "okx,../x", "--symbol", "okx:BTC/USDT"), "there is no venue '../x'"),
        (("record", "--symbol", "okx:nothing"), "there is no market 'okx:nothing'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    said: Run, sim: tuple[str, str], tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    more = ("--to", str(tmp_path / "x.jsonl.gz")) if arguments[0] == "record" else ()
    ran = said(*arguments, *more, *sim)
    assert ran.code == 2
    assert words in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("http://127.0.0.1:9", UNREACHED, "no simulator answers"),
        ("http://example.com", USAGE, "without TLS"),
        ("https://example.com", USAGE, "is spoken to over http"),
        (" ", USAGE, "--sim is empty"),
        ("ftp://x", USAGE, "no address"),
    ],
)
def test_a_simulator_that_is_not_there_is_said_so(said: Run, address: str, code: int, words: str) -> None:
    ran = said("markets", "--sim", address)
    assert ran.code == code
    assert words in ran.err


def test_a_venue_that_is_not_simulated_is_named(said: Run) -> None:
    command = [sys.executable, "-m", "basisdesk", "sim", "serve", "--venues", "bigone", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        ran = said("doctor", "--sim", told["control"], "--venue", "okx")
        process.terminate()
        process.wait(10)
    assert ran.code == 2
    assert "does not serve okx: choose among bigone" in ran.err


def test_sim_serve_shows_a_table_to_a_person(said: Run) -> None:
    command = [sys.executable, "-u", "-m", "basisdesk", "sim", "serve", "--venues", "bigone"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "faults are switched on at http://127.0.0.1:" in process.stderr.readline()
        process.send_signal(2)
        out, _ = process.communicate(timeout=10)
    assert "Simulated venues" in out
    assert any(line.split()[:2] == ["control", "--sim"] for line in out.splitlines())
    assert "api.big.one" in out
    assert "basisdesk-full" in out
    assert said("sim", "serve", "--venues", "nope").code == 2

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basisdesk import __version__
from basisdesk.app import cli, replay
from basisdesk.domain.errors import ConfigurationError

Make = Callable[..., Any]
Run = Callable[..., Any]
SPOT, PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
SPREAD = f"{PERP}~{SPOT}"
SOURCE = Path(cli.__file__).parents[2]


def shell(*arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "basisdesk", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from basisdesk.app import cli; "
        "print([name for name in sys.modules if name.split('.')[0] in "
        "('msgspec', 'django', 'rich', 'asyncio', 'websockets', 'platformdirs')])"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


def test_help_and_version_answer_and_name_every_command() -> None:
    began = time.monotonic()
    done = shell("--help")
    assert time.monotonic() - began < 5
    assert done.returncode == 0
    for command in ("replay", "demo", "journal"):
        assert command in done.stdout
    assert shell("--version").stdout == f"basisdesk {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("replay", "--spred", "x", "f"), "--spread"),
        (("replay", "f", "--jsn"), "--json"),
        (("journal", "verify", "f", "--jsn"), "--json"),
        (("demo", "--sed", "1"), "--seed"),
        (("repaly", "f"), "replay"),
        (("journal", "verfy", "f"), "verify"),
        (("replay",), "FILE"),
        (("replay", "f", "--seed", "x"), "--seed"),
    ],
)
def test_an_unknown_option_or_command_is_refused_with_the_nearest(
    basisdesk: Run, arguments: tuple[str, ...], says: str
) -> None:
    ran = basisdesk(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--speed", "fast"), "--speed: 'fast' is not a speed"),
        (("--candles", "1w"), "--candles: '1w' is not a period"),
        (("--stale", "-1"), "--stale: -1 is not a duration"),
        (("--latency", "nan"), "--latency: nan is not a duration"),
        (("--reject-rate", "2"), "--reject-rate: 2 is not a share"),
        (("--order", "{"), "--order: '{' is not a JSON object"),
        (("--spread", SPOT), "is not a spread"),
        (("--spread", f"{SPOT}~{SPOT}"), "two different markets"),
        (("--spread", f"{PERP}~binance:BTC/USD"), f"did you mean {SPOT}"),
        (("--spread", f"binance:BTC/USDT:USD~{SPOT}"), f"did you mean {PERP}"),
        (("--instruments", "nothing.json"), "there is no file nothing.json"),
        (("--serve",), "choose one"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_and_exit_code_2(
    basisdesk: Run, pair: list[Path], arguments: tuple[str, ...], says: str
) -> None:
    ran = basisdesk("replay", *pair, "--json", *arguments)
    assert (ran.code, ran.out) == (2, ""), ran.err
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_an_order_for_an_unknown_symbol_names_the_nearest(basisdesk: Run, pair: list[Path]) -> None:
    fields = {"spread": f"binance:BTC/USDC:USDC~{SPOT}", "side": "BUY", "type": "market", "size": 1}
    ran = basisdesk("replay", *pair, "--order", json.dumps(fields))
    assert (ran.code, ran.out) == (2, "")
    assert f"did you mean {SPOT} or {PERP}" in ran.err or f"did you mean {PERP}" in ran.err


def test_a_symbol_that_appears_late_in_a_recording_is_known(basisdesk: Run, made: Make, tmp_path: Path) -> None:
    spot = made("spot", 60_000.0, count=2_500)
    late = spot.entries[-1][1:]
    spot.raw(late[0], late[1].replace("btcusdt", "ethusdt").replace("BTCUSDT", "ETHUSDT"))
    files = [
        made("usdm", 59_970.0).json_lines(tmp_path / "a.jsonl"),
        spot.stamped(tmp_path / "binance_spot_x"),
    ]
    text = files[0].read_text().replace("btcusdt", "ethusdt").replace("BTCUSDT", "ETHUSDT")
    files[0].write_text(text)
    ran = basisdesk("replay", *files, "--json", "--spread", SPREAD.replace("BTC", "ETH"))
    assert ran.code == 0, ran.err
    assert list(ran.report["spreads"]) == [SPREAD.replace("BTC", "ETH")]


def test_legs_of_two_underlyings_are_no_spread(basisdesk: Run, made: Make, tmp_path: Path, pair: list[Path]) -> None:
    path = made("spot", 100.0).stamped(tmp_path / "binance_spot_eth", zipped=False)
    path.write_text(path.read_text().replace("btcusdt", "ethusdt").replace("BTCUSDT", "ETHUSDT"))
    ran = basisdesk("replay", pair[0], path, "--spread", f"{PERP}~binance:ETH/USDT")
    assert (ran.code, ran.out) == (2, "")
    assert "one leg is on BTC, the other on ETH" in ran.err


def test_an_interrupted_replay_reports_what_was_seen(
    basisdesk: Run, pair: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.sleep

    def interrupt(_seconds: float) -> None:
        real(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupt)
    ran = basisdesk("replay", *pair, "--json", "--speed", "1")
    assert ran.code == 130
    assert ran.report["frames"] >= 1


def test_an_interrupt_elsewhere_and_a_wrong_configuration_have_their_exit_codes(
    basisdesk: Run, pair: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, code in ((KeyboardInterrupt(), 130), (ConfigurationError("no such key"), 3)):

        def fail(*_: object, error: BaseException = error, **__: object) -> int:
            raise error

        monkeypatch.setattr(replay, "run", fail)
        assert basisdesk("replay", *pair).code == code


def test_data_goes_to_stdout_and_talk_to_stderr_without_colour_in_a_pipe(pair: list[Path], tmp_path: Path) -> None:
    cut = tmp_path / "binance_coinm_cut"
    cut.write_bytes(pair[0].read_bytes()[:300])
    done = shell("replay", *pair, cut, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"][0]["file"] == str(cut)
    assert done.stderr.startswith(f"error: {cut}, line ")
    assert "Traceback" not in done.stderr
    tables = shell("replay", *pair)
    assert (tables.returncode, tables.stderr) == (0, "")
    assert "\x1b" not in tables.stdout


def test_an_output_that_takes_nothing_is_one_sentence(pair: list[Path]) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    for arguments in (("replay", *pair), ("replay", *pair, "--json"), ("--version",)):
        with full.open("w") as nowhere:
            done = subprocess.run(
                [sys.executable, "-m", "basisdesk", *map(str, arguments)],
                env=buffered,
                stdout=nowhere,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 1
        assert done.stderr == "error: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_locale_with_fewer_signs_than_ours_is_written_plainly(encoding: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "basisdesk", "venues", "--offline"],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    assert ran.stderr == b""
    assert "10-120 s by account" in ran.stdout.decode(encoding)


def test_a_closed_output_is_no_reason_to_fail(pair: list[Path]) -> None:
    command = f"{sys.executable} -m basisdesk replay {pair[0]} --json >&-"
    done = subprocess.run(["/bin/sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

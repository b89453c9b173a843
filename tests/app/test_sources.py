import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basisdesk.app.origin import origin_of_file_name, origins, split_prefix
from basisdesk.app.sources import find_sources
from basisdesk.domain.errors import UsageError


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("binance_usdm_btcusdt_20240808.gz", "binance.usdm"),
        ("BINANCE-COINM-x", "binance.coinm"),
        ("binance_spot.jsonl", "binance.spot"),
        ("okx_anything.gz", "okx"),
        ("okx.gz", "okx"),
        ("binance_btcusdt.gz", None),
        ("usdm_btcusdt.gz", None),
        ("mybinance_usdm_x", None),
        ("bigone_linear_x", None),
    ],
)
def test_a_file_name_tells_the_line_only_where_it_leaves_no_doubt(name: str, origin: str | None) -> None:
    found = origin_of_file_name(Path("/some/where") / name)
    assert (found.name if found else None) == origin


def test_every_line_of_every_venue_has_a_prefix() -> None:
    found = origins()
    assert {"binance.spot", "binance.usdm", "binance.coinm", "okx"} <= set(found)
    assert all(name == origin.name for name, origin in found.items())


def test_a_prefix_is_split_off_and_a_file_with_a_colon_still_opens(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("plain", "has:colon", "binance.usdm:odd"):
        Path(name).touch()
    found, path = split_prefix("binance.usdm:plain")
    assert (found.name if found else None, path) == ("binance.usdm", Path("plain"))
    found, path = split_prefix("OKX:has:colon")
    assert (found.name if found else None, path) == ("okx", Path("has:colon"))
    assert split_prefix("has:colon") == (None, Path("has:colon"))
    assert split_prefix("binance.usdm:odd") == (None, Path("binance.usdm:odd"))


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ("nothing.gz", "there is no file nothing.gz$"),
        ("./x:nothing.gz", "there is no file ./x:nothing.gz$"),
        ("binance.usdm:nothing.gz", "there is no file nothing.gz"),
        ("binance.usd:plain", "did you mean binance.usdm"),
        ("binance:plain", "use one of .*binance.spot, binance.usdm, binance.coinm, "),
        ("okex.spot:plain", "recordings of okex cannot be replayed .*; these can: .*binance.spot"),
        ("x" * 5_000, "there is no file"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_what_would_be_right(
    tmp_path: Path, monkeypatch: Any, argument: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plain").touch()
    with pytest.raises(UsageError, match=says):
        split_prefix(argument)


def test_a_stamped_recording_of_no_known_line_says_how_to_name_it(tmp_path: Path, made: Callable[..., Any]) -> None:
    path = made("usdm", 100.0).stamped(tmp_path / "frames.gz")
    with pytest.raises(UsageError, match=r"as in binance\.usdm:.*frames\.gz.*binance_usdm_\.\.\."):
        find_sources([str(path)])
    sources, errors = find_sources([f"binance.usdm:{path}"])
    assert (len(sources), errors) == (1, [])


def test_a_stamped_recording_of_a_venue_without_a_feed_names_those_with_one(
    tmp_path: Path, made: Callable[..., Any]
) -> None:
    path = made("usdm", 100.0).stamped(tmp_path / "okex_spot_btcusdt.gz")
    with pytest.raises(UsageError, match=r"recordings of okex cannot be replayed .*okx"):
        find_sources([str(path)])


def test_the_same_file_twice_is_refused_however_it_is_written(tmp_path: Path, made: Callable[..., Any]) -> None:
    path = made("usdm", 100.0).stamped(tmp_path / "binance_usdm_x")
    link = tmp_path / "binance_usdm_link"
    link.symlink_to(path)
    with pytest.raises(UsageError, match="is the same file as"):
        find_sources([str(path), str(link)])


def test_a_folder_is_refused_and_a_foreign_file_is_an_error_beside_the_rest(
    tmp_path: Path, made: Callable[..., Any]
) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        find_sources([str(tmp_path)])
    path = made("usdm", 100.0).stamped(tmp_path / "binance_usdm_x")
    foreign = tmp_path / "binance_usdm.csv"
    foreign.write_text("a,b\n1,2\n")
    sources, errors = find_sources([str(foreign), str(path)])
    assert [source.recording.name for source in sources] == [str(path)]
    assert [(error.file, error.line) for error in errors] == [(str(foreign), 1)]


def play(basisdesk: Callable[..., Any], *arguments: object) -> Any:
    ran = basisdesk("replay", *arguments, "--json")
    return ran.code, ran.report


def test_json_lines_name_their_market_by_the_connection(
    tmp_path: Path, made: Callable[..., Any], basisdesk: Callable[..., Any]
) -> None:
    one = made("usdm", 100.0).json_lines(tmp_path / "a.jsonl")
    two = made("spot", 100.0).json_lines(tmp_path / "b.jsonl", binary=True)
    code, report = play(basisdesk, one, two)
    assert code == 0
    assert {symbol: tally["book_updates"] for symbol, tally in report["markets"].items()} == {
        "binance:BTC/USDT:USDT": 32,
        "binance:BTC/USDT": 32,
    }


def test_json_lines_of_an_unserved_address_are_one_error_with_its_line(
    tmp_path: Path, basisdesk: Callable[..., Any]
) -> None:
    path = tmp_path / "x.jsonl"
    addr = "wss://stream.nowhere.example/v5"
    path.write_text('{"t":"header"}\n' + json.dumps({"t": "connect", "conn": "c", "ts": 1.7e9, "addr": addr}) + "\n")
    code, report = play(basisdesk, path)
    assert code == 1
    assert report["markets"] == {}
    (error,) = report["errors"]
    assert (error["file"], error["line"]) == (str(path), 2)
    assert "stream.nowhere.example" in error["message"]
    assert "binance.spot, binance.usdm, binance.coinm, " in error["message"]


def test_a_connection_that_no_feed_serves_is_one_error_and_the_others_play_on(
    tmp_path: Path, made: Callable[..., Any], basisdesk: Callable[..., Any]
) -> None:
    first, *rest = made("usdm", 100.0).json_lines(tmp_path / "a.jsonl").read_text().splitlines()
    addr = "wss://stream.bybit.com/v5/public/option"
    strange = [
        json.dumps({"t": "connect", "conn": "options", "ts": 1.7e9, "addr": addr}),
        json.dumps({"t": "recv", "conn": "options", "ts": 1.7e9, "data": '{"topic":"tickers.BTC-27MAR27-60000-C"}'}),
    ]
    path = tmp_path / "b.jsonl"
    path.write_text("\n".join([first, *strange, *rest, *strange]) + "\n")
    code, report = play(basisdesk, path)
    (error,) = report["errors"]
    assert (code, error["line"], addr in error["message"]) == (1, 2, True)
    assert report["markets"]["binance:BTC/USDT:USDT"]["book_updates"] == 32
    assert report["frames"] == report["markets"]["binance:BTC/USDT:USDT"]["frames"] + 2


def test_a_connection_that_goes_elsewhere_closes_its_books_and_may_come_back(
    tmp_path: Path, made: Callable[..., Any], basisdesk: Callable[..., Any]
) -> None:
    lines = made("usdm", 100.0).json_lines(tmp_path / "a.jsonl").read_text().splitlines()
    moved = json.dumps({"t": "connect", "conn": "ws", "ts": 1.7e9, "addr": "wss://stream.nowhere.example"})
    path = tmp_path / "b.jsonl"
    path.write_text("\n".join([*lines, moved, lines[-1], *lines]) + "\n")
    code, report = play(basisdesk, path)
    assert (code, len(report["errors"])) == (1, 1)
    tally = report["markets"]["binance:BTC/USDT:USDT"]
    assert (tally["book_updates"], tally["gaps"], report["frames"]) == (64, 0, tally["frames"] + 1)


def test_json_lines_without_a_connection_take_prefix_or_name_and_else_say_so(
    tmp_path: Path, made: Callable[..., Any], basisdesk: Callable[..., Any]
) -> None:
    path = made("spot", 100.0).json_lines(tmp_path / "x.jsonl", connect=False)
    code, report = play(basisdesk, path)
    assert code == 1
    assert "does not say which market it is from" in report["errors"][0]["message"]
    code, report = play(basisdesk, f"binance.spot:{path}")
    assert code == 0
    assert list(report["markets"]) == ["binance:BTC/USDT"]
    assert report["markets"]["binance:BTC/USDT"]["book_updates"] == 32
    renamed = path.rename(tmp_path / "binance_spot_x.jsonl")
    code, report = play(basisdesk, renamed)
    assert (code, list(report["markets"])) == (0, ["binance:BTC/USDT"])


def test_a_prefix_that_contradicts_the_recording_is_an_error(
    tmp_path: Path, made: Callable[..., Any], basisdesk: Callable[..., Any]
) -> None:
    path = made("spot", 100.0).json_lines(tmp_path / "x.jsonl")
    code, report = play(basisdesk, f"binance.usdm:{path}")
    assert code == 1
    assert "says that it is from binance.spot" in report["errors"][0]["message"]


def test_a_recording_of_another_venue_is_one_error_and_the_others_are_played(
    basisdesk: Callable[..., Any], made: Callable[..., Any], tmp_path: Path
) -> None:
    spot = made("spot", 60_000.0).stamped(tmp_path / "binance_spot_x")
    other = made("usdm", 59_970.0).stamped(tmp_path / "other")
    ran = basisdesk("replay", spot, f"okx:{other}", "--json")
    assert ran.code == 1
    (error,) = ran.report["errors"]
    assert (error["file"], error["line"]) == (str(other), 1)
    assert "is no recording of okx" in error["message"]
    assert "binance:BTC/USDT" in ran.report["markets"]
    again = basisdesk("replay", spot, f"binance.usdm:{other}", "--json")
    assert (again.code, again.report["errors"]) == (0, [])


def test_a_pipe_is_refused_without_waiting_for_its_writer(basisdesk: Callable[..., Any], tmp_path: Path) -> None:
    pipe = tmp_path / "binance_spot_pipe"
    os.mkfifo(pipe)
    ran = basisdesk("replay", pipe)
    assert ran.code == 2
    assert "is a pipe: write what it gives to a file" in ran.err

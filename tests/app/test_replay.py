import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basisdesk.app.options import Period
from basisdesk.app.replay import _charted

Make = Callable[..., Any]
Run = Callable[..., Any]
SPOT, PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
SPREAD = f"{PERP}~{SPOT}"
START = 1_700_000_000_000_000_000
SECOND = 10**9
COUNTS = [
    "frames",
    "book_updates",
    "trades",
    "gaps",
    "resyncs",
    "checksums_ok",
    "checksums_bad",
    "crossed",
    "undecoded",
]


def report(basisdesk: Run, *arguments: object, code: int = 0) -> Any:
    ran = basisdesk("replay", *arguments, "--json")
    assert ran.code == code, ran.err
    return ran.report


def test_the_json_has_the_promised_shape(basisdesk: Run, pair: list[Path]) -> None:
    found = report(basisdesk, *pair, "--candles", "1s,1m")
    promised = ["markets", "spreads", "orders", "fills", "positions", "frames", "frames_per_second", "errors"]
    assert list(found) == [*promised, "checks"]
    assert list(found["markets"]) == [PERP, SPOT]
    assert all(list(tally) == COUNTS for tally in found["markets"].values())
    assert list(found["spreads"]) == [SPREAD]
    spread = found["spreads"][SPREAD]
    assert list(spread) == ["mid", "mid_bp", "bid", "ask", "candles"]
    for name in ("mid", "mid_bp", "bid", "ask"):
        assert list(spread[name]) == ["first", "last", "min", "median", "max"]
    assert found["frames"] == 82
    assert found["frames_per_second"] > 0
    assert (found["orders"], found["fills"], found["positions"], found["errors"]) == ([], [], [], [])


def test_statistics_and_counts_are_those_of_the_recorded_books(basisdesk: Run, pair: list[Path]) -> None:
    found = report(basisdesk, *pair)
    assert found["markets"][SPOT] == dict.fromkeys(COUNTS, 0) | {"frames": 41, "book_updates": 32, "trades": 8}
    spread = found["spreads"][SPREAD]
    assert {spread["mid"][name] for name in spread["mid"]} == {-30.0}
    assert {spread["mid_bp"][name] for name in spread["mid_bp"]} == {-5.0}
    assert (spread["bid"]["first"], spread["ask"]["first"]) == (-31.0, -29.0)
    assert spread["candles"] == {"1s": 5, "1m": 1}


def test_samples_follow_the_book_on_the_grid_of_100_ms(basisdesk: Run, made: Make, tmp_path: Path) -> None:
    perp = made("usdm", 110.0, count=0)
    for step in range(5):  # the ask goes 110.5, 110.4, ..., one step every 100 ms
        perp.depth([], [[f"{110.5 - step / 10:.1f}", "1"]])
    files = [
        perp.stamped(tmp_path / "binance_usdm_x"),
        made("spot", 100.0, count=8).stamped(tmp_path / "binance_spot_x"),
    ]
    spread = report(basisdesk, *files, "--candles", "100ms")["spreads"][SPREAD]
    assert spread["ask"] == {"first": 11.0, "last": 10.6, "min": 10.6, "median": 10.7, "max": 11.0}
    assert spread["bid"]["max"] == spread["bid"]["min"] == 9.0
    assert spread["mid"]["last"] == 9.8
    assert math.isclose(spread["mid_bp"]["last"], 980.0)


def test_a_spread_the_other_way_round_is_its_own_and_only_what_is_asked_for_is_reported(
    basisdesk: Run, pair: list[Path]
) -> None:
    turned = f"{SPOT}~{PERP}"
    found = report(basisdesk, *pair, "--spread", turned)
    assert list(found["spreads"]) == [turned]
    assert found["spreads"][turned]["mid"]["median"] == 30.0
    assert math.isclose(found["spreads"][turned]["mid_bp"]["median"], 30 / 59_970 * 1e4)
    both = report(basisdesk, *pair, "--spread", turned, "--spread", SPREAD, "--spread", turned)
    assert list(both["spreads"]) == [turned, SPREAD]
    assert both["spreads"][SPREAD]["candles"]["1s"] == 5


def test_a_spread_whose_books_are_never_valid_together_has_nulls_and_no_candles(
    basisdesk: Run, made: Make, tmp_path: Path
) -> None:
    files = [
        made("usdm", 110.0).stamped(tmp_path / "binance_usdm_x"),
        made("spot", 100.0, start=START + 3_600 * SECOND).stamped(tmp_path / "binance_spot_x"),
    ]
    spread = report(basisdesk, *files)["spreads"][SPREAD]
    assert spread["mid"] == dict.fromkeys(("first", "last", "min", "median", "max"))
    assert spread["candles"] == {"1s": 0, "1m": 0}


@pytest.mark.parametrize("stale", ["0.5", "10"])
def test_a_market_unheard_of_for_too_long_is_not_sampled(
    basisdesk: Run, made: Make, tmp_path: Path, stale: str
) -> None:
    quiet = made("spot", 100.0, count=2)
    quiet.at += 3 * SECOND
    quiet.running(2)
    files = [
        made("usdm", 110.0, count=40).stamped(tmp_path / "binance_usdm_x"),
        quiet.stamped(tmp_path / "binance_spot_x"),
    ]
    found = report(basisdesk, *files, "--stale", stale, "--candles", "100ms")["spreads"][SPREAD]["candles"]["100ms"]
    assert (found < 20) if stale == "0.5" else (found > 30), found


def test_a_recording_cut_in_two_goes_on_with_the_same_book(basisdesk: Run, made: Make, tmp_path: Path) -> None:
    whole = made("spot", 100.0, count=40)
    entries = list(whole.entries)
    whole.entries = entries[:20]
    first = whole.stamped(tmp_path / "binance_spot_x_20240808.gz")
    whole.entries = entries[20:]
    second = whole.stamped(tmp_path / "binance_spot_x_20240809.gz")
    found = report(basisdesk, second, first)["markets"][SPOT]
    assert (found["frames"], found["book_updates"], found["gaps"], found["resyncs"]) == (41, 32, 0, 0)


def test_a_gap_is_counted_and_a_later_snapshot_brings_the_book_back(basisdesk: Run, made: Make, tmp_path: Path) -> None:
    spot = made("spot", 100.0, count=5)
    spot.depth([["99.00", "1"]], [], skip=10)
    spot.snapshot().running(5)
    ran = basisdesk("replay", spot.stamped(tmp_path / "binance_spot_x"), "--json")
    tally = ran.report["markets"][SPOT]
    assert (ran.code, tally["gaps"], tally["resyncs"]) == (0, 1, 1)
    assert f"warning: {SPOT} gap: " in ran.err
    assert "binance_spot_x, line 8)" in ran.err


def test_frames_that_do_not_decode_are_counted_told_once_a_kind_and_stop_nothing(
    basisdesk: Run, made: Make, tmp_path: Path
) -> None:
    spot = made("spot", 100.0, count=5)
    for _ in range(3):
        spot.raw("recv", '{"stream":"btcusdt@trade","data":{"p":[]}}')
    spot.running(5)
    ran = basisdesk("replay", spot.stamped(tmp_path / "binance_spot_x"), "--json")
    tally = ran.report["markets"][SPOT]
    assert (ran.code, tally["undecoded"], tally["trades"]) == (0, 3, 2)
    assert ran.err.count("undecoded") == 1
    assert '{"stream":"btcusdt@trade"' in ran.err


def test_a_frame_cut_off_in_the_middle_of_a_file_is_counted_and_the_rest_is_played(
    basisdesk: Run, made: Make, tmp_path: Path
) -> None:
    spot = made("spot", 100.0, count=5)
    spot.raw("recv", '{"stream":"btcusdt@trade","data":{"e":"tr')
    spot.running(5)
    ran = basisdesk("replay", spot.stamped(tmp_path / "binance_spot_x"), "--json")
    tally = ran.report["markets"][SPOT]
    assert (ran.code, tally["undecoded"], tally["trades"], ran.report["errors"]) == (0, 1, 2, [])


def test_damage_is_one_error_with_its_line_and_what_was_before_it_is_reported(
    basisdesk: Run, made: Make, tmp_path: Path, pair: list[Path]
) -> None:
    cut = made("spot", 60_000.0).stamped(tmp_path / "binance_spot_cut", zipped=False)
    cut.write_bytes(cut.read_bytes()[:-40])
    foreign = tmp_path / "x.png"
    foreign.write_bytes(b"\x89PNG\r\n\x1a\n")
    ran = basisdesk("replay", pair[0], cut, foreign, "--json")
    assert ran.code == 1
    assert "Traceback" not in ran.err
    errors = {error["file"]: error["line"] for error in ran.report["errors"]}
    assert errors == {str(foreign): 1, str(cut): 42}
    assert all(error["message"].startswith(error["file"]) for error in ran.report["errors"])
    assert ran.report["markets"][SPOT]["book_updates"] == 31
    assert ran.report["markets"][PERP]["book_updates"] == 32
    assert ran.err.count("error: ") == 2


def test_books_of_a_recording_that_ends_close_while_others_go_on(basisdesk: Run, made: Make, tmp_path: Path) -> None:
    files = [
        made("usdm", 110.0, count=100).stamped(tmp_path / "binance_usdm_x"),
        made("spot", 100.0, count=20).stamped(tmp_path / "binance_spot_x"),
    ]
    candles = report(basisdesk, *files, "--candles", "100ms")["spreads"][SPREAD]["candles"]["100ms"]
    assert 20 <= candles <= 32


def test_two_recordings_of_one_market_at_once_do_not_tear_its_book(basisdesk: Run, made: Make, tmp_path: Path) -> None:
    one = made("spot", 100.0).json_lines(tmp_path / "a.jsonl")
    two = made("spot", 100.0).json_lines(tmp_path / "b.jsonl")
    ran = basisdesk("replay", one, two, "--json")
    assert ran.code == 0
    assert ran.report["markets"][SPOT]["book_updates"] == 32
    assert ran.report["markets"][SPOT]["trades"] == 8
    assert f"{SPOT} is in two recordings: its book is played from {one}, while {two} stands by" in ran.err


def test_a_later_recording_of_a_market_takes_it_over(basisdesk: Run, made: Make, tmp_path: Path) -> None:
    one = made("spot", 100.0).json_lines(tmp_path / "a.jsonl")
    two = made("spot", 200.0, start=START + 30 * SECOND).json_lines(tmp_path / "b.jsonl")
    other = made("usdm", 210.0, count=400).json_lines(tmp_path / "c.jsonl")
    found = report(basisdesk, one, two, other)
    assert found["markets"][SPOT]["book_updates"] == 64
    assert (found["spreads"][SPREAD]["mid"]["first"], found["spreads"][SPREAD]["mid"]["last"]) == (110.0, 10.0)


def test_a_snapshot_recorded_before_its_connection_is_kept_for_it(basisdesk: Run, made: Make, tmp_path: Path) -> None:
    path = made("spot", 100.0).json_lines(tmp_path / "a.jsonl")
    lines = path.read_text().splitlines()
    snapshot = next(line for line in lines if '"http"' in line)
    lines.remove(snapshot)
    early = json.loads(snapshot)
    early["ts"] = START / 1e9
    path.write_text("\n".join([lines[0], json.dumps(early), *lines[1:]]) + "\n")
    assert report(basisdesk, path)["markets"][SPOT]["book_updates"] == 32


def test_a_stamped_snapshot_before_every_frame_finds_its_market(basisdesk: Run, made: Make, tmp_path: Path) -> None:
    spot = made("spot", 100.0)
    spot.entries[0], spot.entries[1] = (spot.entries[0][0], *spot.entries[1][1:]), spot.entries[0]
    assert report(basisdesk, spot.stamped(tmp_path / "binance_spot_x"))["markets"][SPOT]["book_updates"] == 32


def test_a_paced_replay_takes_its_time_and_gives_the_same_answer(basisdesk: Run, pair: list[Path]) -> None:
    import time

    began = time.monotonic()
    paced = report(basisdesk, *pair, "--speed", "10")
    assert 0.3 < time.monotonic() - began < 5
    fast = report(basisdesk, *pair)
    for each in (paced, fast):
        del each["frames_per_second"]
    assert paced == fast


def test_a_replay_repeats_itself_exactly(basisdesk: Run, pair: list[Path]) -> None:
    order = json.dumps({"spread": SPREAD, "side": "BUY", "type": "market", "size": "3.5"})
    found = [report(basisdesk, *pair, "--order", order, "--seed", "3", "--partial-rate", "0.7") for _ in range(2)]
    for each in found:
        del each["frames_per_second"]
    assert found[0] == found[1]
    assert found[0]["fills"]


def test_tables_show_markets_spreads_and_speed(basisdesk: Run, pair: list[Path]) -> None:
    ran = basisdesk("replay", *pair)
    assert (ran.code, ran.err) == (0, "")
    for text in (
        "Markets",
        "Spreads",
        SPREAD,
        "−31.0",
        "mid bp",
        "bid bp",
        "ask bp",
        "82 frames over 4.1 s",
        "1s candles",
    ):
        assert text in ran.out
    assert "\x1b" not in ran.out


def test_a_refused_order_shows_its_reason_and_no_empty_table_of_legs(basisdesk: Run, pair: list[Path]) -> None:
    order = json.dumps({"spread": SPREAD, "side": "BUY", "type": "market", "size": 0})
    ran = basisdesk("replay", *pair, "--order", order)
    assert ran.code == 5
    assert "is not above zero" in " ".join(ran.out.split())
    assert "Legs" not in ran.out


def test_instruments_of_an_unknown_market_are_missing_and_the_table_says_so(
    basisdesk: Run, made: Make, tmp_path: Path
) -> None:
    path = made("spot", 100.0).stamped(tmp_path / "binance_spot_x", zipped=False)
    text = path.read_text().replace("btcusdt", "zzzusdt").replace("BTCUSDT", "ZZZUSDT")
    path.write_text(text)
    ran = basisdesk("replay", path)
    assert ran.code == 0
    assert "binance:ZZZ/USDT" in ran.out
    assert "refused: there is no market metadata for binance:ZZZ/USDT" in ran.out


def test_a_served_replay_offers_every_period_of_charts_and_those_asked_for() -> None:
    wanted = [Period("1s", 10**9), Period("3m", 180 * 10**9), Period("60s", 60 * 10**9)]
    assert [period.name for period in _charted(wanted)] == ["1s", "10s", "1m", "3m", "5m", "15m", "1h"]
    lengths = [period.length for period in _charted(())]
    assert lengths == sorted(lengths)

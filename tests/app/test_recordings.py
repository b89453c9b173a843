"""The whole data set through the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basisdesk.venues import VENUES

Run = Callable[..., Any]
SPOT, USDM, COINM = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "binance:BTC/USD:BTC"
pytestmark = pytest.mark.recordings


def replay(basisdesk: Run, *arguments: object, code: int = 0) -> Any:
    ran = basisdesk("replay", *arguments, "--json")
    assert ran.code == code, ran.err
    return ran.report


def test_three_binance_markets_give_the_known_spreads_and_clean_books(basisdesk: Run, recordings: Path) -> None:
    files = sorted((recordings / "hftbacktest").glob("binance_*_20240808.gz"))
    found = replay(basisdesk, *files)
    assert set(found["markets"]) == {SPOT, USDM, COINM}
    assert {symbol: tally["trades"] for symbol, tally in found["markets"].items()} == {
        SPOT: 9_757,
        USDM: 21_313,
        COINM: 2_286,
    }
    for symbol, tally in found["markets"].items():
        assert (tally["gaps"], tally["undecoded"]) == (0, 0)
        assert found["checks"]["ticker_agrees"][symbol] > 500
        assert found["checks"]["ticker_differs"][symbol] == 0
    usdm = found["spreads"][f"{USDM}~{SPOT}"]
    coinm = found["spreads"][f"{COINM}~{SPOT}"]
    assert abs(usdm["mid_bp"]["median"] - -3.6) < 0.1
    assert abs(coinm["mid_bp"]["median"] - -2.8) < 0.1
    for spread, low, high in ((usdm, -7.8, 0.6), (coinm, -4.8, 3.3)):
        assert abs(spread["mid_bp"]["min"] - low) < 2
        assert abs(spread["mid_bp"]["max"] - high) < 2
    assert usdm["candles"]["1m"] == 6


def test_a_pair_over_midnight_goes_on_without_a_gap(basisdesk: Run, recordings: Path) -> None:
    files = [recordings / "hftbacktest" / f"binance_{line}_2024080{day}.gz"
             for day in (9, 8) for line in ("spot_btcusdt", "coinm_btcusd_perp")]  # fmt: skip
    found = replay(basisdesk, *files)
    assert [tally["gaps"] for tally in found["markets"].values()] == [0, 0]
    assert found["spreads"][f"{COINM}~{SPOT}"]["candles"]["1m"] == 12


def test_every_recorded_session_plays_clean_and_every_checksum_verifies(basisdesk: Run, recordings: Path) -> None:
    sessions = sorted((recordings / "cryptofeed").glob("*.jsonl.gz"))
    assert sessions
    checksums = {}
    for path in sessions:
        served = path.name.split("_")[0] in VENUES
        found = replay(basisdesk, path, code=0 if served else 1)
        assert len(found["errors"]) == (not served)
        for symbol, tally in found["markets"].items():
            assert (tally["gaps"], tally["checksums_bad"], tally["undecoded"]) == (0, 0, 0), (path.name, symbol)
            assert found["checks"]["ticker_differs"][symbol] == 0
        checksums[path.name] = sum(tally["checksums_ok"] for tally in found["markets"].values())
    assert checksums["okx_v5_spot_future_swap_20220513.jsonl.gz"] == 290
    assert checksums["okx_v5_l2tbt_mixed_20210722.jsonl.gz"] == 1_504


def test_an_order_on_recorded_books_fills_near_what_was_displayed(basisdesk: Run, recordings: Path) -> None:
    files = sorted((recordings / "hftbacktest").glob("binance_*_20240808.gz"))
    order = {"spread": f"{USDM}~{SPOT}", "side": "BUY", "type": "auto_trigger", "trigger": -30, "size": "0.5"}
    found = replay(basisdesk, *files, "--order", json.dumps(order))
    (row,) = found["orders"]
    assert (row["state"], row["filled"]) == ("FILLED", "0.500")
    assert float(row["fired"]) <= -30
    assert abs(float(row["achieved"]) - float(row["fired"])) < 60


@pytest.mark.parametrize(
    ("session", "lists"),
    [
        ("binance_coinm_perp_and_quarterly_20210417", ["binance_coinm_exchangeInfo_20210417"]),
        ("binance_usdm_4alts_20210722", ["binance_usdm_exchangeInfo_20210722"]),
        ("binance_spot_4alts_20211012", ["binance_spot_exchangeInfo_20211012"]),
        (
            "okx_v5_spot_future_swap_20220513",
            [f"okx_v5_{kind}_instruments_20220513" for kind in ("spot", "swap", "futures")],
        ),
    ],
)
def test_with_its_instrument_list_every_market_of_a_session_takes_orders(
    basisdesk: Run, recordings: Path, session: str, lists: list[str]
) -> None:
    options = [item for name in lists for item in ("--instruments", recordings / "instruments" / f"{name}.json.gz")]
    ran = basisdesk("replay", recordings / "cryptofeed" / f"{session}.jsonl.gz", *options)
    assert ran.code == 0
    assert "taken" in ran.out
    assert "refused" not in ran.out

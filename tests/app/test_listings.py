import gzip
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from basisdesk.app.listings import Listings, Rank, read_instruments, symbol_of, well_known
from basisdesk.app.origin import origins
from basisdesk.app.outline import outline_of
from basisdesk.domain.errors import RecordingError, UsageError
from basisdesk.domain.instrument import Kind, Margin

Make = Callable[..., Any]
Run = Callable[..., Any]
OKX = {
    "code": "0",
    "msg": "",
    "data": [
        {
            "instType": "SPOT", "instId": "ZZZ-USDT", "baseCcy": "ZZZ", "quoteCcy": "USDT", "settleCcy": "",
            "ctVal": "", "ctMult": "", "ctValCcy": "", "ctType": "", "tickSz": "0.1", "lotSz": "0.001", "minSz": "0.01",
            "expTime": "", "listTime": "1", "lever": "", "state": "live", "uly": "", "alias": "",
        }
    ],
}  # fmt: skip


def spot_body(code: str = "ZZZUSDT", step: str = "0.01000000") -> dict[str, Any]:
    filters = [
        {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01000000"},
        {"filterType": "LOT_SIZE", "minQty": step, "maxQty": "9000.0", "stepSize": step},
        {"filterType": "MIN_NOTIONAL", "minNotional": "10.0"},
    ]
    listed = {"symbol": code, "status": "TRADING", "baseAsset": code[:-4], "quoteAsset": code[-4:], "filters": filters}
    return {"timezone": "UTC", "serverTime": 1, "symbols": [listed]}


def write(path: Path, body: object, *, zipped: bool = False) -> Path:
    data = json.dumps(body).encode()
    path.write_bytes(gzip.compress(data) if zipped else data)
    return path


@pytest.mark.parametrize("zipped", [False, True])
def test_a_list_is_told_by_prefix_by_name_or_by_what_can_read_it(tmp_path: Path, zipped: bool) -> None:
    plain = write(tmp_path / "list.json", spot_body(), zipped=zipped)
    named = write(tmp_path / "binance_spot_exchangeInfo.json", spot_body(), zipped=zipped)
    okx = write(tmp_path / "other.json", OKX, zipped=zipped)
    for argument in (f"binance.spot:{plain}", str(named)):
        (instrument,) = read_instruments([argument])
        assert (instrument.symbol, instrument.step) == ("binance:ZZZ/USDT", Decimal("0.01"))
    both = read_instruments([str(okx), f"binance.spot:{plain}"])
    assert [each.symbol for each in both] == ["okx:ZZZ/USDT", "binance:ZZZ/USDT"]


@pytest.mark.parametrize("body", [{}, [], {"symbols": []}, {"symbols": 1}, "text", {"code": "0", "data": []}])
def test_a_body_that_lists_no_instruments_is_refused_with_the_way_to_name_one(tmp_path: Path, body: object) -> None:
    path = write(tmp_path / "x.json", body)
    with pytest.raises(UsageError, match=r"x\.json is no instrument list of .*binance\.coinm:FILE"):
        read_instruments([str(path)])


def test_a_list_for_another_line_than_its_prefix_says_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.json", spot_body())
    with pytest.raises(UsageError, match=r"is no instrument list of okx \("):
        read_instruments([f"okx:{path}"])


def test_files_that_are_missing_folders_or_empty_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        read_instruments([str(tmp_path / "none.json")])
    with pytest.raises(UsageError, match="is a folder"):
        read_instruments([str(tmp_path)])
    (tmp_path / "empty").touch()
    with pytest.raises(RecordingError, match="is empty"):
        read_instruments([str(tmp_path / "empty")])


def test_the_operator_outranks_the_recording_and_that_the_package() -> None:
    known = next(each for each in well_known() if each.symbol == "binance:BTC/USDT")
    listings = Listings()
    ranked = {rank: msgspec.structs.replace(known, min_size=Decimal(rank + 1)) for rank in Rank}
    for rank in (Rank.RECORDING, Rank.WELL_KNOWN, Rank.OPERATOR, Rank.RECORDING):
        listings.add([ranked[rank]], rank)
    found = listings.find("binance", "spot", "BTCUSDT")
    assert found is not None
    assert found.min_size == Rank.OPERATOR + 1
    assert listings.by_symbol["binance:BTC/USDT"] is found
    assert listings.add([ranked[Rank.OPERATOR]], Rank.OPERATOR) == []


def test_a_market_is_known_by_its_list_or_by_its_code() -> None:
    listings, origin = Listings(), origins()["binance.usdm"]
    assert symbol_of(listings, origin, "usdm", "ZZZUSDT") == "binance:ZZZ/USDT:USDT"
    assert symbol_of(listings, origin, "usdm", "!!") is None
    listings.add(well_known(), Rank.WELL_KNOWN)
    assert symbol_of(listings, origin, "usdm", "BTCUSDT") == "binance:BTC/USDT:USDT"


def test_orders_are_taken_on_a_market_whose_terms_the_operator_gives(
    basisdesk: Run, made: Make, tmp_path: Path
) -> None:
    spread = "binance:BTC/USDT:USDT~binance:BTC/USDT"
    files = [made(line, 60_000.0).stamped(tmp_path / f"binance_{line}_x") for line in ("usdm", "spot")]
    terms = write(tmp_path / "binance_spot_list.json", spot_body("BTCUSDT", step="0.50000000"))
    order = json.dumps({"spread": spread, "side": "BUY", "type": "market", "size": "0.25"})
    ran = basisdesk("replay", *files, "--json", "--order", order)
    assert (ran.code, ran.report["orders"][0]["state"]) == (0, "FILLED")
    ran = basisdesk("replay", *files, "--json", "--order", order, "--instruments", terms)
    assert (ran.code, ran.report["orders"][0]["state"]) == (5, "REJECTED")
    assert "0.5" in ran.report["orders"][0]["reason"]


def test_instruments_in_a_recording_are_used_and_a_broken_list_is_an_error_of_its_line(
    basisdesk: Run, made: Make, tmp_path: Path
) -> None:
    path = made("spot", 100.0).json_lines(tmp_path / "x.jsonl")
    path.write_text(path.read_text().replace("btcusdt", "zzzusdt").replace("BTCUSDT", "ZZZUSDT"))
    url = "https://api.binance.com/api/v3/exchangeInfo"

    def listed(body: object) -> str:
        text = json.dumps(body)
        return json.dumps({"t": "http", "conn": "http", "ts": 1.7e9, "url": url, "data": text}) + "\n"

    header, rest = path.read_text().split("\n", 1)
    path.write_text(header + "\n" + listed(spot_body()) + rest)
    ran = basisdesk("replay", path)
    assert (ran.code, "taken" in ran.out, "refused" in ran.out) == (0, True, False)
    path.write_text(header + "\n" + listed({"symbols": 5}) + rest)
    ran = basisdesk("replay", path, "--json")
    assert (ran.code, ran.report["markets"]["binance:ZZZ/USDT"]["book_updates"]) == (1, 32)
    assert [(error["file"], error["line"]) for error in ran.report["errors"]] == [(str(path), 2)]


@pytest.mark.parametrize(
    ("symbol", "kind", "margin"),
    [
        ("a:B/C", Kind.SPOT, Margin.SPOT),
        ("a:B/C:C", Kind.PERPETUAL, Margin.LINEAR),
        ("a:B/C:B", Kind.PERPETUAL, Margin.INVERSE),
        ("a:B/C:B-231229", Kind.DATED, Margin.INVERSE),
    ],
)
def test_a_symbol_alone_tells_how_a_market_pairs_and_never_how_to_trade_it(
    symbol: str, kind: Kind, margin: Margin
) -> None:
    outline = outline_of(symbol, "line", "code")
    assert outline is not None
    assert (outline.kind, outline.margin, outline.base, outline.tradable) == (kind, margin, "B", False)
    assert outline.expiry == (1_703_836_800_000_000_000 if kind is Kind.DATED else None)


@pytest.mark.parametrize("symbol", ["a:BC", "a:B/C:C-231229-100-P", "a:B/C:C-231399", "B/C", "a:B/C:C-1"])
def test_options_and_nameless_codes_have_no_outline(symbol: str) -> None:
    assert outline_of(symbol, "", "") is None

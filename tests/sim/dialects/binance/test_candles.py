"""Candles of trades, of mark, index and premium, and how far contracts were from their index."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.sim.course import premium_of

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

MINUTE = 60_000
LINES = [("usdm", "/fapi/v1", "BTCUSDT", "BTCUSDT"), ("coinm", "/dapi/v1", "BTCUSD_PERP", "BTCUSD")]
LYING = {"1d": ("2027-01-15T00:00", "2027-01-16T00:00"), "1w": ("2027-01-11T00:00", "2027-01-18T00:00")}
LYING["1M"] = ("2027-01-01T00:00", "2027-02-01T00:00")
ROOTS = {"spot": "/api/v3", "usdm": "/fapi/v1", "coinm": "/dapi/v1"}


@pytest.mark.parametrize(("line", "root", "code", "pair"), LINES)
def test_candles_of_mark_index_and_premium_follow_their_own_price(
    stage: Stage, line: str, root: str, code: str, pair: str
) -> None:
    stage.wait(1)
    market = stage.exchange.market_of(line, code)
    asked: dict[str, Any] = {"interval": "1m", "limit": 1}
    (mark,) = stage.get(line, f"{root}/markPriceKlines", symbol=code, **asked)
    (index,) = stage.get(line, f"{root}/indexPriceKlines", pair=pair, **asked)
    (premium,) = stage.get(line, f"{root}/premiumIndexKlines", symbol=code, **asked)
    apart = premium_of(market.book.bid, market.book.ask, market.carry.index)
    for row, price in ((mark, market.carry.mark), (index, market.carry.index)):
        assert float(row[4]) == pytest.approx(price, abs=1e-8)
        assert float(row[3]) <= min(float(row[1]), float(row[4])) <= max(float(row[1]), float(row[4])) <= float(row[2])
        assert row[5:] == ["0", row[0] + MINUTE - 1, "0", 60, "0", "0", "0"]
    assert abs(float(premium[4])) < 0.01
    assert float(premium[4]) == pytest.approx(apart, abs=0.001)
    assert mark != index
    assert stage.get(line, f"{root}/indexPriceKlines", pair="NONE", **asked)["code"] == -1121
    assert stage.get(line, f"{root}/indexPriceKlines", symbol=code, **asked)["code"] == -1102
    assert stage.get(line, f"{root}/indexPriceKlines", pair=pair, interval="7m")["code"] == -1120
    assert stage.get(line, f"{root}/markPriceKlines", **asked)["code"] == -1102


@pytest.mark.parametrize("line", ROOTS)
def test_the_end_alone_reaches_back_as_far_as_the_limit(stage: Stage, line: str) -> None:
    code = "BTCUSD_PERP" if line == "coinm" else "BTCUSDT"
    path, asked = f"{ROOTS[line]}/klines", {"symbol": code, "interval": "1m"}
    rows = stage.get(line, path, **asked)
    assert len(rows) > 5
    ends = rows[-3][0] + 7
    assert stage.get(line, path, **asked, endTime=ends, limit=2) == rows[-4:-2]
    assert stage.get(line, path, **asked, startTime=rows[1][0], endTime=ends, limit=2) == rows[1:3]
    assert stage.get(line, path, **asked, limit=0)["code"] == -1130
    assert stage.get(line, path, **(asked | {"interval": "1s"})).__class__ is (list if line == "spot" else dict)
    if line == "spot":
        assert stage.get("spot", "/api/v3/uiKlines", **asked) == stage.get("spot", path, **asked, timeZone="0")


def iso(at: int) -> str:
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("line", ROOTS)
def test_weeks_begin_on_mondays_and_months_on_their_first(stage: Stage, line: str) -> None:
    root, code, pair = ROOTS[line], *(("BTCUSD_PERP", "BTCUSD") if line == "coinm" else ("BTCUSDT", "BTCUSDT"))
    paths = {"klines": {"symbol": code}}
    if line != "spot":
        paths |= {f"{name}Klines": {"symbol": code} for name in ("markPrice", "premiumIndex")}
        paths["indexPriceKlines"] = {"pair": pair}
        paths["continuousKlines"] = {"pair": pair, "contractType": "PERPETUAL"}
    for path, named in paths.items():
        for interval, lying in LYING.items():
            asked: dict[str, Any] = named | {"interval": interval}
            (row,) = stage.get(line, f"{root}/{path}", **asked)
            assert (iso(row[0]), iso(row[6] + 1)) == lying
            assert stage.get(line, f"{root}/{path}", **asked, endTime=row[0], limit=3) == [row]
            assert stage.get(line, f"{root}/{path}", **asked, startTime=row[0]) == [row]
            assert stage.get(line, f"{root}/{path}", **asked, startTime=row[0] + 1) == []
            assert stage.get(line, f"{root}/{path}", **asked, endTime=row[0] - 1) == []


def test_times_that_are_far_away_bring_what_lies_between(stage: Stage) -> None:
    asked: dict[str, Any] = {"symbol": "BTCUSDT", "interval": "1M"}
    rows = stage.get("spot", "/api/v3/klines", **asked)
    assert stage.get("spot", "/api/v3/klines", **asked, startTime=0, endTime=10**19) == rows != []
    assert stage.get("spot", "/api/v3/klines", **asked, endTime=10**19) == rows
    assert stage.get("spot", "/api/v3/klines", **asked, startTime=10**19) == []
    assert stage.get("spot", "/api/v3/klines", **asked, endTime=0) == []


def test_spot_tells_candles_of_another_time_zone(stage: Stage) -> None:
    def told(zone: str, interval: str) -> Any:
        return stage.get("spot", "/api/v3/klines", symbol="BTCUSDT", interval=interval, timeZone=zone)

    found = {
        zone: iso(told(zone, interval)[0][0])
        for zone, interval in {"8": "1d", "+08:00": "1w", "-1:00": "1d", "05:45": "1M", "-12": "1d"}.items()
    }
    assert found == {
        "8": "2027-01-14T16:00",
        "+08:00": "2027-01-10T16:00",
        "-1:00": "2027-01-15T01:00",
        "05:45": "2026-12-31T18:15",
        "-12": "2027-01-14T12:00",
    }
    for zone in ("14:01", "-12:01", "eight", "8:60"):
        assert told(zone, "1d")["code"] == -1130


@pytest.mark.parametrize(("line", "root", "code", "pair"), LINES)
def test_continuous_candles_are_those_of_the_contract_of_a_kind(
    stage: Stage, line: str, root: str, code: str, pair: str
) -> None:
    path, asked = f"{root}/continuousKlines", {"interval": "1m", "pair": pair}
    rows = {
        kind: stage.get(line, path, **asked, contractType=kind)
        for kind in ("PERPETUAL", "CURRENT_QUARTER", "NEXT_QUARTER")
    }
    assert rows["PERPETUAL"] == stage.get(line, f"{root}/klines", symbol=code, interval="1m")
    listed = stage.get(line, f"{root}/exchangeInfo")["symbols"]
    for each in listed:
        if each["pair"] == pair:
            assert rows[each["contractType"]] == stage.get(line, f"{root}/klines", symbol=each["symbol"], interval="1m")
    assert stage.get(line, path, **asked)["code"] == -1102
    assert stage.get(line, path, **asked, contractType="WEEKLY")["code"] == -1130
    assert stage.get(line, path, interval="1m", pair="NONE", contractType="PERPETUAL")["code"] == -1121


@pytest.mark.parametrize(("line", "root", "code", "pair"), LINES)
def test_the_basis_is_the_difference_to_the_index_at_the_end_of_each_period(
    stage: Stage, line: str, root: str, code: str, pair: str
) -> None:
    stage.wait(1)  # the rehearsal before it had two such periods
    asked: dict[str, Any] = {"pair": pair, "period": "5m"}
    rows = stage.get(line, "/futures/data/basis", **asked, contractType="CURRENT_QUARTER", limit=2)
    assert len(rows) >= 1
    for row in rows:
        assert row["timestamp"] % 300_000 == 0
        assert Decimal(row["futuresPrice"]) - Decimal(row["indexPrice"]) == Decimal(row["basis"])
        assert abs(Decimal(row["basis"]) / Decimal(row["indexPrice"]) - Decimal(row["basisRate"])) < Decimal("0.0001")
        assert (row["pair"], row["contractType"]) == (pair, "CURRENT_QUARTER")
        assert Decimal(row["annualizedBasisRate"])
    traded = {row[6] + 1: row[4] for row in stage.get(line, f"{root}/klines", symbol=code, interval="5m")}
    perpetual = stage.get(line, "/futures/data/basis", **asked, contractType="PERPETUAL")
    assert all(row["annualizedBasisRate"] == "" for row in perpetual)
    assert all(row["futuresPrice"] == traded[row["timestamp"]] for row in perpetual)
    last = perpetual[-1]["timestamp"]
    assert stage.get(line, "/futures/data/basis", **asked, contractType="PERPETUAL", startTime=last) == []
    until = stage.get(line, "/futures/data/basis", **asked, contractType="PERPETUAL", endTime=last, limit=1)
    assert until == perpetual[-1:]
    assert stage.get(line, "/futures/data/basis", **asked)["code"] == -1102
    assert stage.get(line, "/futures/data/basis", pair="NONE", period="5m", contractType="PERPETUAL")["code"] == -1121

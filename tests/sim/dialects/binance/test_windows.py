"""Figures of moving windows and of the day, tickers in short, and old trades."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from basisdesk.sim.exchange.logins import FULL

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

DAY = 86_400_000
MINUTE = 60_000


def test_a_window_holds_what_was_traded_in_it(stage: Stage) -> None:
    stage.wait(130)
    path = "/api/v3/ticker"
    short = stage.get("spot", path, symbol="BTCUSDT", windowSize="1m")
    whole = stage.get("spot", path, symbol="BTCUSDT", windowSize="7d")
    now = stage.now // 10**6
    assert short["openTime"] == (now - MINUTE) // MINUTE * MINUTE
    assert (short["closeTime"], whole["openTime"]) == (now, (now - 7 * DAY) // MINUTE * MINUTE)
    seen = [
        each for each in stage.exchange.market_of("spot", "BTCUSDT").trades if each.at // 10**6 >= short["openTime"]
    ]
    assert (short["firstId"], short["lastId"], short["count"]) == (seen[0].trade_id, seen[-1].trade_id, len(seen))
    assert float(short["volume"]) == pytest.approx(float(sum(each.size for each in seen)))
    turnover = float(sum(each.size * each.price for each in seen))
    assert float(short["weightedAvgPrice"]) == pytest.approx(turnover / float(short["volume"]))
    assert float(short["highPrice"]) == float(max(each.price for each in seen))
    assert float(whole["lowPrice"]) <= float(short["lowPrice"])
    assert float(whole["volume"]) > float(short["volume"])
    today = stage.get("spot", f"{path}/tradingDay", symbol="BTCUSDT")
    assert (today["openTime"], today["closeTime"]) == (now // DAY * DAY, now // DAY * DAY + DAY - 1)


def test_a_window_without_trades_stands_at_the_last_price(stage: Stage) -> None:
    market = stage.exchange.market_of("spot", "BTCUSDT")
    market.trades.clear()
    stage.exchange.floor.pools[market.instrument.symbol].chart._minutes.clear()
    told = stage.get("spot", "/api/v3/ticker", symbol="BTCUSDT", windowSize="1h")
    assert float(told["openPrice"]) == pytest.approx(market.book.mid(), abs=0.01)
    assert float(told["weightedAvgPrice"]) == pytest.approx(market.book.mid(), abs=0.01)
    assert (told["firstId"], told["lastId"], told["count"]) == (-1, -1, 0)


def test_windows_are_asked_for_several_markets_and_in_short(stage: Stage) -> None:
    rows = stage.get("spot", "/api/v3/ticker", symbols='["BTCUSDT","ETHUSDT"]', type="MINI")
    assert [row["symbol"] for row in rows] == ["BTCUSDT", "ETHUSDT"]
    assert {"priceChange", "priceChangePercent", "weightedAvgPrice"} & set(rows[0]) == set()
    day = stage.get("spot", "/api/v3/ticker/24hr", symbol="BTCUSDT", type="MINI")
    assert set(day) == set(rows[0])
    for path, params, code in (
        ("ticker", {}, -1102),
        ("ticker", {"symbol": "BTCUSDT", "windowSize": "8d"}, -1100),
        ("ticker", {"symbol": "BTCUSDT", "type": "LONG"}, -1130),
        ("ticker/24hr", {"symbol": "BTCUSDT", "type": "LONG"}, -1130),
        ("ticker/tradingDay", {}, -1102),
    ):
        assert stage.get("spot", f"/api/v3/{path}", **params)["code"] == code


@pytest.mark.parametrize("line", ["spot", "usdm", "coinm"])
def test_a_days_average_price_is_weighed_by_size(stage: Stage, line: str) -> None:
    root, code = {
        "spot": ("/api/v3", "BTCUSDT"), "usdm": ("/fapi/v1", "BTCUSDT"), "coinm": ("/dapi/v1", "BTCUSD_PERP"),
    }[line]  # fmt: skip
    market = stage.exchange.market_of(line, code)
    market.daily.volume = 0.0
    told = stage.get(line, f"{root}/ticker/24hr", symbol=code)
    row = told[0] if line == "coinm" else told
    assert float(row["weightedAvgPrice"]) == pytest.approx(float(row["lastPrice"]))
    market.daily.volume, market.daily.turnover = (2.0, 50.0) if line != "coinm" else (10.0, 40.0)
    told = stage.get(line, f"{root}/ticker/24hr", symbol=code)
    row = told[0] if line == "coinm" else told
    assert float(row["weightedAvgPrice"]) == 25.0


@pytest.mark.parametrize(("line", "path", "code"), [
    ("spot", "/api/v3/historicalTrades", "BTCUSDT"), ("usdm", "/fapi/v1/historicalTrades", "BTCUSDT"),
    ("coinm", "/dapi/v1/historicalTrades", "BTCUSD_PERP"),
])  # fmt: skip
def test_old_trades_are_told_from_a_number_on(stage: Stage, line: str, path: str, code: str) -> None:
    stage.wait(30)
    key = FULL.credentials.key

    def ask(text: str) -> list[int]:
        return [row["id"] for row in stage.body(stage.http(line, "GET", path, f"symbol={code}&{text}", key))]

    latest = ask("limit=3")
    assert latest == [each.trade_id for each in stage.exchange.market_of(line, code).trades][-3:]
    assert ask("fromId=2&limit=2") == [2, 3]
    # Only futures want a key for them.
    assert stage.http(line, "GET", path, f"symbol={code}").status == (200 if line == "spot" else 401)


def test_weight_grows_with_what_is_asked_for(stage: Stage) -> None:
    def cost(line: str, path: str, text: str) -> int:
        source = f"{path}{text}"
        answer = stage.http(line, "GET", path, text, source=source)
        return int(dict(answer.headers)["X-MBX-USED-WEIGHT-1M"])

    for line, path, text, weight in (
        ("spot", "/api/v3/depth", "symbol=BTCUSDT&limit=5", 5),
        ("spot", "/api/v3/depth", "symbol=BTCUSDT&limit=5000", 250),
        ("spot", "/api/v3/depth", "symbol=BTCUSDT&limit=9999", 250),
        ("usdm", "/fapi/v1/depth", "symbol=BTCUSDT", 10),
        ("usdm", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=99", 1),
        ("coinm", "/dapi/v1/klines", "symbol=BTCUSD_PERP&interval=1m&limit=1500", 10),
        ("spot", "/api/v3/ticker/price", 'symbols=["BTCUSDT"]', 2),
        ("spot", "/api/v3/ticker/price", "", 4),
    ):
        assert cost(line, path, text) == weight, (path, text)

"""Public REST byte for byte: instruments, tickers, books, trades, candles and funding."""

from __future__ import annotations

import json

import pytest
from tests.sim.dialects.bybit.stage import INVERSE, LINEAR, MS, SECOND, Stage

CREATE = "/v5/order/create"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_every_answer_has_the_envelope(stage: Stage) -> None:
    answer = stage.call("GET", "/v5/market/time")
    assert answer.status == 200
    seconds = str(stage.now // SECOND)
    assert json.loads(answer.body) == {
        "retCode": 0, "retMsg": "OK", "result": {"timeSecond": seconds, "timeNano": str(stage.now)}, "retExtInfo": {},
        "time": stage.now // MS,
    }  # fmt: skip


@pytest.mark.parametrize(("method", "path"), [("GET", "/v5/nothing"), ("POST", "/v5/market/time"), ("GET", CREATE)])
def test_what_is_not_there_is_404(stage: Stage, method: str, path: str) -> None:
    answer = stage.call(method, path)
    assert answer.status == 404
    assert json.loads(answer.body)["retCode"] == 10017


def test_instruments_come_in_pages_and_spot_comes_whole(stage: Stage) -> None:
    path = "/v5/market/instruments-info"
    first = stage.public(path, "category=linear&limit=3")["result"]
    assert [row["symbol"] for row in first["list"]] == ["BTCPERP", "BTCUSDT", "BTCUSDT-25DEC26"]
    assert first["nextPageCursor"] == "first%3DETHUSDT"
    rest = stage.public(path, f"category=linear&limit=3&cursor={first['nextPageCursor']}")["result"]
    assert [row["symbol"] for row in rest["list"]] == ["ETHUSDT"]
    assert rest["nextPageCursor"] == ""
    spot = stage.public(path, "category=spot")["result"]
    assert "nextPageCursor" not in spot
    assert spot["list"][0]["lotSizeFilter"]["minOrderAmt"] == "5"
    inverse = stage.public(path, "category=inverse")["result"]["list"][0]
    assert inverse["lotSizeFilter"]["minNotionalValue"] == ""
    assert (inverse["upperFundingRate"], inverse["fundingInterval"]) == ("0", 480)
    assert stage.public(path, "category=option&baseCoin=BTC")["result"]["list"] == []
    assert stage.public(path, "category=linear&status=PreLaunch")["result"]["list"] == []
    assert len(stage.public(path, "category=linear&symbol=ETHUSDT")["result"]["list"]) == 1
    assert len(stage.public(path, "category=linear&baseCoin=ETH")["result"]["list"]) == 1


def test_tickers_tell_the_touch_and_the_carry(stage: Stage) -> None:
    path = "/v5/market/tickers"
    (spot,) = stage.public(path, "category=spot&symbol=BTCUSDT")["result"]["list"]
    assert (spot["bid1Price"], spot["ask1Price"], spot["lastPrice"]) == ("49999.0", "50001.0", "50000.0")
    assert "markPrice" not in spot
    (linear,) = stage.public(path, "category=linear&symbol=BTCUSDT")["result"]["list"]
    assert (linear["markPrice"], linear["fundingRate"], linear["fundingIntervalHour"]) == (
        "50000.00",
        "0.00010000",
        "8",
    )
    every = stage.public(path, "category=linear")["result"]["list"]
    assert len(every) == 4
    (dated,) = [row for row in every if "-" in row["symbol"]]
    assert (dated["fundingRate"], dated["nextFundingTime"]) == ("", "")
    assert int(dated["deliveryTime"]) > stage.now // MS


def test_books_and_trades(stage: Stage) -> None:
    book = stage.public("/v5/market/orderbook", "category=linear&symbol=BTCUSDT&limit=2")["result"]
    assert book["b"] == [["49999.00", "5.000"], ["49998.00", "5.000"]]
    assert book["a"][0] == ["50001.00", "5.000"]
    assert len(stage.public("/v5/market/orderbook", "category=spot&symbol=BTCUSDT")["result"]["b"]) == 1
    for price in (50_001.0, 50_002.0):
        stage.trade(LINEAR, price, 0.5, buy=True)
        stage.tell(1)
    rows = stage.public("/v5/market/recent-trade", "category=linear&symbol=BTCUSDT")["result"]["list"]
    assert [(row["price"], row["side"]) for row in rows][:2] == [("50002.00", "Buy"), ("50001.00", "Buy")]


def test_candles_come_newest_first(stage: Stage) -> None:
    for minute in range(3):
        stage.trade(INVERSE, 50_000.0 + minute, 100)
        stage.tell(60)
    query = "category=inverse&symbol=BTCUSD&interval=1"
    rows = stage.public("/v5/market/kline", query)["result"]["list"]
    starts = [int(row[0]) for row in rows]
    assert starts == sorted(starts, reverse=True)
    assert len(rows[0]) == 7
    marks = stage.public("/v5/market/mark-price-kline", query + "&limit=2")["result"]["list"]
    assert len(marks[0]) == 5
    first = stage.public("/v5/market/kline", f"{query}&start={starts[-1]}&end={starts[-1]}")["result"]["list"]
    assert [int(row[0]) for row in first] == [starts[-1]]


def test_funding_history_is_newest_first_and_wants_both_ends(stage: Stage) -> None:
    stage.tell(17 * 3600)
    path, query = "/v5/market/funding/history", "category=linear&symbol=BTCUSDT"
    rows = stage.public(path, query)["result"]["list"]
    assert len(rows) >= 2
    times = [int(row["fundingRateTimestamp"]) for row in rows]
    assert times == sorted(times, reverse=True)
    assert stage.public(path, f"{query}&startTime={times[0]}")["retCode"] == 10001
    some = stage.public(path, f"{query}&startTime={times[0]}&endTime={times[0]}")["result"]["list"]
    assert len(some) == 1
    assert stage.public(path, "category=linear&symbol=BTCUSDT-25DEC26")["retCode"] == 10001


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v5/market/tickers", ""),
        ("/v5/market/tickers", "category=strange"),
        ("/v5/market/tickers", "category=linear&symbol=NOUSDT"),
        ("/v5/market/orderbook", "category=linear"),
        ("/v5/market/orderbook", "category=linear&symbol=BTCUSDT&limit=0"),
        ("/v5/market/orderbook", "category=linear&symbol=BTCUSDT&limit=x"),
        ("/v5/market/kline", "category=linear&symbol=BTCUSDT&interval=7"),
        ("/v5/market/kline", "category=linear&symbol=BTCUSDT"),
    ],
)
def test_public_parameters_are_checked(stage: Stage, path: str, query: str) -> None:
    assert stage.public(path, query)["retCode"] == 10001

"""Streams of candles, of moving windows, of averages and of forced orders; which names mean something where."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.sim.dialects.binance import charts
from basisdesk.sim.dialects.binance.candles import CONTRACTS
from basisdesk.sim.dialects.binance.topics import topic_of

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

ROOTS = {"spot": "/api/v3", "usdm": "/fapi/v1", "coinm": "/dapi/v1"}


def hear(stage: Stage, line: str, name: str, seconds: float = 62) -> list[Any]:
    socket = stage.open(line, f"/ws/{name}")
    for _ in range(int(seconds / 2)):
        stage.wait(2)
    return stage.heard[socket]


@pytest.mark.parametrize(
    ("line", "name", "event", "path", "asked"),
    [
        ("spot", "btcusdt@kline_1m@+08:00", "kline", "klines", {"symbol": "BTCUSDT"}),
        ("usdm", "btcusdt_perpetual@continuousKline_1m", "continuous_kline", "klines", {"symbol": "BTCUSDT"}),
        ("coinm", "btcusd_perp@markPriceKline_1m", "markPrice_kline", "markPriceKlines", {"symbol": "BTCUSD_PERP"}),
        ("coinm", "btcusd@indexPriceKline_1m", "indexPrice_kline", "indexPriceKlines", {"pair": "BTCUSD"}),
    ],
)
def test_candles_are_streamed_as_they_are_told_over_http(
    stage: Stage, line: str, name: str, event: str, path: str, asked: dict[str, str]
) -> None:
    told = hear(stage, line, name)
    assert {each["e"] for each in told} == {event}
    (last,) = [each["k"] for each in told if each["k"]["x"]]
    row = stage.get(line, f"{ROOTS[line]}/{path}", **asked, interval="1m", startTime=last["t"], limit=1)[0]
    assert [last[each] for each in "tohlcvTqn"] == row[:9]
    assert list(last) == [each for each in "tTsifLochlvnxqVQB" if each in last]
    if event == "kline":
        assert told[0]["s"] == last["s"] == "BTCUSDT"
    else:
        assert told[0]["ps"] == asked.get("pair", asked.get("symbol", "")).partition("_")[0]
        assert last.get("s") == {"markPrice_kline": "BTCUSD_PERP", "indexPrice_kline": "0"}.get(event)


@pytest.mark.parametrize(
    ("line", "name", "begins", "ends"),
    [
        ("spot", "btcusdt@kline_1w", "2027-01-11T00", "2027-01-18T00"),
        ("spot", "btcusdt@kline_1w@+08:00", "2027-01-10T16", "2027-01-17T16"),
        ("usdm", "btcusdt_perpetual@continuousKline_1M", "2027-01-01T00", "2027-02-01T00"),
        ("coinm", "btcusd_perp@markPriceKline_1w", "2027-01-11T00", "2027-01-18T00"),
        ("coinm", "btcusd@indexPriceKline_1M", "2027-01-01T00", "2027-02-01T00"),
    ],
)
def test_streamed_weeks_and_months_lie_in_the_calendar(
    stage: Stage, line: str, name: str, begins: str, ends: str
) -> None:
    told = hear(stage, line, name, 4)[-1]["k"]
    found = [datetime.fromtimestamp(each // 1000, UTC).strftime("%Y-%m-%dT%H") for each in (told["t"], told["T"] + 1)]
    assert (found, told["x"]) == ([begins, ends], False)
    topic = topic_of(stage.exchange, line, name, stage.now)
    assert topic is not None
    assert topic.next_at == (told["T"] + 1) * 1_000_000


def test_a_continuous_candle_says_of_which_kind_its_contract_is(stage: Stage) -> None:
    heard = {kind: hear(stage, "usdm", f"btcusdt_{kind.lower()}@continuousKline_1m", 10) for kind in CONTRACTS}
    assert {each["ct"]: each["ps"] for kind in heard for each in heard[kind]} == dict.fromkeys(CONTRACTS, "BTCUSDT")


def test_a_contract_that_is_being_delivered_was_the_nearest(stage: Stage) -> None:
    dated = [
        each for each in stage.exchange.markets.values() if each.instrument.expiry and each.instrument.market == "usdm"
    ]
    first = min(dated, key=lambda each: each.instrument.expiry or 0)
    assert charts.kind_of(stage.exchange, first, first.instrument.expiry) == "CURRENT_QUARTER"


@pytest.mark.parametrize("interval", ["1h", "4h", "1d"])
def test_moving_windows_are_streamed_on_spot(stage: Stage, interval: str) -> None:
    told = hear(stage, "spot", f"btcusdt@ticker_{interval}", 4)
    row = stage.get("spot", "/api/v3/ticker", symbol="BTCUSDT", windowSize=interval)
    assert told[-1]["e"] == f"{interval}Ticker"
    assert (told[-1]["o"], told[-1]["O"], told[-1]["v"]) == (row["openPrice"], row["openTime"], row["volume"])
    (rows, *_) = hear(stage, "spot", f"!ticker_{interval}@arr", 4)
    assert {each["e"] for each in rows} == {f"{interval}Ticker"}
    assert len(rows) > 1


def test_the_average_price_is_streamed_on_spot(stage: Stage) -> None:
    told = hear(stage, "spot", "btcusdt@avgPrice", 4)
    row = stage.get("spot", "/api/v3/avgPrice", symbol="BTCUSDT")
    assert (told[-1]["e"], told[-1]["i"], told[-1]["w"]) == ("avgPrice", "5m", row["price"])


def test_short_tickers_of_all_come_as_often_as_asked(stage: Stage) -> None:
    heard = {each: len(hear(stage, "spot", f"!miniTicker@arr{each}", 12)) for each in ("", "@1000ms", "@3000ms")}
    assert heard[""] == heard["@1000ms"] > heard["@3000ms"] > 0


def test_coin_margined_mark_prices_are_told_by_the_pair_too(stage: Stage) -> None:
    (rows, *_) = hear(stage, "coinm", "btcusd@markPrice@1s", 4)
    assert len(rows) == 3
    assert {each["s"].partition("_")[0] for each in rows} == {"BTCUSD"}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("usdm", "btcusdt@kline_1s"),
        ("usdm", "btcusdt@kline_7m"),
        ("usdm", "btcusdt@kline_1d@+08:00"),
        ("usdm", "btcusdt@markPriceKline_1m"),
        ("spot", "btcusdt_perpetual@continuousKline_1m"),
        ("usdm", "BTCUSDT_PERPETUAL@continuousKline_1m"),
        ("usdm", "btcusdt_weekly@continuousKline_1m"),
        ("usdm", "btcusdt@ticker_1h"),
        ("spot", "btcusdt@ticker_2h"),
        ("usdm", "!ticker_1h@arr"),
        ("coinm", "nothing@markPrice"),
    ],
)
def test_names_that_mean_nothing_on_a_line_bring_nothing(stage: Stage, line: str, name: str) -> None:
    assert topic_of(stage.exchange, line, name, stage.now) is None


@pytest.mark.parametrize(
    ("line", "code", "symbol", "size"),
    [
        ("usdm", "BTCUSDT", "binance:BTC/USDT:USDT", "0.5"),
        ("coinm", "BTCUSD_PERP", "binance:BTC/USD:BTC", "50"),
    ],
)
def test_positions_that_the_venue_closes_are_told_to_all(
    stage: Stage, line: str, code: str, symbol: str, size: str
) -> None:
    terms: dict[str, Any] = {"symbol": code, "side": "BUY", "type": "MARKET", "quantity": size}
    assert stage.signed(line, "POST", f"{ROOTS[line]}/order", **terms)[0] == 200
    own = stage.open(line, f"/ws/{code.lower()}@forceOrder")
    every = stage.open(line, "/ws/!forceOrder@arr")
    other = stage.open(line, f"/ws/{code.lower().replace('btc', 'eth')}@forceOrder")
    stage.exchange.faults.liquidate("1000001", symbol, Decimal(1))
    stage.wait(1)
    assert stage.heard[own] == stage.heard[every] != []
    assert stage.heard[other] == []
    told = stage.heard[own][-1]
    assert (told["e"], told["o"]["s"], told["o"]["S"], told["o"]["X"]) == ("forceOrder", code, "SELL", "FILLED")
    assert Decimal(told["o"]["z"]) == Decimal(size)
    assert (told["o"]["o"], told["o"]["f"], told["o"]["p"]) == ("LIMIT", "IOC", told["o"]["ap"])
    assert ("ps" in told["o"]) == (line == "coinm")

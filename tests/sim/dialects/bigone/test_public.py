"""The simulated venue's public REST, in the shapes of its pages."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from basisdesk.domain.ask import NewOrder, OrderType
from basisdesk.domain.order import Side
from basisdesk.kernel.book import Book
from basisdesk.sim.contract import Relisted, SimMarket
from basisdesk.sim.dialects.bigone import spell, streams
from basisdesk.sim.dialects.bigone.contract_market import figures_of
from basisdesk.sim.dialects.bigone.spot_market import ticker_of
from basisdesk.venues.contract import Daily

SPOT, INVERSE = "bigone:BTC/USDT", "bigone:BTC/USD:BTC"
S, C = "/api/v3/", "/api/contract/v2/"
PERIODS = (
    "min1", "min5", "min15", "min30", "hour1", "hour3", "hour4", "hour6", "hour12", "day1", "week1", "month1",
)  # fmt: skip


def trade(door: Any, symbol: str, size: str = "0.01") -> None:
    new = NewOrder(symbol=symbol, side=Side.SELL, type=OrderType.MARKET, client_id="", size=Decimal(size))
    door.exchange.place("1000001", new, door.now)


def data(door: Any, target: str) -> Any:
    status, body = door.call("GET", target, login=None)
    assert (status, body["code"]) == (200, 0)
    return body["data"]


def test_the_clock_is_in_nanoseconds(door: Any) -> None:
    assert data(door, f"{S}ping") == {"Timestamp": door.now}


def test_pairs_have_scales_and_limits(door: Any) -> None:
    pairs = {row["name"]: row for row in data(door, f"{S}asset_pairs")}
    assert set(pairs) == {"BTC-USDT", "ETH-USDT"}
    btc = pairs["BTC-USDT"]
    assert (btc["base_scale"], btc["quote_scale"]) == (6, 2)
    assert (btc["min_quote_value"], btc["max_quote_value"]) == ("10", "1000000")
    assert btc["base_asset"]["symbol"] == "BTC"
    assert {row["symbol"] for row in data(door, "/api//v3/assets")} == {"BTC", "ETH", "USDT"}


def test_open_interest_counts_shorts_as_well_as_longs(door: Any) -> None:
    def told() -> Any:
        door.wait(2)
        return next(row for row in door.call("GET", f"{C}instruments", login=None)[1] if row["symbol"] == "BTCUSD")

    assert (told()["openInterest"], told()["openValue"]) == (0, 0)
    trade(door, INVERSE, "3412")
    row = told()
    assert row["openInterest"] == 3412
    assert row["openValue"] == pytest.approx(3412 / row["markPrice"], rel=1e-6)


def test_the_ticker_has_its_price_beside_the_envelope(door: Any) -> None:
    trade(door, SPOT)
    status, body = door.call("GET", f"{S}asset_pairs/BTC-USDT/ticker", login=None)
    row = body["data"]
    assert (status, body["price"]) == (200, row["close"])
    assert float(row["bid"]["price"]) < float(row["ask"]["price"])
    assert set(row) == {
        "asset_pair_name", "bid", "ask", "open", "close", "high", "low", "volume", "daily_change",
    }  # fmt: skip
    assert Decimal(row["close"]) - Decimal(row["open"]) == Decimal(row["daily_change"])
    assert [each["asset_pair_name"] for each in data(door, f"{S}asset_pairs/tickers")] == ["BTC-USDT", "ETH-USDT"]
    assert [each["asset_pair_name"] for each in data(door, f"{S}asset_pairs/tickers?pair_names=ETH-USDT")] == [
        "ETH-USDT"
    ]


def test_a_market_that_nobody_has_traded_yet_is_told_with_the_middle_of_its_book(door: Any) -> None:
    terms = door.exchange.markets[SPOT].instrument
    empty = SimMarket(terms, Book(), daily=Daily())
    empty.book.snapshot_levels([(100.0, 1.0)], [(100.03, 1.0)], door.now, 1)
    told = ticker_of(empty)
    assert (told["close"], told["open"], told["high"], told["volume"]) == ("100.02", "100.02", "100.02", "0.000000")
    empty.book.snapshot_levels([], [(100.03, 1.0)], door.now, 2)
    assert ticker_of(empty)["bid"] == {"price": "0", "order_count": 1, "quantity": "0"}


def test_the_depth_is_cut_to_its_limit(door: Any) -> None:
    book = data(door, f"{S}asset_pairs/BTC-USDT/depth?limit=3")
    assert [len(book["bids"]), len(book["asks"])] == [3, 3]
    assert len(data(door, f"{S}asset_pairs/BTC-USDT/depth")["bids"]) > 3
    for wrong in ("0", "201", "x", ""):
        assert door.call("GET", f"{S}asset_pairs/BTC-USDT/depth?limit={wrong}", login=None)[1]["code"] == 10007


def test_trades_come_newest_first(door: Any) -> None:
    for size in ("0.011", "0.012"):
        trade(door, SPOT, size)
    rows = data(door, f"{S}asset_pairs/BTC-USDT/trades")
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    assert rows[0]["taker_side"] == "ASK"


@pytest.mark.parametrize("period", PERIODS)
def test_candles_of_every_period_newest_first(door: Any, period: str) -> None:
    door.wait(40)
    rows = data(door, f"{S}asset_pairs/BTC-USDT/candles?period={period}&limit=2")
    assert 1 <= len(rows) <= 2
    times = [row["time"] for row in rows]
    assert times == sorted(times, reverse=True)
    turned = data(door, f"{S}asset_pairs/BTC-USDT/candles?period={period}&limit=2&direction=ASC")
    assert [row["time"] for row in turned] == times[::-1]
    assert float(rows[0]["low"]) <= float(rows[0]["close"]) <= float(rows[0]["high"])


@pytest.mark.parametrize(("period", "begins"), [("week1", "2023-11-13T00:00:00Z"), ("month1", "2023-11-01T00:00:00Z")])
def test_weeks_begin_on_mondays_and_months_on_their_first_day(door: Any, period: str, begins: str) -> None:
    trade(door, SPOT)
    door.wait(1)
    for more in ("", "&time=9999-12-31T23:59:59Z"):
        rows = data(door, f"{S}asset_pairs/BTC-USDT/candles?period={period}&limit=500{more}")
        assert [row["time"] for row in rows] == [begins]
    assert data(door, f"{S}asset_pairs/BTC-USDT/candles?period={period}&time=1969-01-01T00:00:00Z") == []
    request = {"requestId": "1", "subscribeMarketCandlesRequest": {"market": "BTC-USDT", "period": period.upper()}}
    socket = door.connect("/ws/v2")
    (told,) = door.send(socket, request)
    assert [row["time"] for row in told["candlesSnapshot"]["candles"]] == [begins]
    trade(door, SPOT)
    door.wait(0)
    assert {row["candleUpdate"]["candle"]["time"] for row in door.heard(socket)} == {begins}


def test_candles_end_at_the_time_asked_for(door: Any) -> None:
    door.wait(100)
    for time in ("2023-11-14T22:14:00Z", "2023-11-14T22:14:30.000Z", "2023-11-14T22:14:59"):
        rows = data(door, f"{S}asset_pairs/BTC-USDT/candles?period=min1&limit=1&time={time}")
        assert [row["time"] for row in rows] == ["2023-11-14T22:14:00Z"]
    for wrong in ("", "?period=min2", "?period=min1&direction=UP", "?period=min1&time=now", "?period=min1&limit=501"):
        assert door.call("GET", f"{S}asset_pairs/BTC-USDT/candles{wrong}", login=None)[1]["code"] == 10007


def test_contracts_have_their_terms_as_numbers(door: Any) -> None:
    rows = {row["symbol"]: row for row in door.call("GET", f"{C}symbols", login=None)[1]}
    assert set(rows) == {"BTCUSDT", "BTCUSD"}
    inverse, linear = rows["BTCUSD"], rows["BTCUSDT"]
    assert (inverse["isInverse"], inverse["multiplier"], inverse["settleCurrency"]) == (True, 1, "BTC")
    assert (linear["isInverse"], linear["multiplier"], linear["initialMargin"]) == (False, 0.001, 0.01)
    assert (inverse["riskLimit"], linear["maxRiskLimit"], inverse["pricePrecision"]) == (100, 10_000_000, 1)


def test_contract_figures_are_those_of_the_market(door: Any) -> None:
    rows = {row["symbol"]: row for row in door.call("GET", f"{C}instruments", login=None)[1]}
    row, carry = rows["BTCUSD"], door.exchange.markets[INVERSE].carry
    assert (row["markPrice"], row["fundingRate"]) == (carry.mark, carry.predicted)
    assert row["nextFundingTime"] * 10**6 == carry.next_at
    assert row["btcPrice"] == carry.index
    assert 0 < row["ethPrice"] < row["btcPrice"]


def test_a_coin_that_is_not_listed_has_no_price(door: Any) -> None:
    pair, inverse = door.exchange.markets[SPOT], door.exchange.markets[INVERSE]
    figures = figures_of(SimpleNamespace(markets={}), inverse)
    assert (figures["btcPrice"], figures["ethPrice"]) == (0.0, 0.0)
    assert figures_of(SimpleNamespace(markets={SPOT: pair}), inverse)["btcPrice"] == pair.book.mid()


def test_a_contract_book_has_prices_for_keys(door: Any) -> None:
    status, body = door.call("GET", f"{C}depth%40BTCUSD/snapshot", login=None)
    market = door.exchange.markets[INVERSE]
    assert (status, body["from"], body["to"]) == (200, 0, market.sequence)
    assert max(float(price) for price in body["bids"]) == market.book.bid == body["bestPrices"]["bid"]
    assert not [price for price in (*body["bids"], *body["asks"]) if price.endswith((".0", "."))]
    assert door.call("GET", f"{C}depth@NO/snapshot", login=None) == (400, {"anomaly": "anomaly.request/invalid-params"})


def test_what_is_not_there_is_not_found(door: Any) -> None:
    for method, path in (("GET", f"{S}nothing"), ("PUT", f"{S}ping"), ("POST", f"{S}viewer/withdrawals"), ("GET", "/")):
        status, body = door.call(method, path)
        assert (status, body["code"]) == (404, 10013)
    assert door.call("GET", f"{C}nothing")[0] == 404
    assert door.call("GET", f"{S}asset_pairs/NO-USDT/ticker", login=None)[1]["code"] == 10013


def test_an_unknown_parameter_is_passed_over(door: Any) -> None:
    assert door.call("GET", f"{S}ping?x=1", login=None) == door.call("GET", f"{S}ping", login=None)
    assert door.call("GET", f"{C}symbols?x=1", login=None) == door.call("GET", f"{C}symbols", login=None)


def test_ids_of_contracts_can_be_read_back() -> None:
    assert spell.count_of(spell.id_of("1700000000123")) == "1700000000123"
    assert spell.id_of("trade-1") == spell.uuid_of("trade-1")
    for text in ("", "x", "00000000000000000000000000000001", "zzzzzzzz-0000-0000-0000-000000000001"):
        assert spell.count_of(text) == ""
    assert spell.after_page(spell.page_of(7)) == 7
    for token in ("!", "eA==", "/w==", "-", "é"):
        assert spell.after_page(token) is None


def test_new_terms_of_a_contract_are_told_where_its_figures_are(door: Any) -> None:
    stream = streams.Stream("instruments", INVERSE)
    assert streams.follow(door.exchange, stream, Relisted(INVERSE, door.now))
    assert streams.follow(door.exchange, streams.Stream("depth", INVERSE), Relisted(INVERSE, door.now)) == []
    assert streams.follow(door.exchange, stream, Relisted(SPOT, door.now)) == []


def test_the_venue_says_which_live_addresses_it_stands_for(door: Any) -> None:
    (origins,) = door.dialect.origins.values()
    assert {"https://api.big.one", "wss://api.big.one", "https://big.one"} <= set(origins)

"""A quarter ends: contracts are delivered at their mean index, and the next quarter's are listed and told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from basisdesk.domain.ask import NewOrder, OrderType
from basisdesk.domain.instrument import Kind, Margin
from basisdesk.domain.order import Side
from basisdesk.kernel.book import VALID
from basisdesk.sim import listing
from basisdesk.sim.contract import Frame, HttpCall, Relisted
from basisdesk.sim.dialects import dialect_of, rules_of
from basisdesk.sim.exchange import SimExchange, listed
from basisdesk.sim.exchange.logins import FIRST
from basisdesk.sim.generator import Generator

SECOND = 1_000_000_000
END = int(datetime(2026, 12, 25, 8, tzinfo=UTC).timestamp()) * SECOND
START = END - 6 * SECOND
AFTER = END + 3 * SECOND
SIZE = 10
"""How many times the least size an order has, so that its value is enough too."""
DATED = ("binance", "okx", "bybit", "deribit", "htx")
SUBSCRIPTIONS: dict[str, list[tuple[str, str, object]]] = {
    "binance": [("usdm", "/ws/!contractInfo", None), ("coinm", "/ws/!contractInfo", None)],
    "okx": [("api", "/ws/v5/public", {"op": "subscribe", "args": [{"channel": "instruments", "instType": "FUTURES"}]})],
    "deribit": [
        ("api", "/ws/api/v2", {"jsonrpc": "2.0", "id": 1, "method": "public/subscribe",
         "params": {"channels": ["instrument.state.future.any"]}}),
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let contracts be listed that are delivered seconds later."""
    monkeypatch.setattr(listing, "ROLL_AHEAD", timedelta(seconds=3))


def opened(venue: str) -> SimExchange:
    return listed(Generator(3, START, [venue]), [venue], {venue: rules_of(venue)}, 3, START)[venue]


def dates(exchange: SimExchange, base: str, margin: Margin) -> list[str]:
    """Expiries of the dated contracts that trade, as days."""
    found = [
        each.instrument.expiry or 0
        for each in exchange.markets.values()
        if (each.instrument.kind, each.instrument.base, each.instrument.margin) == (Kind.DATED, base, margin)
        and each.instrument.tradable
    ]
    return [f"{datetime.fromtimestamp(each // SECOND, UTC):%y%m%d}" for each in sorted(found)]


@pytest.mark.parametrize("venue", DATED)
def test_the_next_quarter_takes_the_place_of_the_one_delivered(venue: str) -> None:
    exchange = opened(venue)
    before = dates(exchange, "BTC", Margin.INVERSE)
    count = len(exchange.markets)
    exchange.advance(AFTER)
    after = dates(exchange, "BTC", Margin.INVERSE)
    assert before[0] == "261225"
    assert after[:-1] == before[1:]
    assert after[-1] == {1: "270326", 2: "270625"}[len(before)]
    fresh = list(exchange.markets.values())[count:]
    assert fresh
    told = [each.symbol for each in exchange.take_happenings() if isinstance(each, Relisted)]
    for market in fresh:
        instrument = market.instrument
        assert exchange.market_of(instrument.market, instrument.code) is market
        assert told.count(instrument.symbol) == 1
        assert market.book.state(0) == VALID
        order = NewOrder(symbol=instrument.symbol, side=Side.BUY, type=OrderType.MARKET, client_id="",
                         size=SIZE * instrument.min_size)  # fmt: skip
        exchange.place(FIRST, order, AFTER)
        (held,) = exchange.positions(FIRST, instrument.market, instrument.symbol)
        assert held.size == SIZE * instrument.min_size


def test_two_runs_with_one_seed_roll_alike_however_time_is_cut() -> None:
    one, other = opened("okx"), opened("okx")
    one.advance(AFTER)
    for step in range((AFTER - START) * 10 // SECOND + 1):
        other.advance(START + step * SECOND // 10)
    assert list(one.markets) == list(other.markets)
    for symbol, market in one.markets.items():
        assert market.book.levels(0, 5) == other.markets[symbol].book.levels(0, 5)
        assert market.estimate == other.markets[symbol].estimate


class Client:
    """Speaks to a venue's wire over sockets, without a network."""

    def __init__(self, venue: str) -> None:
        self.exchange = opened(venue)
        self.wire: Any = dialect_of(venue, self.exchange, START)
        self.heard: list[Any] = []
        for number, (host, path, frame) in enumerate(SUBSCRIPTIONS.get(venue, ()), 1):
            assert self.wire.opened(number, self.call(host, path), START) is None
            if frame is not None:
                self.wire.receive(number, json.dumps(frame).encode(), START)

    def call(self, host: str, path: str, query: str = "") -> HttpCall:
        return HttpCall(
            host=host, authority="localhost", method="GET", path=path, query=query, headers={}, body=b"", source="me"
        )

    def go(self, until: int) -> None:
        now = START
        while now < until:
            now = min(until, now + SECOND // 10)
            self.wire.advance(now)
            self.heard += [json.loads(item.body) for item in self.wire.take() if isinstance(item, Frame)]

    def get(self, host: str, path: str, query: str = "") -> Any:
        return json.loads(self.wire.http(self.call(host, path, query), AFTER).body)


def test_binance_tells_the_new_contract_and_names_the_quarters_anew() -> None:
    client = Client("binance")
    client.go(AFTER)
    told = {row["s"]: (row["ct"], row["cs"]) for row in client.heard if row.get("e") == "contractInfo"}
    assert told["BTCUSDT_261225"] == ("CURRENT_QUARTER DELIVERING", "SETTLING")
    assert told["BTCUSD_270625"] == ("NEXT_QUARTER", "TRADING")
    rows = {row["symbol"]: row for row in client.get("usdm", "/fapi/v1/exchangeInfo")["symbols"]}
    assert [rows[f"BTCUSDT_{day}"]["contractType"] for day in ("270326", "270625")] == [
        "CURRENT_QUARTER",
        "NEXT_QUARTER",
    ]


def test_okx_tells_the_new_contract_and_lists_the_old_one_no_more() -> None:
    client = Client("okx")
    client.go(AFTER)
    rows = [row for frame in client.heard if "data" in frame for row in frame["data"]]
    states = {(row["instId"], row["state"]) for row in rows}
    assert {("BTC-USD-261225", "expired"), ("BTC-USDT-270625", "live")} <= states
    listed_now = client.get("api", "/api/v5/public/instruments", "instType=FUTURES")["data"]
    assert "BTC-USDT-261225" not in {row["instId"] for row in listed_now}
    assert len({row["instIdCode"] for row in listed_now}) == len(listed_now)
    assert client.get("api", "/api/v5/market/ticker", "instId=BTC-USDT-270625")["data"][0]["askPx"]


def test_deribit_tells_both_and_keeps_the_old_one_among_the_expired() -> None:
    client = Client("deribit")
    client.go(AFTER)
    rows = [frame["params"]["data"] for frame in client.heard if frame.get("method") == "subscription"]
    states = [(row["instrument_name"], row["state"]) for row in rows if row["instrument_name"].startswith("BTC-")]
    assert ("BTC-25DEC26", "settled") in states
    assert ("BTC-25JUN27", "started") in states
    now = {row["instrument_name"] for row in client.get("api", "/api/v2/public/get_instruments")["result"]}
    over = {
        row["instrument_name"] for row in client.get("api", "/api/v2/public/get_instruments", "expired=true")["result"]
    }
    assert {"BTC-25JUN27", "BTC_USDC-26MAR27"} <= now
    assert over == {"BTC-25DEC26", "ETH-25DEC26", "BTC_USDC-25DEC26"}


def test_htx_and_bybit_list_the_new_one_and_close_the_old() -> None:
    client = Client("htx")
    client.go(AFTER)
    rows = client.get("contract", "/api/v1/contract_contract_info")["data"]
    assert {row["contract_code"]: row["contract_status"] for row in rows if row["symbol"] == "BTC"} == {
        "BTC261225": 8,
        "BTC270326": 1,
        "BTC270625": 1,
    }
    client = Client("bybit")
    client.go(AFTER)
    listed_now = client.get("main", "/v5/market/instruments-info", "category=linear")["result"]["list"]
    assert {row["symbol"] for row in listed_now if "-" in row["symbol"]} == {"BTCUSDT-26MAR27", "ETHUSDT-26MAR27"}
    closed = client.get("main", "/v5/market/instruments-info", "category=linear&status=Closed")["result"]["list"]
    assert {(row["symbol"], row["status"]) for row in closed} == {
        ("BTCUSDT-25DEC26", "Closed"),
        ("ETHUSDT-25DEC26", "Closed"),
    }


def test_delivery_prices_are_the_mean_of_the_index_and_told_before_and_after() -> None:
    client = Client("binance")
    client.go(END - SECOND)
    market = client.exchange.markets["binance:BTC/USDT:USDT-261225"]
    assert market.estimate is not None
    assert float(market.estimate) != market.carry.index
    (row,) = [each for each in client.get("usdm", "/fapi/v1/premiumIndex") if each["symbol"] == "BTCUSDT_261225"]
    assert float(row["estimatedSettlePrice"]) == float(market.estimate)
    client.go(AFTER)
    told = client.get("usdm", "/futures/data/delivery-price", "pair=BTCUSDT")
    assert told == [{"deliveryTime": END // 1_000_000, "deliveryPrice": float(market.estimate or 0)}]
    assert client.get("usdm", "/futures/data/delivery-price", "pair=SOLUSDT") == []

    client = Client("okx")
    client.go(END - SECOND)
    market = client.exchange.markets["okx:BTC/USD:BTC-261225"]
    (row,) = client.get("api", "/api/v5/public/estimated-price", "instId=BTC-USD-261225")["data"]
    assert float(row["settlePx"]) == float(market.estimate or 0)
    client.go(AFTER)
    (row,) = client.get("api", "/api/v5/public/delivery-exercise-history", "instType=FUTURES&uly=BTC-USD")["data"]
    assert (row["ts"], [each["insId"] for each in row["details"]]) == (str(END // 1_000_000), ["BTC-USD-261225"])
    assert float(row["details"][0]["px"]) == float(market.estimate or 0)

    client = Client("deribit")
    client.go(AFTER)
    told = client.get("api", "/api/v2/public/get_delivery_prices", "index_name=btc_usd")["result"]
    estimate = client.exchange.markets["deribit:BTC/USD:BTC-261225"].estimate
    assert told["records_total"] == 1
    assert told["data"] == [{"date": "2026-12-25", "delivery_price": float(estimate or 0)}]

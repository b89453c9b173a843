"""ccxt against the simulated venue, unchanged but for the base address.

It knows spot's unified calls; of contracts it reads markets, tickers and books, and passes everything else through.
The amount of its market buys is money to spend.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import ccxt
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

PAIR, LINEAR, INVERSE = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"


@pytest.fixture(scope="module")
def client(simulator: Callable[[str], Any]) -> Any:
    """ccxt with the addresses of the simulator."""
    venue = simulator("bigone")
    key, base = venue.key("bigone"), venue.url("bigone")
    made = ccxt.bigone({"apiKey": key["key"], "secret": key["secret"], "enableRateLimit": False})
    made.urls["api"] = {name: url.replace("https://{hostname}", base) for name, url in made.urls["api"].items()}
    made.load_markets()
    return made


@pytest.fixture
def low(client: Any) -> float:
    """A price far below the book, where a bid rests."""
    return float(client.price_to_precision(PAIR, client.fetch_ticker(PAIR)["bid"] * 0.9))


def named() -> str:
    return f"judge-{time.time_ns()}"


def test_markets_and_currencies(client: Any) -> None:
    spot, linear, inverse = (client.market(symbol) for symbol in (PAIR, LINEAR, INVERSE))
    assert (spot["spot"], spot["limits"]["cost"]["min"]) == (True, 10)
    assert (linear["linear"], linear["settle"], linear["contractSize"]) == (True, "USDT", 0.001)
    assert (inverse["inverse"], inverse["settle"], inverse["contractSize"]) == (True, "BTC", 1)
    assert {"BTC", "ETH", "USDT"} <= set(client.fetch_currencies())


def test_time(client: Any) -> None:
    assert abs(client.fetch_time() - time.time() * 1000) < 5000


def test_tickers(client: Any) -> None:
    ticker = client.fetch_ticker(PAIR)
    assert 0 < ticker["bid"] < ticker["ask"]
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert set(client.fetch_tickers([PAIR, "ETH/USDT"])) == {PAIR, "ETH/USDT"}
    swap = client.fetch_ticker(INVERSE)
    assert swap["markPrice"] > 0
    assert swap["indexPrice"] > 0


def test_books(client: Any) -> None:
    for symbol in (PAIR, LINEAR, INVERSE):
        book = client.fetch_order_book(symbol, 10)
        assert len(book["bids"]) == len(book["asks"]) == 10
        assert book["bids"][0][0] < book["asks"][0][0]
        assert book["bids"] == sorted(book["bids"], reverse=True)


def test_trades_and_candles(client: Any) -> None:
    client.create_order(PAIR, "market", "sell", 0.003)
    trades = client.fetch_trades(PAIR)
    assert 0.003 in {row["amount"] for row in trades}
    assert {row["side"] for row in trades} <= {"buy", "sell"}
    for period in client.timeframes:
        rows = client.fetch_ohlcv(PAIR, period, None, 5)
        assert 1 <= len(rows) <= 5, period
        assert all(low <= min(opened, close) <= max(opened, close) <= high for _, opened, high, low, close, _ in rows)


def test_balances(client: Any) -> None:
    for params in ({}, {"type": "funding"}):
        balance = client.fetch_balance(params)
        assert balance["USDT"]["total"] > 0
        assert balance["USDT"]["free"] + balance["USDT"]["used"] == pytest.approx(balance["USDT"]["total"])


def test_a_limit_order_lives_is_found_and_is_cancelled(client: Any, low: float) -> None:
    name = named()
    used = client.fetch_balance()["USDT"]["used"]
    order = client.create_order(PAIR, "limit", "buy", 0.01, low, {"clientOrderId": name})
    assert (order["status"], order["clientOrderId"], order["filled"]) == ("open", name, 0)
    assert client.fetch_balance()["USDT"]["used"] - used == pytest.approx(0.01 * low)
    assert client.fetch_order(order["id"], PAIR)["price"] == low
    assert order["id"] in {row["id"] for row in client.fetch_open_orders(PAIR)}
    by_name = client.fetch2("order", ["private"], "GET", {"client_order_id": name})
    assert str(by_name["data"]["id"]) == order["id"]
    assert client.cancel_order(order["id"], PAIR)["status"] == "canceled"
    assert client.fetch_order(order["id"], PAIR)["status"] == "canceled"
    assert order["id"] not in {row["id"] for row in client.fetch_open_orders(PAIR)}
    with pytest.raises(ccxt.InvalidOrder):
        client.cancel_order(order["id"], PAIR)


def test_an_order_is_cancelled_by_its_own_name(client: Any, low: float) -> None:
    name = named()
    client.create_order(PAIR, "limit", "buy", 0.01, low, {"clientOrderId": name})
    answer = client.fetch2("order/cancel", ["private"], "POST", {"client_order_id": name})
    assert answer["data"]["state"] == "CANCELLED"
    with pytest.raises(ccxt.ExchangeError, match="54041"):
        client.create_order(PAIR, "limit", "buy", 0.01, low, {"clientOrderId": name})


def test_all_orders_of_a_pair_are_cancelled(client: Any, low: float) -> None:
    made = {client.create_order(PAIR, "limit", "buy", 0.01, low)["id"] for _ in range(3)}
    assert made <= {row["id"] for row in client.cancel_all_orders(PAIR)}
    assert client.fetch_open_orders(PAIR) == []


def test_market_orders_by_money_and_by_coin(client: Any) -> None:
    before = client.fetch_balance()["BTC"]["total"]
    price = client.fetch_ticker(PAIR)["ask"]
    bought = client.create_order(PAIR, "market", "buy", 0.005, price)
    assert bought["status"] == "closed"
    assert bought["cost"] == pytest.approx(0.005 * price, rel=0.01)
    assert client.fetch_balance()["BTC"]["total"] - before == pytest.approx(0.005, rel=0.02)
    sold = client.create_order(PAIR, "market", "sell", 0.004)
    assert (sold["status"], sold["filled"]) == ("closed", 0.004)
    assert {sold["id"], bought["id"]} <= {row["id"] for row in client.fetch_closed_orders(PAIR)}
    rows = [row for row in client.fetch_my_trades(PAIR) if row["order"] == sold["id"]]
    assert sum(row["amount"] for row in rows) == pytest.approx(0.004)
    assert {(row["side"], row["takerOrMaker"], row["fee"]["currency"]) for row in rows} == {("sell", "taker", "USDT")}


def test_post_only_and_immediate_orders(client: Any, low: float) -> None:
    resting = client.create_order(PAIR, "limit", "buy", 0.01, low, {"postOnly": True})
    assert (resting["status"], resting["postOnly"]) == ("open", True)
    client.cancel_order(resting["id"], PAIR)
    high = float(client.price_to_precision(PAIR, client.fetch_ticker(PAIR)["ask"] * 1.01))
    assert client.create_order(PAIR, "limit", "buy", 0.001, high, {"postOnly": True})["status"] == "canceled"
    assert client.create_order(PAIR, "limit", "buy", 0.001, high, {"timeInForce": "IOC"})["status"] == "closed"
    gone = client.create_order(PAIR, "limit", "buy", 0.01, low, {"timeInForce": "IOC"})
    assert (gone["status"], gone["timeInForce"]) == ("canceled", "IOC")


def test_refusals_are_the_errors_that_ccxt_knows(client: Any, low: float) -> None:
    most = client.create_order(PAIR, "limit", "buy", 900_000 / low, low)
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(PAIR, "limit", "buy", 900_000 / low, low)
    client.cancel_order(most["id"], PAIR)
    with pytest.raises(ccxt.BadRequest, match="10007"):
        client.privatePostOrders(
            {"asset_pair_name": "BTC-USDT", "side": "BID", "type": "LIMIT", "amount": 1, "price": str(low)}
        )
    with pytest.raises(ccxt.InvalidOrder, match="min_quote_value"):
        client.create_order(PAIR, "limit", "buy", 0.00001, low)
    with pytest.raises(ccxt.BadSymbol, match="10013"):
        client.fetch_order("1", PAIR)


def test_a_wrong_secret_is_an_authentication_error(client: Any) -> None:
    other = ccxt.bigone({"apiKey": client.apiKey, "secret": "no", "enableRateLimit": False})
    other.urls["api"] = client.urls["api"]
    other.set_markets(client.markets)
    with pytest.raises(ccxt.ExchangeError, match="40106"):
        other.fetch_balance()
    other.apiKey = "nobody"
    with pytest.raises(ccxt.AuthenticationError):
        other.fetch_balance()


def test_a_transfer(client: Any) -> None:
    before = client.fetch_balance()["USDT"]["total"]
    assert client.transfer("USDT", 25, "spot", "swap")["status"] == "ok"
    assert client.fetch_balance()["USDT"]["total"] == pytest.approx(before - 25)


def test_contract_orders_pass_through(client: Any) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "size": 2, "reduceOnly": False}
    price = round(client.fetch_order_book(LINEAR)["bids"][0][0] * 0.95)
    placed = client.contractPrivatePostOrders(order | {"price": price})
    assert placed["status"] == "NEW"
    assert [row["id"] for row in client.contractPrivateGetOrdersOpening()] == [placed["id"]]
    assert int(client.contractPrivateGetOrdersOpeningCount()["count"]) == 1
    assert client.contractPrivateGetOrdersId({"id": placed["id"]})["size"] == 2
    assert client.contractPrivateDeleteOrdersId({"id": placed["id"]})["status"] == "CANCELED"
    filled = client.contractPrivatePostOrders(order | {"type": "MARKET"})
    assert filled["status"] == "FILLED"
    rows = client.contractPrivateGetTrades({"order-id": filled["id"]})
    assert sum(float(row["size"]) for row in rows) == 2
    accounts = {row["cash"]["currency"]: row for row in client.contractPrivateGetAccounts()}
    held = {row["symbol"]: row for row in accounts["USDT"]["positions"]}
    assert float(held["BTCUSDT"]["size"]) >= 2


def test_the_leverage_call_without_a_body_changes_nothing(client: Any) -> None:
    terms = {"symbol": "BTCUSDT", "isCross": True, "leverage": 7, "margin": 0}
    answer = client.contractPrivatePutPositionsSymbolMargin(terms)
    assert answer["symbol"] == "BTCUSDT"
    assert answer["leverage"] != "7"

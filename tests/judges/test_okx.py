"""ccxt against the simulated venue, unchanged but for the base address."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import ccxt
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

SPOT, LINEAR, INVERSE = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"


@pytest.fixture(scope="module")
def make(simulator: Callable[[str], Any]) -> Callable[[str], Any]:
    """Make ccxt with the addresses of the simulator and a key with these rights."""
    venue = simulator("okx")

    def client(rights: str = "trade") -> Any:
        key = venue.key("okx", rights)
        made = ccxt.okx({"apiKey": key["key"], "secret": key["secret"], "password": key["passphrase"]})
        made.urls["api"]["rest"] = venue.url("okx")
        return made

    return client


@pytest.fixture(scope="module")
def client(make: Callable[[], Any]) -> Any:
    """ccxt that knows the markets."""
    made = make()
    made.load_markets()
    return made


def named() -> str:
    return f"judge{time.time_ns()}"


def far(client: Any, symbol: str, share: float = 0.9) -> float:
    """Return a price below the book, where a bid rests."""
    return float(client.price_to_precision(symbol, client.fetch_ticker(symbol)["bid"] * share))


def test_markets_and_currencies(client: Any) -> None:
    spot, linear, inverse = (client.market(symbol) for symbol in (SPOT, LINEAR, INVERSE))
    assert (spot["spot"], spot["active"], spot["precision"]["price"]) == (True, True, 0.1)
    assert (linear["linear"], linear["settle"], linear["contractSize"]) == (True, "USDT", 0.01)
    assert (inverse["inverse"], inverse["settle"], inverse["contractSize"]) == (True, "BTC", 100)
    assert linear["instIdCode"] != inverse["instIdCode"]
    dated = [market for market in client.markets.values() if market["future"]]
    assert all(market["expiry"] > time.time() * 1000 for market in dated)
    assert len(dated) >= 4
    assert {"BTC", "ETH", "USDT"} <= set(client.fetch_currencies())
    assert abs(client.fetch_time() - time.time() * 1000) < 5000


def test_tickers(client: Any) -> None:
    for symbol in (SPOT, LINEAR, INVERSE):
        ticker = client.fetch_ticker(symbol)
        assert 0 < ticker["bid"] < ticker["ask"]
        assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert {LINEAR, INVERSE} <= set(client.fetch_tickers([LINEAR, INVERSE]))
    assert client.fetch_mark_price(LINEAR)["markPrice"] > 0


def test_books_trades_and_candles(client: Any) -> None:
    book = client.fetch_order_book(LINEAR, 20)
    assert len(book["bids"]) == len(book["asks"]) == 20
    assert book["bids"] == sorted(book["bids"], reverse=True)
    assert book["bids"][0][0] < book["asks"][0][0]
    trades = client.fetch_trades(LINEAR)
    assert all(trade["side"] in {"buy", "sell"} and trade["price"] > 0 for trade in trades)
    candles = client.fetch_ohlcv(SPOT, "1m", limit=20)
    assert candles[-1][0] // 60_000 >= time.time() // 60 - 1
    assert 19 <= len(candles) <= 20  # the minute that runs may not have seen a trade yet
    assert {later[0] - row[0] for row, later in itertools.pairwise(candles)} == {60_000}
    assert all(round(price, 1) == price for candle in candles for price in candle[1:5])  # on the tick
    assert all(low <= min(begin, end) <= max(begin, end) <= high for _, begin, high, low, end, _ in candles)


def test_funding(client: Any) -> None:
    funding = client.fetch_funding_rate(LINEAR)
    assert funding["symbol"] == LINEAR
    assert funding["fundingTimestamp"] > time.time() * 1000 - 1000
    assert funding["interval"] == "8h"
    history = client.fetch_funding_rate_history(LINEAR)
    assert len(history) >= 3 * 3
    assert {later["timestamp"] - row["timestamp"] for row, later in itertools.pairwise(history)} == {8 * 3_600_000}
    assert time.time() * 1000 - history[-1]["timestamp"] < 8 * 3_600_000
    assert all(row["symbol"] == LINEAR and abs(row["fundingRate"]) < 0.01 for row in history)
    interest = client.fetch_open_interest(LINEAR)
    assert interest["openInterestAmount"] is not None


def test_balance(client: Any) -> None:
    trading = client.fetch_balance()
    assert trading["USDT"]["total"] > 0
    assert trading["USDT"]["free"] <= trading["USDT"]["total"]
    funding = client.fetch_balance({"type": "funding"})
    assert funding["BTC"]["total"] > 0
    moved = client.transfer("USDT", 10, "funding", "trading")
    assert moved["amount"] == 10
    assert client.fetch_balance({"type": "funding"})["USDT"]["total"] == funding["USDT"]["total"] - 10


@pytest.mark.parametrize("symbol", [SPOT, LINEAR, INVERSE])
def test_a_limit_order_rests_is_found_by_both_ids_and_is_cancelled(client: Any, symbol: str) -> None:
    own, price = named(), far(client, symbol)
    amount = 0.01 if symbol == SPOT else 1
    placed = client.create_order(symbol, "limit", "buy", amount, price, {"clientOrderId": own})
    by_id = client.fetch_order(placed["id"], symbol)
    assert (by_id["status"], by_id["price"], by_id["amount"], by_id["side"]) == ("open", price, amount, "buy")
    by_name = client.fetch_order("", symbol, {"clientOrderId": own})
    assert (by_name["id"], by_name["clientOrderId"]) == (placed["id"], own)
    assert placed["id"] in [order["id"] for order in client.fetch_open_orders(symbol)]
    client.edit_order(placed["id"], symbol, "limit", "buy", amount * 2, far(client, symbol, 0.85))
    assert client.fetch_order(placed["id"], symbol)["amount"] == amount * 2
    client.cancel_order(placed["id"], symbol)
    assert client.fetch_order(placed["id"], symbol)["status"] == "canceled"
    assert placed["id"] not in [order["id"] for order in client.fetch_open_orders(symbol)]
    assert placed["id"] in [order["id"] for order in client.fetch_canceled_orders(symbol)]


def test_orders_are_cancelled_by_their_own_name_and_all_at_once(client: Any) -> None:
    own, price = named(), far(client, LINEAR)
    client.create_order(LINEAR, "limit", "buy", 1, price, {"clientOrderId": own})
    client.cancel_order("", LINEAR, {"clientOrderId": own})
    made = [client.create_order(LINEAR, "limit", "buy", 1, price) for _ in range(3)]
    client.cancel_orders([order["id"] for order in made], LINEAR)
    assert client.fetch_open_orders(LINEAR) == []


def test_a_market_order_fills_and_its_trades_are_told(client: Any) -> None:
    for symbol, amount in ((SPOT, 0.01), (LINEAR, 2), (INVERSE, 1)):
        placed = client.create_order(symbol, "market", "buy", amount)
        order = client.fetch_order(placed["id"], symbol)
        assert (order["status"], order["filled"]) == ("closed", amount)
        assert order["average"] > 0
        assert order["fee"]["cost"] > 0
        trades = [trade for trade in client.fetch_my_trades(symbol) if trade["order"] == placed["id"]]
        assert sum(trade["amount"] for trade in trades) == pytest.approx(amount)
        assert trades[0]["fee"]["currency"] == order["fee"]["currency"]
        assert trades[0]["takerOrMaker"] == "taker"
        client.create_order(symbol, "market", "sell", amount)


def test_a_market_buy_can_spend_money(client: Any) -> None:
    placed = client.create_market_buy_order_with_cost(SPOT, 500)
    order = client.fetch_order(placed["id"], SPOT)
    assert order["status"] == "closed"
    assert order["cost"] == pytest.approx(500, rel=0.01)


def test_positions_and_leverage(client: Any) -> None:
    client.set_leverage(5, LINEAR, {"marginMode": "cross"})
    assert client.fetch_leverage(LINEAR, {"marginMode": "cross"})["longLeverage"] == 5
    client.create_order(LINEAR, "market", "buy", 3)
    (position,) = client.fetch_positions([LINEAR])
    assert (position["side"], position["contracts"], position["leverage"]) == ("long", 3, 5)
    assert position["entryPrice"] > 0
    assert position["marginMode"] == "cross"
    client.create_order(LINEAR, "market", "sell", 3, None, {"reduceOnly": True})
    assert client.fetch_positions([LINEAR]) == []


def test_orders_that_do_not_rest(client: Any) -> None:
    price = far(client, LINEAR)
    for kind in ("ioc", "fok"):
        placed = client.create_order(LINEAR, "limit", "buy", 1, price, {"timeInForce": kind.upper()})
        assert client.fetch_order(placed["id"], LINEAR)["status"] == "canceled"
    crossing = client.create_order(LINEAR, "limit", "buy", 1, far(client, LINEAR, 1.01), {"postOnly": True})
    order = client.fetch_order(crossing["id"], LINEAR)
    assert (order["status"], order["info"]["cancelSource"]) == ("canceled", "31")


def test_what_is_wrong_is_refused_with_the_venues_codes(client: Any, make: Callable[..., Any]) -> None:
    price, own = far(client, LINEAR), named()
    client.create_order(LINEAR, "limit", "buy", 1, price, {"clientOrderId": own})
    with pytest.raises(ccxt.InvalidOrder, match="51016"):
        client.create_order(LINEAR, "limit", "buy", 1, price, {"clientOrderId": own})
    client.cancel_order("", LINEAR, {"clientOrderId": own})
    with pytest.raises(ccxt.OrderNotFound, match="51603"):
        client.fetch_order("1", LINEAR)
    with pytest.raises(ccxt.OrderNotFound, match="51400"):
        client.cancel_order("1", LINEAR)
    with pytest.raises(ccxt.InsufficientFunds, match="51008"):
        client.create_order(SPOT, "limit", "buy", 9999, price)
    with pytest.raises(ccxt.ExchangeError, match="51169"):
        client.create_order(INVERSE, "market", "sell", 1, None, {"reduceOnly": True})
    reader = make("read")
    reader.load_markets()
    with pytest.raises(ccxt.ExchangeError, match="50120"):
        reader.create_order(LINEAR, "limit", "buy", 1, price)
    stranger = make()
    stranger.secret = "wrong"
    with pytest.raises(ccxt.AuthenticationError, match="50113"):
        stranger.fetch_balance()
    stranger.apiKey = "unknown"
    with pytest.raises(ccxt.AuthenticationError, match="50111"):
        stranger.fetch_balance()


def test_history_and_bills(client: Any) -> None:
    assert client.fetch_closed_orders(LINEAR)
    assert client.fetch_ledger("USDT") is not None
    assert client.fetch_trading_fee(LINEAR)["taker"] == pytest.approx(0.0005)
    assert client.fetch_position_mode(LINEAR)["hedged"] is False
    assert client.fetch_accounts()[0]["id"]


def test_the_dead_man_switch_is_armed_and_disarmed(client: Any) -> None:
    assert client.cancel_all_orders_after(10_000)["data"][0]["triggerTime"] != "0"
    time.sleep(1)
    assert client.cancel_all_orders_after(0)["data"][0]["triggerTime"] == "0"


def test_what_waits_for_a_price_is_refused(client: Any) -> None:
    price = far(client, LINEAR)
    with pytest.raises(ccxt.ExchangeError, match="51010"):
        client.create_order(LINEAR, "limit", "buy", 1, price, {"triggerPrice": price * 1.2})
    with pytest.raises(ccxt.ExchangeError, match="51010"):
        client.create_order(LINEAR, "limit", "buy", 1, price, {"stopLoss": {"triggerPrice": price * 0.9}})
    assert client.fetch_open_orders(LINEAR, None, None, {"trigger": True, "ordType": "trigger"}) == []
    assert client.fetch_open_orders(LINEAR) == []


def test_candles_of_mark_and_index_and_long_ones(client: Any) -> None:
    mark, index = client.fetch_mark_ohlcv(LINEAR, "1m", limit=3), client.fetch_index_ohlcv(LINEAR, "1m", limit=3)
    assert mark[-1][0] == index[-1][0]
    assert mark[-1][4] == pytest.approx(index[-1][4], rel=0.01)
    (week,) = client.fetch_ohlcv(LINEAR, "1w", limit=1)
    assert time.gmtime(week[0] / 1000).tm_wday == 0
    (month,) = client.fetch_ohlcv(LINEAR, "1M", limit=1)
    assert time.gmtime(month[0] / 1000).tm_mday == 1
    ticker = client.fetch_ticker(LINEAR)
    assert float(ticker["info"]["volCcy24h"]) == pytest.approx(float(ticker["info"]["vol24h"]) * 0.01)


def test_closed_positions_and_transfers(client: Any) -> None:
    client.create_order(LINEAR, "market", "buy", 2)
    client.create_order(LINEAR, "market", "sell", 2, None, {"reduceOnly": True})
    latest = client.fetch_positions_history([LINEAR])[-1]
    assert latest["info"]["instId"] == "BTC-USDT-SWAP"
    assert float(latest["info"]["closeTotalPos"]) >= 2
    with pytest.raises(ccxt.ExchangeError, match="59300"):
        client.add_margin(LINEAR, 1, {"posSide": "net"})
    moved = client.transfer("USDT", 2, "trading", "funding")
    found = client.fetch_transfer(moved["id"])
    assert (found["amount"], found["fromAccount"], found["toAccount"]) == (2, "trading", "funding")

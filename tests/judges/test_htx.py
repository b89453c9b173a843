"""ccxt against the simulated HTX, unchanged but for the addresses."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import ccxt
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

SPOT, LINEAR, SWAP = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"
COIN = {"offset": "open", "leverRate": 5}


def pointed(made: Any, venue: Any) -> Any:
    """Point ccxt to the simulator; it goes on signing for the live hosts."""
    for name in ("spot", "public", "private", "v2Public", "v2Private"):
        made.urls["api"][name] = venue.url("htx", "spot")
    for name in ("contract", "status"):
        made.urls["api"][name] = venue.url("htx", "contract")
    return made


@pytest.fixture(scope="module")
def make(simulator: Callable[[str], Any]) -> Callable[..., Any]:
    """Make ccxt with a key with these rights."""
    venue = simulator("htx")

    def client(rights: str = "trade") -> Any:
        key = venue.key("htx", rights)
        return pointed(ccxt.htx({"apiKey": key["key"], "secret": key["secret"]}), venue)

    return client


@pytest.fixture(scope="module")
def client(make: Callable[..., Any]) -> Any:
    """ccxt that knows the markets."""
    made = make()
    made.load_markets()
    return made


@pytest.fixture(scope="module")
def future(client: Any) -> str:
    """A coin-margined future."""
    names: dict[str, Any] = client.markets
    return next(symbol for symbol, market in names.items() if market["future"] and market["inverse"])


def number() -> int:
    """Return a client id; ccxt reads ids of contracts as doubles, which hold 53 bits."""
    return time.time_ns() // 1000


def far(client: Any, symbol: str, share: float = 0.9) -> float:
    """Return a price below the book, where a bid rests."""
    return float(client.price_to_precision(symbol, client.fetch_ticker(symbol)["bid"] * share))


def near(client: Any, symbol: str) -> float:
    """Return a price above the book, at which a buy fills."""
    return float(client.price_to_precision(symbol, client.fetch_ticker(symbol)["ask"] * 1.01))


def test_markets_and_currencies(client: Any, future: str) -> None:
    spot, linear, swap = (client.market(symbol) for symbol in (SPOT, LINEAR, SWAP))
    assert (spot["spot"], spot["active"], spot["id"]) == (True, True, "btcusdt")
    assert (linear["linear"], linear["swap"], linear["settle"], linear["contractSize"]) == (True, True, "USDT", 0.001)
    assert (swap["inverse"], swap["swap"], swap["settle"], swap["contractSize"]) == (True, True, "BTC", 100)
    dated = [market for market in client.markets.values() if market["future"]]
    assert all(market["expiry"] > time.time() * 1000 for market in dated)
    assert client.market(future)["settle"] == client.market(future)["base"]
    assert any(market["linear"] for market in dated)
    assert {"BTC", "ETH", "USDT"} <= set(client.fetch_currencies())
    assert abs(client.fetch_time() - time.time() * 1000) < 5000
    assert abs(client.fetch_time({"type": "swap"}) - time.time() * 1000) < 5000


def test_public_data_of_every_line(client: Any, future: str) -> None:
    for symbol in (SPOT, LINEAR, SWAP, future):
        ticker = client.fetch_ticker(symbol)
        assert 0 < ticker["bid"] < ticker["ask"]
        assert ticker["low"] <= ticker["last"] <= ticker["high"]
        book = client.fetch_order_book(symbol)
        bids, asks = book["bids"], book["asks"]
        assert bids == sorted(bids, reverse=True)
        assert asks == sorted(asks)
        assert bids[0][0] < asks[0][0]
        trades = client.fetch_trades(symbol, limit=20)
        assert trades
        assert all(trade["side"] in {"buy", "sell"} for trade in trades)
        candles = client.fetch_ohlcv(symbol, "1m", limit=30)
        assert len(candles) >= 29  # the minute that runs may not have seen a trade yet
        assert {later[0] - row[0] for row, later in itertools.pairwise(candles)} == {60_000}
    assert len(client.fetch_order_book(SPOT, 5)["bids"]) == 5


def test_funding(client: Any) -> None:
    for symbol in (LINEAR, SWAP):
        funding = client.fetch_funding_rate(symbol)
        assert funding["fundingTimestamp"] > time.time() * 1000
        assert abs(funding["fundingRate"]) < 0.01
        past = client.fetch_funding_rate_history(symbol, limit=2)
        assert past[1]["timestamp"] - past[0]["timestamp"] == 8 * 3_600_000
        assert time.time() * 1000 - past[1]["timestamp"] < 8 * 3_600_000
        assert all(abs(row["fundingRate"]) < 0.01 for row in past)
    assert client.fetch_funding_rate(LINEAR)["interval"] == "8h"
    assert SWAP in client.fetch_funding_rates([SWAP])


def test_balances_of_every_wallet(client: Any) -> None:
    assert client.fetch_balance()["USDT"]["total"] > 1000
    assert client.fetch_balance({"type": "swap"})["USDT"]["free"] > 1000
    assert client.fetch_balance({"type": "swap", "subType": "inverse"})["BTC"]["free"] > 1
    assert client.fetch_balance({"type": "future", "subType": "inverse"})["BTC"]["free"] > 1


@pytest.mark.parametrize("symbol", [SPOT, LINEAR, SWAP, ""])
def test_a_limit_order_rests_is_found_and_cancelled(client: Any, future: str, symbol: str) -> None:
    symbol = symbol or future
    size, name = (0.01 if symbol == SPOT else 2), number()
    params: dict[str, Any] = {"clientOrderId": str(name) if symbol == SPOT else name}
    if client.market(symbol)["inverse"]:
        params |= COIN
    order = client.create_order(symbol, "limit", "buy", size, far(client, symbol), params)
    found = client.fetch_order(order["id"], symbol)
    assert (found["id"], found["status"], found["side"], found["symbol"]) == (order["id"], "open", "buy", symbol)
    assert found["clientOrderId"] == str(name)
    assert (found["filled"], found["amount"]) == (0, size)
    by_name = client.fetch_order("", symbol, {"clientOrderId": str(name)})
    assert by_name["id"] == order["id"]
    assert order["id"] in [each["id"] for each in client.fetch_open_orders(symbol)]
    client.cancel_order(order["id"], symbol)
    assert client.fetch_order(order["id"], symbol)["status"] == "canceled"
    assert order["id"] not in [each["id"] for each in client.fetch_open_orders(symbol)]
    with pytest.raises((ccxt.OrderNotFound, ccxt.InvalidOrder)):
        client.cancel_order(order["id"], symbol)


@pytest.mark.parametrize("symbol", [SPOT, LINEAR, SWAP])
def test_an_order_is_cancelled_by_client_id(client: Any, symbol: str) -> None:
    name = number()
    params: dict[str, Any] = {"clientOrderId": str(name) if symbol == SPOT else name} | (COIN if symbol == SWAP else {})
    order = client.create_order(symbol, "limit", "buy", 0.01 if symbol == SPOT else 2, far(client, symbol), params)
    client.cancel_order("", symbol, {"clientOrderId": str(name)})
    assert client.fetch_order(order["id"], symbol)["status"] == "canceled"


def test_a_market_buy_of_spot_counts_money(client: Any) -> None:
    order = client.create_order(SPOT, "market", "buy", 1, None, {"cost": 640})
    found = client.fetch_order(order["id"], SPOT)
    assert found["status"] == "closed"
    assert 600 < found["cost"] <= 640
    sold = client.create_order(SPOT, "market", "sell", float(client.amount_to_precision(SPOT, found["filled"])))
    assert client.fetch_order(sold["id"], SPOT)["status"] == "closed"
    trades = client.fetch_my_trades(SPOT)
    mine = [trade for trade in trades if trade["order"] == order["id"]]
    assert sum(trade["amount"] for trade in mine) == pytest.approx(found["filled"])
    assert mine[0]["fee"]["currency"] == "BTC"
    assert client.fetch_order_trades(order["id"], SPOT)


def test_linear_orders_make_positions(client: Any) -> None:
    order = client.create_order(LINEAR, "market", "buy", 3)
    found = client.fetch_order(order["id"], LINEAR)
    assert (found["status"], found["filled"]) == ("closed", 3)
    position = next(each for each in client.fetch_positions([LINEAR]) if each["contracts"])
    assert (position["side"], position["contracts"]) == ("long", 3)
    assert position["entryPrice"] > 0
    assert position["marginMode"] == "cross"
    closed = client.create_order(LINEAR, "market", "sell", 3, None, {"reduceOnly": True})
    assert client.fetch_order(closed["id"], LINEAR)["status"] == "closed"
    assert not [each for each in client.fetch_positions([LINEAR]) if each["contracts"]]
    trades = client.fetch_my_trades(LINEAR)
    assert {order["id"], closed["id"]} <= {trade["order"] for trade in trades}
    assert all(trade["fee"]["currency"] == "USDT" for trade in trades)
    with pytest.raises(ccxt.InsufficientFunds):  # so ccxt reads 1048: nothing to close
        client.create_order(LINEAR, "market", "sell", 3, None, {"reduceOnly": True})


def test_coin_margined_orders_open_and_close(client: Any) -> None:
    for symbol, kind in ((SWAP, "swap"), (None, "future")):
        name = symbol or next(each for each, row in client.markets.items() if row["future"] and row["inverse"])
        opened = client.create_order(name, "market", "buy", 2, None, COIN)
        assert client.fetch_order(opened["id"], name)["status"] == "closed"
        told = {"subType": "inverse", "type": kind}
        position = next(each for each in client.fetch_positions(None, told) if each["symbol"] == name)
        assert (position["side"], position["contracts"]) == ("long", 2)
        client.create_order(name, "limit", "sell", 2, far(client, name, 0.99), COIN | {"offset": "close"})
        assert not [each for each in client.fetch_positions(None, told) if each["symbol"] == name]
        trades = client.fetch_my_trades(name)
        assert opened["id"] in [trade["order"] for trade in trades]
        assert all(trade["fee"]["currency"] == "BTC" for trade in trades)
        assert all(trade["fee"]["cost"] > 0 for trade in trades)


def test_orders_that_take_or_go(client: Any) -> None:
    taken = client.create_order(LINEAR, "limit", "buy", 1, near(client, LINEAR), {"timeInForce": "IOC"})
    assert client.fetch_order(taken["id"], LINEAR)["status"] == "closed"
    gone = client.create_order(LINEAR, "limit", "buy", 1, far(client, LINEAR), {"timeInForce": "FOK"})
    assert client.fetch_order(gone["id"], LINEAR)["status"] == "canceled"
    crossing = client.create_order(SPOT, "limit", "buy", 0.01, near(client, SPOT), {"postOnly": True})
    assert client.fetch_order(crossing["id"], SPOT)["status"] == "canceled"
    client.create_order(LINEAR, "market", "sell", 1, None, {"reduceOnly": True})


def test_cancel_all(client: Any) -> None:
    for symbol, size in ((SPOT, 0.01), (LINEAR, 2), (SWAP, 2)):
        for share in (0.9, 0.91):
            client.create_order(
                symbol, "limit", "buy", size, far(client, symbol, share), COIN if symbol == SWAP else {}
            )
        assert len(client.fetch_open_orders(symbol)) == 2
        client.cancel_all_orders(symbol)
        assert client.fetch_open_orders(symbol) == []


def test_settings(client: Any) -> None:
    for symbol in (LINEAR, SWAP):
        client.set_leverage(7, symbol)
        client.set_leverage(5, symbol)
    client.set_position_mode(hedged=True, symbol=LINEAR)
    client.set_position_mode(hedged=False, symbol=LINEAR)
    assert client.cancel_all_orders_after(10_000)["data"]["triggerTime"] > 0
    assert client.cancel_all_orders_after(0)["data"]["triggerTime"] == 0
    assert client.fetch_trading_fee(SPOT)["taker"] == 0.002


def test_transfers_and_bookings(client: Any) -> None:
    before = client.fetch_balance({"type": "swap"})["USDT"]["total"]
    client.transfer("USDT", 100, "spot", "swap", {"subType": "linear"})
    assert client.fetch_balance({"type": "swap"})["USDT"]["total"] == pytest.approx(before + 100)
    assert client.fetch_ledger("USDT")[-1]["amount"] == -100
    client.transfer("USDT", 100, "swap", "spot", {"subType": "linear"})
    client.transfer("BTC", 0.5, "spot", "future")
    assert client.fetch_funding_history(LINEAR) == []


def test_refusals_are_those_that_ccxt_knows(client: Any, make: Callable[..., Any]) -> None:
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(SPOT, "limit", "buy", 900, far(client, SPOT))
    with pytest.raises(ccxt.InvalidOrder):
        client.create_order(SPOT, "limit", "buy", 0.0001, 1)
    with pytest.raises(ccxt.OrderNotFound):
        client.fetch_order("1", SPOT)
    with pytest.raises(ccxt.OrderNotFound):
        client.fetch_order("1", LINEAR)
    name = number()
    client.create_order(LINEAR, "limit", "buy", 1, far(client, LINEAR), {"clientOrderId": name})
    with pytest.raises(ccxt.InvalidOrder):
        client.create_order(LINEAR, "limit", "buy", 1, far(client, LINEAR), {"clientOrderId": name})
    client.cancel_all_orders(LINEAR)
    reader = make("read")
    reader.load_markets()
    assert reader.fetch_balance()["USDT"]["total"] > 0
    with pytest.raises(ccxt.AuthenticationError, match="no permission"):
        reader.create_order(LINEAR, "market", "buy", 1)
    stranger = make()
    stranger.secret = "another"
    with pytest.raises(ccxt.AuthenticationError):
        stranger.fetch_balance()


def test_tiers_interest_and_settlements(client: Any) -> None:
    tiers = client.fetch_market_leverage_tiers(LINEAR)
    assert {tier["maxLeverage"] for tier in tiers} >= {1, 5, 100}
    assert all(0 < tier["maintenanceMarginRate"] < 0.5 for tier in tiers)
    assert LINEAR in client.fetch_leverage_tiers([LINEAR])
    for symbol in (LINEAR, SWAP):
        assert client.fetch_open_interest(symbol)["openInterestAmount"] >= 0
        assert client.fetch_open_interest_history(symbol, "1h")
        settled = client.fetch_settlement_history(symbol, limit=3)
        assert len(settled) == 3
        assert all(row["price"] > 0 for row in settled)


def test_candles_of_prices_that_nobody_trades_at(client: Any, future: str) -> None:
    wanted = [(LINEAR, "mark"), (LINEAR, "premiumIndex"), (SWAP, "mark"), (SWAP, "premiumIndex"), (future, "index")]
    for symbol, price in wanted:
        rows = client.fetch_ohlcv(symbol, "1m", limit=5, params={"price": price})
        assert len(rows) == 5
        assert {later[0] - row[0] for row, later in itertools.pairwise(rows)} == {60_000}
        assert all(row[5] == 0 for row in rows)
    mark = client.fetch_ohlcv(LINEAR, "1m", limit=1, params={"price": "mark"})[0][4]
    assert mark == pytest.approx(client.fetch_ticker(LINEAR)["last"], rel=0.01)


def test_several_orders_at_once_and_a_position_closed(client: Any) -> None:
    for symbol, size in ((SPOT, 0.01), (LINEAR, 2), (SWAP, 2)):
        terms = COIN if symbol == SWAP else {}
        order = {"symbol": symbol, "type": "limit", "side": "buy", "amount": size, "params": terms}
        orders = [order | {"price": far(client, symbol, share)} for share in (0.9, 0.91)]
        numbers = [order["id"] for order in client.create_orders(orders)]
        assert all(numbers)
        client.cancel_orders(numbers, symbol)
        assert not {order["id"] for order in client.fetch_open_orders(symbol)} & set(numbers)
    client.create_order(LINEAR, "market", "buy", 3)
    assert client.close_position(LINEAR)["id"]
    assert not [row for row in client.fetch_positions([LINEAR]) if row["contracts"]]


def test_last_prices_of_every_contract(client: Any) -> None:
    for symbol in (LINEAR, SWAP):
        assert client.fetch_last_prices([symbol])[symbol]["price"] > 0

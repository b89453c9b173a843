"""ccxt, unchanged but for the base URL, trades against the simulated Bybit; so do its streaming classes."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import TYPE_CHECKING, Any

import ccxt
import ccxt.pro
import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SPOT, LINEAR, INVERSE = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"
WAIT = 20
_count = itertools.count(time.time_ns() // 1_000_000)


def fresh() -> str:
    """A client id that was never used."""
    return f"judge-{next(_count)}"


def pointed(exchange: Any, url: str) -> Any:
    """Turn every address of a client to the simulator."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(each) for name, each in value.items()}
        base = url.replace("http", "ws", 1) if value.startswith("ws") else url
        return base + (value.partition("://")[2].partition("/")[1] + value.partition("://")[2].partition("/")[2])

    exchange.urls["api"] = turned(exchange.urls["api"])
    return exchange


@pytest.fixture(scope="module")
def client(simulator: Callable[[str], Any]) -> Any:
    served = simulator("bybit")
    key = served.key("bybit")
    made = pointed(ccxt.bybit({"apiKey": key["key"], "secret": key["secret"]}), served.url("bybit"))
    made.load_markets()
    return made


@pytest.fixture(params=[SPOT, LINEAR, INVERSE])
def symbol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def size(client: Any, symbol: str) -> float:
    return 100.0 if symbol == INVERSE else max(0.01, client.market(symbol)["limits"]["amount"]["min"])


def away(client: Any, symbol: str, share: float) -> float:
    """A price so far from the middle, on the tick."""
    book = client.fetch_order_book(symbol, 5)
    middle = (book["bids"][0][0] + book["asks"][0][0]) / 2
    return float(client.price_to_precision(symbol, middle * share))


def test_markets(client: Any) -> None:
    assert {SPOT, LINEAR, INVERSE} <= set(client.markets)
    dated = [market for market in client.markets.values() if market["future"]]
    assert dated
    assert all(market["expiry"] for market in dated)
    assert client.market(INVERSE)["inverse"]
    assert client.market(LINEAR)["precision"]["price"] > 0
    assert "USDT" in client.currencies


def test_clock(client: Any) -> None:
    assert abs(client.fetch_time() - time.time() * 1000) < 5_000


def test_ticker_book_trades_and_candles(client: Any, symbol: str) -> None:
    ticker = client.fetch_ticker(symbol)
    assert ticker["bid"] < ticker["ask"]
    book = client.fetch_order_book(symbol, 20)
    assert len(book["bids"]) == 20
    assert book["bids"][0][0] < book["asks"][0][0]
    trades = client.fetch_trades(symbol, limit=10)
    assert trades
    assert {trade["side"] for trade in trades} <= {"buy", "sell"}
    candles = client.fetch_ohlcv(symbol, "1m", limit=5)
    assert 4 <= len(candles) <= 5  # the minute that runs may not have seen a trade yet
    assert {later[0] - row[0] for row, later in itertools.pairwise(candles)} == {60_000}
    assert all(candle[3] <= candle[1] <= candle[2] for candle in candles)


def test_tickers(client: Any) -> None:
    assert LINEAR in client.fetch_tickers([LINEAR])


def test_funding(client: Any) -> None:
    for symbol in (LINEAR, INVERSE):
        rate = client.fetch_funding_rate(symbol)
        assert abs(rate["fundingRate"]) < 0.05
        assert rate["fundingTimestamp"] > time.time() * 1000
        assert rate["markPrice"] > 0
        history = client.fetch_funding_rate_history(symbol, limit=3)
        assert all(abs(row["fundingRate"]) < 0.05 for row in history)
        assert len(history) == 3
        assert {later["timestamp"] - row["timestamp"] for row, later in itertools.pairwise(history)} == {8 * 3_600_000}
        assert time.time() * 1000 - history[-1]["timestamp"] < 8 * 3_600_000


def test_balance(client: Any) -> None:
    balance = client.fetch_balance()
    assert balance["USDT"]["total"] > 0
    assert client.fetch_balance({"type": "funding"})["USDT"]["total"] > 0


def test_a_limit_order_from_its_birth_to_its_end(client: Any, symbol: str) -> None:
    name, price = fresh(), away(client, symbol, 0.9)
    amount = size(client, symbol)
    placed = client.create_order(symbol, "limit", "buy", amount, price, {"clientOrderId": name, "postOnly": True})
    found = client.fetch_order(placed["id"], symbol, {"acknowledged": True})
    assert (found["status"], found["price"], found["amount"], found["postOnly"]) == ("open", price, amount, True)
    assert found["clientOrderId"] == name
    assert client.fetch_open_order(placed["id"], symbol)["id"] == placed["id"]
    named = client.private_get_v5_order_realtime({"category": category(symbol), "orderLinkId": name})
    assert named["result"]["list"][0]["orderId"] == placed["id"]
    assert placed["id"] in [each["id"] for each in client.fetch_open_orders(symbol)]
    client.edit_order(placed["id"], symbol, "limit", "buy", amount * 2, price)
    assert client.fetch_order(placed["id"], symbol, {"acknowledged": True})["amount"] == pytest.approx(amount * 2)
    client.cancel_order(placed["id"], symbol)
    over = client.fetch_order(placed["id"], symbol, {"acknowledged": True})
    assert (over["status"], over["filled"]) == ("canceled", 0)
    assert client.fetch_closed_order(placed["id"], symbol)["status"] == "canceled"
    with pytest.raises(ccxt.OrderNotFound):
        client.cancel_order(placed["id"], symbol)
    with pytest.raises(ccxt.OrderNotFound):
        client.fetch_order("1", symbol, {"acknowledged": True})


def category(symbol: str) -> str:
    return {SPOT: "spot", LINEAR: "linear", INVERSE: "inverse"}[symbol]


def test_orders_are_cancelled_by_client_id_and_together(client: Any, symbol: str) -> None:
    price, amount = away(client, symbol, 0.9), size(client, symbol)
    name = fresh()
    client.create_order(symbol, "limit", "buy", amount, price, {"clientOrderId": name})
    client.cancel_order(None, symbol, {"orderLinkId": name})
    for _ in range(3):
        client.create_order(symbol, "limit", "buy", amount, price)
    assert len(client.fetch_open_orders(symbol)) == 3
    client.cancel_all_orders(symbol)
    assert client.fetch_open_orders(symbol) == []


def test_market_orders_fill_and_are_told_as_trades(client: Any, symbol: str) -> None:
    amount = size(client, symbol)
    bought = client.create_order(symbol, "market", "buy", amount)
    found = client.fetch_order(bought["id"], symbol, {"acknowledged": True})
    assert (found["status"], found["filled"]) == ("closed", pytest.approx(amount))
    trades = client.fetch_my_trades(symbol)
    mine = [trade for trade in trades if trade["order"] == bought["id"]]
    assert sum(trade["amount"] for trade in mine) == pytest.approx(amount)
    assert all(trade["fee"]["cost"] > 0 and trade["takerOrMaker"] == "taker" for trade in mine)
    coin = {SPOT: "BTC", LINEAR: "USDT", INVERSE: "BTC"}[symbol]
    assert {trade["fee"]["currency"] for trade in mine} == {coin}
    assert client.fetch_order_trades(bought["id"], symbol)
    if symbol != SPOT:
        (position,) = client.fetch_positions([symbol])
        assert (position["side"], position["contracts"]) == ("long", pytest.approx(amount))
        assert position["entryPrice"] > 0
        client.create_order(symbol, "market", "sell", amount, None, {"reduceOnly": True})
        assert [each for each in client.fetch_positions([symbol]) if each["contracts"]] == []
    else:
        client.create_order(symbol, "market", "sell", amount)


def test_a_spot_purchase_by_money(client: Any) -> None:
    bought = client.create_market_buy_order_with_cost(SPOT, 200)
    found = client.fetch_order(bought["id"], SPOT, {"acknowledged": True})
    assert found["status"] == "closed"
    assert 190 < found["cost"] <= 200


def test_refusals_are_the_venues(client: Any) -> None:
    price, amount = away(client, LINEAR, 0.9), size(client, LINEAR)
    name = fresh()
    client.create_order(LINEAR, "limit", "buy", amount, price, {"clientOrderId": name})
    with pytest.raises(ccxt.InvalidOrder, match="110072"):
        client.create_order(LINEAR, "limit", "buy", amount, price, {"clientOrderId": name})
    client.cancel_all_orders(LINEAR)
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(LINEAR, "limit", "buy", 1000, price)
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(SPOT, "limit", "buy", 100, price)
    with pytest.raises(ccxt.InvalidOrder, match="110017"):
        client.create_order(LINEAR, "market", "sell", amount, None, {"reduceOnly": True})
    with pytest.raises(ccxt.InvalidOrder, match="110003"):
        client.create_order(LINEAR, "limit", "buy", amount, away(client, LINEAR, 3))


def test_a_post_only_order_that_would_take_is_accepted_and_cancelled(client: Any, symbol: str) -> None:
    crossing = client.create_order(
        symbol, "limit", "buy", size(client, symbol), away(client, symbol, 1.02), {"postOnly": True}
    )
    found = client.fetch_order(crossing["id"], symbol, {"acknowledged": True})
    assert (found["status"], found["filled"]) == ("canceled", 0)
    assert found["info"]["rejectReason"] == "EC_PostOnlyWillTakeLiquidity"


def test_leverage_fees_and_ledger(client: Any) -> None:
    client.set_leverage(7, LINEAR)
    with pytest.raises(ccxt.BadRequest, match="110043"):
        client.set_leverage(7, LINEAR)
    (position,) = client.private_get_v5_position_list({"category": "linear", "symbol": "BTCUSDT"})["result"]["list"]
    assert position["leverage"] == "7"
    assert client.fetch_trading_fee(LINEAR)["taker"] > 0
    client.set_position_mode(hedged=True, symbol=LINEAR)
    client.set_position_mode(hedged=False, symbol=LINEAR)
    client.transfer("USDT", 10, "unified", "fund")
    rows = client.fetch_ledger("USDT")
    assert -10 in [row["amount"] for row in rows] or 10 in [row["amount"] for row in rows]


def test_wrong_keys_and_clocks_are_refused(simulator: Callable[[str], Any]) -> None:
    served = simulator("bybit")
    key = served.key("bybit")

    def client_of(**changes: Any) -> Any:
        return pointed(ccxt.bybit({"apiKey": key["key"], "secret": key["secret"]} | changes), served.url("bybit"))

    with pytest.raises(ccxt.AuthenticationError):
        client_of(secret="wrong").fetch_balance()
    with pytest.raises(ccxt.AuthenticationError):
        client_of(apiKey="nobody").fetch_balance()
    late = client_of()
    late.nonce = lambda: int(time.time() * 1000) - 60_000
    with pytest.raises(ccxt.InvalidNonce):
        late.fetch_balance()
    reader = served.key("bybit", "read")
    only = client_of(apiKey=reader["key"], secret=reader["secret"])
    with pytest.raises(ccxt.PermissionDenied):
        only.create_order(LINEAR, "limit", "buy", 1, 1)


def test_what_waits_for_a_price_is_refused(client: Any) -> None:
    price, amount = away(client, LINEAR, 0.9), size(client, LINEAR)
    waits = {"triggerPrice": away(client, LINEAR, 1.1), "triggerDirection": "ascending"}
    with pytest.raises(ccxt.ExchangeError, match="110009"):
        client.create_order(LINEAR, "limit", "buy", amount, price, waits)
    with pytest.raises(ccxt.ExchangeError, match="170810"):
        client.create_order(SPOT, "limit", "buy", amount, price, {"triggerPrice": waits["triggerPrice"]})
    assert client.fetch_open_orders(LINEAR, None, None, {"trigger": True}) == []
    assert client.fetch_open_orders(LINEAR) == []


def test_lists_by_status_and_fees_of_orders(client: Any) -> None:
    amount = size(client, SPOT)
    bought = client.create_order(SPOT, "market", "buy", amount)
    rested = client.create_order(SPOT, "limit", "buy", amount, away(client, SPOT, 0.9))
    client.cancel_order(rested["id"], SPOT)
    closed, canceled = client.fetch_closed_orders(SPOT, limit=20), client.fetch_canceled_orders(SPOT, limit=20)
    assert {each["status"] for each in closed} == {"closed"}
    assert {each["status"] for each in canceled} == {"canceled"}
    found = next(each for each in closed if each["id"] == bought["id"])
    assert found["fee"] == {"cost": pytest.approx(amount * 0.001), "currency": "BTC"}
    client.create_order(SPOT, "market", "sell", amount)


def test_candles_of_mark_index_and_premium_and_long_ones(client: Any) -> None:
    mark, index = client.fetch_mark_ohlcv(LINEAR, "1m", limit=3), client.fetch_index_ohlcv(LINEAR, "1m", limit=3)
    assert mark[-1][0] == index[-1][0]
    assert mark[-1][4] == pytest.approx(index[-1][4], rel=0.01)
    assert abs(client.fetch_premium_index_ohlcv(LINEAR, "1m", limit=3)[-1][4]) < 0.01
    (week,) = client.fetch_ohlcv(LINEAR, "1w", limit=1)
    assert time.gmtime(week[0] / 1000).tm_wday == 0
    (month,) = client.fetch_ohlcv(LINEAR, "1M", limit=1)
    assert time.gmtime(month[0] / 1000).tm_mday == 1
    assert client.fetch_open_interest(LINEAR, {"interval": "1h"})["openInterestAmount"] >= 0
    assert client.fetch_status()["status"] == "ok"


def test_transfers_and_loans(client: Any) -> None:
    moved = client.transfer("USDT", 3, "unified", "funding")
    rows = client.fetch_transfers("USDT", None, 5)
    assert moved["id"] in [each["id"] for each in rows]
    assert {each["status"] for each in rows} == {"ok"}
    assert client.borrow_cross_margin("BTC", 0.1)["amount"] == 0.1
    client.repay_cross_margin("BTC", 0.1)
    rate = client.fetch_cross_borrow_rate("BTC")
    assert 0 < rate["rate"] < 0.001
    assert {each["rate"] for each in client.fetch_borrow_rate_history("BTC", None, 3)} == {rate["rate"]}


# ------------------------------------------------------------------ streams


async def streamed(simulator: Callable[[str], Any], run: Callable[[Any], Awaitable[None]]) -> None:
    served = simulator("bybit")
    key = served.key("bybit")
    exchange = pointed(ccxt.pro.bybit({"apiKey": key["key"], "secret": key["secret"]}), served.url("bybit"))
    try:
        await asyncio.wait_for(exchange.load_markets(), WAIT)
        await asyncio.wait_for(run(exchange), 3 * WAIT)
    finally:
        await exchange.close()


def test_public_streams(simulator: Callable[[str], Any], symbol: str) -> None:
    async def run(exchange: Any) -> None:
        for _ in range(5):
            book = await exchange.watch_order_book(symbol, 50)
            assert book["bids"][0][0] < book["asks"][0][0]
        ticker = await exchange.watch_ticker(symbol)
        assert ticker["last"] > 0
        trades = await exchange.watch_trades(symbol)
        assert trades[0]["price"] > 0
        candles = await exchange.watch_ohlcv(symbol, "1m")
        assert candles[0][4] > 0

    asyncio.run(streamed(simulator, run))


def test_a_streamed_book_is_the_rest_book(simulator: Callable[[str], Any]) -> None:
    async def run(exchange: Any) -> None:
        book = await exchange.watch_order_book(LINEAR, 50)
        for _ in range(40):
            book = await exchange.watch_order_book(LINEAR, 50)
        assert 20 <= len(book["bids"]) <= 50
        prices = [level[0] for level in book["bids"]]
        assert prices == sorted(prices, reverse=True)
        asked = await exchange.fetch_order_book(LINEAR, 50)
        assert abs(asked["bids"][0][0] / book["bids"][0][0] - 1) < 0.01

    asyncio.run(streamed(simulator, run))


def test_private_streams(simulator: Callable[[str], Any], symbol: str) -> None:
    async def run(exchange: Any) -> None:
        amount = 100.0 if symbol == INVERSE else 0.01
        orders = asyncio.create_task(exchange.watch_orders(symbol))
        fills = asyncio.create_task(exchange.watch_my_trades(symbol))
        balances = asyncio.create_task(exchange.watch_balance())
        await asyncio.sleep(1)
        placed = await exchange.create_order(symbol, "market", "buy", amount)
        told = await asyncio.wait_for(orders, WAIT)
        assert placed["id"] in [each["id"] for each in told]
        (trade, *_) = await asyncio.wait_for(fills, WAIT)
        assert (trade["order"], trade["symbol"]) == (placed["id"], symbol)
        balance = await asyncio.wait_for(balances, WAIT)
        assert any(isinstance(value, dict) and value.get("total") for value in balance.values())
        await exchange.create_order(symbol, "market", "sell", amount)

    asyncio.run(streamed(simulator, run))


def test_positions_are_streamed(simulator: Callable[[str], Any]) -> None:
    async def run(exchange: Any) -> None:
        exchange.options["watchPositions"] = {"fetchPositionsSnapshot": False}
        waiting = asyncio.create_task(exchange.watch_positions([LINEAR]))
        await asyncio.sleep(1)
        await exchange.create_order(LINEAR, "market", "buy", 0.02)
        (position, *_) = await asyncio.wait_for(waiting, WAIT)
        assert (position["symbol"], position["side"]) == (LINEAR, "long")
        await exchange.create_order(LINEAR, "market", "sell", 0.02, None, {"reduceOnly": True})

    asyncio.run(streamed(simulator, run))


def test_orders_over_the_trade_socket(simulator: Callable[[str], Any]) -> None:
    async def run(exchange: Any) -> None:
        book = await exchange.fetch_order_book(LINEAR, 5)
        price = float(exchange.price_to_precision(LINEAR, book["bids"][0][0] * 0.9))
        placed = await exchange.create_order_ws(LINEAR, "limit", "buy", 0.01, price)
        found = await exchange.fetch_order(placed["id"], LINEAR, {"acknowledged": True})
        assert found["status"] == "open"
        await exchange.edit_order_ws(placed["id"], LINEAR, "limit", "buy", 0.02, price)
        await exchange.cancel_order_ws(placed["id"], LINEAR)
        over = await exchange.fetch_order(placed["id"], LINEAR, {"acknowledged": True})
        assert (over["status"], over["amount"]) == ("canceled", 0.02)

    asyncio.run(streamed(simulator, run))

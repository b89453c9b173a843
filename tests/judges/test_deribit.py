"""ccxt, unchanged but for the base URL, against the simulated Deribit."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from typing import TYPE_CHECKING, Any

import ccxt
import ccxt.pro
import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from tests.judges.conftest import Simulator

SYMBOL = "BTC/USD:BTC"
WITHIN = 20


def pointed(made: Any, simulator: Callable[[str], Simulator]) -> Any:
    """Point a client to the simulator."""
    base = simulator("deribit").url("deribit")
    key = simulator("deribit").key("deribit")
    made.apiKey, made.secret = key["key"], key["secret"]
    made.urls["api"]["rest"] = base
    made.urls["api"]["ws"] = f"{base.replace('http', 'ws', 1)}/ws/api/v2"
    return made


@pytest.fixture
def exchange(simulator: Callable[[str], Simulator]) -> Iterator[Any]:
    made = pointed(ccxt.deribit({"enableRateLimit": False}), simulator)
    made.load_markets()
    yield made
    with contextlib.suppress(ccxt.BaseError):
        made.cancel_all_orders()


def below(exchange: Any, by: float = 0.05) -> float:
    """Return a price that rests as a bid."""
    return float(exchange.price_to_precision(SYMBOL, exchange.fetch_ticker(SYMBOL)["bid"] * (1 - by)))


def test_markets(exchange: Any) -> None:
    market = exchange.market(SYMBOL)
    assert (market["id"], market["inverse"], market["contractSize"]) == ("BTC-PERPETUAL", True, 10)
    assert market["limits"]["amount"]["min"] == 10
    dated = [each for each in exchange.markets.values() if each["future"]]
    assert dated
    assert all(each["expiry"] > exchange.milliseconds() for each in dated)
    assert "BTC" in exchange.fetch_currencies()


def test_clock_and_status(exchange: Any) -> None:
    assert abs(exchange.fetch_time() - exchange.milliseconds()) < 5000
    assert exchange.fetch_status()["status"] == "ok"


def test_ticker_and_book(exchange: Any) -> None:
    ticker = exchange.fetch_ticker(SYMBOL)
    assert 0 < ticker["bid"] < ticker["ask"]
    assert ticker["markPrice"] > 0
    assert set(exchange.fetch_tickers(params={"code": "BTC"})) >= {SYMBOL}
    book = exchange.fetch_order_book(SYMBOL, 10)
    assert len(book["bids"]) == len(book["asks"]) == 10
    assert book["bids"][0][0] < book["asks"][0][0]
    assert book["nonce"] > 0


def test_trades_and_candles(exchange: Any) -> None:
    trades: list[Any] = []
    for _ in range(WITHIN * 10):  # the simulated market has just opened
        trades = trades or exchange.fetch_trades(SYMBOL, limit=5)
        time.sleep(0 if trades else 0.1)
    assert 0 < len(trades) <= 5
    assert {trade["side"] for trade in trades} <= {"buy", "sell"}
    since = exchange.fetch_trades(SYMBOL, since=trades[0]["timestamp"], limit=100)
    assert since[0]["timestamp"] >= trades[0]["timestamp"]
    candles = exchange.fetch_ohlcv(SYMBOL, "1m", limit=10)
    assert 9 <= len(candles) <= 10  # the minute that runs may not have seen a trade yet
    assert {later[0] - row[0] for row, later in itertools.pairwise(candles)} == {60_000}
    for _, opened, high, low, close, _ in candles:
        assert low <= min(opened, close) <= max(opened, close) <= high


def test_funding(exchange: Any) -> None:
    assert abs(exchange.fetch_funding_rate(SYMBOL)["fundingRate"]) < 0.05
    history = exchange.fetch_funding_rate_history(SYMBOL, limit=5)
    assert len(history) == 5
    assert {later["timestamp"] - row["timestamp"] for row, later in itertools.pairwise(history)} == {3_600_000}
    assert all(row["timestamp"] % 3_600_000 == 0 for row in history)


def test_balance_and_account(exchange: Any) -> None:
    balance = exchange.fetch_balance()
    assert balance["BTC"]["total"] > 0
    assert exchange.fetch_balance({"code": "BTC"})["BTC"]["free"] > 0
    assert exchange.fetch_accounts()


def test_a_limit_order_rests_is_found_and_cancelled(exchange: Any) -> None:
    price = below(exchange)
    order = exchange.create_order(SYMBOL, "limit", "buy", 50, price, {"label": "judge-1", "postOnly": True})
    assert (order["status"], order["filled"], order["price"], order["amount"]) == ("open", 0, price, 50)
    assert order["postOnly"]
    found = exchange.fetch_order(order["id"], SYMBOL)
    assert (found["id"], found["info"]["label"]) == (order["id"], "judge-1")
    by_label = exchange.privateGetGetOrderStateByLabel({"currency": "BTC", "label": "judge-1"})["result"]
    assert order["id"] in {row["order_id"] for row in by_label}
    assert order["id"] in {each["id"] for each in exchange.fetch_open_orders(SYMBOL)}
    assert order["id"] in {each["id"] for each in exchange.fetch_open_orders()}
    changed = exchange.edit_order(order["id"], SYMBOL, "limit", "buy", 60, price - 10)
    assert (changed["id"], changed["amount"], changed["price"]) == (order["id"], 60, price - 10)
    assert exchange.cancel_order(order["id"], SYMBOL)["status"] == "canceled"
    assert exchange.fetch_order(order["id"], SYMBOL)["status"] == "canceled"
    with pytest.raises(ccxt.InvalidOrder):
        exchange.cancel_order(order["id"], SYMBOL)


def test_a_market_order_fills_makes_a_position_and_is_told(exchange: Any) -> None:
    order = exchange.create_order(SYMBOL, "market", "buy", 100)
    assert (order["status"], order["filled"]) == ("closed", 100)
    assert order["trades"]
    assert order["average"] > 0
    position = next(row for row in exchange.fetch_positions([SYMBOL]) if row["symbol"] == SYMBOL)
    assert position["side"] == "long"
    assert position["contracts"] >= 100
    assert exchange.fetch_position(SYMBOL)["contracts"] == position["contracts"]
    mine = exchange.fetch_my_trades(SYMBOL, limit=50)
    assert order["id"] in {trade["order"] for trade in mine}
    assert all(trade["fee"]["currency"] == "BTC" for trade in mine)
    assert exchange.fetch_my_trades(SYMBOL, since=order["timestamp"] - 1000)
    assert exchange.fetch_my_trades()
    assert {trade["order"] for trade in exchange.fetch_order_trades(order["id"])} == {order["id"]}
    assert order["id"] in {each["id"] for each in exchange.fetch_closed_orders(SYMBOL)}
    closing = exchange.create_order(SYMBOL, "market", "sell", position["contracts"], None, {"reduceOnly": True})
    assert closing["status"] == "closed"
    assert not [row for row in exchange.fetch_positions([SYMBOL]) if row["contracts"]]


def test_cancel_all(exchange: Any) -> None:
    price = below(exchange)
    exchange.create_order(SYMBOL, "limit", "buy", 10, price)
    exchange.create_order(SYMBOL, "limit", "buy", 10, price)
    exchange.cancel_all_orders(SYMBOL)
    assert exchange.fetch_open_orders(SYMBOL) == []


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (("limit", "buy", 15, None), ccxt.InvalidOrder),
        (("limit", "buy", 10, 1000.25), ccxt.InvalidOrder),
        (("market", "buy", 2_000_000_000, None), ccxt.BaseError),
    ],
)
def test_refusals_have_the_venues_codes(
    exchange: Any,
    order: tuple[Any, ...],
    error: type,
) -> None:
    kind, side, amount, price = order
    params = {"instrument_name": "BTC-PERPETUAL", "amount": amount, "type": kind}
    if kind == "limit":
        params["price"] = price or below(exchange)
    with pytest.raises(error):
        (exchange.privateGetBuy if side == "buy" else exchange.privateGetSell)(params)


def test_post_only_that_would_cross_is_refused(exchange: Any) -> None:
    ask = exchange.fetch_ticker(SYMBOL)["ask"]
    with pytest.raises(ccxt.InvalidOrder, match="11054"):
        exchange.create_order(SYMBOL, "limit", "buy", 10, ask * 1.01, {"postOnly": True})


def test_an_unknown_order_a_wrong_secret_and_a_key_without_rights(
    exchange: Any, simulator: Callable[[str], Simulator]
) -> None:
    with pytest.raises(ccxt.OrderNotFound):
        exchange.fetch_order("BTC-424242", SYMBOL)
    wrong = pointed(ccxt.deribit({"enableRateLimit": False}), simulator)
    wrong.secret = "wrong"
    with pytest.raises(ccxt.AuthenticationError):
        wrong.fetch_balance()
    reader = pointed(ccxt.deribit({"enableRateLimit": False}), simulator)
    key = simulator("deribit").key("deribit", "read")
    reader.apiKey, reader.secret = key["key"], key["secret"]
    with pytest.raises(ccxt.PermissionDenied):
        reader.create_order(SYMBOL, "market", "buy", 10)


def test_methods_that_ccxt_only_passes_on(exchange: Any) -> None:
    """Called by their own names: filters, detailed cancels, and a whole summary."""
    order = exchange.create_order(SYMBOL, "limit", "buy", 10, below(exchange))
    assert exchange.privateGetGetOpenOrders({"type": "stop_all"})["result"] == []
    told = exchange.privateGetCancelAllByCurrency({"currency": "BTC", "kind": "future", "detailed": "true"})["result"]
    assert order["id"] in {row["order"]["order_id"] for row in told}
    summary = exchange.privateGetGetAccountSummary({"currency": "BTC", "extended": "true"})["result"]
    assert {"delta_total", "projected_maintenance_margin", "security_keys_enabled"} <= set(summary)
    assert "BTC" in {row["currency"] for row in exchange.publicGetGetTradeVolumes()["result"]}
    with pytest.raises(ccxt.NotSupported):
        exchange.fetch_volatility_history("BTC")


# ------------------------------------------------------------- streaming


@contextlib.asynccontextmanager
async def streaming(simulator: Callable[[str], Simulator]) -> AsyncIterator[Any]:
    made = pointed(ccxt.pro.deribit({"enableRateLimit": False}), simulator)
    try:
        await made.load_markets()
        yield made
    finally:
        await made.close()


async def soon(waiting: Awaitable[Any]) -> Any:
    return await asyncio.wait_for(waiting, WITHIN)


@pytest.mark.asyncio
async def test_public_streams(simulator: Callable[[str], Simulator]) -> None:
    async with streaming(simulator) as exchange:
        book = await soon(exchange.watch_order_book(SYMBOL))
        for _ in range(5):
            book = await soon(exchange.watch_order_book(SYMBOL))
        assert book["bids"][0][0] < book["asks"][0][0]
        assert (await soon(exchange.watch_ticker(SYMBOL)))["bid"] > 0
        assert (await soon(exchange.watch_bids_asks([SYMBOL])))[SYMBOL]["ask"] > 0
        assert await soon(exchange.watch_trades(SYMBOL))
        assert await soon(exchange.watch_ohlcv(SYMBOL, "1m"))


@pytest.mark.asyncio
async def test_the_book_that_is_streamed_is_the_book_that_is_asked_for(simulator: Callable[[str], Simulator]) -> None:
    async with streaming(simulator) as exchange:
        for _ in range(200):
            streamed = await soon(exchange.watch_order_book(SYMBOL))
            asked = await exchange.fetch_order_book(SYMBOL, 5)
            if [row[:2] for row in streamed["bids"][:5]] == asked["bids"]:
                return
        raise AssertionError("the streamed book never was the one asked for")


@pytest.mark.asyncio
async def test_account_streams(simulator: Callable[[str], Simulator]) -> None:
    async with streaming(simulator) as exchange:
        orders = asyncio.ensure_future(exchange.watch_orders(SYMBOL))
        trades = asyncio.ensure_future(exchange.watch_my_trades(SYMBOL))
        money = asyncio.ensure_future(exchange.watch_balance())
        await asyncio.sleep(1)
        order = await exchange.create_order(SYMBOL, "market", "buy", 10)
        assert order["id"] in {each["id"] for each in await soon(orders)}
        assert order["id"] in {each["order"] for each in await soon(trades)}
        assert (await soon(money))["BTC"]["BTC"]["total"] > 0
        await exchange.create_order(SYMBOL, "market", "sell", 10, None, {"reduceOnly": True})

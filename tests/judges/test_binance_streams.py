"""ccxt's streaming classes against the simulated venue: market data, orders, trades, balances, positions."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

import ccxt.pro
import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.judges.conftest import Simulator

SPOT, USDM, COINM = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"
MARKETS = (SPOT, USDM, COINM)
SIZES = {SPOT: 0.01, USDM: 0.02, COINM: 5}
HOSTS = {
    "https://api.binance.com": "spot",
    "https://fapi.binance.com": "usdm",
    "https://dapi.binance.com": "coinm",
    "wss://stream.binance.com:9443": "spot",
    "wss://ws-api.binance.com:443": "spot",
    "wss://ws-fapi.binance.com": "usdm",
    "wss://ws-dapi.binance.com": "coinm",
    "wss://fstream.binance.com": "usdm",
    "wss://dstream.binance.com": "coinm",
}
# ccxt knows spot streams by "/stream" in their address, which their live host has; here the user's name has it.
SPOT_STREAM = "ws://stream@"
NAMES = (f"stream-{number}" for number in itertools.count(1))


def pointed(urls: Any, venue: Simulator) -> Any:
    if isinstance(urls, dict):
        return {name: pointed(each, venue) for name, each in urls.items()}
    for host, line in HOSTS.items():
        if isinstance(urls, str) and urls.startswith(host):
            here = venue.url("binance", line)
            return urls.replace(
                host,
                here
                if host.startswith("https")
                else here.replace("http://", SPOT_STREAM if line == "spot" else "ws://"),
                1,
            )
    return urls


def run(simulator: Callable[[str], Simulator], body: Callable[[Any], Awaitable[None]], **options: Any) -> None:
    """Run a conversation with a fresh client, within half a minute."""

    async def whole() -> None:
        venue = simulator("binance")
        key = venue.key("binance")
        made: Any = ccxt.pro.binance(
            {"apiKey": key["key"], "secret": key["secret"], "enableRateLimit": False, "options": options}
        )
        made.urls["api"] = pointed(made.urls["api"], venue)
        try:
            await made.load_markets()
            await asyncio.wait_for(body(made), 30)
        finally:
            await made.close()

    asyncio.run(whole())


@pytest.mark.parametrize("symbol", MARKETS)
def test_the_book_follows_its_stream(simulator: Callable[[str], Simulator], symbol: str) -> None:
    async def body(x: Any) -> None:
        book = await x.watch_order_book(symbol)
        nonce = book["nonce"]
        for _ in range(5):
            book = await x.watch_order_book(symbol)
            assert book["bids"][0][0] < book["asks"][0][0]
        assert book["nonce"] > nonce
        rest = await x.fetch_order_book(symbol, 5)
        seen = {price for price, _ in book["bids"]}
        assert rest["bids"][0][0] in seen or rest["nonce"] > book["nonce"]

    run(simulator, body)


@pytest.mark.parametrize("symbol", MARKETS)
def test_trades_tickers_prices_and_candles(simulator: Callable[[str], Simulator], symbol: str) -> None:
    async def body(x: Any) -> None:
        ticker, touch, trades, candles = await asyncio.gather(
            x.watch_ticker(symbol),
            x.watch_bids_asks([symbol]),
            x.watch_trades(symbol),
            x.watch_ohlcv(symbol, "1m"),
        )
        assert ticker["last"] > 0
        assert touch[symbol]["bid"] < touch[symbol]["ask"]
        assert trades[0]["price"] > 0
        assert candles[-1][4] > 0
        if symbol != SPOT:
            assert (await x.watch_mark_price(symbol))["markPrice"] > 0

    run(simulator, body)


@pytest.mark.parametrize("symbol", MARKETS)
def test_orders_trades_and_balances_are_pushed(simulator: Callable[[str], Simulator], symbol: str) -> None:
    kind = {SPOT: {"type": "spot"}, USDM: {"type": "swap"}, COINM: {"type": "swap", "subType": "inverse"}}[symbol]

    async def body(x: Any) -> None:
        orders = asyncio.ensure_future(x.watch_orders(symbol))
        trades = asyncio.ensure_future(x.watch_my_trades(symbol))
        balance = asyncio.ensure_future(x.watch_balance(kind))
        await asyncio.sleep(1.5)
        made = await x.create_order(symbol, "market", "buy", SIZES[symbol], None, {"clientOrderId": next(NAMES)})
        seen = list(await orders)
        while not [each for each in seen if each["id"] == made["id"] and each["status"] == "closed"]:
            seen += await x.watch_orders(symbol)
        assert {each["clientOrderId"] for each in seen} == {made["clientOrderId"]}
        mine = await trades
        assert mine[0]["order"] == made["id"]
        assert mine[0]["fee"]["cost"] > 0
        assert (await balance)["BTC" if symbol == COINM else "USDT"]["total"] > 0
        await x.create_order(symbol, "market", "sell", SIZES[symbol])

    run(simulator, body)


@pytest.mark.parametrize("symbol", [USDM, COINM])
def test_positions_are_pushed(simulator: Callable[[str], Simulator], symbol: str) -> None:
    async def body(x: Any) -> None:
        await x.watch_positions([symbol])  # the first answer is a snapshot, before the stream is opened
        watching = asyncio.ensure_future(x.watch_positions([symbol]))
        await asyncio.sleep(1.5)
        await x.create_order(symbol, "market", "buy", SIZES[symbol])
        seen = await watching
        while not [each for each in seen if each["contracts"]]:
            seen = await x.watch_positions([symbol])
        held = seen[-1]
        assert (held["side"], held["contracts"]) == ("long", SIZES[symbol])
        await x.create_order(symbol, "market", "sell", SIZES[symbol])

    run(simulator, body)


@pytest.mark.parametrize("symbol", [SPOT, USDM])
def test_orders_go_over_the_socket(simulator: Callable[[str], Simulator], symbol: str) -> None:
    async def body(x: Any) -> None:
        last = (await x.fetch_ticker(symbol))["last"]
        price = float(x.price_to_precision(symbol, last * 0.9))
        name = next(NAMES)
        made = await x.create_order_ws(symbol, "limit", "buy", SIZES[symbol], price, {"clientOrderId": name})
        assert (made["status"], made["clientOrderId"]) == ("open", name)
        assert (await x.fetch_order_ws(made["id"], symbol))["id"] == made["id"]
        gone = await x.cancel_order_ws(made["id"], symbol)
        assert gone["status"] == "canceled"
        if symbol == SPOT:
            assert (await x.fetch_balance_ws())["info"]["balances"]
            assert await x.fetch_open_orders_ws(symbol) == []

    run(simulator, body)

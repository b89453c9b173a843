"""ccxt's streaming classes against the simulated HTX, unchanged but for the addresses.

On a local address they sign the whole ``ws://`` address as the path of a private socket, which the simulator takes.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import ccxt.pro
import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

SPOT, LINEAR, SWAP = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"
COIN = {"offset": "open", "leverRate": 5}
WITHIN = 20.0

pytestmark = pytest.mark.asyncio


def pointed(made: Any, venue: Any) -> Any:
    """Point REST and sockets to the simulator."""
    spot, contract = venue.url("htx", "spot"), venue.url("htx", "contract")
    for name in ("spot", "public", "private", "v2Public", "v2Private"):
        made.urls["api"][name] = spot
    for name in ("contract", "status"):
        made.urls["api"][name] = contract
    sockets = made.urls["api"]["ws"]["api"]
    for name, path in (("public", "/ws"), ("private", "/ws/v2"), ("feed", "/feed")):
        sockets["spot"][name] = f"ws{spot.removeprefix('http')}{path}"
    local = f"ws{contract.removeprefix('http')}"
    for kind in ("future", "swap"):
        for side, paths in sockets[kind].items():
            for name, url in paths.items():
                sockets[kind][side][name] = url.replace("wss://api.hbdm.vn", local)
    return made


@pytest_asyncio.fixture
async def client(simulator: Callable[[str], Any]) -> AsyncIterator[Any]:
    """Streaming ccxt that knows the markets."""
    venue = simulator("htx")
    key = venue.key("htx")
    made = pointed(ccxt.pro.htx({"apiKey": key["key"], "secret": key["secret"]}), venue)
    await made.load_markets()
    yield made
    await made.close()


async def soon(waiting: Awaitable[Any]) -> Any:
    return await asyncio.wait_for(waiting, WITHIN)


@pytest.mark.parametrize("symbol", [SPOT, LINEAR, SWAP])
async def test_books_follow(client: Any, symbol: str) -> None:
    book = await soon(client.watch_order_book(symbol))
    for _ in range(4):
        book = await soon(client.watch_order_book(symbol))
        assert book["bids"][0][0] < book["asks"][0][0]
    heard, asked = book["bids"][0][0], (await client.fetch_order_book(symbol))["bids"][0][0]
    assert heard == pytest.approx(asked, rel=0.001)


@pytest.mark.parametrize("symbol", [SPOT, LINEAR, SWAP])
async def test_tickers_trades_and_candles_are_heard(client: Any, symbol: str) -> None:
    ticker = await soon(client.watch_ticker(symbol))
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    trades = await soon(client.watch_trades(symbol))
    assert trades[0]["side"] in {"buy", "sell"}
    candles = await soon(client.watch_ohlcv(symbol, "1m"))
    assert candles[-1][1] > 0


async def price(client: Any, symbol: str, share: float) -> float:
    ticker = await client.fetch_ticker(symbol)
    return float(client.price_to_precision(symbol, ticker["bid"] * share))


@pytest.mark.parametrize("symbol", [SPOT, LINEAR, SWAP])
async def test_orders_and_trades_of_the_account_are_heard(client: Any, symbol: str) -> None:
    size = 0.01 if symbol == SPOT else 2
    more = COIN if symbol == SWAP else {}
    orders = asyncio.create_task(client.watch_orders(symbol))
    trades = asyncio.create_task(client.watch_my_trades(symbol))
    await asyncio.sleep(1)
    resting = await client.create_order(symbol, "limit", "buy", size, await price(client, symbol, 0.9), more)
    heard = await soon(orders)
    assert [(each["id"], each["status"]) for each in heard] == [(resting["id"], "open")]
    following = asyncio.create_task(client.watch_orders(symbol))
    await client.cancel_order(resting["id"], symbol)
    assert (await soon(following))[-1]["status"] == "canceled"
    taken = await client.create_order(symbol, "limit", "buy", size, await price(client, symbol, 1.01), more)
    fills = await soon(trades)
    assert {each["order"] for each in fills} == {taken["id"]}
    assert fills[0]["takerOrMaker"] == "taker"


async def test_balances_are_heard(client: Any) -> None:
    # ccxt 4.5.90 reads what spot pushes as a list, which it is not, so it only notices that something came.
    assert "timestamp" in await soon(client.watch_balance())
    linear = await soon(client.watch_balance({"type": "swap"}))
    assert linear["USDT"]["total"] > 0
    coin = await soon(client.watch_balance({"type": "swap", "subType": "inverse"}))
    assert coin["BTC"]["free"] > 0


async def test_positions_are_heard(client: Any) -> None:
    watching = asyncio.create_task(client.watch_positions([LINEAR]))
    await asyncio.sleep(1)
    await client.create_order(LINEAR, "market", "sell", 1)
    positions = await soon(watching)
    assert positions[0]["symbol"] == LINEAR
    assert time.time() * 1000 - positions[0]["timestamp"] < 60_000


async def test_subscriptions_end(client: Any) -> None:
    await soon(client.watch_trades(LINEAR))
    await soon(client.un_watch_trades(LINEAR))
    assert not client.trades

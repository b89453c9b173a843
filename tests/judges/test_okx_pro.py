"""ccxt's streaming client against the simulated venue, unchanged but for the base address."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import ccxt.pro
import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SPOT, LINEAR = "BTC/USDT", "BTC/USDT:USDT"
WAITS = 20


@pytest_asyncio.fixture
async def client(simulator: Callable[[str], Any]) -> AsyncIterator[Any]:
    """ccxt.pro with the addresses of the simulator."""
    venue = simulator("okx")
    key, base = venue.key("okx"), venue.url("okx")
    made = ccxt.pro.okx({"apiKey": key["key"], "secret": key["secret"], "password": key["passphrase"]})
    made.urls["api"]["rest"] = base
    made.urls["api"]["ws"] = base.replace("http", "ws") + "/ws/v5"
    await made.load_markets()
    yield made
    await made.close()


async def soon(waited: Any) -> Any:
    return await asyncio.wait_for(waited, WAITS)


@pytest.mark.asyncio
async def test_books_are_followed_by_their_changes(client: Any) -> None:
    for symbol in (SPOT, LINEAR):
        nonces = []
        for _ in range(5):
            book = await soon(client.watch_order_book(symbol))
            assert book["bids"][0][0] < book["asks"][0][0]
            nonces.append(book["nonce"])
        assert nonces == sorted(nonces)
        assert nonces[-1] > nonces[0]
    top = await soon(client.watch_bids_asks([LINEAR]))
    assert top[LINEAR]["bid"] < top[LINEAR]["ask"]


@pytest.mark.asyncio
async def test_tickers_trades_marks_funding_and_candles(client: Any) -> None:
    ticker = await soon(client.watch_ticker(SPOT))
    assert ticker["bid"] < ticker["ask"]
    trades = await soon(client.watch_trades(LINEAR))
    assert trades[0]["price"] > 0
    assert (await soon(client.watch_mark_price(LINEAR)))["markPrice"] > 0
    assert (await soon(client.watch_funding_rate(LINEAR)))["fundingRate"] is not None
    candles = await soon(client.watch_ohlcv(LINEAR, "1m"))
    assert candles[-1][0] % 60_000 == 0


@pytest.mark.asyncio
async def test_orders_trades_positions_and_balances_are_told(client: Any) -> None:
    orders = asyncio.create_task(client.watch_orders(LINEAR))
    trades = asyncio.create_task(client.watch_my_trades(LINEAR))
    balance = await soon(client.watch_balance())
    assert balance["USDT"]["total"] > 0
    await asyncio.sleep(0.5)
    own = f"pro{time.time_ns()}"
    placed = await client.create_order(LINEAR, "market", "buy", 1, None, {"clientOrderId": own})
    told = await soon(orders)
    assert told[-1]["clientOrderId"] == own
    mine = await soon(trades)
    assert mine[-1]["order"] == placed["id"]
    assert mine[-1]["fee"]["cost"] < 0  # this client keeps the venue's sign here: negative is paid
    positions = await soon(client.watch_positions([LINEAR]))
    assert positions[0]["contracts"] == 1
    await client.create_order(LINEAR, "market", "sell", 1, None, {"reduceOnly": True})


@pytest.mark.asyncio
async def test_orders_are_entered_over_the_socket(client: Any) -> None:
    ticker = await client.fetch_ticker(LINEAR)
    price = float(client.price_to_precision(LINEAR, ticker["bid"] * 0.9))
    placed = await soon(
        client.create_order_ws(LINEAR, "limit", "buy", 1, price, {"clientOrderId": f"ws{time.time_ns()}"})
    )
    assert (await client.fetch_order(placed["id"], LINEAR))["status"] == "open"
    await soon(client.edit_order_ws(placed["id"], LINEAR, "limit", "buy", 2, price))
    assert (await client.fetch_order(placed["id"], LINEAR))["amount"] == 2
    await soon(client.cancel_order_ws(placed["id"], LINEAR))
    assert (await client.fetch_order(placed["id"], LINEAR))["status"] == "canceled"

"""pybotters against four simulated venues: it signs by host name, so loopback is given the venue's own entry.

It speaks HTX as the same interface of that venue's house in Japan.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

pytest.importorskip("pybotters", reason="pybotters is not installed")

import pybotters
from pybotters import auth, ws

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

HERE, WITHIN = "127.0.0.1", 20.0
LIVE = {
    "bybit": ("api.bybit.com", "stream.bybit.com"),
    "okx": ("www.okx.com", "ws.okx.com"),
    "binance": ("fapi.binance.com", "fstream.binance.com"),
    "bittrade": ("api-cloud.bittrade.co.jp", "api-cloud.bittrade.co.jp"),
}

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def enter(simulator: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Any]]:
    """Open a client of a venue under the name that pybotters has for it; gives it with the venue's socket address."""
    async with contextlib.AsyncExitStack() as stack:

        async def opened(venue: str, name: str, host: str = "") -> tuple[Any, str]:
            rest, socket = LIVE[name]
            monkeypatch.setitem(auth.Hosts.items, HERE, auth.Hosts.items[rest])
            for table in (ws.HeartbeatHosts, ws.AuthHosts, ws.MessageSignHosts):
                if socket in table.items:
                    monkeypatch.setitem(table.items, HERE, table.items[socket])
            running = simulator(venue)
            key = running.key(venue)
            secrets = [key["key"], key["secret"], key["passphrase"]]
            url = running.url(venue, host)
            client = await stack.enter_async_context(pybotters.Client({name: secrets}, base_url=url))
            return client, url.replace("http", "ws", 1)

        yield opened


async def answered(waiting: Any) -> Any:
    async with waiting as response:
        return await response.json()


async def until(said: Callable[[], Any]) -> Any:
    end = time.monotonic() + WITHIN
    while not (found := said()):
        assert time.monotonic() < end
        await asyncio.sleep(0.05)
    return found


async def test_bybit(enter: Any) -> None:
    client, address = await enter("bybit", "bybit")
    store = pybotters.BybitDataStore()
    kinds = ("orderbook.50", "tickers", "publicTrade", "kline.1", "allLiquidation")
    topics = [f"{kind}.BTCUSDT" for kind in kinds]
    await client.ws_connect(
        f"{address}/v5/public/linear", send_json={"op": "subscribe", "args": topics}, hdlr_json=store.onmessage
    )
    await client.ws_connect(
        f"{address}/v5/private",
        send_json={"op": "subscribe", "args": ["order.linear", "position.linear", "execution.linear", "wallet"]},
        hdlr_json=store.onmessage,
    )
    ticker = await until(store.ticker.find)
    book = await until(lambda: store.orderbook.sorted({"s": "BTCUSDT"}))
    assert float(book["b"][0]["p"]) < float(book["a"][0]["p"])
    await until(lambda: store.kline.find() and store.trade.find())
    price = str(int(float(ticker[0]["lastPrice"]) * 0.5))
    order = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "qty": "0.01"}
    resting = order | {"orderType": "Limit", "price": price, "timeInForce": "PostOnly"}
    placed = await answered(client.post("/v5/order/create", data=resting))
    assert placed["retCode"] == 0
    name = placed["result"]["orderId"]
    assert (await until(lambda: store.order.get({"symbol": "BTCUSDT", "orderId": name})))["orderStatus"] == "New"
    named = {"category": "linear", "symbol": "BTCUSDT", "orderId": name}
    assert (await answered(client.post("/v5/order/cancel", data=named)))["retCode"] == 0
    await until(lambda: store.order.get({"symbol": "BTCUSDT", "orderId": name}) is None)
    assert (await answered(client.post("/v5/order/create", data=order | {"orderType": "Market"})))["retCode"] == 0
    assert (await until(lambda: [row for row in store.position.find() if row["side"] == "Buy"]))[0]["size"] == "0.01"
    await until(lambda: store.execution.find() and store.wallet.find())
    closing = order | {"orderType": "Market", "side": "Sell", "reduceOnly": True}
    assert (await answered(client.post("/v5/order/create", data=closing)))["retCode"] == 0
    query = {"category": "linear", "symbol": "BTCUSDT"}
    assert (await answered(client.get("/v5/position/list", params=query)))["result"]["list"][0]["size"] == "0"


async def test_okx(enter: Any) -> None:
    client, address = await enter("okx", "okx")
    store = pybotters.OKXDataStore()
    code = "BTC-USDT-SWAP"
    channels = ("tickers", "books", "trades", "mark-price", "funding-rate", "price-limit", "open-interest")
    subscribed = {"op": "subscribe", "args": [{"channel": channel, "instId": code} for channel in channels]}
    await client.ws_connect(f"{address}/ws/v5/public", send_json=subscribed, hdlr_json=store.onmessage)
    own = [{"channel": channel, "instType": "SWAP"} for channel in ("orders", "positions")] + [{"channel": "account"}]
    await client.ws_connect(
        f"{address}/ws/v5/private", send_json={"op": "subscribe", "args": own}, hdlr_json=store.onmessage
    )
    ticker = (await until(store.tickers.find))[0]
    book = await until(lambda: store.books.sorted({"instId": code}) or None)
    assert float(book["bids"][0]["px"]) < float(book["asks"][0]["px"])
    await until(lambda: store.account.find() and store.trades.find() and store.markprice.find())
    terms = {"instId": code, "tdMode": "cross", "side": "buy", "sz": "1"}
    price = str(int(float(ticker["last"]) * 0.5))
    placed = await answered(client.post("/api/v5/trade/order", data=terms | {"ordType": "post_only", "px": price}))
    number = placed["data"][0]["ordId"]
    assert (await until(lambda: store.orders.find({"ordId": number})))[0]["state"] == "live"
    named = {"instId": code, "ordId": number}
    assert (await answered(client.post("/api/v5/trade/cancel-order", data=named)))["code"] == "0"
    await until(lambda: not store.orders.find({"ordId": number}))
    assert (await answered(client.post("/api/v5/trade/order", data=terms | {"ordType": "market"})))["code"] == "0"
    await until(lambda: [row for row in store.positions.find({"instId": code}) if row["pos"] == "1"])
    closed = await answered(client.post("/api/v5/trade/close-position", data={"instId": code, "mgnMode": "cross"}))
    assert closed["code"] == "0"


async def test_binance(enter: Any) -> None:
    client, address = await enter("binance", "binance", "usdm")
    store = pybotters.BinanceUSDSMDataStore()
    await store.initialize(client.post("/fapi/v1/listenKey"))
    streams = ["btcusdt@depth@100ms", "btcusdt@bookTicker"]
    await client.ws_connect(
        f"{address}/public/ws", send_json={"method": "SUBSCRIBE", "params": streams, "id": 1}, hdlr_json=store.onmessage
    )
    streams = ["btcusdt@aggTrade", "btcusdt@markPrice@1s", "btcusdt@kline_1m"]
    await client.ws_connect(
        f"{address}/market/ws", send_json={"method": "SUBSCRIBE", "params": streams, "id": 1}, hdlr_json=store.onmessage
    )
    await client.ws_connect(f"{address}/private/ws/{store.listenkey}", hdlr_json=store.onmessage)
    await store.initialize(
        client.get("/fapi/v1/depth", params={"symbol": "BTCUSDT", "limit": "100"}),
        client.get("/fapi/v2/balance"),
        client.get("/fapi/v2/positionRisk"),
        client.get("/fapi/v1/openOrders"),
    )
    mark = float((await until(store.markprice.find))[0]["p"])
    await until(lambda: store.trade.find() and store.bookticker.find() and store.kline.find() and store.balance.find())
    order = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.01"}
    terms = order | {"type": "LIMIT", "timeInForce": "GTX", "price": str(int(mark * 0.5))}
    number = (await answered(client.post("/fapi/v1/order", data=terms)))["orderId"]
    await until(lambda: store.order.find({"i": number}) or store.order.find({"orderId": number}))
    await answered(client.delete("/fapi/v1/order", data={"symbol": "BTCUSDT", "orderId": str(number)}))
    await until(lambda: not store.order.find({"i": number}))
    await answered(client.post("/fapi/v1/order", data=order | {"type": "MARKET"}))
    await until(lambda: [row for row in store.position.find({"s": "BTCUSDT"}) if float(row["pa"]) == 0.01])
    await answered(client.post("/fapi/v1/order", data=order | {"type": "MARKET", "side": "SELL", "reduceOnly": "true"}))
    await until(lambda: [row for row in store.position.find({"s": "BTCUSDT"}) if float(row["pa"]) == 0])


async def test_htx(enter: Any) -> None:
    client, address = await enter("htx", "bittrade", "spot")
    heard: list[Any] = []

    def pushed(topic: str) -> list[Any]:
        return [each["data"] for each in heard if each["ch"] == topic and each["action"] == "push"]

    topics = ("orders#btcusdt", "trade.clearing#btcusdt#0", "accounts.update#1")
    await client.ws_connect(
        f"{address}/ws/v2",
        send_json=[{"action": "sub", "ch": topic} for topic in topics],
        hdlr_json=lambda message, _: heard.append(message),
    )
    await until(lambda: [each for each in heard if each["action"] == "sub" and each["ch"] == topics[-1]])
    rows = (await answered(client.get("/v1/account/accounts")))["data"]
    account = str(next(row["id"] for row in rows if row["type"] == "spot"))
    listed = await answered(client.get("/v1/order/openOrders", params={"account-id": account, "symbol": "btcusdt"}))
    assert listed["status"] == "ok"
    bid = (await answered(client.get("/market/detail/merged", params={"symbol": "btcusdt"})))["tick"]["bid"][0]
    terms = {"account-id": account, "symbol": "btcusdt", "type": "buy-limit", "amount": "0.01"}
    terms["price"] = f"{bid * 0.5:.2f}"
    number = (await answered(client.post("/v1/order/orders/place", data=terms)))["data"]
    told = await until(lambda: pushed(topics[0]))
    assert (str(told[0]["orderId"]), told[0]["orderStatus"]) == (number, "submitted")
    ended = await answered(client.post(f"/v1/order/orders/{number}/submitcancel", data={"symbol": "btcusdt"}))
    assert ended["data"] == number
    bought = {"account-id": account, "symbol": "btcusdt", "type": "buy-market", "amount": "640"}
    number = (await answered(client.post("/v1/order/orders/place", data=bought)))["data"]
    fills = await until(lambda: pushed(topics[1]))
    assert str(fills[0]["orderId"]) == number

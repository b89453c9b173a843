"""pybit, the venue's own client: REST by its `endpoint`, sockets by the constants of its modules.

It sends a request before it notes what is to be done with the answer, so an answer over loopback may come too early;
on its sockets the simulator is therefore made as far away as a venue is.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pybit._websocket_trading
import pybit.unified_trading
import pytest
import requests
from pybit.exceptions import InvalidRequestError
from pybit.unified_trading import HTTP, WebSocket, WebSocketTrading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WAIT = 20
AWAY = 0.5
_count = itertools.count(time.time_ns() // 1_000_000)


@pytest.fixture(scope="module")
def served(simulator: Callable[[str], Any]) -> Any:
    return simulator("bybit")


@pytest.fixture(scope="module")
def client(served: Any) -> HTTP:
    key = served.key("bybit")
    made = HTTP(api_key=key["key"], api_secret=key["secret"])
    made.endpoint = served.url("bybit")
    return made


@pytest.fixture
def distance(served: Any) -> Iterator[None]:
    """Let everything take a while."""
    faults = f"{served.told['control']}/faults/bybit"
    for topic in ("", "control"):
        fault = {"fault": "delay", "seconds": AWAY, "topic": topic}
        requests.post(faults, json=fault, timeout=WAIT).raise_for_status()
    yield
    requests.delete(faults, timeout=WAIT).raise_for_status()


@pytest.fixture
def socket(served: Any, distance: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., WebSocket]]:
    """Make sockets that talk to the simulator, and end them."""
    base = served.url("bybit").replace("http", "ws", 1)
    monkeypatch.setattr(pybit.unified_trading, "PUBLIC_WSS", base + "/v5/public/{CHANNEL_TYPE}")
    monkeypatch.setattr(pybit.unified_trading, "PRIVATE_WSS", base + "/v5/private")
    made: list[WebSocket] = []

    def of(kind: str) -> WebSocket:
        key = served.key("bybit")
        rights = {"api_key": key["key"], "api_secret": key["secret"]} if kind == "private" else {}
        made.append(WebSocket(testnet=False, channel_type=kind, **rights))
        return made[-1]

    yield of
    for each in made:
        each.exit()


def bid(client: HTTP, category: str, symbol: str) -> float:
    return float(client.get_orderbook(category=category, symbol=symbol, limit=1)["result"]["b"][0][0])


def low(client: HTTP, share: float = 0.9) -> str:
    return str(int(bid(client, "linear", "BTCUSDT") * share))


def name() -> str:
    return f"pybit-{next(_count)}"


def until_there(ask: Callable[[], Any]) -> list[Any]:
    """Ask until there is something: a market that has just opened has not traded yet."""
    until = time.monotonic() + WAIT
    rows: list[Any] = []
    while not rows and time.monotonic() < until:
        rows = ask()["result"]["list"]
        time.sleep(0.1)
    return rows


def test_market_data(client: HTTP) -> None:
    assert abs(int(client.get_server_time()["result"]["timeNano"]) - time.time_ns()) < 5e9
    for category, symbol in (("spot", "BTCUSDT"), ("linear", "BTCUSDT"), ("inverse", "BTCUSD")):
        market = {"category": category, "symbol": symbol}
        rows = client.get_instruments_info(**market)["result"]["list"]
        assert [row["symbol"] for row in rows] == [symbol]
        assert client.get_tickers(**market)["result"]["list"][0]["lastPrice"]
        assert until_there(partial(client.get_kline, **market, interval=1, limit=3))
        assert until_there(partial(client.get_public_trade_history, **market, limit=5))
    assert client.get_mark_price_kline(category="linear", symbol="BTCUSDT", interval=1, limit=2)["result"]["list"]
    assert len(client.get_funding_rate_history(category="linear", symbol="BTCUSDT", limit=5)["result"]["list"]) == 5


def test_instruments_come_in_pages(client: HTTP) -> None:
    found: list[str] = []
    cursor = ""
    for _ in range(20):
        page = client.get_instruments_info(category="linear", limit=2, **({"cursor": cursor} if cursor else {}))[
            "result"
        ]
        found += [row["symbol"] for row in page["list"]]
        cursor = page["nextPageCursor"]
        if not cursor:
            break
    assert len(found) == len(set(found)) > 2
    assert "BTCUSDT" in found


def test_account(client: HTTP) -> None:
    (account,) = client.get_wallet_balance(accountType="UNIFIED")["result"]["list"]
    assert {coin["coin"] for coin in account["coin"]} >= {"USDT", "BTC"}
    assert client.get_account_info()["result"]["unifiedMarginStatus"] == 6
    assert client.get_api_key_information()["result"]["readOnly"] == 0
    assert client.get_fee_rates(category="linear", symbol="BTCUSDT")["result"]["list"][0]["takerFeeRate"]
    assert client.get_positions(category="linear", symbol="BTCUSDT")["result"]["list"][0]["symbol"] == "BTCUSDT"
    assert "list" in client.get_transaction_log(accountType="UNIFIED")["result"]
    assert client.get_coins_balance(accountType="FUND")["result"]["balance"]


def test_an_order_is_placed_amended_and_cancelled(client: HTTP) -> None:
    own = name()
    order = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": own}
    placed = client.place_order(
        **order, side="Buy", orderType="Limit", qty="0.01", price=low(client), timeInForce="PostOnly"
    )["result"]
    assert placed["orderLinkId"] == own
    (row,) = client.get_open_orders(category="linear", symbol="BTCUSDT", orderLinkId=own)["result"]["list"]
    assert (row["orderId"], row["orderStatus"], row["timeInForce"]) == (placed["orderId"], "New", "PostOnly")
    client.amend_order(**order, qty="0.02")
    (row,) = client.get_open_orders(**order)["result"]["list"]
    assert float(row["qty"]) == 0.02
    client.cancel_order(**order)
    (row,) = client.get_order_history(**order)["result"]["list"]
    assert (row["orderStatus"], row["cancelType"]) == ("Cancelled", "CancelByUser")
    with pytest.raises(InvalidRequestError, match="110001"):
        client.cancel_order(**order)
    with pytest.raises(InvalidRequestError, match="110072"):
        client.place_order(**order, side="Buy", orderType="Limit", qty="0.01", price=low(client))


def test_orders_are_cancelled_together(client: HTTP) -> None:
    for _ in range(2):
        client.place_order(
            category="linear", symbol="BTCUSDT", side="Buy", orderType="Limit", qty="0.01", price=low(client)
        )
    ended = client.cancel_all_orders(category="linear", settleCoin="USDT")["result"]["list"]
    assert len(ended) == 2


def test_a_fill_is_told_as_an_execution(client: HTTP) -> None:
    bought = client.place_order(category="inverse", symbol="BTCUSD", side="Buy", orderType="Market", qty="100")
    rows = client.get_executions(category="inverse", orderId=bought["result"]["orderId"])["result"]["list"]
    assert sum(float(row["execQty"]) for row in rows) == 100
    assert {row["feeCurrency"] for row in rows} == {"BTC"}
    (position,) = client.get_positions(category="inverse", symbol="BTCUSD")["result"]["list"]
    assert (position["side"], position["size"]) == ("Buy", "100")
    client.place_order(category="inverse", symbol="BTCUSD", side="Sell", orderType="Market", qty="100", reduceOnly=True)


def test_settings(client: HTTP) -> None:
    client.set_leverage(category="linear", symbol="ETHUSDT", buyLeverage="6", sellLeverage="6")
    with pytest.raises(InvalidRequestError, match="110043"):
        client.set_leverage(category="linear", symbol="ETHUSDT", buyLeverage="6", sellLeverage="6")
    client.switch_position_mode(category="linear", coin="USDT", mode=3)
    client.switch_position_mode(category="linear", coin="USDT", mode=0)
    assert client.set_margin_mode(setMarginMode="ISOLATED_MARGIN")["result"]["reasons"] == []
    assert client.get_account_info()["result"]["marginMode"] == "ISOLATED_MARGIN"
    client.set_margin_mode(setMarginMode="REGULAR_MARGIN")


def test_parameters_that_are_wrong_are_refused(client: HTTP) -> None:
    with pytest.raises(InvalidRequestError, match="10001"):
        client.get_open_orders(category="linear")
    with pytest.raises(InvalidRequestError, match="10001"):
        client.place_order(category="linear", symbol="NOUSDT", side="Buy", orderType="Market", qty="1")


def test_public_sockets(socket: Callable[..., WebSocket]) -> None:
    for kind, symbol in (("spot", "BTCUSDT"), ("linear", "BTCUSDT"), ("inverse", "BTCUSD")):
        heard: queue.Queue[dict[str, Any]] = queue.Queue()
        stream = socket(kind)
        stream.orderbook_stream(50, symbol, heard.put)
        stream.ticker_stream(symbol, heard.put)
        stream.trade_stream(symbol, heard.put)
        topics: set[str] = set()
        until = time.monotonic() + WAIT
        while len(topics) < 3 and time.monotonic() < until:
            with contextlib.suppress(queue.Empty):
                message = heard.get(timeout=1)
                topics.add(message["topic"])
                if message["topic"].startswith("orderbook"):
                    book = message["data"]
                    assert float(book["b"][0][0]) < float(book["a"][0][0])  # pybit keeps the book whole
        assert topics == {f"orderbook.50.{symbol}", f"tickers.{symbol}", f"publicTrade.{symbol}"}


def test_the_private_socket(socket: Callable[..., WebSocket], client: HTTP) -> None:
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    stream = socket("private")
    stream.order_stream(heard.put)
    stream.execution_stream(heard.put)
    stream.position_stream(heard.put)
    stream.wallet_stream(heard.put)
    time.sleep(1)
    own = name()
    client.place_order(category="linear", symbol="BTCUSDT", side="Buy", orderType="Market", qty="0.01", orderLinkId=own)
    told: dict[str, list[dict[str, Any]]] = {}
    until = time.monotonic() + WAIT
    while len(told) < 4 and time.monotonic() < until:
        with contextlib.suppress(queue.Empty):
            message = heard.get(timeout=1)
            told.setdefault(message["topic"], []).extend(message["data"])
    assert set(told) == {"order", "execution", "position", "wallet"}
    assert told["order"][-1]["orderLinkId"] == own
    assert told["execution"][0]["execType"] == "Trade"
    client.place_order(
        category="linear", symbol="BTCUSDT", side="Sell", orderType="Market", qty="0.01", reduceOnly=True
    )


def test_the_trade_socket(served: Any, distance: None, client: HTTP, monkeypatch: pytest.MonkeyPatch) -> None:
    base = served.url("bybit").replace("http", "ws", 1)
    monkeypatch.setattr(pybit._websocket_trading, "TRADE_WSS", base + "/v5/trade")
    key = served.key("bybit")
    trading = WebSocketTrading(testnet=False, api_key=key["key"], api_secret=key["secret"])
    answers: queue.Queue[dict[str, Any]] = queue.Queue()
    own = name()
    trading.place_order(
        answers.put, category="linear", symbol="BTCUSDT", side="Buy", orderType="Limit", qty="0.01", price=low(client),
        orderLinkId=own,
    )  # fmt: skip
    placed = answers.get(timeout=WAIT)
    assert (placed["retCode"], placed["op"]) == (0, "order.create")
    trading.cancel_order(answers.put, category="linear", symbol="BTCUSDT", orderLinkId=own)
    assert answers.get(timeout=WAIT)["data"]["orderId"] == placed["data"]["orderId"]
    trading.exit()

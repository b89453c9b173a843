"""The venue's own Cross-Market Guide and the connections of its contract page, as a reader would type them.

The guide's token has no `type`, a number of microseconds as its nonce, and an end; its ticker has the price at the top.
The contract streams are opened with a plain WebSocket client, one for each address that the page names.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests
import websocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PERIODS = ("1MIN", "5MIN", "15MIN", "30MIN", "1H", "4H", "6H", "12H", "1D")
WRONG = (
    "depth@NOPE", "depth", "candlesticks/2MIN@BTCUSD", "candlesticks@BTCUSD", "nothing", "trades/x@BTCUSD",
)  # fmt: skip
WAIT = 15


@pytest.fixture(scope="module")
def venue(simulator: Callable[[str], Any]) -> Any:
    """The running simulator."""
    return simulator("bigone")


class Reader:
    """Somebody who follows the guide, with a base address in place of the venue's."""

    def __init__(self, base: str, key: dict[str, str]) -> None:
        self.spot, self.contract = f"{base}/api/v3", f"{base}/api/contract/v2"
        self.key = key

    def headers(self) -> dict[str, str]:
        now = time.time()
        claims = {"sub": self.key["key"], "nonce": int(now * 1e6), "iat": int(now), "exp": int(now) + 60}
        token = jwt.encode(claims, self.key["secret"], algorithm="HS256")
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, url: str) -> Any:
        answer = requests.get(url, headers=self.headers(), timeout=WAIT)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, url: str, body: dict[str, Any]) -> requests.Response:
        return requests.post(url, json=body, headers=self.headers(), timeout=WAIT)


@pytest.fixture
def reader(venue: Any) -> Reader:
    """A reader of the guide with a key that may trade."""
    return Reader(venue.url("bigone"), venue.key("bigone"))


def position(reader: Reader, symbol: str) -> float:
    rows = [row for account in reader.get(f"{reader.contract}/accounts") for row in account["positions"]]
    return float(next(row["size"] for row in rows if row["symbol"] == symbol))


def test_the_guide_reads_both_markets_and_hedges_spot_with_inverse_contracts(reader: Reader) -> None:
    spot = float(requests.get(f"{reader.spot}/asset_pairs/BTC-USDT/ticker", timeout=WAIT).json()["price"])
    listed = requests.get(f"{reader.contract}/instruments", timeout=WAIT).json()
    contract = next(row for row in listed if row["symbol"] == "BTCUSD")
    assert abs(contract["markPrice"] - spot) / spot < 0.05
    assert isinstance(contract["fundingRate"], float)

    coin, contracts = f"{0.01:.6f}", int(0.01 * contract["markPrice"])
    before, held = balance(reader, "BTC"), position(reader, "BTCUSD")
    bought = reader.post(
        f"{reader.spot}/viewer/orders",
        {"asset_pair_name": "BTC-USDT", "side": "BID", "type": "MARKET", "amount": coin},
    )
    assert bought.status_code == 200, bought.text
    sold = reader.post(
        f"{reader.contract}/orders",
        {"symbol": "BTCUSD", "side": "SELL", "type": "MARKET", "size": contracts, "reduceOnly": False},
    )
    assert sold.status_code == 200, sold.text

    order = bought.json()["data"]
    assert (order["state"], order["filled_amount"]) == ("FILLED", coin)
    assert sold.json()["status"] == "FILLED"
    assert balance(reader, "BTC") - before == pytest.approx(0.01, rel=0.01)
    assert position(reader, "BTCUSD") - held == -contracts


def balance(reader: Reader, asset: str) -> float:
    return float(reader.get(f"{reader.spot}/viewer/accounts/{asset}")["data"]["balance"])


def test_the_guide_moves_coin_to_the_contract_account_first(reader: Reader) -> None:
    guid = f"guide-{time.time_ns()}"
    body = {"symbol": "BTC", "amount": "0.1", "from": "SPOT", "to": "CONTRACT", "guid": guid}
    before = balance(reader, "BTC")
    answer = reader.post(f"{reader.spot}/viewer/transfer", body)
    assert answer.json() == {"code": 0, "data": None}
    assert balance(reader, "BTC") == pytest.approx(before - 0.1)
    assert reader.get(f"{reader.spot}/viewer/transfer?guid={guid}")["data"]["state"] == "SUCCEED"


def test_strings_and_numbers_are_not_mixed_up(reader: Reader) -> None:
    order: dict[str, Any] = {"asset_pair_name": "BTC-USDT", "side": "BID", "type": "MARKET", "amount": 0.01}
    refused = reader.post(f"{reader.spot}/viewer/orders", order)
    assert (refused.status_code, refused.json()["code"]) == (400, 10007)
    order = {"symbol": "BTCUSD", "side": "SELL", "type": "MARKET", "size": "100", "reduceOnly": False}
    refused = reader.post(f"{reader.contract}/orders", order)
    assert (refused.status_code, refused.json()) == (400, {"anomaly": "anomaly.request/invalid-params"})


def test_a_wrong_secret_and_a_key_that_only_reads_are_turned_away(venue: Any, reader: Reader) -> None:
    wrong = Reader(venue.url("bigone"), venue.key("bigone") | {"secret": "no"})
    order = {"symbol": "BTCUSD", "side": "SELL", "type": "MARKET", "size": 1, "reduceOnly": False}
    assert wrong.post(f"{wrong.contract}/orders", order).status_code == 401
    weak = Reader(venue.url("bigone"), venue.key("bigone", "read"))
    assert weak.post(f"{weak.contract}/orders", order).json()["code"] == 10403
    nobody = requests.get(f"{reader.spot}/viewer/accounts", timeout=WAIT)
    assert (nobody.status_code, nobody.json()["code"]) == (401, 40004)


class Cat:
    """One WebSocket connection, as a command-line client has it."""

    def __init__(self, url: str, *headers: str) -> None:
        self.socket = websocket.create_connection(url, timeout=WAIT, header=list(headers))

    def next(self) -> Any:
        return json.loads(self.socket.recv())

    def until(self, fits: Callable[[Any], bool]) -> Any:
        """Return the first message that fits."""
        ends = time.monotonic() + WAIT
        while time.monotonic() < ends:
            message = self.next()
            if fits(message):
                return message
        raise AssertionError("nothing that fits was heard in time")


@pytest.fixture
def cat(venue: Any) -> Iterator[Callable[..., Cat]]:
    """Open connections that are closed at the end."""
    opened: list[Cat] = []
    base = venue.url("bigone").replace("http", "ws")

    def connect(path: str, *headers: str) -> Cat:
        opened.append(Cat(f"{base}/ws/contract/v2/{path}", *headers))
        return opened[-1]

    yield connect
    for one in opened:
        one.socket.close()


def test_the_depth_begins_whole_and_goes_on_without_a_gap(cat: Callable[..., Cat]) -> None:
    stream = cat("depth@BTCUSD")
    whole = stream.next()
    assert set(whole) == {"from", "to", "bids", "asks", "bestPrices", "lastPrice"}
    assert whole["from"] == 0
    bids = [float(price) for price in whole["bids"]]
    assert max(bids) == whole["bestPrices"]["bid"] < whole["bestPrices"]["ask"]
    end = whole["to"]
    for _ in range(20):
        change = stream.next()
        assert change["from"] == end + 1
        end = change["to"]
        assert change["bids"] or change["asks"]


def test_trades_begin_with_the_latest(cat: Callable[..., Cat], reader: Reader) -> None:
    stream = cat("trades@BTCUSD")
    assert isinstance(stream.next(), list)
    order = {"symbol": "BTCUSD", "side": "BUY", "type": "MARKET", "size": 7, "reduceOnly": False}
    assert reader.post(f"{reader.contract}/orders", order).status_code == 200
    (row,) = stream.until(lambda rows: any(row["size"] == 7 for row in rows))
    assert set(row) == {"id", "symbol", "price", "size", "matchedAt", "side"}
    assert (row["symbol"], row["side"]) == ("BTCUSD", "BUY")


@pytest.mark.parametrize("period", PERIODS)
def test_candles_of_every_period(cat: Callable[..., Cat], period: str) -> None:
    (row,) = cat(f"candlesticks/{period}@BTCUSD").next()
    assert set(row) == {
        "symbol", "type", "time", "open", "close", "high", "low", "nTrades", "volume", "turnover", "version", "nextTs",
    }  # fmt: skip
    assert (row["symbol"], row["type"]) == ("BTCUSD", period)
    assert row["low"] <= min(row["open"], row["close"]) <= max(row["open"], row["close"]) <= row["high"]
    assert row["time"] < row["nextTs"]


def test_figures_of_one_contract_and_of_all(cat: Callable[..., Cat]) -> None:
    (one,) = cat("instruments@BTCUSD").next()
    assert one["symbol"] == "BTCUSD"
    assert {
        "turnover24h", "openInterest", "volume24hInUsd", "fundingRate", "volume24h", "last24hMaxPrice", "btcPrice",
        "latestPrice", "openValue", "last24hMinPrice", "openTime", "markPrice", "indexPrice",
    } <= set(one)  # fmt: skip
    stream = cat("instruments")
    assert {row["symbol"] for row in stream.next()} == {"BTCUSD", "BTCUSDT"}
    assert stream.next()[0]["markPrice"] > 0


def test_the_private_stream_tells_cash_positions_orders_and_trades(cat: Callable[..., Cat], reader: Reader) -> None:
    stream = cat("stream", f"Authorization: {reader.headers()['Authorization']}")
    order = {"symbol": "BTCUSD", "side": "SELL", "type": "MARKET", "size": 3, "reduceOnly": False}
    placed = reader.post(f"{reader.contract}/orders", order).json()
    told: dict[str, Any] = {}
    ends = time.monotonic() + WAIT
    while set(told) != {"cash", "positions", "orders", "trades"} and time.monotonic() < ends:
        told |= stream.next()
    assert (told["orders"][-1]["id"], told["orders"][-1]["status"]) == (placed["id"], "FILLED")
    assert {row["orderId"] for row in told["trades"]} == {placed["id"]}
    assert told["positions"][-1]["symbol"] == "BTCUSD"
    assert told["cash"]["currency"] == "BTC"
    assert isinstance(told["cash"]["balances"], float)


NUMBERS = {
    "cash": (
        "balances", "available", "margin", "positionMargin", "orderMargin", "positionValue", "unrealizedPnl",
        "marginBalances", "marginRate", "leverage",
    ),
    "positions": (
        "marginRate", "feeRateTaker", "feeRateMaker", "size", "notional", "initMargin", "margin", "orderMargin",
        "realisedPnl", "totalPnl", "markPrice", "riskLimit", "liquidatePrice", "entryPrice", "unrealizedPnl",
        "leverage", "equity", "value", "risk", "rom", "buyingNotional", "sellingNotional", "buyingSize", "sellingSize",
        "seqNo",
    ),
    "orders": ("price", "avgPrice", "size", "notional", "filled", "filledNotional"),
    "trades": ("price", "size", "notional", "fee", "feeRate", "pnl"),
}  # fmt: skip
WORDS = {
    "cash": ("id", "userId", "currency"), "positions": ("id", "userId", "symbol", "currency"),
    "orders": ("id", "userId", "symbol", "currency", "type", "side", "status"),
    "trades": ("id", "orderId", "symbol", "side"),
}  # fmt: skip


def test_every_field_of_the_private_stream_is_there_in_its_type(cat: Callable[..., Cat], reader: Reader) -> None:
    stream = cat("stream", f"Authorization: {reader.headers()['Authorization']}")
    order: dict[str, Any] = {"symbol": "BTCUSD", "type": "MARKET", "size": 9, "reduceOnly": False}
    told: list[dict[str, Any]] = []
    for side in ("BUY", "SELL"):
        assert reader.post(f"{reader.contract}/orders", order | {"side": side}).status_code == 200
        told.append(stream.until(lambda message: "trades" in message))
    for message in told:
        for kind, numbers in NUMBERS.items():
            rows = message[kind] if isinstance(message[kind], list) else [message[kind]]
            for row in rows:
                assert {name: type(row[name]) for name in numbers if type(row[name]) not in {int, float}} == {}
                assert {name: type(row[name]) for name in WORDS[kind] if not isinstance(row[name], str)} == {}
    assert told[-1]["positions"][-1]["isCross"] in {True, False}
    assert told[-1]["orders"][-1]["liquidateUserId"] is None
    assert any(row["pnl"] for message in told for row in message["trades"])


def test_a_resting_order_shows_in_the_position_and_the_purse_until_it_is_cancelled(
    cat: Callable[..., Cat], reader: Reader
) -> None:
    stream = cat("stream", f"Authorization: {reader.headers()['Authorization']}")
    held = position(reader, "BTCUSD")
    low = int(cat("depth@BTCUSD").next()["bestPrices"]["bid"] * 0.9)
    size = int(abs(held)) + 1000
    order = {"symbol": "BTCUSD", "side": "BUY", "type": "LIMIT", "size": size, "price": low, "reduceOnly": False}
    placed = reader.post(f"{reader.contract}/orders", order).json()
    message = stream.until(lambda message: "orders" in message)
    assert message["positions"][-1]["buyingSize"] == size
    assert message["positions"][-1]["orderMargin"] > 0
    assert message["cash"]["available"] < message["cash"]["marginBalances"]
    gone = requests.delete(f"{reader.contract}/orders/{placed['id']}", headers=reader.headers(), timeout=WAIT)
    assert gone.json()["status"] == "CANCELED"
    message = stream.until(lambda message: "orders" in message)
    assert (message["positions"][-1]["buyingSize"], message["positions"][-1]["orderMargin"]) == (0, 0)


def test_a_ping_of_the_transport_is_answered_and_a_frame_is_passed_over(cat: Callable[..., Cat]) -> None:
    stream = cat("depth@BTCUSD")
    stream.socket.send('{"op":"ping"}')
    stream.socket.ping("alive")
    for _ in range(100):
        code, body = stream.socket.recv_data(control_frame=True)
        if code == websocket.ABNF.OPCODE_PONG:
            assert body == b"alive"
            return
    raise AssertionError("no pong came")


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_address_is_a_bad_request(cat: Callable[..., Cat], path: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        cat(path)
    assert refusal.value.status_code == 400


@pytest.mark.parametrize(
    "header", ["", "Authorization: Bearer no", "Authorization: Bearer a.b.c", "Authorization: Basic x"]
)
def test_the_private_stream_needs_a_token(cat: Callable[..., Cat], header: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        cat("stream", *([f"Authorization: {header}"] if header else []))
    assert refusal.value.status_code == 401

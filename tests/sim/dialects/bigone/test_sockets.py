"""Sockets of the simulated venue: our own feeds and private conversations, and what a client may do wrong."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.account import Balance, Complete, Fill, OrderUpdate, Position, StreamEnded
from basisdesk.domain.ask import AskFills, NewOrder, OrderType, Place
from basisdesk.domain.order import DoneReason, Side
from basisdesk.kernel.book import CLOSED, VALID, Book
from basisdesk.sim.contract import Close, Frame, HttpAnswer
from basisdesk.sim.exchange.logins import FULL, SECOND
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.bigone.sign import bearer
from basisdesk.venues.contract import Channel, Market, Report

if TYPE_CHECKING:
    from basisdesk.venues.trading import Private

SPOT, SWAP, INVERSE = "bigone:BTC/USDT", "bigone:BTC/USDT:USDT", "bigone:BTC/USD:BTC"
CONTRACTS = "/ws/contract/v2/"
PERIODS = ("1MIN", "5MIN", "15MIN", "30MIN", "1H", "4H", "6H", "12H", "1D")


class Ear:
    """A sink that keeps markets and reports."""

    def __init__(self) -> None:
        self.markets: dict[str, Market] = {}
        self.reports: list[Report] = []
        self.prints: list[tuple[str, float]] = []

    def market(self, line: str, code: str) -> Market | None:
        return self.markets.setdefault(code, Market(VENUE.symbol_of(line, code), line, code, Book()))

    def touched(self, market: Market, now: int) -> None: ...

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        self.prints.append((market.code, size))

    def carried(self, market: Market, now: int) -> None: ...

    def report(self, report: Report) -> None:
        self.reports.append(report)


def market_order(door: Any, symbol: str, size: str = "5", side: Side = Side.SELL) -> OrderUpdate:
    new = NewOrder(symbol=symbol, side=side, type=OrderType.MARKET, client_id="", size=Decimal(size))
    placed = door.exchange.place("1000001", new, door.now)
    assert isinstance(placed, OrderUpdate)
    return placed


def same(book: Book, door: Any, symbol: str) -> bool:
    theirs = door.exchange.markets[symbol].book
    return all(book.levels(side, 200) == theirs.levels(side, 200) for side in (0, 1))


def test_our_spot_feed_follows_the_book_exactly(door: Any) -> None:
    ear = Ear()
    feed = VENUE.feed("spot", ["BTC-USDT"], tuple(Channel), ear)
    socket = door.connect("/ws/v2")
    feed.connected(door.now)
    for _ in range(40):
        for frame in feed.to_send():
            door.dialect.receive(socket, frame, door.now)
        for item in door.take():
            feed.receive(item.body, door.now)
        door.wait(0.25)
    market_order(door, SPOT, "0.5")
    door.wait(0)
    for item in door.take():
        feed.receive(item.body, door.now)
    market = ear.markets["BTC-USDT"]
    assert market.book.state(0) == VALID
    assert same(market.book, door, SPOT)
    assert (ear.reports, feed.undecoded, market.tally.gaps) == ([], 0, 0)
    assert market.tally.book_updates > 20
    assert ("BTC-USDT", 0.5) in ear.prints or sum(size for _, size in ear.prints) >= 0.5


@pytest.mark.parametrize("code", ["BTCUSD", "BTCUSDT"])
def test_our_contract_feeds_follow_their_streams_exactly(door: Any, code: str) -> None:
    symbol = INVERSE if code == "BTCUSD" else SWAP
    ear = Ear()
    streams = VENUE.streams_of("contract", [code], tuple(Channel))
    assert len(streams) == 3
    feeds = {}
    for stream in streams:
        feed = VENUE.feed("contract", stream.codes, stream.channels, ear)
        socket = door.connect(stream.url.partition("api.big.one")[2])
        feed.connected(door.now)
        feeds[socket] = feed
    for _ in range(40):
        for item in door.take():
            feeds[item.socket].receive(item.body, door.now)
        door.wait(0.25)
    market_order(door, symbol, "50")
    door.wait(0)
    for item in door.take():
        feeds[item.socket].receive(item.body, door.now)
    market = ear.markets[code]
    assert (ear.reports, market.book.state(0)) == ([], VALID)
    assert same(market.book, door, symbol)
    assert market.tally.book_updates > 20
    assert ear.prints
    carry = door.exchange.markets[symbol].carry
    assert (market.carry.mark, market.carry.index, market.carry.next_at) == (carry.mark, carry.index, carry.next_at)
    assert market.carry.predicted == carry.predicted


@pytest.mark.parametrize("period", PERIODS)
def test_candles_of_every_period_are_read(door: Any, period: str) -> None:
    ear = Ear()
    feed = VENUE.feed("contract", ["BTCUSD"], [], ear)
    door.connect(f"{CONTRACTS}candlesticks/{period}@BTCUSD")
    market_order(door, INVERSE)
    door.wait(0.1)
    for item in door.take():
        feed.receive(item.body, door.now)
    (candle,) = ear.markets["BTCUSD"].candles.values()
    assert candle.volume >= 5
    assert candle.begins <= door.now < candle.ends


def test_frames_say_what_they_are_about(door: Any) -> None:
    sockets = [door.connect(f"{CONTRACTS}{name}") for name in ("depth@BTCUSD", "instruments", "trades@BTCUSD")]
    sockets.append(door.connect(f"{CONTRACTS}stream", authorization=bearer(FULL.credentials, door.now)))
    spot = door.connect("/ws/v2")
    for number, request in enumerate(("MarketDepth", "MarketTrades")):
        door.dialect.receive(
            spot,
            json.dumps({"requestId": str(number), f"subscribe{request}Request": {"market": "BTC-USDT"}}).encode(),
            0,
        )
    market_order(door, INVERSE)
    market_order(door, SPOT, "0.01")
    door.wait(1)
    topics = {item.topic for item in door.take() if isinstance(item, Frame)}
    assert topics == {
        "snapshot BTCUSD", "book BTCUSD", "carry", "trades BTCUSD", "account", "snapshot BTC-USDT", "book BTC-USDT",
        "trades", "trades BTC-USDT",
    }  # fmt: skip
    door.send(spot, {"requestId": "p", "ping": {}})
    door.dialect.receive(spot, b'{"requestId":"p","ping":{}}', door.now)
    assert [item.topic for item in door.take()] == ["control"]


@pytest.mark.parametrize(
    "name", ["depth@NO", "depth", "depth/1MIN@BTCUSD", "candlesticks/2MIN@BTCUSD", "other@BTCUSD", ""]
)
def test_a_wrong_address_is_a_bad_request(door: Any, name: str) -> None:
    refused = door.open(f"{CONTRACTS}{name}")
    assert isinstance(refused, HttpAnswer)
    assert refused.status == 400
    assert isinstance(door.open("/ws/other"), HttpAnswer)
    assert isinstance(door.open("/ws/v2", **{"sec-websocket-protocol": "proto"}), HttpAnswer)
    assert isinstance(door.open("/ws/v2", **{"sec-websocket-protocol": "json, proto"}), int)
    assert isinstance(door.open("/ws/v2", **{"sec-websocket-protocol": "proto, json"}), int)


def test_a_contract_without_a_book_is_trouble_on_the_venues_side(door: Any) -> None:
    door.exchange.markets[INVERSE].book.mark_state(CLOSED)
    refused = door.open(f"{CONTRACTS}depth@BTCUSD")
    assert isinstance(refused, HttpAnswer)
    assert refused.status == 500


def test_the_private_stream_needs_a_fresh_token(door: Any) -> None:
    for headers in ({}, {"authorization": bearer(FULL.credentials, door.now - 31 * 10**9)}):
        refused = door.open(f"{CONTRACTS}stream", **headers)
        assert isinstance(refused, HttpAnswer)
        assert refused.status == 401


def private(door: Any, line: str) -> tuple[Private, int]:
    assert VENUE.trading is not None
    (stream,) = VENUE.trading.privates([line], door.session)
    url = stream.url(door.now)
    assert url is not None
    headers = {name.lower(): value for name, value in stream.headers(door.now)}
    socket = door.connect(url.partition("api.big.one")[2], **headers)
    stream.connected(door.now)
    return stream, socket


def test_our_private_contract_stream_tells_orders_fills_positions_and_cash(door: Any) -> None:
    stream, socket = private(door, "contract")
    assert door.converse(stream, socket) == []
    placed = market_order(door, INVERSE)
    door.dialect.advance(door.now)
    told = door.converse(stream, socket)
    orders = [row for row in told if isinstance(row, OrderUpdate)]
    assert (orders[-1].reason, orders[-1].filled) == (DoneReason.FILLED, Decimal(5))
    fills = [row for row in told if isinstance(row, Fill)]
    assert sum(row.size for row in fills) == Decimal(5)
    assert {row.venue_id for row in fills} == {orders[-1].venue_id}
    assert int(orders[-1].venue_id.replace("-", ""), 16) == int(placed.venue_id)
    assert [row.size for row in told if isinstance(row, Position)][-1] == Decimal(-5)
    cash = [row for row in told if isinstance(row, Balance)][-1]
    theirs = {row.asset: row.total for row in door.exchange.balances("1000001", "contract")}
    assert (cash.asset, cash.total) == ("BTC", theirs["BTC"])
    assert stream.undecoded == 0


def test_the_private_stream_of_somebody_else_hears_nothing(door: Any) -> None:
    other = door.connect(f"{CONTRACTS}stream", authorization=bearer(SECOND.credentials, door.now))
    market_order(door, INVERSE)
    door.wait(0)
    assert door.heard(other) == []


def test_spot_orders_are_not_told_on_the_contract_stream_nor_the_other_way(door: Any) -> None:
    contract, first = private(door, "contract")
    spot, second = private(door, "spot")
    door.converse(spot, second)
    market_order(door, SPOT, "0.01")
    door.wait(0)
    items = door.take()
    assert not [item for item in items if item.socket == first]
    market_order(door, INVERSE)
    door.wait(0)
    assert [item for item in door.take() if item.socket == second] == []
    assert contract.ready


def test_our_private_spot_stream_tells_orders_and_balances_and_asks_for_fills(door: Any) -> None:
    stream, socket = private(door, "spot")
    begun = door.converse(stream, socket)
    assert stream.ready
    assert [row.what for row in begun if isinstance(row, Complete)] == ["open_orders", "balances"]
    market_order(door, SPOT, "0.01")
    door.wait(0)
    told = door.converse(stream, socket)
    order = [row for row in told if isinstance(row, OrderUpdate)][-1]
    assert (order.reason, order.filled) == (DoneReason.FILLED, Decimal("0.01"))
    assert {row.asset for row in told if isinstance(row, Balance)} == {"BTC", "USDT"}
    (ask,) = stream.to_ask()
    assert isinstance(ask, AskFills)
    fills = stream.replied(ask, door.ask(ask), door.now)
    assert sum(row.size for row in fills if isinstance(row, Fill)) == Decimal("0.01")
    door.wait(20)
    assert stream.on_time(door.now) == []
    door.converse(stream, socket)
    assert stream.undecoded == 0


def test_a_login_with_another_secret_ends_our_stream(door: Any) -> None:
    assert VENUE.trading is not None
    door.session.credentials = type(door.session.credentials)("basisdesk-full", "no")
    stream, socket = private(door, "spot")
    (ended,) = door.converse(stream, socket)
    assert isinstance(ended, StreamEnded)
    assert ended.refused


def test_only_five_logins_of_a_user_stand_at_once(door: Any) -> None:
    login = {"requestId": "1", "authenticateCustomerRequest": {"token": bearer(FULL.credentials, door.now)}}
    sockets = [door.connect("/ws/v2") for _ in range(6)]
    answers = [door.send(socket, login)[0] for socket in sockets]
    assert ["success" in answer for answer in answers] == [True] * 5 + [False]
    assert answers[5]["error"]["code"] == 45001
    door.dialect.closed(sockets[0], door.now)
    assert "success" in door.send(sockets[5], login)[0]


def test_expired_logins_are_closed(door: Any) -> None:
    contract = door.connect(f"{CONTRACTS}stream", authorization=bearer(FULL.credentials, door.now))
    public, spot = door.connect("/ws/v2"), door.connect("/ws/v2")
    door.send(spot, {"requestId": "1", "authenticateCustomerRequest": {"token": bearer(FULL.credentials, door.now)}})
    door.dialect.expire(door.now)
    assert [item.socket for item in door.take() if isinstance(item, Close)] == [spot, contract]
    assert door.send(public, {"requestId": "1", "ping": {}}) == [{"requestId": "1", "pong": {}}]


ASKS: list[tuple[str, Any, str]] = [
    ("subscribeMarketDepthRequest", {"market": "BTC-USDT"}, "depthSnapshot"),
    ("subscribeMarketTradesRequest", {"market": "BTC-USDT", "limit": 2}, "tradesSnapshot"),
    ("subscribeMarketsTickerRequest", {"markets": ["BTC-USDT"]}, "tickersSnapshot"),
    ("subscribeMarketsTickerRequest", {}, "tickersSnapshot"),
    ("subscribeMarketCandlesRequest", {"market": "BTC-USDT", "period": "MIN5", "limit": 1}, "candlesSnapshot"),
    ("unsubscribeMarketDepthRequest", {"market": "BTC-USDT"}, "success"),
    ("heartbeatRequest", {"interval": 30}, "success"), ("ping", {}, "pong"),
    ("subscribeViewerOrdersRequest", {"market": "BTC-USDT"}, "error"), ("subscribeAllViewerOrdersRequest", {}, "error"),
    ("subscribeViewerAccountsRequest", {}, "error"), ("createOrderRequest", {"market": "BTC-USDT"}, "error"),
    ("subscribeMarketDepthRequest", {"market": "NO-USDT"}, "error"), ("subscribeSomethingRequest", {}, "error"),
    ("subscribeMarketCandlesRequest", {"market": "BTC-USDT", "period": "MIN2"}, "error"),
    ("subscribeMarketDepthRequest", {"market": 5}, "error"), ("authenticateCustomerRequest", {"token": "no"}, "error"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "answer"), ASKS)
def test_every_request_of_the_spot_socket_is_answered_with_its_number(
    door: Any, kind: str, body: Any, answer: str
) -> None:
    socket = door.connect("/ws/v2")
    (told,) = door.send(socket, {"requestId": "77", kind: body})
    assert told["requestId"] == "77"
    assert answer in told


@pytest.mark.parametrize("frame", [b"<", b"[]", b"5", b'{"requestId":"1"}', b'{"ping":{},"heartbeatRequest":{}}'])
def test_what_is_no_request_is_an_error(door: Any, frame: bytes) -> None:
    (told,) = door.send(door.connect("/ws/v2"), frame)
    assert told["error"]["code"] == 45000


def test_frames_to_contract_streams_are_passed_over(door: Any) -> None:
    socket = door.connect(f"{CONTRACTS}trades@BTCUSD")
    door.take()
    assert door.send(socket, {"op": "ping"}) == []


def test_what_is_unsubscribed_is_heard_no_more(door: Any) -> None:
    socket = door.connect("/ws/v2")
    for name in ("MarketTrades", "MarketCandles"):
        door.send(socket, {"requestId": "1", f"subscribe{name}Request": {"market": "BTC-USDT"}})
    market_order(door, SPOT, "0.01")
    door.wait(0)
    assert {next(iter(set(row) - {"requestId"})) for row in door.heard(socket)} == {"tradeUpdate", "candleUpdate"}
    for name in ("MarketTrades", "MarketCandles"):
        door.send(socket, {"requestId": "1", f"unsubscribe{name}Request": {"market": "BTC-USDT"}})
    market_order(door, SPOT, "0.01")
    door.wait(0)
    assert door.heard(socket) == []


def test_orders_of_one_pair_are_told_to_who_asked_for_that_pair(door: Any) -> None:
    socket = door.connect("/ws/v2")
    door.send(socket, {"requestId": "1", "authenticateCustomerRequest": {"token": bearer(FULL.credentials, door.now)}})
    resting = Place(
        NewOrder(
            symbol=SPOT,
            side=Side.BUY,
            type=OrderType.LIMIT,
            client_id="own-1",
            size=Decimal("0.01"),
            price=Decimal(50000),
        )
    )
    door.ask(resting)
    door.take()
    (told,) = door.send(socket, {"requestId": "2", "subscribeViewerOrdersRequest": {"market": "BTC-USDT"}})
    assert [row["clientOrderId"] for row in told["ordersSnapshot"]["orders"]] == ["own-1"]
    market_order(door, "bigone:ETH/USDT", "0.1")
    door.wait(0)
    assert door.heard(socket) == []
    market_order(door, SPOT, "0.01")
    door.wait(0)
    assert {row["orderUpdate"]["order"]["market"] for row in door.heard(socket)} == {"BTC-USDT"}


def test_heartbeats_come_as_often_as_asked_for(door: Any) -> None:
    socket = door.connect("/ws/v2")
    door.send(socket, {"requestId": "h", "heartbeatRequest": {"interval": 2}})
    due = door.dialect.next_deadline()
    assert due is not None
    assert due <= door.now + 2 * 10**9
    beats = 0
    for _ in range(6):
        door.wait(1)
        beats += sum("heartbeat" in row for row in door.heard(socket))
    assert beats == 3


def test_a_snapshot_is_never_older_than_the_change_that_follows(door: Any) -> None:
    door.connect("/ws/v2")
    late = door.connect("/ws/v2")
    door.exchange.advance(door.now + 10**9)  # happened, but not yet told to anybody
    (told,) = door.send(late, {"requestId": "1", "subscribeMarketDepthRequest": {"market": "BTC-USDT"}})
    end = told["depthSnapshot"]["changeId"]
    door.wait(3)
    for row in door.heard(late):
        assert row["depthUpdate"]["prevId"] == end
        end = row["depthUpdate"]["changeId"]
    assert end != told["depthSnapshot"]["changeId"]

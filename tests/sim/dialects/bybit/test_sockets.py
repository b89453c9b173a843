"""Sockets byte for byte: answers, books, tickers, trades and candles, and our own feed behind them."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from tests.sim.dialects.bybit.stage import INVERSE, LINEAR, MS, ORDER, SECOND, SPOT, Stage

from basisdesk.kernel.book import VALID, Book
from basisdesk.sim.exchange.logins import FULL, READ_ONLY
from basisdesk.venues.bybit import VENUE
from basisdesk.venues.contract import Channel, Market, Report

PUBLIC = "/v5/public/linear"


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    assert made.dial(PUBLIC, 1) is None
    return made


def subscribe(stage: Stage, *topics: str, number: int = 1, **more: Any) -> list[dict[str, Any]]:
    return stage.say(number, {"req_id": "7", "op": "subscribe", "args": list(topics)} | more)


def auth(stage: Stage, expires: int | str | None = None, key: str = "", secret: str = "") -> dict[str, Any]:
    until = stage.now // MS + 10_000 if expires is None else expires
    secret = secret or FULL.credentials.secret
    sign = hmac.new(secret.encode(), f"GET/realtime{until}".encode(), hashlib.sha256).hexdigest()
    return {"req_id": "1", "op": "auth", "args": [key or FULL.credentials.key, until, sign]}


def test_only_streams_that_there_are_can_be_dialled(stage: Stage) -> None:
    for path in ("/v5/public/option", "/v5/public/", "/realtime"):
        answer = stage.dial(path, 5)
        assert answer is not None
        assert answer.status == 404
    stage.wire.receive(5, b"{}", stage.now)
    stage.wire.closed(5, stage.now)
    assert [frame for frame in stage.frames if frame.socket == 5] == []


def test_pings_are_answered_on_every_kind(stage: Stage) -> None:
    stage.dial("/v5/private", 2)
    stage.dial("/v5/trade", 3)
    ping = {"req_id": "8", "op": "ping"}
    stamp = str(stage.now // MS)
    assert stage.say(1, ping) == [
        {"success": True, "ret_msg": "pong", "conn_id": "conn-1", "req_id": "8", "op": "ping"}
    ]
    assert stage.say(2, ping) == [{"req_id": "8", "op": "pong", "args": [stamp], "conn_id": "conn-2"}]
    assert stage.say(3, ping) == [{"retCode": 0, "retMsg": "OK", "op": "pong", "data": [stamp], "connId": "conn-3"}]


def test_a_book_begins_whole_and_goes_on_with_changes(stage: Stage) -> None:
    ack, first = subscribe(stage, "orderbook.50.BTCUSDT")
    assert ack == {"success": True, "ret_msg": "subscribe", "conn_id": "conn-1", "req_id": "7", "op": "subscribe"}
    assert (first["topic"], first["type"]) == ("orderbook.50.BTCUSDT", "snapshot")
    assert first["data"]["b"][0] == ["49999.00", "5.000"]
    assert list(first)[:3] == ["topic", "type", "ts"]
    stage.quote(LINEAR, 50_010.0)
    stage.tell()
    assert len(stage.inboxes[1]) == 2  # not before its time
    stage.tell(0.02)
    change = stage.inboxes[1][-1]
    assert (change["type"], change["data"]["u"]) == ("delta", first["data"]["u"] + 1)
    assert ["49999.00", "0"] in change["data"]["b"]
    assert ["50009.00", "5.000"] in change["data"]["b"]
    # Somebody who joins later gets the same count.
    stage.dial(PUBLIC, 2)
    _, other = subscribe(stage, "orderbook.50.BTCUSDT", number=2)
    assert other["data"]["u"] == change["data"]["u"]
    stage.say(1, {"op": "unsubscribe", "args": ["orderbook.50.BTCUSDT"]})
    stage.say(2, {"op": "unsubscribe", "args": ["orderbook.50.BTCUSDT"]})
    stage.quote(LINEAR, 50_020.0)
    stage.tell(1)
    assert len(stage.inboxes[1]) == 1
    _, again = subscribe(stage, "orderbook.50.BTCUSDT")
    assert again["data"]["b"][0] == ["50019.00", "5.000"]


def test_nothing_is_told_to_who_is_gone(stage: Stage) -> None:
    subscribe(stage, "orderbook.50.BTCUSDT", "tickers.BTCUSDT", "publicTrade.BTCUSDT")
    stage.quote(LINEAR, 50_010.0)
    stage.tell()
    stage.wire.closed(1, stage.now)
    told = len(stage.inboxes[1])
    stage.tell(1)
    assert len(stage.inboxes[1]) == told


def test_one_address_stands_for_all_hosts(stage: Stage) -> None:
    (origins,) = stage.wire.origins.values()
    assert {"https://api.bybit.com", "wss://stream.bybit.com"} <= set(origins)


def test_the_touch_is_told_whole_and_repeated(stage: Stage) -> None:
    _, first = subscribe(stage, "orderbook.1.BTCUSDT")
    assert list(first)[:3] == ["topic", "ts", "type"]
    stage.tell(3)
    repeated = stage.inboxes[1][-1]
    assert (repeated["type"], repeated["data"]["u"]) == ("snapshot", first["data"]["u"])
    stage.quote(LINEAR, 50_010.0)
    stage.tell()
    stage.tell(0.01)
    changed = stage.inboxes[1][-1]
    assert (changed["data"]["u"], changed["data"]["b"]) == (first["data"]["u"] + 1, [["50009.00", "5.000"]])
    assert len(stage.inboxes[1]) == 4


def test_changes_that_cancel_out_are_not_told(stage: Stage) -> None:
    subscribe(stage, "orderbook.50.BTCUSDT")
    before = len(stage.inboxes[1])
    stage.quote(LINEAR, 50_010.0)
    stage.tell()
    stage.quote(LINEAR, 50_000.0)
    stage.tell(0.02)
    assert len(stage.inboxes[1]) == before


def test_tickers_tell_what_changed_and_spot_tells_all(stage: Stage) -> None:
    _, first = subscribe(stage, "tickers.BTCUSDT")
    assert (first["type"], first["data"]["markPrice"]) == ("snapshot", "50000.00")
    stage.mark(LINEAR, 50_100.0)
    stage.tell()
    stage.tell(0.1)
    change = stage.inboxes[1][-1]
    assert change["type"] == "delta"
    assert change["data"]["markPrice"] == "50100.00"
    assert "bid1Price" not in change["data"]
    stage.mark(LINEAR, 50_100.0)
    stage.tell(0.2)
    told = len(stage.inboxes[1])
    stage.tell(1)
    assert len(stage.inboxes[1]) == told
    stage.dial("/v5/public/spot", 2)
    _, spot = subscribe(stage, "tickers.BTCUSDT", number=2)
    assert "bid1Price" not in spot["data"]
    stage.trade(SPOT, 50_001.0, 0.5)
    stage.tell()
    stage.tell(0.05)
    again = stage.inboxes[2][-1]
    assert (again["type"], again["data"]["lastPrice"]) == ("snapshot", "50001.0")
    assert set(again["data"]) == set(spot["data"])
    stage.quote(SPOT, 50_000.0, size=6.0)
    stage.tell()
    stage.tell(0.1)
    assert stage.inboxes[2][-1] == again


def test_trades_that_print_together_are_told_together(stage: Stage) -> None:
    assert len(subscribe(stage, "publicTrade.BTCUSDT")) == 1
    for buy in (True, False):
        stage.trade(LINEAR, 50_001.0 if buy else 49_999.0, 0.5, buy=buy)
    stage.tell()
    (message,) = stage.inboxes[1][1:]
    assert [(row["S"], row["p"], row["v"]) for row in message["data"]][:2] == [
        ("Buy", "50001.00", "0.500"),
        ("Sell", "49999.00", "0.500"),
    ]
    assert message["topic"] == "publicTrade.BTCUSDT"


def test_candles_are_told_every_second(stage: Stage) -> None:
    stage.dial("/v5/public/inverse", 2)
    subscribe(stage, "kline.1.BTCUSD", number=2)
    stage.tell(1)
    stage.trade(INVERSE, 50_001.0, 100)
    stage.tell(1)
    (row,) = stage.inboxes[2][-1]["data"]
    assert (row["interval"], row["close"], row["confirm"]) == ("1", "50001.00", False)
    assert row["end"] - row["start"] == 59_999


@pytest.mark.parametrize(
    "topics",
    [["orderbook.7.BTCUSDT"], ["orderbook.50.NOUSDT"], ["what.BTCUSDT"], ["kline.7.BTCUSDT"], ["BTCUSDT"]],
)
def test_a_bad_topic_refuses_the_request(stage: Stage, topics: list[str]) -> None:
    (ack,) = subscribe(stage, "tickers.BTCUSDT", *topics)
    assert ack["success"] is False
    assert topics[0] in ack["ret_msg"]
    stage.mark(LINEAR, 50_100.0)
    stage.tell(1)
    assert stage.inboxes[1] == [ack]


def test_a_topic_is_subscribed_to_once(stage: Stage) -> None:
    subscribe(stage, "tickers.BTCUSDT")
    (ack,) = subscribe(stage, "publicTrade.BTCUSDT", "tickers.BTCUSDT")
    assert (ack["success"], "already subscribed" in ack["ret_msg"]) == (False, True)
    stage.mark(LINEAR, 50_100.0)
    stage.tell()
    stage.tell(1)
    assert len(stage.inboxes[1]) == 2  # it goes on


def test_requests_have_limits(stage: Stage) -> None:
    stage.dial("/v5/public/spot", 2)
    (ack,) = subscribe(stage, *["tickers.BTCUSDT"] * 11, number=2)
    assert ack["success"] is False
    (ack,) = subscribe(stage, *["tickers.BTCUSDT"] * 2_000)
    assert (ack["success"], "length" in ack["ret_msg"]) == (False, True)


@pytest.mark.parametrize("said", [b"x", b"[]", {"op": "what"}, {"op": "auth", "args": []}, {"op": "subscribe"}, {}])
def test_what_a_public_socket_does_not_understand_is_refused(stage: Stage, said: Any) -> None:
    (answer,) = stage.say(1, said)
    assert answer["success"] is False


@pytest.mark.parametrize("as_text", [True, False])
def test_a_login_ends_in_the_future(stage: Stage, as_text: bool) -> None:
    stage.dial("/v5/private", 2)
    until = stage.now // MS + 10_000
    (answer,) = stage.say(2, auth(stage, str(until) if as_text else until))
    assert answer == {"success": True, "ret_msg": "", "conn_id": "conn-2", "req_id": "1", "op": "auth"}
    (ack,) = subscribe(stage, "order", "wallet", number=2)
    assert (ack["success"], ack["ret_msg"]) == (True, "")
    (ack,) = stage.say(2, {"op": "unsubscribe", "args": ["order"]})
    assert ack["success"] is True


def test_a_login_that_is_wrong_ends_the_connection(stage: Stage) -> None:
    cases = [
        auth(stage, stage.now // MS), auth(stage, key="nobody"), auth(stage, secret="wrong"), auth(stage, "soon"),
        {"op": "auth", "args": ["a"]},
    ]  # fmt: skip
    for number, said in enumerate(cases, 10):
        stage.dial("/v5/private" if number % 2 else "/v5/trade", number)
        (answer,) = stage.say(number, said)
        assert answer.get("success") is False or answer["retCode"] != 0
        assert number in stage.closed


def test_private_topics_need_a_login_and_do_not_mix(stage: Stage) -> None:
    stage.dial("/v5/private", 2)
    (ack,) = subscribe(stage, "order", number=2)
    assert ack["success"] is False
    stage.say(2, auth(stage))
    (ack,) = subscribe(stage, "order", "order.linear", number=2)
    assert ack["success"] is False
    (ack,) = subscribe(stage, "tickers.BTCUSDT", number=2)
    assert ack["success"] is False
    (ack,) = subscribe(stage, "order.linear", "execution.fast", number=2)
    assert ack["success"] is True
    order = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.01"}
    stage.signed("POST", "/v5/order/create", order)
    stage.signed("POST", "/v5/order/create", {**order, "category": "spot", "qty": "500"})
    topics = [message["topic"] for message in stage.inboxes[2][1:]]
    assert sorted(topics) == ["execution.fast", "execution.fast", "order.linear", "order.linear"]
    (fast,) = stage.inboxes[2][-1]["data"]
    assert "execFee" not in fast


def request(stage: Stage, name: str = "r1", **changes: Any) -> dict[str, Any]:
    header = {"X-BAPI-TIMESTAMP": str(stage.now // MS), "X-BAPI-RECV-WINDOW": "5000"}
    return {"reqId": name, "header": header, "op": "order.create", "args": [ORDER]} | changes


def test_the_trade_socket_answers_like_rest(stage: Stage) -> None:
    stage.dial("/v5/trade", 3)
    (answer,) = stage.say(3, request(stage))
    assert answer["retCode"] == 10003
    (answer,) = stage.say(3, auth(stage))
    assert answer == {"retCode": 0, "retMsg": "OK", "op": "auth", "connId": "conn-3"}
    (answer,) = stage.say(3, request(stage))
    assert (answer["reqId"], answer["retCode"], answer["op"]) == ("r1", 0, "order.create")
    assert answer["data"]["orderId"]
    assert (answer["header"]["X-Bapi-Limit"], answer["header"]["X-Bapi-Limit-Status"]) == ("10", "9")
    late = {"X-BAPI-TIMESTAMP": str(stage.now // MS - 6_000)}
    cases: list[tuple[dict[str, Any], int]] = [
        (request(stage), 20006),
        (request(stage, "r" * 37), 10001),
        (request(stage, "r2", header=late), 10002),
        (request(stage, "r3", header=None), 10001),
        (request(stage, "r4", args=[]), 10001),
        (request(stage, "r5", args={}), 10001),
        (request(stage, "r6", args=[{"category": "option"}]), 10404),
        (request(stage, "r7", op="order.what"), 10404),
        (request(stage, "r8", op="subscribe"), 10404),
    ]
    for said, code in cases:
        (answer,) = stage.say(3, said)
        assert answer["retCode"] == code
    unnamed = request(stage)
    del unnamed["reqId"]
    (answer,) = stage.say(3, unnamed)
    assert "reqId" not in answer
    assert answer["retCode"] == 0


def test_the_trade_socket_shares_the_limits_and_rights_of_rest(stage: Stage) -> None:
    stage.dial("/v5/trade", 3)
    stage.say(3, {**auth(stage), "reqId": "a"})
    codes = [stage.say(3, request(stage, f"n{count}"))[0]["retCode"] for count in range(11)]
    assert codes == [0] * 10 + [10006]
    stage.dial("/v5/trade", 4)
    stage.say(4, auth(stage, key=READ_ONLY.credentials.key, secret=READ_ONLY.credentials.secret))
    (answer,) = stage.say(4, request(stage))
    assert answer["retCode"] == 10005


def test_silence_ends_a_connection(stage: Stage) -> None:
    stage.dial("/v5/private", 2, "max_active_time=1m")
    stage.dial("/v5/private", 3, "max_active_time=5s")
    stage.dial("/v5/private", 4, "max_active_time=soon")
    assert stage.wire.next_deadline() is not None
    stage.tell(29)
    assert stage.closed == []
    stage.tell(1)
    assert stage.closed == [3]
    stage.say(2, {"op": "ping"})
    stage.tell(59)
    assert stage.closed == [3]
    stage.tell(1)
    assert stage.closed == [3, 2]
    stage.tell(600)
    assert sorted(stage.closed) == [1, 2, 3, 4]


def test_logins_end_when_they_are_told_to(stage: Stage) -> None:
    stage.private(2)
    stage.entry(3)
    stage.wire.expire(stage.now)
    stage.collect()
    assert stage.closed == [2, 3]


class Ear:
    """A sink for our own feed."""

    def __init__(self) -> None:
        self.markets: dict[str, Market] = {}
        self.reports: list[Report] = []
        self.trades: list[tuple[float, float, bool]] = []

    def market(self, line: str, code: str) -> Market | None:
        return self.markets.setdefault(code, Market(VENUE.symbol_of(line, code), line, code, Book()))

    def touched(self, market: Market, now: int) -> None:
        pass

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        self.trades.append((price, size, buy))

    def carried(self, market: Market, now: int) -> None:
        pass

    def report(self, report: Report) -> None:
        self.reports.append(report)


def test_our_own_feed_follows_the_streams(stage: Stage) -> None:
    ear = Ear()
    feed = VENUE.feed("linear", ["BTCUSDT"], tuple(Channel), ear)
    feed.connected(stage.now)

    def shuttle() -> None:
        for frame in feed.to_send():
            stage.wire.receive(1, frame, stage.now)
        stage.collect()
        for item in [item for item in stage.frames if item.socket == 1]:
            stage.frames.remove(item)
            feed.receive(getattr(item, "body", b""), stage.now)

    shuttle()
    for step in range(30):
        stage.quote(LINEAR, 50_000.0 + step % 7, size=1.0 + step % 3, levels=3 + step % 4)
        stage.trade(LINEAR, 50_001.0 + step % 7, 0.25)
        stage.mark(LINEAR, 50_000.0 + step)
        stage.tell(0.1)
        shuttle()
    stage.tell(1)
    shuttle()
    market, real = ear.markets["BTCUSDT"], stage.exchange.markets[LINEAR].book
    assert market.book.state(0) == VALID
    assert market.book.levels(0, 50) == real.levels(0, 50)
    assert market.book.levels(1, 50) == real.levels(1, 50)
    assert (market.carry.mark, market.carry.interval) == (50_029.0, 8)
    assert len(ear.trades) >= 30
    assert (ear.reports, feed.undecoded) == ([], 0)
    assert stage.now % SECOND >= 0

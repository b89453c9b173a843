"""WebSockets: who is let in, what is subscribed to, what is pushed, and orders over them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from basisdesk.domain.account import Forced, Warned
from basisdesk.sim.contract import Close, HttpCall

if TYPE_CHECKING:
    from collections.abc import Callable

SWAP, SPOT = "BTC-USDT-SWAP", "BTC-USDT"
SECOND = 1_000_000_000


def signed(stamp: str) -> str:
    digest = hmac.new(b"secret-of-full", f"{stamp}GET/users/self/verify".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def events(frames: list[Any]) -> list[str]:
    return [frame.get("event", frame.get("action", "push")) for frame in frames]


def number_of(venue: Any, code: str = SWAP) -> int:
    found: int = venue.public("public/instruments", instType="SWAP", instId=code)["data"][0]["instIdCode"]
    return found


def test_only_three_doors_are_open_and_not_too_often(venue: Any) -> None:
    def knock(path: str) -> int:
        call = HttpCall(host="api", authority="", method="GET", path=path, query="", headers={}, body=b"")
        answer = venue.wire.opened(99, call, venue.now)
        return 101 if answer is None else answer.status

    assert knock("/ws/v5/secret") == 404
    assert [knock(f"/ws/v5/{kind}") for kind in ("public", "private", "business", "public")] == [101, 101, 101, 429]
    assert "wss://ws.okx.com:8443" in venue.wire.origins["api"]


def test_a_ping_is_answered_in_text_and_silence_ends_it(venue: Any) -> None:
    socket = venue.open()
    assert venue.say(socket, b"ping") == [b"pong"]
    venue.wait(29)
    assert venue.closes == []
    assert venue.wire.next_deadline() is not None
    venue.wait(2)
    assert [(each.code, each.socket) for each in venue.closes] == [(4004, socket)]
    venue.wire.receive(socket, b"ping", venue.now)  # gone
    venue.wire.closed(socket, venue.now)
    venue.hand_out()
    assert venue.hear(socket) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"{", "60012"), (b"[]", "60012"), ({"op": "subscribe"}, "60012"), ({"op": "dance", "args": []}, "60012"),
        ({"op": 5, "args": []}, "60012"), ({"op": "ping", "args": []}, "60012"),
        ({"op": "subscribe", "args": [5]}, "60013"), ({"op": "subscribe", "args": [{"channel": 5}]}, "60013"),
        ({"op": "subscribe", "args": [{"channel": "books", "instId": "ABC-USDT"}]}, "60018"),
        ({"op": "subscribe", "args": [{"channel": "news", "instId": SPOT}]}, "60018"),
        ({"op": "subscribe", "args": [{"channel": "funding-rate", "instId": SPOT}]}, "60018"),
        ({"op": "subscribe", "args": [{"channel": "index-tickers", "instId": "ABC-USD"}]}, "60018"),
        ({"op": "subscribe", "args": [{"channel": "instruments", "instType": "FISH"}]}, "60018"),
        ({"op": "subscribe", "args": [{"channel": "candle1m", "instId": SPOT}]}, "64001"),
        ({"op": "subscribe", "args": [{"channel": "trades-all", "instId": SPOT}]}, "64001"),
        ({"op": "subscribe", "args": [{"channel": "books-l2-tbt", "instId": SPOT}]}, "64003"),
        ({"op": "subscribe", "args": [{"channel": "fills"}]}, "60029"),
        ({"op": "subscribe", "args": [{"channel": "account"}]}, "60011"),
        ({"op": "login", "args": []}, "60013"), ({"op": "login", "args": [5]}, "60013"),
        ({"op": "login", "args": [{"apiKey": 5}]}, "60013"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_an_error_event(venue: Any, message: Any, code: str) -> None:
    socket = venue.open()
    if isinstance(message, dict):
        message["id"] = "7"
    (event,) = venue.say(socket, message)
    assert (event["event"], event["code"], event["connId"]) == ("error", code, f"{socket:08x}")
    assert event["msg"]
    assert event.get("id") == ("7" if isinstance(message, dict) else None)


def test_a_request_that_is_too_long_ends_the_connection(venue: Any) -> None:
    socket = venue.open()
    venue.wire.receive(socket, b"x" * (64 * 1024 + 1), venue.now)
    assert next(item for item in venue.wire.take() if isinstance(item, Close)).code == 1009


def test_a_book_is_a_snapshot_and_changes_that_name_the_one_before(venue: Any) -> None:
    socket = venue.open()
    argument = {"channel": "books", "instId": SWAP}
    ack, snapshot = venue.say(socket, {"id": "7", "op": "subscribe", "args": [argument]})
    assert ack == {"id": "7", "event": "subscribe", "arg": argument, "connId": f"{socket:08x}"}
    assert (snapshot["arg"], snapshot["action"]) == (argument, "snapshot")
    (first,) = snapshot["data"]
    assert (first["prevSeqId"], first["checksum"]) == (-1, 0)
    book = {side: {level[0]: level[1] for level in first[side]} for side in ("asks", "bids")}
    last = first["seqId"]
    venue.wait(6)
    updates = venue.hear(socket)
    assert len(updates) > 10
    for update in updates:
        (row,) = update["data"]
        assert (update["action"], row["prevSeqId"], row["checksum"]) == ("update", last, 0)
        last = row["seqId"]
        for side in ("asks", "bids"):
            for price, size, _, _ in row[side]:
                book[side][price] = size
    told = venue.exchange.markets["okx:BTC/USDT:USDT"].book
    best = max(Decimal(price) for price, size in book["bids"].items() if size != "0")
    assert float(best) == told.bid
    assert len([size for size in book["asks"].values() if size != "0"]) == told.depth(1)
    assert {topic for topic in venue.topics if "BTC" in topic} == {f"snapshot {SWAP}", f"book {SWAP}"}
    assert events(venue.say(socket, {"op": "unsubscribe", "args": [argument]})) == ["unsubscribe"]
    venue.wait(1)
    assert venue.hear(socket) == []
    assert events(venue.say(socket, {"op": "unsubscribe", "args": [argument]})) == ["unsubscribe"]


def test_two_listeners_of_a_book_each_have_a_chain_of_their_own(venue: Any) -> None:
    one, other = venue.open(), venue.open()
    venue.subscribe(one, "books", instId=SWAP)
    venue.wait(1)
    _, snapshot = venue.subscribe(other, "books", instId=SWAP)
    venue.wait(1)
    first = venue.hear(other)[0]["data"][0]
    assert first["prevSeqId"] == snapshot["data"][0]["seqId"]
    venue.wire.closed(one, venue.now)
    venue.wait(1)
    assert venue.hear(other)


@pytest.mark.parametrize(
    ("channel", "code", "least"),
    [
        ("tickers", SWAP, 5), ("bbo-tbt", SWAP, 5), ("books5", SWAP, 5), ("mark-price", SWAP, 1),
        ("index-tickers", "BTC-USDT", 1), ("price-limit", SWAP, 3), ("open-interest", SWAP, 0), ("trades", SWAP, 1),
        ("funding-rate", SWAP, 0),
    ],
)  # fmt: skip
def test_public_channels_push(venue: Any, channel: str, code: str, least: int) -> None:
    socket = venue.open()
    ack, *first = venue.subscribe(socket, channel, instId=code)
    assert ack["event"] == "subscribe"
    assert len(first) == (0 if channel == "trades" else 1)
    for _ in range(25):
        venue.wait(0.2)
    pushed = venue.hear(socket)
    assert least <= len(pushed) <= 60
    for frame in (*first, *pushed):
        assert frame["arg"] == {"channel": channel, "instId": code}
        assert all("ts" in row for row in frame["data"])


def test_instruments_are_pushed_by_type_and_again_when_they_change(venue: Any) -> None:
    socket = venue.open()
    _, first = venue.subscribe(socket, "instruments", instType="SPOT")
    assert {row["instId"] for row in first["data"]} >= {SPOT}
    spot = venue.exchange.markets["okx:BTC/USDT"].instrument
    venue.exchange.relist(replace(spot, tradable=False), venue.now)
    venue.wait(1)
    (changed,) = venue.hear(socket)
    assert {row["instId"]: row["state"] for row in changed["data"]}[SPOT] == "suspend"


def test_candles_and_single_trades_are_business(fresh: Callable[..., Any]) -> None:
    venue = fresh(1_764_028_794 * SECOND)
    socket = venue.open("business")
    _, first = venue.subscribe(socket, "candle1m", instId=SWAP)
    venue.subscribe(socket, "trades-all", instId=SWAP)
    for _ in range(20):
        venue.wait(0.6)
    pushed = venue.hear(socket)
    candles = [frame["data"] for frame in pushed if frame["arg"]["channel"] == "candle1m"]
    assert {len(row) for data in (first["data"], *candles) for row in data} == {9}
    assert any([row[8] for row in data] == ["1", "0"] for data in candles)  # one ended, one began
    assert any(frame["arg"]["channel"] == "trades-all" for frame in pushed)
    assert events(venue.subscribe(socket, "tickers", instId=SWAP)) == ["error"]
    venue.exchange.floor.pools["okx:SOL/USD:SOL"].chart._minutes.clear()
    assert events(venue.subscribe(socket, "candle1m", instId="SOL-USD-SWAP")) == ["subscribe"]


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        ({"timestamp": "soon"}, "60004"), ({"timestamp": "1700000000"}, "60006"), ({"apiKey": "nobody"}, "60005"),
        ({"passphrase": "wrong"}, "60024"), ({"sign": "é"}, "60007"),
    ],
)  # fmt: skip
def test_a_wrong_login_says_what_is_wrong(venue: Any, instead: dict[str, str], code: str) -> None:
    socket = venue.open("private")
    reply = venue.login(socket, **instead)
    assert (reply["event"], reply["code"]) == ("error", code)
    assert events(venue.subscribe(socket, "account")) == ["error"]
    assert venue.login(socket) == {"event": "login", "code": "0", "msg": "", "connId": f"{socket:08x}"}


def test_an_account_may_listen_to_a_channel_on_thirty_sockets(venue: Any) -> None:
    sockets = [venue.open("private") for _ in range(32)]
    for socket in sockets:
        venue.login(socket)
    for socket in sockets[:30]:
        assert venue.subscribe(socket, "orders", instType="ANY")[0]["event"] == "subscribe"
    refused = {"event": "channel-conn-count-error", "channel": "orders", "connCount": "30"}
    (answer,) = venue.subscribe(sockets[30], "orders", instType="SPOT")
    assert answer == refused | {"connId": f"{sockets[30]:08x}"}
    assert venue.subscribe(sockets[30], "account")[0]["event"] == "subscribe"
    assert venue.subscribe(sockets[0], "orders", instType="SPOT")[0]["event"] == "subscribe"
    second = venue.open("private")
    venue.login(second, key="basisdesk-second")
    assert venue.subscribe(second, "orders", instType="ANY")[0]["event"] == "subscribe"
    venue.wire.closed(sockets[5], venue.now)
    assert venue.subscribe(sockets[31], "orders", instType="ANY")[0]["event"] == "subscribe"


def test_private_channels_need_their_address_and_their_type(venue: Any) -> None:
    public = venue.open()
    venue.login(public)
    assert venue.subscribe(public, "account")[0]["code"] == "60018"
    private = venue.open("private")
    venue.login(private)
    assert venue.subscribe(private, "orders")[0]["code"] == "60018"
    assert events(venue.subscribe(private, "orders", instType="ANY")) == ["subscribe"]
    assert events(venue.subscribe(private, "tickers", instId=SPOT)) == ["subscribe", "push"]


def test_the_account_is_told_as_it_changes(venue: Any) -> None:
    socket = venue.open("private")
    venue.login(socket)
    (_, account) = venue.subscribe(socket, "account")
    assert (account["eventType"], account["curPage"], account["lastPage"]) == ("snapshot", 1, True)
    assert account["arg"] == {"channel": "account", "uid": "1000001"}
    assert events(venue.subscribe(socket, "positions", instType="ANY")) == ["subscribe", "push"]
    assert events(venue.subscribe(socket, "orders", instType="SWAP", instFamily="BTC-USDT")) == ["subscribe"]
    for _ in range(2):  # asked for twice and told once
        venue.subscribe(socket, "orders", instType="SPOT")
    venue.subscribe(socket, "liquidation-warning", instType="ANY")
    (_, both) = venue.subscribe(socket, "balance_and_position")
    assert both["data"][0]["eventType"] == "snapshot"
    venue.post("trade/order", {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "2",
                               "clOrdId": "t1"})  # fmt: skip
    venue.hand_out()
    pushed = venue.hear(socket)
    orders = [frame["data"][0] for frame in pushed if frame["arg"]["channel"] == "orders"]
    assert [row["state"] for row in orders][-1] == "filled"
    assert sum(Decimal(row["fillSz"]) for row in orders) == 2
    assert Decimal(orders[-1]["fee"]) == sum(Decimal(row["fillFee"]) for row in orders) < 0
    assert (orders[-1]["execType"], orders[-1]["tradeId"] != "") == ("T", True)
    kinds = {frame["arg"]["channel"]: frame for frame in pushed}
    assert kinds["positions"]["data"][0]["pos"] == "2"
    assert kinds["account"]["eventType"] == "event_update"
    assert kinds["balance_and_position"]["data"][0]["eventType"] == "filled"
    assert kinds["balance_and_position"]["data"][0]["trades"][0]["instId"] == SWAP
    venue.post(
        "trade/order", {"instId": "ETH-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "1"}
    )
    venue.post("asset/transfer", {"ccy": "USDT", "amt": "5", "from": "6", "to": "18"})
    venue.hand_out()
    pushed = venue.hear(socket)
    assert "orders" not in {frame["arg"]["channel"] for frame in pushed}
    assert pushed[-1]["data"][0].get("eventType", "transferred") == "transferred"
    venue.wire.told("1000001", Warned(at=venue.now, forced=Forced.LIQUIDATION, symbol="okx:BTC/USDT:USDT"), venue.now)
    venue.wire.told("1000002", Warned(at=venue.now, forced=Forced.LIQUIDATION, symbol="okx:BTC/USDT:USDT"), venue.now)
    venue.hand_out()
    (warned,) = venue.hear(socket)
    assert warned["data"][0]["instId"] == SWAP
    assert events(venue.say(socket, {"op": "unsubscribe", "args": [{"channel": "account"}]})) == ["unsubscribe"]
    assert events(venue.say(socket, {"op": "unsubscribe", "args": [{"channel": "account"}]})) == ["unsubscribe"]
    venue.post("asset/transfer", {"ccy": "USDT", "amt": "5", "from": "6", "to": "18"})
    venue.hand_out()
    assert {frame["arg"]["channel"] for frame in venue.hear(socket)} == {"balance_and_position"}


def test_nobody_hears_of_another_account(venue: Any) -> None:
    socket = venue.open("private")
    venue.login(socket, "basisdesk-second")
    venue.subscribe(socket, "orders", instType="ANY")
    venue.subscribe(socket, "account")
    venue.post("trade/order", {"instId": SPOT, "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100"})
    venue.hand_out()
    assert venue.hear(socket) == []


def test_an_amend_is_told_with_its_result(venue: Any) -> None:
    socket = venue.open("private")
    venue.login(socket)
    venue.subscribe(socket, "orders", instType="ANY")
    number = number_of(venue)
    order = {"instIdCode": number, "tdMode": "cross", "side": "buy", "ordType": "limit", "sz": "2", "px": "50000",
             "clOrdId": "t1"}  # fmt: skip
    push, ack = venue.say(socket, {"id": "r1", "op": "order", "args": [order]})
    assert (ack["id"], ack["op"], ack["code"], ack["data"][0]["sCode"]) == ("r1", "order", "0", "0")
    assert (push["data"][0]["state"], push["data"][0]["amendResult"]) == ("live", "")
    change = {"instIdCode": number, "clOrdId": "t1", "newSz": "3", "reqId": "q1"}
    push, ack = venue.say(socket, {"id": "r2", "op": "amend-order", "args": [change]})
    row = push["data"][0]
    assert (row["sz"], row["amendResult"], row["reqId"]) == ("3", "0", "q1")
    push, ack = venue.say(socket, {"id": "r3", "op": "cancel-order", "args": [{"instIdCode": number, "clOrdId": "t1"}]})
    assert (push["data"][0]["state"], push["data"][0]["cancelSource"], ack["code"]) == ("canceled", "1", "0")
    assert int(ack["outTime"]) >= int(ack["inTime"])
    two = [order | {"clOrdId": "b1"}, order | {"clOrdId": "b1"}]
    *_, ack = venue.say(socket, {"id": "r4", "op": "batch-orders", "args": two})
    assert (ack["code"], [each["sCode"] for each in ack["data"]]) == ("2", ["0", "51016"])


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"id": "r1", "args": [{"instId": SWAP}]}, "50014"),
        ({"id": "r1", "args": [{"instIdCode": "10001"}]}, "51000"),
        ({"id": "r1", "args": [{"instIdCode": True}]}, "51000"),
        ({"id": "r1", "args": [{"instIdCode": 5}]}, "51001"),
        ({"id": "r1", "args": []}, "60013"),
        ({"id": "r1", "args": [5]}, "60013"),
        ({"id": "r-1", "args": [{}]}, "60033"),
        ({"id": 5, "args": [{}]}, "60033"),
        ({"id": "r1", "expTime": "1700000000000", "args": [{}]}, "50036"),
        ({"id": "r1", "expTime": 1700000000000, "args": [{}]}, "51000"),
    ],
)
def test_an_order_that_is_wrong_is_answered_under_its_id(venue: Any, message: Any, code: str) -> None:
    socket = venue.open("private")
    venue.login(socket)
    (reply,) = venue.say(socket, {"op": "order"} | message)
    assert (reply["id"], reply["op"], reply["code"], reply["data"]) == (message["id"], "order", code, [])


def test_orders_need_a_login_that_may_trade(venue: Any) -> None:
    socket = venue.open("private")
    order = {"id": "r1", "op": "order", "args": [{}]}
    assert venue.say(socket, order)[0]["code"] == "60011"
    venue.login(socket, "basisdesk-readonly")
    assert venue.say(socket, order)[0]["code"] == "50120"
    public = venue.open()
    venue.login(public)
    assert venue.say(public, order)[0]["code"] == "60011"


def test_subscriptions_are_counted_by_the_hour(venue: Any) -> None:
    socket = venue.open()
    found = [venue.subscribe(socket, "books", instId="ABC-USDT")[0]["code"] for _ in range(481)]
    assert found == ["60018"] * 480 + ["60014"]


def test_an_end_of_logins_hangs_up_on_those_who_logged_in(venue: Any) -> None:
    public, private = venue.open(), venue.open("private")
    venue.login(private)
    venue.wire.expire(venue.now)
    venue.hand_out()
    assert [(each.socket, each.code) for each in venue.closes] == [(private, 4007)]
    assert venue.say(public, b"ping") == [b"pong"]


def test_a_login_may_have_fractions_of_a_second(venue: Any) -> None:
    socket = venue.open("private")
    stamp = f"{venue.now // SECOND}.500"
    reply = venue.login(socket, timestamp=stamp, sign=signed(stamp))
    assert reply["event"] == "login"
    assert json.dumps(reply)

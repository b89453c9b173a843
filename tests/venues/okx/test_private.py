"""The private connection: login, subscriptions, keep-alive, and every message as an update."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain import ask as asks
from basisdesk.domain.account import (
    Balance,
    Complete,
    Fill,
    Forced,
    OrderUpdate,
    Position,
    StreamEnded,
    Warned,
)
from basisdesk.domain.ask import OrderType
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done
from basisdesk.venues.trading import Private, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.domain.account import Update
    from basisdesk.venues.trading import Session, Trading

NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
SWAP = "okx:BTC/USDT:USDT"
LOGIN = (
    b'{"op":"login","args":[{"apiKey":"demoKey000000000000000000000000001","passphrase":"demoPass1",'
    b'"timestamp":"1700000000","sign":"GVLXy8USaIpSufN93yWL/g92Rf/+eqdn4ahvZDHUwtY="}]}'
)
ORDER = {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "ordId": "9001", "clOrdId": "test1", "tag": "", "px": "50000.1",
    "sz": "2", "side": "buy", "posSide": "net", "tdMode": "cross", "ordType": "limit", "state": "partially_filled",
    "accFillSz": "1", "avgPx": "50000.1", "fillSz": "1", "fillPx": "50000.1", "tradeId": "55",
    "fillTime": "1700000000130", "fillFee": "-0.1", "fillFeeCcy": "USDT", "execType": "M", "fee": "-0.1",
    "feeCcy": "USDT", "lever": "5", "reduceOnly": "false", "cancelSource": "", "amendResult": "", "reqId": "",
    "code": "0", "msg": "", "cTime": "1700000000100", "uTime": "1700000000131",
}  # fmt: skip


def spell(message: Any) -> bytes:
    return message if isinstance(message, bytes) else json.dumps(message).encode()


@pytest.fixture
def stream(trading: Trading, session: Session) -> Private:
    """A connection that has just been made."""
    (private,) = trading.privates(["public"], session)
    private.connected(NOW)
    return private


def hear(stream: Private, message: Any, now: int = NOW) -> list[Update]:
    return stream.receive(spell(message), now)


def is_ready(stream: Private) -> bool:
    return stream.ready


def enter(stream: Private) -> None:
    """Log in and be granted everything."""
    assert hear(stream, {"event": "login", "code": "0", "msg": "", "connId": "ab12"}) == []
    for frame in stream.to_send():
        for argument in json.loads(frame).get("args", []):
            assert not stream.ready
            assert hear(stream, {"event": "subscribe", "arg": argument, "connId": "ab12"}) == []
    assert stream.ready


def push(stream: Private, channel: str, *rows: Any, **more: Any) -> list[Update]:
    return hear(stream, {"arg": {"channel": channel, "uid": "447"}, "data": list(rows)} | more)


def test_it_logs_in_and_subscribes_and_is_ready(stream: Private) -> None:
    assert stream.to_ask() == []
    assert stream.replied(asks.OpenStream("public"), Reply(outcome=Done()), NOW) == []
    assert stream.url(NOW) == "wss://ws.okx.com:8443/ws/v5/private"
    assert stream.headers(NOW) == ()
    assert stream.to_send() == [LOGIN]
    assert stream.to_send() == []
    hear(stream, {"event": "login", "code": "0", "msg": "", "connId": "ab12"})
    (subscribed,) = stream.to_send()
    assert json.loads(subscribed) == {
        "op": "subscribe",
        "args": [
            {"channel": "orders", "instType": "ANY"},
            {"channel": "account"},
            {"channel": "positions", "instType": "ANY"},
            {"channel": "liquidation-warning", "instType": "ANY"},
        ],
    }
    assert not is_ready(stream)
    for channel in ("orders", "account", "positions", "positions", "liquidation-warning"):
        hear(stream, {"event": "subscribe", "arg": {"channel": channel}})
        hear(stream, {"event": "channel-conn-count", "channel": channel, "connCount": "2", "connId": "ab12"})
    assert is_ready(stream)
    stream.disconnected(NOW)
    assert not is_ready(stream)
    assert stream.next_deadline() is None


def test_without_a_key_there_is_nowhere_to_go_and_demo_lives_elsewhere(trading: Trading, session: Session) -> None:
    session.learned["demo"] = "1"
    (private,) = trading.privates(["public"], session)
    assert private.url(NOW) == "wss://wspap.okx.com:8443/ws/v5/private"
    session.credentials = None
    assert private.url(NOW) is None
    private.connected(NOW)
    assert private.to_send() == []


def test_silence_ends_it(stream: Private) -> None:
    stream.to_send()
    assert stream.next_deadline() == NOW + 10 * SECOND
    assert stream.on_time(NOW + 9 * SECOND) == []
    assert stream.on_time(NOW + 10 * SECOND) == [
        StreamEnded(at=NOW + 10 * SECOND, message="no answer to the login or to a subscription")
    ]
    enter(stream)
    assert stream.next_deadline() == NOW + 20 * SECOND
    assert stream.on_time(NOW + 20 * SECOND) == []
    assert stream.to_send() == [b"ping"]
    assert stream.receive(b"pong", NOW + 21 * SECOND) == []
    assert stream.on_time(NOW + 41 * SECOND) == []
    assert stream.to_send() == [b"ping"]
    ended = stream.on_time(NOW + 46 * SECOND)
    assert ended == [StreamEnded(at=NOW + 46 * SECOND, message="no answer to a ping")]
    assert stream.next_deadline() is None


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        ({"event": "error", "code": "60009", "msg": "Login failed.", "connId": "ab12"}, True),
        ({"event": "login", "code": 60024, "msg": "Wrong passphrase"}, True),
        ({"event": "error", "code": "60018", "msg": "no such channel"}, False),
        ({"event": "notice", "code": "64008", "msg": "The connection will soon be closed"}, False),
        ({"event": "channel-conn-count-error", "channel": "orders", "connCount": "30"}, False),
    ],
)
def test_what_ends_the_stream_says_why(stream: Private, message: Any, refused: bool) -> None:
    (ended,) = hear(stream, message)
    assert isinstance(ended, StreamEnded)
    assert (ended.at, ended.refused) == (NOW, refused)
    assert str(message.get("code", "orders")) in ended.message
    assert hear(stream, {"event": "unsubscribe", "arg": {"channel": "orders"}}) == []


def test_a_fill_comes_with_its_order(stream: Private) -> None:
    enter(stream)
    assert push(stream, "orders", ORDER) == [
        Fill(
            at=1_700_000_000_130_000_000, symbol=SWAP, trade_id="55", venue_id="9001", client_id="test1",
            side=Side.BUY, price=Decimal("50000.1"), size=Decimal(1), fee=Decimal("0.1"), fee_asset="USDT", maker=True,
            account="447",
        ),
        OrderUpdate(
            at=1_700_000_000_131_000_000, symbol=SWAP, venue_id="9001", client_id="test1", status=OrderStatus.OPEN,
            side=Side.BUY, type=OrderType.LIMIT, size=Decimal(2), price=Decimal("50000.1"), filled=Decimal(1),
            average=Decimal("50000.1"), account="447",
        ),
    ]  # fmt: skip
    bare = ORDER | {"fillSz": "0", "tradeId": "", "fillPx": "", "state": "live", "accFillSz": "0", "avgPx": ""}
    assert [type(update) for update in push(stream, "orders", bare)] == [OrderUpdate]
    assert [type(update) for update in push(stream, "orders", ORDER | {"fillSz": "0"})] == [OrderUpdate]
    fill = push(stream, "orders", ORDER | {"fillFee": "", "fillFeeCcy": "", "execType": ""})[0]
    assert isinstance(fill, Fill)
    assert (fill.fee, fill.maker) == (None, None)
    rebate = push(stream, "orders", ORDER | {"fillFee": "0.01", "fillFeeCcy": "OKB"})[0]
    assert isinstance(rebate, Fill)
    assert (rebate.fee, rebate.fee_asset) == (Decimal("-0.01"), "OKB")


@pytest.mark.parametrize(
    ("category", "forced"),
    [("adl", Forced.ADL), ("full_liquidation", Forced.LIQUIDATION), ("partial_liquidation", Forced.LIQUIDATION),
     ("delivery", Forced.DELIVERY), ("normal", None), ("twap", None)],
)  # fmt: skip
def test_what_the_venue_did_by_itself_is_marked(stream: Private, category: str, forced: Forced | None) -> None:
    fill, order = push(stream, "orders", ORDER | {"category": category, "clOrdId": ""})
    assert isinstance(fill, Fill)
    assert isinstance(order, OrderUpdate)
    assert (fill.forced, order.forced) == (forced, forced)


def test_lists_are_whole_at_their_last_page(stream: Private) -> None:
    enter(stream)
    coin = {"ccy": "USDT", "cashBal": "100", "availBal": "90", "eq": "101", "uTime": "1700000000000"}
    first = push(stream, "account", {"details": [coin]}, eventType="snapshot", curPage=1, lastPage=False)
    balance = Balance(
        at=NOW, line="public", asset="USDT", total=Decimal(100), available=Decimal(90), equity=Decimal(101),
        wallet="trading", account="447",
    )  # fmt: skip
    assert first == [balance]
    last = push(stream, "account", {"details": [coin]}, eventType="snapshot", curPage=2, lastPage=True)
    assert last == [balance, Complete(at=NOW, what="balances", line="public")]
    assert push(stream, "account", {"details": [coin]}, eventType="event_update") == [balance]
    row = {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "pos": "3", "posSide": "net", "uTime": "1700000000000"}
    position = Position(at=NOW, symbol=SWAP, size=Decimal(3), account="447")
    assert push(stream, "positions", row, eventType="snapshot", curPage=1, lastPage=True) == [
        position,
        Complete(at=NOW, what="positions", line="public"),
    ]
    assert push(stream, "positions", row, eventType="event_update") == [position]


def test_a_warning_names_the_market(stream: Private) -> None:
    assert push(
        stream, "liquidation-warning", {"instId": "BTC-USDT-SWAP", "mgnRatio": "1.1", "pTime": "1700000000000"}
    ) == [Warned(at=NOW, forced=Forced.LIQUIDATION, symbol=SWAP, message="margin ratio 1.1", account="447")]
    (warned,) = push(stream, "liquidation-warning", {})
    assert isinstance(warned, Warned)
    assert warned.symbol == ""


@pytest.mark.parametrize(("word", "maker"), [("M", True), ("T", False), ("", None), ("X", None)])
def test_a_trade_is_the_makers_or_the_takers_as_it_says(stream: Private, word: str, maker: bool | None) -> None:
    fill = push(stream, "orders", ORDER | {"execType": word})[0]
    assert isinstance(fill, Fill)
    assert fill.maker is maker


def test_what_cannot_be_read_is_counted_and_the_rest_is_told(stream: Private) -> None:
    for bad in (b"{", b"\xff", b"[]", {"data": 5}, {}):
        assert hear(stream, bad) == []
    assert stream.undecoded == 5
    assert len(push(stream, "orders", 7, ORDER | {"side": "up"}, ORDER)) == 2
    assert push(stream, "fills", ORDER) == []
    assert stream.undecoded == 8


@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("ws_orders", [Fill, OrderUpdate]), ("ws_orders_adl", [Fill, OrderUpdate]),
        ("ws_orders_liquidation", [Fill, OrderUpdate]), ("ws_orders_fok", [Fill, OrderUpdate]),
        ("ws_account", [Balance, Balance]),
    ],
)  # fmt: skip
def test_recorded_pushes_are_read(stream: Private, recordings: Path, file: str, kinds: list[type]) -> None:
    updates = hear(stream, (recordings / "nautilus" / "okx" / f"{file}.json").read_bytes())
    assert [type(update) for update in updates][: len(kinds)] == kinds
    assert stream.undecoded == 0
    done = [update for update in updates if isinstance(update, OrderUpdate)]
    assert all(update.reason is DoneReason.FILLED for update in done)


@pytest.mark.parametrize("file", ["ws_orders_option", "ws_sprd_orders"])
def test_recorded_pushes_of_what_is_not_ours_are_no_trouble(stream: Private, recordings: Path, file: str) -> None:
    updates = hear(stream, (recordings / "nautilus" / "okx" / f"{file}.json").read_bytes())
    if file == "ws_orders_option":
        assert {update.symbol for update in updates if isinstance(update, OrderUpdate | Fill)} == {
            "okx:BTC/USD:BTC-250328-50000-C"
        }
    else:
        assert (updates, stream.undecoded) == ([], 1)


COIN = {"ccy": "USDC", "cashBal": "5", "eq": "5", "availBal": "4", "uTime": "1700000000000"}
HELD = {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "pos": "2", "posSide": "net", "uTime": "1700000000000"}


def test_a_coin_that_cannot_be_read_hides_no_other_and_ends_no_list(stream: Private) -> None:
    enter(stream)
    coins = [{"ccy": "BTC", "cashBal": "much"}, COIN]
    told = push(stream, "account", {"uTime": "1", "details": coins}, eventType="snapshot")
    assert [update.asset for update in told if isinstance(update, Balance)] == ["USDC"]
    assert not [update for update in told if isinstance(update, Complete)]
    assert stream.undecoded == 1
    told = push(stream, "account", {"uTime": "1", "details": [COIN]}, eventType="snapshot")
    assert isinstance(told[-1], Complete)


def test_a_position_that_cannot_be_read_is_not_taken_for_flat_whatever_its_page(stream: Private) -> None:
    enter(stream)
    first = push(stream, "positions", HELD | {"pos": "?"}, HELD, eventType="snapshot", curPage=1, lastPage=False)
    assert [type(update) for update in first] == [Position]
    last = push(stream, "positions", HELD, eventType="snapshot", curPage=2, lastPage=True)
    assert [type(update) for update in last] == [Position]
    assert stream.undecoded == 1
    whole = push(stream, "positions", HELD, eventType="snapshot", curPage=1, lastPage=True)
    assert [type(update) for update in whole] == [Position, Complete]


def test_a_strange_row_of_orders_leaves_lists_of_positions_whole(stream: Private) -> None:
    enter(stream)
    push(stream, "orders", ORDER | {"state": "unheard of"})
    assert stream.undecoded == 1
    told = push(stream, "positions", HELD, eventType="snapshot")
    assert isinstance(told[-1], Complete)


def test_an_odd_change_between_two_lists_leaves_the_next_list_whole(stream: Private) -> None:
    enter(stream)
    push(stream, "positions", HELD | {"pos": "?"}, eventType="event_update")
    assert stream.undecoded == 1
    assert isinstance(push(stream, "positions", HELD, eventType="snapshot")[-1], Complete)

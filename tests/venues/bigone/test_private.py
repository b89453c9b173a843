"""The private conversations: spot's login on its socket, and the contract stream that is its address."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.account import (
    Balance,
    Complete,
    Fill,
    Forced,
    Income,
    OrderUpdate,
    Position,
    StreamEnded,
    Update,
)  # fmt: skip
from basisdesk.domain.ask import AskBalances, AskFills
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Unknown
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.bigone.sign import bearer
from basisdesk.venues.trading import Credentials, Private, Reply, Session

NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
KEY = Credentials("key", "secret")
SPOT, INVERSE = "bigone:BTC/USDT", "bigone:BTC/USD:BTC"
USER = "5aec525e-335d-4724-0005-20153b361f89"
ORDER = {
    "id": "10", "price": "50000.1", "amount": "0.5", "market": "BTC-USDT", "filledAmount": "0", "avgDealPrice": "0",
    "createdAt": "2023-11-14T22:13:20Z", "updatedAt": "2023-11-14T22:13:20Z", "clientOrderId": "own-1",
}  # fmt: skip


def private(line: str, key: Credentials | None = KEY) -> Private:
    assert VENUE.trading is not None
    one = Session(key)
    one.know(VENUE.well_known())
    (stream,) = VENUE.trading.privates([line], one)
    return stream


def hear(stream: Private, message: Any, now: int = NOW) -> list[Update]:
    return stream.receive(message if isinstance(message, bytes) else json.dumps(message).encode(), now)


def frames(stream: Private) -> list[Any]:
    return [json.loads(frame) for frame in stream.to_send()]


@pytest.fixture
def spot() -> Private:
    """A spot stream that is logged in and subscribed."""
    stream = private("spot")
    stream.connected(NOW)
    stream.to_send()
    hear(stream, {"requestId": "login", "success": {"ok": True}})
    stream.to_send()
    hear(stream, {"requestId": "orders", "ordersSnapshot": {}})
    hear(stream, {"requestId": "accounts", "accountsSnapshot": {"accounts": []}})
    assert stream.ready
    return stream


def test_there_is_one_connection_for_each_line_and_none_for_orders() -> None:
    assert VENUE.trading is not None
    one = Session(KEY)
    urls = [stream.url(NOW) for stream in VENUE.trading.privates(["contract", "spot"], one)]
    assert urls == ["wss://api.big.one/ws/v2", "wss://api.big.one/ws/contract/v2/stream"]
    assert VENUE.trading.privates([], one) == []
    assert VENUE.trading.entry("spot", one) is None


def test_spot_logs_in_then_subscribes_and_is_ready_when_both_have_answered() -> None:
    stream = private("spot")
    assert (stream.url(NOW), stream.headers(NOW), stream.next_deadline()) == ("wss://api.big.one/ws/v2", (), None)
    stream.connected(NOW)
    token = {"token": bearer(KEY, NOW)}
    assert frames(stream) == [{"requestId": "login", "authenticateCustomerRequest": token}]
    assert hear(stream, {"requestId": "login", "success": {"ok": True}}) == []
    assert frames(stream) == [
        {"requestId": "orders", "subscribeAllViewerOrdersRequest": {}},
        {"requestId": "accounts", "subscribeViewerAccountsRequest": {}},
    ]
    snapshot = {"orders": [ORDER]}
    order, whole = hear(stream, {"requestId": "orders", "ordersSnapshot": snapshot})
    assert order == OrderUpdate(
        at=NOW, symbol=SPOT, venue_id="10", client_id="own-1", status=OrderStatus.OPEN, side=Side.BUY,
        type=order.type if isinstance(order, OrderUpdate) else None, size=Decimal("0.5"), price=Decimal("50000.1"),
    )  # fmt: skip
    assert whole == Complete(at=NOW, what="open_orders", line="spot")
    assert stream.to_ask() == []
    rows = [{"asset": "BTC", "balance": "2", "lockedBalance": "0.5"}, {"asset": "X"}]
    told = hear(stream, {"requestId": "accounts", "accountsSnapshot": {"accounts": rows}})
    btc = Balance(at=NOW, line="spot", asset="BTC", total=Decimal(2), available=Decimal("1.5"), wallet="spot")
    assert told[0] == btc
    assert told[-1] == Complete(at=NOW, what="balances", line="spot")
    assert hear(stream, {"requestId": "accounts", "accountUpdate": {"account": rows[0]}}) == [btc]
    stream.disconnected(NOW)
    assert (stream.ready, stream.next_deadline()) == (False, None)


@pytest.mark.parametrize("names", [("ordersSnapshot", "accountsSnapshot"), ("accountsSnapshot", "ordersSnapshot")])
def test_spot_is_ready_when_orders_and_balances_have_both_been_told(names: tuple[str, str]) -> None:
    stream = private("spot")
    stream.connected(NOW)
    seen = [stream.ready]
    messages: list[dict[str, Any]] = [{name: {}} for name in names]
    for message in messages:
        hear(stream, message)
        seen.append(stream.ready)
    assert seen == [False, False, True]


def test_what_was_filled_is_asked_for_and_once_more_a_little_later(spot: Private) -> None:
    filled = ORDER | {"filledAmount": "0.2", "state": "PENDING", "side": "ASK"}
    (told,) = hear(spot, {"requestId": "orders", "orderUpdate": {"order": filled}})
    assert isinstance(told, OrderUpdate)
    assert (told.filled, told.side, told.status) == (Decimal("0.2"), Side.SELL, OrderStatus.OPEN)
    ask = AskFills(line="spot", symbol=SPOT, since=NOW)
    assert spot.to_ask() == [ask]
    assert spot.to_ask() == []
    fill = Fill(
        at=NOW, symbol=SPOT, trade_id="7", venue_id="10", client_id="", side=Side.SELL, price=Decimal(1),
        size=Decimal(1), fee=None, fee_asset="",
    )  # fmt: skip
    assert spot.replied(ask, Reply(outcome=Done(), updates=(fill,)), NOW) == [fill]
    assert spot.next_deadline() == NOW + 5 * SECOND
    spot.on_time(NOW + 5 * SECOND)
    assert spot.to_ask() == [ask]
    assert spot.to_ask() == []
    for late in ("0.2", "0.1", "0.2"):
        told_late = {"order": filled | {"filledAmount": late}}
        hear(spot, {"requestId": "orders", "orderUpdate": told_late}, NOW + 6 * SECOND)
        assert spot.to_ask() == []  # nothing more was filled


def test_fills_are_asked_for_at_most_once_a_second_and_again_when_not_answered(spot: Private) -> None:
    ask = AskFills(line="spot", symbol=SPOT, since=NOW)
    for tenth in range(1, 4):
        row = {"filledAmount": str(Decimal(tenth) / 10)}
        hear(spot, {"orderUpdate": {"order": ORDER | row}}, NOW + tenth)
        assert spot.to_ask() == ([ask] if tenth == 1 else [])
    spot.on_time(NOW + SECOND + 1)
    assert spot.to_ask() == [ask]
    spot.replied(ask, Reply(outcome=Unknown("lost")), NOW + SECOND + 1)
    assert spot.next_deadline() == NOW + 3 * SECOND + 1
    spot.on_time(NOW + 10 * SECOND)
    assert spot.to_ask() == [ask]
    spot.replied(ask, Reply(outcome=Unknown("lost")), NOW + 10 * SECOND)
    assert spot.next_deadline() == NOW + 12 * SECOND
    assert spot.replied(AskBalances("spot"), Reply(outcome=Unknown("lost")), NOW) == []


def test_fills_of_an_older_order_widen_what_is_asked_for(spot: Private) -> None:
    hear(spot, {"orderUpdate": {"order": ORDER | {"filledAmount": "0.1"}}})
    old = ORDER | {"id": 9, "filledAmount": "0.1", "createdAt": "2023-11-14T22:13:00Z"}
    hear(spot, {"orderUpdate": {"order": old}})
    assert spot.to_ask() == [AskFills(line="spot", symbol=SPOT, since=NOW - 20 * SECOND)]


def test_what_is_kept_of_ended_orders_is_bounded(spot: Private, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("basisdesk.venues.bigone.spot_stream.MOST_ORDERS", 2)
    for number in ("1", "2", "3"):
        hear(spot, {"orderUpdate": {"order": ORDER | {"id": number, "filledAmount": "0.1"}}})
    spot.to_ask()
    for number, again in (("3", False), ("1", True)):  # the oldest is forgotten, so its fill counts as new
        hear(spot, {"orderUpdate": {"order": ORDER | {"id": number, "filledAmount": "0.1"}}}, NOW + 2 * SECOND)
        assert bool(spot.to_ask()) is again


def test_a_refused_login_ends_the_stream() -> None:
    stream = private("spot")
    stream.connected(NOW)
    told = hear(stream, {"requestId": "login", "error": {"code": 45001, "message": "invalid"}})
    assert told == [StreamEnded(at=NOW, message="45001 invalid", refused=True)]
    told = hear(stream, {"requestId": "orders", "error": {"code": 45000, "message": "GRPC error"}})
    assert told == [StreamEnded(at=NOW, message="45000 GRPC error")]


def test_without_a_grant_in_time_the_stream_has_ended() -> None:
    stream = private("spot", None)
    stream.connected(NOW)
    assert stream.to_send() == []
    assert stream.next_deadline() == NOW + 10 * SECOND
    assert stream.on_time(NOW + SECOND) == []
    (ended,) = stream.on_time(NOW + 10 * SECOND)
    assert isinstance(ended, StreamEnded)
    assert (ended.refused, "not granted" in ended.message) == (False, True)


def test_a_quiet_spot_stream_is_pinged_and_ends_when_nothing_comes_back(spot: Private) -> None:
    assert spot.next_deadline() == NOW + 20 * SECOND
    assert spot.on_time(NOW + 20 * SECOND) == []
    assert frames(spot) == [{"requestId": "ping", "ping": {}}]
    assert hear(spot, {"requestId": "ping", "pong": {}}, NOW + 21 * SECOND) == []
    spot.on_time(NOW + 41 * SECOND)
    spot.to_send()
    (ended,) = spot.on_time(NOW + 51 * SECOND)
    assert isinstance(ended, StreamEnded)


def test_a_venue_that_knows_no_ping_is_not_asked_again(spot: Private) -> None:
    assert hear(spot, {"requestId": "ping", "error": {"code": 10007, "message": "unknown"}}) == []
    assert spot.next_deadline() is None


def test_the_contract_stream_logs_in_with_its_handshake() -> None:
    stream = private("contract")
    assert stream.headers(NOW) == (("Authorization", bearer(KEY, NOW)),)
    assert private("contract", None).headers(NOW) == ()
    assert (stream.ready, stream.to_ask(), stream.to_send(), stream.next_deadline()) == (False, [], [], None)
    stream.connected(NOW)
    assert stream.ready
    assert (stream.on_time(NOW), stream.replied(AskBalances("contract"), Reply(outcome=Done()), NOW)) == ([], [])
    stream.disconnected(NOW)
    assert not stream.ready


DOCUMENTED: dict[str, Any] = {
    "cash": {"userId": USER, "currency": "USDT", "balances": 0.2, "available": 0.2, "marginBalances": 0.2},
    "positions": [
        {"userId": USER, "symbol": "BTCUSD", "isCross": True, "size": 100, "margin": 0.01, "markPrice": 11303.14,
         "liquidatePrice": 10000.5, "entryPrice": 11290, "unrealizedPnl": 0, "leverage": 100},
    ],
    "orders": [
        {"id": "o1", "userId": USER, "liquidateUserId": None, "symbol": "BTCUSD", "currency": "USDT", "type": "LIMIT",
         "side": "BUY", "status": "PARTIALLY_FILLED", "price": 49500.0, "avgPrice": 49450, "size": 1.0, "filled": 0.5},
    ],
    "trades": [
        {"id": "t1", "orderId": "o1", "symbol": "BTCUSD", "side": "BUY", "price": 49500.0, "size": 0.5, "fee": 0.05,
         "feeRate": 0.002, "pnl": 0},
    ],
}  # fmt: skip


def test_the_message_of_the_documentation_tells_all_four() -> None:
    cash, position, order, fill = hear(private("contract"), DOCUMENTED)
    assert isinstance(cash, Balance)
    assert (cash.asset, cash.total, cash.account) == ("USDT", Decimal("0.2"), USER)
    assert isinstance(position, Position)
    assert (position.symbol, position.size, position.entry) == (INVERSE, Decimal(100), Decimal(11290))
    assert isinstance(order, OrderUpdate)
    assert (order.venue_id, order.filled, order.status) == ("o1", Decimal("0.5"), OrderStatus.OPEN)
    assert isinstance(fill, Fill)
    assert (fill.trade_id, fill.venue_id, fill.fee, fill.fee_asset) == ("t1", "o1", Decimal("0.05"), "BTC")


def test_a_message_may_hold_any_of_the_four_and_several_purses() -> None:
    stream = private("contract")
    told = hear(stream, {"cash": [DOCUMENTED["cash"], DOCUMENTED["cash"] | {"currency": "BTC"}], "orders": None})
    assert [update.asset for update in told if isinstance(update, Balance)] == ["USDT", "BTC"]
    for nothing in ({}, {"cash": None}, {"cash": None, "orders": None, "trades": None, "positions": None}):
        assert hear(stream, nothing) == []
    assert stream.undecoded == 0


def test_what_the_venue_does_by_itself_is_marked() -> None:
    stream = private("contract")
    order = DOCUMENTED["orders"][0]
    liquidated = order | {"isLiquidate": True, "status": "FILLED", "side": "SELL"}
    sides = ("ADL_SELL", "FUNDING")
    trades = [DOCUMENTED["trades"][0] | {"side": side} for side in sides]
    first, fill, income = hear(stream, {"orders": [liquidated], "trades": trades})
    assert isinstance(first, OrderUpdate)
    assert (first.forced, first.reason) == (Forced.LIQUIDATION, DoneReason.FILLED)
    assert isinstance(fill, Fill)
    assert (fill.forced, fill.side) == (Forced.ADL, Side.SELL)
    assert isinstance(income, Income)
    assert income.amount == Decimal("-0.05")


def test_a_row_that_cannot_be_read_hides_no_other_and_is_counted() -> None:
    stream = private("contract")
    bad: dict[str, Any] = {name: [{"symbol": 5}, *rows] for name, rows in DOCUMENTED.items() if name != "cash"}
    assert len(hear(stream, bad | {"cash": 5})) == 3
    assert stream.undecoded == 4
    assert hear(stream, b"<html>") == []
    assert stream.undecoded == 5


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = ["ordersSnapshot", "orderUpdate", "accountsSnapshot", "accountUpdate", "success", "error", "requestId"]


@given(
    st.sampled_from(NAMES),
    st.sampled_from(["order", "orders", "account", "accounts"]),
    st.sampled_from(sorted(ORDER)),
    ANY,
)
def test_no_frame_of_spot_raises(name: str, part: str, field: str, value: Any) -> None:
    stream = private("spot")
    row = ORDER | {field: value}
    for body in (value, {part: row}, {part: [row]}, {part: value}):
        hear(stream, {"requestId": "login", name: body})
    assert hear(stream, json.dumps(value).encode()[:-1]) == []
    assert stream.undecoded > 0


@given(st.sampled_from(sorted(DOCUMENTED)), st.text(max_size=8), ANY)
def test_no_frame_of_contracts_raises(name: str, field: str, value: Any) -> None:
    stream = private("contract")
    rows = DOCUMENTED[name] if isinstance(DOCUMENTED[name], list) else [DOCUMENTED[name]]
    for row in rows:
        for key in [*row, field]:
            hear(stream, {name: [row | {key: value}]})
            hear(stream, {name: value})


def test_frames_that_are_no_json_are_counted() -> None:
    for line in ("spot", "contract"):
        stream = private(line)
        for frame in (b"", b"\xff", b"[" * 100_000, b"[]"):
            assert hear(stream, frame) == []
        assert stream.undecoded == 4

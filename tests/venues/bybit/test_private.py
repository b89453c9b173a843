"""The private stream: login, topics, and each message as the common update."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.bybit.accounts import DATED, INVERSE, KEY, LINEAR, MS, NOW, SECOND, SPOT, TRADING, session

from basisdesk.domain.account import (
    Balance,
    Fill,
    Forced,
    Income,
    IncomeKind,
    OrderUpdate,
    Position,
    StreamEnded,
    Update,
    Warned,
)
from basisdesk.domain.ask import AskTime, OrderType, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done
from basisdesk.venues.trading import Private, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.venues.trading import Session

D = Decimal
TYPE_LIMIT = OrderType.LIMIT
LINES = ("spot", "linear", "inverse")
GRANTED = {"success": True, "ret_msg": "", "op": "auth", "conn_id": "c1"}


def stream(of: Session | None = None) -> Private:
    (made,) = TRADING.privates(LINES, of or session())
    return made


def hear(private: Private, message: Any, now: int = NOW) -> list[Update]:
    return private.receive(message if isinstance(message, bytes) else json.dumps(message).encode(), now)


def sent(private: Private) -> list[Any]:
    return [json.loads(frame) for frame in private.to_send()]


def opened(of: Session | None = None) -> Private:
    private = stream(of)
    private.connected(NOW)
    sent(private)
    assert hear(private, GRANTED) == []
    (request,) = sent(private)
    acknowledge(private, request)
    return private


def acknowledge(private: Private, request: dict[str, Any], **changes: Any) -> list[Update]:
    answer = {"success": True, "ret_msg": "", "op": "subscribe", "req_id": request["req_id"], "conn_id": "c1"}
    return hear(private, answer | changes)


def ready(private: Private) -> bool:
    """Asked anew each time, which mypy does not expect of a property."""
    return private.ready


def push(topic: str, *rows: Any, **more: Any) -> dict[str, Any]:
    return {"topic": topic, "id": "i", "creationTime": 1_700_000_000_130, "data": list(rows)} | more


def test_login_comes_first_then_the_topics_and_then_it_is_ready() -> None:
    private = stream()
    assert private.to_ask() == []
    assert private.replied(AskTime("spot"), Reply(outcome=Done()), NOW) == []
    assert (private.url(NOW), private.headers(NOW)) == ("wss://stream.bybit.com/v5/private", ())
    assert sent(private) == []
    private.connected(NOW)
    signature = "aaaf548024a9482c790b6e2f273c443a86ef96c4f04ec2bb2af56a98351c9248"
    assert sent(private) == [{"req_id": "login", "op": "auth", "args": [KEY.key, 1_700_000_010_000, signature]}]
    assert not ready(private)
    hear(private, GRANTED)
    (request,) = sent(private)
    assert (request["op"], request["args"]) == ("subscribe", ["order", "execution", "position", "wallet"])
    acknowledge(private, request)
    assert ready(private)
    private.disconnected(NOW)
    assert (ready(private), private.next_deadline(), sent(private), private.undecoded) == (False, None, [], 0)


def test_without_a_key_or_lines_there_is_no_stream() -> None:
    private = stream(session(None))
    assert private.url(NOW) is None
    private.connected(NOW)
    assert sent(private) == []
    assert TRADING.privates((), session()) == []


def test_a_refused_login_or_topic_ends_the_stream() -> None:
    private = stream()
    private.connected(NOW)
    sent(private)
    (ended,) = hear(private, {"success": False, "ret_msg": "Params Error", "op": "auth"})
    assert ended == StreamEnded(at=NOW, message="the login was refused: Params Error", refused=True)
    assert (private.ready, private.next_deadline(), sent(private)) == (False, None, [])
    private = stream()
    private.connected(NOW)
    sent(private)
    hear(private, GRANTED)
    (request,) = sent(private)
    (ended,) = acknowledge(private, request, success=False, ret_msg=None)
    assert isinstance(ended, StreamEnded)
    assert ended.refused


def test_an_unanswered_login_and_silence_end_the_stream() -> None:
    private = stream()
    private.connected(NOW)
    assert private.next_deadline() == NOW + 20 * SECOND  # the login has not gone out yet
    private.to_send()
    assert private.next_deadline() == NOW + 10 * SECOND
    assert private.on_time(NOW + 9 * SECOND) == []
    (ended,) = private.on_time(NOW + 10 * SECOND)
    assert ended == StreamEnded(at=NOW + 10 * SECOND, message="the login was not answered")
    private = opened()
    assert private.on_time(NOW + 20 * SECOND) == []
    assert sent(private) == [{"op": "ping"}]
    assert hear(private, {"op": "pong", "args": ["1"], "req_id": ""}, NOW + 21 * SECOND) == []
    assert private.on_time(NOW + 40 * SECOND) == []
    assert sent(private) == [{"op": "ping"}]
    (ended,) = private.on_time(NOW + 50 * SECOND)
    assert ended == StreamEnded(at=NOW + 50 * SECOND, message="nothing was received since a ping")


def test_the_topics_of_the_dead_mans_switch_follow_once_it_was_set() -> None:
    of = session()
    private = opened(of)
    of.learned["dead_man"] = "DERIVATIVES OTHER"
    (request,) = sent(private)
    assert request["args"] == ["dcp.future"]
    assert sent(private) == []
    # A refusal of these costs the switch, not the stream.
    assert acknowledge(private, request, success=False, ret_msg="no") == []
    assert private.ready
    of.learned["dead_man"] = "DERIVATIVES SPOT"
    (request,) = sent(private)
    assert request["args"] == ["dcp.spot"]
    acknowledge(private, request)
    assert sent(private) == []


ORDER = {
    "category": "inverse", "symbol": "BTCUSD", "orderId": "u-1", "orderLinkId": "", "side": "Sell",
    "orderType": "Limit", "price": "50000.5", "qty": "100", "orderStatus": "PartiallyFilled", "cumExecQty": "40",
    "avgPrice": "50000.5", "reduceOnly": True, "updatedTime": "1700000000125", "timeInForce": "GTC",
}  # fmt: skip
EXECUTION = {
    "category": "spot", "symbol": "BTCUSDT", "execId": "e-1", "execPrice": "50000.1", "execQty": "0.01",
    "execType": "Trade", "execFee": "0.9", "feeCurrency": "MNT", "orderId": "u-1", "orderLinkId": "test-1",
    "side": "Buy", "isMaker": True, "execTime": "1700000000125", "seq": 5,
}  # fmt: skip
POSITION = {
    "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.5", "entryPrice": "50000", "leverage": "10",
    "markPrice": "50100", "positionIdx": 1, "liqPrice": "45000", "unrealisedPnl": "50", "positionIM": "2505",
    "updatedTime": "1700000000125", "positionStatus": "Liq", "adlRankIndicator": 3,
}  # fmt: skip
COIN = {"coin": "USDT", "equity": "110", "walletBalance": "100", "locked": "1", "borrowAmount": "0"}


def test_each_message_is_the_common_update() -> None:
    private = opened()
    at = 1_700_000_000_125 * MS
    assert hear(private, push("order", ORDER)) == [
        OrderUpdate(
            at=at, symbol=INVERSE, venue_id="u-1", client_id="", status=OrderStatus.OPEN, side=Side.SELL,
            type=TYPE_LIMIT, size=D(100), price=D("50000.5"), filled=D(40), average=D("50000.5"), reduce_only=True,
        )
    ]  # fmt: skip
    assert hear(private, push("execution", EXECUTION)) == [
        Fill(
            at=at, symbol=SPOT, trade_id="e-1", venue_id="u-1", client_id="test-1", side=Side.BUY, price=D("50000.1"),
            size=D("0.01"), fee=D("0.9"), fee_asset="MNT", maker=True,
        )
    ]  # fmt: skip
    assert hear(private, push("position", POSITION)) == [
        Position(
            at=at, symbol=LINEAR, size=D("0.5"), entry=D(50000), mark=D(50100), liquidation=D(45000),
            unrealised=D(50), margin=D(2505), leverage=D(10), side=PositionSide.LONG, adl_rank=3,
        ),
        Warned(at=at, forced=Forced.LIQUIDATION, symbol=LINEAR, rank=3),
    ]  # fmt: skip
    assert hear(private, push("wallet", {"accountType": "UNIFIED", "coin": [COIN]})) == [
        Balance(
            at=1_700_000_000_130 * MS, line="spot", asset="USDT", total=D(100), available=D(99), equity=D(110),
            wallet="UNIFIED",
        )
    ]  # fmt: skip
    (odd,) = hear(private, push("wallet", {"coin": [COIN]}, creationTime=-1))
    assert isinstance(odd, Balance)
    assert odd.at == 0
    assert private.undecoded == 0


@pytest.mark.parametrize(
    ("changes", "forced"),
    [
        ({"execType": "AdlTrade"}, Forced.ADL),
        ({"execType": "BustTrade"}, Forced.LIQUIDATION),
        ({"execType": "Delivery"}, Forced.DELIVERY),
        ({"execType": "Settle"}, Forced.DELIVERY),
        ({"execType": "Trade", "createType": "CreateByLiq"}, Forced.LIQUIDATION),
        ({"execType": "Trade", "createType": "CreateByUser"}, None),
    ],
)
def test_forced_closes_are_marked(changes: dict[str, str], forced: Forced | None) -> None:
    (fill,) = hear(opened(), push("execution.linear", EXECUTION | {"category": "linear"} | changes))
    assert isinstance(fill, Fill)
    assert fill.forced is forced


def test_funding_is_income_and_an_early_fill_tells_no_fee() -> None:
    private = opened()
    row = EXECUTION | {"category": "linear", "execType": "Funding", "execFee": "0.25", "feeCurrency": ""}
    assert hear(private, push("execution", row)) == [
        Income(
            at=1_700_000_000_125 * MS, id="e-1", kind=IncomeKind.FUNDING, asset="USDT", amount=D("-0.25"), symbol=LINEAR
        )
    ]
    names = ("category", "symbol", "execId", "execPrice", "execQty", "orderId", "isMaker", "orderLinkId", "side")
    (fill,) = hear(private, push("execution.fast", {name: EXECUTION[name] for name in names}))
    assert isinstance(fill, Fill)
    assert (fill.fee, fill.fee_asset, fill.at) == (None, "", 0)


def test_rows_of_other_categories_are_passed_over_and_strange_rows_cost_no_other() -> None:
    private = opened()
    assert hear(private, push("order", {"category": "option", "symbol": "BTC-1-C"})) == []
    assert private.undecoded == 0
    fine = ORDER | {"orderId": "u-2"}
    told = hear(private, push("order", ORDER | {"side": "Neither"}, fine, ORDER | {"orderStatus": "Odd"}, 5))
    assert [getattr(each, "venue_id", "") for each in told] == ["u-2"]
    assert private.undecoded == 3
    assert hear(private, push("order", ORDER | {"symbol": "\u0000"}, ORDER | {"qty": "NaN"})) == []
    assert hear(private, push("execution", EXECUTION | {"execPrice": "much"})) == []
    assert private.undecoded == 6
    for frame in (b"", b"[]", b"\xff", {"topic": "greeks", "data": [{}]}, {"op": "what"}, {"topic": 5}):
        assert hear(private, frame) == []
    assert private.undecoded == 12


def test_a_market_that_was_not_loaded_is_named_by_its_code() -> None:
    (told,) = hear(opened(), push("order", ORDER | {"category": "linear", "symbol": "NEWUSDT"}))
    assert isinstance(told, OrderUpdate)
    assert told.symbol == "bybit:NEW/USDT:USDT"
    (dated,) = hear(opened(), push("order", ORDER | {"category": "linear", "symbol": "BTCUSDT-25DEC26"}))
    assert isinstance(dated, OrderUpdate)
    assert dated.symbol == DATED


MESSAGES = [
    push("order", ORDER), push("execution", EXECUTION), push("position", POSITION),
    push("wallet", {"coin": [COIN]}), GRANTED,
]  # fmt: skip


@given(st.sampled_from(MESSAGES), st.data())
def test_no_frame_raises(message: dict[str, Any], data: st.DataObject) -> None:
    private = opened()
    frame = bytearray(json.dumps(message).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    told = private.receive(bytes(frame[: data.draw(st.integers(0, len(frame)))]), NOW)
    assert isinstance(told, list)
    assert private.undecoded >= 0


@pytest.mark.recordings
def test_captured_messages_are_understood(recordings: Path) -> None:
    folder = recordings / "nautilus" / "bybit"
    private = opened()
    told: list[Update] = []
    for path in sorted(folder.glob("ws_account_*.json")):
        if path.name != "ws_account_position_with_open_time.json":  # a row without its frame
            told += private.receive(path.read_bytes(), NOW)
    assert private.undecoded == 0
    orders = [each for each in told if isinstance(each, OrderUpdate)]
    assert [(each.status, each.reason, each.client_id) for each in orders] == [
        (OrderStatus.DONE, DoneReason.CANCELLED, "client-1"),
        (OrderStatus.DONE, DoneReason.FILLED, "test-client-order-001"),
        (OrderStatus.OPEN, None, "test-client-mit-001"),
        (OrderStatus.OPEN, None, "test-client-sell-mit-001"),
        (OrderStatus.OPEN, None, "test-client-sl-001"),
        (OrderStatus.OPEN, None, "test-client-tp-001"),
    ]
    fills = [each for each in told if isinstance(each, Fill)]
    assert [(each.forced, each.fee, each.fee_asset) for each in fills] == [
        (None, D("26.3725275"), "USDT"),
        (Forced.ADL, D(0), "USDT"),
    ]
    (position,) = [each for each in told if isinstance(each, Position)]
    assert (position.size, position.entry, position.adl_rank) == (D("-0.01"), D("3641.075"), 2)
    coins = [(each.asset, each.total, each.available) for each in told if isinstance(each, Balance)]
    assert coins == [
        ("BTC", D("0.00102964"), D("0.00092964")),
        ("USDT", D("9647.75537647"), D("9519.89806037")),
        ("USDT", D("51333.82543837"), D("51283.79743837")),
    ]
    row = json.loads((folder / "ws_account_position_with_open_time.json").read_text())
    (long,) = hear(private, push("position", row))
    assert isinstance(long, Position)
    assert long.liquidation == D(45000)

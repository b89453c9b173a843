"""What the venue's answers mean: outcomes by status and code, and every kind of reply as common values."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.bigone.answers import (
    CANCEL,
    CASH,
    HOLDING,
    ID,
    INVERSE,
    NOW,
    ORDER,
    PLACE,
    SPOT,
    SWAP,
    SWAP_CANCEL,
    SWAP_ORDER,
    SWAP_PLACE,
    USER,
    data,
    reply,
)

from basisdesk.domain.account import (
    Complete,
    Fill,
    Forced,
    Income,
    IncomeKind,
    OrderUpdate,
)  # fmt: skip
from basisdesk.domain.ask import (
    Ask,
    AskBalances,
    AskFills,
    AskFunding,
    AskIncome,
    AskOpenOrders,
    AskOrder,
    AskPositions,
    CancelAll,
    MarginMode,
    MoveFunds,
    OrderRef,
    OrderType,
    SetLeverage,
)  # fmt: skip
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Rejected, RetryLater, Unknown
from basisdesk.venues.trading import Reply

if TYPE_CHECKING:
    from pathlib import Path

FILL: dict[str, Any] = {
    "id": 7, "asset_pair_name": "BTC-USDT", "price": "50000", "amount": "0.1", "taker_side": "BID", "side": "BID",
    "maker_order_id": None, "taker_order_id": 10, "maker_fee": None, "taker_fee": "0.0001",
    "inserted_at": "2023-11-14T22:13:20.5Z",
}  # fmt: skip
SWAP_FILL: dict[str, Any] = {
    "id": "t1", "orderId": ID, "symbol": "BTCUSD", "currency": "BTC", "side": "SELL", "price": 11290, "size": 1000,
    "notional": 0.0885, "fee": 0.000062, "feeRate": 0.0007, "pnl": 0, "ts": 1562244089804,
}  # fmt: skip


def seconds(time: float) -> int:
    return int(time * 1_000) * 1_000_000


def test_a_placed_order_is_told_with_both_ids() -> None:
    told = reply(PLACE, data(ORDER))
    assert told.outcome == Done()
    assert told.updates == (
        OrderUpdate(
            at=seconds(1_700_000_001), symbol=SPOT, venue_id="10", client_id="test-1", status=OrderStatus.OPEN,
            side=Side.BUY, type=OrderType.LIMIT, size=Decimal("0.5"), price=Decimal("50000.1"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "status", "reason"),
    [
        ("PENDING", OrderStatus.OPEN, None), ("OPENING", OrderStatus.OPEN, None),
        ("FILLED", OrderStatus.DONE, DoneReason.FILLED), ("CANCELLED", OrderStatus.DONE, DoneReason.CANCELLED),
        ("REJECTED", OrderStatus.DONE, DoneReason.REJECTED), ("FIRED", OrderStatus.DONE, DoneReason.EXPIRED),
    ],
)  # fmt: skip
def test_every_state_of_a_spot_order(state: str, status: OrderStatus, reason: DoneReason | None) -> None:
    changed = ORDER | {
        "state": state,
        "filled_amount": "0.25",
        "avg_deal_price": "49950",
        "type": "STOP",
        "side": "ASK",
    }
    (told,) = reply(AskOrder(OrderRef(symbol=SPOT, venue_id="10")), data(changed)).updates
    assert isinstance(told, OrderUpdate)
    assert (told.status, told.reason, told.filled, told.average) == (status, reason, Decimal("0.25"), Decimal(49950))
    assert (told.side, told.type) == (Side.SELL, None)


@pytest.mark.parametrize(
    ("state", "status", "reason"),
    [
        ("NEW", OrderStatus.OPEN, None), ("UNTRIGGERED", OrderStatus.OPEN, None),
        ("PARTIALLY_FILLED", OrderStatus.OPEN, None), ("PENDING_CANCEL", OrderStatus.CANCELING, None),
        ("FILLED", OrderStatus.DONE, DoneReason.FILLED), ("CANCELED", OrderStatus.DONE, DoneReason.CANCELLED),
        ("PARTIALLY_CANCELED", OrderStatus.DONE, DoneReason.CANCELLED),
        ("REJECTED", OrderStatus.DONE, DoneReason.REJECTED),
    ],
)  # fmt: skip
def test_every_state_of_a_contract_order(state: str, status: OrderStatus, reason: DoneReason | None) -> None:
    told = reply(SWAP_PLACE, SWAP_ORDER | {"status": state})
    assert told.updates == (
        OrderUpdate(
            at=seconds(1562132083.136), symbol=INVERSE, venue_id=ID, client_id="", status=status, reason=reason,
            side=Side.BUY, type=OrderType.LIMIT, size=Decimal(10), price=Decimal("49500.0"), filled=Decimal(4),
            average=Decimal(49450), reduce_only=True, account=USER,
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "forced"),
    [
        ({"isLiquidate": True}, Forced.LIQUIDATION), ({"liquidateUserId": USER}, Forced.LIQUIDATION),
        ({"type": "ADL"}, Forced.ADL), ({"side": "ADL_SELL"}, Forced.ADL), ({}, None),
    ],
)  # fmt: skip
def test_orders_that_the_venue_made_itself_are_marked(changed: dict[str, Any], forced: Forced | None) -> None:
    (told,) = reply(AskOrder(OrderRef(symbol=SWAP, venue_id=ID)), SWAP_ORDER | changed).updates
    assert isinstance(told, OrderUpdate)
    assert told.forced is forced


def test_a_cancel_is_done_whether_or_not_the_order_is_told() -> None:
    assert [type(update) for update in reply(CANCEL, data(ORDER)).updates] == [OrderUpdate]
    for body in (b"", b"{}", b"null"):
        assert reply(SWAP_CANCEL, body) == (Reply(outcome=Done()) if body != b"null" else reply(SWAP_CANCEL, b"null"))
    assert reply(CANCEL, data(None)) == Reply(outcome=Done())


def test_a_cancel_of_all_and_a_transfer_are_done() -> None:
    assert reply(CancelAll("spot", SPOT), data({"cancelled": [10], "failed": []})) == Reply(outcome=Done())
    move = MoveFunds(asset="BTC", amount=Decimal(1), source="spot", target="contract", client_id="m")
    assert reply(move, data(None)) == Reply(outcome=Done())


def test_open_orders_are_whole_as_of_the_signature_after_the_last_page() -> None:
    ask = AskOpenOrders("spot", SPOT)
    first = reply(ask, data([ORDER], page_token="NQ=="))
    assert first.further == AskOpenOrders("spot", SPOT, f"NQ==@{NOW}")
    assert [type(update) for update in first.updates] == [OrderUpdate]
    last = reply(ask, data([], page_token=""))
    assert (last.further, last.updates) == (None, (Complete(at=NOW, what="open_orders", line="spot", symbol=SPOT),))
    contracts = AskOpenOrders("contract")
    page = reply(contracts, [SWAP_ORDER] * 100)
    assert (page.further, len(page.updates)) == (AskOpenOrders("contract", "", f"{ID}@{NOW}"), 100)
    begun = AskOpenOrders("contract", "", f"{ID}@{NOW - 7}")
    assert reply(begun, [SWAP_ORDER]).updates[-1] == Complete(at=NOW - 7, what="open_orders", line="contract")
    assert reply(contracts, [SWAP_ORDER]).updates[-1] == Complete(at=NOW, what="open_orders", line="contract")


@pytest.mark.parametrize(
    ("ask", "body"),
    [
        (AskOpenOrders("spot", SPOT, f"p@{NOW}"), data([ORDER], page_token="p")),
        (AskOpenOrders("contract", "", f"{ID}@{NOW}"), [SWAP_ORDER] * 100),
        (AskFills(line="spot", symbol=SPOT, cursor="p"), data([FILL], page_token="p")),
        (AskFills(line="contract", cursor="t1"), [SWAP_FILL] * 100),
    ],
)
def test_a_page_that_leads_back_to_itself_is_no_answer(ask: Ask, body: Any) -> None:
    told = reply(ask, body)
    assert (told.updates, told.further) == ((), None)
    assert isinstance(told.outcome, RetryLater)


def test_a_spot_fill_pays_from_the_coin_it_receives() -> None:
    (taker,) = reply(AskFills(line="spot", symbol=SPOT), data([FILL])).updates
    assert taker == Fill(
        at=seconds(1_700_000_000.5), symbol=SPOT, trade_id="7", venue_id="10", client_id="", side=Side.BUY,
        price=Decimal(50000), size=Decimal("0.1"), fee=Decimal("0.0001"), fee_asset="BTC", maker=False,
    )  # fmt: skip
    sold = FILL | {"side": "ASK", "maker_order_id": 11, "taker_order_id": None, "maker_fee": "-5", "taker_fee": None}
    (maker,) = reply(AskFills(line="spot", symbol=SPOT), data([sold])).updates
    assert isinstance(maker, Fill)
    assert (maker.side, maker.fee, maker.fee_asset, maker.maker, maker.venue_id) == (
        Side.SELL,
        Decimal(-5),
        "USDT",
        True,
        "11",
    )


def test_a_trade_with_ourselves_is_two_fills_with_two_ids() -> None:
    both = FILL | {"side": "SELF_TRADING", "maker_order_id": 11, "maker_fee": "5"}
    taker, maker = reply(AskFills(line="spot", symbol=SPOT), data([both])).updates
    assert isinstance(taker, Fill)
    assert isinstance(maker, Fill)
    assert (taker.trade_id, taker.side, taker.venue_id, taker.fee_asset) == ("7", Side.BUY, "10", "BTC")
    assert (maker.trade_id, maker.side, maker.venue_id, maker.fee_asset) == ("7-maker", Side.SELL, "11", "USDT")


def test_a_fill_whose_fee_is_not_told_is_of_the_order_on_its_side() -> None:
    none = FILL | {"taker_fee": None, "asset_pair_name": "NEW-COIN"}
    (fill,) = reply(AskFills(line="spot", symbol=SPOT), data([none])).updates
    assert isinstance(fill, Fill)
    assert (fill.maker, fill.fee, fill.fee_asset, fill.symbol) == (False, None, "NEW", "bigone:NEW/COIN")
    both = FILL | {"maker_fee": "1", "taker_fee": "1", "side": "ASK", "asset_pair_name": "odd"}
    (fill,) = reply(AskFills(line="spot", symbol=SPOT), data([both])).updates
    assert isinstance(fill, Fill)
    assert (fill.maker, fill.fee_asset) == (True, "")


def test_fills_are_read_back_to_the_time_asked_for_and_told_oldest_first() -> None:
    ask = AskFills(line="spot", symbol=SPOT, since=seconds(1_700_000_000))
    older = FILL | {"id": 6, "inserted_at": "2023-11-14T22:13:20.1Z"}
    full = reply(ask, data([FILL, older] * 100, page_token="next"))
    assert full.further == AskFills(line="spot", symbol=SPOT, since=ask.since, cursor="next")
    assert [update.trade_id for update in full.updates if isinstance(update, Fill)] == ["6"] * 100 + ["7"] * 100
    past = FILL | {"inserted_at": None, "created_at": "2023-11-14T22:13:19Z"}
    reached = reply(ask, data([FILL] * 199 + [past], page_token="next"))
    assert (reached.further, len(reached.updates)) == (None, 199)
    short = reply(ask, data([FILL], page_token="next"))  # how long a page is at most, no page says
    assert short.further == AskFills(line="spot", symbol=SPOT, since=ask.since, cursor="next")
    assert reply(ask, data([], page_token="next")).further is None
    assert reply(ask, data([FILL], page_token="")).further is None


def test_contract_fills_and_funding_are_told_apart() -> None:
    paid = SWAP_FILL | {"id": "f1", "side": "FUNDING", "fee": 0.001, "pnl": 0, "userId": USER}
    adl = SWAP_FILL | {"id": "a1", "side": "ADL_BUY", "fee": None, "currency": None, "orderId": None}
    rows = [SWAP_FILL, paid, adl]
    fill, forced = reply(AskFills(line="contract"), rows).updates
    assert fill == Fill(
        at=seconds(1562244089.804), symbol=INVERSE, trade_id="t1", venue_id=ID, client_id="", side=Side.SELL,
        price=Decimal(11290), size=Decimal(1000), fee=Decimal("0.000062"), fee_asset="BTC",
    )  # fmt: skip
    assert isinstance(forced, Fill)
    assert (forced.forced, forced.side, forced.fee, forced.fee_asset) == (Forced.ADL, Side.BUY, None, "BTC")
    (income,) = reply(AskIncome(line="contract"), rows).updates
    assert income == Income(
        at=seconds(1562244089.804), id="f1", kind=IncomeKind.FUNDING, asset="BTC", amount=Decimal("-0.001"),
        symbol=INVERSE, account=USER,
    )  # fmt: skip


def test_ids_of_contracts_may_be_numbers() -> None:
    numbered = SWAP_ORDER | {"id": 9001, "userId": 7, "liquidateUserId": 0}
    (order,) = reply(AskOrder(OrderRef(symbol=INVERSE, venue_id="9001")), numbered).updates
    assert isinstance(order, OrderUpdate)
    assert (order.venue_id, order.account, order.forced) == ("9001", "7", None)
    (fill,) = reply(AskFills(line="contract"), [SWAP_FILL | {"id": 5, "orderId": 9001, "userId": 7}]).updates
    assert isinstance(fill, Fill)
    assert (fill.trade_id, fill.venue_id, fill.account) == ("5", "9001", "7")


def test_contract_fills_are_paged_by_the_id_of_the_last_row() -> None:
    ask = AskFills(line="contract", since=seconds(1562244089))
    assert reply(ask, [SWAP_FILL] * 100).further == AskFills(line="contract", since=ask.since, cursor="t1")
    assert reply(ask, [SWAP_FILL] * 99 + [SWAP_FILL | {"ts": 1}]).further is None
    unknown = reply(ask, [SWAP_FILL | {"symbol": "NEWUSDT", "currency": None}]).updates[0]
    assert isinstance(unknown, Fill)
    assert (unknown.symbol, unknown.fee_asset) == ("bigone:NEW/USDT:USDT", "")


@pytest.mark.parametrize(
    ("ask", "body"),
    [
        (PLACE, data(ORDER | {"state": "NEW"})), (PLACE, data(ORDER | {"side": "BUY"})),
        (PLACE, data(ORDER | {"filled_amount": "-1"})), (PLACE, data(ORDER | {"amount": "NaN"})),
        (PLACE, data(ORDER | {"created_at": "1969-01-01T00:00:00Z", "updated_at": None})),
        (SWAP_PLACE, SWAP_ORDER | {"status": "ODD"}), (SWAP_PLACE, SWAP_ORDER | {"side": "BID"}),
        (SWAP_PLACE, SWAP_ORDER | {"price": 1e400}), (SWAP_PLACE, SWAP_ORDER | {"ts": -5}),
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_is_nothing_that_can_be_told(ask: Ask, body: dict[str, Any]) -> None:
    assert isinstance(reply(ask, body).outcome, Unknown)


@pytest.mark.parametrize("field", ["price", "size"])
def test_a_contract_trade_without_price_or_size_is_not_read(field: str) -> None:
    assert isinstance(reply(AskFills(line="contract"), [SWAP_FILL | {field: None}]).outcome, RetryLater)


def test_the_venues_own_examples_are_read(recordings: Path) -> None:
    lines = (recordings / "bigone" / "rest_documentation_examples.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    leverage = SetLeverage(INVERSE, Decimal(5), MarginMode.CROSS)
    bodies = {(row["api"], row["method"], row["path"], row["part"]): row["body"] for row in rows}
    asks: dict[tuple[str, str, str, str], Ask] = {
        ("contract_rest", "GET", "/orders", "response 200"): AskOpenOrders("contract"),
        ("contract_rest", "GET", "/orders/opening", "response 200"): AskOpenOrders("contract"),
        ("contract_rest", "GET", "/instruments", "response 200"): AskFunding(INVERSE),
        ("contract_rest", "PUT", "/positions/{symbol}/margin", "response 200"): leverage,
        ("spot_rest", "GET", "/viewer/accounts", "response 200"): AskBalances("spot"),
        ("spot_rest", "POST", "/viewer/orders", "response 200"): PLACE,
        ("spot_rest", "GET", "/viewer/orders/{id}", "response 200"): AskOrder(OrderRef(symbol=SPOT, venue_id="1")),
        ("spot_rest", "POST", "/viewer/order/cancel", "response 200"): CANCEL,
        ("spot_rest", "POST", "/viewer/orders/cancel", "response 200"): CancelAll("spot", SPOT),
        ("spot_rest", "GET", "/viewer/trades", "response 200"): AskFills(line="spot", symbol=SPOT),
    }  # fmt: skip
    for key, ask in asks.items():
        told = reply(ask, bodies[key])
        assert told.outcome == Done(), key
        assert told.updates or isinstance(ask, CancelAll), key
    for key, body in bodies.items():
        if key[3].startswith("response") and key[3].split()[1] >= "400":
            status = int(key[3].split()[1])
            kind = Unknown if status >= 500 else Rejected
            assert isinstance(reply(PLACE, body, status).outcome, kind), key


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
BODIES: list[tuple[Ask, Any]] = [
    (PLACE, ORDER), (AskFills(line="spot", symbol=SPOT), FILL), (AskFills(line="contract"), SWAP_FILL),
    (SWAP_PLACE, SWAP_ORDER), (AskPositions("contract"), HOLDING), (AskBalances("contract"), CASH),
]  # fmt: skip


@given(st.sampled_from(BODIES), st.data(), ANY, st.sampled_from([200, 400, 500]))
def test_no_body_raises(case: tuple[Ask, Any], draw: st.DataObject, value: Any, status: int) -> None:
    ask, row = case
    changed = row | {draw.draw(st.sampled_from(sorted(row))): value}
    nested = [{"cash": changed, "positions": [changed]}]
    for body in (changed, [changed], data(changed), data([changed]), nested, value):
        assert isinstance(reply(ask, body, status), Reply)

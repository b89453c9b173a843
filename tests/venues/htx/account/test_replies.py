"""Replies about orders: what bodies spelled as the venue spells them mean."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.account import (
    Complete,
    Forced,
    OrderUpdate,
)
from basisdesk.domain.ask import (
    AskOpenOrders,
    AskOrder,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
)
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater

if TYPE_CHECKING:
    from tests.venues.htx.account.conftest import Desk

NOW = 1_700_000_000_000_000_000
MS = 1_000_000
SPOT, LINEAR, SWAP, FUTURE = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-231229"
D = Decimal

SPOT_ORDER = {
    "id": 438398393065481,
    "symbol": "btcusdt",
    "account-id": 1001,
    "client-order-id": "a1",
    "amount": "0.100000000000000000",
    "price": "3000.000000000000000000",
    "created-at": 1640549994642,
    "type": "buy-limit",
    "field-amount": "0.04",
    "field-cash-amount": "120.0",
    "field-fees": "0.0",
    "finished-at": 0,
    "source": "spot-api",
    "state": "partial-filled",
    "canceled-at": 0,
}
LINEAR_ORDER = {
    "id": "1513828877079584768",
    "side": "buy",
    "type": "limit",
    "price": "50000",
    "volume": "8",
    "state": "partially_filled",
    "contract_code": "BTC-USDT",
    "position_side": "long",
    "order_id": "1513828877079584768",
    "client_order_id": "77",
    "margin_mode": "cross",
    "order_source": "api",
    "reduce_only": True,
    "trade_avg_price": "49999.5",
    "trade_volume": "3",
    "fee_currency": "",
    "fee": "0",
    "created_time": "1780966529876",
    "updated_time": "1780966572409",
    "cancel_reason": None,
}
COIN_ORDER = {
    "symbol": "BTC",
    "contract_code": "BTC-USD",
    "volume": 1,
    "price": 9250.5,
    "order_price_type": "post_only",
    "order_type": 1,
    "direction": "buy",
    "offset": "close",
    "lever_rate": 20,
    "order_id": 773131315209248768,
    "client_order_id": None,
    "created_at": 1604370469629,
    "trade_volume": 0,
    "trade_avg_price": None,
    "status": 3,
    "order_id_str": "773131315209248768",
    "liquidation_type": "0",
    "canceled_at": None,
}


def order(symbol: str, **more: Any) -> Place:
    told: dict[str, Any] = {"type": OrderType.LIMIT, "size": D(2), "price": D(50000), "client_id": "7"} | more
    return Place(NewOrder(symbol=symbol, side=Side.BUY, leverage=5, **told))


@pytest.mark.parametrize(
    ("symbol", "body"),
    [
        (SPOT, {"status": "ok", "data": "900000000000000001"}),
        (
            LINEAR,
            {"code": 200, "message": "Success", "ts": 1, "data": {"order_id": "900000000000000001"}},
        ),
        (
            SWAP,
            {
                "status": "ok",
                "data": {"order_id": 900000000000000001, "order_id_str": "900000000000000001"},
                "ts": 1700000000000,
            },
        ),
    ],
)
def test_a_new_order_is_open_under_the_venues_number(desk: Desk, symbol: str, body: dict[str, Any]) -> None:
    reply = desk.hear(order(symbol), body)
    assert reply.outcome == Done()
    (update,) = reply.updates
    assert isinstance(update, OrderUpdate)
    assert (update.symbol, update.venue_id, update.client_id) == (symbol, "900000000000000001", "7")
    assert (update.status, update.side, update.size, update.price) == (OrderStatus.OPEN, Side.BUY, D(2), D(50000))


def test_a_spot_order_is_read(desk: Desk) -> None:
    reply = desk.hear(AskOrder(OrderRef(symbol=SPOT, client_id="a1")), {"status": "ok", "data": SPOT_ORDER})
    assert reply.updates == (
        OrderUpdate(
            at=1640549994642 * MS,
            symbol=SPOT,
            venue_id="438398393065481",
            client_id="a1",
            status=OrderStatus.OPEN,
            side=Side.BUY,
            type=OrderType.LIMIT,
            size=D("0.1"),
            price=D(3000),
            filled=D("0.04"),
            average=D(3000),
        ),
    )


@pytest.mark.parametrize(
    ("state", "status", "reason"),
    [
        ("created", OrderStatus.OPEN, None),
        ("submitted", OrderStatus.OPEN, None),
        ("canceling", OrderStatus.CANCELING, None),
        ("filled", OrderStatus.DONE, DoneReason.FILLED),
        ("canceled", OrderStatus.DONE, DoneReason.CANCELLED),
        ("partial-canceled", OrderStatus.DONE, DoneReason.CANCELLED),
    ],
)
def test_states_of_spot_orders(desk: Desk, state: str, status: OrderStatus, reason: DoneReason | None) -> None:
    body = {"status": "ok", "data": SPOT_ORDER | {"state": state, "finished-at": 1640549999999}}
    (update,) = desk.hear(AskOrder(OrderRef(symbol=SPOT, venue_id="1")), body).updates
    assert isinstance(update, OrderUpdate)
    assert (update.status, update.reason, update.at) == (status, reason, 1640549999999 * MS)


def test_a_market_buy_of_spot_counts_money_so_its_size_is_not_told(desk: Desk) -> None:
    body = {"status": "ok", "data": SPOT_ORDER | {"type": "buy-market", "state": "filled", "amount": "100.0"}}
    (update,) = desk.hear(AskOrder(OrderRef(symbol=SPOT, venue_id="1")), body).updates
    assert isinstance(update, OrderUpdate)
    assert (update.size, update.price, update.type, update.filled) == (None, None, OrderType.MARKET, D("0.04"))


def test_a_linear_order_is_read(desk: Desk) -> None:
    body = {"code": 200, "message": "Success", "data": LINEAR_ORDER, "ts": 1780966573200}
    assert desk.hear(AskOrder(OrderRef(symbol=LINEAR, venue_id="1")), body).updates == (
        OrderUpdate(
            at=1780966572409 * MS,
            symbol=LINEAR,
            venue_id="1513828877079584768",
            client_id="77",
            status=OrderStatus.OPEN,
            side=Side.BUY,
            type=OrderType.LIMIT,
            size=D(8),
            price=D(50000),
            filled=D(3),
            average=D("49999.5"),
            reduce_only=True,
        ),
    )


def test_a_linear_order_without_a_client_id_repeats_its_number(desk: Desk) -> None:
    told = LINEAR_ORDER | {"client_order_id": LINEAR_ORDER["order_id"], "type": "market", "order_source": "adl"}
    body = {"code": 200, "data": [told | {"state": "canceled", "cancel_reason": "why"}]}
    (update,) = desk.hear(AskOrder(OrderRef(symbol=LINEAR, venue_id="1")), body).updates
    assert isinstance(update, OrderUpdate)
    assert (update.client_id, update.price, update.type) == ("", None, OrderType.MARKET)
    assert (update.status, update.reason, update.refused) == (OrderStatus.DONE, DoneReason.CANCELLED, "why")
    assert update.forced is Forced.ADL


def test_a_coin_margined_order_is_read(desk: Desk) -> None:
    body = {"status": "ok", "data": [COIN_ORDER], "ts": 1604370488518}
    assert desk.hear(AskOrder(OrderRef(symbol=SWAP, venue_id="1")), body).updates == (
        OrderUpdate(
            at=1604370469629 * MS,
            symbol=SWAP,
            venue_id="773131315209248768",
            client_id="",
            status=OrderStatus.OPEN,
            side=Side.BUY,
            type=OrderType.LIMIT,
            size=D(1),
            price=D("9250.5"),
            reduce_only=True,
        ),
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (1, (OrderStatus.OPEN, None)),
        (4, (OrderStatus.OPEN, None)),
        (5, (OrderStatus.DONE, DoneReason.CANCELLED)),
        (6, (OrderStatus.DONE, DoneReason.FILLED)),
        (7, (OrderStatus.DONE, DoneReason.CANCELLED)),
        (11, (OrderStatus.CANCELING, None)),
    ],
)
def test_states_of_coin_margined_orders(desk: Desk, status: int, expected: tuple[OrderStatus, Any]) -> None:
    body = {"status": "ok", "data": [COIN_ORDER | {"status": status, "order_price_type": "optimal_20_ioc"}]}
    (update,) = desk.hear(AskOrder(OrderRef(symbol=SWAP, venue_id="1")), body).updates
    assert isinstance(update, OrderUpdate)
    assert (update.status, update.reason) == expected
    assert (update.type, update.price) == (OrderType.MARKET, None)


@pytest.mark.parametrize(
    ("told", "forced"),
    [
        ({"liquidation_type": "2"}, Forced.LIQUIDATION),
        ({"liquidation_type": "2", "order_type": 22}, Forced.ADL),
        ({"order_type": 3}, Forced.LIQUIDATION),
        ({"order_type": 4}, Forced.DELIVERY),
        ({"order_type": 2}, None),
    ],
)
def test_what_the_venue_did_by_itself_is_marked(desk: Desk, told: dict[str, Any], forced: Forced | None) -> None:
    body = {"status": "ok", "data": [COIN_ORDER | told]}
    (update,) = desk.hear(AskOrder(OrderRef(symbol=SWAP, venue_id="1")), body).updates
    assert isinstance(update, OrderUpdate)
    assert update.forced is forced


@pytest.mark.parametrize("symbol", [SPOT, LINEAR, SWAP])
def test_an_answer_without_an_order_means_that_it_is_not_known(desk: Desk, symbol: str) -> None:
    reply = desk.hear(AskOrder(OrderRef(symbol=symbol, venue_id="1")), {"code": 200, "status": "ok", "data": []})
    assert reply.outcome == Rejected(Reason.UNKNOWN_ORDER, "empty", "the answer holds no order")


@pytest.mark.parametrize(
    ("symbol", "told"),
    [
        (SPOT, SPOT_ORDER | {"state": "dreaming"}),
        (SPOT, SPOT_ORDER | {"symbol": "btcxxx"}),
        (LINEAR, LINEAR_ORDER | {"state": "dreaming"}),
        (LINEAR, LINEAR_ORDER | {"volume": "many"}),
        (LINEAR, LINEAR_ORDER | {"volume": {"a": 1}}),
        (LINEAR, LINEAR_ORDER | {"volume": "1E+999999"}),
        (LINEAR, LINEAR_ORDER | {"updated_time": "1.5"}),
        (LINEAR, LINEAR_ORDER | {"updated_time": "-5"}),
        (SWAP, COIN_ORDER | {"status": 99}),
        (SWAP, COIN_ORDER | {"contract_code": "XX"}),
    ],
)
def test_what_cannot_be_read_is_not_guessed(desk: Desk, symbol: str, told: dict[str, Any]) -> None:
    body = {"code": 200, "status": "ok", "data": told}
    assert isinstance(desk.hear(AskOrder(OrderRef(symbol=symbol, venue_id="1")), body).outcome, RetryLater)


def test_open_orders_end_with_a_mark_that_they_are_whole(desk: Desk) -> None:
    row = {"symbol": "btcusdt", "amount": "0.01", "account-id": 5, "created-at": 1, "price": "400.0", "id": 38}
    row |= {"filled-amount": "0.005", "filled-cash-amount": "2", "state": "submitted", "type": "sell-limit"}
    reply = desk.hear(AskOpenOrders("spot"), {"status": "ok", "data": [row]})
    order, whole = reply.updates
    assert isinstance(order, OrderUpdate)
    assert (order.filled, order.average, order.account) == (D("0.005"), D(400), "5")
    assert whole == Complete(at=NOW, what="open_orders", line="spot")
    assert reply.further is None
    full = desk.hear(AskOpenOrders("spot"), {"status": "ok", "data": [row] * 500})
    assert full.further == AskOpenOrders("spot", cursor=f"38@{NOW}")
    assert not [update for update in full.updates if isinstance(update, Complete)]


def test_open_linear_orders_go_on_behind_the_last_of_a_page(desk: Desk) -> None:
    body = {"code": 200, "data": [LINEAR_ORDER | {"id": str(300 - n)} for n in range(100)], "ts": 1780966573200}
    first = desk.hear(AskOpenOrders("linear"), body)
    assert first.further == AskOpenOrders("linear", cursor=f"201@{NOW}")
    assert not [update for update in first.updates if isinstance(update, Complete)]
    assert isinstance(desk.hear(AskOpenOrders("linear", cursor=f"201@{NOW}"), body).outcome, RetryLater)
    begun = desk.hear(AskOpenOrders("linear", cursor=f"201@{NOW - 5}"), {"code": 200, "data": [], "ts": 1780966573200})
    assert begun.updates == (Complete(at=NOW - 5, what="open_orders", line="linear"),)
    strange = desk.hear(AskOpenOrders("linear", cursor="201@x"), {"code": 200, "data": [], "ts": 1780966573200})
    assert strange.updates == (Complete(at=NOW, what="open_orders", line="linear"),)
    last = desk.hear(AskOpenOrders("linear", LINEAR), {"code": 200, "data": [], "ts": 1780966573200})
    assert last.updates == (Complete(at=NOW, what="open_orders", line="linear", symbol=LINEAR),)


def test_open_coin_margined_orders_are_paged_by_number(desk: Desk) -> None:
    data = {"orders": [COIN_ORDER] * 50, "total_page": 2, "current_page": 1, "total_size": 51}
    reply = desk.hear(AskOpenOrders("coin_swap"), {"status": "ok", "data": data})
    assert reply.further == AskOpenOrders("coin_swap", cursor=f"2@{NOW}")
    data = {"orders": [COIN_ORDER], "total_page": 2, "current_page": 2, "total_size": 51}
    reply = desk.hear(AskOpenOrders("coin_swap", cursor="2"), {"status": "ok", "data": data})
    assert reply.further is None
    assert isinstance(reply.updates[-1], Complete)

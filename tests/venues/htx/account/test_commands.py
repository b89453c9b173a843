"""Commands: exactly which request comes of which ask."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.ask import (
    AskAccounts,
    AskBalances,
    Cancel,
    CancelAll,
    DeadMan,
    MarginMode,
    MoveFunds,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    PositionMode,
    PositionSide,
    SetLeverage,
    SetPositionMode,
    TimeInForce,
)
from basisdesk.domain.order import Side

if TYPE_CHECKING:
    from tests.venues.htx.account.conftest import Desk

    from basisdesk.domain.ask import Ask

NOW = 1_700_000_000_000_000_000
SPOT, LINEAR, SWAP, FUTURE = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-231229"
SPOT_BODY = {"account-id": "1001", "symbol": "btcusdt", "source": "spot-api", "client-order-id": "77"}
LINEAR_BODY = {"contract_code": "BTC-USDT", "margin_mode": "cross", "position_side": "both", "client_order_id": 77}
SWAP_BODY = {"contract_code": "BTC-USD", "client_order_id": 77, "lever_rate": 5}


def order(symbol: str, side: Side = Side.BUY, **more: Any) -> Place:
    spelled: dict[str, Any] = {"size": "2", "price": "50000.1", **more}
    for name in ("size", "price", "money"):
        if isinstance(spelled.get(name), str):
            spelled[name] = Decimal(spelled[name])
    spelled.setdefault("type", OrderType.LIMIT)
    return Place(NewOrder(symbol=symbol, side=side, client_id="77", **spelled))


def market(symbol: str, side: Side = Side.BUY, **more: Any) -> Place:
    return order(symbol, side, type=OrderType.MARKET, price=None, **more)


ORDERS: list[tuple[Place, str, dict[str, Any]]] = [
    (
        order(SPOT, size="0.1"),
        "/v1/order/orders/place",
        SPOT_BODY | {"type": "buy-limit", "amount": "0.1", "price": "50000.1"},
    ),
    (
        order(SPOT, Side.SELL, post_only=True),
        "/v1/order/orders/place",
        SPOT_BODY | {"type": "sell-limit-maker", "amount": "2", "price": "50000.1"},
    ),
    (
        order(SPOT, time_in_force=TimeInForce.IOC, margin=MarginMode.CASH),
        "/v1/order/orders/place",
        SPOT_BODY | {"type": "buy-ioc", "amount": "2", "price": "50000.1"},
    ),
    (
        order(SPOT, Side.SELL, time_in_force=TimeInForce.FOK),
        "/v1/order/orders/place",
        SPOT_BODY | {"type": "sell-limit-fok", "amount": "2", "price": "50000.1"},
    ),
    (
        market(SPOT, size=None, money="123.4567899"),
        "/v1/order/orders/place",
        SPOT_BODY | {"type": "buy-market", "amount": "123.456789"},
    ),
    (market(SPOT, Side.SELL), "/v1/order/orders/place", SPOT_BODY | {"type": "sell-market", "amount": "2"}),
    (
        order(LINEAR),
        "/v5/trade/order",
        LINEAR_BODY | {"side": "buy", "type": "limit", "price": "50000.1", "volume": "2", "time_in_force": "gtc"},
    ),
    (
        order(LINEAR, Side.SELL, post_only=True, margin=MarginMode.ISOLATED),
        "/v5/trade/order",
        LINEAR_BODY
        | {"side": "sell", "type": "post_only", "price": "50000.1", "volume": "2", "time_in_force": "gtc"}
        | {"margin_mode": "isolated"},
    ),
    (
        order(LINEAR, time_in_force=TimeInForce.IOC, reduce_only=True, position=PositionSide.SHORT),
        "/v5/trade/order",
        LINEAR_BODY
        | {"side": "buy", "type": "limit", "price": "50000.1", "volume": "2", "time_in_force": "ioc"}
        | {"position_side": "short", "reduce_only": 1},
    ),
    (
        market(LINEAR, position=PositionSide.LONG),
        "/v5/trade/order",
        LINEAR_BODY | {"side": "buy", "type": "market", "volume": "2", "position_side": "long"},
    ),
    (
        order(SWAP, leverage=5),
        "/swap-api/v1/swap_order",
        SWAP_BODY | {"volume": 2, "direction": "buy", "offset": "open", "order_price_type": "limit", "price": 50000.1},
    ),
    (
        market(SWAP, Side.SELL, leverage=5, reduce_only=True),
        "/swap-api/v1/swap_order",
        SWAP_BODY | {"volume": 2, "direction": "sell", "offset": "close", "order_price_type": "optimal_20_ioc"},
    ),
    (
        order(SWAP, leverage=5, position=PositionSide.SHORT, time_in_force=TimeInForce.FOK, margin=MarginMode.CROSS),
        "/swap-api/v1/swap_order",
        SWAP_BODY | {"volume": 2, "direction": "buy", "offset": "close", "order_price_type": "fok", "price": 50000.1},
    ),
    (
        order(FUTURE, Side.SELL, leverage=3, position=PositionSide.SHORT, post_only=True),
        "/api/v1/contract_order",
        {"contract_code": "BTC231229", "client_order_id": 77, "lever_rate": 3, "volume": 2, "direction": "sell"}
        | {"offset": "open", "order_price_type": "post_only", "price": 50000.1},
    ),
    (
        order(FUTURE, Side.SELL, leverage=3, position=PositionSide.LONG, time_in_force=TimeInForce.IOC),
        "/api/v1/contract_order",
        {"contract_code": "BTC231229", "client_order_id": 77, "lever_rate": 3, "volume": 2, "direction": "sell"}
        | {"offset": "close", "order_price_type": "ioc", "price": 50000.1},
    ),
]


@pytest.mark.parametrize(("ask", "path", "body"), ORDERS)
def test_an_order_is_sent_as_its_line_wants_it(desk: Desk, ask: Place, path: str, body: dict[str, Any]) -> None:
    assert desk.sent(ask) == ("POST", path, body)


COMMANDS: list[tuple[Ask, str, dict[str, Any]]] = [
    (Cancel(OrderRef(symbol=SPOT, venue_id="9", client_id="x")), "/v1/order/orders/9/submitcancel", {}),
    (
        Cancel(OrderRef(symbol=SPOT, client_id="a-_Z9")),
        "/v1/order/orders/submitCancelClientOrder",
        {"client-order-id": "a-_Z9"},
    ),
    (
        Cancel(OrderRef(symbol=LINEAR, venue_id="9")),
        "/v5/trade/cancel_order",
        {"contract_code": "BTC-USDT", "order_id": "9"},
    ),
    (
        Cancel(OrderRef(symbol=SWAP, client_id="77")),
        "/swap-api/v1/swap_cancel",
        {"contract_code": "BTC-USD", "client_order_id": "77"},
    ),
    (
        Cancel(OrderRef(symbol=FUTURE, venue_id="9")),
        "/api/v1/contract_cancel",
        {"symbol": "BTC", "order_id": "9"},
    ),
    (CancelAll("spot"), "/v1/order/orders/batchCancelOpenOrders", {"account-id": "1001"}),
    (
        CancelAll("spot", SPOT),
        "/v1/order/orders/batchCancelOpenOrders",
        {"account-id": "1001", "symbol": "btcusdt"},
    ),
    (CancelAll("linear"), "/v5/trade/cancel_all_orders", {}),
    (CancelAll("linear", LINEAR), "/v5/trade/cancel_all_orders", {"contract_code": "BTC-USDT"}),
    (CancelAll("coin_swap", SWAP), "/swap-api/v1/swap_cancelall", {"contract_code": "BTC-USD"}),
    (
        CancelAll("coin_futures", FUTURE),
        "/api/v1/contract_cancelall",
        {"symbol": "BTC", "contract_code": "BTC231229"},
    ),
    (DeadMan("spot", 5), "/v2/algo-orders/cancel-all-after", {"timeout": 5}),
    (DeadMan("spot", 0), "/v2/algo-orders/cancel-all-after", {"timeout": 0}),
    (DeadMan("linear", 30), "/v5/trade/cancel-after", {"on_off": 1, "time_out": 30000}),
    (DeadMan("coin_swap", 0), "/swap-api/v1/swap-cancel-after", {"on_off": 0}),
    (DeadMan("coin_futures", 9), "/api/v1/contract-cancel-after", {"on_off": 1, "time_out": 9000}),
    (
        SetLeverage(LINEAR, Decimal("7.0"), MarginMode.ISOLATED),
        "/v5/position/lever",
        {"contract_code": "BTC-USDT", "lever_rate": 7, "margin_mode": "isolated"},
    ),
    (
        SetLeverage(LINEAR, Decimal(7)),
        "/v5/position/lever",
        {"contract_code": "BTC-USDT", "lever_rate": 7, "margin_mode": "cross"},
    ),
    (
        SetLeverage(SWAP, Decimal(7)),
        "/swap-api/v1/swap_switch_lever_rate",
        {"contract_code": "BTC-USD", "lever_rate": 7},
    ),
    (
        SetLeverage(FUTURE, Decimal(7), MarginMode.CROSS),
        "/api/v1/contract_switch_lever_rate",
        {"symbol": "BTC", "lever_rate": 7},
    ),
    (SetPositionMode("linear", PositionMode.HEDGE), "/v5/position/mode", {"position_mode": "dual_side"}),
    (SetPositionMode("linear", PositionMode.ONE_WAY), "/v5/position/mode", {"position_mode": "single_side"}),
    (
        MoveFunds(asset="USDT", amount=Decimal("10.5"), source="spot", target="linear"),
        "/v2/account/transfer",
        {"currency": "usdt", "amount": 10.5, "from": "spot", "to": "linear-swap", "margin-account": "USDT"},
    ),
    (
        MoveFunds(asset="USDT", amount=Decimal(1), source="linear", target="spot", symbol=LINEAR),
        "/v2/account/transfer",
        {"currency": "usdt", "amount": 1, "from": "linear-swap", "to": "spot", "margin-account": "BTC-USDT"},
    ),
    (
        MoveFunds(asset="BTC", amount=Decimal(1), source="coin_swap", target="spot"),
        "/v2/account/transfer",
        {"currency": "btc", "amount": 1, "from": "swap", "to": "spot"},
    ),
    (
        MoveFunds(asset="BTC", amount=Decimal(1), source="spot", target="coin_futures"),
        "/v1/futures/transfer",
        {"currency": "btc", "amount": 1, "type": "pro-to-futures"},
    ),
    (
        MoveFunds(asset="BTC", amount=Decimal(1), source="coin_futures", target="spot"),
        "/v1/futures/transfer",
        {"currency": "btc", "amount": 1, "type": "futures-to-pro"},
    ),
]


@pytest.mark.parametrize(("ask", "path", "body"), COMMANDS)
def test_a_command_is_sent_as_its_line_wants_it(desk: Desk, ask: Ask, path: str, body: dict[str, Any]) -> None:
    assert desk.sent(ask) == ("POST", path, body)


@pytest.mark.parametrize("ask", [ask for ask, *_ in ORDERS + COMMANDS])
def test_whatever_changes_something_says_so_and_when_it_can_no_longer_be_accepted(desk: Desk, ask: Ask) -> None:
    request = desk.ask(ask)
    assert request.changes
    assert request.ask == ask
    assert request.expires == NOW + 300_000_000_000
    assert ("Content-Type", "application/json") in request.headers
    assert len(request.costs) == 1


def test_numbers_of_coin_margined_orders_are_exact_and_plain(desk: Desk) -> None:
    desk.limit(SWAP, tick=Decimal("0.00000001"))
    body = desk.ask(order(SWAP, price="0.00000012", leverage=1)).body
    assert b'"price":0.00000012' in body
    assert json.loads(body)["volume"] == 2


@pytest.mark.parametrize("ask", [order(SPOT), CancelAll("spot")])
def test_the_spot_account_is_asked_for_first(desk: Desk, ask: Ask) -> None:
    desk.session.learned.clear()
    first = desk.ask(ask)
    assert first.ask == AskAccounts("spot")
    assert not first.changes
    body = {"status": "ok", "data": [{"id": 9, "type": "point"}, {"id": 1528640, "type": "spot", "state": "working"}]}
    desk.session.learned.update(desk.hear(AskAccounts("spot"), body).learned)
    assert desk.sent(ask)[2]["account-id"] == "1528640"


def test_the_leverage_of_a_coin_margined_order_is_learned_first(desk: Desk) -> None:
    first = desk.ask(order(SWAP))
    assert first.ask == AskBalances("coin_swap")
    rows = [
        {"symbol": "BTC", "margin_balance": 1, "contract_code": "BTC-USD", "lever_rate": 20},
        {"symbol": "ETH", "margin_balance": 1, "contract_code": "ETH-USD"},
        {"symbol": "XRP", "margin_balance": 1, "lever_rate": 2},
    ]
    reply = desk.hear(AskBalances("coin_swap"), {"status": "ok", "data": rows, "ts": 1})
    desk.session.learned.update(reply.learned)
    assert desk.sent(order(SWAP))[2]["lever_rate"] == 20
    assert desk.refused(order("htx:ETH/USD:ETH")).code == "leverage_needed"


def test_all_futures_on_a_coin_have_one_leverage(desk: Desk) -> None:
    assert desk.ask(order(FUTURE)).ask == AskBalances("coin_futures")
    rows = [{"symbol": "BTC", "margin_balance": 1, "lever_rate": 4}]
    desk.session.learned.update(desk.hear(AskBalances("coin_futures"), {"status": "ok", "data": rows}).learned)
    assert desk.sent(order("htx:BTC/USD:BTC-240329"))[2]["lever_rate"] == 4


def test_a_client_id_becomes_a_number_that_every_line_takes(desk: Desk) -> None:
    made = [desk.trading.client_id(f"spread-{number}-1-A") for number in range(20_000)]
    assert len(set(made)) == len(made)
    assert desk.trading.client_id("spread-1-1-A") == made[1]
    assert all(0 < int(text) < 2**63 for text in made)

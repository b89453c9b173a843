"""Private connections: every message that the venue documents, as updates."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.account import Balance, Fill, Forced, OrderUpdate, Position, Warned
from basisdesk.domain.ask import PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.htx.account.conftest import Wire


NOW = 1_700_000_000_000_000_000
SECOND, MS = 1_000_000_000, 1_000_000
SPOT, LINEAR, SWAP, FUTURE = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-231229"
D = Decimal
SPOT_CREATED = {
    "orderSize": "0.05",
    "orderCreateTime": 1645116048355,
    "accountId": 1001,
    "orderPrice": "100",
    "type": "buy-limit",
    "orderId": 478861479986886,
    "clientOrderId": "a1",
    "orderSource": "spot-api",
    "orderStatus": "submitted",
    "symbol": "btcusdt",
    "eventType": "creation",
}
SPOT_TRADED = {
    "tradePrice": "100.01",
    "tradeVolume": "0.02",
    "tradeTime": 1648714741525,
    "aggressor": True,
    "execAmt": "0.03",
    "orderSize": "0.05",
    "remainAmt": "0.02",
    "tradeId": 101541578884,
    "symbol": "btcusdt",
    "type": "sell-market",
    "eventType": "trade",
    "clientOrderId": "a1",
    "orderStatus": "partial-filled",
    "orderId": 509835753860328,
}


def test_spot_orders_are_heard(wire: Callable[[str], Wire]) -> None:
    talk = wire("spot").open()
    (created,) = talk.hear({"action": "push", "ch": "orders#btcusdt", "data": SPOT_CREATED})
    assert isinstance(created, OrderUpdate)
    assert (created.symbol, created.venue_id, created.client_id) == (SPOT, "478861479986886", "a1")
    assert (created.status, created.size, created.price, created.account) == (OrderStatus.OPEN, D("0.05"), D(100), "")
    assert created.at == 1645116048355 * MS
    (traded,) = talk.hear({"action": "push", "ch": "orders#btcusdt", "data": SPOT_TRADED})
    assert isinstance(traded, OrderUpdate)
    assert (traded.filled, traded.status, traded.at) == (D("0.03"), OrderStatus.OPEN, 1648714741525 * MS)


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        ({"eventType": "cancellation", "orderStatus": "canceled"}, OrderStatus.DONE, DoneReason.CANCELLED),
        ({"eventType": "cancellation", "orderStatus": "partial-canceled"}, OrderStatus.DONE, DoneReason.CANCELLED),
        ({"eventType": "trade", "orderStatus": "filled"}, OrderStatus.DONE, DoneReason.FILLED),
        (
            {"eventType": "trigger", "orderStatus": "rejected", "errCode": 2002, "errMessage": "no money"},
            OrderStatus.DONE,
            DoneReason.REJECTED,
        ),
    ],
)
def test_spot_orders_end(
    wire: Callable[[str], Wire], told: dict[str, Any], status: OrderStatus, reason: DoneReason
) -> None:
    talk = wire("spot").open()
    (update,) = talk.hear({"action": "push", "ch": "orders#btcusdt", "data": SPOT_CREATED | told})
    assert isinstance(update, OrderUpdate)
    assert (update.status, update.reason) == (status, reason)
    assert update.refused == told.get("errMessage", "")


CLEARED = {
    "eventType": "trade",
    "symbol": "btcusdt",
    "orderId": "478862728954426",
    "orderSide": "buy",
    "orderType": "buy-market",
    "accountId": 44234548,
    "orderStatus": "filled",
    "feeCurrency": "btc",
    "tradePrice": "118.89",
    "tradeVolume": "0.042200701236437042",
    "aggressor": True,
    "tradeId": 101539740584,
    "tradeTime": 1645124660368,
    "transactFee": "0.000041778694224073",
    "feeDeduct": "0",
    "feeDeductType": "",
}


def test_spot_fills_come_from_the_clearing_channel(wire: Callable[[str], Wire]) -> None:
    talk = wire("spot").open()
    (fill,) = talk.hear({"action": "push", "ch": "trade.clearing#btcusdt#0", "data": CLEARED})
    assert fill == Fill(
        at=1645124660368 * MS,
        symbol=SPOT,
        trade_id="101539740584",
        venue_id="478862728954426",
        client_id="",
        side=Side.BUY,
        price=D("118.89"),
        size=D("0.042200701236437042"),
        fee=D("0.000041778694224073"),
        fee_asset="BTC",
        maker=False,
        account="44234548",
    )
    deducted = CLEARED | {"transactFee": "0", "feeDeduct": "0.5", "feeDeductType": "ht", "aggressor": None}
    (fill,) = talk.hear({"action": "push", "ch": "trade.clearing#btcusdt#0", "data": deducted})
    assert isinstance(fill, Fill)
    assert (fill.fee, fill.fee_asset, fill.maker) == (D("0.5"), "HT", None)


def test_spot_balances_are_heard(wire: Callable[[str], Wire]) -> None:
    talk = wire("spot").open()
    data = {"currency": "btc", "accountId": 1001, "balance": "23.111", "available": "20.5", "changeTime": 1568601800000}
    (balance,) = talk.hear({"action": "push", "ch": "accounts.update#2", "data": data})
    assert balance == Balance(at=1568601800000 * MS, line="spot", asset="BTC", total=D("23.111"), available=D("20.5"))
    (first,) = talk.hear({"action": "push", "ch": "accounts.update#2", "data": data | {"changeTime": None}})
    assert isinstance(first, Balance)
    assert first.at == NOW


COIN_PUSH = {
    "op": "notify",
    "topic": "orders.btc-usd",
    "ts": 1700000000123,
    "uid": "359305390",
    "symbol": "BTC",
    "contract_code": "BTC-USD",
    "volume": 8,
    "price": 50000,
    "order_price_type": "limit",
    "direction": "buy",
    "offset": "open",
    "status": 6,
    "order_id": 900000000000000001,
    "order_id_str": "900000000000000001",
    "client_order_id": 77,
    "order_source": "api",
    "order_type": 1,
    "created_at": 1700000000100,
    "trade_volume": 8,
    "fee": -0.2,
    "trade_avg_price": 50000,
    "liquidation_type": "0",
    "trade": [
        {
            "trade_id": 9,
            "id": f"9-900000000000000001-{number}",
            "trade_volume": 4,
            "trade_price": 50000,
            "trade_fee": -0.1,
            "fee_asset": "BTC",
            "role": "taker",
            "created_at": 1700000000120,
        }
        for number in (1, 2)
    ],
}


def test_coin_margined_orders_bring_their_fills(wire: Callable[[str], Wire]) -> None:
    talk = wire("coin_swap").open()
    order, one, two = talk.hear(COIN_PUSH)
    assert isinstance(order, OrderUpdate)
    assert (order.status, order.reason, order.filled) == (OrderStatus.DONE, DoneReason.FILLED, D(8))
    assert (order.client_id, order.account, order.at) == ("77", "359305390", 1700000000123 * MS)
    assert isinstance(one, Fill)
    assert isinstance(two, Fill)
    assert (one.trade_id, two.trade_id) == ("9-900000000000000001-1", "9-900000000000000001-2")
    assert (one.side, one.position, one.fee, one.maker) == (Side.BUY, PositionSide.LONG, D("0.1"), False)
    assert (one.client_id, one.symbol, one.account) == ("77", SWAP, "359305390")


def test_a_liquidation_is_marked_in_order_and_fills(wire: Callable[[str], Wire]) -> None:
    talk = wire("coin_futures").open()
    told = COIN_PUSH | {"contract_code": "BTC231229", "order_type": 3, "liquidation_type": "1", "direction": "sell"}
    order, fill, _ = talk.hear(told | {"offset": "close", "topic": "orders.btc"})
    assert isinstance(order, OrderUpdate)
    assert isinstance(fill, Fill)
    assert (order.forced, fill.forced, fill.position) == (Forced.LIQUIDATION, Forced.LIQUIDATION, PositionSide.LONG)
    assert order.symbol == FUTURE


def test_coin_margined_positions_and_balances_are_heard(wire: Callable[[str], Wire]) -> None:
    talk = wire("coin_futures").open()
    row = {"symbol": "BTC", "contract_code": "BTC231229", "volume": 1, "cost_open": 27802.2, "direction": "buy"}
    head = {"op": "notify", "ts": 1696767149650, "uid": "5", "event": "snapshot"}
    (position,) = talk.hear(head | {"topic": "positions", "data": [row]})
    assert isinstance(position, Position)
    assert (position.size, position.side, position.account) == (D(1), PositionSide.LONG, "5")
    money = {"symbol": "BTC", "margin_balance": 446.4, "margin_static": 445.5, "margin_available": 435.3}
    (balance,) = talk.hear(head | {"topic": "accounts.btc", "event": "order.match", "data": [money]})
    assert balance == Balance(
        at=1696767149650 * MS,
        line="coin_futures",
        asset="BTC",
        total=D("445.5"),
        available=D("435.3"),
        equity=D("446.4"),
        account="5",
    )


LINEAR_HEAD = {"op": "notify", "contract_code": "BTC-USDT", "ts": 1782367563267, "uid": "359305390"}


def test_linear_events_are_heard(wire: Callable[[str], Wire]) -> None:
    talk = wire("linear").open()
    order = {"side": "buy", "type": "limit", "price": "40000", "volume": "1", "state": "new"}
    order |= {"contract_code": "BTC-USDT", "order_id": "15", "client_order_id": "15", "trade_volume": "0"}
    (update,) = talk.hear(LINEAR_HEAD | {"topic": "orders", "data": order | {"updated_time": "1782367563239"}})
    assert isinstance(update, OrderUpdate)
    assert (update.venue_id, update.client_id, update.account) == ("15", "", "359305390")
    trade = {"direction": "buy", "id": "1001-15-1", "contract_code": "BTC-USDT", "order_id": "15", "trade_id": "155"}
    trade |= {"position_side": "both", "trade_volume": "1", "trade_price": "61629", "role": "maker"}
    trade |= {"client_order_id": "77", "created_time": "1782367694375"}
    (fill,) = talk.hear(LINEAR_HEAD | {"topic": "trade", "data": [trade]})
    assert isinstance(fill, Fill)
    assert (fill.trade_id, fill.fee, fill.fee_asset, fill.maker) == ("155-15", None, "", True)
    assert (fill.client_id, fill.side, fill.position) == ("77", Side.BUY, PositionSide.NET)
    row = {"contract_code": "BTC-USDT", "position_side": "both", "direction": "sell", "margin_mode": "cross"}
    row |= {"volume": "2", "adl_risk_percent": "9", "updated_time": "1782460515119"}
    (position,) = talk.hear(LINEAR_HEAD | {"topic": "positions", "event": "snapshot", "data": [row]})
    assert isinstance(position, Position)
    assert (position.size, position.adl_rank) == (D(-2), 5)
    details = [{"currency": "USDT", "equity": "162.3", "available": "160", "profit_unreal": "0"}]
    data = {"equity": "0", "state": "liquidating", "details": details}
    balance, warned = talk.hear(LINEAR_HEAD | {"topic": "account", "contract_code": "", "data": data})
    assert isinstance(balance, Balance)
    assert (balance.total, balance.available, balance.at) == (D("162.3"), D(160), 1782367563267 * MS)
    assert isinstance(warned, Warned)

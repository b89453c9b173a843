"""What is refused before anything is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.ask import (
    Amend,
    AskBalances,
    AskFees,
    AskFills,
    AskFunding,
    AskIncome,
    AskInstruments,
    AskOpenOrders,
    AskOrder,
    AskPermissions,
    AskPositionMode,
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    DeadMan,
    KeepStream,
    MarginMode,
    MoveFunds,
    NewOrder,
    OpenStream,
    OrderRef,
    OrderType,
    Place,
    PositionMode,
    PositionSide,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
    TimeInForce,
)
from basisdesk.domain.order import Side

if TYPE_CHECKING:
    from tests.venues.htx.account.conftest import Desk

    from basisdesk.domain.ask import Ask

SPOT, LINEAR, SWAP, FUTURE = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-231229"


def order(symbol: str, **more: Any) -> Place:
    told: dict[str, Any] = {"type": OrderType.LIMIT, "size": Decimal(2), "price": Decimal(50000), "client_id": "7"}
    return Place(NewOrder(symbol=symbol, side=Side.BUY, **(told | more)))


ASKS: list[tuple[Ask, str]] = [
    (order(SWAP, reduce_only=True, position=PositionSide.LONG), "bad_order"),
    (order(LINEAR, reduce_only=True, position=PositionSide.LONG), "bad_order"),
    (order("htx:XYZ/USDT"), "unknown_symbol"),
    (Cancel(OrderRef(symbol="okx:BTC/USDT", venue_id="1")), "unknown_symbol"),
    (SetLeverage("htx:XYZ/USDT", Decimal(1)), "unknown_symbol"),
    (AskFunding("htx:XYZ/USDT"), "unknown_symbol"),
    (AskFees("htx:XYZ/USDT"), "unknown_symbol"),
    (AskOrder(OrderRef(symbol="htx:XYZ/USDT", venue_id="1")), "unknown_symbol"),
    (AskOpenOrders("linear", SPOT), "unknown_symbol"),
    (AskPositions("linear", "htx:XYZ/USDT"), "unknown_symbol"),
    (AskFills(line="linear", symbol=SPOT), "unknown_symbol"),
    (AskIncome(line="linear", symbol=SPOT), "unknown_symbol"),
    (CancelAll("linear", SPOT), "unknown_symbol"),
    (MoveFunds(asset="USDT", amount=Decimal(1), source="spot", target="linear", symbol=SPOT), "unknown_symbol"),
    (CancelAll("margin"), "unknown_line"),
    (DeadMan("margin", 5), "unknown_line"),
    (AskTime("margin"), "unknown_line"),
    (SetPositionMode("margin", PositionMode.HEDGE), "unknown_line"),
    (Amend(order=OrderRef(symbol=SPOT, venue_id="1")), "unsupported"),
    (SetMarginMode(LINEAR, MarginMode.CROSS), "unsupported"),
    (OpenStream("spot"), "unsupported"),
    (KeepStream("spot"), "unsupported"),
    (SetPositionMode("coin_swap", PositionMode.HEDGE), "unsupported"),
    (AskPositionMode("coin_swap"), "unsupported"),
    (AskPositions("spot"), "unsupported"),
    (AskFunding(SPOT), "unsupported"),
    (AskFunding(FUTURE), "unsupported"),
    (CancelAll("coin_swap"), "unsupported"),
    (DeadMan("spot", 5, SPOT), "unsupported"),
    (DeadMan("spot", 4), "bad_seconds"),
    (DeadMan("linear", 86_401), "bad_seconds"),
    (SetLeverage(SPOT, Decimal(2)), "unsupported"),
    (SetLeverage(SWAP, Decimal(2), MarginMode.ISOLATED), "bad_margin_mode"),
    (SetLeverage(LINEAR, Decimal("2.5")), "bad_leverage"),
    (SetLeverage(LINEAR, Decimal(0)), "bad_leverage"),
    (SetLeverage(LINEAR, Decimal("NaN")), "bad_leverage"),
    (MoveFunds(asset="BTC", amount=Decimal(1), source="linear", target="coin_swap"), "bad_account"),
    (MoveFunds(asset="BTC", amount=Decimal(1), source="spot", target="spot"), "bad_account"),
    (MoveFunds(asset="BTC", amount=Decimal(1), source="spot", target="margin"), "bad_account"),
    (MoveFunds(asset="BTC", amount=Decimal(0), source="spot", target="linear"), "bad_amount"),
    (Cancel(OrderRef(symbol=SPOT)), "no_order_id"),
    (Cancel(OrderRef(symbol=SPOT, venue_id="1/../2")), "bad_order_id"),
    (Cancel(OrderRef(symbol=SPOT, client_id="ä")), "bad_client_id"),
    (AskOrder(OrderRef(symbol=LINEAR, client_id="abc")), "bad_client_id"),
    (order(SPOT, client_id="x" * 65), "bad_client_id"),
    (order(LINEAR, client_id="9223372036854775808"), "bad_client_id"),
    (order(LINEAR, client_id="0"), "bad_client_id"),
    (order(SPOT, post_only=True, time_in_force=TimeInForce.IOC), "bad_order"),
    (order(SPOT, post_only=True, type=OrderType.MARKET), "bad_order"),
    (order(SPOT, reduce_only=True), "unsupported"),
    (order(SPOT, position=PositionSide.LONG), "unsupported"),
    (order(SPOT, margin=MarginMode.CROSS), "bad_margin_mode"),
    (order(SWAP, leverage=2, margin=MarginMode.ISOLATED), "bad_margin_mode"),
    (order(SWAP, leverage=0), "bad_leverage"),
    (order(SPOT, price=None), "bad_order"),
    (order(SPOT, price=Decimal(-1)), "bad_price"),
    (order(SPOT, price=Decimal("1E+99")), "bad_price"),
    (order(SPOT, price=Decimal("1.001")), "off_tick"),
    (order(SPOT, size=None), "bad_order"),
    (order(SPOT, size=Decimal("Infinity")), "not_finite"),
    (order(SPOT, size=Decimal("0.0000001")), "below_minimum"),
    (order(SPOT, size=Decimal("0.00001")), "below_minimum"),
    (order(SPOT, size=Decimal(1001)), "above_maximum"),
    (order(LINEAR, size=Decimal("1.5")), "off_step"),
    (order(SPOT, type=OrderType.MARKET, price=None), "bad_order"),
    (order(SPOT, type=OrderType.MARKET, price=None, money=Decimal(0)), "not_positive"),
    (order(SPOT, type=OrderType.MARKET, price=None, money=Decimal(4)), "below_min_notional"),
    (AskInstruments("spot", "funding"), "bad_cursor"),
    (AskOpenOrders("spot", cursor="x"), "bad_cursor"),
    (AskFills(line="linear", cursor="1|2"), "bad_cursor"),
    (AskFills(line="linear", cursor="|x|"), "bad_cursor"),
    (AskFills(line="coin_futures", cursor="nothing|1|2"), "bad_cursor"),
    (AskIncome(line="coin_futures", cursor="1"), "bad_cursor"),
    (AskBalances("spot", "12/34"), "bad_account"),
]


@pytest.mark.parametrize(("ask", "code"), ASKS)
def test_an_ask_is_refused_with_a_sentence(desk: Desk, ask: Ask, code: str) -> None:
    refusal = desk.refused(ask)
    assert refusal.code == code
    assert len(refusal.message) > 20


@pytest.mark.parametrize("ask", [order(LINEAR), AskBalances("linear"), AskOrder(OrderRef(symbol=SWAP, venue_id="1"))])
def test_without_a_key_only_public_things_can_be_asked(desk: Desk, ask: Ask) -> None:
    desk.session.credentials = None
    assert desk.refused(ask).code == "no_key"
    assert desk.ask(AskTime("spot")).path == "/v1/common/timestamp"


def test_what_a_key_may_do_needs_a_key(desk: Desk) -> None:
    desk.session.learned["user"] = "1"
    desk.session.credentials = None
    assert desk.refused(AskPermissions()).code == "no_key"


def test_coin_margined_lines_are_asked_market_by_market_so_one_must_be_known(desk: Desk) -> None:
    desk.session.instruments.clear()
    assert desk.refused(AskFills(line="coin_swap")).code == "unknown_symbol"


def test_an_order_is_not_above_a_maximum_that_is_not_told(desk: Desk) -> None:
    assert desk.sent(order(LINEAR, size=Decimal(10**9)))[2]["volume"] == "1000000000"

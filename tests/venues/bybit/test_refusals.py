"""What cannot be asked is refused before it is sent, with the reason."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.venues.bybit.accounts import (
    DATED,
    LINEAR,
    SPOT,
    asked,
    order,
    refused,
    session,
)

from basisdesk.domain.ask import (
    Amend,
    Ask,
    AskBalances,
    AskFees,
    AskFunding,
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

D = Decimal
REF = OrderRef(symbol=LINEAR, client_id="test-1")
MARKET = OrderType.MARKET


def place(symbol: str = LINEAR, **changes: Any) -> Place:
    return Place(order(symbol, **({"size": D("0.01"), "price": D("50000.1")} | changes)))


REFUSALS: list[tuple[Ask, str]] = [
    (place(symbol="bybit:NO/USDT"), "unknown_symbol"),
    (place(client_id="x" * 37), "bad_client_id"),
    (place(client_id="a.b"), "bad_client_id"),
    (place(SPOT, margin=MarginMode.ISOLATED), "bad_margin_mode"),
    (place(SPOT, reduce_only=True), "unsupported"),
    (place(SPOT, position=PositionSide.LONG), "unsupported"),
    (place(margin=MarginMode.CASH), "bad_margin_mode"),
    (place(price=None), "bad_order"),
    (place(type=MARKET), "bad_order"),
    (place(post_only=True, time_in_force=TimeInForce.IOC), "bad_order"),
    (place(type=MARKET, price=None, post_only=True), "bad_order"),
    (place(price=D("50000.11")), "off_tick"),
    (place(price=D(0)), "bad_price"),
    (place(money=D(5)), "bad_order"),
    (place(SPOT, money=D(5), size=None), "bad_order"),
    (place(SPOT, type=MARKET, price=None, money=D(5)), "bad_order"),
    (place(SPOT, type=MARKET, price=None, size=None, money=D(0)), "not_positive"),
    (place(size=None), "bad_order"),
    (place(size=D("0.0005")), "below_minimum"),
    (place(size=D("0.0105")), "off_step"),
    (place(size=D(0)), "not_positive"),
    (place(size=D(1501)), "above_maximum"),
    (Amend(order=OrderRef(symbol=LINEAR), size=D(1)), "no_order_id"),
    (Amend(order=OrderRef(symbol="bybit:NO/USDT", venue_id="u"), size=D(1)), "unknown_symbol"),
    (Amend(order=REF), "nothing_to_do"),
    (Amend(order=REF, size=D("0.0001")), "below_minimum"),
    (Amend(order=REF, size=D("0.0101")), "off_step"),
    (Amend(order=REF, price=D("0.05")), "off_tick"),
    (Amend(order=REF, price=D(-1)), "bad_price"),
    (Cancel(OrderRef(symbol=LINEAR)), "no_order_id"),
    (CancelAll("option"), "unknown_line"),
    (CancelAll("linear", "bybit:NO/USDT"), "unknown_symbol"),
    (SetLeverage(SPOT, D(2)), "unsupported"),
    (SetLeverage("bybit:NO/USDT", D(2)), "unknown_symbol"),
    (SetLeverage(LINEAR, D(101)), "bad_leverage"),
    (SetLeverage(LINEAR, D("0.5")), "bad_leverage"),
    (SetMarginMode(LINEAR, MarginMode.CASH), "bad_margin_mode"),
    (SetPositionMode("inverse", PositionMode.HEDGE), "unsupported"),
    (SetPositionMode("linear", PositionMode.HEDGE, "bybit:NO/USDT"), "unknown_symbol"),
    (MoveFunds(asset="USDT", amount=D(1), source="SPOT", target="FUND"), "bad_account"),
    (MoveFunds(asset="USDT", amount=D(1), source="FUND", target="FUND"), "bad_account"),
    (MoveFunds(asset="USDT", amount=D(0), source="UNIFIED", target="FUND"), "bad_amount"),
    (DeadMan("linear", 0), "unsupported"),
    (DeadMan("linear", 2), "bad_seconds"),
    (DeadMan("linear", 301), "bad_seconds"),
    (DeadMan("option", 30), "unknown_line"),
    (OpenStream("linear"), "unsupported"),
    (KeepStream("linear"), "unsupported"),
    (AskBalances("spot", "SPOT"), "bad_account"),
    (AskPositions("spot"), "unsupported"),
    (AskPositionMode("spot"), "unsupported"),
    (AskPositions("linear", "bybit:NO/USDT"), "unknown_symbol"),
    (AskOpenOrders("linear", "bybit:NO/USDT"), "unknown_symbol"),
    (AskOpenOrders("option"), "unknown_line"),
    (AskTime("option"), "unknown_line"),
    (AskOrder(OrderRef(symbol=LINEAR)), "no_order_id"),
    (AskOrder(OrderRef(symbol="bybit:NO/USDT", venue_id="u")), "unknown_symbol"),
    (AskFunding(SPOT), "unsupported"),
    (AskFunding(DATED), "unsupported"),
    (AskFees("bybit:NO/USDT"), "unknown_symbol"),
]


@pytest.mark.parametrize(("ask", "code"), REFUSALS)
def test_what_cannot_be_is_refused_before_it_is_sent(ask: Ask, code: str) -> None:
    assert refused(ask) == code


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+400"])
def test_what_is_no_number_is_refused_and_never_raised(number: str) -> None:
    none = D(number)
    size = "not_finite" if not none.is_finite() else "above_maximum"
    asks: list[tuple[Ask, str]] = [
        (place(price=none), "bad_price"),
        (place(size=none), size),
        (place(symbol=SPOT, type=MARKET, price=None, size=None, money=none), "not_positive"),
        (Amend(order=REF, size=none), size),
        (Amend(order=REF, price=none), "bad_price"),
        (SetLeverage(LINEAR, none), "bad_leverage"),
        (MoveFunds(asset="USDT", amount=none, source="UNIFIED", target="FUND"), "bad_amount"),
    ]
    for ask, code in asks:
        assert refused(ask) == code, ask


def test_a_size_below_the_minimum_is_refused_although_it_is_on_the_step() -> None:
    of = session()
    known = of.instruments[LINEAR]
    of.know([type(known)(**{name: getattr(known, name) for name in known.__struct_fields__} | {"min_size": D("0.1")})])
    assert refused(place(size=D("0.05")), of) == "below_minimum"
    of.know([type(known)(**{name: getattr(known, name) for name in known.__struct_fields__} | {"max_size": None})])
    assert asked(place(size=D(1_000_000)), of).changes


def test_an_order_in_another_margin_mode_than_the_accounts_is_refused() -> None:
    of = session()
    of.learned["margin_mode"] = "REGULAR_MARGIN"
    assert refused(place(margin=MarginMode.ISOLATED), of) == "bad_margin_mode"
    assert "isLeverage" not in json.loads(asked(place(margin=MarginMode.CROSS), of).body)
    assert asked(place(), of).changes


def test_without_a_key_only_market_data_can_be_asked() -> None:
    of = session(None)
    assert refused(place(), of) == "no_key"
    assert refused(AskPermissions(), of) == "no_key"
    assert asked(AskTime("linear"), of).headers == ()

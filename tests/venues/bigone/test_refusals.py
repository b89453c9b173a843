"""What the venue cannot do, or would refuse, is refused before anything is sent, in a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.venues.bigone.orders import NOW, SPOT, SWAP, P, market, order, swap

from basisdesk.domain.ask import (
    Amend,
    Ask,
    AskAccounts,
    AskBalances,
    AskFees,
    AskFills,
    AskFunding,
    AskIncome,
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
    PositionMode,
    PositionSide,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
    TimeInForce,
)  # fmt: skip
from basisdesk.domain.errors import Refusal
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.trading import Credentials, Request, Session

KEY = Credentials("key", "secret")


def session(key: Credentials | None = KEY, **terms: Any) -> Session:
    one = Session(key)
    one.know([msgspec.structs.replace(market, **terms) for market in VENUE.well_known()])
    return one


def encode(ask: Ask, one: Session | None = None) -> Request | Refusal:
    assert VENUE.trading is not None
    return VENUE.trading.encode(ask, one or session(), NOW)


N = "NaN"
REFUSED: list[tuple[Ask, str]] = [
    (order(price=P, position=PositionSide.LONG), "unsupported"),
    (market(size=None, money=Decimal(10)), "bad_order"),
    (order(price=P, size=Decimal("0.0000001")), "below_minimum"),
    (order(price=P, size=Decimal(0)), "not_positive"),
    (order(price=P, size=Decimal(N)), "not_finite"),
    (swap(price=P, size=Decimal("0.5")), "below_minimum"),
    (swap(price=P, size=Decimal("1.5")), "off_step"),
    (market(price=P), "bad_order"),
    (market(post_only=True), "bad_order"),
    (market(time_in_force=TimeInForce.IOC), "bad_order"),
    (order(), "bad_order"),
    (order(price=Decimal("50000.001")), "off_tick"),
    (order(price=Decimal(-1)), "bad_price"),
    (order(price=Decimal("1E+99")), "bad_price"),
    (order(price=P, post_only=True, time_in_force=TimeInForce.IOC), "bad_order"),
    (order(price=P, reduce_only=True), "unsupported"),
    (order(price=P, margin=MarginMode.CROSS), "bad_margin_mode"),
    (swap(price=P, margin=MarginMode.CASH), "bad_margin_mode"),
    (order(price=P, time_in_force=TimeInForce.FOK), "unsupported"),
    (order(price=P, client_id="own 1"), "bad_client_id"),
    (order(price=P, client_id=""), "bad_client_id"),
    (order(price=P, size=Decimal("0.0001")), "below_min_notional"),
    (order(price=P, symbol="bigone:NO/USDT"), "unknown_symbol"),
    (Cancel(OrderRef(symbol=SWAP, client_id="own-1")), "no_order_id"),
    (Cancel(OrderRef(symbol=SPOT, client_id="?")), "bad_client_id"),
    (CancelAll("contract"), "unsupported"),
    (CancelAll("contract", SWAP), "unsupported"),
    (CancelAll("spot"), "symbol_needed"),
    (CancelAll("spot", SWAP), "unknown_symbol"),
    (SetLeverage(SPOT, Decimal(2)), "unsupported"),
    (SetLeverage(SWAP, Decimal("0.5")), "bad_leverage"),
    (SetLeverage(SWAP, Decimal(101), MarginMode.CROSS), "bad_leverage"),
    (SetLeverage("bigone:NO/USDT:USDT", Decimal(2)), "unknown_symbol"),
    (SetMarginMode(SWAP, MarginMode.CASH, Decimal(2)), "bad_margin_mode"),
    (SetMarginMode(SPOT, MarginMode.CROSS, Decimal(2)), "unsupported"),
    (MoveFunds(asset="BTC", amount=Decimal(1), source="spot", target="bank", client_id="m"), "bad_account"),
    (MoveFunds(asset="BTC", amount=Decimal(1), source="spot", target="spot", client_id="m"), "bad_account"),
    (MoveFunds(asset="BTC", amount=Decimal(0), source="spot", target="funding", client_id="m"), "bad_amount"),
    (MoveFunds(asset="BTC", amount=Decimal(N), source="spot", target="funding", client_id="m"), "bad_amount"),
    (MoveFunds(asset="BTC", amount=Decimal(1), source="spot", target="funding"), "bad_client_id"),
    (Amend(order=OrderRef(symbol=SPOT, venue_id="1"), price=P), "unsupported"),
    (DeadMan("spot", 60), "unsupported"),
    (SetPositionMode("contract", PositionMode.HEDGE), "unsupported"),
    (AskPositionMode("contract"), "unsupported"),
    (AskPermissions(), "unsupported"),
    (OpenStream("contract"), "unsupported"),
    (KeepStream("spot"), "unsupported"),
    (AskTime("margin"), "unknown_line"),
    (AskAccounts("margin"), "unknown_line"),
    (AskAccounts("spot"), "unsupported"),
    (AskPositions("spot"), "unsupported"),
    (AskPositions("margin"), "unknown_line"),
    (AskIncome(line="spot"), "unsupported"),
    (AskBalances("spot", "bank"), "bad_account"),
    (AskFunding(SPOT), "unsupported"),
    (AskFees("bigone:NO/USDT"), "unknown_symbol"),
    (AskOrder(OrderRef(symbol=SWAP, client_id="own-1")), "no_order_id"),
    (AskOrder(OrderRef(symbol=SPOT)), "no_order_id"),
    (AskOpenOrders("spot"), "symbol_needed"),
    (AskFills(line="spot"), "symbol_needed"),
    (AskFills(line="spot", symbol=SWAP), "unknown_symbol"),
]


@pytest.mark.parametrize(("ask", "code"), REFUSED)
def test_what_the_venue_cannot_do_is_refused_in_a_sentence(ask: Ask, code: str) -> None:
    refusal = encode(ask)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert len(refusal.message) > 20


def test_a_market_that_states_no_greatest_leverage_has_no_limit_of_ours() -> None:
    one = session(max_leverage=None)
    assert isinstance(encode(SetLeverage(SWAP, Decimal(500), MarginMode.CROSS), one), Request)
    refusal = encode(SetLeverage(SWAP, Decimal(0), MarginMode.CROSS), one)
    assert isinstance(refusal, Refusal)
    assert "any number from 1" in refusal.message


def test_a_size_below_the_least_of_the_instrument_is_refused() -> None:
    refusal = encode(swap(symbol=SWAP, price=P, size=Decimal(4)), session(min_size=Decimal(5)))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "below_minimum"


def test_without_a_key_only_public_facts_are_asked_for() -> None:
    refusal = encode(order(price=P), session(None))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no_key"

"""What the venue cannot do is refused before it is sent, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.venues.okx.orders import NOW, SPOT, SWAP, D, market, order, sent

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import (
    Amend,
    Cancel,
    MarginMode,
    OrderRef,
    Place,
    PositionMode,
    PositionSide,
    TimeInForce,
)
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Session, Trading


REFUSED: list[tuple[Ask, str]] = [
    (Place(order("okx:ABC/USDT")), "unknown_symbol"),
    (Place(order(client_id="a-b")), "bad_client_id"),
    (Place(order(client_id="")), "bad_client_id"),
    (Place(order(client_id="a" * 33)), "bad_client_id"),
    (Place(order(size=D("1.5"))), "off_step"),
    (Place(order(size=D("0"))), "not_positive"),
    (Place(order(size=D("NaN"))), "not_finite"),
    (Place(order(size=None)), "bad_order"),
    (Place(order(size=D(100_000_001))), "above_maximum"),
    (Place(order(SPOT, size=D("0.00000001"))), "below_minimum"),
    (Place(order(price=D("50000.15"))), "off_tick"),
    (Place(order(price=D(-1))), "bad_price"),
    (Place(order(price=None)), "bad_order"),
    (Place(market(SWAP, price=D(1))), "bad_order"),
    (Place(market(SWAP, post_only=True)), "bad_order"),
    (Place(order(post_only=True, time_in_force=TimeInForce.IOC)), "bad_order"),
    (Place(order(SPOT, position=PositionSide.LONG)), "unsupported"),
    (Place(order(margin=MarginMode.CASH)), "bad_margin_mode"),
    (Place(order(SPOT, reduce_only=True)), "unsupported"),
    (Place(order(position=PositionSide.LONG, reduce_only=True)), "bad_order"),
    (Place(order(side=Side.SELL, position=PositionSide.SHORT, reduce_only=True)), "bad_order"),
    (Place(market(SPOT, Side.SELL, size=None, money=D(5))), "bad_order"),
    (Place(market(SWAP, size=None, money=D(5))), "bad_order"),
    (Place(market(SPOT, money=D(5))), "bad_order"),
    (Place(market(SPOT, size=None, money=D(0))), "not_positive"),
    (Place(market(SPOT, margin=MarginMode.CROSS)), "bad_order"),
    (Amend(order=OrderRef(symbol=SWAP, client_id="x")), "nothing_to_do"),
    (Amend(order=OrderRef(symbol=SWAP), size=D(1)), "no_order_id"),
    (Amend(order=OrderRef(symbol=SWAP, client_id="x"), size=D("0.1")), "below_minimum"),
    (Amend(order=OrderRef(symbol=SWAP, client_id="x"), size=D("1.1")), "off_step"),
    (Amend(order=OrderRef(symbol=SWAP, client_id="x"), price=D("0.01")), "off_tick"),
    (Cancel(OrderRef(symbol=SWAP)), "no_order_id"),
    (Cancel(OrderRef(symbol=SWAP, client_id="x_y")), "bad_client_id"),
    (asks.AskOrder(OrderRef(symbol=SWAP)), "no_order_id"),
    (asks.DeadMan("public", 9), "bad_seconds"),
    (asks.DeadMan("public", 121), "bad_seconds"),
    (asks.DeadMan("public", 60, SWAP), "unsupported"),
    (asks.SetLeverage(SWAP, D(126)), "bad_leverage"),
    (asks.SetLeverage(SWAP, D(0)), "bad_leverage"),
    (asks.SetLeverage(SPOT, D(2), MarginMode.CASH), "bad_margin_mode"),
    (asks.SetMarginMode(SWAP, MarginMode.CROSS), "leverage_needed"),
    (asks.SetPositionMode("public", PositionMode.HEDGE, SWAP), "unsupported"),
    (asks.MoveFunds(asset="USDT", amount=D(1), source="savings", target="trading"), "bad_account"),
    (asks.MoveFunds(asset="USDT", amount=D(1), source="trading", target="trading"), "bad_account"),
    (asks.MoveFunds(asset="USDT", amount=D(0), source="funding", target="trading"), "bad_amount"),
    (
        asks.MoveFunds(asset="USDT", amount=D(1), source="funding", target="trading", client_id="-"),
        "bad_client_id",
    ),
    (asks.OpenStream("public"), "unsupported"),
    (asks.KeepStream("public"), "unsupported"),
    (asks.AskTime("usdm"), "unknown_line"),
    (asks.AskInstruments("public", "OPTION"), "bad_cursor"),
    (asks.AskBalances("public", "savings"), "bad_account"),
    (asks.AskFunding(SPOT), "unsupported"),
    (asks.AskFees(""), "symbol_needed"),
]


@pytest.mark.parametrize(("ask", "code"), REFUSED)
def test_what_the_venue_cannot_do_is_refused_in_a_sentence(
    trading: Trading, session: Session, ask: Ask, code: str
) -> None:
    refusal = trading.encode(ask, session, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert len(refusal.message) > 20


def test_in_hedge_mode_isolated_leverage_is_refused(trading: Trading, session: Session) -> None:
    session.learned["position_mode"] = "long_short_mode"
    refusal = trading.encode(asks.SetLeverage(SWAP, D(5), MarginMode.ISOLATED), session, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "unsupported"
    sent(trading, asks.SetLeverage(SWAP, D(5), MarginMode.CROSS), session)


def test_without_a_key_only_the_market_can_be_asked(trading: Trading, session: Session) -> None:
    session.credentials = None
    refusal = trading.encode(asks.AskAccounts(), session, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no_key"
    assert sent(trading, asks.AskTime("public"), session).headers == ()

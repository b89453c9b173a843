"""Each answer as what it tells, by the bodies of the venue's pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.venues.binance.answers import AT, FUTURES_ORDER, NOW, SPOT, SPOT_ORDER, USDM, D, answered, order, ref, told

from basisdesk.domain import account as facts
from basisdesk.domain import ask as asks
from basisdesk.domain.ask import OrderType
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, Unknown

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.venues.trading import Session


OPEN = facts.OrderUpdate(
    at=AT,
    symbol=SPOT,
    venue_id="28",
    client_id="test-1",
    status=OrderStatus.OPEN,
    side=Side.BUY,
    type=OrderType.LIMIT,
    size=D("1.0"),
    price=D("50000.10"),
)


def test_a_placed_spot_order(session: Session) -> None:
    assert told(asks.Place(order(SPOT)), SPOT_ORDER, session) == (OPEN,)


def test_a_placed_spot_order_with_fills_in_a_third_coin(session: Session) -> None:
    body = SPOT_ORDER | {
        "status": "FILLED",
        "executedQty": "1.0",
        "cummulativeQuoteQty": "49999.0",
        "fills": [
            {"price": "49999.0", "qty": "1.0", "commission": "0.075", "commissionAsset": "BNB", "tradeId": 56},
        ],
    }
    update, fill = told(asks.Place(order(SPOT)), body, session)
    assert update == msgspec.structs.replace(
        OPEN, status=OrderStatus.DONE, reason=DoneReason.FILLED, filled=D("1.0"), average=D("49999.0")
    )
    assert fill == facts.Fill(
        at=AT,
        symbol=SPOT,
        trade_id="56",
        venue_id="28",
        client_id="test-1",
        side=Side.BUY,
        price=D("49999.0"),
        size=D("1.0"),
        fee=D("0.075"),
        fee_asset="BNB",
        maker=False,
    )


def test_an_acknowledgement_tells_that_the_order_is_there(session: Session) -> None:
    body = {"symbol": "BTCUSDT", "orderId": 28, "clientOrderId": "test-1", "transactTime": 1700000000123}
    (update,) = told(asks.Place(order(SPOT)), body, session)
    assert update == msgspec.structs.replace(OPEN, type=None, size=None, price=None)


def test_a_futures_order_tells_no_average_price_any_more(session: Session) -> None:
    (update,) = told(asks.Place(order(USDM)), FUTURES_ORDER, session)
    assert update == msgspec.structs.replace(OPEN, symbol=USDM, venue_id="91", size=D(1), price=D("50000.1"))
    asked = FUTURES_ORDER | {
        "avgPrice": "50000.05",
        "executedQty": "0.5",
        "status": "PARTIALLY_FILLED",
        "reduceOnly": True,
    }
    (update,) = told(asks.AskOrder(ref(USDM)), asked, session)
    assert isinstance(update, facts.OrderUpdate)
    assert (update.average, update.filled, update.status) == (D("50000.05"), D("0.5"), OrderStatus.OPEN)
    assert update.reduce_only


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("NEW", OrderStatus.OPEN, None),
        ("PENDING_NEW", OrderStatus.OPEN, None),
        ("PARTIALLY_FILLED", OrderStatus.OPEN, None),
        ("PENDING_CANCEL", OrderStatus.CANCELING, None),
        ("FILLED", OrderStatus.DONE, DoneReason.FILLED),
        ("CANCELED", OrderStatus.DONE, DoneReason.CANCELLED),
        ("EXPIRED", OrderStatus.DONE, DoneReason.EXPIRED),
        ("EXPIRED_IN_MATCH", OrderStatus.DONE, DoneReason.EXPIRED),
        ("REJECTED", OrderStatus.DONE, DoneReason.REJECTED),
    ],
)
def test_statuses(text: str, status: OrderStatus, reason: DoneReason | None, session: Session) -> None:
    (update,) = told(asks.AskOrder(ref(SPOT)), SPOT_ORDER | {"status": text}, session)
    assert isinstance(update, facts.OrderUpdate)
    assert (update.status, update.reason) == (status, reason)


def test_a_spot_cancel_names_the_order_by_its_own_id(session: Session) -> None:
    body = SPOT_ORDER | {"status": "CANCELED", "origClientOrderId": "test-1", "clientOrderId": "cancel-9"}
    (update,) = told(asks.Cancel(ref(SPOT)), body, session)
    assert update == msgspec.structs.replace(OPEN, status=OrderStatus.DONE, reason=DoneReason.CANCELLED)


def test_a_spot_amend_is_read_from_its_own_shape(session: Session) -> None:
    body = {
        "transactTime": 1700000000123,
        "executionId": 60,
        "amendedOrder": {
            "symbol": "BTCUSDT", "orderId": 28, "orderListId": -1, "origClientOrderId": "test-1",
            "clientOrderId": "test-2", "price": "50000.10", "qty": "0.5", "executedQty": "0.1", "preventedQty": "0",
            "quoteOrderQty": "0", "cumulativeQuoteQty": "5000", "status": "PARTIALLY_FILLED", "timeInForce": "GTC",
            "type": "LIMIT", "side": "BUY", "workingTime": 1, "selfTradePreventionMode": "NONE",
        },
    }  # fmt: skip
    (update,) = told(asks.Amend(order=ref(SPOT), size=D("0.5")), body, session)
    assert update == msgspec.structs.replace(OPEN, client_id="test-2", size=D("0.5"), filled=D("0.1"))
    (update,) = told(asks.Amend(order=ref(USDM), size=D(1), price=D("50000.1"), side=Side.BUY), FUTURES_ORDER, session)
    assert isinstance(update, facts.OrderUpdate)
    assert update.venue_id == "91"


def test_cancelling_all_lists_orders_on_spot_and_says_yes_on_futures(session: Session) -> None:
    listed = [SPOT_ORDER | {"status": "CANCELED", "origClientOrderId": "a"}]
    (update,) = told(asks.CancelAll("spot", SPOT), listed, session)
    assert isinstance(update, facts.OrderUpdate)
    assert update.client_id == "a"
    yes = {"code": 200, "msg": "The operation of cancel all open order is done."}
    assert told(asks.CancelAll("usdm", USDM), yes, session) == ()


def test_cancelling_all_where_there_is_nothing_is_done(session: Session) -> None:
    unknown = {"code": -2011, "msg": "Unknown order sent."}
    assert answered(asks.CancelAll("spot", SPOT), unknown, session, status=400).outcome == Done()
    outcome = answered(asks.Cancel(ref(SPOT)), unknown, session, status=400).outcome
    assert outcome == Rejected(Reason.UNKNOWN_ORDER, "-2011", "Unknown order sent.")


@pytest.mark.parametrize(
    ("code", "forced"),
    [
        ("autoclose-123", facts.Forced.LIQUIDATION),
        ("adl_autoclose", facts.Forced.ADL),
        ("settlement_autoclose-1", facts.Forced.DELIVERY),
        ("delivery_autoclose-1", facts.Forced.DELIVERY),
        ("mine", None),
    ],
)
def test_orders_of_the_venues_own_making_are_marked(code: str, forced: facts.Forced | None, session: Session) -> None:
    (update,) = told(asks.AskOrder(ref(USDM)), FUTURES_ORDER | {"clientOrderId": code}, session)
    assert isinstance(update, facts.OrderUpdate)
    assert update.forced == forced


def test_open_orders_are_whole_as_of_the_moment_they_were_asked_for(session: Session) -> None:
    updates = told(asks.AskOpenOrders("spot", SPOT), [SPOT_ORDER | {"time": 1, "updateTime": 1700000000123}], session)
    assert updates == (OPEN, facts.Complete(at=NOW, what="open_orders", line="spot", symbol=SPOT))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b"<html>", b'{"symbol":"BTCUSDT"}', b"\xff", b"[" * 5000,
        json.dumps(SPOT_ORDER | {"status": "MELTED"}).encode(),
        json.dumps(SPOT_ORDER | {"side": "HOLD"}).encode(),
        json.dumps(SPOT_ORDER | {"symbol": "???"}).encode(),
        json.dumps(SPOT_ORDER | {"price": "NaN"}).encode(),
        json.dumps(SPOT_ORDER | {"executedQty": "1E+999999"}).encode(),
        json.dumps(SPOT_ORDER | {"transactTime": 10**30}).encode(),
        json.dumps(SPOT_ORDER | {"transactTime": -5}).encode(),
    ],
)  # fmt: skip
def test_a_yes_that_cannot_be_read_is_unknown(body: bytes, session: Session) -> None:
    assert isinstance(answered(asks.Place(order(SPOT)), body, session).outcome, Unknown)


def test_a_rate_that_is_no_number_is_unknown(session: Session) -> None:
    body = {"symbol": "BTCUSDT", "lastFundingRate": "soon", "nextFundingTime": 1, "time": 1}
    assert isinstance(answered(asks.AskFunding(USDM), body, session).outcome, Unknown)


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("name", "ask", "expected"),
    [
        ("account_trades_response", asks.AskFills(line="spot", symbol=SPOT), "Fill"),
        ("cancel_order_response", asks.Cancel(ref(SPOT)), "OrderUpdate"),
        ("new_order_full_response", asks.Place(order(SPOT)), "OrderUpdate Fill Fill Fill Fill Fill"),
        ("open_orders_response", asks.AskOpenOrders("spot"), "OrderUpdate Complete"),
        ("order_response", asks.AskOrder(ref(SPOT)), "OrderUpdate"),
        ("server_time_response", asks.AskTime("spot"), "ServerTime"),
    ],
)
def test_bodies_that_others_keep_as_examples(
    name: str, ask: asks.Ask, expected: str, session: Session, recordings: Path
) -> None:
    body = (recordings / "nautilus/binance/spot/http_json" / f"{name}.json").read_bytes()
    assert " ".join(type(update).__name__ for update in told(ask, body, session)) == expected


@pytest.mark.recordings
def test_a_futures_order_of_before_july_2026(session: Session, recordings: Path) -> None:
    body = (recordings / "nautilus/binance/futures/http_json/order_response.json").read_bytes()
    (update,) = told(asks.AskOrder(ref(USDM)), body, session)
    assert isinstance(update, facts.OrderUpdate)
    assert (update.client_id, update.price, update.average) == ("testOrder123", D("50000.00"), None)

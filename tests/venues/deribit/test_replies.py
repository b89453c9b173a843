"""What answers mean: each row of the documented shapes, pages, and what cannot be believed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.deribit.answers import (
    LABEL,
    LINEAR,
    MS,
    NOW,
    ORDER,
    PERP,
    PLACE,
    POSITION,
    REF,
    SENT,
    SUMMARY,
    TRADE,
    TRADING,
    decoded,
    done,
    logged,
    replied,
)

from basisdesk.domain.account import (
    Balance,
    Complete,
    Fees,
    Fill,
    Forced,
    Funding,
    OrderUpdate,
    Permissions,
    ServerTime,
    Terms,
)
from basisdesk.domain.ask import (
    Amend,
    Ask,
    AskBalances,
    AskFees,
    AskFills,
    AskFunding,
    AskIncome,
    AskInstruments,
    AskOpenOrders,
    AskOrder,
    AskPermissions,
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    OpenStream,
    OrderRef,
    OrderType,
)
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.deribit import VENUE
from basisdesk.venues.trading import Credentials, Reply, Request, Response, Session

if TYPE_CHECKING:
    from pathlib import Path


def test_an_order_that_was_placed_tells_itself_and_its_trades(session: Session) -> None:
    for ask in (PLACE, Amend(order=REF, size=Decimal(20))):
        update, fill = done(ask, {"order": ORDER, "trades": [TRADE]}, session)
        assert update == OrderUpdate(
            at=(MS - 7) * 1_000_000, symbol=PERP, venue_id="BTC-9001", client_id="d-1", status=OrderStatus.OPEN,
            side=Side.BUY, type=OrderType.LIMIT, size=Decimal(20), price=Decimal(50000), filled=Decimal(10),
            average=Decimal("49999.5"), account="10",
        )  # fmt: skip
        assert fill == Fill(
            at=(MS - 7) * 1_000_000, symbol=PERP, trade_id="9001", venue_id="BTC-9001", client_id="d-1",
            side=Side.BUY, price=Decimal("49999.5"), size=Decimal(10), fee=Decimal("1E-7"), fee_asset="BTC",
            maker=False,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "status", "reason", "refused"),
    [
        ({"order_state": "filled"}, OrderStatus.DONE, DoneReason.FILLED, ""),
        ({"order_state": "untriggered"}, OrderStatus.OPEN, None, ""),
        ({"order_state": "rejected"}, OrderStatus.DONE, DoneReason.REJECTED, ""),
        ({"order_state": "cancelled", "cancel_reason": "user_request"}, OrderStatus.DONE, DoneReason.CANCELLED, ""),
        ({"order_state": "cancelled", "cancel_reason": "settlement"}, OrderStatus.DONE, DoneReason.CANCELLED,
         "settlement"),
        ({"order_state": "cancelled"}, OrderStatus.DONE, DoneReason.CANCELLED, ""),
        ({"order_state": "cancelled", "time_in_force": "immediate_or_cancel"}, OrderStatus.DONE, DoneReason.EXPIRED,
         ""),
        ({"order_state": "cancelled", "order_type": "market"}, OrderStatus.DONE, DoneReason.EXPIRED, ""),
    ],
)  # fmt: skip
def test_states_of_an_order(
    more: dict[str, Any], status: OrderStatus, reason: DoneReason | None, refused: str, session: Session
) -> None:
    (update,) = done(AskOrder(REF), ORDER | more, session)
    assert (update.status, update.reason, update.refused) == (status, reason, refused)
    assert update.forced is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("limit", OrderType.LIMIT), ("stop_limit", OrderType.LIMIT), ("market", OrderType.MARKET),
        ("take_market", OrderType.MARKET), ("market_limit", OrderType.MARKET), ("liquidation", OrderType.MARKET),
        ("trailing_stop", None), ("", None),
    ],
)  # fmt: skip
def test_types_of_an_order(kind: str, expected: OrderType | None, session: Session) -> None:
    (update,) = done(AskOrder(REF), ORDER | {"order_type": kind, "price": "market_price"}, session)
    assert (update.type, update.price) == (expected, None)


def test_what_the_venue_does_by_itself_is_marked(session: Session) -> None:
    for more in ({"is_liquidation": True}, {"order_state": "cancelled", "cancel_reason": "autoliquidation"}):
        (update,) = done(AskOrder(REF), ORDER | more, session)
        assert update.forced is Forced.LIQUIDATION
    ours, theirs, maker = (
        TRADE | {"liquidation": "T"}, TRADE | {"liquidation": "M"}, TRADE | {"order_type": "liquidation"}
    )  # fmt: skip
    fills = done(AskFills(line="public", symbol=PERP), {"trades": [ours, theirs, maker], "has_more": False}, session)
    assert [fill.forced for fill in fills] == [Forced.LIQUIDATION, None, Forced.LIQUIDATION]


def test_a_trade_is_on_the_side_of_its_order_where_that_is_told(session: Session) -> None:
    _, fill = done(PLACE, {"order": ORDER, "trades": [TRADE | {"direction": "sell", "liquidity": "M"}]}, session)
    assert (fill.side, fill.maker) == (Side.BUY, True)
    alone = TRADE | {"direction": "sell"}
    del alone["liquidity"], alone["fee"]
    (fill,) = done(AskFills(line="public", symbol=PERP), {"trades": [alone]}, session)
    assert (fill.side, fill.maker, fill.fee) == (Side.SELL, None, None)


def test_cancels(session: Session) -> None:
    cancelled = ORDER | {"order_state": "cancelled", "cancel_reason": "user_request"}
    (update,) = done(Cancel(REF), cancelled, session)
    assert update.reason is DoneReason.CANCELLED
    assert done(Cancel(LABEL), 1, session) == ()
    assert done(CancelAll("public"), 3, session) == ()
    nothing = replied(Cancel(LABEL), 0, session).outcome
    assert isinstance(nothing, Rejected)
    assert nothing.reason is Reason.UNKNOWN_ORDER
    assert isinstance(replied(CancelAll("public"), "x", session).outcome, Unknown)


def test_an_order_by_label_may_be_several_or_none(session: Session) -> None:
    rows = [ORDER, ORDER | {"order_id": "2"}, ORDER | {"label": "other"}, ORDER | {"instrument_name": "BTC-27NOV26"}]
    assert [update.venue_id for update in done(AskOrder(LABEL), rows, session)] == ["BTC-9001", "2"]
    none = replied(AskOrder(LABEL), [], session).outcome
    assert isinstance(none, Rejected)
    assert none.reason is Reason.UNKNOWN_ORDER


def test_clock_terms_and_funding(session: Session, listed: dict[str, Any]) -> None:
    assert done(AskTime("public"), MS, session) == (ServerTime(NOW),)
    (terms,) = done(AskInstruments("public"), listed["result"], session)
    assert isinstance(terms, Terms)
    assert terms.instrument.symbol == LINEAR
    ticker = {"timestamp": MS, "current_funding": 0.00005, "funding_8h": -0.0001, "state": "open"}
    assert done(AskFunding(PERP), ticker, session) == (
        Funding(at=NOW, symbol=PERP, predicted=Decimal("0.00005"), settled=Decimal("-0.0001"), interval=8),
    )
    (none,) = done(AskFunding(PERP), {"timestamp": MS}, session)
    assert (none.predicted, none.settled) == (None, None)


@pytest.mark.parametrize(
    ("fees", "maker", "taker"),
    [
        ({}, "0", "0.0005"),
        ({"btc_usd": {"option": {"default": {"type": "relative", "maker": 0.5, "taker": 0.5}}}}, "0", "0.0005"),
        ({"btc_usd": {"perpetual": {"block_trade": 0.3}}}, "0", "0.0005"),
        ({"btc_usd": {"perpetual": {"default": {"type": "fixed", "maker": -0.0001, "taker": 0.00035}}}}, "-0.0001",
         "0.00035"),
        ({"btc_usd": {"perpetual": {"default": {"type": "relative", "maker": 0.5, "taker": 0.5}}}}, "0", "0.00025"),
    ],
)  # fmt: skip
def test_fees_are_the_listed_ones_unless_others_are_told(
    fees: dict[str, Any], maker: str, taker: str, session: Session
) -> None:
    found = done(AskFees(PERP), SUMMARY | {"fees": fees}, session)
    assert found == (Fees(symbol=PERP, maker=Decimal(maker), taker=Decimal(taker)),)


def test_fees_of_a_dated_future_and_of_a_code_that_is_not_understood(session: Session) -> None:
    dated = "deribit:BTC/USD:BTC-261127"
    fees = {"btc_usd": {"future": {"default": {"type": "fixed", "maker": 0.0001, "taker": 0.0002}}}}
    (told,) = done(AskFees(dated), {"fees": fees}, session)
    assert told.taker == Decimal("0.0002")
    session.know([msgspec.structs.replace(session.instruments[dated], code="odd code")])
    (told,) = done(AskFees(dated), {"fees": fees}, session)
    assert told.taker == Decimal("0.0005")


@pytest.mark.parametrize(
    ("scope", "read", "trade", "withdraw"),
    [
        ("connection mainaccount account:read trade:read_write wallet:read", True, True, False),
        ("session:x account:read_write trade:read wallet:read_write", True, False, True),
        ("account:none trade:none wallets:none", False, False, False),
        ("connection mainaccount", None, None, None),
    ],
)
def test_rights_of_a_key(
    scope: str, read: bool | None, trade: bool | None, withdraw: bool | None, session: Session
) -> None:
    result = {"access_token": "t", "expires_in": 900, "refresh_token": "r", "scope": scope, "token_type": "bearer"}
    assert done(AskPermissions(), result, session) == (
        Permissions(at=SENT, read=read, trade=trade, withdraw=withdraw, transfer=withdraw),
    )


def test_an_answer_to_something_that_is_not_asked_over_http_is_not_read(session: Session) -> None:
    request = Request(ask=OpenStream("public"), method="GET", origin="", path="")
    reply = TRADING.decode(request, Response(200, b'{"result":1}', {}, NOW), session)
    assert isinstance(reply.outcome, Unknown)


@pytest.mark.parametrize(
    ("ask", "result"),
    [
        (PLACE, {"order": ORDER | {"order_state": "melted"}, "trades": []}),
        (PLACE, {"order": ORDER | {"amount": 1e-300}, "trades": []}),
        (PLACE, {"trades": []}),
        (PLACE, None),
        (AskOpenOrders("public"), [ORDER, {}]),
        (AskTime("public"), "soon"),
        (AskInstruments("public"), [{"kind": "future"}]),
    ],
)
def test_what_cannot_be_read_is_unknown_and_tells_nothing(ask: Ask, result: Any, session: Session) -> None:
    reply = replied(ask, result, session)
    assert isinstance(reply.outcome, Unknown)
    assert reply.updates == ()


def test_without_a_time_of_its_own_an_answer_is_as_of_its_arrival(session: Session) -> None:
    reply = decoded(AskOpenOrders("public"), '{"result":[]}', session)
    assert reply.updates == (Complete(at=NOW, what="open_orders", line="public"),)


@pytest.mark.parametrize(
    ("status", "body", "for_orders", "for_questions"),
    [
        (0, "timeout", Unknown, RetryLater),
        (200, "<html>", Unknown, Unknown),
        (200, '{"jsonrpc":"2.0"}', Unknown, Unknown),
        (201, '{"result":[]}', Unknown, Unknown),
        (302, "", Unknown, Unknown),
        (400, "bad", Unknown, Unknown),
        (429, "slow down", RetryLater, RetryLater),
        (429, '{"error":{"code":10028,"message":"too_many_requests"}}', RetryLater, RetryLater),
        (500, "", Unknown, RetryLater),
        (502, '{"error":{"code":10009,"message":"not_enough_funds"}}', Unknown, RetryLater),
        (503, '{"result":{}}', Unknown, RetryLater),
    ],
)
def test_bare_statuses(status: int, body: str, for_orders: type, for_questions: type, session: Session) -> None:
    assert isinstance(decoded(PLACE, body, session, status).outcome, for_orders)
    assert isinstance(decoded(AskOpenOrders("public"), body, session, status).outcome, for_questions)


def test_recorded_answers_are_read(recordings: Path, session: Session) -> None:
    folder = recordings / "nautilus" / "deribit"
    linear = OrderRef(symbol="deribit:ETH/USDC:USDC", venue_id="USDC-104819327443")
    told = decoded(Cancel(linear), (folder / "ws_order_cancel_response.json").read_text(), session).updates
    assert isinstance(told[0], OrderUpdate)
    assert (told[0].reason, told[0].account, told[0].size) == (DoneReason.CANCELLED, "96103", Decimal("0.001"))
    for name in ("ws_order_sell_response.json", "ws_order_stop_market_response.json"):
        (update,) = decoded(PLACE, (folder / name).read_text(), session).updates
        assert isinstance(update, OrderUpdate)
        assert update.status is OrderStatus.OPEN
    reply = decoded(AskBalances("public"), (folder / "http_get_account_summaries.json").read_text(), session)
    assert reply.outcome == Done()
    assert reply.capacities == (("matching", 250.0), ("cancel_all", 250.0))
    assert isinstance(reply.updates[0], Balance)
    assert reply.updates[0].total == Decimal("302.60065765") - Decimal("0.03258105")
    refused = decoded(PLACE, (folder / "ws_error.json").read_text(), session, 429)
    assert isinstance(refused.outcome, RetryLater)


SOUND: list[tuple[Ask, Any]] = [
    (PLACE, {"order": ORDER, "trades": [TRADE]}),
    (Cancel(REF), ORDER),
    (AskOpenOrders("public"), [ORDER]),
    (AskPositions("public"), [POSITION]),
    (AskBalances("public"), {"id": 10, "summaries": [SUMMARY]}),
    (AskFills(line="public", symbol=PERP), {"trades": [TRADE], "has_more": True}),
    (AskIncome(line="public"), {"logs": [logged()], "continuation": 5}),
    (AskFees(PERP), {"fees": {"btc_usd": {"perpetual": {"default": {"maker": 0, "taker": 0}}}}}),
    (AskPermissions(), {"scope": "trade:read", "expires_in": 5}),
    (AskFunding(PERP), {"timestamp": MS, "funding_8h": 0.1}),
]
JUNK = st.sampled_from(
    [b"", b"null", b"1e999", b'"x"', b"-1", b"[]", b"{}", b"NaN", b"true", b'"buy"', b"99999999999999999999", b"\xff"]
)


@given(which=st.sampled_from(range(len(SOUND))), place=st.integers(0, 10**6), junk=JUNK, width=st.integers(0, 12))
def test_damaged_answers_never_raise(which: int, place: int, junk: bytes, width: int) -> None:
    made = Session(credentials=Credentials("k", "s"))
    made.know(VENUE.well_known())
    ask, result = SOUND[which]
    body = json.dumps({"result": result, "usIn": 5}).encode()
    at = place % len(body)
    request = TRADING.encode(ask, made, NOW)
    assert isinstance(request, Request)
    response = Response(200, body[:at] + junk + body[at + width :], {}, NOW)
    assert isinstance(TRADING.decode(request, response, made), Reply)


def test_an_error_in_a_page_of_a_cursor_that_was_damaged_is_told(session: Session) -> None:
    for ask, result in (
        (AskFills(line="public", cursor="?"), {"trades": []}),
        (AskIncome(line="public", cursor="?"), {"logs": []}),
    ):
        request = Request(ask=ask, method="GET", origin="", path="")
        body = json.dumps({"result": result}).encode()
        assert isinstance(TRADING.decode(request, Response(200, body, {}, NOW), session).outcome, Unknown)


def test_zero_is_zero_however_it_is_written(session: Session) -> None:
    body = json.dumps({"result": {"order": ORDER, "trades": [TRADE | {"fee": 4711}]}}).replace("4711", "0E-53")
    _, fill = decoded(PLACE, body, session).updates
    assert isinstance(fill, Fill)
    assert fill.fee == 0

"""Each ask as the exact request, and what is refused before it is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import msgspec
import pytest

from basisdesk.domain.ask import (
    Amend,
    Ask,
    AskAccounts,
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
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.deribit import VENUE
from basisdesk.venues.deribit.sign import authorization, signature
from basisdesk.venues.trading import Credentials, Request, Session, Trading

TRADING = cast("Trading", VENUE.trading)
MS = 1_700_000_000_000
NOW = MS * 1_000_000
DAY_MS = 86_400_000
PERP, DATED, LINEAR = "deribit:BTC/USD:BTC", "deribit:BTC/USD:BTC-261127", "deribit:BTC/USDC:USDC"
REF = OrderRef(symbol=PERP, venue_id="BTC-9001")
LABEL = OrderRef(symbol=PERP, client_id="d-1")
LINEAR_LABEL = OrderRef(symbol=LINEAR, client_id="d-1")
TERMS: dict[str, Any] = {"symbol": PERP, "side": Side.BUY, "type": OrderType.LIMIT, "client_id": "d-1"}
TERMS |= {"size": Decimal(10), "price": Decimal("50000.5")}


def order(**more: Any) -> Place:
    return Place(NewOrder(**TERMS | more))


def request(ask: Ask, session: Session) -> Request:
    made = TRADING.encode(ask, session, NOW)
    assert isinstance(made, Request), made
    return made


MARKET: dict[str, Any] = {"type": OrderType.MARKET, "price": None}
UNTIL = f"&valid_until={MS + 5000}"
TRADES = f"end_timestamp={MS}&count=1000&sorting=asc&historical="
LOG = "private/get_transaction_log?currency="

EXACT: list[tuple[Ask, str]] = [
    (order(), (f"private/buy?instrument_name=BTC-PERPETUAL&amount=10&type=limit&price=50000.5"
     f"&time_in_force=good_til_cancelled&label=d-1{UNTIL}")),
    (order(side=Side.SELL, **MARKET),
     f"private/sell?instrument_name=BTC-PERPETUAL&amount=10&type=market&label=d-1{UNTIL}"),
    (order(symbol=LINEAR, size=Decimal("1E-3"), time_in_force=TimeInForce.FOK, margin=MarginMode.CROSS),
     (f"private/buy?instrument_name=BTC_USDC-PERPETUAL&amount=0.001&type=limit&price=50000.5"
     f"&time_in_force=fill_or_kill&label=d-1{UNTIL}")),
    (order(post_only=True), (f"private/buy?instrument_name=BTC-PERPETUAL&amount=10&type=limit&price=50000.5"
     f"&post_only=true&reject_post_only=true&time_in_force=good_til_cancelled&label=d-1{UNTIL}")),
    (order(reduce_only=True, time_in_force=TimeInForce.IOC, symbol=DATED, size=Decimal("2E+1")),
     (f"private/buy?instrument_name=BTC-27NOV26&amount=20&type=limit&price=50000.5&reduce_only=true"
     f"&time_in_force=immediate_or_cancel&label=d-1{UNTIL}")),
    (Amend(order=REF, size=Decimal(20), price=Decimal(50000)),
     f"private/edit?order_id=BTC-9001&amount=20&price=50000{UNTIL}"),
    (Amend(order=REF, price=Decimal(50000)), f"private/edit?order_id=BTC-9001&price=50000{UNTIL}"),
    (Amend(order=LABEL, size=Decimal(20)),
     f"private/edit_by_label?instrument_name=BTC-PERPETUAL&amount=20&label=d-1{UNTIL}"),
    (Cancel(REF), "private/cancel?order_id=BTC-9001"),
    (Cancel(LINEAR_LABEL), "private/cancel_by_label?label=d-1&currency=USDC"),
    (CancelAll("public"), "private/cancel_all"),
    (CancelAll("public", DATED), "private/cancel_all_by_instrument?instrument_name=BTC-27NOV26"),
    (MoveFunds(asset="BTC", amount=Decimal("0.50"), source="10", target="27"),
     "private/submit_transfer_between_subaccounts?currency=BTC&amount=0.50&destination=27&source=10"),
    (AskTime("public"), "public/get_time"),
    (AskInstruments("public"), "public/get_instruments?currency=any&kind=future&expired=false"),
    (AskFunding(PERP), "public/ticker?instrument_name=BTC-PERPETUAL"),
    (AskAccounts("public"), "private/get_account_summaries?extended=true"),
    (AskBalances("public"), "private/get_account_summaries?extended=true"),
    (AskBalances("public", "27"), "private/get_account_summaries?subaccount_id=27&extended=true"),
    (AskPositions("public"), "private/get_positions?kind=future"),
    (AskPositions("public", LINEAR), "private/get_position?instrument_name=BTC_USDC-PERPETUAL"),
    (AskOpenOrders("public"), "private/get_open_orders?kind=future"),
    (AskOpenOrders("public", PERP), "private/get_open_orders_by_instrument?instrument_name=BTC-PERPETUAL"),
    (AskOrder(REF), "private/get_order_state?order_id=BTC-9001"),
    (AskOrder(LABEL), "private/get_order_state_by_label?currency=BTC&label=d-1"),
    (AskFills(line="public", symbol=PERP, since=(MS - DAY_MS) * 1_000_000),
     (f"private/get_user_trades_by_instrument_and_time?instrument_name=BTC-PERPETUAL"
     f"&start_timestamp={MS - DAY_MS}&{TRADES}false")),
    (AskFills(line="public", since=(MS - DAY_MS) * 1_000_000 - 1),
     (f"private/get_user_trades_by_currency_and_time?currency=BTC&kind=future"
     f"&start_timestamp={MS - DAY_MS - 1}&{TRADES}true")),
    (AskFills(line="public", cursor="USDC/r/123"),
     f"private/get_user_trades_by_currency_and_time?currency=USDC&kind=future&start_timestamp=123&{TRADES}false"),
    (AskIncome(line="public"), f"{LOG}BTC&start_timestamp=0&end_timestamp={MS}&count=250"),
    (AskIncome(line="public", symbol=LINEAR, since=5_000_000),
     f"{LOG}USDC&start_timestamp=5&end_timestamp={MS}&count=250"),
    (AskIncome(line="public", cursor="USDC/61282"),
     f"{LOG}USDC&start_timestamp=0&end_timestamp={MS}&count=250&continuation=61282"),
    (AskFees(LINEAR), "private/get_account_summary?currency=USDC&extended=true"),
    (AskPermissions(),
     (f"public/auth?grant_type=client_signature&client_id=demoKey000000000000000000000000001&timestamp={MS}"
     f"&signature=d66cce4927b8b9a4bffaf8486b981a03850ac44d37f55e395f07fb240e9c69cf&nonce={MS}&data=")),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "path"), EXACT, ids=lambda value: value if isinstance(value, str) else "")
def test_each_ask_is_exactly_this_request(ask: Ask, path: str, session: Session) -> None:
    made = request(ask, session)
    assert made.path == f"/api/v2/{path}"
    assert (made.method, made.origin, made.body, made.ask) == ("GET", "https://www.deribit.com", b"", ask)
    assert made.costs
    assert session.credentials is not None
    signed = authorization(session.credentials, NOW, "GET", made.path)
    assert made.headers == ((("Authorization", signed),) if path.startswith("private/") else ())
    assert ("GET", made.path.partition("?")[0]) in TRADING.paths


def test_the_signature_is_the_fact_sheets(session: Session) -> None:
    assert session.credentials is not None
    path = "/api/v2/private/buy?instrument_name=BTC-PERPETUAL&amount=10&type=limit&price=50000.5&label=test-1"
    assert authorization(session.credentials, NOW, "GET", path) == (
        f"deri-hmac-sha256 id=demoKey000000000000000000000000001,ts={MS},"
        f"sig=c966dcf04c3055c057a4bd7403124abfbf608b58f3557959b2ba133dc8d966ae,nonce={MS}"
    )


def test_what_changes_something_says_so_and_orders_expire(session: Session) -> None:
    for ask, _ in EXACT:
        made = request(ask, session)
        changing = isinstance(ask, Place | Amend | Cancel | CancelAll | MoveFunds)
        assert made.changes is changing
        expected = (MS + 5000) * 1_000_000 if isinstance(ask, Place | Amend) else None
        assert made.expires == expected


def test_no_path_withdraws_and_each_is_used(session: Session) -> None:
    assert not [path for _, path in TRADING.paths if "withdraw" in path or "address" in path or "to_user" in path]
    used = {("GET", f"/api/v2/{path.partition('?')[0]}") for _, path in EXACT}
    assert used == set(TRADING.paths)


def test_an_id_in_a_query_is_escaped(session: Session) -> None:
    odd = OrderRef(symbol=PERP, venue_id="a b&c=ü")
    assert request(Cancel(odd), session).path.endswith("order_id=a%20b%26c%3D%C3%BC")


REFUSED: list[tuple[Ask, str]] = [
    (order(symbol="deribit:XRP/USD:XRP"), "unknown_symbol"),
    (order(client_id=""), "bad_client_id"),
    (order(client_id="x" * 65), "bad_client_id"),
    (order(client_id="a b"), "bad_client_id"),
    (order(money=Decimal(5)), "bad_order"),
    (order(position=PositionSide.LONG), "unsupported"),
    (order(margin=MarginMode.ISOLATED), "bad_margin_mode"),
    (order(margin=MarginMode.CASH), "bad_margin_mode"),
    (order(post_only=True, time_in_force=TimeInForce.IOC), "bad_order"),
    (order(post_only=True, **MARKET), "bad_order"),
    (order(**MARKET | {"time_in_force": TimeInForce.FOK}), "unsupported"),
    (order(size=None), "bad_order"),
    (order(price=None), "bad_order"),
    (order(type=OrderType.MARKET), "bad_order"),
    (order(size=Decimal(5)), "below_minimum"),
    (order(size=Decimal(15)), "off_step"),
    (order(size=Decimal("NaN")), "not_finite"),
    (order(price=Decimal("50000.2")), "off_tick"),
    (order(symbol=LINEAR, size=Decimal("0.00105")), "off_step"),
    (Amend(order=OrderRef(symbol="x"), size=Decimal(10)), "unknown_symbol"),
    (Amend(order=REF), "nothing_to_do"),
    (Amend(order=REF, size=Decimal(11)), "off_step"),
    (Amend(order=REF, price=Decimal("0.1")), "off_tick"),
    (Amend(order=OrderRef(symbol=PERP), size=Decimal(10)), "no_order_id"),
    (Cancel(OrderRef(symbol=PERP)), "no_order_id"),
    (Cancel(OrderRef(symbol="x", client_id="d-1")), "unknown_symbol"),
    (CancelAll("public", "x"), "unknown_symbol"),
    (DeadMan("public", 30), "socket_only"),
    (SetLeverage(PERP, Decimal(5)), "unsupported"),
    (SetMarginMode(PERP, MarginMode.CROSS), "unsupported"),
    (SetPositionMode("public", PositionMode.HEDGE), "unsupported"),
    (AskPositionMode("public"), "unsupported"),
    (OpenStream("public"), "unsupported"),
    (KeepStream("public"), "unsupported"),
    (MoveFunds(asset="BTC", amount=Decimal(1), source="main", target="27"), "bad_account"),
    (MoveFunds(asset="BTC", amount=Decimal(1), source="10", target=""), "bad_account"),
    (MoveFunds(asset="BTC", amount=Decimal(0), source="10", target="27"), "bad_amount"),
    (MoveFunds(asset="BTC", amount=Decimal("Infinity"), source="10", target="27"), "bad_amount"),
    (AskFunding(DATED), "unsupported"),
    (AskFunding("x"), "unknown_symbol"),
    (AskBalances("public", "main"), "bad_account"),
    (AskPositions("public", "x"), "unknown_symbol"),
    (AskOrder(OrderRef(symbol=PERP)), "no_order_id"),
    (AskFills(line="public", symbol="x"), "unknown_symbol"),
    (AskFills(line="public", symbol="x", cursor="BTC/r/1"), "unknown_symbol"),
    (AskFills(line="public", cursor="BTC/x/1"), "bad_cursor"),
    (AskIncome(line="public", symbol="x"), "unknown_symbol"),
    (AskIncome(line="public", cursor="?"), "bad_cursor"),
    (AskFees("x"), "unknown_symbol"),
    (AskTime("spot"), "unknown_line"),
    (CancelAll("linear"), "unknown_line"),
]


@pytest.mark.parametrize(("ask", "code"), REFUSED, ids=range(len(REFUSED)))
def test_what_the_venue_would_not_take_is_refused_first(ask: Ask, code: str, session: Session) -> None:
    refusal = TRADING.encode(ask, session, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert 20 < len(refusal.message) < 300


def test_without_a_key_only_what_is_public_is_asked() -> None:
    bare = Session()
    bare.know(VENUE.well_known())
    assert isinstance(TRADING.encode(AskTime("public"), bare, NOW), Request)
    for ask in (AskAccounts(), AskPermissions(), order()):
        refusal = TRADING.encode(ask, bare, NOW)
        assert isinstance(refusal, Refusal)
        assert refusal.code == "no_key"


def test_as_long_as_no_instrument_is_known_the_usual_currencies_are_asked() -> None:
    bare = Session(credentials=Credentials("k", "s"))
    assert "currency=BTC&" in request(AskIncome(line="public"), bare).path


def test_a_market_that_is_closed_takes_no_order(session: Session) -> None:
    session.know([msgspec.structs.replace(session.instruments[PERP], tradable=False)])
    refusal = TRADING.encode(order(), session, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "not_tradable"


def test_a_client_id_is_itself_unless_it_is_too_long() -> None:
    assert TRADING.client_id("d-17-1") == "d-17-1"
    long, other = "x" * 70 + "1", "x" * 70 + "2"
    short = TRADING.client_id(long)
    assert len(short) == 64
    assert short == TRADING.client_id(long) != TRADING.client_id(other)
    assert isinstance(TRADING.encode(order(client_id=short), _known(), NOW), Request)


def _known() -> Session:
    made = Session(credentials=Credentials("k", "s"))
    made.know(VENUE.well_known())
    return made


def test_every_limit_that_is_spent_is_published(session: Session) -> None:
    buckets = {bucket.name for bucket in TRADING.buckets}
    for ask, _ in EXACT:
        assert {name for name, _ in request(ask, session).costs} <= buckets


def test_a_login_signs_time_and_nonce_as_the_fact_sheet_does(session: Session) -> None:
    assert session.credentials is not None
    assert signature(session.credentials.secret, str(MS), "1iqt2wls") == (
        "a46634836f3b25b1e0ef1f6395aaf7d8b6b7cb58378c96b7912940c9644aa54a"
    )

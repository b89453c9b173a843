"""Lists of an account: whole ones, and those that come in pages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.deribit.answers import (
    MS,
    NOW,
    ORDER,
    PERP,
    POSITION,
    SENT,
    SUMMARY,
    TRADE,
    done,
    logged,
    replied,
)

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

from basisdesk.domain.account import (
    Balance,
    Complete,
    Income,
    IncomeKind,
    Position,
)
from basisdesk.domain.ask import (
    AskAccounts,
    AskBalances,
    AskFills,
    AskIncome,
    AskOpenOrders,
    AskPositions,
    MarginMode,
    MoveFunds,
)
from basisdesk.domain.outcome import Done, Rejected, Unknown


def test_open_orders_and_positions_are_whole_lists(session: Session) -> None:
    update, complete = done(AskOpenOrders("public", PERP), [ORDER], session)
    assert update.venue_id == "BTC-9001"
    assert complete == Complete(at=SENT, what="open_orders", line="public", symbol=PERP)
    short, flat, complete = done(
        AskPositions("public"),
        [POSITION, POSITION | {"direction": "zero", "size": 0, "instrument_name": "ETH-PERPETUAL"}],
        session,
    )
    assert short == Position(
        at=SENT, symbol=PERP, size=Decimal(-50), entry=Decimal("7440.18"), mark=Decimal("7476.65"),
        liquidation=Decimal("9001.74"), unrealised=Decimal("0.001"), margin=Decimal("0.000197283"),
        leverage=Decimal(34), mode=MarginMode.CROSS,
    )  # fmt: skip
    assert (flat.symbol, flat.size, flat.entry) == ("deribit:ETH/USD:ETH", 0, None)
    assert complete == Complete(at=SENT, what="positions", line="public")
    (long, _) = done(AskPositions("public", PERP), POSITION | {"direction": "buy", "size": 50}, session)
    assert long.size == 50


def test_what_is_owned_is_the_balance_and_what_the_session_realised(session: Session) -> None:
    other = {"currency": "usdc", "balance": 5, "session_rpl": 1}
    result = {"id": 10, "type": "main", "summaries": [SUMMARY, other]}
    reply = replied(AskBalances("public"), result, session)
    one, two, complete = reply.updates
    assert one == Balance(
        at=SENT, line="public", asset="BTC", total=Decimal("302.56807660"), available=Decimal("301.38059622"),
        equity=Decimal("302.61869214"), account="10",
    )  # fmt: skip
    assert isinstance(two, Balance)
    assert (two.asset, two.total) == ("USDC", Decimal(6))
    assert complete == Complete(at=SENT, what="balances", line="public")
    assert reply.learned == (("account", "10"), ("kind", "main"))
    assert replied(AskAccounts(), result, session).learned == reply.learned
    assert replied(AskAccounts(), result, session).updates == ()
    assert replied(AskBalances("public", "27"), result, session).learned == ()
    assert replied(AskBalances("public"), {"summaries": []}, session).learned == ()


def limited(trading: object, cancel_all: object = None) -> dict[str, object]:
    return {"matching_engine": {"trading": trading} | ({"cancel_all": cancel_all} if cancel_all else {})}


@pytest.mark.parametrize(
    ("limits", "holds"),
    [
        ([limited({"total": {"burst": 30, "rate": 10}}, {"burst": 20, "rate": 5})], {"matching": 30, "cancel_all": 20}),
        ([limited({"total": {"burst": 100, "rate": 2.5}})], {"matching": 10}),
        ([limited({"total": {"burst": 90, "rate": 30}, "perpetuals": {"burst": 40, "rate": 20}})], {"matching": 40}),
        ([limited({"total": {"burst": n, "rate": 90}}, {"burst": 9, "rate": n}) for n in (50, 30)],
         {"matching": 30, "cancel_all": 9}),
        ([{"matching_engine": {"trading": {"total": "many"}}}, limited({"total": {"burst": 30, "rate": 10}})],
         {"matching": 30}),
        ([7, None, {}, {"matching_engine": {}}], {}),
    ],
)  # fmt: skip
def test_the_accounts_own_limits_come_with_its_balances(
    session: Session, limits: list[Any], holds: dict[str, float]
) -> None:
    result = {"id": 10, "type": "main", "summaries": [SUMMARY | {"limits": each} for each in limits]}
    reply = replied(AskBalances("public"), result, session)
    assert (reply.outcome, dict(reply.capacities)) == (Done(), holds)
    assert len(reply.updates) == len(limits) + 1
    assert replied(AskBalances("public", "27"), result, session).capacities == ()


def test_own_trades_go_on_where_the_page_ended(session: Session) -> None:
    ask = AskFills(line="public", symbol=PERP, since=NOW)
    page = {"trades": [TRADE, TRADE | {"timestamp": MS + 5}], "has_more": True}
    further = replied(ask, page, session).further
    assert further == AskFills(line="public", symbol=PERP, since=NOW, cursor=f"BTC/r/{MS + 5}")
    stuck = {"trades": [TRADE | {"timestamp": MS}], "has_more": True}
    assert replied(ask, stuck, session).further == AskFills(
        line="public", symbol=PERP, since=NOW, cursor=f"BTC/r/{MS + 1}"
    )
    assert replied(ask, {"trades": [], "has_more": True}, session).further is None
    assert replied(ask, {"trades": [TRADE], "has_more": False}, session).further is None


def test_own_trades_of_all_time_are_old_ones_then_recent_ones_of_each_currency(session: Session) -> None:
    ask: Any = AskFills(line="public", since=7_000_000)
    seen = []
    for _ in range(10):
        further = replied(ask, {"trades": [], "has_more": False}, session).further
        if further is None:
            break
        assert isinstance(further, AskFills)
        ask = further
        seen.append(ask.cursor)
    # Settled in: BTC (inverse), ETH (inverse), USDC (linear).
    assert seen == ["BTC/r/7", "ETH/h/7", "ETH/r/7", "USDC/h/7", "USDC/r/7"]


def test_booked_rows(session: Session) -> None:
    settled = logged(
        type="settlement", change=0.00215706, total_interest_pl=0.00001243, instrument_name="BTC-PERPETUAL", id=2
    )
    rows = [
        logged(), settled, logged(type="trade", change=-0.1), logged(type="trade", change=0.1),
        logged(type="delivery", change=1), logged(type="brand_new", change=1), logged(change=None),
        logged(type="settlement", change=1), logged(type="liquidation", change=-1),
    ]  # fmt: skip
    told = done(AskIncome(line="public"), {"logs": rows, "continuation": None}, session)
    assert told[0] == Income(
        at=NOW, id="61312", kind=IncomeKind.TRANSFER, asset="BTC", amount=Decimal("-2.5"), account="7"
    )
    assert [(row.id, row.kind, row.amount) for row in told[1:3]] == [
        ("2", IncomeKind.TRADE, Decimal("0.00214463")),
        ("2-funding", IncomeKind.FUNDING, Decimal("0.00001243")),
    ]
    assert {row.symbol for row in told[1:3]} == {PERP}
    assert [row.kind for row in told[3:]] == [
        IncomeKind.FEE, IncomeKind.REBATE, IncomeKind.DELIVERY, IncomeKind.OTHER, IncomeKind.TRADE,
        IncomeKind.LIQUIDATION,
    ]  # fmt: skip


def test_booked_rows_go_on_with_the_mark_of_the_venue_and_the_next_currency(session: Session) -> None:
    ask = AskIncome(line="public")
    assert replied(ask, {"logs": [], "continuation": 61282}, session).further == AskIncome(
        line="public", cursor="BTC/61282"
    )
    assert replied(ask, {"logs": [], "continuation": None}, session).further == AskIncome(line="public", cursor="ETH/")
    last = AskIncome(line="public", cursor="USDC/")
    assert replied(last, {"logs": [], "continuation": None}, session).further is None
    one = AskIncome(line="public", symbol=PERP)
    rows = [logged(instrument_name="BTC-27NOV26"), logged(instrument_name="BTC-PERPETUAL"), logged()]
    reply = replied(one, {"logs": rows, "continuation": None}, session)
    assert len(reply.updates) == 1
    assert reply.further is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("confirmed", Done), ("prepared", Unknown), ("waiting_for_admin", Unknown), ("insufficient_funds", Rejected),
        ("cancelled", Rejected),
    ],
)  # fmt: skip
def test_transfers(state: str, expected: type, session: Session) -> None:
    ask = MoveFunds(asset="BTC", amount=Decimal("0.2"), source="10", target="27")
    result = {"id": 2, "state": state, "amount": 0.2, "currency": "BTC", "created_timestamp": MS, "type": "subaccount"}
    reply = replied(ask, result, session)
    assert isinstance(reply.outcome, expected)
    assert reply.updates == (
        (Income(at=NOW, id="transfer-2", kind=IncomeKind.TRANSFER, asset="BTC", amount=Decimal("-0.2")),)
        if state == "confirmed"
        else ()
    )

"""The desk's own requests, answered by the simulated venue, read by the desk again."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.account import (
    Balance,
    Complete,
    Fees,
    Fill,
    Funding,
    Income,
    IncomeKind,
    OrderUpdate,
    Permissions,
    Position,
    ServerTime,
)
from basisdesk.domain.ask import (
    Amend,
    AskAccounts,
    AskBalances,
    AskFees,
    AskFills,
    AskFunding,
    AskIncome,
    AskOpenOrders,
    AskOrder,
    AskPermissions,
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    MoveFunds,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    TimeInForce,
)
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater
from basisdesk.sim.dialects.deribit.access import POOLS
from basisdesk.sim.exchange.logins import READ_ONLY, WITHDRAWING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.deribit.conftest import Stand

S = 1_000_000_000
PERP, ETH = "deribit:BTC/USD:BTC", "deribit:ETH/USD:ETH"


def order(stand: Stand, label: str, **more: Any) -> Place:
    terms: dict[str, Any] = {"symbol": PERP, "side": Side.BUY, "type": OrderType.LIMIT, "size": Decimal(50)}
    terms |= {"price": touch(stand)[0] - 100, "client_id": label} | more
    return Place(NewOrder(**terms))


def market(label: str, side: Side, size: int, **more: Any) -> Place:
    return Place(NewOrder(symbol=PERP, side=side, type=OrderType.MARKET, size=Decimal(size), client_id=label, **more))


def touch(stand: Stand) -> tuple[Decimal, Decimal]:
    book = stand.exchange.markets[PERP].book
    return Decimal(repr(book.bid)), Decimal(repr(book.ask))


def rejected(stand: Stand, ask: Any) -> Rejected:
    outcome = stand.ask(ask).outcome
    assert isinstance(outcome, Rejected), outcome
    return outcome


def test_the_accounts_own_limits_are_told_as_they_are_and_read(stand: Stand) -> None:
    told = dict(stand.ask(AskBalances("public")).capacities)
    assert told == {name: POOLS[name][0] for name in ("matching", "cancel_all")}


def test_terms_clock_and_funding(stand: Stand) -> None:
    assert {PERP, ETH} <= set(stand.session.instruments)
    for symbol, instrument in stand.session.instruments.items():
        listed = stand.exchange.markets[symbol].instrument
        assert (instrument.code, instrument.tick, instrument.step, instrument.min_size, instrument.contract_size) == (
            listed.code, listed.tick, listed.step, listed.min_size, listed.contract_size,
        )  # fmt: skip
        assert (instrument.expiry, instrument.kind, instrument.market) == (listed.expiry, listed.kind, listed.market)
    (clock,) = stand.done(AskTime("public"))
    assert clock == ServerTime(stand.now // 1_000_000 * 1_000_000)
    (funding,) = stand.done(AskFunding(PERP))
    assert isinstance(funding, Funding)
    assert funding.predicted is not None
    assert funding.interval == 8


def test_an_order_rests_is_changed_and_cancelled_by_either_id(stand: Stand) -> None:
    (placed,) = stand.done(order(stand, "a-1"))
    assert isinstance(placed, OrderUpdate)
    assert (placed.status, placed.size, placed.filled, placed.client_id) == (
        OrderStatus.OPEN,
        Decimal(50),
        Decimal(0),
        "a-1",
    )
    by_id, by_label = OrderRef(symbol=PERP, venue_id=placed.venue_id), OrderRef(symbol=PERP, client_id="a-1")
    assert stand.done(AskOrder(by_id)) == stand.done(AskOrder(by_label)) == (placed,)
    changed, *_ = stand.done(Amend(order=by_id, price=touch(stand)[0] - 200))
    assert (changed.venue_id, changed.price) == (placed.venue_id, touch(stand)[0] - 200)
    changed, *_ = stand.done(Amend(order=by_label, size=Decimal(80)))
    assert changed.size == 80
    listed, complete = stand.done(AskOpenOrders("public", PERP))
    assert (listed, complete) == (changed, Complete(at=complete.at, what="open_orders", line="public", symbol=PERP))
    assert len(stand.done(AskOpenOrders("public"))) == 2
    (ended,) = stand.done(Cancel(by_id))
    assert (ended.status, ended.reason) == (OrderStatus.DONE, DoneReason.CANCELLED)
    assert rejected(stand, Cancel(by_id)).reason is Reason.UNKNOWN_ORDER
    assert rejected(stand, Cancel(by_label)).reason is Reason.UNKNOWN_ORDER
    assert rejected(stand, Amend(order=by_id, size=Decimal(10))).reason is Reason.UNKNOWN_ORDER
    assert rejected(stand, Amend(order=by_label, size=Decimal(10))).reason is Reason.UNKNOWN_ORDER
    assert stand.done(AskOrder(by_label)) == (ended,)


def test_an_amend_that_changes_nothing_is_taken(stand: Stand) -> None:
    (placed,) = stand.done(order(stand, "a-1"))
    (same,) = stand.done(Amend(order=OrderRef(symbol=PERP, venue_id=placed.venue_id), size=Decimal(50)))
    assert same == placed


def test_a_label_is_no_key(stand: Stand) -> None:
    stand.done(order(stand, "twin"))
    stand.done(order(stand, "twin"))
    twins = OrderRef(symbol=PERP, client_id="twin")
    assert len(stand.done(AskOrder(twins))) == 2
    assert rejected(stand, Amend(order=twins, size=Decimal(10))).code == "13032"
    assert stand.ask(Cancel(twins)).outcome == Done()
    assert stand.done(AskOpenOrders("public")) != ()
    assert {update.status for update in stand.done(AskOrder(twins))} == {OrderStatus.DONE}


def test_cancel_all(stand: Stand) -> None:
    stand.done(order(stand, "a-1"))
    stand.done(CancelAll("public", ETH))
    assert len(stand.done(AskOpenOrders("public"))) == 2
    stand.done(CancelAll("public"))
    assert len(stand.done(AskOpenOrders("public"))) == 1


def test_a_market_order_fills_at_once_and_leaves_its_marks(stand: Stand) -> None:
    update, *fills = stand.done(market("m-1", Side.BUY, 200))
    assert (update.status, update.reason, update.filled) == (OrderStatus.DONE, DoneReason.FILLED, 200)
    assert sum(fill.size for fill in fills) == 200
    assert {(fill.side, fill.fee_asset, fill.maker, fill.client_id) for fill in fills} == {
        (Side.BUY, "BTC", False, "m-1")
    }
    position, _ = stand.done(AskPositions("public"))
    assert isinstance(position, Position)
    assert (position.symbol, position.size) == (PERP, Decimal(200))
    one, _ = stand.done(AskPositions("public", PERP))
    assert one == position
    flat, _ = stand.done(AskPositions("public", ETH))
    assert (flat.size, flat.entry) == (0, None)
    again = stand.done(AskFills(line="public", symbol=PERP, since=stand.now - 10 * S))
    assert {fill.trade_id for fill in again} == {fill.trade_id for fill in fills}
    assert all(isinstance(fill, Fill) for fill in again)
    booked = stand.done(AskIncome(line="public", symbol=PERP, since=stand.now - 10 * S))
    assert {row.kind for row in booked if isinstance(row, Income)} == {IncomeKind.FEE}
    assert sum(row.amount for row in booked) == -sum(fill.fee for fill in fills)
    closing, *_ = stand.done(market("m-2", Side.SELL, 500, reduce_only=True))
    assert closing.filled == 200
    assert rejected(stand, market("m-3", Side.SELL, 10, reduce_only=True)).reason is Reason.REDUCE_ONLY


def test_all_fills_of_all_time_are_found_over_the_pages(stand: Stand) -> None:
    stand.done(market("m-1", Side.BUY, 100))
    ask: Any = AskFills(line="public")
    found = []
    for _ in range(12):
        reply = stand.ask(ask)
        found += list(reply.updates)
        if reply.further is None:
            break
        ask = reply.further
    assert sum(fill.size for fill in found if isinstance(fill, Fill)) == 100
    income: Any = AskIncome(line="public")
    kinds = []
    for _ in range(12):
        reply = stand.ask(income)
        kinds += [row.kind for row in reply.updates if isinstance(row, Income)]
        if reply.further is None:
            break
        income = reply.further
    assert set(kinds) == {IncomeKind.FEE}


def test_short_lived_orders_end_by_themselves(stand: Stand) -> None:
    for life, filled in ((TimeInForce.IOC, 0), (TimeInForce.FOK, 0)):
        update, *_ = stand.done(order(stand, f"x-{life.value}", time_in_force=life))
        assert (update.status, update.reason, update.filled) == (OrderStatus.DONE, DoneReason.EXPIRED, filled)


def test_what_the_venue_refuses(stand: Stand) -> None:
    ask = touch(stand)[1]
    crossing = order(stand, "p-1", price=ask + 10, post_only=True)
    assert rejected(stand, crossing) == Rejected(Reason.WOULD_CROSS, "11054", rejected(stand, crossing).message)
    assert rejected(stand, market("m-1", Side.BUY, 5_000_000_000)).reason is Reason.INSUFFICIENT_MARGIN
    far = order(stand, "f-1", price=ask * 2)
    assert rejected(stand, far).reason is Reason.PRICE_BAND
    assert rejected(stand, order(stand, "f-2", side=Side.SELL, price=Decimal(100))).code == "10005"
    unknown = OrderRef(symbol=PERP, venue_id="BTC-1")
    assert rejected(stand, Cancel(unknown)).reason is Reason.UNKNOWN_ORDER
    assert rejected(stand, AskOrder(unknown)).reason is Reason.UNKNOWN_ORDER


def test_an_order_that_comes_late_is_not_taken(stand: Stand) -> None:
    outcome = stand.ask(order(stand, "late"), signed=-5.01).outcome
    assert isinstance(outcome, Rejected)
    assert (outcome.reason, outcome.code) == (Reason.EXPIRED, "13888")
    assert len(stand.done(AskOpenOrders("public"))) == 1


def test_money_fees_and_rights(stand: Stand, stands: Callable[..., Stand]) -> None:
    reply = stand.ask(AskBalances("public"))
    balances = {row.asset: row for row in reply.updates if isinstance(row, Balance)}
    assert balances["BTC"].total == 25
    assert (balances["BTC"].account, dict(reply.learned)["account"]) == ("1000001", "1000001")
    assert dict(stand.ask(AskAccounts()).learned) == {"account": "1000001", "kind": "main"}
    (fees,) = stand.done(AskFees(PERP))
    listed = stand.session.instruments[PERP]
    assert fees == Fees(symbol=PERP, maker=listed.maker_fee, taker=listed.taker_fee)
    (full,) = stand.done(AskPermissions())
    assert isinstance(full, Permissions)
    assert (full.read, full.trade, full.withdraw) == (True, True, False)
    (reader,) = stands(login=READ_ONLY).done(AskPermissions())
    assert (reader.trade, reader.withdraw) == (False, False)


def test_money_moves_between_accounts_of_one_owner(stands: Callable[..., Stand]) -> None:
    stand = stands(login=WITHDRAWING)
    before = {row.asset: row for row in stand.done(AskBalances("public")) if isinstance(row, Balance)}["BTC"].total
    move = MoveFunds(asset="BTC", amount=Decimal("0.5"), source="1000001", target="6000001")
    (row,) = stand.done(move)
    assert (row.kind, row.amount) == (IncomeKind.TRANSFER, Decimal("-0.5"))
    after = {row.asset: row for row in stand.done(AskBalances("public")) if isinstance(row, Balance)}["BTC"].total
    assert before - after == Decimal("0.5")
    beside = {row.asset: row for row in stand.done(AskBalances("public", "6000001")) if isinstance(row, Balance)}
    assert beside["BTC"].account == "6000001"
    much = MoveFunds(asset="BTC", amount=Decimal(1_000_000), source="1000001", target="6000001")
    assert rejected(stand, much).reason is Reason.INSUFFICIENT_MARGIN
    itself = MoveFunds(asset="BTC", amount=Decimal(1), source="1000001", target="1000001")
    assert rejected(stand, itself).reason is Reason.PERMISSION
    nobody = MoveFunds(asset="BTC", amount=Decimal(1), source="1000001", target="5")
    assert rejected(stand, nobody).reason is Reason.MALFORMED
    booked = stand.done(AskIncome(line="public", cursor="BTC/"))
    assert IncomeKind.TRANSFER in {row.kind for row in booked}


def test_a_key_without_the_right_is_refused(stand: Stand, stands: Callable[..., Stand]) -> None:
    reader = stands(login=READ_ONLY)
    assert rejected(reader, market("m-1", Side.BUY, 10)).reason is Reason.PERMISSION
    move = MoveFunds(asset="BTC", amount=Decimal(1), source="1000001", target="6000001")
    assert rejected(stand, move).reason is Reason.PERMISSION


def test_too_many_orders_are_told_to_come_back_later(stand: Stand) -> None:
    outcomes = [stand.ask(Cancel(OrderRef(symbol=PERP, venue_id="BTC-1"))).outcome for _ in range(21)]
    assert isinstance(outcomes[-1], RetryLater)
    assert outcomes[-1].reason is Reason.RATE_LIMIT
    assert all(isinstance(outcome, Rejected) for outcome in outcomes[:-1])
    stand.wait(0.2)
    assert isinstance(stand.ask(Cancel(OrderRef(symbol=PERP, venue_id="BTC-1"))).outcome, Rejected)


@pytest.mark.parametrize("late", [31, -31])
def test_a_signature_of_another_time_is_refused(late: int, stand: Stand) -> None:
    for ask in (AskAccounts(), AskPermissions()):
        outcome = stand.ask(ask, signed=late).outcome
        assert isinstance(outcome, Rejected)
        assert (outcome.reason, outcome.code) == (Reason.CLOCK, "13009")

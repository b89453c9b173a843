"""Our own codec and the simulated venue understand each other: every ask, the private stream, the trade socket."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace
from tests.sim.dialects.bybit.stage import ETH, HOUR, INVERSE, LINEAR, SPOT, USDC, Stage

from basisdesk.domain.account import (
    Balance,
    Complete,
    Fees,
    Fill,
    Funding,
    Income,
    IncomeKind,
    Mode,
    OrderUpdate,
    Permissions,
    Position,
    ServerTime,
    Terms,
)
from basisdesk.domain.ask import (
    Amend,
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
    MarginMode,
    MoveFunds,
    OrderRef,
    Place,
    PositionMode,
    PositionSide,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
    TimeInForce,
)
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater
from basisdesk.sim.exchange.logins import FULL, READ_ONLY, WITHDRAWING
from basisdesk.venues.trading import Session

D = Decimal
SIZES = {SPOT: D("0.01"), LINEAR: D("0.01"), INVERSE: D(100)}


@pytest.fixture
def stage() -> Stage:
    return Stage()


def reason(outcome: object) -> Reason | None:
    return outcome.reason if isinstance(outcome, Rejected | RetryLater) else None


def test_the_clock_and_the_list_of_instruments(stage: Stage) -> None:
    assert stage.all(AskTime("spot")) == [ServerTime(stage.now)]
    for line in ("spot", "linear", "inverse"):
        told = [each.instrument for each in stage.all(AskInstruments(line)) if isinstance(each, Terms)]
        wanted = [each for each in stage.listed if each.market == line]
        assert {each.symbol for each in told} == {each.symbol for each in wanted}
        for each in wanted:
            (same,) = [other for other in told if other.symbol == each.symbol]
            assert (same.tick, same.step, same.min_size, same.max_size, same.expiry) == (
                each.tick, each.step, each.min_size, each.max_size, each.expiry,
            )  # fmt: skip
            assert (same.funding_interval, same.min_notional, same.tradable) == (
                each.funding_interval, each.min_notional, True,
            )  # fmt: skip


def test_funding_of_a_market(stage: Stage) -> None:
    (coming,) = stage.all(AskFunding(LINEAR))
    assert isinstance(coming, Funding)
    assert (coming.predicted, coming.interval, coming.cap) == (D("0.0001"), 8, D("0.005"))
    assert coming.next_at > stage.now
    stage.tell(9 * 3600)
    _, paid = stage.all(AskFunding(LINEAR))
    assert isinstance(paid, Funding)
    assert paid.settled == D("0.0001")
    assert paid.settled_at == coming.next_at


def test_the_account_and_its_key(stage: Stage) -> None:
    (mode,) = stage.all(AskAccounts("linear"))
    assert mode == Mode(line="linear", margin=MarginMode.CROSS)
    (rights,) = stage.all(AskPermissions())
    assert isinstance(rights, Permissions)
    assert (rights.trade, rights.withdraw, rights.transfer, rights.account) == (True, False, True, FULL.account)
    for login, trade, withdraw in ((READ_ONLY, False, False), (WITHDRAWING, True, True)):
        (rights,) = stage.ask(AskPermissions(), Session(credentials=login.credentials)).updates
        assert isinstance(rights, Permissions)
        assert (rights.trade, rights.withdraw) == (trade, withdraw)
    (fees,) = stage.all(AskFees(LINEAR))
    known = stage.session.instruments[LINEAR]
    assert fees == Fees(symbol=LINEAR, maker=known.maker_fee, taker=known.taker_fee)


def test_balances_and_transfers(stage: Stage) -> None:
    def held(account: str = "") -> dict[str, Decimal]:
        return {each.asset: each.total for each in stage.all(AskBalances("spot", account)) if isinstance(each, Balance)}

    before, aside = held(), held("FUND")
    move = MoveFunds(asset="USDT", amount=D("12.5"), source="UNIFIED", target="FUND", client_id="t-1")
    assert stage.ask(move).outcome == Done()
    assert stage.ask(move).outcome == Done()  # the same transfer is not made twice
    assert held()["USDT"] == before["USDT"] - D("12.5")
    assert held("FUND")["USDT"] == aside["USDT"] + D("12.5")
    much = MoveFunds(asset="USDT", amount=D(10**9), source="UNIFIED", target="FUND")
    assert reason(stage.ask(much).outcome) is Reason.INSUFFICIENT_MARGIN
    rows = [each for each in stage.all(AskIncome(line="spot")) if isinstance(each, Income)]
    assert [(each.kind, each.amount) for each in rows] == [(IncomeKind.TRANSFER, D("-12.5"))]


@pytest.mark.parametrize("symbol", [SPOT, LINEAR, INVERSE])
def test_an_order_lives_is_changed_and_ends(stage: Stage, symbol: str) -> None:
    line = stage.session.instruments[symbol].market
    order = stage.order(symbol, SIZES[symbol], 49_000, post_only=True)
    (update,) = stage.ask(Place(order)).updates
    assert isinstance(update, OrderUpdate)
    by_client = OrderRef(symbol=symbol, client_id=order.client_id)
    by_venue = OrderRef(symbol=symbol, venue_id=update.venue_id)
    for ref in (by_client, by_venue):
        (found,) = stage.all(AskOrder(ref))
        assert isinstance(found, OrderUpdate)
        assert (found.venue_id, found.client_id) == (update.venue_id, order.client_id)
        assert (found.status, found.size, found.price) == (OrderStatus.OPEN, order.size, order.price)
        listed = stage.all(AskOpenOrders(line))
        assert found in listed
        assert isinstance(listed[-1], Complete)
    assert stage.ask(Amend(order=by_client, size=SIZES[symbol] * 2, price=D(48_000))).outcome == Done()
    (found,) = stage.all(AskOrder(by_venue))
    assert isinstance(found, OrderUpdate)
    assert (found.size, found.price) == (SIZES[symbol] * 2, D(48_000))
    assert stage.ask(Cancel(by_client)).outcome == Done()
    (found,) = stage.all(AskOrder(by_client))
    assert isinstance(found, OrderUpdate)
    assert (found.status, found.reason, found.refused) == (OrderStatus.DONE, DoneReason.CANCELLED, "")
    assert reason(stage.ask(Cancel(by_client)).outcome) is Reason.UNKNOWN_ORDER
    assert reason(stage.ask(Amend(order=by_venue, price=D(47_000))).outcome) is Reason.UNKNOWN_ORDER
    missing = stage.ask(AskOrder(OrderRef(symbol=symbol, client_id="never")))
    assert missing.further is not None
    assert reason(stage.ask(missing.further).outcome) is Reason.UNKNOWN_ORDER


def test_an_order_is_told_for_a_day_after_it_ended_without_fills(stage: Stage) -> None:
    order = stage.order(LINEAR, D("0.01"), 49_000)
    stage.ask(Place(order))
    ref = OrderRef(symbol=LINEAR, client_id=order.client_id)
    stage.ask(Cancel(ref))
    stage.tell(23 * 3600)
    assert stage.all(AskOrder(ref))
    stage.tell(2 * 3600)
    again = stage.ask(AskOrder(ref))
    assert again.further is not None
    assert reason(stage.ask(again.further).outcome) is Reason.UNKNOWN_ORDER
    assert reason(stage.ask(Place(order)).outcome) is Reason.DUPLICATE_ID


@pytest.mark.parametrize(("symbol", "coin"), [(SPOT, "BTC"), (LINEAR, "USDT"), (INVERSE, "BTC"), (USDC, "USDC")])
def test_a_market_order_fills_and_makes_a_position(stage: Stage, symbol: str, coin: str) -> None:
    line, size = stage.session.instruments[symbol].market, SIZES.get(symbol, D("0.01"))
    order = stage.order(symbol, size)
    stage.ask(Place(order))
    (fill,) = [each for each in stage.all(AskFills(line=line)) if isinstance(each, Fill)]
    assert (fill.symbol, fill.client_id, fill.size, fill.price) == (symbol, order.client_id, size, D(50_001))
    assert fill.fee is not None
    assert fill.fee > 0
    assert (fill.fee_asset, fill.maker, fill.forced) == (coin, False, None)
    if line == "spot":
        return
    held = [each for each in stage.all(AskPositions(line)) if isinstance(each, Position)]
    assert [(each.symbol, each.size, each.entry) for each in held] == [(symbol, size, D(50_001))]
    (one, end) = stage.all(AskPositions(line, symbol))
    assert isinstance(one, Position)
    assert one.size == size
    assert end == Complete(at=stage.now // 1_000_000 * 1_000_000, what="positions", line=line, symbol=symbol)
    assert stage.outcome(symbol, size, side=Side.SELL, reduce_only=True) == Done()
    (one, _) = stage.all(AskPositions(line, symbol))
    assert isinstance(one, Position)
    assert (one.size, one.entry) == (D(0), None)
    assert reason(stage.outcome(symbol, size, side=Side.SELL, reduce_only=True)) is Reason.REDUCE_ONLY


def test_a_spot_purchase_counts_money_and_a_sale_counts_coin(stage: Stage) -> None:
    order = stage.order(SPOT, None, money=D(500))
    assert stage.ask(Place(order)).outcome == Done()
    (found,) = stage.all(AskOrder(OrderRef(symbol=SPOT, client_id=order.client_id)))
    assert isinstance(found, OrderUpdate)
    assert (found.status, found.reason, found.size) == (OrderStatus.DONE, DoneReason.FILLED, None)
    assert D(490) < found.filled * D(50_001) <= D(500)
    assert stage.outcome(SPOT, D("0.001"), side=Side.SELL) == Done()


def test_orders_that_lapse_say_why(stage: Stage) -> None:
    crossing = stage.order(LINEAR, D("0.01"), 50_100, post_only=True)
    whole = stage.order(LINEAR, D(400), 50_100, time_in_force=TimeInForce.FOK)
    part = stage.order(SPOT, D(6), 50_001, time_in_force=TimeInForce.IOC)
    told = []
    for order in (crossing, whole, part):
        assert stage.ask(Place(order)).outcome == Done()
        (found,) = stage.all(AskOrder(OrderRef(symbol=order.symbol, client_id=order.client_id)))
        assert isinstance(found, OrderUpdate)
        told.append((found.status, found.reason, found.refused, found.filled))
    assert told == [
        (OrderStatus.DONE, DoneReason.EXPIRED, "EC_PostOnlyWillTakeLiquidity", D(0)),
        (OrderStatus.DONE, DoneReason.EXPIRED, "EC_CancelForNoFullFill", D(0)),
        (OrderStatus.DONE, DoneReason.EXPIRED, "EC_NoImmediateQtyToFill", D(5)),
    ]


def test_everything_is_cancelled_line_by_line(stage: Stage) -> None:
    for symbol in (SPOT, LINEAR, USDC, ETH):
        assert stage.outcome(symbol, D("0.01"), 2_000 if symbol == ETH else 49_000) == Done()
    stage.all(CancelAll("linear", LINEAR))
    assert {each.symbol for each in stage.all(AskOpenOrders("linear")) if isinstance(each, OrderUpdate)} == {USDC, ETH}
    stage.all(CancelAll("linear"))
    assert len(stage.all(AskOpenOrders("linear"))) == 1
    assert len(stage.all(AskOpenOrders("spot"))) == 2
    stage.all(CancelAll("spot"))
    stage.all(CancelAll("inverse"))
    assert len(stage.all(AskOpenOrders("spot"))) == 1


def test_long_lists_come_in_pages(stage: Stage) -> None:
    names = []
    for _ in range(53):
        order = stage.order(LINEAR, D("0.001"), 49_000)
        assert stage.ask(Place(order)).outcome == Done()
        names.append(order.client_id)
        stage.tell(0.2)
    listed = [each for each in stage.all(AskOpenOrders("linear")) if isinstance(each, OrderUpdate)]
    assert [each.client_id for each in listed] == names[::-1]


def test_settings(stage: Stage) -> None:
    assert stage.ask(SetLeverage(LINEAR, D(5))).updates == (Mode(line="linear", symbol=LINEAR, leverage=D(5)),)
    assert reason(stage.ask(SetLeverage(LINEAR, D(5))).outcome) is Reason.UNCHANGED
    (position, _) = stage.all(AskPositions("linear", LINEAR))
    assert isinstance(position, Position)
    assert position.leverage == D(5)
    assert stage.ask(SetMarginMode(LINEAR, MarginMode.ISOLATED)).outcome == Done()
    assert stage.all(AskAccounts()) == [Mode(line="", margin=MarginMode.ISOLATED)]
    assert stage.exchange.leverage(FULL.account, INVERSE)[1] is MarginMode.ISOLATED
    stage.outcome(LINEAR, D("0.01"), 49_000)
    assert reason(stage.ask(SetMarginMode(LINEAR, MarginMode.CROSS)).outcome) is Reason.MODE
    assert stage.ask(SetMarginMode(LINEAR, MarginMode.ISOLATED)).outcome == Done()
    stage.all(CancelAll("linear"))
    assert stage.ask(SetMarginMode(LINEAR, MarginMode.CROSS)).outcome == Done()


def test_two_positions_stand_beside_each_other_in_hedge_mode(stage: Stage) -> None:
    (mode,) = stage.all(AskPositionMode("linear"))
    assert mode == Mode(line="linear", symbol=LINEAR, position=PositionMode.ONE_WAY)
    assert stage.ask(SetPositionMode("linear", PositionMode.HEDGE)).outcome == Done()
    assert reason(stage.ask(SetPositionMode("linear", PositionMode.HEDGE)).outcome) is Reason.UNCHANGED
    (mode,) = stage.all(AskPositionMode("linear"))
    assert isinstance(mode, Mode)
    assert mode.position is PositionMode.HEDGE
    assert isinstance(stage.outcome(LINEAR, D("0.01")), Rejected)
    assert stage.outcome(LINEAR, D("0.02"), position=PositionSide.LONG) == Done()
    assert stage.outcome(LINEAR, D("0.01"), side=Side.SELL, position=PositionSide.SHORT) == Done()
    held = {each.side: each.size for each in stage.all(AskPositions("linear")) if isinstance(each, Position)}
    assert held == {PositionSide.LONG: D("0.02"), PositionSide.SHORT: D("-0.01")}
    assert reason(stage.ask(SetPositionMode("linear", PositionMode.ONE_WAY, LINEAR)).outcome) is Reason.MODE


@pytest.mark.parametrize(
    ("symbol", "size", "price", "expected"),
    [
        (LINEAR, D(1400), 49_000, Reason.INSUFFICIENT_MARGIN),
        (SPOT, D(100), 49_000, Reason.INSUFFICIENT_MARGIN),
        (ETH, D("0.01"), 400, Reason.BELOW_MINIMUM),
        (SPOT, D("0.00001"), 49_000, Reason.BELOW_MINIMUM),
        (LINEAR, D("0.01"), 120_000, Reason.PRICE_BAND),
        (SPOT, D("0.01"), 120_000, Reason.PRICE_BAND),
    ],
)
def test_refusals_have_the_venues_codes(stage: Stage, symbol: str, size: Decimal, price: int, expected: Reason) -> None:
    if symbol == ETH:
        stage.quote(ETH, 410.0)
        stage.mark(ETH, 410.0)
        stage.tell()
    if expected is Reason.BELOW_MINIMUM:  # as after a change of terms that the desk has not heard of
        stage.session.know([replace(each, min_notional=D("0.1")) for each in stage.listed])
    assert reason(stage.outcome(symbol, size, price)) is expected


def test_fundings_and_fees_are_income(stage: Stage) -> None:
    stage.outcome(LINEAR, D("0.1"))
    stage.tell(9 * 3600)
    rows = [
        each for each in stage.all(AskIncome(line="linear", since=stage.now - 10 * HOUR)) if isinstance(each, Income)
    ]
    kinds = [each.kind for each in rows]
    assert kinds == [IncomeKind.FEE, IncomeKind.FUNDING]
    assert rows[0].amount < 0
    assert rows[1].amount == D("-0.5")  # 0.1 coin at a mark of 50,000 pays 0.0001
    only = stage.all(AskIncome(line="linear", since=stage.now - 10 * HOUR, symbol=INVERSE))
    assert only == []

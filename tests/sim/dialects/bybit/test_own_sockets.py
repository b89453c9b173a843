"""Our own private stream and trade socket, keys, limits and the dead-man switch against the simulated venue."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.sim.dialects.bybit.stage import HOUR, INVERSE, LINEAR, SECOND, SPOT, Stage, dated

from basisdesk.domain.account import (
    Balance,
    Fill,
    Forced,
    Income,
    IncomeKind,
    OrderUpdate,
    Position,
    StreamEnded,
    Update,
)
from basisdesk.domain.ask import (
    Amend,
    AskFills,
    AskIncome,
    AskOpenOrders,
    AskPermissions,
    AskPositions,
    Cancel,
    DeadMan,
    MoveFunds,
    OrderRef,
    Place,
)
from basisdesk.domain.order import OrderStatus
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater
from basisdesk.sim.exchange.logins import FULL, READ_ONLY
from basisdesk.sim.faults import Switch
from basisdesk.venues.trading import Credentials, Session

D = Decimal
SIZES = {SPOT: D("0.01"), LINEAR: D("0.01"), INVERSE: D(100)}


@pytest.fixture
def stage() -> Stage:
    return Stage()


def reason(outcome: object) -> Reason | None:
    return outcome.reason if isinstance(outcome, Rejected | RetryLater) else None


def test_the_private_stream_tells_what_happened(stage: Stage) -> None:
    end = stage.private()
    assert end.ready
    order = stage.order(LINEAR, D("0.01"))
    stage.ask(Place(order))
    told = stage.shuttle(1, end)
    kinds = {type(each) for each in told}
    assert kinds == {OrderUpdate, Fill, Position, Balance}
    orders = [each for each in told if isinstance(each, OrderUpdate)]
    assert [each.status for each in orders] == [OrderStatus.OPEN, OrderStatus.DONE]
    assert orders[-1].client_id == order.client_id
    (fill,) = [each for each in told if isinstance(each, Fill)]
    (same,) = [each for each in stage.all(AskFills(line="linear")) if isinstance(each, Fill)]
    assert fill == same
    positions = [each for each in told if isinstance(each, Position)]
    assert positions[-1].size == D("0.01")
    later: list[Update] = []
    for _ in range(9 * 12):
        stage.tell(300)
        later += end.on_time(stage.now)
        later += stage.shuttle(1, end)
    (funding,) = [each for each in later if isinstance(each, Income)]
    (booked,) = [
        each
        for each in stage.all(AskIncome(line="linear", since=stage.now - 10 * HOUR))
        if isinstance(each, Income) and each.kind is IncomeKind.FUNDING
    ]
    assert funding.id == booked.id
    assert end.undecoded == 0


def test_forced_closes_are_marked_on_the_stream(stage: Stage) -> None:
    end = stage.private()
    stage.outcome(LINEAR, D("0.1"))
    stage.shuttle(1, end)
    stage.exchange.faults.switch("adl", Switch(fault="adl"))
    stage.tell(1)
    told = stage.shuttle(1, end)
    assert Forced.ADL in [each.forced for each in told if isinstance(each, Fill)]
    stage.outcome(LINEAR, D("0.1"))
    stage.exchange.faults.switch("liquidation", Switch(fault="liquidation"))
    stage.tell(1)
    told = stage.shuttle(1, end)
    assert Forced.LIQUIDATION in [each.forced for each in told if isinstance(each, Fill)]


def test_orders_over_the_trade_socket(stage: Stage) -> None:
    entry = stage.entry()
    assert entry.ready(stage.now)
    order = stage.order(LINEAR, D("0.01"), 49_000)
    ref = OrderRef(symbol=LINEAR, client_id=order.client_id)
    for ask in (Place(order), Amend(order=ref, price=D(48_000)), Cancel(ref)):
        assert entry.send(ask, stage.now) is True
        ((back, reply),) = stage.carry(2, entry)
        assert (back, reply.outcome) == (ask, Done())
        assert reply.used
        assert reply.used[0][1] >= 1
    entry.send(Cancel(ref), stage.now)
    ((_, reply),) = stage.carry(2, entry)
    assert reason(reply.outcome) is Reason.UNKNOWN_ORDER


def test_a_revoked_or_wrong_key_is_refused(stage: Stage) -> None:
    wrong = Session(credentials=Credentials(FULL.credentials.key, "wrong"))
    assert reason(stage.ask(AskPermissions(), wrong).outcome) is Reason.AUTHENTICATION
    reader = Session(credentials=READ_ONLY.credentials)
    reader.know(stage.listed)
    assert reason(stage.ask(Place(stage.order(LINEAR, D("0.01"))), reader).outcome) is Reason.PERMISSION
    assert reason(stage.ask(MoveFunds(asset="BTC", amount=D(1), source="FUND", target="UNIFIED"), reader).outcome) is (
        Reason.PERMISSION
    )
    stage.exchange.faults.switch("revoke", Switch(fault="revoke"))
    assert reason(stage.ask(AskPermissions()).outcome) is Reason.AUTHENTICATION
    (end,) = __import__("tests.sim.dialects.bybit.stage", fromlist=["TRADING"]).TRADING.privates(
        ("spot",), stage.session
    )
    stage.dial("/v5/private", 9)
    end.connected(stage.now)
    (ended,) = stage.shuttle(9, end)
    assert isinstance(ended, StreamEnded)
    assert ended.refused
    assert 9 in stage.closed


def test_limits_are_told_and_kept(stage: Stage) -> None:
    for count in range(1, 11):
        reply = stage.place(LINEAR, D("0.001"), 49_000)
        assert reply.used == (("/v5/order/create contracts", float(count)),)
    full = stage.place(LINEAR, D("0.001"), 49_000)
    assert isinstance(full.outcome, RetryLater)
    assert stage.now < full.outcome.at <= stage.now + SECOND
    assert stage.outcome(SPOT, D("0.001"), 49_000) == Done()
    stage.now = full.outcome.at
    assert stage.outcome(LINEAR, D("0.001"), 49_000) == Done()


def test_a_dead_mans_switch_pulls_orders_when_the_last_watching_socket_is_gone(stage: Stage) -> None:
    assert stage.ask(DeadMan("linear", 30)).outcome == Done()
    first, second = stage.private(1), stage.private(2)
    assert first.ready
    assert second.ready
    stage.outcome(LINEAR, D("0.01"), 49_000)
    stage.outcome(SPOT, D("0.01"), 49_000)
    stage.wire.closed(1, stage.now)
    stage.tell(60)
    assert len(stage.all(AskOpenOrders("linear"))) == 2
    stage.wire.closed(2, stage.now)
    stage.tell(20)
    third = stage.private(3)  # back in time
    stage.say(3, {"op": "ping"})
    stage.tell(60)
    assert third.ready
    assert len(stage.all(AskOpenOrders("linear"))) == 2
    stage.wire.closed(3, stage.now)
    stage.tell(31)
    assert len(stage.all(AskOpenOrders("linear"))) == 1
    assert len(stage.all(AskOpenOrders("spot"))) == 2


def test_a_dated_contract_is_delivered(stage: Stage) -> None:
    future = dated()
    assert stage.outcome(future.symbol, D("0.01")) == Done()
    stage.exchange.delist(future.symbol, stage.now)
    held = [each for each in stage.all(AskPositions("linear")) if isinstance(each, Position)]
    assert held == []

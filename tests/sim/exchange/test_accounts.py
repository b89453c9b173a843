import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import BUY, INVERSE, LINEAR, ONE, RULES, SELL, SPOT, TWO, D, Hall

from basisdesk.domain.account import Fees, FillVoided, Income, IncomeKind, OrderUpdate
from basisdesk.domain.ask import MarginMode, MoveFunds, NewOrder, PositionMode, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.exchange.logins import FULL, READ_ONLY, WITHDRAWING
from basisdesk.sim.exchange.logins import SECOND as OTHER
from basisdesk.sim.exchange.margin import free_dollars
from basisdesk.sim.faults import Switch


def moved(hall: Hall, amount: str, source: str = "spot", target: str = "usdm", name: str = "") -> Income | Refused:
    move = MoveFunds(asset="USDT", amount=D(amount), source=source, target=target, client_id=name)
    return hall.exchange.move(ONE, move, hall.now)


# ------------------------------------------------------------- who is who


def test_four_keys_are_known_and_none_after_they_were_revoked() -> None:
    hall = Hall()
    rights = {}
    for login in (FULL, READ_ONLY, WITHDRAWING, OTHER):
        known = hall.exchange.login(login.credentials.key)
        assert known is not None
        assert known.account in {ONE, TWO}
        rights[known.credentials.key] = (known.permissions.trade, known.permissions.withdraw)
    assert sorted(rights.values()) == [(False, False), (True, False), (True, False), (True, True)]
    assert hall.exchange.login("nobody") is None
    hall.exchange.faults.revoke(on=True)
    assert hall.exchange.login(FULL.credentials.key) is None


def test_every_line_has_its_wallet_or_all_have_one() -> None:
    hall = Hall()
    assert hall.exchange.wallets(ONE) == ["spot", "usdm", "coinm", "funding"]
    assert hall.balance("coinm", "BTC").total == 25
    assert Hall(rules=replace(RULES, unified=True)).exchange.wallets(ONE) == ["unified", "funding"]
    hall.give("spot", "SOL", 0)
    assert "SOL" not in {each.asset for each in hall.exchange.balances(ONE, "spot")}


def test_markets_are_found_by_the_venues_own_names() -> None:
    hall = Hall()
    assert hall.exchange.market_of("coinm", "BTCUSD_PERP") is hall.exchange.markets[INVERSE.symbol]
    assert hall.exchange.market_of("coinm", "BTCUSDT") is None
    assert hall.exchange.venue == "venue"
    assert hall.exchange.rules is RULES
    assert hall.exchange.fees(ONE, SPOT.symbol) == Fees(symbol=SPOT.symbol, maker=D("0.001"), taker=D("0.002"))


def test_an_order_is_kept_as_it_was_asked_for() -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 1, 99, post_only=True)
    asked = hall.exchange.new_order_of(ONE, order.venue_id)
    assert isinstance(asked, NewOrder)
    assert asked.post_only
    assert hall.exchange.created_at(ONE, order.venue_id) == hall.now
    assert hall.exchange.new_order_of(ONE, "0") is None
    assert hall.exchange.created_at(ONE, "0") == 0


# ------------------------------------------------------------- settings


def test_leverage_is_set_within_the_markets_limits_and_as_far_as_margin_allows() -> None:
    hall = Hall()
    assert hall.exchange.leverage(ONE, LINEAR.symbol) == (D(10), MarginMode.CROSS)
    assert hall.exchange.leverage(ONE, SPOT.symbol) == (D(1), MarginMode.CASH)

    def refused(symbol: str, leverage: str) -> Reason | None:
        done = hall.exchange.set_leverage(ONE, symbol, D(leverage), hall.now)
        return None if done is None else done.reason

    assert refused(LINEAR.symbol, "10") is Reason.UNCHANGED
    assert refused(LINEAR.symbol, "51") is Reason.RISK_LIMIT
    assert refused(LINEAR.symbol, "0.5") is Reason.RISK_LIMIT
    assert refused(LINEAR.symbol, "NaN") is Reason.RISK_LIMIT
    assert refused(INVERSE.symbol, "126") is Reason.RISK_LIMIT
    assert refused(SPOT.symbol, "2") is Reason.RISK_LIMIT
    assert refused("venue:NO/USDT", "2") is Reason.UNKNOWN_SYMBOL
    hall.give("usdm", "USDT", 100)
    hall.buy(LINEAR, 5)
    assert refused(LINEAR.symbol, "2") is Reason.INSUFFICIENT_MARGIN
    assert hall.exchange.leverage(ONE, LINEAR.symbol)[0] == 10
    assert refused(LINEAR.symbol, "20") is None
    held = hall.position(LINEAR)
    assert held is not None
    assert held.leverage == 20


def test_modes_are_not_changed_under_positions_or_orders() -> None:
    hall = Hall()
    modes = hall.exchange.set_margin_mode

    def reason(done: Refused | None) -> Reason | None:
        return None if done is None else done.reason

    assert reason(modes(ONE, LINEAR.symbol, MarginMode.CROSS, hall.now)) is Reason.UNCHANGED
    assert reason(modes(ONE, LINEAR.symbol, MarginMode.CASH, hall.now)) is Reason.MODE
    assert reason(modes(ONE, SPOT.symbol, MarginMode.CROSS, hall.now)) is Reason.MODE
    assert reason(modes(ONE, "venue:NO/USDT", MarginMode.CROSS, hall.now)) is Reason.UNKNOWN_SYMBOL
    hall.buy(LINEAR, 1, 99)
    hall.buy(SPOT, 1, 99)
    assert reason(modes(ONE, LINEAR.symbol, MarginMode.ISOLATED, hall.now)) is Reason.MODE
    assert reason(modes(ONE, INVERSE.symbol, MarginMode.ISOLATED, hall.now)) is None
    positions = hall.exchange.set_position_mode
    assert reason(positions(ONE, "usdm", PositionMode.HEDGE, hall.now)) is Reason.MODE
    assert reason(positions(ONE, "usdm", PositionMode.ONE_WAY, hall.now)) is Reason.UNCHANGED
    assert reason(positions(ONE, "spot", PositionMode.HEDGE, hall.now)) is None
    hall.exchange.cancel_all(ONE, "usdm", "", hall.now)
    hall.buy(LINEAR, 1)
    assert reason(positions(ONE, "usdm", PositionMode.HEDGE, hall.now)) is Reason.MODE


# ------------------------------------------------------------- transfers


def test_money_moves_between_wallets_once_for_a_client_id() -> None:
    hall = Hall()
    row = moved(hall, "250", name="t1")
    assert isinstance(row, Income)
    assert (row.kind, row.amount, row.asset) == (IncomeKind.TRANSFER, D(-250), "USDT")
    assert moved(hall, "250", name="t1") is row
    assert (hall.total("spot", "USDT"), hall.total("usdm", "USDT")) == (D(999_750), D(1_000_250))
    assert [each.amount for each in hall.exchange.income(ONE, "usdm", "", 0)] == [D(250)]


@pytest.mark.parametrize(
    ("amount", "source", "target", "reason"),
    [
        ("1000001", "spot", "usdm", Reason.INSUFFICIENT_MARGIN),
        ("0", "spot", "usdm", Reason.MALFORMED),
        ("NaN", "spot", "usdm", Reason.MALFORMED),
        ("1", "spot", "spot", Reason.MALFORMED),
        ("1", "margin", "spot", Reason.UNSUPPORTED),
        ("1", "spot", "margin", Reason.UNSUPPORTED),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(amount: str, source: str, target: str, reason: Reason) -> None:
    done = moved(Hall(), amount, source, target)
    assert isinstance(done, Refused)
    assert done.reason is reason


def test_no_more_leaves_a_wallet_than_its_positions_can_spare() -> None:
    hall = Hall()
    hall.give("usdm", "USDT", 100)
    hall.buy(LINEAR, 5)
    free = hall.balance("usdm", "USDT").available
    assert free is not None
    assert isinstance(moved(hall, str(free + D("0.01")), "usdm", "funding"), Refused)
    assert isinstance(moved(hall, str(free), "usdm", "funding"), Income)
    assert hall.balance("usdm", "USDT").available == 0


def test_an_asset_without_a_price_is_collateral_for_nothing_but_can_be_moved() -> None:
    hall = Hall(rules=replace(RULES, unified=True))
    floor = hall.exchange.floor
    free = [free_dollars(floor, floor.accounts[ONE])]
    for asset, amount in (("ETH", 400), ("BTC", 1)):
        move = MoveFunds(asset=asset, amount=D(amount), source="unified", target="funding")
        assert isinstance(hall.exchange.move(ONE, move, hall.now), Income)
        free.append(free_dollars(floor, floor.accounts[ONE]))
    assert free[0] == free[1] > free[2]


# ------------------------------------------------------------- faults


def test_so_many_orders_are_refused_on_purpose() -> None:
    hall = Hall()
    hall.exchange.faults.reject(2, Reason.OVERLOADED)
    assert hall.refused(LINEAR, BUY, 1).reason is Reason.OVERLOADED
    assert hall.refused(LINEAR, BUY, 1).reason is Reason.OVERLOADED
    hall.buy(LINEAR, 1)
    hall.exchange.faults.maintain(on=True)
    assert hall.refused(LINEAR, BUY, 1).reason is Reason.MAINTENANCE
    hall.exchange.faults.maintain(on=False)
    hall.buy(LINEAR, 1)


def test_a_share_of_orders_is_refused_or_filled_in_part() -> None:
    hall = Hall()
    hall.exchange.faults.reject(0, share=0.5)
    done = [hall.send(LINEAR, BUY, "0.1") for _ in range(40)]
    assert 8 < sum(isinstance(each, Refused) for each in done) < 32
    hall.exchange.faults.reject(0)
    hall.exchange.faults.partial(0, share=0.5)
    fills = [hall.buy(LINEAR, "0.1").filled for _ in range(40)]
    assert 8 < fills.count(D("0.05")) < 32
    assert set(fills) == {D("0.05"), D("0.1")}


def test_an_order_fills_in_part_and_the_rest_is_cancelled() -> None:
    hall = Hall()
    hall.exchange.faults.partial(2, D("0.25"))
    done = hall.buy(LINEAR, 4)
    assert (done.filled, done.reason) == (D(1), DoneReason.EXPIRED)
    assert hall.buy(SPOT, None, money=D(101)).filled == 1
    assert hall.buy(LINEAR, 4).filled == 4
    hall.exchange.faults.partial(2, D("0.25"))
    resting = hall.buy(LINEAR, 4, 100)
    assert resting.status is OrderStatus.OPEN
    crossing = hall.buy(LINEAR, 4, 102)
    assert (crossing.filled, crossing.reason) == (D(1), DoneReason.EXPIRED)


def test_an_overfill_is_booked_like_any_other_trade() -> None:
    hall = Hall()
    hall.exchange.faults.overfill()
    assert hall.buy(SPOT, None, money=D(101)).filled == 1
    done = hall.buy(LINEAR, 2)
    assert hall.look(done).filled == 4
    held = hall.position(LINEAR)
    assert held is not None
    assert held.size == 4
    assert len({fill.trade_id for fill in hall.fills(LINEAR)}) == 2
    assert hall.buy(LINEAR, 1).filled == 1


@pytest.mark.parametrize("instrument", [SPOT, LINEAR, INVERSE])
def test_a_trade_that_is_taken_back_leaves_no_trace_in_money_or_position(instrument: object) -> None:
    market = SPOT if instrument is SPOT else LINEAR if instrument is LINEAR else INVERSE
    hall = Hall()
    before = {key: hall.total(*key) for key in hall.exchange.floor.accounts[ONE].purses}
    hall.buy(market, 6)
    first, fill = hall.fills(market)
    assert hall.exchange.faults.void(ONE, fill.trade_id, market.symbol)
    assert hall.fills(market) == [first]
    hall.exchange.take_updates()
    assert hall.exchange.faults.void(ONE, first.trade_id, market.symbol)
    assert {key: hall.total(*key) for key in before} == before
    assert hall.position(market) is None
    assert hall.fills(market) == []
    assert isinstance(hall.exchange.take_updates()[0 if market is SPOT else 1][1], FillVoided)
    assert not hall.exchange.faults.void(ONE, fill.trade_id, market.symbol)
    assert all(each == 0 for each in hall.exchange.floor.house.values())
    assert sum(row.amount for row in hall.exchange.income(ONE, market.market, "", 0)) == 0


def test_faults_are_switched_by_the_names_of_the_catalogue() -> None:
    hall = Hall()
    faults = hall.exchange.faults
    faults.switch("reject", Switch(fault="reject", count=1))
    assert not faults.is_spent("reject")
    assert isinstance(hall.send(LINEAR, BUY, 1), Refused)
    assert faults.is_spent("reject")
    assert not faults.is_spent("drop")
    hall.buy(LINEAR, 1)
    faults.switch("reject", Switch(fault="reject", share=0.5, count=3))
    assert sum(isinstance(hall.send(LINEAR, BUY, "0.1"), Refused) for _ in range(40)) == 3
    assert faults.is_spent("reject")
    faults.switch("partial", Switch(fault="partial", count=1))
    assert hall.buy(LINEAR, 1).filled == D("0.5")
    assert faults.is_spent("partial")
    assert hall.buy(LINEAR, 1).filled == 1
    faults.switch("reject", Switch(fault="reject"))
    assert all(isinstance(hall.send(LINEAR, BUY, 1), Refused) for _ in range(9))
    faults.switch("reject", None)
    faults.switch("partial", Switch(fault="partial"))
    assert hall.buy(LINEAR, 2).filled == 1
    assert not faults.is_spent("partial")
    faults.switch("partial", Switch(fault="partial", share=0.5))
    assert not faults.is_spent("partial")
    assert {hall.buy(LINEAR, "0.2").filled for _ in range(20)} == {D("0.1"), D("0.2")}
    faults.switch("partial", None)
    faults.switch("maintenance", Switch(fault="maintenance"))
    assert hall.refused(LINEAR, BUY, 1).reason is Reason.MAINTENANCE
    faults.switch("maintenance", None)
    faults.switch("revoke", Switch(fault="revoke"))
    assert hall.exchange.login(FULL.credentials.key) is None
    faults.switch("revoke", None)
    assert hall.exchange.login(FULL.credentials.key) is not None
    faults.switch("adl", Switch(fault="adl"))
    assert hall.position(LINEAR) is None
    hall.sell(LINEAR, 1, account=TWO)
    faults.switch("liquidation", None)
    assert hall.position(LINEAR, TWO) is not None
    faults.switch("liquidation", Switch(fault="liquidation"))
    assert hall.position(LINEAR, TWO) is None
    faults.switch("drop", Switch(fault="drop"))
    assert isinstance(hall.send(LINEAR, SELL, 1), OrderUpdate)


def test_both_sides_of_a_hedge_are_closed_by_a_forced_close() -> None:
    hall = Hall()
    hall.exchange.set_position_mode(ONE, "usdm", PositionMode.HEDGE, hall.now)
    hall.buy(LINEAR, 2, position=PositionSide.LONG)
    hall.sell(LINEAR, 1, position=PositionSide.SHORT)
    resting = hall.sell(LINEAR, 1, 103, position=PositionSide.LONG)
    hall.exchange.faults.deleverage(ONE, LINEAR.symbol)
    assert hall.exchange.positions(ONE, "usdm") == []
    assert hall.look(resting).refused == "nothing is left to reduce"

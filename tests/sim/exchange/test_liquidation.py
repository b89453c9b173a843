import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import BUY, INVERSE, LINEAR, ONE, RULES, SELL, SPOT, TWO, D, Hall, rated

from basisdesk.domain.account import Forced, IncomeKind, OrderUpdate, Warned
from basisdesk.domain.ask import PositionMode, PositionSide
from basisdesk.domain.order import DoneReason

UNIFIED = replace(RULES, unified=True)


def priced(collateral: str, price: float = 50_000.0, rules: object = RULES) -> Hall:
    """A hall at 50 000 with so much money behind linear contracts, and deep books."""
    hall = Hall(rules=rules)  # type: ignore[arg-type]
    deep(hall, price)
    hall.give("usdm", "USDT", collateral)
    return hall


def deep(hall: Hall, price: float) -> None:
    for instrument in (LINEAR, INVERSE):
        hall.quote(instrument, [(price, 50_000.0)], [(price + 0.5, 50_000.0)])
        hall.mark(instrument, price)


# ------------------------------------------------------------- where it happens


@pytest.mark.parametrize(
    ("collateral", "leverage", "price"),
    [("25000", 1, "99009.9"), ("12500", 2, "74257.4"), ("5000", 5, "59405.9")],
)
def test_a_short_is_liquidated_where_its_money_ends(collateral: str, leverage: int, price: str) -> None:
    hall = priced(collateral)
    fee = D("0.0005") * 25_000
    hall.give("usdm", "USDT", D(collateral) + fee)
    hall.exchange.set_leverage(ONE, LINEAR.symbol, D(leverage), hall.now)
    assert hall.sell(LINEAR, "0.5").filled == D("0.5")
    held = hall.position(LINEAR)
    assert held is not None
    assert held.liquidation is not None
    assert abs(held.liquidation - D(price)) < D("0.1")
    deep(hall, float(D(price) - 100))
    kept = hall.position(LINEAR)
    assert kept is not None
    assert kept.size == D("-0.5")
    assert hall.fills(LINEAR)[-1].forced is None
    deep(hall, float(round(D(price) + 100)))
    assert hall.fills(LINEAR)[-1].forced is Forced.LIQUIDATION


@pytest.mark.parametrize(("collateral", "price"), [("0.1", "61875"), ("0.25", "99000"), ("0.5", None)])
def test_an_inverse_short_is_liquidated_unless_coin_covers_it(collateral: str, price: str | None) -> None:
    hall = priced("0")
    hall.give("coinm", "BTC", D(collateral) + D("0.00025"))
    hall.sell(INVERSE, 250)
    held = hall.position(INVERSE)
    assert held is not None
    if price is None:
        assert held.liquidation is None
        return
    assert held.liquidation is not None
    assert abs(held.liquidation - D(price)) < D(1)
    deep(hall, float(price) - 50)
    assert hall.fills(INVERSE)[-1].forced is None
    deep(hall, float(price) + 50)
    assert hall.fills(INVERSE)[-1].forced is Forced.LIQUIDATION


def test_a_long_is_liquidated_below_and_a_covered_one_never() -> None:
    hall = priced("5012.505")
    hall.buy(LINEAR, "0.5")
    held = hall.position(LINEAR)
    assert held is not None
    assert held.liquidation is not None
    assert abs(held.liquidation - D("40404.5")) < D(1)
    covered = priced("30000")
    covered.buy(LINEAR, "0.5")
    held = covered.position(LINEAR)
    assert held is not None
    assert held.liquidation is None
    hall = priced("0")
    hall.give("coinm", "BTC", "0.1")
    hall.buy(INVERSE, 250)
    held = hall.position(INVERSE)
    assert held is not None
    assert held.liquidation is not None
    assert abs(held.liquidation - 25_250 / (25_000 / D("50000.5") + D("0.1"))) < D(30)
    hall.give("coinm", "BTC", "-0.6")
    held = hall.position(INVERSE)
    assert held is not None
    assert held.liquidation is None


def test_in_a_unified_account_spot_coin_carries_a_short_at_its_haircut() -> None:
    hall = priced("0", rules=replace(UNIFIED, haircut=D("0.9")))
    for asset in ("USDC", "ETH", "SOL", "USDT"):
        hall.give("unified", asset, 0)
    hall.give("unified", "BTC", "0.5")
    hall.sell(LINEAR, "0.5")
    free = hall.balance("unified", "BTC")
    assert free.available is not None
    assert 0 < free.available < D("0.5")
    # (q P0) / (q (1 + m) - h Q) = 25 000 / (0.505 - 0.45)
    deep(hall, 440_000.0)
    assert hall.fills(LINEAR)[-1].forced is None
    deep(hall, 456_000.0)
    assert hall.fills(LINEAR)[-1].forced is Forced.LIQUIDATION


# ------------------------------------------------------------- how it happens


def test_orders_go_first_then_half_then_all_and_the_fee_is_charged() -> None:
    hall = priced("5100")
    hall.sell(LINEAR, "0.5")
    resting = hall.buy(LINEAR, "0.1", 40_000)
    hall.exchange.take_updates()
    deep(hall, 59_600.0)
    assert hall.look(resting).forced is Forced.LIQUIDATION
    held = hall.position(LINEAR)
    assert held is not None
    assert held.size == D("-0.25")
    told = hall.exchange.take_updates()
    assert [type(update) for _, update in told if isinstance(update, Warned)] == [Warned]
    assert next(update.forced for _, update in told if isinstance(update, OrderUpdate)) is Forced.LIQUIDATION
    last = hall.fills(LINEAR)[-1]
    assert last.fee == (D("0.0005") + RULES.liquidation_fee) * D("59600.5") * D("0.25")


def test_a_gap_takes_the_whole_position_and_an_account_never_owes_for_contracts() -> None:
    hall = priced("5100")
    hall.sell(LINEAR, "0.5")
    deep(hall, 80_000.0)
    assert hall.position(LINEAR) is None
    assert hall.total("usdm", "USDT") == 0
    kinds = [row.kind for row in hall.exchange.income(ONE, "usdm", "", 0)]
    assert kinds[-1] is IncomeKind.LIQUIDATION
    assert hall.exchange.floor.house["USDT"] < 0


def test_an_isolated_position_loses_its_own_margin_and_no_more() -> None:
    hall = priced("100000")
    hall.isolate(LINEAR, 10)
    hall.sell(LINEAR, "0.5")
    held = hall.position(LINEAR)
    assert held is not None
    assert held.margin == 2500
    assert held.liquidation is not None
    assert abs(held.liquidation - D("54455.4")) < D(1)
    hall.sell(LINEAR, "0.5")
    hall.buy(LINEAR, "0.75", 50_001)
    held = hall.position(LINEAR)
    assert held is not None
    assert held.margin == 1250
    before = hall.total("usdm", "USDT")
    deep(hall, 70_000.0)
    assert hall.position(LINEAR) is None
    assert hall.total("usdm", "USDT") == before - 1250


def test_an_isolated_position_that_turns_sets_aside_for_the_new_side() -> None:
    hall = priced("100000")
    hall.isolate(LINEAR, 10)
    hall.buy(LINEAR, "0.2")
    hall.sell(LINEAR, "0.5")
    held = hall.position(LINEAR)
    assert held is not None
    assert (held.size, held.margin) == (D("-0.3"), D(1500))
    assert hall.exchange.set_leverage(ONE, LINEAR.symbol, D(5), hall.now) is None
    held = hall.position(LINEAR)
    assert held is not None
    assert held.margin == 3000
    hall.give("usdm", "USDT", 4000)
    assert hall.exchange.set_leverage(ONE, LINEAR.symbol, D(2), hall.now) is not None
    held = hall.position(LINEAR)
    assert held is not None
    assert held.margin == 3000


def test_positions_of_one_purse_fall_together_the_largest_first_and_others_stay() -> None:
    second = replace(LINEAR, symbol="venue:ETH/USDT:USDT", code="ETHUSDT", base="ETH")
    hall = Hall(LINEAR, second, INVERSE)
    deep(hall, 50_000.0)
    hall.quote(second, [(2000.0, 900.0)], [(2000.5, 900.0)])
    hall.mark(second, 2000.0)
    hall.give("usdm", "USDT", 6000)
    hall.sell(LINEAR, "0.5")
    hall.sell(second, 5)
    hall.sell(INVERSE, 10)
    held = hall.position(LINEAR)
    assert held is not None
    assert held.liquidation is not None
    assert 61_000 < held.liquidation < 62_000
    deep(hall, 61_600.0)
    assert hall.position(LINEAR) != held
    assert [fill.forced for fill in hall.fills(second)] == [None]
    assert [fill.forced for fill in hall.fills(INVERSE)] == [None]


def test_in_a_unified_account_the_whole_is_weighed_and_debt_beyond_it_is_forgiven() -> None:
    hall = priced("0", rules=UNIFIED)
    for asset in ("USDC", "ETH", "SOL", "BTC"):
        hall.give("unified", asset, 0)
    hall.give("unified", "USDT", 6000)
    hall.sell(LINEAR, "0.5")
    hall.sell(INVERSE, 50)
    held = hall.position(LINEAR)
    assert held is not None
    assert held.liquidation is not None
    deep(hall, 90_000.0)
    assert hall.exchange.positions(ONE, "usdm") == []
    worth = hall.total("unified", "USDT") + hall.total("unified", "BTC") * 90_000
    assert abs(worth) < D("1e-6")


# ------------------------------------------------------------- when nobody takes it


def test_what_the_book_cannot_take_is_taken_from_those_who_gain_most_on_the_other_side() -> None:
    hall = priced("5100")
    hall.sell(LINEAR, "0.5")
    hall.buy(LINEAR, "0.3", account=TWO)
    hall.quote(LINEAR, [(80_000.0, 0.1)], [(80_000.5, 0.1)])
    hall.mark(LINEAR, 80_000.0)
    assert hall.position(LINEAR) is None
    assert hall.position(LINEAR, TWO) is None
    last = hall.fills(LINEAR, TWO)[-1]
    assert (last.forced, last.price, last.side, last.size) == (Forced.ADL, D(80_000), SELL, D("0.15"))
    assert sum(fill.size for fill in hall.fills(LINEAR) if fill.forced) == D("0.5")


def test_nobody_who_loses_is_deleveraged_the_exchange_takes_it_then() -> None:
    hall = priced("5100")
    deep(hall, 90_000.0)
    hall.buy(LINEAR, "0.3", 90_001, account=TWO)
    deep(hall, 50_000.0)
    hall.sell(LINEAR, "0.5")
    hall.quote(LINEAR, [(80_000.0, 0.1)], [])
    hall.mark(LINEAR, 80_000.0)
    assert hall.position(LINEAR) is None
    held = hall.position(LINEAR, TWO)
    assert held is not None
    assert held.size == D("0.3")


def test_the_rank_in_the_line_of_deleveraging_rises_with_leveraged_profit() -> None:
    hall = priced("100000")
    hall.buy(LINEAR, "0.5")
    ranks = []
    for price in (49_000.0, 50_600.0, 51_500.0, 53_000.0, 58_000.0, 70_000.0):
        deep(hall, price)
        held = hall.position(LINEAR)
        assert held is not None
        ranks.append(held.adl_rank)
    assert ranks == [0, 1, 2, 3, 4, 5]


# ------------------------------------------------------------- on purpose


def test_positions_can_be_deleveraged_and_liquidated_on_purpose() -> None:
    hall = priced("100000")
    hall.buy(LINEAR, "0.4")
    assert hall.exchange.faults.deleverage(ONE, LINEAR.symbol, D("0.5"))
    last = hall.fills(LINEAR)[-1]
    assert (last.forced, last.size, last.price) == (Forced.ADL, D("0.2"), D(50_000))
    assert hall.exchange.faults.liquidate(ONE, LINEAR.symbol)
    assert hall.position(LINEAR) is None
    assert not hall.exchange.faults.liquidate(ONE, LINEAR.symbol)


def test_a_position_liquidated_on_purpose_leaves_no_debt_behind() -> None:
    hall = priced("6000")
    hall.sell(LINEAR, "0.5")
    hall.quote(LINEAR, [(80_000.0, 9.0)], [(80_000.5, 9.0)])  # the mark has not heard of it yet
    assert hall.exchange.faults.liquidate(ONE, LINEAR.symbol, D("0.1"))
    assert hall.total("usdm", "USDT") > 0
    assert hall.exchange.faults.liquidate(ONE, LINEAR.symbol)
    assert hall.total("usdm", "USDT") == 0
    (row,) = [each for each in hall.exchange.income(ONE, "usdm", "", 0) if each.kind is IncomeKind.LIQUIDATION]
    fees = sum((fill.fee or D(0) for fill in hall.fills(LINEAR)), D(0))
    assert hall.exchange.floor.house["USDT"] == fees - row.amount


def test_a_forced_close_never_meets_the_accounts_own_order() -> None:
    hall = priced("100000")
    hall.buy(LINEAR, "0.4")
    hall.buy(LINEAR, "0.1", 50_000)
    hall.quote(LINEAR, [], [(50_001.0, 5.0)])
    hall.exchange.faults.liquidate(ONE, LINEAR.symbol)
    assert hall.position(LINEAR) is None
    assert sum(fill.size for fill in hall.fills(LINEAR) if fill.forced) == D("0.4")


def test_an_order_that_rests_ends_as_cancelled_when_its_account_is_liquidated() -> None:
    hall = priced("5100")
    hall.sell(LINEAR, "0.5")
    resting = hall.send(LINEAR, BUY, "0.1", 49_000)
    assert isinstance(resting, OrderUpdate)
    deep(hall, 80_000.0)
    assert hall.look(resting).reason is DoneReason.CANCELLED


def test_what_is_left_after_a_whole_position_went_stays_with_the_account() -> None:
    hall = priced("7600", rules=replace(RULES, tiers=rated("0.3")))
    hall.sell(LINEAR, "0.5")
    deep(hall, 60_000.0)
    assert hall.position(LINEAR) is None
    assert 2400 < hall.total("usdm", "USDT") < 2600
    assert IncomeKind.LIQUIDATION not in {row.kind for row in hall.exchange.income(ONE, "usdm", "", 0)}


def test_both_sides_of_a_hedge_fall_together() -> None:
    hall = priced("5200")
    hall.exchange.set_position_mode(ONE, "usdm", PositionMode.HEDGE, hall.now)
    hall.sell(LINEAR, "0.5", position=PositionSide.SHORT)
    hall.buy(LINEAR, "0.1", position=PositionSide.LONG)
    deep(hall, 90_000.0)
    assert hall.exchange.positions(ONE, "usdm") == []
    assert hall.total("usdm", "USDT") == 0


def test_an_isolated_position_in_a_unified_account_neither_gives_nor_takes() -> None:
    hall = priced("0", rules=UNIFIED)
    for asset in ("USDC", "ETH", "SOL", "BTC"):
        hall.give("unified", asset, 0)
    hall.give("unified", "USDT", 10_000)
    hall.isolate(LINEAR, 5)
    hall.sell(LINEAR, "0.5")
    hall.buy(SPOT, 10, 100)
    free = hall.balance("unified", "USDT").available
    assert free == 10_000 - D("12.5") - 5000 - 0
    deep(hall, 52_000.0)
    assert hall.balance("unified", "USDT").available == free
    hall.sell(INVERSE, 10)
    deep(hall, 80_000.0)
    assert hall.position(LINEAR) is None
    assert hall.position(INVERSE) is not None
    assert hall.total("unified", "USDT") == 10_000 - D("12.5") - 5000

"""Borrowed coin is called in when what an account is worth no longer carries it."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import BUY, LINEAR, ONE, RULES, SELL, SPOT, D, Hall

from basisdesk.domain.account import Forced, IncomeKind, Warned
from basisdesk.domain.ask import MarginMode
from basisdesk.domain.order import OrderStatus

LENDING = replace(RULES, unified=True, spot_margin=True, haircut=D(1), interest_rate=D(0))
ETHER = replace(SPOT, symbol="venue:ETH/USDT", code="ETHUSDT", base="ETH")


def poor(usdt: object = 0, btc: object = 0) -> Hall:
    """A hall at 100 where account one has only so much."""
    hall = Hall(SPOT, ETHER, LINEAR, rules=LENDING)
    for asset in ("USDC", "ETH", "SOL"):
        hall.give("unified", asset, 0)
    hall.give("unified", "USDT", usdt)
    hall.give("unified", "BTC", btc)
    price(hall, 100.0)
    return hall


def price(hall: Hall, mark: float, size: float = 900.0) -> None:
    hall.quote(SPOT, [(mark, size)], [(mark + 0.5, size)])
    hall.mark(LINEAR, mark)


def worth(hall: Hall, mark: int) -> Decimal:
    return hall.total("unified", "USDT") + hall.total("unified", "BTC") * mark


def forced(hall: Hall) -> list[tuple[object, Decimal]]:
    return [(fill.side, fill.size) for fill in hall.fills(SPOT) if fill.forced is Forced.LIQUIDATION]


def test_a_purchase_on_borrowed_money_is_sold_where_three_percent_of_the_debt_are_left() -> None:
    hall = poor(usdt=100)
    hall.buy(SPOT, "2.5", margin=MarginMode.CROSS)
    resting = hall.sell(SPOT, "0.5", 140)
    owed = hall.balance("unified", "USDT").borrowed
    coin = hall.balance("unified", "BTC").total
    edge = owed * D("1.03") / coin
    price(hall, float(round(edge * 2) / 2 + 0.5))
    assert forced(hall) == []
    hall.exchange.take_updates()
    price(hall, float(round(edge * 2) / 2 - 0.5))
    assert [side for side, _ in forced(hall)] == [SELL]
    assert hall.look(resting).status is OrderStatus.DONE
    assert hall.balance("unified", "USDT").borrowed == 0
    assert any(isinstance(each, Warned) for _, each in hall.exchange.take_updates())
    left = worth(hall, int(edge))
    fee = (SPOT.taker_fee + LENDING.liquidation_fee) * owed
    assert 0 < left < D("0.03") * owed
    assert hall.exchange.floor.house["USDT"] >= fee * D("0.9")


def test_coin_that_was_borrowed_and_sold_is_bought_back() -> None:
    hall = poor(usdt=100)
    hall.sell(SPOT, "1.5", margin=MarginMode.CROSS)
    assert hall.balance("unified", "BTC").borrowed == D("1.5")
    price(hall, 150.0)
    assert forced(hall) == []
    price(hall, 162.0)
    ((side, size),) = forced(hall)
    assert side is BUY
    assert D("1.5") < size < D("1.51")
    assert hall.balance("unified", "BTC").borrowed == 0
    assert hall.total("unified", "USDT") > 0


def test_what_is_owed_in_a_coin_that_is_there_is_paid_back_with_it() -> None:
    hall = poor(usdt=10, btc=0)
    account = hall.exchange.floor.accounts[ONE]
    account.purse("unified", "BTC").total = account.purse("unified", "BTC").borrowed = D(10)
    account.purse("unified", "ETH").borrowed = D(1)
    hall.mark(LINEAR, 100.0)
    assert account.purse("unified", "BTC").borrowed == account.purse("unified", "BTC").total == 0
    assert forced(hall) == []


def test_a_debt_that_nothing_stands_against_is_the_exchanges_loss() -> None:
    hall = poor(usdt=100)
    hall.buy(SPOT, "2.5", margin=MarginMode.CROSS)
    before = hall.exchange.floor.house.get("USDT", D(0))
    price(hall, 40.0)
    assert hall.total("unified", "USDT") == 0
    (row,) = [each for each in hall.exchange.income(ONE, "spot", "", 0) if each.kind is IncomeKind.LIQUIDATION]
    fees = sum((fill.fee or D(0) for fill in hall.fills(SPOT) if fill.forced), D(0))
    assert hall.exchange.floor.house["USDT"] == before + fees - row.amount
    assert row.amount > 0


def test_a_thin_book_is_tried_again_with_the_next_mark_and_an_empty_one_is_let_be() -> None:
    hall = poor(usdt=100)
    hall.buy(SPOT, "2.5", margin=MarginMode.CROSS)
    price(hall, 61.0, size=1.0)
    assert [size for _, size in forced(hall)] == [D(1)]
    owed = hall.balance("unified", "USDT").borrowed
    assert owed > 0
    hall.quote(SPOT, [], [])
    hall.mark(LINEAR, 61.0)
    assert hall.balance("unified", "USDT").borrowed == owed
    price(hall, 61.0)
    assert sum(size for _, size in forced(hall)) > 1


@pytest.mark.parametrize(("mode", "enough", "little"), [(MarginMode.CROSS, 62, 60), (MarginMode.ISOLATED, 65, 63)])
def test_what_positions_need_or_have_set_aside_does_not_stand_behind_what_is_owed(
    mode: MarginMode, enough: int, little: int
) -> None:
    hall = poor(usdt=100)
    hall.exchange.set_leverage(ONE, LINEAR.symbol, D(50), hall.now)
    if mode is MarginMode.ISOLATED:
        hall.isolate(LINEAR, 50)
    hall.quote(LINEAR, [(100.0, 900.0)], [(100.5, 900.0)])
    hall.sell(LINEAR, 6)
    hall.sell(SPOT, "0.5", margin=MarginMode.CROSS)
    for money, called in ((enough, []), (little, [BUY])):
        hall.give("unified", "USDT", money)
        hall.mark(LINEAR, 100.5)
        assert hall.position(LINEAR) is not None
        assert [side for side, _ in forced(hall)] == called


def test_a_debt_that_is_not_yet_due_for_loss_stays_where_no_market_takes_it() -> None:
    hall = poor(usdt=0, btc=1)
    account = hall.exchange.floor.accounts[ONE]
    account.purse("unified", "USDC").borrowed = D(98)
    hall.mark(LINEAR, 100.0)
    assert account.purse("unified", "USDC").borrowed == D(98)
    assert hall.total("unified", "BTC") == 1
    hall.mark(LINEAR, 90.0)
    assert account.purse("unified", "USDC").borrowed == 0

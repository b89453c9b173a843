import math

import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import (
    BUY,
    DATED,
    HOUR,
    INVERSE,
    LINEAR,
    ONE,
    RULES,
    SECOND,
    SELL,
    SPOT,
    START,
    TWO,
    D,
    Hall,
)  # fmt: skip

from basisdesk.domain.account import Balance, Fill, Forced, Income, IncomeKind, Position
from basisdesk.domain.ask import MarginMode
from basisdesk.domain.order import DoneReason
from basisdesk.domain.outcome import Reason
from basisdesk.kernel.book import CLOSED
from basisdesk.sim.contract import Carried, Relisted


def rows(hall: Hall, kind: IncomeKind, line: str, account: str = ONE) -> list[Income]:
    return [row for row in hall.exchange.income(account, line, "", 0) if row.kind is kind]


# ------------------------------------------------------------- trades and fees


def test_spot_moves_coin_and_money_and_a_purchase_pays_its_fee_in_coin() -> None:
    hall = Hall()
    hall.buy(SPOT, 2)
    assert hall.total("spot", "BTC") == D(25) + 2 - D("0.004")
    assert hall.total("spot", "USDT") == D(1_000_000) - 202
    hall.sell(SPOT, 1)
    assert hall.total("spot", "USDT") == D(1_000_000) - 202 + 100 - D("0.2")
    assert [(fill.fee, fill.fee_asset) for fill in hall.fills(SPOT)] == [(D("0.004"), "BTC"), (D("0.200"), "USDT")]
    assert hall.exchange.floor.house == {"BTC": D("0.004"), "USDT": D("0.2")}
    assert hall.exchange.income(ONE, "spot", "", 0) == []


def test_a_linear_contract_moves_realised_profit_and_fee_in_money() -> None:
    hall = Hall()
    hall.buy(LINEAR, 2)
    hall.sell(LINEAR, 1)
    assert hall.total("usdm", "USDT") == D(1_000_000) - 1 - D("0.0005") * (202 + 100)
    assert [row.amount for row in rows(hall, IncomeKind.TRADE, "usdm")] == [D(-1)]
    assert [row.amount for row in rows(hall, IncomeKind.FEE, "usdm")] == [D("-0.101"), D("-0.05")]


def test_an_inverse_contract_moves_coin_its_entry_is_harmonic_and_a_rebate_is_received() -> None:
    hall = Hall()
    hall.quote(INVERSE, [(50_000.0, 10_000.0)], [(50_000.5, 10_000.0)])
    hall.mark(INVERSE, 50_000.0)
    hall.sell(INVERSE, 100, 50_000)
    hall.quote(INVERSE, [(52_000.0, 10_000.0)], [(52_000.5, 10_000.0)])
    hall.sell(INVERSE, 150, 52_000)
    held = hall.position(INVERSE)
    assert held is not None
    assert held.size == -250
    assert held.entry is not None
    assert abs(held.entry - D("51181.1024")) < D("0.001")  # not 51 200
    before = hall.total("coinm", "BTC")
    order = hall.buy(INVERSE, 250, 51_000)
    hall.trade(INVERSE, 51_000.0, 250.0, buy=False)
    assert hall.look(order).filled == 250
    gain = 25_000 / D(51_000) - 10_000 / D(50_000) - 15_000 / D(52_000)
    rebate = D("0.0001") * 25_000 / D(51_000)
    assert abs(hall.total("coinm", "BTC") - before - gain - rebate) < D("1e-10")
    assert [row.kind for row in hall.exchange.income(ONE, "coinm", INVERSE.symbol, 0)][-1] is IncomeKind.REBATE


# ------------------------------------------------------------- funding


def test_longs_pay_shorts_when_the_rate_is_above_zero_exactly_when_it_is_due() -> None:
    hall = Hall()
    hall.buy(LINEAR, 2)
    hall.sell(LINEAR, 3, account=TWO)
    due = START + 3600 * SECOND
    hall.mark(LINEAR, 102.0, rate=0.0001, next_at=due)
    assert hall.exchange.next_deadline() == due
    long, short = hall.total("usdm", "USDT"), hall.total("usdm", "USDT", TWO)
    hall.exchange.take_happenings()
    hall.wait(3599.9)
    assert hall.total("usdm", "USDT") == long
    hall.wait(0.2)
    assert hall.total("usdm", "USDT") == long - D("0.0204")
    assert hall.total("usdm", "USDT", TWO) == short + D("0.0306")
    (paid,) = rows(hall, IncomeKind.FUNDING, "usdm")
    assert (paid.at, paid.amount, paid.asset, paid.symbol) == (due, D("-0.0204"), "USDT", LINEAR.symbol)
    market = hall.exchange.markets[LINEAR.symbol]
    assert market.settled == [(due, D("0.0001"), D("102"))]
    assert (market.carry.settled, market.carry.next_at) == (0.0001, due + 8 * HOUR)
    assert hall.exchange.take_happenings() == [Carried(LINEAR.symbol, due)]


def test_an_inverse_position_pays_funding_in_coin_on_face_over_mark() -> None:
    hall = Hall()
    hall.buy(INVERSE, 4)
    before = hall.total("coinm", "BTC")
    hall.mark(INVERSE, 125.0, rate=-0.001)
    hall.wait(8 * 3600)
    assert hall.total("coinm", "BTC") == before + D("0.0032")


def test_without_a_time_funding_is_due_at_the_next_full_interval_and_a_zero_rate_books_nothing() -> None:
    hall = Hall()
    hall.buy(LINEAR, 1)
    hall.mark(LINEAR, 100.0, rate=0.0)
    due = (START // (8 * HOUR) + 1) * 8 * HOUR
    assert hall.exchange.markets[LINEAR.symbol].carry.next_at == due
    hall.wait(8 * 3600)
    assert rows(hall, IncomeKind.FUNDING, "usdm") == []
    assert len(hall.exchange.markets[LINEAR.symbol].settled) == 1
    hall.mark(LINEAR, 100.0)
    assert hall.exchange.markets[LINEAR.symbol].carry.predicted == 0.0


def test_funding_that_accrues_is_paid_by_the_step_and_booked_at_eight() -> None:
    hall = Hall(rules=replace(RULES, funding_step=60 * SECOND))
    eight = (START // (24 * HOUR) * 24 + 32) * HOUR
    hall.buy(LINEAR, 2)
    hall.mark(LINEAR, 100.0, rate=0.0048, next_at=START + 5 * HOUR)
    before, symbol = hall.total("usdm", "USDT"), LINEAR.symbol
    hall.wait(119)
    assert hall.total("usdm", "USDT") == before - D("0.002")
    hall.wait(1)
    assert hall.total("usdm", "USDT") == before - D("0.004")
    assert hall.exchange.accrued(ONE, symbol) == -D("0.004")
    assert hall.exchange.markets[symbol].settled == []
    hall.wait(3480)
    assert hall.exchange.markets[symbol].settled == [(START + HOUR, D("0.0048"), D(100))]
    assert rows(hall, IncomeKind.FUNDING, "usdm") == []
    hall.sell(LINEAR, 2)
    held = hall.exchange.accrued(ONE, symbol)
    assert held == -D("0.12")
    hall.wait((eight - hall.now) / SECOND)
    (booked,) = rows(hall, IncomeKind.FUNDING, "usdm")
    assert (booked.at, booked.amount, booked.symbol) == (eight, held, symbol)
    assert hall.exchange.accrued(ONE, symbol) == 0


# ------------------------------------------------------------- delivery


def test_a_dated_contract_is_delivered_at_the_index_with_its_fee_and_trades_no_more() -> None:
    hall = Hall(DATED)
    hall.buy(DATED, 2)
    resting = hall.buy(DATED, 1, 99)
    hall.sell(DATED, 1, account=TWO)
    hall.mark(DATED, 110.0)
    before, other = hall.total("usdm", "USDT"), hall.total("usdm", "USDT", TWO)
    hall.exchange.take_happenings()
    hall.wait(6 * 3600)
    assert hall.total("usdm", "USDT") == before + 2 * D(9) - D("0.00015") * 220
    assert hall.total("usdm", "USDT", TWO) == other - D(10) - D("0.00015") * 110
    assert hall.position(DATED) is None
    assert hall.look(resting).reason is DoneReason.CANCELLED
    last = hall.fills(DATED)[-1]
    assert (last.forced, last.side, last.price, last.size) == (Forced.DELIVERY, SELL, D(110), D(2))
    assert [row.amount for row in rows(hall, IncomeKind.DELIVERY, "usdm")] == [D(18)]
    market = hall.exchange.markets[DATED.symbol]
    assert market.book.state(0) == CLOSED
    assert not market.instrument.tradable
    assert Relisted(DATED.symbol, DATED.expiry or 0) in hall.exchange.take_happenings()
    assert hall.refused(DATED, BUY, 1).reason is Reason.NOT_TRADABLE
    hall.quote(DATED, [(50.0, 1.0)], [(51.0, 1.0)])
    assert market.book.depth(0) == 0
    assert hall.exchange.next_deadline() is None


def test_a_delivery_tells_its_trade_the_position_that_is_gone_and_what_is_left_in_the_wallet() -> None:
    hall = Hall(DATED)
    hall.buy(DATED, 2)
    hall.mark(DATED, 110.0)
    hall.exchange.take_updates()
    hall.wait(6 * 3600)
    told = [update for number, update in hall.exchange.take_updates() if number == ONE]
    (trade,) = [update for update in told if isinstance(update, Fill)]
    assert (trade.forced, trade.size) == (Forced.DELIVERY, D(2))
    assert [update.size for update in told if isinstance(update, Position)][-1] == 0
    balances = [update for update in told if isinstance(update, Balance)]
    assert (balances[-1].asset, balances[-1].total) == ("USDT", hall.total("usdm", "USDT"))


def test_the_delivery_price_is_the_mean_index_of_the_last_stretch() -> None:
    hall = Hall(DATED, rules=replace(RULES, delivery_average=HOUR, delivery_fee=D(0)))
    hall.buy(DATED, 1)
    market, before = hall.exchange.markets[DATED.symbol], hall.total("usdm", "USDT")
    hall.wait(5 * 3600 - 1)
    hall.mark(DATED, 500.0)
    assert market.estimate is None
    hall.wait(1)
    for index in (104.0, 105.0, 109.0):
        hall.mark(DATED, index)
        hall.wait(1)
    assert market.estimate == D(106)
    hall.wait(3597)
    assert hall.fills(DATED)[-1].price == hall.exchange.markets[DATED.symbol].estimate == D(106)
    assert hall.total("usdm", "USDT") == before + D(106) - 101


def test_a_market_can_be_delisted_and_delivery_may_be_free() -> None:
    hall = Hall(rules=replace(RULES, delivery_fee=D(0)))
    hall.buy(LINEAR, 1)
    hall.buy(INVERSE, 1)
    fees = len(rows(hall, IncomeKind.FEE, "usdm"))
    hall.exchange.delist(LINEAR.symbol, hall.now)
    assert hall.position(LINEAR) is None
    assert hall.position(INVERSE) is not None
    assert len(rows(hall, IncomeKind.FEE, "usdm")) == fees


# ------------------------------------------------------------- borrowing


LENDING = replace(RULES, spot_margin=True, interest_rate=D("0.0876"))


def test_selling_coin_that_is_not_there_borrows_it_and_costs_interest_every_hour() -> None:
    hall = Hall(rules=LENDING)
    hall.give("spot", "BTC", 0)
    hall.sell(SPOT, 2, margin=MarginMode.CROSS)
    owed = hall.balance("spot", "BTC")
    assert (owed.total, owed.borrowed, owed.equity) == (D(0), D(2), D(-2))
    assert hall.exchange.next_deadline() == START + HOUR
    hall.wait(3600)
    owed = hall.balance("spot", "BTC")
    assert owed.borrowed == D(2) + D("0.00002")
    assert owed.interest == D("0.00002")
    assert [(row.amount, row.asset) for row in rows(hall, IncomeKind.INTEREST, "spot")] == [(D("-0.00002"), "BTC")]
    hall.buy(SPOT, 3, margin=MarginMode.CROSS)
    assert hall.balance("spot", "BTC").borrowed == 0
    assert hall.total("spot", "BTC") == D(1) - D("0.00002") - D("0.006")
    hall.wait(3600)
    assert len(rows(hall, IncomeKind.INTEREST, "spot")) == 1


def test_interest_too_small_to_book_is_not_booked() -> None:
    hall = Hall(rules=replace(LENDING, interest_rate=D("1e-12")))
    hall.give("spot", "BTC", 0)
    hall.sell(SPOT, 1, margin=MarginMode.ISOLATED)
    hall.wait(3600)
    assert rows(hall, IncomeKind.INTEREST, "spot") == []


def test_no_more_is_lent_than_the_account_can_carry() -> None:
    hall = Hall(rules=LENDING)
    for asset in ("BTC", "ETH", "SOL", "USDC"):
        hall.give("spot", asset, 0)
    hall.give("spot", "USDT", 1000)
    assert hall.refused(SPOT, SELL, "19.95", 100, margin=MarginMode.CROSS).reason is Reason.INSUFFICIENT_MARGIN
    assert hall.sell(SPOT, "19.9", 100, margin=MarginMode.CROSS).filled == 5
    assert hall.refused(SPOT, SELL, "6", 100, margin=MarginMode.CROSS).reason is Reason.INSUFFICIENT_MARGIN


def test_nothing_is_lent_of_an_asset_without_a_price() -> None:
    eth = replace(SPOT, symbol="venue:BTC/ETH", code="BTCETH", quote="ETH", settle="ETH")
    hall = Hall(eth, rules=LENDING)
    hall.give("spot", "ETH", 1)
    assert hall.refused(eth, BUY, 1, 100, margin=MarginMode.CROSS).reason is Reason.INSUFFICIENT_MARGIN


# ------------------------------------------------------------- terms that change


def test_a_coarser_tick_puts_levels_together_away_from_the_touch_and_refuses_the_old_grid() -> None:
    hall = Hall()
    hall.quote(LINEAR, [(100.5, 1.0), (100.0, 2.0), (99.5, 4.0), (97.5, 1.0)], [(101.5, 1.0), (102.0, 2.0)])
    hall.exchange.relist(replace(LINEAR, tick=D(1)), hall.now)
    book = hall.exchange.markets[LINEAR.symbol].book
    assert book.levels(0, 9) == [(100.0, 3.0), (99.0, 4.0), (97.0, 1.0)]
    assert book.levels(1, 9) == [(102.0, 3.0)]
    hall.quote(LINEAR, [(100.5, 5.0), (100.0, 2.0), (97.5, 1.0)], [(101.5, 1.0)])
    assert book.levels(0, 9) == [(100.0, 7.0), (97.0, 1.0)]
    assert book.levels(1, 9) == [(102.0, 1.0)]
    assert hall.refused(LINEAR, BUY, 1, "100.5").reason is Reason.OFF_GRID
    assert isinstance(hall.exchange.take_happenings()[-1].symbol, str)


def test_without_a_mark_the_middle_the_last_trade_or_the_tick_stands_for_it() -> None:
    hall = Hall()
    hall.buy(LINEAR, 1)
    held = hall.position(LINEAR)
    assert held is not None
    assert held.mark == D("100.5")
    hall.trade(LINEAR, 101.0, 1.0, buy=True)
    hall.quote(LINEAR, [(100.0, 1.0)], [])
    held = hall.position(LINEAR)
    assert held is not None
    assert held.mark == 101
    bare = Hall()
    bare.quote(LINEAR, [], [])
    assert bare.refused(LINEAR, BUY, 1, 100).reason is Reason.PRICE_BAND
    assert math.isnan(bare.exchange.markets[LINEAR.symbol].carry.mark)


def test_balances_are_told_when_money_moves_by_itself() -> None:
    hall = Hall()
    hall.buy(LINEAR, 2)
    hall.mark(LINEAR, 100.0, rate=0.001)
    hall.exchange.take_updates()
    hall.wait(8 * 3600)
    told = [update for _, update in hall.exchange.take_updates() if isinstance(update, Balance)]
    assert [(each.asset, each.total) for each in told] == [("USDT", hall.total("usdm", "USDT"))]


@pytest.mark.parametrize("symbol", ["", LINEAR.symbol])
def test_a_dead_mans_switch_cancels_unless_it_is_heard_again(symbol: str) -> None:
    hall = Hall()
    order = hall.buy(LINEAR, 1, 99)
    hall.exchange.dead_man(ONE, "usdm", symbol, 10, hall.now)
    hall.wait(9)
    hall.exchange.dead_man(ONE, "usdm", symbol, 10, hall.now)
    hall.wait(9)
    assert hall.look(order).reason is None
    hall.exchange.dead_man(ONE, "usdm", symbol, 0, hall.now)
    assert hall.exchange.next_deadline() is None
    hall.exchange.dead_man(ONE, "usdm", symbol, 10, hall.now)
    hall.wait(10)
    assert hall.look(order).reason is DoneReason.CANCELLED


def test_each_line_has_a_switch_of_its_own() -> None:
    hall = Hall()
    contract, coin = hall.buy(LINEAR, 1, 99), hall.buy(SPOT, 1, 99)
    hall.exchange.dead_man(ONE, "usdm", "", 10, hall.now)
    hall.exchange.dead_man(ONE, "spot", "", 20, hall.now)
    hall.wait(10)
    assert hall.look(contract).reason is DoneReason.CANCELLED
    assert hall.look(coin).reason is None
    hall.wait(10)
    assert hall.look(coin).reason is DoneReason.CANCELLED

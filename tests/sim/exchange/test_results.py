"""What trades and positions brought, against arithmetic done here."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import DATED, HOUR, INVERSE, LINEAR, ONE, RULES, SECOND, SPOT, D, Hall

from basisdesk.domain.account import Fill
from basisdesk.domain.ask import MarginMode, PositionMode, PositionSide
from basisdesk.domain.instrument import Instrument
from basisdesk.sim.gains import Brought, Gain

TAKER = LINEAR.taker_fee
NET = PositionSide.NET


def fills_of(hall: Hall, instrument: Instrument = LINEAR) -> list[Fill]:
    return hall.exchange.fills(ONE, instrument.market, instrument.symbol, 0, hall.now)


def gains_of(hall: Hall, instrument: Instrument = LINEAR) -> list[Gain]:
    return [hall.exchange.gain(ONE, each) for each in fills_of(hall, instrument)]


def lives_of(hall: Hall, instrument: Instrument = LINEAR, side: PositionSide = NET) -> list[Brought]:
    return list(hall.exchange.brought(ONE, instrument.symbol, side))


def test_a_trade_that_opens_gains_nothing_and_one_that_closes_its_share() -> None:
    hall = Hall()
    hall.buy(LINEAR, 2)
    hall.wait(1)
    hall.quote(LINEAR, [(110.0, 5.0)], [(111.0, 5.0)])
    hall.sell(LINEAR, "0.5")
    opened, closed = gains_of(hall)
    assert opened == Gain()
    half = D("0.5")
    assert (closed.profit, closed.closed) == ((110 - 101) * half, half)
    assert (closed.open_fee, closed.close_fee) == (half * 101 * TAKER, half * 110 * TAKER)
    assert closed.net == (110 - 101) * half - half * 101 * TAKER - half * 110 * TAKER
    (life,) = lives_of(hall)
    assert (life.opened, life.updated, life.size) == (hall.now - SECOND, hall.now, D("1.5"))
    assert life.last == fills_of(hall)[1].trade_id
    assert (life.profit, life.fee) == (closed.profit, (2 * 101 + half * 110) * TAKER)
    assert life.open_fee == D("1.5") * 101 * TAKER
    assert life.realised == life.profit - life.fee


def test_inverse_contracts_gain_coin() -> None:
    hall = Hall()
    hall.sell(INVERSE, 3)
    hall.quote(INVERSE, [(79.0, 5.0)], [(80.0, 5.0)])
    hall.buy(INVERSE, 3)
    gain, face = gains_of(hall, INVERSE)[1], D(3) * 100
    assert gain.profit == face / 80 - face / 100
    assert gain.net == gain.profit - face / 100 * TAKER - face / 80 * TAKER
    (life,) = lives_of(hall, INVERSE)
    assert (life.size, life.realised) == (D(0), gain.net)


def test_a_trade_that_turns_a_position_ends_a_life_and_begins_another() -> None:
    hall = Hall()
    hall.buy(LINEAR, 1)
    hall.sell(LINEAR, 4)
    gain = gains_of(hall)[1]
    assert (gain.profit, gain.closed, gain.close_fee) == (D(-1), D(1), 100 * TAKER)
    first, second = lives_of(hall)
    assert (first.size, first.profit, first.fee, first.open_fee) == (D(0), D(-1), 201 * TAKER, D(0))
    assert (second.size, second.profit, second.fee) == (D(-3), D(0), 300 * TAKER)
    assert (first.earlier, second.earlier) == (D(0), -1 - 201 * TAKER)


def test_either_side_of_a_hedge_has_its_own_life_and_its_own_funding() -> None:
    hall = Hall()
    assert hall.exchange.set_position_mode(ONE, "usdm", PositionMode.HEDGE, hall.now) is None
    hall.mark(LINEAR, 100.0, 0.0001, hall.now + 8 * HOUR)
    hall.buy(LINEAR, 2, position=PositionSide.LONG)
    hall.sell(LINEAR, 1, position=PositionSide.SHORT)
    hall.wait(8 * 3600)
    (long,), (short,) = (lives_of(hall, side=side) for side in (PositionSide.LONG, PositionSide.SHORT))
    assert (long.funding, short.funding) == (-2 * 100 * D("0.0001"), 100 * D("0.0001"))
    assert long.realised == long.funding - 2 * 101 * TAKER
    assert lives_of(hall) == []


def test_a_delivery_ends_a_life() -> None:
    hall = Hall(DATED)
    hall.buy(DATED, 2)
    hall.mark(DATED, 130.0)
    hall.exchange.delist(DATED.symbol, hall.now)
    (life,) = lives_of(hall, DATED)
    fee = 2 * 130 * RULES.delivery_fee
    assert (life.size, life.profit, life.fee) == (D(0), D(2) * (130 - 101), 2 * 101 * TAKER + fee)


@pytest.mark.parametrize("charge", [D("0.002"), D(0)])
def test_a_liquidation_costs_a_penalty_beside_its_fee(charge: Decimal) -> None:
    free = replace(LINEAR, taker_fee=TAKER if charge else D(0))
    hall = Hall(free, rules=replace(RULES, liquidation_fee=charge))
    hall.buy(free, 1)
    assert hall.exchange.faults.liquidate(ONE, free.symbol)
    (life,) = lives_of(hall)
    assert (life.size, life.penalty) == (D(0), 100 * charge)
    assert (life.fee, life.profit) == (201 * free.taker_fee, D(-1))


def test_a_trade_taken_back_leaves_no_gain() -> None:
    hall = Hall()
    hall.buy(LINEAR, 2)
    hall.sell(LINEAR, 1)
    last = fills_of(hall)[1]
    assert hall.exchange.faults.void(ONE, last.trade_id, LINEAR.symbol)
    assert hall.exchange.gain(ONE, last) == Gain()
    (life,) = lives_of(hall)
    assert (life.size, life.profit, life.fee) == (D(2), D(-1), 2 * 101 * TAKER)


def test_spot_has_no_lives() -> None:
    hall = Hall()
    hall.buy(SPOT, 1, margin=MarginMode.CASH)
    assert (gains_of(hall, SPOT), lives_of(hall, SPOT)) == ([Gain()], [])

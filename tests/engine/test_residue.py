import pytest
from tests.engine.desk import COIN, COIN2, PERP, SPOT, D, Desk, quote, ready, request

from basisdesk.domain.effect import SendLeg
from basisdesk.domain.event import LegVoided
from basisdesk.domain.order import Side, SpreadState
from basisdesk.engine import Rules
from basisdesk.engine.exposure import exposure_of

LINEAR = f"{PERP}~{SPOT}"


def test_what_a_venue_filled_beyond_the_size_is_taken_back_and_the_position_does_not_grow() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(other, "1")
    desk.fill(perp, "1.5")
    unwind = desk.hedge()
    assert (unwind.leg, unwind.purpose, unwind.size) == (1, "unwind", D("0.5"))
    desk.fill(unwind, "0.5")
    assert (desk.stands(), desk.view().unhedged) == (SpreadState.FILLED, D(0))
    desk.check()


def test_coin_kept_as_the_fee_of_a_spot_purchase_is_bought_again_once_it_is_worth_an_order() -> None:
    desk = ready()
    perp, other = desk.market(request(side=Side.SELL))
    desk.fill(perp, "1")
    desk.fill(other, "1", fee=D("0.001"), fee_asset="BTC")
    assert desk.stands() is SpreadState.INCOMPLETE
    hedge = desk.hedge()
    assert (hedge.symbol, hedge.side, hedge.size) == (SPOT, Side.BUY, D("0.001"))
    desk.fill(hedge, "0.001", fee=D("0.000001"), fee_asset="BTC")
    view = desk.view()
    assert (view.state, view.filled, view.active, view.unhedged) == (SpreadState.FILLED, D(1), False, D("-0.000001"))
    desk.check()


def test_a_fee_in_another_asset_takes_nothing_from_the_coin_held() -> None:
    desk = ready()
    perp, other = desk.market(request(side=Side.SELL))
    desk.fill(perp, "1")
    desk.fill(other, "1", fee=D("0.02"), fee_asset="BNB")
    assert (desk.stands(), desk.view().unhedged) == (SpreadState.FILLED, D(0))


def test_a_fee_below_one_order_is_left_as_a_visible_residue() -> None:
    desk = ready()
    perp, other = desk.market(request(side=Side.SELL, size="0.01"))
    desk.fill(perp, "0.01")
    desk.fill(other, "0.01", fee=D("0.00001"), fee_asset="BTC")
    assert (desk.stands(), desk.view().unhedged, desk.view().active) == (SpreadState.FILLED, D("-0.00001"), False)


def test_an_inverse_leg_is_hedged_in_coin_at_the_quoted_price_rounded_down() -> None:
    desk = ready()
    coin, other = desk.market(request(f"{SPOT}~{COIN}", size="0.01"))[::-1]
    assert coin.symbol == COIN
    desk.fill(other, "0.01")
    desk.reject(coin)
    hedge = desk.hedge()
    assert (hedge.symbol, hedge.size) == (COIN, D(6))
    desk.fill(hedge, "6", "60000")
    assert (desk.stands(), desk.view().filled) == (SpreadState.FILLED, D("0.01"))
    assert desk.view().active is False


def test_coin_that_an_inverse_leg_gained_by_its_price_is_hedged_beyond_the_size() -> None:
    desk = ready()
    coin, other = desk.market(request(f"{COIN}~{SPOT}", size="0.5"))
    assert (coin.size, other.size) == (D(300), D("0.49992"))
    desk.fill(coin, "300", "59880", fee_asset="BTC")  # 30 000 / 59 880 = 0.5010
    desk.fill(other, "0.49992")
    hedge = desk.hedge()
    assert (hedge.symbol, hedge.size) == (SPOT, D("0.00108"))
    desk.fill(hedge, "0.00108")
    assert (desk.stands(), desk.view().filled, desk.view().active) == (SpreadState.FILLED, D("0.5"), False)
    desk.check()


def test_a_leg_of_two_inverse_contracts_is_hedged_in_face() -> None:
    desk = ready()
    one, two = desk.market(request(f"{COIN}~{COIN2}", size="1000"))
    desk.fill(one, "10", "60000", fee_asset="BTC")
    desk.fill(two, "30", "60000", fee_asset="BTC")
    desk.done(two)
    hedge = desk.hedge()
    assert (hedge.symbol, hedge.size) == (COIN2, D(70))


def given_up(later: str, size: str = "0.5") -> tuple[Desk, SendLeg]:
    """LEG1, 300 contracts at 60 010, is taken back at a later price, because LEG2 was never taken."""
    desk = ready(Rules(attempts=2))
    spread = f"{COIN}~{SPOT}"
    coin, other = desk.market(request(spread, size=size))
    desk.fill(coin, coin.size, "60010", fee_asset="BTC")
    desk.reject(other)
    for _ in range(2):
        desk.reject(sent(desk, later))
    return desk, sent(desk, later)


def sent(desk: Desk, price: str) -> SendLeg:
    (effect,) = desk.quote(given=quote(f"{COIN}~{SPOT}", size="0.5", prices=(price, price)))
    assert isinstance(effect, SendLeg)
    return effect


@pytest.mark.parametrize("later", ["54000", "59500", "60000", "60010", "60500", "66000"])
def test_an_inverse_leg_is_taken_back_to_the_last_contract_and_no_further_at_any_price(later: str) -> None:
    desk, unwind = given_up(later)
    assert (unwind.symbol, unwind.size, unwind.purpose) == (COIN, D(300), "unwind")
    exposure = exposure_of(desk.state, desk.state.orders["S1"])
    assert abs(exposure.may_undo[0] - exposure.held[0]) < D("1e-20")
    desk.fill(unwind, "120", later, fee_asset="BTC")
    assert desk.stands() is SpreadState.INCOMPLETE
    desk.done(unwind)
    rest = sent(desk, later)
    assert rest.size == 180
    desk.fill(rest, "180", later, fee_asset="BTC")
    assert (desk.stands(), desk.view().unhedged, desk.view().active) == (SpreadState.CANCELLED, D(0), False)
    assert desk.state.orders["S1"].residual == 0
    assert desk.state.holdings[COIN].position.size == 0
    desk.check()


def test_a_single_contract_of_an_inverse_leg_is_taken_back() -> None:
    desk, unwind = given_up("50000", "0.0017")
    assert unwind.size == 1
    desk.fill(unwind, "1", "50000", fee_asset="BTC")
    assert (desk.stands(), desk.view().unhedged) == (SpreadState.CANCELLED, D(0))


def test_of_an_inverse_leg_as_much_is_taken_back_as_the_other_has_not_at_the_price_it_was_opened_at() -> None:
    desk = ready(Rules(attempts=1))
    coin, other = desk.market(request(f"{COIN}~{SPOT}", size="0.5"))
    desk.fill(coin, "300", "60000", fee_asset="BTC")
    desk.fill(other, "0.2")
    desk.done(other)
    desk.reject(sent(desk, "66000"))
    unwind = sent(desk, "66000")
    assert unwind.size == 180
    desk.fill(unwind, "180", "66000", fee_asset="BTC")
    assert (desk.stands(), desk.view().unhedged, desk.view().filled) == (SpreadState.PARTIALLY_FILLED, D(0), D("0.2"))


def test_an_inverse_leg_whose_only_trade_was_taken_back_by_its_venue_is_measured_by_what_is_left_of_it() -> None:
    desk, unwind = given_up("50000")
    desk.fill(unwind, "300", "50000", fee_asset="BTC")
    desk.step(LegVoided(desk.now, "S1-1-1", "t1"))
    assert desk.view().unhedged == D("-0.6")


def test_a_leg_of_two_inverse_contracts_is_taken_back_in_face() -> None:
    desk = ready(Rules(attempts=1))
    spread = f"{COIN}~{COIN2}"
    one, two = desk.market(request(spread, size="1000"))
    desk.fill(one, "10", "60000", fee_asset="BTC")
    desk.fill(two, "37", "60000", fee_asset="BTC")
    desk.done(two)
    desk.reject(desk.hedge())
    unwind = desk.hedge()
    assert (unwind.symbol, unwind.size) == (COIN, D(6))  # 630 of face, floored
    desk.fill(unwind, "6", "70000", fee_asset="BTC")
    assert desk.view().unhedged == 30

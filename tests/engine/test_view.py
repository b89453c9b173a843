from tests.engine.desk import COIN, COIN2, PERP, SPOT, D, quote, ready, request, spot

from basisdesk.domain.event import Listed
from basisdesk.domain.order import OrderStatus, Sequence, Side, SpreadState
from basisdesk.engine import fills_of
from basisdesk.engine.view import shown

MIXED = f"{COIN}~{SPOT}"


def test_a_filled_order_reports_what_was_shown_and_what_was_achieved() -> None:
    desk = ready()
    perp, other = desk.market(request())
    assert desk.stands() is SpreadState.WORKING
    desk.fill(perp, "0.4", "60011")
    desk.fill(perp, "0.6", "60012", fee=D("3"))
    desk.fill(other, "1", "59999", fee=D("2"))
    view = desk.view()
    assert view.state is SpreadState.FILLED
    assert (view.displayed, view.achieved) == (D(10), D("12.6"))
    one, two = view.legs
    assert (one.sent, one.filled, one.average, one.status, one.fees) == (
        D(1), D(1), D("60011.6"), OrderStatus.DONE, {"USDT": D(3)},
    )  # fmt: skip
    assert (one.unit, two.unit) == ("BTC", "BTC")
    assert (two.side, two.average, two.fees) == (Side.SELL, D(59999), {"USDT": D(2)})
    assert [fill.trade_id for fill in fills_of(desk.state, "S1")] == ["t1", "t2", "t3"]


def test_achieved_is_over_the_matched_quantity_alone() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(perp, "0.4", "60010")
    desk.fill(perp, "0.6", "60100")
    desk.fill(other, "0.4", "60000")
    view = desk.view()
    assert (view.achieved, view.filled, view.unhedged) == (D(10), D("0.4"), D("0.6"))
    desk.fill(other, "0.6", "60000")
    assert desk.view().achieved == D("64")


def test_nothing_traded_has_no_achieved_spread_and_no_average() -> None:
    desk = ready()
    desk.place(request(trigger="5"), None)
    view = desk.view()
    assert (view.achieved, view.displayed, view.fired, view.filled) == (None, None, None, D(0))
    assert [(leg.average, leg.status, leg.sent) for leg in view.legs] == [(None, None, D(0))] * 2
    assert fills_of(desk.state, "S1") == []


def test_an_inverse_leg_averages_by_coin() -> None:
    desk = ready()
    one, two = desk.market(request(f"{COIN}~{COIN2}", size="25000"))
    desk.fill(one, "100", "50000", fee_asset="BTC")
    desk.fill(one, "150", "52000", fee_asset="BTC")
    desk.fill(two, "2500", "51000", fee_asset="BTC")
    average = desk.view().legs[0].average
    assert average is not None
    assert round(average, 2) == D("51181.10")  # harmonic, not 51 200
    assert desk.view().achieved == average - 51000
    assert [leg.unit for leg in desk.view().legs] == ["contracts", "contracts"]


def test_the_filled_part_of_a_mixed_pair_is_on_the_grid_of_its_spot_leg() -> None:
    desk = ready()
    coin, other = desk.market(request(MIXED, Side.SELL, "0.01"))
    desk.fill(coin, "6", "60500", fee_asset="BTC")
    desk.fill(other, "0.01", "60000")
    view = desk.view()
    assert view.filled == D("0.00991")  # 600 / 60 500 = 0.0099173...
    assert view.state is SpreadState.FILLED
    assert view.unhedged == shown(D("0.01") - D(600) / 60500)
    assert (view.unit, view.active) == ("BTC", False)


def test_parts_that_are_level_are_partially_filled_while_the_order_works() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(perp, "0.3")
    desk.fill(other, "0.3")
    assert (desk.stands(), desk.view().active) == (SpreadState.PARTIALLY_FILLED, True)


def test_a_cancelled_order_keeps_its_filled_quantity() -> None:
    desk = ready()
    legs = desk.market(request(sequence=Sequence.SIMULTANEOUS))
    desk.cancel()
    for leg in legs:
        desk.fill(leg, "0.3")
        desk.done(leg)
    assert (desk.stands(), desk.view().filled) == (SpreadState.CANCELLED, D("0.3"))


def test_a_filled_order_that_was_cancelled_too_late_is_filled() -> None:
    desk = ready()
    legs = desk.market(request())
    desk.cancel()
    for leg in legs:
        desk.fill(leg, "1")
    assert desk.stands() is SpreadState.FILLED


def test_an_exposure_is_not_hidden_by_a_market_that_closed() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(perp, "1")
    desk.step(Listed(1, spot(tradable=False)))
    desk.reject(other)
    assert desk.stands() is SpreadState.INCOMPLETE


def test_a_quantity_is_shown_as_it_is_where_the_terms_of_the_market_became_void() -> None:
    desk = ready()
    for leg in desk.market(request()):
        desk.fill(leg, "1")
    desk.step(Listed(1, spot(base="XBT")))
    assert desk.view().filled == 1


def test_long_fractions_are_shown_to_twelve_places_and_zero_has_no_sign() -> None:
    assert str(shown(D(1) / D(3))) == "0.333333333333"
    assert str(shown(D("-0.00"))) == "0.00"
    assert str(shown(D("1.5"))) == "1.5"
    assert quote(f"{PERP}~{SPOT}").price == 10

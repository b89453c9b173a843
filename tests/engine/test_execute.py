from decimal import Decimal

import pytest
from tests.engine.desk import COIN, COIN2, PERP, PERP2, SPOT, D, Desk, ask, linear, quote, ready, request

from basisdesk.domain.effect import AcceptOrder, AskQuote, Claim, EndOrder, RefuseOrder, SendLeg
from basisdesk.domain.event import Listed, Quoted, SpreadQuote
from basisdesk.domain.order import DoneReason, Sequence, Side, SpreadState
from basisdesk.engine import armed, asks, next_deadline, wants

LINEAR = f"{PERP}~{SPOT}"
CONTRACT_FIRST = Sequence.CONTRACT_FIRST


def at(price: str, side: Side = Side.BUY, **more: object) -> SpreadQuote:
    return quote(LINEAR, side, "1", (str(60000 + Decimal(price)), "60000"), **more)  # type: ignore[arg-type]


def waiting(side: Side = Side.BUY, trigger: str = "5") -> Desk:
    desk = ready()
    (effect,) = desk.place(request(side=side, trigger=trigger), at("10", side))
    assert isinstance(effect, AcceptOrder)
    return desk


def test_a_market_order_sends_both_legs_at_once_in_opposite_directions() -> None:
    legs = ready().market(request(size="0.5"))
    assert [(leg.symbol, leg.side, leg.size, leg.purpose) for leg in legs] == [
        (PERP, Side.BUY, D("0.5"), "open"),
        (SPOT, Side.SELL, D("0.5"), "open"),
    ]


def test_a_leg_is_bounded_by_the_worst_quoted_price_and_half_a_percent_on_the_tick() -> None:
    legs = ready().market(request(size="0.5"))
    assert [leg.bound for leg in legs] == [D("60310.0"), D("59700.00")]  # 60 010 x 1.005 = 60 310.05, floored to 0.1


def test_bounds_are_at_least_the_worst_quoted_price_where_a_tick_is_wider_than_the_band() -> None:
    desk = ready()
    desk.step(Listed(1, linear(tick=D(1000))))
    given = quote(LINEAR, prices=("60500", "60000"))
    desk.place(request(), given)
    assert desk.state.legs["S1-1-1"].bound == 61000
    desk.place(request(side=Side.SELL), quote(LINEAR, Side.SELL, prices=("60500", "60000")), key="k2")
    assert desk.state.legs["S2-1-1"].bound == 60000
    desk.step(Listed(1, linear(tick=D(100_000))))
    desk.place(request(side=Side.SELL), quote(LINEAR, Side.SELL, prices=("60500", "60000")), key="k3")
    assert desk.state.legs["S3-1-1"].bound == 100_000  # no positive tick lies below: the order can only expire


def test_the_same_key_is_the_same_order_and_the_same_refusal() -> None:
    desk = ready()
    desk.market(request(), key="one")
    assert desk.place(request(), quote(LINEAR), key="one") == []
    desk.place(request(size="0"), None, key="two")
    assert desk.place(request(), quote(LINEAR), key="two") == []
    assert list(desk.state.orders) == ["S1"]
    assert desk.state.keys == {"one": "S1"}
    assert list(desk.state.refusals) == ["two"]
    desk.check()


def test_an_auto_trigger_waits_and_is_working() -> None:
    desk = waiting()
    assert armed(desk.state) == ["S1"]
    assert desk.stands() is SpreadState.WORKING
    assert desk.view().displayed == 10
    assert next_deadline(desk.state) is None


@pytest.mark.parametrize(
    ("side", "price", "fires"),
    [
        (Side.BUY, "5", True), (Side.BUY, "5.01", False), (Side.BUY, "-3", True),
        (Side.SELL, "5", True), (Side.SELL, "4.99", False), (Side.SELL, "9", True),
    ],
)  # fmt: skip
def test_a_trigger_fires_at_or_through_its_price_and_not_before(side: Side, price: str, fires: bool) -> None:
    desk = waiting(side)
    before = desk.state.orders["S1"]
    assert wants(desk.state, "S1", at(price, side)) is fires
    assert desk.state.orders["S1"] == before
    effects = desk.quote("S1", at(price, side))
    assert [type(effect) for effect in effects] == ([Claim, SendLeg, SendLeg] if fires else [])
    desk.check()


@pytest.mark.parametrize(
    "given",
    [
        at("1", complete=False),
        at("1", states=("stale", "valid")),
        at("1", states=("valid", "crossed")),
        quote(LINEAR, prices=("NaN", "60000")),
    ],
)
def test_a_trigger_does_not_fire_on_books_that_are_thin_stale_crossed_or_empty(given: SpreadQuote) -> None:
    desk = waiting()
    assert not wants(desk.state, "S1", given)
    assert desk.quote("S1", given) == []
    assert armed(desk.state) == ["S1"]


def test_a_trigger_fires_once() -> None:
    desk = waiting()
    desk.quote("S1", at("1"))
    assert desk.view().fired == 1
    assert armed(desk.state) == []
    assert not wants(desk.state, "S1", at("1"))
    assert desk.quote("S1", at("1")) == []
    assert len(desk.state.legs) == 2


def test_what_became_untradable_is_refused_when_it_fires_and_nothing_is_sent() -> None:
    desk = waiting()
    desk.step(Listed(1, linear(tradable=False)))
    (effect,) = desk.quote("S1", at("1"))
    assert isinstance(effect, RefuseOrder)
    assert desk.stands() is SpreadState.REJECTED
    assert "does not accept new orders" in desk.view().reason
    assert not desk.state.legs
    assert desk.quote("S1", at("1")) == []
    desk.check()


def test_a_quote_for_an_order_that_is_not_there_does_nothing() -> None:
    desk = waiting()
    assert not wants(desk.state, "S9", at("1"))
    assert desk.step(Quoted(1, "S9", at("1"))) == []


def test_cancel_ends_a_waiting_order_at_once() -> None:
    desk = waiting()
    (effect,) = desk.cancel()
    assert isinstance(effect, EndOrder)
    assert desk.stands() is SpreadState.CANCELLED
    assert desk.cancel() == []
    assert desk.cancel("S9") == []
    assert desk.quote("S1", at("1")) == []
    desk.check()


def test_cancel_of_a_working_order_hedges_what_filled_and_then_ends() -> None:
    desk = ready()
    perp, spot = desk.market(request())
    desk.fill(perp, "0.6")
    desk.done(perp)
    assert desk.cancel() == []
    desk.fill(spot, "0.4")
    assert ask(desk.done(spot)).not_before == desk.now
    hedge = desk.hedge()
    assert (hedge.symbol, hedge.size, hedge.purpose) == (SPOT, D("0.2"), "hedge")
    (end,) = desk.fill(hedge, "0.2")
    assert isinstance(end, EndOrder)
    assert end.reason == "cancelled by the operator"
    assert (desk.stands(), desk.view().filled) == (SpreadState.CANCELLED, D("0.6"))
    desk.check()


@pytest.mark.parametrize(
    ("spread", "first", "then"),
    [(LINEAR, PERP, SPOT), (f"{SPOT}~{PERP}", PERP, SPOT), (f"{PERP}~{PERP2}", PERP, PERP2)],
)
def test_contract_first_sends_the_contract_and_the_other_leg_only_for_what_filled(
    spread: str, first: str, then: str
) -> None:
    desk = ready()
    (sent,) = desk.market(request(spread, sequence=CONTRACT_FIRST))
    assert sent.symbol == first
    desk.accept(sent)
    assert isinstance(ask(desk.fill(sent, "0.4")), AskQuote)
    assert desk.done(sent) == []
    other = desk.hedge()
    assert (other.symbol, other.purpose) == (then, "open")
    assert other.size == (D(40) if then == PERP2 else D("0.4"))
    (end,) = desk.fill(other, other.size)
    assert isinstance(end, EndOrder)
    assert (desk.stands(), desk.view().filled) == (SpreadState.PARTIALLY_FILLED, D("0.4"))
    desk.check()


def test_contract_first_that_is_rejected_sends_nothing_else() -> None:
    desk = ready()
    (sent,) = desk.market(request(sequence=CONTRACT_FIRST))
    (end,) = desk.reject(sent)
    assert isinstance(end, EndOrder)
    assert desk.stands() is SpreadState.REJECTED
    assert "margin is insufficient" in desk.view().reason
    assert len(desk.state.legs) == 1


def test_one_leg_rejected_and_nothing_filled_is_rejected() -> None:
    desk = ready()
    perp, spot = desk.market(request())
    assert desk.reject(perp) == []
    (end,) = desk.done(spot)
    assert isinstance(end, EndOrder)
    assert desk.stands() is SpreadState.REJECTED


def test_both_legs_expired_without_a_fill_is_cancelled_by_the_venue() -> None:
    desk = ready()
    for leg in desk.market(request()):
        desk.done(leg)
    assert desk.stands() is SpreadState.CANCELLED
    assert "price bound" in desk.view().reason


def test_both_legs_filled_alike_in_part_is_partially_filled() -> None:
    desk = ready()
    for leg in desk.market(request()):
        desk.fill(leg, "0.3")
        desk.done(leg)
    assert desk.stands() is SpreadState.PARTIALLY_FILLED
    assert not desk.view().active
    desk.check()


def test_legs_of_two_inverse_contracts_hold_the_same_face() -> None:
    desk = ready()
    legs = desk.market(request(f"{COIN}~{COIN2}", size="1000"))
    assert [leg.size for leg in legs] == [10, 100]
    desk.fill(legs[0], "10", "60010", fee_asset="BTC")
    desk.fill(legs[1], "100", "59990", fee_asset="BTC")
    assert (desk.stands(), desk.view().filled, desk.view().unit) == (SpreadState.FILLED, D(1000), "USD")
    assert desk.view().achieved == 20
    desk.check()


def test_an_ask_is_listed_until_it_is_answered() -> None:
    desk = ready()
    perp, spot = desk.market(request())
    desk.fill(perp, "1")
    desk.reject(spot)
    assert asks(desk.state) == [("S1", desk.now)]
    desk.hedge()
    assert asks(desk.state) == []
    assert next_deadline(desk.state) is None


def test_an_ended_order_takes_a_late_fill_up_again() -> None:
    desk = ready()
    perp, spot = desk.market(request())
    for leg in (perp, spot):
        desk.fill(leg, "0.5")
        desk.done(leg, DoneReason.CANCELLED)
    assert not desk.view().active
    assert isinstance(ask(desk.fill(perp, "0.2")), AskQuote)
    assert desk.view().active
    assert desk.stands() is SpreadState.INCOMPLETE
    hedge = desk.hedge()
    assert (hedge.symbol, hedge.size) == (SPOT, D("0.2"))
    desk.fill(hedge, "0.2")
    assert (desk.stands(), desk.view().filled) == (SpreadState.PARTIALLY_FILLED, D("0.7"))
    desk.check()

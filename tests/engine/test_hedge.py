import msgspec
import pytest
from tests.engine.desk import COIN, PERP, SPOT, D, Desk, ask, linear, quote, ready, request, spot

from basisdesk.domain.check import check_size
from basisdesk.domain.effect import AskQuote, EndOrder, SendLeg
from basisdesk.domain.event import Listed, Quoted, SpreadQuote
from basisdesk.domain.order import DoneReason, OrderStatus, Sequence, Side, SpreadState
from basisdesk.engine import Phase, Rules, next_deadline, wants
from basisdesk.engine.hedge import is_urgent

LINEAR = f"{PERP}~{SPOT}"
SECOND = 1_000_000_000
FEW = Rules(attempts=2)


def ahead(filled: str = "1", behind: str = "0", rules: Rules | None = None) -> Desk:
    """LEG1 has filled `filled`, LEG2 `behind`; both orders are over."""
    desk = ready(rules)
    perp, other = desk.market(request())
    desk.fill(perp, filled)
    desk.done(perp)
    if D(behind):
        desk.fill(other, behind)
    desk.done(other)
    return desk


def test_the_leg_behind_is_sent_the_difference() -> None:
    desk = ahead("1", "0.3")
    hedge = desk.hedge()
    assert (hedge.client_id, hedge.symbol, hedge.side, hedge.size) == ("S1-2-2", SPOT, Side.SELL, D("0.7"))
    assert desk.stands() is SpreadState.INCOMPLETE
    assert desk.view().unhedged == D("0.7")
    desk.fill(hedge, "0.7")
    assert desk.stands() is SpreadState.FILLED
    assert desk.view().unhedged == 0
    desk.check()


def test_what_may_still_fill_is_not_sent_again() -> None:
    desk = ready()
    perp, _ = desk.market(request())
    assert desk.fill(perp, "1") == []  # LEG2 is in flight with its whole size
    assert desk.stands() is SpreadState.INCOMPLETE


def test_a_need_below_the_step_or_the_minimum_value_is_dust_and_is_shown() -> None:
    desk = ahead("1", "0.99995")  # 0.00005 coin is 3 in money, below the minimum of 5
    assert desk.stands() is SpreadState.PARTIALLY_FILLED
    assert not desk.view().active
    assert desk.view().unhedged == D("0.00005")
    assert desk.state.orders["S1"].residual == D("0.00005")


def test_the_residual_is_signed_short_when_the_short_leg_is_ahead() -> None:
    desk = ready()
    perp, other = desk.market(request(side=Side.SELL))
    desk.fill(perp, "1")
    desk.fill(other, "0.99995")
    desk.done(other)
    assert desk.state.orders["S1"].residual == D("-0.00005")


def test_a_need_above_the_maximum_is_sent_in_parts() -> None:
    desk = ready()
    perp, other = desk.market(request(size="3"))
    desk.step(Listed(1, spot(max_size=D(2))))
    desk.fill(perp, "3")
    desk.reject(other)
    one = desk.hedge()
    assert one.size == 2
    desk.fill(one, "2")
    two = desk.hedge()
    assert two.size == 1
    desk.fill(two, "1")
    assert desk.stands() is SpreadState.FILLED


def test_failed_hedges_are_retried_with_growing_delays_then_the_leg_ahead_is_taken_back() -> None:
    desk = ahead()
    delays, purposes = [], []
    for _ in range(5):
        delays.append(desk.state.orders["S1"].asked - desk.now)  # type: ignore[operator]
        sent = desk.hedge()
        purposes.append(sent.purpose)
        desk.reject(sent)
    assert purposes == ["hedge"] * 5
    assert [delay // 1_000_000 for delay in delays] == [0, 100, 200, 400, 800]
    unwind = desk.hedge()
    assert (unwind.symbol, unwind.side, unwind.size, unwind.purpose) == (PERP, Side.SELL, D(1), "unwind")
    assert unwind.bound == D("59710.0")  # from the middle, 60 010, half a percent down, up to the tick
    desk.fill(unwind, "1")
    assert (desk.view().active, desk.stands(), desk.view().filled) == (False, SpreadState.CANCELLED, D(0))
    assert "taken back" in desk.view().reason
    leg = desk.view().legs[0]
    assert (leg.sent, leg.filled, leg.unwound) == (D(1), D(0), D(1))
    desk.check()


def test_an_unwind_takes_back_only_what_the_other_leg_has_not() -> None:
    desk = ahead("1", "0.4", FEW)
    for _ in range(2):
        desk.reject(desk.hedge())
    unwind = desk.hedge()
    assert unwind.size == D("0.6")
    desk.fill(unwind, "0.6")
    assert (desk.stands(), desk.view().filled) == (SpreadState.PARTIALLY_FILLED, D("0.4"))


def test_unwinds_are_bounded_too_and_what_is_left_stays_incomplete() -> None:
    desk = ahead(rules=FEW)
    purposes = []
    while desk.view().active:
        sent = desk.hedge()
        purposes.append(sent.purpose)
        desk.reject(sent)
    assert purposes == ["hedge", "hedge", "unwind", "unwind"]
    assert desk.stands() is SpreadState.INCOMPLETE
    assert desk.state.orders["S1"].residual == 1
    assert "not balanced after 2 failed hedges and 2 failed unwinds" in desk.view().reason
    desk.check()


def test_an_order_that_began_to_unwind_never_hedges_again() -> None:
    desk = ahead(rules=FEW)
    for _ in range(2):
        desk.reject(desk.hedge())
    unwind = desk.hedge()
    desk.fill(unwind, "0.5")
    assert desk.done(unwind) != []
    again = desk.hedge()
    assert (again.purpose, again.size) == ("unwind", D("0.5"))


def test_a_partly_filled_hedge_counts_as_a_failed_attempt_and_the_rest_is_sent() -> None:
    desk = ahead()
    hedge = desk.hedge()
    desk.fill(hedge, "0.9")
    desk.done(hedge)
    assert desk.state.orders["S1"].attempts == 1
    assert desk.hedge().size == D("0.1")


def test_a_closed_market_behind_makes_the_leg_ahead_be_taken_back_at_once() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.step(Listed(1, spot(tradable=False)))
    desk.fill(perp, "1")
    desk.reject(other)
    assert desk.hedge().purpose == "unwind"


def test_with_both_markets_closed_the_order_ends_incomplete() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.step(Listed(1, spot(tradable=False)))
    desk.step(Listed(1, linear(tradable=False)))
    desk.fill(perp, "1")
    (end,) = desk.reject(other)
    assert isinstance(end, EndOrder)
    assert desk.stands() is SpreadState.INCOMPLETE


def test_a_quote_of_an_unfit_book_does_not_move_a_hedge() -> None:
    desk = ahead()
    for given in (
        quote(LINEAR, states=("valid", "gapped"), complete=False),
        quote(LINEAR, prices=("60000", "NaN"), complete=False),
    ):
        assert not wants(desk.state, "S1", given)
        assert desk.quote(given=given) == []
    other_leg_unfit: SpreadQuote = quote(LINEAR, states=("gapped", "valid"), complete=False)
    assert wants(desk.state, "S1", other_leg_unfit)


def test_a_quote_before_its_time_or_unasked_does_nothing() -> None:
    desk = ahead()
    desk.reject(desk.hedge())
    asked = desk.state.orders["S1"].asked
    assert asked is not None
    assert desk.step(Quoted(asked - 1, "S1", quote(LINEAR))) == []
    assert isinstance(desk.quote()[0], SendLeg)
    assert desk.quote() == []


def test_a_quote_that_stays_away_counts_as_a_failed_attempt() -> None:
    desk = ahead(rules=FEW)
    asked = desk.state.orders["S1"].asked
    assert asked is not None
    assert next_deadline(desk.state) == asked + 2 * SECOND
    assert desk.wait(asked + 2 * SECOND - 1) == []
    again = ask(desk.wait(asked + 2 * SECOND))
    assert again.not_before == desk.now + 100_000_000
    for _ in range(3):
        deadline = next_deadline(desk.state)
        assert deadline is not None
        desk.wait(deadline)
    order = desk.state.orders["S1"]
    assert (order.attempts, order.unwinds, desk.view().active) == (2, 2, False)
    assert desk.stands() is SpreadState.INCOMPLETE
    desk.check()


def test_an_ask_that_is_not_needed_any_more_is_dropped_without_counting() -> None:
    desk = ready()
    (perp,) = desk.market(request(sequence=Sequence.CONTRACT_FIRST))
    desk.fill(perp, "0.4")
    desk.doubt(perp)
    assert desk.quote() == []  # in doubt: nothing is sent
    deadline = next_deadline(desk.state)
    assert deadline is not None
    assert desk.wait(deadline) == []
    assert desk.state.orders["S1"].attempts == 0
    assert next_deadline(desk.state) is None
    assert isinstance(ask(desk.done(perp)), AskQuote)


def test_while_a_leg_is_unknown_nothing_new_is_sent_and_possible_exposure_is_shown() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.doubt(other)
    assert desk.stands() is SpreadState.INCOMPLETE  # it may have filled
    assert desk.fill(perp, "1") == []
    assert desk.stands() is SpreadState.INCOMPLETE  # it may not have filled
    assert desk.view().legs[1].status is OrderStatus.UNKNOWN
    assert isinstance(desk.fill(other, "1")[0], EndOrder)
    assert desk.stands() is SpreadState.FILLED
    desk.check()


@pytest.mark.parametrize("evidence", ["done", "reject"])
def test_unknown_is_resolved_by_evidence_and_then_hedged(evidence: str) -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(perp, "1")
    desk.doubt(other)
    assert isinstance(ask(getattr(desk, evidence)(other)), AskQuote)
    assert desk.hedge().size == 1


def test_fills_that_the_venue_stated_and_has_not_sent_are_waited_for() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(perp, "1")
    assert desk.done(other, DoneReason.EXPIRED, "0.6") != []  # 0.4 is missing for certain
    hedge = desk.hedge()
    assert hedge.size == D("0.4")
    desk.fill(other, "0.6")
    desk.fill(hedge, "0.4")
    assert desk.stands() is SpreadState.FILLED
    assert desk.view().legs[1].filled == 1
    desk.check()


def test_an_order_that_ended_filled_is_waited_for_until_its_fills_come() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(perp, "1")
    assert desk.done(other, DoneReason.FILLED) == []
    assert desk.view().active
    desk.fill(other, "1")
    assert desk.stands() is SpreadState.FILLED


def test_time_that_passes_for_one_order_leaves_a_waiting_one_alone() -> None:
    desk = ahead()
    desk.place(request(trigger="5"), None, "k2")
    deadline = next_deadline(desk.state)
    assert deadline is not None
    desk.wait(deadline)
    assert desk.state.orders["S2"].phase is Phase.WAITING
    assert desk.state.orders["S1"].attempts == 1


def test_a_hedge_is_bounded_from_the_worst_price_and_an_unwind_from_the_middle() -> None:
    desk = ahead(rules=FEW)
    given = quote(LINEAR)
    far = msgspec.structs.replace(given.leg2, worst=D(59000))
    (hedge,) = desk.quote(given=msgspec.structs.replace(given, leg2=far))
    assert isinstance(hedge, SendLeg)
    assert hedge.bound == D("58705.00")  # 59 000 x 0.995
    desk.reject(hedge)
    desk.reject(desk.hedge())
    deep = msgspec.structs.replace(given.leg1, worst=D(61000), mid=D(60005))
    (unwind,) = desk.quote(given=msgspec.structs.replace(given, leg1=deep))
    assert isinstance(unwind, SendLeg)
    assert (unwind.purpose, unwind.bound) == ("unwind", D("59705.0"))  # 60 005 x 0.995 = 59 704.975, up to 0.1


def test_what_a_quote_would_move_is_told_before_its_time_has_come() -> None:
    desk = ahead()
    desk.reject(desk.hedge())
    asked = desk.state.orders["S1"].asked
    assert asked is not None
    assert asked > desk.state.now
    assert wants(desk.state, "S1", quote(LINEAR))


def test_a_part_filled_leg_has_not_ended() -> None:
    desk = ready()
    perp, _ = desk.market(request())
    desk.fill(perp, "0.4")
    leg = desk.state.legs[perp.client_id]
    assert (leg.status, leg.done, leg.filled) == (OrderStatus.OPEN, None, D("0.4"))


def test_an_order_smaller_than_one_contract_has_become_is_not_filled_by_nothing() -> None:
    desk = ready()
    spread = f"{COIN}~{SPOT}"
    desk.place(request(spread, size="0.00167", trigger="-50"), None)
    desk.quote(given=quote(spread, size="0.00167", prices=("50000", "50000")))  # one contract is 0.002 coin now
    assert desk.stands() is SpreadState.WORKING
    desk.cancel()
    assert desk.stands() is SpreadState.CANCELLED


def test_a_market_whose_terms_became_void_is_not_traded_and_does_not_stop_the_engine() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.step(Listed(1, spot(step=D(0))))
    desk.fill(perp, "1")
    (end,) = desk.reject(other)
    assert isinstance(end, EndOrder)
    assert desk.view().unhedged == 1


def test_client_ids_count_up_for_each_leg_and_are_never_used_twice() -> None:
    desk = ahead(rules=FEW)
    while desk.view().active:
        desk.reject(desk.hedge())
    sent = [record.client_id for record in desk.record if isinstance(record, SendLeg)]
    assert sent == ["S1-1-1", "S1-2-1", "S1-2-2", "S1-2-3", "S1-1-2", "S1-1-3"]
    assert len(set(sent)) == len(sent)


@pytest.mark.parametrize(("price", "bound"), [("60000", "59700"), ("55600", "55555.56")])
def test_a_small_sale_is_bounded_where_it_is_still_worth_the_minimum(price: str, bound: str) -> None:
    desk = ahead("1", "0.99991")  # half a percent below 55600 the rest would be worth 4.98, and the minimum is 5
    (hedge,) = desk.quote(given=quote(LINEAR, prices=("60010", price)))
    assert isinstance(hedge, SendLeg)
    assert (hedge.side, hedge.size, hedge.bound) == (Side.SELL, D("0.00009"), D(bound))
    assert check_size(desk.state.instruments[SPOT], hedge.size, hedge.bound) is None


def test_a_leg_that_follows_the_fill_of_another_takes_risk_away_and_one_that_opens_does_not() -> None:
    desk = ready()
    perp, other = desk.market(request())
    assert [is_urgent(desk.state, leg) for leg in (perp, other)] == [False, False]
    desk = ready()
    (first,) = desk.market(request(sequence=Sequence.CONTRACT_FIRST))
    assert not is_urgent(desk.state, first)
    desk.fill(first, "1")
    second = desk.hedge()
    assert second.purpose == "open"
    assert is_urgent(desk.state, second)
    desk = ahead("1", "0.4")
    hedge = desk.hedge()
    assert hedge.purpose == "hedge"
    assert is_urgent(desk.state, hedge)

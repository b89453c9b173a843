import msgspec
import pytest
from tests.engine.desk import D, Desk, ready, request

from basisdesk.domain.effect import EndOrder, SendLeg
from basisdesk.domain.event import LegAccepted, LegFilled, TimePassed
from basisdesk.domain.order import Side
from basisdesk.engine import Rules, State, decode, digest, encode, fold_all, rerun, status_table


def story() -> Desk:
    desk = ready()
    perp, other = desk.market(request())
    desk.accept(perp)
    desk.fill(perp, "1", "60010", fee=D(30))
    desk.reject(other)
    hedge = desk.hedge()
    desk.fill(hedge, "1", "59990", fee=D(60))
    desk.place(request(size="NaN"), None, "k2")
    return desk


def test_a_record_folds_to_the_same_state_with_the_same_digest() -> None:
    desk = story()
    again = fold_all(desk.record)
    assert again == desk.state
    assert digest(again) == digest(desk.state)
    assert digest(again) != digest(fold_all(desk.record[:-3]))


def test_a_record_is_decided_again_to_the_same_effects() -> None:
    assert rerun(story().record) is None
    assert rerun([]) is None


def test_an_effect_that_the_machine_would_not_decide_is_found() -> None:
    record = story().record
    at = next(index for index, value in enumerate(record) if isinstance(value, SendLeg))
    sent = record[at]
    assert isinstance(sent, SendLeg)
    record[at] = msgspec.structs.replace(sent, side=Side.SELL)
    mismatch = rerun(record)
    assert mismatch is not None
    assert (mismatch.index, mismatch.recorded, mismatch.decided) == (at, record[at], sent)


def test_an_effect_missing_in_the_middle_or_at_the_end_is_found() -> None:
    record = story().record
    at = next(index for index, value in enumerate(record) if isinstance(value, EndOrder))
    mismatch = rerun(record[:at] + record[at + 1 :])
    assert mismatch is not None
    assert (mismatch.index, mismatch.decided) == (at, record[at])
    mismatch = rerun(record[:at])
    assert mismatch is not None
    assert (mismatch.index, mismatch.recorded, mismatch.decided) == (at, None, record[at])


def test_an_effect_without_its_event_is_found() -> None:
    record = story().record
    mismatch = rerun([*record, EndOrder(1, "S1", "", D(0))])
    assert mismatch is not None
    assert (mismatch.index, mismatch.decided) == (len(record), None)


def test_other_rules_decide_otherwise() -> None:
    assert rerun(story().record, Rules(hedge_band=D("0.001"))) is not None


def test_a_state_survives_encoding() -> None:
    state = story().state
    assert decode(encode(state)) == state
    with pytest.raises(msgspec.ValidationError):
        decode(b"[]")


def test_what_is_heard_of_orders_that_are_not_ours_is_counted_and_changes_nothing_else() -> None:
    desk = story()
    before = encode(desk.state)
    assert desk.accept("other-1") == []
    assert desk.step(LegFilled(1, "other-1", "x", D(1), D(1), D(0), "USDT")) == []
    assert desk.state.strays == {"other-1": 2}
    desk.state.strays.clear()
    assert encode(desk.state) == before


def test_a_trade_told_twice_is_booked_once() -> None:
    desk = ready()
    perp, _ = desk.market(request())
    trade = LegFilled(1, perp.client_id, "t", D(60000), D("0.5"), D(1), "USDT")
    desk.step(trade)
    before = desk.state.legs[perp.client_id]
    desk.step(trade)
    assert desk.state.legs[perp.client_id] == before
    assert len(desk.state.fills) == 1


def test_a_trade_between_two_of_our_orders_has_one_id_and_is_booked_on_both_sides() -> None:
    desk = ready()
    bought, _ = desk.market(request(), "k1")
    sold, _ = desk.market(request(side=Side.SELL), "k2")
    for leg in (bought, sold):
        desk.step(LegFilled(1, leg.client_id, "t", D(60000), D("0.5"), D(1), "USDT"))
    assert [fill.side for fill in desk.state.fills] == [Side.BUY, Side.SELL]
    assert desk.state.holdings[bought.symbol].position.size == 0
    assert desk.state.holdings[bought.symbol].fees == {"USDT": D(2)}
    desk.check()


def test_time_never_runs_backwards_and_a_late_acceptance_changes_nothing() -> None:
    desk = ready()
    perp, _ = desk.market(request())
    desk.now = 5_000
    desk.fill(perp, "1")
    before = desk.state.legs[perp.client_id]
    desk.step(LegAccepted(10, perp.client_id, "v"))
    assert desk.state.legs[perp.client_id] == before
    desk.step(TimePassed(10))
    assert desk.state.now == 5_000


def test_two_new_states_share_nothing() -> None:
    one, two = State(), State()
    one.keys["k"] = "S1"
    assert two.keys == {}


def test_the_printed_table_is_public() -> None:
    assert "UNKNOWN" in status_table()

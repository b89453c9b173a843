from tests.engine.desk import PERP, SPOT, D, ready, request

from basisdesk.domain.event import LegVoided
from basisdesk.domain.order import DoneReason, Side, SpreadState
from basisdesk.engine import fees_by_asset, fills_of


def test_a_trade_that_the_venue_takes_back_is_reversed_in_the_ledger_and_hedged_again() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(perp, "0.4", "60000", trade_id="a", fee=D(12))
    desk.fill(perp, "0.6", "60010", trade_id="b", fee=D(18))
    desk.fill(other, "1", "59990", trade_id="c")
    assert desk.stands() is SpreadState.FILLED
    desk.step(LegVoided(desk.now, perp.client_id, "b"))
    assert desk.stands() is SpreadState.INCOMPLETE
    assert [row.trade_id for row in fills_of(desk.state, perp.order_id)] == ["a", "c"]
    assert desk.state.holdings[PERP].position.size == D("0.4")
    assert fees_by_asset(desk.state)["USDT"] == D(12)
    hedge = desk.hedge()
    assert (hedge.symbol, hedge.side, hedge.size) == (PERP, Side.BUY, D("0.6"))
    desk.fill(hedge, "0.6")
    assert desk.stands() is SpreadState.FILLED
    desk.check()


def test_a_trade_is_taken_back_once_and_one_that_was_never_told_not_at_all() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(perp, "1", trade_id="a", fee=D(30))
    desk.fill(other, "1", trade_id="b")
    desk.step(LegVoided(desk.now, perp.client_id, "nobody"))
    for _ in range(2):
        desk.step(LegVoided(desk.now, perp.client_id, "a"))
    assert desk.state.holdings[PERP].position.size == D(0)
    assert len(desk.state.fills) == 3
    assert desk.state.holdings[SPOT].position.size == D(-1)
    desk.check()


def test_the_end_that_a_venue_stated_is_lowered_with_the_trade_it_takes_back() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(other, "1", trade_id="b")
    desk.fill(perp, "0.5", trade_id="a")
    desk.done(perp, DoneReason.EXPIRED, "0.5")
    desk.step(LegVoided(desk.now, perp.client_id, "a"))
    hedge = desk.hedge()
    assert (hedge.leg, hedge.size) == (1, D(1))
    desk.check()

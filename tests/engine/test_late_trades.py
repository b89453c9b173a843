"""Trades that come late or are taken back: what the hedger sees is what the legs then really hold."""

from tests.engine.desk import SPOT, D, Desk, ready, request

from basisdesk.domain.effect import SendLeg
from basisdesk.domain.event import LegVoided
from basisdesk.domain.order import Side, SpreadState
from basisdesk.engine import Rules

FEW = Rules(attempts=2)


def test_a_fee_in_coin_is_given_back_with_the_purchase_that_is_taken_back() -> None:
    desk = ready()
    perp, other = desk.market(request(side=Side.SELL))
    desk.fill(perp, "1", "60010")
    desk.fill(other, "1", "60000", trade_id="b", fee=D("0.001"), fee_asset="BTC")
    assert desk.state.legs[other.client_id].taken == D("0.001")
    desk.step(LegVoided(desk.now, other.client_id, "b"))
    leg = desk.state.legs[other.client_id]
    assert (leg.filled, leg.worth, leg.taken) == (D(0), D(0), D(0))
    hedge = desk.hedge()
    assert (hedge.symbol, hedge.side, hedge.size) == (SPOT, Side.BUY, D(1))
    desk.check()


def ended() -> tuple[Desk, SendLeg, SendLeg]:
    """A desk whose order ended half filled after one failed hedge; its first leg, and the hedge that went through."""
    desk = ready(FEW)
    perp, other = desk.market(request())
    desk.fill(perp, "0.5")
    desk.done(perp)
    desk.done(other)
    desk.reject(desk.hedge())
    hedge = desk.hedge()
    desk.fill(hedge, "0.5", trade_id="h")
    assert (desk.view().active, desk.stands()) == (False, SpreadState.PARTIALLY_FILLED)
    assert desk.state.orders["S1"].attempts == 1
    return desk, perp, hedge


def test_a_trade_after_the_end_is_hedged_at_once_whatever_failed_before() -> None:
    desk, perp, _ = ended()
    desk.fill(perp, "0.5")
    assert desk.state.orders["S1"].asked == desk.now
    for _ in range(FEW.attempts):
        hedge = desk.hedge()
        assert (hedge.symbol, hedge.side, hedge.size, hedge.purpose) == (SPOT, Side.SELL, D("0.5"), "hedge")
        desk.reject(hedge)
    assert desk.hedge().purpose == "unwind"
    desk.check()


def test_a_trade_taken_back_after_the_end_is_hedged_at_once_whatever_failed_before() -> None:
    desk, _, hedge = ended()
    desk.step(LegVoided(desk.now, hedge.client_id, "h"))
    assert desk.state.orders["S1"].asked == desk.now
    for _ in range(FEW.attempts):
        again = desk.hedge()
        assert (again.symbol, again.side, again.size, again.purpose) == (SPOT, Side.SELL, D("0.5"), "hedge")
        desk.reject(again)
    assert desk.hedge().purpose == "unwind"
    desk.check()

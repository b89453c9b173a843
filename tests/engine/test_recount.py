"""Positions put together from streams and pages, and what readings in a row prove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.desk import PERP, PERP2, D, ready

from basisdesk.domain.account import Balance, Complete, Position
from basisdesk.domain.ask import AskPositions, PositionSide
from basisdesk.domain.event import ExternalHeld
from basisdesk.engine.recount import Positions, Recount

if TYPE_CHECKING:
    from basisdesk.engine import State

WHOLE = Complete(at=1, what="positions", line="usdm")
OTHER = Complete(at=1, what="balances", line="usdm")
NOISE = Balance(at=1, line="usdm", asset="USDT", total=D(1))
ALL = AskPositions("usdm")


def told(size: str, symbol: str = PERP, side: PositionSide = PositionSide.NET) -> Position:
    return Position(at=1, symbol=symbol, size=D(size), side=side)


def compared() -> State:
    desk = ready()
    desk.step(ExternalHeld(1, PERP, D(0)))
    return desk.state


def test_a_stream_tells_one_side_at_a_time_and_the_same_again_is_no_news() -> None:
    positions = Positions()
    assert not positions.streamed(told("0")), "nobody held anything"
    assert positions.streamed(told("0.3", side=PositionSide.LONG))
    assert not positions.streamed(told("0.30", side=PositionSide.LONG))
    assert positions.streamed(told("-0.1", side=PositionSide.SHORT))
    assert positions.size(PERP) == D("0.2")
    assert positions.size(PERP2) == 0


def test_a_reading_is_whole_with_its_last_page_and_adds_up_the_rows_of_a_market() -> None:
    positions = Positions()
    positions.streamed(told("5", side=PositionSide.LONG))
    assert positions.answered(ALL, [told("0.3"), NOISE, OTHER]) is None
    assert positions.size(PERP) == 5, "half a reading says nothing"
    last = AskPositions("usdm", cursor="2")
    sizes = positions.answered(last, [told("0.1"), told("-2", PERP2, PositionSide.SHORT), WHOLE])
    assert sizes == {PERP: D("0.4"), PERP2: D(-2)}
    assert (positions.size(PERP), positions.size(PERP2)) == (D("0.4"), D(-2))
    positions.flat(PERP2)
    assert positions.size(PERP2) == 0


def test_a_reading_that_is_begun_anew_forgets_the_pages_before() -> None:
    positions = Positions()
    assert positions.answered(ALL, [told("0.3")]) is None
    assert positions.answered(ALL, [told("0.1"), WHOLE]) == {PERP: D("0.1")}
    assert positions.answered(AskPositions("usdm", cursor="2"), [WHOLE]) == {}


def test_two_readings_in_a_row_prove_a_difference_and_one_proves_that_there_is_none() -> None:
    state, recount = compared(), Recount(PERP)
    assert not recount.proves(state, D("0.1"), disturbed=False)
    assert recount.proves(state, D("0.10"), disturbed=False)
    assert Recount(PERP).proves(state, D(0), disturbed=False)


def test_two_readings_that_say_different_things_prove_nothing() -> None:
    state, recount = compared(), Recount(PERP)
    assert not recount.proves(state, D("0.1"), disturbed=False)
    assert not recount.proves(state, D("0.2"), disturbed=False)
    assert recount.proves(state, D("0.2"), disturbed=False)


def test_a_reading_during_which_something_happened_proves_nothing_nor_does_the_one_before() -> None:
    state, recount = compared(), Recount(PERP)
    assert not recount.proves(state, D(0), disturbed=True)
    assert not recount.proves(state, D("0.1"), disturbed=False)
    assert not recount.proves(state, D("0.1"), disturbed=True)
    assert not recount.proves(state, D("0.1"), disturbed=False)
    assert recount.proves(state, D("0.1"), disturbed=False)

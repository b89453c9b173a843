"""Margin put to isolated positions and taken from them, and what an account has free."""

import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import INVERSE, LINEAR, ONE, RULES, SPOT, D, Hall

from basisdesk.domain.ask import PositionSide
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused

NET = PositionSide.NET


@pytest.fixture
def hall() -> Hall:
    """Ten thousand dollars, and a position of one bitcoin at 101 with a leverage of ten."""
    hall = Hall()
    hall.give("usdm", "USDT", 10_000)
    hall.isolate(LINEAR, 10)
    hall.buy(LINEAR, 1)
    return hall


def adjust(hall: Hall, change: str, side: PositionSide = NET) -> Refused | None:
    return hall.exchange.adjust_margin(ONE, LINEAR.symbol, side, D(change), hall.now)


def margin_of(hall: Hall) -> float:
    held = hall.position(LINEAR)
    assert held is not None
    assert held.margin is not None
    return float(held.margin)


def test_margin_is_put_to_a_position_and_taken_away_again(hall: Hall) -> None:
    before, free = margin_of(hall), hall.exchange.free(ONE, LINEAR.symbol)
    assert before == pytest.approx(10.1)
    hall.exchange.take_updates()
    assert adjust(hall, "5") is None
    assert margin_of(hall) == pytest.approx(15.1)
    assert hall.exchange.free(ONE, LINEAR.symbol) == free - 5
    assert [type(update).__name__ for _, update in hall.exchange.take_updates()] == ["Position", "Balance"]
    assert adjust(hall, "-5") is None
    assert margin_of(hall) == pytest.approx(before)
    assert hall.exchange.free(ONE, LINEAR.symbol) == free


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        ("0", Reason.MALFORMED, "amount"),
        ("NaN", Reason.MALFORMED, "amount"),
        ("10000", Reason.INSUFFICIENT_MARGIN, "wallet"),
        ("-0.01", Reason.INSUFFICIENT_MARGIN, "position"),
    ],
)
def test_an_amount_that_cannot_be_moved_is_refused(hall: Hall, change: str, reason: Reason, detail: str) -> None:
    before = margin_of(hall)
    refused = adjust(hall, change)
    assert refused is not None
    assert (refused.reason, refused.detail) == (reason, detail)
    assert margin_of(hall) == before


def test_margin_goes_to_isolated_positions_that_are_there(hall: Hall) -> None:
    refused = adjust(hall, "5", PositionSide.LONG)
    assert refused is not None
    assert refused.reason is Reason.REDUCE_ONLY
    crossed = hall.exchange.adjust_margin(ONE, INVERSE.symbol, NET, D(5), hall.now)
    assert crossed is not None
    assert crossed.reason is Reason.MODE


def test_what_is_free_is_counted_in_the_wallet_or_in_dollars() -> None:
    apart, unified = Hall(), Hall(rules=replace(RULES, unified=True))
    apart.give("usdm", "USDT", 1000)
    assert apart.exchange.free(ONE, LINEAR.symbol) == 1000
    for hall in (apart, unified):
        hall.mark(INVERSE, 100.0)
        hall.mark(SPOT, 100.0)
    for wallet, asset in list(unified.exchange.floor.accounts[ONE].purses):
        unified.give(wallet, asset, 1000 if asset == "USDT" else 0)
    assert unified.exchange.free(ONE, LINEAR.symbol) == 1000
    assert unified.exchange.free(ONE, INVERSE.symbol) == 10


def test_the_leverage_of_one_market_leaves_what_is_isolated_in_another_alone(hall: Hall) -> None:
    hall.isolate(INVERSE, 10)
    hall.buy(INVERSE, 1)
    other = hall.position(INVERSE)
    assert other is not None
    assert other.margin
    assert hall.exchange.set_leverage(ONE, LINEAR.symbol, D(5), hall.now) is None
    assert margin_of(hall) == pytest.approx(20.2)
    assert hall.position(INVERSE) == other

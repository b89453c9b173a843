"""Minutes of a price against the plain way: every price kept, and a candle made of those in it."""

import math

from hypothesis import given
from hypothesis import strategies as st

from basisdesk.sim.course import KEPT, MINUTE, SPARE, Minutes, premium_of
from basisdesk.venues.contract import Candle

START = 1_762_000_000 // 60 * MINUTE
told = st.lists(
    st.tuples(st.integers(0, 400).map(lambda seconds: seconds * 1_000_000_000), st.integers(-50, 50)),
    min_size=1,
    max_size=40,
)


def plainly(prices: list[tuple[int, float]], period: int, since: int, limit: int) -> list[Candle]:
    """Candles out of every price, with the price that stood in minutes in which nothing was told."""
    rows: dict[int, list[float]] = {}
    stood, place = prices[0][1], 0
    for minute in range(prices[0][0] // MINUTE, prices[-1][0] // MINUTE + 1):
        heard = [price for at, price in prices if at // MINUTE == minute]
        place = minute * MINUTE // period * period
        rows.setdefault(place, []).extend(heard or [stood])
        stood = heard[-1] if heard else stood
    made = [
        Candle(at, at + period, each[0], max(each), min(each), each[-1], 0.0, 0.0)
        for at, each in rows.items()
        if at >= since
    ]
    return made[:limit] if since else made[-limit:]


@given(told, st.sampled_from((1, 3, 5, 60)), st.integers(0, 90), st.integers(1, 30))
def test_candles_are_those_of_every_price_told(gaps: list[tuple[int, int]], length: int, skip: int, limit: int) -> None:
    minutes, prices, at = Minutes(), [], START
    for gap, price in gaps:
        at += gap
        prices.append((at, float(price)))
        minutes.add(at, float(price))
    since = START + skip * MINUTE if skip else 0
    assert minutes.candles(length * MINUTE, since, limit) == plainly(prices, length * MINUTE, since, limit)


def test_nothing_told_makes_no_candle() -> None:
    assert Minutes().candles(MINUTE, 0, 5) == []


def test_what_is_kept_has_an_end() -> None:
    minutes = Minutes()
    for number in range(KEPT + 3 * SPARE):
        minutes.add(START + number * MINUTE, float(number))
    found = minutes.candles(MINUTE, 1, 2 * KEPT)
    assert KEPT <= len(found) <= KEPT + SPARE
    assert found[-1].close == KEPT + 3 * SPARE - 1
    assert [each.close for each in found] == [found[0].close + number for number in range(len(found))]


def test_a_pause_longer_than_what_is_kept_leaves_the_price_that_stood() -> None:
    minutes = Minutes()
    minutes.add(START, 7.0)
    minutes.add(START + 9 * KEPT * MINUTE, 8.0)
    found = minutes.candles(MINUTE, 1, 2 * KEPT)
    assert len(found) == KEPT + 1
    assert {each.close for each in found[:-1]} == {7.0}
    assert found[-1].begins == START + 9 * KEPT * MINUTE


def test_premium_is_what_the_touch_lies_outside_the_index() -> None:
    assert premium_of(101.0, 102.0, 100.0) == 0.01
    assert premium_of(97.0, 98.0, 100.0) == -0.02
    assert premium_of(99.0, 101.0, 100.0) == 0.0
    assert math.isnan(premium_of(math.nan, 101.0, 100.0))
    assert math.isnan(premium_of(99.0, 101.0, math.nan))

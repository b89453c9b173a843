import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basisdesk.kernel.bars import ASK, BID, LAST, Bars

Row = tuple[int, float, float, float, float, int]


def test_a_bar_is_folded_from_the_spreads_ticks_and_not_from_the_legs_candles() -> None:
    one, two = (100.0, 110.0, 100.0), (90.0, 90.0, 101.0)
    bars = Bars([60])
    for at, (price1, price2) in enumerate(zip(one, two, strict=True)):
        bars.fold(LAST, at, price1 - price2)
    assert bars.rows(LAST, 0) == [(0, 10.0, 20.0, -1.0, -1.0, 3)]
    subtracted = (max(one) - max(two), min(one) - min(two))
    assert subtracted == (9.0, 10.0)
    assert bars.rows(LAST, 0)[0][2:4] != subtracted


def test_several_periods_and_sources_are_folded_at_once() -> None:
    bars = Bars([10, 25])
    for at in range(0, 60, 5):
        bars.fold(BID, at, float(at))
        bars.fold(ASK, at, -float(at))
    assert [row[0] for row in bars.rows(BID, 0)] == [0, 10, 20, 30, 40, 50]
    assert bars.rows(BID, 1) == [(0, 0.0, 20.0, 0.0, 20.0, 5), (25, 25.0, 45.0, 25.0, 45.0, 5), (50, 50, 55, 50, 55, 2)]
    assert bars.rows(ASK, 1)[0] == (0, 0.0, 0.0, -20.0, -20.0, 5)
    assert (bars.count(BID, 0), bars.count(BID, 1), bars.count(LAST, 0)) == (6, 3, 0)
    assert bars.rows(LAST, 0) == []


def test_an_empty_bucket_makes_no_bar() -> None:
    bars = Bars([10])
    bars.fold(LAST, 5, 1.0)
    bars.fold(LAST, 105, 2.0)
    assert [row[0] for row in bars.rows(LAST, 0)] == [0, 100]


def test_a_value_older_than_the_open_bar_is_late_and_changes_nothing() -> None:
    bars = Bars([10, 100])
    bars.fold(LAST, 25, 1.0)
    bars.fold(LAST, 21, 2.0)
    assert bars.late == 0
    bars.fold(LAST, 19, 3.0)
    assert bars.late == 1
    assert bars.rows(LAST, 0) == [(20, 1.0, 2.0, 1.0, 2.0, 2)]
    assert bars.rows(LAST, 1) == [(0, 1.0, 3.0, 1.0, 3.0, 3)]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_finite_number_is_ignored(value: float) -> None:
    bars = Bars([10])
    bars.fold(LAST, 5, value)
    assert (bars.count(LAST, 0), bars.late) == (0, 0)


def test_buckets_before_the_epoch_begin_at_their_lower_edge() -> None:
    bars = Bars([10])
    bars.fold(LAST, -5, 1.0)
    bars.fold(LAST, -1, 2.0)
    bars.fold(LAST, 0, 3.0)
    assert [(row[0], row[5]) for row in bars.rows(LAST, 0)] == [(-10, 2), (0, 1)]


def test_a_series_keeps_its_newest_bars_and_counts_all() -> None:
    bars = Bars([1], capacity=20)
    for at in range(1000):
        bars.fold(LAST, at, float(at))
    assert bars.count(LAST, 0) == 1000
    assert [row[0] for row in bars.rows(LAST, 0)] == list(range(980, 1000))
    assert [row[0] for row in bars.rows(LAST, 0, newest=3)] == [997, 998, 999]
    assert len(bars.rows(LAST, 0, newest=50)) == 20


def test_a_series_grows_by_need() -> None:
    bars = Bars([1])
    for at in range(100):
        bars.fold(LAST, at, float(at))
    assert [row[0] for row in bars.rows(LAST, 0)] == list(range(100))


def test_periods_and_capacity_are_checked() -> None:
    for periods in ([], [0], [10, -1]):
        with pytest.raises(ValueError, match="period"):
            Bars(periods)
    with pytest.raises(ValueError, match="at least one bar"):
        Bars([1], capacity=0)


def test_unknown_series_and_counts_are_refused() -> None:
    bars = Bars([10, 20])
    for source in (-1, 3):
        with pytest.raises(ValueError, match="source is"):
            bars.fold(source, 1, 1.0)
        with pytest.raises(ValueError, match="source is"):
            bars.count(source, 0)
    for period in (-1, 2):
        with pytest.raises(ValueError, match="there are 2 periods"):
            bars.rows(LAST, period)
    with pytest.raises(ValueError, match="zero"):
        bars.rows(LAST, 0, newest=-1)


def naive(ticks: list[tuple[int, float]], period: int) -> tuple[list[Row], set[int]]:
    """Bars of one series by grouping ticks, and the places of the late ones."""
    rows: list[Row] = []
    late = set()
    for place, (at, value) in enumerate(ticks):
        start = at // period * period
        if rows and start < rows[-1][0]:
            late.add(place)
        elif rows and start == rows[-1][0]:
            _, first, high, low, _, count = rows[-1]
            rows[-1] = (start, first, max(high, value), min(low, value), value, count + 1)
        else:
            rows.append((start, value, value, value, value, 1))
    return rows, late


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.integers(-5, 12), st.floats(-1e6, 1e6)), max_size=60),
    st.lists(st.integers(1, 40), min_size=1, max_size=3),
    st.integers(1, 40),
)
def test_bars_are_what_grouping_the_ticks_gives(
    moves: list[tuple[int, float]], periods: list[int], capacity: int
) -> None:
    now, ticks = 1000, []
    for move, value in moves:
        now += move
        ticks.append((now, value))
    bars = Bars(periods, capacity)
    for at, value in ticks:
        bars.fold(ASK, at, value)
    late: set[int] = set()
    for index, period in enumerate(periods):
        rows, missed = naive(ticks, period)
        late |= missed
        assert bars.count(ASK, index) == len(rows)
        assert bars.rows(ASK, index) == rows[-capacity:]
        assert all(low <= min(first, last) and max(first, last) <= high for _, first, high, low, last, _ in rows)
    assert bars.late == len(late)

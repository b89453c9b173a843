from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.instrument import Instrument
from basisdesk.domain.lean import LeanMode, lean_on, lean_size, levels_in_base

D = Decimal
Make = Callable[..., Instrument]
BIDS = [(D(17615), D(1)), (D(17614), D(2)), (D(17610), D(5))]


@pytest.mark.parametrize(
    ("size", "vwap", "worst"),
    [("1", "17615", "17615"), ("2", "17614.5", "17614"), ("4", "17613.25", "17610"), ("0.5", "17615", "17615")],
)
def test_the_lean_price_reaches_as_deep_as_the_size(size: str, vwap: str, worst: str) -> None:
    lean = lean_on(BIDS, D(size))
    assert lean is not None
    assert (lean.price, lean.worst, lean.covered, lean.complete) == (D(vwap), D(worst), D(size), True)
    deepest = lean_on(BIDS, D(size), LeanMode.WORST)
    assert deepest is not None
    assert deepest.price == D(worst)
    best = lean_on(BIDS, D(size), LeanMode.TOUCH)
    assert best is not None
    assert best.price == D(17615)


def test_depth_that_falls_short_is_said_to() -> None:
    lean = lean_on(BIDS, D(9))
    assert lean is not None
    assert (lean.covered, lean.complete, lean.worst) == (D(8), False, D(17610))
    assert lean_on([], D(1)) is None
    assert lean_on([(D(1), D(0))], D(1)) is None


@pytest.mark.parametrize("size", ["0", "-1"])
def test_a_lean_size_is_above_zero(size: str) -> None:
    with pytest.raises(ValueError, match="lean size"):
        lean_on(BIDS, D(size))


def test_the_lean_size_scales_what_remains() -> None:
    assert lean_size(D(2), ratio=D("0.5"), multiplier=D(3), extra=D(1)) == D(4)
    assert lean_size(D(2)) == D(2)


@given(
    st.lists(st.tuples(st.integers(1, 1000), st.integers(1, 50)), min_size=1, max_size=8, unique_by=lambda x: x[0]),
    st.integers(1, 400),
)
def test_the_average_lies_between_the_touch_and_the_worst(levels: list[tuple[int, int]], size: int) -> None:
    bids = [(D(p), D(q)) for p, q in sorted(levels, reverse=True)]
    lean = lean_on(bids, D(size))
    assert lean is not None
    assert lean.worst <= lean.price <= bids[0][0]
    assert lean.complete is (sum(q for _, q in levels) >= size)


def test_inverse_levels_are_converted_one_by_one(make: Make) -> None:
    levels = [(D(50_000), D(250)), (D(40_000), D(200))]
    assert levels_in_base(make("inverse"), levels) == [(D(50_000), D("0.5")), (D(40_000), D("0.5"))]

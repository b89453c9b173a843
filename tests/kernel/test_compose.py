import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from basisdesk.kernel.book import Book
from basisdesk.kernel.compose import BASE, FACE, common_unit, compose, walk_spread

Levels = list[tuple[float, float]]


def book_of(bids: Levels, asks: Levels, multiplier: float = 1.0, inverse: bool = False) -> Book:
    book = Book(multiplier, inverse)
    book.snapshot_levels(bids, asks, 1, 1)
    return book


def test_published_vector_of_the_ask_side() -> None:
    leg1 = book_of([], [(100.0, 2.0), (101.0, 3.0)])
    leg2 = book_of([(99.0, 1.0), (98.0, 4.0)], [])
    levels, ended = compose(leg1, leg2, ask=True, depth=10)
    assert levels == [(1.0, 1.0, 100.0, 99.0), (2.0, 1.0, 100.0, 98.0), (3.0, 3.0, 101.0, 98.0)]
    assert ended == 3


def test_published_vector_of_the_bid_side() -> None:
    leg1 = book_of([(99.5, 1.0), (99.0, 5.0)], [])
    leg2 = book_of([], [(99.2, 2.0), (99.4, 2.0)])
    levels, ended = compose(leg1, leg2, ask=False, depth=10)
    assert [(round(price, 9), size) for price, size, _, _ in levels] == [(0.3, 1.0), (-0.2, 1.0), (-0.4, 2.0)]
    assert ended == 2


def test_it_says_which_leg_ran_out() -> None:
    small, large = [(1.0, 1.0)], [(1.0, 2.0)]
    assert compose(book_of([], small), book_of(large, []), ask=True, depth=9)[1] == 1
    assert compose(book_of([], large), book_of(small, []), ask=True, depth=9)[1] == 2
    assert compose(book_of([], large), book_of(large, []), ask=True, depth=9)[1] == 3
    deep = [(1.0, 1.0), (2.0, 1.0)]
    assert compose(book_of([], deep), book_of(deep, []), ask=True, depth=1)[1] == 0
    assert compose(book_of([], []), book_of(deep, []), ask=True, depth=1) == ([], 1)
    assert compose(book_of([], deep), book_of([], []), ask=True, depth=1) == ([], 2)


def test_the_common_unit_is_face_only_between_two_inverse_legs() -> None:
    linear, inverse = Book(), Book(100.0, inverse=True)
    units = [common_unit(one, two) for one in (linear, inverse) for two in (linear, inverse)]
    assert units == [BASE, BASE, BASE, FACE]


def test_contracts_are_brought_into_the_common_unit_level_by_level() -> None:
    inverse = book_of([], [(50_000.0, 500.0), (40_000.0, 400.0)], multiplier=100.0, inverse=True)
    linear = book_of([(39_000.0, 150.0), (38_000.0, 850.0)], [], multiplier=0.01)
    levels, ended = compose(inverse, linear, ask=True, depth=9)
    assert levels == [
        (1_000.0, 1.0, 40_000.0, 39_000.0),
        (11_000.0, 0.5, 50_000.0, 39_000.0),
        (12_000.0, 0.5, 50_000.0, 38_000.0),
    ]
    assert ended == 1
    other = book_of([(39_000.0, 3_000.0)], [], multiplier=10.0, inverse=True)
    assert compose(inverse, other, ask=True, depth=1)[0] == [(1_000.0, 30_000.0, 40_000.0, 39_000.0)]


def test_ratios_divide_sizes_and_multipliers_scale_prices() -> None:
    leg1 = book_of([], [(100.0, 6.0)])
    leg2 = book_of([(9.0, 20.0)], [])
    levels, ended = compose(leg1, leg2, ask=True, depth=9, ratio1=2.0, ratio2=-10.0, m1=1.0, m2=10.0)
    assert (levels, ended) == ([(10.0, 2.0, 100.0, 9.0)], 2)


def test_rounding_dust_makes_no_level() -> None:
    # 0.8 less 0.1 leaves a little more than 0.7.
    leg1 = book_of([], [(100.0, 0.8), (101.0, 1.0)])
    leg2 = book_of([(99.0, 0.1), (98.0, 0.7), (97.0, 1.0)], [])
    levels, _ = compose(leg1, leg2, ask=True, depth=9)
    assert [(one, two) for _, _, one, two in levels] == [(100.0, 99.0), (100.0, 98.0), (101.0, 97.0)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"m1": 0.0},
        {"m1": -1.0},
        {"m2": 0.0},
        {"m2": math.nan},
        {"m1": math.inf},
        {"ratio1": 0.0},
        {"ratio2": 0.0},
        {"ratio1": math.nan},
        {"ratio2": -math.inf},
    ],
)
def test_multipliers_and_ratios_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    book = book_of([(1.0, 1.0)], [(2.0, 1.0)])
    with pytest.raises(ValueError, match=r"multipliers|ratios"):
        compose(book, book, ask=True, depth=5, **wrong)


@pytest.mark.parametrize("depth", [0, -1])
def test_a_depth_is_above_zero(depth: int) -> None:
    with pytest.raises(ValueError, match="depth"):
        compose(Book(), Book(), ask=True, depth=depth)


PRICES = st.integers(1, 4000).map(lambda tick: tick * 0.25)
DEPTH = st.dictionaries(PRICES, st.integers(1, 40).map(float), max_size=7)
SOME = st.dictionaries(PRICES, st.integers(1, 40).map(float), min_size=1, max_size=7)


def unit_by_unit(one: Levels, two: Levels) -> dict[tuple[float, float], float]:
    """Pair whole units one at a time, in the order of each leg."""
    units = [[price for price, size in levels for _ in range(int(size))] for levels in (one, two)]
    paired: dict[tuple[float, float], float] = {}
    for price1, price2 in zip(units[0], units[1], strict=False):
        paired[price1, price2] = paired.get((price1, price2), 0.0) + 1.0
    return paired


@settings(deadline=None, max_examples=200)
@given(DEPTH, DEPTH, st.booleans())
def test_composition_equals_pairing_unit_by_unit(one: dict[float, float], two: dict[float, float], ask: bool) -> None:
    first, second = sorted(one.items(), reverse=not ask), sorted(two.items(), reverse=ask)
    leg1 = book_of([], first) if ask else book_of(first, [])
    leg2 = book_of(second, []) if ask else book_of([], second)
    levels, ended = compose(leg1, leg2, ask=ask, depth=100)
    assert {(price1, price2): size for _, size, price1, price2 in levels} == unit_by_unit(first, second)
    assert len(levels) == len(unit_by_unit(first, second))
    assert all(price == price1 - price2 for price, _, price1, price2 in levels)
    spread = [price for price, _, _, _ in levels]
    assert spread == sorted(spread, reverse=not ask)
    whole1, whole2 = sum(one.values()), sum(two.values())
    assert ended == (1 if whole1 <= whole2 else 0) + (2 if whole2 <= whole1 else 0)
    if levels:
        touch = (leg1.ask, leg2.bid) if ask else (leg1.bid, leg2.ask)
        assert levels[0][0] == touch[0] - touch[1]
    limited, _ = compose(leg1, leg2, ask=ask, depth=2)
    assert limited == levels[:2]


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(PRICES, st.floats(0.01, 50.0), min_size=1, max_size=7),
    st.dictionaries(PRICES, st.floats(0.01, 50.0), min_size=1, max_size=7),
    st.booleans(),
    st.booleans(),
    st.floats(0.01, 0.99),
)
def test_the_average_of_the_composite_is_the_difference_of_the_legs_averages(
    one: dict[float, float], two: dict[float, float], ask: bool, inverse: bool, share: float
) -> None:
    # In coin; with an inverse leg too, whose level sizes in coin depend on their prices.
    leg1 = book_of(list(one.items()), list(one.items()), 100.0 if inverse else 1.0, inverse)
    leg2 = book_of(list(two.items()), list(two.items()))
    levels, _ = compose(leg1, leg2, ask=ask, depth=1000)
    size = share * sum(level[1] for level in levels)
    assume(size > 1e-6)
    price, average1, _, average2, _, covered = walk_spread(leg1, leg2, ask, size)
    assert covered == pytest.approx(size, rel=1e-12)
    rest, worth = size, 0.0
    for level, amount, _, _ in levels:
        taken = min(rest, amount)
        worth += taken * level
        rest -= taken
    assert price == pytest.approx(worth / size, rel=1e-9, abs=1e-7)
    assert price == average1 - average2
    side = 1 if ask else 0
    assert (average1, average2) == (leg1.walk(side, size, 1)[0], leg2.walk(1 - side, size, 1)[0])


def test_a_walked_spread_gives_averages_and_worst_prices_of_both_legs() -> None:
    leg1 = book_of([], [(100.0, 2.0), (101.0, 3.0)])
    leg2 = book_of([(99.0, 1.0), (98.0, 4.0)], [])
    assert walk_spread(leg1, leg2, ask=True, size=2.0) == (1.5, 100.0, 100.0, 98.5, 98.0, 2.0)
    assert walk_spread(leg2, leg1, ask=False, size=2.0) == (-1.5, 98.5, 98.0, 100.0, 100.0, 2.0)


def test_both_legs_are_priced_for_what_both_cover() -> None:
    leg1 = book_of([], [(100.0, 1.0), (101.0, 3.0)])
    leg2 = book_of([(99.0, 1.0), (98.0, 1.0)], [])
    assert walk_spread(leg1, leg2, ask=True, size=9.0) == (2.0, 100.5, 101.0, 98.5, 98.0, 2.0)
    assert walk_spread(leg2, leg1, ask=False, size=9.0) == (-2.0, 98.5, 98.0, 100.5, 101.0, 2.0)


def test_an_empty_side_gives_no_spread() -> None:
    leg = book_of([(1.0, 1.0)], [(2.0, 1.0)])
    for one, two in ((leg, Book()), (Book(), leg)):
        result = walk_spread(one, two, ask=True, size=1.0)
        assert all(math.isnan(number) for number in result[:5])
        assert result[5] == 0.0


def test_a_spread_is_walked_for_a_size_above_zero() -> None:
    leg = book_of([(1.0, 1.0)], [(2.0, 1.0)])
    with pytest.raises(ValueError, match="above zero"):
        walk_spread(leg, leg, ask=True, size=0.0)


@settings(deadline=None, max_examples=100)
@given(SOME, SOME)
def test_two_inverse_legs_compose_in_face(one: dict[float, float], two: dict[float, float]) -> None:
    leg1 = book_of([], list(one.items()), 100.0, inverse=True)
    leg2 = book_of(list(two.items()), [], 10.0, inverse=True)
    levels, _ = compose(leg1, leg2, ask=True, depth=1000)
    total = sum(level[1] for level in levels)
    assert total == pytest.approx(min(100 * sum(one.values()), 10 * sum(two.values())))
    assert walk_spread(leg1, leg2, ask=True, size=1e9)[5] == pytest.approx(total)

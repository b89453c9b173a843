import json
import math
import os
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import basisdesk.kernel.book as module
from basisdesk.kernel.book import (
    CLOSED,
    CROSSED,
    EMPTY,
    GAPPED,
    MISMATCHED,
    STALE,
    VALID,
    WAITING,
    Book,
    state_name,
)

Levels = list[tuple[float, float]]


def text(levels: Levels) -> bytes:
    return json.dumps([[repr(price), repr(size)] for price, size in levels]).encode()


def book_of(bids: Levels, asks: Levels, multiplier: float = 1.0, inverse: bool = False) -> Book:
    book = Book(multiplier, inverse)
    book.snapshot_levels(bids, asks, 1, 1)
    return book


def sides(book: Book) -> tuple[Levels, Levels]:
    return book.levels(0, 10_000), book.levels(1, 10_000)


def test_the_modules_under_test_are_those_of_the_chosen_mode() -> None:
    interpreted = os.environ.get("BASISDESK_KERNEL") == "python"
    assert str(module.__file__).endswith(".py") is interpreted


PRICES = st.integers(1, 60).map(lambda tick: tick * 0.5)
SIZES = st.sampled_from([0.0, 0.0, 1.0, 2.5, 1e-9])
CHANGES = st.lists(st.tuples(PRICES, SIZES), max_size=12)
STEPS = st.lists(st.tuples(st.booleans(), st.booleans(), CHANGES, CHANGES), max_size=12)


def fold(model: tuple[dict[float, float], dict[float, float]], changes: tuple[Levels, Levels], whole: bool) -> None:
    """What a snapshot or an update does to a dictionary of each side."""
    for side, levels in zip(model, changes, strict=True):
        if whole:
            side.clear()
        side.update(levels)
        for price in [price for price, size in side.items() if size == 0]:
            del side[price]


def feed(book: Book, bids: Levels, asks: Levels, now: int, whole: bool, as_text: bool) -> None:
    if whole and as_text:
        book.snapshot(text(bids), text(asks), now, 10 * now)
    elif whole:
        book.snapshot_levels(bids, asks, now, 10 * now)
    elif as_text:
        assert book.update(text(bids), text(asks), now, 10 * now) == len(bids) + len(asks)
    else:
        assert book.update_levels(bids, asks, now, 10 * now) == len(bids) + len(asks)


@settings(deadline=None, max_examples=200)
@given(STEPS)
def test_a_book_is_what_a_dictionary_of_its_changes_is(steps: list[tuple[bool, bool, Levels, Levels]]) -> None:
    book = Book()
    model: tuple[dict[float, float], dict[float, float]] = ({}, {})
    for now, (whole, as_text, bids, asks) in enumerate(steps, start=1):
        fold(model, (bids, asks), whole)
        feed(book, bids, asks, now, whole, as_text)
        expected = sorted(model[0].items(), reverse=True), sorted(model[1].items())
        assert sides(book) == expected
        assert (book.depth(0), book.depth(1)) == (len(expected[0]), len(expected[1]))
        assert (book.seen, book.sequence) == (now, 10 * now)
        for side, best in ((0, (book.bid, book.bid_size)), (1, (book.ask, book.ask_size))):
            assert best == pytest.approx(
                expected[side][0] if expected[side] else (math.nan, math.nan), abs=0, nan_ok=True
            )
            for tick in range(1, 62):
                assert book.size_at(side, tick * 0.5) == model[side].get(tick * 0.5, 0.0)
        if book.state(now) == VALID:
            assert book.bid < book.ask


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.integers(1, 4000), st.sampled_from([0.0, 1.0, 2.0])), min_size=200, max_size=900))
def test_a_deep_book_is_what_a_dictionary_is(changes: list[tuple[int, float]]) -> None:
    book = Book()
    book.snapshot_levels([(float(price), 1.0) for price in range(4000, 0, -3)], [], 1, 1)
    model = {float(price): 1.0 for price in range(4000, 0, -3)}
    for price, size in changes:
        book.update_levels([(float(price), size)], [(float(price), size)], 1, 1)
        model[float(price)] = size
    assert book.levels(0, 5000) == sorted(((p, s) for p, s in model.items() if s), reverse=True)
    asks = {float(price): size for price, size in changes}
    assert book.levels(1, 5000) == sorted((p, s) for p, s in asks.items() if s)


@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(st.integers(1, 60), st.sampled_from([0.0, 1.0, 2.0])), max_size=12),
            st.sampled_from(["rising", "falling", "as drawn"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_updates_in_any_order_of_levels_do_the_same(
    updates: list[tuple[list[tuple[int, float]], str, bool]],
) -> None:
    book = book_of([(30.0, 1.0), (10.0, 1.0)], [(31.0, 1.0), (50.0, 1.0)])
    model: tuple[dict[float, float], dict[float, float]] = ({30.0: 1.0, 10.0: 1.0}, {31.0: 1.0, 50.0: 1.0})
    for drawn, order, once in updates:
        levels = [(float(price), size) for price, size in (dict(drawn).items() if once else drawn)]
        if order != "as drawn":
            levels.sort(key=lambda level: level[0], reverse=order == "falling")
        assert book.update_levels(levels, levels, 2, 2) == 2 * len(levels)
        for side in model:
            side.update(levels)
    bids, asks = ([(price, size) for price, size in side.items() if size > 0] for side in model)
    assert sides(book) == (sorted(bids, reverse=True), sorted(asks))
    assert (book.depth(0), book.depth(1)) == (len(bids), len(asks))


@pytest.mark.parametrize(
    "given_bids",
    [
        [(3.0, 1.0), (2.0, 2.0), (1.0, 3.0)],
        [(1.0, 3.0), (2.0, 2.0), (3.0, 1.0)],
        [(2.0, 2.0), (3.0, 9.0), (1.0, 3.0), (3.0, 1.0)],
        [(3.0, 1.0), (2.0, 2.0), (2.5, 0.0), (1.0, 3.0)],
        [(3.0, 1.0), (2.0, 9.0), (2.0, 2.0), (1.0, 3.0), (4.0, 5.0), (4.0, 0.0)],
    ],
)
def test_a_snapshot_may_come_in_any_order_and_the_last_of_equal_prices_counts(given_bids: Levels) -> None:
    assert book_of(given_bids, []).levels(0, 9) == [(3.0, 1.0), (2.0, 2.0), (1.0, 3.0)]


def test_a_snapshot_replaces_everything() -> None:
    book = book_of([(99.0, 1.0), (98.0, 1.0)], [(101.0, 1.0)])
    book.snapshot(b'[["97","2"]]', b"[[103,4]]", 2, 2)
    assert sides(book) == ([(97.0, 2.0)], [(103.0, 4.0)])


@pytest.mark.parametrize(
    "levels",
    [
        [(0.0, 1.0)],
        [(-1.0, 1.0)],
        [(math.nan, 1.0)],
        [(math.inf, 1.0)],
        [(1.0, -1.0)],
        [(1.0, math.nan)],
        [(1.0, math.inf)],
        [(10**400, 1.0)],
        [(1.0,)],
        [(1.0, 2.0, 3.0)],
        [(1.0, None)],
        [7],
    ],
)
def test_a_wrong_level_is_refused_and_nothing_changes(levels: Levels) -> None:
    book = book_of([(99.0, 1.0)], [(101.0, 2.0)])
    for act in (book.update_levels, book.snapshot_levels):
        for bids, asks in ((levels, []), ([(98.0, 1.0)], levels)):
            with pytest.raises(ValueError, match=r"a level|must be"):
                act(bids, asks, 2, 2)
    assert sides(book) == ([(99.0, 1.0)], [(101.0, 2.0)])
    assert (book.seen, book.updated, book.sequence) == (1, 1, 1)


def test_every_state_has_a_name_a_person_can_read() -> None:
    named = {
        WAITING: "waiting for snapshot",
        VALID: "valid",
        CROSSED: "crossed",
        GAPPED: "gapped",
        STALE: "stale",
        MISMATCHED: "checksum mismatch",
        EMPTY: "one side empty",
        CLOSED: "disconnected",
    }
    assert {state: state_name(state) for state in named} == named


@pytest.mark.parametrize("state", [-1, 8])
def test_an_unknown_state_has_no_name(state: int) -> None:
    with pytest.raises(ValueError, match=f"no state {state}"):
        state_name(state)


def test_a_fresh_book_waits_and_has_no_prices() -> None:
    book = Book()
    assert book.state(0) == WAITING
    assert sides(book) == ([], [])
    assert all(math.isnan(x) for x in (book.bid, book.ask, book.bid_size, book.ask_size, book.last, book.last_size))
    assert math.isnan(book.mid())
    assert (book.seen, book.updated, book.sequence) == (0, 0, 0)


def test_a_snapshot_makes_valid_and_levels_alone_do_not() -> None:
    book = Book()
    assert book.update(b"[[1,1]]", b"[[2,1]]", 1, 1) == 2
    assert book.state(1) == WAITING
    book.snapshot(b"[[1,1]]", b"[[2,1]]", 2, 2)
    assert book.state(2) == VALID
    assert book.mid() == 1.5


@pytest.mark.parametrize("state", [WAITING, GAPPED, MISMATCHED, CLOSED])
def test_losing_sync_drops_every_level(state: int) -> None:
    book = book_of([(1.0, 1.0)], [(2.0, 1.0)])
    book.mark_state(state)
    assert book.state(1) == state
    assert sides(book) == ([], [])
    assert math.isnan(book.bid)
    assert math.isnan(book.ask)
    book.snapshot_levels([(1.0, 1.0)], [(2.0, 1.0)], 2, 2)
    assert book.state(2) == VALID


def test_marking_valid_keeps_the_levels() -> None:
    book = Book()
    book.update_levels([(1.0, 1.0)], [(2.0, 1.0)], 1, 1)
    book.mark_state(VALID)
    assert book.state(1) == VALID
    assert sides(book) == ([(1.0, 1.0)], [(2.0, 1.0)])


@pytest.mark.parametrize("state", [CROSSED, STALE, EMPTY, -1, 8, 64])
def test_derived_and_unknown_states_cannot_be_set(state: int) -> None:
    book = book_of([(1.0, 1.0)], [(2.0, 1.0)])
    with pytest.raises(ValueError, match="not one that a feed can set"):
        book.mark_state(state)
    assert book.state(1) == VALID


def test_a_side_without_levels_is_empty_and_meeting_prices_are_crossed() -> None:
    book = book_of([(1.0, 1.0)], [(2.0, 1.0)])
    book.update(b"[]", b"[[2,0]]", 2, 2)
    assert book.state(2) == EMPTY
    book.update(b"[[1,0]]", b"[[2,1]]", 3, 3)
    assert book.state(3) == EMPTY
    book.update(b"[[2,1]]", b"[]", 4, 4)
    assert book.state(4) == CROSSED
    book.update(b"[[2.5,1]]", b"[]", 5, 5)
    assert book.state(5) == CROSSED
    book.update(b"[[2.5,0],[2,0],[1.5,1]]", b"[]", 6, 6)
    assert book.state(6) == VALID


def test_a_book_is_stale_only_when_older_than_its_limit() -> None:
    book = Book(stale_after=10)
    book.snapshot_levels([(1.0, 1.0)], [(2.0, 1.0)], 100, 1)
    assert [book.state(now) for now in (50, 100, 110, 111)] == [VALID, VALID, VALID, STALE]
    assert book.state(0) == VALID
    book.trade(1.5, 2.0, 105)
    assert (book.state(111), book.last, book.last_size, book.seen, book.updated) == (VALID, 1.5, 2.0, 105, 100)
    book.stale_after = 0
    assert book.state(10**18) == VALID
    book.stale_after = 10
    book.update(b"[]", b"[[2,0]]", 106, 2)
    assert book.state(10**18) == EMPTY


def test_time_last_heard_never_goes_back_and_an_empty_update_is_only_heard() -> None:
    book = book_of([(1.0, 1.0)], [(2.0, 1.0)])
    assert book.update(b"[]", b"[]", 20, 2) == 0
    assert (book.seen, book.updated, book.sequence) == (20, 1, 2)
    book.update(b"[[1,2]]", b"[]", 10, 3)
    assert (book.seen, book.updated, book.sequence) == (20, 10, 3)
    book.trade(1.0, 1.0, 5)
    assert book.seen == 20


def test_levels_are_best_first_and_limited() -> None:
    book = book_of([(3.0, 1.0), (2.0, 2.0), (1.0, 3.0)], [(4.0, 1.0), (5.0, 2.0)])
    assert book.levels(0, 2) == [(3.0, 1.0), (2.0, 2.0)]
    assert book.levels(1, 9) == [(4.0, 1.0), (5.0, 2.0)]
    assert book.levels(1, 0) == []
    assert book.levels(1, -1) == []


@pytest.mark.parametrize("side", [-1, 2])
def test_there_are_two_sides(side: int) -> None:
    book = book_of([(3.0, 1.0)], [(4.0, 1.0)])
    for act in (
        lambda: book.depth(side),
        lambda: book.levels(side, 1),
        lambda: book.size_at(side, 3.0),
        lambda: book.walk(side, 1.0),
    ):
        with pytest.raises(ValueError, match="side is 0"):
            act()


def test_the_lean_price_vector_averages_and_reaches_as_published() -> None:
    book = book_of([(17615.0, 1.0), (17614.0, 2.0), (17610.0, 5.0)], [])
    assert book.walk(0, 1.0) == (17615.0, 17615.0, 1.0)
    assert book.walk(0, 2.0) == (17614.5, 17614.0, 2.0)
    assert book.walk(0, 4.0) == (17613.25, 17610.0, 4.0)


def test_depth_that_ends_first_says_how_much_it_covers() -> None:
    book = book_of([(10.0, 1.0), (9.0, 1.0)], [])
    assert book.walk(0, 5.0) == (9.5, 9.0, 2.0)
    assert book.walk(0, math.inf) == (9.5, 9.0, 2.0)
    average, worst, covered = book.walk(1, 5.0)
    assert math.isnan(average)
    assert math.isnan(worst)
    assert covered == 0.0


def test_a_linear_book_walks_coin_through_its_multiplier() -> None:
    book = book_of([], [(100.0, 50.0), (110.0, 100.0)], multiplier=0.01)
    assert book.walk(1, 100.0) == (105.0, 110.0, 100.0)
    assert book.walk(1, 1.0, 1) == (105.0, 110.0, 1.0)
    assert book.walk(1, 9.0, 1)[2] == pytest.approx(1.5)


def test_an_inverse_book_averages_harmonically_by_contracts_and_by_face() -> None:
    book = book_of([], [(50_000.0, 100.0), (52_000.0, 200.0)], multiplier=100.0, inverse=True)
    average, worst, covered = book.walk(1, 25_000.0, 2)
    assert (round(average, 2), worst, covered) == (51_181.1, 52_000.0, 25_000.0)
    assert book.walk(1, 250.0)[:2] == pytest.approx((average, worst))
    coin = 10_000 / 50_000 + 15_000 / 52_000
    assert book.walk(1, coin, 1) == pytest.approx((average, worst, coin))


@pytest.mark.parametrize("size", [0.0, -1.0, math.nan])
def test_a_size_that_is_not_above_zero_is_not_walked(size: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        book_of([(1.0, 1.0)], []).walk(0, size)


@pytest.mark.parametrize("unit", [-1, 3])
def test_an_unknown_unit_is_not_walked(unit: int) -> None:
    with pytest.raises(ValueError, match="unit is"):
        book_of([(1.0, 1.0)], []).walk(0, 1.0, unit)


def test_only_an_inverse_book_has_a_face() -> None:
    with pytest.raises(ValueError, match="inverse"):
        book_of([(1.0, 1.0)], []).walk(0, 1.0, 2)


@pytest.mark.parametrize("multiplier", [0.0, -1.0, math.nan, math.inf])
def test_a_multiplier_is_a_finite_number_above_zero(multiplier: float) -> None:
    with pytest.raises(ValueError, match="multiplier"):
        Book(multiplier)


def test_rounding_dust_does_not_reach_into_the_next_level() -> None:
    # 0.1 + 0.7 is just below 0.8 and 0.8 - 0.1 just above 0.7.
    book = book_of([], [(1.0, 0.1), (2.0, 0.7), (9.0, 1.0)])
    assert book.walk(1, 0.8)[1:] == (2.0, 0.8)


DEPTH = st.dictionaries(
    st.integers(1, 5000).map(lambda tick: tick * 0.1), st.floats(0.001, 1000.0), min_size=1, max_size=8
)


@settings(deadline=None, max_examples=200)
@given(DEPTH, st.floats(0.001, 5000.0), st.integers(0, 1), st.integers(0, 2), st.booleans(), st.floats(0.01, 100.0))
def test_a_walk_is_what_decimal_arithmetic_gives(
    depth: dict[float, float], size: float, side: int, unit: int, inverse: bool, multiplier: float
) -> None:
    levels = sorted(depth.items(), reverse=side == 0)
    book = book_of(levels, levels, multiplier, inverse)
    if unit == 2 and not inverse:
        return
    wanted, coin, money, worst = Decimal(size), Decimal(0), Decimal(0), levels[0][0]
    for price, amount in levels:
        base = Decimal(amount) * Decimal(multiplier) / (Decimal(price) if inverse else 1)
        worth = {0: Decimal(amount), 1: base, 2: Decimal(amount) * Decimal(multiplier)}[unit]
        if wanted <= Decimal(size) * Decimal("1e-12"):
            break
        part = min(wanted / worth, Decimal(1))
        worst = price
        coin += part * base
        money += part * base * Decimal(price)
        wanted -= part * worth
    result = book.walk(side, size, unit)
    assert result == pytest.approx((float(money / coin), worst, size - float(wanted)), rel=1e-9)
    assert min(worst, levels[0][0]) <= result[0] <= max(worst, levels[0][0])

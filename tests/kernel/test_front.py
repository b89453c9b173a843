"""The touch told ahead of the depth: shown by every reader, gone when the depth has caught up."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.kernel.board import Board
from basisdesk.kernel.book import GAPPED, VALID, Book
from basisdesk.kernel.compose import compose, walk_spread

BIDS = [(100.0, 1.0), (99.0, 2.0), (98.0, 3.0)]
ASKS = [(101.0, 1.0), (102.0, 2.0), (103.0, 3.0)]


def book_at(sequence: int = 10) -> Book:
    book = Book()
    book.snapshot_levels(BIDS, ASKS, 1, sequence)
    return book


def test_a_newer_touch_hides_the_levels_it_outdates_and_stands_for_its_own() -> None:
    book = book_at()
    assert book.front(99.0, 5.0, 100.5, 4.0, 2, 11)
    assert (book.bid, book.bid_size, book.ask, book.ask_size) == (99.0, 5.0, 100.5, 4.0)
    assert book.levels(0, 9) == [(99.0, 5.0), (98.0, 3.0)]
    assert book.levels(1, 9) == [(100.5, 4.0), *ASKS]
    assert (book.depth(0), book.depth(1)) == (2, 4)
    assert book.size_at(0, 100.0) == 0
    assert book.size_at(0, 99.0) == 5
    assert book.size_at(0, 98.0) == 3
    assert book.size_at(1, 100.5) == 4
    assert book.size_at(1, 101.0) == 1
    assert book.walk(0, 6.0) == pytest.approx(((99 * 5 + 98) / 6, 98.0, 6.0))
    assert (book.seen, book.updated) == (2, 2)


def test_the_front_stays_while_the_depth_is_behind_and_goes_when_it_has_caught_up() -> None:
    book = book_at()
    book.front(99.0, 5.0, 100.5, 4.0, 2, 15)
    book.update_levels([(97.0, 1.0)], [(100.2, 1.0)], 3, 14)
    assert (book.bid, book.ask) == (99.0, 100.5)
    assert book.levels(1, 2) == [(100.5, 4.0), (101.0, 1.0)]
    book.update_levels([(100.0, 0.0)], [], 4, 15)
    assert book.levels(0, 2) == [(99.0, 2.0), (98.0, 3.0)]
    assert book.levels(1, 2) == [(100.2, 1.0), (101.0, 1.0)]


@pytest.mark.parametrize("sequence", [9, 10])
def test_a_touch_that_the_depth_already_knows_changes_nothing(sequence: int) -> None:
    book = book_at()
    assert not book.front(99.0, 5.0, 100.5, 4.0, 2, sequence)
    assert book.levels(0, 3) == BIDS


def test_an_older_touch_does_not_replace_a_newer_one() -> None:
    book = book_at()
    book.front(99.0, 5.0, 100.5, 4.0, 2, 20)
    assert not book.front(98.0, 5.0, 100.6, 4.0, 3, 19)
    assert book.bid == 99.0


def test_the_same_touch_again_has_not_moved() -> None:
    book = book_at()
    assert book.front(99.0, 5.0, 100.5, 4.0, 2, 20)
    assert not book.front(99.0, 5.0, 100.5, 4.0, 3, 21)


@pytest.mark.parametrize(
    ("bid", "bid_size", "ask", "ask_size"), [(99, 6, 100.5, 4), (99, 5, 100.6, 4), (99, 5, 100.5, 5), (98, 5, 100.5, 4)]
)
def test_any_part_of_a_touch_that_differs_has_moved(bid: float, bid_size: float, ask: float, ask_size: float) -> None:
    book = book_at()
    book.front(99.0, 5.0, 100.5, 4.0, 2, 20)
    assert book.front(bid, bid_size, ask, ask_size, 3, 21)


def test_a_book_out_of_sync_shows_no_touch_and_a_snapshot_starts_without_one() -> None:
    book = book_at()
    book.front(99.0, 5.0, 100.5, 4.0, 2, 20)
    book.mark_state(GAPPED)
    assert not book.front(99.0, 5.0, 100.5, 4.0, 3, 21)
    assert math.isnan(book.bid)
    book.snapshot_levels(BIDS, ASKS, 4, 12)
    assert book.levels(0, 3) == BIDS


@pytest.mark.parametrize(
    "touch",
    [
        (0.0, 1.0, 1.0, 1.0), (2.0, 1.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0), (1.0, 0.0, 2.0, 1.0), (1.0, 1.0, 2.0, -1.0),
        (math.nan, 1.0, 2.0, 1.0), (1.0, 1.0, math.inf, 1.0), (1.0, math.nan, 2.0, 1.0), (1.0, 1.0, 2.0, math.inf),
    ],
)  # fmt: skip
def test_a_touch_that_is_none_is_refused(touch: tuple[float, float, float, float]) -> None:
    book = book_at()
    with pytest.raises(ValueError, match="a touch is"):
        book.front(*touch, 2, 11)
    assert book.levels(0, 3) == BIDS


def test_a_touch_beyond_every_level_leaves_one_level() -> None:
    book = book_at()
    book.front(50.0, 1.0, 60.0, 1.0, 2, 11)
    assert book.levels(0, 9) == [(50.0, 1.0)]
    assert book.levels(1, 2) == [(60.0, 1.0), (101.0, 1.0)]


def test_composed_depth_and_boards_see_the_front() -> None:
    one, two = book_at(), book_at()
    one.front(100.2, 1.0, 100.4, 0.5, 2, 11)
    levels, _ = compose(one, two, ask=True, depth=2)
    assert levels[0] == pytest.approx((0.4, 0.5, 100.4, 100.0))
    assert walk_spread(one, two, ask=True, size=0.5)[0] == pytest.approx(0.4)
    board = Board()
    pair = board.add_pair(board.add_market(one), board.add_market(two))
    assert board.quote(pair)[:2] == pytest.approx((100.2 - 101, 100.4 - 100))


prices = st.integers(1, 60).map(lambda ticks: ticks / 2)
sizes = st.integers(0, 3).map(float)
changes = st.lists(st.tuples(prices, sizes), max_size=8)
Touch = tuple[float, float]
touches = st.tuples(st.integers(1, 59), st.integers(1, 30)).map(lambda t: (t[0] / 2, (t[0] + t[1]) / 2))


@given(st.lists(st.one_of(st.tuples(changes, changes), touches.map(lambda touch: (touch,))), max_size=25))
def test_every_reader_agrees_with_a_plain_model(steps: list[tuple[list[Touch], list[Touch]] | tuple[Touch]]) -> None:
    book = book_at(0)
    model = (dict(BIDS), dict(ASKS))
    front: tuple[float, float] | None = None
    for number, step in enumerate(steps, start=1):
        if len(step) == 1:
            front = step[0]
            book.front(front[0], 9.0, front[1], 9.0, number, number)
        else:
            book.update_levels(step[0], step[1], number, number)
            front = None
            for known, changed in zip(model, step, strict=True):
                known.update(changed)
        shown = [
            sorted(((p, s) for p, s in model[0].items() if s > 0), reverse=True),
            sorted((p, s) for p, s in model[1].items() if s > 0),
        ]
        if front is not None:
            shown[0] = [(front[0], 9.0), *((p, s) for p, s in shown[0] if p < front[0])]
            shown[1] = [(front[1], 9.0), *((p, s) for p, s in shown[1] if p > front[1])]
        for side in (0, 1):
            assert book.levels(side, 100) == shown[side]
            assert book.depth(side) == len(shown[side])
        assert all(one[0] > other[0] for one, other in pairwise(book.levels(0, 100)))
        if book.state(0) == VALID:
            assert book.bid < book.ask


def test_removed_levels_are_forgotten_when_they_outnumber_the_rest() -> None:
    book = Book()
    book.snapshot_levels([(float(price), 1.0) for price in range(1, 301)], [(1000.0, 1.0)], 1, 1)
    book.update_levels([(float(price), 0.0) for price in range(1, 290)], [], 2, 2)
    assert book.levels(0, 400) == [(float(price), 1.0) for price in range(300, 289, -1)]
    book.update_levels([(5.0, 2.0)], [], 3, 3)
    assert book.levels(0, 400)[-1] == (5.0, 2.0)


levels = st.lists(st.tuples(prices, sizes), max_size=20)


@given(st.lists(st.tuples(levels, st.booleans()), max_size=20))
def test_levels_in_any_order_with_many_removals_leave_what_the_model_has(steps: list[tuple[list[Touch], bool]]) -> None:
    book, model = Book(), dict(BIDS)
    book.snapshot_levels(BIDS, ASKS, 1, 1)
    for number, (given_levels, falling) in enumerate(steps, start=2):
        ordered = sorted(given_levels, reverse=falling)
        book.update_levels(ordered, [], number, number)
        model.update(ordered)
        left = sorted(((price, size) for price, size in model.items() if size > 0), reverse=True)
        assert (book.bid, book.bid_size) == (left[0] if left else (pytest.approx(math.nan, nan_ok=True),) * 2)
        assert book.levels(0, 100) == left


def test_a_level_put_where_removed_ones_were_just_dropped_is_found() -> None:
    book = book_at()
    book.update_levels([(99.0, 0.0)], [], 2, 11)
    book.update_levels([(100.0, 0.0), (99.5, 4.0)], [], 3, 12)
    assert book.levels(0, 9) == [(99.5, 4.0), (98.0, 3.0)]
    assert (book.bid, book.bid_size) == (99.5, 4.0)

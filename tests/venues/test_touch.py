"""Where one level a side may stand."""

from __future__ import annotations

import pytest

from basisdesk.kernel.book import CLOSED, GAPPED, MISMATCHED, WAITING, Book
from basisdesk.venues.touch import Levels, is_bare, is_touch, takes_touch

BID: Levels = [(9.0, 1.0)]
ASK: Levels = [(10.0, 1.0)]


def book_of(bids: Levels, asks: Levels) -> Book:
    book = Book()
    book.snapshot_levels(bids, asks, 1, 1)
    return book


@pytest.mark.parametrize("state", [WAITING, CLOSED])
def test_a_book_is_bare_before_its_first_snapshot_and_after_its_connection(state: int) -> None:
    book = book_of(BID, ASK)
    book.mark_state(state)
    assert is_bare(book)


def test_a_book_with_a_snapshot_is_not_bare() -> None:
    book = book_of([], [])
    assert not is_bare(book)
    book.mark_state(GAPPED)
    assert not is_bare(book)


@pytest.mark.parametrize(("bids", "asks"), [(BID, ASK), (BID, []), ([], ASK), ([], []), ([(11.0, 1.0)], ASK)])
def test_one_level_a_side_is_a_touch(bids: Levels, asks: Levels) -> None:
    assert is_touch(book_of(bids, asks))


@pytest.mark.parametrize(("bids", "asks"), [([*BID, (8.0, 1.0)], ASK), (BID, [*ASK, (11.0, 1.0)])])
def test_two_levels_a_side_are_no_touch(bids: Levels, asks: Levels) -> None:
    book = book_of(bids, asks)
    assert not is_touch(book)
    assert not takes_touch(book, filled=True)


@pytest.mark.parametrize("state", [WAITING, CLOSED, GAPPED, MISMATCHED])
def test_a_book_out_of_sync_is_no_touch(state: int) -> None:
    book = book_of(BID, ASK)
    book.mark_state(state)
    assert not is_touch(book)


@pytest.mark.parametrize("filled", [False, True])
def test_a_touch_may_stand_where_nothing_stands_yet(filled: bool) -> None:
    assert takes_touch(Book(), filled=filled)


@pytest.mark.parametrize("filled", [False, True])
def test_a_touch_replaces_only_a_touch_of_the_same_connection(filled: bool) -> None:
    assert takes_touch(book_of(BID, ASK), filled=filled) is filled


@pytest.mark.parametrize("state", [CLOSED, GAPPED, MISMATCHED])
def test_a_touch_does_not_hide_that_a_book_is_out_of_sync(state: int) -> None:
    book = book_of(BID, ASK)
    book.mark_state(state)
    assert not takes_touch(book, filled=True)

"""Texts beside a book: what they spell is what was sent last for the levels that the book holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.kernel.book import Book
from basisdesk.kernel.texts import WIDE, Texts


def pair(bids: bytes, asks: bytes) -> tuple[Book, Texts]:
    book = Book()
    book.snapshot(bids, asks, 1, 1)
    return book, Texts(bids, asks)


def change(book: Book, texts: Texts, bids: bytes, asks: bytes) -> None:
    texts.update(book, bids, asks, 2, 2)


def test_levels_are_spelled_in_turn_best_first_and_a_short_side_ends_sooner() -> None:
    book, texts = pair(b'[["10.0","1.50","0","3"],["9","2"]]', b'[["11","1e1","0","2"]]')
    assert texts.line(book, 25) == b"10.0:1.50:11:1e1:9:2"
    assert texts.line(book, 1) == b"10.0:1.50:11:1e1"
    assert texts.line(book, 0) == b""


@pytest.mark.parametrize("count", [1, 64, 65, 129, 300])
def test_a_whole_book_is_read_once_for_the_numbers_and_the_texts(count: int) -> None:
    bids, asks = (
        b"[" + b",".join(b'["%d.0","%d.50"]' % (price, price) for price in prices) + b"]"
        for prices in (range(1000, 1000 - count, -1), range(1001, 1001 + count))
    )
    book, texts = Book(), Texts()
    texts.snapshot(book, bids, asks, 7, 5)
    other, known = pair(bids, asks)
    assert (book.updated, book.sequence, book.state(0)) == (7, 5, other.state(0))
    assert [book.levels(side, 400) for side in (0, 1)] == [other.levels(side, 400) for side in (0, 1)]
    assert texts.line(book, 400) == known.line(other, 400)
    change(book, texts, b'[["1000.00","3"]]', b'[["1001","0"]]')
    assert texts.line(book, 1) == (b"1000.00:3:1002.0:1002.50" if count > 1 else b"1000.00:3")


def test_a_book_that_grows_by_changes_keeps_every_text() -> None:
    book, texts = pair(b'[["10","1"]]', b'[["1000","1"]]')
    for price in range(20, 220):
        change(book, texts, b'[["%d.0","%d.5"]]' % (price, price), b"[]")
    spelled = texts.line(book, 400).split(b":")
    assert spelled[:4] == [b"219.0", b"219.5", b"1000", b"1"]
    assert spelled[4:] == [text for price in range(218, 19, -1) for text in (b"%d.0" % price, b"%d.5" % price)] + [
        b"10", b"1",
    ]  # fmt: skip


def test_a_whole_book_that_cannot_be_read_changes_nothing() -> None:
    book, texts = Book(), Texts()
    with pytest.raises(ValueError, match="levels"):
        texts.snapshot(book, b'[["10","1"]]', b"[[", 1, 1)
    assert book.depth(0) == 0
    assert texts.line(book, 5) == b""


def test_the_newest_text_of_a_price_counts_and_size_zero_removes() -> None:
    book, texts = pair(b'[["10.0","1"],["9","2"]]', b"[[11.50, 3]]")
    change(book, texts, b'[["10.00","2.5"],["9.0","0.00"],["8","0"]]', b' [ [ 12 , 1.0 ] , ["11.50","4","x","y"] ] ')
    assert texts.line(book, 25) == b"10.00:2.5:11.50:4:12:1.0"
    change(book, texts, b'[["9","7"]]', b"[]")
    assert texts.line(book, 25) == b"10.00:2.5:11.50:4:9:7:12:1.0"


def test_a_level_that_was_never_told_or_is_too_long_is_a_question_mark() -> None:
    book, texts = pair(b'[["10","1"]]', b'[["11","1"]]')
    book.update(b'[["9","1"],["12","1"]]', b"[]", 2, 2)
    assert texts.line(book, 25) == b"?:11:1:10:1:?"
    long = b"5." + b"0" * (WIDE - 5)
    change(book, texts, b'[["12","%s"],["9","%s00"]]' % (long, long), b"[]")
    assert texts.line(book, 25) == b"12:%s:11:1:10:1:?" % long


@pytest.mark.parametrize(
    "text", [b"", b"{}", b'[["1"]]', b'[["1","2"]', b'[["x","2"]]', b'[["1","2","3]]', b'[["1","2",']
)
def test_text_that_is_no_list_of_levels_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="levels"):
        Texts(text, b"[]")


Given = list[tuple[int, int, int]]
LEVELS = st.lists(st.tuples(st.integers(1, 300), st.integers(0, 3), st.integers(0, 2)), max_size=40)


def text_of(price: int, zeros: int) -> str:
    return f"{price}.{'0' * zeros}" if zeros else f"{price}"


def spelled(levels: Given) -> bytes:
    rows = (f'["{text_of(price, zeros)}","{size}","0"]' for price, size, zeros in levels)
    return f"[{','.join(rows)}]".encode()


@given(st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=12))
def test_after_any_changes_the_texts_are_those_of_the_books_levels(
    updates: list[tuple[list[tuple[int, int, int]], ...]],
) -> None:
    book, texts = pair(b"[]", b"[]")
    latest: tuple[dict[int, str], dict[int, str]] = ({}, {})
    for update in updates:
        change(book, texts, spelled(update[0]), spelled(update[1]))
        for side, levels in enumerate(update):
            for price, size, zeros in levels:
                latest[side][price] = f"{text_of(price, zeros)}:{size}"
    sides = [[latest[side][int(price)] for price, _ in book.levels(side, 500)] for side in (0, 1)]
    expected = [text for rank in range(500) for side in sides for text in side[rank : rank + 1]]
    assert texts.line(book, 500) == ":".join(expected).encode()


def test_many_levels_find_room_and_their_texts_stay_theirs() -> None:
    many = [(price, price, 1) for price in range(1, 300)]
    book, texts = pair(spelled(many), b"[]")
    assert texts.line(book, 2) == b"299.0:299:298.0:298"
    change(book, texts, spelled([(299, 0, 0), (150, 7, 2), (777, 0, 0)]), b"[]")
    kept = [f"{price}.0:{price}" if price != 150 else "150.00:7" for price in range(298, 0, -1)]
    assert texts.line(book, 1000) == ":".join(kept).encode()


def test_prices_that_come_back_and_new_ones_find_the_room_of_removed_ones() -> None:
    book, texts = pair(spelled([(price, 1, 0) for price in range(1, 61)]), b"[]")
    change(book, texts, spelled([(price, 0, 0) for price in range(21, 61)]), b"[]")
    assert texts.line(book, 1) == b"20:1"
    change(book, texts, spelled([(50, 2, 1)]), b"[]")
    assert texts.line(book, 2) == b"50.0:2:20:1"
    change(book, texts, spelled([(price, 3, 2) for price in range(100, 110)]), b"[]")
    kept = [f"{price}.00:3" for price in range(109, 99, -1)] + ["50.0:2"] + [f"{price}:1" for price in range(20, 0, -1)]
    assert texts.line(book, 99) == ":".join(kept).encode()


def test_removed_levels_are_forgotten_when_they_outnumber_the_others() -> None:
    book, texts = pair(b"[]", spelled([(price, 1, 0) for price in range(1, 301)]))
    change(book, texts, b"[]", spelled([(price, 0, 0) for price in range(1, 290)]))
    change(book, texts, b"[]", spelled([(price, 2, 1) for price in range(280, 295)]))
    kept = [f"{price}.0:2" for price in range(280, 295)] + [f"{price}:1" for price in range(295, 301)]
    assert texts.line(book, 99) == ":".join(kept).encode()


def test_a_price_told_twice_in_one_update_is_what_it_was_told_last() -> None:
    book, texts = pair(b"[]", b"[]")
    change(book, texts, b'[["7","1"],["7.0","2"],["8","1"],["8","0"],["9","0"],["9","3"]]', b"[]")
    assert texts.line(book, 9) == b"9:3:7.0:2"
    change(book, texts, b'[["7","4"],["7.00","5"],["9","0"],["9.0","6"]]', b"[]")
    assert texts.line(book, 9) == b"9.0:6:7.00:5"


@pytest.mark.parametrize("sides", [(b'[["10","5"]]', b"[[1]]"), (b"[[1]]", b"[]")])
def test_an_update_that_cannot_be_read_changes_neither_book_nor_texts(sides: tuple[bytes, bytes]) -> None:
    book, texts = pair(b'[["10","1"]]', b'[["11","1"]]')
    with pytest.raises(ValueError, match="levels"):
        texts.update(book, *sides, 2, 2)
    assert (texts.line(book, 9), book.sequence, book.bid_size) == (b"10:1:11:1", 1, 1.0)
    assert texts.update(book, b'[["10","2"]]', b'[["11","0"],["12","1"]]', 3, 9) == 3
    assert (texts.line(book, 9), book.sequence, book.updated) == (b"10:2:12:1", 9, 3)

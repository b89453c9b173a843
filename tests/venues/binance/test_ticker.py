"""The book ticker proves the book, and stands in for it where there is no depth stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from basisdesk.kernel.book import EMPTY, VALID, WAITING
from basisdesk.venues.contract import Channel, Tally, Trouble

if TYPE_CHECKING:
    from tests.venues.binance.conftest import Room, Rooms

SECOND = 1_000_000_000


def tally_after(room: Room) -> tuple[int, int]:
    tally: Tally = room.market().tally
    return tally.ticker_agrees, tally.ticker_differs


def in_sync(room: Room) -> Room:
    room.depth(96, 105)
    room.snapshot(100)
    return room


def test_a_ticker_of_the_same_update_is_compared_whichever_comes_first(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.ticker(105, "10.00", "1.0", "11.00", "1.0")
    assert tally_after(room) == (1, 0)
    room.ticker(107, "10", "2", "11", "1")
    assert tally_after(room) == (1, 0)
    room.depth(106, 107, bids=[["10", "2"]])
    assert tally_after(room) == (2, 0)


@pytest.mark.parametrize(
    "top",
    [
        ("9", "1", "11", "1"),
        ("10", "2", "11", "1"),
        ("10", "1", "11.5", "1"),
        ("10", "1", "11", "9"),
        ("10", "0", "11", "1"),
    ],
)
def test_a_ticker_that_differs_in_any_of_four_numbers_is_counted(rooms: Rooms, top: tuple[str, str, str, str]) -> None:
    room = in_sync(rooms())
    room.ticker(105, *top)
    assert tally_after(room) == (0, 1)


def test_zeros_of_the_ticker_agree_with_an_empty_side(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(106, 106, asks=[["11", "0"]])
    room.ticker(106, "10", "1", "0.00", "0")
    assert tally_after(room) == (1, 0)
    room.depth(107, 107, asks=[["11", "1"]])
    room.ticker(107, "0.00", "0", "11", "1")
    assert tally_after(room) == (1, 1)


def test_a_side_that_the_book_has_lost_differs_from_a_ticker_with_a_size(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(106, 106, asks=[["11", "0"]])
    room.ticker(106, "10", "1", "11", "1")
    assert tally_after(room) == (0, 1)


def test_tickers_of_other_updates_are_not_compared(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.ticker(104, "1", "1", "2", "1")
    room.ticker(106, "1", "1", "2", "1")
    assert tally_after(room) == (0, 0)


def test_a_ticker_shows_that_the_market_is_alive(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.ticker(104, "1", "1", "2", "1", now=50)
    assert room.market().book.seen == 50
    room.ticker(104, "1", "1", "2", "1", now=40)
    assert room.market().book.seen == 50
    assert room.market().book.updated == 1


@pytest.mark.parametrize(
    "top",
    [
        ("nan", "1", "2", "1"),
        ("1", "inf", "2", "1"),
        ("-1", "1", "2", "1"),
        ("0", "1", "2", "1"),
        ("1", "1", "2", "-3"),
        ("x", "1", "2", "1"),
    ],
)
def test_a_ticker_without_sound_numbers_is_counted_as_undecoded(rooms: Rooms, top: tuple[str, str, str, str]) -> None:
    room = in_sync(rooms())
    room.ticker(105, *top)
    assert tally_after(room) == (0, 0)
    assert room.market().tally.undecoded == 1
    assert room.sink.troubles() == [Trouble.UNDECODED]


def test_a_market_with_tickers_alone_gets_a_book_of_one_level_after_a_wait(rooms: Rooms) -> None:
    room = rooms()
    room.ticker(1, "10", "1", "11", "2", now=SECOND)
    room.ticker(2, "10", "1", "11", "2", now=3 * SECOND)
    assert room.state() == WAITING
    assert room.sink.touches == []
    room.ticker(3, "10", "1", "11", "2", now=4 * SECOND)
    assert room.state() == VALID
    assert (room.bids(), room.asks()) == ([(10, 1)], [(11, 2)])
    assert room.sink.touches == ["BTCUSDT"]
    room.ticker(4, "10", "1", "0", "0", now=5 * SECOND)
    assert room.state() == EMPTY
    room.ticker(5, "0", "0", "11", "1", now=6 * SECOND)
    assert room.asks() == [(11, 1)]
    assert room.market().tally.book_updates == 0


def test_a_feed_without_depth_fills_its_books_from_the_first_ticker(rooms: Rooms) -> None:
    room = rooms("spot", "BTCUSDT", channels=(Channel.TICKER,))
    room.ticker(1, "10", "1", "11", "2")
    assert room.state() == VALID


def test_a_feed_that_subscribed_depth_never_fills_a_book_from_tickers(rooms: Rooms) -> None:
    room = rooms("spot", "BTCUSDT", channels=(Channel.BOOK, Channel.TICKER))
    room.ticker(1, "10", "1", "11", "2", now=1)
    room.ticker(2, "10", "1", "11", "2", now=100 * SECOND)
    assert room.state() == WAITING


def test_a_depth_stream_that_is_heard_after_all_takes_the_book_over(rooms: Rooms) -> None:
    room = rooms()
    room.ticker(1, "10", "1", "11", "2", now=SECOND)
    room.ticker(2, "10", "1", "11", "2", now=9 * SECOND)
    room.depth(3, 4)
    assert room.state() == WAITING
    room.ticker(5, "10", "1", "11", "2", now=10 * SECOND)
    assert room.state() == WAITING
    room.snapshot(4)
    assert room.state() == VALID


def test_a_snapshot_takes_a_book_of_tickers_over(rooms: Rooms) -> None:
    room = rooms()
    room.ticker(1, "9", "1", "12", "2", now=SECOND)
    room.ticker(2, "9", "1", "12", "2", now=9 * SECOND)
    room.snapshot(4)
    room.depth(5, 6)
    assert (room.state(), room.bids()) == (VALID, [(10, 1)])


def test_a_new_connection_forgets_the_ticker(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.ticker(107, "1", "1", "2", "1")
    room.feed.connected(2)
    room.snapshot(105)
    room.depth(106, 107)
    assert tally_after(room) == (0, 0)


def test_a_ticker_ahead_of_the_depth_is_shown_until_the_depth_has_caught_up(rooms: Rooms) -> None:
    room = in_sync(rooms())
    book = room.market().book
    before = len(room.sink.touches)
    room.ticker(110, "10.4", "3", "10.6", "4")
    assert (book.bid, book.bid_size, book.ask, book.ask_size) == (10.4, 3, 10.6, 4)
    assert len(room.sink.touches) == before + 1
    room.ticker(111, "10.4", "3", "10.6", "4")
    assert len(room.sink.touches) == before + 1, "nothing moved"
    room.depth(106, 109, bids=[["10.2", "1"]])
    assert (book.bid, book.ask) == (10.4, 10.6)
    room.depth(110, 111)
    assert (book.bid, book.ask) == (10.2, 11)


def test_a_late_ticker_changes_nothing(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.ticker(110, "10.4", "3", "10.6", "4")
    room.ticker(108, "10.1", "3", "10.2", "4")
    assert room.market().book.bid == 10.4


@pytest.mark.parametrize("top", [("10.6", "1", "10.4", "1"), ("10.4", "0", "10.6", "1"), ("10.4", "1", "10.6", "0")])
def test_a_ticker_that_is_no_touch_is_not_shown(rooms: Rooms, top: tuple[str, str, str, str]) -> None:
    room = in_sync(rooms())
    room.ticker(110, *top)
    assert (room.market().book.bid, room.market().book.ask) == (10, 11)


@pytest.mark.parametrize("last", [1 << 63, -1, -(1 << 63) - 1])
def test_ids_that_are_no_count_of_64_bits_are_unreadable(rooms: Rooms, last: int) -> None:
    room = in_sync(rooms())
    room.ticker(last, "10.4", "3", "10.6", "4")
    assert room.market().tally.undecoded == 1

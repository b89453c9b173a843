from random import Random

import pytest

from basisdesk.app.tape import Tape
from basisdesk.kernel.bars import ASK, BID, LAST, Bars
from basisdesk.kernel.board import Board
from basisdesk.kernel.book import Book

SECOND = 1_000_000_000
PERIODS = [SECOND, 10 * SECOND]
NAN = float("nan")


def test_candles_from_the_tape_are_those_that_live_watching_would_have_made() -> None:
    random = Random(5)
    board = Board()
    books = [Book(), Book(), Book()]
    for book in books:
        board.add_market(book)
    live = Bars(PERIODS, 4096)
    board.watch(board.add_pair(2, 0), live)
    tape = Tape()
    at = 0
    for step in range(3000):
        at += random.randrange(SECOND // 10)
        market = random.randrange(3)
        book = books[market]
        bid = 100 + random.randrange(50) / 10
        book.snapshot_levels([(bid, 1.0)], [(bid + 0.5, 1.0)], at, step)
        book.trade(bid, 1.0, at)
        board.touch(market, at)
        tape.add(market, at, book.bid, book.ask, book.last)
    made = tape.bars((2, 0), PERIODS, 4096)
    for source in (LAST, BID, ASK):
        for period in range(len(PERIODS)):
            assert made.rows(source, period) == live.rows(source, period) != []


def test_rows_of_an_invalid_market_make_no_candle() -> None:
    tape = Tape()
    tape.add(0, SECOND, 10.0, 11.0, NAN)
    tape.add(1, 2 * SECOND, NAN, 9.0, NAN)
    assert tape.bars((0, 1), PERIODS, 10).count(BID, 0) == 0
    tape.add(1, 3 * SECOND, 8.0, 9.0, NAN)
    bars = tape.bars((0, 1), PERIODS, 10)
    assert bars.rows(BID, 0) == [(3 * SECOND, 1.0, 1.0, 1.0, 1.0, 1)]
    assert bars.rows(ASK, 0) == [(3 * SECOND, 3.0, 3.0, 3.0, 3.0, 1)]
    assert bars.count(LAST, 0) == 0


def test_a_market_that_was_silent_for_too_long_makes_no_candle() -> None:
    tape = Tape()
    tape.add(0, SECOND, 10.0, 11.0, NAN)
    tape.add(1, 9 * SECOND, 8.0, 9.0, NAN)
    assert tape.bars((0, 1), PERIODS, 10, stale_after=5 * SECOND).count(BID, 0) == 0
    assert tape.bars((0, 1), PERIODS, 10, stale_after=8 * SECOND).count(BID, 0) == 1


def test_a_full_tape_drops_its_oldest_quarter() -> None:
    tape = Tape(rows=100)
    for number in range(101):
        tape.add(number % 2, number * SECOND, float(number), number + 1.0, NAN)
    assert len(tape) == 76
    rows = tape.bars((0, 1), PERIODS, 1000).rows(BID, 0)
    assert rows[0][0] == 26 * SECOND
    assert rows[-1][0] == 100 * SECOND


def test_a_pair_without_any_row_has_no_candles() -> None:
    assert Tape().bars((4, 1), PERIODS, 10).count(BID, 1) == 0


@pytest.mark.parametrize("legs", [(0, 0), (3, 3)])
def test_a_pair_needs_two_markets(legs: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="two different markets"):
        Tape().bars(legs, PERIODS, 10)

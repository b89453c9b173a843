import random
from array import array
from typing import Any

import pytest

from basisdesk.kernel import replay
from basisdesk.kernel.bars import ASK, BID, LAST, Bars
from basisdesk.kernel.board import Board
from basisdesk.kernel.book import Book

Columns = tuple["array[int]", "array[int]", "array[float]", "array[float]", "array[float]"]


def board_of(markets: int) -> tuple[Board, list[Bars]]:
    board = Board(stale_after=40)
    bars = []
    for market in range(markets):
        board.add_market(None)
        for other in range(market):
            pair = board.add_pair(market, other)
            bars.append(Bars([10, 100], capacity=64))
            board.watch(pair, bars[-1])
            board.arm(2 * pair, pair, buy=True, price=-0.5)
            board.arm(2 * pair + 1, pair, buy=False, price=0.5)
    return board, bars


def columns_of(markets: int, events: int, seed: int) -> Columns:
    dice = random.Random(seed)
    times, tags, bids, asks, lasts = array("q"), array("i"), array("d"), array("d"), array("d")
    now = 10**18
    for _ in range(events):
        now += dice.randrange(0, 12)
        price = dice.uniform(99.0, 101.0)
        times.append(now)
        tags.append(dice.randrange(markets))
        bids.append(dice.choice([price, price, price, float("nan")]))
        asks.append(price + dice.choice([0.1, 0.2, -0.1]))
        lasts.append(dice.choice([price, float("nan")]))
    return times, tags, bids, asks, lasts


@pytest.mark.parametrize("markets", [1, 2, 6])
def test_a_replay_is_what_tick_by_tick_gives(markets: int) -> None:
    columns = columns_of(markets, 2000, seed=markets)
    board, bars = board_of(markets)
    other, expected = board_of(markets)
    fired = 0
    for now, market, bid, ask, last in zip(*columns, strict=True):
        fired += len(other.set_top(market, now, bid, ask, last) or [])
    assert replay.run(board, *columns) == (2000, fired)
    assert (fired > 0) is (markets > 1)
    for one, two in zip(bars, expected, strict=True):
        for source in (LAST, BID, ASK):
            for period in (0, 1):
                assert one.count(source, period) == two.count(source, period) > 0
                assert one.rows(source, period) == two.rows(source, period)
    for pair in range(board.pairs):
        assert repr(board.quote(pair)) == repr(other.quote(pair))


def test_columns_may_be_read_only_views() -> None:
    columns = columns_of(2, 50, seed=5)
    views = [memoryview(column).toreadonly() for column in columns]
    assert replay.run(board_of(2)[0], *views) == replay.run(board_of(2)[0], *columns)  # type: ignore[arg-type]


def test_no_ticks_are_a_run_too() -> None:
    assert replay.run(board_of(2)[0], *columns_of(2, 0, seed=1)) == (0, 0)


def test_unequal_columns_are_refused_before_the_first_tick() -> None:
    for short in range(5):
        board, bars = board_of(2)
        whole: list[Any] = list(columns_of(2, 20, seed=2))
        columns = [column[: 20 - (place == short)] for place, column in enumerate(whole)]
        with pytest.raises(ValueError, match="columns differ in length"):
            replay.run(board, *columns)
        assert bars[0].count(BID, 0) == 0


@pytest.mark.parametrize("wrong", [-1, 2])
def test_an_unknown_market_is_refused_before_the_first_tick(wrong: int) -> None:
    board, bars = board_of(2)
    columns = columns_of(2, 20, seed=2)
    columns[1][-1] = wrong
    with pytest.raises(ValueError, match=f"none has index {wrong}"):
        replay.run(board, *columns)
    assert bars[0].count(BID, 0) == 0


def test_a_market_with_a_book_is_refused_before_the_first_tick() -> None:
    board, bars = board_of(2)
    board.add_market(Book())
    columns = columns_of(2, 20, seed=2)
    columns[1][-1] = 2
    with pytest.raises(ValueError, match="market 2 has a book"):
        replay.run(board, *columns)
    assert bars[0].count(BID, 0) == 0

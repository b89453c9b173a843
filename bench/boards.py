"""A touch of a board, and the columnar replay: nanoseconds and events a second for several board sizes."""

import json
import random
import statistics
import time
from array import array

from basisdesk.kernel.board import Board
from basisdesk.kernel.book import Book
from basisdesk.kernel.replay import run

SIZES = (2, 10, 30, 100)
ROUNDS = 7


def board_of(markets: int) -> tuple[Board, list[Book]]:
    """Return a board with every pair of `markets` live books, one trigger armed on each pair that stays untrue."""
    board, books = Board(), []
    for number in range(markets):
        book = Book()
        book.snapshot_levels([(60_000.0 - number, 1.0)], [(60_001.0 + number, 1.0)], 1, 1)
        books.append(book)
        board.add_market(book)
    trigger = 0
    for one in range(markets):
        for other in range(one + 1, markets):
            board.arm(trigger, board.add_pair(one, other), True, -1e9)
            trigger += 1
    for number in range(markets):
        board.touch(number, 1)
    return board, books


def touch_ns(markets: int, touches: int = 100_000) -> float:
    """Median nanoseconds of one touch, the empty loop's own cost taken off."""
    board, _ = board_of(markets)
    rng = random.Random(markets)  # noqa: S311 (which market is touched is no secret)
    touched = [rng.randrange(markets) for _ in range(touches)]
    samples = []
    for _ in range(ROUNDS):
        started = time.perf_counter_ns()
        for _ in touched:
            pass
        empty = time.perf_counter_ns() - started
        touch = board.touch
        started = time.perf_counter_ns()
        for market in touched:
            touch(market, 2)
        samples.append((time.perf_counter_ns() - started - empty) / touches)
    return statistics.median(samples)


def columnar_events(markets: int, events: int = 2_000_000) -> float:
    """Median events a second of the columnar replay on a board of `markets`."""
    rng = random.Random(markets)  # noqa: S311 (the ticks of a benchmark)
    times = array("q", range(1, events + 1))
    which = array("i", (rng.randrange(markets) for _ in range(events)))
    bids = array("d", (60_000.0 + rng.random() for _ in range(events)))
    asks = array("d", (bid + 1 for bid in bids))
    samples = []
    for _ in range(ROUNDS):
        board = Board()
        for _ in range(markets):
            board.add_market(None)
        for one in range(markets):
            for other in range(one + 1, markets):
                board.add_pair(one, other)
        started = time.perf_counter_ns()
        count, _ = run(board, times, which, bids, asks, bids)
        samples.append(count / (time.perf_counter_ns() - started) * 1e9)
    return statistics.median(samples)


print(
    json.dumps(
        {
            "touch_ns": {str(size): touch_ns(size) for size in SIZES},
            "columnar_events_per_second": {str(size): columnar_events(size) for size in (2, 3, 10)},
        }
    )
)

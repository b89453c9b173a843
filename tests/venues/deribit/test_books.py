"""Books: snapshots, changes that follow one another, and what happens when one is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CROSSED, EMPTY, GAPPED, VALID
from basisdesk.venues.contract import Channel, Trouble
from basisdesk.venues.deribit.heartbeat import QUIET_NS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.deribit.conftest import Stage

BOOK = "book.BTC-PERPETUAL.100ms"
RAW = "book.BTC-PERPETUAL.raw"
TOP = "book.BTC-PERPETUAL.none.10.100ms"
RENEWAL = [("public/unsubscribe", [BOOK]), ("public/subscribe", [BOOK])]


def levels(stage: Stage) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    book = stage.market().book
    return book.levels(0, 9), book.levels(1, 9)


def test_a_snapshot_makes_the_book(live: Stage) -> None:
    market = live.market()
    assert (market.symbol, market.line, market.code) == ("deribit:BTC/USD:BTC", "public", "BTC-PERPETUAL")
    assert levels(live) == ([(10.0, 30.0), (9.0, 20.0)], [(11.0, 40.0), (12.0, 10.0)])
    assert (live.state(), market.book.sequence, market.tally.frames, market.tally.book_updates) == (VALID, 5, 1, 1)
    assert live.ear.touches == [("BTC-PERPETUAL", live.now, VALID)]


def test_changes_add_change_and_delete_levels(live: Stage) -> None:
    live.change([("new", 10.5, 7.0), ("delete", 9.0, 0.0)], [("change", 11.0, 1.0)], (5, 6))
    live.change([("delete", 10.5, 3.0)], [], (6, 9))  # what is deleted is gone whatever amount is written
    assert levels(live) == ([(10.0, 30.0)], [(11.0, 1.0), (12.0, 10.0)])
    assert (live.market().book.sequence, live.market().tally.book_updates, live.ear.reports) == (9, 3, [])


def test_a_change_that_follows_another_is_a_gap_and_a_snapshot_ends_it(live: Stage) -> None:
    live.change([("new", 10.5, 7.0)], [], (6, 7))
    assert (live.state(), live.market().tally.gaps, live.troubles()) == (GAPPED, 1, [Trouble.GAP])
    assert live.ear.reports[0].detail == "change follows 6, the book is at 5"
    assert live.ear.touches[-1] == ("BTC-PERPETUAL", live.now, GAPPED)
    assert live.sent() == RENEWAL
    live.change([("new", 10.5, 7.0)], [], (7, 8))
    assert (live.state(), live.sent(), live.market().tally.gaps) == (GAPPED, [], 1)
    live.snapshot([("new", 10.0, 1.0)], [("new", 11.0, 1.0)], 9)
    assert (live.state(), live.market().tally.resyncs) == (VALID, 1)
    assert live.troubles() == [Trouble.GAP, Trouble.RESYNCED]
    live.snapshot([("new", 10.0, 1.0)], [("new", 11.0, 1.0)], 12)
    assert live.market().tally.resyncs == 1


def test_the_same_change_twice_changes_nothing(live: Stage) -> None:
    for _ in range(2):
        live.change([("new", 10.5, 7.0)], [], (5, 6))
    assert (live.state(), live.market().tally.book_updates, live.ear.reports) == (VALID, 2, [])
    live.change([("new", 10.6, 7.0)], [], (4, 6))
    assert live.state() == GAPPED


def test_changes_before_the_first_snapshot_are_passed_over(stage: Stage) -> None:
    stage.change([("new", 10.0, 1.0)], [("new", 11.0, 1.0)], (4, 5))
    assert (stage.market().tally.frames, stage.market().tally.book_updates) == (1, 0)
    assert (stage.sent(), stage.ear.reports, stage.ear.touches) == ([], [], [])


def test_messages_without_a_type_are_told_apart_by_the_change_they_follow(stage: Stage) -> None:
    stage.push(RAW, {"change_id": 3, "bids": [["new", 10, 1]], "asks": [["new", 11, 1]]})
    stage.push(RAW, {"change_id": 4, "prev_change_id": 3, "bids": [["change", 10, 2]], "asks": []})
    assert (stage.state(), stage.market().book.bid_size, stage.market().tally.gaps) == (VALID, 2.0, 0)


def test_a_snapshot_may_name_a_change_or_null_before_it(stage: Stage) -> None:
    stage.snapshot([("new", 10.0, 1.0)], [], 8, prev_change_id=7)
    assert stage.state() == EMPTY
    stage.snapshot([("new", 10.0, 1.0)], [("new", 11.0, 1.0)], 9, prev_change_id=None)
    assert stage.state() == VALID
    stage.change([], [("new", 12.0, 1.0)], (9, 10))
    assert stage.ear.reports == []


def test_a_change_that_follows_nothing_begins_the_book_of_a_new_market(stage: Stage) -> None:
    stage.change([("new", 10.0, 1.0)], [("new", 11.0, 1.0)], (0, 5))
    assert (stage.state(), stage.market().book.sequence) == (VALID, 5)


@pytest.mark.parametrize("bids", [[], [("new", 10.0, 1.0), ("change", 9.0, 1.0)]])
def test_a_change_that_follows_nothing_but_needs_an_older_book_is_a_gap(live: Stage, bids: list[Any]) -> None:
    live.change(bids, [], (0, 6))
    assert live.state() == GAPPED


@pytest.mark.parametrize(
    "data",
    [
        {"type": "change", "prev_change_id": 5, "change_id": 6, "bids": [["moved", 10.0, 1.0]], "asks": []},
        {"type": "change", "prev_change_id": 5, "change_id": 6, "bids": [["new", 10.0, -1.0]], "asks": []},
        {"type": "change", "prev_change_id": 5, "change_id": 6, "bids": [["new", 0.0, 1.0]], "asks": []},
        {"type": "change", "prev_change_id": 5, "change_id": -6, "bids": [], "asks": []},
        {"type": "change", "prev_change_id": 5, "change_id": 6, "bids": []},
        {"type": "snapshot", "change_id": 6, "bids": [["new", "ten", 1.0]], "asks": []},
        {"type": "news", "change_id": 6, "bids": [], "asks": []},
    ],
)
def test_a_message_that_cannot_be_read_is_a_gap_because_a_change_may_be_missing(live: Stage, data: Any) -> None:
    live.push(BOOK, data)
    assert (live.state(), live.market().tally.undecoded, live.market().tally.gaps) == (GAPPED, 1, 1)
    assert live.troubles() == [Trouble.UNDECODED, Trouble.GAP]
    assert live.sent() == RENEWAL
    live.push(BOOK, data)
    assert (live.state(), live.market().tally.gaps, live.sent()) == (GAPPED, 1, [])


def test_a_crossed_book_is_counted_once_and_right_again_by_itself(live: Stage) -> None:
    live.change([("new", 11.0, 1.0)], [], (5, 6))
    live.change([("new", 11.5, 1.0)], [], (6, 7))
    assert (live.state(), live.market().tally.crossed, live.troubles()) == (CROSSED, 1, [Trouble.CROSSED])
    assert live.ear.reports[0].detail == "best bid 11.0 is not below best ask 11.0"
    live.change([("delete", 11.0, 0.0), ("delete", 11.5, 0.0)], [], (7, 8))
    assert (live.state(), live.feed.next_deadline()) == (VALID, live.now + QUIET_NS)
    assert live.sent() == []


def test_a_book_crossed_for_a_second_is_asked_for_again(live: Stage) -> None:
    live.change([("new", 11.0, 1.0)], [], (5, 6))
    assert live.feed.next_deadline() == live.now + 1_000_000_000
    live.wait(999_999_999)
    assert live.sent() == []
    live.wait(1)
    assert live.troubles() == [Trouble.CROSSED, Trouble.CROSSED]
    assert live.ear.reports[-1].detail == "crossed for 1000000000 ns: subscribing again"
    assert (live.state(), live.sent()) == (CROSSED, RENEWAL)
    live.change([("delete", 11.0, 0.0)], [], (6, 7))
    assert live.state() == CROSSED
    live.snapshot([("new", 10.0, 1.0)], [("new", 11.0, 1.0)], 9)
    assert (live.state(), live.market().tally.resyncs, live.market().tally.crossed) == (VALID, 1, 1)
    assert live.market().tally.gaps == 0


@pytest.mark.parametrize(("step", "count"), [(1, 20), (600_000_000, 2)])
def test_a_book_that_stays_crossed_over_changes_is_asked_for_again(live: Stage, step: int, count: int) -> None:
    for at in range(5, 5 + count):
        live.change([("change" if at > 5 else "new", 11.0, 1.0)], [], (at, at + 1), after=step)
        assert live.sent() == []
    live.change([("change", 11.0, 2.0)], [], (5 + count, 6 + count), after=step)
    assert live.sent() == RENEWAL
    assert live.feed.next_deadline() is not None


def test_a_grouped_book_is_whole_each_time(stage: Stage) -> None:
    stage.push(TOP, {"change_id": 5, "bids": [[10.0, 1.0], [9.5, 2.0]], "asks": [[11.0, 3.0]]})
    stage.push(TOP, {"change_id": 9, "bids": [[10.5, 1.0]], "asks": [[11.5, 3.0]]})
    assert levels(stage) == ([(10.5, 1.0)], [(11.5, 3.0)])
    assert (stage.market().book.sequence, stage.market().tally.book_updates) == (9, 2)
    stage.push(TOP, {"change_id": 10, "bids": [[10.5, 1.0]], "asks": "none"})
    assert (stage.state(), stage.market().tally.undecoded, stage.sent()) == (VALID, 1, [])


def test_a_crossed_grouped_book_is_never_asked_for_again(stage: Stage) -> None:
    for at in range(30):
        stage.push(TOP, {"change_id": at, "bids": [[12.0, 1.0]], "asks": [[11.0, 3.0]]})
    assert (stage.state(), stage.market().tally.crossed, stage.sent()) == (CROSSED, 1, [])
    assert stage.feed.next_deadline() == stage.now + QUIET_NS
    stage.push(TOP, {"change_id": 50, "bids": [[10.0, 1.0]], "asks": [[11.0, 3.0]]})
    stage.push(TOP, {"change_id": 51, "bids": [[11.0, 1.0]], "asks": [[11.0, 3.0]]})
    heard = stage.now
    assert stage.feed.next_deadline() == heard + 1_000_000_000
    stage.wait(2_000_000_000)
    assert (stage.market().tally.crossed, stage.sent(), stage.state()) == (2, [], CROSSED)
    assert stage.feed.next_deadline() == heard + QUIET_NS


def test_the_better_channel_owns_the_book_and_the_other_is_compared_with_it(live: Stage) -> None:
    live.push(TOP, {"change_id": 5, "bids": [[10.0, 30.0]], "asks": [[11.0, 40.0]]})
    live.push(TOP, {"change_id": 5, "bids": [[10.0, 31.0]], "asks": [[11.0, 40.0]]})
    live.push(TOP, {"change_id": 4, "bids": [[1.0, 1.0]], "asks": [[2.0, 1.0]]})
    live.push("book.BTC-PERPETUAL.10.10.100ms", {"change_id": 5, "bids": [[0.0, 1.0]], "asks": [[20.0, 1.0]]})
    tally = live.market().tally
    assert (tally.ticker_agrees, tally.ticker_differs, tally.frames, tally.book_updates) == (1, 1, 5, 1)
    assert levels(live)[0] == [(10.0, 30.0), (9.0, 20.0)]


def test_a_better_channel_takes_the_book_over(stage: Stage) -> None:
    stage.push("book.BTC-PERPETUAL.5.20.agg2", {"change_id": 1, "bids": [[5.0, 1.0]], "asks": [[15.0, 1.0]]})
    stage.push("book.BTC-PERPETUAL.none.1.100ms", {"change_id": 2, "bids": [[10.0, 1.0]], "asks": [[11.0, 1.0]]})
    stage.push(TOP, {"change_id": 3, "bids": [[10.5, 1.0]], "asks": [[11.0, 1.0]]})
    stage.snapshot([("new", 10.4, 1.0)], [("new", 11.0, 1.0)], 4, channel="book.BTC-PERPETUAL.agg2")
    stage.snapshot([("new", 10.3, 1.0)], [("new", 11.0, 1.0)], 5)
    stage.snapshot([("new", 10.2, 1.0)], [("new", 11.0, 1.0)], 6, channel=RAW)
    assert stage.market().tally.book_updates == 6
    stage.change([("new", 10.9, 1.0)], [], (5, 6))
    stage.snapshot([("new", 10.8, 1.0)], [("new", 11.0, 1.0)], 7)
    stage.push(TOP, {"change_id": 8, "bids": [[10.7, 1.0]], "asks": [[11.0, 1.0]]})
    assert (levels(stage)[0], stage.market().tally.book_updates) == ([(10.2, 1.0)], 6)
    stage.change([("new", 10.25, 1.0)], [], (6, 9), channel=RAW)
    assert (stage.market().book.bid, stage.ear.reports, stage.sent()) == (10.25, [], [])


def test_amounts_are_taken_as_the_venue_counts_them(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC_USDC-PERPETUAL"], [Channel.BOOK])
    channel = "book.BTC_USDC-PERPETUAL.100ms"
    stage.snapshot([("new", 50000.5, 0.001)], [("new", 50001.0, 2.5)], 1, channel=channel)
    book = stage.market("BTC_USDC-PERPETUAL").book
    assert (book.bid, book.bid_size, book.ask_size) == (50000.5, 0.001, 2.5)

"""The book follows the venue's rule: snapshot, bridge, then update after update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.kernel.book import CLOSED, GAPPED, VALID, WAITING
from basisdesk.venues.binance.depth import HELD
from basisdesk.venues.contract import Trouble

if TYPE_CHECKING:
    from tests.venues.binance.conftest import Room, Rooms

SECOND = 1_000_000_000


def in_sync(room: Room) -> Room:
    """Spot book at update 105: bid 10, ask 11."""
    room.depth(96, 105)
    room.snapshot(100)
    assert room.state() == VALID
    return room


def test_updates_wait_for_the_snapshot_and_are_applied_after_it(rooms: Rooms) -> None:
    room = rooms()
    room.depth(90, 95, bids=[["10", "7"]])
    room.depth(96, 105, bids=[["10", "2"]])
    room.depth(106, 107, asks=[["11", "3"], ["12", "4"]])
    assert room.state() == WAITING
    assert room.market().tally.book_updates == 0
    room.snapshot(100)
    assert room.state() == VALID
    assert (room.bids(), room.asks()) == ([(10, 2)], [(11, 3), (12, 4)])
    assert room.market().tally.book_updates == 2
    assert room.market().book.sequence == 107
    assert room.sink.reports == []


def test_a_snapshot_older_than_the_first_update_is_refused_and_asked_for_again(rooms: Rooms) -> None:
    room = rooms()
    room.depth(102, 105)
    assert len(room.feed.to_request()) == 1
    room.snapshot(100)
    assert room.state() == WAITING
    assert room.feed.to_request() == []  # not at once: no tight loop
    deadline = room.feed.next_deadline()
    assert deadline is not None
    room.feed.on_time(deadline)
    assert [request.code for request in room.feed.to_request()] == ["BTCUSDT"]
    room.snapshot(103)
    assert room.state() == VALID
    assert (room.market().tally.gaps, room.market().tally.resyncs) == (0, 0)
    assert room.feed.next_deadline() is None


def test_a_snapshot_that_ends_where_the_first_update_begins_connects(rooms: Rooms) -> None:
    room = rooms()
    room.depth(101, 105)
    room.snapshot(100)
    assert room.market().book.sequence == 105


def test_a_snapshot_newer_than_all_updates_stands_until_the_stream_passes_it(rooms: Rooms) -> None:
    room = rooms()
    room.depth(90, 95, bids=[["9", "1"]])
    room.snapshot(100)
    assert room.state() == VALID
    assert room.bids() == [(10, 1)]
    room.depth(96, 99)
    assert room.market().tally.book_updates == 0
    room.depth(100, 103, bids=[["10", "5"]])
    assert room.market().tally.book_updates == 1
    assert room.market().book.sequence == 103
    assert room.market().tally.gaps == 0


def test_what_the_stream_said_before_the_snapshot_outranks_the_snapshot(rooms: Rooms) -> None:
    # COIN-M snapshots have shown levels that the stream never had; stream and book ticker agree with each other.
    room = rooms("usdm")
    room.depth(80, 85, 79, bids=[["10", "7"]])
    room.snapshot(100, bids=[["10", "4"]], asks=[["11", "1"]])
    room.depth(86, 95, 85, asks=[["11", "6"]])
    assert (room.bids(), room.asks()) == ([(10, 4)], [(11, 1)])
    room.depth(96, 105, 95, bids=[["9", "1"]])
    assert (room.bids(), room.asks()) == ([(10, 7), (9, 1)], [(11, 6)])


def test_what_was_said_before_a_hole_in_the_stream_does_not_outrank_the_snapshot(rooms: Rooms) -> None:
    room = rooms("usdm")
    room.depth(80, 85, 79, bids=[["10", "7"]])
    room.snapshot(100, bids=[["10", "4"]])
    room.depth(90, 95, 89)
    room.depth(96, 105, 95)
    assert room.bids() == [(10, 4)]


def test_an_update_that_overlaps_the_snapshot_without_following_what_came_before_only_applies_itself(
    rooms: Rooms,
) -> None:
    room = rooms("usdm")
    room.depth(80, 85, 79, bids=[["10", "7"]])
    room.snapshot(100, bids=[["10", "4"]])
    room.depth(99, 105, 98, bids=[["9", "1"]])
    assert room.bids() == [(10, 4), (9, 1)]
    assert room.market().tally.gaps == 0


def test_a_snapshot_before_the_first_update_is_taken_at_once(rooms: Rooms) -> None:
    room = rooms()
    room.snapshot(100)
    assert room.state() == VALID
    room.depth(98, 101)
    assert room.market().book.sequence == 101


def test_a_second_snapshot_in_sync_changes_nothing(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.snapshot(500, bids=[["1", "1"]])
    room.depth(106, 107)
    assert room.bids() == [(10, 1)]
    assert room.market().book.sequence == 107
    assert room.market().tally.gaps == 0


def test_futures_follow_by_the_id_of_the_update_before(rooms: Rooms) -> None:
    room = rooms("usdm")
    room.depth(96, 105, 90)
    room.snapshot(100)
    room.depth(120, 125, 105)
    assert room.market().book.sequence == 125
    room.depth(126, 130, 124)
    assert room.state() == GAPPED
    assert room.market().tally.gaps == 1


def test_futures_connect_when_the_snapshot_ends_with_the_update_before(rooms: Rooms) -> None:
    room = rooms("usdm")
    room.depth(120, 125, 100)
    room.snapshot(100)
    assert room.market().book.sequence == 125


def test_repeated_and_late_updates_change_nothing(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(106, 107, bids=[["9", "1"]])
    room.depth(106, 107, bids=[["9", "8"]])
    room.depth(96, 105, bids=[["9", "8"]])
    assert room.bids() == [(10, 1), (9, 1)]
    assert room.market().tally.book_updates == 2
    assert room.sink.reports == []


def test_a_gap_drops_the_book_and_a_new_snapshot_brings_it_back(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(107, 108, bids=[["9", "3"]], now=7)
    assert room.state() == GAPPED
    assert room.bids() == []
    assert room.sink.troubles() == [Trouble.GAP]
    assert (room.sink.reports[0].at, room.sink.reports[0].symbol) == (7, "binance:BTC/USDT")
    assert len(room.feed.to_request()) == 1
    room.depth(109, 110)
    assert room.market().tally.gaps == 1
    room.snapshot(108)
    assert room.state() == VALID
    assert room.market().book.sequence == 110
    assert (room.market().tally.gaps, room.market().tally.resyncs) == (1, 1)
    assert room.sink.troubles() == [Trouble.GAP, Trouble.RESYNCED]


def test_a_hole_while_waiting_forgets_what_came_before_it(rooms: Rooms) -> None:
    room = rooms()
    room.depth(90, 95)
    room.depth(99, 105)
    room.snapshot(97)
    assert room.state() == WAITING
    room.snapshot(98)
    assert room.market().book.sequence == 105
    assert room.market().tally.gaps == 0


def test_repetitions_while_waiting_are_held_once(rooms: Rooms) -> None:
    room = rooms()
    room.depth(90, 105)
    room.depth(90, 105)
    room.depth(80, 89)
    room.snapshot(95)
    assert room.market().tally.book_updates == 1


def test_what_is_held_back_is_bounded_and_a_snapshot_newer_than_the_rest_still_connects(rooms: Rooms) -> None:
    room = rooms()
    for last in range(1, HELD + 11):
        room.depth(last, last)
    room.snapshot(5)
    assert room.state() == WAITING
    room.snapshot(HELD)
    assert room.market().book.sequence == HELD + 10


def test_three_snapshots_that_do_not_connect_make_the_feed_start_afresh(rooms: Rooms) -> None:
    # The venue counts from a small number again after maintenance; what is held back is from before.
    room = rooms()
    room.depth(1000, 1005)
    for _ in range(3):
        room.snapshot(10)
        room.depth(11, 12)
    assert room.state() == WAITING
    room.depth(13, 14)
    room.snapshot(13)
    assert room.market().book.sequence == 14


def test_ids_that_stay_behind_for_long_are_a_gap(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(1, 2, now=SECOND)
    room.depth(3, 4, now=20 * SECOND)
    assert room.state() == VALID
    room.depth(5, 6, now=40 * SECOND)
    assert room.state() == GAPPED
    assert "for too long" in room.sink.reports[-1].detail


def test_a_disconnect_closes_the_book_and_a_new_connection_starts_from_empty(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(108, 109)
    room.feed.disconnected(2)
    assert room.state() == CLOSED
    assert room.feed.next_deadline() is None
    room.feed.connected(3)
    assert room.state() == WAITING
    room.depth(200, 201)
    room.snapshot(200)
    assert room.state() == VALID
    assert room.market().tally.resyncs == 0


def test_the_sink_is_told_of_every_change_and_only_of_the_end_of_a_bridge(rooms: Rooms) -> None:
    room = rooms()
    room.depth(96, 105)
    room.depth(106, 107)
    assert room.sink.touches == []
    room.snapshot(100)
    assert len(room.sink.touches) == 1
    room.depth(108, 108)
    assert len(room.sink.touches) == 2
    room.depth(108, 108)
    assert len(room.sink.touches) == 2


def test_a_stream_that_goes_on_without_a_snapshot_asks_again_by_its_own_times(rooms: Rooms) -> None:
    room = rooms()
    room.depth(1, 2, now=0)
    assert len(room.feed.to_request()) == 1
    room.depth(3, 4, now=SECOND)
    assert room.feed.to_request() == []
    room.depth(5, 6, now=6 * SECOND)
    assert len(room.feed.to_request()) == 1


def test_a_book_that_is_broken_again_and_again_does_not_ask_in_a_tight_loop(rooms: Rooms) -> None:
    room = rooms()
    asked = 0
    for number in range(100):
        room.depth(10 * number + 1, 10 * number + 2, now=number)
        asked += len(room.feed.to_request())
        room.snapshot(10 * number + 2, now=number)
        room.depth(10 * number + 5, 10 * number + 6, now=number)
    assert room.market().tally.gaps > 90
    assert asked <= 4


def test_updates_that_overlap_while_waiting_stay_connected(rooms: Rooms) -> None:
    room = rooms("usdm")
    room.depth(90, 95, 89, bids=[["9", "5"]])
    room.depth(94, 105, 92)
    room.snapshot(91)
    assert room.state() == VALID
    assert room.bids() == [(10, 1), (9, 5)]
    assert room.market().tally.book_updates == 2


def test_the_stream_outranks_the_snapshot_after_a_gap_as_well(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(120, 125, bids=[["10", "7"]])
    room.snapshot(130, bids=[["10", "4"]])
    assert room.bids() == [(10, 4)]
    room.depth(126, 129)
    room.depth(130, 131)
    assert room.bids() == [(10, 7)]
    room.depth(140, 141)
    room.snapshot(139, bids=[["10", "3"]])
    assert room.bids() == [(10, 3)]

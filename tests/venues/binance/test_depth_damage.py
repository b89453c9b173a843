"""A book that crosses, or whose updates cannot be read, is given up and never shown as valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from basisdesk.kernel.book import CROSSED, GAPPED, VALID, WAITING
from basisdesk.venues.binance.depth import CROSSED_UPDATES
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


def test_a_crossed_book_is_reported_once_and_is_not_valid(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(106, 106, bids=[["11", "1"]])
    room.depth(107, 107)
    assert room.state() == CROSSED
    assert room.market().tally.crossed == 1
    assert room.sink.troubles() == [Trouble.CROSSED]
    room.depth(108, 108, bids=[["11", "0"]])
    assert room.state() == VALID
    room.depth(109, 109, bids=[["11", "1"]])
    assert room.market().tally.crossed == 2
    assert room.market().tally.gaps == 0


def test_a_book_that_stays_crossed_for_many_updates_is_given_up(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(106, 106, bids=[["11", "1"]])
    for last in range(107, 107 + CROSSED_UPDATES - 1):
        room.depth(last, last)
    assert room.state() == CROSSED
    touches = len(room.sink.touches)
    room.depth(126, 126)
    assert room.state() == GAPPED
    assert len(room.sink.touches) == touches + 1
    assert room.market().tally.gaps == 1
    assert len(room.feed.to_request()) == 1


def test_a_book_that_stays_crossed_for_a_second_is_given_up(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(106, 106, bids=[["11", "1"]], now=5)
    room.depth(107, 107, now=4 + SECOND)
    assert room.state() == CROSSED
    room.depth(108, 108, now=5 + SECOND)
    assert room.state() == GAPPED


def test_a_snapshot_that_is_crossed_itself_is_reported(rooms: Rooms) -> None:
    room = rooms()
    room.snapshot(100, bids=[["12", "1"]])
    assert room.state() == CROSSED
    assert room.market().tally.crossed == 1


def test_a_snapshot_whose_held_updates_cannot_be_read_leaves_the_book_gapped(rooms: Rooms) -> None:
    room = rooms()
    room.depth(96, 105, bids=[["ten", "1"]])
    room.snapshot(100)
    assert room.state() == GAPPED
    assert room.market().tally.undecoded == 1
    assert room.sink.troubles() == [Trouble.UNDECODED, Trouble.GAP]


@pytest.mark.parametrize(
    "bad", [[["nan", "1"]], [["10", "-1"]], [["0", "1"]], [["10"]], [[]], "text", None, [["1e400", "1"]]]
)
def test_levels_that_are_no_levels_are_counted_and_lose_the_book(rooms: Rooms, bad: object) -> None:
    room = in_sync(rooms())
    room.hear("btcusdt@depth@100ms", {"e": "depthUpdate", "U": 106, "u": 106, "b": bad, "a": []})
    assert room.state() == GAPPED
    assert room.market().tally.undecoded == 1
    assert room.market().tally.gaps == 1
    room.snapshot(106)
    assert room.state() == VALID


def test_an_id_beyond_sixty_four_bits_is_counted_and_loses_the_book(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.depth(106, 2**70)
    assert room.market().tally.undecoded == 1
    assert room.state() == GAPPED


def test_an_unreadable_update_that_is_due_loses_the_book_at_once(rooms: Rooms) -> None:
    room = in_sync(rooms())
    room.hear("btcusdt@depth@100ms", {"e": "depthUpdate", "U": 106, "u": 107, "b": []})
    assert room.state() == GAPPED
    assert (room.market().tally.undecoded, room.market().tally.gaps) == (1, 1)


def test_an_unreadable_overlapping_futures_update_loses_the_book_at_once(rooms: Rooms) -> None:
    room = rooms("usdm")
    room.snapshot(100)
    room.hear(
        "btcusdt@depth@100ms", {"e": "depthUpdate", "s": "BTCUSDT", "U": 99, "u": 107, "pu": 90, "b": [], "a": []}
    )
    room.hear("btcusdt@depth@100ms", {"e": "depthUpdate", "U": 108, "u": 109, "pu": 107, "b": []})
    assert room.market().tally.gaps == 1


@pytest.mark.parametrize("text", [b'{"U":50,"u":60,"b":[]}', b'{"U":200,"u":300,"b":[]}', b'{"U":106,"u":107,"b":[["1'])
def test_an_unreadable_update_that_may_not_be_due_leaves_the_judgement_to_the_next(rooms: Rooms, text: bytes) -> None:
    room = in_sync(rooms())
    room.feed.receive(b'{"stream":"btcusdt@depth@100ms","data":' + text + b"}", 1)
    assert room.state() == VALID
    assert room.market().tally.undecoded == 1
    room.depth(106, 107)
    assert room.state() == VALID
    room.feed.receive(b'{"stream":"btcusdt@depth@100ms","data":' + text + b"}", 1)
    room.depth(109, 110)
    assert room.state() == GAPPED


def test_an_unreadable_update_while_waiting_is_only_counted(rooms: Rooms) -> None:
    room = rooms()
    room.depth(96, 105)
    room.hear("btcusdt@depth@100ms", {"U": 106, "u": 107, "b": []})
    assert room.state() == WAITING
    assert room.market().tally.gaps == 0

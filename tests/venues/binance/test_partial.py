"""The best levels, whole in every message, make the book where no depth stream is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import VALID, WAITING
from basisdesk.venues.contract import Channel, Trouble

if TYPE_CHECKING:
    from tests.venues.binance.conftest import Room, Rooms

SECOND = 1_000_000_000
LATER = 5 * SECOND


def best(room: Room, price: int, *, levels: int = 20, last: int = 160, now: int = LATER) -> None:
    """The best levels as spot spells them, with this best bid."""
    data = {"lastUpdateId": last, "bids": [[str(price), "1"], ["5", "2"]], "asks": [["50", "1"]]}
    room.hear(f"btcusdt@depth{levels}@100ms", data, now)


@pytest.mark.parametrize("stream", ["depth5", "depth10", "depth20", "depth5@100ms", "depth20@500ms"])
@pytest.mark.parametrize(
    ("line", "data"),
    [
        ("spot", {"lastUpdateId": 160, "bids": [["10", "1"]], "asks": [["11", "2"]]}),
        (
            "usdm",
            {"e": "depthUpdate", "E": 1, "T": 1, "s": "BTCUSDT", "U": 151, "u": 160, "pu": 150}
            | {"b": [["10", "1"]], "a": [["11", "2"]]},
        ),
    ],
)
def test_both_spellings_of_every_depth_make_a_book(rooms: Rooms, line: str, data: dict[str, Any], stream: str) -> None:
    room = rooms(line, "BTCUSDT", channels=(Channel.TICKER,))  # no depth stream was asked for, so none is waited for
    room.hear(f"btcusdt@{stream}", data)
    market = room.market()
    assert (room.bids(), room.asks(), room.state()) == ([(10.0, 1.0)], [(11.0, 2.0)], VALID)
    assert (market.tally.frames, market.tally.book_updates, market.book.sequence) == (1, 1, 160)
    assert room.sink.reports == []


def test_they_wait_three_seconds_for_a_depth_stream_in_a_recording(rooms: Rooms) -> None:
    room = rooms()
    for now in (1, 1 + SECOND, 3 * SECOND):
        best(room, 10, now=now)
    assert room.state() == WAITING
    best(room, 12, now=1 + 3 * SECOND)
    assert (room.state(), room.bids()) == (VALID, [(12.0, 1.0), (5.0, 2.0)])


def test_the_deepest_of_several_makes_the_book_and_no_ticker_cuts_it(rooms: Rooms) -> None:
    room = rooms()
    for now in (1, LATER):
        best(room, 10, levels=5, now=now)
        best(room, 12, levels=20, now=now)
        best(room, 13, levels=10, now=now)
        room.ticker(170, "14", "1", "15", "1", now)
    assert room.bids() == [(12.0, 1.0), (5.0, 2.0)]


def test_a_depth_stream_takes_the_book_over(rooms: Rooms) -> None:
    room = rooms()
    best(room, 10, now=1)
    best(room, 10)
    room.depth(161, 165, bids=[["8", "3"]], now=LATER)
    assert room.state() == WAITING
    room.snapshot(160, now=LATER)
    best(room, 12, last=170)
    assert (room.state(), room.bids()) == (VALID, [(10.0, 1.0), (8.0, 3.0)])


def test_a_book_made_from_a_snapshot_is_left_to_its_depth_stream(rooms: Rooms) -> None:
    room = rooms()
    best(room, 12, now=1)
    room.snapshot(160, now=2)
    best(room, 12)
    room.depth(161, 165, bids=[["9", "3"]], now=LATER)
    assert (room.state(), room.bids()) == (VALID, [(10.0, 1.0), (9.0, 3.0)])


def test_a_new_connection_waits_anew(rooms: Rooms) -> None:
    room = rooms()
    best(room, 10, now=1)
    best(room, 10)
    room.feed.connected(LATER)
    assert room.state() == WAITING
    best(room, 12, levels=5, now=LATER)
    assert room.state() == WAITING
    best(room, 12, levels=5, now=2 * LATER)
    assert (room.state(), room.bids()[0]) == (VALID, (12.0, 1.0))


@pytest.mark.parametrize(
    "data",
    [
        {"lastUpdateId": 160}, {"lastUpdateId": 160, "bids": [["x", "1"]], "asks": []},
        {"lastUpdateId": 160, "bids": None, "asks": []}, {"lastUpdateId": 1 << 70, "bids": [], "asks": []}, [],
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_counted_and_leaves_the_book(rooms: Rooms, data: Any) -> None:
    room = rooms("spot", "BTCUSDT", channels=(Channel.TICKER,))
    best(room, 10)
    room.hear("btcusdt@depth20@100ms", data, LATER)
    assert (room.state(), room.bids()[0]) == (VALID, (10.0, 1.0))
    assert room.market().tally.undecoded == 1 or room.feed.undecoded == 1
    assert room.sink.troubles() == [Trouble.UNDECODED]

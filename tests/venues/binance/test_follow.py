"""The short way of usual frames and the long way of all others lead to the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.venues.binance.conftest import Room, Rooms

    from basisdesk.kernel.book import Book

LEVELS = {"b": [["10.50", "2.5"]], "a": [["12", "0"], ["10.75", "1"]]}
SPOT = {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": 106, "u": 109} | LEVELS
FUTURES = {"e": "depthUpdate", "E": 1, "T": 3, "s": "BTCUSDT", "U": 107, "u": 109, "pu": 105} | LEVELS


class LongWay:
    """A book that leaves every frame to the decoder."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.left = 0

    def follow(self, _frame: bytes, _before: int, _now: int) -> int:
        self.left += 1
        return -1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)


def in_sync(rooms: Rooms) -> Room:
    """Book at update 105: bid 10, ask 11."""
    room = rooms()
    room.depth(96, 105)
    room.snapshot(100)
    return room


def written(data: Any, stream: str = "btcusdt@depth@100ms") -> bytes:
    return json.dumps({"stream": stream, "data": data}, separators=(",", ":")).encode()


def both_ways(rooms: Rooms, frames: list[bytes]) -> tuple[Room, int]:
    """Play the frames both ways and compare all there is to see; return the room, and how many took the long way."""
    short, long = in_sync(rooms), in_sync(rooms)
    track = long.feed.tracks["BTCUSDT"]
    assert track is not None
    book = track.market.book
    way = LongWay(book)
    track.market.book = cast("Book", way)
    for now, frame in enumerate(frames, 2):
        short.feed.receive(frame, now)
        long.feed.receive(frame, now)
    track.market.book = book
    assert (short.bids(), short.asks(), short.state()) == (long.bids(), long.asks(), long.state())
    ours, theirs = short.market().book, long.market().book
    assert (ours.sequence, ours.seen, ours.updated) == (theirs.sequence, theirs.seen, theirs.updated)
    assert short.market().tally == long.market().tally
    assert short.sink.reports == long.sink.reports
    assert short.sink.touches == long.sink.touches
    assert short.feed.undecoded == long.feed.undecoded
    assert short.feed.to_request() == long.feed.to_request()
    return short, way.left


@pytest.mark.parametrize("data", [SPOT, FUTURES])
def test_a_usual_update_is_applied_without_decoding(
    rooms: Rooms, data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = in_sync(rooms)
    monkeypatch.delattr("basisdesk.venues.binance.depth._decode")
    room.feed.receive(written(data), 7)
    assert room.bids() == [(10.5, 2.5), (10.0, 1.0)]
    assert room.market().book.sequence == 109
    assert room.market().tally.book_updates == 2
    assert room.sink.touches[-1] == "BTCUSDT"


def test_the_long_way_is_taken_where_the_comparison_needs_it(rooms: Rooms) -> None:
    room, left = both_ways(rooms, [written(SPOT)])
    assert left == 1
    assert room.bids() == [(10.5, 2.5), (10.0, 1.0)]


@pytest.mark.parametrize("data", [SPOT, FUTURES])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"U":', b'"U": '),
        (b"}}", b"}}\n"),
        (b"}}", b',"st":1}}'),
        (b"}}", b'},"more":{}}'),
        (b'"u":109', b'"u":"109"'),
        (b'"u":109', b'"u":109.0'),
        (b'"u":109', b'"u":9223372036854775807'),
        (b'"u":109', b'"u":9223372036854775808'),
        (b'"u":109', b'"u":18446744073709551725'),
        (b'"u":109', b'"u":108,"u":109'),
        (b'"u":109', b'"u":"x","u":109'),
        (b'"u":109', b'"u":104'),
        (b'"U":10', b'"U":11'),
        (b'"U":10', b'"U":-1'),
        (b'"U":10', b'"V":10'),
        (b'"data":{', b'"data":{"U":106,"u":109},"data":{'),
        (b'"data":{', b'"data":{"U":106,"u":109,"x":{"y":1},'),
        (b'"s":"BTCUSDT"', b'"s":"BTC\\u0055SDT"'),
        (b'"s":"BTCUSDT"', b'"s":"\\q"'),
        (b'"s":"BTCUSDT"', b'"s":"\xff"'),
        (b'"s":"BTCUSDT"', b'"b":0,"a":0'),
        (b'"e":', b'"\\u0062":[],"e":'),
        (b'["10.50","2.5"]', b'["0","2.5"]'),
        (b'["10.50","2.5"]', b'["10.50","-2.5"]'),
        (b'["10.50","2.5"]', b'["10.50","2.5","\\q"]'),
        (b'["10.50","2.5"]', b'["10.50","2.5",[]]'),
        (b'["10.50","2.5"]', b'["20.50","2.5"]'),
        (b'["10.50","2.5"]', b'["10.50","1e400"]'),
        (b'["10.50","2.5"]', b"[10.50,2.5]"),
        (b'["10.50","2.5"]', b""),
        (b'["10.50","2.5"]', b","),
        (b'["10.50","2.5"]', b'["10.50","2.5"],'),
    ],
)
def test_any_other_frame_is_taken_as_if_there_were_no_short_way(
    rooms: Rooms, data: dict[str, Any], old: bytes, new: bytes
) -> None:
    frame = written(data)
    assert old in frame
    next_one = written({"e": "depthUpdate", "U": 110, "u": 110, "pu": 109, "b": [], "a": [["11.5", "3"]]})
    both_ways(rooms, [frame.replace(old, new, 1), next_one])


EDITS = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.integers(0, 3),
        st.sampled_from([b"", b'"', b"[", b"]", b"{", b"}", b",", b":", b".", b"-", b"0", b"9", b" ", b"\\", b"\xff"]),
    ),
    max_size=3,
)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from([SPOT, FUTURES]), EDITS)
def test_damaged_frames_are_taken_as_if_there_were_no_short_way(
    rooms: Rooms, data: dict[str, Any], edits: list[tuple[int, int, bytes]]
) -> None:
    frame = written(data)
    for at, gone, put in edits:
        place = at % len(frame)
        frame = frame[:place] + put + frame[place + gone :]
    both_ways(rooms, [frame, written(SPOT | {"U": 110, "u": 111, "pu": 109}), written(SPOT)])

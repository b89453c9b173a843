"""Recorders that open a connection for each stream: what one tells leaves the book that another one keeps alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CLOSED, VALID, WAITING
from basisdesk.venues.binance.feed import Feed
from basisdesk.venues.contract import Channel

if TYPE_CHECKING:
    from tests.venues.binance.conftest import Room, Rooms, Sink

    from basisdesk.venues.contract import Market

SECOND = 1_000_000_000
TICKER = {"u": 300, "s": "BTCUSDT", "b": "10.5", "B": "1", "a": "10.8", "A": "1"}
BEST = {"lastUpdateId": 300, "bids": [["10.5", "1"]], "asks": [["10.8", "1"]]}


class Shared:
    """A sink that gives every connection the same market."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.touched, self.traded, self.carried, self.report = sink.touched, sink.traded, sink.carried, sink.report

    def market(self, line: str, code: str) -> Market | None:
        return self._sink.markets.get(code) or self._sink.market(line, code)


class Other:
    """A second connection of a room's line."""

    def __init__(self, room: Room) -> None:
        self.feed = Feed("spot", (), tuple(Channel), Shared(room.sink))

    def hear(self, stream: str, data: dict[str, Any], *times: int) -> None:
        for now in times:
            self.feed.receive(json.dumps({"stream": f"btcusdt@{stream}", "data": data}).encode(), now)


def levels(room: Room) -> tuple[int, list[tuple[float, float]]]:
    return room.state(), room.bids()


@pytest.mark.parametrize(("stream", "data"), [("bookTicker", TICKER), ("depth5", BEST)])
def test_a_ticker_or_partial_book_elsewhere_never_replaces_a_book(
    rooms: Rooms, stream: str, data: dict[str, Any]
) -> None:
    room = rooms()
    other = Other(room)
    room.depth(96, 105, bids=[["9", "2"]])
    room.snapshot(100)
    other.hear(stream, data, 1, 9 * SECOND)
    room.depth(106, 106, bids=[["8", "3"]], now=9 * SECOND)
    assert levels(room) == (VALID, [(10.0, 1.0), (9.0, 2.0), (8.0, 3.0)])


@pytest.mark.parametrize(("stream", "data"), [("bookTicker", TICKER), ("depth5", BEST)])
def test_a_book_that_comes_later_takes_over_and_stays(rooms: Rooms, stream: str, data: dict[str, Any]) -> None:
    room = rooms()
    room.hear("btcusdt@trade", {"p": "10", "q": "1", "m": True})
    other = Other(room)
    other.hear(stream, data, 1, 9 * SECOND)
    assert levels(room) == (VALID, [(10.5, 1.0)])
    room.depth(96, 105, bids=[["9", "2"]], now=9 * SECOND)
    room.snapshot(100, now=9 * SECOND)
    other.hear(stream, data, 10 * SECOND)
    assert levels(room) == (VALID, [(10.0, 1.0), (9.0, 2.0)])


@pytest.mark.parametrize(("stream", "data"), [("bookTicker", TICKER), ("depth5", BEST)])
def test_only_the_connection_that_keeps_the_book_closes_it(rooms: Rooms, stream: str, data: dict[str, Any]) -> None:
    room = rooms()
    other = Other(room)
    room.depth(96, 105, bids=[["9", "2"]])
    room.snapshot(100)
    other.hear(stream, data, 1)
    other.feed.disconnected(2)
    other.feed.connected(3)
    assert levels(room) == (VALID, [(10.0, 1.0), (9.0, 2.0)])
    room.feed.disconnected(4)
    assert room.state() == CLOSED
    other.feed.connected(5)
    assert room.state() == WAITING
    other.hear(stream, data, 6, 9 * SECOND)
    assert levels(room) == (VALID, [(10.5, 1.0)])
    other.feed.disconnected(10 * SECOND)
    assert room.state() == CLOSED

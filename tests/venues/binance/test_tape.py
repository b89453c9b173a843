"""Trades are noted in the book, passed on, and counted once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from basisdesk.venues.contract import Trouble

if TYPE_CHECKING:
    from tests.venues.binance.conftest import Rooms

SINGLE = {"e": "trade", "E": 3, "s": "BTCUSDT", "t": 55, "p": "50000.1", "q": "0.01", "T": 2, "m": True, "M": True}
AGGREGATE = {
    "e": "aggTrade",
    "E": 3,
    "s": "BTCUSDT",
    "a": 7,
    "p": "50000.2",
    "q": "0.5",
    "f": 1,
    "l": 2,
    "T": 2,
    "m": False,
}


def test_a_trade_is_noted_and_passed_on(rooms: Rooms) -> None:
    room = rooms()
    room.hear("btcusdt@trade", SINGLE, 9)
    assert room.sink.trades == [("BTCUSDT", 50000.1, 0.01, False, "55")]
    book = room.market().book
    assert (book.last, book.last_size, book.seen) == (50000.1, 0.01, 9)
    assert (room.market().tally.trades, room.market().tally.frames) == (1, 1)


def test_an_aggregate_trade_counts_where_no_single_ones_come(rooms: Rooms) -> None:
    room = rooms("usdm")
    room.hear("btcusdt@aggTrade", AGGREGATE)
    assert room.sink.trades == [("BTCUSDT", 50000.2, 0.5, True, "7")]
    assert room.market().tally.trades == 1


def test_where_both_come_only_single_trades_count(rooms: Rooms) -> None:
    room = rooms()
    room.hear("btcusdt@aggTrade", AGGREGATE)
    room.hear("btcusdt@trade", SINGLE)
    room.hear("btcusdt@trade", SINGLE)
    room.hear("btcusdt@aggTrade", AGGREGATE)
    assert room.market().tally.trades == 2
    assert room.market().tally.frames == 4
    assert [trade[4] for trade in room.sink.trades] == ["7", "55", "55"]


def test_a_trade_without_a_number_has_an_empty_one(rooms: Rooms) -> None:
    room = rooms()
    room.hear("btcusdt@aggTrade", {"p": "1", "q": "2", "m": False})
    assert room.sink.trades == [("BTCUSDT", 1, 2, True, "")]


@pytest.mark.parametrize("stream", ["trade", "aggTrade"])
@pytest.mark.parametrize("change", [{"p": "nan"}, {"p": "0"}, {"q": "-1"}, {"q": "inf"}, {"m": "perhaps"}, {"p": None}])
def test_a_trade_without_sound_numbers_is_counted_as_undecoded(
    rooms: Rooms, stream: str, change: dict[str, object]
) -> None:
    room = rooms()
    room.hear(f"btcusdt@{stream}", SINGLE | change)
    assert room.sink.trades == []
    assert (room.market().tally.trades, room.market().tally.undecoded) == (0, 1)
    assert math.isnan(room.market().book.last)
    assert room.sink.troubles() == [Trouble.UNDECODED]

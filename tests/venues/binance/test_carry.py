"""Mark, index and the rate of the coming settlement."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from basisdesk.venues.binance.carry import finite, price

if TYPE_CHECKING:
    from tests.venues.binance.conftest import Rooms

MARK = {
    "e": "markPriceUpdate",
    "E": 1,
    "s": "BTCUSDT",
    "p": "50001.1",
    "i": "50000.0",
    "P": "50002.0",
    "r": "0.00010000",
    "T": 1_700_006_400_000,
}


def test_a_mark_price_tells_mark_index_rate_and_next_settlement(rooms: Rooms) -> None:
    room = rooms("usdm")
    room.hear("btcusdt@markPrice@1s", MARK, 7)
    carry = room.market().carry
    assert (carry.at, carry.mark, carry.index, carry.predicted) == (7, 50001.1, 50000.0, 0.0001)
    assert carry.next_at == 1_700_006_400_000_000_000
    assert math.isnan(carry.settled)
    assert room.sink.carries == ["BTCUSDT"]
    assert room.market().tally.frames == 1


@pytest.mark.parametrize("change", [{"r": "", "T": 0}, {"r": "0.00000000", "T": 0}, {"r": ""}])
def test_a_dated_future_has_no_rate(rooms: Rooms, change: dict[str, object]) -> None:
    room = rooms("usdm")
    room.hear("btcusdt@markPrice", MARK)
    room.hear("btcusdt@markPrice", MARK | change)
    assert math.isnan(room.market().carry.predicted)
    assert room.market().carry.next_at == 0
    assert room.market().tally.undecoded == 0


def test_a_mark_price_without_index_leaves_the_index_that_was_told(rooms: Rooms) -> None:
    room = rooms("coinm")
    stream = "btcusd_perp@markPrice"
    mark = {key: value for key, value in MARK.items() if key != "i"} | {"s": "BTCUSD_PERP"}
    room.hear(stream, mark)
    assert math.isnan(room.market("BTCUSD_PERP").carry.index)
    room.hear("ethusd_perp@markPrice", mark | {"s": "ETHUSD_PERP"})
    room.hear("btcusd@indexPrice@1s", {"e": "indexPriceUpdate", "E": 1, "i": "BTCUSD", "p": "49999.5"}, 8)
    assert room.market("BTCUSD_PERP").carry.index == 49999.5
    assert math.isnan(room.market("ETHUSD_PERP").carry.index)
    room.hear(stream, mark | {"p": "50003"}, 9)
    assert (room.market("BTCUSD_PERP").carry.index, room.market("BTCUSD_PERP").carry.mark) == (49999.5, 50003)
    assert room.sink.carries == ["BTCUSD_PERP", "ETHUSD_PERP", "BTCUSD_PERP", "BTCUSD_PERP"]
    assert room.market("BTCUSD_PERP").tally.frames == 3
    assert "BTCUSD" not in room.sink.asked


@pytest.mark.parametrize(
    "change", [{"p": "nan"}, {"p": "-1"}, {"p": ""}, {"i": "-5"}, {"r": "inf"}, {"T": "soon"}, {"p": [1]}]
)
def test_a_mark_price_that_cannot_be_is_counted_and_changes_nothing(rooms: Rooms, change: dict[str, object]) -> None:
    room = rooms("usdm")
    room.hear("btcusdt@markPrice", MARK | change)
    assert room.market().tally.undecoded == 1
    assert math.isnan(room.market().carry.mark)
    assert room.sink.carries == []


def test_a_settlement_beyond_all_time_is_none(rooms: Rooms) -> None:
    room = rooms("usdm")
    room.hear("btcusdt@markPrice", MARK | {"T": 1 << 44})
    assert room.market().carry.next_at == 0


def test_an_index_price_that_cannot_be_is_counted_on_the_feed(rooms: Rooms) -> None:
    room = rooms("coinm")
    room.hear("btcusd@indexPrice", {"p": "nan"})
    assert room.feed.undecoded == 1


def test_index_candles_are_nobody_s_frames(rooms: Rooms) -> None:
    room = rooms("coinm")
    room.hear("btcusd@indexPriceKline_1m", {"e": "indexPrice_kline", "ps": "BTCUSD"})
    room.hear("btcusd_perpetual@continuousKline_1m", {"e": "continuous_kline", "ps": "BTCUSD"})
    assert room.sink.asked == []
    assert room.feed.undecoded == 0
    assert room.feed.frames == 2


def test_zero_is_no_price() -> None:
    assert math.isnan(price("0.00"))
    assert price(1.5) == 1.5
    with pytest.raises(ValueError, match="not a price"):
        price("-0.5")
    with pytest.raises(ValueError, match="finite"):
        finite("nan")

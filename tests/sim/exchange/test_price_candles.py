"""Candles of mark, index and premium: what the source told, and what stands in for it where it told nothing."""

from dataclasses import replace

import pytest
from tests.sim.exchange.hall import HOUR, INVERSE, LINEAR, SECOND, SPOT, START, Hall
from tests.sim.exchange.test_sources import fair

from basisdesk.sim.course import Course

MINUTE = 60 * SECOND


def told(hall: Hall, mark: float, index: float) -> None:
    """The source tells a mark and another index."""
    assert hall.script.sink is not None
    market = hall.script.markets[LINEAR.symbol]
    market.carry = replace(market.carry, mark=mark, index=index)
    hall.script.sink.carried(market, hall.now)
    hall.exchange.advance(hall.now)


def test_mark_index_and_premium_have_candles_of_their_own() -> None:
    hall = Hall()
    hall.trade(LINEAR, 101.0, 1.0, buy=True)
    for mark, index in ((100.5, 100.25), (100.75, 80.0), (99.5, 125.0), (100.0, 100.0)):
        told(hall, mark, index)
        hall.wait(20)
    found = {course: hall.exchange.price_candles(LINEAR.symbol, course, MINUTE, 0, 5) for course in Course}
    first, second = found[Course.MARK]
    assert (first.open, first.high, first.low, first.close) == (100.5, 100.75, 99.5, 99.5)
    assert (second.begins, second.open, second.volume, second.trades) == (START + MINUTE, 100.0, 0.0, 0)
    (first, _) = found[Course.INDEX]
    assert (first.open, first.high, first.low, first.close) == (100.25, 125.0, 80.0, 125.0)
    (first, second) = found[Course.PREMIUM]
    assert (first.open, second.close) == (0.0, 0.0)
    assert first.close == first.low == pytest.approx((101 - 125) / 125)
    assert first.high == pytest.approx((100 - 80) / 80)
    (hour,) = hall.exchange.price_candles(LINEAR.symbol, Course.MARK, HOUR, 0, 5)
    assert (hour.open, hour.high, hour.low, hour.close) == (100.5, 100.75, 99.5, 100.0)


def test_where_the_source_tells_no_mark_its_candles_are_those_of_the_trades_without_volume() -> None:
    hall = Hall()
    for instrument in (SPOT, INVERSE):
        hall.trade(instrument, 101.0, 2.0, buy=True)
        for course in (Course.MARK, Course.INDEX):
            (candle,) = hall.exchange.price_candles(instrument.symbol, course, MINUTE, 0, 5)
            assert (candle.open, candle.close, candle.volume, candle.turnover, candle.trades) == (101, 101, 0, 0, 0)
        assert hall.exchange.price_candles(instrument.symbol, Course.PREMIUM, MINUTE, 0, 5) == []


def test_marks_have_a_past_as_trades_have() -> None:
    exchange = fair(["binance"], history=5 * HOUR)["binance"]
    symbol = "binance:BTC/USDT:USDT"
    hours = {course: exchange.price_candles(symbol, course, HOUR, 0, 500) for course in Course}
    traded = [each.begins for each in exchange.candles(symbol, HOUR, 0, 500)]
    assert all([each.begins for each in found] == [*traded, START] for found in hours.values())
    marks, indices = hours[Course.MARK], hours[Course.INDEX]
    assert all(abs(mark.close / index.close - 1) < 0.002 for mark, index in zip(marks, indices, strict=True))
    assert marks != indices
    assert all(-0.002 < each.low <= each.high < 0.002 for each in hours[Course.PREMIUM])
    assert exchange.price_candles("binance:BTC/USDT", Course.PREMIUM, HOUR, 0, 500) == []

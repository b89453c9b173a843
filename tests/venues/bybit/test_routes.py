"""Trades, tickers with their carry, one-level books, and topics that are only counted."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CROSSED, EMPTY, VALID, WAITING, Book
from basisdesk.venues.contract import Channel, Market, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.bybit.conftest import Stage

BIDS = [("100", "1"), ("99", "2")]
ASKS = [("101", "1"), ("102", "2")]
TOP = {"bid1Price": "100", "bid1Size": "1", "ask1Price": "101", "ask1Size": "2"}
FUNDED = {"fundingRate": "0.0001", "nextFundingTime": "1786320000000", "fundingIntervalHour": "8"}


def test_trades_are_noted_and_told_with_the_takers_side(stage: Stage) -> None:
    stage.trade("100.5", "2", "Buy")
    stage.trade("100.4", "3", "Sell")
    assert stage.ear.trades == [("BTCUSDT", 100.5, 2.0, True, "t-1"), ("BTCUSDT", 100.4, 3.0, False, "t-1")]
    assert (stage.market().book.last, stage.market().book.last_size) == (100.4, 3.0)
    assert (stage.market().tally.trades, stage.market().tally.frames) == (2, 2)


@pytest.mark.parametrize(
    "change", [{"p": "0"}, {"p": "x"}, {"v": "-1"}, {"v": "inf"}, {"S": "buy"}, {"s": "ETHUSDT"}, {"p": None}]
)
def test_a_message_with_an_impossible_trade_is_told_not_at_all(stage: Stage, change: dict[str, Any]) -> None:
    good = {"T": 1, "s": "BTCUSDT", "S": "Buy", "v": "1", "p": "100", "i": "a"}
    stage.push("publicTrade.BTCUSDT", [good, good | change])
    assert (stage.ear.trades, stage.market().tally.undecoded, stage.troubles()) == ([], 1, [Trouble.UNDECODED])


def test_a_ticker_carries_mark_index_and_funding(stage: Stage) -> None:
    stage.ticker(markPrice="100.5", indexPrice="100.4", **FUNDED)
    carry = stage.market().carry
    assert (carry.mark, carry.index, carry.predicted, carry.interval) == (100.5, 100.4, 0.0001, 8)
    assert (carry.next_at, carry.at, isnan(carry.settled)) == (1_786_320_000_000_000_000, stage.now, True)
    assert stage.ear.carries == ["BTCUSDT"]


def test_what_a_delta_leaves_out_has_not_changed(stage: Stage) -> None:
    stage.ticker(markPrice="100.5", indexPrice="100.4", **FUNDED)
    stage.ticker("delta", fundingRate="-0.0002")
    stage.ticker("delta", nextFundingTime="1786334400000", fundingIntervalHour="4")
    carry = stage.market().carry
    assert (carry.mark, carry.index, carry.predicted) == (100.5, 100.4, -0.0002)
    assert (carry.next_at, carry.interval) == (1_786_334_400_000_000_000, 4)
    stage.ticker("delta", bid1Size="3")
    assert len(stage.ear.carries) == 3


def test_a_dated_future_has_a_mark_and_no_funding(stage: Stage) -> None:
    code = "BTCUSDT-26DEC26"
    stage.ticker(code=code, markPrice="100.5", fundingRate="", nextFundingTime="0", fundingIntervalHour="")
    carry = stage.market(code).carry
    assert (carry.mark, isnan(carry.predicted), carry.next_at, carry.interval) == (100.5, True, 0, 0)


def test_empty_funding_texts_of_a_perpetual_mean_that_none_is_known(stage: Stage) -> None:
    stage.ticker(**FUNDED)
    stage.ticker("delta", fundingRate="", nextFundingTime="", fundingIntervalHour="", markPrice="", indexPrice="0")
    carry = stage.market().carry
    assert (isnan(carry.predicted), carry.next_at, carry.interval) == (True, 0, 8)
    assert (isnan(carry.mark), isnan(carry.index)) == (True, True)


def test_spot_tickers_carry_nothing_and_note_the_last_price(staged: Callable[..., Stage]) -> None:
    stage = staged(line="spot")
    stage.ticker(lastPrice="100.5", usdIndexPrice="100.1")
    assert (stage.ear.carries, stage.market().book.last, stage.state()) == ([], 100.5, WAITING)
    assert isnan(stage.market().book.last_size)


def test_trades_outrank_the_tickers_last_price(stage: Stage) -> None:
    stage.ticker(lastPrice="100.5")
    stage.trade("100.7", "1")
    stage.ticker("delta", lastPrice="100.6")
    assert (stage.market().book.last, stage.market().book.last_size) == (100.7, 1.0)


def test_tickers_make_a_one_level_book_where_there_is_no_other(stage: Stage) -> None:
    stage.ticker(**TOP)
    assert (stage.top(), stage.state()) == ((100.0, 101.0), VALID)
    stage.ticker("delta", bid1Price="100.5", bid1Size="4")
    assert stage.market().book.levels(0, 5) == [(100.5, 4.0)]
    stage.ticker("delta", ask1Price="", ask1Size="0")
    assert (stage.state(), stage.market().book.depth(1)) == (EMPTY, 0)
    stage.book(BIDS, ASKS, 5)
    stage.ticker(**TOP | {"bid1Price": "90"})
    assert (stage.top(), stage.market().book.depth(0)) == ((100.0, 101.0), 2)


def test_a_ticker_that_was_not_told_whole_makes_no_book(stage: Stage) -> None:
    stage.ticker("delta", bid1Price="100", bid1Size="1", ask1Price="101")
    assert stage.state() == WAITING
    stage.ticker("delta", ask1Size="1")
    assert stage.state() == VALID


def test_a_snapshot_forgets_the_prices_before_it(stage: Stage) -> None:
    stage.ticker(**TOP)
    stage.ticker(bid1Price="90", bid1Size="1")
    stage.ticker("delta", ask1Price="91")
    assert stage.top() == (100.0, 101.0)
    stage.ticker("delta", ask1Size="1")
    assert stage.top() == (90.0, 91.0)


def test_a_crossed_ticker_is_counted_and_replaced_by_the_next(stage: Stage) -> None:
    stage.ticker(**TOP | {"bid1Price": "102"})
    assert (stage.state(), stage.market().tally.crossed) == (CROSSED, 1)
    stage.wait(2)
    stage.ticker("delta", bid1Price="99")
    assert (stage.top(), stage.troubles()) == ((99.0, 101.0), [Trouble.CROSSED])


def test_no_ticker_stands_in_for_a_book_that_was_asked_for(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT"])
    stage.feed.connected(stage.now)
    stage.ticker(**TOP)
    assert stage.state() == WAITING
    alone = staged(["BTCUSDT"], [Channel.TICKER])
    alone.feed.connected(alone.now)
    alone.ticker(**TOP)
    assert alone.state() == VALID


def test_a_ticker_leaves_the_book_of_another_connection_alone(stage: Stage) -> None:
    market = Market("bybit:BTC/USDT:USDT", "linear", "BTCUSDT", Book())
    market.book.snapshot_levels([(50.0, 1.0)], [(51.0, 1.0)], 1, 1)
    stage.ear.given["BTCUSDT"] = market
    stage.ticker(**TOP)
    assert stage.top() == (50.0, 51.0)
    stage.feed.disconnected(stage.now)
    assert (stage.top(), stage.state()) == ((50.0, 51.0), VALID)


def test_the_book_of_a_ticker_goes_with_its_connection(stage: Stage) -> None:
    stage.ticker(**TOP)
    stage.feed.disconnected(stage.now)
    stage.feed.connected(stage.now)
    assert stage.state() == WAITING
    stage.ticker("delta", bid1Price="99")
    assert stage.state() == WAITING


@pytest.mark.parametrize(
    "fields",
    [
        {"bid1Price": "-1"},
        {"ask1Size": "nan"},
        {"lastPrice": "-0.1"},
        {"markPrice": "x"},
        {"fundingRate": "inf"},
        {"nextFundingTime": "-5"},
        {"nextFundingTime": "9" * 5000},
        {"nextFundingTime": "9223372036855"},
        {"fundingIntervalHour": "0.5"},
        {"fundingIntervalHour": "1e9"},
        {"symbol": "ETHUSDT"},
    ],
)
def test_a_ticker_that_cannot_be_read_is_asked_for_again_once(stage: Stage, fields: dict[str, str]) -> None:
    stage.ticker(**TOP)
    for _ in range(3):
        stage.push("tickers.BTCUSDT", {"symbol": "BTCUSDT", "bid1Price": "99"} | fields, "delta")
    assert (stage.market().tally.undecoded, stage.state()) == (3, WAITING)
    topics = ["tickers.BTCUSDT"]
    assert [(frame["op"], frame["args"]) for frame in stage.sent()] == [("unsubscribe", topics), ("subscribe", topics)]
    stage.ticker(**TOP)
    assert stage.state() == VALID


def test_a_ticker_that_cannot_be_read_leaves_a_real_book_alone(booked: Stage) -> None:
    booked.ticker(**TOP)
    booked.ticker("delta", markPrice="x")
    assert (booked.state(), booked.market().book.depth(0)) == (VALID, 2)


@pytest.mark.parametrize(
    "topic",
    [
        "kline.1.BTCUSDT", "allLiquidation.BTCUSDT", "liquidation.BTCUSDT", "priceLimit.BTCUSDT",
        "orderbook.full.BTCUSDT", "orderbook.rpi.BTCUSDT",
    ],
)  # fmt: skip
def test_other_topics_of_a_market_are_counted(stage: Stage, topic: str) -> None:
    stage.push(topic, {})
    stage.push(topic, {})
    assert (stage.market().tally.frames, stage.state(), stage.feed.undecoded) == (2, WAITING, 0)
    stage.hear(f'{{"topic":"{topic}",,')
    assert stage.market().tally.undecoded == 0
    stage.feed.disconnected(stage.now)


@pytest.mark.parametrize("topic", ["insurance.USDT", "adlAlert.USDT", "kline_lt.5.EOS3LUSDT", "lt.EOS3LUSDT"])
def test_topics_of_no_market_are_dropped(stage: Stage, topic: str) -> None:
    stage.push(topic, {})
    assert (stage.ear.asked, stage.feed.undecoded) == ([], 0)


@pytest.mark.parametrize(
    "topic",
    [
        "trade.BTCUSD", "orderBookL2_25.BTCUSD", "instrument_info.100ms.BTCUSD", "klineV2.1.BTCUSD", "BTCUSDT",
        "orderbook.7.BTCUSDT", "orderbook.BTCUSDT", "tickers.", "tickers.BTC USDT", "publicTrade.x.BTCUSDT",
    ],
)  # fmt: skip
def test_topics_that_the_venue_does_not_have_are_undecoded(stage: Stage, topic: str) -> None:
    stage.push(topic, {})
    assert (stage.ear.asked, stage.feed.undecoded, stage.troubles()) == ([], 1, [Trouble.UNDECODED])


def test_a_market_that_nobody_wants_is_asked_for_once(stage: Stage) -> None:
    stage.ear.unwanted.append("BTCUSDT")
    stage.book(BIDS, ASKS, 5)
    stage.trade()
    stage.push("kline.1.BTCUSDT", [])
    stage.feed.disconnected(stage.now)
    assert (stage.ear.asked, stage.ear.trades, stage.feed.undecoded) == (["BTCUSDT"], [], 0)


def test_a_feed_of_given_codes_takes_no_others(staged: Callable[..., Stage]) -> None:
    stage = staged(["ETHUSDT"])
    stage.trade()
    stage.trade(code="ETHUSDT")
    assert stage.ear.asked == ["ETHUSDT"]

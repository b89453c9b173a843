"""Tickers and quotes: one-level books, last prices, mark, index and funding."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CROSSED, EMPTY, VALID, WAITING, Book
from basisdesk.venues.contract import Channel, Market, Trouble
from basisdesk.venues.deribit.heartbeat import QUIET_NS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.deribit.conftest import Stage

CODE = "BTC-PERPETUAL"
TICKER = "ticker.BTC-PERPETUAL.100ms"
STEPS = "incremental_ticker.BTC-PERPETUAL"
QUOTE = "quote.BTC-PERPETUAL"
BEST = {"best_bid_price": 10.0, "best_bid_amount": 100.0, "best_ask_price": 11.0, "best_ask_amount": 200.0}
FULL = BEST | {
    "timestamp": 1700000000100, "state": "open", "last_price": 10.5, "mark_price": 10.6, "index_price": 10.7,
    "current_funding": 0.0001, "funding_8h": -0.0002, "interest_value": 0.5, "estimated_delivery_price": "expired",
    "stats": {"volume": None}, "open_interest": 5, "instrument_name": CODE,
}  # fmt: skip


def test_a_ticker_makes_a_book_where_there_is_no_other(stage: Stage) -> None:
    stage.push(TICKER, FULL)
    book, carry = stage.market().book, stage.market().carry
    assert (book.levels(0, 9), book.levels(1, 9)) == ([(10.0, 100.0)], [(11.0, 200.0)])
    assert (stage.state(), book.last, isnan(book.last_size)) == (VALID, 10.5, True)
    assert (carry.at, carry.mark, carry.index) == (stage.now, 10.6, 10.7)
    assert (carry.predicted, carry.settled, carry.interval, carry.next_at) == (0.0001, -0.0002, 8, 0)
    assert (stage.ear.touches, stage.ear.carries) == ([(CODE, stage.now, VALID)], [CODE])
    assert stage.market().tally.book_updates == 0


def test_a_dated_future_has_no_funding(stage: Stage) -> None:
    stage.push("ticker.BTC-27NOV26.100ms", {"mark_price": 10.6, "index_price": 10.7})
    carry = stage.market("BTC-27NOV26").carry
    assert (carry.mark, carry.interval, isnan(carry.predicted), isnan(carry.settled)) == (10.6, 0, True, True)


def test_an_incremental_ticker_changes_what_it_names(stage: Stage) -> None:
    stage.push(STEPS, {"best_bid_price": 10.0, "best_bid_amount": 1.0})
    assert (stage.state(), stage.ear.touches, stage.ear.carries) == (WAITING, [], [])
    stage.push(STEPS, FULL)
    stage.push(STEPS, {"type": "change", "best_bid_amount": 7.0, "funding_8h": 0.0003})
    book, carry = stage.market().book, stage.market().carry
    assert (book.bid, book.bid_size, book.ask) == (10.0, 7.0, 11.0)
    assert (carry.mark, carry.index, carry.predicted, carry.settled) == (10.6, 10.7, 0.0001, 0.0003)


def test_zero_and_null_mean_nobody_and_nothing(stage: Stage) -> None:
    none: dict[str, Any] = {"best_ask_price": 0.0, "best_ask_amount": None, "last_price": None, "mark_price": 0.0}
    stage.push(TICKER, FULL | none | {"index_price": None, "current_funding": None, "funding_8h": None})
    market = stage.market()
    assert (stage.state(), market.book.bid, isnan(market.book.last)) == (EMPTY, 10.0, True)
    carry = market.carry
    assert all(isnan(value) for value in (carry.mark, carry.index, carry.predicted, carry.settled))
    assert market.tally.undecoded == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"best_bid_price": -1.0}, {"best_ask_amount": -1.0}, {"last_price": -0.5}, {"mark_price": -1.0},
        {"index_price": -1.0}, {"best_bid_price": "10"}, {"current_funding": "0.1"},
    ],
)  # fmt: skip
def test_a_ticker_with_an_impossible_number_is_not_read_at_all(stage: Stage, wrong: dict[str, Any]) -> None:
    stage.push(TICKER, FULL | wrong)
    market = stage.market()
    assert (market.tally.frames, market.tally.undecoded, stage.troubles()) == (1, 1, [Trouble.UNDECODED])
    assert (stage.state(), market.carry.at, isnan(market.book.last), stage.ear.touches) == (WAITING, 0, True, [])


def test_quotes_come_before_tickers(stage: Stage) -> None:
    stage.push(TICKER, FULL)
    stage.push(QUOTE, BEST | {"best_bid_price": 10.2})
    stage.push(TICKER, FULL | {"last_price": 10.9})
    book = stage.market().book
    assert (book.bid, book.last) == (10.2, 10.9)
    assert stage.ear.carries == [CODE, CODE]
    stage.push(QUOTE, BEST | {"best_bid_price": 10.3})
    assert (book.bid, len(stage.ear.touches)) == (10.3, 4)


def test_quotes_do_not_fill_the_book_of_a_book_channel(live: Stage) -> None:
    live.push(QUOTE, BEST | {"best_bid_price": 8.0})
    live.push(TICKER, FULL | {"best_bid_price": 8.0})
    assert (live.market().book.bid, live.market().book.depth(0), live.market().book.last) == (10.0, 2, 10.5)
    live.change([], [], (8, 9))
    live.push(QUOTE, BEST)
    assert live.market().book.depth(0) == 0


def test_a_book_takes_over_from_quotes(stage: Stage) -> None:
    stage.push(QUOTE, BEST)
    stage.snapshot([("new", 9.0, 1.0), ("new", 8.0, 1.0)], [("new", 12.0, 1.0)], 1)
    stage.push(QUOTE, BEST)
    assert (stage.market().book.bid, stage.market().book.depth(0)) == (9.0, 2)


def test_a_promised_book_is_waited_for(staged: Callable[..., Stage]) -> None:
    stage = staged([CODE])
    stage.feed.connected(stage.now)
    stage.push(QUOTE, BEST)
    assert stage.state() == WAITING
    alone = staged([CODE], [Channel.TICKER])
    alone.feed.connected(alone.now)
    alone.push(QUOTE, BEST)
    assert alone.state() == VALID


def test_a_book_that_another_connection_holds_is_left_alone(stage: Stage) -> None:
    book = Book()
    book.snapshot_levels([(10.0, 1.0), (9.0, 1.0)], [(11.0, 1.0)], 1, 1)
    stage.ear.given[CODE] = Market("deribit:BTC/USD:BTC", "public", CODE, book)
    stage.push(QUOTE, BEST)
    assert book.depth(0) == 2
    stage.feed.disconnected(stage.now)
    assert (book.state(0), stage.ear.touches) == (VALID, [])


def test_crossed_quotes_are_counted_once_and_nothing_is_asked_for(stage: Stage) -> None:
    for _ in range(30):
        stage.push(QUOTE, BEST | {"best_bid_price": 12.0})
    assert (stage.state(), stage.market().tally.crossed) == (CROSSED, 1)
    assert (stage.troubles(), stage.sent()) == ([Trouble.CROSSED], [])
    assert stage.feed.next_deadline() == stage.now + QUIET_NS


def test_last_prices_of_tickers_give_way_to_trades(stage: Stage) -> None:
    stage.push("trades.BTC-PERPETUAL.100ms", [{"price": 10.1, "amount": 5.0, "direction": "sell", "trade_id": "1"}])
    stage.push(TICKER, FULL | {"last_price": 99.0})
    assert (stage.market().book.last, stage.market().book.last_size) == (10.1, 5.0)


def test_a_lone_last_price_is_told(stage: Stage) -> None:
    stage.push(STEPS, {"last_price": 10.4})
    assert (stage.market().book.last, len(stage.ear.touches), stage.ear.carries) == (10.4, 1, [])
    assert isnan(stage.market().carry.mark)

"""Market data of the spot socket: books, tickers, trades and candles."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CROSSED, EMPTY, GAPPED, VALID, WAITING, Book
from basisdesk.venues.contract import Candle, Channel, Market, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.bigone.conftest import SpotStage

BIDS, ASKS = [("100.1", "0.5"), ("100", "2")], [("100.2", "1.1")]


def ticker(bid: tuple[str, str] | None = ("99", "1"), ask: tuple[str, str] | None = ("101", "2"), **more: Any) -> Any:
    quotes = {
        name: {"price": quote[0], "amount": quote[1], "orderCount": "1"}
        for name, quote in (("bid", bid), ("ask", ask))
        if quote
    }
    row = {"market": "BTC-USDT", "open": "80", "high": "120", "low": "70", "close": "100", "volume": "9"}
    return {"requestId": "9", "tickerUpdate": {"ticker": row | quotes | more}}


def trade(trade_id: str, at: str = "2024-01-01T00:00:05Z", **more: Any) -> dict[str, Any]:
    return {"id": trade_id, "price": "50000.2", "amount": "0.01", "market": "BTC-USDT", "createdAt": at} | more


def candle(time: str, close: str, **more: Any) -> dict[str, Any]:
    row = {"market": "BTC-USDT", "time": time, "open": "1", "high": "3", "low": "1", "close": close, "volume": "7"}
    return row | more


def test_a_book_follows_its_changes(spot: SpotStage) -> None:
    spot.snapshot(BIDS, ASKS, 1001)
    assert (spot.state(), spot.top(), spot.market().book.sequence) == (VALID, (100.1, 100.2), 1001)
    spot.update([("100.1", "0"), ("100.05", "3")], [], 1001, 1002)
    spot.update([], [("100.15", "1")], 1002, 1010)
    book = spot.market().book
    assert (book.levels(0, 9), book.levels(1, 9)) == ([(100.05, 3.0), (100.0, 2.0)], [(100.15, 1.0), (100.2, 1.1)])
    assert (spot.market().tally.book_updates, spot.market().tally.frames, book.sequence) == (3, 3, 1010)
    assert spot.ear.touches == [("BTC-USDT", VALID)] * 3
    assert spot.market().symbol == "bigone:BTC/USDT"


def test_numbers_may_be_json_numbers_and_an_absent_amount_removes(spot: SpotStage) -> None:
    level = {"price": 100.0, "amount": 1e2}
    book = {"market": "BTC-USDT", "bids": [level], "asks": [{"price": "1.1E+2", "amount": 1}]}
    spot.hear({"requestId": 1, "depthSnapshot": {"depth": book, "changeId": 7}})
    assert (spot.top(), spot.market().book.bid_size) == ((100.0, 110.0), 100.0)
    spot.hear(
        {"depthUpdate": {"depth": {"market": "BTC-USDT", "bids": [{"price": "100"}]}, "prevId": 7, "changeId": 8}}
    )
    assert spot.state() == EMPTY


def test_a_change_that_follows_another_is_a_gap_and_brings_a_new_subscription(spot: SpotStage) -> None:
    spot.snapshot(BIDS, ASKS, 1)
    spot.update([("99", "1")], [], 2, 3)
    assert (spot.state(), spot.market().tally.gaps) == (GAPPED, 1)
    assert spot.sent() == [{"requestId": "1", "subscribeMarketDepthRequest": {"market": "BTC-USDT"}}]
    spot.update([("98", "1")], [], 3, 4)
    assert spot.state() == GAPPED
    spot.snapshot(BIDS, ASKS, 9)
    assert (spot.state(), spot.market().tally.resyncs) == (VALID, 1)
    assert spot.troubles() == [Trouble.GAP, Trouble.RESYNCED]
    spot.update([("99", "1")], [], 10, 11)
    assert [list(frame)[1] for frame in spot.sent()] == ["unsubscribeMarketDepthRequest", "subscribeMarketDepthRequest"]


def test_the_same_change_twice_changes_nothing(spot: SpotStage) -> None:
    spot.snapshot(BIDS, ASKS, 1)
    for _ in range(2):
        spot.update([("99", "1")], [], 1, 2)
    assert (spot.state(), spot.market().tally.gaps, spot.market().tally.book_updates) == (VALID, 0, 2)


def test_ids_may_begin_anew_after_maintenance(spot: SpotStage) -> None:
    spot.snapshot(BIDS, ASKS, 1000)
    spot.update([("99", "1")], [], 1000, 5)
    spot.update([("98", "1")], [], 5, 6)
    assert (spot.state(), spot.market().book.sequence) == (VALID, 6)


@pytest.mark.parametrize("price", ["0", "-1", "nan", "inf"])
def test_an_impossible_change_drops_the_book(spot: SpotStage, price: str) -> None:
    spot.snapshot(BIDS, ASKS, 1)
    spot.update([(price, "1")], [], 1, 2)
    assert (spot.state(), spot.market().tally.undecoded) == (GAPPED, 1)
    assert spot.troubles() == [Trouble.GAP, Trouble.UNDECODED]


def test_an_impossible_snapshot_leaves_the_book_waiting(spot: SpotStage) -> None:
    spot.snapshot([("1", "-1")], ASKS)
    assert (spot.state(), spot.market().tally.undecoded, spot.market().tally.book_updates) == (WAITING, 1, 0)


def test_a_book_crossed_for_too_many_changes_is_asked_for_anew(spot: SpotStage) -> None:
    spot.snapshot(BIDS, ASKS, 1)
    for at in range(1, 23):
        spot.update([("100.3", str(at))], [], at, at + 1, after=1)
    assert (spot.state(), spot.market().tally.crossed) == (CROSSED, 1)
    assert [report.detail for report in spot.ear.reports] == [
        "best bid 100.3 is not below best ask 100.2",
        "crossed through 21 changes: asking for a new book",
    ]
    assert len(spot.sent()) == 1
    spot.snapshot(BIDS, ASKS, 99)
    assert (spot.state(), spot.market().tally.resyncs) == (VALID, 1)


def test_a_book_crossed_for_too_long_is_asked_for_anew(spot: SpotStage) -> None:
    spot.snapshot([("101", "1")], ASKS, 1)
    assert spot.feed.next_deadline() == spot.now + 1_000_000_000
    spot.wait(0.5)
    assert spot.sent() == []
    spot.wait(0.5)
    assert len(spot.sent()) == 1
    assert spot.troubles() == [Trouble.CROSSED, Trouble.CROSSED]
    spot.wait(9)
    assert spot.troubles().count(Trouble.CROSSED) == 2


def test_a_book_that_uncrosses_is_valid_again(spot: SpotStage) -> None:
    spot.snapshot([("101", "1")], ASKS, 1)
    spot.update([("101", "0"), ("99", "1")], [], 1, 2)
    assert (spot.state(), spot.feed.next_deadline()) == (VALID, None)


def test_a_ticker_makes_a_book_of_one_level_where_there_is_no_other(spot: SpotStage) -> None:
    spot.hear(ticker())
    market = spot.market()
    assert (spot.state(), spot.top(), market.book.last) == (VALID, (99.0, 101.0), 100.0)
    assert (market.daily.open, market.daily.high, market.daily.low, market.daily.volume) == (80.0, 120.0, 70.0, 9.0)
    assert (market.daily.change, market.daily.at) == (0.25, spot.now)
    spot.hear(ticker(bid=None))
    assert spot.state() == EMPTY
    spot.hear(ticker(bid=("99", "0")))
    assert spot.state() == EMPTY
    spot.hear(ticker(bid=("102", "1")))
    assert (spot.state(), spot.market().tally.crossed) == (CROSSED, 1)
    spot.snapshot(BIDS, ASKS)
    spot.hear(ticker())
    assert spot.top() == (100.1, 100.2)


def test_a_ticker_that_tells_little_changes_little(spot: SpotStage) -> None:
    spot.hear(ticker())
    spot.hear({"tickerUpdate": {"ticker": {"market": "BTC-USDT"}}})
    daily = spot.market().daily
    assert (daily.open, daily.change, spot.market().book.last) == (80.0, 0.25, 100.0)


def test_a_ticker_does_not_stand_in_for_a_book_that_was_asked_for(spot_of: Callable[..., SpotStage]) -> None:
    stage = spot_of(["BTC-USDT"], [Channel.BOOK, Channel.TICKER])
    stage.connect()
    stage.hear(ticker())
    assert (stage.state(), stage.market().book.last) == (WAITING, 100.0)


def test_the_tickers_of_all_markets_come_in_one_snapshot(spot: SpotStage) -> None:
    rows = [ticker()["tickerUpdate"]["ticker"], {"market": "ETH-USDT", "close": "3"}]
    spot.hear({"requestId": "9", "tickersSnapshot": {"tickers": rows}})
    assert (spot.top(), spot.market("ETH-USDT").book.last) == ((99.0, 101.0), 3.0)
    spot.hear({"requestId": "9", "tickersSnapshot": {}})
    assert spot.feed.undecoded == 0


def test_another_connections_book_is_left_alone(spot: SpotStage) -> None:
    book = Book()
    book.snapshot_levels([(1.0, 1.0)], [(2.0, 1.0)], 1, 77)
    spot.ear.given["BTC-USDT"] = Market("bigone:BTC/USDT", "spot", "BTC-USDT", book)
    spot.hear(ticker())
    assert spot.top() == (1.0, 2.0)
    spot.feed.disconnected(spot.now)
    assert spot.state() == VALID


def test_a_trade_is_told_once_with_its_takers_side(spot: SpotStage) -> None:
    spot.hear({"requestId": "8", "tradeUpdate": {"trade": trade("55", takerSide="ASK")}})
    spot.hear({"requestId": "8", "tradeUpdate": {"trade": trade("55", takerSide="ASK")}})
    spot.hear({"requestId": "8", "tradeUpdate": {"trade": trade("56")}})
    spot.hear({"requestId": "8", "tradeUpdate": {"trade": trade("57", takerSide=1)}})
    assert spot.ear.trades == [
        ("BTC-USDT", 50000.2, 0.01, False, "55"),
        ("BTC-USDT", 50000.2, 0.01, True, "56"),
        ("BTC-USDT", 50000.2, 0.01, False, "57"),
    ]
    assert (spot.market().tally.trades, spot.market().book.last_size) == (3, 0.01)
    spot.hear(ticker(close="1"))
    assert spot.market().book.last == 50000.2


@pytest.mark.parametrize("bad", [{"takerSide": "LEFT"}, {"price": "0"}, {"amount": "nan"}, {"createdAt": "soon"}])
def test_an_impossible_trade_is_counted_and_not_told(spot: SpotStage, bad: dict[str, str]) -> None:
    spot.hear(ticker())
    spot.hear({"tradesSnapshot": {"trades": [trade("1"), trade("2", **bad)]}})
    assert (spot.ear.trades, spot.market().tally.undecoded, spot.market().tally.trades) == ([], 1, 0)


def test_history_sets_the_last_price_and_is_not_told_as_news(spot: SpotStage) -> None:
    spot.connect()
    rows = [trade("2", "2023-12-31T23:59:59Z", price="7"), trade("1", "2023-12-31T23:59:58Z", price="6")]
    spot.hear({"tradesSnapshot": {"trades": rows}})
    assert (spot.ear.trades, spot.market().book.last, spot.market().tally.trades) == ([], 7.0, 2)


def test_trades_of_a_break_are_told_late(spot: SpotStage) -> None:
    spot.connect()
    spot.hear({"tradeUpdate": {"trade": trade("3", "2024-01-01T00:00:01Z")}})
    spot.wait(60)
    spot.feed.disconnected(spot.now)
    spot.connect()
    rows = [trade(name, f"2024-01-01T00:00:{at}Z") for name, at in (("2", "00"), ("3", "01"), ("4", "30"), ("5", "31"))]
    spot.hear({"tradesSnapshot": {"trades": rows}})
    assert [told[4] for told in spot.ear.trades] == ["3", "4", "5"]
    assert spot.market().tally.trades == 4


def test_ids_of_trades_are_remembered_within_bounds(spot: SpotStage) -> None:
    for number in range(600):
        spot.hear({"tradeUpdate": {"trade": trade(str(number))}})
    spot.hear({"tradeUpdate": {"trade": trade("0")}})
    spot.hear({"tradeUpdate": {"trade": trade("599")}})
    for _ in range(2):
        spot.hear({"tradeUpdate": {"trade": trade("")}})
    assert spot.market().tally.trades == 603


def test_the_latest_candle_of_each_period_is_kept(spot: SpotStage) -> None:
    rows = [candle("2024-01-01T00:01:00Z", "2"), candle("2024-01-01T00:00:00Z", "9")]
    spot.hear({"requestId": "3", "candlesSnapshot": {"candles": rows}})
    spot.hear({"requestId": "4", "candleUpdate": {"candle": candle("2024-01-01T00:00:00Z", "1", period="MONTH1")}})
    begins = 1_704_067_260_000_000_000
    candles = spot.market().candles
    assert list(candles) == ["1m", "1M"]
    assert (candles["1m"].begins, candles["1m"].ends, candles["1m"].close) == (begins, begins + 60_000_000_000, 2.0)
    assert isinstance(candles["1m"], Candle)
    assert (candles["1M"].ends, isnan(candles["1M"].turnover)) == (0, True)
    spot.hear({"candleUpdate": {"candle": candle("2024-01-01T00:00:00Z", "1", period="MIN7")}})
    assert spot.market().tally.undecoded == 1

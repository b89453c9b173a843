"""Trades, tickers, mark price, index and funding, and the channels that are only counted."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CLOSED, CROSSED, EMPTY, GAPPED, VALID, WAITING
from basisdesk.venues.contract import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.okx.conftest import Stage

TICKER = {"last": "100", "lastSz": "2", "bidPx": "99", "bidSz": "5", "askPx": "101", "askSz": "6"}


def trade(trade_id: str = "55", **changes: str) -> dict[str, str]:
    return {"instId": "BTC-USDT", "tradeId": trade_id, "px": "50000.2", "sz": "0.01", "side": "buy"} | changes


def test_trades_are_noted_in_the_book_told_and_counted_by_row(stage: Stage) -> None:
    stage.push("trades", "BTC-USDT", trade(), trade("56", side="sell", px="50000.1"))
    assert stage.ear.trades == [("BTC-USDT", 50000.2, 0.01, True, "55"), ("BTC-USDT", 50000.1, 0.01, False, "56")]
    market = stage.market()
    assert (market.book.last, market.book.last_size, market.tally.trades, market.tally.frames) == (50000.1, 0.01, 2, 1)


def test_of_two_trade_channels_the_first_one_heard_is_told(stage: Stage) -> None:
    stage.push("trades-all", "BTC-USDT", trade("1"))
    stage.push("trades", "BTC-USDT", trade("1"))
    stage.push("trades-all", "BTC-USDT", trade("2"))
    assert [told[-1] for told in stage.ear.trades] == ["1", "2"]
    assert (stage.market().tally.trades, stage.market().tally.frames) == (2, 3)


@pytest.mark.parametrize(
    "change", [{"px": "nan"}, {"px": "0"}, {"sz": "-1"}, {"sz": "inf"}, {"sz": ""}, {"side": "up"}, {"px": "1e999"}]
)
def test_a_message_with_one_impossible_trade_tells_none_of_its_trades(stage: Stage, change: dict[str, str]) -> None:
    stage.push("trades", "BTC-USDT", trade(), trade("56", **change))
    assert (stage.ear.trades, stage.market().tally.undecoded, stage.market().tally.trades) == ([], 1, 0)


def test_a_market_with_tickers_alone_has_a_book_of_one_level(stage: Stage) -> None:
    stage.push("tickers", "BTC-USDT", TICKER)
    book = stage.market().book
    assert (book.levels(0, 9), book.levels(1, 9), book.last, book.last_size) == ([(99, 5)], [(101, 6)], 100, 2)
    assert stage.ear.touches == [("BTC-USDT", stage.now, VALID)]
    assert (stage.market().tally.frames, stage.market().tally.book_updates, stage.ear.trades) == (1, 0, [])


def test_a_ticker_side_without_orders_is_an_empty_side(stage: Stage) -> None:
    for texts in ({"bidPx": "", "bidSz": ""}, {"bidPx": "0", "bidSz": "0"}):
        stage.push("tickers", "BTC-USDT", TICKER | texts | {"last": "", "lastSz": "0"})
        assert stage.state() == EMPTY
    assert isnan(stage.market().book.last)


def test_a_crossed_ticker_is_counted_once(stage: Stage) -> None:
    for _ in range(30):
        stage.push("tickers", "BTC-USDT", TICKER | {"bidPx": "101"})
    assert (stage.state(), stage.market().tally.crossed, stage.troubles()) == (CROSSED, 1, [Trouble.CROSSED])
    assert stage.sent() == []


@pytest.mark.parametrize(
    "change", [{"bidPx": "-1"}, {"askSz": "-1"}, {"last": "-1"}, {"askPx": "nan"}, {"lastSz": "x"}, {"last": 5}]
)
def test_an_impossible_ticker_is_undecoded(stage: Stage, change: dict[str, Any]) -> None:
    stage.push("tickers", "BTC-USDT", TICKER | change)
    assert (stage.state(), stage.market().tally.undecoded) == (WAITING, 1)


def test_a_ticker_does_not_stand_in_for_a_book_that_is_there_or_promised(stage: Stage) -> None:
    stage.hear({"event": "subscribe", "arg": {"channel": "books", "instId": "BTC-USDT"}})
    stage.push("tickers", "BTC-USDT", TICKER)
    assert (stage.state(), stage.market().book.last) == (WAITING, 100)
    stage.snapshot([("98", "1")], [("102", "1")])
    stage.push("tickers", "BTC-USDT", TICKER)
    assert stage.market().book.bid == 98


def test_a_ticker_does_not_stand_in_for_a_book_whose_changes_are_heard(stage: Stage) -> None:
    stage.update([("98", "1")], [])
    stage.push("tickers", "BTC-USDT", TICKER)
    assert stage.state() == WAITING


def test_a_ticker_stands_in_when_the_book_is_refused(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC-USDT"])
    stage.feed.connected(stage.now)
    stage.push("tickers", "BTC-USDT", TICKER)
    assert stage.state() == WAITING
    stage.hear({"event": "error", "code": "64003", "msg": "no rights to channel:books,instId:BTC-USDT"})
    stage.push("tickers", "BTC-USDT", TICKER)
    assert stage.state() == VALID


def test_a_ticker_does_not_replace_a_book_that_another_connection_keeps(staged: Callable[..., Stage]) -> None:
    deep, thin = staged(), staged()
    thin.push("tickers", "BTC-USDT", TICKER)
    shared = thin.market()
    deep.ear.given = {"BTC-USDT": shared}
    deep.snapshot([("98", "1"), ("97", "1")], [("102", "1")], prevSeqId=-1, seqId=1)
    thin.push("tickers", "BTC-USDT", TICKER)
    assert (shared.book.bid, shared.book.depth(0)) == (98, 2)
    thin.feed.disconnected(thin.now)
    assert shared.book.state(0) == VALID
    deep.update([], [], prevSeqId=5, seqId=6)
    thin.push("tickers", "BTC-USDT", TICKER)
    assert shared.book.state(0) == GAPPED
    deep.feed.disconnected(deep.now)
    assert shared.book.state(0) == CLOSED
    deep.feed.connected(deep.now)
    thin.push("tickers", "BTC-USDT", TICKER)
    assert (shared.book.state(0), shared.book.bid) == (VALID, 99)
    thin.feed.disconnected(thin.now)
    assert shared.book.state(0) == CLOSED


def test_the_ticker_gives_the_last_price_only_until_trades_are_heard(stage: Stage) -> None:
    stage.push("trades", "BTC-USDT", trade(px="95"))
    stage.snapshot([("98", "1")], [("102", "1")])
    touches = len(stage.ear.touches)
    stage.push("tickers", "BTC-USDT", TICKER)
    assert (stage.market().book.last, len(stage.ear.touches)) == (95, touches)


def test_mark_price_goes_into_the_carry(stage: Stage) -> None:
    stage.push("mark-price", "BTC-USDT-SWAP", {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "markPx": "310.5"})
    carry = stage.market("BTC-USDT-SWAP").carry
    assert (carry.mark, carry.at, stage.ear.carries) == (310.5, stage.now, ["BTC-USDT-SWAP"])
    stage.push("mark-price", "BTC-USDT-SWAP", {"markPx": ""})
    assert isnan(carry.mark)
    stage.push("mark-price", "BTC-USDT-SWAP", {"markPx": "0"})
    assert stage.market("BTC-USDT-SWAP").tally.undecoded == 1


def test_an_index_belongs_to_every_contract_on_it_and_to_no_spot_market(stage: Stage) -> None:
    for code in ("BTC-USDT", "BTC-USDT-SWAP", "BTC-USD-SWAP", "BTC-USDT-261225"):
        stage.push("trades", code, trade())
    stage.push("index-tickers", "BTC-USDT", {"instId": "BTC-USDT", "idxPx": "299.5"})
    assert stage.ear.carries == ["BTC-USDT-SWAP", "BTC-USDT-261225"]
    assert stage.market("BTC-USDT-261225").carry.index == 299.5
    assert isnan(stage.market("BTC-USD-SWAP").carry.index)
    assert isnan(stage.market().carry.index)
    assert (stage.market("BTC-USDT-SWAP").tally.frames, stage.market().tally.frames) == (2, 1)


def test_an_index_makes_no_market_and_its_damage_is_the_feeds(stage: Stage) -> None:
    stage.push("index-tickers", "BTC-USD", {"idxPx": "1"})
    stage.push("index-tickers", "BTC-USD", {"idxPx": "x"})
    assert (stage.ear.markets, stage.feed.undecoded, stage.troubles()) == ({}, 1, [Trouble.UNDECODED])


def funding(**fields: str) -> dict[str, str]:
    return {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "fundingTime": "1700006400000"} | fields


def test_funding_names_the_coming_settlement_its_rate_and_the_interval(stage: Stage) -> None:
    row = funding(fundingRate="-0.0001", nextFundingTime="1700020800000", nextFundingRate="", settState="processing")
    stage.push("funding-rate", "BTC-USDT-SWAP", row | {"settFundingRate": "0.0003"})
    carry = stage.market("BTC-USDT-SWAP").carry
    assert (carry.predicted, carry.next_at, carry.interval) == (-0.0001, 1_700_006_400_000_000_000, 4)
    assert isnan(carry.settled)
    stage.push("funding-rate", "BTC-USDT-SWAP", row | {"settFundingRate": "0.0003", "settState": "settled"})
    assert carry.settled == 0.0003
    stage.push("funding-rate", "BTC-USDT-SWAP", funding(fundingTime="1700020800000"))
    assert isnan(carry.predicted)
    assert (carry.settled, carry.interval, carry.next_at) == (0.0003, 4, 1_700_020_800_000_000_000)


@pytest.mark.parametrize(
    "change", [{"fundingTime": "soon"}, {"fundingTime": "9" * 30}, {"fundingRate": "nan"}, {"nextFundingTime": "-5"}]
)
def test_impossible_funding_is_undecoded(stage: Stage, change: dict[str, str]) -> None:
    stage.push("funding-rate", "BTC-USDT-SWAP", funding(fundingRate="0.0001") | change)
    market = stage.market("BTC-USDT-SWAP")
    assert (market.tally.undecoded, market.carry.next_at, stage.ear.carries) == (1, 0, [])


def test_a_settlement_after_an_unknown_time_has_no_interval(stage: Stage) -> None:
    stage.push("funding-rate", "BTC-USDT-SWAP", funding(fundingTime="", nextFundingTime="1700020800000"))
    assert stage.market("BTC-USDT-SWAP").carry.interval == 0


def test_other_channels_are_counted_with_the_market_they_name(stage: Stage) -> None:
    stage.push("candle1m", "BTC-USDT", {"anything": 1})
    stage.push("index-candle1m", "BTC-USD", {"anything": 1})
    stage.hear({"arg": {"channel": "instruments", "instType": "SWAP"}, "data": [{}]})
    assert list(stage.ear.markets) == ["BTC-USDT"]
    assert (stage.market().tally.frames, stage.market().tally.undecoded, stage.feed.undecoded) == (1, 0, 0)


def test_an_option_is_a_market_like_any_other(stage: Stage) -> None:
    stage.push("books5", "BTC-USD-210924-66000-C", {"asks": [["0.001", "606", "0", "2"]], "bids": []})
    market = stage.market("BTC-USD-210924-66000-C")
    assert (market.symbol, market.tally.book_updates) == ("okx:BTC/USD:BTC-210924-66000-C", 1)
    assert market.book.state(0) == EMPTY

"""Contract streams: trades, candles, instruments, and connections that say what they are."""

from __future__ import annotations

import json
from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CLOSED, VALID, WAITING
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.contract import Channel, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.venues.bigone.conftest import ContractStage

BIDS = {"11192": 35, "11184": 742, "11192.5": 389, "11188": 293}
ASKS = {"11202.5": 1806, "11212.5": 2138, "11211.5": 19308}
BEST = {"ask": 11202.5, "bid": 11192.5}
SNAPSHOT = "/api/contract/v2/depth@BTCUSD/snapshot"
HOUR = 3_600_000_000_000
EIGHT = 1_704_096_000_000  # 2024-01-01 08:00 UTC in ms


def trade(trade_id: str, at: int = 1_704_067_205_000, side: str = "BUY", **more: Any) -> dict[str, Any]:
    return {"id": trade_id, "symbol": "BTCUSD", "price": 11178.5, "size": 100, "matchedAt": at, "side": side} | more


def candle(version: int, begins: int = 1_562_301_000_000, period: str = "1MIN", **more: Any) -> dict[str, Any]:
    return {
        "symbol": "BTCUSD", "type": period, "time": begins, "open": 11119.5, "close": 11109.5, "high": 11123.5,
        "low": 11109.5, "nTrades": 4, "volume": 3427, "turnover": 0.30820388075, "version": version,
        "nextTs": begins + 60_000,
    } | more  # fmt: skip


def whole(end: int, bids: Mapping[str, float] = BIDS, asks: Mapping[str, float] = ASKS) -> bytes:
    return json.dumps({"from": 0, "to": end, "bids": bids, "asks": asks, "bestPrices": BEST, "lastPrice": 1}).encode()


def test_trades_are_told_with_their_takers_side_and_forced_ones_too(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("trades@BTCUSD")
    stage.connect()
    stage.hear([trade("old", 1_562_288_776_609, price=11100), trade("new", 1_704_067_200_500, "SELL")])
    assert (stage.market().tally.trades, stage.ear.trades) == (2, [("BTCUSD", 11178.5, 100.0, False, "new")])
    stage.hear([trade("3"), trade("4", 1_704_067_206, "ADL_SELL"), trade("5", side="ADL_BUY")])
    stage.hear([trade("6", side="FUNDING")])
    assert [(told[3], told[4]) for told in stage.ear.trades[1:]] == [(True, "3"), (True, "5"), (False, "4")]
    assert (stage.market().tally.frames, stage.market().tally.undecoded) == (3, 0)
    stage.hear([])
    assert stage.feed.undecoded == 0


def test_after_a_reconnection_only_trades_not_told_yet_are(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("trades@BTCUSD")
    stage.connect()
    stage.hear([trade("1", 1_562_288_776_609)])
    stage.hear([trade("2", 1_704_067_201_000)])
    stage.wait(60)
    stage.feed.disconnected(stage.now)
    stage.connect()
    stage.hear([trade("1", 1_562_288_776_609), trade("2", 1_704_067_201_000), trade("3", 1_704_067_230_000)])
    assert [told[4] for told in stage.ear.trades] == ["2", "3"]


@pytest.mark.parametrize("bad", [{"price": 0}, {"size": "nan"}, {"matchedAt": -1}, {"symbol": "A B"}, {"price": None}])
def test_an_impossible_trade_is_counted(contract: Callable[[str], ContractStage], bad: dict[str, Any]) -> None:
    stage = contract("trades@BTCUSD")
    stage.hear([trade("1", **bad)])
    assert (stage.feed.undecoded, stage.ear.trades, stage.troubles()) == (1, [], [Trouble.UNDECODED])


def test_the_latest_candle_of_each_of_nine_periods_is_kept(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("candlesticks/1MIN@BTCUSD")
    stage.connect()
    assert (stage.feed.next_deadline(), stage.ear.markets) == (None, {})
    for period in ("1MIN", "5MIN", "15MIN", "30MIN", "1H", "4H", "6H", "12H", "1D"):
        stage.hear([candle(5, period=period)])
    stage.hear([candle(4, close=1), candle(6, close=2), candle(1, 1_562_300_940_000, close=3)])
    kept = stage.market().candles
    assert list(kept) == ["1m", "5m", "15m", "30m", "1h", "4h", "6h", "12h", "1d"]
    assert (kept["1m"].close, kept["1m"].version, kept["5m"].close) == (2.0, 6, 11109.5)
    first = kept["5m"]
    assert (first.begins, first.ends) == (1_562_301_000_000_000_000, 1_562_301_060_000_000_000)
    assert (first.open, first.high, first.low) == (11119.5, 11123.5, 11109.5)
    assert (first.volume, first.turnover, first.trades) == (3427.0, 0.30820388075, 4)
    stage.hear([candle(7, symbol="ETHUSD")])
    assert list(stage.ear.markets) == ["BTCUSD"]


@pytest.mark.parametrize("bad", [{"type": "2H"}, {"open": 0}, {"volume": "inf"}, {"time": 10**30}])
def test_an_impossible_candle_is_counted(contract: Callable[[str], ContractStage], bad: dict[str, Any]) -> None:
    stage = contract("candlesticks/1MIN@BTCUSD")
    stage.hear([candle(1, **bad)])
    assert stage.feed.undecoded == 1


def row(**fields: Any) -> dict[str, Any]:
    return {"symbol": "BTCUSD"} | fields


def test_instruments_carry_and_partial_rows_change_only_what_they_say(
    contract: Callable[[str], ContractStage],
) -> None:
    stage = contract("instruments")
    stage.connect()
    full = row(
        markPrice=11255.51, indexPrice=11255.5, latestPrice=11290, fundingRate=0.0001974, nextFundingRate=0.0001,
        nextFundingTime=EIGHT, openInterest=3412, openValue=0.3, volume24h=4000, volume24hInUsd=4001,
        turnover24h=0.35, last24hMaxPrice=11300, last24hMinPrice=11200, last24hPriceChange=0.0041, btcPrice=1,
    )  # fmt: skip
    stage.hear([full, row(symbol="ETHUSDT", markPrice="2E+3")])
    carry, daily = stage.market().carry, stage.market().daily
    assert (carry.mark, carry.index, carry.predicted, carry.next_at) == (11255.51, 11255.5, 0.0001974, EIGHT * 10**6)
    assert (isnan(carry.settled), carry.interval, carry.at) == (True, 0, stage.now)
    assert (daily.interest, daily.interest_value, daily.volume, daily.volume_usd) == (3412.0, 0.3, 4000.0, 4001.0)
    assert (daily.turnover, daily.high, daily.low, daily.change) == (0.35, 11300.0, 11200.0, 0.0041)
    assert (stage.market().book.last, stage.market("ETHUSDT").carry.mark) == (11290.0, 2000.0)
    assert stage.ear.carries == ["BTCUSD", "ETHUSDT"]
    stage.hear([row(markPrice=11256)])
    carry = stage.market().carry
    assert (carry.mark, carry.index, carry.predicted) == (11256.0, 11255.5, 0.0001974)
    assert stage.market().daily.interest == 3412.0
    assert stage.market().symbol == "bigone:BTC/USD:BTC"


def test_the_funding_interval_is_learned_when_the_next_time_moves_on(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("instruments@BTCUSD")
    stage.hear([row(fundingRate=0.0002, nextFundingTime=EIGHT)])
    stage.hear([row(fundingRate=0.0003, nextFundingTime=EIGHT + 8 * 3_600_000)])
    carry = stage.market().carry
    assert (carry.interval, carry.settled, carry.predicted) == (8, 0.0002, 0.0003)
    stage.hear([row(fundingRate=0.0004)])
    assert (stage.market().carry.interval, stage.market().carry.settled) == (8, 0.0002)


@pytest.mark.parametrize(
    ("step", "after"), [(8 * 3_600_000, HOUR), (8 * 3_600_000 + 1, 1), (48 * 3_600_000, 1), (-8 * 3_600_000, 1)]
)
def test_an_interval_is_not_learned_from_a_break_or_from_an_odd_step(
    contract: Callable[[str], ContractStage], step: int, after: int
) -> None:
    stage = contract("instruments@BTCUSD")
    stage.hear([row(fundingRate=0.0002, nextFundingTime=EIGHT)])
    stage.hear([row(nextFundingTime=EIGHT + step)], after)
    assert (stage.market().carry.interval, isnan(stage.market().carry.settled)) == (0, True)


def test_one_impossible_row_spoils_no_other(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("instruments")
    stage.hear([row(markPrice=-1), row(symbol="ETHUSD", markPrice=5)])
    assert (stage.market().tally.undecoded, stage.market("ETHUSD").carry.mark) == (1, 5.0)
    assert isnan(stage.market().carry.mark)


def test_a_contract_that_was_not_asked_for_is_passed_over(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("instruments@ETHUSD")
    stage.hear([row(markPrice=5)])
    assert (stage.ear.markets, stage.ear.carries) == ({}, [])


def test_the_list_of_instruments_over_rest_is_read_the_same(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("instruments")
    stage.reply("/api/contract/v2/instruments", [row(markPrice=5)])
    assert stage.market().carry.mark == 5.0
    stage.reply("/api/contract/v2/instruments", {"code": 10429, "message": "slow down"})
    stage.reply("/api/contract/v2/instruments", b"<html>")
    assert (stage.ear.reports[0].detail, stage.feed.undecoded) == ("slow down", 1)


def test_a_rest_book_stands_in_on_a_connection_without_depth(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("instruments")
    stage.reply(SNAPSHOT, whole(5))
    assert (stage.state(), stage.top()) == (VALID, (11192.5, 11202.5))
    stage.reply(SNAPSHOT, whole(6, {"11000": 1}))
    assert stage.top() == (11000.0, 11202.5)
    stage.ear.unwanted.append("ETHUSD")
    stage.reply("/api/contract/v2/depth@ETHUSD/snapshot", whole(5))
    stage.reply("/api/contract/v2/depth@ETHUSD/snapshot", b"{}")
    assert (list(stage.ear.markets), stage.feed.undecoded) == (["BTCUSD"], 1)
    stage.feed.disconnected(stage.now)
    assert stage.state() == CLOSED
    stage.reply(SNAPSHOT, whole(7))
    assert stage.state() == CLOSED


def test_depth_of_a_connection_that_names_no_market_cannot_be_placed(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("instruments")
    stage.depth(0, 1, BIDS, ASKS)
    assert (stage.feed.undecoded, stage.ear.markets) == (1, {})
    assert "names no market" in stage.ear.reports[0].detail


def test_depth_that_nobody_wants_is_passed_over(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.ear.unwanted.append("BTCUSD")
    stage.connect()
    stage.depth(0, 1, BIDS, ASKS)
    stage.hear(b"{")
    stage.wait(1)
    assert (stage.feed.undecoded, stage.ear.markets, stage.asked()) == (1, {}, [])


def test_a_feed_of_several_codes_has_no_depth(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("instruments")
    stage.feed = VENUE.feed("contract", ["BTCUSD", "ETHUSD"], [Channel.BOOK], stage.ear)
    stage.connect()
    assert stage.ear.markets == {}
    stage.hear(b"{")
    assert stage.feed.undecoded == 1


def test_silence_is_reported_where_the_stream_is_never_silent_for_long(
    contract: Callable[[str], ContractStage],
) -> None:
    stage = contract("depth@BTCUSD")
    stage.connect()
    stage.depth(0, 1, BIDS, ASKS)
    assert stage.feed.next_deadline() == stage.now + 60_000_000_000
    stage.wait(59)
    stage.depth(2, 2, {}, {})
    stage.wait(59)
    assert stage.troubles() == []
    stage.wait(1)
    assert [report.detail for report in stage.ear.reports] == ["nothing was heard for 60 s"]
    stage.wait(30)
    assert stage.troubles() == [Trouble.SILENT]
    stage.wait(30)
    assert stage.troubles() == [Trouble.SILENT] * 2
    quiet = contract("trades@BTCUSD")
    quiet.connect()
    quiet.wait(600)
    assert (quiet.troubles(), quiet.feed.next_deadline()) == ([], None)


def test_a_connection_that_ends_closes_the_book_and_a_new_one_waits(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.connect()
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(102, 102, {}, {})
    stage.feed.disconnected(stage.now)
    assert (stage.state(), stage.asked(), stage.feed.next_deadline()) == (CLOSED, [], None)
    stage.connect()
    assert stage.state() == WAITING
    stage.depth(0, 5, BIDS, ASKS)
    assert (stage.state(), stage.market().tally.resyncs) == (VALID, 0)
    trades = contract("trades@BTCUSD")
    trades.feed.disconnected(trades.now)


@pytest.mark.parametrize("part", ["cash", "positions", "orders", "trades"])
def test_the_private_stream_is_passed_over(contract: Callable[[str], ContractStage], part: str) -> None:
    stage = contract("stream")
    stage.hear({part: {"id": "1"}})
    assert (stage.feed.undecoded, stage.ear.reports) == (0, [])


def test_a_refusal_is_reported(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.hear({"anomaly": "anomaly.trades/suspended"})
    stage.hear({"code": 500, "message": "Server-side issue"})
    assert [(report.trouble, report.detail) for report in stage.ear.reports] == [
        (Trouble.REFUSED, "anomaly.trades/suspended"),
        (Trouble.REFUSED, "Server-side issue"),
    ]


@pytest.mark.parametrize(
    "frame", [b"", b"pong", b"{", b"null", b"{}", b"[1]", b'{"from":"x","message":"m"}', b"[" * 99_999]
)
def test_what_is_no_message_is_counted_with_the_market_of_the_connection(
    contract: Callable[[str], ContractStage], frame: bytes
) -> None:
    stage = contract("depth@BTCUSD")
    stage.hear(frame)
    assert stage.feed.undecoded == 1
    stage.depth(0, 1, BIDS, ASKS)
    stage.hear(frame)
    assert (stage.market().tally.undecoded, stage.state(), stage.troubles()) == (1, VALID, [Trouble.UNDECODED])

"""Contract streams: depth with its recovery, trades, candles, instruments, and connections that say what they are."""

from __future__ import annotations

import json
from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CLOSED, CROSSED, GAPPED, MISMATCHED, VALID, WAITING
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.contract import Channel, SnapshotRequest, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

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


def whole(end: int, bids: dict[str, float] = BIDS, asks: dict[str, float] = ASKS) -> bytes:
    return json.dumps({"from": 0, "to": end, "bids": bids, "asks": asks, "bestPrices": BEST, "lastPrice": 1}).encode()


def test_a_book_follows_its_changes(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.connect()
    stage.depth(0, 100, BIDS, ASKS, bestPrices=BEST, lastPrice=11183.5)
    assert (stage.state(), stage.top(), stage.market().book.last) == (VALID, (11192.5, 11202.5), 11183.5)
    stage.depth(101, 101, {"11183": 3500}, {}, bestPrices=BEST, lastPrice=11183.5)
    stage.depth(102, 105, {"11192.5": 0, "11183.0": 1}, {"11200": 5}, bestPrices={"ask": 11200, "bid": 11192})
    book, tally = stage.market().book, stage.market().tally
    assert book.levels(0, 9) == [(11192.0, 35.0), (11188.0, 293.0), (11184.0, 742.0), (11183.0, 1.0)]
    assert (stage.top(), book.sequence) == ((11192.0, 11200.0), 105)
    assert (tally.frames, tally.book_updates, tally.ticker_agrees, tally.ticker_differs) == (3, 3, 3, 0)
    assert (stage.ear.reports, stage.feed.undecoded, stage.sent(), stage.asked()) == ([], 0, [], [])


def test_numbers_may_be_text_and_in_powers_of_ten(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    frame = {"from": "0", "to": "7", "bids": {"1E+4": "2E+1"}, "asks": {"10000.50": "1"}, "lastPrice": None}
    stage.hear(frame | {"bestPrices": None})
    assert (stage.top(), stage.market().book.bid_size) == ((10000.0, 10000.5), 20.0)
    stage.hear({"from": 8, "to": 8, "bestPrices": {"bid": None, "ask": 1}})
    assert (stage.state(), stage.market().tally.book_updates) == (VALID, 2)


def test_a_gap_is_mended_over_rest_with_the_changes_that_came_meanwhile(
    contract: Callable[[str], ContractStage],
) -> None:
    stage = contract("depth@BTCUSD")
    stage.connect()
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(103, 104, {"11190": 1}, {})
    assert (stage.state(), stage.market().tally.gaps) == (GAPPED, 1)
    assert stage.asked() == [SnapshotRequest("contract", "BTCUSD", SNAPSHOT)]
    assert stage.asked() == []
    stage.depth(105, 106, {"11191": 1}, {})
    stage.depth(107, 107, {"11191": 2}, {})
    stage.reply(SNAPSHOT, whole(105))
    assert (stage.state(), stage.market().book.sequence) == (VALID, 107)
    assert stage.market().book.size_at(0, 11191.0) == 2.0
    assert stage.market().book.size_at(0, 11190.0) == 0.0
    assert stage.troubles() == [Trouble.GAP, Trouble.RESYNCED]
    stage.depth(108, 108, {}, {})
    assert stage.market().tally.gaps == 1
    stage.wait(60)
    assert Trouble.SILENT not in stage.troubles()[:2]


def test_a_snapshot_newer_than_everything_kept_waits_for_the_change_that_spans_its_end(
    contract: Callable[[str], ContractStage],
) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(103, 104, {}, {})
    stage.asked()
    stage.reply(SNAPSHOT, whole(110))
    stage.depth(105, 108, {"1": 1}, {})
    assert (stage.state(), stage.market().book.size_at(0, 1.0)) == (VALID, 0.0)
    stage.depth(109, 112, {"2": 1}, {})
    assert (stage.state(), stage.market().book.size_at(0, 2.0), stage.market().book.sequence) == (VALID, 1.0, 112)
    stage.depth(112, 113, {}, {})
    assert stage.state() == GAPPED


def test_a_snapshot_older_than_what_is_kept_is_of_no_use(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(103, 104, {}, {})
    stage.asked()
    stage.reply(SNAPSHOT, whole(101))
    assert stage.state() == GAPPED
    assert len(stage.asked()) == 1
    stage.reply(SNAPSHOT, whole(102))
    assert (stage.state(), stage.market().book.sequence) == (VALID, 104)


def test_a_gap_among_the_kept_changes_is_found(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(103, 104, {}, {})
    stage.depth(107, 108, {}, {})
    stage.depth(109, 109, {}, {})
    stage.asked()
    stage.reply(SNAPSHOT, whole(102))
    assert (stage.state(), stage.market().tally.gaps) == (GAPPED, 2)
    assert len(stage.asked()) == 1
    stage.reply(SNAPSHOT, whole(106))
    assert (stage.state(), stage.market().book.sequence) == (VALID, 109)


def test_a_book_that_cannot_be_mended_wants_a_new_connection(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.connect()
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(103, 104, {}, {})
    for _ in range(6):
        for _ in range(70):
            stage.wait(1)
            if stage.asked():
                break
        stage.reply(SNAPSHOT, {"anomaly": "anomaly.request/invalid-params"})
    assert stage.troubles().count(Trouble.SHUTDOWN) == 1
    refused = [report for report in stage.ear.reports if report.trouble is Trouble.REFUSED]
    assert {(report.symbol, report.detail) for report in refused} == {
        ("bigone:BTC/USD:BTC", "anomaly.request/invalid-params")
    }
    stage.depth(0, 200, BIDS, ASKS)
    assert (stage.state(), stage.asked()) == (VALID, [])


def test_a_rest_answer_that_does_not_come_is_asked_for_again(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(103, 104, {}, {})
    assert stage.feed.next_deadline() is None  # wished for, and not taken yet
    stage.asked()
    assert stage.feed.next_deadline() == stage.now + 5_000_000_000
    stage.wait(4)
    assert stage.asked() == []
    stage.wait(1)
    assert len(stage.asked()) == 1
    assert stage.troubles() == [Trouble.GAP, Trouble.SILENT]
    for _ in range(5):
        stage.wait(80)
        stage.asked()
    assert Trouble.SHUTDOWN in stage.troubles()


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"from":5,"to":6}', b'{"from":0,"to":104,"bids":{"0":1}}'])
def test_a_rest_answer_that_is_no_book_is_counted_and_asked_for_again(
    contract: Callable[[str], ContractStage], body: bytes
) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(103, 104, {}, {})
    stage.asked()
    stage.reply(SNAPSHOT, body)
    assert (stage.state(), stage.market().tally.undecoded) == (GAPPED, 1)
    assert len(stage.asked()) == 1


def test_a_stream_without_a_first_snapshot_gets_one_over_rest(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.connect()
    assert (stage.asked(), stage.state()) == ([], WAITING)
    assert stage.feed.next_deadline() == stage.now + 10_000_000_000
    stage.depth(101, 102, {"1": 1}, {})
    stage.wait(10)
    assert len(stage.asked()) == 1
    stage.reply(SNAPSHOT, whole(101))
    assert (stage.state(), stage.market().book.sequence, stage.market().tally.resyncs) == (VALID, 102, 0)


def test_a_rest_book_is_not_needed_while_the_stream_is_in_step(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, BIDS, ASKS)
    stage.reply(SNAPSHOT, whole(90, {"1": 1}))
    assert (stage.market().book.sequence, stage.market().book.depth(0)) == (100, 4)


def test_the_same_change_twice_changes_nothing_and_an_older_one_is_a_gap(
    contract: Callable[[str], ContractStage],
) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(101, 102, {}, {})
    stage.depth(101, 102, {}, {})
    assert (stage.state(), stage.market().tally.book_updates) == (VALID, 2)
    stage.depth(101, 101, {}, {})
    assert stage.state() == GAPPED


def test_an_impossible_change_drops_the_book(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(101, 101, {"nan": 1}, {})
    assert (stage.state(), stage.market().tally.undecoded) == (GAPPED, 1)
    stage.depth(0, 200, BIDS, ASKS)
    stage.depth(205, 203, {}, {})
    stage.depth(201, 201, {}, {}, lastPrice=-1)
    assert (stage.state(), stage.market().tally.undecoded) == (VALID, 3)
    stage.depth(202, 202, {}, {})
    assert stage.state() == GAPPED


def test_a_book_that_differs_from_the_venues_best_prices_for_long_is_dropped(
    contract: Callable[[str], ContractStage],
) -> None:
    stage = contract("depth@BTCUSD")
    other = {"bid": 11190, "ask": 11202.5}
    stage.depth(0, 100, BIDS, ASKS, bestPrices=other)
    for at in range(101, 120):
        stage.depth(at, at, {}, {}, after=200_000_000, bestPrices=other)
    assert (stage.state(), stage.market().tally.ticker_differs) == (VALID, 20)
    stage.depth(120, 120, {}, {}, bestPrices=BEST)
    stage.depth(121, 121, {}, {}, bestPrices=BEST)
    assert stage.state() == VALID
    for at in range(122, 143):
        stage.depth(at, at, {}, {}, after=1, bestPrices=other)
    assert stage.state() == VALID  # many, but within a moment
    stage.depth(143, 143, {}, {}, after=2_000_000_000, bestPrices=other)
    assert (stage.state(), stage.market().tally.checksums_bad) == (MISMATCHED, 1)
    assert (
        stage.ear.reports[0].detail == "the venue's best prices are 11190.0 and 11202.5, the book's 11192.5 and 11202.5"
    )
    assert len(stage.asked()) == 1
    stage.reply(SNAPSHOT, whole(143))
    assert (stage.state(), stage.troubles()) == (VALID, [Trouble.CHECKSUM, Trouble.RESYNCED])


def test_a_crossed_book_is_given_up(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, {"11203": 1}, ASKS, bestPrices=BEST)
    assert (stage.state(), stage.market().tally.crossed) == (CROSSED, 1)
    stage.wait(1)
    assert len(stage.asked()) == 1
    assert stage.troubles() == [Trouble.CROSSED, Trouble.CROSSED]


def test_a_crossed_change_late_gives_the_book_up_before_it_is_compared(
    contract: Callable[[str], ContractStage],
) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, {"11203": 1}, ASKS)
    stage.depth(101, 101, {}, {}, after=3_000_000_000, bestPrices=BEST)
    assert (stage.market().tally.ticker_differs, len(stage.asked())) == (0, 1)


def test_changes_kept_are_bounded(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.connect()
    for at in range(1, 3001):
        stage.depth(at, at, {}, {}, after=1)
    stage.reply(SNAPSHOT, whole(900))
    assert stage.state() == WAITING
    stage.reply(SNAPSHOT, whole(952))
    assert stage.market().book.sequence == 3000


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

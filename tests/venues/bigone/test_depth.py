"""Depth of a contract: changes in order, recovery over REST, and the venue's own best prices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from basisdesk.kernel.book import CROSSED, GAPPED, MISMATCHED, VALID, WAITING
from basisdesk.venues.contract import SnapshotRequest, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.venues.bigone.conftest import ContractStage

BIDS = {"11192": 35, "11184": 742, "11192.5": 389, "11188": 293}
ASKS = {"11202.5": 1806, "11212.5": 2138, "11211.5": 19308}
BEST = {"ask": 11202.5, "bid": 11192.5}
SNAPSHOT = "/api/contract/v2/depth@BTCUSD/snapshot"


def whole(end: int, bids: Mapping[str, float] = BIDS, asks: Mapping[str, float] = ASKS) -> bytes:
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
    assert stage.asked() == [SnapshotRequest("contract", "BTCUSD", SNAPSHOT, (("rest", 1.0),))]
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
    stage.wait(10)
    assert stage.troubles() == [Trouble.GAP, Trouble.RESYNCED]


def test_a_book_of_another_market_mends_no_gap(contract: Callable[[str], ContractStage]) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 100, BIDS, ASKS)
    stage.depth(103, 104, {}, {})
    stage.asked()
    stage.reply(SNAPSHOT.replace("BTCUSD", "ETHUSD"), whole(103))
    assert stage.state() == GAPPED
    stage.reply(SNAPSHOT, whole(103))
    assert stage.state() == VALID


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

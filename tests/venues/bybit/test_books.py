"""Books: snapshots, deltas by their count, gaps, repetitions, depths, crossed books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CROSSED, EMPTY, GAPPED, VALID, WAITING
from basisdesk.venues.contract import Trouble

if TYPE_CHECKING:
    from tests.venues.bybit.conftest import Stage

BIDS = [("100", "1"), ("99", "2")]
ASKS = [("101", "1"), ("102", "2")]
SECOND = 1_000_000_000


def renewed(stage: Stage) -> list[tuple[str, list[str]]]:
    return [(frame["op"], frame["args"]) for frame in stage.sent() if frame["op"] != "ping"]


RENEWAL = [("unsubscribe", ["orderbook.200.BTCUSDT"]), ("subscribe", ["orderbook.200.BTCUSDT"])]


def test_a_snapshot_makes_the_book(booked: Stage) -> None:
    book = booked.market().book
    assert (book.levels(0, 9), book.levels(1, 9)) == ([(100.0, 1.0), (99.0, 2.0)], [(101.0, 1.0), (102.0, 2.0)])
    assert (booked.state(), book.sequence) == (VALID, 5)
    assert booked.ear.touches == [("BTCUSDT", booked.now, VALID)]


def test_a_delta_inserts_overwrites_and_removes(booked: Stage) -> None:
    booked.change([("100", "0"), ("99", "7")], [("100.5", "3")], 6)
    book = booked.market().book
    assert (book.levels(0, 9), book.levels(1, 1)) == ([(99.0, 7.0)], [(100.5, 3.0)])
    assert (booked.market().tally.book_updates, booked.market().tally.frames) == (2, 2)


def test_a_snapshot_replaces_the_book_whenever_it_comes(booked: Stage) -> None:
    booked.book([("50", "1")], [("51", "1")], 900)
    assert (booked.top(), booked.market().tally.gaps, booked.troubles()) == ((50.0, 51.0), 0, [])
    booked.change([("50.5", "1")], [], 901)
    assert booked.top() == (50.5, 51.0)


def test_update_one_is_a_snapshot_even_as_a_delta(booked: Stage) -> None:
    booked.change([("50", "1")], [("51", "1")], 1)
    assert (booked.top(), booked.market().book.depth(0), booked.market().tally.gaps) == ((50.0, 51.0), 1, 0)
    booked.change([], [], 1)
    assert booked.state() == EMPTY


def test_a_repeated_snapshot_with_the_same_count_is_no_trouble(stage: Stage) -> None:
    for _ in range(2):
        stage.book([("100", "1")], [("101", "1")], 5, depth="1")
    assert (stage.state(), stage.market().tally.book_updates, stage.troubles()) == (VALID, 2, [])


def test_deltas_before_the_first_snapshot_change_nothing(stage: Stage) -> None:
    stage.change(BIDS, ASKS, 5)
    assert (stage.state(), stage.market().book.depth(0), stage.troubles()) == (WAITING, 0, [])


def test_a_missing_update_drops_the_book_and_asks_for_a_new_one(booked: Stage) -> None:
    booked.change([], [], 7)
    assert (booked.state(), booked.market().book.depth(0)) == (GAPPED, 0)
    assert (booked.market().tally.gaps, booked.troubles()) == (1, [Trouble.GAP])
    assert "update 7 does not follow 5" in booked.ear.reports[0].detail
    assert renewed(booked) == RENEWAL
    booked.change([("98", "1")], [], 8)
    assert (booked.state(), booked.market().tally.gaps) == (GAPPED, 1)
    booked.book(BIDS, ASKS, 20)
    assert (booked.state(), booked.market().tally.resyncs) == (VALID, 1)
    assert booked.troubles() == [Trouble.GAP, Trouble.RESYNCED]


def test_updates_that_were_applied_before_are_ignored(booked: Stage) -> None:
    booked.change([("98", "4")], [], 6)
    booked.change([("98", "4")], [], 6)
    booked.change([("90", "4")], [], 5)
    assert (booked.state(), booked.market().tally.book_updates, booked.troubles()) == (VALID, 2, [])
    booked.change([("97", "1")], [], 7)
    assert booked.market().book.levels(0, 9)[-1] == (97.0, 1.0)


def test_a_lower_count_with_a_newer_cross_sequence_is_a_gap(booked: Stage) -> None:
    booked.change([], [], 3, cross=51)
    assert (booked.state(), booked.troubles()) == (GAPPED, [Trouble.GAP])


def test_old_updates_on_end_mean_that_the_venue_counts_afresh(booked: Stage) -> None:
    for _ in range(20):
        booked.change([], [], 4)
    assert booked.state() == VALID
    booked.change([], [], 4)
    assert (booked.state(), booked.market().tally.gaps) == (GAPPED, 1)
    assert "have stayed behind 5" in booked.ear.reports[0].detail


def test_old_updates_between_good_ones_are_forgotten(booked: Stage) -> None:
    for update in range(6, 40):
        booked.change([], [], 4)
        booked.change([], [], update)
    assert (booked.state(), booked.troubles()) == (VALID, [])


def test_a_frame_whose_keys_stand_in_another_order_is_the_same(stage: Stage) -> None:
    data = '{"s":"BTCUSDT","b":[["100","1"]],"a":[["101","1"]],"u":5,"seq":1}'
    stage.hear('{"ts":1,"data":' + data + ',"type":"snapshot","topic":"orderbook.50.BTCUSDT"}')
    assert (stage.state(), stage.market().tally.frames, stage.feed.undecoded) == (VALID, 1, 0)


@pytest.mark.parametrize(
    "data",
    [
        {"s": "BTCUSDT", "b": [["x", "1"]], "a": [], "u": 6, "seq": 60},
        {"s": "BTCUSDT", "b": [["1", "-1"]], "a": [], "u": 6, "seq": 60},
        {"s": "ETHUSDT", "b": [], "a": [], "u": 6, "seq": 60},
        {"s": "BTCUSDT", "b": [], "a": [], "u": 2**63, "seq": 60},
        {"s": "BTCUSDT", "b": [], "a": []},
        {},
    ],
)
@pytest.mark.parametrize("kind", ["delta", "snapshot", "else"])
def test_an_update_that_cannot_be_read_costs_the_book(booked: Stage, data: dict[str, Any], kind: str) -> None:
    booked.push("orderbook.200.BTCUSDT", data, kind)
    tally = booked.market().tally
    assert (booked.state(), tally.undecoded, tally.gaps, booked.feed.undecoded) == (GAPPED, 1, 1, 0)
    assert booked.troubles() == [Trouble.UNDECODED, Trouble.GAP]
    booked.push("orderbook.200.BTCUSDT", data, kind)
    assert (tally.gaps, len(booked.ear.reports)) == (1, 2)


def test_a_damaged_frame_costs_the_book_that_its_beginning_names(booked: Stage) -> None:
    booked.hear(b'{"topic":"orderbook.200.BTCUSDT","type":"delta","data":{"s":"BTC')
    assert (booked.state(), booked.market().tally.undecoded, booked.feed.undecoded) == (GAPPED, 1, 0)


def test_the_deepest_book_heard_owns_the_market(booked: Stage) -> None:
    booked.book([("100.4", "1")], [("100.6", "1")], 70, depth="1")
    assert (booked.top(), booked.market().tally.book_updates) == ((100.0, 101.0), 1)
    booked.book([("100.1", "1")], [("100.9", "1")], 80, depth="1000")
    assert booked.top() == (100.1, 100.9)
    booked.change([("100.2", "1")], [], 6)
    assert (booked.top(), booked.troubles()) == ((100.1, 100.9), [])
    booked.book([("100.3", "1")], [], 81, kind="delta", depth="1000")
    assert booked.top() == (100.3, 100.9)


def test_a_crossed_book_is_counted_once_and_heals(booked: Stage) -> None:
    booked.change([("103", "1")], [], 6)
    booked.change([("98", "1")], [], 7)
    assert (booked.state(), booked.market().tally.crossed, booked.troubles()) == (CROSSED, 1, [Trouble.CROSSED])
    booked.change([("103", "0")], [], 8)
    assert (booked.state(), booked.market().tally.crossed) == (VALID, 1)
    booked.wait(5)
    assert (booked.troubles(), renewed(booked)) == ([Trouble.CROSSED], [])


def test_a_book_crossed_for_a_second_is_asked_for_again(booked: Stage) -> None:
    booked.change([("103", "1")], [], 6)
    crossed_at = booked.now
    assert booked.feed.next_deadline() == crossed_at + SECOND
    booked.wait(0.5)
    assert renewed(booked) == []
    booked.wait(0.5)
    assert (booked.state(), renewed(booked)) == (CROSSED, RENEWAL)
    assert "crossed for 1000000000 ns" in booked.ear.reports[-1].detail
    booked.change([("103", "0")], [], 7)
    assert booked.state() == CROSSED
    booked.book(BIDS, ASKS, 30)
    assert (booked.state(), booked.market().tally.resyncs, booked.market().tally.gaps) == (VALID, 1, 0)


def test_a_book_crossed_for_twenty_updates_is_asked_for_again(booked: Stage) -> None:
    for update in range(6, 26):
        booked.change([("103", "1")], [], update)
    assert renewed(booked) == []
    booked.change([("103", "1")], [], 26)
    assert renewed(booked) == RENEWAL


def test_a_new_connection_waits_for_a_snapshot_and_calls_it_no_resync(booked: Stage) -> None:
    booked.change([], [], 9)
    booked.feed.disconnected(booked.now)
    booked.feed.connected(booked.now)
    assert booked.state() == WAITING
    booked.change([], [], 10)
    assert booked.state() == WAITING
    booked.book(BIDS, ASKS, 40)
    assert (booked.state(), booked.market().tally.resyncs, booked.troubles()) == (VALID, 0, [Trouble.GAP])

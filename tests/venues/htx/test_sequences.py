"""Books of spot: changes by sequence, tied to the whole book that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CROSSED, GAPPED, VALID, WAITING
from basisdesk.venues.contract import Channel, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.htx.conftest import Stage

BIDS, ASKS = [(9.0, 1.0), (8.0, 2.0)], [(10.0, 3.0)]
SECOND = 1_000_000_000
MBP = "market.btcusdt.mbp.150"


def subscribed(stage: Stage) -> list[Any]:
    """Connect, and take what is sent."""
    stage.feed.connected(stage.now)
    return stage.sent()


def test_spot_changes_wait_for_the_whole_book_that_is_asked_for(staged: Callable[..., Stage]) -> None:
    stage = staged("spot", ["btcusdt"], [Channel.BOOK])
    assert subscribed(stage) == [{"sub": MBP, "id": "1"}]
    stage.hear({"id": "1", "status": "ok", "subbed": MBP, "ts": 1})
    assert stage.sent() == [{"req": MBP, "id": "2"}]
    stage.change([(9.1, 1.0)], [], 10, 12)
    stage.change([(9.2, 1.0)], [], 12, 15)
    stage.change([(9.3, 1.0)], [], 15, 16)
    assert (stage.state(), stage.sent()) == (WAITING, [])
    stage.answer(BIDS, ASKS, 12)
    assert stage.levels() == ([(9.3, 1.0), (9.2, 1.0), *BIDS], ASKS)
    stage.change([(9.3, 0.0)], [], 16, 20)
    tally = stage.market().tally
    assert (stage.state(), stage.market().book.sequence, tally.gaps, tally.resyncs) == (VALID, 20, 0, 0)
    assert (tally.book_updates, tally.frames, stage.troubles()) == (4, 5, [])
    stage.wait(4)
    assert stage.sent() == []


def test_a_whole_spot_book_may_fall_inside_a_change(spot: Stage) -> None:
    spot.change([(9.2, 1.0)], [], 10, 15)
    spot.answer(BIDS, ASKS, 12)
    assert (spot.state(), spot.levels()[0][0], spot.market().book.sequence) == (VALID, (9.2, 1.0), 15)


def test_a_whole_spot_book_without_changes_before_it_is_enough(spot: Stage) -> None:
    spot.answer(BIDS, ASKS, 12)
    assert (spot.state(), spot.levels()) == (VALID, (BIDS, ASKS))
    spot.answer([(1.0, 1.0)], ASKS, 13)
    assert spot.levels() == (BIDS, ASKS)


def test_a_whole_spot_book_that_is_too_old_is_asked_for_again(staged: Callable[..., Stage]) -> None:
    stage = staged("spot", ["btcusdt"], [Channel.BOOK])
    subscribed(stage)
    stage.change([(9.1, 1.0)], [], 10, 12)
    assert stage.sent() == [{"req": MBP, "id": "2"}]
    stage.answer(BIDS, ASKS, 9)
    assert stage.state() == WAITING
    stage.wait(2)
    assert stage.sent() == [{"req": MBP, "id": "2"}]
    assert "the book of market.btcusdt.mbp.150 was not answered" in stage.ear.reports[-1].detail
    stage.answer(BIDS, ASKS, 10)
    assert stage.levels()[0][0] == (9.1, 1.0)


def test_a_gap_of_spot_asks_for_the_whole_book_and_keeps_what_follows(spot: Stage) -> None:
    spot.answer(BIDS, ASKS, 10)
    spot.change([(9.1, 1.0)], [], 11, 12)
    assert (spot.state(), spot.troubles(), spot.sent()) == (GAPPED, [Trouble.GAP], [{"req": MBP, "id": "1"}])
    spot.change([(9.2, 1.0)], [], 12, 14)
    spot.answer(BIDS, ASKS, 11)
    tally = spot.market().tally
    assert (spot.state(), tally.gaps, tally.resyncs, spot.levels()[0][0]) == (VALID, 1, 1, (9.2, 1.0))
    assert (spot.troubles(), spot.sent()) == ([Trouble.GAP, Trouble.RESYNCED], [])


def test_a_hole_in_what_waits_drops_what_came_before_it(spot: Stage) -> None:
    spot.change([(9.1, 1.0)], [], 10, 12)
    spot.change([(9.2, 1.0)], [], 13, 14)
    spot.change([(9.3, 1.0)], [], 12, 13)
    spot.answer(BIDS, ASKS, 12)
    assert spot.state() == WAITING
    spot.answer(BIDS, ASKS, 13)
    assert spot.levels()[0][0] == (9.2, 1.0)


def test_repeated_and_overlapping_spot_changes_are_harmless(spot: Stage) -> None:
    spot.answer(BIDS, ASKS, 10)
    spot.change([(9.1, 1.0)], [], 9, 10)
    assert spot.levels() == (BIDS, ASKS)
    spot.change([(9.2, 1.0)], [], 8, 11)
    spot.change([], [], 11, 11)
    assert (spot.state(), spot.levels()[0][0], spot.market().tally.book_updates) == (VALID, (9.2, 1.0), 2)


def test_spot_numbers_that_stay_behind_for_long_are_a_new_count(spot: Stage) -> None:
    spot.answer(BIDS, ASKS, 1000)
    spot.change([], [], 1, 2)
    spot.change([], [], 2, 3, after=30 * SECOND)
    assert spot.state() == VALID
    spot.change([], [], 3, 4)
    assert (spot.state(), spot.market().tally.gaps) == (GAPPED, 1)
    spot.answer(BIDS, ASKS, 4)
    assert spot.state() == VALID


def test_spot_numbers_that_were_behind_once_are_forgotten(spot: Stage) -> None:
    spot.answer(BIDS, ASKS, 10)
    spot.change([], [], 8, 9)
    spot.change([], [], 10, 11)
    spot.change([], [], 9, 10, after=40 * SECOND)
    assert spot.state() == VALID


@pytest.mark.parametrize(
    "tick",
    [{"seqNum": 11}, {"prevSeqNum": 10}, {"seqNum": 10, "prevSeqNum": 11}, {"seqNum": "11", "prevSeqNum": 10}, None],
)
def test_a_spot_change_without_its_numbers_is_undecoded(spot: Stage, tick: object) -> None:
    spot.answer(BIDS, ASKS, 10)
    spot.push("mbp.150", tick)
    assert (spot.state(), spot.market().tally.undecoded) == (VALID, 1)
    spot.change([], [], 11, 12)
    assert spot.state() == GAPPED


def test_levels_of_spot_that_cannot_be_read_are_a_gap(spot: Stage) -> None:
    spot.answer(BIDS, ASKS, 10)
    spot.push("mbp.150", {"seqNum": 11, "prevSeqNum": 10, "bids": [["x", 1]]})
    tally = spot.market().tally
    assert (spot.state(), tally.gaps, tally.undecoded) == (GAPPED, 1, 1)
    spot.push("mbp.150", {"seqNum": 13, "prevSeqNum": 12, "bids": [["x", 1]]})
    spot.change([], [], 13, 14)
    spot.answer(BIDS, ASKS, 12)
    assert (spot.state(), tally.gaps, tally.undecoded) == (GAPPED, 2, 2)


@pytest.mark.parametrize("data", [None, {}, {"seqNum": 5, "bids": 5}, {"bids": [], "asks": []}])
def test_a_whole_spot_book_that_cannot_be_read_changes_nothing(spot: Stage, data: object) -> None:
    spot.change([], [], 4, 5)
    spot.hear({"id": "1", "rep": MBP, "status": "ok", "data": data})
    assert (spot.state(), spot.market().tally.undecoded) == (WAITING, 1)


def test_a_crossed_spot_book_is_asked_for_anew(spot: Stage) -> None:
    spot.answer([(11.0, 1.0)], ASKS, 0)
    for sequence in range(1, 22):
        spot.change([], [], sequence - 1, sequence)
    assert (spot.state(), spot.sent()) == (CROSSED, [{"req": MBP, "id": "1"}])
    spot.answer(BIDS, ASKS, 30)
    assert (spot.state(), spot.market().tally.resyncs) == (VALID, 1)

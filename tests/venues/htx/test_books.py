"""Books: whole ones, those of contracts by version, and who owns what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CLOSED, CROSSED, EMPTY, GAPPED, VALID, WAITING, Book
from basisdesk.venues.contract import Channel, Market, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.htx.conftest import Stage

BIDS, ASKS = [(9.0, 1.0), (8.0, 2.0)], [(10.0, 3.0)]
SECOND = 1_000_000_000
HIGH_FREQ = "market.BTC-USDT.depth.size_150.high_freq"


def subscribed(stage: Stage) -> list[Any]:
    """Connect, and take what is sent."""
    stage.feed.connected(stage.now)
    return stage.sent()


# ---------------------------------------------------------------- whole books


@pytest.mark.parametrize("channel", ["depth.step0", "mbp.refresh.20"])
def test_a_whole_book_replaces_the_one_before(spot: Stage, channel: str) -> None:
    spot.whole(BIDS, ASKS, channel, version=5)
    spot.whole([(9.5, 1.0)], [(9.9, 2.0), (11.0, 1.0)], channel, version=50)
    assert spot.levels() == ([(9.5, 1.0)], [(9.9, 2.0), (11.0, 1.0)])
    tally = spot.market().tally
    assert (tally.frames, tally.book_updates, tally.gaps, spot.troubles()) == (2, 2, 0, [])
    assert spot.ear.touches[-1] == ("btcusdt", spot.now, VALID)


def test_contract_books_are_in_contracts_and_numbered_by_version(linear: Stage) -> None:
    linear.whole(BIDS, ASKS, "depth.step6", version=77, mrid=5, id=77)
    assert (linear.market().book.sequence, linear.levels()) == (77, (BIDS, ASKS))


@pytest.mark.parametrize("channel", ["depth.step1", "depth.step7", "depth.step14", "depth.step6"])
def test_merged_levels_are_no_book(spot: Stage, channel: str) -> None:
    spot.whole(BIDS, ASKS, channel)
    assert (spot.state(), spot.market().tally.frames, spot.market().tally.book_updates) == (WAITING, 1, 0)


@pytest.mark.parametrize("tick", [{}, {"bids": None, "asks": None}, {"bids": [], "asks": []}, {"bids": [[9, 1]]}])
def test_a_side_that_is_missing_null_or_empty_has_no_orders(linear: Stage, tick: dict[str, Any]) -> None:
    linear.whole(BIDS, ASKS)
    linear.push("depth.step0", tick)
    assert (linear.state(), linear.market().book.depth(1)) == (EMPTY, 0)


@pytest.mark.parametrize("tick", [None, [], 5, {"bids": 5}, {"bids": [[9]]}, {"asks": [[-1, 2]]}, {"version": "x"}])
def test_a_whole_book_that_cannot_be_read_changes_nothing(linear: Stage, tick: object) -> None:
    linear.whole(BIDS, ASKS)
    linear.push("depth.step0", tick)
    assert (linear.state(), linear.levels()) == (VALID, (BIDS, ASKS))
    tally = linear.market().tally
    assert (tally.undecoded, tally.gaps, linear.troubles()) == (1, 0, [Trouble.UNDECODED])


def test_changes_kept_by_an_archive_apply_to_the_whole_book_before(linear: Stage) -> None:
    linear.push("depth.step0", {"bids": [[9.5, 1]]}, update=True)
    assert linear.state() == WAITING
    linear.whole(BIDS, ASKS)
    linear.push("depth.step0", {"bids": [[9.5, 1], [8, 0]], "asks": []}, update=True)
    assert linear.levels() == ([(9.5, 1.0), (9.0, 1.0)], ASKS)
    linear.push("depth.step0", {"bids": [["x", 1]], "asks": []}, update=True)
    assert (linear.market().tally.undecoded, linear.levels()[0][0]) == (1, (9.5, 1.0))


def test_a_crossed_whole_book_is_counted_once_and_nothing_is_asked(linear: Stage) -> None:
    subscribed(linear)
    for _ in range(50):
        linear.whole([(11.0, 1.0)], ASKS)
    linear.wait(2)
    assert (linear.state(), linear.market().tally.crossed, linear.troubles()) == (CROSSED, 1, [Trouble.CROSSED])
    assert linear.sent() == []
    linear.whole(BIDS, ASKS)
    linear.whole([(11.0, 1.0)], ASKS)
    assert linear.market().tally.crossed == 2


# ---------------------------------------------------------------- contracts, by version


def test_changes_of_a_contract_follow_by_one(linear: Stage) -> None:
    linear.update([(9.5, 1.0)], [], 4)
    assert linear.state() == WAITING
    linear.snapshot(BIDS, ASKS, 5, mrid=100)
    linear.update([(9.5, 1.0), (8.0, 0.0)], [], 6, mrid=101)
    linear.update([], [(10.0, 0.0), (9.9, 1.0)], 7, mrid=102)
    assert linear.levels() == ([(9.5, 1.0), (9.0, 1.0)], [(9.9, 1.0)])
    tally = linear.market().tally
    assert (linear.market().book.sequence, tally.book_updates, tally.gaps, tally.frames) == (7, 3, 0, 4)


def test_a_change_of_a_contract_sent_twice_is_applied_once(linear: Stage) -> None:
    linear.snapshot(BIDS, ASKS, 5)
    linear.update([(9.5, 1.0)], [], 6)
    linear.update([(9.5, 1.0)], [], 6)
    assert (linear.state(), linear.market().tally.book_updates) == (VALID, 2)


@pytest.mark.parametrize("version", [7, 4])
def test_a_gap_of_a_contract_subscribes_again(staged: Callable[..., Stage], version: int) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.BOOK])
    assert subscribed(stage) == [{"sub": HIGH_FREQ, "data_type": "incremental", "id": "1"}]
    stage.hear({"id": "1", "status": "ok", "subbed": HIGH_FREQ, "ts": 1})
    stage.snapshot(BIDS, ASKS, 5)
    stage.update([(9.5, 1.0)], [], version)
    assert (stage.state(), stage.market().tally.gaps, stage.troubles()) == (GAPPED, 1, [Trouble.GAP])
    assert stage.sent() == [
        {"unsub": HIGH_FREQ, "id": "2"},
        {"sub": HIGH_FREQ, "data_type": "incremental", "id": "3"},
    ]
    stage.update([(9.5, 1.0)], [], 8)
    stage.hear({"id": "2", "status": "ok", "unsubbed": HIGH_FREQ, "ts": 1})
    stage.hear({"id": "3", "status": "ok", "subbed": HIGH_FREQ, "ts": 1})
    assert stage.state() == GAPPED
    stage.snapshot(BIDS, ASKS, 20)
    stage.update([(9.5, 1.0)], [], 21)
    tally = stage.market().tally
    assert (stage.state(), tally.gaps, tally.resyncs) == (VALID, 1, 1)
    assert (stage.troubles(), stage.sent()) == ([Trouble.GAP, Trouble.RESYNCED], [])
    assert stage.ear.reports[-1].symbol == "htx:BTC/USDT:USDT"


def test_a_snapshot_that_does_not_come_is_asked_for_again_and_again(staged: Callable[..., Stage]) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.BOOK])
    subscribed(stage)
    stage.hear({"id": "1", "status": "ok", "subbed": HIGH_FREQ, "ts": 1})
    for pause in (5, 10, 20, 40, 60, 60):
        stage.hear({"ping": 1}, after=0)
        stage.wait(pause - 1)
        assert len(stage.sent()) == 1
        stage.wait(1)
        assert stage.sent() == [{"sub": HIGH_FREQ, "data_type": "incremental", "id": "1"}]
        assert stage.feed.next_deadline() is not None
    quiet = [report for report in stage.ear.reports if report.symbol]
    assert {report.trouble for report in quiet} == {Trouble.SILENT}
    assert (len(quiet), quiet[0].symbol) == (6, "htx:BTC/USDT:USDT")


@pytest.mark.parametrize(
    "tick",
    [
        {"event": "update", "bids": [], "asks": []},
        {"version": 6, "bids": [], "asks": []},
        {"event": "surprise", "version": 6},
        {"event": "update", "version": 2**70},
    ],
)
def test_a_change_of_a_contract_without_its_marks_is_undecoded(linear: Stage, tick: dict[str, Any]) -> None:
    linear.snapshot(BIDS, ASKS, 5)
    linear.push("depth.size_150.high_freq", tick)
    assert (linear.state(), linear.market().tally.undecoded) == (VALID, 1)


def test_levels_of_a_contract_that_cannot_be_read_are_a_gap(linear: Stage) -> None:
    linear.snapshot(BIDS, ASKS, 5)
    linear.push("depth.size_150.high_freq", {"event": "update", "version": 6, "bids": [["x", 1]]})
    tally = linear.market().tally
    assert (linear.state(), tally.gaps, tally.undecoded) == (GAPPED, 1, 1)
    linear.push("depth.size_150.high_freq", {"event": "snapshot", "version": 6, "bids": [["x", 1]]})
    assert (linear.state(), tally.undecoded) == (GAPPED, 2)
    linear.hear(b'{"ch":"market.BTC-USDT.depth.size_150.high_freq","tick":{"ev')
    assert (linear.state(), tally.undecoded) == (GAPPED, 3)


def test_a_contract_book_crossed_for_too_many_changes_is_asked_for_anew(linear: Stage) -> None:
    linear.snapshot([(11.0, 1.0)], ASKS, 0)
    for version in range(1, 21):
        linear.update([], [], version)
    assert (linear.state(), linear.market().tally.crossed, len(linear.sent())) == (CROSSED, 1, 2)
    linear.update([(11.0, 0.0)], [], 21)
    assert linear.state() == CROSSED
    linear.snapshot(BIDS, ASKS, 30)
    tally = linear.market().tally
    assert (linear.state(), tally.crossed, tally.gaps, tally.resyncs) == (VALID, 1, 0, 1)
    assert linear.troubles() == [Trouble.CROSSED, Trouble.CROSSED, Trouble.RESYNCED]


def test_a_contract_book_crossed_for_too_long_is_asked_for_anew_without_a_further_change(linear: Stage) -> None:
    subscribed(linear)
    linear.snapshot([(11.0, 1.0)], ASKS, 0)
    assert linear.feed.next_deadline() == linear.now + SECOND
    linear.wait(0.9)
    assert linear.sent() == []
    linear.wait(0.1)
    assert ["sub" in frame for frame in linear.sent()] == [False, True]
    assert "crossed for 1000000000 ns" in linear.ear.reports[-1].detail


def test_a_contract_book_crossed_for_a_second_is_given_up_by_the_next_change(linear: Stage) -> None:
    linear.snapshot([(11.0, 1.0)], ASKS, 0)
    linear.now += SECOND
    linear.update([], [], 1)
    linear.update([], [], 2)
    assert len(linear.sent()) == 2


def test_a_contract_book_that_uncrosses_in_time_goes_on(linear: Stage) -> None:
    subscribed(linear)
    linear.snapshot([(11.0, 1.0)], ASKS, 0)
    linear.update([(11.0, 0.0), (9.0, 1.0)], [], 1)
    linear.wait(1)
    assert (linear.state(), linear.sent(), linear.troubles()) == (VALID, [], [Trouble.CROSSED])


# ---------------------------------------------------------------- several channels, several connections


def test_the_deepest_channel_in_step_owns_the_book(spot: Stage) -> None:
    spot.answer([(5.0, 1.0)], ASKS, 10, levels=20)
    spot.answer(BIDS, ASKS, 10)
    spot.answer([(4.0, 1.0)], ASKS, 10, levels=20)
    spot.change([(6.0, 1.0)], [], 10, 11, levels=20)
    spot.whole([(7.0, 1.0)], ASKS)
    assert spot.levels() == (BIDS, ASKS)
    spot.change([], [], 11, 12)
    assert spot.state() == GAPPED
    spot.whole([(7.0, 1.0)], ASKS)
    assert (spot.state(), spot.levels()[0], spot.market().tally.resyncs) == (VALID, [(7.0, 1.0)], 1)
    spot.answer(BIDS, ASKS, 12)
    assert spot.levels() == (BIDS, ASKS)


def test_a_shallower_channel_of_a_contract_leaves_the_book_alone(linear: Stage) -> None:
    linear.snapshot([(5.0, 1.0)], ASKS, 1, levels=20)
    linear.snapshot(BIDS, ASKS, 1)
    linear.snapshot([(5.0, 1.0)], ASKS, 9, levels=20)
    linear.update([(6.0, 1.0)], [], 10, levels=20)
    assert (linear.levels(), linear.troubles()) == ((BIDS, ASKS), [])


def test_a_new_connection_begins_from_empty(linear: Stage) -> None:
    linear.snapshot(BIDS, ASKS, 5)
    linear.feed.disconnected(linear.now)
    assert (linear.state(), linear.ear.touches[-1]) == (CLOSED, ("BTC-USDT", linear.now, CLOSED))
    linear.update([(9.5, 1.0)], [], 6)
    assert linear.state() == CLOSED
    linear.feed.connected(linear.now)
    assert linear.state() == WAITING
    linear.snapshot(BIDS, ASKS, 1)
    tally = linear.market().tally
    assert (linear.state(), tally.gaps, tally.resyncs) == (VALID, 0, 0)


def test_a_gapped_book_is_closed_with_its_connection(spot: Stage) -> None:
    spot.answer(BIDS, ASKS, 10)
    spot.change([], [], 11, 12)
    spot.feed.disconnected(spot.now)
    assert spot.state() == CLOSED


def test_a_book_of_another_connection_is_left_alone(staged: Callable[..., Stage]) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.TRADES])
    book = Book()
    book.snapshot_levels(BIDS, ASKS, 1, 1)
    stage.ear.given["BTC-USDT"] = Market("htx:BTC/USDT:USDT", "linear", "BTC-USDT", book)
    stage.push("trade.detail", {"data": []})
    stage.feed.connected(stage.now)
    stage.feed.disconnected(stage.now)
    assert (book.state(0), stage.ear.touches) == (VALID, [])


def test_an_error_of_the_sink_is_ours_and_is_raised(linear: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a bug of the desk")

    monkeypatch.setattr(linear.ear, "touched", fail)
    with pytest.raises(ValueError, match="a bug of the desk"):
        linear.whole(BIDS, ASKS)

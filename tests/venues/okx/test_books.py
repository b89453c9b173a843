"""Books: snapshots, changes, ids, checksums, crossing, and which channel owns a book."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from msgspec import Raw

from basisdesk.kernel.book import CROSSED, GAPPED, MISMATCHED, VALID, WAITING
from basisdesk.venues.contract import Trouble
from basisdesk.venues.okx.checksum import levels_of

if TYPE_CHECKING:
    from tests.venues.okx.conftest import Stage

BIDS = [("50000.1", "0.5"), ("50000", "2")]
ASKS = [("50000.2", "1.1"), ("50000.3", "3")]
SECOND = 1_000_000_000


def crc(text: str) -> int:
    value = crc32(text.encode())
    return value - 2**32 if value >= 2**31 else value


def test_a_snapshot_and_changes_that_follow_it_make_the_book(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS, checksum=0, prevSeqId=-1, seqId=1001)
    stage.update([("50000.1", "0"), ("49999", "7")], [("50000.2", "1.2")], checksum=0, prevSeqId=1001, seqId=1007)
    book = stage.market().book
    assert book.levels(0, 9) == [(50000.0, 2.0), (49999.0, 7.0)]
    assert book.levels(1, 9) == [(50000.2, 1.2), (50000.3, 3.0)]
    assert (book.sequence, book.state(0)) == (1007, VALID)
    tally = stage.market().tally
    assert (tally.frames, tally.book_updates, tally.gaps, tally.checksums_ok, tally.checksums_bad) == (2, 2, 0, 0, 0)
    assert [code for code, _, _ in stage.ear.touches] == ["BTC-USDT", "BTC-USDT"]
    assert stage.ear.reports == []


def test_a_heartbeat_without_levels_keeps_the_book_fresh(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=1001)
    stage.update([], [], after=60 * SECOND, prevSeqId=1001, seqId=1001)
    stage.update([], [], after=60 * SECOND, prevSeqId=1001, seqId=1001)
    book = stage.market().book
    assert (book.state(0), book.seen, stage.market().tally.book_updates) == (VALID, stage.now, 3)


def test_ids_may_be_set_back_when_the_update_still_follows(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=900_000)
    stage.update([("49000", "1")], [], prevSeqId=900_000, seqId=3)
    stage.update([("49001", "1")], [], prevSeqId=3, seqId=4)
    assert (stage.state(), stage.market().book.sequence, stage.market().tally.gaps) == (VALID, 4, 0)


def test_an_update_that_does_not_follow_is_a_gap_and_a_new_snapshot_a_resync(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=10)
    stage.update([("49000", "1")], [], prevSeqId=12, seqId=13)
    tally = stage.market().tally
    assert (stage.state(), tally.gaps, tally.resyncs, tally.book_updates) == (GAPPED, 1, 0, 1)
    assert stage.ear.touches[-1] == ("BTC-USDT", stage.now, GAPPED)
    assert stage.ear.reports[-1].symbol == "okx:BTC/USDT"
    assert stage.ear.reports[-1].detail == "update follows 12, the book is at 10"
    topic = [{"channel": "books", "instId": "BTC-USDT"}]
    assert stage.sent() == [{"op": "unsubscribe", "args": topic}, {"op": "subscribe", "args": topic}]
    stage.update([("49000", "1")], [], prevSeqId=13, seqId=14)
    assert (stage.state(), tally.gaps, tally.frames) == (GAPPED, 1, 3)
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=20)
    stage.update([("49000", "1")], [], prevSeqId=20, seqId=21)
    assert (stage.state(), tally.gaps, tally.resyncs, stage.sent()) == (VALID, 1, 1, [])
    assert stage.troubles() == [Trouble.GAP, Trouble.RESYNCED]


def test_the_last_update_sent_twice_is_no_gap(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=10)
    for _ in range(2):
        stage.update([("50000", "9")], [], prevSeqId=10, seqId=11)
    tally = stage.market().tally
    assert (stage.state(), tally.gaps, tally.book_updates, tally.frames) == (VALID, 0, 2, 3)


def test_updates_before_any_snapshot_are_counted_and_ignored(stage: Stage) -> None:
    stage.update(BIDS, ASKS, prevSeqId=5, seqId=6)
    tally = stage.market().tally
    assert (stage.state(), tally.frames, tally.book_updates, tally.gaps) == (WAITING, 1, 0, 0)
    assert stage.ear.touches == []


def test_frames_without_ids_are_believed_as_they_come(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS)
    stage.update([("50000.1", "0")], [])
    assert (stage.state(), stage.market().book.bid, stage.market().tally.gaps) == (VALID, 50000.0, 0)


def test_checksums_are_taken_over_the_texts_as_sent_and_the_newest_text_counts(stage: Stage) -> None:
    stage.snapshot(
        [("10.0", "1.50"), ("9", "2")], [("11", "1e1")], "books-l2-tbt", checksum=crc("10.0:1.50:11:1e1:9:2")
    )
    stage.update([("10.00", "2.5")], [("11", "0"), ("12.0", "3")], "books-l2-tbt", checksum=crc("10.00:2.5:12.0:3:9:2"))
    stage.update([("9.0", "0")], [], "books-l2-tbt", checksum=0)
    stage.update([], [("13", "1"), ("14", "0.000")], "books-l2-tbt", checksum=crc("10.00:2.5:12.0:3:13:1"))
    tally = stage.market().tally
    assert (tally.checksums_ok, tally.checksums_bad, tally.book_updates, stage.state()) == (3, 0, 4, VALID)


def test_a_checksum_covers_25_levels_of_each_side(stage: Stage) -> None:
    bids = [(str(1000 - rank), "1") for rank in range(30)]
    asks = [(str(2000 + rank), "2") for rank in range(30)]
    text = ":".join(f"{1000 - rank}:1:{2000 + rank}:2" for rank in range(25))
    stage.snapshot(bids, asks, checksum=crc(text))
    assert (stage.market().tally.checksums_ok, stage.market().tally.checksums_bad) == (1, 0)


def test_numbers_that_are_not_quoted_count_as_they_are_written(stage: Stage) -> None:
    stage.hear(
        '{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[[11.50,3,"0","1"]],'
        f'"bids":[["10",1]],"checksum":{crc("10:1:11.50:3")}}}]}}'
    )
    assert stage.market().tally.checksums_ok == 1


def test_a_wrong_checksum_takes_the_book_away_until_a_new_snapshot(stage: Stage) -> None:
    good = crc("10:1:11:1")
    stage.snapshot([("10", "1")], [("11", "1")], checksum=good)
    stage.update([("10", "2")], [], checksum=good)
    tally = stage.market().tally
    assert (stage.state(), tally.checksums_ok, tally.checksums_bad, tally.gaps) == (MISMATCHED, 1, 1, 0)
    assert stage.ear.touches[-1] == ("BTC-USDT", stage.now, MISMATCHED)
    assert [frame["op"] for frame in stage.sent()] == ["unsubscribe", "subscribe"]
    stage.update([("10", "1")], [], checksum=good)
    assert (stage.state(), tally.checksums_ok) == (MISMATCHED, 1)
    stage.snapshot([("10", "1")], [("11", "1")], checksum=good)
    assert (stage.state(), tally.checksums_ok, tally.checksums_bad, tally.resyncs) == (VALID, 2, 1, 1)
    assert stage.troubles() == [Trouble.CHECKSUM, Trouble.RESYNCED]


def test_a_level_that_the_channel_never_sent_makes_the_checksum_wrong(stage: Stage) -> None:
    good = crc("10:1:11:1")
    stage.snapshot([("10", "1")], [("11", "1")], checksum=good)
    stage.market().book.update_levels([(10.5, 1.0)], [], stage.now, 0)
    stage.update([], [], checksum=good)
    assert (stage.state(), stage.market().tally.checksums_bad) == (MISMATCHED, 1)


def test_a_snapshot_with_a_wrong_checksum_is_no_resync(stage: Stage) -> None:
    stage.snapshot([("10", "1")], [("11", "1")], prevSeqId=-1, seqId=1, checksum=7)
    stage.snapshot([("10", "1")], [("11", "1")], prevSeqId=-1, seqId=1, checksum=7)
    tally = stage.market().tally
    assert (stage.state(), tally.checksums_bad, tally.resyncs) == (MISMATCHED, 2, 0)


def test_a_checksum_after_a_snapshot_without_one_cannot_be_verified(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=1, checksum=0)
    stage.update([], [], prevSeqId=1, seqId=2, checksum=77)
    tally = stage.market().tally
    assert (stage.state(), tally.checksums_ok, tally.checksums_bad) == (VALID, 0, 0)


@pytest.mark.parametrize("channel", ["books5", "bbo-tbt"])
def test_small_channels_replace_the_whole_book_each_time(stage: Stage, channel: str) -> None:
    for shift in range(3):
        levels = {"bids": [[f"{10 + shift}", "1", "0", "1"]], "asks": [[f"{20 + shift}", "1", "0", "1"]]}
        stage.push(channel, "BTC-USDT", levels)
    book = stage.market().book
    assert (book.levels(0, 9), book.levels(1, 9)) == ([(12.0, 1.0)], [(22.0, 1.0)])
    assert (stage.market().tally.book_updates, book.state(0)) == (3, VALID)


def test_the_deepest_channel_owns_the_book_and_the_others_are_compared_by_id(stage: Stage) -> None:
    top = {"bids": [["50000.1", "0.5", "0", "1"]], "asks": [["50000.2", "1.1", "0", "1"]]}
    stage.push("bbo-tbt", "BTC-USDT", top | {"seqId": 9})
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=10)
    assert stage.market().book.depth(0) == 2
    stage.push("bbo-tbt", "BTC-USDT", top | {"seqId": 10})
    stage.push("bbo-tbt", "BTC-USDT", top | {"seqId": 10, "asks": [["50000.2", "1.2", "0", "1"]]})
    stage.push("bbo-tbt", "BTC-USDT", top | {"seqId": 10, "asks": []})
    stage.push("bbo-tbt", "BTC-USDT", top | {"seqId": 11, "asks": []})
    stage.push("bbo-tbt", "BTC-USDT", top)
    stage.push("bbo-tbt", "BTC-USDT", top | {"seqId": 10, "asks": [["50000.2"]]})
    tally = stage.market().tally
    assert (tally.ticker_agrees, tally.ticker_differs, tally.undecoded) == (1, 2, 1)
    assert (stage.market().book.depth(0), stage.state(), tally.book_updates, tally.frames) == (2, VALID, 2, 8)


def test_a_deeper_channel_takes_the_book_over_and_the_shallower_waits_for_ever(stage: Stage) -> None:
    stage.snapshot([("10", "1")], [("11", "1")], "books50-l2-tbt", prevSeqId=-1, seqId=1)
    stage.snapshot(BIDS, ASKS, "books-l2-tbt", prevSeqId=-1, seqId=100)
    stage.update([("10.5", "1")], [], "books50-l2-tbt", prevSeqId=1, seqId=2)
    stage.update([("50000.1", "0")], [], "books-l2-tbt", prevSeqId=100, seqId=101)
    assert stage.market().book.levels(0, 9) == [(50000.0, 2.0)]
    assert stage.market().tally.gaps == 0


def test_a_crossed_book_is_counted_once_and_reported_until_it_is_right_again(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=0)
    stage.update([("50000.2", "1")], [], prevSeqId=0, seqId=1)
    stage.update([("50000.3", "1")], [], prevSeqId=1, seqId=2)
    tally = stage.market().tally
    assert (stage.state(), tally.crossed) == (CROSSED, 1)
    assert stage.ear.reports[-1].detail == "best bid 50000.2 is not below best ask 50000.2"
    assert stage.feed.next_deadline() == stage.now - 1_000_000 + SECOND
    stage.update([("50000.2", "0"), ("50000.3", "0")], [], prevSeqId=2, seqId=3)
    assert (stage.state(), tally.crossed) == (VALID, 1)
    stage.update([("60000", "1")], [], prevSeqId=3, seqId=4)
    assert (tally.crossed, stage.troubles()) == (2, [Trouble.CROSSED, Trouble.CROSSED])


def test_a_new_connection_begins_to_count_a_crossed_book_anew(stage: Stage) -> None:
    stage.snapshot([("11", "1")], [("10", "1")], prevSeqId=-1, seqId=0)
    stage.feed.disconnected(stage.now)
    stage.feed.connected(stage.now)
    stage.sent()
    stage.snapshot([("11", "1")], [("10", "1")], after=2 * SECOND, prevSeqId=-1, seqId=0)
    assert (stage.state(), stage.market().tally.crossed) == (CROSSED, 2)
    assert stage.sent() == []  # a second has not passed since this one began


def test_a_book_crossed_for_more_than_20_updates_is_asked_for_again(stage: Stage) -> None:
    stage.snapshot([("11", "1")], [("10", "1")], prevSeqId=-1, seqId=0)
    for at in range(19):
        stage.update([], [], prevSeqId=at, seqId=at + 1)
    assert stage.sent() == []
    stage.update([], [], prevSeqId=19, seqId=20)
    assert [frame["op"] for frame in stage.sent()] == ["unsubscribe", "subscribe"]
    stage.update([("11", "0")], [], prevSeqId=20, seqId=21)
    assert (stage.state(), stage.market().tally.crossed) == (CROSSED, 1)
    stage.snapshot([("9", "1")], [("10", "1")], prevSeqId=-1, seqId=30)
    tally = stage.market().tally
    assert (stage.state(), tally.crossed, tally.resyncs, tally.gaps) == (VALID, 1, 1, 0)
    assert stage.troubles() == [Trouble.CROSSED, Trouble.CROSSED, Trouble.RESYNCED]


def test_a_book_crossed_for_more_than_a_second_is_asked_for_again(stage: Stage) -> None:
    stage.snapshot([("11", "1")], [("10", "1")], prevSeqId=-1, seqId=0)
    stage.update([], [], after=SECOND + 1, prevSeqId=0, seqId=1)
    assert [frame["op"] for frame in stage.sent()] == ["unsubscribe", "subscribe"]


def test_a_book_crossed_for_a_second_without_a_word_is_asked_for_again_on_time(stage: Stage) -> None:
    stage.snapshot([("11", "1")], [("10", "1")], prevSeqId=-1, seqId=0)
    deadline = stage.feed.next_deadline()
    assert deadline == stage.now + SECOND
    stage.feed.on_time(deadline - 1)
    assert stage.sent() == []
    stage.feed.on_time(deadline)
    assert [frame["op"] for frame in stage.sent()] == ["unsubscribe", "subscribe"]
    assert stage.state() == CROSSED


def test_a_channel_that_sends_the_whole_book_is_never_asked_again_for_being_crossed(stage: Stage) -> None:
    for _ in range(30):
        stage.push("bbo-tbt", "BTC-USDT", {"bids": [["11", "1"]], "asks": [["10", "1"]]}, after=SECOND)
    assert (stage.sent(), stage.state(), stage.market().tally.crossed) == ([], CROSSED, 1)
    stage.push("bbo-tbt", "BTC-USDT", {"bids": [["9", "1"]], "asks": [["10", "1"]], "checksum": 5})
    assert (stage.sent(), stage.state()) == ([], MISMATCHED)
    stage.push("bbo-tbt", "BTC-USDT", {"bids": [["9", "1"]], "asks": [["10", "1"]]})
    assert (stage.state(), stage.market().tally.resyncs) == (VALID, 1)


def bad_update(stage: Stage, **ids: int) -> None:
    stage.push("books", "BTC-USDT", {"asks": [["-1", "1"]], "bids": []} | ids, action="update")


def test_an_unreadable_update_with_ids_is_a_gap(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=1)
    bad_update(stage, prevSeqId=1, seqId=2)
    tally = stage.market().tally
    assert (stage.state(), tally.undecoded, tally.gaps, tally.book_updates) == (GAPPED, 1, 1, 1)
    assert stage.troubles() == [Trouble.GAP, Trouble.UNDECODED]


def test_an_unreadable_update_with_neither_ids_nor_checksum_is_a_gap(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS)
    bad_update(stage)
    assert (stage.state(), stage.market().tally.gaps) == (GAPPED, 1)


def test_an_unreadable_update_under_checksums_is_left_to_the_next_checksum(stage: Stage) -> None:
    stage.snapshot([("10", "1")], [("11", "1")], checksum=crc("10:1:11:1"))
    bad_update(stage, checksum=9)
    assert stage.state() == VALID
    stage.update([], [], checksum=crc("10:1:11:1"))
    tally = stage.market().tally
    assert (stage.state(), tally.undecoded, tally.checksums_ok, tally.checksums_bad) == (VALID, 1, 2, 0)
    stage.update([], [], checksum=crc("10:1:11:2"))
    assert (stage.state(), tally.checksums_bad) == (MISMATCHED, 1)


def test_an_unreadable_snapshot_changes_nothing(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=1)
    stage.snapshot([("x", "1")], [], prevSeqId=-1, seqId=50)
    stage.update([("1", "1")], [], prevSeqId=1, seqId=2)
    assert (stage.state(), stage.market().tally.undecoded, stage.market().book.depth(0)) == (VALID, 1, 3)


@pytest.mark.parametrize("action", [None, "partial"])
def test_a_book_message_of_an_unknown_action_is_undecoded(stage: Stage, action: str | None) -> None:
    stage.push("books", "BTC-USDT", {"asks": [], "bids": []}, action=action)
    assert stage.market().tally.undecoded == 1


def test_several_rows_of_one_message_apply_in_order(stage: Stage) -> None:
    stage.snapshot(BIDS, ASKS, prevSeqId=-1, seqId=1)
    rows = [
        {"asks": [], "bids": [["1", "1"]], "prevSeqId": 1, "seqId": 2},
        {"asks": [], "bids": [["1", "0"]], "prevSeqId": 2, "seqId": 3},
    ]
    stage.push("books", "BTC-USDT", *rows, action="update")
    tally = stage.market().tally
    assert (stage.market().book.depth(0), tally.book_updates, tally.frames) == (2, 3, 2)


def test_levels_are_read_whether_or_not_they_are_quoted() -> None:
    assert levels_of(Raw(b'[["1.0","2","0","1"]]')) == [("1.0", "2")]
    assert levels_of(Raw(b'[[1.0,2,0,1],["3",4]]')) == [("1.0", "2"), ("3", "4")]

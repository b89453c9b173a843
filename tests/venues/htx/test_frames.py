"""Frames: compression, pings and silence, and frames of no kind."""

from __future__ import annotations

import gzip
import json
import random
from typing import TYPE_CHECKING

import pytest

from basisdesk.venues.contract import Trouble
from basisdesk.venues.htx import switchboard
from basisdesk.venues.htx.inflate import MOST, SMALL, inflate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.htx.conftest import Stage

SECOND = 1_000_000_000
BBO = {"bid": [9, 1], "ask": [10, 3]}
BOOK = {"bids": [[9, 1]], "asks": [[10, 3]]}


def zipped(message: object) -> bytes:
    return gzip.compress(json.dumps(message).encode(), mtime=0)


# ---------------------------------------------------------------- compression


def test_compressed_and_plain_frames_say_the_same(linear: Stage) -> None:
    message = {"ch": "market.BTC-USDT.depth.step0", "tick": BOOK}
    linear.hear(zipped(message))
    linear.hear(json.dumps(message).encode())
    linear.hear(json.dumps({"tick": BOOK, "ch": "market.BTC-USDT.depth.step0"}).encode())
    assert (linear.market().tally.book_updates, linear.feed.undecoded) == (3, 0)


def test_a_frame_that_inflates_without_end_is_refused_and_reported(linear: Stage) -> None:
    bomb = gzip.compress(b'{"ch":"market.BTC-USDT.depth.step0","tick":{' + b" " * (40 * MOST) + b"}}")
    assert len(bomb) < MOST // 20
    linear.hear(bomb)
    linear.hear(bomb)
    assert (linear.feed.undecoded, linear.troubles()) == (2, [Trouble.UNDECODED])
    assert "inflates to more than" in linear.ear.reports[0].detail
    assert len(linear.ear.reports[0].detail) < 1000


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (zipped(BOOK)[:-9], "cut short"),
        (zipped(BOOK)[:12], "cut short"),
        (zipped(BOOK)[:-8] + b"\0" * 8, "damaged"),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 20, "damaged"),
        (zipped(BOOK) + b"x", "1 bytes follow"),
        (zipped(BOOK) + b"\0" * 8, "8 bytes follow"),
        (zipped(BOOK) + zipped(BBO), f"{len(zipped(BBO))} bytes follow"),
        (zipped(BOOK)[:-4] + b"\0" * 4, "damaged"),
        (b"\x1f\x8b", "cut short"),
        (b" " * (MOST + 1), "longer than"),
    ],
)
def test_damaged_frames_are_refused(linear: Stage, frame: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        inflate(frame)
    linear.hear(frame)
    assert (linear.feed.undecoded, linear.troubles()) == (1, [Trouble.UNDECODED])
    assert why in linear.ear.reports[0].detail


def test_what_stands_behind_a_frame_of_a_known_channel_is_refused_as_well(linear: Stage) -> None:
    frame = zipped({"ch": "market.BTC-USDT.depth.step0", "tick": BOOK})
    for sent in (frame, frame, frame + b"x", frame + zipped(BBO), frame[:-9]):
        linear.hear(sent)
    assert (linear.market().tally.book_updates, linear.feed.undecoded) == (2, 3)
    assert "bytes follow" in linear.ear.reports[0].detail


@pytest.mark.parametrize("length", [MOST - 60_000, MOST - 1, MOST, MOST + 1, 2 * MOST])
def test_no_frame_however_small_inflates_to_more_than_the_bound(length: int) -> None:
    bomb = gzip.compress(b" " * length, mtime=0)
    assert len(bomb) < 10_000
    if length > MOST:
        with pytest.raises(ValueError, match="inflates to more than"):
            inflate(bomb)
    else:
        assert len(inflate(bomb)) == length
    assert (len(bomb) <= SMALL) <= (length <= MOST)


@pytest.mark.parametrize(("cut", "why"), [(-9, "cut short"), (-8, "cut short")])
def test_large_frames_are_inflated_piece_by_piece(linear: Stage, cut: int, why: str) -> None:
    text = random.Random(1).randbytes(8000)
    whole = gzip.compress(text, mtime=0)
    assert inflate(whole) == text
    with pytest.raises(ValueError, match=why):
        inflate(whole[:cut])
    with pytest.raises(ValueError, match="damaged"):
        inflate(whole[:-8] + b"\0" * 8)


# ---------------------------------------------------------------- pings and silence


@pytest.mark.parametrize(
    ("ping", "pong"),
    [
        ({"ping": 1_700_000_000_123}, b'{"pong":1700000000123}'),
        ({"op": "ping", "ts": "1700000000123"}, b'{"op":"pong","ts":"1700000000123"}'),
        ({"op": "ping", "ts": 17}, b'{"op":"pong","ts":17}'),
    ],
)
def test_every_ping_is_answered_with_what_it_said(linear: Stage, ping: dict[str, object], pong: bytes) -> None:
    linear.hear(ping)
    linear.hear(json.dumps(ping).encode())
    assert (linear.feed.to_send(), linear.feed.undecoded) == ([pong, pong], 0)
    assert linear.feed.to_send() == []


@pytest.mark.parametrize(
    "ping", [{"ping": None}, {"ping": {}}, {"ping": "9" * 50}, {"op": "ping"}, {"op": "ping", "ts": []}]
)
def test_a_ping_without_a_time_is_undecoded(linear: Stage, ping: dict[str, object]) -> None:
    linear.hear(ping)
    assert (linear.feed.to_send(), linear.feed.undecoded) == ([], 1)


def test_pongs_overtake_and_only_the_newest_are_kept(staged: Callable[..., Stage]) -> None:
    stage = staged("linear", ["BTC-USDT"])
    stage.feed.connected(stage.now)
    for number in range(100):
        stage.hear({"ping": number})
    assert stage.sent()[:17] == [{"pong": number} for number in range(84, 100)] + [
        {"sub": "market.BTC-USDT.depth.size_150.high_freq", "data_type": "incremental", "id": "1"}
    ]


def test_a_silent_connection_is_reported_once_until_it_speaks_again(linear: Stage) -> None:
    assert linear.feed.next_deadline() is None
    linear.feed.connected(linear.now)
    linear.wait(100)
    assert (linear.feed.next_deadline(), linear.troubles()) == (None, [])
    linear.hear({"ping": 1})
    linear.sent()
    assert linear.feed.next_deadline() == linear.now + 20 * SECOND
    linear.wait(19)
    assert linear.troubles() == []
    linear.wait(1)
    linear.wait(30)
    assert (linear.troubles(), linear.ear.reports[0].symbol) == ([Trouble.SILENT], "")
    linear.hear({"ping": 2})
    linear.wait(20)
    assert linear.troubles() == [Trouble.SILENT] * 2
    linear.feed.disconnected(linear.now)
    assert linear.feed.next_deadline() is None


# ---------------------------------------------------------------- frames of no kind


@pytest.mark.parametrize(
    "frame",
    [
        b"", b"{", b"\xff\xfe", b"null", b"[]", b"{}", b'"ping"', b"[" * 100_000, b'{"status":"ok","data":[],"ts":1}',
        b'{"ch":"market.BTC-USDT"}', b'{"ch":"market..bbo","tick":{}}', b'{"ch":"public.BTC.x","tick":{}}',
        b'{"ch":"market.BTC USDT.bbo","tick":{}}', b'{"ch":5}', b'{"op":"surprise"}', b'{"action":"ping"}', b'{"ch":"x',
        b'{"ch":"', b'{"op":"notify","topic":"public.BTC-USDT.funding_rate","data":5}',
    ],
)  # fmt: skip
def test_a_frame_of_no_known_shape_is_counted_with_the_feed(linear: Stage, frame: bytes) -> None:
    linear.hear(frame)
    linear.hear(frame)
    assert (linear.feed.undecoded, linear.ear.markets) == (2, {})
    (report,) = linear.ear.reports
    assert (report.trouble, report.symbol) == (Trouble.UNDECODED, "")
    assert repr(frame[:200]) in report.detail
    assert len(report.detail) < 1200


@pytest.mark.parametrize("code", ["btcusdt", "BTC-USD", "BTC_CQ"])
def test_a_market_of_another_line_is_nobodys(linear: Stage, code: str) -> None:
    linear.push("bbo", BBO, code)
    linear.push("index.1min", {"close": 1}, code)
    assert (linear.feed.undecoded, linear.ear.asked) == (0, [])


def test_a_damaged_frame_that_still_names_its_market_is_counted_there(linear: Stage) -> None:
    linear.hear(b'{"ch":"market.BTC-USDT.bbo","tick":{"bid":[9')
    tally = linear.market().tally
    assert (tally.frames, tally.undecoded, linear.feed.undecoded) == (1, 1, 0)
    assert linear.ear.reports[0].symbol == "htx:BTC/USDT:USDT"


def test_each_kind_of_undecoded_frame_is_reported_once_and_kinds_are_few(linear: Stage) -> None:
    for _ in range(3):
        for channel in ("bbo", "trade.detail", "depth.step0", "mark_price.1min"):
            linear.push(channel, 5)
    assert (linear.market().tally.undecoded, linear.troubles()) == (12, [Trouble.UNDECODED] * 4)
    for number in range(200):
        linear.hear(b'{"ch":"market.BTC-USDT.x%d","tick":' % number)
    assert (linear.market().tally.undecoded, len(linear.ear.reports)) == (212, 64)


def test_a_flood_of_names_is_bounded(linear: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "MOST_ROUTES", 3)
    for number in range(10):
        linear.push("bbo", BBO, f"X{number}-USDT")
        linear.push("bbo", BBO, f"X{number}-USDT")
    assert (len(linear.ear.markets), linear.feed.undecoded) == (3, 0)
    row = {"contract_code": "NEW-USDT", "funding_rate": "0.1", "settlement_time": "1"}
    linear.hear({"op": "notify", "topic": "public.*.funding_rate", "ts": 1, "data": [row]})
    assert (linear.ear.asked, linear.ear.carries) == (["X0-USDT", "X1-USDT", "X2-USDT"], [])

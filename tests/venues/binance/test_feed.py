"""Frames find their market, whatever their wrapping; trouble becomes reports, never exceptions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.kernel.book import VALID, WAITING
from basisdesk.venues.binance import VENUE
from basisdesk.venues.binance import feed as feed_module
from basisdesk.venues.binance.feed import LIFETIME, QUIET_BOOK
from basisdesk.venues.contract import Channel, SnapshotRequest, Trouble

if TYPE_CHECKING:
    from tests.venues.binance.conftest import Rooms

SECOND = 1_000_000_000
DEPTH: dict[str, Any] = {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": 96, "u": 105, "b": [], "a": []}
TICKER: dict[str, Any] = {"u": 105, "s": "BTCUSDT", "b": "10", "B": "1", "a": "11", "A": "1"}


def raw(value: object) -> bytes:
    return json.dumps(value).encode()


def test_the_venue_s_feed_is_made_by_line_codes_channels_and_sink(rooms: Rooms) -> None:
    sink = rooms().sink
    feed = VENUE.feed("coinm", ["btcusd_perp"], [Channel.BOOK], sink)
    assert sink.asked == ["BTCUSD_PERP"]
    feed.connected(0)
    assert json.loads(feed.to_send()[0]) == {"method": "SUBSCRIBE", "params": ["btcusd_perp@depth@100ms"], "id": 1}
    with pytest.raises(DecodeError):
        VENUE.feed("options", [], [], sink)


@pytest.mark.parametrize("speed", ["", "@100ms", "@250ms", "@500ms", "@0ms", "@1000ms"])
def test_every_speed_of_the_depth_stream_is_a_book(rooms: Rooms, speed: str) -> None:
    room = rooms()
    room.hear(f"btcusdt@depth{speed}", DEPTH)
    room.snapshot(100)
    assert room.market().tally.book_updates == 1


@pytest.mark.parametrize(
    "channel",
    ["depth5", "depth20@100ms", "depth@raw", "rpiDepth@500ms", "kline_1m", "ticker", "miniTicker", "forceOrder", "x"],
)
def test_other_streams_of_a_market_are_counted_and_no_more(rooms: Rooms, channel: str) -> None:
    room = rooms()
    room.hear(f"btcusdt@{channel}", {"lastUpdateId": 160, "bids": [["1", "1"]], "asks": []})
    room.hear(f"btcusdt@{channel}", {"lastUpdateId": 160, "bids": [["1", "1"]], "asks": []})
    assert room.market().tally.frames == 2
    assert room.state() == WAITING
    assert room.sink.reports == []
    room.feed.receive(f'{{"stream":"btcusdt@{channel}","data":'.encode(), 1)
    assert (room.market().tally.frames, room.market().tally.undecoded) == (3, 1)


def test_raw_events_find_the_same_way_as_wrapped_ones(rooms: Rooms) -> None:
    room = rooms("usdm")
    for event in (
        DEPTH | {"pu": 95},
        TICKER | {"e": "bookTicker"},
        {"e": "trade", "s": "BTCUSDT", "t": 1, "p": "10", "q": "1", "m": True},
        {"e": "aggTrade", "s": "BTCUSDT", "a": 1, "p": "10", "q": "1", "m": True},
        {"e": "markPriceUpdate", "s": "BTCUSDT", "p": "10", "i": "10", "r": "0.0001", "T": 1},
        {"e": "kline", "s": "BTCUSDT", "k": {}},
    ):
        room.feed.receive(raw(event), 1)
        room.feed.receive(raw(event), 1)
    room.snapshot(100)
    tally = room.market().tally
    assert (tally.frames, tally.book_updates, tally.trades, tally.undecoded) == (12, 1, 2, 0)
    assert tally.ticker_agrees == 1
    assert room.market().carry.mark == 10
    assert room.feed.undecoded == 0


def test_marks_of_every_contract_of_a_pair_are_shared_out(rooms: Rooms) -> None:
    room = rooms("coinm")
    mark = {"e": "markPriceUpdate", "p": "10", "r": "0.0001", "T": 5}
    room.hear("btcusd@markPrice@1s", [mark | {"s": "BTCUSD_PERP"}, mark | {"s": "BTCUSD_270326", "r": "", "T": 0}])
    assert [room.market(code).carry.mark for code in ("BTCUSD_PERP", "BTCUSD_270326")] == [10.0, 10.0]
    assert room.feed.undecoded == 0


def test_the_index_of_an_asset_is_no_market(rooms: Rooms) -> None:
    room = rooms("usdm")
    index = {"e": "assetIndexUpdate", "E": 1, "s": "ADAUSD", "i": "0.27462452"}
    room.hear("!assetIndex@arr", [index])
    room.hear("adausd@assetIndex", index)
    room.feed.receive(raw(index), 1)
    assert (list(room.sink.markets), room.feed.undecoded) == ([], 0)


def test_a_spot_ticker_names_no_type(rooms: Rooms) -> None:
    room = rooms()
    room.depth(96, 105)
    room.snapshot(100)
    room.feed.receive(raw(TICKER), 1)
    assert room.market().tally.ticker_agrees == 1


def test_streams_of_the_whole_line_are_shared_out(rooms: Rooms) -> None:
    room = rooms("usdm")
    marks = [{"e": "markPriceUpdate", "s": code, "p": "10", "r": "0.0001", "T": 5} for code in ("BTCUSDT", "ETHUSDT")]
    room.hear("!markPrice@arr", marks)
    room.hear("!bookTicker", TICKER)
    room.feed.receive(raw(marks), 1)
    assert (room.market().tally.frames, room.market("ETHUSDT").tally.frames) == (3, 2)
    room.hear("!forceOrder@arr", {"e": "forceOrder", "o": {"s": "BTCUSDT"}})
    room.feed.receive(raw({"e": "forceOrder", "o": {"s": "BTCUSDT"}}), 1)
    room.feed.receive(raw({"e": "24hr ticker!", "s": "BTCUSDT"}), 1)
    assert room.feed.undecoded == 0
    room.feed.receive(b'[{"e":"trade"},7,', 1)
    assert room.feed.undecoded == 1
    room.feed.receive(b'[{"e":7},{"e":"markPriceUpdate","s":"BTCUSDT","p":"11"}]', 1)
    assert room.feed.undecoded == 2
    assert room.market().carry.mark == 11


def test_a_frame_that_names_its_stream_last_finds_its_market(rooms: Rooms) -> None:
    room = rooms()
    late = b'{"data":%s,"stream":"btcusdt@depth"}' % raw(DEPTH)
    room.feed.receive(late, 1)
    room.feed.receive(late, 1)
    assert room.market().tally.frames == 2
    room.snapshot(100)
    assert room.state() == VALID


def test_a_snapshot_that_an_archive_wrote_into_the_stream_is_taken(rooms: Rooms) -> None:
    room = rooms()
    room.hear("btcusdt@depthSnapshot", {"lastUpdateId": 100, "bids": [["10", "1"]], "asks": [["11", "1"]]})
    room.depth(101, 102)
    assert (room.state(), room.market().book.sequence) == (VALID, 102)
    room.hear("btcusdt@depthSnapshot", {"lastUpdateId": 100, "bids": None})
    assert room.market().tally.undecoded == 1
    assert room.market().tally.frames == 3


def test_a_market_that_nobody_wants_is_asked_for_once_and_dropped(rooms: Rooms) -> None:
    room = rooms(unwanted=("BTCUSDT",))
    for _ in range(3):
        room.hear("btcusdt@depth", DEPTH)
    room.reply(b"{}")
    room.feed.receive(b'{"stream":"btcusdt@trade","data":{', 1)
    assert room.sink.asked == ["BTCUSDT"]
    assert room.feed.frames == 4
    assert room.feed.undecoded == 1
    assert room.feed.to_request() == []
    room.feed.connected(1)
    room.feed.disconnected(2)


def test_a_feed_for_given_codes_ignores_all_others(rooms: Rooms) -> None:
    room = rooms("spot", "BTCUSDT")
    room.hear("ethusdt@depth", DEPTH | {"s": "ETHUSDT"})
    room.feed.receive(raw(DEPTH | {"s": "ETHUSDT"}), 1)
    room.feed.receive(b'{"stream":"ethusdt@depth","data":{', 1)
    assert room.sink.asked == ["BTCUSDT"]
    assert room.feed.undecoded == 1


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"{",
        b"null",
        b"7",
        b"\x00\xff\xfe",
        b'{"stream":7}',
        b'{"stream":"btcusdt@depth"}',
        b'{"stream":"b@depth","data":{}}' + b"x",
        b'{"stream":"no market@depth","data":{}}',
        b'{"stream":"btcusdt","data":{}}',
        b'{"stream":"@depth","data":{}}',
        b'{"stream":"btcusdt@depth","data":{"s":"ETHUSDT"}}',
        b'{"stream":"btcusdt@depth","data":[1]}',
        b'{"stream":"btcusdt@depth","data":7}',
        b'{"stream":"!x@arr","data":[1,2]}',
        b'{"stream":"!x@arr","data":"text"}',
        b'{"stream":"' + b"x" * 300 + b'@depth","data":{}}',
        b'{"a":' + b"[" * 100_000,
        b"[" * 100_000,
        b'{"hello":"world"}',
        b'{"e":7,"s":"BTCUSDT"}',
        b'{"error":"text"}',
        b'{"code":"text"}',
        b"{}",
        b"x" * 1_000_000,
    ],
)
def test_a_frame_that_tells_nothing_is_counted_on_the_feed(rooms: Rooms, frame: bytes) -> None:
    room = rooms()
    room.feed.receive(frame, 1)
    room.feed.receive(frame, 1)
    assert room.feed.undecoded >= 2 or frame.startswith(b'{"stream":"btcusdt@depth"}')
    known = room.sink.markets
    assert room.feed.undecoded + sum(market.tally.undecoded for market in known.values()) >= 2
    assert set(room.sink.troubles()) == {Trouble.UNDECODED}
    assert all(len(report.detail) < 1200 for report in room.sink.reports)


def test_the_first_unreadable_frame_of_a_stream_is_counted_on_its_market(rooms: Rooms) -> None:
    room = rooms()
    room.feed.receive(b'{"stream":"btcusdt@depth@100ms","data":{"e":"dep', 5)
    assert (room.market().tally.frames, room.market().tally.undecoded) == (1, 1)
    (report,) = room.sink.reports
    assert (report.at, report.trouble, report.symbol) == (5, Trouble.UNDECODED, "binance:BTC/USDT")
    assert '"e":"dep' in report.detail


def test_an_unreadable_frame_of_an_unlikely_market_makes_none(rooms: Rooms) -> None:
    room = rooms()
    room.feed.receive(b'{"stream":"btcus#t@depth","data":{', 1)
    room.feed.receive(b'{"stream":"btcusdx@depth","data":{', 1)
    room.feed.receive(b'{"stream":"btcusdt', 1)
    assert room.sink.asked == []
    assert room.feed.undecoded == 3


def test_unreadable_frames_are_counted_each_and_reported_once_per_kind(rooms: Rooms) -> None:
    room = rooms()
    room.depth(96, 105)
    for _ in range(3):
        room.feed.receive(b'{"stream":"btcusdt@depth@100ms","data":' + b"9" * 500, 1)
        room.hear("btcusdt@trade", {"p": "x"})
    assert room.market().tally.undecoded == 6
    assert room.sink.troubles() == [Trouble.UNDECODED] * 2
    assert room.sink.reports[0].detail.count("9") == 200 - len('{"stream":"btcusdt@depth@100ms","data":')


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (b'{"code":-1003,"msg":"Too many requests."}', Trouble.REFUSED),
        (b"<html>403 Forbidden</html>", Trouble.UNDECODED),
        (b"", Trouble.UNDECODED),
        (b'{"lastUpdateId":100,"bids":[["x","1"]],"asks":[]}', Trouble.UNDECODED),
        (b'{"lastUpdateId":100,"bids":[["nan","1"]],"asks":[]}', Trouble.UNDECODED),
        (b'{"lastUpdateId":1e99,"bids":[],"asks":[]}', Trouble.UNDECODED),
        (b"\xff", Trouble.UNDECODED),
    ],
)
def test_a_reply_that_is_no_snapshot_is_reported_and_asked_for_again(
    rooms: Rooms, body: bytes, trouble: Trouble
) -> None:
    room = rooms()
    room.depth(96, 105)
    assert room.feed.to_request() == [
        SnapshotRequest(
            "spot", "BTCUSDT", "/api/v3/depth?symbol=BTCUSDT&limit=1000", (("spot.weight", 50), ("spot.raw", 1))
        )
    ]
    room.reply(body)
    assert room.sink.troubles() == [trouble]
    assert room.state() == WAITING
    assert room.feed.to_request() == []
    room.feed.on_time(1 + SECOND)
    assert len(room.feed.to_request()) == 1


def test_a_reply_for_a_code_that_cannot_be_is_ignored(rooms: Rooms) -> None:
    room = rooms()
    room.snapshot(100, code="BTC/USDT")
    assert room.sink.asked == []


def test_answers_and_refusals(rooms: Rooms) -> None:
    room = rooms("spot", "BTCUSDT")
    room.feed.connected(0)
    assert len(room.feed.to_send()) == 1
    assert room.feed.to_send() == []
    room.feed.receive(b'{"result":null,"id":1}', 1)
    assert room.sink.reports == []
    assert room.feed.next_deadline() == QUIET_BOOK
    room.feed.receive(b'{"result":["a@b"],"id":null}', 1)
    room.feed.receive(b'{"code":2,"msg":"Invalid request","id":1}', 1)
    room.feed.receive(b'{"error":{"code":3,"msg":"Invalid JSON"},"id":"x"}', 1)
    assert room.sink.troubles() == [Trouble.REFUSED, Trouble.REFUSED]
    assert [report.detail for report in room.sink.reports] == ["2 Invalid request", "3 Invalid JSON"]
    assert room.feed.undecoded == 0


def test_a_subscription_that_is_not_answered_is_sent_again(rooms: Rooms) -> None:
    room = rooms("spot", "BTCUSDT", channels=(Channel.TRADES,))
    room.feed.connected(0)
    first = room.feed.to_send()
    deadline = room.feed.next_deadline()
    assert deadline == 10 * SECOND
    room.feed.on_time(deadline)
    assert room.feed.to_send() == first
    assert room.sink.troubles() == [Trouble.REFUSED]


def test_a_refused_subscription_is_not_sent_again(rooms: Rooms) -> None:
    room = rooms("spot", "BTCUSDT", channels=(Channel.TRADES,))
    room.feed.connected(0)
    room.feed.to_send()
    room.feed.receive(b'{"code":2,"msg":"Invalid request","id":1}', 1)
    room.feed.on_time(60 * SECOND)
    assert room.feed.to_send() == []


def test_a_market_whose_depth_is_quiet_gets_a_snapshot_all_the_same(rooms: Rooms) -> None:
    room = rooms("usdm", "BTCUSDT", channels=(Channel.BOOK,))
    room.feed.connected(0)
    assert room.feed.to_request() == []
    room.feed.on_time(QUIET_BOOK)
    assert len(room.feed.to_request()) == 1


def test_the_first_update_asks_for_the_snapshot_at_once(rooms: Rooms) -> None:
    room = rooms("usdm", "BTCUSDT", channels=(Channel.BOOK,))
    room.feed.connected(0)
    room.depth(96, 105, 95)
    assert len(room.feed.to_request()) == 1


def test_the_venue_s_notice_and_the_age_of_the_connection_ask_to_reconnect(rooms: Rooms) -> None:
    room = rooms()
    assert room.feed.next_deadline() is None
    room.feed.connected(5)
    room.feed.receive(b'{"e":"serverShutdown","E":1770000000000}', 6)
    assert room.sink.troubles() == [Trouble.SHUTDOWN]
    assert room.feed.next_deadline() == 5 + LIFETIME
    room.feed.on_time(4 + LIFETIME)
    room.feed.on_time(5 + LIFETIME)
    room.feed.on_time(6 + LIFETIME)
    assert room.sink.troubles() == [Trouble.SHUTDOWN] * 2
    assert room.sink.reports[1].symbol == ""


def test_partial_books_without_a_market_are_left_alone(rooms: Rooms) -> None:
    room = rooms()
    room.feed.receive(b'{"lastUpdateId":160,"bids":[],"asks":[]}', 1)
    assert (room.feed.frames, room.feed.undecoded, room.sink.asked) == (1, 0, [])


def test_endless_new_streams_do_not_grow_the_feed(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "MOST_ROUTES", 3)
    room = rooms()
    for number in range(9):
        room.hear(f"c{number}usdt@kline_1m", {})
    assert len(room.feed.tracks) == 3
    assert len(room.feed.routes) == 3
    room.hear("c0usdt@trade", {"p": "1", "q": "1", "m": True})
    assert room.market("C0USDT").tally.trades == 1

"""The conversation: compression, pings, subscriptions, refusals, standing names, silence, and frames of no kind."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.kernel.book import CLOSED, VALID, WAITING
from basisdesk.venues.contract import Channel, Trouble
from basisdesk.venues.htx import switchboard
from basisdesk.venues.htx.inflate import MOST, inflate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.htx.conftest import Stage

SECOND = 1_000_000_000
START = 1_618_678_070 * SECOND
ROLL = 1_619_164_800 * SECOND  # Friday 2021-04-23 08:00
BBO = {"bid": [9, 1], "ask": [10, 3]}
BOOK = {"bids": [[9, 1]], "asks": [[10, 3]]}
BTC = {"spot": "btcusdt", "linear": "BTC-USDT", "coin_swap": "BTC-USD", "coin_futures": "BTC210625"}


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
        (b" " * (MOST + 1), "longer than"),
    ],
)
def test_damaged_frames_are_refused(linear: Stage, frame: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        inflate(frame)
    linear.hear(frame)
    assert (linear.feed.undecoded, linear.troubles()) == (1, [Trouble.UNDECODED])
    assert why in linear.ear.reports[0].detail


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


# ---------------------------------------------------------------- subscriptions


@pytest.mark.parametrize(
    ("line", "topics"),
    [
        ("spot", ["market.btcusdt.mbp.150", "market.btcusdt.bbo", "market.btcusdt.trade.detail"]),
        (
            "linear",
            [
                "market.BTC-USDT.depth.size_150.high_freq",
                "market.BTC-USDT.bbo",
                "market.BTC-USDT.trade.detail",
                "market.BTC-USDT.mark_price.1min",
                "market.BTC-USDT.index.1min",
            ],
        ),
        (
            "coin_swap",
            [
                "market.BTC-USD.depth.size_150.high_freq",
                "market.BTC-USD.bbo",
                "market.BTC-USD.trade.detail",
                "market.BTC-USD.mark_price.1min",
                "market.BTC-USD.index.1min",
            ],
        ),
        (
            "coin_futures",
            [
                "market.BTC_CQ.depth.size_150.high_freq",
                "market.BTC_CQ.bbo",
                "market.BTC_CQ.trade.detail",
                "market.BTC_CQ.mark_price.1min",
                "market.BTC-USD.index.1min",
            ],
        ),
    ],
)
def test_each_line_subscribes_its_own_topics(staged: Callable[..., Stage], line: str, topics: list[str]) -> None:
    stage = staged(line, [BTC[line]])
    stage.feed.connected(stage.now)
    frames = stage.sent()
    assert [frame["sub"] for frame in frames] == topics
    assert [frame["id"] for frame in frames] == [str(at + 1) for at in range(len(topics))]
    assert all(("data_type" in frame) == frame["sub"].endswith("high_freq") for frame in frames)
    for frame in frames:
        stage.hear({"id": frame["id"], "status": "ok", "subbed": frame["sub"], "ts": 1})
    stage.sent()
    stage.wait(5)
    waiting = [frame for frame in stage.sent() if "sub" in frame]
    assert [frame["sub"] for frame in waiting] == [topic for topic in topics if topic.endswith("high_freq")]


def test_codes_may_be_written_large_or_small_and_futures_by_their_standing_name(staged: Callable[..., Stage]) -> None:
    for line, code, market in (
        ("spot", "BTCUSDT", "btcusdt"),
        ("linear", "btc-usdt-cq", "BTC-USDT-210625"),
        ("coin_futures", "BTC_CQ", "BTC210625"),
    ):
        stage = staged(line, [code], [Channel.TICKER])
        stage.feed.connected(stage.now)
        assert len(stage.sent()) == 1
        stage.push("bbo", BBO if line != "spot" else {"bid": 9}, market)
        assert list(stage.ear.markets) == [market]


def test_a_delivered_future_is_subscribed_by_its_date(staged: Callable[..., Stage]) -> None:
    stage = staged("coin_futures", ["BTC200925"], [Channel.TRADES])
    stage.feed.connected(stage.now)
    assert [frame["sub"] for frame in stage.sent()] == ["market.BTC200925.trade.detail"]


def test_subscriptions_go_out_twenty_a_second(staged: Callable[..., Stage]) -> None:
    stage = staged("spot", [f"coin{number}usdt" for number in range(50)], [Channel.TRADES])
    stage.feed.connected(stage.now)
    assert stage.feed.next_deadline() is None
    assert (len(stage.sent()), len(stage.sent())) == (20, 0)
    assert stage.feed.next_deadline() == stage.now + SECOND
    stage.wait(1)
    assert len(stage.sent()) == 20
    stage.wait(1)
    assert (len(stage.sent()), stage.feed.next_deadline()) == (10, START + 5 * SECOND)


def test_a_subscription_that_is_not_answered_is_sent_again(staged: Callable[..., Stage]) -> None:
    stage = staged("spot", ["btcusdt"], [Channel.TRADES])
    stage.feed.connected(stage.now)
    stage.wait(100)
    assert stage.troubles() == []
    stage.hear({"ping": 1})
    frames = stage.sent()[1:]
    stage.wait(5)
    assert (stage.sent(), stage.troubles()) == (frames, [Trouble.SILENT])
    assert stage.ear.reports[0].symbol == "htx:BTC/USDT"
    stage.hear({"id": "1", "status": "ok", "subbed": "market.btcusdt.trade.detail", "ts": 1})
    stage.wait(19)
    assert stage.troubles() == [Trouble.SILENT]


def test_a_feed_of_every_market_subscribes_nothing(linear: Stage) -> None:
    linear.feed.connected(linear.now)
    assert (linear.sent(), linear.feed.to_request()) == ([], [])


def test_only_the_wanted_markets_are_asked_of_the_sink(staged: Callable[..., Stage]) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.TICKER])
    stage.ear.unwanted.append("BTC-USDT")
    for code in ("BTC-USDT", "ETH-USDT", "BTC-USDT", "btc-usdt"):
        stage.push("bbo", BBO, code)
    stage.feed.connected(stage.now)
    stage.feed.disconnected(stage.now)
    assert (stage.ear.asked, stage.feed.undecoded, stage.ear.touches) == (["BTC-USDT"], 0, [])


def test_a_promised_book_of_an_unwanted_market_is_nobodys(staged: Callable[..., Stage]) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.BOOK])
    stage.ear.unwanted.append("BTC-USDT")
    stage.feed.connected(stage.now)
    stage.push("depth.size_150.high_freq", BOOK | {"event": "snapshot", "version": 1})
    assert (stage.ear.markets, stage.feed.undecoded) == ({}, 0)


@pytest.mark.parametrize(("line", "code"), [("linear", "BTC-USD"), ("spot", "BTC-USDT"), ("coin_futures", "BTC-USD")])
def test_a_code_of_another_line_is_refused_when_asked_for(staged: Callable[..., Stage], line: str, code: str) -> None:
    with pytest.raises(DecodeError, match="is no code of htx"):
        staged(line, [code])


def test_a_line_of_another_venue_is_refused(staged: Callable[..., Stage]) -> None:
    with pytest.raises(DecodeError, match="no product line 'usdm'"):
        staged("usdm")


# ---------------------------------------------------------------- refusals and notices


@pytest.mark.parametrize(
    ("message", "symbol"),
    [
        (
            {"id": "1", "status": "error", "err-code": "bad-request", "err-msg": "invalid topic", "ts": 1},
            "htx:BTC/USDT:USDT",
        ),
        (
            {"id": 1, "status": "error", "err-code": "bad-request", "err-msg": "invalid topic", "ts": 1},
            "htx:BTC/USDT:USDT",
        ),
        ({"op": "sub", "cid": "1", "topic": "public.X.y", "err-code": 2011, "err-msg": "no"}, "htx:BTC/USDT:USDT"),
        ({"status": "error", "err-code": "x", "err-msg": "invalid topic market.BTC-USDT.bbo"}, "htx:BTC/USDT:USDT"),
        ({"status": "error", "err-code": "x", "err-msg": "invalid topic market.???"}, ""),
        ({"status": "error"}, ""),
        ({"op": "error", "err-code": 2001, "err-msg": "no"}, ""),
        (
            {"id": "99", "status": "error", "err-code": "x", "err-msg": "unknown market.BTC-USDT.bbo"},
            "htx:BTC/USDT:USDT",
        ),
    ],
)
def test_a_refusal_is_reported_with_the_market_it_is_about(
    staged: Callable[..., Stage], message: dict[str, object], symbol: str
) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.TICKER])
    stage.feed.connected(stage.now)
    stage.sent()
    stage.hear(message)
    (report,) = stage.ear.reports
    assert (report.trouble, report.symbol, stage.feed.undecoded) == (Trouble.REFUSED, symbol, 0)
    stage.wait(6)
    again = not symbol or message.get("id") == "99"
    assert (len(stage.sent()) == 1) == again  # what was refused is not asked for again


def test_a_refused_request_of_a_whole_book_is_made_again_in_time(staged: Callable[..., Stage]) -> None:
    stage = staged("spot", ["btcusdt"], [Channel.BOOK])
    stage.feed.connected(stage.now)
    stage.sent()
    stage.hear({"id": "1", "status": "ok", "subbed": "market.btcusdt.mbp.150"})
    (request,) = stage.sent()
    stage.hear({"id": request["id"], "status": "error", "err-code": "too-many-request", "err-msg": "slow down"})
    stage.change([(9.0, 1.0)], [], 1, 2)
    assert (stage.sent(), stage.ear.reports[0].symbol) == ([], "htx:BTC/USDT")
    stage.wait(2)
    assert stage.sent() == [request]


def test_answers_that_say_yes_are_quiet(linear: Stage) -> None:
    linear.hear({"op": "sub", "cid": "1", "topic": "public.BTC-USDT.funding_rate", "ts": 1, "err-code": 0})
    linear.hear({"op": "unsub", "cid": "1", "topic": "public.BTC-USDT.funding_rate", "ts": 1, "err-code": 0})
    linear.hear({"id": None, "subbed": "market.BTC-USDT.bbo", "ts": 1, "status": "ok"})
    linear.hear({"id": "2", "unsubbed": "market.BTC-USDT.bbo", "ts": 1, "status": "ok"})
    linear.hear({"id": "2", "rep": "market.BTC-USDT.bbo", "ts": 1, "status": "ok", "data": []})
    linear.hear({"id": "2", "rep": "nonsense", "ts": 1, "status": "ok", "data": []})
    linear.hear({"op": "notify", "topic": "public.BTC-USDT.liquidation_orders", "ts": 1, "data": []})
    assert (linear.feed.undecoded, linear.ear.reports) == (0, [])


def test_a_closing_server_asks_to_reconnect(linear: Stage) -> None:
    linear.hear({"op": "close", "ts": 1})
    assert linear.troubles() == [Trouble.SHUTDOWN]


# ---------------------------------------------------------------- standing names


def test_standing_names_are_heard_as_the_futures_they_mean(staged: Callable[..., Stage]) -> None:
    stage = staged("coin_futures")
    for name in ("BTC_CW", "BTC_NW", "BTC_CQ", "BTC_NQ"):
        stage.push("depth.step0", BOOK, name)
    assert list(stage.ear.markets) == ["BTC210423", "BTC210430", "BTC210625", "BTC210924"]
    assert stage.market("BTC210625").symbol == "htx:BTC/USD:BTC-210625"


def test_standing_names_move_on_when_futures_are_delivered(staged: Callable[..., Stage]) -> None:
    stage = staged("coin_futures")
    stage.feed.connected(stage.now)
    stage.push("depth.step0", BOOK, "BTC_CW")
    stage.push("depth.step0", BOOK, "BTC_CW")
    stage.push("depth.step0", BOOK, "BTC210924")
    stage.push("bbo", BBO, "BTC_NQ")
    assert stage.feed.next_deadline() == ROLL
    stage.push("depth.step0", BOOK, "BTC_CW", after=ROLL - stage.now)
    assert list(stage.ear.markets) == ["BTC210423", "BTC210924", "BTC210430"]
    assert (stage.state("BTC210423"), stage.state("BTC210430")) == (CLOSED, VALID)
    assert (stage.troubles(), stage.feed.next_deadline()) == ([Trouble.SHUTDOWN], ROLL + 7 * 86_400 * SECOND)


def test_a_quiet_connection_notices_the_delivery_by_itself(staged: Callable[..., Stage]) -> None:
    stage = staged("linear")
    stage.ear.unwanted.append("BTC-USDT-210423")
    stage.push("bbo", BBO, "BTC-USDT-CW")
    stage.push("bbo", BBO, "BTC-USDT-CQ")
    stage.now = ROLL
    stage.feed.on_time(stage.now)
    assert (stage.troubles(), stage.state("BTC-USDT-210625")) == ([Trouble.SHUTDOWN], CLOSED)


def test_a_connection_made_after_a_delivery_resolves_the_names_anew(staged: Callable[..., Stage]) -> None:
    stage = staged("coin_futures", ["BTC_CW"], [Channel.TICKER])
    stage.feed.connected(stage.now)
    stage.push("bbo", BBO, "BTC_CW")
    stage.feed.disconnected(stage.now)
    stage.feed.connected(ROLL)
    stage.now = ROLL
    stage.push("bbo", BBO, "BTC_CW")
    assert list(stage.ear.markets) == ["BTC210423", "BTC210430"]
    assert (stage.state("BTC210423"), stage.troubles()) == (WAITING, [])


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

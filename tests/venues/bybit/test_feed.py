"""The conversation: subscriptions and their answers, pings, silence, connections, frames of no topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.kernel.book import CLOSED, VALID, WAITING, Book
from basisdesk.venues.bybit import VENUE, switchboard
from basisdesk.venues.bybit import feed as feeds
from basisdesk.venues.contract import Channel, Market, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.bybit.conftest import Stage

BIDS = [("100", "1"), ("99", "2")]
ASKS = [("101", "1"), ("102", "2")]
TOP = {"bid1Price": "100", "bid1Size": "1", "ask1Price": "101", "ask1Size": "2"}
SECOND = 1_000_000_000


def asked(stage: Stage) -> list[list[str]]:
    return [frame["args"] for frame in stage.sent() if frame["op"] == "subscribe"]


@pytest.mark.parametrize(
    ("line", "channels", "topics"),
    [
        ("linear", tuple(Channel), ["orderbook.200.X", "tickers.X", "publicTrade.X"]),
        ("inverse", [Channel.CARRY], ["tickers.X"]),
        ("linear", [Channel.TICKER], ["tickers.X"]),
        ("spot", [Channel.TICKER], ["orderbook.1.X", "tickers.X"]),
        ("spot", [Channel.BOOK, Channel.TICKER], ["orderbook.200.X", "tickers.X"]),
        ("spot", [Channel.CARRY], []),
    ],
)
def test_channels_are_subscribed_as_the_line_has_them(
    staged: Callable[..., Stage], line: str, channels: list[Channel], topics: list[str]
) -> None:
    stage = staged(["X"], channels, line)
    stage.feed.connected(stage.now)
    assert asked(stage) == ([topics] if topics else [])
    assert stage.feed.to_send() == []


def test_spot_takes_ten_topics_a_request_and_the_others_a_hundred(staged: Callable[..., Stage]) -> None:
    codes = [f"C{number}USDT" for number in range(101)]
    for line, sizes in (("spot", [10] * 10 + [1]), ("linear", [100, 1])):
        stage = staged(codes, [Channel.TRADES], line)
        stage.feed.connected(stage.now)
        frames = stage.sent()
        assert [len(frame["args"]) for frame in frames] == sizes
        assert len({frame["req_id"] for frame in frames}) == len(frames)


def test_more_topics_than_a_connection_carries_are_refused_at_once(staged: Callable[..., Stage]) -> None:
    with pytest.raises(ValueError, match="more than the 21000 of one connection"):
        staged([f"C{number}USDT" for number in range(1000)], [Channel.TRADES])


def test_an_unknown_line_is_refused(staged: Callable[..., Stage]) -> None:
    with pytest.raises(DecodeError, match="no product line 'option'"):
        staged(line="option")


def test_an_answered_topic_is_waited_for_no_longer_but_a_book_is(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT"], [Channel.BOOK, Channel.TRADES])
    stage.feed.connected(stage.now)
    (request,) = stage.sent()
    stage.answer(request)
    stage.wait(5)
    assert asked(stage) == [["orderbook.200.BTCUSDT"]]
    assert [report.symbol for report in stage.ear.reports] == ["bybit:BTC/USDT:USDT"]
    stage.book(BIDS, ASKS, 5)
    stage.wait(11)
    assert (asked(stage), stage.troubles()) == ([], [Trouble.SILENT])


def test_the_snapshot_of_a_shallower_book_grants_it_too(booked: Stage) -> None:
    booked.feed.connected(booked.now)
    booked.book(BIDS, ASKS, 5)
    booked.book(BIDS, ASKS, 5, depth="50")
    assert (booked.feed.next_deadline() or 0) > booked.now + 10 * SECOND


def test_what_is_not_granted_is_asked_for_again_with_doubling_patience(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT"], [Channel.TRADES])
    stage.feed.connected(stage.now)
    assert stage.feed.next_deadline() == stage.now + 20 * SECOND
    stage.sent()
    waits = []
    for _ in range(7):
        since, deadline = stage.now, stage.feed.next_deadline()
        while not (frames := [frame for frame in stage.sent() if frame["op"] != "ping"]):
            assert deadline is not None
            stage.now = deadline
            stage.feed.on_time(stage.now)
            deadline = stage.feed.next_deadline()
            stage.hear({"op": "pong"}, 0)
        assert [frame["op"] for frame in frames] == ["unsubscribe", "subscribe"]
        waits.append((stage.now - since) // SECOND)
    assert waits == [5, 10, 20, 40, 80, 80, 80]
    assert set(stage.troubles()) == {Trouble.SILENT}
    assert "was not granted within 80 s" in stage.ear.reports[-1].detail


def test_topics_of_a_refused_request_are_asked_for_one_by_one(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT", "NOUSDT"], [Channel.BOOK, Channel.TICKER])
    stage.feed.connected(stage.now)
    (request,) = stage.sent()
    stage.book(BIDS, ASKS, 5)
    stage.answer(request, "error:handler not found,topic:orderbook.200.NOUSDT", success=False)
    assert stage.ear.reports == []
    alone = stage.sent()
    assert [frame["args"] for frame in alone] == [["tickers.BTCUSDT"], ["orderbook.200.NOUSDT"], ["tickers.NOUSDT"]]
    stage.answer(alone[0], "error:already subscribed,topic:tickers.BTCUSDT", success=False)
    stage.answer(alone[1], "error:handler not found,topic:orderbook.200.NOUSDT", success=False)
    stage.answer(alone[2])
    (report,) = stage.ear.reports
    assert (report.trouble, report.symbol) == (Trouble.REFUSED, "bybit:NO/USDT:USDT")
    assert "handler not found" in report.detail
    stage.wait(5)
    assert asked(stage) == []
    stage.ticker(code="NOUSDT", **TOP)
    assert stage.state("NOUSDT") == VALID  # its book will not come, so the ticker stands in


def test_a_book_said_to_be_subscribed_already_is_waited_for_and_renewed(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT"], [Channel.BOOK])
    stage.feed.connected(stage.now)
    (request,) = stage.sent()
    stage.answer(request, "error:already subscribed,topic:orderbook.200.BTCUSDT", success=False)
    assert stage.ear.reports == []
    stage.wait(5)
    assert [frame["op"] for frame in stage.sent()] == ["unsubscribe", "subscribe"]


def test_a_refusal_that_comes_after_the_snapshot_refuses_nothing(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT"], [Channel.BOOK])
    stage.feed.connected(stage.now)
    (request,) = stage.sent()
    stage.book(BIDS, ASKS, 5)
    stage.answer(request, "error:late", success=False)
    assert (stage.ear.reports, stage.sent()) == ([], [])


def test_a_snapshot_that_comes_before_the_renewal_is_sent_is_not_waited_for_again(booked: Stage) -> None:
    booked.feed.connected(booked.now)
    booked.book(BIDS, ASKS, 5)
    booked.change([], [], 7)
    booked.book(BIDS, ASKS, 8)
    assert asked(booked) == [["orderbook.200.BTCUSDT"]]
    booked.wait(6)
    assert (asked(booked), booked.troubles()) == ([], [Trouble.GAP, Trouble.RESYNCED])


def test_a_refusal_names_the_market_as_it_is_listed(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT"], [Channel.TICKER])
    stage.ear.given["BTCUSDT"] = Market("bybit:listed", "linear", "BTCUSDT", Book())
    stage.feed.connected(stage.now)
    (request,) = stage.sent()
    stage.trade()
    stage.answer(request, "error:handler not found", success=False)
    assert [report.symbol for report in stage.ear.reports] == ["bybit:listed"]


def test_a_damaged_frame_is_counted_with_the_market_that_its_beginning_names(stage: Stage) -> None:
    stage.ticker(**TOP)
    stage.hear(b'{"topic":"publicTrade.BTCUSDT","type":')
    stage.hear(b'{"topic":"publicTrade.ETHUSDT","type":')
    assert (stage.market().tally.undecoded, stage.feed.undecoded, stage.ear.asked) == (1, 1, ["BTCUSDT"])


def test_refusing_a_topic_of_no_market_names_none(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC/USDT"], [Channel.TRADES])
    stage.feed.connected(stage.now)
    (request,) = stage.sent()
    stage.answer(request, "error:handler not found", success=False)
    assert [report.symbol for report in stage.ear.reports] == [""]


def test_answers_of_a_request_that_is_long_gone_are_those_of_no_request(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT"], [Channel.TRADES])
    stage.feed.connected(stage.now)
    (request,) = stage.sent()
    stage.wait(6)
    stage.sent()
    stage.answer(request)
    deadline = stage.feed.next_deadline()
    assert deadline is not None
    assert deadline <= stage.now + 10 * SECOND  # the second request is still waited for


def test_renewing_a_refused_market_nobody_wants_is_quiet(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT"], [Channel.BOOK])
    stage.ear.unwanted.append("BTCUSDT")
    stage.feed.connected(stage.now)
    (request,) = stage.sent()
    stage.answer(request, "error", success=False)
    assert stage.troubles() == [Trouble.REFUSED]


def test_pings_go_out_every_twenty_seconds_however_busy_the_stream(stage: Stage) -> None:
    stage.feed.connected(stage.now)
    pings = 0
    for _ in range(100):
        stage.trade()
        stage.wait(1)
        pings += sum(frame == {"op": "ping"} for frame in stage.sent())
    assert pings == 5
    assert stage.ear.reports == []


def test_an_unanswered_ping_is_reported_once(stage: Stage) -> None:
    stage.feed.connected(stage.now)
    stage.wait(20)
    assert stage.sent() == [{"op": "ping"}]
    assert stage.feed.next_deadline() == stage.now + 10 * SECOND
    stage.wait(10)
    stage.wait(1)
    assert stage.troubles() == [Trouble.SILENT]
    assert stage.feed.next_deadline() == stage.now + 9 * SECOND
    stage.wait(9)
    assert stage.sent() == [{"op": "ping"}]
    stage.hear({"success": True, "ret_msg": "pong", "conn_id": "c", "op": "ping"})
    stage.wait(10)
    assert stage.troubles() == [Trouble.SILENT]


def test_a_second_ping_does_not_prolong_the_wait_for_the_first(stage: Stage) -> None:
    stage.feed.connected(stage.now)
    stage.wait(20)
    stage.wait(19)
    assert stage.sent() == [{"op": "ping"}]
    stage.wait(1)
    assert stage.sent() == [{"op": "ping"}]
    stage.wait(9)
    assert stage.troubles() == [Trouble.SILENT]


def test_a_replay_that_sends_nothing_waits_for_nothing(stage: Stage) -> None:
    stage.feed.connected(stage.now)
    stage.wait(20)
    stage.wait(3600)
    assert stage.ear.reports == []


def test_without_a_connection_nothing_is_due(booked: Stage) -> None:
    booked.feed.connected(booked.now)
    booked.change([("103", "1")], [], 6)
    booked.feed.disconnected(booked.now)
    assert (booked.feed.next_deadline(), booked.feed.to_send(), booked.state()) == (None, [], CLOSED)
    booked.wait(100)
    assert booked.ear.reports == []


def test_a_new_connection_subscribes_afresh(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT"], [Channel.BOOK])
    for _ in range(2):
        stage.feed.connected(stage.now)
        assert asked(stage) == [["orderbook.200.BTCUSDT"]]
        stage.book(BIDS, ASKS, 5)
        assert stage.state() == VALID
        stage.feed.disconnected(stage.now)
        assert stage.state() == CLOSED
    stage.feed.connected(stage.now)
    assert stage.state() == WAITING


@pytest.mark.parametrize(
    "frame",
    [
        {"success": True, "ret_msg": "subscribe", "conn_id": "c", "op": "subscribe"},
        {"success": True, "ret_msg": "", "conn_id": "c", "req_id": "", "op": "subscribe"},
        {"success": True, "ret_msg": "", "conn_id": "c", "request": {"op": "subscribe", "args": ["trade.BTCUSD"]}},
        {"success": False, "ret_msg": "error", "req_id": "9", "op": "unsubscribe"},
        {"op": "pong", "args": ["1"], "conn_id": "c"},
        {"op": "auth", "success": True},
    ],
)
def test_answers_that_say_nothing_new_are_quiet(stage: Stage, frame: dict[str, Any]) -> None:
    stage.hear(frame)
    assert (stage.feed.undecoded, stage.ear.reports, stage.ear.asked) == (0, [], [])


@pytest.mark.parametrize(
    ("frame", "detail"),
    [
        ({"success": False, "ret_msg": "error:handler not found", "op": "subscribe"}, "subscribe error:handler not"),
        ({"success": False, "ret_msg": "args size >10", "op": "subscribe", "req_id": "77"}, "subscribe args size >10"),
        ({"success": False, "ret_msg": "Params Error", "op": ""}, "Params Error"),
        ({"success": False, "op": "ping"}, "ping"),
    ],
)
def test_refusals_of_no_request_of_ours_are_the_connections(stage: Stage, frame: dict[str, Any], detail: str) -> None:
    stage.hear(frame)
    assert [(report.trouble, report.symbol) for report in stage.ear.reports] == [(Trouble.REFUSED, "")]
    assert stage.ear.reports[0].detail.startswith(detail)


@pytest.mark.parametrize(
    "frame",
    [
        b"", b"[]", b"null", b"{}", b"x", b"\xff", b'{"topic":5}', b'{"op":"cancel"}', b'{"topic":"tickers.BTC',
        b'{"topic":"tickers.BTCUSDT",', b'{"topic":"\\ud800","data":1}', b'{"topic":"lt.\\ud800","data":1}',
        b'{"topic":"\\u0000.BTCUSDT"}', b"[" * 100_000, b'{"type":"COMMAND_RESP","req_id":5}',
        b'{"ret_code":0,"ret_msg":"OK","result":[]}', b'{"retCode":0,"retMsg":"OK","result":{}}',
    ],
)  # fmt: skip
def test_frames_of_nobody_are_counted_and_shown_once(stage: Stage, frame: bytes) -> None:
    stage.hear(frame)
    stage.hear(frame)
    assert (stage.feed.undecoded, stage.troubles(), stage.ear.asked) == (2, [Trouble.UNDECODED], [])


def test_a_long_unreadable_frame_is_shown_in_part(stage: Stage) -> None:
    stage.hear(b"x" * 5000)
    assert 200 < len(stage.ear.reports[0].detail) < 400


def test_a_topic_spelled_with_escapes_is_the_same_topic(stage: Stage) -> None:
    stage.hear('{"topic":"publicTrade.BTCUSD\\u0054","data":[]}')
    stage.hear('{"topic":"publicTrade.BTCUSD\\u0054","data":[]}')
    assert (stage.market().tally.frames, stage.feed.undecoded) == (2, 0)


def test_markets_and_routes_are_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "MOST_MARKETS", 2)
    monkeypatch.setattr(switchboard, "MOST_ROUTES", 3)
    monkeypatch.setattr(feeds, "MOST_ROUTES", 1)
    for _ in range(2):
        for number in range(5):
            stage.trade(code=f"C{number}USDT")
    assert stage.ear.asked == ["C0USDT", "C1USDT"]
    assert (len(stage.ear.trades), stage.feed.undecoded) == (4, 0)


def test_requests_are_spelled_as_the_venue_wants_them(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTCUSDT"], [Channel.TRADES])
    stage.feed.connected(stage.now)
    assert stage.feed.to_send() == [b'{"req_id":"1","op":"subscribe","args":["publicTrade.BTCUSDT"]}']
    assert VENUE.is_snapshot(b"{}") is False

"""The conversation: routing, subscribing, acknowledgements, refusals, keep-alive, and frames that cannot be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from basisdesk.kernel.book import CLOSED, VALID, WAITING
from basisdesk.venues.contract import Channel, SnapshotRequest, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.okx.conftest import Stage

SECOND = 1_000_000_000
ROW = {"bids": [["9", "1"]], "asks": [["10", "1"]]}
TRADE = {"tradeId": "1", "px": "1", "sz": "1", "side": "buy"}


def arg(channel: str, code: str) -> dict[str, str]:
    return {"channel": channel, "instId": code}


def test_a_frame_is_understood_however_its_keys_are_ordered_and_spaced(stage: Stage) -> None:
    stage.hear({"data": [TRADE], "arg": arg("trades", "BTC-USDT")})
    stage.hear({"arg": {"instId": "BTC-USDT", "channel": "trades"}, "data": [TRADE]})
    stage.hear({"arg": {"instId": "BTC-USDT", "channel": "trades"}, "data": [TRADE]})
    stage.hear(json.dumps({"arg": arg("trades", "BTC-USDT"), "data": [TRADE]}, indent=2))
    stage.hear({"arg": arg("trades", "BTC-USDT"), "connId": "1", "data": [TRADE]})
    assert (stage.market().tally.trades, stage.ear.asked) == (5, ["BTC-USDT"])


def test_an_acknowledgement_that_names_its_argument_first_is_no_frame_of_the_market(stage: Stage) -> None:
    stage.push("trades", "BTC-USDT", TRADE)
    stage.hear({"arg": arg("trades", "BTC-USDT"), "event": "subscribe", "connId": "1"})
    assert (stage.market().tally.frames, stage.market().tally.undecoded, stage.ear.reports) == (1, 0, [])


def test_a_market_that_the_sink_does_not_want_is_asked_for_once_and_dropped(stage: Stage) -> None:
    stage.ear.unwanted = ["BTC-USDT"]
    for channel in ("trades", "trades", "tickers", "books", "candle1m"):
        stage.push(channel, "BTC-USDT", {"not": "read"})
    assert (stage.ear.asked, stage.ear.markets, stage.ear.reports) == (["BTC-USDT"], {}, [])


def test_a_feed_of_given_codes_hears_no_others(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC-USDT"])
    stage.push("trades", "ETH-USDT", TRADE)
    stage.push("trades", "BTC-USDT", TRADE)
    assert stage.ear.asked == ["BTC-USDT"]


def test_subscriptions_are_queued_when_the_connection_stands(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC-USDT", "BTC-USDT-SWAP", "BTC-USDT-261225"])
    assert stage.sent() == []
    stage.feed.connected(stage.now)
    (frame,) = stage.sent()
    assert frame["op"] == "subscribe"
    assert [(topic["channel"], topic["instId"]) for topic in frame["args"]] == [
        *[(channel, code) for channel in ("books", "tickers", "trades")
          for code in ("BTC-USDT", "BTC-USDT-SWAP", "BTC-USDT-261225")],
        ("mark-price", "BTC-USDT-SWAP"), ("index-tickers", "BTC-USDT"), ("funding-rate", "BTC-USDT-SWAP"),
        ("mark-price", "BTC-USDT-261225"),
    ]  # fmt: skip
    assert stage.sent() == []
    assert stage.feed.to_request() == []


def test_subscriptions_go_out_in_batches_of_50(staged: Callable[..., Stage]) -> None:
    stage = staged([f"C{n}-USDT" for n in range(101)], [Channel.TRADES])
    stage.feed.connected(stage.now)
    frames = stage.feed.to_send()
    assert [len(json.loads(frame)["args"]) for frame in frames] == [50, 50, 1]
    assert max(map(len, frames)) < 64 * 1024


def test_what_is_not_granted_in_5_seconds_is_reported_and_asked_for_once_more(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC-USDT"], [Channel.BOOK, Channel.TRADES])
    stage.feed.connected(stage.now)
    stage.sent()
    stage.hear({"event": "subscribe", "arg": arg("trades", "BTC-USDT")}, after=SECOND)
    stage.hear({"event": "subscribe", "arg": arg("books", "BTC-USDT")}, after=0)
    due = stage.feed.next_deadline()
    assert due == stage.now + 4 * SECOND
    stage.feed.on_time(due)
    (report,) = stage.ear.reports
    assert (report.trouble, report.symbol) == (Trouble.SILENT, "okx:BTC/USDT")
    assert report.detail == "books of BTC-USDT was not granted within 5 s: asking again"
    assert stage.sent() == [{"op": "subscribe", "args": [arg("books", "BTC-USDT")]}]
    stage.feed.on_time(due + 5 * SECOND)
    assert stage.ear.reports[1].detail.endswith("given up")
    stage.feed.on_time(due + 10 * SECOND)
    assert (stage.sent(), len(stage.ear.reports)) == ([], 2)


def test_a_book_is_granted_with_its_snapshot(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC-USDT"], [Channel.BOOK])
    stage.feed.connected(stage.now)
    stage.sent()
    stage.snapshot([("9", "1")], [("10", "1")])
    stage.feed.on_time(stage.now + 6 * SECOND)
    assert (stage.sent(), stage.ear.reports) == ([], [])


def test_nothing_is_waited_for_that_was_never_sent(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC-USDT"])
    stage.feed.connected(stage.now)
    stage.push("trades", "BTC-USDT", TRADE, after=SECOND)
    stage.feed.on_time(stage.now + 20 * SECOND)
    assert stage.ear.reports == []
    assert stage.feed.next_deadline() == stage.now + 25 * SECOND


def test_silence_brings_a_ping_and_silence_after_it_a_report(stage: Stage) -> None:
    assert stage.feed.next_deadline() is None
    stage.feed.connected(stage.now)
    ping_at = stage.now + 25 * SECOND
    assert stage.feed.next_deadline() == ping_at
    stage.feed.on_time(ping_at - 1)
    assert stage.sent() == []
    stage.feed.on_time(ping_at)
    assert stage.feed.next_deadline() is None
    assert stage.sent() == [b"ping"]
    assert stage.feed.next_deadline() == ping_at + 5 * SECOND
    stage.feed.on_time(ping_at + 5 * SECOND)
    assert (stage.troubles(), stage.ear.reports[0].symbol) == ([Trouble.SILENT], "")
    assert stage.feed.next_deadline() is None


def test_a_pong_keeps_the_connection_and_is_nothing_else(stage: Stage) -> None:
    stage.feed.connected(stage.now)
    stage.now += 25 * SECOND
    stage.feed.on_time(stage.now)
    stage.sent()
    stage.hear("pong")
    assert (stage.feed.next_deadline(), stage.feed.undecoded) == (stage.now + 25 * SECOND, 0)
    stage.now += 25 * SECOND
    stage.feed.on_time(stage.now)
    assert (stage.sent(), stage.ear.reports) == ([b"ping"], [])


def test_a_new_connection_begins_with_empty_books_and_new_subscriptions(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC-USDT", "ETH-USDT"], [Channel.BOOK, Channel.TRADES])
    stage.ear.unwanted = ["ETH-USDT"]
    stage.feed.connected(stage.now)
    stage.sent()
    stage.push("trades", "ETH-USDT", TRADE)
    stage.snapshot([("9", "1")], [("10", "1")], prevSeqId=-1, seqId=1)
    stage.feed.disconnected(stage.now)
    assert (stage.state(), stage.ear.touches[-1]) == (CLOSED, ("BTC-USDT", stage.now, CLOSED))
    assert (stage.sent(), stage.feed.next_deadline()) == ([], None)
    stage.update([("9.5", "1")], [], prevSeqId=1, seqId=2)
    assert stage.state() == CLOSED
    stage.feed.connected(stage.now)
    assert (stage.state(), len(stage.sent())) == (WAITING, 1)
    stage.snapshot([("9", "1")], [("10", "1")], prevSeqId=-1, seqId=1)
    tally = stage.market().tally
    assert (stage.state(), tally.gaps, tally.resyncs, tally.trades) == (VALID, 0, 0, 0)


def test_a_feed_of_contracts_without_books_promises_none(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC-USDT"], [Channel.TICKER])
    stage.feed.connected(stage.now)
    stage.push("tickers", "BTC-USDT", {"bidPx": "1", "bidSz": "1", "askPx": "2", "askSz": "1"})
    assert stage.state() == VALID


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("Wrong URL or channel:books,instId:ABC-USDT doesn't exist. Please use the correct URL", "okx:ABC/USDT"),
        ("Illegal request", ""),
    ],
)
def test_an_error_is_reported_with_the_market_its_text_names(stage: Stage, text: str, symbol: str) -> None:
    stage.hear({"event": "error", "code": "60018", "msg": text, "connId": "ab12"})
    (report,) = stage.ear.reports
    assert (report.trouble, report.symbol, report.detail) == (Trouble.REFUSED, symbol, f"60018 {text}")


def test_a_refused_subscription_is_waited_for_no_longer(staged: Callable[..., Stage]) -> None:
    stage = staged(["BTC-USDT"], [Channel.BOOK, Channel.TRADES])
    stage.feed.connected(stage.now)
    stage.sent()
    stage.hear({"event": "error", "code": "64003", "msg": "no", "arg": arg("books", "BTC-USDT")})
    stage.hear({"event": "error", "code": 60018, "msg": "channel:trades,instId:BTC-USDT doesn't exist"})
    stage.feed.on_time(stage.now + 10 * SECOND)
    assert (stage.troubles(), stage.sent()) == ([Trouble.REFUSED, Trouble.REFUSED], [])


def test_a_notice_asks_to_reconnect(stage: Stage) -> None:
    stage.hear({"event": "notice", "code": "64008", "msg": "service upgrade soon", "connId": "ab12"})
    (report,) = stage.ear.reports
    assert (report.trouble, report.detail) == (Trouble.SHUTDOWN, "64008 service upgrade soon")


def test_quiet_events_are_no_trouble_and_unknown_ones_are_undecoded(stage: Stage) -> None:
    for event in ("subscribe", "unsubscribe", "login", "channel-conn-count"):
        stage.hear({"event": event, "connId": "1", "connCount": "2"})
    assert (stage.feed.undecoded, stage.ear.reports) == (0, [])
    stage.hear({"event": "channel-conn-count-error", "channel": "orders", "connCount": "30"})
    stage.hear({"event": "surprise"})
    assert (stage.feed.undecoded, stage.troubles()) == (1, [Trouble.REFUSED, Trouble.UNDECODED])


@pytest.mark.parametrize(
    "frame",
    [
        b"", b"{", b"\xff\xfe", b"null", b"[]", b"{}", b'"pong"', b'{"arg":{"channel":"books"}}', b"[" * 100_000,
        b'{"arg":{"channel":"books","instId":"BTC USDT"},"data":[]}', b'{"arg":5,"data":[]}', b'{"table":"spot/trade"}',
        b'{"arg":{"channel":"trades","instId":"' + b"A" * 65 + b'"},"data":[]}', b'x{"channel":"trades","instId":"B"}',
    ],
)  # fmt: skip
def test_a_frame_of_no_known_shape_is_counted_with_the_feed(stage: Stage, frame: bytes) -> None:
    stage.hear(frame)
    stage.hear(frame)
    assert (stage.feed.undecoded, stage.ear.markets) == (2, {})
    (report,) = stage.ear.reports
    assert (report.trouble, report.symbol) == (Trouble.UNDECODED, "")
    assert repr(frame[:200]) in report.detail
    assert len(report.detail) < 1200


def test_a_damaged_frame_that_still_names_its_market_is_counted_there(stage: Stage) -> None:
    head = b'{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"tradeId'
    stage.hear(head)
    stage.push("trades", "BTC-USDT", TRADE)
    stage.hear(head)
    tally = stage.market().tally
    assert (tally.frames, tally.undecoded, tally.trades, stage.feed.undecoded) == (3, 2, 1, 0)
    (report,) = stage.ear.reports
    assert report.symbol == "okx:BTC/USDT"
    assert repr(head) in report.detail


def test_each_kind_of_undecoded_frame_is_reported_once(stage: Stage) -> None:
    for _ in range(3):
        for channel in ("trades", "tickers", "books", "mark-price", "funding-rate"):
            stage.hear(b'{"arg":{"channel":"%s","instId":"BTC-USDT"},"data":5}' % channel.encode())
    assert stage.market().tally.undecoded == 15
    assert stage.troubles() == [Trouble.UNDECODED] * 5


def test_a_reply_that_nobody_asked_for_changes_nothing(stage: Stage) -> None:
    stage.push("books5", "BTC-USDT", ROW)
    stage.feed.receive_reply(SnapshotRequest("public", "BTC-USDT", "/"), b"{}", stage.now)
    assert (stage.state(), stage.feed.undecoded) == (VALID, 0)


def test_an_error_of_the_sink_is_ours_and_is_raised(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a bug of the desk")

    monkeypatch.setattr(stage.ear, "touched", fail)
    with pytest.raises(ValueError, match="a bug of the desk"):
        stage.push("books5", "BTC-USDT", ROW)

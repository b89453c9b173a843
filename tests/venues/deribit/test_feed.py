"""The conversation: subscribing, answers, heartbeat, silence, and frames of no known form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import CLOSED, VALID, WAITING
from basisdesk.venues.contract import Channel, SnapshotRequest, Trouble
from basisdesk.venues.deribit.heartbeat import QUIET_NS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.deribit.conftest import Stage

SECOND = 1_000_000_000
CODE = "BTC-PERPETUAL"
BOOK = "book.BTC-PERPETUAL.100ms"
QUOTE = "quote.BTC-PERPETUAL"
TICKER = "ticker.BTC-PERPETUAL.100ms"
TRADES = "trades.BTC-PERPETUAL.100ms"
HEARTBEAT = ("public/set_heartbeat", {"interval": 20})
TEST: tuple[str, dict[str, int]] = ("public/test", {})
BEST = {"best_bid_price": 10.0, "best_bid_amount": 100.0, "best_ask_price": 11.0, "best_ask_amount": 200.0}


def connected(staged: Callable[..., Stage], *channels: Channel, codes: tuple[str, ...] = (CODE,)) -> Stage:
    stage = staged(codes, channels or tuple(Channel))
    stage.feed.connected(stage.now)
    return stage


def answer(stage: Stage, number: int, channels: list[str], after: int = 1_000_000) -> None:
    stage.hear({"jsonrpc": "2.0", "id": number, "result": channels, "usIn": 1, "testnet": False}, after)


def test_a_connection_asks_for_a_heartbeat_and_for_every_channel_once(staged: Callable[..., Stage]) -> None:
    stage = connected(staged)
    assert stage.sent() == [HEARTBEAT, ("public/subscribe", ["platform_state", BOOK, QUOTE, TICKER, TRADES])]
    assert (stage.sent(), stage.feed.to_request()) == ([], [])
    assert connected(staged, Channel.CARRY).sent()[1:] == [("public/subscribe", ["platform_state", TICKER])]
    assert connected(staged, codes=()).sent() == [HEARTBEAT]


def test_many_channels_go_in_several_requests_no_faster_than_the_venue_allows(staged: Callable[..., Stage]) -> None:
    codes = tuple(f"C{number}-PERPETUAL" for number in range(849))
    stage = connected(staged, Channel.BOOK, codes=codes)
    frames = stage.feed.to_send()[1:]
    assert [len(json.loads(frame)["params"]["channels"]) for frame in frames] == [100] * 6
    assert len({json.loads(frame)["id"] for frame in frames}) == 6
    assert all(len(frame) < 32_000 for frame in frames)
    assert stage.feed.next_deadline() == stage.now + SECOND // 2
    stage.wait(SECOND // 2)
    assert [len(names) for _, names in stage.sent()] == [100]
    stage.wait(SECOND)
    assert [len(names) for _, names in stage.sent()] == [100, 50]
    assert stage.feed.next_deadline() == stage.now - 3 * SECOND // 2 + 5 * SECOND


def test_what_the_answer_names_is_granted_and_a_book_with_its_snapshot(staged: Callable[..., Stage]) -> None:
    stage = connected(staged)
    stage.sent()
    answer(stage, 100, ["platform_state", BOOK, QUOTE, TICKER, TRADES])
    assert stage.feed.next_deadline() == 6 * SECOND  # the book's snapshot is still to come
    stage.snapshot([("new", 10.0, 1.0)], [("new", 11.0, 1.0)], 1)
    assert stage.feed.next_deadline() == stage.now + QUIET_NS
    assert (stage.state(), stage.ear.reports) == (VALID, [])


def test_what_is_missing_in_the_answer_was_refused(staged: Callable[..., Stage]) -> None:
    stage = connected(staged)
    stage.push(QUOTE, {})
    stage.sent()
    answer(stage, 100, ["platform_state", QUOTE, TICKER])
    refused = [(report.trouble, report.symbol, report.detail) for report in stage.ear.reports]
    assert refused == [
        (Trouble.REFUSED, "deribit:BTC/USD:BTC", f"{name} is missing in the answer") for name in (BOOK, TRADES)
    ]
    assert stage.feed.next_deadline() == stage.now + QUIET_NS
    stage.push(QUOTE, BEST)  # no book will come, so quotes stand in for it
    assert stage.state() == VALID


def test_a_refusal_names_its_channels_and_is_final(staged: Callable[..., Stage]) -> None:
    stage = connected(staged, Channel.BOOK)
    stage.sent()
    answer(stage, 100, [BOOK, "platform_state"])
    stage.wait(5 * SECOND)
    assert json.loads(stage.feed.to_send()[-1])["id"] == 101
    stage.ear.reports.clear()
    error = {"code": -32602, "message": "Invalid params", "data": {"reason": "invalid format", "param": "channels"}}
    stage.hear({"jsonrpc": "2.0", "id": 101, "error": error})
    reason = '-32602 Invalid params {"reason":"invalid format","param":"channels"}'
    assert [report.detail for report in stage.ear.reports] == [f"{BOOK}: {reason}"]
    assert stage.feed.next_deadline() == stage.now + QUIET_NS


def test_of_channels_that_are_refused_together_the_wrong_one_is_found(staged: Callable[..., Stage]) -> None:
    codes = tuple(f"C{number}-PERPETUAL" for number in range(40))
    stage = connected(staged, Channel.BOOK, codes=codes)
    wrong = "book.C17-PERPETUAL.100ms"
    granted: list[str] = []
    requests = 0
    for _ in range(60):
        for frame in map(json.loads, stage.feed.to_send()):
            names = frame["params"].get("channels", [])
            requests += bool(names)
            if wrong in names:
                stage.hear({"id": frame["id"], "error": {"code": 11050, "message": "bad_request"}}, 0)
            elif names:
                granted += names
                answer(stage, frame["id"], names, after=0)
        for name in granted:
            if name.startswith("book."):
                stage.snapshot([("new", 1.0, 1.0)], [("new", 2.0, 1.0)], 1, channel=name)
        stage.wait(SECOND // 10)
    assert sorted(granted) == sorted(["platform_state", *(f"book.{code}.100ms" for code in codes if "17" not in code)])
    assert requests <= 1 + 2 * 6
    assert stage.ear.reports[0].detail == "11050 bad_request: asking for the 41 channels in halves"
    assert stage.ear.reports[-1].detail == f"{wrong}: 11050 bad_request"
    assert stage.feed.next_deadline() == stage.now - SECOND // 10 + QUIET_NS


def test_one_channel_whose_subscription_failed_is_asked_for_again(staged: Callable[..., Stage]) -> None:
    stage = connected(staged, Channel.BOOK)
    stage.sent()
    stage.hear({"id": 100, "error": {"code": 11052, "message": "subscription failed"}})
    frames = [json.loads(frame) for frame in stage.feed.to_send()]
    assert [frame["params"]["channels"] for frame in frames] == [["platform_state"], [BOOK]]
    stage.hear({"id": frames[1]["id"], "error": {"code": 11052, "message": "subscription failed"}})
    answer(stage, frames[0]["id"], ["platform_state"])
    assert stage.sent() == []
    stage.wait(5 * SECOND)
    assert stage.sent() == [("public/unsubscribe", [BOOK]), ("public/subscribe", [BOOK])]


@pytest.mark.parametrize("code", [10028, 10040, 10041, 13028])
def test_a_refusal_that_passes_is_told_and_asked_again(staged: Callable[..., Stage], code: int) -> None:
    stage = connected(staged, Channel.BOOK)
    stage.sent()
    stage.hear({"jsonrpc": "2.0", "id": 100, "error": {"code": code, "message": "later", "data": None}})
    assert [(r.trouble, r.symbol, r.detail) for r in stage.ear.reports] == [(Trouble.REFUSED, "", f"{code} later")]
    stage.wait(5 * SECOND)
    assert stage.sent()[-1] == ("public/subscribe", ["platform_state", BOOK])


def test_an_error_of_no_request_of_ours_is_told(stage: Stage) -> None:
    stage.hear({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "bad"}})
    stage.hear({"jsonrpc": "2.0", "id": "x", "error": {"code": 1, "message": ""}})
    assert [report.detail for report in stage.ear.reports] == ["-32600 bad", "1"]


def test_what_is_not_granted_is_asked_for_again_ever_more_patiently(staged: Callable[..., Stage]) -> None:
    stage = connected(staged, Channel.TRADES)
    stage.sent()
    answer(stage, 100, ["platform_state", TRADES], after=0)
    assert stage.feed.next_deadline() == stage.now + QUIET_NS
    stage = connected(staged, Channel.BOOK)
    stage.sent()
    answer(stage, 100, ["platform_state", BOOK], after=0)
    waits = []
    for _ in range(7):
        asked = stage.now
        deadline = min(at for at in [stage.feed.next_deadline()] if at is not None)
        while not any(report.trouble is Trouble.SILENT for report in stage.ear.reports):
            stage.hear({"method": "heartbeat", "params": {"type": "heartbeat"}}, 0)
            stage.wait(max(deadline - stage.now, 0))
            deadline = stage.feed.next_deadline() or 0
        assert [report.detail for report in stage.ear.reports] == [f"{BOOK} was not granted: asking again"]
        stage.ear.reports.clear()
        assert stage.sent()[-2:] == [("public/unsubscribe", [BOOK]), ("public/subscribe", [BOOK])]
        waits.append((stage.now - asked) // SECOND)
    assert waits == [5, 10, 20, 40, 80, 80, 80]


def test_the_answer_to_leaving_grants_nothing(staged: Callable[..., Stage]) -> None:
    stage = connected(staged, Channel.TRADES)
    stage.sent()
    stage.wait(5 * SECOND)
    frames = [json.loads(frame) for frame in stage.feed.to_send()]
    assert [frame["method"] for frame in frames] == ["public/unsubscribe", "public/subscribe"]
    answer(stage, frames[0]["id"], ["platform_state", TRADES], after=0)
    assert stage.feed.next_deadline() == stage.now + 10 * SECOND
    answer(stage, frames[1]["id"], ["platform_state", TRADES], after=0)
    assert stage.feed.next_deadline() == stage.now + QUIET_NS


def test_an_announced_book_is_waited_for(stage: Stage) -> None:
    answer(stage, 0, [BOOK, "book.ETH-PERPETUAL.nonsense", "quote.ETH-PERPETUAL"])
    stage.push(QUOTE, BEST)
    stage.push("quote.ETH-PERPETUAL", BEST)
    assert (stage.state(), stage.state("ETH-PERPETUAL"), stage.ear.reports) == (WAITING, VALID, [])
    assert stage.ear.asked == [CODE, "ETH-PERPETUAL"]


def test_the_venues_question_is_answered_even_while_data_flows(staged: Callable[..., Stage]) -> None:
    stage = connected(staged, codes=())
    stage.sent()
    stage.hear({"jsonrpc": "2.0", "method": "heartbeat", "params": {"type": "heartbeat"}})
    assert stage.sent() == []
    for _ in range(3):
        stage.hear({"jsonrpc": "2.0", "method": "heartbeat", "params": {"type": "test_request"}})
    assert stage.sent() == [TEST]
    stage.hear({"jsonrpc": "2.0", "id": 2, "result": {"version": "1.2.26"}})
    stage.hear({"jsonrpc": "2.0", "id": 1, "result": "ok"})
    assert (stage.sent(), stage.ear.reports, stage.feed.undecoded) == ([], [], 0)


def test_silence_is_questioned_and_then_told(staged: Callable[..., Stage]) -> None:
    stage = connected(staged, codes=())
    stage.sent()
    stage.wait(QUIET_NS - 1)
    assert stage.sent() == []
    stage.wait(1)
    assert stage.feed.next_deadline() is None  # until the question is taken
    assert stage.sent() == [TEST]
    assert stage.feed.next_deadline() == stage.now + 5 * SECOND
    stage.wait(5 * SECOND)
    assert [(r.trouble, r.symbol, r.detail) for r in stage.ear.reports] == [
        (Trouble.SILENT, "", "nothing was received for 5 s after public/test")
    ]
    assert stage.feed.next_deadline() is None
    stage.wait(60 * SECOND)
    assert (len(stage.ear.reports), stage.sent()) == (1, [])


def test_any_frame_answers_the_question(staged: Callable[..., Stage]) -> None:
    stage = connected(staged, codes=())
    stage.sent()
    stage.wait(QUIET_NS)
    stage.sent()
    stage.push("platform_state", {})
    stage.wait(6 * SECOND)
    assert (stage.ear.reports, stage.sent()) == ([], [])
    assert stage.feed.next_deadline() == stage.now + QUIET_NS - 6 * SECOND
    stage.wait(QUIET_NS)
    assert stage.sent() == [TEST]


def test_a_connection_that_ends_closes_its_books_and_a_new_one_begins_anew(staged: Callable[..., Stage]) -> None:
    stage = connected(staged)
    stage.sent()
    stage.snapshot([("new", 10.0, 1.0)], [("new", 9.0, 1.0)], 1)
    stage.ear.unwanted = ["ETH-PERPETUAL"]
    stage.push("quote.ETH-PERPETUAL", {})
    stage.feed.disconnected(stage.now)
    assert (stage.state(), stage.feed.next_deadline(), stage.sent()) == (CLOSED, None, [])
    assert stage.ear.touches[-1] == (CODE, stage.now, CLOSED)
    stage.feed.connected(stage.now)
    assert (stage.state(), len(stage.sent())) == (WAITING, 2)
    stage.change([("new", 8.5, 1.0)], [], (1, 2))
    assert (stage.state(), stage.market().tally.gaps, stage.market().book.depth(0)) == (WAITING, 0, 0)
    stage.snapshot([("new", 8.0, 1.0)], [("new", 9.0, 1.0)], 7)
    assert (stage.state(), stage.market().tally.resyncs) == (VALID, 0)


def test_what_an_earlier_connection_announced_or_told_is_forgotten(stage: Stage) -> None:
    answer(stage, 0, [BOOK])
    stage.push("trades.BTC-27NOV26.raw", [])
    trade = {"price": 10.0, "amount": 1.0, "direction": "buy", "trade_id": "1"}
    stage.push("trades.BTC-27NOV26.raw", [trade])
    stage.feed.disconnected(stage.now)
    stage.feed.connected(stage.now)
    stage.push(QUOTE, BEST)
    stage.push("trades.BTC-27NOV26.100ms", [trade])
    assert (stage.state(), len(stage.ear.trades)) == (VALID, 2)


def test_a_refused_book_is_not_waited_for_by_a_market_heard_of_later(staged: Callable[..., Stage]) -> None:
    stage = connected(staged)
    stage.sent()
    answer(stage, 100, ["platform_state", QUOTE, TICKER, TRADES])
    stage.push(QUOTE, BEST)
    assert stage.state() == VALID


def test_connecting_again_does_not_hurry_the_requests(staged: Callable[..., Stage]) -> None:
    stage = staged([CODE], [Channel.TICKER])
    sent = []
    for _ in range(8):
        stage.feed.connected(stage.now)
        sent.append(len(stage.sent()))
    assert sent == [2, 2, 2, 2, 2, 2, 1, 1]
    stage.wait(SECOND // 2)
    assert [method for method, _ in stage.sent()] == ["public/subscribe"]


def test_a_late_snapshot_does_not_keep_a_channel_that_is_left_from_being_joined(staged: Callable[..., Stage]) -> None:
    stage = connected(staged, Channel.BOOK)
    stage.sent()
    stage.snapshot([("new", 10.0, 1.0)], [("new", 11.0, 1.0)], 1)
    stage.change([], [], (3, 4))
    stage.snapshot([("new", 10.0, 1.0)], [("new", 11.0, 1.0)], 5)
    assert stage.sent() == [("public/unsubscribe", [BOOK]), ("public/subscribe", [BOOK])]


def test_quotes_of_an_earlier_connection_are_forgotten(staged: Callable[..., Stage]) -> None:
    stage = connected(staged, Channel.TICKER)
    stage.push(QUOTE, BEST)
    stage.feed.disconnected(stage.now)
    assert stage.state() == CLOSED
    stage.feed.connected(stage.now)
    stage.push("incremental_ticker.BTC-PERPETUAL", {"best_bid_price": 10.0})
    assert stage.state() == WAITING
    stage.push("ticker.BTC-PERPETUAL.100ms", BEST)
    assert stage.state() == VALID


def test_a_reply_over_rest_changes_nothing(live: Stage) -> None:
    live.feed.receive_reply(SnapshotRequest("public", CODE, "/"), b"{}", live.now)
    assert (live.market().book.sequence, live.ear.reports) == (5, [])


def test_a_frame_that_is_written_differently_finds_the_same_route(live: Stage) -> None:
    data = {"type": "change", "prev_change_id": 5, "change_id": 6, "bids": [["new", 10.5, 1.0]], "asks": []}
    live.hear(json.dumps({"params": {"data": data, "channel": BOOK}, "method": "subscription"}, indent=2))
    assert (live.market().book.bid, live.market().book.sequence) == (10.5, 6)
    escaped = BOOK.replace("b", "\\u0062")
    live.hear(
        f'{{"jsonrpc":"2.0","method":"subscription","params":{{"channel":"{escaped}","data":{{"change_id":7,'
        '"prev_change_id":6,"bids":[["new",10.6,1]],"asks":[]}}}'
    )
    assert (live.market().book.bid, live.feed.undecoded) == (10.6, 0)


@pytest.mark.parametrize(
    "frame",
    [
        b"", b"pong", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 2000, b'{"method":"heartbeat","params":7}',
        b'{"method":"news","params":{}}', b'{"id":1,"result":null,"error":7}', b'{"error":{"code":"x"}}',
        b'{"method":"subscription"}', b'{"method":"subscription","params":{"channel":""}}x',
        b'{"jsonrpc":"2.0","method":"subscription","params":{"channel":"book.BTC-PERPETUAL","data":{}}}',
        b'{"jsonrpc":"2.0","method":"subscription","params":{"channel":"quote.BTC PERP","data":{}}}',
        b'{"jsonrpc":"2.0","method":"subscription","params":{"channel":"quote.NEW-PERPETUAL","da',
    ],
)  # fmt: skip
def test_a_frame_of_no_known_form_is_counted_and_shown_once(stage: Stage, frame: bytes) -> None:
    for _ in range(2):
        stage.hear(frame)
    assert (stage.feed.undecoded, stage.troubles(), stage.ear.asked) == (2, [Trouble.UNDECODED], [])
    assert repr(frame[:200]) in stage.ear.reports[0].detail


def test_a_damaged_frame_is_counted_with_the_market_that_it_still_names(live: Stage) -> None:
    live.push(TRADES, [])
    whole: Any = {"channel": TRADES, "data": []}
    text = json.dumps({"jsonrpc": "2.0", "method": "subscription", "params": whole}, separators=(",", ":"))
    for _ in range(2):
        live.hear(text[:-4])
        live.hear(text[:-4].replace("trades", "book"))
    assert (live.market().tally.undecoded, live.feed.undecoded) == (4, 0)
    assert [(r.trouble, r.symbol) for r in live.ear.reports if r.trouble is Trouble.UNDECODED] == [
        (Trouble.UNDECODED, "deribit:BTC/USD:BTC")
    ] * 2


def test_a_damaged_frame_of_a_route_heard_under_another_spelling_is_counted_with_it(stage: Stage) -> None:
    stage.hear(json.dumps({"method": "subscription", "params": {"channel": TRADES, "data": []}}, indent=1))
    stage.hear(f'{{"jsonrpc":"2.0","method":"subscription","params":{{"channel":"{TRADES}","data":[')
    assert (stage.market().tally.undecoded, stage.feed.undecoded) == (1, 0)

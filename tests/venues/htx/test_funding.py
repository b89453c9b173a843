"""Funding: pushed by the notification sockets, asked for over REST once a minute."""

from __future__ import annotations

import gzip
import json
from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.venues.contract import Channel, SnapshotRequest, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.htx.conftest import Stage

SECOND, HOUR = 1_000_000_000, 3_600_000_000_000
START = 1_618_678_070 * SECOND
AT = 1_618_704_000_000  # ms, 2021-04-18 00:00
ROW = {"contract_code": "BTC-USDT", "symbol": "BTC", "funding_rate": "0.0001", "funding_time": str(AT)}
REQUEST = SnapshotRequest("linear", "BTC-USDT", "/v5/market/funding_rate?contract_code=BTC-USDT", (("v5_market", 1.0),))
PAST = SnapshotRequest(
    "linear",
    "BTC-USDT",
    "/linear-swap-api/v1/swap_historical_funding_rate?contract_code=BTC-USDT&page_index=1&page_size=1",
    (("contract_public", 1.0),),
)


def notice(stage: Stage, settles: Any, rate: Any = "0.0001", sent: Any = 1_618_678_070_000, **more: Any) -> None:
    row = {"contract_code": "BTC-USDT", "funding_rate": rate, "estimated_rate": "0.0002", "settlement_time": settles}
    frame = {"op": "notify", "topic": "public.BTC-USDT.funding_rate", "ts": sent, "data": [row | more]}
    stage.hear(frame)


def reply(stage: Stage, body: object, request: SnapshotRequest = REQUEST) -> None:
    stage.feed.receive_reply(request, body if isinstance(body, bytes) else json.dumps(body).encode(), stage.now)


def test_a_push_tells_the_coming_rate_and_its_time(linear: Stage) -> None:
    notice(linear, str(AT))
    carry = linear.market().carry
    assert (carry.predicted, carry.next_at, carry.interval, carry.at) == (0.0001, AT * 1_000_000, 0, linear.now)
    assert isnan(carry.settled)
    assert (linear.ear.carries, linear.market().tally.frames) == (["BTC-USDT"], 1)


def test_the_interval_shows_when_the_settlement_moves_on(linear: Stage) -> None:
    notice(linear, AT)
    notice(linear, AT + 8 * 3_600_000)
    carry = linear.market().carry
    assert (carry.interval, carry.next_at) == (8, AT * 1_000_000 + 8 * HOUR)
    notice(linear, AT + 16 * 3_600_000 + 1)
    notice(linear, AT + 60 * 3_600_000)
    assert carry.interval == 8


def test_a_step_after_hours_of_silence_tells_no_interval(linear: Stage) -> None:
    notice(linear, AT)
    linear.now += HOUR
    notice(linear, AT + 16 * 3_600_000)
    assert linear.market().carry.interval == 0


def test_at_the_settlement_the_push_tells_what_was_paid(linear: Stage) -> None:
    notice(linear, AT, sent=AT + 3_000)
    carry = linear.market().carry
    assert (carry.settled, carry.predicted, carry.next_at) == (0.0001, 0.0002, 0)
    notice(linear, AT - 8 * 3_600_000, sent=0)
    notice(linear, AT, rate="0.0003", sent=AT)
    assert (carry.settled, carry.predicted, carry.next_at) == (0.0003, 0.0002, AT * 1_000_000 + 8 * HOUR)


def test_a_push_of_every_swap_is_sorted_to_its_markets(staged: Callable[..., Stage]) -> None:
    stage = staged("coin_swap", ["BTC-USD"], [Channel.CARRY])
    rows = [{"contract_code": code, "funding_rate": None} for code in ("BTC-USD", "ETH-USD", "BTC_CQ", "nonsense")]
    stage.hear({"op": "notify", "topic": "public.*.funding_rate", "ts": "1", "data": rows})
    assert (stage.ear.carries, stage.ear.asked) == (["BTC-USD"], ["BTC-USD"])
    assert isnan(stage.market().carry.predicted)


def test_a_standing_name_pays_no_funding(staged: Callable[..., Stage]) -> None:
    stage = staged("linear")
    notice(stage, AT, contract_code="BTC-USDT-CQ")
    assert stage.ear.asked == []


@pytest.mark.parametrize("settles", ["x", -1, 2**63, "9" * 30, 1.5])
def test_a_push_that_cannot_be_read_changes_nothing(linear: Stage, settles: object) -> None:
    notice(linear, settles)
    assert (linear.feed.undecoded, linear.ear.markets, linear.troubles()) == (1, {}, [Trouble.UNDECODED])


# ---------------------------------------------------------------- over REST


def test_funding_of_swaps_is_asked_for_once_a_minute_and_spread(staged: Callable[..., Stage]) -> None:
    stage = staged("linear", ["BTC-USDT", "ETH-USDT", "BTC-USDT-210625"], [Channel.CARRY])
    assert stage.feed.to_request() == []
    stage.feed.connected(stage.now)
    assert stage.feed.next_deadline() == START
    stage.wait(0)
    assert (stage.feed.to_request(), stage.feed.to_request()) == ([REQUEST], [])
    assert stage.feed.next_deadline() == START + SECOND // 20
    stage.wait(0.05)
    assert [request.code for request in stage.feed.to_request()] == ["ETH-USDT"]
    stage.wait(0.1)
    assert [request.code for request in stage.feed.to_request()] == ["BTC-USDT", "ETH-USDT"]
    stage.wait(59.85)
    assert stage.feed.to_request() == [REQUEST]
    stage.feed.disconnected(stage.now)
    stage.wait(60)
    assert (stage.feed.to_request(), stage.feed.next_deadline()) == ([], None)


def test_what_was_paid_is_asked_for_at_once_and_after_every_full_hour(staged: Callable[..., Stage]) -> None:
    stage = staged("linear", ["BTC-USDT"], [Channel.CARRY])
    stage.feed.connected(stage.now)
    stage.wait(1)
    assert stage.feed.to_request() == [REQUEST, PAST]
    hour = (START // HOUR + 1) * HOUR
    stage.now = hour + 29 * SECOND
    stage.wait(0)
    assert stage.feed.to_request() == [REQUEST]
    stage.wait(1.05)
    assert stage.feed.to_request() == [PAST]


@pytest.mark.parametrize(
    ("line", "code", "paths"),
    [
        (
            "coin_swap",
            "BTC-USD",
            [
                "/swap-api/v1/swap_funding_rate?contract_code=BTC-USD",
                "/swap-api/v1/swap_historical_funding_rate?contract_code=BTC-USD&page_index=1&page_size=1",
            ],
        ),
        ("coin_futures", "BTC210625", []),
        ("spot", "btcusdt", []),
    ],
)
def test_each_line_asks_where_it_pays_funding(
    staged: Callable[..., Stage], line: str, code: str, paths: list[str]
) -> None:
    stage = staged(line, [code], [Channel.CARRY])
    stage.feed.connected(stage.now)
    stage.wait(1)
    assert [request.path for request in stage.feed.to_request()] == paths


def test_a_reply_tells_what_the_last_settlement_paid(linear: Stage) -> None:
    old = ROW | {"funding_time": str(AT - 1), "realized_rate": "9"}
    other = ROW | {"contract_code": "ETH-USDT", "funding_time": str(AT + 1), "realized_rate": "8"}
    reply(linear, {"status": "ok", "data": {"data": [old, ROW | {"realized_rate": "0.0003"}, other]}}, PAST)
    carry = linear.market().carry
    assert (carry.settled, carry.at, linear.ear.carries) == (0.0003, linear.now, ["BTC-USDT"])
    assert isnan(carry.predicted)
    reply(linear, {"status": "ok", "data": {"data": [ROW]}}, PAST)
    assert carry.settled == 0.0001
    reply(linear, {"status": "ok", "data": {"data": [{"x": 1}]}}, PAST)
    assert (carry.settled, linear.market().tally.undecoded) == (0.0001, 1)
    reply(linear, {"status": "ok", "data": {"data": []}}, PAST)
    assert carry.settled == 0.0001


def test_a_reply_about_another_swap_is_not_taken(linear: Stage) -> None:
    reply(linear, {"data": ROW | {"contract_code": "ETH-USDT"}})
    assert (linear.market().tally.undecoded, linear.ear.carries) == (1, [])


@pytest.mark.parametrize("many", [True, False])
def test_a_reply_tells_rate_time_and_interval(linear: Stage, many: bool) -> None:
    row = ROW | {"next_funding_time": str(AT + 4 * 3_600_000)}
    data: object = [row, row | {"contract_code": "ETH-USDT", "funding_rate": "9"}] if many else row
    reply(linear, {"code": 200, "message": "Success", "data": data, "ts": 1})
    carry = linear.market().carry
    assert (carry.predicted, carry.next_at, carry.interval, carry.at) == (0.0001, AT * 1_000_000, 4, linear.now)
    reply(linear, gzip.compress(json.dumps({"status": "ok", "data": ROW | {"next_funding_time": None}}).encode()))
    assert (carry.interval, linear.ear.carries) == (4, ["BTC-USDT"] * 2)
    reply(linear, {"data": ROW | {"next_funding_time": AT + 25 * 3_600_000}})
    reply(linear, {"data": ROW | {"next_funding_time": AT + 3_600_001}})
    assert carry.interval == 4


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": "error", "err_code": 1017, "err_msg": "no such contract", "ts": 1}, "1017 no such contract"),
        ({"status": "error", "err-code": "bad-request", "err-msg": "slow down", "ts": 1}, "bad-request slow down"),
        ({"code": 1032, "message": "too many requests", "ts": 1}, "1032 too many requests"),
        ({"status": "maintain"}, "maintain"),
    ],
)
def test_a_refused_request_is_reported(linear: Stage, body: dict[str, Any], words: str) -> None:
    reply(linear, body)
    (report,) = linear.ear.reports
    assert (report.trouble, report.symbol) == (Trouble.REFUSED, "htx:BTC/USDT:USDT")
    assert report.detail == f"funding: {words}"
    assert (linear.ear.carries, linear.market().tally.undecoded) == ([], 0)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"status":"ok","data":[{"x":1}]}', b"\x1f\x8b", b'{"data":null}']
)
def test_a_reply_that_cannot_be_read_is_counted_with_its_market(linear: Stage, body: bytes) -> None:
    reply(linear, body)
    assert (linear.market().tally.undecoded, linear.troubles(), linear.ear.carries) == (1, [Trouble.UNDECODED], [])


def test_a_reply_of_a_market_nobody_wants_is_dropped(linear: Stage) -> None:
    linear.ear.unwanted.append("BTC-USDT")
    reply(linear, {"data": ROW})
    reply(linear, {"data": ROW}, SnapshotRequest("linear", "nonsense!", "/"))
    assert (linear.ear.carries, linear.ear.reports) == ([], [])

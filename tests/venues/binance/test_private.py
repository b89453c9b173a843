"""The private streams: how they are opened, kept and lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.venues.binance.streams import DAY, MINUTE, NOW, SECOND, heard, opened, stream

from basisdesk.domain import account as facts
from basisdesk.domain.ask import KeepStream, OpenStream
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.signatures import hex_signature
from basisdesk.venues.trading import Reply, Session


def test_spot_subscribes_with_a_signature_and_needs_nothing_first(session: Session) -> None:
    made = stream("spot", session)
    assert (made.to_ask(), made.replied(OpenStream("spot"), Reply(outcome=Done()), NOW)) == ([], [])
    assert made.url(NOW) == "wss://ws-api.binance.com:443/ws-api/v3"
    assert made.headers(NOW) == ()
    made.connected(NOW)
    (frame,) = made.to_send()
    request = json.loads(frame)
    assert request["method"] == "userDataStream.subscribe.signature"
    params = request["params"]
    assert list(params) == ["apiKey", "recvWindow", "timestamp", "signature"]
    text = "&".join(f"{name}={params[name]}" for name in list(params)[:-1])
    assert params["signature"] == hex_signature("demoSecret00000000000000000000000001", text)
    assert not made.ready
    made.receive(json.dumps({"id": "other", "status": 200, "result": {}}).encode(), NOW)
    assert not made.ready
    made.receive(json.dumps({"id": request["id"], "status": 200, "result": {"subscriptionId": 0}}).encode(), NOW)
    assert made.ready


def test_spot_without_a_key_has_no_address() -> None:
    assert stream("spot", Session()).url(NOW) is None


def test_spot_pings_and_gives_up_a_connection_that_does_not_answer(session: Session) -> None:
    made = opened("spot", session)
    assert made.next_deadline() == NOW + MINUTE
    assert made.on_time(NOW + MINUTE - 1) == []
    assert made.on_time(NOW + MINUTE) == []
    ping = json.loads(made.to_send()[0])
    assert ping["method"] == "ping"
    made.receive(json.dumps({"id": ping["id"], "status": 200, "result": {}}).encode(), NOW + MINUTE)
    assert made.on_time(NOW + 2 * MINUTE) == []
    (ended,) = made.on_time(NOW + 2 * MINUTE + 10 * SECOND)
    assert isinstance(ended, facts.StreamEnded)
    assert "no answer" in ended.message
    assert not made.ready
    assert made.on_time(NOW + DAY) == []


def test_spot_gives_up_a_connection_before_the_venue_does(session: Session) -> None:
    made = opened("spot", session)
    (ended,) = made.on_time(NOW + DAY - 10 * MINUTE)
    assert isinstance(ended, facts.StreamEnded)
    assert "a day old" in ended.message


@pytest.mark.parametrize(("code", "refused"), [(-2015, True), (-1003, False), (-1000, False)])
def test_a_refused_subscription_ends_the_stream(code: int, refused: bool, session: Session) -> None:
    made = stream("spot", session)
    made.connected(NOW)
    request = json.loads(made.to_send()[0])
    answer = {"id": request["id"], "status": 401, "error": {"code": code, "msg": "no"}}
    assert made.receive(json.dumps(answer).encode(), NOW) == [
        facts.StreamEnded(at=NOW, message=f"{code}: no", refused=refused)
    ]
    assert not made.ready


def test_losing_the_connection_of_spot_forgets_what_was_under_way(session: Session) -> None:
    made = opened("spot", session)
    made.disconnected(NOW)
    assert (made.ready, made.next_deadline(), made.to_send()) == (False, None, [])


def test_futures_ask_for_a_key_and_connect_with_it(session: Session) -> None:
    for line, url in (
        ("usdm", "wss://fstream.binance.com/private/ws?listenKey=KEY"),
        ("coinm", "wss://dstream.binance.com/ws/KEY"),
    ):
        made = stream(line, session)
        assert made.url(NOW) is None
        assert made.to_ask() == [OpenStream(line)]
        assert made.to_ask() == []
        learned = ((f"{line}.listen_key", "KEY"),)
        assert made.replied(OpenStream(line), Reply(outcome=Done(), learned=learned), NOW) == []
        assert (made.url(NOW), made.headers(NOW), made.ready) == (url, (), False)
        made.connected(NOW)
        assert (made.ready, made.to_send()) == (True, [])


def test_a_key_is_kept_every_half_hour(session: Session) -> None:
    made = opened("usdm", session)
    assert made.next_deadline() == NOW + 30 * MINUTE
    assert made.on_time(NOW + 30 * MINUTE - 1) == []
    assert made.on_time(NOW + 30 * MINUTE) == []
    assert made.to_ask() == [KeepStream("usdm")]
    assert made.replied(KeepStream("usdm"), Reply(outcome=Done()), NOW + 30 * MINUTE) == []
    assert made.next_deadline() == NOW + 60 * MINUTE
    late = NOW + DAY - 20 * MINUTE
    made.replied(KeepStream("usdm"), Reply(outcome=Done()), late)
    assert made.next_deadline() == NOW + DAY - 10 * MINUTE
    (ended,) = made.on_time(NOW + DAY - 10 * MINUTE)
    assert isinstance(ended, facts.StreamEnded)
    assert "a day old" in ended.message


@pytest.mark.parametrize(
    "outcome",
    [
        Unknown("no answer"),
        Rejected(Reason.AUTHENTICATION, "-1125", "This listenKey does not exist."),
        RetryLater(NOW + 7 * SECOND, Reason.RATE_LIMIT, "-1003", "slow"),
    ],
)
def test_a_keep_alive_that_fails_ends_the_stream_and_asks_for_a_new_key(outcome: Any, session: Session) -> None:
    made = opened("usdm", session)
    (ended,) = made.replied(KeepStream("usdm"), Reply(outcome=outcome), NOW)
    assert isinstance(ended, facts.StreamEnded)
    assert "could not be kept" in ended.message
    assert not ended.refused
    assert (made.ready, made.url(NOW)) == (False, None)
    made.disconnected(NOW)
    deadline = made.next_deadline()
    assert deadline == NOW + (7 if isinstance(outcome, RetryLater) else 5) * SECOND
    assert made.on_time(deadline) == []
    assert made.to_ask() == [OpenStream("usdm")]


def test_a_key_that_is_refused_says_so(session: Session) -> None:
    made = stream("usdm", session)
    made.to_ask()
    refusal = Rejected(Reason.AUTHENTICATION, "-2015", "Invalid API-key, IP, or permissions for action")
    (ended,) = made.replied(OpenStream("usdm"), Reply(outcome=refusal), NOW)
    assert isinstance(ended, facts.StreamEnded)
    assert ended.refused


def test_a_lost_connection_of_futures_asks_for_the_key_again(session: Session) -> None:
    made = opened("usdm", session)
    made.disconnected(NOW)
    assert (made.ready, made.url(NOW), made.to_ask()) == (False, None, [OpenStream("usdm")])


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("spot", {"e": "eventStreamTerminated", "E": 1}),
        ("spot", {"e": "serverShutdown", "E": 1}),
        ("usdm", {"e": "listenKeyExpired", "E": "1700000000123", "listenKey": "KEY"}),
        ("coinm", {"e": "listenKeyExpired", "E": 1700000000123, "listenKey": "KEY"}),
    ],
)
def test_the_venue_ends_a_stream(line: str, event: dict[str, Any], session: Session) -> None:
    (ended,) = heard(line, event, session)
    assert isinstance(ended, facts.StreamEnded)
    assert not ended.refused


def test_an_expired_key_is_not_used_again(session: Session) -> None:
    made = opened("usdm", session)
    made.receive(b'{"stream":"KEY","data":{"e":"listenKeyExpired","E":1}}', NOW)
    assert (made.ready, made.url(NOW), made.next_deadline()) == (False, None, NOW)

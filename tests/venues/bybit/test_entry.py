"""Order entry over the trade socket."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.bybit.accounts import KEY, LINEAR, MS, NOW, SECOND, SPOT, TRADING, order, session

from basisdesk.domain.account import OrderUpdate
from basisdesk.domain.ask import Amend, Ask, Cancel, CancelAll, OrderRef, Place
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.venues.trading import Entry, Reply

D = Decimal
REF = OrderRef(symbol=LINEAR, client_id="test-1")
PLACE = Place(order(size=D("0.01"), price=D("50000.1"), post_only=True))


def entry(line: str = "linear") -> Entry:
    made = TRADING.entry(line, session())
    assert made is not None
    return made


def hear(socket: Entry, message: Any, now: int = NOW) -> list[tuple[Ask, Reply]]:
    return socket.receive(message if isinstance(message, bytes) else json.dumps(message).encode(), now)


def sent(socket: Entry) -> list[Any]:
    return [json.loads(frame) for frame in socket.to_send()]


def opened() -> Entry:
    socket = entry()
    socket.connected(NOW)
    socket.to_send()
    hear(socket, {"retCode": 0, "retMsg": "OK", "op": "auth", "connId": "c2"})
    return socket


def reply(request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "reqId": request["reqId"], "retCode": 0, "retMsg": "OK", "op": request["op"],
        "data": {"orderId": "u-1", "orderLinkId": "test-1"}, "retExtInfo": {},
        "header": {
            "X-Bapi-Limit": "10", "X-Bapi-Limit-Status": "9", "X-Bapi-Limit-Reset-Timestamp": "1700000000124",
            "Traceid": "t", "Timenow": "1700000000124",
        },
        "connId": "c2",
    } | changes  # fmt: skip


def test_nothing_is_carried_before_the_login() -> None:
    socket = entry()
    assert (socket.url, socket.headers(NOW)) == ("wss://stream.bybit.com/v5/trade", ())
    assert not socket.ready(NOW)
    socket.connected(NOW)
    (login,) = sent(socket)
    assert (login["op"], login["args"][0]) == ("auth", KEY.key)
    assert socket.send(PLACE, NOW) is False
    assert TRADING.entry("option", session()) is None


@pytest.mark.parametrize(
    ("ask", "operation"),
    [(PLACE, "order.create"), (Amend(order=REF, price=D(49000)), "order.amend"), (Cancel(REF), "order.cancel")],
)
def test_an_ask_goes_out_with_its_time_and_comes_back_as_a_reply(ask: Ask, operation: str) -> None:
    socket = opened()
    assert socket.send(ask, NOW + 5 * MS) is True
    (request,) = sent(socket)
    assert request["op"] == operation
    assert request["header"] == {"X-BAPI-TIMESTAMP": "1700000000005", "X-BAPI-RECV-WINDOW": "5000"}
    over_http = TRADING.encode(ask, session(), NOW)
    assert not isinstance(over_http, Refusal)
    assert request["args"] == [json.loads(over_http.body)]
    ((back, told),) = hear(socket, reply(request))
    assert back == ask
    assert told.outcome == Done()
    assert told.used == ((over_http.costs[1][0], 1.0),)
    assert told.capacities == ((over_http.costs[1][0], 10.0),)
    assert [type(each) for each in told.updates] == ([OrderUpdate] if ask == PLACE else [])
    assert hear(socket, reply(request)) == []


def test_what_the_socket_does_not_carry_goes_over_http() -> None:
    socket = opened()
    assert socket.send(CancelAll("linear"), NOW) is False
    assert socket.send(Cancel(OrderRef(symbol=SPOT, venue_id="1")), NOW) is False
    assert isinstance(socket.send(Cancel(OrderRef(symbol=LINEAR)), NOW), Refusal)
    assert sent(socket) == []


def test_codes_are_those_of_rest() -> None:
    socket = opened()
    outcomes = []
    for code in (110072, 10006, 10016, 10404):
        socket.send(PLACE, NOW)
        (request,) = sent(socket)
        ((_, told),) = hear(socket, reply(request, retCode=code, retMsg="m", data={}), NOW)
        outcomes.append(told.outcome)
    assert outcomes[0] == Rejected(Reason.DUPLICATE_ID, "110072", "m")
    assert outcomes[1] == RetryLater(1_700_000_000_124 * MS, Reason.RATE_LIMIT, "10006", "m")
    assert isinstance(outcomes[2], Unknown)
    assert outcomes[3] == Rejected(Reason.MALFORMED, "10404", "m")


def test_an_answer_that_cannot_be_read_is_unknown() -> None:
    socket = opened()
    socket.send(PLACE, NOW)
    (request,) = sent(socket)
    for junk in (b"", b"[]", {"op": "pong", "retCode": 0, "data": ["1"]}, {"reqId": "other", "retCode": 1}):
        assert hear(socket, junk) == []
    ((_, told),) = hear(socket, reply(request, data={"orderId": [5]}, header={"X-Bapi-Limit": "x"}))
    assert isinstance(told.outcome, Unknown)
    assert told.used == ()
    socket.send(PLACE, NOW)
    (request,) = sent(socket)
    header = {"X-Bapi-Limit-Reset-Timestamp": "soon"}
    ((_, told),) = hear(socket, reply(request, retCode=10006, retMsg=None, header=header))
    assert isinstance(told.outcome, RetryLater)


def test_what_is_under_way_when_the_connection_is_lost_is_unknown() -> None:
    socket = opened()
    socket.send(PLACE, NOW)
    socket.to_send()
    socket.send(Cancel(REF), NOW)
    lost = socket.disconnected(NOW)
    assert [ask for ask, _ in lost] == [PLACE, Cancel(REF)]
    assert all(isinstance(told.outcome, Unknown) for _, told in lost)
    assert (socket.disconnected(NOW), socket.ready(NOW), sent(socket)) == ([], False, [])


def test_what_has_no_answer_long_after_its_end_is_unknown() -> None:
    socket = opened()
    socket.send(PLACE, NOW)
    socket.to_send()
    due = NOW + 15 * SECOND
    assert socket.next_deadline() == due
    assert socket.on_time(due - 1) == []
    ((ask, told),) = socket.on_time(due)
    assert ask == PLACE
    assert isinstance(told.outcome, Unknown)
    assert socket.next_deadline() == NOW + 20 * SECOND


def test_ids_never_come_twice() -> None:
    socket = opened()
    for _ in range(5):
        socket.send(PLACE, NOW)
    names = [request["reqId"] for request in sent(socket)]
    assert len(set(names)) == 5
    assert all(len(name) <= 36 for name in names)


@pytest.mark.parametrize("code", [10004, 20001])
def test_a_refused_login_leaves_orders_to_http(code: int) -> None:
    socket = entry()
    socket.connected(NOW)
    socket.to_send()
    hear(socket, {"retCode": code, "retMsg": "no", "op": "auth"})
    assert not socket.ready(NOW)
    assert socket.next_deadline() is None


def test_a_restarting_venue_and_silence_leave_orders_to_http() -> None:
    socket = opened()
    socket.send(PLACE, NOW)
    (request,) = sent(socket)
    ((_, told),) = hear(socket, reply(request, retCode=10019, retMsg="restarting"))
    assert isinstance(told.outcome, RetryLater)
    assert told.outcome.reason is Reason.MAINTENANCE
    assert not socket.ready(NOW)
    socket = opened()
    assert socket.on_time(NOW + 20 * SECOND) == []
    assert sent(socket) == [{"op": "ping"}]
    assert socket.on_time(NOW + 30 * SECOND) == []
    assert not socket.ready(NOW)


@pytest.mark.recordings
def test_a_captured_answer_is_understood(recordings: Path) -> None:
    socket = opened()
    socket.send(PLACE, NOW)
    (request,) = sent(socket)
    captured = json.loads((recordings / "nautilus" / "bybit" / "ws_order_response.json").read_text())
    ((_, told),) = hear(socket, captured | {"reqId": request["reqId"]})
    (update,) = told.updates
    assert isinstance(update, OrderUpdate)
    assert update.venue_id == "1726025498520715008"

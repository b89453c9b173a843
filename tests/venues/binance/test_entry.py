"""Orders over the WebSocket API: the same asks and answers in another envelope."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain import account as facts
from basisdesk.domain import ask as asks
from basisdesk.domain.ask import OrderType
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.binance import VENUE
from basisdesk.venues.signatures import hex_signature
from basisdesk.venues.trading import Credentials, Entry, Session

SPOT, USDM = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
DAY = 86_400 * SECOND
SECRET = "demoSecret00000000000000000000000001"


def place(symbol: str) -> asks.Place:
    return asks.Place(
        asks.NewOrder(
            symbol=symbol,
            side=Side.BUY,
            type=OrderType.LIMIT,
            client_id="test-1",
            size=Decimal(1),
            price=Decimal("50000.1"),
        )
    )


def cancel(symbol: str, number: str = "7") -> asks.Cancel:
    return asks.Cancel(asks.OrderRef(symbol=symbol, venue_id=number))


def entry(line: str, session: Session) -> Entry:
    assert VENUE.trading is not None
    made = VENUE.trading.entry(line, session)
    assert made is not None
    made.connected(NOW)
    return made


def written(made: Entry) -> list[dict[str, Any]]:
    return [json.loads(frame) for frame in made.to_send()]


def answer(number: str, status: int = 200, **more: Any) -> bytes:
    return json.dumps({"id": number, "status": status, **more}).encode()


ORDER = {
    "symbol": "BTCUSDT", "orderId": 12, "clientOrderId": "test-1", "transactTime": 1700000000123, "price": "50000.1",
    "origQty": "1", "executedQty": "0", "status": "NEW", "type": "LIMIT", "side": "BUY",
}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("spot", "wss://ws-api.binance.com:443/ws-api/v3"),
        ("usdm", "wss://ws-fapi.binance.com/ws-fapi/v1"),
        ("coinm", "wss://ws-dapi.binance.com/ws-dapi/v1"),
    ],
)
def test_each_line_has_an_address_and_is_ready_without_a_login(line: str, url: str, session: Session) -> None:
    made = entry(line, session)
    assert (made.url, made.headers(NOW), made.to_send()) == (url, (), [])
    assert made.ready(NOW)
    assert not made.ready(NOW + DAY)
    assert VENUE.trading is not None
    assert VENUE.trading.entry("options", session) is None


def test_an_order_is_signed_by_itself_and_its_answer_is_matched(session: Session) -> None:
    made = entry("spot", session)
    ask = place(SPOT)
    assert made.send(ask, NOW) is True
    (request,) = written(made)
    params = request["params"]
    assert request["method"] == "order.place"
    assert params["newClientOrderId"] == "test-1"
    assert params["timestamp"] == 1700000000000
    text = "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "signature")
    assert params["signature"] == hex_signature(SECRET, text)
    limits = [
        {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 50, "count": 12},
        {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000, "count": 4043},
        {"rateLimitType": "NEW", "interval": "MINUTE", "intervalNum": 1, "limit": 1, "count": 1},
    ]
    ((asked, reply),) = made.receive(answer(request["id"], result=ORDER, rateLimits=limits), NOW + SECOND)
    assert asked is ask
    assert reply.outcome == Done()
    assert [type(update) for update in reply.updates] == [facts.OrderUpdate]
    assert reply.used == (("spot.orders.10s", 12.0), ("spot.weight", 4043.0))
    assert reply.capacities == (("spot.orders.10s", 50.0), ("spot.weight", 6000.0))
    assert made.receive(answer(request["id"], result=ORDER), NOW + SECOND) == []


@pytest.mark.parametrize(
    ("ask", "line", "method"),
    [
        (cancel(SPOT), "spot", "order.cancel"),
        (cancel(USDM), "usdm", "order.cancel"),
        (asks.AskOrder(asks.OrderRef(symbol=SPOT, venue_id="7")), "spot", "order.status"),
        (asks.CancelAll("spot", SPOT), "spot", "openOrders.cancelAll"),
        (
            asks.Amend(order=asks.OrderRef(symbol=SPOT, venue_id="7"), size=Decimal("0.5")),
            "spot",
            "order.amend.keepPriority",
        ),
        (
            asks.Amend(
                order=asks.OrderRef(symbol=USDM, venue_id="7"),
                size=Decimal("0.5"),
                price=Decimal(50000),
                side=Side.BUY,
            ),
            "usdm",
            "order.modify",
        ),
    ],
)
def test_what_else_goes_over_the_socket(ask: asks.Ask, line: str, method: str, session: Session) -> None:
    made = entry(line, session)
    assert made.send(ask, NOW) is True
    (request,) = written(made)
    assert request["method"] == method
    assert request["params"].get("orderId") in {7, None}


def test_what_does_not_go_over_this_socket_is_left_to_http(session: Session) -> None:
    made = entry("usdm", session)
    assert made.send(asks.CancelAll("usdm", USDM), NOW) is False
    assert made.send(place(SPOT), NOW) is False
    assert made.send(place(USDM), NOW + DAY) is False
    made.disconnected(NOW)
    assert made.send(place(USDM), NOW) is False


def test_refusals_come_before_anything_is_sent(session: Session) -> None:
    made = entry("spot", session)
    assert isinstance(made.send(place("binance:XYZ/USDT"), NOW), Refusal)
    session.credentials = None
    refusal = made.send(place(SPOT), NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no_key"
    assert made.to_send() == []


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (
            400,
            {"code": -2010, "msg": "Duplicate order sent."},
            Rejected(Reason.DUPLICATE_ID, "-2010", "Duplicate order sent."),
        ),
        (
            429,
            {"code": -1003, "msg": "slow", "data": {"serverTime": 1700000000000, "retryAfter": 1700000002500}},
            RetryLater(NOW + 3 * SECOND, Reason.RATE_LIMIT, "-1003", "slow"),
        ),
        (
            418,
            {"code": -1003, "msg": "banned", "data": {"retryAfter": 5}},
            RetryLater(NOW + 120 * SECOND, Reason.RATE_LIMIT, "-1003", "banned"),
        ),
        (418, {"code": -1003, "msg": "x", "data": 5}, RetryLater(NOW + 120 * SECOND, Reason.RATE_LIMIT, "-1003", "x")),
    ],
)
def test_errors_mean_what_they_mean_over_http(status: int, error: Any, outcome: Any, session: Session) -> None:
    made = entry("spot", session)
    made.send(place(SPOT), NOW)
    (request,) = written(made)
    ((_, reply),) = made.receive(answer(request["id"], status, error=error), NOW)
    assert reply.outcome == outcome


@pytest.mark.parametrize(
    "more", [{"status": 500, "error": {"code": -1000, "msg": "x"}}, {"status": 200}, {"status": 200, "result": []}, {}]
)
def test_an_answer_that_is_none_is_unknown(more: dict[str, Any], session: Session) -> None:
    made = entry("spot", session)
    made.send(place(SPOT), NOW)
    (request,) = written(made)
    ((_, reply),) = made.receive(json.dumps({"id": request["id"], **more}).encode(), NOW)
    assert isinstance(reply.outcome, Unknown)


def test_what_is_under_way_when_the_connection_goes_is_unknown(session: Session) -> None:
    made = entry("spot", session)
    first, second = place(SPOT), cancel(SPOT)
    made.send(first, NOW)
    made.send(second, NOW)
    lost = made.disconnected(NOW)
    assert [(ask, type(reply.outcome)) for ask, reply in lost] == [(first, Unknown), (second, Unknown)]
    assert (made.ready(NOW), made.next_deadline(), made.to_send()) == (False, None, [])
    assert made.on_time(NOW + DAY) == []


def test_an_answer_that_does_not_come_is_unknown_and_the_connection_is_not_trusted(session: Session) -> None:
    made = entry("spot", session)
    ask = place(SPOT)
    made.send(ask, NOW)
    made.send(cancel(SPOT), NOW + SECOND)
    assert made.next_deadline() == NOW + 10 * SECOND
    assert made.on_time(NOW + 10 * SECOND - 1) == []
    ((lost, reply),) = made.on_time(NOW + 10 * SECOND)
    assert lost is ask
    assert isinstance(reply.outcome, Unknown)
    assert not made.ready(NOW + 10 * SECOND)
    assert made.next_deadline() == NOW + 11 * SECOND
    assert len(made.on_time(NOW + 11 * SECOND)) == 1
    assert made.next_deadline() is None


def test_a_quiet_connection_is_pinged(session: Session) -> None:
    made = entry("usdm", session)
    assert made.next_deadline() == NOW + 30 * SECOND
    assert made.on_time(NOW + 30 * SECOND) == []
    (ping,) = written(made)
    assert ping["method"] == "ping"
    assert made.receive(answer(ping["id"], result={}), NOW + 31 * SECOND) == []
    assert made.next_deadline() == NOW + 61 * SECOND
    made.on_time(NOW + 61 * SECOND)
    assert made.on_time(NOW + 71 * SECOND) == []
    assert not made.ready(NOW + 71 * SECOND)
    assert made.next_deadline() is None


@given(cut=st.integers(0, 300), put=st.binary(max_size=3), skip=st.integers(0, 3))
def test_no_frame_raises(cut: int, put: bytes, skip: int) -> None:
    session = Session(Credentials("k", "s"))
    session.know(VENUE.well_known())
    made = entry("spot", session)
    made.send(place(SPOT), NOW)
    limits = [{"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 50, "count": 12}]
    text = answer("1", result=ORDER, rateLimits=limits)
    assert len(made.receive(text[:cut] + put + text[cut + skip :], NOW)) <= 1


def test_a_frame_that_cannot_be_read_is_counted(session: Session) -> None:
    assert VENUE.trading is not None
    made: Any = entry("spot", session)
    assert made.receive(b'{"id":"1","rateLimits":[{"rateLimitType":"ORDERS","count":1e400}]}', NOW) == []
    assert made.undecoded == 1

"""Orders over the socket: what is sent, what is answered, and what is never known."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain import ask as asks
from basisdesk.domain.account import OrderUpdate
from basisdesk.domain.ask import Amend, Cancel, NewOrder, OrderRef, OrderType, Place
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.trading import Entry, Reply

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session, Trading

NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
SWAP, SPOT = "okx:BTC/USDT:USDT", "okx:BTC/USDT"
PLACE = Place(
    NewOrder(
        symbol=SWAP, side=Side.BUY, type=OrderType.LIMIT, size=Decimal(2), price=Decimal("50000.1"), client_id="t1"
    )
)
AMEND = Amend(order=OrderRef(symbol=SWAP, client_id="t1"), size=Decimal(3))
CANCEL = Cancel(OrderRef(symbol=SWAP, venue_id="9001"))
ACK = {"clOrdId": "t1", "ordId": "9001", "tag": "", "ts": "1700000000123", "sCode": "0", "sMsg": ""}


@pytest.fixture
def entry(trading: Trading, session: Session) -> Entry:
    """A connection that is logged in."""
    made = trading.entry("public", session)
    assert made is not None
    assert not made.ready(NOW)
    assert made.send(PLACE, NOW) is False
    made.connected(NOW)
    assert b'"op":"login"' in made.to_send()[0]
    assert made.receive(b'{"event":"login","code":"0","msg":"","connId":"ab12"}', NOW) == []
    assert made.ready(NOW)
    return made


def answer(entry: Entry, number: str, code: str = "0", *rows: Any, **more: Any) -> list[tuple[Any, Reply]]:
    frame = {"id": number, "op": "order", "code": code, "msg": "", "data": list(rows), "inTime": "1"} | more
    return entry.receive(json.dumps(frame).encode(), NOW)


def test_an_order_names_its_market_by_number_and_can_expire(entry: Entry) -> None:
    assert entry.url == "wss://ws.okx.com:8443/ws/v5/private"
    assert entry.headers(NOW) == ()
    assert entry.send(PLACE, NOW) is True
    assert entry.send(AMEND, NOW) is True
    assert entry.send(CANCEL, NOW) is True
    assert [json.loads(frame) for frame in entry.to_send()] == [
        {"id": "1", "op": "order", "expTime": "1700000005000", "args": [
            {"instIdCode": 123, "tdMode": "cross", "side": "buy", "ordType": "limit", "sz": "2", "px": "50000.1",
             "clOrdId": "t1"}]},
        {"id": "2", "op": "amend-order", "expTime": "1700000005000", "args": [
            {"instIdCode": 123, "clOrdId": "t1", "newSz": "3"}]},
        {"id": "3", "op": "cancel-order", "args": [{"instIdCode": 123, "ordId": "9001"}]},
    ]  # fmt: skip
    ((ask, reply),) = answer(entry, "1", "0", ACK)
    assert (ask, reply.outcome) == (PLACE, Done())
    (update,) = reply.updates
    assert isinstance(update, OrderUpdate)
    assert (update.venue_id, update.client_id) == ("9001", "t1")
    assert answer(entry, "2", "0", ACK) == [(AMEND, Reply(outcome=Done()))]
    assert answer(entry, "3", "0", ACK) == [(CANCEL, Reply(outcome=Done()))]
    assert answer(entry, "3", "0", ACK) == []  # once


def test_what_it_does_not_carry_goes_over_http(entry: Entry) -> None:
    spot = NewOrder(symbol=SPOT, side=Side.BUY, type=OrderType.MARKET, size=Decimal(1), client_id="t2")
    assert entry.send(Place(spot), NOW) is False  # its number is not known
    assert entry.send(Cancel(OrderRef(symbol="okx:ABC/USDT", venue_id="1")), NOW) is False
    assert entry.send(asks.CancelAll("public"), NOW) is False
    for bad in (Amend(order=OrderRef(symbol=SWAP)), Cancel(OrderRef(symbol=SWAP))):
        assert isinstance(entry.send(bad, NOW), Refusal)
    assert entry.to_send() == []


@pytest.mark.parametrize(
    ("code", "rows", "kind"),
    [
        ("1", [ACK | {"ordId": "", "sCode": "51008", "sMsg": "no money"}], Rejected),
        ("60011", [], Rejected),
        ("50011", [], RetryLater),
        ("1", [{"sCode": "50004"}], Unknown),
        ("1", [{"sCode": "51149"}], Unknown),
        ("0", [], Unknown),
        ("0", [5], Unknown),
        ("0", [{"ts": "x"}], Unknown),
    ],
)
def test_answers_are_judged_as_over_http(entry: Entry, code: str, rows: list[Any], kind: type) -> None:
    entry.send(PLACE, NOW)
    ((ask, reply),) = answer(entry, "1", code, *rows)
    assert ask == PLACE
    assert isinstance(reply.outcome, kind)
    if rows and rows[0] != 5 and rows[0].get("sMsg"):
        assert reply.outcome == Rejected(Reason.INSUFFICIENT_MARGIN, "51008", "no money")


def test_what_is_not_answered_is_unknown(entry: Entry) -> None:
    entry.send(PLACE, NOW)
    entry.send(CANCEL, NOW + SECOND)
    assert entry.next_deadline() == NOW + 6 * SECOND
    assert entry.on_time(NOW + 5 * SECOND) == []
    ((ask, reply),) = entry.on_time(NOW + 6 * SECOND)
    assert (ask, type(reply.outcome)) == (PLACE, Unknown)
    assert answer(entry, "1", "0", ACK) == []  # too late: the truth comes by the private stream
    ((ask, reply),) = entry.disconnected(NOW + 7 * SECOND)
    assert (ask, type(reply.outcome)) == (CANCEL, Unknown)
    assert not entry.ready(NOW)
    assert entry.next_deadline() is None


def test_it_keeps_itself_alive_and_notices_silence(entry: Entry) -> None:
    assert entry.next_deadline() == NOW + 20 * SECOND
    assert entry.on_time(NOW + 20 * SECOND) == []
    assert entry.to_send() == [b"ping"]
    assert entry.receive(b"pong", NOW + 21 * SECOND) == []
    entry.on_time(NOW + 41 * SECOND)
    assert entry.to_send() == [b"ping"]
    assert entry.on_time(NOW + 46 * SECOND) == []
    assert not entry.ready(NOW + 46 * SECOND)
    entry.connected(NOW + 50 * SECOND)
    entry.receive(b'{"event":"login","code":"0"}', NOW + 50 * SECOND)
    assert entry.ready(NOW + 50 * SECOND)


@pytest.mark.parametrize("event", [b'{"event":"error","code":"60009"}', b'{"event":"login","code":"60024"}'])
def test_a_refused_login_is_never_ready(trading: Trading, session: Session, event: bytes) -> None:
    entry = trading.entry("public", session)
    assert entry is not None
    entry.connected(NOW)
    entry.receive(event, NOW)
    entry.receive(b'{"event":"login","code":"0"}', NOW)
    assert not entry.ready(NOW)


def test_other_events_and_rubbish_are_passed_over(entry: Entry) -> None:
    entry.send(PLACE, NOW)
    for frame in (b"{", b"[1]", b'{"event":"error","code":"60012"}', b'{"event":"channel-conn-count"}',
                  b'{"id":"1","op":"order"}', b'{"id":"99","op":"order","code":"0"}'):  # fmt: skip
        assert entry.receive(frame, NOW) == []
    assert entry.ready(NOW)
    assert len(answer(entry, "1", "0", ACK)) == 1
    entry.receive(b'{"event":"notice","code":"64008"}', NOW)
    assert not entry.ready(NOW)

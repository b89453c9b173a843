"""Orders over the WebSocket: numbers, answers, silence and the dead-man switch."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, cast

import pytest

from basisdesk.domain.account import OrderUpdate
from basisdesk.domain.ask import (
    Amend,
    Ask,
    AskPositions,
    Cancel,
    CancelAll,
    DeadMan,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
)
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.deribit import VENUE
from basisdesk.venues.trading import Reply, Session, Trading

TRADING = cast("Trading", VENUE.trading)
S = 1_000_000_000
NOW = 1_700_000_000 * S
PERP, LINEAR = "deribit:BTC/USD:BTC", "deribit:BTC/USDC:USDC"
TOKEN = {"access_token": "t", "expires_in": 900, "refresh_token": "r", "scope": "trade:read_write"}
PLACE = Place(
    NewOrder(
        symbol=LINEAR, side=Side.BUY, type=OrderType.LIMIT, client_id="d-1", size=Decimal("1E-3"),
        price=Decimal("50000.50"),
    )
)  # fmt: skip
ORDER = {
    "order_id": "USDC-1", "order_state": "open", "order_type": "limit", "instrument_name": "BTC_USDC-PERPETUAL",
    "last_update_timestamp": 1_700_000_000_000, "direction": "buy", "price": 50000.5, "label": "d-1", "amount": 0.001,
}  # fmt: skip


class Desk:
    """An order connection and the venue at its other end."""

    def __init__(self, session: Session) -> None:
        entry = TRADING.entry("public", session)
        assert entry is not None
        self.entry = entry
        self.now = NOW
        entry.connected(NOW)

    def sent(self) -> list[bytes]:
        return self.entry.to_send()

    def hear(self, message: dict[str, Any]) -> list[tuple[Ask, Reply]]:
        return self.entry.receive(json.dumps({"jsonrpc": "2.0"} | message).encode(), self.now)

    def ask(self, ask: Ask) -> dict[str, Any]:
        assert self.entry.send(ask, self.now) is True
        frame: dict[str, Any] = json.loads(self.sent()[-1])
        return frame


@pytest.fixture
def desk(session: Session) -> Desk:
    made = Desk(session)
    login = json.loads(made.sent()[-1])
    assert made.hear({"id": login["id"], "result": TOKEN}) == []
    assert made.entry.ready(NOW)
    return made


def test_there_is_one_for_the_line_and_a_key(session: Session) -> None:
    assert TRADING.entry("spot", session) is None
    assert TRADING.entry("public", Session()) is None
    entry = TRADING.entry("public", session)
    assert entry is not None
    assert entry.url == "wss://www.deribit.com/ws/api/v2"
    assert entry.headers(NOW) == ()
    assert entry.next_deadline() is None


def test_nothing_is_taken_before_the_login(session: Session) -> None:
    desk = Desk(session)
    assert not desk.entry.ready(NOW)
    assert desk.entry.send(PLACE, NOW) is False


def test_an_order_is_sent_with_numbers_in_plain_digits(desk: Desk) -> None:
    assert desk.entry.send(PLACE, NOW) is True
    (frame,) = desk.sent()
    assert b'"amount":0.001,' in frame
    assert b'"price":50000.50,' in frame
    message = json.loads(frame)
    assert message["method"] == "private/buy"
    assert message["params"] == {
        "instrument_name": "BTC_USDC-PERPETUAL", "amount": 0.001, "type": "limit", "price": 50000.5,
        "time_in_force": "good_til_cancelled", "label": "d-1", "valid_until": 1_700_000_005_000,
    }  # fmt: skip


def test_answers_are_matched_by_number_in_any_order(desk: Desk) -> None:
    first = desk.ask(PLACE)
    cancel = Cancel(OrderRef(symbol=PERP, venue_id="BTC-1"))
    second = desk.ask(cancel)
    refused = {"id": second["id"], "error": {"code": 10004, "message": "order_not_found"}}
    ((ask, reply),) = desk.hear(refused)
    assert (ask, reply.outcome) == (cancel, Rejected(Reason.UNKNOWN_ORDER, "10004", "order_not_found"))
    ((ask, reply),) = desk.hear({"id": first["id"], "result": {"order": ORDER, "trades": []}})
    assert (ask, reply.outcome) == (PLACE, Done())
    assert isinstance(reply.updates[0], OrderUpdate)
    assert desk.hear(refused) == []  # said twice
    assert desk.hear({"id": "text", "result": 1}) == []


def test_what_is_carried_and_what_is_not(desk: Desk) -> None:
    assert desk.ask(CancelAll("public"))["method"] == "private/cancel_all"
    amend = Amend(order=OrderRef(symbol=PERP, client_id="d-1"), price=Decimal(50000))
    assert desk.ask(amend)["params"]["label"] == "d-1"
    assert desk.entry.send(AskPositions("public"), NOW) is False
    refusal = desk.entry.send(CancelAll("public", "x"), NOW)
    assert isinstance(refusal, Refusal)
    assert desk.sent() == []


def test_without_an_answer_an_ask_is_unknown_once_the_venue_cannot_take_it_any_more(desk: Desk) -> None:
    desk.ask(PLACE)
    assert desk.entry.next_deadline() == NOW + 7 * S
    assert desk.entry.on_time(NOW + 7 * S - 1) == []
    ((ask, reply),) = desk.entry.on_time(NOW + 7 * S)
    assert ask == PLACE
    assert isinstance(reply.outcome, Unknown)


def test_what_was_under_way_when_the_connection_ended_is_unknown(desk: Desk) -> None:
    desk.ask(PLACE)
    ((ask, reply),) = desk.entry.disconnected(NOW)
    assert ask == PLACE
    assert isinstance(reply.outcome, Unknown)
    assert not desk.entry.ready(NOW)
    assert desk.entry.disconnected(NOW) == []


def test_a_venue_that_fell_silent_leaves_everything_unknown(session: Session) -> None:
    desk = Desk(session)
    desk.sent()
    assert desk.entry.on_time(NOW + 5 * S) == []
    assert not desk.entry.ready(NOW)
    desk = Desk(session)
    login = json.loads(desk.sent()[-1])
    desk.hear({"id": login["id"], "result": TOKEN})
    assert desk.entry.on_time(NOW + 25 * S) == []
    assert json.loads(desk.sent()[0])["method"] == "public/test"
    desk.now = NOW + 29 * S
    assert desk.entry.send(PLACE, desk.now) is True
    ((ask, reply),) = desk.entry.on_time(NOW + 30 * S)
    assert (ask, isinstance(reply.outcome, Unknown)) == (PLACE, True)
    assert not desk.entry.ready(NOW)


def test_the_dead_man_switch_is_a_heartbeat_and_cancel_on_disconnect(desk: Desk) -> None:
    ask = DeadMan("public", 30)
    assert desk.entry.send(ask, NOW) is True
    beat, enable = (json.loads(frame) for frame in desk.sent())
    assert (beat["method"], beat["params"]) == ("public/set_heartbeat", {"interval": 30})
    assert (enable["method"], enable["params"]) == ("private/enable_cancel_on_disconnect", {"scope": "connection"})
    assert desk.hear({"id": beat["id"], "result": "ok"}) == []
    assert desk.hear({"id": enable["id"], "result": "ok"}) == [(ask, Reply(outcome=Done()))]
    off = desk.ask(DeadMan("public", 0))
    assert off["method"] == "private/disable_cancel_on_disconnect"
    ((_, reply),) = desk.hear({"id": off["id"], "error": {"code": 10028, "message": "too_many_requests"}})
    assert isinstance(reply.outcome, RetryLater)


def test_a_dead_man_switch_without_its_heartbeat_is_not_armed(desk: Desk) -> None:
    ask = DeadMan("public", 30)
    assert desk.entry.send(ask, NOW) is True
    beat, enable = (json.loads(frame) for frame in desk.sent())
    ((told, reply),) = desk.hear({"id": beat["id"], "error": {"code": -32602, "message": "Invalid params"}})
    assert (told, reply.outcome) == (ask, Rejected(Reason.MALFORMED, "-32602", "Invalid params"))
    assert desk.hear({"id": enable["id"], "result": "ok"}) == []
    assert desk.entry.send(ask, NOW) is True
    beat, enable = (json.loads(frame) for frame in desk.sent())
    assert desk.hear({"id": enable["id"], "result": "ok"}) == [(ask, Reply(outcome=Done()))]
    assert desk.hear({"id": beat["id"], "error": {"code": -32602, "message": "Invalid params"}}) == []


@pytest.mark.parametrize("ask", [DeadMan("public", 9), DeadMan("public", 601), DeadMan("public", 30, PERP)])
def test_a_dead_man_switch_that_the_venue_does_not_have_is_refused(ask: DeadMan, desk: Desk) -> None:
    assert isinstance(desk.entry.send(ask, NOW), Refusal)
    assert desk.sent() == []


def test_what_cannot_be_read_is_counted_and_pushes_are_passed_over(desk: Desk) -> None:
    assert desk.entry.receive(b"{", NOW) == []
    assert desk.hear({"method": "subscription", "params": {"channel": "x"}}) == []
    assert getattr(desk.entry, "undecoded", None) == 1
    number = desk.ask(PLACE)["id"]
    ((_, reply),) = desk.hear({"id": number, "result": {"order": {}}})
    assert isinstance(reply.outcome, Unknown)


def test_a_login_that_is_gone_is_made_anew(desk: Desk) -> None:
    desk.now += 30_000_000_000
    desk.hear({"method": "heartbeat", "params": {"type": "heartbeat"}})
    assert desk.entry.on_time(desk.now) == []
    (probe,) = (each for each in map(json.loads, desk.sent()) if each["method"] == "private/get_cancel_on_disconnect")
    assert desk.hear({"id": probe["id"], "error": {"code": 13009, "message": "unauthorized"}}) == []
    assert not desk.entry.ready(desk.now)
    (login,) = map(json.loads, desk.sent())
    assert login["method"] == "public/auth"
    assert desk.hear({"id": login["id"], "result": TOKEN}) == []
    assert desk.entry.ready(desk.now)


def test_an_order_that_is_refused_for_want_of_a_login_brings_a_new_one(desk: Desk) -> None:
    number = desk.ask(PLACE)["id"]
    ((ask, reply),) = desk.hear({"id": number, "error": {"code": 13009, "message": "unauthorized"}})
    assert (ask, reply.outcome) == (PLACE, Rejected(Reason.AUTHENTICATION, "13009", "unauthorized"))
    assert not desk.entry.ready(desk.now)
    assert [json.loads(frame)["method"] for frame in desk.sent()] == ["public/auth"]

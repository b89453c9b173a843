"""The private stream's conversation, from login to the end of its token."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.account import (
    Balance,
    Fill,
    Forced,
    OrderUpdate,
    Position,
    StreamEnded,
    Update,
    Warned,
)
from basisdesk.domain.ask import OpenStream
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done
from basisdesk.venues.deribit import VENUE
from basisdesk.venues.trading import Credentials, Private, Reply, Session, Trading

TRADING = cast("Trading", VENUE.trading)
S = 1_000_000_000
NOW = 1_700_000_000 * S
MS = 1_700_000_000_000
CHANNELS = ["user.changes.future.any.raw", "user.portfolio.any", "user.liquidation"]
TOKEN = {"access_token": "t", "expires_in": 900, "refresh_token": "r", "scope": "trade:read", "token_type": "bearer"}
# As https://docs.deribit.com/subscriptions/user/userchangesinstrument_nameinterval shows it.
CHANGES: dict[str, Any] = {
    "trades": [
        {"trade_seq": 866638, "trade_id": "1430914", "timestamp": 1605780344032, "tick_direction": 1,
         "state": "filled", "reduce_only": False, "profit_loss": 0.00004898, "price": 17391, "post_only": False,
         "order_type": "market", "order_id": "3398016", "matching_id": None, "mark_price": 17391, "liquidity": "T",
         "instrument_name": "BTC-PERPETUAL", "index_price": 17501.88, "fee_currency": "BTC", "fee": 1.6e-7,
         "direction": "sell", "amount": 10},
    ],
    "positions": [
        {"total_profit_loss": 1.69711368, "size_currency": 10.646886321, "size": 185160, "settlement_price": 16025.83,
         "realized_profit_loss": 0.012454598, "mark_price": 17391, "maintenance_margin": 0.234575865, "leverage": 33,
         "kind": "future", "instrument_name": "BTC-PERPETUAL", "initial_margin": 0.319750953,
         "floating_profit_loss": 0.906961435, "direction": "buy", "average_price": 15000},
    ],
    "orders": [
        {"web": True, "time_in_force": "good_til_cancelled", "replaced": False, "reduce_only": False,
         "price": "market_price", "post_only": False, "order_type": "market", "order_state": "filled",
         "order_id": "3398016", "last_update_timestamp": 1605780344032, "label": "d-1", "is_liquidation": False,
         "instrument_name": "BTC-PERPETUAL", "filled_amount": 10, "direction": "sell", "amount": 10,
         "creation_timestamp": 1605780344032, "average_price": 17391},
    ],
    "instrument_name": "BTC-PERPETUAL",
}  # fmt: skip


class Line:
    """A private connection and the venue at its other end."""

    def __init__(self, session: Session) -> None:
        (self.private,) = TRADING.privates(["public"], session)
        self.now = NOW
        self.private.connected(self.now)

    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in self.private.to_send()]

    def hear(self, message: dict[str, Any]) -> list[Update]:
        self.now += 1
        return self.private.receive(json.dumps({"jsonrpc": "2.0"} | message).encode(), self.now)

    def push(self, channel: str, data: Any) -> list[Update]:
        return self.hear({"method": "subscription", "params": {"channel": channel, "data": data}})

    def enter(self, **more: Any) -> list[Update]:
        login = next(frame for frame in self.sent() if frame["method"] == "public/auth")
        return self.hear({"id": login["id"], "result": TOKEN} | more)

    def subscribed(self, **more: Any) -> list[Update]:
        (asked,) = self.sent()
        assert (asked["method"], asked["params"]) == ("private/subscribe", {"channels": CHANNELS})
        return self.hear({"id": asked["id"], "result": CHANNELS} | more)


@pytest.fixture
def line(session: Session) -> Line:
    return Line(session)


@pytest.fixture
def live(line: Line) -> Line:
    assert line.enter() == []
    assert line.subscribed() == []
    assert line.private.ready
    return line


def test_a_key_is_all_that_is_needed_first(session: Session) -> None:
    (private,) = TRADING.privates(["public"], session)
    assert private.to_ask() == []
    assert private.replied(OpenStream("public"), Reply(outcome=Done()), NOW) == []
    assert private.url(NOW) == "wss://www.deribit.com/ws/api/v2"
    assert private.headers(NOW) == ()
    assert private.next_deadline() is None
    (keyless,) = TRADING.privates(["public"], Session())
    assert keyless.url(NOW) is None
    assert TRADING.privates([], session) == []


def test_the_login_is_signed_and_the_secret_is_not_sent(line: Line) -> None:
    frames = line.sent()
    assert [frame["method"] for frame in frames] == ["public/set_heartbeat", "public/auth"]
    params = frames[1]["params"]
    assert params["grant_type"] == "client_signature"
    assert params["timestamp"] == MS
    assert "demoSecret" not in json.dumps(frames)
    assert not line.private.ready


def test_what_happens_to_the_account_is_told_in_the_order_it_led_to(live: Line) -> None:
    order, fill, position = live.push(CHANNELS[0], CHANGES)
    assert isinstance(order, OrderUpdate)
    assert (order.venue_id, order.client_id, order.filled, order.price) == ("3398016", "d-1", Decimal(10), None)
    assert isinstance(fill, Fill)
    assert (fill.trade_id, fill.side, fill.fee, fill.maker) == ("1430914", Side.SELL, Decimal("1.6E-7"), False)
    assert isinstance(position, Position)
    assert (position.size, position.at) == (Decimal(185160), 1605780344032 * 1_000_000)


def test_positions_alone_are_as_of_their_arrival(live: Line) -> None:
    (position,) = live.push(CHANNELS[0], {"positions": CHANGES["positions"]})
    assert isinstance(position, Position)
    assert position.at == live.now


def test_money_and_forced_closes(live: Line) -> None:
    (balance,) = live.push("user.portfolio.btc", {"currency": "BTC", "balance": 1.5, "session_rpl": 0.25})
    assert isinstance(balance, Balance)
    assert (balance.asset, balance.total, balance.at) == ("BTC", Decimal("1.75"), live.now)
    started, adl = (
        live.push("user.liquidation", {"state": state, "instrument_name": code, "timestamp": 5, "user_id": 10})[0]
        for state, code in (("liquidation_started", ""), ("adl_transfer_received", "BTC-PERPETUAL"))
    )
    assert started == Warned(at=5_000_000, forced=Forced.LIQUIDATION, message="liquidation_started", account="10")
    assert adl == Warned(
        at=5_000_000, forced=Forced.ADL, symbol="deribit:BTC/USD:BTC", message="adl_transfer_received", account="10"
    )


def test_a_login_that_is_refused_ends_the_stream(line: Line) -> None:
    (ended,) = line.enter(result=None, error={"code": 13004, "message": "invalid_credentials"})
    assert ended == StreamEnded(at=line.now, message="13004 invalid_credentials", refused=True)


@pytest.mark.parametrize("result", [None, {"scope": 5}])
def test_a_login_whose_answer_cannot_be_read_ends_the_stream(result: Any, line: Line) -> None:
    (ended,) = line.enter(result=result)
    assert isinstance(ended, StreamEnded)
    assert "could not be read" in ended.message


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"result": ["user.liquidation"]}, "not granted: user.changes.future.any.raw, user.portfolio.any"),
        ({"result": "ok"}, "not granted: user.changes.future.any.raw, user.portfolio.any"),
        ({"error": {"code": 11052, "message": "subscribe_error_unsubscribed"}}, "11052 subscribe_error_unsubscribed"),
    ],
)
def test_channels_that_are_not_granted_end_the_stream(more: dict[str, Any], words: str, line: Line) -> None:
    line.enter()
    (ended,) = line.subscribed(**more)
    assert ended == StreamEnded(at=line.now, message=words, refused=True)
    assert not line.private.ready


def test_the_channel_of_forced_closes_may_be_missing(line: Line) -> None:
    line.enter()
    assert line.subscribed(result=CHANNELS[:2]) == []
    assert line.private.ready


def test_a_silent_login_and_a_silent_subscription_end_the_stream(session: Session) -> None:
    line = Line(session)
    line.sent()
    assert line.private.next_deadline() == NOW + 5 * S
    assert line.private.on_time(NOW + 5 * S - 1) == []
    (ended,) = line.private.on_time(NOW + 5 * S)
    assert isinstance(ended, StreamEnded)
    assert (ended.refused, "login" in ended.message) == (False, True)
    line = Line(session)
    line.enter()
    line.sent()
    (ended,) = line.private.on_time(line.now + 5 * S)
    assert isinstance(ended, StreamEnded)
    assert "subscription" in ended.message


def test_a_silent_login_is_given_up_once(session: Session) -> None:
    (private,) = TRADING.privates(["public"], session)
    private.connected(NOW)
    private.to_send()
    deadline = private.next_deadline()
    assert deadline == NOW + 5 * S
    (ended,) = private.on_time(deadline)
    assert isinstance(ended, StreamEnded)
    assert private.on_time(deadline) == []
    later = private.next_deadline()
    assert later is None or later > deadline


def test_the_login_is_renewed_before_its_token_ends(live: Line) -> None:
    entered = live.now - 1  # the subscription was answered after the login
    live.private.on_time(entered + 719 * S)  # pings meanwhile
    live.hear({"id": 2, "result": {"version": "1"}})
    live.sent()
    live.private.on_time(entered + 720 * S)
    logins = [frame for frame in live.sent() if frame["method"] == "public/auth"]
    assert len(logins) == 1
    live.now = entered + 720 * S
    assert live.hear({"id": logins[0]["id"], "result": TOKEN}) == []
    assert live.private.ready
    assert live.sent() == []  # it is not subscribed again


def test_a_renewal_that_is_refused_ends_the_stream(live: Line) -> None:
    live.now += 720 * S
    live.hear({"method": "heartbeat", "params": {"type": "heartbeat"}})
    live.private.on_time(live.now)
    (ended,) = live.enter(result=None, error={"code": 13009, "message": "unauthorized"})
    assert isinstance(ended, StreamEnded)
    assert ended.refused
    assert not live.private.ready


def test_the_venue_is_answered_and_asked_whether_it_lives(live: Line) -> None:
    live.hear({"method": "heartbeat", "params": {"type": "heartbeat"}})
    assert live.sent() == []
    live.hear({"method": "heartbeat", "params": {"type": "test_request"}})
    assert [frame["method"] for frame in live.sent()] == ["public/test"]
    deadline = live.private.next_deadline()
    assert deadline == live.now + 25 * S
    assert live.private.on_time(deadline) == []
    assert [frame["method"] for frame in live.sent()] == ["public/test"]
    (ended,) = live.private.on_time(deadline + 5 * S)
    assert isinstance(ended, StreamEnded)
    assert not ended.refused


def test_an_answer_of_an_earlier_connection_means_nothing(live: Line) -> None:
    live.private.disconnected(live.now)
    assert not live.private.ready
    live.private.connected(live.now)
    live.sent()
    assert live.hear({"id": 11, "result": TOKEN}) == []
    assert live.hear({"id": None, "result": TOKEN}) == []
    assert live.sent() == []


def test_an_error_that_answers_nothing_ends_no_login(live: Line) -> None:
    error = {"code": 13009, "message": "unauthorized"}
    for number in (None, 11, 99):
        assert live.hear({"id": number, "error": error}) == []
    assert live.private.ready
    assert live.sent() == []


def test_what_cannot_be_read_is_counted(live: Line) -> None:
    assert live.private.receive(b"{", live.now) == []
    assert live.push(CHANNELS[0], {"orders": [{}]}) == []
    assert live.push("user.unheard.of", {}) == []
    assert live.push(CHANNELS[0], {"orders": [CHANGES["orders"][0] | {"order_state": "melted"}]}) == []
    assert live.private.undecoded == 4


PUSH = json.dumps(
    {"jsonrpc": "2.0", "method": "subscription", "params": {"channel": CHANNELS[0], "data": CHANGES}}
).encode()


@given(place=st.integers(0, len(PUSH)), junk=st.binary(max_size=4), width=st.integers(0, 12))
def test_damaged_frames_never_raise(place: int, junk: bytes, width: int) -> None:
    line = Line(Session(credentials=Credentials("k", "s")))
    line.enter()
    private: Private = line.private
    private.receive(PUSH[:place] + junk + PUSH[place + width :], NOW)
    assert private.undecoded in {0, 1}


def test_a_login_that_is_gone_is_found_out_by_asking_for_something_that_needs_it(live: Line) -> None:
    def probe() -> dict[str, Any]:
        live.now += 30 * S
        live.hear({"method": "heartbeat", "params": {"type": "heartbeat"}})
        live.private.on_time(live.now)
        (asked,) = (each for each in live.sent() if each["method"] == "private/get_cancel_on_disconnect")
        return asked

    assert live.hear({"id": probe()["id"], "result": {"scope": "connection", "enabled": False}}) == []
    assert live.hear({"id": probe()["id"], "error": {"code": 10028, "message": "too_many_requests"}}) == []
    assert live.private.ready
    (ended,) = live.hear({"id": probe()["id"], "error": {"code": 13009, "message": "unauthorized"}})
    assert isinstance(ended, StreamEnded)
    assert (ended.message, ended.refused) == ("13009 unauthorized", False)
    assert not live.private.ready

"""Private connections: login, subscriptions, pings, and every message that the venue documents."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.account import StreamEnded
from basisdesk.domain.ask import AskTime
from basisdesk.domain.outcome import Done
from basisdesk.venues.trading import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.htx.account.conftest import Desk, Wire


NOW = 1_700_000_000_000_000_000
SECOND, MS = 1_000_000_000, 1_000_000
SPOT, LINEAR, SWAP, FUTURE = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-231229"
D = Decimal


def test_spot_logs_in_and_subscribes(wire: Callable[[str], Wire]) -> None:
    talk = wire("spot")
    assert talk.private.url(NOW) == "wss://api.huobi.pro/ws/v2"
    assert talk.private.headers(NOW) == ()
    assert talk.private.to_ask() == []
    assert talk.private.replied(AskTime("spot"), Reply(outcome=Done()), NOW) == []
    talk.private.connected(NOW)
    (login,) = talk.sent()
    assert login["params"]["signature"] == "Z3tntR4jBYLm7Q1gl6VPNhdRTcO3J3OY9lWSo66sqmA="
    assert not talk.private.ready
    talk.hear({"action": "req", "code": 200, "ch": "auth", "data": {}})
    channels = [message["ch"] for message in talk.sent()]
    assert channels == ["orders#*", "trade.clearing#*#0", "accounts.update#2"]
    for channel in channels:
        assert not talk.private.ready
        talk.hear({"action": "sub", "code": 200, "ch": channel, "data": {}})
    talk.private.disconnected(NOW)
    assert talk.private.next_deadline() is None


def test_a_connection_that_is_gone_is_not_ready(wire: Callable[[str], Wire]) -> None:
    talk = wire("spot").open()
    talk.private.disconnected(NOW)
    assert not talk.private.ready


@pytest.mark.parametrize(
    ("line", "url", "topics"),
    [
        ("linear", "wss://api.hbdm.com/ws/v5/notification", ["orders", "trade", "account", "positions"]),
        ("coin_swap", "wss://api.hbdm.com/swap-notification", ["orders.*", "accounts.*", "positions.*"]),
        ("coin_futures", "wss://api.hbdm.com/notification", ["orders.*", "accounts.*", "positions.*"]),
    ],
)
def test_contracts_log_in_and_subscribe(wire: Callable[[str], Wire], line: str, url: str, topics: list[str]) -> None:
    talk = wire(line)
    assert talk.private.url(NOW) == url
    assert talk.private.headers(NOW) == ()
    assert talk.private.to_ask() == []
    assert talk.private.replied(AskTime("spot"), Reply(outcome=Done()), NOW) == []
    talk.private.connected(NOW)
    (login,) = talk.sent()
    assert (login["op"], login["type"], login["SignatureVersion"]) == ("auth", "api", "2")
    talk.hear({"op": "auth", "type": "api", "err-code": 0, "ts": 1, "data": {"user-id": "1"}})
    subscriptions = talk.sent()
    assert [message["topic"] for message in subscriptions] == topics
    assert {message.get("contract_code", "") for message in subscriptions} == ({"*", ""} if line == "linear" else {""})
    talk.open()
    talk.private.disconnected(NOW)
    assert not talk.private.ready


@pytest.mark.parametrize("line", ["spot", "linear"])
def test_without_a_key_there_is_no_connection(desk: Desk, wire: Callable[[str], Wire], line: str) -> None:
    talk = wire(line)
    desk.session.credentials = None
    assert talk.private.url(NOW) is None
    talk.private.connected(NOW)
    assert talk.private.to_send() == []


def test_pings_are_answered_in_the_words_of_the_socket(wire: Callable[[str], Wire]) -> None:
    spot = wire("spot").open()
    assert spot.hear({"action": "ping", "data": {"ts": 1575537778295}}) == []
    assert spot.sent() == [{"action": "pong", "data": {"ts": 1575537778295}}]
    swap = wire("coin_swap").open()
    assert swap.hear({"op": "ping", "ts": "1492420473058"}) == []
    assert swap.sent() == [{"op": "pong", "ts": "1492420473058"}]


@pytest.mark.parametrize("line", ["spot", "linear"])
def test_a_silent_connection_is_dead(wire: Callable[[str], Wire], line: str) -> None:
    talk = wire(line).open()
    deadline = talk.private.next_deadline()
    assert deadline is not None
    assert deadline - NOW == (65 if line == "spot" else 20) * SECOND
    assert talk.private.on_time(deadline - 1) == []
    assert talk.private.on_time(deadline) == [StreamEnded(at=deadline, message="nothing was heard in time")]
    assert talk.private.on_time(deadline + SECOND) == []
    assert not talk.private.ready


@pytest.mark.parametrize("line", ["spot", "linear"])
def test_a_login_that_is_not_answered_ends_the_stream_whatever_else_is_heard(
    wire: Callable[[str], Wire], line: str
) -> None:
    talk = wire(line)
    talk.private.connected(NOW)
    talk.now = NOW + 9 * SECOND
    talk.hear({"action": "ping", "data": {"ts": 1}} if line == "spot" else {"op": "ping", "ts": "1"})
    (ended,) = talk.private.on_time(NOW + 10 * SECOND)
    assert ended == StreamEnded(at=NOW + 10 * SECOND, message="login or subscription was not answered in time")


@pytest.mark.parametrize(
    ("line", "message", "refused"),
    [
        ("spot", {"action": "req", "code": 2002, "ch": "auth", "message": "auth.fail"}, True),
        ("spot", {"action": "req", "code": 2002, "ch": "auth", "message": "too many connection"}, False),
        ("spot", {"action": "sub", "code": 2001, "ch": "orders#*", "message": "invalid.symbol"}, False),
        ("linear", {"op": "auth", "type": "api", "err-code": 2002, "err-msg": "bad"}, True),
        ("coin_swap", {"op": "sub", "topic": "orders.*", "err-code": 2011, "err-msg": "Contract"}, False),
        ("coin_swap", {"op": "close", "ts": 1}, False),
        ("coin_futures", {"op": "error", "ts": 1, "err-code": 4}, False),
    ],
)
def test_a_refusal_ends_the_stream_once(wire: Callable[[str], Wire], line: str, message: Any, refused: bool) -> None:
    talk = wire(line)
    talk.private.connected(NOW)
    (ended,) = talk.hear(message)
    assert isinstance(ended, StreamEnded)
    assert ended.refused is refused
    assert talk.hear(message) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("spot", b"{"),
        ("spot", {"ch": "orders#*"}),
        ("spot", {"action": "dance"}),
        ("spot", {"action": "push", "ch": "weather#*", "data": {}}),
        ("spot", {"action": "push", "ch": "orders#*", "data": {"symbol": "btcusdt"}}),
        ("spot", b"x" * (5 << 20)),
        ("linear", {"op": "notify", "topic": "weather", "data": []}),
        ("linear", {"op": "notify", "topic": "orders", "data": [{"state": "new"}]}),
        ("coin_swap", {"op": "notify", "topic": "weather.*", "data": []}),
        ("coin_swap", {"op": "unsub"}),
        ("coin_swap", {"op": "notify", "topic": "orders.btc-usd", "contract_code": "nonsense", "status": 3}),
    ],
)
def test_what_cannot_be_read_is_counted(wire: Callable[[str], Wire], line: str, message: Any) -> None:
    talk = wire(line).open()
    assert talk.hear(message) == []
    assert talk.private.undecoded == 1
    assert talk.private.ready


def test_no_line_takes_orders_over_a_socket(desk: Desk) -> None:
    for line in desk.trading.capabilities:
        assert desk.trading.entry(line, desk.session) is None
        assert not desk.trading.capabilities[line].socket_orders
        assert all(claim and settles for claim, settles in desk.trading.capabilities[line].unconfirmed)

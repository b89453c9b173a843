"""Connections of the simulated venue: what they are told, what they hear, and how they end."""

from __future__ import annotations

import hmac
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from basisdesk.sim.contract import HttpCall
from basisdesk.sim.exchange.logins import FULL, SECOND

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

NAMES = {"spot": "btcusdt", "usdm": "btcusdt", "coinm": "btcusd_perp"}


def kinds(frames: list[Any]) -> set[str]:
    """The kinds of events, `book` for the ones without a name."""
    return {frame.get("e", "book" if "lastUpdateId" in frame else "touch") for frame in frames}


def test_subscriptions_are_acknowledged_listed_and_ended(stage: Stage) -> None:
    socket = stage.open("spot", "/ws")
    assert stage.say(socket, {"method": "SUBSCRIBE", "params": ["btcusdt@trade", "nonsense"], "id": 1}) == [
        {"result": None, "id": 1}
    ]
    (told,) = stage.say(socket, {"method": "LIST_SUBSCRIPTIONS", "id": "a"})
    assert told == {"result": ["btcusdt@trade", "nonsense"], "id": "a"}
    stage.wait(20)
    assert kinds(stage.heard[socket][2:]) == {"trade"}
    assert (
        stage.say(socket, {"method": "UNSUBSCRIBE", "params": ["btcusdt@trade", "other"], "id": None})[0]["id"] is None
    )
    count = len(stage.heard[socket])
    stage.wait(20)
    assert len(stage.heard[socket]) == count
    assert stage.say(socket, {"method": "GET_PROPERTY", "params": ["combined"], "id": 2}) == [
        {"result": False, "id": 2}
    ]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"method": "SUBSCRIBE", "params": [], "id": 1}, 2),
        ({"method": "SUBSCRIBE", "params": [5], "id": 1}, 2),
        ({"method": "DANCE", "id": 1}, 2),
        ({"method": "SUBSCRIBE", "params": [f"x{number}@trade" for number in range(1025)], "id": 1}, 2),
        (b"{", 3),
    ],
)
def test_bad_requests_are_told_so(stage: Stage, frame: Any, code: int) -> None:
    assert stage.say(stage.open("spot", "/ws"), frame)[0]["code"] == code


@pytest.mark.parametrize("line", ["spot", "usdm", "coinm"])
def test_every_stream_speaks(stage: Stage, line: str) -> None:
    name = NAMES[line]
    names = [
        "depth@100ms", "depth5", "trade", "aggTrade", "bookTicker", "kline_1m", "ticker", "miniTicker",
    ]  # fmt: skip
    names = [f"{name}@{each}" for each in names] + ["!ticker@arr", "!miniTicker@arr", "!bookTicker"]
    if line != "spot":
        names += [f"{name}@markPrice@1s", "!markPrice@arr", "!markPrice@arr@1s"]
    if line == "coinm":
        names += ["btcusd@indexPrice@1s"]
    socket = stage.open(line, f"/stream?streams={'/'.join(names)}")
    for _ in range(12):
        stage.wait(6)
    heard = stage.heard[socket]
    assert {frame["stream"] for frame in heard} == set(names)
    depth = [frame["data"] for frame in heard if frame["stream"] == f"{name}@depth@100ms"]
    if line == "spot":
        assert all(later["U"] == one["u"] + 1 for one, later in pairwise(depth))
    else:
        assert all(later["pu"] == one["u"] for one, later in pairwise(depth))
    candles = [frame["data"]["k"] for frame in heard if frame["stream"] == f"{name}@kline_1m"]
    assert {candle["x"] for candle in candles} == {True, False}


def test_streams_of_usdm_are_heard_in_their_group_only(stage: Stage) -> None:
    names = "btcusdt@depth@100ms/btcusdt@markPrice@1s"
    sockets = {group: stage.open("usdm", f"{group}/stream?streams={names}") for group in ("/public", "/market", "")}
    stage.wait(5)
    heard = {group: {frame["stream"] for frame in stage.heard[socket]} for group, socket in sockets.items()}
    assert heard == {
        "/public": {"btcusdt@depth@100ms"},
        "/market": {"btcusdt@markPrice@1s"},
        "": {"btcusdt@depth@100ms", "btcusdt@markPrice@1s"},
    }


def test_names_that_mean_nothing_bring_nothing(stage: Stage) -> None:
    names = ["BTCUSDT@trade", "btcusd_perp@kline_7m", "none@trade", "btcusdt@what", "@", "xusd@indexPrice", "0"]
    socket = stage.open("coinm", f"/ws/{'/'.join(names)}")
    stage.wait(5)
    assert stage.heard[socket] == []


def test_changed_listings_are_told(stage: Stage) -> None:
    socket = stage.open("usdm", "/ws/!contractInfo")
    market = next(
        each
        for each in stage.exchange.markets.values()
        if each.instrument.code == "BTCUSDT" and each.instrument.market == "usdm"
    )
    stage.exchange.relist(replace(market.instrument, tradable=False), stage.now)
    stage.wait(0)
    assert [(frame["s"], frame["cs"]) for frame in stage.heard[socket]] == [("BTCUSDT", "SETTLING")]


def test_a_connection_that_says_too_much_is_closed(stage: Stage) -> None:
    socket = stage.open("spot", "/ws/btcusdt@trade")
    for _ in range(6):
        stage.say(socket, {"method": "LIST_SUBSCRIPTIONS", "id": 1})
    assert stage.closed[socket].code == 1008
    assert stage.say(socket, {"method": "LIST_SUBSCRIPTIONS", "id": 1}) == []
    stage.wire.closed(socket, stage.now)


def test_connections_are_pinged_and_end_after_a_day(stage: Stage) -> None:
    socket = stage.open("spot", "/ws")
    stage.wait(21)
    assert stage.pings == 1
    stage.wire._sockets[socket].ends = stage.now + 1  # a day of a whole market takes too long to play
    stage.wait(0.001)
    assert socket in stage.closed


def test_a_client_that_leaves_is_forgotten(stage: Stage) -> None:
    one, two = stage.open("spot", "/ws/btcusdt@trade"), stage.open("spot", "/ws/btcusdt@trade")
    stage.wire.closed(one, stage.now)
    stage.wait(20)
    assert stage.heard[one] == []
    assert stage.heard[two]


def test_there_is_nothing_on_other_paths(stage: Stage) -> None:
    for path in ("/", "/public", "/api/v3/time"):
        call = HttpCall(host="usdm", authority="", method="GET", path=path, query="", headers={}, body=b"")
        answer = stage.wire.opened(99, call, stage.now)
        assert answer is not None
        assert answer.status == 404


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"id": 1, "method": "session.logon", "params": {}}, -4056),
        ({"id": 1, "method": "userDataStream.subscribe"}, -2015),
        ({"id": 1, "method": "userDataStream.subscribe.signature", "params": {"apiKey": "nobody"}}, -2015),
        ({"id": 1, "method": "fly"}, -1000),
        ({"id": 1, "method": "account.status", "params": {"apiKey": [1]}}, -1100),
        ({"id": 1, "method": "account.status", "params": {"apiKey": 1.5}}, -2015),
        ({"id": 1, "method": "session.fly"}, -1000),
        ({"id": 1, "method": "account.status", "params": {}}, -2014),
        (b"[]", -1135),
    ],
)
def test_requests_that_the_socket_refuses(stage: Stage, request_: Any, code: int) -> None:
    (told,) = stage.say(stage.open("spot", "/ws-api/v3"), request_)
    assert told["error"]["code"] == code
    assert told["status"] in {400, 401}


def test_public_requests_go_over_the_socket(stage: Stage) -> None:
    socket = stage.open("spot", "/ws-api/v3")
    (told,) = stage.say(socket, {"id": "t", "method": "time"})
    assert told["result"] == {"serverTime": stage.now // 10**6}
    assert told["rateLimits"][0]["count"] == 1
    (told,) = stage.say(
        socket, {"id": "t", "method": "ticker.book", "params": {"symbol": "BTCUSDT", "returnRateLimits": False}}
    )
    assert told["result"]["symbol"] == "BTCUSDT"
    assert "rateLimits" not in told
    assert stage.say(socket, {"id": 3, "method": "userDataStream.unsubscribe"})[0]["status"] == 200
    futures = stage.open("usdm", "/ws-fapi/v1")
    (told,) = stage.say(futures, {"id": 1, "method": "userDataStream.start", "params": {"apiKey": "basisdesk-full"}})
    assert told["result"]["listenKey"]


def test_private_streams_of_combined_connections_are_wrapped(stage: Stage) -> None:
    socket = stage.open("usdm", "/ws-fapi/v1")
    params = {"apiKey": "basisdesk-full"}
    key = stage.say(socket, {"id": 1, "method": "userDataStream.start", "params": params})[0]["result"]["listenKey"]
    wrapped = stage.open("usdm", "/private/stream")
    stage.say(wrapped, {"method": "SUBSCRIBE", "params": [key], "id": 1})
    stage.signed("usdm", "POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=9)
    assert stage.heard[wrapped][-1]["data"]["ac"] == {"s": "BTCUSDT", "l": 9}
    stage.wire.expire(stage.now)
    stage.wait(0)
    assert {frame["stream"] for frame in stage.heard[wrapped][1:]} == {key}
    assert stage.heard[wrapped][-1]["data"]["e"] == "listenKeyExpired"


def test_each_line_has_an_address_of_its_own(stage: Stage) -> None:
    assert list(stage.wire.origins) == ["spot", "usdm", "coinm"]


def test_an_account_hears_nothing_of_another(stage: Stage) -> None:
    sockets = []
    for login in (FULL, SECOND):
        socket = stage.open("spot", "/ws-api/v3")
        params = {"apiKey": login.credentials.key, "timestamp": stage.now // 10**6}
        text = "&".join(f"{name}={value}" for name, value in params.items())
        signature = hmac.new(login.credentials.secret.encode(), text.encode(), "sha256").hexdigest()
        request = {"id": 1, "method": "userDataStream.subscribe.signature", "params": params | {"signature": signature}}
        assert stage.say(socket, request)[0]["status"] == 200
        sockets.append(socket)
    stage.signed("spot", "POST", "/api/v3/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
    assert len(stage.heard[sockets[0]]) > 1
    assert len(stage.heard[sockets[1]]) == 1


def test_a_quiet_market_has_nothing_to_say(stage: Stage) -> None:
    socket = stage.open("spot", "/ws/btcusdt@depth@100ms/btcusdt@kline_1m")
    stage.wire._publisher.on_time(stage.now + 150 * 10**6)
    stage.wire._publisher.on_time(stage.now + 10**15)
    stage.listen()
    assert [
        frame for frame in stage.heard[socket] if frame["e"] == "kline" and frame["E"] > stage.now // 10**6 + 10**6
    ] == []

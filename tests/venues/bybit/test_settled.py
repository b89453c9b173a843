"""The last settled funding rate: when it is asked for, what is believed, and when it is asked for again."""

from __future__ import annotations

import json
from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.venues.contract import Channel, SnapshotRequest, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.bybit.conftest import Stage

HOUR_MS = 3_600_000
NOON = 1_786_320_000_000
PATH = "/v5/market/funding/history?category=linear&symbol=BTCUSDT&limit=1"
REQUEST = SnapshotRequest("linear", "BTCUSDT", PATH, (("address", 1.0),))


def rows(*settlements: tuple[str, int], code: str = "BTCUSDT") -> bytes:
    found = [{"symbol": code, "fundingRate": rate, "fundingRateTimestamp": str(at)} for rate, at in settlements]
    return json.dumps({"retCode": 0, "retMsg": "OK", "result": {"category": "linear", "list": found}}).encode()


@pytest.fixture
def carrying(staged: Callable[..., Stage]) -> Stage:
    """A connection that carries BTCUSDT."""
    stage = staged(["BTCUSDT"], [Channel.CARRY])
    stage.feed.connected(stage.now)
    (subscription,) = stage.sent()
    stage.answer(subscription)
    stage.ticker(nextFundingTime=str(NOON), fundingRate="0.0001")
    return stage


def test_perpetuals_are_asked_for_when_a_connection_begins(carrying: Stage) -> None:
    assert carrying.feed.to_request() == [REQUEST]
    assert carrying.feed.to_request() == []
    carrying.feed.receive_reply(REQUEST, rows(("-0.0002", NOON - 8 * HOUR_MS)), carrying.now)
    assert carrying.market().carry.settled == -0.0002
    assert carrying.ear.carries == ["BTCUSDT", "BTCUSDT"]
    carrying.wait(15)
    assert carrying.feed.to_request() == []


@pytest.mark.parametrize(
    ("line", "code", "channel"),
    [
        ("spot", "BTCUSDT", Channel.CARRY),
        ("linear", "BTCUSDT-26DEC26", Channel.CARRY),
        ("inverse", "BTCUSDZ26", Channel.CARRY),
        ("linear", "BTCUSDT", Channel.BOOK),
    ],
)
def test_what_pays_no_funding_or_is_not_carried_is_not_asked_for(
    staged: Callable[..., Stage], line: str, code: str, channel: Channel
) -> None:
    stage = staged([code], [channel], line)
    stage.feed.connected(stage.now)
    assert stage.feed.to_request() == []


def test_the_newest_row_counts_whatever_the_order(carrying: Stage) -> None:
    body = rows(("0.1", NOON - 24 * HOUR_MS), ("0.3", NOON - 8 * HOUR_MS), ("0.2", NOON - 16 * HOUR_MS))
    carrying.feed.receive_reply(REQUEST, body, carrying.now)
    assert carrying.market().carry.settled == 0.3


def test_a_settlement_is_asked_for_when_the_next_one_comes_up(carrying: Stage) -> None:
    carrying.feed.to_request()
    carrying.feed.receive_reply(REQUEST, rows(("0.1", NOON - 8 * HOUR_MS)), carrying.now)
    carrying.ticker("delta", nextFundingTime=str(NOON))
    assert carrying.feed.to_request() == []
    carrying.ticker("delta", nextFundingTime=str(NOON + 8 * HOUR_MS))
    assert carrying.feed.to_request() == [REQUEST]
    carrying.feed.receive_reply(REQUEST, rows(("0.1", NOON - 8 * HOUR_MS)), carrying.now)
    assert carrying.market().carry.settled == 0.1  # the row of this settlement is not there yet
    carrying.wait(10)
    assert carrying.feed.to_request() == [REQUEST]
    carrying.feed.receive_reply(REQUEST, rows(("0.2", NOON + 7)), carrying.now)
    assert carrying.market().carry.settled == 0.2
    carrying.wait(19)
    assert carrying.feed.to_request() == []


def test_a_lost_reply_is_asked_for_again_a_few_times(carrying: Stage) -> None:
    asked = [0] if carrying.feed.to_request() else []
    assert carrying.feed.next_deadline() == carrying.now + 10**10
    for second in range(1, 2_000):
        carrying.wait(1)
        if carrying.feed.to_request():
            asked.append(second)
    assert asked == [0, 10, 30, 70, 150, 310]


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (b"", Trouble.UNDECODED),
        (b"{}", Trouble.UNDECODED),
        (rows(("x", NOON)), Trouble.UNDECODED),
        (rows(("0.1", -5)), Trouble.UNDECODED),
        (rows(("0.1", NOON), code="ETHUSDT"), Trouble.UNDECODED),
        (b'{"retCode":10006,"retMsg":"Too many visits!","result":{}}', Trouble.REFUSED),
    ],
)
def test_what_came_in_place_of_a_list_is_told_and_asked_for_again(
    carrying: Stage, body: bytes, trouble: Trouble
) -> None:
    carrying.feed.to_request()
    carrying.feed.receive_reply(REQUEST, body, carrying.now)
    assert carrying.troubles() == [trouble]
    assert carrying.market().tally.undecoded == (trouble is Trouble.UNDECODED)
    assert isnan(carrying.market().carry.settled)
    carrying.wait(10)
    assert carrying.feed.to_request() == [REQUEST]


def test_a_market_without_any_settlement_is_not_asked_for_again(carrying: Stage) -> None:
    carrying.feed.to_request()
    carrying.feed.receive_reply(REQUEST, rows(), carrying.now)
    carrying.wait(10)
    assert (carrying.feed.to_request(), isnan(carrying.market().carry.settled)) == ([], True)


@pytest.mark.parametrize(("code", "path"), [("BTCUSDT", "/v5/market/orderbook"), ("no code", PATH), ("ETHUSDT", PATH)])
def test_other_bodies_and_markets_are_left_alone(carrying: Stage, code: str, path: str) -> None:
    told: list[Any] = list(carrying.ear.reports)
    carrying.feed.receive_reply(SnapshotRequest("linear", code, path), b"{}", carrying.now)
    assert (carrying.ear.reports, carrying.ear.asked) == (told, ["BTCUSDT"])


def test_nothing_is_asked_for_without_a_connection(carrying: Stage) -> None:
    carrying.feed.disconnected(carrying.now)
    assert (carrying.feed.to_request(), carrying.feed.next_deadline()) == ([], None)

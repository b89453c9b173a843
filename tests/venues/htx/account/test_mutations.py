"""Damaged bodies and frames: nothing that a venue sends raises, and no damage turns into a certain answer."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from basisdesk.domain.ask import (
    AskBalances,
    AskFills,
    AskFunding,
    AskIncome,
    AskInstruments,
    AskOpenOrders,
    AskOrder,
    AskPositions,
    AskTime,
    OrderRef,
)
from basisdesk.domain.outcome import Done, Rejected, RetryLater, Unknown

if TYPE_CHECKING:
    from tests.venues.htx.account.conftest import Desk

    from basisdesk.domain.ask import Ask

NOW = 1_700_000_000_000_000_000
SPOT, LINEAR, SWAP = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC"
ROW: dict[str, Any] = {
    "symbol": "btcusdt",
    "contract_code": "BTC-USDT",
    "id": 1,
    "order_id": "2",
    "trade_id": "3",
    "state": "new",
    "status": 3,
    "side": "buy",
    "direction": "sell",
    "type": "buy-limit",
    "price": "1.5",
    "volume": "2",
    "trade_price": 1e-7,
    "trade_volume": 0,
    "currency": "btc",
    "balance": "1",
    "amount": "5",
    "created-at": 1700000000000,
    "funding_time": "1700000000000",
}
ASKS: list[Ask] = [
    AskTime("spot"),
    AskInstruments("linear"),
    AskFunding(LINEAR),
    AskBalances("spot"),
    AskBalances("linear"),
    AskBalances("coin_swap"),
    AskPositions("linear"),
    AskPositions("coin_futures"),
    AskOpenOrders("spot"),
    AskOpenOrders("linear"),
    AskOpenOrders("coin_swap"),
    AskOrder(OrderRef(symbol=SWAP, venue_id="1")),
    AskFills(line="spot"),
    AskFills(line="linear"),
    AskFills(line="coin_swap"),
    AskIncome(line="spot"),
    AskIncome(line="coin_futures"),
]
CHANGES = st.lists(
    st.tuples(st.integers(0, 400), st.binary(min_size=0, max_size=3), st.integers(0, 3)), min_size=1, max_size=4
)
SHARED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def damaged(body: bytes, changes: list[tuple[int, bytes, int]]) -> bytes:
    for at, put, cut in changes:
        place = at % (len(body) + 1)
        body = body[:place] + put + body[place + cut :]
    return body


def bodies() -> list[bytes]:
    inside = [[ROW], ROW, {"orders": [ROW]}, {"trades": [ROW]}, {"list": [ROW]}, {"details": [ROW]}, None, 5, "x"]
    return [json.dumps({"status": "ok", "code": 200, "ts": 1700000000000, "data": each}).encode() for each in inside]


@SHARED
@given(changes=CHANGES)
def test_damaged_bodies_are_never_raised(desk: Desk, changes: list[tuple[int, bytes, int]]) -> None:
    for ask in ASKS:
        for body in bodies():
            for spoiled in (body, damaged(body, changes)):
                reply = desk.hear(ask, spoiled)
                assert isinstance(reply.outcome, Done | Rejected | RetryLater | Unknown)


FRAMES: dict[str, list[dict[str, Any]]] = {
    "spot": [
        {"action": "push", "ch": "orders#btcusdt", "data": ROW},
        {"action": "push", "ch": "trade.clearing#btcusdt#0", "data": ROW},
        {"action": "push", "ch": "accounts.update#2", "data": ROW},
        {"action": "ping", "data": {"ts": 5}},
    ],
    "linear": [
        {"op": "notify", "topic": topic, "data": [ROW]} for topic in ("orders", "trade", "positions", "account")
    ],
    "coin_swap": [
        {"op": "notify", "topic": "orders.*", "trade": [ROW]} | ROW,
        {"op": "notify", "topic": "positions.*", "data": [ROW]},
        {"op": "notify", "topic": "accounts.*", "data": [ROW]},
        {"op": "ping", "ts": "5"},
    ],
}


@SHARED
@given(changes=CHANGES, zipped=st.booleans())
def test_damaged_frames_are_counted(desk: Desk, changes: list[tuple[int, bytes, int]], zipped: bool) -> None:
    for line, messages in FRAMES.items():
        (stream,) = desk.trading.privates([line], desk.session)
        for message in messages:
            frame = json.dumps(message).encode()
            spoiled = damaged(frame, changes)
            if line != "spot":
                spoiled = gzip.compress(spoiled, mtime=0) if zipped else damaged(gzip.compress(frame, mtime=0), changes)
            before = stream.undecoded
            heard = stream.receive(spoiled, NOW)
            assert stream.undecoded - before in {0, 1}
            assert not heard or stream.undecoded == before


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000])
def test_deep_nesting_is_refused(desk: Desk, text: str) -> None:
    reply = desk.hear(AskBalances("spot"), text.encode())
    assert isinstance(reply.outcome, RetryLater)

"""Whatever a client sends, the simulated venue answers, and an order that it takes is one that makes sense."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from basisdesk.sim.dialects.bigone.routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Callable

SPOT = {"asset_pair_name": "BTC-USDT", "side": "BID", "type": "LIMIT", "amount": "0.01", "price": "50000"}
CONTRACT = {"symbol": "BTCUSD", "side": "BUY", "type": "LIMIT", "size": 10, "price": 50000, "reduceOnly": False}
MOVE = {"symbol": "USDT", "amount": "1", "from": "SPOT", "to": "FUND", "guid": "g"}
MARGIN = {"isCross": True, "leverage": 7, "margin": 0}
Target = tuple[str, str, dict[str, Any]]
TARGETS: list[Target] = [
    ("POST", "/api/v3/viewer/orders", SPOT), ("POST", "/api/contract/v2/orders", CONTRACT),
    ("POST", "/api/v3/viewer/transfer", MOVE), ("PUT", "/api/contract/v2/positions/BTCUSD/margin", MARGIN),
    ("PUT", "/api/contract/v2/positions/BTCUSD/risk-limit", {"notional": 200}),
    ("POST", "/api/v3/viewer/order/cancel", {"order_id": 1}),
    ("POST", "/api/v3/viewer/orders/cancel", {"asset_pair_name": "BTC-USDT"}),
]  # fmt: skip
NUMBERS = st.sampled_from(
    ["1e39", "1e-39", "-1", "0", "9" * 39, "0." + "0" * 38 + "1", "NaN", "Infinity", "1e999999999"]
)
PARAMETERS = (
    "page_token", "pair_names", "limit", "period", "time", "direction", "asset_pair_names", "guid", "asset_pair_name",
    "side", "state", "order_id", "client_order_id", "symbol", "start-time", "end-time", "id", "type", "status", "opt",
    "order-id",
)  # fmt: skip
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | NUMBERS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
slowly = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)


@slowly
@given(st.sampled_from(TARGETS), st.data(), ANY)
def test_any_body_is_answered(door: Any, target: Target, draw: st.DataObject, value: Any) -> None:
    method, path, body = target
    field = draw.draw(st.sampled_from(sorted(body)) | st.text(max_size=5))
    door.now += 10**9
    for sent in (body | {field: value}, value):
        status, answer = door.call(method, path, sent)
        assert 200 <= status < 500
        assert answer is None or isinstance(answer, dict | list)


@slowly
@given(st.sampled_from(ROUTES), st.text(max_size=12), st.text(max_size=12), st.integers())
def test_any_parameter_is_answered(door: Any, route: Any, text: str, other: str, number: int) -> None:
    path = route.form.pattern.replace("\\", "")
    while "(?P<" in path:
        begin, end = path.index("(?P<"), path.index("[^/]+)") + 6
        path = f"{path[:begin]}{text.replace('/', '') or 'x'}{path[end:]}"
    door.now += 10**9
    for value in (text, other, str(number)):
        query = "&".join(f"{name}={value}" for name in PARAMETERS)
        status, _ = door.call(route.method, f"{path}?{query}", {})
        assert 200 <= status < 500


@slowly
@given(st.sampled_from(["MarketDepth", "MarketTrades", "MarketsTicker", "MarketCandles", "ViewerOrders"]), ANY, ANY)
def test_any_frame_is_answered(door: Any, kind: str, name: Any, value: Any) -> None:
    socket = door.connect("/ws/v2")
    fields = ("market", "markets", "limit", "period", "interval", "token")
    for body in (value, dict.fromkeys(fields, value), {"market": "BTC-USDT", "limit": value}):
        (answer,) = door.send(socket, {"requestId": name, f"subscribe{kind}Request": body})
        assert "requestId" in answer
    door.wait(0.1)
    door.dialect.closed(socket, door.now)


@pytest.mark.parametrize("bend", [lambda text: text[:-1], lambda text: text[1:], lambda text: b"\xff" + text])
def test_broken_json_is_answered(door: Any, bend: Callable[[bytes], bytes]) -> None:
    for method, path, body in TARGETS:
        status, _ = door.call(method, path, bend(json.dumps(body).encode()))
        assert status == 400

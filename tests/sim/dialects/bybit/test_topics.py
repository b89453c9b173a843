"""Topics that a client may ask for although nothing is told on them."""

from __future__ import annotations

from typing import Any

from tests.sim.dialects.bybit.stage import Stage


def subscribed(line: str, *topics: str) -> Any:
    stage = Stage()
    stage.dial(f"/v5/public/{line}", 1)
    (answer,) = stage.say(1, {"req_id": "7", "op": "subscribe", "args": list(topics)})
    return answer["success"]


def test_liquidations_are_heard_of_on_contracts_only() -> None:
    assert subscribed("linear", "allLiquidation.BTCUSDT", "liquidation.BTCUSDT")
    assert not subscribed("spot", "allLiquidation.BTCUSDT")

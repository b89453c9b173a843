"""What executions, orders and positions say they brought, against arithmetic done here on prices of the test."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sim.dialects.bybit.stage import INVERSE, KNOWN, LINEAR, SPOT, USDC, D, Stage

from basisdesk.domain.order import Side

CODES = {LINEAR: ("linear", "BTCUSDT"), INVERSE: ("inverse", "BTCUSD")}


@pytest.fixture
def stage() -> Stage:
    return Stage()


def pushes(stage: Stage, topic: str) -> list[dict[str, Any]]:
    """Return what was pushed on a topic."""
    stage.collect()
    return [row for frame in stage.inboxes[1] if frame.get("topic") == topic for row in frame["data"]]


def listed(stage: Stage, path: str, query: str) -> list[dict[str, Any]]:
    _, told = stage.signed("GET", path, query)
    assert told["retCode"] == 0, told
    rows: list[dict[str, Any]] = told["result"]["list"]
    return rows


@pytest.mark.parametrize("symbol", [LINEAR, INVERSE])
def test_what_a_position_brought_is_told_wherever_it_is_asked(stage: Stage, symbol: str) -> None:
    stage.private()
    line, code = CODES[symbol]
    rate = KNOWN[symbol].taker_fee
    linear = symbol == LINEAR
    size = D("0.1") if linear else D(1000)

    def worth(part: Any, price: int) -> Any:
        return part * price if linear else part / price

    stage.quote(symbol, 50_000.0)
    stage.place(symbol, str(size * 2))
    (held,) = listed(stage, "/v5/position/list", f"category={line}&symbol={code}")
    opened = held["createdTime"]
    assert D(held["curRealisedPnl"]) == D(held["cumRealisedPnl"]) == -round(worth(size * 2, 50_001) * rate, 8)
    stage.tell(1)
    stage.quote(symbol, 51_000.0)
    stage.place(symbol, str(size), side=Side.SELL)
    gain = (worth(size, 50_999) - worth(size, 50_001)) * (1 if linear else -1)
    fees = (worth(size * 2, 50_001) + worth(size, 50_999)) * rate
    (held,) = listed(stage, "/v5/position/list", f"category={line}&symbol={code}")
    assert abs(D(held["curRealisedPnl"]) - (gain - fees)) < D("1e-8")
    assert held["curRealisedPnl"] == held["cumRealisedPnl"]
    assert held["createdTime"] == opened < held["updatedTime"]
    last = listed(stage, "/v5/execution/list", f"category={line}")[0]
    assert (D(last["closedSize"]), last["side"]) == (size, "Sell")
    executions = pushes(stage, "execution")
    assert [D(row["closedSize"]) for row in executions] == [0, size]
    assert executions[0]["execPnl"] == "0"
    assert abs(D(executions[1]["execPnl"]) - gain) < D("1e-12")
    net = gain - (worth(size, 50_001) + worth(size, 50_999)) * rate
    orders = pushes(stage, "order")
    assert {row["closedPnl"] for row in orders if row["side"] == "Buy"} == {"0"}
    assert abs(D(orders[-1]["closedPnl"]) - net) < D("1e-8")
    (closed,) = listed(stage, "/v5/position/closed-pnl", f"category={line}")
    assert abs(D(closed["closedPnl"]) - D(orders[-1]["closedPnl"])) <= D("1e-8")
    assert pushes(stage, "position")[-1]["curRealisedPnl"] == held["curRealisedPnl"]


def test_a_flat_position_keeps_only_what_all_before_it_brought(stage: Stage) -> None:
    stage.quote(LINEAR, 50_000.0)
    stage.place(LINEAR, "1")
    stage.tell(1)
    stage.place(LINEAR, "1", side=Side.SELL)
    rate = KNOWN[LINEAR].taker_fee
    (row,) = listed(stage, "/v5/position/list", "category=linear&symbol=BTCUSDT")
    brought = -2 - (50_001 + 49_999) * rate
    assert (row["size"], row["curRealisedPnl"], D(row["cumRealisedPnl"])) == ("0", "0", brought)
    stage.tell(1)
    stage.place(LINEAR, "1")
    (row,) = listed(stage, "/v5/position/list", "category=linear&symbol=BTCUSDT")
    assert D(row["curRealisedPnl"]) == -50_001 * rate
    assert D(row["cumRealisedPnl"]) == brought - 50_001 * rate


def test_either_side_of_a_hedge_has_its_own(stage: Stage) -> None:
    mode = {"category": "linear", "coin": "USDT", "mode": 3}
    assert stage.code("POST", "/v5/position/switch-mode", mode) == 0
    stage.quote(LINEAR, 50_000.0)
    rate = KNOWN[LINEAR].taker_fee
    for side, index in (("Buy", 1), ("Sell", 2)):
        order = {
            "category": "linear", "symbol": "BTCUSDT", "side": side, "orderType": "Market", "qty": "0.1",
            "positionIdx": index,
        }  # fmt: skip
        assert stage.code("POST", "/v5/order/create", order) == 0
    long, short = listed(stage, "/v5/position/list", "category=linear&symbol=BTCUSDT")
    assert D(long["curRealisedPnl"]) == round(-D("5000.1") * rate, 8)
    assert D(short["curRealisedPnl"]) == round(-D("4999.9") * rate, 8)


def test_only_contracts_of_usdc_have_a_price_of_their_session(stage: Stage) -> None:
    for symbol in (USDC, LINEAR):
        stage.quote(symbol, 50_000.0)
        stage.place(symbol, "0.1")
    prices = [
        row["sessionAvgPrice"]
        for coin in ("USDC", "USDT")
        for row in listed(stage, "/v5/position/list", f"category=linear&settleCoin={coin}")
    ]
    assert [prices[0][:5], prices[1]] == ["50001", ""]


def test_spot_gains_nothing(stage: Stage) -> None:
    stage.private()
    stage.quote(SPOT, 50_000.0)
    stage.place(SPOT, "0.1")
    (row,) = pushes(stage, "execution")
    assert (row["closedSize"], row["execPnl"]) == ("0", "0")
    assert {row["closedPnl"] for row in pushes(stage, "order")} == {"0"}

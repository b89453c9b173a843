"""Margin of isolated positions, and what else of an account clients ask for: settings, wallets, transfers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

LINES = [("usdm", "/fapi/v1", "BTCUSDT", "0.5", "100"), ("coinm", "/dapi/v1", "BTCUSD_PERP", "500", "0.1")]


def aside(stage: Stage, line: str, root: str, code: str) -> Decimal:
    path = "/fapi/v2" if line == "usdm" else root
    asked: dict[str, Any] = {"symbol": code} if line == "usdm" else {"pair": "BTCUSD"}
    rows = stage.signed(line, "GET", f"{path}/positionRisk", **asked)[1]
    return Decimal(next(row["isolatedMargin"] for row in rows if row["symbol"] == code))


@pytest.mark.parametrize(("line", "root", "code", "size", "more"), LINES)
def test_margin_is_put_to_an_isolated_position_and_taken_away(
    stage: Stage, line: str, root: str, code: str, size: str, more: str
) -> None:
    path = f"{root}/positionMargin"

    def adjust(amount: str, kind: int, **other: Any) -> tuple[int, Any]:
        return stage.signed(line, "POST", path, symbol=code, amount=amount, type=kind, **other)

    assert adjust(more, 1)[1]["code"] == -4049
    stage.signed(line, "POST", f"{root}/marginType", symbol=code, marginType="ISOLATED")
    assert adjust(more, 1)[1]["code"] == -4054
    order: dict[str, Any] = {"symbol": code, "side": "BUY", "type": "MARKET", "quantity": size}
    assert stage.signed(line, "POST", f"{root}/order", **order)[0] == 200
    before = aside(stage, line, root, code)
    status, told = adjust(more, 1)
    assert (status, told["code"], told["amount"], told["type"]) == (200, 200, float(more), 1)
    assert aside(stage, line, root, code) == before + Decimal(more)
    assert adjust(more, 2)[0] == 200
    assert aside(stage, line, root, code) == before
    for amount, kind, refused in (("1e9", 1, -1100), ("10000000", 1, -4050), (str(before), 2, -4051), (more, 3, -1130)):
        assert adjust(amount, kind)[1]["code"] == refused
    assert adjust("0", 1)[1]["code"] == -1102
    assert stage.signed(line, "POST", path, symbol=code, type=1)[1]["code"] == -1102
    rows = stage.signed(line, "GET", f"{path}/history", symbol=code)[1]
    assert [(row["type"], Decimal(row["amount"]), row["deltaType"]) for row in rows] == [
        (2, Decimal(more), "USER_ADJUST"),
        (1, Decimal(more), "USER_ADJUST"),
    ]
    assert [row["type"] for row in stage.signed(line, "GET", f"{path}/history", symbol=code, type=1)[1]] == [1]
    assert stage.signed(line, "GET", f"{path}/history", symbol=code, endTime=1)[1] == []


def test_how_futures_are_set_for_an_account(stage: Stage) -> None:
    told = stage.signed("usdm", "GET", "/fapi/v1/accountConfig")[1]
    assert (told["dualSidePosition"], told["multiAssetsMargin"], told["canTrade"]) == (False, False, True)
    path = "/fapi/v1/multiAssetsMargin"
    assert stage.signed("usdm", "GET", path)[1] == {"multiAssetsMargin": False}
    wishes: list[tuple[dict[str, Any], int]] = [
        ({}, -1102), ({"multiAssetsMargin": "true"}, -4167), ({"multiAssetsMargin": "false"}, -4171),
    ]  # fmt: skip
    for given, code in wishes:
        assert stage.signed("usdm", "POST", path, **given)[1]["code"] == code
    assert stage.signed("usdm", "GET", "/fapi/v1/feeBurn")[1] == {"feeBurn": False}


def test_what_lies_in_the_wallets(stage: Stage) -> None:
    for path in ("/sapi/v1/asset/get-funding-asset", "/sapi/v3/asset/getUserAsset"):
        rows = stage.signed("spot", "POST", path)[1]
        assert {"USDT", "BTC"} <= {row["asset"] for row in rows}
        (one,) = stage.signed("spot", "POST", path, asset="BTC", needBtcValuation="false")[1]
        assert Decimal(one["free"]) > 0
    assert stage.signed("spot", "GET", "/sapi/v1/account/status")[1] == {"data": "Normal"}
    assert stage.signed("spot", "GET", "/sapi/v1/account/apiTradingStatus")[1]["data"]["isLocked"] is False
    for path in ("openOrderList", "allOrderList", "myAllocations", "myPreventedMatches"):
        assert stage.signed("spot", "GET", f"/api/v3/{path}") == (200, [])


def test_transfers_are_told_by_where_they_went(stage: Stage) -> None:
    path = "/sapi/v1/asset/transfer"
    ways = ("MAIN_UMFUTURE", "MAIN_CMFUTURE", "MAIN_FUNDING", "FUNDING_UMFUTURE", "UMFUTURE_FUNDING", "CMFUTURE_MAIN")
    for number, way in enumerate(ways, 1):
        assert stage.signed("spot", "POST", path, type=way, asset="BTC", amount=f"0.{number}")[0] == 200
        stage.wait(1)
    for number, way in enumerate(ways, 1):
        told = stage.signed("spot", "GET", path, type=way, fromSymbol="BTCUSDT")[1]
        assert [(row["amount"], row["type"]) for row in told["rows"]] == [(f"0.{number}", way)]
    assert stage.signed("spot", "POST", path, type=ways[0], asset="BTC", amount="2")[0] == 200
    told = stage.signed("spot", "GET", path, type=ways[0], size=1)[1]
    assert (told["total"], [row["amount"] for row in told["rows"]]) == (2, ["2"])
    told = stage.signed("spot", "GET", path, type=ways[0], size=1, current=2)[1]
    assert [row["amount"] for row in told["rows"]] == ["0.1"]
    assert stage.signed("spot", "GET", path, type=ways[0], endTime=1)[1] == {"total": 0, "rows": []}
    assert stage.signed("spot", "GET", path, type="UMFUTURE_CMFUTURE")[1]["code"] == -9000

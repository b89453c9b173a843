"""The cross part of a futures wallet: what isolated positions have set aside is not in it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

LINES = [("usdm", "fapi", "v3", "USDT", "BTCUSDT", "ETHUSDT"), ("coinm", "dapi", "v1", "BTC", "BTCUSD_PERP", "")]


@pytest.mark.parametrize(("line", "root", "version", "asset", "alone", "shared"), LINES)
def test_an_isolated_margin_leaves_the_cross_wallet(
    stage: Stage, line: str, root: str, version: str, asset: str, alone: str, shared: str
) -> None:
    def coin() -> Any:
        rows = stage.signed(line, "GET", f"/{root}/{version}/balance")[1]
        return next(row for row in rows if row["asset"] == asset)

    def buy(symbol: str, quantity: str) -> None:
        path = f"/{root}/v1/order"
        assert stage.signed(line, "POST", path, symbol=symbol, side="BUY", type="MARKET", quantity=quantity)[0] == 200

    assert coin()["crossWalletBalance"] == coin()["balance"]
    assert stage.signed(line, "POST", f"/{root}/v1/marginType", symbol=alone, marginType="ISOLATED")[0] == 200
    buy(alone, "10" if line == "coinm" else "0.5")
    if shared:
        buy(shared, "2")
    stage.wait(3)
    risks = stage.signed(line, "GET", f"/{root}/v1/positionRisk" if line == "coinm" else f"/{root}/v2/positionRisk")[1]
    risk = {row["symbol"]: row for row in risks if Decimal(row["positionAmt"])}
    aside = Decimal(risk[alone]["isolatedWallet"])
    told = coin()
    assert aside > 0
    assert Decimal(told["crossWalletBalance"]) == Decimal(told["balance"]) - aside
    floating = Decimal(risk[shared]["unRealizedProfit"]) if shared else Decimal(0)
    assert Decimal(risk[alone]["unRealizedProfit"])
    assert abs(Decimal(told["crossUnPnl"]) - floating) <= Decimal("0.00000001")
    account = stage.signed(line, "GET", f"/{root}/v1/account" if line == "coinm" else f"/{root}/v3/account")[1]
    row = next(each for each in account["assets"] if each["asset"] == asset)
    assert (row["crossWalletBalance"], row["crossUnPnl"]) == (told["crossWalletBalance"], told["crossUnPnl"])
    if line == "usdm":
        assert account["totalCrossWalletBalance"] == told["crossWalletBalance"]


def test_the_private_stream_tells_the_same(stage: Stage) -> None:
    key = stage.body(stage.http("usdm", "POST", "/fapi/v1/listenKey", key="basisdesk-full"))["listenKey"]
    stage.signed("usdm", "POST", "/fapi/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    socket = stage.open("usdm", f"/private/ws?listenKey={key}")
    order: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.5"}
    stage.signed("usdm", "POST", "/fapi/v1/order", **order)
    stage.wait(1)
    rows = [row["a"]["B"] for row in stage.heard[socket] if row.get("e") == "ACCOUNT_UPDATE"]
    last = next(row for row in rows[-1] if row["a"] == "USDT")
    held = stage.signed("usdm", "GET", "/fapi/v2/positionRisk", symbol="BTCUSDT")[1][0]
    assert Decimal(last["cw"]) == Decimal(last["wb"]) - Decimal(held["isolatedWallet"])

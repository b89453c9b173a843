"""A position is no larger than the greatest risk limit that its contract states."""

from __future__ import annotations

from typing import Any

import pytest

C = "/api/contract/v2/"


@pytest.mark.parametrize("code", ["BTCUSDT", "BTCUSD"])
def test_an_order_beyond_the_greatest_risk_limit_is_refused(door: Any, code: str) -> None:
    terms = next(row for row in door.call("GET", f"{C}symbols")[1] if row["symbol"] == code)
    market = door.exchange.market_of("contract", code)
    size, mark = float(market.instrument.contract_size), market.carry.mark
    largest = terms["maxRiskLimit"] * mark / size if terms["isInverse"] else terms["maxRiskLimit"] / (size * mark)
    price = int(mark * 0.99)
    body = {"symbol": code, "side": "BUY", "type": "LIMIT", "price": price, "reduceOnly": False}
    account = door.exchange.floor.accounts["1000001"]
    account.purse("contract", market.instrument.settle).total *= 1000  # it shall not be for want of money
    status, told = door.call("POST", f"{C}orders", body | {"size": int(largest * 1.02)})
    assert (status, told) == (400, {"anomaly": "anomaly.limit-risk/position-too-large"})
    assert door.call("POST", f"{C}orders", body | {"size": int(largest * 0.98)})[0] == 200

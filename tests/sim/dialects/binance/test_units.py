"""Times of the spot line in the unit that a request asks for."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from basisdesk.sim.contract import HttpCall
from basisdesk.sim.exchange.logins import FULL

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

MICRO = "MICROSECOND"


def ask(stage: Stage, path: str, unit: str, *, line: str = "spot", method: str = "GET", **params: Any) -> Any:
    """Ask, signed where there are a side or a recvWindow."""
    text, headers = urlencode(params), {"x-mbx-time-unit": unit}
    if method == "POST" or "recvWindow" in params:
        text = f"{text}&timestamp={stage.now // 10**6}"
        text += f"&signature={hmac.new(FULL.credentials.secret.encode(), text.encode(), 'sha256').hexdigest()}"
        headers["x-mbx-apikey"] = FULL.credentials.key
    call = HttpCall(host=line, authority="localhost", method=method, path=path, query=text, headers=headers, body=b"")
    answer = stage.wire.http(call, stage.now)
    return json.loads(answer.body)


@pytest.mark.parametrize("unit", [MICRO, "microsecond"])
def test_the_time_is_told_in_microseconds(stage: Stage, unit: str) -> None:
    assert ask(stage, "/api/v3/time", unit) == {"serverTime": stage.now // 1000}
    assert ask(stage, "/api/v3/exchangeInfo", unit)["serverTime"] == stage.now // 1000


@pytest.mark.parametrize("unit", ["", "MILLISECOND"])
def test_or_in_milliseconds(stage: Stage, unit: str) -> None:
    assert ask(stage, "/api/v3/time", unit) == {"serverTime": stage.now // 10**6}


def test_another_unit_is_refused(stage: Stage) -> None:
    assert ask(stage, "/api/v3/time", "NANOSECOND")["code"] == -1102


def test_futures_and_the_wallet_know_no_other_unit(stage: Stage) -> None:
    assert ask(stage, "/fapi/v1/time", MICRO, line="usdm") == {"serverTime": stage.now // 10**6}
    told = ask(stage, "/sapi/v1/account/apiRestrictions", "NANOSECOND", recvWindow=5000)
    assert len(str(told["createTime"])) == 13


def test_orders_fills_and_candles_have_it_too_but_ids_stay(stage: Stage) -> None:
    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
    order = ask(stage, "/api/v3/order", MICRO, method="POST", **params)
    assert order["transactTime"] == order["workingTime"] == stage.now // 1000
    named = {"symbol": "BTCUSDT", "orderId": order["orderId"], "recvWindow": 5000}
    found = ask(stage, "/api/v3/order", MICRO, **named)
    assert found["orderId"] == order["orderId"]
    assert found["time"] == found["updateTime"] == stage.now // 1000
    fill = ask(stage, "/api/v3/myTrades", MICRO, symbol="BTCUSDT", recvWindow=5000)[-1]
    assert (fill["time"], fill["orderId"]) == (stage.now // 1000, order["orderId"])
    candle, plain = (ask(stage, "/api/v3/klines", unit, symbol="BTCUSDT", interval="1m")[-1] for unit in (MICRO, ""))
    assert [candle[0], candle[6]] == [1000 * plain[0], 1000 * plain[6]]
    assert candle[1:6] == plain[1:6]
    assert candle[8] == plain[8]

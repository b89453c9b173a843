"""The reader of the spot-futures guide: its own signing and its endpoints, with `requests`, on three simulated venues.

Signature and endpoints are those that the guide shows; nothing of ours is used.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.judges.conftest import Simulator

TIMEOUT = 5


class Reader:
    """Signs the whole query string with HMAC-SHA256 and posts everything as parameters."""

    def __init__(self, spot: str, futures: str, key: str, secret: str) -> None:
        self.spot = spot
        self.futures = futures
        self._headers = {"X-MBX-APIKEY": key}
        self._secret = secret.encode()

    def signed(self, **parameters: object) -> dict[str, object]:
        parameters["timestamp"] = self.server_time()
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return {**parameters, "signature": hmac.new(self._secret, query.encode(), hashlib.sha256).hexdigest()}

    def server_time(self) -> int:
        return int(self.get(self.spot + "/api/v3/time")["serverTime"])

    def get(self, url: str, **parameters: object) -> Any:
        answer = requests.get(url, params=parameters, headers=self._headers, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def post(self, url: str, **parameters: object) -> Any:
        answer = requests.post(url, params=self.signed(**parameters), headers=self._headers, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="module")
def reader(simulator: Callable[[str], Simulator]) -> Reader:
    running = simulator("binance")
    key = running.key("binance")
    return Reader(running.url("binance", "spot"), running.url("binance", "usdm"), key["key"], key["secret"])


def test_the_futures_wallet_is_read_with_the_servers_time(reader: Reader) -> None:
    rows = reader.get(reader.futures + "/fapi/v2/balance", **reader.signed())
    assert float(next(row for row in rows if row["asset"] == "USDT")["availableBalance"]) > 0


def test_spot_price_mark_price_and_funding_make_a_yield(reader: Reader) -> None:
    spot = float(reader.get(reader.spot + "/api/v3/ticker/price", symbol="BTCUSDT")["price"])
    premium = reader.get(reader.futures + "/fapi/v1/premiumIndex", symbol="BTCUSDT")
    basis = (float(premium["markPrice"]) - spot) / spot * 100
    assert abs(basis) < 1
    assert abs(float(premium["lastFundingRate"])) < 0.05
    assert premium["nextFundingTime"] > time.time() * 1000


def test_the_short_goes_first_and_then_the_purchase(reader: Reader) -> None:
    short = reader.post(reader.futures + "/fapi/v1/order", symbol="BTCUSDT", side="SELL", type="MARKET", quantity=0.077)
    assert short["orderId"] > 0
    bought = reader.post(reader.spot + "/api/v3/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.077)
    assert bought["status"] == "FILLED"
    rows = reader.get(reader.futures + "/fapi/v2/positionRisk", **reader.signed(symbol="BTCUSDT"))
    assert float(rows[0]["positionAmt"]) == -0.077
    assert reader.get(reader.futures + "/fapi/v1/openOrders", **reader.signed(symbol="BTCUSDT")) == []
    reader.post(
        reader.futures + "/fapi/v1/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.077,
        reduceOnly="true",
    )  # fmt: skip


def test_the_same_data_comes_from_bybit_and_okx(simulator: Callable[[str], Simulator]) -> None:
    bybit = requests.get(
        simulator("bybit").url("bybit") + "/v5/market/tickers",
        params={"category": "linear", "symbol": "BTCUSDT"},
        timeout=TIMEOUT,
    ).json()
    assert bybit["retCode"] == 0
    (ticker,) = bybit["result"]["list"]
    assert float(ticker["markPrice"]) > 0
    assert abs(float(ticker["fundingRate"])) < 0.05
    okx = requests.get(
        simulator("okx").url("okx") + "/api/v5/public/funding-rate", params={"instId": "BTC-USDT-SWAP"}, timeout=TIMEOUT
    ).json()
    assert okx["code"] == "0"
    assert abs(float(okx["data"][0]["fundingRate"])) < 0.05

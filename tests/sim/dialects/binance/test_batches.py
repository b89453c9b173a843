"""Several futures orders in one request, the counts of orders, and the candles and averages that others ask for."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.sim.contract import Printed
from basisdesk.sim.exchange.logins import FULL, READ_ONLY

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

LINES = [("usdm", "/fapi/v1", "BTCUSDT", "BTCUSDT", "0.01"), ("coinm", "/dapi/v1", "BTCUSD_PERP", "BTCUSD", "1")]
SECOND = 10**9
SPOT, USDM, COINM = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "binance:BTC/USD:BTC"


def batch(stage: Stage, line: str, root: str, orders: object, method: str = "POST") -> tuple[int, Any]:
    written = orders if isinstance(orders, str) else json.dumps(orders)
    return stage.signed(line, method, f"{root}/batchOrders", batchOrders=written)


def resting(code: str, size: str, price: str, **more: Any) -> dict[str, Any]:
    return {
        "symbol": code, "side": "BUY", "type": "LIMIT", "timeInForce": "GTX", "quantity": size, "price": price, **more,
    }  # fmt: skip


@pytest.mark.parametrize(("line", "root", "code", "_pair", "size"), LINES)
def test_a_batch_answers_every_order_in_its_own_row(
    stage: Stage, price: Any, line: str, root: str, code: str, _pair: str, size: str
) -> None:
    low, lower = (price(USDM if line == "usdm" else COINM, share) for share in (0.9, 0.8))
    asked = [
        resting(code, size, low, newClientOrderId="first"),
        resting(code, size, low, side="HOLD"),
        resting("NONE", size, low),
        resting(code, size, low, reduceOnly=1.5),
    ]
    status, rows = batch(stage, line, root, asked)
    assert status == 200
    assert rows[0]["clientOrderId"] == "first"
    assert rows[0]["status"] == "NEW"
    assert [row["code"] for row in rows[1:]] == [-1117, -1121, -1100]
    number = rows[0]["orderId"]
    status, rows = batch(
        stage, line, root,
        [
            {"symbol": code, "orderId": number, "side": "BUY", "quantity": size, "price": lower},
            {"symbol": code, "orderId": 1, "side": "BUY", "quantity": size, "price": lower},
        ],
        "PUT",
    )  # fmt: skip
    assert Decimal(rows[0]["price"]) == Decimal(lower)
    assert rows[1]["code"] == -2013
    status, rows = stage.signed(line, "DELETE", f"{root}/batchOrders", symbol=code, orderIdList=f"[{number},1]")
    assert (rows[0]["orderId"], rows[0]["status"]) == (number, "CANCELED")
    assert rows[1] == {"code": -2011, "msg": "Unknown order sent."}
    assert stage.signed(line, "GET", f"{root}/openOrders")[1] == []


def test_orders_are_cancelled_by_client_ids_under_names_in_small_letters(stage: Stage, price: Any) -> None:
    low = price(USDM, 0.9)
    batch(stage, "usdm", "/fapi/v1", [resting("BTCUSDT", "0.01", low, newClientOrderId=name) for name in ("a", "b")])
    gone = stage.signed(
        "usdm", "DELETE", "/fapi/v1/batchOrders", symbol="BTCUSDT", origclientorderidlist='["a","b","c"]'
    )[1]
    assert [row.get("status", row.get("code")) for row in gone] == ["CANCELED", "CANCELED", -2011]


@pytest.mark.parametrize("given", ["", "[]", "{}", "[1]", "nothing", [resting("BTCUSDT", "0.01", "1")] * 6])
def test_a_list_that_is_none_or_too_long_is_refused_as_a_whole(stage: Stage, given: object) -> None:
    status, body = batch(stage, "usdm", "/fapi/v1", given)
    assert status == 400
    assert body["code"] == (-1105 if given == "" else -4082 if given == "[]" or isinstance(given, list) else -1130)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, -1102),
        ({"orderIdList": str(list(range(11)))}, -4082),
        ({"orderIdList": '["a"]'}, -1130),
        ({"origClientOrderIdList": "[1]"}, -1130),
        ({"symbol": "NONE", "orderIdList": "[1]"}, -1121),
    ],
)
def test_cancels_that_cannot_be_read_are_refused(stage: Stage, given: dict[str, Any], code: int) -> None:
    asked: dict[str, Any] = {"symbol": "BTCUSDT"} | given
    assert stage.signed("usdm", "DELETE", "/fapi/v1/batchOrders", **asked)[1]["code"] == code
    assert stage.signed("usdm", "DELETE", "/fapi/v1/batchOrders", login=READ_ONLY, **asked)[0] == 401


def test_a_batch_counts_as_five_in_seconds_and_as_one_in_a_minute(stage: Stage) -> None:
    one = json.dumps([resting("BTCUSDT", "0.01", "60000")])
    stage.signed("usdm", "POST", "/fapi/v1/batchOrders", batchOrders=one)
    stage.signed("usdm", "POST", "/fapi/v1/batchOrders", batchOrders=one)
    told = stage.wire._front.meter.count_orders("usdm", FULL.account, 0, stage.now)
    assert [(name, count) for name, count, _ in told] == [("10S", 10), ("1M", 2)]
    limits = stage.signed("usdm", "GET", "/fapi/v1/rateLimit/order")[1]
    assert limits == [
        {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 300},
        {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 1200},
    ]


def test_the_counts_of_orders_are_told_also_when_they_are_used_up(stage: Stage, price: Any) -> None:
    def counts() -> list[tuple[str, int, int]]:
        status, rows = stage.signed("spot", "GET", "/api/v3/rateLimit/order")
        assert status == 200
        return [(row["interval"], row["intervalNum"], row["count"]) for row in rows]

    assert counts() == [("SECOND", 10, 0), ("DAY", 1, 0)]
    low = price(SPOT, 0.9)
    order = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.001", "price": low,
    }  # fmt: skip
    answers = [stage.signed("spot", "POST", "/api/v3/order", **order)[0] for _ in range(51)]
    assert answers[-2:] == [200, 429]
    assert counts() == [("SECOND", 10, 51), ("DAY", 1, 50)]
    stage.wait(10)
    assert counts()[0] == ("SECOND", 10, 0)


def test_the_average_price_is_that_of_five_minutes_by_size(stage: Stage) -> None:
    market = stage.exchange.markets[SPOT]
    printed = [
        Printed("s", stage.now - ago * SECOND, ago, Decimal(price), Decimal(size), buy=True)
        for ago, price, size in ((400, 90, 5), (301, 95, 1), (299, 100, 3), (10, 104, 1))
    ]
    for trades, price, at in (
        (printed, 101.0, stage.now - 10 * SECOND),
        (printed[:2], 95.0, stage.now - 301 * SECOND),
        ([], market.book.mid(), stage.now),
    ):
        market.trades[:] = trades
        told = stage.get("spot", "/api/v3/avgPrice", symbol="BTCUSDT")
        assert float(told["price"]) == pytest.approx(price)
        assert (told["mins"], told["closeTime"]) == (5, at // 10**6)
    assert stage.get("spot", "/api/v3/avgPrice", symbol="NONE")["code"] == -1121

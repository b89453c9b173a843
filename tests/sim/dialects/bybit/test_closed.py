"""Profit of what was closed, and batches over the trade socket."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal
from typing import Any

import pytest
from tests.sim.dialects.bybit.stage import INVERSE, LINEAR, MS, Stage, dated

from basisdesk.domain.order import Side
from basisdesk.sim.exchange.logins import FULL

D = Decimal
PATH = "/v5/position/closed-pnl"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def closed(stage: Stage, query: str) -> list[dict[str, str]]:
    _, told = stage.signed("GET", PATH, query)
    assert told["retCode"] == 0, told
    rows: list[dict[str, str]] = told["result"]["list"]
    return rows


def owned(stage: Stage, asset: str) -> Decimal:
    return next(each.total for each in stage.exchange.balances(FULL.account, "unified") if each.asset == asset)


@pytest.mark.parametrize(
    ("symbol", "line", "asset", "size"), [(LINEAR, "linear", "USDT", 1), (INVERSE, "inverse", "BTC", 10_000)]
)
@pytest.mark.parametrize("first", [Side.BUY, Side.SELL])
def test_profits_of_closing_orders_add_up_to_what_the_purse_gained(
    stage: Stage, symbol: str, line: str, asset: str, size: int, first: Side
) -> None:
    other = Side.SELL if first is Side.BUY else Side.BUY
    code = {"linear": "BTCUSDT", "inverse": "BTCUSD"}[line]
    before = owned(stage, asset)
    for side, price, times in ((first, 50_000.0, 2), (first, 51_000.0, 1), (other, 50_700.0, 1), (other, 49_000.0, 4)):
        stage.tell(1)
        stage.quote(symbol, price)
        stage.place(symbol, str(size * times), side=side)
    # The last order turned the position round by two; this closes them.
    stage.tell(1)
    stage.quote(symbol, 49_500.0)
    stage.place(symbol, str(size * 2), side=first)
    rows = closed(stage, f"category={line}&symbol={code}")
    assert [row["closedSize"] for row in rows] == [str(size * each) for each in (2, 2, 1)]
    assert [row["qty"] for row in rows] == [str(size * each) for each in (2, 4, 1)]
    assert [row["side"] for row in rows] == [
        {"BUY": "Buy", "SELL": "Sell"}[each.value] for each in (first, other, other)
    ]
    gained = sum(D(row["closedPnl"]) for row in rows)
    assert abs(owned(stage, asset) - before - gained) < D("0.0000001") * size
    assert all(D(row["openFee"]) > 0 and D(row["closeFee"]) > 0 for row in rows)
    last = rows[0]
    assert (last["symbol"], last["orderType"], last["execType"], last["fillCount"]) == (code, "Market", "Trade", "1")
    touch = 49_501 if first is Side.BUY else 49_499
    assert D(last["avgExitPrice"]) == touch


def test_an_order_of_several_trades_is_one_row_with_its_price(stage: Stage) -> None:
    stage.quote(LINEAR, 50_000.0)
    stage.place(LINEAR, "1")
    stage.tell(1)
    stage.quote(LINEAR, 50_000.0, size=0.4)
    stage.place(LINEAR, "1", "49990", side=Side.SELL)
    (row,) = closed(stage, "category=linear")
    assert (row["fillCount"], row["orderType"], row["orderPrice"]) == ("3", "Limit", "49990")
    assert D(row["closedSize"]) == 1
    assert D(row["cumExitValue"]) == D("0.4") * 49_999 + D("0.4") * 49_998 + D("0.2") * 49_997
    assert D(row["cumEntryValue"]) == D(row["avgEntryPrice"]) == 50_001


def test_both_sides_of_hedge_mode_are_told_apart_and_pages_and_spans_hold(stage: Stage) -> None:
    mode = {"category": "linear", "coin": "USDT", "mode": 3}
    assert stage.code("POST", "/v5/position/switch-mode", mode) == 0
    for side, index in (("Buy", 1), ("Sell", 2), ("Sell", 1), ("Buy", 2)):
        order = {
            "category": "linear", "symbol": "BTCUSDT", "side": side, "orderType": "Market", "qty": "0.01",
            "positionIdx": index, "reduceOnly": False,
        }  # fmt: skip
        assert stage.code("POST", "/v5/order/create", order) == 0
        stage.tell(1)
    assert [row["side"] for row in closed(stage, "category=linear")] == ["Buy", "Sell"]
    _, told = stage.signed("GET", PATH, "category=linear&limit=1")
    assert [row["side"] for row in told["result"]["list"]] == ["Buy"]
    cursor = told["result"]["nextPageCursor"]
    assert [row["side"] for row in closed(stage, f"category=linear&limit=1&cursor={cursor}")] == ["Sell"]
    at = int(told["result"]["list"][0]["updatedTime"])
    assert [row["side"] for row in closed(stage, f"category=linear&startTime={at}")] == ["Buy"]
    assert closed(stage, "category=inverse") == []
    assert stage.code("GET", PATH, "category=spot") == 10001
    assert stage.code("GET", PATH, "category=linear&symbol=NONE") == 10001


def test_a_batch_over_the_trade_socket_says_beside_the_list_what_became_of_each(stage: Stage) -> None:
    stage.dial("/v5/trade", 3)
    until = str(stage.now // MS + 10_000)
    sign = hmac.new(FULL.credentials.secret.encode(), f"GET/realtime{until}".encode(), hashlib.sha256).hexdigest()
    stage.say(3, {"op": "auth", "args": [FULL.credentials.key, until, sign]})
    header = {"X-BAPI-TIMESTAMP": str(stage.now // MS)}

    def ask(what: str, *rows: dict[str, Any]) -> dict[str, Any]:
        args = [{"category": "linear", "request": list(rows)}]
        (answer,) = stage.say(3, {"reqId": what, "header": header, "op": f"order.{what}-batch", "args": args})
        assert (answer["op"], answer["reqId"]) == (f"order.{what}-batch", what)
        return answer

    order = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "49000"}
    told = ask("create", order | {"orderLinkId": "good"}, order | {"orderLinkId": "bad", "price": "1000000"})
    assert told["retCode"] == 0
    assert [(row["orderLinkId"], bool(row["orderId"])) for row in told["data"]["list"]] == [
        ("good", True),
        ("bad", False),
    ]
    assert set(told["data"]) == {"list"}
    assert [row["code"] == 0 for row in told["retExtInfo"]["list"]] == [True, False]
    named = {"symbol": "BTCUSDT", "orderLinkId": "good"}
    assert ask("amend", named | {"price": "49001"})["retExtInfo"] == {"list": [{"code": 0, "msg": "OK"}]}
    (resting,) = stage.exchange.open_orders(FULL.account, "linear")
    assert resting.price == 49_001
    assert [row["code"] for row in ask("cancel", named, named)["retExtInfo"]["list"]] == [0, 110001]
    (none,) = stage.say(
        3, {"reqId": "x", "header": header, "op": "order.create-batch", "args": [{"category": "linear"}]}
    )
    assert (none["retCode"], none["data"], none["retExtInfo"]) == (10001, {}, {})


@pytest.mark.parametrize("first", [Side.BUY, Side.SELL])
def test_what_was_delivered_is_told(stage: Stage, first: Side) -> None:
    contract = dated()
    stage.place(contract.symbol, "2", side=first)
    stage.place(LINEAR, "1", side=first)
    stage.tell(1)
    stage.mark(contract.symbol, 51_000.0)
    stage.tell(1)
    before = owned(stage, "USDT")
    stage.exchange.delist(contract.symbol, stage.now)
    path, query = "/v5/asset/delivery-record", f"category=linear&symbol={contract.code}"
    _, told = stage.signed("GET", path, query)
    (row,) = told["result"]["list"]
    assert (row["symbol"], row["position"], row["deliveryTime"]) == (contract.code, "2", stage.now // MS)
    assert row["side"] == {Side.BUY: "Buy", Side.SELL: "Sell"}[first]
    assert D(row["deliveryRpl"]) == (D(row["deliveryPrice"]) - D(row["entryPrice"])) * 2 * first.sign
    assert owned(stage, "USDT") - before == D(row["deliveryRpl"]) - D(row["fee"])
    assert stage.signed("GET", path, "category=linear")[1]["result"]["list"] == [row]
    assert stage.signed("GET", path, "category=inverse")[1]["result"]["list"] == []
    assert stage.signed("GET", path, f"{query}&endTime={stage.now // MS - 10_000}")[1]["result"]["list"] == []

"""Orders over REST byte for byte: signatures, windows, types of parameters and codes of refusals."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sim.dialects.bybit.stage import MS, ORDER, SPOT, Stage

from basisdesk.sim.dialects.bybit.names import identity, number_of

CREATE = "/v5/order/create"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_request_must_be_signed_inside_its_window(stage: Stage) -> None:
    path, query = "/v5/account/info", ""
    assert stage.code("GET", path, query) == 0
    assert stage.call("GET", path).status == 401
    assert stage.code("GET", path, query, secret="wrong") == 10004
    assert stage.code("GET", path, query, key="nobody") == 10003
    server = stage.now // MS
    for time, code in ((server - 5_000, 0), (server - 5_001, 10002), (server + 999, 0), (server + 1_000, 10002)):
        assert stage.code("GET", path, query, time=str(time)) == code
    assert stage.code("GET", path, query, time=str(server - 9_000), window="10000") == 0
    assert stage.code("GET", path, query, time="now") == 10001
    assert stage.code("GET", path, query, window="") == 0  # it may be left out
    assert stage.code("GET", path, query, window="", time=str(server - 5_001)) == 10002


WRONG: list[dict[str, Any]] = [
    {"category": "option"},
    {"category": None},
    {"symbol": "NOUSDT"},
    {"symbol": 5},
    {"side": "buy"},
    {"orderType": "Stop"},
    {"qty": 0.01},
    {"qty": "much"},
    {"qty": "1e3"},
    {"qty": None},
    {"qty": "1" * 50},
    {"price": None},
    {"price": "49000.05"},
    {"qty": "0.0105"},
    {"qty": "0.0001"},
    {"qty": "2000"},
    {"timeInForce": "DAY"},
    {"orderLinkId": "a.b"},
    {"orderLinkId": "x" * 37},
    {"positionIdx": "0"},
    {"positionIdx": 3},
    {"positionIdx": True},
    {"positionIdx": 1},
    {"reduceOnly": "true"},
    {"marketUnit": "coin"},
]


@pytest.mark.parametrize("changes", WRONG)
def test_parameters_of_an_order_are_checked(stage: Stage, changes: dict[str, Any]) -> None:
    assert stage.code("POST", CREATE, {**ORDER, **changes}) == 10001


def test_spot_has_codes_of_its_own(stage: Stage) -> None:
    spot = {**ORDER, "category": "spot"}
    wanted: list[tuple[dict[str, Any], int]] = [
        ({"price": "49000.05"}, 170134), ({"qty": "0.01000005"}, 170137),
        ({"qty": "0.0000001"}, 170136), ({"qty": "300"}, 170135),
        ({"qty": "0.00001"}, 170140), ({"price": "120000"}, 170193), ({"qty": "200"}, 170131),
        ({"positionIdx": 1}, 170130), ({"reduceOnly": True}, 170130),
    ]  # fmt: skip
    for changes, code in wanted:
        assert stage.code("POST", CREATE, {**spot, **changes}) == code
    market = {**spot, "orderType": "Market", "qty": "3"}
    assert stage.code("POST", CREATE, market) == 170140  # money, by default
    assert stage.code("POST", CREATE, {**market, "marketUnit": "baseCoin"}) == 0
    assert stage.code("POST", CREATE, {**market, "side": "Sell", "qty": "100", "marketUnit": "quoteCoin"}) == 0
    rows = stage.signed("GET", "/v5/order/realtime", "category=spot&openOnly=1")[1]["result"]["list"]
    assert [(row["side"], row["qty"], row["cumExecQty"]) for row in rows] == [
        ("Sell", "0.002000", "0.002000"),
        ("Buy", "3", "3"),
    ]
    assert stage.code("POST", "/v5/order/cancel", {"category": "spot", "symbol": "BTCUSDT", "orderId": "7"}) == 170213


def test_a_sale_for_money_in_an_empty_book_is_refused(stage: Stage) -> None:
    stage.quote(SPOT, 50_000.0, levels=0)
    stage.tell()
    market = {
        **ORDER,
        "category": "spot",
        "orderType": "Market",
        "side": "Sell",
        "qty": "100",
        "marketUnit": "quoteCoin",
    }
    assert stage.code("POST", CREATE, market) != 0


def test_bodies_that_are_not_objects_are_refused(stage: Stage) -> None:
    for body in ("[]", "x"):
        answer, told = stage.signed("POST", CREATE, body)
        assert (answer.status, told["retCode"]) == (200, 10001)


def test_orders_are_named_by_one_of_two_ids(stage: Stage) -> None:
    where = {"category": "linear", "symbol": "BTCUSDT"}
    assert stage.code("POST", "/v5/order/cancel", where) == 10001
    assert stage.code("POST", "/v5/order/amend", {**where, "orderId": "x"}) == 10001
    assert stage.code("POST", "/v5/order/cancel", {**where, "orderId": "not-an-id"}) == 110001
    placed = stage.signed("POST", CREATE, {**ORDER, "orderLinkId": "mine"})[1]["result"]
    assert placed["orderLinkId"] == "mine"
    assert identity(number_of(placed["orderId"]), "linear") == placed["orderId"]
    amend = {**where, "orderId": placed["orderId"], "price": "49000"}
    assert stage.code("POST", "/v5/order/amend", amend) == 10001  # nothing changes


def test_cancel_all_wants_something_named_on_contracts(stage: Stage) -> None:
    path = "/v5/order/cancel-all"
    stage.code("POST", CREATE, {**ORDER, "orderLinkId": "mine"})
    assert stage.code("POST", path, {"category": "linear"}) == 10001
    assert stage.signed("POST", path, {"category": "linear", "baseCoin": "ETH"})[1]["result"]["list"] == []
    told = stage.signed("POST", path, {"category": "linear", "baseCoin": "BTC"})[1]["result"]
    assert [row["orderLinkId"] for row in told["list"]] == ["mine"]


def test_orders_in_batches_are_taken_one_by_one(stage: Stage) -> None:
    good = {name: value for name, value in ORDER.items() if name != "category"} | {"orderLinkId": "good"}
    bad = good | {"orderLinkId": "bad", "price": "1000000"}
    _, told = stage.signed("POST", "/v5/order/create-batch", {"category": "linear", "request": [good, bad]})
    assert told["retCode"] == 0
    assert [row["code"] == 0 for row in told["retExtInfo"]["list"]] == [True, False]
    taken, refused = told["result"]["list"]
    assert (taken["orderLinkId"], refused["orderLinkId"], refused["orderId"]) == ("good", "bad", "")
    named = {"symbol": ORDER["symbol"], "orderLinkId": "good"}
    changed = {"category": "linear", "request": [named | {"price": "49001"}]}
    _, told = stage.signed("POST", "/v5/order/amend-batch", changed)
    assert told["retExtInfo"] == {"list": [{"code": 0, "msg": "OK"}]}
    _, told = stage.signed("POST", "/v5/order/cancel-batch", {"category": "linear", "request": [named, named]})
    assert [row["code"] for row in told["retExtInfo"]["list"]] == [0, 110001]
    for request in ([], [good] * 21):
        assert stage.code("POST", "/v5/order/create-batch", {"category": "linear", "request": request}) == 10001

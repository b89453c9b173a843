"""What the simulated venue refuses and answers, byte for byte where it matters."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.binance.refuse import said
from basisdesk.sim.exchange.logins import READ_ONLY

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

KEY, SECRET = "basisdesk-full", "secret-of-full"
NEW: dict[str, Any] = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "60000",
}  # fmt: skip
PLACES = {"spot": "/api/v3", "usdm": "/fapi/v1", "coinm": "/dapi/v1"}


def sign(text: str, secret: str = SECRET) -> str:
    return f"{text}&signature={hmac.new(secret.encode(), text.encode(), 'sha256').hexdigest()}"


def code(
    stage: Stage, text: str, key: str = KEY, method: str = "GET", path: str = "/api/v3/account"
) -> tuple[int, int]:
    answer = stage.http("spot", method, path, text, key)
    return answer.status, json.loads(answer.body).get("code", 0)


def test_keys_signatures_and_clocks(stage: Stage) -> None:
    now = stage.now // 10**6
    good = sign(f"timestamp={now}")
    assert code(stage, good) == (200, 0)
    assert code(stage, good, key="") == (401, -2014)
    assert code(stage, good, key="nobody") == (401, -2015)
    assert code(stage, sign(f"timestamp={now}", "wrong")) == (400, -1022)
    assert code(stage, f"timestamp={now}") == (400, -1102)
    assert code(stage, sign("recvWindow=5000")) == (400, -1102)
    assert code(stage, sign("timestamp=soon")) == (400, -1100)
    assert code(stage, sign(f"timestamp={now - 5000}")) == (200, 0)
    assert code(stage, sign(f"timestamp={now - 5001}")) == (400, -1021)
    assert code(stage, sign(f"timestamp={now - 5001}&recvWindow=6000.5")) == (200, 0)
    assert code(stage, sign(f"timestamp={now + 999}")) == (200, 0)
    assert code(stage, sign(f"timestamp={now + 1000}")) == (400, -1021)
    assert code(stage, sign(f"timestamp={now * 1000}")) == (200, 0)
    assert code(stage, sign(f"timestamp={now}&recvWindow=60001")) == (400, -1131)
    assert code(stage, sign(f"timestamp={now}&recvWindow=long")) == (400, -1102)


def test_rights_are_checked(stage: Stage) -> None:
    assert stage.signed("spot", "GET", "/api/v3/account", login=READ_ONLY)[0] == 200
    for method, path, params in (
        ("POST", "/api/v3/order", NEW),
        ("POST", "/sapi/v1/asset/transfer", {"type": "MAIN_UMFUTURE", "asset": "USDT", "amount": "1"}),
    ):
        status, body = stage.signed("spot", method, path, login=READ_ONLY, **params)
        assert (status, body["code"]) == (401, -2015)


@pytest.mark.parametrize(
    ("line", "change", "code"),
    [
        ("spot", {"quantity": None}, -1102),
        ("spot", {"price": None}, -1102),
        ("spot", {"side": None}, -1102),
        ("spot", {"side": "HOLD"}, -1117),
        ("spot", {"type": "STOP"}, -1116),
        ("spot", {"timeInForce": "GTX"}, -1115),
        ("spot", {"timeInForce": None}, -1102),
        ("spot", {"quantity": "1e-2"}, -1100),
        ("spot", {"quantity": "-1"}, -1100),
        ("spot", {"symbol": "XYZ"}, -1121),
        ("spot", {"symbol": None}, -1102),
        ("spot", {"newClientOrderId": "a b"}, -1100),
        ("spot", {"newOrderRespType": "LONG"}, -1115),
        ("spot", {"reduceOnly": "true"}, -1104),
        ("spot", {"type": "MARKET", "timeInForce": None, "price": "5"}, -1106),
        ("spot", {"price": "60000.001"}, -1013),
        ("spot", {"quantity": "0.0000001"}, -1013),
        ("spot", {"quantity": "0.00005"}, -1013),
        ("usdm", {"type": "STOP_MARKET"}, -4120),
        ("usdm", {"newClientOrderId": "a b"}, -4015),
        ("usdm", {"price": "60000.01"}, -4014),
        ("usdm", {"quantity": "0.0001"}, -1111),
        ("usdm", {"quantity": "0.0105"}, -1111),
        ("usdm", {"quantity": "0.001"}, -4164),
        ("usdm", {"reduceOnly": "maybe"}, -1100),
        ("usdm", {"positionSide": "LONG"}, -4061),
        ("usdm", {"quoteOrderQty": "5"}, -1104),
    ],
)
def test_orders_are_refused_with_the_venues_codes(stage: Stage, line: str, change: dict[str, Any], code: int) -> None:
    terms = {name: value for name, value in (NEW | change).items() if value is not None}
    status, body = stage.signed(line, "POST", f"{PLACES[line]}/order", **terms)
    assert (status, body["code"]) == (400, code)


def test_a_parameter_given_twice_is_refused(stage: Stage) -> None:
    assert code(stage, sign(f"timestamp={stage.now // 10**6}&recvWindow=1&recvWindow=2")) == (400, -1101)


@pytest.mark.parametrize("line", ["spot", "usdm", "coinm"])
def test_answers_to_orders_have_the_venues_shapes(stage: Stage, line: str) -> None:
    path = f"{PLACES[line]}/order"
    terms = NEW | ({"symbol": "BTCUSD_PERP", "quantity": "5"} if line == "coinm" else {})
    _, told = stage.signed(line, "POST", path, **terms, newOrderRespType="ACK")
    if line == "spot":
        assert list(told) == ["symbol", "orderId", "orderListId", "clientOrderId", "transactTime"]
    else:
        assert (told["status"], told["executedQty"]) == ("NEW", "0")
        assert not {"avgPrice", "cumQuote", "cumBase"} & set(told)
    _, told = stage.signed(line, "POST", path, **terms, newOrderRespType="RESULT", newClientOrderId="mine")
    assert told["clientOrderId"] == "mine"
    assert "fills" not in told
    _, told = stage.signed(line, "GET", path, symbol=terms["symbol"], origClientOrderId="mine")
    assert isinstance(told["orderId"], int)
    assert told["price"] == ("60000.00000000" if line == "spot" else "60000")
    assert ("avgPrice" in told) == (line != "spot")
    assert stage.signed(line, "POST", f"{path}/test", **terms) == (200, {})
    _, every = stage.signed(line, "GET", f"{PLACES[line]}/allOrders", symbol=terms["symbol"], limit=1)
    assert [each["clientOrderId"] for each in every] == ["mine"]
    _, since = stage.signed(
        line, "GET", f"{PLACES[line]}/allOrders", symbol=terms["symbol"], orderId=every[0]["orderId"]
    )
    assert since == every
    assert stage.signed(line, "DELETE", path, symbol=terms["symbol"])[1]["code"] == -1102
    if line != "spot":
        status, told = stage.signed(line, "PUT", path, symbol=terms["symbol"], side="BUY", quantity="5", orderId=1)
        assert (status, told["code"]) == (400, -1102)


def test_spot_replaces(stage: Stage) -> None:
    path = "/api/v3/order/cancelReplace"
    _, made = stage.signed("spot", "POST", "/api/v3/order", **NEW)
    stop = NEW | {"cancelReplaceMode": "STOP_ON_FAILURE"}
    status, told = stage.signed("spot", "POST", path, **stop, cancelOrderId=made["orderId"])
    assert (status, told["cancelResult"], told["newOrderResult"]) == (200, "SUCCESS", "SUCCESS")
    status, told = stage.signed("spot", "POST", path, **stop, cancelOrigClientOrderId="gone")
    assert (status, told["code"], told["data"]["newOrderResult"]) == (400, -2022, "NOT_ATTEMPTED")
    allow = NEW | {"cancelReplaceMode": "ALLOW_FAILURE"}
    status, told = stage.signed("spot", "POST", path, **allow, cancelOrigClientOrderId="gone")
    assert (status, told["data"]["cancelResult"], told["data"]["newOrderResult"]) == (409, "FAILURE", "SUCCESS")
    number = told["data"]["newOrderResponse"]["orderId"]
    status, told = stage.signed("spot", "POST", path, **(stop | {"quantity": "9000"}), cancelOrderId=number)
    assert (status, told["code"], told["data"]["newOrderResponse"]["code"]) == (409, -2021, -2010)
    assert stage.signed("spot", "POST", path, **stop)[1]["code"] == -1102


def test_spot_amends_need_a_quantity_that_is_smaller(stage: Stage) -> None:
    path = "/api/v3/order/amend/keepPriority"
    _, made = stage.signed("spot", "POST", "/api/v3/order", **NEW)
    assert stage.signed("spot", "PUT", path, symbol="BTCUSDT", orderId=made["orderId"])[1]["code"] == -1102
    tiny = {"symbol": "BTCUSDT", "orderId": made["orderId"], "newQty": "0.00001"}
    assert stage.signed("spot", "PUT", path, **tiny)[1]["code"] == -1013


def test_weights_are_counted_and_then_refused_and_then_banned(stage: Stage) -> None:
    ticker = "/fapi/v1/ticker/24hr"
    answers = [stage.http("usdm", "GET", ticker, source="busy") for _ in range(72)]
    assert [answer.status for answer in answers[:60]] == [200] * 60
    assert dict(answers[0].headers)["X-MBX-USED-WEIGHT-1M"] == "40"
    assert {answer.status for answer in answers[60:70]} == {429}
    assert 0 < int(dict(answers[60].headers)["Retry-After"]) <= 60
    assert {answer.status for answer in answers[70:]} == {418}
    assert dict(answers[70].headers)["Retry-After"] == "120"
    assert stage.http("usdm", "GET", ticker, source="calm").status == 200
    stage.now += 121 * 10**9
    stage.wire._front.meter.weigh("usdm", "busy", 1, stage.now)


def test_orders_are_counted(stage: Stage) -> None:
    last: tuple[int, Any] = (0, None)
    for _ in range(51):
        last = stage.signed("spot", "POST", "/api/v3/order", **NEW)
    assert (last[0], last[1]["code"]) == (429, -1015)


def test_paths_that_there_are_not(stage: Stage) -> None:
    for line, method, path in (
        ("spot", "POST", "/api/v3/userDataStream"),
        ("spot", "GET", "/fapi/v1/time"),
        ("usdm", "GET", "/"),
        ("spot", "POST", "/sapi/v1/capital/withdraw/apply"),
    ):
        assert stage.http(line, method, path).status == 404


@pytest.mark.parametrize("line", ["spot", "usdm", "coinm"])
def test_market_data(stage: Stage, line: str) -> None:
    root, name = PLACES[line], "BTCUSD_PERP" if line == "coinm" else "BTCUSDT"
    stage.wait(20)
    assert stage.get(line, f"{root}/ping") == {}
    book = stage.get(line, f"{root}/depth", symbol=name, limit=5)
    assert len(book["bids"]) == 5
    assert ("pair" in book) == (line == "coinm")
    assert stage.get(line, f"{root}/depth", symbol=name, limit=7 if line != "spot" else 0)["code"] == (
        -1130 if line == "spot" else -4021
    )
    trades = stage.get(line, f"{root}/trades", symbol=name, limit=2)
    assert trades[0]["id"] < trades[1]["id"]
    assert ("isBestMatch" in trades[0]) == (line == "spot")
    rows = stage.get(line, f"{root}/aggTrades", symbol=name, fromId=trades[1]["id"])
    assert rows[0]["a"] == trades[1]["id"]
    assert stage.get(line, f"{root}/aggTrades", symbol=name, limit=1)
    candles = stage.get(line, f"{root}/klines", symbol=name, interval="1m", limit=3)
    assert all(len(row) == 12 for row in candles)
    begins = candles[0][0]
    assert len(stage.get(line, f"{root}/klines", symbol=name, interval="1m", startTime=begins, endTime=begins)) == 1
    assert stage.get(line, f"{root}/klines", symbol=name, interval="7m")["code"] == -1120
    for path in ("ticker/24hr", "ticker/price", "ticker/bookTicker"):
        every = stage.get(line, f"{root}/{path}")
        assert len(every) == len({row["symbol"] for row in every}) > 1
        one = stage.get(line, f"{root}/{path}", symbol=name)
        assert (one if line != "coinm" else one[0])["symbol"] == name
    if line == "spot":
        two = stage.get("spot", f"{root}/ticker/price", symbols='["BTCUSDT","ETHUSDT"]')
        assert [row["symbol"] for row in two] == ["BTCUSDT", "ETHUSDT"]
        assert stage.get("spot", f"{root}/ticker/price", symbols='["NONE"]')["code"] == -1121
        for given in ("[", "[]"):
            assert stage.get("spot", f"{root}/ticker/price", symbols=given)["code"] == -1100
        assert stage.get("spot", f"{root}/ticker/price", symbol=name, symbols='["BTCUSDT"]')["code"] == -1128
        told = stage.get("spot", f"{root}/exchangeInfo", symbols='["ETHUSDT"]')
        assert [row["symbol"] for row in told["symbols"]] == ["ETHUSDT"]
        assert stage.get("spot", f"{root}/exchangeInfo", symbols='["NONE"]')["code"] == -1121
        return
    assert stage.get(line, f"{root}/openInterest", symbol=name)["symbol"] == name
    every = stage.get(line, f"{root}/premiumIndex")
    assert [row for row in every if row["lastFundingRate"] == "" and row["nextFundingTime"] == 0]
    market = stage.exchange.market_of(line, name)
    market.settled += [(stage.now - 10**9, market.instrument.tick, market.instrument.tick)]
    (row,) = stage.get(line, f"{root}/fundingRate", symbol=name, limit=1)
    assert row["fundingTime"] == stage.now // 10**6 - 1000
    assert stage.get(line, f"{root}/fundingRate", symbol=name, startTime=row["fundingTime"]) == [row]
    if line == "coinm":
        pairs = stage.get("coinm", f"{root}/ticker/price", pair="BTCUSD")
        assert {each["symbol"].partition("_")[0] for each in pairs} == {"BTCUSD"}


def test_accounts(stage: Stage) -> None:
    _, whole = stage.signed("spot", "GET", "/api/v3/account")
    assert whole["uid"] == 1000001
    assert stage.signed("spot", "GET", "/sapi/v1/asset/tradeFee", symbol="BTCUSDT")[1][0]["symbol"] == "BTCUSDT"
    assert {each["coin"] for each in stage.signed("spot", "GET", "/sapi/v1/capital/config/getall")[1]} >= {
        "BTC",
        "USDT",
    }
    assert json.loads(stage.http("spot", "GET", "/sapi/v1/system/status").body)["status"] == 0
    assert stage.signed("spot", "GET", "/sapi/v1/margin/allPairs") == (200, [])
    move: dict[str, Any] = {"type": "MAIN_UMFUTURE", "asset": "USDT", "amount": "3"}
    assert stage.signed("spot", "POST", "/sapi/v1/asset/transfer", **move)[0] == 200
    assert stage.signed("spot", "POST", "/sapi/v1/asset/transfer", **(move | {"amount": "0"}))[1]["code"] == -9000
    assert stage.signed("spot", "POST", "/sapi/v1/asset/transfer", type="MAIN_UMFUTURE", asset="A")[1]["code"] == -1102
    _, past = stage.signed("spot", "GET", "/sapi/v1/asset/transfer", type="MAIN_UMFUTURE")
    assert (past["total"], past["rows"][0]["amount"]) == (1, "3")
    assert stage.signed("spot", "GET", "/sapi/v1/asset/transfer", type="FUNDING_MAIN")[0] == 200
    for line, path in (("usdm", "/fapi/v3/account"), ("coinm", "/dapi/v1/account")):
        name = "BTCUSDT" if line == "usdm" else "BTCUSD_PERP"
        stage.signed(line, "POST", f"{PLACES[line]}/order", symbol=name, side="BUY", type="MARKET", quantity="5")
        _, told = stage.signed(line, "GET", f"{PLACES[line]}/allOrders", symbol=name)
        assert float(told[-1]["cumQuote" if line == "usdm" else "cumBase"]) > 0
        _, told = stage.signed(line, "GET", path)
        assert [each["symbol"] for each in told["positions"]] == [name]
        assert {each["asset"] for each in told["assets"]} >= {"USDT", "BTC"}
    _, held = stage.signed("usdm", "GET", "/fapi/v3/positionRisk")
    assert [("leverage" in each, each["positionAmt"]) for each in held] == [(False, "5")]
    assert stage.signed("usdm", "GET", "/fapi/v1/symbolConfig", symbol="BTCUSDT")[1][0]["marginType"] == "CROSSED"
    assert stage.signed("coinm", "GET", "/dapi/v1/leverageBracket", symbol="BTCUSD_PERP")[1]["brackets"]
    assert stage.signed("usdm", "GET", "/fapi/v1/leverageBracket")[1][0]["brackets"]
    _, rows = stage.signed("usdm", "GET", "/fapi/v1/income", symbol="BTCUSDT", incomeType="COMMISSION")
    assert {row["incomeType"] for row in rows} == {"COMMISSION"}
    assert (
        stage.signed("usdm", "GET", "/fapi/v1/userTrades", symbol="BTCUSDT", startTime=1, endTime=10**9)[1]["code"]
        == -1127
    )
    assert stage.signed("usdm", "POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=999)[1]["code"] == -4028
    assert stage.signed("usdm", "POST", "/fapi/v1/positionSide/dual")[1]["code"] == -1102
    for method in ("POST", "DELETE"):
        assert stage.http("usdm", method, "/fapi/v1/listenKey", key=KEY).status == 200
    assert stage.http("usdm", "PUT", "/fapi/v1/listenKey", key=KEY).status == 400


@pytest.mark.parametrize(
    ("line", "reason", "detail", "code", "status"),
    [
        ("spot", Reason.OTHER, "", -2010, 400),
        ("spot", Reason.PERMISSION, "", -2015, 401),
        ("usdm", Reason.OVERLOADED, "", -1008, 503),
        ("usdm", Reason.RISK_LIMIT, "leverage", -4028, 400),
        ("usdm", Reason.RISK_LIMIT, "else", -2027, 400),
        ("coinm", Reason.MAINTENANCE, "", -1016, 400),
    ],
)
def test_reasons_have_codes(line: str, reason: Reason, detail: str, code: int, status: int) -> None:
    refusal = said(line, Refused(reason, "no", detail))
    assert (refusal.code, refusal.status) == (code, status)


def test_orders_that_the_exchange_refuses_on_purpose(stage: Stage) -> None:
    stage.exchange.faults.maintain(on=True)
    assert stage.signed("spot", "POST", "/api/v3/order", **NEW)[1]["code"] == -1016

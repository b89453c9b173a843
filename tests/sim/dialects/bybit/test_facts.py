"""Risk limits, deliveries and borrowed coin, as the venue tells them."""

from decimal import Decimal

import pytest
from tests.sim.dialects.bybit.stage import INVERSE, LINEAR, SPOT, Stage

from basisdesk.domain.account import Position
from basisdesk.domain.ask import AskPositions, MarginMode
from basisdesk.domain.order import Side
from basisdesk.sim.dialects.bybit import RULES

D = Decimal


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_risk_limits_are_those_that_positions_are_held_to(stage: Stage) -> None:
    rows = stage.public("/v5/market/risk-limit", "category=inverse&symbol=BTCUSD")["result"]["list"]
    assert [D(row["riskLimitValue"]) for row in rows] == [tier.upto for tier in stage.exchange.ladder(INVERSE).tiers]
    first, second = rows[:2]
    assert (first["maintenanceMargin"], first["initialMargin"], first["isLowestRisk"]) == ("0.5", "1", 1)
    assert (second["mmDeduction"], second["maxLeverage"], second["isLowestRisk"]) == ("0.750", "66.66", 0)
    everything = stage.public("/v5/market/risk-limit", "category=linear")["result"]["list"]
    assert {row["symbol"] for row in everything} >= {"BTCUSDT", "ETHUSDT"}
    assert stage.public("/v5/market/risk-limit", "category=linear&symbol=NONE")["retCode"] == 10001


def test_a_position_says_its_tier_and_its_need(stage: Stage) -> None:
    stage.quote(LINEAR, 50_000.0, 100.0)
    stage.place(LINEAR, "50")
    row = stage.signed("GET", "/v5/position/list", "category=linear&symbol=BTCUSDT")[1]["result"]["list"][0]
    assert (row["riskId"], row["riskLimitValue"]) == (2, "2600000")
    by_hand = 2_000_000 * D("0.005") + 500_000 * D("0.0056")
    assert D(row["positionMM"]) == by_hand
    coins = stage.signed("GET", "/v5/account/wallet-balance", "accountType=UNIFIED")[1]["result"]["list"][0]["coin"]
    money = next(each for each in coins if each["coin"] == "USDT")
    assert (D(money["totalPositionMM"]), D(money["totalPositionIM"])) == (by_hand, D(row["positionIM"]))
    (held,) = [each for each in stage.all(AskPositions("linear")) if isinstance(each, Position) and each.size]
    assert held.size == 50
    body = {"category": "linear", "symbol": "BTCUSDT", "buyLeverage": "100", "sellLeverage": "100"}
    assert stage.code("POST", "/v5/position/set-leverage", body) == 110013


def test_an_order_beyond_the_tier_of_its_leverage_is_refused(stage: Stage) -> None:
    body = {"category": "linear", "symbol": "BTCUSDT", "buyLeverage": "100", "sellLeverage": "100"}
    assert stage.code("POST", "/v5/position/set-leverage", body) == 0
    order = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "price": "49000"}
    assert stage.code("POST", "/v5/order/create", order | {"qty": "41"}) == 110090
    assert stage.code("POST", "/v5/order/create", order | {"qty": "39"}) == 0


def test_what_is_borrowed_is_told_hour_by_hour_and_paid_back(stage: Stage) -> None:
    stage.exchange.floor.accounts["1000001"].purse("unified", "BTC").total = D(0)
    stage.place(SPOT, "2", side=Side.SELL, margin=MarginMode.CROSS)
    stage.tell(3600)
    told = stage.signed("GET", "/v5/account/borrow-history", "currency=BTC")[1]["result"]["rows"]
    (row,) = told
    rate = RULES.interest_rate / 8760
    assert abs(D(row["borrowCost"]) - 2 * rate) < D("1e-9")
    assert abs(D(row["borrowAmount"]) - 2) < D("1e-4")
    assert stage.signed("GET", "/v5/account/borrow-history", "currency=ETH")[1]["result"]["rows"] == []
    until = f"endTime={row['createdTime'] - 1}"
    assert stage.signed("GET", "/v5/account/borrow-history", until)[1]["result"]["rows"] == []
    empty = stage.signed("POST", "/v5/account/quick-repayment", {})[1]["result"]["list"]
    assert empty == []  # there is no coin to pay with
    stage.exchange.floor.accounts["1000001"].purse("unified", "BTC").total = D(1)
    assert stage.signed("POST", "/v5/account/quick-repayment", {"coin": "ETH"})[1]["result"]["list"] == []
    paid = stage.signed("POST", "/v5/account/quick-repayment", {"coin": "BTC"})[1]["result"]["list"]
    assert paid == [{"coin": "BTC", "repaymentQty": "1"}]
    assert stage.code("POST", "/v5/account/quick-repayment", {}, key="basisdesk-readonly",
                      secret="secret-of-readonly") == 10005  # fmt: skip


def test_a_delivery_price_is_told_once_there_is_one(stage: Stage) -> None:
    path, query = "/v5/market/delivery-price", "category=linear&symbol=BTCUSDT-25DEC26"
    assert stage.public(path, query)["result"]["list"] == []
    expiry = stage.exchange.market_of("linear", "BTCUSDT-25DEC26")
    assert expiry is not None
    stage.now = (expiry.instrument.expiry or 0) - 10**9
    stage.mark("bybit:BTC/USDT:USDT-261225", 51_000.0)
    stage.tell(2)
    (row,) = stage.public(path, query)["result"]["list"]
    assert (D(row["deliveryPrice"]), row["symbol"]) == (D(51_000), "BTCUSDT-25DEC26")

"""Brackets, the line of deleveraging, deliveries and old orders, as the venue tells them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from basisdesk.sim.contract import Relisted, SimMarket

if TYPE_CHECKING:
    from tests.sim.dialects.binance.conftest import Stage

D = Decimal
PERP = "binance:BTC/USDT:USDT"


@pytest.mark.parametrize(("line", "root", "code"), [("usdm", "/fapi", "BTCUSDT"), ("coinm", "/dapi", "BTCUSD_PERP")])
def test_brackets_are_those_that_positions_are_held_to(stage: Stage, line: str, root: str, code: str) -> None:
    _, told = stage.signed(line, "GET", f"{root}/v1/leverageBracket", symbol=code)
    row = told[0] if line == "usdm" else told
    market = stage.exchange.market_of(line, code)
    ladder = stage.exchange.ladder(market.instrument.symbol)
    cap = "notionalCap" if line == "usdm" else "qtyCap"
    assert [(each[cap], each["initialLeverage"]) for each in row["brackets"]] == [
        (int(tier.upto), int(tier.leverage)) for tier in ladder.tiers
    ]
    assert [each["bracket"] for each in row["brackets"]] == list(range(1, 1 + len(ladder.tiers)))


def test_leverage_tells_how_large_a_position_may_be_and_holds_it_to_that(stage: Stage) -> None:
    _, told = stage.signed("usdm", "POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=125)
    assert told == {"leverage": 125, "maxNotionalValue": "50000", "symbol": "BTCUSDT"}
    order: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET"}
    status, refused = stage.signed("usdm", "POST", "/fapi/v1/order", quantity="1", **order)
    assert (status, refused["code"]) == (400, -2027)
    assert stage.signed("usdm", "POST", "/fapi/v1/order", quantity="0.5", **order)[0] == 200
    (row,) = stage.signed("usdm", "GET", "/fapi/v3/positionRisk", symbol="BTCUSDT")[1]
    assert abs(D(row["maintMargin"]) - D(row["notional"]) * D("0.004")) < D("0.000001")
    _, told = stage.signed("usdm", "GET", "/fapi/v3/account")
    money = next(each for each in told["assets"] if each["asset"] == "USDT")
    assert money["maintMargin"] == told["totalMaintMargin"] == row["maintMargin"]
    assert money["positionInitialMargin"] == told["totalPositionInitialMargin"] == row["initialMargin"]
    assert D(money["initialMargin"]) >= D(row["initialMargin"])
    coins = stage.signed("coinm", "GET", "/dapi/v1/account")[1]["assets"]
    assert {each["maintMargin"] for each in coins} == {"0.00000000"}


def test_the_line_of_deleveraging_is_told_for_what_is_held(stage: Stage) -> None:
    assert stage.signed("usdm", "GET", "/fapi/v1/adlQuantile")[1] == []
    order: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.5"}
    assert stage.signed("usdm", "POST", "/fapi/v1/order", **order)[0] == 200
    floor = stage.exchange.floor
    floor.pools[PERP].market.carry.mark *= 1.5
    assert stage.signed("usdm", "GET", "/fapi/v1/adlQuantile", symbol="BTCUSDT")[1] == [
        {"symbol": "BTCUSDT", "adlQuantile": {"BOTH": 4}}
    ]


def test_spot_orders_without_fills_are_archived_after_ninety_days(stage: Stage, price: Any) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
             "price": price("binance:BTC/USDT", 0.9)}  # fmt: skip
    _, placed = stage.signed("spot", "POST", "/api/v3/order", **order)
    which = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert stage.signed("spot", "DELETE", "/api/v3/order", **which)[0] == 200
    live = stage.exchange.floor.accounts["1000001"].orders[str(placed["orderId"])]
    live.updated = stage.now - 89 * 86_400 * 10**9
    assert stage.signed("spot", "GET", "/api/v3/order", **which)[1]["status"] == "CANCELED"
    live.updated = stage.now - 91 * 86_400 * 10**9
    status, told = stage.signed("spot", "GET", "/api/v3/order", **which)
    assert (status, told["code"]) == (400, -2026)
    assert stage.signed("spot", "GET", "/api/v3/order", symbol="BTCUSDT", orderId=1)[1]["code"] == -2013


def test_orders_of_the_venues_own_are_named_so_and_told_apart(stage: Stage, price: Any) -> None:
    order: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.5"}
    _, mine = stage.signed("usdm", "POST", "/fapi/v1/order", **order)
    rest: dict[str, Any] = order | {"type": "LIMIT", "timeInForce": "GTC", "price": price(PERP, 0.9)}
    _, resting = stage.signed("usdm", "POST", "/fapi/v1/order", newClientOrderId="resting", **rest)
    assert stage.signed("usdm", "GET", "/fapi/v1/forceOrders")[1] == []
    stage.exchange.faults.liquidate("1000001", PERP, D("0.5"))
    stage.exchange.faults.deleverage("1000001", PERP)
    rows = stage.signed("usdm", "GET", "/fapi/v1/forceOrders", symbol="BTCUSDT")[1]
    assert [(row["clientOrderId"].partition("-")[0], row["executedQty"]) for row in rows] == [
        ("autoclose", "0.25"),
        ("adl_autoclose", "0.25"),
    ]
    (one,) = stage.signed("usdm", "GET", "/fapi/v1/forceOrders", autoCloseType="ADL")[1]
    assert one["orderId"] == rows[1]["orderId"]
    until = mine["updateTime"] - 1
    assert stage.signed("usdm", "GET", "/fapi/v1/forceOrders", endTime=until)[1] == []
    assert stage.signed("usdm", "GET", "/fapi/v1/forceOrders", autoCloseType="X")[1]["code"] == -1106
    # An order of the owner's that ends in a liquidation keeps its name.
    live = stage.exchange.floor.accounts["1000001"].orders[str(resting["orderId"])]
    live.forced = next(
        each.forced for each in stage.exchange.fills("1000001", "usdm", PERP, 0, stage.now) if each.forced
    )
    row = stage.signed("usdm", "GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=resting["orderId"])[1]
    assert row["clientOrderId"] == "resting"


def test_who_asks_too_much_is_told_how_much_and_how_long_then_banned(stage: Stage) -> None:
    told = [stage.http("usdm", "GET", "/fapi/v1/depth", "symbol=BTCUSDT&limit=1000") for _ in range(255)]
    over = next(each for each in told if each.status == 429)
    headers = dict(over.headers)
    assert int(headers["X-MBX-USED-WEIGHT-1M"]) > 2400
    assert 0 < int(headers["Retry-After"]) <= 60
    assert (told[-1].status, dict(told[-1].headers)["Retry-After"]) == (418, "120")
    assert stage.http("usdm", "GET", "/fapi/v1/ping", source="another").status == 200
    stage.now += 119 * 10**9
    assert stage.http("usdm", "GET", "/fapi/v1/ping").status == 418
    stage.now += 2 * 10**9
    assert stage.http("usdm", "GET", "/fapi/v1/ping").status == 200


def delivered(stage: Stage, symbol: str, days: int, price: str) -> None:
    """Let a dated contract have been delivered so many days ago."""
    market = stage.exchange.markets[symbol]
    market.instrument = replace(market.instrument, expiry=stage.now - days * 86_400 * 10**9)
    market.estimate = Decimal(price)


def test_past_deliveries_of_a_pair_are_told_the_latest_first(stage: Stage) -> None:
    path = "/futures/data/delivery-price"
    assert stage.get("usdm", path, pair="BTCUSDT") == []
    delivered(stage, "binance:BTC/USDT:USDT-270326", 2, "50000.5")
    delivered(stage, "binance:BTC/USDT:USDT-270625", 1, "50001.5")
    delivered(stage, "binance:ETH/USDT:USDT-270326", 1, "2500")
    at = stage.now // 10**6
    assert stage.get("usdm", path, pair="BTCUSDT") == [
        {"deliveryTime": at - 86_400_000, "deliveryPrice": 50001.5},
        {"deliveryTime": at - 2 * 86_400_000, "deliveryPrice": 50000.5},
    ]


def test_streams_of_all_markets_take_in_one_that_is_listed_later(stage: Stage) -> None:
    socket = stage.open("usdm", "/market/ws/!markPrice@arr")
    old = stage.exchange.markets[PERP]
    fresh = replace(old.instrument, symbol="binance:NEW/USDT:USDT", code="NEWUSDT", base="NEW")
    stage.wait(4)
    assert "NEWUSDT" not in {row["s"] for row in stage.heard[socket][-1]}
    stage.exchange.markets[fresh.symbol] = SimMarket(fresh, old.book, carry=old.carry)
    stage.exchange.floor.happenings.append(Relisted(fresh.symbol, stage.now))
    stage.wait(4)
    assert "NEWUSDT" in {row["s"] for row in stage.heard[socket][-1]}

"""Orders as clients write them: what goes with which type, good-till dates, matched prices, sales by money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.binance.conftest import Stage

PLACES = {"spot": "/api/v3", "usdm": "/fapi/v1", "coinm": "/dapi/v1"}
SYMBOLS = {"spot": "binance:BTC/USDT", "usdm": "binance:BTC/USDT:USDT", "coinm": "binance:BTC/USD:BTC"}
BASE: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY"}
LIMIT = BASE | {"type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "60000"}
MARKET = BASE | {"type": "MARKET", "quantity": "0.01"}
MAKER = BASE | {"type": "LIMIT_MAKER", "quantity": "0.01", "price": "60000"}
COIN = {"symbol": "BTCUSD_PERP", "quantity": "5"}
DAY = 86_400_000


def place(stage: Stage, line: str, terms: dict[str, Any]) -> tuple[int, Any]:
    return stage.signed(line, "POST", f"{PLACES[line]}/order", **terms)


@pytest.mark.parametrize(
    ("line", "terms", "code"),
    [
        ("spot", MARKET | {"timeInForce": "GTC"}, -1106),
        ("usdm", MARKET | {"timeInForce": "GTC"}, -1106),
        ("usdm", MARKET | {"price": "60000"}, -1106),
        ("spot", MAKER | {"timeInForce": "GTC"}, -1106),
        ("spot", MAKER | {"icebergQty": "0.001"}, -2010),
        ("spot", LIMIT | {"icebergQty": "0.001"}, -2010),
        ("spot", LIMIT | {"stopPrice": "1"}, -1106),
        ("spot", LIMIT | {"quoteOrderQty": "1"}, -1106),
        ("spot", MARKET | {"quoteOrderQty": "100"}, -1128),
        ("spot", BASE | {"type": "MARKET"}, -1102),
        ("usdm", BASE | {"type": "MARKET"}, -1102),
        ("spot", LIMIT | {"type": "STOP_LOSS_LIMIT", "stopPrice": "1"}, -2010),
        ("spot", LIMIT | {"type": "STOP"}, -1116),
        ("spot", LIMIT | {"quantity": "0"}, -1013),
        ("spot", LIMIT | {"price": "0"}, -1013),
        ("usdm", LIMIT | {"quantity": "0"}, -4003),
        ("usdm", LIMIT | {"price": "0"}, -4001),
        ("spot", LIMIT | {"quantity": "0.010000001"}, -1111),
        ("usdm", LIMIT | {"price": "60000.001"}, -1111),
        ("coinm", LIMIT | COIN | {"quantity": "5.5"}, -1111),
        ("coinm", LIMIT | COIN | {"timeInForce": "GTD", "goodTillDate": "1"}, -1115),
        ("spot", LIMIT | {"timeInForce": ""}, -1105),
        ("spot", LIMIT | {"newClientOrderId": ""}, -1105),
        ("usdm", LIMIT | {"closePosition": "true"}, -4136),
        ("usdm", LIMIT | {"priceProtect": "maybe"}, -1100),
        ("usdm", LIMIT | {"workingType": "LAST"}, -1130),
        ("usdm", LIMIT | {"positionSide": "UP"}, -4060),
        ("usdm", LIMIT | {"selfTradePreventionMode": "ALL"}, -5039),
        ("spot", LIMIT | {"selfTradePreventionMode": "ALL"}, -1106),
        ("usdm", LIMIT | {"priceMatch": "BEST"}, -5037),
        ("usdm", MARKET | {"priceMatch": "QUEUE"}, -5038),
        ("usdm", LIMIT | {"priceMatch": "QUEUE"}, -1106),
        ("usdm", LIMIT | {"timeInForce": "GTD"}, -1102),
        ("usdm", LIMIT | {"goodTillDate": "1900000000000"}, -1106),
    ],
)
def test_what_does_not_go_together_is_refused(stage: Stage, line: str, terms: dict[str, Any], code: int) -> None:
    status, body = place(stage, line, terms)
    assert (status, body["code"]) == (400, code), body


@pytest.mark.parametrize("ahead", [599_999, 600_000, 253_402_300_799_000])
def test_a_good_till_date_lies_ten_minutes_ahead_and_before_the_year_10000(stage: Stage, ahead: int) -> None:
    at = ahead if ahead > DAY else stage.now // 10**6 + ahead
    status, body = place(stage, "usdm", LIMIT | {"timeInForce": "GTD", "goodTillDate": at})
    assert (status, body["code"]) == (400, -5040)


def test_what_futures_clients_send_besides_is_taken(stage: Stage) -> None:
    besides = {"workingType": "MARK_PRICE", "priceProtect": "FALSE", "closePosition": "false", "priceMatch": "NONE"}
    assert place(stage, "usdm", LIMIT | besides | {"reduceOnly": "false", "goodTillDate": "0"})[0] == 200
    assert place(stage, "coinm", LIMIT | COIN | besides)[0] == 200


def test_reduce_only_is_not_sent_in_hedge_mode(stage: Stage) -> None:
    assert stage.signed("usdm", "POST", "/fapi/v1/positionSide/dual", dualSidePosition="true")[0] == 200
    hedged = LIMIT | {"positionSide": "LONG"}
    assert place(stage, "usdm", hedged)[0] == 200
    for word in ("true", "false"):
        assert place(stage, "usdm", hedged | {"reduceOnly": word})[1] == {
            "code": -1106,
            "msg": "Parameter 'reduceonly' sent when not required.",
        }


def test_an_order_lives_to_its_good_till_date(stage: Stage, price: Callable[..., str]) -> None:
    at = stage.now // 10**6 + 601_500
    low = price(SYMBOLS["usdm"], 0.7)
    terms = LIMIT | {"timeInForce": "GTD", "goodTillDate": at, "price": low}
    key = stage.body(stage.http("usdm", "POST", "/fapi/v1/listenKey", key="basisdesk-full"))["listenKey"]
    socket = stage.open("usdm", f"/private/ws?listenKey={key}&events=ORDER_TRADE_UPDATE")
    made = place(stage, "usdm", terms)[1]
    other = place(stage, "usdm", terms)[1]
    assert (made["timeInForce"], made["goodTillDate"]) == ("GTD", at // 1000 * 1000)
    asked = {"symbol": "BTCUSDT", "orderId": made["orderId"]}
    assert stage.signed("usdm", "GET", "/fapi/v1/order", **asked)[1]["timeInForce"] == "GTD"
    cancelled = stage.signed("usdm", "DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=other["orderId"])[1]
    assert (cancelled["status"], cancelled["timeInForce"]) == ("CANCELED", "GTD")
    dates = stage.wire._front.memory.dates  # ten minutes of market take long to play, so their ends are brought near
    assert [until for _, _, until in dates.values()] == [at // 1000 * 10**9] * 2
    dates.update({number: (*kept[:2], stage.now + 10**9) for number, kept in dates.items()})
    stage.wait(1)
    assert stage.signed("usdm", "GET", "/fapi/v1/order", **asked)[1]["status"] == "EXPIRED"
    assert stage.signed("usdm", "GET", "/fapi/v1/order", **(asked | {"orderId": other["orderId"]}))[1]["status"] == (
        "CANCELED"
    )
    told = [
        (each["e"], each["o"]["i"] == made["orderId"], each["o"]["X"], each["o"]["gtd"]) for each in stage.heard[socket]
    ]
    assert told[0] == ("ORDER_TRADE_UPDATE", True, "NEW", at // 1000 * 1000)
    assert told[-1] == ("ORDER_TRADE_UPDATE", True, "EXPIRED", at // 1000 * 1000)


@pytest.mark.parametrize(
    ("side", "match", "whose", "place_in_book"),
    [("BUY", "QUEUE", 0, 0), ("BUY", "OPPONENT_5", 1, 4), ("SELL", "QUEUE_10", 1, 9), ("SELL", "OPPONENT", 0, 0)],
)
def test_a_price_is_matched_to_the_book(stage: Stage, side: str, match: str, whose: int, place_in_book: int) -> None:
    book = stage.exchange.markets[SYMBOLS["usdm"]].book
    expected = book.levels(whose, 20)[place_in_book][0]
    terms = {"symbol": "BTCUSDT", "side": side, "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
    made = place(stage, "usdm", terms | {"priceMatch": match})[1]
    assert float(made["price"]) == pytest.approx(expected)
    assert made["priceMatch"] == match


def test_an_amended_price_is_matched_too(stage: Stage, price: Callable[..., str]) -> None:
    made = place(stage, "usdm", LIMIT | {"price": price(SYMBOLS["usdm"], 0.9)})[1]
    change = {"symbol": "BTCUSDT", "orderId": made["orderId"], "side": "BUY", "quantity": "0.01"}
    best = stage.exchange.markets[SYMBOLS["usdm"]].book.bid
    changed = stage.signed("usdm", "PUT", "/fapi/v1/order", **change, priceMatch="QUEUE")[1]
    assert float(changed["price"]) == pytest.approx(best)
    assert stage.signed("usdm", "PUT", "/fapi/v1/order", **change, priceMatch="X")[1]["code"] == -5037


def test_there_is_no_price_to_match_in_an_empty_book(stage: Stage) -> None:
    stage.exchange.markets[SYMBOLS["usdm"]].book.snapshot_levels([], [], stage.now, 1)
    terms = {name: LIMIT[name] for name in LIMIT if name != "price"}
    assert place(stage, "usdm", terms | {"priceMatch": "QUEUE"})[1]["code"] == -5041


def test_coin_is_sold_for_an_amount_of_money(stage: Stage) -> None:
    terms = {"symbol": "BTCUSDT", "side": "SELL", "type": "MARKET", "quoteOrderQty": "100000"}
    status, made = place(stage, "spot", terms)
    assert (status, made["status"], made["origQuoteOrderQty"]) == (200, "FILLED", "100000.00000000")
    assert Decimal(99_990) < Decimal(made["cummulativeQuoteQty"]) <= Decimal(100_001)
    asked = stage.signed("spot", "GET", "/api/v3/order", symbol="BTCUSDT", orderId=made["orderId"])[1]
    assert asked["origQuoteOrderQty"] == "100000.00000000"


def test_a_test_tells_what_an_order_would_cost(stage: Stage) -> None:
    path = "/api/v3/order/test"
    assert stage.signed("spot", "POST", path, **LIMIT) == (200, {})
    told = stage.signed("spot", "POST", path, **LIMIT, computeCommissionRates="true")[1]
    assert float(told["standardCommissionForOrder"]["taker"]) > 0
    assert stage.signed("spot", "POST", path, **(LIMIT | {"quantity": "0"}))[1]["code"] == -1013


def test_a_cancel_names_its_order_rightly_and_may_depend_on_it(stage: Stage, price: Callable[..., str]) -> None:
    terms = LIMIT | {"price": price(SYMBOLS["spot"], 0.9), "newClientOrderId": "one"}
    made = place(stage, "spot", terms)[1]
    path = "/api/v3/order"
    which: dict[str, Any] = {"symbol": "BTCUSDT", "orderId": made["orderId"]}
    for method in ("GET", "DELETE"):
        assert stage.signed("spot", method, path, **which, origClientOrderId="two")[1]["code"] == -2039
    gone: dict[str, Any] = {"symbol": "BTCUSDT", "orderId": 7, "origClientOrderId": "two"}
    assert stage.signed("spot", "GET", path, **gone)[1]["code"] == -2013
    assert stage.signed("spot", "DELETE", path, **which, cancelRestrictions="ONLY_OLD")[1]["code"] == -1130
    refused = stage.signed("spot", "DELETE", path, **which, cancelRestrictions="ONLY_PARTIALLY_FILLED")[1]
    assert refused == {"code": -2011, "msg": "Order was not canceled due to cancel restrictions."}
    named = which | {"origClientOrderId": "one"}
    assert stage.signed("spot", "DELETE", path, **named, cancelRestrictions="ONLY_NEW")[1]["status"] == "CANCELED"
    again = stage.signed("spot", "DELETE", path, **named, cancelRestrictions="ONLY_NEW")[1]
    assert again == {"code": -2011, "msg": "Unknown order sent."}


def test_a_spot_order_is_made_smaller_only(stage: Stage, price: Callable[..., str]) -> None:
    made = place(stage, "spot", LIMIT | {"price": price(SYMBOLS["spot"], 0.9)})[1]
    path, which = "/api/v3/order/amend/keepPriority", {"symbol": "BTCUSDT", "orderId": made["orderId"]}
    larger = stage.signed("spot", "PUT", path, **which, newQty="0.02")[1]
    assert larger == {"code": -2038, "msg": "Order amend (quantity increase) is not supported."}
    same = stage.signed("spot", "PUT", path, **which, newQty="0.01")[1]
    assert same == {"code": -2038, "msg": "The requested action would change no state; rejecting."}


def test_numbers_over_a_socket_and_in_batches_may_be_json_numbers(stage: Stage, price: Callable[..., str]) -> None:
    low = float(price(SYMBOLS["usdm"], 0.9))
    row = LIMIT | {"quantity": 0.02, "price": low}
    (made,) = stage.signed("usdm", "POST", "/fapi/v1/batchOrders", batchOrders=f"[{stage.text(row)}]")[1]
    assert (made["origQty"], float(made["price"])) == ("0.02", low)


def test_past_orders_and_trades_of_a_market_want_its_name(stage: Stage) -> None:
    for line, path in (("spot", "/api/v3/myTrades"), ("usdm", "/fapi/v1/userTrades"), ("coinm", "/dapi/v1/allOrders")):
        assert stage.signed(line, "GET", path)[1]["code"] == -1102
    assert place(stage, "coinm", MARKET | COIN)[0] == 200
    for path in ("/dapi/v1/allOrders", "/dapi/v1/userTrades"):
        rows = stage.signed("coinm", "GET", path, pair="BTCUSD")[1]
        assert {row["symbol"] for row in rows} == {"BTCUSD_PERP"}
        assert stage.signed("coinm", "GET", path, pair="ETHUSD")[1] == []


def test_what_a_trade_realised_is_told_wherever_it_is_shown(stage: Stage) -> None:
    key = stage.body(stage.http("usdm", "POST", "/fapi/v1/listenKey", key="basisdesk-full"))["listenKey"]
    socket = stage.open("usdm", f"/private/ws?listenKey={key}")
    choosy = stage.open("usdm", f"/private/ws?listenKey={key}&events=TRADE_LITE/MARGIN_CALL")
    assert place(stage, "usdm", MARKET)[0] == 200
    stage.wait(30)
    assert place(stage, "usdm", MARKET | {"side": "SELL"})[0] == 200
    bought, sold = stage.signed("usdm", "GET", "/fapi/v1/userTrades", symbol="BTCUSDT")[1]
    profit = (Decimal(sold["price"]) - Decimal(bought["price"])) * Decimal("0.01")
    assert Decimal(bought["realizedPnl"]) == 0
    assert Decimal(sold["realizedPnl"]) == profit
    trades = [
        each["o"] for each in stage.heard[socket] if each["e"] == "ORDER_TRADE_UPDATE" and each["o"]["x"] == "TRADE"
    ]
    assert [(each["t"], Decimal(each["rp"])) for each in trades] == [(bought["id"], 0), (sold["id"], profit)]
    lite = [each for each in stage.heard[socket] if each["e"] == "TRADE_LITE"]
    assert stage.heard[choosy] == lite
    assert [(each["t"], each["l"], each["L"], each["S"]) for each in lite] == [
        (row["id"], row["qty"], row["price"], row["side"]) for row in (bought, sold)
    ]
    rows = stage.signed("usdm", "GET", "/fapi/v1/income", symbol="BTCUSDT")[1]
    booked = [(row["incomeType"], row["tradeId"]) for row in rows]
    assert ("REALIZED_PNL", str(sold["id"])) in booked
    assert ("COMMISSION", str(bought["id"])) in booked


@pytest.mark.parametrize("line", ["usdm", "coinm"])
def test_there_are_no_conditional_orders_to_list_or_to_cancel(stage: Stage, line: str) -> None:
    code = "BTCUSDT" if line == "usdm" else "BTCUSD_PERP"
    for path in ("openAlgoOrders", "allAlgoOrders"):
        assert stage.signed(line, "GET", f"{PLACES[line]}/{path}", symbol=code) == (200, [])
    assert stage.signed(line, "DELETE", f"{PLACES[line]}/algoOpenOrders", symbol=code)[1]["code"] == 200
    assert stage.signed(line, "DELETE", f"{PLACES[line]}/algoOpenOrders", symbol="NONE")[1]["code"] == -1121


def test_the_wallet_passes_over_what_it_does_not_know(stage: Stage) -> None:
    asked: dict[str, Any] = {"type": "MAIN_UMFUTURE", "fromAccount": "spot"}
    assert stage.signed("spot", "GET", "/sapi/v1/asset/transfer", **asked)[0] == 200

"""Private REST byte for byte: lists, settings, rights and limits."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests.sim.dialects.bybit.stage import ETH, LINEAR, MS, ORDER, SECOND, SPOT, USDC, Stage

from basisdesk.domain.account import OrderUpdate
from basisdesk.domain.ask import OrderRef
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.bybit.accountrows import order_row
from basisdesk.sim.dialects.bybit.codes import refusal
from basisdesk.sim.dialects.bybit.names import number_of
from basisdesk.sim.exchange.logins import FULL, READ_ONLY
from basisdesk.sim.faults import Switch

CREATE = "/v5/order/create"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_lists_of_orders(stage: Stage) -> None:
    for symbol, price in (("BTCUSDT", "49000"), ("ETHUSDT", "2000"), ("BTCPERP", "49000")):
        stage.code("POST", CREATE, {**ORDER, "symbol": symbol, "price": price})
    path = "/v5/order/realtime"

    def codes(query: str) -> list[str]:
        return [row["symbol"] for row in stage.signed("GET", path, query)[1]["result"]["list"]]

    assert stage.code("GET", path, "category=linear") == 10001
    assert codes("category=linear&settleCoin=USDT") == ["ETHUSDT", "BTCUSDT"]
    assert codes("category=linear&baseCoin=BTC") == ["BTCPERP", "BTCUSDT"]
    assert codes("category=linear&symbol=BTCPERP") == ["BTCPERP"]
    assert stage.code("GET", path, "category=linear&symbol=NOUSDT") == 10001
    assert stage.code("GET", path, "category=linear&symbol=BTCUSDT&cursor=junk") == 10001
    (row,) = stage.signed("GET", path, "category=linear&symbol=BTCUSDT")[1]["result"]["list"]
    assert stage.signed("GET", path, f"category=spot&orderId={row['orderId']}")[1]["result"]["list"] == []
    stage.code("POST", "/v5/order/cancel-all", {"category": "linear", "settleCoin": "USDT"})
    history = "/v5/order/history"
    assert len(stage.signed("GET", history, "category=linear")[1]["result"]["list"]) == 2
    assert len(stage.signed("GET", history, f"category=linear&orderId={row['orderId']}")[1]["result"]["list"]) == 1
    assert stage.signed("GET", history, f"category=linear&endTime={stage.now // MS - 1}")[1]["result"]["list"] == []
    long = f"category=linear&startTime=1&endTime={stage.now // MS}"
    assert stage.code("GET", history, long) == 10001


def test_executions_can_be_asked_for_by_order_and_kind(stage: Stage) -> None:
    market = {**ORDER, "orderType": "Market"}
    placed = stage.signed("POST", CREATE, {**market, "orderLinkId": "one"})[1]["result"]["orderId"]
    stage.code("POST", CREATE, {**market, "orderLinkId": "two"})
    path = "/v5/execution/list"

    def found(query: str) -> list[Any]:
        rows: list[Any] = stage.signed("GET", path, f"category=linear&{query}")[1]["result"]["list"]
        return rows

    assert [row["orderLinkId"] for row in found(f"orderId={placed}")] == ["one"]
    assert [row["orderLinkId"] for row in found("orderLinkId=two")] == ["two"]
    assert len(found("symbol=BTCUSDT")) == 2
    assert found("symbol=ETHUSDT") == []
    stage.tell(9 * 3600)
    assert [row["execType"] for row in found("")] == ["Funding", "Trade", "Trade"]
    assert [row["execType"] for row in found("execType=Funding")] == ["Funding"]
    assert found(f"startTime={stage.now // MS}") == []
    assert stage.code("GET", path, "category=linear&execType=Strange") == 10001
    two = stage.signed("GET", path, "category=linear&limit=2")[1]["result"]
    assert two["nextPageCursor"] == "page%3A2%2C2"
    one = stage.signed("GET", path, f"category=linear&limit=2&cursor={two['nextPageCursor']}")[1]["result"]
    assert len(one["list"]) == 1
    assert one["nextPageCursor"] == ""


def test_balances_positions_and_the_rest_of_the_account(stage: Stage) -> None:
    (account,) = stage.signed("GET", "/v5/account/wallet-balance", "accountType=UNIFIED&coin=USDT,BTC")[1]["result"][
        "list"
    ]
    assert sorted(coin["coin"] for coin in account["coin"]) == ["BTC", "USDT"]
    assert stage.code("GET", "/v5/account/wallet-balance", "accountType=SPOT") == 10001
    path = "/v5/asset/transfer/query-account-coins-balance"
    assert stage.code("GET", path, "accountType=UNIFIED") == 10001
    assert len(stage.signed("GET", path, "accountType=UNIFIED&coin=BTC")[1]["result"]["balance"]) == 1
    assert stage.code("GET", "/v5/position/list", "category=linear") == 10001
    assert stage.signed("GET", "/v5/position/list", "category=inverse")[1]["result"]["list"] == []
    assert len(stage.signed("GET", "/v5/account/fee-rate", "category=linear")[1]["result"]["list"]) == 4
    coins = stage.signed("GET", "/v5/asset/coin/query-info")[1]["result"]["rows"]
    assert {"BTC", "USDT", "USDC", "ETH"} <= {row["coin"] for row in coins}
    assert len(stage.signed("GET", "/v5/asset/coin/query-info", "coin=BTC")[1]["result"]["rows"]) == 1
    log = stage.signed("GET", "/v5/account/transaction-log", "category=spot&currency=BTC")[1]["result"]
    assert log["list"] == []


def test_an_inverse_position_is_worth_coin(stage: Stage) -> None:
    order = {"category": "inverse", "symbol": "BTCUSD", "side": "Sell", "orderType": "Market", "qty": "50000"}
    stage.code("POST", CREATE, order)
    (row,) = stage.signed("GET", "/v5/position/list", "category=inverse&symbol=BTCUSD")[1]["result"]["list"]
    assert (row["side"], row["size"], row["positionValue"]) == ("Sell", "50000", "1.00000000")
    (row,) = stage.signed("GET", "/v5/order/realtime", "category=inverse&openOnly=1")[1]["result"]["list"]
    assert float(row["cumExecValue"]) == pytest.approx(50_000 / 49_999, rel=1e-6)


def test_settings_are_checked(stage: Stage) -> None:
    leverage = {"category": "linear", "symbol": "BTCUSDT", "buyLeverage": "3", "sellLeverage": "3"}
    path = "/v5/position/set-leverage"
    assert stage.code("POST", path, {**leverage, "sellLeverage": "4"}) == 10001
    assert stage.code("POST", path, {**leverage, "buyLeverage": "500", "sellLeverage": "500"}) == 110013
    assert stage.code("POST", path, leverage) == 0
    mode = "/v5/position/switch-mode"
    assert stage.code("POST", mode, {"category": "linear", "mode": 3}) == 10001
    assert stage.code("POST", mode, {"category": "linear", "coin": "USDT", "mode": 1}) == 10001
    assert stage.code("POST", mode, {"category": "linear", "coin": "USDT"}) == 10001
    assert stage.code("POST", mode, {"category": "linear", "symbol": "NOUSDT", "mode": 3}) == 10001
    answer = stage.signed("POST", "/v5/account/set-margin-mode", {"setMarginMode": "PORTFOLIO_MARGIN"})[1]
    assert (answer["retCode"], len(answer["result"]["reasons"])) == (3400045, 1)
    assert stage.code("POST", "/v5/order/disconnected-cancel-all", {"timeWindow": 2}) == 10001
    assert stage.code("POST", "/v5/order/disconnected-cancel-all", {"timeWindow": 10}) == 0


def test_transfers_are_checked(stage: Stage) -> None:
    move = {
        "transferId": "42c0cfb0-6bca-c242-bc76-4e6df6cbcb16", "coin": "USDT", "amount": "1",
        "fromAccountType": "UNIFIED", "toAccountType": "FUND",
    }  # fmt: skip
    path = "/v5/asset/transfer/inter-transfer"
    assert stage.code("POST", path, {**move, "transferId": "x"}) == 131203
    assert stage.code("POST", path, {**move, "toAccountType": "UNIFIED"}) == 131211
    assert stage.code("POST", path, {**move, "amount": "0"}) == 131215
    assert stage.code("POST", path, move) == 0


def test_a_reading_key_may_read_only(stage: Stage) -> None:
    key = {"key": READ_ONLY.credentials.key, "secret": READ_ONLY.credentials.secret}
    assert stage.code("GET", "/v5/account/info", "", **key) == 0
    assert stage.code("POST", CREATE, ORDER, **key) == 10005


def test_an_address_that_asks_too_often_is_shut_out_for_ten_minutes(stage: Stage) -> None:
    for _ in range(600):
        assert stage.call("GET", "/v5/market/time").status == 200
    shut = stage.call("GET", "/v5/market/time")
    assert (shut.status, shut.body) == (403, b"403, access too frequent")
    stage.now += 599 * SECOND
    assert stage.call("GET", "/v5/market/time").status == 403
    stage.now += 2 * SECOND
    assert stage.call("GET", "/v5/market/time").status == 200


def test_a_rolling_second_forgets(stage: Stage) -> None:
    path = "/v5/account/fee-rate"
    for left in range(4, -1, -1):
        answer, _ = stage.signed("GET", path, "category=spot")
        assert dict(answer.headers)["X-Bapi-Limit-Status"] == str(left)
        stage.now += 100 * MS
    answer, told = stage.signed("GET", path, "category=spot")
    assert (answer.status, told["retCode"], told["retMsg"]) == (200, 10006, "Too many visits!")
    assert int(dict(answer.headers)["X-Bapi-Limit-Reset-Timestamp"]) == stage.now // MS + 500
    stage.now += 500 * MS
    assert stage.code("GET", path, "category=spot") == 0


def test_every_limit_can_be_used_up(stage: Stage) -> None:
    stage.wire.exhaust(stage.now, stage.now + 2 * SECOND)
    answer, told = stage.signed("POST", CREATE, ORDER)
    assert told["retCode"] == 10006
    assert int(dict(answer.headers)["X-Bapi-Limit-Reset-Timestamp"]) == (stage.now + 2 * SECOND) // MS
    assert stage.call("GET", "/v5/market/time").status == 403
    stage.now += 2 * SECOND
    assert stage.code("POST", CREATE, ORDER) == 0
    assert stage.call("GET", "/v5/market/time").status == 200


def test_faults_of_the_exchange_have_codes(stage: Stage) -> None:
    stage.exchange.faults.switch("maintenance", Switch(fault="maintenance"))
    assert stage.code("POST", CREATE, ORDER) == 110066
    assert stage.code("POST", CREATE, {**ORDER, "category": "spot"}) == 170031
    for reason, code in ((Reason.OVERLOADED, 10016), (Reason.OTHER, 110032), (Reason.SELF_MATCH, 110032)):
        assert refusal(Refused(reason, ""), "linear").code == code
    assert refusal(Refused(Reason.OTHER, ""), "spot").code == 170210


def test_a_market_that_is_not_trading_takes_no_orders(stage: Stage) -> None:
    known = stage.session.instruments
    for symbol in (ETH, SPOT, USDC):
        stage.exchange.relist(replace(known[symbol], tradable=False), stage.now)
    rows = stage.public("/v5/market/instruments-info", "category=linear&status=PreLaunch")["result"]["list"]
    assert [row["status"] for row in rows] == ["PreLaunch", "PreLaunch"]
    assert stage.code("POST", CREATE, {**ORDER, "symbol": "ETHUSDT", "price": "2400"}) == 110074
    assert stage.code("POST", CREATE, {**ORDER, "category": "spot"}) == 170151
    assert stage.session.credentials == FULL.credentials


def test_an_order_that_the_venue_rejected_has_a_status_of_its_own(stage: Stage) -> None:
    placed = stage.signed("POST", CREATE, ORDER)[1]["result"]
    number = number_of(placed["orderId"])
    update = stage.exchange.order(FULL.account, OrderRef(symbol=LINEAR, venue_id=number), stage.now)
    assert isinstance(update, OrderUpdate)
    rejected = replace(update, status=OrderStatus.DONE, reason=DoneReason.REJECTED)
    row = order_row(stage.exchange, FULL.account, rejected, stage.now)
    assert (row["orderStatus"], row["rejectReason"], row["leavesQty"]) == ("Rejected", "EC_Others", "0")

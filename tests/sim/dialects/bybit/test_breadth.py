"""What clients ask for beyond orders and books: orders that wait, filters, dollars, transfers, borrowed coin."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from tests.sim.dialects.bybit.stage import ETH, HOUR, INVERSE, LINEAR, MS, ORDER, SECOND, SPOT, Stage

from basisdesk.domain.ask import MarginMode
from basisdesk.domain.order import Side
from basisdesk.sim.exchange.logins import FULL

D = Decimal
CREATE, CANCEL, CANCEL_ALL = "/v5/order/create", "/v5/order/cancel", "/v5/order/cancel-all"
IN_SPOT = {**ORDER, "category": "spot"}


@pytest.fixture
def stage() -> Stage:
    return Stage()


def told(stage: Stage, path: str, query: str = "") -> Any:
    _, answer = stage.signed("GET", path, query)
    assert answer["retCode"] == 0, answer
    return answer["result"]


# ------------------------------------------------------------- orders that wait for a price


@pytest.mark.parametrize(
    "more", [{"triggerPrice": "60000", "triggerDirection": 1}, {"takeProfit": "60000"}, {"stopLoss": "40000"}]
)
def test_an_order_that_waits_is_refused_and_never_placed_at_once(stage: Stage, more: dict[str, Any]) -> None:
    assert stage.code("POST", CREATE, ORDER | more) == 110009
    assert stage.code("POST", CREATE, IN_SPOT | more) == 170810
    assert stage.code("POST", CREATE, IN_SPOT | {"orderFilter": "StopOrder"}) == 170810
    for line in ("linear", "spot"):
        assert stage.exchange.open_orders(FULL.account, line) == []
    assert stage.code("POST", CREATE, ORDER | dict.fromkeys(more, "0") | {"triggerDirection": 1}) == 0
    placed = stage.exchange.open_orders(FULL.account, "linear")
    amended = {"category": "linear", "symbol": "BTCUSDT", "orderId": placed[0].venue_id, **more}
    assert stage.code("POST", "/v5/order/amend", amended) == 110009


def test_a_position_has_no_stops(stage: Stage) -> None:
    path, market = "/v5/position/trading-stop", {"category": "linear", "symbol": "BTCUSDT", "positionIdx": 0}
    assert stage.code("POST", path, market | {"stopLoss": "40000"}) == 110009
    assert stage.code("POST", path, market | {"stopLoss": "0"}) == 34040
    assert stage.code("POST", "/v5/position/switch-isolated", market | {"tradeMode": 1}) == 100028


def test_filters_for_orders_that_wait_pass_ordinary_ones_over(stage: Stage) -> None:
    for order in (ORDER, IN_SPOT):
        assert stage.code("POST", CREATE, order) == 0
        market = {"category": order["category"], "symbol": "BTCUSDT"}
        query = f"category={order['category']}&symbol=BTCUSDT"
        (row,) = told(stage, "/v5/order/realtime", query)["list"]
        assert told(stage, "/v5/order/realtime", f"{query}&orderFilter=Order")["list"] == [row]
        assert told(stage, "/v5/order/realtime", f"{query}&orderFilter=StopOrder")["list"] == []
        one = market | {"orderId": row["orderId"]}
        assert stage.code("POST", CANCEL, one | {"orderFilter": "tpslOrder"}) in {110001, 170213}
        _, answer = stage.signed("POST", CANCEL_ALL, market | {"orderFilter": "StopOrder"})
        assert answer["result"]["list"] == []
        assert stage.code("GET", "/v5/order/realtime", f"{query}&orderFilter=junk") == 10001
        _, answer = stage.signed("POST", CANCEL_ALL, market)
        assert [each["orderId"] for each in answer["result"]["list"]] == [row["orderId"]]


def test_history_by_status(stage: Stage) -> None:
    stage.code("POST", CREATE, ORDER)
    stage.code("POST", CANCEL_ALL, {"category": "linear", "symbol": "BTCUSDT"})
    stage.place(LINEAR, "0.02")
    path = "/v5/order/history"
    for status in ("Filled", "Cancelled"):
        (row,) = told(stage, path, f"category=linear&orderStatus={status}")["list"]
        assert row["orderStatus"] == status
        named = f"category=linear&orderStatus=Filled&orderId={row['orderId']}"
        assert told(stage, path, named)["list"] == [row]  # who names an order has chosen it
    assert len(told(stage, path, "category=linear")["list"]) == 2
    assert stage.code("GET", path, "category=linear&orderStatus=junk") == 10001
    assert len(told(stage, "/v5/order/realtime", "category=linear&symbol=BTCUSDT&openOnly=2")["list"]) == 2


def test_an_order_tells_what_it_paid(stage: Stage) -> None:
    stage.code("POST", CREATE, ORDER | {"orderType": "Market"})
    stage.code("POST", CREATE, IN_SPOT | {"orderType": "Market", "qty": "500"})
    for line, asset in (("linear", "USDT"), ("spot", "BTC")):
        (row,) = told(stage, "/v5/order/history", f"category={line}")["list"]
        fills = told(stage, "/v5/execution/list", f"category={line}&execType=Trade")["list"]
        paid = sum(D(each["execFee"]) for each in fills)
        assert D(row["cumExecFee"]) == paid > 0
        assert {name: D(fee) for name, fee in row["cumFeeDetail"].items()} == {asset: paid}
        assert {each["feeCurrency"] for each in fills} == {asset}


def test_an_order_of_nothing_that_reduces_and_closes_closes_all(stage: Stage) -> None:
    stage.place(LINEAR, "0.03")
    whole = ORDER | {"side": "Sell", "orderType": "Market", "qty": "0", "reduceOnly": True}
    assert stage.code("POST", CREATE, whole) == 10001
    assert stage.code("POST", CREATE, whole | {"closeOnTrigger": True}) == 0
    assert stage.exchange.positions(FULL.account, "linear") == []


# ------------------------------------------------------------- market data


def test_candles_of_mark_index_and_premium_follow_those_prices(stage: Stage) -> None:
    stage.trade(LINEAR, 48_000.0, 1.0)
    stage.tell(1)
    stage.mark(LINEAR, 51_000.0)
    stage.tell(1)

    def closes(path: str, market: str = "category=linear&symbol=BTCUSDT") -> list[float]:
        answer = stage.public(f"/v5/market/{path}", f"{market}&interval=1&limit=1")
        assert answer["retCode"] == 0, answer
        return [float(row[4]) for row in answer["result"]["list"]]

    assert closes("kline") == [48_000.0]
    assert closes("mark-price-kline") == closes("index-price-kline") == [51_000.0]
    (premium,) = closes("premium-index-price-kline")
    assert premium == pytest.approx((50_001 - 51_000) / 51_000, abs=1e-6)
    inverse = stage.public("/v5/market/premium-index-price-kline", "category=inverse&symbol=BTCUSD&interval=1")
    assert inverse["retCode"] == 10001


def test_weeks_begin_on_mondays_and_months_on_their_first(stage: Stage) -> None:
    stage.trade(LINEAR, 50_000.0, 1.0)
    stage.tell(1)
    begins = {}
    for interval in ("D", "W", "M"):
        answer = stage.public("/v5/market/kline", f"category=linear&symbol=BTCUSDT&interval={interval}")
        (row,) = answer["result"]["list"]
        begins[interval] = int(row[0])
    assert begins == {"D": 1_761_955_200_000, "W": 1_761_523_200_000, "M": 1_761_955_200_000}  # 2025: 11-01, 10-27
    stage.dial("/v5/public/linear", 7)
    stage.say(7, {"op": "subscribe", "args": ["kline.W.BTCUSDT"]})
    stage.tell(1)
    (push,) = [each for each in stage.inboxes[7] if "topic" in each]
    assert push["data"][0]["start"] == begins["W"]
    assert push["data"][0]["end"] == begins["W"] + 7 * 86_400_000 - 1


def test_open_interest_price_limits_and_status(stage: Stage) -> None:
    query = "category=linear&symbol=BTCUSDT&intervalTime=1h"
    (row,) = stage.public("/v5/market/open-interest", query)["result"]["list"]
    assert (row["openInterest"], int(row["timestamp"])) == ("0.000", stage.now // HOUR * HOUR // MS)
    assert stage.public("/v5/market/open-interest", f"{query}&endTime=1")["result"]["list"] == []
    assert stage.public("/v5/market/open-interest", query.replace("BTCUSDT", "NONE"))["retCode"] == 10001
    limits = stage.public("/v5/market/price-limit", "symbol=BTCUSDT")["result"]
    assert (float(limits["buyLmt"]), float(limits["sellLmt"])) == (75_000, 25_000)
    assert float(stage.public("/v5/market/price-limit", "category=spot&symbol=BTCUSDT")["result"]["buyLmt"]) == 75_000
    assert stage.public("/v5/system/status")["result"] == {"list": []}


# ------------------------------------------------------------- money


def test_the_account_is_worth_what_its_coins_are(stage: Stage) -> None:
    stage.quote(ETH, 2_500.0)
    stage.place(LINEAR, "1")
    stage.tell(1)
    stage.mark(LINEAR, 50_500.0)
    stage.tell(1)
    (account,) = told(stage, "/v5/account/wallet-balance", "accountType=UNIFIED")["list"]
    prices = {"USDT": 1, "USDC": 1, "BTC": 50_000, "ETH": 2_500}
    for coin in account["coin"]:
        assert D(coin["usdValue"]) == D(coin["equity"]) * prices.get(coin["coin"], 0)
    assert D(account["totalEquity"]) == sum(D(coin["usdValue"]) for coin in account["coin"])
    usdt = next(coin for coin in account["coin"] if coin["coin"] == "USDT")
    assert D(usdt["unrealisedPnl"]) == D(account["totalPerpUPL"]) == 50_500 - 50_001
    assert D(account["totalMarginBalance"]) == D(account["totalWalletBalance"]) + D(account["totalPerpUPL"])
    assert D(account["totalInitialMargin"]) == D(usdt["totalPositionIM"]) > D(account["totalMaintenanceMargin"]) > 0
    assert D(account["totalAvailableBalance"]) == D(account["totalMarginBalance"]) - D(account["totalInitialMargin"])
    assert D(account["accountIMRate"]) > D(account["accountMMRate"]) >= 0
    (part,) = told(stage, "/v5/account/wallet-balance", "accountType=UNIFIED&coin=BTC")["list"]
    assert part["totalEquity"] == account["totalEquity"]
    assert [coin["coin"] for coin in part["coin"]] == ["BTC"]


def test_an_account_that_owns_nothing_has_no_rates(stage: Stage) -> None:
    for (wallet, _), purse in stage.exchange.floor.accounts[FULL.account].purses.items():
        if wallet == "unified":
            purse.total = D(0)
    (account,) = told(stage, "/v5/account/wallet-balance", "accountType=UNIFIED")["list"]
    assert (account["totalEquity"], account["accountIMRate"], account["coin"]) == ("0.00000000", "0", [])


def test_one_coin_and_what_may_be_moved(stage: Stage) -> None:
    path = "/v5/asset/transfer/query-account-coin-balance"
    one = told(stage, path, "accountType=FUND&coin=USDT")
    many = told(stage, "/v5/asset/transfer/query-account-coins-balance", "accountType=FUND&coin=USDT")
    assert D(one["balance"]["walletBalance"]) == D(many["balance"][0]["walletBalance"]) > 0
    assert told(stage, path, "accountType=UNIFIED&coin=NONE")["balance"]["transferBalance"] == "0"
    coins = told(stage, "/v5/asset/transfer/query-transfer-coin-list", "fromAccountType=UNIFIED&toAccountType=FUND")
    assert {"BTC", "USDT"} <= set(coins["list"])


def test_transfers_are_listed(stage: Stage) -> None:
    path, names = "/v5/asset/transfer/query-inter-transfer-list", [str(uuid.UUID(int=each)) for each in (1, 2)]
    for name, coin in zip(names, ("USDT", "BTC"), strict=True):
        move = {"transferId": name, "coin": coin, "amount": "1", "fromAccountType": "UNIFIED", "toAccountType": "FUND"}
        assert stage.code("POST", "/v5/asset/transfer/inter-transfer", move) == 0
        stage.tell(1)
    rows = told(stage, path)["list"]
    assert [row["transferId"] for row in rows] == names[::-1]
    assert (rows[0]["fromAccountType"], rows[0]["toAccountType"], rows[0]["amount"]) == ("UNIFIED", "FUND", "1")
    assert [row["coin"] for row in told(stage, path, "coin=USDT")["list"]] == ["USDT"]
    assert [row["coin"] for row in told(stage, path, f"transferId={names[1]}")["list"]] == ["BTC"]
    assert told(stage, path, f"endTime={stage.now // MS - 10_000}")["list"] == []
    assert stage.code("GET", path, "status=junk") == 10001


def test_coin_is_borrowed_and_paid_back(stage: Stage) -> None:
    before = told(stage, "/v5/spot-margin-trade/state")
    assert (before["spotLeverage"], before["effectiveLeverage"]) == ("3", "1.00")
    _, answer = stage.signed("POST", "/v5/account/borrow", {"coin": "BTC", "amount": "0.5"})
    assert (answer["retCode"], answer["result"]) == (0, {"coin": "BTC", "amount": "0.5"})
    assert D(told(stage, "/v5/spot-margin-trade/state")["effectiveLeverage"]) > 1
    (account,) = told(stage, "/v5/account/wallet-balance", "accountType=UNIFIED&coin=BTC")["list"]
    assert D(account["coin"][0]["borrowAmount"]) == D("0.5")
    _, answer = stage.signed("POST", "/v5/account/no-convert-repay", {"coin": "BTC", "amount": "0.2"})
    assert answer["result"] == {"resultStatus": "SU"}
    assert stage.code("POST", "/v5/account/repay", {"coin": "BTC"}) == 0
    assert stage.code("POST", "/v5/account/no-convert-repay", {"coin": "BTC"}) == 170131
    assert stage.code("POST", "/v5/account/borrow", {"coin": "BTC", "amount": "1000000"}) == 170131
    assert stage.code("POST", "/v5/account/borrow", {"coin": "NONE", "amount": "1"}) == 10001


def test_what_borrowing_costs(stage: Stage) -> None:
    rows = stage.public("/v5/spot-margin-trade/data", "currency=BTC")["result"]["vipCoinList"][0]["list"]
    assert [(row["currency"], row["collateralRatio"]) for row in rows] == [("BTC", "0.95")]
    every = stage.public("/v5/spot-margin-trade/data")["result"]["vipCoinList"][0]["list"]
    assert {"BTC", "USDT"} == {row["currency"] for row in every}
    assert next(row for row in every if row["currency"] == "USDT")["collateralRatio"] == "1"
    path = "/v5/spot-margin-trade/interest-rate-history"
    history = told(stage, path, "currency=BTC")["list"]
    assert len(history) in {168, 169}
    assert {row["hourlyBorrowRate"] for row in history} == {rows[0]["hourlyBorrowRate"]}
    assert history[0]["timestamp"] - history[1]["timestamp"] == 3_600_000
    assert stage.code("GET", path, "currency=NONE") == 10001
    assert stage.code("GET", path, f"currency=BTC&startTime=1&endTime={stage.now // MS}") == 10001


def test_an_account_of_debts_alone_has_no_leverage(stage: Stage) -> None:
    account = stage.exchange.floor.accounts[FULL.account]
    for (wallet, _), purse in account.purses.items():
        if wallet == "unified":
            purse.borrowed = purse.total
    assert told(stage, "/v5/spot-margin-trade/state")["effectiveLeverage"] == "0"


def test_windows_of_the_dead_man_switch_are_told(stage: Stage) -> None:
    path = "/v5/account/query-dcp-info"
    assert told(stage, path) == {"dcpInfos": []}
    stage.code("POST", "/v5/order/disconnected-cancel-all", {"product": "SPOT", "timeWindow": 12})
    assert told(stage, path) == {"dcpInfos": [{"product": "SPOT", "dcpStatus": "ON", "timeWindow": "12"}]}


def test_a_coin_whose_spot_book_is_empty_counts_at_its_index(stage: Stage) -> None:
    stage.place(SPOT, "0.5", side=Side.SELL, margin=MarginMode.CROSS)
    stage.place(INVERSE, "1000")
    stage.now += SECOND
    market = stage.exchange.markets[SPOT]
    market.book.snapshot_levels([], [], stage.now, market.sequence + 1)
    (account,) = told(stage, "/v5/account/wallet-balance", "accountType=UNIFIED")["list"]
    coin = next(coin for coin in account["coin"] if coin["coin"] == "BTC")
    assert D(coin["usdValue"]) == (D(coin["equity"]) * 50_000).quantize(D("1e-8"))

"""Asks become exactly these requests."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, get_args

import pytest
from tests.venues.bybit.accounts import (
    DATED,
    INVERSE,
    KEY,
    LINEAR,
    MS,
    NOW,
    SPOT,
    TRADING,
    USDC,
    asked,
    order,
    session,
)

from basisdesk.domain.ask import (
    Amend,
    Ask,
    AskAccounts,
    AskBalances,
    AskFees,
    AskFills,
    AskFunding,
    AskIncome,
    AskInstruments,
    AskOpenOrders,
    AskOrder,
    AskPermissions,
    AskPositionMode,
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    Command,
    DeadMan,
    KeepStream,
    MarginMode,
    MoveFunds,
    OpenStream,
    OrderRef,
    OrderType,
    Place,
    PositionMode,
    PositionSide,
    Query,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
    TimeInForce,
)
from basisdesk.domain.order import Side
from basisdesk.venues.bybit.sign import login

D = Decimal
REF = OrderRef(symbol=LINEAR, client_id="test-1")
BOTH = OrderRef(symbol=LINEAR, client_id="test-1", venue_id="u-1")
MARKET = OrderType.MARKET
LIMIT = order(size=D("0.01"), price=D("50000.1"))


def test_an_order_is_signed_as_the_worked_example_says() -> None:
    request = asked(Place(order(size=D("0.01"), price=D("50000.1"), post_only=True)))
    assert (request.method, request.origin, request.path) == ("POST", "https://api.bybit.com", "/v5/order/create")
    assert request.body == (
        b'{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.01","price":"50000.1",'
        b'"timeInForce":"PostOnly","orderLinkId":"test-1"}'
    )
    assert dict(request.headers) == {
        "X-BAPI-API-KEY": KEY.key,
        "X-BAPI-TIMESTAMP": "1700000000000",
        "X-BAPI-RECV-WINDOW": "5000",
        "X-BAPI-SIGN": "5f67a84441d39e9ffaf30aeea71e322dd256cf2fd31fe644531227c6e31ee21e",
        "Content-Type": "application/json",
    }
    assert request.changes
    assert request.expires == NOW + 5_000 * MS


def test_a_question_is_signed_as_the_worked_example_says() -> None:
    request = asked(AskOrder(REF))
    assert request.path == "/v5/order/realtime?category=linear&symbol=BTCUSDT&orderLinkId=test-1"
    assert dict(request.headers)["X-BAPI-SIGN"] == "84a3f96f6031d9ef143e028a3bed7c326bd14ac6997b03c9c4783aa5f3c8e3e9"
    assert not request.changes
    assert request.body == b""


def test_a_login_is_signed_as_the_worked_example_says() -> None:
    signature = "aaaf548024a9482c790b6e2f273c443a86ef96c4f04ec2bb2af56a98351c9248"
    assert login(KEY, NOW) == [KEY.key, 1_700_000_010_000, signature]


BODIES: list[tuple[Ask, str, dict[str, Any]]] = [
    (
        Place(order(INVERSE, size=D(100), price=D("50000.5"), side=Side.SELL, time_in_force=TimeInForce.IOC)),
        "/v5/order/create",
        {
            "category": "inverse", "symbol": "BTCUSD", "side": "Sell", "orderType": "Limit", "qty": "100",
            "price": "50000.5", "timeInForce": "IOC", "orderLinkId": "test-1",
        },
    ),
    (
        Place(order(size=D("0.010"), type=MARKET, reduce_only=True, position=PositionSide.SHORT)),
        "/v5/order/create",
        {
            "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.010",
            "orderLinkId": "test-1", "positionIdx": 2, "reduceOnly": True,
        },
    ),
    (
        Place(order(SPOT, money=D("25.5"), type=MARKET, margin=MarginMode.CASH)),
        "/v5/order/create",
        {
            "category": "spot", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "25.5",
            "marketUnit": "quoteCoin", "orderLinkId": "test-1", "isLeverage": 0,
        },
    ),
    (
        Place(order(SPOT, size=D("1E-5"), type=MARKET, margin=MarginMode.CROSS)),
        "/v5/order/create",
        {
            "category": "spot", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.00001",
            "marketUnit": "baseCoin", "orderLinkId": "test-1", "isLeverage": 1,
        },
    ),
    (
        Place(order(size=D("0.01"), price=D("50000"), time_in_force=TimeInForce.FOK, position=PositionSide.LONG)),
        "/v5/order/create",
        {
            "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01",
            "price": "50000", "timeInForce": "FOK", "orderLinkId": "test-1", "positionIdx": 1,
        },
    ),
    (
        Amend(order=BOTH, size=D("0.02"), price=D("49000")),
        "/v5/order/amend",
        {"category": "linear", "symbol": "BTCUSDT", "orderId": "u-1", "qty": "0.02", "price": "49000"},
    ),
    (
        Amend(order=REF, price=D("49000")),
        "/v5/order/amend",
        {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "test-1", "price": "49000"},
    ),
    (
        Amend(order=REF, size=D("0.02")),
        "/v5/order/amend",
        {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "test-1", "qty": "0.02"},
    ),
    (Cancel(REF), "/v5/order/cancel", {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "test-1"}),
    (CancelAll("spot"), "/v5/order/cancel-all", {"category": "spot"}),
    (CancelAll("linear"), "/v5/order/cancel-all", {"category": "linear", "settleCoin": "USDT"}),
    (CancelAll("linear", "", "USDC"), "/v5/order/cancel-all", {"category": "linear", "settleCoin": "USDC"}),
    (CancelAll("inverse"), "/v5/order/cancel-all", {"category": "inverse", "settleCoin": "BTC"}),
    (CancelAll("linear", USDC), "/v5/order/cancel-all", {"category": "linear", "symbol": "BTCPERP"}),
    (
        SetLeverage(LINEAR, D("12.5")),
        "/v5/position/set-leverage",
        {"category": "linear", "symbol": "BTCUSDT", "buyLeverage": "12.5", "sellLeverage": "12.5"},
    ),
    (
        SetMarginMode(LINEAR, MarginMode.ISOLATED),
        "/v5/account/set-margin-mode",
        {"setMarginMode": "ISOLATED_MARGIN"},
    ),
    (
        SetPositionMode("linear", PositionMode.HEDGE),
        "/v5/position/switch-mode",
        {"category": "linear", "coin": "USDT", "mode": 3},
    ),
    (
        SetPositionMode("linear", PositionMode.ONE_WAY, LINEAR),
        "/v5/position/switch-mode",
        {"category": "linear", "symbol": "BTCUSDT", "mode": 0},
    ),
    (
        MoveFunds(
            asset="USDT", amount=D("1E+2"), source="UNIFIED", target="FUND",
            client_id="42c0cfb0-6bca-c242-bc76-4e6df6cbcb16",
        ),
        "/v5/asset/transfer/inter-transfer",
        {
            "transferId": "42c0cfb0-6bca-c242-bc76-4e6df6cbcb16", "coin": "USDT", "amount": "100",
            "fromAccountType": "UNIFIED", "toAccountType": "FUND",
        },
    ),
    (
        DeadMan("inverse", 30),
        "/v5/order/disconnected-cancel-all",
        {"product": "DERIVATIVES", "timeWindow": 30},
    ),
    (DeadMan("spot", 3), "/v5/order/disconnected-cancel-all", {"product": "SPOT", "timeWindow": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "path", "body"), BODIES)
def test_what_changes_something_is_posted(ask: Ask, path: str, body: dict[str, Any]) -> None:
    request = asked(ask)
    assert (request.method, request.path, request.changes) == ("POST", path, True)
    assert json.loads(request.body) == body
    assert list(json.loads(request.body)) == list(body)
    assert (request.ask, request.expires) == (ask, NOW + 5_000 * MS)
    assert request.costs[0] == ("address", 1.0)
    assert ("POST", path) in TRADING.paths


QUERIES: list[tuple[Ask, str]] = [
    (AskTime("spot"), "/v5/market/time"),
    (AskInstruments("spot"), "/v5/market/instruments-info?category=spot"),
    (
        AskInstruments("linear", "first%3D0G&x"),
        "/v5/market/instruments-info?category=linear&limit=1000&cursor=first%3D0G%26x",
    ),
    (AskFunding(LINEAR), "/v5/market/tickers?category=linear&symbol=BTCUSDT"),
    (AskFunding(INVERSE, "settled"), "/v5/market/funding/history?category=inverse&symbol=BTCUSD&limit=1"),
    (AskAccounts(), "/v5/account/info"),
    (AskPermissions(), "/v5/user/query-api"),
    (AskBalances("spot"), "/v5/account/wallet-balance?accountType=UNIFIED"),
    (AskBalances("spot", "UNIFIED"), "/v5/account/wallet-balance?accountType=UNIFIED"),
    (AskBalances("spot", "FUND"), "/v5/asset/transfer/query-account-coins-balance?accountType=FUND"),
    (AskPositions("linear"), "/v5/position/list?category=linear&settleCoin=USDT&limit=200"),
    (
        AskPositions("linear", "", "5|USDC|a%3Ab"),
        "/v5/position/list?category=linear&settleCoin=USDC&limit=200&cursor=a%3Ab",
    ),
    (AskPositions("linear", LINEAR), "/v5/position/list?category=linear&symbol=BTCUSDT&limit=200"),
    (AskPositions("inverse"), "/v5/position/list?category=inverse&limit=200"),
    (AskPositionMode("linear"), "/v5/position/list?category=linear&symbol=BTCUSDT"),
    (AskPositionMode("inverse"), "/v5/position/list?category=inverse&symbol=BTCUSD"),
    (AskOpenOrders("spot"), "/v5/order/realtime?category=spot&limit=50"),
    (AskOpenOrders("linear"), "/v5/order/realtime?category=linear&settleCoin=USDT&limit=50"),
    (AskOpenOrders("linear", DATED), "/v5/order/realtime?category=linear&symbol=BTCUSDT-25DEC26&limit=50"),
    (
        AskOpenOrders("inverse", "", "7||x y"),
        "/v5/order/realtime?category=inverse&limit=50&cursor=x%20y",
    ),
    (AskOpenOrders("inverse", "", "junk"), "/v5/order/realtime?category=inverse&limit=50"),
    (AskOpenOrders("inverse", "", "-1||c"), "/v5/order/realtime?category=inverse&limit=50"),
    (AskOrder(BOTH), "/v5/order/realtime?category=linear&symbol=BTCUSDT&orderId=u-1"),
    (AskOrder(REF, "history"), "/v5/order/history?category=linear&symbol=BTCUSDT&orderLinkId=test-1"),
    (AskFills(line="spot"), "/v5/execution/list?category=spot&limit=100"),
    (
        AskFills(line="spot", symbol=SPOT, since=NOW, cursor="1%3A2"),
        "/v5/execution/list?category=spot&symbol=BTCUSDT&startTime=1700000000000&limit=100&cursor=1%3A2",
    ),
    (AskIncome(line="linear"), "/v5/account/transaction-log?accountType=UNIFIED&category=linear&limit=50"),
    (
        AskIncome(line="linear", symbol=LINEAR, since=NOW),
        (
            "/v5/account/transaction-log?accountType=UNIFIED&category=linear&"
            "startTime=1700000000000&endTime=1700604800000&limit=50"
        ),
    ),
    (AskFees(INVERSE), "/v5/account/fee-rate?category=inverse&symbol=BTCUSD"),
]


@pytest.mark.parametrize(("ask", "path"), QUERIES)
def test_what_reads_is_got(ask: Ask, path: str) -> None:
    request = asked(ask)
    assert (request.method, request.path, request.changes, request.body) == ("GET", path, False, b"")
    assert ("GET", path.partition("?")[0]) in TRADING.paths
    assert bool(request.headers) is not path.startswith("/v5/market/")
    assert request.expires == (NOW + 5_000 * MS if request.headers else None)


def test_two_transfers_without_an_id_are_two_and_one_with_an_id_is_always_the_same() -> None:
    of = session()
    move = MoveFunds(asset="USDT", amount=D(1), source="FUND", target="UNIFIED")
    first, second = (json.loads(asked(move, of).body)["transferId"] for _ in range(2))
    assert first != second
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first)
    mine = MoveFunds(asset="USDT", amount=D(1), source="FUND", target="UNIFIED", client_id="desk-7")
    assert len({json.loads(asked(mine, of).body)["transferId"] for _ in range(2)}) == 1


def test_the_coins_that_a_line_settles_in_are_learned_from_its_instruments() -> None:
    reply = TRADING.decode
    assert reply is not None
    of = session()
    coins = {each.settle for each in of.instruments.values() if each.market == "inverse"}
    assert coins == {"BTC", "ETH", "XRP"}


def test_no_path_withdraws() -> None:
    assert not [path for _, path in TRADING.paths if "withdraw" in path]


def test_every_command_and_query_has_a_case() -> None:
    tried = {type(ask) for ask, *_ in BODIES} | {type(ask) for ask, _ in QUERIES} | {OpenStream, KeepStream}
    assert tried == {*get_args(Command), *get_args(Query)}


def test_client_ids_are_kept_where_they_fit_and_shortened_else() -> None:
    fits = "desk-20260101-0001-1"
    assert TRADING.client_id(fits) == fits
    long = [f"{'a' * 40}-{number}" for number in range(50)]
    made = [TRADING.client_id(each) for each in [*long, "a_b", "", "ü"]]
    assert len(set(made)) == len(made)
    pattern = TRADING.capabilities["spot"].client_id_pattern
    assert all(re.fullmatch(pattern, each) for each in made)
    assert made == [TRADING.client_id(each) for each in [*long, "a_b", "", "ü"]]


def test_costs_name_published_buckets() -> None:
    buckets = {bucket.name: bucket for bucket in TRADING.buckets}
    every: list[Ask] = [*(ask for ask, _, _ in BODIES), *(ask for ask, _ in QUERIES)]
    for ask in every:
        assert all(name in buckets for name, _ in asked(ask).costs)
    assert asked(Place(LIMIT)).costs[1] == ("/v5/order/create contracts", 1.0)
    assert asked(Cancel(OrderRef(symbol=SPOT, venue_id="1"))).costs[1] == ("/v5/order/cancel spot", 1.0)
    assert asked(AskTime("spot")).costs == (("address", 1.0),)
    assert buckets["/v5/order/create spot"].capacity == 20
    assert (buckets["address"].capacity, buckets["address"].window) == (600, 5_000_000_000)

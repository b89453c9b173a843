"""Queries: exactly which request comes of which ask."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.ask import (
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
    DeadMan,
    MoveFunds,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    PositionMode,
    SetLeverage,
    SetPositionMode,
)
from basisdesk.domain.order import Side

if TYPE_CHECKING:
    from tests.venues.htx.account.conftest import Desk

    from basisdesk.domain.ask import Ask

SPOT, LINEAR, SWAP, FUTURE = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-231229"
SINCE = 1_699_900_000_000_000_000

QUERIES: list[tuple[Ask, str, str, dict[str, Any]]] = [
    (AskTime("spot"), "GET", "/v1/common/timestamp", {}),
    (AskTime("coin_swap"), "GET", "/api/v1/timestamp", {}),
    (AskInstruments("spot"), "GET", "/v1/settings/common/market-symbols", {}),
    (AskInstruments("linear"), "GET", "/linear-swap-api/v1/swap_contract_info", {"business_type": "all"}),
    (AskInstruments("linear", "funding"), "GET", "/linear-swap-api/v1/swap_batch_funding_rate", {}),
    (AskInstruments("coin_futures"), "GET", "/api/v1/contract_contract_info", {}),
    (AskFunding(LINEAR), "GET", "/v5/market/funding_rate", {"contract_code": "BTC-USDT"}),
    (AskFunding(SWAP), "GET", "/swap-api/v1/swap_funding_rate", {"contract_code": "BTC-USD"}),
    (AskFunding(LINEAR, "past"), "GET", "/v5/market/funding_rate_history", {"contract_code": "BTC-USDT", "limit": "1"}),
    (
        AskFunding(SWAP, "past"),
        "GET",
        "/swap-api/v1/swap_historical_funding_rate",
        {"contract_code": "BTC-USD", "page_index": "1", "page_size": "1"},
    ),
    (AskAccounts("spot"), "GET", "/v1/account/accounts", {}),
    (AskAccounts(), "GET", "/v2/user/uid", {}),
    (AskBalances("spot"), "GET", "/v1/account/accounts/1001/balance", {}),
    (AskBalances("spot", "2002"), "GET", "/v1/account/accounts/2002/balance", {}),
    (AskBalances("linear"), "GET", "/v5/account/balance", {}),
    (AskBalances("coin_swap"), "POST", "/swap-api/v1/swap_account_info", {}),
    (AskBalances("coin_futures"), "POST", "/api/v1/contract_account_info", {}),
    (AskPositions("linear"), "GET", "/v5/trade/position/opens", {}),
    (AskPositions("linear", LINEAR), "GET", "/v5/trade/position/opens", {"contract_code": "BTC-USDT"}),
    (AskPositions("coin_swap"), "POST", "/swap-api/v1/swap_position_info", {}),
    (AskPositions("coin_futures", FUTURE), "POST", "/api/v1/contract_position_info", {"symbol": "BTC"}),
    (AskPositionMode("linear"), "GET", "/v5/position/mode", {}),
    (
        AskOpenOrders("spot", SPOT),
        "GET",
        "/v1/order/openOrders",
        {"account-id": "1001", "symbol": "btcusdt", "size": "500"},
    ),
    (
        AskOpenOrders("spot", cursor="55"),
        "GET",
        "/v1/order/openOrders",
        {"account-id": "1001", "size": "500", "from": "55", "direct": "next"},
    ),
    (
        AskOpenOrders("linear", LINEAR, "100@5"),
        "GET",
        "/v5/trade/order/opens",
        {"contract_code": "BTC-USDT", "limit": "100", "from": "100", "direct": "next"},
    ),
    (AskOpenOrders("coin_swap"), "POST", "/swap-api/v1/swap_openorders", {"page_index": 1, "page_size": 50}),
    (
        AskOpenOrders("coin_futures", FUTURE, "2"),
        "POST",
        "/api/v1/contract_openorders",
        {"symbol": "BTC", "page_index": 2, "page_size": 50},
    ),
    (AskOrder(OrderRef(symbol=SPOT, venue_id="9", client_id="7")), "GET", "/v1/order/orders/9", {}),
    (
        AskOrder(OrderRef(symbol=SPOT, client_id="a b".replace(" ", "_"))),
        "GET",
        "/v1/order/orders/getClientOrder",
        {"clientOrderId": "a_b"},
    ),
    (
        AskOrder(OrderRef(symbol=LINEAR, client_id="7")),
        "GET",
        "/v5/trade/order",
        {"contract_code": "BTC-USDT", "client_order_id": "7"},
    ),
    (
        AskOrder(OrderRef(symbol=SWAP, venue_id="9")),
        "POST",
        "/swap-api/v1/swap_order_info",
        {"contract_code": "BTC-USD", "order_id": "9"},
    ),
    (
        AskOrder(OrderRef(symbol=FUTURE, client_id="7")),
        "POST",
        "/api/v1/contract_order_info",
        {"symbol": "BTC", "client_order_id": "7"},
    ),
    (
        AskFills(line="spot", symbol=SPOT, since=SINCE),
        "GET",
        "/v1/order/matchresults",
        {"symbol": "btcusdt", "start-time": "1699900000000", "end-time": "1700072800000", "size": "500"},
    ),
    (
        AskFills(line="spot", cursor="||88"),
        "GET",
        "/v1/order/matchresults",
        {"size": "500", "from": "88", "direct": "next"},
    ),
    (
        AskFills(line="linear", symbol=LINEAR, since=SINCE),
        "GET",
        "/v5/trade/order/details",
        {"contract_code": "BTC-USDT", "start_time": "1699900000000", "end_time": "1700072800000", "limit": "100"},
    ),
    (
        AskFills(line="coin_swap", symbol=SWAP, since=SINCE),
        "POST",
        "/swap-api/v3/swap_matchresults_exact",
        {"contract": "BTC-USD", "trade_type": 0, "start_time": 1699900000000, "end_time": 1700072800000},
    ),
    (
        AskFills(line="coin_futures", cursor="BTC231229||5"),
        "POST",
        "/api/v3/contract_matchresults_exact",
        {"symbol": "BTC", "contract": "BTC231229", "trade_type": 0, "from_id": 5},
    ),
    (
        AskFills(line="coin_futures"),
        "POST",
        "/api/v3/contract_matchresults_exact",
        {"symbol": "BTC", "contract": "BTC231229", "trade_type": 0},
    ),
    (
        AskIncome(line="spot", since=SINCE),
        "GET",
        "/v2/account/ledger",
        {"accountId": "1001", "startTime": "1699900000000", "endTime": "1700764000000", "limit": "500"},
    ),
    (AskIncome(line="linear"), "GET", "/v5/account/bills", {"limit": "100"}),
    (AskIncome(line="coin_swap"), "POST", "/swap-api/v3/swap_financial_record_exact", {"contract": "BTC-USD"}),
    (
        AskIncome(line="coin_futures", symbol=FUTURE),
        "POST",
        "/api/v3/contract_financial_record_exact",
        {"symbol": "BTC"},
    ),
    (AskFees(SPOT), "GET", "/v2/reference/transact-fee-rate", {"symbols": "btcusdt"}),
    (AskFees(LINEAR), "POST", "/linear-swap-api/v1/swap_fee", {"contract_code": "BTC-USDT"}),
    (AskFees(SWAP), "POST", "/swap-api/v1/swap_fee", {"contract_code": "BTC-USD"}),
    (AskFees(FUTURE), "POST", "/api/v1/contract_fee", {"symbol": "BTC"}),
]


@pytest.mark.parametrize(("ask", "method", "path", "told"), QUERIES)
def test_a_query_is_sent_as_its_line_wants_it(
    desk: Desk, ask: Ask, method: str, path: str, told: dict[str, Any]
) -> None:
    request = desk.ask(ask)
    assert desk.sent(ask) == (method, path, told)
    assert request.ask == ask
    assert not request.changes
    assert request.expires is None
    assert request.origin == ("https://api.huobi.pro" if path.startswith(("/v1/", "/v2/")) else "https://api.hbdm.com")
    assert ("Signature=" in request.path) == (request.path.partition("?")[0] in PRIVATE or method == "POST")


PRIVATE = {
    path
    for _, _, path, _ in QUERIES
    if "order" in path or "account" in path or "trade" in path or "user" in path or "position" in path or "fee-" in path
}


@pytest.mark.parametrize("ask", [AskBalances("spot"), AskOpenOrders("spot"), AskIncome(line="spot")])
def test_what_needs_the_spot_account_asks_for_it_first(desk: Desk, ask: Ask) -> None:
    desk.session.learned.clear()
    assert desk.ask(ask).ask == AskAccounts("spot")


def test_what_a_key_may_do_needs_the_number_of_the_user(desk: Desk) -> None:
    assert desk.ask(AskPermissions()).ask == AskAccounts()
    desk.session.learned.update(desk.hear(AskAccounts(), {"code": 200, "data": 63628520}).learned)
    told = {"uid": "63628520", "accessKey": "demoKey000000000000000000000000001"}
    assert desk.sent(AskPermissions()) == ("GET", "/v2/user/api-key", told)


def test_every_request_is_counted_in_a_published_bucket(desk: Desk) -> None:
    names = {bucket.name for bucket in desk.trading.buckets}
    for ask, *_ in QUERIES:
        (cost,) = desk.ask(ask).costs
        assert cost[0] in names
        assert cost[1] == 1.0


def test_only_listed_paths_are_used_and_none_withdraws(desk: Desk) -> None:
    listed = [(method, re.compile(path.replace("{id}", "[0-9]+"))) for method, path in desk.trading.paths]
    desk.session.learned["user"] = "1"
    for ask in [query[0] for query in QUERIES] + COMMANDS + [AskPermissions()]:
        method, path, _ = desk.sent(ask)
        assert any(method == verb and shape.fullmatch(path) for verb, shape in listed), path
    assert not [path for _, path in desk.trading.paths if re.search("withdraw|dw/|deposit", path)]
    assert len(set(desk.trading.paths)) == len(desk.trading.paths)


def test_every_listed_path_is_used(desk: Desk) -> None:
    desk.session.learned["user"] = "1"
    asks = [query[0] for query in QUERIES] + COMMANDS + [AskPermissions(), AskInstruments("coin_swap")]
    used = {desk.sent(ask)[:2] for ask in asks}
    for method, path in desk.trading.paths:
        shape = re.compile(path.replace("{id}", "[0-9]+"))
        assert any(verb == method and shape.fullmatch(found) for verb, found in used), path


COMMANDS: list[Ask] = [
    *(
        Place(
            NewOrder(
                symbol=symbol,
                side=Side.BUY,
                type=OrderType.LIMIT,
                size=Decimal(1),
                price=Decimal(50000),
                client_id="7",
                leverage=5,
            )
        )
        for symbol in (SPOT, LINEAR, SWAP, FUTURE)
    ),
    *(Cancel(OrderRef(symbol=symbol, venue_id="9")) for symbol in (SPOT, LINEAR, SWAP, FUTURE)),
    Cancel(OrderRef(symbol=SPOT, client_id="9")),
    CancelAll("spot"),
    CancelAll("linear"),
    CancelAll("coin_swap", SWAP),
    CancelAll("coin_futures", FUTURE),
    *(DeadMan(line, 5) for line in ("spot", "linear", "coin_swap", "coin_futures")),
    *(SetLeverage(symbol, Decimal(5)) for symbol in (LINEAR, SWAP, FUTURE)),
    SetPositionMode("linear", PositionMode.HEDGE),
    MoveFunds(asset="BTC", amount=Decimal(1), source="spot", target="coin_swap"),
    MoveFunds(asset="BTC", amount=Decimal(1), source="spot", target="coin_futures"),
]

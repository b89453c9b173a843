"""Lists and facts that only clients of others ask for, and spot orders in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sim.dialects.htx.conftest import Venue

SPOT_ID = 51_000_001
ORDER: dict[str, Any] = {
    "account-id": SPOT_ID,
    "symbol": "btcusdt",
    "type": "buy-limit",
    "amount": 0.01,
    "price": 50_000,
}
LINES = (("/swap-api", "swap", "BTC-USD"), ("/api", "contract", "BTC"))


@pytest.mark.parametrize(("api", "word", "name"), LINES)
def test_coin_margined_lists_by_pages(venue: Venue, api: str, word: str, name: str) -> None:
    of: dict[str, Any] = {"contract": name} if word == "swap" else {"symbol": name}
    codes = [each.instrument.code for each in venue.exchange.markets.values() if each.instrument.base == "BTC"]
    code = name if word == "swap" else next(each for each in codes if each.startswith("BTC2"))

    def ask(path: str, **told: Any) -> Any:
        return venue.post("contract", f"{api}/{path}", told)

    order = {"contract_code": code, "direction": "buy", "offset": "open", "lever_rate": 5, "volume": 2}
    taken = ask(f"v1/{word}_order", **order, order_price_type="opponent")["data"]["order_id_str"]
    rested = ask(f"v1/{word}_order", **order, order_price_type="limit", price=50_000)["data"]["order_id_str"]
    named = {"contract_code": name} if word == "swap" else {"symbol": name}
    assert ask(f"v1/{word}_cancel", **named, order_id=rested)["data"]["successes"] == rested
    whole = ask(f"v1/{word}_order_detail", **named, order_id=taken)["data"]
    assert [each["trade_volume"] for each in whole["trades"]] == [2]
    assert ask(f"v1/{word}_order_detail", **named, order_id="5")["err_code"] == 1017
    pages = ask(f"v1/{word}_hisorders", **of, page_size=1, page_index=2)["data"]
    assert (pages["total_page"], [row["order_id_str"] for row in pages["orders"]]) == (2, [taken])
    for path in (f"v3/{word}_hisorders", f"v3/{word}_hisorders_exact"):
        assert [row["order_id_str"] for row in ask(path, **of)["data"]] == [rested, taken]
    assert [row["order_id_str"] for row in ask(f"v1/{word}_matchresults", **of)["data"]["trades"]] == [taken]
    newer = ask(f"v3/{word}_matchresults", **of, contract_code=code)
    assert (newer["code"], [row["order_id_str"] for row in newer["data"]]) == (200, [taken])
    records = ask(f"v1/{word}_financial_record", **of)["data"]
    assert records["total_size"] == len(ask(f"v3/{word}_financial_record", **of)["data"]) > 0
    accounts = ask(f"v1/{word}_account_position_info", **named)["data"]
    assert [len(row["positions"]) for row in accounts] == [1]
    assert ask(f"v1/{word}_hisorders")["err_code"] == 1030


@pytest.mark.parametrize(
    ("ex", "api", "named"),
    [
        ("/linear-swap-ex/market", "/linear-swap-api/v1/swap", {"contract_code": "BTC-USDT"}),
        ("/swap-ex/market", "/swap-api/v1/swap", {"contract_code": "BTC-USD"}),
        ("/market", "/api/v1/contract", {"symbol": "BTC_CQ"}),
    ],
)
def test_facts_of_contracts(venue: Venue, ex: str, api: str, named: dict[str, str]) -> None:
    venue.wait(5)
    assert venue.public("contract", f"{ex}/trade", **named)["tick"]["data"][0]["price"] > 0
    every = venue.public("contract", f"{ex}/detail/batch_merged")["ticks"]
    assert len(every) > 1
    assert venue.public("contract", f"/v2{ex}/detail/batch_merged", **named)["ticks"][0]["bid"][0] > 0
    code = {name: value for name, value in named.items() if name == "contract_code"} or {"symbol": "BTC"}
    limits = venue.public("contract", f"{api}_price_limit", **code)["data"]
    assert all(row["low_limit"] < 65_000 < row["high_limit"] for row in limits)
    assert {row["symbol"] for row in limits} == {"BTC"}
    interest = venue.public("contract", f"{api}_open_interest")["data"]
    assert len(interest) == len(every)
    assert all(row["volume"] >= 0 for row in interest)


def test_open_interest_where_there_is_no_mark(venue: Venue) -> None:
    venue.exchange.markets["htx:BTC/USDT:USDT"].carry.mark = float("nan")
    venue.exchange.markets["htx:BTC/USDT:USDT"].daily.interest = 12.0
    row = venue.public("contract", "/linear-swap-api/v1/swap_open_interest", contract_code="BTC-USDT")["data"][0]
    assert (row["volume"], row["amount"]) == (12, 12)


def test_everything_lives(venue: Venue) -> None:
    for path in ("/heartbeat", "/heartbeat/"):
        assert venue.public("contract", path)["data"]["linear_swap_heartbeat"] == 1
    assert venue.public("spot", "/v2/market-status")["data"] == {"marketStatus": 1}


def test_spots_lists_in_other_words(venue: Venue) -> None:
    names = venue.public("spot", "/v1/common/currencys")["data"]
    assert {"btc", "usdt"} <= set(names)
    coins = venue.public("spot", "/v2/settings/common/currencies")["data"]
    assert [row["cc"] for row in coins] == names
    assert {row["cc"] for row in coins if row["qc"]} == {"usdt"} | {row["cc"] for row in coins if row["qc"]}
    pairs = {row["sc"]: row for row in venue.public("spot", "/v1/settings/common/symbols")["data"]}
    listed = {row["symbol"]: row for row in venue.public("spot", "/v1/common/symbols")["data"]}
    assert set(pairs) == set(listed)
    assert pairs["btcusdt"]["tpp"] == listed["btcusdt"]["price-precision"]
    assert venue.public("spot", "/market/detail/", symbol="btcusdt")["tick"]["close"] > 0
    assert venue.public("spot", "/market/depth", symbol="btcusdt", type="step0", colour="red")["status"] == "ok"


def test_a_market_that_has_not_traded_has_no_latest_trade(venue: Venue) -> None:
    venue.exchange.markets["htx:BTC/USDT"].trades.clear()
    assert venue.public("spot", "/market/trade", symbol="btcusdt")["tick"] is None


def test_spot_orders_in_batches(venue: Venue) -> None:
    told = [ORDER | {"client-order-id": "a"}, ORDER, ORDER | {"client-order-id": "b", "amount": 0.000001}]
    first, second, third = venue.post("spot", "/v1/order/batch-orders", told)["data"]
    assert first["client-order-id"] == "a"
    assert isinstance(second["order-id"], int)
    assert third["err-code"] == "order-limitorder-amount-min-error"
    bodies: tuple[Any, ...] = ([], [ORDER] * 11, {"orders": []})
    for bad in bodies:
        assert venue.post("spot", "/v1/order/batch-orders", bad)["err-code"] == "validation-format-error"
    swap = venue.post("contract", "/linear-swap-api/v1/swap_cross_order", {
        "contract_code": "BTC-USDT", "direction": "buy", "volume": 1, "price": 50_000, "lever_rate": 5,
        "order_price_type": "limit",
    })["data"]["order_id_str"]  # fmt: skip
    ids = [str(second["order-id"]), "999", swap]
    answer = venue.post("spot", "/v1/order/orders/batchcancel", {"order-ids": ids, "client-order-ids": ["a"]})["data"]
    assert answer["success"] == [ids[0], "a"]
    assert [(row["order-id"], row["order-state"]) for row in answer["failed"]] == [("999", -1), (swap, -1)]
    again = venue.post("spot", "/v1/order/orders/batchcancel", {"order-ids": [second["order-id"]]})["data"]
    assert [(row["order-state"], row["err-code"]) for row in again["failed"]] == [(7, "order-orderstate-error")]
    refused: tuple[tuple[Any, str], ...] = (
        ({}, "validation-constraints-required"),
        ({"order-ids": "5"}, "validation-format-error"),
        ({"order-ids": ["5"] * 51}, "validation-format-error"),
    )
    for body, code in refused:
        assert venue.post("spot", "/v1/order/orders/batchcancel", body)["err-code"] == code


def test_bookings_under_the_older_name(venue: Venue) -> None:
    venue.post("spot", "/v2/account/transfer", {"from": "spot", "to": "linear-swap", "currency": "usdt", "amount": 5,
                                                "margin-account": "USDT"})  # fmt: skip
    (row,) = venue.get("spot", "/v1/account/history", account_id=SPOT_ID)["data"]
    assert (row["currency"], float(row["transact-amt"]), row["transact-type"]) == ("usdt", -5, "transfer-out")

"""Private endpoints beyond what the desk's codec asks: lists, refusals, and what only others ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from basisdesk.domain.ask import Cancel, OrderRef, OrderType, PositionSide
from basisdesk.sim.dialects.htx.ladder import Ladder
from basisdesk.sim.dialects.htx.names import contract_type

if TYPE_CHECKING:
    from tests.sim.dialects.htx.conftest import Desk, Venue

SPOT, LINEAR, SWAP = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC"
SPOT_ID = 51_000_001


def test_accounts_and_the_balance_of_an_empty_one(venue: Venue) -> None:
    rows = venue.get("spot", "/v1/account/accounts")["data"]
    assert [row["type"] for row in rows] == ["point", "spot"]
    point = venue.get("spot", f"/v1/account/accounts/{rows[0]['id']}/balance")["data"]
    assert (point["type"], point["list"]) == ("point", [])
    answer = venue.get("spot", "/v1/account/accounts/5/balance")
    assert answer["err-code"] == "account-get-balance-account-inexistent-error"


def test_frozen_money_is_told_apart(venue: Venue, desk: Desk) -> None:
    desk.ask(desk.order(SPOT, "0.9", client_id="1"))
    rows = venue.get("spot", f"/v1/account/accounts/{SPOT_ID}/balance")["data"]["list"]
    frozen = {row["currency"]: row["balance"] for row in rows if row["type"] == "frozen"}
    assert float(frozen["usdt"]) > 100
    assert frozen["btc"] == "0"


@pytest.mark.parametrize(
    ("path", "told", "code"),
    [
        ("/v2/user/api-key", {"uid": "5"}, 2002),
        ("/v2/user/api-key", {}, 2003),
        ("/v2/reference/transact-fee-rate", {"symbols": "nonesuch"}, "base-symbol-error"),
        ("/v2/account/ledger", {"accountId": "5"}, "account-get-accounts-inexistent-error"),
    ],
)
def test_spots_newer_interface_refuses(venue: Venue, path: str, told: dict[str, str], code: Any) -> None:
    answer = venue.get("spot", path, **told)
    assert answer["code"] == code
    assert not answer["success"]


def test_another_key_is_not_told_of(venue: Venue) -> None:
    assert venue.get("spot", "/v2/user/api-key", uid="1000001", accessKey="another")["data"] == []


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v2/algo-orders/cancel-all-after", {}, 2003),
        ("/v2/algo-orders/cancel-all-after", {"timeout": 4}, 2002),
        ("/v2/account/transfer", {"from": "spot", "to": "otc", "currency": "usdt", "amount": 1}, 2002),
        ("/v2/account/transfer", {"from": "swap", "to": "linear-swap", "currency": "usdt", "amount": 1}, 2002),
        ("/v2/account/transfer", {"from": "spot", "to": "linear-swap", "currency": "usdt", "amount": 1}, 2003),
        ("/v2/account/transfer", {"from": "spot", "to": "swap", "currency": "btc"}, 2003),
        ("/v2/account/transfer", {"from": "spot", "to": "swap", "currency": "btc", "amount": 1000}, 1303),
        ("/v2/account/transfer", {"from": "spot", "to": "swap", "currency": "btc", "amount": 0}, 2002),
    ],
)
def test_money_and_the_switch_are_refused(venue: Venue, path: str, body: dict[str, Any], code: int) -> None:
    assert venue.post("spot", path, body)["code"] == code


@pytest.mark.parametrize(("amount", "code"), [(1000, "dw-insufficient-balance"), (0, "bad-request")])
def test_transfers_to_futures_are_refused_in_words(venue: Venue, amount: int, code: str) -> None:
    body = {"type": "pro-to-futures", "currency": "btc", "amount": amount}
    assert venue.post("spot", "/v1/futures/transfer", body)["err-code"] == code


def test_a_spot_order_that_is_not_there(venue: Venue, desk: Desk) -> None:
    assert venue.post("spot", "/v1/order/orders/5/submitcancel")["err-code"] == "base-record-invalid"
    assert venue.post("spot", "/v1/order/orders/submitCancelClientOrder", {"client-order-id": "x"})["data"] == 0
    assert venue.get("spot", "/v1/order/orders/5")["err-code"] == "base-record-invalid"
    (taken,) = desk.ask(desk.order(LINEAR, "0.9", client_id="1")).updates
    number = getattr(taken, "venue_id", "")
    assert venue.get("spot", f"/v1/order/orders/{number}")["err-code"] == "base-record-invalid"


def test_spot_orders_by_side_and_of_some_markets(venue: Venue, desk: Desk) -> None:
    for name, share in (("1", "0.9"), ("2", "0.91")):
        desk.ask(desk.order(SPOT, share, client_id=name))
    desk.ask(desk.order("htx:ETH/USDT", "0.9", client_id="3"))
    assert len(venue.get("spot", "/v1/order/openOrders")["data"]) == 3
    account: dict[str, Any] = {"account_id": SPOT_ID, "symbol": "btcusdt"}
    rows = venue.get("spot", "/v1/order/openOrders", **account)["data"]
    assert [row["client-order-id"] for row in rows] == ["2", "1"]
    account |= {"from": rows[0]["id"], "direct": "next"}
    older = venue.get("spot", "/v1/order/openOrders", **account)["data"]
    assert older == rows[1:]
    assert venue.get("spot", "/v1/order/openOrders", **account, side="sell")["data"] == []
    assert venue.get("spot", "/v1/order/openOrders", symbol="btcusdt")["err-code"] == "validation-constraints-required"
    body = {"account-id": str(SPOT_ID), "symbol": "btcusdt,ethusdt", "side": "buy", "size": 2}
    done = venue.post("spot", "/v1/order/orders/batchCancelOpenOrders", body)["data"]
    assert (done["success-count"], done["next-id"] > 0) == (2, True)
    assert venue.post("spot", "/v1/order/orders/batchCancelOpenOrders")["data"]["success-count"] == 1


def test_past_spot_orders_by_state(venue: Venue, desk: Desk) -> None:
    desk.ask(desk.order(SPOT, "1.01", client_id="1"))
    desk.ask(desk.order(SPOT, "0.9", client_id="2"))
    desk.ask(Cancel(OrderRef(symbol=SPOT, client_id="2")))
    states = {"states": "filled", "symbol": "btcusdt"}
    assert [row["client-order-id"] for row in venue.get("spot", "/v1/order/orders", **states)["data"]] == ["1"]
    rows = venue.get("spot", "/v1/order/history")["data"]
    assert [row["state"] for row in rows] == ["canceled", "filled"]
    fills = venue.get("spot", f"/v1/order/orders/{rows[1]['id']}/matchresults")["data"]
    assert sum(Decimal(row["filled-amount"]) for row in fills) == Decimal("0.01")
    early: dict[str, Any] = {"start_time": venue.now // 10**6 - 3 * 86_400_000, "end_time": venue.now // 10**6}
    for path in ("/v1/order/matchresults", "/v1/order/orders"):
        assert venue.get("spot", path, **early, **states)["err-code"] == "invalid_interval"
        wrong: dict[str, Any] = {"start_time": early["end_time"], "end_time": early["end_time"] - 1}
        assert venue.get("spot", path, **wrong, **states)["err-code"] == "invalid_interval"


def test_past_spot_orders_are_those_of_two_days(venue: Venue, desk: Desk) -> None:
    desk.ask(desk.order(SPOT, "1.01", client_id="1"))
    (live,) = venue.exchange.floor.accounts["1000001"].orders.values()
    hour, created = 3_600_000, venue.now // 10**6 - 49 * 3_600_000
    live.created = created * 10**6
    asked = {"states": "filled", "symbol": "btcusdt"}
    assert venue.get("spot", "/v1/order/orders", **asked)["data"] == []
    assert venue.get("spot", "/v1/order/history")["data"] == []
    assert venue.get("spot", "/v1/order/history", start_time=created)["data"] == []
    window: dict[str, Any] = {"start_time": created, "end_time": created + 48 * hour}
    assert len(venue.get("spot", "/v1/order/orders", **asked, **window)["data"]) == 1
    assert len(venue.get("spot", "/v1/order/orders", **asked, end_time=created + hour)["data"]) == 1
    live.created += 2 * hour * 10**6
    assert len(venue.get("spot", "/v1/order/orders", **asked)["data"]) == 1
    assert len(venue.get("spot", "/v1/order/history")["data"]) == 1
    assert venue.get("spot", "/v1/order/history", end_time=created)["data"] == []


def test_linear_orders_past_and_asked_for_wrongly(venue: Venue, desk: Desk) -> None:
    desk.ask(desk.order(LINEAR, "1.01", client_id="1"))
    desk.ask(desk.order(LINEAR, "0.9", client_id="2"))
    told = {"contract_code": "BTC-USDT", "margin_mode": "cross"}
    rows = venue.get("contract", "/v5/trade/order/history", **told)["data"]
    assert [(row["client_order_id"], row["state"]) for row in rows] == [("1", "filled")]
    assert venue.get("contract", "/v5/trade/order", contract_code="BTC-USDT")["code"] == 1030
    assert venue.get("contract", "/v5/trade/order", contract_code="BTC-USDT", order_id="5")["code"] == 1017
    assert venue.post("contract", "/v5/trade/cancel-after")["code"] == 1030
    assert venue.post("contract", "/v5/trade/cancel-after", {"on_off": 1, "time_out": 4999})["code"] == 1030


def test_linear_bookings_by_type(venue: Venue, desk: Desk) -> None:
    body = {"from": "spot", "to": "linear-swap", "currency": "usdt", "amount": "5", "margin-account": "USDT"}
    assert venue.post("spot", "/v2/account/transfer", body)["code"] == 200
    (row,) = venue.get("contract", "/v5/account/bills", type="14,15")["data"]
    assert (row["type"], row["amount"], row["contract_code"]) == ("14", "5", "")
    assert venue.get("contract", "/v5/account/bills", type="30")["data"] == []


def test_fees_of_nothing_are_refused(venue: Venue) -> None:
    assert venue.post("contract", "/api/v1/contract_fee", {"symbol": "XYZ"})["err_code"] == 1030
    rows = venue.post("contract", "/linear-swap-api/v1/swap_fee")["data"]
    assert "BTC-USDT" in [row["contract_code"] for row in rows]


def test_coin_margined_orders_in_all_their_lists(venue: Venue, desk: Desk) -> None:
    side: dict[str, Any] = {"leverage": 3, "position": PositionSide.LONG}
    desk.ask(desk.order(SWAP, "1", type=OrderType.MARKET, client_id="1", **side))
    desk.ask(desk.order(SWAP, "0.9", post_only=True, client_id="2", **side))
    desk.ask(desk.order(SWAP, "1.01", post_only=True, client_id="3", **side))
    body = {"contract": "BTC-USD", "trade_type": 0, "type": 1, "status": "0"}
    rows = venue.post("contract", "/swap-api/v3/swap_hisorders_exact", body)["data"]
    assert [(row["order_price_type"], row["status"]) for row in rows] == [("post_only", 7), ("optimal_20_ioc", 6)]
    page = venue.post("contract", "/swap-api/v1/swap_openorders", {"contract_code": "BTC-USD", "page_size": 1})["data"]
    assert (page["total_size"], page["orders"][0]["client_order_id"]) == (1, 2)
    both = {"contract_code": "BTC-USD", "client_order_id": "2,3"}
    done = venue.post("contract", "/swap-api/v1/swap_cancel", both)["data"]
    assert done["successes"] == "2"
    assert [each["err_code"] for each in done["errors"]] == [1061]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/swap-api/v1/swap_cancel", {"contract_code": "BTC-USD"}, 1030),
        ("/swap-api/v1/swap_cancelall", {"contract_code": "BTC-USD"}, 1051),
        ("/swap-api/v1/swap_order_info", {"contract_code": "BTC-USD", "order_id": "5"}, 1017),
        ("/api/v1/contract_cancel", {"symbol": "XYZ", "order_id": "5"}, 1013),
        ("/api/v1/contract_cancelall", {}, 1030),
        ("/swap-api/v3/swap_matchresults_exact", {"contract": "BTC-USD", "trade_type": 0, "start_time": 1}, 1030),
        ("/swap-api/v1/swap_order", {"contract_code": "XYZ-USD"}, 1013),
    ],
)
def test_coin_margined_requests_are_refused(venue: Venue, path: str, body: dict[str, Any], code: int) -> None:
    assert venue.post("contract", path, body)["err_code"] == code


def test_accounts_and_positions_of_one_coin(venue: Venue, desk: Desk) -> None:
    symbol = desk.symbol("coin_futures")
    desk.ask(desk.order(symbol, "1", type=OrderType.MARKET, leverage=3, position=PositionSide.LONG))
    (account,) = venue.post("contract", "/api/v1/contract_account_info", {"symbol": "BTC"})["data"]
    assert account["margin_position"] > 0
    (position,) = venue.post("contract", "/api/v1/contract_position_info", {"symbol": "BTC"})["data"]
    assert (position["direction"], position["volume"]) == ("buy", 2)
    assert venue.post("contract", "/api/v1/contract_position_info", {"symbol": "ETH"})["data"] == []
    (swap,) = venue.post("contract", "/swap-api/v1/swap_account_info", {"contract_code": "BTC-USD"})["data"]
    assert swap["contract_code"] == "BTC-USD"


def test_terms_that_change_are_told_when_asked_for(venue: Venue) -> None:
    wire = venue.open("spot", "/ws")
    instrument = venue.exchange.markets[SPOT].instrument
    venue.exchange.relist(replace(instrument, tradable=False), venue.now)
    rows = {row["symbol"]: row for row in venue.public("spot", "/v1/common/symbols")["data"]}
    assert (rows["btcusdt"]["state"], rows["ethusdt"]["state"]) == ("suspend", "online")
    body = {"account-id": str(SPOT_ID), "symbol": "btcusdt", "type": "buy-limit", "amount": "0.01", "price": "60000"}
    assert venue.post("spot", "/v1/order/orders/place", body)["err-code"] == "base-symbol-trade-disabled"
    assert wire.take() == []


def test_public_sockets_hear_nothing_of_accounts(venue: Venue, desk: Desk) -> None:
    wire = venue.open("contract", "/linear-swap-ws")
    wire.say({"sub": "market.BTC-USDT.detail"})
    wire.say({"sub": "market.BTC-USDT.bbo"})
    desk.ask(desk.order(LINEAR, "0.999999", client_id="1"))
    assert {message["ch"].rpartition(".")[2] for message in wire.take()} <= {"bbo", "detail"}


def test_a_change_below_the_levels_of_a_channel_is_not_told_there(venue: Venue, desk: Desk) -> None:
    wire = venue.open("spot", "/feed")
    wire.say({"sub": "market.btcusdt.mbp.5"})
    wire.say({"req": "market.btcusdt.mbp.5"})
    wire.say({"sub": "market.btcusdt.mbp.400"})
    wire.say({"req": "market.btcusdt.mbp.400"})
    desk.ask(desk.order(SPOT, "0.6", client_id="1"))
    (heard,) = wire.take()
    assert heard["ch"] == "market.btcusdt.mbp.400"


def test_a_ladder_that_did_not_change_says_nothing(venue: Venue) -> None:
    ladder = Ladder(venue.exchange.markets[SPOT], 5, by_one=False)
    assert ladder.follow() is None


def test_a_contract_beyond_the_standing_names_counts_as_quarterly(venue: Venue, desk: Desk) -> None:
    instrument = venue.exchange.markets[desk.symbol("coin_futures")].instrument
    assert contract_type(replace(instrument, code="BTC301227"), venue.now) == "quarter"

"""The simulated venue's private spot REST by hand: bodies as the pages show them, and every way to be refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from basisdesk.domain.ask import OrderRef
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.bigone import refuse
from basisdesk.sim.dialects.bigone.spot_orders import state_of

V = "/api/v3/viewer/"
PAIR = "asset_pair_name=BTC-USDT"
ORDER = {"asset_pair_name": "BTC-USDT", "side": "BID", "type": "LIMIT", "amount": "0.01", "price": "50000"}


def place(door: Any, **terms: Any) -> Any:
    status, body = door.call("POST", f"{V}orders", ORDER | terms)
    assert status == 200, body
    return body["data"]


def code(door: Any, method: str, target: str, body: Any = None) -> int:
    status, answer = door.call(method, f"{V}{target}", body)
    assert status >= 400, answer
    number: int = answer["code"]
    return number


def test_a_placed_order_is_told_as_the_page_shows_it(door: Any) -> None:
    row = place(door, client_order_id="test-1")
    assert row | {"id": 1, "created_at": "", "updated_at": ""} == {
        "id": 1, "asset_pair_name": "BTC-USDT", "price": "50000", "amount": "0.01", "filled_amount": "0",
        "avg_deal_price": "0", "side": "BID", "type": "LIMIT", "state": "PENDING", "client_order_id": "test-1",
        "immediate_or_cancel": False, "post_only": False, "stop_price": None, "operator": None, "created_at": "",
        "updated_at": "",
    }  # fmt: skip
    assert row["created_at"] == "2023-11-14T22:13:23Z"


def test_a_market_buy_counts_coin_or_money_by_what_the_pair_allows(door: Any) -> None:
    market = {"type": "MARKET", "price": None}
    coin = place(door, amount="0.01", **market)
    assert (coin["state"], coin["amount"], coin["filled_amount"], coin["type"]) == ("FILLED", "0.01", "0.01", "MARKET")
    money = place(door, amount="600", **market)
    assert (money["state"], money["amount"]) == ("FILLED", "600")
    assert Decimal(599) < Decimal(money["filled_amount"]) <= 600
    assert Decimal("0.008") < Decimal(money["filled_amount"]) / Decimal(money["avg_deal_price"]) < Decimal("0.01")
    sold = place(door, amount="15", side="ASK", **market)
    assert (sold["side"], sold["amount"]) == ("ASK", "15")
    assert code(door, "POST", "orders", ORDER | market | {"amount": "0.00001"}) == 10007


@pytest.mark.parametrize(
    "terms",
    [
        {"amount": 0.01}, {"price": 50000}, {"amount": "x"}, {"amount": ""}, {"amount": "1e-2"}, {"amount": "0-1"},
        {"amount": "1" * 41}, {"price": None}, {"side": "BUY"}, {"type": "FOK"}, {"amount": "0.0000001"},
        {"price": "50000.001"}, {"amount": "0.0001"}, {"amount": "0"}, {"amount": "30"}, {"client_order_id": "a b"},
        {"client_order_id": "x" * 37}, {"immediate_or_cancel": True, "post_only": True}, {"type": "STOP_LIMIT"},
        {"stop_price": "1"}, {"operator": "GTE"}, {"post_only": "true"},
    ],
)  # fmt: skip
def test_a_wrong_order_is_a_parameter_error(door: Any, terms: dict[str, Any]) -> None:
    assert code(door, "POST", "orders", ORDER | terms) == 10007


def test_other_refusals_of_an_order_have_codes_of_their_own(door: Any) -> None:
    assert code(door, "POST", "orders", b"<") == 10001
    assert code(door, "POST", "orders", {}) == 10007
    assert code(door, "POST", "orders", ORDER | {"asset_pair_name": "NO-USDT"}) == 10013
    assert code(door, "POST", "orders", ORDER | {"side": "ASK", "price": "10000"}) == 40605
    assert code(door, "POST", "orders", ORDER | {"price": "200000", "amount": "0.001"}) == 40604
    large = ORDER | {"amount": "12"}
    assert door.call("POST", f"{V}orders", large)[0] == 200
    assert code(door, "POST", "orders", large) == 10014


def test_the_words_for_what_an_exchange_refuses() -> None:
    cases = {
        Reason.NOT_TRADABLE: 60100, Reason.MAINTENANCE: 60100, Reason.WOULD_NOT_FILL: 50047, Reason.RISK_LIMIT: 40305,
        Reason.RATE_LIMIT: 10429, Reason.OVERLOADED: 10005, Reason.ABOVE_MAXIMUM: 10007, Reason.OTHER: 10007,
    }  # fmt: skip
    for reason, number in cases.items():
        assert f"'code': {number}" in str(refuse.of_spot(Refused(reason, "no")))


def test_an_order_that_the_exchange_rejects_later_is_told_so(door: Any) -> None:
    row = place(door)
    placed = door.exchange.order("1000001", OrderRef(symbol="", venue_id=str(row["id"])), door.now)
    told = msgspec.structs.replace(placed, status=OrderStatus.DONE, reason=DoneReason.REJECTED)
    assert state_of(told) == "REJECTED"


def test_several_orders_at_once(door: Any) -> None:
    status, body = door.call("POST", f"{V}orders/multi", [ORDER, ORDER | {"side": "ASK", "price": "80000"}])
    assert status == 200
    assert [row["side"] for row in body["data"]] == ["BID", "ASK"]


def test_orders_are_listed_by_state_and_side_page_by_page(door: Any) -> None:
    ids = [place(door)["id"] for _ in range(5)]
    ids.append(place(door, side="ASK", price="80000")["id"])
    door.call("POST", f"{V}orders/{ids[0]}/cancel", {})
    done = place(door, price="70000", immediate_or_cancel=True)["id"]

    def listed(more: str = "") -> list[int]:
        status, body = door.call("GET", f"{V}orders?{PAIR}{more}")
        assert status == 200, body
        return [row["id"] for row in body["data"]]

    live = ids[:0:-1]
    assert listed() == listed("&state=PENDING") == listed("&state=OPENING") == live
    assert listed("&side=ASK") == [ids[-1]]
    assert listed("&state=CLOSED") == [done, ids[0]]
    assert listed("&state=FILLED") == [done]
    assert listed("&state=CANCELLED") == [ids[0]]
    assert listed("&state=ALL") == [done, *live, ids[0]]
    assert listed("&state=NONE_FILLED") == [*live, ids[0]]
    pages, token = [], ""
    for _ in range(4):
        _, body = door.call("GET", f"{V}orders?{PAIR}&state=ALL&limit=2&page_token={token}")
        pages += [row["id"] for row in body["data"]]
        token = body["page_token"]
        if not token:
            break
    assert pages == [done, *live, ids[0]]
    for wrong in ("?", f"?{PAIR}&state=NEW", f"?{PAIR}&side=BUY", f"?{PAIR}&page_token=-", f"?{PAIR}&limit=0"):
        assert code(door, "GET", f"orders{wrong}") == 10007


def test_an_order_is_found_and_cancelled_under_both_names(door: Any) -> None:
    row = place(door, client_order_id="own-1")
    for target in (f"orders/{row['id']}", f"order?order_id={row['id']}", "order?client_order_id=own-1"):
        status, body = door.call("GET", f"{V}{target}")
        assert (status, body["data"]) == (200, row)
    assert code(door, "GET", "order") == 10007
    assert code(door, "GET", "order?client_order_id=other") == 10013
    assert code(door, "POST", "order/cancel", {}) == 10007
    assert code(door, "POST", "order/cancel", {"client_order_id": "other"}) == 54043
    status, body = door.call("POST", f"{V}order/cancel", {"order_id": row["id"]})
    assert body["data"]["state"] == "CANCELLED"
    assert code(door, "POST", "order/cancel", {"client_order_id": "own-1"}) == 40121
    again = place(door, client_order_id="own-2")
    status, body = door.call("POST", f"{V}order/cancel", {"client_order_id": "own-2"})
    assert (status, body["data"]["id"]) == (200, again["id"])


def test_contract_orders_are_not_found_on_spot(door: Any) -> None:
    body = {"symbol": "BTCUSD", "side": "BUY", "type": "LIMIT", "size": 1, "price": 50000}
    number = int(door.call("POST", "/api/contract/v2/orders", body)[1]["id"].replace("-", ""), 16)
    assert code(door, "GET", f"orders/{number}") == 10013
    assert code(door, "POST", f"orders/{number}/cancel", {}) == 10013


def test_a_cancel_that_the_exchange_will_not_do_is_told(door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = place(door)
    monkeypatch.setattr(type(door.exchange), "cancel", lambda *_: Refused(Reason.OVERLOADED, "no"))
    assert code(door, "POST", f"orders/{row['id']}/cancel", {}) == 10005


def test_trades_of_a_maker_and_of_a_taker(door: Any) -> None:
    place(door, type="MARKET", price=None)
    touch = door.exchange.markets["bigone:BTC/USDT"].book
    resting = place(door, price=f"{touch.bid + 0.01:.2f}", amount="0.001")
    for _ in range(120):
        if door.call("GET", f"{V}orders/{resting['id']}")[1]["data"]["state"] == "FILLED":
            break
        door.wait(1)
    _, body = door.call("GET", f"{V}trades?{PAIR}")
    maker = next(row for row in body["data"] if row["maker_order_id"] == resting["id"])
    taker = body["data"][-1]
    assert (maker["side"], maker["taker_side"], maker["taker_order_id"], maker["taker_fee"]) == (
        "BID",
        "ASK",
        None,
        None,
    )
    assert (taker["side"], taker["taker_side"], taker["maker_order_id"], taker["maker_fee"]) == (
        "BID",
        "BID",
        None,
        None,
    )
    assert Decimal(taker["taker_fee"]) == Decimal(taker["amount"]) * Decimal("0.001")


def test_balances_one_by_one(door: Any) -> None:
    place(door)
    rows = {row["asset_symbol"]: row for row in door.call("GET", f"{V}accounts")[1]["data"]}
    assert rows["USDT"] == {"asset_symbol": "USDT", "balance": "1000000", "locked_balance": "500"}
    assert door.call("GET", f"{V}accounts/USDT")[1]["data"] == rows["USDT"]
    fund = {row["asset_symbol"]: row for row in door.call("GET", f"{V}fund/accounts")[1]["data"]}
    assert door.call("GET", f"{V}fund/accounts/BTC")[1]["data"] == fund["BTC"]
    assert code(door, "GET", "accounts/DOGE") == 10013
    for row in door.exchange.balances("1000001", "funding"):
        if row.asset == "ETH":
            move = {"symbol": "ETH", "amount": str(row.total), "from": "FUND", "to": "SPOT", "guid": "g"}
            door.call("POST", f"{V}transfer", move)
    empty = door.call("GET", f"{V}fund/accounts/ETH")[1]["data"]
    assert empty == {"asset_symbol": "ETH", "balance": "0", "locked_balance": "0"}


def test_fees_of_some_pairs_or_of_all(door: Any) -> None:
    rows = door.call("GET", f"{V}trading_fees")[1]["data"]
    assert [row["asset_pair_name"] for row in rows] == ["BTC-USDT", "ETH-USDT"]
    assert door.call("GET", f"{V}trading_fees?asset_pair_names=ETH-USDT")[1]["data"] == [
        {"asset_pair_name": "ETH-USDT", "maker_fee_rate": "0.001", "taker_fee_rate": "0.001"}
    ]


def test_a_transfer_can_be_looked_up(door: Any) -> None:
    move = {"symbol": "USDT", "amount": "100.50", "from": "SPOT", "to": "FUND", "guid": "d7d98a2c"}
    assert door.call("POST", f"{V}transfer", move) == (200, {"code": 0, "data": None})
    row = door.call("GET", f"{V}transfer?guid=d7d98a2c")[1]["data"]
    assert (row["amount"], row["state"], row["symbol"]) == ("100.50", "SUCCEED", "USDT")
    assert code(door, "GET", "transfer?guid=other") == 10013
    for wrong in (
        {"amount": 1}, {"amount": "x"}, {"guid": ""}, {"guid": "g" * 37}, {"type": "MASTER_TO_SUB"}, {"to": "BANK"},
        {"sub_account": "1"},
    ):  # fmt: skip
        assert code(door, "POST", "transfer", move | wrong) == 10007
    assert code(door, "POST", "transfer", move | {"guid": "h", "amount": "99999999"}) == 10014

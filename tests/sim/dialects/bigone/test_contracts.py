"""The simulated venue's private contract REST by hand: numbers, words for refusals, lists and margins."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from basisdesk.domain.account import Fill, FillVoided, Forced, IncomeKind, OrderUpdate, Position
from basisdesk.domain.ask import NewOrder, OrderRef, OrderType
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.bigone import contract_market, contract_orders, streams
from basisdesk.sim.dialects.bigone.contract_account import position_row
from basisdesk.sim.dialects.bigone.notes import Notes
from basisdesk.sim.dialects.bigone.spell import uuid_of
from basisdesk.sim.exchange.logins import FULL
from basisdesk.venues.bigone.sign import bearer

C = "/api/contract/v2/"
INVERSE = "bigone:BTC/USD:BTC"
ORDER = {"symbol": "BTCUSD", "side": "BUY", "type": "LIMIT", "size": 10, "price": 50000.5, "reduceOnly": False}


def place(door: Any, **terms: Any) -> Any:
    body = {name: value for name, value in (ORDER | terms).items() if value is not None}
    status, answer = door.call("POST", f"{C}orders", body)
    assert status == 200, answer
    return answer


def word(door: Any, method: str, target: str, body: Any = None) -> tuple[int, str]:
    status, answer = door.call(method, f"{C}{target}", body)
    assert status >= 400, answer
    return status, answer["anomaly"].removeprefix("anomaly.")


def test_an_order_is_told_in_numbers(door: Any) -> None:
    row = place(door)
    assert set(row) >= {
        "id",
        "userId",
        "symbol",
        "type",
        "side",
        "status",
        "price",
        "size",
        "filled",
        "ts",
        "timestamp",
    }
    assert (row["price"], row["size"], row["filled"], row["status"]) == (50000.5, 10, 0, "NEW")
    assert row["notional"] == pytest.approx(10 / 50000.5)
    assert (row["currency"], row["userId"]) == ("BTC", uuid_of("1000001"))
    linear = place(door, symbol="BTCUSDT", price=50000)
    assert linear["notional"] == 500


@pytest.mark.parametrize(
    ("kind", "told"), [("LIMIT", "NEW"), ("POST_ONLY", "NEW"), ("IOC", "CANCELED"), ("FOK", "CANCELED")]
)
def test_the_kind_of_an_order_says_how_long_it_lives(door: Any, kind: str, told: str) -> None:
    row = place(door, type=kind)
    assert (row["type"], row["status"]) == (kind, told)


@pytest.mark.parametrize(
    "terms",
    [
        {"size": "10"}, {"price": "50000"}, {"price": 50000.3}, {"size": 0.5}, {"size": 0}, {"symbol": "NOUSD"},
        {"side": "BID"}, {"type": "STOP"}, {"type": "MARKET"}, {"price": None}, {"size": True},
        {"conditional": {"type": "REACH"}}, {"reduceOnly": "no"}, {"size": -1}, {"size": [1]},
    ],
)  # fmt: skip
def test_a_wrong_order_has_invalid_parameters(door: Any, terms: dict[str, Any]) -> None:
    assert word(door, "POST", "orders", ORDER | terms) == (400, "request/invalid-params")


def test_numbers_are_taken_exactly_and_no_others(door: Any) -> None:
    assert place(door, symbol="BTCUSDT", price=50000, conditional=None)["price"] == 50000
    body = b'{"symbol":"BTCUSD","side":"BUY","type":"LIMIT","size":%s,"price":5.00005E+4}'
    assert door.call("POST", f"{C}orders", body % b"10")[1]["price"] == 50000.5
    for text in (b"1" * 41, b"-", b"{}", b"1e99999999999999999999", b"1e-39"):
        assert word(door, "POST", "orders", body % text) == (400, "request/invalid-params")
    assert word(door, "POST", "orders", b"<") == (400, "request/invalid-params")


def test_other_refusals_have_words_of_their_own(door: Any) -> None:
    assert word(door, "POST", "orders", ORDER | {"price": 500000}) == (400, "order/price-out-of-range")
    assert word(door, "POST", "orders", ORDER | {"size": 99_999_999}) == (400, "open-order/insufficient-margin")
    reduce = {"type": "MARKET", "reduceOnly": True}
    body = {name: value for name, value in (ORDER | reduce).items() if name != "price"}
    assert word(door, "POST", "orders", body) == (400, "close-position/position-not-found")
    for target in ("x", uuid_of("x"), "00000000-0000-0000-0000-000000000001"):
        assert word(door, "GET", f"orders/{target}") == (404, "order/not-found")
        assert word(door, "DELETE", f"orders/{target}") == (404, "order/not-found")
    row = place(door)
    assert door.call("DELETE", f"{C}orders/{row['id']}")[1]["status"] == "CANCELED"
    assert word(door, "DELETE", f"orders/{row['id']}") == (404, "order/not-found")
    spot = {"asset_pair_name": "BTC-USDT", "side": "BID", "type": "LIMIT", "amount": "0.01", "price": "50000"}
    number = door.call("POST", "/api/v3/viewer/orders", spot)[1]["data"]["id"]
    assert word(door, "GET", f"orders/00000000-0000-0000-0000-{number:012x}") == (404, "order/not-found")


def test_orders_are_listed_counted_and_paged(door: Any) -> None:
    ids = [place(door)["id"] for _ in range(4)]
    ids.append(place(door, symbol="BTCUSDT", side="SELL", price=80000)["id"])
    door.call("DELETE", f"{C}orders/{ids[0]}")

    def listed(target: str) -> list[str]:
        status, rows = door.call("GET", f"{C}{target}")
        assert status == 200, rows
        return [row["id"] for row in rows]

    assert listed("orders") == ids[::-1]
    assert listed("orders/opening") == ids[:0:-1]
    assert listed("orders?symbol=BTCUSD&status=NEW,PARTIALLY_FILLED") == ids[3:0:-1]
    assert listed("orders?side=SELL") == listed("orders?symbol=BTCUSDT") == [ids[4]]
    assert listed("orders?type=MARKET") == []
    assert listed("orders?limit=2") == ids[:2:-1]
    assert listed(f"orders?limit=2&id={ids[3]}") == ids[2:0:-1]
    assert listed(f"orders?id={uuid_of('x')}") == [each for each in ids[::-1] if each < uuid_of("x")]
    now = door.now // 10**6
    assert listed(f"orders?start-time={now + 1}") == listed(f"orders?end-time={now - 1}") == []
    assert listed(f"orders/opening?symbol=BTCUSD&start-time={now}&end-time={now}") == ids[3:0:-1]
    assert door.call("GET", f"{C}orders/count?status=CANCELED")[1] == {"count": 1}
    assert door.call("GET", f"{C}orders/opening/count")[1] == {"count": 4}
    for wrong in ("status=OLD", "symbol=NO", "limit=0", "limit=x", "start-time=x", "side=BID"):
        assert word(door, "GET", f"orders?{wrong}") == (400, "request/invalid-params")


def test_trades_are_listed_by_side_and_order(door: Any) -> None:
    bought, sold = place(door, type="MARKET", price=None), place(door, type="MARKET", price=None, side="SELL", size=4)
    pool = door.exchange.floor.pools[INVERSE]
    pool.settles_at = door.now + 1
    door.wait(1)

    def listed(more: str = "") -> Any:
        return door.call("GET", f"{C}trades{more}")[1]

    rows = listed()
    assert rows[0]["side"] == "FUNDING"
    assert {row["side"] for row in listed("?side=TRADING")} == {"BUY", "SELL"}
    assert {row["orderId"] for row in listed("?side=SELL")} == {sold["id"]}
    assert sum(row["size"] for row in listed(f"?order-id={bought['id']}")) == 10
    assert listed("?side=ADL_BUY") == listed("?symbol=BTCUSDT") == []
    assert door.call("GET", f"{C}trades/count")[1] == {"count": len(rows)}
    taken = listed("?side=SELL")[0]
    assert taken["feeRate"] == pytest.approx(0.0007, rel=1e-3)
    assert taken["fee"] == pytest.approx(taken["notional"] * 0.0007, rel=1e-6)
    assert word(door, "GET", "trades?side=ODD") == (400, "request/invalid-params")


def test_cash_and_positions_stand_side_by_side(door: Any) -> None:
    place(door, type="MARKET", price=None, side="SELL", size=1000)
    place(door, size=30)
    place(door, size=40, side="SELL", price=80000)
    accounts = {row["cash"]["currency"]: row for row in door.call("GET", f"{C}accounts")[1]}
    assert set(accounts) == {"BTC", "USDT"}
    (position,) = accounts["BTC"]["positions"]
    assert (position["size"], position["isCross"], position["leverage"]) == (-1000, True, 20)
    assert (position["buyingSize"], position["sellingSize"]) == (30, -40)
    assert position["sellingNotional"] < 0 < position["buyingNotional"]
    assert position["notional"] < 0 < position["entryPrice"]
    cash = accounts["BTC"]["cash"]
    assert cash["available"] < cash["balances"]
    assert cash["marginBalances"] == pytest.approx(cash["balances"] + cash["unrealizedPnl"])
    (flat,) = accounts["USDT"]["positions"]
    assert (flat["size"], flat["entryPrice"], flat["liquidatePrice"]) == (0, 0, 0)


def test_margin_mode_leverage_and_risk_limit(door: Any) -> None:
    target = f"{C}positions/BTCUSD/margin"
    row = door.call("PUT", target, {"isCross": False, "leverage": 7, "margin": 0})[1]
    assert (row["isCross"], row["leverage"]) == (False, 7)
    for empty in (b"", b"{}"):
        assert door.call("PUT", target, empty)[1]["leverage"] == 7
    for wrong in ({"isCross": True}, {"isCross": True, "leverage": "7"}, {"isCross": 1, "leverage": 7}):
        assert word(door, "PUT", "positions/BTCUSD/margin", wrong) == (400, "request/invalid-params")
    much = {"isCross": True, "leverage": 101, "margin": 0}
    assert word(door, "PUT", "positions/BTCUSD/margin", much) == (400, "adjust-margin/invalid-lerverage")
    assert word(door, "PUT", "positions/NO/margin", much) == (400, "request/invalid-params")
    risk = f"{C}positions/BTCUSD/risk-limit"
    assert door.call("PUT", risk, {"notional": 200})[1] == {"notional": 200, "IMR": 0.01}
    accounts = door.call("GET", f"{C}accounts")[1]
    assert [row["riskLimit"] for each in accounts for row in each["positions"] if row["symbol"] == "BTCUSD"] == [200]
    for notional, says in ((1, "adjust-risk-limit/too-small-or-too-large"), ("200", "request/invalid-params")):
        assert word(door, "PUT", "positions/BTCUSD/risk-limit", {"notional": notional}) == (400, says)


def test_leverage_that_the_account_could_not_carry_is_too_much_position(
    door: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Refused(Reason.INSUFFICIENT_MARGIN, "no")
    monkeypatch.setattr(type(door.exchange), "set_leverage", lambda *_: refused)
    less = {"isCross": True, "leverage": 1, "margin": 0}
    assert word(door, "PUT", "positions/BTCUSD/margin", less) == (400, "adjust-margin/position-too-large")


def test_a_cancel_that_the_exchange_will_not_do_is_told(door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = place(door)
    monkeypatch.setattr(type(door.exchange), "cancel", lambda *_: Refused(Reason.MAINTENANCE, "no"))
    assert word(door, "DELETE", f"orders/{row['id']}") == (403, "trades/stopped")


def update(door: Any, **terms: Any) -> OrderUpdate:
    new = NewOrder(symbol=INVERSE, side=Side.BUY, type=OrderType.MARKET, client_id="", size=Decimal(1))
    placed = door.exchange.place("1000001", new, door.now)
    given: dict[str, Any] = {name: getattr(placed, name) for name in placed.__struct_fields__}
    return OrderUpdate(**(given | terms))


def test_trades_tell_what_they_realised_and_the_position_what_all_of_them_did(door: Any) -> None:
    place(door, type="MARKET", price=None, side="SELL", size=1000)
    place(door, type="MARKET", price=None, size=400)
    rows = door.call("GET", f"{C}trades")[1]
    opened, closed = ([row for row in rows if row["side"] == side] for side in ("SELL", "BUY"))
    assert {row["pnl"] for row in opened} == {0}
    entry = 1000 / sum(row["size"] / row["price"] for row in opened)
    for row in closed:
        assert row["pnl"] == pytest.approx(row["size"] * (1 / row["price"] - 1 / entry), abs=1e-11)
    (position,) = inverse(door)
    realised = sum(row["pnl"] for row in closed)
    assert realised < 0
    assert position["realisedPnl"] == pytest.approx(realised, abs=1e-11)
    assert position["totalPnl"] == pytest.approx(realised + position["unrealizedPnl"], abs=1e-11)
    booked = [row for row in door.exchange.income("1000001", "contract", INVERSE, 0) if row.kind is IncomeKind.TRADE]
    assert float(sum(row.amount for row in booked)) == pytest.approx(realised, abs=1e-11)
    place(door, type="MARKET", price=None, size=900)
    (turned,) = inverse(door)
    assert (turned["size"], turned["realisedPnl"]) == (300, 0)


def test_a_trade_that_is_taken_back_has_realised_nothing(door: Any) -> None:
    place(door, type="MARKET", price=None, side="SELL", size=10)
    place(door, type="MARKET", price=None, size=4)
    fill = door.exchange.fills("1000001", "contract", INVERSE, 0, door.now)[-1]
    assert inverse(door)[0]["realisedPnl"] != 0
    for _ in range(2):
        door.exchange.floor.tell(
            door.exchange.floor.accounts["1000001"],
            FillVoided(at=door.now, symbol=INVERSE, trade_id=fill.trade_id, account="1000001"),
        )
        door.wait(0)
        assert inverse(door)[0]["realisedPnl"] == 0


def test_the_margin_of_a_purse_is_that_of_its_positions_and_of_its_orders(door: Any) -> None:
    place(door, type="MARKET", price=None, side="SELL", size=1000)
    place(door, size=600)  # less than the position: closing it needs nothing
    place(door, size=5000, reduceOnly=True)
    (position,), cash = inverse(door), purse(door)
    assert (position["orderMargin"], cash["orderMargin"]) == (0, 0)
    assert position["initMargin"] == pytest.approx(-position["notional"] / 20)
    assert cash["margin"] == cash["positionMargin"] == pytest.approx(position["margin"], abs=1e-11)
    place(door, size=700, side="SELL", price=80000)
    (position,), cash = inverse(door), purse(door)
    more = 700 / position["markPrice"] / 20
    assert position["orderMargin"] == cash["orderMargin"] == pytest.approx(more, rel=1e-6)
    assert cash["margin"] == pytest.approx(cash["positionMargin"] + more, rel=1e-6)
    equity = cash["marginBalances"]
    assert cash["available"] == pytest.approx(equity - cash["margin"], abs=1e-9)
    assert cash["positionValue"] == pytest.approx(-position["value"])
    assert cash["leverage"] == pytest.approx(cash["positionValue"] / equity)
    assert cash["marginRate"] == pytest.approx(cash["margin"] / equity)


def inverse(door: Any) -> Any:
    accounts = door.call("GET", f"{C}accounts")[1]
    return next(row["positions"] for row in accounts if row["cash"]["currency"] == "BTC")


def purse(door: Any) -> Any:
    return next(row["cash"] for row in door.call("GET", f"{C}accounts")[1] if row["cash"]["currency"] == "BTC")


def test_trades_of_two_contracts_never_share_an_id_and_are_paged_to_the_end(door: Any) -> None:
    for _ in range(5):
        for code in ("BTCUSD", "BTCUSDT"):
            place(door, symbol=code, type="MARKET", price=None, size=1)
            door.wait(0.01)
    rows = door.call("GET", f"{C}trades")[1]
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids) >= 10
    assert ids == sorted(ids, reverse=True)
    paged: list[str] = []
    for _ in range(len(ids)):
        more = f"&id={paged[-1]}" if paged else ""
        paged += [row["id"] for row in door.call("GET", f"{C}trades?limit=3{more}")[1]]
    assert paged == ids
    own = {fill.trade_id: fill for fill in door.exchange.fills("1000001", "contract", INVERSE, 0, door.now)}
    printed = [row for row in door.exchange.markets[INVERSE].trades if str(row.trade_id) in own]
    terms = door.exchange.markets[INVERSE].instrument
    assert {contract_market.trade_of(terms, row)["id"] for row in printed} <= set(ids)


def test_orders_and_trades_of_the_venues_own_are_marked(door: Any) -> None:
    liquidated = contract_orders.order_of(door.exchange, "1000001", update(door, forced=Forced.LIQUIDATION))
    assert (liquidated["isLiquidate"], liquidated["liquidateUserId"]) == (True, uuid_of("1000001"))
    adl = contract_orders.order_of(door.exchange, "1000001", update(door, forced=Forced.ADL, venue_id="1"))
    assert (adl["type"], adl["isLiquidate"]) == ("ADL", False)
    unknown = contract_orders.order_of(door.exchange, "1000001", update(door, venue_id="1"))
    assert unknown["type"] == "MARKET"
    fill = Fill(
        at=door.now, symbol=INVERSE, trade_id="1", venue_id="2", client_id="", side=Side.SELL, price=Decimal(50000),
        size=Decimal(0), fee=None, fee_asset="BTC", forced=Forced.ADL, account="1000001",
    )  # fmt: skip
    row = contract_orders.trade_of(door.exchange, fill)
    assert (row["side"], bytes(row["feeRate"])) == ("ADL_SELL", b"0")  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("status", "reason", "filled", "told"),
    [
        (OrderStatus.OPEN, None, 0, "NEW"), (OrderStatus.OPEN, None, 1, "PARTIALLY_FILLED"),
        (OrderStatus.DONE, DoneReason.REJECTED, 0, "REJECTED"), (OrderStatus.DONE, DoneReason.FILLED, 1, "FILLED"),
        (OrderStatus.DONE, DoneReason.EXPIRED, 0, "CANCELED"),
        (OrderStatus.DONE, DoneReason.CANCELLED, 1, "PARTIALLY_CANCELED"),
    ],
)  # fmt: skip
def test_every_status(door: Any, status: OrderStatus, reason: DoneReason | None, filled: int, told: str) -> None:
    assert contract_orders.status_of(update(door, status=status, reason=reason, filled=Decimal(filled))) == told


def test_what_is_told_privately_is_one_message_and_one_more_for_each_purse(door: Any) -> None:
    one = update(door)
    balances = [row for row in door.exchange.balances("1000001", "contract") if row.asset in {"BTC", "USDT"}]
    position = door.exchange.positions("1000001", "contract")[0]
    both: list[Any] = streams.told(door.exchange, "1000001", [one, *balances, position], Notes())
    assert [sorted(message) for message in both] == [["cash", "orders", "positions"], ["cash"]]
    alone: list[Any] = streams.told(door.exchange, "1000001", [position], Notes())
    assert [sorted(message) for message in alone] == [["positions"]]
    spot = door.exchange.balances("1000001", "spot")
    assert streams.told(door.exchange, "1000001", spot, Notes()) == []


def test_an_order_brings_along_the_position_and_the_purse_that_it_changes(door: Any) -> None:
    socket = door.connect("/ws/contract/v2/stream", authorization=bearer(FULL.credentials, door.now))
    place(door, size=30)
    (placed,) = door.heard(socket)
    assert set(placed) == {"orders", "positions", "cash"}
    (row,) = placed["positions"]
    assert (row["size"], row["buyingSize"], row["sellingSize"]) == (0, 30, 0)
    mark = row["markPrice"]
    assert row["orderMargin"] == placed["cash"]["orderMargin"] == pytest.approx(30 / mark / 20, rel=1e-4)
    cash = placed["cash"]
    assert cash["balances"] - cash["available"] == pytest.approx(cash["orderMargin"], abs=1e-9)
    place(door, type="MARKET", price=None, side="SELL", size=10)
    (filled,) = door.heard(socket)
    assert [row["size"] for row in filled["positions"]] == [-10]
    assert filled["cash"]["positionMargin"] > 0


def test_a_position_without_a_mark_is_told_with_0(door: Any) -> None:
    door.exchange.markets[INVERSE].carry.mark = float("nan")
    told = Position(at=0, symbol=INVERSE, size=Decimal(0))
    row = position_row(door.exchange, "1000001", INVERSE, Notes(), told)
    assert bytes(row["markPrice"]) == b"0"  # type: ignore[call-overload]
    assert isinstance(door.exchange.order("1000001", OrderRef(symbol="", venue_id="none"), door.now), Refused)

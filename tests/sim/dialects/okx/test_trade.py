"""Orders over HTTP: fields, rows, codes, pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

SWAP, SPOT, COIN = "BTC-USDT-SWAP", "BTC-USDT", "BTC-USD-SWAP"
LIMIT = {
    "instId": SWAP,
    "tdMode": "cross",
    "side": "buy",
    "ordType": "limit",
    "sz": "2",
    "px": "50000",
    "clOrdId": "t1",
}
MARKET = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "2"}


def ok(reply: Any) -> Any:
    """Return the only row of a reply that succeeded."""
    assert reply["code"] == "0", reply
    (row,) = reply["data"]
    return row


def without(name: str, **instead: Any) -> dict[str, Any]:
    return {key: value for key, value in LIMIT.items() if key != name} | instead


def test_an_order_is_acknowledged_and_told_with_all_its_fields(venue: Any) -> None:
    reply = venue.post("trade/order", LIMIT | {"tag": "desk1"})
    assert int(reply["outTime"]) >= int(reply["inTime"]) > 10**15
    ack = ok(reply)
    assert (ack["clOrdId"], ack["tag"], ack["sCode"]) == ("t1", "desk1", "0")
    row = ok(venue.get("trade/order", instId=SWAP, ordId=ack["ordId"]))
    terms = {
        "state": "live", "px": "50000", "sz": "2", "accFillSz": "0", "side": "buy", "posSide": "net",
        "tdMode": "cross", "ordType": "limit", "tag": "desk1",
    }  # fmt: skip
    assert {name: row[name] for name in terms} == terms
    assert (row["reduceOnly"], row["cancelSource"], row["category"], row["lever"]) == ("false", "", "normal", "3")
    assert row["cTime"] == ack["ts"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (without("instId"), "50014"), (without("tdMode"), "50014"), (without("side"), "50014"),
        (without("ordType"), "50014"), (without("sz"), "50014"), (without("px"), "50014"),
        (without("", instId="ABC-USDT"), "51001"), (without("", tdMode="all"), "51000"),
        (without("", side="BUY"), "51000"), (without("", ordType="iceberg"), "51000"),
        (without("", sz=2), "51000"), (without("", sz="1e1"), "51000"), (without("", sz="x"), "51000"),
        (without("", sz="-1"), "51000"), (without("", px=50000), "51000"), (without("", px="NaN"), "51000"),
        (without("", posSide="up"), "51000"), (without("", clOrdId="a-b"), "51000"),
        (without("", tag="a" * 17), "51000"), (without("", reduceOnly="yes"), "51000"),
        (without("", reduceOnly=[]), "51000"), (without("", side=True), "51000"), (without("", tdMode="cash"), "51000"),
        (without("", instId=SPOT, tdMode="cash", ordType="optimal_limit_ioc"), "51000"),
        (b"", "50000"), (b"{", "50002"), (b"7", "50002"), ([LIMIT], "50002"),
    ],
)  # fmt: skip
def test_a_request_that_is_wrong_is_refused_whole(venue: Any, given: Any, code: str) -> None:
    reply = venue.post("trade/order", given)
    if reply["data"]:  # the exchange itself saw it
        reply = {"code": reply["data"][0]["sCode"], "msg": reply["data"][0]["sMsg"], "data": []}
    assert (reply["code"], reply["data"]) == (code, [])
    assert reply["msg"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (without("", sz="2.5"), "51121"), (without("", px="50000.05"), "51150"), (without("", px="900000"), "51137"),
        (without("", side="sell", px="1"), "51138"), (without("", sz="100000001"), "51005"),
        (without("", instId=SPOT, tdMode="cash", sz="0.000001"), "51020"),
        (without("", instId=SPOT, tdMode="cash", sz="900"), "51008"),
        (without("", instId=SPOT, tdMode="cash", reduceOnly=True), "51139"),
        (without("", instId=SPOT, tdMode="isolated"), "50072"),
        (MARKET | {"reduceOnly": "true"}, "51169"),
        (without("", posSide="long"), "51000"),
        (MARKET | {"instId": SPOT, "tdMode": "cash", "tgtCcy": "coin"}, "51000"),
    ],
)  # fmt: skip
def test_an_order_that_is_refused_says_so_in_its_row(venue: Any, given: Any, code: str) -> None:
    reply = venue.post("trade/order", given)
    told = reply["data"][0]["sCode"] if reply["data"] else reply["code"]
    assert told == code
    if code != "51000":
        assert (reply["code"], reply["msg"]) == ("1", "All operations failed")
        assert reply["data"][0]["sMsg"]
        assert reply["data"][0]["ordId"] == ""


def test_a_client_id_is_free_again_when_its_order_is_over(venue: Any) -> None:
    first = ok(venue.post("trade/order", LIMIT))
    assert venue.post("trade/order", LIMIT)["data"][0]["sCode"] == "51016"
    ok(venue.post("trade/cancel-order", {"instId": SWAP, "clOrdId": "t1"}))
    second = ok(venue.post("trade/order", LIMIT))
    assert ok(venue.get("trade/order", instId=SWAP, clOrdId="t1"))["ordId"] == second["ordId"] != first["ordId"]


def test_spot_market_orders_count_coin_or_money(venue: Any) -> None:
    spot = MARKET | {"instId": SPOT, "tdMode": "cash"}

    def done(order: dict[str, str]) -> Any:
        ack = ok(venue.post("trade/order", order))
        return ok(venue.get("trade/order", instId=SPOT, ordId=ack["ordId"]))

    money = done(spot | {"sz": "500"})
    assert (money["tgtCcy"], money["sz"], money["state"]) == ("quote_ccy", "500", "filled")
    assert Decimal(450) < Decimal(money["accFillSz"]) * Decimal(money["avgPx"]) <= 500
    assert (Decimal(money["fee"]) < 0, money["feeCcy"]) == (True, "BTC")
    coin = spot | {"sz": "0.5", "tgtCcy": "base_ccy"}
    row = done(coin)
    assert (row["tgtCcy"], row["accFillSz"], row["posSide"], row["lever"]) == ("base_ccy", "0.5", "", "")
    sell = spot | {"side": "sell", "sz": "0.5"}
    assert done(sell)["feeCcy"] == "USDT"
    sold = Decimal(done(sell | {"sz": "1000", "tgtCcy": "quote_ccy"})["accFillSz"])
    assert Decimal("0.01") < sold < Decimal("0.03")
    row = done(spot | {"tdMode": "cross", "sz": "700", "tgtCcy": "base_ccy", "ccy": "USDT"})
    assert (row["instType"], row["tgtCcy"], row["sz"], row["tdMode"]) == ("MARGIN", "", "700", "cross")
    venue.pace = 0
    venue.exchange.markets["okx:SOL/USDT"].book.snapshot_levels([], [], venue.now, 1)
    empty = sell | {"instId": "SOL-USDT", "tgtCcy": "quote_ccy", "sz": "100"}
    assert venue.post("trade/order", empty)["data"][0]["sCode"] == "51140"


@pytest.mark.parametrize(("kind", "source"), [("ioc", "14"), ("fok", "13"), ("post_only", "31")])
def test_what_ends_by_itself_says_why(venue: Any, kind: str, source: str) -> None:
    price = "69000" if kind == "post_only" else "50000"
    ack = ok(venue.post("trade/order", LIMIT | {"ordType": kind, "px": price}))
    row = ok(venue.get("trade/order", instId=SWAP, ordId=ack["ordId"]))
    assert (row["state"], row["cancelSource"], row["ordType"]) == ("canceled", source, kind)
    assert "instId" in ok(venue.get("trade/orders-history", instType="SWAP", ordType=kind, state="canceled"))


def test_amends_are_of_the_same_order(venue: Any) -> None:
    ack = ok(venue.post("trade/order", LIMIT))
    change = {"instId": SWAP, "ordId": ack["ordId"]}
    amended = ok(venue.post("trade/amend-order", change | {"newSz": "3", "newPx": "49999", "reqId": "r1"}))
    assert (amended["ordId"], amended["reqId"]) == (ack["ordId"], "r1")
    row = ok(venue.get("trade/order", instId=SWAP, clOrdId="t1"))
    assert (row["sz"], row["px"]) == ("3", "49999")
    assert venue.post("trade/amend-order", change)["code"] == "51500"
    assert venue.post("trade/amend-order", {"instId": SWAP, "newSz": "3"})["code"] == "51003"
    assert venue.post("trade/amend-order", change | {"newSz": "3", "newPx": "49999"})["data"][0]["sCode"] == "52000"
    assert venue.post("trade/amend-order", change | {"newSz": "99999999"})["data"][0]["sCode"] == "51502"
    gone = change | {"ordId": "7", "newSz": "3"}
    assert venue.post("trade/amend-order", gone | {"cxlOnFail": True})["data"][0]["sCode"] == "51503"
    assert (
        venue.post("trade/amend-order", change | {"newPx": "900000", "cxlOnFail": "true"})["data"][0]["sCode"]
        == "51137"
    )
    assert ok(venue.get("trade/order", instId=SWAP, clOrdId="t1"))["state"] == "canceled"


def test_cancels_name_an_order(venue: Any) -> None:
    assert venue.post("trade/cancel-order", {"instId": SWAP})["code"] == "51407"
    assert venue.post("trade/cancel-order", {"instId": SWAP, "ordId": "7"})["data"][0]["sCode"] == "51400"
    assert venue.get("trade/order", instId=SWAP)["code"] == "51003"
    assert venue.get("trade/order", instId=SWAP, ordId="7")["code"] == "51603"


def test_batches_have_a_fate_each(venue: Any) -> None:
    orders = [LIMIT | {"clOrdId": f"b{number}"} for number in range(3)]
    reply = venue.post("trade/batch-orders", orders)
    assert (reply["code"], len(reply["data"])) == ("0", 3)
    mixed = [{"instId": SWAP, "clOrdId": "b0", "newSz": "1"}, {"instId": SWAP, "clOrdId": 5, "ordId": 6, "tag": 7}]
    reply = venue.post("trade/amend-batch-orders", mixed)
    assert (reply["code"], reply["msg"]) == ("2", "Bulk operation partially succeeded.")
    assert [row["sCode"] for row in reply["data"]] == ["0", "51500"]
    assert (reply["data"][1]["clOrdId"], reply["data"][1]["ordId"], reply["data"][1]["tag"]) == ("", "", "")
    gone = [{"instId": SWAP, "clOrdId": f"b{number}"} for number in range(3)]
    assert venue.post("trade/cancel-batch-orders", gone)["code"] == "0"
    assert venue.post("trade/cancel-batch-orders", gone)["code"] == "1"
    assert venue.post("trade/batch-orders", [])["code"] == "51111"
    assert venue.post("trade/batch-orders", orders * 7)["code"] == "51111"
    assert venue.post("trade/batch-orders", LIMIT)["code"] == "50002"
    assert venue.post("trade/batch-orders", [5])["code"] == "50002"


def test_lists_come_newest_first_and_in_pages(venue: Any) -> None:
    ids = [ok(venue.post("trade/order", LIMIT | {"clOrdId": f"p{number}"}))["ordId"] for number in range(4)]
    ok(venue.post("trade/order", LIMIT | {"instId": SPOT, "tdMode": "cash", "sz": "0.1"}))

    def listed(**params: str) -> list[str]:
        return [row["ordId"] for row in venue.get("trade/orders-pending", **params)["data"]]

    assert listed(instType="SWAP") == ids[::-1]
    assert listed(instId=SWAP, limit="2") == [ids[3], ids[2]]
    assert listed(instId=SWAP, limit="2", after=ids[2]) == [ids[1], ids[0]]
    assert listed(instId=SWAP, before=ids[1]) == [ids[3], ids[2]]
    assert listed(instFamily="BTC-USDT") == ids[::-1]
    assert listed(ordType="post_only,ioc") == []
    assert listed(state="live", ordType="limit", instType="SPOT") != []
    assert venue.get("trade/orders-pending", after="x")["code"] == "51000"
    assert venue.get("trade/orders-history")["code"] == "50014"
    ok(venue.post("trade/cancel-order", {"instId": SWAP, "ordId": ids[0]}))
    assert ok(venue.get("trade/orders-history-archive", instType="SWAP"))["ordId"] == ids[0]
    begin = str(venue.now // 10**6 + 1)
    assert venue.get("trade/orders-history", instType="SWAP", begin=begin)["data"] == []
    assert venue.get("trade/orders-history", instType="SWAP", end="1600000000000")["data"] == []


def test_fills_are_told_with_their_fees(venue: Any) -> None:
    for code, mode in ((SWAP, "cross"), (SPOT, "cash"), (COIN, "cross")):
        ok(venue.post("trade/order", MARKET | {"instId": code, "tdMode": mode, "sz": "2" if code != SPOT else "300"}))
    told = venue.get("trade/fills")["data"]
    assert next(row["feeCcy"] for row in told if row["side"] == "buy") == "BTC"
    assert all(Decimal(row["fee"]) < 0 and row["execType"] == "T" and row["subType"] == "1" for row in told)
    swaps = venue.get("trade/fills", instType="SWAP", instId=SWAP)["data"]
    assert sum(Decimal(row["fillSz"]) for row in swaps) == 2
    assert venue.get("trade/fills-history")["code"] == "50014"
    assert venue.get("trade/fills-history", instType="SPOT")["data"][0]["instId"] == SPOT
    assert venue.get("trade/fills", end="1600000000000")["data"] == []
    assert venue.get("trade/fills", ordId="7")["data"] == []


def test_positions_are_closed_at_the_market(venue: Any) -> None:
    assert venue.post("trade/close-position", {"instId": SWAP, "mgnMode": "cross"})["code"] == "51023"
    for side in ("buy", "sell"):
        ok(venue.post("trade/order", MARKET | {"side": side}))
        held = ok(venue.get("account/positions"))
        assert held["pos"] == ("2" if side == "buy" else "-2")
        ok(venue.post("trade/close-position", {"instId": SWAP, "mgnMode": "cross", "clOrdId": f"c{side}"}))
        assert venue.get("account/positions")["data"] == []
    ok(venue.post("trade/order", MARKET))
    swap = venue.exchange.markets["okx:BTC/USDT:USDT"].instrument
    venue.exchange.relist(replace(swap, tradable=False), venue.now)
    assert venue.post("trade/close-position", {"instId": SWAP, "mgnMode": "cross"})["code"] == "51022"
    long_id = {"instId": SWAP, "mgnMode": "cross", "clOrdId": "x_y"}
    assert venue.post("trade/close-position", long_id)["code"] == "51000"


def test_the_dead_man_switch_takes_ten_seconds_to_two_minutes(venue: Any) -> None:
    for wrong in ("", "9", "121", "x", "1000"):
        assert venue.post("trade/cancel-all-after", {"timeOut": wrong})["code"] == "51000"
    armed = ok(venue.post("trade/cancel-all-after", {"timeOut": 10}))
    assert int(armed["triggerTime"]) - int(armed["ts"]) == 10_000
    assert ok(venue.post("trade/cancel-all-after", {"timeOut": "0"}))["triggerTime"] == "0"
    assert venue.post("trade/cancel-all-after", [{"timeOut": "0"}])["code"] == "50002"


def test_work_that_is_too_late_is_refused(venue: Any) -> None:
    late, soon = str(venue.now // 10**6 - 1), str(venue.now // 10**6 + 60_000)
    assert venue.post("trade/order", LIMIT, exptime=late)["code"] == "50036"
    assert venue.post("trade/amend-order", {"instId": SWAP, "newSz": "1"}, exptime=late)["code"] == "50036"
    assert venue.post("trade/order", LIMIT, exptime="soon")["code"] == "51000"
    ok(venue.post("trade/order", LIMIT, exptime=soon))
    ok(venue.post("trade/cancel-order", {"instId": SWAP, "clOrdId": "t1"}, exptime=late))


def test_orders_have_limits_of_their_market_and_of_the_account(venue: Any) -> None:
    def burst(name: str, count: int) -> list[str]:
        gone = {"instId": SWAP, "ordId": "7"} if "cancel" in name else LIMIT | {"px": "900000"}
        found = []
        for _ in range(count):
            venue.now -= 10**9  # all at one time
            reply = venue.post(name, gone)
            found.append(reply["data"][0]["sCode"] if reply["data"] else reply["code"])
        return found

    assert burst("trade/order", 61) == ["51137"] * 60 + ["50011"]
    assert burst("trade/cancel-order", 61) == ["51400"] * 60 + ["50011"]
    venue.now += 3 * 10**9
    venue.post("public/time", {})
    codes = [f"{base}-{quote}" for base in ("BTC", "ETH", "SOL") for quote in ("USDT-SWAP", "USD-SWAP")]
    found = []
    for code in codes:
        for _ in range(10):
            venue.now -= 10**9
            batch = [LIMIT | {"instId": code, "px": "1"}] * 20
            found += [row["sCode"] for row in venue.post("trade/batch-orders", batch)["data"]]
    assert found.count("50061") == 200
    assert found[-1] == "50061"

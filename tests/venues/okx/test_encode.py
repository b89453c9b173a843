"""From what is asked to the exact request: method, path, body, headers, costs, and until when it can be accepted."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.okx.orders import COIN, DATED, NOW, SPOT, SWAP, D, market, order, sent

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import (
    Amend,
    Cancel,
    MarginMode,
    OrderRef,
    Place,
    PositionMode,
    PositionSide,
    TimeInForce,
)
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.okx.ids import PATTERN

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Session, Trading


def test_a_signed_order_is_the_worked_example(trading: Trading, session: Session) -> None:
    request = sent(trading, Place(order(post_only=True, margin=MarginMode.CROSS)), session)
    assert request.body == (
        b'{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"post_only","sz":"2","px":"50000.1",'
        b'"clOrdId":"test1"}'
    )
    assert request.path == "/api/v5/trade/order"
    assert request.headers == (
        ("OK-ACCESS-KEY", "demoKey000000000000000000000000001"),
        ("OK-ACCESS-SIGN", "Zp52oxgzMmd+OvKJQKvZA1L5P7zgbG1Hql9bwb4hyIo="),
        ("OK-ACCESS-TIMESTAMP", "2023-11-14T22:13:20.000Z"),
        ("OK-ACCESS-PASSPHRASE", "demoPass1"),
        ("Content-Type", "application/json"),
        ("expTime", "1700000005000"),
    )
    assert request.costs == (("place", 1.0), ("orders", 1.0))
    assert request.expires == NOW + 5_000_000_000


def test_a_signed_question_is_the_worked_example(trading: Trading, session: Session) -> None:
    request = sent(trading, asks.AskOrder(OrderRef(symbol=SWAP, client_id="test1")), session)
    assert request.path == "/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=test1"
    assert ("OK-ACCESS-SIGN", "lrMfs9NiEGO5GZgGl5lKy2KsTkR+Y9NclLY6SIc/tvc=") in request.headers
    assert (request.body, request.expires, request.changes) == (b"", None, False)


def test_times_are_cut_to_milliseconds(trading: Trading, session: Session) -> None:
    request = sent(trading, Cancel(OrderRef(symbol=SWAP, venue_id="9001")), session, NOW + 7_999_999)
    assert ("OK-ACCESS-TIMESTAMP", "2023-11-14T22:13:20.007Z") in request.headers
    assert request.expires == NOW + 7_000_000 + 30_000_000_000  # as long as its signature lasts
    assert "expTime" not in dict(request.headers)


BODIES: list[tuple[Ask, str, Any]] = [
    (
        Place(order(SPOT, size=D("0.00010"), price=D("50000.10"))),
        "/api/v5/trade/order",
        {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.00010", "px": "50000.10",
         "clOrdId": "test1"},
    ),
    (
        Place(order(SPOT, Side.SELL, size=D("1E+1"), time_in_force=TimeInForce.IOC, margin=MarginMode.CROSS)),
        "/api/v5/trade/order",
        {"instId": "BTC-USDT", "tdMode": "cross", "side": "sell", "ordType": "ioc", "sz": "10", "px": "50000.1",
         "clOrdId": "test1", "ccy": "USDT"},
    ),
    (
        Place(market(SPOT, size=D("0.5"))),
        "/api/v5/trade/order",
        {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "0.5", "clOrdId": "test1",
         "tgtCcy": "base_ccy"},
    ),
    (
        Place(market(SPOT, size=None, money=D("100.5"))),
        "/api/v5/trade/order",
        {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100.5", "clOrdId": "test1",
         "tgtCcy": "quote_ccy"},
    ),
    (
        Place(market(SPOT, size=None, money=D(100), margin=MarginMode.ISOLATED)),
        "/api/v5/trade/order",
        {"instId": "BTC-USDT", "tdMode": "isolated", "side": "buy", "ordType": "market", "sz": "100",
         "clOrdId": "test1", "ccy": "USDT"},
    ),
    (
        Place(market(SPOT, Side.SELL, size=D("0.5"), margin=MarginMode.CROSS, reduce_only=True)),
        "/api/v5/trade/order",
        {"instId": "BTC-USDT", "tdMode": "cross", "side": "sell", "ordType": "market", "sz": "0.5",
         "clOrdId": "test1", "reduceOnly": True, "ccy": "USDT"},
    ),
    (
        Place(market(COIN, Side.SELL, reduce_only=True)),
        "/api/v5/trade/order",
        {"instId": "BTC-USD-SWAP", "tdMode": "cross", "side": "sell", "ordType": "market", "sz": "2",
         "clOrdId": "test1", "reduceOnly": True},
    ),
    (
        Place(order(DATED, Side.SELL, time_in_force=TimeInForce.FOK, position=PositionSide.LONG, reduce_only=True,
                    margin=MarginMode.ISOLATED)),
        "/api/v5/trade/order",
        {"instId": "BTC-USD-261225", "tdMode": "isolated", "side": "sell", "ordType": "fok", "sz": "2",
         "px": "50000.1", "clOrdId": "test1", "posSide": "long"},
    ),
    (
        Place(order(position=PositionSide.SHORT, reduce_only=True)),
        "/api/v5/trade/order",
        {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "limit", "sz": "2", "px": "50000.1",
         "clOrdId": "test1", "posSide": "short"},
    ),
    (
        Amend(order=OrderRef(symbol=SWAP, client_id="test1"), size=D(3), price=D("50000.2")),
        "/api/v5/trade/amend-order",
        {"instId": "BTC-USDT-SWAP", "clOrdId": "test1", "newSz": "3", "newPx": "50000.2"},
    ),
    (
        Amend(order=OrderRef(symbol=SWAP, client_id="test1", venue_id="9001"), price=D(50000)),
        "/api/v5/trade/amend-order",
        {"instId": "BTC-USDT-SWAP", "ordId": "9001", "newPx": "50000"},
    ),
    (
        Amend(order=OrderRef(symbol=SWAP, venue_id="9001"), size=D(1)),
        "/api/v5/trade/amend-order",
        {"instId": "BTC-USDT-SWAP", "ordId": "9001", "newSz": "1"},
    ),
    (
        Cancel(OrderRef(symbol=SPOT, client_id="Test2")),
        "/api/v5/trade/cancel-order",
        {"instId": "BTC-USDT", "clOrdId": "Test2"},
    ),
    (asks.DeadMan("public", 60), "/api/v5/trade/cancel-all-after", {"timeOut": "60"}),
    (asks.DeadMan("public", 0), "/api/v5/trade/cancel-all-after", {"timeOut": "0"}),
    (
        asks.SetLeverage(SWAP, D("12.5")),
        "/api/v5/account/set-leverage",
        {"instId": "BTC-USDT-SWAP", "lever": "12.5", "mgnMode": "cross"},
    ),
    (
        asks.SetLeverage(SPOT, D(3)),
        "/api/v5/account/set-leverage",
        {"instId": "BTC-USDT", "lever": "3", "mgnMode": "cross"},
    ),
    (
        asks.SetMarginMode(SWAP, MarginMode.ISOLATED, D(5)),
        "/api/v5/account/set-leverage",
        {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated"},
    ),
    (
        asks.SetPositionMode("public", PositionMode.HEDGE),
        "/api/v5/account/set-position-mode",
        {"posMode": "long_short_mode"},
    ),
    (
        asks.SetPositionMode("public", PositionMode.ONE_WAY),
        "/api/v5/account/set-position-mode",
        {"posMode": "net_mode"},
    ),
    (
        asks.MoveFunds(asset="USDT", amount=D("1.50"), source="funding", target="trading"),
        "/api/v5/asset/transfer",
        {"ccy": "USDT", "amt": "1.50", "from": "6", "to": "18", "type": "0"},
    ),
    (
        asks.MoveFunds(asset="BTC", amount=D(1), source="trading", target="funding", client_id="m1"),
        "/api/v5/asset/transfer",
        {"ccy": "BTC", "amt": "1", "from": "18", "to": "6", "type": "0", "clientId": "m1"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "path", "body"), BODIES)
def test_commands(trading: Trading, session: Session, ask: Ask, path: str, body: Any) -> None:
    request = sent(trading, ask, session)
    assert (request.method, request.path) == ("POST", path)
    assert json.loads(request.body) == body
    assert request.ask is ask


DAY = 86_400_000_000_000
PAGE = "limit=100"
QUERIES: list[tuple[Ask, str]] = [
    (asks.AskTime("public"), "/api/v5/public/time"),
    (asks.AskInstruments("public"), "/api/v5/public/instruments?instType=SPOT"),
    (asks.AskInstruments("public", "FUTURES"), "/api/v5/public/instruments?instType=FUTURES"),
    (asks.AskFunding(SWAP), "/api/v5/public/funding-rate?instId=BTC-USDT-SWAP"),
    (asks.AskAccounts(), "/api/v5/account/config"),
    (asks.AskPositionMode("public"), "/api/v5/account/config"),
    (asks.AskPermissions(), "/api/v5/account/config"),
    (asks.AskBalances("public"), "/api/v5/account/balance"),
    (asks.AskBalances("public", "trading"), "/api/v5/account/balance"),
    (asks.AskBalances("public", "funding"), "/api/v5/asset/balances"),
    (asks.AskPositions("public"), "/api/v5/account/positions"),
    (asks.AskPositions("public", SWAP), "/api/v5/account/positions?instId=BTC-USDT-SWAP"),
    (asks.AskOpenOrders("public"), f"/api/v5/trade/orders-pending?{PAGE}"),
    (asks.AskOpenOrders("public", SPOT, "9"), f"/api/v5/trade/orders-pending?instId=BTC-USDT&after=9&{PAGE}"),
    (asks.AskOrder(OrderRef(symbol=SPOT, venue_id="9")), "/api/v5/trade/order?instId=BTC-USDT&ordId=9"),
    (asks.AskFills(line="public"), f"/api/v5/trade/fills?{PAGE}"),
    (
        asks.AskFills(line="public", symbol=SWAP, since=NOW - DAY, cursor="77"),
        f"/api/v5/trade/fills?instId=BTC-USDT-SWAP&after=77&begin=1699913600000&{PAGE}",
    ),
    (
        asks.AskFills(line="public", since=NOW - 4 * DAY),
        f"/api/v5/trade/fills-history?instType=SPOT&begin=1699654400000&{PAGE}",
    ),
    (
        asks.AskFills(line="public", symbol=DATED, since=NOW - 4 * DAY),
        f"/api/v5/trade/fills-history?instType=FUTURES&instId=BTC-USD-261225&begin=1699654400000&{PAGE}",
    ),
    (
        asks.AskFills(line="public", since=NOW - 4 * DAY, cursor="MARGIN:88"),
        f"/api/v5/trade/fills-history?instType=MARGIN&after=88&begin=1699654400000&{PAGE}",
    ),
    (asks.AskIncome(line="public"), f"/api/v5/account/bills?{PAGE}"),
    (
        asks.AskIncome(line="public", symbol=SWAP, since=NOW - 8 * DAY, cursor="5"),
        f"/api/v5/account/bills-archive?instId=BTC-USDT-SWAP&after=5&begin=1699308800000&{PAGE}",
    ),
    (asks.AskFees(SPOT), "/api/v5/account/trade-fee?instType=SPOT&instId=BTC-USDT"),
    (asks.AskFees(SWAP), "/api/v5/account/trade-fee?instType=SWAP&instFamily=BTC-USDT"),
    (asks.AskFees(DATED), "/api/v5/account/trade-fee?instType=FUTURES&instFamily=BTC-USD"),
]


@pytest.mark.parametrize(("ask", "path"), QUERIES)
def test_questions(trading: Trading, session: Session, ask: Ask, path: str) -> None:
    request = sent(trading, ask, session)
    assert (request.method, request.path, request.body) == ("GET", path, b"")
    assert bool(request.headers) == ("/public/" not in path)
    known = {bucket.name for bucket in trading.buckets}
    assert all(name in known for name, _ in request.costs)


def test_every_declared_path_is_used_and_none_withdraws(trading: Trading, session: Session) -> None:
    tables: list[Ask] = [*(ask for ask, _, _ in BODIES), *(ask for ask, _ in QUERIES)]
    requests = [sent(trading, ask, session) for ask in tables]
    used = {(request.method, request.path.partition("?")[0]) for request in requests}
    assert used | {("POST", "/api/v5/trade/cancel-batch-orders")} == set(trading.paths)
    assert not any(re.search("withdraw|sub-?account|convert|deposit", path) for _, path in trading.paths)


def test_all_orders_are_cancelled_in_batches_of_what_was_just_told(trading: Trading, session: Session) -> None:
    ask = asks.CancelAll("public", SWAP)
    first = sent(trading, ask, session)
    assert first.ask == asks.AskOpenOrders("public", SWAP)
    listed = [["BTC-USDT-SWAP", str(number)] for number in range(25)]
    session.learned[f"open {SWAP}"] = json.dumps({"at": NOW, "orders": listed, "more": False})
    batch = sent(trading, ask, session, NOW + 2_000_000_000)
    assert (batch.ask, batch.path) == (ask, "/api/v5/trade/cancel-batch-orders")
    assert json.loads(batch.body) == [{"instId": "BTC-USDT-SWAP", "ordId": str(number)} for number in range(20)]
    assert batch.costs == (("cancel-batch", 20.0),)
    assert sent(trading, ask, session, NOW + 2_000_000_001).ask == asks.AskOpenOrders("public", SWAP)  # too old
    session.learned[f"open {SWAP}"] = json.dumps({"at": NOW, "orders": []})
    refusal = trading.encode(ask, session, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "nothing_to_do"


def test_a_margin_mode_that_was_set_is_the_orders_default(trading: Trading, session: Session) -> None:
    session.learned[f"margin {SWAP}"] = "isolated"
    assert json.loads(sent(trading, Place(order()), session).body)["tdMode"] == "isolated"
    assert json.loads(sent(trading, asks.SetLeverage(SWAP, D(5)), session).body)["mgnMode"] == "isolated"
    assert json.loads(sent(trading, Place(order(margin=MarginMode.CROSS)), session).body)["tdMode"] == "cross"


def test_demo_trading_is_one_more_header(trading: Trading, session: Session) -> None:
    session.learned["demo"] = "1"
    assert ("x-simulated-trading", "1") in sent(trading, asks.AskAccounts(), session).headers
    assert sent(trading, asks.AskTime("public"), session).headers == (("x-simulated-trading", "1"),)


def test_our_ids_fit_the_venue_and_stay_apart(trading: Trading) -> None:
    own = ["s1-a-1", "s1a1", "s1Zda1", "s1ZZda1", "Zh", "x" * 32, "x" * 33, "x" * 34, "-" * 17, "ä", ""]
    given = [trading.client_id(text) for text in own]
    assert len(set(given)) == len(own)
    assert all(re.fullmatch(PATTERN, text) for text in given)
    assert given[:2] == ["s1ZdaZd1", "s1a1"]
    assert trading.client_id("x" * 33) == given[6]


def test_what_it_can_do_is_data(trading: Trading) -> None:
    (row,) = trading.capabilities.values()
    assert row.line == "public"
    assert row.dead_man == (10, 120)
    assert row.client_id_pattern == PATTERN
    assert all(claim and test for claim, test in row.unconfirmed)
    assert len({bucket.name for bucket in trading.buckets}) == len(trading.buckets)

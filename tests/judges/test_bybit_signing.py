"""Our signed requests say what ccxt's say for the same input at the same time, and ccxt signs our very text as we do.

The order of fields in a body is part of what is signed, and ccxt has its own; so the fields are compared as such, and
the signature by handing ccxt ours in our order.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import ccxt
import pytest

from basisdesk.domain.ask import (
    Amend,
    Ask,
    AskBalances,
    AskFees,
    AskFills,
    AskOpenOrders,
    AskOrder,
    AskPermissions,
    AskPositions,
    Cancel,
    CancelAll,
    MoveFunds,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    PositionMode,
    SetLeverage,
    SetPositionMode,
    TimeInForce,
)
from basisdesk.domain.order import Side
from basisdesk.venues.bybit import VENUE
from basisdesk.venues.trading import Credentials, Request, Session

KEY = Credentials("demoKey000000000000000000000000001", "demoSecret00000000000000000000000001")
NOW_MS = 1_700_000_000_123
LINEAR, SPOT, INVERSE = "bybit:BTC/USDT:USDT", "bybit:BTC/USDT", "bybit:BTC/USD:BTC"
UUID = "42c0cfb0-6bca-c242-bc76-4e6df6cbcb16"
D = Decimal


def market(identity: str, symbol: str, kind: str, settle: str | None) -> dict[str, Any]:
    base, quote = symbol.split(":", maxsplit=1)[0].split("/")
    return {
        "id": identity, "symbol": symbol, "base": base, "quote": quote, "settle": settle, "baseId": base,
        "quoteId": quote, "settleId": settle, "type": kind, "spot": kind == "spot", "swap": kind == "swap",
        "future": False, "option": False, "contract": kind == "swap", "active": True,
        "linear": settle == quote if settle else None, "inverse": settle == base if settle else None,
        "precision": {"amount": 0.000001 if kind == "spot" else 0.001, "price": 0.1, "cost": 0.0000001},
        "limits": {}, "info": {},
    }  # fmt: skip


class Frozen(ccxt.bybit):  # type: ignore[misc]  # ccxt has no types
    """ccxt that knows its markets, whose clock stands, and that keeps its requests to itself."""

    def __init__(self) -> None:
        super().__init__({"apiKey": KEY.key, "secret": KEY.secret})
        self.options["enableUnifiedMargin"] = False
        self.options["enableUnifiedAccount"] = True
        self.options["unifiedMarginStatus"] = 6
        self.sent: list[tuple[str, str, dict[str, str] | None, str | None]] = []
        self.set_markets([
            market("BTCUSDT", "BTC/USDT", "spot", None),
            market("BTCUSDT", "BTC/USDT:USDT", "swap", "USDT"),
            market("BTCUSD", "BTC/USD:BTC", "swap", "BTC"),
        ])  # fmt: skip

    def milliseconds(self) -> int:
        return NOW_MS

    def nonce(self) -> int:
        return NOW_MS

    def uuid(self) -> str:
        return UUID

    def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        self.sent.append((url, method, headers, body))
        return {"retCode": 0, "retMsg": "OK", "result": {"list": [{"coin": []}], "status": "SUCCESS"}, "time": NOW_MS}


def ours(ask: Ask) -> Request:
    session = Session(credentials=KEY)
    session.know(VENUE.well_known())
    assert VENUE.trading is not None
    request = VENUE.trading.encode(ask, session, NOW_MS * 1_000_000)
    assert isinstance(request, Request), request
    return request


def order(symbol: str, size: str | None, price: str | None = None, **more: Any) -> NewOrder:
    kind = OrderType.MARKET if price is None else OrderType.LIMIT
    fields: dict[str, Any] = {"side": Side.BUY, "client_id": "test-1"} | more
    return NewOrder(
        symbol=symbol, type=kind, size=None if size is None else D(size), price=None if price is None else D(price),
        **fields,
    )  # fmt: skip


REF = OrderRef(symbol=LINEAR, client_id="", venue_id="u-1")
MINE = {"clientOrderId": "test-1"}
CASES: list[tuple[Ask, str, tuple[Any, ...], dict[str, Any]]] = [
    (
        Place(order(LINEAR, "0.01", "50000.1", post_only=True)),
        "create_order", ("BTC/USDT:USDT", "limit", "buy", 0.01, 50000.1, {**MINE, "postOnly": True}), {},
    ),
    (
        Place(order(LINEAR, "0.01", "50000.1", time_in_force=TimeInForce.IOC, reduce_only=True, side=Side.SELL)),
        "create_order",
        ("BTC/USDT:USDT", "limit", "sell", 0.01, 50000.1, {**MINE, "timeInForce": "IOC", "reduceOnly": True}), {},
    ),
    (
        Place(order(INVERSE, "100", side=Side.SELL)),
        "create_order", ("BTC/USD:BTC", "market", "sell", 100, None, MINE), {},
    ),
    (
        Place(order(SPOT, "0.01", "50000.1", time_in_force=TimeInForce.FOK)),
        "create_order", ("BTC/USDT", "limit", "buy", 0.01, 50000.1, {**MINE, "timeInForce": "FOK"}), {},
    ),
    (
        Place(order(SPOT, "0.01")),
        "create_order", ("BTC/USDT", "market", "buy", 0.01, None, MINE), {},
    ),
    (
        # ccxt leaves the unit to the venue's default where it knows the cost.
        Place(order(SPOT, None, money=D("25.5"))),
        "create_order", ("BTC/USDT", "market", "buy", 0, None, {**MINE, "cost": 25.5}), {"marketUnit": "quoteCoin"},
    ),
    (
        Amend(order=REF, size=D("0.02"), price=D("49000")),
        "edit_order", ("u-1", "BTC/USDT:USDT", "limit", "buy", 0.02, 49000), {},
    ),
    (Cancel(REF), "cancel_order", ("u-1", "BTC/USDT:USDT"), {}),
    (CancelAll("linear"), "cancel_all_orders", (None, {"type": "swap"}), {}),
    (CancelAll("linear", LINEAR), "cancel_all_orders", ("BTC/USDT:USDT",), {}),
    (SetLeverage(LINEAR, D(5)), "set_leverage", (5, "BTC/USDT:USDT"), {}),
    (
        SetPositionMode("linear", PositionMode.HEDGE, LINEAR),
        "set_position_mode", (True, "BTC/USDT:USDT"), {},
    ),
    (
        MoveFunds(asset="USDT", amount=D("1.5"), source="UNIFIED", target="FUND", client_id=UUID),
        "transfer", ("USDT", 1.5, "unified", "fund"), {},
    ),
    (AskOrder(REF), "fetch_order", ("u-1", "BTC/USDT:USDT", {"acknowledged": True}), {}),
    (AskOpenOrders("linear", LINEAR), "fetch_open_orders", ("BTC/USDT:USDT", None, 50), {}),
    (
        AskFills(line="linear", symbol=LINEAR, since=1_699_999_000_000 * 1_000_000),
        "fetch_my_trades", ("BTC/USDT:USDT", 1_699_999_000_000, 100), {"execType": None},
    ),
    (AskFees(LINEAR), "fetch_trading_fee", ("BTC/USDT:USDT",), {}),
    (AskBalances("linear"), "fetch_balance", (), {}),
    (AskPositions("linear"), "fetch_positions", (None, {"settleCoin": "USDT"}), {}),
    (AskPermissions(), "private_get_v5_user_query_api", (), {}),
]  # fmt: skip


def fields_of(method: str, url: str, body: str | None) -> dict[str, Any]:
    if method == "POST":
        fields: dict[str, Any] = json.loads(body or "")
        return fields
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=bool(urlsplit(url).query)))


@pytest.mark.parametrize(("ask", "call", "arguments", "apart"), CASES)
def test_the_same_is_asked(ask: Ask, call: str, arguments: tuple[Any, ...], apart: dict[str, Any]) -> None:
    exchange, request = Frozen(), ours(ask)
    try:
        getattr(exchange, call)(*arguments)
    except ccxt.BaseError:
        assert exchange.sent  # it does not like the empty answer
    url, method, headers, body = exchange.sent[-1]
    assert headers is not None
    assert (method, urlsplit(url).path) == (request.method, request.path.partition("?")[0])
    expected = fields_of(method, url, body)
    told = fields_of(request.method, request.path, request.body.decode())
    for name, value in apart.items():
        if value is None:
            assert expected.pop(name)
        else:
            assert told.pop(name) == value
    assert told == expected
    ignored = {"Referer", "X-BAPI-SIGN", "Content-Type"}
    assert {name: value for name, value in request.headers if name not in ignored} == {
        name: value for name, value in headers.items() if name not in ignored
    }


@pytest.mark.parametrize("ask", [ask for ask, *_ in CASES])
def test_the_same_text_is_signed_the_same(ask: Ask) -> None:
    exchange, request = Frozen(), ours(ask)
    fields = fields_of(request.method, request.path, request.body.decode())
    path = request.path.partition("?")[0].lstrip("/")
    signed = exchange.sign(path, ["private"], request.method, fields)
    assert (signed["body"] or "").encode() == request.body
    assert urlsplit(signed["url"]).query == request.path.partition("?")[2]
    assert signed["headers"]["X-BAPI-SIGN"] == dict(request.headers)["X-BAPI-SIGN"]
    if request.method == "POST":
        assert signed["headers"]["Content-Type"] == dict(request.headers)["Content-Type"]


def test_a_cursor_is_sent_as_the_venue_told_it() -> None:
    cursor = "first%3DA%26last%3DB"
    exchange = Frozen()
    signed = exchange.sign("v5/order/realtime", ["private"], "GET", {"category": "spot", "limit": 50, "cursor": cursor})
    request = ours(AskOpenOrders("spot", "", f"0||{cursor}"))
    assert urlsplit(signed["url"]).query == request.path.partition("?")[2]
    assert signed["headers"]["X-BAPI-SIGN"] == dict(request.headers)["X-BAPI-SIGN"]

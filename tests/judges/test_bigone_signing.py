"""Our signed requests beside ccxt's, for the same input at the same moment.

Reads agree byte for byte, token included.
Commands differ on purpose in one claim: ours carry a shorter `recv_window`, so their tokens are compared claim by
claim, and their signatures verified by a library of its own.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import ccxt
import jwt
import pytest

from basisdesk.domain.ask import (
    AskBalances,
    AskFills,
    AskIncome,
    AskInstruments,
    AskOpenOrders,
    AskOrder,
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    MarginMode,
    MoveFunds,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    SetLeverage,
    TimeInForce,
)  # fmt: skip
from basisdesk.domain.order import Side
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.trading import Credentials, Request, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.ask import Ask

KEY = Credentials("demoKey000000000000000000000000001", "demoSecret00000000000000000000000001")
MICROSECONDS = 1_700_000_000_000_000
CLOCK_CORRECTION = -100_000_000  # ccxt puts its own clock back by 100 ms
NOW = MICROSECONDS * 1000 + CLOCK_CORRECTION
SPOT, SWAP = "bigone:BTC/USDT", "bigone:BTC/USDT:USDT"
GUID = "e4514628-c33b-4a91-bac7-75ace392c469"
ORDER_ID = "5aed7b45-5d19-40f2-0005-ca49d01f33e3"

BODIES = {
    "ping": {"code": 0, "data": {"Timestamp": 1}},
    "asset_pairs": {
        "code": 0,
        "data": [
            {"id": base, "name": f"{base}-USDT", "quote_scale": 2, "base_scale": 6, "min_quote_value": "10",
             "max_quote_value": "1000000", "base_asset": {"symbol": base, "name": base},
             "quote_asset": {"symbol": "USDT", "name": "USDT"}} for base in ("BTC", "LTC")
        ],
    },
    "symbols": [],
}  # fmt: skip


class Wire:
    """ccxt without a network: every request that it would make is kept."""

    def __init__(self) -> None:
        self.client = ccxt.bigone({"apiKey": KEY.key, "secret": KEY.secret, "enableRateLimit": False})
        self.client.options["fetchCurrencies"]["webApiEnable"] = False
        self.client.microseconds = lambda: MICROSECONDS
        self.client.fetch = self.fetch
        self.sent: dict[str, Any] = {}

    def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        self.sent = {"url": url, "method": method, "headers": headers or {}, "body": body}
        return BODIES.get(urlsplit(url).path.rpartition("/")[2], {"code": 0, "data": {}})


def order(**terms: Any) -> Ask:
    given: dict[str, Any] = {"symbol": SPOT, "side": Side.BUY, "type": OrderType.LIMIT, "client_id": "own-1"}
    return Place(NewOrder(**(given | {"size": Decimal("0.0005")} | terms)))


P = Decimal(25000)
READS: list[tuple[Ask, Callable[[Any], Any]]] = [
    (AskTime("spot"), lambda c: c.publicGetPing()),
    (AskInstruments("spot"), lambda c: c.publicGetAssetPairs()),
    (AskInstruments("contract"), lambda c: c.contractPublicGetSymbols()),
    (AskBalances("spot"), lambda c: c.fetch_balance()),
    (AskBalances("spot", "funding"), lambda c: c.fetch_balance({"type": "funding"})),
    (AskOpenOrders("spot", SPOT), lambda c: c.fetch_open_orders("BTC/USDT", None, 200)),
    (AskOrder(OrderRef(symbol=SPOT, venue_id="10")), lambda c: c.fetch_order("10", "BTC/USDT")),
    (AskFills(line="spot", symbol=SPOT), lambda c: c.fetch_my_trades("BTC/USDT", None, 200)),
    (AskPositions("contract"), lambda c: c.contractPrivateGetAccounts()),
    (AskOpenOrders("contract"), lambda c: c.contractPrivateGetOrdersOpening({"limit": 100})),
    (AskOrder(OrderRef(symbol=SWAP, venue_id=ORDER_ID)), lambda c: c.contractPrivateGetOrdersId({"id": ORDER_ID})),
    (AskFills(line="contract"), lambda c: c.contractPrivateGetTrades({"limit": 100})),
    (AskIncome(line="contract"), lambda c: c.contractPrivateGetTrades({"side": "FUNDING", "limit": 100})),
]
OWN = {"clientOrderId": "own-1"}
COMMANDS: list[tuple[Ask, Callable[[Any], Any]]] = [
    (order(price=P), lambda c: c.create_order("BTC/USDT", "limit", "buy", 0.0005, 25000, OWN)),
    (
        order(price=P, post_only=True),
        lambda c: c.create_order("BTC/USDT", "limit", "buy", 0.0005, 25000, OWN | {"postOnly": True}),
    ),
    (
        order(price=P, time_in_force=TimeInForce.IOC),
        lambda c: c.create_order("BTC/USDT", "limit", "buy", 0.0005, 25000, OWN | {"timeInForce": "IOC"}),
    ),
    (
        order(type=OrderType.MARKET, side=Side.SELL),
        lambda c: c.create_order("BTC/USDT", "market", "sell", 0.0005, None, OWN),
    ),
    (Cancel(OrderRef(symbol=SPOT, venue_id="10")), lambda c: c.cancel_order("10", "BTC/USDT")),
    (CancelAll("spot", SPOT), lambda c: c.cancel_all_orders("BTC/USDT")),
    (
        MoveFunds(asset="USDT", amount=Decimal(1), source="spot", target="contract", client_id=GUID),
        lambda c: c.transfer("USDT", 1, "spot", "swap", {"guid": GUID}),
    ),
    (
        order(symbol=SWAP, price=P, size=Decimal(3)),
        lambda c: c.contractPrivatePostOrders(
            {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "size": 3, "price": 25000, "reduceOnly": False}
        ),
    ),
    (Cancel(OrderRef(symbol=SWAP, venue_id=ORDER_ID)), lambda c: c.contractPrivateDeleteOrdersId({"id": ORDER_ID})),
]


def ours(ask: Ask) -> Request:
    one = Session(KEY)
    one.know(VENUE.well_known())
    assert VENUE.trading is not None
    request = VENUE.trading.encode(ask, one, NOW)
    assert isinstance(request, Request), request
    return request


def theirs(call: Callable[[Any], Any]) -> dict[str, Any]:
    wire = Wire()
    wire.client.load_markets()
    wire.sent = {}
    call(wire.client)
    return wire.sent


def target(url: str) -> tuple[str, list[tuple[str, str]]]:
    """Path and parameters; the venue signs neither, so their order says nothing."""
    parts = urlsplit(url)
    return parts.path, sorted(parse_qsl(parts.query))


@pytest.mark.parametrize(("ask", "call"), READS, ids=lambda value: type(value).__name__)
def test_a_read_is_signed_byte_for_byte_alike(ask: Ask, call: Callable[[Any], Any]) -> None:
    request, other = ours(ask), theirs(call)
    assert request.method == other["method"]
    assert target(request.path) == target(other["url"])
    assert dict(request.headers).get("Authorization") == other["headers"].get("Authorization")
    assert request.body == (other["body"] or "").encode()


@pytest.mark.parametrize(("ask", "call"), COMMANDS, ids=lambda value: type(value).__name__)
def test_a_command_says_the_same_and_runs_out_sooner(ask: Ask, call: Callable[[Any], Any]) -> None:
    request, other = ours(ask), theirs(call)
    assert (request.method, target(request.path)) == (other["method"], target(other["url"]))
    assert json.loads(request.body or b"{}") == json.loads(other["body"] or "{}")
    assert dict(request.headers).get("Content-Type") == other["headers"].get("Content-Type")
    ours_says, theirs_says = (claims(headers) for headers in (dict(request.headers), other["headers"]))
    assert ours_says == theirs_says | {"recv_window": "5"}


def test_the_leverage_that_ccxt_sends_without_a_body_has_one_of_ours() -> None:
    ask = SetLeverage(SWAP, Decimal(10), MarginMode.CROSS)
    terms = {"symbol": "BTCUSDT", "isCross": True, "leverage": 10, "margin": 0}
    request, other = ours(ask), theirs(lambda c: c.contractPrivatePutPositionsSymbolMargin(terms))
    assert (request.method, target(request.path)[0]) == (other["method"], target(other["url"])[0])
    assert other["body"] is None
    assert json.loads(request.body) == {"isCross": True, "leverage": 10, "margin": 0}


def claims(headers: dict[str, str]) -> dict[str, str]:
    """Return what a token says, its signature verified."""
    token = headers["Authorization"].removeprefix("Bearer ")
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    said: dict[str, str] = jwt.decode(token, KEY.secret, algorithms=["HS256"])
    return said

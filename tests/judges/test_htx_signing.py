"""Our signed requests of HTX against those of ccxt, for the same input and a frozen clock.

ccxt signs contracts for api.hbdm.vn unless told otherwise, so it is told our host.
A body is not signed: of it, the fields that we send must say the same (ccxt adds a broker's mark to orders, and writes
prices and sizes of coin-margined contracts as text where the venue's text says number).
"""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import ccxt
import pytest

from basisdesk.domain.ask import (
    AskAccounts,
    AskBalances,
    AskFees,
    AskFills,
    AskOpenOrders,
    AskOrder,
    AskPositions,
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
    TimeInForce,
)
from basisdesk.domain.order import Side
from basisdesk.venues.htx import VENUE
from basisdesk.venues.trading import Credentials, Request, Session

KEY, SECRET = "demoKey000000000000000000000000001", "demoSecret00000000000000000000000001"
NOW_MS = 1_700_000_000_000
SPOT, LINEAR, SWAP, FUTURE = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC", "BTC/USD:BTC-231229"
ADDED = {"channel_code"}


def market(code: str, symbol: str, kind: str, **more: Any) -> dict[str, Any]:
    base, rest = symbol.split("/")
    quote, _, settle = rest.partition(":")
    settle = settle.partition("-")[0]
    return {
        "id": code,
        "lowercaseId": code.lower(),
        "symbol": symbol,
        "base": base,
        "quote": quote,
        "settle": settle or None,
        "baseId": base.lower(),
        "quoteId": quote.lower(),
        "settleId": (settle or "").lower() or None,
        "type": kind,
        "spot": kind == "spot",
        "swap": kind == "swap",
        "future": kind == "future",
        "option": False,
        "margin": False,
        "active": True,
        "contract": kind != "spot",
        "linear": settle == quote if settle else None,
        "inverse": settle == base if settle else None,
        "contractSize": 1.0,
        "expiry": None,
        "precision": {"amount": 1e-06 if kind == "spot" else 1.0, "price": 0.1},
        "limits": {"amount": {}, "price": {}, "cost": {}, "leverage": {}},
        "info": {},
        **more,
    }


class Theirs(ccxt.htx):  # type: ignore[misc]
    """ccxt that notes what it would send and answers with nothing of use."""

    def __init__(self) -> None:
        super().__init__({"apiKey": KEY, "secret": SECRET})
        self.urls["hostnames"] = {"contract": "api.hbdm.com", "spot": "api.huobi.pro"}
        self.set_markets(
            [
                market("btcusdt", SPOT, "spot"),
                market("BTC-USDT", LINEAR, "swap"),
                market("BTC-USD", SWAP, "swap"),
                market("BTC231229", FUTURE, "future"),
            ]
        )
        self.currencies = self.index_by([{"id": "usdt", "code": "USDT", "precision": 1e-08}], "code")
        self.accounts = [{"id": "1001", "type": "spot", "info": {"id": 1001, "type": "spot"}}]
        self.seen: list[tuple[str, str, Any]] = []

    def milliseconds(self) -> int:
        return NOW_MS

    def nonce(self) -> int:
        return NOW_MS

    def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        self.seen.append((method, url, body))
        return {"status": "ok", "code": 200, "data": {"list": [], "orders": [], "trades": []}}


def ours(ask: Any) -> Request:
    session = Session(credentials=Credentials(KEY, SECRET))
    session.know([found for found in VENUE.well_known() if found.base == "BTC"])
    future = VENUE.terms_of("coin_futures", "BTC231229")
    assert future is not None
    session.know([future])
    session.learned["spot_account"] = "1001"
    assert VENUE.trading is not None
    request = VENUE.trading.encode(ask, session, NOW_MS * 1_000_000)
    assert isinstance(request, Request), request
    return request


def order(symbol: str, **more: Any) -> Place:
    told: dict[str, Any] = {"type": OrderType.LIMIT, "size": Decimal(2), "price": Decimal("50000.5"), "leverage": 5}
    return Place(NewOrder(symbol=f"htx:{symbol}", side=Side.BUY, client_id="77", **(told | more)))


def ref(symbol: str, **more: str) -> OrderRef:
    return OrderRef(symbol=f"htx:{symbol}", **more)


ID = {"clientOrderId": "77"}
COIN = {"clientOrderId": 77, "offset": "open", "leverRate": 5}
MARKET = {"type": OrderType.MARKET, "price": None}
SINCE = NOW_MS - 3_600_000

CASES: dict[str, tuple[Any, Any]] = {
    "spot limit order": (
        order(SPOT),
        lambda it: it.create_order(SPOT, "limit", "buy", 2, 50000.5, {**ID, "source": "spot-api"}),
    ),
    "spot market buy counts money": (
        order(SPOT, **MARKET, size=None, money=Decimal("123.456789")),
        lambda it: it.create_order(SPOT, "market", "buy", 1, None, {**ID, "source": "spot-api", "cost": 123.456789}),
    ),
    "spot post-only": (
        order(SPOT, post_only=True),
        lambda it: it.create_order(SPOT, "limit", "buy", 2, 50000.5, {**ID, "source": "spot-api", "postOnly": True}),
    ),
    "spot immediate or cancel": (
        order(SPOT, time_in_force=TimeInForce.IOC),
        lambda it: it.create_order(
            SPOT, "limit", "buy", 2, 50000.5, {**ID, "source": "spot-api", "timeInForce": "IOC"}
        ),
    ),
    "linear limit order": (
        order(LINEAR),
        lambda it: it.create_order(LINEAR, "limit", "buy", 2, 50000.5, {**ID, "position_side": "both"}),
    ),
    "linear reduce-only": (
        order(LINEAR, reduce_only=True, time_in_force=TimeInForce.FOK),
        lambda it: it.create_order(
            LINEAR,
            "limit",
            "buy",
            2,
            50000.5,
            {**ID, "position_side": "both", "reduceOnly": True, "timeInForce": "FOK"},
        ),
    ),
    "coin-margined swap order": (
        order(SWAP),
        lambda it: it.create_order(SWAP, "limit", "buy", 2, 50000.5, COIN),
    ),
    "coin-margined future, post-only": (
        order(FUTURE, post_only=True),
        lambda it: it.create_order(FUTURE, "limit", "buy", 2, 50000.5, {**COIN, "postOnly": True}),
    ),
    "spot cancel": (Cancel(ref(SPOT, venue_id="9")), lambda it: it.cancel_order("9", SPOT)),
    "spot cancel by client id": (Cancel(ref(SPOT, client_id="77")), lambda it: it.cancel_order("", SPOT, ID)),
    "linear cancel": (Cancel(ref(LINEAR, venue_id="9")), lambda it: it.cancel_order("9", LINEAR)),
    "swap cancel by client id": (Cancel(ref(SWAP, client_id="77")), lambda it: it.cancel_order("", SWAP, ID)),
    "linear cancel all": (CancelAll("linear", f"htx:{LINEAR}"), lambda it: it.cancel_all_orders(LINEAR)),
    "swap cancel all": (CancelAll("coin_swap", f"htx:{SWAP}"), lambda it: it.cancel_all_orders(SWAP)),
    "dead-man switch": (DeadMan("spot", 10), lambda it: it.cancel_all_orders_after(10_000)),
    "linear leverage": (SetLeverage(f"htx:{LINEAR}", Decimal(7)), lambda it: it.set_leverage(7, LINEAR)),
    "swap leverage": (SetLeverage(f"htx:{SWAP}", Decimal(7)), lambda it: it.set_leverage(7, SWAP)),
    "position mode": (
        SetPositionMode("linear", PositionMode.HEDGE),
        lambda it: it.set_position_mode(hedged=True, symbol=LINEAR),
    ),
    "transfer to linear": (
        MoveFunds(asset="USDT", amount=Decimal("10.5"), source="spot", target="linear"),
        lambda it: it.transfer("USDT", 10.5, "spot", "swap", {"subType": "linear"}),
    ),
    "spot accounts": (AskAccounts("spot"), lambda it: it.fetch_accounts()),
    "spot balances": (AskBalances("spot"), lambda it: it.fetch_balance()),
    "linear balances": (AskBalances("linear"), lambda it: it.fetch_balance({"type": "swap"})),
    "linear positions": (AskPositions("linear"), lambda it: it.fetch_positions()),
    "spot order by client id": (AskOrder(ref(SPOT, client_id="77")), lambda it: it.fetch_order("", SPOT, ID)),
    "spot order": (AskOrder(ref(SPOT, venue_id="9")), lambda it: it.fetch_order("9", SPOT)),
    "swap order": (AskOrder(ref(SWAP, venue_id="9")), lambda it: it.fetch_order("9", SWAP)),
    "spot open orders": (
        AskOpenOrders("spot", f"htx:{SPOT}"),
        lambda it: it.fetch_open_orders(SPOT, limit=500),
    ),
    "linear open orders": (
        AskOpenOrders("linear", f"htx:{LINEAR}"),
        lambda it: it.fetch_open_orders(LINEAR, limit=100),
    ),
    "spot fills": (
        AskFills(line="spot", symbol=f"htx:{SPOT}", since=SINCE * 1_000_000),
        lambda it: it.fetch_my_trades(SPOT, SINCE, 500, {"until": SINCE + 48 * 3_600_000}),
    ),
    "linear fills": (
        AskFills(line="linear", symbol=f"htx:{LINEAR}", since=SINCE * 1_000_000),
        lambda it: it.fetch_my_trades(LINEAR, SINCE, 100, {"until": SINCE + 48 * 3_600_000}),
    ),
    "spot fees": (AskFees(f"htx:{SPOT}"), lambda it: it.fetch_trading_fee(SPOT)),
}


def numbers(value: Any) -> Any:
    """Spell numbers as text, because the two spell some of them differently."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("name", CASES)
def test_we_sign_as_ccxt_does(name: str) -> None:
    ask, ask_them = CASES[name]
    them = Theirs()
    # It makes nothing of the empty answer; what counts is what it sent.
    with contextlib.suppress(AttributeError, KeyError, TypeError, ccxt.BaseError):
        ask_them(them)
    method, url, body = them.seen[-1]
    request = ours(ask)
    assert request.method == method
    address = urlsplit(url)
    assert request.origin == f"{address.scheme}://{address.netloc}"
    path, _, query = request.path.partition("?")
    assert path == address.path
    # The order of parameters is part of what is signed, so the whole query must be the same text.
    assert query == address.query
    assert ("Signature", dict(parse_qsl(query))["Signature"]) == parse_qsl(address.query)[-1]
    if method == "POST":
        said = {key: numbers(value) for key, value in json.loads(body or "{}").items() if key not in ADDED}
        assert {key: numbers(value) for key, value in json.loads(request.body).items()} == said

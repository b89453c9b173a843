"""Our signed requests beside ccxt's, for the same wish at the same moment.

The venue accepts parameters in any order as long as the signature covers the bytes that are sent.
So each request is judged twice: ccxt's own method for the same wish must ask the same of the same address, and ccxt's
`sign`, given our parameters in our order, must write the very same bytes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import ccxt
import pytest

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import MarginMode, OrderType, PositionMode, TimeInForce
from basisdesk.domain.order import Side
from basisdesk.venues.binance import VENUE
from basisdesk.venues.trading import Credentials, Request, Session

KEY, SECRET = "demoKey000000000000000000000000001", "demoSecret00000000000000000000000001"
NOW = 1_700_000_000_000_000_000
SPOT, USDM, COINM = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"


class Captured(Exception):  # noqa: N818 (it is how a request is caught, not an error)
    """What ccxt was about to send."""


def market(symbol: str, code: str, line: str) -> dict[str, Any]:
    contract = line != "spot"
    return {
        "id": code, "symbol": symbol, "base": "BTC", "quote": symbol[4:].split(":", maxsplit=1)[0],
        "settle": symbol.partition(":")[2] or None, "baseId": "BTC", "quoteId": "USDT", "spot": not contract,
        "margin": False, "swap": contract, "future": False, "option": False, "stock": False, "contract": contract,
        "linear": line == "usdm" if contract else None, "inverse": line == "coinm" if contract else None,
        "type": "swap" if contract else "spot", "active": True, "contractSize": 100.0 if line == "coinm" else 1.0,
        "precision": {"amount": 0.001, "price": 0.1, "base": 1e-8, "quote": 1e-8},
        "limits": {"amount": {"min": 0.001}, "price": {}, "cost": {}, "leverage": {"max": 125}}, "created": None,
        "info": {"symbol": code, "orderTypes": ["LIMIT", "MARKET", "LIMIT_MAKER"], "pair": "BTCUSD",
                 "timeInForce": ["GTC", "IOC", "FOK", "GTX"]},
    }  # fmt: skip


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Any:
    """ccxt, with a frozen clock and no network."""
    made: Any = ccxt.binance({"apiKey": KEY, "secret": SECRET, "options": {"recvWindow": 5000}})
    monkeypatch.setattr(made, "milliseconds", lambda: NOW // 1_000_000)

    def catch(url: str, method: str = "GET", headers: Any = None, body: Any = None) -> None:
        raise Captured(url, method, headers, body)

    monkeypatch.setattr(made, "fetch", catch)
    made.set_markets(
        [market(SPOT, "BTCUSDT", "spot"), market(USDM, "BTCUSDT", "usdm"), market(COINM, "BTCUSD_PERP", "coinm")]
    )
    made.currencies = {"USDT": {"id": "USDT", "code": "USDT", "precision": 1e-8}}
    made.options["leverageBrackets"] = {}
    return made


@pytest.fixture
def session() -> Session:
    made = Session(Credentials(KEY, SECRET))
    made.know(VENUE.well_known())
    return made


def ours(ask: asks.Ask, session: Session) -> Request:
    assert VENUE.trading is not None
    request = VENUE.trading.encode(ask, session, NOW)
    assert isinstance(request, Request), request
    return request


def caught(call: Any) -> tuple[str, str, dict[str, str], str]:
    with pytest.raises(Captured) as info:
        call()
    url, method, headers, body = info.value.args
    return url, method, headers, body or ""


def asked(url: str, body: str) -> tuple[str, dict[str, str]]:
    """Origin and path, and what is asked there but for the signature."""
    split = urlsplit(url)
    pairs = parse_qsl(split.query, strict_parsing=bool(split.query)) + parse_qsl(body)
    assert len(dict(pairs)) == len(pairs), "a parameter is given twice"
    return f"{split.scheme}://{split.netloc}{split.path}", {name: value for name, value in pairs if name != "signature"}


def order(symbol: str, **terms: Any) -> asks.NewOrder:
    common: dict[str, Any] = {"side": Side.BUY, "type": OrderType.LIMIT, "client_id": "test-1", "size": Decimal(1)}
    if terms.get("type") is not OrderType.MARKET:
        common["price"] = Decimal("50000.1")
    return asks.NewOrder(symbol=f"binance:{symbol}", **(common | terms))


def ref(symbol: str, number: str = "") -> asks.OrderRef:
    return asks.OrderRef(symbol=f"binance:{symbol}", venue_id=number, client_id="" if number else "test-1")


ID = {"newClientOrderId": "test-1"}
CASES: dict[str, tuple[asks.Ask, Any]] = {
    "limit on spot": (
        asks.Place(order(SPOT)),
        lambda x: x.create_order(SPOT, "limit", "buy", 1, 50000.1, {**ID}),
    ),
    "post-only on spot": (
        asks.Place(order(SPOT, post_only=True)),
        lambda x: x.create_order(SPOT, "limit", "buy", 1, 50000.1, {"postOnly": True, **ID}),
    ),
    "market buy on spot by money": (
        asks.Place(order(SPOT, type=OrderType.MARKET, size=None, money=Decimal(100))),
        lambda x: x.create_market_buy_order_with_cost(SPOT, 100, {**ID}),
    ),
    "limit on USD-M": (
        asks.Place(order(USDM, time_in_force=TimeInForce.IOC, reduce_only=True)),
        lambda x: x.create_order(USDM, "limit", "buy", 1, 50000.1, {"timeInForce": "IOC", "reduceOnly": True, **ID}),
    ),
    "post-only on COIN-M": (
        asks.Place(order(COINM, post_only=True)),
        lambda x: x.create_order(COINM, "limit", "buy", 1, 50000.1, {"postOnly": True, **ID}),
    ),
    "market on USD-M": (
        asks.Place(order(USDM, type=OrderType.MARKET, side=Side.SELL)),
        lambda x: x.create_order(USDM, "market", "sell", 1, None, {**ID}),
    ),
    "amend on USD-M": (
        asks.Amend(order=ref(USDM, "7"), size=Decimal(2), price=Decimal("50000.1"), side=Side.BUY),
        lambda x: x.edit_order("7", USDM, "limit", "buy", 2, 50000.1),
    ),
    "cancel on spot by the venue's id": (asks.Cancel(ref(SPOT, "7")), lambda x: x.cancel_order("7", SPOT)),
    "cancel on COIN-M by client id": (
        asks.Cancel(ref(COINM)),
        lambda x: x.cancel_order("", COINM, {"clientOrderId": "test-1"}),
    ),
    "cancel all on spot": (asks.CancelAll("spot", f"binance:{SPOT}"), lambda x: x.cancel_all_orders(SPOT)),
    "cancel all on USD-M": (asks.CancelAll("usdm", f"binance:{USDM}"), lambda x: x.cancel_all_orders(USDM)),
    "dead-man switch": (
        asks.DeadMan("usdm", 60, f"binance:{USDM}"),
        lambda x: x.fapiPrivatePostCountdownCancelAll({"symbol": "BTCUSDT", "countdownTime": 60000}),
    ),
    "leverage": (asks.SetLeverage(f"binance:{USDM}", Decimal(5)), lambda x: x.set_leverage(5, USDM)),
    "margin mode": (
        asks.SetMarginMode(f"binance:{COINM}", MarginMode.ISOLATED),
        lambda x: x.set_margin_mode("isolated", COINM),
    ),
    "position mode": (
        asks.SetPositionMode("usdm", PositionMode.HEDGE),
        lambda x: x.set_position_mode(hedged=True, symbol=USDM),
    ),
    "transfer": (
        asks.MoveFunds(asset="USDT", amount=Decimal(10), source="spot", target="usdm"),
        lambda x: x.transfer("USDT", 10, "spot", "linear"),
    ),
    "order on spot": (asks.AskOrder(ref(SPOT, "7")), lambda x: x.fetch_order("7", SPOT)),
    "order on USD-M by client id": (
        asks.AskOrder(ref(USDM)),
        lambda x: x.fetch_order("", USDM, {"clientOrderId": "test-1"}),
    ),
    "open orders": (asks.AskOpenOrders("coinm", f"binance:{COINM}"), lambda x: x.fetch_open_orders(COINM)),
    "balances of spot": (
        asks.AskBalances("spot"),
        lambda x: x.fetch_balance({"type": "spot", "omitZeroBalances": True}),
    ),
    "balances of USD-M": (asks.AskBalances("usdm"), lambda x: x.fapiPrivateV3GetBalance()),
    "positions of USD-M": (
        asks.AskPositions("usdm", f"binance:{USDM}"),
        lambda x: x.fapiPrivateV2GetPositionRisk({"symbol": "BTCUSDT"}),
    ),
    "fills": (
        asks.AskFills(line="spot", symbol=f"binance:{SPOT}"),
        lambda x: x.fetch_my_trades(SPOT, None, 1000),
    ),
    "income": (
        asks.AskIncome(line="usdm", symbol=f"binance:{USDM}", since=NOW),
        lambda x: x.fapiPrivateGetIncome({"symbol": "BTCUSDT", "startTime": NOW // 10**6, "limit": 1000, "page": 1}),
    ),
    "fees": (asks.AskFees(f"binance:{USDM}"), lambda x: x.fetch_trading_fee(USDM)),
    "permissions": (asks.AskPermissions(), lambda x: x.sapiGetAccountApiRestrictions()),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_ccxt_asks_the_same_of_the_same_address(name: str, other: Any, session: Session) -> None:
    ask, call = CASES[name]
    request = ours(ask, session)
    url, method, headers, body = caught(lambda: call(other))
    mine = asked(request.origin + request.path, request.body.decode())
    theirs = asked(url, body)
    assert (request.method, mine[0]) == (method, theirs[0])
    # ccxt writes booleans of Python as text in its own way; the venue does not mind the case.
    assert mine[1] == {key: {"True": "true", "False": "false"}.get(value, value) for key, value in theirs[1].items()}
    assert dict(request.headers)["X-MBX-APIKEY"] == headers["X-MBX-APIKEY"]
    assert dict(request.headers).get("Content-Type") == headers.get("Content-Type")


@pytest.mark.parametrize("name", CASES)
def test_ccxt_signs_our_parameters_with_the_same_bytes(name: str, other: Any, session: Session) -> None:
    request = ours(CASES[name][0], session)
    path, _, query = request.path.partition("?")
    pairs = parse_qsl(query or request.body.decode())
    api, name_in_api = SIGNED_BY[path.split("/")[1], path.split("/")[2]], path.split("/", 3)[3]
    params = {key: value for key, value in pairs if key not in {"timestamp", "recvWindow", "signature"}}
    signed = other.sign(name_in_api, [api, "private"], request.method, params)
    assert signed["url"] == request.origin + request.path
    assert (signed["body"] or "") == request.body.decode()


SIGNED_BY = {
    ("api", "v3"): "private", ("sapi", "v1"): "sapi", ("fapi", "v1"): "fapiPrivate", ("fapi", "v2"): "fapiPrivateV2",
    ("fapi", "v3"): "fapiPrivateV3", ("dapi", "v1"): "dapiPrivate",
}  # fmt: skip


def test_listen_keys_are_asked_for_with_the_key_alone(other: Any, session: Session) -> None:
    for ask, call in (
        (asks.OpenStream("usdm"), other.fapiPrivatePostListenKey),
        (asks.KeepStream("coinm"), other.dapiPrivatePutListenKey),
    ):
        request = ours(ask, session)
        url, method, headers, body = caught(call)
        assert (request.method, request.origin + request.path) == (method, url)
        assert (request.body.decode(), dict(request.headers)["X-MBX-APIKEY"]) == (body, headers["X-MBX-APIKEY"])

"""Orders to ask for, and what was really sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import OrderType
from basisdesk.domain.order import Side
from basisdesk.venues.binance import VENUE
from basisdesk.venues.trading import Request, Session

SPOT, USDM, COINM = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "binance:BTC/USD:BTC"
NOW = 1_700_000_000_000_000_000
KEY = "demoKey000000000000000000000000001"
SECRET = "demoSecret00000000000000000000000001"
TRADING = VENUE.trading
assert TRADING is not None


def new(symbol: str, **terms: Any) -> asks.NewOrder:
    given: dict[str, Any] = {
        "side": Side.BUY,
        "type": OrderType.LIMIT,
        "client_id": "test-1",
        "price": Decimal("50000.1"),
    }
    given["size"] = Decimal(1)
    return asks.NewOrder(symbol=symbol, **(given | terms))


def market(symbol: str, **terms: Any) -> asks.NewOrder:
    return new(symbol, **({"type": OrderType.MARKET, "price": None} | terms))


def ref(symbol: str, **terms: str) -> asks.OrderRef:
    return asks.OrderRef(symbol=symbol, **terms)


def encoded(ask: asks.Ask, session: Session) -> Request:
    assert TRADING is not None
    request = TRADING.encode(ask, session, NOW)
    assert isinstance(request, Request), request
    assert request.ask is ask
    return request


def sent(request: Request) -> tuple[str, str, str]:
    """Method, path and what was asked, without what every signed request has."""
    text = request.body.decode() if request.body else request.path.partition("?")[2]
    pairs = parse_qsl(text)
    common = {"timestamp", "recvWindow", "signature"}
    return (
        request.method,
        request.path.partition("?")[0],
        "&".join(f"{name}={value}" for name, value in pairs if name not in common),
    )

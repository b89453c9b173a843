"""Orders to ask for, and the request that comes of an ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from basisdesk.domain.ask import (
    Ask,
    NewOrder,
    OrderType,
)
from basisdesk.domain.order import Side
from basisdesk.venues.trading import Request, Session, Trading

NOW = 1_700_000_000_000_000_000
SPOT, SWAP, COIN, DATED = "okx:BTC/USDT", "okx:BTC/USDT:USDT", "okx:BTC/USD:BTC", "okx:BTC/USD:BTC-261225"
D = Decimal


def order(symbol: str = SWAP, side: Side = Side.BUY, **more: Any) -> NewOrder:
    """Return a limit order of two contracts."""
    terms: dict[str, Any] = {"type": OrderType.LIMIT, "size": D(2), "price": D("50000.1"), "client_id": "test1"}
    return NewOrder(symbol=symbol, side=side, **(terms | more))


def market(symbol: str, side: Side = Side.BUY, **more: Any) -> NewOrder:
    """Return a market order."""
    return order(symbol, side, **({"type": OrderType.MARKET, "price": None} | more))


def sent(trading: Trading, ask: Ask, session: Session, now: int = NOW) -> Request:
    """Return the request of an ask; it uses a declared path only."""
    request = trading.encode(ask, session, now)
    assert isinstance(request, Request), request
    assert (request.method, request.path.partition("?")[0]) in trading.paths
    assert request.origin == "https://openapi.okx.com"
    assert request.changes == (request.method == "POST")
    assert (request.expires is not None) == request.changes
    return request

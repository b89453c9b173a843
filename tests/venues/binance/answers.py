"""Answers as the venue documents them, and what one means to an ask."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from basisdesk.domain import account as facts
from basisdesk.domain import ask as asks
from basisdesk.domain.ask import OrderType
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done
from basisdesk.venues.binance import VENUE
from basisdesk.venues.trading import Reply, Request, Response, Session

SPOT, USDM, COINM = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "binance:BTC/USD:BTC"
NOW = 1_700_000_000_000_000_000
MS = 1_000_000
AT = 1_700_000_000_123 * MS
TRADING = VENUE.trading
assert TRADING is not None
D = Decimal
SPOT_ORDER = {
    "symbol": "BTCUSDT", "orderId": 28, "orderListId": -1, "clientOrderId": "test-1", "transactTime": 1700000000123,
    "price": "50000.10", "origQty": "1.0", "executedQty": "0.0", "origQuoteOrderQty": "0.0",
    "cummulativeQuoteQty": "0.0", "status": "NEW", "timeInForce": "GTC", "type": "LIMIT", "side": "BUY",
    "workingTime": 1700000000123, "selfTradePreventionMode": "NONE",
}  # fmt: skip
FUTURES_ORDER = {
    "orderId": 91, "symbol": "BTCUSDT", "status": "NEW", "clientOrderId": "test-1", "price": "50000.1", "origQty": "1",
    "executedQty": "0", "cumQty": "0", "timeInForce": "GTC", "type": "LIMIT", "reduceOnly": False,
    "closePosition": False, "side": "BUY", "positionSide": "BOTH", "stopPrice": "0", "workingType": "CONTRACT_PRICE",
    "priceProtect": False, "origType": "LIMIT", "priceMatch": "NONE", "selfTradePreventionMode": "NONE",
    "goodTillDate": 0, "updateTime": 1700000000123,
}  # fmt: skip


def order(symbol: str) -> asks.NewOrder:
    return asks.NewOrder(
        symbol=symbol, side=Side.BUY, type=OrderType.LIMIT, client_id="test-1", size=D(1), price=D("50000.1")
    )


def ref(symbol: str) -> asks.OrderRef:
    return asks.OrderRef(symbol=symbol, client_id="test-1")


def answered(ask: asks.Ask, body: Any, session: Session, *, status: int = 200, **headers: str) -> Reply:
    assert TRADING is not None
    request = TRADING.encode(ask, session, NOW)
    assert isinstance(request, Request), request
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return TRADING.decode(request, Response(status, text, named, NOW + 50 * MS), session)


def told(ask: asks.Ask, body: Any, session: Session) -> tuple[facts.Update, ...]:
    reply = answered(ask, body, session)
    assert reply.outcome == Done()
    return reply.updates

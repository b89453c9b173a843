"""Answers as the venue documents them, and what one means to an ask."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from basisdesk.domain.ask import (
    Ask,
    AskBalances,
    Cancel,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
)
from basisdesk.domain.order import Side
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.trading import Credentials, Reply, Request, Response, Session

NOW = 1_700_000_000_000_000_000
BACK = NOW + 50_000_000
SPOT, SWAP, INVERSE = "bigone:BTC/USDT", "bigone:BTC/USDT:USDT", "bigone:BTC/USD:BTC"
ID = "5aed7b45-5d19-40f2-0005-ca49d01f33e3"
USER = "5aec525e-335d-4724-0005-20153b361f89"
PLACE = Place(NewOrder(symbol=SPOT, side=Side.BUY, type=OrderType.MARKET, client_id="o", size=Decimal(1)))
SWAP_PLACE = Place(NewOrder(symbol=SWAP, side=Side.BUY, type=OrderType.MARKET, client_id="o", size=Decimal(1)))
CANCEL = Cancel(OrderRef(symbol=SPOT, venue_id="10"))
SWAP_CANCEL = Cancel(OrderRef(symbol=SWAP, venue_id=ID))
READ = AskBalances("spot")
ORDER: dict[str, Any] = {
    "id": 10, "asset_pair_name": "BTC-USDT", "price": "50000.1", "amount": "0.5", "filled_amount": "0",
    "avg_deal_price": "0", "side": "BID", "type": "LIMIT", "state": "PENDING", "client_order_id": "test-1",
    "immediate_or_cancel": False, "post_only": False, "stop_price": None, "operator": None,
    "created_at": "2023-11-14T22:13:20Z", "updated_at": "2023-11-14T22:13:21Z",
}  # fmt: skip
SWAP_ORDER: dict[str, Any] = {
    "id": ID, "userId": USER, "liquidateUserId": None, "symbol": "BTCUSD", "type": "LIMIT", "side": "BUY",
    "status": "PARTIALLY_FILLED", "price": 49500.0, "avgPrice": 49450, "size": 10, "filled": 4, "ts": 1562132083136,
    "reduceOnly": True, "isLiquidate": False,
}  # fmt: skip
HOLDING: dict[str, Any] = {
    "symbol": "BTCUSD", "userId": USER, "currency": "BTC", "isCross": False, "size": -30, "entryPrice": 6501.76,
    "markPrice": 6482.33287802, "liquidatePrice": 8087.5, "unrealizedPnl": -0.5, "margin": 0.25, "leverage": 5,
    "feeRateTaker": 0.0006, "feeRateMaker": -0.0002,
}  # fmt: skip
CASH = {"userId": USER, "currency": "BTC", "balances": 1002.5, "available": 1000, "marginBalances": 1003}


def session() -> Session:
    one = Session(Credentials("key", "secret"), learned={"modes": "1", "leverage:BTCUSD": "5"})
    one.know(VENUE.well_known())
    return one


def reply(ask: Ask, body: Any, status: int = 200, **headers: str) -> Reply:
    assert VENUE.trading is not None
    one = session()
    request = VENUE.trading.encode(ask, one, NOW)
    assert isinstance(request, Request), request
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return VENUE.trading.decode(request, Response(status, text, headers, BACK), one)


def data(rows: Any, **more: Any) -> dict[str, Any]:
    return {"code": 0, "data": rows} | more

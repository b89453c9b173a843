"""What an answer means to an ask, and an envelope to put rows into."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import Ask, NewOrder, OrderType, Place
from basisdesk.domain.order import Side
from basisdesk.venues.trading import Reply, Request, Response, Session, Trading

NOW = 1_700_000_000_000_000_000
SPOT, SWAP = "okx:BTC/USDT", "okx:BTC/USDT:USDT"
D = Decimal
PLACE = Place(NewOrder(symbol=SWAP, side=Side.BUY, type=OrderType.LIMIT, size=D(2), price=D(50000), client_id="test1"))
QUERY = asks.AskPositions("public")


def told(trading: Trading, session: Session, ask: Ask, status: int, body: Any) -> Reply:
    """Return the reply that an answer to an ask gives."""
    request = trading.encode(ask, session, NOW)
    assert isinstance(request, Request)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return trading.decode(request, Response(status, raw, {}, NOW), session)


def data(*rows: Any, code: str = "0", msg: str = "") -> dict[str, Any]:
    return {"code": code, "msg": msg, "data": list(rows)}

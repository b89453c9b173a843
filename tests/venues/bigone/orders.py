"""Orders to ask for, and sessions that ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from basisdesk.domain.ask import (
    NewOrder,
    OrderType,
    Place,
)
from basisdesk.domain.order import Side

NOW = 1_700_000_000_000_000_000
SPOT, SWAP, INVERSE = "bigone:BTC/USDT", "bigone:BTC/USDT:USDT", "bigone:BTC/USD:BTC"


def order(**terms: Any) -> Place:
    given: dict[str, Any] = {
        "symbol": SPOT,
        "side": Side.BUY,
        "type": OrderType.LIMIT,
        "client_id": "own-1",
        "size": Decimal("0.5"),
    }
    return Place(NewOrder(**(given | terms)))


def market(**terms: Any) -> Place:
    return order(type=OrderType.MARKET, **terms)


def swap(**terms: Any) -> Place:
    return order(**({"symbol": INVERSE, "size": Decimal(100)} | terms))


P = Decimal(50000)

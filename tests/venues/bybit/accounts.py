"""What tests of the account side share: a session that knows markets, and how answers are spelled."""

from __future__ import annotations

import json
from typing import Any

from basisdesk.domain.ask import Ask, NewOrder, OrderType
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.bybit import VENUE
from basisdesk.venues.trading import Credentials, Reply, Request, Response, Session

assert VENUE.trading is not None
TRADING = VENUE.trading
KEY = Credentials("demoKey000000000000000000000000001", "demoSecret00000000000000000000000001")
NOW = 1_700_000_000_000_000_000
SPOT, LINEAR, USDC, INVERSE = "bybit:BTC/USDT", "bybit:BTC/USDT:USDT", "bybit:BTC/USDC:USDC", "bybit:BTC/USD:BTC"
DATED = "bybit:BTC/USDT:USDT-261225"
MS = 1_000_000
SECOND = 1_000_000_000
DAY = 86_400 * SECOND


def session(key: Credentials | None = KEY) -> Session:
    made = Session(credentials=key)
    dated = VENUE.terms_of("linear", "BTCUSDT-25DEC26")
    assert dated is not None
    made.know([*VENUE.well_known(), dated])
    return made


def asked(ask: Ask, of: Session | None = None, now: int = NOW) -> Request:
    request = TRADING.encode(ask, of or session(), now)
    assert isinstance(request, Request), request
    return request


def refused(ask: Ask, of: Session | None = None) -> str:
    refusal = TRADING.encode(ask, of or session(), NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.message.isascii()
    return refusal.code


def answer(
    ask: Ask,
    result: Any = None,
    *,
    code: int = 0,
    message: str = "OK",
    status: int = 200,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    of: Session | None = None,
    at: int = NOW,
) -> Reply:
    if body is None:
        envelope = {"retCode": code, "retMsg": message, "result": {} if result is None else result, "retExtInfo": {}}
        body = json.dumps(envelope | {"time": at // MS}).encode()
    of = of or session()
    return TRADING.decode(asked(ask, of), Response(status, body, headers or {}, at), of)


def order(symbol: str = LINEAR, **changes: Any) -> NewOrder:
    """A limit buy at 50000.1, as the fact sheet's example."""
    fields: dict[str, Any] = {"side": Side.BUY, "type": OrderType.LIMIT, "client_id": "test-1"} | changes
    return NewOrder(symbol=symbol, **fields)

"""Rows as the venue documents them, and what an answer with them means."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, cast

from basisdesk.domain.ask import (
    Ask,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
)
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done
from basisdesk.venues.deribit import VENUE
from basisdesk.venues.trading import Reply, Request, Response, Session, Trading

TRADING = cast("Trading", VENUE.trading)
MS = 1_700_000_000_000
NOW = MS * 1_000_000
SENT = NOW - 5_000_000  # as usIn tells it
PERP, LINEAR = "deribit:BTC/USD:BTC", "deribit:BTC/USDC:USDC"
REF, LABEL = OrderRef(symbol=PERP, venue_id="BTC-9001"), OrderRef(symbol=PERP, client_id="d-1")
PLACE = Place(
    NewOrder(symbol=PERP, side=Side.BUY, type=OrderType.LIMIT, client_id="d-1", size=Decimal(10), price=Decimal(50000))
)

ORDER: dict[str, Any] = {
    "order_id": "BTC-9001", "order_state": "open", "order_type": "limit", "time_in_force": "good_til_cancelled",
    "instrument_name": "BTC-PERPETUAL", "creation_timestamp": MS - 9, "last_update_timestamp": MS - 7,
    "direction": "buy", "price": 50000.0, "label": "d-1", "post_only": False, "reduce_only": False, "amount": 20.0,
    "contracts": 2.0, "filled_amount": 10.0, "average_price": 49999.5, "api": True, "is_liquidation": False,
    "user_id": 10,
}  # fmt: skip
TRADE: dict[str, Any] = {
    "trade_id": "9001", "trade_seq": 7, "instrument_name": "BTC-PERPETUAL", "timestamp": MS - 7,
    "order_id": "BTC-9001", "order_type": "limit", "matching_id": None, "direction": "buy", "price": 49999.5,
    "amount": 10.0, "liquidity": "T", "fee": 1.0e-7, "fee_currency": "BTC", "label": "d-1", "state": "open",
}  # fmt: skip
POSITION: dict[str, Any] = {
    "average_price": 7440.18, "direction": "sell", "estimated_liquidation_price": 9001.74, "size": -50,
    "floating_profit_loss": 0.001, "initial_margin": 0.000197283, "instrument_name": "BTC-PERPETUAL",
    "kind": "future", "leverage": 34, "mark_price": 7476.65,
}  # fmt: skip


def replied(ask: Ask, result: Any, session: Session, status: int = 200, **more: Any) -> Reply:
    body = {
        "jsonrpc": "2.0",
        "result": result,
        "usIn": SENT // 1000,
        "usOut": NOW // 1000,
        "usDiff": 5000,
        "testnet": False,
    }
    return decoded(ask, json.dumps(body | more), session, status)


def decoded(ask: Ask, body: str, session: Session, status: int = 200) -> Reply:
    request = TRADING.encode(ask, session, NOW)
    assert isinstance(request, Request), request
    return TRADING.decode(request, Response(status, body.encode(), {}, NOW), session)


def done(ask: Ask, result: Any, session: Session) -> tuple[Any, ...]:
    reply = replied(ask, result, session)
    assert reply.outcome == Done(), reply
    return reply.updates


SUMMARY = {
    "currency": "BTC", "balance": 302.60065765, "session_rpl": -0.03258105, "futures_session_rpl": -0.03258105,
    "session_upl": 0.05271555, "equity": 302.61869214, "available_funds": 301.38059622,
}  # fmt: skip


def logged(**more: Any) -> dict[str, Any]:
    row = {"id": 61312, "timestamp": MS, "type": "transfer", "currency": "BTC", "change": -2.5, "user_id": 7}
    return row | {"instrument_name": None, "total_interest_pl": None} | more

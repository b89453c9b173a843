"""Spot: orders, fills and balances as the private interface writes them.

The number of the spot account is not that of the user.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import OrderType, TimeInForce
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.sim.dialects.htx.text import ms, short, text
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance, Fill, OrderUpdate
    from basisdesk.domain.ask import NewOrder
    from basisdesk.sim.contract import Exchange

ACCOUNT_OFFSET, POINT_OFFSET = 50_000_000, 60_000_000
ZERO = Decimal(0)


def account_id(account: str) -> int:
    """Return the number of a user's spot account."""
    return int(account) + ACCOUNT_OFFSET


def kind_of(order: NewOrder) -> str:
    """Return an order's type as the venue writes it, such as ``buy-limit-maker``."""
    if order.type is OrderType.MARKET:
        kind = "market"
    elif order.post_only:
        kind = "limit-maker"
    else:
        kind = {TimeInForce.GTC: "limit", TimeInForce.IOC: "ioc", TimeInForce.FOK: "limit-fok"}[order.time_in_force]
    return f"{order.side.value.lower()}-{kind}"


def state_of(order: OrderUpdate) -> str:
    """Return an order's state as the venue writes it."""
    if order.status is not OrderStatus.DONE:
        return "partial-filled" if order.filled else "submitted"
    if order.reason is DoneReason.FILLED:
        return "filled"
    return "partial-canceled" if order.filled else "canceled"


def amount_of(asked: NewOrder) -> Decimal:
    """Return what an order's amount says: size, or money for a market buy."""
    return asked.size if asked.size is not None else asked.money or ZERO


def order(exchange: Exchange, account: str, update: OrderUpdate, *, opens: bool = False) -> dict[str, Any]:
    """Return an order; the list of open ones spells what is filled otherwise than the rest."""
    asked = exchange.new_order_of(account, update.venue_id)
    assert asked is not None  # the exchange has just told of it
    created = exchange.created_at(account, update.venue_id)
    fills = [
        fill
        for fill in exchange.fills(account, symbols.SPOT, update.symbol, 0, update.at)
        if fill.venue_id == update.venue_id
    ]
    spent = sum((fill.price * fill.size for fill in fills), ZERO)
    fees = sum((fill.fee or ZERO for fill in fills), ZERO)
    done = update.status is OrderStatus.DONE
    prefix = "filled" if opens else "field"
    market = exchange.markets[update.symbol].instrument
    return {
        "id": int(update.venue_id),
        "symbol": market.code,
        "account-id": account_id(account),
        "client-order-id": update.client_id,
        "amount": short(amount_of(asked)),
        "price": short(asked.price or ZERO),
        "created-at": ms(created),
        "type": kind_of(asked),
        f"{prefix}-amount": short(update.filled),
        f"{prefix}-cash-amount": short(spent),
        f"{prefix}-fees": short(fees),
        "finished-at": ms(update.at) if done else 0,
        "canceled-at": ms(update.at) if done and update.reason is not DoneReason.FILLED else 0,
        "source": "spot-api",
        "state": state_of(update),
    }


def fill(exchange: Exchange, told: Fill, account: str) -> dict[str, Any]:
    """Return a row of match results."""
    asked = exchange.new_order_of(account, told.venue_id)
    kind = kind_of(asked) if asked is not None else f"{told.side.value.lower()}-market"
    return {
        "id": row_id(told),
        "symbol": exchange.markets[told.symbol].instrument.code,
        "order-id": int(told.venue_id),
        "match-id": row_id(told),
        "trade-id": row_id(told),
        "price": short(told.price),
        "filled-amount": short(told.size),
        "filled-fees": text(told.fee) or "0",
        "fee-currency": told.fee_asset.lower(),
        "filled-points": "0.0",
        "fee-deduct-currency": "",
        "fee-deduct-state": "done",
        "created-at": ms(told.at),
        "role": "maker" if told.maker else "taker",
        "source": "spot-api",
        "type": kind,
    }


def row_id(told: Fill) -> int:
    """Return a fill's number."""
    return int("".join(each for each in told.trade_id if each.isdigit()) or "0")


def balances(rows: list[Balance]) -> list[dict[str, Any]]:
    """Return balances, what is free and what is frozen in rows of their own."""
    told = []
    for row in rows:
        free = row.available if row.available is not None else row.total
        for kind, value in (("trade", free), ("frozen", row.total - free)):
            told.append({"currency": row.asset.lower(), "type": kind, "balance": short(value), "seq-num": "0"})
    return told

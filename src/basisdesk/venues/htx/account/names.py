"""How the private interfaces name markets and orders.

Coin-margined futures are named by their coin in most places, all other contracts by their code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from basisdesk.domain.ask import OrderRef
    from basisdesk.venues.htx.account.request import Body


def coin_of(line: str, code: str) -> str:
    """Return the coin of a contract."""
    return symbols.term_of(line, code)[0]


def named(line: str, code: str) -> Body:
    """Return how a line's private interface names a market: a future by its coin, any other contract by its code."""
    if line == symbols.COIN_FUTURES:
        return {"symbol": coin_of(line, code) if code else ""}
    return {"contract_code": code}


def identity(order: OrderRef) -> Body:
    """Return how a contract order is named: by the venue's number where there is one."""
    return {"order_id": order.venue_id} if order.venue_id else {"client_order_id": order.client_id}


def leverage_name(line: str, code: str) -> str:
    """Return the name under which a leverage is learned: that of a swap, or of all futures on a coin."""
    return f"leverage:{line}:{code if line == symbols.COIN_SWAP else coin_of(line, code)}"

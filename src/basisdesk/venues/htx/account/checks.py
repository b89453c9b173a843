"""What is refused before it is sent: unknown markets, values off the grid, ids in another alphabet.

Every check returns a `Refusal` that names the value, the limit and what to do, or None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.ask import OrderType, PositionSide, TimeInForce
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side
from basisdesk.venues.figures import check_figures, check_money
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.ids import is_client_id

if TYPE_CHECKING:
    from basisdesk.domain.ask import NewOrder, OrderRef
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Session

LINES = (symbols.SPOT, symbols.LINEAR, symbols.COIN_SWAP, symbols.COIN_FUTURES)
COINS = (symbols.COIN_SWAP, symbols.COIN_FUTURES)


def unsupported(what: str, why: str) -> Refusal:
    """Return the refusal of something that the venue does not have."""
    return Refusal("unsupported", f"{symbols.VENUE_NAME} has no {what}: {why}")


def check_line(line: str) -> Refusal | None:
    """Refuse a line that the venue does not have."""
    if line in LINES:
        return None
    return Refusal("unknown_line", f"{symbols.VENUE_NAME} has no line {line!r}: name one of {', '.join(LINES)}")


def market_of(session: Session, symbol: str) -> Instrument | Refusal:
    """Return a market that the session knows."""
    found = session.instruments.get(symbol)
    if found is None or found.venue != symbols.VENUE_NAME:
        return Refusal("unknown_symbol", f"{symbol} is no known market of {symbols.VENUE_NAME}: load its instruments")
    return found


def code_of(session: Session, line: str, symbol: str) -> str | Refusal:
    """Return the code of a market of this line, empty for no symbol."""
    if not symbol:
        return ""
    market = market_of(session, symbol)
    if isinstance(market, Refusal):
        return market
    if market.market != line:
        return Refusal("unknown_symbol", f"{symbol} is of line {market.market}, not of {line}: ask that line")
    return market.code


def check_ref(order: OrderRef, *, spot: bool) -> Refusal | None:
    """Refuse a reference that names no order, or names it in another alphabet."""
    if order.venue_id:
        if order.venue_id.isascii() and order.venue_id.isdigit():
            return None
        return Refusal(
            "bad_order_id", f"{order.venue_id[:40]!r} is no order number of {symbols.VENUE_NAME}: digits only"
        )
    if not order.client_id:
        return Refusal(
            "no_order_id", f"an order of {order.symbol} is named by neither id: give the venue's or the client's"
        )
    return _check_client_id(order.client_id, spot=spot)


def check_order(order: NewOrder, market: Instrument) -> Refusal | None:
    """Refuse an order that the venue is sure to refuse."""
    spot = market.market == symbols.SPOT
    return (
        _check_client_id(order.client_id, spot=spot)
        or _check_kind(order)
        or (_check_spot(order) if spot else _check_contract(order, market))
        or _check_price(order)
        or _check_figures(order, market)
    )


def _check_client_id(client_id: str, *, spot: bool) -> Refusal | None:
    if is_client_id(client_id, spot=spot):
        return None
    wanted = "1 to 64 letters, digits, _ and -" if spot else "a whole number from 1 to 2^63 - 1"
    return Refusal("bad_client_id", f"client id {client_id[:80]!r} cannot be sent: it must be {wanted}")


def _check_kind(order: NewOrder) -> Refusal | None:
    if order.post_only and (order.type is not OrderType.LIMIT or order.time_in_force is not TimeInForce.GTC):
        return Refusal("bad_order", f"a post-only order of {order.symbol} must be a limit order that stays: use GTC")
    return None


def _check_spot(order: NewOrder) -> Refusal | None:
    if order.reduce_only:
        return unsupported("reduce-only order on spot", f"leave it out for {order.symbol}")
    if order.position is not PositionSide.NET:
        return unsupported("position side on spot", f"use net for {order.symbol}")
    return None


def _check_contract(order: NewOrder, market: Instrument) -> Refusal | None:
    if order.leverage is not None and market.market in COINS and order.leverage < 1:
        return Refusal("bad_leverage", f"leverage {order.leverage} of {order.symbol} is below 1: use 1 or more")
    opens = (order.side is Side.BUY) == (order.position is PositionSide.LONG)
    if order.reduce_only and order.position is not PositionSide.NET and opens:
        side = f"{order.side.value} opens the {order.position.value} side of {order.symbol}"
        return Refusal("bad_order", f"{side} and cannot be reduce-only: turn the side, or leave reduce-only out")
    return None


def _check_price(order: NewOrder) -> Refusal | None:
    if order.type is OrderType.LIMIT and order.price is None:
        return Refusal("bad_order", f"a limit order of {order.symbol} states no price: give one")
    if order.type is OrderType.MARKET and order.price is not None:
        return Refusal("bad_order", f"a market order of {order.symbol} takes no price: leave {order.price} out")
    return None


def _check_figures(order: NewOrder, market: Instrument) -> Refusal | None:
    if order.type is OrderType.MARKET and order.side is Side.BUY and market.market == symbols.SPOT:
        return _check_money(order, market)
    if order.money is not None:
        return Refusal("bad_order", f"only a spot market buy counts money: give {order.symbol} a size instead")
    if order.size is None:
        return Refusal("bad_order", f"an order of {order.symbol} states no size: give one")
    return check_figures(market, order.size, order.price)


def _check_money(order: NewOrder, market: Instrument) -> Refusal | None:
    if order.money is None:
        return Refusal(
            "bad_order",
            f"a market buy of {order.symbol} counts {market.quote}, not {market.base}: give the money to spend",
        )
    return check_money(market, order.money)

"""An order's figures against the limits of its market, as codecs check them before anything is sent.

The sentences are those of `domain.check`, so a person reads the same whichever venue was asked.
A market order has no price, so what it is worth is not known here, and only its size is checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import is_positive, plain
from basisdesk.domain.ask import PositionSide
from basisdesk.domain.check import check_price, check_size, check_still
from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.ask import NewOrder
    from basisdesk.domain.instrument import Instrument


def check_figures(
    market: Instrument, size: Decimal | None, price: Decimal | None, *, free: bool = False
) -> Refusal | None:
    """Refuse a size (venue's unit) or a limit price that the market does not take; None where both are fine.

    What is None is not checked.  `free` orders are not held to the market's least value.
    """
    if price is not None:
        refusal = check_price(market, price)
        if refusal is not None:
            return refusal
    if size is None:
        return None
    return check_still(market, size) if price is None or free else check_size(market, size, price)


def check_money(market: Instrument, money: Decimal) -> Refusal | None:
    """Refuse an amount of quote money that a spot market buy cannot spend."""
    spent = f"{money} {market.quote} to spend on {market.symbol}"
    if not is_positive(money):
        return Refusal("not_positive", f"{spent} is not a number above zero that can be paid: give one that is")
    if not market.tradable:
        return Refusal("not_tradable", f"{market.symbol} does not accept new orders now: choose another market or wait")
    if money < market.min_notional:
        least = f"{plain(market.min_notional)} {market.quote}"
        return Refusal("below_min_notional", f"{spent} is below the minimum of {least}: spend at least {least}")
    return None


def check_side(order: NewOrder) -> Refusal | None:
    """Refuse reduce-only where the side opens: hedge mode has no such field, so nobody else would."""
    if not order.reduce_only or order.position is PositionSide.NET:
        return None
    if (order.side is Side.BUY) is not (order.position is PositionSide.LONG):
        return None
    side = f"{order.side.value} opens the {order.position.value} side of {order.symbol}"
    return Refusal("bad_order", f"{side} and cannot be reduce-only: turn the side, or leave reduce-only out")

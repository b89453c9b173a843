"""Orders in the venue's words: what REST and the WebSocket have in common.

A spot order is worth its size in base coin, except that a market buy can say how much money to spend (`tgtCcy`);
a market buy on margin can say nothing else.
Sizes of contracts count contracts, and `reduceOnly` is heeded in one-way mode only: in hedge mode the side says whether
an order opens or closes.
Everything is checked here before it is sent; every number is plain text on the market's grid.
Followed: https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.ask import Amend, MarginMode, NewOrder, OrderRef, OrderType, PositionSide, TimeInForce
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Kind
from basisdesk.domain.order import Side
from basisdesk.venues.figures import check_figures, check_money
from basisdesk.venues.okx.ids import is_client_id

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Session

Fields = dict[str, str | bool]

LIVES = {TimeInForce.GTC: "limit", TimeInForce.IOC: "ioc", TimeInForce.FOK: "fok"}


def margin_key(symbol: str) -> str:
    """Return the word under which a session remembers the margin mode of a market."""
    return f"margin {symbol}"


def margin_of(session: Session, instrument: Instrument, stated: MarginMode | None) -> MarginMode:
    """Return the margin mode of an order: as stated, as set before, else cash for spot and cross for contracts."""
    if stated is not None:
        return stated
    known = session.learned.get(margin_key(instrument.symbol))
    if known is not None:
        return MarginMode(known)
    return MarginMode.CASH if instrument.kind is Kind.SPOT else MarginMode.CROSS


def place(order: NewOrder, instrument: Instrument, session: Session) -> Fields | Refusal:
    """Return the fields of a new order, without those that name the market."""
    margin = margin_of(session, instrument, order.margin)
    refusal = _impossible(order, instrument, margin) or (
        None if is_client_id(order.client_id) else _bad_id(order.client_id)
    )
    sized = refusal or _size(order, instrument, margin)
    if isinstance(sized, Refusal):
        return sized
    size, unit = sized
    fields: Fields = {"tdMode": margin.value, "side": order.side.value.lower(), "ordType": _type(order), "sz": size}
    if order.type is OrderType.LIMIT:
        if order.price is None:
            return Refusal("bad_order", f"a limit order on {order.symbol} states no price: give one")
        fields["px"] = plain(order.price)
    fields["clOrdId"] = order.client_id
    if order.position is not PositionSide.NET:
        fields["posSide"] = order.position.value
    elif order.reduce_only:
        fields["reduceOnly"] = True
    if unit:
        fields["tgtCcy"] = unit
    if instrument.kind is Kind.SPOT and margin is not MarginMode.CASH:
        fields["ccy"] = instrument.quote
    return fields


def amend(ask: Amend, instrument: Instrument) -> Fields | Refusal:
    """Return the fields of an amend, without those that name the market."""
    named = name(ask.order)
    if isinstance(named, Refusal):
        return named
    if ask.size is None and ask.price is None:
        return Refusal("nothing_to_do", f"an amend on {ask.order.symbol} changes nothing: give a size, a price or both")
    wrong = check_figures(instrument, ask.size, ask.price)
    if wrong is not None:
        return wrong
    if ask.size is not None:
        named["newSz"] = plain(ask.size)
    if ask.price is not None:
        named["newPx"] = plain(ask.price)
    return named


def name(order: OrderRef) -> Fields | Refusal:
    """Return the field that names an order: the venue's id where it is known, else ours."""
    if order.venue_id:
        return {"ordId": order.venue_id}
    if not order.client_id:
        return Refusal("no_order_id", f"an order on {order.symbol} is named by neither id: give the venue's or ours")
    return {"clOrdId": order.client_id} if is_client_id(order.client_id) else _bad_id(order.client_id)


def _type(order: NewOrder) -> str:
    if order.type is OrderType.MARKET:
        return "market"
    return "post_only" if order.post_only else LIVES[order.time_in_force]


def _impossible(  # noqa: PLR0911 (one sentence a reason)
    order: NewOrder, instrument: Instrument, margin: MarginMode
) -> Refusal | None:
    """Return why the venue has no such order, None where it has."""
    spot, hedged = instrument.kind is Kind.SPOT, order.position is not PositionSide.NET
    closing = Side.SELL if order.position is PositionSide.LONG else Side.BUY
    at = f"on {order.symbol}"
    match order:
        case NewOrder(post_only=True) if order.type is OrderType.MARKET or order.time_in_force is not TimeInForce.GTC:
            return Refusal("bad_order", f"a post-only order {at} must be a GTC limit order: make it one")
        case NewOrder(type=OrderType.MARKET, price=price) if price is not None:
            return Refusal("bad_order", f"a market order {at} takes no price: leave {price} out")
        case _ if spot and hedged:
            return Refusal("unsupported", f"an order {at} has no position side: leave it net")
        case _ if not spot and margin is MarginMode.CASH:
            return Refusal("bad_margin_mode", f"an order {at} cannot have the margin mode cash: use cross or isolated")
        case NewOrder(reduce_only=True) if spot and margin is MarginMode.CASH:
            return Refusal("unsupported", f"a cash order {at} has no position to reduce: leave reduce-only out")
        case NewOrder(reduce_only=True) if hedged and order.side is not closing:
            return Refusal(
                "bad_order",
                f"{order.side.value} opens the {order.position.value} side {at} and cannot be reduce-only: "
                "turn the side, or leave reduce-only out",
            )
        case _:
            return None


def _size(order: NewOrder, instrument: Instrument, margin: MarginMode) -> tuple[str, str] | Refusal:
    """Return the size and, for a spot market order without borrowing, what it counts."""
    spot_market = instrument.kind is Kind.SPOT and order.type is OrderType.MARKET
    buys = spot_market and order.side is Side.BUY
    cash = margin is MarginMode.CASH
    if order.money is not None:
        return _money(order, order.money, instrument, buys) or (plain(order.money), "quote_ccy" if cash else "")
    if order.size is None:
        return Refusal("bad_order", f"an order on {order.symbol} states no size: give one")
    if buys and not cash:
        return Refusal(
            "bad_order", f"a market buy on margin counts money: state {instrument.quote} to spend on {order.symbol}"
        )
    wrong = check_figures(instrument, order.size, order.price)
    return wrong or (plain(order.size), "base_ccy" if spot_market and cash else "")


def _money(order: NewOrder, money: Decimal, instrument: Instrument, buys: bool) -> Refusal | None:
    """Return why an order cannot spend this money, None where it can."""
    if not buys:
        return Refusal("bad_order", f"only a spot market buy can state money; give {order.symbol} a size instead")
    if order.size is not None:
        return Refusal("bad_order", f"a market buy on {order.symbol} states both money and a size: give one")
    return check_money(instrument, money)


def _bad_id(text: str) -> Refusal:
    wanted = "1 to 32 letters and digits"
    return Refusal("bad_client_id", f"client id {text[:60]!r} of {len(text)} characters is not {wanted}: use such")

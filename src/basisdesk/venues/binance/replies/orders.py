"""Orders and own trades, from rows of the venue to the common updates.

A market order that counts money has no size of its own before it fills.
The average price of spot is money over size, where the venue knows the money (it says -1 for very old orders).
The reply to a spot cancel names the order by `origClientOrderId`; its `clientOrderId` is that of the cancel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.account import Complete, Fill, OrderUpdate, Update
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import CancelAll, OrderType, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done
from basisdesk.venues.binance.ids import forced_by
from basisdesk.venues.binance.replies import shapes
from basisdesk.venues.binance.replies.shapes import exact, known, ns
from basisdesk.venues.binance.symbols import symbol_of
from basisdesk.venues.trading import Reply

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.ask import Ask, AskFills, AskOpenOrders
    from basisdesk.venues.trading import Session

STATUSES = {
    "NEW": (OrderStatus.OPEN, None),
    "PENDING_NEW": (OrderStatus.OPEN, None),
    "PARTIALLY_FILLED": (OrderStatus.OPEN, None),
    "PENDING_CANCEL": (OrderStatus.CANCELING, None),
    "FILLED": (OrderStatus.DONE, DoneReason.FILLED),
    "CANCELED": (OrderStatus.DONE, DoneReason.CANCELLED),
    "EXPIRED": (OrderStatus.DONE, DoneReason.EXPIRED),
    "EXPIRED_IN_MATCH": (OrderStatus.DONE, DoneReason.EXPIRED),
    "REJECTED": (OrderStatus.DONE, DoneReason.REJECTED),
}
TYPES = {"LIMIT": OrderType.LIMIT, "LIMIT_MAKER": OrderType.LIMIT, "MARKET": OrderType.MARKET}
SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
POSITIONS = {"BOTH": PositionSide.NET, "LONG": PositionSide.LONG, "SHORT": PositionSide.SHORT}


def symbol(session: Session, line: str, code: str) -> str:
    """Return the unified symbol of a code, as well as it can be told where the market is not known; as `symbol_of`."""
    market = session.market_of(line, code)
    return market.symbol if market is not None else symbol_of(line, code)


def status_of(text: str) -> tuple[OrderStatus, DoneReason | None]:
    """Return a common status.

    Raises:
        ValueError: the venue does not document this one.
    """
    if text not in STATUSES:
        raise ValueError(f"{text[:40]!r} is no order status")
    return STATUSES[text]


def side_of(text: str) -> Side:
    """Return BUY or SELL; raises ValueError on anything else."""
    if text not in SIDES:
        raise ValueError(f"{text[:40]!r} is no side")
    return SIDES[text]


@precise
def ratio(money: Decimal, size: Decimal) -> Decimal | None:
    """Return the average price of `size` for `money`, None where there is none."""
    return exact(money) / size if exact(size) > 0 and money > 0 else None


def update_of(row: shapes.OrderRow, line: str, session: Session, fallback: Side | None = None) -> OrderUpdate:
    """Return an order's update; `fallback` is the side where the row (an ACK) tells none.

    Raises:
        ValueError, DecodeError: the row is not what the venue documents.
    """
    status, reason = status_of(row.status)
    own = row.own_client_id or row.client_id
    return OrderUpdate(
        at=ns(row.transacted or row.updated),
        symbol=symbol(session, line, row.code),
        venue_id=str(row.venue_id),
        client_id=own,
        status=status,
        reason=reason,
        side=side_of(row.side) if row.side or fallback is None else fallback,
        type=TYPES.get(row.kind),
        size=known(row.size),
        price=known(row.price),
        filled=exact(row.filled),
        average=known(row.average) or ratio(row.money, row.filled),
        reduce_only=row.reduce_only,
        forced=forced_by(own),
    )


def placed(body: bytes, line: str, session: Session, side: Side | None = None) -> Reply:
    """Read the reply to one order: the order, and for spot its first fills."""
    row = shapes.order_row(body)
    update = update_of(row, line, session, side)
    return done(update, *(_part(part, update) for part in row.fills))


def _part(part: shapes.PartRow, update: OrderUpdate) -> Fill:
    # What fills before the reply is written took liquidity.
    return Fill(
        at=update.at,
        symbol=update.symbol,
        trade_id=str(part.trade_id),
        venue_id=update.venue_id,
        client_id=update.client_id,
        side=update.side,
        price=exact(part.price),
        size=exact(part.size),
        fee=exact(part.fee),
        fee_asset=part.fee_asset,
        maker=False,
    )


def amended(body: bytes, session: Session) -> Reply:
    """Read the reply to a spot amend."""
    told = shapes.amended(body)
    order = told.order
    status, reason = status_of(order.status)
    return done(
        OrderUpdate(
            at=ns(told.at),
            symbol=symbol(session, "spot", order.code),
            venue_id=str(order.venue_id),
            client_id=order.client_id,
            status=status,
            reason=reason,
            side=side_of(order.side),
            type=TYPES.get(order.kind),
            size=known(order.size),
            price=known(order.price),
            filled=exact(order.filled),
        )
    )


def cancelled_all(ask: CancelAll, body: bytes, session: Session) -> Reply:
    """Read what was cancelled: spot lists the orders (order lists among them), futures only say yes."""
    if ask.line != "spot":
        shapes.agreed(body)
        return done()
    return done(*(update_of(row, ask.line, session) for row in shapes.order_rows(body)))


def open_orders(ask: AskOpenOrders, body: bytes, session: Session, at: int) -> Reply:
    """Read the open orders of a market or a line."""
    rows = [update_of(row, ask.line, session) for row in shapes.order_rows(body)]
    return done(*rows, Complete(at=at, what="open_orders", line=ask.line, symbol=ask.symbol))


def fill_of(row: shapes.TradeRow, line: str, session: Session) -> Fill:
    """Return an own trade; its client id is not told here."""
    side = side_of(row.side) if row.bought is None else Side.BUY if row.bought else Side.SELL
    return Fill(
        at=ns(row.at),
        symbol=symbol(session, line, row.code),
        trade_id=str(row.trade_id),
        venue_id=str(row.venue_id),
        client_id="",
        side=side,
        price=exact(row.price),
        size=exact(row.size),
        fee=exact(row.fee),
        fee_asset=row.fee_asset,
        maker=row.maker if row.rested is None else row.rested,
        position=POSITIONS[row.position],
    )


def fills(ask: AskFills, body: bytes, session: Session, page: int, end: int | None) -> Reply:
    """Read own trades; `page` is the length of a full page, `end` (ns) is set for a window that is not the last.

    A full page goes on behind its last id, and so does a window with trades; an empty window with the next window.
    """
    rows = sorted(shapes.trade_rows(body), key=lambda row: row.trade_id)
    further = None
    if rows and (len(rows) >= page or end is not None):
        further = _after(ask, f"id:{rows[-1].trade_id + 1}")
    elif not rows and end is not None:
        further = _after(ask, f"at:{end}")
    told: list[Update] = [fill_of(row, ask.line, session) for row in rows]
    return done(*told, further=further)


def _after(ask: AskFills, cursor: str) -> AskFills:
    return type(ask)(line=ask.line, symbol=ask.symbol, since=ask.since, cursor=cursor)


def done(*updates: Update, further: Ask | None = None, learned: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Return a reply of something that was done."""
    return Reply(outcome=Done(), updates=updates, further=further, learned=learned)

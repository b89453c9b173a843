"""From the account's rows to the updates that every venue's account tells.

A margin row has the code of the spot market it belongs to, and both are one market here.
A canceled order was cancelled by someone, or ran out: the remainder of an IOC or FOK or market order, a post-only order
that would have crossed, and what the venue gives up for other reasons than a request have EXPIRED.
Fees are negative where they were paid.
Followed: https://www.okx.com/docs-v5/en/#order-book-trading-trade-ws-order-channel and #trading-account-websocket.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import (
    Balance,
    Fill,
    Forced,
    Income,
    IncomeKind,
    OrderUpdate,
    Position,
    Warned,
)
from basisdesk.domain.ask import MarginMode, OrderType, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.venues.okx.capabilities import LINE
from basisdesk.venues.okx.rows import exact, exact_or_zero, needed
from basisdesk.venues.okx.symbols import symbol_of
from basisdesk.venues.trading import MESSAGE_LENGTH
from basisdesk.venues.wire import nanoseconds

if TYPE_CHECKING:
    from basisdesk.venues.okx.rows import BillRow, CoinRow, FillRow, OrderRow, PositionRow, WarningRow
    from basisdesk.venues.trading import Session

SIDES = {"buy": Side.BUY, "sell": Side.SELL}
POSITIONS = {"": PositionSide.NET, "net": PositionSide.NET, "long": PositionSide.LONG, "short": PositionSide.SHORT}
FORCED = {
    "adl": Forced.ADL,
    "full_liquidation": Forced.LIQUIDATION,
    "partial_liquidation": Forced.LIQUIDATION,
    "delivery": Forced.DELIVERY,
}
FILL_KINDS = {str(kind): Forced.LIQUIDATION for kind in range(100, 112)} | {
    "112": Forced.DELIVERY, "113": Forced.DELIVERY,
    "125": Forced.ADL, "126": Forced.ADL, "127": Forced.ADL, "128": Forced.ADL, "131": Forced.ADL, "132": Forced.ADL,
}  # fmt: skip
"""Sub-types of fills and bills: liquidations, deliveries and deleveragings."""
INCOMES = {
    "1": IncomeKind.TRANSFER,
    "2": IncomeKind.TRADE,
    "3": IncomeKind.DELIVERY,
    "5": IncomeKind.LIQUIDATION,
    "7": IncomeKind.INTEREST,
    "8": IncomeKind.FUNDING,
    "9": IncomeKind.LIQUIDATION,
}
FAILED_TYPES = ("ioc", "fok", "optimal_limit_ioc", "market")
ASKED_FOR = "1"  # cancelSource: the user cancelled
DEAD_MAN = "20"  # cancelSource: the dead-man switch ran out
ENDED = {"filled": DoneReason.FILLED, "canceled": DoneReason.CANCELLED, "mmp_canceled": DoneReason.CANCELLED}
LIVING = ("live", "partially_filled")


def symbol(session: Session, code: str) -> str:
    """Return the unified symbol of a code."""
    known = session.market_of(LINE, code)
    return known.symbol if known else symbol_of(LINE, code)


def order(row: OrderRow, session: Session, account: str = "") -> OrderUpdate:
    """Return an order as the venue sees it.

    Raises:
        ValueError: a word or number is none that the venue documents.
    """
    if row.state not in ENDED and row.state not in LIVING:
        raise ValueError(f"an order cannot be {row.state[:40]!r}")
    done = row.state in ENDED
    by_venue = row.cancelled_by not in {"", ASKED_FOR, DEAD_MAN}
    reason = ENDED.get(row.state)
    if reason is DoneReason.CANCELLED and (
        by_venue or (row.type in FAILED_TYPES and row.cancelled_by not in {ASKED_FOR, DEAD_MAN})
    ):
        reason = DoneReason.EXPIRED
    filled = exact_or_zero(row.filled)
    return OrderUpdate(
        at=nanoseconds(row.at),
        symbol=symbol(session, row.market),
        venue_id=row.venue_id,
        client_id=row.client_id,
        status=OrderStatus.DONE if done else OrderStatus.OPEN,
        reason=reason,
        side=_side(row.side),
        type=OrderType.MARKET if row.type in {"market", "optimal_limit_ioc"} else OrderType.LIMIT,
        size=None if row.unit == "quote_ccy" or not row.size else needed(row.size),
        price=exact(row.price) or None,
        filled=filled,
        average=exact(row.average) if filled else None,
        reduce_only=row.reduce_only == "true",
        forced=FORCED.get(row.category),
        refused=(row.cancel_words or f"cancelSource {row.cancelled_by}")[:MESSAGE_LENGTH] if done and by_venue else "",
        account=account,
    )


def fill_of(row: OrderRow, session: Session, account: str = "") -> Fill | None:
    """Return the fill that a push of an order brings, None where it brings none; raises as `order`."""
    size = exact_or_zero(row.fill_size)
    if not row.trade_id or size <= 0:
        return None
    fee = exact(row.fill_fee)
    return Fill(
        at=nanoseconds(row.fill_at),
        symbol=symbol(session, row.market),
        trade_id=row.trade_id,
        venue_id=row.venue_id,
        client_id=row.client_id,
        side=_side(row.side),
        price=needed(row.fill_price),
        size=size,
        fee=None if fee is None else -fee + 0,
        fee_asset=row.fill_fee_coin,
        maker={"M": True, "T": False}.get(row.liquidity),
        position=_position_side(row.position),
        forced=FORCED.get(row.category),
        account=account,
    )


def fill(row: FillRow, session: Session) -> Fill:
    """Return a trade of a list of trades; raises as `order`."""
    fee = exact(row.fee)
    return Fill(
        at=nanoseconds(row.at or row.told_at),
        symbol=symbol(session, row.market),
        trade_id=row.trade_id,
        venue_id=row.venue_id,
        client_id=row.client_id,
        side=_side(row.side),
        price=needed(row.price),
        size=needed(row.size),
        fee=None if fee is None else -fee + 0,
        fee_asset=row.fee_coin,
        maker={"M": True, "T": False}.get(row.liquidity),
        position=_position_side(row.position),
        forced=FILL_KINDS.get(row.kind),
    )


def position(row: PositionRow, session: Session, account: str = "") -> Position:
    """Return a position, signed; raises as `order`."""
    side = _position_side(row.side)
    size = exact_or_zero(row.size)
    if side is PositionSide.SHORT:
        size = -abs(size)
    if row.kind == "MARGIN" and row.held and row.held == row.market.partition("-")[2]:
        size = -abs(exact_or_zero(row.debt))  # a short holds the proceeds and owes the coin
    return Position(
        at=nanoseconds(row.at),
        symbol=symbol(session, row.market),
        size=size + 0,
        entry=exact(row.entry) if size else None,
        mark=exact(row.mark),
        liquidation=exact(row.liquidation),
        unrealised=exact(row.unrealised),
        margin=exact(row.own_margin) if row.own_margin else exact(row.initial_margin),
        leverage=exact(row.leverage),
        mode={"cross": MarginMode.CROSS, "isolated": MarginMode.ISOLATED, "cash": MarginMode.CASH}.get(row.mode),
        side=side,
        adl_rank=int(needed(row.adl)) if row.adl else None,
        account=account,
    )


def balance(row: CoinRow, account: str = "") -> Balance:
    """Return one currency of the trading account; raises ValueError for a bad number.

    A cash balance below zero is what is owed, so nothing is owned then.
    """
    cash, owed = needed(row.cash), abs(exact_or_zero(row.debt))
    return Balance(
        at=nanoseconds(row.at),
        line=LINE,
        asset=row.asset,
        total=cash if cash >= 0 else max(cash + owed, Decimal(0)),
        available=exact(row.available or row.available_equity),
        borrowed=owed,
        interest=abs(exact_or_zero(row.interest)),
        equity=exact(row.equity),
        wallet="trading",
        account=account,
    )


def funding_balance(row: CoinRow) -> Balance:
    """Return one currency of the funding account; raises ValueError for a bad number."""
    available = exact(row.available)
    return Balance(at=0, line=LINE, asset=row.asset, total=needed(row.whole), available=available, wallet="funding")


def income(row: BillRow, session: Session) -> Income:
    """Return a booked row; raises ValueError for a bad number."""
    return Income(
        at=nanoseconds(row.at),
        id=row.bill_id,
        kind=INCOMES.get(row.type, IncomeKind.OTHER),
        asset=row.asset,
        amount=needed(row.amount),
        symbol=symbol(session, row.market) if row.market else "",
    )


def warning(row: WarningRow, session: Session, account: str) -> Warned:
    """Return the warning that a position may be liquidated."""
    return Warned(
        at=nanoseconds(row.at),
        forced=Forced.LIQUIDATION,
        symbol=symbol(session, row.market) if row.market else "",
        message=f"margin ratio {row.ratio}"[:MESSAGE_LENGTH],
        account=account,
    )


def accepted(symbol_: str, side: Side, venue_id: str, client_id: str, at: str, size: Decimal | None) -> OrderUpdate:
    """Return what the acceptance of a new order tells; raises ValueError for a bad time."""
    return OrderUpdate(
        at=nanoseconds(at), symbol=symbol_, venue_id=venue_id, client_id=client_id, status=OrderStatus.OPEN, side=side,
        size=size,
    )  # fmt: skip


def _side(text: str) -> Side:
    if text not in SIDES:
        raise ValueError(f"a side cannot be {text[:40]!r}")
    return SIDES[text]


def _position_side(text: str) -> PositionSide:
    if text not in POSITIONS:
        raise ValueError(f"a position side cannot be {text[:40]!r}")
    return POSITIONS[text]

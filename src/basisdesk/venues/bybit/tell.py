"""Rows as the common updates.

A row of another line than asked for is passed over; what cannot be read raises, and the caller counts it.
Followed: the pages that `rows` names.
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
    Update,
    Warned,
)
from basisdesk.domain.ask import MarginMode, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.venues.bybit.orders import MARGIN, MARGINS
from basisdesk.venues.bybit.rows import (
    FORCED_BY,
    SIDES,
    TYPES,
    CoinRow,
    ExecutionRow,
    OrderRow,
    PositionRow,
    amount,
    fee_coin,
    nothing_for_zero,
    symbol_for,
    told,
)
from basisdesk.venues.trading import MESSAGE_LENGTH
from basisdesk.venues.wire import nanoseconds

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

LIVING = ("New", "PartiallyFilled", "Untriggered", "Triggered", "Created", "Active", "PendingCancel")
ENDED = ("Cancelled", "PartiallyFilledCanceled", "Deactivated")
LAPSED = ("EC_PostOnlyWillTakeLiquidity", "EC_NoImmediateQtyToFill", "EC_CancelForNoFullFill", "EC_NoEnoughQtyToFill")
NO_REASON = ("", "EC_NoError", "EC_PerCancelRequest")
BY_NOBODY = ("", "UNKNOWN")
BY_USER = "CancelByUser"
SHORT_LIVED = ("IOC", "FOK")
FUNDING = "Funding"
TRADES = ("Trade", "AdlTrade", "BustTrade", "Delivery", "Settle", "BlockTrade", "MovePosition", "FutureSpread")
"""Kinds of executions that change a position; one of another kind is not taken for a trade."""
DIRECTIONS = {"Buy": 1, "Sell": -1}
POSITION_SIDES = {1: PositionSide.LONG, 2: PositionSide.SHORT}
_MODES = {name: mode for mode, name in MARGINS.items()}


def order_update(row: OrderRow, line: str, session: Session) -> OrderUpdate:
    """Return what a row tells of an order; raises ValueError or DecodeError on one that cannot be read."""
    status, reason = _status(row)
    kind = TYPES.get(row.order_type)
    market = kind is TYPES["Market"]
    in_money = (
        line == "spot" and market and (row.market_unit or ("quoteCoin" if row.side == "Buy" else "")) == "quoteCoin"
    )
    filled = told(row.cum_exec_qty)
    return OrderUpdate(
        at=nanoseconds(row.updated_time or ""),
        symbol=symbol_for(line, row.symbol, session),
        venue_id=row.order_id,
        client_id=row.order_link_id,
        status=status,
        reason=reason,
        side=SIDES[row.side],
        type=kind,
        size=None if in_money else told(row.qty),
        price=None if market else nothing_for_zero(row.price),
        filled=Decimal(0) if filled is None else filled,
        average=nothing_for_zero(row.avg_price),
        reduce_only=row.reduce_only,
        forced=FORCED_BY.get(row.create_type or "") or FORCED_BY.get(row.cancel_type or ""),
        refused=_words(row, status, reason),
    )


def execution_update(row: ExecutionRow, line: str, session: Session) -> Fill | Income:
    """Return an own trade, or the funding that a row is; raises as `order_update`."""
    at = nanoseconds(row.exec_time or "")
    symbol = symbol_for(line, row.symbol, session)
    fee = told(row.exec_fee)
    coin = "" if fee is None else fee_coin(line, row, session)
    if row.exec_type == FUNDING:
        paid = amount(row.exec_fee or "")
        return Income(at=at, id=row.exec_id, kind=IncomeKind.FUNDING, asset=coin, amount=-paid, symbol=symbol)
    if row.exec_type not in TRADES:
        raise ValueError(f"{row.exec_type[:40]!r} is no kind of trade")
    return Fill(
        at=at,
        symbol=symbol,
        trade_id=row.exec_id,
        venue_id=row.order_id,
        client_id=row.order_link_id,
        side=SIDES[row.side],
        price=amount(row.exec_price),
        size=amount(row.exec_qty),
        fee=fee,
        fee_asset=coin,
        maker=row.is_maker,
        forced=FORCED_BY.get(row.exec_type) or FORCED_BY.get(row.create_type or ""),
    )


def position_updates(row: PositionRow, line: str, session: Session) -> list[Update]:
    """Return a position, and a warning while the venue is closing it; raises as `order_update`."""
    at = nanoseconds(row.updated_time or "")
    symbol = symbol_for(line, row.symbol, session)
    size = amount(row.size or "0")
    if size and row.side not in DIRECTIONS:
        raise ValueError(f"a position of {row.size[:40]} has the side {row.side[:40]!r}")
    position = Position(
        at=at,
        symbol=symbol,
        size=size * DIRECTIONS.get(row.side, 1),
        entry=nothing_for_zero(row.entry_price or row.avg_price) if size else None,
        mark=nothing_for_zero(row.mark_price),
        liquidation=nothing_for_zero(row.liq_price),
        unrealised=told(row.unrealised_pnl),
        margin=told(row.position_im),
        leverage=nothing_for_zero(row.leverage),
        mode=margin_mode(session),
        side=POSITION_SIDES.get(row.position_idx, PositionSide.NET),
        adl_rank=row.adl_rank_indicator,
    )
    forced: Forced | None = FORCED_BY.get(row.position_status or "")
    if forced is None:
        return [position]
    return [position, Warned(at=at, forced=forced, symbol=symbol, rank=row.adl_rank_indicator)]


def coin_update(row: CoinRow, at: int, line: str, wallet: str) -> Balance:
    """Return the balance of a coin of the unified account; raises as `order_update`.

    What was borrowed for spot is in the wallet balance and is not owned, so it is taken off.
    """
    zero = Decimal(0)
    held = amount(row.wallet_balance or "0")
    total = held - (told(row.spot_borrow) or zero)
    busy = [told(row.locked), told(row.total_order_im), told(row.total_position_im)]
    return Balance(
        at=at,
        line=line,
        asset=row.coin,
        total=total,
        available=held - sum((each for each in busy if each is not None), zero),
        borrowed=told(row.borrow_amount) or zero,
        interest=told(row.accrued_interest) or zero,
        equity=told(row.equity),
        wallet=wallet,
    )


def margin_mode(session: Session) -> MarginMode | None:
    """Return the account's margin mode as far as it was asked for."""
    return _MODES.get(session.learned.get(MARGIN, ""))


def _status(row: OrderRow) -> tuple[OrderStatus, DoneReason | None]:
    if row.order_status in LIVING:
        return OrderStatus.OPEN, None
    if row.order_status == "Filled":
        return OrderStatus.DONE, DoneReason.FILLED
    if row.order_status == "Rejected":
        return OrderStatus.DONE, DoneReason.REJECTED
    if row.order_status not in ENDED:
        raise ValueError(f"{row.order_status[:40]!r} is no status of an order")
    by_itself = (row.cancel_type or "") in BY_NOBODY and row.time_in_force in SHORT_LIVED
    lapsed = row.reject_reason in LAPSED or by_itself
    return OrderStatus.DONE, DoneReason.EXPIRED if lapsed else DoneReason.CANCELLED


def _words(row: OrderRow, status: OrderStatus, reason: DoneReason | None) -> str:
    if status is not OrderStatus.DONE or reason is DoneReason.FILLED:
        return ""
    words = [] if (row.reject_reason or "") in NO_REASON else [row.reject_reason or ""]
    if (row.cancel_type or "") not in (*BY_NOBODY, BY_USER):
        words.append(row.cancel_type or "")
    return " ".join(words)[:MESSAGE_LENGTH]

"""From the venue's rows to what the desk knows of an account.

Order and trade in one message are read together: the order tells whose side the trade was on.
A position's row bears no time, so it gets that of the message.
`balance` leaves out what the running session (since 08:00 UTC) realised, so what is owned is the sum of both.
A settlement books profit and funding in one figure; they are told as two rows.
Followed: https://docs.deribit.com/api-reference/account-management/private-get_account_summaries and
private-get_transaction_log.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

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
from basisdesk.domain.arithmetic import is_workable, precise
from basisdesk.domain.ask import MarginMode, OrderType
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.venues.deribit.hosts import PUBLIC
from basisdesk.venues.deribit.symbols import symbol_of
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from msgspec import Raw

    from basisdesk.venues.deribit.rows import Liquidation, LogRow, OrderRow, PositionRow, SummaryRow, TradeRow
    from basisdesk.venues.trading import Session

_decode_price = msgspec.json.Decoder(Decimal).decode
_NO_PRICE = (b"null", b'"market_price"')
_ALIVE = ("open", "untriggered", "triggered")
_DONE = {"filled": DoneReason.FILLED, "cancelled": DoneReason.CANCELLED, "rejected": DoneReason.REJECTED}
_BY_USER = "user_request"
_SHORT_LIVED = ("immediate_or_cancel", "fill_or_kill")
_AUTOLIQUIDATION = "autoliquidation"
_LIQUIDATION = "liquidation"
_KINDS = {
    "delivery": IncomeKind.DELIVERY,
    "transfer": IncomeKind.TRANSFER,
    "deposit": IncomeKind.TRANSFER,
    "withdrawal": IncomeKind.TRANSFER,
    "settlement": IncomeKind.TRADE,
    "liquidation": IncomeKind.LIQUIDATION,
}


def symbol(session: Session, code: str) -> str:
    """Return the unified symbol of a code, known or not."""
    known = session.market_of(PUBLIC.name, code)
    return symbol_of(PUBLIC.name, code) if known is None else known.symbol


def exact(value: Decimal) -> Decimal:
    """Return a number of a message; zero is zero however many places it is written with.

    Raises:
        ValueError: it has more digits than a number of the venue can have.
    """
    if not value:
        return Decimal(0)
    if not is_workable(value):
        raise ValueError(f"a number was expected, not {value:.20g}")
    return value


def _maybe(value: Decimal | None) -> Decimal | None:
    return None if value is None else exact(value)


def order_update(session: Session, row: OrderRow) -> OrderUpdate:
    """Return an order; ValueError for a state that does not exist."""
    ended = _DONE.get(row.state)
    if ended is None and row.state not in _ALIVE:
        raise ValueError(f"an order is in the unknown state {row.state[:40]!r}")
    by_venue = "" if row.cancel_reason == _BY_USER else row.cancel_reason or ""
    if ended is DoneReason.CANCELLED and not row.cancel_reason and _expires(row):
        ended = DoneReason.EXPIRED
    kind = _type(row.kind)  # a market order's price is a bound of the venue's own
    liquidated = row.liquidation or row.cancel_reason == _AUTOLIQUIDATION
    return OrderUpdate(
        at=row.updated * NS_PER_MS,
        symbol=symbol(session, row.code),
        venue_id=row.order_id,
        client_id=row.label or "",
        status=OrderStatus.OPEN if ended is None else OrderStatus.DONE,
        reason=ended,
        side=Side(row.side.upper()),
        type=kind,
        size=_maybe(row.amount),
        price=None if kind is OrderType.MARKET else _price(row.price),
        filled=exact(row.filled or Decimal(0)),
        average=(_maybe(row.average) or None) if row.filled else None,
        reduce_only=row.reduce_only,
        forced=Forced.LIQUIDATION if liquidated else None,
        refused=by_venue,
        account=_account(row.user),
    )


def _expires(row: OrderRow) -> bool:
    """Whether an order ends by itself when it is not filled at once."""
    return row.life in _SHORT_LIVED or _type(row.kind) is OrderType.MARKET


def _type(kind: str) -> OrderType | None:
    """Return limit or market, whatever triggers it."""
    if kind == _LIQUIDATION:
        return OrderType.MARKET
    match kind.rpartition("_")[2]:
        case "limit":
            # market_limit takes at once and rests with what is left
            return OrderType.MARKET if kind == "market_limit" else OrderType.LIMIT
        case "market":
            return OrderType.MARKET
        case _:
            return None


def _price(raw: Raw) -> Decimal | None:
    """Return a limit price; none for the word that stands for a market order's."""
    return None if bytes(raw) in _NO_PRICE else exact(_decode_price(raw))


def _account(user: int | None) -> str:
    return "" if user is None else str(user)


def fills(session: Session, trades: Iterable[TradeRow], orders: Iterable[OrderRow] = ()) -> list[Fill]:
    """Return own trades, each with the side of its order where that is among `orders`."""
    sides = {row.order_id: row.side for row in orders}
    return [_fill(session, row, Side(sides.get(row.order_id, row.side).upper())) for row in trades]


def _fill(session: Session, row: TradeRow, side: Side) -> Fill:
    forced = row.kind == _LIQUIDATION or bool(row.liquidity and row.liquidity in (row.liquidation or ""))
    return Fill(
        at=row.at * NS_PER_MS,
        symbol=symbol(session, row.code),
        trade_id=row.trade_id,
        venue_id=row.order_id,
        client_id=row.label or "",
        side=side,
        price=exact(row.price),
        size=exact(row.amount),
        fee=_maybe(row.fee),
        fee_asset=row.fee_currency,
        maker=row.liquidity == "M" if row.liquidity else None,
        forced=Forced.LIQUIDATION if forced else None,
        account=_account(row.user),
    )


def position(session: Session, row: PositionRow, at: int) -> Position:
    """Return a position as of `at` (ns)."""
    size = abs(exact(row.size))
    signed = {"buy": size, "sell": -size, "zero": Decimal(0)}[row.side]
    return Position(
        at=at,
        symbol=symbol(session, row.code),
        size=signed,
        entry=_maybe(row.entry) if signed else None,
        mark=_maybe(row.mark),
        liquidation=_maybe(row.liquidation) or None,
        unrealised=_maybe(row.unrealised),
        margin=_maybe(row.margin),
        leverage=_maybe(row.leverage),
        mode=MarginMode.CROSS,
    )


@precise
def balance(row: SummaryRow, at: int, account: str = "") -> Balance:
    """Return the money of one currency as of `at` (ns)."""
    realised = row.realised if row.futures_realised is None else row.futures_realised
    return Balance(
        at=at,
        line=PUBLIC.name,
        asset=row.currency.upper(),
        total=exact(row.balance) + exact(realised),
        available=_maybe(row.available),
        equity=_maybe(row.equity),
        account=account,
    )


@precise
def income(session: Session, row: LogRow) -> list[Income]:
    """Return what a booked row brought: one row, two for a settlement with funding, none for a row of no money."""
    change, interest = _maybe(row.change) or Decimal(0), _maybe(row.interest) or Decimal(0)
    parts = [(f"{row.number}", _kind(row.kind, change), change)]
    if row.kind == "settlement" and interest:
        parts = [
            (f"{row.number}", IncomeKind.TRADE, change - interest),
            (f"{row.number}-funding", IncomeKind.FUNDING, interest),
        ]
    return [
        Income(
            at=row.at * NS_PER_MS,
            id=number,
            kind=kind,
            asset=row.currency.upper(),
            amount=amount,
            symbol=symbol(session, row.code) if row.code else "",
            account=_account(row.user),
        )
        for number, kind, amount in parts
        if amount
    ]


def _kind(kind: str, change: Decimal) -> IncomeKind:
    """Return what a row is for; a trade of a future books its fee and nothing else."""
    if kind == "trade":
        return IncomeKind.FEE if change < 0 else IncomeKind.REBATE
    return _KINDS.get(kind, IncomeKind.OTHER)


def warned(session: Session, row: Liquidation) -> Warned:
    """Return the warning that a forced close goes on."""
    return Warned(
        at=row.at * NS_PER_MS,
        forced=Forced.ADL if row.state.startswith("adl") else Forced.LIQUIDATION,
        symbol=symbol(session, row.code) if row.code else "",
        message=row.state,
        account=_account(row.user),
    )

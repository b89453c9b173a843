"""The venue's words for contract orders, fills, positions and cash, from REST and from the private stream.

Both use the same rows, with JSON numbers; a stream's row may leave out its time.
Times are called `ts` on the pages and `timestamp` elsewhere, in a unit that is told by the magnitude.
Rows of side FUNDING among the trades are funding payments; those of ADL_BUY and ADL_SELL are forced.
An order of a liquidation says so itself (`isLiquidate`, or the id of whom it liquidates).
Fees and funding are in the currency that the contract settles in.
Followed: https://open.bigone.com/docs/contract (orders, trades, accounts, private stream).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from basisdesk.domain.account import Balance, Fees, Fill, Forced, Income, IncomeKind, Mode, OrderUpdate, Position
from basisdesk.domain.ask import MarginMode, OrderType
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.venues.bigone.commands import MODES_KNOWN, leverage_name, mode_name
from basisdesk.venues.bigone.spot_account import NONE, amount, finite, symbol_in
from basisdesk.venues.bigone.symbols import CONTRACT
from basisdesk.venues.bigone.wire import nanoseconds, reader

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

FUNDING = "FUNDING"
_SIDES: dict[str, tuple[Side, Forced | None]] = {
    "BUY": (Side.BUY, None),
    "SELL": (Side.SELL, None),
    "ADL_BUY": (Side.BUY, Forced.ADL),
    "ADL_SELL": (Side.SELL, Forced.ADL),
}
_TYPES = {
    "LIMIT": OrderType.LIMIT, "IOC": OrderType.LIMIT, "FOK": OrderType.LIMIT, "POST_ONLY": OrderType.LIMIT,
    "MARKET": OrderType.MARKET,
}  # fmt: skip
_ADL_TYPE = "ADL"
_STATES: dict[str, tuple[OrderStatus, DoneReason | None]] = {
    "NEW": (OrderStatus.OPEN, None),
    "UNTRIGGERED": (OrderStatus.OPEN, None),
    "PARTIALLY_FILLED": (OrderStatus.OPEN, None),
    "PENDING_CANCEL": (OrderStatus.CANCELING, None),
    "FILLED": (OrderStatus.DONE, DoneReason.FILLED),
    "CANCELED": (OrderStatus.DONE, DoneReason.CANCELLED),
    "PARTIALLY_CANCELED": (OrderStatus.DONE, DoneReason.CANCELLED),
    "REJECTED": (OrderStatus.DONE, DoneReason.REJECTED),
}


Id = str | int
"""Text in every sample; spot's are numbers in some, and so may these be."""


class Order(Struct, frozen=True, rename="camel"):
    """An order."""

    id: Id
    symbol: str
    side: str
    status: str
    type: str = ""
    user_id: Id | None = None
    price: Decimal | None = None
    avg_price: Decimal | None = None
    size: Decimal = NONE
    filled: Decimal | None = None
    reduce_only: bool | None = None
    is_liquidate: bool | None = None
    liquidate_user_id: Id | None = None
    ts: int | None = None
    timestamp: int | None = None


class Trade(Struct, frozen=True, rename="camel"):
    """A trade of the account, or a funding payment."""

    id: Id
    symbol: str
    side: str
    order_id: Id | None = None
    currency: str | None = None
    price: Decimal | None = None
    size: Decimal | None = None
    fee: Decimal | None = None
    pnl: Decimal | None = None
    user_id: Id | None = None
    ts: int | None = None
    timestamp: int | None = None


class Holding(Struct, frozen=True, rename="camel"):
    """A position, flat ones too."""

    symbol: str
    size: Decimal
    user_id: Id | None = None
    entry_price: Decimal | None = None
    mark_price: Decimal | None = None
    liquidate_price: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    margin: Decimal | None = None
    leverage: Decimal | None = None
    is_cross: bool | None = None
    fee_rate_maker: Decimal | None = None
    fee_rate_taker: Decimal | None = None


class Cash(Struct, frozen=True, rename="camel"):
    """The purse of one settlement currency."""

    currency: str
    balances: Decimal
    available: Decimal | None = None
    margin_balances: Decimal | None = None
    user_id: Id | None = None


class Account(Struct, frozen=True):
    """A purse and the positions that it stands behind."""

    cash: Cash | None = None
    positions: list[Holding] | None = None


read_order = reader(Order)
read_orders = reader(list[Order])
read_trades = reader(list[Trade])
read_trade = reader(Trade)
read_holding = reader(Holding)
read_cash = reader(Cash)
read_accounts = reader(list[Account])


def order_of(row: Order, session: Session) -> OrderUpdate:
    """Return what a row says of an order.

    Raises:
        ValueError: a number, the side or the state is impossible.
    """
    state = _STATES.get(row.status)
    if state is None:
        raise ValueError(f"unknown state {row.status[:40]!r} of an order")
    side, forced = _side(row.side)
    if row.is_liquidate or row.liquidate_user_id:
        forced = Forced.LIQUIDATION
    elif row.type == _ADL_TYPE:
        forced = Forced.ADL
    return OrderUpdate(
        at=_time(row),
        symbol=symbol_in(session, row.symbol, CONTRACT),
        venue_id=str(row.id),
        client_id="",
        status=state[0],
        reason=state[1],
        side=side,
        type=_TYPES.get(row.type),
        size=amount(row.size),
        price=_above(row.price),
        filled=amount(row.filled or NONE),
        average=_above(row.avg_price),
        reduce_only=bool(row.reduce_only),
        forced=forced,
        account=_named(row.user_id),
    )


def _named(text: Id | None) -> str:
    return str(text) if text else ""


def trade_of(row: Trade, session: Session) -> Fill | Income:
    """Return the fill or the funding payment that a row tells.

    Raises:
        ValueError: a number or the side is impossible, or a fill has no price or size.
    """
    symbol, asset = symbol_in(session, row.symbol, CONTRACT), _asset(row, session)
    if row.side == FUNDING:
        paid = finite(row.pnl or NONE) - finite(row.fee or NONE)
        return Income(
            at=_time(row), id=str(row.id), kind=IncomeKind.FUNDING, asset=asset, amount=paid, symbol=symbol,
            account=_named(row.user_id),
        )  # fmt: skip
    side, forced = _side(row.side)
    price, size = _above(row.price), _above(row.size)
    if price is None or size is None:
        raise ValueError(f"the trade {str(row.id)[:60]!r} has no price or no size")
    return Fill(
        at=_time(row),
        symbol=symbol,
        trade_id=str(row.id),
        venue_id=_named(row.order_id),
        client_id="",
        side=side,
        price=price,
        size=size,
        fee=None if row.fee is None else finite(row.fee),
        fee_asset=asset,
        forced=forced,
        account=_named(row.user_id),
    )


def position_of(row: Holding, session: Session, at: int) -> Position:
    """Return a position as of `at` (ns); ValueError where a number is impossible."""
    return Position(
        at=at,
        symbol=symbol_in(session, row.symbol, CONTRACT),
        size=finite(row.size),
        entry=_above(row.entry_price),
        mark=_above(row.mark_price),
        liquidation=None if row.liquidate_price is None or finite(row.liquidate_price) <= 0 else row.liquidate_price,
        unrealised=None if row.unrealized_pnl is None else finite(row.unrealized_pnl),
        margin=None if row.margin is None else finite(row.margin),
        leverage=_above(row.leverage),
        mode=None if row.is_cross is None else MarginMode.CROSS if row.is_cross else MarginMode.ISOLATED,
        account=_named(row.user_id),
    )


def mode_of(row: Holding, session: Session) -> Mode:
    """Return how a contract is margined."""
    symbol = symbol_in(session, row.symbol, CONTRACT)
    margin = None if row.is_cross is None else MarginMode.CROSS if row.is_cross else MarginMode.ISOLATED
    return Mode(line=CONTRACT, symbol=symbol, margin=margin, leverage=_above(row.leverage))


def balance_of(row: Cash, at: int) -> Balance:
    """Return a purse as of `at` (ns); ValueError where a number is impossible."""
    return Balance(
        at=at,
        line=CONTRACT,
        asset=row.currency,
        total=finite(row.balances),
        available=None if row.available is None else finite(row.available),
        equity=None if row.margin_balances is None else finite(row.margin_balances),
        wallet=CONTRACT,
        account=_named(row.user_id),
    )


def fees_of(row: Holding, session: Session) -> Fees | None:
    """Return the account's fees of a contract where its position tells them."""
    if row.fee_rate_maker is None or row.fee_rate_taker is None:
        return None
    symbol = symbol_in(session, row.symbol, CONTRACT)
    return Fees(symbol=symbol, maker=finite(row.fee_rate_maker), taker=finite(row.fee_rate_taker))


def modes_of(rows: list[Holding]) -> tuple[tuple[str, str], ...]:
    """Return what a session should remember of the margin modes and leverages of contracts."""
    learned = [(MODES_KNOWN, "1")]
    for row in rows:
        if row.is_cross is not None:
            learned.append((mode_name(row.symbol), "1" if row.is_cross else "0"))
        if row.leverage is not None and _above(row.leverage) is not None:
            learned.append((leverage_name(row.symbol), str(row.leverage)))
    return tuple(learned)


def _time(row: Order | Trade) -> int:
    return nanoseconds(row.ts or row.timestamp or 0)


def _side(text: str) -> tuple[Side, Forced | None]:
    known = _SIDES.get(text)
    if known is None:
        raise ValueError(f"unknown side {text[:20]!r}")
    return known


def _asset(row: Trade, session: Session) -> str:
    market = session.market_of(CONTRACT, row.symbol)
    return row.currency or ("" if market is None else market.settle)


def _above(number: Decimal | None) -> Decimal | None:
    """Return a number above zero, None where there is none: the venue writes 0 for it."""
    return None if number is None or amount(number) == 0 else number

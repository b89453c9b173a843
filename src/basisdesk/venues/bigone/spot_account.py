"""The venue's words for spot orders, fills and balances, from REST and from the socket, as common values.

REST says in snake case what the socket, whose messages are protobuf written as JSON, says in camel case; there a field
at its default (BID, PENDING, LIMIT, an amount of nothing) may be left out.
An order that was sent post-only and would have taken, and what is left of one that was to be filled at once, end as
CANCELLED.
A fill is a trade in which the order of the side named stands; both orders are the account's own in SELF_TRADING.
Fees are taken from the coin that is received, which no page states.
`balance` is taken for everything owned, so what is available is at least that less what is locked.
Followed: https://open.bigone.com/docs/spot (orders, trades, accounts, trading fees) and /docs/spot/pusher.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct, field

from basisdesk.domain.account import Balance, Fees, Fill, OrderUpdate
from basisdesk.domain.arithmetic import is_workable
from basisdesk.domain.ask import OrderType
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.venues.bigone.symbols import SPOT, coins_of, symbol_of
from basisdesk.venues.bigone.wire import moment, reader

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

BUY, SELL, BOTH = "BID", "ASK", "SELF_TRADING"
_SIDES = {BUY: Side.BUY, SELL: Side.SELL, "0": Side.BUY, "1": Side.SELL}
_TYPES = {
    "LIMIT": OrderType.LIMIT, "MARKET": OrderType.MARKET,
    "STOP_LIMIT": OrderType.LIMIT, "STOP_MARKET": OrderType.MARKET,
}  # fmt: skip
# A stop order that FIRED goes on as another order.
_STATES: dict[str, tuple[OrderStatus, DoneReason | None]] = {
    "PENDING": (OrderStatus.OPEN, None),
    "OPENING": (OrderStatus.OPEN, None),
    "FILLED": (OrderStatus.DONE, DoneReason.FILLED),
    "CANCELLED": (OrderStatus.DONE, DoneReason.CANCELLED),
    "REJECTED": (OrderStatus.DONE, DoneReason.REJECTED),
    "FIRED": (OrderStatus.DONE, DoneReason.EXPIRED),
}
NONE = Decimal(0)


class RestOrder(Struct, frozen=True):
    """An order as REST tells it."""

    id: str | int
    market: str = field(name="asset_pair_name")
    price: Decimal | None = None
    amount: Decimal | None = None
    filled_amount: Decimal | None = None
    avg_deal_price: Decimal | None = None
    side: str | int = BUY
    type: str = "LIMIT"
    state: str = "PENDING"
    client_order_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class PushedOrder(Struct, frozen=True, rename="camel"):
    """An order as the socket tells it."""

    id: str | int
    market: str
    price: Decimal | None = None
    amount: Decimal | None = None
    filled_amount: Decimal | None = None
    avg_deal_price: Decimal | None = None
    side: str | int = BUY
    type: str = "LIMIT"
    state: str = "PENDING"
    client_order_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Trade(Struct, frozen=True):
    """A trade of the account; the fee of the other side is null."""

    id: str | int
    market: str = field(name="asset_pair_name")
    price: Decimal
    amount: Decimal
    side: str
    taker_side: str
    maker_order_id: str | int | None = None
    taker_order_id: str | int | None = None
    maker_fee: Decimal | None = None
    taker_fee: Decimal | None = None
    inserted_at: datetime | None = None
    created_at: datetime | None = None


class RestBalance(Struct, frozen=True):
    """A balance as REST tells it."""

    asset: str = field(name="asset_symbol")
    balance: Decimal = NONE
    locked: Decimal = field(name="locked_balance", default=NONE)


class PushedBalance(Struct, frozen=True):
    """A balance as the socket tells it."""

    asset: str
    balance: Decimal = NONE
    locked: Decimal = field(name="lockedBalance", default=NONE)


class FeeRow(Struct, frozen=True):
    """The account's fees of a pair."""

    market: str = field(name="asset_pair_name")
    maker: Decimal = field(name="maker_fee_rate")
    taker: Decimal = field(name="taker_fee_rate")


read_order = reader(RestOrder)
read_orders = reader(list[RestOrder])
read_trades = reader(list[Trade])
read_balances = reader(list[RestBalance])
read_fees = reader(list[FeeRow])


def order_of(row: RestOrder | PushedOrder, session: Session) -> OrderUpdate:
    """Return what a row says of an order.

    Raises:
        ValueError: a number, the side or the state is impossible.
    """
    state = _STATES.get(row.state)
    if state is None:
        raise ValueError(f"unknown state {row.state[:40]!r} of an order")
    return OrderUpdate(
        at=moment(row.updated_at or row.created_at),
        symbol=symbol_in(session, row.market),
        venue_id=str(row.id),
        client_id=row.client_order_id or "",
        status=state[0],
        reason=state[1],
        side=side_of(row.side),
        type=_TYPES.get(row.type),
        size=_or_none(row.amount),
        price=_or_none(row.price),
        filled=amount(row.filled_amount or NONE),
        average=_or_none(row.avg_deal_price),
    )


def fills_of(row: Trade, session: Session) -> list[Fill]:
    """Return the account's fills of a trade: one, or two where both orders are its own.

    Raises:
        ValueError: a number or a side is impossible.
    """
    taker = side_of(row.taker_side)
    if row.side == BOTH:
        return [_fill(row, session, taker, maker=False), _fill(row, session, taker.opposite, maker=True)]
    side = side_of(row.side)
    known = row.maker_fee is None or row.taker_fee is None
    maker = row.taker_fee is None if known and row.maker_fee != row.taker_fee else side is not taker
    return [_fill(row, session, side, maker=maker)]


def balance_of(row: RestBalance | PushedBalance, wallet: str, at: int) -> Balance:
    """Return a balance of the spot or the funding account as of `at` (ns).

    Raises:
        ValueError: a number is impossible.
    """
    total, locked = amount(row.balance), amount(row.locked)
    return Balance(at=at, line=SPOT, asset=row.asset, total=total, available=max(NONE, total - locked), wallet=wallet)


def fees_of(row: FeeRow, session: Session) -> Fees:
    """Return the account's fees of a pair; ValueError where a number is impossible."""
    return Fees(symbol=symbol_in(session, row.market), maker=finite(row.maker), taker=finite(row.taker))


def symbol_in(session: Session, code: str, line: str = SPOT) -> str:
    """Return the symbol of a code, as the session knows it or as far as the code tells."""
    market = session.market_of(line, code)
    return symbol_of(line, code) if market is None else market.symbol


def side_of(text: str | int) -> Side:
    """Return the side of an order or fill.

    Raises:
        ValueError: it is none.
    """
    side = _SIDES.get(str(text))
    if side is None:
        raise ValueError(f"unknown side {str(text)[:20]!r}")
    return side


def finite(number: Decimal) -> Decimal:
    """Return the number; ValueError when it is not finite, or absurdly long."""
    if not is_workable(number):
        raise ValueError(f"a number was expected, not {str(number)[:40]}")
    return number


def amount(number: Decimal) -> Decimal:
    """Return the number; ValueError when it is negative, not finite or absurdly long."""
    if finite(number) < 0:
        raise ValueError(f"a number from 0 was expected, not {number}")
    return number


def _or_none(number: Decimal | None) -> Decimal | None:
    return None if number is None or amount(number) == 0 else number


def _fill(row: Trade, session: Session, side: Side, *, maker: bool) -> Fill:
    order, fee = (row.maker_order_id, row.maker_fee) if maker else (row.taker_order_id, row.taker_fee)
    market = session.market_of(SPOT, row.market)
    base, quote = (market.base, market.quote) if market is not None else coins_of(SPOT, row.market) or ("", "")
    return Fill(
        at=moment(row.inserted_at or row.created_at),
        symbol=symbol_in(session, row.market),
        trade_id=f"{row.id}-maker" if maker and row.side == BOTH else str(row.id),
        venue_id="" if order is None else str(order),
        client_id="",
        side=side,
        price=amount(row.price),
        size=amount(row.amount),
        fee=None if fee is None else finite(fee),
        fee_asset=base if side is Side.BUY else quote,
        maker=maker,
    )

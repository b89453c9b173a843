"""Rows of an account's orders, executions, positions and coins, the same over REST and on the private stream.

Numbers and times are text, empty or null where the venue has none.
An order that ended by itself (post-only that would take, IOC and FOK without the other side) is EXPIRED; one that
somebody or the venue took out is CANCELLED, with the venue's word where it was the venue.
A cancel that came too late is told as a second Filled message, so words beside Filled say nothing of the order.
What the venue does by itself shows in `execType` (AdlTrade, BustTrade, Delivery, Settle) and in `createType`: a
laddered liquidation executes as a common trade.
Followed: https://bybit-exchange.github.io/docs/v5/websocket/private/order, execution, position, wallet, and
/docs/v5/enum.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from basisdesk.domain.account import Forced
from basisdesk.domain.arithmetic import is_workable
from basisdesk.domain.ask import OrderType
from basisdesk.domain.order import Side
from basisdesk.venues.bybit.symbols import split_code, symbol_of

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

Text = str | None
SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}
TYPES = {"Limit": OrderType.LIMIT, "Market": OrderType.MARKET}
FORCED_BY = {
    "CreateByLiq": Forced.LIQUIDATION,
    "CreateByTakeOver_PassThrough": Forced.LIQUIDATION,
    "CreateByAdl_PassThrough": Forced.ADL,
    "CreateBySettle": Forced.DELIVERY,
    "CancelByPrepareLiq": Forced.LIQUIDATION,
    "CancelAllBeforeLiq": Forced.LIQUIDATION,
    "CancelByPrepareAdl": Forced.ADL,
    "CancelAllBeforeAdl": Forced.ADL,
    "CancelBySettle": Forced.DELIVERY,
    "AdlTrade": Forced.ADL,
    "BustTrade": Forced.LIQUIDATION,
    "Delivery": Forced.DELIVERY,
    "Settle": Forced.DELIVERY,
    "Adl": Forced.ADL,
    "Liq": Forced.LIQUIDATION,
}


class OrderRow(Struct, frozen=True, rename="camel"):
    """An order."""

    symbol: str
    order_id: str
    side: Literal["Buy", "Sell"]
    order_status: str
    category: str = ""
    order_link_id: str = ""
    order_type: str = ""
    price: Text = ""
    qty: Text = ""
    market_unit: Text = ""
    time_in_force: Text = ""
    cancel_type: Text = ""
    reject_reason: Text = ""
    create_type: Text = ""
    avg_price: Text = ""
    cum_exec_qty: Text = ""
    reduce_only: bool = False
    updated_time: Text = ""


class ExecutionRow(Struct, frozen=True, rename="camel"):
    """An execution; the fast topic leaves out most of it."""

    symbol: str
    exec_id: str
    side: Literal["Buy", "Sell"]
    exec_price: str
    exec_qty: str
    category: str = ""
    order_id: str = ""
    order_link_id: str = ""
    exec_type: str = "Trade"
    exec_fee: Text = ""
    fee_currency: Text = ""
    fee_rate: Text = ""
    create_type: Text = ""
    is_maker: bool | None = None
    exec_time: Text = ""


class PositionRow(Struct, frozen=True, rename="camel"):
    """A position; the stream says `entryPrice`, a reply `avgPrice`."""

    symbol: str
    side: str
    size: str
    position_idx: int = 0
    category: str = ""
    entry_price: Text = ""
    avg_price: Text = ""
    mark_price: Text = ""
    liq_price: Text = ""
    unrealised_pnl: Text = ""
    leverage: Text = ""
    position_im: Text = field(name="positionIM", default="")
    position_status: Text = ""
    adl_rank_indicator: int | None = None
    updated_time: Text = ""


class CoinRow(Struct, frozen=True, rename="camel"):
    """A coin of the unified account."""

    coin: str
    wallet_balance: str
    equity: Text = ""
    locked: Text = ""
    borrow_amount: Text = ""
    spot_borrow: Text = ""
    accrued_interest: Text = ""
    total_order_im: Text = field(name="totalOrderIM", default="")
    total_position_im: Text = field(name="totalPositionIM", default="")


class WalletRow(Struct, frozen=True, rename="camel"):
    """The unified account."""

    coin: list[CoinRow]
    account_type: str = "UNIFIED"


def amount(text: str) -> Decimal:
    """Return the number that a text spells.

    Raises:
        ValueError: it spells none that can be traded.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"a number was expected, not {text[:40]!r}") from None
    if not is_workable(value):
        raise ValueError(f"a number was expected that can be traded, not {text[:40]!r}")
    return value


def told(text: Text) -> Decimal | None:
    """Return `amount`, None for empty text and null."""
    return amount(text) if text else None


def nothing_for_zero(text: Text) -> Decimal | None:
    """Return `told`, None for zero too: a price that is not there."""
    return told(text) or None


def symbol_for(line: str, code: str, session: Session) -> str:
    """Return the unified symbol of a code.

    Raises:
        DecodeError: the code cannot be one of the venue's.
    """
    known = session.market_of(line, code)
    return symbol_of(line, code) if known is None else known.symbol


def fee_coin(line: str, row: ExecutionRow, session: Session) -> str:
    """Return what a fee was paid in where the venue does not say: the settle coin of contracts, on spot what came in.

    A negative fee rate is a maker's rebate, which spot pays in the other coin.
    """
    if row.fee_currency:
        return row.fee_currency
    known = session.market_of(line, row.symbol)
    split = split_code(line, row.symbol)
    if known is not None:
        base, quote = known.base, known.quote
    elif split is not None:
        base, quote = split[0], split[1]
    else:
        return ""
    if line != "spot":
        return base if line == "inverse" else quote
    rebate = amount(row.fee_rate or "0") < 0
    return base if (row.side == "Buy") is not rebate else quote

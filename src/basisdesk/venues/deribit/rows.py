"""Shapes of what the venue tells of an account, the same in replies and in pushes.

Only fields that are used are named.
Numbers are read as exact decimals from their digits.
Followed: https://docs.deribit.com/api-reference/trading/private-buy (order, trade),
/api-reference/account-management/private-get_positions, private-get_account_summaries, private-get_transaction_log and
/subscriptions/user.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct, field

from basisdesk.venues.wire import LATEST_MS

Millis = Annotated[int, Meta(ge=0, le=LATEST_MS)]
Micros = Annotated[int, Meta(ge=0, le=LATEST_MS * 1000)]
Code = Annotated[str, Meta(max_length=64)]
Word = Annotated[str, Meta(max_length=200)]
SideWord = Literal["buy", "sell"]


class OrderRow(Struct, frozen=True):
    """An order; `price` is text (``market_price``) where there is none."""

    order_id: Word
    state: Word = field(name="order_state")
    code: Code = field(name="instrument_name")
    side: SideWord = field(name="direction")
    updated: Millis = field(name="last_update_timestamp")
    kind: Word = field(name="order_type", default="")
    life: Word = field(name="time_in_force", default="")
    label: Word | None = ""
    amount: Decimal | None = None
    price: Raw = Raw(b"null")
    filled: Decimal | None = field(name="filled_amount", default=None)
    average: Decimal | None = field(name="average_price", default=None)
    reduce_only: bool = False
    liquidation: bool = field(name="is_liquidation", default=False)
    cancel_reason: Word | None = ""
    user: int | None = field(name="user_id", default=None)


class TradeRow(Struct, frozen=True):
    """An own trade; `liquidation` names the sides (M, T) that were liquidated."""

    trade_id: Word
    order_id: Word
    code: Code = field(name="instrument_name")
    side: SideWord = field(name="direction")
    at: Millis = field(name="timestamp")
    price: Decimal
    amount: Decimal
    fee: Decimal | None = None
    fee_currency: Word = ""
    liquidity: Literal["M", "T", ""] = ""
    label: Word | None = ""
    kind: Word = field(name="order_type", default="")
    liquidation: Word | None = ""
    user: int | None = field(name="user_id", default=None)


class PositionRow(Struct, frozen=True):
    """A position; `size` may or may not bear the sign, `side` always tells it."""

    code: Code = field(name="instrument_name")
    side: Literal["buy", "sell", "zero"] = field(name="direction")
    size: Decimal
    entry: Decimal | None = field(name="average_price", default=None)
    mark: Decimal | None = field(name="mark_price", default=None)
    liquidation: Decimal | None = field(name="estimated_liquidation_price", default=None)
    unrealised: Decimal | None = field(name="floating_profit_loss", default=None)
    margin: Decimal | None = field(name="initial_margin", default=None)
    leverage: Decimal | None = None


class SummaryRow(Struct, frozen=True):
    """Money of one currency."""

    currency: Word
    balance: Decimal
    available: Decimal | None = field(name="available_funds", default=None)
    equity: Decimal | None = None
    realised: Decimal = field(name="session_rpl", default=Decimal(0))
    futures_realised: Decimal | None = field(name="futures_session_rpl", default=None)
    limits: Raw = Raw(b"{}")


class Summaries(Struct, frozen=True):
    """Reply of get_account_summaries; `number` and `kind` are told where `extended` was asked."""

    rows: list[SummaryRow] = field(name="summaries")
    number: int | None = field(name="id", default=None)
    kind: Word = field(name="type", default="")


class FeeRow(Struct, frozen=True):
    """Fees of one kind of market; ``relative`` ones are multiples of the listed fees, ``fixed`` ones are fractions."""

    maker: Decimal
    taker: Decimal
    kind: Literal["fixed", "relative"] = field(name="type", default="fixed")


class FeeGroup(Struct, frozen=True):
    """Fees of perpetuals, or of dated futures."""

    default: FeeRow | None = None


class FeeSummary(Struct, frozen=True):
    """Fees by index and kind; absent for an account without discounts."""

    fees: dict[str, dict[str, Raw]] = field(default_factory=dict)


class LogRow(Struct, frozen=True):
    """One booked row."""

    number: int = field(name="id")
    at: Millis = field(name="timestamp")
    kind: Word = field(name="type")
    currency: Word
    change: Decimal | None = None
    interest: Decimal | None = field(name="total_interest_pl", default=None)
    code: Code | None = field(name="instrument_name", default=None)
    user: int | None = field(name="user_id", default=None)


class Log(Struct, frozen=True):
    """Reply of get_transaction_log."""

    logs: list[LogRow]
    continuation: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None


class Trades(Struct, frozen=True):
    """Reply of the lists of own trades."""

    trades: list[TradeRow]
    has_more: bool = False


class Placed(Struct, frozen=True):
    """Reply of buy, sell and edit."""

    order: OrderRow
    trades: list[TradeRow] = field(default_factory=list)


class Ticker(Struct, frozen=True):
    """Reply of ticker, as far as it tells funding."""

    at: Millis = field(name="timestamp")
    current: Decimal | None = field(name="current_funding", default=None)
    eight_hours: Decimal | None = field(name="funding_8h", default=None)


class Token(Struct, frozen=True):
    """Reply of auth."""

    scope: str
    expires: Annotated[int, Meta(ge=0, le=2**31)] = field(name="expires_in", default=0)


class Changes(Struct, frozen=True):
    """Channel user.changes: everything that one event did."""

    orders: list[Raw] | None = None
    trades: list[Raw] | None = None
    positions: list[Raw] | None = None


class Liquidation(Struct, frozen=True):
    """Channel user.liquidation."""

    state: Word
    at: Millis = field(name="timestamp", default=0)
    code: Code = field(name="instrument_name", default="")
    user: int | None = field(name="user_id", default=None)


class Moved(Struct, frozen=True):
    """Reply of a transfer."""

    number: int = field(name="id")
    state: Word
    amount: Decimal
    currency: Word
    at: Millis = field(name="created_timestamp", default=0)

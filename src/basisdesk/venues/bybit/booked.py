"""Rows of the transaction log as income.

One row may book a cash flow, a funding and a fee at once; each is told by itself.
A row's own id names account, market and sequence and comes more than once, so the id of the trade or settlement goes
before it; that of a funding is also the id of the execution by which the private stream tells it.
A fee is told as paid, so its amount is turned round.
Followed: https://bybit-exchange.github.io/docs/v5/account/transaction-log and /docs/v5/enum (type of the log).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from basisdesk.domain.account import Income, IncomeKind
from basisdesk.venues.bybit.rows import Text, symbol_for, told
from basisdesk.venues.wire import nanoseconds

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

KINDS = {
    "TRANSFER_IN": IncomeKind.TRANSFER,
    "TRANSFER_OUT": IncomeKind.TRANSFER,
    "TRADE": IncomeKind.TRADE,
    "SETTLEMENT": IncomeKind.TRADE,  # the session settlement of USDC contracts; its funding is told apart
    "DELIVERY": IncomeKind.DELIVERY,
    "LIQUIDATION": IncomeKind.LIQUIDATION,
    "ADL": IncomeKind.LIQUIDATION,
    "FEE_REFUND": IncomeKind.REBATE,
    "INTEREST": IncomeKind.INTEREST,
}


class LogRow(Struct, frozen=True, rename="camel"):
    """One row of the log."""

    id: str
    type: str
    currency: str
    symbol: str = ""
    category: str = ""
    trade_id: Text = ""
    transaction_time: Text = ""
    cash_flow: Text = ""
    funding: Text = ""
    fee: Text = ""


def income_of(row: LogRow, line: str, session: Session) -> list[Income]:
    """Return what a row books; raises ValueError or DecodeError on one that cannot be read."""
    at = nanoseconds(row.transaction_time or "")
    symbol = symbol_for(line, row.symbol, session) if row.symbol else ""
    fee = told(row.fee)
    name = row.trade_id or row.id
    parts = (
        (f"{name}:{row.currency}", KINDS.get(row.type, IncomeKind.OTHER), told(row.cash_flow)),
        (name, IncomeKind.FUNDING, told(row.funding)),
        (f"{name}:{row.currency}:fee", IncomeKind.FEE, None if fee is None else -fee),
    )
    return [
        Income(at=at, id=part, kind=kind, asset=row.currency, amount=paid, symbol=symbol)
        for part, kind, paid in parts
        if paid
    ]

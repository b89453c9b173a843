"""Spot: rows of replies and of the private socket as updates.

The same fact has three spellings: ``field-amount`` in an order asked for, ``filled-amount`` among open orders, and
``execAmt`` on the socket.
The socket of orders tells no fees, so fills come from the clearing channel alone.
A fee may be paid in another coin by deduction (``filled-points`` of ``fee-deduct-currency``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Balance, Fill, Income, IncomeKind, OrderUpdate
from basisdesk.domain.ask import OrderType
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.request import SPOT_ACCOUNT
from basisdesk.venues.htx.account.rows import exact

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.htx.account.rows import Row
    from basisdesk.venues.trading import Session

_STATES = {
    "created": (OrderStatus.OPEN, None),
    "submitted": (OrderStatus.OPEN, None),
    "partial-filled": (OrderStatus.OPEN, None),
    "canceling": (OrderStatus.CANCELING, None),
    "cancelling": (OrderStatus.CANCELING, None),
    "filled": (OrderStatus.DONE, DoneReason.FILLED),
    "partial-canceled": (OrderStatus.DONE, DoneReason.CANCELLED),
    "canceled": (OrderStatus.DONE, DoneReason.CANCELLED),
    "rejected": (OrderStatus.DONE, DoneReason.REJECTED),
}
_KINDS = {
    "trade": IncomeKind.TRADE,
    "etf": IncomeKind.TRADE,
    "transact-fee": IncomeKind.FEE,
    "fee-deduction": IncomeKind.FEE,
    "transfer": IncomeKind.TRANSFER,
    "interest": IncomeKind.INTEREST,
    "liquidation": IncomeKind.LIQUIDATION,
    "rebate": IncomeKind.REBATE,
}
_FROZEN = ("frozen",)
_OWED = ("loan", "interest")


def market(session: Session, code: str) -> tuple[str, Instrument | None]:
    """Return the symbol of a code, and its instrument where the session knows it; DecodeError for a strange code."""
    found = session.market_of(symbols.SPOT, code.lower())
    return (found.symbol if found else symbols.symbol_of(symbols.SPOT, code.lower())), found


def whose(row: Row, session: Session) -> str:
    """Return the account that a row names; empty where it is our own spot account."""
    told = row.text("account-id", "accountId")
    return "" if told == session.learned.get(SPOT_ACCOUNT, told) else told


def side_and_type(text: str) -> tuple[Side, OrderType]:
    """Return both from ``buy-limit`` and its kin; ValueError for another text."""
    side, _, kind = text.partition("-")
    return Side(side.upper()), OrderType.MARKET if kind == "market" else OrderType.LIMIT


def order(row: Row, session: Session) -> OrderUpdate:
    """Return an order asked for, one of a list, or one pushed; raises one of UNREADABLE or DecodeError."""
    symbol, _ = market(session, row.need("symbol"))
    side, kind = side_and_type(row.need("type"))
    status, reason = _STATES[_state(row)]
    filled = row.number("field-amount", "filled-amount", "execAmt") or Decimal(0)
    spent = row.number("field-cash-amount", "filled-cash-amount")
    counts_money = kind is OrderType.MARKET and side is Side.BUY
    return OrderUpdate(
        at=_when(row),
        symbol=symbol,
        venue_id=row.need("id", "orderId"),
        client_id=row.text("client-order-id", "clientOrderId"),
        status=status,
        reason=reason,
        side=side,
        type=kind,
        size=None if counts_money else row.number("amount", "orderSize"),
        price=(row.number("price", "orderPrice") or None) if kind is OrderType.LIMIT else None,
        filled=filled,
        average=exact(format(spent / filled, "f")) if spent and filled else None,
        refused=row.text("errMessage") if reason is DoneReason.REJECTED else "",
        account=whose(row, session),
    )


def _when(row: Row) -> int:
    """Return when this became so; times that have not come yet are told as zero."""
    names = ("finished-at", "canceled-at", "lastActTime", "tradeTime", "orderCreateTime", "created-at")
    return next((at for name in names if (at := row.time(name))), 0)


def _state(row: Row) -> str:
    told = row.need("state", "orderStatus")
    if told not in _STATES:
        raise ValueError(f"an order's state was expected, not {told[:40]!r}")
    return told


def fill(row: Row, session: Session) -> Fill:
    """Return a row of match results, or a trade of the clearing channel."""
    symbol, instrument = market(session, row.need("symbol"))
    side, _ = side_and_type(row.need("type", "orderType"))
    fee, asset = row.number("filled-fees", "transactFee"), row.text("fee-currency", "feeCurrency").upper()
    deducted = row.number("filled-points", "feeDeduct")
    if deducted and not fee:
        fee, asset = deducted, row.text("fee-deduct-currency", "feeDeductType").upper()
    if not asset and instrument is not None:
        asset = instrument.base if side is Side.BUY else instrument.quote
    role = row.text("role").lower()
    return Fill(
        at=row.time("created-at", "tradeTime"),
        symbol=symbol,
        trade_id=row.need("trade-id", "tradeId"),
        venue_id=row.need("order-id", "orderId"),
        client_id=row.text("client-order-id", "clientOrderId"),
        side=side,
        price=row.amount("price", "tradePrice"),
        size=row.amount("filled-amount", "tradeVolume"),
        fee=fee,
        fee_asset=asset,
        maker=role == "maker" if role else (not row.flag("aggressor") if row.text("aggressor") else None),
        account=whose(row, session),
    )


def balances(data: Row, now: int) -> list[Balance]:
    """Return the balances of an account asked for; every currency has a row for what is free, frozen and owed."""
    found: dict[str, dict[str, Decimal]] = {}
    for row in data.rows("list"):
        of = found.setdefault(row.need("currency").upper(), {})
        of[row.need("type")] = row.amount("balance")
    zero = Decimal(0)
    return [
        Balance(
            at=now,
            line=symbols.SPOT,
            asset=asset,
            total=of.get("trade", zero) + sum((of.get(kind, zero) for kind in _FROZEN), zero),
            available=of.get("trade", zero),
            borrowed=-of.get(_OWED[0], zero) or zero,
            interest=-of.get(_OWED[1], zero) or zero,
        )
        for asset, of in found.items()
    ]


def changed_balance(data: Row, now: int, session: Session) -> Balance:
    """Return a balance pushed; the first push of a currency has no time of its own."""
    available = data.number("available")
    return Balance(
        at=data.time("changeTime") or now,
        line=symbols.SPOT,
        asset=data.need("currency").upper(),
        total=data.amount("balance"),
        available=available,
        account=whose(data, session),
    )


def booked(row: Row, session: Session) -> Income:
    """Return a row of the ledger."""
    return Income(
        at=row.time("transactTime"),
        id=row.need("transactId"),
        kind=_KINDS.get(row.text("transactType"), IncomeKind.OTHER),
        asset=row.need("currency").upper(),
        amount=row.amount("transactAmt"),
        account=whose(row, session),
    )

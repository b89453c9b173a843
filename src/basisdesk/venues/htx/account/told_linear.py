"""Linear contracts: rows of the newer interface (`/v5`) and of its private socket as updates.

Numbers are text, a fee that was paid is positive, and an order without a client id repeats the venue's number as one.
A trade is named by its trade and its order together: the rows' own `id` is spelled differently on the socket and in the
query (unconfirmed; see `capabilities`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Balance, Fill, Forced, Income, IncomeKind, OrderUpdate, Position, Warned
from basisdesk.domain.ask import MarginMode, OrderType, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from basisdesk.venues.htx.account.rows import Row

LINE = symbols.LINEAR
_STATES = {
    "new": (OrderStatus.OPEN, None),
    "partially_filled": (OrderStatus.OPEN, None),
    "canceling": (OrderStatus.CANCELING, None),
    "filled": (OrderStatus.DONE, DoneReason.FILLED),
    "partially_canceled": (OrderStatus.DONE, DoneReason.CANCELLED),
    "canceled": (OrderStatus.DONE, DoneReason.CANCELLED),
    "rejected": (OrderStatus.DONE, DoneReason.REJECTED),
}
_SIDES = {"both": PositionSide.NET, "long": PositionSide.LONG, "short": PositionSide.SHORT}
_DIRECTIONS = {"buy": 1, "sell": -1}
_SOURCES = {
    "risk": Forced.LIQUIDATION,
    "liquidation": Forced.LIQUIDATION,
    "adl": Forced.ADL,
    "delivery": Forced.DELIVERY,
}
_WARNINGS = {"liquidating": Forced.LIQUIDATION, "adl": Forced.ADL}
RECORDS = {
    IncomeKind.TRADE: "3 4 16 17 18",
    IncomeKind.FEE: "5 6 7 8",
    IncomeKind.DELIVERY: "9 10 11",
    IncomeKind.LIQUIDATION: "12 13 19",
    IncomeKind.TRANSFER: "14 15 34 35 36 37 38 39",
    IncomeKind.REBATE: "29",
    IncomeKind.FUNDING: "30 31",
}
"""Types of financial records, the same for all contracts."""
KINDS = {number: kind for kind, numbers in RECORDS.items() for number in numbers.split()}
ADL_RANKS = 5


def symbol_of(row: Row) -> str:
    """Return the symbol of a row's contract; raises DecodeError or ValueError for a strange code."""
    return symbols.contract_symbol(LINE, row.need("contract_code").upper())


def order(row: Row, account: str = "") -> OrderUpdate:
    """Return an order asked for, or one pushed; raises one of UNREADABLE or DecodeError."""
    state = row.need("state")
    if state not in _STATES:
        raise ValueError(f"an order's state was expected, not {state[:40]!r}")
    status, reason = _STATES[state]
    number, kind = row.need("order_id", "id"), row.text("type")
    client_id = row.text("client_order_id")
    return OrderUpdate(
        at=row.time("updated_time", "created_time"),
        symbol=symbol_of(row),
        venue_id=number,
        client_id="" if client_id == number else client_id,
        status=status,
        reason=reason,
        side=Side(row.need("side").upper()),
        type=OrderType.MARKET if kind == "market" else OrderType.LIMIT,
        size=row.number("volume"),
        price=(row.number("price") or None) if kind != "market" else None,
        filled=row.number("trade_volume") or Decimal(0),
        average=row.number("trade_avg_price") or None,
        reduce_only=row.flag("reduce_only"),
        forced=_SOURCES.get(row.text("order_source")),
        refused=row.text("cancel_reason")[:200],
        account=account,
    )


def fill(row: Row, account: str = "") -> Fill:
    """Return a trade asked for, or one pushed (which tells no fee)."""
    number, role = row.need("order_id"), row.text("role").lower()
    client_id = row.text("client_order_id")
    return Fill(
        at=row.time("created_time", "updated_time"),
        symbol=symbol_of(row),
        trade_id=f"{row.need('trade_id')}-{number}",
        venue_id=number,
        client_id="" if client_id == number else client_id,
        side=Side(row.need("side", "direction").upper()),
        price=row.amount("trade_price"),
        size=row.amount("trade_volume"),
        fee=row.number("trade_fee"),
        fee_asset=row.text("fee_currency").upper(),
        maker=role == "maker" if role else None,
        position=_SIDES.get(row.text("position_side"), PositionSide.NET),
        forced=_SOURCES.get(row.text("order_source")),
        account=account,
    )


def position(row: Row, now: int, account: str = "") -> Position:
    """Return a position; its direction says long (buy) or short."""
    size, side = row.amount("volume"), _SIDES.get(row.text("position_side"), PositionSide.NET)
    rank = row.number("adl_risk_percent")
    return Position(
        at=row.time("updated_time") or now,
        symbol=symbol_of(row),
        size=size * direction_of(row, side) if size else size,
        entry=(row.number("open_avg_price") or None) if size else None,
        mark=row.number("mark_price"),
        liquidation=row.number("liquidation_price"),
        unrealised=row.number("profit_unreal"),
        margin=row.number("margin", "initial_margin"),
        leverage=row.number("lever_rate"),
        mode=MarginMode.ISOLATED if row.text("margin_mode") == "isolated" else MarginMode.CROSS,
        side=side,
        adl_rank=None if rank is None else min(max(int(rank), 0), ADL_RANKS),
        account=account,
    )


def direction_of(row: Row, side: PositionSide) -> int:
    """Return 1 for a long position, -1 for a short one; ValueError where neither direction nor side tells which."""
    told = row.text("direction").lower() or {PositionSide.LONG: "buy", PositionSide.SHORT: "sell"}.get(side, "")
    if told not in _DIRECTIONS:
        raise ValueError(f"a position's direction was expected, not {told[:40]!r}")
    return _DIRECTIONS[told]


def balances(data: Row, now: int, account: str = "") -> list[Balance | Warned]:
    """Return the balances of an account, and a warning where it is being closed by force."""
    found: list[Balance | Warned] = []
    for row in data.rows("details"):
        equity = row.amount("equity")
        found.append(
            Balance(
                at=row.time("updated_time") or now,
                line=LINE,
                asset=row.need("currency").upper(),
                total=equity - (row.number("profit_unreal") or Decimal(0)),
                available=row.number("available_margin", "available"),
                equity=equity,
                account=account,
            )
        )
    forced = _WARNINGS.get(data.text("state"))
    if forced is not None:
        found.append(Warned(at=now, forced=forced, message=f"the account is {data.text('state')}", account=account))
    return found


def booked(row: Row) -> Income:
    """Return a row of the bills."""
    code = row.text("contract_code").upper()
    return Income(
        at=row.time("created_time", "ts"),
        id=row.need("id"),
        kind=KINDS.get(row.text("type"), IncomeKind.OTHER),
        asset=row.need("currency", "asset").upper(),
        amount=row.amount("amount"),
        symbol=symbols.contract_symbol(LINE, code) if symbols.is_code(LINE, code) else "",
    )

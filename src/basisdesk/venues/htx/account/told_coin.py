"""Coin-margined contracts: rows of replies and of the private sockets as updates.

An order says buy or sell and open or close, from which follows whose position it works on.
A fee that was paid is negative here.
Fills come inside the order that they belong to, and are told apart by `id`, because one match may have several rows
with the same `trade_id`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Balance, Fill, Forced, Income, IncomeKind, OrderUpdate, Position
from basisdesk.domain.ask import MarginMode, OrderType, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.names import leverage_name
from basisdesk.venues.htx.account.told_linear import KINDS

if TYPE_CHECKING:
    from basisdesk.venues.htx.account.rows import Row

_STATES = {
    "1": (OrderStatus.OPEN, None),
    "2": (OrderStatus.OPEN, None),
    "3": (OrderStatus.OPEN, None),
    "4": (OrderStatus.OPEN, None),
    "5": (OrderStatus.DONE, DoneReason.CANCELLED),
    "6": (OrderStatus.DONE, DoneReason.FILLED),
    "7": (OrderStatus.DONE, DoneReason.CANCELLED),
    "11": (OrderStatus.CANCELING, None),
}
_TYPES = {"3": Forced.LIQUIDATION, "4": Forced.DELIVERY, "22": Forced.ADL}
_LIMITS = frozenset({"limit", "post_only", "ioc", "fok"})


def symbol_of(line: str, row: Row) -> str:
    """Return the symbol of a row's contract; raises DecodeError or ValueError for a strange code."""
    return symbols.contract_symbol(line, row.need("contract_code").upper())


def order(line: str, row: Row) -> OrderUpdate:
    """Return an order asked for, one of a list, or one pushed; raises one of UNREADABLE or DecodeError."""
    state = row.need("status")
    if state not in _STATES:
        raise ValueError(f"an order's status was expected, not {state[:40]!r}")
    status, reason = _STATES[state]
    kind = OrderType.LIMIT if row.text("order_price_type") in _LIMITS else OrderType.MARKET
    return OrderUpdate(
        at=row.time("update_time", "ts") or row.time("created_at"),
        symbol=symbol_of(line, row),
        venue_id=row.need("order_id_str", "order_id"),
        client_id=row.text("client_order_id"),
        status=status,
        reason=reason,
        side=_side(row),
        type=kind,
        size=row.number("volume"),
        price=(row.number("price") or None) if kind is OrderType.LIMIT else None,
        filled=row.number("trade_volume") or Decimal(0),
        average=row.number("trade_avg_price") or None,
        reduce_only=row.text("offset") == "close",
        forced=_forced(row),
        account=row.text("uid"),
    )


def fills(line: str, row: Row) -> list[Fill]:
    """Return the fills inside a pushed order."""
    return [_fill(line, row, trade) for trade in row.rows("trade")]


def fill(line: str, row: Row) -> Fill:
    """Return a row of match results."""
    return _fill(line, row, row)


def _fill(line: str, order: Row, trade: Row) -> Fill:
    fee, role = trade.number("trade_fee"), trade.text("role").lower()
    return Fill(
        at=trade.time("created_at", "create_date"),
        symbol=symbol_of(line, order),
        trade_id=trade.need("id"),
        venue_id=order.need("order_id_str", "order_id"),
        client_id=order.text("client_order_id"),
        side=_side(order),
        price=trade.amount("trade_price"),
        size=trade.amount("trade_volume"),
        fee=None if fee is None else -fee,
        fee_asset=trade.text("fee_asset").upper(),
        maker=role == "maker" if role else None,
        position=_position_side(order),
        forced=_forced(order),
        account=order.text("uid"),
    )


def position(line: str, row: Row, now: int, account: str = "") -> Position:
    """Return a position; its direction says long (buy) or short (sell)."""
    size, sells = row.amount("volume"), _side(row) is Side.SELL
    return Position(
        at=now,
        symbol=symbol_of(line, row),
        size=-size if sells else size,
        entry=(row.number("cost_open") or None) if size else None,
        unrealised=row.number("profit_unreal"),
        margin=row.number("position_margin"),
        leverage=row.number("lever_rate"),
        mode=MarginMode.CROSS,
        side=PositionSide.SHORT if sells else PositionSide.LONG,
        account=account,
    )


def balance(line: str, row: Row, now: int, account: str = "") -> Balance:
    """Return the balance of a coin: each has an account of its own."""
    return Balance(
        at=now,
        line=line,
        asset=row.need("symbol").upper(),
        total=row.amount("margin_static", "margin_balance"),
        available=row.number("margin_available"),
        equity=row.number("margin_balance"),
        account=account,
    )


def leverage(line: str, row: Row) -> tuple[str, str] | None:
    """Return the leverage that an account's row tells, as something to remember."""
    rate, code = row.text("lever_rate"), row.text("contract_code").upper()
    if not rate:
        return None
    if line == symbols.COIN_FUTURES:
        return f"leverage:{line}:{row.need('symbol').upper()}", rate
    return (leverage_name(line, code), rate) if symbols.is_code(line, code) else None


def booked(line: str, row: Row) -> Income:
    """Return a financial record; older rows name the coin `symbol`, newer ones `asset`."""
    code = row.text("contract_code").upper()
    return Income(
        at=row.time("ts"),
        id=row.need("id"),
        kind=KINDS.get(row.text("type"), IncomeKind.OTHER),
        asset=row.need("asset", "symbol").upper(),
        amount=row.amount("amount"),
        symbol=symbols.contract_symbol(line, code) if symbols.is_code(line, code) else "",
    )


def _side(row: Row) -> Side:
    return Side(row.need("direction").upper())


def _position_side(row: Row) -> PositionSide:
    opens = row.text("offset") != "close"
    return PositionSide.LONG if (_side(row) is Side.BUY) == opens else PositionSide.SHORT


def _forced(row: Row) -> Forced | None:
    if row.text("liquidation_type") not in {"", "0"}:
        return _TYPES.get(row.text("order_type"), Forced.LIQUIDATION)
    return _TYPES.get(row.text("order_type"))

"""What the terminal is told of orders, fills and positions: the engine's views as rows of decimal text.

Fees are written by asset (``0.0004 BTC, 1.3 USDT``), because an amount of coin and an amount of money are not one sum.
Profit is price profit, before fees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.stream import FillRow, OrderRow, PositionRow
from basisdesk.engine.profit import spread_positions
from basisdesk.engine.view import order_view, shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from basisdesk.engine.profit import HoldingView, SpreadHoldingView
    from basisdesk.engine.state import Fill, SpreadOrder, State
    from basisdesk.engine.view import LegView, OrderView

ORDERS = 200
FILLS = 500


class Orders:
    """Rows of orders; a row is made again only when its order changed."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._made: dict[str, tuple[SpreadOrder, OrderRow]] = {}

    def rows(self) -> list[OrderRow]:
        """Return every working order and the newest of the others, newest first."""
        newest = list(reversed(self._state.orders))
        rest = [order_id for order_id in newest if order_id not in self._state.open][:ORDERS]
        shown_ids = dict.fromkeys([*self._state.open, *rest])
        self._made = {order_id: self._row(order_id) for order_id in newest if order_id in shown_ids}
        return [row for _, row in self._made.values()]

    def _row(self, order_id: str) -> tuple[SpreadOrder, OrderRow]:
        order = self._state.orders[order_id]
        made = self._made.get(order_id)
        if made is not None and made[0] is order:
            return made
        return order, _order_row(order_view(self._state, order_id))


def fill_rows(state: State) -> list[FillRow]:
    """Return the newest fills, newest first."""
    return [_fill_row(fill) for fill in reversed(state.fills[-FILLS:])]


def position_rows(state: State, marks: Mapping[str, Decimal]) -> list[PositionRow]:
    """Return every spread that was traded; `marks` are quote money per coin by symbol, as far as known."""
    return [_position_row(view) for view in spread_positions(state, marks)]


def _order_row(view: OrderView) -> OrderRow:
    return OrderRow(
        order_id=view.order_id,
        spread=view.spread,
        side=view.side.value,
        type=view.type,
        size=plain(view.size),
        filled=plain(view.filled),
        trigger=_text(view.trigger),
        state=view.state.value,
        active=view.active,
        displayed=_text(view.displayed),
        achieved=_text(view.achieved),
        unhedged=plain(view.unhedged),
        legs=[_order_leg(leg) for leg in view.legs],
        reason=view.reason,
        created=view.created,
        updated=view.updated,
    )


def _order_leg(leg: LegView) -> dict[str, str | None]:
    return {
        "leg": str(leg.leg),
        "symbol": leg.symbol,
        "side": leg.side.value,
        "sent": plain(leg.sent),
        "filled": plain(leg.filled),
        "unit": leg.unit,
        "average": _text(leg.average),
        "status": None if leg.status is None else leg.status.value,
        "fees": _fees(leg.fees),
        "message": leg.message,
    }


def _fill_row(fill: Fill) -> FillRow:
    return FillRow(
        at=fill.at,
        order_id=fill.order_id,
        leg=fill.leg,
        symbol=fill.symbol,
        side=fill.side.value,
        price=plain(fill.price),
        size=plain(fill.size),
        base=plain(shown(fill.base)),
        fee=plain(shown(fill.fee)),
        fee_asset=fill.fee_asset,
        trade_id=fill.trade_id,
    )


def _position_row(view: SpreadHoldingView) -> PositionRow:
    return PositionRow(
        spread=view.spread,
        size=plain(view.size),
        entry=_text(view.entry),
        mark=_text(view.mark),
        pnl=_text(view.pnl),
        pnl_asset=view.pnl_asset,
        fees=_fees(view.fees),
        net_delta=plain(shown(view.net_delta)),
        legs=[_position_leg(leg) for leg in view.legs],
    )


def _position_leg(leg: HoldingView) -> dict[str, str | None]:
    return {
        "symbol": leg.symbol,
        "size": plain(leg.size),
        "base": plain(leg.base),
        "entry": _text(leg.entry),
        "mark": _text(leg.mark),
        "pnl": _text(leg.pnl),
        "pnl_asset": leg.pnl_asset,
        "pnl_quote": _text(leg.pnl_quote),
        "fees": _fees(leg.fees),
    }


def _fees(fees: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{plain(shown(amount))} {asset}" for asset, amount in fees.items()) or "0"


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(shown(value))

"""Orders and trades on an account that are none of ours: a person's, another program's, or the venue's own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Fill, OrderUpdate
from basisdesk.domain.arithmetic import precise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(slots=True)
class External:
    """What happened on a market that was none of ours.

    Attributes:
        orders: how many updates of orders; `fills` likewise of trades.
        traded: what the trades that were noted last moved the position by, signed, in the venue's unit.
        last_at: when something was noted last (ns).
    """

    orders: int = 0
    fills: int = 0
    traded: Decimal = Decimal(0)
    last_at: int = 0


@precise
def note(
    external: dict[str, External], strange: Mapping[tuple[str, str], Sequence[Fill | OrderUpdate]], now: int
) -> list[str]:
    """Note what is new, by symbol and the venue's id of the order; returns the markets that it touched."""
    touched: dict[str, External] = {}
    for (symbol, _), rows in strange.items():
        if symbol not in touched:
            touched[symbol] = external.setdefault(symbol, External())
            touched[symbol].traded, touched[symbol].last_at = Decimal(0), now
        noted, fills = touched[symbol], [row for row in rows if isinstance(row, Fill)]
        noted.fills += len(fills)
        noted.orders += len(rows) - len(fills)
        for fill in fills:
            noted.traded += fill.size * fill.side.sign
    return list(touched)

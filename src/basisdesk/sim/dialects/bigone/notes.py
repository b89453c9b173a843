"""What the venue remembers of its accounts beside the exchange: risk limits, transfers, and profit by trade.

Profit of a trade is what it closed, at its price against the position's entry, without fees; that of a position is
what its trades brought since it was last flat.
Whether the venue's own `realisedPnl` counts from there is not documented.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Fill, FillVoided
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.instrument import Margin
from basisdesk.domain.pnl import Position, flat

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.domain.instrument import Instrument
    from basisdesk.domain.order import Side
    from basisdesk.sim.contract import Exchange

ZERO = Decimal(0)


class Notes:
    """One venue's notes.

    Attributes:
        risks: risk limits that were set, by account and symbol, in the settlement currency.
        transfers: transfers as told, by account and their `guid`.
    """

    def __init__(self) -> None:
        self.risks: dict[tuple[str, str], Decimal] = {}
        self.transfers: dict[tuple[str, str], dict[str, object]] = {}
        self._lots: dict[tuple[str, str], Position] = {}
        self._held: dict[tuple[str, str], Decimal] = {}
        self._trades: dict[tuple[str, str, str], tuple[Fill, Decimal]] = {}

    def take(self, exchange: Exchange, account: str, update: Update) -> None:
        """Take what happened to an account; trades have to come in their order."""
        match update:
            case Fill() if exchange.markets[update.symbol].instrument.margin is not Margin.SPOT:
                profit = self._apply(exchange.markets[update.symbol].instrument, update, update.side, account)
                self._trades[account, update.symbol, update.trade_id] = (update, profit)
            case FillVoided():
                fill, profit = self._trades.pop((account, update.symbol, update.trade_id), (None, ZERO))
                if fill is not None:
                    self._apply(exchange.markets[update.symbol].instrument, fill, fill.side.opposite, account)
                    held = self._held[account, update.symbol]
                    self._held[account, update.symbol] = held - profit if held else held  # 0: opened anew, or flat

    def profit(self, account: str, fill: Fill) -> Decimal:
        """Return what a trade realised, in the settlement currency."""
        return self._trades.get((account, fill.symbol, fill.trade_id), (fill, ZERO))[1]

    def realised(self, account: str, symbol: str) -> Decimal:
        """Return what a position has realised since it was opened, 0 for a flat one."""
        return self._held.get((account, symbol), ZERO)

    @precise
    def _apply(self, instrument: Instrument, fill: Fill, side: Side, account: str) -> Decimal:
        """Move a trade's position to a side; return the profit that this realised."""
        key = (account, fill.symbol)
        before = self._lots.get(key, flat(instrument))
        lot, profit = before.applied(side, fill.size, fill.price)
        self._lots[key] = lot
        self._held[key] = self._held.get(key, ZERO) + profit if lot.size * before.size > 0 else ZERO
        return profit

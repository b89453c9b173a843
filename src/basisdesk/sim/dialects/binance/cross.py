"""What of a futures wallet backs its cross positions: all of it less what isolated positions have set aside.

Source: "Futures Account Balance", "Account Information", "Event: Balance and Position Update" (USD-M, COIN-M).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import MarginMode

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.account import Balance
    from basisdesk.sim.contract import Exchange


@precise
def crossed(exchange: Exchange, account: str, row: Balance) -> tuple[Decimal, Decimal]:
    """Return the cross part of a coin's wallet and of its unrealised profit, in the coin."""
    wallet, profit = row.total, (row.total if row.equity is None else row.equity) - row.total
    for held in exchange.positions(account, row.line):
        if held.mode is MarginMode.ISOLATED and exchange.markets[held.symbol].instrument.settle == row.asset:
            wallet -= held.margin or 0
            profit -= held.unrealised or 0
    return wallet, profit

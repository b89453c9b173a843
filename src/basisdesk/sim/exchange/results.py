"""What trades and positions brought: profit, fees, funding and penalties, kept beside the money that they moved.

A position's life begins with the trade that opened it and ends when it is flat; a trade that turns it ends one life and
begins another, and each has its share of the fee.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.instrument import Margin
from basisdesk.sim.exchange.state import ZERO
from basisdesk.sim.gains import Brought, Gain

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.account import Fill
    from basisdesk.domain.ask import PositionSide
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.exchange.state import Account


@precise
def book(account: Account, instrument: Instrument, fill: Fill, profit: Decimal, penalty: Decimal) -> None:
    """Book a trade of a contract; `penalty` is the part of its fee that only a liquidation costs."""
    if instrument.margin is Margin.SPOT:
        return
    left, fee = fill.size * fill.side.sign, fill.fee or ZERO
    while left:
        now = _begun(account, fill)
        against = now.size * left < 0
        part = -now.size if against and abs(left) > abs(now.size) else left
        share = abs(part) / fill.size
        now.fee += (fee - penalty) * share
        now.penalty += penalty * share
        if against:
            opening = now.open_fee * abs(part / now.size)
            now.open_fee -= opening
            now.profit += profit
            account.gains[fill.symbol, fill.trade_id] = Gain(profit, abs(part), opening, fee * share)
        else:
            now.open_fee += fee * share
        now.size += part
        now.updated, now.last = fill.at, fill.trade_id
        left -= part


def fund(account: Account, symbol: str, side: PositionSide, paid: Decimal) -> None:
    """Count a payment of funding to the position that it is for."""
    account.brought[symbol, side][-1].funding += paid


def _begun(account: Account, fill: Fill) -> Brought:
    """Return the life that a trade belongs to, a new one where there is no position."""
    lives = account.brought.setdefault((fill.symbol, fill.position), [])
    if not lives or not lives[-1].size:
        earlier = lives[-1].earlier + lives[-1].realised if lives else ZERO
        lives.append(Brought(opened=fill.at, earlier=earlier))
    return lives[-1]

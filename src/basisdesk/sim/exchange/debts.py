"""Borrowed coin that an account's worth no longer carries.

When what a unified account is worth falls to what its positions need and a share of what it owes, the venue cancels its
spot orders, pays back out of the coins that are owed themselves, and trades the others for them at the market.
What is still owed when nothing is left to trade is the exchange's loss, as with contracts (`liquidation`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Forced, IncomeKind, Warned
from basisdesk.domain.arithmetic import Rounding, on_grid, precise
from basisdesk.domain.ask import MarginMode, NewOrder, OrderType
from basisdesk.domain.instrument import Margin
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.sim.exchange import booking, margin, orders, pools, views
from basisdesk.sim.exchange.logins import UNIFIED
from basisdesk.sim.exchange.state import ZERO, Account, Floor, Pool, side_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARE = Decimal("0.03")
"""Maintenance margin of what is owed, as venues ask for the first tier of large coins."""
SPARE = Decimal("0.995")
"""So much of the money there is may be meant to be spent: prices get worse on the way through a book."""


def watch(floor: Floor) -> None:
    """Look at every account that owes coin."""
    for account in floor.accounts.values():
        if any(_owed(account)) and _short(floor, account):
            _call_in(floor, account)


def _owed(account: Account) -> Iterator[str]:
    """Go through the coins that are owed."""
    return (asset for (wallet, asset), purse in account.purses.items() if wallet == UNIFIED and purse.borrowed)


@precise
def _short(floor: Floor, account: Account) -> bool:
    need = ZERO
    for asset in _owed(account):
        need += SHARE * account.purse(UNIFIED, asset).borrowed * margin.dollars(floor, asset)
    for each in account.holdings.values():
        if each.mode is not MarginMode.ISOLATED:
            need += margin.maintenance(floor, each) * margin.dollars(floor, margin.settles_in(floor, each)[1])
    return margin.cross_equity(floor, account, UNIFIED, "USDT") <= need


@precise
def _call_in(floor: Floor, account: Account) -> None:
    """Pay back as far as it goes."""
    for live in [each for each in account.open.values() if each.instrument.margin is Margin.SPOT]:
        pool = floor.pools[live.order.symbol]
        booking.end(floor, pool, live, DoneReason.CANCELLED, refused="what is owed is called in")
        pools.publish(floor, pool, floor.now)
    for asset in list(_owed(account)):
        purse = account.purse(UNIFIED, asset)
        paid = max(ZERO, min(purse.total, purse.borrowed))
        purse.total, purse.borrowed = purse.total - paid, purse.borrowed - paid
        for pool in floor.pools.values():
            if purse.borrowed and pool.instrument.tradable:
                _trade(floor, account, pool, asset, purse.borrowed)
        floor.tell(account, views.balance_of(floor, account, UNIFIED, asset))
    if any(_owed(account)) and _net(floor, account) <= 0:
        _forgive(floor, account)


def _trade(floor: Floor, account: Account, pool: Pool, asset: str, owed: Decimal) -> None:
    """Buy what is owed in its own market, or sell another coin for it."""
    terms = pool.instrument
    if terms.margin is not Margin.SPOT or asset not in (terms.base, terms.quote):
        return
    side = Side.BUY if asset == terms.base else Side.SELL
    touch = pools.best(pool, 1 - side_of(side))
    if touch is None:
        return
    gross = owed / (1 - terms.taker_fee - floor.rules.liquidation_fee)
    if side is Side.BUY:
        wanted, there = gross, account.purse(UNIFIED, terms.quote).total * SPARE / touch
    else:
        wanted, there = gross / touch, account.purse(UNIFIED, terms.base).total
    size = min(on_grid(wanted, terms.step, Rounding.UP), on_grid(max(ZERO, there), terms.step, Rounding.DOWN))
    if size <= 0:
        return
    floor.tell(account, Warned(at=floor.now, forced=Forced.LIQUIDATION, symbol=terms.symbol, account=account.number))
    order = NewOrder(
        symbol=terms.symbol, side=side, type=OrderType.MARKET, client_id="", size=size, margin=MarginMode.CROSS
    )
    live = orders.force(floor, account, pool, order, Forced.LIQUIDATION)
    if live.status is not OrderStatus.DONE:
        booking.end(floor, pool, live, DoneReason.EXPIRED)
    pools.publish(floor, pool, floor.now)


def _net(floor: Floor, account: Account) -> Decimal:
    """Return what all coins are worth less what is owed, in US dollars."""
    return sum(
        (
            (purse.total - purse.borrowed) * margin.dollars(floor, asset)
            for (wallet, asset), purse in account.purses.items()
            if wallet == UNIFIED
        ),
        ZERO,
    )


def _forgive(floor: Floor, account: Account) -> None:
    """Take over what is owed where nothing stands against it any more."""
    for asset in list(_owed(account)):
        debt = account.purse(UNIFIED, asset).borrowed
        booking.pay(account, UNIFIED, asset, debt)
        booking.earn(floor, asset, -debt)
        booking.book_income(floor, account, UNIFIED, IncomeKind.LIQUIDATION, asset, debt)
        floor.tell(account, views.balance_of(floor, account, UNIFIED, asset))

"""Borrowing and paying back by hand, where spot is traded with borrowed coin.

What an order lacks is borrowed, and what an account receives pays back, without a word (`booking.pay`); here the owner
asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import is_workable, plain, precise
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.exchange import margin, views
from basisdesk.sim.exchange.state import ZERO, Account, Floor

if TYPE_CHECKING:
    from decimal import Decimal


@precise
def borrowable(floor: Floor, account: Account, wallet: str, asset: str) -> Decimal:
    """Return how much of an asset may be borrowed: the account's equity times leverage less one, less what is owed."""
    equity = owed = ZERO
    for (of, coin), purse in account.purses.items():
        if of == wallet:
            price = margin.dollars(floor, coin)
            equity += (purse.total - purse.borrowed) * price
            owed += purse.borrowed * price
    price = margin.dollars(floor, asset)
    room = equity * (floor.rules.borrow_leverage - 1) - owed
    return max(ZERO, room / price) if price else ZERO


@precise
def borrow(floor: Floor, account: Account, wallet: str, asset: str, amount: Decimal) -> Refused | None:
    """Put borrowed coin into a purse."""
    refused = _refused(floor, asset, amount)
    if refused is not None:
        return refused
    if not amount:
        return Refused(Reason.MALFORMED, f"nothing of {asset} to borrow: give an amount above 0", "amount")
    room = borrowable(floor, account, wallet, asset)
    if amount > room:
        return Refused(Reason.INSUFFICIENT_MARGIN, f"{plain(amount)} {asset} wanted, {room:f} can be borrowed")
    purse = account.purse(wallet, asset)
    purse.total += amount
    purse.borrowed += amount
    floor.tell(account, views.balance_of(floor, account, wallet, asset))
    return None


@precise
def repay(floor: Floor, account: Account, wallet: str, asset: str, amount: Decimal | None) -> Decimal | Refused:
    """Pay back up to an amount, or all, out of the purse; return what was paid."""
    purse = account.purse(wallet, asset)
    wanted = purse.borrowed if amount is None else amount
    refused = _refused(floor, asset, wanted)
    if refused is not None:
        return refused
    paid = min(wanted, purse.borrowed, max(ZERO, purse.total - margin.locked(account, floor, wallet, asset)))
    if not paid:
        return Refused(Reason.INSUFFICIENT_MARGIN, f"no {asset} is owed, or none is there to pay with")
    purse.total -= paid
    purse.borrowed -= paid
    floor.tell(account, views.balance_of(floor, account, wallet, asset))
    return paid


def _refused(floor: Floor, asset: str, amount: Decimal) -> Refused | None:
    if not floor.rules.spot_margin:
        return Refused(Reason.UNSUPPORTED, f"no {asset} is lent here")
    if not is_workable(amount) or amount < 0:
        return Refused(Reason.MALFORMED, f"an amount of {amount}", "amount")
    return None

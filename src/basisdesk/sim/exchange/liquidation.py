"""Positions that their margin no longer carries.

When what backs positions falls to their maintenance margin, the venue first cancels the orders there, then closes half
of the largest position at the market, and then all of them.
What the book cannot take is taken from those on the other side who gain most (auto-deleveraging), at the mark; what
nobody holds, the exchange takes.
Debt that is left is the exchange's loss: an account never owes for contracts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Forced, IncomeKind, Warned
from basisdesk.domain.arithmetic import Rounding, on_grid, precise
from basisdesk.domain.ask import MarginMode, NewOrder, OrderType
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.sim.exchange import booking, margin, orders, pools, views
from basisdesk.sim.exchange.logins import UNIFIED
from basisdesk.sim.exchange.state import ZERO, Account, Floor, Holding, Pool

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF = Decimal("0.5")


def watch(floor: Floor, symbol: str) -> None:
    """Look at every account that holds a market whose mark has moved."""
    for account in floor.accounts.values():
        for holding in [each for each in account.holdings.values() if each.lot.symbol == symbol]:
            if holding.lot.size:
                _check(floor, account, holding)


@precise
def short_of(floor: Floor, account: Account, group: Sequence[Holding]) -> bool:
    """Whether what backs these positions has fallen to their maintenance margin."""
    if not group:
        return False
    first = group[0]
    if first.mode is MarginMode.ISOLATED:
        return first.margin + margin.unrealised(floor, first) <= margin.maintenance(floor, first)
    wallet, asset = margin.settles_in(floor, first)
    need = ZERO
    for each in group:
        rate = margin.dollars(floor, margin.settles_in(floor, each)[1]) if wallet == UNIFIED else 1
        need += margin.maintenance(floor, each) * rate
    return margin.cross_equity(floor, account, wallet, asset) <= need


def liquidate(floor: Floor, account: Account, holding: Holding, share: Decimal = Decimal(1)) -> None:
    """Close a share of a position for the venue's reasons, at whatever price the book has."""
    _close(floor, account, holding, share, Forced.LIQUIDATION)


def force_out(floor: Floor, account: Account, holding: Holding, share: Decimal = Decimal(1)) -> None:
    """Liquidate a share of a position out of turn; what that costs beyond what backs it is the exchange's loss."""
    before, aside = _net(account, *margin.settles_in(floor, holding)), holding.margin
    liquidate(floor, account, holding, share)
    _forgive(floor, account, holding, before, aside)


def deleverage(floor: Floor, account: Account, holding: Holding, share: Decimal = Decimal(1)) -> None:
    """Take a share of a position away at the mark, as auto-deleveraging does."""
    pool = floor.pools[holding.lot.symbol]
    _take_away(floor, account, pool, holding, _part(pool, holding, share), Forced.ADL)
    pools.publish(floor, pool, floor.now)


def _check(floor: Floor, account: Account, holding: Holding) -> None:
    group = _group(floor, account, holding)
    if not short_of(floor, account, group):
        return
    floor.tell(
        account, Warned(at=floor.now, forced=Forced.LIQUIDATION, symbol=holding.lot.symbol, account=account.number)
    )
    before, aside = _net(account, *margin.settles_in(floor, holding)), holding.margin
    symbols = dict.fromkeys(each.lot.symbol for each in group)
    for live in [each for each in account.open.values() if each.order.symbol in symbols]:
        pool = floor.pools[live.order.symbol]
        live.forced = Forced.LIQUIDATION
        booking.end(floor, pool, live, DoneReason.CANCELLED, refused="the position is being liquidated")
        pools.publish(floor, pool, floor.now)
    for share in (HALF, Decimal(1)):
        while short_of(floor, account, group := _group(floor, account, holding)):
            largest = max(group, key=lambda each: margin.maintenance(floor, each))
            liquidate(floor, account, largest, share)
            if share == HALF:
                break
    _forgive(floor, account, holding, before, aside)


def _group(floor: Floor, account: Account, holding: Holding) -> list[Holding]:
    """Return the positions that stand or fall with this one, those still held."""
    held = [each for each in account.holdings.values() if each.lot.size]
    if holding.mode is MarginMode.ISOLATED:
        return [each for each in held if each is holding]
    home = margin.settles_in(floor, holding)
    return [
        each
        for each in held
        if each.mode is not MarginMode.ISOLATED and (home[0] == UNIFIED or margin.settles_in(floor, each) == home)
    ]


def _part(pool: Pool, holding: Holding, share: Decimal) -> Decimal:
    """Return a share of a position on the grid, all of it when the share is less than a step."""
    size = abs(holding.lot.size)
    part = on_grid(size * share, pool.instrument.step, Rounding.DOWN)
    return part or size


def _close(floor: Floor, account: Account, holding: Holding, share: Decimal, why: Forced) -> None:
    pool = floor.pools[holding.lot.symbol]
    live = orders.force(floor, account, pool, _closing(holding, _part(pool, holding, share)), why)
    left = live.left
    if live.status is not OrderStatus.DONE:
        booking.end(floor, pool, live, DoneReason.EXPIRED)
    if left > 0:
        _take_from_winners(floor, account, pool, holding, left)
        _take_away(floor, account, pool, holding, min(left, abs(holding.lot.size)), why)
    pools.publish(floor, pool, floor.now)


def _closing(holding: Holding, size: Decimal) -> NewOrder:
    """Return the order that closes so much of a position."""
    return NewOrder(
        symbol=holding.lot.symbol,
        side=views.direction(-holding.lot.size),
        type=OrderType.MARKET,
        client_id="",
        size=size,
        reduce_only=True,
        position=holding.side,
    )


def _take_from_winners(floor: Floor, account: Account, pool: Pool, holding: Holding, size: Decimal) -> None:
    """Deleverage those on the other side, the greatest gain first, until a size is found."""
    others = [
        (margin.unrealised(floor, each), other, each)
        for other in floor.accounts.values()
        if other is not account
        for each in other.holdings.values()
        if each.lot.symbol == pool.instrument.symbol and each.lot.size * holding.lot.size < 0
    ]
    for gain, other, each in sorted(others, key=lambda row: -row[0]):
        part = min(size, abs(each.lot.size))
        if gain <= 0 or part <= 0:
            return
        _take_away(floor, other, pool, each, part, Forced.ADL)
        size -= part


def _take_away(floor: Floor, account: Account, pool: Pool, holding: Holding, size: Decimal, why: Forced) -> None:
    """Close part of a position at the mark against the exchange itself, as an order of the venue's that filled."""
    live = orders.make(floor, account, pool, _closing(holding, size))
    live.forced = why
    account.orders[live.venue_id] = live
    pool.trade_count += 1
    price = margin.mark_of(pool)
    booking.fill(floor, pool, live, size, price, str(pool.trade_count), maker=False)


@precise
def _forgive(floor: Floor, account: Account, holding: Holding, before: Decimal, aside: Decimal) -> None:
    """Make up for what a liquidation took beyond what stood behind it.

    `before` is what the purse held, `aside` the margin of an isolated position.
    """
    if _group(floor, account, holding):
        return
    wallet, asset = margin.settles_in(floor, holding)
    if holding.mode is MarginMode.ISOLATED:
        debt = before - _net(account, wallet, asset) - aside
    elif wallet == UNIFIED:
        debt = -margin.equity_dollars(floor, account) / margin.dollars(floor, asset)
    else:
        debt = -_net(account, wallet, asset)
    debt = booking.cash(debt)
    if debt <= 0:
        return
    booking.pay(account, wallet, asset, debt)
    booking.earn(floor, asset, -debt)
    line = floor.pools[holding.lot.symbol].instrument.market
    booking.book_income(floor, account, line, IncomeKind.LIQUIDATION, asset, debt, holding.lot.symbol)
    floor.tell(account, views.balance_of(floor, account, wallet, asset))


def _net(account: Account, wallet: str, asset: str) -> Decimal:
    purse = account.purse(wallet, asset)
    return purse.total - purse.borrowed

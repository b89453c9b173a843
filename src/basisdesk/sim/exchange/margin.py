"""What stands behind positions: equity, what open positions and orders tie up, and where a position is liquidated.

Where each line has its own wallets, a position is backed by the settlement asset in its line's wallet alone.
In a unified account every asset counts, in US dollars at the index and less a haircut, and so does every need.
A market needs margin for the worse of its two directions: position plus all open buys, or less all open sells, at the
mark, over its leverage; an order that only closes therefore needs none.
An isolated position has its margin set aside, and neither gives to the rest nor takes from it.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import MarginMode, PositionSide
from basisdesk.domain.instrument import Instrument, Margin, base_of, notional, unit_worth
from basisdesk.domain.order import Side
from basisdesk.sim.exchange.logins import FUNDING, UNIFIED
from basisdesk.sim.exchange.state import GRID, ZERO, Account, Floor, Holding, Live, Pool
from basisdesk.sim.tiers import ladder_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basisdesk.sim.tiers import Ladder

DOLLARS = ("USDT", "USDC", "USD")
PLACES = Decimal(1).scaleb(-8)


def mark_of(pool: Pool) -> Decimal:
    """Return the mark price; the middle of the book, or the last trade, where the source tells none."""
    book = pool.market.book
    for value in (pool.market.carry.mark, book.mid(), book.last):
        if not math.isnan(value):
            return _price(value, pool.instrument)
    return pool.instrument.tick


def index_of(pool: Pool) -> Decimal:
    """Return the index price, the mark where the source tells none."""
    index = pool.market.carry.index
    return mark_of(pool) if math.isnan(index) else _price(index, pool.instrument)


def dollars(floor: Floor, asset: str) -> Decimal:
    """Return what one unit of an asset is worth in US dollars; zero for one that no market prices."""
    if asset in DOLLARS:
        return Decimal(1)
    found = [pool for pool in floor.pools.values() if pool.instrument.base == asset]
    for pool in found:
        if not math.isnan(pool.market.carry.index):
            return index_of(pool)
    return index_of(found[0]) if found else ZERO


def worth(instrument: Instrument, size: Decimal, price: Decimal) -> Decimal:
    """Return the value of a size in its settlement asset."""
    measure = base_of if instrument.margin is Margin.INVERSE else notional
    return measure(instrument, abs(size), price)


def settles_in(floor: Floor, holding: Holding) -> tuple[str, str]:
    """Return wallet and asset of a holding's profit."""
    instrument = floor.pools[holding.lot.symbol].instrument
    return floor.wallet_of(instrument.market), instrument.settle


def unrealised(floor: Floor, holding: Holding) -> Decimal:
    """Return the profit of a holding at the mark, in its settlement asset."""
    return holding.lot.unrealised(mark_of(floor.pools[holding.lot.symbol]))


@precise
def position_initial(floor: Floor, account: Account, holding: Holding) -> Decimal:
    """Return what a position alone ties up, in its settlement asset."""
    if holding.mode is MarginMode.ISOLATED:
        return holding.margin
    pool = floor.pools[holding.lot.symbol]
    value = worth(pool.instrument, holding.lot.size, mark_of(pool))
    return value / leverage_of(floor, account, pool, holding.lot.size)


@precise
def maintenance(floor: Floor, holding: Holding) -> Decimal:
    """Return the maintenance margin of a position, in its settlement asset."""
    pool = floor.pools[holding.lot.symbol]
    return maintenance_at(floor, pool.instrument, holding.lot.size, mark_of(pool))


@precise
def maintenance_at(floor: Floor, instrument: Instrument, size: Decimal, mark: Decimal) -> Decimal:
    """Return the maintenance margin of a size at a mark, in the settlement asset."""
    ladder = ladder_of(floor.rules.tiers, instrument)
    return worth(instrument, size, mark) * ladder.rate(measure(ladder, instrument, size, mark))


@precise
def measure(ladder: Ladder, instrument: Instrument, size: Decimal, mark: Decimal) -> Decimal:
    """Return how large a ladder finds a size."""
    return abs(size) * unit_worth(instrument) if ladder.by_face else worth(instrument, size, mark)


def leverage_of(floor: Floor, account: Account, pool: Pool, size: Decimal) -> Decimal:
    """Return the leverage that a size of a contract has: what is set, less where it sinks with the size."""
    leverage = floor.setting(account, pool.instrument.symbol).leverage
    if not floor.rules.sinks:
        return leverage
    ladder = ladder_of(floor.rules.tiers, pool.instrument)
    return min(leverage, ladder.step(measure(ladder, pool.instrument, size, mark_of(pool))).tier.leverage)


@precise
def initial(floor: Floor, account: Account, symbol: str, extra: Live | None = None) -> Decimal:
    """Return what a market ties up with its open orders, and `extra` besides, in its settlement asset."""
    pool = floor.pools[symbol]
    sides: dict[PositionSide, list[Decimal]] = {}
    for (of, side), holding in account.holdings.items():
        if of == symbol:
            sides[side] = [holding.lot.size, ZERO, ZERO]
    orders: Iterable[Live] = account.open.values() if extra is None else [*account.open.values(), extra]
    for live in orders:
        if live.order.symbol == symbol and not live.closes:
            row = sides.setdefault(live.order.position, [ZERO, ZERO, ZERO])
            row[1 if live.order.side is Side.BUY else 2] += live.left
    mark, total = mark_of(pool), ZERO
    for side, (size, buys, sells) in sides.items():
        worst = max(abs(size + buys), abs(size - sells))
        held = account.holdings.get((symbol, side))
        if held is not None and held.mode is MarginMode.ISOLATED:
            worst = max(ZERO, worst - abs(size))
            total += held.margin
        total += worth(pool.instrument, worst, mark) / leverage_of(floor, account, pool, worst)
    return total


@precise
def locked(account: Account, floor: Floor, wallet: str, asset: str) -> Decimal:
    """Return what open spot orders hold of an asset: coin to be sold, money to be spent."""
    total = ZERO
    for live in account.open.values():
        terms = live.instrument
        if terms.margin is not Margin.SPOT or floor.wallet_of(terms.market) != wallet:
            continue
        if live.order.side is Side.SELL and terms.base == asset:
            total += live.left
        elif live.order.side is Side.BUY and terms.quote == asset:
            total += live.left * (live.price or ZERO)
    return total


@precise
def needs(floor: Floor, account: Account, wallet: str, asset: str) -> tuple[Decimal, Decimal]:
    """Return initial and maintenance margin of the positions that settle in an asset of a wallet, as booked."""
    held = [each for each in account.holdings.values() if settles_in(floor, each) == (wallet, asset)]
    first = sum((position_initial(floor, account, each) for each in held), ZERO)
    least = sum((maintenance(floor, each) for each in held), ZERO)
    return first.quantize(GRID), least.quantize(GRID)


@precise
def available(floor: Floor, account: Account, wallet: str, asset: str) -> Decimal:
    """Return what new orders and transfers may use; below zero when margin is short."""
    purse = account.purse(wallet, asset)
    unspent = purse.total - locked(account, floor, wallet, asset)
    if wallet == FUNDING:
        return unspent
    if wallet == UNIFIED:
        free = free_dollars(floor, account)
        price = dollars(floor, asset) * haircut(floor, asset)
        return min(unspent, free / price) if price else unspent
    used = ZERO
    for symbol in _symbols(account):
        instrument = floor.pools[symbol].instrument
        if (instrument.market, instrument.settle) == (wallet, asset) and instrument.margin is not Margin.SPOT:
            used += initial(floor, account, symbol)
    return unspent - used + _floating(floor, account, wallet, asset)


@precise
def free(floor: Floor, account: Account, instrument: Instrument) -> Decimal:
    """Return what new positions of a contract may use, in its settlement asset: of a unified account all there is."""
    if not floor.rules.unified:
        return available(floor, account, floor.wallet_of(instrument.market), instrument.settle)
    return free_dollars(floor, account) / dollars(floor, instrument.settle)


@precise
def free_dollars(floor: Floor, account: Account) -> Decimal:
    """Return what a unified account has left for new positions, in US dollars."""
    need = ZERO
    for symbol in _symbols(account):
        instrument = floor.pools[symbol].instrument
        if instrument.margin is not Margin.SPOT:
            need += initial(floor, account, symbol) * dollars(floor, instrument.settle)
    return equity_dollars(floor, account) - need


@precise
def equity_dollars(floor: Floor, account: Account) -> Decimal:
    """Return what a unified account is worth as collateral, in US dollars, isolated positions' profit left out."""
    total = ZERO
    for (wallet, asset), purse in account.purses.items():
        if wallet == UNIFIED:
            net = purse.total - purse.borrowed
            total += net * dollars(floor, asset) * (haircut(floor, asset) if net > 0 else 1)
    for holding in account.holdings.values():
        if holding.mode is not MarginMode.ISOLATED:
            settle = floor.pools[holding.lot.symbol].instrument.settle
            total += unrealised(floor, holding) * dollars(floor, settle)
    return total


def haircut(floor: Floor, asset: str) -> Decimal:
    """Return what share of an asset counts as collateral."""
    return Decimal(1) if asset in DOLLARS else floor.rules.haircut


@precise
def cross_equity(floor: Floor, account: Account, wallet: str, asset: str) -> Decimal:
    """Return what backs the cross positions of a wallet and asset: dollars when unified, else the asset itself."""
    isolated = sum((h.margin for h in account.holdings.values() if settles_in(floor, h) == (wallet, asset)), ZERO)
    if wallet == UNIFIED:
        tied = sum((h.margin * dollars(floor, settles_in(floor, h)[1]) for h in account.holdings.values()), ZERO)
        return equity_dollars(floor, account) - tied
    purse = account.purse(wallet, asset)
    return purse.total - purse.borrowed - isolated + _floating(floor, account, wallet, asset)


def _floating(floor: Floor, account: Account, wallet: str, asset: str) -> Decimal:
    """Return the unrealised profit of the cross positions of a wallet and asset."""
    return sum(
        (
            unrealised(floor, each)
            for each in account.holdings.values()
            if each.mode is not MarginMode.ISOLATED and settles_in(floor, each) == (wallet, asset)
        ),
        ZERO,
    )


def _symbols(account: Account) -> dict[str, None]:
    found = dict.fromkeys(symbol for symbol, _ in account.holdings)
    found.update(dict.fromkeys(live.order.symbol for live in account.open.values()))
    return found


def _price(value: float, instrument: Instrument) -> Decimal:
    """Return a source's price as a decimal of two places beyond the tick."""
    return Decimal(repr(value)).quantize(instrument.tick.scaleb(-2))

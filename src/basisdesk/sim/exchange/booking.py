"""What a trade does to an account: position, money, fee, and what is told of it.

Spot moves coin against money; the fee of a purchase is taken out of the coin received.
A contract moves only realised profit and the fee, both in its settlement asset.
Every change of a purse goes through `pay`, so a balance is always the sum of what was booked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.account import Fill, Forced, Income, IncomeKind
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import MarginMode, PositionSide
from basisdesk.domain.fee import trading_fee
from basisdesk.domain.instrument import Margin, base_of, notional
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.pnl import flat
from basisdesk.sim.exchange import margin, pools, results, views
from basisdesk.sim.exchange.state import GRID, ZERO, Account, Floor, Holding, Live, Pool

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.instrument import Instrument


@precise
def pay(account: Account, wallet: str, asset: str, amount: Decimal, *, borrows: bool = False) -> None:
    """Add an amount to a purse (negative takes); what is received pays back first, what lacks is borrowed if it may."""
    purse = account.purse(wallet, asset)
    if amount > 0 and purse.borrowed:
        back = min(amount, purse.borrowed)
        purse.borrowed -= back
        amount -= back
    purse.total += amount
    if borrows and purse.total < 0:
        purse.borrowed -= purse.total
        purse.total = ZERO


@precise
def earn(floor: Floor, asset: str, amount: Decimal) -> None:
    """Add to what the exchange itself earned."""
    floor.house[asset] = floor.house.get(asset, ZERO) + amount


def book_income(
    floor: Floor, account: Account, line: str, kind: IncomeKind, asset: str, amount: Decimal, symbol: str = ""
) -> Income:
    """Write a row that a venue shows among its bills; the money itself moves by `pay`."""
    row = Income(
        at=floor.now,
        id=str(floor.next_number()),
        kind=kind,
        asset=asset,
        amount=amount,
        symbol=symbol,
        account=account.number,
    )
    account.income.append((line, row))
    floor.tell(account, row)
    return row


def fee_of(instrument: Instrument, side: Side, size: Decimal, price: Decimal, rate: Decimal) -> tuple[Decimal, str]:
    """Return what a trade costs, and in which asset."""
    if instrument.margin is Margin.SPOT and side is Side.BUY:
        return cash(base_of(instrument, size, price) * rate), instrument.base
    fee = trading_fee(instrument, size, price, rate)
    return cash(fee.amount), fee.asset


@precise
def cash(amount: Decimal) -> Decimal:
    """Return an amount as it is booked; one that is on the grid already stays as it is written."""
    booked = amount.quantize(GRID)
    return amount if booked == amount else booked


@precise
def pay_profit(floor: Floor, account: Account, wallet: str, asset: str, profit: Decimal, fee: Decimal) -> Decimal:
    """Pay a realised profit less a fee; return the profit as booked."""
    booked = cash(profit)
    pay(account, wallet, asset, booked - fee, borrows=floor.rules.unified)
    earn(floor, asset, profit - booked)
    return booked


@precise
def fill(floor: Floor, pool: Pool, live: Live, size: Decimal, price: Decimal, trade: str, *, maker: bool) -> None:
    """Book one trade of an order, and tell it: the fill, then the order that contains it."""
    instrument, account = pool.instrument, floor.accounts[live.account]
    side, wallet = live.order.side, floor.wallet_of(instrument.market)
    live.filled += size
    live.value += size * price
    live.updated = floor.now
    if live.size is not None and live.filled >= live.size:
        end(floor, pool, live, DoneReason.FILLED, quiet=True)
    rate = instrument.maker_fee if maker else instrument.taker_fee
    if live.forced is Forced.LIQUIDATION:
        rate += floor.rules.liquidation_fee
    fee, fee_asset = fee_of(instrument, side, size, price, rate)
    rows = _settle(floor, account, pool, live, size, price, fee, fee_asset)
    done = Fill(
        at=floor.now, symbol=live.order.symbol, trade_id=trade, venue_id=live.venue_id,
        client_id=live.order.client_id, side=side, price=price, size=size, fee=fee, fee_asset=fee_asset, maker=maker,
        position=live.order.position, forced=live.forced, account=live.account,
    )  # fmt: skip
    account.fills.append((instrument.market, done))
    taken = fee and live.forced is Forced.LIQUIDATION
    penalty = cash(fee * floor.rules.liquidation_fee / rate) if taken else ZERO
    results.book(account, instrument, done, dict(rows).get(IncomeKind.TRADE, ZERO), penalty)
    floor.tell(account, done)
    floor.tell(account, views.order_of(live))
    tell_position(floor, account, pool, live.order.position)
    spot = instrument.margin is Margin.SPOT
    for asset in (instrument.base, instrument.quote) if spot else (instrument.settle,):
        floor.tell(account, views.balance_of(floor, account, wallet, asset))
    for kind, amount in rows:
        book_income(floor, account, instrument.market, kind, instrument.settle, amount, live.order.symbol)
    _prune(floor, account, pool, live)
    whole = live.size is not None and live.left == 0
    if floor.faults.overfill and whole and live.forced is None:
        floor.faults.overfill -= 1
        again = pools.printed(floor, pool, floor.now, price, size, buy=(side is Side.BUY) != maker)
        fill(floor, pool, live, size, price, str(again), maker=maker)


def _prune(floor: Floor, account: Account, pool: Pool, live: Live) -> None:
    """End orders that only close where the last trade left nothing to close."""
    symbol = live.order.symbol
    if pool.instrument.margin is Margin.SPOT or (symbol, live.order.position) in account.holdings:
        return
    for each in list(account.open.values()):
        if (
            each.closes
            and each is not live
            and (each.order.symbol, each.order.position) == (symbol, live.order.position)
        ):
            end(floor, pool, each, DoneReason.CANCELLED, refused="nothing is left to reduce")


def _settle(
    floor: Floor, account: Account, pool: Pool, live: Live, size: Decimal, price: Decimal, fee: Decimal, paid_in: str
) -> list[tuple[IncomeKind, Decimal]]:
    """Move position and money of a trade; return the rows that a contract's bill shows."""
    instrument, side = pool.instrument, live.order.side
    wallet = floor.wallet_of(instrument.market)
    earn(floor, paid_in, fee)
    if instrument.margin is Margin.SPOT:
        borrows = live.order.margin in (MarginMode.CROSS, MarginMode.ISOLATED)
        pay(account, wallet, instrument.base, size * side.sign, borrows=borrows)
        pay(account, wallet, instrument.quote, -notional(instrument, size, price) * side.sign, borrows=borrows)
        pay(account, wallet, paid_in, -fee, borrows=borrows)
        return []
    realised = move_position(floor, account, pool, side, size, price, live.order.position)
    realised = pay_profit(floor, account, wallet, instrument.settle, realised, fee)
    rows = [(IncomeKind.TRADE, realised), (IncomeKind.FEE if fee > 0 else IncomeKind.REBATE, -fee)]
    return [row for row in rows if row[1]]


def end(floor: Floor, pool: Pool, live: Live, reason: DoneReason, *, refused: str = "", quiet: bool = False) -> None:
    """End an order, take it out of the book, and tell it unless `quiet`."""
    account = floor.accounts[live.account]
    pools.lift(pool, live)
    account.open.pop(live.venue_id, None)
    live.status, live.reason, live.refused, live.updated = OrderStatus.DONE, reason, refused, floor.now
    if not quiet:
        floor.tell(account, views.order_of(live))


@precise
def move_position(
    floor: Floor, account: Account, pool: Pool, side: Side, size: Decimal, price: Decimal, which: PositionSide
) -> Decimal:
    """Apply a trade to a position; return the profit that it realised, in the settlement asset."""
    instrument = pool.instrument
    setting = floor.setting(account, instrument.symbol)
    key = (instrument.symbol, which)
    holding = account.holdings.get(key)
    if holding is None:
        holding = account.holdings[key] = Holding(flat(instrument), which, setting.mode)
    before = holding.lot.size
    lot, realised = holding.lot.applied(side, size, price)
    holding.lot = lot
    if holding.mode is MarginMode.ISOLATED:
        _set_aside(holding, before, margin.worth(instrument, size, price) / size / setting.leverage)
    if not lot.size:
        del account.holdings[key]
    return realised


def _set_aside(holding: Holding, before: Decimal, unit: Decimal) -> None:
    """Adjust an isolated margin: growing adds at the trade's price, shrinking frees its share."""
    after = holding.lot.size
    if before * after < 0:
        holding.margin = abs(after) * unit
    elif abs(after) > abs(before):
        holding.margin += (abs(after) - abs(before)) * unit
    else:
        holding.margin = holding.margin * after / before


def tell_position(floor: Floor, account: Account, pool: Pool, which: PositionSide) -> None:
    """Tell a position of a contract, flat ones too."""
    instrument = pool.instrument
    if instrument.margin is Margin.SPOT:
        return
    holding = account.holdings.get((instrument.symbol, which))
    if holding is None:
        holding = Holding(flat(instrument), which, floor.setting(account, instrument.symbol).mode)
    floor.tell(account, views.position_of(floor, account, holding))

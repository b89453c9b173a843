"""What happens by itself: the source's moves, funding, interest, delivery, dead-man switches.

Everything due is done in time order, each at its own time, and what an account owns at that time counts.
Funding is position value at the mark times the rate, at every full interval; where the rate is positive, longs pay.
Where it accrues, a share of the rate is paid at every step, and what came together is booked at 08:00 UTC.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain.account import Fill, Forced, IncomeKind
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.fee import funding_payment
from basisdesk.domain.instrument import Kind
from basisdesk.domain.order import DoneReason
from basisdesk.kernel.book import CLOSED
from basisdesk.sim.contract import Carried, Relisted
from basisdesk.sim.course import Course, premium_of
from basisdesk.sim.exchange import booking, debts, liquidation, margin, matching, orders, pools, results, views
from basisdesk.sim.exchange.source import Levels, Listed, Marks

if TYPE_CHECKING:
    from basisdesk.domain.ask import PositionSide
    from basisdesk.sim.exchange.source import Move
    from basisdesk.sim.exchange.state import Account, Floor, Holding, Pool

HOUR = 3600 * 1_000_000_000
DAY, SESSION = 24 * HOUR, 8 * HOUR
HOURS_A_YEAR = Decimal(24 * 365)
RATE_GRID = Decimal(1).scaleb(-8)
NEVER = 1 << 62


def apply(floor: Floor, move: Move) -> None:
    """Let the market do what its source did."""
    if isinstance(move, Listed):
        pools.make(floor, move.instrument)
        floor.happenings.append(Relisted(move.symbol, move.at))
        return
    pool = floor.pools[move.symbol]
    if pool.delivered:
        return
    open_now = pool.market.instrument.tradable
    if isinstance(move, Levels):
        if open_now and pools.is_the_sources_alone(pool):
            pools.follow(floor, pool, move)
            return
        pools.show(pool, 0, move.bids, move.at)
        pools.show(pool, 1, move.asks, move.at)
        if open_now:
            matching.cross(floor, pool)
            pools.publish(floor, pool, move.at)
    elif isinstance(move, Marks):
        _mark(floor, pool, move)
    elif open_now:
        matching.hit(floor, pool, move.price, move.size, buy=move.buy)
        pools.publish(floor, pool, move.at)


def deadline(floor: Floor) -> int:
    """Return when something happens by itself next, apart from the source."""
    soon = floor.interest_at if any(p.borrowed for a in floor.accounts.values() for p in a.purses.values()) else NEVER
    for pool in floor.pools.values():
        expiry = pool.instrument.expiry
        if pool.settles_at:
            soon = min(soon, pool.settles_at)
        if expiry is not None and not pool.delivered:
            soon = min(soon, expiry)
    for account in floor.accounts.values():
        for at in account.switches.values():
            soon = min(soon, at)
    return soon


def strike(floor: Floor) -> None:
    """Do what is due now."""
    for pool in floor.pools.values():
        if pool.settles_at and pool.settles_at <= floor.now:
            fund(floor, pool)
        expiry = pool.instrument.expiry
        if expiry is not None and expiry <= floor.now and not pool.delivered:
            deliver(floor, pool)
    for account in floor.accounts.values():
        for (line, symbol), at in list(account.switches.items()):
            if at <= floor.now:
                del account.switches[line, symbol]
                orders.cancel_all(floor, account, line, symbol)
    if floor.interest_at <= floor.now:
        _charge_interest(floor)
    roll(floor)


def roll(floor: Floor) -> None:
    """Look ahead to the coming hour of interest, once the last one is over."""
    if floor.interest_at <= floor.now:
        span = floor.rules.interest_hours * HOUR
        floor.interest_at = (floor.now // span + 1) * span


def note(pool: Pool, at: int, mark: float, index: float, premium: float) -> None:
    """Keep mark, index and premium for their candles; NaN tells nothing."""
    for course, value in ((Course.MARK, mark), (Course.INDEX, index), (Course.PREMIUM, premium)):
        if not math.isnan(value):
            pool.courses[course].add(at, value)


@precise
def fund(floor: Floor, pool: Pool) -> None:
    """Pay funding at the rate predicted last, of an interval or of a step of it, and announce the next settlement."""
    instrument, carry, step = pool.instrument, pool.market.carry, _step(floor, pool)
    assert instrument.funding_interval is not None
    rate = Decimal(repr(carry.predicted)).quantize(RATE_GRID)
    mark = margin.mark_of(pool)
    share = Decimal(step) / (instrument.funding_interval * HOUR)
    for account in floor.accounts.values():
        for holding in [each for each in account.holdings.values() if each.lot.symbol == instrument.symbol]:
            due = funding_payment(instrument, holding.lot.size, mark, rate * share).amount
            _pay(floor, account, pool, holding.side, due)
        if pool.settles_at % DAY == SESSION:
            _book(floor, account, pool, account.accrued.pop(instrument.symbol, Decimal(0)))
    if not floor.rules.funding_step or pool.settles_at % HOUR == 0:
        pool.market.settled.append((pool.settles_at, rate, mark))
        carry.settled = float(rate)
    pool.settles_at += step
    carry.next_at, carry.at = pool.settles_at, floor.now
    floor.happenings.append(Carried(instrument.symbol, floor.now))
    liquidation.watch(floor, instrument.symbol)


def _step(floor: Floor, pool: Pool) -> int:
    """Return how long funding runs until it is paid (ns)."""
    return floor.rules.funding_step or (pool.instrument.funding_interval or 0) * HOUR


def _pay(floor: Floor, account: Account, pool: Pool, side: PositionSide, amount: Decimal) -> None:
    """Pay an account its funding; it is booked at once unless it accrues."""
    instrument, paid = pool.instrument, booking.cash(amount)
    if not paid:
        return
    wallet, asset = floor.wallet_of(instrument.market), instrument.settle
    booking.pay(account, wallet, asset, paid, borrows=floor.rules.unified)
    booking.earn(floor, asset, -paid)
    results.fund(account, instrument.symbol, side, paid)
    if floor.rules.funding_step:
        account.accrued[instrument.symbol] = account.accrued.get(instrument.symbol, Decimal(0)) + paid
    else:
        _book(floor, account, pool, paid)
    floor.tell(account, views.balance_of(floor, account, wallet, asset))


def _book(floor: Floor, account: Account, pool: Pool, paid: Decimal) -> None:
    if paid:
        row = (IncomeKind.FUNDING, pool.instrument.settle, paid, pool.instrument.symbol)
        booking.book_income(floor, account, pool.instrument.market, *row)


@precise
def deliver(floor: Floor, pool: Pool) -> None:
    """Close a dated contract: orders end, positions are closed at the mean index, the market takes no more orders."""
    instrument = pool.instrument
    price = margin.index_of(pool) if pool.market.estimate is None else pool.market.estimate
    pool.delivered, pool.market.estimate = True, price
    for account in floor.accounts.values():
        for live in [each for each in account.open.values() if each.order.symbol == instrument.symbol]:
            booking.end(floor, pool, live, DoneReason.CANCELLED, refused="the contract was delivered")
        for holding in [each for each in account.holdings.values() if each.lot.symbol == instrument.symbol]:
            _close_out(floor, account, pool, holding, price)
    for side in (0, 1):
        pool.dirty[side].update(dict.fromkeys(pool.background[side]))
        pool.background[side].clear()
    pools.publish(floor, pool, floor.now)
    pool.market.book.mark_state(CLOSED)
    pool.market.instrument = replace(instrument, tradable=False)
    floor.happenings.append(Relisted(instrument.symbol, floor.now))


def _close_out(floor: Floor, account: Account, pool: Pool, holding: Holding, price: Decimal) -> None:
    """Deliver one position."""
    instrument, size, which = pool.instrument, holding.lot.size, holding.side
    wallet, asset = floor.wallet_of(instrument.market), instrument.settle
    side = views.direction(-size)
    realised = booking.move_position(floor, account, pool, side, abs(size), price, which)
    fee = booking.cash(margin.worth(instrument, size, price) * floor.rules.delivery_fee)
    realised = booking.pay_profit(floor, account, wallet, asset, realised, fee)
    booking.earn(floor, asset, fee)
    booking.book_income(floor, account, instrument.market, IncomeKind.DELIVERY, asset, realised, instrument.symbol)
    if fee:
        booking.book_income(floor, account, instrument.market, IncomeKind.FEE, asset, -fee, instrument.symbol)
    pool.trade_count += 1
    done = Fill(
        at=floor.now, symbol=instrument.symbol, trade_id=str(pool.trade_count), venue_id="", client_id="", side=side,
        price=price, size=abs(size), fee=fee, fee_asset=asset, maker=None, position=which, forced=Forced.DELIVERY,
        account=account.number,
    )  # fmt: skip
    account.fills.append((instrument.market, done))
    results.book(account, instrument, done, realised, Decimal(0))
    floor.tell(account, done)
    booking.tell_position(floor, account, pool, which)
    floor.tell(account, views.balance_of(floor, account, wallet, asset))


@precise
def _mark(floor: Floor, pool: Pool, marks: Marks) -> None:
    carry, instrument = pool.market.carry, pool.instrument
    carry.at, carry.mark, carry.index = marks.at, marks.mark, marks.underlying
    note(pool, marks.at, carry.mark, carry.index, premium_of(pool.market.book.bid, pool.market.book.ask, carry.index))
    if instrument.kind is Kind.PERPETUAL and not math.isnan(marks.predicted) and instrument.funding_interval:
        carry.predicted, carry.interval = marks.predicted, instrument.funding_interval
        if not pool.settles_at:
            step, told = _step(floor, pool), marks.next_at > marks.at and not floor.rules.funding_step
            pool.settles_at = marks.next_at if told else (marks.at // step + 1) * step
        carry.next_at = pool.settles_at
    expiry = instrument.expiry
    if expiry is not None and expiry - floor.rules.delivery_average <= marks.at and not math.isnan(marks.underlying):
        total, count = pool.indices
        pool.indices = (total + margin.index_of(pool), count + 1)
        pool.market.estimate = (pool.indices[0] / pool.indices[1]).quantize(instrument.tick.scaleb(-2))
    _note_interest(floor, pool)
    floor.happenings.append(Carried(instrument.symbol, marks.at))
    liquidation.watch(floor, instrument.symbol)
    if floor.rules.spot_margin:
        debts.watch(floor)


def _note_interest(floor: Floor, pool: Pool) -> None:
    """Note what is open: of accounts the larger side, because the source's own market has the other side of it."""
    symbol, daily = pool.instrument.symbol, pool.market.daily
    sizes = [h.lot.size for a in floor.accounts.values() for h in a.holdings.values() if h.lot.symbol == symbol]
    both = [sum((abs(size) for size in sizes if size * sign > 0), Decimal(0)) for sign in (1, -1)]
    size = pool.interest + max(both)
    daily.interest = float(size)
    daily.interest_value = float(margin.worth(pool.instrument, size, margin.mark_of(pool)))


@precise
def _charge_interest(floor: Floor) -> None:
    """Charge an interval's interest on what is borrowed, and add it to what is owed where it cannot be paid."""
    hours = floor.rules.interest_hours
    for account in floor.accounts.values():
        for (wallet, asset), purse in account.purses.items():
            if purse.borrowed > 0:
                due = booking.cash(purse.borrowed * floor.rules.interest_rate * hours / HOURS_A_YEAR)
                if not due:
                    continue
                purse.interest += due
                booking.pay(account, wallet, asset, -due, borrows=True)
                booking.earn(floor, asset, due)
                booking.book_income(floor, account, wallet, IncomeKind.INTEREST, asset, -due)
                floor.tell(account, views.balance_of(floor, account, wallet, asset))

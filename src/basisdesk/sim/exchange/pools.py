"""The public book of a market: what its source shows, and on top of it the orders that accounts have resting there.

A level's queue is first come, first served.
An order that joins has the whole level of the source ahead of it; trades there and shrinkage of the level eat into
what is ahead, and only what is left when nothing is ahead can reach the order.
Some sources tell a level's change before the trade that made it, and some after: such a trade moves the queue once.
Nothing says which of both shrank a level, a trade or a cancellation, so a trade is first taken for what the level has
just lost; where that was a cancellation the order fills later than it would have, and never sooner.
What accounts take from a level of the source is gone until the source tells that level anew.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import Rounding, on_grid
from basisdesk.domain.instrument import Margin, unit_worth
from basisdesk.domain.order import OrderStatus
from basisdesk.kernel.book import Book
from basisdesk.sim.contract import BookChanged, Printed, SimMarket
from basisdesk.sim.exchange.candles import Chart
from basisdesk.sim.exchange.state import ZERO, Live, Pool, side_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.exchange.source import Levels
    from basisdesk.sim.exchange.state import Floor

    Side = tuple[tuple[Decimal, Decimal], ...]
    Sides = tuple[Side, Side]
    Floats = tuple[list[tuple[float, float]], list[tuple[float, float]]]

LATEST = 1000
"""How many trades of a market are kept."""
TOLD_LATE = 200_000_000
"""A trade explains what its level has lost within so long (ns) before it.  Recorded trades of Binance follow the change
by up to 0.19 s in nine cases of ten, those of the other venues precede it."""
UNREAD = 1000
"""How many changes of the source's levels wait for somebody to read them."""


def make(floor: Floor, instrument: Instrument) -> Pool:
    """Open a market with an empty book."""
    book = Book(float(unit_worth(instrument)), instrument.margin is Margin.INVERSE)
    book.snapshot_levels([], [], floor.now, 0)
    pool = Pool(SimMarket(instrument, book), Chart(instrument))
    floor.pools[instrument.symbol] = pool
    floor.codes[instrument.market, instrument.code] = pool
    return pool


def rank(live: Live) -> tuple[Decimal, int]:
    """Order resting orders of one side: best price first, then the earlier."""
    assert live.price is not None
    return (-live.price * live.order.side.sign, live.number)


def best(pool: Pool, side: int) -> Decimal | None:
    """Return the best price of a side, None when it is empty."""
    prices = [price for price, size in pool.background[side].items() if size]
    if pool.resting[side]:
        own = pool.resting[side][0].price
        assert own is not None
        prices.append(own)
    if not prices:
        return None
    return min(prices) if side else max(prices)


def crosses(side: int, price: Decimal, other: Decimal) -> bool:
    """Whether an order of a side at `price` reaches `other` on the opposite side."""
    return price <= other if side else price >= other


def queue(pool: Pool, side: int, price: Decimal) -> Iterator[tuple[Live | None, Decimal]]:
    """Go through what stands at a price in the order in which it fills: the source's size (None) and own orders."""
    there = pool.background[side].get(price, ZERO)
    passed = ZERO
    for live in [each for each in pool.resting[side] if each.price == price]:
        gap = min(live.ahead, there) - passed
        if gap > 0:
            passed += gap
            yield None, gap
        yield live, live.left
    if there > passed:
        yield None, there - passed


def rest(pool: Pool, live: Live) -> None:
    """Put an order at the end of the queue of its price."""
    assert live.price is not None
    side = side_of(live.order.side)
    live.ahead, live.shrunk = pool.background[side].get(live.price, ZERO), []
    insort(pool.resting[side], live, key=rank)
    pool.dirty[side][live.price] = None


def lift(pool: Pool, live: Live) -> None:
    """Take an order out of the book."""
    side = side_of(live.order.side)
    if live in pool.resting[side]:
        assert live.price is not None
        pool.resting[side].remove(live)
        pool.dirty[side][live.price] = None


def consume(pool: Pool, side: int, price: Decimal, size: Decimal) -> None:
    """Take `size` of the source's size at a price, from the front of the queue."""
    there = pool.background[side][price]
    pool.background[side][price] = there - size
    pool.dirty[side][price] = None
    for live in pool.resting[side]:
        if live.price == price:
            live.ahead = max(ZERO, live.ahead - size)


def whole_steps(pool: Pool, size: Decimal) -> Decimal:
    """Return what of the source's size can be traded on the market's grid."""
    return on_grid(size, pool.instrument.step, Rounding.DOWN)


def explained(live: Live, size: Decimal, now: int) -> Decimal:
    """Return how much of a trade at an order's price has moved the queue already, and count it as told."""
    known = ZERO
    left: list[tuple[int, Decimal]] = []
    for at, lost in live.shrunk:
        if now - at <= TOLD_LATE:
            part = min(lost, size - known)
            known += part
            left.append((at, lost - part))
    live.shrunk = left
    return known


def show(pool: Pool, side: int, levels: Sequence[tuple[Decimal, Decimal]], at: int) -> None:
    """Take levels of the source; who stands in line behind a level that shrank moves up."""
    background = pool.background[side]
    for price, size in _regrouped(pool, side, levels) if pool.coarse else levels:
        if size:
            background[price] = size
        else:
            background.pop(price, None)
        pool.dirty[side][price] = None
    for live in pool.resting[side]:
        assert live.price is not None
        left = min(live.ahead, background.get(live.price, ZERO))
        if left < live.ahead:
            recent = [(then, lost) for then, lost in live.shrunk if at - then <= TOLD_LATE]
            live.ahead, live.shrunk = left, [*recent, (at, live.ahead - left)]


def _regrouped(pool: Pool, side: int, levels: Sequence[tuple[Decimal, Decimal]]) -> list[tuple[Decimal, Decimal]]:
    """Put a source's levels together on a market's coarser tick, away from the touch."""
    raw, away = pool.raw[side], Rounding.UP if side else Rounding.DOWN
    raw.update(levels)
    tick = pool.instrument.tick
    changed = dict.fromkeys(on_grid(price, tick, away) for price, _ in levels)
    totals = dict.fromkeys(changed, ZERO)
    for price, size in raw.items():
        place = on_grid(price, tick, away)
        if place in totals:
            totals[place] += size
    return list(totals.items())


def regrid(pool: Pool, instrument: Instrument, at: int) -> None:
    """Give a market new terms; where the tick grows, what the source shows is put together on it."""
    finer, pool.market.instrument = pool.instrument.tick, instrument
    if instrument.tick <= finer:
        return
    pool.coarse = True
    for side in (0, 1):
        before = dict(pool.background[side])
        pool.background[side].clear()
        pool.dirty[side].update(dict.fromkeys(before))
        show(pool, side, list(before.items()), at)


def publish(floor: Floor, pool: Pool, at: int) -> None:
    """Write what has changed into the public book, and tell it."""
    if not pool.dirty[0] and not pool.dirty[1]:
        return
    bids, asks = (tuple((price, _total(pool, side, price)) for price in pool.dirty[side]) for side in (0, 1))
    _write(floor, pool, at, (bids, asks), (_floats(bids), _floats(asks)))
    pool.dirty[0].clear()
    pool.dirty[1].clear()


def is_the_sources_alone(pool: Pool) -> bool:
    """Whether the public book is what the source shows, level by level, with nothing yet to be told."""
    return not (pool.coarse or pool.resting[0] or pool.resting[1] or pool.dirty[0] or pool.dirty[1])


def follow(floor: Floor, pool: Pool, move: Levels) -> None:
    """Take levels of the source into a book that is the source's alone, and tell them: `show` and `publish` in one."""
    bids, asks = _floats(move.bids), _floats(move.asks)
    for news, levels, floats in ((pool.news[0], move.bids, bids), (pool.news[1], move.asks, asks)):
        for level, (price, _) in zip(levels, floats, strict=True):
            news[price] = level
        if len(news) > UNREAD:
            pool.read()
    _write(floor, pool, move.at, (move.bids, move.asks), (bids, asks))


def _floats(levels: Side) -> list[tuple[float, float]]:
    return [(float(price), float(size)) for price, size in levels]


def _write(floor: Floor, pool: Pool, at: int, sides: Sides, floats: Floats) -> None:
    market = pool.market
    market.sequence += 1
    market.book.update_levels(*floats, at, market.sequence)
    floor.happenings.append(BookChanged(market.instrument.symbol, at, market.sequence, *sides))


def _total(pool: Pool, side: int, price: Decimal) -> Decimal:
    size = pool.background[side].get(price, ZERO)
    for live in pool.resting[side]:
        if live.price == price and live.status is OrderStatus.OPEN:
            size += live.left
    return size


def printed(floor: Floor, pool: Pool, at: int, price: Decimal, size: Decimal, *, buy: bool) -> int:
    """Print a trade; return its number."""
    pool.trade_count += 1
    trade = Printed(pool.instrument.symbol, at, pool.trade_count, price, size, buy)
    market = pool.market
    market.trades.append(trade)
    if len(market.trades) > 2 * LATEST:
        del market.trades[:LATEST]
    market.book.trade(float(price), float(size), at)
    pool.chart.add(at, float(price), float(size), market.daily)
    floor.happenings.append(trade)
    return pool.trade_count

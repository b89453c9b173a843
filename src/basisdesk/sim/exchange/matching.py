"""How orders meet: a taker walks the book, a resting order waits for whoever comes to it.

Others' size at a price fills in the order in which it came, accounts' own orders among it.
A resting order fills when another account's taker reaches it, when trades at its price have used up all that stood
ahead of it, and when the source's other side comes to its price or through it.
The price of a trade is always that of the resting side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import Rounding, on_grid, precise
from basisdesk.domain.instrument import Margin
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.sim.contract import SelfMatch
from basisdesk.sim.exchange import booking, pools
from basisdesk.sim.exchange.state import ZERO, Floor, Live, Pool, side_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal


def levels(pool: Pool, side: int, bound: Decimal | None) -> Iterator[Decimal]:
    """Go through the prices of a side up to a bound, best first."""
    prices = dict.fromkeys(price for price, size in pool.background[side].items() if size)
    prices.update(dict.fromkeys(live.price for live in pool.resting[side] if live.price is not None))
    for price in sorted(prices, reverse=side == 0):
        if bound is not None and not pools.crosses(1 - side, bound, price):
            return
        yield price


@precise
def reach(floor: Floor, pool: Pool, live: Live, bound: Decimal | None) -> tuple[Decimal, Decimal, bool]:
    """Look ahead: the size an order could take now, the sum of price x size, and whether it meets its own account.

    Nothing is taken beyond an own order, unless the venue would cancel that one.
    """
    side, left = 1 - side_of(live.order.side), live.left
    size = value = ZERO
    own = False
    for price in levels(pool, side, bound):
        for maker, there in list(pools.queue(pool, side, price)):
            if left and size >= left:
                return size, value, own
            if maker is not None and maker.account == live.account:
                own = True
                if floor.rules.self_match is SelfMatch.CANCEL_MAKER:
                    continue
                return size, value, own
            part = pools.whole_steps(pool, there) if maker is None else room(floor, maker)
            part = min(part, left - size) if left else part
            size += part
            value += part * price
    return size, value, own


@precise
def take(floor: Floor, pool: Pool, live: Live, bound: Decimal | None, most: Decimal | None = None) -> None:
    """Let an order take what it reaches, at most `most`; by money, until the money is spent."""
    side = 1 - side_of(live.order.side)
    for price in list(levels(pool, side, bound)):
        for maker, there in list(pools.queue(pool, side, price)):
            want = _wanted(floor, pool, live, price, most)
            if want <= 0 or live.status is OrderStatus.DONE:
                return
            if maker is None:
                _take_source(floor, pool, live, price, min(want, pools.whole_steps(pool, there)), there)
                continue
            if maker.account == live.account:
                if floor.rules.self_match is SelfMatch.CANCEL_MAKER:
                    maker_pool = floor.pools[maker.order.symbol]
                    booking.end(floor, maker_pool, maker, DoneReason.CANCELLED, refused="own orders would match")
                    continue
                booking.end(floor, pool, live, DoneReason.EXPIRED, refused="own orders would match")
                return
            meet(floor, pool, live, maker, min(want, fillable(floor, pool, maker)))


def meet(floor: Floor, pool: Pool, taker: Live, maker: Live, size: Decimal) -> None:
    """Trade a taker with a resting order of another account, at the latter's price."""
    assert maker.price is not None
    if size <= 0:
        return
    buy = taker.order.side is Side.BUY
    trade = str(pools.printed(floor, pool, floor.now, maker.price, size, buy=buy))
    pool.dirty[side_of(maker.order.side)][maker.price] = None
    booking.fill(floor, pool, maker, size, maker.price, trade, maker=True)
    booking.fill(floor, pool, taker, size, maker.price, trade, maker=False)


def room(floor: Floor, live: Live) -> Decimal:
    """Return what of an order may fill: what is left of it, and of the position where it only closes."""
    if live.status is OrderStatus.DONE:
        return ZERO
    if not live.closes:
        return live.left
    holding = floor.accounts[live.account].holdings.get((live.order.symbol, live.order.position))
    size = ZERO if holding is None else max(ZERO, -holding.lot.size * live.order.side.sign)
    return min(live.left, size)


def fillable(floor: Floor, pool: Pool, live: Live) -> Decimal:
    """As `room`; an order that only closes ends when there is nothing left to close."""
    size = room(floor, live)
    if not size and live.status is not OrderStatus.DONE and live.forced is None:
        booking.end(floor, pool, live, DoneReason.CANCELLED, refused="nothing is left to reduce")
    return size


def cross(floor: Floor, pool: Pool) -> None:
    """Fill resting orders that the source's other side has come to, or gone through."""
    for side in (0, 1):
        if not pool.resting[side]:
            continue
        other = pool.background[1 - side]
        touch = (max if side else min)((each for each, size in other.items() if size), default=None)
        for live in list(pool.resting[side]):
            assert live.price is not None
            if touch is None or not pools.crosses(side, live.price, touch):
                break  # those behind it are further away still
            for price in sorted((each for each, size in other.items() if size), reverse=side == 1):
                if not pools.crosses(side, live.price, price) or live.status is OrderStatus.DONE:
                    break
                size = min(fillable(floor, pool, live), pools.whole_steps(pool, other[price]))
                if size:
                    trade = str(pools.printed(floor, pool, floor.now, live.price, size, buy=side == 1))
                    booking.fill(floor, pool, live, size, live.price, trade, maker=True)
                    pool.dirty[side][live.price] = None
                left = other[price] - size
                other[price] = ZERO if left < pool.instrument.step else left
                pool.dirty[1 - side][price] = None


def hit(floor: Floor, pool: Pool, price: Decimal, size: Decimal, *, buy: bool) -> None:
    """Let a trade of the source fill who stands first at its price or better; print what remains of it as it was."""
    side, rest = (1 if buy else 0), size
    for live in list(pool.resting[side]):
        assert live.price is not None
        if rest <= 0 or not pools.crosses(1 - side, price, live.price):
            break
        if live.price == price:
            fresh = rest - pools.explained(live, rest, floor.now)
            eaten = min(live.ahead, fresh)
            live.ahead -= eaten
            reached = fresh - eaten
        else:
            reached = rest
        part = min(fillable(floor, pool, live), pools.whole_steps(pool, reached))
        if part > 0:
            rest -= part
            trade = str(pools.printed(floor, pool, floor.now, live.price, part, buy=buy))
            pool.dirty[side][live.price] = None
            booking.fill(floor, pool, live, part, live.price, trade, maker=True)
    if rest > 0:
        pools.printed(floor, pool, floor.now, price, rest, buy=buy)


def _take_source(floor: Floor, pool: Pool, live: Live, price: Decimal, size: Decimal, there: Decimal) -> None:
    side = 1 - side_of(live.order.side)
    if size:
        buy = live.order.side is Side.BUY
        trade = str(pools.printed(floor, pool, floor.now, price, size, buy=buy))
        pools.consume(pool, side, price, size)
        booking.fill(floor, pool, live, size, price, trade, maker=False)
    if there - size < pool.instrument.step:
        pools.consume(pool, side, price, there - size)  # less than can be traded is nothing


def _wanted(floor: Floor, pool: Pool, live: Live, price: Decimal, most: Decimal | None) -> Decimal:
    """Return how much of a level an order still wants."""
    if live.size is not None:
        able = fillable(floor, pool, live)
        return able if most is None else min(able, most - live.filled)
    assert live.order.money is not None
    assert pool.instrument.margin is Margin.SPOT
    return on_grid((live.order.money - live.value) / price, pool.instrument.step, Rounding.DOWN)

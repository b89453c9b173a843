"""Orders from their arrival to their end: place, amend, cancel, and finding them again."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain.arithmetic import plain, precise
from basisdesk.domain.ask import OrderRef, OrderType, TimeInForce
from basisdesk.domain.instrument import Margin
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.exchange import booking, checks, matching, pools, settings, views
from basisdesk.sim.exchange.state import ZERO, Account, Floor, Live, Pool, side_of

if TYPE_CHECKING:
    from basisdesk.domain.account import Forced, OrderUpdate
    from basisdesk.domain.ask import Amend, NewOrder


def place(floor: Floor, account: Account, order: NewOrder) -> OrderUpdate | Refused:
    """Take an order, or refuse it."""
    pool = floor.pools.get(order.symbol)
    if pool is None:
        return Refused(Reason.UNKNOWN_SYMBOL, f"there is no market {order.symbol}")
    refused = (
        floor.faults.refusal()
        or checks.terms(pool, order)
        or checks.name_taken(floor, account, order.client_id)
        or checks.modes(floor, account, pool, order)
        or checks.band(floor, pool, order.side, order.price)
        or _set(floor, account, pool, order)
    )
    if refused is not None:
        return refused
    live = make(floor, account, pool, order)
    bound = bound_of(floor, pool, live)
    refused = (
        checks.reduces(floor, live)
        or checks.meets_itself(floor, pool, live, bound)
        or checks.money(floor, account, pool, live, bound)
    )
    if refused is None and order.post_only and floor.rules.post_only_rejects and checks.would_cross(pool, live):
        refused = Refused(Reason.WOULD_CROSS, f"post-only at {order.price} would trade at once")
    if refused is not None:
        return refused
    _accept(floor, account, live)
    work(floor, pool, live, bound)
    pools.publish(floor, pool, floor.now)
    return views.order_of(live)


def make(floor: Floor, account: Account, pool: Pool, order: NewOrder) -> Live:
    """Make an order with the next number, not yet known to anybody."""
    number = floor.next_number()
    size, price, now = order.size, order.price, floor.now
    return Live(account.number, order, pool.instrument, str(number), number, now, size, price, updated=now)


def force(floor: Floor, account: Account, pool: Pool, order: NewOrder, why: Forced) -> Live:
    """Send an order of the venue's own for an account, at any price; what the book does not take is left of it."""
    live = make(floor, account, pool, order)
    live.forced = why
    _accept(floor, account, live)
    matching.take(floor, pool, live, None)
    return live


@precise
def bound_of(floor: Floor, pool: Pool, live: Live) -> Decimal | None:
    """Return how far an order may walk: to its limit, or as far from the touch as the venue lets market orders go."""
    if live.price is not None:
        return live.price
    touch = pools.best(pool, 1 - side_of(live.order.side))
    return None if touch is None else touch * (1 + live.order.side.sign * floor.rules.market_slippage)


def work(floor: Floor, pool: Pool, live: Live, bound: Decimal | None) -> None:
    """Match an order that was taken, and rest or end what is left of it."""
    order, passive = live.order, live.order.post_only
    if passive and checks.would_cross(pool, live):
        booking.end(floor, pool, live, DoneReason.EXPIRED, refused="post-only would cross")
        return
    share = floor.faults.share()
    most = None if share is None or live.size is None else pools.whole_steps(pool, live.size * share)
    whole = order.time_in_force is not TimeInForce.FOK
    if not whole:
        reached = min(matching.reach(floor, pool, live, bound)[0], matching.room(floor, live))
        whole = reached >= live.left
    if not passive and whole:
        matching.take(floor, pool, live, bound, most)
    if live.status is OrderStatus.DONE:
        return
    if live.size is None and live.filled:
        booking.end(floor, pool, live, DoneReason.FILLED)
    elif order.type is OrderType.MARKET or order.time_in_force is not TimeInForce.GTC or checks.would_cross(pool, live):
        booking.end(floor, pool, live, DoneReason.EXPIRED)
    else:
        pools.rest(pool, live)


def find(account: Account, ref: OrderRef) -> Live | None:
    """Return an order by the venue's id, else by client id (the latest of that name); no symbol means any."""
    found = [account.orders[ref.venue_id]] if ref.venue_id in account.orders else []
    if not ref.venue_id:
        found = account.named.get(ref.client_id, [])
    return next((live for live in reversed(found) if ref.symbol in ("", live.order.symbol)), None)


def remembered(floor: Floor, live: Live) -> bool:
    """Whether the venue still tells of an order."""
    if live.status is not OrderStatus.DONE:
        return True
    rules = floor.rules
    spot = live.instrument.margin is Margin.SPOT
    bare, filled = rules.spot_memory if spot and rules.spot_memory is not None else rules.order_memory
    return floor.now - live.updated < (filled if live.filled else bare)


def cancel(floor: Floor, account: Account, ref: OrderRef) -> OrderUpdate | Refused:
    """Take an order out of the book."""
    live = find(account, ref)
    if live is None or live.venue_id not in account.open:
        return unknown(ref)
    pool = floor.pools[live.order.symbol]
    booking.end(floor, pool, live, DoneReason.CANCELLED)
    pools.publish(floor, pool, floor.now)
    return views.order_of(live)


def cancel_all(floor: Floor, account: Account, line: str, symbol: str) -> list[OrderUpdate]:
    """Take every order of a line, or of one market of it, out of the book."""
    ended = []
    for live in list(account.open.values()):
        if live.instrument.market == line and symbol in ("", live.order.symbol):
            pool = floor.pools[live.order.symbol]
            booking.end(floor, pool, live, DoneReason.CANCELLED)
            pools.publish(floor, pool, floor.now)
            ended.append(views.order_of(live))
    return ended


def amend(floor: Floor, account: Account, amend: Amend) -> OrderUpdate | Refused:
    """Change price, size or both; only a smaller size at the same price keeps its place in the queue."""
    live = find(account, amend.order)
    if live is None or live.venue_id not in account.open or live.size is None:
        return unknown(amend.order)
    pool = floor.pools[live.order.symbol]
    size, price = amend.size or live.size, amend.price or live.price
    if (size, price) == (live.size, live.price):
        return Refused(Reason.UNCHANGED, "size and price are already so")
    if size <= live.filled:
        return Refused(Reason.BELOW_MINIMUM, f"{plain(live.filled)} has been filled already", "size")
    order = replace(live.order, size=size, price=price, client_id=amend.new_client_id or live.order.client_id)
    refused = floor.faults.refusal() or checks.terms(pool, order) or checks.band(floor, pool, order.side, price)
    if refused is None and amend.new_client_id:
        refused = checks.name_taken(floor, account, amend.new_client_id)
    if refused is not None:
        return refused
    return _amended(floor, account, pool, live, order)


def unknown(ref: OrderRef, detail: str = "") -> Refused:
    """Say that there is no such order (any more: ``archived``)."""
    return Refused(Reason.UNKNOWN_ORDER, f"there is no order {ref.venue_id or ref.client_id} on {ref.symbol}", detail)


def _amended(floor: Floor, account: Account, pool: Pool, live: Live, order: NewOrder) -> OrderUpdate | Refused:
    """Put the changed order in place of the old one, as if the old one were not there, if it can be had."""
    assert order.size is not None
    before = (live.order, live.size, live.price)
    keeps = order.price == live.price and order.size < (live.size or ZERO)
    place_in_queue, number = (live.ahead, live.shrunk), live.number
    pools.lift(pool, live)
    del account.open[live.venue_id]
    if floor.rules.replaces:
        left = replace(order, size=order.size - live.filled)
        fresh = make(floor, account, pool, left)
    else:
        live.order, live.size, live.price, live.updated = order, order.size, order.price, floor.now
        fresh = live
    refused = (
        checks.meets_itself(floor, pool, fresh, fresh.price)
        or checks.money(floor, account, pool, fresh, fresh.price)
        or (_crossing(order) if order.post_only and checks.would_cross(pool, fresh) else None)
    )
    if refused is not None:
        live.order, live.size, live.price = before
    account.open[live.venue_id] = live
    if refused is not None or keeps:
        pools.rest(pool, live)
        (live.ahead, live.shrunk), live.number = place_in_queue, number
        pool.resting[side_of(live.order.side)].sort(key=pools.rank)
    if refused is not None:
        return refused
    if floor.rules.replaces:
        booking.end(floor, pool, live, DoneReason.CANCELLED)
        _accept(floor, account, fresh)
        work(floor, pool, fresh, fresh.price)
    else:
        _rename(account, live)
        floor.tell(account, views.order_of(live))
        if not keeps:
            live.number = floor.next_number()
            work(floor, pool, live, live.price)
    pools.publish(floor, pool, floor.now)
    return views.order_of(fresh)


def _crossing(order: NewOrder) -> Refused:
    return Refused(Reason.WOULD_CROSS, f"post-only at {order.price} would trade at once")


def _accept(floor: Floor, account: Account, live: Live) -> None:
    account.orders[live.venue_id] = account.open[live.venue_id] = live
    _rename(account, live)
    floor.tell(account, views.order_of(live))


def _rename(account: Account, live: Live) -> None:
    name = live.order.client_id
    if name and live not in account.named.setdefault(name, []):
        account.named[name].append(live)


def _set(floor: Floor, account: Account, pool: Pool, order: NewOrder) -> Refused | None:
    """Take leverage and margin mode that come with an order, as if they had been set before it."""
    if pool.instrument.margin is Margin.SPOT:
        return None
    refused = None
    if order.margin is not None:
        refused = settings.set_margin_mode(floor, account, order.symbol, order.margin)
    if order.leverage is not None and (refused is None or refused.reason is Reason.UNCHANGED):
        refused = settings.set_leverage(floor, account, order.symbol, Decimal(order.leverage))
    return None if refused is None or refused.reason is Reason.UNCHANGED else refused

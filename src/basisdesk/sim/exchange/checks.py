"""What a venue refuses before it takes an order, in the order in which venues look.

Terms first (market, grid, limits), then the account's mode, the price, what the order would meet, and money last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain, precise
from basisdesk.domain.ask import MarginMode, OrderType, PositionMode, PositionSide, TimeInForce
from basisdesk.domain.check import check_price, check_size
from basisdesk.domain.instrument import Margin
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused, SelfMatch
from basisdesk.sim.exchange import lending, margin, matching, pools
from basisdesk.sim.exchange.state import ZERO, Account, Floor, Live, Pool, side_of
from basisdesk.sim.tiers import ladder_of
from basisdesk.venues.trading import ClientIds

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.ask import NewOrder

DAY = 86_400 * 1_000_000_000
_REASONS = {
    "not_finite": (Reason.MALFORMED, "size"),
    "not_positive": (Reason.BELOW_MINIMUM, "size"),
    "not_tradable": (Reason.NOT_TRADABLE, ""),
    "no_terms": (Reason.NOT_TRADABLE, ""),
    "below_minimum": (Reason.BELOW_MINIMUM, "size"),
    "above_maximum": (Reason.ABOVE_MAXIMUM, "size"),
    "off_step": (Reason.OFF_GRID, "size"),
    "bad_price": (Reason.MALFORMED, "price"),
    "off_tick": (Reason.OFF_GRID, "price"),
    "below_min_notional": (Reason.BELOW_MINIMUM, "notional"),
}


def name_taken(floor: Floor, account: Account, client_id: str) -> Refused | None:
    """Refuse a client id that was used before, as far as the venue looks."""
    if not client_id or client_id not in account.named:
        return None
    before = account.named[client_id]
    taken = {
        ClientIds.NONE: False,
        ClientIds.OPEN: any(each.venue_id in account.open for each in before),
        ClientIds.DAY: floor.now - before[-1].created < DAY,
        ClientIds.ALWAYS: True,
    }[floor.rules.client_ids]
    return Refused(Reason.DUPLICATE_ID, f"client id {client_id} was used before") if taken else None


def terms(pool: Pool, order: NewOrder) -> Refused | None:
    """Refuse what does not fit the market's terms."""
    instrument = pool.instrument
    if not instrument.tradable:
        return Refused(Reason.NOT_TRADABLE, f"{instrument.symbol} takes no orders")
    limit = order.type is OrderType.LIMIT
    if limit != (order.price is not None):
        return Refused(Reason.MALFORMED, f"a {order.type.value} order on {instrument.symbol} and its price", "price")
    if order.post_only and (not limit or order.time_in_force is not TimeInForce.GTC):
        return Refused(Reason.MALFORMED, "post-only is for limit orders that rest", "post_only")
    refusal = None if order.price is None else check_price(instrument, order.price)
    if refusal is None and order.size is not None:
        worst = order.price or pools.best(pool, 1 - side_of(order.side)) or margin.mark_of(pool)
        refusal = check_size(instrument, order.size, worst)
        if refusal is not None and refusal.code == "below_min_notional" and order.reduce_only:
            refusal = None
    if refusal is not None:
        reason, detail = _REASONS[refusal.code]
        return Refused(reason, refusal.message, detail)
    return _money(pool, order)


def _money(pool: Pool, order: NewOrder) -> Refused | None:
    """Refuse an order without a size, unless it buys coin for stated money at the market."""
    if order.size is not None:
        return None
    instrument = pool.instrument
    buys = instrument.margin is Margin.SPOT and order.side is Side.BUY and order.type is OrderType.MARKET
    if not buys or order.money is None or not order.money.is_finite():
        return Refused(Reason.MALFORMED, f"an order on {instrument.symbol} without a size", "size")
    if order.money <= 0 or order.money < instrument.min_notional:
        least = plain(instrument.min_notional)
        return Refused(Reason.BELOW_MINIMUM, f"{order.money} is less than {least} {instrument.quote}", "notional")
    return None


def modes(floor: Floor, account: Account, pool: Pool, order: NewOrder) -> Refused | None:
    """Refuse an order for a position that the account's mode does not have, or that reduces what is not there."""
    instrument = pool.instrument
    if instrument.margin is Margin.SPOT:
        if order.position is not PositionSide.NET or order.reduce_only:
            return Refused(Reason.MODE, f"{instrument.symbol} has no positions")
        if order.margin in (MarginMode.CROSS, MarginMode.ISOLATED) and not floor.rules.spot_margin:
            return Refused(Reason.MODE, f"{instrument.symbol} is not traded with borrowed coin here")
        return None
    hedge = account.modes.get(instrument.market, PositionMode.ONE_WAY) is PositionMode.HEDGE
    if hedge == (order.position is PositionSide.NET):
        return Refused(Reason.MODE, f"position {order.position.value} does not fit the account's mode", "position")
    if order.margin is MarginMode.CASH:
        return Refused(Reason.MODE, f"{instrument.symbol} is not traded in cash mode", "margin")
    return None


def reduces(floor: Floor, live: Live) -> Refused | None:
    """Refuse an order that closes only where nothing can be closed."""
    holding = floor.accounts[live.account].holdings.get((live.order.symbol, live.order.position))
    if live.closes and (holding is None or holding.lot.size * live.order.side.sign > 0):
        return Refused(Reason.REDUCE_ONLY, f"there is nothing on {live.order.symbol} that this order reduces")
    return None


@precise
def band(floor: Floor, pool: Pool, side: Side, price: Decimal | None) -> Refused | None:
    """Refuse a limit price too far beyond the mark: a buy above it, a sell below it; what only rests is let be."""
    mark = margin.mark_of(pool)
    if price is not None and side.sign * (price - mark) > mark * floor.rules.price_band:
        return Refused(Reason.PRICE_BAND, f"price {plain(price)} is too far from the mark {plain(mark)}", "price")
    return None


def meets_itself(floor: Floor, pool: Pool, live: Live, bound: Decimal | None) -> Refused | None:
    """Refuse an order that would trade with its own account, where the venue refuses that."""
    if floor.rules.self_match is SelfMatch.REFUSE and matching.reach(floor, pool, live, bound)[2]:
        return Refused(Reason.SELF_MATCH, f"an order of the same account on {live.order.symbol} would be met")
    return None


def would_cross(pool: Pool, live: Live) -> bool:
    """Whether an order would trade at once."""
    other = pools.best(pool, 1 - side_of(live.order.side))
    assert live.price is not None
    return other is not None and pools.crosses(side_of(live.order.side), live.price, other)


@precise
def money(floor: Floor, account: Account, pool: Pool, live: Live, bound: Decimal | None) -> Refused | None:
    """Refuse an order that the account cannot pay for; one that only closes is never refused for want of margin."""
    instrument = pool.instrument
    wallet = floor.wallet_of(instrument.market)
    if instrument.margin is Margin.SPOT:
        return _coin(floor, account, pool, live, bound)
    if live.closes:
        return None
    symbol = instrument.symbol
    more = margin.initial(floor, account, symbol, live) - margin.initial(floor, account, symbol)
    if more <= 0:
        return None
    price = live.price or margin.mark_of(pool)
    more += margin.worth(instrument, live.left, price) * instrument.taker_fee
    free = margin.available(floor, account, wallet, instrument.settle)
    if floor.rules.unified:
        free = margin.free_dollars(floor, account)
        more *= margin.dollars(floor, instrument.settle)
    if more > free:
        return Refused(Reason.INSUFFICIENT_MARGIN, f"{more:.8f} {instrument.settle} needed, {free:.8f} available")
    return _tier(floor, account, pool, live)


@precise
def _tier(floor: Floor, account: Account, pool: Pool, live: Live) -> Refused | None:
    """Refuse an order that could bring a position beyond every tier, or into one that allows less leverage."""
    instrument, sign = pool.instrument, live.order.side.sign
    holding = account.holdings.get((instrument.symbol, live.order.position))
    size = ZERO if holding is None else holding.lot.size * sign
    size += live.left + sum(
        each.left
        for each in account.open.values()
        if (each.order.symbol, each.order.side, each.order.position)
        == (instrument.symbol, live.order.side, live.order.position)
        and not each.closes
    )
    ladder, leverage = ladder_of(floor.rules.tiers, instrument), floor.setting(account, instrument.symbol).leverage
    measured = margin.measure(ladder, instrument, max(size, ZERO), margin.mark_of(pool))
    tier = ladder.step(measured).tier
    if measured <= tier.upto and (floor.rules.sinks or leverage <= tier.leverage):
        return None
    words = f"a position of {measured:f} is too large for leverage {plain(leverage)} of {instrument.symbol}"
    return Refused(Reason.RISK_LIMIT, words, "position")


def _coin(floor: Floor, account: Account, pool: Pool, live: Live, bound: Decimal | None) -> Refused | None:
    """Refuse a spot order without the coin or money for it; one that may borrow needs equity instead."""
    instrument = pool.instrument
    wallet = floor.wallet_of(instrument.market)
    if live.order.side is Side.SELL:
        asset, need = instrument.base, live.left
    else:
        asset, need = instrument.quote, live.order.money or ZERO
        if live.size is not None:
            reached, value, _ = matching.reach(floor, pool, live, bound)
            need = value + (live.left - reached) * (live.price or ZERO)
    if live.order.type is OrderType.LIMIT and live.order.side is Side.BUY:
        need = live.left * (live.price or ZERO)
    have = account.purse(wallet, asset).total - margin.locked(account, floor, wallet, asset)
    if live.order.margin in (MarginMode.CROSS, MarginMode.ISOLATED):
        have += lending.borrowable(floor, account, wallet, asset)
    if need > have:
        return Refused(Reason.INSUFFICIENT_MARGIN, f"{need:f} {asset} needed, {have:f} available")
    return None

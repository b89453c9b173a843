"""What channels tell of a price index: its value, its day, and what contracts on it would be delivered at.

Followed: https://docs.deribit.com/subscriptions (deribit_price_index, deribit_price_statistics,
estimated_expiration_price).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.course import Course
from basisdesk.sim.dialects.deribit.market import HOUR
from basisdesk.sim.dialects.deribit.rows import NS_PER_MS, Row, index_of

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, SimMarket

TOPICS = {
    "deribit_price_index": "index",
    "deribit_price_statistics": "statistics",
    "estimated_expiration_price": "estimate",
}
"""A channel's first word to its topic."""

DAY, SECOND = 24 * HOUR, 1_000_000_000
SETTLES = 8 * HOUR
"""When a day is settled, after midnight UTC."""


def market_on(exchange: Exchange, index: str) -> SimMarket | None:
    """Return a market on an index, None where there is none."""
    return next((each for each in exchange.markets.values() if index_of(each.instrument) == index), None)


def row(exchange: Exchange, topic: str, market: SimMarket, now: int) -> Row:
    """Return what a topic tells of the index of a market."""
    name = index_of(market.instrument)
    match topic:
        case "statistics":
            return _statistics(exchange, market, name, now)
        case "estimate":
            return _estimate(exchange, market, name, now)
        case _:
            return {"index_name": name, "price": market.carry.index, "timestamp": now // NS_PER_MS}


def _statistics(exchange: Exchange, market: SimMarket, name: str, now: int) -> Row:
    """Return highest, lowest and change of a day, which begins with the first price that is known."""
    hours = exchange.price_candles(market.instrument.symbol, Course.INDEX, HOUR, now - DAY, 25)
    index = market.carry.index
    return {
        "index_name": name,
        "high24h": max((hour.high for hour in hours), default=index),
        "low24h": min((hour.low for hour in hours), default=index),
        "change24h": index - (hours[0].open if hours else index),
        "high_volatility": False,
    }


def _estimate(exchange: Exchange, market: SimMarket, name: str, now: int) -> Row:
    """Return the price of the next delivery; before it is being averaged, the index stands for it."""
    dated = [each for each in exchange.markets.values() if index_of(each.instrument) == name]
    ends = [(each.instrument.expiry, each.estimate) for each in dated if (each.instrument.expiry or 0) > now]
    daily = ((now - SETTLES) // DAY + 1) * DAY + SETTLES
    expiry, estimate = min(ends, key=lambda each: each[0] or 0, default=(daily, None))
    return {
        "seconds": ((expiry or 0) - now) // SECOND,
        "price": market.carry.index if estimate is None else estimate,
        "is_estimated": estimate is not None,
    }

"""The past of a market: candles, daily figures and settled funding that a venue would show on any morning.

A generator rehearses tops of book before it opens; the prices noted there become candles without volume, as do mark,
index and premium, and the rates settled meanwhile rows of the funding history.
Some days of funding before the rehearsal are made up, the same for the same symbol and time, because a rehearsal may be
shorter than the time between two settlements; and so is open interest, in which the accounts here have no part.
"""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import Rounding, on_grid
from basisdesk.domain.instrument import Margin, unit_worth
from basisdesk.sim.exchange.clockwork import RATE_GRID, note

if TYPE_CHECKING:
    from basisdesk.sim.exchange.state import Pool
    from basisdesk.sim.generator import Past

EVERY = 60 * 1_000_000_000
"""How far apart tops are rehearsed, ns."""
HOUR = 3600 * 1_000_000_000
DAYS = 7
"""How long the funding history is."""
MILLIONS = (20, 80)
"""What a contract's open interest is worth at least and at most."""
_USUAL, _SPREAD = 0.00005, 0.00004


def remember(pool: Pool, past: Past) -> None:
    """Give a market its past."""
    for at, last in past.lasts:
        pool.chart.add(at, last, 0.0, None)
    if past.lasts:
        at, last = past.lasts[-1]
        pool.chart.daily(at, pool.market.daily)
        pool.market.book.trade(last, 0.0, at)
        _fund(pool, past.lasts[0])
        _interest(pool, last)
    for marked in past.marks:
        note(pool, *marked)
    for at, rate, middle in past.settled:
        exact = Decimal(repr(rate)).quantize(RATE_GRID)
        pool.market.settled.append((at, exact, Decimal(repr(middle)).quantize(pool.instrument.tick)))
        pool.market.carry.settled = float(exact)


def _interest(pool: Pool, price: float) -> None:
    """Give a contract some positions that are nobody's here, worth some millions of quote money."""
    instrument = pool.instrument
    if instrument.margin is Margin.SPOT:
        return
    chance = Random(f"{instrument.symbol} interest")  # noqa: S311 (a simulation wants to be repeatable, not secret)
    money = Decimal(chance.randint(*MILLIONS)) * 1_000_000
    coin = 1 if instrument.margin is Margin.INVERSE else Decimal(repr(price))
    pool.interest = on_grid(money / (unit_worth(instrument) * coin), instrument.step, Rounding.DOWN)


def _fund(pool: Pool, first: tuple[int, float]) -> None:
    """Give a perpetual the settlements before the first price of its rehearsal (ns, price)."""
    interval = (pool.instrument.funding_interval or 0) * HOUR
    if not interval:
        return
    begins, price = first
    mark = Decimal(repr(price)).quantize(pool.instrument.tick)
    count = DAYS * 24 * HOUR // interval
    for term in range(begins // interval - count + 1, begins // interval + 1):
        chance = Random(f"{pool.instrument.symbol} {term}")  # noqa: S311 (a simulation wants to be repeatable, not secret)
        rate = Decimal(repr(chance.gauss(_USUAL, _SPREAD))).quantize(RATE_GRID)
        pool.market.settled.append((term * interval, rate, mark))
        pool.market.carry.settled = float(rate)

"""What a spread would cost now for a given size: the bridge from the kernel's floats to the engine's decimals.

Prices of recorded levels survive float64 exactly up to fifteen digits, so `worst` and the touch are the venue's own
numbers again; averages are rounded to twelve significant digits, far below any tick.
Differences are taken of decimals: a difference of floats carries the noise of the large prices into the small spread.
A tick moves one leg, and the worst price is mostly the touch: what was turned into a decimal lately is kept.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from basisdesk.domain.event import LegQuote, SpreadQuote
from basisdesk.domain.order import Side
from basisdesk.kernel.book import VALID, state_name
from basisdesk.kernel.compose import FACE, common_unit, walk_spread

if TYPE_CHECKING:
    from basisdesk.app.universe import Spread
    from basisdesk.venues.contract import Market

_ENOUGH = 1e-9  # covered sizes are sums of floats
NOTHING = Decimal("NaN")
_KEPT = 1024


@lru_cache(maxsize=_KEPT)
def decimal_of(value: float) -> Decimal:
    """Return a float as the shortest decimal of at most 15 significant digits; NaN and infinity become NaN."""
    return Decimal(f"{value:.15g}") if math.isfinite(value) else NOTHING


@lru_cache(maxsize=_KEPT)
def _rounded(value: float) -> Decimal:
    """Return a float, which is a sum or an average, to twelve significant digits; NaN and infinity become NaN."""
    return Decimal(f"{value:.12g}") if math.isfinite(value) else NOTHING


def quote(spread: Spread, side: Side, size: Decimal, now: int) -> SpreadQuote:
    """Price `size` (common unit) of a spread for this side; `now` is market time in ns."""
    buy = side is Side.BUY
    leg1, leg2 = spread.leg1, spread.leg2
    one, two = leg1.book, leg2.book
    wanted = float(size) if size.is_finite() and size > 0 else 0.0
    walked = walk_spread(one, two, buy, wanted) if wanted else (math.nan,) * 5 + (0.0,)
    _, average1, worst1, average2, worst2, covered = walked
    best1, best2 = (one.ask, two.bid) if buy else (one.bid, two.ask)
    unit = common_unit(one, two)
    quote1 = _leg(leg1, average1, worst1, covered, unit, now)
    quote2 = _leg(leg2, average2, worst2, covered, unit, now)
    deep = wanted > 0 and covered >= wanted * (1 - _ENOUGH)
    fit = quote1.state == "valid" and quote2.state == "valid"
    return SpreadQuote(
        spread=spread.name,
        side=side,
        size=size,
        price=quote1.average - quote2.average,
        touch=decimal_of(best1) - decimal_of(best2),
        leg1=quote1,
        leg2=quote2,
        complete=deep and fit,
        reason="" if deep or not fit else f"together they show {covered:.12g} of {size}",
    )


def _leg(market: Market, average: float, worst: float, covered: float, unit: int, now: int) -> LegQuote:
    """Price a leg; what is covered, in the common unit, is turned into the venue's own."""
    book = market.book
    state = book.state(now)
    size = covered / book.multiplier
    if covered and book.inverse and unit != FACE:
        size = covered * average / book.multiplier
    return LegQuote(
        symbol=market.symbol,
        average=_rounded(average),
        worst=decimal_of(worst),
        mid=decimal_of(book.mid()),
        size=_rounded(size),
        age=max(now - book.updated, 0),
        state="valid" if state == VALID else state_name(state),
    )

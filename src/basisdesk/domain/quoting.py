"""Where to quote one leg so that, hedged on the other at the lean price, the spread comes to its limit.

With multipliers m1 and m2 the spread is m1 P1 - m2 P2 = S.
Quoting LEG1 against a hedge at L gives (S + m2 L) / m1, quoting LEG2 gives (m1 L - S) / m2; a buy is rounded down to
the tick and a sell up, so that rounding never makes the spread worse than its limit.
With fees included, what is bought counts (1 + fee) of its price and what is sold (1 - fee).
The slop error says how far a resting quote has drifted: below zero it would fill worse than the limit, above zero it
rests further out than it needs.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from basisdesk.domain.arithmetic import Rounding, on_grid, precise
from basisdesk.domain.order import Side

ONE = Decimal(1)
ZERO = Decimal(0)


class QuoteTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a quote must bring about.

    Attributes:
        side: BUY or SELL of the spread.
        leg: the leg that is quoted, 1 or 2; the other is hedged.
        limit: spread price that the pair of trades must come to, in quote money.
        multiplier1: m1 of the spread price, above zero.
        multiplier2: m2 of the spread price, above zero.
        maker_fee: fraction charged on the quoted leg; zero where fees are not included in the price.
        taker_fee: fraction charged on the hedge leg; zero likewise.
    """

    side: Side
    leg: int
    limit: Decimal
    multiplier1: Decimal = ONE
    multiplier2: Decimal = ONE
    maker_fee: Decimal = ZERO
    taker_fee: Decimal = ZERO

    def __post_init__(self) -> None:
        """Refuse a leg other than 1 and 2: ValueError."""
        if self.leg not in {1, 2}:
            raise ValueError(f"a spread of two legs has no leg {self.leg}")

    @property
    def quote_side(self) -> Side:
        """Side of the resting order: the spread's own on LEG1, the opposite on LEG2."""
        return self.side if self.leg == 1 else self.side.opposite

    @property
    def hedge_side(self) -> Side:
        """Side of the hedge; a SELL leans on the hedge leg's bids, a BUY on its asks."""
        return self.quote_side.opposite


@precise
def quote_price(terms: QuoteTerms, lean: Decimal) -> Decimal:
    """Return the price to quote for a hedge at `lean`, before rounding to the tick."""
    hedge = lean * (1 + terms.hedge_side.sign * terms.taker_fee)
    own = 1 + terms.quote_side.sign * terms.maker_fee
    if terms.leg == 1:
        return (terms.limit + terms.multiplier2 * hedge) / (terms.multiplier1 * own)
    return (terms.multiplier1 * hedge - terms.limit) / (terms.multiplier2 * own)


def quote_on_tick(terms: QuoteTerms, lean: Decimal, tick: Decimal) -> Decimal:
    """Return the price to quote on the quoted leg's tick: buys down, sells up."""
    rounding = Rounding.DOWN if terms.quote_side is Side.BUY else Rounding.UP
    return on_grid(quote_price(terms, lean), tick, rounding)


@precise
def implied_spread(terms: QuoteTerms, quoted: Decimal, lean: Decimal) -> Decimal:
    """Return the spread that comes about when a quote at `quoted` fills and is hedged at `lean`, fees included."""
    hedge = lean * (1 + terms.hedge_side.sign * terms.taker_fee)
    own = quoted * (1 + terms.quote_side.sign * terms.maker_fee)
    price1, price2 = (own, hedge) if terms.leg == 1 else (hedge, own)
    return terms.multiplier1 * price1 - terms.multiplier2 * price2


@precise
def slop_error(terms: QuoteTerms, quoted: Decimal, lean: Decimal) -> Decimal:
    """Return how much better than its limit a resting quote would fill, in quote money; negative is worse."""
    return (terms.limit - implied_spread(terms, quoted, lean)) * terms.side.sign


def needs_requote(error: Decimal, slop_in: Decimal, slop_out: Decimal) -> bool:
    """Say whether a slop error leaves the band: below -slop_in (would fill worse) or above slop_out (too far out)."""
    return error < -slop_in or error > slop_out


@precise
def post_only(side: Side, price: Decimal, best_bid: Decimal, best_ask: Decimal, tick: Decimal) -> Decimal:
    """Return the price moved to where it rests: a buy at most one tick below the ask, a sell one above the bid."""
    return min(price, best_ask - tick) if side is Side.BUY else max(price, best_bid + tick)

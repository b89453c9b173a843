"""One market of the demo: where its touch wants to be, its book, its trades and its carry.

The touch follows the fair price of the coin with the venue's lag, a basis, and for a dated contract the carry to
delivery; it stays where it is while it still brackets the wanted price, as a real touch does.
Once a second a contract publishes mark, index and funding.
The rate predicted for the coming settlement is the premium over the index, averaged over minutes, capped, for the hours
of the instrument's interval: its sign is the sign of the premium.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from basisdesk.domain.instrument import Kind, Margin, unit_worth
from basisdesk.sim.depth import Grid, Side
from basisdesk.sim.drift import BP, YEAR, Basis, Walk
from basisdesk.sim.listing import COINS, SECOND

if TYPE_CHECKING:
    from basisdesk.sim.depth import Levels, Steps
    from basisdesk.sim.listing import Listing
    from basisdesk.venues.contract import Carry

PREMIUM_MEMORY = 300 * SECOND
RATE_CAP = 0.00375
"""Largest funding rate for eight hours, either way."""
FUNDING_HOURS = 8
HOUR = 3600 * SECOND
CALM_CHANCE = 0.55
"""How often a touch that still brackets the wanted price is left where it is."""
YEARLY = {Margin.LINEAR: 0.062, Margin.INVERSE: 0.054}
"""Usual yearly carry of a dated contract."""
SPACING = 0.35 * BP
"""Distance between fine levels, as a fraction of the price."""
DATED_PACE = 1.5
"""A dated contract updates this much more slowly than its perpetual."""
EAGER = 0.7
"""How often a taker trades in the direction of the last move."""


@dataclass(frozen=True, slots=True)
class World:
    """What all markets share: the source of chance and the fair prices."""

    chance: Random
    walk: Walk


class Place:
    """One simulated market; prices in ticks, sizes in steps until they leave.

    `funded` markets publish a carry, `pause` is the usual time between two updates (ns).
    """

    def __init__(self, listing: Listing, world: World, start: int) -> None:
        instrument, product = listing.instrument, listing.product
        self.listing = listing
        self.bid = self.ask = 0
        self.last = math.nan
        self.tick = Grid(instrument.tick)
        self.step = Grid(instrument.step)
        self.funded = instrument.kind is not Kind.SPOT
        self.pause = SECOND / product.rate * (DATED_PACE if instrument.kind is Kind.DATED else 1.0)
        self._random = world.chance
        self._walk = world.walk
        self._coin = COINS.index(listing.coin)
        self._lag = product.lag
        self.expiry = instrument.expiry
        self._yearly = YEARLY.get(instrument.margin, 0.0)
        self._basis = _basis(listing, start)
        self._premium = math.nan
        self._heard = start
        self._waited, self._kept = 0, 1.0
        self._width = product.width * BP
        self._sides: tuple[Side, Side] | None = None

    def move(self, at: int) -> None:
        """Decide the touch of this moment."""
        wanted = self._wanted(at) / self.tick.step
        usual = self._width * wanted
        settled = self.bid < wanted < self.ask <= self.bid + 3 * max(1.0, usual)
        if settled and self._random.random() < CALM_CHANCE:
            return
        width = max(1, round(usual * math.exp(0.35 * self._random.gauss(0.0, 1.0))))
        self.bid = max(1, math.ceil(wanted - (width + 1) / 2))
        self.ask = self.bid + width

    def top(self) -> tuple[float, float, float]:
        """Best bid, best ask and a last price at one of them, for history without books."""
        number = self.tick.number
        bid, ask = number(self.bid), number(self.ask)
        self.last = ask if self._buys() else bid
        return bid, ask, self.last

    def fill(self) -> tuple[Steps, Steps]:
        """Make both sides anew and return them whole."""
        instrument, product = self.listing.instrument, self.listing.product
        price = self.bid * self.tick.step
        spacing = max(1, round(price * SPACING / self.tick.step))
        worth = float(unit_worth(instrument)) * self.step.step
        usual = product.money / (worth if instrument.margin is Margin.INVERSE else worth * price)
        least = math.ceil(instrument.min_size / instrument.step)
        self._sides = (Side(1, spacing, usual, least), Side(-1, spacing, usual, least))
        return self.requote()

    def requote(self) -> tuple[Steps, Steps]:
        """Requote both sides at the touch and return what changed; `fill` comes first."""
        assert self._sides is not None
        bids, asks = self._sides
        return bids.requote(self._random, self.bid), asks.requote(self._random, self.ask)

    def levels(self, changes: Steps) -> Levels:
        """Return levels as prices and sizes."""
        price, size = self.tick.number, self.step.number
        return [(price(tick), size(steps)) for tick, steps in changes]

    def trade(self) -> tuple[float, float, bool]:
        """Return price, size and direction of a trade that the touch can fill; `fill` comes first."""
        assert self._sides is not None
        buy = self._buys()
        touch = self._sides[1 if buy else 0].best_size()
        steps = max(1, min(touch, round(touch * 0.3 * math.exp(self._random.gauss(0.0, 0.8)))))
        self.last = self.tick.number(self.ask if buy else self.bid)
        return self.last, self.step.number(steps), buy

    def listen(self, at: int) -> None:
        """Fold the premium of the middle over the index into its running average."""
        middle = (self.bid + self.ask) / 2 * self.tick.step
        premium = middle / self._walk.price(self._coin) - 1.0
        waited = at - self._heard
        if waited != self._waited:
            self._waited, self._kept = waited, math.exp(-waited / PREMIUM_MEMORY)
        before = premium if math.isnan(self._premium) else self._premium
        self._premium = premium + (before - premium) * self._kept
        self._heard = at

    def carry(self, at: int, carry: Carry) -> None:
        """Write mark, index and funding of a contract into `carry`."""
        self.listen(at)
        carry.at = at
        carry.mark, carry.index = self.marks()
        hours = self.listing.instrument.funding_interval
        if hours is None:
            return
        if carry.next_at and at >= carry.next_at:
            carry.settled = carry.predicted
        carry.next_at = (at // (hours * HOUR) + 1) * hours * HOUR
        carry.predicted = self.rate()

    def marks(self) -> tuple[float, float]:
        """Return mark and index now; `listen` comes first."""
        index = self._walk.price(self._coin)
        return index * (1.0 + self._premium), index

    def rate(self) -> float:
        """Return the funding rate of a settlement now, NaN for a market without any."""
        hours = self.listing.instrument.funding_interval
        return math.nan if hours is None else max(-RATE_CAP, min(RATE_CAP, self._premium)) * hours / FUNDING_HOURS

    def _wanted(self, at: int) -> float:
        value = 1.0 + self._basis.advance(self._random, at)
        if self.expiry is not None:
            value += self._yearly * (self.expiry - at) / YEAR
        return self._walk.price(self._coin, self._lag) * value

    def _buys(self) -> bool:
        return self._random.random() < (EAGER if self._walk.rising(self._coin) else 1.0 - EAGER)


def _basis(listing: Listing, start: int) -> Basis:
    """Spot markets hold together closely, contracts wander, dated contracts most."""
    product = listing.product
    match listing.instrument.kind:
        case Kind.SPOT:
            return Basis(0.0, product.wander * BP, 6.0 * SECOND, start, 0.0, hardest=1.5 * BP)
        case Kind.PERPETUAL:
            level = product.premium * BP
            return Basis(level, product.wander * BP, 45.0 * SECOND, start, level)
        case _:
            return Basis(0.0, 1.4 * product.wander * BP, 60.0 * SECOND, start, 0.0)

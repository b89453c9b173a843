"""Where a position is liquidated: the mark of its market at which what backs it has fallen to its maintenance margin.

Everything else stands still meanwhile: other markets' marks, what coins are worth, and what isolated positions have set
aside.
A long and a short position of one market that stand in the same cross margin move together, so they share one price.
With h the signed size (coin, or face of an inverse contract), E its entry, m and d the rate and deduction of the tier
that holds at the price, and C the collateral without the profit of these positions, the price solves

    linear:   C + sum h (P - E) = sum (m |h| P - d)
    inverse:  C + sum h (1/E - 1/P) = sum (m |h| / P - d)
"""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import MarginMode
from basisdesk.domain.instrument import Margin
from basisdesk.sim.exchange import margin
from basisdesk.sim.exchange.logins import UNIFIED
from basisdesk.sim.exchange.state import ZERO, Account, Floor, Holding, Pool
from basisdesk.sim.tiers import ladder_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.sim.tiers import Step

ONE = Decimal(1)


@precise
def liquidation_price(floor: Floor, account: Account, holding: Holding) -> Decimal | None:
    """Return the mark at which a position is liquidated, None where no price does that."""
    pool = floor.pools[holding.lot.symbol]
    if holding.mode is MarginMode.ISOLATED:
        return _solve(floor, pool, [holding], holding.margin)
    moving = [
        each
        for each in account.holdings.values()
        if each.lot.symbol == holding.lot.symbol and each.mode is not MarginMode.ISOLATED and each.lot.size
    ]
    return _solve(floor, pool, moving, _collateral(floor, account, holding, moving))


def _collateral(floor: Floor, account: Account, holding: Holding, moving: Sequence[Holding]) -> Decimal:
    """Return what backs the positions that move, without their profit and less what others need of it."""
    wallet, asset = margin.settles_in(floor, holding)
    rate = margin.dollars(floor, asset) if wallet == UNIFIED else ONE
    need = ZERO
    for other in account.holdings.values():
        if other.mode is MarginMode.ISOLATED or other.lot.symbol == holding.lot.symbol:
            continue
        home = margin.settles_in(floor, other)
        if wallet == UNIFIED:
            need += margin.maintenance(floor, other) * margin.dollars(floor, home[1])
        elif home == (wallet, asset):
            need += margin.maintenance(floor, other)
    profit = sum((margin.unrealised(floor, each) for each in moving), ZERO)
    return (margin.cross_equity(floor, account, wallet, asset) - need) / rate - profit


def _solve(floor: Floor, pool: Pool, moving: Sequence[Holding], collateral: Decimal) -> Decimal | None:
    """Return the price nearest to the mark among those that hold in the tiers they were worked out with."""
    instrument = pool.instrument
    ladder = ladder_of(floor.rules.tiers, instrument)
    mark = margin.mark_of(pool)
    if ladder.by_face:
        tiers = [[ladder.step(margin.measure(ladder, instrument, each.lot.size, mark))] for each in moving]
    else:
        tiers = [list(ladder.steps())] * len(moving)
    found = []
    for steps in product(*tiers):
        price = _price(instrument.margin is Margin.INVERSE, moving, steps, collateral)
        if price is not None and (
            ladder.by_face
            or all(
                step.above < margin.worth(instrument, each.lot.size, price) <= step.tier.upto
                for each, step in zip(moving, steps, strict=True)
            )
        ):
            found.append(price)
    return min(found, key=lambda price: abs(price - mark), default=None)


def _price(inverse: bool, moving: Sequence[Holding], steps: Sequence[Step], collateral: Decimal) -> Decimal | None:
    entered, net, need = collateral, ZERO, ZERO
    for each, step in zip(moving, steps, strict=True):
        held = each.lot.size * each.lot.worth
        entered += step.deduction + (each.lot.cost if inverse else -each.lot.cost)
        net += held
        need += abs(held) * step.tier.maintenance
    above, below = (net + need, entered) if inverse else (-entered, net - need)
    price = above / below if below else ZERO
    return price if price > 0 else None

"""Whole books by steps: how many levels, and how far prices are merged.

``step0`` and (of contracts) ``step6`` merge nothing.
The others add up the sizes of a stretch of prices, of bids at its lower end and of asks at its upper: on spot 10 to
100,000 times the tick, of contracts 0.00001 to 10 whatever the tick.
Followed: https://huobiapi.github.io/docs/spot/v1/en/#get-market-depth and .../usdt_swap/v1/en/ ("Get Market Depth").
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from basisdesk.domain.arithmetic import Rounding, on_grid
from basisdesk.sim.dialects.htx.text import decimal, short
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import SimMarket

WHOLE, SMALL = 150, 20


class Step(NamedTuple):
    """So many levels, merged to a power of ten: of ticks on spot, of quote money elsewhere; None for not at all."""

    levels: int
    power: int | None = None


_SPOT = {"step0": Step(WHOLE)} | {f"step{each}": Step(SMALL, each) for each in range(1, 6)}
_LARGE = {1: -5, 2: -4, 3: -3, 4: -2, 5: -1, 14: 0, 15: 1}
_FEW = {7: -5, 8: -4, 9: -3, 10: -2, 11: -1, 12: 0, 13: 1}
_CONTRACT = (
    {"step0": Step(WHOLE), "step6": Step(SMALL)}
    | {f"step{each}": Step(WHOLE, power) for each, power in _LARGE.items()}
    | {f"step{each}": Step(SMALL, power) for each, power in _FEW.items()}
)


def steps_of(line: str) -> dict[str, Step]:
    """Return the steps of a line."""
    return _SPOT if line == symbols.SPOT else _CONTRACT


def grid_of(instrument: Instrument, step: Step) -> Decimal | None:
    """Return the stretch of prices that a step merges, None where it merges nothing."""
    if step.power is None:
        return None
    unit = instrument.tick if instrument.market == symbols.SPOT else Decimal(1)
    grid = unit.scaleb(step.power)
    return grid if grid > instrument.tick else None


def merged(market: SimMarket, side: int, count: int, grid: Decimal) -> list[tuple[Decimal, Decimal]]:
    """Return the best levels of a side (0 bids, 1 asks), prices merged onto a grid."""
    rounding = Rounding.UP if side else Rounding.DOWN
    found: dict[Decimal, Decimal] = {}
    for price, size in market.book.levels(side, market.book.depth(side)):
        at = Decimal(short(on_grid(decimal(price), grid, rounding)))
        if at not in found and len(found) == count:
            break
        found[at] = found.get(at, Decimal(0)) + decimal(size)
    return list(found.items())

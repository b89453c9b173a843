"""How a venue's terms grow harder with the size of a position, as data: leverage allowed and maintenance margin.

Venues measure a position in two ways: by its value in the settlement asset at the mark, or by its face, which no price
changes (coin for linear contracts, quote money for inverse ones).
They count in two ways: the rate of the tier reached is for the whole position, or every band has its own rate, which is
the same as the rate of the tier reached less a fixed deduction.
By value only bands are possible here: with whole rates the need would jump where a price crosses a tier.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.instrument import Margin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from basisdesk.domain.instrument import Instrument

ZERO = Decimal(0)
MOST = Decimal("1E+12")
"""The end of a table that has none."""


class Tier(msgspec.Struct, frozen=True):
    """Up to and including a measure: the most leverage, and the maintenance rate."""

    upto: Decimal
    leverage: Decimal
    maintenance: Decimal


class Step(NamedTuple):
    """A tier with where it begins and what is deducted from its rate times the measure."""

    above: Decimal
    tier: Tier
    deduction: Decimal


class Ladder(msgspec.Struct, frozen=True):
    """The tiers of one kind of instrument, smallest first; `by_face` says how they measure, `banded` how they count."""

    tiers: tuple[Tier, ...]
    by_face: bool = False
    banded: bool = True

    def steps(self) -> Iterator[Step]:
        """Go through the tiers."""
        above = rate = deduction = ZERO
        for tier in self.tiers:
            deduction += above * (tier.maintenance - rate)
            yield Step(above, tier, deduction if self.banded else ZERO)
            above, rate = tier.upto, tier.maintenance

    def step(self, measure: Decimal) -> Step:
        """Return the tier that a position of this measure is in, the last for one beyond all."""
        found = None
        for found in self.steps():
            if measure <= found.tier.upto:
                break
        assert found is not None
        return found

    @precise
    def rate(self, measure: Decimal) -> Decimal:
        """Return the maintenance margin of a position of this measure as a fraction of its value."""
        step = self.step(measure)
        return step.tier.maintenance - (step.deduction / measure if measure else ZERO)


def ladder(*rows: tuple[str, str, str], by_face: bool = False, banded: bool = True) -> Ladder:
    """Make a ladder of rows (up to, leverage, maintenance)."""
    return Ladder(tuple(Tier(*(Decimal(each) for each in row)) for row in rows), by_face, banded)


def flat(maintenance: str, leverage: str = "125") -> Ladder:
    """Make a ladder with one rate for every size."""
    return Ladder((Tier(MOST, Decimal(leverage), Decimal(maintenance)),))


Tables = dict[tuple[Margin, str], Ladder]
"""Ladders by margin and base coin; an empty coin stands for all others."""
HALF_PERCENT: Tables = {(Margin.LINEAR, ""): flat("0.005"), (Margin.INVERSE, ""): flat("0.005")}


def ladder_of(tables: Mapping[tuple[Margin, str], Ladder], instrument: Instrument) -> Ladder:
    """Return the ladder of a contract."""
    found = tables.get((instrument.margin, instrument.base))
    return tables[instrument.margin, ""] if found is None else found

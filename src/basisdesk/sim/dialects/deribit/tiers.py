"""Standard margin: the maintenance rate begins at 1 % and grows by 0.005 % for each coin of the position.

Between the marks stated here the curve is followed by straight bands, which meet it at their ends.
The initial margin begins at 2 % and grows alike; leverage is not set, it sinks.
Inverse contracts count coin by value, linear ones by face.
Followed: the venue's page on standard margin.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from basisdesk.domain.instrument import Margin
from basisdesk.sim.tiers import Ladder, Tables, Tier

FIRST, GROWTH = Decimal("0.01"), Decimal("0.00005")
MARKS = (0, 1, 5, 10, 25, 50, 100, 200, 400, 800, 1600)


def _curve(coins: int, *, by_face: bool) -> Ladder:
    """Return the bands; `coins` make the step of one bitcoin.

    The rate of a band is the growth of rate times size across it, and its leverage that of its end, in whole numbers.
    """
    tiers = (
        Tier(
            Decimal(coins * upto), round(1 / (2 * FIRST + GROWTH * upto), 0),
            FIRST + GROWTH * (above + upto),
        )
        for above, upto in pairwise(MARKS)
    )  # fmt: skip
    return Ladder(tuple(tiers), by_face)


TIERS: Tables = {
    (Margin.INVERSE, "BTC"): _curve(1, by_face=False),
    (Margin.LINEAR, "BTC"): _curve(1, by_face=True),
    (Margin.INVERSE, ""): _curve(10, by_face=False),
    (Margin.LINEAR, ""): _curve(10, by_face=True),
}

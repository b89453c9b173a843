"""Tiers by contracts, the rate of the tier reached for the whole position.

The venue publishes adjustment factors by leverage and contracts, from which it reckons a margin rate; what is here is a
maintenance rate of the same shape, in face (coin for linear contracts, dollars for coin-margined ones).
"""

from __future__ import annotations

from basisdesk.domain.instrument import Margin
from basisdesk.sim.tiers import Tables, ladder

TIERS: Tables = {
    (Margin.LINEAR, ""): ladder(
        ("30", "200", "0.004"), ("100", "100", "0.005"), ("300", "50", "0.01"), ("800", "20", "0.025"),
        ("2000", "10", "0.05"), ("5000", "5", "0.1"), by_face=True, banded=False,
    ),
    (Margin.INVERSE, ""): ladder(
        ("1000000", "200", "0.004"), ("3000000", "75", "0.006"), ("10000000", "20", "0.025"),
        ("30000000", "10", "0.05"), ("100000000", "5", "0.1"), by_face=True, banded=False,
    ),
}  # fmt: skip

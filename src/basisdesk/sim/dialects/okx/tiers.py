"""Position tiers: by contracts, the rate of the tier reached for the whole position.

Tables are in face (coin for linear contracts, dollars for inverse ones), which is contracts times their size.
The venue moves its tiers often; the figures here have the shape of those it has shown, not the day's values.
Followed: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-position-tiers.
"""

from __future__ import annotations

from basisdesk.domain.instrument import Margin
from basisdesk.sim.tiers import Tables, ladder

TIERS: Tables = {
    (Margin.LINEAR, "BTC"): ladder(
        ("20", "100", "0.004"), ("60", "75", "0.005"), ("120", "50", "0.01"), ("300", "33", "0.015"),
        ("600", "20", "0.025"), ("1200", "10", "0.05"), ("2400", "5", "0.1"), ("6000", "2", "0.25"),
        by_face=True, banded=False,
    ),
    (Margin.LINEAR, ""): ladder(
        ("400", "75", "0.006"), ("1500", "50", "0.01"), ("5000", "20", "0.025"), ("15000", "10", "0.05"),
        ("40000", "5", "0.1"), ("120000", "2", "0.25"), by_face=True, banded=False,
    ),
    (Margin.INVERSE, ""): ladder(
        ("2000000", "100", "0.004"), ("5000000", "75", "0.005"), ("10000000", "50", "0.01"),
        ("20000000", "20", "0.025"), ("40000000", "10", "0.05"), ("80000000", "5", "0.1"),
        ("160000000", "2", "0.25"), by_face=True, banded=False,
    ),
}  # fmt: skip

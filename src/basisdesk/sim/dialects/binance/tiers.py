"""Leverage brackets: bands by value, in quote money for USD-M and in coin for COIN-M.

The venue moves its brackets often; the figures here have the shape of those it has shown, not the day's values.
Source: "Notional and Leverage Brackets".
"""

from __future__ import annotations

from basisdesk.domain.instrument import Margin
from basisdesk.sim.tiers import Tables, ladder

TIERS: Tables = {
    (Margin.LINEAR, "BTC"): ladder(
        ("50000", "125", "0.004"), ("600000", "100", "0.005"), ("3000000", "75", "0.0065"), ("12000000", "50", "0.01"),
        ("70000000", "25", "0.02"), ("100000000", "20", "0.025"), ("230000000", "10", "0.05"),
        ("480000000", "5", "0.1"), ("600000000", "4", "0.125"), ("800000000", "3", "0.15"),
        ("1200000000", "2", "0.25"), ("1800000000", "1", "0.5"),
    ),
    (Margin.LINEAR, ""): ladder(
        ("50000", "75", "0.005"), ("500000", "50", "0.01"), ("2000000", "25", "0.02"), ("8000000", "20", "0.025"),
        ("30000000", "10", "0.05"), ("60000000", "5", "0.1"), ("100000000", "3", "0.15"), ("200000000", "1", "0.5"),
    ),
    (Margin.INVERSE, "BTC"): ladder(
        ("5", "125", "0.004"), ("10", "100", "0.005"), ("20", "50", "0.01"), ("50", "20", "0.025"),
        ("100", "10", "0.05"), ("200", "5", "0.1"), ("400", "4", "0.125"), ("1000", "3", "0.15"),
        ("1500", "2", "0.25"),
    ),
    (Margin.INVERSE, ""): ladder(
        ("300", "75", "0.0065"), ("750", "50", "0.01"), ("2000", "20", "0.025"), ("4000", "10", "0.05"),
        ("10000", "5", "0.1"), ("30000", "2", "0.25"),
    ),
}  # fmt: skip

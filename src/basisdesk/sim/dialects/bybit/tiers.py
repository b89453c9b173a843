"""Risk limits: bands by value, in quote money for linear contracts and in coin for inverse ones.

The venue moves its limits often; the figures here have the shape of those it has shown, not the day's values.
Followed: https://bybit-exchange.github.io/docs/v5/market/risk-limit.
"""

from __future__ import annotations

from basisdesk.domain.instrument import Margin
from basisdesk.sim.tiers import Tables, ladder

TIERS: Tables = {
    (Margin.LINEAR, "BTC"): ladder(
        ("2000000", "100", "0.005"), ("2600000", "90", "0.0056"), ("3200000", "80", "0.0062"),
        ("4600000", "70", "0.0072"), ("7800000", "60", "0.0083"), ("16000000", "50", "0.01"),
        ("40000000", "25", "0.02"), ("80000000", "10", "0.05"), ("160000000", "5", "0.1"), ("320000000", "2", "0.25"),
    ),
    (Margin.LINEAR, ""): ladder(
        ("900000", "100", "0.005"), ("2000000", "50", "0.01"), ("8000000", "25", "0.02"), ("20000000", "10", "0.05"),
        ("50000000", "5", "0.1"), ("100000000", "2", "0.25"),
    ),
    (Margin.INVERSE, "BTC"): ladder(
        ("150", "100", "0.005"), ("300", "66.66", "0.01"), ("450", "50", "0.015"), ("600", "40", "0.02"),
        ("750", "33.33", "0.025"), ("900", "28.57", "0.03"), ("1050", "25", "0.035"), ("1500", "18.18", "0.05"),
    ),
    (Margin.INVERSE, ""): ladder(
        ("3000", "50", "0.01"), ("6000", "33.33", "0.015"), ("9000", "25", "0.02"), ("12000", "20", "0.025"),
        ("60000", "5", "0.1"),
    ),
}  # fmt: skip

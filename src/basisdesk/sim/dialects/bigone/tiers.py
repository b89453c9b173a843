"""One tier up to the greatest risk limit that a contract's terms state; what a tier would change is not documented."""

from __future__ import annotations

from decimal import Decimal

from basisdesk.domain.instrument import Margin
from basisdesk.sim.dialects.bigone.contract_market import LINEAR_RISK, MOST_RISK
from basisdesk.sim.tiers import Ladder, Tables, Tier

LEVERAGE, MAINTENANCE = Decimal(100), Decimal("0.005")
TIERS: Tables = {
    (Margin.LINEAR, ""): Ladder((Tier(MOST_RISK * LINEAR_RISK, LEVERAGE, MAINTENANCE),)),
    (Margin.INVERSE, ""): Ladder((Tier(MOST_RISK, LEVERAGE, MAINTENANCE),)),
}

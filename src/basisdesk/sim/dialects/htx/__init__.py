"""HTX as it would answer: spot v1 and v2, linear contracts v5, coin-margined contracts v1 and v3, and their sockets.

Orders of linear contracts through the first interface are not simulated; nothing here uses them any more.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.sim.contract import SelfMatch, VenueRules
from basisdesk.sim.dialects.htx.dialect import HtxDialect
from basisdesk.sim.dialects.htx.tiers import TIERS
from basisdesk.venues.trading import ClientIds

if TYPE_CHECKING:
    from basisdesk.sim.contract import Dialect, Exchange

__all__ = ["RULES", "make"]

HOUR = 3_600_000_000_000
DAY = 24 * HOUR

RULES = VenueRules(
    client_ids=ClientIds.DAY,
    order_memory=(2 * HOUR, 90 * DAY),
    fill_memory=90 * DAY,
    default_leverage=Decimal(5),
    post_only_rejects=False,
    self_match=SelfMatch.CANCEL_TAKER,
    tiers=TIERS,
    delivery_average=HOUR,
)


def make(exchange: Exchange, now: int) -> Dialect:
    """Put the venue's wire in front of an exchange."""
    return HtxDialect(exchange, now)

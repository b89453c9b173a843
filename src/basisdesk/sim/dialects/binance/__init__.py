"""Binance's wire: spot, USD-M and COIN-M, over REST, streams and the WebSocket API.

`make` puts it in front of an exchange; `RULES` says how Binance deals where venues differ.
Each line has an address of its own, because their paths collide.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.sim.contract import SelfMatch, VenueRules
from basisdesk.sim.dialects.binance.dialect import Wire
from basisdesk.sim.dialects.binance.tiers import TIERS
from basisdesk.venues.trading import ClientIds

if TYPE_CHECKING:
    from basisdesk.sim.contract import Dialect, Exchange

__all__ = ["RULES", "make"]

DAY = 86_400 * 1_000_000_000

RULES = VenueRules(
    client_ids=ClientIds.OPEN,
    order_memory=(3 * DAY, 90 * DAY),
    spot_memory=(90 * DAY, 3650 * DAY),
    fill_memory=180 * DAY,
    default_leverage=Decimal(20),
    self_match=SelfMatch.CANCEL_MAKER,
    tiers=TIERS,
)


def make(exchange: Exchange, now: int) -> Dialect:
    """Put Binance's wire in front of an exchange."""
    return Wire(exchange, now)

"""Deribit's wire in front of a simulated exchange: JSON-RPC 2.0 over HTTP and WebSocket.

Perpetuals and dated futures only, as on the desk's own side; options, combinations and block trades are not there.
Orders that wait for a trigger, mass quotes and market maker protection answer that they are not implemented.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.sim.contract import SelfMatch, VenueRules
from basisdesk.sim.dialects.deribit.tiers import TIERS
from basisdesk.sim.dialects.deribit.wire import Wire
from basisdesk.venues.trading import ClientIds

if TYPE_CHECKING:
    from basisdesk.sim.contract import Dialect, Exchange

MINUTE = 60 * 1_000_000_000
DAY = 1440 * MINUTE

RULES = VenueRules(
    client_ids=ClientIds.NONE,
    order_memory=(30 * MINUTE, 90 * DAY),
    fill_memory=90 * DAY,
    default_leverage=Decimal(50),
    market_slippage=Decimal("0.015"),
    self_match=SelfMatch.CANCEL_MAKER,
    tiers=TIERS,
    sinks=True,
    liquidation_fee=Decimal("0.0075"),
    delivery_fee=Decimal("0.00025"),
    funding_step=MINUTE,
)
"""A label is no key; leverage is not set by market, 50 is what the smallest positions may have.

The venue lets funding accrue by the millisecond, which is by the minute here.
"""


def make(exchange: Exchange, now: int) -> Dialect:
    """Put the wire in front of an exchange."""
    return Wire(exchange, now)

"""How the venue deals, where venues differ.

One purse stands behind all lines; a client id is never free again; a post-only order that would take is accepted and
cancelled at once; an order that ended without fills is told for a day, any other for two years.
Followed: https://bybit-exchange.github.io/docs/v5/order/create-order, order/order-list and acct-mode.
"""

from __future__ import annotations

from decimal import Decimal

from basisdesk.sim.contract import SelfMatch, VenueRules
from basisdesk.sim.dialects.bybit.tiers import TIERS
from basisdesk.venues.trading import ClientIds

DAY = 86_400_000_000_000
DELIVERY_FEE = Decimal(0)
"""As the list of linear futures told in August 2026 (`deliveryFeeRate`)."""
RULES = VenueRules(
    unified=True,
    client_ids=ClientIds.ALWAYS,
    order_memory=(DAY, 730 * DAY),
    fill_memory=730 * DAY,
    default_leverage=Decimal(10),
    post_only_rejects=False,
    spot_margin=True,
    self_match=SelfMatch.CANCEL_TAKER,
    tiers=TIERS,
    delivery_fee=DELIVERY_FEE,
)

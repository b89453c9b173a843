"""BigONE as a client meets it: spot v3 with its socket, contracts v2 whose streams are their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.contract import SelfMatch, VenueRules
from basisdesk.sim.dialects.bigone.tiers import TIERS
from basisdesk.sim.dialects.bigone.wire import Wire
from basisdesk.venues.trading import ClientIds

if TYPE_CHECKING:
    from basisdesk.sim.contract import Dialect, Exchange

__all__ = ["RULES", "make"]

RULES = VenueRules(
    client_ids=ClientIds.DAY, post_only_rejects=False, self_match=SelfMatch.CANCEL_TAKER, spot_margin=False, tiers=TIERS
)
"""How the venue deals; how long it remembers orders is not documented, so the usual is taken."""


def make(exchange: Exchange, now: int, *, strict: bool = False) -> Dialect:
    """Put the venue's wire in front of an exchange; `strict` refuses tokens as its Cross-Market Guide makes them."""
    return Wire(exchange, now, strict=strict)

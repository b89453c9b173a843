"""OKX's wire: version 5 over HTTP and WebSocket, in front of a simulated exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.dialects.okx.dialect import Wire
from basisdesk.sim.dialects.okx.rules import RULES

if TYPE_CHECKING:
    from basisdesk.sim.contract import Dialect, Exchange

__all__ = ["RULES", "make"]


def make(exchange: Exchange, now: int) -> Dialect:
    """Return the venue's wire in front of this exchange; `now` is ns UTC."""
    return Wire(exchange, now)

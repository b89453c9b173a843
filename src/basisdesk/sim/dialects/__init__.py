"""Dialects: how each venue speaks, one folder each, in front of the same exchange.

A folder offers `make(exchange, now) -> Dialect` and `RULES`, how the venue deals where venues differ.
They are imported when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from basisdesk.venues import venue_named

if TYPE_CHECKING:
    from basisdesk.sim.contract import Dialect, Exchange, VenueRules

__all__ = ["dialect_of", "rules_of"]


def rules_of(venue: str) -> VenueRules:
    """Return how a venue deals; raises UsageError for an unknown one."""
    rules: VenueRules = import_module(f"{__name__}.{venue_named(venue).name}").RULES
    return rules


def dialect_of(venue: str, exchange: Exchange, now: int) -> Dialect:
    """Put a venue's wire in front of its exchange; raises UsageError for an unknown venue."""
    dialect: Dialect = import_module(f"{__name__}.{venue_named(venue).name}").make(exchange, now)
    return dialect

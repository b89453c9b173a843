"""Bybit's wire, version 5 of its interface: REST, public, private and trade sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.dialects.bybit.rules import RULES
from basisdesk.sim.dialects.bybit.wire import Wire

if TYPE_CHECKING:
    from basisdesk.sim.contract import Dialect, Exchange

__all__ = ["RULES", "make"]


def make(exchange: Exchange, now: int) -> Dialect:  # noqa: ARG001 (the venue's wire needs no time to begin with)
    """Put the wire in front of an exchange."""
    return Wire(exchange)

"""Client ids: what the venue accepts, and what it gives to orders of its own making.

Spot takes letters, digits, ``-`` and ``_``; futures take ``.``, ``:`` and ``/`` too; 36 characters at most.
An id is unique among open orders only: once its order has ended it is accepted again, so the desk never uses one twice.
Orders that the venue makes by itself (liquidation, deleveraging, delivery) are known by the beginning of their ids; the
desk's own ids must not begin like those.
Source: "New Order" (spot, USD-M, COIN-M), "Event: Order Update".
"""

from __future__ import annotations

import re
from hashlib import sha256

from basisdesk.domain.account import Forced

LENGTH = 36
PATTERNS = {
    "spot": r"[a-zA-Z0-9_-]{1,36}",
    "usdm": r"[.A-Z:/a-z0-9_-]{1,36}",
    "coinm": r"[.A-Z:/a-z0-9_-]{1,36}",
}
_COMPILED = {line: re.compile(pattern) for line, pattern in PATTERNS.items()}
_PLAIN = re.compile(r"[a-zA-Z0-9-]{1,36}")
_FORCED = (
    ("adl_autoclose", Forced.ADL),
    ("settlement_autoclose", Forced.DELIVERY),
    ("delivery_autoclose", Forced.DELIVERY),
    ("autoclose-", Forced.LIQUIDATION),
)
_BEGINNINGS = tuple(beginning for beginning, _ in _FORCED)


def client_id(own: str) -> str:
    """Return the desk's id as the venue takes it: as it is where it fits, else a digest behind an underscore.

    The desk's ids hold no underscore, so a digest never equals an id that fits.
    """
    if _PLAIN.fullmatch(own) and not own.startswith(_BEGINNINGS):
        return own
    return "_" + sha256(own.encode()).hexdigest()[: LENGTH - 1]


def is_client_id(line: str, text: str) -> bool:
    """Say whether a line takes this client id."""
    return _COMPILED[line].fullmatch(text) is not None


def forced_by(text: str) -> Forced | None:
    """Return what the venue did by an order of this client id, None for an order that someone asked for."""
    if not text.startswith(_BEGINNINGS):
        return None
    return next(forced for beginning, forced in _FORCED if text.startswith(beginning))

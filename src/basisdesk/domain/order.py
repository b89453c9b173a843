"""Orders, as the operator asks for them and as a venue sees them.

A *spread order* is what a person or a strategy wants: a size of LEG1 minus LEG2 in the common unit.
A *leg order* is what a venue is sent for it.
A partial fill is a quantity, not a status.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import msgspec


class Side(Enum):
    """BUY a spread buys LEG1 and sells LEG2; SELL does the opposite."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> Side:
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        """+1 for BUY, -1 for SELL."""
        return 1 if self is Side.BUY else -1


class SpreadOrderType(Enum):
    """How a spread order is executed."""

    MARKET = "market"
    AUTO_TRIGGER = "auto_trigger"


class Sequence(Enum):
    """In which order the two legs are sent."""

    SIMULTANEOUS = "simultaneous"
    CONTRACT_FIRST = "contract_first"


class OrderStatus(Enum):
    """Where a leg order stands.

    UNKNOWN counts as filled and as not filled, whichever is worse, and is left only by evidence.
    """

    INFLIGHT = "INFLIGHT"
    OPEN = "OPEN"
    CANCELING = "CANCELING"
    UNKNOWN = "UNKNOWN"
    DONE = "DONE"


class DoneReason(Enum):
    """Why a leg order is over."""

    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class SpreadState(Enum):
    """The six states that a trader sees; INCOMPLETE outranks the rest while one leg is ahead of the other."""

    WORKING = "WORKING"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    INCOMPLETE = "INCOMPLETE"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"


class SpreadOrderRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the operator asks for.

    Attributes:
        spread: ``LEG1~LEG2``.
        side: BUY buys LEG1 and sells LEG2.
        type: market, or auto_trigger (sent once the size-weighted spread reaches the trigger).
        size: in the spread's common unit: base coin, or quote face when both legs are inverse.
        trigger: spread price in quote money; required by auto_trigger, refused by market.
        sequence: contract leg first, or both at once.
    """

    spread: str
    side: Side
    type: SpreadOrderType
    size: Decimal
    trigger: Decimal | None = None
    sequence: Sequence = Sequence.SIMULTANEOUS

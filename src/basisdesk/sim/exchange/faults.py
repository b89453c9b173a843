"""Faults that only the exchange itself can do, switched on by tests and by the simulator's control.

The faults of the wire (lost, late, twice) are put between a dialect and its sockets instead; see `sim.faults`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused

MANY = 1 << 30


@dataclass(slots=True)
class ExchangeFaults:
    """What is switched on.

    Attributes:
        maintenance: no order is taken.
        reject: so many of the coming orders are refused, `reject_share` of those after them by chance, which strikes
            at most `reject_most` times; `partial_share` and `partial_most` likewise.
        reason: why they are.
        partial: so many of the coming orders fill only `partial_size` of their size, the rest is cancelled.
        revoked: keys that are no longer known.
        overfill: so many of the coming fills that complete an order are doubled in size.
    """

    chance: Random
    maintenance: bool = False
    reject: int = 0
    reject_share: float = 0.0
    reject_most: int = MANY
    reason: Reason = Reason.INSUFFICIENT_MARGIN
    partial: int = 0
    partial_share: float = 0.0
    partial_most: int = MANY
    partial_size: Decimal = Decimal("0.5")
    revoked: bool = False
    overfill: int = 0

    def refusal(self) -> Refused | None:
        """Refuse an order, if that is on."""
        if self.maintenance:
            return Refused(Reason.MAINTENANCE, "the venue is under maintenance")
        if self.reject:
            self.reject -= 1
        elif self.reject_most and self.reject_share and self.chance.random() < self.reject_share:
            self.reject_most -= 1
        else:
            return None
        return Refused(self.reason, "refused on purpose")

    def share(self) -> Decimal | None:
        """Return which part of an order may fill, None for all of it."""
        if self.partial:
            self.partial -= 1
        elif self.partial_most and self.partial_share and self.chance.random() < self.partial_share:
            self.partial_most -= 1
        else:
            return None
        return self.partial_size

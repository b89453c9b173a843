"""One order as the blotter knows it: what was sent, what is known of it, and when to ask.

Every order of the desk is immediate-or-cancel, so one of which the end has not been told for a while is asked about,
whether or not it was acknowledged.
One that is over and lacks trades is not done with either: they are looked for until they are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from basisdesk.domain.account import Fill, OrderUpdate
from basisdesk.domain.ask import OrderRef
from basisdesk.domain.event import LegRejected
from basisdesk.domain.order import Side

SECOND = 1_000_000_000
PATIENCE = 2 * SECOND
"""How long an order's reply, and then its end, is waited for before it is asked for."""
SLACK = SECOND
"""Added to a request's last moment, and to the time since which trades are asked for: clocks are never quite known."""
GRACE = SECOND // 4
LONGEST = 60 * SECOND
"""How long the trades of an order that is over are waited for before they are asked for; then twice as long each time,
up to the longest."""


@dataclass(slots=True)
class Slip:
    """An order.

    Attributes:
        since: when it was sent, by the venue's clock and a little earlier (ns).
        life: how long after it was signed the venue can accept it (ns).
        nameless: the venue takes no ids of ours.
        purpose: as in `SendLeg`.
        told: how much of it was filled, as the venue says; `filled` is what its trades add up to.
        expires: the last moment at which it can be accepted, None while it may still be waiting to be signed.
        refused: a refusal that the engine hears of later.
        answer_due: when to ask for it, 0 for never.
        search_due: when to ask for its trades, 0 for never.
    """

    client_id: str
    wire_id: str
    symbol: str
    line: str
    side: Side
    size: Decimal
    bound: Decimal
    since: int
    life: int
    nameless: bool
    purpose: str
    answer_due: int
    venue_id: str = ""
    filled: Decimal = Decimal(0)
    told: Decimal = Decimal(0)
    accepted: bool = False
    over: bool = False
    expires: int | None = None
    refused: LegRejected | None = None
    doubted: bool = False
    misses: int = 0
    first_miss: int = 0
    search_due: int = 0
    pause: int = GRACE

    def lives(self, now: int) -> None:
        """There is evidence of it: nothing is in doubt, but its end is still to come."""
        self.answer_due = 0 if self.over else now + PATIENCE
        self.doubted, self.misses, self.first_miss = False, 0, 0

    def end(self) -> None:
        """It is over; nothing more of it can fill."""
        self.over, self.answer_due = True, 0

    @property
    def is_due(self) -> bool:
        """Whether anything is to be asked or told of it, now or later."""
        return bool(self.answer_due or self.search_due)

    def reference(self) -> OrderRef:
        """Return how the venue knows it."""
        return OrderRef(symbol=self.symbol, client_id="" if self.nameless else self.wire_id, venue_id=self.venue_id)

    def look_for_trades(self, now: int) -> None:
        """Have its trades asked for if it is over and lacks some."""
        if not self.over or self.filled >= self.told:
            self.search_due = 0
        elif not self.search_due:
            self.search_due, self.pause = now + GRACE, GRACE

    def is_search_due(self, now: int) -> bool:
        """Say whether its trades should be asked for now; the next time is later."""
        if not self.search_due or self.search_due > now:
            return False
        self.pause = min(self.pause * 2, LONGEST)
        self.search_due = now + self.pause
        return True


def fits(order: Slip, told: OrderUpdate | Fill) -> bool:
    """Say whether something that names nobody has the market, side, time and terms of an order."""
    if order.venue_id or (order.symbol, order.side) != (told.symbol, told.side) or told.client_id:
        return False
    if told.at and told.at < order.since:
        return False
    if isinstance(told, Fill):
        return told.size <= order.size and (told.price - order.bound) * order.side.sign <= 0
    return (told.size, told.price) == (order.size, order.bound)

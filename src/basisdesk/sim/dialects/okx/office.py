"""What a dialect keeps beside the exchange: names, limits, and of each order what only the venue's own words say."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from basisdesk.domain.account import Fill
from basisdesk.sim.contract import Exchange
from basisdesk.sim.dialects.okx.errors import CodeError
from basisdesk.sim.dialects.okx.names import Names
from basisdesk.sim.dialects.okx.rules import ALL_ORDERS, LIMITS, Limit
from basisdesk.sim.dialects.rolling import Rolling

if TYPE_CHECKING:
    from basisdesk.domain.account import OrderUpdate, Update
    from basisdesk.domain.ask import OrderRef
    from basisdesk.sim.contract import Happening, Refused

ZERO = Decimal(0)


@dataclass(slots=True)
class Note:
    """What was asked of an order in the venue's own words, and what came of it: fees, profit and its last fill."""

    tag: str = ""
    unit: str = ""
    type: str = ""
    mode: str = ""
    amended: str | None = None
    fee: Decimal = ZERO
    fee_asset: str = ""
    profit: Decimal = ZERO
    last: Fill | None = None


class Listener(Protocol):
    """Who wants to know what happened."""

    def happened(self, happening: Happening, now: int) -> None:
        """Something happened to a market."""

    def told(self, account: str, update: Update, now: int) -> None:
        """Something happened to an account."""

    def settled(self, now: int) -> None:
        """That was all for now."""


@dataclass(slots=True)
class Office:
    """One venue's memory."""

    exchange: Exchange
    names: Names
    listener: Listener
    notes: dict[str, Note] = field(default_factory=dict)
    spot_leverage: dict[tuple[str, str, str], str] = field(default_factory=dict)
    moves: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """Transfers of each account, as its state tells them, oldest first."""
    exhausted: int = 0
    """Until then every limit counts as used up."""
    used: dict[tuple[str, str], Rolling] = field(default_factory=dict)

    def note(self, venue_id: str) -> Note:
        """Return what is noted of an order."""
        return self.notes.setdefault(venue_id, Note())

    def drain(self, now: int) -> None:
        """Note what happened, and pass it on."""
        updates, happenings = self.exchange.take_updates(), self.exchange.take_happenings()
        for account, update in updates:
            if isinstance(update, Fill):
                note = self.note(update.venue_id)
                note.last = update
                note.fee += update.fee or ZERO
                note.fee_asset = update.fee_asset
                note.profit += self.exchange.gain(account, update).profit
            self.listener.told(account, update, now)
        for happening in happenings:
            self.listener.happened(happening, now)
        self.listener.settled(now)

    def spend(self, name: str, who: str, now: int, units: int = 1) -> None:
        """Count a request; raises CodeError when that is more than its limit allows."""
        limit = LIMITS.get(name)
        if limit is not None and not self._room(limit, name, who, now, units):
            raise CodeError("50011")

    def spend_order(self, account: str, now: int, units: int = 1) -> None:
        """Count new and amended orders of an account; raises CodeError when there are too many."""
        if not self._room(ALL_ORDERS, "orders", account, now, units):
            raise CodeError("50061")

    def room(self, limit: Limit, name: str, who: str, now: int) -> bool:
        """Count one of something; return whether it is allowed."""
        return self._room(limit, name, who, now, 1)

    def _room(self, limit: Limit, name: str, who: str, now: int, units: int) -> bool:
        if now < self.exhausted:
            return False
        spent = self.used.setdefault((name, who), Rolling(limit.window))
        if spent.used(now) + units > limit.most:
            return False
        spent.note(now, units)
        return True

    def order(self, account: str, ref: OrderRef, now: int) -> OrderUpdate | Refused:
        """Return an order; what it did meanwhile is noted first."""
        found = self.exchange.order(account, ref, now)
        self.drain(now)
        return found

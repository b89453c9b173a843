"""The blotter: what venues tell of our orders, turned into the engine's events, whatever order it comes in.

A venue tells the same thing by reply, by stream and by query, late, twice and out of order.
The blotter knows an order by our id from the call in which its first byte leaves, by the venue's id as soon as anything
names both, and books a trade once by (account, market, trade id).
What a snapshot says never lowers what was filled, what comes after the end of an order changes nothing but its fills,
and what belongs to another account, or to an order that is not ours, is kept apart and shown.

An order without an answer is UNKNOWN, and the blotter asks for it by our id.
It is held to be absent only when all of this is so: the request can no longer be accepted, the venue said "no such
order" three times over five seconds or more, and the list of trades since it was sent, read after that, has none of it.
How long a request lives counts from the end of the asking, because until then it may still be waiting to leave.
A "duplicate id" for an order that was sent once is proof that it arrived.
Where a venue takes no ids of ours, the reply gives the venue's; is the reply lost, an order or trade of the same
market, side and terms is taken for ours.
Nothing here is ever sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain import ask as asks
from basisdesk.domain import event as events
from basisdesk.domain.account import Balance, Fill, FillVoided, OrderUpdate, Position, StreamEnded, Warned
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Outcome, Reason, Rejected, RetryLater, Unknown
from basisdesk.engine.slip import PATIENCE, SECOND, SLACK, Slip, fits
from basisdesk.engine.strangers import External, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from basisdesk.domain.account import Update
    from basisdesk.domain.effect import SendLeg
    from basisdesk.domain.errors import Refusal
    from basisdesk.domain.event import Event

KEPT = 100
"""So many warnings are kept."""
MISSES = 3
MISSING_FOR = 5 * SECOND
ASK_EVERY = 2 * SECOND
HOLD = 5 * SECOND
"""The longest that what the venue's limits held up keeps the engine from the next try."""
_PASSING = (Reason.RATE_LIMIT, Reason.OTHER)
"""Why a venue did not look at an order, or the desk did not send it, that waiting a moment cures."""


@dataclass(slots=True)
class Blotter:
    """The orders of one account at one venue; `account` is its number there once known, else empty.

    Attributes:
        since: what is older than this, by the venue's clock (ns), is history.
        external: by symbol, orders and fills that are not ours.
        foreign: how many updates named another account and were left out.
        warnings: what the venue warned of lately, newest last.
    """

    account: str = ""
    since: int = 0
    external: dict[str, External] = field(default_factory=dict)
    foreign: int = 0
    warnings: list[Warned | StreamEnded] = field(default_factory=list)
    _orders: dict[str, Slip] = field(default_factory=dict)
    _busy: dict[str, Slip] = field(default_factory=dict)
    _by_wire: dict[str, str] = field(default_factory=dict)
    _by_venue: dict[tuple[str, str], str] = field(default_factory=dict)
    _trades: dict[tuple[str, str], tuple[str, Decimal]] = field(default_factory=dict)
    _strange: dict[tuple[str, str], None] = field(default_factory=dict)
    _orphans: dict[tuple[str, str], list[Fill | OrderUpdate]] = field(default_factory=dict)

    # ------------------------------------------------------------- what we do

    def sent(
        self, leg: SendLeg, wire_id: str, line: str, life: int | None, *, nameless: bool = False, offset: int = 0
    ) -> None:
        """An order leaves under `wire_id`; a venue can accept it for `life` ns after it was signed.

        `nameless` says that the venue takes no ids of ours, so that it will not repeat this one; `offset` is how far
        the venue's clock is ahead of ours (ns).
        """
        order = self._orders[leg.client_id] = Slip(
            client_id=leg.client_id,
            wire_id=wire_id,
            symbol=leg.symbol,
            line=line,
            side=leg.side,
            size=leg.size,
            bound=leg.bound,
            since=leg.at + offset - SLACK,
            life=life or 0,
            nameless=nameless,
            purpose=leg.purpose,
            answer_due=leg.at + PATIENCE,
        )
        self._by_wire[wire_id] = order.client_id
        self._busy[order.client_id] = order

    def named(self, wire_id: str, venue_id: str, now: int) -> list[Event]:
        """The reply to an order names it; what came under that name before is taken now."""
        order = self._known(wire_id, "", "")
        return [] if order is None else list(self._name(order, venue_id, now))

    def answered(self, wire_id: str, outcome: Outcome, now: int) -> list[Event]:
        """The venue answered an order, or did not (`Unknown`); updates of the reply come through `told`.

        `RetryLater.at` is in our time.
        """
        order = self._known(wire_id, "", "")
        if order is None:
            return []
        order.expires = order.expires or now + order.life
        if order.over:
            return []
        order.answer_due = now
        match outcome:
            case Rejected(reason=Reason.DUPLICATE_ID):
                return self._doubt(order, now, f"{outcome.code}: {outcome.message}")
            case Rejected() | RetryLater():
                return [] if order.accepted or order.filled else self._turned_down(order, outcome, now)
            case Unknown():
                return self._doubt(order, now, outcome.message)
            case _:
                order.answer_due = now + PATIENCE
                return []

    def _turned_down(self, order: Slip, outcome: Rejected | RetryLater, now: int) -> list[Event]:
        """End an order; of one that only came too soon the engine hears when it is worth trying again."""
        order.end()
        rejected = events.LegRejected(now, order.client_id, outcome.reason.value, _words(outcome))
        wait = _wait(order, outcome, now)
        if not wait:
            return [rejected]
        order.refused, order.answer_due = rejected, now + wait
        return []

    def refused(self, wire_id: str, refusal: Refusal, now: int) -> list[Event]:
        """The desk's own side would not send it: nothing left."""
        return self.answered(wire_id, Rejected(Reason.OTHER, refusal.code, refusal.message), now)

    def held(self, now: int) -> list[Event]:
        """Return the refusals of hedges whose time to try again has come: told sooner, they would be tried in vain."""
        told: list[Event] = []
        for order in self._busy.values():
            if order.refused is not None and order.answer_due <= now:
                told.append(replace(order.refused, at=now))
                order.refused, order.answer_due = None, 0
        return told

    # ------------------------------------------------------------- what venues tell

    def told(self, update: Update, now: int) -> list[Event]:
        """Take one update; returns what it means for our orders."""
        if not self._is_ours(update):
            self.foreign += 1
            return []
        match update:
            case OrderUpdate():
                return list(self._heard(update, now))
            case Fill():
                return self._filled(update, now)
            case FillVoided():
                return self._voided(update, now)
            case Warned() | StreamEnded():
                self.warnings = [*self.warnings[1 - KEPT :], update]
                return []
            case _:
                return []

    def _heard(self, update: OrderUpdate, now: int) -> Iterator[Event]:
        order = self._known(update.client_id, update.symbol, update.venue_id) or self._guessed(update)
        if order is None:
            self._keep_apart(update)
            return
        yield from self._name(order, update.venue_id, now)
        order.told = max(order.told, update.filled)
        order.lives(now)
        if not order.accepted and not order.over:
            order.accepted = True
            yield events.LegAccepted(now, order.client_id, update.venue_id)
        if update.status is OrderStatus.DONE and not order.over:
            order.end()
            reason = update.reason or DoneReason.CANCELLED
            if reason is DoneReason.REJECTED and not order.told:
                yield events.LegRejected(now, order.client_id, Reason.OTHER.value, update.refused or "rejected")
            else:
                yield events.LegDone(now, order.client_id, reason, order.told)
        order.look_for_trades(now)

    def _filled(self, fill: Fill, now: int) -> list[Event]:
        order = self._known(fill.client_id, fill.symbol, fill.venue_id) or self._guessed(fill)
        if order is None:
            self._keep_apart(fill)
            return []
        return [*self._name(order, fill.venue_id, now), *self._book(order, fill, now)]

    def _book(self, order: Slip, fill: Fill, now: int) -> Iterator[Event]:
        trade = (fill.symbol, f"{fill.trade_id} {fill.side.value}")
        if trade in self._trades or fill.fee is None:
            return
        self._trades[trade] = (order.client_id, fill.size)
        order.filled += fill.size
        order.told = max(order.told, order.filled)
        order.lives(now)
        order.look_for_trades(now)
        yield events.LegFilled(now, order.client_id, fill.trade_id, fill.price, fill.size, fill.fee, fill.fee_asset)

    def _voided(self, voided: FillVoided, now: int) -> list[Event]:
        for side in Side:
            client_id, size = self._trades.pop((voided.symbol, f"{voided.trade_id} {side.value}"), ("", Decimal(0)))
            if client_id:
                order = self._orders[client_id]
                order.filled -= size
                order.told -= size
                return [events.LegVoided(now, client_id, voided.trade_id)]
        return []

    def _name(self, order: Slip, venue_id: str, now: int) -> Iterator[Event]:
        """Learn the venue's id of an order; trades that came under it before are booked now."""
        if not venue_id or order.venue_id == venue_id:
            return
        order.venue_id = venue_id
        self._by_venue[order.symbol, venue_id] = order.client_id
        for told in self._orphans.pop((order.symbol, venue_id), ()):
            yield from self._book(order, told, now) if isinstance(told, Fill) else self._heard(told, now)

    def _guessed(self, told: OrderUpdate | Fill) -> Slip | None:
        """Return the nameless order in doubt that this can only be of; None when there is none, or more than one."""
        found = [order for order in self._orders.values() if order.nameless and order.doubted and fits(order, told)]
        return self._touch(found[0].client_id) if len(found) == 1 else None

    # ------------------------------------------------------------- doubt

    def questions(self, now: int) -> list[asks.Ask]:
        """Return what should be asked now of orders in doubt; `next_at` says when to look again."""
        wanted: list[asks.Ask] = []
        for order in self._busy.values():
            if order.refused is not None or not order.answer_due or order.answer_due > now:
                continue
            order.answer_due = now + ASK_EVERY
            if self._is_missing(order, now) or (order.nameless and not order.venue_id and not order.misses):
                wanted.append(asks.AskFills(line=order.line, symbol=order.symbol, since=order.since))
            if self._is_missing(order, now):
                continue
            if order.nameless and not order.venue_id:
                wanted.append(asks.AskOpenOrders(order.line, order.symbol))
            else:
                wanted.append(asks.AskOrder(order.reference()))
        lacking = [order for order in self._busy.values() if order.is_search_due(now)]
        wanted += [asks.AskFills(line=order.line, symbol=order.symbol, since=order.since) for order in lacking]
        return wanted

    def next_at(self) -> int | None:
        """Return when `questions` or `held` has something to say (ns), or None."""
        for client_id in [order.client_id for order in self._busy.values() if not order.is_due]:
            del self._busy[client_id]
        dues = (due for order in self._busy.values() for due in (order.answer_due, order.search_due) if due)
        return min(dues, default=None)

    def learned(self, ask: asks.Ask, outcome: Outcome, now: int) -> list[Event]:
        """Take the end of an answer to one of `questions`, after its updates went through `told`."""
        match ask:
            case asks.AskOrder():
                order = self._known(ask.order.client_id, ask.order.symbol, ask.order.venue_id)
                if order is not None and order.answer_due and _says_absent(outcome):
                    self._miss(order, now)
                    if not order.doubted:
                        return self._doubt(order, now, "no answer, and the venue does not know the order")
                return []
            case asks.AskOpenOrders() if isinstance(outcome, Done):
                for order in self._orders.values():
                    if order.nameless and order.symbol == ask.symbol and order.doubted and not order.venue_id:
                        self._miss(order, now)
                return []
            case asks.AskFills() if isinstance(outcome, Done):
                gone = [order for order in self._orders.values() if order.symbol == ask.symbol]
                return [event for order in gone for event in self._absent(order, ask, now)]
            case _:
                return []

    def _miss(self, order: Slip, now: int) -> None:
        """Count a denial, once the request can have been accepted no more."""
        if order.expires is not None and now > order.expires + SLACK:
            order.first_miss = order.first_miss or now
            order.misses += 1

    def _doubt(self, order: Slip, now: int, message: str) -> list[Event]:
        if order.doubted:
            return []
        order.doubted = True
        doubts: list[Event] = [events.LegUnknown(now, order.client_id, message)]
        if order.nameless:  # what came meanwhile may be its own
            waiting, self._orphans = self._orphans, {}
            for told in [one for rows in waiting.values() for one in rows]:
                doubts += self.told(told, now)
        return doubts

    def _is_missing(self, order: Slip, now: int) -> bool:
        """Say whether the venue has denied the order often and long enough for its trades to be looked at."""
        return order.misses >= MISSES and now - order.first_miss >= MISSING_FOR

    def _absent(self, order: Slip, ask: asks.AskFills, now: int) -> Iterator[Event]:
        """End an order that the venue does not know (any more) and whose trades are all known."""
        if order.over or not order.doubted or not self._is_missing(order, now) or ask.since > order.since:
            return
        order.end()
        seconds = (now - order.first_miss) // SECOND
        if order.accepted or order.filled:
            yield events.LegDone(now, order.client_id, DoneReason.CANCELLED, order.filled)
        else:
            message = f"proven absent: denied {order.misses} times over {seconds} s, no trade"
            yield events.LegRejected(now, order.client_id, "absent", message)

    # ------------------------------------------------------------- whose it is

    def live(self) -> list[str]:
        """Return our ids of the orders that are not over, oldest first."""
        return [order.client_id for order in self._orders.values() if not order.over]

    def _known(self, wire_id: str, symbol: str, venue_id: str) -> Slip | None:
        client_id = self._by_wire.get(wire_id) if wire_id else None
        client_id = client_id or self._by_venue.get((symbol, venue_id))
        return None if client_id is None else self._touch(client_id)

    def _touch(self, client_id: str) -> Slip:
        """Return an order about which something may be due from now on.

        A session's orders are thousands, those of which anything is due are a few: only these are gone through.
        """
        order = self._busy[client_id] = self._orders[client_id]
        return order

    def _is_ours(self, update: Update) -> bool:
        if not isinstance(update, OrderUpdate | Fill | FillVoided | Position | Balance | Warned):
            return True
        return not update.account or not self.account or update.account == self.account

    def is_settled(self, symbol: str) -> bool:
        """Say whether nothing of a market is under way, in doubt or lacking, and no stranger's trade is unjudged."""
        under_way = any(order.symbol == symbol and order.is_due for order in self._busy.values())
        return not under_way and all(market != symbol for market, _ in self._orphans)

    def _keep_apart(self, told: OrderUpdate | Fill) -> None:
        what = told.trade_id if isinstance(told, Fill) else f"{told.venue_id} {told.status.value} {told.filled}"
        if (told.symbol, what) not in self._strange and not 0 < told.at < self.since:
            self._strange[told.symbol, what] = None
            self._orphans.setdefault((told.symbol, told.venue_id), []).append(told)

    def settle_orphans(self, now: int) -> list[str]:
        """Hold what is of unknown orders to be external once every order of ours has been answered.

        Returns the markets on which there was something new of that kind.
        """
        waiting = (order.doubted or not (order.accepted or order.over) for order in self._orders.values())
        if not self._orphans or any(waiting):
            return []
        touched = note(self.external, self._orphans, now)
        self._orphans.clear()
        return touched


def _wait(order: Slip, outcome: Rejected | RetryLater, now: int) -> int:
    """Return for how long a refusal is kept from the engine, ns.

    An opening order is given up at once, a hedge too when the wait is so long that the other leg had better be taken
    back; an order that takes a leg back has no such choice.
    """
    if not isinstance(outcome, RetryLater) or outcome.reason not in _PASSING or order.purpose == "open":
        return 0
    wait = max(0, outcome.at - now)
    return min(wait, HOLD) if order.purpose == "unwind" or wait <= HOLD else 0


def _says_absent(outcome: Outcome) -> bool:
    return isinstance(outcome, Rejected) and outcome.reason is Reason.UNKNOWN_ORDER


def _words(outcome: Rejected | RetryLater) -> str:
    return f"{outcome.code}: {outcome.message}" if outcome.code else outcome.message

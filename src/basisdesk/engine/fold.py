"""The only writer of `State`.

Every event and every effect changes the tables here and nowhere else, so the journal, folded again, gives the same
state.
Folding decides nothing and refuses nothing: what happened has happened.
What is told twice is booked once, what comes late is booked late, and what speaks of orders that are not ours is
counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from msgspec import structs

from basisdesk.domain import effect as effects
from basisdesk.domain import event as events
from basisdesk.domain.arithmetic import is_positive
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.domain.spread import spread_legs
from basisdesk.engine import external, ledger
from basisdesk.engine.gate import common_unit
from basisdesk.engine.hedge import plan
from basisdesk.engine.state import ZERO, Entry, LegOrder, Phase, SpreadOrder, State
from basisdesk.engine.table import Happening, follow

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.effect import Effect
    from basisdesk.domain.event import Event

    LegEvent = (
        events.LegAccepted
        | events.LegRejected
        | events.LegFilled
        | events.LegVoided
        | events.LegDone
        | events.LegUnknown
    )
    OtherEvent = (
        events.Listed
        | events.Placed
        | events.CancelAsked
        | events.ExternalHeld
        | events.ExternalSeen
        | events.Thawed
        | events.TimePassed
        | LegEvent
    )


def fold(state: State, happened: Event | Effect) -> None:
    """Change the state by one event or effect."""
    state.now = max(state.now, happened.at)
    match happened:  # first what comes between a trigger and its orders
        case effects.SendLeg():
            _send(state, happened)
        case events.Quoted():
            _quoted(state, happened)
        case effects.Claim():
            order = state.orders[happened.order_id]
            state.orders[happened.order_id] = structs.replace(
                order, phase=Phase.WORKING, fired=happened.displayed, updated=happened.at
            )
        case effects.AcceptOrder():
            _accept(state, happened)
        case effects.RefuseOrder():
            _refuse(state, happened)
        case effects.AskQuote():
            state.open[happened.order_id] = True
            _change(state, happened.order_id, phase=Phase.WORKING, asked=happened.not_before, updated=happened.at)
        case effects.EndOrder():
            _end(state, happened)
        case _:
            _happened(state, happened)


def _happened(state: State, happened: OtherEvent) -> None:
    match happened:
        case events.Listed():
            state.instruments[happened.instrument.symbol] = happened.instrument
        case events.Placed():
            state.placed = Entry(happened.key, _averages(happened.quote, (ZERO, ZERO)))
        case events.CancelAsked():
            if happened.order_id in state.open:
                _change(state, happened.order_id, cancelled=True, updated=happened.at)
        case events.ExternalHeld():
            state.external[happened.symbol] = happened.size
        case events.ExternalSeen():
            external.freeze(state, happened)
        case events.Thawed():
            external.thaw(state, happened.symbol)
        case events.TimePassed():
            _expire_asks(state, happened.at)
        case _:
            _heard(state, happened)


def _end(state: State, effect: effects.EndOrder) -> None:
    state.open.pop(effect.order_id, None)
    _change(
        state,
        effect.order_id,
        phase=Phase.ENDED,
        asked=None,
        reason=effect.reason,
        residual=effect.residual,
        updated=effect.at,
    )


def _accept(state: State, effect: effects.AcceptOrder) -> None:
    legs = spread_legs(effect.request.spread)
    state.counter += 1
    state.keys[effect.key] = effect.order_id
    state.open[effect.order_id] = True
    state.orders[effect.order_id] = SpreadOrder(
        order_id=effect.order_id,
        key=effect.key,
        request=effect.request,
        legs=legs,
        unit=common_unit(state.instruments[legs[0]], state.instruments[legs[1]]),
        displayed=effect.displayed,
        prices=state.placed.prices if state.placed.key == effect.key else (ZERO, ZERO),
        created=effect.at,
        updated=effect.at,
    )


def _refuse(state: State, effect: effects.RefuseOrder) -> None:
    order_id = state.keys.get(effect.key)
    if order_id is None:
        state.refusals[effect.key] = effect.refusal
        return
    state.open.pop(order_id, None)
    _change(
        state, order_id, phase=Phase.ENDED, refused=effect.refusal, reason=effect.refusal.message, updated=effect.at
    )


def _send(state: State, effect: effects.SendLeg) -> None:
    order = state.orders[effect.order_id]
    assert effect.client_id not in state.legs  # a client id is never used twice
    state.legs[effect.client_id] = LegOrder(
        client_id=effect.client_id,
        order_id=effect.order_id,
        leg=effect.leg,
        symbol=effect.symbol,
        side=effect.side,
        size=effect.size,
        bound=effect.bound,
        purpose=effect.purpose,
        sent_at=effect.at,
    )
    state.orders[effect.order_id] = structs.replace(
        order, phase=Phase.WORKING, asked=None, leg_ids=(*order.leg_ids, effect.client_id), updated=effect.at
    )


def _quoted(state: State, event: events.Quoted) -> None:
    if event.order_id in state.open:
        order = state.orders[event.order_id]
        state.orders[event.order_id] = structs.replace(order, prices=_averages(event.quote, order.prices))


def _averages(quote: events.SpreadQuote | None, known: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    if quote is None:
        return known
    one, two = quote.leg1.average, quote.leg2.average
    return (one if is_positive(one) else known[0], two if is_positive(two) else known[1])


def _expire_asks(state: State, now: int) -> None:
    """Count a quote that stayed away as a failed attempt, if it would have been used."""
    for order_id in list(state.open):
        order = state.orders[order_id]
        if order.asked is None or order.asked + state.rules.quote_wait > now:
            continue
        wanted = plan(state, order)
        _change(
            state,
            order_id,
            asked=None,
            attempts=order.attempts + (wanted is not None and wanted.purpose != "unwind"),
            unwinds=order.unwinds + (wanted is not None and wanted.purpose == "unwind"),
            updated=now,
        )


def _heard(state: State, event: LegEvent) -> None:
    leg = state.legs.get(event.client_id)
    if leg is None:
        state.strays[event.client_id] = state.strays.get(event.client_id, 0) + 1
        return
    match event:
        case events.LegFilled():
            _filled(state, leg, event)
        case events.LegVoided():
            _voided(state, leg, event)
        case events.LegAccepted():
            _move(state, leg, Happening.ACCEPTED, event.at, venue_id=event.venue_id)
        case events.LegUnknown():
            _move(state, leg, Happening.DOUBTED, event.at, message=event.message)
        case events.LegRejected():
            text = f"{event.code}: {event.message}"
            _move(state, leg, Happening.REJECTED, event.at, done=DoneReason.REJECTED, message=text)
        case events.LegDone():
            _move(state, leg, Happening.ENDED, event.at, done=event.reason, told=event.filled)
        case _:
            assert_never(event)


def _filled(state: State, leg: LegOrder, event: events.LegFilled) -> None:
    fill = ledger.fill_of(state, leg, event)
    if not ledger.book(state, fill):
        return
    filled = leg.filled + event.size
    grown = structs.replace(
        leg, filled=filled, worth=leg.worth + fill.worth, taken=leg.taken + ledger.taken(state, fill)
    )
    state.legs[leg.client_id] = grown
    if state.orders[leg.order_id].phase is Phase.ENDED:  # it came late: there is something new to try for
        _change(state, leg.order_id, attempts=0, unwinds=0)
    whole = filled >= leg.size
    done = {"done": DoneReason.FILLED} if whole else {}
    _move(state, grown, Happening.WHOLLY_FILLED if whole else Happening.PART_FILLED, event.at, **done)


def _voided(state: State, leg: LegOrder, event: events.LegVoided) -> None:
    """Book the reverse of a trade that the venue took back; the hedger sees the leg as it is then."""
    fill = ledger.fill_named(state, leg, event.trade_id)
    if fill is None or not ledger.reverse(state, fill, event.at):
        return
    told = None if leg.told is None else leg.told - fill.size
    state.legs[leg.client_id] = structs.replace(
        leg,
        filled=leg.filled - fill.size,
        worth=leg.worth - fill.worth,
        taken=leg.taken - ledger.taken(state, fill),
        done=DoneReason.CANCELLED if leg.done is DoneReason.FILLED else leg.done,
        told=told,
    )
    _change(state, leg.order_id, attempts=0, unwinds=0, updated=event.at)


def _move(state: State, leg: LegOrder, what: Happening, at: int, **changes: object) -> None:
    """Bring a leg order to its next status; what is told of a DONE order changes nothing but its time."""
    was = leg.status
    status = follow(was, what)
    order = state.orders[leg.order_id]
    failed = was is not OrderStatus.DONE and status is OrderStatus.DONE and leg.filled < leg.size
    if was is not OrderStatus.DONE:
        state.legs[leg.client_id] = structs.replace(leg, status=status, **changes)
    _change(
        state,
        leg.order_id,
        attempts=order.attempts + (failed and leg.purpose == "hedge"),
        unwinds=order.unwinds + (failed and leg.purpose == "unwind"),
        updated=at,
    )


def _change(state: State, order_id: str, **changes: object) -> None:
    state.orders[order_id] = structs.replace(state.orders[order_id], **changes)

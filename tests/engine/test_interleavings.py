"""Whatever order the venues answer in, the legs never over-hedge and every run ends with its exposure named."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.desk import PERP, SPOT, D, Desk, quote, ready, request

from basisdesk.domain.effect import Effect, EndOrder, SendLeg
from basisdesk.domain.event import (
    CancelAsked,
    Event,
    LegAccepted,
    LegDone,
    LegFilled,
    LegRejected,
    LegUnknown,
    Quoted,
    TimePassed,
)
from basisdesk.domain.order import DoneReason, Sequence, Side, SpreadState
from basisdesk.engine import Phase, Rules, next_deadline, order_view, positions, wants

LINEAR = f"{PERP}~{SPOT}"
STEPS = {PERP: D("0.001"), SPOT: D("0.00001")}


@dataclass
class Venue:
    """The truth: what each leg order will have filled, and what is still to be said of it, in any order."""

    draw: st.DataObject
    truth: dict[str, Decimal] = field(default_factory=dict)
    sent: dict[str, SendLeg] = field(default_factory=dict)
    mail: list[Event] = field(default_factory=list)

    def take(self, leg: SendLeg) -> None:
        assert leg.client_id not in self.sent
        self.sent[leg.client_id] = leg
        fate = self.draw.draw(st.sampled_from(["fill", "fill", "part", "none", "reject"]))
        if fate == "reject":
            self.truth[leg.client_id] = D(0)
            self.say(LegRejected(0, leg.client_id, "busy", "try later"))
            return
        share = {"fill": 10, "part": self.draw.draw(st.integers(1, 9)), "none": 0}[fate]
        step = STEPS[leg.symbol]
        filled = leg.size * share / 10 // step * step
        self.truth[leg.client_id] = filled
        self.say(LegAccepted(0, leg.client_id, "v"))
        if self.draw.draw(st.booleans()):
            self.say(LegUnknown(0, leg.client_id, "timed out"))
        parts = [filled] if self.draw.draw(st.booleans()) else [filled // step // 2 * step]
        parts.append(filled - sum(parts))
        for number, part in enumerate(parts):
            if part:
                self.say(self.trade(leg, f"{leg.client_id}-{number}", part))
        reason = DoneReason.FILLED if filled == leg.size else DoneReason.EXPIRED
        self.say(LegDone(0, leg.client_id, reason, filled))

    def trade(self, leg: SendLeg, trade_id: str, size: Decimal) -> LegFilled:
        if leg.symbol == SPOT and leg.side is Side.BUY:
            return LegFilled(0, leg.client_id, trade_id, D(60000), size, size / 1000, "BTC")
        return LegFilled(0, leg.client_id, trade_id, D(60000), size, D(1), "USDT")

    def say(self, event: Event) -> None:
        self.mail.insert(self.draw.draw(st.integers(0, len(self.mail))), event)
        if self.draw.draw(st.integers(0, 5)) == 0:
            self.mail.append(event)  # told twice


def play(desk: Desk, venue: Venue, effects: list[Effect]) -> None:
    for effect in effects:
        if isinstance(effect, SendLeg):
            venue.take(effect)
    never_over_hedged(desk, venue)


def never_over_hedged(desk: Desk, venue: Venue) -> None:
    """Whatever the venue will still say, no leg can end with more than the order's size held, or less than nothing."""
    for order_id, order in desk.state.orders.items():
        net: dict[int, Decimal] = defaultdict(Decimal)
        for client_id, leg in venue.sent.items():
            if leg.order_id == order_id:
                kept = Decimal("0.999") if leg.symbol == SPOT and leg.side is Side.BUY else Decimal(1)
                net[leg.leg] += venue.truth[client_id] * kept * (-1 if leg.purpose == "unwind" else 1)
        assert all(0 <= amount <= order.request.size for amount in net.values()), net


def run_to_rest(desk: Desk, venue: Venue) -> None:
    for _ in range(400):
        early = bool(desk.state.open) and venue.draw.draw(st.booleans()) and move(desk, venue)
        if venue.mail and not early:
            play(desk, venue, desk.step(venue.mail.pop(0)))
        elif not (early or (desk.state.open and move(desk, venue))):
            return
    raise AssertionError("the engine does not come to rest")


def move(desk: Desk, venue: Venue) -> bool:
    deadline = next_deadline(desk.state)
    if deadline is None:
        return False
    (order_id,) = desk.state.open
    order = desk.state.orders[order_id]
    asked = order.asked or 0
    given = quote(LINEAR, order.request.side, str(order.request.size))
    if venue.draw.draw(st.integers(0, 4)) and wants(desk.state, order_id, given):
        play(desk, venue, desk.step(Quoted(max(asked, desk.state.now), order_id, given)))
    else:
        play(desk, venue, desk.step(TimePassed(deadline)))
    return True


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    data=st.data(),
    side=st.sampled_from(Side),
    sequence=st.sampled_from(Sequence),
    size=st.integers(1, 2000).map(lambda steps: steps * D("0.001")),
    cancel=st.booleans(),
    attempts=st.integers(1, 5),
)
def test_legs_never_over_hedge_and_every_run_ends_with_its_exposure_named(
    data: st.DataObject, side: Side, sequence: Sequence, size: Decimal, cancel: bool, attempts: int
) -> None:
    desk, venue = ready(Rules(attempts=attempts)), Venue(data)
    play(desk, venue, desk.place(request(LINEAR, side, str(size), sequence=sequence), quote(LINEAR, side, str(size))))
    if cancel:
        venue.say(CancelAsked(0, "S1"))
    run_to_rest(desk, venue)

    view = order_view(desk.state, "S1")
    order = desk.state.orders["S1"]
    assert order.phase is Phase.ENDED
    one, two = (held(venue, leg) for leg in (1, 2))
    assert view.unhedged == (one - two) * side.sign == order.residual
    dust = max(D("0.001") * 60000, D(50)) / 60000
    assert view.state is SpreadState.INCOMPLETE or abs(view.unhedged) <= dust
    assert (view.state is SpreadState.FILLED) <= (view.filled == size)
    agree_with_the_venue(desk, venue)
    ends = [effect for effect in desk.record if isinstance(effect, EndOrder)]
    assert ends[-1].residual == view.unhedged
    desk.check()


def held(venue: Venue, leg: int) -> Decimal:
    total = Decimal(0)
    for client_id, sent in venue.sent.items():
        if sent.leg == leg:
            kept = Decimal("0.999") if sent.symbol == SPOT and sent.side is Side.BUY else Decimal(1)
            total += venue.truth[client_id] * kept * (-1 if sent.purpose == "unwind" else 1)
    return total


def agree_with_the_venue(desk: Desk, venue: Venue) -> None:
    """Fills and positions are the venue's own, no trade more and none missing; profit is what was paid and received."""
    marks = {PERP: D(61000), SPOT: D(59000)}
    by_symbol = {view.symbol: view for view in positions(desk.state, marks)}
    for symbol in (PERP, SPOT):
        signed = sum(
            (venue.truth[name] * leg.side.sign for name, leg in venue.sent.items() if leg.symbol == symbol), Decimal(0)
        )
        view = by_symbol.get(symbol)
        assert (view.size if view else 0) == signed
        fills = [fill for fill in desk.state.fills if fill.symbol == symbol]
        assert sum((fill.size * fill.side.sign for fill in fills), Decimal(0)) == signed
        cash = -sum((fill.size * fill.side.sign * fill.price for fill in fills), Decimal(0))
        assert view is None or view.pnl == cash + signed * marks[symbol]

"""OE1 and OE2: what it takes to believe that an order is not there, and how one without a name is known."""

from msgspec import structs
from tests.engine.desk import PERP
from tests.engine.test_blotter import ID, MISSING, SECOND, START, WIRE, D, fill, kinds, leg, sent, update

from basisdesk.domain import ask as asks
from basisdesk.domain.account import OrderUpdate
from basisdesk.domain.event import Event, LegAccepted, LegDone, LegFilled, LegRejected, LegUnknown
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Unknown
from basisdesk.engine.blotter import Blotter


def deny(blotter: Blotter, until: int, *, doubted: bool = True) -> tuple[list[Event], int]:
    """Let the venue deny the order every time it is asked, until its trades are looked at; (events, when)."""
    now, events = START, blotter.answered(WIRE, Unknown("timeout"), START) if doubted else []
    while now <= until:
        for question in blotter.questions(now):
            if isinstance(question, asks.AskFills):
                return events + blotter.learned(question, Done(), now), now
            events += blotter.learned(question, MISSING, now)
        now = blotter.next_at() or until + 1
    return events, now


def test_absence_is_proven_by_denials_after_the_deadline_and_by_trades_that_do_not_hold_it() -> None:
    blotter = sent()
    events, now = deny(blotter, START + 60 * SECOND)
    assert kinds(events) == [LegUnknown, LegRejected]
    assert isinstance(events[1], LegRejected)
    assert events[1].code == "absent"
    assert now > START + 6 * SECOND + 5 * SECOND - 2 * SECOND  # denials before the deadline did not count
    assert blotter.live() == []


def test_denials_prove_nothing_while_the_request_can_still_be_accepted() -> None:
    blotter = sent(life=600 * SECOND)
    events, _ = deny(blotter, START + 300 * SECOND)
    assert kinds(events) == [LegUnknown]


def test_a_venue_without_deadlines_needs_denials_for_five_seconds() -> None:
    blotter = sent(life=None)
    events, now = deny(blotter, START + 60 * SECOND)
    assert kinds(events) == [LegUnknown, LegRejected]
    assert now >= START + 5 * SECOND


def test_a_trade_found_by_the_last_look_keeps_the_order_alive() -> None:
    blotter = sent(life=None)
    blotter.answered(WIRE, Unknown("timeout"), START)
    now = START
    while not isinstance((question := blotter.questions(now))[0], asks.AskFills):
        blotter.learned(question[0], MISSING, now)
        now += 2 * SECOND
    assert kinds(blotter.told(fill(), now)) == [LegFilled]
    assert blotter.learned(question[0], Done(), now) == []
    assert blotter.live() == [ID]


def test_an_unanswered_look_at_the_trades_proves_nothing() -> None:
    blotter = sent(life=None)
    blotter.answered(WIRE, Unknown("timeout"), START)
    look = asks.AskFills(line="usdm", symbol=PERP, since=START - SECOND)
    assert blotter.learned(look, Unknown("timeout"), START + 60 * SECOND) == []
    assert blotter.learned(look, Done(), START + 60 * SECOND) == []  # nobody denied it yet
    later = asks.AskFills(line="usdm", symbol=PERP, since=START)
    for second in (0, 3, 6, 9):
        blotter.learned(asks.AskOrder(asks.OrderRef(symbol=PERP, client_id=WIRE)), MISSING, START + second * SECOND)
    assert blotter.learned(later, Done(), START + 10 * SECOND) == []  # it looked at a part only
    assert kinds(blotter.learned(look, Done(), START + 10 * SECOND)) == [LegRejected]


def test_an_order_that_the_venue_forgot_ends_with_what_its_trades_say() -> None:
    blotter = sent()
    blotter.answered(WIRE, Done(), START)
    blotter.told(fill(size="0.4"), START)
    events, now = deny(blotter, START + 60 * SECOND, doubted=False)
    assert kinds(events) == [LegUnknown, LegDone]
    assert events[1] == LegDone(now, ID, DoneReason.CANCELLED, D("0.4"))


def nameless() -> Blotter:
    blotter = Blotter()
    blotter.sent(leg(), WIRE, "contract", 5 * SECOND, nameless=True)
    return blotter


def lone(filled: str = "0", status: OrderStatus = OrderStatus.OPEN, **changes: object) -> OrderUpdate:
    told = update(status, filled, DoneReason.FILLED if status is OrderStatus.DONE else None, client_id="")
    return structs.replace(told, size=D(1), price=D(60000), **changes)


def test_a_nameless_order_is_known_by_what_the_reply_calls_it() -> None:
    blotter = nameless()
    assert blotter.told(lone(), START) == []
    assert blotter.told(fill(client_id=""), START) == []
    assert kinds(blotter.named(WIRE, "77", START)) == [LegAccepted, LegFilled]
    assert blotter.named("nobody", "77", START) == []
    assert not blotter.external


def test_a_nameless_order_whose_reply_is_lost_is_known_by_its_terms() -> None:
    blotter = nameless()
    assert blotter.told(lone(), START) == []
    assert kinds(blotter.answered(WIRE, Unknown("timeout"), START)) == [LegUnknown, LegAccepted]
    assert kinds(blotter.told(fill(client_id=""), START)) == [LegFilled]


def test_a_nameless_order_in_doubt_is_known_by_a_trade_that_only_it_can_have_made() -> None:
    blotter = nameless()
    blotter.answered(WIRE, Unknown("timeout"), START)
    for strange in (
        structs.replace(fill(client_id="", venue_id="1"), side=Side.SELL),
        structs.replace(fill(client_id="", venue_id="2"), price=D(60001)),
        structs.replace(fill(client_id="", venue_id="3"), at=START - 10 * SECOND),
        fill(client_id="web_1", venue_id="4"),
        lone(side=Side.SELL, venue_id="5"),
    ):
        assert blotter.told(strange, START) == []
    questions = blotter.questions(START)
    assert [type(question) for question in questions] == [asks.AskFills, asks.AskOpenOrders]
    assert kinds(blotter.told(fill(client_id=""), START)) == [LegFilled]


def test_a_nameless_order_that_is_in_no_list_is_absent() -> None:
    blotter = nameless()
    events, now = blotter.answered(WIRE, Unknown("timeout"), START), START
    elsewhere = asks.AskOpenOrders("contract", "bigone:ETH/USD:ETH")
    assert blotter.learned(elsewhere, Done(), now) == []
    while now < START + 60 * SECOND and len(events) < 2:
        for question in blotter.questions(now):
            events += blotter.learned(question, Done(), now)
        now += SECOND
    assert kinds(events) == [LegUnknown, LegRejected]
    assert now > START + 6 * SECOND


def test_denials_in_quick_succession_prove_nothing_until_they_span_five_seconds() -> None:
    blotter, late = sent(life=None), START + 10 * SECOND
    blotter.answered(WIRE, Unknown("timeout"), START)
    asked = asks.AskOrder(asks.OrderRef(symbol=PERP, client_id=WIRE))
    look = asks.AskFills(line="usdm", symbol=PERP, since=START - SECOND)
    for tenth in range(5):
        blotter.learned(asked, MISSING, late + tenth * SECOND // 10)
    assert blotter.learned(look, Done(), late + 5 * SECOND - 1) == []
    (gone,) = blotter.learned(look, Done(), late + 5 * SECOND)
    assert isinstance(gone, LegRejected)
    assert gone.message == "proven absent: denied 5 times over 5 s, no trade"


def test_a_nameless_order_that_lists_leave_out_in_quick_succession_is_not_absent_yet() -> None:
    blotter, late = nameless(), START + 10 * SECOND
    blotter.answered(WIRE, Unknown("timeout"), START)
    asked = asks.AskOpenOrders("contract", PERP)
    look = asks.AskFills(line="contract", symbol=PERP, since=START - SECOND)
    for tenth in range(5):
        blotter.learned(asked, Done(), late + tenth * SECOND // 10)
    assert blotter.learned(look, Done(), late + 5 * SECOND - 1) == []
    assert kinds(blotter.learned(look, Done(), late + 5 * SECOND)) == [LegRejected]

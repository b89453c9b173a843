"""Late, twice and out of order: PS1 to PS12, OE1 to OE7, as the blotter tells them to the engine."""

from decimal import Decimal

import pytest
from msgspec import structs
from tests.engine.desk import COIN, PERP, linear

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Balance, Fill, FillVoided, Forced, OrderUpdate, StreamEnded, Terms, Warned
from basisdesk.domain.effect import SendLeg
from basisdesk.domain.errors import Refusal
from basisdesk.domain.event import Event, LegAccepted, LegDone, LegFilled, LegRejected, LegUnknown, LegVoided
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.engine.blotter import HOLD, KEPT, Blotter
from basisdesk.engine.slip import GRACE, LONGEST, PATIENCE

D = Decimal
SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
WIRE = "x1"
ID = "o1-1-1"


def leg(client_id: str = ID, size: str = "1", purpose: str = "open") -> SendLeg:
    return SendLeg(
        at=START, client_id=client_id, order_id="o1", leg=1, symbol=PERP, side=Side.BUY, size=D(size), bound=D(60000),
        purpose=purpose,
    )  # fmt: skip


def sent(account: str = "", life: int | None = 5 * SECOND, purpose: str = "open", offset: int = 0) -> Blotter:
    blotter = Blotter(account=account)
    blotter.sent(leg(purpose=purpose), WIRE, "usdm", life, offset=offset)
    return blotter


def update(
    status: OrderStatus = OrderStatus.OPEN,
    filled: str = "0",
    reason: DoneReason | None = None,
    client_id: str = WIRE,
    venue_id: str = "77",
    account: str = "",
    refused: str = "",
) -> OrderUpdate:
    return OrderUpdate(
        at=START, symbol=PERP, venue_id=venue_id, client_id=client_id, status=status, reason=reason, side=Side.BUY,
        filled=D(filled), account=account, refused=refused,
    )  # fmt: skip


def fill(
    trade_id: str = "t1",
    size: str = "1",
    client_id: str = WIRE,
    venue_id: str = "77",
    fee: str | None = "0.5",
    fee_asset: str = "USDT",
    account: str = "",
) -> Fill:
    return Fill(
        at=START, symbol=PERP, trade_id=trade_id, venue_id=venue_id, client_id=client_id, side=Side.BUY,
        price=D(60000), size=D(size), fee=None if fee is None else D(fee), fee_asset=fee_asset, account=account,
    )  # fmt: skip


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


MISSING = Rejected(Reason.UNKNOWN_ORDER, "-2013", "Order does not exist.")


def test_an_order_is_accepted_filled_and_done_once_however_often_it_is_told() -> None:
    blotter = sent()
    told: list[OrderUpdate | Fill] = [
        update(),
        update(),
        fill(size="0.4"),
        fill(size="0.4"),
        update(OrderStatus.DONE, "0.4", DoneReason.EXPIRED),
    ]
    events = [event for one in [*told, *told] for event in blotter.told(one, START)]
    assert kinds(events) == [LegAccepted, LegFilled, LegDone]
    assert events[2] == LegDone(START, ID, DoneReason.EXPIRED, D("0.4"))
    assert blotter.live() == []


def test_a_trade_told_by_stream_and_by_query_is_booked_once_and_by_its_own_fee_asset() -> None:
    blotter = sent()
    first = blotter.told(fill(fee="0.0007", fee_asset="BNB"), START)
    assert first == [LegFilled(START, ID, "t1", D(60000), D(1), D("0.0007"), "BNB")]
    assert blotter.told(fill(fee="0.0007", fee_asset="BNB", client_id=""), START) == []


def test_a_trade_whose_fee_is_not_told_waits_for_the_message_that_tells_it() -> None:
    blotter = sent()
    assert blotter.told(fill(fee=None), START) == []
    assert kinds(blotter.told(fill(), START)) == [LegFilled]


def test_a_trade_before_the_acknowledgement_that_names_only_the_venues_id_is_kept_for_it() -> None:
    blotter = sent()
    assert blotter.told(fill(client_id=""), START) == []
    assert kinds(blotter.told(update(), START)) == [LegFilled, LegAccepted]


def test_an_old_state_after_the_end_changes_nothing_and_a_snapshot_never_lowers_what_was_filled() -> None:
    blotter = sent()
    blotter.told(update(filled="0.6"), START)
    events = blotter.told(update(OrderStatus.DONE, "0.2", DoneReason.CANCELLED), START)
    assert events == [LegDone(START, ID, DoneReason.CANCELLED, D("0.6"))]
    assert blotter.told(update(OrderStatus.OPEN, "0"), START) == []
    assert kinds(blotter.told(fill(size="0.6"), START)) == [LegFilled]


def test_the_trades_of_an_order_that_is_over_are_looked_for_ever_more_seldom_until_they_are_there() -> None:
    blotter = sent()
    blotter.told(update(OrderStatus.DONE, "1", DoneReason.FILLED), START)
    look = asks.AskFills(line="usdm", symbol=PERP, since=START - SECOND)
    now = START
    times: list[int] = []
    while len(times) < 12:
        due = blotter.next_at()
        assert due is not None
        assert blotter.questions(due - 1) == []
        assert blotter.questions(due) == [look]
        times.append(due - now)
        now = due
    assert times[:3] == [GRACE, 2 * GRACE, 4 * GRACE]
    assert times[-1] == LONGEST
    blotter.told(fill(size="0.4"), now)
    assert blotter.next_at() is not None
    blotter.told(fill("t2", size="0.6"), now)
    assert blotter.next_at() is None
    assert blotter.questions(now + LONGEST) == []


def test_what_names_another_account_is_left_out_and_counted() -> None:
    blotter = sent(account="1000")
    assert blotter.told(update(account="2000"), START) == []
    assert blotter.told(Balance(at=0, line="usdm", asset="USDT", total=D(1), account="2000"), START) == []
    assert kinds(blotter.told(update(account="1000"), START)) == [LegAccepted]
    assert blotter.foreign == 2


def test_orders_and_trades_that_are_not_ours_are_kept_apart() -> None:
    blotter = sent()
    assert blotter.told(update(client_id="web_1", venue_id="5"), START) == []
    assert blotter.told(fill(client_id="web_1", venue_id="5"), START) == []
    blotter.settle_orphans(START)
    assert not blotter.external  # an answer is still awaited: they may be ours
    blotter.told(update(), START)
    blotter.settle_orphans(START + 1)
    noted = blotter.external[PERP]
    assert (noted.orders, noted.fills, noted.last_at) == (1, 1, START + 1)
    assert len(blotter.external) == 1


def test_what_is_not_ours_counts_once_and_not_at_all_when_it_is_older_than_the_run() -> None:
    blotter = Blotter(since=START - SECOND)
    strange = fill(client_id="web_1", venue_id="5")
    old = structs.replace(fill("t0", client_id="web_0", venue_id="4"), at=START - 2 * SECOND)
    timeless = structs.replace(update(client_id="web_2", venue_id="6"), at=0)
    for told in (strange, strange, old, timeless):
        blotter.told(told, START)
    assert blotter.settle_orphans(START) == [PERP]
    blotter.told(strange, START)
    assert blotter.settle_orphans(START) == []
    assert (blotter.external[PERP].orders, blotter.external[PERP].fills) == (1, 1)


def test_only_the_latest_warnings_are_kept() -> None:
    blotter = Blotter()
    for number in range(2 * KEPT):
        blotter.told(StreamEnded(at=number, message="again"), START)
    assert [warning.at for warning in blotter.warnings] == list(range(KEPT, 2 * KEPT))


def test_a_trade_that_is_taken_back_is_told_once_and_can_be_told_anew() -> None:
    blotter = sent()
    blotter.told(fill(), START)
    void = FillVoided(at=START, symbol=PERP, trade_id="t1")
    assert blotter.told(void, START) == [LegVoided(START, ID, "t1")]
    assert blotter.told(void, START) == []
    assert kinds(blotter.told(fill(), START)) == [LegFilled]


def test_a_trade_that_took_the_place_of_one_taken_back_is_asked_for() -> None:
    blotter = sent()
    blotter.told(update(), START)
    blotter.told(fill("t1", "0.4"), START)
    blotter.told(fill("t2", "0.6"), START)
    blotter.told(FillVoided(at=START, symbol=PERP, trade_id="t1"), START)
    assert blotter.told(update(OrderStatus.DONE, "1", DoneReason.FILLED), START) == [
        LegDone(START, ID, DoneReason.FILLED, D(1))
    ]
    assert blotter.next_at() == START + GRACE
    assert [type(question) for question in blotter.questions(START + GRACE)] == [asks.AskFills]
    blotter.told(fill("t3", "0.4"), START + GRACE)
    assert blotter.next_at() is None


def test_an_order_whose_trade_was_taken_back_ends_with_what_is_left() -> None:
    blotter = sent()
    blotter.told(update(), START)
    blotter.told(fill("t1", "0.4"), START)
    blotter.told(fill("t2", "0.3"), START)
    blotter.told(FillVoided(at=START, symbol=PERP, trade_id="t1"), START)
    assert blotter.told(update(OrderStatus.DONE, "0.3", DoneReason.EXPIRED), START) == [
        LegDone(START, ID, DoneReason.EXPIRED, D("0.3"))
    ]
    assert blotter.next_at() is None


def test_warnings_and_the_end_of_a_stream_are_kept_and_other_news_is_not_the_blotters() -> None:
    blotter = sent()
    news: list[Warned | StreamEnded] = [
        Warned(at=START, forced=Forced.ADL, symbol=PERP, rank=5),
        StreamEnded(at=START, message="listen key expired"),
    ]
    assert [blotter.told(one, START) for one in news] == [[], []]
    assert blotter.told(Terms(linear()), START) == []
    assert blotter.warnings == news


@pytest.mark.parametrize(
    ("outcome", "code", "message"),
    [
        (Rejected(Reason.INSUFFICIENT_MARGIN, "-2019", "Margin is insufficient."), "insufficient margin",
         "-2019: Margin is insufficient."),
        (RetryLater(START, Reason.RATE_LIMIT, "", "wait"), "rate limit", "wait"),
    ],
)  # fmt: skip
def test_a_refusal_ends_the_order(outcome: Rejected | RetryLater, code: str, message: str) -> None:
    blotter = sent()
    assert blotter.answered(WIRE, outcome, START) == [LegRejected(START, ID, code, message)]
    assert blotter.answered(WIRE, outcome, START) == []
    assert blotter.next_at() is None


def test_a_refusal_after_evidence_of_life_is_not_believed() -> None:
    blotter = sent()
    blotter.told(update(), START)
    assert blotter.answered(WIRE, MISSING, START) == []
    assert blotter.live() == [ID]


def test_an_answer_that_says_done_leaves_the_rest_to_the_updates() -> None:
    blotter = sent()
    assert blotter.answered(WIRE, Done(), START) == []
    assert blotter.answered("nobody", Done(), START) == []
    assert blotter.next_at() == START + PATIENCE
    blotter.told(update(), START + SECOND)
    assert blotter.next_at() == START + SECOND + PATIENCE  # its end may have been lost
    assert blotter.questions(START + 3 * SECOND) == [
        asks.AskOrder(asks.OrderRef(symbol=PERP, client_id=WIRE, venue_id="77"))
    ]
    blotter.told(update(OrderStatus.DONE, reason=DoneReason.EXPIRED), START + 3 * SECOND)
    assert blotter.next_at() is None


def test_a_hedge_that_the_limits_held_up_is_told_when_it_can_be_tried_again() -> None:
    soon = RetryLater(START + 3 * SECOND, Reason.RATE_LIMIT, "429", "wait")
    blotter = sent(purpose="hedge")
    assert blotter.answered(WIRE, soon, START) == []
    assert blotter.questions(START + 2 * SECOND) == []
    assert blotter.held(START + 2 * SECOND) == []
    assert blotter.next_at() == soon.at
    assert blotter.held(soon.at) == [LegRejected(soon.at, ID, "rate limit", "429: wait")]
    assert blotter.held(soon.at) == []
    assert blotter.next_at() is None


@pytest.mark.parametrize(
    ("purpose", "reason", "seconds", "held"),
    [
        ("open", Reason.RATE_LIMIT, 3, 0),
        ("hedge", Reason.OTHER, 3, 3),
        ("hedge", Reason.RATE_LIMIT, 600, 0),  # the other leg had better be taken back
        ("hedge", Reason.MAINTENANCE, 3, 0),
        ("hedge", Reason.OTHER, -1, 0),
        ("unwind", Reason.RATE_LIMIT, 600, HOLD // SECOND),
    ],
)
def test_only_waits_that_are_worth_it_are_waited(purpose: str, reason: Reason, seconds: int, held: int) -> None:
    blotter = sent(purpose=purpose)
    told = blotter.answered(WIRE, RetryLater(START + seconds * SECOND, reason, "", "later"), START)
    assert bool(told) is not bool(held)
    assert blotter.next_at() == (START + held * SECOND if held else None)


def test_trades_are_asked_for_since_a_time_of_the_venues_clock() -> None:
    blotter = sent(offset=-40 * SECOND)
    blotter.told(update(OrderStatus.DONE, "1", DoneReason.FILLED), START)
    (look,) = blotter.questions(START + GRACE)
    assert look == asks.AskFills(line="usdm", symbol=PERP, since=START - 41 * SECOND)


def test_a_duplicate_id_is_proof_of_arrival_and_asked_about() -> None:
    blotter = sent()
    events = blotter.answered(WIRE, Rejected(Reason.DUPLICATE_ID, "-4116", "ClientOrderId is duplicated."), START)
    assert kinds(events) == [LegUnknown]
    assert blotter.questions(START) == [asks.AskOrder(asks.OrderRef(symbol=PERP, client_id=WIRE))]
    assert kinds(blotter.told(update(filled="0.5"), START)) == [LegAccepted]


def test_a_lost_answer_is_asked_about_and_ends_with_evidence() -> None:
    blotter = sent()
    assert kinds(blotter.answered(WIRE, Unknown("timeout after 5 s"), START)) == [LegUnknown]
    assert blotter.answered(WIRE, Unknown("again"), START) == []
    assert blotter.next_at() == START
    assert len(blotter.questions(START)) == 1
    assert blotter.questions(START) == []
    events = blotter.told(update(OrderStatus.DONE, "1", DoneReason.FILLED), START)
    assert kinds(events) == [LegAccepted, LegDone]


def test_silence_is_asked_about_too_and_a_denial_makes_it_doubtful() -> None:
    blotter = sent()
    now = START + 2 * SECOND
    assert blotter.questions(now - 1) == []
    (question,) = blotter.questions(now)
    assert kinds(blotter.learned(question, MISSING, now)) == [LegUnknown]
    assert blotter.learned(question, Unknown("timeout"), now) == []
    assert blotter.learned(asks.AskOrder(asks.OrderRef(symbol=PERP, client_id="nobody")), MISSING, now) == []
    assert blotter.learned(asks.AskTime("usdm"), Done(), now) == []


def test_a_venues_own_rejection_in_an_update_is_a_rejection() -> None:
    blotter = sent()
    events = blotter.told(update(OrderStatus.DONE, "0", DoneReason.REJECTED, refused="GTX crossed"), START)
    assert events[-1] == LegRejected(START, ID, "other", "GTX crossed")


def test_what_the_desk_itself_would_not_send_is_rejected() -> None:
    blotter = sent()
    events = blotter.refused(WIRE, Refusal("no_account", "there is no key for binance"), START)
    assert events == [LegRejected(START, ID, "other", "no_account: there is no key for binance")]


def test_an_order_with_nothing_left_to_do_is_taken_up_again_by_what_is_told_later() -> None:
    blotter = sent()
    blotter.told(update(OrderStatus.DONE, "0", DoneReason.CANCELLED), START)
    assert blotter.next_at() is None
    assert blotter.questions(START + SECOND) == []
    blotter.told(update(OrderStatus.DONE, "1", DoneReason.FILLED), START + SECOND)
    assert blotter.next_at() == START + SECOND + GRACE
    (look,) = blotter.questions(START + SECOND + GRACE)
    assert isinstance(look, asks.AskFills)


def test_a_market_is_settled_while_nothing_is_under_way_lacking_or_unjudged() -> None:
    blotter = sent()
    assert not blotter.is_settled(PERP)
    assert blotter.is_settled(COIN)
    blotter.told(update(OrderStatus.DONE, "1", DoneReason.FILLED), START)
    assert not blotter.is_settled(PERP), "its trade has not been told"
    blotter.told(fill(), START)
    assert blotter.is_settled(PERP)
    blotter.told(structs.replace(fill("t9", client_id="web_1", venue_id="5"), symbol=COIN), START)
    assert not blotter.is_settled(COIN)
    assert blotter.settle_orphans(START) == [COIN]
    assert blotter.is_settled(COIN)

"""What the live broker does between the engine and the accounts, with accounts that answer as they are told to."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from basisdesk.app.broker import LiveBroker
from basisdesk.app.demo import run_name
from basisdesk.domain.account import Fill, Forced, OrderUpdate, StreamEnded, Warned
from basisdesk.domain.ask import Ask, AskOrder, Place
from basisdesk.domain.effect import SendLeg
from basisdesk.domain.errors import Refusal
from basisdesk.domain.event import ExternalSeen, LegAccepted, LegDone, LegFilled, LegRejected, LegUnknown
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.shell.live.heard import Answered, Told
from basisdesk.sim.generator import Generator
from basisdesk.venues import venue_named
from basisdesk.venues.trading import Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from basisdesk.domain.account import Update

D = Decimal
SECOND = 1_000_000_000
START = 1_800_000_000 * SECOND
VENUE = "binance"
SYMBOL = "binance:BTC/USDT:USDT"
NUMBER = "1000001"
INSTRUMENT = next(one for one in Generator(1, START, [VENUE]).instruments() if one.symbol == SYMBOL)


class Accounts:
    """Accounts whose answers are given beforehand; the venue's clock is 40 s ahead."""

    def __init__(self, *answers: Reply | Refusal | Exception) -> None:
        self.time = START
        self.asked: list[Ask] = []
        self.pressing: list[bool] = []
        self._answers = list(answers)

    def now(self) -> int:
        return self.time

    def offset(self, venue: str) -> int:
        return 40 * SECOND

    def number(self, venue: str) -> str:
        return NUMBER

    def ask(self, venue: str, ask: Ask, *, urgent: bool = False) -> Awaitable[Reply | Refusal]:
        self.asked.append(ask)
        self.pressing.append(urgent)
        return self._answer()

    async def _answer(self) -> Reply | Refusal:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Room:
    """A broker with these accounts, and what it said."""

    def __init__(self, *answers: Reply | Refusal | Exception, run: str = "r1") -> None:
        self.accounts = Accounts(*answers)
        self.broker = LiveBroker(run)
        self.woken = 0
        self.said: list[tuple[int, str, str]] = []
        self.broker.attach(self.accounts, self._wake, lambda at, level, text: self.said.append((at, level, text)))

    def _wake(self) -> None:
        self.woken += 1

    async def send(self, purpose: str = "open") -> None:
        self.broker.send(leg(purpose), INSTRUMENT)
        for _ in range(5):
            await asyncio.sleep(0)


def leg(purpose: str = "open") -> SendLeg:
    return SendLeg(
        at=START, client_id="S1-1-1", order_id="S1", leg=1, symbol=SYMBOL, side=Side.BUY, size=D("0.2"),
        bound=D(64000), purpose=purpose,
    )  # fmt: skip


def update(status: OrderStatus = OrderStatus.DONE, account: str = "", client_id: str = "r1-S1-1-1") -> OrderUpdate:
    reason = DoneReason.FILLED if status is OrderStatus.DONE else None
    return OrderUpdate(
        at=START, symbol=SYMBOL, venue_id="7", client_id=client_id, status=status, reason=reason, side=Side.BUY,
        filled=D("0.2") if reason else D(0), account=account,
    )  # fmt: skip


def fill(client_id: str = "r1-S1-1-1", venue_id: str = "7", at: int = START) -> Fill:
    return Fill(
        at=at, symbol=SYMBOL, trade_id="t1", venue_id=venue_id, client_id=client_id, side=Side.BUY, price=D(64000),
        size=D("0.2"), fee=D(1), fee_asset="USDT",
    )  # fmt: skip


def done(*updates: Update) -> Reply:
    return Reply(outcome=Done(), updates=updates)


def test_an_order_leaves_under_the_name_of_the_run_and_its_reply_wakes_the_desk_once() -> None:
    async def scene() -> None:
        room = Room(done(fill(), update()))
        await room.send()
        (place,) = room.accounts.asked
        assert isinstance(place, Place)
        trading = venue_named(VENUE).trading
        assert trading is not None
        assert place.order.client_id == trading.client_id("r1-S1-1-1")
        assert room.woken == 1
        assert room.broker.next_at() == 0
        assert [type(each) for each in room.broker.advance(START)] == [LegFilled, LegAccepted, LegDone]
        assert room.broker.next_at() is None

    asyncio.run(scene())


@pytest.mark.parametrize("urgent", [False, True])
def test_an_order_leaves_in_the_call_and_what_takes_risk_away_uses_the_reserve(urgent: bool) -> None:
    async def scene() -> None:
        room = Room(done(fill(), update()))
        room.broker.send(leg(), INSTRUMENT, urgent=urgent)
        assert [type(ask) for ask in room.accounts.asked] == [Place]  # the event loop has not turned since
        assert room.accounts.pressing == [urgent]
        await asyncio.sleep(0)

    asyncio.run(scene())


def test_a_bug_in_sending_is_raised_where_the_desk_runs_and_the_order_is_asked_about() -> None:
    class Broken(Accounts):
        def ask(self, venue: str, ask: Ask, *, urgent: bool = False) -> Awaitable[Reply | Refusal]:
            raise ZeroDivisionError

    room = Room()
    room.broker.attach(Broken(), room._wake, lambda *_: None)
    room.broker.send(leg(), INSTRUMENT)  # who brought the tick is not to blame
    assert room.woken == 0
    assert room.broker.next_at() == 0
    with pytest.raises(ZeroDivisionError):
        room.broker.advance(START)
    assert room.broker.blotters[VENUE].live() == ["S1-1-1"]


def test_a_broker_that_is_not_connected_rejects_and_never_asks_to_be_looked_at_again() -> None:
    broker = LiveBroker()
    broker.send(leg(), INSTRUMENT)
    (rejected,) = broker.advance(START)
    assert isinstance(rejected, LegRejected)
    assert rejected.code == "not_connected"

    async def scene() -> None:
        room = Room(Reply(outcome=Unknown("timeout")))
        await room.send()
        room.broker.detach()
        assert [type(each) for each in room.broker.advance(START)] == [LegUnknown]
        assert room.broker.next_at() is None  # else whoever waits for the next thing would wait for ever

    asyncio.run(scene())


def test_a_refusal_of_the_desks_own_is_a_rejection() -> None:
    async def scene() -> None:
        room = Room(Refusal("no_account", "there is no key for binance"))
        await room.send()
        (rejected,) = room.broker.advance(START)
        assert isinstance(rejected, LegRejected)
        assert rejected.message == "no_account: there is no key for binance"

    asyncio.run(scene())


def test_an_order_in_doubt_is_asked_for_and_not_sent_again() -> None:
    async def scene() -> None:
        room = Room(Reply(outcome=Unknown("timeout")), done(fill(), update()))
        await room.send()
        assert [type(each) for each in room.broker.advance(START)] == [LegUnknown]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [type(ask) for ask in room.accounts.asked] == [Place, AskOrder]
        assert [type(each) for each in room.broker.advance(START)] == [LegFilled, LegAccepted, LegDone]

    asyncio.run(scene())


def test_when_a_venue_may_be_asked_again_is_counted_by_our_clock() -> None:
    async def scene() -> None:
        soon = RetryLater(START + 43 * SECOND, Reason.RATE_LIMIT, "429", "wait")
        room = Room(Reply(outcome=soon))
        await room.send("hedge")
        assert room.broker.next_at() == START + 3 * SECOND
        assert room.broker.advance(START + 2 * SECOND) == []
        assert [type(each) for each in room.broker.advance(START + 3 * SECOND)] == [LegRejected]

    asyncio.run(scene())


def test_what_names_another_account_is_not_taken() -> None:
    room = Room()
    room.broker.hear(Told(VENUE, START, Warned(at=START, forced=Forced.ADL, symbol=SYMBOL, account="2000002")))
    assert room.broker.blotters[VENUE].foreign == 1
    assert not room.said


def test_a_fault_in_a_task_is_raised_where_the_desk_runs() -> None:
    async def scene() -> None:
        room = Room(ValueError("a bug"))
        await room.send()
        assert room.woken == 1
        assert room.broker.next_at() == 0
        with pytest.raises(ValueError, match="a bug"):
            room.broker.advance(START)

    asyncio.run(scene())


def test_warnings_and_ended_streams_are_told_to_people_the_same_one_once() -> None:
    room = Room()
    ended = StreamEnded(at=START, message="listen key expired")
    warned = Warned(at=START, forced=Forced.LIQUIDATION, symbol=SYMBOL, message="margin is short")
    for news in (ended, ended, warned):
        room.broker.hear(Told(VENUE, START, news))
    assert room.said == [
        (START, "warning", "binance: the private stream has ended: listen key expired"),
        (START, "error", f"{SYMBOL}: liquidation margin is short"),
    ]


def test_trades_of_others_freeze_their_market_once_and_those_of_the_past_do_not() -> None:
    room = Room()
    strange = fill(client_id="web_1", venue_id="99")
    old = fill(client_id="web_0", venue_id="98", at=START - 3600 * SECOND)
    for news in (strange, strange, old):
        room.broker.hear(Told(VENUE, START, news))
    seen = "orders that are not this desk's were seen there (updates: 0, trades: 1)"
    assert room.broker.advance(START) == [ExternalSeen(START, SYMBOL, seen, traded=D("0.2"))]
    room.broker.hear(Told(VENUE, START, strange))
    assert room.broker.advance(START) == []


def test_a_rejected_order_is_rejected_whoever_tells_it_first() -> None:
    async def scene() -> None:
        refused = Reply(outcome=Rejected(Reason.INSUFFICIENT_MARGIN, "-2019", "Margin is insufficient."))
        room = Room(refused)
        await room.send()
        (place,) = room.accounts.asked
        room.broker.hear(Answered(VENUE, START, place, refused))
        assert [type(each) for each in room.broker.advance(START)] == [LegRejected]

    asyncio.run(scene())


def test_runs_have_different_names_that_any_venue_takes() -> None:
    names = {run_name(START + second * SECOND) for second in range(100)}
    assert len(names) == 100
    for name in names:
        assert name.isalnum()
        for venue in ("binance", "okx", "bybit", "deribit"):
            trading = venue_named(venue).trading
            assert trading is not None
            assert "S1" in trading.client_id(f"{name}-S1-1-1")

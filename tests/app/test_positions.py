"""What is done about a position that a venue tells, with readings and orders that are as the test says."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from basisdesk.app.positions import PATIENCE, ROUNDS, SETTLE, PositionWatch
from basisdesk.domain.account import Balance, Complete, Fill, Position
from basisdesk.domain.ask import AskBalances, AskFills, AskPositions
from basisdesk.domain.errors import Refusal
from basisdesk.domain.event import ExternalHeld, ExternalSeen, Listed
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done, Unknown
from basisdesk.engine import Fill as Booked
from basisdesk.engine import State, fold
from basisdesk.shell.live.heard import Answered, Told
from basisdesk.shell.live.polls import LOOKBACK, OVERLAP
from basisdesk.sim.generator import Generator
from basisdesk.venues.trading import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Query
    from basisdesk.domain.event import Event

D = Decimal
SECOND = 1_000_000_000
START = 1_800_000_000 * SECOND
VENUE, SYMBOL, SPOT = "binance", "binance:BTC/USDT:USDT", "binance:BTC/USDT"
NUMBER = "1000001"
AHEAD = 40 * SECOND
INSTRUMENTS = {one.symbol: one for one in Generator(1, START, [VENUE]).instruments() if one.symbol in {SYMBOL, SPOT}}
LINE = INSTRUMENTS[SYMBOL].market


class Scene:
    """A ledger, an account whose position is `size`, and everything that is asked and told; time passes in sleeps."""

    def __init__(self, size: str = "0") -> None:
        self.state = State()
        for instrument in INSTRUMENTS.values():
            fold(self.state, Listed(START, instrument))
        self.time = START
        self.size = D(size)
        self.settled = True
        self.asked: list[Query] = []
        self.told: list[Event] = []
        self.work: list[Coroutine[object, object, None]] = []
        self.on_asked: Callable[[Query], None] = lambda _query: None
        self.answer: Reply | Refusal | None = None
        self.watch = PositionWatch(self.state, self, self)

    # the accounts
    def now(self) -> int:
        return self.time

    def offset(self, venue: str) -> int:
        assert venue == VENUE
        return AHEAD

    def number(self, venue: str) -> str:
        assert venue == VENUE
        return NUMBER

    async def read(self, venue: str, query: Query) -> Reply | Refusal:
        assert venue == VENUE
        self.asked.append(query)
        self.on_asked(query)
        if self.answer is not None:
            return self.answer
        reply = done(*whole(self.size)) if isinstance(query, AskPositions) else done()
        self.watch.hear(Answered(VENUE, self.time, query, reply))
        return reply

    async def sleep(self, span: int) -> None:
        self.time += span

    # the orders
    def is_settled(self, venue: str, symbol: str) -> bool:
        assert (venue, symbol) == (VENUE, SYMBOL)
        return self.settled

    def tell(self, *events: Event) -> None:
        for event in events:
            self.told.append(event)
            fold(self.state, event)

    def start(self, work: Coroutine[object, object, None]) -> None:
        self.work.append(work)

    # what happens
    def poll(self, *updates: Update, ask: AskPositions | None = None) -> None:
        """A reading of all comes."""
        rows = updates or whole(self.size)
        self.watch.hear(Answered(VENUE, self.time, ask or AskPositions(LINE), done(*rows)))

    def stream(self, size: str, account: str = "") -> None:
        self.watch.hear(Told(VENUE, self.time, told(size, account)))

    def look_into(self) -> None:
        """Let what was started be done."""
        while self.work:
            asyncio.run(_all(self.work.pop(0)))


async def _all(work: Coroutine[object, object, None]) -> None:
    await work


def told(size: str, account: str = "") -> Position:
    return Position(at=START, symbol=SYMBOL, size=D(size), account=account)


def whole(size: Decimal) -> Sequence[Update]:
    ends = Complete(at=START, what="positions", line=LINE)
    return (told(str(size)), ends) if size else (ends,)


def done(*updates: Update) -> Reply:
    return Reply(outcome=Done(), updates=updates)


def fill() -> Fill:
    return Fill(
        at=START, symbol=SYMBOL, trade_id="t1", venue_id="7", client_id="", side=Side.BUY, price=D(64000),
        size=D("0.2"), fee=D(1), fee_asset="USDT",
    )  # fmt: skip


def begun(size: str = "0") -> Scene:
    scene = Scene(size)
    scene.poll()
    assert scene.told == [ExternalHeld(START, SYMBOL, D(size))]
    scene.told.clear()
    return scene


@pytest.mark.parametrize("size", ["0", "-1.5"])
def test_the_first_reading_of_a_contract_is_what_stood_there_and_spot_has_none(size: str) -> None:
    scene = begun(size)
    scene.poll()
    assert (scene.told, scene.work, scene.state.external) == ([], [], {SYMBOL: D(size)})


def test_the_first_reading_waits_until_nothing_is_under_way() -> None:
    scene = Scene("3")
    scene.settled = False
    scene.poll()
    scene.stream("4")
    assert (scene.told, scene.work) == ([], [])
    scene.settled = True
    scene.poll()
    assert scene.told == [ExternalHeld(START, SYMBOL, D(3))]


def test_a_difference_is_looked_for_in_the_trades_and_told_after_two_readings() -> None:
    scene = begun()
    scene.time += 3600 * SECOND
    scene.size = D("0.2")
    scene.poll()
    scene.poll()
    assert len(scene.work) == 1, "once is enough"
    scene.look_into()
    since = START - OVERLAP + AHEAD
    positions = AskPositions(LINE, SYMBOL)
    assert scene.asked == [AskFills(line=LINE, symbol=SYMBOL, since=since), positions, positions]
    message = "its position is 0.2 at the venue and 0 in the ledger, and no trade says why"
    assert scene.told == [ExternalSeen(scene.time, SYMBOL, message, differs=D("0.2"))]
    scene.poll()
    assert scene.work == [], "it is known"


def test_trades_are_read_a_day_back_at_most() -> None:
    scene = begun()
    scene.time += 10 * LOOKBACK
    scene.stream("1")
    now = scene.time
    scene.look_into()
    assert scene.asked[0] == AskFills(line=LINE, symbol=SYMBOL, since=now - LOOKBACK + AHEAD)


def test_a_stream_that_is_ahead_of_its_fill_makes_nobody_ask_once_the_fill_is_booked() -> None:
    scene = begun()
    scene.settled = False
    scene.stream("0.2")

    async def sleep(span: int) -> None:
        scene.time += span
        scene.tell(ExternalSeen(scene.time, SYMBOL, "strangers", D("0.2")))
        scene.settled = True

    scene.sleep = sleep  # type: ignore[method-assign]
    scene.look_into()
    assert scene.asked == []
    assert scene.state.differences == {}


def test_a_trade_that_the_history_tells_ends_the_matter() -> None:
    scene = begun()
    scene.size = D("0.2")

    def found(query: Query) -> None:
        if isinstance(query, AskFills):
            scene.tell(ExternalSeen(scene.time, SYMBOL, "strangers", D("0.2")))

    scene.on_asked = found
    scene.poll()
    scene.look_into()
    assert [type(query) for query in scene.asked] == [AskFills, AskPositions]
    assert scene.state.differences == {}


def test_what_happens_while_it_is_read_proves_nothing() -> None:
    scene = begun()
    scene.size = D("0.2")
    scene.on_asked = lambda query: (
        scene.watch.hear(Told(VENUE, scene.time, fill())) if isinstance(query, AskPositions) else None
    )
    scene.poll()
    scene.look_into()
    assert scene.told == []
    assert len(scene.asked) == 1 + ROUNDS, "the next reading of all begins anew"
    scene.on_asked = lambda _query: None
    scene.poll()
    scene.look_into()
    assert scene.state.differences == {SYMBOL: D("0.2")}


def test_what_happens_during_the_second_reading_makes_two_more_needed() -> None:
    scene = begun()
    scene.size = D("0.2")

    def disturb(_query: Query) -> None:
        if sum(isinstance(query, AskPositions) for query in scene.asked) == 2:
            scene.watch.hear(Told(VENUE, scene.time, fill()))

    scene.on_asked = disturb
    scene.poll()
    scene.look_into()
    assert sum(isinstance(query, AskPositions) for query in scene.asked) == 4
    assert scene.state.differences == {SYMBOL: D("0.2")}


def test_something_between_two_readings_makes_them_begin_anew() -> None:
    scene = begun()
    scene.size = D("0.2")
    naps: list[int] = []

    async def sleep(span: int) -> None:
        scene.time += span
        naps.append(span)
        if len(naps) == 1:
            scene.watch.hear(Told(VENUE, scene.time, fill()))

    scene.sleep = sleep  # type: ignore[method-assign]
    scene.poll()
    scene.look_into()
    assert sum(isinstance(query, AskPositions) for query in scene.asked) == 3
    assert scene.state.differences == {SYMBOL: D("0.2")}


def test_no_reading_is_asked_for_right_after_a_fill_of_ours() -> None:
    """The venue's positions may be a little behind its trades."""
    scene = begun()
    booked = Booked(
        at=START, order_id="S1", client_id="S1-1-1", leg=1, symbol=SYMBOL, side=Side.BUY, purpose="open",
        price=D(64000), size=D("0.2"), base=D("0.2"), worth=D("0.2"), fee=D(1), fee_asset="USDT", trade_id="t1",
    )  # fmt: skip
    scene.state.fills.append(booked)
    times: list[int] = []
    scene.on_asked = lambda _query: times.append(scene.time)
    scene.size = D("0.2")
    scene.poll()
    scene.look_into()
    assert times[0] - START >= SETTLE
    assert scene.state.differences == {SYMBOL: D("0.2")}


def test_orders_that_never_settle_are_waited_for_so_long_and_no_longer() -> None:
    scene = begun()
    scene.settled = False
    scene.stream("0.2")
    scene.look_into()
    assert scene.asked == []
    assert PATIENCE < scene.time - START < PATIENCE + SETTLE
    scene.settled = True
    scene.size = D("0.2")
    scene.poll()
    scene.look_into()
    assert scene.state.differences == {SYMBOL: D("0.2")}


@pytest.mark.parametrize("answer", [Refusal("no_account", "no key"), Reply(outcome=Unknown("timeout"))])
@pytest.mark.parametrize("failing", [AskFills, AskPositions])
def test_what_cannot_be_read_proves_nothing(answer: Reply | Refusal, failing: type) -> None:
    scene = begun()
    scene.stream("0.2")

    def fail(query: Query) -> None:
        scene.answer = answer if isinstance(query, failing) else None

    scene.on_asked = fail
    scene.look_into()
    assert scene.told == []
    assert isinstance(scene.asked[-1], failing)


def test_a_position_of_another_account_is_nobodys() -> None:
    scene = begun()
    scene.stream("0.2", account="77")
    scene.poll(told("0.2", account="77"), *whole(D(0)))
    assert scene.work == []
    scene.stream("0.2", account=NUMBER)
    assert len(scene.work) == 1
    scene.look_into()


def test_the_same_again_and_what_is_no_position_are_passed_over() -> None:
    scene = begun("0.5")
    scene.stream("0.5")
    balance = Balance(at=START, line=LINE, asset="USDT", total=D(1))
    scene.watch.hear(Told(VENUE, START, balance))
    scene.watch.hear(Answered(VENUE, START, AskBalances(LINE), done(balance)))
    scene.poll(told("9"), ask=AskPositions(LINE, SYMBOL))  # a page that is not the last
    assert (scene.work, scene.told) == ([], [])


def test_a_market_that_a_whole_reading_does_not_name_is_flat() -> None:
    """RK4: the row of a position that was closed is gone."""
    scene = begun("0.5")
    scene.size = D(0)
    scene.poll()
    scene.look_into()
    assert scene.state.differences == {SYMBOL: D("-0.5")}

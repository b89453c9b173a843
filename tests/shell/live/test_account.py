"""One account: orders out, everything that is known of it in, and what its health is said to be."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import pytest
from tests.shell.live.fakes import SECOND, START, Air, Line, QuickClock, asked, settle, site
from tests.shell.live.toy import CANCEL, INSTRUMENT, PLACE, SYMBOL, Toy, ToyEntry, order_update

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Permissions, StreamEnded
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done, Outcome, RetryLater, Unknown
from basisdesk.shell.live.account import Account
from basisdesk.shell.live.health import Capability, Health
from basisdesk.shell.live.heard import Answered, Heard, Told
from basisdesk.shell.live.supervisor import Supervisor
from basisdesk.venues.trading import Reply, Request, Response, Session

DATA, ORDERS, ACCOUNT = Capability.DATA, Capability.ORDERS, Capability.ACCOUNT
GAP = [asks.AskOpenOrders, asks.AskFills, asks.AskPositions, asks.AskBalances]


class SlowClock(QuickClock):
    """Time passes only when the test lets it: sleepers wait for `go`."""

    def __init__(self) -> None:
        super().__init__()
        self.sleepers: list[tuple[int, asyncio.Event]] = []

    async def sleep(self, span: int) -> None:
        if span <= 0:
            return
        event = asyncio.Event()
        self.sleepers.append((self.time + span, event))
        await event.wait()

    async def go(self, span: int) -> None:
        end = self.time + span
        await settle(60)
        while due := sorted((entry for entry in self.sleepers if entry[0] <= end), key=lambda entry: entry[0]):
            self.time = max(self.time, due[0][0])
            due[0][1].set()
            self.sleepers.remove(due[0])
            await settle(60)
        self.time = end
        await settle(60)


class Scene:
    def __init__(self) -> None:
        self.clock = SlowClock()
        self.toy = Toy()
        self.status: dict[type, int] = {}
        self.air = Air(self.clock, self.answer)
        self.supervisor = Supervisor(self.clock, random.Random(1))
        self.site = site(self.clock, self.air, self.toy.trading, self.supervisor)
        self.heard: list[Heard] = []
        self.session = Session()
        self.session.know([INSTRUMENT])
        self.account = Account(self.site, self.toy.trading, self.session, ["spot"], self.heard.append)

    def answer(self, request: Request) -> Response:
        return Response(self.status.get(type(request.ask), self.status.get(object, 200)), b"why", {}, self.clock.now())

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self.supervisor:
            self.account.start()
            await self.clock.go(0)
            yield

    def private(self) -> Line:
        return [line for line, url in zip(self.air.lines, self.air.urls, strict=True) if "private" in url][-1]

    def orders(self) -> Line:
        return [line for line, url in zip(self.air.lines, self.air.urls, strict=True) if "orders" in url][-1]

    def kinds(self) -> list[type]:
        return [type(ask) for ask in asked(self.air.requests)]

    def health(self, capability: Capability) -> Health:
        return self.site.board.of("toy", capability).health

    def told(self) -> list[object]:
        return [entry.update for entry in self.heard if isinstance(entry, Told)]

    async def outcome(self, ask: asks.Ask) -> Outcome:
        reply = await self.account.ask(ask)
        assert isinstance(reply, Reply)
        return reply.outcome


@pytest.mark.asyncio
async def test_the_account_is_read_before_anything_is_sent() -> None:
    scene = Scene()
    async with scene.supervisor:
        scene.account.start()
        assert scene.health(ORDERS) is Health.DOWN
        unread = await scene.outcome(PLACE)
        assert isinstance(unread, RetryLater)
        assert unread.code == "unread"
        assert PLACE not in asked(scene.air.requests)
        await scene.clock.go(0)
        assert await scene.outcome(PLACE) == Done()
        scene.private().listener.heard(b"welcome", START)
        await scene.clock.go(2 * SECOND)
    assert scene.kinds().count(asks.AskPermissions) == 1
    assert [kind for kind in scene.kinds() if kind in GAP][:4] == GAP
    assert scene.site.board.of("toy", ORDERS).reason == ""
    assert scene.health(ORDERS) is Health.UP


@pytest.mark.asyncio
async def test_a_stream_is_opened_with_its_key_read_in_the_venues_time_and_every_connection_fills_the_gap() -> None:
    scene = Scene()
    scene.site.time.offset = 9 * SECOND
    async with scene.running():
        assert asks.OpenStream in scene.kinds()
        assert scene.private().sent == [b"login"]
        await scene.clock.go(2 * SECOND)
        before = len(scene.air.requests)
        scene.private().listener.heard(b"welcome", START)
        scene.private().listener.heard(b"5", START + 1)
        await scene.clock.go(2 * SECOND)
        assert scene.kinds()[before:] == GAP
        assert scene.told() == [order_update(5)]
        assert scene.toy.private.times == [START + 9 * SECOND, START + 9 * SECOND + 1]
        scene.private().listener.closed("lost")
        await scene.clock.go(5 * SECOND)
        assert scene.toy.private.gone == 1
        assert scene.kinds().count(asks.OpenStream) == 2
        before = len(scene.air.requests)
        scene.private().listener.heard(b"welcome", START)
        await scene.clock.go(2 * SECOND)
        assert set(GAP) <= set(scene.kinds()[before:])


@pytest.mark.asyncio
async def test_fills_are_asked_for_every_ten_seconds_and_the_rest_every_thirty() -> None:
    scene = Scene()
    async with scene.running():
        scene.private().listener.heard(b"welcome", START)
        await scene.clock.go(2 * SECOND)
        before = len(scene.air.requests)
        await scene.clock.go(61 * SECOND)
    counts = {kind: scene.kinds()[before:].count(kind) for kind in GAP}
    assert counts[asks.AskFills] >= 6
    assert counts[asks.AskPositions] == counts[asks.AskBalances] == 2
    fills = [request.ask for request in scene.air.requests if isinstance(request.ask, asks.AskFills)]
    since = [ask.since for ask in fills]
    assert since[0] == START - 24 * 3600 * SECOND
    assert all(0 < START + 70 * SECOND - 60 * SECOND - at <= 70 * SECOND for at in since[1:])
    assert since[1:] == sorted(since[1:])


@pytest.mark.asyncio
async def test_a_question_that_fails_is_asked_again_soon_and_holds_up_no_other() -> None:
    scene = Scene()
    async with scene.running():
        scene.private().listener.heard(b"welcome", START)
        await scene.clock.go(2 * SECOND)
        scene.status[asks.AskBalances] = scene.status[asks.AskFills] = 500
        before = len(scene.air.requests)
        await scene.clock.go(60 * SECOND)
        kinds = scene.kinds()[before:]
        assert kinds.count(asks.AskFills) > 20
        assert kinds.count(asks.AskBalances) > 5
        assert scene.health(ACCOUNT) is Health.DEGRADED
        scene.status.clear()
        await scene.clock.go(70 * SECOND)
        assert scene.site.board.of("toy", ACCOUNT).reason == ""
        assert scene.health(ACCOUNT) is Health.UP


@pytest.mark.asyncio
async def test_questions_that_need_a_market_are_asked_for_those_in_use_and_unknown_ones_never_again() -> None:
    scene = Scene()
    scene.toy.by_symbol = (asks.AskFills,)
    scene.toy.refuses = (asks.AskPositions,)
    scene.status[asks.AskBalances] = 405
    async with scene.running():
        assert asks.AskFills not in scene.kinds()
        scene.private().listener.heard(b"5", START)
        await scene.clock.go(62 * SECOND)
    fills = [request.ask for request in scene.air.requests if isinstance(request.ask, asks.AskFills)]
    assert fills
    assert {ask.symbol for ask in fills} == {SYMBOL}
    assert asks.AskPositions not in scene.kinds()
    assert scene.kinds().count(asks.AskBalances) == 1
    assert scene.account.read_once.is_set()


@pytest.mark.asyncio
async def test_a_key_kept_alive_while_the_stream_stands_is_asked_for() -> None:
    scene = Scene()
    async with scene.running():
        scene.private().listener.heard(b"welcome", START)
        scene.private().listener.heard(b"keep", START)
        await scene.clock.go(SECOND)
        assert scene.toy.private.replied_to == [asks.OpenStream("spot"), asks.KeepStream("spot")]


@pytest.mark.asyncio
async def test_a_failed_keep_alive_takes_the_stream_down_and_a_new_key_is_asked_for() -> None:
    scene = Scene()
    async with scene.running():
        scene.private().listener.heard(b"welcome", START)
        scene.status[asks.KeepStream] = 500
        scene.private().listener.heard(b"keep", START)
        await scene.clock.go(5 * SECOND)
        assert any(isinstance(update, StreamEnded) for update in scene.told())
        assert scene.kinds().count(asks.OpenStream) == 2
        assert scene.toy.private.gone == 1


@pytest.mark.asyncio
async def test_a_revoked_key_takes_orders_down_until_it_is_accepted_again() -> None:
    scene = Scene()
    async with scene.running():
        scene.private().listener.heard(b"welcome", START)
        await scene.clock.go(2 * SECOND)
        assert scene.health(ORDERS) is Health.UP
        scene.status[object] = 401
        scene.private().listener.heard(b"revoked", START)
        assert scene.health(ORDERS) is Health.DOWN
        assert "refuses the key" in scene.site.board.of("toy", ORDERS).reason
        await scene.clock.go(60 * SECOND)
        assert scene.health(ORDERS) is scene.health(ACCOUNT) is Health.DOWN
        scene.status[object] = 200
        await scene.clock.go(120 * SECOND)
        scene.private().listener.heard(b"welcome", START)
        await scene.clock.go(20 * SECOND)
        assert scene.health(ORDERS) is Health.UP


@pytest.mark.asyncio
async def test_updates_of_another_account_are_not_ours() -> None:
    scene = Scene()
    scene.session.account = "me"
    async with scene.running():
        scene.private().listener.heard(b"welcome", START)
        scene.private().listener.heard(b"foreign", START)
        await scene.clock.go(2 * SECOND)
        assert scene.told() == []
        assert scene.account.strangers == 1
        assert scene.health(ACCOUNT) is Health.DEGRADED


@pytest.mark.asyncio
async def test_a_key_that_may_withdraw_is_never_used() -> None:
    scene = Scene()
    scene.toy.updates = {asks.AskPermissions: (Permissions(at=1, read=True, trade=True, withdraw=True),)}
    async with scene.running():
        reply = await scene.account.ask(PLACE)
        assert isinstance(reply, Refusal)
        assert reply.code == "withdrawal_right"
        assert scene.health(ORDERS) is Health.DOWN
        assert PLACE not in asked(scene.air.requests)
        assert await scene.outcome(asks.AskBalances("spot")) == Done()


@pytest.mark.asyncio
async def test_orders_go_over_their_connection_where_it_stands_and_over_http_where_it_does_not() -> None:
    scene = Scene()
    scene.toy.entry = ToyEntry()
    async with scene.running():
        assert await scene.outcome(PLACE) == Done()
        assert asked(scene.air.requests).count(PLACE) == 1
        scene.orders().listener.heard(b"welcome", START)
        order = asyncio.ensure_future(scene.outcome(CANCEL))
        await settle()
        assert scene.orders().sent == [b"login", b"order"]
        scene.orders().listener.heard(b"ok", START)
        assert await order == Done()
        assert CANCEL not in asked(scene.air.requests)
        assert isinstance(scene.heard[-1], Answered)
        assert scene.heard[-1].ask == CANCEL
        scene.toy.entry.carries = False
        assert await scene.outcome(CANCEL) == Done()
        assert asked(scene.air.requests).count(CANCEL) == 1
        scene.toy.entry.carries = Refusal("no", "never")
        assert await scene.account.ask(CANCEL) == Refusal("no", "never")
        scene.toy.refuses = (asks.Place,)
        assert await scene.account.ask(PLACE) == Refusal("unsupported", "no Place")


@pytest.mark.asyncio
async def test_an_order_under_way_on_a_lost_connection_is_unknown_and_not_sent_over_http() -> None:
    scene = Scene()
    scene.toy.entry = ToyEntry()
    async with scene.running():
        scene.orders().listener.heard(b"welcome", START)
        order = asyncio.ensure_future(scene.outcome(PLACE))
        await settle()
        scene.orders().listener.closed("lost")
        await scene.clock.go(SECOND)
        assert await order == Unknown("the connection was lost")
        assert PLACE not in asked(scene.air.requests)


@pytest.mark.asyncio
async def test_orders_over_their_connection_are_within_the_budget_too() -> None:
    scene = Scene()
    scene.toy.entry = ToyEntry()
    async with scene.running():
        scene.orders().listener.heard(b"welcome", START)
        scene.site.budget.ban(START + 3600 * SECOND)
        outcome = await scene.outcome(PLACE)
        assert isinstance(outcome, RetryLater)
        assert outcome.code == "budget"
        assert scene.toy.entry.sent == []


@pytest.mark.asyncio
async def test_after_a_pause_of_the_machine_everything_is_read_before_anything_is_sent() -> None:
    scene = Scene()
    async with scene.running():
        scene.private().listener.heard(b"welcome", START)
        await scene.clock.go(2 * SECOND)
        scene.air.held = asyncio.Event()
        order = asyncio.ensure_future(scene.outcome(PLACE))
        await settle()
        scene.account.interrupt("the machine stood still for 30.0 s")
        assert await order == Unknown("the machine stood still for 30.0 s")
        unread = await scene.outcome(PLACE)
        assert isinstance(unread, RetryLater)
        before = len(scene.air.requests)
        scene.air.held.set()
        await scene.clock.go(5 * SECOND)
        assert [kind for kind in scene.kinds()[before:] if kind in GAP][:4] == GAP
        assert await scene.outcome(PLACE) == Done()


@pytest.mark.asyncio
async def test_health_follows_what_requests_come_to() -> None:
    scene = Scene()
    async with scene.running():
        scene.private().listener.heard(b"welcome", START)
        await scene.clock.go(2 * SECOND)
        scene.status[asks.Place] = 500
        for expected in (Health.DEGRADED, Health.DEGRADED, Health.DOWN):
            await scene.account.ask(PLACE)
            assert (scene.health(ORDERS), scene.health(ACCOUNT)) == ((expected, Health.UP))
            await scene.clock.go(SECOND)
        scene.status[asks.Place] = 200
        await scene.account.ask(PLACE)
        assert scene.health(ORDERS) is Health.UP
        scene.status[asks.Place] = 503
        await scene.account.ask(PLACE)
        assert scene.site.board.of("toy", ORDERS).reason == "http: maintenance: closed"
        scene.status[asks.Place] = 405
        await scene.account.ask(PLACE)
        assert scene.health(ORDERS) is Health.UP


@pytest.mark.asyncio
async def test_a_venue_whose_answers_are_slow_is_degraded() -> None:
    scene = Scene()
    async with scene.running():
        scene.private().listener.heard(b"welcome", START)
        await scene.clock.go(2 * SECOND)

        def slow(request: Request) -> Response:
            scene.clock.time += 5 * SECOND
            return Response(200, b"", {}, scene.clock.now())

        scene.air.answer = slow
        await scene.account.ask(CANCEL)
        assert scene.health(ORDERS) is Health.DEGRADED
        assert scene.site.board.of("toy", ORDERS).reason == "pace: answers take 5.0 s at the median"


@pytest.mark.asyncio
async def test_an_account_that_cannot_be_read_sends_nothing_and_says_why() -> None:
    scene = Scene()
    scene.status[asks.AskPositions] = 400
    async with scene.running():
        await scene.clock.go(30 * SECOND)
        assert not scene.account.read_once.is_set()
        assert scene.health(ORDERS) is Health.DOWN
        assert scene.site.board.of("toy", ORDERS).reason == "reading: positions of spot: bad clock"
        requests = scene.kinds().count(asks.AskPositions)
        assert 2 <= requests <= 20


@pytest.mark.asyncio
async def test_a_stream_that_cannot_be_opened_is_down_while_polls_go_on() -> None:
    scene = Scene()
    scene.toy.refuses = (asks.OpenStream,)
    async with scene.running():
        await scene.clock.go(60 * SECOND)
        part = scene.site.board.parts("toy", ACCOUNT)["private stream 1"]
        assert part.health is Health.DOWN
        assert scene.health(ACCOUNT) is Health.DEGRADED
        assert scene.health(ORDERS) is Health.UP
        assert "private" not in "".join(scene.air.urls)

"""Asks over HTTP: first things first, within the budget, once."""

import asyncio
from typing import get_args

import pytest
from tests.shell.live.fakes import SECOND, START, Air, QuickClock, asked, settle, site
from tests.shell.live.toy import CANCEL, INSTRUMENT, ORDER, PLACE, SYMBOL, Toy

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Terms
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.shell.live.asker import TRIES, Asker
from basisdesk.shell.live.asks import is_command, is_trading, is_urgent, name_of, symbol_of
from basisdesk.shell.live.heard import Answered, Heard
from basisdesk.shell.live.transport import NotSent
from basisdesk.venues.trading import Reply, Request, Response, Session

NO_ACCOUNT = "not sent: the account's number and level must be known first, and the venue did not answer: why"


class Scene:
    def __init__(self, *statuses: int, offset: int = 0) -> None:
        """The last status repeats."""
        self.clock = QuickClock()
        self.toy = Toy()
        self.statuses = list(statuses) or [200]
        self.air = Air(self.clock, self.answer)
        self.site = site(self.clock, self.air, self.toy.trading)
        self.site.time.offset = offset
        self.told: list[Heard] = []
        self.asker = Asker(self.site, self.toy.trading, Session(), self.told.append)
        self.headers: dict[str, str] = {}
        self.unreachable = False

    def answer(self, request: Request) -> Response | NotSent:
        if self.unreachable:
            return NotSent("nobody there")
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return Response(status, b"why", self.headers, self.clock.now())

    async def outcome(self, ask: asks.Ask) -> object:
        reply = await self.asker.ask(ask)
        assert isinstance(reply, Reply)
        return reply.outcome


@pytest.mark.asyncio
async def test_an_ask_is_signed_in_the_venues_time_sent_once_and_told() -> None:
    scene = Scene(offset=3 * SECOND)
    reply = await scene.asker.ask(PLACE)
    assert isinstance(reply, Reply)
    assert reply.outcome == Done()
    assert scene.toy.signed == [START + 3 * SECOND]
    assert asked(scene.air.requests) == [PLACE]
    assert scene.told == [Answered("toy", START, PLACE, reply)]


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [0, 500, 429, 503, 401])
async def test_a_command_is_never_sent_again(status: int) -> None:
    scene = Scene(status)
    await scene.asker.ask(PLACE)
    await settle()
    assert len(scene.air.requests) == 1


@pytest.mark.asyncio
async def test_what_certainly_was_not_sent_is_not_unknown() -> None:
    scene = Scene()
    scene.unreachable = True
    assert await scene.outcome(PLACE) == RetryLater(START + SECOND, Reason.OTHER, "not sent", "nobody there")
    scene = Scene(0)
    assert await scene.outcome(PLACE) == Unknown("why")


@pytest.mark.asyncio
async def test_what_must_be_known_first_is_asked_first_and_by_one_alone() -> None:
    scene = Scene()
    scene.toy.needs_account = True
    scene.air.held = asyncio.Event()
    both = asyncio.gather(scene.outcome(PLACE), scene.outcome(CANCEL))
    await settle()
    scene.air.held.set()
    assert list(await both) == [Done(), Done()]
    assert asked(scene.air.requests) == [asks.AskAccounts(), PLACE, CANCEL]
    assert scene.asker.session.learned == {"id": "7"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0, RetryLater(START + SECOND, Reason.OTHER, "first", NO_ACCOUNT)),
        (401, Rejected(Reason.AUTHENTICATION, "401", "bad key")),
        (429, RetryLater(START + 5 * SECOND, Reason.RATE_LIMIT, "429", "too many")),
    ],
)
async def test_when_what_comes_first_fails_the_ask_itself_was_not_sent(status: int, outcome: object) -> None:
    scene = Scene(status)
    scene.toy.needs_account = True
    assert await scene.outcome(PLACE) == outcome
    assert asked(scene.air.requests) == [asks.AskAccounts()]
    last = scene.told[-1]
    assert isinstance(last, Answered)
    assert (last.ask, last.reply.outcome) == (PLACE, outcome)


@pytest.mark.asyncio
@pytest.mark.parametrize(("ask", "sent"), [(PLACE, False), (CANCEL, True)])
async def test_an_order_is_not_sent_when_what_comes_first_took_too_long_and_a_cancel_is(
    ask: asks.Ask, *, sent: bool
) -> None:
    scene = Scene()
    scene.toy.needs_account = True
    scene.site.budget.ban(START + 60 * SECOND, ["weight"])
    outcome = await scene.outcome(ask)
    assert scene.clock.now() == START + 60 * SECOND
    assert (ask in asked(scene.air.requests)) is sent
    assert isinstance(outcome, Done if sent else RetryLater)


@pytest.mark.asyncio
async def test_first_things_that_never_end_are_refused() -> None:
    scene = Scene()
    scene.toy.needs_account = True
    scene.asker.session.learned = Forgetful()
    reply = await scene.asker.ask(PLACE)
    assert isinstance(reply, Refusal)
    assert (reply.code, "Place" in reply.message) == ("first_things", False)
    assert PLACE not in asked(scene.air.requests)


class Forgetful(dict[str, str]):
    def update(self, *_: object, **__: object) -> None:
        """Learn nothing."""


@pytest.mark.asyncio
async def test_a_refusal_of_the_codec_sends_nothing() -> None:
    scene = Scene()
    scene.toy.refuses = (asks.Place,)
    assert await scene.asker.ask(PLACE) == Refusal("unsupported", "no Place")
    assert scene.air.requests == []


@pytest.mark.asyncio
async def test_ordinary_orders_wait_for_their_share_and_are_signed_anew_while_cancels_use_the_reserve() -> None:
    scene = Scene()
    for _ in range(6):
        assert await scene.outcome(PLACE) == Done()
    before = len(scene.toy.signed)
    assert await scene.outcome(CANCEL) == Done()
    assert scene.clock.now() == START
    assert await scene.outcome(PLACE) == Done()
    assert scene.clock.now() == START + SECOND
    assert scene.toy.signed[before:] == [START, START, START + SECOND]
    assert scene.air.requests[-1].path == f"/{START + SECOND}"


@pytest.mark.asyncio
async def test_a_hedge_that_is_not_reduce_only_uses_the_reserve_when_it_is_said_to_be_one() -> None:
    scene = Scene()
    for _ in range(6):
        assert await scene.outcome(PLACE) == Done()
    reply = await scene.asker.ask(PLACE, urgent=True)
    assert isinstance(reply, Reply)
    assert reply.outcome == Done()
    assert scene.clock.now() == START


@pytest.mark.asyncio
async def test_a_command_is_handed_to_the_transport_in_the_call_and_a_question_when_it_is_awaited() -> None:
    scene = Scene()
    order, question = scene.asker.ask(PLACE), scene.asker.ask(asks.AskBalances("spot"))
    assert len(scene.toy.signed) == 1
    await order
    assert asked(scene.air.requests) == [PLACE]
    await question
    assert len(scene.air.requests) == 2


@pytest.mark.asyncio
async def test_an_order_that_would_wait_too_long_is_not_sent_at_all() -> None:
    scene = Scene(429)
    await scene.asker.ask(PLACE)
    assert len(scene.air.requests) == 1
    outcome = await scene.outcome(PLACE)
    assert isinstance(outcome, RetryLater)
    assert (outcome.reason, outcome.code, outcome.at) == (Reason.RATE_LIMIT, "budget", START + 5 * SECOND)
    assert len(scene.air.requests) == 1


@pytest.mark.asyncio
async def test_a_ban_of_an_account_bucket_leaves_reads_alone_and_one_of_the_address_does_not() -> None:
    scene = Scene(429, 200)
    await scene.asker.ask(PLACE)
    assert await scene.outcome(asks.AskBalances("spot")) == Done()
    assert scene.clock.now() == START
    scene = Scene(429, 200, offset=60 * SECOND)
    await scene.asker.ask(asks.AskBalances("spot"))
    assert await scene.outcome(asks.AskPositions("spot")) == Done()
    assert scene.clock.now() == START + 5 * SECOND
    assert len(scene.air.requests) == 2


@pytest.mark.asyncio
async def test_the_venues_own_count_is_taken_from_the_reply() -> None:
    scene = Scene()
    scene.headers = {"used": "595"}
    await scene.asker.ask(asks.AskBalances("spot"))
    await scene.asker.ask(asks.AskBalances("spot"))
    assert scene.clock.now() == START + 60 * SECOND


@pytest.mark.asyncio
async def test_terms_are_known_to_the_session() -> None:
    scene = Scene()
    scene.toy.updates = {asks.AskInstruments: (Terms(INSTRUMENT),)}
    await scene.asker.ask(asks.AskInstruments("spot"))
    assert scene.asker.session.market_of("spot", "AB") == INSTRUMENT


@pytest.mark.asyncio
async def test_a_query_is_repeated_with_pauses_and_read_to_its_last_page() -> None:
    scene = Scene(0, 503, 200, 0, 200)
    scene.toy.further = {"": asks.AskFills(line="spot", cursor="p2")}
    reply = await scene.asker.read(asks.AskFills(line="spot"))
    assert isinstance(reply, Reply)
    assert reply.outcome == Done()
    cursors = [getattr(ask, "cursor", None) for ask in asked(scene.air.requests)]
    assert cursors == ["", "", "", "p2", "p2"]
    assert scene.clock.now() - START >= 5 * SECOND  # as long as the venue asked for


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [429, 503])
async def test_a_query_is_repeated_after_one_pause_that_is_as_long_as_the_venue_asks_for(status: int) -> None:
    scene = Scene(status, 200)
    await scene.asker.read(asks.AskFills(line="spot"))
    (pause,) = scene.clock.slept
    first, second = scene.toy.signed
    assert second - first == pause > 5 * SECOND


@pytest.mark.asyncio
async def test_a_query_gives_up_in_the_end_and_at_once_when_it_is_refused() -> None:
    scene = Scene(0)
    reply = await scene.asker.read(asks.AskFills(line="spot"))
    assert isinstance(reply, Reply)
    assert reply.outcome == Unknown("why")
    assert len(scene.air.requests) == TRIES
    scene = Scene(401)
    await scene.asker.read(asks.AskFills(line="spot"))
    assert len(scene.air.requests) == 1
    scene.toy.refuses = (asks.AskFills,)
    assert isinstance(await scene.asker.read(asks.AskFills(line="spot")), Refusal)


@pytest.mark.asyncio
async def test_pages_that_never_end_are_left_after_many(monkeypatch: pytest.MonkeyPatch) -> None:
    from basisdesk.shell.live import asker

    monkeypatch.setattr(asker, "PAGES", 7)
    scene = Scene()
    scene.toy.further = {"": asks.AskFills(line="spot")}
    await scene.asker.read(asks.AskFills(line="spot"))
    assert len(scene.air.requests) == 7


@pytest.mark.asyncio
async def test_when_the_machine_stood_still_commands_under_way_are_unknown_and_reads_go_on() -> None:
    scene = Scene()
    scene.asker.interrupt("nothing is under way")
    scene.air.held = asyncio.Event()
    order = asyncio.ensure_future(scene.outcome(PLACE))
    read = asyncio.ensure_future(scene.outcome(asks.AskBalances("spot")))
    await settle()
    scene.asker.interrupt("the machine stood still")
    assert await order == Unknown("the machine stood still")
    scene.air.held.set()
    assert await read == Done()
    assert await scene.outcome(PLACE) == Done()


@pytest.mark.asyncio
async def test_giving_up_on_a_command_ends_its_request() -> None:
    scene = Scene()
    scene.air.held = asyncio.Event()
    order = asyncio.ensure_future(scene.asker.ask(PLACE))
    await settle()
    order.cancel()
    await settle()
    assert order.cancelled()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


def test_what_takes_risk_away_is_urgent() -> None:
    import msgspec

    reducing = asks.Place(msgspec.structs.replace(ORDER, reduce_only=True))
    assert [is_urgent(ask) for ask in (PLACE, reducing, CANCEL, asks.CancelAll("spot"), asks.AskTime("spot"))] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert [is_trading(ask) for ask in (PLACE, asks.KeepStream("spot"))] == [True, False]
    assert [is_command(ask) for ask in (asks.KeepStream("spot"), asks.AskTime("spot"))] == [True, False]


def test_the_market_of_an_ask_is_found_wherever_it_is_named() -> None:
    amend = asks.Amend(order=CANCEL.order)
    named: list[asks.Ask] = [PLACE, CANCEL, amend, asks.AskOrder(CANCEL.order), asks.AskPositions("spot", SYMBOL)]
    assert [symbol_of(ask) for ask in named] == [SYMBOL] * 5
    assert symbol_of(asks.AskTime("spot")) == ""


def test_every_question_is_named_in_words() -> None:
    questions: list[asks.Ask] = [
        asks.AskTime("spot"), asks.AskInstruments("spot"), asks.AskFunding(SYMBOL), asks.AskAccounts(),
        asks.AskBalances("spot"), asks.AskPositions("spot"), asks.AskPositionMode("spot"), asks.AskOpenOrders("spot"),
        asks.AskOrder(CANCEL.order), asks.AskFills(line="spot"), asks.AskIncome(line="spot"), asks.AskFees(SYMBOL),
        asks.AskPermissions(), asks.OpenStream("spot"),
    ]  # fmt: skip
    assert {type(ask) for ask in questions} == {*get_args(asks.Query), asks.OpenStream}
    names = [name_of(ask) for ask in questions]
    assert len(set(names)) == len(names)
    assert name_of(PLACE) not in names
    assert not [name for name in names if "Ask" in name]

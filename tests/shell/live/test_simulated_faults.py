"""Faults of a venue, made by the simulator, as the live shell takes them."""

import time

import pytest
from tests.shell.live.scene import SPOKEN, Scene, outcome_of
from tests.shell.live.stall import until

from basisdesk.app.simulate import KEYS, Fair
from basisdesk.domain import ask as asks
from basisdesk.domain.outcome import RetryLater, Unknown
from basisdesk.kernel.book import CLOSED, STALE, VALID
from basisdesk.shell.live.health import Capability, Health
from basisdesk.shell.live.live import Live
from basisdesk.sim.faults import Switch
from basisdesk.venues.contract import Channel

SECOND = 1_000_000_000


def strike(scene: Scene, fair: Fair, switch: Switch) -> None:
    booth = fair.booths[scene.venue]
    booth.wire.switch(switch, time.time_ns())
    booth.wake()


async def up(scene: Scene, live: Live, *capabilities: Capability) -> None:
    for capability in capabilities or tuple(Capability):
        await until(scene.health(live, capability), 30)


@pytest.mark.asyncio
@pytest.mark.parametrize("venue", SPOKEN)
@pytest.mark.parametrize("fault", ["lost-reply", "5xx-after-accept"])
async def test_an_order_whose_answer_is_lost_is_unknown_and_was_sent_once(venue: str, fault: str) -> None:
    scene = Scene(venue)
    async with scene.running() as (live, fair):
        instrument = scene.first(live)
        live.watch([instrument.symbol], [Channel.BOOK])
        await up(scene, live)
        account = live.posts[venue].account
        assert account is not None
        account._entries.clear()  # over HTTP, where clients like to repeat
        strike(scene, fair, Switch(fault=fault, topic="change"))
        order = scene.resting(instrument, "a-1-1")
        assert isinstance(outcome_of(await live.ask(venue, asks.Place(order))), Unknown)
        exchange, now = fair.exchanges[venue], time.time_ns()
        number = KEYS["trade"].account
        orders = exchange.past_orders(number, instrument.market, instrument.symbol, now - 60 * SECOND, now)
        assert [one.client_id for one in orders] == [order.client_id]


@pytest.mark.asyncio
@pytest.mark.parametrize("venue", SPOKEN)
async def test_cut_connections_are_made_again(venue: str) -> None:
    scene = Scene(venue)
    async with scene.running() as (live, fair):
        instrument = scene.first(live)
        live.watch([instrument.symbol], [Channel.BOOK])
        await up(scene, live)
        strike(scene, fair, Switch(fault="cut"))
        await until(lambda: CLOSED in scene.books.states)
        await up(scene, live)
        assert scene.books.markets[instrument.market, instrument.code].book.state(0) == VALID


@pytest.mark.asyncio
@pytest.mark.parametrize("venue", SPOKEN)
async def test_a_revoked_key_takes_orders_down_and_leaves_books_up(venue: str) -> None:
    scene = Scene(venue)
    async with scene.running() as (live, fair):
        instrument = scene.first(live)
        live.watch([instrument.symbol], [Channel.BOOK])
        await up(scene, live)
        strike(scene, fair, Switch(fault="revoke"))
        await live.ask(venue, asks.AskBalances(instrument.market))
        await until(lambda: live.board.of(venue, Capability.ORDERS).health is Health.DOWN)
        assert live.board.of(venue, Capability.DATA).health is Health.UP


@pytest.mark.asyncio
@pytest.mark.parametrize("venue", SPOKEN)
async def test_a_venue_that_limits_us_is_left_alone_for_as_long_as_it_says(venue: str) -> None:
    scene = Scene(venue)
    async with scene.running() as (live, fair):
        instrument = scene.first(live)
        live.watch([instrument.symbol], [Channel.BOOK])
        await up(scene, live)
        strike(scene, fair, Switch(fault="rate-limit", lasts=3.0))
        order = scene.resting(instrument, "a-1-1")
        outcome = outcome_of(await live.ask(venue, asks.Place(order)))
        assert isinstance(outcome, RetryLater), outcome
        assert outcome.at > time.time_ns()
        again = outcome_of(await live.ask(venue, asks.Place(scene.resting(instrument, "a-1-2"))))
        waited = time.time_ns() >= outcome.at - SECOND // 10
        assert waited or (isinstance(again, RetryLater) and again.code == "budget"), (outcome, again)


@pytest.mark.asyncio
@pytest.mark.parametrize("venue", SPOKEN)
async def test_a_venue_whose_clock_is_off_is_signed_for_in_its_own_time(venue: str) -> None:
    scene = Scene(venue)
    async with scene.running() as (live, fair):
        instrument = scene.first(live)
        live.watch([instrument.symbol], [Channel.BOOK])
        await up(scene, live)
        strike(scene, fair, Switch(fault="clock-offset", seconds=30.0))
        post = live.posts[venue]
        post.measure_soon()
        await until(lambda: post.site.time.offset > 28 * SECOND)
        reply = await live.ask(venue, asks.AskBalances(instrument.market))
        assert not isinstance(outcome_of(reply), Unknown | RetryLater)
        assert "off the venue's" in live.board.parts(venue, Capability.DATA)["clock"].reason


@pytest.mark.asyncio
@pytest.mark.parametrize("venue", ["okx", "binance"])
async def test_a_socket_that_stays_open_and_says_nothing_makes_the_book_stale_in_seconds(venue: str) -> None:
    scene = Scene(venue)
    async with scene.running() as (live, fair):
        instrument = scene.first(live)
        live.watch([instrument.symbol], [Channel.BOOK])
        await up(scene, live)
        market = scene.books.markets[instrument.market, instrument.code]
        await until(lambda: market.book.stale_after == 2 * SECOND, 20)
        strike(scene, fair, Switch(fault="half-open", lasts=5.0))
        await until(lambda: live.board.of(venue, Capability.DATA).health is Health.DEGRADED, 4)
        assert market.book.state(live.clock.now()) == STALE
        await up(scene, live)
        assert market.book.state(live.clock.now()) == VALID


@pytest.mark.asyncio
async def test_a_refused_stream_is_told_in_the_words_of_the_venues_page() -> None:
    scene = Scene("bigone")
    async with scene.running() as (live, fair):
        await up(scene, live, Capability.ORDERS, Capability.ACCOUNT)
        (name,) = live.posts["bigone"].lines.watch("contract", ["NOPE"], [Channel.BOOK])

        def told(capability: Capability, words: str) -> bool:
            return any(words in part.reason for part in live.board.parts("bigone", capability).values())

        await until(lambda: told(Capability.DATA, "names no contract or no stream that there is (HTTP status 400)"))
        strike(scene, fair, Switch(fault="revoke"))
        strike(scene, fair, Switch(fault="cut"))
        await until(lambda: told(Capability.ACCOUNT, "the login is missing, wrong or out of date (HTTP status 401)"))
        assert name in live.posts["bigone"].lines.links

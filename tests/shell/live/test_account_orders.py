"""When an order of an account leaves, what it costs, and who may use the reserve."""

import asyncio
from dataclasses import replace

import pytest
from tests.shell.live.fakes import SECOND, START, asked, settle
from tests.shell.live.test_account import Scene
from tests.shell.live.toy import CANCEL, PLACE, ToyEntry

from basisdesk.domain import ask as asks
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done
from basisdesk.shell.live.account import Account
from basisdesk.shell.live.health import Capability, Health
from basisdesk.venues.budget import Berths
from basisdesk.venues.trading import Reply, Session, Standing


@pytest.mark.asyncio
async def test_what_an_order_costs_on_its_connection_is_known_without_signing_it_where_the_venue_tells() -> None:
    scene = Scene()
    scene.toy.entry = ToyEntry()
    told: list[asks.Ask] = []

    def costs(ask: asks.Ask, _session: Session, _now: int) -> tuple[tuple[str, float], ...] | Refusal:
        told.append(ask)
        return Refusal("no", "never") if ask == CANCEL else (("orders", 3.0),)

    trading = replace(scene.toy.trading, costs=costs)
    scene.account = Account(scene.site, trading, scene.session, ["spot"], scene.heard.append)
    async with scene.running():
        scene.orders().listener.heard(b"welcome", START)
        before, used = len(scene.toy.signed), scene.site.budget.used("orders", START)
        answer = scene.account.ask(PLACE)
        assert scene.orders().sent == [b"login", b"order"]
        scene.orders().listener.heard(b"ok", START)
        await answer
        assert (told, len(scene.toy.signed)) == ([PLACE], before)
        assert scene.site.budget.used("orders", START) - used == pytest.approx(0.3)
        assert await scene.account.ask(CANCEL) == Refusal("no", "never")


@pytest.mark.asyncio
async def test_what_only_the_order_connection_can_ask_is_asked_there() -> None:
    scene = Scene()
    scene.toy.entry = ToyEntry()
    scene.toy.refuses = (asks.DeadMan,)
    trading = replace(scene.toy.trading, costs=lambda *_: (("orders", 2.0),))
    scene.account = Account(scene.site, trading, scene.session, ["spot"], scene.heard.append)
    async with scene.running():
        scene.orders().listener.heard(b"welcome", START)
        answer = scene.account.ask(asks.DeadMan("spot", 30))
        assert scene.orders().sent == [b"login", b"order"]
        scene.orders().listener.heard(b"ok", START)
        reply = await answer
        assert isinstance(reply, Reply)
        assert reply.outcome == Done()


@pytest.mark.asyncio
async def test_an_order_leaves_on_its_connection_in_the_call() -> None:
    scene = Scene()
    scene.toy.entry = ToyEntry()
    async with scene.running():
        scene.orders().listener.heard(b"welcome", START)
        answer = scene.account.ask(PLACE)
        assert scene.orders().sent == [b"login", b"order"]  # the event loop has not turned since
        scene.orders().listener.heard(b"ok", START)
        reply = await answer
        assert isinstance(reply, Reply)
        assert reply.outcome == Done()


@pytest.mark.asyncio
@pytest.mark.parametrize("connected", [True, False])
async def test_a_hedge_that_is_not_reduce_only_uses_the_reserve_on_either_way(connected: bool) -> None:
    scene = Scene()
    scene.toy.entry = ToyEntry()
    async with scene.running():
        if connected:
            scene.orders().listener.heard(b"welcome", START)
        while scene.site.budget.used("orders", scene.clock.now()) < 0.6:
            assert scene.site.budget.ask((("orders", 1.0),), urgent=False, symbol="", now=scene.clock.now()) == 0
        ordinary = asyncio.ensure_future(scene.outcome(PLACE))
        await settle()
        assert not ordinary.done()
        hedge = asyncio.ensure_future(scene.account.ask(PLACE, urgent=True))
        await settle()
        if connected:
            assert scene.orders().sent == [b"login", b"order"]
            scene.orders().listener.heard(b"ok", START)
            await settle()
        reply = await hedge
        assert isinstance(reply, Reply)
        assert reply.outcome == Done()
        assert not ordinary.done()
        await scene.clock.go(2 * SECOND)
        if connected:
            scene.orders().listener.heard(b"ok", scene.clock.now())
        assert await ordinary == Done()


@pytest.mark.asyncio
async def test_an_order_that_waited_for_the_limits_goes_over_http_when_its_connection_is_gone() -> None:
    scene = Scene()
    scene.toy.entry = ToyEntry()
    async with scene.running():
        scene.orders().listener.heard(b"welcome", START)
        while scene.site.budget.used("orders", scene.clock.now()) < 0.6:
            scene.site.budget.ask((("orders", 1.0),), urgent=False, symbol="", now=scene.clock.now())
        order = asyncio.ensure_future(scene.outcome(PLACE))
        await settle()
        scene.toy.entry.carries = False
        await scene.clock.go(3 * SECOND)
        assert await order == Done()
        assert asked(scene.air.requests).count(PLACE) == 1


@pytest.mark.asyncio
async def test_where_the_venue_allows_no_more_connections_orders_go_over_http_and_the_reason_is_told() -> None:
    scene = Scene()
    scene.toy.entry = ToyEntry()
    crowded = Berths([Standing(name="sessions of a key", most=2, scope="account")])
    scene.account = Account(
        replace(scene.site, berths=crowded), scene.toy.trading, scene.session, ["spot"], scene.heard.append
    )
    async with scene.running():
        assert scene.air.urls == ["wss://toy.example/private"]
        parts = scene.site.board.parts("toy", Capability.ORDERS)
        assert parts["order connection of spot"].health is Health.DOWN
        assert parts["order connection of spot"].reason.startswith("2 connections would stand, and 1 of the venue's 2")
        assert await scene.outcome(PLACE) == Done()
        assert PLACE in asked(scene.air.requests)

"""The live shell against the simulated venues, over sockets: books, account, an order's life."""

import asyncio

import pytest
from tests.shell.live.scene import SPOKEN, Scene, outcome_of
from tests.shell.live.stall import until

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Balance
from basisdesk.domain.order import OrderStatus
from basisdesk.domain.outcome import Done, Rejected
from basisdesk.kernel.book import CLOSED, VALID
from basisdesk.shell.live.health import Capability, Health
from basisdesk.shell.live.heard import Answered
from basisdesk.sim.dialects.deribit import account, rows
from basisdesk.venues.contract import Channel


@pytest.mark.asyncio
@pytest.mark.parametrize("venue", SPOKEN)
async def test_every_capability_comes_up_and_an_order_lives_and_dies(venue: str) -> None:
    scene = Scene(venue)
    async with scene.running() as (live, _):
        instrument = scene.first(live)
        live.watch([instrument.symbol], [Channel.BOOK, Channel.TRADES])
        for capability in Capability:
            await until(scene.health(live, capability), 30)
        assert scene.books.markets[instrument.market, instrument.code].book.state(0) == VALID
        order = scene.resting(instrument, "a-1-1")
        placed = await live.ask(venue, asks.Place(order))
        assert outcome_of(placed) == Done()
        await until(lambda: [one for one in scene.updates() if one.client_id == order.client_id])
        ref = asks.OrderRef(symbol=order.symbol, client_id=order.client_id, venue_id=scene.updates()[-1].venue_id)
        assert outcome_of(await live.ask(venue, asks.Cancel(ref))) == Done()
        await until(lambda: scene.updates()[-1].status is OrderStatus.DONE)
    balances = [
        update
        for one in scene.heard
        for update in (one.reply.updates if isinstance(one, Answered) else (one.update,))
        if isinstance(update, Balance)
    ]
    assert balances
    assert scene.books.markets[instrument.market, instrument.code].book.state(0) == CLOSED


@pytest.mark.asyncio
async def test_an_account_of_a_higher_tier_is_used_as_such_before_its_first_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    orders = {"burst": 100, "rate": 30}
    higher = {"limits": {"matching_engine": {"trading": {"total": orders}, "cancel_all": orders}}}
    lowest = rows.summary_row
    monkeypatch.setattr(account, "summary_row", lambda *known: lowest(*known) | higher)
    scene = Scene("deribit")
    async with scene.running() as (live, _):
        site = live.posts["deribit"].site
        await until(scene.health(live, Capability.ORDERS), 30)
        now = site.clock.now()
        for name in ("matching", "cancel_all"):
            assert site.budget.ask([(name, 60)], urgent=False, symbol="", now=now) == 0
            assert site.budget.ask([(name, 1)], urgent=False, symbol="", now=now) > 0


@pytest.mark.asyncio
@pytest.mark.parametrize("venue", SPOKEN)
async def test_a_key_that_nobody_has_takes_orders_down_and_leaves_books_up(venue: str) -> None:
    scene = Scene(venue, use="")
    async with scene.running() as (live, _):
        instrument = scene.first(live)
        live.watch([instrument.symbol], [Channel.BOOK])
        await until(scene.health(live, Capability.DATA), 30)
        await until(lambda: [one for one in scene.heard if isinstance(one, Answered)])
        refused = [one.reply.outcome for one in scene.heard if isinstance(one, Answered)]
        assert any(isinstance(outcome, Rejected) for outcome in refused)
        parts = live.board.parts(venue, Capability.ORDERS)
        assert parts["key"].health is Health.DOWN
        assert live.board.of(venue, Capability.ORDERS).health is Health.DOWN


@pytest.mark.asyncio
@pytest.mark.parametrize("venue", SPOKEN)
async def test_connections_that_are_cut_come_back_with_everything(venue: str) -> None:
    scene = Scene(venue)
    async with scene.running() as (live, _):
        instrument = scene.first(live)
        live.watch([instrument.symbol], [Channel.BOOK])
        for capability in Capability:
            await until(scene.health(live, capability), 30)
        asked = len(scene.heard)
        live.use([instrument.symbol, "nowhere:A/B"])
        live.interrupt("a test")
        await asyncio.sleep(0)
        await until(lambda: CLOSED in scene.books.states)
        for capability in Capability:
            await until(scene.health(live, capability), 30)
        kinds = {type(one.ask) for one in scene.heard[asked:] if isinstance(one, Answered)}
        assert {asks.AskFills, asks.AskOpenOrders, asks.AskBalances} <= kinds

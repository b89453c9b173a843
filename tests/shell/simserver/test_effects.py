"""Faults that strike an account, switched on over HTTP, as a real client sees them: its position and its key."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
import pytest
from tests.shell.live.scene import SPOKEN, Scene, outcome_of
from tests.shell.live.stall import until

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Fill, Forced, Position
from basisdesk.domain.instrument import Instrument, Kind
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done, Rejected
from basisdesk.kernel.book import VALID
from basisdesk.shell.live.health import Capability, Health
from basisdesk.shell.live.heard import Answered, Told
from basisdesk.venues.contract import Channel
from basisdesk.venues.trading import Reply

if TYPE_CHECKING:
    from basisdesk.app.simulate import Fair
    from basisdesk.shell.live.live import Live

pytestmark = pytest.mark.asyncio
UNTOLD = {("bigone", Forced.LIQUIDATION), ("deribit", Forced.ADL)}
"""Closes whose fills carry no mark on the wire: BigONE marks the order, Deribit tells it on a channel of its own."""


async def switch(fair: Fair, venue: str, **terms: object) -> None:
    url = f"{fair.control}/faults/{venue}"
    async with aiohttp.ClientSession() as client, client.post(url, json=terms) as answer:
        assert answer.status == 200, await answer.text()


def updates(scene: Scene, since: int = 0) -> list[Any]:
    """Return what was told, as the private stream or an answer, since so many things were heard."""
    heard = scene.heard[since:]
    streamed = [one.update for one in heard if isinstance(one, Told)]
    return [*streamed, *(update for one in heard if isinstance(one, Answered) for update in one.reply.updates)]


async def long(scene: Scene, live: Live) -> Instrument:
    """Come into a small long position in a perpetual."""
    instrument = next(one for one in live.instruments().values() if one.kind is Kind.PERPETUAL)
    live.watch([instrument.symbol], [Channel.BOOK])
    for capability in Capability:
        await until(scene.health(live, capability), 30)
    book = scene.books.markets[instrument.market, instrument.code].book
    await until(lambda: book.state(0) == VALID)
    least = scene.resting(instrument, "l-1-1")
    assert least.size is not None
    assert least.price is not None
    price = Decimal(repr(book.ask)).quantize(instrument.tick) + 50 * instrument.tick
    order = msgspec.structs.replace(least, size=least.size * 4, price=price, time_in_force=asks.TimeInForce.IOC)
    assert outcome_of(await live.ask(scene.venue, asks.Place(order))) == Done()
    await until(lambda: [one for one in updates(scene) if isinstance(one, Fill) and one.symbol == instrument.symbol])
    assert await held(scene, live, instrument) > 0
    return instrument


async def held(scene: Scene, live: Live, instrument: Instrument) -> Decimal:
    reply = await live.ask(scene.venue, asks.AskPositions(instrument.market, instrument.symbol))
    assert isinstance(reply, Reply)
    assert reply.outcome == Done()
    found = [one for one in reply.updates if isinstance(one, Position) and one.symbol == instrument.symbol]
    return sum((one.size for one in found), Decimal(0))


@pytest.mark.parametrize("venue", SPOKEN)
@pytest.mark.parametrize(("fault", "forced"), [("liquidation", Forced.LIQUIDATION), ("RK1", Forced.ADL)])
async def test_a_position_that_the_venue_closes_is_gone_and_told(venue: str, fault: str, forced: Forced) -> None:
    scene = Scene(venue)
    async with scene.running() as (live, fair):
        instrument = await long(scene, live)
        before = len(scene.heard)
        await switch(fair, venue, fault=fault)
        began = time.monotonic()
        while await held(scene, live, instrument):
            assert time.monotonic() < began + 10
        await until(lambda: _closing(scene, before, instrument), 15)
        told = {fill.forced for fill in _closing(scene, before, instrument)}
        assert told == {None if (venue, forced) in UNTOLD else forced}


def _closing(scene: Scene, before: int, instrument: Instrument) -> list[Fill]:
    fills = [one for one in updates(scene, before) if isinstance(one, Fill) and one.symbol == instrument.symbol]
    return [one for one in fills if one.side is Side.SELL]


@pytest.mark.parametrize("venue", SPOKEN)
async def test_a_revoked_key_is_refused_and_known_again(venue: str) -> None:
    scene = Scene(venue)
    async with scene.running() as (live, fair):
        instrument = next(iter(live.instruments().values()))
        live.watch([instrument.symbol], [Channel.BOOK])
        for capability in Capability:
            await until(scene.health(live, capability), 30)
        await switch(fair, venue, fault="PS10")
        reply = await live.ask(venue, asks.AskBalances(instrument.market))
        assert isinstance(outcome_of(reply), Rejected)
        await until(lambda: live.board.of(venue, Capability.ORDERS).health is Health.DOWN)
        await until(scene.health(live, Capability.DATA))  # DEGRADED where the machine was late a moment
        async with aiohttp.ClientSession() as client, client.delete(f"{fair.control}/faults/{venue}") as answer:
            assert answer.status == 200
        reply = await live.ask(venue, asks.AskBalances(instrument.market))
        assert outcome_of(reply) == Done()

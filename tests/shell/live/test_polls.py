"""What is asked of an account again and again, and from when on."""

import pytest
from tests.shell.live.fakes import START
from tests.shell.live.test_account import Scene

from basisdesk.domain import ask as asks

SECOND = 1_000_000_000


@pytest.mark.asyncio
async def test_fills_of_a_market_that_could_not_be_asked_for_are_asked_for_from_where_they_were_known() -> None:
    scene = Scene()
    scene.toy.by_symbol = (asks.AskFills,)
    async with scene.running():
        scene.private().listener.heard(b"5", START)
        await scene.clock.go(12 * SECOND)
        scene.status[asks.AskFills] = 500
        before = len(scene.air.requests)
        await scene.clock.go(200 * SECOND)
    fills = [request.ask for request in scene.air.requests[before:] if isinstance(request.ask, asks.AskFills)]
    assert len(fills) > 20
    assert len({ask.since for ask in fills[1:]}) == 1

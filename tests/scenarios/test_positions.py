"""Positions that venues tell are kept against the ledger: PS2 (second half), I5, DB7, RK1, RK3 over real sockets.

Readings of all come every second here instead of every 30 s, except where a stream has to be enough.
"""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.scenarios.oracle import check_journal, settled
from tests.scenarios.stage import Stage
from tests.scenarios.test_scenarios import PAIRS

from basisdesk.domain.ask import NewOrder, OrderType, PositionSide, TimeInForce
from basisdesk.domain.instrument import Margin
from basisdesk.domain.order import Side, SpreadState
from basisdesk.shell.live import account, polls
from basisdesk.sim.exchange import booking
from basisdesk.sim.exchange.logins import FIRST

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.engine import SpreadOrder
    from basisdesk.sim.exchange import SimExchange

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
HALF = Decimal("0.5")
WATCHED = 4.0
"""Seconds in which nothing may happen: several readings of all."""
LOST = 0.5
"""Seconds for which messages are lost: a venue may tell a little later."""
LEGS = [
    ("okx-bybit", 1),  # linear, contracts of a hundredth of a coin
    ("okx-bybit", 2),  # linear, coin
    ("deribit-htx", 1),  # inverse, dollars
    ("deribit-htx", 2),  # inverse, contracts, one position a side
    ("binance-okx", 1),  # inverse, contracts of 100 dollars
    ("bigone-deribit", 1),  # inverse, contracts of a dollar
]


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read positions every second."""
    monkeypatch.setattr(polls, "REST_EVERY", SECOND)


def at_venue(stage: Stage, leg: int) -> Decimal:
    instrument = stage.instruments[stage.legs[leg - 1]]
    rows = stage.exchange(leg).positions(FIRST, instrument.market, instrument.symbol)
    return sum((row.size for row in rows), Decimal(0))


def in_ledger(stage: Stage, leg: int) -> Decimal:
    return stage.desk.state.holdings[stage.legs[leg - 1]].position.size


def agrees(stage: Stage) -> bool:
    """I5: the ledger and what is EXTERNAL are what the venues hold."""
    state = stage.desk.state
    return all(
        at_venue(stage, leg) == in_ledger(stage, leg) + state.external[stage.legs[leg - 1]]
        for leg in (1, 2)
        if stage.instruments[stage.legs[leg - 1]].margin is not Margin.SPOT
    )


async def take_away(stage: Stage, leg: int) -> None:
    """Deleverage half of a position and lose every trace of it but the position: no message, no order, no trade."""
    stage.switch(stage.venue(leg), "drop", topic="account", lasts=LOST)
    floor = stage.exchange(leg).faults._floor
    owner = floor.accounts[FIRST]
    fills, orders = len(owner.fills), list(owner.orders)
    assert stage.exchange(leg).faults.deleverage(FIRST, stage.legs[leg - 1], HALF)
    del owner.fills[fills:]
    for name in [name for name in owner.orders if name not in orders]:
        del owner.orders[name]
    await asyncio.sleep(2 * LOST)


async def traded(stage: Stage, size: str, side: Side = Side.BUY) -> SpreadOrder:
    order = await stage.trade(size, side)
    assert stage.state(order) is SpreadState.FILLED, stage.told()
    return order


@pytest.mark.parametrize("name", ["okx-bybit", "deribit-htx", "bigone-deribit", "binance-okx", "htx-binance"])
@pytest.mark.usefixtures("often")
def test_ordinary_trading_freezes_nothing(name: str, tmp_path: Path) -> None:
    async def scene() -> None:
        pair = PAIRS[name]
        async with Stage(pair.spread, tmp_path) as stage:
            for side in (Side.BUY, Side.BUY, Side.SELL, Side.SELL, Side.SELL):
                await traded(stage, pair.size, side)
                await asyncio.sleep(0.3)
            await asyncio.sleep(WATCHED)
            state = stage.desk.state
            assert state.external
            assert (state.frozen, set(state.external.values())) == ({}, {Decimal(0)})
            assert agrees(stage)
            await settled(stage)

    asyncio.run(scene())


@pytest.mark.usefixtures("often")
def test_an_account_stream_that_is_silent_freezes_nothing(tmp_path: Path) -> None:
    """PS2, first half: the trades are found by asking, and the position is not compared before."""

    async def scene() -> None:
        pair = PAIRS["okx-bybit"]
        async with Stage(pair.spread, tmp_path, entry=False) as stage:
            stage.switch_all("drop", topic="account")
            for side in (Side.BUY, Side.SELL, Side.SELL):
                await traded(stage, pair.size, side)
            await asyncio.sleep(WATCHED)
            assert stage.desk.state.frozen == {}
            assert agrees(stage)
            await settled(stage)

    asyncio.run(scene())


@pytest.mark.parametrize(("name", "leg"), LEGS)
@pytest.mark.usefixtures("often")
def test_a_position_that_changed_without_a_trace_freezes_its_market_until_that_is_accepted(
    name: str, leg: int, tmp_path: Path
) -> None:
    async def scene() -> None:
        pair = PAIRS[name]
        async with Stage(pair.spread, tmp_path) as stage:
            order, symbol, state = await traded(stage, pair.size), stage.legs[leg - 1], stage.desk.state
            said: list[tuple[str, str]] = []
            stage.desk.room.told.append(lambda event, _: said.append((type(event).__name__, f"{event}")))
            await stage.until(lambda: symbol in state.external, "the first reading")
            fills, held = list(state.fills), in_ledger(stage, leg)
            await take_away(stage, leg)
            assert at_venue(stage, leg) != held
            await stage.until(lambda: symbol in state.frozen, "its market is frozen")
            assert state.differences == {symbol: at_venue(stage, leg) - held}
            refused = stage.desk.place("while-frozen", order.request)
            assert (refused.ok, refused.code) == (False, "frozen")
            for words in (symbol, f"{at_venue(stage, leg).normalize():f}", f"{held.normalize():f}", "Trade again"):
                assert words in refused.message
            await asyncio.sleep(WATCHED)
            assert [kind for kind, _ in said].count("ExternalSeen") == 1, "it is told once"
            assert stage.desk.thaw("thaw", symbol).ok
            assert agrees(stage)
            await traded(stage, pair.size)
            await asyncio.sleep(WATCHED)
            assert (state.frozen, state.differences) == ({}, {})
            assert agrees(stage)
            assert state.fills[: len(fills)] == fills, "history is never edited"
            check_journal(stage)

    asyncio.run(scene())


@pytest.mark.parametrize(("name", "leg"), [("okx-bybit", 1), ("deribit-htx", 1), ("htx-binance", 2)])
def test_a_change_that_only_a_stream_tells_is_found_at_once(
    name: str, leg: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RK1: the trade's message is lost, the position's comes; the next reading of all would be an hour away."""
    monkeypatch.setattr(polls, "REST_EVERY", HOUR)

    async def scene() -> None:
        pair = PAIRS[name]
        async with Stage(pair.spread, tmp_path) as stage:
            await traded(stage, pair.size)
            symbol, state = stage.legs[leg - 1], stage.desk.state
            await take_away(stage, leg)
            floor = stage.exchange(leg).faults._floor
            side = next(side for of, side in floor.accounts[FIRST].holdings if of == symbol)
            booking.tell_position(floor, floor.accounts[FIRST], floor.pools[symbol], side)
            stage.fair.booths[stage.venue(leg)].hand_out()
            await stage.until(lambda: symbol in state.frozen, "its market is frozen")
            assert state.differences[symbol] == at_venue(stage, leg) - in_ledger(stage, leg)

    asyncio.run(scene())


@pytest.mark.parametrize("name", ["okx-bybit", "deribit-htx", "binance-okx"])
@pytest.mark.usefixtures("often")
def test_a_forced_close_that_is_told_is_external_and_agrees_once_it_is_thawed(name: str, tmp_path: Path) -> None:
    """RK3: a stranger's trade explains the position, so there is one freeze and not two."""

    async def scene() -> None:
        pair = PAIRS[name]
        async with Stage(pair.spread, tmp_path) as stage:
            await traded(stage, pair.size)
            symbol, state = stage.legs[0], stage.desk.state
            await stage.until(lambda: symbol in state.external, "the first reading")
            held = in_ledger(stage, 1)
            assert stage.exchange(1).faults.liquidate(FIRST, symbol, HALF)
            stage.fair.booths[stage.venue(1)].hand_out()
            await stage.until(lambda: symbol in state.frozen, "its market is frozen")
            assert "not this desk's" in state.frozen[symbol]
            await stage.until(lambda: agrees(stage), "what was closed is EXTERNAL")
            assert stage.desk.thaw("thaw", symbol).ok
            await asyncio.sleep(WATCHED)
            assert (state.frozen, state.differences, in_ledger(stage, 1)) == ({}, {}, held)
            assert agrees(stage)
            check_journal(stage)

    asyncio.run(scene())


@pytest.mark.usefixtures("often")
def test_a_close_whose_message_is_lost_is_found_in_the_history_and_told_as_a_strangers_trade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The position makes the desk ask for the trades, which it would not do by itself for an hour."""
    monkeypatch.setattr(account, "FILLS_EVERY", HOUR)

    async def scene() -> None:
        pair = PAIRS["okx-bybit"]
        async with Stage(pair.spread, tmp_path) as stage:
            await traded(stage, pair.size)
            symbol, state = stage.legs[0], stage.desk.state
            await stage.until(lambda: symbol in state.external, "the first reading")
            stage.switch(stage.venue(1), "drop", topic="account")
            assert stage.exchange(1).faults.liquidate(FIRST, symbol, HALF)
            await stage.until(lambda: symbol in state.frozen, "its market is frozen")
            assert "trades: 1" in state.frozen[symbol]
            await asyncio.sleep(WATCHED)
            assert state.differences == {}
            assert agrees(stage)

    asyncio.run(scene())


class Occupied(Stage):
    """A stage on which somebody holds positions before the desk begins."""

    def _witness(self, exchange: SimExchange) -> None:
        for leg in self.legs:
            instrument = exchange.markets[leg].instrument if leg in exchange.markets else None
            if instrument is not None:
                by_hand = NewOrder(
                    symbol=leg,
                    side=Side.SELL,
                    type=OrderType.MARKET,
                    client_id="earlier",
                    size=instrument.step * 20,
                    time_in_force=TimeInForce.IOC,
                    position=PositionSide.NET,
                )
                exchange.place(FIRST, by_hand, time.time_ns() - SECOND)
        super()._witness(exchange)


@pytest.mark.usefixtures("often")
def test_what_stood_there_before_the_desk_began_is_external_and_freezes_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        pair = PAIRS["okx-bybit"]
        async with Occupied(pair.spread, tmp_path) as stage:
            before = {leg: at_venue(stage, leg) for leg in (1, 2)}
            assert all(before.values())
            await traded(stage, pair.size)
            await asyncio.sleep(WATCHED)
            state = stage.desk.state
            assert state.frozen == {}
            assert {leg: state.external[stage.legs[leg - 1]] for leg in (1, 2)} == before
            assert agrees(stage)
            check_journal(stage)

    asyncio.run(scene())

"""What happens at venues besides the desk's own orders is told to people: strangers' trades, and how venues are."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tests.scenarios.stage import Stage
from tests.scenarios.test_scenarios import PAIRS

from basisdesk.domain.ask import NewOrder, OrderType, TimeInForce
from basisdesk.domain.order import Side, SpreadState
from basisdesk.sim.exchange.logins import FIRST

if TYPE_CHECKING:
    from pathlib import Path


def test_a_trade_by_hand_freezes_its_market_until_it_is_thawed_and_stays_out_of_the_ledger(tmp_path: Path) -> None:
    async def scene() -> None:
        pair = PAIRS["okx-bybit"]
        async with Stage(pair.spread, tmp_path) as stage:
            ours = await stage.trade(pair.size)
            instrument = stage.instruments[stage.legs[1]]
            by_hand = NewOrder(
                symbol=instrument.symbol,
                side=Side.BUY,
                type=OrderType.MARKET,
                client_id="by-hand",
                size=instrument.step * 50,
                time_in_force=TimeInForce.IOC,
            )
            held = {leg: one.position.size for leg, one in stage.desk.state.holdings.items()}
            stage.exchange(2).place(FIRST, by_hand, time.time_ns())
            frozen = stage.desk.state.frozen
            await stage.until(lambda: bool(frozen), "its market is frozen")
            assert list(frozen) == [instrument.symbol]
            request = ours.request
            refused = stage.desk.place("while-frozen", request)
            assert (refused.ok, refused.code, instrument.symbol in refused.message) == (False, "frozen", True)
            assert stage.desk.thaw("thaw", instrument.symbol).ok
            again = stage.desk.place("after-thaw", request)
            assert again.ok
            await stage.until(
                lambda: stage.state(stage.desk.state.orders[again.order_id]) is SpreadState.FILLED, "trades again"
            )
            twice = {leg: one.position.size / 2 for leg, one in stage.desk.state.holdings.items()}
            assert twice == held, "ours twice, and nothing of what was done by hand"
            assert list(frozen) == []
            assert stage.state(ours) is SpreadState.FILLED

    asyncio.run(scene())


def test_a_venue_whose_connections_are_cut_is_told_and_so_is_its_return(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Stage(PAIRS["okx-bybit"].spread, tmp_path) as stage:
            said: list[tuple[str, str]] = []
            stage.desk.news.append(lambda _at, level, text: said.append((level, text)))
            stage.switch("bybit", "cut")
            await stage.until(
                lambda: any(level != "info" and "bybit: " in text for level, text in said), "the cut is told"
            )
            lost = next(text.split()[1] for level, text in said if level != "info" and text.startswith("bybit: "))
            await stage.until(lambda: ("info", f"bybit: {lost} up") in said, "the return is told")

    asyncio.run(scene())

"""What happens to a spread order on its way: each case makes one kind of trouble and lets the oracle judge the end.

A case takes a `Pair` and a folder of its own; sizes are those of the pair, so that both legs walk a book.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.scenarios.oracle import check_once, delta, lot, settled, venue_fills
from tests.scenarios.stage import Stage

from basisdesk.domain.order import Sequence, Side, SpreadState
from basisdesk.domain.outcome import Reason
from basisdesk.sim.faults import Switch

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

MANY = 1 << 30
HALF = Decimal("0.5")
MOST = 12
"""Leg orders of a spread order: both legs, five hedges, five unwinds."""


@dataclass(frozen=True)
class Pair:
    """A spread and a size of it."""

    spread: str
    size: str

    @property
    def crosses(self) -> bool:
        """Whether the legs are on two venues."""
        one, other = self.spread.split("~")
        return one.partition(":")[0] != other.partition(":")[0]


async def no_fault(pair: Pair, folder: Path) -> None:
    async with Stage(pair.spread, folder) as stage:
        bought = await stage.trade(pair.size)
        assert stage.state(bought) is SpreadState.FILLED, stage.told()
        sold = await stage.trade(pair.size, Side.SELL)
        assert stage.state(sold) is SpreadState.FILLED, stage.told()
        await settled(stage, bought, sold)


async def contract_first(pair: Pair, folder: Path) -> None:
    async with Stage(pair.spread, folder) as stage:
        order = await stage.trade(pair.size, sequence=Sequence.CONTRACT_FIRST)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)
        check_once(stage, order)


async def over_http(pair: Pair, folder: Path) -> None:
    async with Stage(pair.spread, folder, entry=False) as stage:
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)


async def the_same_click_twice(pair: Pair, folder: Path) -> None:
    async with Stage(pair.spread, folder) as stage:
        first = stage.place(pair.size, key="click")
        second = stage.place(pair.size, key="click")
        assert first.order_id == second.order_id
        await stage.ended(first)
        await settled(stage, first)
        check_once(stage, first)


async def rejected_once(pair: Pair, folder: Path) -> None:
    """OE8: the other leg is there, so the desk tries again."""
    async with Stage(pair.spread, folder) as stage:
        stage.exchange(2).faults.reject(1)
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)
        check_once(stage, order)


async def rejected_for_good(pair: Pair, folder: Path) -> None:
    """OE11: after so many refusals the other leg is taken back; where one venue refuses both, nothing was done."""
    async with Stage(pair.spread, folder) as stage:
        stage.exchange(2).faults.reject(MANY, Reason.INSUFFICIENT_MARGIN)
        order = await stage.trade(pair.size)
        await settled(stage, order)
        if not pair.crosses:
            assert stage.state(order) is SpreadState.REJECTED, stage.told()
            assert not stage.arrivals_filled()
        assert abs(delta(stage, order)) <= lot(stage, order), stage.told()
        assert len(stage.arrivals) <= MOST


async def partial_fills(pair: Pair, folder: Path) -> None:
    """OE9: both legs fill in part, each by another."""
    async with Stage(pair.spread, folder) as stage:
        stage.exchange(1).faults.partial(1, HALF)
        stage.exchange(2).faults.partial(2, Decimal("0.3"))
        order = await stage.trade(pair.size)
        await settled(stage, order)


async def lost_reply(pair: Pair, folder: Path) -> None:
    """OE2, OE3: the order is there and filled, nobody says so, and the account's own stream is silent too."""
    async with Stage(pair.spread, folder, entry=False) as stage:
        stage.switch_all("drop", topic="account", lasts=3.0)
        stage.switch(stage.venue(1), "lost-reply", count=1)
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)
        check_once(stage, order)


async def lost_reply_on_the_socket(pair: Pair, folder: Path) -> None:
    """OE3 on the order connection."""
    async with Stage(pair.spread, folder) as stage:
        stage.switch(stage.venue(2), "drop", topic="reply", count=1)
        stage.switch(stage.venue(2), "lost-reply", count=1)
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)
        check_once(stage, order)


async def error_after_accept(pair: Pair, folder: Path) -> None:
    """OE4."""
    async with Stage(pair.spread, folder, entry=False) as stage:
        stage.switch_all("5xx-after-accept", count=1)
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)
        check_once(stage, order)


async def slow_ack(pair: Pair, folder: Path) -> None:
    """VO4: fills come before the acknowledgement (PS4)."""
    async with Stage(pair.spread, folder, entry=False) as stage:
        stage.switch_all("slow-ack", seconds=1.0)
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)


async def stream_cut(pair: Pair, folder: Path) -> None:
    """PS9: every connection is cut the moment the first order is matched."""
    async with Stage(pair.spread, folder, entry=False) as stage:
        stage.on_arrival = lambda count: stage.switch_all("cut") if count == 1 else None
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)


async def sockets_cut(pair: Pair, folder: Path) -> None:
    """PS9, with order connections among what is cut: what was under way is unknown, then found."""
    async with Stage(pair.spread, folder) as stage:
        stage.on_arrival = lambda count: stage.switch_all("cut") if count == 1 else None
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)


async def told_twice(pair: Pair, folder: Path) -> None:
    """PS3."""
    async with Stage(pair.spread, folder) as stage:
        stage.switch_all("duplicate", topic="account")
        stage.switch_all("duplicate", topic="reply")
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)


async def out_of_order(pair: Pair, folder: Path) -> None:
    """PS5."""
    async with Stage(pair.spread, folder) as stage:
        stage.switch_all("reorder", topic="account", count=4)
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)


async def account_frames_dropped(pair: Pair, folder: Path) -> None:
    """PS2."""
    async with Stage(pair.spread, folder) as stage:
        stage.switch_all("drop", topic="account")
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)


async def rate_limit(pair: Pair, folder: Path) -> None:
    """OE14: the hedge waits until the venue takes orders again, instead of using up its tries."""
    async with Stage(pair.spread, folder) as stage:
        stage.on_arrival = lambda count: stage.switch(stage.venue(2), "rate-limit", lasts=2.0) if count == 1 else None
        order = await stage.trade(pair.size, sequence=Sequence.CONTRACT_FIRST)
        await settled(stage, order)
        assert stage.state(order) is not SpreadState.INCOMPLETE


async def key_revoked(pair: Pair, folder: Path) -> None:
    """PS10: nobody can hedge there any more, so the other leg is taken back, or what is left is shown."""
    async with Stage(pair.spread, folder, entry=False) as stage:
        stage.exchange(2).faults.revoke(on=True)
        order = await stage.ended(stage.place(pair.size))
        assert stage.state(order) is not SpreadState.FILLED, stage.told()
        stage.exchange(2).faults.revoke(on=False)
        await settled(stage, order)


async def maintenance_after_one_leg(pair: Pair, folder: Path) -> None:
    """VO1, VO7: the hedge's venue takes no orders once the first leg is filled."""
    async with Stage(pair.spread, folder) as stage:
        other = stage.exchange(2).faults
        stage.on_arrival = lambda count: other.maintain(on=True) if count == 1 else None
        order = stage.place(pair.size, sequence=Sequence.CONTRACT_FIRST)
        await stage.until(lambda: len(venue_fills(stage, 1)) > 0, "the first leg is filled")
        await asyncio.sleep(1)
        other.maintain(on=False)
        order = await stage.ended(order)
        await settled(stage, order)
        assert stage.state(order) is not SpreadState.INCOMPLETE


async def late_order(pair: Pair, folder: Path) -> None:
    """OE1: an order that is only late arrives once, and is found."""
    async with Stage(pair.spread, folder, entry=False) as stage:
        stage.switch(stage.venue(2), "delay", topic="change", count=1, seconds=3.0)
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)
        check_once(stage, order)


async def overfill(pair: Pair, folder: Path) -> None:
    """OE16: what is filled beyond the size is booked and hedged back."""
    async with Stage(pair.spread, folder) as stage:
        stage.exchange(2).faults.overfill(1)
        order = await stage.trade(pair.size)
        await settled(stage, order)
        assert abs(delta(stage, order)) <= lot(stage, order), stage.told()


async def clock_ahead(pair: Pair, folder: Path) -> None:
    """CK1: the venue's clock is 40 s ahead, and a reply is lost besides."""
    await _with_clock(pair, folder, 40.0)


async def clock_behind(pair: Pair, folder: Path) -> None:
    """CK1: as `clock_ahead`, the other way."""
    await _with_clock(pair, folder, -40.0)


async def _with_clock(pair: Pair, folder: Path, seconds: float) -> None:
    off = Switch(fault="clock-offset", seconds=seconds)
    venue = pair.spread.partition(":")[0]
    async with Stage(pair.spread, folder, entry=False, faults={venue: off}) as stage:
        stage.switch(venue, "drop", topic="account", lasts=3.0)
        stage.switch(venue, "lost-reply", count=1)
        order = await stage.trade(pair.size)
        assert stage.state(order) is SpreadState.FILLED, stage.told()
        await settled(stage, order)


CASES: dict[str, Callable[[Pair, Path], Coroutine[object, object, None]]] = {
    case.__name__: case
    for case in (
        no_fault, contract_first, over_http, the_same_click_twice, rejected_once, rejected_for_good, partial_fills,
        lost_reply, lost_reply_on_the_socket, error_after_accept, slow_ack, stream_cut, sockets_cut, told_twice,
        out_of_order, account_frames_dropped, rate_limit, key_revoked, maintenance_after_one_leg, late_order, overfill,
        clock_ahead, clock_behind,
    )
}  # fmt: skip

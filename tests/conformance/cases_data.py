"""Cases of market data: what a feed and the live shell make of what a venue sends, right or wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec.structs import replace
from tests.conformance.rig import Rig

from basisdesk.domain.account import Terms
from basisdesk.domain.ask import Cancel

if TYPE_CHECKING:
    from basisdesk.venues.contract import Market

from basisdesk.kernel.book import VALID
from basisdesk.venues.contract import Trouble

NONE = "none"
"""What a case returns where the venue has nothing of the kind."""


async def snapshot_and_delta(venue: str) -> str:
    async with Rig(venue, account=False) as rig:
        for instrument in rig.one_per_line():
            market = await rig.watch(instrument)
            await rig.same(market)
            await moves(rig, market, 2)
            await rig.same(market)
            assert not market.tally.gaps
            assert not market.tally.crossed
    return ""


async def gap(venue: str) -> str:
    async with Rig(venue, account=False) as rig:
        market = await rig.watch(rig.main())
        rig.switch("sequence-gap", count=1)
        await rig.until(lambda: market.tally.gaps > 0, "the gap is seen")
        assert Trouble.GAP in {report.trouble for report in rig.watching.reports}
        await rig.same(market)
    return ""


async def stale_snapshot(venue: str) -> str:
    async with Rig(venue, account=False) as rig:
        market = await rig.watch(rig.main())
        await moves(rig, market, 5)
        rig.switch("stale-snapshot", count=1)
        rig.switch("cut")
        await rig.until(lambda: not rig.booth.wire.active(), "the old book was told")
        await rig.same(market)
        await moves(rig, market, 3)
        await rig.same(market)
        assert not market.tally.crossed
    return ""


async def duplicate(venue: str) -> str:
    async with Rig(venue, account=False) as rig:
        market = await rig.watch(rig.main())
        rig.switch("duplicate", topic="book")
        before = market.tally.frames
        await rig.until(lambda: market.tally.frames > before + 20, "frames come twice")
        rig.calm()
        await rig.same(market)
        assert not market.tally.gaps
        assert not market.tally.crossed
    return ""


async def checksum_error(venue: str) -> str:
    if venue != "okx":
        return NONE
    async with Rig(venue, account=False) as rig:
        market = await rig.watch(rig.main())
        # Today's venue sends 0, which means nothing; a whole book that carries a checksum is held to it.
        rig.switch("checksum", count=1, topic="snapshot")
        rig.switch("cut")
        await rig.until(lambda: market.tally.checksums_bad > 0, "the checksum is looked at")
        await rig.same(market)
    return ""


async def reconnect(venue: str) -> str:
    async with Rig(venue, account=False) as rig:
        market = await rig.watch(rig.main())
        rig.switch("cut")
        await rig.until(lambda: market.book.state(rig.live.clock.now()) != VALID, "the book is closed")
        await rig.same(market)
    return ""


async def malformed_frame(venue: str) -> str:
    async with Rig(venue) as rig:
        market = await rig.watch(rig.main())
        rig.switch("malformed", count=3, topic="book")
        await rig.until(lambda: not rig.booth.wire.active(), "the frames are sent")
        await rig.until(
            lambda: Trouble.UNDECODED in {report.trouble for report in rig.watching.reports}, "they are reported"
        )
        await rig.same(market)
        rig.switch("malformed", count=1, topic="account")
        order = await rig.rest(rig.main())
        await asyncio.sleep(0.2)
        await rig.done(Cancel(rig.ref(order)))
    return ""


async def new_terms(venue: str) -> str:
    async with Rig(venue, account=False) as rig:
        for before in rig.one_per_line():
            rig.exchange.relist(replace(before, tick=before.tick * 10), rig.live.clock.now())
        lines = rig.one_per_line()
        assert not await rig.live.posts[venue].listing.load()
        told = {one.instrument.symbol: one.instrument for one in rig.updates if isinstance(one, Terms)}
        for before in lines:
            assert told[before.symbol] == replace(before, tick=before.tick * 10)
            assert rig.instruments()[before.symbol].tick == before.tick * 10
    return ""


async def moves(rig: Rig, market: Market, times: int) -> None:
    """Wait until a book has changed so often."""
    before = market.tally.book_updates
    await rig.until(lambda: market.tally.book_updates > before + times, "changes come")

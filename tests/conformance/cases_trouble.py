"""Cases of trouble on the way: lost, late, refused for everybody, or no longer known."""

from __future__ import annotations

import asyncio

from tests.conformance.rig import SECOND, Rig

from basisdesk.domain.account import OrderUpdate, StreamEnded
from basisdesk.domain.ask import AskOpenOrders, AskOrder, NewOrder, OrderRef, Place
from basisdesk.domain.order import OrderStatus
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.shell.live.health import Capability, Health
from basisdesk.sim.faults import Switch


async def lost_reply(venue: str) -> str:
    async with Rig(venue) as rig:
        order = rig.order(rig.main())
        rig.switch("lost-reply", count=1)
        rig.switch("drop", topic="reply", count=1)
        reply = await rig.ask(Place(order))
        assert isinstance(reply.outcome, Unknown), reply
        rig.calm()
        await _adopted(rig, order)
        assert len(rig.all_at_venue(order.client_id)) == 1
    return ""


async def late_accept(venue: str) -> str:
    async with Rig(venue, entry=False) as rig:
        instrument = rig.main()
        order = rig.order(instrument)
        life = rig.capabilities(instrument).request_life
        rig.switch("delay", topic="change", count=1, seconds=6.0 if life is None else life / SECOND + 1.5)
        if life is not None and life > 20 * SECOND:
            return await _late_and_alive(rig, order)
        reply = await rig.ask(Place(order))
        assert isinstance(reply.outcome, Rejected | Unknown), reply
        if isinstance(reply.outcome, Rejected):
            assert reply.outcome.reason in {Reason.CLOCK, Reason.EXPIRED, Reason.AUTHENTICATION}, reply
        await asyncio.sleep(1)
        assert rig.at_venue(order.client_id) is None
    return ""


async def _late_and_alive(rig: Rig, order: NewOrder) -> str:
    """A venue that takes requests for long is believed to have it until it says otherwise."""
    rig.calm()
    rig.switch("delay", topic="change", count=1, seconds=11.0)
    reply = await rig.ask(Place(order))
    assert isinstance(reply.outcome, Unknown), reply
    await asyncio.sleep(2)
    await _adopted(rig, order)
    return ""


async def server_error_after_accept(venue: str) -> str:
    async with Rig(venue, entry=False) as rig:
        order = rig.order(rig.main())
        rig.switch("5xx-after-accept", count=1)
        reply = await rig.ask(Place(order))
        assert isinstance(reply.outcome, Unknown), reply
        await _adopted(rig, order)
        assert len(rig.all_at_venue(order.client_id)) == 1
    return ""


async def rate_limit(venue: str) -> str:
    async with Rig(venue, entry=False) as rig:
        order = rig.order(rig.main())
        rig.switch("rate-limit", lasts=2.0)
        now = rig.live.posts[venue].site.time.now()
        reply = await rig.ask(Place(order))
        assert isinstance(reply.outcome, RetryLater), reply
        assert reply.outcome.reason is Reason.RATE_LIMIT
        assert reply.outcome.at > now
        assert rig.at_venue(order.client_id) is None
        await asyncio.sleep(max(0.0, (reply.outcome.at - rig.live.posts[venue].site.time.now()) / SECOND) + 2.2)
        await rig.rest(rig.main())
    return ""


async def clock_skew(venue: str) -> str:
    async with Rig(venue, faults=(Switch(fault="clock-offset", seconds=40.0),)) as rig:
        offset = rig.live.posts[venue].site.time.offset
        assert abs(offset - 40 * SECOND) < SECOND
        await rig.rest(rig.main())
    return ""


async def key_revoked(venue: str) -> str:
    async with Rig(venue, entry=False) as rig:
        rig.switch("revoke")
        reply = await rig.ask(Place(rig.order(rig.main())))
        assert isinstance(reply.outcome, Rejected), reply
        assert reply.outcome.reason is Reason.AUTHENTICATION, reply
        assert rig.live.board.of(venue, Capability.ORDERS).health is Health.DOWN
        rig.calm()
        await rig.until(
            lambda: rig.live.board.of(venue, Capability.ORDERS).health is Health.UP, "orders are up again", 30
        )
        await rig.rest(rig.main())
    return ""


async def expiry(venue: str) -> str:
    async with Rig(venue) as rig:
        instrument = rig.main()
        account = rig.live.posts[venue].account
        assert account is not None
        await rig.rest(instrument)
        rig.switch("expire")
        await asyncio.sleep(0.5)
        board = rig.live.board
        await rig.until(
            lambda: (
                board.of(venue, Capability.ACCOUNT).health is Health.UP
                and board.of(venue, Capability.ORDERS).health is Health.UP
            ),
            "everything is up again",
            40,
        )
        rig.updates.clear()
        order = await rig.rest(instrument)
        if rig.capabilities(instrument).private_stream:
            await rig.until(lambda: bool(rig.orders_of(order.client_id)), "the stream tells it")
        assert not any(isinstance(one, StreamEnded) and one.refused for one in rig.updates)
    return ""


async def _adopted(rig: Rig, order: NewOrder) -> None:
    """The order is found by what was known of it before it was sent."""
    instrument = rig.instruments()[order.symbol]
    if rig.capabilities(instrument).by_client_id:
        reply = await rig.done(AskOrder(OrderRef(symbol=order.symbol, client_id=order.client_id)))
    else:
        reply = await rig.done(AskOpenOrders(instrument.market, order.symbol))
    found = [one for one in reply.updates if isinstance(one, OrderUpdate) and rig.is_same(one, order)]
    assert [one.status for one in found] == [OrderStatus.OPEN]
    assert isinstance(reply.outcome, Done)

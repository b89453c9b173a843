"""Cases of orders that go as they should, or are refused for a reason that every trader knows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.conformance.cases_data import NONE
from tests.conformance.rig import Rig

from basisdesk.domain.account import Balance, OrderUpdate, Position
from basisdesk.domain.ask import (
    Amend,
    AskBalances,
    AskFills,
    AskOpenOrders,
    AskOrder,
    AskPositions,
    Cancel,
    CancelAll,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
    TimeInForce,
)
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Margin, Rounding, round_price
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Done, Outcome, Reason, Rejected
from basisdesk.sim.exchange.logins import FIRST, SECOND_ACCOUNT
from basisdesk.venues.trading import Amending, ClientIds, MarketBuy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Reply


async def accept(venue: str) -> str:
    async with Rig(venue) as rig:
        for instrument in rig.one_per_line():
            order = await rig.rest(instrument)
            if rig.capabilities(instrument).private_stream:
                await told(rig, order)
            refs = [OrderRef(symbol=order.symbol, venue_id=rig.venue_id(order))]
            if rig.capabilities(instrument).by_client_id:
                refs.append(OrderRef(symbol=order.symbol, client_id=order.client_id))
            for ref in refs:
                (shown,) = _orders(rig, await rig.done(AskOrder(ref)), order)
                assert (shown.status, shown.price, shown.filled) == (OrderStatus.OPEN, order.price, Decimal(0))
            assert _orders(rig, await rig.done(AskOpenOrders(instrument.market, instrument.symbol)), order)
            whole = await rig.live.ask(venue, AskOpenOrders(instrument.market))
            if isinstance(whole, Refusal):  # a venue that lists them market by market says so
                assert whole.code == "symbol_needed", whole
            else:
                assert _orders(rig, whole, order)
    return ""


async def reject(venue: str) -> str:
    async with Rig(venue) as rig:
        instrument = rig.main()
        rig.exchange.faults.reject(1, Reason.INSUFFICIENT_MARGIN)
        order = rig.order(instrument)
        reply = await rig.ask(Place(order))
        _refused(reply.outcome, Reason.INSUFFICIENT_MARGIN)
        found = rig.at_venue(order.client_id)
        assert found is None or found.reason is DoneReason.REJECTED
        await rig.rest(instrument)
    return ""


async def partial(venue: str) -> str:
    async with Rig(venue) as rig:
        instrument = rig.main()
        rig.exchange.faults.partial(1)
        order = _taking(rig, instrument)
        await rig.done(Place(order))
        assert order.size is not None
        found = rig.at_venue(order.client_id)
        assert found is not None
        assert 0 < found.filled < order.size
        await _told_whole(rig, order, found.filled)
    return ""


async def fill(venue: str) -> str:
    async with Rig(venue) as rig:
        for instrument in rig.one_per_line():
            for kind in (OrderType.LIMIT, OrderType.MARKET):
                await _fill(rig, instrument, kind)
    return ""


async def _fill(rig: Rig, instrument: Instrument, kind: OrderType) -> None:
    before = _held(rig, instrument)
    order = _taking(rig, instrument)
    assert order.price is not None
    assert order.size is not None
    if kind is OrderType.MARKET:
        money = None
        size: Decimal | None = order.size
        if instrument.margin is Margin.SPOT and rig.capabilities(instrument).market_buy is MarketBuy.MONEY:
            size, money = None, round_price(instrument, order.size * order.price, Rounding.UP)
        order = rig.order(instrument, type=kind, size=size, money=money, price=None)
    await rig.done(Place(order))
    await over(rig, order)
    found = rig.at_venue(order.client_id)
    assert found is not None
    assert found.filled > 0
    await _told_whole(rig, order, found.filled)
    assert all(one.fee is not None and one.fee_asset for one in rig.fills_of(order))
    if instrument.margin is Margin.SPOT:
        rows = (await rig.done(AskBalances(instrument.market))).updates
        assert any(isinstance(one, Balance) and one.asset == instrument.base for one in rows)
        return
    rows = (await rig.done(AskPositions(instrument.market))).updates
    (position,) = [one for one in rows if isinstance(one, Position) and one.symbol == instrument.symbol]
    assert position.size == before + found.filled


async def cancel(venue: str) -> str:
    async with Rig(venue) as rig:
        for instrument in rig.one_per_line():
            order = await rig.rest(instrument)
            await rig.done(Cancel(rig.ref(order)))
            await over(rig, order)
            found = rig.at_venue(order.client_id)
            assert found is not None
            assert (found.status, found.reason) == (OrderStatus.DONE, DoneReason.CANCELLED)
            if rig.capabilities(instrument).private_stream:
                await end_told(rig, order)
    return ""


async def cancel_fill_race(venue: str) -> str:
    async with Rig(venue) as rig:
        instrument = rig.main()
        order = await rig.rest(instrument, away="0.0005")  # not where a moving market would take it at once
        await _taken(rig, instrument, order)
        reply = await rig.ask(Cancel(rig.ref(order)))
        found = rig.at_venue(order.client_id)
        assert found is not None
        assert found.reason is DoneReason.FILLED
        if isinstance(reply.outcome, Rejected):
            assert reply.outcome.reason is Reason.UNKNOWN_ORDER, reply.outcome
        await _told_whole(rig, order, found.filled)
    return ""


async def _taken(rig: Rig, instrument: Instrument, order: NewOrder) -> None:
    """Let another account sell into the book until the order is filled."""
    for number in range(20):
        found = rig.at_venue(order.client_id)
        if found is not None and found.status is OrderStatus.DONE:
            return
        bid, _ = rig.touch(instrument)
        book = rig.exchange.markets[instrument.symbol].book
        ahead = [size for price, size in book.levels(0, book.depth(0)) if price >= float(order.price or 0)]
        depth = Decimal(repr(round(sum(ahead), 8))) + (order.size or 0) * 2
        taker = NewOrder(
            symbol=instrument.symbol, side=Side.SELL, type=OrderType.LIMIT, client_id=f"taker{number}",
            size=depth // instrument.step * instrument.step,
            price=round_price(instrument, bid * Decimal("0.99"), Rounding.UP), time_in_force=TimeInForce.IOC,
        )  # fmt: skip
        rig.exchange.place(SECOND_ACCOUNT, taker, rig.live.clock.now())
        rig.booth.wake()


async def post_only_cross(venue: str) -> str:
    async with Rig(venue) as rig:
        for instrument in rig.one_per_line():
            order = rig.order(instrument, away="-0.002", post_only=True)
            reply = await rig.ask(Place(order))
            if isinstance(reply.outcome, Done):
                await over(rig, order)
            else:
                _refused(reply.outcome, Reason.WOULD_CROSS)
            found = rig.at_venue(order.client_id)
            assert found is None or not found.filled
    return ""


async def reduce_only(venue: str) -> str:
    async with Rig(venue) as rig:
        instrument = rig.main()
        if not rig.capabilities(instrument).reduce_only:
            return NONE
        order = rig.order(instrument, away="-0.002", reduce_only=True, time_in_force=TimeInForce.IOC)
        reply = await rig.ask(Place(order))
        if not isinstance(reply.outcome, Done):
            _refused(reply.outcome, Reason.REDUCE_ONLY)
        assert not rig.exchange.positions(FIRST, instrument.market)
        await rig.done(Place(_taking(rig, instrument)))
        closing = rig.order(instrument, Side.SELL, away="-0.002", reduce_only=True, time_in_force=TimeInForce.IOC)
        await rig.done(Place(closing))
        assert not rig.exchange.positions(FIRST, instrument.market)
    return ""


async def amend(venue: str) -> str:
    async with Rig(venue) as rig:
        instrument = rig.main()
        order = await rig.rest(instrument)
        assert order.price is not None
        price = round_price(instrument, order.price * Decimal("0.99"), Rounding.DOWN)
        ask = Amend(
            order=rig.ref(order), price=price, size=order.size, side=order.side,
            new_client_id=rig.order(instrument).client_id,
        )  # fmt: skip
        if rig.capabilities(instrument).amend is Amending.NONE:
            assert isinstance(await rig.live.ask(venue, ask), Refusal)
            return NONE
        await rig.done(ask)
        prices = [one.price for one in rig.exchange.open_orders(FIRST, instrument.market)]
        assert prices == [price]
    return ""


async def duplicate_id(venue: str) -> str:
    async with Rig(venue) as rig:
        lines = rig.one_per_line()
        refusing = []
        for instrument in lines:
            order = await rig.rest(instrument)
            reply = await rig.ask(Place(order))
            if rig.capabilities(instrument).client_ids is ClientIds.NONE and isinstance(reply.outcome, Done):
                continue
            _refused(reply.outcome, Reason.DUPLICATE_ID)
            assert len(rig.all_at_venue(order.client_id)) == 1
            refusing.append(instrument)
    return _on(refusing, lines, "no guarantee")


async def cancel_all(venue: str) -> str:
    async with Rig(venue) as rig:
        lines = rig.one_per_line()
        having = [each for each in lines if rig.capabilities(each).cancel_all]
        for instrument in lines:
            orders = [await rig.rest(instrument) for _ in range(22 if venue == "okx" else 3)]  # OKX takes 20 at once
            ask = CancelAll(instrument.market, instrument.symbol)
            if instrument not in having:
                assert isinstance(await rig.live.ask(venue, ask), Refusal)
                continue
            await rig.done(ask)
            for order in orders:
                await over(rig, order)
        account = rig.live.posts[venue].account
        assert account is not None
        assert account.session.account in {FIRST, ""}
    return _on(having, lines, NONE)


def _on(found: Sequence[Instrument], lines: Sequence[Instrument], nowhere: str) -> str:
    """Return what the page says of something that some lines of a venue have: nothing more where all of them do."""
    if len(found) == len(lines):
        return ""
    return f"{', '.join(dict.fromkeys(each.market for each in found))} only" if found else nowhere


def _taking(rig: Rig, instrument: Instrument) -> NewOrder:
    return rig.order(instrument, away="-0.002", time_in_force=TimeInForce.IOC)


def _orders(rig: Rig, reply: Reply, order: NewOrder) -> list[OrderUpdate]:
    return [one for one in reply.updates if isinstance(one, OrderUpdate) and rig.is_same(one, order)]


def _refused(outcome: Outcome, reason: Reason) -> str:
    assert isinstance(outcome, Rejected), outcome
    assert outcome.reason is reason, outcome
    return ""


async def over(rig: Rig, order: NewOrder) -> None:
    """Wait until an order is over at the venue."""

    def is_over() -> bool:
        found = rig.at_venue(order.client_id)
        return found is not None and found.status is OrderStatus.DONE

    await rig.until(is_over, "the order is over at the venue")


async def told(rig: Rig, order: NewOrder) -> None:
    """Wait until the stream tells an order."""
    await rig.until(lambda: bool(rig.orders_of(order.client_id)), "the stream tells the order")


async def end_told(rig: Rig, order: NewOrder) -> None:
    """Wait until the stream tells an order's end."""
    await rig.until(lambda: rig.orders_of(order.client_id)[-1].status is OrderStatus.DONE, "the end is told")


def _held(rig: Rig, instrument: Instrument) -> Decimal:
    return sum((one.size for one in rig.exchange.positions(FIRST, instrument.market, instrument.symbol)), Decimal(0))


async def _told_whole(rig: Rig, order: NewOrder, filled: Decimal) -> None:
    """Its trades reach the desk by the stream, and by a query that names each once more."""
    await rig.until(lambda: sum(one.size for one in rig.fills_of(order)) == filled, "every trade is told")
    before = len(rig.fills_of(order))
    line = rig.instruments()[order.symbol].market
    await rig.done(AskFills(line=line, symbol=order.symbol, since=rig.live.clock.now() - 60_000_000_000))
    assert len(rig.fills_of(order)) == before
    assert sum(one.size for one in rig.fills_of(order)) == filled

"""One simulated venue and the live shell connected to it by sockets, in one event loop."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Self, TypeVar

from basisdesk.app.simulate import KEYS, Fair, routes
from basisdesk.app.watching import Watching
from basisdesk.domain.account import Fill, OrderUpdate
from basisdesk.domain.ask import Ask, NewOrder, OrderRef, OrderType, Place
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument, Kind, Margin, Rounding, notional, round_price, round_size
from basisdesk.domain.order import OrderStatus, Side
from basisdesk.domain.outcome import Done
from basisdesk.kernel.book import VALID
from basisdesk.shell.live.health import Capability, Health
from basisdesk.shell.live.heard import Answered, Heard, Told
from basisdesk.shell.live.live import Live
from basisdesk.shell.live.routes import Routes
from basisdesk.sim.exchange.logins import FIRST
from basisdesk.sim.faults import Switch
from basisdesk.venues import venue_named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from basisdesk.domain.account import Update
    from basisdesk.sim.exchange import SimExchange
    from basisdesk.venues.contract import Market
    from basisdesk.venues.trading import Capabilities, Reply, Trading

SECOND = 1_000_000_000
PATIENCE = 30.0
LEVELS = 5
Got = TypeVar("Got")


class Rig:
    """`async with Rig(venue) as rig`: connected, the account read once, nothing watched yet."""

    def __init__(
        self, venue: str, *, entry: bool = True, faults: tuple[Switch, ...] = (), account: bool = True
    ) -> None:
        """Without `entry` orders go over HTTP; `faults` are on before anything connects."""
        self.name = venue
        self.updates: list[Update] = []
        self.watching = Watching()
        self._venue = venue_named(venue)
        assert self._venue.trading is not None
        self.trading: Trading = self._venue.trading
        if not entry:
            self.trading = replace(self.trading, entry=_no_entry)
        self._faults = faults
        self._account = account
        self._count = 0
        self._placed: dict[str, NewOrder] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self.fair = await stack.enter_async_context(Fair([self.name], 7, time.time_ns(), 0))
            self.booth = self.fair.booths[self.name]
            for fault in self._faults:
                self.switch(fault.fault, seconds=fault.seconds)
            self.live = await stack.enter_async_context(
                Live(
                    [replace(self._venue, trading=self.trading)],
                    self.watching.sink,
                    routes=Routes(routes(self.booth)),
                    credentials={self.name: KEYS["trade"].credentials} if self._account else {},
                    heard=self._hear,
                )
            )
            assert not await self.live.loaded(PATIENCE), self.live.board.parts(self.name, Capability.DATA)
            account = self.live.posts[self.name].account
            if account is not None:
                await self.wait(account.read_once.wait(), "the account is read")
                board = self.live.board  # before its streams stand, what happens is found by queries only
                await self.until(
                    lambda: board.of(self.name, Capability.ACCOUNT).health is Health.UP, "the streams stand"
                )
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.__aexit__(None, None, None)

    # ------------------------------------------------------------- the venue's side

    @property
    def exchange(self) -> SimExchange:
        """What is true at the venue."""
        return self.fair.exchanges[self.name]

    def switch(self, fault: str, **terms: object) -> None:
        """Turn a fault on."""
        self.booth.wire.switch(Switch(fault=fault, **terms), time.time_ns())  # type: ignore[arg-type]
        self.booth.hand_out()
        self.booth.wake()

    def calm(self) -> None:
        """Turn all faults off."""
        self.booth.wire.clear()
        self.booth.wake()

    def at_venue(self, client_id: str) -> OrderUpdate | None:
        """Return an order as the venue has it."""
        found = self.all_at_venue(client_id)
        return found[-1] if found else None

    def all_at_venue(self, client_id: str) -> list[OrderUpdate]:
        """Return every order of this client id; where the venue takes none, what is just like the one asked for."""
        wanted = self._placed.get(client_id)
        now = time.time_ns()
        rows = [
            order for line in self.trading.capabilities for order in self.exchange.past_orders(FIRST, line, "", 0, now)
        ]
        if wanted is not None and not self.named(wanted):
            same = (wanted.symbol, wanted.side, wanted.size, wanted.price or None)
            return [
                one for one in rows if (one.symbol, one.side, one.size, one.price if wanted.price else None) == same
            ]
        return [one for one in rows if one.client_id == client_id]

    def named(self, order: NewOrder) -> bool:
        """Say whether the market takes client ids."""
        return bool(self.trading.capabilities[self.instruments()[order.symbol].market].client_id_pattern)

    def is_same(self, told: OrderUpdate, order: NewOrder) -> bool:
        """Say whether what is told is of this order."""
        if self.named(order):
            return told.client_id == order.client_id
        return (told.symbol, told.side, told.size) == (order.symbol, order.side, order.size) and (
            order.price is None or told.price == order.price
        )

    # ------------------------------------------------------------- markets

    def instruments(self) -> dict[str, Instrument]:
        """Return what the desk knows."""
        return self.live.instruments()

    def main(self) -> Instrument:
        """Return a perpetual: linear where there is one."""
        perpetuals = [
            each for each in self.instruments().values() if each.kind is Kind.PERPETUAL and each.base == "BTC"
        ]
        return min(perpetuals, key=lambda each: (each.margin is not Margin.LINEAR, each.symbol))

    def one_per_line(self) -> list[Instrument]:
        """Return a market of each line and margin."""
        found: dict[tuple[str, Margin], Instrument] = {}
        for each in sorted(self.instruments().values(), key=lambda each: (each.base != "BTC", each.symbol)):
            if each.tradable:
                found.setdefault((each.market, each.margin), each)
        return list(found.values())

    def capabilities(self, instrument: Instrument) -> Capabilities:
        """Return what the instrument's line can do."""
        return self.trading.capabilities[instrument.market]

    async def watch(self, instrument: Instrument) -> Market:
        """Watch a market until its book is valid."""
        self.watching.open(self.live, [instrument.symbol])
        market = self.watching.markets[instrument.symbol]
        await self.until(lambda: market.book.state(self.live.clock.now()) == VALID, "the book is valid")
        return market

    async def same(self, market: Market) -> None:
        """Wait until the desk's book is the venue's."""
        theirs = self.exchange.markets[market.symbol].book

        def is_same() -> bool:
            if market.book.state(self.live.clock.now()) != VALID:
                return False
            return all(market.book.levels(side, LEVELS) == theirs.levels(side, LEVELS) for side in (0, 1))

        await self.until(is_same, "the book is the venue's")

    def touch(self, instrument: Instrument) -> tuple[Decimal, Decimal]:
        """Return the venue's best bid and ask."""
        book = self.exchange.markets[instrument.symbol].book
        near = Rounding.NEAREST
        bid, ask = Decimal(repr(book.bid)), Decimal(repr(book.ask))
        return round_price(instrument, bid, near), round_price(instrument, ask, near)

    # ------------------------------------------------------------- orders

    def order(self, instrument: Instrument, side: Side = Side.BUY, away: str = "0.02", **terms: object) -> NewOrder:
        """Return a limit order that rests `away` (a fraction) from the touch; negative crosses it."""
        self._count += 1
        bid, ask = self.touch(instrument)
        far = 1 - Decimal(away) * side.sign
        price = round_price(instrument, (bid if side is Side.BUY else ask) * far, Rounding.NEAREST)
        client_id = self.trading.client_id(f"c{self.live.clock.now() // 1_000_000 % 100_000_000}-1-{self._count}")
        wanted: dict[str, object] = {
            "symbol": instrument.symbol,
            "side": side,
            "type": OrderType.LIMIT,
            "client_id": client_id,
            "size": least_size(instrument, price) + instrument.step * self._count,  # no two are alike
            "price": price,
        }
        made = NewOrder(**(wanted | terms))  # type: ignore[arg-type]
        self._placed[client_id] = made
        return made

    async def ask(self, ask: Ask) -> Reply:
        """Ask, and insist on an answer of the venue's."""
        reply = await self.wait(self.live.ask(self.name, ask), f"{ask}")
        assert not isinstance(reply, Refusal), reply
        return reply

    async def done(self, ask: Ask) -> Reply:
        """Ask, and insist that it was done."""
        reply = await self.ask(ask)
        assert isinstance(reply.outcome, Done), reply
        return reply

    async def rest(self, instrument: Instrument, **terms: object) -> NewOrder:
        """Place an order that rests; returns it once the venue has it."""
        order = self.order(instrument, **terms)  # type: ignore[arg-type]
        await self.done(Place(order))
        found = self.at_venue(order.client_id)
        assert found is not None
        assert found.status is OrderStatus.OPEN
        return order

    def ref(self, order: NewOrder) -> OrderRef:
        """Return a reference as good as the venue allows: by client id where that works, else by its own."""
        if self.trading.capabilities[self.instruments()[order.symbol].market].by_client_id:
            return OrderRef(symbol=order.symbol, client_id=order.client_id)
        return OrderRef(symbol=order.symbol, venue_id=self.venue_id(order), client_id=order.client_id)

    def venue_id(self, order: NewOrder) -> str:
        """Return the id that the venue told."""
        return self.orders_of(order.client_id)[-1].venue_id

    # ------------------------------------------------------------- what was heard

    def orders_of(self, client_id: str) -> list[OrderUpdate]:
        """Return what was told of an order."""
        order = self._placed[client_id]
        return [one for one in self.updates if isinstance(one, OrderUpdate) and self.is_same(one, order)]

    def fills_of(self, order: NewOrder) -> list[Fill]:
        """Return its trades, each once."""
        venue_ids = {one.venue_id for one in self.orders_of(order.client_id)}
        fills = {
            (one.symbol, one.trade_id): one
            for one in self.updates
            if isinstance(one, Fill) and one.fee is not None
            and ((self.named(order) and one.client_id == order.client_id) or one.venue_id in venue_ids)
        }  # fmt: skip
        return list(fills.values())

    async def until(self, true: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Wait until something is so."""
        ends = time.monotonic() + patience
        while not true():
            assert time.monotonic() < ends, f"{self.name}: not within {patience:g} s: {what}"
            await asyncio.sleep(0.01)

    async def wait(self, work: Awaitable[Got], what: str, patience: float = 30.0) -> Got:
        """Wait for something."""
        try:
            return await asyncio.wait_for(work, patience)
        except TimeoutError as error:
            raise AssertionError(f"{self.name}: not within {patience:g} s: {what}") from error

    def _hear(self, heard: Heard) -> None:
        match heard:
            case Told():
                self.updates.append(heard.update)
            case Answered():
                self.updates += heard.reply.updates


def least_size(instrument: Instrument, price: Decimal) -> Decimal:
    """Return twice the least that can be traded."""
    size = round_size(instrument, instrument.min_size * 2, Rounding.UP)
    while instrument.min_notional and notional(instrument, size, price) < instrument.min_notional * 2:
        size = round_size(instrument, size * 2, Rounding.UP)
    return size


def _no_entry(_line: str, _session: object) -> None:
    return None

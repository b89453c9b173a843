"""A desk with journal and live broker in front of two or three simulated venues, over loopback, in one event loop.

What is true is read from the exchanges alone; `Stage.settled` compares the desk with it at the end of a scenario.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Self

import pytest

from basisdesk.app.broker import LiveBroker
from basisdesk.app.desk import Desk
from basisdesk.app.listings import Rank
from basisdesk.app.live import LiveDriver
from basisdesk.app.reach import Reach
from basisdesk.app.simulate import KEYS, Fair, routes
from basisdesk.domain.account import OrderUpdate
from basisdesk.domain.ask import NewOrder
from basisdesk.domain.effect import SendLeg
from basisdesk.domain.order import Sequence, Side, SpreadOrderRequest, SpreadOrderType, SpreadState
from basisdesk.domain.spread import spread_legs
from basisdesk.engine import Phase, SpreadOrder, spread_state
from basisdesk.kernel.book import VALID
from basisdesk.shell.live.routes import Routes
from basisdesk.sim.contract import Refused
from basisdesk.sim.faults import Switch
from basisdesk.sim.paper import PaperTerms
from basisdesk.store.journal import Journal
from basisdesk.venues import venue_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.exchange import SimExchange
    from basisdesk.venues.contract import Market, Venue

SECOND = 1_000_000_000
STALE_AFTER = 5 * SECOND
PATIENCE = 40.0
STEP = 0.01
TICK = 0.005
EARLIER = 45 * SECOND
"""How long before the scenario markets open whose clocks are wrong, so that they are open by any clock."""
SPACING = SECOND // 50
"""Between two attempts to connect; the simulated venues count none."""


@dataclass(frozen=True)
class Arrival:
    """An order at a matcher: where, as what, when (ns), and whether its intent was on the disk by then."""

    venue: str
    order: NewOrder
    at: int
    journaled: bool
    answer: OrderUpdate | Refused


class Stage:
    """`async with Stage(spread, folder) as stage`: connected, accounts read, both books valid."""

    def __init__(
        self, spread: str, folder: Path, *, entry: bool = True, faults: dict[str, Switch] | None = None
    ) -> None:
        """Without `entry` orders go over HTTP; `faults` by venue are on before anything connects."""
        self.spread = spread
        self.legs = spread_legs(spread)
        self.venues = tuple(dict.fromkeys(leg.partition(":")[0] for leg in self.legs))
        self.arrivals: list[Arrival] = []
        self.on_arrival: Callable[[int], None] = _nothing
        self._path = folder / "scenario.journal"
        self._entry = entry
        self._faults = faults or {}
        self._stack = AsyncExitStack()
        self._keys = 0

    async def __aenter__(self) -> Self:
        start = time.time_ns()
        async with AsyncExitStack() as stack:
            opened = start - EARLIER if self._faults else start
            self.fair = Fair(self.venues, 7, opened, 0)
            for venue, switch in self._faults.items():
                self.fair.booths[venue].wire.switch(switch, start)
            await stack.enter_async_context(self.fair)
            for exchange in self.fair.exchanges.values():
                self._witness(exchange)
            self.before = {venue: self.purses(venue) for venue in self.venues}
            self.journal = stack.enter_context(Journal.open(self._path, "scenario"))
            self.broker = LiveBroker("t1")
            self.desk = Desk(self.journal, PaperTerms(), (), STALE_AFTER, (), self.broker)
            self.desk.advance(start)
            listed = {one.symbol: one for each in self.fair.exchanges.values() for one in _instruments(each)}
            self.instruments = {leg: listed[leg] for leg in self.legs}
            self.desk.list_instruments(self.instruments.values(), Rank.OPERATOR)
            for leg, instrument in self.instruments.items():
                self.desk.open_market(leg, instrument.market, instrument.code, instrument)
            with self._way():
                self.driver = LiveDriver(self.desk, self.broker, self._reach(), self.legs, _unnoted)
            self.driver.live._spacing = SPACING
            await stack.enter_async_context(self.driver)
            self.ticking = asyncio.create_task(self._tick())
            stack.callback(self.ticking.cancel)
            await self.until(self._books_stand, "every book is valid")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.__aexit__(None, None, None)

    def _books_stand(self) -> bool:
        now = self.driver.live.clock.now()
        return all(self.desk.markets[leg].book.state(now) == VALID for leg in self.legs)

    # ------------------------------------------------------------- the venues' side

    def exchange(self, leg: int) -> SimExchange:
        """What is true at the venue of a leg (1 or 2)."""
        return self.fair.exchanges[self.venue(leg)]

    def venue(self, leg: int) -> str:
        """Return the venue of a leg (1 or 2)."""
        return self.legs[leg - 1].partition(":")[0]

    def switch(self, venue: str, fault: str, **terms: object) -> None:
        """Turn a fault of one venue on."""
        booth = self.fair.booths[venue]
        booth.wire.switch(Switch(fault=fault, **terms), time.time_ns())  # type: ignore[arg-type]
        booth.hand_out()
        booth.wake()

    def switch_all(self, fault: str, **terms: object) -> None:
        """Turn a fault of every venue on."""
        for venue in self.venues:
            self.switch(venue, fault, **terms)

    def calm(self) -> None:
        """Turn all faults off."""
        for booth in self.fair.booths.values():
            booth.wire.clear()
            booth.wake()

    def arrivals_filled(self) -> list[Arrival]:
        """Return the orders that traded as they arrived."""
        return [each for each in self.arrivals if getattr(each.answer, "filled", 0)]

    # ------------------------------------------------------------- the desk's side

    def place(
        self, size: str, side: Side = Side.BUY, sequence: Sequence = Sequence.SIMULTANEOUS, key: str = ""
    ) -> SpreadOrder:
        """Enter a spread order at market; it must be taken on."""
        self._keys += 1
        request = SpreadOrderRequest(
            spread=self.spread, side=side, type=SpreadOrderType.MARKET, size=Decimal(size), sequence=sequence
        )
        reply = self.desk.place(key or f"k{self._keys}", request)
        assert reply.ok, reply
        return self.desk.state.orders[reply.order_id]

    def order(self, order: SpreadOrder) -> SpreadOrder:
        """Return an order as it is now."""
        return self.desk.state.orders[order.order_id]

    def state(self, order: SpreadOrder) -> SpreadState:
        """Return which of the six states an order is in."""
        return spread_state(self.desk.state, order.order_id)

    async def ended(self, order: SpreadOrder, patience: float = PATIENCE) -> SpreadOrder:
        """Wait until an order is over."""
        await self.until(lambda: self.order(order).phase is Phase.ENDED, "the order is over", patience)
        return self.order(order)

    async def trade(self, size: str, side: Side = Side.BUY, sequence: Sequence = Sequence.SIMULTANEOUS) -> SpreadOrder:
        """Enter an order and wait until it is over."""
        return await self.ended(self.place(size, side, sequence))

    async def until(self, true: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Wait until something is so."""
        ends = time.monotonic() + patience
        while not true():
            if self.ticking.done():
                self.ticking.result()
            assert time.monotonic() < ends, f"not within {patience:g} s: {what}\n{self.told()}"
            await asyncio.sleep(STEP)

    def told(self) -> str:
        """Return what happened, for the message of a failure."""
        rows = [f"{record.kind}: {record.value}" for record in self.journal.records() if record.kind != "Listed"]
        return "\n".join([*rows, *(f"{each}" for each in self.arrivals)])

    # ------------------------------------------------------------- inside

    def _witness(self, exchange: SimExchange) -> None:
        """Note every order that reaches a matcher."""
        place = exchange.place

        def seen(account: str, order: NewOrder, now: int) -> OrderUpdate | Refused:
            journaled = self._is_journaled(exchange.venue, order)
            answer = place(account, order, now)
            self.arrivals.append(Arrival(exchange.venue, order, now, journaled, answer))
            self.on_arrival(len(self.arrivals))
            return answer

        exchange.place = seen  # type: ignore[method-assign]

    def _is_journaled(self, venue: str, order: NewOrder) -> bool:
        """Look into the file, as it would be found after a power cut."""
        with Journal.read(self._path) as journal:
            sends = [record.value for record in journal.records() if isinstance(record.value, SendLeg)]
        return any(
            (send.symbol, send.side, send.size, send.bound) == (order.symbol, order.side, order.size, order.price)
            for send in sends
        )

    def purses(self, venue: str) -> dict[tuple[str, str], Decimal]:
        exchange = self.fair.exchanges[venue]
        account = KEYS["trade"].account
        return {
            (wallet, balance.asset): balance.total
            for wallet in exchange.wallets(account)
            for balance in exchange.balances(account, wallet)
        }

    def _reach(self) -> Reach:
        table = {live: here for booth in self.fair.booths.values() for live, here in routes(booth).items()}
        keys = dict.fromkeys(self.venues, KEYS["trade"].credentials)
        return Reach(Routes(table), keys, self.venues, simulated=True)

    @contextmanager
    def _way(self) -> Iterator[None]:
        """Let venues have no order connections, where that is wanted."""
        with pytest.MonkeyPatch.context() as patch:
            if not self._entry:
                patch.setattr("basisdesk.app.live.venue_named", _over_http)
            yield

    async def _tick(self) -> None:
        """Bring the desk's time along, as `serve` does."""
        while True:
            self.driver.advance(self.driver.next_at())
            await asyncio.sleep(TICK)


def _instruments(exchange: SimExchange) -> list[Instrument]:
    return [market.instrument for market in exchange.markets.values()]


def _over_http(name: str) -> Venue:
    venue = venue_named(name)
    assert venue.trading is not None
    return replace(venue, trading=replace(venue.trading, entry=_no_entry))


def _no_entry(_line: str, _session: object) -> None:
    return None


def _nothing(_count: int) -> None:
    """Nobody waits for an arrival."""


def _unnoted(_market: Market, _now: int) -> None:
    """No tape is kept."""

"""Ours: from the touched book that reaches an armed trigger to the first byte of the first leg's order at the venue.

The clock starts when the book, with the tick written into it, is handed to the desk (`Desk.touched`): what decoding and
applying a tick takes is in the table of the feeds.
From there on everything counts: the board says that the trigger is true, the whole size is priced, the engine decides,
the journal commits, and only then the broker hands the order to the account, which signs and sends it.
Started with the server's ports and with ``disk`` or ``memory`` for the journal and ``http`` or ``ws`` for the way.
A line on standard input asks for so many orders; a line of JSON answers with the time of each trigger by client id.
"""

# ruff: noqa: E402 (as a desk begins: memory is reserved before anything else is loaded)

from __future__ import annotations

from basisdesk.app.pages import reserve

reserve()

import asyncio
import json
import random
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from basisdesk.app.broker import LiveBroker
from basisdesk.app.desk import Desk
from basisdesk.app.heap import frozen
from basisdesk.domain.ask import Place
from basisdesk.domain.effect import SendLeg
from basisdesk.domain.instrument import Kind
from basisdesk.domain.order import Sequence, Side, SpreadOrderRequest, SpreadOrderType
from basisdesk.shell.live.account import Account
from basisdesk.shell.live.backoff import Gate
from basisdesk.shell.live.clock import LocalClock, VenueClock
from basisdesk.shell.live.entry import EntryTalk
from basisdesk.shell.live.health import Board, Capability
from basisdesk.shell.live.routes import Routes
from basisdesk.shell.live.site import Site
from basisdesk.shell.live.supervisor import Supervisor
from basisdesk.shell.live.wires import Wires
from basisdesk.sim.paper import PaperTerms
from basisdesk.store.journal import Journal
from basisdesk.venues import venue_named
from basisdesk.venues.budget import Budget
from basisdesk.venues.trading import Credentials, Session

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from basisdesk.domain.ask import Ask
    from basisdesk.domain.effect import Effect
    from basisdesk.domain.errors import Refusal
    from basisdesk.domain.event import Event
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Reply

LINE = "usdm"
CODES = ("BTCUSDT", "BTCUSDT_261225")
PAUSE = 0.002
EXPIRY = 1_798_185_600_000_000_000
ROOM = 1e6
"""The published limits times this: two thousand orders in a minute are the benchmark's, not a desk's."""


def terms() -> list[Instrument]:
    """Return a perpetual, and a dated future of the same terms that makes a spread with it."""
    venue = venue_named("binance")
    first = next(one for one in venue.well_known() if (one.market, one.code) == (LINE, CODES[0]))
    symbol = venue.symbol_of(LINE, CODES[1])
    other = msgspec.structs.replace(first, symbol=symbol, code=CODES[1], kind=Kind.DATED, expiry=EXPIRY)
    return [first, other]


class Bench:
    """A desk with one spread, whose trigger is reached again and again."""

    def __init__(self, journal: Journal, account: Account, clock: LocalClock, instruments: list[Instrument]) -> None:
        self.clock = clock
        self.broker = LiveBroker()
        self.desk = Desk(journal, PaperTerms(), [], 0, None, self.broker)
        self.instruments = instruments
        self.desk.list_instruments(self.instruments)
        self.markets = [self.desk.open_market(one.symbol, one.market, one.code, one) for one in self.instruments]
        self.account = account
        self.spread = next(iter(self.desk.spreads))
        self.count = 0
        self.sent: list[str] = []
        self.answered = 0
        self.began = 0
        self.broker.attach(self, self.wake, lambda *_: None)
        self.desk.room.told.append(self._note)

    def now(self) -> int:
        """Return the local time, ns UTC."""
        return self.clock.now()

    def offset(self, venue: str) -> int:
        """Return how far the venue's clock is ahead."""
        return 0

    def number(self, venue: str) -> str:
        """Return the number of the account, which nobody told."""
        return ""

    def ask(self, venue: str, ask: Ask, *, urgent: bool = False) -> Awaitable[Reply | Refusal]:
        """Ask the account."""
        return self._counted(ask, self.account.ask(ask, urgent=urgent))

    async def _counted(self, ask: Ask, answer: Awaitable[Reply | Refusal]) -> Reply | Refusal:
        reply = await answer
        self.answered += isinstance(ask, Place)
        return reply

    def wake(self) -> None:
        """Something was heard: let the desk take it at once, as the live driver does."""
        now = max(self.clock.now(), self.desk.now)
        self.desk.room.due = min(self.desk.room.due, now)
        self.desk.advance(now)

    async def order(self) -> tuple[str, int]:
        """Arm a trigger, reach it, and wait until both legs are answered; return the first leg's id and the time."""
        self.count += 1
        self._tick(60_000.0)
        request = SpreadOrderRequest(
            spread=self.spread, side=Side.BUY, type=SpreadOrderType.AUTO_TRIGGER, size=Decimal("0.01"),
            trigger=self._trigger, sequence=Sequence.SIMULTANEOUS,
        )  # fmt: skip
        self.desk.advance(self.clock.now())
        reply = self.desk.place(f"k{self.count}", request)
        assert reply.ok, reply.message
        assert not self.sent, "the trigger was reached too early"
        await asyncio.sleep(PAUSE)
        self.desk.advance(self.clock.now())
        self._tick(self._reached)
        began = self.began
        assert self.sent, "nothing was sent"
        for _ in range(2000):
            if self.answered >= self.count * 2:
                break
            await asyncio.sleep(PAUSE)
        assert self.answered >= self.count * 2, "the orders are not answered"
        first, self.sent = self.sent[0], []
        trading = venue_named("binance").trading
        assert trading is not None
        return trading.client_id(first), began

    @property
    def _trigger(self) -> Decimal:
        return Decimal(-400)

    @property
    def _reached(self) -> float:
        first = self.spread.split("~")[0] == self.instruments[0].symbol
        return 59_000.0 if first else 61_500.0

    def _tick(self, price: float) -> None:
        """Move the perpetual's book; the dated future's stays where it is."""
        now = self.clock.now()
        for market, middle in zip(self.markets, (price, 60_100.0), strict=True):
            market.book.snapshot_levels([(middle - 1, 50.0)], [(middle + 1, 50.0)], now, now)
            if market is self.markets[0]:  # whose touch reaches the trigger
                self.began = time.monotonic_ns()
            self.desk.touched(market, now)

    def _note(self, _event: Event, decided: list[Effect]) -> None:
        self.sent += [effect.client_id for effect in decided if isinstance(effect, SendLeg)]


async def connect(account: Account, session: Session, site: Site) -> None:
    """Make the order connection, as the account does when it starts."""
    trading = site.venue.trading
    assert trading is not None
    entry = trading.entry(LINE, session)
    assert entry is not None
    talk = EntryTalk(entry)
    talk.link = account._link("orders", talk, Capability.ORDERS)  # noqa: SLF001 (as `start` does, without the rest of it)
    account._entries[LINE] = talk  # noqa: SLF001 (as above)
    for _ in range(500):
        if talk.ready(site.time.now()):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the order connection does not stand")


async def work(ports: dict[str, int], journal: Journal, way: str) -> None:
    """Answer lines until there are no more."""
    clock, rng = LocalClock(), random.Random(1)  # noqa: S311 (jitter, no secret)
    venue = venue_named("binance")
    trading = venue.trading
    assert trading is not None
    entry = trading.entry(LINE, Session())
    assert entry is not None
    routes = Routes(
        {
            venue.lines[LINE].rest_url: f"http://127.0.0.1:{ports['http']}",
            "/".join(entry.url.split("/")[:3]): f"ws://127.0.0.1:{ports['ws']}",
        }
    )
    buckets = [msgspec.structs.replace(bucket, capacity=bucket.capacity * ROOM) for bucket in trading.buckets]
    board = Board(clock.now, None)
    async with Wires(routes, clock.now) as wires, Supervisor(clock, rng) as supervisor:
        site = Site(venue, wires, VenueClock(clock), Gate(clock), Budget(buckets), board, supervisor, rng)
        session = Session(credentials=Credentials("key", "secret"))
        known = terms()
        session.know(known)
        bench: Bench
        account = Account(site, trading, session, [LINE], lambda heard: bench.broker.hear(heard))  # noqa: PLW0108 (made below)
        account.read_once.set()
        bench = Bench(journal, account, clock, known)
        if way == "ws":
            await connect(account, session, site)
        loop = asyncio.get_running_loop()
        with frozen():  # as the desk serves
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                taken = [await bench.order() for _ in range(int(line))]
                print(json.dumps(dict(taken)), flush=True)
        bench.broker.detach()


def main() -> None:
    """Open the journal where it was asked for, and work."""
    ports = json.loads(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="orders-", dir=Path(__file__).parent) as folder:
        path = Path(folder) / "desk.journal" if sys.argv[2] == "disk" else None
        with Journal.open(path, "bench") as journal:
            asyncio.run(work(ports, journal, sys.argv[3]))


if __name__ == "__main__":
    main()

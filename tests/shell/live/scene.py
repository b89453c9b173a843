"""The live shell on a simulated venue, for tests."""

import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable
from decimal import ROUND_DOWN, Decimal

import pytest

from basisdesk.app.simulate import KEYS, Fair, routes
from basisdesk.domain import ask as asks
from basisdesk.domain.account import OrderUpdate
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Outcome
from basisdesk.kernel.book import Book
from basisdesk.shell.live import link
from basisdesk.shell.live.health import Capability, Health
from basisdesk.shell.live.heard import Heard, Told
from basisdesk.shell.live.live import Live
from basisdesk.shell.live.routes import Routes
from basisdesk.venues import VENUES
from basisdesk.venues.contract import Market, Report
from basisdesk.venues.trading import Credentials, Reply

SECOND = 1_000_000_000
PAST = 120 * SECOND
"""What a test needs to see behind it; a longer rehearsal costs every test its time."""


class Calm(random.Random):
    """No pause is long."""

    def uniform(self, a: float, b: float) -> float:
        return 0.01 * b


class Books:
    def __init__(self) -> None:
        self.markets: dict[tuple[str, str], Market] = {}
        self.states: list[int] = []
        self.reports: list[Report] = []

    def market(self, line: str, code: str) -> Market | None:
        return self.markets.setdefault((line, code), Market(f"{line} {code}", line, code, Book()))

    def touched(self, market: Market, now: int) -> None:
        self.states.append(market.book.state(0))

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        pass

    def carried(self, market: Market, now: int) -> None:
        pass

    def report(self, report: Report) -> None:
        self.reports.append(report)


class Scene:
    def __init__(self, venue: str, use: str = "trade") -> None:
        self.venue = venue
        self.use = use
        self.books = Books()
        self.heard: list[Heard] = []

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[tuple[Live, Fair]]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(link, "CHECK", SECOND // 10)
            async with Fair([self.venue], 1, time.time_ns(), PAST) as fair, self._live(fair) as live:
                yield live, fair

    @contextlib.asynccontextmanager
    async def _live(self, fair: Fair) -> AsyncIterator[Live]:
        venue = VENUES[self.venue]
        live = Live(
            [venue],
            lambda _: self.books,
            routes=Routes(routes(fair.booths[self.venue])),
            credentials={self.venue: KEYS[self.use].credentials if self.use else Credentials("nobody", "none")},
            heard=self.heard.append,
            rng=Calm(1),
            spacing=SECOND // 20,
        )
        async with live:
            assert await live.loaded() == []
            yield live

    def first(self, live: Live) -> Instrument:
        return next(iter(live.instruments().values()))

    def resting(self, instrument: Instrument, name: str) -> asks.NewOrder:
        """An order far below the market, as small as it may be."""
        book = self.books.markets[instrument.market, instrument.code].book
        price = (Decimal(str(book.bid)) * Decimal("0.9") / instrument.tick).to_integral_value(ROUND_DOWN)
        price *= instrument.tick
        size = instrument.min_size
        while not instrument.sized_in_contracts and size * price < instrument.min_notional:
            size += instrument.step
        trading = VENUES[self.venue].trading
        assert trading is not None
        return asks.NewOrder(
            symbol=instrument.symbol,
            side=Side.BUY,
            type=asks.OrderType.LIMIT,
            client_id=trading.client_id(name),
            size=size,
            price=price,
        )

    def health(self, live: Live, capability: Capability) -> Callable[[], bool]:
        return lambda: live.board.of(self.venue, capability).health is Health.UP

    def updates(self) -> list[OrderUpdate]:
        return [one.update for one in self.heard if isinstance(one, Told) and isinstance(one.update, OrderUpdate)]


SPOKEN = tuple(VENUES)


def outcome_of(reply: Reply | Refusal) -> Outcome:
    assert isinstance(reply, Reply), reply
    return reply.outcome

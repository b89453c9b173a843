"""The whole live shell over sockets, against a small venue on loopback."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.shell.live.stall import SYMBOL, Stall, until, venue

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Terms
from basisdesk.domain.errors import Refusal, UsageError
from basisdesk.kernel.book import CLOSED, VALID, Book
from basisdesk.shell.live import live as live_module
from basisdesk.shell.live import post as post_module
from basisdesk.shell.live.clock import LocalClock
from basisdesk.shell.live.health import Capability, Condition, Health
from basisdesk.shell.live.heard import Heard, Told
from basisdesk.shell.live.live import Live
from basisdesk.shell.live.routes import Routes
from basisdesk.venues import venue_named
from basisdesk.venues.budget import Berths
from basisdesk.venues.contract import Channel, Market, Report, Venue
from basisdesk.venues.trading import Standing

SECOND = 1_000_000_000
DATA = Capability.DATA


class Calm(random.Random):
    """No pause is long."""

    def uniform(self, a: float, b: float) -> float:
        return 0.0


class Books:
    """A sink that opens every market it is asked for."""

    def __init__(self) -> None:
        self.markets: dict[str, Market] = {}
        self.states: list[int] = []
        self.reports: list[Report] = []

    def market(self, line: str, code: str) -> Market | None:
        return self.markets.setdefault(code, Market(f"binance:{code}", line, code, Book()))

    def touched(self, market: Market, now: int) -> None:
        self.states.append(market.book.state(0))

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        pass

    def carried(self, market: Market, now: int) -> None:
        pass

    def report(self, report: Report) -> None:
        self.reports.append(report)

    def state(self) -> int:
        market = self.markets.get("BTCUSDT")
        return CLOSED if market is None else market.book.state(0)


class Scene:
    def __init__(self, stall: Stall, clock: LocalClock | None = None) -> None:
        self.stall = stall
        self.books = Books()
        self.heard: list[Heard] = []
        self.changes: list[tuple[Capability, Health]] = []
        self.pauses: list[int] = []
        self.clock = clock
        self.live: Live | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Live]:
        def sink_of(_venue: Venue) -> Books:
            return self.books

        def changed(_venue: str, capability: Capability, condition: Condition) -> None:
            self.changes.append((capability, condition.health))

        async with (
            self.stall.open() as origins,
            Live(
                [venue()],
                sink_of,
                routes=Routes(origins),
                heard=self.heard.append,
                changed=changed,
                paused=self.pauses.append,
                clock=self.clock,
                rng=Calm(1),
            ) as live,
        ):
            assert await live.loaded() == []
            yield live
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


@pytest.mark.asyncio
async def test_books_come_are_kept_and_close_when_the_connection_is_lost_and_come_again() -> None:
    stall = Stall()
    scene = Scene(stall)
    async with scene.running() as live:
        names = live.watch([SYMBOL], [Channel.BOOK])
        await until(lambda: stall.subscribed)
        assert stall.subscribed == [["btcusdt@depth@100ms"]]
        await stall.depth("100.50", "101.00")
        await until(lambda: scene.books.state() == VALID)
        await until(lambda: scene.books.markets["BTCUSDT"].book.bid == 100.5)
        await until(lambda: live.board.of("binance", DATA).health is Health.UP)
        assert live.board.parts("binance", DATA)[names[0]].health is Health.UP

        await stall.sockets[-1].close()
        await until(lambda: len(stall.subscribed) == 2)
        assert CLOSED in scene.books.states
        assert scene.changes[-1] == (DATA, Health.DOWN)
        stall.update += 50  # what was missed meanwhile must not be joined to the old levels
        del stall.levels["bids"]["100.50"]
        await stall.depth("99.50", "100.25")
        await until(lambda: scene.books.state() == VALID)
        book = scene.books.markets["BTCUSDT"].book
        await until(lambda: book.ask == 100.25)
        assert book.size_at(0, 100.5) == 0
    assert scene.books.state() == CLOSED


@pytest.mark.asyncio
async def test_an_unknown_market_is_refused_with_the_nearest_ones_and_a_known_one_is_connected_once() -> None:
    scene = Scene(Stall())
    async with scene.running() as live:
        with pytest.raises(UsageError, match=r"did you mean binance:BTC/USDT"):
            live.watch(["binance:BTC/USD"])
        (name,) = live.watch([SYMBOL], [Channel.BOOK])
        with pytest.raises(ValueError, match="already"):
            live.watch([SYMBOL], [Channel.BOOK])
        lines = live.posts["binance"].lines
        await lines.leave(name)
        assert lines.links == {}
        assert name not in live.board.parts("binance", DATA)


@pytest.mark.asyncio
async def test_more_connections_than_the_venue_allows_are_refused_before_any_is_made() -> None:
    scene = Scene(Stall())
    async with scene.running() as live:
        lines = live.posts["binance"].lines
        lines._site = replace(lines._site, berths=Berths([Standing(name="streams of an address", most=5)]))
        first = lines.watch("spot", ["BTCUSDT", "ETHUSDT"], [Channel.BOOK], markets=1)
        with pytest.raises(UsageError, match=r"^binance: 4 connections would stand, and 3 of the venue's 5"):
            lines.watch("spot", ["XRPUSDT", "ADAUSDT"], [Channel.BOOK], markets=1)
        assert list(lines.links) == first
        await lines.leave(first[0])
        assert len(lines.watch("spot", ["XRPUSDT", "ADAUSDT"], [Channel.BOOK], markets=1)) == 2


@pytest.mark.asyncio
async def test_a_desk_keeps_to_the_counts_of_its_venues_with_the_connections_of_its_requests() -> None:
    async with Live([venue_named("deribit")], lambda _: Books(), routes=Routes(closed=True)) as live:
        berths = live.posts["deribit"].site.berths
        assert berths.take(["wss://www.deribit.com/ws/api/v2"] * 3) == ""
        refused = berths.take(["wss://www.deribit.com/ws/api/v2"])
        assert refused.startswith("20 connections would stand, and 19 of the venue's 32")


@pytest.mark.asyncio
async def test_the_clock_is_measured_and_a_wrong_one_is_told() -> None:
    stall = Stall()
    stall.skew = 2000
    scene = Scene(stall)
    async with scene.running() as live:
        time = live.posts["binance"].site.time
        await until(lambda: time.measured)
        assert abs(time.offset - 2 * SECOND) < SECOND // 5
        await until(lambda: live.board.parts("binance", DATA)["clock"].health is Health.DEGRADED)
        assert "off the venue's" in live.board.parts("binance", DATA)["clock"].reason
        stall.skew = 0
        live.posts["binance"].measure_soon()
        await until(lambda: live.board.parts("binance", DATA)["clock"].health is Health.UP)
        assert abs(time.offset) < SECOND // 5


@pytest.mark.asyncio
async def test_instruments_are_reloaded_and_a_change_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post_module, "RELOAD_EVERY", SECOND // 10)
    stall = Stall()
    scene = Scene(stall)
    async with scene.running() as live:
        assert live.instruments()[SYMBOL].tick == Decimal("0.01")
        stall.tick = "0.10"
        await until(lambda: scene.heard)
        assert live.instruments()[SYMBOL].tick == Decimal("0.1")
    told = [entry.update for entry in scene.heard if isinstance(entry, Told)]
    assert [update.instrument.tick for update in told if isinstance(update, Terms)] == [Decimal("0.1")]


@pytest.mark.asyncio
async def test_a_machine_that_stood_still_closes_books_and_measures_again() -> None:
    leap = 0

    class Leaping(LocalClock):
        def ahead(self) -> int:
            return super().ahead() + leap

        def catch_up(self) -> None:
            nonlocal leap
            leap = 0

    scene = Scene(stall := Stall(), Leaping())
    async with scene.running() as live:
        live.watch([SYMBOL], [Channel.BOOK])
        await until(lambda: stall.subscribed)
        await stall.depth("100.50", "101.00")
        await until(lambda: scene.books.state() == VALID)
        measured = live.posts["binance"].site.time.measured
        leap = 30 * SECOND
        await until(lambda: live.pauses == 1)
        assert scene.pauses[0] >= 29 * SECOND
        await until(lambda: len(stall.subscribed) == 2)
        assert CLOSED in scene.books.states
        await until(lambda: live.posts["binance"].site.time.measured > measured)


@pytest.mark.asyncio
async def test_a_loop_that_is_late_is_told_until_it_is_on_time_again(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setattr(live_module, "TICK", SECOND // 20)
    scene = Scene(Stall())
    async with scene.running() as live:
        await until(lambda: live.board.of("binance", DATA).health is Health.UP)
        await asyncio.sleep(0.1)
        time.sleep(1.0)  # noqa: ASYNC251 (this is the fault)
        await until(lambda: (DATA, Health.DEGRADED) in scene.changes)
        await until(lambda: live.board.of("binance", DATA).health is Health.UP)
    assert live.pauses == 0


@pytest.mark.asyncio
async def test_a_venue_that_is_not_there_is_down_and_keeps_nobody_waiting() -> None:
    books = Books()
    routes = Routes(
        {"https://api.binance.com": "http://127.0.0.1:1", "wss://stream.binance.com:9443": "ws://127.0.0.1:1"}
    )
    async with Live([venue()], lambda _: books, routes=routes, rng=Calm(1)) as live:
        assert await live.loaded(patience=0.3) == ["binance"]
        assert live.board.of("binance", DATA).health is Health.DOWN
        reply = await live.ask("binance", asks.AskBalances("spot"))
        assert isinstance(reply, Refusal)
        assert reply.code == "no_account"
        assert (await live.ask("nowhere", asks.AskTime("spot"))) != reply


@pytest.mark.asyncio
async def test_without_venues_there_is_nothing_to_wait_for() -> None:
    async with Live([], lambda _: Books()) as live:
        assert await live.loaded() == []
        assert live.instruments() == {}

"""`make soak`: 1,000 subscriptions over six simulated venues, 20,000 messages a second, ten minutes.

The desk runs as it does live (connections of the shell, feeds, books, boards) in this process, pinned to one core; the
venues are one other process (`soak_sender.py`) that sends over real sockets.
Measured after a warm-up: this process's share of its core, messages sent and received, growth of its memory, how
late its event loop runs, and for how much of the time it was kept waiting for a core that something else was using:
a loop cannot be in time while it does not run, so a late one says something about the desk only where that is little.
Writes `bench/results/soak.json`; exits 1 when a promise is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import time
from array import array
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from basisdesk.app.desk import Desk
from basisdesk.app.heap import frozen
from basisdesk.app.live import VenueSink
from basisdesk.kernel.book import VALID
from basisdesk.shell.live.backoff import FREE, SPACING, Gate
from basisdesk.shell.live.clock import LocalClock, VenueClock
from basisdesk.shell.live.health import Board, Capability
from basisdesk.shell.live.lines import Lines
from basisdesk.shell.live.routes import Routes
from basisdesk.shell.live.site import Site
from basisdesk.shell.live.snapshots import Snapshots
from basisdesk.shell.live.supervisor import Supervisor
from basisdesk.shell.live.wires import Wires
from basisdesk.sim.paper import PaperTerms
from basisdesk.store.journal import Journal
from basisdesk.venues import venue_named
from basisdesk.venues.budget import Budget
from basisdesk.venues.contract import Channel, Market, Report
from soak_frames import LINES, code_of
from soak_table import misses, rows

BENCH = Path(__file__).resolve().parent
CHANNELS = (Channel.BOOK, Channel.TICKER, Channel.TRADES)
CONNECTION = 28
"""Markets on one connection."""
BOOKS_WITHIN = 150.0
"""Binance's come over HTTP, one a second, s."""
DRAIN = 10.0
"""What is still under way when the flow stops must come within this, s."""
SAMPLE = 0.01
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    """Return this process's resident memory in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def waited() -> float:
    """Return for how many seconds this thread was ready to run and did not, 0 where the system does not tell."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


class Sender:
    """The process of the venues."""

    def __init__(self, rate: float, topics: int, core: int | None) -> None:
        command = [sys.executable, str(BENCH / "soak_sender.py"), f"{rate}", f"{topics}"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=BENCH)
        if core is not None:
            os.sched_setaffinity(self._process.pid, {core})
        self.ports: dict[str, int] = self._read()

    async def ask(self, word: str) -> dict[str, Any]:
        """Send a line; return the counts that answer it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return await asyncio.get_running_loop().run_in_executor(None, self._read)

    def end(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=20)

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))


def routes_to(ports: dict[str, int]) -> Routes:
    """Return the way from every live address to the sender's ports."""
    origins = {}
    for name, line in LINES.items():
        place = venue_named(name).lines[line]
        for url in (place.stream_url, *(url for _, url in place.channel_urls)):
            origins["/".join(url.split("/")[:3])] = f"ws://127.0.0.1:{ports[name]}"
        origins[place.rest_url] = f"http://127.0.0.1:{ports['rest']}"
    return Routes(origins)


class Receiver:
    """A desk on six venues, and what it counts."""

    def __init__(self, markets: int) -> None:
        self.desk = Desk(Journal.open(None, "soak"), PaperTerms(), [60_000_000_000], 0, [])
        self.reports: list[Report] = []
        self.desk.reports.append(self.reports.append)
        self.markets: dict[str, list[Market]] = {}
        for name, line in LINES.items():
            venue = venue_named(name)
            codes = [code_of(name, number) for number in range(markets)]
            self.markets[name] = [
                self.desk.open_market(venue.symbol_of(line, code), line, code, None) for code in codes
            ]

    def connect(self, site: Site, snapshots: Snapshots) -> None:
        """Subscribe to everything of one venue."""
        name = site.venue.name
        symbols = {(market.line, market.code): market.symbol for market in self.markets[name]}
        sink = VenueSink(self.desk, name, symbols, lambda _market, _now: None)
        site.start("snapshots", snapshots.run, Capability.DATA, tells=False)
        lines = Lines(site, sink, snapshots)
        lines.watch(LINES[name], [market.code for market in self.markets[name]], CHANNELS, CONNECTION)

    @property
    def every(self) -> list[Market]:
        """All markets."""
        return [market for markets in self.markets.values() for market in markets]

    def received(self) -> int:
        """Return how many messages named one of our markets so far."""
        return sum(market.tally.frames for market in self.every)

    def told(self) -> dict[str, int]:
        """Return what went wrong with books so far, and what came."""
        tallies = [market.tally for market in self.every]
        return {
            "books": sum(tally.book_updates for tally in tallies), "trades": sum(tally.trades for tally in tallies),
            "gaps": sum(tally.gaps for tally in tallies), "undecoded": sum(tally.undecoded for tally in tallies),
            "invalid": sum(market.book.state(0) != VALID for market in self.every), "reports": len(self.reports),
        }  # fmt: skip


class Lags:
    """How late the loop wakes us; room for all samples is there from the start, so that noting them takes none."""

    def __init__(self, seconds: float) -> None:
        self._taken = array("d", bytes(8 * (int(2 * seconds / SAMPLE) + 1)))
        self._count = 0

    async def watch(self) -> None:
        """Sample until cancelled."""
        loop = asyncio.get_running_loop()
        while self._count < len(self._taken):
            due = loop.time() + SAMPLE
            await asyncio.sleep(SAMPLE)
            self._taken[self._count] = max(0.0, loop.time() - due)
            self._count += 1

    def figures(self) -> dict[str, float]:
        """Return median, p99 and worst in ms."""
        taken = sorted(self._taken[: self._count])
        ranks = {"p50": self._count // 2, "p99": int(self._count * 0.99), "max": self._count - 1}
        return {f"lag_{name}_ms": taken[rank] * 1000 for name, rank in ranks.items()}


async def measured(receiver: Receiver, sender: Sender, seconds: float, warm: float) -> dict[str, Any]:
    """Wait for the books, warm up, measure, stop the flow, and count."""
    until = time.monotonic() + BOOKS_WITHIN
    while any(market.book.state(0) != VALID for market in receiver.every) and time.monotonic() < until:  # noqa: ASYNC110 (books tell nobody)
        await asyncio.sleep(0.1)
    await asyncio.sleep(warm)
    with frozen():
        figures = await watched(receiver, sender, seconds)
    final = await sender.ask("stop")
    until = time.monotonic() + DRAIN
    while receiver.received() < final["messages"] and time.monotonic() < until:  # noqa: ASYNC110 (nor do messages)
        await asyncio.sleep(0.1)
    return figures | {
        "behind": final["behind"], "subscriptions": final["topics"], "sent": final["messages"],
        "sent_by_kind": final["by_kind"], "received": receiver.received(), **receiver.told(),
    }  # fmt: skip


async def watched(receiver: Receiver, sender: Sender, seconds: float) -> dict[str, Any]:
    """Return what can be told of a stretch of time in the middle of the flow."""
    lags = Lags(seconds)
    sampling = asyncio.create_task(lags.watch())
    memory: list[tuple[float, int]] = []
    first, came, cpu, kept = await sender.ask("count"), receiver.received(), time.process_time(), waited()
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        await asyncio.sleep(min(1.0, seconds / 10))
        memory.append((time.monotonic() - began, resident()))
    wall = time.monotonic() - began
    cpu, kept, came = time.process_time() - cpu, waited() - kept, receiver.received() - came
    last = await sender.ask("count")
    sampling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sampling
    return {
        "seconds": wall, "rate": came / wall, "cpu": cpu / wall, "waited": kept / wall,
        "sender_cpu": (last["cpu"] - first["cpu"]) / (last["at"] - first["at"]), "memory_mb": memory[-1][1] / 2**20,
        "slope_mb_per_minute": slope(memory) * 60 / 2**20, **lags.figures(),
    }  # fmt: skip


def slope(memory: list[tuple[float, int]]) -> float:
    """Return the growth in bytes a second: the straight line of least squares."""
    count = len(memory)
    middle, level = sum(at for at, _ in memory) / count, sum(size for _, size in memory) / count
    spread = sum((at - middle) ** 2 for at, _ in memory)
    return sum((at - middle) * (size - level) for at, size in memory) / spread if spread else 0.0


async def soak(seconds: float, rate: float, markets: int, warm: float, *, pinned: bool = True) -> dict[str, Any]:
    """Run the whole thing and return the figures; `pinned` gives desk and venues a core each where there are two."""
    cores = sorted(os.sched_getaffinity(0)) if pinned else []
    two = len(cores) > 1
    sender = Sender(rate, 3 * markets * len(LINES), cores[0] if two else None)
    try:
        if two:
            os.sched_setaffinity(0, {cores[1]})
        receiver = Receiver(markets)
        clock, rng = LocalClock(), random.Random(1)  # noqa: S311 (jitter, no secret)
        board = Board(clock.now, None)
        async with Wires(routes_to(sender.ports), clock.now) as wires, Supervisor(clock, rng) as supervisor:
            for name in LINES:
                venue = venue_named(name)
                budget = Budget(venue.trading.buckets if venue.trading is not None else ())
                gate = Gate(clock, SPACING, FREE)
                site = Site(venue, wires, VenueClock(clock), gate, budget, board, supervisor, rng)
                receiver.connect(site, Snapshots(site))
            return await measured(receiver, sender, seconds, warm)
    finally:
        sender.end()


def main() -> int:
    """Run, print, write; exit 1 when a promise is missed."""
    parser = argparse.ArgumentParser(description="1,000 subscriptions at 20,000 messages a second")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rate", type=float, default=20_000.0)
    parser.add_argument("--markets", type=int, default=56, help="markets of each venue, three subscriptions each")
    parser.add_argument("--warm", type=float, default=30.0, help="seconds before measuring begins")
    parser.add_argument("--json", type=Path, default=BENCH / "results" / "soak.json", help="where the figures go")
    given = parser.parse_args()
    figures = asyncio.run(soak(given.seconds, given.rate, given.markets, given.warm))
    figures["date"] = datetime.now(UTC).strftime("%Y-%m-%d")
    figures["asked_rate"] = given.rate
    given.json.parent.mkdir(exist_ok=True)
    given.json.write_text(json.dumps(figures, indent=2) + "\n")
    print("\n".join(rows(figures)))
    missed = misses(figures)
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())

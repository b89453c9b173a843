"""A feed with a sink that remembers, and frames spelled as the venue spells them."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.kernel.book import Book
from basisdesk.venues.contract import Channel, Market, Report, Trouble
from basisdesk.venues.htx import VENUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Level = tuple[float, float]
START = 1_618_678_070_000_000_000  # 2021-04-17 16:47:50, so that CQ is 210625


class Ear:
    """A sink that remembers what it is told; codes in `unwanted` get no market, those in `given` this one."""

    def __init__(self) -> None:
        self.markets: dict[str, Market] = {}
        self.unwanted: list[str] = []
        self.given: dict[str, Market] = {}
        self.asked: list[str] = []
        self.touches: list[tuple[str, int, int]] = []
        self.trades: list[tuple[str, float, float, bool, str]] = []
        self.carries: list[str] = []
        self.reports: list[Report] = []

    def market(self, line: str, code: str) -> Market | None:
        self.asked.append(code)
        try:
            symbol = VENUE.symbol_of(line, code)
        except DecodeError:
            return None
        if code in self.unwanted:
            return None
        self.markets[code] = self.given.get(code) or Market(symbol, line, code, Book())
        return self.markets[code]

    def touched(self, market: Market, now: int) -> None:
        self.touches.append((market.code, now, market.book.state(0)))

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        self.trades.append((market.code, price, size, buy, trade_id))

    def carried(self, market: Market, now: int) -> None:
        self.carries.append(market.code)

    def report(self, report: Report) -> None:
        self.reports.append(report)


class Stage:
    """One feed, its sink, and the frames it is played."""

    def __init__(self, line: str, codes: Iterable[str] = (), channels: Iterable[Channel] = tuple(Channel)) -> None:
        self.ear = Ear()
        self.line = line
        self.feed = VENUE.feed(line, list(codes), channels, self.ear)
        self.now = START

    def hear(self, frame: bytes | dict[str, Any], after: int = 1_000_000) -> None:
        """Give a frame to the feed, compressed when it is an object, `after` ns after the one before."""
        self.now += after
        self.feed.receive(frame if isinstance(frame, bytes) else zipped(frame), self.now)

    def push(self, channel: str, tick: Any, code: str = "", after: int = 1_000_000, **more: Any) -> None:
        """Give a push of a channel, of BTC in the line's spelling unless another code is named."""
        self.hear({"ch": f"market.{code or BTC[self.line]}.{channel}", "ts": 1, "tick": tick, **more}, after)

    def whole(self, bids: list[Level], asks: list[Level], channel: str = "depth.step0", **more: Any) -> None:
        """Give a whole book."""
        self.push(channel, {"bids": bids, "asks": asks, **more})

    def snapshot(self, bids: list[Level], asks: list[Level], version: int, levels: int = 150, **more: Any) -> None:
        """Give the snapshot of an incremental channel of contracts."""
        self._high_freq("snapshot", bids, asks, version, levels, more)

    def update(self, bids: list[Level], asks: list[Level], version: int, levels: int = 150, **more: Any) -> None:
        """Give a change of an incremental channel of contracts."""
        self._high_freq("update", bids, asks, version, levels, more)

    def change(
        self, bids: list[Level], asks: list[Level], previous: int, sequence: int, levels: int = 150, after: int = 1
    ) -> None:
        """Give a change of an incremental channel of spot."""
        tick = {"seqNum": sequence, "prevSeqNum": previous, "bids": bids, "asks": asks}
        self.push(f"mbp.{levels}", tick, after=after)

    def answer(self, bids: list[Level], asks: list[Level], sequence: int, levels: int = 150) -> None:
        """Give the whole book that was asked for."""
        book = {"seqNum": sequence, "bids": bids, "asks": asks}
        self.hear({"id": "2", "rep": f"market.btcusdt.mbp.{levels}", "status": "ok", "ts": 1, "data": book})

    def market(self, code: str = "") -> Market:
        """Return a market that the feed asked for."""
        return self.ear.markets[code or BTC[self.line]]

    def levels(self, count: int = 9) -> tuple[list[Level], list[Level]]:
        """Return the levels of the book of BTC."""
        book = self.market().book
        return book.levels(0, count), book.levels(1, count)

    def state(self, code: str = "") -> int:
        """Return the state of a market's book."""
        return self.market(code).book.state(0)

    def troubles(self) -> list[Trouble]:
        """Return what was reported so far."""
        return [report.trouble for report in self.ear.reports]

    def sent(self) -> list[Any]:
        """Take what the feed wants to send."""
        return [json.loads(frame) for frame in self.feed.to_send()]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += int(seconds * 1e9)
        self.feed.on_time(self.now)

    def _high_freq(
        self, event: str, bids: list[Level], asks: list[Level], version: int, levels: int, more: dict[str, Any]
    ) -> None:
        tick = {"event": event, "version": version, "bids": bids, "asks": asks, **more}
        self.push(f"depth.size_{levels}.high_freq", tick)


BTC = {"spot": "btcusdt", "linear": "BTC-USDT", "coin_swap": "BTC-USD", "coin_futures": "BTC210625"}


def zipped(message: Any) -> bytes:
    """Spell a message as it comes over the wire."""
    return gzip.compress(json.dumps(message, separators=(",", ":")).encode(), mtime=0)


@pytest.fixture
def spot() -> Stage:
    """A feed of every spot market on all channels."""
    return Stage("spot")


@pytest.fixture
def linear() -> Stage:
    """A feed of every linear market on all channels."""
    return Stage("linear")


@pytest.fixture(scope="session")
def staged() -> Callable[..., Stage]:
    """Make a feed of this line, these codes and channels."""
    return Stage

"""A feed with a sink that remembers, and frames spelled as the venue spells them."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.ears import Ear

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.contract import Channel, Market, Trouble
from basisdesk.venues.htx import VENUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Level = tuple[float, float]
START = 1_618_678_070_000_000_000  # 2021-04-17 16:47:50, so that CQ is 210625


def named(line: str, code: str) -> str | None:
    """Return the symbol of a code, None where it is the code of no market."""
    try:
        return VENUE.symbol_of(line, code)
    except DecodeError:
        return None


class Stage:
    """One feed, its sink, and the frames it is played."""

    def __init__(self, line: str, codes: Iterable[str] = (), channels: Iterable[Channel] = tuple(Channel)) -> None:
        self.ear = Ear(named)
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

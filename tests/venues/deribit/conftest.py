"""A feed with a sink that remembers, and frames spelled as the venue spells them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import Book
from basisdesk.venues.contract import Channel, Market, Report, Trouble
from basisdesk.venues.deribit import VENUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CODE = "BTC-PERPETUAL"
BOOK = f"book.{CODE}.100ms"
Level = tuple[str, float, float]


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
        if code in self.unwanted:
            return None
        self.markets[code] = self.given.get(code) or Market(VENUE.symbol_of(line, code), line, code, Book())
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

    def __init__(self, codes: Iterable[str] = (), channels: Iterable[Channel] = tuple(Channel)) -> None:
        self.ear = Ear()
        self.feed = VENUE.feed("public", list(codes), channels, self.ear)
        self.now = 1_000_000_000

    def hear(self, frame: str | bytes | dict[str, Any], after: int = 1_000_000) -> None:
        """Give a frame to the feed, `after` ns after the one before."""
        self.now += after
        if isinstance(frame, dict):
            frame = json.dumps(frame, separators=(",", ":"))
        self.feed.receive(frame if isinstance(frame, bytes) else frame.encode(), self.now)

    def push(self, channel: str, data: Any, after: int = 1_000_000) -> None:
        """Give a push of a channel."""
        self.hear(pushed(channel, data), after)

    def snapshot(self, bids: list[Level], asks: list[Level], change_id: int, channel: str = BOOK, **more: Any) -> None:
        """Give the snapshot of a book."""
        self.push(channel, {"type": "snapshot", "change_id": change_id, "bids": bids, "asks": asks} | more)

    def change(
        self, bids: list[Level], asks: list[Level], ids: tuple[int, int], channel: str = BOOK, after: int = 1_000_000
    ) -> None:
        """Give a change of a book; `ids` are the change it follows and its own."""
        data = {"type": "change", "prev_change_id": ids[0], "change_id": ids[1], "bids": bids, "asks": asks}
        self.push(channel, data, after)

    def wait(self, duration: int) -> None:
        """Let time pass without a frame."""
        self.now += duration
        self.feed.on_time(self.now)

    def market(self, code: str = CODE) -> Market:
        """Return a market that the feed asked for."""
        return self.ear.markets[code]

    def state(self, code: str = CODE) -> int:
        """Return the state of a market's book."""
        return self.market(code).book.state(0)

    def troubles(self) -> list[Trouble]:
        """Return what was reported so far."""
        return [report.trouble for report in self.ear.reports]

    def sent(self) -> list[Any]:
        """Take what the feed wants to send: method, and channels or what else it is about."""
        frames = [json.loads(frame) for frame in self.feed.to_send()]
        assert all(frame["jsonrpc"] == "2.0" for frame in frames)
        return [(frame["method"], frame["params"].get("channels", frame["params"])) for frame in frames]


def pushed(channel: str, data: Any) -> dict[str, Any]:
    """Spell a push."""
    return {"jsonrpc": "2.0", "method": "subscription", "params": {"channel": channel, "data": data}}


@pytest.fixture
def stage() -> Stage:
    """A feed of every market on all channels."""
    return Stage()


@pytest.fixture(scope="session")
def staged() -> Callable[..., Stage]:
    """Make a feed of these codes and channels."""
    return Stage


@pytest.fixture
def live(stage: Stage) -> Stage:
    """A feed that holds a book at change 5: bids 10 and 9, asks 11 and 12."""
    stage.snapshot([("new", 10.0, 30.0), ("new", 9.0, 20.0)], [("new", 11.0, 40.0), ("new", 12.0, 10.0)], 5)
    return stage

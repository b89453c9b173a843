"""Feeds with a sink that remembers, and frames spelled as the venue spells them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.kernel.book import Book
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.contract import Channel, Market, Report, SnapshotRequest, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from basisdesk.venues.contract import Feed

ORIGIN = "wss://api.big.one"
Level = tuple[str, str]
Sides = Mapping[str, float]


class Ear:
    """A sink that remembers what it is told; codes in `unwanted` get no market, those in `given` this one."""

    def __init__(self) -> None:
        self.markets: dict[str, Market] = {}
        self.unwanted: list[str] = []
        self.given: dict[str, Market] = {}
        self.touches: list[tuple[str, int]] = []
        self.trades: list[tuple[str, float, float, bool, str]] = []
        self.carries: list[str] = []
        self.reports: list[Report] = []

    def market(self, line: str, code: str) -> Market | None:
        if code in self.unwanted:
            return None
        self.markets[code] = self.given.get(code) or Market(VENUE.symbol_of(line, code), line, code, Book())
        return self.markets[code]

    def touched(self, market: Market, now: int) -> None:
        self.touches.append((market.code, market.book.state(0)))

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        self.trades.append((market.code, price, size, buy, trade_id))

    def carried(self, market: Market, now: int) -> None:
        self.carries.append(market.code)

    def report(self, report: Report) -> None:
        self.reports.append(report)


class Stage:
    """One feed, its sink, and the frames it is played; time begins at 2024-01-01."""

    code = "BTC-USDT"

    def __init__(self, feed: Callable[[Ear], Feed]) -> None:
        self.ear = Ear()
        self.feed = feed(self.ear)
        self.now = 1_704_067_200_000_000_000

    def hear(self, frame: Any, after: int = 1_000_000) -> None:
        """Give a frame to the feed, `after` ns after the one before."""
        self.now += after
        self.feed.receive(frame if isinstance(frame, bytes) else json.dumps(frame).encode(), self.now)

    def wait(self, seconds: float) -> None:
        """Let time pass without a frame."""
        self.now += int(seconds * 1e9)
        self.feed.on_time(self.now)

    def connect(self) -> None:
        """A connection stands."""
        self.feed.connected(self.now)

    def reply(self, url: str, body: Any) -> None:
        """Give the body that a REST URL answered."""
        request = VENUE.request_of(f"https://api.big.one{url}")
        assert request is not None
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.feed.receive_reply(request, text, self.now)

    def market(self, code: str | None = None) -> Market:
        """Return a market that the feed asked for."""
        return self.ear.markets[code or self.code]

    def state(self, code: str | None = None) -> int:
        """Return the state of a market's book."""
        return self.market(code).book.state(0)

    def top(self, code: str | None = None) -> tuple[float, float]:
        """Return best bid and ask."""
        book = self.market(code).book
        return book.bid, book.ask

    def troubles(self) -> list[Trouble]:
        """Return what was reported so far."""
        return [report.trouble for report in self.ear.reports]

    def sent(self) -> list[Any]:
        """Take what the feed wants to send."""
        return [json.loads(frame) for frame in self.feed.to_send()]

    def asked(self) -> list[SnapshotRequest]:
        """Take what the feed wants to be asked over REST."""
        return self.feed.to_request()


class SpotStage(Stage):
    """A feed of the spot socket."""

    def __init__(self, codes: Iterable[str] = (), channels: Iterable[Channel] = tuple(Channel)) -> None:
        super().__init__(lambda ear: VENUE.feed("spot", list(codes), channels, ear))

    def snapshot(self, bids: list[Level], asks: list[Level], change: int = 1, code: str = "BTC-USDT") -> None:
        """Give a snapshot of the depth."""
        self.hear({"requestId": "1", "depthSnapshot": {"depth": depth(code, bids, asks), "changeId": str(change)}})

    def update(
        self, bids: list[Level], asks: list[Level], prev: int = 1, change: int = 2, after: int = 1_000_000
    ) -> None:
        """Give a change of the depth."""
        body = {"depth": depth(self.code, bids, asks), "changeId": str(change), "prevId": str(prev)}
        self.hear({"requestId": "1", "depthUpdate": body}, after)


class ContractStage(Stage):
    """A feed of one contract stream."""

    code = "BTCUSD"

    def __init__(self, name: str) -> None:
        stream = VENUE.stream_of(f"{ORIGIN}/ws/contract/v2/{name}")
        assert stream is not None
        super().__init__(lambda ear: VENUE.feed("contract", stream.codes, stream.channels, ear))

    def depth(self, begin: int, end: int, bids: Sides, asks: Sides, after: int = 1_000_000, **more: Any) -> None:
        """Give a message of the depth."""
        self.hear({"from": begin, "to": end, "bids": bids, "asks": asks} | more, after)


def depth(code: str, bids: list[Level], asks: list[Level]) -> dict[str, Any]:
    """Spell levels as spot does; an empty side is left out."""
    sides = {
        name: [{"price": price, "amount": amount, "orderCount": "1"} for price, amount in side]
        for name, side in (("asks", asks), ("bids", bids))
        if side
    }
    return {"market": code} | sides


@pytest.fixture
def spot() -> SpotStage:
    """A spot feed of every market on all channels."""
    return SpotStage()


@pytest.fixture(scope="session")
def spot_of() -> Callable[..., SpotStage]:
    """Make a spot feed of these codes and channels."""
    return SpotStage


@pytest.fixture(scope="session")
def contract() -> Callable[[str], ContractStage]:
    """Make a feed of the contract stream of this name."""
    return ContractStage

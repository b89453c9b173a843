"""A sink that remembers everything, and frames as the venue writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from basisdesk.kernel.book import Book
from basisdesk.venues.binance import VENUE
from basisdesk.venues.binance.feed import Feed
from basisdesk.venues.contract import Channel, Market, Report, SnapshotRequest, Trouble
from basisdesk.venues.trading import Credentials, Session

Levels = list[list[str]]


class Sink:
    """Takes every market except those in `unwanted`."""

    def __init__(self, *unwanted: str) -> None:
        self.unwanted = unwanted
        self.asked: list[str] = []
        self.markets: dict[str, Market] = {}
        self.reports: list[Report] = []
        self.touches: list[str] = []
        self.trades: list[tuple[str, float, float, bool, str]] = []
        self.carries: list[str] = []

    def market(self, line: str, code: str) -> Market | None:
        self.asked.append(code)
        if code in self.unwanted:
            return None
        self.markets[code] = Market(VENUE.symbol_of(line, code), line, code, Book())
        return self.markets[code]

    def touched(self, market: Market, now: int) -> None:
        assert now >= 0
        self.touches.append(market.code)

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        assert now >= 0
        self.trades.append((market.code, price, size, buy, trade_id))

    def carried(self, market: Market, now: int) -> None:
        assert market.carry.at == now
        self.carries.append(market.code)

    def report(self, report: Report) -> None:
        self.reports.append(report)

    def troubles(self) -> list[Trouble]:
        return [report.trouble for report in self.reports]


class Room:
    """One feed and its sink, with the venue's handwriting."""

    def __init__(
        self, line: str, codes: tuple[str, ...], channels: tuple[Channel, ...], unwanted: tuple[str, ...]
    ) -> None:
        self.line = line
        self.sink = Sink(*unwanted)
        self.feed = Feed(line, codes, channels, self.sink)

    def hear(self, stream: str, data: Any, now: int = 1) -> None:
        self.feed.receive(wrapped(stream, data), now)

    def depth(
        self,
        first: int,
        last: int,
        before: int | None = None,
        bids: Levels | None = None,
        asks: Levels | None = None,
        *,
        code: str = "BTCUSDT",
        now: int = 1,
    ) -> None:
        """A depth update; spot when `before` is None."""
        data: dict[str, Any] = {"e": "depthUpdate", "E": 1, "s": code, "U": first, "u": last}
        if before is not None:
            data["pu"] = before
        self.hear(f"{code.lower()}@depth@100ms", data | {"b": bids or [], "a": asks or []}, now)

    def ticker(self, last: int, bid: str, bid_size: str, ask: str, ask_size: str, now: int = 1) -> None:
        data = {"u": last, "s": "BTCUSDT", "b": bid, "B": bid_size, "a": ask, "A": ask_size}
        self.hear("btcusdt@bookTicker", data, now)

    def snapshot(
        self, last: int, bids: Levels | None = None, asks: Levels | None = None, *, code: str = "BTCUSDT", now: int = 1
    ) -> None:
        body = {"lastUpdateId": last, "bids": bids or [["10", "1"]], "asks": asks or [["11", "1"]]}
        self.reply(json.dumps(body).encode(), code=code, now=now)

    def reply(self, body: bytes, *, code: str = "BTCUSDT", now: int = 1) -> None:
        self.feed.receive_reply(SnapshotRequest(self.line, code, "/depth"), body, now)

    def market(self, code: str = "BTCUSDT") -> Market:
        return self.sink.markets[code]

    def state(self, code: str = "BTCUSDT") -> int:
        return self.market(code).book.state(0)

    def bids(self) -> list[tuple[float, float]]:
        return self.market().book.levels(0, 100)

    def asks(self) -> list[tuple[float, float]]:
        return self.market().book.levels(1, 100)


def wrapped(stream: str, data: Any) -> bytes:
    """A frame in the combined wrapper, without spaces, as the venue sends it."""
    return json.dumps({"stream": stream, "data": data}, separators=(",", ":")).encode()


class Rooms:
    """Makes rooms: `rooms("spot")` takes every market, as a recording does."""

    def __call__(
        self,
        line: str = "spot",
        *codes: str,
        channels: tuple[Channel, ...] = tuple(Channel),
        unwanted: tuple[str, ...] = (),
    ) -> Room:
        return Room(line, codes, channels, unwanted)


@pytest.fixture(scope="session")
def rooms() -> Rooms:
    """The maker of rooms; each call makes a fresh one."""
    return Rooms()


KEY = "demoKey000000000000000000000000001"
SECRET = "demoSecret00000000000000000000000001"


@pytest.fixture
def session() -> Session:
    """An account with a key and the well-known markets."""
    made = Session(Credentials(KEY, SECRET))
    made.know(VENUE.well_known())
    return made

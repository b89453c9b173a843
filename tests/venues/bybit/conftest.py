"""A feed with a sink that remembers, and frames spelled as the venue spells them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.ears import Ear

from basisdesk.venues.bybit import VENUE
from basisdesk.venues.contract import Channel, Market, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Level = tuple[str, str]
SECOND = 1_000_000_000


class Stage:
    """One feed, its sink, and the frames it is played."""

    def __init__(
        self, codes: Iterable[str] = (), channels: Iterable[Channel] = tuple(Channel), line: str = "linear"
    ) -> None:
        self.ear = Ear(VENUE.symbol_of)
        self.feed = VENUE.feed(line, list(codes), channels, self.ear)
        self.now = 1_000 * SECOND

    def hear(self, frame: str | bytes | dict[str, Any], after: int = 1_000_000) -> None:
        """Give a frame to the feed, `after` ns after the one before."""
        self.now += after
        if isinstance(frame, dict):
            frame = json.dumps(frame, separators=(",", ":"))
        self.feed.receive(frame if isinstance(frame, bytes) else frame.encode(), self.now)

    def push(self, topic: str, data: Any, kind: str = "snapshot", after: int = 1_000_000) -> None:
        """Give a push of a topic."""
        self.hear({"topic": topic, "type": kind, "ts": 1_700_000_000_101, "data": data}, after)

    def book(
        self,
        bids: list[Level],
        asks: list[Level],
        update: int,
        *,
        kind: str = "snapshot",
        cross: int | None = None,
        depth: str = "200",
        code: str = "BTCUSDT",
        after: int = 1_000_000,
    ) -> None:
        """Give a book; its cross sequence is ten times the update unless told."""
        data = {"s": code, "b": bids, "a": asks, "u": update, "seq": update * 10 if cross is None else cross}
        self.push(f"orderbook.{depth}.{code}", data, kind, after)

    def change(
        self, bids: list[Level], asks: list[Level], update: int, *, cross: int | None = None, after: int = 1_000_000
    ) -> None:
        """Give a delta of depth 200."""
        self.book(bids, asks, update, kind="delta", cross=cross, after=after)

    def ticker(self, kind: str = "snapshot", code: str = "BTCUSDT", **fields: str | None) -> None:
        """Give a ticker."""
        self.push(f"tickers.{code}", {"symbol": code} | fields, kind)

    def trade(self, price: str = "100.5", size: str = "2", side: str = "Buy", code: str = "BTCUSDT") -> None:
        """Give a trade."""
        row = {"T": 1, "s": code, "S": side, "v": size, "p": price, "i": "t-1", "BT": False}
        self.push(f"publicTrade.{code}", [row])

    def wait(self, seconds: float) -> None:
        """Let time pass, and call the feed when it is due at last."""
        self.now += int(seconds * SECOND)
        self.feed.on_time(self.now)

    def market(self, code: str = "BTCUSDT") -> Market:
        """Return a market that the feed asked for."""
        return self.ear.markets[code]

    def state(self, code: str = "BTCUSDT") -> int:
        """Return the state of a market's book."""
        return self.market(code).book.state(0)

    def top(self) -> tuple[float, float]:
        """Return best bid and ask of BTCUSDT."""
        book = self.market().book
        return book.bid, book.ask

    def troubles(self) -> list[Trouble]:
        """Return what was reported so far."""
        return [report.trouble for report in self.ear.reports]

    def sent(self) -> list[Any]:
        """Take what the feed wants to send."""
        return [json.loads(frame) for frame in self.feed.to_send()]

    def answer(self, request: dict[str, Any], message: str = "", *, success: bool = True) -> None:
        """Answer a request."""
        self.hear({
            "success": success, "ret_msg": message, "conn_id": "c", "req_id": request["req_id"], "op": request["op"],
        })  # fmt: skip


BIDS = [("100", "1"), ("99", "2")]
ASKS = [("101", "1"), ("102", "2")]


@pytest.fixture
def stage() -> Stage:
    """A feed of every linear market on all channels."""
    return Stage()


@pytest.fixture(scope="session")
def staged() -> Callable[..., Stage]:
    """Make a feed of these codes, channels and line."""
    return Stage


@pytest.fixture
def booked(stage: Stage) -> Stage:
    """A feed with a book of BTCUSDT at update 5."""
    stage.book(BIDS, ASKS, 5)
    return stage

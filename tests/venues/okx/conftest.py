"""A feed with a sink that remembers, and frames spelled as the venue spells them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from tests.venues.ears import Ear

from basisdesk.venues.contract import Channel, Market, Trouble
from basisdesk.venues.okx import VENUE
from basisdesk.venues.trading import Credentials, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from basisdesk.venues.trading import Trading

Level = tuple[str, str]


class Stage:
    """One feed, its sink, and the frames it is played."""

    def __init__(self, codes: Iterable[str] = (), channels: Iterable[Channel] = tuple(Channel)) -> None:
        self.ear = Ear(VENUE.symbol_of)
        self.feed = VENUE.feed("public", list(codes), channels, self.ear)
        self.now = 1_000_000_000

    def hear(self, frame: str | bytes | dict[str, Any], after: int = 1_000_000) -> None:
        """Give a frame to the feed, `after` ns after the one before."""
        self.now += after
        if isinstance(frame, dict):
            frame = json.dumps(frame, separators=(",", ":"))
        self.feed.receive(frame if isinstance(frame, bytes) else frame.encode(), self.now)

    def push(self, channel: str, code: str, *rows: dict[str, Any], action: str | None = None, after: int = 1) -> None:
        """Give a push of a channel."""
        head: dict[str, Any] = {"arg": {"channel": channel, "instId": code}}
        if action is not None:
            head["action"] = action
        self.hear(head | {"data": list(rows)}, after)

    def snapshot(self, bids: list[Level], asks: list[Level], channel: str = "books", **ids: int) -> None:
        """Give a snapshot of BTC-USDT."""
        self.push(channel, "BTC-USDT", book_row(bids, asks, ids), action="snapshot")

    def update(
        self, bids: list[Level], asks: list[Level], channel: str = "books", after: int = 1_000_000, **ids: int
    ) -> None:
        """Give an update of BTC-USDT."""
        self.push(channel, "BTC-USDT", book_row(bids, asks, ids), action="update", after=after)

    def market(self, code: str = "BTC-USDT") -> Market:
        """Return a market that the feed asked for."""
        return self.ear.markets[code]

    def state(self, code: str = "BTC-USDT") -> int:
        """Return the state of a market's book."""
        return self.market(code).book.state(0)

    def troubles(self) -> list[Trouble]:
        """Return what was reported so far."""
        return [report.trouble for report in self.ear.reports]

    def sent(self) -> list[Any]:
        """Take what the feed wants to send; JSON is decoded."""
        return [json.loads(frame) if frame[:1] == b"{" else frame for frame in self.feed.to_send()]


def book_row(bids: list[Level], asks: list[Level], ids: dict[str, int]) -> dict[str, Any]:
    """Spell a row of a book channel; ids: seqId, prevSeqId, checksum."""
    sides = {name: [[*level, "0", "1"] for level in side] for name, side in (("asks", asks), ("bids", bids))}
    return sides | {"ts": "1700000000100"} | ids


@pytest.fixture
def stage() -> Stage:
    """A feed of every market on all channels."""
    return Stage()


@pytest.fixture(scope="session")
def staged() -> Callable[..., Stage]:
    """Make a feed of these codes and channels."""
    return Stage


NOW = 1_700_000_000_000_000_000
"""2023-11-14T22:13:20Z, the time of the fact sheet's worked examples."""


@pytest.fixture
def session() -> Session:
    """An account with the worked example's key that knows one market of each kind; only the swap has a number."""
    known = [found for found in VENUE.well_known() if found.base == "BTC"]
    known = [replace(found, number=123) if found.code == "BTC-USDT-SWAP" else found for found in known]
    future = VENUE.terms_of("public", "BTC-USD-261225")
    assert future is not None
    session = Session(
        Credentials("demoKey000000000000000000000000001", "demoSecret00000000000000000000000001", "demoPass1")
    )
    session.know([*known, future])
    return session


@pytest.fixture
def trading() -> Trading:
    """The account side of the venue."""
    assert VENUE.trading is not None
    return VENUE.trading

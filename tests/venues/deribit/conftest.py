"""A feed with a sink that remembers, and frames spelled as the venue spells them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.ears import Ear

from basisdesk.venues.contract import Channel, Market, Trouble
from basisdesk.venues.deribit import VENUE
from basisdesk.venues.trading import Credentials, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CODE = "BTC-PERPETUAL"
BOOK = f"book.{CODE}.100ms"
Level = tuple[str, float, float]


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


LISTED = {
    "result": [
        {
            "kind": "future", "instrument_name": "BTC_USDC-PERPETUAL", "instrument_type": "linear",
            "base_currency": "BTC", "quote_currency": "USDC", "counter_currency": "USDC",
            "settlement_currency": "USDC", "settlement_period": "perpetual", "expiration_timestamp": 32503708800000,
            "tick_size": 0.5, "contract_size": 0.0001, "min_trade_amount": 0.001, "max_leverage": 50,
            "maker_commission": 0, "taker_commission": 0.0005, "is_active": True, "state": "open",
        }
    ]
}  # fmt: skip


@pytest.fixture
def session() -> Session:
    """A session with the fact sheet's key that knows two inverse futures and a linear one."""
    made = Session(
        credentials=Credentials("demoKey000000000000000000000000001", "demoSecret00000000000000000000000001")
    )
    made.know(VENUE.well_known())
    dated = VENUE.terms_of("public", "BTC-27NOV26")
    assert dated is not None
    made.know([dated])
    made.know(VENUE.decode_instruments("public", json.dumps(LISTED).encode()))
    return made


@pytest.fixture
def listed() -> dict[str, Any]:
    """A reply of the instrument list with one linear perpetual."""
    return LISTED

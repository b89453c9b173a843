"""A recorded session as the market of an exchange: own orders are filled by what other people really did."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.sim.exchange.hall import ONE, SECOND, START, D

from basisdesk.domain.ask import NewOrder, OrderType
from basisdesk.domain.order import DoneReason, Side
from basisdesk.kernel.book import VALID
from basisdesk.sim.contract import VenueRules
from basisdesk.sim.exchange import Recorded, SimExchange, listed
from basisdesk.venues import VENUES
from basisdesk.venues.contract import Channel

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.venues.contract import Feed

pytestmark = pytest.mark.recordings

SESSION = "bybit_v5_linear_and_spot_btc_doge_20260809.jsonl.gz"
SYMBOL = "bybit:BTC/USDT:USDT"


class Session:
    """The recorded frames of one connection, and the feed that reads them."""

    def __init__(self, path: Path, connection: str) -> None:
        with gzip.open(path, "rt") as file:
            rows: list[dict[str, Any]] = [json.loads(line) for line in file]
        self.frames = [
            (int(row["ts"] * 1e9), row["data"].encode())
            for row in rows
            if row["t"] == "recv" and row["conn"] == connection
        ]
        self.place = 0
        self.feed: Feed | None = None

    def next_at(self) -> int | None:
        return self.frames[self.place][0] if self.place < len(self.frames) else None

    def play(self, until: int) -> None:
        assert self.feed is not None
        while self.place < len(self.frames) and self.frames[self.place][0] <= until:
            at, frame = self.frames[self.place]
            self.feed.receive(frame, at)
            self.place += 1


@pytest.fixture
def session(recordings: Path) -> Session:
    return Session(recordings / "cryptofeed" / SESSION, "BYBIT.ws.2")


@pytest.fixture
def exchange(session: Session) -> SimExchange:
    venue = VENUES["bybit"]
    instruments = [each for each in venue.well_known() if each.market == "linear"]
    first = session.next_at()
    assert first is not None
    source = Recorded(instruments, session.play, session.next_at, shift=START - first)
    session.feed = venue.feed("linear", ["BTCUSDT", "DOGEUSDT"], list(Channel), source.sink("bybit"))
    session.feed.connected(first)
    return listed(source, ["bybit"], {"bybit": VenueRules(unified=True)}, 1, START)["bybit"]


def test_orders_trade_on_a_recorded_market_as_on_a_generated_one(exchange: SimExchange, session: Session) -> None:
    now = START + SECOND
    exchange.advance(now)
    market = exchange.markets[SYMBOL]
    assert market.book.state(0) == VALID
    assert market.book.depth(0) == market.book.depth(1) == 200
    bid = D(repr(market.book.bid)).quantize(D("0.1"))

    def order(side: Side, **terms: Any) -> NewOrder:
        return NewOrder(symbol=SYMBOL, side=side, client_id="", **terms)

    taken = exchange.place(ONE, order(Side.BUY, type=OrderType.MARKET, size=D("0.01")), now)
    resting = exchange.place(ONE, order(Side.BUY, type=OrderType.LIMIT, size=D("0.01"), price=bid), now)
    assert getattr(taken, "reason", None) is DoneReason.FILLED
    crossed = 0
    while session.next_at() is not None:
        now += SECOND // 2
        exchange.advance(now)
        crossed += market.book.bid >= market.book.ask
    assert crossed == 0
    assert len(market.trades) > 56
    assert market.carry.mark == 65117.19
    assert [each.venue_id for each in exchange.open_orders(ONE, "linear")] in ([], [getattr(resting, "venue_id", "")])
    (held,) = exchange.positions(ONE, "linear")
    assert held.size == sum(fill.size for fill in exchange.fills(ONE, "linear", "", 0, now))

"""Ours: the live feed, from the frame as received to both sides of the top."""

from collections.abc import Callable

from basisdesk.kernel.book import VALID, Book
from basisdesk.venues import venue_named
from basisdesk.venues.contract import Channel, Market, Report, SnapshotRequest
from frames import CODES, load
from serve_rounds import serve


class Reader:
    """A sink that reads the top of both sides after every update, as every contender does."""

    def __init__(self, market: Market) -> None:
        self.wanted = market
        self.top = 0.0

    def market(self, line: str, code: str) -> Market | None:
        return self.wanted if (line, code) == (self.wanted.line, self.wanted.code) else None

    def touched(self, market: Market, now: int) -> None:
        book = market.book
        self.top += book.bid + book.ask

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        """No trades are fed."""

    def carried(self, market: Market, now: int) -> None:
        """No funding is fed."""

    def report(self, report: Report) -> None:
        raise AssertionError(report)


def prepare(market: str) -> Callable[[], int]:
    """Return a pass over the market's frames on a fresh book."""
    snapshot, frames, _ = load(market)
    venue = venue_named("binance")
    code = CODES[market]
    watched = Market(venue.symbol_of(market, code), market, code, Book())
    sink = Reader(watched)
    feed = venue.feed(market, [code], [Channel.BOOK], sink)
    feed.connected(1)
    feed.receive(frames[0], 2)
    feed.receive_reply(SnapshotRequest(market, code, ""), snapshot, 3)
    sink.top = 0.0  # there was no top before the snapshot
    receive = feed.receive

    def run() -> int:
        now = 10
        for frame in frames[1:]:
            receive(frame, now)
            now += 1
        assert watched.book.state(0) == VALID, "the book is not valid at the end"
        assert watched.tally.book_updates >= len(frames) - 1, "an update was dropped"
        assert sink.top > 0
        return len(frames) - 1

    return run


serve(prepare)

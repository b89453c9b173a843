"""Ours: each venue's live feed, from the frame as received to both sides of the top."""

from collections.abc import Callable

from basisdesk.kernel.book import VALID, Book
from basisdesk.venues import venue_named
from basisdesk.venues.contract import Channel, Market, Report
from serve_rounds import serve
from venue_frames import PLACES, load, turns_of, venue_of


class Reader:
    """A sink that reads the top of both sides after every update, as every contender does."""

    def __init__(self, market: Market) -> None:
        self.wanted = market
        self.top = 0.0

    def market(self, line: str, code: str) -> Market | None:
        return self.wanted if code == self.wanted.code else None

    def touched(self, market: Market, now: int) -> None:
        book = market.book
        self.top += book.bid + book.ask

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        """No trades are fed."""

    def carried(self, market: Market, now: int) -> None:
        """No funding is fed."""

    def report(self, report: Report) -> None:
        raise AssertionError(report)


def prepare(row: str) -> Callable[[], int]:
    """Return a pass over the row's frames on a fresh book."""
    line, code, _, _, _ = PLACES[row]
    frames, _ = load(row)
    venue = venue_named(venue_of(row))
    watched = Market(venue.symbol_of(line, code), line, code, Book())
    sink = Reader(watched)
    feed = venue.feed(line, [code], [Channel.BOOK], sink)
    feed.connected(1)
    feed.to_send()
    receive = feed.receive
    receive(frames[0], 2)
    sink.top = 0.0  # there was no top before the whole book
    heard = frames[1:] + frames * (turns_of(frames) - 1)

    def run() -> int:
        now = 10
        for frame in heard:
            receive(frame, now)
            now += 1
        assert watched.book.state(0) == VALID, f"the book is {watched.book.state(0)} at the end"
        assert watched.tally.book_updates >= len(heard), "an update was dropped"
        assert sink.top > 0
        return len(heard)

    return run


serve(prepare)

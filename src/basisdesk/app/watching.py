"""Markets that a command watches for a while: books and what else venues tell, without a desk around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.errors import BasisdeskError, UsageError, VenueError, nearest
from basisdesk.domain.instrument import Margin, unit_worth
from basisdesk.kernel.book import Book
from basisdesk.shell.live.health import Capability
from basisdesk.venues import venue_named
from basisdesk.venues.contract import Market

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from basisdesk.domain.instrument import Instrument
    from basisdesk.shell.live.live import Live
    from basisdesk.venues.contract import Report, Venue

STALE_AFTER = 10_000_000_000


class Watching:
    """Markets by symbol; `changed` is told of each that moved, `reports` are what feeds complained of."""

    def __init__(self, changed: Callable[[Market], None] | None = None) -> None:
        self.markets: dict[str, Market] = {}
        self.reports: list[Report] = []
        self.changed = changed or _nobody
        self._by_code: dict[tuple[str, str, str], Market] = {}

    def sink(self, venue: Venue) -> _Sink:
        """Return the sink of a venue's feeds."""
        return _Sink(self, venue.name)

    def open(self, live: Live, symbols: Sequence[str], why: Callable[[str], str] | None = None) -> None:
        """Watch these markets; `why` says of a venue why it listed none.

        Raises:
            UsageError: an unknown market.
            VenueError: its venue did not list its markets.
        """
        known = live.instruments()
        for symbol in symbols:
            if symbol not in known:
                raise _unknown(live, symbol, known, why or (lambda venue: _said(live, venue)))
            self._add(known[symbol])
        live.watch(symbols)

    def find(self, venue: str, line: str, code: str) -> Market | None:
        """Return the market of a venue's own names."""
        return self._by_code.get((venue, line, code))

    def _add(self, instrument: Instrument) -> None:
        book = Book(float(unit_worth(instrument)), instrument.margin is Margin.INVERSE, stale_after=STALE_AFTER)
        market = Market(instrument.symbol, instrument.market, instrument.code, book)
        self.markets[instrument.symbol] = market
        self._by_code[instrument.venue, instrument.market, instrument.code] = market


class _Sink:
    """One venue's side of it (`venues.contract.Sink`)."""

    def __init__(self, watching: Watching, venue: str) -> None:
        self._watching = watching
        self._venue = venue

    def market(self, line: str, code: str) -> Market | None:
        return self._watching.find(self._venue, line, code)

    def touched(self, market: Market, now: int) -> None:  # noqa: ARG002 (Sink)
        self._watching.changed(market)

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:  # noqa: ARG002 (Sink)
        self._watching.changed(market)

    def carried(self, market: Market, now: int) -> None:  # noqa: ARG002 (Sink)
        self._watching.changed(market)

    def report(self, report: Report) -> None:
        self._watching.reports.append(report)


def has_venue(symbol: str) -> bool:
    """Say whether a market is written with its venue: ``BTC/USDT:USDT`` is not, although it has a colon."""
    name, colon, _ = symbol.partition(":")
    return bool(colon) and "/" not in name


def venue_of(symbol: str) -> str:
    """Return the venue that a market is written with.

    Raises:
        UsageError: there is none, or it is not known.
    """
    if not has_venue(symbol):
        raise UsageError(
            f"{symbol!r} names no venue: write a market as VENUE:BASE/QUOTE, such as binance:BTC/USDT; "
            "`basisdesk markets` lists them"
        )
    return venue_named(symbol.partition(":")[0]).name


def _unknown(live: Live, symbol: str, known: dict[str, Instrument], why: Callable[[str], str]) -> BasisdeskError:
    venue, posts = symbol.partition(":")[0], live.posts
    if venue not in posts:
        hint = nearest(venue, posts)
        return UsageError(f"{symbol!r} is of no venue that was named ({', '.join(posts)}){hint}: name its venue, too")
    if not posts[venue].listing.known:
        return VenueError(f"{venue} did not list its markets: {why(venue)}")
    return UsageError(
        f"there is no market {symbol!r}{nearest(symbol, known)}; `basisdesk markets --venue {venue}` lists them"
    )


def _said(live: Live, venue: str) -> str:
    return live.board.of(venue, Capability.DATA).reason


def _nobody(_market: Market) -> None:
    """Nobody wants to know."""

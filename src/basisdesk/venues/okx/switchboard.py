"""From a channel and a code to the route of its frames.

A market is asked of the sink when a channel first speaks of it, and watched from then on; a market that nobody wants
keeps a route that drops its frames.
The code of ``index-tickers`` is an index, which belongs to every contract on that underlying and to no spot market.
Other channels are not read; their frames are counted with the market they name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.okx.books import RANKS, BookRoute, Desk
from basisdesk.venues.okx.routes import Carries, Tickers, Trades, read_funding, read_index, read_mark
from basisdesk.venues.okx.symbols import underlying_of
from basisdesk.venues.okx.watch import Watch
from basisdesk.venues.route import Ignored, Route

if TYPE_CHECKING:
    from basisdesk.venues.contract import Market, Sink
    from basisdesk.venues.okx.topics import Topic

INDEX = "index-tickers"
READERS = {"mark-price": read_mark, "funding-rate": read_funding}
READ = (*RANKS, *READERS, "trades", "trades-all", "tickers", INDEX)
LONGEST_CODE = 64


def is_code(text: str) -> bool:
    """Whether a text can be the code of a market: short, printable, without spaces and quotes."""
    return 0 < len(text) <= LONGEST_CODE and text.isprintable() and not any(sign in text for sign in " \"'\\{}[],")


class Switchboard:
    """The markets and routes of one connection."""

    __slots__ = ("_books", "_codes", "_desk", "_families", "_line", "_routes", "_sink", "_watches", "promised")

    def __init__(self, line: str, codes: dict[str, None], desk: Desk, sink: Sink) -> None:
        self._line = line
        self._codes = codes
        self._desk = desk
        self._sink = sink
        self._watches: dict[str, Watch | None] = {}
        self._families: dict[str, list[Market]] = {}
        self._books: list[BookRoute] = []
        self._routes: dict[Topic, Route] = {}
        self.promised: dict[str, None] = {}  # codes whose book is on its way, so that no ticker stands in for it

    def restart(self, state: int, now: int) -> None:
        """Every book begins anew, in this state."""
        self.promised.clear()
        for route in self._books:
            route.restart()
        for watch in self._watches.values():
            if watch is not None and watch.restart(state):
                self._sink.touched(watch.market, now)

    def symbol(self, code: str) -> str | None:
        """Return the symbol of a market that is watched."""
        watch = self._watches.get(code)
        return None if watch is None else watch.market.symbol

    def route(self, channel: str, code: str) -> Route | None:
        """Return the route of a channel and code, None when a channel that is read comes without a proper code."""
        route = self._routes.get((channel, code))
        if route is None:
            if is_code(code):
                route = self._make(channel, code)
            elif channel in READ:
                return None
            else:
                route = Ignored(channel)
            self._routes[channel, code] = route
        return route

    def _make(self, channel: str, code: str) -> Route:
        if channel == INDEX:
            return Carries(channel, read_index, None, self._families.setdefault(code, []), self._desk)
        watch = None if channel.startswith("index-") else self._watch(code)
        return Ignored(channel) if watch is None else self._watched(channel, watch)

    def _watched(self, channel: str, watch: Watch) -> Route:
        if channel in RANKS:
            self.promised[watch.market.code] = None
            self._books.append(BookRoute(channel, watch, self._desk))
            return self._books[-1]
        if channel in READERS:
            return Carries(channel, READERS[channel], watch.market, [watch.market], self._desk)
        match channel:
            case "trades" | "trades-all":
                return Trades(channel, watch, self._desk)
            case "tickers":
                return Tickers(channel, watch, self._desk, self.promised)
            case _:
                return Ignored(channel, watch.market)

    def _watch(self, code: str) -> Watch | None:
        if code not in self._watches:
            wanted = not self._codes or code in self._codes
            market = self._sink.market(self._line, code) if wanted else None
            self._watches[code] = None if market is None else Watch(market, self._sink)
            if market is not None and (underlying := underlying_of(code)):
                self._families.setdefault(underlying, []).append(market)
        return self._watches[code]

"""From a topic to the route of its frames.

A market is asked of the sink when a topic first speaks of it, and watched from then on; a market that nobody wants
keeps a route that drops its frames.
Of the venue's other topics those of a market are counted with it and the rest are dropped; a topic that the venue does
not have, as those of the interfaces before version 5, has no route.
Markets and routes are bounded, because a topic is text that the other side makes up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.bybit.books import BookRoute
from basisdesk.venues.bybit.routes import Trades
from basisdesk.venues.bybit.symbols import is_code, symbol_of
from basisdesk.venues.bybit.tickers import Tickers
from basisdesk.venues.bybit.topics import BOOK
from basisdesk.venues.bybit.watch import Watch
from basisdesk.venues.route import Ignored, Route

if TYPE_CHECKING:
    from basisdesk.venues.bybit.watch import Desk

BOOK_DEPTHS = ("1", "25", "50", "100", "200", "500", "1000")
OTHER_BOOKS = ("full", "rpi")
COUNTED = ("kline", "liquidation", "allLiquidation", "priceLimit")
DROPPED = ("insurance", "adlAlert", "kline_lt", "tickers_lt", "lt")
MOST_MARKETS = 8192
MOST_ROUTES = 8 * MOST_MARKETS


class Switchboard:
    """The markets and routes of one connection; `watches` has None for a market that nobody wants."""

    __slots__ = ("_codes", "_desk", "_line", "_minding", "_promised", "_routes", "watches")

    def __init__(self, line: str, codes: dict[str, None], desk: Desk) -> None:
        self._line = line
        self._codes = codes
        self._desk = desk
        self._promised = False
        self._routes: dict[str, Route] = {}
        self._minding: list[BookRoute | Tickers] = []  # routes that remember what was heard
        self.watches: dict[str, Watch | None] = {}

    def restart(self, state: int, now: int, *, promised: bool) -> None:
        """A connection begins or ends: every book takes this state; `promised` says that books were asked for."""
        self._promised = promised
        for route in self._minding:
            route.restart()
        for watch in self.watches.values():
            if watch is not None:
                watch.restart(state, now, promised=promised)

    def forsake(self, topic: str) -> None:
        """The venue will not send this topic: no ticker needs to wait for its book."""
        watch = self.watch(topic.rpartition(".")[2]) if topic.startswith(BOOK) else None
        if watch is not None:
            watch.promised = False

    def watch(self, code: str) -> Watch | None:
        """Return the market of a code, None when nobody wants it."""
        if code not in self.watches:
            if len(self.watches) >= MOST_MARKETS:
                return None
            wanted = not self._codes or code in self._codes
            market = self._desk.sink.market(self._line, code) if wanted else None
            self.watches[code] = None if market is None else Watch(market, self._desk, promised=self._promised)
        return self.watches[code]

    def symbol(self, code: str) -> str:
        """Return the symbol of a market, watched or not; empty for what is no code."""
        watch = self.watches.get(code)
        if watch is not None:
            return watch.market.symbol
        return symbol_of(self._line, code) if is_code(code) else ""

    def route(self, topic: str) -> Route | None:
        """Return the route of a topic, None for one that the venue does not have."""
        route = self._routes.get(topic)
        if route is None:
            route = self._make(topic)
            if route is not None and len(self._routes) < MOST_ROUTES:
                self._routes[topic] = route
                if isinstance(route, BookRoute | Tickers):
                    self._minding.append(route)
        return route

    def _make(self, topic: str) -> Route | None:
        kind, _, code = topic.rpartition(".")
        family, _, detail = kind.partition(".")
        if family in DROPPED:
            return Ignored(kind)
        read = kind in {"publicTrade", "tickers"} or (family == "orderbook" and detail in BOOK_DEPTHS)
        counted = family in COUNTED or (family == "orderbook" and detail in OTHER_BOOKS)
        if not is_code(code) or not (read or counted):
            return None
        watch = self.watch(code)
        if watch is None:
            return Ignored(kind)
        if counted:
            return Ignored(kind, watch.market)
        if family == "orderbook":
            watch.promised = True
            return BookRoute(topic, int(detail), watch)
        return Trades(kind, watch) if family == "publicTrade" else Tickers(topic, watch)

"""From a channel's name to the route of its frames.

A market is asked of the sink when a channel first speaks of it, and watched from then on; a market that nobody wants
keeps a route that drops its frames.
Combinations have prices that may be negative, which no book holds, so their frames are counted and not read.
A venue that goes on naming new channels or markets is not followed beyond a limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.deribit.books import BookRoute, WholeRoute
from basisdesk.venues.deribit.channels import Named, Topic, read_channel
from basisdesk.venues.deribit.routes import PUSH, Index, Platform, Trades
from basisdesk.venues.deribit.symbols import is_code, read_code
from basisdesk.venues.deribit.tickers import Tickers
from basisdesk.venues.deribit.watch import Desk, Watch
from basisdesk.venues.route import Ignored, Route

if TYPE_CHECKING:
    from basisdesk.venues.contract import Market

MOST_MARKETS = 8192
MOST_ROUTES = 8 * MOST_MARKETS


class Switchboard:
    """The markets and routes of one connection."""

    __slots__ = ("_codes", "_desk", "_families", "_line", "_promised", "_routes", "_watches")

    def __init__(self, line: str, codes: dict[str, None], desk: Desk) -> None:
        self._line = line
        self._codes = codes
        self._desk = desk
        self._watches: dict[str, Watch | None] = {}
        self._families: dict[str, list[Market]] = {}
        self._routes: dict[str, Route] = {}
        self._promised: dict[str, None] = {}

    def restart(self, state: int, now: int) -> None:
        """Every book begins anew, in this state."""
        self._promised.clear()
        for watch in self._watches.values():
            if watch is not None:
                watch.restart(state, now)

    def promise(self, channel: str, *, kept: bool = True) -> None:
        """A book is on its way, so that no quote stands in for it; or (not `kept`) it will not come."""
        named = read_channel(channel)
        if named is None or not named.rank:
            return
        if not kept:
            self._promised.pop(named.code, None)
        elif len(self._promised) < MOST_MARKETS:
            self._promised[named.code] = None
        watch = self._watches.get(named.code)
        if watch is not None:
            watch.promised = kept

    def symbol(self, channel: str) -> str:
        """Return the symbol of the watched market that a channel names, or nothing."""
        named = read_channel(channel)
        watch = None if named is None else self._watches.get(named.code)
        return "" if watch is None else watch.market.symbol

    def known(self, channel: str) -> Route | None:
        """Return the route of a channel of which a frame was read before."""
        return self._routes.get(channel)

    def route(self, channel: str) -> Route | None:
        """Return the route of a channel, None for one that no channel is spelled like, and beyond the limit."""
        route = self._routes.get(channel)
        if route is None and len(self._routes) < MOST_ROUTES:
            named = read_channel(channel)
            route = None if named is None else self._make(channel, named)
            if route is not None:
                self._routes[channel] = route
        return route

    def _make(self, channel: str, named: Named) -> Route | None:
        match named.topic:
            case Topic.PLATFORM:
                return Platform(channel, self._desk.sink)
            case Topic.INDEX:
                return Index(channel, None, self._families.setdefault(named.code, []), self._desk.sink)
            case Topic.TRADES_OF_MANY:
                return Trades(channel, None, self._find)
        watch = self._watch(named.code) if named.code else None
        if watch is None or read_code(named.code) is None:
            return Ignored(channel, None if watch is None else watch.market, PUSH)
        return self._watched(channel, named, watch)

    def _watched(self, channel: str, named: Named, watch: Watch) -> Route:
        match named.topic:
            case Topic.BOOK:
                watch.promised = True
                return BookRoute(channel, named.rank, watch)
            case Topic.WHOLE:
                watch.promised = True
                return WholeRoute(channel, named.rank, watch)
            case Topic.TICKER | Topic.QUOTE:
                return Tickers(channel, watch, best=named.topic is Topic.QUOTE)
            case Topic.TRADES:
                return Trades(channel, watch, self._find)
            case Topic.PERPETUAL:
                return Index(channel, watch.market, [watch.market], self._desk.sink)
            case _:
                return Ignored(channel, watch.market, PUSH)

    def _find(self, code: str) -> Watch | None:
        """Return the watch of a code that a trade names; ValueError for what is no code."""
        if not is_code(code):
            raise ValueError(f"a trade names no market: {code[:40]!r}")
        return self._watch(code) if read_code(code) is not None else None

    def _watch(self, code: str) -> Watch | None:
        if code not in self._watches and len(self._watches) < MOST_MARKETS:
            wanted = not self._codes or code in self._codes
            market = self._desk.sink.market(self._line, code) if wanted else None
            self._watches[code] = None if market is None else Watch(market, self._desk, promised=code in self._promised)
            name = read_code(code)
            if market is not None and name is not None and name.settle:
                self._families.setdefault(name.price_index, []).append(market)
        return self._watches.get(code)

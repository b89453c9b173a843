"""From a topic to the route of its frames.

A market is asked of the sink when a channel first speaks of it, and watched from then on; a market that nobody wants
keeps a route that drops its frames.
Standing names of futures are resolved at the time of their first frame, so their routes are given up every Friday at
08:00 UTC, when the names change their meaning.
The socket for marks and indices tells those of every line of contracts, so there the code says whose they are.
An index belongs to every contract that follows it; other channels are not read, their frames are counted with the
market that they name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from basisdesk.kernel.book import CLOSED
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.books import Sequences, Versions, Whole
from basisdesk.venues.htx.calendar import NEVER, contract_of, is_standing, next_delivery
from basisdesk.venues.htx.routes import JSON, TICKERS, Prices, Prints, Tickers
from basisdesk.venues.htx.topics import split
from basisdesk.venues.htx.watch import Watch
from basisdesk.venues.route import Ignored, Route

if TYPE_CHECKING:
    from basisdesk.venues.contract import Market, Sink
    from basisdesk.venues.htx.watch import Desk

MOST_ROUTES = 16_384
STEPS = {"depth.step0": 150, "depth.step6": 20}
_MBP = re.compile(r"mbp\.(refresh\.)?(\d{1,3})")
_HIGH_FREQ = re.compile(r"depth\.size_(\d{1,3})\.high_freq")
_INDEX = re.compile(r"index\.\w+|basis\.\w+\.close")
_MARK = re.compile(r"mark_price\.\w+")


class Switchboard:
    """The markets and routes of one connection; `rolls_at` is when standing names change their meaning."""

    __slots__ = (
        "_books",
        "_codes",
        "_desk",
        "_families",
        "_line",
        "_routes",
        "_sink",
        "_standing",
        "_watches",
        "rolls_at",
    )

    def __init__(self, line: str, codes: dict[str, None], desk: Desk, sink: Sink) -> None:
        self._line = line
        self._codes = codes
        self._desk = desk
        self._sink = sink
        self._watches: dict[str, Watch | None] = {}
        self._families: dict[str, list[Market]] = {}
        self._books: list[Whole | Versions | Sequences] = []
        self._routes: dict[str, Route] = {}
        self._standing: dict[str, str] = {}  # topics of standing names, and the contracts they mean
        self.rolls_at = NEVER

    def restart(self, state: int, now: int) -> None:
        """Every book begins anew, in this state."""
        for book in self._books:
            book.restart()
        for watch in self._watches.values():
            if watch is not None:
                watch.restart(state, now)

    def promise(self, codes: dict[str, None]) -> None:
        """Books of these codes were asked for, so no ticker stands in for them."""
        for code in codes:
            if (watch := self._watch(code)) is not None:
                watch.promised = True

    def refused(self, topic: str, now: int) -> None:
        """The venue will not stream a topic; where it was a book, a ticker may stand in for it."""
        route = self.route(topic, now)
        if isinstance(route, Whole | Versions | Sequences):
            route.watch.promised = False

    def roll(self, now: int) -> None:
        """Give up the routes of standing names, and the books that came over them."""
        self.rolls_at = NEVER
        for topic, code in self._standing.items():
            del self._routes[topic]
            self._books = [book for book in self._books if book.market.code != code]
            watch = self._watches.get(code)
            if watch is not None:
                watch.restart(CLOSED, now)
        self._standing.clear()

    def market(self, code: str) -> Market | None:
        """Return the market of a code, None when the line has no such code or nobody wants it."""
        code = symbols.normal(self._line, code)
        known = symbols.is_code(self._line, code) and not is_standing(self._line, code)
        watch = self._watch(code) if known else None
        return None if watch is None else watch.market

    def route(self, topic: str, now: int) -> Route | None:
        """Return the route of a topic, None when the text is no topic of a market."""
        route = self._routes.get(topic)
        if route is None:
            parts = split(topic)
            if parts is None or not symbols.is_any_code(parts[0]):
                return None
            if len(self._routes) >= MOST_ROUTES:
                return Ignored(parts[1], decode=JSON)
            route = self._make(topic, symbols.normal(self._line, parts[0]), parts[1], now)
            self._routes[topic] = route
        return route

    def _make(self, topic: str, code: str, channel: str, now: int) -> Route:
        line = self._line_of(code, channel)
        if _INDEX.fullmatch(channel):
            return Prices(channel, None, self._family(line, code), self._desk)
        if not symbols.is_code(line, code):
            return Ignored(channel, decode=JSON)
        contract = contract_of(line, code, now)
        if is_standing(line, code):
            self.rolls_at = min(self.rolls_at, next_delivery(now))
            self._standing[topic] = contract
        watch = self._watch(contract, line)
        if watch is None:
            return Ignored(channel, decode=JSON)
        return self._book(topic, channel, watch) or self._other(channel, watch)

    def _book(self, topic: str, channel: str, watch: Watch) -> Route | None:
        book: Whole | Versions | Sequences
        if channel in STEPS and not (self._line == symbols.SPOT and channel != "depth.step0"):
            book = Whole(channel, STEPS[channel], watch)
        elif match := _MBP.fullmatch(channel):
            levels = int(match[2])
            book = Whole(channel, levels, watch) if match[1] else Sequences(channel, topic, levels, watch)
        elif match := _HIGH_FREQ.fullmatch(channel):
            book = Versions(channel, topic, int(match[1]), watch)
        else:
            return None
        watch.promised = True
        self._books.append(book)
        return book

    def _other(self, channel: str, watch: Watch) -> Route:
        if channel == "trade.detail":
            return Prints(watch)
        if channel in TICKERS:
            return Tickers(channel, watch)
        if _MARK.fullmatch(channel):
            return Prices(channel, watch.market, [watch.market], self._desk)
        return Ignored(channel, watch.market, JSON)

    def _line_of(self, code: str, channel: str) -> str:
        """Return whose code it is; a feed of every market may be on the socket that counts as linear and is not."""
        shared = self._line == symbols.LINEAR and not self._codes
        if shared and (_MARK.fullmatch(channel) or _INDEX.fullmatch(channel)):
            return symbols.line_of_contract(code) or self._line
        return self._line

    def _family(self, line: str, code: str) -> list[Market]:
        """Return the contracts that follow an index; it grows when more of them are heard."""
        if symbols.is_code(line, code) and line != symbols.SPOT:
            code = symbols.index_of(line, code)
        return self._families.setdefault(code, [])

    def _watch(self, code: str, line: str = "") -> Watch | None:
        line = line or self._line
        if code not in self._watches:
            if len(self._watches) >= MOST_ROUTES:
                return None
            market = self._sink.market(line, code) if not self._codes or code in self._codes else None
            self._watches[code] = None if market is None else Watch(market, self._desk)
            if market is not None and line != symbols.SPOT:
                self._families.setdefault(symbols.index_of(line, code), []).append(market)
        return self._watches[code]

"""Market data that is pushed: who listens to what, and what is due.

Books and trades are told as they happen; everything else at most every so often, and then only what it is by then.
A book begins with a snapshot whose `prevSeqId` is -1; every change names the one before, and the checksum is 0, as it
has been since 2026-06-23.
Followed: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from basisdesk.sim.contract import BookChanged, Carried, Printed
from basisdesk.sim.course import Course
from basisdesk.sim.dialects.okx import facts, quotes
from basisdesk.sim.dialects.okx.names import LISTED, Names, family_of, type_of
from basisdesk.sim.dialects.okx.rules import SPANS
from basisdesk.sim.dialects.okx.text import ms
from basisdesk.sim.dialects.spans import SECOND, bars

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basisdesk.sim.contract import Exchange, Happening, SimMarket
    from basisdesk.sim.dialects.spans import Span
    from basisdesk.venues.contract import Candle

MS = 1_000_000
EVERY = {
    "tickers": 100 * MS, "bbo-tbt": 10 * MS, "books5": 100 * MS, "mark-price": 200 * MS, "index-tickers": 100 * MS,
    "funding-rate": 30 * SECOND, "open-interest": 3 * SECOND, "price-limit": 200 * MS, "estimated-price": 200 * MS,
}  # fmt: skip
CANDLE_EVERY = 500 * MS
BY_BOOK = ("tickers", "bbo-tbt", "books5", "price-limit")
BY_TRADE = ("tickers",)
BY_MARK = ("mark-price", "funding-rate", "open-interest", "estimated-price")
AT_ONCE = ("books", "trades")
BUSINESS = ("trades-all",)
RESTRICTED = ("books-l2-tbt", "books50-l2-tbt")
_COURSES = {"candle": None, "mark-price-candle": Course.MARK, "index-candle": Course.INDEX}
CANDLES = {
    f"{kind}{name}": (course, span)
    for kind, course in _COURSES.items()
    for name, span in SPANS.items()
    if course is None or name != "1s"
}
"""What is drawn, and how its bars lie."""
TRADED, MARKED, INDEXED = ([name for name, (of, _) in CANDLES.items() if of is course] for course in _COURSES.values())
SILENT = ("liquidation-orders", "adl-warning", "status")
"""Channels of which there is nothing to tell: whose positions are closed by force is told to nobody else here."""
Key = tuple[str, str]
DEPTHS = {"bbo-tbt": 1, "books5": 5}
ROWS = {
    "tickers": quotes.ticker, "mark-price": quotes.mark, "funding-rate": quotes.funding,
    "open-interest": quotes.interest,
}  # fmt: skip
BOOK_TOPICS = {"snapshot": "snapshot", "update": "book"}
TOPICS = {
    "trades": "trades", "trades-all": "trades", "tickers": "ticker", "bbo-tbt": "ticker", "books5": "snapshot",
    "mark-price": "carry", "index-tickers": "carry", "funding-rate": "carry", "instruments": "control",
}  # fmt: skip


class Post(Protocol):
    """Sends a frame to a socket."""

    def __call__(self, socket: int, body: bytes, topic: str, now: int) -> None:
        """Send it."""


@dataclass(slots=True)
class Watch:
    """One channel of one market, index or type: its listeners with their own words for it, and the last push."""

    listeners: dict[int, dict[str, str]] = field(default_factory=dict)
    sent: int = 0
    sequence: dict[int, int] = field(default_factory=dict)
    candle: int = 0


class Feeds:
    """Every subscription to market data of a venue."""

    def __init__(self, exchange: Exchange, names: Names, post: Post) -> None:
        self._exchange = exchange
        self._names = names
        self._post = post
        self._watches: dict[Key, Watch] = {}
        self._due: dict[Key, int] = {}

    def key_of(self, argument: dict[str, str]) -> Key | None:
        """Return what an argument asks for, None when there is no such channel, or no such market for it."""
        channel, code = argument.get("channel", ""), argument.get("instId", "")
        if channel == "instruments":
            kind = argument.get("instType", "")
            return (channel, kind) if kind in LISTED else None
        if channel in SILENT:
            kinds = LISTED if channel == "status" else ("SWAP", "FUTURES", "MARGIN", "OPTION")
            return (channel, "") if channel == "status" or argument.get("instType") in kinds else None
        if channel == "estimated-price":
            name = code or argument.get("instFamily", "")
            return (channel, name) if self._dated(name) else None
        if channel == "index-tickers" or channel in INDEXED:
            return (channel, code) if code in self._names.indices() else None
        if channel not in (*AT_ONCE, *EVERY, *BUSINESS, *CANDLES) or code not in self._names.by_code:
            return None
        kind = type_of(self._names.by_code[code].instrument)
        wanted = {"funding-rate": ("SWAP",), "open-interest": ("SWAP", "FUTURES")}.get(channel, LISTED)
        return (channel, code) if kind in wanted else None

    def subscribe(self, socket: int, key: Key, argument: dict[str, str], now: int) -> None:
        """Begin to tell a socket, with what is so now."""
        watch = self._watches.setdefault(key, Watch())
        watch.listeners[socket] = argument
        channel, name = key
        if channel == "books":
            market = self._names.by_code[name]
            watch.sequence[socket] = market.sequence
            row = quotes.levels(market, 400) | _book_end(market.sequence, -1, now)
            self._send(socket, argument, [row], now, action="snapshot")
        elif channel not in {"trades", "trades-all", *SILENT}:
            rows = self._rows(key, watch, now)
            if rows:
                self._send(socket, argument, rows, now)

    def unsubscribe(self, socket: int, key: Key) -> None:
        """Tell a socket no more of something."""
        watch = self._watches[key]
        watch.listeners.pop(socket, None)
        watch.sequence.pop(socket, None)
        if not watch.listeners:
            del self._watches[key]
            self._due.pop(key, None)

    def happened(self, happening: Happening, now: int) -> None:
        """Tell what happened to a market, or note that something is to be told."""
        self._names.renew()
        market = self._names.by_symbol[happening.symbol]
        code = market.instrument.code
        match happening:
            case BookChanged():
                self._change(("books", code), happening, now)
                self._touch(((channel, code) for channel in BY_BOOK), now)
            case Printed():
                for channel in ("trades", "trades-all"):
                    self._tell((channel, code), [quotes.trade(market, happening)], now)
                self._touch(((channel, code) for channel in (*BY_TRADE, *TRADED)), now)
            case Carried():
                self._touch(((channel, code) for channel in (*BY_MARK, *MARKED)), now)
                family = family_of(market.instrument)
                self._touch(((channel, family) for channel in ("index-tickers", "estimated-price", *INDEXED)), now)
            case _:  # new terms
                self._touch([("instruments", type_of(market.instrument))], now)

    def next_deadline(self) -> int | None:
        """When `flush` has something to do (ns), or None."""
        return min(self._due.values(), default=None)

    def flush(self, now: int) -> None:
        """Tell everything that is due."""
        for key in [key for key, due in self._due.items() if due <= now]:
            del self._due[key]
            watch = self._watches[key]
            watch.sent = now
            rows = self._rows(key, watch, now)
            if rows:
                self._tell(key, rows, now)

    def _touch(self, keys: Iterable[Key], now: int) -> None:
        for key in keys:
            watch = self._watches.get(key)
            if watch is not None and key not in self._due:
                self._due[key] = max(now, watch.sent + EVERY.get(key[0], CANDLE_EVERY))

    def _change(self, key: Key, changed: BookChanged, now: int) -> None:
        """Tell the changes of a book to those whose snapshot they follow."""
        watch = self._watches.get(key)
        if watch is None:
            return
        sides = {"asks": quotes.changes(changed.asks), "bids": quotes.changes(changed.bids)}
        for socket, argument in watch.listeners.items():
            row = sides | _book_end(changed.sequence, watch.sequence[socket], changed.at)
            watch.sequence[socket] = changed.sequence
            self._send(socket, argument, [row], now, action="update")

    def _tell(self, key: Key, rows: list[Any], now: int) -> None:
        watch = self._watches.get(key)
        if watch is not None:
            for socket, argument in watch.listeners.items():
                self._send(socket, argument, rows, now)

    def _send(self, socket: int, argument: dict[str, str], rows: list[Any], now: int, action: str = "") -> None:
        frame = {"arg": argument} | ({"action": action} if action else {}) | {"data": rows}
        name = argument.get("instId") or argument.get("instType", "")
        topic = f"{BOOK_TOPICS.get(action) or topic_of(argument['channel'])} {name}"
        self._post(socket, msgspec.json.encode(frame), topic, now)

    def _rows(self, key: Key, watch: Watch, now: int) -> list[Any]:
        """Return what a conflated channel tells now."""
        channel, name = key
        if channel == "instruments":
            return [
                quotes.terms(market.instrument, self._names.numbers[market.instrument.code], name, now)
                for market in self._names.of_type(name)
            ]
        if channel == "index-tickers":
            return [quotes.index(name, self._names.indices()[name], now)]
        if channel == "estimated-price":
            return [row for market in self._dated(name) for row in facts.estimate(market, now)]
        market = self._names.indices()[name] if channel in INDEXED else self._names.by_code[name]
        if channel in CANDLES:
            return self._candles(market, channel, watch, now)
        return [self._row(channel, market, now)]

    def _dated(self, name: str) -> list[SimMarket]:
        """Return the dated contracts of a code or family."""
        futures = self._names.of_type("FUTURES")
        return [each for each in futures if name in {each.instrument.code, family_of(each.instrument)}]

    def _row(self, channel: str, market: SimMarket, now: int) -> Any:
        if channel == "price-limit":
            return quotes.price_limit(market, now, self._exchange.rules.price_band)
        if channel in DEPTHS:
            row = {"instId": market.instrument.code, "ts": ms(now), "seqId": market.sequence}
            return quotes.levels(market, DEPTHS[channel]) | row
        return ROWS[channel](market, now)

    def _candles(self, market: SimMarket, channel: str, watch: Watch, now: int) -> list[Any]:
        """Return the candle now, and before it the one that ended since the last push."""
        course, span = CANDLES[channel]
        since = watch.candle or span.around(now)[0]
        found = candles_of(self._exchange, market, course, span, since, 10)
        if found:
            watch.candle = found[-1].begins
        if course is not None:
            return [quotes.bare_candle(each, now) for each in found]
        return [quotes.candle(each, now, market.instrument) for each in found]


def candles_of(
    exchange: Exchange, market: SimMarket, course: Course | None, span: Span, since: int, limit: int
) -> list[Candle]:
    """Return bars of a market's trades, or of its mark, index or premium, oldest first."""
    symbol = market.instrument.symbol
    if course is None:
        return bars(lambda *asked: exchange.candles(symbol, *asked), span, since, limit)
    return bars(lambda *asked: exchange.price_candles(symbol, course, *asked), span, since, limit)


def topic_of(channel: str) -> str:
    """Return what a channel is about, for faults."""
    return "candles" if channel in CANDLES else TOPICS.get(channel, "ticker")


def _book_end(sequence: int, before: int, at: int) -> dict[str, Any]:
    return {"ts": ms(at), "checksum": 0, "seqId": sequence, "prevSeqId": before}

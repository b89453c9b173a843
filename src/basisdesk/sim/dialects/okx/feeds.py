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
from basisdesk.sim.dialects.okx import quotes
from basisdesk.sim.dialects.okx.names import LISTED, Names, family_of, type_of
from basisdesk.sim.dialects.okx.rules import PERIODS, SECOND
from basisdesk.sim.dialects.okx.text import ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basisdesk.sim.contract import Exchange, Happening, SimMarket

MS = 1_000_000
EVERY = {
    "tickers": 100 * MS, "bbo-tbt": 10 * MS, "books5": 100 * MS, "mark-price": 200 * MS, "index-tickers": 100 * MS,
    "funding-rate": 30 * SECOND, "open-interest": 3 * SECOND, "price-limit": 200 * MS,
}  # fmt: skip
CANDLE_EVERY = 500 * MS
BY_BOOK = ("tickers", "bbo-tbt", "books5", "price-limit")
BY_TRADE = ("tickers",)
BY_MARK = ("mark-price", "funding-rate", "open-interest")
AT_ONCE = ("books", "trades")
BUSINESS = ("trades-all",)
RESTRICTED = ("books-l2-tbt", "books50-l2-tbt")
CANDLES = {f"candle{name}": seconds * SECOND for name, seconds in PERIODS.items()}
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
        if channel == "index-tickers":
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
        elif channel not in {"trades", "trades-all"}:
            self._send(socket, argument, self._rows(key, watch, now), now)

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
                self._touch(((channel, code) for channel in (*BY_TRADE, *CANDLES)), now)
            case Carried():
                self._touch(((channel, code) for channel in BY_MARK), now)
                self._touch([("index-tickers", family_of(market.instrument))], now)
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
            self._tell(key, self._rows(key, watch, now), now)

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
        market = self._names.by_code[name]
        if channel in CANDLES:
            return self._candles(market, CANDLES[channel], watch, now)
        return [self._row(channel, market, now)]

    def _row(self, channel: str, market: SimMarket, now: int) -> Any:
        if channel == "price-limit":
            return quotes.price_limit(market, now, self._exchange.rules.price_band)
        if channel in DEPTHS:
            row = {"instId": market.instrument.code, "ts": ms(now), "seqId": market.sequence}
            return quotes.levels(market, DEPTHS[channel]) | row
        return ROWS[channel](market, now)

    def _candles(self, market: SimMarket, period: int, watch: Watch, now: int) -> list[Any]:
        """Return the candle now, and before it the one that ended since the last push."""
        since = watch.candle or now - now % period
        found = self._exchange.candles(market.instrument.symbol, period, since, 10)
        if found:
            watch.candle = found[-1].begins
        return [quotes.candle(each, period, now, market.instrument) for each in found]


def topic_of(channel: str) -> str:
    """Return what a channel is about, for faults."""
    return "candles" if channel in CANDLES else TOPICS.get(channel, "ticker")


def _book_end(sequence: int, before: int, at: int) -> dict[str, Any]:
    return {"ts": ms(at), "checksum": 0, "seqId": sequence, "prevSeqId": before}

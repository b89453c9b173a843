"""The public streams of one category each: books, trades, tickers and candles.

A book and a ticker of contracts begin with a snapshot and go on with what changed; trades are told as they print;
spot tickers are whole each time.
What changes faster than a topic's pace is told together.
Followed: https://bybit-exchange.github.io/docs/v5/websocket/public/*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.contract import BookChanged, Carried, Printed
from basisdesk.sim.dialects.bybit import quotes
from basisdesk.sim.dialects.bybit.books import PACES, DepthTopic

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, Happening, SimMarket
    from basisdesk.sim.dialects.bybit.sockets import Socket, Sockets

MS = 1_000_000
SECOND = 1_000_000_000
TICKER_PACES = {"spot": 50 * MS, "linear": 100 * MS, "inverse": 100 * MS}
REPEAT_NS = 3 * SECOND
NOT_ON_SPOT_STREAM = ("bid1Price", "bid1Size", "ask1Price", "ask1Size")
Topic = tuple[str, str]
"""Category and name, which together say what is told."""


class PublicStreams:
    """What is subscribed to, what was told of it, and what is due."""

    def __init__(self, exchange: Exchange, sockets: Sockets) -> None:
        self._exchange = exchange
        self._sockets = sockets
        self._listeners: dict[Topic, dict[int, Socket]] = {}
        self._books: dict[Topic, DepthTopic] = {}
        self._tickers: dict[Topic, dict[str, str]] = {}
        self._due: dict[Topic, int] = {}
        self._prints: dict[Topic, list[Printed]] = {}

    def subscribe(self, socket: Socket, topic: str) -> str:
        """Add a topic; returns why not, empty when it is added."""
        market = self._market(socket.line, topic)
        if market is None:
            return f"error:handler not found,topic:{topic}"
        if topic in socket.topics:
            return f"error:already subscribed,topic:{topic}"
        socket.topics[topic] = None
        self._listeners.setdefault((socket.line, topic), {})[socket.number] = socket
        return ""

    def begin(self, socket: Socket, topic: str, now: int) -> None:
        """Tell a new listener how things stand."""
        place = (socket.line, topic)
        kind, _, rest = topic.partition(".")
        market = self._market(socket.line, topic)
        assert market is not None  # it was subscribed to
        if kind == "orderbook":
            book = self._books.get(place)
            if book is None:
                book = self._books[place] = DepthTopic(market, int(rest.partition(".")[0]))
            elif len(self._listeners[place]) == 1:
                book.renew()
            self._push(socket, place, "snapshot", book.snapshot(), now)
            if book.depth == 1:
                self._due[place] = now + REPEAT_NS
        elif kind == "tickers":
            told = self._tickers[place] = self._ticker(market)
            self._push(socket, place, "snapshot", told, now)
        elif kind == "kline":
            self._due[place] = now + SECOND

    def unsubscribe(self, socket: Socket, topic: str) -> None:
        """Remove a topic."""
        socket.topics.pop(topic, None)
        self._listeners.get((socket.line, topic), {}).pop(socket.number, None)

    def gone(self, socket: Socket) -> None:
        """A connection is gone."""
        for topic in list(socket.topics):
            self.unsubscribe(socket, topic)

    def happened(self, happening: Happening, now: int) -> None:
        """Note what happened to a market."""
        instrument = self._exchange.markets[happening.symbol].instrument
        line, code = instrument.market, instrument.code
        match happening:
            case BookChanged():
                for depth in PACES:
                    self._pace((line, f"orderbook.{depth}.{code}"), PACES[depth], now)
                self._pace((line, f"tickers.{code}"), TICKER_PACES[line], now)
            case Printed():
                topic = (line, f"publicTrade.{code}")
                if self._listeners.get(topic):
                    self._prints.setdefault(topic, []).append(happening)
                    self._due[topic] = now
                self._pace((line, f"tickers.{code}"), TICKER_PACES[line], now)
            case Carried():
                self._pace((line, f"tickers.{code}"), TICKER_PACES[line], now)
            case _:
                pass

    def next_due(self) -> int | None:
        """Return when something is to be told (ns)."""
        return min(self._due.values(), default=None)

    def tell(self, now: int) -> None:
        """Tell everything that is due."""
        for topic in [topic for topic, due in self._due.items() if due <= now]:
            del self._due[topic]
            listeners = self._listeners.get(topic)
            if listeners:
                self._tell(topic, list(listeners.values()), now)

    def _tell(self, place: Topic, listeners: list[Socket], now: int) -> None:
        line, topic = place
        kind = topic.partition(".")[0]
        market = self._market(line, topic)
        assert market is not None  # somebody listens
        told: object = None
        form = "snapshot"
        if kind == "orderbook":
            form, told = self._book(place, now)
        elif kind == "publicTrade":
            told = [quotes.trade_push(market, each) for each in self._prints.pop(place, [])]
        elif kind == "tickers":
            form, told = self._changed(place, market)
        else:
            interval = topic.split(".")[1]
            candle = quotes.current_candle(self._exchange, market, interval, now)
            told = [] if candle is None else [quotes.candle_push(market, candle, interval, now)]
            self._due[place] = now + SECOND
        if told:
            for socket in listeners:
                self._push(socket, place, form, told, now)

    def _book(self, place: Topic, now: int) -> tuple[str, object]:
        book = self._books[place]
        change = book.delta()
        if book.depth == 1:
            self._due[place] = now + REPEAT_NS
            return "snapshot", book.snapshot()
        return "delta", change

    def _changed(self, place: Topic, market: SimMarket) -> tuple[str, object]:
        before = self._tickers.get(place, {})
        after = self._tickers[place] = self._ticker(market)
        if place[0] == "spot":
            return "snapshot", after if after != before else None
        changes = {name: value for name, value in after.items() if before.get(name) != value}
        return "delta", {"symbol": after["symbol"], **changes} if changes else None

    def _ticker(self, market: SimMarket) -> dict[str, str]:
        told = quotes.ticker(market)
        if market.instrument.market == "spot":
            return {name: value for name, value in told.items() if name not in NOT_ON_SPOT_STREAM}
        return told

    def _pace(self, place: Topic, pace: int, now: int) -> None:
        if not self._listeners.get(place):
            return
        due = self._due.get(place)
        self._due[place] = now + pace if due is None else min(due, now + pace)

    def _market(self, line: str, topic: str) -> SimMarket | None:
        """Return the market of a topic that there is."""
        parts = topic.split(".")
        code = parts[-1]
        match parts[:-1]:
            case ["orderbook", depth] if depth in {str(each) for each in PACES}:
                pass
            case ["kline", interval] if interval in quotes.SPANS:
                pass
            case ["publicTrade"] | ["tickers"]:
                pass
            case ["allLiquidation"] | ["liquidation"] if line != "spot":
                pass  # whose positions are closed by force is told to nobody else here
            case _:
                return None
        return self._exchange.market_of(line, code)

    def _push(self, socket: Socket, place: Topic, form: str, told: object, now: int) -> None:
        line, topic = place
        kind = topic.partition(".")[0]
        about = {"publicTrade": "trades", "tickers": "ticker", "kline": "candles"}.get(
            kind, "snapshot" if form == "snapshot" else "book"
        )
        stamp = now // MS
        message: dict[str, object] = {"topic": topic}
        if line == "spot" or topic.startswith("orderbook.1."):  # the order of keys differs, and nobody may rely on it
            message |= {"ts": stamp, "type": form, "data": told}
        else:
            message |= {"type": form, "ts": stamp, "data": told}
        if kind == "orderbook":
            message["cts"] = stamp
        elif kind == "tickers":
            message["cs"] = self._exchange.markets[_symbol(self._exchange, line, topic)].sequence
        self._sockets.send(socket, message, f"{about} {topic.rpartition('.')[2]}")


def _symbol(exchange: Exchange, line: str, topic: str) -> str:
    market = exchange.market_of(line, topic.rpartition(".")[2])
    assert market is not None  # it is listened to
    return market.instrument.symbol

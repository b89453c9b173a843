"""Who listens to which stream, and what goes out to them.

Streams exist while somebody listens.
What happens on the exchange is given to the streams of its market at once; those that speak at a period wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.sim.contract import BookChanged, Carried, Frame, Printed, Relisted
from basisdesk.sim.dialects.binance import charts, topics

if TYPE_CHECKING:
    from basisdesk.sim.contract import Close, Exchange, Happening, SimMarket
    from basisdesk.sim.dialects.binance.topics import Row, Topic

OnTopic = tuple[int, bool]
"""A listening socket, and whether it wants the wrapper of combined streams."""


class Publisher:
    """The market data streams of all lines."""

    def __init__(self, exchange: Exchange, out: list[Frame | Close]) -> None:
        self._exchange = exchange
        self._out = out
        self._topics: dict[tuple[str, str], Topic] = {}
        self._listeners: dict[tuple[str, str], dict[int, bool]] = {}
        self._of: dict[str, list[Topic]] = {}  # the streams that a market's happenings concern, while nobody changes

    def listen(self, socket: int, line: str, name: str, group: str, *, combined: bool, now: int) -> None:
        """Let a socket hear a stream; a name that means nothing, or of another group, brings nothing."""
        topic = self._topics.get((line, name)) or topics.topic_of(self._exchange, line, name, now)
        if topic is not None and group in {"", topic.group}:
            self._topics[line, name] = topic
            self._listeners.setdefault((line, name), {})[socket] = combined
            self._of.clear()

    def leave(self, socket: int, line: str, name: str) -> None:
        """Let a socket hear a stream no more."""
        listeners = self._listeners.get((line, name), {})
        listeners.pop(socket, None)
        if not listeners:
            self._topics.pop((line, name), None)
            self._listeners.pop((line, name), None)
            self._of.clear()

    def next_deadline(self) -> int | None:
        """When the next stream speaks."""
        return min((topic.next_at for topic in self._topics.values() if topic.next_at is not None), default=None)

    def on_time(self, now: int) -> None:
        """Let every stream speak whose time has come."""
        for topic in list(self._topics.values()):
            if topic.next_at is not None and now >= topic.next_at:
                at = topic.next_at
                topic.wait(now)
                row = topics.at_its_time(topic, self._exchange, at if topic.kind in charts.KINDS else now)
                if row is not None:
                    self._send(topic, row)

    def tell(self, happening: Happening) -> None:
        """Give what happened to the streams of its market."""
        market = self._exchange.markets[happening.symbol]
        if isinstance(happening, Relisted):
            self._renew(market)
        concerned = self._of.get(happening.symbol)
        if concerned is None:
            concerned = self._of[happening.symbol] = [
                topic
                for topic in self._topics.values()
                if topic.line == market.instrument.market and (topic.every or topic.markets[0] is market)
            ]
        for topic in concerned:
            row = self._said(topic, market, happening)
            if row is not None:
                self._send(topic, row)

    def force(self, market: SimMarket, order: Row, now: int) -> None:
        """Tell those who listen for them of an order by which the venue closed somebody's position."""
        row = topics.forced(market, order, now)
        for topic in self._topics.values():
            if topic.kind == "forceOrder" and topic.line == market.instrument.market and market in topic.markets:
                self._send(topic, row)

    def _renew(self, market: SimMarket) -> None:
        """Let the streams of all markets of a line have a new one too."""
        for topic in self._topics.values():
            if topic.every and topic.line == market.instrument.market and market not in topic.markets:
                topic.markets = (*topic.markets, market)

    def _said(self, topic: Topic, market: SimMarket, happening: Happening) -> Row | None:
        match happening:
            case BookChanged() if topic.kind == "depth" and not topic.levels:
                topics.gather(topic, happening)
            case BookChanged() if topic.kind == "bookTicker":
                return topics.book_ticker(topic, market, happening.at)
            case Printed() if topic.kind in {"trade", "aggTrade"}:
                return topics.trade(topic, market, happening)
            case Printed() if topic.kind in {"kline", "continuousKline"}:
                return topics.kline(topic, self._exchange, happening.at)
            case Carried() if topic.kind in {"markPriceKline", "indexPriceKline"}:
                return topics.kline(topic, self._exchange, happening.at)
            case Relisted() if topic.kind == "contractInfo":
                return topics.listed(self._exchange, market, happening.at)
            case _:
                pass
        return None

    def _send(self, topic: Topic, row: Row | list[Row]) -> None:
        plain = msgspec.json.encode(row)
        wrapped = b""
        for socket, combined in self._listeners[topic.line, topic.name].items():
            if combined and not wrapped:
                wrapped = b'{"stream":' + msgspec.json.encode(topic.name) + b',"data":' + plain + b"}"
            self._out.append(Frame(socket, wrapped if combined else plain, topic.tag))

"""What is published to everybody: who hears which channel, and what goes out when.

A book begins with a snapshot and goes on with changes, each of which names the one before; a channel that gathers tells
what is different from what it told last, so a level that came and went is not told.
All listeners of a channel hear the same frames, so whoever joins makes the channel tell the others first where it is.
Followed: https://docs.deribit.com/subscriptions/orderbook/bookinstrument_nameinterval.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor
from typing import TYPE_CHECKING

from basisdesk.sim.contract import BookChanged, Carried, Frame, Printed, Relisted
from basisdesk.sim.dialects.deribit import indices
from basisdesk.sim.dialects.deribit.market import RESOLUTIONS, candle_row, ticker_row
from basisdesk.sim.dialects.deribit.names import ANY, Named
from basisdesk.sim.dialects.deribit.rows import NS_PER_MS, Row, index_of, trade_row
from basisdesk.sim.dialects.deribit.rpc import push

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, Happening, SimMarket

Sides = tuple[dict[float, float], dict[float, float]]
INDEXED = tuple(indices.TOPICS.values())
_HEARD = {
    BookChanged: ("book", "grouped", "ticker", "incremental_ticker", "quote"),
    Printed: ("trades", "trades_of", "chart", "ticker", "incremental_ticker"),
    Carried: ("ticker", "incremental_ticker", "perpetual", *INDEXED),
    Relisted: ("instrument",),
}
_KINDS = {"grouped": "snapshot", "trades_of": "trades", "perpetual": "carry", "chart": "candles"}
_KINDS |= dict.fromkeys(INDEXED, "carry")
_TICKERS = ("ticker", "incremental_ticker", "quote")
GREETED = ("grouped", "ticker", "incremental_ticker", "quote", "perpetual", *INDEXED)


@dataclass(slots=True, eq=False)
class Channel:
    """A channel with its listeners; `due` is when what was gathered goes out.

    `told` is what a book's levels were when it last spoke, for those that moved since; `last` is its change id then.
    """

    named: Named
    listeners: dict[int, None] = field(default_factory=dict)
    due: int | None = None
    trades: list[Printed] = field(default_factory=list)
    relisted: dict[str, None] = field(default_factory=dict)
    told: Sides = field(default_factory=lambda: ({}, {}))
    last: int = 0


class Board:
    """The public channels of a venue."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._channels: dict[str, Channel] = {}
        self._hearing: dict[tuple[str, type], list[Channel]] = {}  # by market and what happened, while nobody changes
        self._ladders: dict[str, Sides] = {
            symbol: (dict(market.book.levels(0, 10_000)), dict(market.book.levels(1, 10_000)))
            for symbol, market in exchange.markets.items()
        }

    def join(self, named: Named, socket: int, now: int) -> list[Frame]:
        """Add a listener; returns what it hears first, after what others hear."""
        channel = self._channels.setdefault(named.name, Channel(named))
        self._hearing.clear()
        frames = self._speak(channel, now) if channel.due is not None else []
        channel.listeners[socket] = None
        greeting = self._greeting(channel, now)
        if greeting is None:
            return frames
        return [*frames, Frame(socket, push(named.name, greeting), _topic(named, first=True))]

    def leave(self, name: str, socket: int) -> None:
        """Take a listener away."""
        channel = self._channels.get(name)
        if channel is not None:
            channel.listeners.pop(socket, None)
            if not channel.listeners:
                del self._channels[name]
                self._hearing.clear()

    def hear(self, happening: Happening, now: int) -> None:
        """Note what happened to a market."""
        market = self._exchange.markets[happening.symbol]
        self._ladders.setdefault(happening.symbol, ({}, {}))
        key = (happening.symbol, type(happening))
        channels = self._hearing.get(key)
        if channels is None:
            topics = _HEARD[type(happening)]
            channels = self._hearing[key] = [
                each for each in self._channels.values() if each.named.topic in topics and _concerns(each.named, market)
            ]
        for channel in channels:
            self._gather(channel, happening, now)
        if isinstance(happening, BookChanged):
            for side, levels in enumerate((happening.bids, happening.asks)):
                self._apply(happening.symbol, side, [(float(price), float(size)) for price, size in levels])

    def next_deadline(self) -> int | None:
        """When `flush` has something to say (ns), or None."""
        return min((channel.due for channel in self._channels.values() if channel.due is not None), default=None)

    def flush(self, now: int) -> list[Frame]:
        """Return what is due."""
        due = [channel for channel in self._channels.values() if channel.due is not None and channel.due <= now]
        return [frame for channel in due for frame in self._speak(channel, now)]

    def _gather(self, channel: Channel, happening: Happening, now: int) -> None:
        period = channel.named.period
        if channel.due is None:
            channel.due = now if not period else (now // period + 1) * period
        if isinstance(happening, Printed):
            channel.trades.append(happening)
        if isinstance(happening, Relisted):
            channel.relisted[happening.symbol] = None
        if isinstance(happening, BookChanged) and channel.named.topic == "book":
            ladder = self._ladders[happening.symbol]
            for side, levels in enumerate((happening.bids, happening.asks)):
                for price, _ in levels:
                    channel.told[side].setdefault(float(price), ladder[side].get(float(price), 0.0))

    def _apply(self, symbol: str, side: int, levels: list[tuple[float, float]]) -> None:
        ladder = self._ladders[symbol][side]
        for price, size in levels:
            if size:
                ladder[price] = size
            else:
                ladder.pop(price, None)

    def _speak(self, channel: Channel, now: int) -> list[Frame]:
        """Return the frames of what was gathered."""
        rows = self._rows(channel, now)
        channel.due = None
        channel.trades, channel.relisted = [], {}
        bodies = [push(channel.named.name, row) for row in rows]
        topic = _topic(channel.named)
        return [Frame(socket, body, topic) for body in bodies for socket in channel.listeners]

    def _rows(self, channel: Channel, now: int) -> list[object]:
        named, market = channel.named, channel.named.market
        match named.topic:
            case "trades" | "trades_of":
                markets = self._exchange.markets
                return [[trade_row(markets[trade.symbol], trade) for trade in channel.trades]]
            case "instrument":
                return [self._state(self._exchange.markets[symbol], now) for symbol in channel.relisted]
            case "book" if market is not None:
                return self._change(channel, market, now)
            case "chart" if market is not None:
                period = RESOLUTIONS[named.rest[0]]
                candles = self._exchange.candles(market.instrument.symbol, period, now - 2 * period, 3)
                return [candle_row(market, candle) for candle in candles[-1:]]
            case _:
                row = self._greeting(channel, now)
                return [] if row is None else [row]

    def _change(self, channel: Channel, market: SimMarket, now: int) -> list[object]:
        ladder = self._ladders[market.instrument.symbol]
        levels = [
            [change for price, before in channel.told[side].items() if (change := _moved(ladder[side], price, before))]
            for side in (0, 1)
        ]
        channel.told = ({}, {})
        if not any(levels):
            return []
        previous, channel.last = channel.last, market.sequence
        return [self._book("change", market, levels, now) | {"prev_change_id": previous}]

    def _book(self, kind: str, market: SimMarket, levels: list[list[tuple[str, float, float]]], now: int) -> Row:
        return {
            "type": kind, "timestamp": now // NS_PER_MS, "instrument_name": market.instrument.code,
            "change_id": market.sequence, "bids": levels[0], "asks": levels[1],
        }  # fmt: skip

    def _greeting(self, channel: Channel, now: int) -> Row | None:  # noqa: PLR0911 one case a topic
        """Return what a channel says whole: to whoever joins, and each time where it is not gathered otherwise."""
        named, market = channel.named, channel.named.market
        if market is None or named.topic in {"trades", "chart"}:
            return None
        match named.topic:
            case "book":
                if len(channel.listeners) == 1:  # the others go on from what they heard, and nothing moved since
                    channel.last = market.sequence
                sides = self._ladders[market.instrument.symbol]
                ordered = [sorted(sides[0].items(), reverse=True), sorted(sides[1].items())]
                levels = [[("new", price, size) for price, size in side] for side in ordered]
                return self._book("snapshot", market, levels, now) | {"change_id": channel.last}
            case "grouped":
                return self._grouped(market, named, now)
            case "perpetual":
                rate = market.carry.predicted
                return {"interest": rate, "index_price": market.carry.index, "timestamp": now // NS_PER_MS}
            case topic if topic in INDEXED:
                return indices.row(self._exchange, topic, market, now)
        row = ticker_row(self._exchange, market, now)
        if named.topic == "quote":
            wanted = ("timestamp", "instrument_name", "best_bid_price", "best_bid_amount", "best_ask_price")
            return {name: row[name] for name in (*wanted, "best_ask_amount")}
        return row | ({"type": "snapshot"} if named.topic == "incremental_ticker" else {})

    def _grouped(self, market: SimMarket, named: Named, now: int) -> Row:
        group, depth = named.rest
        sides = self._ladders[market.instrument.symbol]
        shown = [_grouped(sides[side], group, down=not side)[: int(depth)] for side in (0, 1)]
        return {
            "timestamp": now // NS_PER_MS, "instrument_name": market.instrument.code, "change_id": market.sequence,
            "bids": shown[0], "asks": shown[1],
        }  # fmt: skip

    def _state(self, market: SimMarket, now: int) -> Row:
        """Return what became of a market: trading, stopped, or delivered."""
        over = market.instrument.expiry is not None and market.instrument.expiry <= now
        state = "started" if market.instrument.tradable else "settled" if over else "closed"
        return {"instrument_name": market.instrument.code, "state": state, "timestamp": now // NS_PER_MS}


def _concerns(named: Named, market: SimMarket) -> bool:
    if named.topic in INDEXED:
        assert named.market is not None
        return index_of(named.market.instrument) == index_of(market.instrument)
    if named.market is None:
        return named.rest[0] in {ANY, market.instrument.settle}
    return named.market is market


def _moved(levels: dict[float, float], price: float, before: float) -> tuple[str, float, float] | None:
    """Return how a level changed, None where it did not."""
    size = levels.get(price, 0.0)
    if size == before:
        return None
    return ("delete" if not size else "change" if before else "new", price, size)


def _grouped(levels: dict[float, float], group: str, *, down: bool) -> list[tuple[float, float]]:
    """Return a side's levels, best first, put together on a coarser grid away from the touch."""
    found: dict[float, float] = {}
    for price, size in levels.items():
        place = price
        if group != "none":
            step = float(group)
            place = (floor(price / step) if down else ceil(price / step)) * step
        found[place] = found.get(place, 0.0) + size
    return sorted(found.items(), reverse=down)


def _topic(named: Named, *, first: bool = False) -> str:
    kind = _KINDS.get(named.topic, "ticker" if named.topic in _TICKERS else named.topic)
    if named.topic == "book":
        kind = "snapshot" if first else "book"
    return kind if named.market is None else f"{kind} {named.market.instrument.code}"

"""Streams of market data: what a name means, and the frames that it brings.

A name is a market and a channel (`btcusdt@depth@100ms`), or a channel of all markets (`!bookTicker`).
Trades, best prices and candles come as they happen; books, tickers and mark prices at their period.
A depth stream gathers what changed in its period: `U` and `u` are the first and last change in it, and futures repeat
the last of the period before in `pu`.
Source: "WebSocket Streams" (spot), "Websocket Market Streams" (USD-M, COIN-M).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.instrument import Kind
from basisdesk.sim.contract import SimMarket
from basisdesk.sim.dialects.binance import charts, windows
from basisdesk.sim.dialects.binance.listing import quarters
from basisdesk.sim.dialects.binance.market_data import average_of, day, sides
from basisdesk.sim.dialects.binance.spell import figure, level, loose, ms
from basisdesk.sim.dialects.binance.visit import pair_of
from basisdesk.sim.dialects.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.sim.contract import BookChanged, Exchange, Printed

MILLISECOND = 1_000_000
SECOND = 1000 * MILLISECOND
Row = dict[str, object]
_CHANNEL = re.compile(
    r"(?P<kind>depth|trade|aggTrade|bookTicker|ticker|miniTicker|markPrice|indexPrice|avgPrice|forceOrder|"
    r"kline|continuousKline|markPriceKline|indexPriceKline)"
    r"(?P<levels>5|10|20)?(_(?P<interval>[0-9]+[smhdwM]))?(@(?P<speed>[0-9]+m?s)|(?P<zone>@\+08:00))?"
)
_SPEEDS = {"0ms": 1, "100ms": 100, "250ms": 250, "500ms": 500, "1000ms": 1000, "1s": 1000}
_USUAL = {
    "depth": (1000, 250), "markPrice": (0, 3000), "indexPrice": (0, 3000), "ticker": (1000, 1000),
    "miniTicker": (1000, 1000), "avgPrice": (1000, 0),
}  # fmt: skip
_ALL = {
    "!ticker@arr": "ticker", "!miniTicker@arr": "miniTicker", "!miniTicker@arr@1000ms": "miniTicker",
    "!miniTicker@arr@3000ms": "miniTicker", "!markPrice@arr": "markPrice",
    "!markPrice@arr@1s": "markPrice", "!bookTicker": "bookTicker", "!contractInfo": "contractInfo",
    "!forceOrder@arr": "forceOrder", "!ticker_1h@arr": "ticker", "!ticker_4h@arr": "ticker", "!ticker_1d@arr": "ticker",
}  # fmt: skip
NO_SPAN = Span()
PUBLIC = frozenset({"depth", "bookTicker", "trade"})
TAGS = {
    "depth": "book",
    "trade": "trades",
    "aggTrade": "trades",
    **dict.fromkeys(charts.KINDS, "candles"),
    "markPrice": "carry",
    "indexPrice": "carry",
}


@dataclass(slots=True)
class Topic:
    """One stream; `markets` is the one market of its name, or all of the line.

    `next_at` is when it speaks next (ns), None for streams that speak as things happen; `several` speak in lists.
    """

    name: str
    kind: str
    line: str
    markets: tuple[SimMarket, ...]
    every: bool = False
    several: bool = False
    period: int = 0
    span: Span = NO_SPAN
    next_at: int | None = None
    levels: int = 0
    interval: str = ""
    last: int = 0
    first: int = 0
    latest: int = 0
    bids: dict[Decimal, Decimal] = field(default_factory=dict)
    asks: dict[Decimal, Decimal] = field(default_factory=dict)
    touch: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def wait(self, now: int) -> None:
        """Let it speak next when its period, or its candle, is over."""
        whole = now // self.period * self.period + self.period if self.period else None
        self.next_at = self.span.around(now)[1] if self.kind in charts.KINDS else whole

    @property
    def tag(self) -> str:
        """What faults know it by."""
        kind = "snapshot" if self.levels else TAGS.get(self.kind, "ticker")
        return kind if self.every else f"{kind} {self.markets[0].instrument.symbol}"

    @property
    def group(self) -> str:
        """Under which of the split addresses of USD-M it lives."""
        return "public" if self.kind in PUBLIC else "market"


def topic_of(exchange: Exchange, line: str, name: str, now: int) -> Topic | None:
    """Return the stream of a name, None for a name that means nothing."""
    everything = tuple(each for each in exchange.markets.values() if each.instrument.market == line)
    if name in _ALL:
        return _of_all(name, line, everything, now)
    code, _, channel = name.partition("@")
    found = _CHANNEL.fullmatch(channel)
    markets = () if found is None else _named(exchange, line, code, found["kind"], now)
    if found is None or not markets:
        return None
    kind, speed = found["kind"], found["speed"]
    topic = Topic(name, kind, line, markets, levels=int(found["levels"] or 0), interval=found["interval"] or "")
    topic.several = kind == "markPrice" and exchange.market_of(line, code.upper()) is None
    topic.last = topic.latest = markets[0].sequence
    if kind in charts.KINDS:
        span = charts.span_of(line, kind, topic.interval, eastern=found["zone"] is not None)
        topic.span = span or topic.span
        return _timed(topic, 0, now) if span else None
    if kind == "ticker" and topic.interval and (line != "spot" or topic.interval not in windows.STREAMED):
        return None
    usual = _USUAL.get(kind, (0, 0))[line != "spot"]
    return _timed(topic, _SPEEDS.get(speed or "", usual) if usual else 0, now)


def _of_all(name: str, line: str, everything: tuple[SimMarket, ...], now: int) -> Topic | None:
    """Return the stream of all markets of a line; only spot has those of a moving window."""
    kind, interval = _ALL[name], name.partition("_")[2].partition("@")[0]
    if interval and line != "spot":
        return None
    slow = 3000 if name in {"!markPrice@arr", "!miniTicker@arr@3000ms"} else 1000
    timed = kind in {"ticker", "miniTicker", "markPrice"}
    topic = Topic(name, kind, line, everything, every=True, several=timed, interval=interval)
    return _timed(topic, slow if timed else 0, now)


def _named(exchange: Exchange, line: str, code: str, kind: str, now: int) -> tuple[SimMarket, ...]:
    """Return the market of a stream's name; index prices are told by the pair, and COIN-M's mark prices can be."""
    if kind == "continuousKline":
        one = charts.market_of(exchange, line, code, now)
        return () if one is None else (one,)
    if kind in {"indexPrice", "indexPriceKline"}:
        return tuple(each for each in _paired(exchange, line, code) if each.instrument.kind is Kind.PERPETUAL)
    market = exchange.market_of(line, code.upper()) if code == code.lower() else None
    if market is None and kind == "markPrice" and line == "coinm":
        return _paired(exchange, line, code)
    return () if market is None else (market,)


def _paired(exchange: Exchange, line: str, code: str) -> tuple[SimMarket, ...]:
    rows = (each for each in exchange.markets.values() if each.instrument.market == line)
    return tuple(each for each in rows if pair_of(each.instrument).lower() == code)


def _timed(topic: Topic, period: int, now: int) -> Topic:
    topic.period = period * MILLISECOND
    topic.wait(now)
    return topic


def gather(topic: Topic, change: BookChanged) -> None:
    """Keep what changed until the stream speaks."""
    if not topic.first:
        topic.first = change.sequence
    topic.latest = change.sequence
    topic.bids.update(change.bids)
    topic.asks.update(change.asks)


def at_its_time(topic: Topic, exchange: Exchange, now: int) -> list[Row] | Row | None:
    """Return what a stream says at its period, None for nothing."""
    match topic.kind:
        case "depth":
            return _partial(topic, now) if topic.levels else _depth(topic, now)
        case kind if kind in charts.KINDS:
            return charts.candle(exchange, topic, now - 1, closed=True)
        case "ticker" if topic.interval:
            rows = [windows.told(exchange, market, topic.interval, now) for market in topic.markets]
        case kind:
            rows = [_WRITERS[kind](market, now) for market in topic.markets]
    return rows if topic.several else rows[0]


def _depth(topic: Topic, now: int) -> Row | None:
    if not topic.first:
        return None
    market, line = topic.markets[0], topic.line
    each = market.instrument
    told: Row = {"e": "depthUpdate", "E": ms(now)}
    if line != "spot":
        told["T"] = ms(now)
    told["s"] = each.code
    if line == "coinm":
        told["ps"] = pair_of(each)
    told |= {"U": topic.first, "u": topic.latest}
    if line != "spot":
        told["pu"] = topic.last
    told["b"] = [[figure(price, line), figure(size, line)] for price, size in topic.bids.items()]
    told["a"] = [[figure(price, line), figure(size, line)] for price, size in topic.asks.items()]
    topic.last, topic.first = topic.latest, 0
    topic.bids, topic.asks = {}, {}
    return told


def _partial(topic: Topic, now: int) -> Row:
    market = topic.markets[0]
    bids, asks = sides(market, topic.levels)
    if topic.line == "spot":
        return {"lastUpdateId": market.sequence, "bids": bids, "asks": asks}
    before, topic.last = topic.last, market.sequence
    told: Row = {"e": "depthUpdate", "E": ms(now), "T": ms(now), "s": market.instrument.code}
    return told | {"U": market.sequence, "u": market.sequence, "pu": before, "b": bids, "a": asks}


def book_ticker(topic: Topic, market: SimMarket, now: int) -> Row | None:
    """Return the best prices of a market where they changed."""
    book, each, line = market.book, market.instrument, topic.line
    touch = (book.bid, book.bid_size, book.ask, book.ask_size)
    if not topic.every and touch == topic.touch:
        return None
    topic.touch = touch
    told: Row = {} if line == "spot" else {"e": "bookTicker"}
    told |= {
        "u": market.sequence,
        "s": each.code,
        "b": level(book.bid, each.tick, line),
        "B": level(book.bid_size, each.step, line),
        "a": level(book.ask, each.tick, line),
        "A": level(book.ask_size, each.step, line),
    }
    if line != "spot":
        told |= {"T": ms(now), "E": ms(now), "ps": pair_of(each), "st": 1 if line == "usdm" else 2}
    return told


def trade(topic: Topic, market: SimMarket, each: Printed) -> Row:
    """Return a trade, as one or as an aggregate of one."""
    line = topic.line
    told: Row = {"e": topic.kind, "E": ms(each.at), "s": market.instrument.code}
    told["t" if topic.kind == "trade" else "a"] = each.trade_id
    told |= {"p": figure(each.price, line), "q": figure(each.size, line)}
    if topic.kind == "aggTrade":
        told |= {"f": each.trade_id, "l": each.trade_id}
    elif line != "spot":
        told["X"] = "MARKET"
    told |= {"T": ms(each.at), "m": not each.buy}
    return told | ({"M": True} if line == "spot" else {})


def kline(topic: Topic, exchange: Exchange, now: int) -> Row | None:
    """Return the running candle."""
    return charts.candle(exchange, topic, now, closed=False)


def forced(market: SimMarket, order: Row, now: int) -> Row:
    """Return an order of the venue's own that closed somebody's position, as all may hear of it."""
    names = ("s", "S", "o", "f", "q", "p", "ap", "X", "l", "z", "T")
    told: Row = {name: order[name] for name in names}
    told |= {"o": "LIMIT", "f": "IOC", "p": order["ap"]}  # so the venue calls what it sends itself
    if market.instrument.market == "coinm":
        told["ps"] = pair_of(market.instrument)
    return {"e": "forceOrder", "E": ms(now), "o": told}


def _ticker(market: SimMarket, now: int) -> Row:
    figures, line = day(market, now), market.instrument.market
    names = {
        "s": "symbol", "p": "priceChange", "P": "priceChangePercent", "w": "weightedAvgPrice", "c": "lastPrice",
        "Q": "lastQty", "o": "openPrice", "h": "highPrice", "l": "lowPrice", "v": "volume",
        "q": "baseVolume" if line == "coinm" else "quoteVolume", "O": "openTime", "C": "closeTime", "F": "firstId",
        "L": "lastId", "n": "count",
    }  # fmt: skip
    if line == "spot":
        names |= {"x": "prevClosePrice", "b": "bidPrice", "B": "bidQty", "a": "askPrice", "A": "askQty"}
    return {"e": "24hrTicker", "E": ms(now)} | {short: figures[long] for short, long in names.items()}


def _mini(market: SimMarket, now: int) -> Row:
    whole = _ticker(market, now)
    return {"e": "24hrMiniTicker", "E": ms(now)} | {name: whole[name] for name in "scohlvq"}


def _mark(market: SimMarket, now: int) -> Row:
    carry, each = market.carry, market.instrument
    funded = each.kind is Kind.PERPETUAL
    told: Row = {"e": "markPriceUpdate", "E": ms(now), "s": each.code, "p": loose(carry.mark), "ap": loose(carry.mark)}
    told |= {"i": loose(carry.index), "P": loose(carry.index), "r": loose(carry.predicted) if funded else ""}
    return told | {"T": ms(carry.next_at) if funded else 0}


def _average(market: SimMarket, now: int) -> Row:
    price, at = average_of(market, now)
    return {"e": "avgPrice", "E": ms(now), "s": market.instrument.code, "i": "5m", "w": loose(price), "T": ms(at)}


def _index(market: SimMarket, now: int) -> Row:
    return {"e": "indexPriceUpdate", "E": ms(now), "i": pair_of(market.instrument), "p": loose(market.carry.index)}


_WRITERS: dict[str, Callable[[SimMarket, int], Row]] = {
    "ticker": _ticker,
    "miniTicker": _mini,
    "markPrice": _mark,
    "indexPrice": _index,
    "avgPrice": _average,
}


def listed(exchange: Exchange, market: SimMarket, now: int) -> Row:
    """Return that a contract's terms or status changed."""
    each = market.instrument
    rows = [other.instrument for other in exchange.markets.values() if other.instrument.market == each.market]
    return {
        "e": "contractInfo",
        "E": ms(now),
        "s": each.code,
        "ps": pair_of(each),
        "ct": "PERPETUAL" if each.kind is Kind.PERPETUAL else quarters(rows, now)[each.code],
        "dt": 4_133_404_800_000 if each.expiry is None else ms(each.expiry),
        "ot": 1_569_398_400_000,
        "cs": "TRADING" if each.tradable else "SETTLING",
    }

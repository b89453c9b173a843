"""Streams of candles: of trades, of a pair's contract of a kind, and of COIN-M's mark prices and indices.

Candles of trades are told with every trade and once more when they are over; the others at every change of the price
they follow.  Spot tells candles of days that begin at midnight of UTC+8, too.
Source: "Kline/Candlestick Streams" (spot, USD-M, COIN-M), "Continuous Contract Kline/Candlestick Streams" (USD-M,
COIN-M), "Mark Price Kline/Candlestick Streams", "Index Kline/Candlestick Streams" (COIN-M).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.course import Course
from basisdesk.sim.dialects.binance.candles import CONTRACTS, SPANS, bare_row, contract_of, of, row_of
from basisdesk.sim.dialects.binance.spell import ms
from basisdesk.sim.dialects.binance.visit import pair_of
from basisdesk.sim.dialects.spans import HOUR

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, SimMarket
    from basisdesk.sim.dialects.binance.topics import Topic
    from basisdesk.sim.dialects.spans import Span

Row = dict[str, object]
COURSES = {"kline": None, "continuousKline": None, "markPriceKline": Course.MARK, "indexPriceKline": Course.INDEX}
KINDS = tuple(COURSES)
WORDS = {
    "kline": "kline",
    "continuousKline": "continuous_kline",
    "markPriceKline": "markPrice_kline",
    "indexPriceKline": "indexPrice_kline",
}
EASTERN = 8 * HOUR
LINES = {
    "kline": ("spot", "usdm", "coinm"),
    "continuousKline": ("usdm", "coinm"),
    "markPriceKline": ("coinm",),
    "indexPriceKline": ("coinm",),
}


def span_of(line: str, kind: str, interval: str, *, eastern: bool) -> Span | None:
    """Return how a stream's candles lie, `eastern` in the time of UTC+8; None where the line has no such stream."""
    span = SPANS.get(interval)
    if span is None or line not in LINES[kind] or (line != "spot" and (eastern or interval == "1s")):
        return None
    return span._replace(shift=EASTERN if eastern else 0)


def market_of(exchange: Exchange, line: str, code: str, now: int) -> SimMarket | None:
    """Return the market that the name of a stream of continuous candles begins with, such as `btcusdt_perpetual`."""
    pair, _, kind = code.upper().partition("_")
    if line not in LINES["continuousKline"] or kind not in CONTRACTS or code != code.lower():
        return None
    return contract_of(exchange, line, pair, kind, now)


def candle(exchange: Exchange, topic: Topic, now: int, *, closed: bool) -> Row | None:
    """Return the candle that `now` is in as a stream tells it, None before there is one."""
    market, kind, span = topic.markets[0], topic.kind, topic.span
    each, course = market.instrument, COURSES[kind]
    rows = of(exchange, each.symbol, span, span.around(now)[0], 1, course)
    if not rows:
        return None
    row = row_of(market, rows[0]) if course is None else bare_row(rows[0])
    told = dict(zip("tohlcvTqnVQB", row, strict=True)) | {"i": topic.interval, "f": -1, "L": -1, "x": closed}
    whole: Row = {"e": WORDS[kind], "E": ms(now)}
    match kind:
        case "kline":
            whole["s"] = told["s"] = each.code
        case "continuousKline":
            whole |= {"ps": pair_of(each), "ct": kind_of(exchange, market, now)}
        case _:
            whole["ps"] = pair_of(each)
            told["s"] = each.code if course is Course.MARK else "0"
    return whole | {"k": {name: told[name] for name in "tTsifLochlvnxqVQB" if name in told}}


def kind_of(exchange: Exchange, market: SimMarket, now: int) -> str:
    """Return of which kind a contract is now."""
    line, pair = market.instrument.market, pair_of(market.instrument)
    found = (kind for kind in CONTRACTS if contract_of(exchange, line, pair, kind, now) is market)
    return next(found, CONTRACTS[1])

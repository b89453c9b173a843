"""Candles over REST and in the streams: of trades, of a pair's contract of a kind, and of mark, index and premium.

Mark and index are counted by the second, so that their candles have a price of each second where others have trades.
A stretch that is given by its end alone reaches back from there; without times the latest are told.
Weeks begin on Mondays and months on their first; spot tells bars of another time zone's days, too.
Source: "Kline/Candlestick data", "UIKlines" (spot), "Continuous Contract Kline", "Index Price Kline", "Mark Price
Kline", "Premium index Kline Data", "Basis" (USD-M, COIN-M).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from basisdesk.domain.instrument import Kind
from basisdesk.sim.course import Course
from basisdesk.sim.dialects.binance.listing import quarters
from basisdesk.sim.dialects.binance.refuse import UNKNOWN_SYMBOL, Refusal
from basisdesk.sim.dialects.binance.spell import MILLISECOND, level, loose, ms
from basisdesk.sim.dialects.binance.visit import pair_of
from basisdesk.sim.dialects.spans import DAY, HOUR, MINUTE, SECOND, Span, bars

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange, SimMarket
    from basisdesk.sim.dialects.binance.visit import Visit
    from basisdesk.venues.contract import Candle

SPANS = {
    "1s": Span(SECOND),
    **{f"{count}m": Span(count * MINUTE) for count in (1, 3, 5, 15, 30)},
    **{f"{count}h": Span(count * HOUR) for count in (1, 2, 4, 6, 8, 12)},
    **{f"{count}d": Span(count * DAY) for count in (1, 3)},
    "1w": Span(7 * DAY),
    "1M": Span(months=1),
}
_ZONE = re.compile(r"(?P<sign>[+-]?)(?P<hours>[0-9]{1,2})(:(?P<minutes>[0-5][0-9]))?")
WEST, EAST = -12 * HOUR, 14 * HOUR
"""The time zones there are, as their days begin before UTC's (ns)."""
STATED = ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d")
YEAR = 365 * DAY
MOST = {"spot": 1000, "usdm": 1500, "coinm": 1500}
CONTRACTS = ("PERPETUAL", "CURRENT_QUARTER", "NEXT_QUARTER")
Row = list[object]


def klines(visit: Visit) -> list[Row]:
    """Answer with candles of a market's trades."""
    market = visit.market()
    return [row_of(market, each) for each in _asked(visit, market, None)]


def continuous_klines(visit: Visit) -> list[Row]:
    """Answer with candles of whatever contract of a pair is of a kind."""
    pair = visit.params.text("pair")
    kind = visit.params.one_of("contractType", CONTRACTS, -1130)
    market = contract_of(visit.exchange, visit.line, pair, kind, visit.now)
    if market is None:
        raise Refusal(*UNKNOWN_SYMBOL)
    return [row_of(market, each) for each in _asked(visit, market, None)]


def mark_klines(visit: Visit) -> list[Row]:
    """Answer with candles of a contract's mark price."""
    market = visit.market()
    return [bare_row(each) for each in _asked(visit, market, Course.MARK)]


def premium_klines(visit: Visit) -> list[Row]:
    """Answer with candles of the premium of a contract's book over its index."""
    market = visit.market()
    return [bare_row(each) for each in _asked(visit, market, Course.PREMIUM)]


def index_klines(visit: Visit) -> list[Row]:
    """Answer with candles of a pair's index, which all contracts on it share."""
    pair = visit.params.text("pair")
    listed = [each for each in visit.markets() if pair_of(each.instrument) == pair]
    market = min(listed, key=lambda each: each.instrument.kind is not Kind.PERPETUAL, default=None)
    if market is None:
        raise Refusal(*UNKNOWN_SYMBOL)
    return [bare_row(each) for each in _asked(visit, market, Course.INDEX)]


def _asked(visit: Visit, market: SimMarket, course: Course | None) -> list[Candle]:
    """Return the candles of a market that the parameters mean, of its trades or of another price."""
    params, line = visit.params, visit.line
    words = [each for each in SPANS if each != "1s" or line == "spot"]
    span = SPANS[params.one_of("interval", words, -1120)]._replace(shift=_shift(params.maybe("timeZone", "0")))
    limit = min(params.count("limit", 500), MOST[line])
    until = min(params.whole("endTime", ms(visit.now)) * MILLISECOND, visit.now)
    first = params.whole("startTime", 0) * MILLISECOND
    if first > until:
        return []
    if "startTime" in params:
        first = max(first, 1)  # 0 stands for the latest
    elif "endTime" in params:
        first = span.back(until, limit)
    rows = of(visit.exchange, market.instrument.symbol, span, first, limit, course)
    return [each for each in rows if each.begins <= until]


def _shift(text: str) -> int:
    """Return how much earlier than UTC's the days of a time zone begin (ns): `8`, `-1:00`, `05:45`."""
    found = _ZONE.fullmatch(text)
    shift = 0 if found is None else int(found["hours"]) * HOUR + int(found["minutes"] or 0) * MINUTE
    shift = -shift if found is not None and found["sign"] == "-" else shift
    if found is None or not WEST <= shift <= EAST:
        raise Refusal(-1130, "Data sent for parameter 'timeZone' is not valid.")
    return shift


def of(exchange: Exchange, symbol: str, span: Span, since: int, limit: int, course: Course | None) -> list[Candle]:
    """Return bars of a market's trades, or of the price that `course` names."""
    if course is None:
        return bars(lambda *asked: exchange.candles(symbol, *asked), span, since, limit)
    return bars(lambda *asked: exchange.price_candles(symbol, course, *asked), span, since, limit)


def contract_of(exchange: Exchange, line: str, pair: str, kind: str, now: int) -> SimMarket | None:
    """Return the contract of a pair that is the perpetual one, or the nearest or the next to be delivered."""
    listed = [each for each in exchange.markets.values() if each.instrument.market == line]
    names = _kinds((each.instrument for each in listed), now)
    for each in listed:
        if pair_of(each.instrument) == pair and names[each.instrument.code] == kind:
            return each
    return None


def _kinds(rows: Iterable[Instrument], now: int) -> dict[str, str]:
    listed = list(rows)
    return {each.code: "PERPETUAL" for each in listed if each.kind is Kind.PERPETUAL} | quarters(listed, now)


def row_of(market: SimMarket, each: Candle) -> Row:
    """Write a candle of trades; half of it was bought by takers, for want of a better word."""
    line = market.instrument.market
    prices = [level(price, market.instrument.tick, line) for price in (each.open, each.high, each.low, each.close)]
    return [
        ms(each.begins),
        *prices,
        loose(each.volume),
        ms(each.ends) - 1,
        loose(each.turnover),
        each.trades,
        loose(each.volume / 2),
        loose(each.turnover / 2),
        "0",
    ]


def bare_row(each: Candle) -> Row:
    """Write a candle of what is not traded: no volume, and a price of each second where trades are counted."""
    prices = [loose(price) for price in (each.open, each.high, each.low, each.close)]
    seconds = (each.ends - each.begins) // SECOND
    return [ms(each.begins), *prices, "0", ms(each.ends) - 1, "0", seconds, "0", "0", "0"]


def basis(visit: Visit) -> list[dict[str, object]]:
    """Answer with how far a contract was from its index at the end of past periods, oldest first."""
    params = visit.params
    pair, kind = params.text("pair"), params.one_of("contractType", CONTRACTS, -1130)
    market = contract_of(visit.exchange, visit.line, pair, kind, visit.now)
    if market is None:
        raise Refusal(*UNKNOWN_SYMBOL)
    span = SPANS[params.one_of("period", STATED, -1130)]
    limit = min(params.count("limit", 30), 500)
    since = params.whole("startTime", 0) * MILLISECOND
    until = min(params.whole("endTime", ms(visit.now)) * MILLISECOND, visit.now)
    first = max(since, (until // span.length - limit) * span.length)
    symbol = market.instrument.symbol
    traded = {each.ends: each.close for each in of(visit.exchange, symbol, span, first, limit + 1, None)}
    index = {each.ends: each.close for each in of(visit.exchange, symbol, span, first, limit + 1, Course.INDEX)}
    return [_basis(market, kind, at, price, index[at]) for at, price in traded.items() if at in index and at <= until][
        -limit:
    ]


def _basis(market: SimMarket, kind: str, at: int, price: float, index: float) -> dict[str, object]:
    each, apart = market.instrument, price - index
    left = 0.0 if each.expiry is None else (each.expiry - at) / YEAR
    return {
        "indexPrice": loose(index),
        "contractType": kind,
        "basisRate": loose(apart / index, 4),
        "futuresPrice": level(price, each.tick, each.market),
        "annualizedBasisRate": loose(apart / index / left, 4) if left > 0 else "",
        "basis": loose(apart),
        "pair": pair_of(each),
        "timestamp": ms(at),
    }

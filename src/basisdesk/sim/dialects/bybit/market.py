"""Public REST: time, instruments, tickers, books, candles, trades and funding.

Followed: https://bybit-exchange.github.io/docs/v5/market/*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.instrument import Kind
from basisdesk.sim.course import Course
from basisdesk.sim.dialects.bybit import facts, quotes
from basisdesk.sim.dialects.bybit.codes import NO_SYMBOL, parameter
from basisdesk.sim.dialects.bybit.listing import instruments
from basisdesk.sim.dialects.bybit.names import LINES, MS, figure, milliseconds, price_text, size_text
from basisdesk.sim.dialects.spans import bars

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.sim.contract import Exchange, SimMarket
    from basisdesk.sim.dialects.bybit.params import Params
    from basisdesk.venues.contract import Candle

Row = dict[str, object]
SECOND = 1_000_000_000
CONTRACTS = ("linear", "inverse")
BOOK_LIMITS = {"spot": 1, "linear": 25, "inverse": 25}
TRADE_LIMITS = {"spot": (60, 60), "linear": (500, 1000), "inverse": (500, 1000)}


def market_of(
    exchange: Exchange, params: Params, lines: tuple[str, ...] = LINES, usual: str | None = None
) -> SimMarket:
    """Return the market that a request names; raises RefusalError."""
    category = params.choice("category", lines, usual)
    market = exchange.market_of(category, params.text("symbol", None))
    if market is None:
        raise parameter(NO_SYMBOL)
    return market


def time(_exchange: Exchange, _params: Params, now: int) -> Row:
    """Return the clock."""
    return {"timeSecond": str(now // SECOND), "timeNano": str(now)}


def listed(exchange: Exchange, params: Params, now: int) -> Row:
    """Return instruments."""
    return instruments(exchange, params, now)


def tickers(exchange: Exchange, params: Params, _now: int) -> Row:
    """Return the ticker of one market, or of a category."""
    category = params.choice("category", (*LINES, "option"), None)
    if params.text("symbol"):
        found = [market_of(exchange, params)]
    else:
        found = [each for each in exchange.markets.values() if each.instrument.market == category]
    return {"category": category, "list": [quotes.ticker(each) for each in found]}


def order_book(exchange: Exchange, params: Params, now: int) -> Row:
    """Return the best levels."""
    market = market_of(exchange, params)
    instrument = market.instrument
    limit = params.whole("limit", BOOK_LIMITS[instrument.market], 1, 1000)
    bids, asks = (
        [
            [price_text(instrument, price), size_text(instrument, size)]
            for price, size in market.book.levels(side, limit)
        ]
        for side in (0, 1)
    )
    stamp = now // MS
    return {
        "s": instrument.code,
        "b": bids,
        "a": asks,
        "ts": stamp,
        "u": market.sequence,
        "seq": market.sequence,
        "cts": market.book.updated // MS or stamp,
    }


def klines(exchange: Exchange, params: Params, now: int) -> Row:
    """Return candles, newest first."""
    market = market_of(exchange, params, usual="linear")
    rows = [quotes.candle_row(market, each) for each in reversed(_candles(exchange, market, params, now))]
    return {"category": market.instrument.market, "symbol": market.instrument.code, "list": rows}


def mark_klines(exchange: Exchange, params: Params, now: int) -> Row:
    """Return candles of the mark, which have no volume."""
    return _price_klines(exchange, params, now, Course.MARK)


def index_klines(exchange: Exchange, params: Params, now: int) -> Row:
    """Return candles of the index, which have no volume."""
    return _price_klines(exchange, params, now, Course.INDEX)


def premium_klines(exchange: Exchange, params: Params, now: int) -> Row:
    """Return candles of the premium of a linear contract, a fraction of its index."""
    return _price_klines(exchange, params, now, Course.PREMIUM)


def _price_klines(exchange: Exchange, params: Params, now: int, course: Course) -> Row:
    premium = course is Course.PREMIUM
    market = market_of(exchange, params, ("linear",) if premium else CONTRACTS, "linear")
    found = reversed(_candles(exchange, market, params, now, course))
    rows = [quotes.premium_row(each) if premium else quotes.candle_row(market, each)[:5] for each in found]
    return {"category": market.instrument.market, "symbol": market.instrument.code, "list": rows}


def price_limit(exchange: Exchange, params: Params, now: int) -> Row:
    """Return the prices between which orders may be limited."""
    market = market_of(exchange, params, usual="linear")
    instrument, band = market.instrument, float(exchange.rules.price_band)
    middle = market.book.mid() if instrument.market == "spot" else market.carry.mark
    return {
        "symbol": instrument.code,
        "buyLmt": figure(middle, price_text(instrument, middle * (1 + band))),
        "sellLmt": figure(middle, price_text(instrument, middle * (1 - band))),
        "ts": milliseconds(now),
    }


def status(_exchange: Exchange, _params: Params, _now: int) -> Row:
    """Return maintenance that is announced: none."""
    return {"list": []}


def recent_trades(exchange: Exchange, params: Params, _now: int) -> Row:
    """Return trades, newest first."""
    market = market_of(exchange, params)
    usual, most = TRADE_LIMITS[market.instrument.market]
    limit = params.whole("limit", usual, 1, most)
    rows = [quotes.trade_row(market, each) for each in reversed(market.trades[-limit:])]
    return {"category": market.instrument.market, "list": rows}


def funding_history(exchange: Exchange, params: Params, _now: int) -> Row:
    """Return settlements, newest first; a start without an end is an error."""
    market = market_of(exchange, params, CONTRACTS)
    if market.instrument.kind is not Kind.PERPETUAL:
        raise parameter(NO_SYMBOL)
    since, until = params.whole("startTime", 0), params.whole("endTime", 0)
    if since and not until:
        raise parameter("params error: endTime is required where startTime is given")
    limit = params.whole("limit", 200, 1, 200)
    rows = [
        {
            "symbol": market.instrument.code,
            "fundingRate": plain(rate),
            "fundingRateTimestamp": milliseconds(at),
        }
        for at, rate, _ in reversed(market.settled)
        if since <= at // MS and (not until or at // MS <= until)
    ]
    return {"category": market.instrument.market, "list": rows[:limit]}


def _candles(
    exchange: Exchange, market: SimMarket, params: Params, now: int, course: Course | None = None
) -> list[Candle]:
    """Return candles of trades, or of a price, oldest first."""
    span = quotes.SPANS[params.choice("interval", tuple(quotes.SPANS), None)]
    limit = params.whole("limit", 200, 1, 1000)
    until = min(params.whole("end", now // MS) * MS, now)
    since = params.whole("start", 0) * MS
    for _ in range(0 if since else limit):
        since = span.around((since or until + 1) - 1)[0]
    symbol = market.instrument.symbol

    def ask(period: int, first: int, count: int) -> list[Candle]:
        if course is None:
            return exchange.candles(symbol, period, first, count)
        return exchange.price_candles(symbol, course, period, first, count)

    return [each for each in bars(ask, span, max(since, 0), limit) if each.begins <= until]


PATHS: dict[str, Callable[[Exchange, Params, int], Row]] = {
    "/v5/market/time": time,
    "/v5/market/instruments-info": listed,
    "/v5/market/tickers": tickers,
    "/v5/market/orderbook": order_book,
    "/v5/market/kline": klines,
    "/v5/market/mark-price-kline": mark_klines,
    "/v5/market/index-price-kline": index_klines,
    "/v5/market/premium-index-price-kline": premium_klines,
    "/v5/market/recent-trade": recent_trades,
    "/v5/market/funding/history": funding_history,
    "/v5/market/risk-limit": facts.risk_limits,
    "/v5/market/delivery-price": facts.delivery_prices,
    "/v5/market/open-interest": facts.open_interest,
    "/v5/market/price-limit": price_limit,
    "/v5/system/status": status,
}

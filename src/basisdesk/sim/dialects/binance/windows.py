"""Figures of a moving window of time, and of the day that runs: spot alone has them, over REST and as streams.

A window begins with a whole minute, so it can be up to a minute longer than asked for.
Source: "Rolling window price change statistics", "Trading Day Ticker", "Individual Symbol Rolling Window Statistics
Streams".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from basisdesk.sim.dialects.binance.candles import SPANS
from basisdesk.sim.dialects.binance.market_data import last_price, named, one_or_all
from basisdesk.sim.dialects.binance.refuse import Refusal, illegal
from basisdesk.sim.dialects.binance.spell import level, loose, ms
from basisdesk.sim.dialects.spans import DAY, MINUTE

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, SimMarket
    from basisdesk.sim.dialects.binance.visit import Visit

Row = dict[str, object]
STREAMED = ("1h", "4h", "1d")
LEGAL = "^([1-9]|[1-5][0-9])m$|^([1-9]|1[0-9]|2[0-3])h$|^[1-7]d$"
FULL_ONLY = ("priceChange", "priceChangePercent", "weightedAvgPrice")


def window_ticker(visit: Visit) -> Row | list[Row]:
    """Answer with the figures of the window that is asked for."""
    asked = visit.params.maybe("windowSize", "1d")
    if re.fullmatch(LEGAL, asked) is None:
        raise illegal("windowSize", LEGAL)
    length = int(asked[:-1]) * SPANS[f"1{asked[-1]}"].length
    return _answer(visit, (visit.now - length) // MINUTE * MINUTE, visit.now)


def day_of_trading(visit: Visit) -> Row | list[Row]:
    """Answer with the figures of the day that runs, UTC."""
    begins = visit.now // DAY * DAY
    return _answer(visit, begins, begins + DAY - 1)


def _answer(visit: Visit, begins: int, ends: int) -> Row | list[Row]:
    if "symbol" not in visit.params and "symbols" not in visit.params:
        raise Refusal(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")
    kind = visit.params.one_of("type", ("FULL", "MINI"), -1130, "FULL")
    rows = [figures(visit.exchange, market, begins, ends) for market in named(visit)]
    if kind == "MINI":
        rows = [{name: row[name] for name in row if name not in FULL_ONLY} for row in rows]
    return one_or_all(visit, rows)


def figures(exchange: Exchange, market: SimMarket, begins: int, ends: int) -> Row:
    """Write what happened on a spot market since a time (ns)."""
    each, last = market.instrument, last_price(market)
    rows = exchange.candles(each.symbol, MINUTE, max(begins, 1), DAY // MINUTE * 8)
    opened = rows[0].open if rows else last
    volume, turnover = sum(row.volume for row in rows), sum(row.turnover for row in rows)
    seen = [trade.trade_id for trade in market.trades if trade.at >= begins]
    return {
        "symbol": each.code,
        "priceChange": loose(last - opened),
        "priceChangePercent": loose((last / opened - 1) * 100, 3),
        "weightedAvgPrice": loose(turnover / volume if volume else last),
        "openPrice": level(opened, each.tick, "spot"),
        "highPrice": level(max((row.high for row in rows), default=last), each.tick, "spot"),
        "lowPrice": level(min((row.low for row in rows), default=last), each.tick, "spot"),
        "lastPrice": level(last, each.tick, "spot"),
        "volume": loose(volume),
        "quoteVolume": loose(turnover),
        "openTime": ms(begins),
        "closeTime": ms(ends),
        "firstId": seen[0] if seen else -1,
        "lastId": seen[-1] if seen else -1,
        "count": sum(row.trades for row in rows),
    }


def told(exchange: Exchange, market: SimMarket, interval: str, now: int) -> Row:
    """Return the figures of a moving window as its stream tells them."""
    row = figures(exchange, market, (now - SPANS[interval].length) // MINUTE * MINUTE, now)
    names = {
        "s": "symbol", "p": "priceChange", "P": "priceChangePercent", "o": "openPrice", "h": "highPrice",
        "l": "lowPrice", "c": "lastPrice", "w": "weightedAvgPrice", "v": "volume", "q": "quoteVolume", "O": "openTime",
        "C": "closeTime", "F": "firstId", "L": "lastId", "n": "count",
    }  # fmt: skip
    return {"e": f"{interval}Ticker", "E": ms(now)} | {short: row[long] for short, long in names.items()}

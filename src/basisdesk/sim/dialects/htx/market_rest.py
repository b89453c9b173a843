"""Public market data over REST, the same on all lines but for the path and the name of the market.

Followed: https://huobiapi.github.io/docs/spot/v1/en/#market-data and .../usdt_swap/v1/en/ ("Swap Market Data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basisdesk.sim.dialects.htx import quotes
from basisdesk.sim.dialects.htx.names import listed, streamed
from basisdesk.sim.dialects.htx.refuse import malformed
from basisdesk.sim.dialects.htx.steps import grid_of, steps_of
from basisdesk.sim.dialects.htx.text import ms
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.htx.visit import Visit

WHOLE = 150
DEPTHS = ("5", "10", "20")
MOST = 2000
_NAMES = {symbols.LINEAR: "contract_code", symbols.COIN_SWAP: "contract_code"}


def name_of(line: str) -> str:
    """Return the name of the parameter that names a market."""
    return _NAMES.get(line, "symbol")


def wrapped(visit: Visit, market: SimMarket, channel: str, **told: Any) -> dict[str, Any]:
    """Wrap market data as every line does: with its channel's name."""
    name = streamed(market.instrument, visit.now)
    return {"ch": f"market.{name}.{channel}", "status": "ok", "ts": ms(visit.now), **told}


def merged(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of tickers."""

    def tell(visit: Visit) -> dict[str, Any]:
        market = visit.market(line, name_of(line))
        visit.params.done()
        return wrapped(visit, market, "detail.merged", tick=quotes.merged(market, visit.now))

    return tell


def depth(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of whole books, with prices as they are or merged."""

    def tell(visit: Visit) -> dict[str, Any]:
        market = visit.market(line, name_of(line))
        name = visit.params.need("type", among=steps_of(line))
        step = steps_of(line)[name]
        count = step.levels
        if line == symbols.SPOT:
            count = int(visit.params.text("depth", among=DEPTHS) or count)
        visit.params.done()
        channel = f"market.{streamed(market.instrument, visit.now)}.depth.{name}"
        tick = quotes.depth(market, count, channel, visit.now, grid_of(market.instrument, step))
        return wrapped(visit, market, f"depth.{name}", tick=tick)

    return tell


def trades(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of the latest trades."""

    def tell(visit: Visit) -> dict[str, Any]:
        market = visit.market(line, name_of(line))
        count = visit.params.whole("size", 1, 1, MOST)
        visit.params.done()
        return wrapped(visit, market, "trade.detail", data=quotes.trades(market, count))

    return tell


def candles(line: str, most: int = MOST) -> Callable[[Visit], Any]:
    """Return the endpoint of candles: so many, or from and to."""

    def tell(visit: Visit) -> dict[str, Any]:
        market = visit.market(line, name_of(line))
        period = visit.params.need("period", among=quotes.PERIODS)
        begin, end = visit.params.whole("from", 0), visit.params.whole("to", 0)
        size = visit.params.whole("size", 0, 1, most)
        if size and line != symbols.SPOT:
            begin = end = 0  # contracts pass over the times where a size is stated
        count = size or (most if begin else WHOLE)
        visit.params.done()
        if end and begin > end:
            raise malformed(visit.params.style, "from")
        rows = quotes.candles(visit.exchange, market, period, count, (begin, end), visit.now)
        return wrapped(visit, market, f"kline.{period}", data=rows)

    return tell


def touches(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of best prices, of one contract or all."""

    def tell(visit: Visit) -> dict[str, Any]:
        wanted = visit.wanted(line, name_of(line))
        visit.params.ignore("business_type")
        visit.params.done()
        rows = [
            {
                "contract_code": market.instrument.code,
                "mrid": market.sequence,
                "bid": quotes.touch(market, 0),
                "ask": quotes.touch(market, 1),
                "ts": ms(visit.now),
            }
            for market in ([wanted] if wanted else listed(visit.exchange, line))
        ]
        return {"status": "ok", "ticks": rows, "ts": ms(visit.now)}

    return tell


def spot_tickers(visit: Visit) -> dict[str, Any]:
    """Return the tickers of all spot markets, with the touch under names of its own."""
    visit.params.done()
    rows = []
    for market in listed(visit.exchange, symbols.SPOT):
        quote = quotes.spot_quote(market, visit.now)
        told = quotes.ticker(market, visit.now)
        figures = {name: told[name] for name in ("open", "high", "low", "close", "amount", "vol", "count")}
        rows.append(figures | {name: quote[name] for name in ("symbol", "bid", "bidSize", "ask", "askSize")})
    return {"status": "ok", "ts": ms(visit.now), "data": rows}

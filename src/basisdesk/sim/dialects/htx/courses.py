"""Prices that nobody trades at, as candles: mark, index, and the premium of the book over it; and the basis.

All numbers are text, and there are no volumes.
Followed: https://huobiapi.github.io/docs/usdt_swap/v1/en/ ("Query Premium Index Kline Data", "Query Basis Data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basisdesk.sim.course import Course
from basisdesk.sim.dialects.htx import quotes
from basisdesk.sim.dialects.htx.market_rest import MOST, WHOLE, name_of, wrapped
from basisdesk.sim.dialects.htx.text import decimal, short, text
from basisdesk.sim.dialects.spans import SECOND
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from basisdesk.sim.contract import Exchange, SimMarket
    from basisdesk.sim.dialects.htx.visit import Visit
    from basisdesk.venues.contract import Candle

COURSES = {"mark_price": Course.MARK, "index": Course.INDEX, "premium_index": Course.PREMIUM}
"""Words of channels and answers."""

BASES = ("open", "close", "high", "low", "average")
NOTHING = dict.fromkeys(("amount", "vol", "count", "trade_turnover"), "0")


def row(one: Candle) -> dict[str, Any]:
    """Return one candle."""
    prices = {name: text(decimal(getattr(one, name))) for name in ("open", "close", "high", "low")}
    return {"id": one.begins // SECOND, **prices, **NOTHING}


def rows(exchange: Exchange, market: SimMarket, word: str, period: str, count: int) -> list[dict[str, Any]]:
    """Return the latest candles, oldest first."""
    found = quotes.course_of(exchange, market, COURSES[word], quotes.PERIODS[period], 0, count)
    return [row(one) for one in found]


def candles(line: str, word: str) -> Callable[[Visit], Any]:
    """Return the endpoint of such candles."""

    def tell(visit: Visit) -> dict[str, Any]:
        market = _meant(visit, line, word)
        period, count = _span(visit)
        visit.params.done()
        data = rows(visit.exchange, market, word, period, count)
        return wrapped(visit, market, f"{word}.{period}", data=data)

    return tell


def _meant(visit: Visit, line: str, word: str) -> SimMarket:
    """Return the market that is named; an index of futures bears the name of the swap on it."""
    name = visit.params.need(name_of(line))
    indexed = word == "index" and "-" in name
    return visit.named(symbols.COIN_SWAP if indexed else line, name)


def _span(visit: Visit) -> tuple[str, int]:
    period = visit.params.need("period", among=quotes.PERIODS)
    count = visit.params.whole("size", WHOLE, 1, MOST)
    visit.params.ignore("from", "to")
    return period, count


def basis(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of how far a contract trades from its index."""

    def tell(visit: Visit) -> dict[str, Any]:
        market = visit.market(line, name_of(line))
        period, count = _span(visit)
        which = visit.params.text("basis_price_type", among=BASES) or "open"
        visit.params.done()
        data = bases(visit.exchange, market, period, which, (count, visit.now))
        return wrapped(visit, market, f"basis.{period}.{which}", data=data)

    return tell


def bases(
    exchange: Exchange, market: SimMarket, period: str, which: str, span: tuple[int, int]
) -> list[dict[str, Any]]:
    """Return what contract and index were in each candle of both, oldest first; `span` is how many, and now (ns)."""
    length, (count, now) = quotes.PERIODS[period], span
    index = {one.begins: one for one in quotes.course_of(exchange, market, Course.INDEX, length, 0, count + 1)}
    since = length.back(now, count + 1)
    told = [
        _basis(one.begins, _price(one, which), _price(index[one.begins], which))
        for one in quotes.bars_of(exchange, market, length, since, count + 1)
        if one.begins in index
    ]
    return told[-count:]


def _price(one: Candle, which: str) -> Decimal:
    return decimal((one.high + one.low) / 2 if which == "average" else getattr(one, which))


def _basis(begins: int, price: Decimal, index: Decimal) -> dict[str, Any]:
    gap = price - index
    return {
        "id": begins // SECOND,
        "contract_price": short(price),
        "index_price": short(index),
        "basis": short(gap),
        "basis_rate": short(gap / index),
    }

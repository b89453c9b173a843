"""Market data of all lines: books, tickers, trades, candles, as the venue writes them.

Sizes are base coin on spot and contracts elsewhere; contracts tell beside them base coin (``amount``), and count a
trade on both sides.
Candles come newest first on spot and oldest first on contracts; their days, weeks and months begin in Singapore's time.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.instrument import base_of, notional
from basisdesk.sim.dialects.htx import steps
from basisdesk.sim.dialects.htx.text import decimal, ms, number
from basisdesk.sim.dialects.spans import DAY, HOUR, MINUTE, SECOND, YEAR, Span, bars
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange, Printed, SimMarket
    from basisdesk.sim.course import Course
    from basisdesk.venues.contract import Candle

SHIFT = 8 * HOUR
"""How much earlier than UTC's the days of candles begin (ns): the venue's are Singapore's."""
PERIODS = {
    **{f"{count}min": Span(count * MINUTE) for count in (1, 5, 15, 30, 60)},
    "4hour": Span(4 * HOUR),
    "1day": Span(DAY, shift=SHIFT),
    "1week": Span(7 * DAY, shift=SHIFT),
    "1mon": Span(months=1, shift=SHIFT),
    "1year": Span(months=YEAR, shift=SHIFT),
}
SIDES = (0, 1)
Level = tuple[Decimal, Decimal]


def ladder(market: SimMarket, side: int, count: int) -> list[Level]:
    """Return the best levels of a side (0 bids, 1 asks)."""
    return [(decimal(price), decimal(size)) for price, size in market.book.levels(side, count)]


def touch(market: SimMarket, side: int) -> list[Decimal] | None:
    """Return best price and its size, None for an empty side."""
    best = ladder(market, side, 1)
    return [*best[0]] if best else None


def depth(market: SimMarket, count: int, channel: str, now: int, grid: Decimal | None = None) -> dict[str, Any]:
    """Return a whole book, with prices merged onto a grid where there is one."""
    sides = [steps.merged(market, side, count, grid) if grid else ladder(market, side, count) for side in SIDES]
    told: dict[str, Any] = {
        "bids": sides[0],
        "asks": sides[1],
        "ts": ms(now),
        "version": market.sequence,
    }
    if market.instrument.market != symbols.SPOT:
        told |= {"ch": channel, "id": now // SECOND, "mrid": market.sequence}
    return told


def is_spot(instrument: Instrument) -> bool:
    """Whether a market is spot."""
    return instrument.market == symbols.SPOT


def ticker(market: SimMarket, now: int) -> dict[str, Any]:
    """Return the figures of the day with the touch."""
    daily, instrument = market.daily, market.instrument
    last = market.trades[-1].price if market.trades else decimal(market.book.mid())
    told: dict[str, Any] = {
        "id": now // SECOND,
        "open": decimal(daily.open),
        "close": number(last),
        "high": decimal(daily.high),
        "low": decimal(daily.low),
        "count": len(market.trades),
    }
    if is_spot(instrument):
        told |= {"amount": decimal(daily.volume), "vol": decimal(daily.turnover), "version": market.sequence}
        return told
    volume = decimal(daily.volume)
    price = last if last > 0 else Decimal(1)
    told |= {
        "amount": number(base_of(instrument, volume, price)),
        "vol": volume,
        "trade_turnover": number(notional(instrument, volume, price)),
        "ts": ms(now),
    }
    return told


def merged(market: SimMarket, now: int) -> dict[str, Any]:
    """Return the ticker with the touch."""
    return ticker(market, now) | {"bid": touch(market, 0), "ask": touch(market, 1)}


def spot_quote(market: SimMarket, now: int) -> dict[str, Any]:
    """Return the touch of a spot market as its channel tells it."""
    bid, ask = touch(market, 0), touch(market, 1)
    return {
        "seqId": market.sequence,
        "symbol": market.instrument.code,
        "quoteTime": ms(now),
        "bid": bid[0] if bid else None,
        "bidSize": bid[1] if bid else None,
        "ask": ask[0] if ask else None,
        "askSize": ask[1] if ask else None,
    }


def contract_quote(market: SimMarket, channel: str, now: int) -> dict[str, Any]:
    """Return the touch of a contract as its channel tells it."""
    return {
        "mrid": market.sequence,
        "id": now // SECOND,
        "bid": touch(market, 0),
        "ask": touch(market, 1),
        "ts": ms(now),
        "version": market.sequence,
        "ch": channel,
    }


def trade(instrument: Instrument, printed: Printed, *, dashed: bool) -> dict[str, Any]:
    """Return one trade; REST of spot writes its id with a dash, the stream without."""
    told: dict[str, Any] = {
        "id": printed.trade_id * 10,
        "ts": ms(printed.at),
        "price": number(printed.price),
        "direction": "buy" if printed.buy else "sell",
    }
    if is_spot(instrument):
        return told | {"amount": number(printed.size), "trade-id" if dashed else "tradeId": printed.trade_id}
    return told | {
        "amount": number(printed.size * 2),
        "quantity": number(base_of(instrument, printed.size, printed.price) * 2),
        "trade_turnover": number(notional(instrument, printed.size, printed.price) * 2),
    }


def trades(market: SimMarket, count: int) -> list[dict[str, Any]]:
    """Return the latest trades, newest first, each in a group of its own."""
    return [
        {
            "id": printed.trade_id,
            "ts": ms(printed.at),
            "data": [trade(market.instrument, printed, dashed=True)],
        }
        for printed in reversed(market.trades[-count:])
    ]


def candle(instrument: Instrument, one: Candle) -> dict[str, Any]:
    """Return one candle."""
    close, volume = decimal(one.close), decimal(one.volume)
    told: dict[str, Any] = {
        "id": one.begins // SECOND,
        "open": decimal(one.open),
        "close": close,
        "low": decimal(one.low),
        "high": decimal(one.high),
        "count": one.trades,
    }
    if is_spot(instrument):
        return told | {"amount": volume, "vol": decimal(one.turnover)}
    return told | {
        "amount": number(base_of(instrument, volume, close)),
        "vol": volume,
        "trade_turnover": number(notional(instrument, volume, close)),
    }


def candles(
    exchange: Exchange, market: SimMarket, period: str, count: int, span: tuple[int, int], now: int
) -> list[dict[str, Any]]:
    """Return candles, newest first on spot; `span` is from and to in seconds, 0 for none."""
    length = PERIODS[period]
    begin, end = (each * SECOND for each in span)
    until = min(end, now) if end else now
    if begin > until:
        return []
    found = bars_of(exchange, market, length, begin or length.back(until, count), count)
    told = [candle(market.instrument, one) for one in found if one.begins <= until]
    return told[::-1] if is_spot(market.instrument) else told


def bars_of(exchange: Exchange, market: SimMarket, span: Span, since: int, count: int) -> list[Candle]:
    """Return candles of a market's trades from a time on (ns), oldest first."""
    return bars(lambda *asked: exchange.candles(market.instrument.symbol, *asked), span, since, count)


def course_of(
    exchange: Exchange, market: SimMarket, course: Course, span: Span, since: int, count: int
) -> list[Candle]:
    """Return candles of a contract's mark, index or premium; with 0 for a time the latest, oldest first."""
    return bars(lambda *asked: exchange.price_candles(market.instrument.symbol, course, *asked), span, since, count)

"""Spot's public facts over REST: clock, pairs, tickers, books, trades and candles.

Numbers are text, lists come newest first, and everything sits in an envelope; the ticker's price stands beside it, too,
because the venue's Cross-Market Guide reads it there.
Followed: https://open.bigone.com/docs/spot and /docs/guides.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import Rounding, plain
from basisdesk.domain.instrument import round_price
from basisdesk.sim.dialects.bigone import refuse
from basisdesk.sim.dialects.bigone.spell import loose, moment_of, priced, short, sized, stamp, uuid_of
from basisdesk.sim.dialects.bigone.visit import SPOT, Visit
from basisdesk.sim.dialects.grids import places
from basisdesk.sim.dialects.spans import DAY, HOUR, MINUTE, Span, bars

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange, Printed, SimMarket
    from basisdesk.venues.contract import Candle

MOST_VALUE = Decimal(1_000_000)
RECENT = 50
SPANS = {
    **{f"min{count}": Span(count * MINUTE) for count in (1, 5, 15, 30)},
    **{f"hour{count}": Span(count * HOUR) for count in (1, 3, 4, 6, 12)},
    "day1": Span(DAY), "week1": Span(7 * DAY), "month1": Span(months=1),
}  # fmt: skip
"""Periods of candles."""
COIN_SCALE = 12


def ping(visit: Visit) -> object:
    """Tell the time."""
    return {"Timestamp": visit.now}


def pairs(visit: Visit) -> object:
    """List the pairs."""
    return [pair(market.instrument) for market in spot_markets(visit)]


def assets(visit: Visit) -> object:
    """List the coins (the site's own list, which is on no page of the interface)."""
    names = [name for market in spot_markets(visit) for name in (market.instrument.base, market.instrument.quote)]
    return [
        {
            "uuid": uuid_of(name),
            "symbol": name,
            "name": name,
            "scale": COIN_SCALE,
            "is_fiat": False,
            "is_transfer_enabled": True,
            "transfer_scale": COIN_SCALE,
            "binding_gateways": [],
        }
        for name in dict.fromkeys(names)
    ]


def ticker(visit: Visit) -> object:
    """Tell a pair's ticker."""
    return ticker_of(visit.pair(visit.parts["pair"]))


def tickers(visit: Visit) -> object:
    """Tell the tickers of some pairs, or of all."""
    names = visit.query.get("pair_names", "")
    markets = [visit.pair(name) for name in names.split(",")] if names else spot_markets(visit)
    return [ticker_of(market) for market in markets]


def depth(visit: Visit) -> object:
    """Tell a pair's book, best first."""
    market = visit.pair(visit.parts["pair"])
    count = visit.limit(50, 200)
    bids, asks = ([_level(price, size) for price, size in levels(market, side, count)] for side in (0, 1))
    return {"asset_pair_name": market.instrument.code, "bids": bids, "asks": asks}


def trades(visit: Visit) -> object:
    """Tell a pair's latest trades, newest first."""
    market = visit.pair(visit.parts["pair"])
    return [trade_of(row) for row in reversed(market.trades[-RECENT:])]


def candles(visit: Visit) -> object:
    """Tell a pair's candles up to a time, newest first unless asked otherwise."""
    market = visit.pair(visit.parts["pair"])
    span = SPANS.get(visit.query.get("period", ""))
    order = visit.query.get("direction", "DESC")
    if span is None or order not in {"ASC", "DESC"}:
        raise refuse.spot(refuse.PARAMETER)
    count = visit.limit(100, 500)
    try:
        until = min(moment_of(visit.query["time"]), visit.now) if "time" in visit.query else visit.now
    except ValueError:
        raise refuse.spot(refuse.PARAMETER, "time is no time") from None
    rows = candles_until(visit.exchange, market, span, until, count)
    told = [candle_of(market.instrument, row) for row in rows]
    return told if order == "ASC" else told[::-1]


def candles_until(exchange: Exchange, market: SimMarket, span: Span, until: int, count: int) -> list[Candle]:
    """Return the latest candles that begin at or before a time (ns), oldest first."""
    first = until + 1
    for _ in range(count if until > 0 else 0):
        first = max(1, span.around(first - 1)[0])
    return [row for row in latest_candles(exchange, market, span, count, first) if row.begins <= until]


def latest_candles(exchange: Exchange, market: SimMarket, span: Span, count: int, since: int = 0) -> list[Candle]:
    """Return candles that begin at or after a time (ns), or the latest there are, oldest first."""
    symbol = market.instrument.symbol
    return bars(lambda period, first, most: exchange.candles(symbol, period, first, most), span, since, count)


def spot_markets(visit: Visit) -> list[SimMarket]:
    """Return the spot markets."""
    return [market for market in visit.exchange.markets.values() if market.instrument.market == SPOT]


def pair(instrument: Instrument) -> dict[str, object]:
    """Write a pair."""
    return {
        "id": uuid_of(instrument.code),
        "name": instrument.code,
        "quote_scale": places(instrument.tick.normalize()),
        "base_scale": places(instrument.step.normalize()),
        "min_quote_value": short(instrument.min_notional),
        "max_quote_value": short(MOST_VALUE),
        "base_asset": coin(instrument.base),
        "quote_asset": coin(instrument.quote),
    }


def coin(name: str) -> dict[str, object]:
    """Write a coin."""
    return {"id": uuid_of(name), "symbol": name, "name": name}


def levels(market: SimMarket, side: int, count: int) -> list[tuple[Decimal, Decimal]]:
    """Return the best levels of a side of a book."""
    instrument = market.instrument
    rows = market.book.levels(side, min(count, market.book.depth(side)))
    return [(priced(instrument, price), sized(instrument, size)) for price, size in rows]


def last_price(market: SimMarket) -> Decimal:
    """Return what was last paid, or the middle of the book where nothing was; 0 without either."""
    if market.trades:
        return market.trades[-1].price
    return round_price(market.instrument, Decimal(repr(loose(market.book.mid()))), Rounding.NEAREST)


def ticker_of(market: SimMarket) -> dict[str, object]:
    """Write a pair's ticker."""
    instrument, daily, close = market.instrument, market.daily, last_price(market)
    best = [levels(market, side, 1) for side in (0, 1)]
    bid, ask = (_level(*rows[0]) if rows else _level(Decimal(0), Decimal(0)) for rows in best)
    opened, high, low = (
        close if value != value else priced(instrument, value)  # noqa: PLR0124 (NaN)
        for value in (daily.open, daily.high, daily.low)
    )
    return {
        "asset_pair_name": instrument.code,
        "bid": bid,
        "ask": ask,
        "open": plain(opened),
        "high": plain(max(high, close)),
        "low": plain(min(low, close)),
        "close": plain(close),
        "volume": plain(sized(instrument, loose(daily.volume))),
        "daily_change": plain(close - opened),
    }


def trade_of(row: Printed) -> dict[str, object]:
    """Write a public trade."""
    at = stamp(row.at, fine=True)
    return {
        "id": row.trade_id,
        "price": plain(row.price),
        "amount": plain(row.size),
        "taker_side": "BID" if row.buy else "ASK",
        "inserted_at": at,
        "created_at": at,
    }


def candle_of(instrument: Instrument, row: Candle) -> dict[str, object]:
    """Write a candle."""
    return {
        "time": stamp(row.begins),
        "open": plain(priced(instrument, row.open)),
        "high": plain(priced(instrument, row.high)),
        "low": plain(priced(instrument, row.low)),
        "close": plain(priced(instrument, row.close)),
        "volume": plain(sized(instrument, row.volume)),
    }


def _level(price: Decimal, size: Decimal) -> dict[str, object]:
    return {"price": plain(price), "order_count": 1, "quantity": plain(size)}

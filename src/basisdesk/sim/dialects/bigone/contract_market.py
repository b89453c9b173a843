"""Contracts' public facts over REST and in the streams: terms, figures, books, trades and candles.

There is no envelope; numbers are JSON numbers, and the prices of a book are the keys of an object.
What the venue's figures in other coins mean (`btcPrice`, `ethPrice`, `usdtPrice`) is their index price in US dollars.
Followed: https://open.bigone.com/docs/contract.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.instrument import Margin
from basisdesk.sim.dialects.bigone.spell import MILLISECOND, loose, number, short, trade_id_of, whole
from basisdesk.sim.dialects.bigone.spot_market import last_price, levels
from basisdesk.sim.dialects.bigone.visit import CONTRACT, Visit
from basisdesk.sim.dialects.grids import places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import BookChanged, Exchange, Printed, SimMarket
    from basisdesk.venues.contract import Candle

PERIODS = {
    "1MIN": 60, "5MIN": 300, "15MIN": 900, "30MIN": 1800, "1H": 3600, "4H": 14400, "6H": 21600, "12H": 43200,
    "1D": 86400,
}  # fmt: skip
"""Periods of candles in seconds."""
LEVELS = 200
RECENT = 50
LEAST_RISK, MOST_RISK = Decimal(100), Decimal(1000)
LINEAR_RISK = Decimal(10_000)
"""Risk limits are this many times larger where they are counted in US dollars instead of coin."""


def symbols(visit: Visit) -> object:
    """List the contracts."""
    return [terms_of(market.instrument) for market in contracts(visit.exchange)]


def instruments(visit: Visit) -> object:
    """Tell the figures of all contracts."""
    return [figures_of(visit.exchange, market) for market in contracts(visit.exchange)]


def snapshot(visit: Visit) -> object:
    """Tell a contract's whole book."""
    return book_of(visit.contract(visit.parts["symbol"]))


def contracts(exchange: Exchange) -> list[SimMarket]:
    """Return the contracts."""
    return [market for market in exchange.markets.values() if market.instrument.market == CONTRACT]


def risk_limits(instrument: Instrument) -> tuple[Decimal, Decimal]:
    """Return the least and the greatest risk limit, in the settlement currency."""
    scale = Decimal(1) if instrument.margin is Margin.INVERSE else LINEAR_RISK
    return LEAST_RISK * scale, MOST_RISK * scale


def initial_margin(instrument: Instrument) -> Decimal:
    """Return the initial margin rate at the greatest leverage."""
    return 1 / (instrument.max_leverage or Decimal(100))


def terms_of(instrument: Instrument) -> dict[str, object]:
    """Write a contract's terms."""
    initial = initial_margin(instrument)
    least, most = risk_limits(instrument)
    return {
        "symbol": instrument.code,
        "baseCurrency": instrument.base,
        "quoteCurrency": instrument.quote,
        "settleCurrency": instrument.settle,
        "baseName": instrument.base,
        "multiplier": number(instrument.contract_size),
        "enable": instrument.tradable,
        "isInverse": instrument.margin is Margin.INVERSE,
        "priceStep": number(instrument.tick),
        "pricePrecision": places(instrument.tick),
        "priceMin": number(instrument.tick),
        "priceMax": 1_000_000,
        "initialMargin": number(initial),
        "maintenanceMargin": number(initial / 2),
        "riskLimit": number(least),
        "minRiskLimit": number(least),
        "maxRiskLimit": number(most),
        "riskStep": number(least / 100),
        "valuePrecision": 4,
        "feePrecision": 8,
    }


def figures_of(exchange: Exchange, market: SimMarket) -> dict[str, object]:
    """Write a contract's figures: prices, funding, and the last 24 hours."""
    carry, daily = market.carry, market.daily
    rate = loose(carry.predicted)
    return {
        "symbol": market.instrument.code,
        "markPrice": loose(carry.mark),
        "indexPrice": loose(carry.index),
        "latestPrice": number(last_price(market)),
        "fundingRate": rate,
        "nextFundingRate": rate,
        "nextFundingTime": carry.next_at // MILLISECOND,
        "openInterest": whole(daily.interest),
        "openValue": loose(daily.interest_value),
        "volume24h": whole(daily.volume),
        "volume24hInUsd": loose(daily.volume_usd),
        "turnover24h": loose(daily.turnover),
        "last24hMaxPrice": whole(daily.high),
        "last24hMinPrice": whole(daily.low),
        "last24hPriceChange": loose(daily.change),
        "btcPrice": _index(exchange, "BTC"),
        "ethPrice": _index(exchange, "ETH"),
        "usdtPrice": 1,
        "openTime": 0,
    }


def book_of(market: SimMarket) -> dict[str, object]:
    """Write a whole book, from 0 to where it is."""
    bids, asks = (levels(market, side, LEVELS) for side in (0, 1))
    return _depth(market, bids, asks, 0, market.sequence)


def change_of(market: SimMarket, change: BookChanged) -> dict[str, object]:
    """Write a change of a book."""
    return _depth(market, change.bids, change.asks, change.sequence, change.sequence)


def trade_of(instrument: Instrument, row: Printed) -> dict[str, object]:
    """Write a public trade."""
    return {
        "id": trade_id_of(instrument.code, row.at, str(row.trade_id)),
        "symbol": instrument.code,
        "price": number(row.price),
        "size": number(row.size),
        "matchedAt": row.at // MILLISECOND,
        "side": "BUY" if row.buy else "SELL",
    }


def candle_of(instrument: Instrument, period: str, row: Candle, version: int) -> dict[str, object]:
    """Write a candle."""
    return {
        "symbol": instrument.code,
        "type": period,
        "time": row.begins // MILLISECOND,
        "open": whole(row.open),
        "close": whole(row.close),
        "high": whole(row.high),
        "low": whole(row.low),
        "nTrades": row.trades,
        "volume": whole(row.volume),
        "turnover": loose(row.turnover),
        "version": version,
        "nextTs": row.ends // MILLISECOND,
    }


def _depth(
    market: SimMarket,
    bids: Sequence[tuple[Decimal, Decimal]],
    asks: Sequence[tuple[Decimal, Decimal]],
    begin: int,
    end: int,
) -> dict[str, object]:
    best = [rows[0][0] if (rows := levels(market, side, 1)) else None for side in (0, 1)]
    return {
        "from": begin,
        "to": end,
        "bids": _sides(bids),
        "asks": _sides(asks),
        "bestPrices": {"ask": number(best[1]), "bid": number(best[0])},
        "lastPrice": number(last_price(market)),
    }


def _sides(rows: Sequence[tuple[Decimal, Decimal]]) -> Mapping[str, object]:
    return {short(price): number(size) for price, size in rows}


def _index(exchange: Exchange, base: str) -> float:
    """Return a coin's index price, or what its spot pair is worth."""
    priced = [market for market in contracts(exchange) if market.instrument.base == base]
    if priced:
        return loose(priced[0].carry.index)
    pairs = [market for market in exchange.markets.values() if market.instrument.base == base]
    return loose(pairs[0].book.mid()) if pairs else 0.0

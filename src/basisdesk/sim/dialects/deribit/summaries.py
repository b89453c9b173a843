"""Public methods over several markets or in short: summaries, trades of a currency, index names, the funding chart.

Followed: https://docs.deribit.com/ (market data).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from basisdesk.domain.instrument import Kind
from basisdesk.sim.dialects.deribit import market as data
from basisdesk.sim.dialects.deribit.rows import NS_PER_MS, Row, instrument_row, trade_row
from basisdesk.sim.dialects.deribit.rpc import Params, invalid

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, Printed, SimMarket

HOUR = 3_600_000
CHARTS = {"8h": 8 * HOUR, "24h": 24 * HOUR, "1m": 30 * 24 * HOUR}


class _Traded(NamedTuple):
    at: int
    market: SimMarket
    trade: Printed


def get_book_summary_by_currency(exchange: Exchange, params: Params, now: int) -> list[Row]:
    """Answer a short ticker of every market of a currency."""
    kind = params.choice("kind", data.KINDS, "any")
    markets = data.of_currency(exchange, data.currency_of(exchange, params)) if kind in {"any", "future"} else []
    return [_summary(exchange, market, now) for market in markets]


def get_book_summary_by_instrument(exchange: Exchange, params: Params, now: int) -> list[Row]:
    """Answer a short ticker of one market."""
    return [_summary(exchange, data.market_of(exchange, params), now)]


def _summary(exchange: Exchange, market: SimMarket, now: int) -> Row:
    row = data.ticker_row(exchange, market, now)
    bid, ask = row["best_bid_price"] or None, row["best_ask_price"] or None
    told: Row = {
        "instrument_name": row["instrument_name"],
        "base_currency": market.instrument.base,
        "quote_currency": market.instrument.quote,
        "bid_price": bid,
        "ask_price": ask,
        "mid_price": None if bid is None or ask is None else (bid + ask) / 2,
        "last": row["last_price"],
        "mark_price": row["mark_price"],
        "high": row["stats"]["high"],
        "low": row["stats"]["low"],
        "volume": row["stats"]["volume"],
        "volume_usd": row["stats"]["volume_usd"],
        "volume_notional": row["stats"]["volume_notional"],
        "price_change": row["stats"]["price_change"],
        "open_interest": row["open_interest"],
        "estimated_delivery_price": row["estimated_delivery_price"],
        "creation_timestamp": row["timestamp"],
    }
    if market.instrument.kind is Kind.PERPETUAL:
        told |= {"current_funding": row["current_funding"], "funding_8h": row["funding_8h"]}
    return told


def get_last_trades_by_currency(exchange: Exchange, params: Params, _now: int) -> Row:
    """Answer the latest trades of a currency's markets, newest first unless sorted otherwise."""
    kind = params.choice("kind", data.KINDS, "any")
    markets = data.of_currency(exchange, data.currency_of(exchange, params)) if kind in {"any", "future"} else []
    trades = [_Traded(trade.at, market, trade) for market in markets for trade in market.trades]
    trades = data.numbered(params, trades, ("start_id", "end_id"), lambda each: each.trade.trade_id)
    found, more = data.page(params, sorted(trades, key=lambda each: each.at))
    return {"trades": [trade_row(each.market, each.trade) for each in found], "has_more": more}


def get_contract_size(exchange: Exchange, params: Params, _now: int) -> Row:
    """Answer what one contract is."""
    return {"contract_size": instrument_row(data.market_of(exchange, params).instrument)["contract_size"]}


def get_funding_chart_data(exchange: Exchange, params: Params, now: int) -> Row:
    """Answer a perpetual's hourly funding as points, with the rate that runs."""
    market = data.market_of(exchange, params)
    length = CHARTS[params.choice("length", CHARTS, "8h")]
    if market.instrument.kind is not Kind.PERPETUAL:
        raise invalid("instrument_name", "not a perpetual")
    rows = data.rates(market, now, now // NS_PER_MS - length, now // NS_PER_MS)
    points = [
        {"index_price": row["index_price"], "interest_8h": row["interest_8h"], "timestamp": row["timestamp"]}
        for row in rows
    ]
    ticker = data.ticker_row(exchange, market, now)
    return {"current_interest": ticker["current_funding"], "interest_8h": ticker["funding_8h"], "data": points}

"""What is shown of a market: ticker, candles, trades, funding, the same over REST and on the public streams.

Spot tickers show no best prices on the stream, only over REST.
Candles come newest first over REST; volume of inverse contracts is USD and turnover coin.
Followed: https://bybit-exchange.github.io/docs/v5/market/tickers, kline, recent-trade, history-fund-rate and
/docs/v5/websocket/public/*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.instrument import Kind
from basisdesk.sim.dialects.bybit.names import MS, figure, identity, milliseconds, price_text, size_text
from basisdesk.sim.dialects.bybit.rules import DELIVERY_FEE
from basisdesk.sim.dialects.spans import DAY, MINUTE, Span, bars

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, Printed, SimMarket
    from basisdesk.venues.contract import Candle

Row = dict[str, object]
SPANS = {
    **{str(minutes): Span(minutes * MINUTE) for minutes in (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)},
    "D": Span(DAY),
    "W": Span(7 * DAY),
    "M": Span(months=1),
}


def ticker(market: SimMarket) -> dict[str, str]:
    """Return what the ticker of a market says now."""
    instrument, book, daily, carry = market.instrument, market.book, market.daily, market.carry
    last = _price(market, book.last) or _price(market, book.mid())  # a market that has not traded yet
    told = {
        "symbol": instrument.code,
        "lastPrice": last,
        "prevPrice24h": _price(market, daily.open) or last,
        "price24hPcnt": figure(daily.change, f"{daily.change:.6f}") or "0",
        "highPrice24h": _price(market, daily.high) or last,
        "lowPrice24h": _price(market, daily.low) or last,
        "turnover24h": figure(daily.turnover, f"{daily.turnover:.4f}") or "0",
        "volume24h": figure(daily.volume, size_text(instrument, daily.volume)) or "0",
        "bid1Price": _price(market, book.bid),
        "bid1Size": figure(book.bid_size, size_text(instrument, book.bid_size)),
        "ask1Price": _price(market, book.ask),
        "ask1Size": figure(book.ask_size, size_text(instrument, book.ask_size)),
    }
    if instrument.market == "spot":
        return told | {"usdIndexPrice": last}
    perpetual = instrument.kind is Kind.PERPETUAL
    return told | {
        "indexPrice": _price(market, carry.index),
        "markPrice": _price(market, carry.mark),
        "prevPrice1h": last,
        "openInterest": figure(daily.interest, size_text(instrument, daily.interest)) or "0",
        "openInterestValue": figure(daily.interest_value, f"{daily.interest_value:.4f}") or "0",
        "fundingRate": (figure(carry.predicted, f"{carry.predicted:.8f}") or "0") if perpetual else "",
        "nextFundingTime": milliseconds(carry.next_at) if perpetual else "",
        "fundingIntervalHour": str(instrument.funding_interval) if perpetual else "",
        "fundingCap": "" if instrument.funding_cap is None else plain(instrument.funding_cap),
        "predictedDeliveryPrice": "",
        "basisRate": "",
        "basis": "",
        "deliveryFeeRate": "" if perpetual else plain(DELIVERY_FEE),
        "deliveryTime": "0" if instrument.expiry is None else milliseconds(instrument.expiry),
    }


def candle_row(market: SimMarket, candle: Candle) -> list[str]:
    """Return a candle as REST tells it."""
    prices = [price_text(market.instrument, each) for each in (candle.open, candle.high, candle.low, candle.close)]
    return [
        milliseconds(candle.begins),
        *prices,
        f"{candle.volume:.6f}",
        figure(candle.turnover, f"{candle.turnover:.6f}"),
    ]


def premium_row(candle: Candle) -> list[str]:
    """Return a candle of a premium, without volume."""
    return [
        milliseconds(candle.begins),
        *(f"{each:.6f}" for each in (candle.open, candle.high, candle.low, candle.close)),
    ]


def candle_push(market: SimMarket, candle: Candle, interval: str, now: int) -> Row:
    """Return a candle as the stream tells it."""
    names = ("open", "high", "low", "close", "volume", "turnover")
    return {
        "start": candle.begins // MS,
        "end": candle.ends // MS - 1,
        "interval": interval,
        **dict(zip(names, candle_row(market, candle)[1:], strict=True)),
        "confirm": candle.ends <= now,
        "timestamp": now // MS,
    }


def trade_push(market: SimMarket, trade: Printed) -> Row:
    """Return a trade as the stream tells it."""
    return {
        "T": trade.at // MS,
        "s": market.instrument.code,
        "S": "Buy" if trade.buy else "Sell",
        "v": plain(trade.size),
        "p": plain(trade.price),
        "L": "ZeroPlusTick",
        "i": identity(str(trade.trade_id), market.instrument.market),
        "BT": False,
        "RPI": False,
        "seq": market.sequence,
    }


def trade_row(market: SimMarket, trade: Printed) -> Row:
    """Return a trade as REST tells it."""
    return {
        "execId": identity(str(trade.trade_id), market.instrument.market),
        "symbol": market.instrument.code,
        "price": plain(trade.price),
        "size": plain(trade.size),
        "side": "Buy" if trade.buy else "Sell",
        "time": milliseconds(trade.at),
        "isBlockTrade": False,
        "isRPITrade": False,
        "seq": str(market.sequence),
    }


def current_candle(exchange: Exchange, market: SimMarket, interval: str, now: int) -> Candle | None:
    """Return the latest candle of a period, None before the first trade."""
    span, symbol = SPANS[interval], market.instrument.symbol
    before = span.around(span.around(now)[0] - 1)[0]
    found = bars(lambda period, since, limit: exchange.candles(symbol, period, since, limit), span, before, 2)
    return found[-1] if found else None


def _price(market: SimMarket, price: float) -> str:
    return figure(price, price_text(market.instrument, price))

"""Market data over REST: clock, books, trades, tickers, mark price and funding.

Spot asks for one symbol, several, or all; COIN-M answers with lists, and adds the pair.
Source: "Market Data Endpoints" (spot), "Market Data" (USD-M, COIN-M).
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.instrument import Kind
from basisdesk.sim.dialects.binance.refuse import UNKNOWN_SYMBOL, Refusal, illegal
from basisdesk.sim.dialects.binance.spell import figure, level, loose, ms
from basisdesk.sim.dialects.binance.visit import pair_of

if TYPE_CHECKING:
    from basisdesk.sim.contract import Printed, SimMarket
    from basisdesk.sim.dialects.binance.visit import Visit

MILLISECOND = 1_000_000
MINUTE = 60_000 * MILLISECOND
DAY = 1440 * MINUTE
AVERAGED = 5  # minutes of the average price, as the filters of exchangeInfo say
MOST_TRADES = 1000
DEPTHS = (5, 10, 20, 50, 100, 500, 1000)
MINI = (
    "symbol", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume", "openTime", "closeTime",
    "firstId", "lastId", "count",
)  # fmt: skip
Row = dict[str, object]


def ping(_visit: Visit) -> Row:
    """Answer nothing."""
    return {}


def clock(visit: Visit) -> Row:
    """Answer with the time."""
    return {"serverTime": ms(visit.now)}


def sides(market: SimMarket, limit: int) -> tuple[list[list[str]], list[list[str]]]:
    """Write both sides of a book."""
    each, line = market.instrument, market.instrument.market
    bids, asks = (
        [
            [level(price, each.tick, line), level(size, each.step, line)]
            for price, size in market.book.levels(side, limit)
        ]
        for side in (0, 1)
    )
    return bids, asks


def depth(visit: Visit) -> Row:
    """Answer with a book and the id of its last change."""
    market = visit.market()
    limit = visit.params.count("limit", 100) if visit.line == "spot" else visit.params.whole("limit", 500)
    if visit.line != "spot" and limit not in DEPTHS:
        raise Refusal(-4021, f"'{limit}' is not valid depth limit.")
    bids, asks = sides(market, min(limit, 5000))
    told: Row = {"lastUpdateId": market.sequence}
    if visit.line != "spot":
        told |= {"E": ms(visit.now), "T": ms(visit.now)}
    if visit.line == "coinm":
        told |= {"symbol": market.instrument.code, "pair": pair_of(market.instrument)}
    return told | {"bids": bids, "asks": asks}


def trades(visit: Visit) -> list[Row]:
    """Answer with the latest trades."""
    market = visit.market()
    limit = min(visit.params.count("limit", 500), MOST_TRADES)
    return [_trade(market, each, visit.line) for each in market.trades[-limit:]]


def old_trades(visit: Visit) -> list[Row]:
    """Answer with trades from a number on, or the latest; what is kept goes back a thousand trades at least."""
    if "fromId" not in visit.params:
        return trades(visit)
    market, first = visit.market(), visit.params.whole("fromId")
    limit = min(visit.params.count("limit", 500), MOST_TRADES)
    rows = [each for each in market.trades if each.trade_id >= first]
    return [_trade(market, each, visit.line) for each in rows[:limit]]


def _trade(market: SimMarket, each: Printed, line: str) -> Row:
    value = each.price * each.size
    told: Row = {
        "id": each.trade_id,
        "price": figure(each.price, line),
        "qty": figure(each.size, line),
        "baseQty" if line == "coinm" else "quoteQty": figure(
            each.size * market.instrument.contract_size / each.price if line == "coinm" else value, "spot"
        ),
        "time": ms(each.at),
        "isBuyerMaker": not each.buy,
    }
    return told | {"isBestMatch": True} if line == "spot" else told


def aggregate_trades(visit: Visit) -> list[Row]:
    """Answer with the latest trades as aggregates of one each."""
    params, market = visit.params, visit.market()
    first, since = params.whole("fromId", 0), params.whole("startTime", 0) * MILLISECOND
    until = params.whole("endTime", visit.now // MILLISECOND) * MILLISECOND
    limit = min(params.count("limit", 500), MOST_TRADES)
    rows = [each for each in market.trades if each.trade_id >= first and since <= each.at <= until]
    picked = rows[:limit] if first or since else rows[-limit:]
    return [
        {
            "a": each.trade_id,
            "p": figure(each.price, visit.line),
            "q": figure(each.size, visit.line),
            "f": each.trade_id,
            "l": each.trade_id,
            "T": ms(each.at),
            "m": not each.buy,
        }
        | ({"M": True} if visit.line == "spot" else {})
        for each in picked
    ]


def average_price(visit: Visit) -> Row:
    """Answer with the average price of the last minutes, by size; without a trade in them with the last price."""
    price, at = average_of(visit.market(), visit.now)
    return {"mins": AVERAGED, "price": loose(price), "closeTime": ms(at)}


def average_of(market: SimMarket, now: int) -> tuple[float, int]:
    """Return the average price of the last minutes, and when the last trade was (ns)."""
    recent = [each for each in market.trades if each.at > now - AVERAGED * MINUTE]
    size = sum(each.size for each in recent)
    price = float(sum(each.price * each.size for each in recent) / size) if size else last_price(market)
    return price, market.trades[-1].at if market.trades else now


def one_or_all(visit: Visit, rows: list[Row]) -> Row | list[Row]:
    """Answer with a row where one symbol was named, with a list otherwise and always on COIN-M."""
    return rows[0] if "symbol" in visit.params and visit.line != "coinm" else rows


def named(visit: Visit) -> list[SimMarket]:
    """Return the markets of a ticker request, which on spot may name several."""
    if visit.line != "spot" or "symbols" not in visit.params:
        return visit.markets()
    if "symbol" in visit.params:
        raise Refusal(-1128, "Combination of optional parameters invalid.")
    try:
        codes = msgspec.json.decode(visit.params.text("symbols").encode(), type=list[str])
    except msgspec.MsgspecError:
        codes = []
    if not codes:
        raise illegal("symbols", '^\\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}\\]$')
    found = [visit.exchange.market_of("spot", code) for code in codes]
    markets = [each for each in found if each is not None]
    if len(markets) < len(found):
        raise Refusal(*UNKNOWN_SYMBOL)
    return markets


def book_ticker(visit: Visit) -> Row | list[Row]:
    """Answer with best bid and ask."""
    return one_or_all(visit, [_touch(each, visit) for each in named(visit)])


def _touch(market: SimMarket, visit: Visit) -> Row:
    each, book, line = market.instrument, market.book, visit.line
    told: Row = {
        "symbol": each.code,
        "bidPrice": level(book.bid, each.tick, line),
        "bidQty": level(book.bid_size, each.step, line),
        "askPrice": level(book.ask, each.tick, line),
        "askQty": level(book.ask_size, each.step, line),
    }
    if line != "spot":
        told |= {"time": ms(visit.now), "lastUpdateId": market.sequence}
    return told | ({"pair": pair_of(each)} if line == "coinm" else {})


def last_price(market: SimMarket) -> float:
    """Return the last traded price, the middle of the book before the first trade."""
    return float(market.trades[-1].price) if market.trades else market.book.mid()


def price_ticker(visit: Visit) -> Row | list[Row]:
    """Answer with the last price."""
    rows: list[Row] = []
    for market in named(visit):
        each = market.instrument
        row: Row = {"symbol": each.code, "price": level(last_price(market), each.tick, visit.line)}
        if visit.line != "spot":
            row["time"] = ms(visit.now)
        rows.append(row | ({"ps": pair_of(each)} if visit.line == "coinm" else {}))
    return one_or_all(visit, rows)


def day_ticker(visit: Visit) -> Row | list[Row]:
    """Answer with the figures of 24 hours; spot has them in short, too."""
    rows = [day(each, visit.now) for each in named(visit)]
    if visit.line == "spot" and visit.params.one_of("type", ("FULL", "MINI"), -1130, "FULL") == "MINI":
        rows = [{name: row[name] for name in MINI} for row in rows]
    return one_or_all(visit, rows)


def day(market: SimMarket, now: int) -> Row:
    """Write the figures of the last 24 hours of a market."""
    each, daily, line = market.instrument, market.daily, market.instrument.market
    last = last_price(market)
    opened = last if math.isnan(daily.open) else daily.open
    high, low = (last if math.isnan(price) else price for price in (daily.high, daily.low))
    latest = market.trades[-1] if market.trades else None
    told: Row = {
        "symbol": each.code,
        "priceChange": loose(last - opened),
        "priceChangePercent": loose((last / opened - 1) * 100, 3),
        "weightedAvgPrice": loose(_weighted(market, last)),
        "lastPrice": level(last, each.tick, line),
        "lastQty": figure(latest.size if latest else None, line),
        "openPrice": level(opened, each.tick, line),
        "highPrice": level(high, each.tick, line),
        "lowPrice": level(low, each.tick, line),
        "volume": loose(daily.volume),
        "baseVolume" if line == "coinm" else "quoteVolume": loose(daily.turnover),
        "openTime": ms(now - DAY),
        "closeTime": ms(now),
        "firstId": market.trades[0].trade_id if latest else -1,
        "lastId": latest.trade_id if latest else -1,
        "count": len(market.trades),
    }
    if line == "spot":
        touch = {
            "prevClosePrice": level(opened, each.tick, line),
            "bidPrice": level(market.book.bid, each.tick, line),
            "bidQty": level(market.book.bid_size, each.step, line),
            "askPrice": level(market.book.ask, each.tick, line),
            "askQty": level(market.book.ask_size, each.step, line),
        }
        return told | touch
    return told | ({"pair": pair_of(each)} if line == "coinm" else {})


def _weighted(market: SimMarket, last: float) -> float:
    """Return the average price of a day's trades; the last price on a day without any."""
    daily, each = market.daily, market.instrument
    if not daily.volume > 0:
        return last
    if each.market == "coinm":
        return daily.volume * float(each.contract_size) / daily.turnover
    return daily.turnover / daily.volume


def premium_index(visit: Visit) -> Row | list[Row]:
    """Answer with mark price, index and the running estimate of funding."""
    return one_or_all(visit, [premium(each, visit.now) for each in visit.markets()])


def premium(market: SimMarket, now: int) -> Row:
    """Write mark price, index and funding of a market; dated contracts have no funding."""
    carry, each = market.carry, market.instrument
    funded = each.kind is Kind.PERPETUAL
    told: Row = {
        "symbol": each.code,
        "markPrice": loose(carry.mark),
        "indexPrice": loose(carry.index),
        "estimatedSettlePrice": loose(carry.index) if market.estimate is None else figure(market.estimate, "spot"),
        "lastFundingRate": loose(carry.predicted) if funded else "",
        "interestRate": "0.00010000" if funded else "",
        "nextFundingTime": ms(carry.next_at) if funded else 0,
        "time": ms(now),
    }
    return told | ({"pair": pair_of(each)} if each.market == "coinm" else {})


def funding_history(visit: Visit) -> list[Row]:
    """Answer with past settlements, oldest first; without times the newest."""
    params = visit.params
    limit = min(params.count("limit", 100), 1000)
    since = params.whole("startTime", 0) * MILLISECOND
    until = params.whole("endTime", visit.now // MILLISECOND) * MILLISECOND
    rows = [
        (at, rate, mark, market.instrument.code)
        for market in visit.markets()
        for at, rate, mark in market.settled
        if since <= at <= until
    ]
    rows.sort()
    picked = rows[:limit] if since else rows[-limit:]
    return [
        {
            "symbol": code,
            "fundingTime": ms(at),
            "fundingRate": format(rate.quantize(Decimal("1e-8")), "f"),
            "markPrice": figure(mark, "spot"),
        }
        for at, rate, mark, code in picked
    ]


def delivery_prices(visit: Visit) -> list[Row]:
    """Answer with the delivery prices of a pair, the latest first."""
    pair = visit.params.text("pair")
    done = [
        (market.instrument.expiry, market.estimate)
        for market in visit.markets()
        if market.instrument.expiry is not None
        and pair_of(market.instrument) == pair
        and market.instrument.expiry <= visit.now
        and market.estimate is not None
    ]
    return [{"deliveryTime": ms(at), "deliveryPrice": float(price)} for at, price in sorted(done, reverse=True)]


def funding_terms(visit: Visit) -> list[Row]:
    """Answer with the markets whose funding differs from the usual 8 hours."""
    rows = [market.instrument for market in visit.markets()]
    return [
        {
            "symbol": each.code,
            "adjustedFundingRateCap": format(each.funding_cap or Decimal("0.02"), "f"),
            "adjustedFundingRateFloor": format(each.funding_floor or Decimal("-0.02"), "f"),
            "fundingIntervalHours": each.funding_interval,
            "disclaimer": False,
        }
        for each in rows
        if each.funding_interval not in {None, 8} or each.funding_cap is not None
    ]


def open_interest(visit: Visit) -> Row:
    """Answer with open interest."""
    market = visit.market()
    told: Row = {
        "openInterest": loose(market.daily.interest, 3),
        "symbol": market.instrument.code,
        "time": ms(visit.now),
    }
    return told | ({"pair": pair_of(market.instrument)} if visit.line == "coinm" else {})

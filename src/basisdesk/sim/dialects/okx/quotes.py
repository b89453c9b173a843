"""Rows of market data, the same in replies and in pushes.

Followed: https://www.okx.com/docs-v5/en/#order-book-trading-market-data and #public-data.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.instrument import Kind, Margin
from basisdesk.sim.dialects.okx.names import family_of, type_of
from basisdesk.sim.dialects.okx.text import ms, on, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Printed, SimMarket
    from basisdesk.venues.contract import Candle

Row = dict[str, Any]
BIDS, ASKS = 0, 1
NS_PER_HOUR = 3_600_000_000_000
CAP = Decimal("0.00375")
"""Largest funding rate of one settlement where the instrument states none."""


def terms(instrument: Instrument, number: int, kind: str, now: int) -> Row:
    """Return an instrument as listed; `kind` is MARGIN for a margin pair."""
    closed = "expired" if is_over(instrument, now) else "suspend"
    spot, leverage = instrument.kind is Kind.SPOT, instrument.max_leverage
    most = text(instrument.max_size or Decimal(100_000_000))
    inverse = instrument.margin is Margin.INVERSE
    return {
        "alias": "", "auctionEndTime": "", "category": "1", "groupId": "1", "instIdCode": number,
        "instType": kind, "instId": instrument.code, "state": "live" if instrument.tradable else closed,
        "baseCcy": instrument.base if spot else "", "quoteCcy": instrument.quote if spot else "",
        "settleCcy": "" if spot else instrument.settle, "uly": "" if spot else family_of(instrument),
        "instFamily": "" if spot else family_of(instrument), "ctMult": "" if spot else "1",
        "ctType": "" if spot else instrument.margin.value, "ctVal": "" if spot else text(instrument.contract_size),
        "ctValCcy": "" if spot else (instrument.quote if inverse else instrument.base),
        "expTime": ms(instrument.expiry or 0), "listTime": "1600000000000",
        "lever": ("" if kind == "SPOT" else "10") if spot else text(leverage or Decimal(100)),
        "lotSz": text(instrument.step), "tickSz": text(instrument.tick), "minSz": text(instrument.min_size),
        "maxLmtSz": most, "maxMktSz": most, "maxLmtAmt": "20000000", "maxMktAmt": "1000000",
        "maxIcebergSz": most, "maxStopSz": most, "maxTriggerSz": most, "maxTwapSz": most,
        "optType": "", "stk": "", "ruleType": "normal", "futureSettlement": False, "openType": "", "upcChg": [],
        "tradeQuoteCcyList": [instrument.quote] if spot else [],
    }  # fmt: skip


def is_over(instrument: Instrument, now: int) -> bool:
    """Whether a contract was delivered."""
    return instrument.expiry is not None and instrument.expiry <= now


def touch(market: SimMarket, side: int) -> tuple[str, str]:
    """Return the best price and its size, empty texts where there is none."""
    best = market.book.levels(side, 1)
    terms_ = market.instrument
    return (on(best[0][0], terms_.tick), on(best[0][1], terms_.step)) if best else ("", "")


def ticker(market: SimMarket, now: int) -> Row:
    """Return prices and the figures of the last 24 hours."""
    book, daily, instrument = market.book, market.daily, market.instrument
    (bid, bid_size), (ask, ask_size) = touch(market, BIDS), touch(market, ASKS)
    last = on(book.last, instrument.tick) if book.last == book.last else bid
    opened = text(daily.open) or last
    return {
        "instType": type_of(instrument), "instId": instrument.code, "last": last,
        "lastSz": text(book.last_size) or "0", "askPx": ask, "askSz": ask_size, "bidPx": bid, "bidSz": bid_size,
        "open24h": opened, "high24h": text(daily.high) or last, "low24h": text(daily.low) or last,
        "volCcy24h": text(_currency(market)) or "0", "vol24h": text(daily.volume) or "0", "ts": ms(now),
        "sodUtc0": opened, "sodUtc8": opened,
    }  # fmt: skip


def _currency(market: SimMarket) -> float:
    """Return the day's volume in currency: quote money on spot, coin of contracts."""
    instrument, daily = market.instrument, market.daily
    linear = instrument.margin is Margin.LINEAR
    return daily.volume * float(instrument.contract_size) if linear else daily.turnover


def levels(market: SimMarket, count: int) -> Row:
    """Return the best levels of both sides: price, size, "0", number of orders."""
    tick, step = market.instrument.tick, market.instrument.step

    def side(which: int) -> list[list[str]]:
        return [[on(price, tick), on(size, step), "0", "1"] for price, size in market.book.levels(which, count)]

    return {"asks": side(ASKS), "bids": side(BIDS)}


def changes(rows: Iterable[tuple[Decimal, Decimal]]) -> list[list[str]]:
    """Return changed levels."""
    return [[text(price), text(size), "0", "1" if size else "0"] for price, size in rows]


def trade(market: SimMarket, printed: Printed) -> Row:
    """Return a trade."""
    return {
        "instId": market.instrument.code, "tradeId": str(printed.trade_id), "px": text(printed.price),
        "sz": text(printed.size), "side": "buy" if printed.buy else "sell", "ts": ms(printed.at), "count": "1",
        "source": "0", "seqId": market.sequence,
    }  # fmt: skip


def bare_candle(found: Candle, now: int) -> list[str]:
    """Return a candle of a price that nobody trades at: begin, open, high, low, close, and whether it is over."""
    prices = [text(price) for price in (found.open, found.high, found.low, found.close)]
    return [ms(found.begins), *prices, "1" if found.ends <= now else "0"]


def candle(found: Candle, now: int, instrument: Instrument) -> list[str]:
    """Return a candle: begin, open, high, low, close, three volumes, and whether it is over."""
    coin = found.volume * float(instrument.contract_size if instrument.kind is not Kind.SPOT else 1)
    money = coin * found.close
    if instrument.margin is Margin.INVERSE:
        coin, money = coin / found.close, coin
    prices = [text(price) for price in (found.open, found.high, found.low, found.close)]
    over = "1" if found.ends <= now else "0"
    return [ms(found.begins), *prices, text(found.volume), text(coin), text(money), over]


def mark(market: SimMarket, now: int) -> Row:
    """Return the mark price."""
    price = market.carry.mark if market.carry.at else market.book.mid()
    instrument = market.instrument
    return {"instType": type_of(instrument), "instId": instrument.code, "markPx": text(price), "ts": ms(now)}


def index(name: str, market: SimMarket, now: int) -> Row:
    """Return an index price, which a contract on it knows."""
    price = text(market.carry.index)
    return {
        "instId": name, "idxPx": price, "high24h": price, "low24h": price, "open24h": price, "sodUtc0": price,
        "sodUtc8": price, "ts": ms(now),
    }  # fmt: skip


def funding(market: SimMarket, now: int) -> Row:
    """Return the funding that the coming settlement pays as far as known, and what the last one paid."""
    instrument, carry = market.instrument, market.carry
    hours = carry.interval or instrument.funding_interval or 8
    cap = instrument.funding_cap or CAP
    floor = instrument.funding_floor or -cap
    settled = market.settled[-1] if market.settled else None
    return {
        "formulaType": "withRate", "fundingRate": text(carry.predicted) or "0", "fundingTime": ms(carry.next_at),
        "impactValue": "20000", "instId": instrument.code, "instType": type_of(instrument), "interestRate": "0.0001",
        "maxFundingRate": text(cap), "minFundingRate": text(floor), "method": "current_period", "nextFundingRate": "",
        "nextFundingTime": ms(carry.next_at + hours * NS_PER_HOUR), "premium": "0",
        "prevFundingTime": ms(settled[0]) if settled else "",
        "settFundingRate": text(settled[1]) if settled else "", "settState": "settled", "ts": ms(now),
    }  # fmt: skip


def settlement(market: SimMarket, settled: tuple[int, Decimal, Decimal]) -> Row:
    """Return a past settlement of funding."""
    at, rate, _ = settled
    return {
        "formulaType": "withRate", "fundingRate": text(rate), "fundingTime": ms(at),
        "instId": market.instrument.code, "instType": type_of(market.instrument), "method": "current_period",
        "realizedRate": text(rate),
    }  # fmt: skip


def interest(market: SimMarket, now: int) -> Row:
    """Return the open interest in contracts, coin and dollars."""
    instrument = market.instrument
    size = market.daily.interest if market.daily.interest == market.daily.interest else 0.0
    coin = size * float(instrument.contract_size)
    price = market.carry.mark
    if instrument.margin is Margin.INVERSE:
        coin = coin / price
    return {
        "instType": type_of(instrument), "instId": instrument.code, "oi": text(size), "oiCcy": text(coin),
        "oiUsd": text(coin * price), "ts": ms(now),
    }  # fmt: skip


def price_limit(market: SimMarket, now: int, band: Decimal) -> Row:
    """Return the prices between which orders may be."""
    mid = Decimal(repr(market.book.mid()))
    return {
        "instType": type_of(market.instrument), "instId": market.instrument.code,
        "buyLmt": on(float(mid * (1 + band)), market.instrument.tick),
        "sellLmt": on(float(mid * (1 - band)), market.instrument.tick), "ts": ms(now), "enabled": True,
    }  # fmt: skip

"""Public methods: the clock, what is listed, and market data.

Answers are as short or as long as the venue makes them: ten trades where no count is stated, newest first, and rates of
funding by the hour.
Followed: https://docs.deribit.com/api-reference/market-data.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from math import isnan
from typing import TYPE_CHECKING, Protocol, TypeVar

from basisdesk.domain.instrument import Kind, Margin
from basisdesk.sim.dialects.deribit.rows import NS_PER_MS, Row, index_of, instrument_row, trade_row
from basisdesk.sim.dialects.deribit.rpc import Params, Wrong, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from basisdesk.sim.contract import Exchange, SimMarket
    from basisdesk.venues.contract import Candle

LINE = "public"
HOUR = 3600 * 1_000_000_000
MINUTE = 60 * 1_000_000_000
DEPTHS = (1, 5, 10, 20, 50, 100, 1000, 10000)
RESOLUTIONS = {name: int(name) * MINUTE for name in ("1", "3", "5", "10", "15", "30", "60", "120", "180", "360", "720")}
RESOLUTIONS["1D"] = 24 * HOUR
MOST_TRADES = 1000
VERSION: Row = {"version": "1.2.26"}
MOST_RATES = 744
MOST_CANDLES = 5000
FUNDING_HOURS = 8
RATE_PLACES = Decimal(1).scaleb(-8)
CURRENCIES = ("BTC", "ETH", "SOL", "USDC", "USDT", "EURR", "XRP", "MATIC", "PAXG")
"""What the venue knows by name; a client may ask for all of them, whether or not something is listed here."""
Settled = tuple[int, Decimal, Decimal]
"""When (ns), at which rate for eight hours, at which mark."""
KINDS = ("future", "option", "spot", "future_combo", "option_combo", "combo", "any")


class Timed(Protocol):
    """What happened at a time (ns)."""

    @property
    def at(self) -> int:
        """When it happened."""


_Timed = TypeVar("_Timed", bound=Timed)


def market_of(exchange: Exchange, params: Params) -> SimMarket:
    """Return the market that `instrument_name` names."""
    market = exchange.market_of(LINE, params.text("instrument_name"))
    if market is None:
        raise Wrong(13020, "not_found", "instrument not found", "instrument_name")
    return market


def currencies(exchange: Exchange) -> list[str]:
    """Return the currencies that futures are based on or settle in, in alphabetical order."""
    listed = [market.instrument for market in exchange.markets.values()]
    return sorted({name for instrument in listed for name in (instrument.base, instrument.settle)})


def currency_of(exchange: Exchange, params: Params, *, default: str | None = None) -> str:
    """Return the currency that is named, ``any`` for all of them."""
    return currency_named(exchange, params.text("currency", default))


def currency_named(exchange: Exchange, name: str, *more: str) -> str:
    """Return a currency that is known, or refuse."""
    if name not in {*currencies(exchange), *CURRENCIES, "any", *more}:
        raise invalid("currency")
    return name


def of_currency(exchange: Exchange, currency: str) -> list[SimMarket]:
    """Return the markets that settle in a currency."""
    return [market for market in exchange.markets.values() if currency in {"any", market.instrument.settle}]


def get_time(_exchange: Exchange, _params: Params, now: int) -> int:
    """Answer the clock in milliseconds."""
    return now // NS_PER_MS


def test(_exchange: Exchange, _params: Params, _now: int) -> Row:
    """Answer that the venue lives."""
    return VERSION


def status(_exchange: Exchange, _params: Params, _now: int) -> Row:
    """Answer that nothing is locked."""
    return {"locked": "false", "locked_indices": []}


def get_currencies(exchange: Exchange, _params: Params, _now: int) -> list[Row]:
    """Answer every currency."""
    return [
        {"currency": name, "currency_long": name, "coin_type": name, "min_confirmations": 1, "fee_precision": 8,
         "withdrawal_fee": 0.0001, "min_withdrawal_fee": 0.0001, "decimals": 8, "in_cross_collateral_pool": False}
        for name in currencies(exchange)
    ]  # fmt: skip


def get_instruments(exchange: Exchange, params: Params, now: int) -> list[Row]:
    """Answer the list of futures of a currency, or of all."""
    currency = currency_of(exchange, params, default="any")
    kind = params.choice("kind", KINDS, "any")
    expired = params.flag("expired")
    if kind not in {"any", "future"}:
        return []
    listed = [market.instrument for market in of_currency(exchange, currency)]
    return [instrument_row(each) for each in listed if ((each.expiry or now + 1) <= now) is expired]


def get_delivery_prices(exchange: Exchange, params: Params, now: int) -> Row:
    """Answer the delivery prices of an index, the latest first."""
    name = params.text("index_name")
    offset, count = params.whole("offset", 0), params.whole("count", 10)
    done = {
        (each.instrument.expiry, each.estimate)
        for each in exchange.markets.values()
        if index_of(each.instrument) == name
        and each.instrument.expiry is not None
        and each.instrument.expiry <= now
        and each.estimate is not None
    }
    rows = [
        {"date": f"{datetime.fromtimestamp(at // 10**9, UTC):%Y-%m-%d}", "delivery_price": price}
        for at, price in sorted(done, reverse=True)
    ]
    return {"data": rows[offset : offset + count], "records_total": len(rows)}


def get_instrument(exchange: Exchange, params: Params, _now: int) -> Row:
    """Answer one future."""
    return instrument_row(market_of(exchange, params).instrument)


def ticker(exchange: Exchange, params: Params, now: int) -> Row:
    """Answer a market's ticker."""
    return ticker_row(exchange, market_of(exchange, params), now)


def ticker_row(exchange: Exchange, market: SimMarket, now: int) -> Row:
    """Return a market's ticker; a side without orders has price and amount zero."""
    book, carry, daily = market.book, market.carry, market.daily
    band = float(exchange.rules.price_band)
    volume = coin(market, daily.volume)
    row: Row = {
        "instrument_name": market.instrument.code,
        "timestamp": now // NS_PER_MS,
        "state": "open" if market.instrument.tradable else "closed",
        "best_bid_price": _or_zero(book.bid),
        "best_bid_amount": _or_zero(book.bid_size),
        "best_ask_price": _or_zero(book.ask),
        "best_ask_amount": _or_zero(book.ask_size),
        "last_price": carry.mark if isnan(book.last) else book.last,
        "mark_price": carry.mark,
        "index_price": carry.index,
        "estimated_delivery_price": carry.index if market.estimate is None else market.estimate,
        "settlement_price": carry.mark,
        "min_price": carry.mark * (1 - band),
        "max_price": carry.mark * (1 + band),
        "open_interest": _or_zero(daily.interest),
        "stats": {
            "high": daily.high, "low": daily.low, "volume": volume, "price_change": daily.change * 100,
            "volume_usd": volume * carry.mark, "volume_notional": volume * carry.mark,
        },
    }  # fmt: skip
    if market.instrument.kind is Kind.PERPETUAL:
        eight = eight_hours(market, now)
        row |= {"current_funding": _or_zero(carry.predicted), "funding_8h": eight, "interest_value": eight}
    return row


def get_order_book(exchange: Exchange, params: Params, now: int) -> Row:
    """Answer a market's book with its ticker."""
    return book_row(exchange, market_of(exchange, params), params, now)


def book_row(exchange: Exchange, market: SimMarket, params: Params, now: int) -> Row:
    """Return a market's book of so many levels with its ticker."""
    depth = params.whole("depth", 5)
    if depth not in DEPTHS:
        # Other depths are taken too: the venue answers with the next larger one.
        depth = next((known for known in DEPTHS if known > depth > 0), 0)
    if not depth:
        raise invalid("depth")
    bids, asks = (market.book.levels(side, depth) for side in (0, 1))
    return ticker_row(exchange, market, now) | {"bids": bids, "asks": asks, "change_id": market.sequence}


def get_index_price(exchange: Exchange, params: Params, _now: int) -> Row:
    """Answer an index."""
    name = params.text("index_name")
    found = [market for market in exchange.markets.values() if index_of(market.instrument) == name]
    if not found:
        raise invalid("index_name")
    return {"index_price": found[0].carry.index, "estimated_delivery_price": found[0].carry.index}


def last_trades(exchange: Exchange, params: Params, _now: int) -> Row:
    """Answer a market's latest trades, newest first unless sorted otherwise."""
    market = market_of(exchange, params)
    trades = numbered(params, market.trades, ("start_seq", "end_seq"), lambda each: each.trade_id)
    found, more = page(params, trades)
    return {"trades": [trade_row(market, trade) for trade in found], "has_more": more}


def numbered(
    params: Params, trades: Iterable[_Timed], names: tuple[str, str], number: Callable[[_Timed], int]
) -> list[_Timed]:
    """Return the trades whose numbers lie between two that are asked for by name."""
    first, last = _edge(params, names[0], 0), _edge(params, names[1], 1 << 62)
    return [each for each in trades if first <= number(each) <= last]


def _edge(params: Params, name: str, default: int) -> int:
    """Return a trade's number; an id is a text, a place in the sequence is a number."""
    if not name.endswith("_id"):
        return params.whole(name, default)
    told = params.text(name, str(default)).rpartition("-")[2]
    if not told.isdecimal():
        raise invalid(name)
    return int(told)


def page(params: Params, trades: Iterable[_Timed]) -> tuple[list[_Timed], bool]:
    """Return the trades (oldest first) that are asked for by time and count, and whether there are more."""
    first = params.whole("start_timestamp", 0) * NS_PER_MS
    last = params.whole("end_timestamp", 2**53) * NS_PER_MS
    count = params.whole("count", 10)
    if not 1 <= count <= MOST_TRADES:
        raise invalid("count")
    ascending = params.choice("sorting", ("asc", "desc", "default"), "default") == "asc"
    found = [trade for trade in trades if first <= trade.at < last + NS_PER_MS]
    return found[:count] if ascending else found[::-1][:count], len(found) > count


def get_tradingview_chart_data(exchange: Exchange, params: Params, _now: int) -> Row:
    """Answer candles as columns."""
    market = market_of(exchange, params)
    period = RESOLUTIONS[params.choice("resolution", RESOLUTIONS)]
    first = params.whole("start_timestamp") * NS_PER_MS
    last = params.whole("end_timestamp") * NS_PER_MS
    candles = exchange.candles(market.instrument.symbol, period, max(first, 0), MOST_CANDLES)
    found = [candle for candle in candles if candle.begins <= last]
    columns = {name: [getattr(candle, name) for candle in found] for name in ("open", "high", "low", "close")}
    return {
        "status": "ok" if found else "no_data",
        "ticks": [candle.begins // NS_PER_MS for candle in found],
        **columns,
        "volume": [coin(market, candle.volume) for candle in found],
        "cost": [candle.turnover for candle in found],
    }


def candle_row(market: SimMarket, candle: Candle) -> Row:
    """Return a candle as the chart channel tells it."""
    return {
        "tick": candle.begins // NS_PER_MS, "open": candle.open, "high": candle.high, "low": candle.low,
        "close": candle.close, "volume": coin(market, candle.volume), "cost": candle.turnover,
    }  # fmt: skip


def get_funding_rate_value(exchange: Exchange, params: Params, now: int) -> Decimal:
    """Answer what funding came to between two times."""
    rows = _rates(exchange, params, now)
    return sum((row["interest_1h"] for row in rows), Decimal(0))


def get_funding_rate_history(exchange: Exchange, params: Params, now: int) -> list[Row]:
    """Answer hourly rates between two times, the latest ones where they are too many."""
    return _rates(exchange, params, now)[-MOST_RATES:]


def _rates(exchange: Exchange, params: Params, now: int) -> list[Row]:
    market = market_of(exchange, params)
    if market.instrument.kind is not Kind.PERPETUAL:
        raise invalid("instrument_name", "not a perpetual")
    return rates(market, now, params.whole("start_timestamp"), params.whole("end_timestamp"))


def rates(market: SimMarket, now: int, first: int, last: int) -> list[Row]:
    """Return hourly rates of a perpetual between two times (ms): of each hour, and of the eight that end with it."""
    hours = _hourly(market, market.settled, now)
    shares = [rate / FUNDING_HOURS for _, rate, _ in hours]
    return [
        {"timestamp": stamp, "index_price": price, "prev_index_price": hours[max(0, place - 1)][2],
         "interest_8h": sum(shares[max(0, place + 1 - FUNDING_HOURS) : place + 1], Decimal(0)),
         "interest_1h": shares[place]}
        for place, (at, _, price) in enumerate(hours)
        if first <= (stamp := at // NS_PER_MS) <= last
    ]  # fmt: skip


def eight_hours(market: SimMarket, now: int) -> float:
    """Return what the last eight full hours came to."""
    return (
        float(sum(rate for _, rate, _ in _hourly(market, market.settled[-FUNDING_HOURS:], now)[-FUNDING_HOURS:]))
        / FUNDING_HOURS
    )


def _hourly(market: SimMarket, past: list[Settled], now: int) -> list[Settled]:
    """Return a rate (for eight hours) for each full hour, oldest first.

    What lies before the start was settled by intervals, whose rate stands for each of their hours; the hour in which
    everything began has no rate of its own, and bears the one that is running.
    """
    settled, carry = list(past), market.carry
    if not isnan(carry.predicted):
        running = Decimal(repr(carry.predicted)).quantize(RATE_PLACES)
        settled.append(((now // HOUR + 1) * HOUR, running, Decimal(repr(round(carry.mark, 2)))))
    found: list[Settled] = []
    for at, rate, price in settled:
        gap = (at - found[-1][0]) // HOUR if found else FUNDING_HOURS
        found += [(at - back * HOUR, rate, price) for back in reversed(range(min(gap, FUNDING_HOURS)))]
    return [row for row in found if row[0] <= now]


def coin(market: SimMarket, volume: float) -> float:
    """Return a volume in base coin."""
    if market.instrument.margin is Margin.INVERSE:
        return volume / market.carry.mark if volume else 0.0
    return volume


def _or_zero(value: float) -> float:
    return 0.0 if isnan(value) else value

"""Public methods that list names and figures: indices, expirations, volumes, prices that nobody trades at.

Announcements there are none, and the history of mark prices is kept by the venue for options of its volatility index
alone, so both lists are empty.
Followed: https://docs.deribit.com/api-reference/market-data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.course import Course
from basisdesk.sim.dialects.deribit import market as data
from basisdesk.sim.dialects.deribit.rows import NS_PER_MS, Row, index_of, instrument_id
from basisdesk.sim.dialects.deribit.rpc import Params, Wrong, invalid

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange

FOREVER = 1 << 62
SPANS = {"1h": 1, "1d": 24, "2d": 48, "1m": 30 * 24, "1y": 365 * 24, "all": 365 * 24}
"""Hours that a range of an index chart covers."""


def get_index_price_names(exchange: Exchange, params: Params, _now: int) -> list[object]:
    """Answer the names of the indices; with `extended` whether combinations may be made on them."""
    params.choice("type", ("all", "spot", "derivative"), "all")
    names = sorted({index_of(market.instrument) for market in exchange.markets.values()})
    if not params.flag("extended"):
        return [*names]
    return [
        {"name": name, "future_combo_creation_enabled": False, "option_combo_creation_enabled": False}
        for name in names
    ]  # fmt: skip


def get_expirations(exchange: Exchange, params: Params, now: int) -> Row:
    """Answer when futures end, in the words of their names."""
    currency, kind = data.currency_named(exchange, params.text("currency"), "grouped"), params.text("kind")
    if kind not in {"future", "option", "any"}:
        raise invalid("kind")
    wanted = ("future", "option") if kind == "any" else (kind,)
    listed = data.of_currency(exchange, "any" if currency == "grouped" else currency)
    alive = sorted((market.instrument for market in listed), key=lambda each: each.expiry or FOREVER)
    found: dict[str, dict[str, list[str]]] = {}
    for instrument in alive:
        ends = found.setdefault(instrument.settle, {name: [] for name in wanted})
        word = instrument.code.partition("-")[2]
        if (instrument.expiry or FOREVER) > now and "future" in ends and word not in ends["future"]:
            ends["future"].append(word)
    if currency == "grouped":
        return {name.lower(): ends for name, ends in found.items()}
    return {
        name: list(dict.fromkeys(word for ends in found.values() for word in ends[name]))
        for name in wanted
    }  # fmt: skip


def get_trade_volumes(exchange: Exchange, _params: Params, _now: int) -> list[Row]:
    """Answer what was traded within a day, in coin, by the currency that it settles in."""
    found: dict[str, float] = {}
    for market in exchange.markets.values():
        settle = market.instrument.settle
        found[settle] = found.get(settle, 0.0) + data.coin(market, market.daily.volume)
    return [
        {"currency": name, "futures_volume": volume, "calls_volume": 0, "puts_volume": 0, "spot_volume": 0}
        for name, volume in sorted(found.items())
    ]


def get_announcements(_exchange: Exchange, params: Params, _now: int) -> list[Row]:
    """Answer that nothing was announced."""
    params.whole("count", 5)
    return []


def get_mark_price_history(exchange: Exchange, params: Params, _now: int) -> list[Row]:
    """Answer the history of a mark price, which futures have none of."""
    data.market_of(exchange, params)
    params.whole("start_timestamp"), params.whole("end_timestamp")
    return []


def get_index_chart_data(exchange: Exchange, params: Params, now: int) -> list[tuple[int, float]]:
    """Answer the prices of an index: by the minute for an hour, by the hour for longer."""
    name, word = params.text("index_name"), params.choice("range", SPANS)
    found = next((each for each in exchange.markets.values() if index_of(each.instrument) == name), None)
    if found is None:
        raise invalid("index_name")
    period = data.MINUTE if word == "1h" else data.HOUR
    since = now - SPANS[word] * data.HOUR
    rows = exchange.price_candles(found.instrument.symbol, Course.INDEX, period, since, data.MOST_CANDLES)
    return [(row.begins // NS_PER_MS, row.close) for row in rows]


def get_order_book_by_instrument_id(exchange: Exchange, params: Params, now: int) -> Row:
    """Answer a market's book with its ticker."""
    number = params.whole("instrument_id")
    for market in exchange.markets.values():
        if instrument_id(market.instrument) == number:
            return data.book_row(exchange, market, params, now)
    raise Wrong(13020, "not_found", "instrument not found", "instrument_id")

"""Public facts that clients of others ask for besides those that a desk needs.

Single trades and tickers of all contracts, price bands, open interest, the heartbeat, and spot's lists in the words of
its settings pages.
Followed: https://huobiapi.github.io/docs/spot/v1/en/#reference-data and .../usdt_swap/v1/en/ ("Swap Reference Data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basisdesk.sim.dialects.grids import places
from basisdesk.sim.dialects.htx import quotes
from basisdesk.sim.dialects.htx.market_rest import name_of, wrapped
from basisdesk.sim.dialects.htx.names import contract_type, listed, pair, streamed
from basisdesk.sim.dialects.htx.settlements import interest
from basisdesk.sim.dialects.htx.text import decimal, ms, number
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.htx.visit import Visit

ALIVE = ("heartbeat", "swap_heartbeat", "linear_swap_heartbeat", "option_heartbeat")
RECOVERIES = tuple(name.replace("heartbeat", "estimated_recovery_time") for name in ALIVE)


def heartbeat(visit: Visit) -> dict[str, Any]:
    """Return that every line lives."""
    told: dict[str, Any] = dict.fromkeys(ALIVE, 1) | dict.fromkeys(RECOVERIES)
    return {"status": "ok", "data": told, "ts": ms(visit.now)}


def last_trade(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of the latest trade."""

    def tell(visit: Visit) -> dict[str, Any]:
        if line != symbols.SPOT and not visit.params.text(name_of(line)):
            return _last_trades(visit, line)
        market = visit.market(line, name_of(line))
        return wrapped(visit, market, "trade.detail", tick=next(iter(quotes.trades(market, 1)), None))

    return tell


def _last_trades(visit: Visit, line: str) -> dict[str, Any]:
    """Return the latest trade of every contract."""
    rows = []
    for market in listed(visit.exchange, line):
        name = "symbol" if line == symbols.COIN_FUTURES else "contract_code"
        code = streamed(market.instrument, visit.now)
        rows += [each["data"][0] | {name: code} for each in quotes.trades(market, 1)]
    tick = {"data": rows, "id": ms(visit.now), "ts": ms(visit.now)}
    return {"ch": "market.*.trade.detail", "status": "ok", "tick": tick, "ts": ms(visit.now)}


def tickers(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of all contracts' tickers, or of one."""

    def tell(visit: Visit) -> dict[str, Any]:
        wanted = visit.wanted(line, name_of(line))
        rows = []
        for market in [wanted] if wanted else listed(visit.exchange, line):
            name = "symbol" if line == symbols.COIN_FUTURES else "contract_code"
            told = quotes.merged(market, visit.now) | {name: streamed(market.instrument, visit.now)}
            if line == symbols.LINEAR:
                swap = contract_type(market.instrument, visit.now) == "swap"
                told["business_type"] = "swap" if swap else "futures"
            rows.append(told)
        return {"status": "ok", "ticks": rows, "ts": ms(visit.now)}

    return tell


def _named(market: SimMarket, now: int) -> dict[str, Any]:
    instrument = market.instrument
    told = {"symbol": instrument.base, "contract_code": instrument.code}
    told |= {"contract_type": contract_type(instrument, now)}
    return told | ({"pair": pair(instrument)} if instrument.market == symbols.LINEAR else {})


def _meant(visit: Visit, line: str) -> list[SimMarket]:
    wanted, coin = visit.wanted(line, "contract_code"), visit.params.text("symbol").upper()
    found = [wanted] if wanted else listed(visit.exchange, line)
    return [each for each in found if coin in {"", each.instrument.base}]


def price_limits(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of the prices between which orders are taken."""

    def tell(visit: Visit) -> list[dict[str, Any]]:
        rows = []
        for market in _meant(visit, line):
            mark, tick = decimal(market.carry.mark), market.instrument.tick
            width = mark * visit.exchange.rules.price_band
            told = {"high_limit": (mark + width) // tick * tick, "low_limit": -((width - mark) // tick) * tick}
            rows.append(_named(market, visit.now) | {name: number(price) for name, price in told.items()})
        return rows

    return tell


def interests(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of open interest."""

    def tell(visit: Visit) -> list[dict[str, Any]]:
        rows = []
        for market in _meant(visit, line):
            figures = {name: number(value) for name, value in interest(market).items()}
            rows.append(_named(market, visit.now) | figures)
        return rows

    return tell


# ----------------------------------------------------------------- spot


def day(visit: Visit) -> dict[str, Any]:
    """Return the figures of a spot market's day."""
    market = visit.market(symbols.SPOT, "symbol")
    return wrapped(visit, market, "detail", tick=quotes.ticker(market, visit.now))


def status(visit: Visit) -> dict[str, Any]:
    """Return that the whole market is open."""
    del visit
    return {"marketStatus": 1}


def _coins(visit: Visit) -> list[str]:
    found = [market.instrument for market in listed(visit.exchange, symbols.SPOT)]
    return sorted({name for each in found for name in (each.base, each.quote)})


def coin_names(visit: Visit) -> list[str]:
    """Return the names of the currencies."""
    return [name.lower() for name in _coins(visit)]


def coin_settings(visit: Visit) -> list[dict[str, Any]]:
    """Return the currencies as the settings page lists them; money neither comes nor goes here."""
    return [
        {
            "cc": name.lower(),
            "dn": name,
            "fn": name,
            "at": 1,
            "wp": 8,
            "ft": "eft",
            "dma": "0",
            "wma": "0",
            "sp": "8",
            "w": place,
            "qc": any(each.instrument.quote == name for each in listed(visit.exchange, symbols.SPOT)),
            "state": "online",
            "v": True,
            "whe": False,
            "cd": False,
            "de": False,
            "we": False,
            "tags": "",
        }
        for place, name in enumerate(_coins(visit), 1)
    ]


def pair_settings(visit: Visit) -> list[dict[str, Any]]:
    """Return the spot markets as the settings page lists them."""
    return [_setting(market.instrument) for market in listed(visit.exchange, symbols.SPOT)]


def _setting(instrument: Instrument) -> dict[str, Any]:
    return {
        "sc": instrument.code,
        "symbol": instrument.code,
        "dn": f"{instrument.base}/{instrument.quote}",
        "bc": instrument.base.lower(),
        "bcdn": instrument.base,
        "qc": instrument.quote.lower(),
        "qcdn": instrument.quote,
        "state": "online" if instrument.tradable else "suspend",
        "te": instrument.tradable,
        "whe": False,
        "cd": False,
        "sp": "main",
        "tpp": _decimals(instrument.tick),
        "tap": _decimals(instrument.step),
        "ttp": 8,
        "fp": 8,
        "tags": "",
        "d": None,
    }


def _decimals(grid: Decimal) -> int:
    return places(grid.normalize())

"""Settlements and open interest of contracts.

What is settled is told of swaps, at each funding, at the mark; a future that was delivered is told with the price of
its delivery.
Of the open interest only the present one is known, so its history is one row long.
Followed: https://huobiapi.github.io/docs/usdt_swap/v1/en/ ("Query historical settlement records of the platform
interface", "Query information on open interest") and, for the newer interface, ccxt's sample answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from basisdesk.domain.instrument import base_of, notional
from basisdesk.sim.dialects.htx.coin_rest import TERMS, by_page
from basisdesk.sim.dialects.htx.names import contract_type, listed, pair
from basisdesk.sim.dialects.htx.terms import for_each
from basisdesk.sim.dialects.htx.text import decimal, ms, number, short
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.htx.visit import Visit

HOUR = 3600 * 1_000_000_000
PERIODS = {"60min": HOUR, "4hour": 4 * HOUR, "12hour": 12 * HOUR, "1day": 24 * HOUR}
PAGE, MOST, NEWER_MOST = 20, 50, 100


class Settled(NamedTuple):
    """When (ns), at what price, and whether it was the last one."""

    at: int
    price: Decimal
    delivered: bool = False


def settled(market: SimMarket, now: int) -> list[Settled]:
    """Return a market's settlements, oldest first."""
    found = [Settled(at, price) for at, _, price in market.settled]
    expiry = market.instrument.expiry
    if expiry is not None and expiry <= now and market.estimate is not None:
        found.append(Settled(expiry, market.estimate, delivered=True))
    return found


def _within(visit: Visit, market: SimMarket) -> list[Settled]:
    since, until = visit.params.whole("start_time", 0), visit.params.whole("end_time", ms(visit.now))
    return [each for each in settled(market, visit.now) if since <= ms(each.at) <= until][::-1]


def records(line: str) -> Callable[[Visit], Any]:
    """Return the older interface's endpoint of settlements by pages, newest first; futures are told coin by coin."""

    def tell(visit: Visit) -> dict[str, Any]:
        rows = _of_futures(visit) if line == symbols.COIN_FUTURES else _of_swap(visit, line)
        page, size = visit.params.whole("page_index", 1, 1), visit.params.whole("page_size", PAGE, 1, MOST)
        visit.params.done()
        return by_page("settlement_record", rows, page, size)

    return tell


def _of_swap(visit: Visit, line: str) -> list[dict[str, Any]]:
    market = visit.market(line, "contract_code")
    head: dict[str, Any] = {"symbol": market.instrument.base}
    if line == symbols.LINEAR:
        business = "swap" if contract_type(market.instrument, visit.now) == "swap" else "futures"
        head |= {"pair": pair(market.instrument), "business_type": business, "trade_partition": "USDT"}
    return [
        head | {"settlement_time": ms(each.at), "clawback_ratio": 0, **_row(market, each)}
        for each in _within(visit, market)
    ]  # fmt: skip


def _of_futures(visit: Visit) -> list[dict[str, Any]]:
    coin = visit.params.need("symbol").upper()
    found: dict[int, list[dict[str, Any]]] = {}
    for market in listed(visit.exchange, symbols.COIN_FUTURES):
        for each in _within(visit, market) if market.instrument.base == coin else ():
            found.setdefault(each.at, []).append(_row(market, each))
    return [
        {"symbol": coin, "settlement_time": ms(at), "clawback_ratio": 0, "list": rows}
        for at, rows in sorted(found.items(), reverse=True)
    ]


def _row(market: SimMarket, each: Settled) -> dict[str, Any]:
    return {
        "contract_code": market.instrument.code,
        "settlement_price": number(each.price),
        "settlement_type": "delivery" if each.delivered else "settlement",
    }


def newer_records(visit: Visit) -> list[dict[str, Any]]:
    """Return the newer interface's settlements of a linear contract, newest first."""
    market = visit.market(symbols.LINEAR, "contract_code")
    limit = visit.params.whole("limit", PAGE, 1, NEWER_MOST)
    rows = _within(visit, market)
    visit.params.ignore("from", "direct")
    visit.params.done()
    return [
        {
            "id": str(each.at // HOUR),
            "contract_code": market.instrument.code,
            "settlement_time": str(ms(each.at)),
            "clawback_ratio": "0",
            "settlement_price": short(each.price),
        }
        for each in rows[:limit]
    ]


def estimates(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of the prices that contracts will be settled at, known in the last stretch alone."""

    def told(_visit: Visit, market: SimMarket) -> dict[str, Any]:
        dated = market.instrument.expiry is not None
        row = {"contract_code": market.instrument.code, "estimated_settlement_price": number(market.estimate)}
        return row | {"settlement_type": "delivery" if dated else "settlement"}

    return for_each(line, told)


# ------------------------------------------------------------- open interest


def interest(market: SimMarket) -> dict[str, Decimal]:
    """Return what is open and what was traded within a day: contracts, coin, money (contracts without a mark)."""
    instrument = market.instrument
    open_now, traded, mark = decimal(market.daily.interest), decimal(market.daily.volume), decimal(market.carry.mark)
    known = mark > 0
    return {
        "volume": open_now,
        "amount": base_of(instrument, open_now, mark) if known else open_now,
        "value": notional(instrument, open_now, mark) if known else open_now,
        "trade_volume": traded,
        "trade_amount": base_of(instrument, traded, mark) if known else traded,
        "trade_turnover": notional(instrument, traded, mark) if known else traded,
    }


def newer_interest(visit: Visit) -> dict[str, Any]:
    """Return the newer interface's open interest of a linear contract, in text."""
    market = visit.market(symbols.LINEAR, "contract_code")
    visit.params.done()
    figures = {name: short(value) for name, value in interest(market).items()}
    return {"contract_code": market.instrument.code, **figures}


def interests(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of open interest over time."""

    def tell(visit: Visit) -> dict[str, Any]:
        params = visit.params
        market = _term(visit) if line == symbols.COIN_FUTURES else visit.market(line, "contract_code")
        length = PERIODS[params.need("period", among=PERIODS)]
        params.whole("size", 48, 1, 200)
        unit = params.whole("amount_type", 1, 1, 2)
        params.ignore("contract_type", "pair", "symbol")
        params.done()
        figures = interest(market)
        row = {"volume": figures["volume" if unit == 1 else "amount"], "amount_type": unit}
        row |= {"ts": ms(visit.now // length * length)}
        kind = contract_type(market.instrument, visit.now)
        told: dict[str, Any] = {"symbol": market.instrument.base, "contract_code": market.instrument.code}
        if line == symbols.COIN_FUTURES:
            told = {"symbol": market.instrument.base, "contract_type": kind}
        elif line == symbols.LINEAR:
            row["value"] = figures["value"]
            told |= {"pair": pair(market.instrument), "contract_type": kind, "trade_partition": "USDT"}
        return told | {"tick": [row]}

    return tell


def _term(visit: Visit) -> SimMarket:
    """Return the future that a coin and one of the standing terms name."""
    coin, kind = visit.params.need("symbol").upper(), visit.params.need("contract_type", among=TERMS)
    return visit.named(symbols.COIN_FUTURES, f"{coin}_{TERMS[kind]}")

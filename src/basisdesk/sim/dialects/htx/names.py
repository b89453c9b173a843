"""The venue's names of the exchange's markets.

Coin-margined futures are streamed and asked for under standing names (``BTC_CQ``) as well as under their dates, and
private requests name them by their coin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.instrument import Kind
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.calendar import contract_of, name_of

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange, SimMarket

TERMS = {"CW": "this_week", "NW": "next_week", "CQ": "quarter", "NQ": "next_quarter"}


def find(exchange: Exchange, line: str, code: str, now: int) -> SimMarket | None:
    """Return the market that a code or a standing name means, in whatever letters."""
    spelled = symbols.normal(line, code)
    if not symbols.is_code(line, spelled):
        return None
    return exchange.market_of(line, contract_of(line, spelled, now))


def listed(exchange: Exchange, line: str) -> list[SimMarket]:
    """Return the markets of a line."""
    return [market for market in exchange.markets.values() if market.instrument.market == line]


def streamed(instrument: Instrument, now: int) -> str:
    """Return the name under which a market is streamed."""
    return name_of(instrument.market, instrument.code, now)


def contract_type(instrument: Instrument, now: int) -> str:
    """Return ``swap``, or which of the four futures a contract is."""
    if instrument.kind is Kind.PERPETUAL:
        return "swap"
    base = symbols.term_of(instrument.market, instrument.code)[0]
    for term, kind in TERMS.items():
        separator = "_" if instrument.market == symbols.COIN_FUTURES else f"-{instrument.quote}-"
        if contract_of(instrument.market, f"{base}{separator}{term}", now) == instrument.code:
            return kind
    return "quarter"


def pair(instrument: Instrument) -> str:
    """Return base and quote with a dash."""
    return f"{instrument.base}-{instrument.quote}"

"""What a spread is: LEG1 minus LEG2.

BUY buys LEG1 and sells LEG2.
The executable ask is LEG1's ask less LEG2's bid, the executable bid LEG1's bid less LEG2's ask.
"""

from __future__ import annotations

from functools import lru_cache

from basisdesk.domain.errors import UsageError
from basisdesk.domain.instrument import Instrument, Kind, Margin

SEPARATOR = "~"


def spread_name(leg1: str, leg2: str) -> str:
    """Return ``LEG1~LEG2``."""
    return f"{leg1}{SEPARATOR}{leg2}"


@lru_cache(maxsize=4096)
def spread_legs(name: str) -> tuple[str, str]:
    """Split ``LEG1~LEG2`` into its two symbols.

    Raises:
        UsageError: the name does not have exactly two different legs.
    """
    leg1, separator, leg2 = name.partition(SEPARATOR)
    if not separator or not leg1 or not leg2 or SEPARATOR in leg2:
        raise UsageError(f"{name!r} is not a spread: write LEG1~LEG2, such as binance:BTC/USDT:USDT~binance:BTC/USDT")
    if leg1 == leg2:
        raise UsageError(f"{name!r} has the same market on both legs: a spread needs two different markets")
    return leg1, leg2


def pairable(one: Instrument, other: Instrument) -> bool:
    """Say whether two markets make a spread: same underlying, and same margin type or one of them spot."""
    if one.symbol == other.symbol or one.base != other.base:
        return False
    if Margin.SPOT in (one.margin, other.margin):
        return one.margin is not other.margin
    return one.margin is other.margin


def leg_order(one: Instrument, other: Instrument) -> tuple[Instrument, Instrument]:
    """Order two pairable markets: the contract before spot, the later expiry before the sooner, then by symbol."""
    return (one, other) if _rank(one) >= _rank(other) else (other, one)


def _rank(instrument: Instrument) -> tuple[int, int, str]:
    kinds = {Kind.SPOT: 0, Kind.PERPETUAL: 1, Kind.DATED: 2}
    return kinds[instrument.kind], instrument.expiry or 0, instrument.symbol

"""Mark price, index and funding of one futures market.

The rate in the mark price stream is the running estimate of the coming settlement.
Dated futures have no funding: their rate is empty or zero and the next settlement is at time zero.
COIN-M tells the index in a stream of its own, for a pair and not for a market.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from basisdesk.venues.binance import wire

if TYPE_CHECKING:
    from basisdesk.venues.binance.reports import Reports
    from basisdesk.venues.contract import Market

MILLISECOND = 1_000_000
LATEST = 1 << 43  # ms; far beyond any settlement, and small enough to stay a 64-bit time in ns


def receive_mark(market: Market, reports: Reports, frame: bytes, now: int) -> None:
    """Take a mark price frame in the combined wrapper."""
    market.tally.frames += 1
    try:
        told = wire.mark_frame.decode(frame).data
        mark = price(told.mark)
        index = price(told.index) if told.index != "" else math.nan
        funded = 0 < told.next_at < LATEST and told.rate != ""
        rate = finite(told.rate) if funded else math.nan
    except wire.UNREADABLE as error:
        reports.unreadable(now, market, "markPrice", frame, error)
        return
    carry = market.carry
    carry.at = now
    carry.mark = mark
    carry.predicted = rate
    carry.next_at = told.next_at * MILLISECOND if funded else 0
    if not math.isnan(index):
        carry.index = index
    reports.sink.carried(market, now)


def receive_index(markets: list[Market], reports: Reports, frame: bytes, now: int) -> None:
    """Take an index price frame, for every market of its pair."""
    try:
        index = price(wire.index_frame.decode(frame).data.index)
    except wire.UNREADABLE as error:
        reports.unreadable(now, None, "indexPrice", frame, error)
        return
    for market in markets:
        market.tally.frames += 1
        market.carry.at = now
        market.carry.index = index
        reports.sink.carried(market, now)


def finite(value: float | str) -> float:
    """Read a number that may be quoted.

    Raises:
        ValueError: it is no finite number.
    """
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is not a finite number")
    return number


def price(value: float | str) -> float:
    """Read a price, NaN for the zero that stands for none.

    Raises:
        ValueError: it is negative or no finite number.
    """
    number = finite(value)
    if number < 0:
        raise ValueError(f"{value} is not a price")
    return number or math.nan

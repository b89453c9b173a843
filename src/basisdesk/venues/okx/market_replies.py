"""What the venue answers of a market or of its clock: time, funding, fees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.account import Fees, Funding, ServerTime
from basisdesk.domain.instrument import Margin
from basisdesk.venues.okx.rows import exact, needed
from basisdesk.venues.wire import nanoseconds

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.okx.rows import FeeRow, FundingRow, TimeRow

NS_PER_HOUR = 3_600_000_000_000


def time_of(row: TimeRow) -> ServerTime:
    """Return the venue's clock; raises ValueError for no time."""
    return ServerTime(nanoseconds(row.at))


def funding_of(row: FundingRow, symbol: str) -> Funding:
    """Return the funding of a market; raises ValueError for a bad number.

    The rate of the last settlement is told while the next one is not being settled; its time follows from the interval
    where the venue does not name it.
    """
    next_at, after = nanoseconds(row.at), nanoseconds(row.after)
    interval = (after - next_at) // NS_PER_HOUR if next_at < after else 0
    settled = exact(row.settled) if row.state == "settled" else None
    before = nanoseconds(row.before) or (next_at - interval * NS_PER_HOUR if interval else 0)
    return Funding(
        at=nanoseconds(row.told_at),
        symbol=symbol,
        predicted=exact(row.rate),
        settled=settled,
        next_at=next_at,
        settled_at=before if settled is not None else 0,
        interval=interval or None,
        cap=exact(row.cap),
        floor=exact(row.floor),
    )


def fees_of(row: FeeRow, instrument: Instrument | None, symbol: str) -> Fees:
    """Return the account's fees of a market, of which the venue tells the costs as negative numbers.

    The one fee group told is the market's; the older fields have linear contracts apart.

    Raises:
        ValueError: a rate is missing or no number.
    """
    maker, taker = row.maker, row.taker
    if len(row.groups) == 1:
        maker, taker = row.groups[0].maker, row.groups[0].taker
    elif instrument is not None and instrument.margin is Margin.LINEAR and row.linear_maker:
        maker, taker = row.linear_maker, row.linear_taker
    return Fees(symbol=symbol, maker=-needed(maker) + 0, taker=-needed(taker) + 0)

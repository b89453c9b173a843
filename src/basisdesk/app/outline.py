"""What a symbol alone tells of a market: enough to show it and to pair it, never enough to trade it.

A market without metadata still has a base, a quote, a margin type and perhaps a delivery day in its name.
The outline has no tick, no step and is not tradable, and it is never told to the engine.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from basisdesk.domain.instrument import Instrument, Kind, Margin

_SYMBOL = re.compile(r"(?P<venue>[^:]+):(?P<base>[^/:]+)/(?P<quote>[^/:]+)(:(?P<settle>[^/:-]+)(-(?P<date>\d{6}))?)?")
_DELIVERY = timedelta(hours=8)  # all venues deliver at 08:00 UTC
_ZERO = Decimal(0)


def outline_of(symbol: str, line: str, code: str) -> Instrument | None:
    """Return the outline of a spot market, perpetual or dated future; None for anything else, such as an option."""
    match = _SYMBOL.fullmatch(symbol)
    if match is None:
        return None
    base, quote, settle, date = match["base"], match["quote"], match["settle"], match["date"]
    expiry = _expiry(date) if date else None
    if date and expiry is None:
        return None
    return Instrument(
        symbol=symbol,
        venue=match["venue"],
        market=line,
        code=code,
        kind=Kind.SPOT if settle is None else Kind.DATED if date else Kind.PERPETUAL,
        margin=Margin.SPOT if settle is None else Margin.INVERSE if settle == base else Margin.LINEAR,
        base=base,
        quote=quote,
        settle=settle or quote,
        contract_size=Decimal(1),
        sized_in_contracts=False,
        tick=_ZERO,
        step=_ZERO,
        min_size=_ZERO,
        expiry=expiry,
        tradable=False,
    )


def _expiry(date: str) -> int | None:
    try:
        day = datetime.strptime(date, "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int((day + _DELIVERY).timestamp()) * 1_000_000_000

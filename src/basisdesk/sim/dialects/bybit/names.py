"""Names, numbers and times as the venue writes them.

Ids of orders and trades are digits on spot and UUIDs on contracts; both are made from the exchange's own numbers, so
that they can be read back.
Prices and sizes carry as many places as their grid has; times are milliseconds, as text in most rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from basisdesk.sim.dialects.grids import places

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.instrument import Instrument

MS = 1_000_000
_UUID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-4000-8000-000000000000")
LINES = ("spot", "linear", "inverse")
DOLLARS = ("USDT", "USDC", "USD")


def identity(number: str, line: str) -> str:
    """Return an id as the line writes it."""
    if line == "spot" or not number.isdigit():
        return number
    digits = f"{int(number):012x}"
    return f"{digits[:8]}-{digits[8:12]}-4000-8000-000000000000"


def number_of(text: str) -> str:
    """Return the exchange's own number of an id, as told."""
    match = _UUID.fullmatch(text)
    return str(int(match[1] + match[2], 16)) if match else text


def milliseconds(at: int) -> str:
    """Return a time as text."""
    return str(at // MS)


def price_text(instrument: Instrument, price: float | Decimal) -> str:
    """Return a price."""
    return f"{price:.{places(instrument.tick)}f}"


def size_text(instrument: Instrument, size: float | Decimal) -> str:
    """Return a size."""
    return f"{size:.{places(instrument.step)}f}"


def cursor_text(mark: str) -> str:
    """Return the mark of a page, percent-encoded as the venue tells it."""
    return quote(mark, safe="")


def figure(value: float, spelled: str) -> str:
    """Return what a figure that may be unknown (NaN) is spelled as."""
    return spelled if value == value else ""  # noqa: PLR0124 (NaN is not itself)

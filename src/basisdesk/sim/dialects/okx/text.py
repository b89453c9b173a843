"""Numbers as the venue spells them: text, plain digits, no zeros at the end; empty text for what there is none of."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite

from basisdesk.domain.arithmetic import plain

NS_PER_MS = 1_000_000
_PLACES = 12
_CENT = Decimal(1).scaleb(-_PLACES)
_FINE = 10**9


def text(value: Decimal | float | None) -> str:
    """Return a number as text; of a float the digits that tell it apart, and at most 12 places."""
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return ""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not isinstance(value, Decimal) and exact < _FINE:
        exact = round(exact, _PLACES)
    digits = plain(exact)
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in {"-0", ""} else digits


def booked(value: Decimal) -> str:
    """Return computed money as text, at most 12 places."""
    return text(value.quantize(_CENT))


def on(value: float, grid: Decimal) -> str:
    """Return a price or size of a book as text on its grid."""
    return text(round(value / float(grid)) * grid)


def ms(at: int) -> str:
    """Return ns as milliseconds, empty text for 0."""
    return str(at // NS_PER_MS) if at else ""


def us(at: int) -> str:
    """Return ns as microseconds."""
    return str(at // 1000)

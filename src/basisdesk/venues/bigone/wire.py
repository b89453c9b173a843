"""What the messages of both lines share: numbers, times, and what reading them may raise.

Spot writes its numbers as text and contracts as JSON numbers, but both have been seen the other way round, so every
decoder here takes either (`1E+7` too).
Only fields that are used are named; the decoder skips the rest.
The unit of a time is told by its magnitude, because what is written about it differs from what was seen.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isfinite, nan
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

Side = list[tuple[float, float]]
Shape = TypeVar("Shape")

LATEST = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# A number below the bound counts this many nanoseconds: seconds, then milli-, micro- and nanoseconds.
_UNITS = ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3), (LATEST + 1, 1))


def reader(shape: type[Shape]) -> Callable[[bytes], Shape]:
    """Return a decoder of JSON text that takes numbers as text, too."""
    return msgspec.json.Decoder(shape, strict=False).decode


def nanoseconds(stamp: int) -> int:
    """Return a time since 1970 in nanoseconds, whatever unit it is in; 0 stays 0.

    Raises:
        ValueError: it is negative or too large to be a time.
    """
    unit = next((unit for bound, unit in _UNITS if 0 <= stamp < bound), 0)
    if not unit:
        raise ValueError(f"a time was expected, not {str(stamp)[:40]}")
    return stamp * unit


def moment(time: datetime | None) -> int:
    """Return a date and time in nanoseconds, 0 for None; one without a zone is in UTC.

    Raises:
        ValueError: it is before 1970.
    """
    if time is None:
        return 0
    aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    return nanoseconds((aware - _EPOCH) // _MICROSECOND * 1000) if aware >= _EPOCH else nanoseconds(-1)


def finite(value: float) -> float:
    """Return the value.

    Raises:
        ValueError: it is not finite.
    """
    if not isfinite(value):
        raise ValueError(f"a finite number was expected, not {value}")
    return value


def positive(value: float) -> float:
    """Return the value.

    Raises:
        ValueError: it is not a finite number above zero.
    """
    if not finite(value) > 0.0:
        raise ValueError(f"a number above zero was expected, not {value}")
    return value


def price_or_nan(value: float | None) -> float:
    """Return a price, NaN for None and for zero, which stands for none.

    Raises:
        ValueError: it is negative or not finite.
    """
    if value is None or value == 0.0:
        return nan
    return positive(value)


def told(value: float | None, before: float) -> float:
    """Return a finite value, or the one before where nothing is told.

    Raises:
        ValueError: it is not finite.
    """
    return before if value is None else finite(value)


def level(price: float | None, size: float | None) -> Side:
    """Return a side of one level, of none where there are no orders.

    Raises:
        ValueError: the price or the size is negative or not finite.
    """
    if not price or not size:
        return []
    return [(positive(price), positive(size))]

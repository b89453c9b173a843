"""Lists of instruments: what can be read of their rows.

A row that cannot be used is left out, because one strange row must not hide thousands of good ones.
A list of which no row at all can be used is not what was asked for, and says so with the last row's fault.
"""

from __future__ import annotations

from decimal import InvalidOperation
from typing import TYPE_CHECKING

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from msgspec import Raw

    from basisdesk.domain.instrument import Instrument

_UNUSABLE = (*UNREADABLE, DecodeError, InvalidOperation)


def instruments_of(rows: Sequence[Raw], read: Callable[[Raw], Instrument | None], whose: str) -> list[Instrument]:
    """Return the instruments that the rows of a list describe; `whose` names the venue, and perhaps its line.

    `read` gives None for a sound row that is passed over; what makes a row unusable it raises as UNREADABLE,
    DecodeError or decimal.InvalidOperation.

    Raises:
        DecodeError: there are rows, and all of them are unusable.
    """
    found: list[Instrument] = []
    fault: Exception | None = None
    sound = 0
    for raw in rows:
        try:
            instrument = read(raw)
        except _UNUSABLE as error:
            fault = error
            continue
        sound += 1
        if instrument is not None:
            found.append(instrument)
    if fault is not None and not sound:
        raise DecodeError(f"none of the {len(rows)} rows is an instrument of {whose}: {fault}") from fault
    return found

"""The venue's time of day, from which a session learns how far its own clock is off.

The page shows a bare object, what was recorded sits in the envelope; both are read.
Followed: https://open.bigone.com/docs/spot (ping; path `hosts.TIME_PATH`).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.bigone.replies import Refusal, open_envelope
from basisdesk.venues.bigone.symbols import VENUE_NAME
from basisdesk.venues.bigone.wire import LATEST, reader
from basisdesk.venues.wire import UNREADABLE


class _Time(Struct, frozen=True):
    nanos: Annotated[int, Meta(gt=0, le=LATEST)] = field(name="Timestamp")


_read = reader(_Time)


def decode_time(body: bytes) -> int:
    """Return the venue's time in nanoseconds UTC.

    Raises:
        DecodeError: the body tells no time.
    """
    try:
        return _read(open_envelope(body)).nanos
    except (*UNREADABLE, Refusal) as error:
        raise DecodeError(f"this is no time of {VENUE_NAME}: {error}") from error

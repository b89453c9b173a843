"""The venue's time of day, from which a session learns how far its own clock is off.

Followed: https://bybit-exchange.github.io/docs/v5/market/time (path `hosts.TIME_PATH`).
"""

from __future__ import annotations

import msgspec

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.bybit.symbols import VENUE_NAME
from basisdesk.venues.wire import UNREADABLE, count

LATEST = 2**63 - 1


class _Time(msgspec.Struct, frozen=True):
    nanos: str = msgspec.field(name="timeNano")


class _Reply(msgspec.Struct, frozen=True):
    result: _Time


_decode = msgspec.json.Decoder(_Reply).decode


def decode_time(body: bytes) -> int:
    """Return the venue's time in nanoseconds UTC.

    Raises:
        DecodeError: the body tells no time.
    """
    try:
        return count(_decode(body).result.nanos, LATEST)
    except UNREADABLE as error:
        raise DecodeError(f"this is no time of {VENUE_NAME}: {error}") from error

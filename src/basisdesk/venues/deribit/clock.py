"""The venue's time of day, from which a session learns how far its own clock is off.

Followed: https://docs.deribit.com/api-reference/supporting/public-get_time (path `hosts.TIME_PATH`).
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.deribit.symbols import VENUE_NAME
from basisdesk.venues.wire import NS_PER_MS, UNREADABLE

LATEST_MS = 2**63 // NS_PER_MS - 1


class _Reply(msgspec.Struct, frozen=True):
    result: Annotated[int, msgspec.Meta(gt=0, le=LATEST_MS)]


_decode = msgspec.json.Decoder(_Reply).decode


def decode_time(body: bytes) -> int:
    """Return the venue's time in nanoseconds UTC.

    Raises:
        DecodeError: the body tells no time.
    """
    try:
        return _decode(body).result * NS_PER_MS
    except UNREADABLE as error:
        raise DecodeError(f"this is no time of {VENUE_NAME}: {error}") from error

"""The venue's clock, from the bodies of `/v1/common/timestamp` (spot) and `/api/v1/timestamp` (contracts)."""

from __future__ import annotations

import msgspec

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.wire import nanoseconds
from basisdesk.venues.wire import UNREADABLE


class _Spot(msgspec.Struct, frozen=True):
    status: str
    data: int


class _Contracts(msgspec.Struct, frozen=True):
    status: str
    ts: int


def time_path(line: str) -> str:
    """Return the path, on the line's REST host, whose body tells the time."""
    return "/v1/common/timestamp" if line == symbols.SPOT else "/api/v1/timestamp"


def decode_time(line: str, body: bytes) -> int:
    """Return the venue's time (ns, of millisecond grain).

    Raises:
        DecodeError: the body does not tell it.
    """
    try:
        if line == symbols.SPOT:
            spot = msgspec.json.decode(body, type=_Spot)
            status, at = spot.status, nanoseconds(spot.data)
        else:
            contracts = msgspec.json.decode(body, type=_Contracts)
            status, at = contracts.status, nanoseconds(contracts.ts)
    except UNREADABLE as error:
        raise DecodeError(f"this tells no time: {error}") from error
    if status != "ok" or at == 0:
        raise DecodeError(f"this tells no time: the status is {status[:40]!r}")
    return at

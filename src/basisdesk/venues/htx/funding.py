"""Funding of swaps: pushed by the notification sockets, and asked for over REST.

A live desk hears mark and index on one socket and funding on another, so a feed that listens to the first asks for the
funding terms of its swaps once a minute (the venue refreshes them once a minute too), and for what the last settlement
paid half a minute after every full hour.
The REST row names the coming settlement and the one after it, so it tells the interval; the push names the coming one
alone, and the interval shows when it moves on.
Right at a settlement the push still names it, with the rate that it paid.
"""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import msgspec

from basisdesk.venues.contract import SnapshotRequest
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.limits import bucket_of
from basisdesk.venues.htx.wire import FundingBody, FundingNotice, PastBody, nanoseconds, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.venues.contract import Carry

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
EVERY = 60 * SECOND
APART = SECOND // 20
AFTER = 30 * SECOND
LONGEST = 24 * HOUR
PATHS = {symbols.LINEAR: "/v5/market/funding_rate", symbols.COIN_SWAP: "/swap-api/v1/swap_funding_rate"}
PAST_PATHS = {
    symbols.LINEAR: "/linear-swap-api/v1/swap_historical_funding_rate",
    symbols.COIN_SWAP: "/swap-api/v1/swap_historical_funding_rate",
}

_decode_notice = msgspec.json.Decoder(FundingNotice).decode
_decode_body = msgspec.json.Decoder(FundingBody).decode
_decode_past = msgspec.json.Decoder(PastBody).decode


class Notice(NamedTuple):
    """What a push says of a swap: rates, the coming settlement and the time of sending (ns)."""

    code: str
    rate: float
    estimate: float
    settles: int
    sent: int


class Terms(NamedTuple):
    """What a REST row says of a swap: the coming rate, its time, and that of the settlement after it (ns)."""

    rate: float
    at: int
    after: int


def funding_request(line: str, code: str) -> SnapshotRequest:
    """Return the request of a swap's funding terms."""
    return _request(line, code, PATHS[line], "")


def past_request(line: str, code: str) -> SnapshotRequest:
    """Return the request of what a swap's last settlement paid."""
    return _request(line, code, PAST_PATHS[line], "&page_index=1&page_size=1")


def _request(line: str, code: str, path: str, more: str) -> SnapshotRequest:
    costs = ((bucket_of(line, path, changes=False, private=False), 1.0),)
    return SnapshotRequest(line, code, f"{path}?contract_code={quote(code)}{more}", costs)


def is_past(request: SnapshotRequest) -> bool:
    """Whether a request is about past settlements."""
    return request.path.startswith(tuple(PAST_PATHS.values()))


class Rounds:
    """When each swap's funding is asked for, spread evenly, begun when the connection stands."""

    __slots__ = ("_due", "_ready", "_requests")

    def __init__(self, line: str, codes: Sequence[str]) -> None:
        swaps = [code for code in codes if line in PATHS and symbols.is_perpetual(line, code)]
        terms = [funding_request(line, code) for code in swaps]
        self._requests = terms + [past_request(line, code) for code in swaps]
        self._due: dict[SnapshotRequest, int] = {}
        self._ready: dict[SnapshotRequest, None] = {}

    def start(self, now: int) -> None:
        """A connection stands."""
        self._ready.clear()
        self._due = {request: now + at * APART for at, request in enumerate(self._requests)}

    def stop(self) -> None:
        """There is no connection."""
        self._ready.clear()
        self._due.clear()

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called, or None."""
        return min(self._due.values(), default=None)

    def on_time(self, now: int) -> None:
        """See which swaps' turn it is."""
        for at, (request, due) in enumerate(self._due.items()):
            if due <= now:
                self._ready[request] = None
                following = (now // HOUR + 1) * HOUR + AFTER + at * APART
                self._due[request] = following if is_past(request) else now + EVERY

    def take(self) -> list[SnapshotRequest]:
        """Take the requests that should be made now."""
        ready = list(self._ready)
        self._ready.clear()
        return ready


def read_notice(frame: bytes) -> list[Notice]:
    """Read a push of the topic funding_rate.

    Raises:
        one of UNREADABLE: the frame is no such push.
    """
    told = _decode_notice(frame)
    sent = nanoseconds(told.ts)
    return [
        Notice(row.code, number(row.rate), number(row.estimate), nanoseconds(row.settles), sent) for row in told.data
    ]


def read_body(body: bytes, code: str) -> list[Terms]:
    """Read what a REST body of funding terms says of a swap.

    Raises:
        one of UNREADABLE: the body is something else, or speaks of other swaps only.
    """
    told = _decode_body(body).data
    rows = [row for row in (told if isinstance(told, list) else [told]) if row.code.upper() == code]
    if not rows:
        raise ValueError(f"the funding terms are not those of {code}")
    return [Terms(number(row.rate), nanoseconds(row.at), nanoseconds(row.after)) for row in rows]


def read_past(body: bytes, code: str) -> float:
    """Read what a REST body of past settlements says the last one of a swap paid, NaN where there was none.

    Raises:
        one of UNREADABLE: the body is something else.
    """
    rows = [row for row in _decode_past(body).data.data if row.code.upper() == code]
    paid = [(nanoseconds(row.at), number(row.realised if row.realised is not None else row.rate)) for row in rows]
    return max(paid, default=(0, nan))[1]


def note_terms(carry: Carry, terms: Terms, now: int) -> None:
    """Write funding terms into a market's carry."""
    length = terms.after - terms.at
    carry.predicted = terms.rate
    carry.next_at = terms.at
    carry.interval = length // HOUR if terms.at and 0 < length <= LONGEST and length % HOUR == 0 else carry.interval
    carry.at = now


def note_notice(carry: Carry, notice: Notice, now: int) -> None:
    """Write a push into a market's carry."""
    length = notice.settles - carry.next_at
    if carry.next_at and 0 < length <= LONGEST and length % HOUR == 0 and now - carry.at < HOUR:
        carry.interval = length // HOUR
    if 0 < notice.settles <= notice.sent:
        carry.settled = notice.rate
        carry.predicted = notice.estimate
        carry.next_at = notice.settles + carry.interval * HOUR if carry.interval else 0
    else:
        carry.predicted = notice.rate
        carry.next_at = notice.settles
    carry.at = now

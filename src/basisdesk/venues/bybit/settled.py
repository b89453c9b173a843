"""The rate of the last funding settlement, which no stream tells.

It is asked for over REST when a connection begins, and again when a ticker shows that the coming settlement has moved
on, which means that one has just been paid.
The new row may be late, and a reply may be lost, so the question is repeated with doubling patience a few times.
The wait begins when a request is taken, so a replay, which makes none, waits for nothing.
Followed: https://bybit-exchange.github.io/docs/v5/market/history-fund-rate (newest first).
"""

from __future__ import annotations

from math import inf

import msgspec

from basisdesk.venues.bybit.hosts import FUNDING_PATH
from basisdesk.venues.bybit.limits import ADDRESS
from basisdesk.venues.contract import SnapshotRequest
from basisdesk.venues.wire import nanoseconds, number

REPLY_NS = 10_000_000_000
TRIES = 6
JITTER_NS = 60_000_000_000  # rows carry times a little off the hour


class RefusalError(ValueError):
    """The venue answered with an error code."""


class _Row(msgspec.Struct, frozen=True):
    code: str = msgspec.field(name="symbol")
    rate: str = msgspec.field(name="fundingRate")
    at: str = msgspec.field(name="fundingRateTimestamp")


class _Rows(msgspec.Struct, frozen=True):
    rows: list[_Row] = msgspec.field(name="list", default_factory=list)


class _Reply(msgspec.Struct, frozen=True):
    code: int = msgspec.field(name="retCode")
    message: str = msgspec.field(name="retMsg", default="")
    result: _Rows = _Rows()


class _Wish(msgspec.Struct):
    """A rate that is wanted: of a settlement at `after` or later; `due` None means now, else when to ask again."""

    after: int
    due: int | None = None
    tries: int = 0


_decode = msgspec.json.Decoder(_Reply).decode


class Settled:
    """The rates that are wanted, by code."""

    __slots__ = ("_line", "_wishes")

    def __init__(self, line: str) -> None:
        self._line = line
        self._wishes: dict[str, _Wish] = {}

    def clear(self) -> None:
        """Nothing is wanted any more."""
        self._wishes.clear()

    def want(self, code: str, after: int = 0) -> None:
        """Ask for the rate of the settlement at `after` (ns), or of whichever was the last."""
        self._wishes[code] = _Wish(after)

    def take(self, now: int) -> list[SnapshotRequest]:
        """Take the requests that should be made now."""
        requests = []
        for code, wish in self._wishes.items():
            if wish.due is None:
                wish.due = now + (REPLY_NS << wish.tries)
                wish.tries += 1
                path = f"{FUNDING_PATH}?category={self._line}&symbol={code}&limit=1"
                requests.append(SnapshotRequest(self._line, code, path, ((ADDRESS, 1.0),)))
        return requests

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called, or None."""
        return min((wish.due for wish in self._wishes.values() if wish.due is not None), default=None)

    def on_time(self, now: int) -> None:
        """Ask again for what did not come, until it was asked for often enough."""
        for code, wish in list(self._wishes.items()):
            if wish.due is not None and now >= wish.due:
                wish.due = None
                if wish.tries >= TRIES:
                    del self._wishes[code]

    def read(self, code: str, body: bytes) -> float | None:
        """Return the rate that a reply tells; None when it does not reach the settlement that is wanted.

        Raises:
            RefusalError: the venue answered with an error.
            ValueError, msgspec.MsgspecError: the body is no list of settlements of this market.
        """
        reply = _decode(body)
        if reply.code != 0:
            raise RefusalError(f"{reply.code} {reply.message}")
        rate, at = None, -inf
        for row in reply.result.rows:
            if row.code != code:
                raise ValueError(f"a settlement of {row.code[:40]!r} in the list of {code}")
            settled, paid_at = number(row.rate), nanoseconds(row.at)
            if paid_at > at:
                rate, at = settled, paid_at
        wish = self._wishes.get(code)
        if wish is not None and at < wish.after - JITTER_NS and rate is not None:
            return None
        self._wishes.pop(code, None)
        return rate

"""How much of a venue's published limits is used, and how long the next request has to wait.

What is counted in a window is a `Budget`, connections that stand at once are `Berths`.

Every bucket keeps a log of what was spent in its window, so that the limit holds in *any* window, wherever the venue
lets its own begin.
Ordinary requests use at most `share` of a bucket's capacity; urgent ones (hedges, cancels) may use the reserve above
it, and together they stay under `HIGHEST`, because what a venue counts is never quite what was sent.
The log is kept in slots of a thousandth of the window: a slot's spending ends with the last of it, so rounding only
ever makes a request wait longer.
Where the venue tells what is used up or how much a bucket holds, that is believed: of what others spent (another desk
on the same address or account) at once, of what was spent here only upwards, because what is under way has not been
counted by the venue yet.
A request dearer than its ceiling goes when nothing else was spent in the window, or it could never go.
Times and spans are in ns.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.trading import Bucket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.venues.trading import Standing

SHARE = 0.6
RESERVE = 0.4
HIGHEST = 0.95
SLOTS = 1000
_DUST = 1e-9


class _Slot(msgspec.Struct, gc=False):
    """What was spent from `began` to `ended`; `others` is the part that the venue told of."""

    began: int
    ended: int
    units: float
    others: float = 0.0


@dataclass(slots=True)
class _Log:
    """What was spent of one bucket (of one symbol, where it is kept by symbol)."""

    bucket: Bucket
    spent: float = 0.0
    banned: int = 0
    slots: deque[_Slot] = field(default_factory=deque)

    def forget(self, now: int) -> None:
        """Drop what has left the window."""
        slots, window = self.slots, self.bucket.window
        while slots and slots[0].ended + window <= now:
            self.spent -= slots.popleft().units
        if not slots:
            self.spent = 0.0

    def spend(self, units: float, now: int) -> None:
        """Write down what goes now."""
        self.spent += units
        last = self.slots[-1] if self.slots else None
        if last is not None and now - last.began < self.bucket.window // SLOTS:
            last.ended = max(last.ended, now)
            last.units += units
        else:
            self.slots.append(_Slot(now, now, units))

    def correct(self, used: float, now: int) -> None:
        """Take the venue's count: what is missing here others have spent, what is too much left with theirs."""
        more = used - self.spent
        if more > 0:
            self.spend(more, now)
            self.slots[-1].others += more
        for slot in self.slots:
            if more >= 0:
                break
            gone = min(slot.others, -more)
            slot.units -= gone
            slot.others -= gone
            self.spent -= gone
            more += gone

    def wait(self, units: float, ceiling: float, now: int) -> int:
        """Return how long until `units` more stay within the ceiling, 0 for at once."""
        left, wait = self.spent, 0
        for slot in self.slots:
            if left + units <= ceiling + _DUST:
                break
            left -= slot.units
            wait = slot.ended + self.bucket.window - now
        return wait


class Budget:
    """The limits of one venue, as this desk uses them."""

    def __init__(self, buckets: Sequence[Bucket], share: float = SHARE, reserve: float = RESERVE) -> None:
        """`share` and `reserve` are fractions of each bucket's capacity.

        Raises:
            ValueError: a share not above 0, a reserve below 0, or more than the whole together.
        """
        if not (share > 0 and reserve >= 0 and share + reserve <= 1 + _DUST):
            raise ValueError(f"a share of {share} and a reserve of {reserve} are not parts of one whole")
        self._buckets = {bucket.name: bucket for bucket in buckets}
        self._share = share
        self._urgent = max(share, min(share + reserve, HIGHEST))
        self._logs: dict[tuple[str, str], _Log] = {}
        self._whole = {bucket.name: self._log(bucket.name, "") for bucket in buckets if bucket.scope != "symbol"}
        self._banned = 0

    def ask(self, costs: Sequence[tuple[str, float]], urgent: bool, symbol: str, now: int) -> int:
        """Return 0 and count the costs when the request may go now; else the ns to wait, counting nothing.

        `urgent` is for what makes the desk safer; `symbol` names the market of buckets that are kept by symbol.

        Raises:
            KeyError: a cost names a bucket that the venue does not publish.
        """
        wait = max(0, self._banned - now)
        part = self._urgent if urgent else self._share
        logs: list[tuple[_Log, float]] = []
        for name, units in costs:
            log = self._whole.get(name) or self._log(name, symbol)
            if log.slots and log.slots[0].ended + log.bucket.window <= now:
                log.forget(now)
            ceiling = part * log.bucket.capacity
            if log.banned > now or log.spent + units > ceiling + _DUST:
                wait = max(wait, log.banned - now, log.wait(units, ceiling, now))
            logs.append((log, units))
        if not wait:
            for log, units in logs:
                log.spend(units, now)
        return wait

    def used(self, name: str, now: int, symbol: str = "") -> float:
        """Return the part of a bucket's capacity that is used up in the window that ends now."""
        log = self._log(name, symbol)
        log.forget(now)
        return log.spent / log.bucket.capacity

    def correct(self, name: str, used: float, now: int, symbol: str = "") -> None:
        """Take the venue's own count of what is used up in its window.

        What was spent here is never taken back.  A name that the venue does not publish is passed over, because headers
        bring what they like.
        """
        if name in self._buckets and 0 <= used < inf:
            log = self._log(name, symbol)
            log.forget(now)
            log.correct(used, now)

    def resize(self, name: str, capacity: float) -> None:
        """Take what the venue says that a bucket holds for this desk; what is no size, or no bucket, is passed over."""
        bucket = self._buckets.get(name)
        if bucket is None or bucket.capacity == capacity or not 0 < capacity < inf:
            return
        bucket = self._buckets[name] = msgspec.structs.replace(bucket, capacity=capacity)
        for (own, _), log in self._logs.items():
            if own == name:
                log.bucket = bucket

    @property
    def banned(self) -> int:
        """Until when (ns) nothing at all may go to the venue; in the past where that is not so."""
        return self._banned

    def ban(self, until: int, names: Sequence[str] = (), symbol: str = "") -> None:
        """Let nothing go before `until`, urgent or not: of these buckets, or (none named) to the venue at all.

        A ban is never shortened: asking on is what makes venues prolong theirs.
        """
        if not names:
            self._banned = max(self._banned, until)
        for name in names:
            log = self._log(name, symbol)
            log.banned = max(log.banned, until)

    def _log(self, name: str, symbol: str) -> _Log:
        bucket = self._buckets[name]
        key = (name, symbol if bucket.scope == "symbol" else "")
        log = self._logs.get(key)
        if log is None:
            log = self._logs[key] = _Log(bucket)
        return log


class Berths:
    """The connections to one venue that this desk keeps standing.

    Those of market data use at most `share` of each published count; those of the account may use the rest up to
    `HIGHEST`, so that however much is watched, orders find room.
    What stays free is for connections that the venue has not yet noticed to be gone.
    """

    def __init__(self, limits: Sequence[Standing] = (), requests: int = 0) -> None:
        """`requests` connections at most serve HTTP, which some counts include."""
        self._limits = tuple(limits)
        self._held = [requests if limit.http else 0 for limit in self._limits]

    def take(self, urls: Sequence[str], *, account: bool = False) -> str:
        """Count connections to these addresses, which are the account's or not; or return why not, counting none."""
        part = HIGHEST if account else SHARE
        more = [sum(_counts(limit, url, account) for url in urls) for limit in self._limits]
        for limit, held, new in zip(self._limits, self._held, more, strict=True):
            room = int(part * limit.most + _DUST)
            if new and held + new > room:
                words = f"{held + new} connections would stand, and {room} of the venue's {limit.most} ({limit.name})"
                return f"{words} are used at most: watch fewer markets at once"
        self._held = [held + new for held, new in zip(self._held, more, strict=True)]
        return ""

    def leave(self, url: str) -> None:
        """A connection of market data is given up."""
        self._held = [
            held - _counts(limit, url, account=False) for limit, held in zip(self._limits, self._held, strict=True)
        ]


def _counts(limit: Standing, url: str, account: bool) -> bool:
    return url.startswith(limit.url) and (account or limit.scope != "account")

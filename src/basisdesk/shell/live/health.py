"""What each venue is good for at the moment: UP, DEGRADED or DOWN per capability, with the reason and since when.

A capability (data, orders, account) is made of parts: connections, polls, the clock, the pace of its answers.
A part that is down takes the capability down when it is vital, or when it is one of several and all of them are down;
else it degrades it.
A capability of which nothing has been said yet is DOWN: nobody knows that it works.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from statistics import median
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND = 1_000_000_000
SLOW = 2 * SECOND
"""Orders that take longer than this to be answered, at the median, make a venue slow."""
WATCHED = 20


class Health(Enum):
    """How well something works."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


class Capability(Enum):
    """What a venue is needed for."""

    DATA = "data"
    ORDERS = "orders"
    ACCOUNT = "account"


class Weight(Enum):
    """What a part that is down does to its capability: takes it down, does so with all of its kind, or degrades it."""

    VITAL = "vital"
    ONE_OF = "one of several"
    SIDE = "side"


class Condition(msgspec.Struct, frozen=True):
    """The state of a capability or a part, why, and since when (local ns)."""

    health: Health
    reason: str
    since: int

    def age(self, now: int) -> int:
        """Return for how long it has been so, ns."""
        return max(0, now - self.since)


@dataclass(slots=True)
class _Sum:
    parts: dict[str, tuple[Condition, Weight]] = field(default_factory=dict)
    condition: Condition | None = None


class Board:
    """The health of every venue; `changed` hears of every change of a capability's health."""

    def __init__(
        self, now: Callable[[], int], changed: Callable[[str, Capability, Condition], None] | None = None
    ) -> None:
        self._now = now
        self._changed = changed
        self._began = now()
        self._sums: dict[tuple[str, Capability], _Sum] = {}

    def of(self, venue: str, capability: Capability) -> Condition:
        """Return the state of a capability."""
        told = self._sums.get((venue, capability))
        if told is None or told.condition is None:
            return Condition(Health.DOWN, "not connected yet", self._began)
        return told.condition

    def parts(self, venue: str, capability: Capability) -> dict[str, Condition]:
        """Return the state of each part of a capability, by name."""
        told = self._sums.get((venue, capability))
        return {} if told is None else {name: condition for name, (condition, _) in told.parts.items()}

    def say(
        self,
        venue: str,
        capability: Capability,
        part: str,
        health: Health,
        reason: str = "",
        weight: Weight = Weight.ONE_OF,
    ) -> None:
        """State how a part is."""
        told = self._sums.setdefault((venue, capability), _Sum())
        before = told.parts.get(part)
        since = before[0].since if before is not None and before[0].health is health else self._now()
        told.parts[part] = (Condition(health, reason, since), weight)
        self._sum(venue, capability, told)

    def forget(self, venue: str, capability: Capability, part: str) -> None:
        """Let a part be no more."""
        told = self._sums.get((venue, capability))
        if told is not None and told.parts.pop(part, None) is not None:
            self._sum(venue, capability, told)

    def _sum(self, venue: str, capability: Capability, told: _Sum) -> None:
        health, reason = _together(told.parts)
        before = told.condition
        if before is not None and before.health is health:
            told.condition = Condition(health, reason, before.since)
            return
        told.condition = Condition(health, reason, self._now())
        if self._changed is not None:
            self._changed(venue, capability, told.condition)


def _together(parts: dict[str, tuple[Condition, Weight]]) -> tuple[Health, str]:
    """Sum the parts up."""
    if not parts:
        return Health.DOWN, "nothing is connected"
    down = [(name, condition) for name, (condition, _) in parts.items() if condition.health is Health.DOWN]
    poor = [(name, condition) for name, (condition, _) in parts.items() if condition.health is Health.DEGRADED]
    vital = [(name, condition) for name, condition in down if parts[name][1] is Weight.VITAL]
    several = [condition for condition, weight in parts.values() if weight is Weight.ONE_OF]
    if vital:
        return Health.DOWN, _words(vital)
    if several and all(condition.health is Health.DOWN for condition in several):
        return Health.DOWN, _words(down)
    return (Health.DEGRADED, _words([*down, *poor])) if down or poor else (Health.UP, "")


def _words(parts: list[tuple[str, Condition]]) -> str:
    more = f" (and {len(parts) - 1} more)" if len(parts) > 1 else ""
    name, condition = parts[0]
    return f"{name}: {condition.reason}{more}"


class Pace:
    """How quickly a venue answers commands: slow when the median of the last ones is above the limit."""

    def __init__(self, limit: int = SLOW, watched: int = WATCHED) -> None:
        self._limit = limit
        self._spans: deque[int] = deque(maxlen=watched)

    def took(self, span: int) -> bool:
        """Note one span in ns; return whether the venue is slow now."""
        self._spans.append(span)
        return self.slow

    @property
    def middle(self) -> int:
        """The median span, ns; 0 before the first."""
        return int(median(self._spans)) if self._spans else 0

    @property
    def slow(self) -> bool:
        """Whether the venue is slow."""
        return self.middle > self._limit

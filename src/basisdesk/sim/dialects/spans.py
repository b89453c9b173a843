"""How bars lie in time: weeks begin on Mondays and months on their first day, and some venues' days not at midnight.

The exchange's own candles lie on whole multiples of their period; bars that lie otherwise are folded from shorter ones.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import gcd
from typing import TYPE_CHECKING, NamedTuple

from basisdesk.venues.contract import Candle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Ask = Callable[[int, int, int], list[Candle]]
    """Returns candles of a period (ns) since a time (ns, 0 for the latest), at most so many, oldest first."""

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MONDAY = 4 * DAY
"""The first Monday there was, from the epoch."""
LONGEST_MONTH = 31 * DAY
YEAR = 12


class Span(NamedTuple):
    """A bar's length (ns), or its count of months, and how much earlier than UTC its days begin (ns)."""

    length: int = 0
    months: int = 0
    shift: int = 0

    @property
    def base(self) -> int:
        """The longest period of which whole candles make up this bar (ns)."""
        return gcd(self.length or DAY, self._anchor)

    @property
    def _anchor(self) -> int:
        weekly = self.length and self.length % (7 * DAY) == 0
        return (MONDAY if weekly else 0) - self.shift

    def around(self, at: int) -> tuple[int, int]:
        """Return when the bar that contains a time begins and ends (ns)."""
        if self.length:
            begins = (at - self._anchor) // self.length * self.length + self._anchor
            return begins, begins + self.length
        local = datetime.fromtimestamp((at + self.shift) // SECOND, UTC)
        first = (local.year * YEAR + local.month - 1) // self.months * self.months
        return self._month(first), self._month(first + self.months)

    def back(self, until: int, count: int) -> int:
        """Return when the first of so many bars begins of which the last contains a time (ns); 1 is the earliest."""
        begins = until + 1
        for _ in range(count):
            begins = self.around(begins - 1)[0]
            if begins <= 0:
                return 1
        return begins

    def _month(self, count: int) -> int:
        year, month = divmod(count, YEAR)
        return int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp()) * SECOND - self.shift


def bars(ask: Ask, span: Span, since: int, limit: int) -> list[Candle]:
    """Return at most `limit` bars that begin at or after `since` (ns), oldest first; with 0 the latest."""
    if span.base == span.length:
        return ask(span.length, since, limit)
    longest = 2 * (span.length or span.months * LONGEST_MONTH) // span.base
    found = folded(ask(span.base, span.around(since)[0] if since else 0, longest * limit), span)
    rows = [each for each in found if each.begins >= since]
    return rows[:limit] if since else rows[-limit:]


def folded(parts: Iterable[Candle], span: Span) -> list[Candle]:
    """Put candles together to bars."""
    found: dict[int, Candle] = {}
    for part in parts:
        begins, ends = span.around(part.begins)
        before = found.get(begins)
        found[begins] = Candle(
            begins,
            ends,
            part.open if before is None else before.open,
            part.high if before is None else max(before.high, part.high),
            part.low if before is None else min(before.low, part.low),
            part.close,
            part.volume + (0.0 if before is None else before.volume),
            part.turnover + (0.0 if before is None else before.turnover),
            part.trades + (0 if before is None else before.trades),
        )
    return list(found.values())

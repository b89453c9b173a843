"""How many orders an account may send: its own figures, which depend on what it traded in seven days.

They come with its balances, for each currency the same unless the venue counts by currency; the desk counts all orders
together, so the smallest figure holds.
A bucket holds what is allowed at once, or what comes back in its window where that is less: then neither can be passed.
What other requests may cost (`non_matching_engine`) is told in a unit that no page names, and therefore not read.
Followed: https://docs.deribit.com/articles/rate-limits and /api-reference/account-management/
private-get_account_summaries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct, field

from basisdesk.venues.deribit.capabilities import BUCKETS, MASS_CANCEL, MATCHING
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

SECOND = 1_000_000_000
_WINDOWS = {bucket.name: bucket.window / SECOND for bucket in BUCKETS}


class Rate(Struct, frozen=True):
    """So many at once, and so many a second that come back."""

    burst: float
    rate: float


class Matching(Struct, frozen=True):
    """Limits of orders, by kind of market with their total, and of cancelling everything."""

    trading: dict[str, Rate] = field(default_factory=dict)
    cancel_all: Rate | None = None


class Limits(Struct, frozen=True):
    """What is used of `limits`."""

    matching: Matching = field(name="matching_engine", default=Matching())


_decode = msgspec.json.Decoder(Limits).decode


def capacities(told: Iterable[Raw]) -> tuple[tuple[str, float], ...]:
    """Return (bucket name, units that it holds) from the limits of each currency; what cannot be read is left out."""
    found: dict[str, float] = {}
    for limits in told:
        try:
            matching = _decode(limits).matching
        except UNREADABLE:
            continue
        rates = [(MATCHING[0], rate) for rate in matching.trading.values()]
        rates += [(MASS_CANCEL[0], matching.cancel_all)] if matching.cancel_all is not None else []
        for name, rate in rates:
            holds = min(rate.burst, rate.rate * _WINDOWS[name])
            found[name] = min(found.get(name, holds), holds)
    return tuple(found.items())

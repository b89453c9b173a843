"""Every limit that the venue publishes, and what each request costs of it.

Weight is counted by address, orders by account; each line of business counts for itself, and the wallet endpoints
(`/sapi`) count beside them.
The figures are those of the published texts; what the account really has is told by the exchange information and by
the headers of every reply (`USED`), which are believed before these.
Funding rates and funding terms cost no weight and share a counter of their own.
Source: "Limits" of the general information pages, weights in the head of each endpoint's page.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from basisdesk.domain.outcome import RetryLater
from basisdesk.venues.trading import Bucket

if TYPE_CHECKING:
    from basisdesk.domain.outcome import Outcome

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND

BUCKETS = (
    Bucket(name="spot.weight", capacity=6000, window=MINUTE),
    Bucket(name="spot.raw", capacity=300_000, window=5 * MINUTE),
    Bucket(name="spot.orders.10s", capacity=50, window=10 * SECOND, scope="account"),
    Bucket(name="spot.orders.1d", capacity=160_000, window=DAY, scope="account"),
    Bucket(name="spot.connects", capacity=300, window=5 * MINUTE),
    Bucket(name="spot.messages", capacity=5, window=SECOND, scope="connection"),
    Bucket(name="usdm.weight", capacity=2400, window=MINUTE),
    Bucket(name="usdm.orders.10s", capacity=300, window=10 * SECOND, scope="account"),
    Bucket(name="usdm.orders.1m", capacity=1200, window=MINUTE, scope="account"),
    Bucket(name="usdm.funding", capacity=500, window=5 * MINUTE),
    Bucket(name="usdm.messages", capacity=10, window=SECOND, scope="connection"),
    Bucket(name="coinm.weight", capacity=2400, window=MINUTE),
    Bucket(name="coinm.orders.1m", capacity=1200, window=MINUTE, scope="account"),
    Bucket(name="coinm.funding", capacity=500, window=5 * MINUTE),
    Bucket(name="coinm.messages", capacity=10, window=SECOND, scope="connection"),
    Bucket(name="sapi.weight", capacity=12_000, window=MINUTE),
)

ORDER_COUNTERS = {
    "spot": ("spot.orders.10s", "spot.orders.1d"),
    "usdm": ("usdm.orders.10s", "usdm.orders.1m"),
    "coinm": ("coinm.orders.1m",),
}

# Response header to the end of a bucket's name behind the line.
USED = {
    "x-mbx-used-weight-1m": "weight",
    "x-mbx-order-count-10s": "orders.10s",
    "x-mbx-order-count-1m": "orders.1m",
    "x-mbx-order-count-1d": "orders.1d",
}
TOO_MANY_ORDERS, BANNED = "-1015", 418
_KNOWN = dict.fromkeys(bucket.name for bucket in BUCKETS)


DEPTH_LIMIT = 1000
DEPTH_WEIGHTS = {"spot": 50, "usdm": 20, "coinm": 20}
"""Levels a side of the deepest book that costs a moderate weight, and that weight."""


@lru_cache(maxsize=256)
def costs(line: str, weight: float, orders: int = 0) -> tuple[tuple[str, float], ...]:
    """Return what a request on a line costs: weight by address, and `orders` on each of the order counters."""
    spent: list[tuple[str, float]] = [(f"{line}.weight", weight)] if weight else []
    if line == "spot":
        spent.append(("spot.raw", 1))
    if orders:
        spent += [(name, orders) for name in ORDER_COUNTERS[line]]
    return tuple(spent)


def closed_by(outcome: Outcome, line: str, path: str, status: int) -> list[str]:
    """Return the buckets that a rate limit closes: the counters of orders, the wallet's weight, or all of the line.

    Weight that is used up closes orders too, although they cost none, because whoever goes on is banned; a ban (418)
    closes everything, so no bucket is named for it.
    """
    if not isinstance(outcome, RetryLater) or status == BANNED:
        return []
    if outcome.code == TOO_MANY_ORDERS:
        return list(ORDER_COUNTERS[line])
    return ["sapi.weight"] if path.startswith("/sapi") else [name for name in _KNOWN if name.startswith(f"{line}.")]


def used(line: str, headers: dict[str, str]) -> tuple[tuple[str, float], ...]:
    """Return what the venue counts as used up, from the headers of a reply; what cannot be read is left out."""
    told: list[tuple[str, float]] = []
    for header, tail in USED.items():
        text, name = headers.get(header, ""), f"{line}.{tail}"
        if name in _KNOWN and text.isascii() and text.isdigit() and len(text) < 16:  # noqa: PLR2004
            told.append((name, float(text)))
    return tuple(told)

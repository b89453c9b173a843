"""Every limit that the venue publishes, and what each request costs of it.

Weight is counted by address, orders by account; each line of business counts for itself, and the wallet endpoints
(`/sapi`) count beside them, each by address or by account.
The figures are those of the published texts; what the account really has is told by the exchange information and over
the WebSocket API (`Rate`), what is used up by the headers of every reply (`USED`); they are believed before these.
Funding rates and funding terms cost no weight and share a counter of their own.
Source: "Limits" of the general information pages, weights in the head of each endpoint's page.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, field

from basisdesk.domain.outcome import RetryLater
from basisdesk.venues.trading import Bucket
from basisdesk.venues.wire import Int64

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    Bucket(name="sapi.uid", capacity=180_000, window=MINUTE, scope="account"),
)

ORDER_COUNTERS = {
    "spot": ("spot.orders.10s", "spot.orders.1d"),
    "usdm": ("usdm.orders.10s", "usdm.orders.1m"),
    "coinm": ("coinm.orders.1m",),
}

# Response header to the end of a bucket's name behind the line, or behind `sapi` for the wallet endpoints.
USED_OF_WALLET = {"x-sapi-used-ip-weight-1m": "weight", "x-sapi-used-uid-weight-1m": "uid"}
USED = {
    "x-mbx-used-weight-1m": "weight",
    "x-mbx-order-count-10s": "orders.10s",
    "x-mbx-order-count-1m": "orders.1m",
    "x-mbx-order-count-1d": "orders.1d",
}
# What `rateLimits` calls a bucket to the end of its name.
_RATES = {
    ("REQUEST_WEIGHT", "MINUTE", 1): "weight",
    ("RAW_REQUESTS", "MINUTE", 5): "raw",
    ("ORDERS", "SECOND", 10): "orders.10s",
    ("ORDERS", "MINUTE", 1): "orders.1m",
    ("ORDERS", "DAY", 1): "orders.1d",
}
TOO_MANY_ORDERS, BANNED = "-1015", 418
WALLET = "/sapi"
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
    whole = "sapi" if path.startswith(WALLET) else line
    return [name for name in _KNOWN if name.startswith(f"{whole}.")]


class Rate(Struct, gc=False):
    """One of `rateLimits`: at most `limit` in `length` intervals, of which `count` are used up."""

    kind: str = field(name="rateLimitType")
    interval: str
    length: Int64 = field(name="intervalNum")
    limit: Int64 = 0
    count: Int64 = 0


class Rates(Struct, gc=False):
    """What a body says of limits, beside everything else."""

    rates: list[Rate] = field(name="rateLimits", default_factory=list)


read_rates = msgspec.json.Decoder(Rates).decode


def rated(line: str, rates: Sequence[Rate]) -> list[tuple[str, Rate]]:
    """Return what the venue tells of the buckets of a line, each by its name; rates that are none of them are left out.

    Source: "ENUM definitions", "Rate limiters".
    """
    named = [(f"{line}.{_RATES.get((each.kind, each.interval, each.length), '')}", each) for each in rates]
    return [(name, each) for name, each in named if name in _KNOWN]


def used(line: str, path: str, headers: dict[str, str]) -> tuple[tuple[str, float], ...]:
    """Return what the venue counts as used up, from the headers of a reply; what cannot be read is left out."""
    told: list[tuple[str, float]] = []
    whole, tails = ("sapi", USED_OF_WALLET) if path.startswith(WALLET) else (line, USED)
    for header, tail in tails.items():
        text, name = headers.get(header, ""), f"{whole}.{tail}"
        if name in _KNOWN and text.isascii() and text.isdigit() and len(text) < 16:  # noqa: PLR2004
            told.append((name, float(text)))
    return tuple(told)

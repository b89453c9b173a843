"""Published limits, and which of them a request counts against.

All of REST counts against 600 requests in 5 s from one address; a breach closes the address for ten minutes.
Each private path has its own count a second and account; spot and contracts are counted apart where the table has two
figures, linear and inverse together where it has one cell for both.
Orders over the trade socket count with those over REST, which the table does not say outright (see `capabilities`).
Followed: https://bybit-exchange.github.io/docs/v5/rate-limit.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import structs

from basisdesk.domain.outcome import RetryLater
from basisdesk.venues.bybit.hosts import LINES
from basisdesk.venues.trading import Bucket, Standing
from basisdesk.venues.wire import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.domain.outcome import Outcome
    from basisdesk.venues.trading import Reply

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
BAN_NS = 10 * MINUTE
ADDRESS, CONNECTS = "address", "connects"

_BY_LINE = {  # path: a second on spot, on contracts
    "/v5/order/create": (20, 10),
    "/v5/order/amend": (10, 10),
    "/v5/order/cancel": (20, 10),
    "/v5/order/cancel-all": (20, 10),
}
_BY_PATH = {
    "/v5/order/disconnected-cancel-all": 5,
    "/v5/order/realtime": 50,
    "/v5/order/history": 50,
    "/v5/execution/list": 50,
    "/v5/position/list": 50,
    "/v5/position/set-leverage": 10,
    "/v5/position/switch-mode": 10,
    "/v5/account/wallet-balance": 50,
    "/v5/account/transaction-log": 25,
    "/v5/account/fee-rate": 5,
    "/v5/account/info": 50,
    "/v5/account/set-margin-mode": 5,
    "/v5/asset/transfer/query-account-coins-balance": 5,
    "/v5/user/query-api": 10,
}
TRANSFER = "/v5/asset/transfer/inter-transfer"
TRADE_SOCKET = "trade socket"
OF_ACCOUNT = ("10006", "170222")
"""Codes of an account that asked one path too often."""
_TRANSFERS_A_MINUTE = 60

BUCKETS = (
    Bucket(name=ADDRESS, capacity=600, window=5 * SECOND),
    Bucket(name=CONNECTS, capacity=500, window=5 * MINUTE),
    Bucket(name=TRADE_SOCKET, capacity=3_000, window=SECOND),
    *(
        Bucket(name=f"{path} {kind}", capacity=count, window=SECOND, scope="account")
        for path, counts in _BY_LINE.items()
        for kind, count in zip(("spot", "contracts"), counts, strict=True)
    ),
    *(Bucket(name=path, capacity=count, window=SECOND, scope="account") for path, count in _BY_PATH.items()),
    Bucket(name=TRANSFER, capacity=_TRANSFERS_A_MINUTE, window=MINUTE, scope="account"),
)

STANDING = tuple(
    Standing(name=f"sockets of an address to {line.name}", most=1_000, url=line.stream_url) for line in LINES.values()
)


def counted(reply: Reply, bucket: str, limit: str, left: str) -> Reply:
    """Return a reply with what the venue tells of a bucket: what it holds and what is left of it, as text."""
    try:
        holds, free = count(limit, 10**9), count(left, 10**9)
    except ValueError:
        return reply
    used = ((bucket, float(max(holds - free, 0))),)
    return structs.replace(reply, used=used, capacities=((bucket, float(holds)),))


def bucket_of(path: str, line: str) -> str:
    """Return the name of the account's bucket of a path, empty where only the address is counted."""
    if path in _BY_LINE:
        return f"{path} {'spot' if line == 'spot' else 'contracts'}"
    return path if path in _BY_PATH or path == TRANSFER else ""


def closed_by(outcome: Outcome, costs: Sequence[tuple[str, float]]) -> list[str]:
    """Return the buckets that a rate limit closes: the account's of this path alone where its code says so.

    Every other word is about the address (or the trade socket), which comes first among the costs; the address closes
    everything, so no bucket is named for it.
    """
    own = isinstance(outcome, RetryLater) and outcome.code in OF_ACCOUNT
    names = [name for name, _ in costs]
    return names[1:] if own else [name for name in names[:1] if name != ADDRESS]


@lru_cache(maxsize=256)
def costs(path: str, line: str, first: str = ADDRESS) -> tuple[tuple[str, float], ...]:
    """Return what one request costs; `first` is the bucket of the address."""
    own = bucket_of(path, line)
    return ((first, 1.0), (own, 1.0)) if own else ((first, 1.0),)

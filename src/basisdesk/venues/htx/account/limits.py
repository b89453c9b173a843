"""Published limits, and what replies tell of them.

Spot counts every endpoint by itself, per user; one bucket for each kind of endpoint is a little stricter than
the venue.
Contracts count trading and reading apart, per user, and all their public information per address; the newer linear
endpoints (`/v5`) have limits of their own.
The public spot endpoints state no figure in the texts followed, so they are counted like queries.
Market data of contracts over HTTP is not asked for; what sockets send is counted where it is sent (`outbox`).
Followed: https://huobiapi.github.io/docs/spot/v1/en/#rate-limiting-rule and .../usdt_swap/v1/en/ ("API Rate Limit").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from basisdesk.venues.htx import symbols
from basisdesk.venues.trading import Bucket, Standing
from basisdesk.venues.wire import LATEST_MS, NS_PER_MS, count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.venues.trading import Reply, Request

SECOND = 1_000_000_000

SPOT_PLACE, SPOT_CANCEL, SPOT_QUERY = "spot_place", "spot_cancel", "spot_query"
TRADE, READ, PUBLIC = "contract_trade", "contract_read", "contract_public"
V5_TRADE, V5_SETTING, V5_MARKET = "v5_trade", "v5_setting", "v5_market"

BUCKETS = (
    Bucket(name=SPOT_PLACE, capacity=100, window=2 * SECOND, scope="account"),
    Bucket(name=SPOT_CANCEL, capacity=100, window=2 * SECOND, scope="account"),
    Bucket(name=SPOT_QUERY, capacity=50, window=2 * SECOND, scope="account"),
    Bucket(name=TRADE, capacity=72, window=3 * SECOND, scope="account"),
    Bucket(name=READ, capacity=72, window=3 * SECOND, scope="account"),
    Bucket(name=PUBLIC, capacity=240, window=3 * SECOND, scope="ip"),
    Bucket(name=V5_TRADE, capacity=24, window=SECOND, scope="account"),
    Bucket(name=V5_SETTING, capacity=48, window=SECOND, scope="account"),
    Bucket(name=V5_MARKET, capacity=80, window=SECOND, scope="ip"),
    Bucket(name="contract_market", capacity=800, window=SECOND, scope="ip"),
    Bucket(name="spot_messages", capacity=50, window=SECOND, scope="connection"),
)
STANDING = (
    Standing(name="private connections of a key to spot", most=10, scope="account", url="wss://api.huobi.pro/"),
    Standing(name="private connections of a user to contracts", most=30, scope="account", url="wss://api.hbdm.com/"),
)
_BY_NAME = {bucket.name: bucket for bucket in BUCKETS}
_V5_SETTINGS = ("/v5/account/", "/v5/position/")


def bucket_of(line: str, path: str, *, changes: bool, private: bool) -> str:
    """Return the name of the bucket that a request is counted in."""
    if line == symbols.SPOT:
        cancels = "ancel" in path
        return SPOT_QUERY if not changes else SPOT_CANCEL if cancels else SPOT_PLACE
    if path.startswith("/v5/"):
        if path.startswith("/v5/market/"):
            return V5_MARKET
        return V5_SETTING if path.startswith(_V5_SETTINGS) else V5_TRADE
    if not private:
        return PUBLIC
    return TRADE if changes else READ


def counted(reply: Reply, request: Request, headers: Mapping[str, str]) -> Reply:
    """Return a reply with what the venue says of the request's bucket, as it is where the venue says nothing.

    How much the bucket holds is believed where it is told for the bucket's own window (``ratelimit-interval``, ms).
    """
    if not request.costs:
        return reply
    bucket = _BY_NAME[request.costs[0][0]]
    left = _whole(headers.get("x-hb-ratelimit-requests-remain", headers.get("ratelimit-remaining", "")))
    told = _whole(headers.get("ratelimit-limit", ""))
    capacity = told or int(bucket.capacity)
    if left is None or left > capacity:
        return reply
    whole = told and _whole(headers.get("ratelimit-interval", "")) == bucket.window // NS_PER_MS
    holds = ((bucket.name, float(capacity)),) if whole else ()
    return structs.replace(reply, used=((bucket.name, float(capacity - left)),), capacities=holds)


def again_at(request: Request, headers: Mapping[str, str], now: int) -> int:
    """Return when (ns) a request that came too often may be made again.

    The venue tells a time, or a span in milliseconds; where it tells nothing it is a whole window of the bucket.
    """
    told = _whole(headers.get("x-hb-ratelimit-requests-expire", headers.get("ratelimit-reset", "")))
    window = _BY_NAME[request.costs[0][0]].window if request.costs else SECOND
    if told is None:
        return now + window
    at = told * NS_PER_MS
    return min(max(at, now), now + 600 * SECOND) if at > now // 2 else now + min(at, 600 * SECOND)


def _whole(text: str) -> int | None:
    try:
        return count(text, LATEST_MS) if text else None
    except ValueError:
        return None

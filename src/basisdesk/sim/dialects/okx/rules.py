"""How the venue deals, and how often it lets itself be asked, as data.

Limits are counted over a sliding window, for each address, account, or account and market.
Followed: https://www.okx.com/docs-v5/en/#overview-rate-limits and the limit stated with each endpoint.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from basisdesk.sim.contract import SelfMatch, VenueRules
from basisdesk.sim.dialects.okx.tiers import TIERS
from basisdesk.venues.trading import ClientIds

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
WINDOW = 30 * SECOND
"""How far a signed time may be from ours, and how long a socket may say nothing."""

RULES = VenueRules(
    unified=True,
    client_ids=ClientIds.OPEN,
    order_memory=(2 * HOUR, 90 * DAY),
    fill_memory=90 * DAY,
    default_leverage=Decimal(3),
    post_only_rejects=False,
    interest_hours=1,
    spot_margin=True,
    self_match=SelfMatch.CANCEL_MAKER,
    tiers=TIERS,
    delivery_average=HOUR,
)


class Limit(NamedTuple):
    """At most `most` in any `window` ns; `by` is ``address``, ``account`` or ``market``."""

    most: int
    window: int
    by: str


def _two(count: int, by: str) -> Limit:
    return Limit(count, 2 * SECOND, by)


LIMITS = {
    "public/time": _two(10, "address"),
    "public/instruments": _two(20, "address"),
    "public/funding-rate": _two(10, "address"),
    "public/funding-rate-history": _two(10, "address"),
    "public/mark-price": _two(10, "address"),
    "public/price-limit": _two(20, "address"),
    "public/open-interest": _two(20, "address"),
    "public/position-tiers": _two(10, "address"),
    "public/delivery-exercise-history": _two(40, "address"),
    "public/estimated-price": _two(10, "address"),
    "market/ticker": _two(20, "address"),
    "market/tickers": _two(20, "address"),
    "market/index-tickers": _two(20, "address"),
    "market/books": _two(40, "address"),
    "market/books-full": _two(10, "address"),
    "market/candles": _two(40, "address"),
    "market/history-candles": _two(20, "address"),
    "market/mark-price-candles": _two(20, "address"),
    "market/index-candles": _two(20, "address"),
    "market/history-mark-price-candles": _two(10, "address"),
    "market/history-index-candles": _two(10, "address"),
    "market/trades": _two(100, "address"),
    "market/history-trades": _two(20, "address"),
    "trade/order": _two(60, "market"),
    "trade/order?": _two(60, "account"),
    "trade/amend-order": _two(60, "market"),
    "trade/cancel-order": _two(60, "market"),
    "trade/batch-orders": _two(300, "market"),
    "trade/amend-batch-orders": _two(300, "market"),
    "trade/cancel-batch-orders": _two(300, "market"),
    "trade/close-position": _two(20, "account"),
    "trade/cancel-all-after": Limit(1, SECOND, "account"),
    "trade/orders-pending": _two(60, "account"),
    "trade/orders-history": _two(40, "account"),
    "trade/orders-history-archive": _two(20, "account"),
    "trade/fills": _two(60, "account"),
    "trade/fills-history": _two(10, "account"),
    "account/balance": _two(10, "account"),
    "account/positions": _two(10, "account"),
    "account/config": _two(5, "account"),
    "account/instruments": _two(20, "account"),
    "account/trade-fee": _two(5, "account"),
    "account/bills": Limit(5, SECOND, "account"),
    "account/bills-archive": _two(5, "account"),
    "account/set-leverage": _two(20, "account"),
    "account/max-size": _two(20, "account"),
    "account/max-avail-size": _two(20, "account"),
    "account/leverage-info": _two(20, "account"),
    "account/set-position-mode": _two(5, "account"),
    "account/interest-accrued": _two(5, "account"),
    "account/interest-rate": _two(5, "account"),
    "account/spot-manual-borrow-repay": Limit(1, SECOND, "account"),
    "asset/currencies": Limit(6, SECOND, "account"),
    "asset/balances": Limit(6, SECOND, "account"),
    "asset/transfer": Limit(2, SECOND, "account"),
}
"""By path; ``trade/order?`` is its GET.  The first three order paths share their buckets with the socket."""
ALL_ORDERS = Limit(1000, 2 * SECOND, "account")
"""Every new and amended order of an account."""
SUBSCRIPTIONS = Limit(480, HOUR, "connection")
CONNECTIONS = Limit(3, SECOND, "address")

PERIODS = {
    "1m": 60, "3m": 180, "5m": 300, "15m": 900, "30m": 1800, "1H": 3600, "2H": 7200, "4H": 14400,
    "6Hutc": 21600, "12Hutc": 43200, "1Dutc": 86400, "6H": 21600, "12H": 43200, "1D": 86400,
}  # fmt: skip
"""Candle periods in seconds."""

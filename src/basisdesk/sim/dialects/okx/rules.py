"""How the venue deals, and how often it lets itself be asked, as data.

Limits are counted over a sliding window, for each address, account, or account and market.
Followed: https://www.okx.com/docs-v5/en/#overview-rate-limits and the limit stated with each endpoint.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from basisdesk.sim.contract import SelfMatch, VenueRules
from basisdesk.sim.dialects.okx.tiers import TIERS
from basisdesk.sim.dialects.spans import DAY, HOUR, MINUTE, SECOND, Span
from basisdesk.venues.trading import ClientIds

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
    "asset/transfer-state": Limit(10, SECOND, "account"),
    "asset/bills": Limit(6, SECOND, "account"),
    "asset/asset-valuation": _two(1, "account"),
    "account/positions-history": _two(10, "account"),
    "account/account-position-risk": _two(10, "account"),
    "account/risk-state": _two(10, "account"),
    "account/max-loan": _two(20, "account"),
    "account/set-isolated-mode": _two(5, "account"),
    "account/position/margin-balance": _two(20, "account"),
    "trade/order-algo": _two(20, "account"),
    "trade/order-algo?": _two(20, "account"),
    "trade/cancel-algos": _two(20, "account"),
    "trade/orders-algo-pending": _two(20, "account"),
    "trade/orders-algo-history": _two(20, "account"),
    "trade/account-rate-limit": Limit(1, SECOND, "account"),
    "public/underlying": _two(20, "address"),
    "public/convert-contract-coin": _two(10, "address"),
    "public/interest-rate-loan-quota": _two(2, "address"),
    "public/premium-history": _two(20, "address"),
}
"""By path; ``trade/order?`` and ``trade/order-algo?`` are GET.

The first three order paths share their buckets with the socket."""
ALL_ORDERS = Limit(1000, 2 * SECOND, "account")
"""Every new and amended order of an account."""
SUBSCRIPTIONS = Limit(480, HOUR, "connection")
CONNECTIONS = Limit(3, SECOND, "address")
LISTENERS = 30
"""Most sockets of an account that may listen to one private channel at once."""

_SHORT = {"1s": SECOND, "1m": MINUTE, "3m": 3 * MINUTE, "5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE,
          "1H": HOUR, "2H": 2 * HOUR, "4H": 4 * HOUR}  # fmt: skip
_LONG = {"6H": 6 * HOUR, "12H": 12 * HOUR, "1D": DAY, "2D": 2 * DAY, "3D": 3 * DAY, "1W": 7 * DAY}
_MONTHS = {"1M": 1, "3M": 3}
SPANS = {
    **{name: Span(length) for name, length in _SHORT.items()},
    **{name: Span(length, shift=8 * HOUR) for name, length in _LONG.items()},
    **{name: Span(months=count, shift=8 * HOUR) for name, count in _MONTHS.items()},
    **{f"{name}utc": Span(length) for name, length in _LONG.items()},
    **{f"{name}utc": Span(months=count) for name, count in _MONTHS.items()},
}
"""Bars; those of six hours and more begin with the days of Hong Kong unless they say otherwise."""

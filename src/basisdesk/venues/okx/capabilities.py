"""What the venue can do and how often, as data.

All products share one account, one line and one set of endpoints, so there is one row of capabilities; where spot and
contracts differ, `encode` refuses what does not apply.
Rates are counted over 2 s; those of orders are counted for each user and instrument, REST and WebSocket together.
Followed: https://www.okx.com/docs-v5/en/#overview-rate-limits and the limit stated with each endpoint.
"""

from __future__ import annotations

from basisdesk.venues.okx.hosts import PUBLIC
from basisdesk.venues.okx.ids import PATTERN
from basisdesk.venues.trading import Amending, Bucket, Capabilities, ClientIds, MarketBuy, Standing

SECOND = 1_000_000_000
LINE = PUBLIC.name
ORDER_LIFE = 5 * SECOND
"""How long after signing a new or amended order may still arrive (header ``expTime``)."""
BATCH = 20
ACCOUNTS = {"funding": "6", "trading": "18"}
"""Names that transfers take, and the venue's numbers of them."""

CAPABILITIES = {
    LINE: Capabilities(
        line=LINE,
        market_buy=MarketBuy.EITHER,
        amend=Amending.IN_PLACE,
        reduce_only=True,
        dead_man=(10, 120),
        dead_man_scope="account",
        socket_orders=True,
        client_id_pattern=PATTERN,
        client_ids=ClientIds.OPEN,
        hedge_mode=True,
        isolated=True,
        borrows=True,
        batch=BATCH,
        order_memory=2 * 3600 * SECOND,
        request_life=ORDER_LIFE,
        accounts=tuple(ACCOUNTS),
        unconfirmed=(
            (
                "an order that arrives after its expTime is refused with 50036 or 50037 and never accepted",
                "send an order with an expTime 1 ms ahead through a slow proxy, then ask for its client id",
            ),
            (
                "cancels and settings, which have no expTime, are bounded by the 30 s window of the signed time alone",
                "send a cancel signed 31 s ago and expect 50102",
            ),
            (
                "the margin currency of a cross or isolated spot order may always be the quote currency",
                "open and close an isolated BTC-USDT long and short on a demo account and read liabCcy and posCcy",
            ),
            (
                "a short margin position is told with posCcy in quote currency and what is owed in liab",
                "open an isolated BTC-USDT short on a demo account and read the positions",
            ),
            (
                "a cash balance below zero is what is owed, which liab tells again with its interest",
                "borrow on a demo account and read the balance",
            ),
            (
                "50013 may come after the order was taken",
                "count orders by client id after each 50013 during a busy hour",
            ),
            (
                "liquidation and deleveraging are told by the order's category on every account",
                "keep the orders channel of a demo account while it is liquidated",
            ),
            (
                "a book over REST has no seqId, so the stream's book is never joined to one",
                "read /api/v5/market/books a few times and look for seqId",
            ),
            (
                "fills by page of `after` are complete when 100 orders fill within one millisecond",
                "fill 250 orders at once on a demo account and page through them",
            ),
        ),
    )
}


def _account(name: str, capacity: float, window: int = 2 * SECOND) -> Bucket:
    return Bucket(name=name, capacity=capacity, window=window, scope="account")


def _symbol(name: str, capacity: float) -> Bucket:
    return Bucket(name=name, capacity=capacity, window=2 * SECOND, scope="symbol")


def _address(name: str, capacity: float) -> Bucket:
    return Bucket(name=name, capacity=capacity, window=2 * SECOND, scope="ip")


REQUESTS = Bucket(name="subscribe", capacity=480, window=3600 * SECOND, scope="connection")
"""Logins, subscriptions and their ends on one connection."""

BUCKETS = (
    _symbol("place", 60),
    _symbol("amend", 60),
    _symbol("cancel", 60),
    _symbol("cancel-batch", 300),
    _account("orders", 1000),
    _account("dead-man", 1, SECOND),
    _account("order", 60),
    _account("pending", 60),
    _account("fills", 60),
    _account("fills-history", 10),
    _account("bills", 5, SECOND),
    _account("bills-archive", 5),
    _account("balance", 10),
    _account("funding-balance", 6, SECOND),
    _account("positions", 10),
    _account("config", 5),
    _account("fee", 5),
    _account("leverage", 20),
    _account("position-mode", 5),
    _account("transfer", 2, SECOND),
    _address("time", 10),
    _address("instruments", 20),
    _address("funding", 10),
    Bucket(name="connect", capacity=3, window=SECOND, scope="ip"),
    REQUESTS,
)
STANDING = (Standing(name="connections of an account to a private channel", most=30, scope="account"),)

PLACING = (("place", 1.0), ("orders", 1.0))
AMENDING = (("amend", 1.0), ("orders", 1.0))
CANCELLING = (("cancel", 1.0),)
"""What an order, its change and its end cost, over HTTP as over a socket."""

PATHS = (
    ("POST", "/api/v5/trade/order"),
    ("POST", "/api/v5/trade/amend-order"),
    ("POST", "/api/v5/trade/cancel-order"),
    ("POST", "/api/v5/trade/cancel-batch-orders"),
    ("POST", "/api/v5/trade/cancel-all-after"),
    ("GET", "/api/v5/trade/order"),
    ("GET", "/api/v5/trade/orders-pending"),
    ("GET", "/api/v5/trade/fills"),
    ("GET", "/api/v5/trade/fills-history"),
    ("GET", "/api/v5/account/balance"),
    ("GET", "/api/v5/account/positions"),
    ("GET", "/api/v5/account/config"),
    ("GET", "/api/v5/account/bills"),
    ("GET", "/api/v5/account/bills-archive"),
    ("GET", "/api/v5/account/trade-fee"),
    ("POST", "/api/v5/account/set-leverage"),
    ("POST", "/api/v5/account/set-position-mode"),
    ("GET", "/api/v5/asset/balances"),
    ("POST", "/api/v5/asset/transfer"),
    ("GET", "/api/v5/public/time"),
    ("GET", "/api/v5/public/instruments"),
    ("GET", "/api/v5/public/funding-rate"),
)
"""Every request that is ever made; none of them moves money off the venue."""

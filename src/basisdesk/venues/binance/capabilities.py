"""What each product line can do, and what no source states for certain.

A client id guards against nothing once its order has ended, so a request is never repeated; absence is proven by the
short receive window (`LIFE`) instead.
Spot has no dead-man switch, and amends a resting order only to a smaller size.
"""

from __future__ import annotations

from basisdesk.venues.binance.ids import PATTERNS
from basisdesk.venues.trading import Amending, Capabilities, ClientIds, MarketBuy

WINDOW = 5000
"""The receive window that every signed request states, in milliseconds."""

LIFE = WINDOW * 1_000_000
"""How long after its timestamp the venue can still accept a request, in ns: "Timing security"."""

THREE_DAYS = 3 * 86_400_000_000_000
ACCOUNTS = ("spot", "usdm", "coinm")

_SOCKET = (
    "a request over the WebSocket API that is not answered within 10 s may still be carried out",
    "delay the reply of order.place on the testnet by more than 10 s, then ask for the order by its client id",
)
_STREAM = (
    "a bad request over a stream is answered with code and msg, at the top or under error",
    "send a SUBSCRIBE without params to each line's streams",
)
_ALIKE = (
    (
        "the dead-man switch takes any number of seconds from 1 to 86400",
        "countdownCancelAll on the testnet with 1000, 86400000 and 86400001 ms",
    ),
    (
        "a post-only order that would cross is refused (-5022) and never accepted first",
        "a GTX order at a crossing price on the testnet, with the private stream open",
    ),
    (
        "HTTP 503 with 'Service Unavailable' means that nothing was done; it is taken as unknown here",
        "the body of a 503 during an overload, and the order looked up by its client id",
    ),
    (
        "client ids that begin with adl_autoclose, settlement_autoclose- or delivery_autoclose- are the venue's own",
        "read the orders of an account on the testnet after a delivery and a forced close",
    ),
    (
        "income pages keep their order while new rows are booked",
        "page through /income during a funding settlement and compare ids",
    ),
)

CAPABILITIES = {
    "spot": Capabilities(
        line="spot",
        market_buy=MarketBuy.EITHER,
        amend=Amending.IN_PLACE,
        socket_orders=True,
        client_id_pattern=PATTERNS["spot"],
        client_ids=ClientIds.OPEN,
        order_memory=None,
        request_life=LIFE,
        accounts=ACCOUNTS,
        unconfirmed=(
            _SOCKET,
            _STREAM,
            (
                "an order that has ended without fills can be asked for during 90 days (-2026 after that)",
                "ask for a cancelled order of 89 and of 91 days ago",
            ),
            (
                "the limits of the wallet endpoints are 12000 weight a minute by address",
                "the header X-SAPI-USED-IP-WEIGHT-1M of apiRestrictions",
            ),
        ),
    ),
    "usdm": Capabilities(
        line="usdm",
        amend=Amending.IN_PLACE,
        reduce_only=True,
        dead_man=(1, 86_400),
        dead_man_scope="symbol",
        socket_orders=True,
        client_id_pattern=PATTERNS["usdm"],
        client_ids=ClientIds.OPEN,
        hedge_mode=True,
        isolated=True,
        batch=5,
        order_memory=THREE_DAYS,
        request_life=LIFE,
        accounts=ACCOUNTS,
        unconfirmed=(
            _SOCKET,
            _STREAM,
            *_ALIKE,
            (
                "a private stream without `events` in its address brings every event",
                "open /private/ws with and without `events` and place an order",
            ),
            (
                "a stream that is asked for in another group than its own says nothing, and no error comes",
                "subscribe to btcusdt@depth under /market and to btcusdt@markPrice under /public",
            ),
        ),
    ),
    "coinm": Capabilities(
        line="coinm",
        amend=Amending.IN_PLACE,
        reduce_only=True,
        dead_man=(1, 86_400),
        dead_man_scope="symbol",
        socket_orders=True,
        client_id_pattern=PATTERNS["coinm"],
        client_ids=ClientIds.OPEN,
        hedge_mode=True,
        isolated=True,
        batch=5,
        order_memory=THREE_DAYS,
        request_life=LIFE,
        accounts=ACCOUNTS,
        unconfirmed=(
            _SOCKET,
            _STREAM,
            *_ALIKE,
            ("the limits of COIN-M are 2400 weight and 1200 orders a minute", "rateLimits of /dapi/v1/exchangeInfo"),
            (
                "the private stream stays at dstream /ws/KEY while the line moves to USD-M's platform (no day is told)",
                "connect to dstream.binance.com/private/ws?listenKey=KEY",
            ),
        ),
    ),
}

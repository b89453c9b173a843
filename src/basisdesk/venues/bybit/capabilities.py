"""What each line can do, as data.

One purse (the unified account) stands behind all lines, and its margin mode is the whole account's.
Followed: https://bybit-exchange.github.io/docs/v5/order/create-order, /docs/v5/order/order-list, /docs/v5/order/dcp,
/docs/v5/position/position-mode and /docs/v5/order/batch-place.
"""

from __future__ import annotations

from basisdesk.venues.bybit.ids import PATTERN
from basisdesk.venues.bybit.sign import RECV_WINDOW_MS
from basisdesk.venues.trading import Amending, Capabilities, ClientIds, MarketBuy
from basisdesk.venues.wire import NS_PER_MS

UNIFIED = "UNIFIED"
FUND = "FUND"
DEAD_MAN = (3, 300)
DAY_NS = 86_400_000_000_000
BATCHES = {"spot": 10, "linear": 20, "inverse": 20}

UNCONFIRMED = (
    (
        (
            "the dead-man switch answers; it is for institutional accounts alone, and acts when every socket that "
            "subscribed to dcp is gone, not when requests cease"
        ),
        (
            "send the request from the account that is to be used and read the code; then cut the socket for the "
            "window and look whether a resting order is gone"
        ),
    ),
    (
        "what becomes of the good topics of a refused request is not known",
        "subscribe to one good and one misspelt topic in one request on the test network",
    ),
    (
        "`u` of `orderbook.N` is consecutive",
        "record `orderbook.200` of ten markets for a day and count the steps of `u` that are not one",
    ),
    (
        "hedge mode is had by USDT perpetuals alone, although older pages name inverse futures too",
        "switch the mode of an inverse future on the test network and read the code",
    ),
    (
        "a client id is never free again; the page of the FIX interface says 360 days after the order ended",
        "send an order with the id of one that was cancelled a year before",
    ),
    (
        "60 transfers a minute may be made, as many as may be asked for",
        "read X-Bapi-Limit of a transfer between UNIFIED and FUND",
    ),
    ("inverse contracts state no least value", "read lotSizeFilter of the inverse list"),
    (
        "limits of the trade socket and of REST are one count",
        "send 10 orders of a contract within a second over the socket and one over REST, and read its code",
    ),
    (
        "linear and inverse share one count of 10 a second",
        "send 10 linear orders and one inverse order within a second, and read the codes",
    ),
    (
        "170005 (too many new orders) leaves open whether the order was taken",
        "provoke it on the test network and look for the order by its client id",
    ),
    (
        "an order asked for by id among the open ones is found among the 500 latest ended ones too",
        "ask for a cancelled order by orderId without openOnly",
    ),
    (
        (
            "available of a coin is its wallet balance less what is locked; in cross margin the account's total "
            "limits orders"
        ),
        "compare with the largest order that the venue's page offers",
    ),
    (
        "a funding has the same id in the transaction log (tradeId) as on the private stream (execId)",
        "hold a position over a settlement and compare the two",
    ),
    (
        "a cursor is sent as it was told, since it is percent-encoded already",
        "follow the cursor of a list of instruments with limit=10 to its end",
    ),
)


def _line(name: str) -> Capabilities:
    spot = name == "spot"
    return Capabilities(
        line=name,
        market_buy=MarketBuy.EITHER if spot else MarketBuy.SIZE,
        amend=Amending.IN_PLACE,
        reduce_only=not spot,
        dead_man=DEAD_MAN,
        dead_man_scope="connection",
        socket_orders=True,
        client_id_pattern=PATTERN,
        client_ids=ClientIds.ALWAYS,
        hedge_mode=name == "linear",
        isolated=not spot,
        borrows=spot,
        batch=BATCHES[name],
        order_memory=DAY_NS,
        request_life=RECV_WINDOW_MS * NS_PER_MS,
        accounts=(UNIFIED, FUND),
        unconfirmed=UNCONFIRMED,
    )


CAPABILITIES = {name: _line(name) for name in BATCHES}

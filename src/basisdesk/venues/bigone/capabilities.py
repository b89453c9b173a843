"""What each line can do, and the venue's published limits, as data.

Spot orders carry an id of ours and can be found by it; contract orders carry none, so after a lost answer an order is
found by its time, side, size and price.
There is no amend, no dead-man switch and no order entry over a socket on either line; contracts have no cancel-all.
What no source states for certain stands in `unconfirmed`, with the test that would settle it.
Followed: https://open.bigone.com/docs/general-info, /docs/guides/concepts/orders and /docs/contract.
"""

from __future__ import annotations

from basisdesk.venues.bigone.ids import CLIENT_ID
from basisdesk.venues.bigone.sign import COMMAND_WINDOW, SECOND
from basisdesk.venues.bigone.symbols import CONTRACT, SPOT
from basisdesk.venues.trading import Bucket, Capabilities, ClientIds, MarketBuy

REST = "rest"
LIMIT_REQUESTS = 500
LIMIT_WINDOW = 10 * SECOND
ACCOUNTS = {"spot": "SPOT", "funding": "FUND", "contract": "CONTRACT"}
"""Names that a transfer takes, to the venue's own."""

BUCKETS = (Bucket(name=REST, capacity=LIMIT_REQUESTS, window=LIMIT_WINDOW, scope="ip"),)

_BOTH = (
    (
        "recv_window below 30 is honoured, so that a command cannot be accepted 5 s after it was signed",
        "sign with recv_window 1, send 3 s later: 40004 is expected",
    ),
    (
        "a token may be used once more while it is fresh",
        "send the same GET /viewer/accounts with the same token twice",
    ),
    (
        "requests of contracts and of spot count together, 500 in 10 s",
        "send 300 reads of each line within 10 s from one address and look for 10429",
    ),
    (
        "an amount or size in a depth update is the level's whole one, and 0 takes the level away",
        "keep a book from the stream beside snapshots taken every minute, and compare",
    ),
    ("there is no test network", "ask the venue for one"),
    ("how long a ban after too many requests lasts", "send 501 reads in 10 s, then one a second until one is answered"),
)

_SPOT_ONLY = (
    (
        "a sixth socket of a user is refused",
        "open six, log in on each and read what the last one is told",
    ),
    (
        "OPENING is what a stop order is that has not fired",
        "place a stop order far from the market and read its state",
    ),
    (
        "the amount of a market buy counts base coin (pages and guide), not quote money (what ccxt sends)",
        "buy with the pair's least quote value as amount: refused when it counts money spent below the limit of coin",
    ),
    (
        "`balance` includes `locked_balance` (so ccxt), although the specification calls it available",
        "rest an order and compare /viewer/accounts before and after",
    ),
    ("fees are in the coin that is received, for makers too", "compare balances around one maker and one taker fill"),
    ("an id is refused when used again within 24 h", "place, cancel, place again with the same client_order_id: 54041"),
    (
        "socket fields at their default may be left out (BID, PENDING)",
        "subscribe to own orders and place a limit buy: look whether side and state are there",
    ),
    (
        "the spot socket has no lifetime, and a ping every 20 s keeps it open",
        "listen for two days with pings, and for an hour without",
    ),
    ("how long an ended order can be asked for", "ask for an order that was cancelled a day, a week, a month ago"),
)

_CONTRACT_ONLY = (
    (
        "`from` of a depth update follows `to` of the one before (read from samples)",
        "record the depth of two contracts for a day and count the steps that are not one",
    ),
    (
        "times are milliseconds, although the specification calls them microseconds",
        "compare `ts` of an order with the time it was placed",
    ),
    ("a size counts whole contracts in every market", "read the least size that each contract's page accepts"),
    (
        "contract sockets know no message of the client: pings of the transport keep them open",
        "listen to the private stream of an idle account for an hour, with and without such pings",
    ),
    ("the body of 429, and of 401 on REST", "send without a token; send 501 reads in 10 s"),
    (
        "a funding row pays `pnl` minus `fee`",
        "hold a position over a settlement and compare the row with the change of cash",
    ),
    ("funding is settled every 8 h", "watch nextFundingTime of every contract for a day"),
    ("the private stream goes on after its token has run out", "connect with recv_window 1 and listen for a minute"),
    (
        "an order id sorts by time, and `id` pages to older rows",
        "page GET /trades with limit 2 and compare with limit 100",
    ),
    ("orders/batch exists (only ccxt names it)", "DELETE /orders/batch with the id of one resting order"),
    ("the reasons for too little margin, reduce-only and unknown orders", "provoke each and note the `anomaly`"),
)

CAPABILITIES = {
    SPOT: Capabilities(
        line=SPOT,
        market_buy=MarketBuy.SIZE,
        fok=False,
        client_id_pattern=CLIENT_ID,
        client_ids=ClientIds.NONE,
        request_life=COMMAND_WINDOW * SECOND,
        accounts=tuple(ACCOUNTS),
        unconfirmed=(*_BOTH, *_SPOT_ONLY),
    ),
    CONTRACT: Capabilities(
        line=CONTRACT,
        reduce_only=True,
        cancel_all=False,
        by_client_id=False,
        isolated=True,
        request_life=COMMAND_WINDOW * SECOND,
        accounts=tuple(ACCOUNTS),
        unconfirmed=(*_BOTH, *_CONTRACT_ONLY),
    ),
}

"""What the venue can do, and what it allows, as data.

Non-matching calls cost credits: 500 each from a pool of 50,000 that refills by 10,000 a second, so a burst of 100
calls takes 5 s to come back, and what never exceeds the pool in any 5 s never empties it.
Matching calls (orders) are counted by the account's volume; the lowest tier is written here, and holds until the
account's own figures are read (`tier`).
The dead-man switch is the venue's cancel-on-disconnect with its heartbeat: whoever does not answer is disconnected,
and the orders of that connection are cancelled, but not those sent over HTTP or over another connection.
Followed: https://docs.deribit.com/articles/rate-limits and
/api-reference/session-management/private-enable_cancel_on_disconnect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.deribit.hosts import PUBLIC
from basisdesk.venues.trading import Amending, Bucket, Capabilities, ClientIds, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

SECOND = 1_000_000_000
LIFE_NS = 5 * SECOND
"""How long after signing the venue may still take an order (`valid_until`)."""

CALL = ("credits", 500.0)
MATCHING = ("matching", 1.0)
LISTING = ("instruments", 1.0)
MASS_CANCEL = ("cancel_all", 1.0)

BUCKETS: Sequence[Bucket] = (
    Bucket(name="credits", capacity=50_000, window=5 * SECOND, scope="account"),
    Bucket(name="matching", capacity=20, window=4 * SECOND, scope="account"),
    Bucket(name="cancel_all", capacity=20, window=4 * SECOND, scope="account"),
    Bucket(name="instruments", capacity=50, window=50 * SECOND, scope="ip"),
    Bucket(name="subscribe", capacity=10, window=3_030_303_031, scope="connection"),
)
"""Published limits; a burst that refills at a rate is written as the burst in the time it takes to refill."""

STANDING = (
    Standing(name="connections of an address", most=32, http=True),
    Standing(name="sessions of a key", most=16, scope="account"),
)

LABEL_LENGTH = 64
HEARTBEAT_S = (10, 600)
MINUTE = 60 * SECOND

_UNCONFIRMED = (
    (
        "how far a signature's time may be from the venue's clock is not told, so only orders are known to expire",
        "sign public/auth and private/get_positions 10 s, 60 s and 600 s late on the test network",
    ),
    (
        "a signature with a wrong time is refused as bad credentials whose words name the timestamp",
        "sign public/auth with a time of an hour ago on the test network and read code and words",
    ),
    (
        "a label may hold any letters; only letters, digits, '.', '-' and '_' are used",
        "place an order with every printable character as label on the test network",
    ),
    (
        "cancelled orders without fills can be asked for about 30 minutes long, trades as recent for about 24 hours",
        "cancel an order and ask for it every minute; ask for a trade as recent and as historical every hour",
    ),
    (
        "direction of an own trade is the account's own side (it is compared with its order where both are told)",
        "rest an order, let another account take it, and read get_user_trades_by_order",
    ),
    (
        "the lowest tier of matching requests (5 a second, 20 at once) holds for cancel_all, too",
        "read limits.matching_engine of get_account_summaries",
    ),
    (
        "realised profit of a session, with funding, is in `equity` and not in `balance` (documented figures agree)",
        "close a perpetual position at a profit and read balance before and after 08:00 UTC",
    ),
    (
        "an edit may state only a price, or only an amount",
        "edit a resting order so on the test network",
    ),
    (
        "an interval above 600 s is refused by set_heartbeat, and 10 s is the least",
        "call public/set_heartbeat with 9, 10, 600 and 601",
    ),
    (
        "user.liquidation tells of auto-deleveraging; which fields come with each state is not known",
        "record the channel of an account on the test network over a forced close",
    ),
)

CAPABILITIES = {
    PUBLIC.name: Capabilities(
        line=PUBLIC.name,
        amend=Amending.IN_PLACE,
        reduce_only=True,
        dead_man=HEARTBEAT_S,
        dead_man_scope="connection",
        socket_orders=True,
        client_id_pattern=r"[A-Za-z0-9._-]{1,64}",
        client_ids=ClientIds.NONE,
        order_memory=30 * MINUTE,
        request_life=LIFE_NS,
        unconfirmed=_UNCONFIRMED,
    )
}

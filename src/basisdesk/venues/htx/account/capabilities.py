"""What each line can do.

Two interfaces for linear contracts exist side by side; the newer one (`/v5`) is used.
Coin-margined positions are always long and short beside each other, and each order states its leverage.
An order that was cancelled without fills can be asked for during two hours.
Client ids are whole numbers on contracts, so the desk uses such numbers everywhere (`ids`).
Sources: docs/venues/htx.md.
"""

from __future__ import annotations

from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.ids import CONTRACT_PATTERN, SPOT_PATTERN
from basisdesk.venues.htx.account.sign import LIFE
from basisdesk.venues.trading import Capabilities, ClientIds, MarketBuy

HOUR = 3_600_000_000_000
MEMORY = 2 * HOUR
ACCOUNTS = (symbols.SPOT, symbols.LINEAR, symbols.COIN_SWAP, symbols.COIN_FUTURES)

_COMMON = (
    (
        "a crossing post-only order is accepted and at once cancelled",
        "send a post-only order through the touch and read its reply, its events and its state",
    ),
    (
        "an order cancelled without fills can be asked for during 2 h on every line",
        "cancel an order and ask for it every ten minutes until the venue no longer knows it",
    ),
    (
        "the time in a signature may be 5 minutes off, to either side",
        "sign reads with times from 4 to 6 minutes in the past and in the future",
    ),
    ("there is no test network", "ask the venue for one"),
)
_CONTRACTS = (
    (
        "a client id that was used is refused for a day with code 1067",
        "place, cancel, and place again with the same client id after a minute, an hour and a day",
    ),
    (
        "the dead-man switch takes on_off and time_out in ms, at least 5000",
        "arm it with 4999 and with 5000 over one resting order far from the market",
    ),
)
_LINEAR = (
    (
        "v5 is open to every account; whether the order endpoints of v1 still answer a new one is not known",
        "place an order over each with a new account",
    ),
    (
        "no order can be amended, although events of v5 have fields for it",
        "look for the request in the venue's pages, and read amend_result of an event",
    ),
    (
        "lists of v5 go on behind the row whose id is `from`, towards older ones",
        "rest three orders, ask for them with limit 2, and again with from set to the id of the second",
    ),
    (
        "v5/trade/order/details knows fills of more than three days ago",
        "ask for a fill of four days ago by its window of time",
    ),
    (
        "trade_fee of v5 is positive when it was paid (fee of its orders was seen negative)",
        "fill one order as taker; compare trade_fee, fee and the change of the balance",
    ),
    (
        "a client id may be sent as a JSON number to the v5 interface",
        "place one order with a number and one with text, and read both back",
    ),
    (
        "v5 fills are named by trade_id and order_id together, the same on the stream and in the query",
        "fill one taker order over several makers; compare the rows of both sources",
    ),
    (
        "order_source of v5 tells liquidation and deleveraging",
        "wait for one on an account with a small isolated position",
    ),
    (
        "v5/trade/cancel_all_orders without contract_code cancels every contract",
        "rest one order in two contracts and send an empty body",
    ),
)
_COIN = (
    (
        "fee is negative when it was paid",
        "fill one order; compare the sign of fee in orders, fills and financial records",
    ),
)
_SPOT = (
    ("the shortest time of the dead-man switch is 5 s", "arm it with 4 and with 5 seconds and read the answers"),
    (
        "the longest time of the dead-man switch is a day",
        "arm it with 86400 and 86401 seconds and read triggerTime",
    ),
    (
        "the amount of a market buy is quote money in the decimals of sizes",
        "buy for money with one decimal more than sizes have",
    ),
)

SPOT = Capabilities(
    line=symbols.SPOT,
    market_buy=MarketBuy.MONEY,
    dead_man=(5, 86_400),
    dead_man_scope="account",
    client_id_pattern=SPOT_PATTERN,
    client_ids=ClientIds.DAY,
    batch=10,
    order_memory=MEMORY,
    request_life=LIFE,
    accounts=ACCOUNTS,
    unconfirmed=_COMMON + _SPOT,
)
LINEAR = Capabilities(
    line=symbols.LINEAR,
    reduce_only=True,
    dead_man=(5, 86_400),
    dead_man_scope="line",
    client_id_pattern=CONTRACT_PATTERN,
    client_ids=ClientIds.DAY,
    hedge_mode=True,
    isolated=True,
    batch=10,
    order_memory=MEMORY,
    request_life=LIFE,
    accounts=ACCOUNTS,
    unconfirmed=_COMMON + _CONTRACTS + _LINEAR,
)


def _coin(line: str) -> Capabilities:
    return Capabilities(
        line=line,
        reduce_only=True,
        dead_man=(5, 86_400),
        dead_man_scope="line",
        client_id_pattern=CONTRACT_PATTERN,
        client_ids=ClientIds.DAY,
        hedge_mode=True,
        batch=10,
        order_memory=MEMORY,
        request_life=LIFE,
        accounts=ACCOUNTS,
        unconfirmed=_COMMON + _CONTRACTS + _COIN,
    )


CAPABILITIES = {
    symbols.SPOT: SPOT,
    symbols.LINEAR: LINEAR,
    symbols.COIN_SWAP: _coin(symbols.COIN_SWAP),
    symbols.COIN_FUTURES: _coin(symbols.COIN_FUTURES),
}

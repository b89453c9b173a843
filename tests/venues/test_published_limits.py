"""What each venue publishes of its limits, row by row from the venues' fact sheets and not from the codecs.

A window that is too long or a count that is too small only wastes time; the other way round the address is banned.
"""

from __future__ import annotations

import pytest

from basisdesk.domain import ask as asks
from basisdesk.venues import VENUES
from basisdesk.venues.trading import Credentials, Request, Session

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND
Row = tuple[float, float, str]  # how many, in how many seconds, counted by what

PUBLISHED: dict[str, dict[str, Row]] = {
    "binance": {
        "spot.weight": (6_000, 60, "ip"), "usdm.weight": (2_400, 60, "ip"), "coinm.weight": (2_400, 60, "ip"),
        "spot.raw": (300_000, 300, "ip"), "spot.orders.10s": (50, 10, "account"),
        "spot.orders.1d": (160_000, 86_400, "account"), "usdm.orders.10s": (300, 10, "account"),
        "usdm.orders.1m": (1_200, 60, "account"), "coinm.orders.1m": (1_200, 60, "account"),
        "usdm.funding": (500, 300, "ip"), "coinm.funding": (500, 300, "ip"), "spot.connects": (300, 300, "ip"),
        "spot.messages": (5, 1, "connection"), "usdm.messages": (10, 1, "connection"),
        "coinm.messages": (10, 1, "connection"),
    },
    "bybit": {
        "address": (600, 5, "ip"), "connects": (500, 300, "ip"), "trade socket": (3_000, 1, "ip"),
        "/v5/order/create spot": (20, 1, "account"), "/v5/order/create contracts": (10, 1, "account"),
        "/v5/order/amend spot": (10, 1, "account"), "/v5/order/amend contracts": (10, 1, "account"),
        "/v5/order/cancel spot": (20, 1, "account"), "/v5/order/cancel contracts": (10, 1, "account"),
        "/v5/order/cancel-all spot": (20, 1, "account"), "/v5/order/cancel-all contracts": (10, 1, "account"),
        "/v5/order/realtime": (50, 1, "account"), "/v5/order/history": (50, 1, "account"),
        "/v5/execution/list": (50, 1, "account"), "/v5/position/list": (50, 1, "account"),
        "/v5/position/set-leverage": (10, 1, "account"), "/v5/position/switch-mode": (10, 1, "account"),
        "/v5/account/wallet-balance": (50, 1, "account"), "/v5/account/fee-rate": (5, 1, "account"),
        "/v5/account/set-margin-mode": (5, 1, "account"),
    },
    "okx": {
        "place": (60, 2, "symbol"), "amend": (60, 2, "symbol"), "cancel": (60, 2, "symbol"),
        "cancel-batch": (300, 2, "symbol"), "orders": (1_000, 2, "account"), "dead-man": (1, 1, "account"),
        "order": (60, 2, "account"), "pending": (60, 2, "account"), "fills": (60, 2, "account"),
        "fills-history": (10, 2, "account"), "balance": (10, 2, "account"), "positions": (10, 2, "account"),
        "config": (5, 2, "account"), "fee": (5, 2, "account"), "leverage": (20, 2, "account"),
        "position-mode": (5, 2, "account"), "transfer": (2, 1, "account"), "time": (10, 2, "ip"),
        "instruments": (20, 2, "ip"), "funding": (10, 2, "ip"), "connect": (3, 1, "ip"),
        "subscribe": (480, 3_600, "connection"),
    },
    "deribit": {
        "credits": (50_000, 5, "account"), "matching": (20, 4, "account"), "cancel_all": (20, 4, "account"),
        "instruments": (50, 50, "ip"), "subscribe": (10, 10 / 3.3, "connection"),
    },
    "htx": {
        "spot_place": (100, 2, "account"), "spot_cancel": (100, 2, "account"), "spot_query": (50, 2, "account"),
        "contract_trade": (72, 3, "account"), "contract_read": (72, 3, "account"), "contract_public": (240, 3, "ip"),
        "contract_market": (800, 1, "ip"), "v5_trade": (24, 1, "account"), "v5_setting": (48, 1, "account"),
        "v5_market": (80, 1, "ip"), "spot_messages": (50, 1, "connection"),
    },
    "bigone": {"rest": (500, 10, "ip")},
}  # fmt: skip


@pytest.mark.parametrize("venue", VENUES)
def test_a_bucket_holds_what_the_venue_publishes(venue: str) -> None:
    trading = VENUES[venue].trading
    assert trading is not None
    buckets = {bucket.name: bucket for bucket in trading.buckets}
    assert set(PUBLISHED[venue]) <= set(buckets)
    for name, (count, seconds, scope) in PUBLISHED[venue].items():
        found = buckets[name]
        assert (found.capacity, found.scope) == (count, scope), name
        assert found.window / SECOND == pytest.approx(seconds, rel=1e-6), name


def test_every_spot_request_to_binance_counts_as_one_raw_request_and_no_other_line_has_that_limit() -> None:
    trading = VENUES["binance"].trading
    assert trading is not None
    counted = {}
    for line in ("spot", "usdm", "coinm"):
        request = trading.encode(asks.AskTime(line), Session(Credentials("key", "secret")), NOW)
        assert isinstance(request, Request)
        counted[line] = dict(request.costs).get("spot.raw")
    assert counted == {"spot": 1, "usdm": None, "coinm": None}

"""What the venue says that its limits are."""

import json

import pytest

from basisdesk.domain.ask import AskInstruments
from basisdesk.venues.binance import VENUE
from basisdesk.venues.budget import Budget
from basisdesk.venues.trading import Reply, Response, Session

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND
TOLD = [
    {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000},
    {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 100},
    {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 200000},
    {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 61000},
]


def listed(line: str, rates: object) -> Reply:
    trading, session = VENUE.trading, Session()
    assert trading is not None
    request = trading.encode(AskInstruments(line), session, NOW)
    body = json.dumps({"rateLimits": rates, "symbols": []}).encode()
    return trading.decode(request, Response(200, body, {}, NOW), session)  # type: ignore[arg-type]


def test_the_exchange_information_states_what_the_buckets_hold() -> None:
    assert listed("spot", TOLD).capacities == (
        ("spot.weight", 6000.0),
        ("spot.orders.10s", 100.0),
        ("spot.orders.1d", 200_000.0),
        ("spot.raw", 61_000.0),
    )
    budget = Budget(VENUE.trading.buckets if VENUE.trading else ())
    for name, holds in listed("spot", TOLD).capacities:
        budget.resize(name, holds)
    assert budget.ask([("spot.orders.10s", 60)], urgent=False, symbol="", now=NOW) == 0
    assert budget.ask([("spot.orders.10s", 1)], urgent=False, symbol="", now=NOW) > 0


def test_a_limit_over_another_span_is_another_limit() -> None:
    odd = [row | {"intervalNum": 7} for row in TOLD]
    assert listed("spot", odd).capacities == ()
    assert listed("coinm", TOLD).capacities == (("coinm.weight", 6000.0),)


@pytest.mark.parametrize("rates", [None, 7, "x", [1], [{}], [{"rateLimitType": "ORDERS"}], [TOLD[0] | {"limit": "x"}]])
def test_limits_in_another_shape_hide_no_instrument(rates: object) -> None:
    reply = listed("usdm", rates)
    assert reply.capacities == ()
    assert reply.further == AskInstruments("usdm", "funding")

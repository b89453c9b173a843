"""What requests cost in the venue's own weight, from the rows of its fact sheet and not from the codec.

Whoever counts too little is banned.
"""

from __future__ import annotations

import pytest
from tests.venues.test_patience import NOW, desk_of, place

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import OrderRef
from basisdesk.venues.trading import Request

SPOT, USDM, COINM = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "binance:BTC/USD:BTC"


def ref(symbol: str) -> OrderRef:
    return OrderRef(symbol=symbol, venue_id="7")


@pytest.mark.parametrize(
    ("ask", "bucket", "weight"),
    [
        (asks.AskTime("spot"), "spot.weight", 1),
        (asks.AskInstruments("spot"), "spot.weight", 20),
        (asks.AskInstruments("usdm"), "usdm.weight", 1),
        (asks.AskInstruments("usdm", "funding"), "usdm.funding", 1),
        (asks.AskFunding(USDM), "usdm.weight", 1),
        (asks.AskFunding(COINM), "coinm.weight", 10),
        (asks.AskFunding(COINM, "settled"), "coinm.funding", 1),
        (asks.AskBalances("spot"), "spot.weight", 20),
        (asks.AskBalances("usdm"), "usdm.weight", 5),
        (asks.AskPositions("usdm"), "usdm.weight", 5),
        (asks.AskOrder(ref(SPOT)), "spot.weight", 4),
        (asks.AskOrder(ref(USDM)), "usdm.weight", 1),
        (asks.AskOpenOrders("spot"), "spot.weight", 80),
        (asks.AskOpenOrders("spot", SPOT), "spot.weight", 6),
        (asks.AskOpenOrders("usdm"), "usdm.weight", 40),
        (asks.AskOpenOrders("usdm", USDM), "usdm.weight", 1),
        (asks.AskFills(line="spot", symbol=SPOT), "spot.weight", 20),
        (asks.AskFills(line="usdm", symbol=USDM), "usdm.weight", 5),
        (asks.AskFills(line="coinm", symbol=COINM), "coinm.weight", 20),
        (asks.DeadMan("usdm", 30, USDM), "usdm.weight", 10),
        (asks.Cancel(ref(USDM)), "usdm.weight", 1),
    ],
)
def test_a_request_costs_the_weight_that_the_venue_publishes(ask: asks.Ask, bucket: str, weight: int) -> None:
    desk = desk_of("binance")
    request = desk.trading.encode(ask, desk.session, NOW)
    assert isinstance(request, Request), request
    assert {name: units for name, units in request.costs if name != "spot.raw"} == {bucket: weight}


@pytest.mark.parametrize("symbol", [USDM, COINM])
def test_orders_of_contracts_cost_no_weight_and_one_of_each_order_counter(symbol: str) -> None:
    desk = desk_of("binance")
    line = desk.session.instruments[symbol].market
    counters = {bucket.name for bucket in desk.trading.buckets if bucket.name.startswith(f"{line}.orders.")}
    request = desk.trading.encode(place(symbol, desk.session), desk.session, NOW)
    assert isinstance(request, Request), request
    assert dict(request.costs) == dict.fromkeys(counters, 1)

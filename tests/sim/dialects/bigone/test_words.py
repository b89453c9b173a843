"""What the spot socket says beside what was asked for: balances that orders lock, and why it refuses."""

from __future__ import annotations

from typing import Any

from basisdesk.sim.exchange.logins import FULL
from basisdesk.venues.bigone.sign import bearer


def test_an_order_brings_along_the_balance_that_it_locks(door: Any) -> None:
    socket = door.connect("/ws/v2")
    door.send(socket, {"requestId": "1", "authenticateCustomerRequest": {"token": bearer(FULL.credentials, door.now)}})
    door.send(socket, {"requestId": "2", "subscribeViewerAccountsRequest": {}})
    body = {"asset_pair_name": "BTC-USDT", "side": "BID", "type": "LIMIT", "amount": "0.01", "price": "50000"}
    placed = door.call("POST", "/api/v3/viewer/orders", body)[1]["data"]
    (told,) = door.heard(socket)
    assert (told["accountUpdate"]["account"]["asset"], told["accountUpdate"]["account"]["lockedBalance"]) == (
        "USDT", "500",
    )  # fmt: skip
    door.call("POST", f"/api/v3/viewer/orders/{placed['id']}/cancel")
    (told,) = door.heard(socket)
    assert told["accountUpdate"]["account"]["lockedBalance"] == "0"
    door.call("POST", "/api/v3/viewer/orders", body | {"side": "ASK", "price": "80000"})
    (told,) = door.heard(socket)
    assert (told["accountUpdate"]["account"]["asset"], told["accountUpdate"]["account"]["lockedBalance"]) == (
        "BTC", "0.01",
    )  # fmt: skip
    contract = {"symbol": "BTCUSD", "side": "SELL", "type": "MARKET", "size": 5, "reduceOnly": False}
    assert door.call("POST", "/api/contract/v2/orders", contract)[0] == 200
    assert door.heard(socket) == []


def test_a_login_that_is_refused_says_why_in_words(door: Any) -> None:
    socket = door.connect("/ws/v2")
    (told,) = door.send(socket, {"requestId": "1", "authenticateCustomerRequest": {"token": "Bearer a.b.c"}})
    assert told["error"] == {"code": 45001, "message": "invalid token format"}
    (told,) = door.send(
        socket, {"requestId": "2", "subscribeMarketCandlesRequest": {"market": "BTC-USDT", "period": "M"}}
    )
    assert told["error"] == {"code": 45000, "message": "unknown period M"}

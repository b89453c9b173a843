"""What a spot client asks about its own connection, and what is told of orders beside the orders themselves."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from basisdesk.sim.exchange.logins import FULL

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.binance.conftest import Stage

SPOT = "binance:BTC/USDT"


def say(stage: Stage, socket: int, method: str, **params: Any) -> Any:
    """Say a request, signed where it has an `apiKey`; return the answer."""
    if "apiKey" in params:
        params["timestamp"] = stage.now // 10**6
        text = "&".join(f"{name}={params[name]}" for name in sorted(params))
        params["signature"] = hmac.new(FULL.credentials.secret.encode(), text.encode(), "sha256").hexdigest()
    answers = stage.say(socket, {"id": "x", "method": method, "params": params})
    return next(each for each in answers if each.get("id") == "x")


def test_a_connection_tells_of_itself_and_of_what_it_listens_to(stage: Stage) -> None:
    opened = stage.now // 10**6
    socket, key = stage.open("spot", "/ws-api/v3"), FULL.credentials.key
    stage.wait(3)
    told = say(stage, socket, "session.status")
    assert told["result"] == {
        "apiKey": None, "authorizedSince": None, "connectedSince": opened, "returnRateLimits": True,
        "serverTime": opened + 3000, "userDataStream": False,
    }  # fmt: skip
    assert told["rateLimits"][0]["rateLimitType"] == "REQUEST_WEIGHT"
    for number in (0, 1):
        told = say(stage, socket, "userDataStream.subscribe.signature", apiKey=key)
        assert (told["status"], told["result"]) == (200, {"subscriptionId": number})
        assert told["rateLimits"][0]["count"] > 0
    assert say(stage, socket, "session.subscriptions")["result"] == [{"subscriptionId": 0}, {"subscriptionId": 1}]
    assert say(stage, socket, "session.logout")["result"]["userDataStream"] is True
    assert say(stage, socket, "userDataStream.unsubscribe", subscriptionId=0)["result"] == {}
    assert say(stage, socket, "session.subscriptions")["result"] == [{"subscriptionId": 1}]
    assert say(stage, socket, "userDataStream.unsubscribe", returnRateLimits=False) == {
        "id": "x", "status": 200, "result": {},
    }  # fmt: skip
    assert say(stage, socket, "session.subscriptions")["result"] == []
    refused = say(stage, socket, "session.logon", apiKey=key)
    assert (refused["status"], refused["error"]["code"], "rateLimits" in refused) == (400, -4056, True)
    assert say(stage, socket, "session.status", returnRateLimits=True)["rateLimits"][0]["count"] > 2
    futures = stage.open("usdm", "/ws-fapi/v1")
    assert say(stage, futures, "session.status")["error"]["code"] == -1000


def test_how_a_spot_order_was_made_smaller_is_told(stage: Stage, price: Callable[..., str]) -> None:
    terms: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
    made = stage.signed("spot", "POST", "/api/v3/order", **terms, quantity="0.03", price=price(SPOT, 0.9))[1]
    which: dict[str, Any] = {"symbol": "BTCUSDT", "orderId": made["orderId"]}
    numbers = []
    for size, name in (("0.02", "second"), ("0.01", "third")):
        path = "/api/v3/order/amend/keepPriority"
        told = stage.signed("spot", "PUT", path, **which, newQty=size, newClientOrderId=name)[1]
        numbers.append(told["executionId"])
    path = "/api/v3/order/amendments"
    rows = stage.signed("spot", "GET", path, **which)[1]
    assert [(row["origClientOrderId"], row["newClientOrderId"], row["executionId"]) for row in rows] == [
        (made["clientOrderId"], "second", numbers[0]),
        ("second", "third", numbers[1]),
    ]
    assert [(float(row["origQty"]), float(row["newQty"])) for row in rows] == [(0.03, 0.02), (0.02, 0.01)]
    assert stage.signed("spot", "GET", path, **which, fromExecutionId=numbers[1])[1] == rows[1:]
    assert stage.signed("spot", "GET", path, **which, limit=1)[1] == rows[:1]
    assert stage.signed("spot", "GET", path, symbol="BTCUSDT", orderId=1)[1] == []
    assert stage.signed("spot", "GET", "/api/v3/myFilters", symbol="BTCUSDT")[1]["symbolFilters"] == []

"""The gate: keys, signatures, clock, types of parameters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.sim.contract import HttpCall
from basisdesk.sim.dialects.htx.gate import hosts_of, signature

if TYPE_CHECKING:
    from tests.sim.dialects.htx.conftest import Venue

ACCOUNTS = "/v1/account/accounts"
K = "demoKey000000000000000000000000001"


@pytest.mark.parametrize(
    ("method", "host", "path", "query", "expected"),
    [
        (
            "POST",
            "api.huobi.pro",
            "/v1/order/orders/place",
            f"AccessKeyId={K}&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2023-11-14T22%3A13%3A20",
            "xtb0ruIudikwOdiIG1sc90s3Ec/YBp7uprWlU0+WXqA=",
        ),
        (
            "GET",
            "api.huobi.pro",
            "/ws/v2",
            f"accessKey={K}&signatureMethod=HmacSHA256&signatureVersion=2.1&timestamp=2023-11-14T22%3A13%3A20",
            "Z3tntR4jBYLm7Q1gl6VPNhdRTcO3J3OY9lWSo66sqmA=",
        ),
    ],
)
def test_the_worked_examples(method: str, host: str, path: str, query: str, expected: str) -> None:
    assert signature("demoSecret00000000000000000000000001", method, host, path, query) == expected


def call(venue: Venue, target: str) -> Any:
    return json.loads(venue.call("spot", "GET", target).body)


def test_a_signed_request_is_let_in_for_every_live_host_and_the_address_itself(venue: Venue) -> None:
    assert venue.get("spot", ACCOUNTS)["status"] == "ok"
    here = HttpCall(host="contract", authority="LocalHost:1", method="GET", path="/", query="", headers={}, body=b"")
    assert hosts_of(here) == ["api.hbdm.com", "api.hbdm.vn", "localhost:1", "localhost", "http:"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"AccessKeyId": "nobody"}, "Incorrect Access key"),
        ({"SignatureVersion": "1"}, "Incorrect signature method or version"),
        ({"SignatureMethod": "MD5"}, "Incorrect signature method or version"),
        ({"Timestamp": "yesterday"}, "Invalid timestamp format"),
        ({"Timestamp": "2020-01-01T00:00:00"}, "Invalid timestamp: it is more than 5 minutes off"),
        ({"Timestamp": ""}, "Missing Timestamp"),
    ],
)
def test_what_is_wrong_with_a_signature_is_told(venue: Venue, changes: dict[str, str], words: str) -> None:
    answer = call(venue, venue.target("spot", "GET", ACCOUNTS, {}, **changes))
    assert (answer["err-code"], answer["err-msg"]) == ("api-signature-not-valid", f"Signature not valid: {words}")


def test_another_secret_path_or_method_is_refused(venue: Venue) -> None:
    target = venue.target("spot", "POST", ACCOUNTS, {})
    assert call(venue, target)["err-msg"] == "Signature not valid: Verification failure"
    target = venue.target("spot", "GET", "/v1/account/other", {}).replace("other", "accounts")
    assert call(venue, target)["err-msg"] == "Signature not valid: Verification failure"
    spoiled = venue.target("spot", "GET", ACCOUNTS, {}) + "&more=1"
    assert call(venue, spoiled)["err-msg"] == "Signature not valid: Verification failure"


def test_a_parameter_is_part_of_what_is_signed(venue: Venue) -> None:
    target = venue.target("spot", "GET", "/v2/reference/transact-fee-rate", {"symbols": "btcusdt"})
    assert call(venue, target)["code"] == 200
    assert call(venue, target.replace("btcusdt", "ethusdt"))["code"] == 1003


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "validation-format-error"),
        (b"[]", "validation-constraints-required"),
        ({}, "validation-constraints-required"),
        ({"account-id": "5"}, "account-get-accounts-inexistent-error"),
        ({"amount": "a"}, "validation-format-error"),
        ({"amount": "1E+50"}, "validation-format-error"),
        ({"amount": "1E-50"}, "validation-format-error"),
        ({"amount": True}, "validation-format-error"),
        ({"price": [5]}, "validation-format-error"),
        ({"amount": 0.00001}, "order-limitorder-amount-min-error"),
        ({"symbol": 5}, "validation-format-error"),
        ({"account-id": {}}, "validation-format-error"),
        ({"type": "hold-limit"}, "validation-format-error"),
        ({"type": "buy-stop-limit"}, "validation-format-error"),
        ({"source": "margin-api"}, "validation-format-error"),
        ({"colour": "red"}, "validation-format-error"),
        ({"client-order-id": "ä"}, "invalid-client-order-id"),
        ({"amount": None}, "validation-constraints-required"),
        ({"price": None}, "validation-constraints-required"),
        ({"symbol": "nonesuch"}, "base-symbol-error"),
        ({"type": "buy-market", "price": None, "amount": "10.1234567"}, "order-orderamount-precision-error"),
        ({"amount": "0.00001"}, "order-limitorder-amount-min-error"),
        ({"amount": "0.0100001"}, "order-orderamount-precision-error"),
        ({"amount": "5000"}, "order-limitorder-amount-max-error"),
        ({"amount": "900"}, "account-frozen-balance-insufficient-error"),
        ({"price": "60000.001"}, "order-orderprice-precision-error"),
        ({"price": "120000"}, "order-limitorder-price-max-error"),
        ({"amount": "0.0001", "price": "40000"}, "order-value-min-error"),
    ],
)
def test_spot_orders_are_refused_in_the_venues_words(venue: Venue, body: Any, code: str) -> None:
    sound = {"account-id": "51000001", "symbol": "btcusdt", "type": "buy-limit", "amount": "0.01", "price": "60000"}
    told = sound | body if isinstance(body, dict) and body else body
    told = {name: value for name, value in told.items() if value is not None} if isinstance(told, dict) else told
    answer = venue.post("spot", "/v1/order/orders/place", told)
    assert (answer["status"], answer["err-code"]) == ("error", code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"volume": 2}, 1030),
        ({"volume": None}, 1030),
        ({"price": None}, 1030),
        ({"margin_mode": "portfolio"}, 1030),
        ({"reduce_only": 2}, 1030),
        ({"client_order_id": "x"}, 1067),
        ({"client_order_id": "9223372036854775808"}, 1067),
        ({"client_order_id": True}, 1030),
        ({"contract_code": "XYZ-USDT"}, 1013),
        ({"volume": "1.5"}, 1040),
        ({"price": "60000.01"}, 1038),
        ({"price": "900000"}, 1039),
        ({"volume": "9000000"}, 1047),
        ({"position_side": "long"}, 1045),
        ({"reduce_only": 1}, 1048),
    ],
)
def test_linear_orders_are_refused_in_the_venues_numbers(venue: Venue, body: dict[str, Any], code: int) -> None:
    sound = {"contract_code": "BTC-USDT", "margin_mode": "cross", "side": "buy", "type": "limit", "volume": "2"}
    told = sound | {"price": "60000"} | body
    answer = venue.post(
        "contract", "/v5/trade/order", {name: value for name, value in told.items() if value is not None}
    )
    assert answer["code"] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lever_rate": 0}, 1094),
        ({"lever_rate": 1000}, 1037),
        ({"lever_rate": "five"}, 1030),
        ({"lever_rate": True}, 1030),
        ({"offset": "both"}, 1030),
        ({"order_price_type": "magic"}, 1030),
        ({"client_order_id": "abc"}, 1067),
        ({"volume": None}, 1030),
        ({"price": None}, 1030),
        ({"contract_code": None}, 1030),
        ({"offset": "close"}, 1048),
    ],
)
def test_coin_margined_orders_are_refused_in_the_venues_numbers(venue: Venue, body: dict[str, Any], code: int) -> None:
    sound = {"contract_code": "BTC-USD", "direction": "buy", "offset": "open", "order_price_type": "limit"}
    told = sound | {"volume": 2, "price": 60000, "lever_rate": 5} | body
    answer = venue.post(
        "contract", "/swap-api/v1/swap_order", {name: value for name, value in told.items() if value is not None}
    )
    assert (answer["status"], answer["err_code"]) == ("error", code)


def test_numbers_may_be_text_in_coin_margined_orders(venue: Venue) -> None:
    told = {"contract_code": "btc-usd", "direction": "buy", "offset": "open", "order_price_type": "limit"}
    told |= {"volume": "2", "price": "60000", "lever_rate": "5"}
    answer = venue.post("contract", "/swap-api/v1/swap_order", told)
    assert answer["status"] == "ok"
    assert "client_order_id" not in answer["data"]


def test_a_refused_private_request_tells_limits_only_to_its_key(venue: Venue) -> None:
    target = venue.target("spot", "GET", ACCOUNTS, {}, AccessKeyId="nobody")
    assert venue.call("spot", "GET", target).headers == ()
    for _ in range(50):
        assert venue.get("spot", ACCOUNTS)["status"] == "ok"
    answer = venue.call("spot", "GET", venue.target("spot", "GET", ACCOUNTS, {}))
    assert answer.status == 429
    assert json.loads(answer.body)["err-code"] == "rate-too-many-requests"
    headers = dict(answer.headers)
    assert headers["X-HB-RateLimit-Requests-Remain"] == "0"
    assert int(headers["X-HB-RateLimit-Requests-Expire"]) * 10**6 == venue.now + 2 * 10**9
    assert venue.get("spot", "/v1/order/openOrders")["status"] == "ok"  # every endpoint is counted by itself

"""What the answers to public requests say of the limits, venue by venue."""

import json

import pytest

from basisdesk.domain.ask import AskInstruments, AskPermissions
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues import VENUES, venue_named
from basisdesk.venues.trading import Reply, Request, Response

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND
ADDRESSED = {
    "binance": ("spot", "/api/v3/depth?symbol=BTCUSDT&limit=1000", (("spot.weight", 50.0), ("spot.raw", 1.0))),
    "bybit": ("linear", "/v5/market/funding/history?category=linear&symbol=BTCUSDT", (("address", 1.0),)),
    "okx": ("public", "/api/v5/public/instruments?instType=SPOT", (("instruments", 1.0),)),
    "deribit": ("public", "/api/v2/public/get_instruments?currency=any", (("credits", 500.0), ("instruments", 1.0))),
    "htx": ("linear", "/v5/market/funding_rate?contract_code=BTC-USDT", (("v5_market", 1.0),)),
    "bigone": ("contract", "/api/contract/v2/depth@BTCUSD/snapshot", (("rest", 1.0),)),
}


def judged(venue: str, status: int, body: object, headers: dict[str, str] | None = None, path: str = "") -> Reply:
    line, usual, costs = ADDRESSED[venue]
    trading = venue_named(venue).trading
    assert trading is not None
    assert trading.judge is not None
    request = Request(
        ask=AskInstruments(line),
        method="GET",
        origin=venue_named(venue).lines[line].rest_url,
        path=path or usual,
        costs=costs,
    )
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return trading.judge(request, Response(status, text, headers or {}, NOW))


SPOT = ("spot.weight", "spot.raw", "spot.orders.10s", "spot.orders.1d", "spot.connects", "spot.messages")


@pytest.mark.parametrize(
    ("venue", "status", "body", "headers", "seconds", "held"),
    [
        ("binance", 429, {"code": -1003, "msg": "Too much request weight used"}, {"retry-after": "7"}, 7, SPOT),
        ("binance", 418, {"code": -1003, "msg": "IP banned until 1700000300000."}, {}, 300, ()),
        ("binance", 418, b"", {"retry-after": "240"}, 240, ()),
        ("binance", 403, b"<html>403 Forbidden</html>", {}, 60, SPOT),
        ("binance", 403, b"<html>403 Forbidden</html>", {"retry-after": "90"}, 90, SPOT),
        ("bybit", 403, b"access too frequent", {}, 600, ()),
        ("bybit", 200, {"retCode": 10018, "retMsg": "Exceeded the IP Rate Limit."}, {}, 1, ()),
        ("bybit", 429, b"", {"retry-after": "3"}, 3, ()),
        ("okx", 429, {"code": "50011", "msg": "Too Many Requests", "data": []}, {}, 2, ("instruments",)),
        ("okx", 200, {"code": "50011", "msg": "Too Many Requests", "data": []}, {}, 2, ("instruments",)),
        ("okx", 429, b"slow down", {"retry-after": "9"}, 9, ("instruments",)),
        ("deribit", 400, {"error": {"code": 10028, "message": "too_many_requests"}}, {}, 1, ("credits", "instruments")),
        ("deribit", 429, b"", {"retry-after": "8"}, 8, ("credits", "instruments")),
        ("htx", 429, b"", {}, 1, ("v5_market",)),
        (
            "htx",
            200,
            {"status": "error", "err_code": 1032, "err_msg": "limit"},
            {"retry-after": "4"},
            4,
            ("v5_market",),
        ),
        ("bigone", 429, b"", {}, 10, ()),
        ("bigone", 200, {"code": 10429, "message": "too many requests"}, {"retry-after": "30"}, 30, ()),
    ],
)
def test_too_often_is_heard_in_answers_that_a_feed_reads(
    venue: str, status: int, body: object, headers: dict[str, str], seconds: int, held: tuple[str, ...]
) -> None:
    reply = judged(venue, status, body, headers)
    assert isinstance(reply.outcome, RetryLater)
    assert reply.outcome.reason is Reason.RATE_LIMIT
    assert reply.outcome.at == NOW + seconds * SECOND
    assert set(reply.held) == set(held)
    assert reply.updates == ()


@pytest.mark.parametrize(
    ("venue", "body"),
    [
        ("binance", {"lastUpdateId": 1, "bids": [], "asks": []}),
        ("bybit", {"retCode": 0, "retMsg": "OK", "result": {"list": []}}),
        ("okx", {"code": "0", "msg": "", "data": [{"whatever": 1}]}),
        ("deribit", {"jsonrpc": "2.0", "result": []}),
        ("htx", {"code": 200, "data": [], "ts": 1}),
        ("bigone", {"code": 0, "data": []}),
    ],
)
def test_an_answer_of_content_says_nothing_against_asking_on(venue: str, body: object) -> None:
    assert judged(venue, 200, body) == Reply(outcome=Done())


def test_every_venue_says_what_came_of_public_requests() -> None:
    assert set(ADDRESSED) == set(VENUES)


@pytest.mark.parametrize("venue", list(VENUES))
@pytest.mark.parametrize("body", [b"", b"\xff", b"[", b"null", b"[[]]", b'{"code":{}}', b'{"error":7}'])
@pytest.mark.parametrize("status", [0, 101, 200, 204, 301, 400, 404, 408, 500, 502, 599])
def test_whatever_comes_is_judged_and_never_raises(venue: str, status: int, body: bytes) -> None:
    reply = judged(venue, status, body)
    limited = isinstance(reply.outcome, RetryLater) and reply.outcome.reason is Reason.RATE_LIMIT
    assert not limited
    assert reply.used == ()


def test_a_wall_that_refuses_a_command_leaves_open_what_became_of_it() -> None:
    trading = venue_named("binance").trading
    assert trading is not None
    assert trading.judge is not None
    request = Request(
        ask=AskPermissions(), method="POST", origin="https://api.binance.com", path="/api/v3/order", changes=True
    )
    reply = trading.judge(request, Response(403, b"<html>", {}, NOW))
    assert isinstance(reply.outcome, Unknown)
    reply = trading.judge(request, Response(403, b'{"code":-2015,"msg":"Invalid API-key"}', {}, NOW))
    assert isinstance(reply.outcome, Rejected)


def test_binance_tells_what_is_used_up_with_every_body() -> None:
    headers = {"x-mbx-used-weight-1m": "4321", "x-mbx-order-count-10s": "12", "x-mbx-order-count-1d": "345"}
    told = {"spot.weight": 4321.0, "spot.orders.10s": 12.0, "spot.orders.1d": 345.0}
    assert dict(judged("binance", 200, {}, headers).used) == told
    assert dict(judged("binance", 429, {}, headers).used) == told
    wallet = {"x-sapi-used-ip-weight-1m": "7", "x-sapi-used-uid-weight-1m": "900"} | headers
    path = "/sapi/v1/account/apiRestrictions"
    assert dict(judged("binance", 200, {}, wallet, path).used) == {"sapi.weight": 7.0, "sapi.uid": 900.0}
    assert set(judged("binance", 429, {}, wallet, path).held) == {"sapi.weight", "sapi.uid"}


@pytest.mark.parametrize("text", ["", "-1", "1e3", "٣", "9" * 17, "nan"])
def test_a_header_that_is_no_count_is_passed_over(text: str) -> None:
    assert judged("binance", 200, {}, {"x-mbx-used-weight-1m": text}).used == ()
    assert judged("htx", 200, {"code": 200}, {"ratelimit-remaining": text, "ratelimit-limit": "80"}).used == ()


def test_htx_tells_what_is_left_and_what_there_is() -> None:
    headers = {"ratelimit-limit": "160", "ratelimit-interval": "1000", "ratelimit-remaining": "150"}
    reply = judged("htx", 200, {"code": 200, "data": []}, headers)
    assert (reply.used, reply.capacities) == ((("v5_market", 10.0),), (("v5_market", 160.0),))
    reply = judged("htx", 200, {"code": 200, "data": []}, headers | {"ratelimit-interval": "3000"})
    assert (reply.used, reply.capacities) == ((("v5_market", 10.0),), ())
    reply = judged("htx", 200, {"code": 200, "data": []}, {"ratelimit-remaining": "70"})
    assert (reply.used, reply.capacities) == ((("v5_market", 10.0),), ())

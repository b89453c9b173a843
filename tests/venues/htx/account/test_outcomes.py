"""Outcomes: every code, every status, and the rule that no answer is never a no."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.ask import AskBalances, AskFills, AskTime, Cancel, CancelAll, NewOrder, OrderRef, OrderType, Place
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown

if TYPE_CHECKING:
    from tests.venues.htx.account.conftest import Desk

    from basisdesk.domain.ask import Ask

NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
SPOT, LINEAR, SWAP = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC"


def order(symbol: str) -> Place:
    told: dict[str, Any] = {"type": OrderType.LIMIT, "size": Decimal(2), "price": Decimal(50000), "client_id": "7"}
    return Place(NewOrder(symbol=symbol, side=Side.BUY, leverage=5, **told))


def spot_error(code: str, message: str = "words") -> dict[str, Any]:
    return {"status": "error", "err-code": code, "err-msg": message, "data": None}


def contract_error(code: int, message: str = "words") -> dict[str, Any]:
    return {"status": "error", "err_code": code, "err_msg": message, "ts": 1}


SPOT_CODES = {
    "api-signature-not-valid": Reason.AUTHENTICATION,
    "api-signature-check-failed": Reason.AUTHENTICATION,
    "account-frozen-balance-insufficient-error": Reason.INSUFFICIENT_MARGIN,
    "order-orderstate-error": Reason.UNKNOWN_ORDER,
    "base-record-invalid": Reason.UNKNOWN_ORDER,
    "order-queryorder-invalid": Reason.UNKNOWN_ORDER,
    "invalid-client-order-id": Reason.DUPLICATE_ID,
    "order-value-min-error": Reason.BELOW_MINIMUM,
    "order-limitorder-amount-min-error": Reason.BELOW_MINIMUM,
    "order-limitorder-amount-max-error": Reason.ABOVE_MAXIMUM,
    "order-orderprice-precision-error": Reason.OFF_GRID,
    "order-orderamount-precision-error": Reason.OFF_GRID,
    "order-limitorder-price-min-error": Reason.PRICE_BAND,
    "order-limitorder-price-buy-max-error": Reason.PRICE_BAND,
    "base-symbol-error": Reason.UNKNOWN_SYMBOL,
    "base-symbol-trade-disabled": Reason.NOT_TRADABLE,
    "validation-format-error": Reason.MALFORMED,
    "something-new": Reason.OTHER,
}
CONTRACT_CODES = {
    403: Reason.AUTHENTICATION,
    1003: Reason.AUTHENTICATION,
    1047: Reason.INSUFFICIENT_MARGIN,
    1048: Reason.REDUCE_ONLY,
    1017: Reason.UNKNOWN_ORDER,
    1051: Reason.UNKNOWN_ORDER,
    1061: Reason.UNKNOWN_ORDER,
    1067: Reason.DUPLICATE_ID,
    1039: Reason.PRICE_BAND,
    1041: Reason.ABOVE_MAXIMUM,
    1013: Reason.UNKNOWN_SYMBOL,
    1066: Reason.UNKNOWN_SYMBOL,
    1034: Reason.MALFORMED,
    1036: Reason.MALFORMED,
    1094: Reason.MALFORMED,
    1220: Reason.PERMISSION,
    1010: Reason.PERMISSION,
    4007: Reason.PERMISSION,
    1461: Reason.RISK_LIMIT,
    9999: Reason.OTHER,
}


@pytest.mark.parametrize(("code", "reason"), SPOT_CODES.items())
def test_words_of_spot_are_common_reasons(desk: Desk, code: str, reason: Reason) -> None:
    assert desk.hear(order(SPOT), spot_error(code)).outcome == Rejected(reason, code, "words")


@pytest.mark.parametrize(("code", "reason"), CONTRACT_CODES.items())
def test_numbers_of_contracts_are_common_reasons_in_both_interfaces(desk: Desk, code: int, reason: Reason) -> None:
    expected = Rejected(reason, str(code), "words")
    assert desk.hear(order(SWAP), contract_error(code)).outcome == expected
    assert desk.hear(order(LINEAR), {"code": code, "message": "words", "data": None}).outcome == expected
    assert desk.hear(order(LINEAR), {"code": str(code), "msg": "words", "ts": "1"}).outcome == expected


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Signature not valid: Invalid Timestamp", Reason.CLOCK),
        ("Signature not valid: API key has no permission", Reason.PERMISSION),
        ("Signature not valid: Incorrect Access key", Reason.AUTHENTICATION),
    ],
)
def test_a_refused_signature_may_be_about_the_clock_or_the_rights(desk: Desk, message: str, reason: Reason) -> None:
    outcome = desk.hear(order(SPOT), spot_error("api-signature-not-valid", message)).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is reason


def test_a_refusal_is_told_in_at_most_200_characters(desk: Desk) -> None:
    outcome = desk.hear(order(SPOT), spot_error("order-value-min-error", "x" * 900)).outcome
    assert isinstance(outcome, Rejected)
    assert len(outcome.message) == 200


def test_a_refusal_without_a_code_is_a_refusal_all_the_same(desk: Desk) -> None:
    assert desk.hear(order(SPOT), {"status": "error"}).outcome == Rejected(Reason.OTHER, "error", "")


@pytest.mark.parametrize("code", ["timeout", "gateway-internal-error", "order-update-error"])
def test_nobody_knows_what_came_of_an_order_after_an_internal_error(desk: Desk, code: str) -> None:
    outcome = desk.hear(order(SPOT), spot_error(code)).outcome
    assert outcome == Unknown(f"{code}: words")
    read = desk.hear(AskBalances("spot"), spot_error(code)).outcome
    assert isinstance(read, RetryLater)
    assert read.at == NOW + 2 * SECOND


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (0, b"connection reset"),
        (500, b"{}"),
        (502, b'{"status":"error","err-code":"order-value-min-error"}'),
        (503, b"<html>"),
        (504, b""),
        (200, b"<html>"),
        (200, b"\xff\xfe"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"status":"ok"}'),
        (200, b'{"status":"ok","data":null}'),
        (400, b"bad"),
    ],
)
def test_an_order_without_a_clear_answer_is_unknown(desk: Desk, status: int, body: bytes) -> None:
    for symbol in (SPOT, LINEAR, SWAP):
        assert isinstance(desk.hear(order(symbol), body, status).outcome, Unknown)
    assert isinstance(desk.hear(AskTime("spot"), body, status).outcome, RetryLater)


def test_too_many_requests_say_when_the_venue_can_be_asked_again(desk: Desk) -> None:
    spot = desk.hear(order(SPOT), b"slow down", 429, x_hb_ratelimit_requests_expire="1700000001500").outcome
    assert spot == RetryLater(NOW + 1_500_000_000, Reason.RATE_LIMIT, "429", "slow down")
    contract = desk.hear(order(SWAP), contract_error(1032), ratelimit_reset="250").outcome
    assert contract == RetryLater(NOW + 250_000_000, Reason.RATE_LIMIT, "1032", "words")


@pytest.mark.parametrize("told", [{}, {"ratelimit_reset": "soon"}])
def test_where_no_time_is_told_it_is_a_whole_window(desk: Desk, told: dict[str, str]) -> None:
    outcome = desk.hear(order(SWAP), contract_error(1032), 200, **told).outcome
    assert isinstance(outcome, RetryLater)
    assert outcome.at == NOW + 3 * SECOND


def test_a_time_that_is_over_or_absurd_is_not_waited_for(desk: Desk) -> None:
    over = desk.hear(order(SWAP), contract_error(1032), ratelimit_reset="1699999999000").outcome
    absurd = desk.hear(order(SWAP), contract_error(1032), ratelimit_reset="9000000000000").outcome
    assert isinstance(over, RetryLater)
    assert isinstance(absurd, RetryLater)
    assert (over.at, absurd.at) == (NOW, NOW + 600 * SECOND)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (spot_error("rate-too-many-requests"), Reason.RATE_LIMIT),
        (spot_error("invalid-parameter", "request limit"), Reason.RATE_LIMIT),
        (spot_error("system-maintenance"), Reason.MAINTENANCE),
        (spot_error("anything", "we maintain the system"), Reason.MAINTENANCE),
        (contract_error(1056), Reason.MAINTENANCE),
        (contract_error(1077), Reason.MAINTENANCE),
    ],
)
def test_a_venue_that_did_not_look_at_it_may_be_asked_later(desk: Desk, body: Any, reason: Reason) -> None:
    outcome = desk.hear(order(SPOT), body).outcome
    assert isinstance(outcome, RetryLater)
    assert outcome.reason is reason
    assert outcome.at > NOW


def test_limits_are_corrected_from_headers(desk: Desk) -> None:
    ok = {"status": "ok", "data": "9"}
    assert desk.hear(order(SPOT), ok, x_hb_ratelimit_requests_remain="97").used == (("spot_place", 3.0),)
    headers = {"ratelimit_limit": "36", "ratelimit_remaining": "30"}
    assert desk.hear(order(SWAP), contract_error(1047), 200, **headers).used == (("contract_trade", 6.0),)
    assert desk.hear(order(SPOT), ok).used == ()
    assert desk.hear(order(SPOT), ok, x_hb_ratelimit_requests_remain="many").used == ()
    assert desk.hear(order(SPOT), ok, x_hb_ratelimit_requests_remain="1000").used == ()


def test_a_cancel_of_contracts_that_failed_inside_is_a_refusal(desk: Desk) -> None:
    failed = {"order_id": "9", "err_code": 1061, "err_msg": "The order does not exist."}
    ask = Cancel(OrderRef(symbol=SWAP, venue_id="9"))
    body = {"status": "ok", "data": {"errors": [failed], "successes": ""}, "ts": 1}
    assert desk.hear(ask, body).outcome == Rejected(Reason.UNKNOWN_ORDER, "1061", "The order does not exist.")
    body = {"status": "ok", "data": {"errors": [], "successes": "9"}, "ts": 1}
    assert desk.hear(ask, body).outcome == Done()
    partly = {"status": "ok", "data": {"errors": [failed], "successes": "8"}, "ts": 1}
    assert desk.hear(CancelAll("coin_swap", SWAP), partly).outcome == Done()
    nameless = {"status": "ok", "data": {"errors": [{"order_id": "9"}], "successes": ""}}
    assert desk.hear(ask, nameless).outcome == Rejected(Reason.OTHER, "error", "")


@pytest.mark.parametrize(("data", "gone"), [(10, False), ("10", False), (-1, True), (7, True), (6, True), (0, True)])
def test_a_cancel_by_client_id_tells_the_state_of_the_order(desk: Desk, data: Any, gone: bool) -> None:
    outcome = desk.hear(Cancel(OrderRef(symbol=SPOT, client_id="7")), {"status": "ok", "data": data}).outcome
    assert isinstance(outcome, Rejected) == gone
    assert isinstance(outcome, Rejected | Done)


@pytest.mark.parametrize(("done", "following", "more"), [(100, 5, True), (0, 5, False), (3, -1, False)])
def test_cancelling_all_spot_orders_goes_on_while_there_are_more(
    desk: Desk, done: int, following: int, more: bool
) -> None:
    data = {"success-count": done, "failed-count": 0, "next-id": following}
    reply = desk.hear(CancelAll("spot"), {"status": "ok", "data": data})
    assert reply.outcome == Done()
    assert reply.further == (CancelAll("spot", cursor=str(following)) if more else None)


def test_a_read_that_cannot_be_read_may_be_made_again(desk: Desk) -> None:
    reply = desk.hear(AskFills(line="linear"), {"code": 200, "data": [{"id": "1"}]})
    assert isinstance(reply.outcome, RetryLater)
    assert reply.updates == ()


def test_a_public_request_without_costs_has_no_window(desk: Desk) -> None:
    from msgspec import structs

    from basisdesk.venues.trading import Response

    request = structs.replace(desk.ask(AskTime("spot")), costs=())
    reply = desk.trading.decode(request, Response(429, b"", {"ratelimit-remaining": "1"}, NOW), desk.session)
    assert isinstance(reply.outcome, RetryLater)
    assert reply.outcome.at == NOW + SECOND
    assert reply.used == ()


ASKS: list[Ask] = [order(SPOT), order(LINEAR), order(SWAP)]


@pytest.mark.parametrize("ask", ASKS)
def test_nothing_but_the_venues_own_answer_ends_an_order(desk: Desk, ask: Ask) -> None:
    for status in (200, 201, 400, 401, 403, 404, 418, 500, 599):
        assert not isinstance(desk.hear(ask, b"?", status).outcome, Done | Rejected)

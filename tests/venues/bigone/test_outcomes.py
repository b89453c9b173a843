"""What an answer of the venue comes to: done, refused for a reason, to be asked later, or nobody can tell."""

from __future__ import annotations

import pytest
from tests.venues.bigone.answers import BACK, CANCEL, PLACE, READ, SPOT, SWAP_CANCEL, SWAP_PLACE, reply

from basisdesk.domain.ask import (
    Ask,
    AskOrder,
    OrderRef,
)  # fmt: skip
from basisdesk.domain.outcome import Reason, Rejected, RetryLater, Unknown

CODES = {
    "10001": Reason.MALFORMED, "10013": Reason.UNKNOWN_SYMBOL, "10014": Reason.INSUFFICIENT_MARGIN,
    "10403": Reason.PERMISSION, "40004": Reason.AUTHENTICATION, "40103": Reason.PERMISSION, "40104": Reason.PERMISSION,
    "40106": Reason.AUTHENTICATION, "40107": Reason.AUTHENTICATION, "40120": Reason.UNKNOWN_ORDER,
    "40121": Reason.UNKNOWN_ORDER, "40301": Reason.PERMISSION, "40302": Reason.DUPLICATE_ID,
    "40303": Reason.UNSUPPORTED, "40304": Reason.NOT_TRADABLE, "40305": Reason.PERMISSION, "40601": Reason.OTHER,
    "40602": Reason.OTHER, "40603": Reason.INSUFFICIENT_MARGIN, "40604": Reason.PRICE_BAND,
    "40605": Reason.PRICE_BAND, "50047": Reason.WOULD_NOT_FILL, "54041": Reason.DUPLICATE_ID,
    "54043": Reason.UNKNOWN_ORDER, "60100": Reason.NOT_TRADABLE, "99999": Reason.OTHER,
}  # fmt: skip
MESSAGES = {
    "Amount's scale must greater than AssetPair's base scale": Reason.OFF_GRID,
    "Price mulit with amount should larger than AssetPair's min_quote_value": Reason.BELOW_MINIMUM,
    "larger than max_quote_value": Reason.ABOVE_MAXIMUM,
    "Parameter error": Reason.MALFORMED,
}
ANOMALIES = {
    "trades/stopped": Reason.NOT_TRADABLE, "trades/suspended": Reason.NOT_TRADABLE,
    "order/price-out-of-range": Reason.PRICE_BAND, "open-order/price-invalid-loss": Reason.MALFORMED,
    "open-order/price-invalid-profit": Reason.MALFORMED, "request/invalid-params": Reason.MALFORMED,
    "close-position/position-not-found": Reason.REDUCE_ONLY, "adjust-margin/invalid-lerverage": Reason.RISK_LIMIT,
    "adjust-margin/position-too-large": Reason.RISK_LIMIT, "limit-risk/position-too-large": Reason.RISK_LIMIT,
    "adjust-risk-limit/too-small-or-too-large": Reason.RISK_LIMIT, "open-order/insufficient-margin":
    Reason.INSUFFICIENT_MARGIN, "order/not-found": Reason.UNKNOWN_ORDER, "what/ever": Reason.OTHER,
}  # fmt: skip


@pytest.mark.parametrize(("code", "reason"), CODES.items())
def test_a_code_of_spot_is_a_common_reason(code: str, reason: Reason) -> None:
    for spelled in (int(code), code):
        outcome = reply(PLACE, {"code": spelled, "message": "words " * 60}, 400).outcome
        assert isinstance(outcome, Rejected)
        assert (outcome.reason, outcome.code, len(outcome.message)) == (reason, code, 200)
    assert isinstance(reply(PLACE, {"code": int(code), "message": None}, 200).outcome, Rejected)


@pytest.mark.parametrize(("message", "reason"), MESSAGES.items())
def test_the_words_of_a_parameter_error_tell_what_is_wrong(message: str, reason: Reason) -> None:
    assert reply(PLACE, {"code": 10007, "message": message}, 400).outcome == Rejected(reason, "10007", message)


def test_a_refused_token_may_be_the_clock() -> None:
    outcome = reply(PLACE, {"code": 40004, "message": "nonce out of recv_window"}, 401).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.reason is Reason.CLOCK


@pytest.mark.parametrize(("word", "reason"), ANOMALIES.items())
def test_an_anomaly_of_contracts_is_a_common_reason(word: str, reason: Reason) -> None:
    outcome = reply(SWAP_PLACE, {"anomaly": f"anomaly.{word}"}, 400).outcome
    assert isinstance(outcome, Rejected)
    assert (outcome.reason, outcome.code) == (reason, word)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.AUTHENTICATION), (403, Reason.PERMISSION), (404, Reason.UNKNOWN_SYMBOL), (400, Reason.OTHER),
    ],
)  # fmt: skip
def test_a_refusal_without_a_code_is_told_by_its_status(status: int, reason: Reason) -> None:
    for body in ({"message": "no"}, {"code": 0, "data": {}}, {"anomaly": "some/thing"}):
        outcome = reply(SWAP_PLACE, body, status).outcome
        assert isinstance(outcome, Rejected)
        assert outcome.reason is reason


@pytest.mark.parametrize("ask", [CANCEL, AskOrder(OrderRef(symbol=SPOT, venue_id="10"))])
def test_what_is_not_found_is_an_order_where_one_was_named(ask: Ask) -> None:
    outcome = reply(ask, {"code": 10013, "message": "Resource not found"}, 404).outcome
    assert outcome == Rejected(Reason.UNKNOWN_ORDER, "10013", "Resource not found")


@pytest.mark.parametrize("ask", [PLACE, SWAP_PLACE, CANCEL, SWAP_CANCEL])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (0, b"timed out"), (500, b'{"code":10005,"message":"Internal error"}'), (502, b"<html>"), (200, b"<html>"),
        (200, b"[1]"), (200, b'"x"'), (400, b"<html>"), (200, b'{"code":10011}'), (200, b'{"code":0,"data":{"id":1}}'),
        (200, b'{"code":0,"data":[]}'), (401, b"[]"), (200, b'{"id":1}'), (200, b"\xff"),
    ],
)  # fmt: skip
def test_nobody_can_tell_what_became_of_a_command_that_was_not_answered(ask: Ask, status: int, body: bytes) -> None:
    outcome = reply(ask, body, status).outcome
    assert isinstance(outcome, Unknown), outcome
    assert len(outcome.message) <= 200


def test_a_read_that_was_not_answered_may_be_asked_again() -> None:
    assert isinstance(reply(READ, b"", 0).outcome, Unknown)
    for status, body in ((500, b""), (200, b"<html>"), (200, b'{"code":0,"data":5}'), (200, b'{"code":10011}')):
        outcome = reply(READ, body, status).outcome
        assert isinstance(outcome, RetryLater)
        assert outcome.at == BACK + 2_000_000_000


@pytest.mark.parametrize("ask", [PLACE, READ])
def test_too_many_requests_are_asked_again_when_the_venue_says(ask: Ask) -> None:
    body = {"code": 10429, "message": "Too many requests"}
    for status in (429, 418, 200):
        outcome = reply(ask, body, status).outcome
        assert isinstance(outcome, RetryLater)
        assert (outcome.at, outcome.reason) == (BACK + 10_000_000_000, Reason.RATE_LIMIT)
    for stated, wait in (("3", 3), ("999999999", 259_200), ("soon", 10), ("9" * 5000, 10)):
        outcome = reply(ask, body, 429, **{"retry-after": stated}).outcome
        assert isinstance(outcome, RetryLater)
        assert outcome.at == BACK + wait * 1_000_000_000

"""Every failure is rejected, unknown or to be tried later; never a yes, and never a guess."""

from __future__ import annotations

import json

import pytest

from basisdesk.domain.outcome import Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.binance.errors import REASONS, UNCERTAIN, failure, outcome_of
from basisdesk.venues.trading import Response

NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000


def response(status: int, code: int = 0, message: str = "", **headers: str) -> Response:
    return Response(status, json.dumps({"code": code, "msg": message}).encode(), headers, NOW)


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        (-1013, "Filter failure: PRICE_FILTER", Reason.OFF_GRID),
        (-1013, "Filter failure: LOT_SIZE", Reason.OFF_GRID),
        (-1013, "Filter failure: MARKET_LOT_SIZE", Reason.ABOVE_MAXIMUM),
        (-1013, "Filter failure: NOTIONAL", Reason.BELOW_MINIMUM),
        (-1013, "Filter failure: PERCENT_PRICE_BY_SIDE", Reason.PRICE_BAND),
        (-1013, "Filter failure: MAX_NUM_ORDERS", Reason.RISK_LIMIT),
        (-1013, "Filter failure: MAX_POSITION", Reason.RISK_LIMIT),
        (-1013, "Invalid quantity.", Reason.MALFORMED),
        (-1021, "Timestamp for this request is outside of the recvWindow.", Reason.CLOCK),
        (-1022, "Signature for this request is not valid.", Reason.AUTHENTICATION),
        (-1102, "Mandatory parameter 'x' was not sent", Reason.MALFORMED),
        (-1111, "Precision is over the maximum", Reason.OFF_GRID),
        (-1121, "Invalid symbol.", Reason.UNKNOWN_SYMBOL),
        (-2010, "Account has insufficient balance for requested action.", Reason.INSUFFICIENT_MARGIN),
        (-2010, "Duplicate order sent.", Reason.DUPLICATE_ID),
        (-2010, "Order would immediately match and take.", Reason.WOULD_CROSS),
        (-2010, "Market is closed.", Reason.NOT_TRADABLE),
        (-2010, "Something new.", Reason.OTHER),
        (-2011, "Unknown order sent.", Reason.UNKNOWN_ORDER),
        (-2013, "Order does not exist.", Reason.UNKNOWN_ORDER),
        (-2014, "API-key format invalid.", Reason.AUTHENTICATION),
        (-2015, "Invalid API-key, IP, or permissions for action.", Reason.AUTHENTICATION),
        (-2018, "Balance is insufficient.", Reason.INSUFFICIENT_MARGIN),
        (-2019, "Margin is insufficient.", Reason.INSUFFICIENT_MARGIN),
        (-2022, "ReduceOnly Order is rejected.", Reason.REDUCE_ONLY),
        (-2025, "Reach max open order limit.", Reason.RISK_LIMIT),
        (-2026, "Order was canceled or expired with no executed qty over 90 days ago", Reason.UNKNOWN_ORDER),
        (-2027, "Exceeded the maximum allowable position", Reason.RISK_LIMIT),
        (-4003, "Quantity less than or equal to zero.", Reason.BELOW_MINIMUM),
        (-4014, "Price not increased by tick size.", Reason.OFF_GRID),
        (-4046, "No need to change margin type.", Reason.UNCHANGED),
        (-4059, "No need to change position side.", Reason.UNCHANGED),
        (-4061, "Order's position side does not match user's setting.", Reason.MODE),
        (-4116, "ClientOrderId is duplicated.", Reason.DUPLICATE_ID),
        (-4118, "ReduceOnly Order Failed.", Reason.REDUCE_ONLY),
        (-4120, "Order type not supported for this endpoint.", Reason.UNSUPPORTED),
        (-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.", Reason.PRICE_BAND),
        (-4164, "Order's notional must be no smaller than 100", Reason.BELOW_MINIMUM),
        (
            -5021,
            "Due to the order could not be filled immediately, the FOK order has been rejected.",
            Reason.WOULD_NOT_FILL,
        ),
        (-5022, "Post Only order will be rejected.", Reason.WOULD_CROSS),
        (-5028, "Timestamp for this request is outside of the ME recvWindow.", Reason.CLOCK),
        (-9999, "From the future.", Reason.OTHER),
    ],
)
def test_a_code_becomes_its_reason(code: int, message: str, reason: Reason) -> None:
    assert failure(response(400, code, message)) == Rejected(reason, str(code), message)


@pytest.mark.parametrize("code", sorted(UNCERTAIN))
def test_codes_that_say_nothing_certain_are_unknown(code: int) -> None:
    assert failure(response(400, code, "An unknown error occured")) == Unknown(f"{code}: An unknown error occured")
    assert code not in REASONS


@pytest.mark.parametrize(
    ("code", "pause", "reason"),
    [
        (-1003, 60, Reason.RATE_LIMIT),
        (-1008, 1, Reason.OVERLOADED),
        (-1015, 10, Reason.RATE_LIMIT),
        (-1016, 60, Reason.MAINTENANCE),
    ],
)
def test_codes_of_what_was_not_looked_at_say_when_to_try_again(code: int, pause: int, reason: Reason) -> None:
    assert failure(response(400, code, "later")) == RetryLater(NOW + pause * SECOND, reason, str(code), "later")


def test_a_ban_is_over_when_its_text_says() -> None:
    text = "Way too much request weight used; IP banned until 1700000300000. Please use the websocket."
    assert outcome_of(-1003, text, NOW) == RetryLater(NOW + 300 * SECOND, Reason.RATE_LIMIT, "-1003", text)
    past = outcome_of(-1003, "IP banned until 1600000000000.", NOW)
    assert isinstance(past, RetryLater)
    assert past.at == NOW + 60 * SECOND


@pytest.mark.parametrize(
    ("status", "message", "header", "seconds"),
    [
        (429, "", "7", 7),
        (429, "", "", 60),
        (429, "", "soon", 60),
        (429, "", "9" * 40, 60),
        (429, "", "999999999", 259_200),
        (418, "", "130", 130),
        (418, "", "", 120),
        (418, "banned until 1700001000000", "130", 1000),
        (429, "banned until 1700001000000", "", 1000),
    ],
)
def test_too_much_is_later_by_the_header_or_by_the_text(status: int, message: str, header: str, seconds: int) -> None:
    headers = {"retry-after": header} if header else {}
    outcome = failure(Response(status, json.dumps({"code": -1003, "msg": message}).encode(), headers, NOW))
    assert outcome == RetryLater(NOW + seconds * SECOND, Reason.RATE_LIMIT, "-1003", message)


def test_too_much_is_later_even_when_the_body_is_a_page() -> None:
    outcome = failure(Response(429, b"<html>slow down</html>", {}, NOW))
    assert outcome == RetryLater(NOW + 60 * SECOND, Reason.RATE_LIMIT, "-1003", "<html>slow down</html>")


@pytest.mark.parametrize(
    "answer",
    [
        Response(0, b"timed out", {}, NOW),
        Response(500, b"{}", {}, NOW),
        Response(503, b'{"code":-1008,"msg":"Service Unavailable."}', {}, NOW),
        Response(504, b"", {}, NOW),
        Response(403, b"<html>firewall</html>", {}, NOW),
        Response(400, b'{"msg":"no code"}', {}, NOW),
        Response(302, b"", {}, NOW),
    ],
    ids=lambda answer: str(answer.status),
)
def test_no_answer_a_5xx_and_what_cannot_be_read_are_unknown(answer: Response) -> None:
    assert isinstance(failure(answer), Unknown)


def test_success_is_still_to_be_read() -> None:
    assert failure(Response(200, b"", {}, NOW)) is None


def test_the_venues_words_are_cut() -> None:
    outcome = outcome_of(-2010, "x" * 5000, NOW)
    assert isinstance(outcome, Rejected)
    assert len(outcome.message) == 200

"""What became of a request, by code and by status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.venues.okx.answers import NOW, PLACE, QUERY, data, told

from basisdesk.domain.outcome import Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.okx.errors import AMBIGUOUS, LATER, REASONS

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session, Trading


def failed(code: str) -> dict[str, Any]:
    """Return an order's reply whose reason is in its row."""
    return data({"ordId": "", "clOrdId": "test1", "sCode": code, "sMsg": "why " * 100}, code="1", msg="All failed")


@pytest.mark.parametrize(("code", "reason"), REASONS.items())
def test_each_code_of_a_refusal_has_its_reason(trading: Trading, session: Session, code: str, reason: Reason) -> None:
    outcome = told(trading, session, PLACE, 200, failed(code)).outcome
    assert outcome == Rejected(reason, code, ("why " * 100)[:200])
    outcome = told(trading, session, QUERY, 400, data(code=code, msg="no")).outcome
    assert outcome == Rejected(reason, code, "no")


@pytest.mark.parametrize(("code", "reason"), LATER.items())
def test_each_code_that_asks_for_patience_has_its_time(
    trading: Trading, session: Session, code: str, reason: Reason
) -> None:
    wait = 60_000_000_000 if reason is Reason.MAINTENANCE else 2_000_000_000
    for body in (failed(code), data(code=code)):
        outcome = told(trading, session, PLACE, 429, body).outcome
        assert isinstance(outcome, RetryLater)
        assert (outcome.at, outcome.reason, outcome.code) == (NOW + wait, reason, code)


@pytest.mark.parametrize("code", AMBIGUOUS)
def test_a_code_after_which_the_order_may_live_is_unknown(trading: Trading, session: Session, code: str) -> None:
    assert isinstance(told(trading, session, PLACE, 200, failed(code)).outcome, Unknown)
    assert isinstance(told(trading, session, PLACE, 400, data(code=code)).outcome, Unknown)
    assert isinstance(told(trading, session, QUERY, 400, data(code=code)).outcome, RetryLater)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (0, b"timeout"), (500, b""), (503, b"<html>"), (503, data(code="50001", msg="unavailable")),
        (500, data(code="51008")), (504, data()), (200, b""), (200, b"{"), (200, b"[]"), (400, b"bad"),
        (200, data()), (200, data(7)), (200, data({"ts": "later"})), (200, b'{"code":"0","data":{}}'),
    ],
)  # fmt: skip
def test_whatever_is_no_answer_leaves_an_order_unknown(
    trading: Trading, session: Session, status: int, body: Any
) -> None:
    reply = told(trading, session, PLACE, status, body)
    assert isinstance(reply.outcome, Unknown)
    assert reply.outcome.message
    assert len(reply.outcome.message) <= 200
    assert (reply.updates, reply.further) == ((), None)


def test_a_question_without_an_answer_may_be_asked_again(trading: Trading, session: Session) -> None:
    for status, body in ((0, b"timeout"), (502, b""), (503, data(code="50001"))):
        outcome = told(trading, session, QUERY, status, body).outcome
        assert isinstance(outcome, RetryLater)
        assert outcome.at == NOW + 2_000_000_000
    assert isinstance(told(trading, session, QUERY, 429, b"").outcome, RetryLater)
    assert isinstance(told(trading, session, PLACE, 429, b"too many").outcome, RetryLater)
    assert isinstance(told(trading, session, QUERY, 200, b"{").outcome, Unknown)


def test_a_row_that_failed_counts_more_than_the_outer_code(trading: Trading, session: Session) -> None:
    outcome = told(trading, session, PLACE, 200, data({"ordId": "", "sCode": "51000", "sMsg": "sz"})).outcome
    assert outcome == Rejected(Reason.MALFORMED, "51000", "sz")


def test_an_unheard_of_code_is_a_refusal(trading: Trading, session: Session) -> None:
    outcome = told(trading, session, PLACE, 200, data(code="59999", msg="new")).outcome
    assert outcome == Rejected(Reason.OTHER, "59999", "new")
    outcome = told(trading, session, PLACE, 200, data(7, {"sCode": "0"}, {"sCode": 51008}, code="2")).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.code == "51008"

"""What becomes of a request: every code and status is certain, unknown, or to be asked again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.venues.bybit.accounts import (
    LINEAR,
    MS,
    NOW,
    SECOND,
    answer,
    order,
)

from basisdesk.domain.ask import (
    Ask,
    AskOpenOrders,
    AskPermissions,
    AskTime,
    Cancel,
    CancelAll,
    OrderRef,
    Place,
    SetLeverage,
)
from basisdesk.domain.outcome import Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.bybit.errors import LATER, REASONS, UNCERTAIN, outcome_of

D = Decimal
REF = OrderRef(symbol=LINEAR, client_id="test-1")
PLACE = Place(order(size=D("0.01"), price=D("50000.1")))
READS: list[Ask] = [AskOpenOrders("linear"), AskPermissions(), AskTime("spot")]
CHANGES: list[Ask] = [PLACE, Cancel(REF), CancelAll("linear"), SetLeverage(LINEAR, D(5))]


@pytest.mark.parametrize(("status", "body"), [(0, b"timed out"), (500, b""), (502, b"<html>"), (504, b'{"retCode":0}')])
def test_nothing_heard_is_unknown_for_changes_and_asked_again_for_reads(status: int, body: bytes) -> None:
    for ask in CHANGES:
        assert isinstance(answer(ask, status=status, body=body).outcome, Unknown)
    for ask in READS:
        outcome = answer(ask, status=status, body=body).outcome
        assert isinstance(outcome, RetryLater)
        assert outcome.at > NOW


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"retCode":"x"}', b'{"retCode":0,"result":{"orderId":[5]}}', b"\xff"]
)
def test_what_cannot_be_read_is_unknown(body: bytes) -> None:
    assert isinstance(answer(PLACE, body=body).outcome, Unknown)
    assert isinstance(answer(AskPermissions(), body=body).outcome, Unknown)


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_by_status_without_a_code(status: int) -> None:
    assert isinstance(answer(PLACE, status=status, body=b"").outcome, Unknown)
    read = answer(AskPermissions(), status=status, body=b"").outcome
    assert isinstance(read, Unknown if status == 400 else Rejected)
    assert isinstance(answer(PLACE, status=status).outcome, Unknown)


def test_limits_are_waited_for_as_the_venue_says() -> None:
    banned = answer(PLACE, status=403, body=b"403, access too frequent").outcome
    assert isinstance(banned, RetryLater)
    assert (banned.at, banned.reason) == (NOW + 600 * SECOND, Reason.RATE_LIMIT)
    assert isinstance(answer(PLACE, status=403, body=b"blocked").outcome, Unknown)
    system = answer(PLACE, status=429, body=b"").outcome
    assert isinstance(system, RetryLater)
    headers = {"x-bapi-limit": "10", "x-bapi-limit-status": "0", "x-bapi-limit-reset-timestamp": "1700000000900"}
    reply = answer(PLACE, code=10006, message="Too many visits!", headers=headers)
    assert reply.outcome == RetryLater(NOW + 900 * MS, Reason.RATE_LIMIT, "10006", "Too many visits!")
    assert reply.used == reply.capacities == (("/v5/order/create contracts", 10.0),)
    now = headers | {"x-bapi-limit-reset-timestamp": "1700000000000"}
    idle = answer(PLACE, code=10006, headers=now).outcome
    assert isinstance(idle, RetryLater)
    assert idle.at == NOW + SECOND
    odd = {"x-bapi-limit": "many", "x-bapi-limit-status": "0", "x-bapi-limit-reset-timestamp": "soon"}
    assert answer(PLACE, code=10006, headers=odd).used == ()
    assert answer(AskTime("spot"), code=10006, headers=headers).used == ()


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_code_of_a_refusal_is_certain(code: int) -> None:
    for ask in (PLACE, AskPermissions()):
        outcome = answer(ask, code=code, message="w" * 300).outcome
        assert outcome == Rejected(REASONS[code], str(code), "w" * 200)


@pytest.mark.parametrize("code", sorted(LATER))
def test_every_code_of_a_limit_may_be_asked_again(code: int) -> None:
    outcome = answer(PLACE, code=code, message="m").outcome
    assert isinstance(outcome, RetryLater)
    assert outcome.at > NOW
    assert outcome.reason is LATER[code]


@pytest.mark.parametrize("code", [*sorted(UNCERTAIN), 999999])
def test_every_other_code_is_unknown_for_changes(code: int) -> None:
    assert isinstance(answer(PLACE, code=code, message="w" * 300).outcome, Unknown)
    read = answer(AskPermissions(), code=code, message="m").outcome
    assert isinstance(read, Rejected if code == 999999 else RetryLater)


def test_the_codes_that_matter_to_a_trader() -> None:
    wanted = {
        110007: Reason.INSUFFICIENT_MARGIN, 170131: Reason.INSUFFICIENT_MARGIN, 110094: Reason.BELOW_MINIMUM,
        170140: Reason.BELOW_MINIMUM, 110003: Reason.PRICE_BAND, 110017: Reason.REDUCE_ONLY,
        110072: Reason.DUPLICATE_ID, 170141: Reason.DUPLICATE_ID, 110001: Reason.UNKNOWN_ORDER,
        170213: Reason.UNKNOWN_ORDER, 10002: Reason.CLOCK, 110043: Reason.UNCHANGED, 10004: Reason.AUTHENTICATION,
    }  # fmt: skip
    for code, reason in wanted.items():
        assert outcome_of(code, "", changes=True, now=0) == Rejected(reason, str(code), "")
    for code in (10000, 10016, 170005, 170007):
        assert isinstance(outcome_of(code, "", changes=True, now=0), Unknown)


def test_no_code_has_two_meanings() -> None:
    tables = (REASONS, LATER, UNCERTAIN)
    assert len({code for table in tables for code in table}) == sum(map(len, tables))

"""Each code of the venue as an outcome."""

from __future__ import annotations

import pytest
from msgspec import Raw

from basisdesk.domain.outcome import Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.deribit.errors import LATER, REASONS, VAGUE, outcome_of
from basisdesk.venues.deribit.wire import Failure

NOW = 1_700_000_000_000_000_000
S = 1_000_000_000

# From the venue's own list: code, name, reason.
REJECTED = [
    (9999, "api_not_enabled", Reason.AUTHENTICATION),
    (10000, "authorization_required", Reason.AUTHENTICATION),
    (10002, "qty_too_low", Reason.BELOW_MINIMUM),
    (10003, "order_overlap", Reason.SELF_MATCH),
    (10004, "order_not_found", Reason.UNKNOWN_ORDER),
    (10005, "price_too_low", Reason.PRICE_BAND),
    (10007, "price_too_high", Reason.PRICE_BAND),
    (10009, "not_enough_funds", Reason.INSUFFICIENT_MARGIN),
    (10010, "already_closed", Reason.UNKNOWN_ORDER),
    (10012, "book_closed", Reason.NOT_TRADABLE),
    (10018, "non_pme_max_future_position_size", Reason.RISK_LIMIT),
    (10020, "invalid_or_unsupported_instrument", Reason.UNKNOWN_SYMBOL),
    (10021, "invalid_amount", Reason.OFF_GRID),
    (10030, "must_be_websocket_request", Reason.UNSUPPORTED),
    (10043, "price_wrong_tick", Reason.OFF_GRID),
    (11008, "already_filled", Reason.UNKNOWN_ORDER),
    (11029, "invalid_arguments", Reason.MALFORMED),
    (11030, "other_reject", Reason.OTHER),
    (11030, "other_reject reduce_only_no_position", Reason.REDUCE_ONLY),
    (11035, "no_more_stops", Reason.RISK_LIMIT),
    (11044, "not_open_order", Reason.UNKNOWN_ORDER),
    (11050, "bad_request", Reason.MALFORMED),
    (11054, "post_only_reject", Reason.WOULD_CROSS),
    (13004, "invalid_credentials", Reason.AUTHENTICATION),
    (13009, "unauthorized", Reason.AUTHENTICATION),
    (13009, "unauthorized invalid_timestamp", Reason.CLOCK),
    (13021, "forbidden", Reason.PERMISSION),
    (13032, "non_unique_order_label", Reason.OTHER),
    (13888, "timed_out", Reason.EXPIRED),
    (-32600, "request too large", Reason.MALFORMED),
    (-32601, "Method not found", Reason.UNSUPPORTED),
    (-32602, "Invalid params", Reason.MALFORMED),
]


@pytest.mark.parametrize(("code", "name", "reason"), REJECTED)
def test_a_refusal_is_certain_whatever_was_asked(code: int, name: str, reason: Reason) -> None:
    for changes in (True, False):
        assert outcome_of(Failure(code, name), NOW, changes=changes) == Rejected(reason, str(code), name)


def test_no_code_stands_for_two_things() -> None:
    codes = [code for listed in REASONS.values() for code in listed] + [*LATER, *VAGUE]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("code", "reason", "wait"),
    [
        (10028, Reason.RATE_LIMIT, S), (10040, Reason.OVERLOADED, S), (10041, Reason.MAINTENANCE, 10 * S),
        (10047, Reason.OVERLOADED, S), (11051, Reason.MAINTENANCE, 60 * S),
    ],
)  # fmt: skip
def test_what_the_venue_did_not_look_at_may_be_asked_again(code: int, reason: Reason, wait: int) -> None:
    for changes in (True, False):
        outcome = outcome_of(Failure(code, "x"), NOW, changes=changes)
        assert outcome == RetryLater(NOW + wait, reason, str(code), "x")


@pytest.mark.parametrize(("told", "wait"), [(b'{"wait":4}', 4 * S), (b'{"wait":-1}', 0), (b'{"wait":1e9}', 3600 * S)])
def test_a_wait_that_the_venue_tells_is_kept_within_reason(told: bytes, wait: int) -> None:
    outcome = outcome_of(Failure(10028, "too_many_requests", Raw(told)), NOW, changes=True)
    assert isinstance(outcome, RetryLater)
    assert outcome.at == NOW + wait


@pytest.mark.parametrize("code", [*VAGUE, 424242])
def test_a_vague_code_says_nothing_of_what_changes_something(code: int) -> None:
    assert isinstance(outcome_of(Failure(code, "error"), NOW, changes=True), Unknown)
    assert isinstance(outcome_of(Failure(code, "error"), NOW, changes=False), RetryLater)


def test_the_venues_reason_is_kept_and_cut() -> None:
    outcome = outcome_of(Failure(-32602, "Invalid params", Raw(b'{"reason":"' + b"x" * 300 + b'"}')), NOW, changes=True)
    assert isinstance(outcome, Rejected)
    assert len(outcome.message) == 200
    assert outcome.message.startswith("Invalid params xxx")
    unread = outcome_of(Failure(11030, "other_reject", Raw(b'"text"')), NOW, changes=True)
    assert unread == Rejected(Reason.OTHER, "11030", "other_reject")

"""What a failure means: its code as a common reason, or that nobody can tell.

The table holds the venue's whole list as far as it can answer what is asked here.
A code that says "refused" is `Rejected`; one that says "not looked at, ask again" is `RetryLater`; one that says only
that something went wrong is `Unknown` for a request that changes something, and so is any code that is not listed.
The venue tells no time at which to ask again, so a short wait is assumed, unless its `data` says ``wait`` (seconds).
After 10028 the venue also ends the session.
Followed: https://docs.deribit.com/articles/errors (the complete list).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.outcome import Outcome, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.deribit.capabilities import SECOND
from basisdesk.venues.trading import MESSAGE_LENGTH
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.venues.deribit.wire import Failure

REASONS = {
    Reason.INSUFFICIENT_MARGIN: (10009,),
    Reason.BELOW_MINIMUM: (10002, 10032),
    Reason.OFF_GRID: (10021, 10022, 10026, 10027, 10043, 10044),
    Reason.PRICE_BAND: (10005, 10006, 10007, 10008, 10011, 10023, 10034, 10035, 11036),
    Reason.WOULD_CROSS: (11054,),
    Reason.UNKNOWN_ORDER: (10004, 10010, 10025, 10029, 11008, 11044),
    Reason.UNKNOWN_SYMBOL: (10020, 13020),
    Reason.NOT_TRADABLE: (10012, 11037, 11046, 13019),
    Reason.SELF_MATCH: (10003,),
    Reason.RISK_LIMIT: (10013, 10014, 10015, 10016, 10017, 10018, 11035),
    Reason.EXPIRED: (13888,),
    Reason.AUTHENTICATION: (9999, 10000, 13000, 13001, 13004, 13007, 13009),
    Reason.PERMISSION: (10019, 11042, 12100, 13002, 13012, 13021),
    Reason.MALFORMED: (
        -32700, -32602, -32600, -32000, 10024, 10031, 10036, 11029, 11043, 11045, 11047, 11048, 11049, 11050, 13010,
        13011, 13016, 13018,
    ),
    Reason.UNSUPPORTED: (-32601, 10030, 10033, 10045, 10046, 10048, 11038, 11039, 11041, 13025),
    Reason.OTHER: (11030, 11053, 13017, 13032),
}  # fmt: skip
_REJECTED = {code: reason for reason, codes in REASONS.items() for code in codes}

LATER = {
    10028: (Reason.RATE_LIMIT, SECOND),
    10040: (Reason.OVERLOADED, SECOND),
    10041: (Reason.MAINTENANCE, 10 * SECOND),
    10047: (Reason.OVERLOADED, SECOND),
    10066: (Reason.RATE_LIMIT, SECOND),
    11051: (Reason.MAINTENANCE, 60 * SECOND),
    11052: (Reason.OVERLOADED, SECOND),
}
"""Codes of what the venue did not look at, and how long to wait."""

VAGUE = (10001, 11031, 11094, 13008, 13028)
"""Something went wrong, or took too long: what changes something may have happened."""

READ_AGAIN = 5 * SECOND
TOO_MANY = 429
BROKEN = 500
OK = 200


class Hint(msgspec.Struct, frozen=True):
    """What `data` of a failure may say."""

    reason: str = ""
    wait: float | None = None


_decode_hint = msgspec.json.Decoder(Hint).decode


def outcome_of(failure: Failure, now: int, *, changes: bool) -> Outcome:
    """Return what a failure means for a request; `now` (ns) is when it arrived."""
    code, hint = str(failure.code), _hint(failure)
    message = f"{failure.message} {hint.reason}".strip()[:MESSAGE_LENGTH]
    later = LATER.get(failure.code)
    if later is not None:
        reason, wait = later
        return RetryLater(now + (wait if hint.wait is None else _wait(hint.wait)), reason, code, message)
    reason = _REJECTED.get(failure.code, Reason.OTHER)
    if failure.code in _REJECTED:
        return Rejected(_finer(reason, message.lower()), code, message)
    if changes:
        return Unknown(f"{code} {message}"[:MESSAGE_LENGTH])
    return RetryLater(now + READ_AGAIN, Reason.OVERLOADED, code, message)


def outcome_of_status(status: int, body: bytes, now: int, *, changes: bool) -> Outcome:
    """Return what an answer without a readable failure means."""
    seen = f"HTTP {status}: {body[:MESSAGE_LENGTH].decode(errors='replace')}"[:MESSAGE_LENGTH]
    if status == TOO_MANY:
        return RetryLater(now + READ_AGAIN, Reason.RATE_LIMIT, str(status), seen)
    if changes or (status and status < BROKEN):
        return Unknown(seen if status else f"no answer: {seen}"[:MESSAGE_LENGTH])
    return RetryLater(now + READ_AGAIN, Reason.OVERLOADED, str(status), seen)


def _finer(reason: Reason, message: str) -> Reason:
    """Return a finer reason where the words tell one."""
    if reason is Reason.OTHER and "reduce" in message:
        return Reason.REDUCE_ONLY
    if reason is Reason.AUTHENTICATION and "timestamp" in message:
        return Reason.CLOCK
    return reason


def _wait(seconds: float) -> int:
    """Return a wait in ns, at most an hour of it."""
    return int(min(max(seconds, 0.0), 3600.0) * SECOND)


def _hint(failure: Failure) -> Hint:
    try:
        return _decode_hint(failure.data)
    except UNREADABLE:
        return Hint()

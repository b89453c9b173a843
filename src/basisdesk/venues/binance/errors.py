"""What came of a request, when the answer is not simply yes.

The venue's codes are told apart by what is certain: refused, not looked at, or nobody knows.
Whatever may have been carried out stays unknown: no answer at all, a 5xx, a body that cannot be read, and the codes
by which the venue itself says that it does not know (-1000, -1001, -1006, -1007).
Some codes cover several reasons and only their text tells them apart (-1013 the filter, -2010 everything).
Source: "Error Codes" (spot, USD-M, COIN-M), "HTTP Return Codes", "IP Limits".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from basisdesk.domain.outcome import Outcome, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.binance import wire
from basisdesk.venues.trading import MESSAGE_LENGTH

if TYPE_CHECKING:
    from basisdesk.venues.trading import Response

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
TEAPOT, TOO_MANY = 418, 429
PAUSES = {TEAPOT: 120 * SECOND, TOO_MANY: 60 * SECOND}
LONGEST = 3 * 86_400 * SECOND  # the longest ban

UNCERTAIN = frozenset({-1000, -1001, -1006, -1007})

_LATER = {
    -1003: (Reason.RATE_LIMIT, 60 * SECOND),
    -1008: (Reason.OVERLOADED, 1 * SECOND),
    -1015: (Reason.RATE_LIMIT, 10 * SECOND),
    -1016: (Reason.MAINTENANCE, 60 * SECOND),
    -1034: (Reason.RATE_LIMIT, 60 * SECOND),
}

REASONS = {
    -1002: Reason.AUTHENTICATION,
    -1011: Reason.PERMISSION,
    -1013: Reason.MALFORMED,
    -1014: Reason.UNSUPPORTED,
    -1020: Reason.UNSUPPORTED,
    -1021: Reason.CLOCK,
    -1022: Reason.AUTHENTICATION,
    -1111: Reason.OFF_GRID,
    -1121: Reason.UNKNOWN_SYMBOL,
    -1122: Reason.NOT_TRADABLE,
    -1125: Reason.AUTHENTICATION,
    -2010: Reason.OTHER,
    -2011: Reason.UNKNOWN_ORDER,
    -2013: Reason.UNKNOWN_ORDER,
    -2014: Reason.AUTHENTICATION,
    -2015: Reason.AUTHENTICATION,
    -2016: Reason.NOT_TRADABLE,
    -2018: Reason.INSUFFICIENT_MARGIN,
    -2019: Reason.INSUFFICIENT_MARGIN,
    -2020: Reason.WOULD_NOT_FILL,
    -2021: Reason.WOULD_CROSS,
    -2022: Reason.REDUCE_ONLY,
    -2024: Reason.INSUFFICIENT_MARGIN,
    -2025: Reason.RISK_LIMIT,
    -2026: Reason.UNKNOWN_ORDER,
    -2027: Reason.RISK_LIMIT,
    -2028: Reason.RISK_LIMIT,
    -2038: Reason.UNSUPPORTED,
    -2039: Reason.UNKNOWN_ORDER,
    -4001: Reason.PRICE_BAND,
    -4002: Reason.PRICE_BAND,
    -4003: Reason.BELOW_MINIMUM,
    -4004: Reason.BELOW_MINIMUM,
    -4005: Reason.ABOVE_MAXIMUM,
    -4006: Reason.OFF_GRID,
    -4013: Reason.PRICE_BAND,
    -4014: Reason.OFF_GRID,
    -4015: Reason.MALFORMED,
    -4016: Reason.PRICE_BAND,
    -4023: Reason.OFF_GRID,
    -4024: Reason.PRICE_BAND,
    -4028: Reason.RISK_LIMIT,
    -4045: Reason.RISK_LIMIT,
    -4046: Reason.UNCHANGED,
    -4047: Reason.MODE,
    -4048: Reason.MODE,
    -4050: Reason.INSUFFICIENT_MARGIN,
    -4051: Reason.INSUFFICIENT_MARGIN,
    -4059: Reason.UNCHANGED,
    -4061: Reason.MODE,
    -4062: Reason.MODE,
    -4067: Reason.MODE,
    -4068: Reason.MODE,
    -4108: Reason.NOT_TRADABLE,
    -4109: Reason.PERMISSION,
    -4116: Reason.DUPLICATE_ID,
    -4118: Reason.REDUCE_ONLY,
    -4120: Reason.UNSUPPORTED,
    -4131: Reason.PRICE_BAND,
    -4141: Reason.NOT_TRADABLE,
    -4161: Reason.RISK_LIMIT,
    -4164: Reason.BELOW_MINIMUM,
    -4183: Reason.PRICE_BAND,
    -4184: Reason.PRICE_BAND,
    -4192: Reason.PERMISSION,
    -5021: Reason.WOULD_NOT_FILL,
    -5022: Reason.WOULD_CROSS,
    -5026: Reason.RISK_LIMIT,
    -5027: Reason.UNCHANGED,
    -5028: Reason.CLOCK,
}

# Words of a text, for codes that cover several reasons; the first that is found decides.
_TEXTS = {
    -1013: (
        ("PRICE_FILTER", Reason.OFF_GRID),
        ("PERCENT_PRICE", Reason.PRICE_BAND),
        ("MARKET_LOT_SIZE", Reason.ABOVE_MAXIMUM),
        ("LOT_SIZE", Reason.OFF_GRID),
        ("NOTIONAL", Reason.BELOW_MINIMUM),
        ("MAX_NUM", Reason.RISK_LIMIT),
        ("MAX_POSITION", Reason.RISK_LIMIT),
        ("Market is closed", Reason.NOT_TRADABLE),
    ),
    -2010: (
        ("insufficient balance", Reason.INSUFFICIENT_MARGIN),
        ("Duplicate order", Reason.DUPLICATE_ID),
        ("immediately match", Reason.WOULD_CROSS),
        ("Market is closed", Reason.NOT_TRADABLE),
        ("not permitted", Reason.PERMISSION),
        ("disabled on this account", Reason.PERMISSION),
        ("not enabled", Reason.PERMISSION),
        ("not supported", Reason.UNSUPPORTED),
        ("Filter failure", Reason.MALFORMED),
    ),
    -2011: (("not match", Reason.MALFORMED),),
    -2015: (("permissions for action", Reason.AUTHENTICATION),),
}
_MALFORMED = range(-1199, -1099)
_BANNED = re.compile(r"banned until (\d{13})")


def failure(response: Response) -> Outcome | None:
    """Return what came of a response that is no plain success; None for a 2xx, whose body is still to be read.

    Without an answer, or with one that cannot be read, nobody can tell.
    """
    if response.status == 0:
        return Unknown(f"no answer: {_shown(response.body)}")
    if 200 <= response.status < 300:  # noqa: PLR2004 (the statuses of success)
        return None
    if response.status in PAUSES:
        return _later(response)
    if response.status >= 500:  # noqa: PLR2004 (the venue's own trouble)
        return Unknown(f"HTTP {response.status}: {_shown(response.body)}")
    try:
        told = wire.venue_error.decode(response.body)
    except wire.UNREADABLE:
        return Unknown(f"HTTP {response.status} without a readable reason: {_shown(response.body)}")
    return outcome_of(told.code, told.message, response.at)


def refusal(response: Response) -> Outcome | None:
    """Return what a code below zero in a body says that came with a status of success, None where there is none."""
    try:
        told = wire.venue_error.decode(response.body)
    except wire.UNREADABLE:
        return None
    return outcome_of(told.code, told.message, response.at) if told.code < 0 else None


def outcome_of(code: int, message: str, now: int) -> Outcome:
    """Return what a code of the venue says; `now` (ns) counts pauses that it does not state."""
    message = message[:MESSAGE_LENGTH]
    if code in UNCERTAIN:
        return Unknown(f"{code}: {message}")
    if code in _LATER:
        reason, pause = _LATER[code]
        return RetryLater(_banned_until(message, now) or now + pause, reason, str(code), message)
    return Rejected(reason_of(code, message), str(code), message)


def reason_of(code: int, message: str) -> Reason:
    """Return the common reason of a refusal."""
    for words, reason in _TEXTS.get(code, ()):
        if words in message:
            return reason
    known = REASONS.get(code)
    if known is not None:
        return known
    return Reason.MALFORMED if code in _MALFORMED else Reason.OTHER


def _later(response: Response) -> RetryLater:
    """Too much was asked: the header says for how many seconds to be silent, or the text until when."""
    try:
        told = wire.venue_error.decode(response.body)
    except wire.UNREADABLE:
        told = wire.VenueError(-1003, _shown(response.body))
    text = response.headers.get("retry-after", "")
    at = response.at + PAUSES[response.status]
    if text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004 (seconds, not a flood of digits)
        at = response.at + min(int(text) * SECOND, LONGEST)
    at = max(at, _banned_until(told.message, response.at)) if response.status == TEAPOT or not text else at
    return RetryLater(at, Reason.RATE_LIMIT, str(told.code), told.message[:MESSAGE_LENGTH])


def _banned_until(message: str, now: int) -> int:
    """Return the end of a ban that a text states, 0 where it states none (or an absurd one)."""
    found = _BANNED.search(message)
    until = int(found[1]) * MILLISECOND if found else 0
    return until if now < until <= now + LONGEST else 0


def _shown(body: bytes) -> str:
    return body[:MESSAGE_LENGTH].decode("utf-8", "replace")

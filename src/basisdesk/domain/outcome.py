"""What came of something that a venue was asked.

There are four answers, and "no answer" is one of them:

* `Done`: the venue did it, or told what was asked;
* `Rejected`: the venue refused for certain; nothing of it lives there;
* `Unknown`: nobody can tell; the order may live, may even be filled; only evidence ends this;
* `RetryLater`: the venue did not look at it (rate limit, overload, maintenance), and says when it will.

A timeout, a 5xx or an answer that cannot be read is always `Unknown` for what changes state.
"""

from __future__ import annotations

from enum import Enum

import msgspec


class Reason(Enum):
    """Why a venue refused, in the words a trader uses; every venue's codes are mapped to these."""

    INSUFFICIENT_MARGIN = "insufficient margin"
    BELOW_MINIMUM = "below minimum"
    ABOVE_MAXIMUM = "above maximum"
    OFF_GRID = "off the price or size grid"
    PRICE_BAND = "outside the price band"
    WOULD_CROSS = "post-only would cross"
    WOULD_NOT_FILL = "cannot be filled at once"
    REDUCE_ONLY = "reduce-only"
    DUPLICATE_ID = "duplicate client id"
    UNKNOWN_ORDER = "unknown order"
    UNKNOWN_SYMBOL = "unknown symbol"
    NOT_TRADABLE = "market takes no orders"
    SELF_MATCH = "own orders would match"
    RISK_LIMIT = "leverage, position or risk limit"
    MODE = "account, position or margin mode"
    UNCHANGED = "already so"
    RATE_LIMIT = "rate limit"
    OVERLOADED = "venue overloaded"
    MAINTENANCE = "maintenance"
    CLOCK = "clock"
    EXPIRED = "arrived after its deadline"
    AUTHENTICATION = "key or signature"
    PERMISSION = "key lacks the right"
    MALFORMED = "malformed request"
    UNSUPPORTED = "not supported"
    OTHER = "other"


class Done(msgspec.Struct, frozen=True, tag=True):
    """The venue did it."""


class Rejected(msgspec.Struct, frozen=True, tag=True):
    """The venue refused for certain: the common reason, its own code, its own words (at most 200 characters)."""

    reason: Reason
    code: str
    message: str


class Unknown(msgspec.Struct, frozen=True, tag=True):
    """Nobody can tell; `message` says what was seen instead of an answer."""

    message: str


class RetryLater(msgspec.Struct, frozen=True, tag=True):
    """The venue did not look at it and may be asked again from `at` (ns UTC)."""

    at: int
    reason: Reason
    code: str
    message: str


Outcome = Done | Rejected | Unknown | RetryLater

"""How the venue says no.

Spot answers with a code and a message, contracts with a word; what is wrong with a token, and too many requests, is
answered with codes on both, because no page says otherwise.
The words for too little margin and for an unknown contract order are not documented either; those here are made up in
the style of the others.
Followed: https://open.bigone.com/docs/error-codes and /docs/contract/error-codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import HttpAnswer

if TYPE_CHECKING:
    from basisdesk.sim.contract import Refused

SYNTAX, INTERNAL, PARAMETER, NOT_FOUND, FUNDS = 10001, 10005, 10007, 10013, 10014
PERMISSION, TOO_MANY, UNAUTHORISED, BAD_TOKEN, BAD_FORMAT = 10403, 10429, 40004, 40106, 40107
CLOSED, FORBIDDEN, RESTRICTED, TOO_HIGH, TOO_LOW = 40121, 40304, 40305, 40604, 40605
TOO_MUCH, DUPLICATE, NO_OPENING, SUSPENDED = 50047, 54041, 54043, 60100

_CODES = {
    SYNTAX: (400, "Syntax error"), INTERNAL: (500, "Internal error"), PARAMETER: (400, "Parameter error"),
    NOT_FOUND: (404, "Resource not found"), FUNDS: (400, "Insufficient funds"), PERMISSION: (403, "Permission denied"),
    TOO_MANY: (429, "Too many requests"), UNAUTHORISED: (401, "Unauthorized"), BAD_TOKEN: (401, "invalid jwt"),
    BAD_FORMAT: (400, "invalid token format"), CLOSED: (400, "Order is already cancelled or filled"),
    FORBIDDEN: (403, "Creating order is forbidden"), RESTRICTED: (403, "Account restricted"),
    TOO_HIGH: (400, "Price exceed the maximum order price"), TOO_LOW: (400, "Price less than the minimum order price"),
    TOO_MUCH: (400, "Liquidity taken too much"), DUPLICATE: (400, "Duplicate order"),
    NO_OPENING: (400, "Unknown opening order"), SUSPENDED: (403, "Asset pair is suspended"),
}  # fmt: skip
_SCALE = {
    "size": "Amount's scale must greater than AssetPair's base scale",
    "price": "Price's scale must greater than AssetPair's quote scale",
}
LEAST = "Price mulit with amount should larger than AssetPair's min_quote_value"
MOST = "Price mulit with amount should less than AssetPair's max_quote_value"
_REASONS = {
    Reason.NOT_TRADABLE: SUSPENDED, Reason.MAINTENANCE: SUSPENDED, Reason.INSUFFICIENT_MARGIN: FUNDS,
    Reason.DUPLICATE_ID: DUPLICATE, Reason.UNKNOWN_ORDER: NOT_FOUND, Reason.UNKNOWN_SYMBOL: NOT_FOUND,
    Reason.PRICE_BAND: TOO_HIGH, Reason.WOULD_NOT_FILL: TOO_MUCH, Reason.RISK_LIMIT: RESTRICTED,
    Reason.RATE_LIMIT: TOO_MANY, Reason.OVERLOADED: INTERNAL, Reason.PERMISSION: PERMISSION,
}  # fmt: skip

INVALID = "request/invalid-params"
NO_ORDER = "order/not-found"
OUT_OF_RANGE = "order/price-out-of-range"
BAD_LEVERAGE = "adjust-margin/invalid-lerverage"
TOO_LARGE = "adjust-margin/position-too-large"
OVER_LIMIT = "limit-risk/position-too-large"
BAD_RISK = "adjust-risk-limit/too-small-or-too-large"
_WORDS = {
    Reason.NOT_TRADABLE: (403, "trades/suspended"), Reason.MAINTENANCE: (403, "trades/stopped"),
    Reason.PRICE_BAND: (400, OUT_OF_RANGE), Reason.INSUFFICIENT_MARGIN: (400, "open-order/insufficient-margin"),
    Reason.REDUCE_ONLY: (400, "close-position/position-not-found"), Reason.UNKNOWN_ORDER: (404, NO_ORDER),
    Reason.RISK_LIMIT: (400, BAD_LEVERAGE), Reason.MODE: (400, TOO_LARGE),
}  # fmt: skip


class No(Exception):  # noqa: N818 (it is an answer)
    """What is answered instead."""

    def __init__(self, status: int, body: dict[str, object]) -> None:
        super().__init__(str(body))
        self.words = str(body.get("message", ""))
        self.answer = HttpAnswer(status, msgspec.json.encode(body))


def spot(code: int, message: str = "") -> No:
    """Return the refusal of a code, with its usual words unless others are given."""
    status, words = _CODES[code]
    return No(status, {"code": code, "message": message or words})


def contract(word: str, status: int = 400) -> No:
    """Return the refusal of a word."""
    return No(status, {"anomaly": f"anomaly.{word}"})


def of_spot(refused: Refused, *, too_low: bool = False) -> No:
    """Return how spot says what the exchange refuses; `too_low` tells on which side of the band a price is."""
    match refused.reason:
        case Reason.OFF_GRID:
            return spot(PARAMETER, _SCALE[refused.detail])
        case Reason.BELOW_MINIMUM:
            return spot(PARAMETER, LEAST)
        case Reason.ABOVE_MAXIMUM:
            return spot(PARAMETER, MOST)
        case Reason.PRICE_BAND if too_low:
            return spot(TOO_LOW)
        case reason if reason in _REASONS:
            return spot(_REASONS[reason])
        case _:
            return spot(PARAMETER, refused.message)


def of_contract(refused: Refused) -> No:
    """Return how contracts say what the exchange refuses."""
    if (refused.reason, refused.detail) == (Reason.RISK_LIMIT, "position"):
        return contract(OVER_LIMIT)
    status, word = _WORDS.get(refused.reason, (400, INVALID))
    return contract(word, status)

"""Refusals in the words of three interfaces, and successes around what they carry.

Spot says words, contracts say numbers; both of them, and the two newer interfaces, wrap them differently.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import HttpAnswer
from basisdesk.sim.dialects.htx.text import body, ms

if TYPE_CHECKING:
    from basisdesk.sim.contract import Refused


class Style(Enum):
    """How an interface wraps what it says."""

    SPOT = "spot v1"
    SPOT_NEW = "spot v2"
    CONTRACT = "contract v1"
    CONTRACT_NEW = "contract v5"


class DeniedError(Exception):
    """A request is refused: the venue's code and words."""

    def __init__(self, code: str, words: str, status: int = 200) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.status = status


_SPOT = {
    (Reason.INSUFFICIENT_MARGIN, ""): "account-frozen-balance-insufficient-error",
    (Reason.BELOW_MINIMUM, "notional"): "order-value-min-error",
    (Reason.BELOW_MINIMUM, ""): "order-limitorder-amount-min-error",
    (Reason.ABOVE_MAXIMUM, ""): "order-limitorder-amount-max-error",
    (Reason.OFF_GRID, "price"): "order-orderprice-precision-error",
    (Reason.OFF_GRID, ""): "order-orderamount-precision-error",
    (Reason.PRICE_BAND, ""): "order-limitorder-price-max-error",
    (Reason.DUPLICATE_ID, ""): "invalid-client-order-id",
    (Reason.UNKNOWN_ORDER, ""): "base-record-invalid",
    (Reason.UNKNOWN_SYMBOL, ""): "base-symbol-error",
    (Reason.NOT_TRADABLE, ""): "base-symbol-trade-disabled",
    (Reason.OVERLOADED, ""): "gateway-internal-error",
    (Reason.MAINTENANCE, ""): "system-maintenance",
    (Reason.MALFORMED, ""): "validation-format-error",
}
_CONTRACT = {
    (Reason.INSUFFICIENT_MARGIN, ""): "1047",
    (Reason.BELOW_MINIMUM, ""): "1040",
    (Reason.ABOVE_MAXIMUM, ""): "1041",
    (Reason.OFF_GRID, "price"): "1038",
    (Reason.OFF_GRID, ""): "1040",
    (Reason.PRICE_BAND, ""): "1039",
    (Reason.DUPLICATE_ID, ""): "1067",
    (Reason.UNKNOWN_ORDER, ""): "1017",
    (Reason.UNKNOWN_SYMBOL, ""): "1013",
    (Reason.NOT_TRADABLE, ""): "1049",
    (Reason.REDUCE_ONLY, ""): "1048",
    (Reason.RISK_LIMIT, "leverage"): "1037",
    (Reason.RISK_LIMIT, ""): "1461",
    (Reason.MODE, ""): "1045",
    (Reason.OVERLOADED, ""): "1004",
    (Reason.MAINTENANCE, ""): "1056",
}
_SIGNATURE = {Style.SPOT: "api-signature-not-valid", Style.SPOT_NEW: "1003", Style.CONTRACT: "403"}
_TOO_MANY = {Style.SPOT: "rate-too-many-requests", Style.SPOT_NEW: "429"}
_BAD = {Style.SPOT: "validation-format-error", Style.SPOT_NEW: "2002"}
_MISSING = {Style.SPOT: "validation-constraints-required", Style.SPOT_NEW: "2003"}


def denied(refused: Refused, style: Style) -> DeniedError:
    """Return an exchange's refusal in the words of an interface."""
    spot = style in {Style.SPOT, Style.SPOT_NEW}
    table, other = (_SPOT, "bad-request") if spot else (_CONTRACT, "1030")
    found = table.get((refused.reason, refused.detail)) or table.get((refused.reason, ""), other)
    return DeniedError(found, refused.message)


def unsigned(style: Style, words: str) -> DeniedError:
    """Return the refusal of a key, signature, time or right."""
    return DeniedError(_SIGNATURE.get(style, "1003"), f"Signature not valid: {words}")


def too_many(style: Style) -> DeniedError:
    """Return the refusal of a request that comes too often."""
    return DeniedError(_TOO_MANY.get(style, "1032"), "exceeded rate limit", 429)


def malformed(style: Style, name: str) -> DeniedError:
    """Return the refusal of a parameter in another format."""
    return DeniedError(_BAD.get(style, "1030"), f"Format Error: {name}.")


def missing(style: Style, name: str) -> DeniedError:
    """Return the refusal of a request that lacks a parameter."""
    return DeniedError(_MISSING.get(style, "1030"), f"Field is missing: {name}.")


def answer(style: Style, data: Any, now: int) -> HttpAnswer:
    """Wrap what was asked for."""
    match style:
        case Style.SPOT:
            told: dict[str, Any] = {"status": "ok", "data": data}
        case Style.SPOT_NEW:
            told = {"code": 200, "message": "success", "data": data}
        case Style.CONTRACT:
            told = {"status": "ok", "data": data, "ts": ms(now)}
        case _:
            told = {"code": 200, "message": "Success", "data": data, "ts": ms(now)}
    return HttpAnswer(200, body(told))


def refusal(style: Style, error: DeniedError, now: int) -> HttpAnswer:
    """Wrap a refusal."""
    number: int | str = int(error.code) if error.code.isdigit() else error.code
    match style:
        case Style.SPOT:
            told: dict[str, Any] = {"status": "error", "err-code": error.code, "err-msg": error.words, "data": None}
        case Style.SPOT_NEW:
            told = {"code": number, "message": error.words, "success": False}
        case Style.CONTRACT:
            told = {"status": "error", "err_code": number, "err_msg": error.words, "ts": ms(now)}
        case _:
            told = {"code": number, "message": error.words, "data": None, "ts": ms(now)}
    return HttpAnswer(error.status, body(told))

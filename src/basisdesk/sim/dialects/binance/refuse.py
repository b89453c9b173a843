"""Refusals in the venue's words: codes, texts and HTTP statuses.

Whatever goes wrong while a request is looked at is raised as `Faulty` and answered as `{"code": …, "msg": …}`.
The exchange refuses with common reasons; spot and futures have different codes for the same thing.
Source: "Error Codes" (spot, USD-M, COIN-M).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.outcome import Reason

if TYPE_CHECKING:
    from basisdesk.sim.contract import Refused

Said = tuple[int, str]


class Refusal(Exception):  # noqa: N818 (a refusal is an answer, not an error)
    """What the venue answers instead; `wait` is in seconds, for the header of a rate limit."""

    def __init__(self, code: int, message: str, status: int = 400, wait: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.wait = wait

    def body(self) -> dict[str, object]:
        """The answer as the venue writes it."""
        return {"code": self.code, "msg": self.message}


def missing(name: str) -> Refusal:
    """A parameter that must be there is not."""
    return Refusal(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def illegal(name: str, shape: str) -> Refusal:
    """A parameter is not of the right type."""
    return Refusal(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{shape}'.")


BAD_KEY = (-2015, "Invalid API-key, IP, or permissions for action.")
UNKNOWN_SYMBOL = (-1121, "Invalid symbol.")

_SPOT: dict[tuple[Reason, str], Said] = {
    (Reason.NOT_TRADABLE, ""): (-1013, "Market is closed."),
    (Reason.OFF_GRID, "price"): (-1013, "Filter failure: PRICE_FILTER"),
    (Reason.OFF_GRID, ""): (-1013, "Filter failure: LOT_SIZE"),
    (Reason.BELOW_MINIMUM, "notional"): (-1013, "Filter failure: NOTIONAL"),
    (Reason.BELOW_MINIMUM, ""): (-1013, "Filter failure: LOT_SIZE"),
    (Reason.ABOVE_MAXIMUM, ""): (-1013, "Filter failure: LOT_SIZE"),
    (Reason.PRICE_BAND, ""): (-1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
    (Reason.WOULD_CROSS, ""): (-2010, "Order would immediately match and take."),
    (Reason.DUPLICATE_ID, ""): (-2010, "Duplicate order sent."),
    (Reason.INSUFFICIENT_MARGIN, ""): (-2010, "Account has insufficient balance for requested action."),
    (Reason.RISK_LIMIT, ""): (-1013, "Filter failure: MAX_NUM_ORDERS"),
    (Reason.UNKNOWN_ORDER, "archived"): (
        -2026,
        "Order was canceled or expired with no executed qty over 90 days ago and has been archived.",
    ),
    (Reason.UNCHANGED, ""): (-2038, "The requested action would change no state; rejecting."),
    (Reason.SELF_MATCH, ""): (-2010, "This order would match an order of the same account."),
}
_FUTURES: dict[tuple[Reason, str], Said] = {
    (Reason.NOT_TRADABLE, ""): (-4141, "Symbol is closed."),
    (Reason.OFF_GRID, "price"): (-4014, "Price not increased by tick size."),
    (Reason.OFF_GRID, ""): (-1111, "Precision is over the maximum defined for this asset."),
    (Reason.BELOW_MINIMUM, "notional"): (-4164, "Order's notional must be no smaller than the minimum."),
    (Reason.BELOW_MINIMUM, ""): (-4003, "Quantity less than or equal to zero."),
    (Reason.ABOVE_MAXIMUM, ""): (-4005, "Quantity greater than max quantity."),
    (Reason.PRICE_BAND, ""): (-4016, "Limit price can't be higher than the multiplier cap."),
    (Reason.WOULD_CROSS, ""): (
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected.",
    ),
    (Reason.WOULD_NOT_FILL, ""): (
        -5021,
        "Due to the order could not be filled immediately, the FOK order has been rejected.",
    ),
    (Reason.REDUCE_ONLY, ""): (-2022, "ReduceOnly Order is rejected."),
    (Reason.DUPLICATE_ID, ""): (-4116, "ClientOrderId is duplicated."),
    (Reason.INSUFFICIENT_MARGIN, ""): (-2019, "Margin is insufficient."),
    (Reason.RISK_LIMIT, "leverage"): (-4028, "Leverage is not valid."),
    (Reason.RISK_LIMIT, ""): (-2027, "Exceeded the maximum allowable position at current leverage."),
    (Reason.MODE, "position"): (-4061, "Order's position side does not match user's setting."),
    (Reason.UNCHANGED, ""): (-5027, "No need to modify the order."),
    (Reason.SELF_MATCH, ""): (-2010, "This order would match an order of the same account."),
}
_COMMON: dict[Reason, Said] = {
    Reason.UNKNOWN_SYMBOL: UNKNOWN_SYMBOL,
    Reason.UNKNOWN_ORDER: (-2013, "Order does not exist."),
    Reason.RATE_LIMIT: (-1015, "Too many new orders."),
    Reason.OVERLOADED: (
        -1008,
        "Server is currently overloaded with other requests. Please try again in a few minutes.",
    ),
    Reason.MAINTENANCE: (-1016, "This service is no longer available."),
    Reason.CLOCK: (-1021, "Timestamp for this request is outside of the recvWindow."),
    Reason.EXPIRED: (-5028, "Timestamp for this request is outside of the ME recvWindow."),
    Reason.AUTHENTICATION: (-1022, "Signature for this request is not valid."),
    Reason.PERMISSION: BAD_KEY,
    Reason.MALFORMED: (-1102, "A mandatory parameter was not sent, was empty/null, or malformed."),
    Reason.UNSUPPORTED: (-1014, "Unsupported order combination."),
}


def said(line: str, refused: Refused) -> Refusal:
    """Return what the venue says where the exchange refused."""
    table = _SPOT if line == "spot" else _FUTURES
    found = table.get((refused.reason, refused.detail)) or table.get((refused.reason, ""))
    code, text = found or _COMMON.get(refused.reason, (-2010, refused.message))
    return Refusal(code, text, {-2015: 401, -1008: 503}.get(code, 400))

"""The venue's codes for what the exchange refuses, and for what never reaches it.

Spot and contracts have codes of their own; size and price off their grids are parameter errors of contracts.
Followed: https://bybit-exchange.github.io/docs/v5/error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.outcome import Reason

if TYPE_CHECKING:
    from basisdesk.sim.contract import Refused

PARAMETER = 10001
NO_SYMBOL = "params error: symbol invalid"
_SPOT = {
    (Reason.BELOW_MINIMUM, "notional"): (170140, "Order value exceeded lower limit."),
    (Reason.BELOW_MINIMUM, ""): (170136, "Order quantity lower than the minimum."),
    (Reason.ABOVE_MAXIMUM, ""): (170135, "Order quantity too large."),
    (Reason.OFF_GRID, "price"): (170134, "Order price has too many decimals."),
    (Reason.OFF_GRID, ""): (170137, "Order quantity has too many decimals."),
    (Reason.INSUFFICIENT_MARGIN, ""): (170131, "Insufficient balance."),
    (Reason.DUPLICATE_ID, ""): (170141, "Duplicate clientOrderId."),
    (Reason.UNKNOWN_ORDER, ""): (170213, "Order does not exist."),
    (Reason.UNKNOWN_SYMBOL, ""): (170121, "Invalid symbol."),
    (Reason.PRICE_BAND, ""): (170193, "Buy order price cannot be higher than the limit, nor sell order price lower."),
    (Reason.NOT_TRADABLE, ""): (170151, "This trading pair is not available for trading."),
    (Reason.MAINTENANCE, ""): (170031, "The feature has been suspended."),
    (Reason.UNCHANGED, ""): (PARAMETER, "The order remains unchanged as the parameters match the existing ones."),
    (Reason.MALFORMED, ""): (170130, "Data sent for parameter is not valid."),
    (Reason.MODE, ""): (170130, "Data sent for parameter is not valid."),
    (Reason.REDUCE_ONLY, ""): (170130, "Data sent for parameter 'reduceOnly' is not valid."),
}
_CONTRACT = {
    (Reason.BELOW_MINIMUM, "notional"): (110094, "Order does not meet minimum order value"),
    (Reason.BELOW_MINIMUM, ""): (PARAMETER, "The number of contracts exceeds minimum limit allowed"),
    (Reason.ABOVE_MAXIMUM, ""): (PARAMETER, "The number of contracts exceeds maximum limit allowed: too large"),
    (Reason.OFF_GRID, "price"): (PARAMETER, "params error: price invalid"),
    (Reason.OFF_GRID, ""): (PARAMETER, "Qty invalid"),
    (Reason.INSUFFICIENT_MARGIN, ""): (110007, "ab not enough for new order"),
    (Reason.DUPLICATE_ID, ""): (110072, "OrderLinkedID is duplicate"),
    (Reason.UNKNOWN_ORDER, ""): (110001, "order not exists or too late to cancel"),
    (Reason.UNKNOWN_SYMBOL, ""): (PARAMETER, NO_SYMBOL),
    (Reason.PRICE_BAND, ""): (110003, "Order price exceeds the allowable range."),
    (Reason.NOT_TRADABLE, ""): (110074, "This contract is not live"),
    (Reason.MAINTENANCE, ""): (110066, "Trading is currently not allowed."),
    (Reason.UNCHANGED, "leverage"): (110043, "leverage not modified"),
    (Reason.UNCHANGED, "mode"): (110025, "Position mode is not modified"),
    (Reason.UNCHANGED, ""): (
        PARAMETER,
        "The order remains unchanged as the parameters entered match the existing ones.",
    ),
    (Reason.MALFORMED, ""): (PARAMETER, "params error"),
    (Reason.MODE, "busy"): (110024, "You have an existing position, so the position mode cannot be switched."),
    (Reason.MODE, ""): (PARAMETER, "position idx not match position mode"),
    (Reason.REDUCE_ONLY, ""): (110017, "current position is zero, cannot fix reduce-only order qty"),
    (Reason.RISK_LIMIT, "position"): (
        110090,
        "Order placement failed as your position may exceed the max. limit. Please adjust your leverage.",
    ),
    (Reason.RISK_LIMIT, "leverage"): (110013, "Cannot set leverage due to risk limit level."),
    (Reason.RISK_LIMIT, ""): (110013, "Cannot set leverage due to risk limit level."),
}
_OTHER = {True: (170210, "New order rejected."), False: (110032, "Order is illegal")}
_EVERYWHERE = {
    Reason.RATE_LIMIT: (10006, "Too many visits!"),
    Reason.OVERLOADED: (10016, "Server error."),
    Reason.CLOCK: (10002, "The request time exceeds the time window range."),
    Reason.AUTHENTICATION: (10003, "API key is invalid."),
    Reason.PERMISSION: (10005, "Permission denied, please check your API key permissions."),
}


class RefusalError(Exception):
    """The request ends here with a code; `status` is HTTP's."""

    def __init__(self, code: int, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def parameter(message: str) -> RefusalError:
    """Return the error of a parameter."""
    return RefusalError(PARAMETER, message)


def refusal(refused: Refused, line: str, about: str = "") -> RefusalError:
    """Return the venue's code for what the exchange refused; `about` tells apart what the reason alone does not."""
    spot = line == "spot"
    if refused.reason in _EVERYWHERE:
        return RefusalError(*_EVERYWHERE[refused.reason])
    table = _SPOT if spot else _CONTRACT
    usual = table.get((refused.reason, ""), _OTHER[spot])
    finer = table.get((refused.reason, refused.detail), usual)
    return RefusalError(*(table.get((refused.reason, about), finer) if about else finer))

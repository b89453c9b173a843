"""The venue's codes as it gives them: HTTP status, words, and which code a refusal of the exchange becomes.

Followed: https://www.okx.com/docs-v5/en/#error-code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Reason

if TYPE_CHECKING:
    from basisdesk.sim.contract import Refused

STATUS = {
    "50000": 400, "50001": 503, "50002": 400, "50004": 400, "50005": 410, "50006": 400, "50011": 429, "50013": 429,
    "50014": 400, "50015": 400, "50016": 400, "50026": 500, "50035": 403, "50100": 400, "50101": 401, "50102": 401,
    "50103": 401, "50104": 401, "50105": 401, "50106": 401, "50107": 401, "50110": 401, "50111": 401, "50112": 401,
    "50113": 401, "50114": 401, "50115": 405, "51000": 400, "51054": 500, "58102": 429, "58114": 400,
}  # fmt: skip
"""HTTP status of a code that is a whole reply; 200 for every other."""

WORDS = {
    "50000": "Body for POST request cannot be empty.",
    "50001": "Service temporarily unavailable. Try again later.",
    "50002": "JSON syntax error",
    "50011": "Too Many Requests",
    "50013": "Systems are busy. Please try again later.",
    "50014": "Parameter {} cannot be empty.",
    "50036": "The expTime can't be earlier than the current system time. Please adjust the expTime and try again.",
    "50061": "You've reached the maximum order rate limit for this account.",
    "50015": "Either parameter {} or {} is required",
    "50072": "Multi-currency margin and portfolio margin modes do not support isolated margin trading",
    "50102": "Timestamp request expired",
    "50103": "Request header OK-ACCESS-KEY cannot be empty.",
    "50104": "Request header OK-ACCESS-PASSPHRASE cannot be empty.",
    "50105": "Request header OK-ACCESS-PASSPHRASE incorrect.",
    "50106": "Request header OK-ACCESS-SIGN cannot be empty.",
    "50107": "Request header OK-ACCESS-TIMESTAMP cannot be empty.",
    "50111": "Invalid OK-ACCESS-KEY",
    "50112": "Invalid OK-ACCESS-TIMESTAMP",
    "50113": "Invalid Sign",
    "50115": "Invalid request type",
    "50120": "This API key doesn't have permission to use this function",
    "51000": "Parameter {} error",
    "51001": "Instrument ID, Instrument ID code, or Spread ID doesn't exist.",
    "51003": "Either ordId or clOrdId is required",
    "51004": "The order amount exceeds the current tier's maximum position at this leverage.",
    "51005": "Your order amount exceeds the max order amount.",
    "51008": "Order failed. Insufficient {} balance in account",
    "51009": "Order blocked. Please contact customer support for help.",
    "51010": "You can't complete this request under your current account mode.",
    "51015": "instId does not match instType",
    "51016": "Duplicated client order ID",
    "51020": "Your order should meet or exceed the minimum order amount.",
    "51022": "Contract suspended",
    "51023": "Position doesn't exist",
    "51111": "Maximum 20 orders can be placed in bulk",
    "51121": "Order quantity must be a multiple of the lot size.",
    "51137": "Your opening price has triggered the limit price.",
    "51138": "Your opening price has triggered the limit price.",
    "51139": "Reduce-only feature is unavailable for the spot transactions by spot mode",
    "51150": "The precision of the number of trades or price exceeds the limit.",
    "51169": "Order failed because you don't have any positions in this direction to reduce or close.",
    "51400": "Order cancellation failed as the order has been filled, canceled or does not exist.",
    "51407": "Either order ID or client order ID is required",
    "51500": "You must enter a price, quantity, or TP/SL",
    "51502": "Order modification failed due to insufficient account balance",
    "51503": "Order modification failed as the order has been filled, canceled or does not exist.",
    "51511": "Order modification failed as the order price did not meet the requirement for Post Only",
    "51603": "Order does not exist",
    "52000": "No updates",
    "58114": "The transfer amount must be greater than 0",
    "58123": "Parameter from cannot equal to parameter to",
    "58129": "{} is incorrect or {} does not match with 'type'",
    "58350": "Insufficient balance",
    "59000": "Setting failed. Cancel any open orders, close positions, and stop trading bots first.",
    "59300": "Margin call failed. Position does not exist.",
    "59301": "Margin adjustment failed for exceeding the max limit.",
    "59102": "Leverage can't exceed the maximum leverage.",
    "59108": "Low leverage and insufficient margin. Please adjust leverage.",
    "60004": "Invalid timestamp",
    "60005": "Invalid apiKey",
    "60006": "Timestamp request expired",
    "60007": "Invalid sign",
    "60011": "Please log in",
    "60012": "Invalid request: {}",
    "60013": "Invalid args",
    "60014": "Requests too frequent",
    "60018": "Wrong URL or {} doesn't exist. Please use the correct URL, channel and parameters.",
    "60024": "Wrong passphrase",
    "60029": "Only users who are VIP5 and above in trading fee tier are allowed to subscribe to this channel",
    "60033": "Parameter {} error",
    "64001": "This channel has been migrated to the '/business' URL. Please subscribe using the new URL.",
    "64003": "Your trading fee tier doesn't meet the requirement to access this channel",
}  # fmt: skip

_CODES = {
    Reason.INSUFFICIENT_MARGIN: "51008",
    Reason.BELOW_MINIMUM: "51020",
    Reason.ABOVE_MAXIMUM: "51005",
    Reason.WOULD_CROSS: "51511",
    Reason.REDUCE_ONLY: "51169",
    Reason.DUPLICATE_ID: "51016",
    Reason.UNKNOWN_ORDER: "51603",
    Reason.UNKNOWN_SYMBOL: "51001",
    Reason.NOT_TRADABLE: "51022",
    Reason.MODE: "51010",
    Reason.UNCHANGED: "52000",
    Reason.RISK_LIMIT: "59102",
    Reason.RATE_LIMIT: "50011",
    Reason.OVERLOADED: "50013",
    Reason.MAINTENANCE: "50001",
    Reason.MALFORMED: "51000",
}


class CodeError(Exception):
    """The venue refuses a request with this code; what is named fills the blanks of its words."""

    def __init__(self, code: str, *named: str, words: str = "") -> None:
        self.code = code
        self.words = words or WORDS.get(code, "").format(*named or ("", ""))
        super().__init__(f"{code} {self.words}")


def code_of(refused: Refused, side: Side | None = None) -> str:
    """Return the code of a refusal; `side` is that of the order, which tells two price limits apart."""
    match refused.reason, refused.detail:
        case Reason.OFF_GRID, detail:
            return "51150" if detail == "price" else "51121"
        case Reason.PRICE_BAND, _:
            return "51138" if side is Side.SELL else "51137"
        case Reason.RISK_LIMIT, "position":
            return "51004"
        case Reason.MODE, "busy":
            return "59000"
        case Reason.MODE, "position" | "margin":
            return "51000"
        case _:
            return _CODES.get(refused.reason, "51009")


def failure(refused: Refused, side: Side | None = None, **instead: str) -> CodeError:
    """Return the error of a refusal; `instead` gives another code for a code, as ``c51603="51400"``."""
    code = code_of(refused, side)
    named = {"position": "posSide", "margin": "tdMode", "size": "sz", "price": "px"}.get(refused.detail, refused.detail)
    return CodeError(instead.get(f"c{code}", code), named)

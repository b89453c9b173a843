"""What came of a request: codes of three interfaces mapped to the common reasons.

Spot answers ``{"status":"error","err-code":"word",...}``, contracts ``{"status":"error","err_code":1017,...}``, the
newer interfaces of both ``{"code":200,...}`` where 200 is success.
A cancel of coin-margined contracts answers "ok" and lists the orders it could not cancel, so that list is looked at.
Codes that say that the venue itself does not know (time-outs, internal errors) are `Unknown` for whatever changes
something, as are all answers of 5xx and all that cannot be read.
Followed: https://huobiapi.github.io/docs/spot/v1/en/#error-code and the error tables of the contract texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.outcome import Done, Outcome, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.htx.account.limits import again_at
from basisdesk.venues.htx.account.rows import Row, read_row
from basisdesk.venues.trading import MESSAGE_LENGTH
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.venues.trading import Request, Response

SECOND = 1_000_000_000
SETTLES_FOR = 60 * SECOND
READS_AGAIN = 2 * SECOND
_SERVER_ERROR, _TOO_MANY = 500, 429

UNSURE = frozenset({
    "timeout", "gateway-internal-error", "order-update-error", "system-error", "server-error",
    "1000", "1001", "1002", "1004", "1005", "1006", "1029", "500", "502", "503", "504",
})  # fmt: skip
"""Codes after which nobody knows whether the request was done."""

_LATER = {
    "rate-too-many-requests": Reason.RATE_LIMIT,
    "base-request-exceed-frequency-limit": Reason.RATE_LIMIT,
    "429": Reason.RATE_LIMIT,
    "1032": Reason.RATE_LIMIT,
    "system-maintenance": Reason.MAINTENANCE,
    "1056": Reason.MAINTENANCE,
    "1077": Reason.MAINTENANCE,
    "1078": Reason.MAINTENANCE,
}
_WORDS = {
    Reason.AUTHENTICATION: "api-signature-not-valid api-signature-check-failed login-required api-key-invalid",
    Reason.PERMISSION: "api-not-support-temp-addr order-user-cancel-forbidden",
    Reason.INSUFFICIENT_MARGIN: (
        "account-frozen-balance-insufficient-error dw-insufficient-balance account-balance-insufficient-error "
        "order-accountbalance-error"
    ),
    Reason.UNKNOWN_ORDER: "order-orderstate-error base-record-invalid order-queryorder-invalid base-not-found",
    Reason.DUPLICATE_ID: "invalid-client-order-id",
    Reason.BELOW_MINIMUM: (
        "order-value-min-error order-limitorder-amount-min-error order-marketorder-amount-min-error invalid-amount"
    ),
    Reason.ABOVE_MAXIMUM: (
        "order-limitorder-amount-max-error order-marketorder-amount-max-error order-marketorder-amount-buy-max-error "
        "order-holding-limit-failed"
    ),
    Reason.OFF_GRID: "order-orderprice-precision-error order-orderamount-precision-error",
    Reason.PRICE_BAND: (
        "order-limitorder-price-min-error order-limitorder-price-max-error order-limitorder-price-buy-min-error "
        "order-limitorder-price-buy-max-error order-limitorder-price-sell-min-error "
        "order-limitorder-price-sell-max-error order-invalid-price order-etp-nav-price-max-error"
    ),
    Reason.UNKNOWN_SYMBOL: "base-symbol-error require-symbol invalid-symbol",
    Reason.NOT_TRADABLE: "base-symbol-trade-disabled",
    Reason.MALFORMED: (
        "bad-request validation-format-error validation-constraints-required base-date-limit-error invalid-parameter"
    ),
}
_NUMBERS = {
    Reason.AUTHENTICATION: "403 1003 12001 12002 12003 12004 12005 12006 12007 12008 2002",
    Reason.PERMISSION: "1010 1220 1100 1101 1102 1103 4007",
    Reason.INSUFFICIENT_MARGIN: "1047 1303",
    Reason.REDUCE_ONLY: "1048",
    Reason.UNKNOWN_ORDER: "1017 1051 1061 1062 1063 1071",
    Reason.DUPLICATE_ID: "1067",
    Reason.OFF_GRID: "1038",
    Reason.PRICE_BAND: "1039",
    Reason.BELOW_MINIMUM: "1040",
    Reason.ABOVE_MAXIMUM: "1041 1044",
    Reason.RISK_LIMIT: "1042 1043 1461 1037",
    Reason.MODE: "1045",
    Reason.NOT_TRADABLE: "1049 1058 1059 1060",
    Reason.UNKNOWN_SYMBOL: "1013 1014 1066 2011 2001",
    Reason.MALFORMED: "1030 1034 1035 1036 1050 1065 1094 2040 2021",
}
REASONS = {code: reason for table in (_WORDS, _NUMBERS) for reason, codes in table.items() for code in codes.split()}
_BROAD = (("maintain", Reason.MAINTENANCE), ("API key has no permission", Reason.PERMISSION))
_CLOCK = "timestamp"
_OVER = frozenset({"-1", "0", "5", "6", "7"})
"""Answers to a cancel by client id that say that nothing was left to cancel; 10 says that it is being cancelled."""


def judge(request: Request, response: Response) -> tuple[Outcome, Row]:
    """Return what came of a request, and the body where it is an answer (else an empty row)."""
    empty = Row({})
    if response.status == _TOO_MANY:
        return _later(request, response, Reason.RATE_LIMIT, "429", _shown(response.body)), empty
    if response.status == 0 or response.status >= _SERVER_ERROR:
        return _unsure(request, response, f"status {response.status}: {_shown(response.body)}"), empty
    try:
        row = read_row(response.body)
        code, message = _told(row)
    except UNREADABLE as error:
        return _unsure(
            request, response, f"status {response.status}, unreadable ({error}): {_shown(response.body)}"
        ), empty
    if not code:
        return Done(), row
    return _refused(request, response, code, message), row


def unreadable(request: Request, response: Response, error: Exception) -> Outcome:
    """Return what came of a request whose answer says yes but cannot be read."""
    return _unsure(request, response, f"unreadable ({str(error)[:80]}): {_shown(response.body)}")


def already_over(data: str) -> Rejected | None:
    """Return the refusal of a cancel by client id of an order that is over, None when it is being cancelled."""
    if data in _OVER:
        return Rejected(Reason.UNKNOWN_ORDER, data, "the order is over or not known")
    return None


def reason_of(code: str, message: str) -> Reason:
    """Return the common reason of a code."""
    reason = REASONS.get(code, REASONS.get(message, Reason.OTHER))
    if reason is Reason.AUTHENTICATION and _CLOCK in message.lower():
        return Reason.CLOCK
    for words, broad in _BROAD:
        if words in message:
            return broad
    return reason


def _told(row: Row) -> tuple[str, str]:
    """Return code and message of a refusal, empty when the venue agreed; ValueError when it says neither."""
    status, code = row.text("status"), row.text("code")
    message = row.text("err-msg", "err_msg", "message", "msg")
    if status == "error":
        return row.text("err-code", "err_code") or "error", message
    if status == "ok" or code == "200":
        return _failed_inside(row.row("data")) if _is_object(row) else ("", "")
    if not code:
        raise ValueError("neither status nor code")
    return code, message


def _failed_inside(data: Row) -> tuple[str, str]:
    """Return code and message of the first order that could not be cancelled, empty when each is out of the book.

    Among others that were cancelled, one that is over already has what was wanted.
    """
    failed = [(each.text("err_code") or "error", each.text("err_msg")) for each in data.rows("errors")]
    if data.text("successes"):
        failed = [(code, words) for code, words in failed if reason_of(code, words) is not Reason.UNKNOWN_ORDER]
    return failed[0] if failed else ("", "")


def _is_object(row: Row) -> bool:
    found = row.raw("data")
    return found is not None and found[:1] == b"{"


def _refused(request: Request, response: Response, code: str, message: str) -> Outcome:
    words = message[:MESSAGE_LENGTH]
    if code in UNSURE:
        return _unsure(request, response, f"{code}: {message}")
    if code in _LATER:
        return _later(request, response, _LATER[code], code, words)
    reason = reason_of(code, message)
    if reason is Reason.MAINTENANCE:
        return _later(request, response, reason, code, words)
    if message == "request limit":
        return _later(request, response, Reason.RATE_LIMIT, code, words)
    return Rejected(reason, code, words)


def _unsure(request: Request, response: Response, seen: str) -> Outcome:
    message = seen[:MESSAGE_LENGTH]
    if request.changes:
        return Unknown(message)
    return RetryLater(response.at + READS_AGAIN, Reason.OVERLOADED, str(response.status), message)


def _later(request: Request, response: Response, reason: Reason, code: str, message: str) -> RetryLater:
    if reason is Reason.MAINTENANCE:
        return RetryLater(response.at + SETTLES_FOR, reason, code, message)
    return RetryLater(again_at(request, response.headers, response.at), reason, code, message)


def _shown(body: bytes) -> str:
    return body[:MESSAGE_LENGTH].decode(errors="replace")

"""What the venue's answers mean: done, rejected for a reason, to be asked later, or nobody can tell.

Spot puts everything into an envelope whose code is 0 on success; contracts answer bare JSON, and a word (`anomaly`)
where they refuse.
Nothing at all, a server error and a body that cannot be read never mean "no" for a request that changes something.
Reads that failed so may be asked again soon.
The bodies of contracts' 401 and 429 are not documented, so these are told by their status.
Followed: https://open.bigone.com/docs/error-codes and /docs/contract/error-codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, Raw, Struct, UnsetType

from basisdesk.domain.ask import AskOrder, Cancel
from basisdesk.domain.outcome import Done, Outcome, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.bigone.hosts import CONTRACT_REST
from basisdesk.venues.bigone.sign import SECOND
from basisdesk.venues.bigone.wire import reader
from basisdesk.venues.trading import MESSAGE_LENGTH
from basisdesk.venues.wire import UNREADABLE, again_at

if TYPE_CHECKING:
    from basisdesk.venues.trading import Request, Response

SOON_NS = 2 * SECOND
LIMITED_NS = 10 * SECOND
TOO_MANY = frozenset({418, 429})
SERVER_ERROR = 500
SUCCESS, ELSEWHERE, REFUSED = 200, 300, 400

CODES = {
    "10001": Reason.MALFORMED, "10007": Reason.MALFORMED, "10013": Reason.UNKNOWN_SYMBOL,
    "10014": Reason.INSUFFICIENT_MARGIN, "10403": Reason.PERMISSION, "40004": Reason.AUTHENTICATION,
    "40103": Reason.PERMISSION, "40104": Reason.PERMISSION, "40106": Reason.AUTHENTICATION,
    "40107": Reason.AUTHENTICATION, "40120": Reason.UNKNOWN_ORDER, "40121": Reason.UNKNOWN_ORDER,
    "40301": Reason.PERMISSION, "40302": Reason.DUPLICATE_ID, "40303": Reason.UNSUPPORTED,
    "40304": Reason.NOT_TRADABLE, "40305": Reason.PERMISSION, "40601": Reason.OTHER, "40602": Reason.OTHER,
    "40603": Reason.INSUFFICIENT_MARGIN, "40604": Reason.PRICE_BAND, "40605": Reason.PRICE_BAND,
    "45001": Reason.AUTHENTICATION, "50047": Reason.WOULD_NOT_FILL, "54041": Reason.DUPLICATE_ID,
    "54043": Reason.UNKNOWN_ORDER, "60100": Reason.NOT_TRADABLE,
}  # fmt: skip
ANOMALIES = {
    "trades/stopped": Reason.NOT_TRADABLE, "trades/suspended": Reason.NOT_TRADABLE,
    "order/price-out-of-range": Reason.PRICE_BAND, "open-order/price-invalid-loss": Reason.MALFORMED,
    "open-order/price-invalid-profit": Reason.MALFORMED, "request/invalid-params": Reason.MALFORMED,
    "close-position/position-not-found": Reason.REDUCE_ONLY, "adjust-margin/invalid-lerverage": Reason.RISK_LIMIT,
    "adjust-margin/position-too-large": Reason.RISK_LIMIT, "limit-risk/position-too-large": Reason.RISK_LIMIT,
    "adjust-risk-limit/too-small-or-too-large": Reason.RISK_LIMIT,
}  # fmt: skip
_UNTOLD = frozenset({"10005", "10011", "45000"})  # the venue's own trouble: what became of the request is open
_LIMITED = "10429"
_STATUSES = {401: Reason.AUTHENTICATION, 403: Reason.PERMISSION, 404: Reason.UNKNOWN_SYMBOL}
# Words that tell more than the code does; the first that is found decides.
_WORDS = {
    "MALFORMED": (
        ("scale", Reason.OFF_GRID), ("min_quote_value", Reason.BELOW_MINIMUM),
        ("max_quote_value", Reason.ABOVE_MAXIMUM),
    ),
    "AUTHENTICATION": (("nonce", Reason.CLOCK), ("recv_window", Reason.CLOCK), ("expired", Reason.CLOCK)),
    "OTHER": (
        ("insufficient", Reason.INSUFFICIENT_MARGIN), ("not-found", Reason.UNKNOWN_ORDER),
        ("reduce", Reason.REDUCE_ONLY),
    ),
}  # fmt: skip


class _Answer(Struct, frozen=True):
    code: int | str = ""
    message: str | None = None
    anomaly: str = ""
    data: Raw | UnsetType = UNSET
    page_token: str | None = None

    @property
    def words(self) -> str:
        return self.message or ""


_read = reader(_Answer)


class Told(Struct, frozen=True):
    """What was asked for, as JSON text, and the mark of its next page."""

    body: bytes
    page: str = ""


def judge(  # noqa: PLR0911 (one for each way to answer)
    request: Request, response: Response
) -> Told | Rejected | Unknown | RetryLater:
    """Return what was asked for, or why there is nothing."""
    if response.status in TOO_MANY:
        return _limited(response, str(response.status))
    if response.status < SUCCESS or ELSEWHERE <= response.status < REFUSED or response.status >= SERVER_ERROR:
        seen = f"HTTP status {response.status}" if response.status else "no answer"
        return _lost(request, response, f"{seen}: {_text(response.body)}")
    body = response.body.strip()
    if body[:1] == b"[" and response.status < REFUSED:
        return Told(body)
    if not body and request.method == "DELETE" and response.status < REFUSED:
        return Told(b"{}")  # the page shows no body for it
    try:
        answer = _read(body)
    except UNREADABLE as error:
        return _lost(request, response, f"HTTP status {response.status}, not readable ({error}): {_text(body)}")
    code = str(answer.code)
    if answer.anomaly or code not in {"", "0"} or response.status >= REFUSED:
        return _refusal(request, response, answer)
    if request.path.startswith(CONTRACT_REST) or answer.data is UNSET:
        return Told(body)
    return Told(bytes(answer.data), answer.page_token or "")


def unreadable(request: Request, response: Response, error: Exception) -> Outcome:
    """Return what a body means that says neither yes nor no: nobody can tell; reads may be asked again."""
    return _lost(request, response, f"not what was asked for ({error}): {_text(response.body)}")


def failure(code: str, message: str) -> Rejected:
    """Return the refusal that a code of the spot socket or of REST means."""
    return Rejected(_told_by(CODES.get(code, Reason.OTHER), message), code, message[:MESSAGE_LENGTH])


def outcome_of(told: Told | Rejected | Unknown | RetryLater) -> Outcome:
    """Return the outcome."""
    return Done() if isinstance(told, Told) else told


def _refusal(request: Request, response: Response, answer: _Answer) -> Rejected | Unknown | RetryLater:
    code = str(answer.code)
    if answer.anomaly:
        word = answer.anomaly.removeprefix("anomaly.")
        reason = ANOMALIES.get(word) or _told_by(_STATUSES.get(response.status, Reason.OTHER), word)
        return Rejected(_of_order(request, reason), word[:MESSAGE_LENGTH], _text(response.body))
    if code == _LIMITED:
        return _limited(response, code)
    if code in _UNTOLD:
        return _lost(request, response, f"{code} {answer.words[:MESSAGE_LENGTH]}")
    if code in {"", "0"}:
        reason = _told_by(_STATUSES.get(response.status, Reason.OTHER), answer.words)
        return Rejected(_of_order(request, reason), str(response.status), _text(response.body))
    rejected = failure(code, answer.words)
    return Rejected(_of_order(request, rejected.reason), rejected.code, rejected.message)


def _told_by(reason: Reason, message: str) -> Reason:
    """Return what the message says more exactly than its code."""
    words = message.lower()
    return next((better for word, better in _WORDS.get(reason.name, ()) if word in words), reason)


def _of_order(request: Request, reason: Reason) -> Reason:
    """What is not found is an order where an order was named."""
    named = isinstance(request.ask, Cancel | AskOrder)
    return Reason.UNKNOWN_ORDER if named and reason is Reason.UNKNOWN_SYMBOL else reason


def _lost(request: Request, response: Response, message: str) -> Unknown | RetryLater:
    if request.changes or response.status == 0:
        return Unknown(message[:MESSAGE_LENGTH])
    return RetryLater(response.at + SOON_NS, Reason.OVERLOADED, str(response.status), message[:MESSAGE_LENGTH])


def _limited(response: Response, code: str) -> RetryLater:
    at = again_at(response.headers, response.at, LIMITED_NS)
    return RetryLater(at, Reason.RATE_LIMIT, code, _text(response.body))


def _text(body: bytes) -> str:
    return body[:MESSAGE_LENGTH].decode(errors="replace")

"""What responses mean.

An order's reply is an acceptance and no more: what became of it is told by the private stream or by asking.
Nothing heard, a server's failure and an answer that cannot be read leave open what a change came to; a question is
simply asked again.
A code beside HTTP 200 counts like any other; the headers of the account's limit come with private paths alone.
Followed: https://bybit-exchange.github.io/docs/v5/guide and /docs/v5/rate-limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.outcome import Done, Outcome, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.bybit.errors import PATIENCE_NS, outcome_of
from basisdesk.venues.bybit.limits import BAN_NS, closed_by, counted
from basisdesk.venues.bybit.results import told_by
from basisdesk.venues.patience import heed
from basisdesk.venues.trading import MESSAGE_LENGTH, Reply
from basisdesk.venues.wire import LATEST_MS, NS_PER_MS, UNREADABLE, count

if TYPE_CHECKING:
    from basisdesk.venues.trading import Request, Response, Session

OK, FORBIDDEN, TOO_MANY, SERVER = 200, 403, 429, 500
TOO_FREQUENT = b"frequent"
LIMIT, LEFT, RESET = "x-bapi-limit", "x-bapi-limit-status", "x-bapi-limit-reset-timestamp"


class Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """What every answer is wrapped in; `time` is the venue's, in ms."""

    ret_code: int
    ret_msg: str | None = ""
    result: msgspec.Raw = msgspec.Raw(b"{}")
    time: int = 0


_decode_envelope = msgspec.json.Decoder(Envelope).decode


def decode(request: Request, response: Response, session: Session) -> Reply:
    """Return what a response means; never raises on what a venue sends."""
    reply = _decoded(request, response, session)
    return heed(reply, closed_by(reply.outcome, request.costs), response.headers, response.at)


def judge(request: Request, response: Response) -> Reply:
    """Return what came of a request whose body another reads, and what is used up."""
    outcome, _ = _judged(request, response)
    return heed(
        _limited(request, response, Reply(outcome=outcome)),
        closed_by(outcome, request.costs),
        response.headers,
        response.at,
    )


def _decoded(request: Request, response: Response, session: Session) -> Reply:
    outcome, envelope = _judged(request, response)
    reply = Reply(outcome=outcome)
    if envelope is not None:
        try:
            reply = told_by(request, bytes(envelope.result), response, session)
        except (*UNREADABLE, DecodeError) as error:
            reply = Reply(outcome=_unread(request, response, error))
    return _limited(request, response, reply)


def _judged(request: Request, response: Response) -> tuple[Outcome, Envelope | None]:
    """Return what came of a request, and what its answer is wrapped in where that is to be read."""
    fault = _unanswered(request, response)
    if fault is not None:
        return fault, None
    try:
        envelope = _decode_envelope(response.body)
    except UNREADABLE as error:
        return _unread(request, response, error), None
    if envelope.ret_code != 0:
        outcome = outcome_of(
            envelope.ret_code,
            envelope.ret_msg or "",
            changes=request.changes,
            now=response.at,
            reset=_milliseconds(response.headers.get(RESET, "")) * NS_PER_MS,
        )
        return outcome, None
    if response.status != OK:
        return _unread(request, response, ValueError("no error code")), None
    return Done(), envelope


def _unanswered(request: Request, response: Response) -> Outcome | None:
    """What a status says for itself, None when the body has to be read."""
    words = response.body[:MESSAGE_LENGTH].decode(errors="replace")
    seen = f"HTTP {response.status} {words}".strip()[:MESSAGE_LENGTH]
    if response.status == FORBIDDEN and TOO_FREQUENT in response.body.lower():
        return RetryLater(response.at + BAN_NS, Reason.RATE_LIMIT, str(FORBIDDEN), words)
    if response.status == TOO_MANY:
        return RetryLater(response.at + PATIENCE_NS, Reason.RATE_LIMIT, str(TOO_MANY), words)
    if response.status == 0 or response.status >= SERVER:
        if request.changes:
            return Unknown(seen if response.status else f"no answer: {words}"[:MESSAGE_LENGTH])
        return RetryLater(response.at + PATIENCE_NS, Reason.OVERLOADED, str(response.status), words)
    return None


def _unread(request: Request, response: Response, error: Exception) -> Outcome:
    """An answer that is not what the venue documents: nothing is certain but that a question was refused by status."""
    seen = f"HTTP {response.status}, unreadable: {error}"[:MESSAGE_LENGTH]
    refused = {401: Reason.AUTHENTICATION, FORBIDDEN: Reason.PERMISSION, 404: Reason.UNSUPPORTED}.get(response.status)
    if refused is None or request.changes:
        return Unknown(seen)
    return Rejected(refused, str(response.status), seen)


def _limited(request: Request, response: Response, reply: Reply) -> Reply:
    """Add how much of the account's limit of this path is gone, and what it is, as the headers tell."""
    own = [name for name, _ in request.costs[1:]]
    return counted(reply, own[0], response.headers.get(LIMIT, ""), response.headers.get(LEFT, "")) if own else reply


def _milliseconds(text: str) -> int:
    try:
        return count(text, LATEST_MS)
    except ValueError:
        return 0

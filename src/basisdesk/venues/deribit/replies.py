"""Answers: from a response, or from the message on a WebSocket that carries the same, to what it means.

Over HTTP a failure has a status of its own, but its code decides; no answer, a status from 500 on, and an answer that
cannot be read are `Unknown` for whatever changes something.
A list is believed only as a whole: where one of its rows cannot be read, nothing of it is told.
A message tells in `usIn` when the venue got the question, in microseconds; a list is whole as of then, because what
came to be before the answer left (`usOut`) may be missing.
Followed: https://docs.deribit.com/articles/json-rpc-overview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from basisdesk.domain.ask import (
    Amend,
    AskAccounts,
    AskBalances,
    AskFills,
    AskIncome,
    AskOpenOrders,
    AskOrder,
    AskPositions,
    Cancel,
    CancelAll,
    MoveFunds,
    Place,
)
from basisdesk.domain.errors import DecodeError
from basisdesk.domain.outcome import Done, Outcome, Reason, Rejected, Unknown
from basisdesk.venues.deribit import lists, singles
from basisdesk.venues.deribit.errors import BROKEN, OK, TOO_MANY, outcome_of, outcome_of_status
from basisdesk.venues.deribit.rows import Micros
from basisdesk.venues.deribit.wire import Failure
from basisdesk.venues.patience import heed
from basisdesk.venues.trading import MESSAGE_LENGTH, Reply
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Request, Response, Session

NS_PER_US = 1_000
UNREADABLE_REPLY = (*UNREADABLE, ArithmeticError, DecodeError)


class Answer(Struct, frozen=True):
    """An answer: a result or a failure."""

    request: int | str | None = field(name="id", default=None)
    result: Raw | UnsetType = UNSET
    error: Failure | None = None
    asked: Micros = field(name="usIn", default=0)


_decode = msgspec.json.Decoder(Answer).decode


def decode(request: Request, response: Response, session: Session) -> Reply:
    """Return what a response to a request means."""
    reply = _decoded(request, response, session)
    return heed(reply, [name for name, _ in request.costs], response.headers, response.at)


def _decoded(request: Request, response: Response, session: Session) -> Reply:
    if response.status < OK or response.status >= BROKEN or response.status == TOO_MANY:
        return Reply(outcome=_of_status(request, response))
    try:
        answer = _decode(response.body)
    except UNREADABLE:
        return Reply(outcome=_of_status(request, response))
    if answer.error is None and response.status != OK:
        return Reply(outcome=_of_status(request, response))
    return read(request.ask, answer, response.at, session, changes=request.changes, body=response.body)


def judged(request: Request, response: Response) -> Reply:
    """Return what came of a request whose body another reads."""
    failure = _failure(response.body) if OK <= response.status < BROKEN else None
    outcome: Outcome = Done()
    if failure is not None:
        outcome = outcome_of(failure, response.at, changes=request.changes)
    elif response.status != OK:
        outcome = outcome_of_status(response.status, response.body, response.at, changes=request.changes)
    return heed(Reply(outcome=outcome), [name for name, _ in request.costs], response.headers, response.at)


def _of_status(request: Request, response: Response) -> Outcome:
    if response.status == TOO_MANY:
        failure = _failure(response.body)
        if failure is not None:
            return outcome_of(failure, response.at, changes=request.changes)
    return outcome_of_status(response.status, response.body, response.at, changes=request.changes)


def _failure(body: bytes) -> Failure | None:
    try:
        return _decode(body).error
    except UNREADABLE:
        return None


def read(ask: Ask, answer: Answer, now: int, session: Session, *, changes: bool, body: bytes = b"") -> Reply:
    """Return what an answer means; `now` (ns) is when it arrived, `body` the whole message where it is at hand."""
    if answer.error is not None:
        return Reply(outcome=outcome_of(answer.error, now, changes=changes))
    if answer.result is UNSET:
        return Reply(outcome=Unknown("the answer has neither a result nor an error"))
    at = answer.asked * NS_PER_US or now
    try:
        return _told(ask, answer.result, at, now, session, body)
    except UNREADABLE_REPLY as error:
        return Reply(outcome=Unknown(f"the answer could not be read: {error}"[:MESSAGE_LENGTH]))


def _told(ask: Ask, result: Raw, at: int, now: int, session: Session, body: bytes) -> Reply:  # noqa: C901, PLR0911 one case an ask
    match ask:
        case Place() | Amend():
            return done(*singles.placed(session, result))
        case Cancel():
            return _cancelled(ask, result, session)
        case CancelAll():
            singles.count(result)
            return done()
        case MoveFunds():
            return singles.moved(result, now)
        case AskOrder():
            found = singles.orders(session, ask.order, result)
            return done(*found) if found else _no_order(ask.order.client_id)
        case AskOpenOrders():
            return done(*lists.open_orders(session, ask, result, at))
        case AskPositions():
            return done(*lists.positions(session, ask, result, at))
        case AskBalances() | AskAccounts():
            return lists.balances(ask, result, at)
        case AskFills():
            return lists.own_trades(session, ask, result, now)
        case AskIncome():
            return lists.booked(session, ask, result)
        case _:
            return singles.answered(session, ask, result, at, body)


def done(*updates: Update) -> Reply:
    """Return that it was done, and what is known from it."""
    return Reply(outcome=Done(), updates=updates)


def _cancelled(ask: Cancel, result: Raw, session: Session) -> Reply:
    """Read the answer to a cancel: the order, or by label how many orders it was."""
    if ask.order.venue_id:
        return done(*singles.orders(session, ask.order, result))
    return done() if singles.count(result) else _no_order(ask.order.client_id)


def _no_order(label: str) -> Reply:
    message = f"no order has the label {label}"[:MESSAGE_LENGTH]
    return Reply(outcome=Rejected(Reason.UNKNOWN_ORDER, "", message))

"""From a response to what came of it and what it tells.

A failure is judged by `errors`; a success is read by the shape that its ask expects, and one that cannot be read is
unknown like no answer at all.
Nothing is raised whatever the venue sends.
"""

from __future__ import annotations

from decimal import InvalidOperation
from typing import TYPE_CHECKING, assert_never
from urllib.parse import parse_qs

import msgspec

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Mode
from basisdesk.domain.errors import DecodeError
from basisdesk.domain.outcome import Done, Reason, Rejected, RetryLater, Unknown
from basisdesk.venues.binance import wire
from basisdesk.venues.binance.capabilities import LIFE
from basisdesk.venues.binance.errors import failure, refusal
from basisdesk.venues.binance.hosts import LINES
from basisdesk.venues.binance.limits import closed_by, used
from basisdesk.venues.binance.replies import account, orders, public, shapes
from basisdesk.venues.binance.requests.account import PAGE
from basisdesk.venues.binance.sign import MILLISECOND
from basisdesk.venues.patience import heed
from basisdesk.venues.trading import MESSAGE_LENGTH, Reply, Request, Response

if TYPE_CHECKING:
    from basisdesk.domain.outcome import Outcome
    from basisdesk.venues.trading import Session

UNREADABLE = (*wire.UNREADABLE, DecodeError, InvalidOperation, KeyError)
_LINE_OF_ORIGIN = {line.rest_url: line.name for line in LINES.values()}
NOTHING_THERE = "-2011"
FORBIDDEN, WALLED = 403, 60_000_000_000


def decode(request: Request, response: Response, session: Session) -> Reply:
    """Return what a response to a request means."""
    line = _LINE_OF_ORIGIN.get(request.origin, "spot")
    reply = settle(request, response, session, line)
    return msgspec.structs.replace(reply, used=used(line, request.path, response.headers))


def judge(request: Request, response: Response) -> Reply:
    """Return what came of a request whose body another reads, and what is used up."""
    line = _LINE_OF_ORIGIN.get(request.origin, "spot")
    outcome = failure(response)
    reply = Reply(outcome=Done()) if outcome is None else _failed(request, response, line, outcome)
    return msgspec.structs.replace(reply, used=used(line, request.path, response.headers))


def settle(request: Request, response: Response, session: Session, line: str) -> Reply:
    """Judge a failure, or read a success."""
    outcome = failure(response)
    if outcome is not None:
        return _failed(request, response, line, outcome)
    try:
        return _read(request, response, session, line)
    except UNREADABLE as error:
        refused = refusal(response)
        if refused is not None:
            return Reply(outcome=_in_light_of(request.ask, refused))
        shown = f"HTTP {response.status}, but the answer cannot be read: {type(error).__name__}: {error}"
        return Reply(outcome=Unknown(shown[:MESSAGE_LENGTH]))


def _failed(request: Request, response: Response, line: str, outcome: Outcome) -> Reply:
    """Return a failure, with what a limit closes.

    The firewall (403) speaks in place of the venue, in HTML; it wants less to be asked.
    """
    if response.status == FORBIDDEN and isinstance(outcome, Unknown) and not request.changes:
        outcome = RetryLater(response.at + WALLED, Reason.RATE_LIMIT, str(FORBIDDEN), outcome.message)
    reply = Reply(outcome=_in_light_of(request.ask, outcome))
    return heed(reply, closed_by(outcome, line, request.path, response.status), response.headers, response.at)


def _in_light_of(ask: asks.Ask, outcome: Outcome) -> Outcome:
    """Cancelling all where there is nothing is done, too: spot says that it knows no such order."""
    if isinstance(ask, asks.CancelAll) and isinstance(outcome, Rejected) and outcome.code == NOTHING_THERE:
        return Done()
    return outcome


def _read(request: Request, response: Response, session: Session, line: str) -> Reply:  # noqa: C901, PLR0911, PLR0912 (a case an ask)
    body = response.body
    match request.ask:
        case asks.Place(order):
            return orders.placed(body, line, session, order.side)
        case asks.Amend():
            return orders.amended(body, session) if line == "spot" else orders.placed(body, line, session)
        case asks.Cancel():
            return orders.placed(body, line, session)
        case asks.CancelAll() as ask:
            return orders.cancelled_all(ask, body, session)
        case asks.SetLeverage():
            return account.leverage(line, body, session)
        case asks.SetMarginMode(name, mode):
            shapes.agreed(body)
            return orders.done(Mode(line=line, symbol=name, margin=mode))
        case asks.SetPositionMode(_, position):
            shapes.agreed(body)
            return orders.done(Mode(line=line, position=position))
        case asks.MoveFunds() as ask:
            return account.moved(ask, body, response.at)
        case asks.OpenStream():
            key = shapes.listen_key.decode(body).key
            if not key:
                raise ValueError("no listen key in the answer")
            return orders.done(learned=((f"{line}.listen_key", key),))
        case asks.DeadMan(seconds=seconds):
            shapes.counting(body, seconds)
            return orders.done()
        case asks.KeepStream():
            shapes.agreed(body)
            return orders.done()
        case ask:
            return _read_query(ask, request, response, session, line)


def _read_query(  # noqa: C901, PLR0911, PLR0912 (as above)
    ask: asks.Query, request: Request, response: Response, session: Session, line: str
) -> Reply:
    body, at = response.body, asked_at(request, response)
    match ask:
        case asks.AskTime():
            return public.clock(body)
        case asks.AskInstruments():
            return public.instruments(ask, body, session)
        case asks.AskFunding():
            return public.funding(ask, body, session)
        case asks.AskAccounts():
            return account.spot_account(body, at)
        case asks.AskBalances():
            return account.spot_account(body, at) if line == "spot" else account.futures_balances(line, body, at)
        case asks.AskPositions():
            return account.positions(ask, body, session, at)
        case asks.AskPositionMode():
            return account.position_mode(line, body)
        case asks.AskOpenOrders():
            return orders.open_orders(ask, body, session, at)
        case asks.AskOrder():
            return orders.placed(body, line, session)
        case asks.AskFills():
            return orders.fills(ask, body, session, PAGE, _window_end(request))
        case asks.AskIncome():
            return account.income(ask, body, session, PAGE)
        case asks.AskFees(name):
            return account.fees(name, line, body)
        case asks.AskPermissions():
            return account.permissions(body, at)
        case _:
            assert_never(ask)


def asked_at(request: Request, response: Response) -> int:
    """Return when a signed request was written (ns), of which its answer is certain at the latest."""
    return response.at if request.expires is None else request.expires - LIFE


def _window_end(request: Request) -> int | None:
    """Return the end (ns) of the window of fills that was asked for, None where it reached the present."""
    query = parse_qs(request.path.partition("?")[2])
    if "endTime" not in query or request.expires is None:
        return None
    end = int(query["endTime"][0]) * MILLISECOND
    return end if end < request.expires - LIFE else None

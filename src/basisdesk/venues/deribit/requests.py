"""Asks as signed HTTP requests.

Every request is a GET with all parameters in the query, signed by itself, so no token has to be fetched first.
A GET that changes something must not be repeated by anybody on the way: `Request.changes` says which these are.
Followed: https://docs.deribit.com/articles/authentication (deri-hmac-sha256).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.ask import (
    Amend,
    AskPositionMode,
    Cancel,
    CancelAll,
    DeadMan,
    KeepStream,
    MoveFunds,
    OpenStream,
    Place,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from basisdesk.domain.errors import Refusal
from basisdesk.venues.deribit.calls import ROOT, Call, path_of
from basisdesk.venues.deribit.hosts import PUBLIC
from basisdesk.venues.deribit.orders import amend, cancel, cancel_all, move_funds, place
from basisdesk.venues.deribit.queries import query
from basisdesk.venues.deribit.sign import authorization
from basisdesk.venues.trading import Request

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Session

METHODS = (
    "public/auth",
    "public/get_instruments",
    "public/get_time",
    "public/ticker",
    "private/buy",
    "private/cancel",
    "private/cancel_all",
    "private/cancel_all_by_instrument",
    "private/cancel_by_label",
    "private/edit",
    "private/edit_by_label",
    "private/get_account_summaries",
    "private/get_account_summary",
    "private/get_open_orders",
    "private/get_open_orders_by_instrument",
    "private/get_order_state",
    "private/get_order_state_by_label",
    "private/get_position",
    "private/get_positions",
    "private/get_transaction_log",
    "private/get_user_trades_by_currency_and_time",
    "private/get_user_trades_by_instrument_and_time",
    "private/sell",
    "private/submit_transfer_between_subaccounts",
)
PATHS = tuple(("GET", ROOT + method) for method in METHODS)


def call_of(ask: Ask, session: Session, now: int) -> Call | Refusal:  # noqa: C901, PLR0911 one case a command
    """Return what is asked as a call, or why it cannot be."""
    line = getattr(ask, "line", "")
    if line not in {"", PUBLIC.name}:
        return Refusal("unknown_line", f"there is no product line {line[:40]!r}: everything is on {PUBLIC.name!r}")
    match ask:
        case Place():
            return place(ask, session, now)
        case Amend():
            return amend(ask, session, now)
        case Cancel():
            return cancel(ask, session, now)
        case CancelAll():
            return cancel_all(ask, session, now)
        case MoveFunds():
            return move_funds(ask, session, now)
        case DeadMan():
            return Refusal(
                "socket_only",
                "cancel-on-disconnect holds for a WebSocket connection: send it over the order connection",
            )
        case SetLeverage():
            return Refusal("unsupported", f"leverage of {ask.symbol} cannot be set: margin follows from the position")
        case SetMarginMode():
            return Refusal("unsupported", "the margin model belongs to the whole account: change it at the venue")
        case SetPositionMode() | AskPositionMode():
            return Refusal("unsupported", "positions are always one-way here: there is nothing to ask or to set")
        case OpenStream() | KeepStream():
            return Refusal("unsupported", "a private stream needs nothing first here: connect and log in")
        case _:
            return query(ask, session, now)


def encode(ask: Ask, session: Session, now: int) -> Request | Refusal:
    """Return the request for an ask; `now` is the venue's time in ns."""
    call = call_of(ask, session, now)
    if isinstance(call, Refusal):
        return call
    path = path_of(call.method, call.params)
    headers: tuple[tuple[str, str], ...] = ()
    if call.private:
        if session.credentials is None:
            return Refusal("no_key", f"{call.method} needs a key: configure one")
        headers = (("Authorization", authorization(session.credentials, now, "GET", path)),)
    return Request(
        ask=ask,
        method="GET",
        origin=PUBLIC.rest_url,
        path=path,
        headers=headers,
        changes=call.changes,
        costs=call.costs,
        expires=call.expires,
    )

"""Asks as signed requests.

What changes anything is a POST whose body is signed, what reads is a GET whose query is; market data needs no key.
Every private request carries its window, so all of them have an end (`Request.expires`).
Nothing has to be known before something else can be asked, and a private stream needs nothing but its login.
Followed: https://bybit-exchange.github.io/docs/v5/guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.ask import (
    Amend,
    Ask,
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
from basisdesk.venues.bybit import queries, settings
from basisdesk.venues.bybit.hosts import LINES
from basisdesk.venues.bybit.limits import TRANSFER, costs
from basisdesk.venues.bybit.orders import AMEND, CANCEL, CANCEL_ALL, CREATE, Fields, cancel_all_fields, order_fields
from basisdesk.venues.bybit.sign import expires, headers
from basisdesk.venues.trading import Request

if TYPE_CHECKING:
    from basisdesk.domain.ask import Query
    from basisdesk.venues.trading import Session

ORIGIN = "https://api.bybit.com"
PATHS = (
    *(("GET", path) for path in (*queries.PUBLIC, *queries.PRIVATE)),
    *(
        ("POST", path)
        for path in (
            CREATE,
            AMEND,
            CANCEL,
            CANCEL_ALL,
            settings.LEVERAGE,
            settings.MARGIN_MODE,
            settings.POSITION_MODE,
            settings.DEAD_MAN_SWITCH,
            TRANSFER,
        )
    ),
)


def encode(ask: Ask, session: Session, now: int) -> Request | Refusal:  # noqa: PLR0911 (one for each kind of ask)
    """Return the request for what is asked, or why it cannot be asked."""
    match ask:
        case Place() | Amend() | Cancel():
            return _post(ask, order_fields(ask, session), session, now)
        case CancelAll():
            if ask.line not in LINES:
                return _no_line(ask.line)
            fields = cancel_all_fields(ask, session)
            return _post(ask, fields if isinstance(fields, Refusal) else (ask.line, CANCEL_ALL, fields), session, now)
        case SetLeverage() | SetMarginMode() | SetPositionMode() | MoveFunds() | DeadMan():
            if isinstance(ask, DeadMan) and ask.line not in LINES:
                return _no_line(ask.line)
            return _post(ask, settings.setting_fields(ask, session, now), session, now)
        case OpenStream() | KeepStream():
            return Refusal("unsupported", "the private stream needs no key of its own: connect and log in")
        case _:
            return _get(ask, session, now)


def _no_line(line: str) -> Refusal:
    return Refusal("unknown_line", f"there is no product line {line!r}: use one of {', '.join(LINES)}")


def _keyless() -> Refusal:
    return Refusal("no_key", "there is no key for this account: give the session its credentials")


def _post(ask: Ask, what: tuple[str, str, Fields] | Refusal, session: Session, now: int) -> Request | Refusal:
    if isinstance(what, Refusal):
        return what
    if session.credentials is None:
        return _keyless()
    line, path, fields = what
    body = msgspec.json.encode(fields)
    return Request(
        ask=ask,
        method="POST",
        origin=ORIGIN,
        path=path,
        headers=(*headers(session.credentials, body.decode(), now), ("Content-Type", "application/json")),
        body=body,
        changes=True,
        costs=costs(path, line),
        expires=expires(now),
    )


def _get(ask: Query, session: Session, now: int) -> Request | Refusal:
    what = queries.question(ask, session)
    if isinstance(what, Refusal):
        return what
    line, path, query = what
    target = f"{path}?{query}" if query else path
    if path in queries.PUBLIC:
        return Request(ask=ask, method="GET", origin=ORIGIN, path=target, costs=costs(path, line))
    if session.credentials is None:
        return _keyless()
    return Request(
        ask=ask,
        method="GET",
        origin=ORIGIN,
        path=target,
        headers=headers(session.credentials, query, now),
        costs=costs(path, line),
        expires=expires(now),
    )

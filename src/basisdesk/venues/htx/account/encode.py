"""Asks as requests: which function makes which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.ask import (
    Amend,
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
from basisdesk.venues.htx.account.checks import unsupported
from basisdesk.venues.htx.account.commands import cancel_all, dead_man, move_funds, set_leverage, set_position_mode
from basisdesk.venues.htx.account.orders import cancel, place
from basisdesk.venues.htx.account.queries import ask_query

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.domain.errors import Refusal
    from basisdesk.venues.trading import Request, Session


def encode(  # noqa: C901, PLR0911 (one line for each ask)
    ask: Ask, session: Session, now: int
) -> Request | Refusal:
    """Return the signed request of an ask (or of what must be known first), or why there is none."""
    match ask:
        case Place():
            return place(ask, session, now)
        case Cancel():
            return cancel(ask, session, now)
        case CancelAll():
            return cancel_all(ask, session, now)
        case DeadMan():
            return dead_man(ask, session, now)
        case SetLeverage():
            return set_leverage(ask, session, now)
        case SetPositionMode():
            return set_position_mode(ask, session, now)
        case MoveFunds():
            return move_funds(ask, session, now)
        case Amend():
            return unsupported("amending of orders", f"cancel the order of {ask.order.symbol} and place another")
        case SetMarginMode(symbol):
            return unsupported("margin mode to set", f"state it with each order of {symbol}")
        case OpenStream() | KeepStream():
            return unsupported("stream to open over HTTP", "its private sockets log in by themselves")
        case _:
            return ask_query(ask, session, now)

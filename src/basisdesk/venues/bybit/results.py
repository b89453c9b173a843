"""What the result of each request tells, once its code says that it was done.

A list that nobody can read to its end raises, because half a list looks like a whole one.
Followed: the pages that `orders`, `settings` and `queries` name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.account import Mode, OrderUpdate, ServerTime, Update
from basisdesk.domain.ask import (
    Amend,
    AskAccounts,
    AskBalances,
    AskFees,
    AskFills,
    AskFunding,
    AskIncome,
    AskInstruments,
    AskOpenOrders,
    AskOrder,
    AskPermissions,
    AskPositionMode,
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    DeadMan,
    MoveFunds,
    Place,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from basisdesk.domain.order import OrderStatus
from basisdesk.domain.outcome import Done, Outcome, Reason, Rejected, Unknown
from basisdesk.venues import lenient
from basisdesk.venues.bybit.clock import decode_time
from basisdesk.venues.bybit.lists import fills_told, income_told, order_told, orders_told, positions_told
from basisdesk.venues.bybit.orders import MARGIN, MARGINS
from basisdesk.venues.bybit.purse import balances_told
from basisdesk.venues.bybit.settings import PRODUCTS
from basisdesk.venues.bybit.settle import settle_after, settles
from basisdesk.venues.bybit.terms import account_told, fees_told, funding_told, instruments_told, key_told, mode_told
from basisdesk.venues.trading import MESSAGE_LENGTH, Reply

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Request, Response, Session

SWITCHED = "dead_man"
"""Name under which a session remembers for which products the dead-man switch was set."""
DONE_REPLY = Reply(outcome=Done())


class _Accepted(msgspec.Struct, frozen=True, rename="camel"):
    order_id: str
    order_link_id: str = ""


class _Success(msgspec.Struct, frozen=True):
    success: str = "1"


class _Why(msgspec.Struct, frozen=True, rename="camel"):
    reason_code: str = ""
    reason_msg: str = ""


class _Reasons(msgspec.Struct, frozen=True):
    reasons: list[_Why] | None = None


class _Transfer(msgspec.Struct, frozen=True):
    status: str


def told_by(  # noqa: PLR0911 (one for each kind of ask)
    request: Request, result: bytes, response: Response, session: Session
) -> Reply:
    """Return what a result means; raises UNREADABLE or DecodeError on one that is not what the venue documents."""
    match request.ask:
        case (
            Place() | Amend() | Cancel() | CancelAll() | SetLeverage() | SetMarginMode() | SetPositionMode()
            | MoveFunds() | DeadMan()
        ) as ask:  # fmt: skip
            return done(ask, result, session)
        case AskOpenOrders() as ask:
            return orders_told(ask, request, result, session)
        case AskPositions() as ask:
            return positions_told(ask, request, result, session)
        case AskOrder() as ask:
            return order_told(ask, result, session)
        case AskFills() as ask:
            return fills_told(ask, result, response.at, session)
        case AskIncome() as ask:
            return income_told(ask, result, response.at, session)
        case AskBalances() as ask:
            return balances_told(ask, result, response)
        case ask:
            return _terms(ask, result, response, session)


def _terms(  # noqa: PLR0911 (one for each kind of ask)
    ask: Ask, result: bytes, response: Response, session: Session
) -> Reply:
    match ask:
        case AskTime():
            return Reply(outcome=Done(), updates=(ServerTime(decode_time(response.body)),))
        case AskInstruments():
            return instruments_told(ask, response.body)
        case AskFunding():
            return funding_told(ask, result, response.at)
        case AskFees():
            return fees_told(ask, result, session)
        case AskAccounts():
            return account_told(ask, result)
        case AskPermissions():
            return key_told(result, response.at)
        case _:
            assert isinstance(ask, AskPositionMode)  # `encode` makes no request of any other ask
            return mode_told(ask, result, session)


def done(ask: Ask, result: bytes, session: Session) -> Reply:  # noqa: PLR0911 (one for each kind of ask)
    """Return what came of something that changes the account; orders over the trade socket are read the same way."""
    match ask:
        case Place():
            return _placed(ask, lenient.decode(result, _Accepted))
        case CancelAll():
            if lenient.decode(result, _Success).success == "0":
                return Reply(outcome=Rejected(Reason.OTHER, "", "the venue says that it did not cancel all"))
            return Reply(outcome=Done(), further=_rest(ask, session))
        case SetLeverage(symbol=symbol, leverage=leverage):
            line = session.instruments[symbol].market if symbol in session.instruments else ""
            return _set(Mode(line=line, symbol=symbol, leverage=leverage))
        case SetPositionMode(line=line, symbol=symbol, mode=position):
            return _set(Mode(line=line, symbol=symbol, position=position))
        case SetMarginMode():
            return _margin(ask, lenient.decode(result, _Reasons))
        case MoveFunds():
            return Reply(outcome=_moved(lenient.decode(result, _Transfer).status))
        case DeadMan(line=line):
            known = session.learned.get(SWITCHED, "").split()
            return Reply(outcome=Done(), learned=((SWITCHED, " ".join(dict.fromkeys((*known, PRODUCTS[line])))),))
        case _:
            return DONE_REPLY


def _placed(ask: Place, accepted: _Accepted) -> Reply:
    # The reply tells no time of the order, and neither does it say that the order rests: only that it was taken.
    order = ask.order
    update = OrderUpdate(
        at=0,
        symbol=order.symbol,
        venue_id=accepted.order_id,
        client_id=accepted.order_link_id or order.client_id,
        status=OrderStatus.OPEN,
        side=order.side,
        type=order.type,
        size=order.size,
        price=order.price,
        reduce_only=order.reduce_only,
    )
    return Reply(outcome=Done(), updates=(update,))


def _rest(ask: CancelAll, session: Session) -> CancelAll | None:
    if ask.line == "spot" or ask.symbol:
        return None
    coin = settle_after(ask.line, ask.cursor or settles(ask.line, session)[0], session)
    return None if coin is None else CancelAll(ask.line, "", coin)


def _set(update: Update) -> Reply:
    return Reply(outcome=Done(), updates=(update,))


def _margin(ask: SetMarginMode, reply: _Reasons) -> Reply:
    if reply.reasons:
        why = reply.reasons[0]
        return Reply(outcome=Rejected(Reason.MODE, why.reason_code, why.reason_msg[:MESSAGE_LENGTH]))
    return Reply(
        outcome=Done(),
        updates=(Mode(line="", margin=ask.mode),),
        learned=((MARGIN, MARGINS[ask.mode]),),
    )


def _moved(status: str) -> Outcome:
    if status == "SUCCESS":
        return Done()
    if status == "FAILED":
        return Rejected(Reason.OTHER, status, "the transfer failed")
    return Unknown(f"the transfer is {status}"[:MESSAGE_LENGTH])

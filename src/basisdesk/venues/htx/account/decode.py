"""Replies: what a response means for the ask that it answers.

Whatever the venue sends, nothing is raised: an answer that cannot be read is `Unknown` for what changes something, and
may be asked for again otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from basisdesk.domain.account import Complete, OrderUpdate
from basisdesk.domain.ask import (
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
    Place,
    SetLeverage,
    SetPositionMode,
)
from basisdesk.domain.errors import DecodeError
from basisdesk.domain.order import OrderStatus
from basisdesk.domain.outcome import Done, Reason, Rejected
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account import facts, told_coin, told_linear, told_spot
from basisdesk.venues.htx.account.errors import already_over, judge, unreadable
from basisdesk.venues.htx.account.limits import counted
from basisdesk.venues.htx.account.pages import following
from basisdesk.venues.htx.account.queries import BEGUN, COIN_PAGE, SPOT_PAGE, V5_PAGE, begun_at, mark_of
from basisdesk.venues.htx.account.sign import signed_at
from basisdesk.venues.patience import heed
from basisdesk.venues.trading import Reply
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.domain.account import Fill, Income, Update
    from basisdesk.domain.ask import Ask
    from basisdesk.domain.outcome import Outcome
    from basisdesk.venues.htx.account.rows import Row
    from basisdesk.venues.trading import Request, Response, Session

_FAULTS = (*UNREADABLE, DecodeError)


def decode(request: Request, response: Response, session: Session) -> Reply:
    """Return what a response means."""
    outcome, row = judge(request, response)
    if not isinstance(outcome, Done):
        return _refused(request, response, outcome)
    try:
        reply = _read(request, response, row, session)
    except _FAULTS as error:
        reply = Reply(outcome=unreadable(request, response, error))
    return counted(reply, request, response.headers)


def judged(request: Request, response: Response) -> Reply:
    """Return what came of a request whose body another reads, and what is used up."""
    outcome, _ = judge(request, response)
    return _refused(request, response, outcome)


def _refused(request: Request, response: Response, outcome: Outcome) -> Reply:
    reply = heed(
        Reply(outcome=_in_light_of(request.ask, outcome)),
        [name for name, _ in request.costs],
        response.headers,
        response.at,
    )
    return counted(reply, request, response.headers)


def _in_light_of(ask: Ask, outcome: Outcome) -> Outcome:
    """Cancelling all where nothing is left to cancel is done."""
    nothing = isinstance(outcome, Rejected) and outcome.reason is Reason.UNKNOWN_ORDER
    return Done() if isinstance(ask, CancelAll) and nothing else outcome


def _read(  # noqa: C901, PLR0911, PLR0912 (one line for each ask)
    request: Request, response: Response, row: Row, session: Session
) -> Reply:
    ask = request.ask
    match ask:
        case Place():
            return _placed(ask, row, session, response.at)
        case Cancel() if "submitCancelClientOrder" in request.path:
            return Reply(outcome=already_over(row.need("data")) or Done())
        case CancelAll(line=symbols.SPOT):
            data = row.row("data")
            if data.count("success-count") > 0 and data.count("next-id") > 0:
                return Reply(outcome=Done(), further=structs.replace(ask, cursor=data.text("next-id")))
            return Reply(outcome=_left(data.count("failed-count")))
        case SetLeverage():
            return facts.leverage_set(ask, row.row("data"), session)
        case SetPositionMode():
            return facts.mode_set(ask.line, row.row("data"))
        case AskOpenOrders():
            begun = begun_at(ask) or signed_at(request.path.partition("?")[2])
            return _open_orders(ask, row, session, begun)
        case AskOrder():
            return _order(ask, row, session)
        case AskFills():
            return _fills(ask, row, session, response.at)
        case AskIncome():
            return _income(ask, row, session, response.at)
        case AskBalances() | AskPositions():
            return _holdings(ask, row, response.at, signed_at(request.path.partition("?")[2]))
        case AskTime() | AskInstruments() | AskFunding() | AskAccounts() | AskPermissions() | AskFees():
            return facts.read(ask, response, row, session)
        case AskPositionMode():
            return facts.mode_set(ask.line, row.row("data"))
        case _:
            return Reply(outcome=Done())


def _left(failed: int) -> Outcome:
    """Return what came of cancelling all of which so many were not cancelled."""
    return Rejected(Reason.OTHER, "failed-count", f"{failed} orders were not cancelled") if failed else Done()


def _time(row: Row, now: int) -> int:
    return row.time("ts") or now


def _placed(ask: Place, row: Row, session: Session, now: int) -> Reply:
    order = ask.order
    market = session.instruments[order.symbol]
    spot = market.market == symbols.SPOT
    number = row.need("data") if spot else row.row("data").need("order_id_str", "order_id")
    update = OrderUpdate(
        at=_time(row, now),
        symbol=order.symbol,
        venue_id=number,
        client_id=order.client_id,
        status=OrderStatus.OPEN,
        side=order.side,
        type=order.type,
        size=order.size,
        price=order.price,
        reduce_only=order.reduce_only,
    )
    return Reply(outcome=Done(), updates=(update,))


def _order(ask: AskOrder, row: Row, session: Session) -> Reply:
    line = session.instruments[ask.order.symbol].market
    found = row.either("data")
    if not found:
        return Reply(outcome=Rejected(Reason.UNKNOWN_ORDER, "empty", "the answer holds no order"))
    return Reply(outcome=Done(), updates=(_order_of(line, found[0], session),))


def _order_of(line: str, row: Row, session: Session) -> OrderUpdate:
    if line == symbols.SPOT:
        return told_spot.order(row, session)
    return told_linear.order(row) if line == symbols.LINEAR else told_coin.order(line, row)


def _open_orders(ask: AskOpenOrders, row: Row, session: Session, begun: int) -> Reply:
    """Return a page of open orders; the list is whole as of when its first page was asked for."""
    found = row.either("data", "orders")
    updates: list[Update] = [_order_of(ask.line, each, session) for each in found]
    cursor = ""
    if ask.line == symbols.SPOT:
        cursor = found[-1].need("id") if len(found) == SPOT_PAGE else ""
    elif ask.line == symbols.LINEAR:
        cursor = _last(found, mark_of(ask))
    else:
        data = row.row("data")
        page = data.count("current_page")
        cursor = str(page + 1) if page < data.count("total_page") and len(found) == COIN_PAGE else ""
    if cursor:
        further = structs.replace(ask, cursor=f"{cursor}{BEGUN}{begun}")
        return Reply(outcome=Done(), updates=tuple(updates), further=further)
    updates.append(Complete(at=begun, what="open_orders", line=ask.line, symbol=ask.symbol))
    return Reply(outcome=Done(), updates=tuple(updates))


def _fills(ask: AskFills, row: Row, session: Session, now: int) -> Reply:
    rows = row.either("data", "trades")
    found: list[Fill]
    if ask.line == symbols.SPOT:
        found = [told_spot.fill(each, session) for each in rows]
        mark = rows[-1].need("id") if len(rows) == SPOT_PAGE else ""
    elif ask.line == symbols.LINEAR:
        found = [told_linear.fill(each) for each in rows]
        mark = _last(rows, ask.cursor.rpartition("|")[2])
    else:
        found = [told_coin.fill(ask.line, each) for each in rows]
        mark = _next(row, len(rows))
    found.sort(key=lambda fill: fill.at)
    return Reply(outcome=Done(), updates=tuple(found), further=following(ask, session, mark, now))


def _income(ask: AskIncome, row: Row, session: Session, now: int) -> Reply:
    rows = row.either("data", "financial_record")
    found: list[Income]
    if ask.line == symbols.SPOT:
        found = [told_spot.booked(each, session) for each in rows]
        mark = row.text("nextId") if len(rows) == SPOT_PAGE else ""
    elif ask.line == symbols.LINEAR:
        found = [told_linear.booked(each) for each in rows]
        mark = _last(rows, ask.cursor.rpartition("|")[2])
    else:
        found = [told_coin.booked(ask.line, each) for each in rows]
        mark = _next(row, len(rows))
    found.sort(key=lambda income: income.at)
    return Reply(outcome=Done(), updates=tuple(found), further=following(ask, session, mark, now))


def _last(rows: list[Row], before: str) -> str:
    """Return the number of the last row of a full page, behind which the next one begins; empty for the last page.

    Raises:
        ValueError: the page ends where the one before it ended, so the list would never be read to its end.
    """
    if len(rows) < V5_PAGE:
        return ""
    last = rows[-1].need("id", "order_id")
    if last == before:
        raise ValueError(f"the page behind {before[:40]} ends with it again")
    return last


def _next(row: Row, count: int) -> str:
    data = row.raw("data")
    if not count or data is None or data[:1] != b"{":
        return ""
    inside = row.row("data")
    return inside.text("next_id") if inside.count("remain_size") > 0 else ""


def _holdings(ask: AskBalances | AskPositions, row: Row, now: int, begun: int) -> Reply:
    at = _time(row, now)
    rows = row.either("data")
    updates: list[Update]
    if isinstance(ask, AskPositions):
        updates = [
            told_linear.position(each, at) if ask.line == symbols.LINEAR else told_coin.position(ask.line, each, at)
            for each in rows
        ]
        updates.append(Complete(at=begun, what="positions", line=ask.line, symbol=ask.symbol))
        return Reply(outcome=Done(), updates=tuple(updates))
    learned: list[tuple[str, str]] = []
    if ask.line == symbols.SPOT:
        updates = [*told_spot.balances(row.row("data"), at)]
    elif ask.line == symbols.LINEAR:
        updates = [*told_linear.balances(row.row("data"), at)]
    else:
        updates = [told_coin.balance(ask.line, each, at) for each in rows]
        learned = [(f"leverage:{ask.line}", "asked")]
        learned += [told for each in rows if (told := told_coin.leverage(ask.line, each)) is not None]
    updates.append(Complete(at=begun, what="balances", line=ask.line))
    return Reply(outcome=Done(), updates=tuple(updates), learned=tuple(learned))

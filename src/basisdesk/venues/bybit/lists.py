"""Lists of orders, fills, positions and booked rows.

A list of all contracts goes on with the next page, then with the next settle coin; its end names the time at which its
first page was asked for, because an order that came later may be missing.
Fills and booked rows come newest first within a page and are turned round; after the last page of a span the next span
begins where it ended.
Followed: https://bybit-exchange.github.io/docs/v5/order/open-order, order/execution, position, and
account/transaction-log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.account import Complete, Fill, Update
from basisdesk.domain.ask import AskFills, AskIncome, AskOpenOrders, AskOrder, AskPositions
from basisdesk.domain.outcome import Done, Reason, Rejected
from basisdesk.venues import lenient
from basisdesk.venues.bybit.booked import LogRow, income_of
from basisdesk.venues.bybit.marks import Mark, mark_of
from basisdesk.venues.bybit.queries import PAST, WEEK_NS
from basisdesk.venues.bybit.rows import ExecutionRow, OrderRow, PositionRow
from basisdesk.venues.bybit.settle import settle_after, settles
from basisdesk.venues.bybit.sign import TIME
from basisdesk.venues.bybit.tell import execution_update, order_update, position_updates
from basisdesk.venues.trading import Reply
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from basisdesk.venues.trading import Request, Session


class _Page(msgspec.Struct, frozen=True):
    cursor: str | None = msgspec.field(name="nextPageCursor", default=None)


class _Orders(_Page, frozen=True):
    rows: list[OrderRow] = msgspec.field(name="list", default_factory=list)


class _Executions(_Page, frozen=True):
    rows: list[ExecutionRow] = msgspec.field(name="list", default_factory=list)


class _Positions(_Page, frozen=True):
    rows: list[PositionRow] = msgspec.field(name="list", default_factory=list)


class _Log(_Page, frozen=True):
    rows: list[LogRow] = msgspec.field(name="list", default_factory=list)


def orders_told(ask: AskOpenOrders, request: Request, result: bytes, session: Session) -> Reply:
    """Return orders that live; those that ended meanwhile are told as ended."""
    page = lenient.decode(result, _Orders)
    updates: list[Update] = [order_update(row, ask.line, session) for row in page.rows]
    mark = _next(ask, request, page.cursor or "", session)
    if mark is None:
        updates.append(Complete(at=_begun(ask, request), what="open_orders", line=ask.line, symbol=ask.symbol))
        return Reply(outcome=Done(), updates=tuple(updates))
    return Reply(outcome=Done(), updates=tuple(updates), further=AskOpenOrders(ask.line, ask.symbol, str(mark)))


def positions_told(ask: AskPositions, request: Request, result: bytes, session: Session) -> Reply:
    """Return positions."""
    page = lenient.decode(result, _Positions)
    updates = [update for row in page.rows for update in position_updates(row, ask.line, session)]
    mark = _next(ask, request, page.cursor or "", session)
    if mark is None:
        updates.append(Complete(at=_begun(ask, request), what="positions", line=ask.line, symbol=ask.symbol))
        return Reply(outcome=Done(), updates=tuple(updates))
    return Reply(outcome=Done(), updates=tuple(updates), further=AskPositions(ask.line, ask.symbol, str(mark)))


def order_told(ask: AskOrder, result: bytes, session: Session) -> Reply:
    """Return one order; one that is not among the open and latest ones is looked for in the history."""
    line = session.instruments[ask.order.symbol].market if ask.order.symbol in session.instruments else "linear"
    rows = lenient.decode(result, _Orders).rows
    if rows:
        return Reply(outcome=Done(), updates=tuple(order_update(row, line, session) for row in rows))
    if ask.cursor != PAST:
        return Reply(outcome=Done(), further=AskOrder(ask.order, PAST))
    name = ask.order.venue_id or ask.order.client_id
    return Reply(outcome=Rejected(Reason.UNKNOWN_ORDER, "", f"neither the open orders nor the history hold {name}"))


def fills_told(ask: AskFills, result: bytes, now: int, session: Session) -> Reply:
    """Return own trades; fundings among them are told by the transaction log."""
    page = lenient.decode(result, _Executions)
    told = [execution_update(row, ask.line, session) for row in reversed(page.rows)]
    updates = tuple(update for update in told if isinstance(update, Fill))
    further = None
    if page.cursor and page.rows and page.cursor != ask.cursor:
        further = AskFills(line=ask.line, symbol=ask.symbol, since=ask.since, cursor=page.cursor)
    elif ask.since and ask.since + WEEK_NS < now:
        further = AskFills(line=ask.line, symbol=ask.symbol, since=ask.since + WEEK_NS)
    return Reply(outcome=Done(), updates=updates, further=further)


def income_told(ask: AskIncome, result: bytes, now: int, session: Session) -> Reply:
    """Return booked rows; the log cannot be asked for one market, so rows of others are passed over."""
    page = lenient.decode(result, _Log)
    booked = [each for row in reversed(page.rows) for each in income_of(row, ask.line, session)]
    updates = tuple(each for each in booked if ask.symbol in {"", each.symbol})
    further = None
    if page.cursor and page.rows and page.cursor != ask.cursor:
        further = AskIncome(line=ask.line, symbol=ask.symbol, since=ask.since, cursor=page.cursor)
    elif ask.since and ask.since + WEEK_NS < now:
        further = AskIncome(line=ask.line, symbol=ask.symbol, since=ask.since + WEEK_NS)
    return Reply(outcome=Done(), updates=updates, further=further)


def _begun(ask: AskOpenOrders | AskPositions, request: Request) -> int:
    """When the first page was asked for, in the venue's time."""
    signed = next((int(value) for name, value in request.headers if name == TIME), 0)
    return mark_of(ask.cursor).at or signed * NS_PER_MS


def _next(ask: AskOpenOrders | AskPositions, request: Request, cursor: str, session: Session) -> Mark | None:
    mark = mark_of(ask.cursor)
    coin = mark.coin
    if ask.line == "linear" and not ask.symbol:
        coin = coin or settles(ask.line, session)[0]
    if cursor and cursor != mark.cursor:
        return Mark(_begun(ask, request), coin, cursor)
    after = settle_after(ask.line, coin, session) if coin else None
    return None if after is None else Mark(_begun(ask, request), after)

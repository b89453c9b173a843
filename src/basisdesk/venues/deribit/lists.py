"""Answers that are lists, whole or page by page.

A list that is whole says so with `Complete`.
Own trades and booked rows come in pages and by settlement currency, so what is to be asked further follows from the
page and from where the question stood (`queries`).
Followed: https://docs.deribit.com/articles/accessing-historical-trades-orders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.account import Complete
from basisdesk.domain.ask import AskAccounts, AskFills, AskIncome, AskOpenOrders, AskPositions
from basisdesk.domain.errors import DecodeError, Refusal
from basisdesk.domain.outcome import Done
from basisdesk.venues import lenient
from basisdesk.venues.deribit.account import balance, fills, income, order_update, position
from basisdesk.venues.deribit.hosts import PUBLIC
from basisdesk.venues.deribit.queries import FillCursor, LogCursor, fill_cursor, first_list, log_cursor, settlements
from basisdesk.venues.deribit.rows import Log, OrderRow, PositionRow, Summaries, Trades
from basisdesk.venues.deribit.tier import capacities
from basisdesk.venues.trading import Reply
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from msgspec import Raw

    from basisdesk.domain.account import OrderUpdate, Position, Update
    from basisdesk.domain.ask import AskBalances
    from basisdesk.venues.deribit.rows import LogRow, TradeRow
    from basisdesk.venues.trading import Session

_decode_orders = lenient.reader(list[OrderRow])
_decode_positions = lenient.reader(list[PositionRow])
_decode_position = lenient.reader(PositionRow)
_decode_summaries = lenient.reader(Summaries)
_decode_trades = lenient.reader(Trades)
_decode_log = lenient.reader(Log)


def open_orders(session: Session, ask: AskOpenOrders, result: Raw, at: int) -> list[OrderUpdate | Complete]:
    """Return all orders that live."""
    rows = _decode_orders(result)
    return [
        *(order_update(session, row) for row in rows),
        Complete(at=at, what="open_orders", line=ask.line, symbol=ask.symbol),
    ]


def positions(session: Session, ask: AskPositions, result: Raw, at: int) -> list[Position | Complete]:
    """Return all positions; one market's is told even when it is flat."""
    rows = [_decode_position(result)] if ask.symbol else _decode_positions(result)
    return [
        *(position(session, row, at) for row in rows),
        Complete(at=at, what="positions", line=ask.line, symbol=ask.symbol),
    ]


def balances(ask: AskBalances | AskAccounts, result: Raw, at: int) -> Reply:
    """Return the money of every currency; the account's number and kind (main, subaccount) are to be remembered.

    The account's own limits come along.
    """
    summaries = _decode_summaries(result)
    number = "" if summaries.number is None else str(summaries.number)
    learned = (("account", number), ("kind", summaries.kind)) if number else ()
    if isinstance(ask, AskAccounts):
        return Reply(outcome=Done(), learned=learned)
    updates: list[Update] = [balance(row, at, number) for row in summaries.rows]
    told = (*updates, Complete(at=at, what="balances", line=ask.line or PUBLIC.name))
    if ask.account:
        return Reply(outcome=Done(), updates=told)
    limits = capacities(row.limits for row in summaries.rows)
    return Reply(outcome=Done(), updates=told, learned=learned, capacities=limits)


def own_trades(session: Session, ask: AskFills, result: Raw, now: int) -> Reply:
    """Return a page of own trades, and where the next begins."""
    page = _decode_trades(result)
    cursor = fill_cursor(ask, session, now)
    if isinstance(cursor, Refusal):
        raise DecodeError(cursor.message)
    onward = _onward(cursor, page.trades, more=page.has_more) or _next_list(ask, cursor, session, now)
    further = None if onward is None else msgspec.structs.replace(ask, cursor=onward.text)
    return Reply(outcome=Done(), updates=tuple(fills(session, page.trades)), further=further)


def _onward(cursor: FillCursor, rows: list[TradeRow], *, more: bool) -> FillCursor | None:
    """Return where the same list goes on: at the last row's time, or after it where a page holds only one time."""
    if not more or not rows:
        return None
    last = max(row.at for row in rows)
    return cursor._replace(start=max(last, cursor.start + 1))


def _next_list(ask: AskFills, cursor: FillCursor, session: Session, now: int) -> FillCursor | None:
    """Return the next list: the recent trades after the historical ones, then the next currency."""
    since = max(ask.since, 0) // NS_PER_MS
    if cursor.historical:
        return FillCursor(cursor.currency, historical=False, start=since)
    currency = None if ask.symbol else _after(cursor.currency, session)
    return None if currency is None else first_list(currency, since, now)


def _after(currency: str, session: Session) -> str | None:
    """Return the settlement currency after one."""
    return next((other for other in settlements(session) if other > currency), None)


def booked(session: Session, ask: AskIncome, result: Raw) -> Reply:
    """Return a page of booked rows, and where the next begins."""
    page = _decode_log(result)
    cursor = log_cursor(ask, session)
    if isinstance(cursor, Refusal):
        raise DecodeError(cursor.message)
    updates = [told for row in page.logs if _asked(session, ask, row) for told in income(session, row)]
    onward = LogCursor(cursor.currency, page.continuation) if page.continuation else None
    if onward is None and not ask.symbol:
        currency = _after(cursor.currency, session)
        onward = None if currency is None else LogCursor(currency, 0)
    further = None if onward is None else msgspec.structs.replace(ask, cursor=onward.text)
    return Reply(outcome=Done(), updates=tuple(updates), further=further)


def _asked(session: Session, ask: AskIncome, row: LogRow) -> bool:
    """Whether a row is of the market that was asked about; rows of no market are of the account."""
    if not ask.symbol:
        return True
    instrument = session.instruments.get(ask.symbol)
    return instrument is not None and row.code == instrument.code

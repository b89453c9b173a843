"""Queries: what each is as a call.

Own trades and booked rows are asked for by settlement currency, so a whole line is asked one currency after another.
Trades younger than a day are one list and older ones (`historical`) another, so both are asked where both may matter;
where a list goes on, the next page begins at the time of the last row, which may repeat rows but leaves none out.
A cursor is ``currency/h/milliseconds`` (``r`` for recent) for trades, ``currency/continuation`` for booked rows.
Followed: https://docs.deribit.com/articles/accessing-historical-trades-orders and
/api-reference/account-management/private-get_transaction_log.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

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
    AskPositions,
    AskTime,
)
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument, Kind
from basisdesk.venues.deribit.calls import Call, Params, Value
from basisdesk.venues.deribit.capabilities import CALL, LISTING
from basisdesk.venues.deribit.orders import by_name, find
from basisdesk.venues.deribit.sign import login_params
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

CURRENCIES = ("BTC", "ETH", "USDC", "USDT")
"""Asked for as long as no instrument says what is settled in."""

FILL_PAGE = 1000
LOG_PAGE = 250
RECENT_MS = 24 * 3_600_000
_FILLS = re.compile(r"([A-Z0-9]{1,20})/([hr])/([0-9]{1,13})")
_LOG = re.compile(r"([A-Z0-9]{1,20})/([0-9]{0,19})")


class FillCursor(NamedTuple):
    """Where a list of own trades goes on."""

    currency: str
    historical: bool
    start: int  # ms

    @property
    def text(self) -> str:
        """As a cursor."""
        return f"{self.currency}/{'h' if self.historical else 'r'}/{self.start}"


class LogCursor(NamedTuple):
    """Where the booked rows go on; `continuation` is the venue's own mark, 0 for the first page."""

    currency: str
    continuation: int

    @property
    def text(self) -> str:
        """As a cursor."""
        return f"{self.currency}/{self.continuation or ''}"


Query = (
    AskTime
    | AskInstruments
    | AskFunding
    | AskAccounts
    | AskBalances
    | AskPositions
    | AskOpenOrders
    | AskOrder
    | AskFills
    | AskIncome
    | AskFees
    | AskPermissions
)


def query(ask: Query, session: Session, now: int) -> Call | Refusal:  # noqa: C901, PLR0911 one case a question
    """Return the call for a question."""
    match ask:
        case AskTime():
            return _call("public/get_time")
        case AskInstruments():
            params: Params = (("currency", "any"), ("kind", "future"), ("expired", False))
            return Call(method="public/get_instruments", params=params, costs=(LISTING,))
        case AskFunding():
            return _funding(ask, session)
        case AskAccounts():
            return _call("private/get_account_summaries", ("extended", True))
        case AskBalances():
            return _balances(ask)
        case AskPositions() | AskOpenOrders():
            return _living(ask, session)
        case AskOrder():
            return _order(ask, session)
        case AskFills():
            return _fills(ask, session, now)
        case AskIncome():
            return _income(ask, session, now)
        case AskFees():
            return _fees(ask, session)
        case _:  # the key's rights
            return _permissions(session, now)


def settlements(session: Session) -> list[str]:
    """Return the currencies that the known instruments settle in, in alphabetical order."""
    return sorted({instrument.settle for instrument in session.instruments.values()}) or list(CURRENCIES)


def fill_cursor(ask: AskFills, session: Session, now: int) -> FillCursor | Refusal:
    """Return where a question for own trades begins."""
    if ask.cursor:
        found = _FILLS.fullmatch(ask.cursor)
        if found is None:
            return Refusal("bad_cursor", f"{ask.cursor[:40]!r} is no cursor of own trades: begin without one")
        return FillCursor(found[1], found[2] == "h", int(found[3]))
    start = max(ask.since, 0) // NS_PER_MS
    instrument = find(session, ask.symbol) if ask.symbol else None
    if isinstance(instrument, Refusal):
        return instrument
    currency = settlements(session)[0] if instrument is None else instrument.settle
    return first_list(currency, start, now)


def first_list(currency: str, start: int, now: int) -> FillCursor:
    """Return the first list of a currency's trades since `start` (ms): the historical one where that is long ago."""
    return FillCursor(currency, start < now // NS_PER_MS - RECENT_MS, start)


def log_cursor(ask: AskIncome, session: Session) -> LogCursor | Refusal:
    """Return where a question for booked rows begins."""
    if ask.cursor:
        found = _LOG.fullmatch(ask.cursor)
        if found is None:
            return Refusal("bad_cursor", f"{ask.cursor[:40]!r} is no cursor of booked rows: begin without one")
        return LogCursor(found[1], int(found[2] or 0))
    instrument = find(session, ask.symbol) if ask.symbol else None
    if isinstance(instrument, Refusal):
        return instrument
    return LogCursor(settlements(session)[0] if instrument is None else instrument.settle, 0)


def _call(method: str, *params: tuple[str, Value]) -> Call:
    return Call(method=method, params=params, costs=(CALL,))


def _funding(ask: AskFunding, session: Session) -> Call | Refusal:
    instrument = find(session, ask.symbol)
    if isinstance(instrument, Refusal):
        return instrument
    if instrument.kind is not Kind.PERPETUAL:
        return Refusal("unsupported", f"{ask.symbol} is no perpetual and has no funding: ask for one that is")
    return _call("public/ticker", ("instrument_name", instrument.code))


def _balances(ask: AskBalances) -> Call | Refusal:
    if not ask.account:
        return _call("private/get_account_summaries", ("extended", True))
    if not (ask.account.isascii() and ask.account.isdigit()):
        return Refusal("bad_account", f"{ask.account[:40]!r} is no account here: name it by its number")
    return _call("private/get_account_summaries", ("subaccount_id", int(ask.account)), ("extended", True))


def _living(ask: AskPositions | AskOpenOrders, session: Session) -> Call | Refusal:
    positions = isinstance(ask, AskPositions)
    if not ask.symbol:
        return _call("private/get_positions" if positions else "private/get_open_orders", ("kind", "future"))
    instrument = find(session, ask.symbol)
    if isinstance(instrument, Refusal):
        return instrument
    method = "private/get_position" if positions else "private/get_open_orders_by_instrument"
    return _call(method, ("instrument_name", instrument.code))


def _order(ask: AskOrder, session: Session) -> Call | Refusal:
    named = by_name(ask.order, session)
    if isinstance(named, Refusal):
        return named
    if isinstance(named, Instrument):
        return _call("private/get_order_state_by_label", ("currency", named.settle), ("label", ask.order.client_id))
    return _call("private/get_order_state", ("order_id", named))


def _fills(ask: AskFills, session: Session, now: int) -> Call | Refusal:
    cursor = fill_cursor(ask, session, now)
    if isinstance(cursor, Refusal):
        return cursor
    method, which = "private/get_user_trades_by_currency_and_time", ("currency", cursor.currency)
    kind: tuple[tuple[str, Value], ...] = (("kind", "future"),)
    if ask.symbol:
        instrument = find(session, ask.symbol)
        if isinstance(instrument, Refusal):
            return instrument
        method, which = "private/get_user_trades_by_instrument_and_time", ("instrument_name", instrument.code)
        kind = ()
    return _call(
        method,
        which,
        *kind,
        ("start_timestamp", cursor.start),
        ("end_timestamp", now // NS_PER_MS),
        ("count", FILL_PAGE),
        ("sorting", "asc"),
        ("historical", cursor.historical),
    )


def _income(ask: AskIncome, session: Session, now: int) -> Call | Refusal:
    cursor = log_cursor(ask, session)
    if isinstance(cursor, Refusal):
        return cursor
    further: tuple[tuple[str, Value], ...] = ()
    if cursor.continuation:
        further = (("continuation", cursor.continuation),)
    return _call(
        "private/get_transaction_log",
        ("currency", cursor.currency),
        ("start_timestamp", max(ask.since, 0) // NS_PER_MS),
        ("end_timestamp", now // NS_PER_MS),
        ("count", LOG_PAGE),
        *further,
    )


def _fees(ask: AskFees, session: Session) -> Call | Refusal:
    instrument = find(session, ask.symbol)
    if isinstance(instrument, Refusal):
        return instrument
    return _call("private/get_account_summary", ("currency", instrument.settle), ("extended", True))


def _permissions(session: Session, now: int) -> Call | Refusal:
    if session.credentials is None:
        return Refusal("no_key", "there is no key whose rights could be asked for: configure one")
    return _call("public/auth", *login_params(session.credentials, now))

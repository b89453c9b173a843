"""What a response of the venue means: its outcome, and what it tells of the account.

A list is whole as of the moment its request was signed, because the venue's answer is no older than that.
Fills and funding of contracts come newest first, so reading them ends at the page that reaches back beyond what was
asked for; a page mark is the venue's `page_token` on spot and the id of the last row on contracts.
A body that cannot be read is never an exception: for what changes something nobody can tell what became of it.
Followed: https://open.bigone.com/docs/spot, /docs/contract and /docs/wallet.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from basisdesk.domain.account import Complete, Fill, Funding, Income, ServerTime, Terms, Update
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
    AskPositions,
    AskTime,
    Cancel,
    CancelAll,
    Place,
    SetLeverage,
    SetMarginMode,
)
from basisdesk.domain.errors import DecodeError
from basisdesk.domain.outcome import Reason, Rejected
from basisdesk.venues.bigone import contract_account as contract
from basisdesk.venues.bigone import spot_account as spot
from basisdesk.venues.bigone.clock import decode_time
from basisdesk.venues.bigone.hosts import CONTRACT_REST
from basisdesk.venues.bigone.instruments import decode_instruments
from basisdesk.venues.bigone.outcomes import Told, judge, outcome_of, unreadable
from basisdesk.venues.bigone.queries import BEGUN, CONTRACT_PAGE, begun_at, page_of
from basisdesk.venues.bigone.sign import signed_at
from basisdesk.venues.bigone.symbols import CONTRACT, SPOT
from basisdesk.venues.bigone.wire import nanoseconds, reader
from basisdesk.venues.patience import heed
from basisdesk.venues.trading import MESSAGE_LENGTH, Reply
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.venues.trading import Request, Response, Session

_FAULTS = (*UNREADABLE, DecodeError, InvalidOperation)
_NOTHING = b"null"


class _Rate(Struct, frozen=True, rename="camel"):
    symbol: str
    funding_rate: Decimal | None = None
    next_funding_time: int | None = None


class _Cancelled(Struct, frozen=True):
    cancelled: list[int | str] | None
    failed: list[int | str] | None = None


_read_rates = reader(list[_Rate])
_read_cancelled = reader(_Cancelled)


def decode(request: Request, response: Response, session: Session) -> Reply:
    """Return what a response means; never raises."""
    told = judge(request, response)
    if not isinstance(told, Told):
        return heed(Reply(outcome=outcome_of(told)), (), response.headers, response.at)
    try:
        return _read(request, told, session)
    except _FAULTS as error:
        return Reply(outcome=unreadable(request, response, error))


def judged(request: Request, response: Response) -> Reply:
    """Return what came of a request whose body another reads."""
    return heed(Reply(outcome=outcome_of(judge(request, response))), (), response.headers, response.at)


def _read(request: Request, told: Told, session: Session) -> Reply:  # noqa: PLR0911 (one for each kind of ask)
    match request.ask:
        case AskTime():
            return _done(ServerTime(decode_time(told.body)))
        case AskInstruments(line):
            terms = [Terms(instrument) for instrument in decode_instruments(line, told.body)]
            further = AskInstruments(line, told.page) if told.page and terms else None
            return _done(*terms, further=further)
        case AskFunding() as ask:
            return _done(*_funding(ask, told.body, session))
        case Place() | Cancel() | AskOrder() | AskOpenOrders():
            return _orders(request, told, session)
        case AskFills() | AskIncome():
            return _trades(request.ask, told, session)
        case AskBalances() | AskAccounts() | AskPositions() | AskFees() | SetLeverage() | SetMarginMode():
            return _accounts(request, told, session)
        case CancelAll():
            return _cancelled(told)
        case _:  # a transfer: nothing is told that would not be read anew
            return _done()


def _orders(request: Request, told: Told, session: Session) -> Reply:
    ask, bare = request.ask, request.path.startswith(CONTRACT_REST)
    if isinstance(ask, AskOpenOrders):
        rows = contract.read_orders(told.body) if bare else spot.read_orders(told.body)
        updates = [_order(row, session) for row in rows]
        page = _onward(told.page if not bare else _last(rows, CONTRACT_PAGE), page_of(ask))
        begun = begun_at(ask) or signed_at(request)
        if page and rows:
            return _done(*updates, further=AskOpenOrders(ask.line, ask.symbol, f"{page}{BEGUN}{begun}"))
        whole = Complete(at=begun, what="open_orders", line=ask.line, symbol=ask.symbol)
        return _done(*updates, whole)
    if isinstance(ask, Cancel) and not _says_order(told.body):
        return _done()
    return _done(_order(contract.read_order(told.body) if bare else spot.read_order(told.body), session))


def _cancelled(told: Told) -> Reply:
    """Say which orders of a pair are still there."""
    failed = _read_cancelled(told.body).failed
    if not failed:
        return _done()
    words = f"not cancelled: {', '.join(map(str, failed))}"[:MESSAGE_LENGTH]
    return Reply(outcome=Rejected(Reason.OTHER, "failed", words))


def _trades(ask: AskFills | AskIncome, told: Told, session: Session) -> Reply:
    wanted = Income if isinstance(ask, AskIncome) else Fill
    found: list[Fill | Income]
    if ask.line == SPOT:
        trades = spot.read_trades(told.body)
        found = [fill for row in trades for fill in spot.fills_of(row, session)]
        page = told.page if trades else ""
    else:
        rows = contract.read_trades(told.body)
        found = [contract.trade_of(row, session) for row in rows]
        page = _last(rows, CONTRACT_PAGE)
    recent = [row for row in found if isinstance(row, wanted) and row.at >= ask.since]
    reached = any(row.at < ask.since for row in found)
    further = msgspec.structs.replace(ask, cursor=_onward(page, ask.cursor)) if page and not reached else None
    return _done(*sorted(recent, key=lambda row: row.at), further=further)


def _accounts(request: Request, told: Told, session: Session) -> Reply:  # noqa: PLR0911 (one for each kind of ask)
    ask, at = request.ask, signed_at(request)
    match ask:
        case SetLeverage() | SetMarginMode():
            row = contract.read_holding(told.body)
            return _done(
                contract.position_of(row, session, at), contract.mode_of(row, session), learned=contract.modes_of([row])
            )
        case AskFees() if not request.path.startswith(CONTRACT_REST):
            return _done(*(spot.fees_of(fee, session) for fee in spot.read_fees(told.body)))
        case AskBalances(line, account) if not request.path.startswith(CONTRACT_REST):
            balances = [spot.balance_of(row, account or line, at) for row in spot.read_balances(told.body)]
            return _done(*balances, *([] if account == "funding" else [_whole("balances", at, SPOT)]))
    accounts = contract.read_accounts(told.body)
    cash = [account.cash for account in accounts if account.cash is not None]
    holdings = [row for account in accounts for row in account.positions or ()]
    match ask:
        case AskPositions(_, symbol):
            positions = [contract.position_of(row, session, at) for row in holdings]
            named = [position for position in positions if symbol in {"", position.symbol}]
            return _done(*named, _whole("positions", at, CONTRACT, symbol), learned=contract.modes_of(holdings))
        case AskFees(symbol):
            fees = [contract.fees_of(row, session) for row in holdings]
            return _done(*(fee for fee in fees if fee is not None and fee.symbol == symbol))
        case AskAccounts():
            owner = str(next((row.user_id for row in cash if row.user_id), ""))
            return _done(learned=(("account", owner),) if owner else ())
        case _:
            return _done(*(contract.balance_of(row, at) for row in cash), _whole("balances", at, CONTRACT))


def _funding(ask: AskFunding, body: bytes, session: Session) -> list[Funding]:
    market = session.instruments.get(ask.symbol)
    told = []
    for row in _read_rates(body):
        if market is not None and row.symbol == market.code:
            rate = None if row.funding_rate is None else spot.finite(row.funding_rate)
            next_at = nanoseconds(row.next_funding_time or 0)
            told.append(
                Funding(at=0, symbol=ask.symbol, predicted=rate, next_at=next_at, interval=market.funding_interval)
            )
    return told


def _order(row: spot.RestOrder | contract.Order, session: Session) -> Update:
    return spot.order_of(row, session) if isinstance(row, spot.RestOrder) else contract.order_of(row, session)


def _says_order(body: bytes) -> bool:
    """Whether a cancel was answered with the order; contracts' page shows no body for it."""
    return body.strip() not in {b"", b"{}", _NOTHING}


def _last(rows: list[contract.Order] | list[contract.Trade] | list[spot.RestOrder], page: int) -> str:
    """Return the mark of the next page: the id of the last row of a full one."""
    return str(rows[-1].id) if len(rows) >= page else ""


def _onward(page: str, before: str) -> str:
    """Return the mark of the next page.

    Raises:
        ValueError: it is that of this page, so the list would never be read to its end.
    """
    if page and page == before:
        raise ValueError(f"the page behind {before[:40]} ends where it began")
    return page


def _whole(what: str, at: int, line: str, symbol: str = "") -> Complete:
    return Complete(at=at, what=what, line=line, symbol=symbol)


def _done(
    *updates: Update,
    learned: tuple[tuple[str, str], ...] = (),
    further: AskInstruments | AskOpenOrders | AskFills | AskIncome | None = None,
) -> Reply:
    return Reply(outcome=outcome_of(Told(b"")), updates=updates, learned=learned, further=further)

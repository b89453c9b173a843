"""An ask as the signed request of the venue, or the sentence why the venue cannot do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    KeepStream,
    MoveFunds,
    OpenStream,
    Place,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from basisdesk.domain.errors import Refusal
from basisdesk.venues.bigone import commands, queries
from basisdesk.venues.bigone.capabilities import REST
from basisdesk.venues.bigone.commands import CONTRACT_ORDERS, POSITIONS, SPOT_ORDERS, Draft, Unlearned
from basisdesk.venues.bigone.hosts import LINES, TIME_PATH
from basisdesk.venues.bigone.sign import AUTHORIZATION, COMMAND_WINDOW, SECOND, bearer
from basisdesk.venues.bigone.symbols import CONTRACT, VENUE_NAME
from basisdesk.venues.trading import Request

if TYPE_CHECKING:
    from basisdesk.domain.ask import Ask
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Session

ORIGIN = LINES[CONTRACT].rest_url
PATHS = (
    ("GET", TIME_PATH),
    *(("GET", line.instruments_path) for line in LINES.values()),
    ("GET", queries.QUOTES),
    ("GET", queries.BALANCES),
    ("GET", queries.FUND_BALANCES),
    ("GET", queries.CONTRACT_ACCOUNTS),
    ("GET", SPOT_ORDERS),
    ("GET", f"{SPOT_ORDERS}/{{id}}"),
    ("GET", queries.SPOT_ORDER),
    ("GET", queries.SPOT_TRADES),
    ("GET", queries.SPOT_FEES),
    ("GET", f"{CONTRACT_ORDERS}/{{id}}"),
    ("GET", queries.OPENING),
    ("GET", queries.CONTRACT_TRADES),
    ("POST", SPOT_ORDERS),
    ("POST", f"{SPOT_ORDERS}/{{id}}/cancel"),
    ("POST", commands.SPOT_CANCEL),
    ("POST", commands.SPOT_CANCEL_ALL),
    ("POST", commands.TRANSFER),
    ("POST", CONTRACT_ORDERS),
    ("DELETE", f"{CONTRACT_ORDERS}/{{id}}"),
    ("PUT", f"{POSITIONS}{{symbol}}/margin"),
)
"""Every (method, path) that `encode` uses; none of them lets money leave the venue."""


def encode(ask: Ask, session: Session, now: int) -> Request | Refusal:
    """Return the request for an ask at the venue's time `now`, that for the positions first, or why it cannot be."""
    draft = _draft(ask, session)
    if isinstance(draft, Refusal):
        return draft
    if isinstance(draft, Unlearned):
        ask, draft = AskPositions(CONTRACT), Draft("GET", queries.CONTRACT_ACCOUNTS)
    changes = draft.method != "GET"
    headers: tuple[tuple[str, str], ...] = ()
    if not draft.public:
        if session.credentials is None:
            return Refusal("no_key", f"{VENUE_NAME} answers this to a key only: give one")
        window = COMMAND_WINDOW if changes else None
        headers = ((AUTHORIZATION, bearer(session.credentials, now, window)),)
    if draft.body:
        headers += (("Content-Type", "application/json"),)
    return Request(
        ask=ask,
        method=draft.method,
        origin=ORIGIN,
        path=draft.path,
        headers=headers,
        body=draft.body,
        changes=changes,
        costs=((REST, 1.0),),
        expires=now + COMMAND_WINDOW * SECOND if changes else None,
    )


def _draft(ask: Ask, session: Session) -> Draft | Refusal | Unlearned:  # noqa: PLR0911 (one for each kind of ask)
    match ask:
        case AskTime(line) | AskInstruments(line=line) | AskBalances(line=line):
            return _unknown_line(line) or queries.query(ask, None)
        case AskAccounts(line=line):
            return _unknown_line(line or CONTRACT) or queries.query(ask, None)
        case AskPositions() | AskOpenOrders() | AskFills() | AskIncome():
            market = _market(ask.symbol, session, ask.line) if ask.symbol else None
            if isinstance(market, Refusal):
                return market
            return _unknown_line(ask.line) or queries.query(ask, market)
        case CancelAll(line, symbol):
            market = _market(symbol, session, line) if symbol else None
            return market if isinstance(market, Refusal) else commands.cancel_all(ask, market)
        case MoveFunds():
            return commands.move(ask)
        case Place() | Cancel() | AskOrder() | AskFunding() | AskFees() | SetLeverage() | SetMarginMode():
            return _of_market(ask, session)
        case _:
            return _unable(ask)


def _of_market(
    ask: Place | Cancel | AskOrder | AskFunding | AskFees | SetLeverage | SetMarginMode, session: Session
) -> Draft | Refusal | Unlearned:
    symbol = ask.order.symbol if isinstance(ask, Place | Cancel | AskOrder) else ask.symbol
    market = _market(symbol, session)
    if isinstance(market, Refusal):
        return market
    match ask:
        case Place():
            return commands.place(ask, market)
        case Cancel():
            return commands.cancel(ask, market)
        case SetLeverage():
            return commands.set_leverage(ask, market, session)
        case SetMarginMode():
            return commands.set_margin_mode(ask, market, session)
        case _:
            return queries.of_market(ask, market)


def _unable(
    ask: Amend | DeadMan | SetPositionMode | OpenStream | KeepStream | AskPositionMode | AskPermissions,
) -> Refusal:
    match ask:
        case Amend():
            return Refusal("unsupported", f"{VENUE_NAME} cannot change an order: cancel it and send another")
        case DeadMan():
            return Refusal("unsupported", f"{VENUE_NAME} has no dead-man switch: another process has to cancel")
        case SetPositionMode() | AskPositionMode():
            return Refusal("unsupported", f"{VENUE_NAME} has one net position a contract, and no other mode")
        case AskPermissions():
            return Refusal("unsupported", f"{VENUE_NAME} does not tell what a key may do: look at its page of keys")
        case _:
            return Refusal("unsupported", f"the streams of {VENUE_NAME} log in with a token: nothing is opened or kept")


def _market(symbol: str, session: Session, line: str = "") -> Instrument | Refusal:
    market = session.instruments.get(symbol)
    if market is None or (line and market.market != line):
        where = f" on its line {line}" if line else ""
        return Refusal("unknown_symbol", f"{VENUE_NAME} has no market {symbol[:60]!r}{where}: ask for its instruments")
    return market


def _unknown_line(line: str) -> Refusal | None:
    return (
        None
        if line in LINES
        else Refusal("unknown_line", f"{VENUE_NAME} has no line {line[:40]!r}: {', '.join(LINES)}")
    )

"""Questions: the path and the raw query of each.

Linear contracts are listed by settle coin, one after another (`marks`); inverse ones and spot all at once.
An order is looked for among the open and latest ended ones first, then in the history, which is late by its own page.
Fills are told for seven days from a time on, booked rows for as long where both ends are given.
Funding is told in two answers: what comes next by the ticker, what was last paid by the history.
Followed: https://bybit-exchange.github.io/docs/v5/order/open-order, order/order-list, order/execution,
position, account/wallet-balance, account/transaction-log, account/fee-rate, user/apikey-info, market/*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    Query,
)
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Kind
from basisdesk.venues.bybit.capabilities import FUND, UNIFIED
from basisdesk.venues.bybit.hosts import FUNDING_PATH, INSTRUMENTS_PATH, LINES, TIME_PATH
from basisdesk.venues.bybit.limits import SECOND
from basisdesk.venues.bybit.marks import mark_of, milliseconds, query_of, spell
from basisdesk.venues.bybit.orders import market, named
from basisdesk.venues.bybit.settle import settles

if TYPE_CHECKING:
    from basisdesk.domain.ask import OrderRef
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Session

TICKERS = "/v5/market/tickers"
ORDERS = "/v5/order/realtime"
HISTORY = "/v5/order/history"
FILLS = "/v5/execution/list"
POSITIONS = "/v5/position/list"
WALLET = "/v5/account/wallet-balance"
COINS = "/v5/asset/transfer/query-account-coins-balance"
LOG = "/v5/account/transaction-log"
FEES = "/v5/account/fee-rate"
ACCOUNT = "/v5/account/info"
KEY = "/v5/user/query-api"

PUBLIC = (TIME_PATH, INSTRUMENTS_PATH, TICKERS, FUNDING_PATH)
PRIVATE = (ORDERS, HISTORY, FILLS, POSITIONS, WALLET, COINS, LOG, FEES, ACCOUNT, KEY)

WEEK_NS = 7 * 86_400 * SECOND
PAST = "history"  # `AskOrder.cursor`: not among the open and latest ones
SETTLED = "settled"  # `AskFunding.cursor`
WITNESS = {"linear": "BTCUSDT", "inverse": "BTCUSD"}
"""A market that always is, whose (empty) position tells the position mode."""

Question = tuple[str, str, str]
"""Line (empty for the account), path and raw query."""


def question(ask: Query, session: Session) -> Question | Refusal:  # noqa: PLR0911 (one for each kind of ask)
    """Return what to ask, and where."""
    line = getattr(ask, "line", "")
    named = line or isinstance(ask, AskAccounts | AskFees | AskFunding | AskOrder | AskPermissions)
    if not named or (line and line not in LINES):
        return Refusal("unknown_line", f"there is no product line {line!r}: use one of {', '.join(LINES)}")
    match ask:
        case AskTime():
            return ask.line, TIME_PATH, ""
        case AskInstruments():
            further = f"&cursor={spell('cursor', ask.cursor)}" if ask.cursor else ""
            return ask.line, INSTRUMENTS_PATH, LINES[ask.line].instruments_path.partition("?")[2] + further
        case AskAccounts():
            return "", ACCOUNT, ""
        case AskPermissions():
            return "", KEY, ""
        case AskBalances():
            return _balances(ask)
        case AskPositions() | AskPositionMode():
            return _positions(ask, session)
        case AskFunding(symbol=symbol) | AskFees(symbol=symbol):
            instrument = market(symbol, session)
            return instrument if isinstance(instrument, Refusal) else _terms(ask, instrument)
        case AskOpenOrders() | AskFills() | AskIncome():
            return _list(ask, session)
        case _:
            return _order(ask.order, ask.cursor, session)


def _balances(ask: AskBalances) -> Question | Refusal:
    if ask.account in {"", UNIFIED}:
        return ask.line, WALLET, query_of(("accountType", UNIFIED))
    if ask.account == FUND:
        return ask.line, COINS, query_of(("accountType", FUND))
    return Refusal("bad_account", f"there is no account {ask.account!r}: use {UNIFIED} or {FUND}")


def _positions(ask: AskPositions | AskPositionMode, session: Session) -> Question | Refusal:
    if ask.line == "spot":
        return Refusal("unsupported", "spot has no positions: ask for balances")
    if isinstance(ask, AskPositionMode):
        return ask.line, POSITIONS, query_of(("category", ask.line), ("symbol", WITNESS[ask.line]))
    code = _code(ask.symbol, session)
    if isinstance(code, Refusal):
        return code
    mark = mark_of(ask.cursor)
    coin = "" if code else _coin(ask.line, mark.coin, session)
    query = query_of(
        ("category", ask.line), ("symbol", code), ("settleCoin", coin), ("limit", 200), ("cursor", mark.cursor)
    )
    return ask.line, POSITIONS, query


def _list(ask: AskOpenOrders | AskFills | AskIncome, session: Session) -> Question | Refusal:
    code = _code(ask.symbol, session)
    if isinstance(code, Refusal):
        return code
    if isinstance(ask, AskOpenOrders):
        mark = mark_of(ask.cursor)
        coin = "" if code else _coin(ask.line, mark.coin, session)
        query = query_of(
            ("category", ask.line), ("symbol", code), ("settleCoin", coin), ("limit", 50), ("cursor", mark.cursor)
        )
        return ask.line, ORDERS, query
    since = milliseconds(ask.since) if ask.since else ""
    if isinstance(ask, AskFills):
        query = query_of(
            ("category", ask.line), ("symbol", code), ("startTime", since), ("limit", 100), ("cursor", ask.cursor)
        )
        return ask.line, FILLS, query
    until = milliseconds(ask.since + WEEK_NS) if ask.since else ""
    query = query_of(
        ("accountType", UNIFIED),
        ("category", ask.line),
        ("startTime", since),
        ("endTime", until),
        ("limit", 50),
        ("cursor", ask.cursor),
    )
    return ask.line, LOG, query


def _order(order: OrderRef, cursor: str, session: Session) -> Question | Refusal:
    instrument = market(order.symbol, session)
    if isinstance(instrument, Refusal):
        return instrument
    name = named(order)
    if isinstance(name, Refusal):
        return name
    path = HISTORY if cursor == PAST else ORDERS
    return instrument.market, path, query_of(("category", instrument.market), ("symbol", instrument.code), name)


def _terms(ask: AskFunding | AskFees, instrument: Instrument) -> Question | Refusal:
    fields = ("category", instrument.market), ("symbol", instrument.code)
    if isinstance(ask, AskFees):
        return instrument.market, FEES, query_of(*fields)
    if instrument.kind is not Kind.PERPETUAL:
        return Refusal("unsupported", f"{ask.symbol} pays no funding: ask for a perpetual")
    if ask.cursor == SETTLED:
        return instrument.market, FUNDING_PATH, query_of(*fields, ("limit", 1))
    return instrument.market, TICKERS, query_of(*fields)


def _code(symbol: str, session: Session) -> str | Refusal:
    if not symbol:
        return ""
    instrument = market(symbol, session)
    return instrument if isinstance(instrument, Refusal) else instrument.code


def _coin(line: str, coin: str, session: Session) -> str:
    return (coin or settles(line, session)[0]) if line == "linear" else ""

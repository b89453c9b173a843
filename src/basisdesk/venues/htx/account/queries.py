"""Queries as requests.

The contract interfaces of the first generation read by POST, everything else by GET.
Spot balances and open orders want the number of the account, and what a key may do wants the number of the user: until
these are learned, the request for them comes out instead.
Followed: https://huobiapi.github.io/docs/spot/v1/en/, .../coin_margined_swap/v1/en/, .../dm/v1/en/ and, for linear
contracts, https://www.htx.com/en-us/opend/newApiPages/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

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
)
from basisdesk.domain.errors import Refusal
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.checks import COINS, check_line, check_ref, code_of, market_of, unsupported
from basisdesk.venues.htx.account.names import coin_of, identity, named
from basisdesk.venues.htx.account.pages import page_of
from basisdesk.venues.htx.account.request import SPOT_ACCOUNT, USER, get, public, read
from basisdesk.venues.htx.clock import time_path
from basisdesk.venues.htx.funding import PATHS
from basisdesk.venues.htx.hosts import LINES

if TYPE_CHECKING:
    from basisdesk.domain.ask import Query
    from basisdesk.venues.htx.account.request import Body
    from basisdesk.venues.trading import Request, Session

FUNDING = "funding"
"""The mark of the second page of linear instruments: when each contract's funding is settled."""
PAST = "past"
"""The mark of the second request for funding: what the last settlement paid."""
SPOT_PAGE, V5_PAGE, COIN_PAGE = 500, 100, 50

BEGUN = "@"
"""Stands in the mark of a page of open orders before the time (ns) at which the first page was asked for."""
LONGEST_TIME = 19  # digits of ns

Parameters = dict[str, str | int]

_PAST_FUNDING = {
    symbols.LINEAR: "/v5/market/funding_rate_history",
    symbols.COIN_SWAP: "/swap-api/v1/swap_historical_funding_rate",
}
_READ = {symbols.COIN_SWAP: "/swap-api/v{}/swap_{}", symbols.COIN_FUTURES: "/api/v{}/contract_{}"}


def mark_of(ask: AskOpenOrders) -> str:
    """Return the venue's own mark of a page of open orders."""
    return ask.cursor.partition(BEGUN)[0]


def begun_at(ask: AskOpenOrders) -> int:
    """Return when (ns) the first page of this list was asked for, 0 where this is the first."""
    since = ask.cursor.partition(BEGUN)[2]
    return int(since) if since.isascii() and since.isdigit() and len(since) <= LONGEST_TIME else 0


def ask_query(  # noqa: C901, PLR0911 (one line for each ask)
    ask: Query, session: Session, now: int
) -> Request | Refusal:
    """Return the request of a query, or of what must be known before it."""
    refused = check_line(ask.line) if not isinstance(ask, AskFunding | AskOrder | AskFees | AskPermissions) else None
    if refused is not None and not (isinstance(ask, AskAccounts) and not ask.line):
        return refused
    match ask:
        case AskTime(line):
            return public(ask, line, time_path(line))
        case AskInstruments():
            return _instruments(ask)
        case AskFunding():
            return _funding(ask, session)
        case AskAccounts(line):
            path = "/v1/account/accounts" if line == symbols.SPOT else "/v2/user/uid"
            return get(ask, session, now, symbols.SPOT, path)
        case AskPermissions():
            return _permissions(ask, session, now)
        case AskFees():
            return _fees(ask, session, now)
        case AskOrder():
            return _order(ask, session, now)
        case AskFills():
            return _fills(ask, session, now)
        case AskIncome():
            return _income(ask, session, now)
        case _:
            return _state(ask, session, now)


def _state(
    ask: AskBalances | AskPositions | AskPositionMode | AskOpenOrders, session: Session, now: int
) -> Request | Refusal:
    match ask:
        case AskBalances():
            return _balances(ask, session, now)
        case AskPositions():
            return _positions(ask, session, now)
        case AskPositionMode(line):
            if line == symbols.LINEAR:
                return get(ask, session, now, line, "/v5/position/mode")
            return unsupported(f"position mode of {line}", "coin-margined positions are long and short, spot has none")
        case _:
            return _open_orders(ask, session, now)


def _instruments(ask: AskInstruments) -> Request | Refusal:
    if not ask.cursor:
        path, _, query = LINES[ask.line].instruments_path.partition("?")
        return public(ask, ask.line, path, query)
    if ask.cursor == FUNDING and ask.line == symbols.LINEAR:
        return public(ask, ask.line, "/linear-swap-api/v1/swap_batch_funding_rate")
    return Refusal("bad_cursor", f"{ask.cursor[:80]!r} is no mark of a page: begin again without one")


def _funding(ask: AskFunding, session: Session) -> Request | Refusal:
    market = market_of(session, ask.symbol)
    if isinstance(market, Refusal):
        return market
    line, code = market.market, market.code
    if not symbols.is_perpetual(line, code):
        return unsupported(f"funding of {ask.symbol}", "only swaps have funding")
    query = f"contract_code={quote(code)}"
    if ask.cursor == PAST:
        page = "limit=1" if line == symbols.LINEAR else "page_index=1&page_size=1"
        return public(ask, line, _PAST_FUNDING[line], f"{query}&{page}")
    return public(ask, line, PATHS[line], query)


def _permissions(ask: AskPermissions, session: Session, now: int) -> Request | Refusal:
    if USER not in session.learned:
        return ask_query(AskAccounts(), session, now)
    if session.credentials is None:
        return Refusal("no_key", f"{symbols.VENUE_NAME} needs a key for this: enter one for the account")
    parameters = {"uid": session.learned[USER], "accessKey": session.credentials.key}
    return get(ask, session, now, symbols.SPOT, "/v2/user/api-key", parameters)


def _fees(ask: AskFees, session: Session, now: int) -> Request | Refusal:
    market = market_of(session, ask.symbol)
    if isinstance(market, Refusal):
        return market
    line, code = market.market, market.code
    if line == symbols.SPOT:
        return get(ask, session, now, line, "/v2/reference/transact-fee-rate", {"symbols": code})
    path = "/linear-swap-api/v1/swap_fee" if line == symbols.LINEAR else _READ[line].format(1, "fee")
    return read(ask, session, now, line, path, named(line, code))


def _order(ask: AskOrder, session: Session, now: int) -> Request | Refusal:
    market = market_of(session, ask.order.symbol)
    if isinstance(market, Refusal):
        return market
    line = market.market
    refused = check_ref(ask.order, spot=line == symbols.SPOT)
    if refused is not None:
        return refused
    if line == symbols.SPOT:
        if ask.order.venue_id:
            return get(ask, session, now, line, f"/v1/order/orders/{ask.order.venue_id}")
        return get(ask, session, now, line, "/v1/order/orders/getClientOrder", {"clientOrderId": ask.order.client_id})
    if line == symbols.LINEAR:
        which = {name: str(value) for name, value in identity(ask.order).items()}
        return get(ask, session, now, line, "/v5/trade/order", {"contract_code": market.code, **which})
    body = {**named(line, market.code), **identity(ask.order)}
    return read(ask, session, now, line, _READ[line].format(1, "order_info"), body)


def _balances(ask: AskBalances, session: Session, now: int) -> Request | Refusal:
    if ask.line == symbols.SPOT:
        number = ask.account or session.learned.get(SPOT_ACCOUNT, "")
        if not number:
            return ask_query(AskAccounts(symbols.SPOT), session, now)
        if not (number.isascii() and number.isdigit()):
            return Refusal("bad_account", f"{number[:40]!r} is no account number: digits only")
        return get(ask, session, now, ask.line, f"/v1/account/accounts/{number}/balance")
    if ask.line == symbols.LINEAR:
        return get(ask, session, now, ask.line, "/v5/account/balance")
    return read(ask, session, now, ask.line, _READ[ask.line].format(1, "account_info"))


def _positions(ask: AskPositions, session: Session, now: int) -> Request | Refusal:
    if ask.line == symbols.SPOT:
        return unsupported("positions on spot", "ask for balances")
    code = code_of(session, ask.line, ask.symbol)
    if isinstance(code, Refusal):
        return code
    if ask.line == symbols.LINEAR:
        return get(ask, session, now, ask.line, "/v5/trade/position/opens", {"contract_code": code})
    return read(ask, session, now, ask.line, _READ[ask.line].format(1, "position_info"), named(ask.line, code))


def _open_orders(ask: AskOpenOrders, session: Session, now: int) -> Request | Refusal:
    code = code_of(session, ask.line, ask.symbol)
    if isinstance(code, Refusal):
        return code
    mark = mark_of(ask)
    if ask.cursor and not (mark.isascii() and mark.isdigit()):
        return Refusal("bad_cursor", f"{ask.cursor[:80]!r} is no mark of a page: begin again without one")
    if ask.line == symbols.SPOT:
        if SPOT_ACCOUNT not in session.learned:
            return ask_query(AskAccounts(symbols.SPOT), session, now)
        spot: Parameters = {
            "account-id": session.learned[SPOT_ACCOUNT],
            "symbol": code,
            "size": SPOT_PAGE,
            "from": mark,
        }
        if mark:
            spot["direct"] = "next"
        return get(ask, session, now, ask.line, "/v1/order/openOrders", spot)
    if ask.line == symbols.LINEAR:
        linear: Parameters = {"contract_code": code, "limit": V5_PAGE, **_behind(mark)}
        return get(ask, session, now, ask.line, "/v5/trade/order/opens", linear)
    body = {**named(ask.line, code), "page_index": int(mark or 1), "page_size": COIN_PAGE}
    return read(ask, session, now, ask.line, _READ[ask.line].format(1, "openorders"), body)


def _fills(ask: AskFills, session: Session, now: int) -> Request | Refusal:
    code = code_of(session, ask.line, ask.symbol)
    if isinstance(code, Refusal):
        return code
    page = page_of(ask, session, code)
    if isinstance(page, Refusal):
        return page
    if ask.line == symbols.SPOT:
        spot: Parameters = {
            "symbol": code,
            "start-time": page.start,
            "end-time": page.end,
            "size": SPOT_PAGE,
            "from": page.mark,
        }
        if page.mark:
            spot["direct"] = "next"
        return get(ask, session, now, ask.line, "/v1/order/matchresults", spot)
    span = {"start_time": page.start, "end_time": page.end}
    if ask.line == symbols.LINEAR:
        linear: Parameters = {"contract_code": code, **span, "limit": V5_PAGE, **_behind(page.mark)}
        return get(ask, session, now, ask.line, "/v5/trade/order/details", linear)
    coin = {"symbol": coin_of(ask.line, page.key)} if ask.line == symbols.COIN_FUTURES else {}
    body: Body = {
        **coin,
        "contract": page.key,
        "trade_type": 0,
        **_span(page.start, page.end),
        "from_id": _id(page.mark),
    }
    return read(ask, session, now, ask.line, _READ[ask.line].format(3, "matchresults_exact"), body)


def _income(ask: AskIncome, session: Session, now: int) -> Request | Refusal:
    code = code_of(session, ask.line, ask.symbol)
    if isinstance(code, Refusal):
        return code
    page = page_of(ask, session, code)
    if isinstance(page, Refusal):
        return page
    if ask.line == symbols.SPOT:
        if SPOT_ACCOUNT not in session.learned:
            return ask_query(AskAccounts(symbols.SPOT), session, now)
        spot = {"accountId": session.learned[SPOT_ACCOUNT], "startTime": page.start, "endTime": page.end}
        ledger: Parameters = {**spot, "limit": SPOT_PAGE, "fromId": page.mark}
        return get(ask, session, now, ask.line, "/v2/account/ledger", ledger)
    if ask.line == symbols.LINEAR:
        span = {"start_time": page.start, "end_time": page.end}
        linear: Parameters = {"contract_code": code, **span, "limit": V5_PAGE, **_behind(page.mark)}
        return get(ask, session, now, ask.line, "/v5/account/bills", linear)
    name = "symbol" if ask.line in COINS[1:] else "contract"
    body: Body = {name: page.key, **_span(page.start, page.end), "from_id": _id(page.mark)}
    return read(ask, session, now, ask.line, _READ[ask.line].format(3, "financial_record_exact"), body)


def _behind(mark: str) -> dict[str, str]:
    """Return where a page of the newer interface begins: behind the row of this number, towards older ones."""
    return {"from": mark, "direct": "next"} if mark else {}


def _span(start: str, end: str) -> dict[str, int]:
    return {"start_time": int(start), "end_time": int(end)} if start else {}


def _id(mark: str) -> int | str:
    return int(mark) if mark.isascii() and mark.isdigit() else ""

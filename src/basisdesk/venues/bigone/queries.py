"""Asks that only read, as the venue's requests.

Spot lists orders and fills pair by pair and pages them with `page_token`; contracts list all markets and page to older
rows with the id of the last one (`id`), because `GET /trades` knows no times.
So fills since a time are read from the newest back until one is older (`decode`).
Funding payments are rows of side FUNDING among the contract trades.
Followed: https://open.bigone.com/docs/spot and /docs/contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

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
)
from basisdesk.domain.errors import Refusal
from basisdesk.venues.bigone.commands import CONTRACT_ORDERS, SPOT_ORDERS, Draft, unnamed
from basisdesk.venues.bigone.hosts import CONTRACT_REST, LINES, SPOT_REST, TIME_PATH
from basisdesk.venues.bigone.ids import is_client_id
from basisdesk.venues.bigone.symbols import CONTRACT, SPOT

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument

BEGUN = "@"
"""Stands in the mark of a page of open orders before the time (ns) at which the first page was asked for."""
LONGEST_TIME = 19  # digits of ns
SPOT_PAGE = 200
CONTRACT_PAGE = 100
BALANCES = f"{SPOT_REST}viewer/accounts"
FUND_BALANCES = f"{SPOT_REST}viewer/fund/accounts"
SPOT_ORDER = f"{SPOT_REST}viewer/order"
SPOT_TRADES = f"{SPOT_REST}viewer/trades"
SPOT_FEES = f"{SPOT_REST}viewer/trading_fees"
CONTRACT_ACCOUNTS = f"{CONTRACT_REST}accounts"
CONTRACT_TRADES = f"{CONTRACT_REST}trades"
OPENING = f"{CONTRACT_ORDERS}/opening"
QUOTES = f"{CONTRACT_REST}instruments"

Listed = AskTime | AskInstruments | AskAccounts | AskBalances | AskPositions | AskOpenOrders | AskFills | AskIncome
OfMarket = AskFunding | AskOrder | AskFees


def page_of(ask: AskOpenOrders | AskFills | AskIncome) -> str:
    """Return the venue's own mark of a page."""
    return ask.cursor.rpartition(BEGUN)[0] if isinstance(ask, AskOpenOrders) else ask.cursor


def begun_at(ask: AskOpenOrders) -> int:
    """Return when (ns) the first page of this list was asked for, 0 where this is the first."""
    since = ask.cursor.rpartition(BEGUN)[2]
    return int(since) if since.isascii() and since.isdigit() and len(since) <= LONGEST_TIME else 0


def query(ask: Listed, market: Instrument | None) -> Draft | Refusal:  # noqa: PLR0911 (one for each kind of list)
    """Return the request of an ask that names a line; `market` is that of its symbol, if it names one."""
    match ask:
        case AskTime():
            return Draft("GET", TIME_PATH, public=True)
        case AskInstruments(line, cursor):
            return Draft("GET", _with(LINES[line].instruments_path, page_token=cursor), public=True)
        case AskBalances(line, account):
            return _balances(line, account)
        case AskAccounts(line=line) | AskPositions(line=line):
            if line == SPOT:
                return Refusal("unsupported", "spot has neither positions nor an account number: ask it of contract")
            return Draft("GET", CONTRACT_ACCOUNTS)
        case AskIncome(line=line) if line == SPOT:
            return Refusal("unsupported", "spot books no funding and no interest")
        case _ if ask.line == SPOT:
            return _of_pair(ask, market)
        case _:
            return _of_contracts(ask, market)


def of_market(ask: OfMarket, market: Instrument) -> Draft | Refusal:  # noqa: PLR0911 (three asks and their refusals)
    """Return the request of an ask about one market."""
    spot = market.market == SPOT
    match ask:
        case AskFunding():
            if spot:
                return Refusal("unsupported", f"{market.symbol} is spot, which has no funding")
            return Draft("GET", QUOTES, public=True)
        case AskFees():
            return Draft("GET", _with(SPOT_FEES, asset_pair_names=market.code) if spot else CONTRACT_ACCOUNTS)
        case _:
            order = ask.order
            if order.venue_id:
                return Draft("GET", f"{SPOT_ORDERS if spot else CONTRACT_ORDERS}/{quote(order.venue_id, safe='')}")
            if not spot:
                return Refusal("no_order_id", f"{market.symbol} has no client ids: look through its orders and fills")
            if not is_client_id(order.client_id):
                return unnamed(order.client_id)
            return Draft("GET", _with(SPOT_ORDER, client_order_id=order.client_id))


def _balances(line: str, account: str) -> Draft | Refusal:
    match account or line:
        case "spot":
            return Draft("GET", BALANCES)
        case "funding":
            return Draft("GET", FUND_BALANCES)
        case name if name == CONTRACT:
            return Draft("GET", CONTRACT_ACCOUNTS)
        case name:
            return Refusal("bad_account", f"there is no account {name[:40]!r}: spot, funding or contract")


def _of_pair(ask: AskOpenOrders | AskFills | AskIncome, market: Instrument | None) -> Draft | Refusal:
    if market is None:
        return Refusal("symbol_needed", "spot lists orders and fills pair by pair: name the symbol")
    if isinstance(ask, AskOpenOrders):
        pages = {"limit": str(SPOT_PAGE), "page_token": page_of(ask)}
        return Draft("GET", _with(SPOT_ORDERS, asset_pair_name=market.code, state="PENDING", **pages))
    return Draft("GET", _with(SPOT_TRADES, asset_pair_name=market.code, limit=str(SPOT_PAGE), page_token=ask.cursor))


def _of_contracts(ask: AskOpenOrders | AskFills | AskIncome, market: Instrument | None) -> Draft:
    code = "" if market is None else market.code
    side = "FUNDING" if isinstance(ask, AskIncome) else ""
    path = OPENING if isinstance(ask, AskOpenOrders) else CONTRACT_TRADES
    return Draft("GET", _with(path, symbol=code, side=side, limit=str(CONTRACT_PAGE), id=page_of(ask)))


def _with(path: str, **parameters: str) -> str:
    """Return a path with those parameters that say something."""
    told = {name: value for name, value in parameters.items() if value}
    return f"{path}?{urlencode(told)}" if told else path

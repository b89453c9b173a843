"""What only reads, as calls.

Lists come newest first in pages of 100; `after` an id means older than it, so a page that is full has a next one.
Fills of the last three days are one list; older ones are asked for kind by kind, and so is the list of instruments.
A page mark is then the kind, or ``kind:id``; that of open orders is ``id@time`` with the time (ns) at which the first
page was asked for.
Followed: https://www.okx.com/docs-v5/en/#order-book-trading-trade, #trading-account-rest-api and #public-data-rest-api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Kind
from basisdesk.venues.okx import orders
from basisdesk.venues.okx.calls import Call
from basisdesk.venues.okx.capabilities import ACCOUNTS, SECOND

if TYPE_CHECKING:
    from basisdesk.domain.ask import AskBalances, AskFees, AskFills, AskIncome, AskInstruments, AskOpenOrders, AskOrder
    from basisdesk.domain.instrument import Instrument

NS_PER_MS = 1_000_000
PAGE = 100
LONGEST_TIME = 19  # digits of ns
DAY = 86_400 * SECOND
RECENT_FILLS = 3 * DAY - 60 * SECOND
RECENT_BILLS = 7 * DAY - 60 * SECOND
KINDS = {Kind.SPOT: "SPOT", Kind.PERPETUAL: "SWAP", Kind.DATED: "FUTURES"}
LISTED = ("SPOT", "SWAP", "FUTURES")
FILLED = ("SPOT", "MARGIN", "SWAP", "FUTURES")
FUNDING_WALLET = "funding"
SINCE = "@"

TIME = Call(path="/api/v5/public/time", bucket="time", secret=False)
CONFIG = Call(path="/api/v5/account/config", bucket="config")


def mark(venue_id: str, begun: int) -> str:
    """Return the mark of the page of open orders behind this one, of a list that was begun at a time (ns)."""
    return f"{venue_id}{SINCE}{begun}"


def begun(ask: AskOpenOrders) -> int:
    """Return when (ns) the first page of this one's list was asked for, 0 where this is the first."""
    since = ask.cursor.partition(SINCE)[2]
    return int(since) if since.isascii() and since.isdigit() and len(since) <= LONGEST_TIME else 0


def family_of(instrument: Instrument) -> str:
    """Return what the venue calls a contract's family, such as ``BTC-USD``."""
    return instrument.code.rpartition("-")[0]


def instruments(ask: AskInstruments) -> Call | Refusal:
    """List one kind of instrument."""
    kind = ask.cursor or LISTED[0]
    if kind not in LISTED:
        return Refusal(
            "bad_cursor", f"{kind[:40]!r} is no page of the instruments of okx: give what the last page gave"
        )
    return Call(path="/api/v5/public/instruments", bucket="instruments", query=(("instType", kind),), secret=False)


def funding(instrument: Instrument) -> Call:
    """Ask for the funding of a perpetual."""
    path = "/api/v5/public/funding-rate"
    return Call(path=path, bucket="funding", query=(("instId", instrument.code),), secret=False)


def balances(ask: AskBalances) -> Call | Refusal:
    """Ask for the trading account, or for the funding account where it is named."""
    if ask.account == FUNDING_WALLET:
        return Call(path="/api/v5/asset/balances", bucket="funding-balance")
    if ask.account and ask.account not in ACCOUNTS:
        return Refusal("bad_account", f"{ask.account[:40]!r} is no account of okx: there are {', '.join(ACCOUNTS)}")
    return Call(path="/api/v5/account/balance", bucket="balance")


def positions(code: str) -> Call:
    """Ask for all positions, or those of one market."""
    return Call(path="/api/v5/account/positions", bucket="positions", query=(("instId", code),))


def open_orders(ask: AskOpenOrders, code: str) -> Call:
    """List orders that live."""
    query = (("instId", code), ("after", ask.cursor.partition(SINCE)[0]), ("limit", str(PAGE)))
    return Call(path="/api/v5/trade/orders-pending", bucket="pending", query=query)


def order(ask: AskOrder, instrument: Instrument) -> Call | Refusal:
    """Ask for one order."""
    named = orders.name(ask.order)
    if isinstance(named, Refusal):
        return named
    query = (("instId", instrument.code), *((key, str(value)) for key, value in named.items()))
    return Call(path="/api/v5/trade/order", bucket="order", query=query)


def fills(ask: AskFills, instrument: Instrument | None, now: int) -> Call:
    """List own trades: the recent list, or the longer one of one kind."""
    code = instrument.code if instrument else ""
    kind, _, after = ask.cursor.rpartition(":")
    if not kind and not ask.cursor and ask.since and now - ask.since > RECENT_FILLS:
        kind = filled_kinds(instrument)[0]
    query = (("instId", code), ("after", after), ("begin", _milliseconds(ask.since)), ("limit", str(PAGE)))
    if kind:
        return Call(path="/api/v5/trade/fills-history", bucket="fills-history", query=(("instType", kind), *query))
    return Call(path="/api/v5/trade/fills", bucket="fills", query=query)


def filled_kinds(instrument: Instrument | None) -> tuple[str, ...]:
    """Return the kinds of instrument whose fills are asked for, one after the other."""
    if instrument is None:
        return FILLED
    return ("SPOT", "MARGIN") if instrument.kind is Kind.SPOT else (KINDS[instrument.kind],)


def income(ask: AskIncome, code: str, now: int) -> Call:
    """List booked rows of the last week, or of the last three months."""
    query = (("instId", code), ("after", ask.cursor), ("begin", _milliseconds(ask.since)), ("limit", str(PAGE)))
    if ask.since and now - ask.since > RECENT_BILLS:
        return Call(path="/api/v5/account/bills-archive", bucket="bills-archive", query=query)
    return Call(path="/api/v5/account/bills", bucket="bills", query=query)


def fees(_ask: AskFees, instrument: Instrument) -> Call:
    """Ask for the account's own fees."""
    spot = instrument.kind is Kind.SPOT
    which = ("instId", instrument.code) if spot else ("instFamily", family_of(instrument))
    return Call(path="/api/v5/account/trade-fee", bucket="fee", query=(("instType", KINDS[instrument.kind]), which))


def _milliseconds(at: int) -> str:
    return str(at // NS_PER_MS) if at > 0 else ""

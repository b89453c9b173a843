"""Market data that is asked for rather than streamed: clock, instruments, funding.

Funding takes two requests: the running estimate comes with the premium index, the last settled rate from the history.
The exchange information has no funding terms; a second page brings the interval, cap and floor of the markets that
differ from the usual 8 hours.
Source: "Check Server Time", "Exchange Information", "Mark Price", "Get Funding Rate History", "Get Funding Rate Info".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Kind
from basisdesk.venues.binance.hosts import LINES
from basisdesk.venues.binance.limits import costs
from basisdesk.venues.binance.requests.markets import market_of, refuse_line, root
from basisdesk.venues.binance.sign import Params, Plan, Security

if TYPE_CHECKING:
    from basisdesk.domain.ask import AskFunding, AskInstruments
    from basisdesk.venues.trading import Session

FUNDING = "funding"
"""The page of instruments that brings the funding terms."""

SETTLED = "settled"
"""The page of funding that brings the last settled rate."""


def clock(line: str) -> Plan | Refusal:
    """Plan to read the venue's clock."""
    return refuse_line(line) or _public(line, f"{root(line)}/time", costs(line, 1))


def instruments(ask: AskInstruments) -> Plan | Refusal:
    """Plan to read a line's instruments, or their funding terms."""
    refusal = refuse_line(ask.line)
    if refusal is not None:
        return refusal
    if not ask.cursor:
        return _public(ask.line, LINES[ask.line].instruments_path, costs(ask.line, 20 if ask.line == "spot" else 1))
    if ask.cursor != FUNDING or ask.line == "spot":
        return Refusal(
            "bad_cursor", f"{ask.cursor[:40]!r} is no page of the instruments of {ask.line}: begin without one"
        )
    return _public(ask.line, f"{root(ask.line)}/fundingInfo", ((f"{ask.line}.funding", 1),))


def funding(ask: AskFunding, session: Session) -> Plan | Refusal:
    """Plan to read the estimate of the coming funding, or the last settled one."""
    market = market_of(ask.symbol, session)
    if isinstance(market, Refusal):
        return market
    if market.kind is not Kind.PERPETUAL:
        return Refusal("unsupported", f"{ask.symbol} pays no funding: name a perpetual")
    named: Params = (("symbol", market.code),)
    if not ask.cursor:
        weight = 1 if market.market == "usdm" else 10
        return _public(market.market, f"{root(market.market)}/premiumIndex", costs(market.market, weight), named)
    if ask.cursor != SETTLED:
        return Refusal("bad_cursor", f"{ask.cursor[:40]!r} is no page of funding: begin without one")
    cost = ((f"{market.market}.funding", 1.0),)
    return _public(market.market, f"{root(market.market)}/fundingRate", cost, (*named, ("limit", 1)))


def _public(line: str, path: str, cost: tuple[tuple[str, float], ...], params: Params = ()) -> Plan:
    return Plan(line=line, method="GET", path=path, params=params, security=Security.NONE, costs=cost)

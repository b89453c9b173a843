"""Names of public channels: what a client asks for, and whether there is such a thing.

``market.btcusdt.mbp.150`` on spot, ``market.BTC-USDT.depth.size_150.high_freq`` on contracts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from basisdesk.sim.dialects.htx.courses import BASES
from basisdesk.sim.dialects.htx.names import find
from basisdesk.sim.dialects.htx.quotes import PERIODS
from basisdesk.sim.dialects.htx.steps import WHOLE, Step, grid_of, steps_of
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.sim.contract import Exchange, SimMarket

INDEX = "index"
"""The line of the socket for mark and index prices, which serves every contract."""
_PERIOD = f"(?P<period>{'|'.join(PERIODS)})"
_SPOT = {
    "changes": re.compile(r"mbp\.(?P<count>5|20|150|400)"),
    "whole": re.compile(r"mbp\.refresh\.(?P<count>5|10|20)|depth\.(?P<step>step[0-5])"),
    "quote": re.compile("bbo"),
    "trades": re.compile(r"trade\.detail"),
    "ticker": re.compile("detail|ticker"),
    "candle": re.compile(rf"kline\.{_PERIOD}"),
}
_CONTRACT = {
    "changes": re.compile(r"depth\.size_(?P<count>20|150)\.high_freq"),
    "whole": re.compile(r"depth\.(?P<step>step([0-9]|1[0-5]))"),
    "quote": re.compile("bbo"),
    "trades": re.compile(r"trade\.detail"),
    "ticker": re.compile("detail"),
    "candle": re.compile(rf"kline\.{_PERIOD}"),
}
_PRICES = {
    "mark_price": re.compile(rf"mark_price\.{_PERIOD}"),
    "index": re.compile(rf"index\.{_PERIOD}"),
    "premium_index": re.compile(rf"premium_index\.{_PERIOD}"),
    "basis": re.compile(rf"basis\.{_PERIOD}\.({'|'.join(BASES)})"),
}


UNMERGED = Step(WHOLE)


class Channel(NamedTuple):
    """A channel under the name it was asked for: its kind, market, levels, period, and how prices are merged."""

    name: str
    kind: str
    market: SimMarket
    levels: int
    period: str
    grid: Decimal | None = None


def channel_of(exchange: Exchange, line: str, name: str, now: int) -> Channel | None:
    """Return the channel that a name means on a line's socket, None when there is none."""
    head, _, rest = name.partition(".")
    code, _, what = rest.partition(".")
    if head != "market":
        return None
    table = {symbols.SPOT: _SPOT, INDEX: _PRICES}.get(line, _CONTRACT)
    market = _contract(exchange, code, now) if line == INDEX else find(exchange, line, code, now)
    for kind, shape in table.items():
        match = shape.fullmatch(what)
        if match and market is not None:
            told = match.groupdict()
            step = steps_of(line).get(told.get("step") or "", UNMERGED)
            count = int(told.get("count") or step.levels)
            return Channel(name, kind, market, count, told.get("period") or "", grid_of(market.instrument, step))
    return None


def _contract(exchange: Exchange, code: str, now: int) -> SimMarket | None:
    for line in (symbols.LINEAR, symbols.COIN_SWAP, symbols.COIN_FUTURES):
        market = find(exchange, line, code, now)
        if market is not None:
            return market
    return None

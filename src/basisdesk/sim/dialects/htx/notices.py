"""Public topics of the notification sockets: funding, what is listed, and liquidations.

A topic names one contract, or all of them with ``*``; its name goes back as it came.
Followed: https://huobiapi.github.io/docs/usdt_swap/v1/en/ ("Subscribe funding rate", "Subscribe Contract Info",
"Subscribe Liquidation Orders").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from basisdesk.domain.instrument import base_of, notional
from basisdesk.sim.dialects.htx.facts_rest import contract_row, settlements
from basisdesk.sim.dialects.htx.names import find, listed
from basisdesk.sim.dialects.htx.text import decimal, ms, number, short

if TYPE_CHECKING:
    from basisdesk.domain.account import Fill
    from basisdesk.sim.contract import Exchange, SimMarket

FUNDING, LISTED, LIQUIDATED = "funding_rate", "contract_info", "liquidation_orders"
EVERY = "*"
Said = tuple[dict[str, Any], str]
"""A message, and what it is about."""


class Topic(NamedTuple):
    """What is told, and of which markets by symbol."""

    kind: str
    markets: dict[str, SimMarket]


class Notices:
    """The public topics of one socket."""

    def __init__(self, line: str, exchange: Exchange) -> None:
        self._line = line
        self._exchange = exchange
        self._topics: dict[str, Topic] = {}

    def join(self, name: str, now: int) -> bool:
        """Subscribe to a topic; False for one that there is not."""
        code, _, kind = name.removeprefix("public.").rpartition(".")
        wanted = find(self._exchange, self._line, code, now)
        markets = listed(self._exchange, self._line) if code == EVERY else [wanted] if wanted else []
        if kind == FUNDING:
            markets = [market for market in markets if market.instrument.funding_interval is not None]
        if kind not in {FUNDING, LISTED, LIQUIDATED} or not markets:
            return False
        self._topics[name] = Topic(kind, {market.instrument.symbol: market for market in markets})
        return True

    def leave(self, name: str) -> None:
        """Unsubscribe."""
        self._topics.pop(name, None)

    def first(self, name: str, now: int) -> list[Said]:
        """Return what a topic says at its beginning."""
        topic = self._topics[name]
        if topic.kind == FUNDING:
            return [self._rate(name, market, now) for market in topic.markets.values()]
        if topic.kind == LISTED:
            return [_listing(name, list(topic.markets.values()), "init", now)]
        return []

    def carried(self, symbol: str, now: int) -> list[Said]:
        """Return what is said when funding may have changed."""
        return [self._rate(name, market, now) for name, market in self._of(FUNDING, symbol)]

    def relisted(self, symbol: str, now: int) -> list[Said]:
        """Return what is said when a market's terms changed."""
        return [_listing(name, [market], "update", now) for name, market in self._of(LISTED, symbol)]

    def liquidated(self, fill: Fill, now: int) -> list[Said]:
        """Return what is said of a forced close."""
        return [_liquidation(name, market, fill, now) for name, market in self._of(LIQUIDATED, fill.symbol)]

    def _of(self, kind: str, symbol: str) -> list[tuple[str, SimMarket]]:
        topics = [(name, topic) for name, topic in self._topics.items() if topic.kind == kind]
        return [(name, topic.markets[symbol]) for name, topic in topics if symbol in topic.markets]

    def _rate(self, name: str, market: SimMarket, now: int) -> Said:
        instrument = market.instrument
        coming, _ = settlements(market, now)
        row = {
            "symbol": instrument.base,
            "contract_code": instrument.code,
            "fee_asset": instrument.settle,
            "funding_time": str(ms(now)),
            "funding_rate": short(decimal(market.carry.predicted)),
            "estimated_rate": None,
            "settlement_time": str(ms(coming)),
        }
        return _notice(name, [row], now), f"carry {instrument.code}"


def _notice(name: str, rows: list[dict[str, Any]], now: int) -> dict[str, Any]:
    return {"op": "notify", "topic": name, "ts": ms(now), "data": rows}


def _listing(name: str, markets: list[SimMarket], event: str, now: int) -> Said:
    rows = [contract_row(market.instrument, now) for market in markets]
    return _notice(name, rows, now) | {"event": event}, "control"


def _liquidation(name: str, market: SimMarket, fill: Fill, now: int) -> Said:
    instrument = market.instrument
    row = {
        "symbol": instrument.base,
        "contract_code": instrument.code,
        "direction": fill.side.value.lower(),
        "offset": "close",
        "volume": number(fill.size),
        "price": number(fill.price),
        "created_at": ms(fill.at),
        "amount": number(base_of(instrument, fill.size, fill.price)),
        "trade_turnover": number(notional(instrument, fill.size, fill.price)),
    }
    return _notice(name, [row], now), f"trades {instrument.code}"

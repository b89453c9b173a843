"""Public facts of contracts: risk limits and delivery prices.

Followed: https://bybit-exchange.github.io/docs/v5/market/risk-limit and /delivery-price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain
from basisdesk.sim.dialects.bybit.codes import NO_SYMBOL, parameter
from basisdesk.sim.dialects.bybit.names import MS, milliseconds, size_text
from basisdesk.sim.dialects.spans import MINUTE

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, SimMarket
    from basisdesk.sim.dialects.bybit.params import Params

Row = dict[str, object]
CONTRACTS = ("linear", "inverse")
INTERVALS = {name: minutes * MINUTE for name, minutes in (
    ("5min", 5), ("15min", 15), ("30min", 30), ("1h", 60), ("4h", 240), ("1d", 1440))}  # fmt: skip


def _contracts(exchange: Exchange, params: Params) -> tuple[str, list[SimMarket]]:
    category, code = params.choice("category", CONTRACTS, None), params.text("symbol")
    found = [
        each
        for each in exchange.markets.values()
        if each.instrument.market == category and code in {"", each.instrument.code}
    ]
    if not found:
        raise parameter(NO_SYMBOL)
    return category, found


def risk_limits(exchange: Exchange, params: Params, _now: int) -> Row:
    """Return the tiers of one contract, or of all of a category; rates are in per cent."""
    category, found = _contracts(exchange, params)
    rows = [
        {
            "id": number,
            "symbol": market.instrument.code,
            "riskLimitValue": plain(step.tier.upto),
            "maintenanceMargin": plain((step.tier.maintenance * 100).normalize()),
            "initialMargin": plain(round(100 / step.tier.leverage, 2).normalize()),
            "isLowestRisk": int(number == 1),
            "maxLeverage": f"{step.tier.leverage:.2f}",
            "mmDeduction": plain(step.deduction) if step.deduction else "",
        }
        for market in found
        for number, step in enumerate(exchange.ladder(market.instrument.symbol).steps(), 1)
    ]
    return {"category": category, "list": rows, "nextPageCursor": ""}


def delivery_prices(exchange: Exchange, params: Params, now: int) -> Row:
    """Return the prices at which contracts were delivered, the latest first."""
    category, found = _contracts(exchange, params)
    limit = params.whole("limit", 50, 1, 200)
    done = [
        (market.instrument.expiry, market)
        for market in found
        if market.instrument.expiry is not None and market.instrument.expiry <= now
    ]
    rows = [
        {
            "symbol": market.instrument.code,
            "deliveryPrice": "" if market.estimate is None else plain(market.estimate),
            "deliveryTime": milliseconds(at),
        }
        for at, market in sorted(done, key=lambda row: -row[0])
    ]
    return {"category": category, "list": rows[:limit], "nextPageCursor": ""}


def open_interest(exchange: Exchange, params: Params, now: int) -> Row:
    """Return the open interest of a contract as it is; what it was is not kept."""
    category, code = params.choice("category", CONTRACTS, None), params.text("symbol", None)
    found = exchange.market_of(category, code)
    if found is None:
        raise parameter(NO_SYMBOL)
    period = INTERVALS[params.choice("intervalTime", tuple(INTERVALS), None)]
    params.whole("limit", 50, 1, 200)
    since, until, at = params.whole("startTime", 0), params.whole("endTime", now // MS), now // period * period
    interest = found.daily.interest if found.daily.interest == found.daily.interest else 0.0
    row = {"openInterest": size_text(found.instrument, interest), "timestamp": milliseconds(at)}
    rows = [row] if since <= at // MS <= until else []
    return {"symbol": code, "category": category, "list": rows, "nextPageCursor": ""}

"""What a position may be: tiers, limits of orders and positions, leverages on offer, and what may be done at all.

The venue states a factor for each leverage and tier; divided by the leverage it is the maintenance margin rate.
Followed: https://huobiapi.github.io/docs/usdt_swap/v1/en/ ("Query information on Tiered Adjustment Factor", "... on
order limit", "... on position limit", "... on system status").
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import MarginMode
from basisdesk.sim.dialects.htx.names import contract_type, listed, pair
from basisdesk.sim.dialects.htx.refuse import malformed
from basisdesk.sim.dialects.htx.text import number
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from basisdesk.sim.contract import Exchange, SimMarket
    from basisdesk.sim.dialects.htx.visit import Visit

LEVERAGES = (1, 2, 3, 5, 10, 20, 50, 75, 100, 125)
_WORDS = ("limit", "opponent", "lightning", "optimal_5", "optimal_10", "optimal_20")
KINDS = (*(word + more for word in _WORDS for more in ("", "_ioc", "_fok")), "post_only", "ioc", "fok", "market")
DOINGS = (
    "open", "close", "cancel", "transfer_in", "transfer_out", "master_transfer_sub", "sub_transfer_master",
    "master_transfer_sub_inner_in", "master_transfer_sub_inner_out", "sub_transfer_master_inner_in",
    "sub_transfer_master_inner_out", "transfer_inner_in", "transfer_inner_out",
)  # fmt: skip


def offered(market: SimMarket) -> list[int]:
    """Return the leverages that a contract may have."""
    most = market.instrument.max_leverage or LEVERAGES[-1]
    return [each for each in LEVERAGES if each <= most]


def meant(visit: Visit, line: str) -> list[SimMarket]:
    """Return the contracts that are asked for, all where none is named."""
    wanted, coin = visit.wanted(line, "contract_code"), visit.params.text("symbol").upper()
    visit.params.ignore("pair", "contract_type", "business_type", "trade_partition")
    found = [wanted] if wanted else listed(visit.exchange, line)
    return [market for market in found if coin in {"", market.instrument.base}]


def for_each(line: str, told: Callable[[Visit, SimMarket], dict[str, Any]]) -> Callable[[Visit], Any]:
    """Return an endpoint that tells one row of every contract that is asked for."""

    def tell(visit: Visit) -> list[dict[str, Any]]:
        markets = meant(visit, line)
        visit.params.done()
        return [told(visit, market) for market in markets]

    return tell


def factors(line: str, margin: MarginMode | None = None) -> Callable[[Visit], Any]:
    """Return the endpoint of adjustment factors; futures have one table a coin, linear contracts one a margin mode."""

    def tell(visit: Visit) -> list[dict[str, Any]]:
        markets = meant(visit, line)
        visit.params.done()
        if line == symbols.COIN_FUTURES:
            firsts = [next(of) for _, of in groupby(markets, key=lambda each: each.instrument.base)]
            return [{"symbol": each.instrument.base, "list": _table(visit.exchange, each)} for each in firsts]
        return [_named(market, margin, visit.now) | {"list": _table(visit.exchange, market)} for market in markets]

    return tell


def _named(market: SimMarket, margin: MarginMode | None, now: int) -> dict[str, Any]:
    instrument = market.instrument
    told: dict[str, Any] = {"symbol": instrument.base, "contract_code": instrument.code}
    if margin is None:
        return told
    told |= {"margin_mode": margin.value, "trade_partition": instrument.quote}
    if margin is MarginMode.CROSS:
        kind = contract_type(instrument, now)
        business = "swap" if kind == "swap" else "futures"
        told |= {"pair": pair(instrument), "contract_type": kind, "business_type": business}
    return told


def _table(exchange: Exchange, market: SimMarket) -> list[dict[str, Any]]:
    """Return the tiers for each leverage, sizes in contracts: those that allow it."""
    size = market.instrument.contract_size
    steps = list(exchange.ladder(market.instrument.symbol).steps())
    told = []
    for lever in offered(market):
        ladders: list[dict[str, Any]] = []
        allowed = [step for step in steps if step.tier.leverage >= lever]
        for place, (above, tier, _) in enumerate(allowed):
            least, most = int(above / size), int(tier.upto / size)
            ladders.append(
                {
                    "ladder": place,
                    "min_size": least + 1 if place else 0,
                    "max_size": None if place == len(allowed) - 1 else most,
                    "adjust_factor": number(tier.maintenance * lever),
                }
            )
        told.append({"lever_rate": lever, "ladders": ladders})
    return told


def leverages(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of the leverages that coin-margined contracts may have."""

    def tell(visit: Visit) -> list[dict[str, Any]]:
        markets = meant(visit, line)
        visit.params.done()
        name = "symbol" if line == symbols.COIN_FUTURES else "contract_code"
        found: dict[str, str] = {}
        for market in markets:
            key = market.instrument.base if name == "symbol" else market.instrument.code
            found[key] = ",".join(str(each) for each in offered(market))
        return [{name: key, "available_level_rate": told} for key, told in found.items()]

    return tell


def order_limits(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of the largest orders of a kind."""

    def tell(visit: Visit) -> dict[str, Any]:
        kind = visit.params.need("order_price_type", among=KINDS)
        markets = meant(visit, line)
        visit.params.done()
        told = []
        for market in markets:
            row = _named(market, None, visit.now)
            if line == symbols.COIN_FUTURES:
                row["contract_type"] = contract_type(market.instrument, visit.now)
            most = number(market.instrument.max_size or _most(visit.exchange, market))
            told.append(row | {"open_limit": most, "close_limit": most})
        return {"order_price_type": kind, "list": told}

    return tell


def _most(exchange: Exchange, market: SimMarket) -> Decimal:
    """Return the contracts that the last tier ends with."""
    return exchange.ladder(market.instrument.symbol).tiers[-1].upto / market.instrument.contract_size


def position_limits(line: str, margin: MarginMode | None = None) -> Callable[[Visit], Any]:
    """Return the endpoint of the largest positions."""

    def told(visit: Visit, market: SimMarket) -> dict[str, Any]:
        most = number(_most(visit.exchange, market))
        return _named(market, margin, visit.now) | {"buy_limit": most, "sell_limit": most}

    return for_each(line, told)


def states(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint of what may be done with contracts; nothing is closed unless the contract is."""

    def told(visit: Visit, market: SimMarket) -> dict[str, Any]:
        row = _named(market, None, visit.now)
        if line == symbols.LINEAR:
            row |= {"margin_mode": "isolated", "margin_account": market.instrument.code}
        open_now = int(market.instrument.tradable)
        return row | dict.fromkeys(DOINGS, 1) | dict.fromkeys(DOINGS[:3], open_now)

    return for_each(line, told)


def leverage(visit: Visit) -> list[dict[str, Any]]:
    """Return the leverage that linear contracts are set to, as the newer interface writes it."""
    margin = visit.params.text("margin_mode", among=("cross", "isolated")) or "cross"
    markets = meant(visit, symbols.LINEAR)
    visit.params.done()
    if not markets:
        raise malformed(visit.params.style, "symbol")
    return [
        {
            "contract_code": market.instrument.code,
            "margin_mode": margin,
            "position_side": "both",
            "lever_rate": int(visit.exchange.leverage(visit.account, market.instrument.symbol)[0]),
        }
        for market in markets
    ]

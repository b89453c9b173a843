"""Exchange information: what the line lists, with filters and limits.

Source: "Exchange Information" (spot, USD-M, COIN-M), "Filters".
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.instrument import Kind
from basisdesk.sim.dialects.binance.market_data import named
from basisdesk.sim.dialects.binance.meter import ORDERS, UNITS, WEIGHTS
from basisdesk.sim.dialects.binance.spell import PREVENTION, digits, money, ms, price_digits
from basisdesk.sim.dialects.binance.visit import pair_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.dialects.binance.visit import Visit

FOREVER = 4_133_404_800_000
ONBOARD = 1_569_398_400_000
PREVENTIONS = ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"]


def exchange_information(visit: Visit) -> dict[str, object]:
    """Answer with the line's markets, or those that are asked for."""
    rows = [market.instrument for market in named(visit)]
    line = visit.line
    told = {
        "timezone": "UTC",
        "serverTime": ms(visit.now),
        "rateLimits": rate_limits(line),
        "exchangeFilters": [],
        "symbols": [_spot(each) if line == "spot" else _future(each, quarters(rows, visit.now)) for each in rows],
    }
    if line == "usdm":
        settles = dict.fromkeys(each.settle for each in rows)
        told["futuresType"] = "U_MARGINED"
        told["assets"] = [{"asset": each, "marginAvailable": True, "autoAssetExchange": "-10000"} for each in settles]
    return told


def own_filters(visit: Visit) -> dict[str, object]:
    """Answer that no filter is the account's own on a market."""
    visit.market()
    return {"exchangeFilters": [], "symbolFilters": [], "assetFilters": []}


def rate_limits(line: str) -> list[dict[str, object]]:
    """Write the limits of a line."""
    weight = {
        "rateLimitType": "REQUEST_WEIGHT",
        "interval": "MINUTE",
        "intervalNum": 1,
        "limit": WEIGHTS[line],
    }
    return [weight, *order_limits(line)]


def order_limits(line: str) -> list[dict[str, object]]:
    """Write the limits of a line's orders."""
    return [_order_limit(name, most) for name, _, most in ORDERS[line]]


def order_counts(counted: Iterable[tuple[str, int, int]]) -> list[dict[str, object]]:
    """Write how many orders were counted, from (window, used, ceiling) of each counter."""
    return [_order_limit(name, most) | {"count": count} for name, count, most in counted]


def _order_limit(name: str, most: int) -> dict[str, object]:
    return {
        "rateLimitType": "ORDERS",
        "interval": UNITS[name[-1]],
        "intervalNum": int(name[:-1]),
        "limit": most,
    }


def _grid_filters(each: Instrument) -> list[dict[str, object]]:
    write = money if each.market == "spot" else plain
    most = each.max_size or Decimal(9_000_000)
    sizes: dict[str, object] = {"stepSize": write(each.step), "minQty": write(each.min_size), "maxQty": write(most)}
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": write(each.tick),
            "maxPrice": write(Decimal(1_000_000)),
            "tickSize": write(each.tick),
        },
        {"filterType": "LOT_SIZE"} | sizes,
        {"filterType": "MARKET_LOT_SIZE"} | sizes,
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders" if each.market == "spot" else "limit": 200},
    ]


def _spot(each: Instrument) -> dict[str, object]:
    return {
        "symbol": each.code,
        "status": "TRADING" if each.tradable else "BREAK",
        "baseAsset": each.base,
        "baseAssetPrecision": 8,
        "quoteAsset": each.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET"],
        "icebergAllowed": False,
        "ocoAllowed": False,
        "otoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": False,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [
            *_grid_filters(each),
            {
                "filterType": "PERCENT_PRICE_BY_SIDE",
                "bidMultiplierUp": "1.5",
                "bidMultiplierDown": "0.5",
                "askMultiplierUp": "1.5",
                "askMultiplierDown": "0.5",
                "avgPriceMins": 5,
            },
            {
                "filterType": "NOTIONAL",
                "minNotional": money(each.min_notional),
                "applyMinToMarket": True,
                "maxNotional": "9000000.00000000",
                "applyMaxToMarket": False,
                "avgPriceMins": 5,
            },
        ],
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": PREVENTION,
        "allowedSelfTradePreventionModes": PREVENTIONS,
    }


def quarters(rows: list[Instrument], now: int) -> dict[str, str]:
    """Name the dated contracts of each pair in the order of their delivery."""
    names = ("CURRENT_QUARTER", "NEXT_QUARTER")
    found = {each.code: "CURRENT_QUARTER DELIVERING" for each in rows if each.expiry and each.expiry <= now}
    seen: dict[str, int] = {}
    for each in sorted((each for each in rows if (each.expiry or 0) > now), key=lambda each: each.expiry or 0):
        place = seen.get(pair_of(each), 0)
        seen[pair_of(each)] = place + 1
        found[each.code] = names[min(place, 1)]
    return found


def _future(each: Instrument, quarters: dict[str, str]) -> dict[str, object]:
    coinm = each.market == "coinm"
    row: dict[str, object] = {
        "symbol": each.code,
        "pair": pair_of(each),
        "contractType": "PERPETUAL" if each.kind is Kind.PERPETUAL else quarters[each.code],
        "deliveryDate": FOREVER if each.expiry is None else ms(each.expiry),
        "onboardDate": ONBOARD,
        "contractStatus" if coinm else "status": "TRADING" if each.tradable else "SETTLING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": each.base,
        "quoteAsset": each.quote,
        "marginAsset": each.settle,
        "pricePrecision": price_digits(each),
        "quantityPrecision": digits(each.step),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": ["PoW"],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10000,
        "filters": [
            *_grid_filters(each),
            {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": 10},
            {
                "filterType": "PERCENT_PRICE",
                "multiplierUp": "1.5000",
                "multiplierDown": "0.5000",
                "multiplierDecimal": "4",
            },
        ],
        "orderTypes": ["LIMIT", "MARKET"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", *(() if coinm else ("GTD",))],
    }
    if coinm:
        row["contractSize"] = int(each.contract_size)
        row["equalQtyPrecision"] = 4
    else:
        row["settlePlan"] = 0
        row["permissionSets"] = ["GRID", "COPY"]
        least = {"filterType": "MIN_NOTIONAL", "notional": plain(each.min_notional)}
        row["filters"] = [*row["filters"], least] if isinstance(row["filters"], list) else []
    return row

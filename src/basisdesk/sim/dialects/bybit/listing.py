"""Rows of the list of instruments.

Contracts come in pages, by a mark that names the last one told; spot comes whole.
Options are not simulated: their list is empty.
Followed: https://bybit-exchange.github.io/docs/v5/market/instrument.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.instrument import Kind
from basisdesk.sim.dialects.bybit.names import LINES, cursor_text, milliseconds
from basisdesk.sim.dialects.bybit.rules import DELIVERY_FEE
from basisdesk.sim.dialects.grids import places

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange
    from basisdesk.sim.dialects.bybit.params import Params

Row = dict[str, object]
MOST_PAGE = 1000
USUAL_PAGE = 500
UNLIMITED = Decimal(1_000_000)
LAUNCHED = "1577836800000"
KINDS = {
    ("linear", Kind.PERPETUAL): "LinearPerpetual",
    ("linear", Kind.DATED): "LinearFutures",
    ("inverse", Kind.PERPETUAL): "InversePerpetual",
    ("inverse", Kind.DATED): "InverseFutures",
}


def instruments(exchange: Exchange, params: Params, now: int) -> Row:
    """Return one page of a category."""
    category = params.choice("category", (*LINES, "option"), None)
    code, coin = params.text("symbol"), params.text("baseCoin")
    status = params.choice("status", ("PreLaunch", "Trading", "Delivering", "Closed"), "Trading")
    limit = params.whole("limit", USUAL_PAGE, 1, MOST_PAGE)
    after = params.text("cursor").removeprefix("first=")
    found = sorted(
        (market.instrument for market in exchange.markets.values() if market.instrument.market == category),
        key=lambda each: each.code,
    )
    rows = [
        each for each in found if code in {"", each.code} and coin in {"", each.base} and status == state_of(each, now)
    ]
    if category == "spot":
        return {"category": category, "list": [spot_row(each) for each in rows]}
    rest = [each for each in rows if each.code >= after]
    more = cursor_text(f"first={rest[limit].code}") if len(rest) > limit else ""
    return {"category": category, "list": [contract_row(each, now) for each in rest[:limit]], "nextPageCursor": more}


def spot_row(instrument: Instrument) -> Row:
    """Return a spot market."""
    most = plain(instrument.max_size or UNLIMITED)
    return {
        "symbol": instrument.code,
        "baseCoin": instrument.base,
        "quoteCoin": instrument.quote,
        "innovation": "0",
        "status": "Trading" if instrument.tradable else "PreLaunch",
        "marginTrading": "utaOnly",
        "stTag": "0",
        "lotSizeFilter": {
            "basePrecision": plain(instrument.step),
            "quotePrecision": "0.0000001",
            "minOrderQty": plain(instrument.min_size),
            "maxOrderQty": most,
            "minOrderAmt": plain(instrument.min_notional),
            "maxOrderAmt": "8000000",
            "maxLimitOrderQty": most,
            "maxMarketOrderQty": most,
            "postOnlyMaxLimitOrderSize": most,
        },
        "priceFilter": {"tickSize": plain(instrument.tick)},
        "riskParameters": {"priceLimitRatioX": "0.5", "priceLimitRatioY": "0.5"},
        "symbolType": "",
    }


def state_of(instrument: Instrument, now: int) -> str:
    """Return the status of a market."""
    if instrument.tradable:
        return "Trading"
    return "Closed" if instrument.expiry is not None and instrument.expiry <= now else "PreLaunch"


def contract_row(instrument: Instrument, now: int) -> Row:
    """Return a contract."""
    most = plain(instrument.max_size or UNLIMITED)
    cap, floor = instrument.funding_cap, instrument.funding_floor
    lots: Row = {
        "maxOrderQty": most,
        "minOrderQty": plain(instrument.min_size),
        "qtyStep": plain(instrument.step),
        "postOnlyMaxOrderQty": most,
        "maxMktOrderQty": most,
        "minNotionalValue": plain(instrument.min_notional) if instrument.min_notional else "",
    }
    return {
        "symbol": instrument.code,
        "contractType": KINDS[instrument.market, instrument.kind],
        "status": state_of(instrument, now),
        "baseCoin": instrument.base,
        "quoteCoin": instrument.quote,
        "launchTime": LAUNCHED,
        "deliveryTime": "0" if instrument.expiry is None else milliseconds(instrument.expiry),
        "deliveryFeeRate": "" if instrument.expiry is None else plain(DELIVERY_FEE),
        "priceScale": str(places(instrument.tick)),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": plain(instrument.max_leverage or Decimal(100)),
            "leverageStep": "0.01",
        },
        "priceFilter": {
            "minPrice": plain(instrument.tick),
            "maxPrice": plain(instrument.tick * UNLIMITED * 10),
            "tickSize": plain(instrument.tick),
        },
        "lotSizeFilter": lots,
        "unifiedMarginTrade": True,
        "fundingInterval": (instrument.funding_interval or 0) * 60,
        "settleCoin": instrument.settle,
        "copyTrading": "none",
        "upperFundingRate": "0" if cap is None else plain(cap),
        "lowerFundingRate": "0" if floor is None else plain(floor),
        "isPreListing": False,
        "preListingInfo": None,
        "riskParameters": {"priceLimitRatioX": "0.5", "priceLimitRatioY": "0.5"},
        "displayName": "",
        "symbolType": "",
    }

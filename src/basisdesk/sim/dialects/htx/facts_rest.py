"""Public facts over REST: time, lists of markets and currencies, index, funding.

Followed: https://huobiapi.github.io/docs/spot/v1/en/#reference-data, .../usdt_swap/v1/en/ ("Swap Reference Data") and,
for the newer funding endpoints, https://www.htx.com/en-us/opend/newApiPages/.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.instrument import Kind
from basisdesk.sim.dialects.grids import places
from basisdesk.sim.dialects.htx.names import contract_type, listed, pair
from basisdesk.sim.dialects.htx.text import decimal, ms, number, text
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.htx.visit import Visit

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
CAP = Decimal("0.00375")
LISTED, SUSPENDED, DELIVERED = 1, 3, 8
PAGE, NEWER_PAGE = 50, 100
_MOST_MONEY = 1_000_000


def spot_time(visit: Visit) -> int:
    """Return the clock of spot."""
    visit.params.ignore("type")
    visit.params.done()
    return ms(visit.now)


def contract_time(visit: Visit) -> dict[str, Any]:
    """Return the clock of contracts; clients send it words that it does not know."""
    visit.params.ignore("type")
    visit.params.done()
    return {"status": "ok", "ts": ms(visit.now)}


def spot_list(visit: Visit) -> list[dict[str, Any]]:
    """Return spot markets under long names."""
    visit.params.ignore("ts")
    visit.params.done()
    return [_pair(market.instrument) for market in listed(visit.exchange, symbols.SPOT)]


def spot_short_list(visit: Visit) -> list[dict[str, Any]]:
    """Return spot markets under short names."""
    visit.params.ignore("symbols", "ts")
    visit.params.done()
    names = {
        "symbol": "symbol",
        "base-currency": "bc",
        "quote-currency": "qc",
        "price-precision": "pp",
        "amount-precision": "ap",
        "value-precision": "vp",
        "symbol-partition": "sp",
        "state": "state",
        "min-order-amt": "minoa",
        "max-order-amt": "maxoa",
        "min-order-value": "minov",
        "limit-order-min-order-amt": "lominoa",
        "limit-order-max-order-amt": "lomaxoa",
        "sell-market-min-order-amt": "smminoa",
        "sell-market-max-order-amt": "smmaxoa",
        "buy-market-max-order-value": "bmmaxov",
        "api-trading": "at",
    }
    rows = [_pair(market.instrument) for market in listed(visit.exchange, symbols.SPOT)]
    return [{names[name]: value for name, value in row.items() if name in names} for row in rows]


def _pair(instrument: Instrument) -> dict[str, Any]:
    least, most = instrument.min_size, instrument.max_size or Decimal(10**9)
    return {
        "symbol": instrument.code,
        "base-currency": instrument.base.lower(),
        "quote-currency": instrument.quote.lower(),
        "price-precision": _decimals(instrument.tick),
        "amount-precision": _decimals(instrument.step),
        "value-precision": 8,
        "symbol-partition": "main",
        "state": "online" if instrument.tradable else "suspend",
        "min-order-amt": number(least),
        "max-order-amt": number(most),
        "min-order-value": number(instrument.min_notional),
        "limit-order-min-order-amt": number(least),
        "limit-order-max-order-amt": number(most),
        "limit-order-max-buy-amt": number(most),
        "limit-order-max-sell-amt": number(most),
        "sell-market-min-order-amt": number(least),
        "sell-market-max-order-amt": number(most),
        "buy-market-max-order-value": _MOST_MONEY,
        "api-trading": "enabled" if instrument.tradable else "disabled",
        "tags": "",
    }


def _decimals(grid: Decimal) -> int:
    return places(grid.normalize())


def currencies(visit: Visit) -> list[dict[str, Any]]:
    """Return the currencies of the markets; money neither comes nor goes here, so their chains are closed."""
    visit.params.ignore("currency", "authorizedUser")
    visit.params.done()
    markets = visit.exchange.markets.values()
    names = sorted({each for market in markets for each in (market.instrument.base, market.instrument.quote)})
    return [
        {
            "currency": name.lower(),
            "assetType": "1",
            "instStatus": "normal",
            "chains": [
                {
                    "chain": name.lower(),
                    "displayName": name,
                    "depositStatus": "prohibited",
                    "withdrawStatus": "prohibited",
                    "numOfConfirmations": "1",
                    "minDepositAmt": "0",
                    "minWithdrawAmt": "0",
                    "maxWithdrawAmt": "0",
                    "withdrawPrecision": "8",
                    "withdrawFeeType": "fixed",
                    "transactFeeWithdraw": "0",
                }
            ],
        }
        for name in names
    ]


def contract_list(line: str) -> Callable[[Visit], Any]:
    """Return the endpoint that lists contracts."""

    def tell(visit: Visit) -> list[dict[str, Any]]:
        wanted = visit.wanted(line, "contract_code")
        coin = visit.params.text("symbol") if line == symbols.COIN_FUTURES else ""
        kind = visit.params.text("business_type", among=("swap", "futures", "all")) or "swap"
        visit.params.ignore("support_margin_mode", "pair", "contract_type")
        visit.params.done()
        markets = [wanted] if wanted else listed(visit.exchange, line)
        swaps = {"swap": (True,), "futures": (False,), "all": (True, False)}[kind]
        return [
            contract_row(market.instrument, visit.now)
            for market in markets
            if coin in {"", market.instrument.base}
            and (line != symbols.LINEAR or (market.instrument.kind is Kind.PERPETUAL) in swaps)
        ]

    return tell


def contract_row(instrument: Instrument, now: int) -> dict[str, Any]:
    """Return a contract as listed."""
    expiry = instrument.expiry
    day = "" if expiry is None else f"{datetime.fromtimestamp(expiry // SECOND, tz=UTC):%Y%m%d}"
    told: dict[str, Any] = {
        "symbol": instrument.base,
        "contract_code": instrument.code,
        "contract_size": number(instrument.contract_size),
        "price_tick": number(instrument.tick),
        "delivery_time": "" if expiry is None else str(ms(expiry)),
        "create_date": "20200325",
        "contract_status": LISTED if instrument.tradable else SUSPENDED if now < (expiry or now + 1) else DELIVERED,
        "settlement_date": str(ms(now // (8 * HOUR) * 8 * HOUR + 8 * HOUR)),
    }
    if instrument.market != symbols.COIN_SWAP:
        # A swap of the linear list has an empty date too, which clients read as none.
        told |= {"delivery_date": day, "contract_type": contract_type(instrument, now)}
    if instrument.market == symbols.LINEAR:
        swap = instrument.kind is Kind.PERPETUAL
        told |= {
            "support_margin_mode": "all",
            "business_type": "swap" if swap else "futures",
            "pair": pair(instrument),
            "trade_partition": instrument.quote,
        }
    return told


def index(line: str, name: str) -> Callable[[Visit], Any]:
    """Return the endpoint of index prices."""

    def tell(visit: Visit) -> list[dict[str, Any]]:
        wanted = visit.params.text(name)
        visit.params.done()
        found: dict[str, dict[str, Any]] = {}
        for market in listed(visit.exchange, line):
            code = market.instrument.base if line == symbols.COIN_FUTURES else pair(market.instrument)
            if wanted in {"", code}:
                price = decimal(market.carry.index)
                row = {"index_price": price, "index_ts": ms(visit.now)}
                found[code] = {("symbol" if line == symbols.COIN_FUTURES else "contract_code"): code} | row
        return list(found.values())

    return tell


def funding(line: str, *, many: bool = False) -> Callable[[Visit], Any]:
    """Return the first interface's endpoint of funding, of one swap or of all."""

    def tell(visit: Visit) -> Any:
        wanted = visit.wanted(line, "contract_code") if many else visit.market(line, "contract_code")
        visit.params.done()
        markets = [wanted] if wanted else [each for each in listed(visit.exchange, line) if _pays(each)]
        rows = [_funding(market, visit.now) for market in markets]
        return rows if many else rows[0]

    return tell


def _pays(market: SimMarket) -> bool:
    return market.instrument.kind is Kind.PERPETUAL


def _funding(market: SimMarket, now: int) -> dict[str, Any]:
    instrument = market.instrument
    coming, following = settlements(market, now)
    linear = instrument.market == symbols.LINEAR
    return {
        "estimated_rate": None,
        "funding_rate": text(decimal(market.carry.predicted)),
        "contract_code": instrument.code,
        "symbol": instrument.base,
        "fee_asset": instrument.settle,
        "funding_time": str(ms(coming)),
        "next_funding_time": str(ms(following)) if linear else None,
    }


def settlements(market: SimMarket, now: int) -> tuple[int, int]:
    """Return the coming settlement and the one after it."""
    length = (market.instrument.funding_interval or 8) * HOUR
    coming = market.carry.next_at or (now // length + 1) * length
    return coming, coming + length


def newer_funding(visit: Visit) -> list[dict[str, Any]]:
    """Return the newer interface's funding of linear swaps, with cap and floor."""
    wanted = visit.wanted(symbols.LINEAR, "contract_code")
    visit.params.done()
    markets = [wanted] if wanted else [each for each in listed(visit.exchange, symbols.LINEAR) if _pays(each)]
    rows = []
    for market in markets:
        coming, following = settlements(market, visit.now)
        cap, floor = market.instrument.funding_cap or CAP, market.instrument.funding_floor or -CAP
        row = {"contract_code": market.instrument.code, "funding_rate": text(decimal(market.carry.predicted))}
        row |= {"funding_time": str(ms(coming)), "next_funding_time": str(ms(following))}
        rows.append(row | {"min_funding_rate": text(floor), "max_funding_rate": text(cap)})
    return rows


def past_funding(line: str) -> Callable[[Visit], Any]:
    """Return the first interface's endpoint of past settlements, newest first, by pages."""

    def tell(visit: Visit) -> dict[str, Any]:
        market = visit.market(line, "contract_code")
        page = visit.params.whole("page_index", 1, 1)
        size = visit.params.whole("page_size", 20, 1, PAGE)
        visit.params.done()
        rows = list(reversed(market.settled))
        shown = rows[(page - 1) * size : page * size]
        instrument = market.instrument
        told = [
            {
                "avg_premium_index": text(rate),
                "funding_rate": text(rate),
                "realized_rate": None,
                "funding_time": str(ms(at)),
                "contract_code": instrument.code,
                "symbol": instrument.base,
                "fee_asset": instrument.settle,
            }
            for at, rate, _ in shown
        ]
        return {"total_page": -(-len(rows) // size), "current_page": page, "total_size": len(rows), "data": told}

    return tell


def newer_past_funding(visit: Visit) -> list[dict[str, Any]]:
    """Return the newer interface's past settlements, newest first."""
    market = visit.market(symbols.LINEAR, "contract_code")
    limit = visit.params.whole("limit", 10, 1, NEWER_PAGE)
    since, until = visit.params.whole("start_time", 0), visit.params.whole("end_time", 2**62)
    visit.params.ignore("from", "direct")
    visit.params.done()
    rows = [
        {
            "id": str(count),
            "contract_code": market.instrument.code,
            "funding_rate": text(rate),
            "funding_time": str(ms(at)),
        }
        for count, (at, rate, _) in enumerate(market.settled, 1)
        if since <= ms(at) <= until
    ]
    return rows[::-1][:limit]

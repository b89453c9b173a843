"""What the simulated market lists: coins, venues, product lines and delivery dates.

Terms (contract sizes, grids, fees, funding intervals) are those of the venue's own codec (`Venue.well_known`,
`Venue.terms_of`), so that an order which fits here also fits the venue, and what the simulator tells reads back as what
it lists.
A market that the codec's tables lack has its line's bitcoin market for a pattern, with the grid stated here.
Dated contracts deliver on the last Friday of a quarter at 08:00 UTC, as on all these venues; which quarters are listed
follows from the time at which the market starts.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.venues import venue_named

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

SECOND = 1_000_000_000
DELIVERY_HOUR = 8
ROLL_AHEAD = timedelta(days=10)
"""A contract closer to delivery than this is not listed: its annualised yield would be noise."""
_MONTHS = "FGHJKMNQUVXZ"
"""Letters of the months in the names of futures, January to December."""


@dataclass(frozen=True, slots=True)
class Coin:
    """One underlying: its first price in quote money, yearly volatility and how closely it follows the market."""

    name: str
    price: float
    volatility: float
    coupling: float


COINS = (
    Coin("BTC", 64_250.0, 0.45, 0.92),
    Coin("ETH", 3_180.0, 0.60, 0.85),
    Coin("SOL", 152.0, 0.80, 0.75),
)


@dataclass(frozen=True, slots=True)
class Grid:
    """Terms of a market that its codec's tables lack."""

    tick: str
    step: str
    least: str
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """One product line of a venue.

    Attributes:
        dates: how many dated contracts each coin has.
        lag: how far the venue follows the leading price, in steps of the price walk.
        rate: book updates a second.
        width: usual spread between bid and ask, in basis points.
        money: usual size of a level near the touch, in quote money.
        premium: long-run level against the underlying, in basis points.
        wander: standard deviation of the basis around that level, in basis points.
        grids: terms of coins that the codec's tables lack.
        standing: whether there are spot markets or perpetuals, else only dated contracts.
        quote: quote money of linear contracts.
    """

    venue: str
    line: str
    margin: Margin
    lag: int
    rate: float
    width: float
    money: float
    premium: float
    wander: float
    dates: dict[str, int]
    grids: dict[str, Grid] = field(default_factory=dict)
    standing: bool = True
    quote: str = "USDT"


_SPOT, _LINEAR, _INVERSE = Margin.SPOT, Margin.LINEAR, Margin.INVERSE
_THREE = {"BTC": 0, "ETH": 0, "SOL": 0}
_TWO = {"BTC": 0, "ETH": 0}

PRODUCTS = (
    Product(
        "binance", "spot", _SPOT, 0, 14, 0.10, 45_000, 0.0, 0.24, _THREE, {"SOL": Grid("0.01", "0.001", "0.001")},
    ),
    Product(
        "binance", "usdm", _LINEAR, 0, 18, 0.12, 90_000, 0.9, 1.2, {"BTC": 2, "ETH": 2, "SOL": 0},
        {"SOL": Grid("0.01", "0.01", "0.01", hours=4)},
    ),
    Product("binance", "coinm", _INVERSE, 1, 9, 0.35, 40_000, 0.6, 1.4, {"BTC": 2, "ETH": 2, "SOL": 0}),
    Product("okx", "public", _SPOT, 1, 12, 0.12, 35_000, 0.0, 0.3, _THREE),
    Product("okx", "public", _LINEAR, 1, 15, 0.15, 70_000, 0.7, 1.3, {"BTC": 2, "ETH": 2, "SOL": 0}),
    Product("okx", "public", _INVERSE, 1, 8, 0.40, 30_000, 0.4, 1.6, {"BTC": 2, "ETH": 2, "SOL": 0}),
    Product("bybit", "spot", _SPOT, 2, 10, 0.15, 30_000, 0.0, 0.36, _THREE),
    Product("bybit", "linear", _LINEAR, 2, 13, 0.18, 60_000, 1.1, 1.5, {"BTC": 1, "ETH": 1, "SOL": 0}),
    Product("bybit", "inverse", _INVERSE, 2, 6, 0.60, 15_000, 0.3, 1.8, {"BTC": 1, "ETH": 0}),
    Product("deribit", "public", _INVERSE, 3, 6, 0.50, 25_000, 0.2, 1.7, {"BTC": 2, "ETH": 1}),
    Product(
        "deribit", "public", _LINEAR, 3, 5, 0.55, 20_000, 0.2, 1.7, {"BTC": 1, "ETH": 0},
        {"BTC": Grid("0.5", "0.0001", "0.0001"), "ETH": Grid("0.05", "0.001", "0.001")}, quote="USDC",
    ),
    Product("htx", "spot", _SPOT, 3, 7, 0.25, 15_000, 0.0, 0.4, _TWO),
    Product("htx", "linear", _LINEAR, 3, 7, 0.30, 30_000, 0.8, 1.6, {"BTC": 1, "ETH": 0}),
    Product("htx", "coin_swap", _INVERSE, 3, 5, 0.60, 12_000, 0.3, 1.8, _TWO),
    Product("htx", "coin_futures", _INVERSE, 3, 6, 0.60, 12_000, 0.3, 1.8, {"BTC": 2}, standing=False),
    Product(
        "bigone", "spot", _SPOT, 4, 5, 0.40, 8_000, 0.0, 0.5, _TWO, {"ETH": Grid("0.01", "0.00001", "0.00001")},
    ),
    Product("bigone", "contract", _LINEAR, 4, 5, 0.60, 12_000, 0.5, 1.8, {"BTC": 0}),
    Product("bigone", "contract", _INVERSE, 4, 4, 0.80, 8_000, 0.2, 1.9, {"BTC": 0}),
)  # fmt: skip
"""Every product line of the simulated market."""


@dataclass(frozen=True, slots=True)
class Listing:
    """An instrument together with the coin it follows and the product line whose habits it has."""

    instrument: Instrument
    coin: Coin
    product: Product


def last_friday(year: int, month: int) -> datetime:
    """Return the last Friday of the month at the delivery hour."""
    day = calendar.monthrange(year, month)[1]
    end = datetime(year, month, day, DELIVERY_HOUR, tzinfo=UTC)
    return end - timedelta(days=(end.weekday() - calendar.FRIDAY) % 7)


def deliveries(start_ns: int, count: int) -> list[datetime]:
    """Return the next `count` quarterly delivery times that are at least ten days after the start."""
    start = datetime.fromtimestamp(start_ns // SECOND, UTC) + ROLL_AHEAD
    quarters = (
        last_friday(year, month) for year in range(start.year, start.year + 2 + count) for month in (3, 6, 9, 12)
    )
    return [time for time in quarters if time > start][:count]


def following(listing: Listing, at: int, listed: Container[str]) -> list[Listing]:
    """Return the dated contracts that take the place of one delivered at `at` (ns), less those listed already."""
    product, coin = listing.product, listing.coin
    known = {each.symbol: each for each in venue_named(product.venue).well_known()}
    dates = deliveries(at, product.dates[coin.name])
    found = [Listing(_instrument(product, coin, date, known), coin, product) for date in dates]
    return [each for each in found if each.instrument.symbol not in listed]


def listings(start_ns: int, venues: Sequence[str] | None = None) -> list[Listing]:
    """Return every market, of these venues or of all, in a fixed order."""
    found: list[Listing] = []
    for product in PRODUCTS:
        if venues is not None and product.venue not in venues:
            continue
        known = {each.symbol: each for each in venue_named(product.venue).well_known()}
        for coin in COINS:
            count = product.dates.get(coin.name)
            if count is None:
                continue
            dates: list[datetime | None] = [None] if product.standing else []
            dates += deliveries(start_ns, count)
            found.extend(Listing(_instrument(product, coin, date, known), coin, product) for date in dates)
    return found


def _instrument(product: Product, coin: Coin, date: datetime | None, known: dict[str, Instrument]) -> Instrument:
    """Return the codec's own instrument of a market, or one after the pattern of its line."""
    code = _code(product, coin.name, date)
    if date is None:
        found = known.get(_symbol(product, coin.name))
        return found if found is not None else _patterned(product, coin, known, code)
    found = venue_named(product.venue).terms_of(product.line, code)
    if found is not None:
        return found
    perpetual = _instrument(product, coin, None, known)
    return replace(
        perpetual,
        symbol=f"{perpetual.symbol}-{date:%y%m%d}",
        code=code,
        kind=Kind.DATED,
        expiry=int(date.timestamp()) * SECOND,
        funding_interval=None,
    )


def _patterned(product: Product, coin: Coin, known: dict[str, Instrument], code: str) -> Instrument:
    """Return a market on a grid of its own; a line whose bitcoin market is unknown has the venue's inverse one for it.

    Such a line's contracts are as large as their step, and sized in coin.
    """
    grid = product.grids[coin.name]
    pattern = known.get(_symbol(product, "BTC"))
    if pattern is None:
        pattern = replace(
            known[f"{product.venue}:BTC/USD:BTC"],
            margin=product.margin,
            quote=product.quote,
            settle=product.quote,
            contract_size=Decimal(grid.step),
            sized_in_contracts=False,
        )
    return replace(
        pattern,
        symbol=_symbol(product, coin.name),
        code=code,
        base=coin.name,
        tick=Decimal(grid.tick),
        step=Decimal(grid.step),
        min_size=Decimal(grid.least),
        funding_interval=grid.hours or pattern.funding_interval,
    )


def _symbol(product: Product, coin: str) -> str:
    match product.margin:
        case Margin.SPOT:
            return f"{product.venue}:{coin}/USDT"
        case Margin.LINEAR:
            return f"{product.venue}:{coin}/{product.quote}:{product.quote}"
        case _:
            return f"{product.venue}:{coin}/USD:{coin}"


def _code(product: Product, coin: str, date: datetime | None) -> str:
    """Return the venue's own name of a dated contract, or of a market that its codec's tables lack."""
    inverse = product.margin is Margin.INVERSE
    quote = "USD" if inverse else "USDT"
    if product.venue == "deribit":
        front = coin if inverse else f"{coin}_{product.quote}"
        return f"{front}-PERPETUAL" if date is None else f"{front}-{_day(date)}"
    if date is None:
        return f"{coin}{quote}" if product.venue == "binance" else f"{coin}-{quote}"
    if product.venue == "bybit":
        return f"{coin}{quote}" + (f"{_MONTHS[date.month - 1]}{date:%y}" if inverse else f"-{_day(date)}")
    names = {
        "binance": f"{coin}{quote}_{date:%y%m%d}",
        "htx": f"{coin}{date:%y%m%d}" if inverse else f"{coin}-{quote}-{date:%y%m%d}",
        "okx": f"{coin}-{quote}-{date:%y%m%d}",
    }
    return names[product.venue]


def _day(date: datetime) -> str:
    """Write a day as the names of futures do: 26DEC25."""
    return f"{date.day}{date:%b%y}".upper()

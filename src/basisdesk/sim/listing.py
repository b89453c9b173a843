"""What the demo market lists: coins, venues, product lines and delivery dates.

The terms (contract sizes, grids, fees, funding intervals) are those that the named venues publish for these markets, so
that an order which fits the demo also fits the venue.
Dated contracts deliver on the last Friday of a quarter at 08:00 UTC, as on all four venues; which two quarters are
listed follows from the time at which the demo starts.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from basisdesk.domain.instrument import Instrument, Kind, Margin

SECOND = 1_000_000_000
DELIVERY_HOUR = 8
ROLL_AHEAD = timedelta(days=10)
"""A contract closer to delivery than this is not listed: its annualised yield would be noise."""


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
class Terms:
    """One coin's terms on a product line; `size` is the contract size, in the venue's unit `step` and `least`."""

    tick: str
    size: str = "1"
    step: str = "1"
    least: str = "1"
    dates: int = 0
    hours: int = 8


@dataclass(frozen=True, slots=True)
class Product:
    """One product line of a venue.

    Attributes:
        unit: what order sizes count: ``base`` coin or ``contracts``.
        notional: smallest order in quote money.
        lag: how far the venue follows the leading price, in steps of the price walk.
        rate: book updates a second.
        width: usual spread between bid and ask, in basis points.
        money: usual size of a level near the touch, in quote money.
        premium: long-run level against the underlying, in basis points.
        wander: standard deviation of the basis around that level, in basis points.
    """

    venue: str
    line: str
    margin: Margin
    unit: str
    maker: str
    taker: str
    leverage: str | None
    notional: str
    lag: int
    rate: float
    width: float
    money: float
    premium: float
    wander: float
    coins: dict[str, Terms]


_SPOT, _LINEAR, _INVERSE = Margin.SPOT, Margin.LINEAR, Margin.INVERSE

PRODUCTS = (
    Product(
        "binance", "spot", _SPOT, "base", "0.001", "0.001", None, "5", 0, 14, 0.10, 45_000, 0.0, 0.24,
        {
            "BTC": Terms("0.01", step="0.00001", least="0.00001"),
            "ETH": Terms("0.01", step="0.0001", least="0.0001"),
            "SOL": Terms("0.01", step="0.001", least="0.001"),
        },
    ),
    Product(
        "binance", "usdm", _LINEAR, "base", "0.0002", "0.0005", "125", "20", 0, 18, 0.12, 90_000, 0.9, 1.2,
        {
            "BTC": Terms("0.1", step="0.001", least="0.001", dates=2),
            "ETH": Terms("0.01", step="0.001", least="0.001", dates=2),
            "SOL": Terms("0.01", step="0.01", least="0.01", hours=4),
        },
    ),
    Product(
        "binance", "coinm", _INVERSE, "contracts", "0.0002", "0.0005", "125", "0", 1, 9, 0.35, 40_000, 0.6, 1.4,
        {
            "BTC": Terms("0.1", size="100", dates=2),
            "ETH": Terms("0.01", size="10", dates=2),
            "SOL": Terms("0.01", size="10"),
        },
    ),
    Product(
        "okx", "spot", _SPOT, "base", "0.0008", "0.001", None, "0", 1, 12, 0.12, 35_000, 0.0, 0.3,
        {
            "BTC": Terms("0.1", step="0.00000001", least="0.00001"),
            "ETH": Terms("0.01", step="0.000001", least="0.0001"),
            "SOL": Terms("0.01", step="0.000001", least="0.001"),
        },
    ),
    Product(
        "okx", "swap", _LINEAR, "contracts", "0.0002", "0.0005", "100", "0", 1, 15, 0.15, 70_000, 0.7, 1.3,
        {
            "BTC": Terms("0.1", size="0.01", step="0.01", least="0.01", dates=2),
            "ETH": Terms("0.01", size="0.1", step="0.01", least="0.01", dates=2),
            "SOL": Terms("0.01", size="1", step="0.01", least="0.01"),
        },
    ),
    Product(
        "okx", "swap", _INVERSE, "contracts", "0.0002", "0.0005", "100", "0", 1, 8, 0.40, 30_000, 0.4, 1.6,
        {
            "BTC": Terms("0.1", size="100", dates=2),
            "ETH": Terms("0.01", size="10", dates=2),
            "SOL": Terms("0.01", size="10"),
        },
    ),
    Product(
        "bybit", "spot", _SPOT, "base", "0.001", "0.001", None, "5", 2, 10, 0.15, 30_000, 0.0, 0.36,
        {
            "BTC": Terms("0.1", step="0.000001", least="0.000011"),
            "ETH": Terms("0.01", step="0.00001", least="0.0001"),
            "SOL": Terms("0.01", step="0.001", least="0.001"),
        },
    ),
    Product(
        "bybit", "linear", _LINEAR, "base", "0.0002", "0.00055", "100", "5", 2, 13, 0.18, 60_000, 1.1, 1.5,
        {
            "BTC": Terms("0.1", step="0.001", least="0.001"),
            "ETH": Terms("0.01", step="0.01", least="0.01"),
            "SOL": Terms("0.01", step="0.1", least="0.1"),
        },
    ),
    Product(
        "bybit", "inverse", _INVERSE, "contracts", "0.0002", "0.00055", "100", "0", 2, 6, 0.60, 15_000, 0.3, 1.8,
        {"BTC": Terms("0.5", size="1"), "SOL": Terms("0.01", size="1")},
    ),
    Product(
        "deribit", "future", _INVERSE, "contracts", "0", "0.0005", "50", "0", 3, 6, 0.50, 25_000, 0.2, 1.7,
        {"BTC": Terms("0.5", size="10", dates=2)},
    ),
)  # fmt: skip
"""Every product line of the demo."""

_MOST = Decimal(2_500_000)
"""Largest order of any demo market, as quote money at its first price."""


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


def listings(start_ns: int) -> list[Listing]:
    """Return every market of the demo, in a fixed order."""
    found: list[Listing] = []
    for product in PRODUCTS:
        for coin in COINS:
            terms = product.coins.get(coin.name)
            if terms is None:
                continue
            dates: list[datetime | None] = [None, *deliveries(start_ns, terms.dates)]
            found.extend(Listing(_instrument(product, coin, terms, date), coin, product) for date in dates)
    return found


def _instrument(product: Product, coin: Coin, terms: Terms, date: datetime | None) -> Instrument:
    inverse = product.margin is Margin.INVERSE
    kind = Kind.SPOT if product.margin is Margin.SPOT else Kind.PERPETUAL if date is None else Kind.DATED
    quote = "USD" if inverse else "USDT"
    settle = coin.name if inverse else quote
    symbol = f"{product.venue}:{coin.name}/{quote}"
    if kind is not Kind.SPOT:
        symbol += f":{settle}"
    if date is not None:
        symbol += f"-{date:%y%m%d}"
    size, step = Decimal(terms.size), Decimal(terms.step)
    worth = size if inverse else size * Decimal(coin.price)
    return Instrument(
        symbol=symbol,
        venue=product.venue,
        market="futures" if product.venue == "okx" and kind is Kind.DATED else product.line,
        code=_code(product, coin.name, quote, date),
        kind=kind,
        margin=product.margin,
        base=coin.name,
        quote=quote,
        settle=settle,
        contract_size=size,
        sized_in_contracts=product.unit == "contracts",
        tick=Decimal(terms.tick),
        step=step,
        min_size=Decimal(terms.least),
        max_size=(_MOST / worth // step) * step,
        min_notional=Decimal(product.notional),
        max_leverage=None if product.leverage is None else Decimal(product.leverage),
        expiry=None if date is None else int(date.timestamp()) * SECOND,
        funding_interval=terms.hours if kind is Kind.PERPETUAL else None,
        maker_fee=Decimal(product.maker),
        taker_fee=Decimal(product.taker),
    )


def _code(product: Product, coin: str, quote: str, date: datetime | None) -> str:
    """Return the venue's own name of a market."""
    match product.venue, product.margin:
        case "okx", Margin.SPOT:
            return f"{coin}-{quote}"
        case "okx", _:
            return f"{coin}-{quote}-" + ("SWAP" if date is None else f"{date:%y%m%d}")
        case "deribit", _:
            return f"{coin}-" + ("PERPETUAL" if date is None else f"{date.day}{date:%b%y}".upper())
        case "binance", Margin.INVERSE:
            return f"{coin}{quote}_" + ("PERP" if date is None else f"{date:%y%m%d}")
        case _:
            return f"{coin}{quote}" + ("" if date is None else f"_{date:%y%m%d}")

"""Terms of well-known markets, for recordings that come without the instrument list.

Spot and linear are what the venue listed on 2026-08-09.
Inverse perpetuals are on the price grid they had since 2023 or a coarser one, which keeps every price valid; their list
is not in the recorded data, so a list given beside the recording is always better.
A dated future has its family's terms and is delivered at 08:00 UTC of the day that its code tells (`terms_of`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.venues.bybit.instruments import Leverage, Lots, Prices, Row, instrument_of
from basisdesk.venues.bybit.symbols import delivery_of, split_code
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument

# base, tick, step (which is also the smallest size), largest size of a limit order; each at least 5 USDT
_SPOT = (
    ("BTC", "0.1", "0.000001", "230"),
    ("ETH", "0.01", "0.00001", "8118"),
    ("XRP", "0.0001", "0.01", "1200000"),
    ("SOL", "0.01", "0.0001", "26000"),
    ("LTC", "0.01", "0.00001", "10000"),
    ("DOGE", "0.00001", "0.1", "14000000"),
    ("ADA", "0.0001", "0.01", "7600000"),
)
# base, quote, tick, step, largest size, greatest leverage, minutes between funding settlements, their largest rate
_LINEAR = (
    ("BTC", "USDT", "0.10", "0.001", "1500.000", "100.00", 480, "0.005"),
    ("ETH", "USDT", "0.01", "0.01", "10000.00", "100.00", 480, "0.005"),
    ("XRP", "USDT", "0.0001", "0.1", "7500000.0", "100.00", 480, "0.005"),
    ("SOL", "USDT", "0.010", "0.1", "96000.0", "100.00", 480, "0.005"),
    ("LTC", "USDT", "0.01", "0.1", "8800.0", "50.00", 480, "0.01"),
    ("DOGE", "USDT", "0.00001", "1", "43678900", "75.00", 480, "0.0058"),
    ("ADA", "USDT", "0.0001", "1", "1500000", "75.00", 480, "0.0058"),
    ("BTC", "USDC", "0.10", "0.001", "1000.000", "125.00", 480, "0.005"),
    ("ETH", "USDC", "0.01", "0.01", "2500.00", "66.67", 480, "0.005"),
    ("XRP", "USDC", "0.0001", "0.1", "250000.0", "50.00", 480, "0.01"),
    ("SOL", "USDC", "0.010", "0.1", "1500.0", "66.67", 480, "0.005"),
    ("DOGE", "USDC", "0.00001", "1", "2000000", "50.00", 480, "0.008"),
    ("LTC", "USDC", "0.01", "0.1", "1400.0", "50.00", 240, "0.01"),
)
# base, tick, greatest leverage
_INVERSE = (
    ("BTC", "0.50", "100.00"),
    ("ETH", "0.05", "100.00"),
    ("XRP", "0.0001", "50.00"),
)
# base, tick, step, largest size, greatest leverage of futures quoted in USDT
_DATED = (
    ("BTC", "0.1", "0.001", "10.000", "50.00"),
    ("ETH", "0.01", "0.01", "150.00", "50.00"),
    ("SOL", "0.01", "0.01", "1000.00", "50.00"),
    ("XRP", "0.0001", "0.1", "83000.0", "50.00"),
    ("DOGE", "0.00001", "1", "1000000", "50.00"),
)
_DOLLARS = Lots(min_size="1", step="1", max_size="1000000")


def well_known() -> list[Instrument]:
    """Return the spot, linear and inverse perpetual markets of the tables."""
    return [*map(_spot, _SPOT), *map(_linear, _LINEAR), *map(_inverse, _INVERSE)]


def terms_of(line: str, code: str) -> Instrument | None:
    """Return the dated future that a code names, None when its family is not well known or it is something else."""
    split = None if line == "spot" else split_code(line, code)
    expiry = delivery_of(split[2]) if split is not None else None
    if split is None or expiry is None:
        return None
    base, quote, _ = split
    delivery = str(expiry // NS_PER_MS)
    for coin, tick, step, most, leverage in _DATED if quote == "USDT" else ():
        if coin == base:
            row = _row(code, base, quote, tick, _lots(step, most))
            return instrument_of(
                line,
                replace(row, contract="LinearFutures", settle=quote, delivery=delivery, leverage=Leverage(leverage)),
            )
    for coin, tick, _ in _INVERSE if line == "inverse" else ():
        if coin == base:
            row = _row(code, base, quote, tick, _DOLLARS)
            return instrument_of(line, replace(row, contract="InverseFutures", settle=base, delivery=delivery))
    return None


def _spot(terms: tuple[str, str, str, str]) -> Instrument:
    base, tick, step, most = terms
    lots = Lots(min_size=step, coin_step=step, max_limit=most, min_amount="5")
    return instrument_of("spot", _row(f"{base}USDT", base, "USDT", tick, lots))


def _linear(terms: tuple[str, str, str, str, str, str, int, str]) -> Instrument:
    base, quote, tick, step, most, leverage, minutes, rate = terms
    row = _row(f"{base}{'PERP' if quote == 'USDC' else quote}", base, quote, tick, _lots(step, most))
    row = replace(
        row,
        contract="LinearPerpetual",
        settle=quote,
        funding=minutes,
        leverage=Leverage(leverage),
        cap=rate,
        floor=f"-{rate}",
    )
    return instrument_of("linear", row)


def _inverse(terms: tuple[str, str, str]) -> Instrument:
    base, tick, leverage = terms
    row = _row(f"{base}USD", base, "USD", tick, _DOLLARS)
    row = replace(row, contract="InversePerpetual", settle=base, funding=480, leverage=Leverage(leverage))
    return instrument_of("inverse", row)


def _lots(step: str, most: str) -> Lots:
    return Lots(min_size=step, step=step, max_size=most, min_notional="5")


def _row(code: str, base: str, quote: str, tick: str, lots: Lots) -> Row:
    return Row(code=code, base=base, quote=quote, prices=Prices(tick), lots=lots, status="Trading")

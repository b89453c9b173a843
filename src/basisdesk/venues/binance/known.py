"""Terms of well-known markets, for recordings that come without the instrument list.

The tables hold what the venue published: COIN-M from its list of February 2026, spot and USD-M as they have been since
the end of 2023.
A row is as exact as an instrument list, but it ages: a list given beside the recording is always better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.binance import wire
from basisdesk.venues.binance.instruments import FOREVER, instrument_of

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument

# base, tick, step (which is also the smallest size), largest size, least notional in USDT
_SPOT = (
    ("BTC", "0.01", "0.00001", "9000", "5"),
    ("ETH", "0.01", "0.0001", "9000", "5"),
    ("LTC", "0.01", "0.001", "90000", "5"),
    ("XRP", "0.0001", "1", "9222449", "5"),
    ("ADA", "0.0001", "0.1", "900000", "5"),
    ("DOGE", "0.00001", "1", "9000000", "5"),
    ("TRX", "0.00001", "0.1", "9000000", "5"),
)
_USDM = (
    ("BTC", "0.1", "0.001", "1000", "100"),
    ("ETH", "0.01", "0.001", "10000", "20"),
    ("LTC", "0.01", "0.001", "10000", "20"),
    ("XRP", "0.0001", "0.1", "10000000", "5"),
    ("ADA", "0.0001", "1", "2000000", "5"),
    ("DOGE", "0.00001", "1", "50000000", "5"),
    ("TRX", "0.00001", "1", "10000000", "5"),
)
# base, tick, worth of a contract in USD, most contracts
_COINM = (
    ("BTC", "0.1", 100, "1000000"),
    ("ETH", "0.01", 10, "1000000"),
    ("LINK", "0.001", 10, "1000000"),
    ("BNB", "0.01", 10, "1000000"),
    ("TRX", "0.00001", 10, "1000000"),
    ("DOT", "0.001", 10, "1000000"),
    ("ADA", "0.0001", 10, "2000000"),
    ("LTC", "0.01", 10, "1000000"),
    ("BCH", "0.01", 10, "1000000"),
    ("XRP", "0.0001", 10, "200000"),
    ("DOGE", "0.00001", 10, "1000000"),
    ("SOL", "0.01", 10, "150000"),
)


def well_known() -> list[Instrument]:
    """Return the instruments of the tables."""
    spot = [instrument_of("spot", _row(f"{base}USDT", base, "USDT", *terms)) for base, *terms in _SPOT]
    usdm = [instrument_of("usdm", _row(f"{base}USDT", base, "USDT", *terms, settle="USDT")) for base, *terms in _USDM]
    coinm = [
        instrument_of(
            "coinm",
            _row(f"{base}USD_PERP", base, "USD", tick, "1", most, "0", settle=base, worth=worth),
        )
        for base, tick, worth, most in _COINM
    ]
    return spot + usdm + coinm


def _row(
    code: str,
    base: str,
    quote: str,
    tick: str,
    step: str,
    most: str,
    notional: str,
    *,
    settle: str = "",
    worth: int = 1,
) -> wire.Row:
    return wire.Row(
        code=code,
        base=base,
        quote=quote,
        filters=[
            wire.Filter(kind="PRICE_FILTER", tick=tick),
            wire.Filter(kind="LOT_SIZE", step=step, min_size=step, max_size=most),
            wire.Filter(kind="MIN_NOTIONAL", notional=notional),
        ],
        status="TRADING",
        contract_size=worth,
        settle=settle,
        delivery=FOREVER,
    )

"""Terms of well-known markets, for recordings that come without the instrument list.

They are what the venue listed on 2022-05-13.
Since then contract steps became finer (a hundredth of a contract), which keeps every size on the older grid valid, and
a few ticks changed: a list given beside the recording is always better.
A dated future has its family's terms and is delivered at 08:00 UTC of the day in its code, so its terms follow from the
code (`terms_of`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from basisdesk.venues.okx.hosts import PUBLIC
from basisdesk.venues.okx.instruments import Row, instrument_of
from basisdesk.venues.okx.symbols import SWAP

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument

DELIVERY_HOUR = 8
MOST_CONTRACTS = {SWAP: "100000000", "FUTURES": "1000000"}

# base, tick against USDT, spot step, smallest spot size, largest spot size, coin per linear contract,
# USD per inverse contract, greatest leverage of contracts
_COINS = (
    ("BTC", "0.1", "0.00000001", "0.00001", "9999999999", "0.01", "100", "125"),
    ("ETH", "0.01", "0.000001", "0.001", "999999999999", "0.1", "10", "125"),
    ("LTC", "0.01", "0.000001", "0.01", "999999999999", "1", "10", "75"),
    ("XRP", "0.00001", "0.000001", "1", "999999999999", "100", "10", "75"),
    ("ADA", "0.00001", "0.0001", "1", "99999999999999", "100", "10", "75"),
    ("SOL", "0.001", "0.000001", "0.01", "999999999999", "1", "10", "75"),
    ("DOGE", "0.000001", "0.000001", "10", "999999999999", "1000", "10", "75"),
)
_DATE = re.compile(r"[0-9]{6}")
_DATED = ("BTC", "ETH", "LTC", "XRP", "ADA")


def _spot(base: str, tick: str, step: str, least: str, most: str) -> Instrument:
    row = Row(
        kind="SPOT", code=f"{base}-USDT", state="live", base=base, quote="USDT",
        tick=tick, step=step, min_size=least, max_size=most,
    )  # fmt: skip
    return instrument_of(PUBLIC.name, row)


def _contract(coin: tuple[str, ...], quote: str, term: str, expiry: str = "") -> Instrument:
    base, tick, _, _, _, coins, dollars, leverage = coin
    inverse = quote == "USD"
    kind = "FUTURES" if expiry else SWAP
    row = Row(
        kind=kind, code=f"{base}-{quote}-{term}", state="live", underlying=f"{base}-{quote}", expiry=expiry,
        settle=base if inverse else quote, margin="inverse" if inverse else "linear", leverage=leverage,
        value=dollars if inverse else coins, value_coin=quote if inverse else base,
        tick=tick, step="1", min_size="1", max_size=MOST_CONTRACTS[kind],
    )  # fmt: skip
    return instrument_of(PUBLIC.name, row)


def well_known() -> list[Instrument]:
    """Return the spot, linear and inverse perpetual markets of the table."""
    spot = [_spot(*coin[:5]) for coin in _COINS]
    return spot + [_contract(coin, quote, SWAP) for quote in ("USDT", "USD") for coin in _COINS]


def terms_of(_line: str, code: str) -> Instrument | None:
    """Return the dated future that a code names, None when its family is not well known or it is something else."""
    base, _, rest = code.partition("-")
    quote, _, date = rest.partition("-")
    coin = next((coin for coin in _COINS if coin[0] == base and base in _DATED), None)
    if coin is None or quote not in {"USD", "USDT"} or not _DATE.fullmatch(date):
        return None
    try:
        day = datetime.strptime(f"20{date}", "%Y%m%d").replace(hour=DELIVERY_HOUR, tzinfo=UTC)
    except ValueError:
        return None
    return _contract(coin, quote, date, expiry=f"{int(day.timestamp())}000")

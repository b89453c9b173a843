"""Terms of well-known markets, for recordings that come without the instrument lists.

They are what the venue listed in 2024; the inverse contract has the terms that its documentation shows.
A list given beside the recording is always better.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.venues.bigone.instruments import Coin, Contract, Pair, contract_of, pair_of

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument

# base, decimals of size, decimals of price
_PAIRS = (("BTC", 6, 2), ("LTC", 5, 2), ("XRP", 1, 5), ("SOL", 2, 2), ("TRX", 1, 5))
# base, quote, worth of a contract, tick, initial margin
_CONTRACTS = (
    ("BTC", "USDT", "0.001", "0.5", "0.01"),
    ("XRP", "USDT", "100", "0.0001", "0.02"),
    ("BTC", "USD", "1", "0.5", "0.01"),
)
_LEAST = Decimal(10)


def well_known() -> list[Instrument]:
    """Return the spot pairs and perpetuals of the tables."""
    pairs = [
        pair_of(Pair(f"{base}-USDT", Coin(base), Coin("USDT"), sizes, prices, _LEAST)) for base, sizes, prices in _PAIRS
    ]
    return pairs + [_contract(*terms) for terms in _CONTRACTS]


def _contract(base: str, quote: str, worth: str, tick: str, margin: str) -> Instrument:
    inverse = quote == "USD"
    settle = base if inverse else quote
    row = Contract(
        f"{base}{quote}", base, quote, settle, inverse, Decimal(worth), Decimal(tick), initial_margin=Decimal(margin)
    )
    return contract_of(row)

"""Terms of well-known markets, for recordings that come without the instrument list.

They are the inverse futures on bitcoin and ether, whose tick and contract have been the same since 2019; the leverage
is the smaller of those listed since.
A dated future has its perpetual's terms and is delivered at 08:00 UTC of the day in its code, so its terms follow from
the code (`terms_of`).
Linear futures are left out: their ticks and steps have changed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.symbol import Symbol
from basisdesk.venues.deribit.hosts import PUBLIC
from basisdesk.venues.deribit.instruments import Row, instrument_of
from basisdesk.venues.deribit.symbols import PERPETUAL, USD, VENUE_NAME, read_code
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument

# By base coin the tick, and the contract in USD.
_COINS = {"BTC": ("0.5", "10"), "ETH": ("0.05", "1")}
_LEVERAGE = Decimal(50)
_TAKER_FEE = Decimal("0.0005")


def _future(base: str, code: str, expiry: int | None) -> Instrument:
    tick, contract = (Decimal(text) for text in _COINS[base])
    row = Row(
        kind="future", code=code, margin="reversed", base=base, quote=USD, settle=base,
        period="perpetual" if expiry is None else "month", expiry=expiry, tick=tick, contract=contract, least=contract,
        leverage=_LEVERAGE, taker=_TAKER_FEE, active=True,
    )  # fmt: skip
    return instrument_of(PUBLIC.name, row)


def well_known() -> list[Instrument]:
    """Return the inverse perpetuals of the table."""
    return [_future(base, f"{base}-{PERPETUAL}", None) for base in _COINS]


def terms_of(_line: str, code: str) -> Instrument | None:
    """Return the dated future that a code names, None when its family is not well known or it is something else."""
    name = read_code(code)
    if name is None or name.base not in _COINS or name.settle != name.base or not name.date or name.option:
        return None
    try:
        expiry = Symbol(VENUE_NAME, name.base, name.quote, name.settle, name.date).expiry_at() or 0
    except ValueError:  # 29 February of a common year
        return None
    return _future(name.base, code, expiry // NS_PER_MS)

"""What can be traded, and the units it is traded in.

A venue states sizes in its own unit: base coin for spot and for some linear futures, contracts for the rest.
One contract is worth `contract_size` units of base coin (linear) or of quote money (inverse).
Conversion between the venue's unit and coin or money happens here and nowhere else, with the rounding direction in the call.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from enum import Enum

import msgspec


class Kind(Enum):
    """What sort of market an instrument is."""

    SPOT = "spot"
    PERPETUAL = "perpetual"
    DATED = "dated"


class Margin(Enum):
    """What a position is margined and settled in: nothing (spot), quote money (linear) or base coin (inverse)."""

    SPOT = "spot"
    LINEAR = "linear"
    INVERSE = "inverse"


class Rounding(Enum):
    """Direction in which a value is brought onto a grid."""

    DOWN = ROUND_FLOOR
    UP = ROUND_CEILING
    NEAREST = ROUND_HALF_EVEN


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One market of one venue.

    Attributes:
        symbol: unified symbol with the venue in front, such as ``binance:BTC/USDT:USDT``.
        venue: the venue's name in the registry.
        market: the venue's own product line, such as ``spot``, ``usdm`` or ``coinm``.
        code: the venue's own identifier, such as ``BTCUSDT``.
        contract_size: base coin per contract (spot and linear), or quote money per contract (inverse).
        sized_in_contracts: whether the venue's order sizes count contracts (else base coin).
        tick: price grid, in quote money per base coin.
        step: size grid in the venue's unit.
        min_size: smallest order in the venue's unit.
        max_size: largest order in the venue's unit, None where the venue states none.
        min_notional: smallest order value in quote money, zero where the venue states none.
        max_leverage: largest leverage, None for spot and where the venue does not say.
        expiry: delivery time in nanoseconds UTC, None for spot and perpetuals.
        funding_interval: hours between funding settlements, None where there is no funding.
        maker_fee: fraction of notional charged to a resting order; negative is a rebate.
        taker_fee: fraction of notional charged to a taking order.
        tradable: whether the venue accepts new orders now.
    """

    symbol: str
    venue: str
    market: str
    code: str
    kind: Kind
    margin: Margin
    base: str
    quote: str
    settle: str
    contract_size: Decimal
    sized_in_contracts: bool
    tick: Decimal
    step: Decimal
    min_size: Decimal
    max_size: Decimal | None = None
    min_notional: Decimal = Decimal(0)
    max_leverage: Decimal | None = None
    expiry: int | None = None
    funding_interval: int | None = None
    maker_fee: Decimal = Decimal(0)
    taker_fee: Decimal = Decimal(0)
    tradable: bool = True


def on_grid(value: Decimal, grid: Decimal, rounding: Rounding) -> Decimal:
    """Bring `value` onto a multiple of `grid` exactly, in the given direction."""
    return (value / grid).to_integral_value(rounding=rounding.value) * grid

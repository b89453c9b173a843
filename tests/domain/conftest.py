"""Instruments that the domain's tests share."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from basisdesk.domain.instrument import Instrument, Kind, Margin

D = Decimal

SPOT = Instrument(
    symbol="binance:BTC/USDT",
    venue="binance",
    market="spot",
    code="BTCUSDT",
    kind=Kind.SPOT,
    margin=Margin.SPOT,
    base="BTC",
    quote="USDT",
    settle="",
    contract_size=D(1),
    sized_in_contracts=False,
    tick=D("0.01"),
    step=D("0.00001"),
    min_size=D("0.00001"),
    max_size=D(9000),
    min_notional=D(5),
)
LINEAR = Instrument(
    symbol="binance:BTC/USDT:USDT",
    venue="binance",
    market="usdm",
    code="BTCUSDT",
    kind=Kind.PERPETUAL,
    margin=Margin.LINEAR,
    base="BTC",
    quote="USDT",
    settle="USDT",
    contract_size=D(1),
    sized_in_contracts=False,
    tick=D("0.1"),
    step=D("0.001"),
    min_size=D("0.001"),
    max_size=D(1000),
    min_notional=D(100),
    max_leverage=D(125),
    funding_interval=8,
)
SWAP = Instrument(
    symbol="okx:BTC/USDT:USDT",
    venue="okx",
    market="swap",
    code="BTC-USDT-SWAP",
    kind=Kind.PERPETUAL,
    margin=Margin.LINEAR,
    base="BTC",
    quote="USDT",
    settle="USDT",
    contract_size=D("0.01"),
    sized_in_contracts=True,
    tick=D("0.1"),
    step=D("0.1"),
    min_size=D("0.1"),
    max_leverage=D(100),
    funding_interval=8,
)
INVERSE = Instrument(
    symbol="binance:BTC/USD:BTC",
    venue="binance",
    market="coinm",
    code="BTCUSD_PERP",
    kind=Kind.PERPETUAL,
    margin=Margin.INVERSE,
    base="BTC",
    quote="USD",
    settle="BTC",
    contract_size=D(100),
    sized_in_contracts=True,
    tick=D("0.1"),
    step=D(1),
    min_size=D(1),
    max_size=D(1_000_000),
    max_leverage=D(125),
    funding_interval=8,
)
DERIBIT = msgspec.structs.replace(
    INVERSE,
    symbol="deribit:BTC/USD:BTC-231229",
    venue="deribit",
    market="future",
    code="BTC-29DEC23",
    kind=Kind.DATED,
    contract_size=D(10),
    tick=D("2.5"),
    max_size=None,
    max_leverage=D(50),
    funding_interval=None,
    expiry=1_703_836_800_000_000_000,
)
ONE_DOLLAR = msgspec.structs.replace(INVERSE, symbol="big:BTC/USD:BTC", contract_size=D(1))
ALL = {"spot": SPOT, "linear": LINEAR, "swap": SWAP, "inverse": INVERSE, "deribit": DERIBIT, "dollar": ONE_DOLLAR}

Make = Callable[..., Instrument]


@pytest.fixture(scope="session")
def make() -> Make:
    """Return an instrument by short name, with some fields replaced."""

    def build(name: str, **fields: Any) -> Instrument:
        return msgspec.structs.replace(ALL[name], **fields)

    return build

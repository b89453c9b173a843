"""Every kind of trouble over several pairs: one venue, two venues, linear, inverse, and venues that take no ids."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.scenarios.cases import CASES, Pair

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = {
    "binance": Pair("binance:BTC/USDT:USDT~binance:BTC/USDT", "0.2"),
    "okx-bybit": Pair("okx:BTC/USDT:USDT~bybit:BTC/USDT:USDT", "0.2"),
    "bigone-deribit": Pair("bigone:BTC/USD:BTC~deribit:BTC/USD:BTC", "3000"),
    "htx-binance": Pair("htx:BTC/USDT:USDT~binance:BTC/USDT:USDT", "0.2"),
    "deribit-htx": Pair("deribit:BTC/USD:BTC~htx:BTC/USD:BTC", "5000"),
    "okx-bigone": Pair("okx:BTC/USDT:USDT~bigone:BTC/USDT:USDT", "0.1"),
    "bybit-htx": Pair("bybit:BTC/USDT:USDT~htx:BTC/USDT", "0.1"),
    "binance-okx": Pair("binance:BTC/USD:BTC~okx:BTC/USDT", "0.1"),
}


EVERYWHERE = (
    "no_fault",
    "over_http",
    "rejected_for_good",
    "partial_fills",
    "lost_reply",
    "error_after_accept",
    "stream_cut",
    "account_frames_dropped",
)
"""What venues differ in; of the rest each pair has its share."""
CLOCKS = {"clock_ahead", "clock_behind"}


def chosen() -> list[tuple[str, str]]:
    """Return (pair, case): every pair for what venues differ in, three in turn for other cases."""
    names = list(PAIRS)
    found = [(pair, case) for case in EVERYWHERE for pair in names]
    for turn, case in enumerate(case for case in CASES if case not in EVERYWHERE):
        pairs = (
            ["binance", "bybit-htx"] if case in CLOCKS else [names[(turn + step) % len(names)] for step in (0, 3, 6)]
        )
        found += [(pair, case) for pair in pairs]
    return found


@pytest.mark.parametrize(("pair", "case"), chosen())
def test_spread_order(pair: str, case: str, tmp_path: Path) -> None:
    asyncio.run(CASES[case](PAIRS[pair], tmp_path))

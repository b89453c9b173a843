"""The rows that the wire gives have the fields of recorded ones, so that a client finds what it finds at the venue."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SWAP = "BTC-USDT-SWAP"
RETIRED = {"maxSpotInUseAmt", "spotInUseAmt", "contTdSwTime", "preMktSwTime", "openType", "maxPlatOILmt", "posLmtAmt"}
RETIRED |= {"posLmtPct", "auctionEndTime", "nextFundingRate"}
"""Fields of recordings that nobody reads and that come and go."""


SHAPES: list[tuple[str, Callable[[Any], Any]]] = [
    ("rest_20260208/okx_spot_ticker_btcusdt.json.gz", lambda venue: venue.public("market/ticker", instId="BTC-USDT")),
    ("rest_20260208/okx_spot_depth_btcusdt.json.gz", lambda venue: venue.public("market/books", instId="BTC-USDT")),
    ("rest_20260208/okx_spot_trades_btcusdt.json.gz", lambda venue: venue.public("market/trades", instId=SWAP)),
    ("nautilus/okx/http_get_instruments_swap.json", lambda venue: venue.public("public/instruments", instType="SWAP")),
    ("nautilus/okx/http_get_instruments_spot.json", lambda venue: venue.public("public/instruments", instType="SPOT")),
    (
        "nautilus/okx/http_get_funding_rate_history.json",
        lambda venue: venue.public("public/funding-rate-history", instId=SWAP),
    ),
    ("nautilus/okx/http_get_index_price.json", lambda venue: venue.public("market/index-tickers", instId="BTC-USDT")),
    ("nautilus/okx/http_get_positions.json", lambda venue: venue.get("account/positions")),
    ("nautilus/okx/http_get_account_balance.json", lambda venue: venue.get("account/balance")),
    ("nautilus/okx/http_get_orders_history.json", lambda venue: venue.get("trade/orders-history", instType="SWAP")),
    ("nautilus/okx/http_get_trade_fee_response.json", lambda venue: venue.get("account/trade-fee", instType="SPOT")),
]


@pytest.mark.parametrize(("file", "ask"), SHAPES)
def test_rows_have_the_fields_of_recorded_ones(
    aged: Any, recordings: Path, file: str, ask: Callable[[Any], Any]
) -> None:
    aged.post("trade/order", {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "2"})
    raw = (recordings / file).read_bytes()
    recorded = json.loads(gzip.decompress(raw) if file.endswith("gz") else raw)["data"][0]
    given = ask(aged)["data"][0]
    assert set(recorded) - set(given) <= RETIRED | {"uly"}
    for name, value in recorded.items():
        if name in given and name not in RETIRED:
            assert type(given[name]) is type(value), name
    if "details" in recorded:
        assert set(recorded["details"][0]) - set(given["details"][0]) <= RETIRED

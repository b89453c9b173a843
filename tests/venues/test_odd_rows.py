"""Rows of instruments in odd but legal shapes: what is beside the point never makes a market disappear."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.venues import VENUES

if TYPE_CHECKING:
    from collections.abc import Callable

Fields = dict[str, Any]
BINANCE: Fields = {
    "symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT", "isSpotTradingAllowed": True,
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000.00", "tickSize": "0.01"},
        {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000.0", "stepSize": "0.00001"},
        {"filterType": "NEW_KIND", "limit": 5, "bounds": None},
    ],
}  # fmt: skip
BYBIT: Fields = {
    "symbol": "BTCUSDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "BTC", "quoteCoin": "USDT",
    "settleCoin": "USDT", "deliveryTime": "0", "priceFilter": {"tickSize": "0.10"}, "fundingInterval": 240,
    "lotSizeFilter": {"minOrderQty": "0.001", "qtyStep": "0.001", "maxOrderQty": "1190.000", "minNotionalValue": "5"},
    "leverageFilter": {"maxLeverage": "100.00"}, "preListingInfo": None,
}  # fmt: skip
OKX: Fields = {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "instFamily": "BTC-USDT", "settleCcy": "USDT", "ctVal": "0.01",
    "ctMult": "1", "ctValCcy": "BTC", "ctType": "linear", "tickSz": "0.1", "lotSz": "0.01", "minSz": "0.01",
    "maxLmtSz": "100000000", "state": "live", "instIdCode": 10458, "upcChg": [],
}  # fmt: skip
DERIBIT: Fields = {
    "instrument_name": "BTC-PERPETUAL", "kind": "future", "instrument_type": "reversed", "base_currency": "BTC",
    "quote_currency": "USD", "settlement_currency": "BTC", "settlement_period": "perpetual", "tick_size": 0.5,
    "tick_size_steps": [], "contract_size": 10, "min_trade_amount": 10, "maker_commission": 0.0, "state": "open",
    "taker_commission": 0.0005, "is_active": True, "expiration_timestamp": 32503708800000,
}  # fmt: skip
HTX: Fields = {
    "symbol": "BTC", "contract_code": "BTC-USDT", "contract_size": 0.001, "price_tick": 0.1, "contract_status": 1,
    "delivery_time": "", "delivery_date": "",
}  # fmt: skip
HTX_SPOT: Fields = {
    "symbol": "btcusdt", "base-currency": "btc", "quote-currency": "usdt", "price-precision": 2, "state": "online",
    "amount-precision": 6, "limit-order-min-order-amt": 0.0001, "min-order-value": 10, "api-trading": "enabled",
}  # fmt: skip
BIGONE: Fields = {
    "symbol": "BTCUSDT", "baseCurrency": "BTC", "quoteCurrency": "USDT", "settleCurrency": "USDT", "isInverse": False,
    "multiplier": 0.001, "priceStep": 0.5, "initialMargin": 0.01, "enable": True,
}  # fmt: skip
CASES: list[tuple[str, str, Fields, Fields, Fields]] = [
    ("binance", "spot", BINANCE, {"isSpotTradingAllowed": None, "permissionSets": [["SPOT"]]}, {"tradable": True}),
    ("binance", "spot", BINANCE, {"isSpotTradingAllowed": False}, {"tradable": False}),
    ("bybit", "linear", BYBIT, {"fundingInterval": "60"}, {"funding_interval": 1}),
    ("bybit", "linear", BYBIT, {"fundingInterval": None}, {"funding_interval": 8}),
    ("bybit", "linear", BYBIT, {"leverageFilter": None}, {"max_leverage": None}),
    ("okx", "public", OKX, {"instIdCode": None}, {"number": 0}),
    ("okx", "public", OKX, {"instIdCode": "10458"}, {"number": 10458}),
    ("okx", "public", OKX, {"maxLmtSz": None}, {"max_size": None}),
    ("okx", "public", OKX, {"maxLmtSz": "0"}, {"max_size": None}),
    ("deribit", "public", DERIBIT, {"tick_size_steps": None}, {"tick": Decimal("0.5")}),
    ("deribit", "public", DERIBIT, {"state": None}, {"tradable": True}),
    ("deribit", "public", DERIBIT, {"maker_commission": None}, {"maker_fee": 0}),
    ("htx", "linear", HTX, {"contract_status": "1"}, {"tradable": True}),
    ("htx", "linear", HTX, {"contract_status": "3", "contract_size": "0.001"}, {"tradable": False}),
    ("htx", "spot", HTX_SPOT, {"price-precision": "4", "min-order-value": "10"}, {"tick": Decimal("0.0001")}),
    ("bigone", "contract", BIGONE, {"multiplier": "1E-3", "initialMargin": None}, {"contract_size": Decimal("0.001")}),
]
ENVELOPES: dict[str, Callable[[Fields], Any]] = {
    "binance": lambda row: {"symbols": [row]},
    "bybit": lambda row: {"retCode": 0, "result": {"category": "linear", "list": [row]}},
    "okx": lambda row: {"code": "0", "msg": "", "data": [row]},
    "deribit": lambda row: {"jsonrpc": "2.0", "result": [row]},
    "htx": lambda row: {"status": "ok", "data": [row], "ts": 1},
    "bigone": lambda row: [row],
}


@pytest.mark.parametrize(("venue", "line", "row", "odd", "expected"), CASES)
def test_a_row_in_an_odd_shape_is_still_a_market(
    venue: str, line: str, row: Fields, odd: Fields, expected: Fields
) -> None:
    (plain,) = VENUES[venue].decode_instruments(line, json.dumps(ENVELOPES[venue](row)).encode())
    (found,) = VENUES[venue].decode_instruments(line, json.dumps(ENVELOPES[venue](row | odd)).encode())
    assert found.symbol == plain.symbol
    assert plain.tradable
    assert {name: getattr(found, name) for name in expected} == expected

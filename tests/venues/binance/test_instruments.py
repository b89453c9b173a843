"""Instruments from exchange information of several ages."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.venues.binance.instruments import decode_instruments
from basisdesk.venues.binance.known import well_known
from basisdesk.venues.binance.symbols import symbol_of

PRICE = {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01000000"}
LOT = {"filterType": "LOT_SIZE", "minQty": "0.00010000", "maxQty": "9000.00000000", "stepSize": "0.00001000"}
MARKET_LOT = {"filterType": "MARKET_LOT_SIZE", "minQty": "0.0", "maxQty": "128.52621715", "stepSize": "0.0"}
COUNT = {"filterType": "MAX_NUM_ORDERS", "limit": 200}
SPOT: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "status": "TRADING",
    "baseAsset": "BTC",
    "quoteAsset": "USDT",
    "filters": [PRICE, LOT, MARKET_LOT, COUNT, {"filterType": "NOTIONAL", "minNotional": "5.00000000"}],
}
USDM: dict[str, Any] = SPOT | {
    "pair": "BTCUSDT",
    "contractType": "PERPETUAL",
    "deliveryDate": 4133404800000,
    "marginAsset": "USDT",
    "pricePrecision": 7,
    "filters": [PRICE, LOT, {"filterType": "MIN_NOTIONAL", "notional": "100"}],
}
COINM: dict[str, Any] = {
    "symbol": "BTCUSD_PERP",
    "pair": "BTCUSD",
    "contractStatus": "TRADING",
    "contractType": "PERPETUAL",
    "deliveryDate": 4133404800000,
    "contractSize": 100,
    "marginAsset": "BTC",
    "baseAsset": "BTC",
    "quoteAsset": "USD",
    "filters": [
        {"filterType": "PRICE_FILTER", "tickSize": "0.1"},
        {"filterType": "LOT_SIZE", "minQty": "1", "maxQty": "1000000", "stepSize": "1"},
    ],
}


def decode(line: str, *rows: object) -> list[Instrument]:
    return decode_instruments(line, json.dumps({"timezone": "UTC", "symbols": rows}).encode())


def test_a_spot_market() -> None:
    assert decode("spot", SPOT) == [
        Instrument(
            symbol="binance:BTC/USDT",
            venue="binance",
            market="spot",
            code="BTCUSDT",
            kind=Kind.SPOT,
            margin=Margin.SPOT,
            base="BTC",
            quote="USDT",
            settle="USDT",
            contract_size=Decimal(1),
            sized_in_contracts=False,
            tick=Decimal("0.01"),
            step=Decimal("0.00001"),
            min_size=Decimal("0.0001"),
            max_size=Decimal(9000),
            min_notional=Decimal(5),
            maker_fee=Decimal("0.001"),
            taker_fee=Decimal("0.001"),
        )
    ]


def test_a_linear_perpetual() -> None:
    (found,) = decode("usdm", USDM)
    assert (found.symbol, found.kind, found.margin) == ("binance:BTC/USDT:USDT", Kind.PERPETUAL, Margin.LINEAR)
    assert (found.settle, found.contract_size, found.sized_in_contracts) == ("USDT", Decimal(1), False)
    assert (found.min_notional, found.funding_interval, found.expiry) == (Decimal(100), 8, None)
    assert (found.maker_fee, found.taker_fee) == (Decimal("0.0002"), Decimal("0.0005"))
    assert found.tick == Decimal("0.01")


def test_a_linear_dated_future() -> None:
    dated = {"symbol": "BTCUSDT_261225", "contractType": "CURRENT_QUARTER", "deliveryDate": 1798185600000}
    (found,) = decode("usdm", USDM | dated)
    assert (found.symbol, found.kind) == ("binance:BTC/USDT:USDT-261225", Kind.DATED)
    assert (found.expiry, found.funding_interval) == (1798185600000 * 10**6, None)


def test_an_inverse_perpetual_is_sized_in_contracts() -> None:
    (found,) = decode("coinm", COINM)
    assert (found.symbol, found.kind, found.margin) == ("binance:BTC/USD:BTC", Kind.PERPETUAL, Margin.INVERSE)
    assert (found.settle, found.contract_size, found.sized_in_contracts) == ("BTC", Decimal(100), True)
    assert found.tradable
    assert [found.step, found.min_size, found.max_size, found.min_notional] == [1, 1, 1000000, 0]


def test_an_inverse_dated_future() -> None:
    dated = {"symbol": "BTCUSD_210924", "contractType": "NEXT_QUARTER", "deliveryDate": 1632470400000}
    (found,) = decode("coinm", COINM | dated)
    assert (found.symbol, found.expiry) == ("binance:BTC/USD:BTC-210924", 1632470400000 * 10**6)


@pytest.mark.parametrize(
    "change",
    [
        {"contractType": "PERPETUAL DELIVERING", "status": "SETTLING", "deliveryDate": 1700000000000},
        {"contractType": "TRADIFI_PERPETUAL"},
        {"contractType": ""},
    ],
)
def test_every_sort_of_perpetual_is_one(change: dict[str, object]) -> None:
    (found,) = decode("usdm", USDM | change)
    assert (found.kind, found.symbol, found.expiry) == (Kind.PERPETUAL, "binance:BTC/USDT:USDT", None)


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("spot", SPOT | {"status": "BREAK"}),
        ("usdm", USDM | {"status": "SETTLING"}),
        ("coinm", COINM | {"contractStatus": "DELIVERING"}),
        ("coinm", COINM | {"contractStatus": ""}),
    ],
)
def test_a_market_that_does_not_trade_is_not_tradable(line: str, row: dict[str, Any]) -> None:
    assert not decode(line, row)[0].tradable


@pytest.mark.parametrize("name", ["MIN_NOTIONAL", "NOTIONAL"])
def test_both_names_of_the_smallest_value_are_read(name: str) -> None:
    (found,) = decode("spot", SPOT | {"filters": [PRICE, LOT, {"filterType": name, "minNotional": "10.50000000"}]})
    assert found.min_notional == Decimal("10.5")


def test_limits_that_are_not_stated_are_none_or_the_step() -> None:
    lot = {"filterType": "LOT_SIZE", "minQty": "0.00000000", "maxQty": "0.00", "stepSize": "0.001"}
    (found,) = decode("spot", SPOT | {"filters": [PRICE, lot]})
    assert (found.min_size, found.max_size, found.min_notional) == (Decimal("0.001"), None, Decimal(0))


def test_the_limits_of_market_orders_serve_where_they_alone_are_given() -> None:
    lot = {"filterType": "MARKET_LOT_SIZE", "minQty": "1", "maxQty": "7", "stepSize": "1"}
    (found,) = decode("coinm", COINM | {"filters": [PRICE, lot]})
    assert found.max_size == 7


@pytest.mark.parametrize(
    "row",
    [
        SPOT | {"filters": []},
        SPOT | {"filters": [PRICE]},
        SPOT | {"filters": [PRICE, LOT | {"stepSize": "0.000"}]},
        SPOT | {"filters": [PRICE | {"tickSize": "0"}, LOT]},
        SPOT | {"filters": [PRICE | {"tickSize": "NaN"}, LOT]},
        SPOT | {"filters": [PRICE, LOT | {"minQty": "-1"}]},
        SPOT | {"filters": [PRICE, LOT | {"maxQty": "many"}]},
        SPOT | {"filters": "none"},
        SPOT | {"symbol": "BTC/USDT"},
        SPOT | {"baseAsset": ""},
        {"symbol": "BTCUSDT"},
        "text",
        7,
        None,
    ],
)
def test_an_odd_row_is_left_out_and_the_rest_stays(row: object) -> None:
    good = SPOT | {"symbol": "ETHUSDT", "baseAsset": "ETH"}
    assert [found.symbol for found in decode("spot", row, good)] == ["binance:ETH/USDT"]


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("coinm", COINM | {"contractSize": 0}),
        ("coinm", COINM | {"contractSize": "1e999999999"}),
        ("coinm", COINM | {"marginAsset": "USDT"}),
        ("usdm", COINM),
        ("coinm", COINM | {"symbol": "BTCUSD_210924", "contractType": "CURRENT_QUARTER"}),
        ("usdm", USDM | {"symbol": "BTCUSDT_SETTLED", "deliveryDate": 1700000000000}),
        ("usdm", USDM | {"symbol": "BTCUSDT_210924", "contractType": "", "deliveryDate": 0}),
    ],
)
def test_a_contract_whose_terms_contradict_its_line_is_left_out(line: str, row: dict[str, Any]) -> None:
    good = {"usdm": USDM, "coinm": COINM}[line]
    assert len(decode(line, row, good)) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"symbols":{}}',
        b'{"code":-1003,"msg":"no"}',
        b"\xff\xfe",
        b'{"symbols":[{}]}',
        b"[",
    ],
)
def test_a_body_that_is_no_exchange_information_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_instruments("spot", body)


def test_an_empty_list_is_a_list() -> None:
    assert decode("spot") == []


def test_an_unknown_line_is_refused() -> None:
    with pytest.raises(DecodeError, match="no product line"):
        decode_instruments("options", b"{}")


def test_the_well_known_markets_have_their_published_terms() -> None:
    known = {found.symbol: found for found in well_known()}
    spot, usdm, coinm = (known[f"binance:BTC/{rest}"] for rest in ("USDT", "USDT:USDT", "USD:BTC"))
    assert (spot.tick, spot.step, spot.min_notional) == (Decimal("0.01"), Decimal("0.00001"), Decimal(5))
    assert (usdm.tick, usdm.step, usdm.min_notional) == (Decimal("0.1"), Decimal("0.001"), Decimal(100))
    assert (coinm.tick, coinm.step, coinm.contract_size) == (Decimal("0.1"), Decimal(1), Decimal(100))
    assert known["binance:ETH/USD:ETH"].contract_size == 10
    assert all(found.tradable and found.symbol == symbol_of(found.market, found.code) for found in known.values())
    assert len(known) == len(well_known()) == 26

"""Instruments from REST rows, pages of them, and the tables of well-known markets."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.venues.bybit import VENUE
from basisdesk.venues.bybit.instruments import next_page

SPOT: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "baseCoin": "BTC",
    "quoteCoin": "USDT",
    "status": "Trading",
    "lotSizeFilter": {
        "basePrecision": "0.000001",
        "quotePrecision": "0.0000001",
        "minOrderQty": "0.000011",
        "maxOrderQty": "83",
        "minOrderAmt": "5",
        "maxOrderAmt": "8000000",
        "maxLimitOrderQty": "230",
        "maxMarketOrderQty": "120",
    },
    "priceFilter": {"tickSize": "0.1"},
}
LINEAR: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "contractType": "LinearPerpetual",
    "status": "Trading",
    "baseCoin": "BTC",
    "quoteCoin": "USDT",
    "settleCoin": "USDT",
    "deliveryTime": "0",
    "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
    "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
    "lotSizeFilter": {
        "maxOrderQty": "1500.000",
        "minOrderQty": "0.001",
        "qtyStep": "0.001",
        "maxMktOrderQty": "150.000",
        "minNotionalValue": "5",
    },
    "fundingInterval": 480,
    "upperFundingRate": "0.005",
    "lowerFundingRate": "-0.005",
}
DATED = LINEAR | {
    "symbol": "BTCUSDT-25DEC26",
    "contractType": "LinearFutures",
    "deliveryTime": "1798185600000",
    "fundingInterval": 0,
}
INVERSE: dict[str, Any] = LINEAR | {
    "symbol": "BTCUSD",
    "contractType": "InversePerpetual",
    "quoteCoin": "USD",
    "settleCoin": "BTC",
    "lotSizeFilter": {"maxOrderQty": "25000000", "minOrderQty": "1", "qtyStep": "1"},
}


def body(*rows: Any, **result: Any) -> bytes:
    return json.dumps({"retCode": 0, "retMsg": "OK", "result": {"list": list(rows)} | result}).encode()


def only(line: str, row: dict[str, Any]) -> Instrument:
    (found,) = VENUE.decode_instruments(line, body(row))
    return found


def test_spot_is_sized_in_coin_with_its_own_keys() -> None:
    found = only("spot", SPOT)
    assert (found.symbol, found.kind, found.margin, found.settle) == (
        "bybit:BTC/USDT",
        Kind.SPOT,
        Margin.SPOT,
        "USDT",
    )
    assert (found.tick, found.step, found.min_size) == (Decimal("0.1"), Decimal("0.000001"), Decimal("0.000011"))
    assert (found.max_size, found.min_notional, found.max_leverage) == (Decimal(230), Decimal(5), None)
    assert (found.sized_in_contracts, found.funding_interval, found.expiry) == (False, None, None)
    assert (found.maker_fee, found.taker_fee, found.tradable) == (Decimal("0.001"), Decimal("0.001"), True)


def test_a_linear_perpetual_is_sized_in_coin_and_funded_in_hours() -> None:
    found = only("linear", LINEAR)
    assert (found.symbol, found.kind, found.margin) == ("bybit:BTC/USDT:USDT", Kind.PERPETUAL, Margin.LINEAR)
    assert (found.contract_size, found.sized_in_contracts, found.funding_interval) == (Decimal(1), False, 8)
    assert (found.step, found.max_size, found.min_notional) == (Decimal("0.001"), Decimal(1500), Decimal(5))
    assert (found.max_leverage, found.maker_fee, found.taker_fee) == (
        Decimal(100),
        Decimal("0.0002"),
        Decimal("0.00055"),
    )


def test_a_usdc_perpetual_is_named_by_its_coins() -> None:
    found = only("linear", LINEAR | {"symbol": "BTCPERP", "quoteCoin": "USDC", "settleCoin": "USDC"})
    assert (found.symbol, found.code) == ("bybit:BTC/USDC:USDC", "BTCPERP")


def test_a_dated_future_is_named_by_its_delivery_day() -> None:
    found = only("linear", DATED)
    assert (found.symbol, found.kind) == ("bybit:BTC/USDT:USDT-261225", Kind.DATED)
    assert (found.expiry, found.funding_interval) == (1_798_185_600_000_000_000, None)


def test_inverse_contracts_count_dollars_and_settle_in_coin() -> None:
    found = only("inverse", INVERSE)
    assert (found.symbol, found.margin, found.settle) == ("bybit:BTC/USD:BTC", Margin.INVERSE, "BTC")
    assert (found.contract_size, found.sized_in_contracts, found.min_notional) == (Decimal(1), True, Decimal(0))
    dated = INVERSE | {"symbol": "BTCUSDZ26", "contractType": "InverseFutures", "deliveryTime": "1798185600000"}
    assert only("inverse", dated).symbol == "bybit:BTC/USD:BTC-261225"


def test_a_perpetual_that_is_being_delisted_has_no_expiry() -> None:
    found = only("linear", LINEAR | {"deliveryTime": "1798185600000", "status": "Delivering"})
    assert (found.kind, found.expiry, found.tradable) == (Kind.PERPETUAL, None, False)


@pytest.mark.parametrize(("minutes", "hours"), [(60, 1), (240, 4), (1440, 24), (0, 8), (8, 8), (90, 8), (-60, 8)])
def test_funding_minutes_are_told_in_hours_or_the_usual_eight(minutes: int, hours: int) -> None:
    assert only("linear", LINEAR | {"fundingInterval": minutes}).funding_interval == hours


def test_limits_that_are_not_stated_are_none_or_zero() -> None:
    found = only("linear", LINEAR | {"lotSizeFilter": {"qtyStep": "0.5"}, "leverageFilter": {"maxLeverage": "0"}})
    assert (found.min_size, found.max_size, found.min_notional, found.max_leverage) == (
        Decimal("0.5"),
        None,
        Decimal(0),
        None,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"symbol": "BTC USDT"},
        {"baseCoin": ""},
        {"settleCoin": "USDC"},
        {"contractType": "InversePerpetual"},
        {"contractType": "LinearFutures"},
        {"contractType": "LinearFutures", "deliveryTime": "soon"},
        {"optionsType": "Call"},
        {"priceFilter": {"tickSize": "0"}},
        {"priceFilter": {"tickSize": "NaN"}},
        {"priceFilter": {"tickSize": "x"}},
        {"priceFilter": {}},
        {"lotSizeFilter": {"qtyStep": ""}},
        {"lotSizeFilter": {"qtyStep": "1", "minOrderQty": "-1"}},
        {"lotSizeFilter": {"qtyStep": "1", "maxOrderQty": "Infinity"}},
        {"fundingInterval": "often"},
    ],
)
def test_a_row_that_cannot_be_used_is_left_out(change: dict[str, Any]) -> None:
    assert [each.code for each in VENUE.decode_instruments("linear", body(LINEAR | change, DATED))] == [DATED["symbol"]]
    with pytest.raises(DecodeError, match="none of the 1 rows is an instrument of bybit linear"):
        VENUE.decode_instruments("linear", body(LINEAR | change))


def test_rows_of_another_line_are_passed_over() -> None:
    assert len(VENUE.decode_instruments("inverse", body(LINEAR, INVERSE, DATED))) == 1
    for line, row in (("spot", LINEAR), ("linear", SPOT), ("inverse", SPOT)):
        with pytest.raises(DecodeError, match="none of the 1 rows"):
            VENUE.decode_instruments(line, body(row))


@pytest.mark.parametrize(
    ("line", "answer", "message"),
    [
        ("option", body(LINEAR), "no product line 'option'"),
        ("linear", b"", "no instruments reply"),
        ("linear", b"[]", "no instruments reply"),
        ("linear", b'{"result":{"list":[]}}', "no instruments reply"),
        ("linear", b'{"retCode":0,"result":{}}', "no instruments reply"),
        ("linear", b'{"retCode":0}', "no instruments reply"),
        ("linear", b'{"retCode":0,"result":{"list":' + b"[" * 9_000 + b"}}", "no instruments reply"),
        ("linear", b'{"retCode":10001,"retMsg":"params error","result":{}}', "answered .* 10001 params error"),
        ("linear", body(LINEAR, category="inverse"), "a list of 'inverse', not of linear"),
    ],
)
def test_a_body_that_is_no_list_of_the_line_is_refused(line: str, answer: bytes, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        VENUE.decode_instruments(line, answer)


def test_an_empty_list_is_no_error() -> None:
    assert VENUE.decode_instruments("linear", body(category="linear", nextPageCursor="")) == []


def test_the_next_page_follows_the_cursor() -> None:
    more = body(LINEAR, category="linear", nextPageCursor="first%3DA%26last%3DB")
    assert next_page("linear", more) == (
        "/v5/market/instruments-info?category=linear&limit=1000&cursor=first%3DA%26last%3DB"
    )
    assert next_page("linear", body(LINEAR, nextPageCursor="")) is None
    assert next_page("spot", body(SPOT)) is None
    assert next_page("linear", body(LINEAR, nextPageCursor=None)) is None


def test_well_known_markets_are_named_as_their_codes_say() -> None:
    known = VENUE.well_known()
    assert {each.market for each in known} == {"spot", "linear", "inverse"}
    assert all(each.symbol == VENUE.symbol_of(each.market, each.code) and each.tradable for each in known)
    assert len({(each.market, each.code) for each in known}) == len(known)
    assert only("linear", LINEAR) in known


def test_dated_futures_of_known_families_tell_their_terms() -> None:
    found = VENUE.terms_of("linear", "BTCUSDT-25DEC26")
    assert found is not None
    assert (found.symbol, found.expiry) == ("bybit:BTC/USDT:USDT-261225", 1_798_185_600_000_000_000)
    assert (found.tick, found.max_size, found.max_leverage) == (Decimal("0.1"), Decimal(10), Decimal(50))
    inverse = VENUE.terms_of("inverse", "ETHUSDZ26")
    assert inverse is not None
    assert (inverse.symbol, inverse.settle, inverse.kind) == ("bybit:ETH/USD:ETH-261225", "ETH", Kind.DATED)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("linear", "BTCUSDT"),
        ("linear", "BTC-25DEC26"),
        ("linear", "PEPEUSDT-25DEC26"),
        ("spot", "BTCUSDT-25DEC26"),
        ("inverse", "BTCUSD"),
        ("inverse", "PEPEUSDZ26"),
        ("linear", "no code"),
    ],
)
def test_other_codes_tell_no_terms(line: str, code: str) -> None:
    assert VENUE.terms_of(line, code) is None

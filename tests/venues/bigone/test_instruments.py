"""Instruments from the REST lists, and the terms kept in the package."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Kind, Margin
from basisdesk.venues.bigone import VENUE

PAIR: dict[str, Any] = {
    "id": "550b34db", "name": "BTC-USDT", "base_scale": 6, "quote_scale": 2,
    "base_asset": {"id": "0df9c3c3", "symbol": "BTC", "name": "Bitcoin"},
    "quote_asset": {"id": "17082d1c", "symbol": "USDT", "name": "TetherUS"},
    "min_quote_value": "10", "max_quote_value": "1000000",
}  # fmt: skip
LINEAR: dict[str, Any] = {
    "symbol": "XRPUSDT", "baseCurrency": "XRP", "quoteCurrency": "USDT", "settleCurrency": "USDT", "enable": True,
    "isInverse": False, "multiplier": "1E+2", "priceStep": "0.0001", "initialMargin": "0.020000000",
    "maxRiskLimit": "2.1E+6", "pricePrecision": "4", "priceMax": "1E+8",
}  # fmt: skip
INVERSE = LINEAR | {
    "symbol": "BTCUSD", "baseCurrency": "BTC", "quoteCurrency": "USD", "settleCurrency": "BTC", "isInverse": True,
    "multiplier": 1, "priceStep": 0.5, "initialMargin": 0.015,
}  # fmt: skip


def one(line: str, row: dict[str, Any]) -> Any:
    (instrument,) = VENUE.decode_instruments(line, json.dumps([row]).encode())
    return instrument


def test_a_spot_pair_is_sized_in_coin_and_has_a_least_value() -> None:
    spot = one("spot", PAIR)
    assert (spot.symbol, spot.market, spot.code, spot.kind) == ("bigone:BTC/USDT", "spot", "BTC-USDT", Kind.SPOT)
    assert (spot.base, spot.quote, spot.settle, spot.margin) == ("BTC", "USDT", "USDT", Margin.SPOT)
    assert (spot.tick, spot.step, spot.min_size) == (Decimal("0.01"), Decimal("0.000001"), Decimal("0.000001"))
    assert (spot.min_notional, spot.max_size, spot.tradable, spot.funding_interval) == (10, None, True, None)
    assert not spot.sized_in_contracts


def test_numbers_may_be_text_and_the_list_may_stand_in_an_envelope() -> None:
    row = PAIR | {"base_scale": "6", "quote_scale": "2", "min_quote_value": 10}
    for code in (0, "0"):
        body = json.dumps({"code": code, "data": [row]}).encode()
        assert VENUE.decode_instruments("spot", body) == [one("spot", PAIR)]


def test_a_linear_perpetual_is_counted_in_contracts_of_coin() -> None:
    swap = one("contract", LINEAR)
    assert (swap.symbol, swap.kind, swap.margin) == ("bigone:XRP/USDT:USDT", Kind.PERPETUAL, Margin.LINEAR)
    assert (str(swap.contract_size), swap.sized_in_contracts) == ("100", True)
    assert (swap.tick, swap.step, swap.min_size) == (Decimal("0.0001"), 1, 1)
    assert (swap.max_leverage, swap.funding_interval, swap.expiry) == (50, 8, None)


def test_an_inverse_perpetual_is_counted_in_contracts_of_dollars() -> None:
    swap = one("contract", INVERSE)
    assert (swap.symbol, swap.margin, swap.settle) == ("bigone:BTC/USD:BTC", Margin.INVERSE, "BTC")
    assert (swap.contract_size, swap.tick, swap.max_leverage) == (1, Decimal("0.5"), 66)


def test_a_contract_may_be_closed_for_trading_or_tell_no_margin() -> None:
    assert not one("contract", LINEAR | {"enable": False}).tradable
    assert (
        one("contract", {name: value for name, value in LINEAR.items() if name != "initialMargin"}).max_leverage is None
    )
    assert one("contract", LINEAR | {"initialMargin": 3}).max_leverage == 1


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("spot", PAIR | {"name": "BTCUSDT"}),
        ("spot", PAIR | {"name": "BTC-USDC"}),
        ("spot", PAIR | {"base_scale": -1}),
        ("spot", PAIR | {"quote_scale": 31}),
        ("spot", PAIR | {"quote_scale": None}),
        ("spot", PAIR | {"min_quote_value": "-1"}),
        ("spot", PAIR | {"min_quote_value": "NaN"}),
        ("spot", LINEAR),
        ("contract", PAIR),
        ("contract", LINEAR | {"settleCurrency": "XRP"}),
        ("contract", INVERSE | {"settleCurrency": "USD"}),
        ("contract", LINEAR | {"quoteCurrency": "XRP", "settleCurrency": "XRP"}),
        ("contract", LINEAR | {"baseCurrency": ""}),
        ("contract", LINEAR | {"symbol": "x y"}),
        ("contract", LINEAR | {"multiplier": "0"}),
        ("contract", LINEAR | {"priceStep": "Infinity"}),
        ("contract", LINEAR | {"initialMargin": "-0.01"}),
        ("contract", LINEAR | {"multiplier": "much"}),
    ],
)
def test_a_row_that_cannot_be_used_is_left_out(line: str, row: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match=f"none of the 1 rows is an instrument of bigone {line}"):
        one(line, row)
    good = PAIR if line == "spot" else LINEAR
    assert len(VENUE.decode_instruments(line, json.dumps([row, good]).encode())) == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"code":10429,"message":"too many"}', "with 10429 too many"),
        (b'{"code":0,"data":{}}', "no list of instruments"),
        (b'{"code":0}', "no list of instruments"),
        (b"<html>", "no list of instruments"),
        (b"[" * 100_000, "no list of instruments"),
        (b"", "no list of instruments"),
    ],
)
def test_a_body_that_is_no_list_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(DecodeError, match=says):
        VENUE.decode_instruments("spot", body)


def test_an_empty_list_has_no_instruments() -> None:
    assert VENUE.decode_instruments("contract", b"[]") == []


def test_an_unknown_line_has_no_list() -> None:
    with pytest.raises(DecodeError, match="no product line"):
        VENUE.decode_instruments("margin", b"[]")


def test_the_terms_of_well_known_markets_are_kept() -> None:
    known = {instrument.code: instrument for instrument in VENUE.well_known()}
    assert len(known) == len(VENUE.well_known()) == 8
    assert all(instrument.symbol == VENUE.symbol_of(instrument.market, code) for code, instrument in known.items())
    assert known["BTC-USDT"] == one("spot", PAIR)
    assert known["XRPUSDT"] == one("contract", LINEAR)
    assert (known["BTCUSD"].margin, known["BTCUSD"].contract_size) == (Margin.INVERSE, Decimal(1))

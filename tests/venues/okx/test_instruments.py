"""Instruments from the REST list, and the terms kept in the package."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Kind, Margin
from basisdesk.venues.okx import VENUE

SPOT = {
    "instType": "SPOT", "instId": "BTC-USDT", "baseCcy": "BTC", "quoteCcy": "USDT", "settleCcy": "", "uly": "",
    "ctType": "", "ctVal": "", "ctMult": "", "ctValCcy": "", "expTime": "", "lever": "10", "state": "live",
    "tickSz": "0.1", "lotSz": "0.00000001", "minSz": "0.00001", "maxLmtSz": "9999999999", "instFamily": "",
}  # fmt: skip
SWAP = SPOT | {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "baseCcy": "", "quoteCcy": "", "settleCcy": "USDT",
    "uly": "BTC-USDT", "instFamily": "BTC-USDT", "ctType": "linear", "ctVal": "0.01", "ctMult": "1", "ctValCcy": "BTC",
    "lever": "100", "lotSz": "0.01", "minSz": "0.01", "maxLmtSz": "100000000", "instIdCode": 10459,
}  # fmt: skip
INVERSE = SWAP | {
    "instType": "FUTURES", "instId": "BTC-USD-220527", "settleCcy": "BTC", "uly": "BTC-USD", "instFamily": "BTC-USD",
    "ctType": "inverse", "ctVal": "100", "ctValCcy": "USD", "expTime": "1653638400000", "lotSz": "1", "minSz": "1",
}  # fmt: skip


def body(*rows: object, code: str = "0") -> bytes:
    return json.dumps({"code": code, "msg": "", "data": list(rows)}).encode()


def one(row: dict[str, Any]) -> Any:
    (instrument,) = VENUE.decode_instruments("public", body(row))
    return instrument


def test_spot_is_sized_in_coin_and_has_no_leverage() -> None:
    spot = one(SPOT)
    assert (spot.symbol, spot.venue, spot.market, spot.code) == ("okx:BTC/USDT", "okx", "public", "BTC-USDT")
    assert (spot.kind, spot.margin, spot.base, spot.quote, spot.settle) == (
        Kind.SPOT, Margin.SPOT, "BTC", "USDT", "USDT",
    )  # fmt: skip
    assert (spot.contract_size, spot.sized_in_contracts, spot.tick) == (Decimal(1), False, Decimal("0.1"))
    assert (spot.step, spot.min_size, spot.max_size) == (Decimal("1E-8"), Decimal("0.00001"), Decimal(9999999999))
    assert (spot.max_leverage, spot.expiry, spot.funding_interval, spot.min_notional) == (None, None, None, 0)
    assert (spot.maker_fee, spot.taker_fee, spot.tradable) == (Decimal("0.0008"), Decimal("0.001"), True)


def test_a_linear_perpetual_is_sized_in_contracts_of_coin() -> None:
    swap = one(SWAP | {"ctMult": "10"})
    assert (swap.symbol, swap.kind, swap.margin, swap.settle) == (
        "okx:BTC/USDT:USDT", Kind.PERPETUAL, Margin.LINEAR, "USDT",
    )  # fmt: skip
    assert (swap.contract_size, swap.sized_in_contracts, swap.step) == (Decimal("0.1"), True, Decimal("0.01"))
    assert (swap.max_leverage, swap.funding_interval, swap.expiry) == (100, 8, None)
    assert swap.number == 10459
    assert (swap.maker_fee, swap.taker_fee) == (Decimal("0.0002"), Decimal("0.0005"))


def test_an_inverse_future_is_sized_in_contracts_of_dollars_and_expires() -> None:
    future = one(INVERSE | {"ctMult": ""})
    assert (future.symbol, future.kind, future.margin) == ("okx:BTC/USD:BTC-220527", Kind.DATED, Margin.INVERSE)
    assert (future.quote, future.settle, future.contract_size) == ("USD", "BTC", 100)
    assert (future.expiry, future.funding_interval) == (1_653_638_400_000_000_000, None)


def test_an_x_perpetual_is_dated_and_pays_funding() -> None:
    row = SWAP | {
        "instType": "FUTURES", "instId": "BTC-USD_UM-310404", "uly": "BTC-USD", "instFamily": "BTC-USD_UM",
        "settleCcy": "USD", "ruleType": "xperp", "expTime": "1933056000000",
    }  # fmt: skip
    future = one(row)
    assert (future.symbol, future.margin, future.quote) == ("okx:BTC/USD:USD-310404", Margin.LINEAR, "USD")
    assert (future.kind, future.funding_interval) == (Kind.DATED, 8)
    assert VENUE.symbol_of("public", "BTC-USD_UM-310404") == future.symbol


@pytest.mark.parametrize("state", ["suspend", "preopen", "post_only", ""])
def test_only_a_live_instrument_is_tradable(state: str) -> None:
    assert not one(SPOT | {"state": state}).tradable


@pytest.mark.parametrize(
    "bad",
    [
        SPOT | {"tickSz": ""}, SPOT | {"lotSz": "0"}, SPOT | {"minSz": "-1"}, SPOT | {"maxLmtSz": "NaN"},
        SPOT | {"baseCcy": ""}, SPOT | {"instId": "ETH-USDT"}, SPOT | {"instType": "FISH"}, SPOT | {"tickSz": 5},
        SWAP | {"ctVal": "0"}, SWAP | {"ctVal": "Infinity"}, SWAP | {"ctType": ""}, SWAP | {"ctValCcy": "ETH"},
        SWAP | {"ctType": "linear", "settleCcy": "BTC"}, SWAP | {"settleCcy": ""}, SWAP | {"instId": "BTC-USDC-SWAP"},
        INVERSE | {"expTime": ""}, INVERSE | {"expTime": "later"}, INVERSE | {"settleCcy": "USDT"},
        SWAP | {"lever": "x"}, 7, None, [],
    ],
)  # fmt: skip
def test_a_bad_row_does_not_lose_the_rest_and_alone_is_an_error(bad: object) -> None:
    codes = [found.code for found in VENUE.decode_instruments("public", body(SPOT, bad, SWAP))]
    assert codes == ["BTC-USDT", "BTC-USDT-SWAP"]
    with pytest.raises(DecodeError, match="none of the 1 rows is an instrument"):
        VENUE.decode_instruments("public", body(bad))


def test_margin_repeats_spot_and_options_are_passed_over() -> None:
    rows = [SPOT | {"instType": "MARGIN"}, {"instType": "OPTION", "instId": "BTC-USD-210924-66000-C"}]
    assert VENUE.decode_instruments("public", body(*rows)) == []
    assert VENUE.decode_instruments("public", body(*rows, {"instType": "FISH"})) == []
    assert VENUE.decode_instruments("public", body()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"<html>", "no instruments reply"), (b"{}", "no instruments reply"), (b'{"code":"0","data":{}}', "no instr"),
        (b'{"code":"50011","msg":"Too Many Requests","data":[]}', "50011 Too Many Requests"), (b"\xff", "no instr"),
        (body({"instType": "SPOT", "instId": "BTC-USDT", "last": "1"}), "none of the 1 rows"),
        (body({"asks": [], "bids": [], "ts": "1"}), "none of the 1 rows"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_instruments_reply_is_an_error(text: bytes, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        VENUE.decode_instruments("public", text)


def test_well_known_markets_have_the_published_terms() -> None:
    known = {instrument.code: instrument for instrument in VENUE.well_known()}
    assert len(known) == len(VENUE.well_known()) == 21
    assert all(instrument.symbol == VENUE.symbol_of("public", code) for code, instrument in known.items())
    assert known["BTC-USDT-SWAP"].contract_size == Decimal("0.01")
    assert known["ETH-USDT-SWAP"].contract_size == Decimal("0.1")
    assert (known["BTC-USD-SWAP"].contract_size, known["BTC-USD-SWAP"].margin) == (Decimal(100), Margin.INVERSE)
    assert (known["BTC-USDT"].tick, known["BTC-USDT"].min_size) == (Decimal("0.1"), Decimal("0.00001"))


def test_a_dated_future_of_a_well_known_family_has_its_terms_in_its_code() -> None:
    linear, inverse = VENUE.terms_of("public", "ETH-USDT-261225"), VENUE.terms_of("public", "BTC-USD-220527")
    assert linear is not None
    assert inverse is not None
    assert (linear.symbol, linear.contract_size) == ("okx:ETH/USDT:USDT-261225", Decimal("0.1"))
    assert inverse == one(INVERSE | {"maxLmtSz": "1000000", "lever": "125", "instIdCode": 0})


@pytest.mark.parametrize(
    "code",
    ["BTC-USDT", "BTC-USDT-SWAP", "BTC-EUR-261225", "UNI-USD-261225", "SOL-USDT-261225", "BTC-USD-261399",
     "BTC-USD-26125", "BTC-USD-210924-66000-C", "", "BTC-USD-²61225"],
)  # fmt: skip
def test_other_codes_tell_no_terms(code: str) -> None:
    assert VENUE.terms_of("public", code) is None

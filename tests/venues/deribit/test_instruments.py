"""Instruments from the REST list, and the terms kept in the package."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from basisdesk.domain.check import check_price, check_size
from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Kind, Margin, face_of, notional, unit_worth
from basisdesk.venues.deribit import VENUE

PERPETUAL = {
    "price_index": "btc_usd", "kind": "future", "instrument_name": "BTC-PERPETUAL", "max_leverage": 50,
    "maker_commission": 0.0, "taker_commission": 0.0005, "instrument_type": "reversed", "is_active": True,
    "expiration_timestamp": 32503708800000, "tick_size": 0.5, "contract_size": 10.0, "min_trade_amount": 10.0,
    "future_type": "reversed", "settlement_currency": "BTC", "settlement_period": "perpetual", "base_currency": "BTC",
    "counter_currency": "USD", "quote_currency": "USD", "tick_size_steps": [], "state": "open",
}  # fmt: skip
DATED = PERPETUAL | {
    "instrument_name": "BTC-27NOV26", "expiration_timestamp": 1795766400000, "settlement_period": "month",
}  # fmt: skip
LINEAR = PERPETUAL | {
    "instrument_name": "ETH_USDC-PERPETUAL", "instrument_type": "linear", "future_type": "linear",
    "settlement_currency": "USDC", "base_currency": "ETH", "quote_currency": "USDC", "tick_size": 0.05,
    "contract_size": 0.001, "min_trade_amount": 0.002,
}  # fmt: skip
OLD = {
    key: value
    for key, value in DATED.items()
    if key
    not in {"instrument_type", "future_type", "settlement_currency", "counter_currency", "tick_size_steps", "state"}
}
OPTION = DATED | {"kind": "option", "instrument_name": "BTC-27NOV26-80000-C", "quote_currency": "BTC"}


def body(result: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": result, "testnet": False}).encode()


def one(row: dict[str, Any]) -> Any:
    (instrument,) = VENUE.decode_instruments("public", body([row]))
    return instrument


def test_an_inverse_perpetual_is_sized_in_dollars_in_steps_of_its_contract() -> None:
    future = one(PERPETUAL)
    assert (future.symbol, future.venue, future.market, future.code) == (
        "deribit:BTC/USD:BTC", "deribit", "public", "BTC-PERPETUAL",
    )  # fmt: skip
    assert (future.kind, future.margin) == (Kind.PERPETUAL, Margin.INVERSE)
    assert (future.base, future.quote, future.settle) == ("BTC", "USD", "BTC")
    assert (future.contract_size, future.sized_in_contracts, future.step, future.min_size) == (1, True, 10, 10)
    assert (future.tick, future.max_size, future.min_notional, future.max_leverage) == (Decimal("0.5"), None, 0, 50)
    assert (future.expiry, future.funding_interval, future.tradable) == (None, 8, True)
    assert (future.maker_fee, future.taker_fee) == (0, Decimal("0.0005"))


def test_an_amount_of_an_inverse_future_is_its_value_in_dollars() -> None:
    future = one(PERPETUAL)
    assert unit_worth(future) == 1
    assert face_of(future, Decimal(370)) == notional(future, Decimal(370), Decimal(50000)) == 370
    assert check_size(future, Decimal(370), Decimal(50000)) is None
    refusal = check_size(future, Decimal(375), Decimal(50000))
    assert refusal is not None
    assert refusal.code == "off_step"


def test_a_dated_future_expires_and_pays_no_funding() -> None:
    future = one(DATED)
    assert (future.symbol, future.kind) == ("deribit:BTC/USD:BTC-261127", Kind.DATED)
    assert (future.expiry, future.funding_interval) == (1_795_766_400_000_000_000, None)


def test_a_linear_future_is_sized_in_coin() -> None:
    future = one(LINEAR)
    assert (future.symbol, future.margin, future.settle) == ("deribit:ETH/USDC:USDC", Margin.LINEAR, "USDC")
    assert not future.sized_in_contracts
    assert unit_worth(future) == 1
    assert (future.contract_size, future.step, future.min_size) == (
        Decimal("0.001"), Decimal("0.001"), Decimal("0.002"),
    )  # fmt: skip
    assert notional(future, Decimal("0.5"), Decimal(3000)) == 1500


def test_a_list_of_2021_tells_the_same() -> None:
    assert one(OLD) == one(DATED)
    assert one(LINEAR | {"instrument_type": None, "settlement_currency": None}) == one(LINEAR)
    assert one(OLD | {"maker_commission": -0.0001}).maker_fee == Decimal("-0.0001")
    assert one({key: value for key, value in OLD.items() if key != "max_leverage"}).max_leverage is None


def test_a_tick_that_grows_with_the_price_is_taken_where_it_is_valid_at_any() -> None:
    steps = [{"above_price": 1000, "tick_size": 0.75}, {"above_price": 100000, "tick_size": 2}]
    future = one(PERPETUAL | {"tick_size_steps": steps})
    assert future.tick == 6
    assert check_price(future, Decimal(100002)) is None


@pytest.mark.parametrize(
    ("change", "tradable"),
    [({"is_active": False}, False), ({"state": "closed"}, False), ({"state": "locked"}, False), ({"state": ""}, True)],
)
def test_only_an_open_instrument_is_tradable(change: dict[str, Any], tradable: bool) -> None:
    assert one(PERPETUAL | change).tradable is tradable


@pytest.mark.parametrize(
    "bad",
    [
        PERPETUAL | {"tick_size": 0}, PERPETUAL | {"tick_size": None}, PERPETUAL | {"contract_size": -10},
        PERPETUAL | {"min_trade_amount": "NaN"}, PERPETUAL | {"max_leverage": 0},
        PERPETUAL | {"taker_commission": "NaN"},
        PERPETUAL | {"tick_size_steps": [{"tick_size": 0}]}, PERPETUAL | {"kind": "fish"}, PERPETUAL | {"is_active": 1},
        PERPETUAL | {"base_currency": "ETH"}, PERPETUAL | {"quote_currency": "USDC"},
        PERPETUAL | {"instrument_name": ""},
        PERPETUAL | {"instrument_type": "round"}, PERPETUAL | {"settlement_currency": "USDC"},
        PERPETUAL | {"settlement_period": "month"}, LINEAR | {"settlement_currency": "ETH"},
        LINEAR | {"instrument_type": "reversed"}, LINEAR | {"settlement_currency": "USDT"},
        DATED | {"expiration_timestamp": None}, DATED | {"expiration_timestamp": 0}, DATED | {"settlement_period": ""}
        | {"expiration_timestamp": 32503708800000}, DATED | {"expiration_timestamp": 1795852800000},
        OLD | {"quote_currency": "EUR"}, PERPETUAL | {"tick_size": 1e-99}, 7, None, [],
    ],
)  # fmt: skip
def test_a_bad_row_does_not_lose_the_rest_and_alone_is_an_error(bad: object) -> None:
    codes = [found.code for found in VENUE.decode_instruments("public", body([PERPETUAL, bad, LINEAR]))]
    assert codes == ["BTC-PERPETUAL", "ETH_USDC-PERPETUAL"]
    with pytest.raises(DecodeError, match="none of the 1 rows is an instrument"):
        VENUE.decode_instruments("public", body([bad]))


def test_options_combinations_and_spot_are_passed_over() -> None:
    rows = [OPTION | {"kind": kind} for kind in ("option", "spot", "future_combo", "option_combo")]
    assert VENUE.decode_instruments("public", body(rows)) == []
    assert VENUE.decode_instruments("public", body([*rows, 7])) == []
    assert VENUE.decode_instruments("public", body([])) == []


def test_a_reply_about_one_instrument_is_a_list_of_one() -> None:
    assert VENUE.decode_instruments("public", body(PERPETUAL)) == [one(PERPETUAL)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"<html>", "no instruments reply"), (b"\xff", "no instruments reply"), (b"[]", "no instruments reply"),
        (b"{}", "it has no result"), (b'{"result":null}', "no instruments reply"), (b'{"result":"ok"}', "no instr"),
        (b'{"error":{"code":10028,"message":"too_many_requests"}}', "10028 too_many_requests"),
        (b'{"error":7}', "no instruments reply"),
        (body({"bids": [], "asks": [], "change_id": 1}), "none of the 1 rows"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_instruments_reply_is_an_error(text: bytes, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        VENUE.decode_instruments("public", text)


def test_well_known_markets_have_the_published_terms() -> None:
    known = {instrument.code: instrument for instrument in VENUE.well_known()}
    assert list(known) == ["BTC-PERPETUAL", "ETH-PERPETUAL"]
    assert known["BTC-PERPETUAL"] == one(PERPETUAL)
    ether = known["ETH-PERPETUAL"]
    assert (ether.symbol, ether.tick, ether.step) == ("deribit:ETH/USD:ETH", Decimal("0.05"), Decimal(1))
    assert ether.min_size == 1


def test_a_dated_future_of_a_well_known_family_has_its_terms_in_its_code() -> None:
    assert VENUE.terms_of("public", "BTC-27NOV26") == one(DATED)


@pytest.mark.parametrize(
    "code",
    ["BTC-PERPETUAL", "BTC_USDC-27NOV26", "SOL-27NOV26", "BTC-27NOV26-80000-C", "BTC_USDC", "BTC-29FEB26", "x", ""],
)
def test_other_codes_tell_no_terms(code: str) -> None:
    assert VENUE.terms_of("public", code) is None

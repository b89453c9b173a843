"""Instruments of the four lists, with everything that can be wrong in a row."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Kind, Margin
from basisdesk.venues.htx import VENUE

LONG = {
    "base-currency": "btc",
    "quote-currency": "usdt",
    "price-precision": 2,
    "amount-precision": 6,
    "symbol": "btcusdt",
    "state": "online",
    "min-order-value": 5,
    "limit-order-min-order-amt": 0.0001,
    "limit-order-max-order-amt": 1000,
    "api-trading": "enabled",
}
SHORT = {
    "symbol": "btcusdt", "bc": "btc", "qc": "usdt", "pp": 2, "ap": 6, "state": "online", "at": "enabled",
    "lominoa": 0.0001, "lomaxoa": 1000, "minov": 5,
}  # fmt: skip
SWAP = {
    "symbol": "BTC",
    "contract_code": "BTC-USDT",
    "contract_size": 0.001,
    "price_tick": 0.1,
    "delivery_date": "",
    "delivery_time": "",
    "contract_status": 1,
    "business_type": "swap",
}
COIN = SWAP | {"contract_code": "BTC-USD", "contract_size": 100}
FUTURE = COIN | {"contract_code": "BTC210625", "delivery_date": "20210625", "delivery_time": "1624608000000"}
BODIES = {"spot": LONG, "linear": SWAP, "coin_swap": COIN, "coin_futures": FUTURE}


def body(*rows: Any, status: str = "ok") -> bytes:
    return json.dumps({"status": status, "data": list(rows), "ts": 1}).encode()


@pytest.mark.parametrize("row", [LONG, SHORT])
def test_a_spot_row_of_either_list_becomes_an_instrument(row: dict[str, Any]) -> None:
    (found,) = VENUE.decode_instruments("spot", body(row))
    assert (found.symbol, found.venue, found.market, found.code) == ("htx:BTC/USDT", "htx", "spot", "btcusdt")
    assert (found.kind, found.margin, found.base, found.quote, found.settle) == (
        Kind.SPOT, Margin.SPOT, "BTC", "USDT", "USDT",
    )  # fmt: skip
    assert (found.tick, found.step, found.min_size) == (Decimal("0.01"), Decimal("0.000001"), Decimal("0.0001"))
    assert (found.max_size, found.min_notional, found.sized_in_contracts) == (Decimal(1000), Decimal(5), False)
    assert (found.expiry, found.funding_interval, found.tradable) == (None, None, True)
    assert found.maker_fee == found.taker_fee == Decimal("0.002")


def test_a_linear_row_counts_contracts_of_coin() -> None:
    (found,) = VENUE.decode_instruments("linear", body(SWAP))
    assert (found.symbol, found.margin, found.settle) == ("htx:BTC/USDT:USDT", Margin.LINEAR, "USDT")
    assert (found.contract_size, found.tick, found.step) == (Decimal("0.001"), Decimal("0.1"), Decimal(1))
    assert (found.kind, found.sized_in_contracts, found.funding_interval) == (Kind.PERPETUAL, True, 8)
    assert (found.min_size, found.max_size, found.maker_fee) == (Decimal(1), None, Decimal("0.0002"))


def test_a_coin_margined_row_counts_contracts_of_dollars() -> None:
    (found,) = VENUE.decode_instruments("coin_swap", body(COIN))
    assert (found.symbol, found.margin, found.settle) == ("htx:BTC/USD:BTC", Margin.INVERSE, "BTC")
    assert (found.contract_size, found.quote, found.expiry) == (Decimal(100), "USD", None)


def test_dated_rows_are_delivered_when_they_say() -> None:
    (found,) = VENUE.decode_instruments("coin_futures", body(FUTURE))
    assert (found.symbol, found.kind, found.expiry) == ("htx:BTC/USD:BTC-210625", Kind.DATED, 1_624_608_000 * 10**9)
    assert found.funding_interval is None
    (linear,) = VENUE.decode_instruments("linear", body(SWAP | {"contract_code": "BTC-USDT-210625"}))
    assert (linear.symbol, linear.expiry) == ("htx:BTC/USDT:USDT-210625", found.expiry)


def test_numbers_with_eighteen_decimals_are_read_exactly() -> None:
    text = body(COIN).replace(b'"price_tick": 0.1', b'"price_tick": 1.0000000000E-8')
    (found,) = VENUE.decode_instruments("coin_swap", text.replace(b"100,", b"100.000000000000000000,"))
    assert (str(found.tick), str(found.contract_size)) == ("1E-8", "100")
    text = body(COIN).replace(b'"price_tick": 0.1', b'"price_tick": 0.123456789012345678')
    (exact,) = VENUE.decode_instruments("coin_swap", text)
    assert exact.tick == Decimal("0.123456789012345678")


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("spot", {"state": "offline"}), ("spot", {"state": "suspend"}), ("spot", {"api-trading": "disabled"}),
        ("linear", {"contract_status": 3}), ("coin_swap", {"contract_status": 0}),
        ("coin_futures", {"contract_status": 6}),
    ],
)  # fmt: skip
def test_a_market_that_is_not_open_is_not_tradable(line: str, change: dict[str, Any]) -> None:
    (found,) = VENUE.decode_instruments(line, body(BODIES[line] | change))
    assert not found.tradable


def test_older_spot_rows_name_their_limits_otherwise_or_not_at_all() -> None:
    bare = {key: value for key, value in LONG.items() if "amt" not in key and "value" not in key}
    old, none = VENUE.decode_instruments("spot", body(bare | {"min-order-amt": 1, "max-order-amt": 0}, bare))
    assert (old.min_size, old.max_size, old.min_notional) == (Decimal(1), None, Decimal(0))
    assert (none.min_size, none.max_size) == (none.step, None)


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("spot", {"symbol": "ethusdt"}), ("spot", {"base-currency": ""}), ("spot", {"symbol": "BTCUSDT"}),
        ("spot", {"price-precision": -1}), ("spot", {"amount-precision": 99}), ("spot", {"price-precision": None}),
        ("spot", {"min-order-value": -1}), ("spot", {"limit-order-min-order-amt": "NaN"}),
        ("linear", {"symbol": "ETH"}), ("linear", {"contract_code": "BTC-USD"}), ("linear", {"price_tick": 0}),
        ("linear", {"contract_size": "Infinity"}), ("linear", {"contract_size": "x"}),
        ("linear", {"contract_code": "BTC-USDT-CQ"}),
        ("coin_swap", {"contract_code": "BTC-USDT"}), ("coin_swap", {"contract_status": None}),
        ("coin_futures", {"contract_code": "BTC-USD"}), ("coin_futures", {"delivery_time": "soon"}),
        ("coin_futures", {"contract_code": "BTC219999", "delivery_time": None}),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_left_out_and_alone_is_refused(line: str, change: dict[str, Any]) -> None:
    good, bad = BODIES[line], BODIES[line] | change
    assert len(VENUE.decode_instruments(line, body(bad, good, 5))) == 1
    with pytest.raises(DecodeError, match=f"none of the 1 rows is an instrument of htx {line}"):
        VENUE.decode_instruments(line, body(bad))


@pytest.mark.parametrize("line", BODIES)
def test_a_list_of_one_line_is_none_of_another(line: str) -> None:
    for other, row in BODIES.items():
        if other != line:
            with pytest.raises(DecodeError):
                VENUE.decode_instruments(line, body(row))
    assert VENUE.decode_instruments(line, body()) == []


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"status":"ok","data":5}', b"[" * 100_000, body(LONG, status="error")]
)
def test_a_body_that_is_no_list_is_refused(text: bytes) -> None:
    with pytest.raises(DecodeError):
        VENUE.decode_instruments("spot", text)


def test_an_unknown_line_is_refused() -> None:
    with pytest.raises(DecodeError, match="no product line 'usdm'"):
        VENUE.decode_instruments("usdm", body(LONG))

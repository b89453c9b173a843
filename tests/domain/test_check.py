from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.check import check_price, check_size, check_terms, size_unit
from basisdesk.domain.instrument import Instrument, is_on_grid, notional

D = Decimal
Make = Callable[..., Instrument]
MINIMA = {"min_size": D("0.0015"), "max_size": D(10), "step": D("0.001"), "min_notional": D(100)}


@pytest.mark.parametrize(
    ("size", "code", "says"),
    [
        ("NaN", "not_finite", "size NaN on"),
        ("sNaN", "not_finite", "is not a number"),
        ("Infinity", "not_finite", "size Infinity on"),
        ("-Infinity", "not_finite", "is not a number"),
        ("0", "not_positive", "size 0 on"),
        ("-0", "not_positive", "is not above zero"),
        ("-0.5", "not_positive", "size -0.5 on"),
        ("-1E+999999", "not_positive", "is not above zero"),
        ("0.001", "below_minimum", "is below the minimum of 0.0015 BTC: use at least 0.002"),
        ("1E-999999", "below_minimum", "more digits than a market can have"),
        ("10.001", "above_maximum", "is above the maximum of 10 BTC: use at most 10"),
        ("1E+999999", "above_maximum", "more digits than a market can have"),
        ("0.0025", "off_step", "is not a multiple of the step 0.001 BTC: use 0.002 or 0.003"),
        ("1." + "0" * 60 + "1", "off_step", "more digits than a market can have: use a multiple of 0.001"),
        (
            "0.002",
            "below_min_notional",
            "is worth 80.000 USDT at 40000, below the minimum of 100 USDT: use at least 0.0",
        ),
    ],
)
def test_a_size_that_the_venue_would_not_take_is_refused_with_the_limit(
    make: Make, size: str, code: str, says: str
) -> None:
    refusal = check_size(make("spot", **MINIMA), D(size), D(40_000))
    assert refusal is not None
    assert refusal.code == code
    assert says in refusal.message
    assert "binance:BTC/USDT" in refusal.message
    assert len(refusal.message) < 250


@pytest.mark.parametrize("size", ["0.003", "0.500", "10", "1E+1", "0.0030"])
def test_a_size_within_the_limits_is_taken(make: Make, size: str) -> None:
    assert check_size(make("spot", **MINIMA), D(size), D(40_000)) is None


def test_the_step_above_is_named_alone_where_there_is_none_below(make: Make) -> None:
    refusal = check_size(make("spot", min_size=D(0), step=D("0.01")), D("0.004"), D(40_000))
    assert refusal is not None
    assert refusal.message.endswith("use 0.01")


def test_notional_is_taken_at_the_worst_price(make: Make) -> None:
    assert check_size(make("linear"), D("0.002"), D(50_000)) is None
    refusal = check_size(make("linear"), D("0.002"), D("49999.9"))
    assert refusal is not None
    assert refusal.code == "below_min_notional"
    assert "use at least 0.003" in refusal.message


@pytest.mark.parametrize("price", ["NaN", "Infinity", "0", "-1", "1E+99999"])
def test_without_a_price_the_value_of_an_order_is_unknown_and_refused(make: Make, price: str) -> None:
    refusal = check_size(make("linear"), D(1), D(price))
    assert refusal is not None
    assert refusal.code == "bad_price"


def test_the_value_of_inverse_contracts_is_their_face_whatever_the_price(make: Make) -> None:
    assert check_size(make("inverse"), D(3), D("NaN")) is None
    refusal = check_size(make("inverse", min_notional=D(250)), D(2), D(50_000))
    assert refusal is not None
    assert "is worth 200 USD, below the minimum of 250 USD: use at least 3" in refusal.message
    assert "size 2 contracts on" in refusal.message


def test_a_market_that_is_closed_or_has_no_terms_takes_no_order(make: Make) -> None:
    closed = check_size(make("spot", tradable=False), D(1), D(40_000))
    assert closed is not None
    assert closed.code == "not_tradable"
    for terms in (
        {"tick": D(0)},
        {"step": D("NaN")},
        {"contract_size": D(-1)},
        {"step": D("1E-999")},
        {"min_size": D("NaN")},
        {"max_size": D("Infinity")},
        {"min_notional": D(-1)},
    ):
        refusal = check_size(make("spot", **terms), D(1), D(40_000))
        assert refusal is not None
        assert refusal.code == "no_terms"
        assert refusal == check_terms(make("spot", **terms))
    assert check_terms(make("spot")) is None


def test_a_market_without_a_maximum_has_none(make: Make) -> None:
    assert check_size(make("spot", max_size=None), D(10**9), D(1)) is None


@given(st.decimals(allow_nan=True, allow_infinity=True), st.sampled_from(["spot", "linear", "swap", "inverse"]))
def test_every_size_is_either_refused_in_a_sentence_or_really_fits(make: Make, size: Decimal, name: str) -> None:
    instrument = make(name)
    price = D("43210.98")
    refusal = check_size(instrument, size, price)
    if refusal is None:
        assert is_on_grid(size, instrument.step)
        assert instrument.min_size <= size
        assert instrument.max_size is None or size <= instrument.max_size
        assert notional(instrument, size, price) >= instrument.min_notional
    else:
        assert refusal.message
        assert refusal.code


@pytest.mark.parametrize(
    ("price", "code", "says"),
    [
        ("NaN", "bad_price", "give a price"),
        ("0", "bad_price", "is not a positive number"),
        ("1E+999999", "bad_price", "is not a positive number"),
        ("17572.68", "off_tick", "is not a multiple of the tick 2.5: use 17572.5 or 17575.0"),
        ("1", "off_tick", "use 2.5"),
    ],
)
def test_a_limit_price_must_lie_on_the_tick(make: Make, price: str, code: str, says: str) -> None:
    refusal = check_price(make("deribit"), D(price))
    assert refusal is not None
    assert refusal.code == code
    assert says in refusal.message


def test_a_price_on_the_tick_is_taken(make: Make) -> None:
    assert check_price(make("deribit"), D(17_575)) is None


def test_the_unit_of_size_has_a_name(make: Make) -> None:
    assert [size_unit(make(name)) for name in ("spot", "linear", "swap", "inverse")] == [
        "BTC",
        "BTC",
        "contracts",
        "contracts",
    ]

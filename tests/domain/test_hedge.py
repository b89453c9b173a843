from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.hedge import (
    coin_delta,
    coin_equity,
    delivery_face,
    delivery_value,
    face_delta,
    linear_delta,
    rebalance_contracts,
)

D = Decimal
COIN, FACE, ENTRY = D("0.5"), D(25_000), D(50_000)
prices = st.decimals(min_value=D(1000), max_value=D(500_000), places=2)


@pytest.mark.parametrize("price", [25_000, 50_000, 75_000, 100_000])
def test_a_one_to_one_cash_and_carry_has_no_exposure_at_any_price(price: int) -> None:
    equity = coin_equity(COIN, FACE, ENTRY, D(price))
    assert round(equity * price, 20) == D(25_000)
    assert round(coin_delta(equity, FACE, D(price)), 20) == 0


@given(prices)
def test_nor_at_any_other_price(price: Decimal) -> None:
    assert abs(coin_delta(coin_equity(COIN, FACE, ENTRY, price), FACE, price)) < D("1E-45")


def test_raising_the_contracts_with_the_price_over_hedges() -> None:
    equity = coin_equity(COIN, FACE, ENTRY, D(60_000))
    assert round(equity, 5) == D("0.41667")
    assert round(coin_delta(equity, FACE, D(60_000)), 20) == 0
    assert round(coin_delta(equity, D(30_000), D(60_000)), 4) == D("-0.0833")


@pytest.mark.parametrize("settlement", [1000, 25_000, 50_000, 51_000, 75_000, 100_000, 333_333])
def test_a_delivery_hedge_at_the_future_price_settles_to_the_same_money_everywhere(settlement: int) -> None:
    face = delivery_face(COIN, D(51_000))
    assert face == D(25_500)
    assert round(delivery_value(COIN, face, D(51_000), D(settlement)), 20) == D(25_500)


def test_a_delivery_hedge_at_the_spot_price_does_not() -> None:
    low, high = (delivery_value(COIN, D(25_000), D(51_000), D(p)) for p in (25_000, 100_000))
    assert (round(low), round(high)) == (25_245, 25_980)


def test_a_linear_pair_is_spot_plus_the_signed_position() -> None:
    assert linear_delta(D("0.4995"), D("-0.5")) == D("-0.0005")


def test_equal_faces_at_two_prices_leave_coin() -> None:
    assert face_delta(D(100_000), D(50_000), D(40_000)) == D("-0.5")
    assert face_delta(D(100_000), D(50_000), D(50_000)) == 0


@pytest.mark.parametrize(
    ("delta", "band", "minimum", "contracts"),
    [
        ("0.01", "100", "0", "5"),
        ("-0.01", "100", "0", "-5"),
        ("0.0119", "100", "0", "5"),
        ("-0.0119", "100", "0", "-5"),
        ("0.001", "100", "0", "0"),
        ("0.01", "500", "0", "0"),
        ("0.01", "0", "500", "0"),
        ("0.01", "0", "499.99", "5"),
    ],
)
def test_exposure_beyond_the_band_is_traded_in_whole_contracts_towards_zero(
    delta: str, band: str, minimum: str, contracts: str
) -> None:
    assert rebalance_contracts(D(delta), D(50_000), D(100), D(band), D(minimum)) == D(contracts)


def test_a_price_of_zero_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        coin_delta(D(1), D(1), D(0))

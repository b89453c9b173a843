from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.margin import (
    Danger,
    danger,
    distance,
    inverse_short_liquidation,
    linear_long_liquidation,
    linear_short_liquidation,
    liquidation_factor,
    margin_shortfall,
    shrink_to_margin,
    unified_short_liquidation,
)

D = Decimal
Q, P, M = D("0.5"), D(50_000), D("0.01")
amounts = st.decimals(min_value=D(100), max_value=D(24_000), places=2)


@pytest.mark.parametrize(("collateral", "price"), [(25_000, 99_010), (12_500, 74_257), (5_000, 59_406)])
def test_a_linear_short_is_liquidated_even_at_one_to_one(collateral: int, price: int) -> None:
    assert round(linear_short_liquidation(D(collateral), Q, P, M)) == price


@given(amounts)
def test_at_the_liquidation_price_equity_equals_maintenance(collateral: Decimal) -> None:
    short = linear_short_liquidation(collateral, Q, P, M)
    assert abs(collateral + Q * (P - short) - Q * short * M) < D("1E-18")
    long = linear_long_liquidation(collateral, Q, P, M)
    assert long is not None
    assert abs(collateral + Q * (long - P) - Q * long * M) < D("1E-18")
    coin = collateral / 100_000
    inverse = inverse_short_liquidation(coin, D(25_000), P, M)
    assert inverse is not None
    assert abs(coin + 25_000 / inverse - 25_000 / P - M * 25_000 / inverse) < D("1E-20")


def test_a_long_covered_in_full_is_never_liquidated() -> None:
    assert linear_long_liquidation(D(25_000), Q, P, M) is None
    assert linear_long_liquidation(D(30_000), Q, P, M) is None
    assert round(linear_long_liquidation(D(5_000), Q, P, M) or D(0)) == 40_404


@pytest.mark.parametrize(("collateral", "price"), [("0.1", 61_875), ("0.25", 99_000)])
def test_an_inverse_short_is_liquidated_where_its_coin_does_not_cover_it(collateral: str, price: int) -> None:
    assert inverse_short_liquidation(D(collateral), D(25_000), P, M) == D(price)


def test_an_inverse_short_covered_in_coin_is_never_liquidated() -> None:
    assert inverse_short_liquidation(D("0.5"), D(25_000), P, M) is None
    assert inverse_short_liquidation(D("0.6"), D(25_000), P, M) is None


def test_in_a_unified_account_spot_counts_at_its_haircut() -> None:
    assert unified_short_liquidation(D(0), Q, P, M, Q, D(0)) == linear_short_liquidation(D(0), Q, P, M)
    price = unified_short_liquidation(D(1000), Q, P, M, Q, D("0.9"))
    assert price is not None
    assert abs(D(1000) + Q * (P - price) + D("0.9") * Q * price - Q * price * M) < D("1E-18")
    assert unified_short_liquidation(D(0), Q, P, M, Q, D("1.01")) is None
    assert unified_short_liquidation(D(0), Q, P, M, D(1), D("0.9")) is None


def test_several_legs_are_liquidated_where_their_equity_falls_to_maintenance() -> None:
    def excess(factor: Decimal) -> Decimal:
        return D(5_000) + Q * P * (1 - factor) - Q * P * factor * M

    factor = liquidation_factor(excess, D(10))
    assert factor is not None
    assert abs(factor * P - linear_short_liquidation(D(5_000), Q, P, M)) < D("0.001")
    assert excess(factor) <= 0
    assert liquidation_factor(excess, D("1.05")) is None
    assert liquidation_factor(excess, D("0.01")) is None
    assert liquidation_factor(lambda _: D(0), D(2)) == D(1)


def test_falling_prices_are_searched_downwards_and_steps_are_found() -> None:
    factor = liquidation_factor(lambda f: D(1) if f > D("0.4") else D(-1), D("0.1"))
    assert factor is not None
    assert D("0.4") - D("1E-9") <= factor <= D("0.4")


def test_the_distance_is_graded() -> None:
    assert distance(D(50_000), D(60_000)) == distance(D(50_000), D(40_000)) == D("0.2")
    grades = [danger(D(x)) for x in ("0.3", "0.2999", "0.15", "0.1499", "0")]
    assert grades == [Danger.NONE, Danger.AMBER, Danger.AMBER, Danger.RED, Danger.RED]
    assert danger(None) is Danger.NONE


def test_shrinking_both_legs_restores_the_margin() -> None:
    leverage, price, equity = D(2), D(60_000), D(8_000)
    shortfall = margin_shortfall(Q, price, leverage, equity)
    assert shortfall == D(7_000)
    sold = shrink_to_margin(shortfall, price, leverage)
    assert round(sold, 4) == D("0.0778")
    assert round(equity + sold * price, 2) == D("12666.67")
    assert round((Q - sold) * price / leverage, 2) == D("12666.67")
    assert margin_shortfall(Q, price, leverage, D(20_000)) == 0

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.basis import (
    FLOOR_DAYS,
    basis,
    basis_fraction,
    basis_points,
    closing_yield,
    compounded_yield,
    days_between,
    delivery_yield,
    net_delivery_yield,
    opening_yield,
)

D = Decimal
Calls = list[Callable[[], object]]
prices = st.decimals(min_value=D(1), max_value=D(10**6), places=2)


def test_the_basis_is_future_less_spot_and_its_share_of_spot() -> None:
    assert basis(D(51_000), D(50_000)) == D(1000)
    assert basis_fraction(D(51_000), D(50_000)) == D("0.02")
    assert basis_points(D(-30), D(60_000)) == D(-5)


def test_a_basis_of_two_percent_over_90_days_yields_8_11_percent_a_year() -> None:
    assert round((delivery_yield(D(51_000), D(50_000), D(90)) or D(0)) * 100, 2) == D("8.11")


def test_days_are_counted_in_fractions() -> None:
    assert days_between(0, 36 * 3600 * 10**9) == D("1.5")
    assert days_between(10**9 * 86_400, 0) == D(-1)


def test_near_expiry_there_is_no_yield() -> None:
    assert delivery_yield(D(51_000), D(50_000), FLOOR_DAYS) == D("0.02") * 1460
    for days in (D("0.2499"), D(0), D(-3)):
        assert delivery_yield(D(51_000), D(50_000), days) is None
        assert compounded_yield(D(51_000), D(50_000), days) is None
        assert opening_yield(D(51_000), D(50_000), days) is None


@given(prices, prices, st.integers(1, 400))
def test_opening_is_priced_on_the_executable_sides(one: Decimal, other: Decimal, days: int) -> None:
    bid, ask = min(one, other), max(one, other)
    opening, closing = opening_yield(bid, ask, D(days)), closing_yield(ask, bid, D(days))
    assert opening is not None
    assert closing is not None
    assert opening <= 0 <= closing
    assert type(opening) is type(closing) is Decimal


def test_compounding_gives_the_yield_of_a_year_unchanged() -> None:
    assert round(compounded_yield(D(110), D(100), D(365)) or D(0), 20) == D("0.1")
    assert round(compounded_yield(D(110), D(100), D("182.5")) or D(0), 20) == D("0.21")


def test_net_delivery_yield_subtracts_costs_and_borrowing() -> None:
    net = net_delivery_yield(D("0.0811"), D("0.0014"), D(73), borrow_apr=D("0.06"), borrowed=D("0.5"))
    assert net == D("0.0811") - D("0.007") - D("0.03")
    with pytest.raises(ValueError, match="nothing left to earn"):
        net_delivery_yield(D("0.08"), D("0.001"), D(0))


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "Infinity"])
def test_a_yield_needs_prices(price: str) -> None:
    calls: Calls = [
        lambda: delivery_yield(D(1), D(price), D(90)),
        lambda: delivery_yield(D(price), D(1), D(90)),
        lambda: compounded_yield(D(1), D(price), D(90)),
        lambda: basis_fraction(D(1), D(price)),
        lambda: basis_points(D(1), D(price)),
    ]
    for act in calls:
        with pytest.raises(ValueError, match="is not a price"):
            act()

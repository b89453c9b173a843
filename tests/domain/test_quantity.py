import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.quantity import Unit, base, contracts, quote

D = Decimal

amounts = st.decimals(min_value=D("-1E9"), max_value=D("1E9"), places=8, allow_nan=False, allow_infinity=False)
ARITHMETIC = [operator.add, operator.sub, operator.truediv, operator.lt, operator.le, operator.gt, operator.ge]


@given(amounts, amounts)
def test_amounts_of_the_same_thing_add_subtract_and_compare_exactly(one: D, other: D) -> None:
    a, b = base(one, "BTC"), base(other, "BTC")
    assert (a + b).amount == one + other
    assert (a - b).amount == one - other
    assert a + b - b == a
    assert (-a).amount == -one
    assert abs(a).amount == abs(one)
    assert (a < b, a <= b, a > b, a >= b) == (one < other, one <= other, one > other, one >= other)
    assert bool(a) is bool(one)


@pytest.mark.parametrize("act", ARITHMETIC)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (contracts(D(25), "x:BTC/USD:BTC"), base(D(25), "BTC")),
        (base(D(25), "BTC"), quote(D(25), "USDT")),
        (base(D(25), "USDT"), quote(D(25), "USDT")),
        (base(D(25), "BTC"), base(D(25), "ETH")),
        (quote(D(25), "USDT"), quote(D(25), "USD")),
        (contracts(D(1), "x:BTC/USD:BTC"), contracts(D(1), "y:BTC/USD:BTC")),
        (base(D(25), "BTC"), D(25)),
        (base(D(25), "BTC"), 25),
        (base(D(25), "BTC"), 2.5),
    ],
)
def test_amounts_of_different_things_do_not_mix(act: Callable[[Any, Any], Any], one: Any, other: Any) -> None:
    with pytest.raises(TypeError, match="not amounts of the same thing"):
        act(one, other)


def test_the_type_checker_rejects_mixing_too() -> None:
    # Each comment below is itself checked: mypy complains of one that is not needed.
    with pytest.raises(TypeError):
        contracts(D(1), "x:BTC/USD:BTC") + base(D(1), "BTC")  # type: ignore[operator]
    with pytest.raises(TypeError):
        base(D(1), "BTC") - quote(D(1), "USDT")  # type: ignore[operator]
    with pytest.raises(TypeError):
        quote(D(1), "USDT") < contracts(D(1), "x:BTC/USD:BTC")  # type: ignore[operator]  # noqa: B015
    with pytest.raises(TypeError):
        base(D(1), "BTC") + D(1)  # type: ignore[operator]
    with pytest.raises(TypeError):
        base(D(1), "BTC") * 0.5  # type: ignore[operator]
    with pytest.raises(TypeError):
        base(1.5, "BTC")  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [lambda a: base(a, "BTC"), lambda a: quote(a, "USD"), lambda a: contracts(a, "x:A/B")])
def test_only_finite_decimals_become_amounts(make: Callable[[Any], Any]) -> None:
    for wrong in (1, 0.1, "1", None, True):
        with pytest.raises(TypeError, match="takes Decimal"):
            make(wrong)
    for infinite in (D("NaN"), D("Infinity"), D("-Infinity")):
        with pytest.raises(ValueError, match="is not an amount"):
            make(infinite)


def test_amounts_are_multiplied_by_plain_numbers_and_divided_into_ratios() -> None:
    half = base(D("0.5"), "BTC")
    assert half * 3 == 3 * half == base(D("1.5"), "BTC")
    assert half * D("0.1") == base(D("0.05"), "BTC")
    assert base(D(1), "BTC") / half == D(2)
    for wrong in (0.5, True, "2", half):
        with pytest.raises(TypeError, match="multiplied by a Decimal or an int"):
            half * wrong  # type: ignore[operator]


def test_amounts_are_values_with_their_unit_and_asset() -> None:
    assert base(D("1E-8"), "BTC") == base(D("0.00000001"), "BTC")
    assert base(D(1), "BTC") != quote(D(1), "BTC")  # type: ignore[comparison-overlap]
    assert str(base(D("1E-8"), "BTC")) == "0.00000001 BTC"
    assert base(D(1), "BTC").unit is Unit.BASE
    assert len({base(D(1), "BTC"), base(D("1.0"), "BTC"), quote(D(1), "USD")}) == 2
    with pytest.raises(AttributeError):
        base(D(1), "BTC").amount = D(2)  # type: ignore[misc]

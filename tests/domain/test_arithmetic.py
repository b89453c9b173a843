from decimal import Context, Decimal, FloatOperation, getcontext, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.arithmetic import (
    KEPT,
    MAX_DIGITS,
    PRECISION,
    Rounding,
    decimal_of,
    fit,
    gcd,
    held,
    is_on_grid,
    is_workable,
    lcm,
    on_grid,
    plain,
    precise,
    product,
    rational,
    remembered,
)

D = Decimal

values = st.decimals(min_value=D("-1E12"), max_value=D("1E12"), places=12, allow_nan=False, allow_infinity=False)
grids = st.builds(lambda n, e: D(n).scaleb(-e), st.integers(1, 10_000), st.integers(0, 10))
fractions = st.fractions(min_value=Fraction(1, 10**6), max_value=10**6)


@pytest.mark.parametrize(
    ("value", "grid", "rounding", "expected"),
    [
        ("0.123456", "0.001", Rounding.DOWN, "0.123"),
        ("0.123456", "0.001", Rounding.UP, "0.124"),
        ("0.1235", "0.001", Rounding.NEAREST, "0.124"),
        ("0.1245", "0.001", Rounding.NEAREST, "0.124"),
        ("-0.1", "0.25", Rounding.DOWN, "-0.25"),
        ("-0.1", "0.25", Rounding.UP, "0"),
        ("17572.678", "2.5", Rounding.DOWN, "17572.5"),
        ("12345", "1E+2", Rounding.DOWN, "12300"),
        ("1.15", "0.05", Rounding.DOWN, "1.15"),
    ],
)
def test_a_value_is_brought_onto_the_grid_in_the_direction_asked_for(
    value: str, grid: str, rounding: Rounding, expected: str
) -> None:
    result = on_grid(D(value), D(grid), rounding)
    assert result == D(expected)
    assert "E" not in str(result)


@given(values, grids, st.sampled_from(Rounding))
def test_the_result_is_an_exact_multiple_less_than_one_step_away(value: D, grid: D, rounding: Rounding) -> None:
    result = on_grid(value, grid, rounding)
    assert type(result) is D
    assert (Fraction(result) / Fraction(grid)).denominator == 1
    assert is_on_grid(result, grid)
    away = Fraction(result) - Fraction(value)
    step = Fraction(grid)
    assert {
        Rounding.DOWN: -step < away <= 0,
        Rounding.UP: 0 <= away < step,
        Rounding.NEAREST: abs(away) <= step / 2,
    }[rounding]


@given(values, grids)
def test_the_context_of_the_caller_does_not_matter(value: D, grid: D) -> None:
    expected = on_grid(value, grid, Rounding.NEAREST)
    with localcontext(Context(prec=3)):
        assert on_grid(value, grid, Rounding.NEAREST) == expected


@pytest.mark.parametrize("grid", ["0", "-1", "NaN", "Infinity"])
def test_a_grid_must_be_a_positive_number(grid: str) -> None:
    with pytest.raises(ValueError, match=r"not positive|not a number"):
        on_grid(D(1), D(grid), Rounding.DOWN)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999", "1E-999999"])
def test_a_value_that_cannot_be_traded_is_refused_before_it_is_expanded(value: str) -> None:
    assert not is_workable(D(value))
    with pytest.raises(ValueError, match="not a number that can be traded"):
        rational(D(value))


def test_a_float_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="is of type float"):
        on_grid(0.1, D("0.01"), Rounding.DOWN)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="is of type int"):
        rational(1)  # type: ignore[arg-type]


def test_workable_numbers_have_a_bounded_number_of_digits() -> None:
    assert is_workable(D(1).scaleb(MAX_DIGITS - 1))
    assert not is_workable(D(1).scaleb(MAX_DIGITS))
    assert is_workable(D(1).scaleb(-MAX_DIGITS))
    assert not is_workable(D(1).scaleb(-MAX_DIGITS - 1))


def test_precise_functions_divide_to_fifty_digits_whatever_the_context_and_trap_floats() -> None:
    @precise
    def third(value: D) -> D:
        return value / 3

    with localcontext(Context(prec=5)):
        assert third(D(1)) == D("0." + "3" * PRECISION)

    @precise
    def compare(value: D) -> bool:
        return value < 0.5

    with pytest.raises(FloatOperation):
        compare(D(1))


@given(values)
def test_a_decimal_survives_the_way_through_a_fraction(value: D) -> None:
    assert decimal_of(rational(value)) == value


def test_a_fraction_without_decimal_form_is_refused() -> None:
    assert decimal_of(Fraction(1, 8)) == D("0.125")
    assert decimal_of(Fraction(3, 250)) == D("0.012")
    with pytest.raises(ValueError, match="no exact decimal form"):
        decimal_of(Fraction(1, 600))


@given(fractions, fractions)
def test_the_least_common_multiple_is_divided_by_both_and_by_no_smaller_share(one: Fraction, other: Fraction) -> None:
    common = lcm(one, other)
    assert (common / one).denominator == 1
    assert (common / other).denominator == 1
    assert gcd(common / one, common / other) == 1


@given(fractions, fractions)
def test_the_greatest_common_divisor_divides_both_and_completes_the_multiple(one: Fraction, other: Fraction) -> None:
    divisor = gcd(one, other)
    assert (one / divisor).denominator == 1
    assert (other / divisor).denominator == 1
    assert divisor * lcm(one, other) == one * other


def test_a_grid_for_a_fraction_must_be_positive() -> None:
    with pytest.raises(ValueError, match="not positive"):
        fit(Fraction(1, 3), D(0), Rounding.UP)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**9), max_value=10**9),
    st.sampled_from([D("0.01"), D("0.25"), D("3"), D("0.0011"), D("1E+2"), D("1E-12")]),
    st.sampled_from(list(Rounding)),
)
def test_the_grid_in_integers_is_the_grid_in_fractions(value: Decimal, grid: Decimal, rounding: Rounding) -> None:
    assert str(on_grid(value, grid, rounding)) == str(fit(rational(value), grid, rounding))


def test_fit_takes_any_fraction() -> None:
    assert fit(Fraction(1, 3), D("0.01"), Rounding.UP) == D("0.34")


@pytest.mark.parametrize(("value", "text"), [("1E-8", "0.00000001"), ("1E+3", "1000"), ("-0.50", "-0.50")])
def test_plain_text_has_no_exponent(value: str, text: str) -> None:
    assert plain(D(value)) == text


def test_a_precise_function_leaves_the_callers_context_as_it_was_even_when_it_raises() -> None:
    @precise
    def third(of: D) -> D:
        return D(1) / of

    with localcontext(Context(prec=3)) as mine:
        assert third(D(3)) == D("0." + "3" * PRECISION)
        with pytest.raises(ArithmeticError):
            third(D(0))
        assert getcontext() is mine
        assert D(1) / 3 == D("0.333")


def test_a_precise_function_may_call_another() -> None:
    @precise
    def inner() -> D:
        return D(1) / 3

    @precise
    def outer() -> tuple[D, D]:
        return inner(), D(1) / 3

    first, second = outer()
    assert first == second == D("0." + "3" * PRECISION)


def test_a_remembered_function_is_worked_out_once_for_the_same_objects_and_again_for_others() -> None:
    calls: list[tuple[D, D]] = []

    @remembered
    def added(one: D, other: D) -> D:
        calls.append((one, other))
        return one + other

    one, other = D(1), D(2)
    assert [added(one, other), added(one, other)] == [D(3), D(3)]
    assert len(calls) == 1
    assert added(D("1.00"), other) == D(3)  # equal, and another object
    assert added(other, one) == D(3)
    assert len(calls) == 3


def test_a_remembered_function_keeps_its_arguments_and_not_more_than_so_many() -> None:
    @remembered
    def doubled(value: D) -> D:
        return value * 2

    # Were an argument let go while its result is kept, a later one would get its place and its result.
    assert all(doubled(D(number)) == 2 * number for number in range(2 * KEPT + 1))


def test_a_remembered_function_that_raised_is_tried_again() -> None:
    calls: list[D] = []

    @remembered
    def inverse(value: D) -> D:
        calls.append(value)
        return D(1) / value

    zero = D(0)
    for _ in range(2):
        with pytest.raises(ArithmeticError):
            inverse(zero)
    assert len(calls) == 2


def test_a_held_function_keeps_the_last_result_for_the_same_objects_and_no_other() -> None:
    calls: list[tuple[D, D]] = []

    @held
    def added(one: D, other: D) -> D:
        calls.append((one, other))
        return one + other

    one, other = D(1), D(2)
    assert [added(one, other), added(one, other)] == [D(3), D(3)]
    assert len(calls) == 1
    assert added(D("1.00"), other) == D(3)  # equal, and another object
    assert added(one, other) == D(3)  # no longer the last
    assert len(calls) == 3


def test_a_product_is_the_same_in_every_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert product(D("1.2345"), D("1.0001")) == D("1.23462345")

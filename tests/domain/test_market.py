from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.market import SpreadMarket, common_step, spread_market, spread_tick

D = Decimal
Make = Callable[..., Instrument]
steps = st.builds(lambda n, e: D(n).scaleb(-e), st.integers(1, 500), st.integers(0, 6))


def market(*args: Instrument | Decimal | None, **kwargs: object) -> SpreadMarket:
    found = spread_market(*args, **kwargs)  # type: ignore[arg-type]
    assert isinstance(found, SpreadMarket), found
    return found


def refused(*args: Instrument | Decimal | None, **kwargs: object) -> Refusal:
    found = spread_market(*args, **kwargs)  # type: ignore[arg-type]
    assert isinstance(found, Refusal), found
    return found


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("0.001", "0.0025", "0.005"),
        ("100", "10", "100"),
        ("0.1", "0.5", "0.5"),
        ("0.3", "0.7", "2.1"),
        ("1", "0.015", "3"),
    ],
)
def test_the_common_step_is_the_least_common_multiple(one: str, other: str, common: str) -> None:
    assert common_step(D(one), D(other)) == common_step(D(other), D(one)) == D(common)


@given(steps, steps)
def test_the_common_step_is_a_multiple_of_both_and_the_tick_a_divisor_of_both(one: Decimal, other: Decimal) -> None:
    common, tick = common_step(one, other), spread_tick(one, other)
    assert type(common) is type(tick) is Decimal
    for step in (one, other):
        assert (Fraction(common) / Fraction(step)).denominator == 1
        assert (Fraction(step) / Fraction(tick)).denominator == 1


@pytest.mark.parametrize("wrong", ["0", "-1", "NaN"])
def test_a_step_or_tick_that_is_no_positive_number_has_no_multiple(wrong: str) -> None:
    for act in (common_step, spread_tick):
        with pytest.raises(ValueError, match=r"not positive|not a number"):
            act(D(1), D(wrong))


@pytest.mark.parametrize(
    ("tick1", "tick2", "m1", "m2", "tick"),
    [
        ("0.1", "0.01", "1", "1", "0.01"),
        ("0.5", "0.2", "1", "1", "0.1"),
        ("2.5", "0.1", "1", "1", "0.1"),
        ("0.5", "0.5", "3", "2", "0.5"),
        ("0.01", "0.01", "1", "0.015", "0.00005"),
    ],
)
def test_the_spread_tick_is_the_grid_of_reachable_prices(tick1: str, tick2: str, m1: str, m2: str, tick: str) -> None:
    assert spread_tick(D(tick1), D(tick2), D(m1), D(m2)) == D(tick)


def test_spot_and_linear_meet_in_base_coin_with_the_stricter_limits(make: Make) -> None:
    found = market(make("linear"), make("spot"))
    assert found.spread == "binance:BTC/USDT:USDT~binance:BTC/USDT"
    assert (found.unit, found.in_face, found.exact) == ("BTC", False, True)
    assert found.step == found.grid == D("0.001")
    assert found.tick == D("0.01")
    assert found.contract_size == D("0.001")
    assert found.min_size == D("0.001")
    assert found.max_size == D(1000)
    assert found.min_notional == D(100)
    assert found.max_leverage == D(125)


def test_contracts_are_counted_in_the_coin_they_are_worth(make: Make) -> None:
    found = market(make("swap"), make("linear", step=D("0.0025"), min_size=D("0.004")))
    assert found.step == D("0.005")
    assert found.contract_size == D("0.01")
    assert found.min_size == D("0.005")
    assert found.max_size == D(1000)
    assert found.max_leverage == D(100)


def test_two_inverse_legs_meet_in_quote_face(make: Make) -> None:
    found = market(make("deribit"), make("inverse"))
    assert (found.unit, found.in_face, found.exact) == ("USD", True, True)
    assert found.step == found.contract_size == found.min_size == D(100)
    assert found.max_size == D(100_000_000)
    assert found.max_leverage == D(50)
    assert found.tick == D("0.1")


def test_limits_that_no_leg_states_stay_open(make: Make) -> None:
    found = market(make("spot", max_size=None), make("linear", max_size=None, max_leverage=None))
    assert found.max_size is None
    assert found.max_leverage is None


def test_the_minimum_is_rounded_up_and_the_maximum_down_to_the_step(make: Make) -> None:
    found = market(
        make("linear", step=D("0.002"), min_size=D("0.003"), max_size=D("7.7")),
        make("spot", step=D("0.003"), min_size=D("0.001"), max_size=D("9")),
    )
    assert (found.step, found.min_size, found.max_size) == (D("0.006"), D("0.006"), D("7.698"))


def test_ratios_divide_each_leg_by_its_own(make: Make) -> None:
    found = market(make("linear"), make("spot", step=D("0.003")), ratios=(D(1), D(3)))
    assert found.step == D("0.001")
    assert found.max_size == D(1000)
    assert found.min_size == D("0.001")
    assert found.ratios == (D(1), D(3))


def test_ratios_that_leave_no_decimal_step_are_refused(make: Make) -> None:
    assert refused(make("linear"), make("spot"), ratios=(D(3), D(3))).code == "no_step"
    assert refused(make("inverse"), make("spot"), D(50_000), D(50_000), ratios=(D(1), D(3))).code == "no_step"


def test_a_contract_size_without_decimal_form_is_the_step(make: Make) -> None:
    one, other = make("swap", contract_size=D(1), step=D(3)), make("swap", symbol="x:BTC/USDT:USDT", step=D(3))
    found = market(one, other, ratios=(D(3), D(3)))
    assert found.contract_size == found.step == D(1)


def test_a_common_step_that_is_absurdly_coarse_is_offered_with_a_residue(make: Make) -> None:
    one, other = make("linear", step=D("0.00017")), make("spot", step=D("0.00013"))
    refusal = refused(one, other)
    assert refusal.code == "coarse_step"
    assert "more than 10" in refusal.message or "over 10 times" in refusal.message
    assert market(one, other, max_step_factor=D(13)).step == D("0.00221")
    found = market(one, other, allow_residual=True)
    assert found.step == found.grid == D("0.00017")
    assert not found.exact
    assert market(make("linear"), make("spot"), allow_residual=True).exact


def test_against_an_inverse_leg_the_step_is_the_coarser_one_at_the_current_price(make: Make) -> None:
    found = market(make("inverse"), make("spot"), D(60_000), None)
    assert (found.unit, found.in_face, found.exact) == ("BTC", False, False)
    assert found.grid == D("0.00001")
    assert found.step == found.contract_size == D("0.00167")
    assert found.min_size == D("0.00167")
    assert found.max_size == D(1_000_000 * 100) / D(60_000) // D("0.00167") * D("0.00167")
    other = market(make("spot"), make("inverse"), None, D(60_000))
    assert (other.step, other.grid) == (found.step, found.grid)


def test_against_a_finer_inverse_leg_the_fixed_step_stands(make: Make) -> None:
    found = market(make("dollar"), make("linear"), D(60_000), None)
    assert found.step == found.grid == D("0.001")
    assert not found.exact


@pytest.mark.parametrize("price", [None, D(0), D(-1), D("NaN"), D("1E+999")])
def test_an_inverse_leg_against_spot_needs_a_price(make: Make, price: Decimal | None) -> None:
    assert refused(make("inverse"), make("spot"), price, D(1)).code == "no_price"
    assert refused(make("spot"), make("inverse"), D(1), price).code == "no_price"


def test_legs_that_do_not_belong_together_are_refused(make: Make) -> None:
    assert refused(make("spot"), make("spot")).code == "same_market"
    assert refused(make("spot"), make("linear", base="ETH")).code == "other_underlying"
    assert refused(make("inverse"), make("deribit", quote="USDC")).code == "no_common_unit"


def test_a_leg_without_valid_terms_is_refused(make: Make) -> None:
    assert refused(make("spot", tick=D(0)), make("linear")).code == "no_terms"
    assert refused(make("spot"), make("linear", step=D("NaN"))).code == "no_terms"


@pytest.mark.parametrize("wrong", ["0", "-1", "NaN", "1E+999"])
def test_multipliers_and_ratios_are_positive_numbers(make: Make, wrong: str) -> None:
    assert refused(make("spot"), make("linear"), ratios=(D(1), D(wrong))).code == "bad_ratio"
    assert refused(make("spot"), make("linear"), multipliers=(D(wrong), D(1))).code == "bad_ratio"


def test_limits_that_exclude_each_other_are_refused(make: Make) -> None:
    refusal = refused(make("spot", max_size=D("0.5")), make("linear", min_size=D(1)))
    assert refusal.code == "no_size"
    assert "at least 1.000, at most 0.500" in refusal.message

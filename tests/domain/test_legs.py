from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.instrument import Instrument, base_of, is_on_grid
from basisdesk.domain.legs import LegSizes, check_legs, check_spread_size, leg_sizes
from basisdesk.domain.market import SpreadMarket, spread_market

D = Decimal
Make = Callable[..., Instrument]


def market(*args: Instrument | Decimal | None, **kwargs: object) -> SpreadMarket:
    found = spread_market(*args, **kwargs)  # type: ignore[arg-type]
    assert isinstance(found, SpreadMarket), found
    return found


def test_a_linear_spread_has_the_same_coin_on_both_legs(make: Make) -> None:
    sizes = leg_sizes(market(make("swap"), make("spot")), D("0.513"), D(50_000), D(49_900))
    assert sizes == LegSizes(
        size1=D("51.3"),
        size2=D("0.51300"),
        amount1=D("0.513"),
        amount2=D("0.513"),
        matched=D("0.513"),
        short=D(0),
        residue=D(0),
    )


def test_two_inverse_legs_have_the_same_face(make: Make) -> None:
    sizes = leg_sizes(market(make("deribit"), make("inverse")), D(25_000), D(50_100), D(50_000))
    assert (sizes.size1, sizes.size2, sizes.matched, sizes.residue) == (D(2500), D(250), D(25_000), D(0))


def test_against_an_inverse_leg_coin_is_matched_and_the_residue_stated(make: Make) -> None:
    found = market(make("inverse"), make("spot"), D(57_000), None)
    sizes = leg_sizes(found, D("0.01"), D(57_000), D(56_990))
    assert sizes.size1 == D(5)
    assert sizes.size2 == D("0.00877")
    assert sizes.amount1 == base_of(make("inverse"), D(5), D(57_000))
    assert round(sizes.residue, 20) == D("0.00000192982456140351")
    assert sizes.matched == D("0.00877")
    assert sizes.short == D("0.00123")


def test_the_inverse_leg_may_be_the_finer_one(make: Make) -> None:
    found = market(make("linear"), make("dollar"), None, D(60_001))
    sizes = leg_sizes(found, D("0.0125"), D(60_000), D(60_001))
    assert sizes.size1 == D("0.012")
    assert sizes.size2 == D(720)
    assert 0 < sizes.residue < base_of(make("dollar"), D(1), D(60_001)) / 2


def test_ratios_scale_each_leg(make: Make) -> None:
    found = market(make("linear"), make("spot", step=D("0.003"), min_size=D("0.003")), ratios=(D(1), D(3)))
    sizes = leg_sizes(found, D("0.007"), D(1), D(1))
    assert (sizes.size1, sizes.size2) == (D("0.007"), D("0.021"))
    assert (sizes.matched, sizes.residue) == (D("0.007"), D(0))


def test_a_size_below_the_coarser_step_comes_to_nothing_and_not_to_more(make: Make) -> None:
    sizes = leg_sizes(market(make("inverse"), make("spot"), D(57_000), None), D("0.001"), D(57_000), D(57_000))
    assert (sizes.size1, sizes.size2, sizes.matched, sizes.short) == (D(0), D(0), D(0), D("0.001"))


@given(
    size=st.decimals(min_value=D("0.002"), max_value=D(20), places=5),
    price=st.decimals(min_value=D(20_000), max_value=D(90_000), places=1),
    names=st.sampled_from(
        [("inverse", "spot"), ("spot", "inverse"), ("dollar", "linear"), ("swap", "spot"), ("deribit", "swap")]
    ),
)
def test_the_residue_is_at_most_half_a_step_of_the_finer_leg_and_the_coarser_never_exceeds_what_was_asked(
    make: Make, size: Decimal, price: Decimal, names: tuple[str, str]
) -> None:
    one, two = make(names[0]), make(names[1])
    sizes = leg_sizes(market(one, two, price, price), size, price, price)
    assert is_on_grid(sizes.size1, one.step)
    assert is_on_grid(sizes.size2, two.step)
    step1, step2 = base_of(one, one.step, price), base_of(two, two.step, price)
    assert abs(sizes.residue) <= min(step1, step2) / 2 * D("1.000000001")
    assert (sizes.amount1 if step1 >= step2 else sizes.amount2) <= size
    assert all(type(getattr(sizes, name)) is Decimal for name in sizes.__struct_fields__)


def test_a_residue_is_left_where_the_operator_allows_one(make: Make) -> None:
    found = market(make("linear", step=D("0.00017")), make("spot", step=D("0.00013")), allow_residual=True)
    sizes = leg_sizes(found, D("0.0017"), D(1), D(1))
    assert (sizes.size1, sizes.size2) == (D("0.0017"), D("0.00169"))
    assert sizes.residue == D("0.00001")


@pytest.mark.parametrize(
    ("size", "code", "says"),
    [
        ("NaN", "not_finite", "is not a number"),
        ("-Infinity", "not_finite", "is not a number"),
        ("0", "not_positive", "is not above zero"),
        ("-1", "not_positive", "size -1 of"),
        ("0.0005", "below_minimum", "is below the minimum of 0.001 BTC: use at least 0.001"),
        ("1E-99999", "below_minimum", "is below the minimum"),
        ("1000.001", "above_maximum", "is above the maximum of 1000.000 BTC: use at most 1000.000"),
        ("1E+99999", "above_maximum", "is above the maximum"),
        ("0.0015", "off_step", "is not a multiple of the step 0.001 BTC: use 0.001 or 0.002"),
        ("0.5" + "0" * 60 + "1", "off_step", "more digits than a market can have: use a multiple of 0.001"),
    ],
)
def test_a_spread_size_is_refused_with_the_limit(make: Make, size: str, code: str, says: str) -> None:
    refusal = check_spread_size(market(make("linear"), make("spot")), D(size))
    assert refusal is not None
    assert refusal.code == code
    assert says in refusal.message
    assert "binance:BTC/USDT:USDT~binance:BTC/USDT" in refusal.message


def test_a_size_without_end_is_refused_even_where_no_leg_states_a_maximum(make: Make) -> None:
    found = market(make("linear", max_size=None), make("spot", max_size=None))
    refusal = check_spread_size(found, D("1E+99999"))
    assert refusal is not None
    assert refusal.code == "above_maximum"
    assert check_spread_size(found, D(1_000_000)) is None


def test_against_an_inverse_leg_a_size_is_a_multiple_of_the_fixed_step(make: Make) -> None:
    found = market(make("inverse"), make("spot"), D(57_000), None)
    assert check_spread_size(found, D("0.01")) is None
    refusal = check_spread_size(found, D("0.010001"))
    assert refusal is not None
    assert refusal.code == "off_step"


def test_both_legs_are_checked_each_at_its_own_worst_price(make: Make) -> None:
    found = market(make("linear"), make("spot"))
    sizes = leg_sizes(found, D("0.002"), D(50_000), D(50_000))
    assert check_legs(found, sizes, D(50_000), D(50_000)) is None
    first = check_legs(found, sizes, D(49_000), D(50_000))
    assert first is not None
    assert "binance:BTC/USDT:USDT" in first.message
    second = check_legs(found, sizes, D(50_000), D(1))
    assert second is not None
    assert "on binance:BTC/USDT is worth" in second.message

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.order import Side
from basisdesk.domain.quoting import (
    QuoteTerms,
    implied_spread,
    needs_requote,
    post_only,
    quote_on_tick,
    quote_price,
    slop_error,
)

D = Decimal
prices = st.decimals(min_value=D(1), max_value=D(10**6), places=2)
terms = st.builds(
    QuoteTerms,
    side=st.sampled_from(Side),
    leg=st.sampled_from([1, 2]),
    limit=st.decimals(min_value=D(-1000), max_value=D(1000), places=2),
    multiplier1=st.sampled_from([D(1), D("0.5"), D(3)]),
    multiplier2=st.sampled_from([D(1), D("0.015"), D(2)]),
    maker_fee=st.sampled_from([D(0), D("0.0002"), D("-0.0001")]),
    taker_fee=st.sampled_from([D(0), D("0.0005")]),
)


def test_buying_at_minus_30_quotes_leg_1_30_below_the_hedge_and_follows_it() -> None:
    asked = QuoteTerms(side=Side.BUY, leg=1, limit=D(-30))
    assert quote_price(asked, D(17_615)) == D(17_585)
    assert quote_price(asked, D(17_600)) == D(17_570)
    assert implied_spread(asked, D(17_570), D(17_600)) == D(-30)


@pytest.mark.parametrize(
    ("side", "leg", "quoted_side", "price"),
    [
        (Side.BUY, 1, Side.BUY, 17_585),
        (Side.BUY, 2, Side.SELL, 17_645),
        (Side.SELL, 2, Side.BUY, 17_645),
        (Side.SELL, 1, Side.SELL, 17_585),
    ],
)
def test_the_four_cases(side: Side, leg: int, quoted_side: Side, price: int) -> None:
    asked = QuoteTerms(side=side, leg=leg, limit=D(-30))
    assert (asked.quote_side, asked.hedge_side) == (quoted_side, quoted_side.opposite)
    assert quote_price(asked, D(17_615)) == D(price)


def test_fees_can_be_included_in_the_price() -> None:
    asked = QuoteTerms(side=Side.BUY, leg=1, limit=D(-30), maker_fee=D("0.0002"), taker_fee=D("0.0005"))
    price = quote_price(asked, D(17_615))
    assert price.quantize(D("0.01"), ROUND_HALF_UP) == D("17572.68")
    net = price * (1 + D("0.0002")) - D(17_615) * (1 - D("0.0005"))
    assert round(net, 10) == D(-30)


@given(terms, prices)
def test_a_quote_filled_and_hedged_at_the_lean_price_comes_to_the_limit(asked: QuoteTerms, lean: Decimal) -> None:
    price = quote_price(asked, lean)
    assert type(price) is Decimal
    assert abs(implied_spread(asked, price, lean) - asked.limit) < D("1E-35")
    assert abs(slop_error(asked, price, lean)) < D("1E-35")


@given(terms, prices, st.sampled_from([D("0.01"), D("0.1"), D("2.5")]))
def test_rounding_to_the_tick_never_makes_the_spread_worse_than_its_limit(
    asked: QuoteTerms, lean: Decimal, tick: Decimal
) -> None:
    price = quote_on_tick(asked, lean, tick)
    assert price % tick == 0
    assert slop_error(asked, price, lean) >= D("-1E-35")
    assert slop_error(asked, price, lean) < tick * 3 * D("1.001")


def test_a_quote_that_would_fill_worse_is_moved_and_one_that_is_a_little_far_out_is_not() -> None:
    asked = QuoteTerms(side=Side.BUY, leg=1, limit=D(-30))
    assert slop_error(asked, D(17_585), D(17_600)) == D(-15)
    assert slop_error(asked, D(17_585), D(17_617)) == D(2)
    sell = QuoteTerms(side=Side.SELL, leg=1, limit=D(-30))
    assert slop_error(sell, D(17_585), D(17_600)) == D(15)
    assert needs_requote(D("-0.01"), D(0), D(5))
    assert not needs_requote(D(0), D(0), D(5))
    assert not needs_requote(D(5), D(0), D(5))
    assert needs_requote(D("5.01"), D(0), D(5))
    assert not needs_requote(D(-5), D(5), D(5))


def test_a_quote_that_would_cross_rests_at_the_top_of_the_book() -> None:
    assert post_only(Side.BUY, D(105), D(99), D(100), D("0.5")) == D("99.5")
    assert post_only(Side.BUY, D(98), D(99), D(100), D("0.5")) == D(98)
    assert post_only(Side.SELL, D(98), D(99), D(100), D("0.5")) == D("99.5")
    assert post_only(Side.SELL, D(101), D(99), D(100), D("0.5")) == D(101)


@pytest.mark.parametrize("leg", [0, 3, -1])
def test_there_are_two_legs(leg: int) -> None:
    with pytest.raises(ValueError, match="has no leg"):
        QuoteTerms(side=Side.BUY, leg=leg, limit=D(0))

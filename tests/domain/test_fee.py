from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.fee import funding_payment, gross_up, received_net, round_trip, trading_fee
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.quantity import base, quote

D = Decimal
Make = Callable[..., Instrument]


def test_a_fee_is_charged_in_money_on_linear_and_in_coin_on_inverse(make: Make) -> None:
    assert trading_fee(make("linear"), D("0.5"), D(50_000), D("0.0004")) == quote(D(10), "USDT")
    assert trading_fee(make("swap"), D(-50), D(50_000), D("0.0004")) == quote(D(10), "USDT")
    assert trading_fee(make("inverse"), D(250), D(50_000), D("0.0005")) == base(D("0.00025"), "BTC")
    assert trading_fee(make("spot"), D(1), D(100), D("-0.0001")) == quote(D("-0.01"), "USDT")


def test_longs_pay_and_shorts_receive_positive_funding(make: Make) -> None:
    assert funding_payment(make("linear"), D("0.5"), D(50_000), D("0.0001")) == quote(D("-2.5"), "USDT")
    assert funding_payment(make("linear"), D("-0.5"), D(50_000), D("0.0001")) == quote(D("2.5"), "USDT")
    assert funding_payment(make("inverse"), D(-250), D(40_000), D("0.0001")) == base(D("0.0000625"), "BTC")
    assert funding_payment(make("inverse"), D(-250), D(40_000), D("-0.0001")) == base(D("-0.0000625"), "BTC")
    assert not funding_payment(make("linear"), D(0), D(50_000), D("0.0001"))


@pytest.mark.parametrize("price", ["0", "NaN"])
def test_a_fee_needs_a_price(make: Make, price: str) -> None:
    with pytest.raises(ValueError, match="price"):
        trading_fee(make("inverse"), D(1), D(price), D("0.0005"))


def test_a_fee_taken_from_the_coin_leaves_less_and_is_grossed_up() -> None:
    assert received_net(D("0.5"), D("0.001")) == D("0.4995")
    assert round(gross_up(D("0.5"), D("0.001")), 4) == D("0.5005")


@given(st.decimals(min_value=D("0.001"), max_value=D(100), places=8), st.integers(0, 100))
def test_what_is_grossed_up_leaves_what_was_wanted(amount: Decimal, bp: int) -> None:
    rate = D(bp) / 10_000
    assert abs(received_net(gross_up(amount, rate), rate) - amount) < D("1E-40")


def test_a_round_trip_pays_each_leg_twice() -> None:
    assert round_trip(D("0.001"), D("0.0004")) == D("0.0028")

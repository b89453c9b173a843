from collections.abc import Callable
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.instrument import (
    Instrument,
    Rounding,
    base_of,
    base_quantity,
    contracts_for,
    face_of,
    is_on_grid,
    notional,
    quote_quantity,
    round_price,
    round_size,
    size_of_base,
    size_of_face,
    unit_worth,
)
from basisdesk.domain.quantity import base, contracts, quote

D = Decimal
Make = Callable[..., Instrument]
NAMES = ["spot", "linear", "swap", "inverse", "deribit", "dollar"]
prices = st.decimals(min_value=D("0.01"), max_value=D("1E6"), places=2)
counts = st.integers(1, 10**7)


@pytest.mark.parametrize(
    ("name", "worth", "in_base", "value"),
    [
        ("spot", "1", "12", "600000"),
        ("linear", "1", "12", "600000"),
        ("swap", "0.01", "0.12", "6000"),
        ("inverse", "100", "0.024", "1200"),
        ("deribit", "10", "0.0024", "120"),
        ("dollar", "1", "0.00024", "12"),
    ],
)
def test_a_size_is_worth_coin_and_money_by_the_contract_size(
    make: Make, name: str, worth: str, in_base: str, value: str
) -> None:
    instrument = make(name)
    assert unit_worth(instrument) == D(worth)
    assert base_of(instrument, D(12), D(50_000)) == D(in_base)
    assert notional(instrument, D(12), D(50_000)) == D(value)


def test_the_contract_size_of_a_market_sized_in_coin_does_not_count(make: Make) -> None:
    assert base_of(make("linear", contract_size=D("0.01")), D(3), D(50_000)) == D(3)


def test_an_inverse_market_always_counts_contracts(make: Make) -> None:
    assert face_of(make("inverse", sized_in_contracts=False), D(3)) == D(300)


def test_only_inverse_contracts_have_a_quote_face(make: Make) -> None:
    assert face_of(make("inverse"), D("250")) == D(25_000)
    assert size_of_face(make("inverse"), D(25_050), Rounding.DOWN) == D(250)
    assert size_of_face(make("inverse"), D(25_050), Rounding.UP) == D(251)
    with pytest.raises(ValueError, match="only inverse contracts have a quote face"):
        face_of(make("linear"), D(1))
    with pytest.raises(ValueError, match="only inverse contracts have a quote face"):
        size_of_face(make("spot"), D(1), Rounding.DOWN)


def test_hedging_half_a_coin_at_50000_takes_25000_contracts_of_one_dollar(make: Make) -> None:
    assert size_of_base(make("dollar"), D("0.5"), D(50_000), Rounding.DOWN) == D(25_000)
    assert size_of_base(make("inverse"), D("0.5"), D(50_000), Rounding.DOWN) == D(250)
    assert size_of_base(make("swap"), D("0.5"), D(50_000), Rounding.DOWN) == D(50)


@pytest.mark.parametrize("name", NAMES)
@given(count=counts, price=prices, rounding=st.sampled_from(Rounding))
def test_size_to_coin_and_back_is_the_same_size(
    make: Make, name: str, count: int, price: Decimal, rounding: Rounding
) -> None:
    instrument = make(name)
    size = count * instrument.step
    back = size_of_base(instrument, base_of(instrument, size, price), price, rounding)
    assert type(back) is Decimal
    assert back == size
    money = contracts_for(instrument, quote(notional(instrument, size, price), instrument.quote), price, rounding)
    assert money == contracts(size, instrument.symbol)


@pytest.mark.parametrize("name", NAMES)
@given(
    coin=st.decimals(min_value=D("0.0001"), max_value=D(1000), places=7),
    price=prices,
    rounding=st.sampled_from(Rounding),
)
def test_coin_becomes_a_size_on_the_step_and_within_a_step(
    make: Make, name: str, coin: Decimal, price: Decimal, rounding: Rounding
) -> None:
    instrument = make(name)
    size = size_of_base(instrument, coin, price, rounding)
    assert is_on_grid(size, instrument.step)
    away = base_of(instrument, size, price) - coin
    step = base_of(instrument, instrument.step, price) * D("1.0000000001")
    assert abs(away) <= (step / 2 if rounding is Rounding.NEAREST else step)
    if rounding is Rounding.DOWN:
        assert away <= step * D("1E-9")
    if rounding is Rounding.UP:
        assert away >= -step * D("1E-9")


def test_conversion_does_not_depend_on_the_context_of_the_caller(make: Make) -> None:
    with localcontext(Context(prec=4)):
        assert base_of(make("dollar"), D(25_000), D(60_000)) == D("0." + "41" + "6" * 47 + "7")
        assert notional(make("spot"), D("1.23456"), D("54321.01")) == D("67062.5461056")
        assert size_of_base(make("spot"), D("1.234567"), D(1), Rounding.DOWN) == D("1.23456")


def test_prices_and_sizes_come_onto_their_grids(make: Make) -> None:
    assert round_price(make("deribit"), D("17572.68"), Rounding.DOWN) == D("17572.5")
    assert round_price(make("deribit"), D("17572.68"), Rounding.UP) == D("17575.0")
    assert round_size(make("linear"), D("0.0019"), Rounding.DOWN) == D("0.001")


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "Infinity"])
def test_a_conversion_needs_a_real_price(make: Make, price: str) -> None:
    for act in (
        lambda: base_of(make("inverse"), D(1), D(price)),
        lambda: size_of_base(make("inverse"), D(1), D(price), Rounding.DOWN),
        lambda: notional(make("spot"), D(1), D(price)),
        lambda: contracts_for(make("spot"), quote(D(1), "USDT"), D(price), Rounding.DOWN),
    ):
        with pytest.raises(ValueError, match="price"):
            act()


def test_a_conversion_needs_a_finite_decimal_size(make: Make) -> None:
    with pytest.raises(ValueError, match="size NaN is not a number"):
        base_of(make("spot"), D("NaN"), D(1))
    with pytest.raises(ValueError, match="base Infinity is not a number"):
        size_of_base(make("spot"), D("Infinity"), D(1), Rounding.DOWN)
    with pytest.raises(TypeError, match=r"size 0\.5 is of type float"):
        base_of(make("spot"), 0.5, D(1))  # type: ignore[arg-type]


def test_typed_conversions_carry_unit_and_asset(make: Make) -> None:
    instrument = make("inverse")
    size = contracts(D(250), instrument.symbol)
    assert base_quantity(instrument, size, D(50_000)) == base(D("0.5"), "BTC")
    assert quote_quantity(instrument, size, D(50_000)) == quote(D(25_000), "USD")
    assert contracts_for(instrument, base(D("0.5"), "BTC"), D(50_000), Rounding.DOWN) == size
    assert contracts_for(instrument, quote(D(25_000), "USD"), D(1), Rounding.DOWN) == size
    spot = make("spot")
    assert contracts_for(spot, quote(D(100), "USDT"), D(50_000), Rounding.DOWN) == contracts(D("0.002"), spot.symbol)


def test_typed_conversions_refuse_what_belongs_elsewhere(make: Make) -> None:
    with pytest.raises(TypeError, match="is not a size of binance:BTC/USDT"):
        base_quantity(make("spot"), contracts(D(1), "binance:BTC/USD:BTC"), D(1))
    with pytest.raises(TypeError, match="is not a size of"):
        quote_quantity(make("spot"), base(D(1), "BTC"), D(1))  # type: ignore[arg-type]
    for amount in (base(D(1), "ETH"), quote(D(1), "USD")):
        with pytest.raises(TypeError, match="cannot be turned into a size"):
            contracts_for(make("spot"), amount, D(1), Rounding.DOWN)

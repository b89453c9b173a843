from collections.abc import Callable
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.instrument import Instrument
from basisdesk.domain.order import Side
from basisdesk.domain.pnl import (
    Position,
    arithmetic_average,
    flat,
    harmonic_average,
    inverse_pnl,
    linear_pnl,
)

D = Decimal
Make = Callable[..., Instrument]
WIDE = Context(prec=100)
fills = st.lists(
    st.tuples(
        st.sampled_from(Side),
        st.integers(1, 10_000),
        st.decimals(min_value=D(100), max_value=D(100_000), places=2),
    ),
    min_size=1,
    max_size=12,
)


def after(instrument: Instrument, *trades: tuple[Side, str, str]) -> tuple[Position, Decimal]:
    position, realised = flat(instrument), D(0)
    for side, size, price in trades:
        position, gain = position.applied(side, D(size), D(price))
        realised += gain
    return position, realised


def test_linear_profit_is_in_quote_money() -> None:
    assert linear_pnl(D("0.5"), D(50_000), D(51_000)) == D(500)
    assert linear_pnl(D("-0.5"), D(50_000), D(51_000)) == D(-500)


def test_inverse_profit_is_in_coin() -> None:
    assert inverse_pnl(D(25_000), D(50_000), D(100_000)) == D("0.25")
    assert inverse_pnl(D(-25_000), D(50_000), D(100_000)) == D("-0.25")
    assert inverse_pnl(D(-25_000), D(50_000), D(25_000)) == D("0.5")


def test_the_average_entry_of_an_inverse_position_is_harmonic() -> None:
    trades = [(D(10_000), D(50_000)), (D(15_000), D(52_000))]
    assert round(harmonic_average(trades), 2) == D("51181.10")
    assert arithmetic_average(trades) == D(51_200)


def test_a_position_keeps_the_average_that_fits_its_margin(make: Make) -> None:
    trades = ((Side.SELL, "10000", "50000"), (Side.SELL, "15000", "52000"))
    inverse, _ = after(make("dollar"), *trades)
    linear, _ = after(make("swap"), *trades)
    assert inverse.size == linear.size == D(-25_000)
    assert round(inverse.average() or D(0), 2) == D("51181.10")
    assert linear.average() == D(51_200)
    assert flat(make("spot")).average() is None


def test_reducing_realises_a_share_and_leaves_the_average(make: Make) -> None:
    position, realised = after(make("linear"), (Side.BUY, "2", "100"), (Side.BUY, "2", "110"), (Side.SELL, "1", "120"))
    assert realised == D(15)
    assert (position.size, position.average()) == (D(3), D(105))
    assert position.unrealised(D(100)) == D(-15)


def test_closing_realises_everything(make: Make) -> None:
    position, realised = after(make("inverse"), (Side.SELL, "250", "50000"), (Side.BUY, "250", "40000"))
    assert position == flat(make("inverse"))
    assert realised == D("0.125")
    assert position.unrealised(D(40_000)) == 0


def test_a_fill_beyond_flat_opens_the_other_way(make: Make) -> None:
    position, realised = after(make("linear"), (Side.BUY, "1", "100"), (Side.SELL, "3", "110"))
    assert realised == D(10)
    assert (position.size, position.average()) == (D(-2), D(110))
    inverse, gain = after(make("inverse"), (Side.BUY, "100", "50000"), (Side.SELL, "150", "40000"))
    assert gain == D("-0.05")
    assert (inverse.size, inverse.average()) == (D(-50), D(40_000))


@pytest.mark.parametrize("name", ["spot", "linear", "swap", "inverse", "dollar"])
@given(trades=fills, mark=st.decimals(min_value=D(100), max_value=D(100_000), places=2))
def test_realised_and_open_profit_are_the_value_at_the_mark_less_all_that_was_paid(
    make: Make, name: str, trades: list[tuple[Side, int, Decimal]], mark: Decimal
) -> None:
    instrument = make(name)
    position, realised, size, paid = flat(instrument), D(0), D(0), D(0)
    with localcontext(WIDE):
        for side, count, price in trades:
            fill = count * instrument.step
            position, gain = position.applied(side, fill, price)
            realised += gain
            size += side.sign * fill
            held = side.sign * fill * position.worth
            paid += held / price if position.inverse else held * price
        held = size * position.worth
        value = held / mark if position.inverse else held * mark
        profit = paid - value if position.inverse else value - paid
        residual = realised + position.unrealised(mark) - profit
        assert abs(residual) <= (D("1E-19") * len(trades) if position.inverse else 0)
    assert position.size == size
    assert all(type(x) is Decimal for x in (position.size, position.cost, realised))
    assert (position.cost == 0) if size == 0 else (position.cost > 0) is (size > 0)


@given(
    size=st.integers(2, 10**6),
    entry=st.decimals(min_value=D(1), max_value=D(10**6), places=2),
    price=st.decimals(min_value=D(1), max_value=D(10**6), places=2),
)
def test_closing_in_parts_realises_to_the_last_digit_what_closing_at_once_does(
    make: Make, size: int, entry: Decimal, price: Decimal
) -> None:
    at_once, once = after(make("inverse"), (Side.BUY, str(size), str(entry)), (Side.SELL, str(size), str(price)))
    part = str(size // 2)
    rest = str(size - size // 2)
    in_parts, twice = after(
        make("inverse"), (Side.BUY, str(size), str(entry)), (Side.SELL, part, str(price)), (Side.SELL, rest, str(price))
    )
    assert at_once == in_parts == flat(make("inverse"))
    assert abs(once - twice) <= D("2E-20")


@pytest.mark.parametrize(
    ("size", "price"), [("0", "1"), ("-1", "1"), ("1", "0"), ("1", "-5"), ("NaN", "1"), ("1", "NaN"), ("Infinity", "1")]
)
def test_what_is_no_fill_is_refused(make: Make, size: str, price: str) -> None:
    with pytest.raises(ValueError, match="is not a fill"):
        flat(make("linear")).applied(Side.BUY, D(size), D(price))


@pytest.mark.parametrize("mark", ["0", "-1", "NaN", "Infinity"])
def test_what_is_no_price_marks_nothing(make: Make, mark: str) -> None:
    with pytest.raises(ValueError, match="is not a price"):
        flat(make("inverse")).unrealised(D(mark))

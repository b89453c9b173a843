from collections.abc import Callable

import pytest

from basisdesk.domain.errors import UsageError
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.spread import leg_order, pairable, spread_legs, spread_name

Make = Callable[..., Instrument]


def test_a_spread_is_named_by_its_legs() -> None:
    name = spread_name("binance:BTC/USDT:USDT", "binance:BTC/USDT")
    assert name == "binance:BTC/USDT:USDT~binance:BTC/USDT"
    assert spread_legs(name) == ("binance:BTC/USDT:USDT", "binance:BTC/USDT")


@pytest.mark.parametrize("name", ["", "a:B/C", "~", "a:B/C~", "~a:B/C", "a:B/C~d:B/C~e:B/C"])
def test_a_name_without_two_legs_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(UsageError, match="is not a spread: write LEG1~LEG2"):
        spread_legs(name)


def test_a_market_makes_no_spread_with_itself() -> None:
    with pytest.raises(UsageError, match="needs two different markets"):
        spread_legs("a:B/C~a:B/C")


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("linear", "swap", True),
        ("inverse", "deribit", True),
        ("spot", "linear", True),
        ("inverse", "spot", True),
        ("linear", "inverse", False),
        ("spot", "spot", False),
    ],
)
def test_markets_pair_by_margin_type_or_with_spot(make: Make, one: str, other: str, together: bool) -> None:
    assert pairable(make(one), make(other)) is together
    assert pairable(make(other), make(one)) is together


def test_markets_of_other_underlyings_or_two_spots_do_not_pair(make: Make) -> None:
    assert not pairable(make("linear"), make("swap", base="ETH"))
    assert not pairable(make("spot"), make("spot", symbol="okx:BTC/USDT"))


def test_the_contract_comes_before_spot_and_the_later_expiry_first(make: Make) -> None:
    spot, perpetual, dated = make("spot"), make("inverse"), make("deribit")
    later = make("deribit", symbol="deribit:BTC/USD:BTC-240329", expiry=1_711_699_200_000_000_000)
    assert leg_order(spot, perpetual) == leg_order(perpetual, spot) == (perpetual, spot)
    assert leg_order(perpetual, dated) == (dated, perpetual)
    assert leg_order(dated, later) == (later, dated)
    assert leg_order(make("linear"), make("swap")) == (make("swap"), make("linear"))

"""Symbols can be told from codes alone."""

from __future__ import annotations

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.binance.symbols import QUOTES, is_code, split_code, symbol_of


@pytest.mark.parametrize(
    ("line", "code", "symbol"),
    [
        ("spot", "BTCUSDT", "binance:BTC/USDT"),
        ("spot", "btcusdt", "binance:BTC/USDT"),
        ("spot", "ETHBTC", "binance:ETH/BTC"),
        ("spot", "BUSDTRY", "binance:BUSD/TRY"),
        ("spot", "SWRVBUSD", "binance:SWRV/BUSD"),
        ("spot", "AAVEUPUSDT", "binance:AAVEUP/USDT"),
        ("spot", "PERLBNB", "binance:PERL/BNB"),
        ("spot", "RUNEEUR", "binance:RUNE/EUR"),
        ("spot", "BTCFDUSD", "binance:BTC/FDUSD"),
        ("spot", "1INCHUSDT", "binance:1INCH/USDT"),
        ("usdm", "BTCUSDT", "binance:BTC/USDT:USDT"),
        ("usdm", "btcusdt_261225", "binance:BTC/USDT:USDT-261225"),
        ("usdm", "BTCBUSD_210129", "binance:BTC/BUSD:BUSD-210129"),
        ("usdm", "ETHBTC", "binance:ETH/BTC:BTC"),
        ("usdm", "1000SHIBUSDT", "binance:1000SHIB/USDT:USDT"),
        ("coinm", "BTCUSD_PERP", "binance:BTC/USD:BTC"),
        ("coinm", "btcusd_perp", "binance:BTC/USD:BTC"),
        ("coinm", "BTCUSD_210924", "binance:BTC/USD:BTC-210924"),
        ("spot", "NOBODYKNOWS", "binance:NOBODYKNOWS"),
        ("coinm", "BTCUSDT", "binance:BTCUSDT"),
        ("spot", "USDT", "binance:USDT"),
    ],
)
def test_a_code_tells_its_symbol(line: str, code: str, symbol: str) -> None:
    assert symbol_of(line, code) == symbol


@pytest.mark.parametrize("code", ["", "BTC/USDT", "BTC USDT", "_", "X" * 41, 'A"B'])
def test_a_text_that_is_no_code_is_refused(code: str) -> None:
    assert not is_code(code)
    with pytest.raises(DecodeError, match="not a symbol code"):
        symbol_of("spot", code)


def test_codes_of_other_scripts_are_codes() -> None:
    assert symbol_of("spot", "币安人生USDT") == "binance:币安人生/USDT"


def test_a_longer_quote_is_tried_before_a_shorter_one_that_it_ends_with() -> None:
    assert list(QUOTES) == sorted(QUOTES, key=len, reverse=True)
    assert split_code("spot", "BTCTUSD") == ("BTC", "TUSD", "")

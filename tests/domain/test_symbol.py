from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.errors import UsageError
from basisdesk.domain.instrument import Kind, Margin
from basisdesk.domain.symbol import Symbol, expiry_text, parse_symbol

assets = st.text(st.characters(min_codepoint=48, max_codepoint=90, categories=("Lu", "Nd")), min_size=1, max_size=8)
days = st.dates(min_value=datetime(2000, 1, 1, tzinfo=UTC).date(), max_value=datetime(2099, 12, 31, tzinfo=UTC).date())


@pytest.mark.parametrize(
    ("text", "kind", "margin"),
    [
        ("binance:BTC/USDT", Kind.SPOT, Margin.SPOT),
        ("binance:BTC/USDT:USDT", Kind.PERPETUAL, Margin.LINEAR),
        ("binance:BTC/USD:BTC", Kind.PERPETUAL, Margin.INVERSE),
        ("deribit:BTC/USD:BTC-231229", Kind.DATED, Margin.INVERSE),
        ("okx:BTC/USDT:USDT-240927", Kind.DATED, Margin.LINEAR),
        ("binance:1000SHIB/USDT:USDT", Kind.PERPETUAL, Margin.LINEAR),
    ],
)
def test_a_symbol_says_what_sort_of_market_it_is(text: str, kind: Kind, margin: Margin) -> None:
    symbol = parse_symbol(text)
    assert (symbol.kind, symbol.margin, symbol.text) == (kind, margin, text)


@given(st.sampled_from(["binance", "okx", "big_one2"]), assets, assets, st.sampled_from(["", "base", "quote"]), days)
def test_what_is_built_is_parsed_back(venue: str, base: str, quote: str, settle: str, day: datetime) -> None:
    if base == quote:
        return
    built = Symbol(venue, base, quote, {"": "", "base": base, "quote": quote}[settle], "")
    assert parse_symbol(built.text) == built
    if settle:
        dated = Symbol(venue, base, quote, built.settle, day.strftime("%y%m%d"))
        assert parse_symbol(dated.text) == dated
        at = dated.expiry_at()
        assert at is not None
        assert expiry_text(at) == dated.expiry


def test_futures_are_delivered_at_eight_utc_unless_said_otherwise() -> None:
    symbol = parse_symbol("deribit:BTC/USD:BTC-231229")
    assert symbol.expiry_at() == int(datetime(2023, 12, 29, 8, tzinfo=UTC).timestamp()) * 10**9
    assert symbol.expiry_at(16) == int(datetime(2023, 12, 29, 16, tzinfo=UTC).timestamp()) * 10**9
    assert parse_symbol("deribit:BTC/USD:BTC").expiry_at() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BTC/USDT",
        "binance:BTCUSDT",
        "binance:BTC/",
        "binance:/USDT",
        ":BTC/USDT",
        "Binance:BTC/USDT",
        "binance:BTC/USDT:",
        "binance:BTC/USDT-231229",
        "binance:BTC/USDT:USDT-2312",
        "binance:BTC/USDT:USDT-231229-50000-C",
        "binance:BTC/USDT~okx:BTC/USDT",
        "binance:BTC/USDT ",
        "binance:BTC/USDT\n",
    ],
)
def test_a_malformed_symbol_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="is not a market: write venue:BASE/QUOTE"):
        parse_symbol(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x:BTC/BTC", "has BTC on both sides"),
        ("x:BTC/USD:ETH", "settles in ETH"),
        ("x:BTC/USD:BTC-231301", "expires on 231301, which is no day"),
        ("x:BTC/USD:BTC-230229", "which is no day"),
        ("x:BTC/USD:BTC-000000", "which is no day"),
    ],
)
def test_a_symbol_that_makes_no_sense_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_symbol(text)

"""Codes, symbols, channel names, hosts and the clock."""

from __future__ import annotations

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.symbol import parse_symbol
from basisdesk.venues.deribit import VENUE
from basisdesk.venues.deribit.channels import Topic, read_channel
from basisdesk.venues.deribit.clock import decode_time
from basisdesk.venues.deribit.hosts import TIME_PATH
from basisdesk.venues.deribit.symbols import is_code, read_code

LINE = VENUE.lines["public"]


@pytest.mark.parametrize(
    ("code", "symbol"),
    [
        ("BTC-PERPETUAL", "deribit:BTC/USD:BTC"),
        ("BTC-27NOV26", "deribit:BTC/USD:BTC-261127"),
        ("BTC-5JUN26", "deribit:BTC/USD:BTC-260605"),
        ("BTC_USDC-PERPETUAL", "deribit:BTC/USDC:USDC"),
        ("ETH_USDT-27NOV26", "deribit:ETH/USDT:USDT-261127"),
        ("BTC_USDC", "deribit:BTC/USDC"),
        ("1INCH_USDC-PERPETUAL", "deribit:1INCH/USDC:USDC"),
    ],
)
def test_a_code_of_a_market_that_can_be_paired_becomes_a_proper_symbol(code: str, symbol: str) -> None:
    assert VENUE.symbol_of("public", code) == symbol
    parsed = parse_symbol(symbol)
    name = read_code(code)
    assert name is not None
    assert (parsed.base, parsed.quote, parsed.settle, parsed.expiry) == name[:4]
    assert name.is_perpetual == code.endswith("PERPETUAL")


@pytest.mark.parametrize(
    ("code", "symbol"),
    [
        ("BTC-11JUN21-25000-P", "deribit:BTC/USD:BTC-210611-25000-P"),
        ("MATIC_USDC-9MAR24-1d02-C", "deribit:MATIC/USDC:USDC-240309-1.02-C"),
        ("BTC-FS-30SEP22_PERP", "deribit:BTC-FS-30SEP22_PERP"),
        ("BTC-31FEB26", "deribit:BTC-31FEB26"),
        ("BTC-0JUN26", "deribit:BTC-0JUN26"),
        ("BTC-12XYZ26", "deribit:BTC-12XYZ26"),
        ("BTC", "deribit:BTC"),
        ("BTC-PERPETUAL-25000-P", "deribit:BTC-PERPETUAL-25000-P"),
        ("BTC-1\N{SUPERSCRIPT TWO}JUN26", "deribit:BTC-1\N{SUPERSCRIPT TWO}JUN26"),
    ],
)
def test_options_and_what_is_not_understood_keep_what_their_code_says(code: str, symbol: str) -> None:
    assert VENUE.symbol_of("public", code) == symbol
    name = read_code(code)
    assert name is None or name.option


@pytest.mark.parametrize(("text", "fits"), [("BTC-PERPETUAL", True), ("a b", False), ("", False), ("X" * 65, False)])
def test_a_code_is_a_short_word(text: str, fits: bool) -> None:
    assert is_code(text) is fits


@pytest.mark.parametrize(
    ("name", "topic", "code"),
    [
        ("book.BTC-PERPETUAL.raw", Topic.BOOK, "BTC-PERPETUAL"),
        ("book.BTC-PERPETUAL.none.20.100ms", Topic.WHOLE, "BTC-PERPETUAL"),
        ("ticker.ETH-PERPETUAL.agg2", Topic.TICKER, "ETH-PERPETUAL"),
        ("incremental_ticker.ETH-PERPETUAL", Topic.TICKER, "ETH-PERPETUAL"),
        ("quote.ETH-PERPETUAL", Topic.QUOTE, "ETH-PERPETUAL"),
        ("trades.ETH-PERPETUAL.raw", Topic.TRADES, "ETH-PERPETUAL"),
        ("trades.future.BTC.100ms", Topic.TRADES_OF_MANY, ""),
        ("perpetual.BTC-PERPETUAL.raw", Topic.PERPETUAL, "BTC-PERPETUAL"),
        ("deribit_price_index.btc_usd", Topic.INDEX, "btc_usd"),
        ("platform_state", Topic.PLATFORM, ""),
        ("platform_state.public_methods_state", Topic.OTHER, ""),
        ("chart.trades.BTC-PERPETUAL.1", Topic.OTHER, "BTC-PERPETUAL"),
        ("markprice.options.btc_usd", Topic.OTHER, ""),
    ],
)
def test_a_channel_name_is_taken_apart(name: str, topic: Topic, code: str) -> None:
    named = read_channel(name)
    assert named is not None
    assert (named.topic, named.code) == (topic, code)


@pytest.mark.parametrize(
    "name",
    ["book", "book.BTC-PERPETUAL", "book.BTC-PERPETUAL.1s", "book.BTC-PERPETUAL.none.ten.raw", "quote.", "quote.A B",
     "book.BTC-PERPETUAL.none.1000.raw", "book.BTC-PERPETUAL.none.\N{SUPERSCRIPT TWO}.raw", "ticker.BTC-PERPETUAL"],
)  # fmt: skip
def test_a_name_that_is_spelled_wrongly_is_none(name: str) -> None:
    assert read_channel(name) is None


def test_the_deeper_and_the_finer_book_ranks_higher() -> None:
    names = ["5.1.raw", "5.20.raw", "none.1.100ms", "none.10.agg2", "none.20.100ms", "agg2", "100ms", "raw"]
    ranks = [named.rank for name in names if (named := read_channel(f"book.BTC-PERPETUAL.{name}")) is not None]
    assert len(ranks) == len(names)
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("wss://www.deribit.com/ws/api/v2", "public"),
        ("wss://test.deribit.com/ws/api/v2/", "public"),
        ("www.deribit.com", "public"),
        ("https://history.deribit.com/api/v2/public/get_last_trades_by_instrument?x=1", "public"),
        ("https://www.deribit.com.example.net/", None),
        ("http://[", None),
    ],
)
def test_an_address_tells_whether_it_is_the_venues(url: str, line: str | None) -> None:
    assert VENUE.line_of(url) == line
    assert VENUE.request_of(url) is None


@pytest.mark.parametrize(
    ("url", "line"),
    [
        (LINE.rest_url + LINE.instruments_path, "public"),
        ("https://www.deribit.com/api/v2/public/get_instruments/?currency=BTC&expired=false", "public"),
        ("https://test.deribit.com/api/v2/public/get_instrument?instrument_name=BTC-PERPETUAL", "public"),
        ("https://www.deribit.com/api/v2/public/get_order_book?instrument_name=BTC-PERPETUAL", None),
        ("https://example.com/api/v2/public/get_instruments", None),
    ],
)
def test_an_address_tells_whether_it_lists_instruments(url: str, line: str | None) -> None:
    assert VENUE.instruments_line(url) == line


def test_the_clock_is_read_in_nanoseconds() -> None:
    assert TIME_PATH.endswith("/public/get_time")
    body = b'{"jsonrpc":"2.0","result":1700000000123,"usIn":1700000000123000,"testnet":true}'
    assert decode_time(body) == 1_700_000_000_123_000_000


@pytest.mark.parametrize("body", [b"", b"{}", b'{"result":"now"}', b'{"result":-1}', b'{"result":9999999999999999}'])
def test_a_body_without_a_time_is_an_error(body: bytes) -> None:
    with pytest.raises(DecodeError, match="this is no time of deribit"):
        decode_time(body)

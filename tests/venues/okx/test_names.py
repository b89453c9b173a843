"""Symbols told from codes, and lines told from URLs."""

from __future__ import annotations

import pytest

from basisdesk.venues.okx import VENUE


@pytest.mark.parametrize(
    ("code", "symbol"),
    [
        ("BTC-USDT", "okx:BTC/USDT"),
        ("BTC-USDT-SWAP", "okx:BTC/USDT:USDT"),
        ("BTC-USDC-SWAP", "okx:BTC/USDC:USDC"),
        ("BTC-USD-SWAP", "okx:BTC/USD:BTC"),
        ("BTC-USDT-261225", "okx:BTC/USDT:USDT-261225"),
        ("BTC-USD-220527", "okx:BTC/USD:BTC-220527"),
        ("BTC-USD-210924-66000-C", "okx:BTC/USD:BTC-210924-66000-C"),
        ("BTC-USD_UM-SWAP", "okx:BTC/USD:USD"),
        ("BTCUSDT", "okx:BTCUSDT"),
        ("-", "okx:-"),
        ("BTC--SWAP", "okx:BTC--SWAP"),
        ("", "okx:"),
    ],
)
def test_a_code_spells_its_symbol(code: str, symbol: str) -> None:
    assert VENUE.symbol_of("public", code) == symbol


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("wss://ws.okx.com:8443/ws/v5/public", "public"),
        ("wss://WS.OKEX.com:8443/ws/v5/public", "public"),
        ("wss://wsaws.okx.com:8443/ws/v5/business", "public"),
        ("wss://wspap.okx.com:8443/ws/v5/public?brokerId=9999", "public"),
        ("wss://wseea.okx.com/ws/v5/public", "public"),
        ("wss://wsus.okx.com/ws/v5/public", "public"),
        ("https://www.okx.com/api/v5/market/books?instId=BTC-USDT", "public"),
        ("https://openapi.okx.com/api/v5/public/time", "public"),
        ("https://aws.okex.com/", "public"),
        ("ws.okx.com:8443", "public"),
        ("wss://stream.binance.com:9443/ws", None),
        ("https://www.okx.com.example.org/", None),
        ("https://okx.example/www.okx.com", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_a_url_names_its_line(url: str, line: str | None) -> None:
    assert VENUE.line_of(url) == line


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("https://www.okx.com/api/v5/public/instruments?instType=SWAP", "public"),
        ("https://openapi.okx.com/api/v5/account/instruments?instType=SPOT", "public"),
        ("https://www.okex.com/api/v5/public/instruments/", "public"),
        ("https://www.okx.com/api/v5/public/mark-price", None),
        ("https://example.com/api/v5/public/instruments", None),
    ],
)
def test_a_url_of_the_instrument_list_is_known(url: str, line: str | None) -> None:
    assert VENUE.instruments_line(url) == line


def test_no_rest_body_answers_the_feed() -> None:
    assert VENUE.request_of("https://www.okx.com/api/v5/market/books?instId=BTC-USDT") is None
    assert not VENUE.is_snapshot(b'{"code":"0","data":[{"asks":[],"bids":[]}]}')


def test_the_line_lists_its_instruments_by_kind() -> None:
    line = VENUE.lines["public"]
    paths = (line.instruments_path, *line.further_instruments)
    assert [path.rpartition("=")[2] for path in paths] == ["SPOT", "SWAP", "FUTURES"]
    assert all(VENUE.instruments_line(line.rest_url + path) == "public" for path in paths)
    assert VENUE.line_of(line.stream_url) == "public"

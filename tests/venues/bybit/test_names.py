"""Addresses, codes and symbols, and the time of day."""

from __future__ import annotations

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.bybit import VENUE
from basisdesk.venues.bybit.clock import decode_time
from basisdesk.venues.bybit.symbols import delivery_of, is_perpetual
from basisdesk.venues.contract import SnapshotRequest

REST = "https://api.bybit.com/v5/market"


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("wss://stream.bybit.com/v5/public/spot", "spot"),
        ("wss://stream.bybit.com/v5/public/linear", "linear"),
        ("wss://STREAM.bybit.com:443/v5/public/inverse/", "inverse"),
        ("stream.bybit.com/v5/public/linear", "linear"),
        ("wss://stream-testnet.bybit.com/v5/public/linear?x=1", "linear"),
        ("wss://stream.bybit.kz/v5/public/spot", "spot"),
        (f"{REST}/tickers?category=inverse&symbol=BTCUSD", "inverse"),
        ("https://api.bytick.com/v5/market/orderbook?category=spot", "spot"),
        ("wss://stream.bybit.com/realtime", "inverse"),
        ("wss://stream.bybit.com/realtime_public", "linear"),
        ("wss://stream.bybit.com/v5/public/option", None),
        ("wss://stream.bybit.com/v5/private", None),
        (f"{REST}/time", None),
        (f"{REST}/tickers?category=option", None),
        ("wss://stream.bybit.com.example.org/v5/public/linear", None),
        ("wss://stream.binance.com/v5/public/linear", None),
        ("http://[bad/v5/public/linear", None),
        ("", None),
    ],
)
def test_the_line_is_told_by_path_or_category(url: str, line: str | None) -> None:
    assert VENUE.line_of(url) == line


def test_lines_are_found_by_their_own_addresses() -> None:
    assert list(VENUE.lines) == ["spot", "linear", "inverse"]
    for name, line in VENUE.lines.items():
        assert VENUE.line_of(line.stream_url) == name
        assert VENUE.instruments_line(line.rest_url + line.instruments_path) == name


def test_other_rest_bodies_are_no_instruments_and_no_snapshots() -> None:
    assert VENUE.instruments_line(f"{REST}/tickers?category=spot") is None
    assert VENUE.instruments_line("https://example.org/v5/market/instruments-info?category=spot") is None
    assert VENUE.request_of(f"{REST}/orderbook?category=linear&symbol=BTCUSDT") is None
    assert VENUE.request_of(f"{REST}/funding/history?category=linear") is None
    assert VENUE.request_of("https://example.org/v5/market/funding/history?category=linear&symbol=BTCUSDT") is None


def test_a_list_of_settlements_answers_a_request() -> None:
    found = VENUE.request_of(f"{REST}/funding/history?limit=200&symbol=BTCUSDT&category=linear")
    assert found == SnapshotRequest("linear", "BTCUSDT", "/v5/market/funding/history?category=linear&symbol=BTCUSDT")


@pytest.mark.parametrize(
    ("line", "code", "symbol"),
    [
        ("spot", "BTCUSDT", "bybit:BTC/USDT"),
        ("spot", "USDCUSDT", "bybit:USDC/USDT"),
        ("spot", "ETHBTC", "bybit:ETH/BTC"),
        ("spot", "BTCUSD1", "bybit:BTC/USD1"),
        ("spot", "XRPRLUSD", "bybit:XRP/RLUSD"),
        ("spot", "BTCUSDT-26DEC26", "bybit:spot.BTCUSDT-26DEC26"),
        ("spot", "WHAT", "bybit:spot.WHAT"),
        ("spot", "USDT", "bybit:spot.USDT"),
        ("linear", "BTCUSDT", "bybit:BTC/USDT:USDT"),
        ("linear", "1000PEPEUSDT", "bybit:1000PEPE/USDT:USDT"),
        ("linear", "BTCPERP", "bybit:BTC/USDC:USDC"),
        ("linear", "PERPUSDT", "bybit:PERP/USDT:USDT"),
        ("linear", "BTCUSDT-26DEC26", "bybit:BTC/USDT:USDT-261226"),
        ("linear", "BTC-5DEC26", "bybit:BTC/USDC:USDC-261205"),
        ("linear", "BTC-31FEB26", "bybit:linear.BTC-31FEB26"),
        ("linear", "BTC-26XXX26", "bybit:linear.BTC-26XXX26"),
        ("linear", "BTC-26DEC26-90000-C", "bybit:linear.BTC-26DEC26-90000-C"),
        ("linear", "-26DEC26", "bybit:linear.-26DEC26"),
        ("linear", "PERP", "bybit:linear.PERP"),
        ("linear", "BTCUSD", "bybit:linear.BTCUSD"),
        ("inverse", "BTCUSD", "bybit:BTC/USD:BTC"),
        ("inverse", "BTCUSDZ26", "bybit:BTC/USD:BTC-261225"),
        ("inverse", "BTCUSDU23", "bybit:BTC/USD:BTC-230929"),
        ("inverse", "ETHUSDM21", "bybit:ETH/USD:ETH-210625"),
        ("inverse", "BTCUSDG24", "bybit:BTC/USD:BTC-240223"),
        ("inverse", "BTCUSDT", "bybit:inverse.BTCUSDT"),
        ("inverse", "USD", "bybit:inverse.USD"),
    ],
)
def test_a_code_tells_its_symbol(line: str, code: str, symbol: str) -> None:
    assert VENUE.symbol_of(line, code) == symbol


@pytest.mark.parametrize("code", ["", "BTC/USDT", "BTC USDT", "BTC_USDT", "-", "A" * 41, "\ud800"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(DecodeError, match="is not a symbol code of bybit"):
        VENUE.symbol_of("linear", code)


def test_perpetuals_are_told_by_their_codes() -> None:
    perpetual = [("linear", "BTCUSDT"), ("linear", "BTCPERP"), ("inverse", "BTCUSD"), ("linear", "WHAT")]
    others = [("spot", "BTCUSDT"), ("linear", "BTC-26DEC26"), ("inverse", "BTCUSDZ26"), ("linear", "A-B")]
    assert all(is_perpetual(*code) for code in perpetual)
    assert not any(is_perpetual(*code) for code in others)


def test_delivery_is_at_eight_in_the_morning() -> None:
    assert delivery_of("261225") == 1_798_185_600_000_000_000
    assert delivery_of("260231") is None


def test_the_time_of_day_is_nanoseconds() -> None:
    body = b'{"retCode":0,"result":{"timeSecond":"1688639403","timeNano":"1688639403423213947"},"time":1688639403423}'
    assert decode_time(body) == 1_688_639_403_423_213_947


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"result":{}}', b'{"result":{"timeNano":"soon"}}', b'{"result":{"timeNano":"-1"}}']
)
def test_what_tells_no_time_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError, match="no time of bybit"):
        decode_time(body)

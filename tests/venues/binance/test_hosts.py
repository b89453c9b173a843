"""Recorded URLs name their line, whatever their age."""

from __future__ import annotations

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.binance import VENUE
from basisdesk.venues.binance.hosts import LINES, instruments_line, known_line, line_of, request_of, snapshot_request
from basisdesk.venues.contract import Channel, SnapshotRequest


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("wss://stream.binance.com:9443/stream?streams=btcusdt@depth@100ms", "spot"),
        ("wss://stream.binance.com/ws/btcusdt@trade", "spot"),
        ("stream.binance.com:443", "spot"),
        ("wss://data-stream.binance.vision/ws", "spot"),
        ("wss://stream.testnet.binance.vision/ws", "spot"),
        ("https://www.binance.com/api/v1/depth?symbol=DOTUSDT&limit=1000", "spot"),
        ("https://api3.binance.com/api/v3/exchangeInfo", "spot"),
        ("https://data-api.binance.vision/api/v3/depth?symbol=BTCUSDT", "spot"),
        ("https://testnet.binance.vision/api/v3/time", "spot"),
        ("wss://fstream.binance.com/stream?streams=btcusdt@aggTrade", "usdm"),
        ("wss://fstream.binance.com/public/stream", "usdm"),
        ("wss://stream.binancefuture.com/ws", "usdm"),
        ("https://FAPI.binance.com/fapi/v1/depth?symbol=BTCUSDT", "usdm"),
        ("https://www.binance.com/fapi/v1/exchangeInfo", "usdm"),
        ("https://testnet.binancefuture.com/fapi/v1/ping", "usdm"),
        ("wss://testnet.binancefuture.com/ws-fapi/v1", "usdm"),
        ("wss://dstream.binance.com/stream?streams=btcusd_perp@depth", "coinm"),
        ("wss://dstream.binancefuture.com/ws", "coinm"),
        ("https://dapi.binance.com/dapi/v1/depth?symbol=BTCUSD_PERP", "coinm"),
        ("https://testnet.binancefuture.com/dapi/v1/ping", "coinm"),
        ("https://www.binance.com/en/trade", None),
        ("https://testnet.binancefuture.com/en", None),
        ("wss://ws.okx.com:8443/ws/v5/public", None),
        ("https://notbinance.com/api/v3/depth", None),
        ("https://api.binance.com.example.org/api/v3/depth", None),
        ("http://[broken/api/v3/depth", None),
        ("", None),
    ],
)
def test_a_url_names_its_line(url: str, line: str | None) -> None:
    assert line_of(url) == line


@pytest.mark.parametrize(
    ("url", "stream"),
    [
        ("wss://stream.binance.com:9443/ws/btcusdt@depth20@100ms", b"btcusdt@depth20@100ms"),
        ("wss://stream.binance.com/ws/BTCUSDT@depth5/", b"btcusdt@depth5"),
        ("wss://fstream.binance.com/public/ws/btcusdt@depth10", b"btcusdt@depth10"),
    ],
)
def test_the_address_of_a_partial_book_names_the_stream_of_its_frames(url: str, stream: bytes) -> None:
    framing = VENUE.framing_of(url)
    assert framing is not None
    for data in (b'{"lastUpdateId":1,"bids":[],"asks":[]}', b'{"e": "depthUpdate", "s": "BTCUSDT", "b": []}'):
        assert framing(data) == b'{"stream":"%s","data":%s}' % (stream, data)
    for data in (b'{"result":null,"id":1}', b'{"e":"depthUpdate","s":"ETHUSDT"}', b'{"e":"trade","s":"BTCUSDT"}'):
        assert framing(data) == data
    wrapped = b'{"stream":"btcusdt@depth","data":{"e":"depthUpdate","s":"BTCUSDT"}}'
    assert framing(wrapped) == wrapped


@pytest.mark.parametrize(
    "url",
    [
        "wss://stream.binance.com/ws/btcusdt@depth@100ms",
        "wss://stream.binance.com/ws/btcusdt@depth5/ethusdt@depth5",
        "wss://stream.binance.com/ws/btcusdt@trade/ethusdt@depth5",
        "wss://stream.binance.com/stream?streams=btcusdt@depth5",
        "wss://stream.binance.com/ws",
        "wss://elsewhere.example/ws/btcusdt@depth5",
        "",
    ],
)
def test_any_other_address_leaves_frames_as_they_are(url: str) -> None:
    assert VENUE.framing_of(url) is None


def test_every_declared_address_belongs_to_its_line() -> None:
    for line in LINES.values():
        assert {line_of(f"wss://{host}/stream") for host in line.hosts} == {line.name}
        assert line_of(line.stream_url) == line_of(line.rest_url) == line.name
        assert instruments_line(line.rest_url + line.instruments_path) == line.name
        request = snapshot_request(line.name, "BTCUSDT")
        found = request_of(line.rest_url + request.path)
        assert found is not None
        assert (found.line, found.code, found.path) == (request.line, request.code, request.path)


def test_usdm_trades_and_carry_live_under_the_market_path() -> None:
    usdm = VENUE.lines["usdm"]
    assert usdm.stream_url.endswith("/public/stream")
    assert {channel: url.split("/")[3] for channel, url in usdm.channel_urls} == {
        Channel.TRADES: "market",
        Channel.CARRY: "market",
    }


@pytest.mark.parametrize(
    ("url", "line", "code"),
    [
        ("https://www.binance.com/api/v1/depth?symbol=DOTUSDT&limit=1000", "spot", "DOTUSDT"),
        ("https://api.binance.com/api/v3/depth?limit=5000&symbol=btcusdt", "spot", "BTCUSDT"),
        ("https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT_261225&limit=1000", "usdm", "BTCUSDT_261225"),
        ("https://fapi.binance.com/fapi/v3/depth/?symbol=BTCUSDT", "usdm", "BTCUSDT"),
        ("https://dapi.binance.com/dapi/v1/depth?symbol=BTCUSD_PERP&limit=1000", "coinm", "BTCUSD_PERP"),
    ],
)
def test_a_depth_url_names_the_request_it_answers(url: str, line: str, code: str) -> None:
    request = request_of(url)
    assert request is not None
    assert (request.line, request.code) == (line, code)
    assert url.endswith(request.path)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.binance.com/api/v3/trades?symbol=BTCUSDT",
        "https://api.binance.com/api/v3/exchangeInfo?symbol=BTCUSDT",
        "https://api.binance.com/api/v3/depth",
        "https://api.binance.com/api/v3/depth?symbol=BTC/USDT",
        "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&symbol=ETHUSDT",
        "https://api.example.com/api/v3/depth?symbol=BTCUSDT",
        "not a url",
    ],
)
def test_any_other_url_answers_no_request(url: str) -> None:
    assert request_of(url) is None


def test_only_exchange_information_is_an_instrument_list() -> None:
    assert instruments_line("https://www.binance.com/api/v1/exchangeInfo") == "spot"
    assert instruments_line("https://api.binance.com/api/v3/depth?symbol=BTCUSDT") is None
    assert instruments_line("https://example.com/api/v3/exchangeInfo") is None


def test_the_snapshot_is_asked_for_at_a_thousand_levels() -> None:
    path = "/dapi/v1/depth?symbol=BTCUSD_PERP&limit=1000"
    assert snapshot_request("coinm", "BTCUSD_PERP") == SnapshotRequest(
        "coinm", "BTCUSD_PERP", path, (("coinm.weight", 20),)
    )


def test_an_unknown_line_is_refused_with_the_known_ones() -> None:
    assert known_line("spot") is LINES["spot"]
    with pytest.raises(DecodeError, match=r"no product line 'options'.*spot, usdm, coinm"):
        known_line("options")

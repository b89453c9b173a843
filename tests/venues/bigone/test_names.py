"""Symbols, addresses, streams and times."""

from __future__ import annotations

from datetime import datetime
from math import inf, isnan, nan

import pytest

from basisdesk.domain.errors import DecodeError
from basisdesk.venues import venue_named
from basisdesk.venues.bigone import VENUE
from basisdesk.venues.bigone.clock import decode_time
from basisdesk.venues.bigone.hosts import CANDLE_PERIODS, TIME_PATH, candle_stream
from basisdesk.venues.bigone.wire import moment, nanoseconds, price_or_nan
from basisdesk.venues.contract import Channel, SnapshotRequest

STREAMS = "wss://api.big.one/ws/contract/v2/"


@pytest.mark.parametrize(
    ("line", "code", "symbol"),
    [
        ("spot", "BTC-USDT", "bigone:BTC/USDT"),
        ("spot", "BTCUSDT", "bigone:BTCUSDT"),
        ("spot", "btc-usdt", "bigone:btc-usdt"),
        ("contract", "BTCUSDT", "bigone:BTC/USDT:USDT"),
        ("contract", "SOLUSDC", "bigone:SOL/USDC:USDC"),
        ("contract", "BTCUSD", "bigone:BTC/USD:BTC"),
        ("contract", "USDCUSDT", "bigone:USDC/USDT:USDT"),
        ("contract", "USDT", "bigone:USDT"),
        ("contract", "BTC-USDT", "bigone:BTC-USDT"),
        ("contract", "ETHBTC", "bigone:ETHBTC"),
        ("contract", "", "bigone:"),
    ],
)
def test_a_code_tells_its_symbol(line: str, code: str, symbol: str) -> None:
    assert VENUE.symbol_of(line, code) == symbol


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("wss://api.big.one/ws/v2", "spot"),
        ("wss://big.one/ws/v2/", "spot"),
        ("api.big.one/ws/v2", "spot"),
        ("https://api.big.one/api/v3/asset_pairs/BTC-USDT/depth?limit=50", "spot"),
        (STREAMS + "depth@BTCUSD", "contract"),
        (STREAMS + "depth%40BTCUSD", "contract"),
        (STREAMS + "stream", "contract"),
        ("wss://api.big.one/ws/contract/v2", "contract"),
        ("https://api.big.one/api/contract/v2/instruments", "contract"),
        ("https://api.big.one/", None),
        ("wss://api.big.one/ws/v3", None),
        ("wss://example.com/ws/v2", None),
        ("wss://[bad", None),
    ],
)
def test_an_address_tells_its_line(url: str, line: str | None) -> None:
    assert VENUE.line_of(url) == line


@pytest.mark.parametrize(
    ("name", "codes", "channels"),
    [
        ("depth@BTCUSD", ("BTCUSD",), (Channel.BOOK, Channel.TICKER)),
        ("depth%40BTCUSD", ("BTCUSD",), (Channel.BOOK, Channel.TICKER)),
        ("trades@BTCUSDT", ("BTCUSDT",), (Channel.TRADES,)),
        ("instruments@BTCUSD", ("BTCUSD",), (Channel.CARRY, Channel.TICKER)),
        ("instruments", (), (Channel.CARRY, Channel.TICKER)),
        ("candlesticks/1MIN@BTCUSD", ("BTCUSD",), ()),
        ("stream", (), ()),
        ("depth@" + "X" * 60, (), (Channel.BOOK, Channel.TICKER)),
    ],
)
def test_a_contract_stream_is_subscribed_to_by_its_address(
    name: str, codes: tuple[str, ...], channels: tuple[Channel, ...]
) -> None:
    stream = VENUE.stream_of(STREAMS + name)
    assert stream is not None
    assert (stream.codes, stream.channels) == (codes, channels)


def test_the_spot_socket_and_strange_addresses_subscribe_to_nothing_by_themselves() -> None:
    urls = ("wss://api.big.one/ws/v2", "https://api.big.one/api/contract/v2/symbols", "wss://example.com/", "")
    assert [VENUE.stream_of(url) for url in urls] == [None] * len(urls)


def test_a_desk_connects_once_for_each_contract_and_kind_of_stream() -> None:
    streams = VENUE.streams_of("contract", ["BTCUSD", "BTCUSDT", "BTCUSD"], [Channel.BOOK, Channel.TRADES])
    assert [stream.url.removeprefix(STREAMS) for stream in streams] == [
        "depth@BTCUSD", "depth@BTCUSDT", "trades@BTCUSD", "trades@BTCUSDT",
    ]  # fmt: skip
    assert all(VENUE.stream_of(stream.url) == stream for stream in streams)
    ticker = VENUE.streams_of("contract", ["BTCUSD"], [Channel.TICKER])
    assert [stream.url.removeprefix(STREAMS) for stream in ticker] == ["depth@BTCUSD", "instruments@BTCUSD"]


def test_without_codes_there_is_the_stream_of_all_instruments_and_no_other() -> None:
    (stream,) = VENUE.streams_of("contract", (), tuple(Channel))
    assert stream.url == STREAMS + "instruments"
    assert stream.url == VENUE.lines["contract"].stream_url
    assert VENUE.streams_of("contract", (), [Channel.BOOK]) == []
    assert VENUE.streams_of("spot", ["BTC-USDT"], tuple(Channel)) == []


@pytest.mark.parametrize(
    ("status", "says"), [(400, "address"), (401, "login"), (500, "venue's side"), (403, ""), (503, ""), (101, "")]
)
def test_a_refused_connection_is_told_in_words_where_the_page_has_some(status: int, says: str) -> None:
    told = VENUE.meaning_of(status)
    assert says in told
    assert bool(told) == bool(says)
    assert venue_named("okx").meaning_of(status) == ""  # most venues take every connection and refuse in frames


def test_there_are_nine_candle_streams_of_each_contract() -> None:
    urls = [candle_stream("BTCUSD", period).url for period in CANDLE_PERIODS]
    assert len(urls) == 9
    assert urls[0] == STREAMS + "candlesticks/1MIN@BTCUSD"
    assert VENUE.stream_of(urls[8]) == candle_stream("BTCUSD", "1D")
    with pytest.raises(DecodeError, match="no candles of '2H'"):
        candle_stream("BTCUSD", "2H")


@pytest.mark.parametrize(
    ("path", "line", "code"),
    [
        ("/api/v3/asset_pairs/BTC-USDT/depth?limit=50", "spot", "BTC-USDT"),
        ("/api/v3/asset_pairs/BTC-USDT/ticker", "spot", "BTC-USDT"),
        ("/api/v3/asset_pairs/tickers?pair_names=A-B,C-D", "spot", ""),
        ("/api/contract/v2/depth@BTCUSD/snapshot", "contract", "BTCUSD"),
        ("/api/contract/v2/instruments", "contract", ""),
    ],
)
def test_a_rest_address_tells_what_its_body_answers(path: str, line: str, code: str) -> None:
    assert VENUE.request_of(f"https://api.big.one{path}") == SnapshotRequest(line, code, path)


@pytest.mark.parametrize(
    "path",
    ["/api/v3/ping", "/api/v3/asset_pairs", "/api/v3/asset_pairs/B{}/depth", "/api/contract/v2/symbols", "/api/v3/x"],
)
def test_other_rest_addresses_answer_nothing_of_a_feed(path: str) -> None:
    assert VENUE.request_of(f"https://api.big.one{path}") is None
    assert VENUE.request_of("https://example.com/api/v3/asset_pairs/BTC-USDT/depth") is None


def test_instrument_lists_are_told_by_their_address() -> None:
    assert VENUE.instruments_line("https://api.big.one/api/v3/asset_pairs") == "spot"
    assert VENUE.instruments_line("https://api.big.one/api/contract/v2/symbols") == "contract"
    assert VENUE.instruments_line("https://api.big.one/api/contract/v2/instruments") is None


def test_a_line_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DecodeError, match="no product line 'options'"):
        VENUE.feed("options", (), (), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":"0","data":{"Timestamp":"1714400719083822092"}}',
        b'{"code":0,"data":{"Timestamp":1714400719083822092}}',
        b'{"Timestamp":1714400719083822092}',
    ],
)
def test_the_venues_time_is_read(body: bytes) -> None:
    assert VENUE.line_of(f"https://api.big.one{TIME_PATH}") == "spot"
    assert decode_time(body) == 1_714_400_719_083_822_092


@pytest.mark.parametrize("body", [b"{}", b'{"code":10429,"message":"slow"}', b'{"data":{"Timestamp":0}}', b"<html>"])
def test_a_body_without_a_time_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError, match="no time of bigone"):
        decode_time(body)


@pytest.mark.parametrize("stamp", [1_700_000_000, 1_700_000_000_000, 1_700_000_000_000_000, 1_700_000_000_000_000_000])
def test_the_unit_of_a_time_is_told_by_its_magnitude(stamp: int) -> None:
    assert nanoseconds(stamp) == 1_700_000_000_000_000_000


@pytest.mark.parametrize("stamp", [-1, 2**63, 10**40])
def test_what_is_no_time_is_refused(stamp: int) -> None:
    with pytest.raises(ValueError, match="a time was expected"):
        nanoseconds(stamp)


def test_a_date_without_a_zone_is_in_utc_and_one_before_1970_is_refused() -> None:
    assert moment(datetime.fromisoformat("2023-11-14T22:13:20")) == 1_700_000_000_000_000_000
    assert moment(datetime.fromisoformat("2023-11-14T23:13:20.5+01:00")) == 1_700_000_000_500_000_000
    assert moment(None) == 0
    with pytest.raises(ValueError, match="a time was expected"):
        moment(datetime.fromisoformat("1969-12-31T00:00:00+00:00"))


def test_a_price_of_zero_stands_for_none() -> None:
    assert isnan(price_or_nan(0.0))
    assert isnan(price_or_nan(None))
    for bad in (-1.0, inf, nan):
        with pytest.raises(ValueError, match="expected"):
            price_or_nan(bad)

"""Names: codes, symbols, standing names and their dates, hosts, the clock, and well-known markets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.errors import DecodeError
from basisdesk.domain.instrument import Kind, Margin
from basisdesk.venues.contract import SnapshotRequest
from basisdesk.venues.htx import VENUE, calendar, clock

SECOND = 1_000_000_000
PAST = "/linear-swap-api/v1/swap_historical_funding_rate"


def ns(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * SECOND  # type: ignore[arg-type,misc] # (a date's numbers)


@pytest.mark.parametrize(
    ("line", "code", "symbol"),
    [
        ("spot", "btcusdt", "htx:BTC/USDT"),
        ("spot", "dogeeth", "htx:DOGE/ETH"),
        ("spot", "fil3susdt", "htx:FIL3S/USDT"),
        ("spot", "htusdt", "htx:HT/USDT"),
        ("spot", "btcht", "htx:BTC/HT"),
        ("spot", "bttjst", "htx:bttjst"),
        ("spot", "usdt", "htx:usdt"),
        ("linear", "BTC-USDT", "htx:BTC/USDT:USDT"),
        ("linear", "BTC-USDT-261225", "htx:BTC/USDT:USDT-261225"),
        ("linear", "1INCH-USDT", "htx:1INCH/USDT:USDT"),
        ("coin_swap", "BTC-USD", "htx:BTC/USD:BTC"),
        ("coin_futures", "BTC261225", "htx:BTC/USD:BTC-261225"),
        ("coin_futures", "C98261225", "htx:C98/USD:C98-261225"),
    ],
)
def test_a_code_names_its_symbol(line: str, code: str, symbol: str) -> None:
    assert VENUE.symbol_of(line, code) == symbol


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("spot", "BTCUSDT"), ("spot", ""), ("spot", "btc-usdt"),
        ("linear", "BTC-USD"), ("linear", "btc-usdt"), ("linear", "BTC-USDT-26122"), ("coin_swap", "BTC-USDT"),
        ("coin_futures", "BTC-USD"), ("coin_futures", "261225"), ("nowhere", "BTC-USD"),
    ],
)  # fmt: skip
def test_what_is_no_code_has_no_symbol(line: str, code: str) -> None:
    with pytest.raises(DecodeError):
        VENUE.symbol_of(line, code)


# ---------------------------------------------------------------- standing names


@pytest.mark.parametrize(
    ("now", "dates"),
    [
        (ns(2021, 4, 17), "210423 210430 210625 210924"),
        (ns(2022, 6, 4), "220610 220617 220624 220930"),
        (ns(2022, 6, 10, 7, 59), "220610 220617 220624 220930"),
        (ns(2022, 6, 10, 8), "220617 220624 220930 221230"),
        (ns(2021, 12, 31, 8), "220107 220114 220325 220624"),
        (-1, "000107 000114 000331 000630"),
    ],
)
def test_standing_names_mean_dates(now: int, dates: str) -> None:
    assert list(calendar.dates(now).values()) == dates.split()


@given(st.integers(ns(2019, 1, 1), ns(2090, 1, 1)))
def test_standing_names_mean_four_fridays_in_order(now: int) -> None:
    days = [calendar.delivery(day) for day in calendar.dates(now).values()]
    assert days == sorted(set(days))
    assert 0 < days[0] - now <= 7 * 86_400 * SECOND
    assert days[0] == calendar.next_delivery(now)
    for at, day in enumerate(days):
        when = datetime.fromtimestamp(day // SECOND, tz=UTC)
        assert (when.weekday(), when.hour) == (4, 8)
        assert at < 2 or (when.month % 3 == 0 and (when + timedelta(days=7)).month != when.month)


def test_a_standing_name_and_its_contract_are_told_from_each_other() -> None:
    now = ns(2021, 4, 17)
    for line, name, code in (
        ("coin_futures", "BTC_CQ", "BTC210625"),
        ("coin_futures", "ABCQ_CQ", "ABCQ210625"),
        ("linear", "BTC-USDT-NW", "BTC-USDT-210430"),
        ("linear", "BTC-USDT", "BTC-USDT"),
        ("spot", "btcusdt", "btcusdt"),
    ):
        assert calendar.contract_of(line, name, now) == code
        assert calendar.is_standing(line, name) == (name != code)
        assert calendar.name_of(line, code, now) == (name if line == "coin_futures" else code)


# ---------------------------------------------------------------- hosts


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("wss://api.huobi.pro/ws", "spot"),
        ("wss://api-aws.huobi.pro/feed", "spot"),
        ("https://api.huobi.pro/v1/common/symbols", "spot"),
        ("api.huobi.pro/ws", "spot"),
        ("wss://api.hbdm.com/linear-swap-ws", "linear"),
        ("wss://API.hbdm.vn/linear-swap-notification", "linear"),
        ("wss://api.hbdm.com/ws/v5/notification", "linear"),
        ("wss://api.hbdm.com/ws_index", "linear"),
        ("https://api.hbdm.com/v5/market/funding_rate", "linear"),
        ("wss://api.hbdm.com/swap-ws", "coin_swap"),
        ("https://api.hbdm.com/swap-ex/market/depth", "coin_swap"),
        ("wss://futures.huobi.com/ws", "coin_futures"),
        ("https://api.hbdm.com/api/v1/contract_contract_info", "coin_futures"),
        ("https://api.hbdm.com/market/depth", "coin_futures"),
        ("https://api.hbdm.com/", None),
        ("https://api.hbdm.com/heartbeat/", None),
        ("wss://ws.okx.com/ws/v5/public", None),
        ("https://[bad/ws", None),
        ("", None),
    ],
)
def test_a_url_tells_its_line(url: str, line: str | None) -> None:
    assert VENUE.line_of(url) == line


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("https://api.huobi.pro/v1/common/symbols", "spot"),
        ("https://api.huobi.pro/v1/settings/common/market-symbols?ts=1", "spot"),
        ("https://api.hbdm.com/linear-swap-api/v1/swap_contract_info?business_type=all", "linear"),
        ("https://api.hbdm.vn/swap-api/v1/swap_contract_info", "coin_swap"),
        ("https://api.hbdm.com/api/v1/contract_contract_info/", "coin_futures"),
        ("https://api.huobi.pro/swap-api/v1/swap_contract_info", None),
        ("https://api.hbdm.com/v1/common/symbols", None),
        ("https://api.huobi.pro/market/tickers", None),
        ("https://example.com/v1/common/symbols", None),
    ],
)
def test_a_url_tells_whether_it_lists_instruments(url: str, line: str | None) -> None:
    assert VENUE.instruments_line(url) == line


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://api.hbdm.com/v5/market/funding_rate?contract_code=BTC-USDT", ("linear", "BTC-USDT")),
        ("https://api.hbdm.com/linear-swap-api/v1/swap_funding_rate?contract_code=btc-usdt", ("linear", "BTC-USDT")),
        ("https://api.hbdm.com/swap-api/v1/swap_funding_rate?contract_code=BTC-USD", ("coin_swap", "BTC-USD")),
        ("https://api.hbdm.com/swap-api/v1/swap_funding_rate?contract_code=BTC-USDT", None),
        (f"https://api.hbdm.com{PAST}?contract_code=BTC-USDT&page_size=1", ("linear", "BTC-USDT")),
        (f"https://api.hbdm.com/swap-api/v1{PAST[19:]}?contract_code=BTC-USD", ("coin_swap", "BTC-USD")),
        ("https://api.hbdm.com/v5/market/funding_rate", None),
        ("https://example.com/v5/market/funding_rate?contract_code=BTC-USDT", None),
        ("https://api.hbdm.com/linear-swap-ex/market/depth?contract_code=BTC-USDT&type=step0", None),
    ],
)
def test_a_url_tells_the_request_it_answers(url: str, found: tuple[str, str] | None) -> None:
    request = VENUE.request_of(url)
    assert (request and (request.line, request.code)) == found
    if request is not None:
        assert request == SnapshotRequest(request.line, request.code, url.removeprefix("https://api.hbdm.com"))


# ---------------------------------------------------------------- the clock


def test_the_venue_tells_its_time() -> None:
    assert clock.time_path("spot") == "/v1/common/timestamp"
    assert clock.time_path("linear") == "/api/v1/timestamp"
    assert clock.decode_time("spot", b'{"status":"ok","data":1700000000123}') == 1_700_000_000_123_000_000
    assert clock.decode_time("coin_swap", b'{"status":"ok","ts":1700000000123}') == 1_700_000_000_123_000_000


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("spot", b'{"status":"error","data":1}'),
        ("spot", b'{"status":"ok","ts":1}'),
        ("spot", b'{"status":"ok","data":0}'),
        ("linear", b'{"status":"ok","data":1}'),
        ("linear", b'{"status":"ok","ts":-5}'),
        ("linear", b"<html>"),
    ],
)
def test_a_body_without_a_time_is_refused(line: str, body: bytes) -> None:
    with pytest.raises(DecodeError, match="tells no time"):
        clock.decode_time(line, body)


# ---------------------------------------------------------------- well-known markets


def test_well_known_markets_have_their_terms() -> None:
    known = {instrument.symbol: instrument for instrument in VENUE.well_known()}
    assert len(known) > 150
    spot, linear, inverse = (known[f"htx:BTC/{rest}"] for rest in ("USDT", "USDT:USDT", "USD:BTC"))
    assert (spot.tick, spot.step, spot.min_notional) == (Decimal("0.01"), Decimal("0.000001"), Decimal(5))
    assert (linear.contract_size, linear.margin, linear.funding_interval) == (Decimal("0.001"), Margin.LINEAR, 8)
    assert (inverse.contract_size, inverse.margin, inverse.settle) == (Decimal(100), Margin.INVERSE, "BTC")


def test_the_terms_of_a_dated_future_follow_from_its_code() -> None:
    future = VENUE.terms_of("coin_futures", "BTC210625")
    assert future is not None
    assert (future.symbol, future.kind, future.expiry) == ("htx:BTC/USD:BTC-210625", Kind.DATED, ns(2021, 6, 25, 8))
    assert (future.contract_size, future.tick, future.funding_interval) == (Decimal(100), Decimal("0.01"), None)
    linear = VENUE.terms_of("linear", "ETH-USDT-261225")
    assert linear is not None
    assert (linear.settle, linear.contract_size) == ("USDT", Decimal("0.01"))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("coin_futures", "NOPE210625"), ("coin_futures", "BTC219999"), ("coin_futures", "BTC_CQ"),
        ("linear", "BTC-USDT"),        ("linear", "BTC-USDC-261225"), ("coin_swap", "BTC-USD"), ("spot", "btcusdt"),
    ],
)  # fmt: skip
def test_other_codes_tell_no_terms(line: str, code: str) -> None:
    assert VENUE.terms_of(line, code) is None

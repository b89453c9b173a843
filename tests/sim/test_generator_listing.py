from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.instrument import Kind, Margin
from basisdesk.domain.spread import pairable
from basisdesk.sim.listing import SECOND, deliveries, last_friday, listings
from basisdesk.venues import VENUES

START = 1_762_000_000 * SECOND


def test_quarters_end_on_their_last_friday_at_eight() -> None:
    assert last_friday(2024, 3) == datetime(2024, 3, 29, 8, tzinfo=UTC)
    assert last_friday(2024, 6) == datetime(2024, 6, 28, 8, tzinfo=UTC)
    assert last_friday(2024, 12) == datetime(2024, 12, 27, 8, tzinfo=UTC)
    assert last_friday(2027, 12) == datetime(2027, 12, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2024-08-08", ["240927", "241227"]),
        ("2024-09-16", ["240927", "241227"]),
        ("2024-09-18", ["241227", "250328"]),
        ("2024-12-25", ["250328", "250627"]),
    ],
)
def test_the_next_two_quarters_are_listed_unless_one_is_about_to_deliver(start: str, expected: list[str]) -> None:
    time = int(datetime.fromisoformat(f"{start}T00:00:00+00:00").timestamp()) * SECOND
    assert [f"{date:%y%m%d}" for date in deliveries(time, 2)] == expected


@given(st.integers(min_value=1_500_000_000, max_value=2_500_000_000))
def test_at_any_start_every_dated_contract_has_time_left(start: int) -> None:
    dates = deliveries(start * SECOND, 2)
    assert len(dates) == 2
    assert dates == sorted(dates)
    for date in dates:
        assert 10 * 86400 < date.timestamp() - start < 200 * 86400
        assert (date.weekday(), date.hour) == (4, 8)


def test_every_kind_of_market_is_listed_on_six_venues() -> None:
    instruments = [each.instrument for each in listings(START)]
    assert len({each.symbol for each in instruments}) == len(instruments)
    assert len({(each.venue, each.market, each.code) for each in instruments}) == len(instruments)
    assert {each.base for each in instruments} == {"BTC", "ETH", "SOL"}
    assert {each.venue for each in instruments} == set(VENUES)
    kinds = {(each.kind, each.margin) for each in instruments}
    assert kinds == {
        (Kind.SPOT, Margin.SPOT),
        (Kind.PERPETUAL, Margin.LINEAR),
        (Kind.PERPETUAL, Margin.INVERSE),
        (Kind.DATED, Margin.LINEAR),
        (Kind.DATED, Margin.INVERSE),
    }


@pytest.mark.parametrize(
    ("symbol", "line", "code"),
    [
        ("binance:BTC/USDT", "spot", "BTCUSDT"),
        ("binance:BTC/USDT:USDT-251226", "usdm", "BTCUSDT_251226"),
        ("binance:ETH/USD:ETH", "coinm", "ETHUSD_PERP"),
        ("binance:ETH/USD:ETH-260327", "coinm", "ETHUSD_260327"),
        ("okx:SOL/USDT", "public", "SOL-USDT"),
        ("okx:BTC/USDT:USDT", "public", "BTC-USDT-SWAP"),
        ("okx:BTC/USD:BTC-251226", "public", "BTC-USD-251226"),
        ("bybit:BTC/USD:BTC", "inverse", "BTCUSD"),
        ("bybit:BTC/USDT:USDT-251226", "linear", "BTCUSDT-26DEC25"),
        ("bybit:BTC/USD:BTC-251226", "inverse", "BTCUSDZ25"),
        ("deribit:BTC/USD:BTC", "public", "BTC-PERPETUAL"),
        ("deribit:BTC/USD:BTC-251226", "public", "BTC-26DEC25"),
        ("htx:BTC/USDT", "spot", "btcusdt"),
        ("htx:BTC/USDT:USDT-251226", "linear", "BTC-USDT-251226"),
        ("htx:BTC/USD:BTC-251226", "coin_futures", "BTC251226"),
        ("bigone:ETH/USDT", "spot", "ETH-USDT"),
        ("bigone:BTC/USD:BTC", "contract", "BTCUSD"),
    ],
)
def test_markets_are_named_as_their_venues_name_them(symbol: str, line: str, code: str) -> None:
    found = {each.instrument.symbol: each.instrument for each in listings(START)}[symbol]
    assert (found.market, found.code) == (line, code)


def test_every_code_reads_back_as_its_symbol_and_what_the_codec_knows_is_listed_as_it_is_there() -> None:
    known = {each.symbol: each for venue in VENUES.values() for each in venue.well_known()}
    for instrument in (each.instrument for each in listings(START)):
        venue = VENUES[instrument.venue]
        assert instrument.market in venue.lines
        assert venue.symbol_of(instrument.market, instrument.code) == instrument.symbol
        own = known.get(instrument.symbol) or venue.terms_of(instrument.market, instrument.code)
        assert own is None or own == instrument


def test_terms_fit_the_kind_of_market() -> None:
    for instrument in (each.instrument for each in listings(START)):
        assert (instrument.funding_interval is None) == (instrument.kind is not Kind.PERPETUAL)
        assert (instrument.expiry is None) == (instrument.kind is not Kind.DATED)
        assert instrument.max_leverage is None or instrument.margin is not Margin.SPOT
        assert instrument.settle == (instrument.base if instrument.margin is Margin.INVERSE else instrument.quote)
        assert instrument.quote == "USDT" or instrument.margin is Margin.INVERSE or instrument.venue == "deribit"
        assert instrument.min_size % instrument.step == 0
        assert instrument.max_size is None or instrument.max_size > 1000 * instrument.min_size


def test_a_part_of_the_venues_can_be_listed_alone() -> None:
    some = listings(START, ("okx", "htx"))
    assert {each.instrument.venue for each in some} == {"okx", "htx"}
    assert some == [each for each in listings(START) if each.instrument.venue in {"okx", "htx"}]


def test_there_are_a_few_hundred_spreads() -> None:
    instruments = [each.instrument for each in listings(START)]
    pairs = sum(pairable(one, other) for index, one in enumerate(instruments) for other in instruments[:index])
    assert 300 < pairs < 600

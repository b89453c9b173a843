"""Recorded funding of three venues, six years of it: what our carry arithmetic makes of every file.

Times of some files are local: three hours ahead of UTC, or London's.
Where two files tell of the same settlement, they agree, and that is how the corrections are known to be right.
"""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from basisdesk.domain.carry import average_apr, funding_apr, funding_per_hour, summarise

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.recordings

LONDON = ZoneInfo("Europe/London")
EIGHT_HOURS = timedelta(hours=8)
JITTER = timedelta(milliseconds=200)
PERCENT = Decimal(100)
ROUNDED = Decimal("1E-8")
Settled = dict[datetime, Decimal]


def rows(path: Path) -> list[list[str]]:
    with gzip.open(path) as file:
        return list(csv.reader(io.TextIOWrapper(file, "utf-8-sig")))[1:]


def three_hours_ahead(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC, microsecond=0) - timedelta(hours=3)


def in_london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def supervik(recordings: Path, name: str) -> Settled:
    return {
        three_hours_ahead(time): Decimal(rate)
        for _, time, rate in rows(recordings / "funding_supervik" / f"{name}.csv.gz")
    }


def percents(recordings: Path, name: str) -> Settled:
    return {
        in_london(time): Decimal(rate.rstrip("%")) / PERCENT
        for time, _, hours, rate in rows(recordings / "carry_aha" / f"{name}.csv.gz")
        if hours == "8h"
    }


@pytest.mark.parametrize(
    ("name", "count", "steady", "days"),
    [
        ("binance_btc-usdt_2020_2023", 4383, True, 1461),
        ("bybit_btc-usdt_2021_2023", 3285, True, 1095),
        ("htx_btc-usdt_2021_2023", 3284, False, 1095),
    ],
)
def test_years_of_settlements_make_a_yield(recordings: Path, name: str, count: int, steady: bool, days: int) -> None:
    settled = supervik(recordings, name)
    assert len(settled) == count
    gaps = [later - earlier for earlier, later in pairwise(settled)]
    assert all(abs(gap - EIGHT_HOURS) <= timedelta(seconds=1) for gap in gaps) is steady
    rates = list(settled.values())
    summary = summarise(rates, Decimal(days))
    assert summary.apr == average_apr(rates, Decimal(days))
    assert float(summary.apr) == pytest.approx(sum(map(float, rates)) / days * 365)
    assert summary.positive is not None
    assert 0.8 < summary.positive < 0.95  # longs paid most of the time
    mean = sum(map(float, rates)) / count
    assert summary.deviation is not None
    assert float(summary.deviation) == pytest.approx(sqrt(sum((float(rate) - mean) ** 2 for rate in rates) / count))
    assert 0 < summary.longest_negative < 60
    assert summary.flips > 100


def test_two_collections_of_one_venue_tell_the_same_settlements(recordings: Path) -> None:
    first = supervik(recordings, "binance_btc-usdt_2020_2023")
    second = percents(recordings, "binance_btcusdt_funding_2019_2024")
    third = {
        datetime.fromisoformat(time).replace(tzinfo=UTC): Decimal(rate)
        for _, time, rate, _ in rows(recordings / "perp_arb" / "binance_btcusdt_8h_funding_rates.csv.gz")
    }
    assert (len(second), len(third)) == (5386, 1945)
    assert {earlier - later for earlier, later in pairwise(second)} == {EIGHT_HOURS}
    assert {later - earlier for earlier, later in pairwise(third)} == {EIGHT_HOURS}
    both = first.keys() & second.keys()
    assert len(both) > 4000
    assert all(abs(first[time] - second[time]) <= 2 * ROUNDED for time in both)
    both = first.keys() & third.keys()
    assert len(both) > 600
    assert all(first[time] == third[time] for time in both)


def test_settlements_in_coin_agree_and_were_predicted_to_the_hour(recordings: Path) -> None:
    early = {
        in_london(time): Decimal(rate)
        for time, rate in rows(recordings / "carry_aha" / "binance_btcusd_perp_funding_2021_2024.csv.gz")
    }
    late = percents(recordings, "binance_btcusd_perp_funding_2023_2024")
    assert (len(early), len(late)) == (3289, 1000)
    both = early.keys() & late.keys()
    assert len(both) > 800
    assert all(abs(early[time] - late[time]) <= ROUNDED for time in both)
    predicted = rows(recordings / "carry_tchiu" / "binance_coinm_btcusd_perp_funding_1h.csv.gz")
    assert len(predicted) == 18_000
    assert {row[3] for row in predicted} == {str(EIGHT_HOURS // timedelta(milliseconds=1))}
    opened = {datetime.fromisoformat(row[0]).replace(tzinfo=UTC): Decimal(row[4]) for row in predicted}
    coming = {time: opened.get(time + timedelta(hours=1)) for time in late}
    hits = [abs(told - late[time]) for time, told in coming.items() if told is not None]
    assert len(hits) > 500
    assert max(hits) <= 2 * ROUNDED


def test_funding_beside_prices_is_that_of_the_venues_own_lists(recordings: Path) -> None:
    table = rows(recordings / "carry_aha" / "all_exchanges_bitcoin_8h.csv.gz")
    assert len(table) == 14_778
    for venue, name in (("binance", "binance_btc-usdt_2020_2023"), ("bybit", "bybit_btc-usdt_2021_2023")):
        known = supervik(recordings, name)
        swaps = [row for row in table if (row[1], row[3], row[4]) == (venue, "BTCUSDT", "perpetual")]
        told = {in_london(row[0]): Decimal(row[10]) for row in swaps}
        both = known.keys() & told.keys()
        assert len(both) > 1000
        assert all(known[time] == told[time] for time in both)
    assert {row[1] for row in table if row[10]} == {"binance", "bybit", "okx"}


@pytest.mark.parametrize(
    ("name", "count", "symbols"),
    [("binance_funding_2025_2026", 31_398, 24), ("bybit_funding_2025_2026", 31_384, 34)],
)
def test_settlements_of_several_intervals_are_compared_by_the_hour(
    recordings: Path, name: str, count: int, symbols: int
) -> None:
    listed: dict[str, list[tuple[datetime, Decimal, int]]] = {}
    for row in rows(recordings / "funding_zushen" / f"{name}.csv.gz"):
        settlement = datetime.fromisoformat(row[1]), Decimal(row[2]), int(float(row[3]))
        listed.setdefault(row[0], []).append(settlement)
    assert (len(listed), sum(map(len, listed.values()))) == (symbols, count)
    assert {hours for settled in listed.values() for _, _, hours in settled} == {4, 8}
    for settled in listed.values():
        for (before, _, _), (now, rate, hours) in pairwise(settled):
            assert abs(now - before - timedelta(hours=hours)) <= JITTER
            assert float(funding_apr(rate, hours)) == pytest.approx(float(rate) * 24 / hours * 365)
        days = Decimal((settled[-1][0] - settled[0][0]) // timedelta(hours=1)) / 24
        paid = [rate for _, rate, _ in settled[1:]]
        hourly = sum(float(funding_per_hour(rate, hours)) * hours for _, rate, hours in settled[1:])
        assert float(average_apr(paid, days)) == pytest.approx(hourly / float(days) * 365)

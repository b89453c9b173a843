"""Recorded prices of spot, perpetuals and dated futures: the basis and the yields that our arithmetic makes of them."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from basisdesk.domain.basis import (
    DAYS_A_YEAR,
    FLOOR_DAYS,
    basis,
    basis_fraction,
    basis_points,
    compounded_yield,
    days_between,
    delivery_yield,
)  # fmt: skip
from basisdesk.kernel.bars import ASK, BID, LAST, Bars

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.recordings

HOUR = timedelta(hours=1)
MINUTE_MS = 60_000
NS_PER_MS = 1_000_000
QUARTERLIES = {
    "230929": (3416, datetime(2023, 9, 29, 8, tzinfo=UTC)), "231229": (3451, datetime(2023, 12, 29, 8, tzinfo=UTC)),
    "240329": (4370, datetime(2024, 3, 29, 8, tzinfo=UTC)), "240628": (4439, datetime(2024, 6, 28, 8, tzinfo=UTC)),
    "240927": (4369, datetime(2024, 9, 27, 8, tzinfo=UTC)), "241227": (4369, datetime(2024, 12, 27, 8, tzinfo=UTC)),
    "250328": (3968, datetime(2025, 3, 28, 8, tzinfo=UTC)), "250627": (1784, datetime(2025, 6, 27, 8, tzinfo=UTC)),
}  # fmt: skip
Prices = dict[datetime, Decimal]


def rows(path: Path, skip: int = 1) -> list[list[str]]:
    with gzip.open(path) as file:
        return list(csv.reader(io.TextIOWrapper(file, "utf-8-sig")))[skip:]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ns(time: datetime) -> int:
    return int(time.timestamp()) * 10**9


def closes(recordings: Path, folder: str, name: str, column: int = 4) -> Prices:
    return {at(row[0]): Decimal(row[column]) for row in rows(recordings / folder / f"{name}.csv.gz")}


def test_the_recorded_basis_is_ours(recordings: Path) -> None:
    table = rows(recordings / "carry_aha" / "binance_btc_basis_1h_2021_2024.csv.gz")
    hourly = rows(recordings / "carry_aha" / "binance_btcusd_perp_1h_2020_2024.csv.gz", skip=2)
    assert (len(table), len(hourly)) == (26_285, 34_724)
    closed = {at(row[1]): Decimal(row[6]) for row in hourly}
    checked = 0
    for time, spot, future, linear, coin, inverse in table:
        if spot and future:
            assert float(basis(Decimal(future), Decimal(spot))) == pytest.approx(float(linear), abs=1e-9)
        if spot and coin:
            assert float(basis(Decimal(coin), Decimal(spot))) == pytest.approx(float(inverse), abs=1e-9)
            checked += closed.get(at(time)) == Decimal(coin)
    assert checked > 25_000


def test_a_perpetual_stays_near_its_spot(recordings: Path) -> None:
    spot = closes(recordings, "carry_tchiu", "binance_spot_btcusdt_1h", 6)
    swap = closes(recordings, "carry_tchiu", "binance_usdm_btcusdt_1h", 6)
    assert len(spot) == len(swap) == 12_000
    assert {later - earlier for earlier, later in pairwise(spot)} == {HOUR}
    points = sorted(basis_points(basis(swap[time], spot[time]), spot[time]) for time in spot)
    assert Decimal(-30) < points[0] < points[len(points) // 2] < points[-1] < Decimal(100)
    assert points[len(points) // 2] < 0  # the perpetual was cheaper than spot more often than not


def test_the_premium_index_is_the_basis_of_the_perpetual(recordings: Path) -> None:
    spot = closes(recordings, "perp_arb", "binance_btcusdt_1h_spot")
    swap = closes(recordings, "perp_arb", "binance_btcusdt_1h_perps")
    premium = closes(recordings, "perp_arb", "binance_btcusdt_1h_premium_index")
    assert (len(spot), len(swap), len(premium)) == (15_592, 15_592, 15_553)
    gaps = sorted(abs(basis_fraction(swap[time], spot[time]) - told) for time, told in premium.items())
    assert gaps[len(gaps) // 2] < Decimal("0.0001")
    assert gaps[len(gaps) * 99 // 100] < Decimal("0.001")
    other = closes(recordings, "carry_tchiu", "binance_spot_btcusdt_1h", 6)
    both = spot.keys() & other.keys()
    assert len(both) > 3000
    assert sum(spot[time] != other[time] for time in both) <= 1


@pytest.mark.parametrize("name", QUARTERLIES)
def test_a_dated_future_yields_until_it_is_delivered(recordings: Path, name: str) -> None:
    count, expiry = QUARTERLIES[name]
    future = closes(recordings, "perp_arb", f"binance_btcusdt_1h_quarterly_{name}")
    spot = closes(recordings, "perp_arb", "binance_btcusdt_1h_spot")
    assert len(future) == count
    yields = []
    for time in future.keys() & spot.keys():
        days = days_between(ns(time), ns(expiry))
        told = delivery_yield(future[time], spot[time], days)
        if days < FLOOR_DAYS:
            assert told is None
            continue
        assert told is not None
        by_day = float(basis_fraction(future[time], spot[time])) * float(DAYS_A_YEAR) / float(days)
        assert float(told) == pytest.approx(by_day, rel=1e-12)
        if days >= 7:
            yields.append(told)
            grown = compounded_yield(future[time], spot[time], days)
            assert grown is not None
            assert (grown >= told) is (told >= 0) or abs(grown - told) < Decimal("0.001")
    yields.sort()
    assert Decimal("0.05") < yields[len(yields) // 2] < Decimal("0.13")
    last = max(time for time in future if time < expiry)
    if expiry - last == HOUR:  # delivered inside the recording: the basis is gone
        assert abs(basis_fraction(future[last], spot[last])) < Decimal("0.003")


@pytest.mark.parametrize(
    ("name", "quotes", "trades"),
    [("inverse_btcusd", 464, 721), ("linear_btcusdt", 460, 721), ("spot_btcusdt", 721, 1440)],
)
def test_minutes_fold_into_hours(recordings: Path, name: str, quotes: int, trades: int) -> None:
    quoted = rows(recordings / "lean" / f"bybit_{name}_1m_quote_20221213.csv.gz")
    traded = rows(recordings / "lean" / f"bybit_{name}_1m_trade_20221213.csv.gz")
    assert (len(quoted), len(traded)) == (quotes, trades)
    hour = 60 * MINUTE_MS * NS_PER_MS
    bars = Bars([hour])
    for row in quoted:
        assert float(row[4]) < float(row[9])
        for source, column in ((BID, 1), (ASK, 6)):
            fold(bars, source, row, column)
    for row in traded:
        fold(bars, LAST, row, 1)
    for source, table, column in ((LAST, traded, 1), (BID, quoted, 1), (ASK, quoted, 6)):
        made = {begins: (high, low) for begins, _, high, low, _, _ in bars.rows(source, 0)}
        expected: dict[int, list[list[str]]] = {}
        for row in table:
            expected.setdefault(int(row[0]) * NS_PER_MS // hour * hour, []).append(row)
        assert made == {
            begins: (max(float(row[column + 1]) for row in group), min(float(row[column + 2]) for row in group))
            for begins, group in expected.items()
        }


def fold(bars: Bars, source: int, row: list[str], column: int) -> None:
    """Fold a minute as four ticks; its extremes come in any order, its close last."""
    for tick in range(4):
        bars.fold(source, int(row[0]) * NS_PER_MS + tick, float(row[column + tick]))


def test_two_perpetuals_beside_spot_by_the_minute(recordings: Path) -> None:
    def middles(name: str) -> dict[str, Decimal]:
        table = rows(recordings / "lean" / f"bybit_{name}_1m_quote_20221213.csv.gz")
        return {row[0]: (Decimal(row[4]) + Decimal(row[9])) / 2 for row in table}

    spot = middles("spot_btcusdt")
    for name, low, high in (("linear_btcusdt", -12, -2), ("inverse_btcusd", -11, 5)):
        swap = middles(name)
        points = [basis_points(basis(price, spot[minute]), spot[minute]) for minute, price in swap.items()]
        assert low < min(points) < max(points) < high

"""Bars that do not lie on whole multiples of their length."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from basisdesk.sim.dialects.spans import DAY, HOUR, SECOND, Span, bars
from basisdesk.venues.contract import Candle


def ns(text: str) -> int:
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp()) * SECOND


def iso(at: int) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H")


@pytest.mark.parametrize(
    ("span", "begins", "ends", "base"),
    [
        (Span(HOUR), "2026-11-21T20", "2026-11-21T21", HOUR),
        (Span(DAY), "2026-11-21T00", "2026-11-22T00", DAY),
        (Span(7 * DAY), "2026-11-16T00", "2026-11-23T00", DAY),
        (Span(months=1), "2026-11-01T00", "2026-12-01T00", DAY),
        (Span(months=3), "2026-10-01T00", "2027-01-01T00", DAY),
        (Span(6 * HOUR, shift=8 * HOUR), "2026-11-21T16", "2026-11-21T22", 2 * HOUR),
        (Span(DAY, shift=8 * HOUR), "2026-11-21T16", "2026-11-22T16", 8 * HOUR),
        (Span(7 * DAY, shift=8 * HOUR), "2026-11-15T16", "2026-11-22T16", 8 * HOUR),
        (Span(months=1, shift=8 * HOUR), "2026-10-31T16", "2026-11-30T16", 8 * HOUR),
    ],
)
def test_a_bar_lies_around_a_time(span: Span, begins: str, ends: str, base: int) -> None:
    found = span.around(ns("2026-11-21T20:55:36"))
    assert tuple(iso(each) for each in found) == (begins, ends)
    assert span.around(found[0]) == found
    assert span.around(found[1] - 1) == found
    assert span.base == base
    assert found[0] % base == 0


@pytest.mark.parametrize(
    ("span", "count", "begins"),
    [
        (Span(HOUR), 3, "2026-11-21T18"),
        (Span(7 * DAY), 2, "2026-11-09T00"),
        (Span(months=1, shift=8 * HOUR), 12, "2025-11-30T16"),
    ],
)
def test_bars_are_counted_back(span: Span, count: int, begins: str) -> None:
    assert iso(span.back(ns("2026-11-21T20:55:36"), count)) == begins
    assert span.back(ns("2026-11-21T20:55:36"), 10**6) == 1


def hourly(first: str, count: int) -> list[Candle]:
    """Candles of an hour whose prices count up."""
    at = ns(first)
    return [
        Candle(at + n * HOUR, at + (n + 1) * HOUR, float(n), n + 0.5, n - 0.5, n + 0.25, 1.0, 10.0, 2)
        for n in range(count)
    ]


def test_bars_are_folded_from_shorter_ones() -> None:
    told = hourly("2026-11-30T12:00:00", 14)

    def ask(period: int, since: int, limit: int) -> list[Candle]:
        found: dict[int, list[Candle]] = {}
        for each in told:
            found.setdefault(each.begins // period * period, []).append(each)
        rows = [
            Candle(
                begins, begins + period, parts[0].open, max(each.high for each in parts),
                min(each.low for each in parts), parts[-1].close, sum(each.volume for each in parts),
                sum(each.turnover for each in parts), sum(each.trades for each in parts),
            )
            for begins, parts in found.items() if begins >= since
        ]  # fmt: skip
        return rows[:limit] if since else rows[-limit:]

    plain = bars(ask, Span(HOUR), 0, 3)
    assert [each.open for each in plain] == [11.0, 12.0, 13.0]
    first, second = bars(ask, Span(months=1), 0, 5)
    assert (first.open, first.high, first.low, first.close, first.volume) == (0.0, 11.5, -0.5, 11.25, 12.0)
    assert (second.open, second.close, second.turnover, second.trades) == (12.0, 13.25, 20.0, 4)
    assert (iso(first.ends), iso(second.begins)) == ("2026-12-01T00", "2026-12-01T00")
    assert bars(ask, Span(months=1), 0, 1) == [second]
    assert bars(ask, Span(months=1), first.begins, 1) == [first]
    assert bars(ask, Span(months=1), first.begins + 1, 5) == [second]
    assert [iso(each.begins) for each in bars(ask, Span(6 * HOUR, shift=8 * HOUR), 0, 9)] == [
        "2026-11-30T10", "2026-11-30T16", "2026-11-30T22",
    ]  # fmt: skip
